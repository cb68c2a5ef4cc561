"""Portuguese, of Brazil where it matters; Portugal reads the same numbers."""

from __future__ import annotations

from voicecli.languages.aloud import Aloud
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

_GENDERS: dict[str, str] = {
    **dict.fromkeys(
        "a as ã ãs ção ções são sões dade dades gem gens vez vezes noite noites tarde tardes "
        "parte partes "
        "cidade cidades mulher mulheres mão mãos luz luzes chave chaves rede redes foto fotos "
        "classe classes".split(), "f"),
    **dict.fromkeys(
        "o os dia dias mapa mapas ema emas oma omas grama gramas clima idioma idiomas mês meses "
        "litro livro homem homens cor ator avião aviões pão pães coração corações".split(), "m"),
}

_ALOUD = Aloud(
    genders=_GENDERS,
    decimal_sign=",",
    grouping_signs=". ",
    point="vírgula",
    points={".": "ponto"},
    digits=tuple("zero um dois três quatro cinco seis sete oito nove".split()),
    minus="menos",
    to="a",
    and_="e",
    dot="ponto",
    by="por",
    joiners="e|ou",
    units={
        **{short: (name, name + "s") for short, name in {
            "km": "quilômetro", "m": "metro", "cm": "centímetro", "mm": "milímetro",
            "µm": "micrômetro", "nm": "nanômetro", "kg": "quilograma", "g": "grama",
            "mg": "miligrama", "l": "litro", "L": "litro", "ml": "mililitro", "mL": "mililitro",
            "ha": "hectare", "kB": "kilobyte", "KB": "kilobyte", "MB": "megabyte",
            "GB": "gigabyte", "TB": "terabyte", "W": "watt", "kW": "quilowatt", "MW": "megawatt",
            "kWh": "quilowatt-hora", "V": "volt", "A": "ampere", "J": "joule",
            "dB": "decibel", "min": "minuto", "s": "segundo", "seg": "segundo",
            "ms": "milissegundo", "px": "pixel", "°": "grau",
        }.items()},
        "t": ("tonelada", "toneladas", "f"), "h": ("hora", "horas", "f"),
        "kcal": ("quilocaloria", "quilocalorias", "f"), "dB": ("decibel", "decibéis"),
        "m²": ("metro quadrado", "metros quadrados"), "m2": ("metro quadrado", "metros quadrados"),
        "km²": ("quilômetro quadrado", "quilômetros quadrados"),
        "m³": ("metro cúbico", "metros cúbicos"),
        "cm³": ("centímetro cúbico", "centímetros cúbicos"),
        "km/h": ("quilômetro por hora", "quilômetros por hora"),
        "m/s": ("metro por segundo", "metros por segundo"),
        "Mbit/s": ("megabit por segundo", "megabits por segundo"),
        "Hz": ("hertz", "hertz"), "kHz": ("quilohertz", "quilohertz"),
        "MHz": ("megahertz", "megahertz"), "GHz": ("gigahertz", "gigahertz"),
        "hPa": ("hectopascal", "hectopascais"),
        "°C": ("grau Celsius", "graus Celsius"), "℃": ("grau Celsius", "graus Celsius"),
        "°F": ("grau Fahrenheit", "graus Fahrenheit"), "%": ("por cento", "por cento"),
        "‰": ("por mil", "por mil"), "x": ("vez", "vezes", "f"), "×": ("vez", "vezes", "f"),
    },
    scales={
        "mil": ("mil", "mil"), "milhão": ("milhão", "milhões"), "milhões": ("milhão", "milhões"),
        "bilhão": ("bilhão", "bilhões"), "bilhões": ("bilhão", "bilhões"),
        "mi": ("milhão", "milhões"), "bi": ("bilhão", "bilhões"),
    },
    operators={
        "+": "mais", "-": "menos", "−": "menos", "–": "menos", "*": "vezes", "×": "vezes",
        "x": "vezes", "/": "dividido por", "÷": "dividido por", "=": "é igual a",
        "<": "é menor que", ">": "é maior que", "≤": "é menor ou igual a",
        "≥": "é maior ou igual a", "≈": "é cerca de", "≠": "é diferente de", "^": "elevado a",
    },
    symbols={
        "+": "mais", "&": "e", "%": "por cento", "§": "parágrafo", "°": "graus", "→": "para",
        "->": "para", "=": "igual a", "×": "vezes", "÷": "dividido por", "@": "arroba",
        "±": "mais ou menos", "≈": "cerca de", "≤": "no máximo", "≥": "no mínimo",
        "<": "menor que", ">": "maior que", "™": "", "®": "", "©": "copyright", "*": "",
        "|": ", ", "_": " ", "^2": " ao quadrado", "²": " ao quadrado", "^3": " ao cubo",
        "³": " ao cubo", "√": "raiz de", "∞": "infinito", "•": "", "·": "", "…": ", ",
        "...": ", ", "€": "euros", "$": "dólares", "£": "libras", "\\": " barra invertida ",
        "`": "", "{": "", "}": "", "^": " elevado a ",
    },
    noun_pattern=(
        r" (?!(?:de|do|da|dos|das|e|ou|a|ao|em|no|na|por|para|que|é|são|tem|com|sobre|mais|menos|"
        r"mas|"
        r"não|se|o|os|as|um|uma|até|entre|sem|como|foi|às)\b)([a-zà-ü]{3,})"
    ),
    labelled=frozenset(
        "página versão número opção linha figura tabela pergunta exercício dia lição temporada "
        "episódio canal grupo sala andar ponto plataforma quarto capítulo passo etapa".split()
    ),
    roman_nouns=frozenset("capítulo tomo parte volume ato cena seção fase classe livro".split()),
    ordinal_suffixes={
        "º": "ordinal-masculine", "°": "ordinal-masculine", "ª": "ordinal-feminine",
        "o": "ordinal-masculine", "a": "ordinal-feminine",
    },
    at="arroba",
    dash="hífen",
    slash="barra",
    underscore="sublinhado",
    spelled=frozenset("UE IA EUA API URL USB OS IP CPF".split()),
    words={"24/7": "vinte e quatro horas por dia", "e/ou": "e ou", "C++": "C mais mais",
           "C#": "C sharp"},
    hash_number="número",
    months=tuple(
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
        "dezembro".split()
    ),
    short_months={
        "jan": 1, "fev": 2, "mar": 3, "abr": 4, "mai": 5, "jun": 6, "jul": 7, "ago": 8, "set": 9,
        "out": 10, "nov": 11, "dez": 12,
    },
    weekdays={
        "seg": "segunda", "ter": "terça", "qua": "quarta", "qui": "quinta", "sex": "sexta",
        "sáb": "sábado", "dom": "domingo",
    },
    date_words=frozenset("em dia no de do até desde".split()),
    first_of_month="primeiro",
    date_joint="de",
    clock=("{hours} horas", "{hours} e {minutes}"),
    time_sign=r":|h",
    time_suffix="h",
    ratio_words=("proporção", "escala"),
    per="por",
    currencies={
        "BRL": (("real", "reais"), ("centavo", "centavos")),
        "EUR": (("euro", "euros"), ("cêntimo", "cêntimos")),
        "USD": (("dólar", "dólares"), ("centavo", "centavos")),
        "GBP": (("libra", "libras", "f"), ("pêni", "pence")),
        "CHF": (("franco suíço", "francos suíços"), ("cêntimo", "cêntimos")),
        "JPY": (("iene", "ienes"), None), "CNY": (("yuan", "yuans"), ("fen", "fens")),
        "INR": (("rupia", "rupias", "f"), ("paisa", "paisas")),
        "RUB": (("rublo", "rublos"), ("copeque", "copeques")),
        "BTC": (("bitcoin", "bitcoins"), None),
    },
    says_height=True,
    ratio_to="para",
    out_of="de",
    scored=frozenset("nota página passo parte pergunta".split()),
    signs={
        "-": "menos", "−": "menos", "+": "mais", "±": "mais ou menos", "~": "cerca de",
        "≈": "cerca de", "<": "menos de", ">": "mais de", "≤": "no máximo", "≥": "no mínimo",
    },
    and_half=("e meio", "e meia"),
    parts={
        2: ("meio", "meios"), 3: ("um terço", "terços"), 4: ("um quarto", "quartos"),
        5: ("um quinto", "quintos"), 6: ("um sexto", "sextos"), 8: ("um oitavo", "oitavos"),
        10: ("um décimo", "décimos"),
    },
    fused={"uma horas": "uma hora"},
)

