"""`make cluster-demo` before it asks a cluster for anything but its namespace."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from aileron.cli import command
from aileron.cluster.pools import load_pool
from aileron.core.settings import Settings
from aileron.lifecycle import lint, load_lifecycle

FILE = Path(__file__).parents[3] / "docker" / "cluster_demo.py"


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module, with a home of its own and no cluster."""
    monkeypatch.setenv("AILERON_HOME", str(tmp_path))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "absent"))
    for name in ("AILERON_STORE_URI", "STORE_SECRET", "TRAINER_IMAGE", "SERVER_IMAGE"):
        monkeypatch.delenv(name, raising=False)
    spec = importlib.util.spec_from_file_location("cluster_demo", FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.HOME.mkdir()
    return module


@pytest.fixture
def workspace(demo: Any) -> Path:
    """What `aileron init` makes."""
    folder: Path = demo.WORKSPACE
    CliRunner().invoke(command, ["init", str(folder)], catch_exceptions=False)
    return folder


@pytest.mark.parametrize("uri", ["", "s3://aileron/store"])
def test_both_lifecycles_and_the_pool_are_sound(
    demo: Any, workspace: Path, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    monkeypatch.setenv("AILERON_STORE_URI", uri)
    monkeypatch.setenv("STORE_SECRET", "store")
    demo.write("pools", demo.POOL, demo.pool("lab", "trainer:1", "server:1"))
    demo.write("environments", demo.OVERLAY, demo.overlay())

    store = load_pool(workspace, demo.POOL).store
    assert (store.secret, store.volume is None) == (("store", True) if uri else (None, False))
    settings = Settings.load(demo.environment())
    for name in demo.LIFECYCLES:
        spec = load_lifecycle(settings, name).spec
        assert (spec.runtime.runner, spec.release.target) == ("kubernetes", "kubernetes")
        assert {one.error.message_id for one in lint(settings, name)} == {"cluster.no_access"}


def test_a_store_that_cannot_be_given_to_pods_is_told_and_made_another_time(
    demo: Any, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as foreign:
        foreign.setattr(demo.os, "chown", refuse)
        with pytest.raises(SystemExit, match=r"group 1000.*Operation not permitted"):
            demo.make_workspace()
    given: list[Any] = []
    monkeypatch.setattr(demo.os, "chown", lambda *words: given.append(words))
    demo.make_workspace()
    demo.make_workspace()
    assert [words[1:] for words in given] == [(-1, 1000)]
    assert demo.STORE.stat().st_mode & 0o7777 == 0o2770


def test_a_store_in_s3_needs_no_folder(
    demo: Any, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AILERON_STORE_URI", "s3://aileron/store")
    demo.make_workspace()
    assert [path.name for path in demo.HOME.iterdir()] == ["workspace"]


@pytest.mark.parametrize("name", ["TRAINER_IMAGE", "SERVER_IMAGE"])
def test_one_image_without_the_other_is_refused(
    demo: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "registry.test/image:1")
    with pytest.raises(SystemExit, match="only one is set"):
        demo.images()
    monkeypatch.setenv("TRAINER_IMAGE", "trainer:1")
    monkeypatch.setenv("SERVER_IMAGE", "server:1")
    assert demo.images() == ("trainer:1", "server:1")


@pytest.mark.parametrize(("there", "made"), [({"kind": "Namespace"}, []), (None, ["lab"])])
def test_a_namespace_is_made_only_if_it_is_not_there(
    demo: Any, monkeypatch: pytest.MonkeyPatch, there: Any, made: list[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(demo, "read", lambda *_: there)
    monkeypatch.setattr(
        demo, "create", lambda _, manifest: asked.append(manifest["metadata"]["name"])
    )
    demo.make_namespace("lab")
    assert asked == made
