"""Pools, from here and over HTTP, where no cluster answers: the files alone are known."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugins.history import History
from plugins.workspaces import POOL

from aileron.client import Client
from aileron.core.access import Role
from aileron.core.errors import InvalidInput, NotFound, Refused


@pytest.fixture(autouse=True)
def no_cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "absent"))


@pytest.fixture
def shared(history: History) -> None:
    """Pool `shared`."""
    history.workspace.pool_file()


def test_a_workspace_without_pools_has_none(client: Client) -> None:
    assert client.pools() == ()


def test_a_pool_whose_cluster_is_away_is_abnormal_and_says_why(
    client: Client, shared: None
) -> None:
    (pool,) = client.pools()
    assert (pool.name, pool.namespace, pool.state) == ("shared", "aileron-shared", "abnormal")
    assert "There is no way to a Kubernetes cluster" in (pool.reason or "")
    assert pool.sizes == ("cpu-1x2", "cpu-2x4", "gpu-1")
    assert (pool.amounts, pool.needs) == ((), "developer")
    assert pool.slots is not None
    assert (pool.slots.airflow_pool, pool.slots.slots, pool.slots.taken) == (
        "aileron_shared", 2, None,
    )  # fmt: skip


def test_a_pools_sizes_are_shown_with_their_numbers(client: Client, shared: None) -> None:
    first, second, third = client.pool("shared").all_sizes
    assert (first.name, first.cpu, first.memory_mb, first.default) == ("cpu-1x2", 1, 2048, True)
    assert not second.default
    assert (third.gpu, third.gpu_resource) == (1, "nvidia.com/gpu")


def test_an_unknown_pool_is_answered_with_the_nearest_name(client: Client, shared: None) -> None:
    with pytest.raises(NotFound, match="did you mean shared"):
        client.pool("share")


@pytest.mark.parametrize("name", ["shared?", "shared#1", "../session"])
def test_a_name_is_never_read_as_part_of_an_address(
    client: Client, shared: None, name: str
) -> None:
    with pytest.raises((NotFound, InvalidInput)):
        client.pool(name)


def test_a_pool_of_other_projects_is_not_there(client: Client, history: History) -> None:
    history.workspace.pool_file(POOL + "projects: [vision]\n")
    assert client.pools() == ()
    with pytest.raises(NotFound, match="There is no pool shared"):
        client.pool("shared")


def test_a_pool_with_a_broken_file_is_listed_with_its_line(
    client: Client, history: History
) -> None:
    history.workspace.pool_file(POOL.replace("default_size: cpu-1x2", "default_size: huge"))
    (pool,) = client.pools()
    assert pool.state == "abnormal"
    assert "`default_size` is none of" in (pool.reason or "")
    assert "shared.yaml" in (pool.reason or "")


def test_a_viewer_may_look_and_not_sync(client: Client, shared: None) -> None:
    assert not client.pool("shared").permissions["pool.sync"].allowed


class TestOfAViewer:
    """Over HTTP the route refuses; from here the terminal's user is an administrator."""

    @pytest.mark.parametrize("speaking", ["remote"], indirect=True)
    def test_syncing_needs_an_operator(self, client: Client, shared: None) -> None:
        with pytest.raises(Refused, match="operator"):
            client.sync_pool("shared")


class TestOfADeveloper:
    @pytest.fixture
    def role(self) -> Role:
        return Role.DEVELOPER

    def test_a_pool_for_higher_roles_starts_nothing(self, client: Client, history: History) -> None:
        history.workspace.pool(POOL + "roles: [operator]\n")
        with pytest.raises(Refused, match="Pool shared is for the role operator and above"):
            client.start("fruit")

    def test_a_size_that_the_pool_has_not_is_refused_before_anything_starts(
        self, client: Client, history: History
    ) -> None:
        history.workspace.pool()
        with pytest.raises(InvalidInput, match=r"has no size huge\. Sizes that fit: cpu-1x2"):
            client.start("fruit", {"runtime.resources.train.size": "huge"})

    def test_the_form_offers_the_sizes(self, client: Client, history: History) -> None:
        history.workspace.pool()
        field = client.lifecycle("fruit").form.properties["runtime.resources.train.size"]
        assert field["enum"] == ["cpu-1x2", "cpu-2x4", "gpu-1"]
