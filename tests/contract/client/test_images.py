"""Container images, from here and over HTTP."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from plugins.history import History
from plugins.job_runs import JobScheduler, scheduler
from plugins.own_images import layer, made

from aileron.client import Client
from aileron.client.local import Installation, LocalClient
from aileron.container.archive import read_archive
from aileron.core.access import Actor, Role
from aileron.core.errors import AileronError, Conflict, InvalidInput, NotFound, Refused, Unavailable
from aileron.core.ports import ArtifactKind
from aileron.ledger import ImageVersion, RunState

__all__ = ["scheduler"]

pytestmark = pytest.mark.usefixtures("scheduler")


@pytest.fixture
def role() -> Role:
    return Role.DEVELOPER


def kept(history: History, name: str = "trainer", *, met: bool = True) -> ImageVersion:
    """A version that was built and checked."""
    row = history.ledger.images.begin("default", name, {"upload": "0" * 32, "uses": ["job"]})
    folder = history.settings.home / f"made-{row.id}"
    image = made(folder, layer({"a": name}))
    reference = history.store.put(ArtifactKind.IMAGE, folder)
    values = {"found": "3.11.2"} if met else {"found": "3.9.1"}
    point = {
        "rule": "python",
        "passed": met,
        "message_id": "container.python_fits" if met else "container.other_python",
        "values": values,
        "sentence": "as it was said",
    }
    places = {"shared": "localhost/aileron/default/trainer:v1-x"} if met else {}
    return history.ledger.images.finish(row.id, reference, image.digest, [point], places, "0.1.0")


def test_a_build_is_begun_and_is_a_run_that_knows_its_version(
    client: Client, history: History, scheduler: JobScheduler
) -> None:
    kept(history)
    begun = client.build_image("mine", {"base": "trainer", "pip": ["numpy"]}, description="more")
    assert (begun.name, begun.version, begun.state) == ("mine", 1, "building")
    assert begun.recipe == {"base": "trainer@v1", "pip": ["numpy"], "uses": ["job"]}
    ((dag, values),) = scheduler.asked
    row = history.ledger.images.list("default", "mine")[0]
    assert (dag, values) == ("default__image_build", {"version_id": row.id})
    assert not client.image_log("mine", 1).ended
    (event,) = [one for one in client.events(verb="image.begun") if one.subject.endswith("mine")]
    assert event.actor != "system"


def test_a_version_whose_run_failed_has_failed(client: Client, history: History) -> None:
    kept(history)
    begun = client.build_image("mine", {"base": "trainer", "pip": ["numpy"]})
    assert begun.run_id is not None
    history.ledger.runs.finish(begun.run_id, RunState.FAILED)
    (version,) = client.image("mine").versions
    assert version.state == "failed"
    assert client.image_log("mine", 1).ended


def test_images_are_listed_by_name_and_by_pool(client: Client, history: History) -> None:
    kept(history)
    kept(history, met=False)
    kept(history, "other", met=False)
    first, second = client.images()
    assert (first.name, first.latest, first.state) == ("other", None, "refused")
    assert (second.name, second.latest, second.versions) == ("trainer", 1, 2)
    assert (second.state, second.uses, second.pools) == ("refused", ("job",), ("shared",))
    assert [image.name for image in client.images("shared")] == ["trainer"]
    assert client.images("elsewhere") == ()


def test_each_point_of_the_contract_is_a_sentence(client: Client, history: History) -> None:
    kept(history, met=False)
    (version,) = client.image("trainer").versions
    (point,) = version.findings
    assert not point.passed
    assert point.sentence.startswith("The image's `python` is 3.9.1; 3.11 to 3.13 is wanted.")
    assert version.reason == point.sentence


def test_a_version_is_exported_as_a_tar(client: Client, history: History, tmp_path: Path) -> None:
    row = kept(history)
    found = client.export_image("trainer", 1, tmp_path / "a.tar")
    assert found.loaded_as is not None
    assert found.loaded_as.startswith("localhost/aileron/default/trainer:v1-")
    assert read_archive(tmp_path / "a.tar", tmp_path / "a", 1 << 30).digest == row.digest
    with pytest.raises(InvalidInput):
        client.export_image("trainer", 1, tmp_path / "a.tar")


def test_what_cannot_be_built_is_refused_and_leaves_no_version(
    client: Client, history: History, scheduler: JobScheduler
) -> None:
    kept(history, met=False)
    for recipe, kind, said in (
        ({"base": "trainr", "pip": ["numpy"]}, NotFound, "There is no image trainr"),
        ({"base": "trainer@v1"}, InvalidInput, "may not be used: it is refused"),
        ({"base": "trainer"}, NotFound, "has no version that may be used"),
        ({"upload": "0" * 32}, NotFound, "0000"),
        ({"pull": "evil.example/a:1"}, InvalidInput, r"names no registry evil\.example"),
        ({"pull": "evil.example/a:1", "pools": ["nowhere"]}, NotFound, "no pool nowhere"),
        ({"base": "a", "pip": ["-r x"]}, InvalidInput, "is no package"),
        ({}, InvalidInput, "give one of"),
    ):
        with pytest.raises(kind, match=said):
            client.build_image("mine", recipe)
    with pytest.raises(InvalidInput, match="cannot be part of an address"):
        client.build_image("mine_", {"pull": "evil.example/a:1"})
    assert history.ledger.images.list("default", "mine") == []
    assert scheduler.asked == []


def test_a_build_that_cannot_be_started_leaves_no_version(
    client: Client, history: History, scheduler: JobScheduler
) -> None:
    kept(history)
    scheduler.away = True
    with pytest.raises(Unavailable):
        client.build_image("mine", {"base": "trainer", "pip": ["numpy"]})
    assert history.ledger.images.list("default", "mine") == []


class Interrupted(BaseException):
    """As a process gets it that is told to end."""


def test_a_build_whose_start_is_interrupted_leaves_no_version(
    history: History, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(history)

    def interrupt(*_: object, **__: object) -> None:
        raise Interrupted

    monkeypatch.setattr("aileron.client.local.lifecycles.start", interrupt)
    actor = Actor(name="ann", role=Role.DEVELOPER, project="default")
    with pytest.raises(Interrupted):
        LocalClient(installation, actor, "default").build_image(
            "mine", {"base": "trainer", "pip": ["numpy"]}
        )
    assert history.ledger.images.list("default", "mine") == []


def test_a_version_without_a_run_has_failed_after_a_while(
    client: Client, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.ledger.images.begin("default", "mine", {"base": "trainer@v1"})
    (version,) = client.image("mine").versions
    assert (version.state, version.reason) == ("building", None)
    assert not client.image_log("mine", 1).ended
    monkeypatch.setattr("aileron.client.local.images.START_TIME", timedelta(0))
    (version,) = client.image("mine").versions
    assert version.state == "failed"
    assert "asked for and never began" in str(version.reason)
    assert client.image_log("mine", 1).ended


IMAGES = """\
apiVersion: aileron/v1
kind: Images
packages: {index: "https://mirror.example/simple/"}
registries: {team: {address: registry.example/ml}}
"""


def test_images_and_packages_come_from_where_the_file_lets_them(
    client: Client, history: History
) -> None:
    history.workspace.write("configs/images.yaml", IMAGES)
    kept(history)
    for recipe, said in (
        ({"pull": "registry.example/ml/other/vision:v1"}, "those of your project"),
        ({"base": "trainer", "pip": ["-i http://169.254.169.254/", "a"]}, "Packages are not taken"),
    ):
        with pytest.raises(Refused, match=said):
            client.build_image("mine", recipe)
    with pytest.raises(InvalidInput, match="names no registry"):
        client.build_image("mine", {"pull": "registry.example/library/python:3.11"})
    assert client.build_image("mine", {"pull": "registry.example/ml/trainer:1"}).version == 1


def test_images_of_another_project_are_not_read(
    history: History, installation: Installation, tmp_path: Path
) -> None:
    kept(history)
    stranger = LocalClient(
        installation, Actor(name="o", role=Role.ADMIN, project="other"), "default"
    )
    for ask in (
        stranger.images,
        lambda: stranger.image("trainer"),
        lambda: stranger.image_log("trainer", 1),
        lambda: stranger.export_image("trainer", 1, tmp_path / "a.tar"),
    ):
        with pytest.raises(Refused):
            ask()


def test_an_image_that_is_not_there_is_not_found(client: Client, history: History) -> None:
    kept(history)
    with pytest.raises(NotFound, match="did you mean trainer"):
        client.image("trainr")
    with pytest.raises(NotFound):
        client.image_log("trainer", 7)


@pytest.mark.parametrize("speaking", ["remote"], indirect=True)
@pytest.mark.parametrize(
    "recipe", [{"dockerfile": "FROM scratch"}, {"base": "trainer", "apt": ["git"]}]
)
def test_what_runs_as_root_needs_an_operator(
    client: Client, history: History, recipe: dict[str, object]
) -> None:
    kept(history)
    with pytest.raises(Refused, match="operator"):
        client.build_image("mine", recipe)
    with pytest.raises(Refused, match="operator"):
        client.delete_image("trainer", 1)


class TestOfAViewer:
    @pytest.fixture
    def role(self) -> Role:
        return Role.VIEWER

    def test_building_needs_a_developer(self, client: Client, history: History) -> None:
        kept(history)
        assert client.images()
        with pytest.raises(Refused, match="developer"):
            client.build_image("mine", {"base": "trainer"})


class TestOfAnOperator:
    @pytest.fixture
    def role(self) -> Role:
        return Role.OPERATOR

    def test_a_version_is_deleted_once_it_is_not_being_built(
        self, client: Client, history: History
    ) -> None:
        kept(history)
        building = client.build_image("mine", {"dockerfile": "FROM scratch"})
        run = str(building.run_id).rpartition("/")[2]
        with pytest.raises(Conflict, match="is being built") as refused:
            client.delete_image("mine", building.version)
        assert f"aileron lifecycle stop image_build {run}`" in str(refused.value)
        client.delete_image("trainer", 1)
        with pytest.raises(NotFound):
            client.image("trainer")


def test_a_lifecycle_names_an_image_that_is_there(
    client: Client, history: History, installation: Installation
) -> None:
    history.workspace.pool()
    values = {"runtime.resources.train.image": "nobodys"}
    with pytest.raises(AileronError, match="image"):
        client.start("fruit", values)
