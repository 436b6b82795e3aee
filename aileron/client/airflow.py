"""Airflow's REST API, as far as starting and following a run needs it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

import httpx

from aileron.core.errors import (
    AileronError,
    Conflict,
    InvalidInput,
    NotFound,
    Refused,
    Unavailable,
)
from aileron.core.names import DEFAULT_PROJECT, IMPORT
from aileron.core.names import dag_id as dag_id_of
from aileron.core.settings import Settings

SETTLED: Final = 4.0
"""Seconds after which the scheduler has surely noticed that an asking task's process ended."""
PAGE: Final = 100
"""Entries of one answer, which Airflow limits to so many."""
FINISHED: Final = frozenset({"success", "failed"})
_ERRORS: Final[Mapping[int, type[AileronError]]] = {
    400: InvalidInput,
    401: Refused,
    403: Refused,
    404: NotFound,
    409: Conflict,
    422: InvalidInput,
}


@dataclass(frozen=True)
class DagRun:
    """One run of a DAG: state is queued, running, success or failed."""

    dag_id: str
    run_id: str
    state: str
    started: datetime | None
    ended: datetime | None

    @property
    def finished(self) -> bool:
        return self.state in FINISHED


@dataclass(frozen=True)
class TaskRun:
    """The latest try of one task of a run; state None before it is scheduled."""

    name: str
    state: str | None
    seconds: float | None
    tries: int
    started: datetime | None
    ended: datetime | None


@dataclass(frozen=True)
class SlotPool:
    """One of Airflow's pools: how many tasks at a time, and how many there are."""

    slots: int
    taken: int
    """By tasks that run, are about to, or wait in a trigger."""
    counts_deferred: bool


