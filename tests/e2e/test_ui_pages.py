"""Aileron's own pages in a real browser, served alone and inside Airflow.

Every page is looked at in both languages and both themes; screenshots are kept in pytest's
folder of this session (`ui0`).
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from plugins.browser import person, signed_in
from plugins.command import Command
from plugins.pages import PagesServer

from aileron.core.settings import Settings

WINDOW = {"width": 1280, "height": 800}
LOCALE = {"en": "en-GB", "zh": "zh-CN"}
UNNAMED = """() => [...document.querySelectorAll("a,button,input,select,textarea,img,iframe")]
  .filter((e) => e.checkVisibility())
  .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.title
    || e.labels?.length || e.alt !== undefined && e.hasAttribute("alt")))
  .map((e) => e.outerHTML)"""
"""Visible elements that a screen reader cannot name."""

PROVOKED = r"ERR_CONNECTION|status of (409|422)"
"""What a page complains of because a test wants it to."""

Open = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ui")


@pytest.fixture(scope="module")
def history(aileron: Command) -> dict[str, Any]:
    """Two released versions of `shown`, one run that its gate refused; their Airflow ids."""
    made = {}
    for name, strength in (("first", "1.0"), ("second", "0.2")):
        words = ("shown", "--set", f"train.parameters.C={strength}")
        made[name] = aileron("lifecycle", "run", *words, "--wait", "--json").json
    made["refused"] = aileron("lifecycle", "run", "strict", "--wait", "--json", code=3).json
    return {name: facts["run_id"].split("/")[-1] for name, facts in made.items()}


@pytest.fixture(scope="module")
def digit_file(
    digits: dict[str, Any], aileron: Command, stack_home: Path, tmp_path_factory: Any
) -> Path:
    """A picture in which the service sees another digit than in its sample; that is its name."""

    def seen(**request: Any) -> str:
        url = f"{digits['service_url']}/predict?top_num=1"
        answer = httpx.post(url, trust_env=False, timeout=30, **request).json()
        return str(answer["results"][0]["name"])

    sample = seen(json=aileron("service", "sample", "handwritten_digits").json)
    with tarfile.open(stack_home / "samples" / "digits.tar") as archive:
        for member in filter(tarfile.TarInfo.isfile, archive):
            content = archive.extractfile(member).read()  # type: ignore[union-attr]
            if (name := seen(content=content, headers={"Content-Type": "image/png"})) != sample:
                break
    file = Path(tmp_path_factory.mktemp("digit")) / f"{name}.png"
    file.write_bytes(content)
    return file


@pytest.fixture
def tab(browser: Browser, pages: PagesServer) -> Open:
    """`with tab("operator", "zh", "dark") as page`: signed in; an error of the page fails."""

    @contextmanager
    def open_tab(role: str, language: str = "en", theme: str = "light") -> Iterator[Page]:
        options = {"viewport": WINDOW, "locale": LOCALE[language], "color_scheme": theme}
        with signed_in(browser, pages.url, pages.tokens[role], PROVOKED, **options) as page:
            yield page

    return open_tab


def visit(page: Page, pages: PagesServer, path: str) -> None:
    """Go to `path` and wait until nothing is being loaded."""
    page.goto(f"{pages.url}#{path}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".waiting")).to_have_count(0)


def addresses(history: dict[str, Any]) -> dict[str, str]:
    """Every page, with what a visitor must find there."""
    runs = f"run={history['first']}&run={history['second']}"
    return {
        "/": "strict",
        "/lifecycles": "界面示例",
        "/lifecycles/shown": history["second"],
        f"/lifecycles/shown/compare?{runs}": "train.C",
        f"/runs/default/shown/{history['second']}": "boot_check",
        f"/lifecycles/strict/runs/{history['refused']}": "log_loss",
        "/algorithms": "xgboost",
        "/algorithms/xgboost": "n_estimators",
        "/models": "shown",
        "/models/shown": "v2",
        "/models/shown/compare?a=1&b=2": "accuracy",
        "/services": "shown",
        "/services/shown": "petal_width_cm",
        "/datasets": "small",
        "/datasets/small": "default/small@v1",
        "/datasets/small/lineage": "small",
        "/connections": "connections.yaml",
        "/pools": "configs/pools",
        "/images": "tar",
        "/tokens": "the viewer",
    }


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_whole_in_each_language_and_theme(
    tab: Open,
    pages: PagesServer,
    history: dict[str, Any],
    pictures: Path,
    language: str,
    theme: str,
) -> None:
    with tab("admin", language, theme) as page:
        for number, (path, found) in enumerate(addresses(history).items()):
            visit(page, pages, path)
            if path.startswith("/runs/"):
                page.get_by_role("button", name=re.compile("Boot check|启动检查")).click()
            expect(page.get_by_text(found).first).to_be_visible()
            root = page.locator("html")
            expect(root).to_have_attribute("lang", "zh-CN" if language == "zh" else "en")
            expect(root).to_have_attribute("data-theme", theme)
            here = page.locator("nav a[aria-current=page]")
            expect(here).to_have_text(re.compile(r"^[A-Za-z]+$" if language == "en" else "[一-鿿]"))
            assert page.evaluate("document.documentElement.scrollWidth") <= WINDOW["width"], path
            assert page.evaluate(UNNAMED) == [], path
            assert not page.locator(".failure").count(), path
            page.screenshot(path=pictures / f"{language}-{theme}-{number:02d}.png", full_page=True)


def test_switching_language_and_theme_lasts(tab: Open, pages: PagesServer) -> None:
    with tab("viewer") as page:
        visit(page, pages, "/models")
        page.get_by_role("button", name="中文").click()
        expect(page.get_by_role("heading", name="模型")).to_be_visible()
        page.get_by_role("button", name="深色").click()
        page.reload()
        expect(page.get_by_role("heading", name="模型")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.emulate_media(color_scheme="light")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.get_by_role("button", name="跟随系统").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_signing_in_needs_a_good_token(
    browser: Browser, pages: PagesServer, pictures: Path
) -> None:
    with person(browser, viewport=WINDOW, locale="en-GB") as session:
        page = session.new_page()
        page.goto(f"{pages.url}#/models")
        page.get_by_label("API token").fill("ail_wrong")
        page.screenshot(path=pictures / "sign-in.png")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("token")
        page.get_by_label("API token").fill(pages.tokens["viewer"])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Models")).to_be_visible()
        assert page.evaluate("document.cookie") == ""
        assert page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})") == "{}"
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("API token")).to_be_visible()
        page.reload()
        expect(page.get_by_label("API token")).to_be_visible()


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def test_the_keyboard_reaches_what_the_mouse_does(
    tab: Open, pages: PagesServer, history: dict[str, Any]
) -> None:
    with tab("operator") as page:
        visit(page, pages, "/lifecycles/shown")
        page.keyboard.press("Tab")
        expect(focused(page)).to_have_text("Skip to content")
        page.keyboard.press("Enter")
        expect(focused(page)).to_have_id("main")
        page.get_by_role("link", name="Overview").focus()
        page.keyboard.press("Tab")
        expect(focused(page)).to_have_text("Lifecycles")
        ring = focused(page).evaluate("e => getComputedStyle(e).outlineStyle")
        assert ring == "solid"

        start = page.get_by_role("button", name="Start a run")
        start.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        for _ in range(30):
            page.keyboard.press("Tab")
            assert page.evaluate("!!document.activeElement.closest('dialog, body')")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(start).to_be_focused()

        visit(page, pages, f"/runs/default/shown/{history['second']}")
        stage = page.get_by_role("button", name="Train", exact=False).first
        stage.focus()
        page.keyboard.press("Space")
        expect(stage).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("log")).to_be_visible()


def test_who_may_not_is_told_who_may(tab: Open, pages: PagesServer, history: Any) -> None:
    with tab("viewer") as page:
        visit(page, pages, "/models/shown")
        for name in ("Roll back to v1", "Promote version 1"):
            button = page.get_by_role("button", name=name)
            expect(button).to_have_attribute("aria-disabled", "true")
            expect(button).to_have_accessible_description(
                "Needs the role operator. You are viewer."
            )
            button.focus()
            page.keyboard.press("Enter")
            expect(page.get_by_role("dialog")).to_have_count(0)
        visit(page, pages, "/lifecycles/shown")
        start = page.get_by_role("button", name="Start a run")
        expect(start).to_have_accessible_description("Needs the role developer. You are viewer.")
        visit(page, pages, "/services/shown")
        for name in ("Stop", "Send"):
            button = page.get_by_role("button", name=name, exact=True)
            expect(button).to_have_attribute("aria-disabled", "true")


def test_a_run_is_started_by_its_form_and_followed(
    tab: Open, pages: PagesServer, pictures: Path
) -> None:
    with tab("developer") as page:
        visit(page, pages, "/lifecycles/strict")
        page.get_by_role("button", name="Start a run").click()
        dialog = page.get_by_role("dialog")
        strength = dialog.get_by_label("Inverse penalty")
        strength.fill("strong")
        dialog.get_by_role("button", name="Start a run").click()
        expect(dialog.get_by_role("alert")).to_have_text("Give a number.")
        strength.fill("0.125")
        expect(dialog.get_by_text("1 value changed").first).to_be_visible()
        page.screenshot(path=pictures / "form.png")
        dialog.get_by_role("button", name="Start a run").click()
        page.wait_for_url(re.compile(r"#/runs/default/strict/"))
        expect(page.locator("h1 .badge")).to_have_text("rejected", timeout=300_000)
        expect(page.locator(".why")).to_contain_text("log_loss")
        expect(page.get_by_role("button", name="Gate")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".stage-detail")).to_contain_text("log_loss")
        page.get_by_role("button", name="Evaluation report").click()
        report = page.frame_locator("iframe.report").locator("body")
        expect(report).to_contain_text("Confusion matrix")
        page.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Data validation").click()
        expect(page.frame_locator("iframe.report").locator("body")).to_contain_text("small")


def test_a_service_is_tried_stopped_and_started_again(
    tab: Open, pages: PagesServer, history: Any, pictures: Path
) -> None:
    with tab("operator", "zh") as page:
        visit(page, pages, "/services/shown")
        page.get_by_label("petal_width_cm").fill("")
        page.get_by_role("button", name="发送").click()
        expect(page.get_by_role("alert")).to_have_text("请填写。")
        page.get_by_role("button", name="恢复示例").click()
        page.get_by_role("button", name="发送").click()
        expect(page.get_by_text("HTTP 200")).to_be_visible()
        expect(page.locator(".scores li")).to_have_count(3)
        page.get_by_role("button", name="JSON").click()
        page.get_by_role("textbox").fill('{"data": []}')
        page.get_by_role("button", name="发送").click()
        expect(page.get_by_text(re.compile("HTTP 4"))).to_be_visible()
        page.screenshot(path=pictures / "service.png")
        page.get_by_role("button", name="停止", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="取消").click()
        expect(page.locator("h1 .badge")).to_have_text("服务中")
        page.get_by_role("button", name="停止", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="停止", exact=True).click()
        expect(page.locator("h1 .badge")).to_have_text("已停止")
        page.get_by_role("button", name="启动", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="启动", exact=True).click()
        expect(page.locator("h1 .badge")).to_have_text("服务中", timeout=90_000)


def test_a_picture_is_uploaded_and_the_service_says_what_it_shows(
    tab: Open, pages: PagesServer, digits: dict[str, Any], digit_file: Path, pictures: Path
) -> None:
    with tab("developer") as page:
        visit(page, pages, "/services/handwritten_digits")
        expect(page.locator(".drop img")).to_have_attribute("alt", "Sample picture")
        page.get_by_label("How many classes").fill("2")
        chosen = page.locator("input[type=file]")
        for unfit, told in ((b"no picture", "HTTP 4"), (b"0" * 4_000_000, "3.8 MiB")):
            chosen.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": unfit})
            page.get_by_role("button", name="Send").click()
            expect(page.locator(".try")).to_contain_text(told)
        chosen.set_input_files(digit_file)
        expect(page.locator(".drop img")).to_have_attribute("alt", digit_file.name)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("HTTP 200")).to_be_visible()
        expect(page.locator(".scores li")).to_have_count(2)
        expect(page.locator(".is-winner .score-name")).to_have_text(digit_file.stem)
        page.screenshot(path=pictures / "picture.png")


def test_of_two_people_who_promote_the_second_is_told_who_won(
    tab: Open, pages: PagesServer, history: Any, pictures: Path
) -> None:
    with tab("operator") as first, tab("operator") as second:
        for page in (first, second):
            visit(page, pages, "/models/shown")
            page.get_by_role("button", name="Promote version 1").click()
            expect(page.get_by_role("dialog")).to_contain_text("v1")
        first.get_by_role("dialog").get_by_role("button", name="Promote").click()
        expect(first.get_by_text("shown v1 is the champion now.")).to_be_visible(timeout=120_000)
        second.get_by_role("dialog").get_by_role("button", name="Promote").click()
        told = second.get_by_role("dialog").get_by_role("alert")
        expect(told).to_contain_text("Somebody was faster.")
        expect(told).to_contain_text("the operator")
        second.screenshot(path=pictures / "second.png")
        second.get_by_role("dialog").get_by_role("button", name="Close").last.click()
        for page in (first, second):
            expect(page.locator("tr.is-champion")).to_contain_text("v1")
        second.get_by_role("button", name="Roll back to v2").click()
        second.get_by_role("dialog").get_by_role("button", name="Roll back").click()
        expect(second.get_by_text("shown v2 is the champion now.")).to_be_visible(timeout=120_000)


def test_a_release_is_refused_with_a_comment_and_others_see_it_go(
    tab: Open, pages: PagesServer, aileron: Command, pictures: Path
) -> None:
    subject = "Shall the pages say no?"
    words = ("lifecycle", "run", "asks", "--json", "--set", f"approve.subject={subject}")
    name = aileron(*words).json["run_id"].split("/")[-1]
    with tab("operator") as page, tab("viewer", "zh") as other:
        visit(page, pages, "/")
        visit(other, pages, "/")
        mine, theirs = (
            one.locator(".approval", has=one.locator(f"h3 a[href*={name}]"))
            for one in (page, other)
        )
        for question in (mine, theirs):
            expect(question).to_contain_text(subject, timeout=180_000)
        approve = theirs.get_by_role("button", name="批准")
        expect(approve).to_have_attribute("aria-disabled", "true")
        mine.get_by_role("link", name=subject).click()
        expect(page.locator("h1 .badge")).to_have_text("waiting")
        expect(page.get_by_text("at least 0.8 as wanted").first).to_be_visible()
        page.screenshot(path=pictures / "approval.png")
        page.get_by_role("button", name="Reject").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Comment").fill("not this one")
        dialog.get_by_role("button", name="Reject").click()
        expect(page.locator("h1 .badge")).to_have_text("rejected", timeout=60_000)
        expect(page.locator(".why")).to_contain_text("not this one")
        expect(theirs).to_have_count(0)
    assert aileron("lifecycle", "show", "asks", name, "--json").json["state"] == "rejected"


def test_a_release_is_approved_and_goes_on(tab: Open, pages: PagesServer, aileron: Command) -> None:
    subject = "Shall the pages say yes?"
    words = ("lifecycle", "run", "asks", "--json", "--set", f"approve.subject={subject}")
    name = aileron(*words).json["run_id"].split("/")[-1]
    with tab("operator") as page:
        visit(page, pages, f"/runs/default/asks/{name}")
        question = page.locator(".approval")
        expect(question).to_contain_text(subject, timeout=180_000)
        question.get_by_role("button", name="Approve").click()
        page.get_by_role("dialog").get_by_label("Comment").fill("looks good")
        page.get_by_role("dialog").get_by_role("button", name="Approve").click()
        expect(page.get_by_text("Approved. asks goes on.")).to_be_visible()
        expect(page.locator("h1 .badge")).to_have_text("succeeded", timeout=180_000)
        expect(question).to_have_count(0)
        visit(page, pages, "/services/asks")
        expect(page.locator("h1 .badge")).to_have_text("serving")


def test_an_administrator_makes_a_token_that_is_shown_once_and_revokes_it(
    tab: Open, pages: PagesServer, pictures: Path
) -> None:
    def session(secret: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {secret}"}
        return httpx.get(f"{pages.url}api/v1/session", headers=headers, trust_env=False, timeout=60)

    with tab("admin") as page:
        visit(page, pages, "/tokens")
        page.get_by_role("button", name="New token").click()
        dialog = page.get_by_role("dialog")
        make = dialog.get_by_role("button", name="Make")
        expect(make).to_have_accessible_description("Say what or whom it is for.")
        dialog.get_by_label("Name").fill("nightly report")
        dialog.get_by_label("Role").select_option("developer")
        dialog.get_by_label("Ends").select_option(label="in 7 days")
        dialog.get_by_label("Project").fill("no project: this")
        make.click()
        expect(dialog.get_by_role("alert")).to_contain_text("project")
        dialog.get_by_label("Project").fill("")
        page.screenshot(path=pictures / "token.png")
        make.click()
        secret = dialog.locator(".secret code").inner_text()
        page.keyboard.press("Escape")  # nobody loses it by accident
        page.screenshot(path=pictures / "secret.png")
        assert session(secret).json()["role"] == "developer"
        dialog.get_by_role("button", name="I have copied it").click()
        row = page.get_by_role("row", name="nightly report")
        expect(row).to_contain_text("in 6 days")  # and almost 24 hours
        expect(row).to_contain_text("the admin")
        assert secret not in page.content()
        page.get_by_role("button", name="中文").click()
        row.get_by_role("button", name="吊销 nightly report").click()
        dialog.get_by_role("button", name="吊销").click()
        expect(row).to_contain_text("已吊销")
        expect(row.get_by_role("button")).to_have_count(0)
    assert session(secret).status_code == 401
    with tab("operator") as page:
        page.goto(f"{pages.url}#/tokens")
        expect(page.get_by_text("Needs the role admin. You are operator.")).to_be_visible()
        expect(page.get_by_role("link", name="Tokens")).to_have_count(0)


def test_pages_outlive_an_api_that_is_killed(
    tab: Open, pages: PagesServer, history: Any, pictures: Path
) -> None:
    with tab("operator") as page:
        visit(page, pages, "/models/shown")
        pages.kill()
        try:
            banner = page.locator(".away")
            expect(banner).to_contain_text("The API does not answer.")
            expect(page.locator("tr.is-champion")).to_be_visible()  # what was shown stays
            page.screenshot(path=pictures / "away.png")
            page.get_by_role("link", name="Datasets").click()
            expect(page.get_by_role("alert").nth(1)).to_contain_text("The API does not answer.")
        finally:
            pages.start()
        expect(page.get_by_role("link", name="small").first).to_be_visible(timeout=60_000)
        expect(banner).to_have_count(0)


def test_a_page_that_does_not_exist_says_so(tab: Open, pages: PagesServer) -> None:
    with tab("viewer") as page:
        page.goto(f"{pages.url}#/nowhere")
        expect(page.get_by_text("There is no page at this address.")).to_be_visible()


@pytest.fixture
def in_airflow(browser: Browser, stack_settings: Settings, built_pages: None) -> Iterator[Page]:
    """A tab that is logged in to Airflow, whose theme is dark."""
    url = stack_settings.require("airflow_url")
    assert stack_settings.airflow_login_file is not None
    login = json.loads(stack_settings.airflow_login_file.read_text(encoding="utf-8"))
    with person(browser, viewport=WINDOW, locale="en-US", color_scheme="dark") as session:
        page = session.new_page()
        page.goto(url)
        page.get_by_label("Username").fill(login["username"])
        page.locator("input[type=password]").fill(login["password"])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("link", name="Dags")).to_be_visible()
        yield page


def test_inside_airflow_its_login_and_its_theme_hold(
    in_airflow: Page, history: Any, pictures: Path
) -> None:
    page = in_airflow
    page.get_by_role("link", name="Aileron", exact=True).click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("link", name="Models", exact=True).click()
    frame.get_by_role("link", name="shown", exact=True).first.click()
    expect(frame.get_by_role("button", name="Roll back to v1")).to_be_enabled()
    expect(frame.get_by_role("button", name="Sign out")).to_have_count(0)
    dark = "dark" in (page.locator("html").get_attribute("class") or "")
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark" if dark else "light")
    page.screenshot(path=pictures / "in-airflow.png")
    page.reload()
    expect(frame.get_by_role("heading", name="shown")).to_be_visible()  # not the overview
    with page.context.expect_page() as opened:
        frame.get_by_role("link", name="MLflow").first.click()
    expect(opened.value).to_have_url(re.compile("/#/models/default.shown/versions/"))
