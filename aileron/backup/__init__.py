"""Backups: one moment of an installation, kept elsewhere; getting it back; moving it on.

A backup is made to a store: what has a digest is there once, however many backups have it.
"""

from aileron.backup.checking import verify
from aileron.backup.make import back_up
from aileron.backup.record import Backup
from aileron.backup.restore import Restored, restore
from aileron.backup.target import Target
from aileron.backup.upgrade import Upgraded, upgrade

__all__ = ["Backup", "Restored", "Target", "Upgraded", "back_up", "restore", "upgrade", "verify"]