class AirflowClient:
    """A logged-in session with one Airflow.

    Args:
        url: of the API server, without path.
        login_file: JSON with ``username`` and ``password``.
        seconds: how long one request may take.
    """

    def __init__(self, url: str, login_file: Path | None = None, seconds: float = 15.0) -> None:
        self.url = url.rstrip("/")
        self._login_file = login_file
        self._http = httpx.Client(base_url=self.url, timeout=seconds, trust_env=False)
        self._token: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The installation's Airflow.

        Raises:
            InvalidInput: its address is not known.
        """
        return cls(settings.require("airflow_url"), settings.airflow_login_file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def trigger(
        self,
        dag_id: str,
        run_id: str,
        conf: Mapping[str, Any] | None = None,
        after: datetime | None = None,
    ) -> DagRun:
        """Start a run, now or `after` a time; a paused DAG is unpaused first.

        Raises:
            NotFound: Airflow does not (yet) know the DAG.
            Conflict: there is a run of that id.
            InvalidInput: `conf` does not fit the DAG's form; the sentence says why.
        """
        self.unpause(dag_id)
        body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf or {})}
        if after is not None:
            body["run_after"] = after.isoformat()
        return _dag_run(self._call("POST", f"/api/v2/dags/{_q(dag_id)}/dagRuns", body))

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler start runs of the DAG."""
        self._call("PATCH", f"/api/v2/dags/{_q(dag_id)}", {"is_paused": False})

    def read_at(self, dag_id: str) -> datetime | None:
        """When Airflow last read the DAG; None if it does not know it."""
        try:
            return _time(self._call("GET", f"/api/v2/dags/{_q(dag_id)}")["last_parsed_time"])
        except NotFound:
            return None

    def read_soon(self) -> None:
        """Ask Airflow to read the platform's workflows at once, and not in their turn."""
        known = dag_id_of(DEFAULT_PROJECT, IMPORT)  # of the same DAG file
        with suppress(NotFound, Conflict, Refused):  # unread as yet, asked for already, no right
            token = self._call("GET", f"/api/v2/dags/{_q(known)}")["file_token"]
            self._call("PUT", f"/api/v2/parseDagFile/{_q(token)}")

    def import_errors(self) -> dict[str, str]:
        """DAG file -> why it could not be read."""
        answer = self._call("GET", "/api/v2/importErrors")
        return {e["filename"]: e["stack_trace"] for e in answer["import_errors"]}

    def run(self, dag_id: str, run_id: str) -> DagRun:
        """The run's state now."""
        return _dag_run(self._call("GET", _run_path(dag_id, run_id)))

    def fail_run(self, dag_id: str, run_id: str) -> None:
        """End a run: what runs is killed, what waits is told, the rest is skipped."""
        self._call("PATCH", _run_path(dag_id, run_id), {"state": "failed"})

    def tasks(self, dag_id: str, run_id: str) -> list[TaskRun]:
        """The run's tasks, those that started first in front."""
        answer = self._call("GET", f"{_run_path(dag_id, run_id)}/taskInstances?limit=1000")
        tasks = [_task_run(values) for values in answer["task_instances"]]
        return sorted(tasks, key=lambda task: (task.started is None, task.started or 0))

    def log(self, dag_id: str, run_id: str, task: str, attempt: int) -> str:
        """What Airflow logged of one try of a task."""
        path = f"{_run_path(dag_id, run_id)}/taskInstances/{_q(task)}/logs/{attempt}"
        answer = self._call("GET", f"{path}?full_content=true")
        lines = answer.get("content") or []
        return "\n".join(
            str(line.get("event", line)) if isinstance(line, Mapping) else str(line)
            for line in lines
        )

    def next_runs(self) -> dict[str, datetime]:
        """DAG id -> when its next run starts by itself; only of those that have one."""
        found: dict[str, datetime | None] = {}
        while True:
            page = self._call("GET", f"/api/v2/dags?tags=aileron&limit={PAGE}&offset={len(found)}")
            for dag in page["dags"]:
                found[dag["dag_id"]] = _time(None if dag["is_paused"] else _next_run(dag))
            if not page["dags"] or len(found) >= page["total_entries"]:
                return {dag: time for dag, time in found.items() if time is not None}

    def pools(self) -> dict[str, SlotPool]:
        """Name -> each of Airflow's pools."""
        found: dict[str, SlotPool] = {}
        while True:
            page = self._call("GET", f"/api/v2/pools?limit={PAGE}&offset={len(found)}")
            found |= {pool["name"]: _slot_pool(pool) for pool in page["pools"]}
            if not page["pools"] or len(found) >= page["total_entries"]:
                return found

    def set_pool(self, name: str, slots: int, description: str = "") -> bool:
        """Make the pool `name` have so many slots; whether that changed anything.

        Tasks that wait in a trigger keep their slot: they have a pod that runs.
        """
        body = {"slots": slots, "description": description, "include_deferred": True}
        path = f"/api/v2/pools/{_q(name)}"
        try:
            found = _slot_pool(self._call("GET", path))
        except NotFound:
            self._call("POST", "/api/v2/pools", {"name": name, **body})
            return True
        if found.slots == slots and found.counts_deferred:
            return False
        self._call("PATCH", path, {"pool": name, **body})
        return True

    def answer(self, dag_id: str, run_id: str, task: str, option: str, comment: str = "") -> None:
        """Answer a task that asks a person, with one of its options.

        Raises:
            NotFound: the task does not ask.
            Conflict: it was answered before.
        """
        self.await_question(dag_id, run_id, task)
        self.respond(dag_id, run_id, task, option, comment)

    def await_question(self, dag_id: str, run_id: str, task: str, patience: float = 0.0) -> None:
        """Return once the task's question can be answered.

        A question younger than `SETTLED` is answered when it is that old: Airflow's scheduler
        fails a task that goes on before it has noticed that the asking process ended.

        Args:
            patience: seconds to wait for the question to be asked.

        Raises:
            NotFound: the task does not ask.
            Conflict: it was answered before.
        """
        question = self._question(dag_id, run_id, task, patience)
        if question.get("response_received"):
            raise Conflict("client.already_answered", run=run_id)
        age = (datetime.now(UTC) - datetime.fromisoformat(question["created_at"])).total_seconds()
        time.sleep(min(max(SETTLED - age, 0.0), SETTLED))

    def respond(self, dag_id: str, run_id: str, task: str, option: str, comment: str = "") -> None:
        """Answer a question that is old enough; `answer` waits for that."""
        body = {"chosen_options": [option], "params_input": {"comment": comment}}
        self._call("PATCH", _question_path(dag_id, run_id, task), body)

    def follow(
        self, dag_id: str, run_id: str, every: float = 0.5, patience: float = 60.0
    ) -> Iterator[tuple[DagRun, list[TaskRun]]]:
        """Yield the run and its tasks whenever something changed; ends with the run.

        A server that is away for less than `patience` seconds (a restart) is waited for.

        Raises:
            Unavailable: it was away for longer.
        """
        seen: tuple[DagRun, list[TaskRun]] | None = None
        lost: float | None = None
        while seen is None or not seen[0].finished:
            try:
                now = (self.run(dag_id, run_id), self.tasks(dag_id, run_id))
            except Unavailable:
                lost = lost or time.monotonic()
                if time.monotonic() - lost > patience:
                    raise
                time.sleep(every)
                continue
            lost = None
            if now != seen:
                yield now
            seen = now
            if not now[0].finished:
                time.sleep(every)

    def _question(self, dag_id: str, run_id: str, task: str, patience: float) -> dict[str, Any]:
        deadline = time.monotonic() + patience
        while True:
            try:
                return self._call("GET", _question_path(dag_id, run_id, task))
            except NotFound:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.25)

    def _call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = self._send(method, path, body)
        if answer.status_code == 401 and self._login_file:
            self._token = None
            answer = self._send(method, path, body)
        if answer.is_error:
            raise _error(answer, self.url)
        value: dict[str, Any] = answer.json() if answer.content else {}
        return value

    def _send(self, method: str, path: str, body: Any) -> httpx.Response:
        if self._token is None and self._login_file:
            self._token = self._log_in(self._login_file)
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return self._request(method, path, json=body, headers=headers)

    def _log_in(self, file: Path) -> str:
        try:
            login = json.loads(file.read_text(encoding="utf-8"))
            body = {"username": login["username"], "password": login["password"]}
        except (OSError, ValueError, KeyError, TypeError):
            raise InvalidInput("client.bad_login_file", where=str(file)) from None
        answer = self._request("POST", "/auth/token", json=body)
        if answer.is_error:
            raise Refused("client.login_refused", where=self.url, file=str(file))
        return str(answer.json()["access_token"])

    def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            problem = str(error) or type(error).__name__
            raise Unavailable("client.airflow_down", where=self.url, problem=problem) from None
        if answer.status_code >= 500:
            problem = f"HTTP {answer.status_code}"
            raise Unavailable("client.airflow_down", where=self.url, problem=problem)
        return answer


