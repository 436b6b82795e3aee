"""The screen for time series in a browser: the chart is drawn, and so is a range on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from plugins.browser import person
from plugins.labelling_office import Office
from plugins.series_files import weeks
from plugins.waiting import wait_until

from aileron.client import records as r
from aileron.data.limits import SeriesLimits
from aileron.data.series.checking import Checked, check, kept_form
from aileron.label.interface.results import to_annotation
from aileron.label.spec import LabelSpec

CHANNELS = 3
HOUR = 3600
pytestmark = pytest.mark.timeout(600)
LIMITS = SeriesLimits()
SAID = {"label": "peak", "start": 1467504000.0, "end": 1467514800.0}
"""Sunday, from 0 to 3 o'clock in UTC."""
SPEC = {
    "task": "event_detection",
    "modality": "series",
    "time": "date",
    "classes": [{"name": "peak", "shortcut": "1"}, {"name": "quiet", "shortcut": "2"}],
}


class Weeks:
    """Samples that are weeks of a real series."""

    def __init__(self) -> None:
        self._content = {
            f"s{number:06}": kept_form(content, LIMITS)
            for number, content in enumerate(weeks(2).values())
        }

    @property
    def channels(self) -> tuple[str, ...]:
        return self.facts("s000000").channels

    def facts(self, sample: str) -> Checked:
        found = check(self._content[sample], LIMITS)
        assert isinstance(found, Checked)
        return found

    def bodies(
        self, dataset: str, version: int, ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        found = {one: self.facts(one) for one in ids}
        return {
            one: {
                "sample_id": one, "time": facts.time, "first": facts.first, "last": facts.last,
                "segments": [SAID] if one == "s000000" else [],
            }
            for one, facts in found.items()
        }  # fmt: skip

    def medium(self, dataset: str, version: int, sample_id: str) -> r.Medium:
        return r.Medium(self._content[sample_id], "text/csv; charset=utf-8")


def ranges(page: Page) -> Locator:
    """What is marked on the chart, once in each channel."""
    return page.locator(".htx-timeseries g.brush[id^=brush_]")


def draw(page: Page) -> None:
    """A range of the second class over the middle of the chart; a busy page may miss it."""
    page.keyboard.press("2")
    box = page.locator(".htx-timeseries svg").first.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.4, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=5)
    page.mouse.move(box["x"] + box["width"] * 0.6, y, steps=5)
    page.mouse.up()


def test_a_chart_is_drawn_and_ranges_on_it(
    make_office: Callable[..., Office], browser: Browser, tmp_path: Any
) -> None:
    samples = Weeks()
    office = make_office(samples=2, **SPEC, channels=samples.channels[:CHANNELS], package_size=2)
    office.samples = samples  # type: ignore[assignment]
    office.work.assign(office.package(1).id, "anna")
    office.hand_out(1)
    office.open_gate()
    with person(browser, viewport={"width": 1400, "height": 1000}) as session:
        page = session.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(office.ticket("anna", 1))
        expect(page.locator(".htx-timeseries svg").first).to_be_visible(timeout=60_000)
        expect(page.locator(".htx-timeseries svg")).to_have_count(CHANNELS + 1)
        expect(ranges(page).first).to_be_attached(timeout=60_000)  # the one that was there
        page.screenshot(path=tmp_path / "chart.png")
        there = ranges(page).count()
        for _ in range(6):
            draw(page)
            with suppress(AssertionError):
                expect(ranges(page)).not_to_have_count(there, timeout=10_000)
                break
        page.screenshot(path=tmp_path / "range.png")
        page.get_by_role("button", name="Submit").first.click()
        project = office.package(1).studio_project or 0
        wait_until(lambda: any(one.annotations for one in office.studio.states(project)), 30)
    assert complaints == []
    [state] = [one for one in office.studio.states(project) if one.annotations]
    result = state.annotations[-1].result
    spec = LabelSpec.model_validate(office.campaign.spec)
    [sample] = [
        one for one in samples.bodies("weeks", 1, ["s000000", "s000001"]).values()
        if state.task == office.tasks(1)[int(str(one["sample_id"])[1:])]
    ]  # fmt: skip
    said = to_annotation(spec, sample, result)
    drawn = [one for one in said.segments if one.label == "quiet"]
    assert len(drawn) == 1
    [quiet] = drawn
    assert quiet.start % HOUR == quiet.end % HOUR == 0, "a range begins and ends at points"
    before = [one for one in said.segments if one.label == "peak"]
    assert [one.model_dump() for one in before] == sample["segments"], "as it was suggested"
