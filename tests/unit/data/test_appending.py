"""Imports that add to a version: what is there already is not added twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from plugins.datasets import Notebook
from plugins.picture_folders import picture, two_classes, zipped
from plugins.sound_files import pets, sound

from aileron.core.catalogue import step_class
from aileron.core.errors import InvalidInput
from aileron.data.card import AnyCard, read_card
from aileron.data.layout import read_table
from aileron.data.operations.base import Opened
from aileron.data.version_files import verify_dataset

PARENT = "default/data@v1"
CARS = {"task": "classification", "target": "fast"}


@dataclass
class Result:
    """A dataset that an import made."""

    folder: Path
    lines: list[str]

    @property
    def card(self) -> AnyCard:
        return read_card(self.folder)

    @property
    def ids(self) -> list[str]:
        found: list[str] = Opened.read(self.folder).facts.ids.to_pylist()
        return found


Import = Callable[..., Result]


@pytest.fixture
def take(tmp_path: Path) -> Import:
    """Imports a file, or files as a zip; with `before`, to add to that."""

    def start(
        step: str, content: Mapping[str, bytes] | str, before: Result | None = None, **config: Any
    ) -> Result:
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        (folder / "source").mkdir(parents=True)
        if isinstance(content, str):
            (folder / "source" / "data.csv").write_text(content)
        else:
            zipped(folder / "source" / "data.zip", dict(content))
        inputs = {"source": folder / "source"}
        same_ids = config.pop("same_ids", "refuse")
        if before is not None:
            inputs["parent"] = before.folder
            config["append"] = {"parent": PARENT, "same_ids": same_ids}
        cls, notebook = step_class(step), Notebook(folder)
        checked = cls.Config.model_validate({"name": "data"} | config)
        made = cls().run(notebook, checked, inputs)["dataset"]  # type: ignore[attr-defined]
        verify_dataset(made, read_card(made).digest)
        return Result(made, notebook.lines)

    return start


def rows(*numbers: int) -> str:
    lines = (f"m{i},{i}.5,{'yes' if i % 2 else 'no'}" for i in numbers)
    return "\n".join(["model,speed,fast", *lines]) + "\n"


def test_rows_without_ids_are_known_by_what_they_are(take: Import) -> None:
    before = take("data.ingest", rows(*range(10)), **CARS)
    after = take("data.ingest", rows(12, 3, 10, 11, 4), before, **CARS)
    assert after.ids == [f"r{i:08d}" for i in range(1, 14)]
    assert list(read_table(after.folder)["speed"]) == [
        *(i + 0.5 for i in range(10)),
        12.5,
        10.5,
        11.5,
    ]
    assert after.card.parent == PARENT
    assert after.card.made is not None
    assert (after.card.made.operation, after.card.made.options) == (
        "data.ingest",
        {"mode": "append"},
    )
    assert "3 samples join default/data@v1; the others are there already" in after.lines


def test_what_is_there_already_changes_nothing(take: Import) -> None:
    before = take("data.ingest", rows(*range(10)), **CARS)
    after = take("data.ingest", rows(3, 4, 5), before, **CARS)
    assert (after.card, after.ids) == (before.card, before.ids)


def test_rows_with_ids_are_known_by_them(take: Import) -> None:
    config = {**CARS, "id_column": "model"}
    before = take("data.ingest", rows(*range(10)), **config)
    more = rows(9, 10, 11)
    assert take("data.ingest", more, before, **config).ids == [f"m{i}" for i in range(12)]
    other = more.replace("m9,9.5", "m9,77")
    with pytest.raises(InvalidInput, match=r"1 of its samples have ids .* the first being m9"):
        take("data.ingest", other, before, **config)
    kept = take("data.ingest", other, before, **config, same_ids="keep")
    assert read_table(kept.folder)["speed"]["m9"] == 9.5
    new = take("data.ingest", other, before, **config, same_ids="replace")
    assert read_table(new.folder)["speed"]["m9"] == 77
    assert sorted(new.ids) == sorted(kept.ids)


def test_a_series_goes_on_and_has_one_row_at_a_time(take: Import) -> None:
    config = {"task": "forecasting", "target": "load", "time_column": "day"}
    days = [f"2026-01-{day:02d},{day}\n" for day in range(1, 29)]
    before = take("data.ingest", "".join(["day,load\n", *days[:20]]), **config)
    after = take("data.ingest", "".join(["day,load\n", *days[15:]]), before, **config)
    assert after.card.counts.rows == 28
    with pytest.raises(InvalidInput, match="two rows at 2026-01-28"):
        take("data.ingest", "day,load\n2026-01-28,3\n", after, **config)


def test_columns_keep_the_types_that_they_have(take: Import) -> None:
    words = "\n".join(f"word {i} of many,{'yes' if i % 2 else 'no'}" for i in range(300))
    before = take("data.ingest", f"text,fast\n{words}\n", **CARS, max_categories=50)
    after = take(
        "data.ingest", "text,fast\na few,yes\nmore,no\n", before, **CARS, max_categories=50
    )
    assert [column.type for column in after.card.columns] == ["text", "category"]  # type: ignore[union-attr]
    assert after.card.counts.rows == 302


def test_rows_that_were_left_out_are_told_of_the_import_alone(take: Import) -> None:
    lenient = {**CARS, "on_problem": "leave_out", "max_refused": 0.5}
    before = take("data.ingest", rows(*range(10)) + "x\n", **lenient)
    after = take("data.ingest", rows(20, 21) + "y,z,yes\n", before, **lenient)
    assert after.card.counts.refused == 1
    assert after.card.refused[0].path == "data.csv:4"
    assert after.card.counts.rows == 12


def test_pictures_join_those_that_are_there(take: Import) -> None:
    before = take("data.ingest_images", two_classes(3))
    more = {**two_classes(3), "cat/9.png": picture(99), "cow/1.png": picture(98)}
    after = take("data.ingest_images", more, before)
    assert sorted(after.ids) == sorted(more)
    assert after.card.class_counts == {"cat": 4, "dog": 3, "cow": 1}  # type: ignore[union-attr]
    assert after.card.parent == PARENT
    stored = {path.name for path in (before.folder / "media").iterdir()}
    assert stored < {path.name for path in (after.folder / "media").iterdir()}


def test_a_source_of_one_class_joins_those_of_others(take: Import) -> None:
    pictures = take("data.ingest_images", two_classes(3), classes=["cat", "dog"])
    more = {"dog/7.png": picture(77), "dog/8.png": picture(78)}
    after = take("data.ingest_images", more, pictures, classes=["cat", "dog"])
    assert after.card.class_counts == {"cat": 3, "dog": 5}  # type: ignore[union-attr]
    cars = take("data.ingest", rows(*range(10)), **CARS)
    assert take("data.ingest", rows(11, 13), cars, **CARS).card.counts.rows == 12


def test_a_picture_of_the_same_name_and_another_class_is_another_one(take: Import) -> None:
    before = take("data.ingest_images", two_classes(3))
    with pytest.raises(InvalidInput, match=r"cat/1\.png"):
        take("data.ingest_images", {"cat/1.png": picture(50), "dog/9.png": picture(51)}, before)
    table = {"labels.csv": b"file,labels\ncat/1.png,dog\ncat/0.png,cat\n"}
    again = {name: two_classes(3)[name] for name in ("cat/0.png", "cat/1.png")}
    with pytest.raises(InvalidInput, match=r"1 of its samples .* cat/1\.png"):
        take("data.ingest_images", again | table, before)
    after = take("data.ingest_images", again | table, before, same_ids="replace")
    assert after.card.class_counts == {"cat": 2, "dog": 4}  # type: ignore[union-attr]


def texts(*numbers: int) -> str:
    return "text,label\n" + "".join(f"text {i},{'ab'[i % 2]}\n" for i in numbers)


def test_lines_of_texts_are_known_by_what_they_say(take: Import) -> None:
    before = take("data.ingest_texts", texts(0, 1, 2, 3))
    after = take("data.ingest_texts", texts(9, 8, 3, 2, 1, 0), before)
    assert after.ids == [*before.ids, "data.csv:2~2", "data.csv:3~2"]
    third = take("data.ingest_texts", texts(7, 9, 6), after)
    assert third.ids == [*after.ids, "data.csv:2~3", "data.csv:4~2"]


def test_recordings_join_those_that_are_there(take: Import) -> None:
    before = take("data.ingest_audio", pets(2))
    after = take("data.ingest_audio", {**pets(2), "cat/new.wav": sound(tone=999)}, before)
    assert after.card.counts.rows == before.card.counts.rows + 1


def test_a_table_of_other_columns_does_not_join(take: Import) -> None:
    before = take("data.ingest", rows(*range(10)), **CARS)
    with pytest.raises(InvalidInput, match="speed"):
        take("data.ingest", "model,fast\na,yes\nb,no\n", before, **CARS)
