"""The catalogue of datasets in the ledger: owners, locks, deletion, races."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from plugins.references import reference
from sqlalchemy import create_engine, text

import aileron.ledger
from aileron.core.errors import Conflict, NotFound, Refused
from aileron.core.ports import ArtifactKind
from aileron.ledger import GranteeKind, Ledger, Right
from aileron.stack.postgres import EmbeddedPostgres


def add(ledger: Ledger, version: int, letter: str = "a", project: str = "default") -> None:
    tag = f"{project}/iris@v{version}"
    data = reference(letter, ArtifactKind.DATASET)
    ledger.datasets.add(project, "iris", version, tag, letter * 64, data, "c0ffee")


@pytest.fixture
def old_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database as it was before there was a catalogue."""
    postgres.ensure_database("before_catalogue")
    url = postgres.url("before_catalogue")
    config = Config()
    folder = Path(aileron.ledger.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "v0003")
    engine.dispose()
    yield url
    engine = create_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE before_catalogue WITH (FORCE)"))
    engine.dispose()


def test_datasets_of_before_belong_to_who_made_their_first_version(old_url: str) -> None:
    ledger = Ledger(old_url, "zhang")
    data = reference("a", ArtifactKind.DATASET).model_dump_json()
    with ledger._database.transaction() as connection:
        for number in (1, 2):
            connection.execute(
                text(
                    "INSERT INTO dataset_versions (project, name, version, tag, digest, reference,"
                    " commit, record, created) VALUES ('default', 'iris', :n, 't', 'd',"
                    " CAST(:data AS jsonb), 'c', '{}', now())"
                ),
                {"n": number, "data": data},
            )
    for actor in ("zhang", "li"):
        ledger.events.append("default", actor, "dataset.versioned", "dataset:default/iris")
    ledger.migrate()
    (entry,) = ledger.catalogue.list("default")
    assert (entry.owner, entry.visibility, entry.online, entry.tags) == (
        "zhang",
        "project",
        True,
        (),
    )
    assert [one.version for one in ledger.datasets.list("default", "iris")] == [2, 1]
    ledger.close()


def test_who_makes_the_first_version_owns_the_dataset(ledger: Ledger) -> None:
    ledger.acting("li").catalogue.change("default", "iris", tags=["early"])
    assert ledger.catalogue.get("default", "iris").owner is None
    add(ledger.acting("zhang"), 1)
    add(ledger.acting("wang"), 2, "b")
    entry = ledger.catalogue.get("default", "iris")
    assert (entry.owner, entry.tags) == ("zhang", ("early",))


def test_of_many_who_lock_at_once_one_wins(ledger: Ledger) -> None:
    add(ledger, 1)

    def lock(number: int) -> str | None:
        try:
            row = ledger.acting(f"p{number}").deletion.lock("default", "iris", 1, "mine")
        except Conflict:
            return None
        return row.locked_by

    with ThreadPoolExecutor(8) as pool:
        winners = [found for found in pool.map(lock, range(16)) if found]
    row = ledger.datasets.get("default", "iris", 1)
    assert row is not None
    assert winners == [row.locked_by]


def test_a_version_is_never_locked_and_deleted(ledger: Ledger) -> None:
    for number in range(1, 11):
        add(ledger, number, f"{number:x}"[-1])

    def lock(number: int) -> bool:
        try:
            ledger.acting("li").deletion.lock("default", "iris", number, "")
        except NotFound:
            return False
        return True

    def delete(number: int) -> bool:
        try:
            ledger.acting("wu").deletion.delete("default", "iris", number)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        locks = [pool.submit(lock, number) for number in range(1, 11)]
        deletions = [pool.submit(delete, number) for number in range(1, 11)]
    for one, other in zip(locks, deletions, strict=True):
        assert one.result() != other.result()


def test_a_dataset_is_deleted_whole_or_not_at_all(ledger: Ledger) -> None:
    add(ledger, 1)
    add(ledger, 2, "b")
    ledger.acting("li").deletion.lock("default", "iris", 2, "")
    with pytest.raises(Conflict, match="iris@v2 is in use"):
        ledger.deletion.delete_all("default", "iris")
    assert ledger.datasets.counts("default") == {"iris": 2}
    with pytest.raises(Refused):
        ledger.acting("wu").deletion.unlock("default", "iris", 2, anybodys=False)


def test_a_new_version_brings_a_deleted_dataset_back_without_the_old_ones(ledger: Ledger) -> None:
    add(ledger, 1)
    ledger.deletion.delete_all("default", "iris")
    assert ledger.datasets.latest("default", "iris") is None
    assert ledger.datasets.by_digest("default", "iris", "a" * 64) is None
    add(ledger, 2, "b")
    assert ledger.catalogue.get("default", "iris").deleted is None
    assert [one.version for one in ledger.datasets.newest("default")] == [2]


def test_the_most_of_several_grants_counts(ledger: Ledger) -> None:
    grant = ledger.catalogue.grant
    grant("default", "iris", GranteeKind.PROJECT, "pumps", Right.READ)
    grant("default", "iris", GranteeKind.ACTOR, "li", Right.WRITE)
    assert ledger.catalogue.rights("pumps", "li") == {("default", "iris"): Right.WRITE}
    assert ledger.catalogue.rights("pumps", "wu") == {("default", "iris"): Right.READ}
    assert ledger.catalogue.rights(None, "pumps") == {}, "a project's name is no login's"
