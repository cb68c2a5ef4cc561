"""What is said around the calls of tools, and what counts as an answer to "Shall I?"."""

from __future__ import annotations

from dataclasses import dataclass

from voicecli.languages import primary
from voicecli.languages.language import phrases


@dataclass(frozen=True)
class Asking:
    """In one language."""

    question: str
    """`{}` is what is to be done."""
    values: str
    """Behind the name of a tool, where it gets something: `{}` is that."""
    both: str
    """Between two things that are to be done."""
    one_moment: str
    """While a call lasts."""
    done: str
    """Where the model has nothing to say of what was done."""
    gave_up: str
    """Where it goes on calling without end."""
    yes: frozenset[str]
    """Words and phrases that agree, alone or together with `polite`; or typed letters."""
    no: frozenset[str]
    polite: frozenset[str]
    """Says nothing by itself."""


_ASKING = {
    "en": Asking(
        question="Shall I use {}? Yes or no?",
        values=", with {}",
        both=", and ",
        one_moment="One moment.",
        done="Done.",
        gave_up="Sorry, I could not finish that.",
        yes=phrases(
            "yes, y, yeah, yep, yup, sure, of course, okay, ok, go ahead, do it, do that, "
            "please do, right, correct, confirm, confirmed, absolutely, definitely, certainly, "
            "fine, you may, yes you may, yes do it, that's right, sounds good, "
            "i agree, go on, why not"
        ),
        no=phrases(
            "no, n, nope, nah, don't, do not, don't do it, don't do that, not now, stop, cancel, "
            "cancel that, wait, never mind, please don't, leave it, forget it, not yet, no way, "
            "better not, rather not"
        ),
        polite=phrases("please, thanks, thank you, well, oh, um, uh, then, just, now, it, and"),
    ),
    "de": Asking(
        question="Soll ich {} verwenden? Ja oder nein?",
        values=", mit {},",
        both=" und ",
        one_moment="Einen Moment.",
        done="Erledigt.",
        gave_up="Das habe ich leider nicht geschafft.",
        yes=phrases(
            "ja, j, jawohl, jo, klar, sicher, natürlich, okay, ok, gerne, gern, mach das, mach es, "
            "mach, tu das, tu es, genau, richtig, stimmt, in ordnung, einverstanden, bestätigt, "
            "los, ja bitte, bitte, auf jeden fall, unbedingt, passt"
        ),
        no=phrases(
            "nein, n, nee, nö, nicht, lieber nicht, bitte nicht, mach das nicht, mach es nicht, "
            "stopp, stop, halt, abbrechen, lass das, lass es, vergiss es, noch nicht, jetzt nicht, "
            "warte, auf keinen fall"
        ),
        polite=phrases("danke, bitte, doch, mal, also, äh, ähm, dann, jetzt, und"),
    ),
    "es": Asking(
        question="¿Quieres que use {}? ¿Sí o no?",
        values=", con {}",
        both=" y ",
        one_moment="Un momento.",
        done="Hecho.",
        gave_up="Lo siento, no he podido terminarlo.",
        yes=phrases(
            "sí, si, s, claro, vale, de acuerdo, por supuesto, adelante, hazlo, está bien, bueno, "
            "okay, ok, correcto, exacto, seguro, confirmo, confirmado, sí por favor, cómo no"
        ),
        no=phrases(
            "no, n, no lo hagas, mejor no, para, espera, cancela, cancelar, ahora no, todavía no, "
            "déjalo, olvídalo, de ninguna manera, nunca"
        ),
        polite=phrases("por favor, gracias, pues, entonces, ya, y, eh"),
    ),
    "fr": Asking(
        question="Dois-je utiliser {} ? Oui ou non ?",
        values=", avec {}",
        both=" et ",
        one_moment="Un instant.",
        done="C'est fait.",
        gave_up="Désolé, je n'ai pas pu terminer.",
        yes=phrases(
            "oui, o, ouais, d'accord, bien sûr, vas-y, vas y, allez-y, allez y, fais-le, fais le, "
            "faites-le, okay, ok, exact, exactement, tout à fait, certainement, volontiers, "
            "entendu, ça marche, je confirme, confirmé"
        ),
        no=phrases(
            "non, n, surtout pas, pas maintenant, pas encore, arrête, stop, attends, attendez, "
            "annule, annulez, laisse tomber, ne le fais pas, ne fais pas ça, plutôt pas, jamais"
        ),
        polite=phrases("s'il te plaît, s'il vous plaît, merci, alors, donc, euh, bon, et"),
    ),
    "it": Asking(
        question="Devo usare {}? Sì o no?",
        values=", con {}",
        both=" e ",
        one_moment="Un momento.",
        done="Fatto.",
        gave_up="Scusa, non sono riuscito a finire.",
        yes=phrases(
            "sì, si, s, certo, va bene, d'accordo, fallo, vai, procedi, okay, ok, esatto, giusto, "
            "confermo, sicuro, certamente, sì grazie"
        ),
        no=phrases(
            "no, n, non farlo, meglio di no, non ora, aspetta, ferma, annulla, lascia stare"
        ),
        polite=phrases("per favore, grazie, allora, pure, e"),
    ),
    "pt": Asking(
        question="Devo usar {}? Sim ou não?",
        values=", com {}",
        both=" e ",
        one_moment="Um momento.",
        done="Feito.",
        gave_up="Desculpe, não consegui terminar.",
        yes=phrases(
            "sim, s, claro, certo, pode, pode ser, está bem, tudo bem, faça, faz, vá em frente, "
            "okay, ok, isso, exato, confirmo, com certeza"
        ),
        no=phrases(
            "não, n, não faça, não faz, melhor não, agora não, espere, pare, cancela, deixa"
        ),
        polite=phrases("por favor, obrigado, obrigada, então, e"),
    ),
    "nl": Asking(
        question="Zal ik {} gebruiken? Ja of nee?",
        values=", met {},",
        both=" en ",
        one_moment="Een moment.",
        done="Gedaan.",
        gave_up="Sorry, dat is me niet gelukt.",
        yes=phrases(
            "ja, j, jawel, jazeker, zeker, natuurlijk, goed, prima, oké, okay, ok, doe maar, "
            "doe het, graag, klopt, ga je gang, akkoord"
        ),
        no=phrases(
            "nee, n, niet, niet doen, doe het niet, liever niet, wacht, stop, annuleer, laat maar"
        ),
        polite=phrases("alsjeblieft, alstublieft, dank je, bedankt, dan, even, en"),
    ),
    "pl": Asking(
        question="Czy mam użyć {}? Tak czy nie?",
        values=", z {}",
        both=" i ",
        one_moment="Chwileczkę.",
        done="Gotowe.",
        gave_up="Przepraszam, nie udało się.",
        yes=phrases(
            "tak, t, jasne, pewnie, dobrze, okej, ok, zrób to, zgoda, oczywiście, proszę, "
            "potwierdzam"
        ),
        no=phrases("nie, n, nie rób tego, lepiej nie, nie teraz, czekaj, stop, anuluj, zostaw"),
        polite=phrases("dziękuję, dzięki, więc, i"),
    ),
    "ru": Asking(
        question="Использовать {}? Да или нет?",
        values=", {}",
        both=" и ",
        one_moment="Одну минуту.",
        done="Готово.",
        gave_up="Извините, не получилось.",
        yes=phrases(
            "да, д, ага, конечно, хорошо, давай, давайте, ладно, окей, сделай, верно, подтверждаю"
        ),
        no=phrases(
            "нет, н, не надо, не нужно, не делай, не сейчас, стоп, подожди, отмена, отмени, "
            "лучше не"
        ),
        polite=phrases("пожалуйста, спасибо, ну, и"),
    ),
    "zh": Asking(
        question="要我使用{}吗？是还是不是？",
        values="，内容是{}",
        both="，以及",
        one_moment="请稍等。",
        done="好了。",
        gave_up="抱歉，我没能完成。",
        yes=phrases(
            "是, y, 是的, 好, 好的, 可以, 行, 对, 对的, 要, 嗯, 没问题, 当然, 当然可以, 确认, "
            "同意, 做吧, 好啊"
        ),
        no=phrases(
            "不, n, 不是, 不要, 不用, 不行, 别, 不可以, 取消, 算了, 停, 等等, 等一下, 先不要, 不必"
        ),
        polite=phrases(
            "请, 谢谢, 吧, 啊, 了"
        ),
    ),
}  # fmt: skip


def asking_in(language: str) -> Asking:
    """English where it is not known."""
    return _ASKING.get(primary(language), _ASKING["en"])
