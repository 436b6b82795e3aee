"""What models suggest is there when the page opens, and is what is submitted unless changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from playwright.sync_api import Browser, Page, expect
from plugins.browser import person
from plugins.labelling_office import Office
from plugins.waiting import wait_until

from aileron.label.handout import Bodies, hand_out
from aileron.label.interface.tasks import prediction
from aileron.label.spec import LabelSpec
from aileron.ledger import Campaign, Item, Package

WAIT_MS = 60_000


def suggest(
    campaign: Campaign, package: Package, items: Sequence[Item], bodies: Bodies
) -> Mapping[int, Mapping[str, Any]]:
    """Each sample is defective, say two versions of a model in turn."""
    spec = LabelSpec.model_validate(campaign.spec)
    made = {}
    for item in items:
        said = prediction(spec, {**bodies[item.sample_id], "labels": ["defective"]})
        model = {"model_version": f"discs/{item.position % 2}", "score": 0.9}
        made[item.position] = {**(said or {}), **model}
    return made


def chosen(page: Page) -> None:
    """The suggested class is chosen, and the other is not."""
    expect(page.get_by_role("checkbox", name="defective")).to_be_checked(timeout=WAIT_MS)
    expect(page.get_by_role("checkbox", name="normal")).not_to_be_checked()


def test_a_suggestion_is_chosen_at_load_and_is_submitted_as_it_is(
    make_office: Callable[..., Office], browser: Browser
) -> None:
    office = make_office()
    office.work.assign(office.package(1).id, "anna")
    hand_out(office.ledger, office.studio, office.samples, office.package(1), suggest)
    office.open_gate()

    def label(position: int) -> object:
        said = office.ledger.labelling.items(office.package(1).id)[position].annotation
        return said and said["labels"]

    for _ in range(2):  # nothing is kept of a page that was only looked at
        with person(browser) as session:
            page = session.new_page()
            page.goto(office.ticket("anna", 1))
            chosen(page)
    with person(browser) as session:
        page = session.new_page()
        page.goto(office.ticket("anna", 1))
        chosen(page)
        page.get_by_role("button", name="Submit").first.click()
        wait_until(lambda: label(0) == ["defective"], 60)
        chosen(page)  # of the next sample
        page.get_by_text("normal").click()
        page.get_by_role("button", name="Submit").first.click()
        wait_until(lambda: label(1) == ["normal"], 60)
        task = office.tasks(1)[3]
        where = f"{office.url}/label/projects/{office.package(1).studio_project}/data?task={task}"
        page.goto(where)  # from the list
        chosen(page)
