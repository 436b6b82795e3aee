"""Work on datasets that becomes a run: define, import, operate, export."""

from __future__ import annotations

from fastapi import APIRouter

from aileron.api.request import ClientOf, NameInPath, needs, needs_of_dataset
from aileron.client import records as r

router = APIRouter(prefix="/datasets", tags=["datasets"])


@router.post("", summary="Define a dataset", status_code=201, dependencies=[needs("dataset.edit")])
def define(client: ClientOf, body: r.Define) -> r.DatasetBrief:
    """The fields of `dataset.yaml`, whose source is elsewhere: `upload`, `url`, `s3`, `sql`, ..."""
    return client.define_dataset(body.definition)


@router.post(
    "/{name}/imports",
    summary="Import a dataset",
    status_code=201,
    dependencies=[needs("lifecycle.run")],
)
def import_dataset(client: ClientOf, name: NameInPath, body: r.ImportStart) -> r.RunBrief:
    """Read the source, version, validate and profile it; a run, which is returned at once."""
    return client.import_dataset(name, body.values, force=body.force)


@router.post(
    "/{name}/operations",
    summary="Make a version from a version",
    status_code=201,
    dependencies=[needs("lifecycle.run")],
)
def operate(client: ClientOf, name: NameInPath, body: r.OperationStart) -> r.RunBrief:
    """Merge, sample, filter, relabel, compact, ...; a run, which is returned at once."""
    return client.operate(
        body.operation,
        name,
        body.version,
        other=body.other,
        options=body.options,
        sources=body.sources or None,
    )


@router.post(
    "/{name}/preview",
    summary="Preview an operation",
    dependencies=[needs_of_dataset("read")],
)
def preview(client: ClientOf, name: NameInPath, body: r.OperationTry) -> r.OperationPreview:
    """Some samples before and after, of an operation that is `previewable`; nothing is written."""
    return client.preview_operation(
        body.operation,
        name,
        body.version,
        options=body.options,
        count=body.count,
        seed=body.seed,
    )


@router.post(
    "/{name}/exports",
    summary="Export a version",
    status_code=201,
    dependencies=[needs("lifecycle.run")],
)
def export(client: ClientOf, name: NameInPath, body: r.ExportStart) -> r.RunBrief:
    """A run, which is returned at once; its file is at `/runs/{run}/export/file`."""
    return client.export_dataset(name, body.format, body.version, body.options)
