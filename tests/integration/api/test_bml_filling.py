"""BML's calls that make datasets and fill them: `create`, `addentity`, `createDatasetVersion`."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from plugins.allowed import write_connections
from plugins.datasets import Notebook
from plugins.history import History
from plugins.painted import HEIGHT, WIDTH, as_file, painting

from aileron.core.ports import ArtifactKind
from aileron.data.images.dataset import ImageDataset
from aileron.data.images.ingest import IngestImages, IngestImagesConfig
from aileron.data.texts.ingest import IngestTexts, IngestTextsConfig
from aileron.ledger import RunState
from aileron.lifecycle import load_dataset
from aileron.lifecycle.sources import put_source

Call = Callable[..., dict[str, Any]]
ONE = ("IMAGE_CLASSIFICATION", "IMAGE_CLASSIFICATION_ONE_LABEL")
MANY = ("IMAGE_CLASSIFICATION", "IMAGE_CLASSIFICATION_MUL_LABEL")
BOXES = ("OBJECT_DETECTION", "OBJECT_DETECTION_RECTANGLE")
TEXTS = ("TEXT_CLASSIFICATION", "TEXT_CLASSIFICATION_ONE_LABEL")
PAIRS = ("TEXT_MATCHING", "TEXT_SIMILARITY")
TABLE = ("DATA_TABLE_FORECASTING",) * 2


class Filling:
    """A dataset that `create` made, and what is added to it."""

    def __init__(self, call: Call, kind: tuple[str, str], name: str) -> None:
        self.call = call
        self.kind = {"type": kind[0], "template_type": kind[1]}
        made = call("create", {"dataset_name": name, **self.kind})
        self.id, self.group = made["dataset_id"], made["dataset_group_id"]

    def add(self, content: str, *names: Any, status: int = 200, **more: Any) -> dict[str, Any]:
        labels = [one if isinstance(one, Mapping) else {"label_name": one} for one in names]
        asked = {"dataset_id": self.id, **self.kind, "entity_content": content, "labels": labels}
        return self.call("addentity", asked | more, status=status)

    def shown(self) -> dict[str, Any]:
        return self.call("describeDatasetVersion", {"dataset_id": self.id})

    def versions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call(
            "describeDatasetVersions", {"dataset_group_id": self.group}
        )["dataset_versions"]
        return found


@pytest.fixture
def make(call: Call, scheduler: Any) -> Callable[..., Filling]:
    return lambda kind, name="果园": Filling(call, kind, name)


def picture(number: int = 0) -> str:
    return base64.b64encode(as_file(painting(number)[0])).decode()


def imported(history: History, name: str, tmp_path: Path) -> Path:
    """The dataset that the import's step makes of what was added."""
    loaded = load_dataset(history.settings, name)
    reference = put_source(
        history.store, history.settings.home, loaded.source_files(history.settings)
    )
    work = tmp_path / name
    inputs = {"source": history.store.fetch(reference, work / "source")}
    notebook = Notebook(work)
    if loaded.modality == "image":
        config = IngestImagesConfig.model_validate(loaded.ingest)
        return IngestImages().run(notebook, config, inputs)["dataset"]
    texts = IngestTextsConfig.model_validate(loaded.ingest)
    return IngestTexts().run(notebook, texts, inputs)["dataset"]


def labels_of(dataset: Path) -> list[tuple[str, ...]]:
    return sorted(tuple(row.labels) for row in ImageDataset.read(dataset).records())


def test_a_made_dataset_is_there_before_it_holds_anything(make: Callable[..., Filling]) -> None:
    filling = make(ONE)
    shown = filling.shown()
    assert shown["dataset_name"] == "果园"
    assert (shown["version_number"], shown["rows"], shown["import_status"]) == (
        1, 0, "ImportFinished",
    )  # fmt: skip
    assert (shown["type"], shown["template_type"]) == ONE
    assert [one["dataset_id"] for one in filling.versions()] == [filling.id]
    listed = filling.call("describeDatasets", {"filter": {"template_type": [ONE[1]]}})
    assert listed["datasets"] == [{"dataset_group_id": filling.group, "dataset_name": "果园"}]
    again = {"dataset_name": "果园", **filling.kind}
    assert filling.call("create", again, status=409)["error_code"] == 406003
    assert filling.call("deleteDatasetVersion", {"dataset_id": filling.id})["result"] is True
    assert filling.versions() == []


