"""What is kept and what goes: a sweep of artifact store, dataset remote and MLflow.

It marks what ledger, plans and workspace need and removes the rest once it is old enough. What
people sent and what pods left has its own daily tidying; deleted dataset versions are purged by
their own command.
"""

from aileron.retention.findings import Findings, Going, Kept
from aileron.retention.policy import RetentionSpec, load_policy
from aileron.retention.retention import Retention

__all__ = ["Findings", "Going", "Kept", "Retention", "RetentionSpec", "load_policy"]
