"""What Label Studio holds, read from its own tables.

Its API needs 4 seconds for a thousand tasks, and everybody who labels waits meanwhile; a query
needs some milliseconds and sees one moment. Nothing is written here: that goes through the API,
so that its own bookkeeping is right. `docker/labelstudio.lock` names the version that this fits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

from aileron.core.errors import NotFound, Unavailable
from aileron.label.studio.port import Drawing, TaskState

_DRAWINGS: Final = """
SELECT 'annotations' AS kind, task_id, id, updated_at, lead_time, was_cancelled,
    CASE row_number() OVER (PARTITION BY task_id ORDER BY updated_at DESC, id DESC)
    WHEN 1 THEN result END AS result
FROM task_completion WHERE project_id = :project
UNION ALL
SELECT 'drafts', draft.task_id, draft.id, draft.updated_at, draft.lead_time, false, NULL
FROM tasks_annotationdraft AS draft JOIN task ON task.id = draft.task_id
WHERE task.project_id = :project
ORDER BY 1, 3
"""
_DATA: Final = "SELECT id, data FROM task WHERE project_id = :project ORDER BY id"
_ANNOTATION: Final = "SELECT task_id FROM task_completion WHERE id = :id"
_DRAFT: Final = "SELECT task_id FROM tasks_annotationdraft WHERE id = :id"
_COUNTS: Final = {
    "annotation": "SELECT count(*) FROM task_completion WHERE task_id = :task",
    "draft": "SELECT count(*) FROM tasks_annotationdraft WHERE task_id = :task",
}
_NOTED: Final = """
SELECT id, description FROM project WHERE created_at < now() - :age ORDER BY id
"""
_UNTOUCHED: Final = """
SELECT id, description FROM project
WHERE created_at < now() - :age
AND NOT EXISTS (SELECT 1 FROM task_completion WHERE project_id = project.id)
AND NOT EXISTS (
    SELECT 1 FROM tasks_annotationdraft AS draft JOIN task ON task.id = draft.task_id
    WHERE task.project_id = project.id
)
ORDER BY id
"""


class StudioTables:
    """Questions to Label Studio's database; threads may share one.

    Args:
        url: SQLAlchemy URL of that database.
    """

    def __init__(self, url: str) -> None:
        self._engine = create_engine(
            url, pool_pre_ping=True, pool_size=2, max_overflow=4, isolation_level="REPEATABLE READ"
        )

    def states(self, project: int) -> list[TaskState]:
        """Every task of a project with what is drawn in it, by id; see `StudioPort.states`."""
        drawn: dict[str, dict[int, list[Drawing]]] = {
            "annotations": defaultdict(list),
            "drafts": defaultdict(list),
        }
        with self._moment() as connection:
            tasks = self._ids(connection, project)
            for row in connection.execute(text(_DRAWINGS), {"project": project}):
                drawn[row.kind][row.task_id].append(
                    Drawing(
                        id=row.id,
                        result=row.result or [],
                        updated=row.updated_at,
                        seconds=row.lead_time,
                        cancelled=row.was_cancelled,
                    )
                )
        annotations, drafts = drawn["annotations"], drawn["drafts"]
        return [TaskState(task, tuple(annotations[task]), tuple(drafts[task])) for task in tasks]

    def count(self, kind: Literal["annotation", "draft"], task: int) -> int:
        """How many annotations or drafts a task has."""
        with self._moment() as connection:
            return int(connection.execute(text(_COUNTS[kind]), {"task": task}).scalar_one())

    def data(self, project: int) -> dict[int, dict[str, Any]]:
        """Task -> its data, of every task of a project."""
        with self._moment() as connection:
            self._ids(connection, project)
            rows = connection.execute(text(_DATA), {"project": project})
            return {row.id: row.data for row in rows}

    def projects(self) -> set[int]:
        """The ids of all projects."""
        with self._moment() as connection:
            return set(connection.execute(text("SELECT id FROM project")).scalars())

    def untouched(self, age: timedelta) -> list[tuple[int, str]]:
        """Id and note of all projects that are at least so old and in which nothing is drawn."""
        return self._notes(_UNTOUCHED, age)

    def noted(self, age: timedelta) -> list[tuple[int, str]]:
        """Id and note of all projects that are at least so old."""
        return self._notes(_NOTED, age)

    def task_of_annotation(self, annotation: int) -> int:
        """The task that an annotation belongs to."""
        return self._task(_ANNOTATION, "annotation", annotation)

    def task_of_draft(self, draft: int) -> int:
        """The task that a draft belongs to."""
        return self._task(_DRAFT, "draft", draft)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _notes(self, query: str, age: timedelta) -> list[tuple[int, str]]:
        with self._moment() as connection:
            rows = connection.execute(text(query), {"age": age})
            return [(row.id, row.description or "") for row in rows]

    def _task(self, query: str, kind: str, ident: int) -> int:
        with self._moment() as connection:
            task = connection.execute(text(query), {"id": ident}).scalar_one_or_none()
        if task is None:
            raise NotFound("label.studio.has_none", kind=kind, id=ident)
        return int(task)

    def _ids(self, connection: Connection, project: int) -> list[int]:
        known = text("SELECT 1 FROM project WHERE id = :project")
        if connection.execute(known, {"project": project}).first() is None:
            raise NotFound("label.studio.has_none", kind="project", id=project)
        ids = text("SELECT id FROM task WHERE project_id = :project ORDER BY id")
        return list(connection.execute(ids, {"project": project}).scalars())

    @contextmanager
    def _moment(self) -> Iterator[Connection]:
        """A transaction that reads alone, and sees one moment."""
        try:
            with self._engine.connect() as connection:
                connection.execute(text("SET TRANSACTION READ ONLY"))
                yield connection
        except (OperationalError, InterfaceError, ProgrammingError) as error:
            problem = str(error.orig).strip().splitlines()[0]
            raise Unavailable("label.studio.tables_silent", problem=problem) from None
