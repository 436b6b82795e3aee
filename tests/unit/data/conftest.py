"""The fixtures of these tests live in `plugins.datasets` and `plugins.inspection`."""

from plugins.datasets import workbench
from plugins.inspection import look

__all__ = ["look", "workbench"]
