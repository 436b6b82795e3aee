"""Who gets which package. Nobody labels a sample twice, not even after a transfer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from aileron.core.errors import Conflict, InvalidInput
from aileron.label.spec import LabelSpec
from aileron.ledger import HeldCampaign, HeldPackage, Package, PackageState


def distribute(held: HeldCampaign, spec: LabelSpec) -> list[Package]:
    """Give packages that nobody has to annotators of the spec; those that somebody has now.

    In turn: who has the fewest gets the next, in the order of the spec. By skills: the same
    among those who can do all that the campaign asks for. By hand: nothing happens.
    """
    wanted = set(spec.skills)
    names = [one.name for one in spec.annotators if wanted <= set(one.skills)]
    if spec.assignment == "by_hand" or not names:
        return []
    every = held.packages()
    has = Counter(one.annotator for one in every if one.annotator)
    taken = {(one.number, one.annotator) for one in every if one.annotator}
    taken |= {(number, name) for number, _, name in held.labelled_by()}
    given: dict[int, str] = {}
    for package in every:
        free = [name for name in names if (package.number, name) not in taken]
        if package.annotator is None and package.state is PackageState.UNASSIGNED and free:
            name = min(free, key=lambda one: has[one])
            has[name] += 1
            taken.add((package.number, name))
            given[package.id] = name
    now = held.now()
    held.change_packages(
        [
            {
                "id": number, "annotator": name, "state": PackageState.ASSIGNED,
                "assigned": now.isoformat(),
            }
            for number, name in given.items()
        ]
    )  # fmt: skip
    assigned = {
        one.id: one.model_copy(
            update={"annotator": given[one.id], "state": PackageState.ASSIGNED, "assigned": now}
        )
        for one in every
        if one.id in given
    }
    held.tell_of_all(
        "label_package.assigned",
        [(one, _of(one), _of(assigned[one.id])) for one in every if one.id in given],
    )
    return list(assigned.values())


def assign(held: HeldPackage, annotator: str) -> Package:
    """Give a package that nobody has to somebody; giving it again changes nothing."""
    package = held.package
    if package.annotator == annotator and package.changeable:
        return package
    if package.state is not PackageState.UNASSIGNED:
        raise Conflict(
            "label.work.has_annotator", package=package.id, by=package.annotator or "-",
            state=package.state,
        )  # fmt: skip
    _give(held, annotator, PackageState.ASSIGNED, "label_package.assigned")
    return held.package


def transfer(held: HeldPackage, annotator: str) -> Package:
    """Give a package to somebody else, with all that was labelled in it."""
    package = held.package
    if not package.changeable:
        raise Conflict("label.work.not_theirs_now", package=package.id, state=package.state)
    if package.annotator != annotator:
        _give(held, annotator, package.state, "label_package.transferred")
    return held.package


def _give(held: HeldPackage, annotator: str, state: PackageState, verb: str) -> None:
    if not annotator.strip() or "\x00" in annotator:
        raise InvalidInput("label.work.nobody")
    package = held.package
    held.alone_with(package.number)
    _check_lanes(held, annotator, held.siblings())
    before = _of(package)
    held.change_package(annotator=annotator, state=state, assigned=held.now())
    held.tell_package(verb, before, _of(held.package))


def _check_lanes(held: HeldPackage, annotator: str, others: Iterable[Package]) -> None:
    mine = {one.lane for one in others if one.annotator == annotator}
    if not mine and held.campaign.overlap > 1:
        said = {(item.lane, item.by) for item in held.lanes(number=held.package.number)}
        mine = {lane for lane, by in said if by == annotator and lane != held.package.lane}
    if mine:
        raise Conflict(
            "label.work.twice", package=held.package.id, annotator=annotator, lane=min(mine)
        )


def _of(package: Package) -> dict[str, str | None]:
    return {"annotator": package.annotator, "state": package.state.value}
