"""The fixtures of these tests live in `plugins.datasets`."""

from plugins.datasets import workbench

__all__ = ["workbench"]
