"""The pages of labelling on the whole stack: as owner, annotator, reviewer and adjudicator.

Screenshots are kept in pytest's folder of this session (`labelling-walk0`).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from plugins.browser import signed_in
from plugins.desk import Desk
from plugins.labelling_stack import LabellingStack
from plugins.shared_data import shared

from aileron.client import RemoteClient

pytestmark = pytest.mark.timeout(900)

NAME = "discs"
PEOPLE = {"olga": "developer", "amy": "annotator", "bo": "annotator", "rosa": "annotator"}
DATASET = f"""
apiVersion: aileron/v1
kind: Dataset
modality: image
name: {NAME}
format: pictures
classes: [normal, defective]
source: {{folder: ../../discs}}
"""
LABELS = """
apiVersion: aileron/v1
kind: Labels
instructions: Is a disc broken or missing? Then it is defective.
package_size: 4
audit: {share: 0.5}
annotators: [amy, bo]
reviewers: [rosa]
"""
WIDE = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "zh-CN", "color_scheme": "dark"}
WAIT_MS = 60_000
Tab = Callable[[str], Page]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("labelling-walk")


@pytest.fixture(scope="module")
def url(labelling: LabellingStack, built_pages: None) -> str:
    return f"{labelling.api_url}/"


@pytest.fixture(scope="module")
def secrets(labelling: LabellingStack) -> Mapping[str, str]:
    """A token of each person."""
    return {
        name: labelling.aileron("token", "create", name, "--role", role, "--json").json["secret"]
        for name, role in PEOPLE.items()
    }


@pytest.fixture(scope="module")
def pictures(labelling: LabellingStack) -> None:
    """Eight photographs without a word on them, as a dataset with a label spec."""
    folder = labelling.workspace / "discs"
    folder.mkdir()
    for label in ("normal", "defective"):
        for picture in sorted(shared(f"insulators/{label}/images").iterdir())[:4]:
            shutil.copyfile(picture, folder / f"{label[0]}{picture.name}")
    documents = labelling.workspace / "datasets" / NAME
    documents.mkdir()
    (documents / "dataset.yaml").write_text(DATASET)
    (documents / "labels.yaml").write_text(LABELS)
    done = labelling.aileron("dataset", "import", NAME, "--json").json
    assert done["state"] == "succeeded", done


@pytest.fixture(scope="module")
def tab(browser: Browser, url: str, secrets: Mapping[str, str], pictures: None) -> Iterator[Tab]:
    """``tab("amy")``: that person's tab, which stays open."""
    tabs: dict[str, Page] = {}
    with ExitStack() as open_tabs:

        def of(name: str) -> Page:
            if name not in tabs:
                page = signed_in(browser, url, secrets[name], provoked="status of 40[09]", **WIDE)
                tabs[name] = open_tabs.enter_context(page)
            return tabs[name]

        yield of


