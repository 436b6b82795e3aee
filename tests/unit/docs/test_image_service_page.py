"""The page about image services says what such a service really takes and answers."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plugins.image_services import local_image
from plugins.serving_app import LocalService

__all__ = ["local_image"]

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "image_service.md"


def test_a_service_answers_the_requests_of_its_page(
    local_image: Callable[[str], LocalService],
) -> None:
    single, multi = local_image("single_label"), local_image("multi_label")
    blocks: list[Any] = [
        json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    ]
    one, answer, many, tensor, error = blocks

    given = single.post("/predict", one).json()
    assert given.keys() == answer.keys()
    assert [r["name"] for r in given["results"]] == [r["name"] for r in answer["results"]]
    assert multi.post("/predict", many).json()["results"][0]["name"] == "red"
    inferred = single.post("/v2/models/sample/infer", tensor).json()
    assert [output["name"] for output in inferred["outputs"]] == ["probabilities"]
    assert single.post("/predict", {}).json() == error


def test_it_names_the_limits_that_hold(local_image: Callable[[str], LocalService]) -> None:
    limits: Any = local_image("single_label").service.limits  # type: ignore[attr-defined]
    text = PAGE.read_text()

    assert f"| shortest side | {limits.shortest_side} pixels |" in text
    assert f"| longest side | {limits.longest_side} pixels |" in text
    assert f"| file | {limits.picture_bytes >> 20} MiB" in text
