"""The components that prepare pictures and tables keep what every component promises."""

from __future__ import annotations

from pathlib import Path

from plugins.operations import Operations, operations
from plugins.painted import painted

from aileron.data.preparing.images.augment import AugmentImages
from aileron.data.preparing.images.prepare import PrepareImages
from aileron.data.preparing.tables.join import JoinTable
from aileron.data.preparing.tables.prepare import PrepareTable
from aileron.run.conformance import Case, check_component

__all__ = ["operations"]


def test_preparing_pictures_is_a_component(tmp_path: Path) -> None:
    inputs = {"dataset": painted(tmp_path / "lamps")}
    resize = {"operation": "resize", "width": 20, "height": 20}
    outside = {"operation": "crop", "x": 999, "width": 5, "height": 5}
    check_component(
        PrepareImages,
        [
            Case({"operations": [resize, {"operation": "flip"}]}, inputs),
            Case({"operations": [{"operation": "equalize", "method": "clahe"}]}, inputs),
        ],
        refused=[
            Case({"operations": []}, inputs),
            Case({"operations": [{"operation": "melt"}]}, inputs),
            Case({"operations": [outside]}, inputs),
        ],
    )


def test_multiplying_pictures_is_a_component(tmp_path: Path) -> None:
    inputs = {"dataset": painted(tmp_path / "lamps")}
    strong = {"mosaic": 1, "noise": 5, "cut_out": 1}
    check_component(
        AugmentImages,
        [Case({"copies": 2}, inputs), Case(strong, inputs, seed=1)],
        refused=[
            Case({"parts": ["validation"]}, inputs),
            Case(dict.fromkeys(("rotate", "scale", "crop", "brightness", "contrast", "saturation"),
                               0), inputs),
        ],
    )  # fmt: skip


def test_preparing_a_table_is_a_component(operations: Operations) -> None:
    inputs = {"dataset": operations.any("table").folder}
    check_component(
        PrepareTable,
        [
            Case({"operations": [{"operation": "scale"}, {"operation": "encode"}]}, inputs),
            Case({"operations": [{"operation": "sort", "by": ["colour"]}]}, inputs),
        ],
        refused=[
            Case({"operations": [{"operation": "drop", "columns": ["fast"]}]}, inputs),
            Case({"operations": [{"operation": "fill", "method": "constant"}]}, inputs),
        ],
    )


def test_joining_tables_is_a_component(operations: Operations) -> None:
    table = operations.any("table").folder
    both = {"dataset": table, "other": table}
    keys = {"speed": "speed"}
    check_component(
        JoinTable,
        [Case({"keys": keys, "prefix": "other_"}, both)],
        refused=[Case({"keys": keys}, both), Case({"keys": {"colour": "colour"}}, both)],
    )
