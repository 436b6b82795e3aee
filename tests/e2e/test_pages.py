"""Airflow's and MLflow's pages in a real browser, as a user sees and uses them.

Screenshots of every stop are kept in pytest's folder of this session (`pages0`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from plugins.browser import person
from plugins.command import Command

from aileron.client.airflow import AirflowClient
from aileron.core.settings import Settings
from aileron.ledger import Ledger
from aileron.registry.mlflow_rest import MODEL_VIEW, Mlflow

WINDOW = {"width": 1440, "height": 1000}


@pytest.fixture(scope="module")
def session(browser: Browser) -> Iterator[BrowserContext]:
    """One user's browser session."""
    with person(browser, viewport=WINDOW, locale="en-US") as session:
        yield session


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def logged_in(session: BrowserContext, stack_settings: Settings, pictures: Path) -> str:
    """The session has logged in to Airflow by its form; the address."""
    url = stack_settings.require("airflow_url")
    assert stack_settings.airflow_login_file is not None
    login = json.loads(stack_settings.airflow_login_file.read_text(encoding="utf-8"))
    page = session.new_page()
    page.goto(url)
    page.get_by_label("Username").fill(login["username"])
    page.locator("input[type=password]").fill(login["password"])
    page.screenshot(path=pictures / "login.png")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Dags")).to_be_visible()
    page.close()
    return url