def test_pictures_are_added_imported_and_changed(
    make: Callable[..., Filling], scheduler: Any, history: History, tmp_path: Path
) -> None:
    filling = make(ONE, "orchard 1")
    begun = datetime.now(UTC)
    filling.add(picture(0), "pear")
    filling.add(picture(1), "plum")
    filling.add(picture(2))
    assert filling.shown()["rows"] == 3
    assert filling.shown()["import_status"] == "Importing"
    ((dag, conf, after),) = scheduler.timed
    assert (dag, conf) == ("default__import_orchard_1", {})
    assert timedelta(minutes=4) < after - begun < timedelta(minutes=6)
    assert labels_of(imported(history, "orchard_1", tmp_path)) == [(), ("pear",), ("plum",)]
    refused = filling.add(picture(0), "plum", status=400)
    assert (refused["error_code"], "pear" in refused["error_msg"]) == (406001, True)
    filling.add(picture(0), "plum", append_label=False)
    filling.add(picture(2), "pear")
    assert filling.shown()["rows"] == 3
    labels = labels_of(imported(history, "orchard_1", tmp_path / "again"))
    assert labels == [("pear",), ("plum",), ("plum",)]


def test_several_labels_and_boxes_are_kept(
    make: Callable[..., Filling], history: History, tmp_path: Path
) -> None:
    several = make(MANY, "several")
    several.add(picture(0), "pear")
    several.add(picture(0), "ripe", "pear")
    several.add(picture(1), "plum")
    assert labels_of(imported(history, "several", tmp_path)) == [("pear", "ripe"), ("plum",)]
    boxes = make(BOXES, "boxes")
    lamp = {"label_name": "lamp", "left": 6, "top": 5, "width": 14, "height": 10}
    boxes.add(picture(0), lamp)
    (row,) = ImageDataset.read(imported(history, "boxes", tmp_path)).records()
    (thing,) = row.objects
    assert (thing.label, tuple(thing.box)) == ("lamp", (6, 5, 14, 10))
    outside = {**lamp, "left": WIDTH, "top": HEIGHT}
    for wrong in (outside, "lamp", {**lamp, "width": None}, {**lamp, "label_name": "l" * 21}):
        status = 400 if wrong in (outside, "lamp") else 422
        assert boxes.add(picture(1), wrong, status=status)["error_code"] == 406001, wrong


def test_texts_and_pairs_are_added(
    make: Callable[..., Filling], history: History, tmp_path: Path
) -> None:
    texts = make(TEXTS, "texts")
    for text, label in (("好\n吃", "good"), ("难吃", "bad"), ("还行", "good")):
        texts.add(text, label)
    assert texts.shown()["rows"] == 3
    assert labels_of_texts(imported(history, "texts", tmp_path)) == {"bad": 1, "good": 2}
    pairs = make(PAIRS, "pairs")
    pairs.add("甲\t乙", "1")
    pairs.add("甲\t丙", "0")
    assert labels_of_texts(imported(history, "pairs", tmp_path)) == {"0": 1, "1": 1}
    assert pairs.add("甲乙", "1", status=400)["error_code"] == 406001


def labels_of_texts(dataset: Path) -> dict[str, int]:
    counts: dict[str, int] = json.loads((dataset / "card.json").read_text())["class_counts"]
    return counts


def test_what_cannot_be_added_is_refused_by_its_number(
    make: Callable[..., Filling], history: History, fruit: History, api: Any
) -> None:
    filling = make(ONE, "orchard")
    large = base64.b64encode(b"x" * 9_000_000).decode()
    for content, status, said in (
        ("no base64!", 400, "param[entity_content] invalid"),
        (base64.b64encode(b"no picture").decode(), 400, "param[entity_content] invalid"),
        (large, 413, "param"),
    ):
        refused = filling.add(content, "pear", status=status)
        assert (refused["error_code"], said in refused["error_msg"]) == (406001, True), said
    assert filling.add(picture(), "pear", dataset_id=99, status=404)["error_code"] == 406002
    other = {"type": BOXES[0], "template_type": BOXES[1]}
    assert filling.add(picture(), **other, status=400)["error_code"] == 406001
    whole = fruit.ledger.datasets.latest("default", "fruit")
    assert whole is not None
    assert filling.add(picture(), dataset_id=whole.id, status=400)["error_code"] == 406001
    viewer = {"dataset_id": filling.id, **filling.kind, "entity_content": picture()}
    assert filling.call("addentity", viewer, role="viewer", status=403)["error_code"] == 406006
    path = history.settings.workspace / "datasets/orchard/dataset.yaml"
    path.write_text(path.read_text() + "classes: [pear, plum]\n", encoding="utf-8")
    assert filling.add(picture(), "fig", status=400)["error_code"] == 406005
    assert filling.shown()["rows"] == 0


def test_there_is_an_end_to_what_a_project_keeps(
    make: Callable[..., Filling], history: History
) -> None:
    filling = make(ONE, "orchard")
    filling.add(picture(), "pear")
    write_connections(history.settings.workspace, limits={"project_bytes": 100})
    assert filling.add(picture(1), "pear", status=507)["error_code"] == 406008
    write_connections(history.settings.workspace)
    path = history.settings.workspace / "datasets/orchard/dataset.yaml"
    path.write_text(path.read_text() + "limits: {dataset: {max_samples: 1}}\n", encoding="utf-8")
    assert filling.add(picture(1), "pear", status=507)["error_code"] == 406008
    filling.add(picture(), "pear")


