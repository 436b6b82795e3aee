"""The options of a step as a form: its JSON Schema made plain, down to the fields of lists.

A page makes fields of it. Besides JSON Schema's words a field may have these, which steps write
as `json_schema_extra`:

- `suggests`: which names of a version it may hold: `labels`, `columns`, `other_columns`, or
  `facts`, what conditions may be about. Of pairs it is said of the first word, and
  `suggests_for` of the second one.
- `compared`: a value that is compared with the column that field `column` names; `op` is the
  field with the comparison, `lists` are those that need a list, `none` those that need nothing.
- `tag`: of items that are one of several objects: the field that says which.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from aileron.client import records as r
from aileron.core.errors import Language
from aileron.core.fields import worded
from aileron.core.steps import StepConfig
from aileron.lifecycle.form import simplified

Schema = dict[str, Any]
SCALARS: Final = frozenset({"boolean", "integer", "number", "string", "null"})


def option_form(
    config: type[StepConfig], package: str, language: Language, without: Collection[str] = ()
) -> r.Form:
    """The form of the options of `config`, but for the fields `without`, in `language`.

    Args:
        package: whose translations its words have.
    """
    schema = config.model_json_schema()
    reader = _Reader(schema.get("$defs", {}), package, language)
    fields = reader.fields(schema)
    properties = {name: field for name, field in fields.items() if name not in without}
    return r.Form(properties=properties, order=tuple(properties))


class _Reader:
    """Makes the schemas of one config plain."""

    def __init__(self, definitions: Mapping[str, Any], package: str, language: Language) -> None:
        self._definitions = definitions
        self._package = package
        self._language = language

    def fields(self, schema: Mapping[str, Any]) -> Schema:
        """The fields of an object; one that must be given says so."""
        needed = schema.get("required", ())
        return {
            name: self._field(raw) | ({"required": True} if name in needed else {})
            for name, raw in schema.get("properties", {}).items()
        }

    def _field(self, raw: Mapping[str, Any]) -> Schema:
        field = self._worded(simplified(raw, self._definitions))
        if "type" not in field and "anyOf" in raw:
            field["type"] = self._types(raw["anyOf"])
        if isinstance(field.get("items"), dict):
            field["items"] = self._item(field["items"])
        return field

    def _types(self, options: list[Schema]) -> list[str]:
        """Of a value that may be of several types."""
        found = (simplified(option, self._definitions).get("type") for option in options)
        return sorted({kind for kind in found if isinstance(kind, str)})

    def _item(self, raw: Schema) -> Schema:
        """What a list holds; several closed sets are one."""
        if "oneOf" in raw:
            tag = raw.get("discriminator", {}).get("propertyName")
            return {"tag": tag, "oneOf": [self._object(one) for one in raw["oneOf"]]}
        options = [simplified(option, self._definitions) for option in raw.get("anyOf", [raw])]
        if all("enum" in option for option in options):
            return {"type": "string", "enum": [value for one in options for value in one["enum"]]}
        item = simplified(raw, self._definitions)
        return self._object(item) if "properties" in item else item

    def _object(self, raw: Mapping[str, Any]) -> Schema:
        schema = simplified(raw, self._definitions)
        about = {"description": schema.get("description", "")}
        properties = self.fields(schema)
        return {
            "type": "object",
            **self._worded(about),
            "properties": properties,
            "order": list(properties),
        }

    def _worded(self, schema: Schema) -> Schema:
        return worded(schema, self._package, self._language)
