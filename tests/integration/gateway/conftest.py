"""A gateway process before small upstream servers that run in the test."""

from plugins.gateway import gateway, gateway_platform, upstream
from plugins.releases import environments

__all__ = ["environments", "gateway", "gateway_platform", "upstream"]
