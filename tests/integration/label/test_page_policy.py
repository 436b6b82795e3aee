"""Labelling screens of all kinds under the gate's policy of what a page may run."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from plugins.browser import person
from plugins.label_cases import LabelCase, label_case
from plugins.labelling_office import Office, Pictures

from aileron.client import records as r

WATCH = """
window.broken = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.broken.push([event.effectiveDirective, event.blockedURI, event.sourceFile,
                      event.lineNumber, event.sample].join(" "));
});
"""
KINDS = {
    "classification": "defective",
    "detection": "defective",
    "polygons": "defective",
    "masks": "defective",
    "key_points": "dog",
    "entities": "defective",
    "audio": "defective",
}
"""Kind of labelling -> one of its classes."""


@dataclass
class Samples(Pictures):
    """The sample of a case, whatever it is asked for as."""

    case: LabelCase

    def bodies(
        self, dataset: str, version: int, ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        return {one: {**self.case.sample, "sample_id": one} for one in ids}

    def medium(self, dataset: str, version: int, sample_id: str) -> r.Medium:
        if self.case.spec.modality != "audio":
            return super().medium(dataset, version, sample_id)
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(bytes(range(256)) * 125)
        return r.Medium(file.getvalue(), "audio/wav")


def opened(make_office: Callable[..., Office], kind: str) -> Office:
    """An office with one package of that kind, anna's, behind an open gate."""
    case = label_case(kind)
    office = make_office(samples=1, **case.spec.model_dump(mode="json", exclude_unset=True))
    office.samples = Samples(case)
    office.work.assign(office.package(1).id, "anna")
    office.hand_out(1)
    office.open_gate()
    return office


def draw(page: Page, kind: str) -> None:
    """Choose a class, and use it on what is shown."""
    page.get_by_text(KINDS[kind]).first.click()
    if kind in ("detection", "masks"):
        box = page.locator(".konvajs-content canvas").first.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6, steps=5)
        page.mouse.up()


@pytest.mark.parametrize("kind", KINDS)
def test_a_screen_works_and_breaks_no_rule_of_its_page(
    make_office: Callable[..., Office], browser: Browser, kind: str
) -> None:
    office = opened(make_office, kind)
    with person(browser) as session:
        page = session.new_page()
        page.add_init_script(WATCH)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(office.ticket("anna", 1))
        expect(page.get_by_text(KINDS[kind]).first).to_be_visible()
        if kind == "audio":  # its decoder is WebAssembly; only then is the length known
            expect(page.get_by_role("textbox").nth(1)).to_have_value("00:00:02:000")
        draw(page, kind)
        with page.expect_response(re.compile(r"/api/tasks/\d+/annotations")) as answer:
            page.get_by_role("button", name="Submit").first.click()
        assert answer.value.status == 201
        assert page.evaluate("window.broken") == []
        policy = page.request.get(page.url).headers["content-security-policy"]
        (scripts,) = re.findall(r"script-src ([^;]*);", policy)
        assert "'unsafe-inline'" not in scripts
        assert "'unsafe-eval'" not in scripts
        assert faults == []
