"""Imports that add to a dataset, planned and run by the engine: versions grow and know their
parents, and what is there already makes none."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from plugins.workspaces import DATASET, Workspace

from aileron.core.errors import Conflict, InvalidInput
from aileron.core.settings import Settings
from aileron.data.card import AnyCard, parse_card
from aileron.data.versions import Versions
from aileron.graph.plan import Plan
from aileron.ledger import Ledger
from aileron.lifecycle import resolve
from aileron.run.engine import Engine
from aileron.run.outcome import NodeOutcome
from aileron.run.process import ProcessRunner
from aileron.store import open_store

SOURCE = "datasets/fruit/fruit.csv"
HEAD = "weight,length,kind\n"


def fruits(*numbers: int) -> str:
    return HEAD + "".join(f"{i},{i * 3 % 5},{'pear' if i % 3 else 'plum'}\n" for i in numbers)


class Imports:
    """One dataset and its imports."""

    def __init__(self, workspace: Workspace, ledger_url: str, ledger: Ledger, home: Path) -> None:
        self.workspace = workspace
        self.settings = Settings(
            workspace=workspace.folder, home=workspace.folder / ".aileron", ledger_url=ledger_url
        )
        store = open_store(self.settings.store_root)
        self.ledger = ledger
        self.engine = Engine(self.settings, ledger, store, ProcessRunner(home))
        self._numbers = count(1)

    def define(self, **section: str) -> None:
        said = ", ".join(f"{key}: {value}" for key, value in section.items())
        text = f"{DATASET}import: {{{said}}}\n"
        self.workspace.write("datasets/fruit/dataset.yaml", text)

    def plan(self, name: str = "import_fruit", **values: Any) -> Plan:
        run = f"default/{name}/{next(self._numbers)}"
        self.ledger.runs.start(run, "default", name, "ann")
        return resolve(self.settings, name, run_id=run, actor="ann", overrides=values)

    def run(self, plan: Plan) -> tuple[int, dict[str, str]]:
        """The version that it is then, and how each node ended."""
        states = {node: self.engine.execute(plan, node) for node in ("ingest", "version")}
        record = self._record(states["version"])
        return int(record["version"]), {node: one.state.value for node, one in states.items()}

    def take(self, text: str, **values: Any) -> tuple[int, dict[str, str]]:
        self.workspace.write(SOURCE, text)
        return self.run(self.plan(**values))

    def card(self, version: int) -> AnyCard:
        """As the ledger's artifact has it, and the data repository as well."""
        row = self.ledger.datasets.get("default", "fruit", version)
        assert row is not None
        text = open_store(self.settings.store_root).read_bytes(row.reference, "card.json")
        card = parse_card(text)
        assert Versions.of(self.settings).show("default", "fruit", version).card == card
        return card

    def _record(self, outcome: NodeOutcome) -> dict[str, Any]:
        store = open_store(self.settings.store_root)
        found: dict[str, Any] = store.read_json(outcome.outputs["record"], "record.json")
        return found


@pytest.fixture
def imports(workspace: Workspace, ledger_url: str, ledger: Ledger, launcher_home: Path) -> Imports:
    return Imports(workspace, ledger_url, ledger, launcher_home)


def test_an_import_that_adds_makes_versions_that_grow(imports: Imports, tmp_path: Path) -> None:
    imports.define(mode="append")
    assert imports.take(fruits(*range(30))) == (1, {"ingest": "succeeded", "version": "succeeded"})
    assert imports.card(1).parent is None
    assert imports.take(fruits(28, 29, 30, 31)) == (
        2, {"ingest": "succeeded", "version": "succeeded"},
    )  # fmt: skip
    card = imports.card(2)
    assert (card.counts.rows, card.parent) == (32, "default/fruit@v1")
    assert card.made is not None
    assert card.made.options == {"mode": "append"}
    # What is there already makes no version, and from then on nothing is done at all.
    assert imports.run(imports.plan())[0] == 2
    assert imports.run(imports.plan()) == (2, {"ingest": "reused", "version": "reused"})
    assert imports.take(fruits(*range(5)))[0] == 2
    Versions.of(imports.settings).get("default", "fruit", 2, tmp_path / "whole")


def test_one_import_can_add_where_others_replace(imports: Imports) -> None:
    imports.take(fruits(*range(30)))
    assert imports.take(fruits(50, 51), **{"import.mode": "append"})[0] == 2
    assert imports.card(2).counts.rows == 32
    assert imports.take(fruits(*range(20)))[0] == 3
    card = imports.card(3)
    assert (card.counts.rows, card.parent, card.made) == (20, "default/fruit@v2", None)
    assert imports.run(imports.plan()) == (3, {"ingest": "reused", "version": "reused"})


def test_a_lifecycle_adds_as_its_dataset_says(imports: Imports) -> None:
    imports.define(mode="append")
    imports.take(fruits(*range(30)))
    imports.workspace.write(SOURCE, fruits(40, 41))
    assert imports.run(imports.plan("fruit"))[0] == 2
    assert imports.card(2).counts.rows == 32


def test_a_version_that_came_between_is_not_left_behind(imports: Imports) -> None:
    imports.define(mode="append")
    imports.take(fruits(*range(30)))
    imports.workspace.write(SOURCE, fruits(40))
    slow = imports.plan()
    assert imports.take(fruits(50))[0] == 2
    with pytest.raises(Conflict, match="fruit@v2 was made meanwhile"):
        imports.run(slow)
    imports.workspace.write(SOURCE, fruits(40))
    assert imports.run(imports.plan())[0] == 3
    assert imports.card(3).counts.rows == 32


def test_an_import_is_one_of_two_kinds(imports: Imports) -> None:
    with pytest.raises(InvalidInput, match=r"import\.mode|append"):
        imports.plan(**{"import.mode": "add"})
