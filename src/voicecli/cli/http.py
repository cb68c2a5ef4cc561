"""One connection to a server, by Python's own HTTP client: here to start at once counts, and httpx
takes longer to load than a voice does."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from urllib.parse import unquote, urlsplit

CONNECT_S, READ_S = 5.0, 600.0
"""Others' recordings may come first."""


class HttpLine:
    """Requests to one server, one after the other, through a proxy where one leads there.

    Raises OSError and http.client.HTTPException, as its responses do. Any thread may close it.
    """

    def __init__(self, url: str, headers: Mapping[str, str], proxy: str | None = None) -> None:
        """url: without a path."""
        self._url = url
        self._headers = dict(headers)
        self._prefix = ""
        """In front of the path: a proxy is told the whole address."""
        self._connection = self._made(proxy)
        self._socket: socket.socket | None = None
        self._was_used = False
        self._closed = False

    def _made(self, proxy: str | None) -> HTTPConnection:
        there = urlsplit(self._url)
        assert there.hostname is not None
        secure = there.scheme == "https"
        kind = HTTPSConnection if secure else HTTPConnection
        if proxy is None:
            return kind(there.hostname, there.port, timeout=CONNECT_S)
        by = urlsplit(proxy)
        connection = kind(by.hostname or "", by.port or 80, timeout=CONNECT_S)
        key = {} if by.username is None else {"Proxy-Authorization": _basic(by.netloc)}
        if secure:
            connection.set_tunnel(there.hostname, there.port, key)
        else:
            self._prefix = self._url
            self._headers |= key
        return connection

    def connect(self) -> None:
        self._connection.connect()
        self._socket = self._connection.sock
        self._socket.settimeout(READ_S)

    def close(self) -> None:
        self._closed = True
        if self._socket is not None:
            with suppress(OSError):  # who waits for it on another thread is woken
                self._socket.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def post(self, path: str, body: bytes, content_type: str) -> HTTPResponse:
        """The response, of which nothing but the head was read."""
        headers = {**self._headers, "Content-Type": content_type}
        try:
            return self._asked(path, body, headers)
        except ConnectionError:
            if self._closed or not self._was_used:
                raise
            # Servers close what was idle for some seconds.
            self._connection.close()
            self.connect()
            return self._asked(path, body, headers)
        finally:
            self._was_used = True

    def _asked(self, path: str, body: bytes, headers: Mapping[str, str]) -> HTTPResponse:
        with suppress(BrokenPipeError):  # who refuses a body often says why
            self._connection.request("POST", self._prefix + path, body, headers)
        return self._connection.getresponse()


def _basic(netloc: str) -> str:
    from base64 import b64encode

    user_and_password = unquote(netloc.rpartition("@")[0])
    return f"Basic {b64encode(user_and_password.encode()).decode()}"


def form(fields: Mapping[str, str | list[str]], name: str, file: bytes) -> tuple[bytes, str]:
    """A multipart body with one file, and its content type.

    name: of the file.
    """
    from secrets import token_hex

    boundary = token_hex(16)
    parts: list[bytes] = []
    for field, values in fields.items():
        for value in [values] if isinstance(values, str) else values:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n'
            parts += [head.encode(), value.encode(), b"\r\n"]
    quoted = name.replace("\\", "_").replace('"', "%22").replace("\r", "").replace("\n", "")
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode(errors="replace")
    )
    parts += [file, f"\r\n--{boundary}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"
