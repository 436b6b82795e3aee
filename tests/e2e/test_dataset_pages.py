"""The pages on datasets on the whole stack: real pictures from the wizard to a download.

Screenshots are kept in pytest's folder of this session (`dataset-walk0`).
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect
from plugins.browser import signed_in
from plugins.pages import PagesServer
from plugins.shared_data import shared

NAME, SOME = "line_insulators", "some_insulators"
PICTURES, DRAWN = 360, 36
RUN_MS = 60_000
PLACES = (
    "/datasets",
    f"/datasets/{NAME}",
    f"/datasets/{NAME}/samples",
    f"/datasets/{NAME}/report",
    f"/datasets/{NAME}/lineage",
    f"/datasets/{NAME}/import",
    f"/datasets/{SOME}",
    f"/datasets/{SOME}/lineage",
    "/import",
    "/lifecycles/dataset_operation",
    f"/lifecycles/import_{NAME}",
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dataset-walk")


@pytest.fixture(scope="module")
def insulators(kept: Path) -> Path:
    """The real pictures with their boxes, as one tar."""
    file = kept / "insulators.tar"
    with tarfile.open(file, "w") as archive:
        archive.add(shared("insulators"), "insulators")
    return file


@pytest.fixture(scope="module")
def page(browser: Browser, pages: PagesServer) -> Iterator[Page]:
    """A developer's tab."""
    options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}
    with signed_in(browser, pages.url, pages.tokens["developer"], **options) as page:
        yield page


def visit(page: Page, pages: PagesServer, path: str) -> None:
    page.goto(f"{pages.url}#{path}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".waiting")).to_have_count(0)


def run_ends(page: Page, lifecycle: str) -> None:
    """The page of the run that was just started shows it to its good end."""
    page.wait_for_url(re.compile(f"#/runs/default/{lifecycle}/"))
    over = re.compile("succeeded|failed|rejected")
    expect(page.locator("h1 .badge")).to_have_text(over, timeout=RUN_MS)
    why = page.locator(".why")
    assert page.locator("h1 .badge").inner_text() == "succeeded", why.all_inner_texts()


@pytest.fixture(scope="module")
def imported(page: Page, pages: PagesServer, insulators: Path, kept: Path) -> None:
    """The pictures came in by the wizard."""
    visit(page, pages, "/datasets")
    page.get_by_role("link", name="Import a dataset").click()
    page.locator("input[type=file]").set_input_files(insulators)
    expect(page.get_by_text("The file is on the server.")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_label("Name for people").fill("绝缘子")
    page.get_by_label("Task").select_option("detection")
    page.get_by_label("Format").select_option(label="Pascal VOC")
    page.screenshot(path=kept / "wizard.png")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Start the import").click()
    page.wait_for_url(re.compile(f"#/runs/default/import_{NAME}/"))
    page.screenshot(path=kept / "importing.png")
    run_ends(page, f"import_{NAME}")
    page.screenshot(path=kept / "imported.png")


def test_the_pictures_are_shown_with_their_boxes(
    page: Page, pages: PagesServer, imported: None
) -> None:
    visit(page, pages, f"/datasets/{NAME}/samples")
    expect(page.get_by_text(f"of {PICTURES}")).to_be_visible()
    expect(page.locator(".gallery .shape-box").first).to_be_attached()
    page.get_by_label("Label", exact=True).select_option("defect")
    expect(page.get_by_text("of 120")).to_be_visible()
    picture = page.locator(".gallery img").first
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("i => i.naturalWidth") > 0
    visit(page, pages, f"/datasets/{NAME}/report")
    expect(page.frame_locator("iframe.report").locator("body")).to_contain_text("insulator")


def test_a_sample_of_them_becomes_a_dataset(
    page: Page, pages: PagesServer, imported: None, kept: Path
) -> None:
    visit(page, pages, f"/datasets/{NAME}")
    page.get_by_role("button", name="Make a version…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What is done").select_option("sample")
    dialog.get_by_label("Name", exact=True).fill(SOME)
    dialog.get_by_label("Fraction").fill("lots")
    dialog.get_by_role("button", name="Start").click()
    expect(dialog.get_by_role("alert")).to_have_text("Give a number.")
    dialog.get_by_label("Fraction").fill(str(DRAWN / PICTURES))
    page.screenshot(path=kept / "operate.png")
    dialog.get_by_role("button", name="Start").click()
    run_ends(page, "dataset_operation")
    expect(page.get_by_role("link", name=f"{SOME} v1")).to_be_visible()
    page.screenshot(path=kept / "operated.png")
    visit(page, pages, f"/datasets/{SOME}/samples")
    expect(page.get_by_text(f"of {DRAWN}")).to_be_visible()
    visit(page, pages, f"/datasets/{SOME}/lineage")
    expect(page.locator(".ancestors")).to_have_text(f"{NAME} v1 Sample a dataset · Fraction 0.1")


def test_an_augmentation_is_looked_at_before_it_is_started(
    page: Page, pages: PagesServer, imported: None, kept: Path
) -> None:
    visit(page, pages, f"/datasets/{NAME}")
    page.get_by_role("button", name="Make a version…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What is done").select_option("augment")
    dialog.get_by_role("button", name="Show a preview").click()
    pictures = dialog.locator(".previews img")
    expect(pictures).to_have_count(6, timeout=RUN_MS)
    pictures.first.scroll_into_view_if_needed()
    page.screenshot(path=kept / "preview.png")
    dialog.get_by_role("button", name="Cancel").click()


def test_a_version_is_exported_and_downloaded(
    page: Page, pages: PagesServer, imported: None, kept: Path
) -> None:
    visit(page, pages, f"/datasets/{NAME}")
    page.get_by_role("button", name="Export…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Format").select_option("coco")
    page.screenshot(path=kept / "export.png")
    dialog.get_by_role("button", name="Start the export").click()
    run_ends(page, "dataset_export")
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download").click()
    page.screenshot(path=kept / "exported.png")
    begun.value.save_as(kept / "export.zip")
    with ZipFile(kept / "export.zip") as archive:
        names = archive.namelist()
    assert sum(name.endswith(".jpg") for name in names) == PICTURES
    assert any(name.endswith(".json") for name in names)


@pytest.mark.parametrize("language", ["English", "中文"])
def test_every_page_of_it_is_whole(
    page: Page, pages: PagesServer, imported: None, kept: Path, language: str
) -> None:
    visit(page, pages, "/datasets")
    switch = page.get_by_role("button", name=language, exact=True)
    if switch.count():
        switch.click()
    for number, path in enumerate(PLACES):
        visit(page, pages, path)
        assert not page.locator(".failure").count(), path
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path
        page.wait_for_load_state("networkidle")
        page.screenshot(path=kept / f"{language}-{number:02d}.png", full_page=True)
    visit(page, pages, f"/datasets/{NAME}/report")
    body = page.frame_locator("iframe.report").locator("body")
    expect(body.get_by_text("Classes" if language == "English" else "类别").first).to_be_visible()
