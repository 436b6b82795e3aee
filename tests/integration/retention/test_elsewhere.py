"""Sweeping what lies beside a folder: S3, the dataset remote, MLflow; and what runs then."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugins.engines import journal, sample_nodes
from plugins.past import DAY, SPEC, Past, whys
from plugins.stores import S3Backend

from aileron.core.errors import Conflict, Refused, StepFailed
from aileron.core.ports import ArtifactKind
from aileron.data.deletion import Hidden
from aileron.data.remote import DatasetRemote
from aileron.data.repository import DataRepository
from aileron.ledger import Ledger, NodeState, RunState
from aileron.registry.mlflow_rest import Mlflow
from aileron.registry.tracked import KEY_TAG
from aileron.retention import Retention
from aileron.retention.alone import alone
from aileron.run import exchange
from aileron.run.engine import Engine
from aileron.store import open_store
from aileron.store.owner import owner_of

LATER = 40 * DAY


def test_a_bucket_is_swept_as_a_folder_is(
    past: Past, s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr("aileron.store.s3.SETTLE_SECONDS", 0.0)
    past.store = open_store(S3Backend("retention").root)
    going, kept = past.artifact("shared", "own"), past.artifact("shared", "other")
    past.run([going])
    past.run([kept], days=None)
    for _ in range(2):
        past.run(days=50)
    found = Retention(
        past.settings, past.ledger, past.store, SPEC, clock=lambda: time.time() + 2 * DAY
    ).sweep(dry_run=False)
    assert whys(found) == {("model", "retired_run"): 1, ("record", "retired_run"): 1}
    assert not past.store.exists(going)
    past.store.verify(kept)


def tagged(past: Past, number: int, folder: Path, prefix: str = "refs/tags/") -> str:
    """Version `number` of dataset `pumps`, as the step that makes versions leaves it."""
    repository = DataRepository(past.settings.data_repository)
    repository.create()
    pushed = DatasetRemote(past.settings.dataset_remote).push(folder)
    dvc = f"outs:\n- md5: {pushed.md5}\n  path: data\n"
    commit = repository.commit({"default/pumps/data.dvc": dvc.encode()}, None, "v", "ann")
    repository.move({f"{prefix}default/pumps@v{number}": (None, commit)})
    return pushed.md5


def dataset(folder: Path, *rows: str) -> Path:
    folder.mkdir()
    for row in rows:
        (folder / row).write_text(row)
    return folder


def aged(remote: DatasetRemote) -> None:
    for path in Path(remote.url).rglob("*"):
        os.utime(path, (time.time() - LATER, time.time() - LATER))


def test_objects_of_no_dataset_version_go_from_the_remote(past: Past, tmp_path: Path) -> None:
    remote = DatasetRemote(past.settings.dataset_remote)
    there = tagged(past, 1, dataset(tmp_path / "v1", "a", "b"))
    hidden = tagged(past, 2, dataset(tmp_path / "v2", "b", "c"), "refs/deleted/")
    undone = tagged(past, 3, dataset(tmp_path / "v3", "c", "d"), "refs/undone/")
    broken_off = remote.push(dataset(tmp_path / "v4", "d", "e")).md5
    assert past.sweep().going == ()
    aged(remote)
    dry = past.sweep(dry_run=True)
    assert whys(dry) == {("object", "untagged"): 4}  # two listings, `d` and `e`
    assert past.sweep() == dry
    for md5 in (there, hidden):
        assert remote.check(md5) == []
    assert [remote.size(md5) for md5 in (undone, broken_off)] == [0, 0]
    assert past.sweep().going == ()


def test_of_a_shared_remote_only_what_was_taken_back_goes(past: Past, tmp_path: Path) -> None:
    remote = DatasetRemote(past.settings.dataset_remote)
    tagged(past, 1, dataset(tmp_path / "v1", "a", "b"))
    undone = tagged(past, 2, dataset(tmp_path / "v2", "b", "c"), "refs/undone/")
    foreign = remote.push(dataset(tmp_path / "theirs", "z")).md5
    aged(remote)
    spec = SPEC.model_copy(update={"dataset_remote": "shared"})
    found = past.retention(spec=spec).sweep(dry_run=False)
    assert whys(found) == {("object", "untagged"): 2}  # a listing and `c`
    assert remote.size(undone) == 0
    assert remote.check(foreign) == []


def test_nothing_goes_while_a_listing_that_stays_cannot_be_read(past: Past, tmp_path: Path) -> None:
    remote = DatasetRemote(past.settings.dataset_remote)
    there = tagged(past, 1, dataset(tmp_path / "v1", "a"))
    remote.push(dataset(tmp_path / "v2", "b"))
    path = Path(remote.objects.oid_to_path(there))
    path.chmod(0o644)
    path.write_text("[]x")
    aged(remote)
    from aileron.data.versions import Versions

    with pytest.raises(StepFailed):
        Hidden(Versions.of(past.settings)).sweep(time.time(), ours=True, dry_run=False)
    assert len(list(remote.stock())) == 4


def test_mlflow_loses_the_runs_of_ours_that_were_retired(past: Past, mlflow_server: str) -> None:
    past.settings = past.settings.model_copy(update={"mlflow_url": mlflow_server})
    old = int((time.time() - LATER) * 1000)
    with Mlflow(mlflow_server) as mlflow:
        experiment = mlflow.ensure_experiment("default/retained")

        def tracked(key: str | None, start: int = old, **days: Any) -> str:
            tags = {KEY_TAG: key} if key else {"somebody": "else"}
            run = mlflow.create_run(experiment, "run", start, tags)
            mlflow.finish_run(run.id, "FINISHED", start + 1)
            if days:
                past.run(workflow="retained", key=key, **days)
            return run.id

        gone = tracked("gone", days=60)
        registered = tracked("registered", days=60)
        recent = [tracked(f"recent{days}", days=days) for days in (40, 41)]
        kept = [*recent, tracked(None), tracked("young", start=int(time.time() * 1000))]
        model = past.artifact("model")
        past.ledger.models.add("default", "pumps", model.digest, model, mlflow_run_id=registered)
        dry = past.sweep(dry_run=True)
        assert whys(dry)["run", "retired_run"] == 1
        found = past.sweep()
        assert whys(found)["run", "retired_run"] == 1
        states = {one: mlflow.run(one) for one in (gone, registered, *kept)}
    assert {one for one, run in states.items() if run is None or not run.active} == {gone}


def test_a_swept_result_is_made_again(
    engine: Engine, ledger: Ledger, past: Past, start_run: Callable[..., Any], tmp_path: Path
) -> None:
    nodes = sample_nodes(tmp_path)[:2]

    def run() -> list[NodeState]:
        plan = engine.store_plan(start_run(nodes))
        states = [engine.execute(plan, node.name).state for node in nodes]
        ledger.runs.finish(plan.run_id, RunState.SUCCEEDED)
        return states

    assert run() == [NodeState.SUCCEEDED] * 2
    assert run() == [NodeState.REUSED] * 2
    past.grow_old()
    past.sweep()
    assert run() == [NodeState.REUSED] * 2, "the newest runs keep it"
    past.sql(
        "UPDATE runs SET started = now() - interval '60 days', ended = now() - interval '59 days'"
    )
    for days in (40, 41):
        past.run(days=days, workflow="sample")
    past.sql("UPDATE leases SET expires = now() - interval '60 days'")
    past.grow_old()
    past.sweep()
    assert run() == [NodeState.SUCCEEDED] * 2
    assert journal(tmp_path) == ["numbers", "mean"] * 2


def test_what_is_reused_while_a_sweep_is_thinking_stays(past: Past) -> None:
    """The sweep has read the ledger, in which nobody needs it; then somebody finds it."""
    from aileron.run.known import Known

    cached = past.artifact("cached")
    past.cached("key", {"model": cached})
    past.grow_old()
    stock, asked = past.store.stock, []

    def ask_first() -> Any:
        if not asked:
            asked.append(Known(past.ledger, past.store).outputs("default", "key"))
        return stock()

    past.store.stock = ask_first  # type: ignore[method-assign]
    past.sweep()
    assert asked == [{"model": cached}]
    past.store.verify(cached)


def test_a_store_of_another_installation_is_not_swept(past: Past) -> None:
    past.artifact("theirs")
    past.sweep()
    past.sql("UPDATE installation SET name = 'another'")
    other = Ledger(past.ledger._database)
    retention = Retention(past.settings, other, past.store, SPEC)
    for dry_run in (True, False):
        with pytest.raises(Refused, match="another installation"):
            retention.sweep(dry_run=dry_run)


def test_a_store_that_nobody_claimed_is_swept_only_where_all_of_it_is_known(past: Past) -> None:
    past.store.clear()
    past.run([past.artifact("ours")])
    theirs = past.artifact("theirs")
    past.grow_old()
    assert past.sweep(dry_run=True).going, "to look is free"
    with pytest.raises(Refused, match="1 artifacts in it that no record here names"):
        past.sweep()
    past.store.verify(theirs)
    assert owner_of(past.store) is None
    past.retention().sweep(dry_run=False, claim=True)
    assert not past.store.exists(theirs)
    assert owner_of(past.store) == past.ledger.installation


def test_what_says_whose_the_store_is_does_not_disturb_the_daily_tidying(past: Past) -> None:
    past.store.clear()
    past.sweep()
    assert owner_of(past.store) == past.ledger.installation
    for path in Path(past.store.root).rglob("*"):
        os.utime(path, (time.time() - LATER, time.time() - LATER))
    exchange.sweep(past.store)
    assert owner_of(past.store) == past.ledger.installation
    past.sweep()


@pytest.mark.parametrize("work", ["backup", "purge", "gc"])
def test_who_is_at_work_is_told_by_what_it_does(past: Past, work: Any) -> None:
    said = {"backup": "backup is being made", "purge": "purged", "gc": "sweep is under way"}
    with alone(past.ledger, work), pytest.raises(Conflict, match=said[work]):
        past.sweep()
    past.sweep()


def test_to_look_waits_for_nobody_who_uses_the_objects(past: Past, tmp_path: Path) -> None:
    tagged(past, 1, dataset(tmp_path / "v1", "a"))
    with DataRepository(past.settings.data_repository).using_objects():
        past.sweep(dry_run=True)


def test_one_sweeps_at_a_time(past: Past) -> None:
    lease = past.ledger.leases.acquire("retention", "another", 60)
    assert lease is not None
    with pytest.raises(Conflict, match="under way"):
        past.sweep()
    past.sweep(dry_run=True)


def test_nothing_goes_while_an_artifact_that_stays_is_damaged(past: Past) -> None:
    kept, unknown = past.artifact("kept"), past.artifact("unknown")
    past.run([kept], days=None)
    past.grow_old()
    path = Path(past.store.root, "manifests", kept.digest[:2], f"{kept.digest}.json")
    path.chmod(0o644)
    path.write_text("damaged")
    past.grow_old()
    with pytest.raises(StepFailed, match="damaged"):
        past.sweep()
    past.store.verify(unknown)
    assert unknown.kind is ArtifactKind.MODEL
