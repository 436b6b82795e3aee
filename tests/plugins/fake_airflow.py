"""What the hand-written stand-ins for Airflow have in common."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class ReadsAtOnce:
    """An Airflow that has read every file since it was written."""

    def read_at(self, dag: str) -> datetime | None:
        return datetime.now(UTC) + timedelta(minutes=1)
