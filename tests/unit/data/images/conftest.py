"""The fixtures of these tests live in `plugins.picture_folders`."""

from plugins.picture_folders import gallery

__all__ = ["gallery"]
