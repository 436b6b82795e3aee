"""Suggestions of a service of the platform: the picture goes in, a name and a score come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from aileron.label.annotation import Annotation
from aileron.label.spec import LabelSpec
from aileron.label.suggesting.asking import Asker, ask_all
from aileron.label.suggesting.services import ImageService, ImageServices
from aileron.label.suggesting.suggestion import Media, Suggested, Suggestion, suggestion_of


def ask_service(
    services: ImageServices,
    service: ImageService,
    gateway_url: str | None,
    spec: LabelSpec,
    samples: Sequence[Mapping[str, Any]],
    media: Media,
    seconds: float,
) -> Suggested:
    """What `service` proposes for each of `samples`; a picture is asked for when its turn comes."""
    with closing(Asker(gateway_url)) as asker:
        answers, problem = ask_all(
            lambda one: asker.ask(service, media(one["sample_id"])), samples, seconds
        )
    revisions = {one.revision for one in answers if one is not None}
    versions = {one: services.version_of(service, one) for one in revisions}
    several = service.several and not spec.single
    found: list[Suggestion | None] = []
    for sample, answer in zip(samples, answers, strict=True):
        made = None
        if answer is not None:
            labels, score = answer.chosen(spec.class_names, several=several)
            said = Annotation(labels=tuple(one for one in spec.class_names if one in labels))
            made = suggestion_of(spec, sample, said, score, versions[answer.revision])
        found.append(made)
    return Suggested(tuple(found), problem)
