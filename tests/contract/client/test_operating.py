"""What forms of operations need besides the operations: names of a version, and a preview."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image
from plugins.api import Speaking
from plugins.history import PROJECT, History
from plugins.picture_sets import NewPictures, stripes

from aileron.client import Client
from aileron.core.errors import InvalidInput, NotFound
from aileron.core.ports import ArtifactKind

TURNED = {"operations": [{"operation": "resize", "width": 20, "height": 10}]}


@pytest.fixture
def client(speaking: Speaking) -> Client:
    """A client in Chinese."""
    return speaking("zh")


@pytest.fixture
def pictures(history: History, new_pictures: NewPictures) -> None:
    """Version 1 of `stripes` has 6 pictures of two classes."""
    reference = history.store.put(ArtifactKind.DATASET, new_pictures(stripes(6)).dataset)
    tag = f"{PROJECT}/stripes@v1"
    history.ledger.datasets.add(PROJECT, "stripes", 1, tag, reference.digest, reference, "c" * 40)


def test_a_version_says_which_names_options_may_hold(client: Client, pictures: None) -> None:
    found = client.vocabulary("stripes")
    facts = {fact.name: fact.kind for fact in found.facts}
    assert (found.version, found.labels, found.columns) == (1, ("across", "down"), ())
    assert (facts["width"], facts["sample_id"]) == ("number", "text")
    with pytest.raises(NotFound):
        client.vocabulary("stripes", 2)


def test_an_operation_is_previewed_by_its_seed(client: Client, pictures: None) -> None:
    found = client.preview_operation("prepare_images", "stripes", options=TURNED, count=4)
    assert (found.operation, found.version, len(found.samples)) == ("prepare_images", 1, 4)
    with Image.open(io.BytesIO(base64.b64decode(found.samples[0].picture))) as picture:
        assert picture.size == (32 + 8 + 20, 32)
    varied = {"copies": 1, "rotate": 40.0, "parts": ["train", "none"]}
    one, same, other = (
        client.preview_operation("augment", "stripes", 1, options=varied, count=1, seed=seed)
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one.samples[0].sample_id == other.samples[0].sample_id
    assert one.samples[0].picture != other.samples[0].picture


@pytest.mark.parametrize(
    ("operation", "options", "said"),
    [
        ("prepare_images", {"operations": []}, "operations"),
        ("prepare_images", {"turn": 1}, "turn"),
        (
            "prepare_images",
            {"operations": [{"operation": "crop", "width": 9, "height": 9, "x": 900}]},
            "无法预览",
        ),
        ("sample", {"count": 2}, "没有预览"),
        ("sampel", {}, "sample"),
    ],
)
def test_what_cannot_be_previewed_is_said_in_the_readers_language(
    client: Client, pictures: None, operation: str, options: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        client.preview_operation(operation, "stripes", options=options)
    assert said in refused.value.render("zh")


def test_a_preview_is_small(client: Client, pictures: None) -> None:
    with pytest.raises(InvalidInput, match="count"):
        client.preview_operation("prepare_images", "stripes", options=TURNED, count=100)