def visit(page: Page, url: str, path: str) -> None:
    page.goto(f"{url}#{path}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".waiting")).to_have_count(0)


def state_is(page: Page, state: str) -> None:
    expect(page.locator("h1 .badge")).to_have_text(state, timeout=WAIT_MS)


def label(person: RemoteClient, package: int, chosen: str) -> None:
    """Give every sample of a package that is neither approved nor aside a label, by its link."""
    items = person.label_items(package, limit=1000).items
    open_ones = [one.sample_id for one in items if one.state not in ("approved", "aside")]
    with Desk(person.open_package(package).url) as desk:
        desk.http.headers["Origin"] = desk.root.removesuffix("/label")  # as a browser says
        tasks = desk.tasks()
        for sample in open_ones:
            assert desk.choose(tasks[sample], chosen).is_success


def step(page: Page, number: int) -> Locator:
    """The button of the audit's sample at that place."""
    return page.locator(".item-step").nth(number)


def pictures_are_seen(page: Page, count: int) -> None:
    """As many panes show their picture."""
    script = """count => {
        const seen = [...document.querySelectorAll(".pane-stage img")];
        return seen.length === count && seen.every((one) => one.complete && one.naturalWidth > 0);
    }"""
    page.wait_for_function(script, arg=count)


def confirm(page: Page, verb: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=verb, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.fixture(scope="module")
def campaign(tab: Tab, url: str, kept: Path) -> str:
    """The address of a campaign that the owner made from the dataset's page."""
    page = tab("olga")
    visit(page, url, f"/datasets/{NAME}")
    page.get_by_role("button", name="Label version 1").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Dataset")).to_have_value(NAME)
    expect(dialog.get_by_label("Version")).to_have_value("1")
    expect(dialog.get_by_label("Samples per package")).to_have_value("4")
    expect(dialog.get_by_label("Share that is audited")).to_have_value("50")
    expect(dialog.get_by_label("Hours until the deadline")).to_have_value("72")
    expect(dialog.get_by_label("Packages are given out")).to_have_value("by_hand")
    expect(dialog.get_by_role("button", name="Remove amy")).to_be_visible()
    expect(dialog.get_by_role("button", name="Remove rosa")).to_be_visible()
    dialog.get_by_label("Samples per package").fill("0")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_text("A whole number from 1 to 1,000.").first).to_be_visible()
    dialog.get_by_label("Samples per package").fill("4")
    dialog.get_by_label("Name", exact=True).fill("discs_walk")
    page.screenshot(path=kept / "create.png")
    dialog.get_by_role("button", name="Create").click()
    page.wait_for_url(re.compile("#/labelling/discs_walk$"))
    state_is(page, "open")
    return "/labelling/discs_walk"


@pytest.fixture(scope="module")
def package(tab: Tab, url: str, campaign: str, kept: Path) -> int:
    """The first package, which the owner has given to amy."""
    page = tab("olga")
    visit(page, url, campaign)
    page.get_by_role("button", name="Assign package 1").click()
    page.get_by_role("dialog").get_by_label("Annotator").select_option("amy")
    confirm(page, "Assign")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Package 1"))
    expect(row).to_contain_text("amy")
    expect(row).to_contain_text("assigned")
    page.screenshot(path=kept / "campaign.png", full_page=True)
    address = row.get_by_role("link", name="Package 1").get_attribute("href")
    assert address
    return int(address.rpartition("/")[2])


@pytest.fixture(scope="module")
def submitted(tab: Tab, url: str, labelling: LabellingStack, package: int, kept: Path) -> int:
    """The package, which amy has found, opened, labelled and handed in."""
    page = tab("amy")
    visit(page, url, "/labelling")
    page.get_by_role("link", name="discs_walk, package 1").click()
    state_is(page, "assigned")
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Open in Label Studio").click()
    desk = popup.value
    desk.wait_for_url(re.compile(r"/label/projects/\d+"), timeout=WAIT_MS)
    desk.wait_for_load_state("networkidle")
    expect(desk.get_by_text("defective").first).to_be_visible(timeout=WAIT_MS)
    sample = desk.get_by_role("img", name="image", exact=True)
    expect(sample).to_be_visible(timeout=WAIT_MS)
    assert sample.evaluate("image => image.naturalWidth") > 0
    desk.screenshot(path=kept / "label-studio.png")
    desk.close()
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("dialog").get_by_role("button", name="Submit").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("4")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    label(labelling.person("amy"), package, "normal")
    expect(page.locator(".items-words")).to_contain_text("labelled 4", timeout=WAIT_MS)
    page.screenshot(path=kept / "package.png", full_page=True)
    page.get_by_role("button", name="Submit").click()
    confirm(page, "Submit")
    state_is(page, "submitted")
    return package


def test_the_form_says_what_is_wrong_with_the_file(
    tab: Tab, url: str, labelling: LabellingStack, campaign: str, kept: Path
) -> None:
    file = labelling.workspace / "datasets" / NAME / "labels.yaml"
    page = tab("olga")
    visit(page, url, "/labelling")
    page.get_by_role("button", name="New campaign").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Samples per package")).to_have_value("")
    file.write_text(LABELS.replace("package_size: 4", "package_size: many"))
    try:
        dialog.get_by_label("Dataset").select_option(NAME)
        expect(dialog.get_by_role("alert")).to_contain_text("labels.yaml:5")
        expect(dialog.get_by_role("alert")).to_contain_text("package_size")
        page.screenshot(path=kept / "create-wrong.png")
    finally:
        file.write_text(LABELS)
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog.get_by_label("Samples per package")).to_have_value("4")
    expect(dialog.get_by_role("alert")).to_have_count(0)
    dialog.get_by_role("button", name="Cancel").click()