@pytest.fixture
def page(session: BrowserContext, pictures: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A new tab; what it last showed is kept."""
    page = session.new_page()
    yield page
    page.screenshot(path=pictures / f"{request.node.name}.png")
    page.close()


@pytest.fixture(scope="module")
def trained(aileron: Command) -> dict[str, Any]:
    """What the run of `small` as it is written says."""
    answer: dict[str, Any] = aileron("lifecycle", "run", "small", "--wait", "--json").json
    return answer


def follow(settings: Settings, dag: str, run_id: str) -> str:
    """Airflow's verdict on the run."""
    with AirflowClient.of(settings) as airflow:
        for run, _ in airflow.follow(dag, run_id):
            state = run.state
    return state


def open_section(form: Locator, title: str) -> None:
    form.get_by_role("button", name=title).click()


def test_lifecycles_are_listed_by_their_names(page: Page, logged_in: str) -> None:
    page.goto(f"{logged_in}/dags")
    expect(page.get_by_role("link", name="Breast cancer (Wisconsin)")).to_be_visible()
    link = page.get_by_role("link", name="小型示例")
    expect(link).to_have_attribute("href", re.compile("dags/default__small"))
    expect(page.get_by_text("Import Error")).to_have_count(0)


def test_a_form_value_reaches_the_training_and_mlflow(
    page: Page,
    logged_in: str,
    pictures: Path,
    trained: dict[str, Any],
    aileron: Command,
    stack_settings: Settings,
    stack_ledger: Ledger,
) -> None:
    page.goto(f"{logged_in}/dags/default__small")
    for task in ("plan", "ingest", "version", "learn", "track", "register", "bundle", "release"):
        expect(page.get_by_text(task, exact=True).first).to_be_visible()
    page.get_by_role("button", name="Trigger").first.click()
    form = page.get_by_role("dialog")
    for section in ("Split", "Evaluation", "Gate", "Training, another algorithm", "Run"):
        expect(form.get_by_role("button", name=section, exact=True)).to_be_visible()
    open_section(form, "Training (logistic_regression)")
    expect(form.get_by_text("Inverse penalty")).to_be_visible()
    expect(form.get_by_text("smaller is a stronger penalty")).to_be_visible()
    strength = form.locator("input[name=element_C]")
    expect(strength).to_have_value("1")
    strength.fill("0.25")
    strength.press("Tab")
    page.screenshot(path=pictures / "form.png")
    form.get_by_role("button", name="Trigger", exact=True).click()
    page.wait_for_url(re.compile("/runs/manual__"))
    airflow_run = page.url.rpartition("/runs/")[2].partition("?")[0]
    assert follow(stack_settings, "default__small", airflow_run) == "success"
    expect(page.get_by_text("Success").first).to_be_visible()

    assert stack_ledger.runs.get(f"default/small/{airflow_run}").actor == "admin"
    facts = aileron("lifecycle", "show", "small", airflow_run, "--json").json
    with Mlflow.of(stack_settings) as mlflow:
        assert parameters(mlflow, facts["mlflow_run_id"])["C"] == "0.25"
        assert parameters(mlflow, trained["mlflow_run_id"])["C"] == "1.0"


def parameters(mlflow: Mlflow, run_id: str) -> dict[str, str]:
    data = mlflow._get("runs/get", run_id=run_id)["run"]["data"]
    return {parameter["key"]: parameter["value"] for parameter in data["params"]}


def test_a_release_is_approved_on_the_page_of_required_actions(
    page: Page,
    logged_in: str,
    pictures: Path,
    aileron: Command,
    stack_settings: Settings,
    stack_ledger: Ledger,
) -> None:
    """Another subject makes the approval, and nothing before it, be asked anew."""
    subject = "Shall the browser say yes?"
    words = ("lifecycle", "run", "asks", "--json", "--set", f"approve.subject={subject}")
    run_id = aileron(*words).json["run_id"]
    airflow_run = run_id.rpartition("/")[2]
    actions = f"{logged_in}/dags/default__asks/runs/{airflow_run}/tasks/approve/required_actions"
    with AirflowClient.of(stack_settings) as airflow:
        for _, tasks in airflow.follow("default__asks", airflow_run):
            if any(
                t.name == "approve" and t.state in ("awaiting_input", "deferred") for t in tasks
            ):
                break
    page.goto(actions)
    expect(page.get_by_text(subject)).to_be_visible()
    expect(page.get_by_text("at least 0.8 as wanted")).to_be_visible()
    page.locator("input[name=element_comment]").fill("seen and found good")
    page.screenshot(path=pictures / "approval.png")
    page.get_by_role("button", name="Approve").click()
    assert follow(stack_settings, "default__asks", airflow_run) == "success"
    assert stack_ledger.runs.get(run_id).state == "succeeded"
    approval = stack_ledger.nodes.get(run_id, "approve")
    assert approval is not None
    assert approval.state == "succeeded"


def experiment(settings: Settings, name: str) -> str:
    """The page of an experiment."""
    with Mlflow.of(settings) as mlflow:
        number = mlflow.experiment(name)
    assert number is not None
    return f"{settings.mlflow_url}/#/experiments/{number}"


def test_two_runs_stand_side_by_side_in_mlflow(
    page: Page, trained: dict[str, Any], stack_settings: Settings
) -> None:
    page.goto(f"{experiment(stack_settings, 'default/small')}?{MODEL_VIEW}")
    unticked = page.get_by_role("checkbox", name="toggle row selection (unchecked)")
    expect(unticked.nth(1)).to_be_visible()
    before = unticked.count()
    for _ in range(2):
        unticked.first.check()
    expect(unticked).to_have_count(before - 2)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("Comparing 2 Runs from 1 Experiment")).to_be_visible()
    for row in ("C 0.25 ", "max_iter 1000 1000", "aileron.dataset_version 1 1"):
        expect(page.get_by_role("row", name=re.compile(f"^{re.escape(row)}"))).to_be_visible()
    for metric in ("accuracy", "train_log_loss"):
        expect(page.get_by_role("link", name=metric, exact=True)).to_be_visible()


def test_a_run_shows_its_evaluation_report(
    page: Page, trained: dict[str, Any], stack_settings: Settings
) -> None:
    url = f"{experiment(stack_settings, 'default/small')}/runs/{trained['mlflow_run_id']}"
    page.goto(f"{url}/artifacts?{MODEL_VIEW}")
    page.get_by_text("report", exact=True).click()
    page.get_by_text("report.html", exact=True).click()
    report = page.frame_locator("iframe").locator("body")
    expect(report).to_contain_text("Evaluation on the 30 rows of the part test")
    expect(report).to_contain_text("Confusion matrix")


def test_metrics_by_round_are_charts(
    page: Page, aileron: Command, stack_settings: Settings
) -> None:
    facts = aileron("lifecycle", "run", "rounds", "--wait", "--json", code=3).json
    url = f"{experiment(stack_settings, 'default/rounds')}/runs/{facts['mlflow_run_id']}"
    page.goto(f"{url}/model-metrics?{MODEL_VIEW}")
    for name in ("train_log_loss", "validation_log_loss"):
        expect(page.get_by_text(f"(rounds/{name})")).to_be_visible()
    expect(page.locator(".js-plotly-plot .scatterlayer .point").nth(11)).to_be_attached()
