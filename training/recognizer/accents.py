"""English with an accent: Festival's diphone voices of other languages say what flite would say.

flite tells phones, their times and the pitch; every phone is put in the place of the nearest one,
or two, of the other language, and Festival's UniSyn renders them from the recorded diphones of a
real person. Only the voice's file of diphones is used, none of its language's text processing, so
one Festival process speaks for all of them. Accents are consistent: within one utterance, the
same choices are made.
"""

from __future__ import annotations

import atexit
import random
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soundfile

from training.common import flite
from training.common.spoken import Spoken

VOICES = Path("/usr/share/festival/voices")
"""Where Debian's packages festvox-* put them."""

GUIDES = ("slt", "rms", "awb")
"""flite's speakers that tell their pitch."""
PITCH_FRAME_S = 0.005
SILENCE = ""
Alternatives = dict[str, list[tuple[float, tuple[str, ...]]]]
"""For each of flite's phones what may stand for it, each with its cost."""
LAST_RESORT = 20.0
"""A cost above all differences between the other choices in a sentence."""


def _alternatives(table: str) -> Alternatives:
    """Of entries such as `th t s | f`: flite's phone, then what stands for it, best first, after
    the bar where nothing else will do: a phone, two joined by a plus, or `-` for none."""
    found: Alternatives = {}
    for entry in table.split(","):
        english, *others = entry.replace("|", "").split()
        n_usual = len(entry.split("|")[0].split()) - 1
        found[english] = [
            (
                rank + LAST_RESORT * (rank >= n_usual),
                () if other == "-" else tuple(other.split("+")),
            )
            for rank, other in enumerate(others)
        ]
    return found


_NEIGHBORS = _alternatives("""
    b p, d t -, g k, z s -, v f -, dh t, zh s, p b, t d -, k g, s z -, f v, th f d, iy ih, ey eh,
    uw uh, ow ao, aw aa, ay aa, er eh, n -, m n, l -, ng n
""")
"""Where sounds don't follow each other in the other language, as what another English phone they
are said: such as devoiced at the end, or one of two the same."""

_ITALIAN = _alternatives("""
    aa a1 O1, ae E1 a1, ah a1 a, ao O1 o1, aw a1+u, ax e a o, ay a1+i, eh E1 e1, er E1+r e1+r,
    ey e1+i, ih i i1, iy i1, ow o1+u o1, oy O1+i, uh u u1, uw u1, b b, ch tS, d d, dh d dz, f f,
    g g, hh - , jh dZ, k k, l l, m m, n n, ng ng n n+g, p p, r r, s s, sh S, t t, th t f s, v v,
    w w u, y j i, z z, zh Z dZ S
""")
_CZECH = _alternatives("""
    aa a: a, ae e e: a, ah a, ao o: o, aw a+u | a+v, ax e a, ay a+j, eh e, er e:+r e+r, ey e+j,
    ih i, iy i: | i+j, ow o+u | o:+v, oy o+j, uh u, uw u: | u+v, b b, ch c~, d d, dh d z, f f, g g,
    hh h ch, jh dz~, k k, l l, m m, n n, ng n* n, p p, r r, s s, sh s~, t t, th t s f, v v, w u v,
    y j, z z, zh z~
""")
_FINNISH = """
    aa a: a, ae @ @:, ah a, ao o: o, aw a+u, ax 7 e a, ay a+i, eh e, er 7: 7:+r 7+r, ey e+i, ih i,
    iy i:, ow o+u, oy o+i, uh u, uw u:, b b, d d, f f, g g, hh h, k k, l l, m m, n n, ng N N+g,
    p p, r r, s s, t t, v v | v+u, y j i, z s | -,
"""
_FINNISH_LJ = _alternatives(_FINNISH + "ch t+s, dh d, jh d+j t+s, sh s, th t f s, w u v, zh s")
_FINNISH_MV = _alternatives(_FINNISH + "ch t+S, dh d, jh d+S t+S, sh S, th T t, w w, zh S")
_TAMIL = _alternatives("""
    aa aa, ae eh aa, ah a, ao oh aw, aw aw, ax eh a, ay ay, eh eh, er a+r eh+r, ey ee, ih ih,
    iy iy, ow oo, oy oh+ih oo+y, uh uh, uw uw, b b, ch ch, d D, dh dh, f f, g g, hh h, jh j, k k,
    l l, m m, n n, ng n+g n, p p, r r, s s, sh sh, t T, th tth th, v v, w v uh, y y ih, z s, zh sh
""")


