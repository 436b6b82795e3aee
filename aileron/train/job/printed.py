"""Figures in what a job prints: a small grammar, rather too strict than too loose.

A line is one of:

- a JSON object, or a Python dict as ``print`` shows it, with a step: ``{"step": 3, "loss": 0.1}``;
  each number of it is a figure;
- text with figures, ``loss=0.12``, ``accuracy: 97.5%``, ``val_loss = 1e-3``: a name that ends in
  a word of `WORDS`, then ``=`` or ``:``, then a number;
- text with a step alone, ``Epoch 3/10``, which holds for the lines after it.

A number without a decimal point counts only on a line that says its step. The step of a figure
is that of its line, else of the last line that said one, else the count of its values so far.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from aileron.train.trainer import Point

LONGEST_LINE: Final = 10_000
"""Characters; a longer line is not looked at."""
STEPS: Final = ("step", "global_step", "iteration", "iter", "epoch", "round")
"""Names of a step in an object; the first that is there counts."""
WORDS: Final = frozenset(
    (
        "loss", "logloss", "accuracy", "acc", "auc", "auroc", "f1", "precision", "recall",
        "mae", "mse", "rmse", "mape", "r2", "perplexity", "ppl", "bleu", "rouge", "iou", "miou",
        "dice", "map", "ap", "top1", "top5", "psnr", "ssim", "wer", "cer", "kappa", "mcc", "ndcg",
        "reward", "error", "mlogloss", "merror",
    )
)  # fmt: skip
"""A figure's name ends in one of these."""
WITH_STEP: Final = frozenset(("lr", "learning_rate"))
"""So does one of these on a line that says its step: elsewhere they are settings."""
PARTS: Final[Mapping[str, str]] = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val",
    "test": "test", "eval": "eval", "evaluation": "eval",
}  # fmt: skip
"""Words before a figure that say which part of the data it is of."""
_ENDINGS: Final = frozenset((*PARTS, "mean", "avg", "epoch", "step", "1", "5", "50", "95"))
_NOT_MEASURED: Final = frozenset(("target", "threshold", "weight", "goal", "coef"))

_ANSI: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_STEP: Final = re.compile(
    r"\b(?:global[ _]step|step|iteration|iter|epoch|round)\b\s*[:=#]?\s*\[?(\d{1,12})(?![\d.])",
    re.IGNORECASE,
)
_BRACKETED: Final = re.compile(r"^\[(\d{1,12})(?:/\d+)?\]")
"""A step without a name, as XGBoost prints it; a time in brackets is none."""
_FIGURE: Final = re.compile(
    r"(?:^|(?<=[\s,;|(\[]))"
    r"(?P<name>[A-Za-z][\w./@-]{0,99})\s?[=:]\s?"
    r"(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    r"(?:/(?P<of>\d+))?(?P<percent>\s?%)?"
    r"(?=$|[\s,;|)\]])"
)
_WORD: Final = re.compile(r"(?<![\w./@-])[A-Za-z]+(?![\w./@=-])")


class Printed:
    """Reads one job's lines, in order."""

    def __init__(self) -> None:
        self._step: int | None = None
        self._counts: Counter[str] = Counter()

    def read(self, text: str) -> Iterator[Point]:
        """The figures of one line."""
        line = _ANSI.sub("", re.split(r"[\r\x08]", text.rstrip("\r\n\x08"))[-1]).strip()
        if not line or len(line) > LONGEST_LINE:
            return
        if line.startswith("{"):
            yield from self._of_object(_object(line))
        else:
            yield from self._of_text(line)

    def _of_object(self, found: Mapping[str, Any]) -> Iterator[Point]:
        marker = next((name for name in STEPS if _number(found.get(name)) is not None), None)
        if marker is None:
            return
        at = float(found[marker])
        step = int(at) if at.is_integer() and at >= 0 else None
        for name, value in found.items():
            number = _number(value)
            if name not in STEPS and number is not None and clean(name):
                yield self._point(clean(name), number, step)

    def _of_text(self, line: str) -> Iterator[Point]:
        said = _STEP.search(line) or _BRACKETED.match(line)
        if said is not None:
            self._step = int(said[1])
        for found in _FIGURE.finditer(line):
            name, value = clean(found["name"]), _value(found, said is not None)
            if value is not None and _is_figure(name, said is not None):
                yield self._point(_with_part(name, line[: found.start()]), value, self._step)

    def _point(self, name: str, value: float, step: int | None) -> Point:
        at = self._counts[name] if step is None else step
        self._counts[name] += 1
        return Point(name, at, value)


def clean(name: str) -> str:
    """`name` in lower case, with ``_`` for what MLflow takes in no name."""
    return re.sub(r"[^a-z0-9_./]+", "_", name.lower()).strip("_./")


def _object(line: str) -> Mapping[str, Any]:
    """The object that the line is; empty if it is none."""
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(line)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, dict) and all(isinstance(name, str) for name in found):
            return found
    return {}


def _number(value: Any) -> float | None:
    """A number, also one in quotes, as the Trainer of transformers prints it."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _value(found: re.Match[str], with_step: bool) -> float | None:
    value = float(found["number"])
    if found["of"] is not None:
        whole = int(found["of"])
        return value / whole if 0 <= value <= whole and whole else None
    if found["percent"]:
        return value / 100
    plain = found["number"].lstrip("+-").isdigit()
    return value if with_step or not plain else None


def _is_figure(name: str, with_step: bool) -> bool:
    words = [word for word in re.split(r"[_./]+", name) if word]
    if _NOT_MEASURED & set(words):
        return False
    while len(words) > 1 and words[-1] in _ENDINGS:
        words.pop()
    if with_step and ("_".join(words[-2:]) in WITH_STEP or words[-1] in WITH_STEP):
        return True
    return words[-1] in WORDS


def _with_part(name: str, before: str) -> str:
    """The name with the part of the data that the words before it name, if it says none."""
    if set(re.split(r"[_./]+", name)) & set(PARTS):
        return name
    parts = [PARTS[word.lower()] for word in _WORD.findall(before) if word.lower() in PARTS]
    return f"{parts[-1]}_{name}" if parts else name
