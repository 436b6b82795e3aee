"""Pages on services and pools of a cluster that does not answer, in a real browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from plugins.browser import signed_in
from plugins.dataset_site import PROVOKED, Open, snap, visit
from plugins.history import PROJECT, History

from aileron.cluster import labels, usage
from aileron.cluster.placement import Placement
from aileron.cluster.serving import ServicePlacement
from aileron.ledger import Desired

PLACEMENT = ServicePlacement(
    pod=Placement(pool="shared", namespace="aileron-shared", image="server:1"), replicas=2
)


@pytest.fixture
def shelf(history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    """Service `fruit`, whose revision is in pool `shared`."""
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "absent"))
    history.workspace.pool_file()
    history.released(history.finished(history.trained("1")))
    history.ledger.revisions.place(PROJECT, "fruit", 1, PLACEMENT)
    return history


def press(page: Page, name: str, sure: bool = True) -> None:
    """Press a button of the page, and the one of its question."""
    page.get_by_role("button", name=name, exact=True).click()
    if sure:
        page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def test_an_operator_scales_a_service_within_its_quota(
    tab: Open, site: str, shelf: History, kept: Path
) -> None:
    with tab("operator") as page:
        visit(page, site, "/services/fruit")
        expect(page.get_by_text("Kubernetes, shared")).to_be_visible()
        press(page, "Scale", sure=False)
        dialog = page.get_by_role("dialog")
        replicas, scale = (
            dialog.get_by_label("Replicas"),
            dialog.get_by_role("button", name="Scale"),
        )
        expect(replicas).to_have_value("2")
        replicas.fill("0")
        expect(scale).to_have_accessible_description("Between 1 and 1000.")
        replicas.fill("4")
        scale.click()
        expect(dialog.get_by_role("alert")).to_contain_text("the pool's quota is 3")
        snap(page, kept, "scale")
        replicas.fill("3")
        scale.click()
        expect(page.get_by_text("fruit is being scaled.")).to_be_visible()
    placement = shelf.revision().placement
    assert placement is not None
    assert placement.replicas == 3


def test_what_runs_is_stopped_before_it_is_deleted(tab: Open, site: str, shelf: History) -> None:
    services = partial(shelf.ledger.services.list, PROJECT)
    with tab("operator") as page:
        visit(page, site, "/services/fruit")
        delete = page.get_by_role("button", name="Delete", exact=True)
        expect(delete).to_have_accessible_description("It runs. Stop it first.")
        press(page, "Stop")
        expect(page.get_by_text("fruit is being stopped.")).to_be_visible()
        expect(delete).to_have_attribute("aria-disabled", "false")
        assert [one.desired for one in services()] == [Desired.STOPPED]
        press(page, "Delete")
        expect(page).to_have_url(re.compile("#/services$"))
        expect(page.get_by_text("No service yet")).to_be_visible()
    assert services() == []


def test_a_process_cannot_be_scaled(tab: Open, site: str, shelf: History) -> None:
    shelf.released(shelf.finished(shelf.trained("2", 0.95)))
    with tab("operator") as page:
        visit(page, site, "/services/fruit")
        expect(page.get_by_text("this installation")).to_be_visible()
        scale = page.get_by_role("button", name="Scale", exact=True)
        expect(scale).to_have_accessible_description(re.compile("^It is one process; "))


def test_a_viewer_may_change_nothing(tab: Open, site: str) -> None:
    with tab("viewer") as page:
        visit(page, site, "/services/fruit")
        for name in ("Scale", "Delete", "Stop"):
            button = page.get_by_role("button", name=name, exact=True)
            expect(button).to_have_accessible_description(re.compile("^Needs the role operator"))


def test_a_pool_that_cannot_be_synced_says_why(tab: Open, site: str) -> None:
    with tab("operator") as page:
        visit(page, site, "/pools/shared")
        expect(page.locator("h1 [data-state=abnormal]")).to_be_visible()
        press(page, "Sync", sure=False)
        notice = page.get_by_role("alert").or_(page.get_by_role("status"))
        said = notice.filter(has_text="There is no way to a Kubernetes cluster")
        expect(said.first).to_be_visible()


def pod(name: str, project: str) -> usage.PoolPod:
    about = {labels.PROJECT: project, labels.LIFECYCLE: "fruit", labels.NODE: "train"}
    made = datetime(2026, 1, 2, tzinfo=UTC)
    run_id = f"{project}/fruit/1"
    return usage.PoolPod(name, "Running", "n", made, about, run_id, cpu=1, memory_mb=64, gpu=0)


def test_pods_of_other_projects_that_began_together_are_told_apart(
    browser: Browser, site: str, shelf: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    pods = [pod("mine", PROJECT), pod("first", "other"), pod("second", "other")]
    monkeypatch.setattr(usage, "pods_of", lambda *_: list(pods))
    token = shelf.token("viewer", project=PROJECT)
    with signed_in(browser, site, token, PROVOKED, locale="en-GB") as page:
        visit(page, site, "/pools/shared")
        rows = page.get_by_role("region", name="What runs here").locator("tbody tr")
        expect(rows.filter(has_text="of another project")).to_have_count(2)
        expect(rows).to_have_count(3)
        pods.pop(0)
        expect(rows.filter(has_text="mine")).to_have_count(0)
        expect(rows).to_have_count(2)
