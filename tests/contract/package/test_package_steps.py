"""The steps of stage `package` keep what every component promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from plugins.image_services import Pictured, pictured
from plugins.serving import Trained

from aileron.package.bento import PackageModel
from aileron.package.boot_check import BootCheck
from aileron.run.conformance import Case, check_component

__all__ = ["pictured"]


def test_packaging_is_a_component(trained: Callable[[str], Trained], tmp_path: Path) -> None:
    ports = trained("binary_xgboost").ports()
    (tmp_path / "empty").mkdir()
    check_component(
        PackageModel,
        [Case({"name": "cells", "golden_rows": 3}, ports)],
        refused=[
            Case({}, ports | {"model": tmp_path / "empty"}),
            Case({"name": "Not A Name"}, ports),
            Case({"template": "TableService = nonsense\n"}, ports),
        ],
    )


def test_packaging_a_model_of_pictures_is_a_component(
    pictured: Callable[[str], Pictured], tmp_path: Path
) -> None:
    ports = pictured("single").ports()
    (tmp_path / "empty").mkdir()
    limits = {"pictures": {"longest_side": 512, "threads": 1}}
    check_component(
        PackageModel,
        [Case({"name": "colours", "golden_rows": 3}, ports), Case(limits, ports)],
        refused=[
            Case({"pictures": {"longest_side": 20}}, ports),
            Case({"pictures": {"threads": 0}}, ports),
            Case({}, ports | {"dataset": tmp_path / "empty"}),
            Case({"template": "ImageService = nonsense\n"}, ports),
        ],
    )


def test_the_boot_check_is_a_component(
    packaged: Callable[[str], Path],
    copy_package: Callable[[Path], Path],
    serving_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AILERON_HOME", str(serving_home))
    package = packaged("binary_xgboost")
    (tmp_path / "empty").mkdir()
    wrong = copy_package(package)
    golden = json.loads((wrong / "golden.json").read_text())
    golden[0]["response"]["batch_results"][0]["score"] += 0.5
    (wrong / "golden.json").write_text(json.dumps(golden))
    check_component(
        BootCheck,
        [Case({}, {"package": package})],
        refused=[
            Case({}, {"package": tmp_path / "empty"}),
            Case({"ready_seconds": 0}, {"package": package}),
            Case({}, {"package": wrong}),
        ],
    )
