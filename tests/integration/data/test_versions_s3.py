"""Dataset versions whose bytes live in S3 (moto's server stands in for it)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugins.datasets import CARS, Workbench

from aileron.core.errors import Unavailable
from aileron.core.settings import SILENT
from aileron.data.versions import Versions


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a server with one bucket."""
    from moto.server import ThreadedMotoServer
    from s3fs import S3FileSystem

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    try:
        made = S3FileSystem(key="test", secret="test", endpoint_url=url, skip_instance_cache=True)
        made.mkdir("dataset-versions")
        yield url
    finally:
        server.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return "s3://dataset-versions/prefix"


def test_a_version_is_pushed_checked_and_restored_by_us_and_by_dvc(
    workbench: Workbench, bucket: str, tmp_path: Path
) -> None:
    folder = workbench.ingest(CARS)
    versions = Versions(tmp_path / "data.git", bucket)
    version = versions.publish(folder, "default", "me")
    assert versions.check("default", "cars", 1) == []
    versions.get("default", "cars", 1, tmp_path / "ours")
    command = [Path(sys.executable).with_name("dvc"), "get", tmp_path / "data.git", version.path]
    subprocess.run(
        [*command, "--rev", version.tag, "-o", "theirs"],
        cwd=tmp_path,
        check=True,
        env={**os.environ, **SILENT},
    )
    for copy in ("ours", "theirs"):
        for file in ("card.json", "samples.parquet", "table/part-00000.parquet"):
            assert (tmp_path / copy / file).read_bytes() == (folder / file).read_bytes()

    versions.remote.objects.fs.remove(versions.remote.objects.oid_to_path(version.data.md5))
    (broken,) = versions.check("default", "cars", 1)
    assert broken.message_id == "data.object_missing"


def test_a_bucket_that_is_missing_is_told(
    workbench: Workbench, bucket: str, tmp_path: Path
) -> None:
    versions = Versions(tmp_path / "data.git", bucket.replace("dataset-versions", "nowhere"))
    with pytest.raises(Unavailable, match=r"s3://nowhere/prefix: The dataset remote does not work"):
        versions.publish(workbench.ingest(CARS), "default", "me")
    assert versions.list("default") == []


def test_a_server_that_is_down_is_told_in_good_time(
    workbench: Workbench, bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    began = time.monotonic()
    with pytest.raises(Unavailable, match=r"remote does not work: .*127\.0\.0\.1:9"):
        Versions(tmp_path / "data.git", "s3://dataset-versions/down").publish(
            workbench.ingest(CARS), "default", "me"
        )
    assert time.monotonic() - began < 30
