"""From a recording to segments: speech is found, packed, heard and put back in its place."""

from __future__ import annotations

import io
import itertools
import json
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import official
from programs import multilingual_model, save_wav, speak, speak_as
from voicecli.errors import AudioFileError, ModelError
from voicecli.hearing.vad import SileroVad
from voicecli.languages.names import CODE_OF, language_code
from voicecli.models import find_stt
from voicecli.settings import SttSettings
from voicecli.sound.samples import FRAME_SAMPLES, SAMPLE_RATE_HZ, Samples, silence
from voicecli.stt.transcript import TimedWord, Transcript
from voicecli.stt.whisper import FULL_FRAMES, Decoded, Decoding, Whisper, card_says
from voicecli.transcription.formats import document
from voicecli.transcription.pipeline import (
    ReadOptions,
    Recording,
    RecordingEnded,
    Transcribed,
    TranscriptionEvent,
    transcribe,
)
from voicecli.transcription.placing import place, segments
from voicecli.transcription.recognition import Recognized, SpokenLanguage, WindowRecognizer
from voicecli.transcription.segments import Segment, Transcription
from voicecli.transcription.speech import (
    BLOCK_SAMPLES,
    MAX_STRETCH_FRAMES,
    SileroBlockVad,
    SpeechFinder,
    SpeechStretch,
    stretches,
)
from voicecli.transcription.subtitles import SubtitleRules
from voicecli.transcription.targets import Input, find_inputs, outputs
from voicecli.transcription.windows import (
    LEAD_S,
    TAIL_S,
    Window,
    utterances,
    windows,
    with_surroundings,
)

pytestmark = pytest.mark.slow

SENTENCES = (
    *("What is seven plus twelve?", "Hello, how are you?", "Tell me a joke.", "Good morning."),
    *("See you on Sunday.", "Nice to meet you, Sam.", "What time is it?", "Today is Monday."),
    *("Can you hear me?", "Thank you very much.", "Set a timer for ten minutes.", "Stop talking."),
)


def noise(duration_s: float) -> Samples:
    """A quiet room."""
    n_samples = int(duration_s * SAMPLE_RATE_HZ)
    return np.random.default_rng(0).normal(0, 1e-4, n_samples).astype(np.float32)


@cache
def conversation(gap_s: float = 0.8) -> Samples:
    """Twelve sentences with pauses, 27 s or more."""
    parts = [part for sentence in SENTENCES for part in (noise(gap_s), speak(sentence))]
    return np.concatenate([*parts, noise(gap_s)])


@cache
def recognizer(*, words: bool = False) -> WindowRecognizer:
    folder = find_stt(None)
    whisper = Whisper(folder, SttSettings(device="cpu"), n_workers=2)
    by_utterance = card_says(folder, "utterances")
    return WindowRecognizer(
        whisper, Decoding(beam_size=5), by_utterance=by_utterance, word_times=words
    )


def run(*paths: Path, options: ReadOptions | None = None, **how) -> list[TranscriptionEvent]:
    sources = [Recording(path, str(path)) for path in paths]
    return list(transcribe(sources, recognizer(), options or ReadOptions(), n_workers=2, **how))


def texts(events: Sequence[TranscriptionEvent], source: int = 0) -> list[str]:
    said = [event for event in events if isinstance(event, Transcribed) and event.source == source]
    segments = [segment for event in said for segment in event.segments]
    return [segment.text for segment in sorted(segments, key=lambda one: one.start_s)]


# -- speech -----------------------------------------------------------------------------------


def test_the_block_vad_agrees_with_itself_in_blocks_of_any_size() -> None:
    samples = conversation()
    samples = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES]
    whole = SileroBlockVad()(samples)
    one_by_one = SileroBlockVad()
    single = [one_by_one(frame)[0] for frame in samples.reshape(-1, FRAME_SAMPLES)]
    assert np.allclose(whole, single, atol=1e-4)


def test_the_block_vad_hears_what_the_live_one_hears() -> None:
    samples = conversation()
    samples = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES]
    live = SileroVad()
    one = np.array([live.probability(frame) for frame in samples.reshape(-1, FRAME_SAMPLES)])
    assert np.mean((SileroBlockVad()(samples) > 0.5) == (one > 0.5)) > 0.93


def test_every_sentence_is_one_stretch() -> None:
    found = list(stretches([conversation()], SileroBlockVad()))
    assert len(found) == len(SENTENCES)
    at = 0
    for sentence, stretch in zip(SENTENCES, found, strict=True):
        at += len(noise(0.8))
        assert stretch.start <= at + 0.1 * SAMPLE_RATE_HZ
        at += len(speak(sentence))
        assert stretch.end >= at - 0.3 * SAMPLE_RATE_HZ


class Scripted:
    """A VAD that says what it was told to."""

    def __init__(self, probabilities: Sequence[float]) -> None:
        self._rest = iter(probabilities)

    def __call__(self, frames: Samples) -> np.ndarray:
        n_frames = len(frames) // FRAME_SAMPLES
        return np.array([next(self._rest, 0.0) for _ in range(n_frames)], np.float32)


def counted(n_frames: int) -> Samples:
    """Samples that tell their own index."""
    return np.arange(n_frames * FRAME_SAMPLES, dtype=np.float32)


probabilities = st.lists(
    st.tuples(st.sampled_from([0.0, 0.4, 0.6, 1.0]), st.integers(1, 60)), min_size=1, max_size=30
).map(lambda runs: [p for p, n in runs for _ in range(n)])


