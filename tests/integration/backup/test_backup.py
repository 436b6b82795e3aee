"""Backing up and restoring on real PostgreSQL, Git and DVC."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from plugins.backups import Site, execute, publish
from plugins.datasets import Workbench
from sqlalchemy import create_engine, text

from aileron.backup import Target, verify
from aileron.backup.record import Area
from aileron.core.errors import Conflict, InvalidInput, NotFound, Refused, StepFailed
from aileron.data.repository import DataRepository
from aileron.data.versions import Versions
from aileron.ledger import Ledger, RevisionState
from aileron.retention.alone import alone
from aileron.store import open_store
from aileron.store.owner import give, owner_of


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_is_restored_is_what_was_backed_up(
    site: Site, versions: Versions, elsewhere: Site, target: Target
) -> None:
    made = site.back_up(target)
    assert made.missing == ()
    assert made.open_runs == 1
    assert list(verify(target, made)) == []
    restored = elsewhere.restore(target)
    assert restored.backup == made
    assert restored.open_runs == 1
    table = "SELECT run_id, state, plan FROM runs ORDER BY 1"
    before, after = (one.environ["AILERON_LEDGER_URL"] for one in (site, elsewhere))
    assert rows(after, table) == rows(before, table)
    mlflow = elsewhere.environ["AILERON_MLFLOW_DATABASE_URL"]
    assert rows(mlflow, "SELECT version_num FROM alembic_version") == [("abc",)]
    old, new = open_store(site.settings.store_root), open_store(elsewhere.settings.store_root)
    assert set(new.artifacts()) == set(old.artifacts())
    again = Versions.of(elsewhere.settings)
    assert again.list("default") == versions.list("default")
    assert again.check("default", "cars", 1) == []
    assert again.repository.references("refs/") == versions.repository.references("refs/")


def test_files_that_can_be_made_again_are_left_out_and_secrets_are_private(
    site: Site, elsewhere: Site, target: Target
) -> None:
    made = site.back_up(target)
    assert set(made.secrets) == {"home/secrets/airflow-fernet", "workspace/password.txt"}
    kept = Path(target.store.root) / "backups" / "000001.secrets.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(target.store.root).stat().st_mode) == 0o700
    blobs = {path.read_bytes() for path in Path(target.store.root).rglob("blobs/*/*")}
    assert not blobs & {b"key", b"secret"}
    elsewhere.restore(target)
    home, workspace = elsewhere.settings.home, elsewhere.settings.workspace
    assert (home / "uploads" / "picture.png").read_bytes() == b"\x89PNG"
    assert not (home / "logs").exists()
    assert not (home / "cache").exists()
    for path, content in ((home / "secrets" / "airflow-fernet", "key"),
                          (workspace / "password.txt", "secret")):  # fmt: skip
        assert path.read_text() == content
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    ours = {name for name in files_below(workspace) if not name.startswith(".aileron")}
    assert ours == files_below(site.settings.workspace)


def test_what_was_at_work_is_as_after_a_power_cut(
    site: Site, elsewhere: Site, target: Target
) -> None:
    ledger = Ledger(site.environ["AILERON_LEDGER_URL"], "test")
    assert ledger.leases.acquire("component/x", "somebody", 3600) is not None
    site.back_up(target)
    restored = elsewhere.restore(target)
    assert restored.services == 1
    ledger.close()
    ledger = Ledger(elsewhere.environ["AILERON_LEDGER_URL"], "test")
    revision = ledger.revisions.list("default", "fruit")[0]
    assert (revision.state, revision.address) == (RevisionState.STARTING, None)
    assert ledger.leases.acquire("component/x", "another", 1) is not None
    made, told = (
        ledger.events.list("default", verb=f"backup.{verb}") for verb in ("made", "restored")
    )
    assert (len(made), len(told)) == (0, 1), "the moment was before the backup was done"
    assert told[0].actor == "wang"
    ledger.close()


def test_a_second_backup_brings_only_what_is_new(
    site: Site, versions: Versions, target: Target, workbench: Workbench
) -> None:
    first = site.back_up(target)
    again = site.back_up(target)
    assert again.number == 2
    parts = (Area.HOME, Area.WORKSPACE, Area.REMOTE, Area.ARTIFACTS)
    assert [again.areas[part].new_bytes for part in parts] == [0, 0, 0, 0]
    assert again.areas[Area.REMOTE].reference == first.areas[Area.REMOTE].reference
    publish(versions, workbench, 123)
    third = site.back_up(target)
    objects = third.areas[Area.REMOTE]
    assert 0 < objects.new_bytes < objects.bytes
    assert [one.number for one in target.list()] == [3, 2, 1]


def test_an_earlier_backup_is_restored_by_its_number(
    site: Site, versions: Versions, elsewhere: Site, target: Target, workbench: Workbench
) -> None:
    site.back_up(target)
    publish(versions, workbench, 123)
    site.back_up(target)
    assert elsewhere.restore(target, 1).backup.number == 1
    assert [one.version for one in Versions.of(elsewhere.settings).list("default")] == [1]


def test_the_moment_holds_though_versions_are_published_and_deleted_meanwhile(
    site: Site,
    versions: Versions,
    elsewhere: Site,
    target: Target,
    workbench: Workbench,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from aileron.backup import make

    written = make._write_datasets

    def later(*arguments: object) -> None:
        publish(versions, workbench, 123)
        versions.shift("default", "cars", 1, "refs/tags/", "refs/deleted/")
        written(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(make, "_write_datasets", later)
    site.back_up(target)
    elsewhere.restore(target)
    assert [one.version for one in Versions.of(elsewhere.settings).list("default")] == [1]
    assert Versions.of(elsewhere.settings).check("default", "cars", 1) == []


def test_stock_dvc_gets_a_version_from_what_was_restored(
    site: Site, versions: Versions, elsewhere: Site, target: Target, tmp_path: Path
) -> None:
    site.back_up(target)
    elsewhere.restore(target)
    shutil.rmtree(site.settings.home)
    program = Path(sys.executable).with_name("dvc")
    words = ["get", elsewhere.settings.data_repository, "default/cars/data"]
    words += ["--rev", "default/cars@v1", "-o", tmp_path / "got"]
    subprocess.run([program, *words], check=True)
    assert (tmp_path / "got" / "card.json").is_file()


def test_what_is_lost_is_said_and_the_rest_is_kept(
    site: Site, versions: Versions, elsewhere: Site, target: Target
) -> None:
    shutil.rmtree(site.settings.home / "drafts")  # the target would have the bytes from there
    store = open_store(site.settings.store_root)
    next((Path(store.root) / "blobs").rglob("*/*")).unlink()
    md5 = versions.show("default", "cars").data.md5
    oid = versions.remote.files(md5)[0][1]
    versions.remote.remove(oid)
    made = site.back_up(target)
    assert len(made.missing) >= 2
    assert any(oid in sentence for sentence in made.missing)
    assert list(verify(target, made)) == []
    elsewhere.restore(target)
    assert len(Versions.of(elsewhere.settings).check("default", "cars", 1)) == 1


def test_nothing_is_restored_over_anything(site: Site, elsewhere: Site, target: Target) -> None:
    site.back_up(target)
    with pytest.raises(Conflict, match="not empty"):
        site.restore(target)
    workspace = elsewhere.settings.workspace
    workspace.mkdir()
    (workspace / "notes.txt").write_text("mine")
    with pytest.raises(Conflict, match="AILERON_WORKSPACE"):
        elsewhere.restore(target)
    (workspace / "notes.txt").unlink()
    execute(elsewhere.environ["AILERON_MLFLOW_DATABASE_URL"], "CREATE TABLE mine (id int)")
    with pytest.raises(Conflict, match="1 tables"):
        elsewhere.restore(target)
    assert not workspace.exists() or files_below(workspace) == set(), "nothing was begun"
    execute(elsewhere.environ["AILERON_MLFLOW_DATABASE_URL"], "DROP TABLE mine")
    elsewhere.restore(target)


def test_a_restore_that_fails_on_its_way_leaves_nothing_and_can_be_done_again(
    site: Site,
    versions: Versions,
    elsewhere: Site,
    target: Target,
    bucket: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Artifacts in a bucket, data in a folder elsewhere, and the last database fails."""
    restoring = import_module("aileron.backup.restore")  # the package has its function
    site.back_up(target)
    places = {"store_uri": f"{bucket}/store", "dvc_remote": str(tmp_path / "remote")}
    there = replace(elsewhere, settings=elsewhere.settings.model_copy(update=places))
    loaded: list[str] = []

    def fail_at_last(url: str, *rest: object) -> None:
        if len(loaded) == 2:
            raise StepFailed("backup.database_failed", where=url, problem="no power")
        loaded.append(url)
        load(url, *rest)  # type: ignore[arg-type]

    load = restoring.load
    with monkeypatch.context() as patch:
        patch.setattr(restoring, "load", fail_at_last)
        with pytest.raises(StepFailed, match="no power"):
            there.restore(target)
    assert len(loaded) == 2
    assert files_below(there.settings.workspace) == set()
    assert not there.settings.home.exists()
    assert not list((tmp_path / "remote").rglob("*.dir"))
    there.restore(target)
    again = Versions.of(there.settings)
    assert again.check("default", "cars", 1) == []
    dvc = DataRepository(there.settings.data_repository).path / ".dvc"
    relative = (dvc / "config").read_text().partition("url = ")[2].split()[0]
    assert (dvc / relative).resolve() == tmp_path / "remote"
    store = open_store(there.settings.store_root)
    assert set(store.artifacts()) == set(open_store(site.settings.store_root).artifacts())
    assert owner_of(store) == target.get().installation


