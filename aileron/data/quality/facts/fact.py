"""One fact of a sample: a column that expectations, profiles and pages may be about."""

from __future__ import annotations

from dataclasses import dataclass

from aileron.data.quality.profile import ValueType, Words


@dataclass(frozen=True)
class Fact:
    """A documented column of the table of facts."""

    name: str
    type: ValueType
    en: str
    zh: str
    sql: str = ""
    """Over the columns of ``samples.parquet``; empty where the medium must be decoded for it."""

    @property
    def decoded(self) -> bool:
        """Whether the pixels or the waves must be looked at."""
        return not self.sql

    @property
    def title(self) -> Words:
        return {"en": self.en, "zh": self.zh}
