"""How timers and alarms are asked for, in the languages that have a table of requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TimerWords:
    """Patterns are written as in `ReplyTable`; of sentences `{...}` is filled in."""

    about: str
    """It is a timer or an alarm that the user speaks of."""
    alarm: str
    """An alarm, and no timer."""
    start: str
    """One is to be set, though it isn't said for when."""
    cancel: str
    every: str
    """All of them."""
    ask: str
    """How long they have to go."""
    units: Mapping[str, str]
    """hours, minutes, seconds -> behind a number."""
    spans: Mapping[str, float]
    """Pattern -> minutes."""
    clocks: tuple[str, ...]
    """A time of day: with the groups `hour`, perhaps `minute`, `half` (past it), `before` (half an
    hour before it), `quarter` (past it)."""
    evening: str
    """Hours up to twelve are those after noon."""
    tomorrow: str
    called: tuple[str, ...]
    """What it is for, in the group `name`. The first that is found wins."""
    chosen: str
    """Likewise, in the answer to `which`."""
    names: Mapping[str, tuple[str, str]]
    """hours, minutes, seconds, days -> one, and several."""
    join: str
    """Between a number and its unit, and between units."""
    clock: str
    """`{hour}` and `{minute:02}`"""
    timer_set: str
    """`{span}`"""
    timer_called: str
    """`{name}` and `{span}`"""
    alarm_set: str
    """`{clock}`"""
    alarm_called: str
    """`{name}` and `{clock}`"""
    timer: str
    """What one without a name is called, before `left`."""
    alarm_for: str
    """`{clock}`"""
    left: str
    """`{name}` and `{span}`"""
    none: str
    cancelled: str
    all_cancelled: str
    for_how_long: str
    for_when: str
    which: str
    failed: str


# fmt: off
_DE_THE = "(?:(?:den|die|das|der|dem|meinen?|meine[mr]) )?"
_DE_TIME = (
    "{n}|eine[nmrs]?|halbe[nr]?|viertel|viertelstunde|dreiviertelstunde|anderthalb|eineinhalb|uhr|"
    "heute|morgen|übermorgen|später|in|um|nach|für|auf"
)
_DE_NO_NAME = (
    f"{_DE_TIME}|den|die|das|der|dem|ein|n|nen|mein|meine[nmr]?|diese[nmrs]?|jene[nmrs]?|alle[nrs]?|"
    "beide[nr]?|neue[nmrs]?|laufende[nrs]?|letzte[nrs]?|weitere[nrs]?|zweite[nrs]?|erste[nrs]?|"
    "anderen?|noch|keine[nmrs]?|kein|minuten?|stunden?|sekunden?|stelle?|stellst|stellen|setze?|"
    "starte?|mache?|gib|lösche?|stopp?e?|beende|storniere|brich|brauche|welche[nrs]?|was|wann|wie|"
    "ist|läuft|laufen|klingelt|mir|mal|bitte|danke|du|ich|und|so|zum|zur|fürs|mit|namens|mich|dich"
)
_ES_THE = "(?:(?:el|la|los|las|mis?) )?"
_ES_NO_NAME = (
    "{n}|el|la|los|las|un|una|mis?|media|medio|cuarto|cuartos|hora|horas|mañana|hoy|tarde|noche|"
    "madrugada|día|esta|este|dentro|en|a|que|de|por|favor|cuando|ti|alarma|temporizador"
)
_ES_CLOCK = (
    "a las? {n}(?: y (?:media|cuarto|{n}))?(?: de la (?:tarde|noche|mañana|madrugada))?"
)
_ES_SPAN = "(?:en|dentro de) (?:.+? )?(?:minutos?|horas?|segundos?)(?: y media)?"
_FR_THE = "(?:(?:le|la|les|l|mon|ma|mes|du|des) )?"
_FR_NO_NAME = (
    "{n}|le|la|les|l|un|une|mon|ma|mes|du|des|d|de|demi|demie|quart|heure|heures|h|midi|minuit|"
    "demain|ce|cet|cette|aujourd|moi|que|qui|dans|à|sur|pour|pendant|en|et|il|est|reste|s|sonne|"
    "sonnera|appelée?|nommée?|intitulée?|actuel|suivant"
)
_FR_CLOCK = "à {n} ?(?:heures?|h)(?: et demie| et quart| ?{n})?(?: du (?:soir|matin))?"
_FR_SPAN = "dans (?:.+? )?(?:minutes?|heures?|secondes?|demi-heure)(?: et demie)?"
_ZH_SPAN = "(?:{n}个?(?:分钟|小时|秒钟?|钟头|分|秒)|半个?小时|半个?钟头|一刻钟)"
_ZH_NO_NAME = "{n}|半|一|新|所有|全部|这|那|我|你|明|今|早|晚|上午|下午|中午|凌晨|每"

