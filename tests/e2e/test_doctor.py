"""The doctor on a released service: clean when all is well, and each broken link by its name.

Every break is made where the thing lies (ledger rows, store, DVC remote, data repository,
MLflow, gateway, process) and mended again. The supervisor, which repairs projections within
seconds, sleeps meanwhile.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from plugins.command import Command
from plugins.waiting import wait_until
from sqlalchemy import create_engine, text

from aileron.core.names import dataset_tag, registered_model
from aileron.core.ports import Reference
from aileron.core.settings import Settings
from aileron.data.versions import Versions
from aileron.doctor import Finding, examine_champions
from aileron.ledger import Champion, Desired, Ledger, Revision, RevisionState
from aileron.registry import CHAMPION_ALIAS
from aileron.registry.mlflow_rest import Mlflow
from aileron.stack.stack import Stack
from aileron.store import Store
from aileron.store.store import blob_key, manifest_key

SUBJECT = "default/small"
TAG = dataset_tag("default", "small", 1)


@dataclass(frozen=True)
class Patient:
    """The champion of lifecycle `small`, and everything its links lead to."""

    settings: Settings
    ledger: Ledger
    store: Store
    stack: Stack

    @property
    def champion(self) -> Champion:
        champion = self.ledger.champions.get("default", "small")
        assert champion is not None
        return champion

    @property
    def revision(self) -> Revision:
        champion = self.champion
        revision = self.ledger.revisions.get("default", champion.service, champion.revision)
        assert revision is not None
        return revision

    def findings(self) -> list[Finding]:
        """What the doctor says, in this process."""
        return list(examine_champions(self.settings, self.ledger, self.store))

    def is_well(self) -> bool:
        return all(finding.health == "ok" for finding in self.findings())

    def manifest(self, reference: Reference) -> Path:
        return Path(self.settings.store_root) / manifest_key(reference.digest)

    def blob(self, reference: Reference, path: str) -> Path:
        entries = self.store.manifest(reference).files
        digest = next(entry.digest for entry in entries if entry.path == path)
        return Path(self.settings.store_root) / blob_key(digest)

    def remote_object(self) -> Path:
        versions = Versions.of(self.settings)
        listing = versions.show("default", "small", 1).data.md5
        path, oid = versions.remote.files(listing)[-1]
        assert path.endswith(".parquet")
        return Path(self.settings.dataset_remote) / "files" / "md5" / oid[:2] / oid[2:]


@pytest.fixture(scope="module")
def released(aileron: Command) -> None:
    """The lifecycle `small` has been released."""
    aileron("lifecycle", "run", "small", "--wait", "--json")


@pytest.fixture
def patient(
    released: None, stack: Stack, stack_settings: Settings, stack_ledger: Any, stack_store: Store
) -> Patient:
    """The champion, healthy before it is hurt."""
    patient = Patient(stack_settings, stack_ledger, stack_store, stack)
    wait_until(patient.is_well, 60)
    return patient


@contextmanager
def asleep(pid: int) -> Iterator[None]:
    """The process does nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def supervisor(patient: Patient) -> int:
    """The process that repairs projections and starts revisions anew."""
    (pid,) = [server.pid for server in patient.stack.status() if server.name == "supervisor"]
    assert pid is not None
    return pid


@contextmanager
def rows_gone(patient: Patient, table: str, **key: Any) -> Iterator[None]:
    """Rows deleted as the database's owner can: past foreign keys and append-only triggers."""
    where = " AND ".join(f"{column} = :{column}" for column in key)
    engine = create_engine(patient.settings.require("ledger_url"))
    past_all = text("SET LOCAL session_replication_role = replica")
    with engine.begin() as owner:
        owner.execute(past_all)
        gone = owner.execute(
            text(f"DELETE FROM {table} t WHERE {where} RETURNING to_jsonb(t)"), key
        ).scalars()
        rows = [json.dumps(row) for row in gone]
    assert rows
    try:
        yield
    finally:
        with engine.begin() as owner:
            owner.execute(past_all)
            back = (
                f"INSERT INTO {table} OVERRIDING SYSTEM VALUE "  # numbers come back as they were
                f"SELECT * FROM jsonb_populate_record(NULL::{table}, :row)"
            )
            for row in rows:
                owner.execute(text(back), {"row": row})
        engine.dispose()