def test_a_state_directory_may_be_a_mount(site: Site, elsewhere: Site, target: Target) -> None:
    """Nothing is made beside it, and what an empty volume has may lie in it."""
    site.back_up(target)
    home = elsewhere.settings.home.parent.parent / "mount" / "state"
    (home / "lost+found").mkdir(parents=True)
    (home / ".restoring" / "home" / "half").mkdir(parents=True)
    there = replace(elsewhere, settings=elsewhere.settings.model_copy(update={"home": home}))
    home.parent.chmod(0o500)
    before = home.stat().st_ino
    there.restore(target)
    assert home.stat().st_ino == before
    assert [path.name for path in home.parent.iterdir()] == ["state"]
    names = {path.name for path in home.iterdir()}
    assert {"lost+found", "secrets", "store", "uploads"} <= names
    assert ".restoring" not in names
    home.parent.chmod(0o700)


def test_secrets_may_be_any_bytes(site: Site, elsewhere: Site, target: Target) -> None:
    private = site.settings.workspace / "key.der"
    private.touch(mode=0o600)
    private.write_bytes(b"\xff\x00")
    site.back_up(target)
    elsewhere.restore(target)
    restored = elsewhere.settings.workspace / "key.der"
    assert restored.read_bytes() == b"\xff\x00"
    assert stat.S_IMODE(restored.stat().st_mode) == 0o600


