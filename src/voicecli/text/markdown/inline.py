"""Stage 3: what a piece of running text says."""

from __future__ import annotations

import re

from voicecli.text.markdown.addresses import host_of
from voicecli.text.markdown.characters import without_invisible

_MARKUP = re.compile(r"[\\`*_~\[\]<>&!$|【^¹²³⁰⁴-⁹]|://")
_PHONEMES = re.compile(r"(\[\[.*?\]\])", re.DOTALL)
PICTURES = (
    "\u200d\u20e3\ufe0e\ufe0f\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u25aa\u25ab\u25b6\u25c0"
    "\u25fb-\u25fe\u2600-\u266c\u2670-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff"
)
# Joiners stay where they join letters (Persian, Hindi); variation selectors mean pictures only.
_EMOJI = re.compile(f" ?(?:[{PICTURES.replace(chr(0x200D), '')}]\u200d?)+( ?)(?=(.?))", re.DOTALL)
_EMOTICON = re.compile(r"(?<!\S)(?:[:;=]'?-?[)(DPpOo|\]\[/\\*]|<3|\^_?\^|XD|xD)(?=[\s.,!?]|\Z)")
_STARS = re.compile(r"(?<![★☆⭐✩])([★⭐]+)[☆✩]*(?![★☆⭐✩])")
"""A rating, if there are five of them."""
_SHORTCODE = re.compile(r"(?<![\w:]):[a-z][a-z_]{2,30}:(?![\w:])")
_URL = re.compile(
    r"(?:https?|ftp)://[^\s<>\"“”„«»。，；（）、]+|\bwww\.[\w-]+\.[^\s<>\"“”。，]+", re.I
)
_CHECKBOX = re.compile(r"\A\s*\[[ xX]\]\s")
_ALERT = re.compile(r"\A\[!([A-Za-z]+)\]")
_SPACES = re.compile(r"[ \t\n]+")


def inline(source: str, link_to: str) -> str:
    """What a piece of running text says."""
    source = _ALERT.sub(lambda found: found[1].capitalize() + ":", _CHECKBOX.sub("", source))
    if _MARKUP.search(source):
        from voicecli.text.markdown.markup import without_markup

        source = without_invisible(without_markup(source, link_to))
    if "[[" not in source:
        return tidy(source, link_to)
    parts = _PHONEMES.split(source)
    return "".join(part if i % 2 else tidy(part, link_to) for i, part in enumerate(parts))


def tidy(text: str, link_to: str) -> str:
    """Text without markup, but for addresses and pictures."""
    text = _STARS.sub(lambda row: f"{len(row[1])}/5" if len(row[0]) == 5 else row[0], text)
    text = _URL.sub(lambda found: _say_url(found, link_to), text)
    if not text.isascii():
        text = _EMOJI.sub(_say_emoji, text)
    text = _SHORTCODE.sub("", text)
    text = _EMOTICON.sub("", text)
    return _SPACES.sub(" ", text)


def _say_url(found: re.Match[str], link_to: str) -> str:
    url = found[0]
    end = len(url.rstrip(".,;:!?'*_"))
    while end and url[end - 1] == ")" and url.count("(", 0, end) < url.count(")", 0, end):
        end = len(url[: end - 1].rstrip(".,;:!?'*_"))
    return link_to.format(host_of(url[:end])) + url[end:]


def _say_emoji(found: re.Match[str]) -> str:
    after, following = found[1], found[2]
    return after if not following or following in ".,;:!?)" else " "
