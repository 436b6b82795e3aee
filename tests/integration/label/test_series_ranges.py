"""Weeks of a transformer: people mark ranges in Label Studio, and a table learns of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import Notebook
from plugins.history import PROJECT
from plugins.labelled import Labelled, labelled, waiting_texts
from plugins.labelstudio import RunningStudio
from plugins.series_files import weeks
from plugins.sound_files import zipped

from aileron.client import LocalClient
from aileron.core.access import Actor, Role
from aileron.core.errors import AileronError
from aileron.core.ports import ArtifactKind
from aileron.data.card import read_card
from aileron.data.formats.records import Segment
from aileron.data.operations.annotate import AnnotateConfig, AnnotateDataset
from aileron.data.series.dataset import SeriesDataset, stored_digest
from aileron.data.series.ingest import IngestSeries, IngestSeriesConfig
from aileron.label.annotation import Annotation
from aileron.label.interface.results import to_result
from aileron.label.spec import LabelSpec

__all__ = ["labelled", "waiting_texts"]
NAME = "oil"
LABELS = {
    "audit": {"share": 0},
    "annotators": ["anna"],
    "classes": [{"name": "peak"}, {"name": "night"}],
    "channels": ["OT", "HUFL"],
}
DEFINITION = """\
apiVersion: aileron/v1
kind: Dataset
name: oil
modality: series
source: {archive: oil.zip}
"""
HOUR = 3600.0
WEEK = 168 * HOUR
START = 1467331200.0
"""Of the first week: 2016-07-01."""


def truth(week: int) -> list[Segment]:
    begin = START + week * WEEK
    return [
        Segment("night", begin, begin + 6 * HOUR),
        Segment("peak", begin + 14 * HOUR, begin + 20 * HOUR),
        Segment("night", begin + 160 * HOUR, begin + 167 * HOUR),
    ]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A dataset of two weeks that wait."""
    folder = tmp_path / "waiting"
    (folder / "source").mkdir(parents=True)
    zipped(folder / "source" / "oil.zip", weeks(2))
    step = IngestSeriesConfig.model_validate({"name": NAME})
    return IngestSeries().run(Notebook(folder), step, {"source": folder / "source"})["dataset"]


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

    def draw(self, said: dict[str, list[Segment]]) -> None:
        labelling = self.history.ledger.labelling
        spec = LabelSpec.model_validate(labelling.campaign(PROJECT, NAME).spec)
        for item in labelling.items(self.package):
            sample = self.olga.label_item(self.package, item.position).sample.model_dump()
            assert item.studio_task is not None
            segments = [one._asdict() for one in said[item.sample_id]]
            result = to_result(spec, sample, Annotation.model_validate({"segments": segments}))
            self.studio.annotate(item.studio_task, result, 2.5)


def test_ranges_that_people_mark_become_the_next_version(
    labelled: Labelled, labelstudio: RunningStudio, made: Path, tmp_path: Path
) -> None:
    office = Office(labelled, labelstudio, made)
    spec: Any = office.history.ledger.labelling.campaign(PROJECT, NAME).spec
    assert (spec["time"], spec["channels"]) == ("date", ["OT", "HUFL"])
    ranges = {f"week{week + 1}": truth(week) for week in range(2)}
    office.draw(ranges)
    assert office.anna.submit_package(office.package).state == "passed"
    approved = {}
    for position in (1, 2):
        item = office.olga.label_item(office.package, position)
        assert item.sample.points == 168
        newest = item.revisions[0].sample
        assert newest is not None
        approved[item.sample.sample_id] = [one.model_dump() for one in newest.segments]

    said = tmp_path / "said"
    said.mkdir()
    lines = (json.dumps({"sample_id": n, "segments": one}) for n, one in approved.items())
    (said / "annotations.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "next").mkdir()
    config = AnnotateConfig(classes=("peak", "night"))
    after = AnnotateDataset().run(
        Notebook(tmp_path / "next"), config, {"dataset": made, "annotations": said}
    )["dataset"]
    records = {one.sample_id: list(one.segments) for one in SeriesDataset.read(after).records()}
    assert records == ranges
    card = read_card(after)
    assert stored_digest(after, card) == card.digest
    assert card.counts.waiting == 0


def test_a_range_outside_the_series_keeps_a_package_from_being_submitted(
    labelled: Labelled, labelstudio: RunningStudio, made: Path
) -> None:
    office = Office(labelled, labelstudio, made)
    office.draw({"week1": [Segment("peak", START - HOUR, START + HOUR)], "week2": truth(1)})
    with pytest.raises(AileronError, match="1 of its 2 samples have no label"):
        office.anna.submit_package(office.package)
