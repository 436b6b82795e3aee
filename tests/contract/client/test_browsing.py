"""Looking into dataset versions, from here and over HTTP."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from plugins.history import PAGE, PROJECT, History
from plugins.picture_sets import NewPictures, stripes
from starlette.testclient import TestClient

from aileron.client import Client
from aileron.core.errors import InvalidInput, NotFound
from aileron.core.ports import ArtifactKind

FIRST = "across/00000"


@pytest.fixture
def pictures(history: History, new_pictures: NewPictures) -> None:
    """Version 1 of `stripes` has 6 pictures of two classes, version 2 two more."""
    for version, count in ((1, 6), (2, 8)):
        reference = history.store.put(ArtifactKind.DATASET, new_pictures(stripes(count)).dataset)
        tag = f"{PROJECT}/stripes@v{version}"
        versions = history.ledger.datasets
        versions.add(PROJECT, "stripes", version, tag, reference.digest, reference, "c" * 40)


def test_samples_are_looked_at_page_by_page(client: Client, pictures: None) -> None:
    page = client.samples("stripes", 1, limit=4)
    assert (page.version, page.modality, page.task) == (1, "image", "classification")
    assert (page.total, page.every, page.waiting, len(page.samples)) == (6, 6, 0, 4)
    assert [(one.name, one.samples) for one in page.classes] == [("across", 3), ("down", 3)]
    first = page.samples[0]
    assert (first.sample_id, first.labels, first.width, first.has_medium) == (
        FIRST, ("across",), 32, True,
    )  # fmt: skip
    rest = client.samples("stripes", 1, offset=4, limit=4).samples
    assert len({one.sample_id for one in (*page.samples, *rest)}) == 6


def test_samples_are_found_by_label_and_words(client: Client, pictures: None) -> None:
    assert client.samples("stripes", label="down").total == 4  # of the newest version
    assert client.samples("stripes", 1, label="down", search="00001").total == 1
    assert client.samples("stripes", 1, annotated=False).samples == ()


def test_a_picture_is_given_whole_and_small(client: Client, pictures: None) -> None:
    whole = client.medium("stripes", 1, FIRST)
    assert whole.type == "image/png"
    assert Image.open(io.BytesIO(whole.content)).size == (32, 32)
    small = client.medium("stripes", None, FIRST, "thumb")
    assert small.type == "image/jpeg"
    assert client.medium("stripes", 1, FIRST, "thumb") == small


def test_rows_of_a_table_are_looked_at(client: Client, history: History) -> None:
    history.dataset_version(1, {"a": ("1", "pear"), "b": ("2", "plum"), "c": ("3", "fig")})
    page = client.rows("fruit", offset=1, limit=5)
    assert (page.total, page.offset, page.ids) == (3, 1, ("b", "c"))
    assert page.columns[0]["name"] == "kind"
    assert [row[0] for row in page.rows] == ["plum", "fig"]


def test_what_a_run_found_out_of_a_version_is_told(client: Client, history: History) -> None:
    history.dataset_version(1, {"a": ("1", "pear")})
    with pytest.raises(NotFound, match="profiled"):
        client.dataset_profile("fruit")
    run = history.trained("r1")
    profile = {"format_version": 1, "rows": 1, "columns": [], "findings": []}
    other = profile | {"digest": "of the version that the run made of it"}
    for node, found in (("other", other), ("profile", profile)):
        report = history.artifact(ArtifactKind.REPORT, report_html=PAGE, profile_json=found)
        history.node(run, node, "data.profile", {"report": report})
    assert client.dataset_profile("fruit", 1) == profile
    assert client.dataset_report("fruit") == PAGE


def test_what_is_not_there_is_said(client: Client, pictures: None, history: History) -> None:
    history.dataset_version(1, {"a": ("1", "pear")})
    for ask in (
        lambda: client.samples("nothing"),
        lambda: client.samples("stripes", 9),
        lambda: client.rows("nothing"),
        lambda: client.medium("stripes", 1, "nothing"),
    ):
        with pytest.raises(NotFound):
            ask()
    for wrong in (
        lambda: client.samples("fruit"),
        lambda: client.rows("stripes"),
        lambda: client.samples("stripes", limit=201),
        lambda: client.samples("stripes", offset=-1),
    ):
        with pytest.raises(InvalidInput):
            wrong()


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [
        (None, 200, slice(None)),
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=20-", 206, slice(20, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=0-99999999", 206, slice(None)),
        ("bytes=9-1", 200, slice(None)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
    ],
)
def test_a_player_may_ask_for_a_part(
    http: TestClient, pictures: None, wanted: str | None, status: int, part: slice
) -> None:
    url = f"/api/v1/datasets/stripes/medium?version=1&sample={FIRST}"
    whole = http.get(url).content
    answer = http.get(url, headers={"Range": wanted} if wanted else {})
    assert (answer.status_code, answer.content) == (status, whole[part])
    if status == 206:
        first = whole.index(answer.content)
        last = first + len(answer.content) - 1
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"


def test_a_part_beyond_the_end_is_refused(http: TestClient, pictures: None) -> None:
    url = f"/api/v1/datasets/stripes/medium?version=1&sample={FIRST}"
    answer = http.get(url, headers={"Range": "bytes=99999999-"})
    assert (answer.status_code, answer.json()["error_code"]) == (416, "api.beyond_end")


def test_what_was_imported_can_do_nothing_in_a_browser(http: TestClient, pictures: None) -> None:
    answer = http.get(f"/api/v1/datasets/stripes/medium?sample={FIRST}&size=screen")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "image/jpeg"
