"""Labelling on this installation: the ledger says who does what, Label Studio what was drawn."""

from aileron.client.local.labelling.client import LocalLabelling

__all__ = ["LocalLabelling"]
