"""What people can say goes into the real Label Studio and comes back as it was.

The server checks the configuration when a project is made; predictions are checked by its own
library, in its own environment.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from plugins.label_cases import HEIGHT, WIDTH, LabelCase, label_cases, same
from plugins.labelstudio import RunningStudio

from aileron.data.formats.images.brush import decode_brush
from aileron.data.formats.images.geometry import decode_mask
from aileron.label.interface.config import labelling_config
from aileron.label.interface.results import to_annotation, to_result
from aileron.label.interface.tasks import prediction, task_data
from aileron.label.studio.server import environment_folder

LIBRARY = Path(__file__).parents[2] / "plugins" / "studio_library.py"
MEDIUM = "/label/media/campaign/1/1"


@pytest.fixture(scope="module")
def server(labelstudio: RunningStudio) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Token {labelstudio.token}"}
    with httpx.Client(
        base_url=labelstudio.url, headers=headers, timeout=60, trust_env=False
    ) as http:
        yield http


@pytest.mark.parametrize("case", label_cases(), ids=lambda case: case.name)
def test_an_annotation_comes_back_from_the_server_as_it_was(
    server: httpx.Client, case: LabelCase
) -> None:
    said = {"title": f"round trip {case.name}", "label_config": labelling_config(case.spec)}
    made = server.post("/api/projects/", json=said)
    assert made.is_success, made.text
    project = made.json()["id"]
    try:
        annotated = {**case.sample, **case.annotation.model_dump(mode="json")}
        suggested = prediction(case.spec, annotated)
        data = task_data(case.spec, case.sample, MEDIUM)
        taken = server.post(
            f"/api/projects/{project}/import",
            params={"return_task_ids": "true"},
            json=[{"data": data, "predictions": [suggested]}],
        )
        assert taken.is_success, taken.text
        task = taken.json()["task_ids"][0]
        result = to_result(case.spec, case.sample, case.annotation)
        posted = server.post(f"/api/tasks/{task}/annotations/", json={"result": result})
        assert posted.is_success, posted.text
        back = server.get(f"/api/tasks/{task}").json()
    finally:
        server.delete(f"/api/projects/{project}/")
    for kind in ("annotations", "predictions"):
        (one,) = back[kind]
        assert same(to_annotation(case.spec, case.sample, one["result"]), case.annotation), kind
    assert back["data"] == data


def test_the_library_of_label_studio_finds_nothing_wrong_and_reads_the_same_brushes(
    labelstudio: RunningStudio,
) -> None:
    given = [
        {
            "config": labelling_config(case.spec),
            "prediction": prediction(
                case.spec, {**case.sample, **case.annotation.model_dump(mode="json")}
            ),
        }
        for case in label_cases()
    ]
    python = environment_folder() / "bin" / "python"
    done = subprocess.run(
        [python, "-P", LIBRARY],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    answers = json.loads(done.stdout.splitlines()[-1])
    assert [answer["wrong"] for answer in answers] == [[]] * len(given)
    brushes = 0
    for case, answer in zip(label_cases(), answers, strict=True):
        masks = [thing.mask for thing in case.annotation.objects if thing.mask is not None]
        for mask, painted, written in zip(masks, answer["painted"], answer["written"], strict=True):
            pixels = decode_mask(mask.encode(), HEIGHT, WIDTH)
            assert np.array_equal(pixels, np.array(painted))
            assert np.array_equal(pixels, decode_brush(written, WIDTH, HEIGHT))
            brushes += 1
    assert brushes == 6
