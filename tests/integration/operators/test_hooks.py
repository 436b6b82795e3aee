"""The hooks against the real tools."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from plugins.postgres import free_port

from aileron.core.errors import InvalidInput, Unavailable
from aileron.core.settings import SILENT

Connect = Callable[..., str]


@pytest.fixture
def connect(airflow_home: Path, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """``connect("mlflow", host=...)``: an Airflow connection of that type; its id."""

    def make(kind: str, **fields: object) -> str:
        value = json.dumps({"conn_type": kind, **fields})
        monkeypatch.setenv(f"AIRFLOW_CONN_TEST_{kind.upper()}", value)
        return f"test_{kind}"

    return make


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Git repository with two tagged versions of a file under DVC."""
    from dvc.repo import Repo

    folder = tmp_path_factory.mktemp("data")
    remote = tmp_path_factory.mktemp("remote")

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "-q")
    with Repo.init(str(folder)) as repo:
        with repo.config.edit() as config:
            config["core"]["remote"] = "storage"
            config["remote"]["storage"] = {"url": str(remote)}
        for version in (1, 2, 10):
            (folder / "table.csv").write_text(f"x\n{version}\n")
            repo.add(str(folder / "table.csv"))
            repo.push()
            git("add", ".")
            git("commit", "-qm", str(version))
            git("tag", f"default/fruit@v{version}")
    return folder


def test_dvc_fetches_a_version_by_its_tag(
    connect: Connect, repository: Path, tmp_path: Path
) -> None:
    from aileron_airflow.hooks.dvc import DvcHook

    hook = DvcHook(connect("dvc", host=str(repository)))
    assert hook.test_connection()[0]
    assert hook.revisions("default/fruit@*") == [f"default/fruit@v{v}" for v in (1, 2, 10)]
    for version in (1, 10):
        target = tmp_path / f"{version}.csv"
        hook.download("table.csv", target, f"default/fruit@v{version}")
        assert target.read_text() == f"x\n{version}\n"
    assert Path(hook.url("table.csv", "default/fruit@v1")).is_file()


def test_dvc_says_what_git_says_of_a_wrong_repository(connect: Connect, tmp_path: Path) -> None:
    from aileron_airflow.hooks.dvc import DvcHook

    ok, sentence = DvcHook(connect("dvc", host=str(tmp_path / "none"))).test_connection()
    assert not ok
    assert "none" in sentence


def test_mlflow_reads_and_writes_runs_and_aliases(connect: Connect, mlflow_server: str) -> None:
    from aileron_airflow.hooks.mlflow import MlflowHook

    hook = MlflowHook(connect("mlflow", host=mlflow_server))
    assert hook.test_connection()[0]
    experiment = hook.api("POST", "experiments/create", json={"name": "hook"})["experiment_id"]
    run = hook.api("POST", "runs/create", json={"experiment_id": experiment, "start_time": 1})
    run_id = run["run"]["info"]["run_id"]
    hook.log_batch(run_id, {"auc": 0.5}, {"stage": "test"})
    assert hook.run(run_id)["data"]["metrics"][0]["value"] == 0.5
    assert len(hook.search_runs(["hook"], "metrics.auc > 0.4")) == 1
    assert hook.search_runs(["hook"], "metrics.auc > 0.6") == []
    hook.api("POST", "registered-models/create", json={"name": "hook"})
    body = {"name": "hook", "source": f"runs:/{run_id}/model", "run_id": run_id}
    hook.api("POST", "model-versions/create", json=body)
    hook.set_alias("hook", "champion", 1)
    assert hook.model_version("hook", "champion")["version"] == "1"
    with pytest.raises(InvalidInput, match="nobody"):
        hook.model_version("hook", "nobody")


@pytest.mark.parametrize(("module", "name"), [("mlflow", "MlflowHook"), ("bentoml", "BentoMLHook")])
def test_a_server_that_is_down_is_a_sentence(connect: Connect, module: str, name: str) -> None:
    import importlib

    hook = getattr(importlib.import_module(f"aileron_airflow.hooks.{module}"), name)(
        connect(module, host="http://127.0.0.1:9")
    )
    ok, sentence = hook.test_connection()
    assert not ok
    assert "127.0.0.1:9" in sentence
    with pytest.raises(Unavailable):
        hook.call("GET", "/")


def test_a_connection_without_an_address_is_a_sentence(connect: Connect) -> None:
    from aileron_airflow.hooks.mlflow import MlflowHook

    assert "host" in MlflowHook(connect("mlflow")).test_connection()[1]


SERVICE = """\
import bentoml

@bentoml.service(workers=1)
class Echo:
    @bentoml.api
    def double(self, x: float) -> float:
        return 2 * x
"""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    """A real `bentoml serve`."""
    import os

    (tmp_path / "service.py").write_text(SERVICE)
    port = free_port()
    command = [sys.executable, "-m", "bentoml", "serve", "service:Echo", "--port", str(port)]
    environment = {**os.environ, **SILENT, "BENTOML_HOME": str(tmp_path.parent / "bentoml")}
    log = (tmp_path / "log").open("wb")
    server = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline and server.poll() is None:
            try:
                if httpx.get(f"{url}/readyz", timeout=2).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.3)
        else:
            pytest.fail((tmp_path / "log").read_text())
        yield url
    finally:
        server.terminate()
        server.wait(120)
        log.close()


def test_bentoml_asks_a_served_bento(connect: Connect, service: str) -> None:
    from aileron_airflow.hooks.bentoml import BentoMLHook

    hook = BentoMLHook(connect("bentoml", host=service))
    assert hook.is_ready()
    assert hook.test_connection()[0]
    assert "/double" in hook.routes()
    assert hook.predict("/double", {"x": 1.5}) == "3.0" or hook.predict("/double", {"x": 1.5}) == 3
    with pytest.raises(InvalidInput, match="/double"):
        hook.predict("/double", {"y": 1})


def test_great_expectations_validates_with_a_suite_of_a_project_or_of_the_call(
    connect: Connect, tmp_path: Path
) -> None:
    import great_expectations
    import pandas as pd
    from great_expectations.core import ExpectationSuite

    from aileron_airflow.hooks.great_expectations import GreatExpectationsHook

    frame = pd.DataFrame({"x": [1, 2, None]})
    not_null = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "x"}}
    memory = GreatExpectationsHook(connect("great_expectations"))
    assert memory.test_connection()[0]
    result = memory.validate(frame, [not_null])
    assert not result["success"]
    assert result["results"][0]["result"]["unexpected_count"] == 1
    assert memory.validate(frame.dropna(), [not_null])["success"]

    project = tmp_path / "project"
    project.mkdir()
    hook = GreatExpectationsHook(connect("great_expectations", host=str(project)))
    assert not hook.test_connection()[0]
    context = great_expectations.get_context(mode="file", project_root_dir=str(project))
    context.suites.add(ExpectationSuite(name="full", expectations=[not_null]))
    assert hook.test_connection()[0]
    assert hook.suites() == ["full"]
    assert not hook.validate(frame, "full")["success"]
    with pytest.raises(InvalidInput, match="other"):
        hook.validate(frame, "other")
