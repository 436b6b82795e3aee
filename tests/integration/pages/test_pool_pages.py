"""The pages on pools, on a real cluster, in a real browser.

Screenshots are kept in pytest's folder of this session (`datasets0`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from plugins.cluster import NewNamespace
from plugins.dataset_site import Open, snap, visit
from plugins.history import History
from plugins.pool_pods import pool_text, sleep_in_pool
from plugins.slot_pools import SlotPools

from aileron.client.local import Installation


@pytest.fixture
def shelf(history: History, new_namespace: NewNamespace) -> History:
    """Pool `shared`, in which a node and a service run, and a broken one."""
    namespace = new_namespace()
    text = pool_text(namespace, ("quota: {cpu: 3", "display_name: 共享 Shared\nquota: {cpu: 3"))
    history.workspace.pool_file(text)
    history.workspace.write("configs/pools/broken.yaml", text)
    sleep_in_pool(namespace, "training", project="default", lifecycle="fruit", node="train")
    sleep_in_pool(namespace, "serving", project="default", service="fruit", revision="3")
    return history


@pytest.fixture
def installation(shelf: History, slot_pools: SlotPools) -> Iterator[Installation]:
    """Of that history; its Airflow has pools and nothing else."""
    made = Installation(shelf.settings.model_copy(update={"airflow_url": slot_pools.url}))
    yield made
    made.close()


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])
def test_pools_are_listed_with_their_use(
    tab: Open, site: str, kept: Path, language: str, theme: str
) -> None:
    with tab("viewer", language, theme) as page:
        visit(page, site, "/pools")
        shared = page.locator(".panel", has_text="共享 Shared")
        expect(shared.get_by_text("0.2 of 3" if language == "en" else "0.2，共 3")).to_be_visible()
        expect(shared.get_by_text("aileron pool sync shared")).to_be_visible()
        broken = page.locator(".panel", has_text="broken")
        expect(broken.locator("[data-state=abnormal]")).to_be_visible()
        expect(broken.get_by_text("broken.yaml")).to_be_visible()
        snap(page, kept, f"pools-{language}")
        shared.get_by_role("link", name="共享 Shared").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("共享 Shared")


@pytest.mark.parametrize(("language", "theme"), [("en", "dark"), ("zh", "light")])
def test_a_pool_shows_what_runs_in_it_and_leads_there(
    tab: Open, site: str, kept: Path, language: str, theme: str
) -> None:
    with tab("viewer", language, theme) as page:
        visit(page, site, "/pools/shared")
        pods = page.get_by_role("region", name=re.compile("What runs here|正在运行"))
        expect(pods.get_by_role("link", name="1", exact=True)).to_have_attribute(
            "href", re.compile("/runs/default/fruit/1$")
        )
        expect(pods.get_by_role("link", name=re.compile("fruit (r3|修订 3)"))).to_have_attribute(
            "href", re.compile("/services/fruit$")
        )
        for size in ("cpu-1x2", "cpu-2x4", "gpu-1"):
            expect(page.get_by_role("cell", name=size)).to_be_visible()
        sync = page.get_by_role("button", name=re.compile("Sync|同步"))
        expect(sync).to_have_attribute("aria-disabled", "true")
        snap(page, kept, f"pool-{language}")


def test_an_operator_brings_the_cluster_up_to_the_file(
    tab: Open, site: str, slot_pools: SlotPools
) -> None:
    with tab("operator") as page:
        visit(page, site, "/pools/shared")
        expect(page.locator("h1 [data-state=abnormal]")).to_be_visible()
        page.get_by_role("button", name="Sync").click()
        expect(page.get_by_text("are as the file of shared says")).to_be_visible()
        expect(page.locator("h1 [data-state=online]")).to_be_visible()
        assert slot_pools.pools["aileron_shared"]["slots"] == 2