WORDS = {
    "de": TimerWords(
        about=r"\w*timer|\w*wecker|alarm|countdown|(?:weck|wecke|erinnere?) mich",
        alarm=r"\w*wecker|alarm|wecke? mich",
        start="stell|stelle|setz|setze|starte?|mach|mache|stellen|"
              "brauche|(?:weck|wecke|erinnere?) mich",
        cancel="lösche?|stopp?e?|beende|abbrechen|brich|ausschalten|ausstellen|"
               "(?:stell|stelle|mach|schalt|schalte) .*(?:aus|ab)$|storniere",
        every="alle|beide|sämtliche",
        ask="wie ?lange|wie ?viel zeit|wann klingelt|welche|was für|wie ?viele",
        units={"hours": "stunden?", "minutes": "minuten?", "seconds": "sekunden?"},
        spans={"(?:eine |einer )?halben? stunde": 30, "(?:eine |einer )?viertelstunde": 15,
               "(?:eine |einer )?dreiviertelstunde": 45,
               "anderthalb stunden|eineinhalb stunden": 90},
        clocks=(
            "(?P<before>halb) (?P<hour>{n})",
            r"(?:auf|um|für) (?P<hour>\d\d?) (?P<minute>\d\d)(?: uhr)?",
            "(?P<hour>{n}) uhr(?: (?P<minute>{n}))?",
            "um (?P<hour>{n})(?: (?P<minute>{n}))?",
        ),
        evening="abends?|nachmittags?|heute abend",
        tomorrow="morgen",
        called=(
            r"(?:timer|wecker|alarm) (?:namens|mit (?:dem )?namen) (?P<name>\w+)",
            rf"(?:timer|wecker|alarm) (?:.+ )?(?:für|fürs|zum|zur) {_DE_THE}"
            rf"(?P<name>(?!(?:{_DE_NO_NAME})\b)\w+)",
            r"(?P<name>(?!kurzzeit|küchen|radio)\w\w+?)(?:timer|wecker)",
            rf"(?P<name>(?!(?:{_DE_NO_NAME})\b)\w\w+) (?:timer|wecker)",
            rf"erinnere? mich (?:.+ )?(?:an|ans) {_DE_THE}"
            rf"(?P<name>(?!(?:{_DE_TIME})\b).+?)(?: (?:in|um|nach|morgen|heute|bitte)\b.*)?$",
            rf"erinnere? mich (?:.+ )?daran (?P<name>(?!(?:{_DE_TIME})\b).+)$",
            r"erinnere? mich (?:daran )?(?:in|um|nach) (?:.+? )?"
            r"(?:minuten?|stunden?|sekunden?|viertelstunde|uhr(?: {n})?) (?:daran )?"
            r"(?P<name>(?!(?:an|daran|ans|und|bitte|mal|{n})\b).+)$",
        ),
        chosen=rf"{_DE_THE}(?:für )?{_DE_THE}(?P<name>(?!(?:{_DE_TIME})\b)\w+?)(?: ?timer)?$",
        names={"days": ("Tag", "Tage"), "hours": ("Stunde", "Stunden"),
               "minutes": ("Minute", "Minuten"), "seconds": ("Sekunde", "Sekunden")},
        join=" ",
        clock="{hour}:{minute:02} Uhr",
        timer_set="Der Timer ist auf {span} gestellt.",
        timer_called="Der Timer „{name}“ ist auf {span} gestellt.",
        alarm_set="Der Wecker ist auf {clock} gestellt.",
        alarm_called="Der Wecker „{name}“ ist auf {clock} gestellt.",
        timer="Timer", alarm_for="Wecker für {clock}",
        left="{name}: noch {span}.",
        none="Es läuft kein Timer.",
        cancelled="Das ist gelöscht.", all_cancelled="Alle sind gelöscht.",
        for_how_long="Für wie lange?", for_when="Für welche Uhrzeit?", which="Welchen?",
        failed="Das hat leider nicht geklappt.",
    ),
    "es": TimerWords(
        about="temporizador(?:es)?|alarmas?|despertador|cuenta atrás|"
              "despiértame|recuérdame|avísame",
        alarm="alarmas?|despertador|despiértame",
        start="pon|ponme|pone|pongas?|poner|inicia|crea|configura|programa|"
              "despiértame|recuérdame|avísame|quiero|necesito",
        cancel="cancela|cancelar|borra|borrar|quita|quitar|^para (?:el|la)|apaga|detén|elimina",
        every="todos|todas|ambos|ambas|temporizadores",
        ask="cuánto (?:tiempo )?(?:queda|falta)|cuándo suena|"
            "qué temporizadores|qué alarmas|cuántos|cuántas",
        units={"hours": "horas?", "minutes": "minutos?", "seconds": "segundos?"},
        spans={"media hora": 30, "un cuarto de hora": 15, "tres cuartos de hora": 45,
               "(?:una )?hora y media": 90},
        clocks=(
            "a las? (?P<hour>{n}) y (?P<half>media)",
            "a las? (?P<hour>{n}) y (?P<quarter>cuarto)",
            "(?:a|para) las? (?P<hour>{n})(?:(?: y)? (?P<minute>{n}))?",
        ),
        evening="de la tarde|de la noche|esta tarde|esta noche",
        tomorrow="(?<!la )mañana",
        called=(
            r"(?:temporizador|alarma|despertador) (?:llamad[oa]|que se llame|con (?:el )?nombre)"
            r"(?: de)? (?P<name>\w+)",
            rf"(?:temporizador|alarma|despertador) (?:.+? )?(?:para|de) {_ES_THE}"
            rf"(?P<name>(?!(?:{_ES_NO_NAME})\b)\w+)",
            rf"(?:recuérdame|avísame) (?:que |de )?{_ES_THE}(?P<name>(?!(?:{_ES_NO_NAME})\b).+?)"
            rf" (?:{_ES_SPAN}|{_ES_CLOCK}|mañana|hoy)",
            rf"(?:recuérdame|avísame) (?:mañana )?(?:{_ES_SPAN}|{_ES_CLOCK}) (?:que |de |para )?"
            rf"{_ES_THE}(?P<name>(?!(?:por favor|y|{{n}}|mañana)\b).+)$",
        ),
        chosen=rf"{_ES_THE}(?:de |para )?{_ES_THE}(?P<name>(?!(?:{_ES_NO_NAME})\b)\w+)$",
        names={"days": ("día", "días"), "hours": ("hora", "horas"),
               "minutes": ("minuto", "minutos"), "seconds": ("segundo", "segundos")},
        join=" ",
        clock="{hour}:{minute:02}",
        timer_set="El temporizador está puesto: {span}.",
        timer_called="El temporizador «{name}» está puesto: {span}.",
        alarm_set="La alarma está puesta a las {clock}.",
        alarm_called="La alarma «{name}» está puesta a las {clock}.",
        timer="Temporizador", alarm_for="Alarma de las {clock}",
        left="{name}: todavía {span}.",
        none="No hay ningún temporizador.",
        cancelled="Está cancelado.", all_cancelled="Todos están cancelados.",
        for_how_long="¿Cuánto tiempo?", for_when="¿A qué hora?", which="¿Cuál?",
        failed="Lo siento, no ha funcionado.",
    ),
    "fr": TimerWords(
        about="minuteurs?|minuterie|réveil|alarmes?|compte à rebours|"
              "(?:réveille|réveillez|rappelle|rappelez)-moi",
        alarm="réveil|alarmes?|(?:réveille|réveillez)-moi",
        start="mets|met|mettre|mettez|règle|régler|lance|lancer|crée|programme|"
              "(?:réveille|réveillez|rappelle|rappelez)-moi|veux|voudrais",
        cancel="annule|annuler|annulez|arrête|arrêter|supprime|supprimer|éteins|coupe|enlève",
        every="tous|toutes|les deux|minuteurs|alarmes",
        ask="combien de temps|quand sonne|quels?|quelles?|il reste",
        units={"hours": "heures?", "minutes": "minutes?", "seconds": "secondes?"},
        spans={"(?:une )?demi-heure": 30, "(?:un )?quart d'heure": 15, "trois quarts d'heure": 45,
               "(?:une )?heure et demie": 90},
        clocks=(
            "à (?P<hour>{n}) heures? et (?P<half>demie)",
            "à (?P<hour>{n}) heures? et (?P<quarter>quart)",
            r"(?:à|pour) (?P<hour>{n})(?: heures?| ?h)(?: ?(?P<minute>{n}))?(?! minutes?)",
            r"(?:à|pour) (?P<hour>\d\d?) (?P<minute>\d\d)",
        ),
        evening="du soir|de l'après-midi|ce soir",
        tomorrow="demain",
        called=(
            r"(?:minuteur|minuterie|alarme|réveil) (?:appelée?|nommée?|intitulée?|du nom de) "
            r"(?P<name>\w+)",
            rf"(?:minuteur|minuterie|alarme|réveil) (?:.+? )?pour {_FR_THE}"
            rf"(?P<name>(?!(?:{_FR_NO_NAME})\b)\w+)",
            rf"(?:minuteur|minuterie|alarme) (?P<name>(?!(?:{_FR_NO_NAME})\b)\w+)"
            r"(?= (?:de|d|à|sur|dans|pour|pendant)\b|$)",
            rf"(?:rappelle|rappelez)-moi (?:de |d'|que )?{_FR_THE}"
            rf"(?P<name>(?!(?:{_FR_NO_NAME})\b).+?) (?:{_FR_SPAN}|{_FR_CLOCK}|demain|ce soir)",
            rf"(?:rappelle|rappelez)-moi (?:demain )?(?:{_FR_SPAN}|{_FR_CLOCK}) (?:de |d'|que )?"
            rf"{_FR_THE}(?P<name>(?!(?:et|s'il|demain|{{n}})\b).+)$",
        ),
        chosen=rf"(?:celui |celle )?(?:pour |de )?{_FR_THE}"
               rf"(?P<name>(?!(?:{_FR_NO_NAME})\b)\w+)$",
        names={"days": ("jour", "jours"), "hours": ("heure", "heures"),
               "minutes": ("minute", "minutes"), "seconds": ("seconde", "secondes")},
        join=" ",
        clock="{hour} h {minute:02}",
        timer_set="Le minuteur est réglé sur {span}.",
        timer_called="Le minuteur « {name} » est réglé sur {span}.",
        alarm_set="L'alarme est réglée pour {clock}.",
        alarm_called="L'alarme « {name} » est réglée pour {clock}.",
        timer="Minuteur", alarm_for="Alarme de {clock}",
        left="{name} : encore {span}.",
        none="Il n'y a aucun minuteur.",
        cancelled="C'est annulé.", all_cancelled="Ils sont tous annulés.",
        for_how_long="Pour combien de temps ?", for_when="Pour quelle heure ?", which="Lequel ?",
        failed="Désolé, cela n'a pas marché.",
    ),
    "zh": TimerWords(
        about="定时器|闹钟|闹铃|计时器|倒计时|计时|定时|叫醒我|叫我起床|提醒我",
        alarm="闹钟|闹铃|叫醒我|叫我起床",
        start="设|定(?!时)|开|启动|来|要|帮我|叫醒我|叫我起床|提醒我",
        cancel="取消|关掉|关闭|停止|停掉|删除|删掉",
        every="所有|全部|都",
        ask="还有多久|还剩|多长时间|有哪些|有什么|几个|什么时候响",
        units={"hours": "个?小时|个?钟头", "minutes": "分钟?", "seconds": "秒钟?"},
        spans={"半个?小时|半个?钟头": 30, "一刻钟": 15, "一个半小时": 90},
        clocks=(
            "(?P<hour>{n})点(?P<half>半)",
            "(?P<hour>{n})点(?P<quarter>一刻)",
            "(?P<hour>{n})点钟?(?:(?P<minute>{n})分?)?",
        ),
        evening="下午|晚上|今晚",
        tomorrow="明天|明早",
        called=(
            "(?:名叫|名为|叫做|叫)(?P<name>(?!醒|我)[^的]+?)的?(?:定时器|计时器|倒计时|闹钟)",
            rf"(?:个|的|取消|关掉|关闭|停止|停掉|删除|删掉)(?P<name>(?!{_ZH_NO_NAME})"
            "(?:(?!点|分钟|小时|秒|钟头)[^的个]){1,8}?)的?(?:定时器|计时器|倒计时|闹钟)",
            rf"提醒我{_ZH_SPAN}(?:以后|之后|后)(?P<name>.+?)(?:一下|吧|哦|啊)?$",
            rf"(?:提醒我|叫我)要?(?P<name>(?!起床|{_ZH_NO_NAME}).+?)(?:一下|吧|哦|啊)?$",
        ),
        chosen=rf"(?P<name>(?!{_ZH_NO_NAME}).+?)的?(?:那个)?(?:定时器|闹钟)?$",
        names={"days": ("天", "天"), "hours": ("小时", "小时"),
               "minutes": ("分钟", "分钟"), "seconds": ("秒", "秒")},
        join="",
        clock="{hour}点{minute:02}分",
        timer_set="定时器设好了，{span}。",
        timer_called="“{name}”的定时器设好了，{span}。",
        alarm_set="闹钟设好了，{clock}。",
        alarm_called="“{name}”的闹钟设好了，{clock}。",
        timer="定时器", alarm_for="{clock}的闹钟",
        left="{name}还有{span}。",
        none="没有定时器。",
        cancelled="已经取消了。", all_cancelled="都取消了。",
        for_how_long="多长时间？", for_when="几点？", which="哪一个？",
        failed="抱歉，没有成功。",
    ),
}
