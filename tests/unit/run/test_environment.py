"""A step's process gets few variables, and no credential that nobody meant it to have."""

from pathlib import Path

import pytest

from aileron.core.settings import SILENT
from aileron.run.environment import available_cpus, step_environment

HOME = Path("/state")


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AILERON_LEDGER_URL", "AIRFLOW_CONN_DB", "AWS_SECRET_ACCESS_KEY", "MY_TOKEN"):
        monkeypatch.setenv(name, "hush")
    monkeypatch.setenv("PATH", "/bin")


def test_a_component_gets_no_secret() -> None:
    env = step_environment(HOME, "/state/store", {"MINE": "1"})
    assert "hush" not in env.values()
    assert env["PATH"] == "/bin"
    assert env["MINE"] == "1"
    assert env["AILERON_HOME"] == "/state"
    assert SILENT.items() <= env.items()


def test_an_s3_store_needs_its_access() -> None:
    assert step_environment(HOME, "s3://b/p", {})["AWS_SECRET_ACCESS_KEY"] == "hush"


def test_an_effect_gets_the_settings() -> None:
    env = step_environment(HOME, "/store", {}, {"AILERON_LEDGER_URL": "postgresql://x"})
    assert env["AILERON_LEDGER_URL"] == "postgresql://x"
    assert "MY_TOKEN" not in env


def test_a_step_gets_further_variables_that_its_node_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    env = step_environment(HOME, "/store", {}, None, ("MY_TOKEN", "NOT_SET"))
    assert env["MY_TOKEN"] == "hush"
    assert "NOT_SET" not in env
    assert "AILERON_LEDGER_URL" not in env


def test_threads_follow_the_processors_unless_the_node_says_otherwise() -> None:
    assert step_environment(HOME, "", {})["OPENBLAS_NUM_THREADS"] == str(available_cpus())
    env = step_environment(HOME, "", {"OMP_NUM_THREADS": "1"})
    assert env["OPENBLAS_NUM_THREADS"] == env["OMP_NUM_THREADS"] == "1"
