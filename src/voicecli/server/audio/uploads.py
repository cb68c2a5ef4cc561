"""A form with a recording in it, as large as bodies.py lets it become.

It stays in memory: nothing of what was said touches a disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from voicecli.printable import in_one_line, visible
from voicecli.server.errors import ApiError

MAX_BYTES = 25 * 1024 * 1024
"""Of a recording, as OpenAI has it."""

MAX_FORM_BYTES = MAX_BYTES + 256 * 1024

MAX_FIELD_BYTES = 64 * 1024
MAX_FIELDS = 64


class UploadedSound(BytesIO):
    """An upload that can be given up: then it ends here, and whoever decodes it soon does, too."""

    given_up = False

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name
        """Some kinds are only known by how it ends."""

    def read(self, size: int | None = -1, /) -> bytes:
        return b"" if self.given_up else super().read(size)


@dataclass(frozen=True)
class Upload:
    sound: UploadedSound
    form: FormData

    def get(self, name: str) -> str | None:
        """A field of the form; an empty one is none."""
        value = self.form.get(name)
        return value if isinstance(value, str) and value else None

    def all(self, name: str) -> list[str]:
        """A field that may come several times, with and without the brackets of some clients."""
        found = [*self.form.getlist(name), *self.form.getlist(f"{name}[]")]
        return [value for value in found if isinstance(value, str) and value]


async def read_upload(request: Request) -> Upload:
    """The form with its `file`; raises ApiError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise ApiError(415, "send the recording as a form, in `file`", "invalid_media_type")
    try:
        form = await _Parser(
            request.headers,
            request.stream(),
            max_files=1,
            max_fields=MAX_FIELDS,
            max_part_size=MAX_FIELD_BYTES,
        ).parse()
    except MultiPartException as error:
        raise ApiError(400, f"the form can't be read ({error.message})", "invalid_form") from None
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise ApiError(
            400,
            "there is no recording: send it as `file`",
            "missing_required_parameter",
            param="file",
        )
    data = await file.read()
    await file.close()
    if not data:
        raise ApiError(400, "the recording is empty", "invalid_value", param="file")
    if len(data) > MAX_BYTES:
        raise _too_large()
    name = visible(in_one_line(file.filename or "file"))[-120:]
    return Upload(UploadedSound(data, name), form)


class _Parser(MultiPartParser):
    spool_max_size = MAX_FORM_BYTES


def _too_large() -> ApiError:
    return ApiError(
        413,
        f"a recording may have {MAX_BYTES // 1024 // 1024} MB; as Opus or MP3 it takes less",
        "request_too_large",
        param="file",
    )
