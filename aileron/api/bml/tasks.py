"""BML's imports and exports: each is a run in Airflow, its task id the number of its start."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse

from aileron.api.bml import records as b
from aileron.api.bml.client import BmlClient, member, place_of
from aileron.api.bml.kinds import MEGABYTE, moment
from aileron.api.bml.problem import DOWNLOADS
from aileron.api.bml.signing import Signer
from aileron.api.bml.wanted_table import COLUMN_ERRORS, MODES, imported_table
from aileron.api.ranges import BYTES
from aileron.api.request import NameInPath, RunInPath, WorkflowInPath, needs
from aileron.api.routes.exports import send_export
from aileron.client import records as r
from aileron.client.base import Client
from aileron.core.access import Actor, Role
from aileron.core.errors import Conflict, InvalidInput, NotFound
from aileron.core.names import DATASET_EXPORT
from aileron.data.definition_head import MODE
from aileron.data.sources.spec import REMOTE

OWN_PLACES: Final = ("file", "sample", "test_file")
FORMATS: Final = {"table": "csv", "image": "bml_json", "text": "bml_txt"}
"""What `createExportTask` writes; a format of BML's own where there is one."""
router = APIRouter(tags=["bml"])
downloads = APIRouter(tags=["bml"])


@router.post(
    "/createImportTask", summary="BML: import a table", dependencies=[needs("lifecycle.run")]
)
def create_import_task(client: BmlClient, body: b.ImportTable) -> b.Task:
    """A new version of the dataset, from a table of a configured connection."""
    place = place_of(client, body.dataset_id)
    if place.draft is not None and not place.draft.open:
        raise Conflict("api.draft_is_closed", id=body.dataset_id)
    elsewhere = {f"source.{kind}": None for kind in (*OWN_PLACES, *REMOTE) if kind != "sql"}
    values = {**elsewhere, **imported_table(client, body), **COLUMN_ERRORS[body.column_error]}
    values[MODE] = MODES[body.upload_type]
    run = client.import_dataset(place.dataset.name, values)
    return b.Task(task_id=_number(client, run.run_id))


@router.post("/describeImportTask", summary="BML: how an import goes", dependencies=[needs("read")])
def describe_import_task(client: BmlClient, body: b.OfTask) -> b.ImportTask:
    """`dataset_id` is the version that was made, once it is there."""
    run = _run(client, body.task_id, "import_")
    made = _made(client, run)
    return b.ImportTask(
        dataset_id=_shown_id(client, made) if made else None,
        size_MB=round(made.size / MEGABYTE, 2) if made else None,
        columns=made.columns if made else None,
        rows=made.rows if made else None,
        import_status=_status(run, "Importing", "ImportFinished", "ImportFailed"),
        import_progress=_progress(run),
        **_times(run),
    )


@router.post(
    "/createExportTask", summary="BML: export a version", dependencies=[needs("lifecycle.run")]
)
def create_export_task(client: BmlClient, body: b.ExportVersion) -> b.Task:
    """A table as CSV, pictures and texts in BML's own format."""
    version = member(client, body.dataset_id)
    modality = client.dataset(version.dataset).modality or ""
    if modality not in FORMATS:
        raise InvalidInput("api.no_bml_format", modality=modality or "-")
    values = {"dataset": version.dataset, "version": version.version}
    run = client.start(DATASET_EXPORT, {**values, "format": FORMATS[modality]})
    return b.Task(task_id=_number(client, run.run_id))


@router.post("/describeExportTask", summary="BML: how an export goes", dependencies=[needs("read")])
def describe_export_task(client: BmlClient, body: b.OfTask, request: Request) -> b.ExportTask:
    """`download_url` needs no login and is good for an hour; ask again for another."""
    run = _run(client, body.task_id, DATASET_EXPORT)
    status = _status(run, "Exporting", "ExportFinished", "ExportFailed")
    if status != "ExportFinished":
        return b.ExportTask(export_status=status, **_times(run))
    facts = client.export_of(run.run_id)
    suffix = facts.file.rpartition(".")[2]
    name = f"export_{body.task_id}.{suffix}"
    path = f"{DOWNLOADS}{run.run_id}/{name}"
    query = urlencode(Signer(request.app.state.settings.home).sign(path))
    return b.ExportTask(
        storage_path=f"run:/{run.run_id}/",
        size_MB=round(facts.size / MEGABYTE, 2),
        export_status=status,
        download_url=f"{str(request.base_url).rstrip('/')}{path}?{query}",
        **_times(run),
    )


@downloads.get(
    f"{DOWNLOADS}{{project}}/{{lifecycle}}/{{run}}/{{name}}",
    summary="BML: an exported file, by its signed address",
    **BYTES,
)
def download(
    request: Request,
    project: NameInPath,
    lifecycle: WorkflowInPath,
    run: RunInPath,
    name: str,
    expires: int = Query(ge=0),
    signature: str = Query(pattern=r"^[0-9a-f]{64}$"),
) -> FileResponse:
    """Refused once its hour is over."""
    run_id = f"{project}/{lifecycle}/{run}"
    path = f"{DOWNLOADS}{run_id}/{name}"
    Signer(request.app.state.settings.home).check(path, expires, signature)
    # Whoever signed it could read the run; nobody else gets here.
    asker = Actor(name="signed address", role=Role.ADMIN, project=project)
    client = request.app.state.make_client(asker, project, request.state.language)
    return send_export(request, client, run_id, name)


def _number(client: Client, run_id: str) -> int:
    (begun,) = client.events(f"run:{run_id}", limit=1, verb="run.started")
    return begun.id


def _run(client: Client, task: int, workflow: str) -> r.Run:
    """The run of that number, if it is of that kind.

    Raises:
        NotFound: it is not.
    """
    begun = client.event(task)
    run_id = begun.subject.removeprefix("run:")
    if begun.verb != "run.started" or not run_id.split("/")[1].startswith(workflow):
        raise NotFound("client.no_event", number=task)
    return client.run(run_id)


def _made(client: Client, run: r.Run) -> r.DatasetVersion | None:
    tag = run.facts.dataset_version
    if tag is None:
        return None
    dataset = client.dataset(tag.partition("/")[2].partition("@")[0])
    return next((one for one in dataset.history if one.tag == tag), None)


def _shown_id(client: Client, made: r.DatasetVersion) -> int:
    """The number under which a version is listed: that of the draft that it was made of."""
    drafts = (one for one in client.drafts(made.dataset) if made.version in one.versions)
    return next((one.number for one in drafts), made.id)


def _status(run: r.Run, going: str, good: str, bad: str) -> Any:
    if not run.finished:
        return going
    return good if run.state == "succeeded" else bad


def _progress(run: r.Run) -> float:
    done = sum(stage.state in ("succeeded", "reused") for stage in run.stages)
    return round(done / len(run.stages), 2) if run.stages else 0.0


def _times(run: r.Run) -> dict[str, str | None]:
    return {"start_time": _moment(run.started), "finish_time": _moment(run.ended)}


def _moment(time: datetime | None) -> str | None:
    return moment(time) if time is not None else None
