"""Labelling without servers: texts that wait for labels, people, and a Label Studio in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from plugins.fake_airflow import ReadsAtOnce
from plugins.fake_studio import FakeStudio
from plugins.history import PROJECT, History
from plugins.text_sets import Library
from pydantic import SecretStr
from starlette.testclient import TestClient

from aileron.client import Client, LocalClient, RemoteClient
from aileron.client.airflow import DagRun
from aileron.client.local import Installation
from aileron.core.access import Actor, Role
from aileron.core.ports import ArtifactKind
from aileron.label.annotation import Annotation
from aileron.label.interface.results import to_result
from aileron.label.spec import LabelSpec

DATASET = "feedback"
TEXTS = 8
"""Messages that wait; two more have a label."""
ROWS = "id,text,label\na1,the belt is torn,fault\na2,thank you,praise\n" + "".join(
    f"w{number},message {number},\n" for number in range(TEXTS)
)
LABELS = """\
apiVersion: aileron/v1
kind: Labels
classes: [{name: fault}, {name: praise}, {name: question, display_name: 咨询}]
package_size: 4
audit: {share: 0.5}
annotators: [anna, ben]
reviewers: [rita]
"""
DEFINITION = """\
apiVersion: aileron/v1
kind: Dataset
name: feedback
modality: text
source: {file: feedback.csv}
format: text_csv
task: classification
"""
ROLES = {"anna": "annotator", "ben": "annotator", "rita": "annotator", "olga": "developer"}
Somebody = Callable[..., Client]


class Studio(FakeStudio):
    """One that an installation can close."""

    def close(self) -> None:
        """Nothing is open."""


class Scheduler(ReadsAtOnce):
    """Stands for Airflow: keeps what it was asked to run."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def trigger(self, dag: str, run: str, conf: dict[str, Any], after: Any = None) -> None:
        self.asked.append((dag, conf["set"]))

    def run(self, dag: str, run: str) -> DagRun:
        return DagRun(dag, run, "queued", None, None)

    def close(self) -> None:
        """Nothing is open."""


class Labelled:
    """An installation in which texts wait for labels."""

    def __init__(self, history: History, installation: Installation, folder: Path) -> None:
        self.history = history
        self.installation = installation
        self.studio = Studio()
        self.scheduler = Scheduler()
        installation.__dict__["studio"] = self.studio
        installation.__dict__["airflow"] = self.scheduler
        installation.settings = installation.settings.model_copy(
            update={
                "labelling_url": "http://127.0.0.1:9",
                "labelling_key": SecretStr("k" * 32),
                "airflow_url": "http://airflow",
            }
        )
        history.workspace.write(f"datasets/{DATASET}/dataset.yaml", DEFINITION)
        history.workspace.write(f"datasets/{DATASET}/feedback.csv", ROWS)
        self.spec(LABELS)
        self.folder = folder
        self.version(1, folder)

    def spec(self, text: str) -> Path:
        """Write ``labels.yaml``."""
        self.installation.remembered.forget(f"labels {DATASET}")
        return self.history.workspace.write(f"datasets/{DATASET}/labels.yaml", text)

    def version(self, number: int, folder: Path) -> None:
        """Version `number` of the dataset."""
        reference = self.history.store.put(ArtifactKind.DATASET, folder)
        tag = f"{PROJECT}/{DATASET}@v{number}"
        versions = self.history.ledger.datasets
        versions.add(PROJECT, DATASET, number, tag, reference.digest, reference, "c" * 40)

    def draw(self, package: int, labels: Mapping[int, str] | str) -> None:
        """Somebody gives samples a label in Label Studio: by position, or all of them."""
        labelling = self.history.ledger.labelling
        found = labelling.package(PROJECT, package)
        spec = LabelSpec.model_validate(labelling.campaign_of(found).spec)
        for item in labelling.items(package):
            label = labels if isinstance(labels, str) else labels.get(item.position)
            if label is None:
                continue
            assert item.studio_task is not None, "the package is handed out"
            result = to_result(spec, {}, Annotation(labels=(label,)))
            drawn = self.studio.task(item.studio_task).annotations
            if drawn:
                self.studio.change_annotation(drawn[0].id, result)
            else:
                self.studio.annotate(item.studio_task, result, 2.5)


def texts(folder: Path, rows: str) -> Path:
    """The DATASET of a table of texts, made below `folder`."""
    config = {"name": DATASET, "task": "classification"}
    return Library(folder).ingest_file("feedback.csv", rows, **config).folder


@pytest.fixture(scope="session")
def waiting_texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 1 of the dataset."""
    return texts(tmp_path_factory.mktemp("feedback"), ROWS)


@pytest.fixture
def labelled(history: History, installation: Installation, waiting_texts: Path) -> Labelled:
    return Labelled(history, installation, waiting_texts)


@pytest.fixture(params=["local", "remote"])
def somebody(request: pytest.FixtureRequest, labelled: Labelled, http: TestClient) -> Somebody:
    """``somebody("anna")``: a client in her name, from here and over HTTP."""

    def ask(name: str, role: str | None = None) -> Client:
        least = Role(role or ROLES[name])
        if request.param == "local":
            return LocalClient(labelled.installation, Actor(name=name, role=least), language="en")
        expires = datetime.now(UTC) + timedelta(days=1)
        _, secret = labelled.history.ledger.tokens.create(name, least, None, expires)
        return RemoteClient("http://api", secret, language="en", http=http)

    return ask
