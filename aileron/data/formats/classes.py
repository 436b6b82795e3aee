"""``classes.json``: the classes of a dataset beside samples that have no place for them.

A list of names, or of COCO's categories where classes have key points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from aileron.core.errors import InvalidInput
from aileron.data.formats.documents import parse_json
from aileron.data.formats.images.coco import category_of, label_of
from aileron.data.formats.port import Tree
from aileron.data.formats.records import Label

CLASSES_FILE: Final = "classes.json"


def read_classes(tree: Tree) -> tuple[Label, ...] | None:
    """The classes that `CLASSES_FILE` lists; None if there is no such file.

    Raises:
        InvalidInput: it is no list of classes.
    """
    if CLASSES_FILE not in tree.paths():
        return None
    values = parse_json(tree, CLASSES_FILE)
    try:
        labels = [_label(value) for value in values]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidInput(
            "data.formats.wrong_field",
            where=CLASSES_FILE,
            field=CLASSES_FILE,
            found=str(values)[:60],
            wanted='["...", "..."]',
        ) from None
    return tuple({label.name: label for label in labels}.values())


def write_classes(labels: Sequence[Label]) -> bytes:
    """The content of `CLASSES_FILE`."""
    import orjson

    if not any(label.point_names for label in labels):
        return orjson.dumps([label.name for label in labels])
    numbers = {label.name: number for number, label in enumerate(labels)}
    return orjson.dumps([category_of(label, numbers) for label in labels])


def _label(value: Any) -> Label:
    return Label(value) if isinstance(value, str) else label_of(value)
