"""MLflow's settings: the stack's, or those of a server of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from aileron.core.errors import InvalidInput
from aileron.stack.mlflow_server import DATABASE_URL, own_environment, server_environment

URL = "postgresql+psycopg2://u:p@h/mlflow"


def test_the_stack_s_settings_stay_as_they_are(tmp_path: Path) -> None:
    given = server_environment(URL, tmp_path, 5000)
    assert own_environment(given, None, 5000, []) == {}


def test_a_server_of_its_own_has_its_database_from_a_file_and_is_called_by_name(
    tmp_path: Path,
) -> None:
    (tmp_path / "url").write_text(f"{URL}\n")
    environ = {f"{DATABASE_URL}_FILE": str(tmp_path / "url")}
    made = own_environment(environ, "s3://aileron/mlflow", 5000, ["mlflow:5000"])
    assert made["_MLFLOW_SERVER_FILE_STORE"] == URL
    assert made["_MLFLOW_SERVER_ARTIFACT_DESTINATION"] == "s3://aileron/mlflow"
    hosts = made["MLFLOW_SERVER_ALLOWED_HOSTS"].split(",")
    assert hosts == ["127.0.0.1:5000", "localhost:5000", "mlflow:5000"]
    folder = own_environment(environ, str(tmp_path), 5000, [])
    assert folder["_MLFLOW_SERVER_ARTIFACT_DESTINATION"] == tmp_path.as_uri()


@pytest.mark.parametrize(
    ("environ", "artifacts", "missing"),
    [({}, "/store", DATABASE_URL), ({DATABASE_URL: URL}, None, "--artifacts")],
)
def test_what_is_not_said_is_named(
    environ: dict[str, str], artifacts: str | None, missing: str
) -> None:
    with pytest.raises(InvalidInput, match=missing):
        own_environment(environ, artifacts, 5000, [])
