"""The pages on datasets in a real browser, on an installation that has datasets and no Airflow.

Screenshots are kept in pytest's folder of this session (`datasets0`).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from plugins.dataset_site import Open, snap, visit
from plugins.history import PROJECT, History

from aileron.ledger import RunState

PLACES = {
    "/datasets": "street",
    "/datasets/street": "default/street@v1",
    "/datasets/street/samples": "car",
    "/datasets/notes/samples": "LOC",
    "/datasets/tones/samples": "high",
    "/datasets/bells/samples": "rain",
    "/datasets/bells/samples?sample=a.wav": "0:00.25",
    "/datasets/tanks/samples": "leak",
    "/datasets/tanks/samples?sample=a": "flow",
    "/datasets/cars/table": "car 12",
    "/datasets/reviews/compare": "bad",
    "/datasets/cars/report": "v1",
    "/datasets/cars/lineage": "v1",
    "/datasets/fruit/import": "spring",
    "/datasets/cars/import": "cars",
    "/import": "zip",
    "/connections": "shop",
}


LOOKS = (("en", "light"), ("zh", "dark"))


def test_every_part_is_whole_in_both_languages(tab: Open, site: str, kept: Path) -> None:
    for language, theme in LOOKS:  # on one installation: what it has indexed serves both
        with tab("admin", language, theme) as page:
            for number, (path, found) in enumerate(PLACES.items()):
                visit(page, site, path)
                expect(page.get_by_text(found).first).to_be_visible()
                for image in page.locator(".gallery img").all()[:6]:
                    expect(image).to_have_js_property("complete", True)
                    assert image.evaluate("i => i.naturalWidth") > 0
                assert not page.locator(".failure").count(), path
                snap(page, kept, f"{language}-{theme}-{number:02d}")
            look_closer(page, site, language)
            snap(page, kept, f"{language}-{theme}-sample")


def look_closer(page: Page, site: str, language: str) -> None:
    """At the columns of a table, a report and a picture."""
    visit(page, site, "/datasets/cars/table")
    expect(page.locator(".histogram")).to_have_count(3)
    visit(page, site, "/datasets/cars/report")
    report = page.frame_locator("iframe.report").locator("body")
    expect(report).to_contain_text("weight")
    findings = "Findings" if language == "en" else "发现"
    expect(report.get_by_role("heading", name=findings)).to_be_visible()
    visit(page, site, "/datasets/street/samples?sample=001.jpg")
    expect(page.locator(".sample-stage img")).to_have_js_property("complete", True)


def test_samples_are_filtered_and_looked_through_by_keyboard(tab: Open, site: str) -> None:
    with tab("viewer") as page:
        visit(page, site, "/datasets/street/samples")
        expect(page.locator(".gallery > li")).to_have_count(60)
        expect(page.get_by_text("1–60 of 70")).to_be_visible()
        page.get_by_role("button", name="Next").click()
        expect(page.locator(".gallery > li")).to_have_count(10)
        page.get_by_label("Label", exact=True).select_option("sun 太阳")
        expect(page.get_by_text("1–46 of 46")).to_be_visible()
        search = page.get_by_label("Search ids and texts")
        search.fill("00")
        expect(page.locator(".gallery > li")).to_have_count(6)
        expect(search).to_be_focused()
        page.reload()
        expect(page.locator(".gallery > li")).to_have_count(6)
        first = page.locator(".sample-open").first
        first.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        title = dialog.get_by_role("heading", level=2)
        before = title.inner_text()
        page.keyboard.press("ArrowRight")
        expect(title).not_to_have_text(before)
        expect(dialog.locator(".shape-outline")).to_have_count(2)
        dialog.get_by_role("button", name="sun 太阳").click()
        expect(dialog.locator(".shape-outline")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)


def test_a_recording_is_heard_and_texts_are_marked(tab: Open, site: str) -> None:
    with tab("viewer") as page:
        visit(page, site, "/datasets/tones/samples")
        player = page.locator("audio").first
        player.evaluate("a => a.load()")
        expect(player).to_have_js_property("error", None)
        assert player.evaluate(
            "a => new Promise(r => a.readyState ? r(a.duration)"
            " : (a.onloadedmetadata = () => r(a.duration), a.preload = 'auto', a.load()))"
        ) == pytest.approx(1.5, abs=0.05)
        visit(page, site, "/datasets/notes/samples?sample=a")
        dialog = page.get_by_role("dialog")
        expect(dialog.locator("mark").first).to_contain_text("Ann")
        expect(dialog.locator(".relations")).to_contain_text("Rome")


def test_what_is_heard_is_shown_as_bars_that_play_it(tab: Open, site: str) -> None:
    with tab("viewer") as page:
        visit(page, site, "/datasets/bells/samples")
        expect(page.locator(".lanes")).to_have_count(1)
        expect(page.locator(".lane-bar")).to_have_count(3)
        expect(page.locator(".sample").first).to_contain_text("bell × 2")
        visit(page, site, "/datasets/bells/samples?sample=a.wav")
        dialog = page.get_by_role("dialog")
        expect(dialog.locator(".lane-name")).to_have_text(["bell", "rain"])
        expect(dialog.locator(".objects li")).to_have_text(
            ["rain 0:00.00 – 0:01.50", "bell 0:00.25 – 0:00.50", "bell 0:00.75 – 0:01.00"]
        )
        whole = dialog.locator(".lane-bars").first.bounding_box()
        bar = dialog.get_by_role("button", name="bell, 0:00.75 to 0:01.00: play it")
        place = bar.bounding_box()
        assert whole is not None
        assert place is not None
        assert (place["x"] - whole["x"]) / whole["width"] == pytest.approx(0.5, abs=0.01)
        bar.click()
        page.wait_for_function("document.querySelector('dialog audio').currentTime >= 0.75")


def test_a_series_is_drawn_with_its_ranges(tab: Open, site: str, tmp_path: Path) -> None:
    with tab("viewer") as page:
        visit(page, site, "/datasets/tanks/samples")
        expect(page.locator(".series-strip")).to_have_count(3)
        expect(page.locator(".series-strip rect")).to_have_count(2)
        visit(page, site, "/datasets/tanks/samples?sample=a")
        dialog = page.get_by_role("dialog")
        expect(dialog.locator("polyline")).to_have_count(2)
        expect(dialog.locator(".series-channel .lane-name").first).to_contain_text("level")
        expect(dialog.locator(".objects li")).to_have_text(["leak 2 – 5.5", "noise 7 – 9"])
        whole = dialog.locator(".series-channel svg").first.bounding_box()
        place = dialog.locator(".series-channel rect").first.bounding_box()
        assert whole is not None
        assert place is not None
        assert (place["x"] - whole["x"]) / whole["width"] == pytest.approx(2 / 19, abs=0.01)
        page.screenshot(path=tmp_path / "series.png")


def test_versions_are_locked_deleted_and_restored(tab: Open, site: str) -> None:
    with tab("developer") as page:
        visit(page, site, "/datasets/reviews")
        page.get_by_role("button", name="Lock version 1").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Why").fill("the paper cites it")
        dialog.get_by_role("button", name="Lock").click()
        first = page.get_by_role("row", name="default/reviews@v1")
        expect(first).to_contain_text("locked")
        delete = page.get_by_role("button", name="Delete version 1")
        expect(delete).to_have_attribute("aria-disabled", "true")
        page.get_by_role("button", name="Delete version 2").click()
        dialog.get_by_role("button", name="Delete").click()
        expect(page.get_by_role("row", name="default/reviews@v2")).to_have_count(0)
        page.get_by_label("Show deleted ones").check()
        page.get_by_role("button", name="Restore version 2").click()
        dialog.get_by_role("button", name="Restore").click()
        expect(page.get_by_role("button", name="Delete version 2")).to_be_visible()
    with tab("viewer") as page:
        visit(page, site, "/datasets/reviews")
        expect(page.get_by_role("button", name="Delete version 2")).to_have_accessible_description(
            "Needs the role developer. You are viewer."
        )


def test_the_catalogue_is_filtered_shared_and_starred(tab: Open, site: str, kept: Path) -> None:
    with tab("developer") as page:
        visit(page, site, "/datasets/cars")
        page.get_by_role("button", name="Share and tags").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Tags").fill("demo, 汽车")
        dialog.get_by_label("Login or project").fill("li")
        dialog.get_by_role("button", name="Share", exact=True).click()
        expect(dialog.locator(".lines")).to_contain_text("li")
        page.screenshot(path=kept / "share.png")
        dialog.get_by_role("button", name="Save").click()
        expect(page.locator(".facts")).to_contain_text("汽车")
        visit(page, site, "/datasets")
        page.get_by_role("button", name="cars is a favourite").click()
        expect(page.get_by_role("button", name="cars is a favourite")).to_have_attribute(
            "aria-pressed", "true"
        )
        page.get_by_label("Favourites").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        page.get_by_label("Favourites").click()
        page.get_by_label("Kind of data").select_option("text")
        expect(page.locator("tbody tr")).to_have_count(2)
        page.get_by_label("Search by name or tag").fill("nothing like this")
        expect(page.get_by_text("No dataset is like this")).to_be_visible()


def test_how_the_last_import_went_is_told(tab: Open, site: str, shelf: History) -> None:
    run_id = f"{PROJECT}/import_fruit/spring"
    shelf.ledger.runs.finish(run_id, RunState.FAILED, "no such file: a.csv")
    with tab("viewer") as page:
        visit(page, site, "/datasets")
        row = page.get_by_role("row", name="fruit")
        expect(row).to_contain_text("no such file")
        row.get_by_role("link", name="fruit").click()
        told = page.get_by_role("alert")
        expect(told).to_contain_text("The last import failed. no such file: a.csv")
        told.get_by_role("link", name="Look at the run").click()
        expect(page.get_by_role("heading", name="spring")).to_be_visible()
        crumbs = page.locator(".crumbs")
        crumbs.get_by_role("link", name="fruit").click()
        expect(page.get_by_role("heading", name="fruit")).to_be_visible()


def test_versions_are_made_and_exported_by_forms(tab: Open, site: str, kept: Path) -> None:
    with tab("developer", "zh") as page:
        visit(page, site, "/datasets/reviews")
        page.get_by_role("button", name="生成新版本…").click()
        dialog = page.get_by_role("dialog")
        operation = dialog.get_by_label("操作", exact=True)
        start = dialog.get_by_role("button", name="开始", exact=True)
        operation.select_option("merge")
        expect(start).to_have_accessible_description("请选择要并入的数据集。")
        dialog.get_by_label("要并入的数据集").select_option("reviews")
        dialog.get_by_label("其版本").select_option("1")
        operation.select_option("relabel")
        dialog.get_by_role("button", name="添加一对").click()
        expect(dialog.get_by_label("原名")).to_be_focused()
        page.keyboard.type("bad")
        start.click()
        expect(dialog.get_by_role("alert")).to_have_text("请填写。")
        dialog.get_by_label("对应").fill("poor")
        expect(dialog.locator(".drop")).to_be_visible()  # a file of changes
        page.screenshot(path=kept / "relabel.png")
        start.click()
        expect(dialog.get_by_role("alert")).to_contain_text("AIRFLOW")  # which is not there
        operation.select_option("filter")
        dialog.get_by_role("checkbox", name="测试").check()
        start.click()
        expect(dialog.get_by_role("alert")).to_contain_text("AIRFLOW")
        dialog.get_by_role("button", name="取消").click()
        page.get_by_role("button", name="导出…").click()
        offered = dialog.get_by_label("格式").locator("option")
        expect(offered.first).to_be_attached()
        assert "COCO" not in " ".join(offered.all_inner_texts())  # these are texts
        page.screenshot(path=kept / "export.png")
        dialog.get_by_role("button", name="开始导出").click()
        expect(dialog.get_by_role("alert")).to_contain_text("AIRFLOW")


def test_a_connection_is_tested_and_looked_into(tab: Open, site: str, kept: Path) -> None:
    with tab("developer") as page:
        visit(page, site, "/datasets")
        page.get_by_role("link", name="Connections").click()
        page.get_by_role("button", name="Test shop").click()
        expect(page.get_by_role("status").filter(has_text="ms")).to_be_visible()
        page.get_by_role("button", name="Look into shop").click()
        dialog = page.get_by_role("dialog")
        asked = dialog.get_by_label("A table, or one SELECT")
        asked.fill("orders")
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("cell", name="泵")).to_be_visible()
        page.screenshot(path=kept / "preview.png")
        asked.fill("select 2 * price as twice from orders where price > 1")
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("cell", name="19.0")).to_be_visible()
        asked.fill("delete from orders")
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("alert")).to_be_visible()


def test_a_file_is_uploaded_for_an_import(tab: Open, site: str, kept: Path) -> None:
    with tab("developer") as page:
        visit(page, site, "/datasets/fruit/import")
        page.get_by_role("button", name="Import from elsewhere").click()
        dialog = page.get_by_role("dialog")
        start = dialog.get_by_role("button", name="Start the import")
        start.click()
        expect(dialog.get_by_role("alert")).to_have_text(
            "Choose a file and wait until it is there."
        )
        file = {"name": "水果.csv", "mimeType": "text/csv", "buffer": b"x" * (9 << 20)}
        dialog.locator("input[type=file]").set_input_files(file)
        expect(dialog.get_by_text("The file is on the server.")).to_be_visible()
        expect(dialog.locator(".drop")).to_contain_text("9.0 MiB / 9.0 MiB")
        page.screenshot(path=kept / "upload.png")
        start.click()
        expect(dialog.get_by_role("alert")).to_contain_text("AIRFLOW")  # which is not there
        dialog.get_by_text("An address").click()
        dialog.get_by_label("Address", exact=True).fill("ftp://there")
        start.click()
        expect(dialog.get_by_role("alert").first).to_contain_text("http")


def test_the_wizard_defines_a_dataset_and_starts_its_import(
    tab: Open, site: str, shelf: History, kept: Path
) -> None:
    with tab("developer", "zh") as page:
        visit(page, site, "/datasets")
        page.get_by_role("link", name="导入数据集").click()
        page.get_by_role("button", name="下一步").click()
        expect(page.get_by_role("alert")).to_be_visible()
        file = {"name": "pets.zip", "mimeType": "application/zip", "buffer": b"PK"}
        page.locator("input[type=file]").set_input_files(file)
        expect(page.get_by_text("文件已上传到服务器。")).to_be_visible()
        page.get_by_role("button", name="下一步").click()
        page.get_by_role("button", name="下一步").click()
        expect(page.get_by_role("alert")).to_contain_text("名称")
        page.get_by_label("名称", exact=True).fill("pets")
        page.get_by_label("任务").select_option("detection")
        page.get_by_label("格式").select_option("coco")
        page.get_by_text("全部拒绝").click()
        page.screenshot(path=kept / "wizard.png")
        page.get_by_role("button", name="下一步").click()
        for said in ('"pets"', '"coco"', '"on_problem": "refuse"'):
            expect(page.locator(".definition")).to_contain_text(said)
        page.get_by_role("button", name="开始导入").click()
        expect(page.get_by_role("alert")).to_contain_text("AIRFLOW")  # which is not there
    written = shelf.workspace.folder / "datasets" / "pets" / "dataset.yaml"
    assert "upload" in written.read_text(encoding="utf-8")
