"""Files that are not what they say: playlists, false lengths, rates and times, many tracks."""

from __future__ import annotations

import io
import os
import re
import shutil
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from voicecli.errors import AudioFileError
from voicecli.sound.reading import MAX_FILLED_S, decode, decode_channels, read_audio
from voicecli.sound.samples import SAMPLE_RATE_HZ, Samples, level_db, silence
from voicecli.sound.wav import WAV_MAX, to_pcm16, wav_header

pytestmark = pytest.mark.slow

ADDRESS = "http://127.0.0.1:9/secret.ts"

PLAYLISTS = {
    "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{ADDRESS}\n#EXT-X-ENDLIST\n",
    "hls of a file": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nneighbour.wav\n",
    "concat": f"ffconcat version 1.0\nfile {ADDRESS}\n",
    "concat of a file": "ffconcat version 1.0\nfile neighbour.wav\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=audio 5004 RTP/AVP 0\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"'
    f' profiles="urn:mpeg:dash:profile:isoff-live:2011"><BaseURL>{ADDRESS}</BaseURL></MPD>',
    "smil": f'<smil><body><audio src="{ADDRESS}"/></body></smil>',
    "pls": f"[playlist]\nFile1={ADDRESS}\nNumberOfEntries=1\n",
    "asx": f'<asx version="3.0"><entry><ref href="{ADDRESS}"/></entry></asx>',
    "sbagen": "bell: 100+1/50\nNOW bell\n",
}


@pytest.mark.parametrize("ending", ["m3u8", "wav", "sdp", "mp3", "mpd"])
@pytest.mark.parametrize("kind", PLAYLISTS)
def test_a_list_of_other_files_is_no_recording(tmp_path: Path, kind: str, ending: str) -> None:
    (tmp_path / "neighbour.wav").write_bytes(wav(tone()))
    path = tmp_path / f"a.{ending}"
    path.write_text(PLAYLISTS[kind])
    with pytest.raises(AudioFileError, match="is not audio that can be decoded"):
        read_audio(path)


def test_what_it_is_instead_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_text(PLAYLISTS["concat of a file"])
    with pytest.raises(AudioFileError, match="it is a list of other files"):
        read_audio(path)


READ_ALL = """
import sys
from pathlib import Path
from voicecli.errors import AudioFileError
from voicecli.sound.reading import duration_s, read_audio
for name in sys.argv[1:]:
    duration_s(Path(name))
    try:
        read_audio(Path(name))
    except AudioFileError:
        pass
"""


def test_no_socket_and_no_other_file_is_opened(tmp_path: Path) -> None:
    """Traced, for FFmpeg's own connections are none of Python's."""
    if shutil.which("strace") is None:
        pytest.skip("needs strace")
    (tmp_path / "neighbour.wav").write_bytes(wav(tone()))
    for kind, text in PLAYLISTS.items():
        for ending in ("wav", "m3u8", "sdp"):
            (tmp_path / f"{kind}.{ending}").write_text(text)
    (tmp_path / "true.wav").write_bytes(wav(tone()))
    files = sorted(path for path in tmp_path.iterdir() if path.name != "neighbour.wav")
    trace = tmp_path / "trace"
    subprocess.run(
        ["strace", "-f", "-o", trace, "-e", "trace=%network,openat", sys.executable, "-c", READ_ALL]
        + [str(path) for path in files],
        check=True,
        timeout=60,
    )
    calls = trace.read_text()
    assert "true.wav" in calls
    assert "neighbour.wav" not in calls
    assert not {"socket(", "connect(", "bind("} & set(re.findall(r"\w+\(", calls))


# ---- what a header claims --------------------------------------------------------------------


def tone(n_samples: int = 2 * SAMPLE_RATE_HZ) -> Samples:
    return 0.2 * np.sin(2 * np.pi * 440 * np.arange(n_samples) / SAMPLE_RATE_HZ).astype(np.float32)


def wav(samples: Samples, *, stated: int | None = None, behind: bytes = b"") -> bytes:
    data = to_pcm16(samples)
    return wav_header(SAMPLE_RATE_HZ, len(data) if stated is None else stated) + data + behind


