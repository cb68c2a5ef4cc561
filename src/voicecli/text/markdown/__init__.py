"""Turn a reply's markdown into what a person would read aloud, while it arrives.

Three stages, each a function of the text alone and never of how it was cut into deltas:

1. `characters` removes terminal escapes, control and invisible characters; `steps` makes a thought
   of what an agent writes before its final answer; `marks` has one notation for the thoughts, tool
   calls and tokens of all models.
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
prompt) can't be told from a reply until it comes: then `TAKEN_BACK` says that all before was none.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator

from voicecli.text.markdown.blocks import Speakable
from voicecli.text.sentences import TAKEN_BACK, closing

__all__ = ["TAKEN_BACK", "Speakable", "speakable", "speakable_text"]


def speakable_text(text: str, language: str = "en") -> str:
    """What is to be said of a whole markdown text; the same as `speakable` gives piece by piece."""
    speaker = Speakable(language)
    said, _ = speaker.feed(text), speaker.was_thought()
    rest = speaker.finish()
    return (rest if speaker.was_thought() else said + rest).strip()


async def speakable(
    deltas: AsyncIterator[str], language: str = "en", *, thinks_first: bool = False
) -> AsyncGenerator[str]:
    """Yield what is to be said of markdown that arrives in deltas: plain text, once it is sure.

    `language` is a code like "en" or "de-AT". A piece that is `TAKEN_BACK` says that all before was
    a thought; of a model with that habit (`thinks_first`) nothing is yielded before the thought's
    end. Closes `deltas` when closed.
    """
    speaker = Speakable(language, thinks_first=thinks_first)
    said_any = False
    async with closing(deltas) as source:
        async for delta in source:
            said = speaker.feed(delta)
            if speaker.was_thought() and said_any:
                yield TAKEN_BACK
            if said:
                said_any = True
                yield said
    said = speaker.finish()
    if speaker.was_thought() and said_any:
        yield TAKEN_BACK
    if said:
        yield said
