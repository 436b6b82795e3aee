"""The steps of stage `data` keep what every component and every effect promises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from plugins.datasets import CARS, CARS_CONFIG, Workbench
from pydantic import SecretStr

from aileron.core.settings import Settings
from aileron.data.ingest import Ingest
from aileron.data.split import SplitDataset
from aileron.data.validate import ValidateDataset
from aileron.data.version import VersionDataset
from aileron.data.versions import Versions
from aileron.ledger import Ledger
from aileron.run.conformance import Case, check_component, check_effect

EXPECTED = {
    "type": "expect_column_values_to_be_between",
    "kwargs": {"column": "speed", "min_value": 50, "max_value": 200},
}

SERIES = {
    "name": "load",
    "format": "json",
    "task": "forecasting",
    "target": "load",
    "time_column": "day",
    "series": ["line"],
}
LOADS = [
    {"day": f"2026-01-{day:02}", "line": line, "load": day / 2}
    for day in range(1, 21)
    for line in "ab"
]


@pytest.fixture
def dataset(workbench: Workbench) -> Path:
    rows = [f"{i},{'red' if i % 3 else 'blue'},{'yes' if i % 2 else 'no'}" for i in range(60, 100)]
    return workbench.ingest("\n".join(["speed,colour,fast", *rows]))


def test_ingest_is_a_component(workbench: Workbench) -> None:
    source, empty, apart, lacking = (workbench.new() for _ in range(4))
    (source / "cars.csv").write_text(CARS)
    series = workbench.new()
    (series / "load.json").write_text(json.dumps(LOADS))
    (empty / "cars.csv").write_text("")
    for folder, test in ((apart, CARS), (lacking, "model,fast\nant,yes\n")):
        for name, content in (("data", CARS), ("test", test)):
            (folder / name).mkdir()
            (folder / name / "cars.csv").write_text(content)
    check_component(
        Ingest,
        [
            Case(CARS_CONFIG, {"source": source}),
            Case(
                {"name": "cars", "target": "speed", "task": "regression", "id_column": "model"},
                {"source": source},
            ),
            Case(CARS_CONFIG, {"source": apart}),
            Case({"name": "cars", "task": "clustering"}, {"source": source}),
            Case(SERIES, {"source": series}),
        ],
        refused=[
            Case(CARS_CONFIG, {"source": empty}),
            Case(CARS_CONFIG, {"source": lacking}),
            Case(CARS_CONFIG | {"target": "nothing"}, {"source": source}),
            Case({"name": "cars"}, {"source": source}),
            Case(SERIES, {"source": source}),
            Case(SERIES | {"series": []}, {"source": series}),
        ],
    )


def test_validate_is_a_component(dataset: Path) -> None:
    check_component(
        ValidateDataset,
        [Case({"expectations": [EXPECTED]}, {"dataset": dataset}), Case({}, {"dataset": dataset})],
        refused=[
            Case({"expectations": [{"type": "expect_nothing"}]}, {"dataset": dataset}),
            Case(
                {"expectations": [{"type": "expect_table_row_count_to_equal", "kwargs": {}}]},
                {"dataset": dataset},
            ),
            Case(
                {
                    "expectations": [
                        {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 1}}
                    ]
                },
                {"dataset": dataset},
            ),
        ],
    )


def test_split_is_a_component(dataset: Path, workbench: Workbench) -> None:
    tiny = workbench.ingest(CARS)
    series = workbench.ingest(json.dumps(LOADS), SERIES, "load.json")
    source = workbench.new()
    rows = "\n".join(f"{i},{'yes' if i % 2 else 'no'}" for i in range(40))
    for name in ("data", "test"):
        (source / name).mkdir()
        (source / name / "cars.csv").write_text(f"speed,fast\n{rows}\n")
    given = workbench.ingest_folder(source, CARS_CONFIG)
    check_component(
        SplitDataset,
        [
            Case({}, {"dataset": dataset}),
            Case({"test": 0.3, "validation": 0, "stratify": False}, {"dataset": dataset}, seed=1),
            Case({}, {"dataset": given}),
            Case({}, {"dataset": series}),
        ],
        refused=[
            Case({"stratify": True}, {"dataset": series}),
            Case({}, {"dataset": tiny}),
            Case({"test": 2}, {"dataset": dataset}),
        ],
    )


def test_version_is_an_effect(
    dataset: Path, workbench: Workbench, tmp_path: Path, ledger: Ledger, ledger_url: str
) -> None:
    settings = Settings(
        workspace=tmp_path, home=tmp_path / "home", ledger_url=SecretStr(ledger_url)
    )
    versions = Versions.of(settings)

    def world() -> object:
        rows = [(row.tag, row.commit) for row in ledger.datasets.list("default")]
        return rows, versions.repository.references("refs/"), len(ledger.events.list("default"))

    broken = workbench.new()
    check_effect(
        VersionDataset,
        Case({}, {"dataset": dataset}),
        settings,
        world,
        refused=[Case({}, {"dataset": broken})],
    )
