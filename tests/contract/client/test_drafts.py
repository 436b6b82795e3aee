"""Drafts, and what is tidied, from here and over HTTP."""

from __future__ import annotations

import os
from typing import Any

import pytest
from plugins.fake_airflow import ReadsAtOnce
from plugins.history import History

from aileron.client import Client, LocalClient
from aileron.client import records as r
from aileron.client.local import Installation
from aileron.core.access import Actor, Role
from aileron.core.errors import Conflict, InvalidInput, NotFound, Refused, Unavailable
from aileron.data.sources.connections import Limits
from aileron.data.sources.uploads import ABOUT, Uploads
from aileron.ledger import RunState

REVIEWS = {"name": "reviews", "modality": "text", "source": {"draft": "new"}}
LONG_AGO = 1_600_000_000


class Scheduler(ReadsAtOnce):
    """Stands for Airflow, which may be away."""

    away = False

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def trigger(self, dag: str, run: str, conf: dict[str, Any], after: Any = None) -> None:
        if self.away:
            raise Unavailable("client.api_down", where="airflow", problem="away")
        self.asked.append((dag, conf.get("set", {})))

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def role() -> Role:
    return Role.ADMIN


@pytest.fixture(autouse=True)
def scheduler(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Scheduler:
    found = Scheduler()
    monkeypatch.setitem(installation.__dict__, "airflow", found)
    return found


def test_samples_are_added_to_a_draft_one_at_a_time(client: Client, scheduler: Scheduler) -> None:
    client.define_dataset(REVIEWS)
    draft = client.begin_draft("reviews", kind="first round", description="7 月")
    assert (draft.samples, draft.open, draft.versions) == (0, True, ())
    client.add_sample(draft.number, "好吃", [r.SampleLabel(name="good")])
    grown = client.add_sample(draft.number, "难吃")
    assert (grown.samples, grown.kind, grown.description) == (2, "first round", "7 月")
    assert grown.due is not None
    assert client.drafts("reviews") == client.drafts() == (client.draft(draft.number),)
    with pytest.raises(Conflict, match="import of dataset reviews waits"):
        client.begin_draft("reviews")
    with pytest.raises(InvalidInput, match="text is empty"):
        client.add_sample(draft.number, " ")
    client.delete_draft(draft.number)
    assert client.drafts() == ()
    with pytest.raises(NotFound, match="no draft number"):
        client.add_sample(draft.number, "好吃")


def test_samples_join_a_dataset_that_was_imported(
    client: Client, scheduler: Scheduler, history: History
) -> None:
    history.workspace.write("datasets/letters/old.txt", "好吃\tgood\n")
    definition = "apiVersion: aileron/v1\nkind: Dataset\nname: letters\nmodality: text\n"
    history.workspace.write(
        "datasets/letters/dataset.yaml", f"{definition}source: {{file: old.txt}}\n"
    )
    number = client.begin_draft("letters", joins=True).number
    assert client.add_sample(number, "难吃", [r.SampleLabel(name="bad")]).joins
    ((dag, told),) = scheduler.asked
    assert dag == "default__import_letters"
    assert told["import.mode"] == "append"
    assert (told["source.file"], told["format"]) == (None, "text_jsonl")
    assert len(told["source.draft"]) == 32


def test_a_sample_waits_for_the_scheduler_to_come_back(
    client: Client, scheduler: Scheduler
) -> None:
    client.define_dataset(REVIEWS)
    number = client.begin_draft("reviews").number
    scheduler.away = True
    with pytest.raises(Unavailable):
        client.add_sample(number, "好吃", [r.SampleLabel(name="good")])
    assert client.draft(number).due is None
    scheduler.away = False
    assert client.add_sample(number, "好吃", [r.SampleLabel(name="good")]).samples == 1
    assert client.draft(number).due is not None


def test_a_dataset_that_is_imported_takes_no_single_samples(
    client: Client, scheduler: Scheduler
) -> None:
    number = client.begin_draft("fruit").number
    with pytest.raises(Conflict, match="no samples one at a time"):
        client.add_sample(number, "好吃")
    with pytest.raises(NotFound):
        client.begin_draft("nothing")


def test_what_nobody_used_for_long_is_tidied_away(client: Client, history: History) -> None:
    home, workspace = history.settings.home, history.settings.workspace
    uploads = Uploads(home, Limits())
    made = [uploads.begin(f"{n}.csv", 3, "li", "default") for n in range(3)]
    plain, named, _ = (uploads.append(one, 0, [b"a,b"]) for one in made)
    for one in (plain, named):
        for path in (one.path, one.path.with_name(ABOUT)):
            os.utime(path, (LONG_AGO, LONG_AGO))
    (workspace / "datasets/fruit/other.yaml").write_text(f"source: {{upload: {named.id}}}\n")
    found = client.tidy()
    assert (found.dry_run, found.uploads, found.bytes) == (True, (plain.id,), 3)
    history.ledger.runs.start("default/fruit/waits", "default", "fruit", "li", "waits")
    assert client.tidy(dry_run=False).uploads == ()
    history.ledger.runs.set_plan("default/fruit/waits", history.plan("default/fruit/waits"))
    assert client.tidy(dry_run=False).uploads == (plain.id,)
    assert {one.id for one in uploads.all()} == {one.id for one in made} - {plain.id}


def test_samples_go_when_their_draft_takes_no_more(
    client: Client, scheduler: Scheduler, history: History
) -> None:
    client.define_dataset(REVIEWS)
    first = client.begin_draft("reviews").number
    client.add_sample(first, "好吃")
    _long_ago(history, "UPDATE dataset_drafts SET due = now() - interval '1 hour'")
    run = history.ledger.runs.list("default", "import_reviews", limit=1)[0]
    history.ledger.runs.finish(run.run_id, RunState.FAILED)
    second = client.begin_draft("reviews").number
    client.add_sample(second, "难吃")
    assert client.tidy(dry_run=False).drafts == ()
    _long_ago(history, "UPDATE dataset_drafts SET begun = now() - interval '31 days'")
    found = client.tidy(dry_run=False)
    assert (found.drafts, found.bytes > 0) == ((first,), True)
    assert (client.draft(first).size, client.draft(second).samples) == (0, 1)


def _long_ago(history: History, statement: str) -> None:
    with history.ledger._database.transaction() as connection:
        connection.exec_driver_sql(statement)


def test_copies_of_sources_go_unless_somebody_is_fetching(client: Client, history: History) -> None:
    folder = history.settings.home / "cache/downloads" / f"{os.getpid()}-{id(client)}"
    (folder / "files").mkdir(parents=True)
    (folder / "files/a.csv").write_bytes(b"a,b")
    (folder / "lock").touch()
    assert client.tidy(dry_run=False).downloads == 0
    os.utime(folder / "lock", (LONG_AGO, LONG_AGO))
    assert (client.tidy().downloads, folder.exists()) == (1, True)
    found = client.tidy(dry_run=False)
    assert (found.downloads, found.bytes, folder.exists()) == (1, 3, False)


def test_only_an_administrator_tidies(installation: Installation) -> None:
    li = LocalClient(installation, Actor(name="li", role=Role.DEVELOPER), language="en")
    with pytest.raises(Refused, match="needs the role admin"):
        li.tidy()
