"""The record of what is true: runs, versions, champions, leases, services and events.

One PostgreSQL database. Every write appends its event in the same transaction. What other
systems show (MLflow aliases, gateway routes, Git tags) is a projection of these rows.
"""

from aileron.ledger.algorithms import AlgorithmEntry
from aileron.ledger.catalogue import DatasetEntry, Grant, GranteeKind, Right, Visibility
from aileron.ledger.champions import Basis, Champion
from aileron.ledger.changes import Change
from aileron.ledger.datasets import DatasetVersion
from aileron.ledger.deletion import KEPT, Expired
from aileron.ledger.drafts import Draft
from aileron.ledger.effects import EffectRow, EffectState
from aileron.ledger.events import Event
from aileron.ledger.images import ImageState, ImageVersion
from aileron.ledger.jobs import Job
from aileron.ledger.keeping import Keep
from aileron.ledger.labelling_held import HeldCampaign, HeldPackage
from aileron.ledger.labelling_records import (
    AT_WORK,
    IN_AUDIT,
    SETTLED,
    Campaign,
    CampaignState,
    Consensus,
    How,
    Item,
    ItemRevision,
    ItemState,
    Package,
    PackageCount,
    PackageState,
    Person,
    Progress,
    Verdict,
)
from aileron.ledger.leases import Lease
from aileron.ledger.ledger import Ledger
from aileron.ledger.lineage import Uses
from aileron.ledger.models import ModelVersion
from aileron.ledger.nodes import NodeRow, NodeState
from aileron.ledger.revisions import GONE, Revision, RevisionState
from aileron.ledger.routes import Route, Weight
from aileron.ledger.runs import Run, RunState
from aileron.ledger.services import Desired, Service
from aileron.ledger.tokens import Token

__all__ = [
    "AT_WORK",
    "GONE",
    "IN_AUDIT",
    "KEPT",
    "SETTLED",
    "AlgorithmEntry",
    "Basis",
    "Campaign",
    "CampaignState",
    "Champion",
    "Change",
    "Consensus",
    "DatasetEntry",
    "DatasetVersion",
    "Desired",
    "Draft",
    "EffectRow",
    "EffectState",
    "Event",
    "Expired",
    "Grant",
    "GranteeKind",
    "HeldCampaign",
    "HeldPackage",
    "How",
    "ImageState",
    "ImageVersion",
    "Item",
    "ItemRevision",
    "ItemState",
    "Job",
    "Keep",
    "Lease",
    "Ledger",
    "ModelVersion",
    "NodeRow",
    "NodeState",
    "Package",
    "PackageCount",
    "PackageState",
    "Person",
    "Progress",
    "Revision",
    "RevisionState",
    "Right",
    "Route",
    "Run",
    "RunState",
    "Service",
    "Token",
    "Uses",
    "Verdict",
    "Visibility",
    "Weight",
]
