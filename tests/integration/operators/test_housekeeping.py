"""The daily DAG that removes what is of no use any more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from plugins.airflow import Scheduler

from aileron.data.sources.connections import Limits
from aileron.data.sources.uploads import ABOUT, Uploads

LONG_AGO = 1_600_000_000


def test_it_frees_what_nobody_has_used_for_long(scheduler: Scheduler) -> None:
    uploads = Uploads(Path(os.environ["AILERON_HOME"]), Limits())
    made = [uploads.begin(f"{name}.csv", 3, "li", "default") for name in ("old", "new")]
    old, new = (uploads.append(one, 0, [b"a,b"]) for one in made)
    left = Path(os.environ["AILERON_STORE_URI"], "executions/aileron-a/1/log/1")
    left.parent.mkdir(parents=True)
    left.write_text("nobody collected it")
    for path in (old.path, old.path.with_name(ABOUT), left):
        os.utime(path, (LONG_AGO, LONG_AGO))
    scheduler.ledger.events.append("default", "li", "upload.begun", f"upload:{old.id}")
    dag = scheduler.bag().dags["aileron_housekeeping"]
    assert (dag.is_paused_upon_creation, dag.catchup) == (False, False)
    run = dag.test()
    assert run.state == "success"
    assert [one.id for one in uploads.all()] == [new.id]
    assert not left.exists()
    (told,) = scheduler.ledger.events.list("default", verb="storage.tidied")
    assert told.after is not None
    assert (told.after["uploads"], told.after["bytes"]) == ([old.id], 3)
    (gone,) = scheduler.ledger.events.list("default", verb="upload.expired")
    assert (gone.subject, gone.actor) == (f"upload:{old.id}", "aileron_housekeeping")
    uploads.remove(new)


def test_a_pool_that_cannot_be_read_stops_no_other(
    scheduler: Scheduler, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from aileron.client.local import Installation
    from aileron.core.settings import Settings
    from aileron_airflow.housekeeping import TidyOperator

    monkeypatch.setenv("KUBECONFIG", "/nowhere/config")
    scheduler.workspace.write("configs/pools/a_broken.yaml", "kind: Pool\n")
    scheduler.workspace.pool_file()
    installation = Installation(Settings.load())
    TidyOperator(task_id="tidy")._remove_orphans(installation)
    installation.close()
    said = capsys.readouterr().out
    assert "a_broken.yaml:1: apiVersion is missing" in said
    assert "shared: There is no way to a Kubernetes cluster" in said
