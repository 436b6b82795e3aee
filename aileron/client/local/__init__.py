"""The verbs on this machine's installation: ledger, store, Airflow and gateway directly."""

from aileron.client.local.client import LocalClient
from aileron.client.local.installation import Installation

__all__ = ["Installation", "LocalClient"]
