"""Getting an installation back from a backup, into folders and databases that are empty.

The state directory is made in a folder of its own place, which may be a mount, and moves up
when all is in it. What can be checked is written first, the databases last. What was at
work at the moment of the backup is as after a power cut: its leases are nobody's, service
processes are gone, and Airflow gives tasks that were running to its workers anew.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from aileron.backup.databases import (
    LEDGER,
    Urls,
    connect,
    empty,
    named_databases,
    require_empty,
)
from aileron.backup.make import tell
from aileron.backup.programs import fitting, load
from aileron.backup.record import FERNET_KEY, HOME, WORKSPACE, Area, Backup
from aileron.backup.revival import settle
from aileron.backup.target import Target
from aileron.backup.writing import ARTIFACTS_FILE, artifact
from aileron.core.errors import AileronError, Conflict, InvalidInput, NotFound, Refused
from aileron.core.settings import WORKSPACE_FOLDERS, Settings
from aileron.data.remote import DatasetRemote
from aileron.data.versions import Versions
from aileron.stack.lone import lone_postgres
from aileron.stack.outside import ensure_bucket
from aileron.stack.record import write_private
from aileron.store import open_store
from aileron.store.owner import give, owner_of

DRAFT: Final = ".restoring"
"""Folder of ``AILERON_HOME`` that holds all of it until it is whole."""
NOTHING: Final = frozenset({DRAFT, "lost+found"})
"""What a folder may hold that is called empty."""
Report = Callable[[str], None]
logger = logging.getLogger("aileron.backup")


class Restored(BaseModel):
    """What was restored, and what became of what was at work."""

    model_config = ConfigDict(frozen=True)

    backup: Backup
    workspace: Path
    home: Path
    open_runs: int
    """Runs that Airflow goes on with."""
    services: int
    """Revisions of services that the supervisor starts again."""
    unreadable: int
    """Connections and variables of Airflow whose key the backup does not have."""


def restore(
    target: Target,
    settings: Settings,
    environ: Mapping[str, str],
    actor: str,
    number: int | None = None,
    *,
    workspace: bool = True,
    embedded: bool = True,
    into_existing_store: bool = False,
    report: Report = lambda _: None,
) -> Restored:
    """Make the installation that `settings` names from a backup; if it fails there is nothing.

    Args:
        number: which backup; the newest by default.
        workspace: False leaves the workspace, which must be one, as it is.
        embedded: False fills the databases that `environ` names.
        into_existing_store: store and remote may hold something, which stays: they are those of
            the installation that was backed up, and that is gone.

    Raises:
        Conflict: a folder, a database, the store or the remote is not empty.
        NotFound: the target has no such backup, or lost a part of it.
        StepFailed: a part of it is damaged, or a server refused it.
    """
    backup = target.get(number)
    _require_empty(settings, workspace=workspace)
    _require_own_store(settings, backup, anything=into_existing_store)
    given = None if embedded else _given(environ, backup)
    with ExitStack() as undo:
        with _draft_of(settings) as draft:
            _restore_files(target, backup, draft, report)
            report("datasets")
            _restore_datasets(target, backup, draft, undo, keep=into_existing_store)
            report("artifacts")
            _restore_artifacts(target, backup, draft, undo, keep=into_existing_store)
            if workspace:
                _restore_workspace(target, backup, settings, draft, undo)
            with _databases(draft, given, backup) as urls:
                report("databases")
                for url in given.values() if given else ():
                    _on_failure(undo, empty, url)
                _restore_databases(target, backup, urls)
                settled = settle(urls, keys=FERNET_KEY in backup.secrets)
                tell(urls[LEDGER], actor, "backup.restored", backup)
        undo.pop_all()
    _settle_place(Versions.of(settings))
    return Restored(
        backup=backup, workspace=settings.workspace, home=settings.home, **settled._asdict()
    )


def _require_empty(settings: Settings, *, workspace: bool) -> None:
    home, folder = settings.home, settings.workspace
    if home.is_dir() and any(path.name not in NOTHING for path in home.iterdir()):
        raise Conflict("backup.not_empty", where=str(home), variable="AILERON_HOME")
    if not workspace:
        if not all((folder / name).is_dir() for name in WORKSPACE_FOLDERS[:2]):
            raise InvalidInput("core.no_workspace", start=str(folder))
    elif folder.is_dir() and any(_content(settings)):
        raise Conflict("backup.not_empty", where=str(folder), variable="AILERON_WORKSPACE")


def _content(settings: Settings) -> Iterator[Path]:
    """What the workspace has besides the state directory."""
    for path in settings.workspace.iterdir():
        if path != settings.home and path.name not in NOTHING:
            yield path


def _require_own_store(settings: Settings, backup: Backup, *, anything: bool) -> None:
    """Raise unless store and remote are empty, so that they are nobody else's."""
    if settings.store_root.startswith("s3://"):
        ensure_bucket(settings.store_root, seconds=0)
    store, remote = open_store(settings.store_root), DatasetRemote(settings.dataset_remote)
    if not store.is_empty and owner_of(store) not in (None, backup.installation):
        raise Refused("store.other_installation", where=store.root)
    if anything:
        return
    if not store.is_empty:
        raise Conflict("backup.store_not_empty", where=store.root)
    if next(remote.stock(), None) is not None:
        raise Conflict("backup.store_not_empty", where=remote.url)


