"""Korean."""

from __future__ import annotations

from voicecli.languages.aloud import CURRENCY_BY_SIGN, Aloud
from voicecli.languages.language import SOUNDS, Abbreviations, Language, Phrases, phrases, words

# fmt: off

_COUNTERS = (
    "개월|개|명|마리|살|시간|시(?!속)|잔|병|권|번째|사람|송이|그루|대|벌|켤레|가지|군데|달(?!러)"
)

_ALOUD = Aloud(
    point="점",
    digits=tuple("영일이삼사오육칠팔구"),
    minus="마이너스",
    to="에서",
    and_="",
    dot="점",
    by="곱하기",
    joiners="와|과|또는",
    units={short: (name, name) for short, name in {
        "km": "킬로미터", "m": "미터", "cm": "센티미터", "mm": "밀리미터", "kg": "킬로그램",
        "g": "그램",
        "mg": "밀리그램", "t": "톤", "l": "리터", "L": "리터", "ml": "밀리리터", "ha": "헥타르",
        "m²": "제곱미터", "km²": "제곱킬로미터", "m³": "세제곱미터", "km/h": "시속킬로미터",
        "m/s": "초속미터",
        "KB": "킬로바이트", "MB": "메가바이트", "GB": "기가바이트", "TB": "테라바이트", "W": "와트",
        "kW": "킬로와트", "kWh": "킬로와트시", "V": "볼트", "A": "암페어", "Hz": "헤르츠",
        "kHz": "킬로헤르츠",
        "MHz": "메가헤르츠", "GHz": "기가헤르츠", "kcal": "킬로칼로리", "hPa": "헥토파스칼",
        "dB": "데시벨",
        "°C": "도", "℃": "도", "°F": "화씨도", "°": "도", "%": "퍼센트", "‰": "퍼밀", "h": "시간",
        "min": "분", "s": "초", "ms": "밀리초", "px": "픽셀", "x": "배", "×": "배",
    }.items()} | {"시간": ("시간", "시간", "f"), "h": ("시간", "시간", "f")},
    scales={scale: (scale, scale) for scale in ("만", "억", "조", "천", "백만", "천만")},
    noun_pattern=rf"\s?(?!개월)({_COUNTERS})",
    currency_signs=CURRENCY_BY_SIGN | {"￦": "KRW"},
    operators={
        "+": "더하기", "-": "빼기", "−": "빼기", "–": "빼기", "*": "곱하기", "×": "곱하기",
        "x": "곱하기",
        "/": "나누기", "÷": "나누기", "=": "은", "<": "보다 작다", ">": "보다 크다", "≤": "이하",
        "≥": "이상",
        "≈": "약", "≠": "같지 않다", "^": "의 제곱",
    },
    symbols={
        "+": "더하기", "&": "앤드", "%": "퍼센트", "§": "제", "°": "도", "→": "에서", "->": "에서",
        "=": "은", "×": "곱하기", "÷": "나누기", "@": "골뱅이", "±": "플러스마이너스", "≈": "약",
        "≤": "이하",
        "≥": "이상", "<": "미만", ">": "초과", "™": "", "®": "", "©": "저작권", "*": "", "|": ", ",
        "_": " ", "^2": " 제곱", "²": " 제곱", "^3": " 세제곱", "³": " 세제곱", "√": "루트",
        "∞": "무한대",
        "•": "", "…": ", ", "...": ", ", "€": "유로", "$": "달러", "£": "파운드", "₩": "원",
        "`": "",
        "{": "", "}": "", "^": " 의 ",
    },
    at="골뱅이",
    dash="하이픈",
    slash="슬래시",
    underscore="밑줄",
    tilde="물결",
    spelled=frozenset("USB API URL AI OS IP EU USA".split()),
    words={"24/7": "연중무휴", "C++": "씨 플러스 플러스", "C#": "씨 샵"},
    hash_number="번호",
    hashtag="해시태그",
    months=tuple("일월 이월 삼월 사월 오월 유월 칠월 팔월 구월 시월 십일월 십이월".split()),
    ratio_words=("비율", "축척"),
    per="당",
    currencies={
        "KRW": (("원", "원"), None), "USD": (("달러", "달러"), None),
        "EUR": (("유로", "유로"), None), "GBP": (("파운드", "파운드"), None),
        "CNY": (("위안", "위안"), None), "JPY": (("엔", "엔"), None),
        "CHF": (("스위스 프랑", "스위스 프랑"), None), "INR": (("루피", "루피"), None),
    },
    fused={"육월": "유월", "십월": "시월"},
    ratio_to="대",
    out_of="점 만점에",
    signs={
        "-": "마이너스", "−": "마이너스", "+": "플러스", "±": "플러스마이너스", "~": "약",
        "≈": "약", "<": "미만",
        ">": "초과", "≤": "이하", "≥": "이상",
    },
)

LANGUAGE = Language(
    code="ko",
    short_answers=phrases(
        "네, 예, 응, 아니요, 아니, 좋아요, 좋아, 그래, 알겠어요, 알겠습니다, 고마워, 고마워요, "
        "감사합니다, 안녕, 안녕하세요, 안녕히 가세요, 계속, 계속해, 다시, 다시 한번, 잠깐, "
        "도와줘, 맞아요, 맞아"
    ),
    unfinished_ends=words(
        "그리고 그런데 하지만 그래서 또는 또 만약 왜냐하면 때문에 제 내 이 그 저 나는 저는 "
        "내가 제가 오늘은 그러니까 음 어 저기 그게 은 는 을 를 에서 에게 와 과"
    ),
    finished_ends=words("뭐 어디 누구"),
    phone_number=r".{11}",
    digit_words=words("공"),
    backchannels=SOUNDS | words("네 예 응 그래 그래요 그렇구나 맞아 맞아요 알겠어요"),
    stop_words=phrases(
        "그만, 그만해, 멈춰, 멈춰요, 잠깐, 잠깐만, 기다려, 기다려요, 조용히, 조용히 해, 됐어, "
        "됐어요, 취소, 스톱"
    ),
    start_over=phrases("처음부터 다시, 처음부터 다시 시작해, 다 잊어, 새 대화"),
    is_wide=True,
    user_labels=words("user human 사용자 사람"),
    own_labels=words("assistant ai 어시스턴트 비서"),
    abbreviations=Abbreviations(
        never_end={"vs.": "대", "vs": "대", "e.g.": "예를 들어"},
        only_before_number={"No.": "번호", "p.": "페이지"},
        end_before_capital={"etc.": "등등"},
        elsewhere={"㈜": "주식회사 "},
    ),
    phrases=Phrases(
        code="코드는 화면에 표시했습니다.",
        table="표는 화면에 표시했습니다.",
        more_rows="표의 나머지는 화면에 표시했습니다.",
        formula="수식은 화면에 표시했습니다.",
        link_to="{} 링크",
        yes="네",
        no="아니요",
        not_understood="죄송합니다, 잘 못 들었어요.",
        started_over="네, 처음부터 다시 시작할게요.",
        no_voice="이 언어의 목소리가 없습니다. 답은 화면에 표시했습니다.",
    ),
    aloud=_ALOUD,
)
