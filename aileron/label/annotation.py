"""Annotations as labelling keeps them, and those that samples have already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aileron.data.annotation import (
    AnnotatedObject,
    AnnotatedSegment,
    AnnotatedSpan,
    Annotation,
    ObjectBox,
    ObjectPoint,
    SpanRelation,
    digest_of,
)

__all__ = [
    "AnnotatedObject",
    "AnnotatedSegment",
    "AnnotatedSpan",
    "Annotation",
    "ObjectBox",
    "ObjectPoint",
    "SpanRelation",
    "annotation_of",
    "digest_of",
]
FIELDS: Final = tuple(Annotation.model_fields)


def annotation_of(sample: Mapping[str, Any]) -> Annotation:
    """What the dataset says of `sample`, the JSON of a sample, already."""
    return Annotation.model_validate({name: sample[name] for name in FIELDS if sample.get(name)})
