"""The installed formats, found by entry points; a third party adds one by a class and a line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Final

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput, NotFound
from aileron.data.formats.port import Format, Tree
from aileron.data.formats.records import Modality

GROUP: Final = "aileron.formats"


@cache
def formats(modality: Modality | None = None) -> Sequence[Format[Any]]:
    """All formats, or those of a modality, by name.

    Raises:
        InvalidInput: an entry point leads to something else.
    """
    found = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        kind = point.load()
        if not (isinstance(kind, type) and issubclass(kind, Format) and kind.name == point.name):
            raise InvalidInput("data.formats.not_a_format", name=point.name, target=point.value)
        if modality in (None, kind.modality):
            found.append(kind())
    return tuple(found)


def find_format(name: str, modality: Modality | None = None) -> Format[Any]:
    """The format called `name`.

    Raises:
        NotFound: there is none for `modality`; says which there are.
    """
    known = {found.name: found for found in formats(modality)}
    if name not in known:
        hint = suggestion(name, list(known))
        raise NotFound("data.formats.unknown_format", name=name, hint=hint)
    return known[name]


def recognise(tree: Tree, modality: Modality | None = None) -> Format[Any]:
    """The one format that `tree` is of.

    Raises:
        InvalidInput: no format fits, or several do; says which.
    """
    fitting = [found for found in formats(modality) if found.recognises(tree)]
    fitting = [found for found in fitting if not found.fallback] or fitting
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        names = ", ".join(found.name for found in formats(modality))
        raise InvalidInput("data.formats.not_recognised", where=tree.name, formats=names)
    names = ", ".join(found.name for found in fitting)
    raise InvalidInput("data.formats.several_fit", where=tree.name, formats=names)
