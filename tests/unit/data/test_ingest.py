"""Ingest: what a file becomes, and that it becomes the same each time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from plugins.datasets import CARS, CARS_CONFIG, Workbench

from aileron.core.digest import digest_bytes, digest_file
from aileron.core.errors import InvalidInput
from aileron.data import read_card, read_table, read_table_card
from aileron.data.layout import read_split


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): digest_file(path) for path in files}


def test_a_csv_becomes_a_dataset(workbench: Workbench) -> None:
    folder = workbench.ingest(CARS, CARS_CONFIG | {"licence": "CC0", "owner": "us"})
    assert sorted(contents(folder)) == ["card.json", "samples.parquet", "table/part-00000.parquet"]
    card = read_card(folder)
    assert (card.name, card.task, card.modality, card.target) == (
        "cars",
        "classification",
        "table",
        "fast",
    )
    assert card.classes == ("no", "yes")
    assert card.counts.rows == 4
    assert (card.licence, card.owner, card.created_by) == ("CC0", "us", "data.ingest@4")
    assert card.source.sha256 == digest_bytes(CARS.encode())
    types = {column.name: (column.type, column.role, column.missing) for column in card.columns}
    assert types == {
        "model": ("category", "feature", 0),
        "colour": ("category", "feature", 1),
        "weight": ("number", "feature", 1),
        "speed": ("number", "feature", 0),
        "fast": ("category", "target", 0),
    }
    assert card.columns[1].categories == ("blue", "red")


def test_rows_keep_their_order_values_and_gaps(workbench: Workbench) -> None:
    table = read_table(workbench.ingest(CARS))
    assert table.index.tolist() == ["r00000001", "r00000002", "r00000003", "r00000004"]
    assert table["colour"].tolist() == ["red", None, "blue", "red"]
    assert table["weight"].tolist()[:3] == [1.5, 2.25, 3.0]
    assert table["weight"].isna().tolist() == [False, False, False, True]


def test_the_same_file_gives_the_same_bytes(workbench: Workbench) -> None:
    assert contents(workbench.ingest(CARS)) == contents(workbench.ingest(CARS))


def test_cells_are_trimmed_and_a_question_mark_can_mean_missing(workbench: Workbench) -> None:
    folder = workbench.ingest(
        "39, State-gov, <=50K\n50, ?, >50K\n ?, Private, <=50K\n",
        {
            "name": "people",
            "target": "income",
            "task": "classification",
            "header": False,
            "names": ["age", "work", "income"],
            "missing": ["?"],
        },
    )
    table = read_table(folder)
    assert table["work"].tolist() == ["State-gov", None, "Private"]
    assert table["age"].tolist()[:2] == [39.0, 50.0]
    assert read_card(folder).classes == ("<=50K", ">50K")


def test_another_delimiter_and_encoding(workbench: Workbench) -> None:
    text = "城市;人口;结果\n北京;21.5;好\n上海;24.9;坏\n"
    config = {"name": "cities", "target": "结果", "task": "classification"}
    gbk = workbench.ingest(text.encode("gbk"), config | {"delimiter": ";", "encoding": "gbk"})
    utf8 = workbench.ingest(text, config | {"delimiter": ";"})
    bom = workbench.ingest(b"\xef\xbb\xbf" + text.encode(), config | {"delimiter": ";"})
    assert read_table(gbk)["城市"].tolist() == ["北京", "上海"]
    assert len({read_card(folder).digest for folder in (gbk, utf8, bom)}) == 1


def test_quoted_cells_may_hold_lines_and_delimiters(workbench: Workbench) -> None:
    folder = workbench.ingest('a,b,fast\n"x, y",1,yes\r\n"two\nlines",2,no\r\n')
    assert read_table(folder)["a"].tolist() == ["x, y", "two\nlines"]


def test_an_id_column_names_the_samples_and_is_no_feature(workbench: Workbench) -> None:
    folder = workbench.ingest(CARS, CARS_CONFIG | {"id_column": "model"})
    assert read_table(folder).index.tolist() == ["ant", "bee", "cat", "dog"]
    assert "model" not in {column.name for column in read_card(folder).columns}


def test_with_ids_the_order_of_rows_is_no_content(workbench: Workbench) -> None:
    head, *rows = CARS.splitlines()
    turned = "\n".join([head, *reversed(rows)]) + "\n"
    config = CARS_CONFIG | {"id_column": "model"}
    one, other = workbench.ingest(CARS, config), workbench.ingest(turned, config)
    assert read_card(one).digest == read_card(other).digest


def test_text_and_dates_are_features_and_empty_columns_are_ignored_with_a_reason(
    workbench: Workbench,
) -> None:
    rows = [
        f"remark number {i},2026-01-{i:02d},,{i},{'yes' if i % 2 else 'no'}" for i in range(1, 29)
    ]
    folder = workbench.ingest("\n".join(["note,day,void,speed,fast", *rows]))
    found = {c.name: (c.type, c.role, c.reason) for c in read_card(folder).columns}
    assert found["note"] == ("text", "feature", None)
    assert found["day"] == ("date", "feature", None)
    assert found["void"] == ("text", "ignored", "every value is missing")
    assert read_table(folder)["note"].tolist()[0] == "remark number 1"


@pytest.mark.parametrize("odd", ["2026-02-30", "2026-13-01", "2026-01-01 25:00", "2026-01-01x"])
def test_a_column_with_one_impossible_date_is_no_date(workbench: Workbench, odd: str) -> None:
    days = [f"2026-01-{i:02d}" for i in range(1, 29)] + [odd]
    rows = [f"{day},{'yes' if i % 2 else 'no'}" for i, day in enumerate(days)]
    card = read_table_card(workbench.ingest("\n".join(["day,fast", *rows])))
    assert card.columns[0].type == "text"


def test_a_declared_date_must_be_one_and_its_line_is_named(workbench: Workbench) -> None:
    text = "day,fast\n2026-01-05,yes\n,no\n5 January,no\n"
    with pytest.raises(InvalidInput, match=r"(?s)cars\.csv:4.*Column day.*'5 January'"):
        workbench.ingest(text, CARS_CONFIG | {"columns": {"day": {"type": "date"}}})


def test_the_formats_of_dates_are_kept_for_the_service(workbench: Workbench) -> None:
    columns = {"day": {"type": "date", "formats": ["%d.%m.%Y"]}}
    folder = workbench.ingest(
        "day,fast\n05.01.2026,yes\n06.01.2026,no\n", CARS_CONFIG | {"columns": columns}
    )
    assert read_table_card(folder).columns[0].formats == ("%d.%m.%Y",)
    assert read_table(folder)["day"].tolist() == ["2026-01-05", "2026-01-06"]


def test_the_definition_overrides_what_values_suggest(workbench: Workbench) -> None:
    columns = {"speed": {"type": "category"}, "model": {"role": "ignored"}}
    card = read_card(workbench.ingest(CARS, CARS_CONFIG | {"columns": columns}))
    found = {c.name: (c.type, c.role, c.categories) for c in card.columns}
    assert found["speed"] == ("category", "feature", ("80", "90", "100", "120"))
    assert found["model"][:2] == ("category", "ignored")


def test_numeric_labels_are_ordered_by_value(workbench: Workbench) -> None:
    text = "x,fast\n1,10\n2,9\n3,2\n"
    assert read_card(workbench.ingest(text)).classes == ("2", "9", "10")


def test_the_order_of_classes_can_be_given(workbench: Workbench) -> None:
    folder = workbench.ingest(CARS, CARS_CONFIG | {"classes": ["yes", "no"]})
    assert read_card(folder).classes == ("yes", "no")


def test_a_regression_has_a_number_as_target_and_no_classes(workbench: Workbench) -> None:
    card = read_card(
        workbench.ingest(CARS, {"name": "cars", "target": "speed", "task": "regression"})
    )
    assert card.classes is None
    assert next(c for c in card.columns if c.role == "target").type == "number"


def test_parquet_and_csv_of_the_same_table_are_the_same_content(workbench: Workbench) -> None:
    table = pa.table(
        {
            "model": pa.array(["ant", "bee", "cat", "dog"]).dictionary_encode(),
            "colour": ["red", None, "blue", "red"],
            "weight": pa.array([1.5, 2.25, 3.0, float("nan")], pa.float32()),
            "speed": pa.array([100, 90, 120, 80], pa.int16()),
            "fast": ["yes", "no", "yes", "no"],
        }
    )
    source = workbench.new()
    pq.write_table(table, source / "cars.parquet")
    folder = workbench.ingest_folder(source, CARS_CONFIG | {"format": "parquet"})
    assert read_card(folder).digest == read_card(workbench.ingest(CARS)).digest


def test_types_that_only_parquet_has(workbench: Workbench) -> None:
    table = pa.table(
        {
            "flag": [True, False, None],
            "when": [datetime(2026, 1, i, tzinfo=UTC) for i in (1, 2, 3)],
            "many": [[1], [2, 3], None],
            "price": pa.array(["1.50", "2.25", None]).cast(pa.decimal128(8, 2)),
            "label": [1.0, 0.0, 1.0],
        }
    )
    source = workbench.new()
    pq.write_table(table, source / "t.parquet")
    config = {"name": "t", "target": "label", "task": "classification", "format": "parquet"}
    folder = workbench.ingest_folder(source, config)
    card = read_card(folder)
    assert {c.name: (c.type, c.role) for c in card.columns} == {
        "flag": ("category", "feature"),
        "when": ("date", "feature"),
        "many": ("other", "ignored"),
        "price": ("number", "feature"),
        "label": ("category", "target"),
    }
    assert card.classes == ("0", "1")
    assert read_table(folder)["flag"].tolist() == ["true", "false", None]
    assert read_table(folder)["when"].tolist() == ["2026-01-01", "2026-01-02", "2026-01-03"]


@pytest.mark.parametrize(
    "change",
    [
        ("2.25", "2.250000001"),
        (",red,1.5", ",,1.5"),
        ("bee,,", "bee,red,"),
        ("ant", "Ant"),
        ("speed", "velocity"),
        ("dog,red,,80,no\n", ""),
    ],
)
def test_any_change_of_content_changes_the_digest(
    workbench: Workbench, change: tuple[str, str]
) -> None:
    assert change[0] in CARS
    changed = workbench.ingest(CARS.replace(*change, 1))
    assert read_card(changed).digest != read_card(workbench.ingest(CARS)).digest


def test_other_spellings_of_the_same_values_do_not_change_the_digest(workbench: Workbench) -> None:
    spelt = CARS.replace("1.5", " 1.50 ").replace("bee,,", "bee,NA,").replace("\n", "\r\n")
    assert read_card(workbench.ingest(spelt)).digest == read_card(workbench.ingest(CARS)).digest


def test_the_digest_of_a_known_table_never_changes(workbench: Workbench) -> None:
    """A change here makes every dataset in the world a new version: it needs a format version."""
    digest = read_card(workbench.ingest(CARS)).digest
    assert digest == "c89dfbdfda019e9613026a428f5a40d3011365d1cd1b475699aa18575d40f5ff"


def test_only_the_asked_columns_are_read(workbench: Workbench) -> None:
    assert read_table(workbench.ingest(CARS), ["speed"]).columns.tolist() == ["speed"]


def test_a_split_is_read_as_a_series(workbench: Workbench) -> None:
    folder = workbench.new()
    table = pa.table({"sample_id": ["a", "b"], "split": ["train", "test"]})
    pq.write_table(table, folder / "split.parquet")
    assert read_split(folder).to_dict() == {"a": "train", "b": "test"}
