"""The catalogue of datasets: who sees and changes what, here and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from plugins.history import History
from starlette.testclient import TestClient

from aileron.api.app import create_app
from aileron.api.identity import TokenIdentity
from aileron.client import Client, LocalClient, RemoteClient
from aileron.client import records as r
from aileron.client.local import Installation
from aileron.core.access import Actor, Role
from aileron.core.errors import Conflict, InvalidInput, NotFound, Refused
from aileron.core.ports import ArtifactKind
from aileron.graph.plan import PLAN_FILE
from aileron.ledger import NodeState, RunState

ONE = {"a": ("1", "pear")}
TWO = {"a": ("1", "pear"), "b": ("2", "plum")}


class Asking(Protocol):
    """``asking("li", "developer", "default", "other")``: li, of default, asks about other."""

    def __call__(
        self, name: str, role: str = ..., project: str | None = ..., about: str | None = ...
    ) -> Client: ...


@pytest.fixture(params=["local", "remote"])
def asking(
    request: pytest.FixtureRequest, history: History, installation: Installation
) -> Iterator[Asking]:
    """A client in the name of a person with that role, of that project."""

    def local(
        name: str, role: str = "developer", project: str | None = None, about: str | None = None
    ) -> Client:
        actor = Actor(name=name, role=Role(role), project=project)
        return LocalClient(installation, actor, about, language="en")

    if request.param == "local":
        yield local
        return
    app = create_app(installation, TokenIdentity(history.ledger), pages=False)
    with TestClient(app, base_url="http://api") as http:

        def remote(
            name: str, role: str = "developer", project: str | None = None, about: str | None = None
        ) -> Client:
            _, secret = history.ledger.tokens.create(name, Role(role), project)
            return RemoteClient("http://api", secret, about, language="en", http=http)

        yield remote


@pytest.fixture
def fruit(history: History) -> History:
    """Dataset `fruit` of two versions, which zhang began."""
    history.dataset_version(1, ONE)
    history.dataset_version(2, TWO)
    return history


def names(found: tuple[r.DatasetBrief, ...]) -> list[str]:
    return [f"{one.project}/{one.name}" for one in found]


def test_a_dataset_says_who_began_it_and_what_may_be_done(asking: Asking, fruit: History) -> None:
    shown = asking("li").dataset("fruit")
    assert (shown.owner, shown.visibility, shown.online, shown.tags) == (
        "system", "project", True, (),
    )  # fmt: skip
    assert shown.permissions["dataset.edit"].allowed
    assert not shown.permissions["dataset.purge"].allowed
    assert not asking("wu", "viewer").dataset("fruit").permissions["dataset.edit"].allowed


def test_datasets_are_found_by_words_tags_and_favourites(asking: Asking, fruit: History) -> None:
    li, wu = asking("li"), asking("wu", "viewer")
    changed = li.change_dataset("fruit", tags=["orchard", " 水果 ", "orchard"])
    assert changed.tags == ("orchard", "水果")
    assert li.change_dataset("fruit", online=True).tags == ("orchard", "水果"), "left as they are"
    for wanted in ({"word": "FRU orch"}, {"tag": "水果"}, {"modality": "table"}):
        assert names(li.datasets(**wanted)) == ["default/fruit"], wanted
    for other in ({"word": "fruit nuts"}, {"tag": "orch"}, {"task": "regression"}, {"mine": True}):
        assert li.datasets(**other) == (), other
    assert wu.favour_dataset("fruit").favourite
    assert names(wu.datasets(favourite=True)) == ["default/fruit"]
    assert li.datasets(favourite=True) == (), "the list is wu's alone"
    assert not wu.favour_dataset("fruit", favourite=False).favourite
    assert names(asking("system").datasets(mine=True)) == ["default/fruit"]


def test_tags_that_are_none_are_refused(asking: Asking, fruit: History) -> None:
    li = asking("li")
    for tags in ([""], ["x" * 41], [str(n) for n in range(21)]):
        with pytest.raises(InvalidInput):
            li.change_dataset("fruit", tags=tags)


def test_a_private_dataset_is_its_owners_and_the_administrators(
    asking: Asking, fruit: History
) -> None:
    asking("system").change_dataset("fruit", visibility="private")
    li = asking("li")
    assert li.datasets() == ()
    for ask in (
        lambda: li.dataset("fruit"),
        lambda: li.diff_dataset("fruit", 1, 2),
        lambda: li.lock_version("fruit", 1),
        lambda: li.dataset_lineage("fruit", 1),
        lambda: li.favour_dataset("fruit"),
    ):
        with pytest.raises(NotFound, match="no definition and no version"):
            ask()
    assert asking("system").dataset("fruit").visibility == "private"
    admin = asking("root", "admin")
    assert names(admin.datasets()) == ["default/fruit"]
    admin.share_dataset("fruit", "li")
    assert li.dataset("fruit").latest == 2
    with pytest.raises(
        Refused, match=r"may see dataset default/fruit, but dataset\.edit is for others"
    ):
        li.lock_version("fruit", 1)
    admin.share_dataset("fruit", "li", right="write")
    assert li.lock_version("fruit", 1).locked is not None


def test_other_projects_see_what_is_public_and_may_not_change_it(
    asking: Asking, fruit: History
) -> None:
    pump = asking("pump", "admin", "pumps", "default")
    assert names(asking("pump", "admin", "pumps").datasets()) == ["pumps/fruit"], "their own"
    with pytest.raises(NotFound):
        pump.dataset("fruit")
    asking("li").change_dataset("fruit", visibility="public")
    assert "default/fruit" in names(asking("pump", "admin", "pumps").datasets())
    assert pump.dataset("fruit").latest == 2
    assert pump.diff_dataset("fruit", 1, 2).rows.added == 1
    with pytest.raises(Refused, match=r"dataset\.delete is for others"):
        pump.delete_dataset("fruit", 1)
    asking("li").change_dataset("fruit", online=False)
    with pytest.raises(NotFound):
        pump.dataset("fruit")
    assert asking("li").dataset("fruit").online is False


def test_a_share_is_a_grant_to_a_login_or_a_project_and_is_taken_back(
    asking: Asking, fruit: History
) -> None:
    li, pump = asking("li"), asking("pump", "developer", "pumps", "default")
    (share,) = li.share_dataset("fruit", "pumps", kind="project")
    assert (share.grantee, share.right, share.granted_by) == ("pumps", "read", "li")
    assert pump.dataset("fruit").latest == 2
    assert "default/fruit" in names(asking("pump", "developer", "pumps").datasets())
    with pytest.raises(Refused):
        pump.change_dataset("fruit", tags=["ours"])
    assert [one.right for one in li.share_dataset("fruit", "pumps", kind="project", right="write")]
    assert pump.change_dataset("fruit", tags=["ours"]).tags == ("ours",)
    for act in (
        lambda: pump.delete_dataset("fruit", 1),
        lambda: pump.share_dataset("fruit", "wu"),
        lambda: pump.change_dataset("fruit", visibility="public"),
    ):
        with pytest.raises(Refused, match="is for others"):
            act()
    allowed = {verb: one.allowed for verb, one in pump.dataset("fruit").permissions.items()}
    assert (allowed["dataset.edit"], allowed["dataset.share"]) == (True, False)
    assert li.dataset_shares("fruit")[0].right == "write"
    assert li.unshare_dataset("fruit", "pumps", kind="project") == ()
    assert li.unshare_dataset("fruit", "pumps", kind="project") == ()
    with pytest.raises(NotFound):
        pump.dataset("fruit")
    with pytest.raises(InvalidInput, match="its own"):
        li.share_dataset("fruit", "default", kind="project")


def test_only_administrators_make_a_preset_and_change_one(asking: Asking, fruit: History) -> None:
    li, root = asking("li"), asking("root", "admin")
    with pytest.raises(Refused, match="no administrator"):
        li.change_dataset("fruit", visibility="preset")
    root.change_dataset("fruit", visibility="preset")
    with pytest.raises(Refused):
        li.change_dataset("fruit", tags=["x"])
    assert asking("pump", "viewer", "pumps", "default").dataset("fruit").visibility == "preset"
    assert root.change_dataset("fruit", visibility="project").visibility == "project"


def test_a_locked_version_is_not_deleted(asking: Asking, fruit: History) -> None:
    li, wu = asking("li"), asking("wu")
    locked = li.lock_version("fruit", 1, "audit of 2024").locked
    assert locked is not None
    assert (locked.by, locked.reason) == ("li", "audit of 2024")
    for act in (lambda: wu.delete_dataset("fruit", 1), lambda: wu.delete_dataset("fruit")):
        with pytest.raises(Conflict, match=r"li has locked it \(audit of 2024\)"):
            act()
    assert wu.dataset("fruit").versions == 2, "nothing was deleted in part"
    with pytest.raises(Conflict, match="li has locked"):
        wu.lock_version("fruit", 1)
    with pytest.raises(Refused, match="only li or an administrator"):
        wu.unlock_version("fruit", 1)
    assert asking("root", "admin").unlock_version("fruit", 1).locked is None
    assert li.unlock_version("fruit", 1).locked is None
    assert wu.delete_dataset("fruit", 1).versions == 1


def test_a_deleted_version_is_hidden_until_it_is_restored(asking: Asking, fruit: History) -> None:
    li = asking("li")
    assert li.delete_dataset("fruit", 2).latest == 1
    assert li.delete_dataset("fruit", 2).latest == 1, "again changes nothing"
    assert [one.version for one in li.dataset("fruit").history] == [1]
    everything = li.dataset("fruit", deleted=True).history
    assert [(one.version, one.deleted_by) for one in everything] == [(2, "li"), (1, None)]
    for ask in (lambda: li.diff_dataset("fruit", 1, 2), lambda: li.lock_version("fruit", 2)):
        with pytest.raises(NotFound):
            ask()
    assert li.restore_dataset("fruit", 2).latest == 2
    assert li.dataset("fruit").history[0].deleted is None
    verbs = [event.verb for event in li.events("dataset:default/fruit")]
    assert verbs[:2] == ["dataset.version_restored", "dataset.version_deleted"]
    assert li.events("dataset:default/fruit")[0].actor == "li"


def test_a_deleted_dataset_comes_back_with_what_went_with_it(
    asking: Asking, fruit: History
) -> None:
    li = asking("li")
    li.delete_dataset("fruit", 1)
    assert li.delete_dataset("fruit").deleted is not None
    assert li.datasets() == ()
    assert names(li.datasets(deleted=True)) == ["default/fruit"]
    with pytest.raises(NotFound):
        li.dataset("fruit")
    back = li.restore_dataset("fruit")
    assert (back.deleted, back.latest, back.versions) == (None, 2, 1), "1 went before"


@pytest.mark.parametrize("deleting", [1, None])
def test_what_is_in_use_is_not_deleted_and_says_by_what(
    asking: Asking, fruit: History, deleting: int | None
) -> None:
    run = fruit.trained("r1")
    li = asking("li")
    with pytest.raises(Conflict, match=r"Run default/fruit/r1 is not over\."):
        li.delete_dataset("fruit", deleting)
    fruit.released(fruit.finished(run))
    with pytest.raises(Conflict) as caught:
        li.delete_dataset("fruit", deleting)
    assert "Version 1 of model default/fruit, the champion" in str(caught.value)
    assert "Revision 1 of service default/fruit" in str(caught.value)
    assert li.dataset("fruit").versions == 2
    assert li.delete_dataset("fruit", 2).versions == 1, "that one nobody uses"


def test_a_run_that_is_over_holds_nothing(asking: Asking, fruit: History) -> None:
    fruit.finished(fruit.trained("r1", accepted=False), RunState.REJECTED)
    assert asking("li").delete_dataset("fruit", 1).versions == 1


def test_lineage_leads_to_runs_models_and_services(asking: Asking, fruit: History) -> None:
    fruit.released(fruit.finished(fruit.trained("r1", 0.8)))
    fruit.finished(fruit.trained("r2", 0.9))
    found = asking("li").dataset_lineage("fruit", 1)
    assert [(run.run_id, run.state) for run in found.runs] == [
        ("default/fruit/r2", "succeeded"),
        ("default/fruit/r1", "succeeded"),
    ]
    assert [(model.version, model.champion) for model in found.models] == [(2, False), (1, True)]
    assert [(one.service, one.number, one.live) for one in found.revisions] == [("fruit", 1, True)]
    assert found.lifecycles == ("default/fruit",)
    assert asking("li").dataset_lineage("fruit", 2).runs == ()


def test_numbers_lead_to_datasets_and_versions(asking: Asking, fruit: History) -> None:
    li = asking("li")
    shown = li.dataset("fruit")
    assert names(li.datasets(number=shown.id)) == ["default/fruit"]
    assert li.datasets(number=(shown.id or 0) + 1) == ()
    newest, oldest = shown.history
    assert newest.id != oldest.id
    assert li.version_by_id(oldest.id) == oldest
    li.delete_dataset("fruit", 1)
    with pytest.raises(NotFound, match=str(oldest.id)):
        li.version_by_id(oldest.id)
    with pytest.raises(NotFound):
        asking("pump", "admin", "pumps").version_by_id(newest.id)


def test_only_administrators_purge(asking: Asking, fruit: History) -> None:
    asking("li").delete_dataset("fruit", 2)
    with pytest.raises(Refused, match="admin"):
        asking("li", "operator").purge_datasets(dry_run=False)
    done = asking("root", "admin").purge_datasets(dry_run=False)
    assert (done.purged, done.kept) == ((), ()), "30 days are not over"


def test_what_is_not_there_is_said_in_a_sentence(asking: Asking, fruit: History) -> None:
    c = asking("root", "admin")
    for act in (
        lambda: c.change_dataset("nothing", tags=["x"]),
        lambda: c.favour_dataset("nothing"),
        lambda: c.lock_version("fruit", 7),
        lambda: c.unlock_version("fruit", 7),
        lambda: c.delete_dataset("nothing"),
        lambda: c.delete_dataset("fruit", 7),
        lambda: c.restore_dataset("nothing"),
        lambda: c.restore_dataset("fruit", 7),
        lambda: c.dataset_shares("nothing"),
        lambda: c.share_dataset("nothing", "li"),
        lambda: c.unshare_dataset("nothing", "li"),
        lambda: c.dataset_lineage("fruit", 7),
    ):
        with pytest.raises(NotFound) as caught:
            act()
        assert len(str(caught.value)) > 20


@pytest.fixture
def exported(fruit: History) -> str:
    """A run that exported version 1 of `fruit`."""
    run_id = "default/dataset_export/r1"
    fruit.ledger.runs.start(run_id, "default", "dataset_export", "zhang", "r1")
    plan = fruit.store.put_json(
        ArtifactKind.RECORD, PLAN_FILE, {"values": {"dataset": "fruit"}, "graph": {"nodes": []}}
    )
    run = fruit.ledger.runs.set_plan(run_id, plan)
    facts = {"format_version": 1, "file": "fruit.csv", "format": "csv", "size": 8, "losses": {}}
    written = fruit.artifact(ArtifactKind.EXPORT, export_json=facts, fruit_csv="a,b\n1,2\n")
    fruit.node(run, "export", "data.export", {"export": written})
    fruit.finished(run)
    return run_id


def test_an_exported_file_is_fetched_whole(asking: Asking, exported: str, tmp_path: Path) -> None:
    li = asking("li", "viewer")
    facts = li.export_of(exported)
    assert (facts.file, facts.format, facts.size) == ("fruit.csv", "csv", 8)
    target = tmp_path / "mine.csv"
    assert li.download_export(exported, target) == facts
    assert target.read_text() == "a,b\n1,2\n"
    with pytest.raises(InvalidInput, match="Name a new file"):
        li.download_export(exported, target)
    with pytest.raises(NotFound):
        li.download_export("default/fruit/nothing", tmp_path / "other")
    assert sorted(path.name for path in tmp_path.glob("*.csv*")) == ["mine.csv"]


def test_the_export_of_a_private_dataset_is_not_everybodys(
    asking: Asking, exported: str, tmp_path: Path
) -> None:
    asking("system").change_dataset("fruit", visibility="private")
    with pytest.raises(NotFound):
        asking("li").export_of(exported)
    with pytest.raises(NotFound):
        asking("li").download_export(exported, tmp_path / "x")
    with pytest.raises(NotFound):
        asking("li").start("dataset_export", {"dataset": "fruit", "format": "csv"})
    with pytest.raises(NotFound):
        asking("li").start("import_fruit")
    assert asking("system").export_of(exported).file == "fruit.csv"


def test_a_change_is_found_by_its_number(asking: Asking, fruit: History) -> None:
    li = asking("li")
    li.lock_version("fruit", 1)
    (newest,) = li.events(limit=1)
    assert li.event(newest.id) == newest
    with pytest.raises(NotFound, match="number"):
        li.event(newest.id + 1)
    with pytest.raises(NotFound):
        asking("pump", "admin", "pumps").event(newest.id)


@pytest.fixture
def left_out(fruit: History) -> str:
    """A run whose import left samples out of `fruit`, and then failed."""
    run_id = "default/import_fruit/r1"
    fruit.ledger.runs.start(run_id, "default", "import_fruit", "zhang", "r1")
    node = {"name": "ingest", "step": "data.ingest_images", "config": {"name": "fruit"}}
    plan = fruit.store.put_json(ArtifactKind.RECORD, PLAN_FILE, {"graph": {"nodes": [node]}})
    run = fruit.ledger.runs.set_plan(run_id, plan)
    facts = {"format_version": 1, "file": "refused.zip", "format": "zip", "size": 3, "losses": {}}
    written = fruit.artifact(ArtifactKind.EXPORT, export_json=facts, refused_zip="zip")
    fruit.node(run, "ingest", "data.ingest_images", {"refused": written}, NodeState.FAILED)
    fruit.finished(run, RunState.FAILED)
    return run_id


def test_what_an_import_left_out_is_fetched(asking: Asking, left_out: str, tmp_path: Path) -> None:
    li = asking("li", "viewer")
    facts = li.refused_of(left_out)
    assert (facts.file, facts.format, facts.size) == ("refused.zip", "zip", 3)
    assert li.download_refused(left_out, tmp_path / "mine.zip") == facts
    assert (tmp_path / "mine.zip").read_text() == "zip"
    with pytest.raises(InvalidInput, match="Name a new file"):
        li.download_refused(left_out, tmp_path / "mine.zip")


def test_what_a_private_dataset_left_out_is_not_everybodys(
    asking: Asking, left_out: str, tmp_path: Path
) -> None:
    asking("system").change_dataset("fruit", visibility="private")
    with pytest.raises(NotFound):
        asking("li").refused_of(left_out)
    with pytest.raises(NotFound):
        asking("li").download_refused(left_out, tmp_path / "x")


def test_a_run_that_left_nothing_out_says_so(asking: Asking, exported: str) -> None:
    with pytest.raises(NotFound, match="left nothing out"):
        asking("li").refused_of(exported)
