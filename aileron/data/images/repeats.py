"""Samples that show the same picture: they must not be learnt from and judged by at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from aileron.data.layout import CONTENT_DIGEST, SAMPLE_ID, SAMPLES_FILE, Part


def repeated_pictures(folder: Path) -> list[list[str]]:
    """Sample ids of each picture that several samples of the DATASET artifact show."""
    import pyarrow.parquet as pq

    table = pq.read_table(folder / SAMPLES_FILE, columns=[SAMPLE_ID, CONTENT_DIGEST])
    groups: dict[str, list[str]] = defaultdict(list)
    columns = (table[name].to_pylist() for name in (SAMPLE_ID, CONTENT_DIGEST))
    for sample, digest in zip(*columns, strict=True):
        groups[digest].append(sample)
    return [samples for samples in groups.values() if len(samples) > 1]


def joined(
    groups: Sequence[Sequence[str]], parts: Mapping[str, Part], kept: Mapping[str, Part]
) -> dict[str, Part]:
    """The samples that change their part so that no picture is in two.

    A picture goes where the dataset gives it, else where its first sample is; samples whose
    part the dataset gives (`kept`) stay.
    """
    moved: dict[str, Part] = {}
    for samples in groups:
        given = next((sample for sample in samples if sample in kept), samples[0])
        moved |= {
            sample: parts[given]
            for sample in samples
            if sample not in kept and parts[sample] != parts[given]
        }
    return moved