@dataclass(frozen=True)
class Speaker:
    group: str
    """The file of diphones, in VOICES, without its ending."""
    pitch_hz: float
    """Mean fundamental frequency."""
    silence: str
    alternatives: Alternatives


SPEAKERS = {
    "lp": Speaker("italian/lp_diphone/group/lp_diphone", 190, "#", _ITALIAN),
    "pc": Speaker("italian/pc_diphone/group/pc_diphone", 105, "#", _ITALIAN),
    "dita": Speaker("czech/czech_dita/group/dita", 215, "#", _CZECH),
    "krb": Speaker("czech/czech_krb/group/krb", 230, "#", _CZECH),
    "machac": Speaker("czech/czech_machac/group/machac", 72, "#", _CZECH),
    "ph": Speaker("czech/czech_ph/group/ph", 128, "#", _CZECH),
    "lj": Speaker("finnish/suo_fi_lj_diphone/group/ljlpc", 190, "#", _FINNISH_LJ),
    "mv": Speaker("finnish/hy_fi_mv_diphone/group/mvlpc", 80, "#", _FINNISH_MV),
    "nsk": Speaker("hindi/hindi_NSK_diphone/group/NSKlpc", 135, "pau", _TAMIL),
}


def _group(speaker: str) -> Path:
    return VOICES / f"{SPEAKERS[speaker].group}.group"


def installed() -> tuple[str, ...]:
    """The speakers on this machine; none without Festival."""
    if shutil.which("festival") is None:
        return ()
    return tuple(name for name in SPEAKERS if _group(name).exists())


@cache
def _diphones(speaker: str) -> frozenset[tuple[str, str]]:
    """What the voice has; the file begins with an index in words."""
    index = _group(speaker).read_bytes().split(b"EST_Header_End\n", 1)[1].decode("latin-1")
    lines = re.match(r"(?:\S+-\S+ \d+ \d+ \d+\n)+", index)
    pairs = (line.split(" ")[0].split("-") for line in (lines[0] if lines else "").splitlines())
    return frozenset((left, right) for left, right in pairs)


# Phones -------------------------------------------------------------------------------------------


def in_the_accent(
    rng: random.Random, speaker: str, phones: list[str]
) -> list[tuple[str, ...]] | None:
    """For each of flite's phones those of the speaker, so that every diphone is there and the
    choice as good as can be; None where there is no such choice."""
    who, known = SPEAKERS[speaker], _diphones(speaker)
    chosen: Alternatives = {SILENCE: [(0.0, (who.silence,))]}
    for english, others in who.alternatives.items():
        chosen[english] = [(cost + rng.uniform(0, 2), other) for cost, other in others]
        for rank, neighbor in _NEIGHBORS.get(english, []):
            said = who.alternatives[neighbor[0]] if neighbor else [(0.0, ())]
            chosen[english] += [(2 * LAST_RESORT + rank + cost, other) for cost, other in said]
    # The cheapest way to each phone that may be the last so far: its cost, and itself backwards.
    ways: dict[str, tuple[float, tuple]] = {who.silence: (0.0, ())}  # type: ignore[type-arg]
    for english in phones:
        longer: dict[str, tuple[float, tuple]] = {}  # type: ignore[type-arg]
        for last, (cost, way) in ways.items():
            for extra, other in chosen[english]:
                joined = (last, *other)
                if not all(pair in known for pair in zip(joined, joined[1:], strict=False)):
                    continue
                if joined[-1] not in longer or cost + extra < longer[joined[-1]][0]:
                    longer[joined[-1]] = cost + extra, (other, way)
        ways = longer
    if not ways:
        return None
    way, found = min(ways.values(), key=lambda costed: costed[0])[1], []
    while way:
        found.append(way[0])
        way = way[1]
    return found[::-1]


@dataclass(frozen=True)
class Segment:
    """A phone for Festival."""

    name: str
    duration_s: float
    pitch_hz: float
    """In its middle."""