def _error(answer: httpx.Response, url: str) -> AileronError:
    try:
        detail = answer.json().get("detail", answer.text)
    except ValueError:
        detail = answer.text
    if isinstance(detail, Mapping):
        detail = detail.get("reason") or detail.get("msg") or json.dumps(detail)
    kind = _ERRORS.get(answer.status_code, InvalidInput)
    path = answer.request.url.path
    return kind("client.airflow_refused", where=url, path=path, problem=str(detail)[:1000])


def _dag_run(values: Mapping[str, Any]) -> DagRun:
    return DagRun(
        dag_id=values["dag_id"],
        run_id=values["dag_run_id"],
        state=values["state"],
        started=_time(values.get("start_date")),
        ended=_time(values.get("end_date")),
    )


def _task_run(values: Mapping[str, Any]) -> TaskRun:
    return TaskRun(
        name=values["task_id"],
        state=values["state"],
        seconds=values.get("duration"),
        tries=values.get("try_number") or 0,
        started=_time(values.get("start_date")),
        ended=_time(values.get("end_date")),
    )


def _slot_pool(values: Mapping[str, Any]) -> SlotPool:
    return SlotPool(
        slots=values["slots"],
        taken=values["occupied_slots"],
        counts_deferred=values["include_deferred"],
    )


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _next_run(dag: Mapping[str, Any]) -> str | None:
    """When the scheduler makes the next run, as Airflow says it."""
    found = dag.get("next_dagrun_run_after") or dag.get("next_dagrun_logical_date")
    return str(found) if found else None


def _question_path(dag_id: str, run_id: str, task: str) -> str:
    return f"{_run_path(dag_id, run_id)}/taskInstances/{_q(task)}/-1/hitlDetails"


def _run_path(dag_id: str, run_id: str) -> str:
    return f"/api/v2/dags/{_q(dag_id)}/dagRuns/{_q(run_id)}"


def _q(part: str) -> str:
    return quote(part, safe="")
