"""A database of a later version is refused before anything is changed."""

from __future__ import annotations

import pytest

from aileron.backup.upgrade import MIGRATIONS, known_revisions, refuse_later
from aileron.core.errors import Refused


def test_the_installed_migrations_are_known_without_importing_their_tools() -> None:
    assert {"v0001", "v0006"} <= known_revisions("aileron")
    assert len(known_revisions("airflow")) > 30
    assert len(known_revisions("mlflow")) > 20


def test_what_is_installed_knows_is_taken_and_an_empty_database_too() -> None:
    refuse_later({name: max(known_revisions(name)) for name in MIGRATIONS})
    refuse_later(dict.fromkeys(MIGRATIONS))


@pytest.mark.parametrize("database", sorted(MIGRATIONS))
def test_what_a_later_version_wrote_is_refused(database: str) -> None:
    with pytest.raises(Refused, match="later version") as refused:
        refuse_later({database: "f00dfeedcafe"})
    assert database in str(refused.value)
    assert "f00dfeedcafe" in str(refused.value)
