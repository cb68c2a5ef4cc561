"""A Hugging Face hub on loopback: real HTTP, real files, and faults on demand.

What it imitates: `/api/models/REPO?blobs=true`, `/REPO/resolve/REVISION/PATH` with `ETag` and
`X-Repo-Commit`, large files redirected to another origin (the CDN), ranges, gated and private
repositories, rate limits. huggingface_hub's own client is run against it in a test, so that it
doesn't merely agree with ours.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

LARGE_BYTES = 10_000
"""From here on a file is kept apart (Git LFS) and served by redirect, as on the hub."""


@dataclass
class Repo:
    files: dict[str, bytes]
    license: str = "mit"
    language: tuple[str, ...] = ()
    gated: bool = False
    token: str | None = None
    """The token that may read it; None lets everybody."""

    @property
    def revision(self) -> str:
        content = b"".join(path.encode() + data for path, data in sorted(self.files.items()))
        return hashlib.sha1(content).hexdigest()


@dataclass
class Fault:
    """What goes wrong with one file, or with everything below a path."""

    status: int = 0
    """Answer with this, instead."""
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 10**9
    """How often; afterwards all is well."""
    cut_after: int = -1
    """Send so many bytes, then close the connection."""
    wrong_byte: bool = False
    """Change one byte."""
    chunk_bytes: int = 1 << 16
    pause_s: float = 0.0
    """Between chunks."""
    no_ranges: bool = False
    """Ignore `Range`, as some proxies do."""
    body: bytes | None = None
    """Serve this instead, with status 200."""


@dataclass(frozen=True)
class Request:
    origin: str
    """hub or cdn."""
    method: str
    path: str
    headers: dict[str, str]


class HubServer:
    """Both origins: `endpoint` is the hub, a second port the CDN that large files come from."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.faults: dict[str, Fault] = {}
        """Path or its beginning -> what goes wrong there; `cdn:` and a file's name for the CDN."""
        self.requests: list[Request] = []
        self.lock = threading.Lock()
        self._hub = self._serve("hub")
        self._cdn = self._serve("cdn")
        self.endpoint = f"http://127.0.0.1:{self._hub.server_port}"
        # Another host's name, so that clients see another origin, as with the real CDN.
        self.cdn = f"http://localhost:{self._cdn.server_port}"

    def _serve(self, origin: str) -> ThreadingHTTPServer:
        handler = type("Handler", (_Handler,), {"hub": self, "origin": origin})
        server = _Server(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server

    def close(self) -> None:
        for server in (self._hub, self._cdn):
            server.shutdown()
            server.server_close()

    def fault_for(self, key: str) -> Fault | None:
        """The fault that hits this request, counted down."""
        with self.lock:
            for beginning, fault in self.faults.items():
                if key.startswith(beginning) and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def downloads(self, name: str) -> list[Request]:
        """The requests for the bytes of a file, at whichever origin they were served."""
        by_name = [
            request for request in self.requests if request.path.split("?")[0].endswith(name)
        ]
        return [request for request in by_name if request.method == "GET"]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients are killed here as a matter of course; other errors are the tests' to see."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    hub: HubServer
    origin: str
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        with self.hub.lock:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.hub.requests.append(Request(self.origin, self.command, self.path, headers))
        key = f"cdn:{path.rpartition('/')[2]}" if self.origin == "cdn" else path
        # HEAD is a question about a file; the faults are those of its bytes.
        fault = (self.hub.fault_for(key) if self.command == "GET" else None) or Fault()
        try:
            if fault.status:
                self._send(fault.status, b"{}", fault.headers)
            elif fault.body is not None:
                self._send(200, fault.body, {"x-repo-commit": "f" * 40})
            elif self.origin == "cdn":
                self._cdn(path, fault)
            elif path.startswith("/api/models/"):
                self._info(path.removeprefix("/api/models/").partition("/revision/")[0])
            elif resolved := re.fullmatch(r"/(.+?)/resolve/([^/]+)/(.+)", path):
                self._resolve(*resolved.groups(), fault)
            else:
                self._send(404, b"{}", {})
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _repo(self, name: str) -> Repo | None:
        """The repository, or None when the answer has been sent."""
        repo = self.hub.repos.get(name)
        authorization = self.headers.get("authorization")
        if repo is not None and repo.token and authorization != f"Bearer {repo.token}":
            code = "GatedRepo" if repo.gated else "RepoNotFound"
            self._send(403 if repo.gated else 401, b"{}", {"x-error-code": code})
            return None
        if repo is None:
            # What the hub says to strangers of a repository that doesn't exist.
            self._send(404 if authorization else 401, b"{}", {"x-error-code": "RepoNotFound"})
        return repo

    def _info(self, name: str) -> None:
        if (repo := self._repo(name)) is None:
            return
        info = {
            "id": name,
            "sha": repo.revision,
            "gated": repo.gated,
            "private": False,
            "tags": ["ctranslate2", f"license:{repo.license}"],
            "cardData": {"license": repo.license, "language": list(repo.language)},
            "siblings": [_sibling(path, data) for path, data in repo.files.items()],
        }
        self._send(200, json.dumps(info).encode(), {"content-type": "application/json"})

    def _resolve(self, name: str, revision: str, path: str, fault: Fault) -> None:
        if (repo := self._repo(name)) is None:
            return
        if revision not in ("main", repo.revision) or path not in repo.files:
            self._send(404, b"{}", {"x-error-code": "EntryNotFound"})
            return
        data = repo.files[path]
        headers = {"x-repo-commit": repo.revision}
        if len(data) < LARGE_BYTES:
            self._send_file(data, headers | {"etag": f'"{_git_sha1(data)}"'}, fault)
            return
        etag = hashlib.sha256(data).hexdigest()
        headers |= {"x-linked-etag": f'"{etag}"', "x-linked-size": str(len(data))}
        self._send(302, b"", headers | {"location": f"{self.hub.cdn}/{name}/{path}?signed=yes"})

    def _cdn(self, path: str, fault: Fault) -> None:
        for name, repo in self.hub.repos.items():
            file = path.removeprefix(f"/{name}/")
            if file in repo.files:
                data = repo.files[file]
                self._send_file(data, {"etag": f'"{hashlib.sha256(data).hexdigest()}"'}, fault)
                return
        self._send(404, b"", {})

    def _send_file(self, data: bytes, headers: dict[str, str], fault: Fault) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", ""))
        start, status = 0, 200
        if asked and not fault.no_ranges:
            start, status = int(asked[1]), 206
            if start >= len(data):
                self._send(416, b"", {"content-range": f"bytes */{len(data)}"})
                return
            headers |= {"content-range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
        if fault.wrong_byte:
            data = data[:-1] + bytes([data[-1] ^ 1])
        self._send(status, data[start:], headers | {"accept-ranges": "bytes"}, fault)

    def _send(
        self, status: int, body: bytes, headers: dict[str, str], fault: Fault | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        fault = fault or Fault()
        until = len(body) if fault.cut_after < 0 else min(len(body), fault.cut_after)
        for start in range(0, until, fault.chunk_bytes):
            self.wfile.write(body[start : min(until, start + fault.chunk_bytes)])
            self.wfile.flush()
            if fault.pause_s:
                time.sleep(fault.pause_s)
        if until < len(body):
            self.close_connection = True


def _sibling(path: str, data: bytes) -> dict[str, object]:
    entry: dict[str, object] = {
        "rfilename": path,
        "size": len(data),
        "blobId": _git_sha1(data),
    }
    if len(data) >= LARGE_BYTES:
        sha256 = hashlib.sha256(data).hexdigest()
        entry["lfs"] = {"sha256": sha256, "size": len(data), "pointerSize": 134}
    return entry


def _git_sha1(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def voices_repo(voices: dict[str, dict[str, bytes]]) -> Repo:
    """Piper's repository with these voices: name -> file name -> content."""
    files: dict[str, bytes] = {}
    index = {}
    for name, content in voices.items():
        code, voice, quality = name.split("-")
        family, region = code.split("_")
        folder = f"{family}/{code}/{voice}/{quality}"
        placed = {f"{folder}/{file}": data for file, data in content.items()}
        files |= placed
        index[name] = {
            "key": name,
            "name": voice,
            "quality": quality,
            "num_speakers": 1,
            "language": {"code": code, "family": family, "region": region},
            "files": {
                path: {"size_bytes": len(data), "md5_digest": hashlib.md5(data).hexdigest()}
                for path, data in placed.items()
            },
            "aliases": [],
        }
    return Repo({**files, "voices.json": json.dumps(index).encode()})


def folder_of(path: Path) -> dict[str, bytes]:
    """A repository's files, from those of a folder."""
    return {file.name: file.read_bytes() for file in sorted(path.iterdir()) if file.is_file()}


@contextmanager
def running() -> Iterator[HubServer]:
    hub = HubServer()
    try:
        yield hub
    finally:
        hub.close()