def test_a_private_file_of_the_state_directory_is_a_secret(
    site: Site, elsewhere: Site, target: Target
) -> None:
    key = site.settings.home / "api" / "download.key"
    key.parent.mkdir()
    key.touch(mode=0o600)
    key.write_bytes(b"\xffsigns")
    without = site.back_up(target, secrets=False)
    assert any("home/api/download.key" in note for note in without.notes)
    assert any("workspace/password.txt" in note for note in without.notes)
    made = site.back_up(target)
    assert "home/api/download.key" in made.secrets
    blobs = {path.read_bytes() for path in Path(target.store.root).rglob("blobs/*/*")}
    assert b"\xffsigns" not in blobs
    elsewhere.restore(target)
    restored = elsewhere.settings.home / "api" / "download.key"
    assert restored.read_bytes() == b"\xffsigns"
    assert stat.S_IMODE(restored.stat().st_mode) == 0o600


def test_dumps_are_for_their_owner_alone_whatever_the_folder_was(
    site: Site, tmp_path: Path
) -> None:
    empty, used = tmp_path / "empty", tmp_path / "used"
    empty.mkdir(mode=0o755)
    site.back_up(Target(str(empty)))
    assert stat.S_IMODE(empty.stat().st_mode) == 0o700
    site.back_up(Target(str(used)))
    for folder in (used, used / "blobs"):
        folder.chmod(0o755)
    made = site.back_up(Target(str(used)))
    assert stat.S_IMODE((used / "blobs").stat().st_mode) == 0o700
    assert made.notes == ()


