"""`voicecli tools`, and `talk --tools`, from the settings to what is heard."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from programs import run_voicecli, save_wav, speak
from sse_server import DONE, ROLE, SseServer, chunk, reply, stream, tokens
from voicecli.cli import tools
from voicecli.errors import SettingsError
from voicecli.settings.file import parse_file
from voicecli.sound.samples import SAMPLE_RATE_HZ, silence

EVIL = Path(__file__).parents[1] / "evil_mcp.py"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VOICECLI_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def configure(home: Path, text: str) -> None:
    path = home / "config.toml"
    path.write_text(text)
    path.chmod(0o600)


def evil_table(marks: Path) -> str:
    args = json.dumps([str(EVIL), str(marks)])
    return f"[tools.mcp.evil]\ncommand = {json.dumps(sys.executable)}\nargs = {args}\n"


def called(*arguments: str) -> tuple[str, str]:
    """What `voicecli tools call` prints, or raises."""
    result = CliRunner().invoke(tools.app, ["call", *arguments])
    return result.stdout, str(result.exception or "")


def test_tools_are_listed_and_tried(home: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("Hello \x1b[2J\n")
    dead = '[tools.mcp.dead]\ncommand = "/no/such"\n'
    folder = f'[tools]\nfolder = "{tmp_path}/notes"\nallow = ["evil_delete"]\n'
    configure(home, folder + dead + evil_table(tmp_path))
    listed = run_voicecli("tools")
    assert listed.returncode == 1  # for one that can't be used; the others are there
    assert "the tool server dead can't be started: /no/such: No such file" in listed.stderr
    assert "\x1b" not in listed.stdout + listed.stderr
    rows = {line.split()[0]: line for line in listed.stdout.splitlines()}
    assert {"get_time", "set_timer", "read_file", "evil_inject"} <= set(rows)
    assert "asks first" in rows["evil_unknown"]
    assert "asks first" not in rows["evil_delete"] + rows["evil_inject"] + rows["get_time"]
    configure(home, folder)
    assert called("read_file", '{"path": "a.txt"}') == ("Hello [2J\n", "")


@pytest.mark.slow
def test_a_question_in_a_pipe_has_the_tools_of_all_servers(home: Path, tmp_path: Path) -> None:
    configure(home, evil_table(tmp_path))
    with SseServer() as server:
        run_voicecli("chat", "--silent", "--tools", "--base-url", server.base_url, input="hello\n")
        (chat,) = server.chats
    assert "evil_inject" in [tool["function"]["name"] for tool in chat.body["tools"]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nope",), "there is no tool 'nope'"),
        (("calculate", '{"expression": "1/0"}'), "calculate: nothing can be divided by zero"),
        (("calculate", "{"), "calculate: the arguments are no JSON"),
        (("set_timer", '{"minutes": 1}'), "set_timer needs a conversation that lasts"),
    ],
)
def test_what_can_not_be_called(home: Path, arguments: tuple[str, ...], said: str) -> None:
    printed, error = called(*arguments)
    assert printed == ""
    assert error.startswith(said)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('command = "x"\nurl = "http://a/b"', "line 1: tools.mcp.x needs a command or a url"),
        ("args = []", "line 1: tools.mcp.x needs a command or a url"),
        ('command = "x"\nargs = "y"', "line 3: tools.mcp.x.args must be a list of texts"),
        ('command = ["x"]', "line 2: tools.mcp.x.command must be a text"),
        ('command = "x"\nenv = { A = 1 }', "line 3: tools.mcp.x.env must be a table of texts"),
        ('comand = "x"', "line 2: tools.mcp.x.comand is unknown"),
        ('url = "ftp://x"', "line 2: 'ftp://x' is no http address"),
        ('command = "x"\ntimeout_s = 0', "line 3: tools.mcp.x.timeout_s must be a number"),
    ],
)
def test_a_table_that_can_not_be(table: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_file(f"[tools.mcp.x]\n{table}\n", Path("config.toml"))
    assert said in caught.value.message


def test_tables_of_servers() -> None:
    text = '[tools.mcp.a]\ncommand = "x"\nargs = ["y"]\nenv = { K = "$K" }\n'
    text += '[tools.mcp.b]\nurl = "http://localhost:1/mcp"\nheaders = { A = "b" }\ntimeout_s = 5\n'
    a, b = parse_file(text, Path("config.toml")).mcp
    assert (a.name, a.command, a.args, a.env) == ("a", "x", ("y",), (("K", "$K"),))
    assert (b.name, b.url, b.headers, b.timeout_s) == (
        *("b", "http://localhost:1/mcp", (("A", "b"),), 5.0),
    )
    assert "$K" not in repr(a)


def test_without_the_package_the_others_are_there(home: Path, tmp_path: Path) -> None:
    """As where voicecli was installed without its extra `tools`."""
    configure(home, evil_table(tmp_path))
    (tmp_path / "mcp.py").write_text("raise ImportError('no module named mcp')")
    done = run_voicecli("tools", env={"PYTHONPATH": str(tmp_path)})
    assert "get_time" in done.stdout
    assert "the tool server evil can't be asked: the package mcp is missing" in done.stderr
    assert "voicecli[tools]" in done.stderr


# talk ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_talk_calls_asks_and_rings(home: Path, tmp_path: Path) -> None:
    """Two questions: a timer that rings over the reply, and what changes something, which is
    asked for. Control characters of the server reach neither stream."""
    configure(home, evil_table(tmp_path))
    question = speak("what time is it")
    audio = tmp_path / "asked.wav"
    pause = silence(8 * SAMPLE_RATE_HZ)
    save_wav(audio, np.concatenate([pause[:8000], question, pause, question, pause]))

    def calls(*names: str):
        listed = [
            {"index": i, "id": "a", "function": {"name": name, "arguments": '{"seconds": 1}'}}
            for i, name in enumerate(names)
        ]
        return stream(ROLE, *tokens("Yes."), chunk({"tool_calls": listed}, "tool_calls"), DONE)

    with SseServer() as server:
        server.respond = lambda request: (
            reply("That is done.")
            if request.messages[-1]["role"] == "tool"
            else calls("evil_controls", "set_timer")
            if len(server.chats) < 3
            else calls("evil_delete")
        )
        done = run_voicecli(
            *("talk", "--tools", "--input", str(audio), "--output", str(tmp_path / "out.wav")),
            *("--base-url", server.base_url, "--model", "test-model", "--json"),
        )
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds.index("tool_called") < kinds.index("tool_result") < kinds.index("timer_rang")
    assert "\x1b" not in done.stdout + done.stderr
    results = {
        event["name"]: event["content"] for event in events if event["event"] == "tool_result"
    }
    assert set(results) == {"evil_controls", "set_timer"}
    assert results["evil_controls"].isprintable()
    heard = [event["heard"] for event in events if event["event"] == "reply_ended"]
    assert heard[0].split("\n") == ["Yes.", "That is done."]
    assert heard[1].endswith("Shall I use evil delete, with seconds 1? Yes or no?")
    assert not (tmp_path / "delete").exists()
