"""Pictures the whole way through Airflow's scheduler: digits to a service that reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from plugins.command import Command
from plugins.digits import run_digits

from aileron.data.images import ImageDataset
from aileron.ledger import Ledger
from aileron.store import Store


def test_digits_become_a_service(digits: dict[str, Any]) -> None:
    assert digits["state"] == "succeeded", digits
    assert digits["dataset_version"] == "default/handwritten_digits@v1"
    assert digits["metrics"]["accuracy"] > 0.7
    assert digits["service_url"]


def test_the_service_reads_a_digit(
    digits: dict[str, Any], stack_ledger: Ledger, stack_store: Store
) -> None:
    champion = stack_ledger.champions.get("default", "handwritten_digits")
    assert champion is not None
    assert champion.package_reference is not None
    golden = stack_store.read_json(champion.package_reference, "golden.json")
    asked = next(g for g in golden if g["path"] == "/predict" and "results" in g["response"])
    answer = httpx.post(f"{digits['service_url']}/predict", json=asked["request"], timeout=30)
    assert answer.status_code == 200
    found, wanted = answer.json()["results"], asked["response"]["results"]
    assert [item["name"] for item in found][:1] == [item["name"] for item in wanted][:1]
    assert found[0]["score"] == pytest.approx(wanted[0]["score"], abs=1e-4)
    no_picture = {"image": "bm8gcGljdHVyZQ=="}
    broken = httpx.post(f"{digits['service_url']}/predict", json=no_picture, timeout=60)
    assert broken.status_code // 100 == 4
    assert {"error_code", "error_msg"} <= broken.json().keys()


def test_the_version_of_the_pictures_comes_back(
    digits: dict[str, Any], aileron: Command, tmp_path: Path
) -> None:
    assert digits["dataset_version"]
    target = tmp_path / "digits"
    facts = aileron("dataset", "get", "handwritten_digits", str(target), "--json").json
    assert facts["tag"] == "default/handwritten_digits@v1"
    dataset = ImageDataset.read(target)
    assert dataset.card.classes == tuple("0123456789")
    assert dataset.all().picture(0).startswith(b"\x89PNG")


def test_an_unchanged_run_of_pictures_reuses_everything(
    digits: dict[str, Any], aileron: Command
) -> None:
    again = run_digits(aileron)
    assert {task["state"] for task in again["tasks"]} == {"reused"}
    assert again["model_version"] == digits["model_version"]
