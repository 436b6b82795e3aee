"""Fixtures for models of pictures: datasets by the real steps, hand-made models, packages."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from plugins.image_models import (
    write_image_model,
    write_image_service,
    write_labelled_pictures,
    write_pictures,
)
from plugins.serving import run_step
from plugins.serving_app import LocalService

from aileron.serve.app import build_app
from aileron.serve.contracts import open_service

IMAGE_KINDS = {"single": "single_label", "binary": "single_label", "multi": "multi_label"}
"""Kind -> task of its model."""


@dataclass(frozen=True)
class Pictured:
    """A dataset of pictures, its split, and a hand-made model of it."""

    dataset: Path
    split: Path
    model: Path

    def ports(self, **more: Path) -> dict[str, Path]:
        return {"dataset": self.dataset, "split": self.split, "model": self.model, **more}


def image_dataset(folder: Path, pictures: Path, label_type: str = "single") -> dict[str, Path]:
    """The ports `dataset` and `split` of a folder of pictures."""
    source = folder / "source"
    source.mkdir(parents=True)
    shutil.make_archive(str(source / "pictures"), "zip", pictures)
    found = run_step(
        "data.ingest_images",
        folder / "ingest",
        {"source": source},
        name="colours",
        label_type=label_type,
    )
    return found | run_step("data.split", folder / "cut", found, test=0.4, validation=0.3)


def make_pictured(folder: Path, kind: str) -> Pictured:
    """One of `IMAGE_KINDS`."""
    classes = ("red", "green") if kind == "binary" else ("red", "green", "blue")
    if kind == "multi":
        pictures = write_labelled_pictures(folder / "pictures")
    else:
        pictures = write_pictures(folder / "pictures", classes, each=20)
    ports = image_dataset(folder, pictures, "multi" if kind == "multi" else "single")
    model = write_image_model(folder / "model", classes, task=IMAGE_KINDS[kind])
    return Pictured(ports["dataset"], ports["split"], model)


@pytest.fixture(scope="session")
def pictured(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Pictured]:
    """The dataset and model of a kind in `IMAGE_KINDS`."""
    made: dict[str, Pictured] = {}

    def make(kind: str) -> Pictured:
        if kind not in made:
            made[kind] = make_pictured(tmp_path_factory.mktemp(f"pictured_{kind}"), kind)
        return made[kind]

    return make


@pytest.fixture(scope="session")
def image_package(
    tmp_path_factory: pytest.TempPathFactory, pictured: Callable[[str], Pictured]
) -> Callable[[str], Path]:
    """The package of a kind in `IMAGE_KINDS`."""
    made: dict[str, Path] = {}

    def package(kind: str, **config: Any) -> Path:
        if kind not in made:
            folder = tmp_path_factory.mktemp(f"package_{kind}")
            outputs = run_step(
                "package.bento", folder, pictured(kind).ports(), name="sample", **config
            )
            made[kind] = outputs["package"]
        return made[kind]

    return package


def local_pictures(folder: Path, task: str = "single_label", **settings: Any) -> LocalService:
    """The loaded image service of a hand-made model, in this process."""
    of_service = {name: settings.pop(name) for name in ("limits", "threads") if name in settings}
    model = write_image_model(folder / "made", task=task, **settings)
    service = open_service(write_image_service(folder / "src", model, **of_service))
    service.load()
    return LocalService(service, build_app(service))


@pytest.fixture(scope="session")
def local_image(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], LocalService]:
    """The service of a task, in this process."""
    made: dict[str, LocalService] = {}

    def service(task: str) -> LocalService:
        if task not in made:
            made[task] = local_pictures(tmp_path_factory.mktemp("service"), task)
        return made[task]

    return service
