"""Custom jobs, from here and over HTTP."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from plugins.api import Speaking
from plugins.history import History
from plugins.job_runs import CODE, FILES, SPEC, JobScheduler, begun, ended, scheduler, with_code
from plugins.workspaces import POOL

from aileron.client import Client, LocalClient
from aileron.client import records as r
from aileron.client.local import Installation
from aileron.core.access import Actor, Role
from aileron.core.errors import AileronError, Conflict, InvalidInput, NotFound, Refused, Unavailable
from aileron.ledger import NodeState, RunState

__all__ = ["scheduler", "with_code"]

pytestmark = pytest.mark.usefixtures("scheduler", "with_code")


@pytest.fixture
def role() -> Role:
    return Role.DEVELOPER


ALGORITHM = """apiVersion: aileron/v1
kind: Algorithm
name: stumps
modality: table
tasks: [classification]
command: python train.py
framework: xgboost
"""


def submitted(client: Client, name: str = "mine") -> tuple[r.Job, str]:
    job = client.submit_job(name, SPEC)
    assert job.run_id is not None
    return job, job.run_id


def test_a_job_is_submitted_and_waits(client: Client, scheduler: JobScheduler) -> None:
    job = client.submit_job("训练 1", SPEC, description="first")
    assert (job.name, job.description, job.state) == ("训练 1", "first", "queued")
    assert (job.framework, job.runner, job.nodes, job.pool) == ("other", "process", 1, None)
    assert job.spec["code"] == {"folder": CODE}
    ((dag, values),) = scheduler.asked
    assert dag == "default__custom_job"
    assert values["job"] == "训练 1"
    assert values["command"] == "python train.py"
    assert client.job_named("训练 1") == client.job(job.id)
    assert client.job_files(job.id) == r.JobFiles(total=0, size=0, files=())
    assert client.job_curves(job.id) == ()
    assert not client.job_log(job.id).ended


def test_a_job_runs_and_leaves_log_files_and_curves(
    client: Client, history: History, tmp_path: Path
) -> None:
    job, run_id = submitted(client)
    begun(history, run_id)
    assert client.job(job.id).state == client.jobs().jobs[0].state == "running"
    ended(history, run_id)
    over = client.job(job.id)
    assert (over.state, over.metrics, over.primary) == ("succeeded", {"accuracy": 0.9}, "accuracy")
    assert over.has_output
    assert over.has_log
    assert client.job_log(job.id).text == "000001 now hello\n"
    found = client.job_files(job.id)
    assert {one.path: one.size for one in found.files} == {k: len(v) for k, v in FILES.items()}
    assert (found.total, found.size) == (2, sum(map(len, FILES.values())))
    (curve,) = client.job_curves(job.id)
    assert (curve.name, [(p.step, p.value) for p in curve.points]) == (
        "loss", [(1, 0.5), (2, 0.25)],
    )  # fmt: skip
    one = client.download_job_file(job.id, "deep/model.txt", tmp_path / "model.txt")
    assert one == r.JobFile(path="deep/model.txt", size=7)
    assert (tmp_path / "model.txt").read_text() == "weights"
    with pytest.raises(NotFound, match="left no file nothing"):
        client.download_job_file(job.id, "nothing", tmp_path / "nothing")
    assert list(client.follow_job_log(job.id, pytest.fail)) == ["000001 now hello\n"]


def test_a_failed_job_keeps_what_it_left(client: Client, history: History) -> None:
    job, run_id = submitted(client)
    ended(history, run_id, NodeState.FAILED)
    assert client.job(job.id).state == "failed"
    assert client.job_files(job.id).total == 2


def test_jobs_are_listed_the_newest_first_page_by_page(client: Client) -> None:
    for number in range(3):
        submitted(client, f"job {number}")
    page = client.jobs(1, 1)
    assert (page.total, [job.name for job in page.jobs]) == (3, ["job 1"])
    assert [job.name for job in client.jobs().jobs] == ["job 2", "job 1", "job 0"]
    for offset, limit in ((-1, 1), (0, 0), (0, 201)):
        with pytest.raises(AileronError):
            client.jobs(offset, limit)


def test_a_draft_is_changed_and_then_run(client: Client, scheduler: JobScheduler) -> None:
    draft = client.submit_job("mine", SPEC, draft=True)
    assert (draft.state, draft.run_id, draft.submitted) == ("draft", None, None)
    assert scheduler.asked == []
    assert client.job_log(draft.id).ended
    changed = client.change_job(draft.id, "yours", {**SPEC, "hours": 2}, description="better")
    assert (changed.name, changed.description, changed.spec["hours"]) == ("yours", "better", 2)
    with pytest.raises(Conflict, match="not waiting or running"):
        client.stop_job(draft.id)
    assert client.start_job(draft.id).state == "queued"
    for again in (
        lambda: client.start_job(draft.id),
        lambda: client.change_job(draft.id, "x", SPEC),
    ):
        with pytest.raises(Conflict, match="submitted already"):
            again()
    assert len(scheduler.asked) == 1


def test_a_name_is_a_jobs_own_until_it_is_deleted(client: Client, history: History) -> None:
    job, run_id = submitted(client)
    with pytest.raises(Conflict, match="job named mine already"):
        submitted(client)
    with pytest.raises(Conflict, match="Stop it first"):
        client.delete_job(job.id)
    history.ledger.runs.finish(run_id, RunState.SUCCEEDED)
    client.delete_job(job.id)
    for look in (lambda: client.job(job.id), lambda: client.job_named("mine")):
        with pytest.raises(NotFound, match="There is no job"):
            look()
    assert client.jobs().total == 0
    assert submitted(client)[0].id > job.id


def test_a_clone_gets_the_next_free_name(client: Client) -> None:
    job, _ = submitted(client)
    assert client.clone_job(job.id).name == "mine 2"
    again = client.clone_job(job.id, draft=True)
    assert (again.name, again.state, again.spec) == ("mine 3", "draft", job.spec)
    assert client.clone_job(again.id, "other").name == "other"


def test_a_waiting_job_is_stopped_at_once(client: Client, scheduler: JobScheduler) -> None:
    job, run_id = submitted(client)
    stopped = client.stop_job(job.id)
    assert (stopped.state, stopped.stopping) == ("stopped", False)
    assert scheduler.failed == [run_id.split("/", 2)[2]]
    assert stopped.reason is not None
    assert stopped.reason.endswith("stopped it.")
    with pytest.raises(Conflict, match="nothing to stop"):
        client.stop_job(job.id)
    client.delete_job(job.id)


def test_a_running_job_is_left_to_its_task_which_keeps_what_it_has(
    client: Client, scheduler: JobScheduler, history: History
) -> None:
    job, run_id = submitted(client)
    begun(history, run_id)
    scheduler.working = True
    stopping = client.stop_job(job.id)
    assert (stopping.state, stopping.stopping, scheduler.failed) == ("running", True, [])
    assert client.stop_job(job.id).stopping
    ended(history, run_id, NodeState.FAILED)
    over = client.job(job.id)
    assert (over.state, over.stopping) == ("stopped", False)
    assert client.job_files(job.id).total == 2
    assert client.job_log(job.id).text


def test_a_run_of_any_kind_can_be_stopped(client: Client, history: History) -> None:
    run = history.begun("r1")
    stopped = client.stop_run(run.run_id)
    assert (stopped.state, stopped.failed_node) == ("stopped", None)
    assert stopped.stopping_by is not None


WRONG = (
    ({**SPEC, "command": ""}, "command"),
    ({**SPEC, "code": {"folder": "jobs/none"}}, "jobs/none"),
    ({**SPEC, "code": {"folder": "../../etc"}}, "etc"),
    ({**SPEC, "code": {"upload": "0" * 32}}, "0" * 32),
    ({**SPEC, "train_data": {"dataset": "nothing@v1"}}, "nothing"),
    ({**SPEC, "train_data": {"dataset": "fruit@v9"}}, "fruit"),
    ({**SPEC, "hours": 169}, "hours"),
    ({**SPEC, "env": {f"V{i}": "1" for i in range(101)}}, "env"),
    ({**SPEC, "colour": "red"}, "colour"),
    ({"command": "true"}, "code"),
)


@pytest.mark.parametrize(("spec", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_cannot_be_run_is_refused_and_not_kept(
    client: Client, scheduler: JobScheduler, spec: dict[str, object], said: str
) -> None:
    with pytest.raises((InvalidInput, NotFound), match=said):
        client.submit_job("mine", spec)
    assert client.jobs().total == 0
    assert scheduler.asked == []


@pytest.mark.parametrize("name", ["", " mine", "x" * 51, "good 🙂", "a\nb", "17"])
def test_names_are_short_and_plain(client: Client, name: str) -> None:
    with pytest.raises(InvalidInput, match="name"):
        client.submit_job(name, SPEC)


def test_a_job_that_airflow_does_not_take_is_no_job(
    client: Client, scheduler: JobScheduler
) -> None:
    draft = client.submit_job("draft", SPEC, draft=True)
    scheduler.away = True
    with pytest.raises(Unavailable):
        client.submit_job("mine", SPEC)
    with pytest.raises(Unavailable):
        client.start_job(draft.id)
    scheduler.away = False
    assert [job.state for job in client.jobs().jobs] == ["draft"]
    assert client.start_job(draft.id).state == "queued"


def test_a_draft_keeps_its_upload(client: Client, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("print(1)")
    sent = client.upload(tmp_path / "train.py")
    job = client.submit_job("mine", {**SPEC, "code": {"upload": sent.id}}, draft=True)
    assert job.spec["code"] == {"upload": sent.id}


@pytest.mark.parametrize("folder", ["configs/algorithms/secret/code", "./configs"])
def test_what_may_be_anothers_alone_is_no_code_of_a_job(
    client: Client, history: History, folder: str
) -> None:
    history.workspace.write("configs/algorithms/secret/code/train.py", "print(1)")
    spec = {**SPEC, "code": {"folder": folder}}
    for draft in (False, True):
        with pytest.raises(Refused, match="another's alone"):
            client.submit_job("mine", spec, draft=draft)
    with pytest.raises(Refused, match="another's alone"):
        client.start("custom_job", {"job": "mine", **spec})


def test_an_upload_of_another_project_is_no_code_either(
    client: Client, installation: Installation, scheduler: JobScheduler, tmp_path: Path
) -> None:
    (tmp_path / "train.py").write_text("print(1)")
    other = LocalClient(installation, Actor(name="wang", role=Role.DEVELOPER, project="lab"))
    code = {"upload": other.upload(tmp_path / "train.py").id}
    with pytest.raises(NotFound, match="upload"):
        client.submit_job("mine", {**SPEC, "code": code})
    with pytest.raises(NotFound, match="upload"):
        client.start("custom_job", {"job": "mine", **SPEC, "code": code})
    assert scheduler.asked == []


def test_only_an_operator_puts_a_model_in_the_place_of_a_champion(
    client: Client, installation: Installation, history: History, scheduler: JobScheduler
) -> None:
    job, run_id = submitted(client)
    ended(history, run_id)
    history.released(history.trained("r1"))
    with pytest.raises(Refused, match=r"model\.promote needs the role operator"):
        client.publish_job(job.id, "fruit", release=True)
    client.publish_job(job.id, "fruit")
    client.publish_job(job.id, "another", release=True)
    operator = LocalClient(installation, Actor(name="wang", role=Role.OPERATOR))
    operator.publish_job(job.id, "fruit", release=True)
    assert [dag for dag, _ in scheduler.asked[1:]] == [
        "default__job_registration", "default__job_release", "default__job_release",
    ]  # fmt: skip


def test_other_projects_are_told_that_they_have_no_jobs(
    installation: Installation, scheduler: JobScheduler
) -> None:
    lab = LocalClient(installation, Actor(name="wang", role=Role.ADMIN, project="lab"))
    acts = (
        lambda: lab.submit_job("mine", SPEC),
        lambda: lab.submit_job("mine", SPEC, draft=True),
        lambda: lab.start("job_release", {"run": "r", "model": "m"}),
        lambda: lab.build_image("mine", {"pip": ["six==1.17.0"]}),
    )
    for act in acts:
        with pytest.raises(Refused, match="in the project default only, and this is lab"):
            act()
    assert lab.jobs().total == 0
    assert scheduler.asked == []


def test_a_start_that_is_interrupted_leaves_no_job_that_waits_for_ever(
    installation: Installation, scheduler: JobScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = LocalClient(installation, Actor(name="li", role=Role.DEVELOPER))
    draft = client.submit_job("draft", SPEC, draft=True)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(scheduler, "trigger", interrupted)
    for act in (lambda: client.submit_job("mine", SPEC), lambda: client.start_job(draft.id)):
        with pytest.raises(KeyboardInterrupt):
            act()
    assert [(job.name, job.state) for job in client.jobs().jobs] == [("draft", "draft")]


def test_a_job_whose_start_was_killed_says_so_and_can_be_deleted(
    client: Client, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = history.ledger.jobs.add("default", "mine", SPEC)
    history.ledger.jobs.claim("default", made.id)
    assert client.job(made.id).state == "queued"
    monkeypatch.setattr("aileron.client.local.job_records.START_TIME", timedelta(0))
    over = client.job(made.id)
    assert (over.state, client.jobs().jobs[0].state) == ("failed", "failed")
    assert over.reason is not None
    assert "never ran" in over.reason
    client.delete_job(made.id)


def test_a_draft_that_is_no_job_any_more_stays_a_draft(client: Client, history: History) -> None:
    made = history.ledger.jobs.add("default", "old", {**SPEC, "colour": "red"})
    with pytest.raises(InvalidInput, match="colour"):
        client.start_job(made.id)
    assert client.job(made.id).state == "draft"


def test_pods_of_a_job_run_known_images_unless_an_operator_asks(
    client: Client, installation: Installation, history: History
) -> None:
    history.workspace.write("configs/pools/shared.yaml", POOL)
    operator = LocalClient(installation, Actor(name="wang", role=Role.OPERATOR))

    def spec(image: str) -> dict[str, object]:
        return {**SPEC, "runner": "kubernetes", "resources": {"pool": "shared", "image": image}}

    stranger = spec("registry.example.com/any:1")
    with pytest.raises(Refused, match=r"registry\.example\.com/any:1 is neither"):
        client.submit_job("mine", stranger, draft=True)
    values = {name: value for name, value in stranger.items() if name != "runner"}
    with pytest.raises(Refused, match="is neither"):
        client.start("custom_job_pods", {"job": "mine", **values})
    for number, image in enumerate(("vision@v1", "localhost/aileron-trainer:dev")):
        client.submit_job(f"mine {number}", spec(image), draft=True)
    operator.submit_job("theirs", stranger, draft=True)


class TestWhereOwnCodeRunsInPods:
    """``AILERON_JOBS=pods``: the platform's machine is for the code of operators."""

    @pytest.fixture(autouse=True)
    def only_pods(
        self, scheduler: JobScheduler, installation: Installation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        there = installation.settings.model_copy(update={"jobs": "pods"})
        monkeypatch.setattr(installation, "settings", there)

    def test_developers_run_nothing_on_the_machine(
        self, client: Client, history: History, scheduler: JobScheduler
    ) -> None:
        draft = history.ledger.jobs.add("default", "draft", SPEC)
        acts = (
            lambda: client.submit_job("mine", SPEC),
            lambda: client.submit_job("mine", SPEC, draft=True),
            lambda: client.start_job(draft.id),
            lambda: client.start("custom_job", {"job": "mine", **SPEC}),
            lambda: client.start("job_release", {"run": "r", "model": "m"}),
        )
        for act in acts:
            with pytest.raises(Refused, match="code runs in pods"):
                act()
        assert scheduler.asked == []
        client.start("job_registration", {"run": "r", "model": "m"})

    def test_nor_by_an_algorithm_that_they_registered(
        self, client: Client, history: History, scheduler: JobScheduler
    ) -> None:
        place = "configs/algorithms/stumps"
        history.workspace.write(f"{place}/algorithm.yaml", ALGORITHM)
        history.workspace.write(f"{place}/code/train.py", "print('accuracy=0.9')\n")
        history.workspace.lifecycle(
            "stumps",
            "apiVersion: aileron/v1\nkind: Lifecycle\nname: stumps\ndataset: fruit\n"
            "train: {algorithm: stumps}\npackage: false\nrelease: false\n",
        )
        client.start("stumps", {"seed": 1})
        history.ledger.algorithms.register("default", "stumps")
        history.ledger.algorithms.change("default", "stumps", online=True)
        with pytest.raises(Refused, match="code runs in pods"):
            client.start("stumps", {"seed": 1})
        assert [dag for dag, _ in scheduler.asked] == ["default__stumps"]

    def test_operators_do(self, installation: Installation) -> None:
        operator = LocalClient(installation, Actor(name="wang", role=Role.OPERATOR))
        assert operator.submit_job("mine", SPEC).state == "queued"


class TestAViewer:
    """Looks, and changes nothing."""

    @pytest.fixture
    def role(self) -> Role:
        return Role.VIEWER

    def test_may_only_look(self, client: Client, history: History, speaking: Speaking) -> None:
        made = history.ledger.jobs.add("default", "theirs", SPEC)
        assert client.job(made.id).name == "theirs"
        assert not client.job(made.id).permissions["job.stop"].allowed
        acts = (
            lambda: client.submit_job("mine", SPEC),
            lambda: client.start_job(made.id),
            lambda: client.stop_job(made.id),
            lambda: client.delete_job(made.id),
            lambda: client.clone_job(made.id),
            lambda: client.stop_run(history.begun("r1").run_id),
        )
        for act in acts:
            with pytest.raises(Refused, match="developer"):
                act()
