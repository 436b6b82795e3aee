"""The fixtures of these tests live in `plugins`."""

from plugins.datasets import workbench
from plugins.picture_folders import gallery
from plugins.text_sets import library

__all__ = ["gallery", "library", "workbench"]
