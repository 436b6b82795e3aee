"""The pages of custom jobs on the whole stack: from the form to files that were downloaded.

Screenshots are kept in pytest's folder of this session (`job-walk0`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from plugins.browser import signed_in
from plugins.pages import PagesServer

CODE = """
import argparse, json, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
lr = parser.parse_args().lr
for step in range(1, 6):
    print(f"step={step} loss={1 / (step + lr)}")
pathlib.Path("output/metrics.json").write_text(json.dumps({"accuracy": 0.875}))
"""
WAITS = "import time\nprint('begun', flush=True)\nwhile True: time.sleep(0.1)\n"
RUN_MS = 120_000
WIDE = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "zh-CN", "color_scheme": "dark"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("job-walk")


@pytest.fixture(scope="module")
def page(browser: Browser, pages: PagesServer) -> Iterator[Page]:
    """A developer's tab."""
    with signed_in(browser, pages.url, pages.tokens["developer"], **WIDE) as page:
        yield page


def visit(page: Page, pages: PagesServer, path: str) -> None:
    page.goto(f"{pages.url}#{path}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".waiting")).to_have_count(0)


def fill(page: Page, name: str, file: Path) -> None:
    """The form's needed fields."""
    page.get_by_label("Name", exact=True).fill(name)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("The file is on the server.")).to_be_visible()
    page.get_by_label("Start command").fill(f"python {file.name}")


def becomes(page: Page, state: str) -> None:
    over = re.compile(f"succeeded|failed|stopped|{state}")
    expect(page.locator("h1 .badge")).to_have_text(over, timeout=RUN_MS)
    assert page.locator("h1 .badge").inner_text() == state, page.locator(".why").all_inner_texts()


@pytest.fixture(scope="module")
def job(page: Page, pages: PagesServer, kept: Path) -> str:
    """The address of a job that was submitted by the form, and has succeeded."""
    (kept / "train.py").write_text(CODE)
    visit(page, pages, "/jobs")
    page.get_by_role("button", name="New job").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Say what starts the code.")).to_be_visible()
    fill(page, "by form", kept / "train.py")
    page.get_by_role("button", name="Parameters: add a row").click()
    page.get_by_label("Parameters, row 1: name").fill("lr")
    page.get_by_label("Parameters, row 1: value").fill("0.5")
    page.screenshot(path=kept / "form.png", full_page=True)
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url(re.compile(r"#/jobs/\d+$"), timeout=RUN_MS)
    becomes(page, "succeeded")
    return page.url.rpartition("#")[2]


def test_a_job_shows_its_log_its_figures_and_its_files(page: Page, job: str, kept: Path) -> None:
    expect(page.get_by_role("log")).to_contain_text("step=5 loss=")
    expect(page.get_by_role("img", name=re.compile("loss: 5 points"))).to_be_visible()
    expect(page.locator(".facts")).to_contain_text("0.875")
    with page.expect_download() as download:
        page.get_by_role("link", name="metrics.json").click()
    assert download.value.path().read_text() == '{"accuracy": 0.875}'
    page.screenshot(path=kept / "job.png", full_page=True)


def test_a_copy_has_what_the_job_had(page: Page, pages: PagesServer, job: str) -> None:
    visit(page, pages, job)
    page.get_by_role("button", name="Clone").click()
    expect(page.get_by_label("Start command")).to_have_value("python train.py")
    expect(page.get_by_label("Parameters, row 1: value")).to_have_value("0.5")
    page.get_by_label("Name", exact=True).fill("a copy")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.locator("h1 .badge")).to_have_text("draft")
    page.get_by_role("button", name="Change").click()
    page.get_by_label("Description").fill("later")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.locator(".about").first).to_have_text("later")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="by form")).to_be_visible()
    expect(page.get_by_role("link", name="a copy")).to_have_count(0)


def test_a_running_job_is_stopped_by_keyboard(
    page: Page, pages: PagesServer, job: str, kept: Path
) -> None:
    (kept / "waits.py").write_text(WAITS)
    visit(page, pages, "/jobs/new")
    fill(page, "waits", kept / "waits.py")
    page.get_by_role("button", name="Submit").press("Enter")
    page.wait_for_url(re.compile(r"#/jobs/\d+$"), timeout=RUN_MS)
    becomes(page, "running")
    expect(page.get_by_role("log")).to_contain_text("begun", timeout=RUN_MS)
    page.get_by_role("button", name="Stop").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Stop").press("Enter")
    becomes(page, "stopped")
    expect(page.get_by_role("log")).to_contain_text("begun")


def test_publishing_asks_for_the_models_name(page: Page, pages: PagesServer, job: str) -> None:
    visit(page, pages, job)
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    publish = dialog.get_by_role("button", name="Publish")
    expect(publish).to_have_attribute("aria-disabled", "true")
    dialog.get_by_role("textbox", name="Model").fill("digits")
    expect(publish).to_have_attribute("aria-disabled", "false")
    dialog.get_by_label("Release it as a service").check()
    dialog.get_by_role("textbox", name="Service").fill("Digits!")
    expect(publish).to_have_attribute("aria-disabled", "true")
    dialog.get_by_role("button", name="Cancel").click()


def test_the_pages_fit_a_phone_in_chinese_and_dark(
    browser: Browser, pages: PagesServer, job: str, kept: Path
) -> None:
    with signed_in(browser, pages.url, pages.tokens["viewer"], **PHONE) as phone:
        for path, name in (("/jobs", "list"), ("/jobs/new", "form"), (job, "job")):
            visit(phone, pages, path)
            width = phone.evaluate("document.documentElement.scrollWidth")
            assert width <= 390, (path, width)
            phone.screenshot(path=kept / f"phone-{name}.png", full_page=True)
        places = phone.get_by_role("navigation", name="页面")
        expect(places.get_by_role("link", name="作业")).to_be_visible()
        clone = phone.get_by_role("button", name="克隆")
        expect(clone).to_have_attribute("aria-disabled", "true")
