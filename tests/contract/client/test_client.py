"""What every client promises, whether the installation is here or behind HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, timedelta

import pytest
from plugins.fake_airflow import ReadsAtOnce
from plugins.history import PAGE, History
from starlette.testclient import TestClient

from aileron.api.app import create_app
from aileron.api.identity import TokenIdentity
from aileron.client import Client, LocalClient, RemoteClient
from aileron.client import records as r
from aileron.client.local import Installation
from aileron.client.local import approvals as answering
from aileron.core.access import Actor, Role
from aileron.core.errors import Conflict, InvalidInput, NotFound, Refused, Unavailable
from aileron.ledger import RunState

ClientFor = Callable[[str], Client]


@pytest.fixture(params=["local", "remote"])
def client_for(
    request: pytest.FixtureRequest, history: History, installation: Installation
) -> Iterator[ClientFor]:
    """A client in the name of a person with that role."""
    if request.param == "local":
        yield lambda role: LocalClient(
            installation, Actor(name=f"a {role}", role=Role(role)), language="en"
        )
        return
    app = create_app(installation, TokenIdentity(history.ledger))
    with TestClient(app, base_url="http://api") as http:
        yield lambda role: RemoteClient("http://api", history.token(role), language="en", http=http)


@pytest.fixture
def client(client_for: ClientFor) -> Client:
    return client_for("admin")


def test_it_says_who_asks_and_what_they_may(client_for: ClientFor) -> None:
    session = client_for("developer").session()
    assert (session.actor, session.role, session.project) == ("a developer", "developer", "default")
    assert session.permissions["lifecycle.run"].allowed
    assert not session.permissions["model.promote"].allowed
    assert session.permissions["model.promote"].needs == "operator"


def test_an_installation_without_a_past_is_empty_and_no_error(client: Client) -> None:
    (flow,) = client.lifecycles()
    assert (flow.name, flow.kind, flow.dataset, flow.last_run) == (
        "fruit",
        "Lifecycle",
        "fruit",
        None,
    )
    assert client.runs("fruit") == ()
    assert (client.models(), client.services(), client.approvals()) == ((), (), ())
    (dataset,) = client.datasets()
    assert (dataset.name, dataset.latest, dataset.versions) == ("fruit", None, 0)
    overview = client.overview()
    assert overview.counts == r.Counts(lifecycles=1, models=0, services=0, datasets=1)
    assert [trouble.subject for trouble in overview.broken] == ["gateway"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda c: c.lifecycle("nothing"),
        lambda c: c.run("default/fruit/nothing"),
        lambda c: c.node_log("default/fruit/nothing", "train"),
        lambda c: c.run_report("default/fruit/nothing"),
        lambda c: c.compare_runs("fruit", ["one", "two"]),
        lambda c: c.answer("default/fruit/nothing", approved=True),
        lambda c: c.answer("nothing", approved=True),
        lambda c: c.model("nothing"),
        lambda c: c.compare_versions("nothing", 1, 2),
        lambda c: c.version_report("nothing", 1),
        lambda c: c.promote("nothing", 1),
        lambda c: c.rollback("nothing"),
        lambda c: c.service("nothing"),
        lambda c: c.service_logs("nothing"),
        lambda c: c.sample("nothing"),
        lambda c: c.try_service("nothing", {}),
        lambda c: c.stop_service("nothing"),
        lambda c: c.start_service("nothing"),
        lambda c: c.scale_service("nothing", 2),
        lambda c: c.delete_service("nothing"),
        lambda c: c.dataset("nothing"),
        lambda c: c.diff_dataset("fruit", 1, 2),
        lambda c: c.component("train.nothing"),
        lambda c: c.revoke_token("abc"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(
    client: Client, ask: Callable[[Client], object]
) -> None:
    with pytest.raises(NotFound) as caught:
        ask(client)
    assert len(str(caught.value)) > 20


def test_a_lifecycle_shows_its_stages_and_its_form(client: Client) -> None:
    flow = client.lifecycle("fruit")
    names = [stage.node for stage in flow.stages]
    assert names[0] == "ingest"
    assert names.index("split") < names.index("train") < names.index("gate") < len(names)
    strength = flow.form.properties["train.parameters.C"]
    assert (strength["type"], strength["default"], strength["title"]) == (
        "number", 0.5, "Inverse penalty",
    )  # fmt: skip
    assert strength["description"]
    assert set(flow.form.order) == set(flow.form.properties)
    assert (flow.model, flow.service) == ("fruit", "fruit")


def test_a_broken_yaml_is_listed_with_its_problem(client: Client, history: History) -> None:
    history.workspace.edit("fruit", "dataset: fruit", "datset: fruit")
    (flow,) = client.lifecycles()
    assert "did you mean dataset?" in (flow.problem or "")
    (trouble,) = [t for t in client.overview().broken if t.kind == "lifecycle"]
    assert trouble.link == "/lifecycles/fruit"
    history.workspace.edit("fruit", "datset: fruit", "dataset: fruit")
    assert client.lifecycles()[0].problem is None


def test_values_that_do_not_fit_are_refused_before_anything_starts(client: Client) -> None:
    with pytest.raises(InvalidInput, match="C"):
        client.start("fruit", {"train.parameters.C": -1})
    with pytest.raises(InvalidInput, match="depth"):
        client.start("fruit", {"train.parameters.depth": 3})
    assert client.runs("fruit") == ()


def test_a_run_is_shown_with_stages_and_results(client: Client, history: History) -> None:
    run = history.finished(history.trained("r1", 0.9))
    shown = client.run(run.run_id)
    assert (shown.state, shown.finished, shown.actor) == ("succeeded", True, "zhang")
    states = {stage.node: stage.state for stage in shown.stages}
    assert (states["train"], states["boot_check"], states["release"]) == (
        "succeeded", "skipped", "skipped",
    )  # fmt: skip
    train = next(stage for stage in shown.stages if stage.node == "train")
    assert (train.seconds, train.has_log, train.attempt) == (1.5, True, 1)
    assert train.title.zh
    assert shown.facts.metrics == {"roc_auc": 0.9, "accuracy": 0.8}
    assert (shown.facts.primary, shown.facts.model_version) == ("roc_auc", 1)
    assert shown.facts.dataset_version == "default/fruit@v1"
    assert (shown.facts.has_report, shown.facts.has_validation) == (True, True)


def test_runs_are_listed_the_newest_first_with_their_stages(
    client: Client, history: History
) -> None:
    history.finished(history.trained("r1", 0.8))
    history.trained("r2", 0.9)
    rows = client.runs("fruit")
    assert [row.airflow_run_id for row in rows] == ["r2", "r1"]
    states = {stage.node: stage.state for stage in rows[0].stages}
    assert (states["train"], states["release"]) == ("succeeded", "pending")
    assert rows[1].metrics == {"roc_auc": 0.8, "accuracy": pytest.approx(0.7)}
    assert [row.airflow_run_id for row in client.runs("fruit", limit=1)] == ["r2"]


def test_a_failed_run_says_why_and_is_among_the_troubles(client: Client, history: History) -> None:
    run = history.finished(history.begun("r1"), RunState.FAILED, "The disk is full.")
    shown = client.run(run.run_id)
    assert (shown.state, shown.reason, shown.failed_node) == (
        "failed",
        "The disk is full.",
        "train",
    )
    (trouble,) = [t for t in client.overview().broken if t.kind == "run"]
    assert "The disk is full." in trouble.sentence
    assert "train" in trouble.action


def test_runs_are_compared_line_by_line(client: Client, history: History) -> None:
    history.finished(history.trained("r1", 0.8))
    history.workspace.edit("fruit", "C: 0.5", "C: 0.25")
    history.forget_plan()
    history.finished(history.trained("r2", 0.9))
    found = client.compare_runs("fruit", ["r1", "r2"])
    rows = {(row.group, row.name): row for row in found.rows}
    assert rows["parameter", "train.C"].values == (0.5, 0.25)
    assert rows["parameter", "train.C"].differs
    assert rows["metric", "roc_auc"].values == (0.8, 0.9)
    assert not rows["dataset", "dataset_version"].differs
    assert [run.airflow_run_id for run in found.runs] == ["r1", "r2"]


@pytest.mark.parametrize("count", [1, 11])
def test_one_run_or_too_many_are_not_compared(client: Client, count: int) -> None:
    with pytest.raises(InvalidInput):
        client.compare_runs("fruit", ["r1"] * count)


def test_a_log_is_read_piece_by_piece(client: Client, history: History) -> None:
    run = history.trained("r1")
    piece = client.node_log(run.run_id, "train")
    assert (piece.text, piece.ended) == ("000001 T round 1\n", True)
    rest = client.node_log(run.run_id, "train", piece.next_offset)
    assert (rest.text, rest.next_offset) == ("", piece.next_offset)
    assert client.node_log(run.run_id, "release").ended is False
    with pytest.raises(NotFound, match="train"):
        client.node_log(run.run_id, "nothing")


def test_the_log_of_a_running_stage_grows(client: Client, history: History) -> None:
    from aileron.run.live import label

    run = history.begun("r1")
    history.ledger.nodes.begin(run.run_id, "train", "train.xgboost", "key")
    folder = history.settings.home / "run" / "work" / "one"
    (folder / "log").mkdir(parents=True)
    label(folder, run.run_id, "train")
    log = folder / "log" / "log.txt"
    log.write_text("000001 T one\n000002 T tw")
    piece = client.node_log(run.run_id, "train")
    assert (piece.text, piece.ended) == ("000001 T one\n", False)
    log.write_text("000001 T one\n000002 T two\n")
    assert client.node_log(run.run_id, "train", piece.next_offset).text == "000002 T two\n"


def test_reports_are_handed_on_as_they_are(client: Client, history: History) -> None:
    run = history.trained("r1")
    assert client.run_report(run.run_id) == PAGE
    assert client.version_report("fruit", 1) == PAGE
    assert client.run_validation(run.run_id) == "<p>valid</p>"


def test_what_waits_for_a_person_is_listed_with_the_gates_reasons(
    client_for: ClientFor, history: History
) -> None:
    run = history.asking("r1")
    (approval,) = client_for("viewer").approvals()
    assert (approval.run_id, approval.model, approval.by) == (run.run_id, "fruit", "zhang")
    assert "roc_auc" in approval.reasons[0].sentence
    assert approval.permissions["approval.answer"].needs == "operator"
    shown = client_for("viewer").run(run.run_id)
    assert shown.approval is not None
    assert client_for("viewer").overview().waiting == (approval,)


def test_a_run_that_asks_nothing_cannot_be_answered(client: Client, history: History) -> None:
    run = history.trained("r1")
    with pytest.raises(NotFound, match="asks nothing"):
        client.answer(run.run_id, approved=True)


def test_the_first_decision_stands(client: Client, history: History) -> None:
    from aileron.deploy.approve import record_decision

    run = history.asking("r1")
    record_decision(history.ledger, "default", run.run_id, approved=True, by="li")
    with pytest.raises(Conflict, match="li already decided"):
        client.answer(run.run_id, approved=False)
    assert client.approvals() == ()


class Deaf(ReadsAtOnce):
    """An Airflow that asks, and is away when it is to be answered."""

    def __init__(self) -> None:
        self.away = True
        self.told: list[tuple[str, str]] = []

    def await_question(self, *_: object) -> None:
        """It asks."""

    def respond(self, dag: str, run: str, task: str, option: str, comment: str) -> None:
        if self.away:
            raise Unavailable("client.airflow_down", url="-", problem="-")
        self.told.append((option, comment))

    def close(self) -> None:
        """Nothing is open."""


def test_a_decision_that_did_not_reach_airflow_is_passed_on_by_saying_it_again(
    client: Client,
    history: History,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    airflow, run = Deaf(), history.asking("r1")
    installation.__dict__["airflow"] = airflow
    with pytest.raises(Unavailable):
        client.answer(run.run_id, approved=True, comment="good")
    assert client.approvals() == (), "it may be on its way"
    monkeypatch.setattr(answering, "PASSED_ON", timedelta(0))
    assert [one.run_id for one in client.approvals()] == [run.run_id]
    airflow.away = False
    with pytest.raises(Conflict, match="already decided"):
        client.answer(run.run_id, approved=False)
    assert client.answer(run.run_id, approved=True).comment == "good"
    assert airflow.told == [("Approve", "good")]


def test_a_model_shows_versions_verdicts_and_releases(client: Client, history: History) -> None:
    first = history.finished(history.trained("r1", 0.8))
    history.released(first, actor="li")
    history.finished(history.trained("r2", 0.9))
    (brief,) = client.models()
    assert (brief.name, brief.champion, brief.versions, brief.latest) == ("fruit", 1, 2, 2)
    assert (brief.primary, brief.by, brief.service) == ("roc_auc", "li", "fruit")
    assert brief.metrics == {"roc_auc": 0.8, "accuracy": pytest.approx(0.7)}
    model = client.model("fruit")
    assert model.champion is not None
    assert (model.champion.version, model.champion.fence) == (1, 1)
    second, one = model.versions
    assert (second.version, second.champion, second.promotable) == (2, False, True)
    assert (one.champion, one.promotable, one.dataset_version) == (True, False, "default/fruit@v1")
    assert second.verdict is not None
    assert second.verdict.accepted
    assert "at least 0.6" in second.verdict.reasons[0].sentence
    assert [release.version for release in model.releases] == [1]
    assert model.rollback_to is None


def test_versions_are_compared_line_by_line(client: Client, history: History) -> None:
    history.finished(history.trained("r1", 0.8))
    history.finished(history.trained("r2", 0.9))
    rows = {(row.group, row.name): row for row in client.compare_versions("fruit", 1, 2).rows}
    auc = rows["metric", "roc_auc"]
    assert (auc.a, auc.b, auc.differs) == (0.8, 0.9, True)
    assert not rows["parameter", "train.C"].differs


def test_a_promotion_against_another_champion_names_who_was_first(
    client: Client, history: History
) -> None:
    history.released(history.finished(history.trained("r1", 0.8)))
    history.released(history.finished(history.trained("r2", 0.9)), actor="li")
    for act in (lambda: client.promote("fruit", 1, 1), lambda: client.rollback("fruit", 1)):
        with pytest.raises(Conflict, match="li made version 2 of default/fruit the champion"):
            act()


def test_a_service_shows_revisions_schema_and_a_sample(client: Client, history: History) -> None:
    history.released(history.finished(history.trained("r1")))
    (brief,) = client.services()
    assert (brief.name, brief.state, brief.contract, brief.model_version) == (
        "fruit", "serving", "table", 1,
    )  # fmt: skip
    service = client.service("fruit")
    assert [feature.name for feature in service.service_schema.features] == ["weight", "colour"]
    assert service.service_schema.features[1].categories == ("red", "blue")
    assert (service.revisions[0].weight, service.revisions[0].state) == (100, "healthy")
    assert service.traffic is None, "no gateway runs"
    body = {"data": [{"weight": 1}], "include_req": False}
    assert client.sample("fruit") == r.Sample(path="predict", body=body)
    with pytest.raises(Unavailable, match="gateway"):
        client.try_service("fruit", {"data": []})


def test_a_service_stops_and_starts(client: Client, history: History) -> None:
    history.released(history.finished(history.trained("r1")))
    assert client.stop_service("fruit").desired == "stopped"
    assert client.services()[0].state == "stopped"
    assert client.start_service("fruit").desired == "running"


def test_a_process_has_one_replica(client: Client, history: History) -> None:
    history.released(history.finished(history.trained("r1")))
    service = client.service("fruit")
    assert (service.target, service.replicas, service.pool) == ("process", 1, None)
    with pytest.raises(Refused, match="one process"):
        client.scale_service("fruit", 2)


def test_a_stopped_service_is_deleted(client: Client, history: History) -> None:
    history.released(history.finished(history.trained("r1")))
    with pytest.raises(Refused, match="Stop it first"):
        client.delete_service("fruit")
    client.stop_service("fruit")
    client.delete_service("fruit")
    assert client.services() == ()
    with pytest.raises(NotFound):
        client.start_service("fruit")


def test_a_services_log_is_followed_by_its_end(client: Client, history: History) -> None:
    from aileron.deploy.places import Place

    history.released(history.finished(history.trained("r1")))
    log = Place.of(history.settings.home, "default", "fruit", 1).log
    log.parent.mkdir(parents=True)
    log.write_text("one\ntwo\nthree\n")
    piece = client.service_logs("fruit", lines=2)
    assert (piece.text, piece.revision) == ("two\nthree\n", 1)
    log.write_text("one\ntwo\nthree\nfour\n")
    assert client.service_logs("fruit", after=piece.next).text == "four\n"


def test_two_versions_of_a_dataset_differ_in_rows_columns_and_labels(
    client: Client, history: History
) -> None:
    history.dataset_version(1, {"a": ("1", "pear"), "b": ("2", "plum"), "c": ("3", "plum")})
    history.dataset_version(2, {"a": ("1", "pear"), "b": ("9", "pear"), "d": ("4", "plum")})
    found = client.diff_dataset("fruit", 1, 2)
    assert found.rows == r.RowChanges(before=3, after=3, added=1, removed=1, changed=1, kept=1)
    assert (found.columns.added, found.columns.removed) == (("c2",), ("c1",))
    assert found.classes == (
        r.ClassChange(label="pear", before=1, after=2),
        r.ClassChange(label="plum", before=2, after=1),
    )
    shown = client.dataset("fruit")
    assert [version.version for version in shown.history] == [2, 1]
    assert (shown.latest, shown.history[0].rows) == (2, 3)


def test_the_installed_steps_are_listed_and_described(client: Client) -> None:
    names = {component.name: component for component in client.components()}
    assert names["train.xgboost"].kind == "component"
    step = client.component("train.xgboost")
    assert step.inputs["dataset"].kind == "dataset"
    assert "max_depth" in step.config["properties"]


def test_changes_are_told_with_their_actor(client: Client, history: History) -> None:
    history.released(history.finished(history.trained("r1")), actor="li")
    (event,) = client.events("champion:default/fruit")
    assert (event.verb, event.after["version"]) == ("champion.set", 1)
    assert len(client.events(limit=3)) == 3


def test_changes_are_found_by_verb_actor_and_time(client: Client, history: History) -> None:
    history.released(history.finished(history.trained("r1")), actor="li")
    run = history.finished(history.begun("r2", actor="wang"))
    assert {event.verb for event in client.events(verb="champion.set")} == {"champion.set"}
    runs = client.events(verb="run")
    assert {event.verb for event in runs} == {"run.started", "run.planned", "run.succeeded"}
    assert len(runs) > len(client.events(f"run:{run.run_id}", verb="run")) == 3
    assert {event.actor for event in client.events(actor="wang")} == {"wang"}
    assert client.events(verb="champion", actor="wang") == ()
    assert client.events(verb="run_", limit=1000) == (), "it is no pattern"
    newest, *rest = client.events()
    assert client.events(since=newest.time) == (newest,)
    assert client.events(until=newest.time) == tuple(rest)
    in_utc = newest.time.astimezone(UTC).replace(tzinfo=None)
    assert client.events(since=in_utc) == (newest,), "without an offset a time is UTC"


def test_a_token_is_made_listed_and_revoked_in_the_askers_name(client: Client) -> None:
    made = client.create_token("edge", Role.VIEWER, days=None)
    assert made.secret.startswith("ail_")
    (shown,) = [token for token in client.tokens() if token.id == made.id]
    assert (shown.name, shown.created_by, shown.expires) == ("edge", "a admin", None)
    assert not hasattr(shown, "secret")
    assert client.revoke_token(made.id).state == "revoked"
    assert client.revoke_token(made.id).state == "revoked"


def test_acts_are_recorded_under_the_name_of_who_asked(
    client_for: ClientFor, history: History
) -> None:
    history.released(history.finished(history.trained("r1")))
    client_for("operator").stop_service("fruit")
    event = client_for("viewer").events("service:default/fruit")[0]
    assert (event.actor, event.after) == ("a operator", {"desired": "stopped"})


def test_another_projects_things_are_not_shown(client_for: ClientFor, history: History) -> None:
    history.ledger.runs.start("other/fruit/r1", "other", "fruit", "zhang", "r1")
    client = client_for("admin")
    assert client.runs("fruit") == ()
    assert client.run("other/fruit/r1").project == "other", "an administrator of all may look"


def test_a_token_of_one_project_sees_no_other(
    request: pytest.FixtureRequest, history: History, installation: Installation
) -> None:
    history.ledger.runs.start("other/fruit/r1", "other", "fruit", "zhang", "r1")
    mine = Actor(name="li", role=Role.ADMIN, project="default")
    client = LocalClient(installation, mine, language="en")
    with pytest.raises(Refused, match="default alone"):
        client.run("other/fruit/r1")
