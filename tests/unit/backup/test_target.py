"""What a target says of its backups, and what it refuses to read."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aileron.backup import Backup, Target
from aileron.core.errors import Conflict, InvalidInput, NotFound, StepFailed


def backup(number: int, secrets: tuple[str, ...] = ()) -> Backup:
    return Backup(
        number=number,
        aileron="0.1.0",
        moment=datetime(2026, 1, 1, tzinfo=UTC),
        actor="zhang",
        installation="abc",
        pause_ms=1.0,
        seconds=1.0,
        open_runs=0,
        databases=(),
        areas={},
        secrets=secrets,
        missing=(),
    )


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(str(tmp_path / "backups"))


def test_a_target_that_is_not_there_yet_has_no_backups(target: Target) -> None:
    assert target.numbers() == []
    assert target.latest() is None
    with pytest.raises(NotFound, match="there are: -"):
        target.get()


def test_one_backup_is_made_to_a_folder_at_a_time(target: Target) -> None:
    with (
        target.writing(),
        pytest.raises(Conflict, match="backup is being made"),
        Target(target.store.root).writing(),
    ):
        pass


def test_a_volume_that_its_group_shares_stays_open_to_the_group(tmp_path: Path) -> None:
    shared, target = tmp_path / "shared", Target(str(tmp_path / "shared"))
    (shared / "lost+found").mkdir(parents=True)
    shared.chmod(0o2775)
    with target.writing():
        assert not target.is_open
    assert [stat.S_IMODE((shared / part).stat().st_mode) for part in (".", "blobs")] == [0o2770] * 2


def test_backups_are_found_by_number_and_the_newest_by_none(target: Target) -> None:
    with target.writing():
        for number in (1, 2, 10):
            target.publish(backup(number))
    assert target.numbers() == [1, 2, 10]
    assert target.get().number == 10
    assert target.get(2) == backup(2)
    with pytest.raises(NotFound, match="there are: 1, 2, 10"):
        target.get(3)


def test_a_backup_of_a_later_form_and_a_damaged_one_are_told_apart(target: Target) -> None:
    with target.writing():
        target.publish(backup(1))
    record = Path(target.store.root) / "backups" / "000001.json"
    record.chmod(0o600)
    record.write_text(json.dumps({"format_version": 2}))
    with pytest.raises(InvalidInput, match="format 2"):
        target.get()
    record.write_text(record.read_text()[:-3])
    with pytest.raises(StepFailed, match="damaged"):
        target.get()


def test_a_file_with_secrets_that_is_gone_is_told(target: Target) -> None:
    with target.writing():
        target.write_secrets(1, {"home/secrets/a": b"\x00\xff"})
    kept = backup(1, ("home/secrets/a",))
    assert target.read_secrets(kept) == {"home/secrets/a": b"\x00\xff"}
    (Path(target.store.root) / "backups" / "000001.secrets.json").unlink()
    with pytest.raises(NotFound, match="passwords and keys"):
        target.read_secrets(kept)
    assert target.read_secrets(backup(1)) == {}
