"""Release tests run on a platform of real processes, or of pods on a real cluster."""

from plugins.cluster_services import bare_cluster_platform, cluster_platform
from plugins.gateway import upstream
from plugins.releases import bare_platform, environments, platform

__all__ = [
    "bare_cluster_platform",
    "bare_platform",
    "cluster_platform",
    "environments",
    "platform",
    "upstream",
]
