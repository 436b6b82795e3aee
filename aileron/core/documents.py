"""YAML documents that know their lines, checked against pydantic models.

Every error names file, line, field, what was found and what would be right.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from aileron.core.errors import InvalidInput

ModelT = TypeVar("ModelT", bound=BaseModel)
FieldPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A parsed YAML file: plain values, and the line of each field (from 1)."""

    path: Path
    values: dict[str, Any]
    lines: Mapping[FieldPath, int]

    def where(self, field: FieldPath = ()) -> str:
        """``file:line`` of `field`, or of its nearest parent that has a line."""
        while field and field not in self.lines:
            field = field[:-1]
        return f"{self.path}:{self.lines.get(field, 1)}"


def read_document(path: Path) -> Document:
    """Parse `path`.

    Raises:
        InvalidInput: no such file, not UTF-8, not YAML, not a mapping, or a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InvalidInput("core.no_file", where=str(path)) from None
    except UnicodeDecodeError as error:
        raise InvalidInput("core.not_utf8", where=str(path), position=error.start) from None
    return parse_document(text, path)


def parse_document(text: str, path: Path) -> Document:
    """Parse `text` as if read from `path`."""
    lines: dict[FieldPath, int] = {}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = _construct(node, (), lines, path) if node is not None else {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidInput(
            "core.not_yaml", where=f"{path}:{line}", problem=str(error.problem)
        ) from None
    if not isinstance(values, dict):
        raise InvalidInput("core.not_a_mapping", where=f"{path}:1", found=type(values).__name__)
    return Document(path, values, lines)


def check(model: type[ModelT], document: Document) -> ModelT:
    """The document as a `model`; the first thing wrong with it is raised as `InvalidInput`."""
    return check_values(model, document.values, document)


def check_values(
    model: type[ModelT], values: Any, document: Document | None = None, prefix: FieldPath = ()
) -> ModelT:
    """`values` (the part of `document` under `prefix`) as a `model`."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found_wrong = error.errors(include_url=False)
    unknown = [wrong for wrong in found_wrong if wrong["type"] == "extra_forbidden"]
    first = (unknown or found_wrong)[0]  # a misspelt field is also a missing one
    field = tuple(first["loc"])
    where = document.where(prefix + field) if document else None
    name = ".".join(str(part) for part in prefix + field) or "."
    if first["type"] == "extra_forbidden":
        raise InvalidInput("core.unknown_field", where=where, field=name, hint=_hint(model, field))
    if first["type"] == "missing":
        raise InvalidInput("core.missing_field", where=where, field=name)
    found = repr(first["input"])
    raise InvalidInput(
        "core.bad_value",
        where=where,
        field=name,
        found=found if len(found) <= 80 else found[:77] + "...",
        problem=first["msg"].removeprefix("Value error, "),
    )


def suggestion(word: str, choices: Sequence[str]) -> str:
    """``did you mean X?`` for the closest choice, else the list of choices."""
    plain = {choice.lower(): choice for choice in choices}
    begun = [choice for choice in plain if word and choice.startswith(word.lower())]
    close = difflib.get_close_matches(word.lower(), plain, n=1) or (
        begun if len(begun) == 1 else []
    )
    if close:
        return f"did you mean {plain[close[0]]}?"
    return "known: " + ", ".join(sorted(choices)) if choices else ""


def _hint(model: type[BaseModel], field: FieldPath) -> str:
    owner: Any = model
    for part in field[:-1]:
        info = getattr(owner, "model_fields", {}).get(part)
        owner = info.annotation if info else None
    fields = getattr(owner, "model_fields", None)
    if not fields:
        return ""
    return suggestion(str(field[-1]), [info.alias or name for name, info in fields.items()])


def _construct(node: yaml.Node, field: FieldPath, lines: dict[FieldPath, int], path: Path) -> Any:
    lines[field] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, (*field, i), lines, path) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(_scalar(key_node))
            if key in result:
                line = key_node.start_mark.line + 1
                raise InvalidInput("core.duplicate_key", where=f"{path}:{line}", field=key)
            result[key] = _construct(value_node, (*field, key), lines, path)
            lines[(*field, key)] = key_node.start_mark.line + 1
        return result
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    return yaml.SafeLoader("").construct_object(node)
