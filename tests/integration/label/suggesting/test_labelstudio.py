"""Suggestions in the real Label Studio: made by us with its tasks, and asked for by itself."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import httpx
import pytest
from plugins.image_models import picture
from plugins.labelstudio import RunningStudio
from plugins.releases import PROJECT
from starlette.applications import Starlette
from starlette.types import ASGIApp

from aileron.label.interface.config import labelling_config
from aileron.label.interface.results import to_annotation
from aileron.label.interface.tasks import task_data
from aileron.label.studio.client import Studio
from aileron.label.suggesting.contract import Contract, PackagePictures
from aileron.label.suggesting.keys import USER, service_key
from aileron.label.suggesting.measure import corrections
from aileron.label.suggesting.service import routes

from .conftest import Colours

KEY = "a key of tests"
PICTURES = {"a.png": picture("red"), "b.png": picture("lime"), "c.png": b"no picture"}
SAMPLES = [{"sample_id": name, "width": 32, "height": 24, "attributes": {}} for name in PICTURES]


@pytest.fixture
def server(labelstudio: RunningStudio) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Token {labelstudio.token}"}
    with httpx.Client(
        base_url=labelstudio.url, headers=headers, timeout=60, trust_env=False
    ) as http:
        yield http


def predictions(server: httpx.Client, task: int) -> list[tuple[object, object, object]]:
    """Class, score and model version of a task's predictions."""
    back = server.get(f"/api/tasks/{task}").json()["predictions"]
    return [
        (one["result"][0]["value"]["choices"], one["score"], one["model_version"]) for one in back
    ]


def test_suggestions_go_in_with_the_tasks_and_what_people_make_of_them_is_measured(
    colours: Colours, studio: Studio, server: httpx.Client
) -> None:
    spec = colours.spec()
    found = colours.suggesting.suggest(PROJECT, spec, SAMPLES, PICTURES.__getitem__)
    given = [
        {
            "data": task_data(spec, sample, f"/label/media/1/1/{place}"),
            **({"predictions": [one.prediction()]} if one else {}),
        }
        for place, (sample, one) in enumerate(zip(SAMPLES, found.suggestions, strict=True), 1)
    ]
    project = studio.create_project("suggested", labelling_config(spec))
    tasks = studio.add_tasks(project, given)
    first, second, third = found.suggestions
    assert first
    assert second
    assert third is None
    assert first.score
    assert predictions(server, tasks[0]) == [(["red"], pytest.approx(first.score), "cells_model/1")]
    assert [one[0] for one in predictions(server, tasks[1])] == [["green"]]
    assert predictions(server, tasks[2]) == []
    studio.annotate(tasks[0], first.prediction()["result"])
    other = second.prediction()["result"]
    other[0]["value"]["choices"] = ["blue"]
    studio.annotate(tasks[1], other)
    drawn = {state.task: state.annotations for state in studio.states(project)}
    pairs = [
        (
            one.to_json(),
            to_annotation(spec, sample, drawn[task][0].result).model_dump(mode="json"),
        )
        for sample, one, task in zip(SAMPLES, found.suggestions, tasks, strict=True)
        if one is not None
    ]
    (measured,) = corrections(spec, pairs)
    assert (measured.model_version, measured.items, measured.unchanged) == ("cells_model/1", 2, 1)
    assert measured.classes["green"].precision == 0
    studio.delete_project(project)


def test_any_label_studio_connects_a_service_as_an_ml_backend(
    colours: Colours,
    studio: Studio,
    server: httpx.Client,
    serve: Callable[[ASGIApp], str],
) -> None:
    platform = colours.gateway.platform
    pictures = PackagePictures(platform.ledger, lambda *where: PICTURES["a.png"])
    contract = Contract(colours.suggesting.services, platform.settings.gateway_url, pictures)
    address = serve(Starlette(routes=routes(KEY, contract)))
    spec = colours.spec()
    project = studio.create_project("connected", labelling_config(spec))
    sources = [
        f"data:image/png;base64,{base64.b64encode(content).decode()}"
        for content in PICTURES.values()
    ]
    tasks = studio.add_tasks(
        project,
        [
            {"data": task_data(spec, sample, source)}
            for sample, source in zip(SAMPLES, sources, strict=True)
        ],
    )
    said = {
        "project": project,
        "title": "colours",
        "url": f"http://{address}/label/ml/{PROJECT}/{colours.service}",
        "auth_method": "BASIC_AUTH",
        "basic_auth_user": USER,
    }
    refused = server.post("/api/ml", json={**said, "basic_auth_pass": "wrong"})
    assert refused.status_code == 400, refused.text
    assert "incorrect" in refused.text
    key = service_key(KEY, PROJECT, colours.service)
    made = server.post("/api/ml", json={**said, "basic_auth_pass": key})
    assert made.status_code == 201, made.text
    action = {"id": "retrieve_tasks_predictions", "project": project}
    asked = server.post(
        "/api/dm/actions", params=action, json={"selectedItems": {"all": True, "excluded": []}}
    )
    assert asked.status_code == 200, asked.text
    assert [[(one[0], one[2]) for one in predictions(server, task)] for task in tasks] == [
        [(["red"], "cells_model/1")], [(["green"], "cells_model/1")], [],
    ]  # fmt: skip
    backend = server.get(f"/api/ml/{made.json()['id']}").json()
    assert (backend["readable_state"], backend["model_version"]) == ("Connected", "cells_model/3")
    studio.delete_project(project)
