"""flite in this process, through its C libraries: samples, phones with their times, and pitch.

Its statistical ("clustergen") voices are vocoders: before such a voice makes the wave, it has a
track of parameters every 5 ms whose first column is the fundamental frequency. Read from there, the
pitch is exactly what is in the audio; a pitch tracker would have to guess it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from training.common.spoken import Spoken

USUAL_PITCH_HZ = {"slt": 170.0, "awb": 120.0, "rms": 100.0, "kal16": 95.0, "kal": 95.0}
"""Mean fundamental frequency, measured or (kal) set by the voice itself."""
USUAL_STRETCH = {"kal16": 1.1, "kal": 1.1}
"""What these voices set themselves."""

_SILENCE = frozenset(("pau", "h#", "brth"))


class _Wave(ctypes.Structure):
    """cst_wave"""

    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


class _Voice(ctypes.Structure):
    """cst_voice; only its first fields are used."""

    _fields_ = (("name", ctypes.c_char_p), ("features", ctypes.c_void_p))


class _Track(ctypes.Structure):
    """cst_track"""

    _fields_ = (
        ("type", ctypes.c_char_p),
        ("num_frames", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("times", ctypes.POINTER(ctypes.c_float)),
        ("frames", ctypes.POINTER(ctypes.POINTER(ctypes.c_float))),
    )


@cache
def _flite() -> ctypes.CDLL:
    for needed in ("libflite_usenglish.so.1", "libflite_cmulex.so.1"):
        ctypes.CDLL(needed, mode=ctypes.RTLD_GLOBAL)
    flite = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float
    for name, result, arguments in (
        ("flite_synth_text", pointer, (text, ctypes.POINTER(_Voice))),
        ("delete_utterance", None, (pointer,)),
        ("utt_wave", ctypes.POINTER(_Wave), (pointer,)),
        ("utt_relation", pointer, (pointer, text)),
        ("relation_head", pointer, (pointer,)),
        ("item_next", pointer, (pointer,)),
        ("item_feat_string", text, (pointer, text)),
        ("item_feat_float", number, (pointer, text)),
        ("feat_val", pointer, (pointer, text)),
        ("val_track", ctypes.POINTER(_Track), (pointer,)),
        ("feat_remove", ctypes.c_int, (pointer, text)),
        ("feat_set_float", None, (pointer, text, number)),
    ):
        function = getattr(flite, name)
        function.restype, function.argtypes = result, arguments
    flite.flite_init()
    return flite


@cache
def _voice(speaker: str) -> ctypes._Pointer[_Voice]:
    _flite()
    register = getattr(ctypes.CDLL(f"libflite_cmu_us_{speaker}.so.1"), f"register_cmu_us_{speaker}")
    register.restype, register.argtypes = ctypes.POINTER(_Voice), (ctypes.c_char_p,)
    return register(None)


def say(speaker: str, text: str, *, stretch: float = 1.0, pitch: float = 1.0) -> Spoken:
    """Speak `text`; raises OSError where flite or the speaker isn't installed.

    `stretch` and `pitch` multiply the speaker's own durations and mean fundamental frequency.
    """
    flite, voice = _flite(), _voice(speaker)
    features = voice.contents.features
    flite.feat_set_float(features, b"duration_stretch", USUAL_STRETCH.get(speaker, 1.0) * stretch)
    if pitch == 1.0:
        flite.feat_remove(features, b"int_f0_target_mean")
    else:
        flite.feat_set_float(features, b"int_f0_target_mean", USUAL_PITCH_HZ[speaker] * pitch)
    utterance = flite.flite_synth_text(text.encode("ascii"), voice)
    try:
        wave = flite.utt_wave(utterance).contents
        samples = np.ctypeslib.as_array(wave.samples, (wave.num_samples,)).astype(np.float32)
        phones, pitch_hz = list(_phones(flite, utterance)), _pitch_hz(flite, utterance)
        return Spoken(samples / 32768, wave.sample_rate, phones, pitch_hz)
    finally:
        flite.delete_utterance(utterance)


def _phones(flite: ctypes.CDLL, utterance: int) -> Iterator[tuple[str, float]]:
    item = flite.relation_head(flite.utt_relation(utterance, b"Segment"))
    while item:
        name = flite.item_feat_string(item, b"name").decode()
        yield "" if name in _SILENCE else name, flite.item_feat_float(item, b"end")
        item = flite.item_next(item)


def _pitch_hz(flite: ctypes.CDLL, utterance: int) -> npt.NDArray[np.float32]:
    features = ctypes.cast(utterance, ctypes.POINTER(ctypes.c_void_p))[0]  # its first field
    parameters = flite.feat_val(features, b"param_track")
    if not parameters:
        return np.zeros(0, np.float32)
    track = flite.val_track(parameters).contents
    return np.array([track.frames[i][0] for i in range(track.num_frames)], np.float32)
