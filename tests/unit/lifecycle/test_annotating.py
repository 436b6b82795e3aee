"""People label between a version and what learns of it."""

from __future__ import annotations

import pytest
from plugins.workspaces import Workspace

from aileron.core.errors import InvalidInput
from aileron.graph.pipeline import Graph
from aileron.lifecycle import compile_lifecycle, load_lifecycle

LIFECYCLE = """
apiVersion: aileron/v1
kind: Lifecycle
name: parts
dataset: parts
dataset_version: latest
annotate: {wanted: 50, hours: 8, labels: {overlap: 2}}
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
LABELS = """
apiVersion: aileron/v1
kind: Labels
package_size: 10
overlap: 1
annotators: [anna, ben]
"""


@pytest.fixture
def parts(workspace: Workspace) -> Workspace:
    folder = workspace.settings.workspace
    (folder / "datasets/parts/parts").mkdir(parents=True)
    (folder / "datasets/parts/dataset.yaml").write_text(DATASET)
    (folder / "datasets/parts/labels.yaml").write_text(LABELS)
    (folder / "configs/lifecycles/parts.yaml").write_text(LIFECYCLE)
    return workspace


def graph_of(workspace: Workspace, name: str = "parts") -> Graph:
    return compile_lifecycle(load_lifecycle(workspace.settings, name), workspace.settings)


def test_people_come_between_the_version_and_what_learns(parts: Workspace) -> None:
    tasks = [name for name, _ in graph_of(parts).tasks()]

    before = ["version", "validate", "campaign", "annotate", "labels", "labelled"]
    assert [name for name in tasks if name in before] == before
    assert tasks.index("labels") < tasks.index("learn")


def test_what_is_learnt_from_and_packaged_is_what_people_said(parts: Workspace) -> None:
    graph = graph_of(parts)

    for name in ("split", "train", "evaluate", "gate", "package"):
        assert graph.node(name).inputs["dataset"] == "labels.dataset"
    assert graph.node("track").inputs["dataset_record"] == "labelled.record"
    assert graph.node("annotate").config == {"wanted": 50, "hours": 8.0}


def test_the_plan_has_the_labels_as_they_are_written_and_changed(parts: Workspace) -> None:
    labels = graph_of(parts).node("campaign").config["labels"]

    assert (labels["package_size"], labels["overlap"]) == (10, 2)
    assert [person["name"] for person in labels["annotators"]] == ["anna", "ben"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("overlap: 2", "overlap: 9", r"parts\.yaml:7: annotate\.labels\.overlap is 9"),
        ("overlap: 2", "publish_every: 9", r"parts\.yaml:7: .*version itself"),
        ("wanted: 50", "wanted: 0", r"parts\.yaml:7: annotate\.wanted is 0"),
        ("dataset_version: latest\n", "", "same_ids: keep"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(
    parts: Workspace, old: str, new: str, sentence: str
) -> None:
    parts.edit("parts", old, new)
    with pytest.raises(InvalidInput, match=sentence):
        graph_of(parts)


def test_its_campaign_publishes_nothing_between(parts: Workspace) -> None:
    path = parts.settings.workspace / "datasets/parts/labels.yaml"
    path.write_text(LABELS + "publish_every: 20\n")
    assert graph_of(parts).node("campaign").config["labels"].get("publish_every") is None


def test_a_wrong_file_of_labels_is_named(parts: Workspace) -> None:
    path = parts.settings.workspace / "datasets/parts/labels.yaml"
    path.write_text(LABELS.replace("package_size", "packagesize"))
    with pytest.raises(InvalidInput, match=r"labels\.yaml:4: .*did you mean package_size"):
        graph_of(parts)


def test_rows_of_tables_are_not_labelled(workspace: Workspace) -> None:
    workspace.edit("fruit", "gate:", "dataset_version: latest\nannotate: true\ngate:")
    with pytest.raises(InvalidInput, match="is a table"):
        graph_of(workspace, "fruit")
