"""What an import left out, sample by sample, from here and over HTTP."""

from __future__ import annotations

import io
import zipfile

import pytest
from plugins.api import Speaking
from plugins.history import PROJECT, History

from aileron.core.errors import InvalidInput, NotFound
from aileron.core.ports import ArtifactKind
from aileron.graph.plan import PLAN_FILE
from aileron.ledger import RunState

RUN = f"{PROJECT}/import_fruit/r1"
ROWS = ("a.csv,3,weight is no number,weight 不是数字", "'=b.csv,,is empty,为空")
CARD = {"name": "fruit", "modality": "table", "counts": {"rows": 4, "refused": 2}}


def written(rows: tuple[str, ...]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        text = "\r\n".join(("file,line,reason,reason_zh", *rows))
        archive.writestr("problems.csv", text.encode("utf-8-sig"))
    return made.getvalue()


@pytest.fixture
def left_out(history: History) -> History:
    """An import of `fruit` that left two samples out, and the version that it made."""
    history.ledger.runs.start(RUN, PROJECT, "import_fruit", "zhang", "r1")
    node = {"name": "ingest", "step": "data.ingest", "config": {"name": "fruit"}}
    plan = history.store.put_json(ArtifactKind.RECORD, PLAN_FILE, {"graph": {"nodes": [node]}})
    run = history.ledger.runs.set_plan(RUN, plan)
    facts = {"format_version": 1, "file": "refused.zip", "format": "zip", "size": 9, "losses": {}}
    refused = history.artifact(ArtifactKind.EXPORT, export_json=facts, refused_zip=written(ROWS))
    history.node(run, "ingest", "data.ingest", {"refused": refused})
    history.ledger.runs.finish(RUN, RunState.SUCCEEDED)
    return history


def version(history: History, *, of_the_run: bool) -> None:
    named = [{"path": "a.csv:3", "reason": "weight is no number"}]
    data = history.artifact(ArtifactKind.DATASET, card_json={**CARD, "refused": named})
    tag = f"{PROJECT}/fruit@v1"
    history.ledger.datasets.add(PROJECT, "fruit", 1, tag, data.digest, data, "c" * 40)
    if of_the_run:
        history.ledger.lineage.read_by(PROJECT, "fruit", 1, RUN)


def test_a_run_lists_what_it_left_out(speaking: Speaking, left_out: History) -> None:
    page = speaking("zh").refused_by_run(RUN)
    assert (page.run_id, page.listed, page.complete) == (RUN, 2, True)
    assert [(one.file, one.line, one.reason) for one in page.samples] == [
        ("a.csv", 3, "weight 不是数字"),
        ("=b.csv", None, "为空"),
    ]
    (second,) = speaking("en").refused_by_run(RUN, offset=1, limit=1).samples
    assert second.reason == "is empty"
    assert speaking("en").run(RUN).facts.has_refused
    with pytest.raises(InvalidInput):
        speaking("en").refused_by_run(RUN, limit=0)


def test_a_version_lists_what_its_import_left_out(speaking: Speaking, left_out: History) -> None:
    version(left_out, of_the_run=True)
    client = speaking("zh")
    assert client.dataset("fruit").history[0].refused == 2
    page = client.refused_samples("fruit")
    assert (page.run_id, page.listed, page.complete) == (RUN, 2, True)
    assert page.samples[0].reason == "weight 不是数字"


def test_without_the_run_a_version_lists_what_its_card_names(
    speaking: Speaking, left_out: History
) -> None:
    version(left_out, of_the_run=False)
    page = speaking("en").refused_samples("fruit", 1)
    assert (page.run_id, page.listed, page.complete) == (None, 1, False)
    assert page.samples[0].file == "a.csv:3"


def test_a_run_that_left_nothing_out_lists_nothing(speaking: Speaking, left_out: History) -> None:
    run_id = f"{PROJECT}/import_fruit/r2"
    left_out.ledger.runs.start(run_id, PROJECT, "import_fruit", "zhang", "r2")
    with pytest.raises(NotFound):
        speaking("en").refused_by_run(run_id)
