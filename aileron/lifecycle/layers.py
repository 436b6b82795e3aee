"""Values laid over each other, remembering where each came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aileron.core.documents import Document, FieldPath
from aileron.core.errors import InvalidInput


@dataclass(frozen=True)
class Layer:
    """Values from one place; `document` gives their lines if the place is a file."""

    name: str
    values: Mapping[str, Any]
    document: Document | None = None
    prefix: FieldPath = ()
    """Where in `document` the values are."""

    def where(self, field: FieldPath) -> str:
        return self.document.where(self.prefix + field) if self.document else self.name


@dataclass(frozen=True)
class Merged(Document):
    """The result of laying layers over each other, top layer last."""

    origins: Mapping[tuple[str, ...], Layer]
    """Field -> the layer that wrote it; items of a list by their number as text."""

    def where(self, field: FieldPath = ()) -> str:
        """Where the value of `field` was written, or of its nearest parent that has an origin."""
        known = tuple(map(str, field))
        while known not in self.origins and known:
            known = known[:-1]
        layer = self.origins.get(known)
        return layer.where(field) if layer else super().where(field)


def merge(path: Path, layers: Iterable[Layer]) -> Merged:
    """Lay `layers` over each other: mappings merge key by key, everything else is replaced."""
    values: dict[str, Any] = {}
    origins: dict[tuple[str, ...], Layer] = {}
    for layer in layers:
        _lay(values, layer.values, (), layer, origins)
    return Merged(path, values, {}, origins)


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """``{"train.parameters.max_depth": 3}`` as nested mappings.

    Raises:
        InvalidInput: one path runs through the value of another.
    """
    result: dict[str, Any] = {}
    for path, value in flat.items():
        *parents, last = path.split(".")
        target = result
        for parent in parents:
            target = target.setdefault(parent, {})
            if not isinstance(target, dict):
                raise InvalidInput("lifecycle.path_through_value", path=path)
        target[last] = value
    return result


def flat(values: Mapping[str, Any], prefix: FieldPath = ()) -> Iterator[tuple[FieldPath, Any]]:
    """Each leaf of `values` with its path; an empty mapping is a leaf."""
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, (*prefix, key))
        else:
            yield (*prefix, key), value


def _lay(
    below: dict[str, Any],
    above: Mapping[str, Any],
    at: tuple[str, ...],
    layer: Layer,
    origins: dict[tuple[str, ...], Layer],
) -> None:
    for key, value in above.items():
        field = (*at, str(key))
        if isinstance(value, Mapping) and isinstance(below.get(key), list):
            items = {str(i): item for i, item in enumerate(below[key])}
            for unknown in value.keys() - items.keys():
                path = ".".join(map(str, (*field, unknown)))
                raise InvalidInput("lifecycle.no_item", where=layer.name, field=path)
            _lay(items, value, field, layer, origins)
            below[key] = [items[str(i)] for i in range(len(items))]
        elif isinstance(value, Mapping):
            under = below.get(key)
            target = dict(under) if isinstance(under, dict) else {}
            below[key] = target
            origins[field] = layer
            _lay(target, value, field, layer, origins)
        else:
            for old in [known for known in origins if known[: len(field)] == field]:
                del origins[old]
            below[key] = value
            origins[field] = layer
