"""What is kept, by whom, and what goes for which reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from plugins.past import SPEC, Past, whys
from sqlalchemy import Column, Table, Text

from aileron.core.ports import ArtifactKind
from aileron.ledger import RunState
from aileron.ledger.database import Json, metadata
from aileron.run.exchange import ROOT


def test_runs_beyond_the_newest_lose_what_they_made(past: Past) -> None:
    old = [past.artifact(f"old{n}") for n in range(3)]
    for reference in old:
        past.run([reference])
    newest = [past.artifact(f"new{n}") for n in range(2)]
    for reference in newest:
        past.run([reference], days=50)
    past.grow_old()
    dry = past.sweep(dry_run=True)
    assert all(past.store.exists(reference) for reference in old)
    found = past.sweep()
    assert found == dry
    assert whys(found) == {("model", "retired_run"): 3, ("record", "retired_run"): 3}
    assert not any(past.store.exists(reference) for reference in old)
    for reference in newest:
        past.store.verify(reference)
    assert past.sweep().going == ()


def test_the_last_success_stays_however_many_failures_came_after(past: Past) -> None:
    good = past.artifact("good")
    past.run([good], days=59)
    for days in (40, 41, 42):
        past.run([past.artifact(f"bad{days}")], days=days, state=RunState.FAILED)
    past.grow_old()
    past.sweep()
    past.store.verify(good)


def test_a_run_that_is_not_over_keeps_what_it_made_and_its_sources(past: Past) -> None:
    made, source = past.artifact("made"), past.artifact("source", kind=ArtifactKind.SOURCE)
    open_run = past.run([made], days=None, sources=[source])
    for _ in range(3):
        past.run()
    past.grow_old()
    found = past.sweep()
    assert {one.because: one.count for one in found.kept}["open_run"] == 3
    past.store.verify(made)
    past.store.verify(source)
    past.ledger.runs.finish(open_run, RunState.FAILED)
    past.sql("UPDATE runs SET ended = now() - interval '60 days'")
    past.grow_old()
    past.sweep()
    assert not past.store.exists(made)
    assert not past.store.exists(source)


def test_who_works_under_a_lease_keeps_the_run_though_it_counts_as_over(past: Past) -> None:
    made = past.artifact("made")
    past.run([made], key="worked_on", state=RunState.FAILED)
    for _ in range(3):
        past.run(days=50)
    lease = past.ledger.leases.acquire("component/worked_on", "a pod", 60)
    assert lease is not None
    past.grow_old()
    past.sweep()
    past.store.verify(made)
    past.ledger.leases.release(lease)
    past.sweep()
    assert not past.store.exists(made)


def test_logs_go_before_what_else_a_run_made(past: Past) -> None:
    made, log = past.artifact("made"), past.artifact("log", kind=ArtifactKind.LOG)
    past.run([made], log=log)
    past.grow_old()
    assert whys(past.sweep()) == {("log", "old_log"): 1}
    past.store.verify(made)
    assert not past.store.exists(log)


def test_a_log_that_a_result_names_as_well_stays(past: Past) -> None:
    both = past.artifact("both", kind=ArtifactKind.LOG)
    past.run([both], log=both)
    past.grow_old()
    past.sweep()
    past.store.verify(both)


def test_champions_keep_model_and_package_and_what_they_were_compared_with(past: Past) -> None:
    models = [past.artifact(f"model{n}") for n in range(6)]
    packages = [past.artifact(f"package{n}", kind=ArtifactKind.PACKAGE) for n in range(6)]
    for model, package in zip(models, packages, strict=True):
        past.champion(past.version(model), model, package)
    past.sql("""UPDATE champions SET basis = '{"version": 2, "fence": 2}' WHERE fence = 6""")
    past.grow_old()
    past.sweep()
    kept = [n for n in range(6) if past.store.exists(models[n])]
    # the champion, the one before, and the second, which the champion was compared with
    assert kept == [1, 4, 5]
    # three revisions of a service are kept, too
    assert [n for n in range(6) if past.store.exists(packages[n])] == [1, 3, 4, 5]


def test_who_was_champion_within_the_grace_is_kept(past: Past) -> None:
    models = [past.artifact(f"model{n}") for n in range(4)]
    for days, model in zip((60, 50, 0.5, 0.1), models, strict=True):
        past.champion(past.version(model), model, model, days=days)
    past.sql("UPDATE services SET desired = 'deleted'")
    past.sql("UPDATE revisions SET updated = now() - interval '60 days'")
    past.grow_old()
    past.sweep()
    assert [past.store.exists(model) for model in models] == [False, True, True, True]


def test_a_model_version_keeps_what_its_pages_show_but_not_the_data(past: Past) -> None:
    model = past.artifact("model")
    report = past.artifact("report", kind=ArtifactKind.REPORT)
    split = past.artifact("split", kind=ArtifactKind.SPLIT)
    run_id = past.run([model, report, split])
    past.version(model, run_id=run_id)
    for _ in range(3):
        past.run(days=50)
    past.grow_old()
    found = past.sweep()
    assert whys(found)["split", "retired_run"] == 1
    past.store.verify(model)
    past.store.verify(report)
    assert not past.store.exists(split)
    past.version(past.artifact("newer"))
    past.sweep()
    assert not past.store.exists(report)


def test_dataset_versions_are_kept_until_they_are_purged(past: Past) -> None:
    there, hidden = past.artifact("there"), past.artifact("hidden")
    past.dataset_version(1, there)
    past.dataset_version(2, hidden)
    past.sql("UPDATE dataset_versions SET deleted = now() - interval '99 days' WHERE version = 2")
    past.grow_old()
    past.sweep()
    past.store.verify(there)
    past.store.verify(hidden)


def test_the_profile_of_a_dataset_version_stays_with_it(past: Past) -> None:
    profile = past.artifact("profile", kind=ArtifactKind.REPORT)
    past.dataset_version(1, past.artifact("rows", kind=ArtifactKind.DATASET))
    run_id = past.run([profile], step="data.profile")
    past.ledger.lineage.read_by("default", "pumps", 1, run_id)
    for _ in range(3):
        past.run(days=50)
    past.grow_old()
    past.sweep()
    past.store.verify(profile)


def test_files_that_a_kept_artifact_shares_stay(past: Past) -> None:
    going, kept = past.artifact("shared", "own"), past.artifact("shared", "other")
    past.run([going])
    past.run([kept], days=None)
    for _ in range(2):
        past.run(days=50)
    past.grow_old()
    found = past.sweep()
    assert not past.store.exists(going)
    past.store.verify(kept)
    (one,) = (one for one in found.going if one.kind == "model")
    assert one.bytes == len("own")


def test_what_no_record_names_goes_when_it_is_old(past: Past) -> None:
    unknown = past.artifact("unknown")
    with past.store.blob() as blob:
        blob.write(b"a file of no artifact")
    left = Path(past.store.root, "drafts", "left")
    left.write_bytes(b"half")
    assert past.sweep().going == ()
    past.grow_old(0.5)
    assert past.sweep().going == ()
    past.grow_old(1.5)
    found = past.sweep()
    assert whys(found) == {
        ("artifact", "unknown"): 1, ("file", "unnamed"): 1, ("file", "unfinished"): 1,
    }  # fmt: skip
    assert found.bytes == len("unknown") + blob.size + len("half")
    assert not past.store.exists(unknown)
    assert not left.exists()


def test_what_a_pod_left_to_be_collected_is_kept(past: Past) -> None:
    output = past.artifact("output")
    result = f'{{"outputs": {{"model": {output.model_dump_json()}}}}}'
    past.store.write_object(f"{ROOT}some-key/1/result.json", result.encode())
    past.grow_old()
    past.sweep()
    past.store.verify(output)
    past.store.remove_objects(f"{ROOT}some-key/")
    past.sweep()
    assert not past.store.exists(output)


def test_what_a_document_of_the_workspace_names_is_kept(past: Past) -> None:
    image = past.artifact("image")
    document = past.settings.workspace / "configs" / "algorithms" / "own.yaml"
    document.parent.mkdir(parents=True)
    document.write_text(f"code: {image.uri}\n")
    past.grow_old()
    past.sweep()
    past.store.verify(image)


@pytest.fixture
def newcomer(past: Past) -> Iterator[Table]:
    """A table that retention was never told of."""
    table = Table("newcomer", metadata, Column("name", Text), Column("facts", Json))
    past.sql("CREATE TABLE newcomer (name text, facts jsonb)")
    yield table
    metadata.remove(table)


def test_a_table_that_nothing_is_said_of_keeps_all_it_names(past: Past, newcomer: Table) -> None:
    inside, plain = past.artifact("inside"), past.artifact("plain")
    past.sql("INSERT INTO newcomer VALUES (:uri, :facts)", uri=f"at {plain.uri}",
             facts=f'{{"code": [{inside.model_dump_json()}]}}')  # fmt: skip
    past.grow_old()
    past.sweep()
    past.store.verify(inside)
    past.store.verify(plain)


def test_one_project_alone_is_swept(past: Past) -> None:
    mine, theirs = past.artifact("mine"), past.artifact("theirs")
    for project, reference in (("default", mine), ("other", theirs)):
        past.run([reference], project=project)
        for _ in range(3):
            past.run(days=50, project=project)
    past.grow_old()
    past.sweep("default")
    assert not past.store.exists(mine)
    past.store.verify(theirs)
    (event,) = past.ledger.events.list("default", verb="retention")
    assert event.after is not None
    assert (event.after["projects"], event.subject) == ("default", "storage:default")


def test_a_project_may_keep_more(past: Past) -> None:
    spec = SPEC.model_validate(
        {**SPEC.model_dump(by_alias=True), "projects": {"other": {"runs": 9}}}
    )
    references = {project: past.artifact(project) for project in ("default", "other")}
    for project, reference in references.items():
        past.run([reference], project=project)
        for _ in range(3):
            past.run(days=50, project=project)
    past.grow_old()
    past.retention(spec=spec).sweep(dry_run=False)
    assert not past.store.exists(references["default"])
    past.store.verify(references["other"])
