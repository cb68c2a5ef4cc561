"""A language model server on loopback that does exactly what it is told: real HTTP, real SSE.

    with SseServer() as server:
        server.script(status(429, retry_after="2"), reply("Hello there."))
        ... ask server.base_url twice ...
        assert server.chats[1].messages[-1] == {"role": "user", "content": "hello"}

An answer is a list of steps; `reply`, `status` and the others below make the usual ones. What the
script doesn't cover is answered by `respond`, a function from Request to answer.
"""

from __future__ import annotations

import email
import json
import re
import select
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

# Steps -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """Status line and headers. `framed`: chunked, so that a cut shows; else it ends by closing."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/event-stream"),)
    framed: bool = True


@dataclass(frozen=True)
class Send:
    """Bytes of the body, as they are."""

    data: bytes


@dataclass(frozen=True)
class Wait:
    """Nothing happens for so long, unless the client hangs up."""

    seconds: float


@dataclass(frozen=True)
class Hang:
    """Nothing happens any more, until the client hangs up."""


@dataclass(frozen=True)
class Cut:
    """The connection ends here: with a FIN, or with a RST."""

    reset: bool = False


Step = Head | Send | Wait | Hang | Cut
Answer = Sequence[Step]

HANG = Hang()
CUT = Cut()
RESET = Cut(reset=True)


