from plugins.datasets import workbench
from plugins.releases import bare_platform, environments

__all__ = ["bare_platform", "environments", "workbench"]