@given(probabilities, st.integers(1, 3 * BLOCK_SAMPLES))
@settings(deadline=None)
def test_stretches_are_the_recording_itself(script: list[float], piece: int) -> None:
    samples = counted(len(script))
    pieces = [samples[i : i + piece] for i in range(0, len(samples), piece)]
    finder = SpeechFinder(Scripted(script))
    found = [one for part in pieces for one in finder.feed(part)] + list(finder.finish())
    for stretch in found:
        end = min(stretch.end, len(samples))
        assert np.array_equal(stretch.samples[: end - stretch.start], samples[stretch.start : end])
        assert len(stretch.samples) <= MAX_STRETCH_FRAMES * FRAME_SAMPLES
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    covered = np.zeros(len(script), bool)
    for stretch in found:
        covered[stretch.start // FRAME_SAMPLES : -(-stretch.end // FRAME_SAMPLES)] = True
    # Whatever is surely speech for longer than a click is in a stretch.
    speech = np.array(script) >= 0.5
    for i in range(len(script) - 2):
        if speech[i : i + 3].all():
            assert covered[i : i + 3].all()


@given(probabilities)
@settings(deadline=None)
def test_without_vad_nothing_is_left_out(script: list[float]) -> None:
    samples = counted(len(script))
    finder = SpeechFinder(Scripted(script), everything=True)
    found = [*finder.feed(samples), *finder.finish()]
    joined = np.concatenate([stretch.samples for stretch in found])
    assert np.array_equal(joined[: len(samples)], samples)


def test_long_speech_is_cut_where_speech_is_least_probable() -> None:
    script = [1.0] * (2 * MAX_STRETCH_FRAMES)
    script[700] = 0.6
    first, *_ = stretches([counted(len(script))], Scripted(script))
    assert first.end == 700 * FRAME_SAMPLES


# -- windows ----------------------------------------------------------------------------------


def a_stretch(start_s: float, duration_s: float) -> SpeechStretch:
    return SpeechStretch(
        round(start_s * SAMPLE_RATE_HZ), silence(round(duration_s * SAMPLE_RATE_HZ))
    )


@given(st.lists(st.tuples(st.floats(0.1, 29), st.floats(0, 10)), max_size=30))
def test_windows_hold_every_stretch_once_and_at_most_30_s(
    shape: list[tuple[float, float]],
) -> None:
    given_, at_s = [], 0.0
    for duration_s, gap_s in shape:
        given_.append(a_stretch(at_s + gap_s, duration_s))
        at_s += gap_s + duration_s
    packed = list(windows(given_))
    assert [stretch for window in packed for stretch in window.stretches] == given_
    assert all(window.duration_s <= 30 for window in packed)


@pytest.mark.parametrize(
    ("start_s", "duration_s", "lead_s", "tail_s"),
    [(1, 2, LEAD_S, TAIL_S), (0.1, 2, 0.1, TAIL_S), (8, 1.9, LEAD_S, 0.1), (0, 10, 0, 0)],
)
def test_a_window_is_heard_with_as_much_around_it_as_there_is(
    start_s: float, duration_s: float, lead_s: float, tail_s: float
) -> None:
    recording = np.arange(10 * SAMPLE_RATE_HZ, dtype=np.float32)
    first, last = (round(time_s * SAMPLE_RATE_HZ) for time_s in (start_s, start_s + duration_s))
    window = Window((SpeechStretch(SAMPLE_RATE_HZ + first, recording[first:last]),))
    wider = with_surroundings(window, recording, start=SAMPLE_RATE_HZ)
    begin, end = first - round(lead_s * SAMPLE_RATE_HZ), last + round(tail_s * SAMPLE_RATE_HZ)
    assert np.array_equal(wider.samples, recording[begin:end])
    assert wider.n_samples == end - begin
    assert (wider.start_s, wider.duration_s) == (window.start_s, window.duration_s)


def test_what_is_left_of_a_window_has_no_lead() -> None:
    window = Window((a_stretch(1, 3),), lead=silence(1600), tail=silence(3200))
    rest = window.after(2.1, 0.5)
    assert rest is not None
    assert (rest.start_s, rest.heard_s) == pytest.approx((3.0, 1.2))


# -- hearing ----------------------------------------------------------------------------------


def multilingual(folder: Path, *languages: str) -> WindowRecognizer:
    whisper = Whisper(multilingual_model(folder, *languages), SttSettings())
    assert whisper.is_multilingual
    return WindowRecognizer(whisper, Decoding(beam_size=5), by_utterance=True)


def test_a_multilingual_model_finds_out_the_language(tmp_path: Path) -> None:
    (window,) = windows(stretches([speak(SENTENCES[0])], SileroBlockVad()))
    language = SpokenLanguage()
    model = multilingual(tmp_path / "model", "en")
    (heard,) = model.recognize([window], [language], to_hear=[language])
    assert language.code() == "en"
    assert [segment.text for segment in heard.segments] == [SENTENCES[0]]


def test_a_model_that_knows_of_no_language_asks_for_one(tmp_path: Path) -> None:
    model = multilingual(tmp_path / "model")
    (window,) = windows(stretches([speak(SENTENCES[0])], SileroBlockVad()))
    with pytest.raises(ModelError, match="model can't tell languages apart") as error:
        model.recognize([window], [language := SpokenLanguage()], to_hear=[language])
    assert "--language" in error.value.hint
    (heard,) = model.recognize([window], [SpokenLanguage("en")], to_hear=[])
    assert heard.segments


def test_trimmed_windows_hear_the_same() -> None:
    (window,) = windows(stretches([conversation()], SileroBlockVad()))
    parts = utterances(window)
    languages = [SpokenLanguage("en")] * len(parts)
    for trim in (False, True):
        whisper = Whisper(find_stt(None), SttSettings(device="cpu", trim_encoder=trim))
        assert bool(whisper.trimming) == trim
        model = WindowRecognizer(whisper, Decoding(beam_size=5), by_utterance=True)
        heard = model.recognize(parts, languages, to_hear=[])
        assert [segment.text for one in heard for segment in one.segments] == list(SENTENCES)


class Trimmed(Whisper):
    """The bundled model, which writes this with a trimmed encoder, and that with all 30 s."""

    def __init__(self, trimmed: tuple[str, float], full: tuple[str, float]) -> None:
        super().__init__(find_stt("stt-en"), SttSettings(device="cpu", trim_encoder=True))
        self._written = {False: trimmed, True: full}

    def decode(self, encoded, languages, durations_s, how=None, *, repeats=True):
        text, logprob = self._written[2 * encoded.shape[1] == FULL_FRAMES]
        return [Decoded(Transcript(text, "en", logprob, 0.0), ())]


BREAKS_OFF, WHOLE = "The pencils", "The pencils have all been used."
LOOP = "Shh. Shh. Shh."


@pytest.mark.parametrize(
    ("trimmed", "full", "text"),
    [
        ((BREAKS_OFF, -0.9), (WHOLE, -0.08), BREAKS_OFF),  # sure enough not to be heard again
        ((BREAKS_OFF, -1.2), (WHOLE, -1.3), WHOLE),  # the trimmed one counts for nothing
        ((LOOP, -0.08), (WHOLE, -0.28), WHOLE),
    ],
)
def test_what_a_trimmed_encoder_fails_at_is_heard_with_all_30_s(
    trimmed: tuple[str, float], full: tuple[str, float], text: str
) -> None:
    window = Window((SpeechStretch(0, silence(2 * SAMPLE_RATE_HZ), 2.0),))
    model = WindowRecognizer(Trimmed(trimmed, full), Decoding(), by_utterance=True)
    (heard,) = model.recognize([window], [SpokenLanguage("en")], to_hear=[])
    assert [segment.text for segment in heard.segments] == [text]


class Doubtful(Whisper):
    """The bundled model, which writes what it is told to, and calmly where it may not repeat."""

    def __init__(self, first: tuple[str, float], calm: tuple[str, float]) -> None:
        super().__init__(find_stt("stt-en"), SttSettings(device="cpu", trim_encoder=False))
        self._written = {True: first, False: calm}

    def decode(self, encoded, languages, durations_s, how=None, *, repeats=True):
        text, logprob = self._written[repeats]
        return [Decoded(Transcript(text, "en", logprob, 0.0), ())]


@pytest.mark.parametrize(
    ("first", "calm", "text"),
    [
        (("So it goes. " * 30, -0.1), (WHOLE, -0.4), WHOLE),
        ((WHOLE, -1.2), (BREAKS_OFF, -1.1), BREAKS_OFF),
        ((WHOLE, -1.2), (BREAKS_OFF, -1.3), WHOLE),
        ((WHOLE, -0.9), (BREAKS_OFF, -0.1), WHOLE),  # not doubtful
    ],
)
def test_a_doubtful_text_is_tried_without_repetitions_and_nothing_by_chance(
    first: tuple[str, float], calm: tuple[str, float], text: str
) -> None:
    window = Window((SpeechStretch(0, silence(20 * SAMPLE_RATE_HZ), 20.0),))
    model = WindowRecognizer(Doubtful(first, calm), Decoding(), by_utterance=True)
    (heard,) = model.recognize([window], [SpokenLanguage("en")], to_hear=[])
    assert [segment.text for segment in heard.segments] == [text]


# -- a model that hears windows, which the bundled one does not ---------------------------------


class Windowed:
    """In place of a recogniser: says how many stretches there are."""

    by_utterance = False

    def __init__(self) -> None:
        self.calls: list[int] = []
        """Stretches of each window."""
        self.surroundings_s: list[tuple[float, float]] = []
        """What each was heard with, before and after."""

    def recognize(self, windows, languages, *, to_hear):
        assert len(windows) == len(languages) > 0
        return [self._hear(window) for window in windows]

    def _hear(self, window: Window) -> Recognized:
        n_words = len(window.stretches)
        self.calls.append(n_words)
        around = len(window.lead) / SAMPLE_RATE_HZ, len(window.tail) / SAMPLE_RATE_HZ
        self.surroundings_s.append(around)
        text = " ".join(["word"] * n_words)
        return Recognized((Segment(window.start_s, window.end_s, text, "en"),))


def long_recording(path: Path) -> Path:
    """Three windows full of sentences."""
    return save_wav(path, np.concatenate([conversation(), conversation(), conversation()]))


def run_windowed(model: Windowed, path: Path) -> list[TranscriptionEvent]:
    sources = [Recording(path, "a")]
    return list(
        transcribe(sources, model, ReadOptions(), language="en", batch_size=2)  # type: ignore
    )


def test_a_model_of_windows_gets_windows_each_once(tmp_path: Path) -> None:
    model = Windowed()
    events = run_windowed(model, long_recording(tmp_path / "a.wav"))
    assert sum(model.calls) == 3 * len(SENTENCES)
    assert max(model.calls) > len(SENTENCES)
    assert sum(len(text.split()) for text in texts(events)) == 3 * len(SENTENCES)


def test_a_model_of_windows_is_not_asked_about_silence(tmp_path: Path) -> None:
    model = Windowed()
    events = run_windowed(model, save_wav(tmp_path / "a.wav", noise(3)))
    assert [type(event) for event in events] == [RecordingEnded]
    assert not model.calls


@pytest.mark.parametrize(("n_times", "surroundings_s"), [(1, (LEAD_S, TAIL_S)), (30, (0, 0))])
def test_a_short_recording_is_heard_with_what_lies_around_its_speech(
    tmp_path: Path, n_times: int, surroundings_s: tuple[float, float]
) -> None:
    said = np.concatenate([noise(1), speak(SENTENCES[0]), noise(1)])
    model = Windowed()
    run_windowed(model, save_wav(tmp_path / "a.wav", np.tile(said, n_times)))
    assert set(model.surroundings_s) == {surroundings_s}
    assert sum(model.calls) == n_times


class FirstIsSlow(Windowed):
    """Hears a language; the first batch waits until the second has begun."""

    def __init__(self) -> None:
        super().__init__()
        self._n_begun = 0
        self._second = threading.Event()

    def recognize(self, windows, languages, *, to_hear, **how):
        self._n_begun += 1
        if self._n_begun == 1:
            assert self._second.wait(10)
        self._second.set()
        for window, language in zip(windows, languages, strict=True):
            if language in to_hear and not language.is_known:
                language.settle("en" if window.start_s < 1 else "xx")
        return super().recognize(windows, languages, to_hear=to_hear, **how)


def test_the_language_is_that_of_the_first_window_whichever_is_done_first(tmp_path: Path) -> None:
    source = Recording(long_recording(tmp_path / "a.wav"), "a")
    events = transcribe([source], FirstIsSlow(), ReadOptions(), batch_size=1, n_workers=2)  # type: ignore
    assert {event.language for event in events if isinstance(event, Transcribed)} == {"en"}


class CountsWorkers(Windowed):
    """Every call waits a little for another one at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0
        self._n_running = 0
        self._news = threading.Condition()

    def recognize(self, windows, languages, **how):
        with self._news:
            self._n_running += 1
            self.most = max(self.most, self._n_running)
            self._news.notify_all()
            self._news.wait_for(lambda: self.most > 1, 0.5)
            self._n_running -= 1
        return super().recognize(windows, languages, **how)


def test_a_pipe_that_is_full_keeps_all_workers_busy() -> None:
    pipe = io.BytesIO((np.tile(conversation(), 4) * 32767).astype("<i2").tobytes())
    model = CountsWorkers()
    source = Recording(pipe, "a pipe")  # type: ignore[arg-type]
    how = {"language": "en", "batch_size": 1, "n_workers": 2, "at_once": True}
    events = transcribe([source], model, ReadOptions(raw_hz=16_000), **how)  # type: ignore[arg-type]
    assert sum(len(text.split()) for text in texts(list(events))) == 4 * len(SENTENCES)
    assert model.most == 2


# -- segments in their place --------------------------------------------------------------------

FAR_APART = Window((a_stretch(10, 5), a_stretch(300, 5)))
"""Five seconds of speech, silence for minutes, five more seconds."""


def evenly(text: str, start_s: float, end_s: float) -> list[TimedWord]:
    """The words of a text, as if each took as long as the others."""
    words = text.split()
    word_s = (end_s - start_s) / len(words)
    return [
        TimedWord(start_s + i * word_s, start_s + (i + 1) * word_s, f" {word}", 0.9)
        for i, word in enumerate(words)
    ]


def placed(text: str, start_s: float, end_s: float, window: Window) -> list[Segment]:
    """Where a text lies that is said evenly from here to there in the window."""
    transcript = Transcript(text, "en", -0.1, 0.0)
    return list(segments(place(evenly(text, start_s, end_s), window), transcript))


@pytest.mark.parametrize(("start_s", "expected_s"), [(0.3, 10.13), (5.0, 300.13)])
def test_a_segment_is_where_it_was_said(start_s: float, expected_s: float) -> None:
    (segment,) = placed("One two three.", start_s, start_s + 4.5, FAR_APART)
    assert segment.text == "One two three."
    assert segment.start_s == pytest.approx(expected_s)
    assert segment.end_s == pytest.approx(expected_s + 4.77)


def test_times_count_from_the_lead_of_a_window() -> None:
    window = Window((a_stretch(10, 5),), lead=silence(SAMPLE_RATE_HZ // 2))
    (segment,) = placed("One two three.", 2.0, 4.5, window)
    assert (segment.start_s, segment.end_s) == pytest.approx((11.5, 14.0))


@pytest.mark.parametrize("late_s", [-0.25, 0.0, 0.25])
def test_a_sentence_is_not_torn_by_times_that_are_not_exact(late_s: float) -> None:
    """The seam of the window is at 5.0 s, in the middle of a word or beside it."""
    text = "One two three four. Five six seven eight."
    one, other = placed(text, 1.0 + late_s, 9.0 + late_s, FAR_APART)
    assert (one.text, other.text) == ("One two three four.", "Five six seven eight.")
    assert one.end_s <= 15.0
    assert other.start_s >= 300.0


def test_every_breath_has_words_of_its_own() -> None:
    """A short answer whose time is taken for that of the question after it."""
    window = Window((a_stretch(10, 2), a_stretch(20, 0.6), a_stretch(30, 2)))
    words = [
        *evenly("I will be there.", 0.2, 1.8),
        TimedWord(2.62, 2.62, " Okay,", 0.5),
        *evenly("call me back.", 2.9, 4.4),
    ]
    transcript = Transcript("I will be there. Okay, call me back.", "en", -0.1, 0.0)
    found = list(segments(place(words, window), transcript))
    assert [one.text for one in found] == ["I will be there.", "Okay,", "call me back."]
    assert [one.start_s for one in found] == pytest.approx([10.13, 20.13, 30.13])


def test_stretches_without_a_gap_are_one_breath() -> None:
    """The VAD was in doubt in mid-sentence for a moment."""
    window = Window((a_stretch(10, 1), a_stretch(11, 1)))
    (segment,) = placed("No, thank you.", 0.2, 1.8, window)
    assert (segment.start_s, segment.end_s) == pytest.approx((10.13, 11.9))


def test_marks_alone_are_no_segment() -> None:
    assert placed("... ?", 0.0, 1.0, FAR_APART) == []
    one, other = placed("Is it? ... Yes.", 0.5, 9.5, FAR_APART)
    assert [one.text, other.text] == ["Is it?", "Yes."]


def test_a_long_text_without_punctuation_is_cut_at_its_pauses() -> None:
    window = Window(tuple(a_stretch(10 * i, 9) for i in range(3)))
    found = placed(" ".join(["na"] * 63), 0.0, 27.0, window)
    assert [len(one.text.split()) for one in found] == [21, 21, 21]


@given(
    st.lists(st.tuples(st.floats(0.1, 9), st.floats(0, 300)), min_size=1, max_size=6),
    st.lists(st.floats(0, 60), min_size=2, max_size=20),
)
def test_words_lie_in_order_in_speech(
    shape: list[tuple[float, float]], moments: list[float]
) -> None:
    given_, at_s = [], 0.0
    for duration_s, gap_s in shape:
        given_.append(a_stretch(at_s + gap_s, duration_s))
        at_s = given_[-1].end / SAMPLE_RATE_HZ
    window = Window(tuple(given_))
    times_s = sorted(min(moment, window.duration_s) for moment in moments)
    words = [TimedWord(*times, " word", 0.5) for times in itertools.pairwise(times_s)]
    found = place(words, window)
    assert all(word.start_s <= word.end_s + 1e-6 for word in found)
    for one, other in itertools.pairwise(found):
        assert one.start_s <= other.start_s + 1e-6
        assert one.end_s <= other.end_s + 1e-6
    for word in found:  # and over no gap that is more than a breath
        inside = [
            one.start_s - 1e-6 <= word.start_s and word.start_s <= one.end_s + 1e-6
            for one in given_
        ]
        assert any(inside)


def test_the_rest_of_a_window() -> None:
    rest = FAR_APART.after(2.0, 1.0)
    assert rest is not None
    assert [(one.start_s, one.duration_s) for one in rest.stretches] == [(12.0, 3.0), (300.0, 5.0)]
    rest = FAR_APART.after(4.5, 1.0)
    assert rest is not None
    assert [one.start_s for one in rest.stretches] == [300.0]
    assert FAR_APART.after(9.5, 1.0) is None


# -- the whole way ----------------------------------------------------------------------------


def test_every_word_of_a_recording_at_its_time(tmp_path: Path) -> None:
    events = run(save_wav(tmp_path / "a.wav", conversation()))
    assert texts(events) == list(SENTENCES)
    segments = [one for event in events if isinstance(event, Transcribed) for one in event.segments]
    at_s = 0.0
    for sentence, segment in zip(SENTENCES, segments, strict=True):
        at_s += 0.8
        assert segment.start_s == pytest.approx(at_s, abs=0.25)
        at_s += len(speak(sentence)) / SAMPLE_RATE_HZ
        assert segment.end_s == pytest.approx(at_s, abs=0.3)
    assert isinstance(events[-1], RecordingEnded)
    assert events[-1].duration_s == pytest.approx(len(conversation()) / SAMPLE_RATE_HZ)


def test_two_runs_are_the_same(tmp_path: Path) -> None:
    path = save_wav(tmp_path / "a.wav", conversation())
    assert run(path) == run(path)


def test_files_one_after_the_other_and_a_bad_one_between(tmp_path: Path) -> None:
    good = save_wav(tmp_path / "good.wav", speak(SENTENCES[0]))
    bad = tmp_path / "bad.wav"
    bad.write_text("this is no sound")
    events = run(good, bad, tmp_path / "none.wav", good)
    ends = [event for event in events if isinstance(event, RecordingEnded)]
    assert [end.source for end in ends] == [0, 1, 2, 3]
    assert [type(end.error) for end in ends] == [
        type(None),
        AudioFileError,
        AudioFileError,
        type(None),
    ]
    assert texts(events, 0) == texts(events, 3) == [SENTENCES[0]]


def test_channels_are_speakers(tmp_path: Path) -> None:
    one, other = speak(SENTENCES[0]), speak(SENTENCES[1])
    left = np.concatenate([one, noise(1.0 + len(other) / SAMPLE_RATE_HZ)])
    right = np.concatenate([noise(1.0 + len(one) / SAMPLE_RATE_HZ), other])
    n_samples = min(len(left), len(right))
    path = save_wav(tmp_path / "call.wav", left[:n_samples], right[:n_samples])
    events = run(path, options=ReadOptions(channels=True))
    segments = [one for event in events if isinstance(event, Transcribed) for one in event.segments]
    assert {(segment.speaker, segment.text) for segment in segments} == {
        ("channel 1", SENTENCES[0]),
        ("channel 2", SENTENCES[1]),
    }


def test_a_clip_keeps_the_times_of_the_recording(tmp_path: Path) -> None:
    samples = np.concatenate([speak(SENTENCES[0]), noise(1.0), speak(SENTENCES[1]), noise(1.0)])
    path = save_wav(tmp_path / "a.wav", samples)
    from_s = len(speak(SENTENCES[0])) / SAMPLE_RATE_HZ + 0.5
    events = run(path, options=ReadOptions(clip_s=(from_s, 60.0)))
    (said,) = (event for event in events if isinstance(event, Transcribed))
    assert [segment.text for segment in said.segments] == [SENTENCES[1]]
    assert said.segments[0].start_s == pytest.approx(from_s + 0.5, abs=0.25)


def test_a_clip_after_the_end_is_an_error(tmp_path: Path) -> None:
    path = save_wav(tmp_path / "a.wav", speak(SENTENCES[0]))
    (ended,) = run(path, options=ReadOptions(clip_s=(60.0, 70.0)))
    assert isinstance(ended, RecordingEnded)
    assert ended.error is not None
    assert "before the clip begins" in ended.error.message


@pytest.mark.parametrize("sample_rate_hz", [8_000, 44_100, 192_000])
@pytest.mark.parametrize("n_channels", [1, 8])
def test_any_rate_and_channels(tmp_path: Path, sample_rate_hz: int, n_channels: int) -> None:
    from voicecli.sound.resampling import resample

    samples = resample(speak(SENTENCES[0]), SAMPLE_RATE_HZ, sample_rate_hz)
    path = save_wav(tmp_path / "a.wav", *[samples] * n_channels, sample_rate_hz=sample_rate_hz)
    assert texts(run(path)) == [SENTENCES[0]]


def test_silence_says_nothing(tmp_path: Path) -> None:
    events = run(save_wav(tmp_path / "a.wav", noise(20.0)))
    assert texts(events) == []
    assert len(events) == 1


def test_without_vad_the_text_is_there_too(tmp_path: Path) -> None:
    samples = np.concatenate([noise(0.3), speak(SENTENCES[0]), noise(0.3)])
    path = save_wav(tmp_path / "a.wav", samples)
    assert texts(run(path, options=ReadOptions(vad=False))) == [SENTENCES[0]]


def test_words_have_times_in_order_within_their_segment(tmp_path: Path) -> None:
    path = save_wav(tmp_path / "a.wav", conversation())
    events = list(
        transcribe([Recording(path, "a")], recognizer(words=True), ReadOptions(), n_workers=2)
    )
    for event in events:
        for segment in event.segments if isinstance(event, Transcribed) else ():
            assert "".join(word.text for word in segment.words).split() == segment.text.split()
            assert segment.start_s == segment.words[0].start_s
            assert segment.end_s == segment.words[-1].end_s
            times = [time for word in segment.words for time in (word.start_s, word.end_s)]
            assert times == sorted(times)


def test_memory_is_flat_for_a_long_recording() -> None:
    """A recording without end is read no further than a few windows ahead."""
    from voicecli.transcription import pipeline

    class Endless:
        """A WAV of silence and speech without end, as a pipe."""

        def __init__(self) -> None:
            self.n_read = 0
            self._minute = (conversation() * 32767).astype("<i2").tobytes()

        def read(self, n_bytes: int = -1) -> bytes:
            begin = self.n_read % len(self._minute)
            data = self._minute[begin : begin + n_bytes]
            self.n_read += len(data)
            return data

    endless = Endless()
    source = Recording(endless, "endless")  # type: ignore[arg-type]
    events = transcribe([source], recognizer(), ReadOptions(raw_hz=16_000), batch_size=1)
    assert texts([next(events)])[: len(SENTENCES)] == list(SENTENCES)
    # What was read ahead: the queue, batches that wait or are done, a window in the making. One
    # window holds 30 s of speech, which are about 45 s of this recording.
    n_windows = pipeline.READ_AHEAD_BATCHES + 6
    assert endless.n_read < n_windows * 60 * 2 * SAMPLE_RATE_HZ


def test_an_error_of_the_model_is_told_as_one(tmp_path: Path) -> None:
    path = save_wav(tmp_path / "a.wav", speak(SENTENCES[0]))
    folder = find_stt(None)
    whisper = Whisper(folder, SttSettings(device="cpu"))
    broken = WindowRecognizer(whisper, Decoding(beam_size=-1))
    with pytest.raises(ModelError, match=r"speech recognition with .* failed"):
        list(transcribe([Recording(path, "a")], broken, ReadOptions()))


# -- inputs and outputs -----------------------------------------------------------------------


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_directories_globs_and_names(tmp_path: Path) -> None:
    touch(tmp_path / "b.mp3", tmp_path / "a.wav", tmp_path / "c" / "d.ogg", tmp_path / "x.txt")

    def found(*names: str, recursive: bool = False) -> list[str]:
        inputs = find_inputs([str(tmp_path / name) for name in names], recursive=recursive)
        return [str(item.path.relative_to(tmp_path)) for item in inputs]

    assert found(".") == ["a.wav", "b.mp3"]
    assert found(".", recursive=True) == ["a.wav", "b.mp3", "c/d.ogg"]
    assert found("*.mp3", "a.wav", "b.mp3") == ["b.mp3", "a.wav"]
    assert found("**/*.ogg") == ["c/d.ogg"]
    assert found("gone.wav") == ["gone.wav"]
    with pytest.raises(AudioFileError, match="nothing matches"):
        found("*.flac")
    touch(tmp_path / "empty" / "x.txt")
    with pytest.raises(AudioFileError, match="no recording in the directory"):
        found("empty")


def test_a_name_with_brackets_is_a_name(tmp_path: Path) -> None:
    touch(tmp_path / "a[1].wav")
    assert len(find_inputs([str(tmp_path / "a[1].wav")])) == 1


def test_outputs_never_share_a_file() -> None:
    def names(*paths: str, folder: str | None = "out", root: str | None = None) -> list[str]:
        inputs = [Input(Path(path), Path(root) if root else None) for path in paths]
        return [str(path) for path in outputs(inputs, Path(folder) if folder else None, "srt")]

    assert names("a.wav", "x/b.wav") == ["out/a.srt", "out/b.srt"]
    assert names("a.wav", "a.mp3", folder=None) == ["a.wav.srt", "a.mp3.srt"]
    assert names("x/a.wav", "y/a.wav", folder=None) == ["x/a.srt", "y/a.srt"]
    assert names("in/x/a.wav", "in/y/a.wav", root="in") == ["out/x/a.srt", "out/y/a.srt"]
    with pytest.raises(AudioFileError, match="into one file"):
        names("x/a.wav", "y/a.wav")


# -- formats ----------------------------------------------------------------------------------

SEGMENTS = [
    Segment(
        0.0,
        1.5,
        "how are",
        "en",
        (TimedWord(0.0, 0.5, " how", 0.9), TimedWord(0.5, 1.5, " are", 0.8)),
    ),
    Segment(61.25, 62.0, "fine", "en", speaker="channel 2"),
]


def written(file_format: str) -> str:
    transcription = Transcription("en", 63.0, SEGMENTS)
    return "".join(document(transcription, file_format, SubtitleRules()))


def test_formats() -> None:
    assert written("txt") == "how are\n[channel 2]: fine\n"
    assert written("tsv") == (
        "start\tend\ttext\n0\t1500\thow are\n61250\t62000\t[channel 2]: fine\n"
    )
    assert written("srt").startswith("1\n00:00:00,000 --> 00:00:01,500\nhow are\n\n2\n")
    assert "00:01:01.250 --> 00:01:02.050\n[channel 2]: fine\n" in written("vtt")
    found = json.loads(written("json"))
    assert found["text"] == "how are fine"
    assert found["language"] == "en"
    assert found["duration"] == 63.0
    assert [segment["id"] for segment in found["segments"]] == [0, 1]
    assert found["segments"][0]["words"] == [
        {"word": " how", "start": 0.0, "end": 0.5, "probability": 0.9},
        {"word": " are", "start": 0.5, "end": 1.5, "probability": 0.8},
    ]
    lines = [json.loads(line) for line in written("jsonl").splitlines()]
    assert [line["start"] for line in lines] == [0.0, 61.25]
    assert lines[1]["speaker"] == "channel 2"


def test_chinese_is_joined_without_blanks() -> None:
    sentences = [Segment(0.0, 1.0, "你好。"), Segment(1.0, 2.0, "我来了。")]
    assert Transcription("zh", 2.0, sentences).text == "你好。我来了。"
    assert Transcription("ko", 2.0, sentences).text == "你好。 我来了。"


def test_languages_by_code_and_by_name() -> None:
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    assert set(CODE_OF.values()) == set(_LANGUAGE_CODES)
    assert [language_code(text) for text in ("en", "EN", "Japanese", " mandarin ", "yue")] == [
        *("en", "en", "ja", "zh", "yue")
    ]
    assert language_code("klingon") is None


# -- progress and files -----------------------------------------------------------------------


def test_progress_in_words() -> None:
    from voicecli.transcription.progress import clock, describe

    assert clock(3723.4) == "1:02:03"
    assert clock(59.6) == "1:00"
    assert describe(2467, 3492, 28.0) == "41:07 / 58:12   28x real time   0:37 left"
    assert describe(5, None, 2.5) == "0:05   2.5x real time"
    assert describe(0, 60, 0) == "0:00 / 1:00"


@pytest.mark.parametrize("name", ["long" * 62 + ".txt", "长" * 80 + ".txt"])
def test_a_name_may_be_as_long_as_a_name_may_be(tmp_path: Path, name: str) -> None:
    from voicecli.files import written_atomically

    with written_atomically(tmp_path / name) as part:
        part.write_text("all of it")
    assert (tmp_path / name).read_text() == "all of it"
    with (
        pytest.raises(AudioFileError, match="File name too long"),
        written_atomically(tmp_path / (5 * name)) as part,
    ):
        part.write_text("nothing")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    from voicecli.files import written_atomically

    target = tmp_path / "a.txt"
    target.write_text("before")
    link = tmp_path / "link.txt"
    link.symlink_to(target)
    with written_atomically(link) as part:
        part.write_text("after")
        assert target.read_text() == "before"
    assert target.read_text() == "after"
    assert link.is_symlink()

    def fail() -> None:
        with written_atomically(target) as part:
            part.write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(AudioFileError, match="No space left"):
        fail()
    assert target.read_text() == "after"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "a.txt",
        "link.txt",
    ]
    with pytest.raises(AudioFileError, match="is a directory"), written_atomically(tmp_path):
        pass


# -- where nobody speaks --------------------------------------------------------------------------


def tones(duration_s: float) -> Samples:
    """A little tune."""
    at_s = np.arange(int(duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    pitch_hz = np.array([262, 330, 392, 523])[(at_s * 4).astype(int) % 4]
    return (0.2 * np.sin(2 * np.pi * pitch_hz * at_s)).astype(np.float32)


@cache
def official_recognizer(name: str, hotwords: str | None = None) -> WindowRecognizer:
    whisper = Whisper(official.path(name), SttSettings(device="cpu"))
    decoding = Decoding(beam_size=5, hotwords=hotwords)
    return WindowRecognizer(whisper, decoding, tells_languages=True)


def official_texts(model: WindowRecognizer, path: Path, options: ReadOptions) -> list[str]:
    return texts(list(transcribe([Recording(path, "it")], model, options, language="en")))


@pytest.mark.parametrize("vad", [True, False])
@pytest.mark.parametrize("hotwords", [None, "Acme Widgets Kowalski"])
@pytest.mark.parametrize("sound", ["silence", "noise", "tune", "clicks"])
def test_where_nobody_speaks_there_is_no_text(
    official_models: None, tmp_path: Path, sound: str, hotwords: str | None, vad: bool
) -> None:
    samples = {
        "silence": silence(5 * SAMPLE_RATE_HZ),
        "noise": 100 * noise(5),
        "tune": tones(2),
        "clicks": (np.arange(4 * SAMPLE_RATE_HZ) % 8000 < 30).astype(np.float32) / 2,
    }[sound]
    path = save_wav(tmp_path / "a.wav", samples)
    model = official_recognizer(official.TINY_EN, hotwords)
    assert official_texts(model, path, ReadOptions(vad=vad)) == []


def test_a_window_is_heard_to_its_end(official_models: None, tmp_path: Path) -> None:
    """Seven sentences without a pause; a text that ends early is gone on with."""
    sentences = (
        *("The train leaves in the morning.", "Every dog likes a long walk."),
        *("My sister has a red bicycle.", "We had a lovely dinner yesterday."),
        *("Where did you put the keys?", "He bought two loaves of bread."),
        "I would like a cup of coffee.",
    )
    joe = official.path(official.JOE)
    spoken = [part for one in sentences for part in (speak_as(joe, one), silence(4000))]
    path = save_wav(tmp_path / "a.wav", np.concatenate(spoken))
    for name in (official.TINY_EN, official.BASE):
        found = official_texts(official_recognizer(name), path, ReadOptions())
        assert found == list(sentences)


def test_remarks_with_pauses_are_lines_of_their_own(official_models: None, tmp_path: Path) -> None:
    remarks = ("Yes.", "I will be there in a minute.", "No, thank you.", "Good night, everybody.")
    joe = official.path(official.JOE)
    for pause_s in (2.5, 8):
        parts, starts_s, at = [silence(16000)], [], 16000
        for remark in remarks:
            starts_s.append(at / SAMPLE_RATE_HZ)
            parts += [speak_as(joe, remark), silence(int(pause_s * SAMPLE_RATE_HZ))]
            at += len(parts[-1]) + len(parts[-2])
        path = save_wav(tmp_path / "a.wav", np.concatenate(parts))
        events = list(
            transcribe(
                [Recording(path, "it")],
                official_recognizer(official.TINY_EN),
                ReadOptions(),
                language="en",
            )
        )
        found = [
            one for event in events if isinstance(event, Transcribed) for one in event.segments
        ]
        assert [one.start_s for one in found] == pytest.approx(starts_s, abs=0.3)
        assert ["".join(filter(str.isalpha, one.text.lower())) for one in found] == [
            "".join(filter(str.isalpha, remark.lower())) for remark in remarks
        ]


class Tongues(Whisper):
    """The bundled model, which takes what it hears for what it is told."""

    def __init__(self, *found: tuple[str, float]) -> None:
        super().__init__(find_stt("stt-en"), SttSettings(device="cpu"))
        self._found = list(found)

    is_multilingual = True  # type: ignore[assignment]

    def languages(self, encoded):
        return [self._found.pop(0)]


@pytest.mark.parametrize(
    ("duration_s", "probability", "code"), [(3, 0.9, "de"), (3, 0.7, "en"), (1, 0.9, "en")]
)
def test_a_window_that_is_short_or_unsure_is_in_the_language_before_it(
    duration_s: float, probability: float, code: str
) -> None:
    model = WindowRecognizer(Tongues(*[("de", probability)] * 2), Decoding())
    window = Window((a_stretch(0, duration_s),))
    assert model._language_of(window, SpokenLanguage("en"))[0] == code