def _on_failure(undo: ExitStack, act: Callable[..., None], *arguments: object) -> None:
    """Take something back if the restore fails; why it failed is told in any case."""

    def attempt() -> None:
        try:
            act(*arguments)
        except (AileronError, OSError) as error:
            logger.warning("not taken back: %s", error)

    undo.callback(attempt)


@contextmanager
def _draft_of(settings: Settings) -> Iterator[Settings]:
    """The settings with a state directory inside its place, to which it moves up at the end."""
    home, was_there = settings.home, settings.home.is_dir()
    whole = home / DRAFT
    shutil.rmtree(whole, ignore_errors=True)
    draft = whole / "home"
    draft.mkdir(parents=True)
    moved: list[Path] = []
    try:
        yield settings.model_copy(update={"home": draft})
        moved.extend(path.rename(home / path.name) for path in sorted(draft.iterdir()))
        moved.clear()
    finally:
        shutil.rmtree(whole, ignore_errors=True)
        _remove(moved)
        if not was_there and not any(home.iterdir()):
            home.rmdir()


@contextmanager
def _passing(draft: Settings) -> Iterator[Path]:
    """A folder for a while, on the disk of the state directory: /tmp may be memory."""
    with tempfile.TemporaryDirectory(dir=draft.home.parent) as folder:
        yield Path(folder)


