"""English."""

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

_ALOUD = Aloud(
    month_first=True,
    regions=dict.fromkeys(("gb", "au", "nz", "ie", "in", "za"), {"month_first": False}),
    counted_in_millions=words(
        "people model parameter token dataset company deal budget revenue fund in of and per a "
        "this that is was were are to from by with data women men children or for"
    ),
    lettered=words(
        "pencil pencils run runs race races walk tv tvs screen monitor video videos company "
        "corporation inc"
    ),
    lowered=words("it us is am who an as at"),
    points={",": "point"},
    digits=("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    units={
        "km": ("kilometer", "kilometers"), "m": ("meter", "meters"),
        "cm": ("centimeter", "centimeters"), "mm": ("millimeter", "millimeters"),
        "µm": ("micrometer", "micrometers"), "μm": ("micrometer", "micrometers"),
        "nm": ("nanometer", "nanometers"), "mi": ("mile", "miles"), "ft": ("foot", "feet"),
        "yd": ("yard", "yards"), "in.": ("inch", "inches"), "″": ("inch", "inches"),
        "kg": ("kilogram", "kilograms"), "g": ("gram", "grams"), "mg": ("milligram", "milligrams"),
        "µg": ("microgram", "micrograms"), "lb": ("pound", "pounds"), "lbs": ("pound", "pounds"),
        "lb.": ("pound", "pounds"), "lbs.": ("pound", "pounds"), "oz": ("ounce", "ounces"),
        "oz.": ("ounce", "ounces"), "t": ("ton", "tons"), "l": ("liter", "liters"),
        "L": ("liter", "liters"), "ml": ("milliliter", "milliliters"),
        "mL": ("milliliter", "milliliters"), "cl": ("centiliter", "centiliters"),
        "dl": ("deciliter", "deciliters"), "gal": ("gallon", "gallons"),
        "tbsp": ("tablespoon", "tablespoons"), "tsp": ("teaspoon", "teaspoons"),
        "m²": ("square meter", "square meters"), "m2": ("square meter", "square meters"),
        "km²": ("square kilometer", "square kilometers"),
        "km2": ("square kilometer", "square kilometers"),
        "cm²": ("square centimeter", "square centimeters"),
        "sq ft": ("square foot", "square feet"), "sq. ft.": ("square foot", "square feet"),
        "m³": ("cubic meter", "cubic meters"), "cm³": ("cubic centimeter", "cubic centimeters"),
        "ha": ("hectare", "hectares"), "km/h": ("kilometer per hour", "kilometers per hour"),
        "kph": ("kilometer per hour", "kilometers per hour"),
        "m/s": ("meter per second", "meters per second"),
        "m/s²": ("meter per second squared", "meters per second squared"),
        "mph": ("mile per hour", "miles per hour"), "mpg": ("mile per gallon", "miles per gallon"),
        "B": ("byte", "bytes"), "kB": ("kilobyte", "kilobytes"), "KB": ("kilobyte", "kilobytes"),
        "MB": ("megabyte", "megabytes"), "GB": ("gigabyte", "gigabytes"),
        "TB": ("terabyte", "terabytes"), "PB": ("petabyte", "petabytes"),
        "KiB": ("kibibyte", "kibibytes"), "MiB": ("mebibyte", "mebibytes"),
        "GiB": ("gibibyte", "gibibytes"), "kbps": ("kilobit per second", "kilobits per second"),
        "Mbps": ("megabit per second", "megabits per second"),
        "Gbps": ("gigabit per second", "gigabits per second"),
        "MB/s": ("megabyte per second", "megabytes per second"),
        "GB/s": ("gigabyte per second", "gigabytes per second"),
        "Mbit/s": ("megabit per second", "megabits per second"),
        "Hz": ("hertz", "hertz"), "kHz": ("kilohertz", "kilohertz"),
        "MHz": ("megahertz", "megahertz"), "GHz": ("gigahertz", "gigahertz"),
        "W": ("watt", "watts"), "kW": ("kilowatt", "kilowatts"), "MW": ("megawatt", "megawatts"),
        "kWh": ("kilowatt hour", "kilowatt hours"), "Wh": ("watt hour", "watt hours"),
        "V": ("volt", "volts"), "mV": ("millivolt", "millivolts"), "kV": ("kilovolt", "kilovolts"),
        "mA": ("milliamp", "milliamps"), "mAh": ("milliamp hour", "milliamp hours"),
        "Ω": ("ohm", "ohms"), "J": ("joule", "joules"), "kJ": ("kilojoule", "kilojoules"),
        "cal": ("calorie", "calories"), "kcal": ("kilocalorie", "kilocalories"),
        "Pa": ("pascal", "pascals"), "hPa": ("hectopascal", "hectopascals"),
        "kPa": ("kilopascal", "kilopascals"), "psi": ("P-S-I", "P-S-I"),
        "dB": ("decibel", "decibels"), "°C": ("degree Celsius", "degrees Celsius"),
        "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
        "℃": ("degree Celsius", "degrees Celsius"),
        "℉": ("degree Fahrenheit", "degrees Fahrenheit"), "°": ("degree", "degrees"),
        "s": ("second", "seconds"), "sec": ("second", "seconds"),
        "secs": ("second", "seconds"), "ms": ("millisecond", "milliseconds"),
        "µs": ("microsecond", "microseconds"), "ns": ("nanosecond", "nanoseconds"),
        "min": ("minute", "minutes"), "mins": ("minute", "minutes"), "h": ("hour", "hours"),
        "hr": ("hour", "hours"), "hrs": ("hour", "hours"), "yr": ("year", "years"),
        "yrs": ("year", "years"), "wk": ("week", "weeks"), "mo": ("month", "months"),
        "px": ("pixel", "pixels"), "fps": ("frame per second", "frames per second"),
        "rpm": ("R-P-M", "R-P-M"), "dpi": ("D-P-I", "D-P-I"),
        "ppm": ("part per million", "parts per million"),
        "%": ("percent", "percent"), "‰": ("per mille", "per mille"),
        "x": ("times", "times"), "×": ("times", "times"), "¢": ("cent", "cents"),
    },
    scales={
        **{word: (word, word) for word in
           "hundred thousand million billion trillion lakh lakhs crore crores".split()},
        "k": ("thousand", "thousand"), "K": ("thousand", "thousand"), "M": ("million", "million"),
        "mn": ("million", "million"), "mln": ("million", "million"), "bn": ("billion", "billion"),
        "B": ("billion", "billion"), "T": ("trillion", "trillion"), "tn": ("trillion", "trillion"),
    },
    operators={
        "+": "plus", "-": "minus", "−": "minus", "–": "minus", "*": "times", "×": "times",
        "x": "times", "/": "divided by", "÷": "divided by", "=": "equals", "<": "is less than",
        ">": "is greater than", "≤": "is at most", "≥": "is at least", "≈": "is about",
        "≠": "is not equal to", "^": "to the power of",
    },
    symbols={
        "::": "colon colon", "♯": "sharp", "♭": "flat", "♮": "natural",
        "&": "and", "+": "plus", "%": "percent", "§": "section", "°": "degrees", "→": "to",
        "->": "to", "=>": "so", "⇒": "so", "←": "from",
        "=": "equals", "×": "times", "÷": "divided by", "@": "at", "±": "plus or minus",
        "≈": "about",
        "≤": "at most", "≥": "at least", "≠": "is not", "<": "less than", ">": "greater than",
        "™": "", "®": "", "©": "copyright", "*": "", "|": ", ", "_": " ", "^2": " squared",
        "^3": " cubed", "²": " squared", "³": " cubed", "√": "the square root of", "∞": "infinity",
        "∑": "the sum of", "•": "", "·": "", "…": ", ", "...": ", ", "--": ", ", "€": "euros",
        "$": "dollars", "£": "pounds", "\\": " backslash ", "`": "", "{": "", "}": "", "~": "about",
        "^": " to the power of ",
    },
    roman_nouns=frozenset(
        "war chapter part volume act scene section phase type class appendix book level title "
        "article bowl mark grade stage episode season figure table fantasy windows apollo gemini "
        "corps division group tier option category pentium schedule".split()
    ),
    labelled=frozenset(
        "flat bus tram train coach bay locker pencil ward wing pier dock "
        "exit room gate seat section unit apartment apt suite figure table appendix terminal "
        "platform line grade highway route building floor hall block row question step".split()
    ),
    referenced=words("order invoice ticket account booking reservation claim policy zip reference"),
    spelled=frozenset(
        "AWS LLC IPA UAE SSD AMA ATA EDA ETA FAQ IDE IRA IMO LED MIT OCD PSA RSA SLA UFO UPS VAT "
        "ISO IOU EPA IDK AFAIK".split()
    ),
    words={
        "24/7": "twenty-four seven", "4K": "four K", "8K": "eight K",
        "Ctrl": "control", "Cmd": "command", "Esc": "escape",
        "9/11": "nine eleven", "50/50": "fifty fifty",
        "and/or": "and or", "C++": "C plus plus", "C#": "C sharp", "F#": "F sharp",
        "A#": "A sharp", "D#": "D sharp", "G#": "G sharp", "C##": "C double sharp",
        "F##": "F double sharp", "G##": "G double sharp", "WWI": "World War One",
        "WWII": "World War Two", "WWIII": "World War Three", "401(k)": "four oh one K",
        "401k": "four oh one K", "H.264": "H two sixty-four", "H.265": "H two sixty-five",
        "A/C": "A-C",
        "N/A": "not applicable", "n/a": "not applicable", "TCP/IP": "TCP IP", "I/O": "I O",
        "Wi-Fi": "wi-fi", "JPEG": "jay-peg", "GIF": "gif", "LaTeX": "lah-teck", "macOS": "mac OS",
        "YouTube": "you tube", "GitHub": "git hub", "PostgreSQL": "postgres Q L",
        "MySQL": "my SQL", "SQLite": "SQL lite", "JSON": "jason", "YAML": "yammel",
        "TL;DR": "in short", "he/she": "he or she", "his/her": "his or her", "s/he": "she or he",
    },
    months=(
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
    weekdays={
        "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday",
        "Thu": "Thursday", "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday",
        "Sat": "Saturday", "Sun": "Sunday",
    },
    date_words=frozenset("on by until till before after since from due between".split()),
    time_sign="[:.]",
    time_suffix=r"[aApP]\.m\.|[aApP][mM]\b|[aApP]\.M\.",
    ratio_words=("ratio", "odds"),
    currencies={
        "USD": (("dollar", "dollars"), ("cent", "cents")),
        "EUR": (("euro", "euros"), ("cent", "cents")),
        "GBP": (("pound", "pounds"), ("penny", "pence")),
        "JPY": (("yen", "yen"), None),
        "CNY": (("yuan", "yuan"), ("fen", "fen")),
        "CHF": (("Swiss franc", "Swiss francs"), ("centime", "centimes")),
        "CAD": (("Canadian dollar", "Canadian dollars"), ("cent", "cents")),
        "AUD": (("Australian dollar", "Australian dollars"), ("cent", "cents")),
        "HKD": (("Hong Kong dollar", "Hong Kong dollars"), ("cent", "cents")),
        "INR": (("rupee", "rupees"), ("paisa", "paise")),
        "RUB": (("ruble", "rubles"), ("kopek", "kopeks")),
        "KRW": (("won", "won"), None),
        "TRY": (("lira", "lira"), ("kurus", "kurus")),
        "BRL": (("real", "reais"), ("centavo", "centavos")),
        "PLN": (("zloty", "zlotys"), ("grosz", "groszy")),
        "BTC": (("bitcoin", "bitcoins"), None),
    },
    money_scales={
        "m": ("million", "million"), "b": ("billion", "billion"), "t": ("trillion", "trillion"),
    },
    scored=frozenset("rated rating score scored scores page step part slide question".split()),
    rulers=frozenset(
        "henry louis george charles edward william james richard john paul pius benedict francis "
        "elizabeth mary catherine napoleon philip frederick alexander nicholas peter leo gregory "
        "innocent urban clement ivan ramses ptolemy darius xerxes otto rudolf wilhelm felipe juan "
        "gustav christian haakon harald carl leopold albert victoria alfonso ferdinand robert "
        "david edmund stephen constantine justinian theodosius cosimo".split()
    ),
    signs={
        "-": "minus", "−": "minus", "+": "plus", "±": "plus or minus", "~": "about", "≈": "about",
        "<": "less than", ">": "more than", "≤": "at most", "≥": "at least", "<=": "at most",
        ">=": "at least",
    },
    short_months={
        "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Sept": 9,
        "Oct": 10, "Nov": 11, "Dec": 12,
    },
)

LANGUAGE = Language(
    code="en",
    short_answers=phrases(
        "yes, no, yeah, yep, nope, okay, ok, sure, right, correct, stop, wait, cancel, help, "
        "please, thanks, thank you, hello, hi, hey, bye, goodbye, louder, quieter, slower, faster, "
        "continue, again, never mind, good morning, good evening, good night, go on"
    ),
    unfinished_ends=words(
        "and or but nor because if although though unless whereas while until since whether "
        "than then so as which who whose what how when where why the a an my your our their its "
        "every another such very quite of to with for from at into onto about between among "
        "during without against toward towards per via by in near under within despite except "
        "like i i'm i'd i'll i've he he's he'd he'll she she's she'd she'll we we're we'd we'll "
        "we've they they're they'd they'll they've you're you'd you'll you've it's it'll that's "
        "what's who's where's how's there's here's let's is are was were be been being has have "
        "had having do does did will would can could shall should might must don't doesn't "
        "didn't won't wouldn't can't couldn't isn't aren't wasn't weren't want wants need needs "
        "make give get put set remind tell send buy bring add create let ask call find order um "
        "uh uhm erm er hmm plus minus"
    ),
    finished_ends=phrases(
        "think so, hope so, believe so, guess so, come in, log in, sign in, check in, plug it "
        "in, let me in, i do, i did, i have, i can, i will, it is, it was, it does, we do, we "
        "are, you do, you are, you can, they do, they are, a call, the call, phone call, an "
        "order, the order, my order, all i want, all i need, by then, until then, since then, "
        "back then"
    ),
    phone_number=r"[^01o].{9}|[01o].{10}",
    digit_words=words("oh o double triple"),
    digit_homophones=words("to too for"),
    backchannels=SOUNDS | words(
        "uh uhhuh uh-huh mm-hmm yeah yep yes right sure wow really nice good great i see"
    ),
    stop_words=phrases(
        "stop, stop it, stop that, stop talking, please stop, stop please, stop now, okay stop, no "
        "stop, wait, wait please, wait a minute, wait a second, wait a moment, hold on, hang on, "
        "quiet, quiet please, be quiet, please be quiet, silence, hush, shut up, enough, "
        "that's enough, cancel, never mind"
    ),
    start_over=phrases(
        "start over, please start over, start over please, okay start over, let's start over, okay "
        "let's start over, can we start over, i want to start over, start all over, let's start "
        "all over, start from scratch, let's start from scratch, forget everything, forget "
        "everything i said, new conversation, a new conversation, start a new conversation, let's "
        "start a new conversation, clear the conversation, clear the history, reset the "
        "conversation"
    ),
    common_words=words(
        "a i the of and to in is you that it he was for on are as with his they at be this have "
        "from or had by but not what all were we when your can said there an each which she do how "
        "their if will"
    ),
    abbreviations=Abbreviations(
        never_end={
            "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miz", "Dr.": "Doctor", "Prof.": "Professor",
            "Rev.": "Reverend", "Hon.": "Honorable", "Gov.": "Governor", "Pres.": "President",
            "Sen.": "Senator", "Rep.": "Representative", "Gen.": "General", "Col.": "Colonel",
            "Capt.": "Captain", "Lt.": "Lieutenant", "Sgt.": "Sergeant", "Maj.": "Major",
            "Mr": "Mister", "Mrs": "Missus", "Dr": "Doctor", "Prof": "Professor",
            "e.g.": "for example", "E.g.": "For example", "eg.": "for example", "i.e.": "that is",
            "I.e.": "That is", "vs.": "versus", "vs": "versus", "cf.": "compare", "viz.": "namely",
            "approx.": "approximately", "Approx.": "Approximately", "ca.": "circa",
            "incl.": "including", "excl.": "excluding", "dept.": "department",
            "Dept.": "Department", "Mt.": "Mount", "Ft.": "Fort",
        } | unsaid("rs sq cu op mx messrs fr cmdr cpl pvt adm supt ie c.f al-asst asst univ"),
        before_number={
            "fig.": "figure", "Fig.": "Figure", "figs.": "figures", "eq.": "equation",
            "Eq.": "Equation", "ch.": "chapter", "Ch.": "Chapter", "sec.": "section",
            "Sec.": "Section", "Vol.": "Volume", "Ext.": "Extension", "tel.": "telephone",
            "Tel.": "Telephone", "Jan.": "January", "Feb.": "February", "Mar.": "March",
            "Apr.": "April", "Aug.": "August", "Sept.": "September", "Sep.": "September",
            "Oct.": "October", "Nov.": "November", "Dec.": "December",
        } | unsaid("nr eqs vols chap sect art ed par para op v ver ref jun jul"),
        only_before_number={
            "No.": "Number", "no.": "number", "Nos.": "Numbers", "nos.": "numbers", "p.": "page",
            "pp.": "pages", "vol.": "volume", "ext.": "extension",
        },
        may_end={
            "Jr.": "Junior", "Sr.": "Senior", "al.": "al", "avg.": "average",
            "misc.": "miscellaneous", "Ave.": "Avenue", "Blvd.": "Boulevard", "Rd.": "Road",
            "Inc.": "Incorporated", "Ltd.": "Limited", "Corp.": "Corporation", "Co.": "Company",
            "Bros.": "Brothers", "Ph.D.": "PhD", "Ph.D": "PhD", "U.S.": "US", "U.S.A.": "USA",
            "U.K.": "UK", "U.N.": "UN", "E.U.": "EU", "D.C.": "DC", "B.C.": "BC", "A.D.": "AD",
        } | unsaid("llc plc esq st m.d b.a m.a b.sc m.sc ed eds orig repr trans"),
        end_before_capital={
            "govt.": "government", "Govt.": "Government",
            "etc.": "et cetera", "etc": "et cetera", "max.": "maximum", "min.": "minimum",
            "temp.": "temperature", "est.": "established", "a.m.": "AM", "p.m.": "PM", "A.M.": "AM",
            "P.M.": "PM", "Mon.": "Monday", "Tue.": "Tuesday", "Wed.": "Wednesday",
            "Thu.": "Thursday", "Thurs.": "Thursday", "Fri.": "Friday",
        } | unsaid(
            "am pm ad bc cit ibid loc seq sup ct cir stat assn natl intl mfg acct attn bldg dist "
            "hwy pkwy calif mass penn colo conn fla mich minn miss okla ore tenn tex wash ariz "
            "sat sun tues thur"
        ),
        elsewhere={
            "c.": "circa", "esp.": "especially", "resp.": "respectively",
            "a.k.a.": "also known as", "aka": "also known as", "w/o": "without", "w/": "with ",
            "b/c": "because",
        },
    ),
    sentence_starters=words(
        "the a an this that these those it its he she they we you i there here what when where who "
        "why how which if but and or so then now in on at as for from with after before because "
        "although however while since my your his her our their no yes not let do does did is are "
        "was were have has had can could will would should may please to by most many some all "
        "each every one two also maybe perhaps once until both another first second next"
    ),
    before_label=words(
        "vitamin vitamins plan option type part section class grade level point step appendix "
        "hepatitis schedule category figure answer letter column row group team drive exhibit "
        "article phase series room gate terminal platform variable and or than is are of to in "
        "from the a"
    ),
    pronoun_of_one_letter="I",
    phrases=Phrases(
        code="Code shown on screen.",
        table="Table shown on screen.",
        more_rows="The rest of the table is shown on screen.",
        formula="Formula shown on screen.",
        link_to="link to {}",
        yes="yes",
        no="no",
        not_understood="Sorry, I didn't catch that.",
        started_over="All right, from the start.",
        no_voice="I have no voice for this language; the answer is on the screen.",
    ),
    aloud=_ALOUD,
)
