"""What the ledger makes of what was seen in Label Studio."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aileron.label.annotation import digest_of
from aileron.label.work import Seen
from aileron.label.work.seen import brought_back, looked_at, put_aside
from aileron.ledger import Item, ItemState

NOTHING: dict[str, Any] = dict.fromkeys(Item.model_fields)
NEW = Item.model_validate(
    {
        **NOTHING, "id": 1, "campaign_id": 1, "package_id": 1, "lane": 0, "position": 1,
        "sample_id": "s1", "studio_task": 7, "state": "open", "skipped": False, "revision": 0,
        "audited": False,
    }
)  # fmt: skip


def see(item: Item, label: str | None, **more: Any) -> Item:
    said = None if label is None else {"labels": [label]}
    return looked_at(item, Seen(7, said, **more), "anna")


def test_who_drew_is_the_annotator_unless_it_is_known() -> None:
    assert see(NEW, "a").by == "anna"
    assert see(NEW, "a", by="ben").by == "ben"
    assert see(see(NEW, "a", by="ben"), "a").by == "ben"


def test_time_spent_is_the_newest_that_was_told() -> None:
    once = see(NEW, "a", seconds=3.0)
    assert see(once, "a").seconds == 3.0
    assert see(once, "a", seconds=8.0) == once.model_copy(update={"seconds": 8.0})


def test_an_empty_annotation_is_one() -> None:
    found = looked_at(NEW, Seen(7, {}), "anna")
    assert (found.state, found.annotation, found.revision) == (ItemState.LABELLED, {}, 1)


def test_a_draft_on_top_of_an_annotation_changes_nothing() -> None:
    once = see(NEW, "a")
    assert see(once, "a", draft=True) == once


def test_a_rejected_item_stays_so_until_something_else_is_said() -> None:
    rejected = see(NEW, "a").model_copy(update={"state": ItemState.REJECTED, "comment": "no"})
    for same in (
        see(rejected, "a"),
        see(see(rejected, None), "a"),
        see(rejected, None, draft=True),
    ):
        assert same.state is ItemState.REJECTED
    other = see(rejected, "b")
    assert (other.state, other.revision, other.comment) == (ItemState.LABELLED, 2, "no")
    assert see(other, "a").revision == 3


Sights = st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.booleans(), st.booleans()))


@given(Sights)
def test_revisions_count_changes_and_seeing_again_changes_nothing(
    sights: list[tuple[str | None, bool, bool]],
) -> None:
    item, newest, count = NEW, None, 0
    for label, draft, skipped in sights:
        skips = label is None and skipped and not item.skipped and item.aside is None
        item = see(item, label, draft=draft, skipped=skipped)
        assert see(item, label, draft=draft, skipped=skipped) == item
        if skips:
            newest, count = "", count + 1
        elif label is not None and label != newest:
            newest, count = label, count + 1
        assert item.revision == count
        assert (item.annotation is None) == (label is None)
        assert (item.state is ItemState.ASIDE) == (item.aside is not None)
        if newest:
            assert item.digest == digest_of({"labels": [newest]})
        approved = item.model_copy(update={"state": ItemState.APPROVED})
        assert see(approved, "c") == approved


def test_skipping_sets_aside_once_until_something_is_drawn() -> None:
    drawn = see(NEW, "a")
    skipped = see(drawn, None, skipped=True, seconds=4.0)
    assert (skipped.state, skipped.aside, skipped.revision) == (ItemState.ASIDE, "skipped", 2)
    assert (skipped.skipped, skipped.annotation, skipped.seconds) == (True, None, 4.0)
    assert see(skipped, None) == skipped.model_copy(update={"skipped": False}), "made anew"
    assert see(skipped, None, draft=True).state is ItemState.DRAFT, "it is skipped no more"
    again = see(skipped, "a")
    assert (again.state, again.aside, again.revision) == (ItemState.LABELLED, None, 3)
    back = brought_back(skipped)
    assert (back.state, back.aside) == (ItemState.OPEN, None)
    assert see(back, None, skipped=True) == back, "it is the same skip"


def test_what_is_aside_stays_so_until_another_annotation_is_drawn() -> None:
    aside = put_aside(see(NEW, "a"), "blurred", "ben")
    assert (aside.revision, aside.by, aside.annotation) == (2, "ben", {"labels": ["a"]})
    assert see(aside, "a", draft=True) == aside
    for sight in ({}, {"draft": True}, {"skipped": True}):
        seen = see(aside, None, **sight)
        assert (seen.state, seen.aside, seen.revision) == (ItemState.ASIDE, "blurred", 2)
    other = see(aside, "b")
    assert (other.state, other.aside, other.revision) == (ItemState.LABELLED, None, 3)


def test_what_comes_back_counts_as_it_was_drawn() -> None:
    aside = put_aside(see(NEW, "a"), "blurred", "anna")
    back = brought_back(aside)
    assert (back.state, back.revision, back.aside) == (ItemState.LABELLED, 3, None)
    assert see(back, "a") == back
    refused = brought_back(aside.model_copy(update={"comment": "it is sharp"}))
    assert (refused.state, see(refused, "a").state) == (ItemState.REJECTED, ItemState.REJECTED)
    assert see(refused, "b").state is ItemState.LABELLED
    assert see(put_aside(refused, "too dark", "anna"), "a").aside == "too dark"
