"""The fixtures of these tests live in `plugins`."""

from plugins.datasets import workbench
from plugins.inspection import look
from plugins.picture_folders import gallery

__all__ = ["gallery", "look", "workbench"]
