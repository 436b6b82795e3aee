"""Which of PostgreSQL's programs fits a server, and when none does."""

from __future__ import annotations

from pathlib import Path

import pytest

from aileron.backup import programs
from aileron.core.errors import Unavailable


def have(monkeypatch: pytest.MonkeyPatch, *versions: int) -> None:
    there = tuple((Path(f"/programs/{version}"), version) for version in versions)
    monkeypatch.setattr(programs, "_programs", lambda _: there)


def test_the_oldest_program_that_is_not_older_than_the_server_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    have(monkeypatch, 15, 16, 18)
    assert programs.fitting("pg_dump", 16)[1] == 16
    assert programs.fitting("pg_dump", 17)[1] == 18
    assert programs.fitting("pg_restore", 18, 16)[1] == 18
    with pytest.raises(Unavailable, match="no pg_dump of PostgreSQL 19"):
        programs.fitting("pg_dump", 19)


def test_a_dump_that_its_own_server_would_not_take_back_is_not_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    have(monkeypatch, 18)
    with pytest.raises(Unavailable, match="client programs of version 16"):
        programs.fitting("pg_dump", 16)
    with pytest.raises(Unavailable, match="PostgreSQL 17 or later"):
        programs.fitting("pg_restore", 16, 18)
    assert programs.fitting("pg_restore", 17, 18)[1] == 18
