"""The steps of deploy, on a platform of real processes."""

from plugins.releases import bare_platform, environments, platform

__all__ = ["bare_platform", "environments", "platform"]
