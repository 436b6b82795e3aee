"""Suggestions of a server elsewhere that speaks the ML-backend contract."""

from __future__ import annotations

import base64
import mimetypes
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import chain
from typing import Any, Final

from aileron.core.errors import AileronError, InvalidInput
from aileron.label.interface.config import labelling_config
from aileron.label.interface.tasks import task_data
from aileron.label.spec import LabelSpec
from aileron.label.suggesting.asking import ask_all
from aileron.label.suggesting.backend import MlBackend, Proposal
from aileron.label.suggesting.suggestion import (
    Media,
    Suggested,
    Suggestion,
    read_result,
    suggestion_of,
)

BATCH: Final = {"text": 50, "image": 8, "audio": 4, "series": 4}
"""Samples of one question: pictures and recordings travel with it."""
MOST_BYTES: Final = 16 << 20
"""Of a picture or recording that is sent."""
UNKNOWN: Final = "unknown"
"""The version of a model that names none."""
Sample = Mapping[str, Any]


def ask_backend(
    url: str, spec: LabelSpec, samples: Sequence[Sample], media: Media, seconds: float
) -> Suggested:
    """What the server below `url` proposes for each of `samples`.

    Pictures and recordings are sent within the task, as data URIs: what the tasks of people hold
    leads to them alone.

    Raises:
        Unavailable: it is not well, or does not take the labelling configuration.
    """
    end = time.monotonic() + seconds
    config = labelling_config(spec)
    size = BATCH[spec.modality or "text"]
    batches = [samples[start : start + size] for start in range(0, len(samples), size)]
    with closing(MlBackend(url, seconds)) as backend:
        backend.health()
        version = backend.setup(config) or UNKNOWN

        def ask(batch: Sequence[Sample]) -> list[Proposal | None]:
            tasks = [
                {"id": place, "data": _data(spec, sample, media)}
                for place, sample in enumerate(batch, 1)
            ]
            return backend.predict(tasks, config, model_version=version)

        answers, problem = ask_all(ask, batches, end - time.monotonic())
    proposals = chain.from_iterable(
        answer or [None] * len(batch) for batch, answer in zip(batches, answers, strict=True)
    )
    found: list[Suggestion | None] = []
    for sample, proposal in zip(samples, proposals, strict=True):
        try:
            found.append(_read(spec, sample, proposal))
        except AileronError as error:
            problem = problem or error
            found.append(None)
    return Suggested(tuple(found), problem)


def _data(spec: LabelSpec, sample: Sample, media: Media) -> dict[str, Any]:
    name = sample["sample_id"]
    if spec.modality == "text":
        return task_data(spec, sample, None)
    content = media(name)
    if len(content) > MOST_BYTES:
        raise InvalidInput("label.suggesting.large", where=name, limit=MOST_BYTES >> 20)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if spec.modality == "series":
        kind = "text/csv"
    return task_data(spec, sample, f"data:{kind};base64,{base64.b64encode(content).decode()}")


def _read(spec: LabelSpec, sample: Sample, proposal: Proposal | None) -> Suggestion | None:
    said = proposal and read_result(spec, sample, proposal.result)
    if not said or proposal is None:
        return None
    return suggestion_of(spec, sample, said, proposal.score, proposal.model_version)
