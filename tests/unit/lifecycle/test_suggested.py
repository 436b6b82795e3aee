"""The service that suggests labels in a lifecycle is one that lifecycles release, as lint sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugins.workspaces import Workspace

from aileron.lifecycle import compile_lifecycle, lint, load_lifecycle
from aileron.lifecycle.suggested import released, suggesting_service

LIFECYCLE = """
apiVersion: aileron/v1
kind: Lifecycle
name: parts
dataset: parts
dataset_version: latest
annotate: {labels: {suggestions: {service: part_sorter}}}
train: {algorithm: image_cnn}
release: {service: parts_sorter}
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
suggestions: {service: part_sorter}
"""


@pytest.fixture
def parts(workspace: Workspace) -> Workspace:
    workspace.write("datasets/parts/dataset.yaml", DATASET)
    (workspace.folder / "datasets/parts/parts").mkdir()
    workspace.lifecycle("parts", LIFECYCLE)
    return workspace


def test_a_service_that_nothing_releases_is_a_warning_with_the_nearest_name(
    parts: Workspace,
) -> None:
    (finding,) = lint(parts.settings, "parts")
    assert finding.severity == "warning"
    assert str(finding.where).endswith("parts.yaml:7")
    assert "part_sorter" in str(finding)
    assert "did you mean parts_sorter?" in str(finding)


def test_it_is_found_in_the_file_of_labels_too(parts: Workspace) -> None:
    parts.write("datasets/parts/labels.yaml", LABELS)
    parts.edit("parts", "annotate: {labels: {suggestions: {service: part_sorter}}}", "annotate: {}")
    (finding,) = lint(parts.settings, "parts")
    assert finding.where is not None
    assert Path(finding.where).name == "labels.yaml:4"


def test_a_service_of_its_own_or_of_another_lifecycle_is_none(parts: Workspace) -> None:
    assert released(parts.settings, "default") == {"fruit", "parts_sorter"}
    for name in ("parts_sorter", "fruit"):
        parts.lifecycle("parts", LIFECYCLE.replace("part_sorter", name))
        assert lint(parts.settings, "parts") == []


def test_without_suggestions_nothing_is_asked_for(parts: Workspace) -> None:
    parts.edit("parts", "annotate: {labels: {suggestions: {service: part_sorter}}}", "annotate: {}")
    graph = compile_lifecycle(load_lifecycle(parts.settings, "parts"), parts.settings)
    assert suggesting_service(graph) is None
    assert lint(parts.settings, "parts") == []