@contextmanager
def gone(path: Path) -> Iterator[None]:
    """The file is not there; its bytes may be shared by hard links, so it is only renamed."""
    away = path.with_name(f"{path.name}.away")
    path.rename(away)
    try:
        yield
    finally:
        away.rename(path)


@contextmanager
def corrupt(path: Path) -> Iterator[None]:
    """The file has one wrong byte."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    with gone(path):
        path.write_bytes(content)
        try:
            yield
        finally:
            path.unlink()


def version_row_gone(patient: Patient) -> AbstractContextManager[None]:
    return rows_gone(patient, "model_versions", project="default", name="small", version=1)


def model_gone(patient: Patient) -> AbstractContextManager[None]:
    return gone(patient.manifest(patient.champion.model_reference))


def package_blob_gone(patient: Patient) -> AbstractContextManager[None]:
    return gone(patient.blob(patient.champion.package_reference, "package.json"))


def verdict_gone(patient: Patient) -> AbstractContextManager[None]:
    reference = patient.champion.verdict_reference
    assert reference is not None
    return gone(patient.manifest(reference))


def verdict_changed(patient: Patient) -> AbstractContextManager[None]:
    reference = patient.champion.verdict_reference
    assert reference is not None
    return corrupt(patient.blob(reference, "verdict.json"))


def run_gone(patient: Patient) -> AbstractContextManager[None]:
    return rows_gone(patient, "runs", run_id=patient.champion.run_id)


def dataset_row_gone(patient: Patient) -> AbstractContextManager[None]:
    return rows_gone(patient, "dataset_versions", project="default", name="small", version=1)


@contextmanager
def tag_gone(patient: Patient) -> Iterator[None]:
    def git(*words: str) -> str:
        where = ["git", "--git-dir", str(patient.settings.data_repository)]
        done = subprocess.run([*where, *words], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    commit = git("rev-parse", f"refs/tags/{TAG}")
    git("update-ref", "-d", f"refs/tags/{TAG}")
    try:
        yield
    finally:
        git("update-ref", f"refs/tags/{TAG}", commit)


def remote_object_corrupt(patient: Patient) -> AbstractContextManager[None]:
    return corrupt(patient.remote_object())


def remote_object_gone(patient: Patient) -> AbstractContextManager[None]:
    return gone(patient.remote_object())


@contextmanager
def alias_moved(patient: Patient) -> Iterator[None]:
    """Someone made a version in MLflow's own pages, and gave it the alias."""
    name = registered_model("default", "small")
    ours = patient.ledger.models.get("default", "small", patient.champion.version)
    assert ours is not None
    assert ours.mlflow_version is not None
    assert ours.mlflow_run_id is not None
    with Mlflow.of(patient.settings) as mlflow:
        run = mlflow.run(ours.mlflow_run_id)
        assert run is not None
        model = mlflow.create_logged_model(run.experiment_id, "other", run.id, {}, {})
        mlflow.finish_logged_model(model.id, run.id)
        other = mlflow.create_version(name, model.id, run.id, "made by hand", {})
        mlflow.set_alias(name, CHAMPION_ALIAS, other.version)
        try:
            yield
        finally:
            mlflow.set_alias(name, CHAMPION_ALIAS, ours.mlflow_version)
            mlflow.delete_version(name, other.version)
            mlflow.delete_logged_model(model.id)


@contextmanager
def route_changed(patient: Patient) -> Iterator[None]:
    service = patient.champion.service
    route = patient.ledger.routes.get("default", service)
    assert route is not None
    patient.ledger.routes.set("default", service, {}, route.fence)
    try:
        yield
    finally:
        weights = {share.revision: share.weight for share in route.weights}
        patient.ledger.routes.set("default", service, weights, route.fence)


