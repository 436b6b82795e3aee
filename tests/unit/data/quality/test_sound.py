"""What is measured of recordings, against sounds whose level is known."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from plugins.datasets import Notebook
from plugins.picture_folders import tarred

from aileron.data.audio.ingest import IngestAudio, IngestAudioConfig
from aileron.data.quality.facts.sound import LOWEST, measure
from aileron.data.quality.profiling import profile

RATE = 8000


def wav(samples: np.ndarray) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, RATE, format="WAV", subtype="PCM_16")
    return out.getvalue()


def tone(amplitude: float, seconds: float = 1.0) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * 400 * np.arange(int(RATE * seconds)) / RATE)


def test_a_tone_has_the_level_of_its_amplitude() -> None:
    found = measure("a", wav(tone(0.5)))
    assert found.loudness == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.05)
    assert (found.silence_share, found.clipped_share) == (0.0, 0.0)


def test_half_of_a_recording_that_is_silent_is_half() -> None:
    assert measure("a", wav(np.concatenate([tone(0.5), np.zeros(RATE)]))).silence_share == 0.5


def test_what_holds_nothing_is_silent_from_end_to_end() -> None:
    found = measure("a", wav(np.zeros(RATE)))
    assert (found.loudness, found.silence_share) == (LOWEST, 1.0)


def test_a_tone_that_is_too_loud_is_clipped() -> None:
    share = measure("a", wav(np.clip(tone(2.0), -1, 1))).clipped_share
    assert share == pytest.approx(0.7)  # 14 of the 20 samples of a period


def test_what_libsndfile_cannot_read_has_no_level() -> None:
    assert measure("a", b"no sound")[1:] == (None, None, None)


def test_silent_and_clipped_recordings_are_found(tmp_path: Path) -> None:
    files = {"a/good.wav": wav(tone(0.4)), "a/still.wav": wav(np.zeros(RATE))}
    files |= {"b/loud.wav": wav(np.clip(tone(3.0), -1, 1)), "b/short.wav": wav(tone(0.4, 0.05))}
    source = tmp_path / "source"
    source.mkdir()
    tarred(source / "sounds.tar", files)
    config = IngestAudioConfig.model_validate({"name": "sounds"})
    dataset = IngestAudio().run(Notebook(tmp_path), config, {"source": source})["dataset"]
    found = profile(dataset)
    by_id = {one.id: one for one in found.findings}
    assert by_id["silent_recordings"].values["first"] == "a/still.wav"
    assert by_id["clipped_recordings"].values["first"] == "b/loud.wav"
    assert by_id["short_recordings"].values["share"] == "25.0%"
    worst = {one.title["en"]: one.samples[0].sample_id for one in found.worst}
    assert worst["Quietest"] == "a/still.wav"
