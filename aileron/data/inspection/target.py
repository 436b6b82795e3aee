"""What is predicted: which column, a class or a number, and which class is the positive one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.data.card import Task
from aileron.data.ingest import MOST_CLASSES
from aileron.data.inspection.assumption import Assumption, assume, listed
from aileron.data.inspection.cells import Cells
from aileron.data.inspection.delimiters import INDEX
from aileron.data.inspection.numbers import NUMBER

if TYPE_CHECKING:
    import pyarrow as pa

FEW: Final = 20
"""Different whole numbers up to which they may be classes."""
ROWS_PER_CLASS: Final = 5
NEGATIVE: Final = frozenset(
    {"0", "no", "n", "false", "f", "negative", "neg", "normal", "benign", "ok", "good", "pass",
     "否", "无", "阴性", "正常", "负", "合格", "-1"}
)  # fmt: skip
"""Labels, in lower case, that say that the thing asked for is absent."""


@dataclass(frozen=True)
class Chosen:
    """The task, and the assumptions that it rests on."""

    task: Task
    assumptions: tuple[Assumption, ...] = ()


def find_target(
    asked: str | None, names: Sequence[str], file: str
) -> tuple[str, tuple[Assumption, ...]]:
    """The column that `asked` means: by name, or by index from 0 (from the end if negative).

    Raises:
        InvalidInput: nothing was asked, or there is no such column; names the close one.
    """
    known = listed(list(names))
    if asked is None:
        raise InvalidInput("data.target_not_named", where=file, columns=known)
    if asked in names:
        return asked, ()
    if INDEX.fullmatch(asked):
        index = int(asked)
        if not -len(names) <= index < len(names):
            raise InvalidInput("data.no_target_index", where=file, index=index, last=len(names) - 1)
        name = names[index]
        return name, (assume("target", target=name, index=index % len(names)),)
    hint = suggestion(asked, names) if len(names) <= 100 else _close(asked, names)
    raise InvalidInput("data.no_target", where=file, target=asked, hint=hint)


def find_task(asked: Task | None, name: str, cells: Cells, file: str) -> Chosen:
    """Whether to predict a class or a number.

    Raises:
        InvalidInput: the target is empty, constant, a date, or different in every row.
    """
    if cells.kind == "empty":
        raise InvalidInput("data.empty_target", where=file, target=name)
    if cells.kind == "other" or (cells.kind == "date" and asked != "classification"):
        raise InvalidInput("data.target_kind", where=file, target=name)
    if cells.distinct == 1:
        label = cells.sample[0] if cells.sample else "-"
        if asked == "regression":
            raise InvalidInput("data.constant_target", where=file, target=name, label=label)
        raise InvalidInput("data.single_class", where=file, target=name, label=label)
    if asked is not None:
        return Chosen(asked)
    if cells.mixed and cells.distinct > FEW:
        return Chosen("regression")  # and the import says which cell is no number
    values: dict[str, Any] = {"target": name, "distinct": cells.distinct, "rows": cells.present}
    if cells.kind != "number":
        _check_classes(name, cells, file)
        return Chosen("classification", (assume("classification", **values),))
    few = cells.distinct <= FEW and cells.present >= ROWS_PER_CLASS * cells.distinct
    if cells.whole and (cells.distinct == 2 or few):
        because = "classification_because_few"
        return Chosen("classification", (assume("classification", because=because, **values),))
    return Chosen("regression", (assume("regression", **values),))


def _check_classes(name: str, cells: Cells, file: str) -> None:
    values = {"target": name, "count": cells.distinct}
    if cells.distinct > MOST_CLASSES:
        raise InvalidInput("data.too_many_classes", where=file, limit=MOST_CLASSES, **values)
    if cells.distinct == cells.present > 2:
        raise InvalidInput("data.target_all_different", where=file, **values)


def order_classes(counts: Mapping[str, int], target: str) -> tuple[list[str], Assumption]:
    """Two classes, the positive one last: the one that its name says, else the rarer one."""
    labels = sorted(counts, key=lambda label: (-counts[label], label))
    plain = [label.strip().lower() for label in labels]
    said = [label in NEGATIVE or label.startswith(("no_", "non", "not ")) for label in plain]
    because = None
    if said[0] != said[1]:
        labels = sorted(labels, key=lambda label: not said[labels.index(label)])
        because = "positive_because_name"
    elif counts[labels[0]] == counts[labels[1]]:
        because = "positive_because_order"
    values = {"positive": labels[1], "negative": labels[0], "count": counts[labels[1]]}
    return labels, assume("positive", because=because, target=target, **values)


def match_labels(known: Sequence[str], found: Sequence[str]) -> dict[str, str]:
    """Label of the test file -> the label of the data that it stands for, where they differ.

    Two labels are the same if they are so without case, blanks and closing punctuation, or as
    numbers.
    """
    plain = {_plain(label): label for label in known}
    if len(plain) < len(set(known)):
        return {}
    return {
        label: plain[_plain(label)]
        for label in dict.fromkeys(found)
        if label not in known and _plain(label) in plain
    }


def label_assumptions(labels: Mapping[str, str]) -> Iterator[Assumption]:
    """The matching of labels in words, if there is any."""
    if labels:
        pairs = [f"{theirs!r} = {ours!r}" for theirs, ours in labels.items()]
        yield assume("labels", pairs=listed(pairs))


def counts_of(values: pa.ChunkedArray) -> dict[str, int]:
    """How often each label occurs."""
    from aileron.data.reading.values import text

    return dict(Counter(str(text(value)) for value in values.to_pylist() if value is not None))


def _plain(label: str) -> str:
    plain = label.strip().rstrip(".。,，;；!！ ").casefold()
    return repr(float(plain)) if NUMBER.fullmatch(plain) else plain


def _close(word: str, choices: Sequence[str]) -> str:
    hint = suggestion(word, choices)
    return hint if "?" in hint else listed(list(choices))
