"""Merging: classes are one by their names, shards of both stay, tables need the same columns."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plugins.datasets import Workbench
from plugins.operations import Operations, Result, content

from aileron.core.errors import InvalidInput
from aileron.data import read_table
from aileron.data.card import Card
from aileron.data.formats.records import Box, Object
from aileron.data.images import ImageDataset

CARS = {"name": "cars", "target": "fast", "task": "classification"}
SAMPLES = st.dictionaries(
    st.integers(0, 30), st.sampled_from(("cat", "dog", "fox")), min_size=1, max_size=12
)


def images(operations: Operations, samples: dict[int, str], **options: Any) -> Result:
    numbered = [(number, (label,)) for number, label in samples.items()]
    return operations.images(numbered, shard_bytes=250, **options)


def pictures(result: Result) -> dict[str, bytes]:
    every = ImageDataset.read(result.folder).all()
    return {name: every.picture(i) for i, name in enumerate(every.sample_ids)}


def shards(result: Result) -> set[str]:
    return {path.name for path in (result.folder / "media").iterdir()}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(one=SAMPLES, other=SAMPLES)
def test_classes_join_by_name_and_every_picture_is_there_once(
    operations: Operations, one: dict[int, str], other: dict[int, str]
) -> None:
    first, second = images(operations, one), images(operations, other)
    merged = operations.merge(first, second, ids="replace")
    both = one | other
    assert merged.labels == {f"s{n:04d}": (label,) for n, label in sorted(both.items())}
    assert merged.card.classes == tuple(
        dict.fromkeys((*(first.card.classes or ()), *(second.card.classes or ())))
    )
    assert pictures(merged) == {f"s{number:04d}": content(number) for number in both}
    assert shards(first) <= shards(merged), "what was stored stays"


def test_shards_of_both_are_taken_over_whole(operations: Operations) -> None:
    first = images(operations, dict.fromkeys(range(10), "cat"))
    second = images(operations, dict.fromkeys(range(10, 20), "dog"), name="dogs")
    assert shards(operations.merge(first, second)) == shards(first) | shards(second)


def test_only_missing_pictures_of_a_mixed_shard_are_written(operations: Operations) -> None:
    first = images(operations, dict.fromkeys(range(10), "cat"))
    second = images(operations, dict.fromkeys(range(5, 12), "cat"))
    merged = operations.merge(first, second, ids="keep")
    new = shards(merged) - shards(first)
    assert 0 < len(new) <= 2
    assert merged.card.counts.pictures == 12
    assert operations.merge(first, first, ids="keep").files.keys() == first.files.keys()


def test_parts_of_one_dataset_come_together_without_a_byte_written(operations: Operations) -> None:
    whole = images(operations, {n: ("cat", "dog")[n % 2] for n in range(12)})
    cats = operations.run("filter", whole, any_of=["cat"])
    dogs = operations.run("filter", whole, any_of=["dog"])
    assert shards(operations.merge(cats, dogs)) == shards(whole)


def test_shards_with_names_of_old_are_read_and_renamed(operations: Operations) -> None:
    first, second = (old(images(operations, s)) for s in ({0: "cat", 1: "cat"}, {2: "dog"}))
    assert shards(first) == {"part-00000.parquet"} == shards(second)
    changed = operations.run("relabel", first, rename={"cat": "lynx"})
    assert shards(changed) == {"part-00000.parquet"}
    merged = operations.merge(first, second)
    assert pictures(merged) == {f"s{n:04d}": content(n) for n in range(3)}
    assert len(shards(merged)) == 2


def old(result: Result) -> Result:
    """The same dataset as it was written before shards had names of their own."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    [shard] = (result.folder / "media").iterdir()
    shard.rename(shard.with_name("part-00000.parquet"))
    samples = pq.read_table(result.folder / "samples.parquet")
    names = pa.array(["part-00000.parquet"] * len(samples))
    samples = samples.set_column(samples.schema.get_field_index("media"), "media", names)
    fresh = ("objects", "annotated", "attributes")
    pq.write_table(samples.drop_columns(fresh), result.folder / "samples.parquet")
    return result


def test_a_set_of_single_labels_joins_one_of_several(operations: Operations) -> None:
    single = operations.images([(0, ("cat",))])
    multi = operations.images([(1, ("cat", "dog"))], label_type="multi")
    assert operations.merge(multi, single).card.label_type == "multi"
    with pytest.raises(InvalidInput, match="Merge the other way round"):
        operations.merge(single, multi)


def test_other_tasks_and_other_key_points_are_refused(operations: Operations) -> None:
    box = Box(0.0, 0.0, 1.0, 1.0)
    drawn = {0: (Object("cat", box),)}
    nosed, eyed = (
        operations.images(
            [(0, ())], task="key_points", objects=drawn, points={"cat": {"names": [name]}}
        )
        for name in ("nose", "eye")
    )
    with pytest.raises(InvalidInput, match="Label cat has other key points"):
        operations.merge(nosed, eyed, ids="rename")
    with pytest.raises(InvalidInput, match="their task differs, key points and classification"):
        operations.merge(nosed, operations.images([(1, ("cat",))]))


def table(workbench: Workbench, text: str, **config: Any) -> Result:
    return Result(workbench.ingest(text, {**CARS, **config}))


def test_tables_join_by_column_names(operations: Operations, workbench: Workbench) -> None:
    one = table(workbench, "speed,colour,fast\n1,red,no\n2,blue,yes\n")
    other = table(workbench, "fast,colour,speed\nvery,green,9\nno,red,1\n")
    merged = operations.merge(one, other, ids="rename")
    assert isinstance(merged.card, Card)
    rows = read_table(merged.folder)
    assert rows["speed"].to_list() == [1, 2, 9, 1]
    assert rows["fast"].to_list() == ["no", "yes", "very", "no"]
    assert merged.card.classes == ("no", "yes", "very")
    colours = next(column for column in merged.card.columns if column.name == "colour")
    assert colours.categories == ("blue", "red", "green")
    once = operations.merge(one, other, ids="rename", repeats="drop")
    assert read_table(once.folder)["speed"].to_list() == [1, 2, 9]


def test_a_table_that_stays_keeps_its_file(operations: Operations, workbench: Workbench) -> None:
    one = table(workbench, "speed,fast\n1,no\n2,yes\n")
    merged = operations.merge(one, one, ids="rename")
    file = "table/part-00000.parquet"
    assert merged.files[file] == one.files[file]
    assert len(read_table(merged.folder)) == 4


@pytest.mark.parametrize(
    ("other", "config", "said"),
    [
        ("speed,fast,age\n1,no,3\n2,yes,4\n", {}, "lacks columns that cars has: age"),
        ("age,fast\n3,no\n4,yes\n", {}, "lacks columns that cars has: speed"),
        ("speed,fast\na,no\nb,yes\n", {}, "Column speed holds number values in cars and category"),
        (
            "speed,fast\n1,2\n2,3\n",
            {"task": "regression"},
            "their task differs, classification and regression",
        ),
    ],
)
def test_tables_that_do_not_fit_are_refused(
    operations: Operations, workbench: Workbench, other: str, config: dict[str, Any], said: str
) -> None:
    one = table(workbench, "speed,fast\n1,no\n2,yes\n")
    with pytest.raises(InvalidInput, match=said):
        operations.merge(one, table(workbench, other, **config), ids="rename")
