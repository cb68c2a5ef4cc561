"""The built-in replies in French."""

from __future__ import annotations

from voicecli.llm.builtin.number_words import NumberWords
from voicecli.llm.builtin.table import Days, Do, ReplyTable, Sentences, SumWords

# fmt: off

_WHO = "Je ne suis que le répondeur intégré, pas un modèle de langue."
_NO_TIMER = "Désolé, je n'ai ni minuteur ni réveil."
_NOT_FOR_ME = "Désolé, je ne sais pas faire cela."

_NOW = "(?: (?:maintenant|là|actuellement|en ce moment|s'il te plaît|s'il vous plaît|exactement))*"
_HERE = r"(?! (?:à|au|en|chez|demain|hier|dans|il y a|si|quand)\b)"
"""Not followed by another place or time."""
_WE = (
    "(?:est-on|sommes-nous|on est|nous sommes|était-ce|étions-nous|on sera|on était|ce sera|"
    "sera-t-on|serons-nous|il est|c'est|c'était|est-ce|est|sera|était)"
)
_TELL = "(?:(?:dis|dites|donne|donnez|rappelle)-moi )?"

TABLE = ReplyTable(
    code="fr",
    say=Sentences(
        help=(
            f"{_WHO} Je donne l'heure, le jour et la date. Je calcule avec plus, moins, fois, "
            "divisé par et pour cent. Je compte, je répète et je raconte une blague ou une "
            "histoire."
        ),
        help_timers="Je règle des minuteurs et des alarmes.",
        who=f"{_WHO} Je ne sais pas grand-chose. Dites : aide.",
        unknown=f"Désolé, je ne comprends pas. {_WHO} Dites : aide.",
        rest_unknown="Désolé, je ne comprends pas le reste.",
        not_heard="Désolé, je n'ai rien entendu.",
        nothing_said="Je n'ai encore rien dit.",
        nothing_heard="Vous n'avez encore rien dit.",
        you_said="Vous avez dit : {text}",
        meet="Enchanté, {name}.",
        your_name="Vous vous appelez {name}.",
        name_unknown="Je ne connais pas votre nom.",
        sum="{sum} font {result}.",
        share="{percent} pour cent de {whole} font {result}.",
        about="environ {number}",
        too_large="plus que je ne peux dire",
        right="C'est juste.",
        not_right="Ce n'est pas juste.",
        by_zero="On ne peut pas diviser par zéro.",
        yes="Oui.",
        no="Non.",
        day="{when}, c'est le {weekday} {day} {month} {year}.",
        past_day="{when}, c'était le {weekday} {day} {month} {year}.",
        weekday="{weekday}, c'est le {day} {month} {year}.",
        past_weekday="{weekday}, c'était le {day} {month} {year}.",
        month="Nous sommes en {month}.",
        year="Nous sommes en {year}.",
        time="Il est {hour} h {minute:02}.",
        full_hour="Il est {hour} h.",
        count_max="Désolé, je compte {n} nombres au plus.",
    ),
    jokes=(
        "Pourquoi les plongeurs plongent-ils toujours en arrière ? Parce que sinon, ils tombent "
        "dans "
        "le bateau.",
        "Quel est le comble pour un électricien ? De ne pas être au courant.",
        "Que dit un escargot quand il croise une limace ? Oh, la belle décapotable !",
        "Pourquoi les poissons vivent-ils dans l'eau salée ? Parce que le poivre les fait "
        "éternuer.",
    ),
    requests=(
        (
            "(?:qu'est-ce que tu as|qu'as-tu|tu as|qu'est-ce que vous avez|qu'avez-vous|vous "
            "avez) dit"
            "(?: quoi)?|pardon|comment$|encore une fois", Do.AGAIN,
        ),
        ("(?:répète|répétez|redis|redites)(?:-le|-moi ça| ça| cela|-moi)?(?: encore)?(?: une fois)?"
         "(?: s'il (?:te|vous) plaît)?$", Do.AGAIN),
        ("(?:peux-tu|tu peux|pouvez-vous|vous pouvez) (?:le |me )?(?:répéter|redire)(?: ça| cela)?"
         "(?: s'il (?:te|vous) plaît)?$", Do.AGAIN),
        ("je (?:ne |n')?(?:t'|vous )?ai (?:pas|rien) (?:compris|entendu)", Do.AGAIN),
        ("qu'est-ce que j'ai dit|qu'ai-je dit|j'ai dit quoi", Do.WHAT_I_SAID),
        (
            "comment (?:je m'appelle|est-ce que je m'appelle|m'appelé-je)|quel est mon (?:nom|"
            "prénom)|"
            "qui suis-je|(?:tu connais|connais-tu|vous connaissez) mon (?:nom|prénom)|je m'appelle "
            "comment", Do.MY_NAME,
        ),
        (r"(?:je m'appelle|mon (?:nom|prénom) est|appelle-moi|appelez-moi|(?:bonjour|salut) moi "
         r"c'est"
         r"|moi c'est) (?!comment)(?P<name>\w+)", Do.MEET),
        ("comment (?:tu t'appelles|t'appelles-tu|vous appelez-vous|vous vous appelez)|quel est "
         "(?:ton|votre) (?:nom|prénom)|tu t'appelles comment", f"Je n'ai pas de nom. {_WHO}"),
        ("(?:répète|répétez|dis|dites)(?: après moi| ceci| la phrase)? (?P<rest>(?!moi|l'heure).+)",
         Do.REPEAT),
        (f"(?>quelle heure (?:est-il|il est|est-ce|qu'il est|c'est){_NOW}){_HERE}", Do.TIME),
        (f"(?>(?:il est|est-il) quelle heure{_NOW}){_HERE}", Do.TIME),
        (f"(?>{_TELL}(?:quelle est )?l'heure(?: qu'il est| exacte)?{_NOW}){_HERE}", Do.TIME),
        ("(?:tu as|vous avez|as-tu|avez-vous|t'as) l'heure", Do.TIME),
        ("(?:est-ce que (?:c'est|nous sommes|on est) |est-on |sommes-nous |on est |c'est )?{when}"
         " (?:c'est|est-ce|est-ce que c'est|on est|est|sera|était|est-on|sommes-nous) (?:un |le )?"
         "(?P<guess>{weekday})", Do.IS_DAY),
        ("(?:est-ce (?:que c'est|que nous sommes|qu'on est)|est-on|sommes-nous|on est|est-ce)(?: "
         "bien)? "
         "(?:un )?(?P<guess>{weekday})(?: {when})?", Do.IS_DAY),
        (f"(?:quel jour|quelle date|le combien) {_WE}(?: que ce| ce| nous| on)?{_NOW} {{when}}",
         Do.DAY),
        (f"{{when}} (?:{_WE} )?(?:quel jour|quelle date|le combien)(?: {_WE})?", Do.DAY),
        (f"{_WE} (?:quel jour|le combien|quelle date){_NOW} {{when}}", Do.DAY),
        (f"(?>{_WE} (?:quel jour|le combien|quelle date){_NOW}){_HERE}", Do.DAY),
        (f"(?>(?:quel jour(?: de la semaine)?|le combien|quelle date)(?: {_WE}){_NOW}){_HERE}",
         Do.DAY),
        (f"(?:{_TELL}|quelle (?:est|sera|était) )la date (?:de |d')?{{when}}", Do.DAY),
        (f"(?>(?:{_TELL}|quelle est )la date(?: du jour)?{_NOW}){_HERE}", Do.DAY),
        ("(?:quand est|quand c'est|c'est quand|quand sera) (?:le )?{when}", Do.DAY),
        (f"(?>(?:en |à )?quel mois {_WE}{_NOW}){_HERE}|{_WE} (?:en )?quel mois", Do.MONTH),
        (f"(?>(?:en )?quelle année {_WE}{_NOW}){_HERE}|{_WE} (?:en )?quelle année", Do.YEAR),
        ("comptez? (?:à rebours )?(?:de|depuis) (?P<first>{n}) (?:à|jusqu'à) (?P<last>{n})",
         Do.COUNT),
        ("comptez? à rebours(?: à partir)? (?:de|depuis) (?P<down>{n})", Do.COUNT),
        ("comptez?(?: pour moi)? (?:jusqu'à|à) (?P<last>{n})", Do.COUNT),
        (
            "(?:(?:mets|mettez|lance|lancez|règle|programme|arrête|annule|démarre)(?:-moi)? )?"
            "(?:un |le |mon |une )(?:minuteur|minuterie|réveil|alarme|chronomètre|chrono)"
            "(?: (?:de|pour|à|dans) {n}(?: (?:secondes?|minutes?|heures?))?)?", _NO_TIMER,
        ),
        ("(?:réveille|réveillez|rappelle|rappelez)-moi.*", _NO_TIMER),
        (
            r"(?:(?:raconte|racontez|dis|dites|fais|tu connais|connais-tu|tu peux|peux-tu|"
            r"as-tu)(?:-moi"
            r"|-nous)?(?: me raconter| encore)? )?(?:une(?: autre)?|encore une)(?: \w+)? blague"
            r"(?: sur \w+ \w+)?|une autre$|encore une$|blague", Do.JOKE,
        ),
        (
            r"(?:(?:raconte|racontez|lis)(?:-moi|-nous)? )?(?:une(?: autre)?|encore une)(?: \w+)? "
            r"histoire(?: sur \w+ \w+)?",
            "Voici une histoire. Une nuit, un chat noir rencontre un cheval blanc. Je ne peux plus "
            "marcher, dit le chat. Alors, marchons sur mes quatre jambes, dit le cheval. Au "
            "matin, ils "
            "sont à la maison. Merci, dit le chat, et à demain.",
        ),
        ("aide|à l'aide|(?:aide|aidez)-moi|j'ai besoin d'aide|(?:peux-tu|tu peux|pouvez-vous) "
         "m'aider",
         Do.HELP),
        (
            "(?:qu'est-ce que (?:tu|vous)|que|tu|vous) (?:peux-tu|pouvez-vous|sais-tu|savez-vous|"
            "sais|"
            "savez|peux|pouvez) faire(?: quoi)?", Do.HELP,
        ),
        ("qu'est-ce que je peux (?:te |vous )?(?:demander|dire|faire)|que puis-je (?:te |vous )?"
         "(?:demander|dire|faire)", Do.HELP),
        ("(?:qui|qu') ?(?:es-tu|êtes-vous|est-ce que tu es)|tu es qui|vous êtes qui",
         f"{_WHO} Dites : "
         "aide."),
        (r"(?:es-tu|êtes-vous|est-ce que tu es|tu es) (?:une? |le |la |l')?(?!là)\w+",
         f"{_WHO} Dites : "
         "aide."),
        ("quel âge (?:as-tu|avez-vous|tu as)|tu as quel âge", "Je ne sais pas."),
        ("j'ai une question", "Oui ? Quelle est votre question ?"),
        ("(?:est-ce que )?(?:tu m'entends|vous m'entendez|m'entends-tu|m'entendez-vous)",
         "Oui, je vous entends."),
        ("(?:est-ce que )?(?:tu es|vous êtes|es-tu|êtes-vous) (?:toujours |encore )?là|où es-tu",
         "Oui, je suis là."),
        ("(?:comment )?(?:ça va|vas-tu|allez-vous|tu vas|vous allez)(?: bien| aujourd'hui)*|quoi "
         "de neuf",
         "Je vais bien, merci."),
        ("bonjour$|salut$|coucou$|allô$", "Bonjour. Que puis-je faire pour vous ?"),
        ("bonjour|salut|coucou|allô", "Bonjour."),
        ("bonsoir", "Bonsoir."),
        ("bonne nuit", "Bonne nuit."),
        ("non merci", "D'accord."),
        ("(?:merci|je te remercie|je vous remercie)(?: beaucoup| bien)?", "De rien."),
        ("au revoir|à (?:demain|bientôt|plus|plus tard|tout à l'heure)|adieu", "Au revoir."),
        ("bonne (?:journée|soirée)|bon week-end|bonne continuation", "Merci, à vous aussi."),
        ("enchantée?", "Enchanté."),
        ("(?:parle |parlez )?(?:plus|moins) (?:fort|vite|lentement|bas|doucement)", _NOT_FOR_ME),
        ("désolée?|pardonne-moi|excuse-moi|excusez-moi|je suis désolée?", "Ce n'est pas grave."),
        ("je vais bien|ça va bien", "Tant mieux."),
        ("stop|arrête|arrêtez|attends|attendez|pause|un (?:instant|moment)|laisse tomber|annule",
         "D'accord."),
        ("oui s'il (?:te|vous) plaît", "Que puis-je faire pour vous ?"),
        ("oui|non|ok|okay|d'accord|bien|très bien|c'est (?:vrai|juste|bon)|exact", "D'accord."),
    ),
    fillers=(
        "et|alors|donc|puis|ensuite|s'il te plaît|s'il vous plaît|euh|hum|bon|eh|ben|oui|là|"
        "maintenant|"
        "aujourd'hui|est-ce que|peux-tu|pouvez-vous|tu peux|vous pouvez|pourrais-tu|"
        "pourriez-vous|me|"
        "dire|dis-moi|dites-moi|donne-moi|tu sais|sais-tu|savez-vous|je voudrais(?: savoir)?|je "
        "veux "
        "savoir|j'aimerais savoir|combien (?:font|fait|ça fait|est-ce que ça fait)|ça fait combien|"
        "combien|calcule|calculez|quel est le résultat de|c'est|est|le|la|les|de|du|ça|fait|font|"
        "merci"
    ),
    numbers=NumberWords(
        point="virgule|point",
        minus="moins",
        spellings={
            "cents": "cent", "vingts": "vingt",
        },
        tens={"septante": 70, "huitante": 80, "octante": 80, "nonante": 90},
        scales={
            "milliards": 10**9, "milliard": 10**9, "millions": 10**6, "million": 10**6,
            "mille": 1000,
        },
    ),
    sums=SumWords(
        operators={
            r"plus|\+|ajouté à": "plus",
            "moins|-|−": "minus",
            r"fois|×|x|\*|multiplié(?:e|s)? par": "times",
            "(?:divisé(?:e|s)? par|sur|/|÷)": "divided by",
            "(?:pour cent|pourcents?|%) (?:de|d')": "percent of",
        },
        said={
            "plus": " plus ", "minus": " moins ", "times": " fois ",
            "divided by": " divisé par ", "percent of": " pour cent de ",
        },
        equals="font|fait|ça fait|égale?|est égal à|égal à|=|est",
        that="(?:ça|cela|le résultat|ce résultat|tout ça)",
        joiners="et(?: ça| puis| ensuite| le tout)*|puis|ensuite|ça|le tout|(?:multiplie|le "
        "résultat)",
    ),
    days=Days(
        weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
        also={},
        named={
            "aujourd'hui": 0, "demain": 1, "hier": -1, "après-demain": 2, "avant-hier": -2,
        },
        ahead="dans (?P<ahead>{n}) (?:jours?|semaines?)",
        ago="il y a (?P<ago>{n}) (?:jours?|semaines?)",
        week="semaines?",
        next="prochaine?",
        last="dernier|dernière|passée?",
        first="1er",
    ),
    demo=(
        "Bonjour ! Combien font quinze pour cent de quatre-vingts ?",
        "Et demain, on sera quel jour ?",
        "Raconte-moi une blague, s'il te plaît.",
    ),
)
