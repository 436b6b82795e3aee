"""Services that are to suggest labels in a lifecycle: whether they can be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aileron.core.documents import read_document, suggestion
from aileron.core.errors import AileronError, NotFound
from aileron.core.settings import Settings
from aileron.graph.pipeline import Graph
from aileron.label.spec import labels_file
from aileron.lifecycle.annotating import CAMPAIGN
from aileron.lifecycle.load import list_lifecycles, load_lifecycle
from aileron.lifecycle.workflow import Lifecycle

if TYPE_CHECKING:
    from aileron.ledger import Ledger
    from aileron.store import Store


def check_suggesting(
    settings: Settings, ledger: Ledger, store: Store, project: str, graph: Graph
) -> None:
    """Nothing is started whose labels are to be suggested by what is no service.

    One that a lifecycle of the project is yet to release is none: packages have no suggestions
    until it serves.

    Raises:
        NotFound: there is no such service, and no lifecycle releases it; says which is meant.
        InvalidInput: it takes no pictures.
    """
    from aileron.label.suggesting.services import ImageServices

    name = suggesting_service(graph)
    if name is None:
        return
    there = [one.name for one in ledger.services.list(project)]
    known = sorted({*there, *released(settings, project)})
    if name not in known:
        hint = suggestion(name, known)
        raise NotFound("lifecycle.no_suggesting_service", name=name, hint=hint)
    if name in there:
        try:
            ImageServices(ledger, store).find(project, name)
        except NotFound:  # it serves nothing yet
            return


def suggesting_service(graph: Graph) -> str | None:
    """The service of the project that suggests labels in a lifecycle; None without one."""
    for node in graph.nodes:
        if node.step == CAMPAIGN:
            asked = node.config["labels"].get("suggestions") or {}
            name = asked.get("service")
            return str(name) if name else None
    return None


def released(settings: Settings, project: str) -> set[str]:
    """The services that lifecycles of `project` release to."""
    found = set()
    for name in list_lifecycles(settings):
        try:
            other = load_lifecycle(settings, name)
        except AileronError:  # it has a finding of its own
            continue
        if isinstance(other, Lifecycle) and other.project == project and other.spec.service:
            found.add(other.spec.service)
    return found


def suggesting_at(settings: Settings, workflow: Lifecycle) -> str:
    """Where that service is named: in the lifecycle, or in ``labels.yaml`` of its dataset."""
    annotate, field = workflow.spec.annotate, ("suggestions", "service")
    if annotate is not None and "suggestions" in annotate.labels:
        return workflow.document.where(("annotate", "labels", *field))
    return read_document(labels_file(settings.workspace, workflow.spec.dataset)).where(field)
