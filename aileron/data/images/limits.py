"""Whether a whole picture is one of those that a dataset takes."""

from __future__ import annotations

from aileron.core.phrase import Phrase, phrase
from aileron.data.images.checking import Checked
from aileron.data.limits import PictureLimits


def limit_problem(facts: Checked, objects: int, limits: PictureLimits) -> Phrase | None:
    """Why the picture is not taken; None if it is."""
    size = {"width": facts.width, "height": facts.height}
    shorter, longer = sorted((facts.width, facts.height))
    if limits.max_bytes is not None and facts.bytes > limits.max_bytes:
        return phrase("data.picture_too_large", size=facts.bytes, most=limits.max_bytes)
    if limits.formats is not None and facts.format not in limits.formats:
        taken = ", ".join(limits.formats)
        return phrase("data.picture_other_format", format=facts.format, taken=taken)
    if limits.max_side is not None and longer > limits.max_side:
        return phrase("data.picture_too_long", most=limits.max_side, **size)
    if shorter < limits.min_side:
        return phrase("data.picture_too_short", least=limits.min_side, **size)
    if limits.max_aspect is not None and longer > limits.max_aspect * shorter:
        return phrase("data.picture_too_narrow", most=limits.max_aspect, **size)
    if limits.max_objects is not None and objects > limits.max_objects:
        return phrase("data.picture_many_objects", count=objects, most=limits.max_objects)
    return None
