"""The daily run that removes what is of no use any more.

Files, pods that work for nobody, what pods left in the store that nobody collected, and, if
``configs/retention.yaml`` says so, what nobody needs any more.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk import DAG, BaseOperator, get_parsing_context

if TYPE_CHECKING:
    from aileron.client.local import Installation

DAG_ID: Final = "aileron_housekeeping"
SCHEDULE: Final = "17 3 * * *"
"""Not at a minute at which people let things start."""
BEGUN: Final = datetime(2026, 1, 1, tzinfo=UTC)


class TidyOperator(BaseOperator):
    """Tidies each project; what went is in the ledger's events and in the log."""

    ui_color = "#e4e9e4"

    def execute(self, context: Any) -> dict[str, int]:  # noqa: ARG002 - Airflow's signature
        from aileron.client.local import Installation, LocalClient
        from aileron.core.access import Actor, Role
        from aileron.core.settings import Settings
        from aileron.retention.leftovers import remove_leftovers
        from aileron.run.exchange import sweep

        installation = Installation(Settings.load())
        freed = {}
        try:
            for project in installation.ledger.events.projects():
                actor = Actor(name=DAG_ID, role=Role.ADMIN)
                found = LocalClient(installation, actor, project).tidy(dry_run=False)
                self.log.info("%s: %s bytes freed; %s", project, found.bytes, found)
                freed[project] = found.bytes
            self._remove_orphans(installation)
            sweep(installation.store)
            for name in remove_leftovers(installation.settings.home):
                self.log.info("removed %s, which work that broke off has left", name)
            self._retire(installation)
        finally:
            installation.close()
        return freed

    def _retire(self, installation: Installation) -> None:
        """What `aileron gc` removes, if the workspace says that nobody needs to ask for it."""
        from aileron.core.errors import Conflict
        from aileron.retention import Retention, load_policy

        settings = installation.settings
        spec = load_policy(settings.workspace)
        if not spec.automatic:
            return
        ledger = installation.ledger.acting(DAG_ID)
        retention = Retention(settings, ledger, installation.store, spec)
        try:
            found = retention.sweep(dry_run=False)
        except Conflict as error:  # a backup may take all night; tomorrow is soon enough
            self.log.warning("not swept today: %s", error)
            return
        self.log.info("%s bytes swept; %s", found.bytes, found.going)

    def _remove_orphans(self, installation: Installation) -> None:
        """A pool that cannot be read or asked is told of, and stops no other."""
        from aileron.cluster.pools import load_pool, pool_files
        from aileron.core.errors import AileronError
        from aileron.run.orphans import remove, step_pods

        workspace = installation.settings.workspace
        for name in pool_files(workspace):
            try:
                pool = load_pool(workspace, name)
                for pod in step_pods(pool, installation.ledger, installation.store):
                    if not pod.kept:
                        remove(pool, pod)
                        self.log.info("%s: removed pod %s of %s", name, pod.name, pod.run_id)
            except AileronError as error:
                self.log.warning("%s: %s", name, error)


def housekeeping_dags() -> dict[str, DAG]:
    """The DAG by its id; nothing in a process that runs a task of another."""
    wanted = get_parsing_context().dag_id
    return {DAG_ID: _build()} if wanted in (None, DAG_ID) else {}


def _build() -> DAG:
    with DAG(
        dag_id=DAG_ID,
        schedule=SCHEDULE,
        start_date=BEGUN,
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        default_args={"owner": "aileron", "retries": 1},
        tags=["aileron"],
        doc_md=__doc__,
    ) as dag:
        TidyOperator(task_id="tidy")
    return dag
