"""A run is not started if what is to suggest its labels is no service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from plugins.image_models import write_image_model
from plugins.references import reference
from plugins.workspaces import Workspace

from aileron.core.errors import InvalidInput, NotFound
from aileron.core.ports import ArtifactKind
from aileron.ledger import Ledger
from aileron.lifecycle import compile_lifecycle, load_lifecycle
from aileron.lifecycle.suggested import check_suggesting
from aileron.store import Store, open_store

PROJECT = "default"
LIFECYCLE = """
apiVersion: aileron/v1
kind: Lifecycle
name: parts
dataset: parts
dataset_version: latest
annotate: {labels: {suggestions: {service: NAME}}}
train: {algorithm: image_cnn}
release: false
"""
DATASET = """
apiVersion: aileron/v1
kind: Dataset
modality: image
name: parts
format: pictures
classes: [good, broken]
source: {folder: parts}
"""
Check = Callable[[str], None]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def check(workspace: Workspace, ledger: Ledger, store: Store) -> Check:
    """``check("cells")``: as the start of a run to whose people service `cells` suggests."""
    workspace.write("datasets/parts/dataset.yaml", DATASET)
    (workspace.folder / "datasets/parts/parts").mkdir()

    def start(name: str) -> None:
        workspace.lifecycle("parts", LIFECYCLE.replace("NAME", name))
        settings = workspace.settings
        graph = compile_lifecycle(load_lifecycle(settings, "parts"), settings)
        check_suggesting(settings, ledger, store, PROJECT, graph)

    return start


def serving(ledger: Ledger, store: Store, name: str, folder: Path) -> None:
    """Service `name` has the model in `folder`."""
    ledger.services.ensure(PROJECT, name, f"{name}_model")
    ledger.champions.compare_and_set(
        PROJECT,
        f"{name}_model",
        None,
        version=1,
        model_reference=store.put(ArtifactKind.MODEL, folder),
        package_reference=reference("a", ArtifactKind.PACKAGE),
        service=name,
        revision=1,
    )


def test_a_name_that_is_no_service_is_refused_with_the_nearest(
    check: Check, ledger: Ledger, store: Store, tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match=r"no service cels .* known: fruit .*labels\.yaml"):
        check("cels")
    serving(ledger, store, "cells", write_image_model(tmp_path / "model"))
    with pytest.raises(NotFound, match="did you mean cells"):
        check("cels")
    check("cells")


def test_one_that_is_yet_to_be_released_is_waited_for(check: Check, ledger: Ledger) -> None:
    check("fruit")  # of another lifecycle
    ledger.services.ensure(PROJECT, "cells", "cells_model")
    check("cells")


def test_one_that_takes_no_pictures_is_refused(
    check: Check, ledger: Ledger, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "table"
    folder.mkdir()
    (folder / "model.json").write_text('{"contract": "table"}')
    serving(ledger, store, "prices", folder)
    with pytest.raises(InvalidInput, match="prices is asked for no pictures"):
        check("prices")