def _remove(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _restore_files(target: Target, backup: Backup, draft: Settings, report: Report) -> None:
    report("files")
    target.store.fetch(backup.areas[Area.HOME].reference, draft.home, writable=True)
    _write_secrets(target, backup, HOME, draft.home)


def _restore_workspace(
    target: Target, backup: Backup, settings: Settings, draft: Settings, undo: ExitStack
) -> None:
    """The workspace may hold the state directory, so its files go in one by one."""
    folder = settings.workspace
    folder.mkdir(parents=True, exist_ok=True)
    _on_failure(undo, lambda: _remove(list(_content(settings))))
    with _passing(draft) as passing:
        reference = backup.areas[Area.WORKSPACE].reference
        whole = target.store.fetch(reference, passing / "workspace", writable=True)
        shutil.copytree(whole, folder, dirs_exist_ok=True)
    _write_secrets(target, backup, WORKSPACE, folder)


def _write_secrets(target: Target, backup: Backup, prefix: str, folder: Path) -> None:
    for path, data in target.read_secrets(backup).items():
        if path.startswith(prefix):
            place = folder / path.removeprefix(prefix)
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(place, data)


def _given(environ: Mapping[str, str], backup: Backup) -> Urls:
    """The databases that variables name, one for each of the backup's; all are empty."""
    names = [database.name for database in backup.databases]
    urls = named_databases(environ)
    lost = sorted(set(names) - urls.keys())
    if lost:
        raise NotFound("backup.database_unnamed", names=", ".join(lost))
    for database in backup.databases:
        _program_for(urls[database.name], database.name, database.program)
    return {name: urls[name] for name in names}


@contextmanager
def _databases(draft: Settings, given: Urls | None, backup: Backup) -> Iterator[Urls]:
    """A URL of an empty database for each of the backup's."""
    if given is not None:
        yield given
        return
    with lone_postgres(draft.home) as server:
        names = [database.name for database in backup.databases]
        for name in names:
            server.ensure_database(name)
        yield {name: server.url(name) for name in names}


def _restore_databases(target: Target, backup: Backup, urls: Urls) -> None:
    reference = backup.areas[Area.DATABASES].reference
    target.store.verify(reference)
    entries = {entry.path: entry for entry in target.store.manifest(reference).files}
    for database in backup.databases:
        url = urls[database.name]
        program = _program_for(url, database.name, database.program)
        entry = entries[f"{database.name}.dump"]
        load(url, program, target.store.pieces(reference, entry))


def _program_for(url: str, name: str, dumped: int) -> Path:
    """The ``pg_restore`` that fills this database from a dump of that version.

    Raises:
        Conflict: the database is not empty.
        Unavailable: there is no such program.
    """
    connection = connect(url)
    try:
        require_empty(connection, name)
        server = connection.server_version // 10_000
    finally:
        connection.close()
    return fitting("pg_restore", server, dumped)[0]


def _restore_datasets(
    target: Target, backup: Backup, draft: Settings, undo: ExitStack, *, keep: bool
) -> None:
    """The data repository with the references of the moment, and the objects on the remote."""
    store, versions = target.store, Versions.of(draft)
    reference = backup.areas[Area.REPOSITORY].reference
    commits: Mapping[str, str] = store.read_json(reference, "references.json")
    if commits:
        repository = versions.repository
        repository.create()
        with _passing(draft) as passing:
            bundle = store.fetch_file(reference, "data.bundle", passing / "data.bundle")
            repository.git("fetch", "--quiet", "--no-tags", str(bundle), "+refs/*:refs/passing/*")
        passing_names = repository.references("refs/passing/")
        new = {name: (None, commit) for name, commit in commits.items()}
        repository.move({**new, **{name: (oid, None) for name, oid in passing_names.items()}})
    if not keep:
        _on_failure(undo, _clear_remote, versions.remote)
    with _passing(draft) as passing:
        _restore_objects(target, backup, versions.remote, passing)


def _settle_place(versions: Versions) -> None:
    """Where the remote is, seen from the repository's own place."""
    if versions.repository.exists:
        versions.write_local_config()


def _clear_remote(remote: DatasetRemote) -> None:
    for oid, _, _ in list(remote.stock()):
        remote.remove(oid)


def _restore_objects(target: Target, backup: Backup, remote: DatasetRemote, passing: Path) -> None:
    reference = backup.areas[Area.REMOTE].reference
    for entry in target.store.manifest(reference).files:
        path = target.store.fetch_file(reference, entry.path, passing / "object")
        remote.add(entry.path, path)
        path.unlink()


def _restore_artifacts(
    target: Target, backup: Backup, draft: Settings, undo: ExitStack, *, keep: bool
) -> None:
    """The store is the restored installation's from now on."""
    store = open_store(draft.store_root)
    if not keep:
        _on_failure(undo, store.clear)
    listed = target.store.read_json(backup.areas[Area.ARTIFACTS].reference, ARTIFACTS_FILE)
    for digest in listed:
        store.take(target.store, artifact(digest))
    if backup.installation:  # a ledger of an earlier version has no name yet
        give(store, backup.installation)
