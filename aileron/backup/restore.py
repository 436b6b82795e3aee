"""Getting an installation back from a backup, into folders and databases that are empty.

The state directory is made beside its place and moved there when all is in it. What was at
work at the moment of the backup is as after a power cut: its leases are nobody's, service
processes are gone, and Airflow gives tasks that were running to its workers anew.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from aileron.backup.databases import LEDGER, Urls, connect, named_databases, require_empty
from aileron.backup.make import tell
from aileron.backup.programs import fitting, load
from aileron.backup.record import Area, Backup
from aileron.backup.revival import settle
from aileron.backup.target import Target
from aileron.backup.writing import ARTIFACTS_FILE, artifact
from aileron.core.errors import Conflict, InvalidInput, NotFound
from aileron.core.settings import WORKSPACE_FOLDERS, Settings
from aileron.data.remote import DatasetRemote
from aileron.data.versions import Versions
from aileron.stack.lone import lone_postgres
from aileron.stack.record import write_private
from aileron.store import open_store

HOME, WORKSPACE = "home/", "workspace/"
"""What begins the paths of secrets."""
Report = Callable[[str], None]


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
    report: Report = lambda _: None,
) -> Restored:
    """Make the installation that `settings` names from a backup.

    Args:
        number: which backup; the newest by default.
        workspace: False leaves the workspace, which must be one, as it is.
        embedded: False fills the databases that `environ` names.

    Raises:
        Conflict: a folder or a database is not empty.
        NotFound: the target has no such backup, or lost a part of it.
        StepFailed: a part of it is damaged, or a server refused it.
    """
    backup = target.get(number)
    _require_empty(settings, workspace=workspace)
    with _draft_of(settings) as draft:
        _restore_files(target, backup, draft, report)
        with _databases(draft, environ, backup, embedded=embedded) as urls:
            report("databases")
            _restore_databases(target, backup, urls)
            report("datasets")
            _restore_datasets(target, backup, draft)
            report("artifacts")
            _restore_artifacts(target, backup, draft)
            if workspace:
                _restore_workspace(target, backup, settings.workspace)
            settled = settle(urls, keys=bool(backup.secrets))
            tell(urls[LEDGER], actor, "backup.restored", backup)
    return Restored(
        backup=backup, workspace=settings.workspace, home=settings.home, **settled._asdict()
    )


def _require_empty(settings: Settings, *, workspace: bool) -> None:
    home, folder = settings.home, settings.workspace
    if home.is_dir() and any(home.iterdir()):
        raise Conflict("backup.not_empty", where=str(home), variable="AILERON_HOME")
    if not workspace:
        if not all((folder / name).is_dir() for name in WORKSPACE_FOLDERS[:2]):
            raise InvalidInput("core.no_workspace", start=str(folder))
    elif folder.is_dir() and any(path != home for path in folder.iterdir()):
        raise Conflict("backup.not_empty", where=str(folder), variable="AILERON_WORKSPACE")


@contextmanager
def _draft_of(settings: Settings) -> Iterator[Settings]:
    """The settings with a state directory beside its place, which it takes at the end."""
    home = settings.home
    home.parent.mkdir(parents=True, exist_ok=True)
    draft = home.with_name(f"{home.name}.restoring")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        yield settings.model_copy(update={"home": draft})
        draft.rename(home)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _restore_files(target: Target, backup: Backup, draft: Settings, report: Report) -> None:
    report("files")
    target.store.fetch(backup.areas[Area.HOME].reference, draft.home, writable=True)
    _write_secrets(target, backup, HOME, draft.home)


def _restore_workspace(target: Target, backup: Backup, folder: Path) -> None:
    """The workspace may hold the state directory, so its files go in one by one."""
    with tempfile.TemporaryDirectory(prefix="aileron-workspace-") as passing:
        reference = backup.areas[Area.WORKSPACE].reference
        whole = target.store.fetch(reference, Path(passing) / "workspace", writable=True)
        shutil.copytree(whole, folder, dirs_exist_ok=True)
    _write_secrets(target, backup, WORKSPACE, folder)


def _write_secrets(target: Target, backup: Backup, prefix: str, folder: Path) -> None:
    for path, data in target.read_secrets(backup).items():
        if path.startswith(prefix):
            place = folder / path.removeprefix(prefix)
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(place, data.decode())


@contextmanager
def _databases(
    draft: Settings, environ: Mapping[str, str], backup: Backup, *, embedded: bool
) -> Iterator[Urls]:
    """A URL of an empty database for each of the backup's."""
    names = [database.name for database in backup.databases]
    if not embedded:
        urls = named_databases(environ)
        lost = sorted(set(names) - urls.keys())
        if lost:
            raise NotFound("backup.database_unnamed", names=", ".join(lost))
        yield {name: urls[name] for name in names}
        return
    with lone_postgres(draft.home) as server:
        for name in names:
            server.ensure_database(name)
        yield {name: server.url(name) for name in names}


def _restore_databases(target: Target, backup: Backup, urls: Urls) -> None:
    reference = backup.areas[Area.DATABASES].reference
    target.store.verify(reference)
    entries = {entry.path: entry for entry in target.store.manifest(reference).files}
    for database in backup.databases:
        connection = connect(urls[database.name])
        try:
            require_empty(connection, database.name)
            server = connection.server_version // 10_000
        finally:
            connection.close()
        program, _ = fitting("pg_restore", server, database.program)
        entry = entries[f"{database.name}.dump"]
        load(urls[database.name], program, target.store.pieces(reference, entry))


def _restore_datasets(target: Target, backup: Backup, draft: Settings) -> None:
    """The data repository with the references of the moment, and the objects on the remote."""
    store, versions = target.store, Versions.of(draft)
    reference = backup.areas[Area.REPOSITORY].reference
    commits: Mapping[str, str] = store.read_json(reference, "references.json")
    if commits:
        repository = versions.repository
        repository.create()
        with tempfile.TemporaryDirectory(prefix="aileron-bundle-") as passing:
            bundle = store.fetch_file(reference, "data.bundle", Path(passing) / "data.bundle")
            repository.git("fetch", "--quiet", "--no-tags", str(bundle), "+refs/*:refs/passing/*")
        passing_names = repository.references("refs/passing/")
        new = {name: (None, commit) for name, commit in commits.items()}
        repository.move({**new, **{name: (oid, None) for name, oid in passing_names.items()}})
        versions.write_local_config()
    _restore_objects(target, backup, versions.remote)


def _restore_objects(target: Target, backup: Backup, remote: DatasetRemote) -> None:
    reference = backup.areas[Area.REMOTE].reference
    with tempfile.TemporaryDirectory(prefix="aileron-object-") as passing:
        for entry in target.store.manifest(reference).files:
            path = target.store.fetch_file(reference, entry.path, Path(passing) / "object")
            remote.add(entry.path, path)
            path.unlink()


def _restore_artifacts(target: Target, backup: Backup, draft: Settings) -> None:
    store = open_store(draft.store_root)
    listed = target.store.read_json(backup.areas[Area.ARTIFACTS].reference, ARTIFACTS_FILE)
    for digest in listed:
        store.take(target.store, artifact(digest))
