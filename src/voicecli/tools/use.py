"""What a conversation needs to use tools: those that the settings name, and the bell of timers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from voicecli.conversation.answer import Answer
from voicecli.conversation.events import Event, Notice
from voicecli.duplex.seam import Duplex
from voicecli.llm.messages import Options
from voicecli.settings import Settings
from voicecli.tools.bell import Bell
from voicecli.tools.box import Toolbox, toolbox
from voicecli.tools.elsewhere import ToolFunctions
from voicecli.tools.model import PROMPT, WithTools
from voicecli.tools.servers import McpServer, connected


@dataclass(frozen=True)
class Tools:
    """Of one conversation."""

    box: Toolbox
    bell: Bell
    servers: list[McpServer]
    notices: Callable[[str, str], None]

    def by(self, answer: Answer) -> Answer:
        """The same answer, by a model that has the tools."""
        model = WithTools(answer.language_model, self.box, answer.language, self.notices)
        return replace(answer, language_model=model, options=Options(tool_choice="auto"))

    def elsewhere(self, language: str) -> ToolFunctions:
        """For a server that holds the conversation. language: in which the user is asked."""
        return ToolFunctions(self.box, language)


def instructed(settings: Settings) -> Settings:
    """With what a model should know of tools behind its system prompt."""
    from voicecli.llm.request import DEFAULT_SYSTEM_PROMPT

    system = DEFAULT_SYSTEM_PROMPT if settings.llm.system is None else settings.llm.system
    return replace(settings, llm=replace(settings.llm, system=f"{system}\n\n{PROMPT}".strip()))


@asynccontextmanager
async def tools_for(
    settings: Settings, duplex: Duplex, emit: Callable[[Event], None], *, waits: bool = False
) -> AsyncGenerator[Tools, None]:
    """The tools of the settings; servers connect in the background.

    waits: until they have, for nobody is waiting, as where time stands still. Raises SettingsError.
    """

    def notices(message: str, hint: str) -> None:
        emit(Notice(message, hint))

    bell = Bell(duplex.speaker, emit, stands_still=duplex.stands_still)
    async with connected(settings.tools.mcp, notices, offline=settings.offline) as servers:
        tools = Tools(toolbox(settings.tools, bell.timers, servers), bell, servers, notices)
        if waits or duplex.stands_still:
            for server in servers:
                await server.settled()
        yield tools
        if running := bell.timers.running:
            many = "a timer ends" if len(running) == 1 else f"{len(running)} timers end"
            notices(f"{many} with this conversation", "timers run as long as it does")
