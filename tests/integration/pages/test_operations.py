"""Forms of operations, previews, and what imports left out, in a real browser.

Screenshots are kept in pytest's folder of this session (`datasets0`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import Locator, Page, expect
from plugins.dataset_site import Open, snap, visit


def operate(page: Page, site: str, dataset: str, operation: str) -> Locator:
    """The dialog of operations on a dataset, at one of them."""
    visit(page, site, f"/datasets/{dataset}")
    page.get_by_role("button", name=re.compile("Make a version…|生成新版本…")).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("select").first.select_option(operation)
    return dialog


def offered(page: Page, site: str, dataset: str) -> list[str]:
    dialog = operate(page, site, dataset, "sample")
    options = dialog.locator("select").first.locator("option")
    return [str(option.get_attribute("value")) for option in options.all()]


def sent(page: Page, dialog: Locator) -> dict[str, Any]:
    """The options that the page asks for; there is no Airflow to do it."""
    with page.expect_request("**/operations") as asked:
        dialog.get_by_role("button", name="Start", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("AIRFLOW")
    options: dict[str, Any] = asked.value.post_data_json["options"]
    return options


def test_operations_are_offered_to_the_data_that_they_are_for(tab: Open, site: str) -> None:
    with tab("developer") as page:
        pictures, table = offered(page, site, "street"), offered(page, site, "cars")
        texts = offered(page, site, "reviews")
        assert {"augment", "prepare_images", "compact", "relabel", "filter"} <= set(pictures)
        assert not {"join_table", "prepare_table", "personal_data"} & set(pictures)
        assert {"join_table", "prepare_table", "personal_data", "relabel"} <= set(table)
        assert not {"augment", "prepare_images", "compact"} & set(table)
        assert {"personal_data", "filter"} <= set(texts)
        assert not {"augment", "compact", "join_table"} & set(texts)


def test_conditions_are_fields_and_json_on_demand(tab: Open, site: str, kept: Path) -> None:
    with tab("developer") as page:
        dialog = operate(page, site, "cars", "filter")
        dialog.get_by_role("button", name="Add a row").click()
        column = dialog.get_by_label("Column")
        expect(column).to_be_focused()
        expect(dialog.locator("datalist option[value=weight]")).to_be_attached()
        column.fill("weight")
        dialog.get_by_label("Comparison").select_option("gt")
        dialog.get_by_label("Value").fill("heavy")
        dialog.get_by_role("button", name="Start", exact=True).click()
        expect(dialog.get_by_role("alert")).to_have_text("Give a number.")
        dialog.get_by_label("Value").fill("2")
        dialog.get_by_role("button", name="Add a row").click()
        dialog.get_by_label("Column").nth(1).fill("fast")
        dialog.get_by_label("Comparison").nth(1).select_option("in")
        second = dialog.locator(".row-made").nth(1)
        second.get_by_role("button", name="+ yes").click()
        snap(page, kept, "filter")
        where = [
            {"column": "weight", "op": "gt", "value": 2},
            {"column": "fast", "op": "in", "value": ["yes"]},
        ]
        assert sent(page, dialog) == {"where": where}
        dialog.get_by_role("button", name="Edit as JSON").click()
        text = dialog.get_by_label("Where as JSON")
        expect(text).to_have_value(re.compile('"weight"'))
        text.fill('[{"column": "speed", "op": "missing"}]')
        dialog.get_by_role("button", name="Back to the fields").click()
        expect(dialog.get_by_label("Value")).to_have_count(0)  # nothing is compared
        assert sent(page, dialog) == {"where": [{"column": "speed", "op": "missing"}]}


def test_tables_are_joined_by_columns_of_both(tab: Open, site: str) -> None:
    with tab("developer") as page:
        dialog = operate(page, site, "cars", "join_table")
        dialog.get_by_label("Dataset that joins it").select_option("cars")
        dialog.get_by_role("button", name="Add a pair").click()
        dialog.get_by_label("From").fill("model")
        dialog.get_by_label("To", exact=True).fill("model")
        dialog.get_by_role("button", name="Add a pair").press("Enter")
        dialog.get_by_role("button", name="Remove 2").press("Enter")
        expect(dialog.get_by_role("button", name="Add a pair")).to_be_focused()
        dialog.get_by_role("button", name="+ speed").click()
        assert sent(page, dialog) == {"keys": {"model": "model"}, "columns": ["speed"]}


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])
def test_steps_are_chosen_ordered_and_previewed(
    tab: Open, site: str, kept: Path, language: str, theme: str
) -> None:
    words = {
        "en": ("Add…", "Width", "Height", "Move 2 up", "Show a preview", "Degrees"),
        "zh": ("添加…", "宽度", "高度", "第 2 项上移", "显示预览", "角度"),
    }
    add, width, height, up, show, degrees = words[language]
    with tab("developer", language, theme) as page:
        dialog = operate(page, site, "street", "prepare_images")
        more = dialog.locator("select", has_text=add)
        more.select_option("resize")
        dialog.get_by_label(width).fill("160")
        dialog.get_by_role("button", name=show).click()
        expect(dialog.get_by_role("alert")).to_be_visible()  # no height yet
        dialog.get_by_label(height).fill("90")
        more.select_option("rotate")
        dialog.get_by_label(degrees).fill("30")
        dialog.get_by_role("button", name=up).click()
        expect(dialog.locator(".row-head strong").first).to_contain_text("1. ")
        dialog.get_by_role("button", name=show).click()
        pictures = dialog.locator(".previews img")
        expect(pictures).to_have_count(6)
        assert (
            pictures.first.evaluate("i => i.decode().then(() => i.naturalWidth)") == 320 + 8 + 160
        )
        pictures.first.scroll_into_view_if_needed()
        snap(page, kept, f"prepare-{language}")
        dialog.locator("select").first.select_option("augment")
        dialog.get_by_role("button", name=show).click()
        expect(pictures).to_have_count(6)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)


def test_what_an_import_left_out_is_listed_and_fetched(tab: Open, site: str, kept: Path) -> None:
    with tab("viewer", "zh", "dark") as page:
        visit(page, site, "/datasets/pets")
        snap(page, kept, "versions-zh")
        page.get_by_role("link", name="剔除 2 个").click()
        expect(page.get_by_role("cell", name="cat/=broken.jpg")).to_be_visible()
        reasons = page.locator(".refused-why")
        assert all(re.search("[\u4e00-\u9fff]", said) for said in reasons.all_inner_texts())
        snap(page, kept, "refused-zh")
        page.get_by_role("link", name="spring").click()
        expect(page.get_by_role("cell", name="狗/空.png")).to_be_visible()
        snap(page, kept, "run-refused-zh")
    with tab("viewer") as page:
        visit(page, site, "/datasets/pets/refused")
        with page.expect_download() as begun:
            page.get_by_role("link", name="Download all as a zip").click()
        begun.value.save_as(kept / "refused.zip")
        with ZipFile(kept / "refused.zip") as archive:
            assert "problems.csv" in archive.namelist()
        visit(page, site, "/datasets/street/refused")
        expect(page.get_by_text("Nothing was left out")).to_be_visible()
