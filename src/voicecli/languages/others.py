"""Languages of which little is known, and what holds for a language of which nothing is."""

from __future__ import annotations

from dataclasses import replace

from voicecli.languages.en import LANGUAGE as ENGLISH
from voicecli.languages.language import (
    SOUNDS,
    Abbreviations,
    Language,
    Phrases,
    phrases,
    unsaid,
    words,
)
from voicecli.languages.zh import LANGUAGE as CHINESE

_ORDINAL_DOT = words("da nb no nn fi cs sk pl hu hr sl sr et lv is lb tr eu")
_SPACED_ABBREVIATIONS = words("nl cs pl it pt")
_WIDE = words("ja ko")
_UNSPACED = words("ja lo my th")
_PHRASES = {
    "it": Phrases(
        code="Il codice è mostrato sullo schermo.",
        table="La tabella è mostrata sullo schermo.",
        more_rows="Il resto della tabella è mostrato sullo schermo.",
        formula="La formula è mostrata sullo schermo.",
        link_to="link a {}",
        yes="sì",
        no="no",
        not_understood="Scusa, non ho capito.",
        started_over="Va bene, ricominciamo da capo.",
        no_voice="Non ho una voce per questa lingua; la risposta è mostrata sullo schermo.",
    ),
    "pt": Phrases(
        code="O código é mostrado na tela.",
        table="A tabela é mostrada na tela.",
        more_rows="O resto da tabela é mostrado na tela.",
        formula="A fórmula é mostrada na tela.",
        link_to="link para {}",
        yes="sim",
        no="não",
        not_understood="Desculpe, não entendi.",
        started_over="Certo, vamos começar de novo.",
        no_voice="Não tenho voz para este idioma; a resposta é mostrada na tela.",
    ),
    "nl": Phrases(
        code="De code staat op het scherm.",
        table="De tabel staat op het scherm.",
        more_rows="De rest van de tabel staat op het scherm.",
        formula="De formule staat op het scherm.",
        link_to="link naar {}",
        yes="ja",
        no="nee",
        not_understood="Sorry, dat heb ik niet verstaan.",
        started_over="Goed, we beginnen opnieuw.",
        no_voice="Voor deze taal heb ik geen stem; het antwoord staat op het scherm.",
    ),
    "pl": Phrases(
        code="Kod jest na ekranie.",
        table="Tabela jest na ekranie.",
        more_rows="Reszta tabeli jest na ekranie.",
        formula="Wzór jest na ekranie.",
        link_to="link do {}",
        yes="tak",
        no="nie",
        not_understood="Przepraszam, proszę powtórzyć.",
        started_over="Dobrze, zaczynamy od nowa.",
        no_voice="Nie mam głosu dla tego języka; odpowiedź jest na ekranie.",
    ),
    "ru": Phrases(
        code="Код показан на экране.",
        table="Таблица показана на экране.",
        more_rows="Остальная часть таблицы показана на экране.",
        formula="Формула показана на экране.",
        link_to="ссылка на {}",
        yes="да",
        no="нет",
        not_understood="Извините, повторите, пожалуйста.",
        started_over="Хорошо, начнём сначала.",
        no_voice="Для этого языка у меня нет голоса; ответ показан на экране.",
    ),
}  # fmt: skip
_COMMON_WORDS = {
    "it": words(
        "il lo la i gli le di del della dei un una e è in che per con non si su al da sono come "
        "più ma anche se questo questa nel alla ha ci mi ti era essere dalla dal o cosa"
    ),
    "pt": words(
        "o a os as de do da dos das um uma e é em que por com não se no na para ao como mais mas "
        "seu sua ou quando muito já também pelo pela isso ela ele são está você foi tem"
    ),
    "nl": words(
        "de het een en van in is dat op te zijn met voor niet aan er die ook als maar om bij of "
        "naar dan uit nog wel kan hij ze we je wordt werd door over heeft geen dit deze"
    ),
    "pl": words(
        "i w na z do nie się że to jest jak o po co ale dla od za przez przy tym był być są tak "
        "jego jej ich który która które lub czy już tylko może"
    ),
}
_TURNS: dict[str, dict[str, frozenset[str]]] = {
    "ja": {
        "short_answers": phrases(
            "はい, いいえ, いえ, うん, ええ, そうです, 違います, ありがとう, "
            "ありがとうございます, お願いします, "
            "こんにちは, こんばんは, おはよう, おはようございます, さようなら, もう一度, 続けて"
        ),
        "unfinished_ends": words(
            "は が を に へ で も けど けれど ので のに とか でも しかし そして それから だから "
            "または あと 例えば もし "
            "えっと えーと ええと あの あのー その まあ"
        ),
        "finished_ends": words("こんにちは こんばんは では なに 何で なんで いくらで どこで"),
        "backchannels": SOUNDS | words("はい うん ええ へえ そう そうですね なるほど"),
        "stop_words": phrases(
            "ストップ, 止まって, 止めて, やめて, 待って, ちょっと待って, 静かに, 黙って, もういい"
        ),
        "start_over": phrases("最初からやり直して, 最初からやり直し, 全部忘れて, 新しい会話"),
    },
    "it": {
        "short_answers": phrases(
            "sì, no, va bene, ok, okay, certo, grazie, per favore, ciao, buongiorno, buonasera, "
            "arrivederci, continua, ancora, basta, aspetta, aiuto"
        ),
        "unfinished_ends": words(
            "e ed o ma perché che se quando mentre come il lo la i gli le l un uno una di del "
            "della "
            "dei a al alla da dal in nel nella con su sul per tra fra mio mia tuo tua questo "
            "questa "
            "è sono era ho ha hai vorrei voglio posso devo dimmi metti molto ehm uhm"
        ),
        "finished_ends": phrases("ce la, ce l'ho, non lo so come, e come"),
        "stop_words": phrases("stop, basta, fermati, fermo, zitto, silenzio, aspetta, annulla"),
        "start_over": phrases(
            "ricominciamo, ricominciamo da capo, ricominciamo da zero, dimentica tutto, nuova "
            "conversazione, cancella la conversazione"
        ),
    },
    "pt": {
        "short_answers": phrases(
            "sim, não, ok, okay, claro, obrigado, obrigada, por favor, olá, oi, tchau, bom dia, "
            "boa tarde, boa noite, continua, de novo, espera, ajuda"
        ),
        "unfinished_ends": words(
            "e ou mas porque que se quando enquanto como o a os as um uma de do da dos das em no "
            "na "
            "com por para sem sobre entre até meu minha teu tua seu sua este esta é são era tenho "
            "tem quero quer posso pode preciso devo muito eu ele hum eh"
        ),
        "finished_ends": phrases("porque não, e como, para o que, sabe como"),
        "stop_words": phrases("para, pare, basta, chega, espera, silêncio, cala-te, cancela, stop"),
        "start_over": phrases(
            "vamos recomeçar, vamos começar de novo, começa de novo, comece de novo, começar do "
            "zero, esquece tudo, esqueça tudo, nova conversa, apaga a conversa, apague a conversa"
        ),
    },
    "nl": {
        "short_answers": phrases(
            "ja, nee, oké, okay, ok, goed, prima, bedankt, dank je, dank u, alsjeblieft, hallo, "
            "hoi, "
            "doei, goedemorgen, goedenavond, verder, nog een keer, wacht, help"
        ),
        "unfinished_ends": words(
            "en of maar want omdat dat als terwijl toen de het een mijn jouw zijn haar ons onze "
            "hun "
            "van voor met naar zonder tussen tegen sinds ik wij heel erg welke elke hoe waarom "
            "wanneer eh uhm"
        ),
        "finished_ends": phrases(
            "is dat, was dat, wil dat, heb ik, ben ik, kan ik, wil ik, is het"
        ),
        "stop_words": phrases("stop, hou op, genoeg, wacht, stil, wees stil, annuleer"),
        "start_over": phrases(
            "begin opnieuw, laten we opnieuw beginnen, vergeet alles, nieuw gesprek, een nieuw "
            "gesprek, wis het gesprek"
        ),
    },
}
"""What is said in a conversation."""
_ENGLISH = ENGLISH.abbreviations
_ABBREVIATIONS = Abbreviations(
    never_end=dict.fromkeys(_ENGLISH.never_end, "")
    | unsaid(
        "sig sig.ra sigg dott dott.ssa prof ing avv sr sra dr dra exmo dhr mevr mw drs mr ir bijv "
        "d.w.z o.a m.b.t p.es ad.es es p.ex por.ex vs cf ca"
    ),
    before_number=dict.fromkeys((*_ENGLISH.before_number, *_ENGLISH.only_before_number), ""),
    may_end=unsaid("inc ltd co s.a s.p.a"),
    end_before_capital=unsaid("etc enz ecc a.m p.m"),
)
"""English ones stand in texts of every language."""


def other(code: str) -> Language:
    """A language without a file of its own."""
    if code == "cmn":
        return CHINESE
    if code == "yue":  # read aloud it is another language
        return replace(CHINESE, code=code, aloud=None)
    return Language(
        code=code,
        common_words=_COMMON_WORDS.get(code, frozenset()),
        is_wide=code in _WIDE,
        is_spaced=code not in _UNSPACED,
        has_ordinal_dot=code in _ORDINAL_DOT,
        has_spaced_abbreviations=code in _SPACED_ABBREVIATIONS,
        abbreviations=_ABBREVIATIONS,
        phrases=_PHRASES.get(code) or ENGLISH.phrases,
        **_TURNS.get(code, {}),  # type: ignore[arg-type]
    )
