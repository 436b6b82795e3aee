"""Why a run ended is told in the language of who reads it, not of who ran it."""

from __future__ import annotations

import math
from typing import Any

from aileron.core.errors import NotFound, StepFailed
from aileron.core.phrase import phrase
from aileron.ledger import NodeState, RunState

CHINESE = {"Accept-Language": "zh-CN"}
BELOW = {
    "message_id": "evaluate.below_minimum",
    "values": {"metric": "roc_auc", "observed": 0.5, "wanted": 0.6},
    "sentence": "as it was said in English",
    "passed": False,
}


def reasons(api: Any, **headers: str) -> tuple[str, str]:
    """Of run r1 and of its stage `train`."""
    run = api.ask("viewer", "GET", "runs/default/fruit/r1", headers=headers).json()
    stages = {stage["node"]: stage["reason"] for stage in run["stages"]}
    return run["reason"], stages["train"]


def failed(api: Any, reason: Any) -> None:
    run = api.history.begun("r1")
    api.history.node(run, "train", "train.xgboost", state=NodeState.FAILED, reason=reason)
    api.history.finished(run, RunState.FAILED, reason)


def test_an_error_is_told_in_both_languages(api: Any) -> None:
    failed(api, NotFound("core.no_file", where="a.csv"))
    english = "a.csv: There is no such file. Check the path."
    assert reasons(api) == (english, english)
    chinese = "a.csv: 文件不存在。请检查路径。"
    assert reasons(api, **CHINESE) == (chinese, chinese)
    listed = api.ask("viewer", "GET", "lifecycles/fruit/runs", headers=CHINESE).json()
    assert listed[0]["reason"] == chinese
    overview = api.ask("viewer", "GET", "overview", headers=CHINESE).json()
    (trouble,) = [one for one in overview["broken"] if one["kind"] == "run"]
    assert chinese in trouble["sentence"]


def test_the_reasons_inside_a_reason_are_told_too(api: Any) -> None:
    failed(api, StepFailed("run.gate_refused", reasons=[BELOW]))
    english, _ = reasons(api)
    assert english.startswith("The gate refused the candidate: ")
    assert "roc_auc" in english
    assert "as it was said" not in english
    chinese, _ = reasons(api, **CHINESE)
    assert chinese.startswith("闸门拒绝了候选模型：")
    assert "The" not in chinese


def test_a_third_partys_gate_that_says_text_alone_is_quoted(api: Any) -> None:
    own = {"passed": False, "sentence": "Too loud."}
    failed(api, StepFailed("run.gate_refused", reasons=[own]))
    assert reasons(api, **CHINESE)[0] == "闸门拒绝了候选模型：Too loud."


def test_a_reason_that_is_unknown_here_stays_as_it_was_said(api: Any) -> None:
    run = api.history.begun("r1")
    reason = phrase("client.run_deleted")
    api.history.node(run, "train", "train.xgboost", state=NodeState.FAILED, reason=reason)
    api.history.finished(run, RunState.FAILED, reason)
    with api.history.ledger._database.transaction() as connection:
        for table, message in (("runs", "client.of_another_version"), ("nodes", "gone.away")):
            connection.exec_driver_sql(
                f"UPDATE {table} SET reason_message = reason_message || "
                f"jsonb_build_object('message_id', '{message}')"
            )
    assert reasons(api, **CHINESE) == (str(reason), str(reason))


def test_a_reason_of_before_there_were_messages_stays_as_it_was_said(api: Any) -> None:
    failed(api, "The disk is full.")
    assert reasons(api, **CHINESE) == ("The disk is full.", "The disk is full.")


def test_a_reason_with_values_that_no_ledger_can_keep_is_kept(api: Any) -> None:
    failed(api, NotFound("core.no_file", where="a\x00.csv", share=math.nan, path=("a", b"b")))
    assert reasons(api, **CHINESE)[0] == "a.csv: 文件不存在。请检查路径。"


def test_a_run_takes_the_reason_of_the_node_that_was_refused(api: Any) -> None:
    run = api.history.begun("r1")
    refusal = StepFailed("run.gate_refused", reasons=[BELOW])
    api.history.node(run, "train", "train.xgboost", state=NodeState.REJECTED, reason=refusal)
    row = api.history.ledger.nodes.get(run.run_id, "train")
    api.history.ledger.runs.finish(run.run_id, RunState.REJECTED, row)
    assert reasons(api, **CHINESE)[0] == reasons(api, **CHINESE)[1] == refusal.render("zh")
