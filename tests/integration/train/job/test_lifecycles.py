"""Lifecycles that learn by own code: parts of the split, the job's figures, the gate."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from plugins.own_jobs import Jobs
from plugins.picture_folders import lay_out, two_classes

from aileron.run.outcome import NodeOutcome

SCRIPTS = Path(__file__).parent / "scripts"
ROOT = Path(__file__).parents[4]
LIFECYCLE = """\
apiVersion: aileron/v1
kind: Lifecycle
name: fruit
dataset: fruit
train:
  job:
    command: python fruit_xgboost.py
    framework: xgboost
    code: {folder: code}
gate:
  thresholds:
    roc_auc: {min: 0}
    rows: {min: 70}
  champion: {higher_is_better: true}
package: false
release: false
"""
LEARNING = ("ingest", "validate", "split", "train", "evaluate", "gate")


def learn(jobs: Jobs, **values: Any) -> dict[str, NodeOutcome]:
    plan = jobs.plan("fruit", **values)
    return {node: jobs.execute(plan, node) for node in LEARNING}


def verdict(jobs: Jobs, outcomes: dict[str, NodeOutcome]) -> dict[str, Any]:
    found: dict[str, Any] = jobs.store.read_json(
        outcomes["gate"].outputs["verdict"], "verdict.json"
    )
    return found


def test_a_script_learns_from_a_table_and_is_judged_by_what_it_measured(jobs: Jobs) -> None:
    jobs.workspace.lifecycle("fruit", LIFECYCLE)
    jobs.write("code/fruit_xgboost.py", (SCRIPTS / "fruit_xgboost.py").read_text())
    outcomes = learn(jobs)
    metrics = jobs.metrics(outcomes["evaluate"].outputs)
    assert metrics["primary"] == "roc_auc"
    assert metrics["metrics"]["rows"] < 90  # the validation rows lie in a folder of their own
    judged = verdict(jobs, outcomes)
    assert judged["accepted"], judged
    page = jobs.store.read_bytes(outcomes["evaluate"].outputs["report"], "report.html").decode()
    assert "roc_auc" in page
    # Nothing has changed: nothing runs again.
    again = learn(jobs)
    assert {node: one.state.value for node, one in again.items()} == dict.fromkeys(
        LEARNING, "reused"
    )


def test_an_edit_of_the_code_trains_anew_and_one_in_mid_run_changes_nothing(jobs: Jobs) -> None:
    jobs.workspace.lifecycle("fruit", LIFECYCLE)
    script = (SCRIPTS / "fruit_xgboost.py").read_text()
    jobs.write("code/fruit_xgboost.py", script)
    plan = jobs.plan("fruit")
    jobs.write("code/fruit_xgboost.py", "raise SystemExit('edited in mid-run')\n")
    for node in LEARNING[:4]:
        jobs.execute(plan, node)
    jobs.write("code/fruit_xgboost.py", script.replace("max_depth=3", "max_depth=2"))
    assert learn(jobs)["train"].state.value == "succeeded"


def test_the_lifecycle_of_the_page_is_packaged_and_its_package_starts(jobs: Jobs) -> None:
    page = (ROOT / "docs/how-to/custom-jobs.md").read_text(encoding="utf-8")
    for name, text in re.findall(r"(?ms)^```\w+\n# (\S*radius\S*)\n(.*?)^```$", page):
        jobs.write(name, text)
    for name in ("dataset.yaml", "expectations.yaml"):
        path = f"datasets/breast_cancer/{name}"
        jobs.write(path, (ROOT / path).read_text(encoding="utf-8"))
    plan = jobs.plan("by_radius")
    outcomes = {node: jobs.execute(plan, node) for node in (*LEARNING, "package", "boot_check")}
    judged = verdict(jobs, outcomes)
    assert judged["accepted"], judged
    assert jobs.metrics(outcomes["evaluate"].outputs)["primary"] == "wrongly_told"
    report = jobs.store.read_json(outcomes["boot_check"].outputs["report"], "report.json")
    assert report["package"]["service_contract"] == "custom"


def test_pictures_lie_in_a_folder_per_class(jobs: Jobs) -> None:
    lay_out(jobs.workspace.folder / "datasets/fruit/pictures", two_classes(10))
    jobs.write(
        "datasets/fruit/dataset.yaml",
        "apiVersion: aileron/v1\nkind: Dataset\nname: fruit\nmodality: image\n"
        "source: {folder: pictures}\ntask: classification\n",
    )
    jobs.workspace.lifecycle(
        "fruit",
        LIFECYCLE.replace("python fruit_xgboost.py", "bash look.sh")
        .replace("framework: xgboost", "serving: {module: serve.py}")
        .replace("roc_auc: {min: 0}", "accuracy: {min: 0.5}")
        .replace("rows: {min: 70}", "classes: {min: 2}"),
    )
    serve = "class PredictWrapper:\n    def predict(self, request):\n        return {}\n"
    jobs.write("code/serve.py", serve)
    jobs.write(
        "code/look.sh",
        "ls train_data/* > output/seen.txt\nls test_data\n"
        "classes=$(ls train_data | wc -l)\n"
        'echo "{\\"accuracy\\": 1, \\"classes\\": $classes}" > output/metrics.json\n',
    )
    outcomes = learn(jobs)
    assert verdict(jobs, outcomes)["accepted"]
    seen = jobs.text(outcomes["train"].outputs, "seen.txt")
    assert seen.count(".png") < 20
    assert "train_data/cat:" in seen
