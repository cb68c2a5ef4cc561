"""English."""

from __future__ import annotations

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

ENGLISH = Language(
    code="en",
    short_answers=phrases(
        "yes, no, yeah, yep, nope, okay, ok, sure, right, correct, stop, wait, cancel, help, "
        "please, thanks, thank you, hello, hi, hey, bye, goodbye, louder, quieter, slower, faster, "
        "continue, again, never mind, good morning, good evening, good night, go on"
    ),
    unfinished_ends=words(
        "and or but because if although though unless than the a an my your our their its um uh "
        "uhm erm er hmm plus minus"
    ),
    backchannels=SOUNDS | words(
        "uh uhhuh uh-huh mm-hmm yeah yep yes right sure wow really nice good great i see"
    ),
    stop_words=phrases(
        "stop, stop it, stop that, stop talking, please stop, wait, hold on, quiet, be quiet, "
        "silence, hush, shut up, enough, that's enough, cancel, never mind"
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
        } | unsaid("mx messrs fr cmdr cpl pvt adm supt ie c.f al-asst asst univ"),
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
            "etc.": "et cetera", "etc": "et cetera", "max.": "maximum", "min.": "minimum",
            "temp.": "temperature", "est.": "established", "a.m.": "AM", "p.m.": "PM", "A.M.": "AM",
            "P.M.": "PM",
        } | unsaid("am pm ad bc"),
        elsewhere={
            "c.": "circa", "esp.": "especially", "resp.": "respectively", "govt.": "government",
            "a.k.a.": "also known as", "aka": "also known as", "w/o": "without", "w/": "with ",
            "b/c": "because", "Mon.": "Monday", "Tue.": "Tuesday", "Wed.": "Wednesday",
            "Thu.": "Thursday", "Thurs.": "Thursday", "Fri.": "Friday",
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
    ),
)
