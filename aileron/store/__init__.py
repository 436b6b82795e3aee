"""Content-addressed artifacts: what a step made is kept once, under the digest of its bytes."""

from aileron.store.manifest import Entry, Manifest
from aileron.store.store import BlobWriter, Removed, Store, Stored

__all__ = ["BlobWriter", "Entry", "Manifest", "Removed", "Store", "Stored", "open_store"]


def open_store(root: str) -> Store:
    """The store at `root`: a path, or ``s3://bucket/prefix``.

    S3 takes credentials and endpoint from the usual variables (``AWS_ACCESS_KEY_ID``,
    ``AWS_SECRET_ACCESS_KEY``, ``AWS_ENDPOINT_URL``) or files.

    Raises:
        InvalidInput: `root` is a URL of another kind.
    """
    scheme, separator, _ = root.partition("://")
    if not separator:
        from aileron.store.local import LocalStore

        return LocalStore(root)
    if scheme == "s3":
        from aileron.store.s3 import S3Store

        return S3Store(root)
    from aileron.core.errors import InvalidInput

    raise InvalidInput("store.unknown_scheme", where=root, scheme=scheme)
