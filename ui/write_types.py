"""Write ``src/api/types.ts``: the API's records as TypeScript, so that tsc checks their use.

Source are the records of `aileron.client`, which the API answers with. Run it after a change of
those; a test says when the file is old.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from aileron.client import records
from aileron.client.records.common import Asked

FILE: Final = Path(__file__).parent / "src" / "api" / "types.ts"
HEADER: Final = "// Made from aileron/client/records by ui/write_types.py; do not edit.\n"
SCALARS: Final = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def typescript() -> str:
    """The file's text."""
    found = [getattr(records, name) for name in records.__all__]
    models = [m for m in found if isinstance(m, type) and issubclass(m, BaseModel)]
    modes = [(m, "validation" if issubclass(m, Asked) else "serialization") for m in models]
    _, schema = models_json_schema(modes, ref_template="{model}")  # type: ignore[arg-type]
    asked = {m.__name__ for m, mode in modes if mode == "validation"}
    specs: dict[str, Any] = schema["$defs"]
    parents = {m.__name__: [base.__name__ for base in m.__bases__] for m in models}
    parts = [
        _declaration(name, spec, name in asked, _bases(parents.get(name, ()), specs))
        for name, spec in sorted(specs.items())
        if not _is_empty(spec)
    ]
    return "\n".join([HEADER, *parts])


def _bases(parents: Iterable[str], specs: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the parents that are records with fields of their own, by name."""
    return {name: specs[name] for name in parents if name in specs and not _is_empty(specs[name])}


def _is_empty(spec: Mapping[str, Any]) -> bool:
    return spec.get("type") == "object" and not spec.get("properties")


def _declaration(name: str, spec: dict[str, Any], asked: bool, bases: Mapping[str, Any]) -> str:
    """Questions may leave fields with a default out; answers hold every field."""
    if spec.get("type") != "object":
        return f"export type {name} = {_type(spec)};\n"
    inherited = [item for base in bases.values() for item in base["properties"].items()]
    fields = {
        key: field for key, field in spec["properties"].items() if (key, field) not in inherited
    }
    required = spec.get("required", []) if asked else fields
    lines = [
        f"{_comment(field)}  {key}{'' if key in required else '?'}: {_type(field)};"
        for key, field in fields.items()
    ]
    extends = f" extends {', '.join(bases)}" if bases else ""
    return f"export interface {name}{extends} {{\n" + "\n".join(lines) + "\n}\n"


def _comment(field: dict[str, Any]) -> str:
    text = field.get("description")
    return f"  /** {text} */\n" if text else ""


def _type(spec: dict[str, Any]) -> str:
    if "$ref" in spec:
        return str(spec["$ref"])
    if "enum" in spec or "const" in spec:
        return " | ".join(json.dumps(value) for value in spec.get("enum", [spec.get("const")]))
    if "anyOf" in spec:
        return " | ".join(dict.fromkeys(_type(one) for one in spec["anyOf"]))
    match spec.get("type"):
        case "array":
            inner = _type(spec["items"]) if "items" in spec else "unknown"
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case "object":
            values = spec.get("additionalProperties")
            inner = _type(values) if isinstance(values, dict) else "unknown"
            return f"Record<string, {inner}>"
        case None:
            return "unknown"
        case kind:
            return SCALARS[kind]


if __name__ == "__main__":
    FILE.write_text(typescript(), encoding="utf-8")