CHUNK = b"LIST\x1a\0\0\0INFOISFT\x0e\0\0\0Lavf59.27.100\0"


class Pipe:
    """Gives what it holds in pieces, and can't go back."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, n_bytes: int) -> bytes:
        return self._file.read(min(n_bytes, 100))


@pytest.mark.parametrize("piped", [False, True])
@pytest.mark.parametrize("stated", [0, 1, 2, 999, 20_000, 63_998, 64_000, 100_000, 0xFFFF_FFFF])
def test_a_wav_is_heard_whole_whatever_length_it_states(
    tmp_path: Path, stated: int, piped: bool
) -> None:
    data = wav(tone(), stated=stated)
    (tmp_path / "a.wav").write_bytes(data)
    told: list[str] = []
    source = Pipe(data) if piped else tmp_path / "a.wav"
    sound = np.concatenate(list(decode(source, on_damage=told.append)))
    # A length of an odd number of bytes is none of 16-bit samples.
    assert len(sound) == 2 * SAMPLE_RATE_HZ
    assert np.allclose(sound, tone(), atol=1e-4)
    assert any("longer than its header says" in text for text in told) == (0 < stated < 64_000)


@pytest.mark.parametrize(
    "behind", [CHUNK, CHUNK + CHUNK, b"ID3\x03" + 200 * b"\0", b"TAG" + 125 * b"x", b"\0"]
)
def test_what_stands_behind_the_sound_is_not_heard(tmp_path: Path, behind: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(wav(tone(), behind=behind))
    assert len(read_audio(tmp_path / "a.wav")) == 2 * SAMPLE_RATE_HZ


def test_a_chunk_behind_an_odd_number_of_bytes(tmp_path: Path) -> None:
    header = bytearray(wav_header(8_000, 8_001))
    header[32:36] = b"\1\0\x08\0"  # a byte a sample
    (tmp_path / "a.wav").write_bytes(bytes(header) + 8_001 * b"\x90" + b"\0" + CHUNK)
    assert len(read_audio(tmp_path / "a.wav", 8_000)) == 8_001


@pytest.mark.parametrize("rate_hz", [0, 1, 50, 999, 768_001, 0x7FFF_FFFF])
def test_a_rate_that_is_none_is_refused(tmp_path: Path, rate_hz: int) -> None:
    data = bytearray(wav(tone()))
    data[24:28] = rate_hz.to_bytes(4, "little")
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(AudioFileError, match="is not audio"):
        read_audio(tmp_path / "a.wav")


def matroska_of_gaps(path: Path, n_packets: int, gap_s: float) -> None:
    """A few kilobytes of sound, each piece of it long after the one before."""
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        for number in range(n_packets):
            pcm = (1000 * np.ones((1, 960))).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
            frame.sample_rate, frame.pts = 48_000, 960 * number
            for packet in stream.encode(frame):
                packet.pts = packet.dts = round(number * gap_s * 48_000)
                container.mux(packet)


def test_silence_that_is_only_claimed_has_an_end(tmp_path: Path) -> None:
    path = tmp_path / "a.mka"
    matroska_of_gaps(path, 80, 590.0)
    assert path.stat().st_size < 30_000
    told: list[str] = []
    n_samples = sum(len(piece) for piece in decode(path, on_damage=told.append))
    assert 1000 < n_samples / SAMPLE_RATE_HZ < MAX_FILLED_S + 60
    assert ["is missing" in text for text in told] == [True]


def test_a_place_that_is_none_leaves_no_traceback(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A chunk of CAF that says it is so long that its end lies before the beginning."""
    description = b"\x40\xcf\x40\0\0\0\0\0lpcm" + bytes.fromhex("00000002000000020000000100000001")
    description += (16).to_bytes(4, "big")
    free = b"free" + (0x7FFF_FFFF_FFFF_F000).to_bytes(8, "big")
    data = b"caff\0\1\0\0desc" + len(description).to_bytes(8, "big") + description + free
    (tmp_path / "a.caf").write_bytes(data + 5000 * b"\0")
    with pytest.raises(AudioFileError):
        read_audio(tmp_path / "a.caf")
    assert capfd.readouterr().err == ""


