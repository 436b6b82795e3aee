"""Packages are handed out with what a model suggests, or without where it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from plugins.fake_studio import FakeStudio
from plugins.image_models import picture
from plugins.releases import PROJECT

from aileron.core.errors import InvalidInput
from aileron.label.handout import Bodies, hand_out
from aileron.label.work import Work
from aileron.ledger import Campaign, Item, Package

from .conftest import Colours

PICTURES = {"a.png": picture("red"), "b.png": b"no picture", "c.png": picture("blue")}


class Pictures:
    """A `SampleSource` of them."""

    def bodies(
        self, dataset: str, version: int, ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        return {one: {"sample_id": one, "width": 32, "height": 24, "attributes": {}} for one in ids}


class Strict(FakeStudio):
    """One that takes no predictions."""

    def add_tasks(self, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        if any("predictions" in task for task in tasks):
            raise InvalidInput("label.studio.refuses", path="import", problem="predictions")
        return super().add_tasks(project, tasks)


@pytest.mark.parametrize("studio", [FakeStudio(), Strict()], ids=["takes", "refuses"])
def test_a_package_is_handed_out_with_suggestions_if_it_can_be(
    colours: Colours, studio: FakeStudio
) -> None:
    ledger = colours.gateway.platform.ledger
    name = type(studio).__name__.lower()
    Work(ledger, PROJECT, "olga").create(name, "pictures", 1, colours.spec(), list(PICTURES))
    (package,) = ledger.labelling.packages(PROJECT, campaign=name)

    def suggest(
        campaign: Campaign, package: Package, items: Sequence[Item], bodies: Bodies
    ) -> Mapping[int, Mapping[str, Any]]:
        return colours.suggesting.for_package(
            campaign, package, items, bodies, PICTURES.__getitem__
        )

    out = hand_out(ledger, studio, Pictures(), package, suggest)
    tasks = list(studio.projects[out.studio_project or 0].tasks.values())
    found = [[one["model_version"] for one in task.predictions] for task in tasks]
    if isinstance(studio, Strict):
        assert found == [[], [], []]
    else:
        assert found == [["cells_model/1"], [], ["cells_model/1"]]
    assert list(ledger.label_suggestions.of_package(package.id)) == [1, 3]
