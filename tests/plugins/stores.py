"""A store in a folder and one in a bucket, each with a way to its objects past the store."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from aileron.store import Store, open_store

OWN = ("lock", "sweeps.json")
"""What a store keeps for itself."""


class LocalBackend:
    """A store in a folder, and a way to its objects past the store."""

    def __init__(self, folder: Path) -> None:
        self.root = str(folder)

    def names(self) -> list[str]:
        root = Path(self.root)
        names = (str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())
        return sorted(name for name in names if name not in OWN)

    def damage(self, key: str, data: bytes) -> None:
        path = Path(self.root) / key
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def lose(self, key: str) -> None:
        (Path(self.root) / key).unlink()


class S3Backend:
    """A bucket of moto's server."""

    def __init__(self, bucket: str) -> None:
        import boto3

        self.root = f"s3://{bucket}/some/prefix"
        self._bucket = boto3.resource("s3").Bucket(bucket)
        self._bucket.create()

    def names(self) -> list[str]:
        names = (item.key.removeprefix("some/prefix/") for item in self._bucket.objects.all())
        return sorted(name for name in names if name not in OWN)

    def damage(self, key: str, data: bytes) -> None:
        self._bucket.put_object(Key=f"some/prefix/{key}", Body=data)

    def lose(self, key: str) -> None:
        self._bucket.Object(f"some/prefix/{key}").delete()


Backend = LocalBackend | S3Backend


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["local", "s3"])
def backend(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Backend:
    if request.param == "local":
        return LocalBackend(tmp_path / "store")
    monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("s3_server"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr("aileron.store.s3.SETTLE_SECONDS", 0.0)
    monkeypatch.setattr("aileron.store.s3.PAUSE", 0.01)
    return S3Backend(f"test-{uuid.uuid4().hex}")


@pytest.fixture
def store(backend: Backend) -> Store:
    return open_store(backend.root)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files, one nested, one empty, one executable."""
    root = tmp_path / "made"
    (root / "nested" / "deep").mkdir(parents=True)
    (root / "model.json").write_text('{"format_version": 1}')
    (root / "nested" / "deep" / "权重.bin").write_bytes(bytes(range(256)) * 9000)
    (root / "nested" / "empty").touch()
    (root / "serve.sh").write_text("#!/bin/sh\n")
    (root / "serve.sh").chmod(0o755)
    return root
