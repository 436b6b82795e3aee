"""Versions of images: numbered, begun before their build, kept with what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aileron.core.errors import NotFound
from aileron.core.ports import ArtifactKind, Reference
from aileron.ledger import ImageState, ImageVersion, Ledger
from aileron.ledger.keeping import Keep

IMAGE = Reference(kind=ArtifactKind.IMAGE, uri=f"artifact:{'a' * 64}", digest="a" * 64, size=9)
DIGEST = f"sha256:{'b' * 64}"


def built(ledger: Ledger, name: str = "mine", *, met: bool = True) -> ImageVersion:
    row = ledger.images.begin("p", name, {"base": "trainer@v1"})
    points = [{"rule": "bash", "passed": met}]
    return ledger.images.finish(row.id, IMAGE, DIGEST, points, {"lab": "r/x"}, "0.1.0", "log")


def kept(ledger: Ledger) -> set[str]:
    """Digests of artifacts that a sweep leaves."""
    return set(ledger.keeping.snapshot(lambda _: Keep(), timedelta()).held)


def test_versions_are_numbered_by_image_and_no_number_is_given_twice(ledger: Ledger) -> None:
    first, other = built(ledger), built(ledger, "other")
    second = built(ledger)
    ledger.images.delete(second.id)
    assert (first.version, second.version, other.version) == (1, 2, 1)
    assert built(ledger).version == 3


def test_a_version_is_usable_once_every_point_is_met(ledger: Ledger) -> None:
    begun = ledger.images.begin("p", "mine", {"base": "trainer@v1"})
    assert begun.state is ImageState.BUILDING
    assert ledger.images.find("p", "mine") is None
    refused = built(ledger, met=False)
    assert refused.state is ImageState.REFUSED
    ready = built(ledger)
    assert (ready.state, ready.places, ready.size) == (ImageState.READY, {"lab": "r/x"}, 9)
    assert ledger.images.find("p", "mine") == ready
    assert ledger.images.find("p", "mine", 2) == refused
    assert ledger.images.find("elsewhere", "mine") is None


def test_what_a_version_was_made_of_stays_and_its_bytes_go_with_it(ledger: Ledger) -> None:
    row = built(ledger)
    assert IMAGE.digest in kept(ledger)
    ledger.images.delete(row.id)
    with pytest.raises(NotFound):
        ledger.images.get(row.id)
    assert IMAGE.digest not in kept(ledger)
    (event,) = [one for one in ledger.events.list("p") if one.verb == "image.deleted"]
    assert event.after is not None
    assert event.after["recipe"] == {"base": "trainer@v1"}


def test_what_was_noted_can_be_taken_back(ledger: Ledger) -> None:
    row = built(ledger)
    ledger.images.reopen(row.id)
    again = ledger.images.get(row.id)
    assert (again.state, again.reference, again.findings) == (ImageState.BUILDING, None, None)


def test_a_build_that_was_never_started_leaves_no_version(ledger: Ledger) -> None:
    row = ledger.images.begin("p", "mine", {"base": "trainer@v1"})
    assert ledger.images.started(row.id, "p/image_build/1").run_id == "p/image_build/1"
    ledger.images.withdraw(row.id)
    assert ledger.images.list("p") == []