def test_what_cannot_be_kept_is_told_and_the_rest_is_kept(
    site: Site, elsewhere: Site, target: Target
) -> None:
    workspace = site.settings.workspace
    (workspace / "the\u3000best\u00a0.txt").write_text("kept")
    for name in (b"half\xff.txt", b"bell\x07.txt"):
        (Path(os.fsdecode(os.fsencode(workspace) + b"/" + name))).write_text("not kept")
    (workspace / "link").symlink_to("nowhere")
    made = site.back_up(target)
    assert len(made.missing) == 2
    assert all("control characters, or is not UTF-8" in one for one in made.missing)
    assert any("workspace/link" in one and "symbolic link" in one for one in made.notes)
    elsewhere.restore(target)
    restored = elsewhere.settings.workspace
    assert (restored / "the\u3000best\u00a0.txt").read_text() == "kept"
    assert len(list(restored.glob("*.txt"))) == 2  # with the one that is private


def test_a_target_that_lost_files_heals_with_the_next_backup(
    site: Site, versions: Versions, elsewhere: Site, target: Target
) -> None:
    made = site.back_up(target)
    shutil.rmtree(Path(target.store.root) / "blobs")
    assert list(verify(target, made))
    healed = site.back_up(target)
    assert list(verify(target, healed)) == []
    elsewhere.restore(target)
    assert Versions.of(elsewhere.settings).check("default", "cars", 1) == []


def test_a_damaged_record_stops_neither_the_list_nor_the_next_backup(
    site: Site, target: Target
) -> None:
    site.back_up(target)
    site.back_up(target)
    record = Path(target.store.root) / "backups" / "000002.json"
    record.chmod(0o600)
    record.write_text("{")
    assert [one.number for one in target.list()] == [1]
    assert list(target.damaged()) == [2]
    assert site.back_up(target).number == 3


def test_a_store_that_has_something_is_filled_only_where_that_is_wanted(
    site: Site, versions: Versions, elsewhere: Site, target: Target
) -> None:
    """As where a server is lost and its bucket is not."""
    site.back_up(target)
    update = {"store_uri": site.settings.store_root, "dvc_remote": site.settings.dataset_remote}
    there = replace(elsewhere, settings=elsewhere.settings.model_copy(update=update))
    with pytest.raises(Conflict, match="--into-existing-store"):
        there.restore(target)
    only_remote = replace(there, settings=there.settings.model_copy(update={"store_uri": None}))
    with pytest.raises(Conflict, match="--into-existing-store"):
        only_remote.restore(target)
    there.restore(target, into_existing_store=True)
    store = open_store(there.settings.store_root)
    assert owner_of(store) == target.get().installation
    give(store, "another")
    for folder in (there.settings.home, there.settings.workspace):
        shutil.rmtree(folder)
    with pytest.raises(Refused, match="another installation"):
        there.restore(target, into_existing_store=True)


def test_keys_are_there_only_if_airflows_own_is(
    site: Site, elsewhere: Site, target: Target
) -> None:
    (site.settings.home / "secrets" / "airflow-fernet").unlink()
    made = site.back_up(target)
    assert made.secrets
    assert any("key by which Airflow encrypts" in note for note in made.notes)
    assert elsewhere.restore(target).unreadable == 2


def test_damaged_secrets_are_found_by_reading_again(site: Site, target: Target) -> None:
    made = site.back_up(target)
    assert list(verify(target, made)) == []
    kept = Path(target.store.root) / "backups" / "000001.secrets.json"
    kept.write_text(kept.read_text().replace("a2V5", "a2V6"))
    (wrong,) = verify(target, made)
    assert "passwords and keys is damaged" in wrong
    kept.write_text("{")
    assert len(list(verify(target, made))) == 1


def test_another_backup_is_told_from_a_sweep(site: Site, target: Target) -> None:
    ledger = Ledger(site.environ["AILERON_LEDGER_URL"], "test")
    with alone(ledger, "backup"), pytest.raises(Conflict, match="A backup is being made"):
        site.back_up(target)
    ledger.close()


