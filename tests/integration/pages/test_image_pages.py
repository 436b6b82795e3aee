"""The pages on container images, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from plugins.dataset_site import Open, snap, visit
from plugins.history import History
from plugins.own_images import layer, made

from aileron.client.local import Installation
from aileron.core.ports import ArtifactKind

MET = {"rule": "bash", "message_id": "container.has_bash", "values": {}, "passed": True}
UNMET = {"rule": "bash", "message_id": "container.no_bash", "values": {}, "passed": False}


@pytest.fixture
def installation(history: History) -> Iterator[Installation]:
    """With an image of two versions, the newest refused."""
    for point in (MET, UNMET):
        recipe = {"base": "trainer@v1", "pip": ["numpy==2.2.6"], "uses": ["job"]}
        row = history.ledger.images.begin("default", "vision", recipe, "with numpy")
        run_id = f"default/image_build/{row.version}"
        history.ledger.runs.start(run_id, "default", "image_build", "ann")
        history.ledger.images.started(row.id, run_id)
        folder = history.settings.home / f"made-{row.id}"
        image = made(folder, layer({"a": str(row.id)}))
        reference = history.store.put(ArtifactKind.IMAGE, folder)
        places = {"lab": "localhost/aileron/default/vision:v1-x"}
        history.ledger.images.finish(row.id, reference, image.digest, [point], places, "0.1.0")
    made_ = Installation(history.settings)
    yield made_
    made_.close()


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])
def test_an_image_shows_its_versions_with_their_contract(
    tab: Open, site: str, kept: Path, language: str, theme: str
) -> None:
    with tab("viewer", language, theme) as page:
        visit(page, site, "/images")
        expect(page.get_by_role("cell", name="lab")).to_be_visible()
        snap(page, kept, f"images-{language}")
        page.get_by_role("link", name="vision").click()
        expect(page.get_by_role("alert")).to_contain_text(
            "There is no bash" if language == "en" else "没有用于执行任务命令的 bash"
        )
        page.get_by_role("button", name="v1", exact=True).click()
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(page.get_by_text("numpy==2.2.6")).to_be_visible()
        expect(page.get_by_text(re.compile("bash is there|已有 bash"))).to_be_visible()
        snap(page, kept, f"image-{language}")
        deleting = page.get_by_role("button", name=re.compile("Delete|删除"))
        expect(deleting).to_have_attribute("aria-disabled", "true")


def test_a_dockerfile_is_for_operators_and_a_pip_list_is_not(tab: Open, site: str) -> None:
    with tab("developer") as page:
        visit(page, site, "/images/vision")
        page.get_by_role("button", name="New version").click()
        dialog = page.get_by_role("dialog")
        build = dialog.get_by_role("button", name="Build")
        expect(build).to_have_attribute("aria-disabled", "false")
        dialog.get_by_label("Debian packages").fill("git")
        expect(build).to_have_attribute("aria-disabled", "true")
        dialog.get_by_label("Debian packages").fill("")
        dialog.get_by_label("Made from").select_option("dockerfile")
        dialog.get_by_label("Dockerfile").last.fill("FROM scratch")
        expect(build).to_have_attribute("aria-disabled", "true")


def test_a_version_leads_to_its_run_and_the_last_that_is_deleted_to_the_list(
    tab: Open, site: str
) -> None:
    with tab("operator") as page:
        visit(page, site, "/images/vision")
        run = page.locator("a.run-link")
        expect(run).to_have_attribute("href", re.compile("/runs/default/image_build/2$"))
        for left in (1, 0):
            page.get_by_role("button", name="Delete").click()
            page.get_by_role("dialog").get_by_role("button", name="Delete").click()
            if left:
                expect(run).to_have_attribute("href", re.compile("/runs/default/image_build/1$"))
        expect(page.get_by_text("There is no image yet")).to_be_visible()
        assert page.url.endswith("/images")
