"""The fixtures of these tests live in `plugins`."""

from plugins.datasets import workbench
from plugins.operations import operations

__all__ = ["operations", "workbench"]
