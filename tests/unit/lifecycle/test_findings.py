"""Lint finds what compiles and still cannot work."""

import pytest
from plugins.workspaces import LIFECYCLE, Workspace

from aileron.core.errors import NotFound
from aileron.lifecycle import lint
from aileron.lifecycle.findings import Finding


def found(workspace: Workspace, name: str | None = "fruit") -> list[Finding]:
    return lint(workspace.settings, name)


def only(workspace: Workspace) -> Finding:
    findings = found(workspace)
    assert len(findings) == 1, [str(f) for f in findings]
    return findings[0]


def test_a_sound_lifecycle_has_no_findings(workspace: Workspace) -> None:
    assert found(workspace) == []


def test_what_does_not_compile_is_one_finding(workspace: Workspace) -> None:
    workspace.edit("fruit", "C: 0.5", "C: -1")
    finding = only(workspace)
    assert finding.severity == "error"
    assert "fruit.yaml:7" in str(finding)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("logistic_regression\n  parameters: {C: 0.5}", "ridge", "ridge is for regression"),
        ("roc_auc:", "roc_ouc:", "did you mean roc_auc"),
        ("roc_auc: {min: 0.6}", "rmse: {max: 2}", "no metric rmse for classification"),
        ("gate:", "evaluate: {primary: roc}\ngate:", "did you mean roc_auc"),
        ("gate:", "gate:\n  champion: {metric: roc}", "did you mean roc_auc"),
    ],
)
def test_algorithm_and_metrics_must_suit_the_dataset(
    workspace: Workspace, old: str, new: str, sentence: str
) -> None:
    workspace.edit("fruit", old, new)
    finding = only(workspace)
    assert sentence in str(finding)
    assert finding.where is not None
    assert "fruit.yaml:" in finding.where


def test_a_missing_source_file_is_named(workspace: Workspace) -> None:
    (workspace.folder / "datasets/fruit/fruit.csv").unlink()
    assert "fruit.csv" in str(only(workspace))


def scheduled(name: str, dataset: str, on: str) -> str:
    text = LIFECYCLE.replace("name: fruit", f"name: {name}")
    text = text.replace("dataset: fruit", f"dataset: {dataset}")
    return f"{text}schedule: {{datasets: [{on}]}}\n"


def test_a_lifecycle_that_starts_itself_is_refused(workspace: Workspace) -> None:
    workspace.lifecycle("fruit", scheduled("fruit", "fruit", "fruit"))
    assert "it would trigger itself" in str(only(workspace))


def test_a_circle_through_another_lifecycle_is_refused_and_shown(workspace: Workspace) -> None:
    text = (workspace.folder / "datasets/fruit/dataset.yaml").read_text()
    text = text.replace("name: fruit", "name: juice").replace("fruit.csv", "../fruit/fruit.csv")
    workspace.write("datasets/juice/dataset.yaml", text)
    workspace.lifecycle("fruit", scheduled("fruit", "fruit", "juice"))
    workspace.lifecycle("juice", scheduled("juice", "juice", "fruit"))
    assert "fruit -> juice" in str(only(workspace))


def test_a_schedule_on_a_dataset_that_nobody_makes_is_a_warning(workspace: Workspace) -> None:
    workspace.lifecycle("other", scheduled("other", "fruit", "wine"))
    (finding,) = found(workspace, "other")
    assert finding.severity == "warning"
    assert "wine" in str(finding)


def test_a_boot_check_without_a_package_is_a_warning(workspace: Workspace) -> None:
    options = "package: false\nrelease: false\nboot_check: {seconds: 60}"
    workspace.edit("fruit", "gate:", f"{options}\ngate:")
    (finding,) = lint(workspace.settings, "fruit")
    assert finding.severity == "warning"
    assert "nothing is checked" in str(finding)


def test_an_approval_without_a_release_is_a_warning(workspace: Workspace) -> None:
    workspace.edit("fruit", "gate:", "approve: true\nrelease: false\ngate:")
    assert only(workspace).severity == "warning"


def test_all_lifecycles_are_checked_when_none_is_named(workspace: Workspace) -> None:
    workspace.lifecycle("broken", "kind: [")
    workspace.edit("fruit", "C: 0.5", "C: -1")
    assert len(found(workspace, None)) == 2


def test_an_unknown_name_is_an_error(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        found(workspace, "nothing")
