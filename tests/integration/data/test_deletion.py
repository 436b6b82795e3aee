"""Deleting, restoring and purging dataset versions on real Git and DVC."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from plugins.datasets import CARS, CARS_CONFIG, Caller, Workbench
from pydantic import SecretStr
from sqlalchemy import text

from aileron.client.local import Installation, LocalClient
from aileron.core.access import Actor, Role
from aileron.core.errors import Conflict, NotFound
from aileron.core.settings import Settings
from aileron.data.deletion import Hidden, Removed
from aileron.data.version import VersionConfig, VersionDataset
from aileron.data.versions import Versions
from aileron.ledger import KEPT, Ledger


@pytest.fixture
def settings(tmp_path: Path, ledger_url: str) -> Settings:
    workspace = tmp_path / "workspace"
    (workspace / "configs").mkdir(parents=True)
    return Settings(workspace=workspace, home=tmp_path / "home", ledger_url=SecretStr(ledger_url))


@pytest.fixture
def versions(settings: Settings) -> Versions:
    return Versions.of(settings)


@pytest.fixture
def client(settings: Settings) -> Iterator[LocalClient]:
    installation = Installation(settings)
    yield LocalClient(installation, Actor(name="root", role=Role.ADMIN), language="en")
    installation.close()


def version(workbench: Workbench, settings: Settings, speed: int, run: int, name: str) -> int:
    """The number of the version of `name` whose first car has that speed."""
    folder = workbench.ingest(CARS.replace("100", str(speed)), CARS_CONFIG | {"name": name})
    context = Caller(settings, folder.parent, run_id=f"default/cars/{run}")
    record = VersionDataset().apply(context, VersionConfig(), {"dataset": folder})
    return int(str(record["version"]))


@pytest.fixture
def cars(workbench: Workbench, settings: Settings) -> None:
    """Versions 1, 2 and 3 of dataset `cars`."""
    for number in (1, 2, 3):
        assert version(workbench, settings, 100 + number, number, "cars") == number


def days_pass(ledger: Ledger, count: int) -> None:
    """What was deleted was deleted so many days earlier."""
    with ledger._database.transaction() as connection:
        for table in ("dataset_versions", "datasets"):
            connection.execute(
                text(f"UPDATE {table} SET deleted = deleted - :days WHERE deleted IS NOT NULL"),
                {"days": timedelta(days=count)},
            )


def objects(versions: Versions) -> set[Path]:
    return {path for path in Path(versions.remote.url).rglob("*") if path.is_file()}


@pytest.mark.usefixtures("cars")
def test_a_deleted_version_is_no_latest_one_and_its_number_is_not_given_again(
    client: LocalClient, versions: Versions, workbench: Workbench, settings: Settings
) -> None:
    client.delete_dataset("cars", 3)
    latest = versions.latest("default", "cars")
    assert latest is not None
    assert latest.version == 2
    with pytest.raises(NotFound, match="v1, v2"):
        versions.show("default", "cars", 3)
    assert version(workbench, settings, 102, 9, "cars") == 2, "that content is the latest now"
    assert version(workbench, settings, 103, 9, "cars") == 4, "what was deleted is made anew"
    assert [one.version for one in client.dataset("cars").history] == [4, 2, 1]


@pytest.mark.usefixtures("cars")
def test_main_shows_the_newest_version_that_is_there(
    client: LocalClient, versions: Versions
) -> None:
    def on_main() -> str:
        path = "refs/heads/main:default/cars/card.json"
        command = ["git", f"--git-dir={versions.repository.path}", "show", path]
        done = subprocess.run(command, capture_output=True, check=False)
        return next(
            (
                f"v{found.version}"
                for found in versions.list("default", "cars")
                if found.card.text().encode() == done.stdout
            ),
            "nothing",
        )

    assert on_main() == "v3"
    client.delete_dataset("cars", 1)
    assert on_main() == "v3"
    client.delete_dataset("cars", 3)
    assert on_main() == "v2"
    client.restore_dataset("cars", 3)
    assert on_main() == "v3"
    client.delete_dataset("cars")
    assert on_main() == "nothing"


@pytest.mark.usefixtures("cars")
def test_a_restored_version_is_byte_for_byte_what_it_was(
    client: LocalClient, versions: Versions, tmp_path: Path
) -> None:
    before = versions.show("default", "cars", 2)
    client.delete_dataset("cars", 2)
    client.restore_dataset("cars", 2)
    assert versions.get("default", "cars", 2, tmp_path / "cars") == before
    assert versions.check("default", "cars", 2) == []


@pytest.mark.usefixtures("cars")
def test_an_act_that_was_interrupted_is_completed_by_doing_it_again(
    client: LocalClient, versions: Versions, ledger: Ledger
) -> None:
    ledger.deletion.delete("default", "cars", 3)
    client.delete_dataset("cars", 3)
    assert [one.version for one in versions.list("default", "cars")] == [2, 1]
    ledger.deletion.restore("default", "cars", 3)
    client.restore_dataset("cars", 3)
    assert [one.version for one in versions.list("default", "cars")] == [3, 2, 1]


@pytest.mark.usefixtures("cars")
def test_nothing_is_purged_before_thirty_days_are_over(
    client: LocalClient, versions: Versions, ledger: Ledger
) -> None:
    before = objects(versions)
    client.delete_dataset("cars", 1)
    days_pass(ledger, KEPT.days - 1)
    assert client.purge_datasets(dry_run=False).purged == ()
    assert objects(versions) == before
    assert client.restore_dataset("cars", 1).versions == 3


@pytest.mark.usefixtures("cars")
def test_a_purge_removes_what_no_other_version_has_and_nothing_else(
    client: LocalClient,
    versions: Versions,
    ledger: Ledger,
    workbench: Workbench,
    settings: Settings,
    tmp_path: Path,
) -> None:
    version(workbench, settings, 101, 7, "cars_again")
    before = objects(versions)
    client.delete_dataset("cars", 1)
    client.delete_dataset("cars", 2)
    days_pass(ledger, KEPT.days)
    tried = client.purge_datasets()
    assert [one.tag for one in tried.purged] == ["default/cars@v1", "default/cars@v2"]
    assert objects(versions) == before, "a dry run removes nothing"
    done = client.purge_datasets(dry_run=False)
    assert (done.objects, done.bytes, done.purged) == (tried.objects, tried.bytes, tried.purged)
    gone = before - objects(versions)
    assert len(gone) == done.objects > 0
    for name, number in (("cars", 3), ("cars_again", 1)):
        assert versions.check("default", name, number) == []
    versions.get("default", "cars_again", 1, tmp_path / "again")
    assert ledger.datasets.get("default", "cars", 2) is None
    with pytest.raises(NotFound):
        client.restore_dataset("cars", 2)
    assert version(workbench, settings, 102, 8, "cars") == 4, "the number stays taken"
    assert client.purge_datasets(dry_run=False).purged == ()


@pytest.mark.usefixtures("cars")
def test_a_purge_that_was_interrupted_is_completed_by_the_next(
    client: LocalClient, versions: Versions, ledger: Ledger
) -> None:
    client.delete_dataset("cars", 1)
    days_pass(ledger, KEPT.days)
    assert ledger.deletion.purge("default", "cars", 1), "the ledger forgot it, then came the end"
    assert client.purge_datasets(dry_run=False).objects > 0
    assert Hidden(versions).tags("default") == []


@pytest.mark.usefixtures("cars")
def test_nothing_is_purged_while_a_backup_is_made_and_to_look_waits_for_nobody(
    client: LocalClient, versions: Versions, ledger: Ledger
) -> None:
    from aileron.retention.alone import alone

    client.delete_dataset("cars", 1)
    days_pass(ledger, KEPT.days)
    with alone(ledger, "backup"), versions.repository.using_objects():
        assert client.purge_datasets().objects > 0
        with pytest.raises(Conflict, match="backup is being made"):
            client.purge_datasets(dry_run=False)
    assert client.purge_datasets(dry_run=False).objects > 0


@pytest.mark.usefixtures("cars")
def test_what_a_model_was_made_from_is_not_purged(client: LocalClient, ledger: Ledger) -> None:
    from plugins.references import reference

    run = "default/cars/1"
    ledger.runs.start(run, "default", "cars", "zhang", "1")
    ledger.lineage.read_by("default", "cars", 1, run)
    with pytest.raises(Conflict, match="is not over"):
        client.delete_dataset("cars", 1)
    from aileron.core.ports import ArtifactKind
    from aileron.ledger import RunState

    model = reference("a", ArtifactKind.MODEL)
    ledger.models.add("default", "fast", model.digest, model, run_id=run)
    ledger.runs.finish(run, RunState.SUCCEEDED)
    client.delete_dataset("cars", 1)
    days_pass(ledger, KEPT.days)
    done = client.purge_datasets(dry_run=False)
    assert done.purged == ()
    (kept,) = done.kept
    assert kept.kept_because == ("Version 1 of model default/fast was made from it.",)
    assert client.restore_dataset("cars", 1).versions == 3


@pytest.mark.usefixtures("cars")
def test_a_dataset_that_was_purged_leaves_no_row(client: LocalClient, ledger: Ledger) -> None:
    client.share_dataset("cars", "li")
    client.favour_dataset("cars")
    client.delete_dataset("cars")
    days_pass(ledger, KEPT.days)
    assert len(client.purge_datasets("cars", dry_run=False).purged) == 3
    assert client.datasets(deleted=True) == ()
    assert ledger.catalogue.grants("default", "cars") == []
    assert ledger.catalogue.favourites("root") == set()


@pytest.mark.usefixtures("cars")
def test_versions_made_while_others_are_purged_lack_nothing(
    client: LocalClient,
    versions: Versions,
    ledger: Ledger,
    workbench: Workbench,
    settings: Settings,
) -> None:
    client.delete_dataset("cars")
    days_pass(ledger, KEPT.days)
    names = [f"cars_{letter}" for letter in "abcdef"]
    folders = [
        workbench.ingest(CARS.replace("100", "101"), CARS_CONFIG | {"name": n}) for n in names
    ]
    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(versions.publish, folder, "default", "me") for folder in folders]
        assert len(client.purge_datasets(dry_run=False).purged) == 3
    for name, one in zip(names, made, strict=True):
        assert one.result().version == 1
        assert versions.check("default", name, 1) == []


def test_purging_without_a_repository_removes_nothing(versions: Versions) -> None:
    assert Hidden(versions).purge(["default/cars@v1"], dry_run=False) == Removed()
