"""Turn a reply's markdown into what a person would read aloud, while it arrives.

Three stages, each a function of the text alone and never of how it was cut into deltas:

1. `characters` removes terminal escapes, control and invisible characters.
2. `blocks` finds out what each line is (heading, item, fence, table row...) from its first
   characters (`lines`), and inside running text the places where it may be cut without tearing a
   link, a code span or a tag apart (`running`, `tags`). markdown-it wants whole documents, so this
   much is done here.
3. `inline` says every such piece. What has markup in it is parsed by markdown-it, once (`markup`,
   `formulas`; `tables` row by row).

The result is plain text: "\\n" ends a heading, an item, a row or a paragraph. Numbers, units and
abbreviations are left as they are: `text.aloud` writes them out for the synthesiser, sentence by
sentence, after `text.sentences`; so screen, captions and history show "3.14" and "$5".
A reasoning model's `</think>` without its `<think>` (some chat templates write that one into the
prompt) can't be told from a reply until it comes: only what follows a `<think>` is kept silent.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator

from voicecli.text.markdown.blocks import Speakable
from voicecli.text.sentences import closing

__all__ = ["Speakable", "speakable", "speakable_text"]


def speakable_text(text: str, language: str = "en") -> str:
    """What is to be said of a whole markdown text; the same as `speakable` gives piece by piece."""
    speaker = Speakable(language)
    return (speaker.feed(text) + speaker.finish()).strip()


async def speakable(deltas: AsyncIterator[str], language: str = "en") -> AsyncGenerator[str]:
    """Yield what is to be said of markdown that arrives in deltas: plain text, once it is sure.

    `language` is a code like "en" or "de-AT". Closes `deltas` when closed.
    """
    speaker = Speakable(language)
    async with closing(deltas) as source:
        async for delta in source:
            if said := speaker.feed(delta):
                yield said
    if said := speaker.finish():
        yield said
