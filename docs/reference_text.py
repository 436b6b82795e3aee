"""Pieces of Markdown for the parts of docs/reference that are made from the code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aileron.lifecycle.form import simplified

NOTE: Final = "<!-- Made by `make docs` from the code; edit that. -->"
_BOUNDS: Final = {
    "minimum": ">= {}",
    "exclusiveMinimum": "> {}",
    "maximum": "<= {}",
    "exclusiveMaximum": "< {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "pattern": "matches `{}`",
}


def fields(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """The table of an object's fields."""
    required = schema.get("required", ())
    rows = []
    for name, raw in schema["properties"].items():
        field = simplified(raw, definitions)
        default = "required" if name in required else _value(raw.get("default"))
        about = field.get("description", "") if "description" in raw or not _refers(raw) else ""
        rows.append((f"`{name}`", _type(raw), default, _range(field), about))
    return table(("Field", "Type", "Default", "Range", "What"), rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).replace("|", "\\|").split())


def _type(raw: Mapping[str, Any]) -> str:
    """The type of a field in words; definitions by their names."""
    if "anyOf" in raw:
        return " or ".join(_type(option) for option in raw["anyOf"])
    if "$ref" in raw:
        return f"`{raw['$ref'].rpartition('/')[2]}`"
    if "enum" in raw or "const" in raw:
        return " or ".join(f"`{choice}`" for choice in raw.get("enum", [raw.get("const")]))
    kind = str(raw.get("type", "any"))
    if kind == "array":
        return f"list of {_type(raw.get('items', {}))}"
    values = raw.get("additionalProperties")
    if kind == "object" and isinstance(values, Mapping):
        return f"mapping to {_type(values)}"
    return {"object": "mapping"}.get(kind, kind)


def _range(field: Mapping[str, Any]) -> str:
    return ", ".join(text.format(field[key]) for key, text in _BOUNDS.items() if key in field)


def _value(value: Any) -> str:
    if isinstance(value, str) and "\n" in value:
        return f"a text of {len(value.splitlines())} lines"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _refers(raw: Mapping[str, Any]) -> bool:
    """Whether the description would be that of the type, not of the field."""
    return "$ref" in raw or any("$ref" in option for option in raw.get("anyOf", ()))


def anchor(heading: str) -> str:
    return heading.replace(".", "")
