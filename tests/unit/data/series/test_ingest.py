"""Time series of either format become a dataset with ranges; and go out again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from plugins.datasets import Notebook
from plugins.series_files import RANGES, series, tanks, weeks
from plugins.sound_files import zipped

from aileron.core.errors import InvalidInput
from aileron.data.card import read_card, read_table_card
from aileron.data.export import export
from aileron.data.formats import find_format
from aileron.data.formats.records import Segment
from aileron.data.ingest import Ingest, IngestConfig
from aileron.data.loaders import Samples
from aileron.data.series.card import SeriesCard
from aileron.data.series.dataset import SeriesDataset, stored_digest
from aileron.data.series.ingest import IngestSeries, IngestSeriesConfig


@pytest.fixture
def ingest(tmp_path: Path) -> Any:
    numbers = iter(range(1000))

    def run(files: dict[str, bytes], **config: Any) -> Path:
        place = tmp_path / str(next(numbers))
        source = place / "source"
        source.mkdir(parents=True)
        zipped(source / "series.zip", files)
        checked = IngestSeriesConfig.model_validate({"name": "tanks"} | config)
        return IngestSeries().run(Notebook(place), checked, {"source": source})["dataset"]

    return run


def card_of(folder: Path) -> SeriesCard:
    card = read_card(folder)
    assert isinstance(card, SeriesCard)
    return card


def test_series_with_ranges_become_a_dataset(ingest: Any) -> None:
    folder = ingest(tanks())
    card = card_of(folder)
    assert (card.modality, card.task, card.time) == ("series", "event_detection", "number")
    assert (card.channels, card.classes) == (("level", "flow"), ("leak", "noise"))
    assert card.class_counts == {"leak": 1, "noise": 1}
    counts = card.counts
    assert (counts.rows, counts.series, counts.points, counts.waiting) == (3, 3, 60, 1)
    dataset = SeriesDataset.read(folder)
    found = {one.sample_id: one for one in dataset.records()}
    assert found["a"].segments == (Segment("leak", 2, 5.5), Segment("noise", 7, 9))
    assert [found[name].annotated for name in "abc"] == [True, True, False]
    assert dataset.series(found["b"]) == series(level=1)
    assert stored_digest(folder, card) == card.digest


def test_samples_are_numbers_and_ranges(ingest: Any) -> None:
    samples = Samples(ingest(tanks()))
    medium, label = samples[0].medium, samples[0].label
    assert medium.shape == (3, 20)
    assert medium[0].tolist() == list(range(20))
    assert label["segments"].tolist() == [[2, 5.5], [7, 9]]
    assert label["labels"].tolist() == [0, 1]


def test_real_weeks_with_dates(ingest: Any) -> None:
    ranges = b"week2,2016-07-09T06:00:00,2016-07-09T12:00:00Z,peak\nweek3,,,\n"
    folder = ingest({**weeks(), "ranges.csv": RANGES + ranges})
    card = card_of(folder)
    assert (card.time, len(card.channels), card.counts.points) == ("date", 7, 3 * 168)
    assert card.counts.waiting == 1
    samples = Samples(folder)
    [peak] = samples.record(0).segments
    assert (peak.end - peak.start, peak.label) == (6 * 3600, "peak")
    times = samples[0].medium[0]
    assert peak.start in times
    assert np.all(np.diff(times) == 3600)


@pytest.mark.parametrize("format_", ["series_csv", "series_table"])
def test_it_goes_out_and_comes_in_again(ingest: Any, tmp_path: Path, format_: str) -> None:
    files = {**weeks(2), "ranges.csv": RANGES}
    files["ranges.csv"] += b"week1,2016-07-02T06:00,2016-07-03T06:00,peak\nweek2,,,\n"
    folder = ingest(files)
    out = tmp_path / "out"
    export(folder, out, find_format(format_))
    again = ingest({str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*.*")})
    assert card_of(again).digest == card_of(folder).digest


def test_a_table_gives_ranges_by_its_rows(ingest: Any) -> None:
    rows = ["series,time,level,label"]
    labels = ["", "leak", "leak", "", "noise", "noise"]
    rows += [f"a,{i},{i / 2},{label}" for i, label in enumerate(labels)]
    rows += [f"b,{i},{i / 2}," for i in range(3)]
    folder = ingest({"tanks.csv": "\n".join([*rows, ""]).encode()})
    one, other = SeriesDataset.read(folder).records()
    assert one.segments == (Segment("leak", 1, 3), Segment("noise", 4, 5))
    assert other.annotated
    assert other.segments == ()


def test_a_quoted_comma_stays_in_its_cell(ingest: Any) -> None:
    rows = 'series,time,level\na,0,1\na,1,"1,5"\nb,0,1\nb,1,2\n'
    card = card_of(ingest({"tanks.csv": rows.encode()}, max_refused=1))
    (refused,) = card.refused
    assert "1,5" in str(refused.reason)
    assert "level" in str(refused.reason)


def test_what_people_marked_is_learnt_as_a_table(ingest: Any, tmp_path: Path) -> None:
    folder = ingest(tanks())
    out = tmp_path / "out"
    chosen = find_format("series_table").with_options({"unmarked": "none"})
    export(folder, out, chosen)
    again = ingest({"series.csv": (out / "series.csv").read_bytes()})
    assert next(iter(SeriesDataset.read(again).records())).segments == (
        Segment("leak", 2, 6), Segment("noise", 7, 9),
    )  # fmt: skip
    ignored = {name: {"role": "ignored"} for name in ("series", "time")}
    values = {"name": "rows", "task": "classification", "target": "label"}
    config = IngestConfig.model_validate(values | {"columns": ignored})
    (tmp_path / "table").mkdir()
    table = Ingest().run(Notebook(tmp_path / "table"), config, {"source": out})["dataset"]
    card = read_table_card(table)
    assert (card.classes, card.counts.rows) == (("leak", "noise", "none"), 60)
    assert [column.name for column in card.features] == ["level", "flow"]


def test_what_does_not_fit_is_left_out_with_reasons(ingest: Any) -> None:
    files = tanks()
    files["series/d.csv"] = b"time,other\n1,2\n2,3\n"
    files["series/e.csv"] = b"time,level,flow\n2016-01-01,2,1\n2016-01-02,3,1\n"
    files["series/f.csv"] = series(level=9)
    files["ranges.csv"] += b"f,5,30,leak\nnone,1,2,leak\nc,4,2,leak\nc,x,2,leak\nb,1,2,\n"
    card = card_of(ingest(files, max_refused=1))
    assert (card.counts.rows, card.counts.refused) == (1, 7)
    said = "\n".join(f"{one.path}: {one.reason}" for one in card.refused)
    for words in (
        "series/d.csv: It has the channels other",
        "series/e.csv: Its time is of kind date",
        "A range goes from 5.0 to 30.0, and the series from 0.0 to 19.0",
        "There is no series none",
        "A range goes from 4 to 2",
        "x is no time",
    ):
        assert words in said
    with pytest.raises(InvalidInput, match="7 of 8"):
        ingest(files)


def test_trees_of_other_things_are_not_taken(ingest: Any) -> None:
    for files in ({"a.csv": b"text,label\nx,y\n"}, {"series/a.png": b"x"}, {"a.csv": series()}):
        with pytest.raises(InvalidInput):
            ingest(files)
    assert card_of(ingest({"a.csv": series()}, format="series_csv")).counts.waiting == 1
