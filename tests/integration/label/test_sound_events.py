"""Spoken digits in a row: people say when each is heard, in the real Label Studio."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from plugins.datasets import Notebook
from plugins.history import PROJECT
from plugins.labelled import Labelled, labelled, waiting_texts
from plugins.labelstudio import RunningStudio
from plugins.shared_data import shared
from plugins.sound_files import zipped

from aileron.client import LocalClient
from aileron.core.access import Actor, Role
from aileron.core.errors import AileronError
from aileron.core.ports import ArtifactKind
from aileron.data.audio.dataset import AudioDataset, stored_digest
from aileron.data.audio.ingest import IngestAudio, IngestAudioConfig
from aileron.data.card import read_card
from aileron.data.export import export
from aileron.data.formats import find_format
from aileron.data.formats.records import Segment
from aileron.data.operations.annotate import AnnotateConfig, AnnotateDataset
from aileron.label.annotation import Annotation
from aileron.label.interface.results import to_result
from aileron.label.spec import LabelSpec

__all__ = ["labelled", "waiting_texts"]
NAME = "numbers"
LABELS = {
    "audit": {"share": 0},
    "annotators": ["anna"],
    "classes": [{"name": digit} for digit in "0123456789"],
}
DEFINITION = """\
apiVersion: aileron/v1
kind: Dataset
name: numbers
modality: audio
task: event_detection
source: {archive: numbers.zip}
"""
PAUSE = 0.25


def spoken(paths: Sequence[Path]) -> tuple[bytes, list[Segment]]:
    """The recordings one after the other with pauses between them, and when each is heard."""
    pieces: list[Any] = []
    truth: list[Segment] = []
    at = 0
    for path in paths:
        sound, rate = soundfile.read(path, dtype="int16")
        silence = np.zeros(round(PAUSE * rate), dtype="int16")
        pieces += [silence, sound]
        at += len(silence)
        truth.append(Segment(path.name[0], at / rate, (at + len(sound)) / rate))
        at += len(sound)
    out = io.BytesIO()
    soundfile.write(out, np.concatenate(pieces), rate, format="WAV")
    return out.getvalue(), truth


@pytest.fixture(scope="module")
def numbers() -> dict[str, tuple[bytes, list[Segment]]]:
    """Two recordings of five digits each, by other people; file -> sound and truth."""
    folder = shared("spoken_digits")
    people = sorted({path.name.split("_")[1] for path in folder.glob("*.wav")})[:2]
    chosen = {
        who: [min(folder.glob(f"{digit}_{who}_*.wav")) for digit in digits]
        for who, digits in zip(people, ("31415", "27182"), strict=True)
    }
    return {f"{who}.wav": spoken(paths) for who, paths in chosen.items()}


def imported(folder: Path, files: dict[str, bytes], **config: Any) -> Path:
    (folder / "source").mkdir(parents=True)
    zipped(folder / "source" / "numbers.zip", files)
    values = {"name": NAME, "task": "event_detection", **config}
    step = IngestAudioConfig.model_validate(values)
    return IngestAudio().run(Notebook(folder), step, {"source": folder / "source"})["dataset"]


def test_digits_in_a_row_come_in_from_audacity_and_out_to_dcase(
    numbers: dict[str, tuple[bytes, list[Segment]]], tmp_path: Path
) -> None:
    files = {name: sound for name, (sound, _) in numbers.items()}
    for name, (_, truth) in numbers.items():
        lines = "".join(f"{one.start:.6f}\t{one.end:.6f}\t{one.label}\n" for one in truth)
        files[name.replace(".wav", ".txt")] = lines.encode()
    made = imported(tmp_path / "one", files)
    export(made, tmp_path / "dcase", find_format("dcase_tsv", "audio"))
    inside = (path for path in (tmp_path / "dcase").rglob("*") if path.is_file())
    again = imported(
        tmp_path / "two",
        {path.relative_to(tmp_path / "dcase").as_posix(): path.read_bytes() for path in inside},
    )
    assert read_card(again).digest == read_card(made).digest
    for record in AudioDataset.read(again).records():
        truth = numbers[record.sample_id][1]
        assert [one.label for one in record.segments] == [one.label for one in truth]
        assert np.allclose([one[1:] for one in record.segments], [one[1:] for one in truth])


class Office:
    """A campaign whose one package anna has opened in the real Label Studio."""

    def __init__(self, labelled: Labelled, labelstudio: RunningStudio, made: Path) -> None:
        self.history = labelled.history
        self.history.workspace.write(f"datasets/{NAME}/dataset.yaml", DEFINITION)
        reference = self.history.store.put(ArtifactKind.DATASET, made)
        self.history.ledger.datasets.add(
            PROJECT, NAME, 1, f"{PROJECT}/{NAME}@v1", reference.digest, reference, "c" * 40
        )
        self.studio = labelstudio.client()
        labelled.installation.__dict__["studio"] = self.studio
        self.olga, self.anna = (
            LocalClient(labelled.installation, Actor(name=name, role=role), language="en")
            for name, role in (("olga", Role.DEVELOPER), ("anna", Role.ANNOTATOR))
        )
        self.olga.create_campaign(NAME, spec=LABELS)
        first = self.olga.label_packages(NAME).packages[0].id
        self.package = self.olga.assign_package(first, "anna").id
        assert self.anna.open_package(self.package).url

    def draw(self, said: dict[str, Annotation]) -> None:
        labelling = self.history.ledger.labelling
        spec = LabelSpec.model_validate(labelling.campaign(PROJECT, NAME).spec)
        for item in labelling.items(self.package):
            sample = self.olga.label_item(self.package, item.position).sample.model_dump()
            assert item.studio_task is not None
            result = to_result(spec, sample, said[item.sample_id])
            self.studio.annotate(item.studio_task, result, 2.5)


def annotation(*segments: Segment) -> Annotation:
    return Annotation.model_validate({"segments": [one._asdict() for one in segments]})


def test_what_people_hear_in_label_studio_becomes_the_next_version(
    labelled: Labelled,
    labelstudio: RunningStudio,
    numbers: dict[str, tuple[bytes, list[Segment]]],
    tmp_path: Path,
) -> None:
    sounds = {name: sound for name, (sound, _) in numbers.items()}
    made = imported(tmp_path / "waiting", sounds, format="audacity_labels")
    office = Office(labelled, labelstudio, made)
    office.draw({name: annotation(*truth) for name, (_, truth) in numbers.items()})
    assert office.anna.submit_package(office.package).state == "passed"
    approved = {}
    for position in (1, 2):
        item = office.olga.label_item(office.package, position)
        newest = item.revisions[0].sample
        assert newest is not None
        approved[item.sample.sample_id] = [one.model_dump() for one in newest.segments]

    said = tmp_path / "said"
    said.mkdir()
    lines = (json.dumps({"sample_id": n, "segments": one}) for n, one in approved.items())
    (said / "annotations.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "next").mkdir()
    config = AnnotateConfig(classes=tuple("0123456789"))
    after = AnnotateDataset().run(
        Notebook(tmp_path / "next"), config, {"dataset": made, "annotations": said}
    )["dataset"]
    records = {one.sample_id: one.segments for one in AudioDataset.read(after).records()}
    assert records == {name: tuple(truth) for name, (_, truth) in numbers.items()}
    card = read_card(after)
    assert stored_digest(after, card) == card.digest
    assert card.counts.waiting == 0


def test_a_segment_after_the_end_keeps_a_package_from_being_submitted(
    labelled: Labelled,
    labelstudio: RunningStudio,
    numbers: dict[str, tuple[bytes, list[Segment]]],
    tmp_path: Path,
) -> None:
    name, (sound, truth) = next(iter(numbers.items()))
    made = imported(tmp_path / "waiting", {name: sound}, format="audacity_labels")
    office = Office(labelled, labelstudio, made)
    office.draw({name: annotation(Segment("3", 0.0, truth[-1].end + 1))})
    with pytest.raises(AileronError, match="1 of its 1 samples have no label"):
        office.anna.submit_package(office.package)
