"""A small typed client of MLflow's REST interface.

Importing mlflow takes seconds and its client retries for minutes; this one starts at once
and says within half a minute that the server does not answer. Paths and fields are those of
MLflow 3 (https://mlflow.org/docs/latest/api_reference/rest-api.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self
from urllib.parse import quote, urlsplit

import httpx

from aileron.core.errors import Conflict, NotFound, StepFailed, Unavailable
from aileron.core.settings import Settings

TIMEOUT: Final = httpx.Timeout(20.0, connect=5.0)
BATCH: Final = 900
"""Metrics per request; MLflow takes 1000 entries in all."""
PARAMETERS_PER_BATCH: Final = 100
RUNS_PER_PAGE: Final = 500
_API: Final = "/api/2.0/mlflow/"
_ARTIFACTS: Final = "/api/2.0/mlflow-artifacts/artifacts/"
_SCHEME: Final = "mlflow-artifacts:/"
KIND_TAG: Final = "mlflow.experimentKind"
MODEL_TRAINING: Final = "custom_model_development"
"""Value of `KIND_TAG`, by which MLflow tells experiments of models from those of agents."""
MODEL_VIEW: Final = "workflowType=machine_learning"
"""Opens a page of MLflow in the view of models; a browser's first view is that of agents."""

JsonObject = dict[str, Any]
RunStatus = Literal["RUNNING", "FINISHED", "FAILED", "KILLED"]


@dataclass(frozen=True)
class Metric:
    """One point of a metric; `timestamp` in milliseconds."""

    key: str
    value: float
    timestamp: int
    step: int = 0


@dataclass(frozen=True)
class MlflowRun:
    """What we need of a run."""

    id: str
    experiment_id: str
    status: RunStatus
    active: bool
    start_time: int
    artifact_uri: str

    @classmethod
    def of(cls, run: JsonObject) -> MlflowRun:
        info = run["info"]
        return cls(
            info["run_id"],
            info["experiment_id"],
            info["status"],
            info["lifecycle_stage"] == "active",
            int(info["start_time"]),
            info["artifact_uri"],
        )


@dataclass(frozen=True)
class LoggedModel:
    """What we need of a logged model: MLflow's entity for a model's files."""

    id: str
    artifact_uri: str
    ready: bool

    @classmethod
    def of(cls, model: JsonObject) -> LoggedModel:
        info = model["info"]
        return cls(info["model_id"], info["artifact_uri"], info["status"] == "LOGGED_MODEL_READY")


@dataclass(frozen=True)
class RegisteredVersion:
    """What we need of a version of a registered model."""

    name: str
    version: str
    run_id: str
    tags: Mapping[str, str]

    @classmethod
    def of(cls, version: JsonObject) -> RegisteredVersion:
        tags = {tag["key"]: tag["value"] for tag in version.get("tags", [])}
        return cls(
            version["name"],
            version["version"],
            version.get("run_id", ""),
            tags,
        )