def test_a_next_version_begins_empty_when_nothing_waits(
    make: Callable[..., Filling], history: History
) -> None:
    filling = make(TEXTS, "texts")
    filling.add("好吃", "good")
    asked = {"dataset_group_id": filling.group, **filling.kind, "description": "第二轮"}
    assert filling.call("createDatasetVersion", asked, status=409)["error_code"] == 406004
    _import_is_over(history, "texts", 1)
    first = filling.shown()
    assert (first["import_status"], first["version_number"]) == ("ImportFinished", 1)
    next_one = filling.call("createDatasetVersion", asked)["dataset_id"]
    newest, oldest = filling.versions()
    assert (newest["dataset_id"], newest["version_number"], newest["rows"]) == (next_one, 2, 0)
    assert (oldest["dataset_id"], oldest["rows"]) == (filling.id, 1)
    assert filling.add("难吃", "bad", status=409)["error_code"] == 406004
    filling.add("难吃", "bad", dataset_id=next_one)
    shown = filling.call("describeDatasetVersion", {"dataset_id": next_one})
    assert (shown["rows"], shown["description"]) == (1, "第二轮")
    assert filling.call("deleteDataset", {"dataset_group_id": filling.group})["result"] is True
    assert filling.call("describeDatasets", {})["datasets"] == []
    assert not list((history.settings.home / "dataset-drafts").rglob("*.json"))


def _version(history: History, name: str, version: int) -> None:
    """A version of one row."""
    card = {"name": name, "counts": {"rows": 1}}
    data = history.store.put_json(ArtifactKind.DATASET, "card.json", card)
    tag = f"default/{name}@v{version}"
    history.ledger.datasets.add("default", name, version, tag, data.digest, data, "c" * 40)


def _import_is_over(history: History, name: str, version: int) -> None:
    """As if the waiting import had begun, and made that version."""
    run = history.ledger.runs.list("default", f"import_{name}", limit=1)[0]
    _version(history, name, version)
    history.ledger.runs.finish(run.run_id, RunState.SUCCEEDED)
    with history.ledger._database.transaction() as connection:
        connection.exec_driver_sql("UPDATE dataset_drafts SET due = now() - interval '1 minute'")


def test_what_is_added_to_an_imported_version_joins_it(
    call: Call, scheduler: Any, history: History
) -> None:
    definition = "apiVersion: aileron/v1\nkind: Dataset\nname: texts\nmodality: text\n"
    path = "datasets/texts/dataset.yaml"
    history.workspace.write(path, f"{definition}source: {{file: old.txt}}\n")
    history.workspace.write("datasets/texts/old.txt", "好吃\tgood\n")
    _version(history, "texts", 1)
    version = history.ledger.datasets.latest("default", "texts")
    assert version is not None
    kind = {"type": TEXTS[0], "template_type": TEXTS[1]}
    for text in ("难吃", "还行"):
        labels = [{"label_name": "bad"}]
        body = {"dataset_id": version.id, **kind, "entity_content": text, "labels": labels}
        call("addentity", body)
    ((_, conf, _),) = scheduler.timed
    assert (conf["set"]["import.mode"], conf["set"]["source.file"]) == ("append", None)
    (group,) = (one["dataset_group_id"] for one in call("describeDatasets", {})["datasets"])
    listed = call("describeDatasetVersions", {"dataset_group_id": group})["dataset_versions"]
    assert [(one["version_number"], one["rows"]) for one in listed] == [(2, 2), (1, 1)]


def test_a_table_fills_a_made_dataset(
    make: Callable[..., Filling], scheduler: Any, rig: dict[str, str], history: History
) -> None:
    filling = make(TABLE, "pumps")
    wanted = {
        "columns": [2, 1], "raw_names": ["pressure", "name"], "names": ["p", "n"],
        "types": ["decimal(10,0)", "string"],
    }  # fmt: skip
    asked = {"dataset_id": filling.id, **rig, "column_error": "skip", "schema": wanted}
    asked["upload_type"] = "append"
    task = filling.call("createImportTask", asked)["task_id"]
    ((_, conf, _),) = scheduler.timed
    told = conf["set"]
    assert told["source.sql.select"] == 'SELECT "pressure" AS "p", "name" AS "n" FROM "pumps"'
    assert (told["on_problem"], told["columns"]) == ("leave_out", {"p": {"type": "number"}})
    assert (told["source.draft"], told["import.mode"]) == (None, "append")
    _import_is_over(history, "pumps", 1)
    run = history.ledger.runs.list("default", "import_pumps", limit=1)[0]
    record = history.artifact(ArtifactKind.RECORD, record_json={"tag": "default/pumps@v1"})
    history.node(run, "version", "data.version", {"record": record})
    assert filling.call("describeImportTask", {"task_id": task})["dataset_id"] == filling.id
    wrong = {**wanted, "raw_names": ["name", "pressure"]}
    refused = filling.call("createImportTask", {**asked, "schema": wrong}, status=400)
    assert "param[schema] invalid" in refused["error_msg"]
