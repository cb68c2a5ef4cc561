"""The built-in replies in Spanish."""

from __future__ import annotations

from voicecli.llm.builtin.number_words import NumberWords
from voicecli.llm.builtin.table import Days, Do, ReplyTable, Sentences, SumWords

# fmt: off

_WHO = "Solo soy el respondedor incorporado, no un modelo de lenguaje."
_NO_TIMER = "Lo siento, no tengo temporizador ni despertador."

_NOW = "(?: (?:ahora|ahora mismo|ya|por favor|exactamente|actualmente))*"
_HERE = r"(?! (?:en|mañana|ayer|dentro|hace|cuando|si)\b)"
"""Not followed by another place or time."""
_IS = "(?:estamos|tenemos|va a ser|es|será|fue|era)"
_CAN = "(?:me )?(?:puedes|podrías|puede|podría)(?: me)?"

TABLE = ReplyTable(
    code="es",
    say=Sentences(
        help=(
            f"{_WHO} Digo la hora, el día y la fecha. Calculo con más, menos, por, entre y por "
            "ciento. Cuento, repito lo que dices y cuento un chiste o una historia."
        ),
        help_timers="Pongo temporizadores y alarmas.",
        who=f"{_WHO} No sé mucho. Di: ayuda.",
        unknown=f"Lo siento, no te entiendo. {_WHO} Di: ayuda.",
        rest_unknown="Lo siento, el resto no lo entiendo.",
        not_heard="Lo siento, no te he oído.",
        nothing_said="Todavía no he dicho nada.",
        nothing_heard="Todavía no has dicho nada.",
        you_said="Has dicho: {text}",
        meet="Mucho gusto, {name}.",
        your_name="Te llamas {name}.",
        name_unknown="No sé cómo te llamas.",
        sum="{sum} es {result}.",
        share="El {percent} por ciento de {whole} es {result}.",
        about="aproximadamente {number}",
        too_large="más de lo que puedo decir",
        right="Es correcto.",
        not_right="No es correcto.",
        by_zero="No se puede dividir entre cero.",
        yes="Sí.",
        no="No.",
        day="{when} es {weekday}, {day} de {month} de {year}.",
        past_day="{when} fue {weekday}, {day} de {month} de {year}.",
        weekday="El {weekday} es {day} de {month} de {year}.",
        past_weekday="El {weekday} fue {day} de {month} de {year}.",
        month="Estamos en {month}.",
        year="Estamos en {year}.",
        time="Son las {hour}:{minute:02} {part}.",
        full_hour="Son las {hour} {part}.",
        count_max="Lo siento, cuento {n} números como mucho.",
    ),
    parts_of_day=((6, "de la madrugada"), (12, "de la mañana"), (20, "de la tarde"),
                  (24, "de la noche")),
    at_one=("Son las", "Es la"),
    jokes=(
        "¿Qué hace una abeja en el gimnasio? ¡Zumba!",
        "¿Qué hace un pez? Nada.",
        "¿Por qué está triste el libro de matemáticas? Porque tiene muchos problemas.",
        "¿Qué le dice un semáforo a otro? No me mires, que me estoy cambiando.",
    ),
    requests=(
        ("(?:qué|lo que) (?:has dicho|dijiste|acabas de decir)|cómo(?: dices)?$|otra vez|una vez "
         "más",
         Do.AGAIN),
        ("(?:repite|repítelo|repita|repítalo|dilo)(?: eso| lo| otra vez| de nuevo| una vez más| "
         "por favor"
         ")*$", Do.AGAIN),
        (f"{_CAN} (?:repetir|repetirlo|repetirme|decirlo)(?: eso| lo| otra vez| de nuevo| por "
         f"favor)*$",
         Do.AGAIN),
        ("no (?:te |le |lo |la )?(?:he )?(?:entendí|entendido|oído|oí|entiendo)(?: bien)?",
         Do.AGAIN),
        ("qué (?:he dicho|dije)(?: yo)?|qué acabo de decir", Do.WHAT_I_SAID),
        ("cómo me llamo|cuál es mi nombre|quién soy(?: yo)?|sabes (?:cómo me llamo|mi nombre)",
         Do.MY_NAME),
        (r"(?:me llamo|mi nombre es|llámame|hola soy) (?P<name>\w+)", Do.MEET),
        ("cómo (?:te llamas|se llama usted|se llama)|cuál es (?:tu|su) nombre",
         f"No tengo nombre. {_WHO}"),
        ("(?:repite|repita|di|diga)(?: conmigo| después de mí| lo siguiente| la frase)? "
         "(?P<rest>(?!la hora|me\\b).+)", Do.REPEAT),
        (f"(?>qué hora (?:es|tienes|será|son|tiene){_NOW}){_HERE}", Do.TIME),
        (f"(?>(?:dime |dígame |me dices |me das )?(?:cuál es )?la hora(?: que es| "
         f"actual)?{_NOW}){_HERE}",
         Do.TIME),
        ("(?:tienes|tiene) (?:la )?hora", Do.TIME),
        (f"(?:es |fue |será )?{{when}} (?:{_IS} )?(?P<guess>{{weekday}})", Do.IS_DAY),
        ("(?:es|estamos a|hoy es) (?P<guess>{weekday})(?: {when})?", Do.IS_DAY),
        (f"(?:a )?(?:qué (?:día(?: de la semana)?|fecha)|cuántos) {_IS}(?: el)?{_NOW} {{when}}",
         Do.DAY),
        (f"{{when}} (?:a )?(?:qué (?:día|fecha)|cuántos) {_IS}", Do.DAY),
        ("(?:cuál es |dime |cuál )?(?:la )?fecha (?:es |de |será )?{when}", Do.DAY),
        (f"(?>(?:cuál es |dime )(?:la )?fecha(?: actual)?{_NOW}){_HERE}", Do.DAY),
        (f"(?>(?:a |en )?(?:qué (?:día(?: de la semana)?|fecha)|cuántos) {_IS}{_NOW}){_HERE}",
         Do.DAY),
        ("cuándo (?:es|cae|fue|será) (?:el )?{when}", Do.DAY),
        (f"(?>(?:en )?qué mes {_IS}{_NOW}){_HERE}", Do.MONTH),
        (f"(?>(?:en )?qué año {_IS}{_NOW}){_HERE}", Do.YEAR),
        ("(?:cuenta|cuente|contar) (?:del|desde el|desde|de) (?P<first>{n}) (?:al|hasta el|hasta|"
         "a) "
         "(?P<last>{n})", Do.COUNT),
        ("(?:cuenta|cuente)(?: hacia)? (?:atrás|regresiva|al revés) (?:desde|de)(?: el)? "
         "(?P<down>{n})",
         Do.COUNT),
        ("(?:cuenta|cuente|contar) (?:hasta(?: el)?|al) (?P<last>{n})", Do.COUNT),
        (
            "(?:(?:pon|ponme|ponga|programa|prográmame|inicia|activa|cancela|para|quita|crea) )?"
            "(?:un |el |una |la |mi )(?:temporizador|alarma|despertador|cronómetro|cuenta atrás)"
            "(?: (?:de|para|a|en)(?: las)? {n}(?: (?:segundos?|minutos?|horas?))?)?", _NO_TIMER,
        ),
        ("(?:despiértame|recuérdame|avísame|despiérteme|recuérdeme).*", _NO_TIMER),
        (
            r"(?:(?:cuéntame|cuéntanos|cuenta|dime|di|sabes|tienes|contarme|cuénteme) )?"
            r"(?:un|otro|algún)(?: \w+)? chiste(?: (?:de|sobre) \w+)?|otro$|chiste", Do.JOKE,
        ),
        (
            r"(?:(?:cuéntame|cuéntanos|cuenta|dime|contarme|cuénteme) )?(?:una|otra)(?: \w+)? "
            r"(?:historia|cuento)(?: (?:de|sobre) \w+)?|cuéntame un cuento",
            "Esta es una historia. Una noche se encuentran un gato negro y un caballo blanco. Ya "
            "no "
            "puedo andar, dice el gato. Pues vamos con mis cuatro patas, dice el caballo. Por la "
            "mañana "
            "están en casa. Gracias, dice el gato, y hasta mañana.",
        ),
        (f"ayuda|ayúdame|ayúdeme|necesito ayuda|{_CAN} ayudar(?:me)?", Do.HELP),
        ("qué (?:puedes|sabes|puede|sabe)(?: hacer)?", Do.HELP),
        ("qué (?:te )?puedo (?:preguntarte|preguntar|decir|decirte|hacer)", Do.HELP),
        (r"(?:quién|qué) (?:eres|es usted)|eres (?:una? |el |la )?\w+", f"{_WHO} Di: ayuda."),
        ("cuántos años tienes|qué edad tienes", "No lo sé."),
        ("tengo una pregunta", "Dime. ¿Cuál es tu pregunta?"),
        ("(?:me oyes|me escuchas|puedes oírme|puedes escucharme)", "Sí, te oigo."),
        ("(?:estás|sigues) ahí|dónde estás", "Sí, estoy aquí."),
        ("(?:cómo (?:estás|está|te va|va)|qué tal(?: estás| todo)?|qué hay)(?: hoy)?",
         "Estoy bien, gracias."),
        ("buenos días", "Buenos días."),
        ("buenas tardes", "Buenas tardes."),
        ("buenas noches", "Buenas noches."),
        ("hola$|buenas$", "Hola. ¿En qué puedo ayudarte?"),
        ("hola|buenas|oye", "Hola."),
        ("no gracias", "De acuerdo."),
        ("(?:muchas |mil )?gracias|te lo agradezco", "De nada."),
        ("adiós|chao|hasta (?:mañana|luego|pronto|la vista)|nos vemos", "Adiós."),
        ("(?:que tengas )?(?:un )?buen (?:día|fin de semana)", "Gracias, igualmente."),
        ("mucho gusto|encantad[oa]", "Igualmente."),
        ("(?:habla )?más (?:alto|bajo|despacio|rápido|fuerte|lento)",
         "Lo siento, eso no lo puedo hacer."),
        ("lo siento|perdón|perdona|disculpa", "No pasa nada."),
        ("(?:estoy|muy) bien", "Me alegro."),
        ("para|basta|espera|alto|pausa|un momento|cancela|déjalo|olvídalo", "De acuerdo."),
        ("sí por favor", "¿En qué puedo ayudarte?"),
        ("sí|no|vale|ok|okay|bien|de acuerdo|claro|correcto|exacto", "De acuerdo."),
    ),
    fillers=(
        f"y|pues|entonces|luego|después|por favor|eh|bueno|a ver|ahora|hoy|{_CAN}|decirme|decir|"
        f"dime|"
        "contarme|sabes|quiero saber|quisiera saber|me gustaría saber|quiero|cuánto (?:es|son|da|"
        "suma|"
        "sería)|cuántos? (?:es|son)|cuánto|calcula|calcule|qué (?:es|da)|es|el|la|los|las|de|del|"
        "son|"
        "resultado|me|un|una|sí|gracias|oye"
    ),
    numbers=NumberWords(
        point="coma|punto",
        minus="menos",
        spellings={r"\by\b": "y"},
        scales={"millones": 10**6, "millón": 10**6, "mil": 1000},
    ),
    sums=SumWords(
        operators={
            "(?:por ciento|%) (?:de|del)": "percent of",
            r"más|\+|y(?= {n})": "plus",
            "menos|-|−": "minus",
            r"por(?! ciento)|×|x|\*|multiplicad[oa]s? por|veces": "times",
            "(?:dividid[oa]s? )?entre|dividid[oa]s? por|sobre|/|÷": "divided by",
        },
        said={
            "plus": " más ", "minus": " menos ", "times": " por ",
            "divided by": " entre ", "percent of": " por ciento de ",
        },
        equals="(?:es|son)(?: igual a)?|igual a|=|da|suman?",
        that="eso|el resultado|todo eso",
        joiners="y(?: eso| luego| después)*|luego|después|entonces|eso|el resultado|todo eso",
    ),
    days=Days(
        weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
        also={},
        named={"hoy": 0, "pasado mañana": 2, "mañana": 1, "anteayer|antes de ayer": -2, "ayer": -1},
        ahead="(?:dentro de|en) (?P<ahead>{n}) (?:días?|semanas?)",
        ago="hace (?P<ago>{n}) (?:días?|semanas?)",
        week="semanas?",
        next="próximo|que viene|siguiente",
        last="pasado|último",
    ),
    demo=(
        "¡Hola! ¿Cuánto es el quince por ciento de ochenta?",
        "¿Y qué día es mañana?",
        "Cuéntame un chiste, por favor.",
    ),
)