def test_a_reviewer_approves_and_rejects_by_keys(
    tab: Tab, url: str, campaign: str, submitted: int, kept: Path
) -> None:
    page = tab("rosa")
    visit(page, url, "/labelling")
    page.get_by_role("link", name="discs_walk, package 1").click()
    page.get_by_role("button", name="Review").click()
    expect(page.locator(".item-step")).to_have_count(2)
    pictures_are_seen(page, 1)
    expect(page.get_by_text("This is the first revision.")).to_be_visible()
    page.keyboard.press("j")
    expect(step(page, 1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("ArrowLeft")
    expect(step(page, 0)).to_have_attribute("aria-current", "true")
    page.keyboard.press("a")
    expect(step(page, 0)).to_have_accessible_name(re.compile("approved"))
    expect(step(page, 1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("r")
    expect(page.get_by_label("Comment")).to_be_focused()
    expect(page.get_by_text("Say what is wrong.")).to_be_visible()
    page.keyboard.type("A disc is broken, really.")
    page.keyboard.press("Control+Enter")
    expect(step(page, 1)).to_have_accessible_name(re.compile("rejected"))
    pictures_are_seen(page, 1)
    page.screenshot(path=kept / "review.png", full_page=True)
    passed = page.get_by_role("button", name="Passed")
    expect(passed).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Has errors").click()
    confirm(page, "Has errors")
    state_is(page, "returned")


def test_what_came_back_is_compared_with_what_it_was(
    tab: Tab, url: str, labelling: LabellingStack, campaign: str, submitted: int, kept: Path
) -> None:
    page = tab("amy")
    visit(page, url, f"{campaign}/packages/{submitted}")
    state_is(page, "returned")
    expect(page.get_by_text("A disc is broken, really.").first).to_be_visible()
    label(labelling.person("amy"), submitted, "defective")
    page.get_by_role("button", name="Submit").click()
    confirm(page, "Submit")
    state_is(page, "submitted")
    items = labelling.person("rosa").label_items(submitted, audited=True).items
    (back,) = [one.position for one in items if one.comment]
    page = tab("rosa")
    visit(page, url, f"{campaign}/packages/{submitted}/review?item={back}")
    again = page.locator(".pane").nth(1)
    expect(page.locator(".pane").nth(0)).to_contain_text("Revision 2, the newest")
    expect(page.locator(".pane").nth(0)).to_contain_text("defective")
    expect(again).to_contain_text("Revision 1")
    expect(again).to_contain_text("A disc is broken, really.")
    pictures_are_seen(page, 2)
    page.screenshot(path=kept / "compared.png", full_page=True)
    for number in range(page.locator(".item-step").count()):
        step(page, number).click()
        expect(step(page, number)).to_have_attribute("aria-current", "true")
        expect(page.locator(".review")).to_have_attribute("aria-busy", "false")
        page.locator(".verdict").get_by_role("button", name="Approve").click()
        expect(step(page, number)).to_have_accessible_name(re.compile("approved"))
    page.get_by_role("button", name="Passed").click()
    confirm(page, "Passed")
    state_is(page, "passed")


def test_what_cannot_be_labelled_is_set_aside_and_looked_at(
    tab: Tab, url: str, labelling: LabellingStack, campaign: str, submitted: int, kept: Path
) -> None:
    olga = labelling.person("olga", "developer")
    second = olga.label_packages("discs_walk").packages[1].id
    olga.assign_package(second, "amy")
    page = tab("amy")
    visit(page, url, f"{campaign}/packages/{second}")
    for number, reason in ((1, "blurred"), (2, "too dark")):
        page.get_by_role("button", name=f"Set sample {number} aside").click()
        page.get_by_role("dialog").get_by_label("Why it cannot be labelled").fill(reason)
        confirm(page, "Set aside")
    page.get_by_role("button", name="Take sample 2 back").click()
    expect(page.get_by_role("button", name="Set sample 2 aside")).to_be_visible()
    expect(page.locator(".items-words")).to_contain_text("set aside 1")
    page.screenshot(path=kept / "aside.png", full_page=True)
    label(labelling.person("amy"), second, "normal")
    page.get_by_role("button", name="Submit").click()
    confirm(page, "Submit")
    state_is(page, "submitted")
    page = tab("rosa")
    visit(page, url, f"{campaign}/packages/{second}/review?item=1")
    expect(page.locator(".pane").first).to_contain_text("blurred")
    expect(page.get_by_text("Approved, it is left out of all versions")).to_be_visible()
    page.screenshot(path=kept / "aside-review.png", full_page=True)
    page.keyboard.press("a")
    expect(step(page, 0)).to_have_accessible_name(re.compile("approved"))


def test_an_adjudicator_decides_by_a_key(
    tab: Tab, url: str, labelling: LabellingStack, submitted: int, kept: Path
) -> None:
    olga = labelling.person("olga", "developer")
    spec = {"overlap": 2, "audit": {"share": 0}, "assignment": "round_robin"}
    more = {"consensus": "adjudicator", "package_size": 8}
    olga.create_campaign(NAME, 1, name="discs_twice", spec={**spec, **more})
    for one in olga.label_packages("discs_twice").packages:
        assert one.annotator
        person = labelling.person(one.annotator)
        label(person, one.id, "normal" if one.annotator == "amy" else "defective")
        assert person.submit_package(one.id).state == "passed"
    page = tab("olga")
    visit(page, url, "/labelling/discs_twice/disagreements")
    expect(page.locator(".pane")).to_have_count(2)
    expect(page.locator(".review-head")).to_contain_text("1 of 8")
    first = page.locator(".review-id").inner_text()
    page.screenshot(path=kept / "disagreements.png", full_page=True)
    olga.end_campaign("discs_twice")  # what is undecided can still be decided
    page.keyboard.press("2")
    expect(page.locator(".review-head")).to_contain_text("1 of 7")
    expect(page.locator(".review-id")).not_to_have_text(first)
    visit(page, url, "/labelling/discs_twice/people")
    expect(page.get_by_role("row").filter(has_text="amy")).to_be_visible()
    page.screenshot(path=kept / "people.png", full_page=True)


def test_what_is_approved_is_published_and_the_end_freezes(
    tab: Tab, url: str, campaign: str, submitted: int, kept: Path
) -> None:
    page = tab("olga")
    visit(page, url, f"{campaign}/spec")
    expect(page.get_by_text("Is a disc broken or missing?").first).to_be_visible()
    visit(page, url, campaign)
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.wait_for_url(re.compile("#/runs/"), timeout=WAIT_MS)
    over = re.compile("succeeded|failed|rejected")
    expect(page.locator("h1 .badge")).to_have_text(over, timeout=2 * WAIT_MS)
    assert page.locator("h1 .badge").inner_text() == "succeeded"
    visit(page, url, campaign)
    page.get_by_role("button", name="End").click()
    confirm(page, "End")
    state_is(page, "ended")
    expect(page.get_by_role("button", name="Sync")).to_have_attribute("aria-disabled", "true")
    page.screenshot(path=kept / "ended.png", full_page=True)
    visit(page, url, "/labelling")
    expect(page.get_by_role("link", name="discs_walk")).to_have_count(0)
    page.get_by_label("Show ended ones").check()
    expect(page.get_by_role("link", name="discs_walk")).to_be_visible()


def test_the_pages_fit_a_phone_in_chinese_and_dark(
    browser: Browser,
    url: str,
    secrets: Mapping[str, str],
    campaign: str,
    submitted: int,
    kept: Path,
) -> None:
    one = f"{campaign}/packages/{submitted}"
    paths = {
        "list": "/labelling",
        "campaign": campaign,
        "people": f"{campaign}/people",
        "spec": f"{campaign}/spec",
        "package": one,
        "review": f"{one}/review?all=1",
    }
    with signed_in(browser, url, secrets["rosa"], **PHONE) as phone:
        for name, path in paths.items():
            visit(phone, url, path)
            width = phone.evaluate("document.documentElement.scrollWidth")
            assert width <= 390, (path, width)
            phone.screenshot(path=kept / f"phone-{name}.png", full_page=True)
        places = phone.get_by_role("navigation", name="页面")
        expect(places.get_by_role("link", name="数据标注")).to_be_visible()
