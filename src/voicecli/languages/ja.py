"""Japanese."""

from __future__ import annotations

from voicecli.languages.aloud import CURRENCY_BY_SIGN, Aloud
from voicecli.languages.language import SOUNDS, Abbreviations, Language, Phrases, phrases, words

# fmt: off

_ALOUD = Aloud(
    point="点",
    digits=("ゼロ", *"一二三四五六七八九"),
    minus="マイナス",
    to="から",
    and_="",
    dot="ドット",
    by="かける",
    joiners="と|や|か",
    units={short: (name, name) for short, name in {
        "km": "キロメートル", "m": "メートル", "cm": "センチメートル", "mm": "ミリメートル",
        "kg": "キログラム",
        "g": "グラム", "mg": "ミリグラム", "t": "トン", "l": "リットル", "L": "リットル",
        "ml": "ミリリットル",
        "ha": "ヘクタール", "m²": "平方メートル", "km²": "平方キロメートル", "m³": "立方メートル",
        "km/h": "キロメートル毎時", "m/s": "メートル毎秒", "KB": "キロバイト", "MB": "メガバイト",
        "GB": "ギガバイト",
        "TB": "テラバイト", "W": "ワット", "kW": "キロワット", "kWh": "キロワット時",
        "V": "ボルト", "A": "アンペア",
        "Hz": "ヘルツ", "kHz": "キロヘルツ", "MHz": "メガヘルツ", "GHz": "ギガヘルツ",
        "kcal": "キロカロリー",
        "hPa": "ヘクトパスカル", "dB": "デシベル", "°C": "度", "℃": "度", "°F": "華氏度", "°": "度",
        "%": "パーセント", "‰": "パーミル", "h": "時間", "min": "分", "s": "秒", "ms": "ミリ秒",
        "px": "ピクセル", "x": "倍", "×": "倍",
    }.items()},
    scales={scale: (scale, scale) for scale in ("万", "億", "兆", "千", "百万", "千万")},
    currency_signs=CURRENCY_BY_SIGN | {"¥": "JPY", "￥": "JPY"},
    operators={
        "+": "足す", "-": "引く", "−": "引く", "–": "引く", "*": "掛ける", "×": "掛ける",
        "x": "掛ける",
        "/": "割る", "÷": "割る", "=": "イコール", "<": "小なり", ">": "大なり", "≤": "以下",
        "≥": "以上",
        "≈": "約", "≠": "ノットイコール", "^": "の",
    },
    symbols={
        "+": "プラス", "&": "アンド", "%": "パーセント", "§": "第", "°": "度", "→": "から",
        "->": "から",
        "=": "イコール", "×": "かける", "÷": "割る", "@": "アット", "±": "プラスマイナス",
        "≈": "約", "≤": "以下",
        "≥": "以上", "<": "小なり", ">": "大なり", "™": "", "®": "", "©": "コピーライト", "*": "",
        "|": "、",
        "_": " ", "^2": "の二乗", "²": "の二乗", "^3": "の三乗", "³": "の三乗", "√": "ルート",
        "∞": "無限大",
        "•": "", "…": "、", "...": "、", "€": "ユーロ", "$": "ドル", "£": "ポンド", "¥": "円",
        "`": "",
        "{": "", "}": "", "〜": "から", "～": "から", "^": "の",
    },
    at="アットマーク",
    dash="ハイフン",
    slash="スラッシュ",
    underscore="アンダーバー",
    tilde="チルダ",
    spelled=frozenset("USB API URL AI OS IP EU USA".split()),
    words={"24/7": "年中無休", "C++": "シープラスプラス", "C#": "シーシャープ"},
    hash_number="ナンバー",
    hashtag="ハッシュタグ",
    item_end=r"(?:[)）、]\s?|\. )",
    months=tuple(f"{number}月" for number in (*"一二三四五六七八九十", "十一", "十二")),
    ratio_words=("比率", "縮尺", "割合"),
    per="毎",
    currencies={
        "JPY": (("円", "円"), None), "USD": (("ドル", "ドル"), None),
        "EUR": (("ユーロ", "ユーロ"), None), "GBP": (("ポンド", "ポンド"), None),
        "CNY": (("人民元", "人民元"), None), "KRW": (("ウォン", "ウォン"), None),
        "CHF": (("スイスフラン", "スイスフラン"), None), "INR": (("ルピー", "ルピー"), None),
    },
    ratio_to="対",
    out_of="中",
    signs={
        "-": "マイナス", "−": "マイナス", "+": "プラス", "±": "プラスマイナス", "~": "約",
        "〜": "約", "≈": "約",
        "<": "未満", ">": "超", "≤": "以下", "≥": "以上",
    },
)

LANGUAGE = Language(
    code="ja",
    short_answers=phrases(
        "はい, いいえ, いえ, うん, ええ, そうです, 違います, ありがとう, ありがとうございます, "
        "お願いします, こんにちは, こんばんは, おはよう, おはようございます, さようなら, "
        "もう一度, 続けて, わかりました, 了解, オーケー"
    ),
    unfinished_ends=words(
        "は が を に へ で も けど けれど ので のに とか でも しかし そして それから だから "
        "または あと 例えば もし えっと えーと ええと あの あのー その まあ って から たら "
        "なら 私の 僕の 今日の"
    ),
    finished_ends=words(
        "こんにちは こんばんは では なに 何で なんで いくらで どこで それでも 今から これから "
        "ここから"
    ),
    phone_number=r".{11}",
    digit_words=words("まる れい よん なな きゅう"),
    backchannels=SOUNDS | words("はい うん ええ へえ そう そうですね なるほど そうか"),
    stop_words=phrases(
        "ストップ, 止まって, 止めて, やめて, 待って, ちょっと待って, 静かに, 黙って, もういい, "
        "キャンセル, 静かにして"
    ),
    start_over=phrases("最初からやり直して, 最初からやり直し, 全部忘れて, 新しい会話"),
    is_wide=True,
    is_spaced=False,
    user_labels=words("user human ユーザー 人間 利用者"),
    own_labels=words("assistant ai アシスタント"),
    abbreviations=Abbreviations(
        never_end={"vs.": "対", "vs": "対", "e.g.": "例えば"},
        only_before_number={"No.": "ナンバー", "第": "第", "p.": "ページ"},
        end_before_capital={"etc.": "など"},
        elsewhere={"℡": "電話"},
    ),
    phrases=Phrases(
        code="コードは画面に表示しました。",
        table="表は画面に表示しました。",
        more_rows="表の残りは画面に表示しました。",
        formula="数式は画面に表示しました。",
        link_to="{}へのリンク",
        yes="はい",
        no="いいえ",
        not_understood="すみません、聞き取れませんでした。",
        started_over="わかりました、最初から始めましょう。",
        no_voice="この言語の声がありません。答えは画面に表示しました。",
    ),
    aloud=_ALOUD,
)
