"""What the fields of a text are called by many hands, and what their values mean."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, Literal

from aileron.data.formats.problems import Fault
from aileron.data.formats.records import Scalar
from aileron.data.layout import Part
from aileron.data.trees.structure import PART_NAMES

ATTRIBUTES: Final = "attributes"
Role = Literal["id", "text", "pair", "label", "labels", "split", "annotated"]
Roles = Mapping[Role, str]
"""Which column or field has a role."""

NAMES: Final[Mapping[Role, tuple[str, ...]]] = {
    "id": ("id", "sample_id", "guid", "uid", "编号"),
    "text": (
        "text", "text_a", "sentence", "sentence1", "sentence_a", "content", "review", "comment",
        "premise", "question1", "query", "document", "文本", "内容", "评论",
    ),
    "pair": (
        "text_b", "text_pair", "sentence2", "sentence_b", "hypothesis", "question2", "文本2",
    ),
    "label": ("label", "class", "category", "sentiment", "标签", "类别"),
    "labels": ("labels", "classes", "categories"),
    "split": ("split", "part", "subset", "划分"),
    "annotated": ("annotated",),
}  # fmt: skip
"""Spellings in order of preference: those of GLUE, of Chinese collections, and ours."""


def roles_of(names: Iterable[str]) -> dict[Role, str]:
    """Role -> the name that has it, of the names of columns or fields."""
    plain = {name.strip().lower(): name for name in reversed(list(names))}
    found: dict[Role, str] = {}
    for role, spellings in NAMES.items():
        name = next((plain[spelling] for spelling in spellings if spelling in plain), None)
        if name is not None:
            found[role] = name
    return found


def class_name(value: Any, field: str) -> str:
    """The name of a class that a file gives as text, number or truth value.

    Raises:
        Fault: it is empty, or something else.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (int, float)):
        return str(value)
    if not isinstance(value, str):
        raise Fault("wrong_field", field=field, found=str(value)[:60], wanted="text")
    name = unicodedata.normalize("NFC", value.strip())
    if not name:
        raise Fault("empty_label")
    return name


def class_names(values: Iterable[Any], field: str) -> tuple[str, ...]:
    """The names of several classes, each once."""
    return tuple(dict.fromkeys(class_name(value, field) for value in values))


def part_of(value: Any) -> Part | None:
    """The part that a cell or a field names; None if it is empty.

    Raises:
        Fault: there is no such part.
    """
    if value is None or value == "":
        return None
    part = PART_NAMES.get(str(value).strip().lower())
    if part is None:
        raise Fault("unknown_split", found=str(value)[:60])
    return part


def scalars_of(value: Any, field: str) -> dict[str, Scalar]:
    """Attributes: a JSON object whose values are text, numbers or truth values.

    Raises:
        Fault: it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(is_scalar(one) for one in value.values()):
        raise Fault("wrong_field", field=field, found=str(value)[:60], wanted="{}")
    return {str(name): one for name, one in value.items()}


def attributes_of(row: Mapping[str, Any], known: Collection[str]) -> dict[str, Scalar]:
    """The attributes of a JSON object: its own, and the fields beside those that are `known`."""
    beside = {
        name: value
        for name, value in row.items()
        if name not in known and name != ATTRIBUTES and is_scalar(value) and value != ""
    }
    return {**beside, **scalars_of(row.get(ATTRIBUTES), ATTRIBUTES)}


def is_scalar(value: Any) -> bool:
    """Whether `value` can be that of an attribute."""
    return isinstance(value, (str, int, float, bool))
