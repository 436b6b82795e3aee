"""The daily DAG that removes what is of no use any more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from plugins.airflow import Scheduler

from aileron.data.sources.connections import Limits
from aileron.data.sources.uploads import ABOUT, Uploads

LONG_AGO = 1_600_000_000
POLICY = "apiVersion: aileron/v1\nkind: Retention\n"


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


def test_it_sweeps_what_nobody_needs_only_where_that_is_wanted(scheduler: Scheduler) -> None:
    from aileron.client.local import Installation
    from aileron.core.ports import ArtifactKind
    from aileron.core.settings import Settings
    from aileron.retention.alone import alone
    from aileron.store.owner import give
    from aileron_airflow.housekeeping import TidyOperator

    installation = Installation(Settings.load())
    give(installation.store, installation.ledger.installation)
    unknown = installation.store.put_json(ArtifactKind.REPORT, "report.json", ["nobody's"])
    for one in installation.store.stock():
        os.utime(Path(installation.store.root, one.key), (LONG_AGO, LONG_AGO))
    scheduler.workspace.write("configs/retention.yaml", POLICY + "automatic: false\n")
    TidyOperator(task_id="tidy")._retire(installation)
    assert installation.store.exists(unknown)
    scheduler.workspace.write("configs/retention.yaml", POLICY + "automatic: true\n")
    with alone(installation.ledger, "backup"):
        TidyOperator(task_id="tidy")._retire(installation)
    assert installation.store.exists(unknown), "a backup is being made: tomorrow, then"
    TidyOperator(task_id="tidy")._retire(installation)
    assert not installation.store.exists(unknown)
    (told, *_) = scheduler.ledger.events.list("default", verb="retention.swept")
    assert told.actor == "aileron_housekeeping"
    installation.close()
