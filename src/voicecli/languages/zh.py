"""Chinese."""

from __future__ import annotations

from voicecli.languages.aloud import CURRENCY_BY_SIGN, Aloud
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

_COUNTERS = (
    "片颗粒瓶碗盘盒包袋双对套组座栋句首部集届把枚封顿场份项款类批排列头匹群串朵棵滴毛个位名只条"
    "张本次年天周件家杯块岁种台辆层页段间米元倍人点分秒小公千毫厘克升度斤里"
)

_ALOUD = Aloud(
    point="点",
    digits=tuple("零一二三四五六七八九"),
    minus="负",
    to="到",
    and_="",
    dot="点",
    by="乘",
    joiners="和|或",
    units={
        short: (name, name)
        for short, name in {
            "km": "公里", "m": "米", "cm": "厘米", "mm": "毫米", "µm": "微米", "nm": "纳米",
            "kg": "公斤", "g": "克", "mg": "毫克", "µg": "微克", "t": "吨", "l": "升", "L": "升",
            "ml": "毫升", "mL": "毫升", "m²": "平方米", "m2": "平方米", "km²": "平方公里",
            "cm²": "平方厘米", "m³": "立方米", "cm³": "立方厘米", "ha": "公顷",
            "km/h": "公里每小时",
            "m/s": "米每秒", "KB": "千字节", "kB": "千字节", "MB": "兆字节", "GB": "吉字节",
            "TB": "太字节", "Mbps": "兆比特每秒", "MB/s": "兆字节每秒", "Hz": "赫兹",
            "kHz": "千赫兹",
            "MHz": "兆赫兹", "GHz": "吉赫兹", "W": "瓦", "kW": "千瓦", "MW": "兆瓦",
            "kWh": "千瓦时",
            "V": "伏", "kV": "千伏", "A": "安", "mA": "毫安", "mAh": "毫安时", "Ω": "欧姆",
            "J": "焦耳",
            "kJ": "千焦", "kcal": "千卡", "hPa": "百帕", "dB": "分贝", "°C": "摄氏度",
            "℃": "摄氏度",
            "°F": "华氏度", "°": "度", "s": "秒", "ms": "毫秒", "min": "分钟", "h": "小时",
            "px": "像素",
            "x": "倍", "×": "倍",
        }.items()
    },
    scales={
        word: (word, word)
        for word in ("百万", "千万", "万亿", "十亿", "百亿", "千亿", "万", "亿", "千", "百")
    } | {"M": ("百万", "百万"), "K": ("千", "千"), "k": ("千", "千")},
    currency_signs=CURRENCY_BY_SIGN | {"¥": "CNY"},
    operators={
        "+": "加", "-": "减", "−": "减", "–": "减", "*": "乘以", "×": "乘以", "x": "乘以",
        "/": "除以", "÷": "除以", "=": "等于", "<": "小于", ">": "大于", "≤": "小于等于",
        "≥": "大于等于", "≈": "约等于", "≠": "不等于",
    },
    symbols={
        "+": "加", "&": "和", "→": "到", "->": "到", "=": "等于", "×": "乘以", "÷": "除以",
        "@": "艾特", "±": "正负", "≈": "约", "≤": "不超过", "≥": "不少于", "<": "小于", ">": "大于",
        "™": "", "®": "", "©": "版权", "*": "", "|": "，", "_": " ", "²": "的平方", "³": "的立方",
        "√": "根号", "∞": "无穷大", "♯": "升", "♭": "降", "•": "", "……": "，", "…": "，",
        "...": "，", "¥": "元", "￥": "元", "$": "美元", "€": "欧元", "`": "", "{": "", "}": "",
        "§": "第", "°": "度", "~": "到", "～": "到",
    },
    noun_pattern=rf"\s?([{_COUNTERS}])",
    at="艾特",
    dash="杠",
    slash="斜杠",
    underscore="下划线",
    tilde="波浪号",
    words={"24/7": "全天候", "C++": "C加加", "C#": "C井"},
    hash_number="",
    hashtag="话题",
    item_end=r"(?:[)）、]\s?|\. )",
    time_suffix=r"(?!)",
    ratio_words=("比例", "比率"),
    per="每",
    currencies={
        "CNY": (("元", "元"), None), "RMB": (("元", "元"), None), "USD": (("美元", "美元"), None),
        "EUR": (("欧元", "欧元"), None), "GBP": (("英镑", "英镑"), None),
        "JPY": (("日元", "日元"), None),
        "HKD": (("港元", "港元"), None), "KRW": (("韩元", "韩元"), None),
        "RUB": (("卢布", "卢布"), None), "INR": (("卢比", "卢比"), None),
        "BTC": (("比特币", "比特币"), None),
    },
    ratio_to="比",
    signs={
        "-": "负", "−": "负", "+": "正", "±": "正负", "~": "约", "～": "约", "≈": "约", "<": "小于",
        ">": "大于", "≤": "不超过", "≥": "不少于",
    },
)

LANGUAGE = Language(
    code="zh",
    short_answers=phrases("是, 是的, 不, 不是, 好, 好的, 对, 行, 谢谢, 你好, 再见, 停, 等等, 继续"),
    unfinished_ends=words(
        "和 或 或者 跟 与 但 但是 可是 不过 因为 所以 如果 要是 虽然 而且 并且 然后 还有 比如 "
        "关于 对于 把 "
        "被 从 向 往 请 我想 我要 想要 能不能 可不可以 帮我 给我 告诉我 就是说 呃 嗯"
    ),
    phone_number=r".{11}",
    digit_words=words("幺 两"),
    backchannels=SOUNDS | words("嗯 哦 对 好 是 是的 好的"),
    stop_words=phrases("停, 停下, 停止, 别说了, 安静, 闭嘴, 等等, 等一下, 够了, 取消"),
    start_over=phrases(
        "重新开始, 重新开始吧, 我们重新开始, 我们重新开始吧, 从头开始, 从头再来, 重新来过, "
        "忘掉一切, 忘记一切, 新对话, 新的对话, 开始新对话, 清空对话"
    ),
    is_wide=True,
    is_spaced=False,
    user_labels=words("user human 用户 用戶 人类"),
    own_labels=words("assistant ai 助手 助理"),
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
        not_understood="对不起，我没听清。",
        started_over="好的，我们重新开始。",
        no_voice="我没有这种语言的声音，回答已显示在屏幕上。",
    ),
    aloud=_ALOUD,
)
