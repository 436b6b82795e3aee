"""Where a release goes is resolved when the lifecycle is compiled, or refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from plugins.workspaces import Workspace

from aileron.core.errors import InvalidInput, NotFound
from aileron.lifecycle import compile_lifecycle, load_lifecycle


def released(workspace: Workspace, section: str) -> dict[str, Any]:
    """The config of the release, with `section` as the lifecycle's ``release``."""
    workspace.pool_file()
    workspace.edit("fruit", "gate:", f"release: {section}\ngate:")
    graph = compile_lifecycle(load_lifecycle(workspace.settings, "fruit"), workspace.settings)
    return dict(graph.node("release").config)


def test_without_a_target_it_is_a_process(workspace: Workspace) -> None:
    assert released(workspace, "{}")["placement"] is None


def test_a_pool_places_two_pods_of_its_default_size(workspace: Workspace) -> None:
    placement = released(workspace, "{target: kubernetes, pool: shared}")["placement"]

    assert placement["replicas"] == 2
    assert placement["max_replicas"] is None
    assert placement["pod"]["image"] == "localhost/aileron-server:dev"
    assert placement["pod"]["namespace"] == "aileron-shared"
    assert placement["pod"]["size"] == "cpu-1x2"


def test_a_quota_is_a_core_with_4_gb(workspace: Workspace) -> None:
    section = "{target: kubernetes, pool: shared, replicas: 1, quota: 1}"
    pod = released(workspace, section)["placement"]["pod"]

    assert (pod["resources"]["cpu"], pod["resources"]["memory_mb"]) == (1, 4096)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("{target: kubernetes}", "needs a `pool`"),
        ("{pool: shared}", "`pool` is of target kubernetes"),
        ("{target: kubernetes, pool: shared, size: cpu-1x2, quota: 1}", "one of them"),
        ("{target: kubernetes, pool: shared, replicas: 3, max_replicas: 2}", "less than"),
        ("{target: kubernetes, pool: shared, size: cpu-9x9}", "no size cpu-9x9"),
        ("{target: kubernetes, pool: shared, replicas: 999}", "can never run in pool shared"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(
    workspace: Workspace, section: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words) as refusal:
        released(workspace, section)

    assert "fruit.yaml" in str(refusal.value)


def test_an_unknown_pool_is_told(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="There is no pool nowhere"):
        released(workspace, "{target: kubernetes, pool: nowhere}")