@contextmanager
def revision_unhealthy(patient: Patient) -> Iterator[None]:
    seen = patient.revision
    place = ("default", seen.service, seen.number)
    patient.ledger.revisions.report(
        *place, RevisionState.UNHEALTHY, seen.address, seen.pid, "it does not answer"
    )
    try:
        yield
    finally:
        patient.ledger.revisions.report(*place, RevisionState.HEALTHY, seen.address, seen.pid)


@contextmanager
def process_killed(patient: Patient) -> Iterator[None]:
    """Nobody has noticed yet: the ledger still says healthy."""
    pid = patient.revision.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    yield


BREAKS = [
    ("model version", version_row_gone, "no such model version", "没有这个模型版本"),
    ("model files", model_gone, "artifact:", "artifact:"),
    ("package files", package_blob_gone, "package.json", "package.json"),
    ("verdict", verdict_gone, "artifact:", "artifact:"),
    ("verdict", verdict_changed, "verdict.json", "verdict.json"),
    ("run", run_gone, "default/small/", "default/small/"),
    ("dataset", dataset_row_gone, "small version 1", "small 第 1 版"),
    ("dataset", tag_gone, "default/small@v1", "default/small@v1"),
    ("dataset", remote_object_corrupt, "part-00000.parquet", "part-00000.parquet"),
    ("dataset", remote_object_gone, "part-00000.parquet", "part-00000.parquet"),
    ("alias", alias_moved, "alias `champion` of small", "别名 `champion`"),
    ("route", route_changed, "The route of small goes to revision -", "small 的路由"),
    ("revision", revision_unhealthy, "is unhealthy: it does not answer", "unhealthy"),
    ("revision", process_killed, "does not answer at", "没有响应"),
]  # fmt: skip


def broken(findings: list[dict[str, Any]]) -> dict[str, str]:
    return {
        finding["link"]: finding["says"]
        for finding in findings
        if finding["subject"] == SUBJECT and finding["health"] == "broken"
    }


def test_after_a_release_every_link_holds(patient: Patient, aileron: Command) -> None:
    findings = aileron("doctor", "--json").json
    ours = {finding["link"] for finding in findings if finding["subject"] == SUBJECT}
    assert {link for link, *_ in BREAKS} == ours
    assert {finding["health"] for finding in findings} == {"ok"}


@pytest.mark.parametrize(
    ("link", "hurt", "english", "chinese"), BREAKS, ids=[hurt.__name__ for _, hurt, *_ in BREAKS]
)
def test_each_broken_link_is_named_and_no_other(
    patient: Patient,
    aileron: Command,
    monkeypatch: pytest.MonkeyPatch,
    link: str,
    hurt: Callable[[Patient], AbstractContextManager[None]],
    english: str,
    chinese: str,
) -> None:
    with asleep(supervisor(patient)), hurt(patient):
        found = broken(aileron("doctor", "--json", code=1).json)
        assert set(found) == {link}
        assert english in found[link]
        monkeypatch.setenv("AILERON_LANG", "zh")
        assert chinese in broken([f.model_dump() for f in patient.findings()])[link]
    wait_until(patient.is_well, 180)


def test_a_damaged_model_file_is_named_wherever_it_is_carried(
    patient: Patient, aileron: Command
) -> None:
    """The store keeps equal files once, so the package loses its copy with the model."""
    with corrupt(patient.blob(patient.champion.model_reference, "model.skops")):
        found = broken(aileron("doctor", "--json", code=1).json)
    assert set(found) == {"model files", "package files"}
    assert all("model.skops" in says for says in found.values())
    assert patient.is_well()


def test_a_service_that_was_stopped_on_request_is_no_broken_link(
    patient: Patient, aileron: Command
) -> None:
    services = patient.ledger.services
    with asleep(supervisor(patient)):
        services.set_desired("default", "small", Desired.STOPPED)
        try:
            findings = aileron("doctor", "--json").json
        finally:
            services.set_desired("default", "small", Desired.RUNNING)
    (warning,) = [f for f in findings if f["health"] == "warning"]
    assert (warning["subject"], warning["link"]) == (SUBJECT, "revision")
    assert "aileron service start small" in warning["says"]
