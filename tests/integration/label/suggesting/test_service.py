"""A registered model suggests classes of pictures, through the gateway."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plugins.gateway import Gateway
from plugins.image_models import picture
from plugins.label_work import SPEC
from plugins.ml_backend import each, predicted, scripted_backend
from plugins.releases import PROJECT
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from aileron.core.errors import InvalidInput, NotFound, Refused, Unavailable
from aileron.label.handout import media_path
from aileron.label.interface.config import labelling_config
from aileron.label.suggesting.contract import Contract, PackagePictures
from aileron.label.suggesting.keys import service_key
from aileron.label.suggesting.service import routes
from aileron.label.work import Seen, Work
from aileron.ledger import Campaign, Ledger, Package

from .conftest import Colours, released

KEY = "a key of tests"
PICTURES = {
    "a.png": picture("red"),
    "b.png": picture("blue"),
    "small.png": picture("red", size=(4, 4)),
    "no.png": b"no picture",
    "c.png": picture("lime"),
}
SAMPLES = [{"sample_id": name, "width": 32, "height": 24, "attributes": {}} for name in PICTURES]


def campaign(ledger: Ledger, name: str, spec: Any = SPEC) -> tuple[Campaign, Package]:
    """A campaign of the samples, and its first package."""
    made = Work(ledger, PROJECT, "olga").create(name, "pictures", 3, spec, list(PICTURES))
    return made, ledger.labelling.packages(PROJECT, campaign=name)[0]


def made_of(ledger: Ledger, made: Campaign, package: Package) -> tuple[Any, ...]:
    """What a package is handed out with."""
    bodies = {str(one["sample_id"]): one for one in SAMPLES}
    return made, package, ledger.labelling.items(package.id), bodies


def media(name: str) -> bytes:
    return PICTURES[name]


def test_pictures_get_a_class_a_score_and_the_version_that_said_so(colours: Colours) -> None:
    found = colours.suggesting.suggest(PROJECT, colours.spec(), SAMPLES, media)
    labels = [one and one.annotation.labels for one in found.suggestions]
    assert labels == [("red",), ("blue",), None, None, ("green",)]
    first = found.suggestions[0]
    assert first is not None
    assert first.model_version == "cells_model/1", "the version of the revision that answered"
    assert first.score is not None
    assert first.score > 0.9
    assert first.prediction()["result"][0]["value"] == {"choices": ["red"]}
    assert isinstance(found.problem, InvalidInput)
    assert "does not take the sample" in str(found.problem)


def test_classes_that_the_campaign_has_not_are_not_suggested(colours: Colours) -> None:
    spec = colours.spec("red", "yellow")
    found = colours.suggesting.suggest(PROJECT, spec, SAMPLES[:2], media)
    assert [one and one.annotation.labels for one in found.suggestions] == [("red",), None]
    assert found.problem is None


def test_any_number_of_labels_from_the_threshold_on(
    gateway: Gateway, serve: Callable[[ASGIApp], str], tmp_path: Path
) -> None:
    colours = released(gateway, serve, tmp_path, "multi_label")
    purple = {"a.png": picture("magenta"), "b.png": picture("black")}
    for kind, wanted in (("multi", ("red", "blue")), ("single", ("red",))):
        spec = colours.spec(label_type=kind)
        found = colours.suggesting.suggest(PROJECT, spec, SAMPLES[:2], purple.__getitem__)
        assert [one and one.annotation.labels for one in found.suggestions] == [wanted, None]


def test_what_cannot_suggest_is_refused_when_a_campaign_begins(colours: Colours) -> None:
    check = colours.suggesting.check
    check(PROJECT, colours.spec())
    check(PROJECT, colours.spec(suggestions=None))
    with pytest.raises(NotFound, match=f"can suggest labels: .*{colours.service}"):
        check(PROJECT, colours.spec(suggestions={"service": "nothing"}))
    with pytest.raises(NotFound):
        check("other", colours.spec())
    with pytest.raises(InvalidInput, match=r"It knows: red, green, blue\. The campaign has: cat"):
        check(PROJECT, colours.spec("cat", "dog"))
    with pytest.raises(InvalidInput, match="here it is detection of image"):
        check(PROJECT, colours.spec(task="detection", tool="box"))
    with pytest.raises(Refused, match="allowed_hosts"):
        check(PROJECT, colours.spec(suggestions={"url": "http://example.org"}))


def test_people_label_without_suggestions_where_the_service_is_away(colours: Colours) -> None:
    ledger = colours.gateway.platform.ledger
    colours.gateway.route(("127.0.0.1:9", 1))
    found = colours.suggesting.suggest(PROJECT, colours.spec(), SAMPLES * 100, media)
    assert found.suggestions == (None,) * 500
    assert isinstance(found.problem, Unavailable)
    made, package = campaign(ledger, "away", colours.spec())
    assert colours.suggesting.for_package(*made_of(ledger, made, package), media) == {}
    (event,) = ledger.events.list(PROJECT, f"label_package:{PROJECT}/away/{package.id}")
    assert event.verb == "label_package.suggested"
    assert event.after is not None
    assert (event.after["suggested"], event.after["without"]) == (0, 5)
    assert event.after["problem"]["message_id"].startswith("label.suggesting.")


def test_the_ledger_keeps_what_was_suggested_and_measures_what_became_of_it(
    colours: Colours,
) -> None:
    ledger, suggesting = colours.gateway.platform.ledger, colours.suggesting
    made, package = campaign(ledger, "kept", colours.spec(hours=None, audit={"share": 0}))
    found = suggesting.for_package(*made_of(ledger, made, package), media)
    again = suggesting.for_package(*made_of(ledger, made, package), media)
    assert found == again
    assert list(found) == [1, 2, 5]
    kept = ledger.label_suggestions.of_package(package.id)
    assert list(kept) == [1, 2, 5]
    assert kept[1].annotation == {"labels": ["red"]}
    assert (kept[1].score, kept[1].model_version) == (found[1]["score"], "cells_model/1")
    assert suggesting.measure(made) == []
    work = Work(ledger, PROJECT, "anna", manager=True)
    work.assign(package.id, "anna")
    ledger.labelling.handed_out(package.id, 7, {place: place for place in range(1, 6)})
    said = ["red", "red", "red", "red", "green"]
    work.observe(
        package.id,
        [Seen(task, {"labels": [label]}) for task, label in enumerate(said, 1)],
    )
    assert suggesting.for_package(*made_of(ledger, made, package), media) == {}
    work.submit(package.id)
    (measured,) = suggesting.measure(made)
    assert (measured.model_version, measured.items, measured.unchanged) == ("cells_model/1", 3, 2)
    assert measured.classes["blue"].precision == 0
    assert measured.classes["red"].recall == 0.5


def test_labels_that_the_dataset_has_come_before_a_models(colours: Colours) -> None:
    ledger = colours.gateway.platform.ledger
    made, package = campaign(ledger, "existing", colours.spec())
    first, second, items, bodies = made_of(ledger, made, package)
    bodies["a.png"] = {**bodies["a.png"], "labels": ["blue"]}
    assert list(colours.suggesting.for_package(first, second, items, bodies, media)) == [2, 5]


def test_a_server_that_an_administrator_allows_is_asked_in_batches(colours: Colours) -> None:
    configs = colours.gateway.platform.settings.workspace / "configs"
    configs.mkdir(exist_ok=True)
    allows = "apiVersion: aileron/v1\nkind: Connections\nallowed_networks: [127.0.0.0/8]\n"
    (configs / "connections.yaml").write_text(allows)

    def say(task: dict[str, object]) -> object:
        said = predicted(task, "red" if task["id"] != 2 else "unicorn")
        said["result"][0]["to_name"] = "image"
        return said

    with scripted_backend(predict=each(say)) as server:
        spec = colours.spec(suggestions={"url": server.url})
        found = colours.suggesting.suggest(PROJECT, spec, SAMPLES * 4, media)
        server.status = 500
        failed = colours.suggesting.suggest(PROJECT, spec, SAMPLES, media)
    (configs / "connections.yaml").unlink()
    labels = [one and one.annotation.labels for one in found.suggestions]
    assert labels == [
        ("red",),
        None,
        *[("red",)] * 7,
        None,
        *[("red",)] * 7,
        None,
        ("red",),
        ("red",),
    ]
    first = found.suggestions[0]
    assert first is not None
    assert (first.score, first.model_version) == (0.75, "v1")
    asked = [body for path, body in server.asked if path == "/predict"]
    assert sorted(len(body["tasks"]) for body in asked) == [4, 8, 8]
    source = asked[0]["tasks"][0]["data"]["image"]
    assert source.startswith("data:image/png;base64,")
    assert failed.suggestions == (None,) * 5
    assert "status 500" in str(failed.problem)


@pytest.fixture
def studio_side(colours: Colours) -> TestClient:
    """What a Label Studio reaches, without a key."""
    platform = colours.gateway.platform
    pictures = PackagePictures(platform.ledger, lambda *where: PICTURES["b.png"])
    contract = Contract(colours.suggesting.services, platform.settings.gateway_url, pictures)
    return TestClient(Starlette(routes=routes(KEY, contract)))


def test_the_contract_answers_a_label_studio_that_has_the_key(
    colours: Colours, studio_side: TestClient
) -> None:
    root = f"/label/ml/{PROJECT}/{colours.service}"
    config = labelling_config(colours.spec("red", "blue"))
    auth = ("aileron", service_key(KEY, PROJECT, colours.service))
    ask = {"tasks": [], "label_config": config}
    for path in ("/health", "/setup", "/predict"):
        for wrong in (None, ("aileron", "x"), ("aileron", service_key(KEY, PROJECT, "other"))):
            method = "GET" if path == "/health" else "POST"
            answer = studio_side.request(method, root + path, json=ask, auth=wrong)
            assert answer.status_code == 401, (path, wrong, answer.text)
    studio_side.auth = auth
    assert studio_side.get(f"{root}/health").json() == {
        "status": "UP", "model_class": "cells_model",
    }  # fmt: skip
    answer = studio_side.post(f"{root}/setup", json={"project": "1.2", "schema": config})
    assert answer.json() == {"model_version": "cells_model/3"}
    inside = "data:image/png;base64," + base64.b64encode(PICTURES["a.png"]).decode()
    sources = [inside, "http://10.0.0.1/x.png", "data:image/png;base64,!", "/etc/passwd",
               "/label/media/1/1/1/../1", None]  # fmt: skip
    ask["tasks"] = [{"id": n, "data": {"image": one}} for n, one in enumerate(sources)]
    answer = studio_side.post(f"{root}/predict", json={**ask, "project": "1.2", "params": {}})
    assert answer.status_code == 200, answer.text
    first, *others = answer.json()["results"]
    assert first["model_version"] == "cells_model/1"
    assert first["score"] > 0.9
    assert first["result"][0]["value"] == {"choices": ["red"]}
    assert others == [[]] * 5


def test_pictures_of_packages_are_the_projects_own(colours: Colours) -> None:
    ledger: Ledger = colours.gateway.platform.ledger
    made, package = campaign(ledger, "of_pictures")
    pictures = PackagePictures(ledger, lambda *where: repr(where).encode())
    address = media_path(made.id, package.id, 2)
    assert pictures(PROJECT, address) == repr((PROJECT, "pictures", 3, "b.png")).encode()
    for other, where in (
        ("elsewhere", address),
        (PROJECT, media_path(made.id + 1, package.id, 2)),
        (PROJECT, media_path(made.id, package.id, 999)),
    ):
        with pytest.raises(NotFound):
            pictures(other, where)
    with pytest.raises(InvalidInput, match="fetched from nowhere else"):
        pictures(PROJECT, f"http://x{address}")


def test_what_is_no_request_of_label_studio_is_refused_in_words(
    colours: Colours, studio_side: TestClient
) -> None:
    root = f"/label/ml/{PROJECT}/{colours.service}"
    studio_side.auth = ("x", service_key(KEY, PROJECT, colours.service))
    config = labelling_config(colours.spec())
    for body, problem in (
        (b"[]", "no JSON object"),
        (b"{", "no JSON"),
        (b"{}", "no text `label_config`"),
        (b'{"label_config": "<View/>"}', "no <Choices>"),
    ):
        answer = studio_side.post(f"{root}/predict", content=body)
        assert (answer.status_code, problem in answer.json()["error"]) == (400, True), answer.text
    ask = {"label_config": config, "tasks": [{}] * 1001}
    assert "at most 1000" in studio_side.post(f"{root}/predict", json=ask).json()["error"]
    ask["tasks"] = [None, {"data": []}, {"data": {"image": 7}}]
    assert studio_side.post(f"{root}/predict", json=ask).json()["results"] == [[], [], []]
    other = f"/label/ml/{PROJECT}/nothing"
    studio_side.auth = ("x", service_key(KEY, PROJECT, "nothing"))
    assert studio_side.get(f"{other}/health").status_code == 404


def test_a_service_that_is_away_is_not_well(colours: Colours, studio_side: TestClient) -> None:
    root = f"/label/ml/{PROJECT}/{colours.service}"
    studio_side.auth = ("x", service_key(KEY, PROJECT, colours.service))
    colours.gateway.route(("127.0.0.1:9", 1))
    answer = studio_side.get(f"{root}/health")
    assert answer.status_code == 503
    assert "aileron service start" in answer.json()["error"]
    source = "data:," + base64.b64encode(PICTURES["a.png"]).decode()
    ask = {
        "label_config": labelling_config(colours.spec()),
        "tasks": [{"data": {"image": source}}],
    }
    assert studio_side.post(f"{root}/predict", json=ask).status_code == 503