class Failing(io.BytesIO):
    """A disk that breaks in the middle."""

    def read(self, n_bytes: int | None = -1) -> bytes:
        if self.tell() > 32_000:
            raise OSError(5, "Input/output error")
        return super().read(n_bytes)


def test_a_disk_that_breaks_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    sound = np.concatenate(list(decode(Failing(wav(tone())), on_damage=told.append)))
    assert 0 < len(sound) < 2 * SAMPLE_RATE_HZ
    assert told == [
        f"standard input is damaged at {len(sound) / 16_000:.1f} s (Input/output error);"
        " what can be read is used"
    ]
    assert capfd.readouterr().err == ""


# ---- channels and tracks ---------------------------------------------------------------------


def stereo(path: Path, left: Samples, right: Samples) -> None:
    header = bytearray(wav_header(SAMPLE_RATE_HZ, 4 * len(left)))
    header[22:24], header[32:34] = b"\2\0", b"\4\0"
    path.write_bytes(bytes(header) + to_pcm16(np.stack([left, right], axis=1).reshape(-1)))


@pytest.mark.parametrize("share", [1.0, 0.7, 1.3])
def test_opposite_channels_are_heard(tmp_path: Path, share: float) -> None:
    noise = np.random.default_rng(1).normal(0, 0.001, (2, 16_000)).astype(np.float32)
    left = np.concatenate([noise[0], tone(), noise[0], tone()])
    right = np.concatenate([noise[1], -share * tone(), noise[1], -share * tone()])
    stereo(tmp_path / "a.wav", left, right)
    heard = read_audio(tmp_path / "a.wav")
    assert len(heard) == len(left)
    for start in (16_000, 64_000):
        assert level_db(heard[start : start + 32_000]) > level_db(tone())


@pytest.mark.parametrize("share", [1.0, 0.3, -0.3, 0.0])
def test_other_channels_are_added_as_ever(tmp_path: Path, share: float) -> None:
    stereo(tmp_path / "a.wav", tone(), np.float32(share) * tone())
    expected = np.sqrt(0.5) * (1 + share) * tone()
    assert np.allclose(read_audio(tmp_path / "a.wav"), expected, atol=1e-3)


def test_two_voices_in_one_room_stay_one(tmp_path: Path) -> None:
    """Channels that have nothing to do with each other are never subtracted."""
    left, right = np.random.default_rng(2).normal(0, 0.1, (2, 64_000)).astype(np.float32)
    stereo(tmp_path / "a.wav", left, right)
    assert np.allclose(read_audio(tmp_path / "a.wav"), np.sqrt(0.5) * (left + right), atol=1e-3)


def test_every_channel_of_opposite_ones_is_itself(tmp_path: Path) -> None:
    stereo(tmp_path / "a.wav", tone(), -tone())
    left, right = np.concatenate(list(decode_channels(tmp_path / "a.wav")), axis=1)
    assert np.allclose(left, -right)
    assert level_db(left) > -20


@pytest.fixture
def two_tracks(tmp_path: Path) -> Path:
    """The first is silent and English, the second is French."""
    path = tmp_path / "a.mka"
    with av.open(str(path), "w") as container:
        sounds = {"eng": silence(32_000), "fra": tone()}
        streams = [
            container.add_stream("pcm_s16le", rate=SAMPLE_RATE_HZ, layout="mono") for _ in sounds
        ]
        for stream, language in zip(streams, sounds, strict=True):
            stream.metadata["language"] = language
        for stream, sound in zip(streams, sounds.values(), strict=True):
            pcm = np.frombuffer(to_pcm16(sound), "<i2").reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
            frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, 0
            for some in (frame, None):
                for packet in stream.encode(some):
                    container.mux(packet)
    return path


def test_a_file_of_several_tracks_says_so(two_tracks: Path) -> None:
    told: list[str] = []
    sound = np.concatenate(list(decode(two_tracks, on_damage=told.append)))
    assert level_db(sound) == -100
    assert told == [
        f"{two_tracks} has 2 tracks of sound: 1 (eng), 2 (fra); this is track 1,"
        " --track chooses another"
    ]


