"""Jobs, and runs that are to end, in a real database."""

from __future__ import annotations

import pytest

from aileron.core.errors import Conflict, NotFound
from aileron.ledger import Ledger, NodeState, RunState

SPEC = {"command": "python train.py"}
RUN = "default/custom_job/r1"


def test_a_job_is_a_draft_until_it_is_submitted(ledger: Ledger) -> None:
    draft = ledger.acting("ann").jobs.add("default", "mine", SPEC, "first")
    assert (draft.run_id, draft.submitted, draft.created_by) == (None, None, "ann")
    changed = ledger.jobs.change("default", draft.id, "yours", {"command": "true"}, "")
    assert ledger.jobs.get("default", draft.id) == changed
    assert ledger.jobs.drafts() == [changed]
    ledger.jobs.claim("default", draft.id)
    for again in (
        lambda: ledger.jobs.claim("default", draft.id),
        lambda: ledger.jobs.change("default", draft.id, "x", SPEC, ""),
    ):
        with pytest.raises(Conflict, match="submitted already"):
            again()
    done = ledger.jobs.submitted("default", draft.id, RUN)
    assert (done.run_id, done.submitted is not None) == (RUN, True)
    assert ledger.jobs.of_run(RUN) == done
    assert ledger.jobs.drafts() == []
    verbs = [event.verb for event in ledger.events.list("default", f"job:default/{draft.id}")]
    assert verbs == ["job.submitted", "job.changed", "job.created"]


def test_a_claim_that_came_to_nothing_is_taken_back(ledger: Ledger) -> None:
    draft = ledger.jobs.add("default", "mine", SPEC)
    ledger.jobs.claim("default", draft.id)
    ledger.jobs.release("default", draft.id)
    assert ledger.jobs.claim("default", draft.id).submitted is not None


def test_a_name_is_one_jobs_in_its_project_until_that_is_deleted(ledger: Ledger) -> None:
    first = ledger.jobs.add("default", "mine", SPEC)
    ledger.jobs.add("other", "mine", SPEC)
    second = ledger.jobs.add("default", "theirs", SPEC)
    for taken in (
        lambda: ledger.jobs.add("default", "mine", SPEC),
        lambda: ledger.jobs.change("default", second.id, "mine", SPEC, ""),
    ):
        with pytest.raises(Conflict, match="job named mine already"):
            taken()
    ledger.jobs.delete("default", first.id)
    again = ledger.jobs.add("default", "mine", SPEC)
    assert ledger.jobs.named("default", "mine") == again
    assert [job.id for job in ledger.jobs.list("default")] == [again.id, second.id]
    assert ledger.jobs.count("default") == 2


def test_a_job_of_another_project_is_not_there(ledger: Ledger) -> None:
    job = ledger.jobs.add("other", "mine", SPEC)
    for look in (ledger.jobs.get, ledger.jobs.claim, ledger.jobs.delete):
        with pytest.raises(NotFound, match=f"no job {job.id}"):
            look("default", job.id)


def begun(ledger: Ledger) -> None:
    ledger.runs.start(RUN, "default", "custom_job", "ann", "r1")
    ledger.nodes.begin(RUN, "job", "train.job", "key")


def test_a_run_that_is_to_end_and_fails_was_stopped(ledger: Ledger) -> None:
    begun(ledger)
    asked = ledger.acting("wu").runs.ask_stop(RUN)
    assert (asked.state, asked.stopping_by) == (RunState.RUNNING, "wu")
    assert ledger.acting("li").runs.ask_stop(RUN).stopping_by == "wu"
    over = ledger.runs.finish(RUN, RunState.FAILED, "it was cancelled", "job")
    assert (over.state, over.failed_node) == (RunState.STOPPED, None)
    assert over.why("en") == "wu stopped it."
    assert over.why("zh") == "wu 停止了它。"
    with pytest.raises(Conflict, match="nothing to stop"):
        ledger.runs.ask_stop(RUN)


def test_a_run_that_succeeds_before_it_is_stopped_has_succeeded(ledger: Ledger) -> None:
    begun(ledger)
    ledger.runs.ask_stop(RUN)
    assert ledger.runs.finish(RUN, RunState.SUCCEEDED).state is RunState.SUCCEEDED


def test_a_stopped_run_that_is_begun_anew_is_not_to_end(ledger: Ledger) -> None:
    begun(ledger)
    ledger.runs.ask_stop(RUN)
    ledger.nodes.finish(RUN, "job", NodeState.FAILED)
    ledger.runs.finish(RUN, RunState.FAILED)
    ledger.nodes.begin(RUN, "job", "train.job", "key", attempt=2)
    again = ledger.runs.get(RUN)
    assert (again.state, again.stopping_by) == (RunState.RUNNING, None)


def test_a_run_that_begins_its_first_node_is_still_to_end(ledger: Ledger) -> None:
    ledger.runs.start(RUN, "default", "custom_job", "ann", "r1")
    ledger.runs.ask_stop(RUN)
    ledger.nodes.begin(RUN, "job", "train.job", "key")
    assert ledger.runs.get(RUN).stopping_by is not None
