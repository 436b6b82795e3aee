"""The client says quickly and in words what is wrong with the server."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from aileron.core.errors import AileronError, Conflict, NotFound, StepFailed, Unavailable
from aileron.registry import mlflow_rest
from aileron.registry.mlflow_rest import Mlflow

Answer = tuple[int, bytes]


@pytest.fixture
def answering() -> Iterator[Callable[[int, bytes], str]]:
    """Starts a server that gives one answer to everything."""
    servers: list[ThreadingHTTPServer] = []

    def start(status: int, body: bytes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

            def log_message(self, *args: object) -> None:
                """Stay silent."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_server_that_is_not_there_is_said_at_once() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = time.monotonic()
    with Mlflow(f"http://127.0.0.1:{port}") as mlflow, pytest.raises(Unavailable) as refusal:
        mlflow.ensure_experiment("default/x")
    assert time.monotonic() - start < 5
    assert refusal.value.message_id == "registry.mlflow_down"
    assert refusal.value.retryable
    assert f"127.0.0.1:{port}" in str(refusal.value)
    assert "MLflow" in refusal.value.render("zh")


def test_a_server_that_accepts_and_never_answers_is_given_up_within_half_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (mlflow_rest.TIMEOUT.connect or 99) + (mlflow_rest.TIMEOUT.read or 99) < 30
    monkeypatch.setattr(mlflow_rest, "TIMEOUT", httpx.Timeout(0.3))
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        with Mlflow(url) as mlflow, pytest.raises(Unavailable, match="does not answer"):
            mlflow.experiment("default/x")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "RESOURCE_DOES_NOT_EXIST", NotFound),
        (400, "RESOURCE_ALREADY_EXISTS", Conflict),
        (400, "INVALID_PARAMETER_VALUE", StepFailed),
        (503, "", Unavailable),
        (500, "INTERNAL_ERROR", StepFailed),
        (403, "PERMISSION_DENIED", StepFailed),
    ],
)
def test_an_answer_that_is_an_error_becomes_one_of_ours(
    status: int, code: str, kind: type[AileronError], answering: Callable[[int, bytes], str]
) -> None:
    body = json.dumps({"error_code": code, "message": "the reason"}).encode() if code else b"busy"
    with Mlflow(answering(status, body)) as mlflow, pytest.raises(kind) as refusal:
        mlflow.finish_run("r", "FINISHED", 1)
    assert ("the reason" if code else "busy") in str(refusal.value)


def test_what_is_not_there_can_be_asked_for_and_deleted(
    answering: Callable[[int, bytes], str],
) -> None:
    body = json.dumps({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"}).encode()
    with Mlflow(answering(404, body)) as mlflow:
        assert mlflow.experiment("default/x") is None
        assert mlflow.run("r") is None
        assert mlflow.alias("default.m", "champion") is None
        mlflow.delete_run("r")
        mlflow.delete_version("default.m", "1")
        mlflow.delete_logged_model("m-1")


def test_artifacts_that_mlflow_does_not_serve_are_refused(tmp_path: Path) -> None:
    with Mlflow("http://127.0.0.1:1") as mlflow, pytest.raises(StepFailed, match="serve-artifacts"):
        mlflow.upload_file("s3://bucket/1/artifacts", "x", tmp_path / "x")


def test_the_client_does_not_import_mlflow() -> None:
    import subprocess
    import sys

    code = "import sys, aileron.registry.mlflow_rest; print('mlflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