LANGUAGE = Language(
    code="pt",
    short_answers=phrases(
        "sim, não, ok, okay, claro, obrigado, obrigada, por favor, olá, oi, tchau, bom dia, "
        "boa tarde, boa noite, continua, continue, de novo, espera, ajuda, certo, exato, isso, "
        "mais devagar, mais alto"
    ),
    unfinished_ends=words(
        "e ou mas porque que se quando enquanto como o a os as um uma de do da dos das em no na "
        "com por para sem sobre entre até meu minha teu tua seu sua este esta é são era tenho "
        "tem quero quer posso pode preciso devo muito eu ele hum eh"
    ),
    finished_ends=phrases(
        "porque não, e como, para o que, sabe como, que horas são, onde é, quem é"
    ),
    digit_words=words("meia"),
    backchannels=SOUNDS | words("sim pois claro certo isso sei entendi tá"),
    stop_words=phrases(
        "para, pare, basta, chega, espera, espere, silêncio, cala-te, cale-se, cancela, cancele, "
        "stop, quieto, um momento"
    ),
    start_over=phrases(
        "vamos recomeçar, vamos começar de novo, começa de novo, comece de novo, começar do "
        "zero, esquece tudo, esqueça tudo, nova conversa, apaga a conversa, apague a conversa"
    ),
    has_spaced_abbreviations=True,
    user_labels=words("user human usuário utilizador humano"),
    own_labels=words("assistant assistente ai ia"),
    common_words=words(
        "o a os as de do da dos das um uma e é em que por com não se no na para ao como mais mas "
        "seu sua ou quando muito já também pelo pela isso ela ele são está você foi tem"
    ),
    abbreviations=Abbreviations(
        never_end={
            "Sr.": "Senhor", "Sra.": "Senhora", "sr.": "senhor", "sra.": "senhora",
            "Srta.": "Senhorita", "Dr.": "Doutor", "Dra.": "Doutora", "Prof.": "Professor",
            "Profa.": "Professora", "Eng.": "Engenheiro", "D.": "Dom", "p.ex.": "por exemplo",
            "ex.": "exemplo", "cf.": "confira", "vs.": "contra", "av.": "avenida",
            "Av.": "Avenida", "R.": "Rua", "apto.": "apartamento",
        } | unsaid("exmo ilmo sto sta"),
        before_number={"tel.": "telefone", "Tel.": "Telefone", "fig.": "figura"} | unsaid("n"),
        only_before_number={
            "n.": "número", "p.": "página", "pp.": "páginas", "pág.": "página",
            "art.": "artigo", "vol.": "volume", "cap.": "capítulo", "núm.": "número",
        },
        may_end={"a.C.": "antes de Cristo", "d.C.": "depois de Cristo"} | unsaid("ltda s.a inc"),
        end_before_capital={"etc.": "et cetera"} | unsaid("a.m p.m"),
        elsewhere={
            "p. ex.": "por exemplo", "n.º": "número", "nº": "número ", "n°": "número ",
            "nº ": "número ", "N.º": "Número", "S.A.": "S-A",
        },
    ),
    sentence_starters=words(
        "o a os as um uma é são e mas ou se quando como que quem onde por porque então depois "
        "antes "
        "hoje ontem amanhã em no na com para de sobre ao à não sim este esta isto esse essa isso "
        "aquele meu minha seu sua todo todos cada também eu tu você ele ela nós eles elas"
    ),
    before_label=words("vitamina plano opção tipo classe grupo nível ponto parte hepatite"),
    phrases=Phrases(
        code="O código é mostrado na tela.",
        table="A tabela é mostrada na tela.",
        more_rows="O resto da tabela é mostrado na tela.",
        formula="A fórmula é mostrada na tela.",
        link_to="link para {}",
        yes="sim",
        no="não",
        not_understood="Desculpe, não entendi.",
        started_over="Certo, vamos recomeçar.",
        no_voice="Não tenho voz para este idioma; a resposta é mostrada na tela.",
    ),
    aloud=_ALOUD,
)
