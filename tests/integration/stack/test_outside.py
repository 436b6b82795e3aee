"""Databases and buckets of servers that are not the stack's."""

from __future__ import annotations

import pytest
from plugins.far_servers import Far

from aileron.core.errors import Unavailable
from aileron.stack.outside import ensure_bucket, ensure_database
from aileron.stack.postgres import EmbeddedPostgres


def test_a_database_is_made_once(postgres: EmbeddedPostgres) -> None:
    url = postgres.url("made_from_outside")
    assert ensure_database(url, 0)
    assert not ensure_database(url, 0)


def test_a_server_that_does_not_answer_or_know_us_is_told_without_the_password(
    postgres: EmbeddedPostgres,
) -> None:
    for url in (
        postgres.url("x").replace(":", ":not-", 2).replace(":not-//", "://"),
        f"postgresql+psycopg2://aileron:word@127.0.0.1:9/{'x'}",
    ):
        with pytest.raises(Unavailable, match=r"aileron:\*\*\*@") as told:
            ensure_database(url, 0)
        assert "word" not in str(told.value).replace("password", "")


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "word",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_a_bucket_is_made_once(far_s3: str, monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.setenv("AWS_ENDPOINT_URL", far_s3)
    assert ensure_bucket(f"s3://from-outside-{region}/store", 0)
    assert not ensure_bucket(f"s3://from-outside-{region}/mlflow", 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Unavailable, match=f"s3://from-outside-{region}/store"):
        ensure_bucket(f"s3://from-outside-{region}/store", 0)


@pytest.mark.usefixtures("key")
def test_a_key_of_one_bucket_need_not_list_all(
    far_web: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", far_web.url)
    far_web.files["/ours"] = b""
    assert not ensure_bucket("s3://ours/store", 0)
    assert far_web.asked == ["HEAD /ours"]