class Mlflow:
    """One server. Use it as a context manager; every method raises `Unavailable` if it is down."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        local = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
        self._http = httpx.Client(base_url=self.url, timeout=TIMEOUT, trust_env=not local)

    @classmethod
    def of(cls, settings: Settings) -> Mlflow:
        return cls(settings.require("mlflow_url"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    # Experiments and runs

    def experiment(self, name: str) -> str | None:
        """The id of the experiment, None if there is none that is active."""
        found = self._get_or_none("experiments/get-by-name", experiment_name=name)
        if found is None or found["experiment"]["lifecycle_stage"] != "active":
            return None
        return str(found["experiment"]["experiment_id"])

    def ensure_experiment(self, name: str) -> str:
        """The id of the experiment; it is made, or brought back from deletion.

        It is said to be of models, unless someone said otherwise.
        """
        kind = {KIND_TAG: MODEL_TRAINING}
        found = self._get_or_none("experiments/get-by-name", experiment_name=name)
        if found is None:
            try:
                made = self._post("experiments/create", name=name, tags=_pairs(kind))
                return str(made["experiment_id"])
            except Conflict:  # someone else made it meanwhile
                found = self._get("experiments/get-by-name", experiment_name=name)
        experiment = found["experiment"]
        if experiment["lifecycle_stage"] != "active":
            self._post("experiments/restore", experiment_id=experiment["experiment_id"])
        if all(tag["key"] != KIND_TAG for tag in experiment.get("tags", [])):
            self._post(
                "experiments/set-experiment-tag",
                experiment_id=experiment["experiment_id"],
                key=KIND_TAG,
                value=MODEL_TRAINING,
            )
        return str(experiment["experiment_id"])

    def create_run(
        self, experiment_id: str, name: str, start_time: int, tags: Mapping[str, str]
    ) -> MlflowRun:
        answer = self._post(
            "runs/create",
            experiment_id=experiment_id,
            run_name=name,
            start_time=start_time,
            tags=_pairs(tags),
        )
        return MlflowRun.of(answer["run"])

    def find_run(self, experiment_id: str, tag: str, value: str) -> MlflowRun | None:
        """The newest run, not deleted, with that tag."""
        answer = self._post(
            "runs/search",
            experiment_ids=[experiment_id],
            filter=f"tags.`{tag}` = '{value}'",
            run_view_type="ACTIVE_ONLY",
            max_results=1,
        )
        runs = answer.get("runs", [])
        return MlflowRun.of(runs[0]) if runs else None

    def runs_with(self, experiment_id: str, tag: str) -> Iterator[tuple[MlflowRun, str]]:
        """The experiment's runs that are not deleted and have the tag, each with its value."""
        page: str | None = None
        while True:
            answer = self._post(
                "runs/search",
                experiment_ids=[experiment_id],
                filter=f"tags.`{tag}` LIKE '%'",
                run_view_type="ACTIVE_ONLY",
                max_results=RUNS_PER_PAGE,
                **({"page_token": page} if page else {}),
            )
            for run in answer.get("runs", []):
                tags = {pair["key"]: pair["value"] for pair in run["data"]["tags"]}
                yield MlflowRun.of(run), tags[tag]
            page = answer.get("next_page_token")
            if not page:
                return

    def run(self, run_id: str) -> MlflowRun | None:
        found = self._get_or_none("runs/get", run_id=run_id)
        return MlflowRun.of(found["run"]) if found else None

    def run_page(self, run: MlflowRun) -> str:
        """The address of the run in a browser."""
        return f"{self.url}/#/experiments/{run.experiment_id}/runs/{run.id}?{MODEL_VIEW}"

    def finish_run(self, run_id: str, status: RunStatus, end_time: int) -> None:
        self._post("runs/update", run_id=run_id, status=status, end_time=end_time)

    def delete_run(self, run_id: str) -> None:
        """Delete; a run that is deleted or was never there is left as it is."""
        found = self.run(run_id)
        if found is not None and found.active:
            self._post("runs/delete", run_id=run_id)

    def restore_run(self, run_id: str) -> None:
        """Bring a deleted run back."""
        self._post("runs/restore", run_id=run_id)

    def log(
        self,
        run_id: str,
        metrics: Sequence[Metric] = (),
        parameters: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Log in as few requests as allowed. Points that are there already are not doubled."""
        for pairs in _batches(_pairs(parameters or {}), PARAMETERS_PER_BATCH):
            self._post("runs/log-batch", run_id=run_id, params=pairs)
        for pairs in _batches(_pairs(tags or {}), PARAMETERS_PER_BATCH):
            self._post("runs/log-batch", run_id=run_id, tags=pairs)
        points = [
            {"key": m.key, "value": m.value, "timestamp": m.timestamp, "step": m.step}
            for m in metrics
        ]
        for batch in _batches(points, BATCH):
            self._post("runs/log-batch", run_id=run_id, metrics=batch)

    def log_dataset(self, run_id: str, dataset: Mapping[str, str], context: str) -> None:
        """Say that the run used a dataset: name, digest, source_type, source, schema, profile."""
        tags = _pairs({"mlflow.data.context": context})
        self._post("runs/log-inputs", run_id=run_id, datasets=[{"dataset": dataset, "tags": tags}])

    # Files

    def upload(self, artifact_uri: str, folder: Path, below: str = "") -> None:
        """Put every file of `folder` under `artifact_uri` / `below`, through the server."""
        for path in sorted(item for item in folder.rglob("*") if item.is_file()):
            self.upload_file(artifact_uri, f"{below}/{path.relative_to(folder).as_posix()}", path)

    def upload_file(self, artifact_uri: str, name: str, path: Path) -> None:
        """Put one file under `artifact_uri` / `name`."""
        if not artifact_uri.startswith(_SCHEME):
            raise StepFailed(
                "registry.mlflow_refused",
                where=self.url,
                status=400,
                problem=f"{artifact_uri} is not served by MLflow (--serve-artifacts)",
            )
        place = "/".join(part for part in (_served_path(artifact_uri), name.strip("/")) if part)
        with path.open("rb") as file:
            self._send("PUT", _ARTIFACTS + quote(place), content=file)

    # Logged models

    def create_logged_model(
        self,
        experiment_id: str,
        name: str,
        run_id: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> LoggedModel:
        answer = self._post(
            "logged-models",
            experiment_id=experiment_id,
            name=name,
            source_run_id=run_id,
            params=_pairs(parameters)[:PARAMETERS_PER_BATCH],
            tags=_pairs(tags),
        )
        return LoggedModel.of(answer["model"])

    def find_logged_model(self, experiment_id: str, tags: Mapping[str, str]) -> LoggedModel | None:
        """The newest logged model with these tags."""
        answer = self._post(
            "logged-models/search",
            experiment_ids=[experiment_id],
            filter=" AND ".join(f"tags.`{key}` = '{value}'" for key, value in tags.items()),
            max_results=1,
        )
        models = answer.get("models", [])
        return LoggedModel.of(models[0]) if models else None

    def finish_logged_model(self, model_id: str, run_id: str) -> None:
        """Say that its files are complete and that the run made it."""
        self._send(
            "PATCH",
            f"{_API}logged-models/{model_id}",
            json={"model_id": model_id, "status": "LOGGED_MODEL_READY"},
        )
        self._post("runs/outputs", run_id=run_id, models=[{"model_id": model_id, "step": 0}])

    def delete_logged_model(self, model_id: str) -> None:
        """Delete; one that is not there is left as it is."""
        try:
            self._send("DELETE", f"{_API}logged-models/{model_id}")
        except NotFound:
            return

    # Registered models

    def ensure_registered_model(self, name: str, tags: Mapping[str, str]) -> None:
        """Make the registered model if there is none."""
        if self._get_or_none("registered-models/get", name=name) is None:
            try:
                self._post("registered-models/create", name=name, tags=_pairs(tags))
            except Conflict:  # someone else made it meanwhile
                return

    def create_version(
        self, name: str, model_id: str, run_id: str, description: str, tags: Mapping[str, str]
    ) -> RegisteredVersion:
        """A new version whose files are those of the logged model."""
        answer = self._post(
            "model-versions/create",
            name=name,
            source=f"models:/{model_id}",
            model_id=model_id,
            run_id=run_id,
            description=description,
            tags=_pairs(tags),
        )
        return RegisteredVersion.of(answer["model_version"])

    def find_version(self, name: str, tag: str, value: str) -> RegisteredVersion | None:
        """The version of the model with that tag."""
        answer = self._get(
            "model-versions/search",
            filter=f"name = '{name}' AND tags.`{tag}` = '{value}'",
            max_results=1,
        )
        versions = answer.get("model_versions", [])
        return RegisteredVersion.of(versions[0]) if versions else None

    def version(self, name: str, version: str) -> RegisteredVersion | None:
        found = self._get_or_none("model-versions/get", name=name, version=version)
        return RegisteredVersion.of(found["model_version"]) if found else None

    def delete_version(self, name: str, version: str) -> None:
        """Delete; one that is not there is left as it is."""
        try:
            self._call(
                "DELETE", f"{_API}model-versions/delete", json={"name": name, "version": version}
            )
        except NotFound:
            return

    def set_alias(self, name: str, alias: str, version: str | None) -> None:
        """Point the alias of the model to `version`, or take it away."""
        if version is not None:
            self._post("registered-models/alias", name=name, alias=alias, version=version)
        elif self.alias(name, alias) is not None:
            self._call(
                "DELETE", f"{_API}registered-models/alias", json={"name": name, "alias": alias}
            )

    def alias(self, name: str, alias: str) -> str | None:
        """The version that the alias points to; None if there is no such alias or model."""
        found = self._get_or_none("registered-models/get", name=name)
        aliases = found["registered_model"].get("aliases", []) if found else []
        return next((str(a["version"]) for a in aliases if a["alias"] == alias), None)

    # Requests

    def _get(self, path: str, **query: Any) -> JsonObject:
        return self._call("GET", _API + path, params=query)

    def _get_or_none(self, path: str, **query: Any) -> JsonObject | None:
        try:
            return self._get(path, **query)
        except NotFound:
            return None

    def _post(self, path: str, **body: Any) -> JsonObject:
        return self._call("POST", _API + path, json=body)

    def _call(self, method: str, path: str, **arguments: Any) -> JsonObject:
        answer: JsonObject = self._send(method, path, **arguments).json()
        return answer

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """One request, no retries: the caller's task is retried by the scheduler."""
        try:
            response = self._http.request(method, path, **arguments)
        except httpx.HTTPError as error:
            problem = str(error) or type(error).__name__
            raise Unavailable("registry.mlflow_down", where=self.url, problem=problem) from error
        if response.is_success:
            return response
        raise _failure(response, self.url)


def _failure(response: httpx.Response, url: str) -> NotFound | Conflict | Unavailable | StepFailed:
    """The error that an answer stands for."""
    try:
        answer = response.json()
    except ValueError:
        answer = {}
    code = answer.get("error_code", "") if isinstance(answer, dict) else ""
    problem = (answer.get("message") if code else response.text)[:500] or response.reason_phrase
    if code == "RESOURCE_DOES_NOT_EXIST":
        return NotFound("registry.mlflow_missing", where=url, problem=problem)
    if code == "RESOURCE_ALREADY_EXISTS":
        return Conflict("registry.mlflow_exists", where=url, problem=problem)
    if response.status_code in (429, 502, 503, 504):
        return Unavailable("registry.mlflow_down", where=url, problem=problem)
    status = response.status_code
    return StepFailed("registry.mlflow_refused", where=url, status=status, problem=problem)


def _served_path(artifact_uri: str) -> str:
    """``mlflow-artifacts:/1/abc/artifacts`` or ``mlflow-artifacts://host/...`` as a path."""
    return urlsplit(artifact_uri).path.strip("/")


def _pairs(values: Mapping[str, str]) -> list[JsonObject]:
    return [{"key": key, "value": value} for key, value in values.items()]


def _batches(items: Sequence[JsonObject], size: int) -> Iterable[Sequence[JsonObject]]:
    return (items[start : start + size] for start in range(0, len(items), size))
