"""Making a backup: one moment of the databases and references, then the bytes they name.

Bytes are written before names everywhere in the platform, and never change. So what a moment's
names say is there when the moment is over, and copying it may take as long as it takes.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from aileron import __version__
from aileron.backup.databases import LEDGER, Urls, open_databases
from aileron.backup.files import home_files, is_private, secret_files, workspace_files
from aileron.backup.moment import Moment, one_moment
from aileron.backup.programs import dump, fitting
from aileron.backup.record import Area, Backup, DatabaseRecord
from aileron.backup.target import Target
from aileron.backup.writing import Writer
from aileron.core.errors import AileronError, Conflict, InvalidInput
from aileron.core.names import DEFAULT_PROJECT
from aileron.core.settings import Settings
from aileron.data.deletion import listings, objects_of
from aileron.data.repository import MAIN, DataRepository
from aileron.data.versions import DELETED, TAGS, UNDONE, Versions
from aileron.ledger import Lease, Ledger
from aileron.store import open_store

SWEEP_LEASE: Final = "retention"
"""Of whoever removes what nobody needs: held here, so that nobody does."""
LEASE_SECONDS: Final = 60.0
logger = logging.getLogger("aileron.backup")
REFERENCES: Final = (MAIN, TAGS, DELETED, UNDONE)
Report = Callable[[str], None]


def back_up(
    settings: Settings,
    environ: Mapping[str, str],
    target: Target,
    actor: str,
    *,
    secrets: bool = True,
    report: Report = lambda _: None,
) -> Backup:
    """Keep what the installation is now, whether it runs or not.

    Args:
        environ: names the databases where they are not those of the embedded server.
        secrets: False leaves passwords and keys out.
        report: told what is done next.

    Raises:
        InvalidInput: the target holds other things, is part of what it would keep, or may hold
            no secrets.
        Unavailable: a server does not answer, or the target is full.
        StepFailed: a database could not be dumped.
    """
    _check_target(settings, target, secrets=secrets)
    with target.writing(), open_databases(settings, environ) as urls:
        with _nothing_is_removed(urls[LEDGER], actor, Versions.of(settings).repository):
            backup = _kept(settings, urls, target, actor, secrets, report)
        target.publish(backup)
        tell(urls[LEDGER], actor, "backup.made", backup)
    return backup


def _kept(
    settings: Settings, urls: Urls, target: Target, actor: str, secrets: bool, report: Report
) -> Backup:
    """Write all parts; the backup is there once its record is published."""
    began = time.monotonic()
    before = target.latest()
    number = before.number + 1 if before else 1
    writer, versions = Writer(target, before), Versions.of(settings)
    with one_moment(urls, lambda: versions.repository.references(*REFERENCES)) as moment:
        report("databases")
        databases = tuple(_dumped(writer, moment))
    report("files")
    private = _write_files(writer, settings, target)
    report("datasets")
    _write_datasets(writer, versions, moment)
    report("artifacts")
    writer.artifacts(open_store(settings.store_root))
    if secrets:
        target.write_secrets(number, private)
    return Backup(
        number=number,
        aileron=__version__,
        moment=moment.time,
        actor=actor,
        installation=moment.installation,
        pause_ms=moment.pause_ms,
        seconds=round(time.monotonic() - began, 1),
        open_runs=moment.open_runs,
        databases=databases,
        areas=writer.areas,
        secrets=tuple(sorted(private)) if secrets else (),
        missing=writer.missing,
    )


def tell(ledger_url: str, actor: str, verb: str, backup: Backup) -> None:
    """Write the event of a backup."""
    ledger = Ledger(ledger_url, actor)
    after = {"number": backup.number, "moment": backup.moment.isoformat(), "bytes": backup.bytes}
    try:
        subject = f"backup:{backup.number}"
        ledger.events.append(DEFAULT_PROJECT, actor, verb, subject, None, after)
    finally:
        ledger.close()


def _check_target(settings: Settings, target: Target, *, secrets: bool) -> None:
    if target.folder is None:
        if secrets:
            raise InvalidInput("backup.secrets_in_bucket", where=target.store.root)
        return
    kept = [settings.store_root, settings.dataset_remote, str(settings.data_repository)]
    for folder in kept:
        if "://" not in folder and target.folder.is_relative_to(folder):
            raise InvalidInput("backup.target_inside", where=str(target.folder), folder=folder)


@contextmanager
def _nothing_is_removed(ledger_url: str, actor: str, repository: DataRepository) -> Iterator[None]:
    """Let nobody sweep or purge meanwhile; new things may come.

    Raises:
        Conflict: a sweep is at work.
    """
    ledger = Ledger(ledger_url, actor)
    owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    try:
        lease = ledger.leases.acquire(SWEEP_LEASE, owner, LEASE_SECONDS)
        if lease is None:
            raise Conflict("backup.sweep_at_work")
        with _renewed(ledger, lease), ExitStack() as stack:
            if repository.exists:
                stack.enter_context(repository.using_objects())
            yield
    finally:
        ledger.close()


@contextmanager
def _renewed(ledger: Ledger, lease: Lease) -> Iterator[None]:
    """Hold a lease for as long as it takes."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(LEASE_SECONDS / 3):
            try:
                ledger.leases.renew(lease, LEASE_SECONDS)
            except AileronError as error:
                logger.warning("the backup goes on, and things may be removed: %s", error)

    thread = threading.Thread(target=renew, name="backup", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        ledger.leases.release(lease)


def _dumped(writer: Writer, moment: Moment) -> Iterator[DatabaseRecord]:
    entries = []
    for name, snapshot in moment.snapshots.items():
        program, version = fitting("pg_dump", snapshot.server)
        entry = writer.pieces(f"{name}.dump", dump(snapshot.url, program, snapshot.id))
        entries.append(entry)
        yield DatabaseRecord(
            name=name,
            server=snapshot.server,
            program=version,
            revision=snapshot.revision,
            bytes=entry.size,
        )
    writer.area(Area.DATABASES, entries)


def _write_files(writer: Writer, settings: Settings, target: Target) -> dict[str, bytes]:
    """Files of the state directory and the workspace; returns those that are secrets."""
    home, workspace = settings.home, settings.workspace
    others = {home, *([target.folder] if target.folder else [])}
    writer.files(Area.HOME, home, home_files(home, others))
    found = list(workspace_files(workspace, others))
    private = {path for path in found if is_private(workspace / path)}
    writer.files(Area.WORKSPACE, workspace, (path for path in found if path not in private))
    return {
        **_contents("home", home, secret_files(home)),
        **_contents("workspace", workspace, private),
    }


def _contents(prefix: str, root: Path, paths: Iterable[Path]) -> dict[str, bytes]:
    return {f"{prefix}/{path.as_posix()}": (root / path).read_bytes() for path in paths}


def _write_datasets(writer: Writer, versions: Versions, moment: Moment) -> None:
    """The data repository with the moment's references, and the objects these lead to."""
    repository = versions.repository
    entries = [writer.value("references.json", moment.references)]
    if moment.references:
        bundle = repository.git_bytes("bundle", "create", "--quiet", "-", "--all")
        entries.append(writer.pieces("data.bundle", [bundle]))
    writer.area(Area.REPOSITORY, entries)
    there = [name for name in moment.references if name.startswith((TAGS, DELETED))]
    commits = {name: moment.references[name] for name in there}
    found, errors = _named(versions, commits)
    writer.note(errors)
    writer.remote(versions.remote, found)


def _named(
    versions: Versions, commits: Mapping[str, str]
) -> tuple[set[str], Collection[AileronError]]:
    """The objects of versions, reference -> commit; what is wrong with a listing."""
    objects: set[str] = set()
    errors: list[AileronError] = []
    for directory in sorted(set(listings(versions.repository, commits).values())):
        try:
            objects |= objects_of(versions.remote, [directory], strict=True)
        except AileronError as error:
            errors.append(error)
    return objects, errors
