"""The samples of a report: each picture, and beside it what the model looked at."""

from __future__ import annotations

from collections.abc import Sequence

from aileron.data.images import ImagePart
from aileron.evaluate.image_findings import Case
from aileron.evaluate.image_page import Tile
from aileron.evaluate.image_scoring import prepared
from aileron.evaluate.saliency import occlusion
from aileron.evaluate.thumbnails import SIDE, data_uri, overlaid, thumbnail
from aileron.serve.image_model import ImageModel
from aileron.serve.pictures import decode


def tiles_of(model: ImageModel, samples: ImagePart, cases: Sequence[Case]) -> list[Tile]:
    """A tile for each case; the pictures were decoded before, so they can be."""
    return [_tile(model, samples, case) for case in cases]


def _tile(model: ImageModel, samples: ImagePart, case: Case) -> Tile:
    small = thumbnail(decode(samples.picture(case.index), at_least=(SIDE, SIDE)))
    saliency = occlusion(model, prepared(model, samples, case.index), case.looked_at)
    return Tile(
        facts=case.to_json(model.card.classes),
        picture=data_uri(small),
        saliency=data_uri(overlaid(small, saliency, model.card.preparation)),
    )
