"""The steps of images keep what their kinds promise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugins.own_images import SITE, STEP, index_of, layer, made, with_python, write_wheel
from pydantic import SecretStr

from aileron.container.archive import write_archive
from aileron.container.build import BuildImage
from aileron.container.check import CheckImage
from aileron.container.keep import KeepImage
from aileron.container.layout import Layout
from aileron.core.settings import Settings
from aileron.ledger import ImageState, Ledger
from aileron.run.conformance import Case, check_component, check_effect


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    write_wheel(tmp_path / "wheels", "greeting", "1.0", STEP)
    with index_of(tmp_path / "wheels") as address:
        yield address


def test_building_is_a_component(tmp_path: Path, index: str) -> None:
    with_python(tmp_path / "base")
    made(tmp_path / "bare", layer({"a": "1"}))
    (tmp_path / "source").mkdir()
    with (tmp_path / "source/image.tar").open("wb") as file:
        write_archive(Layout(tmp_path / "base"), "localhost/base:1", file)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/image.tar").write_bytes(layer({"a": "1"}))
    base, archive = {"base": tmp_path / "base"}, {"archive": tmp_path / "source"}
    check_component(
        BuildImage,
        [Case({"pip": ["greeting"], "index": index}, base), Case({}, base), Case({}, archive)],
        refused=[
            Case({"pip": ["nothing-of-that-name"], "index": index}, base),
            Case({"pip": ["greeting"], "index": index}, {"base": tmp_path / "bare"}),
            Case({"most_bytes": 10}, archive),
            Case({}, {"archive": tmp_path / "other"}),
            Case({}),
        ],
    )


def test_checking_is_a_component(tmp_path: Path) -> None:
    made(tmp_path / "image", layer({f"{SITE}/": ""}))
    made(tmp_path / "arm", layer({"a": ""}), architecture="arm64")
    damaged = Layout(tmp_path / "damaged")
    image = made(tmp_path / "damaged", layer({"a": "1"}))
    damaged.path(image.layers[0]).write_bytes(b"x" * image.layers[0].size)
    check_component(
        CheckImage,
        [Case({}, {"image": tmp_path / "image"}), Case({}, {"image": tmp_path / "arm"})],
        refused=[
            Case({}, {"image": damaged.folder}),
            Case({"most_bytes": 1}, {"image": tmp_path / "damaged"}),
        ],
    )


def test_keeping_is_an_effect(tmp_path: Path, ledger: Ledger, ledger_url: str) -> None:
    settings = Settings(
        workspace=tmp_path, home=tmp_path / "home", ledger_url=SecretStr(ledger_url)
    )
    image = made(tmp_path / "image", layer({"a": "1"}))
    row = ledger.images.begin("default", "mine", {"base": "trainer@v1"})
    verdict = {
        "accepted": True,
        "reasons": [{"rule": "bash", "passed": True}],
        "candidate": {"digest": image.digest},
    }
    (tmp_path / "verdict").mkdir()
    (tmp_path / "verdict/verdict.json").write_text(json.dumps(verdict))

    def world() -> ImageState:
        return ledger.images.get(row.id).state

    inputs = {"image": tmp_path / "image", "verdict": tmp_path / "verdict"}
    check_effect(
        KeepImage,
        Case({"version_id": row.id}, inputs),
        settings,
        world,
        refused=[Case({"version_id": 10**6}, inputs)],
    )