@pytest.mark.parametrize("track", ["2", "fra", "FRA"])
def test_another_track_can_be_chosen(two_tracks: Path, track: str) -> None:
    told: list[str] = []
    sound = np.concatenate(list(decode(two_tracks, track=track, on_damage=told.append)))
    assert level_db(sound) == pytest.approx(level_db(tone()), abs=0.1)
    assert told == []


@pytest.mark.parametrize("track", ["0", "3", "deu", ""])
def test_a_track_that_is_not_there(two_tracks: Path, track: str) -> None:
    with pytest.raises(AudioFileError, match=r"no track .* of sound, only 1 \(eng\), 2 \(fra\)"):
        list(decode(two_tracks, track=track))


def test_a_wav_through_a_pipe_comes_as_it_is_written() -> None:
    """Nothing is waited for but what the decoder asks for."""
    read_end, write_end = os.pipe()
    heard = threading.Event()

    def read() -> None:
        with os.fdopen(read_end, "rb", buffering=0) as pipe:
            for _ in decode(pipe):
                heard.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    os.write(write_end, wav(tone(), stated=0xFFFF_FFFF))
    os.write(write_end, to_pcm16(tone()))
    assert heard.wait(20)
    os.close(write_end)
    reader.join(20)
    assert not reader.is_alive()


GUID = bytes.fromhex("f3acd3118cd100c04f8edb8a")


def w64(samples: Samples, stated: int | None, behind: bool) -> bytes:
    data = to_pcm16(samples)
    chunks = b"wave" + GUID + b"fmt " + GUID
    chunks += struct.pack("<QHHIIHH", 40, 1, 1, SAMPLE_RATE_HZ, 2 * SAMPLE_RATE_HZ, 2, 16)
    n_bytes = len(data) if stated is None else stated
    chunks += b"data" + GUID + struct.pack("<Q", 24 + n_bytes) + data
    chunks += behind * (b"LIST" + GUID + struct.pack("<Q", 224) + 200 * b"x")
    riff = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000")
    return riff + struct.pack("<Q", 24 + len(chunks)) + chunks


def aiff(samples: Samples, stated: int | None, behind: bool) -> bytes:
    data = np.frombuffer(to_pcm16(samples), "<i2").astype(">i2").tobytes()
    rate = struct.pack(">HQ", 16383 + 13, SAMPLE_RATE_HZ << 50)  # an 80-bit float
    chunks = b"AIFF" + struct.pack(">4sIhIh", b"COMM", 18, 1, len(samples), 16) + rate
    n_bytes = len(data) if stated is None else stated
    chunks += struct.pack(">4sIII", b"SSND", 8 + n_bytes, 0, 0) + data
    chunks += behind * (b"NAME" + struct.pack(">I", 200) + 200 * b"x")
    return b"FORM" + struct.pack(">I", len(chunks)) + chunks


def rf64(samples: Samples, stated: int | None, behind: bool) -> bytes:
    data = to_pcm16(samples)
    n_bytes = len(data) if stated is None else stated
    chunks = b"WAVE" + struct.pack("<4sIQQQI", b"ds64", 28, 0, n_bytes, 0, 0)
    chunks += wav_header(SAMPLE_RATE_HZ)[12:] + data + behind * CHUNK
    return b"RF64" + struct.pack("<I", WAV_MAX) + chunks


@pytest.mark.parametrize(
    ("stated", "behind"), [(None, False), (None, True), (0, False), (32, False), (20_000, False)]
)
@pytest.mark.parametrize("kind", [w64, aiff, rf64])
def test_other_kinds_are_heard_whole_too(
    tmp_path: Path,
    kind: Callable[[Samples, int | None, bool], bytes],
    stated: int | None,
    behind: bool,
) -> None:
    (tmp_path / f"a.{kind.__name__}").write_bytes(kind(tone(), stated, behind))
    told: list[str] = []
    pieces = decode(tmp_path / f"a.{kind.__name__}", on_damage=told.append)
    assert np.concatenate(list(pieces)) == pytest.approx(tone(), abs=1e-4)
    assert any("longer than its header says" in text for text in told) == bool(stated)
