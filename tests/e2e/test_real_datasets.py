"""Every real data set: defined, imported, validated by proposed expectations, and looked at.

Screenshots are kept in pytest's folder of this session (`real-datasets0`).
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from plugins.browser import signed_in
from plugins.command import Command
from plugins.pages import PagesServer
from plugins.shared_data import SHARED_DATA, shared

from aileron.lifecycle.spec import API_VERSION

ADULT = (
    "age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation",
    "relationship", "race", "sex", "capital_gain", "capital_loss", "hours_per_week",
    "native_country", "income",
)  # fmt: skip
AT_A_TIME = 3
"""Imports, which mostly wait for the scheduler."""
PATIENCE = 120_000
"""Of the first look at a large set while others are imported, ms."""
SAMPLE = {
    "table": "main td",
    "image": ".gallery img",
    "text": ".sample-text",
    "audio": "main audio",
}
"""Modality -> what a page shows of a sample."""


@dataclass(frozen=True)
class Real:
    """A real set: where it lies, how a user defines it, and what comes of it."""

    folder: str
    rows: int
    definition: dict[str, Any]
    file: str = ""
    test_file: str = ""
    refused: int = 0


SETS = {
    "real_adult": Real(
        "adult_income", 48_842,
        {"target": "income", "task": "classification", "header": False, "names": ADULT,
         "missing": ["", "?"], "labels": {"<=50K.": "<=50K", ">50K.": ">50K"}},
        "adult-train.csv", "adult-test.csv",
    ),
    "real_housing": Real(
        "housing", 506,
        {"target": "column_13", "task": "regression", "header": False}, "housing.csv",
    ),
    "real_oil": Real(
        "transformer_oil_temperature", 17_420,
        {"target": "OT", "task": "forecasting", "time_column": "date"}, "ETTh1.csv",
    ),
    "real_insulators": Real(
        "insulators", 360, {"modality": "image", "task": "detection", "format": "voc"},
    ),
    "real_reviews": Real(
        "hotel_reviews_zh", 7_765,
        {"modality": "text", "task": "classification", "max_refused": 0.01},
        "ChnSentiCorp_htl_all.csv", refused=1,
    ),
    "real_entities": Real(
        "msra_ner_zh", 55_289,
        {"modality": "text", "task": "sequence_labelling"}, "dh_msra.zip",
    ),
    "real_digits": Real("spoken_digits", 800, {"modality": "audio"}),
}  # fmt: skip


def define(workspace: Path, name: str) -> None:
    """Write the dataset's definition, as a user would."""
    real, folder = SETS[name], workspace / "datasets" / name
    folder.mkdir(parents=True)
    place = Path(os.path.relpath(shared(real.folder), folder))
    source: dict[str, str] = {"folder": str(place)}
    if name == "real_digits":
        source = {"archive": _by_digit(folder / "digits.zip").name}
    elif real.file.endswith(".zip"):
        source = {"archive": str(place / real.file)}
    elif real.file:
        source = {"file": str(place / real.file)}
    if real.test_file:
        source["test_file"] = str(place / real.test_file)
    values = {"apiVersion": API_VERSION, "kind": "Dataset", "name": name, "source": source}
    # JSON is YAML.
    (folder / "dataset.yaml").write_text(json.dumps(values | real.definition), encoding="utf-8")


def _by_digit(target: Path) -> Path:
    """A folder per digit: the set says the digit in its files' names."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(shared("spoken_digits").glob("*.wav")):
            archive.write(path, f"{path.name[0]}/{path.name}")
    return target


@pytest.fixture(scope="module")
def first_imports(aileron: Command, stack_workspace: Path) -> Iterator[Mapping[str, Future[Any]]]:
    """Name of a set -> what its first import tells; a set's test waits for its own alone."""
    there = [name for name, real in SETS.items() if (SHARED_DATA / real.folder).exists()]
    for name in there:
        define(stack_workspace, name)

    def import_(name: str) -> Any:
        aileron("dataset", "lint", name)
        return aileron("dataset", "import", name, "--json").json

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        yield {name: pool.submit(import_, name) for name in there}


@pytest.fixture(scope="module", params=SETS)
def imported(request: pytest.FixtureRequest, first_imports: Mapping[str, Future[Any]]) -> str:
    """The name of a real set that was imported."""
    name: str = request.param
    shared(SETS[name].folder)
    done = first_imports[name].result()
    assert done["state"] == "succeeded", done
    assert done["dataset_version"] == f"default/{name}@v1"
    return name


@pytest.fixture(scope="module")
def page(browser: Browser, pages: PagesServer) -> Iterator[Page]:
    """A developer's tab."""
    options = {"viewport": {"width": 1280, "height": 900}, "locale": "zh-CN"}
    with signed_in(browser, pages.url, pages.tokens["developer"], **options) as page:
        yield page


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real-datasets")


def test_a_real_set_is_imported_validated_and_looked_at(
    imported: str, aileron: Command, page: Page, pages: PagesServer, kept: Path
) -> None:
    real = SETS[imported]
    shown = aileron("dataset", "show", imported, "--json").json
    assert shown["rows"] == real.rows
    aileron("dataset", "expect", imported, "--write")
    again = aileron("dataset", "import", imported, "--json").json
    states = {task["name"]: task["state"] for task in again["tasks"]}
    assert (again["state"], states["validate"]) == ("succeeded", "succeeded"), again
    assert again["dataset_version"] == f"default/{imported}@v1", "the content is the same"
    modality = real.definition.get("modality", "table")
    run = again["run_id"].rpartition("/")[2]
    seen = {
        "": page.get_by_text(again["dataset_version"], exact=True),
        "table" if modality == "table" else "samples": page.locator(SAMPLE[modality]).first,
        "lineage": page.get_by_role("link", name=run),
        "report": page.frame_locator("iframe.report").get_by_role("heading", name=imported),
    }
    for tab, there in seen.items():
        page.goto(f"{pages.url}#/datasets/{imported}/{tab}")
        expect(there).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".failure, .tone-bad, .away")).to_have_count(0)
        page.screenshot(path=kept / f"{imported}-{tab or 'versions'}.png")
