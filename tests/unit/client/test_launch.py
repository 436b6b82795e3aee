"""A run is started once Airflow has read the workflow's file as it is now."""

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aileron.client import launch as launching
from aileron.client.airflow import AirflowClient, DagRun
from aileron.client.launch import launch
from aileron.core.errors import NotFound
from aileron.core.settings import Settings

PIPELINE = """\
apiVersion: aileron/v1
kind: Pipeline
name: fruit
nodes:
  - {name: data, step: data.ingest, config: {source: {type: file, path: fruit.csv}}}
"""


class Airflow(AirflowClient):
    """Read the DAG last at some time; reads it again when it is asked to."""

    def __init__(self, read: datetime | None, *, dead: bool = False) -> None:
        super().__init__("http://127.0.0.1:9")
        self.read, self.dead = read, dead
        self.asked = 0
        self.unknown = 0
        """How often it will say that it has no such DAG."""
        self.started: list[str] = []

    def read_at(self, dag_id: str) -> datetime | None:
        return self.read

    def read_soon(self) -> None:
        self.asked += 1
        if not self.dead:
            self.read = datetime.now(UTC)

    def trigger(
        self,
        dag_id: str,
        run_id: str,
        conf: Mapping[str, Any] | None = None,
        after: datetime | None = None,
    ) -> DagRun:
        if self.unknown:
            self.unknown -= 1
            raise NotFound("client.dag_not_read", dag=dag_id)
        self.started.append(dag_id)
        return DagRun(dag_id, run_id, "queued", None, None)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A workspace with one workflow, written a minute ago."""
    file = tmp_path / "configs/pipelines/fruit.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(PIPELINE)
    minute_ago = time.time() - 60
    os.utime(file, (minute_ago, minute_ago))
    return Settings.load({"AILERON_WORKSPACE": str(tmp_path), "AILERON_HOME": str(tmp_path / "h")})


def test_a_dag_that_was_read_after_the_last_change_is_started_at_once(settings: Settings) -> None:
    airflow = Airflow(datetime.now(UTC))
    assert launch(settings, airflow, "fruit").startswith("default/fruit/cli__")
    assert (airflow.asked, airflow.started) == (0, ["default__fruit"])


@pytest.mark.parametrize("read", [None, datetime(2026, 1, 1, tzinfo=UTC)])
def test_a_new_or_changed_file_is_read_first(settings: Settings, read: datetime | None) -> None:
    airflow = Airflow(read)
    launch(settings, airflow, "fruit")
    assert (airflow.asked, airflow.started) == (1, ["default__fruit"])


def test_a_reading_that_may_have_begun_before_the_change_is_not_enough(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launching, "READING_SECONDS", 0.6)
    file = settings.workspace / "configs/pipelines/fruit.yaml"
    file.touch()
    airflow = Airflow(datetime(2026, 1, 1, tzinfo=UTC))
    launch(settings, airflow, "fruit")
    assert airflow.read is not None
    assert airflow.read.timestamp() >= file.stat().st_mtime + 0.6
    assert airflow.asked > 1


def test_a_dag_that_nobody_reads_is_not_started(settings: Settings) -> None:
    airflow = Airflow(datetime(2026, 1, 1, tzinfo=UTC), dead=True)
    with pytest.raises(NotFound, match="has not read the DAG default__fruit"):
        launch(settings, airflow, "fruit", patience=0.1)
    assert airflow.started == []


def test_a_dag_that_was_gone_and_is_there_again_is_waited_for(settings: Settings) -> None:
    airflow = Airflow(datetime.now(UTC))
    airflow.unknown = 2
    launch(settings, airflow, "fruit")
    assert airflow.started == ["default__fruit"]


def test_what_has_no_file_is_started_as_it_is(settings: Settings) -> None:
    airflow = Airflow(datetime(2026, 1, 1, tzinfo=UTC))
    launch(settings, airflow, "image_build")
    assert airflow.asked == 0
