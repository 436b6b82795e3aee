"""From one format to another, without a dataset in between."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aileron.core.errors import InvalidInput
from aileron.core.phrase import Phrase
from aileron.data.formats.port import Format, Writing
from aileron.data.formats.problems import Problems
from aileron.data.formats.records import Label, Task
from aileron.data.formats.registry import recognise
from aileron.data.formats.traits import Keep, Trait
from aileron.data.formats.usage import check_writable, names_of, traits_of
from aileron.data.trees.sinks import open_sink
from aileron.data.trees.tree import open_tree


@dataclass(frozen=True)
class Converted:
    """What a conversion did."""

    source_format: str
    task: Task
    samples: int
    labels: tuple[str, ...]
    losses: Mapping[Trait, Keep]
    problems: Problems
    notes: tuple[Phrase, ...]
    """What was taken for granted, for the user to check."""


def convert(
    source: Path,
    target: Path,
    to: Format[Any],
    of: Format[Any] | None = None,
    task: Task | None = None,
    *,
    strict: bool = False,
) -> Converted:
    """Write what `source` (a folder, a zip or a tar) holds to the new `target` in format `to`.

    Samples that cannot be used are left out, and told of in `problems`.

    Args:
        of: the format of `source`; None recognises it.
        strict: whether one sample that cannot be used fails the whole.

    Raises:
        InvalidInput: it cannot be read, holds nothing, or says what `to` cannot hold; then
            nothing is written.
    """
    with tempfile.TemporaryDirectory() as work:
        tree = open_tree(source, Path(work))
        format_ = of or recognise(tree)
        problems = Problems()
        reading = format_.read(tree, task, problems)
        samples = sorted(reading.samples, key=lambda sample: sample.sample_id)
        if strict and len(problems):
            first = next(iter(problems))
            reason = first.reason.to_dict()
            raise InvalidInput(
                "data.formats.strict", where=first.where, count=len(problems), reason=reason
            )
        if not samples:
            raise InvalidInput("data.formats.no_samples", where=source.name, count=len(problems))
        labels = complete_labels(reading.labels, samples, known=reading.known)
        if format_.modality != to.modality or reading.task not in to.tasks:
            raise InvalidInput(
                "data.formats.other_task", format=to.name, task=reading.task.replace("_", " ")
            )
        losses = check_writable(to, traits_of(samples, labels))
        with open_sink(target) as sink:
            to.write(
                Writing(
                    task=reading.task,
                    labels=labels,
                    samples=samples,
                    media=reading.media or (lambda sample: tree.read(sample.media)),
                    name=target.stem,
                ),
                sink,
            )
    names = tuple(label.name for label in labels)
    return Converted(
        format_.name, reading.task, len(samples), names, losses, problems, reading.notes
    )


def complete_labels(
    labels: tuple[Label, ...], samples: list[Any], *, known: bool
) -> tuple[Label, ...]:
    """`labels`, and unless they are all `known`, those that samples name, sorted, behind them."""
    if known:
        return labels
    there = {label.name for label in labels}
    met = {name for sample in samples for name in names_of(sample)}
    return (*labels, *(Label(name) for name in sorted(met - there)))
