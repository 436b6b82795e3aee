"""What lies on clusters of revisions that the ledger does not want there.

Left by a supervisor that died between a ledger's row and its objects, or of a ledger that was
restored from a backup. Objects of other installations are never touched: each object says
whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aileron.cluster import labels, objects
from aileron.cluster.access import Cluster
from aileron.deploy.cluster import KINDS
from aileron.deploy.manifests import Identity
from aileron.deploy.targets import Targets
from aileron.ledger import GONE, Desired, Ledger, Revision, RevisionState


@dataclass(frozen=True)
class Orphan:
    """One object that nobody wants."""

    cluster: Cluster
    version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"

    def remove(self) -> None:
        objects.delete(self.cluster, self.version, self.kind, self.namespace, self.name)


@dataclass(frozen=True)
class Site:
    """A namespace of a cluster."""

    context: str | None
    namespace: str

    def __str__(self) -> str:
        return f"{self.context}/{self.namespace}" if self.context else self.namespace


def sites(ledger: Ledger) -> list[Site]:
    """Wherever a revision was ever placed."""
    pods = (row.placement.pod for row in ledger.revisions.list() if row.placement is not None)
    return sorted({Site(pod.context, pod.namespace) for pod in pods}, key=str)


def find_orphans(ledger: Ledger, targets: Targets, site: Site) -> Iterator[Orphan]:
    """What nobody wants at `site`.

    Raises:
        Unavailable: its cluster does not answer, or there is no way to it any more.
        Refused: the account may not look there.
    """
    rows = ledger.revisions.list()
    kept = {Identity.of(ledger.installation, row).name: row for row in rows if _may_lie_there(row)}
    cluster = targets.cluster(site.context)
    for kind, versions in KINDS:
        version = cluster.offers.first(kind, *versions)
        if version is not None:
            yield from _of_kind(ledger, cluster, version, kind, site.namespace, kept)


def _of_kind(
    ledger: Ledger,
    cluster: Cluster,
    version: str,
    kind: str,
    namespace: str,
    kept: dict[str, Revision],
) -> Iterator[Orphan]:
    mine = labels.selector({labels.INSTALLATION: ledger.installation}, labels.REVISION)
    for found in objects.listed(cluster, version, kind, namespace, mine):
        metadata = found["metadata"]
        if metadata["name"] not in kept and not metadata.get("deletionTimestamp"):
            yield Orphan(cluster, version, kind, namespace, metadata["name"])


def _may_lie_there(row: Revision) -> bool:
    """Whether the row says that objects of it are there, at work or at rest."""
    gone = row.state in GONE and row.state != RevisionState.STOPPED
    return row.placement is not None and not (gone and row.desired == Desired.STOPPED)
