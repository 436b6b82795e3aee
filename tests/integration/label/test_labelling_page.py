"""The real page in a browser: somebody draws a label, and the ledger has it."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect
from plugins.browser import person
from plugins.labelling_office import Office, choice
from plugins.waiting import wait_until

from aileron.ledger import ItemState, PackageState

BUTTONS = "[data-testid^='bottombar-']"
"""Those of Label Studio that keep, change or skip what is on its screen."""


def labelled(office: Office, number: int) -> list[str | None]:
    """What the ledger has of a package, by position."""
    items = office.ledger.labelling.items(office.package(number).id)
    return [one.annotation["labels"][0] if one.annotation else None for one in items]


def go(page: Page, office: Office, name: str, number: int) -> list[str]:
    """Open a package; what goes wrong on the page is in the list."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda said: "Content Security Policy" in said.text and faults.append(said.text),
    )
    page.on(
        "response",
        lambda answer: (
            answer.status >= 400
            and not answer.url.endswith("/sw.js")
            and faults.append(f"{answer.request.method} {answer.url} {answer.status}")
        ),
    )
    page.goto(office.ticket(name, number))
    return faults


def test_a_label_that_is_clicked_and_submitted_is_in_the_ledger(
    office: Office, browser: Browser
) -> None:
    with person(browser) as session:
        page = session.new_page()
        faults = go(page, office, "anna", 1)
        expect(page.get_by_text("normal")).to_be_visible()
        page.get_by_text("defective").click()
        page.get_by_role("button", name="Submit").first.click()
        wait_until(lambda: labelled(office, 1)[0] == "defective", 180)
        assert office.package(1).state is PackageState.LABELLING
        page.get_by_role("button", name="Skip").click()
        items = lambda: office.ledger.labelling.items(office.package(1).id)  # noqa: E731
        wait_until(lambda: items()[1].state is ItemState.ASIDE, 180)
        page.get_by_text("normal").click()
        page.get_by_role("button", name="Submit").first.click()
        wait_until(lambda: labelled(office, 1)[2] == "normal", 180)
        # Back to the first, which is changed.
        task = office.tasks(1)[0]
        page.goto(
            f"{office.url}/label/projects/{office.package(1).studio_project}/data?task={task}"
        )
        page.get_by_text("normal").click()
        page.locator('button:has-text("Update")').first.click()
        wait_until(lambda: labelled(office, 1)[0] == "normal", 180)
        assert items()[0].revision == 2
        assert items()[0].by == "anna"
        # To the one that was skipped, which is not any more.
        assert (items()[1].aside, items()[1].by) == ("skipped", "anna")
        skipped = f"data?task={office.tasks(1)[1]}"
        page.goto(f"{office.url}/label/projects/{office.package(1).studio_project}/{skipped}")
        page.get_by_role("button", name="cancel-skip").click()
        wait_until(lambda: items()[1].state is ItemState.DRAFT, 180)
        assert faults == []
    assert items()[1].aside is None


def test_a_reviewer_sees_what_was_drawn_and_cannot_change_it(
    office: Office, browser: Browser
) -> None:
    anna = office.person("anna", 1)
    *drawn, aside = office.tasks(1)
    for task in drawn:
        answer = anna.post(
            f"/label/api/tasks/{task}/annotations", json={"result": choice("normal")}
        )
        assert answer.status_code == 201, answer.text
    wait_until(lambda: labelled(office, 1).count(None) == 1, 180)
    office.work.set_aside(office.package(1).id, len(drawn) + 1, "blurred")
    office.work.submit(office.package(1).id)
    with person(browser) as session:
        page = session.new_page()
        page.goto(office.ticket("rita", 1, look=True))
        expect(page.get_by_role("status")).to_contain_text("You may look at package")
        box = page.get_by_text("defective")
        expect(box).to_be_visible()
        with page.expect_response(lambda answer: answer.status == 403):
            box.click()  # the page keeps a draft of each click
        for task in (drawn[0], aside):
            page.goto(
                f"{office.url}/label/projects/{office.package(1).studio_project}/data?task={task}"
            )
            expect(page.get_by_text("defective")).to_be_visible()
            expect(page.locator(BUTTONS).first).to_be_attached()
            for name in ("Submit", "Update", "Skip", "cancel-skip"):
                expect(page.get_by_role("button", name=name)).to_have_count(0)
    assert labelled(office, 1) == ["normal"] * len(drawn) + [None]


def test_who_loses_a_package_while_drawing_is_told_why(office: Office, browser: Browser) -> None:
    with person(browser) as session:
        page = session.new_page()
        page.goto(office.ticket("anna", 1))
        expect(page.get_by_text("normal")).to_be_visible()
        office.work.transfer(office.package(1).id, "carla")
        page.keyboard.press("1")
        page.get_by_role("button", name="Submit").first.click()
        expect(page.get_by_text("is somebody else's now").first).to_be_visible()
    assert labelled(office, 1) == [None] * 5
