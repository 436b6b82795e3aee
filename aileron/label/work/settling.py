"""The one annotation of a sample that several people labelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from aileron.core.errors import Conflict, InvalidInput, Refused
from aileron.label.agreement import alike
from aileron.label.annotation import Annotation
from aileron.label.consensus import agreed
from aileron.label.spec import LabelSpec
from aileron.ledger import Consensus, HeldCampaign, How, Item, ItemState


def settle(held: HeldCampaign, number: int, spec: LabelSpec) -> int:
    """Seek the consensus of the samples of that number that all lanes have approved.

    Returns:
        How many samples it was sought for; those that have one stay.
    """
    if held.campaign.overlap == 1:
        return 0
    held.alone_with(number)
    lanes: dict[str, list[Item]] = defaultdict(list)
    for item in held.lanes(number=number):
        if item.state is ItemState.APPROVED:
            lanes[item.sample_id].append(item)
    ready = {name: own for name, own in lanes.items() if len(own) == held.campaign.overlap}
    done = held.settled(list(ready)) if ready else set()
    rows: list[dict[str, Any]] = []
    scores: list[dict[str, Any]] = []
    for name, own in ready.items():
        if name in done:
            continue
        found = agreed([_annotation(item) for item in own], spec)
        row: dict[str, Any] = {"sample_id": name, "agreement": found.agreement, "by": None}
        row |= {"annotation": None, "how": How.OPEN.value}
        if found.annotation is not None:
            row |= {"annotation": found.annotation.to_json(), "how": How.MAJORITY.value}
            scores += _scores(own, found.annotation, spec)
        rows.append(row)
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
    """Decide what is true of a sample; deciding again is allowed."""
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
        chosen = _annotation(mine)
    else:
        chosen = Annotation.model_validate(annotation)
    row = {
        "sample_id": sample_id, "annotation": chosen.to_json(), "how": How.ADJUDICATED.value,
        "agreement": before.agreement, "by": adjudicator,
    }  # fmt: skip
    held.agree([row])
    held.change_items(_scores(own, chosen, spec))
    told = {"sample_id": sample_id, "how": before.how, "by": before.by}
    after = {"sample_id": sample_id, "how": How.ADJUDICATED, "by": adjudicator, "lane": lane}
    held.tell("campaign.adjudicated", told, after)
    return Consensus.model_validate(before.model_dump() | row)


def _scores(own: Sequence[Item], chosen: Annotation, spec: LabelSpec) -> list[dict[str, Any]]:
    return [{"id": item.id, "agreement": alike(_annotation(item), chosen, spec)} for item in own]


def _annotation(item: Item) -> Annotation:
    return Annotation.model_validate(item.annotation)
