"""The client that starts at once, and servers that are not always there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from email.parser import BytesParser
from email.policy import HTTP
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import pytest

from voicecli.cli.http import HttpLine, form


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server = cast("Here", self.server)
        if server.is_slow.is_set():
            server.was_asked.set()
            self.rfile.read(1)  # until the client is gone
            self.close_connection = True
            return
        server.asked.append((self.path, self.headers.get("Proxy-Authorization")))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = server.hangs_up  # without a word, as those do that were idle

    def log_message(self, *_: object) -> None:
        pass


class Here(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[tuple[str, str | None]] = []
        self.hangs_up = False
        self.is_slow, self.was_asked = threading.Event(), threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def here() -> Iterator[Here]:
    with Here() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("hangs_up", [False, True])
def test_one_request_after_the_other(here: Here, hangs_up: bool) -> None:
    here.hangs_up = hangs_up
    with closing(HttpLine(here.url, {})) as line:
        line.connect()
        for body in (b"one", b"two"):
            assert line.post("/path", body, "text/plain").read() == body
    assert [path for path, _ in here.asked] == ["/path", "/path"]


def test_a_proxy_is_told_the_whole_address_and_who_asks(here: Here) -> None:
    proxy = f"http://me:p%40ss@127.0.0.1:{here.server_port}"
    with closing(HttpLine("http://far.example.org:8765", {}, proxy)) as line:
        line.connect()
        assert line.post("/path", b"x", "text/plain").read() == b"x"
    # printf me:p@ss | base64
    assert here.asked == [("http://far.example.org:8765/path", "Basic bWU6cEBzcw==")]


def test_who_closes_it_wakes_who_waits_for_the_response(here: Here) -> None:
    line = HttpLine(here.url, {})
    line.connect()
    assert line.post("/path", b"x", "text/plain").read() == b"x"
    here.is_slow.set()
    waiting = threading.Thread(target=_fails, args=(line,))
    waiting.start()
    assert here.was_asked.wait(10)
    line.close()
    waiting.join(10)
    assert not waiting.is_alive()
    assert len(here.asked) == 1


def _fails(line: HttpLine) -> None:
    with pytest.raises((OSError, HTTPException)):
        line.post("/path", b"more", "text/plain")


def test_a_form_is_one_that_others_can_read() -> None:
    body, kind = form({"a": "1", "b[]": ["x", "y"]}, 'my "best".wav', b"\x00\r\n--")
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    parts = [
        (part.get_param("name", header="content-disposition"), part.get_payload(decode=True))
        for part in message.iter_parts()
    ]
    assert parts == [("a", b"1"), ("b[]", b"x"), ("b[]", b"y"), ("file", b"\x00\r\n--")]
