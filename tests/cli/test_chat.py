"""A conversation without a microphone: in a pipe, and at a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from programs import run_voicecli
from sse_server import SseServer, reply, status
from tmux import Terminal
from voicecli.sessions.folders import all_folders


def test_a_question_in_a_pipe() -> None:
    done = run_voicecli(
        *("chat", "--silent", "--base-url", "built-in"), input="What is seven plus twelve?\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "Seven plus twelve is nineteen.\n",
        "",
    )


def test_each_line_is_a_turn_and_commands_are_obeyed(tmp_path: Path) -> None:
    lines = ["one", "", "/save said.md", "two", "/clear", "/nonsense", "/system Be short.", "three"]
    with SseServer() as server:
        server.script(*(reply(f"**{text}**") for text in ("a", "b", "c")))
        done = run_voicecli(
            *("chat", "--silent", "--json", "--base-url", server.base_url),
            input="\n".join(lines),
            cwd=tmp_path,
        )
        asked = [[message["content"] for message in chat.messages] for chat in server.chats]
    assert done.returncode == 0
    events = [json.loads(line) for line in done.stdout.splitlines()]
    said = [event["text"] for event in events if event["event"] == "user_said"]
    assert said == ["one", "two", "three"]
    assert [messages[1:] for messages in asked] == [["one"], ["one", "a", "two"], ["three"]]
    assert asked[2][0] == "Be short."
    assert (tmp_path / "said.md").read_text().endswith("**Assistant**\n\n**a**\n")
    notices = [event["message"] for event in events if event["event"] == "notice"]
    assert "there is no command /nonsense" in notices


def notices_of(server: SseServer, *lines: str) -> list[tuple[str, str]]:
    """What is told in a conversation that types these lines."""
    done = run_voicecli(
        *("chat", "--silent", "--json", "--base-url", server.base_url), input="\n".join(lines)
    )
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return [(one["message"], one["hint"]) for one in events if one["event"] == "notice"]


def test_a_model_that_the_server_does_not_list_is_told() -> None:
    with SseServer(model_ids=("llama3.2", "qwen3:8b")) as server:
        told = notices_of(server, "/model nowhere", "/voice", "/model Qwen3:8B", "hello")
        (chat,) = server.chats
    missing = (
        f"127.0.0.1:{server.port} doesn't list model 'nowhere'; it is asked for it anyway",
        "it lists: llama3.2, qwen3:8b",
    )
    assert told.count(missing) == 1
    assert chat.body["model"] == "qwen3:8b"


def test_a_server_that_lists_nothing_takes_any_model() -> None:
    with SseServer() as server:
        server.models = status(404)
        done = run_voicecli(
            *("chat", "--silent", "--json", "--base-url", server.base_url, "--model", "a"),
            input="/model b\nhello",
        )
        (chat,) = server.chats
    assert "doesn't list" not in done.stdout
    assert chat.body["model"] == "b"


def test_the_built_in_replies_have_no_models() -> None:
    done = run_voicecli(
        *("chat", "--silent", "--base-url", "built-in"), input="/model llama\nWhat is 7 plus 12?\n"
    )
    assert "the built-in replies answer, and have no other models" in done.stderr
    assert done.stdout == "Seven plus twelve is nineteen.\n"


def test_it_is_recorded_goes_on_and_uses_tools() -> None:
    options = ("chat", "--silent", "--base-url", "built-in", "--tools")
    done = run_voicecli(*options, "--record", input="set a timer for an hour\ncancel it please\n")
    assert done.stdout.startswith("The timer is set for one hour.\n")
    (folder,) = all_folders()
    assert "you: set a timer for an hour" in (folder / "transcript.txt").read_text()
    done = run_voicecli(*options, "--resume", "last", input="what did I say\n")
    assert "cancel it please" in done.stdout.lower()


def test_a_failed_reply_fails_the_pipe() -> None:
    with SseServer() as server:
        server.script(status(401, "bad key"))
        done = run_voicecli("chat", "--silent", "--base-url", server.base_url, input="hello\n")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("bad key") == 1


def test_at_a_terminal(terminal: Callable[..., Terminal]) -> None:
    screen = terminal("chat", "--silent", "--base-url", "built-in")
    screen.wait_for(" you >")
    screen.type("What is seven plus twelve?")
    screen.wait_for("ai   Seven plus twelve is nineteen.")
    assert screen.cursor_is_shown
    screen.type("/hlep")
    screen.wait_for("did you mean /help?")
    screen.press("C-d")
    assert screen.wait_for_end() == "0"
