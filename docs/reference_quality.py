"""expectations.md: where each expectation runs, and the facts that expectations are about."""

from __future__ import annotations

from typing import Final

from reference_text import NOTE, table

from aileron.data.quality.facts import FACTS
from aileron.data.quality.sql import BY_SQL
from aileron.data.suite import MOST_ROWS

ABOUT: Final = f"""\
Expectations are those of Great Expectations, whatever the data. Up to {MOST_ROWS:,} rows its own
engine runs them in memory; above that, or with `engine: duckdb`, DuckDB computes the metrics and
Great Expectations judges them, so the result has the same form and the same verdict (tests compare
the two on the same rows). What DuckDB cannot compute with exactly the same meaning runs in memory
up to the limit and is refused above it."""
BY_DUCKDB: Final = """\
None of them with a `row_condition`. Of regular expressions those that mean the same in Python and
in RE2 are searched by RE2, the others by Python, more slowly."""
ABOUT_FACTS: Final = """\
Of a table expectations are about its columns. Of pictures, texts and recordings they are about
these facts, one value per sample. Facts that need the medium to be decoded are computed only where
an expectation names them."""
HEADS: Final = {
    "image": "Pictures", "text": "Texts", "audio": "Recordings", "series": "Time series",
}  # fmt: skip


def expectations_page() -> str:
    """The page."""
    runs = [[f"`{name}`", columns] for name, columns in sorted(BY_SQL.items())]
    parts = [
        f"# Expectations\n\n{NOTE}\n\n{ABOUT}",
        f"## What DuckDB runs\n\n{BY_DUCKDB}\n\n" + table(["expectation", "on columns"], runs),
        f"## Facts\n\n{ABOUT_FACTS}",
    ]
    for modality, facts in FACTS.items():
        rows = [[f"`{one.name}`", one.type, one.en, "yes" if one.decoded else ""] for one in facts]
        heads = ["fact", "type", "what it is", "decoded"]
        parts.append(f"### {HEADS[modality]}\n\n" + table(heads, rows))
    return "\n\n".join(parts) + "\n"
