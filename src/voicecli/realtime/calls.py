"""The functions that a Realtime server's model calls: run here, and it is told the results."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from voicecli.conversation.answer import CUT_OFF
from voicecli.conversation.events import Event, Notice, ToolCalled, ToolFailed, ToolResult
from voicecli.conversation.history import History
from voicecli.llm.messages import CallEnded, Message, ToolCall
from voicecli.realtime.line import ServerLine
from voicecli.realtime.replies import ServerReplies
from voicecli.realtime.session import as_realtime, call_item, output_item

LOOK_EVERY_S = 1.0
"""So often it is looked whether there are other functions: servers of tools come and go."""

WORDS_S = 3.0
"""So long the words of a turn may come after what they led to; OpenAI's server is asked for them
beside its model."""


class Functions(Protocol):
    """Functions that the model may call."""

    max_rounds: int
    """In one turn, so many answers that call may follow each other."""

    async def definitions(self) -> Sequence[Mapping[str, Any]]:
        """As `/v1/chat/completions` has them."""
        ...

    async def call(
        self, call: ToolCall, number: int, said: Callable[[], Awaitable[Sequence[Message]]]
    ) -> tuple[CallEnded, str]:
        """What came of it, and a question that the user has to be asked first; empty for none.

        number: of the calls at once, from 0. said: the conversation, with the user's last words.
        """
        ...


class NoFunctions(Functions):
    max_rounds = 0

    async def definitions(self) -> Sequence[Mapping[str, Any]]:
        return ()

    async def call(
        self, call: ToolCall, number: int, said: Callable[[], Awaitable[Sequence[Message]]]
    ) -> tuple[CallEnded, str]:
        return CallEnded(call, "There are no functions.", failed=True), ""


class ServerCalls:
    """Takes the calls of replies; when all of one are over, the server is asked to go on."""

    def __init__(
        self,
        functions: Functions,
        line: ServerLine,
        replies: ServerReplies,
        history: History,
        emit: Callable[[Event], None],
    ) -> None:
        self.definitions: list[dict[str, Any]] = []
        """As the server is told them."""
        self._functions = functions
        self._line = line
        self._replies = replies
        self._history = history
        self._emit = emit
        self._running: dict[asyncio.Task[None], ToolCall] = {}
        self._ended: list[CallEnded] = []
        """Of which the server is not told yet."""
        self._known: set[str] = set()
        """Ids of calls that the server on this line has made."""
        self._question = ""
        self._n_rounds = 0
        self._words_known = asyncio.Event()
        self._words_known.set()

    def __len__(self) -> int:
        return len(self._running) + len(self._ended)

    # ---- what there is ------------------------------------------------------------------------

    async def look(self) -> None:
        """Tell the server what may be called, if that is something else than before."""
        found = [as_realtime(tool) for tool in await self._functions.definitions()]
        if found != self.definitions:
            self.definitions = found
            self._line.send("session.update", session={"type": "realtime", "tools": found})

    async def keep_looking(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()

    # ---- the user's turn ----------------------------------------------------------------------

    def turn_over(self) -> None:
        """The user has spoken; the words follow."""
        self._n_rounds = 0
        self._words_known.clear()

    def words_known(self) -> None:
        """They are in the history, or there are none."""
        self._n_rounds = 0
        self._words_known.set()

    async def _said(self) -> Sequence[Message]:
        try:
            async with asyncio.timeout(WORDS_S):
                await self._words_known.wait()
        except TimeoutError:
            pass
        return self._history.messages

    def cut_off(self) -> None:
        """The user does not wait for what is being done."""
        for task, call in self._running.items():
            task.cancel()
            self._conclude(CallEnded(call, CUT_OFF, failed=True))
        self._running.clear()
        self._tell()

    # ---- calls --------------------------------------------------------------------------------

    def begin(self, event: dict[str, Any]) -> None:
        """`response.output_item.done`: if it is a call, it is begun."""
        item = event["item"]
        if item.get("type") != "function_call" or str(event["response_id"]) != self._replies.active:
            return
        call = ToolCall(str(item["call_id"]), str(item["name"]), str(item["arguments"]))
        self._known.add(call.id)
        self._emit(ToolCalled(call.id, call.name, call.arguments))
        task = asyncio.ensure_future(self._carry_out(call, len(self)))
        self._running[task] = call

    async def _carry_out(self, call: ToolCall, number: int) -> None:
        ended, question = await self._functions.call(call, number, self._said)
        self._running = {task: of for task, of in self._running.items() if of is not call}
        self._question = self._question or question
        self._conclude(ended)
        self.go_on()

    def _conclude(self, ended: CallEnded) -> None:
        call, kind = ended.call, ToolFailed if ended.failed else ToolResult
        self._emit(kind(call.id, call.name, call.arguments, ended.content))
        self._history.add_call(call, ended.content)
        self._ended.append(ended)

    # ---- the server ---------------------------------------------------------------------------

    def go_on(self) -> None:
        """Ask for an answer that knows the results, when all are there and nothing is being
        answered: a server makes one response at a time."""
        if self._running or self._replies.active or not self._ended:
            return
        self._tell()
        self._n_rounds += 1
        question, self._question = self._question, ""
        if self._n_rounds > self._functions.max_rounds + 1:  # though it was told to call none
            where = self._line.where
            self._emit(Notice(f"{where} calls functions without end", "say it in other words"))
            return
        fields: dict[str, Any] = {}
        if question:
            fields["instructions"] = f"Say exactly this, and nothing else: {question}"
        if question or self._n_rounds > self._functions.max_rounds:
            fields["tool_choice"] = "none"
        self._line.send("response.create", **({"response": fields} if fields else {}))
        self._replies.awaited = True

    def _tell(self) -> None:
        for ended in self._ended:
            if ended.call.id not in self._known:  # it was made on a line that broke
                self._line.send("conversation.item.create", item=call_item(ended.call))
            output = output_item(ended.call.id, ended.content)
            self._line.send("conversation.item.create", item=output)
        self._ended.clear()

    def line_began(self) -> None:
        """The server is told the history: what is over is in it, and waits for an answer."""
        self._replies.awaited |= bool(self._ended)
        self._ended.clear()
        self._known.clear()

    def end(self) -> None:
        for task in self._running:
            task.cancel()
