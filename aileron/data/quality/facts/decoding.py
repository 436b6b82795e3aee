"""Facts that need the media: decoded once, kept as a Parquet file by content digest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aileron.data.layout import CONTENT_DIGEST
from aileron.data.quality.facts import pixels, sound
from aileron.data.quality.facts.media import measure_media
from aileron.data.quality.facts.near import near_groups

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Decoded:
    """Where the facts are, and how many media they are about."""

    file: Path
    looked_at: int
    media: int


def decoded_facts(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    modality: str,
    work: Path,
    most_media: int | None,
) -> Decoded:
    """Look at the media of the samples in view `samples_`, or at `most_media` of them.

    Digests are as good as chance, so those that are looked at are the first by digest.
    """
    order = f"SELECT DISTINCT {CONTENT_DIGEST} FROM samples_ ORDER BY 1"
    digests = [row[0] for row in connection.execute(order).fetchall()]
    wanted = frozenset(digests[:most_media])
    columns = (_pictures if modality == "image" else _recordings)(folder, wanted)
    file = work / "decoded.parquet"
    _write(columns, file)
    return Decoded(file, len(wanted), len(digests))


def _pictures(folder: Path, wanted: frozenset[str]) -> dict[str, Any]:
    import numpy as np

    found = list(measure_media(folder, wanted, pixels.measure))
    columns: dict[str, Any] = {
        name: [getattr(one, name) for one in found] for name in pixels.Pixels._fields
    }
    along, across = (np.array(columns.pop(n), dtype=np.uint64) for n in ("along", "across"))
    shaped = np.flatnonzero(np.array(columns["contrast"]) >= pixels.FLAT)
    repeats, group = np.zeros(len(found), dtype=np.int64), np.full(len(found), -1, dtype=np.int64)
    for number, places in enumerate(near_groups(along[shaped], across[shaped])):
        repeats[shaped[places]] = len(places) - 1
        group[shaped[places]] = number
    return columns | {"near_repeats": repeats, "near_group": group}


def _recordings(folder: Path, wanted: frozenset[str]) -> dict[str, Any]:
    import pyarrow as pa

    found = list(measure_media(folder, wanted, sound.measure))
    columns: dict[str, Any] = {CONTENT_DIGEST: [one.content_digest for one in found]}
    for name in sound.Sound._fields[1:]:
        columns[name] = pa.array([getattr(one, name) for one in found], pa.float64())
    return columns


def _write(columns: dict[str, Any], file: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(columns), file)
