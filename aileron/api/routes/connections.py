"""Servers that data may come from: what is configured, whether it answers, what it has."""

from __future__ import annotations

from fastapi import APIRouter

from aileron.api.request import ClientOf, NameInPath, needs
from aileron.client import records as r

router = APIRouter(prefix="/connections", tags=["connections"])


@router.get("", summary="List connections", dependencies=[needs("connection.use")])
def connections(client: ClientOf) -> tuple[r.ConnectionBrief, ...]:
    """Of `configs/connections.yaml`; passwords are named, never shown."""
    return client.connections()


@router.post("/{name}/test", summary="Test a connection", dependencies=[needs("connection.use")])
def test_connection(client: ClientOf, name: NameInPath) -> r.ConnectionTest:
    """Logs in. A server that does not answer is an answer: `ok` is false, `sentence` says why."""
    return client.test_connection(name)


@router.post("/{name}/preview", summary="Look at a table", dependencies=[needs("connection.use")])
def preview_connection(
    client: ClientOf, name: NameInPath, body: r.PreviewConnection
) -> r.TablePreview:
    """The first rows of a table, or of one SELECT: read-only, and ended after some seconds."""
    return client.preview_connection(name, table=body.table, select=body.select, limit=body.limit)
