"""Each kind of store runs the same tests."""

from plugins.stores import backend, folder, s3_server, store

__all__ = ["backend", "folder", "s3_server", "store"]
