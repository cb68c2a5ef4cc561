"""The built-in replies in German."""

from __future__ import annotations

from voicecli.llm.builtin.number_words import NumberWords
from voicecli.llm.builtin.table import Days, Do, ReplyTable, Sentences, SumWords

# fmt: off

_WHO = "Ich bin nur der eingebaute Antwortgeber, kein Sprachmodell."
_NO_TIMER = "Einen Timer oder Wecker habe ich leider nicht."
_NOT_FOR_ME = "Das kann ich leider nicht."

_NOW = "(?: (?:jetzt|gerade|denn|eigentlich|bitte|nun|schon|aktuell|momentan|genau))*"
_HERE = r"(?! (?:in|bei|morgen|gestern|nach|vor|auf|wenn)\b)"
"""Not followed by another place or time."""
_DAY = "(?:wochentag|tag|datum)"
_IS = "(?:ist es|war es|haben wir|hatten wir|ist|war|haben|hatten|wird)"

TABLE = ReplyTable(
    code="de",
    say=Sentences(
        help=(
            f"{_WHO} Ich sage die Uhrzeit, den Tag und das Datum. Ich rechne mit plus, minus, mal, "
            "geteilt durch und Prozent. Ich zähle, spreche nach und erzähle einen Witz oder eine "
            "Geschichte."
        ),
        help_timers="Ich stelle Timer und Wecker.",
        who=f"{_WHO} Ich weiß nicht viel. Sag: Hilfe.",
        unknown=f"Das verstehe ich leider nicht. {_WHO} Sag: Hilfe.",
        rest_unknown="Den Rest verstehe ich leider nicht.",
        not_heard="Das habe ich leider nicht gehört.",
        nothing_said="Ich habe noch nichts gesagt.",
        nothing_heard="Du hast noch nichts gesagt.",
        you_said="Du hast gesagt: {text}",
        meet="Freut mich, {name}.",
        your_name="Du heißt {name}.",
        name_unknown="Deinen Namen kenne ich nicht.",
        sum="{sum} ist {result}.",
        share="{percent} Prozent von {whole} sind {result}.",
        about="ungefähr {number}",
        too_large="mehr, als ich sagen kann",
        right="Das stimmt.",
        not_right="Das stimmt nicht.",
        by_zero="Durch null kann man nicht teilen.",
        yes="Ja.",
        no="Nein.",
        day="{when} ist {weekday}, der {day}. {month} {year}.",
        past_day="{when} war {weekday}, der {day}. {month} {year}.",
        weekday="{weekday} ist der {day}. {month} {year}.",
        past_weekday="{weekday} war der {day}. {month} {year}.",
        month="Es ist {month}.",
        year="Wir haben das Jahr {year}.",
        time="Es ist {hour}:{minute:02} Uhr.",
        full_hour="Es ist {hour} Uhr.",
        count_max="Ich zähle höchstens {n} Zahlen.",
    ),
    jokes=(
        "Was ist orange und geht über die Berge? Eine Wanderine.",
        "Was sagt ein großer Stift zu einem kleinen? Wachs mal, Stift!",
        "Was macht eine Wolke, wenn es sie juckt? Sie fliegt zum Wolkenkratzer.",
        "Was ist grün und klopft an die Tür? Ein Klopfsalat.",
    ),
    requests=(
        ("was hast du (?:gerade |eben |da )?gesagt|wie bitte|noch (?:ein ?)?mal(?: bitte)?",
         Do.AGAIN),
        (
            "(?:kannst du |könntest du )?(?:sagst?|sage|wiederhole?|wiederholst) "
            "(?:das|es|mir das)(?: bitte)?(?: noch ?(?:ein ?)?mal)?(?: bitte)?", Do.AGAIN,
        ),
        ("(?:kannst|könntest) du (?:das|es)(?: bitte)?(?: noch ?(?:ein ?)?mal)? (?:wiederholen|"
         "sagen)",
         Do.AGAIN),
        ("(?:das habe? ich|ich habe? (?:das|dich))(?: leider)? nicht (?:verstanden|gehört)",
         Do.AGAIN),
        ("was habe? ich (?:gerade |eben |vorhin )?gesagt", Do.WHAT_I_SAID),
        (
            "(?:weißt|kennst) du (?:noch )?(?:wie ich heiße|meinen namen)|wie heiße ich|"
            "(?:wie|was) ist mein name|wer bin ich", Do.MY_NAME,
        ),
        (r"(?:ich heiße|mein name ist|nenne? mich|hallo ich bin(?: der| die)?|ich bin (?:der|die)) "
         r"(?P<name>\w+)", Do.MEET),
        ("(?:wie heißt du|(?:wie|was) ist dein name|hast du einen namen)",
         f"Ich habe keinen Namen. {_WHO}"),
        ("(?:sprich|sage?)(?: es)? mir (?:bitte )?nach (?P<rest>.+)", Do.REPEAT),
        ("wiederhole? (?:bitte )?(?:folgendes |den satz |nach mir )?(?P<rest>.+)", Do.REPEAT),
        (f"(?>wie spät(?: {_IS})?(?: (?:es|wir))?(?: ist)?{_NOW}){_HERE}", Do.TIME),
        (f"(?>wie ?viel uhr(?: {_IS})?(?: (?:es|wir))?(?: ist)?{_NOW}){_HERE}", Do.TIME),
        (f"(?>(?:(?:wie|was) ist |sage? mir |nenne? mir )?(?:bitte )?(?:die )?(?:genaue |"
         f"aktuelle )?"
         f"uhrzeit{_NOW}){_HERE}", Do.TIME),
        ("(?:ist|war|haben wir|wird) {when} (?:schon |ein )?(?P<guess>{weekday})", Do.IS_DAY),
        ("(?:ist|haben wir) (?:es )?(?P<guess>{weekday})", Do.IS_DAY),
        (f"(?:was|welcher|welchen|welches) (?:für ein(?:en)? )?{_DAY} {_IS}(?: es)?{_NOW} {{when}}",
         Do.DAY),
        (f"{{when}} {_IS} (?:was|welcher|welches) (?:für ein )?{_DAY}", Do.DAY),
        (f"was (?:ist|war|haben wir|hatten wir|wird){_NOW} {{when}}(?: es)?{_NOW} für "
         f"(?:ein(?:en)? )?"
         f"{_DAY}", Do.DAY),
        (f"{{when}} {_IS} (?:der|den) wievielten?", Do.DAY),
        (f"(?:der|den|am) wievielten? {_IS}{_NOW} {{when}}", Do.DAY),
        (f"(?>(?:der|den) wievielten? {_IS}{_NOW}){_HERE}", Do.DAY),
        (f"(?>(?:welcher|welchen|welches|was für ein(?:en)?) {_DAY} {_IS}{_NOW}){_HERE}", Do.DAY),
        (f"(?:(?:wie|was) (?:ist|war) )?(?:das |dem )?(?:heutige |aktuelle )datum{_NOW}", Do.DAY),
        (f"(?:(?:wie|was) ist |sage? mir |nenne? mir )(?:bitte )?das datum(?: von)?(?: "
         f"{{when}})?{_NOW}",
         Do.DAY),
        (f"wann (?:ist|war){_NOW} (?:der |am )?{{when}}", Do.DAY),
        (f"(?>(?:welchen|welcher|in welchem) monat(?: {_IS})?(?: wir)?{_NOW}){_HERE}", Do.MONTH),
        (f"(?>(?:welches|in welchem) jahr(?: {_IS})?(?: sind)?(?: wir)?{_NOW}){_HERE}", Do.YEAR),
        (
            "(?:zählst?|zähle)(?: bitte| mal| für mich)*(?: rückwärts)? von (?P<first>{n})"
            "(?: rückwärts)? (?:bis|auf) (?P<last>{n})", Do.COUNT,
        ),
        ("(?:zähle?)(?: bitte| mal)* (?:rückwärts )?von (?P<down>{n})(?: rückwärts)?", Do.COUNT),
        ("(?:zähle?|zählst)(?: bitte| mal| für mich)* bis (?P<last>{n})", Do.COUNT),
        (
            "(?:(?:stell|stelle|setz|setze|starte?|mach|lösche?|stoppe?|beende)(?: mir| bitte)* )?"
            "(?:einen |den |meinen |ein )?(?:{n} (?:sekunden|minuten|stunden) )?"
            "(?:timer|wecker|alarm|countdown)(?: (?:auf|für|in|um|von) {n}"
            "(?: (?:sekunden?|minuten?|stunden?|uhr))?)?(?: (?:aus|ab|ein|stellen|setzen))?",
            _NO_TIMER,
        ),
        ("(?:wecke?|erinnere?) mich.*", _NO_TIMER),
        (
            r"(?:(?:kannst du|erzähle?|erzählst du|kennst du|sage?|hast du|mache?)(?: mir| uns| "
            r"bitte| mal"
            r"| doch)* )?(?:einen|noch einen|den nächsten)(?: \w+)? witz(?: \w+ \w+)?(?: erzählen)?"
            "|noch einen|witz", Do.JOKE,
        ),
        (
            r"(?:(?:kannst du|erzähle?|erzählst du|kennst du)(?: mir| uns| bitte| mal)* )?"
            r"(?:eine|noch eine)(?: \w+)? geschichte(?: \w+ \w+)?(?: erzählen)?",
            "Hier ist eine Geschichte. Eines Nachts treffen sich eine schwarze Katze und ein "
            "weißes "
            "Pferd. Ich kann nicht mehr gehen, sagt die Katze. Dann gehen wir auf meinen vier "
            "Beinen, "
            "sagt das Pferd. Am Morgen sind sie zu Hause. Danke, sagt die Katze, und bis morgen.",
        ),
        ("hilfe|hilf mir|(?:ich brauche |kannst du mir )(?:hilfe|helfen)", Do.HELP),
        ("was kannst du(?: alles| so| denn)*(?: tun| machen)?", Do.HELP),
        ("was kann ich (?:dich |dir |hier )?(?:alles )?(?:fragen|sagen|tun)", Do.HELP),
        (r"(?:wer|was) bist du|bist du (?:ein |eine |der |die |denn )*\w+", f"{_WHO} Sag: Hilfe."),
        ("wie alt bist du", "Das weiß ich nicht."),
        ("ich habe? eine frage", "Gern. Was möchtest du wissen?"),
        ("(?:kannst|könntest) du mich hören|hörst du mich", "Ja, ich höre dich."),
        ("bist du (?:noch )?da|wo bist du", "Ja, ich bin da."),
        ("wie geht(?:'s| es)(?: dir| ihnen)?(?: heute)?|was gibt'?s neues",
         "Mir geht es gut, danke."),
        ("guten morgen", "Guten Morgen."),
        ("guten tag", "Guten Tag."),
        ("guten abend", "Guten Abend."),
        ("gute nacht", "Gute Nacht."),
        ("hallo$|hi$|grüß gott$|servus$|moin$", "Hallo. Was kann ich für dich tun?"),
        ("hallo|hi|hey|grüß gott|servus|moin", "Hallo."),
        ("nein danke", "Gut."),
        ("(?:vielen |herzlichen |schönen )?dank(?:e)?(?: schön| sehr| dir)?", "Gern geschehen."),
        ("tschüss|tschüs|ciao|auf wiedersehen|bis (?:morgen|bald|später|dann)|mach'?s gut",
         "Auf Wiedersehen."),
        ("schönen (?:tag|abend)(?: noch)?|schönes wochenende", "Danke, gleichfalls."),
        ("(?:freut mich|schön dich kennen ?zu ?lernen)", "Mich auch."),
        ("(?:sprich |rede |sei )?(?:bitte )?(?:lauter|leiser|langsamer|schneller)(?: bitte)?",
         _NOT_FOR_ME),
        ("(?:es )?tut mir leid|entschuldigung|entschuldige|verzeihung", "Kein Problem."),
        ("mir geht(?:'s| es)(?: auch)? gut", "Das freut mich."),
        ("stopp?|halt|warte(?: mal)?|pause|moment(?: mal)?|einen moment|abbrechen|egal", "Gut."),
        ("ja bitte", "Was kann ich für dich tun?"),
        ("ja|nein|okay|ok|gut|genau|richtig|stimmt|alles klar", "Gut."),
    ),
    fillers=(
        "und|also|dann|denn|bitte|mal|doch|jetzt|gerade|nun|mir|äh|ähm|hm|na|ja|so|kannst du|"
        "könntest "
        "du|könnten sie|können sie|kannst|sag|sage|sagen|sagst du|weißt du|wissen sie|ich möchte "
        "wissen|"
        "ich will wissen|ich wüsste gern|ich hätte gern|rechne|berechne|was (?:ist|ergibt|macht|"
        "sind)|"
        "wie ?viel (?:ist|sind|macht|ergibt|gibt)|wie ?viel|das|ist|es|heute|danke|eigentlich|noch|"
        "ergebnis|von|aus|schnell|mich|du|computer"
    ),
    numbers=NumberWords(
        point="komma|punkt",
        minus="minus",
        spellings={
            "zwo": "zwei", "und": "und", r"\beine[mnrs]?\b": "ein", r"\beins\b": "eins",
            "hundert(?:und)(?=ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|"
            "zwölf)": "hundert",
            r"(?<=hundert)eine\b": "ein",
            r"\bhundert": "einhundert",
        },
        scales={
            "milliarden": 10**9, "milliarde": 10**9, "millionen": 10**6, "million": 10**6,
            "tausendund": 1000, "tausend": 1000,
        },
    ),
    sums=SumWords(
        operators={
            r"plus|und(?= {n})|\+|addiert mit": "plus",
            "minus|weniger|abzüglich|-|−": "minus",
            r"mal|×|x|\*|multipliziert mit": "times",
            "(?:geteilt|dividiert) durch|durch|/|÷": "divided by",
            "(?:prozent|%) (?:von|aus)": "percent of",
        },
        said={
            "plus": " plus ", "minus": " minus ", "times": " mal ",
            "divided by": " geteilt durch ", "percent of": " Prozent von ",
        },
        equals="ist(?: gleich)?|gleich|=|macht|sind|ergibt",
        that="das(?: ergebnis)?|es",
        joiners="und(?: das| dann)*|dann|das(?: ergebnis)?|das ganze",
    ),
    days=Days(
        weekdays=("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
        also={"sonnabend": "Samstag"},
        named={
            "heute": 0, "morgen": 1, "gestern": -1, "übermorgen": 2, "vorgestern": -2,
        },
        ahead="in (?P<ahead>{n}) (?:tag(?:en)?|wochen?)",
        ago="vor (?P<ago>{n}) (?:tag(?:en)?|wochen?)",
        week="wochen?",
        next="nächste[nrms]?|kommende[nrms]?",
        last="letzte[nrms]?|vorige[nrms]?|vergangene[nrms]?",
    ),
    demo=(
        "Hallo! Wie viel ist fünfzehn Prozent von achtzig?",
        "Und welcher Tag ist morgen?",
        "Erzähl mir bitte einen Witz.",
    ),
)
