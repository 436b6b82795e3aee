"""Making a backup: one moment of the databases and references, then the bytes they name.

Bytes are written before names everywhere in the platform, and never change. So what a moment's
names say is there when the moment is over, and copying it may take as long as it takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from aileron import __version__
from aileron.backup.databases import LEDGER, Urls, open_databases
from aileron.backup.files import (
    Passed,
    home_files,
    private_files,
    secret_files,
    workspace_files,
)
from aileron.backup.moment import Moment, one_moment
from aileron.backup.programs import dump, fitting
from aileron.backup.record import FERNET_KEY, HOME, WORKSPACE, Area, Backup, DatabaseRecord
from aileron.backup.target import Target
from aileron.backup.writing import Writer, shortened, unreadable
from aileron.core.errors import AileronError, InvalidInput, sentence
from aileron.core.names import DEFAULT_PROJECT
from aileron.core.settings import Settings
from aileron.data.deletion import listings, objects_of
from aileron.data.repository import MAIN, DataRepository
from aileron.data.versions import DELETED, TAGS, UNDONE, Versions
from aileron.ledger import Ledger
from aileron.retention.alone import alone
from aileron.store import open_store

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
        Conflict: somebody removes, or makes another backup.
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
    before, number = target.latest(), max(target.numbers(), default=0) + 1
    writer, versions = Writer(target, before), Versions.of(settings)
    with one_moment(urls, lambda: versions.repository.references(*REFERENCES)) as moment:
        report("databases")
        databases = tuple(_dumped(writer, moment))
    report("files")
    private, notes = _write_files(writer, settings, target, secrets=secrets)
    report("datasets")
    _write_datasets(writer, versions, moment)
    report("artifacts")
    writer.artifacts(open_store(settings.store_root))
    digest = target.write_secrets(number, private) if secrets else None
    if target.is_open:
        notes.append(sentence("backup.open_target"))
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
        secrets_digest=digest,
        missing=writer.missing,
        notes=shortened(notes),
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
    if target.folder is None and secrets:
        raise InvalidInput("backup.secrets_in_bucket", where=target.store.root)
    kept = [settings.store_root, settings.dataset_remote, str(settings.data_repository)]
    for folder in kept:
        if _is_in(target, folder):
            raise InvalidInput("backup.target_inside", where=target.store.root, folder=folder)


def _is_in(target: Target, folder: str) -> bool:
    """Whether the target is `folder`, of a file system or of a bucket, or lies in it."""
    if target.folder is None or "://" in folder:
        return f"{target.store.root.rstrip('/')}/".startswith(f"{folder.rstrip('/')}/")
    return target.folder.is_relative_to(Path(folder).resolve())


@contextmanager
def _nothing_is_removed(ledger_url: str, actor: str, repository: DataRepository) -> Iterator[None]:
    """Let nobody sweep or purge meanwhile; new things may come.

    Raises:
        Conflict: a sweep, a purge or another backup is at work.
    """
    ledger = Ledger(ledger_url, actor)
    try:
        with alone(ledger, "backup"), ExitStack() as stack:
            if repository.exists:
                stack.enter_context(repository.using_objects())
            yield
    finally:
        ledger.close()


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


def _write_files(
    writer: Writer, settings: Settings, target: Target, *, secrets: bool
) -> tuple[dict[str, bytes], list[str]]:
    """Files of the state directory and the workspace; returns secrets, and what is to be known."""
    home, workspace = settings.home.resolve(), settings.workspace.resolve()
    others = {home, *([target.folder] if target.folder else [])}
    passed = {HOME: Passed(), WORKSPACE: Passed()}
    of_home = list(home_files(home, others, passed[HOME]))
    of_workspace = list(workspace_files(workspace, others, passed[WORKSPACE]))
    hidden = private_files(home, of_home, by_name=True)
    private = private_files(workspace, of_workspace, by_name=False)
    writer.files(Area.HOME, home, (path for path in of_home if path not in hidden))
    open_files = (path for path in of_workspace if path not in private)
    writer.files(Area.WORKSPACE, workspace, open_files)
    keys = [*secret_files(home, passed[HOME]), *sorted(hidden)]
    contents = {
        **_contents(writer, HOME, home, keys),
        **_contents(writer, WORKSPACE, workspace, sorted(private)),
    }
    for root, which in ((home, passed[HOME]), (workspace, passed[WORKSPACE])):
        writer.note(unreadable(error, Path(error.filename or root)) for error in which.unreadable)
    return contents, list(_notes(passed, contents, secrets=secrets))


def _notes(
    passed: Mapping[str, Passed], private: Collection[str], *, secrets: bool
) -> Iterator[str]:
    if not secrets:
        yield from (sentence("backup.private_left_out", file=path) for path in sorted(private))
    elif FERNET_KEY not in private:
        yield sentence("backup.key_elsewhere")
    for prefix, which in passed.items():
        names = (f"{prefix}{path.as_posix()}" for path in sorted(which.links))
        yield from (sentence("backup.link_left_out", file=_printable(name)) for name in names)


def _printable(name: str) -> str:
    return name.encode(errors="backslashreplace").decode()


def _contents(writer: Writer, prefix: str, root: Path, paths: Iterable[Path]) -> dict[str, bytes]:
    """Path -> bytes; one that goes meanwhile was no part of what the moment shows."""
    found = {}
    for path in writer.nameable(root, paths):
        try:
            found[f"{prefix}{path.as_posix()}"] = (root / path).read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            writer.note([unreadable(error, root / path)])
    return found


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