def event(data: object, name: str = "") -> Send:
    """One SSE event; anything but a string is sent as JSON."""
    text = data if isinstance(data, str) else json.dumps(data)
    return Send((f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode())


def chunk(delta: object, finish_reason: str | None = None) -> Send:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return event({"object": "chat.completion.chunk", "choices": [choice]})


def comment(text: str = "keep-alive") -> Send:
    return Send(f": {text}\n\n".encode())


def token(content: str | None) -> Send:
    return chunk({"content": content})


def thought(content: str) -> Send:
    return chunk({"reasoning_content": content})


ROLE = chunk({"role": "assistant", "content": ""})
NO_CHOICES = event({"object": "chat.completion.chunk", "choices": [], "usage": {}})
FINISH = chunk({}, "stop")
DONE = event("[DONE]")


def tokens(text: str) -> list[Send]:
    """Words with the spaces before them, as models make them; together they are `text`."""
    return [token(word) for word in re.findall(r"\s*\S+|\s+$", text)]


# Answers -----------------------------------------------------------------------------------------


def reply(
    text: str,
    *,
    first_token_s: float = 0.0,
    tokens_per_s: float | None = None,
    then: Answer = (FINISH, DONE),
) -> Answer:
    """The text streamed word by word; `then` replaces the proper end."""
    steps: list[Step] = [Head(), ROLE, Wait(first_token_s)]
    for index, step in enumerate(tokens(text)):
        if index and tokens_per_s:
            steps.append(Wait(1 / tokens_per_s))
        steps.append(step)
    return [*steps, *then]


def calling(*calls: tuple[str, str], text: str = "") -> Answer:
    """The model's wish to have functions called; its servers number all calls alike."""
    asked = [
        {
            "index": index,
            "id": f"call_{index}",
            "type": "function",
            "function": {"name": name, "arguments": arguments},
        }
        for index, (name, arguments) in enumerate(calls)
    ]
    said = [step for step in tokens(text) if text]
    return stream(ROLE, *said, chunk({"tool_calls": asked}), chunk({}, "tool_calls"), DONE)


def stream(*steps: Step) -> Answer:
    """Any steps, behind the headers of a stream."""
    return [Head(), *steps]


def body(data: bytes | str | object, status: int = 200, **headers: str) -> Answer:
    """A whole answer at once; anything but bytes and str as JSON. Headers as `retry_after=...`."""
    content_type = "text/html"
    if not isinstance(data, bytes | str):
        data, content_type = json.dumps(data), "application/json"
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    sent = {"Content-Type": content_type} | named
    return [
        Head(status, tuple(sent.items())),
        Send(data.encode() if isinstance(data, str) else data),
    ]


def status(code: int, message: str = "no", **headers: str) -> Answer:
    """An error as OpenAI words it, such as status(429, retry_after="3")."""
    return body({"error": {"message": message, "type": "error", "code": None}}, code, **headers)


def models(*ids: str) -> Answer:
    return body({"object": "list", "data": [{"id": i, "object": "model"} for i in ids]})


# The server --------------------------------------------------------------------------------------


@dataclass
class Request:
    """One request that arrived, and what became of it."""

    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: Any
    """Parsed JSON, or the fields of a form; None without a body."""
    client_port: int
    """The same for two requests means the same connection."""
    hung_up: threading.Event = field(default_factory=threading.Event)
    """Set when the client closed the connection before the answer was over."""
    finished: threading.Event = field(default_factory=threading.Event)
    """Set when the answer is over, for whatever reason."""

    @property
    def messages(self) -> list[dict[str, str]]:
        return self.body["messages"]

    @property
    def asked(self) -> str:
        """What the user said last."""
        return self.messages[-1]["content"]


class SseServer:
    """See the module's docstring. Starts in `__enter__`, in a thread of its own."""

    def __init__(
        self,
        respond: Callable[[Request], Answer] = lambda request: reply("Okay."),
        model_ids: Sequence[str] = ("test-model",),
    ) -> None:
        self.respond = respond
        """Answers the chats that the script doesn't."""
        self.models: Answer = models(*model_ids)
        """Answers /v1/models."""
        self.about: dict[str, Answer] = {}
        """Answers other GETs, by path; else there is nothing."""
        self.requests: list[Request] = []
        self._script: deque[Answer] = deque()
        self._chat_came = threading.Event()
        self._http: _Http | None = None
        self._thread: threading.Thread | None = None
        self.port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def chats(self) -> list[Request]:
        """The requests for a reply, without those for the list of models."""
        return [request for request in self.requests if request.method == "POST"]

    def script(self, *answers: Answer) -> None:
        """Answer the next chats so, one each."""
        self._script.extend(answers)

    def wait_for_chat(self, timeout_s: float = 10.0) -> Request:
        """The first chat, once it has come."""
        if not self._chat_came.wait(timeout_s):
            raise TimeoutError("nobody asked for a reply")
        return self.chats[0]

    def take(self, request: Request) -> None:
        self.requests.append(request)
        if request.method == "POST":
            self._chat_came.set()

    def answer_to(self, request: Request) -> Answer:
        if request.method == "GET":
            is_list = request.path.endswith("/v1/models")
            return self.models if is_list else self.about.get(request.path, status(404))
        return self._script.popleft() if self._script else self.respond(request)

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        self.refuse()

    def listen(self) -> None:
        """Take connections (again), on the same port."""
        if self._http is None:
            self._http = _Http(self, self.port)
            self.port = self._http.server_port
            self._thread = threading.Thread(
                target=self._http.serve_forever, args=(0.01,), name="sse-server", daemon=True
            )
            self._thread.start()

    def refuse(self) -> None:
        """End all connections; new ones are refused until `listen`."""
        http, self._http = self._http, None
        if http is not None and self._thread is not None:
            http.shutdown()
            self._thread.join()
            http.stop()


class _Http(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close() waits for them
    block_on_close = True
    request_queue_size = 16

    def __init__(self, owner: SseServer, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Connection)
        self.owner = owner
        self.connections: set[socket.socket] = set()
        self.lock = threading.Lock()
        self.stopping = False

    def stop(self) -> None:
        with self.lock:
            self.stopping = True
            for connection in self.connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # the client hung up; the tests look at Request.hung_up


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def setup(self) -> None:
        super().setup()
        # Each token leaves at once, as from real servers.
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.server.lock:
            self.server.connections.add(self.connection)

    def finish(self) -> None:
        with self.server.lock:
            self.server.connections.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.headers.get("Content-Type", "")
        self._answer(form_of(kind, data) if kind.startswith("multipart/") else json.loads(data))

    def _answer(self, body: Any) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body, self.client_address[1])
        self.server.owner.take(request)
        try:
            self._walk(self.server.owner.answer_to(request))
        except _HungUpError:
            if not self.server.stopping:
                request.hung_up.set()
            self.close_connection = True
        finally:
            request.finished.set()

    def _walk(self, answer: Answer) -> None:
        framed = True
        for step in answer:
            match step:
                case Head():
                    framed = step.framed
                    self._send_head(step)
                case Send(data=data):
                    self._write(b"%x\r\n%s\r\n" % (len(data), data) if framed else data)
                case Wait(seconds=seconds):
                    self._wait(seconds)
                case Hang():
                    self._wait(None)
                case Cut():
                    if step.reset:  # linger for 0 s: close() sends RST
                        linger = struct.pack("ii", 1, 0)
                        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                        self.connection.close()
                    self.close_connection = True
                    return
        if framed:
            self._write(b"0\r\n\r\n")
        else:
            self.close_connection = True

    def _send_head(self, head: Head) -> None:
        self.send_response(head.status)
        for name, value in head.headers:
            self.send_header(name, value)
        if head.framed:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Connection", "close")
        try:
            self.end_headers()
        except OSError as error:
            raise _HungUpError from error

    def _write(self, data: bytes) -> None:
        self._wait(0)
        try:
            self.wfile.write(data)
        except OSError as error:
            raise _HungUpError from error

    def _wait(self, seconds: float | None) -> None:
        """Raises when the client hangs up meanwhile: nothing else may come from it now."""
        readable, _, _ = select.select([self.connection], [], [], seconds)
        if readable:
            raise _HungUpError


class _HungUpError(Exception):
    pass


def form_of(content_type: str, data: bytes) -> dict[str, Any]:
    """The fields of a form: text, and bytes of files; of one that comes twice, a list."""
    message = email.message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + data)
    fields: dict[str, Any] = {}
    for part in message.get_payload():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        value = content if part.get_filename() else content.decode()
        fields[name] = (
            [*fields[name], value]
            if isinstance(fields.get(name), list)
            else ([fields[name], value] if name in fields else value)
        )
    return fields


@contextmanager
def closed_port() -> Iterator[int]:
    """A port of loopback where connections are refused, reserved meanwhile."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]
