"""The one annotation of a sample that several people labelled, or could not label.

Where all set it aside it is left out. Where some did, the labels of the others decide as they would
alone, if these are more than half of all; else an adjudicator does, as always with
``consensus: adjudicator``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from aileron.core.errors import Conflict, InvalidInput, Refused
from aileron.label.agreement import alike
from aileron.label.annotation import Annotation
from aileron.label.consensus import agreed
from aileron.label.spec import LabelSpec
from aileron.ledger import SETTLED, Consensus, HeldCampaign, How, Item, ItemState


def settle(held: HeldCampaign, number: int, spec: LabelSpec) -> int:
    """Seek the consensus of the samples of that number that are settled in all lanes.

    Returns:
        How many samples it was sought for; those that have one stay.
    """
    if held.campaign.overlap == 1:
        return 0
    held.alone_with(number)
    lanes: dict[str, list[Item]] = defaultdict(list)
    for item in held.lanes(number=number):
        if item.state in SETTLED:
            lanes[item.sample_id].append(item)
    ready = {name: own for name, own in lanes.items() if len(own) == held.campaign.overlap}
    done = held.settled(list(ready)) if ready else set()
    rows: list[dict[str, Any]] = []
    scores: list[dict[str, Any]] = []
    for name, own in ready.items():
        if name in done:
            continue
        row = _row(own, spec)
        if row["annotation"] is not None:
            scores += _scores(own, Annotation.model_validate(row["annotation"]), spec)
        rows.append({"sample_id": name, "by": None, **row})
    held.agree(rows)
    held.change_items(scores)
    if rows:
        undecided = sum(row["how"] == How.OPEN for row in rows)
        held.tell("campaign.settled", None, {
            "package_number": number, "samples": len(rows), "open": undecided,
        })  # fmt: skip
    return len(rows)


def adjudicate(
    held: HeldCampaign,
    spec: LabelSpec,
    sample_id: str,
    lane: int | None,
    annotation: Mapping[str, Any] | None,
    adjudicator: str,
) -> Consensus:
    """Decide what is true of a sample; deciding again is allowed.

    A lane that set it aside may be chosen, too: then it is left out.
    """
    before = held.consensus(sample_id)
    name = held.campaign.name
    if before is None:
        raise Conflict("label.work.not_settled", campaign=name, sample=sample_id)
    own = held.lanes(sample_id=sample_id)
    if adjudicator in {item.by for item in own}:
        raise Refused("label.work.own_sample", sample=sample_id)
    if (lane is None) == (annotation is None):
        raise InvalidInput("label.work.lane_or_annotation", sample=sample_id)
    if lane is not None:
        mine = next((item for item in own if item.lane == lane), None)
        if mine is None:
            raise InvalidInput("label.work.no_lane", lane=lane, most=len(own) - 1)
        chosen = _annotation(mine) if mine.state is ItemState.APPROVED else None
    else:
        chosen = Annotation.model_validate(annotation)
    row = {
        "sample_id": sample_id, "annotation": chosen and chosen.to_json(),
        "how": How.ADJUDICATED.value, "agreement": before.agreement, "by": adjudicator,
    }  # fmt: skip
    held.agree([row])
    held.change_items(_scores(own, chosen, spec))
    told = {"sample_id": sample_id, "how": before.how, "by": before.by}
    after = {"sample_id": sample_id, "how": How.ADJUDICATED, "by": adjudicator, "lane": lane}
    held.tell("campaign.adjudicated", told, after)
    return Consensus.model_validate(before.model_dump() | row)


def _row(own: Sequence[Item], spec: LabelSpec) -> dict[str, Any]:
    """What comes of the lanes of a sample."""
    said = [_annotation(item) for item in own if item.state is ItemState.APPROVED]
    if not said:
        return {"annotation": None, "how": How.MAJORITY.value, "agreement": None}
    found = agreed(said, spec)
    needed = len(own) if spec.consensus == "adjudicator" else len(own) // 2 + 1
    agreement = found.agreement if len(said) > 1 else None
    if found.annotation is None or len(said) < needed:
        return {"annotation": None, "how": How.OPEN.value, "agreement": agreement}
    said_so = found.annotation.to_json()
    return {"annotation": said_so, "how": How.MAJORITY.value, "agreement": agreement}


def _scores(
    own: Sequence[Item], chosen: Annotation | None, spec: LabelSpec
) -> list[dict[str, Any]]:
    """How far each lane agrees with what was chosen; None of and with what was set aside."""
    return [
        {
            "id": item.id,
            "agreement": None
            if chosen is None or item.state is not ItemState.APPROVED
            else alike(_annotation(item), chosen, spec),
        }
        for item in own
    ]


def _annotation(item: Item) -> Annotation:
    return Annotation.model_validate(item.annotation)
