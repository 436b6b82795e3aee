"""Setting aside what cannot be labelled, such as a blurred picture, and taking it back."""

from __future__ import annotations

from aileron.core.errors import Conflict, InvalidInput, NotFound
from aileron.label.work.observing import SET, revision_of
from aileron.label.work.seen import brought_back, put_aside
from aileron.ledger import SETTLED, HeldPackage, Item, ItemState, PackageState


def set_aside(held: HeldPackage, position: int, reason: str | None, by: str) -> Item:
    """Say that an item cannot be labelled; saying the same again changes nothing."""
    item = _changeable(held, position)
    if reason is None:
        raise InvalidInput("label.work.no_aside_reason", package=held.package.id, position=position)
    if item.state is ItemState.ASIDE and item.aside == reason:
        return item
    return _keep(held, item, put_aside(item, reason, by), "label_item.set_aside")


def take_back(held: HeldPackage, position: int) -> Item:
    """Label an item after all that was set aside."""
    item = _changeable(held, position)
    if item.state is not ItemState.ASIDE:
        raise Conflict(
            "label.work.not_aside", package=held.package.id, position=position, state=item.state
        )
    return _keep(held, item, brought_back(item), "label_item.taken_back")


def _changeable(held: HeldPackage, position: int) -> Item:
    package = held.package
    if not package.changeable:
        raise Conflict("label.work.not_asidable", package=package.id, state=package.state)
    item = next((one for one in held.items() if one.position == position), None)
    if item is None:
        raise NotFound("ledger.no_label_item", package=package.id, position=position)
    if item.state in SETTLED:
        raise Conflict(
            "label.work.settled_item", package=package.id, position=position, state=item.state
        )
    return item


def _keep(held: HeldPackage, before: Item, after: Item, verb: str) -> Item:
    if after.revision > before.revision:
        held.add_revisions([revision_of(after)])
    held.change_items([after.model_dump(mode="json", include=SET)])
    if held.package.state is PackageState.ASSIGNED:
        held.change_package(state=PackageState.LABELLING)
    told = [
        {"position": one.position, "state": one.state, "aside": one.aside, "revision": one.revision}
        for one in (before, after)
    ]
    held.tell_package(verb, *told)
    return after
