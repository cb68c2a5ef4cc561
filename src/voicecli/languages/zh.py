"""Chinese."""

from __future__ import annotations

from voicecli.languages.language import (
    SOUNDS,
    Abbreviations,
    Language,
    Phrases,
    phrases,
    unsaid,
    words,
)

# fmt: off

CHINESE = Language(
    code="zh",
    short_answers=phrases("是, 是的, 不, 不是, 好, 好的, 对, 行, 谢谢, 你好, 再见, 停, 等等, 继续"),
    unfinished_ends=words("和 或 但是 因为 如果 虽然 而且 然后 呃 嗯"),
    backchannels=SOUNDS | words("嗯 哦 对 好 是 是的 好的"),
    stop_words=phrases("停, 停下, 停止, 别说了, 安静, 闭嘴, 等等, 等一下, 够了, 取消"),
    is_wide=True,
    is_spaced=False,
    abbreviations=Abbreviations(
        never_end={
            "vs.": "对", "vs": "对", "VS": "对", "e.g.": "例如", "i.e.": "即",
        } | unsaid("cf dr mr mrs ms prof"),
        before_number=unsaid("fig p pp vol"),
        only_before_number={
            "No.": "第", "NO.": "第",
        },
        may_end=unsaid("co inc ltd"),
        end_before_capital={
            "etc.": "等等",
        } | unsaid("a.m p.m"),
    ),
    phrases=Phrases(
        code="代码已显示在屏幕上。",
        table="表格已显示在屏幕上。",
        more_rows="表格的其余部分已显示在屏幕上。",
        formula="公式已显示在屏幕上。",
        link_to="链接到{}",
        yes="是",
        no="否",
    ),
)
