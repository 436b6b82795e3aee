"""The classes of a dataset of pictures: those said, or those found, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aileron.core.documents import suggestion
from aileron.core.errors import InvalidInput
from aileron.data.images.spec import MOST_CLASSES
from aileron.data.labels import LabelType, label_order


def classes_of(
    found: Mapping[str, str],
    label_type: LabelType,
    known: tuple[str, ...] | None,
    where: str,
    *,
    alone: bool = True,
) -> tuple[str, ...]:
    """The classes in order: `known` if said, else those of `found`, sorted.

    Args:
        found: label -> a picture that has it.
        where: the source's name.
        alone: whether there are no other pictures, which may be of the classes that lack here.

    Raises:
        InvalidInput: fewer than can be told apart, too many, or not the known ones.
    """
    if known is not None:
        _check_known(known, found, where, alone=alone)
        return known
    if len(found) > MOST_CLASSES:
        raise InvalidInput("data.many_classes", where=where, count=len(found), most=MOST_CLASSES)
    if alone and len(found) < (2 if label_type == "single" else 1):
        label = next(iter(found), "-")
        raise InvalidInput("data.single_picture_class", where=where, label=label)
    return tuple(sorted(found, key=label_order))


def _check_known(
    known: Collection[str], found: Mapping[str, str], where: str, *, alone: bool
) -> None:
    for label, picture in found.items():
        if label not in known:
            raise InvalidInput(
                "data.unknown_class",
                where=f"{where}/{picture}",
                label=label,
                hint=suggestion(label, list(known)),
            )
    for label in known:
        if alone and label not in found:
            raise InvalidInput(
                "data.class_without_pictures",
                where=where,
                label=label,
                hint=suggestion(label, sorted(found.keys() - set(known))),
            )
