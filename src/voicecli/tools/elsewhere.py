"""The tools for a server that holds the conversation: it calls them, and they are run here.

What changes something waits for the user's yes, as in `model`. But the server says the question,
and its model calls once more when the user has answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from voicecli.llm.messages import CallEnded, Message, ToolCall
from voicecli.tools.box import Toolbox, arguments_in
from voicecli.tools.confirming import REFUSED, Pending, Questions, answer_to
from voicecli.tools.tool import Tool

NOT_YET = (
    "Not done yet: the user has to be asked first. Ask exactly this, and call again with the same "
    "arguments after a yes: {}"
)


class ToolFunctions:
    """Of one conversation."""

    def __init__(self, box: Toolbox, language: str = "en") -> None:
        """language: in which the user is asked."""
        self.max_rounds = box.max_steps
        self._box = box
        self._language = language
        self._questions = Questions()

    async def definitions(self) -> Sequence[Mapping[str, Any]]:
        """As they are now, as `/v1/chat/completions` has them."""
        return [tool.definition for tool in (await self._box.tools()).values()]

    async def call(
        self, call: ToolCall, number: int, said: Callable[[], Awaitable[Sequence[Message]]]
    ) -> tuple[CallEnded, str]:
        """What came of it, and what the user has to be asked before; empty where nothing.

        number: of the calls at once, from 0. said: the conversation, with the user's last words.
        """
        tools = await self._box.tools()
        if why := self._box.refusal(call, number, tools):
            return CallEnded(call, why, failed=True), ""
        tool = tools[call.name]
        if self._box.waits_for_yes(call, tool):
            asked = [one for one in self._questions.pending if _is_same(one, call, tool)]
            messages = await said() if asked else ()
            answers = {answer_to(one, messages, self._language) for one in asked}
            if "no" in answers:
                return CallEnded(call, REFUSED, failed=True), ""
            if "yes" not in answers:
                question = self._questions.ask([(call, tool)], self._language)
                return CallEnded(call, NOT_YET.format(question), failed=True), question
            for one in asked:
                self._questions.done(one.calls[0])
        content, failed = await self._box.call(tool, call.arguments)
        return CallEnded(call, content, failed), ""


def _is_same(pending: Pending, call: ToolCall, tool: Tool) -> bool:
    """Servers give a call that is made again another number."""
    (asked,) = pending.calls
    return asked.name == call.name and (
        arguments_in(asked.arguments, tool) == arguments_in(call.arguments, tool)
    )
