"""A store in a bucket that does not answer, or is not there."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from plugins.postgres import free_port

from aileron.core.errors import Unavailable
from aileron.core.ports import ArtifactKind
from aileron.store import open_store


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def test_a_server_that_is_down_is_told_within_half_a_minute(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    store = open_store("s3://bucket/prefix")
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"s3://bucket/prefix: .*does not answer"):
        store.put(ArtifactKind.REPORT, tmp_path)
    assert time.monotonic() - began < 30


def test_a_bucket_that_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.server import ThreadedMotoServer

    (tmp_path / "file").write_text("x")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        with pytest.raises(Unavailable, match="does not answer"):
            open_store("s3://nowhere/prefix").put(ArtifactKind.REPORT, tmp_path)
    finally:
        server.stop()