def test_a_damaged_backup_is_told_and_not_restored(
    site: Site, elsewhere: Site, target: Target
) -> None:
    made = site.back_up(target)
    dumps = target.store.manifest(made.areas[Area.DATABASES].reference)
    entry = dumps.files[0]
    blob = Path(target.store.root) / "blobs" / entry.digest[:2] / entry.digest
    blob.chmod(0o600)
    blob.write_bytes(b"x" * entry.size)
    wrong = list(verify(target, made))
    assert len(wrong) == 1
    assert entry.path in wrong[0]
    with pytest.raises(StepFailed):
        elsewhere.restore(target)
    assert not elsewhere.settings.home.exists()


def test_without_secrets_it_is_said_what_cannot_be_read(
    site: Site, elsewhere: Site, target: Target
) -> None:
    assert site.back_up(target, secrets=False).secrets == ()
    assert not list(Path(target.store.root).rglob("*.secrets.json"))
    assert elsewhere.restore(target).unreadable == 2


def test_nobody_sweeps_while_a_backup_is_made(site: Site, target: Target) -> None:
    ledger = Ledger(site.environ["AILERON_LEDGER_URL"], "test")
    lease = ledger.leases.acquire("retention", "a sweep", 60)
    assert lease is not None
    with pytest.raises(Conflict, match="aileron gc"):
        site.back_up(target)
    ledger.leases.release(lease)
    site.back_up(target)
    assert ledger.leases.get("retention") is None
    ledger.close()


def test_a_database_that_no_variable_names_is_asked_for(
    site: Site, elsewhere: Site, target: Target
) -> None:
    environ = {"AILERON_LEDGER_URL": site.environ["AILERON_LEDGER_URL"]}
    with pytest.raises(InvalidInput, match="AILERON_AIRFLOW_DATABASE_URL, AILERON_MLFLOW"):
        replace(site, environ=environ).back_up(target)
    url = site.environ["AILERON_MLFLOW_DATABASE_URL"]
    more = replace(site, environ={**site.environ, "AILERON_LABELS_DATABASE_URL": url})
    made = more.back_up(target)
    assert {one.name for one in made.databases} == {"aileron", "airflow", "labels", "mlflow"}
    with pytest.raises(NotFound, match="labels"):
        elsewhere.restore(target)


def test_a_folder_with_other_things_and_one_inside_the_store_are_refused(
    site: Site, tmp_path: Path
) -> None:
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "song").touch()
    with pytest.raises(InvalidInput, match="other things"):
        site.back_up(Target(str(tmp_path / "music")))
    with pytest.raises(InvalidInput, match="inside"):
        site.back_up(Target(f"{site.settings.store_root}/backups"))
    (tmp_path / "link").symlink_to(site.settings.store_root)
    with pytest.raises(InvalidInput, match="inside"):
        site.back_up(Target(str(tmp_path / "link")))
    far = site.settings.model_copy(update={"store_uri": "s3://bucket/store"})
    for root in ("s3://bucket/store/", "s3://bucket/store/backups"):
        with pytest.raises(InvalidInput, match="inside"):
            replace(site, settings=far).back_up(Target(root), secrets=False)


def test_a_target_in_the_workspace_is_no_part_of_it_however_it_is_named(
    site: Site, tmp_path: Path
) -> None:
    workspace = site.settings.workspace
    (workspace / "kept").mkdir()
    (tmp_path / "link").symlink_to(workspace / "kept")
    for name in (f"{workspace}/configs/../kept", str(tmp_path / "link")):
        target = Target(name)
        made = site.back_up(target)
    files = target.store.manifest(made.areas[Area.WORKSPACE].reference).files
    assert not [entry.path for entry in files if entry.path.startswith("kept/")]


def test_a_bucket_takes_backups_without_secrets(
    site: Site, versions: Versions, elsewhere: Site, bucket: str
) -> None:
    target = Target(f"{bucket}/backups")
    with pytest.raises(InvalidInput, match="--without-secrets"):
        site.back_up(target)
    made = site.back_up(target, secrets=False)
    assert list(verify(target, made)) == []
    elsewhere.restore(target)
    assert Versions.of(elsewhere.settings).check("default", "cars", 1) == []