def _segments(rng: random.Random, speaker: str, guide: Spoken) -> list[Segment] | None:
    """The guide's phones and melody, in the speaker's range, a little wider or narrower, higher or
    lower."""
    accented = in_the_accent(rng, speaker, [name for name, _ in guide.phones])
    voiced_hz = guide.pitch_hz[guide.pitch_hz > 0]
    if accented is None or not len(voiced_hz):
        return None
    usual_hz = float(np.exp(np.log(voiced_hz).mean()))
    mean_hz, spread = SPEAKERS[speaker].pitch_hz * rng.uniform(0.85, 1.2), rng.uniform(0.6, 1.6)
    melody = np.clip(guide.pitch_hz / usual_hz, 0.6, 1.7) ** spread * mean_hz
    segments, begin_s, pitch_hz = [], 0.0, mean_hz
    for names, (_, end_s) in zip(accented, guide.phones, strict=True):
        ends_s = [end_s] if len(names) == 1 else [begin_s + 0.6 * (end_s - begin_s), end_s]
        for name, until_s in zip(names, ends_s, strict=False):
            span = slice(round(begin_s / PITCH_FRAME_S), round(until_s / PITCH_FRAME_S))
            heard = melody[span][guide.pitch_hz[span] > 0]
            pitch_hz = float(np.median(heard)) if len(heard) else pitch_hz
            segments.append(Segment(name, max(0.01, until_s - begin_s), pitch_hz))
            begin_s = until_s
    return segments


# Festival -----------------------------------------------------------------------------------------


class _Festival:
    """A process that renders segments, one utterance after the other."""

    def __init__(self) -> None:
        self._n_rendered = 0
        self._folder = tempfile.TemporaryDirectory()
        self._wave = Path(self._folder.name, "said.wav")
        self._process = subprocess.Popen(
            ["festival", "--pipe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        atexit.register(self.close)
        self._do(
            "(require_module 'UniSyn) (voice_reset)"
            "(Parameter.set 'Synth_Method 'UniSyn) (Parameter.set 'us_sigpr 'lpc)"
            "(set! window_factor 1.0) (set! us_abs_offset 0.0) (set! us_rel_offset 0.0)"
        )
        for name in installed():
            silence = SPEAKERS[name].silence
            self._do(
                f'(us_diphone_init \'((name "{name}") (index_file "{_group(name)}")'
                f' (grouped "true") (default_diphone "{silence}-{silence}")))'
            )

    def _do(self, command: str) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f'{command}\n(format t "done\\n")\n(fflush nil)\n')
        self._process.stdin.flush()
        if self._process.stdout.readline() != "done\n":
            raise OSError("festival ended, or said what was not expected")

    def render(self, speaker: str, segments: list[Segment]) -> tuple[np.ndarray, int]:  # type: ignore[type-arg]
        """Samples in -1..1 and their rate in Hz."""
        self._wave.unlink(missing_ok=True)
        self._n_rendered += 1
        if self._n_rendered % 100 == 0:
            self._do("(gc)")  # Left to itself, it keeps gigabytes of waves.
        said = " ".join(
            f"({s.name} {s.duration_s:.4f} ({s.duration_s / 2:.4f} {s.pitch_hz:.1f}))"
            for s in segments
        )
        self._do(
            f"(us_db_select '{speaker})\n"
            f'(utt.save.wave (utt.synth (Utterance Segments ({said}))) "{self._wave}")'
        )
        return soundfile.read(self._wave, dtype="float32")

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()


@cache
def _festival() -> _Festival:
    return _Festival()


def say(rng: random.Random, speaker: str, words: str, *, stretch: float = 1.0) -> Spoken:
    """Speak `words` as one of `installed()` would; the phones are flite's.

    No samples where the voice lacks a sequence of sounds. Raises OSError where flite, Festival or
    the voice isn't installed.
    """
    guide = flite.say(rng.choice(GUIDES), words, stretch=stretch)
    segments = _segments(rng, speaker, guide)
    if segments is None:
        return Spoken(np.zeros(0, np.float32), 16000, [])
    samples, sample_rate_hz = _festival().render(speaker, segments)
    return Spoken(samples, sample_rate_hz, guide.phones)
