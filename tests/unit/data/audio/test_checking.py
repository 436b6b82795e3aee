"""What a recording is, and the reason for each one that cannot be used."""

from __future__ import annotations

import pytest
from plugins.sound_files import m4a, sound

from aileron.core.phrase import Phrase, phrase
from aileron.data.audio.checking import Checked, check
from aileron.data.limits import AudioLimits

HOUR = AudioLimits()


def facts(content: bytes) -> Checked:
    found = check(content, HOUR)
    assert isinstance(found, Checked), found
    return found


@pytest.mark.parametrize(
    ("format_", "codec"), [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("MP3", "MPEG_LAYER_III")]
)
def test_a_recording_is_decoded_and_measured(format_: str, codec: str) -> None:
    found = facts(sound(format_, seconds=0.5, rate=16000))
    assert (found.format, found.codec, found.sample_rate, found.channels) == (
        format_, codec, 16000, 1,
    )  # fmt: skip
    assert found.seconds == pytest.approx(0.5, abs=0.05)


def test_an_m4a_is_measured_by_its_boxes() -> None:
    found = facts(m4a(seconds=2, rate=44100))
    assert (found.format, found.codec, found.sample_rate, found.channels, found.seconds) == (
        "M4A", "AAC", 44100, 2, 2.0,
    )  # fmt: skip
    assert facts(m4a(codec=b"alac")).codec == "ALAC"


def broken() -> dict[str, tuple[bytes, str]]:
    wav, flac, mp3, film = sound("WAV"), sound("FLAC"), sound("MP3"), m4a()
    return {
        "nothing": (b"", "0 bytes"),
        "text": (b"no sound at all", "no WAV, FLAC, MP3 or M4A"),
        "aiff": (sound("AIFF"), "no WAV, FLAC, MP3 or M4A"),
        "short wav": (wav[: len(wav) // 2], "ends too early"),
        "short flac": (flac[: len(flac) // 2], "cannot be decoded"),
        "short mp3": (mp3[: len(mp3) // 2], "ends too early"),
        "short m4a": (film[:-500], "ends too early"),
        "no frames": (sound("WAV", seconds=0), "no sound: 0 samples"),
        "head of a wav": (wav[:20], "cannot be decoded"),
        "a film": (m4a(kind=b"vide"), "no sound track"),
        "another codec": (m4a(codec=b"ac-3"), "no sound track"),
        "no table": (m4a().replace(b"moov", b"free"), "no sound and no table"),
        "no header": (m4a().replace(b"mdhd", b"free"), "table of sound is not whole"),
        "a box of 1 byte": (m4a() + b"\0\0\0\x01free", "impossible size"),
    }


@pytest.mark.parametrize("name", broken())
def test_what_cannot_be_used_has_a_reason(name: str) -> None:
    content, reason = broken()[name]
    found = check(content, HOUR)
    assert isinstance(found, Phrase), found
    assert reason in found.render("en")


@pytest.mark.parametrize("content", [sound(seconds=3), m4a(seconds=3)])
def test_a_long_recording_is_refused(content: bytes) -> None:
    assert "lasts 3 s, and 2 s are allowed" in str(check(content, AudioLimits(max_seconds=2)))


def test_a_large_recording_is_refused_before_it_is_decoded() -> None:
    assert "It has 6 bytes, and 5 are allowed" in str(check(b"broken", AudioLimits(max_bytes=5)))


def test_a_reason_that_is_known_already_is_handed_on() -> None:
    known = phrase("data.picture_is_link")
    assert check(known, HOUR) is known
