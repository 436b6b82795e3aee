"""Publishing a job's model: two workflows that nobody writes, and the verb that starts them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from plugins.workspaces import Workspace

from aileron.cli.job_document import bounds
from aileron.client.jobs import JobVerbs
from aileron.core.errors import Conflict, InvalidInput
from aileron.core.names import JOB_REGISTRATION, JOB_RELEASE
from aileron.graph.pipeline import Graph
from aileron.lifecycle import compile_lifecycle, form_parameters, resolved_workflow
from aileron.lifecycle.shape import shape

ASKED = {"run": "default/custom_job/1", "model": "adder"}


def graph(workspace: Workspace, name: str, **values: Any) -> Graph:
    workflow = resolved_workflow(workspace.settings, name, form={**ASKED, **values})
    return compile_lifecycle(workflow, workspace.settings)


def test_a_registration_judges_and_registers(workspace: Workspace) -> None:
    tasks = shape(workspace.settings, JOB_REGISTRATION).tasks
    assert [(task.name, task.upstream) for task in tasks] == [("gate", ()), ("register", ("gate",))]
    made = graph(workspace, JOB_REGISTRATION, thresholds={"accuracy": {"min": 0.5}})
    gate = made.node("gate").config
    assert gate["thresholds"] == {"accuracy": {"min": 0.5, "max": None}}
    assert gate["champion"] is None
    assert made.node("register").config == {"model": "adder"}
    assert made.skipped_by("gate") == {"register"}


def test_a_release_packages_checks_and_releases_what_was_accepted(workspace: Workspace) -> None:
    made = graph(workspace, JOB_RELEASE, package={"name": "sum"})
    steps = ["evaluate.gate", "registry.register", "package.bento", "package.boot_check",
             "deploy.release"]  # fmt: skip
    assert sorted(node.step for node in made.nodes) == sorted(steps)
    assert made.node("release").config["service"] == "adder"
    assert made.node("package").config["name"] == "sum"
    assert "UV_DEFAULT_INDEX" in made.node("boot_check").inherits
    assert made.skipped_by("gate") == {"register", "package", "boot_check", "release"}


def test_the_workspaces_own_template_is_used(workspace: Workspace) -> None:
    workspace.write("bento/custom/service.py", "# mine\n")
    assert graph(workspace, JOB_RELEASE).node("package").config["template"] == "# mine\n"


def test_the_form_asks_for_what_is_published(workspace: Workspace) -> None:
    def fields(name: str) -> set[str]:
        return set(form_parameters(resolved_workflow(workspace.settings, name)))

    assert fields(JOB_REGISTRATION) == {"run", "model", "thresholds", "force", "set"}
    more = {"service", "package", "boot_check"}
    assert fields(JOB_RELEASE) == fields(JOB_REGISTRATION) | more


class Starting:
    """A client that notes what it was to start."""

    def __init__(self, state: str = "succeeded") -> None:
        self.state = state
        self.started: list[tuple[str, dict[str, Any]]] = []

    def job(self, number: int) -> Any:
        return SimpleNamespace(id=number, name="mine", state=self.state, run_id=ASKED["run"])

    def start(self, name: str, values: dict[str, Any]) -> None:
        self.started.append((name, values))


def publish(client: Starting, **options: Any) -> None:
    JobVerbs.publish_job(client, 3, "adder", **options)  # type: ignore[arg-type]


def test_the_verb_starts_one_or_the_other() -> None:
    client = Starting()
    publish(client, thresholds={"accuracy": {"min": 0.5}})
    publish(client, release=True, service="adding")
    assert client.started == [
        (JOB_REGISTRATION, {**ASKED, "thresholds": {"accuracy": {"min": 0.5}}}),
        (JOB_RELEASE, {**ASKED, "service": "adding"}),
    ]


@pytest.mark.parametrize("state", ["draft", "queued", "running", "failed", "stopped"])
def test_a_job_that_has_not_succeeded_is_not_published(state: str) -> None:
    with pytest.raises(Conflict, match=rf"job mine is {state}"):
        publish(Starting(state))


def test_a_service_without_a_release_is_refused() -> None:
    with pytest.raises(InvalidInput, match="adding names a service"):
        publish(Starting(), service="adding")


def test_bounds_are_read_from_the_command_line() -> None:
    found = bounds(["accuracy=0.9", "f1=1"], ["loss=2", "accuracy=0.99"])
    assert found == {"accuracy": {"min": 0.9, "max": 0.99}, "f1": {"min": 1}, "loss": {"max": 2}}
    for wrong in ("accuracy", "accuracy=high", "accuracy=true"):
        with pytest.raises(InvalidInput):
            bounds([wrong], [])
