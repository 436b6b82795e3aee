"""MLflow by its REST API: quick to import, and no client that waits for minutes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from aileron_airflow.hooks.http import HttpHook

_API = "/api/2.0/mlflow"


class MlflowHook(HttpHook):
    """Runs, experiments and the model registry of an MLflow server.

    Connection type ``mlflow``: host is the server's URL; user and password for its basic
    authentication, or a password alone as a bearer token.
    """

    conn_type: ClassVar[str] = "mlflow"
    hook_name: ClassVar[str] = "MLflow"
    conn_name_attr: ClassVar[str] = "mlflow_conn_id"
    default_conn_name: ClassVar[str] = "mlflow_default"
    down = "aileron_airflow.mlflow_down"
    refused = "aileron_airflow.mlflow_refused"
    health = "/health"

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        return {
            "hidden_fields": ["schema", "port", "extra"],
            "relabeling": {"host": "URL"},
            "placeholders": {"host": "http://127.0.0.1:5000"},
        }

    def api(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Call ``/api/2.0/mlflow/PATH``; `options` are httpx's (``json``, ``params``)."""
        answer: dict[str, Any] = self.call(method, f"{_API}/{path}", **options) or {}
        return answer

    def run(self, run_id: str) -> dict[str, Any]:
        """One run with its params, metrics and tags as MLflow gives it."""
        found: dict[str, Any] = self.api("GET", "runs/get", params={"run_id": run_id})["run"]
        return found

    def search_runs(
        self, experiments: Sequence[str], query: str = "", limit: int = 100
    ) -> list[dict[str, Any]]:
        """Runs of experiments (by name), newest first; `query` is MLflow's filter string."""
        ids = [self.experiment_id(name) for name in experiments]
        body = {"experiment_ids": ids, "filter": query, "max_results": limit}
        found: list[dict[str, Any]] = self.api("POST", "runs/search", json=body).get("runs", [])
        return found

    def experiment_id(self, name: str) -> str:
        """The id of the experiment `name`."""
        answer = self.api("GET", "experiments/get-by-name", params={"experiment_name": name})
        return str(answer["experiment"]["experiment_id"])

    def model_version(self, name: str, alias: str) -> dict[str, Any]:
        """The registered model's version that `alias` names."""
        params = {"name": name, "alias": alias}
        answer = self.api("GET", "registered-models/alias", params=params)
        found: dict[str, Any] = answer["model_version"]
        return found

    def set_alias(self, name: str, alias: str, version: int | str) -> None:
        """Let `alias` name that version."""
        body = {"name": name, "alias": alias, "version": str(version)}
        self.api("POST", "registered-models/alias", json=body)

    def log_batch(
        self,
        run_id: str,
        metrics: Mapping[str, float] | None = None,
        tags: Mapping[str, str] | None = None,
        step: int = 0,
    ) -> None:
        """Add metrics (at `step`) and tags to a run, in one request."""
        now = int(time.time() * 1000)
        points = [
            {"key": key, "value": value, "timestamp": now, "step": step}
            for key, value in (metrics or {}).items()
        ]
        pairs = [{"key": key, "value": value} for key, value in (tags or {}).items()]
        body = {"run_id": run_id, "metrics": points, "tags": pairs}
        self.api("POST", "runs/log-batch", json=body)
