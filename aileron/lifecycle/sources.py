"""Put files from outside into the store, each read again only if it changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from aileron.core.digest import digest_bytes
from aileron.core.ports import ArtifactKind, Reference
from aileron.lifecycle.kept import keep, read_kept, stamps
from aileron.store import Entry, Store

PIECE: Final = 1 << 20


def put_source(store: Store, home: Path, path: Path) -> Reference:
    """The artifact that holds the one file `path`.

    A file whose stamp (`aileron.lifecycle.kept.stamps`) is the same is not read again while
    the store has its artifact.

    Raises:
        Unavailable: the store is full or cannot be reached.
    """
    note = home / "cache" / "sources" / f"{digest_bytes(str(path).encode())}.json"
    stamp = stamps([str(path)])
    known = _known(note, store.root, stamp)
    if known is not None and store.exists(known):
        return known
    with store.blob() as blob, path.open("rb") as file:
        while piece := file.read(PIECE):
            blob.write(piece)
    entry = Entry(path=path.name, digest=blob.digest, size=blob.size)
    reference = store.publish(ArtifactKind.SOURCE, [entry])
    if stamps([str(path)]) == stamp:
        made = reference.model_dump(mode="json")
        keep(note, {"store": store.root, "stamp": stamp, "reference": made})
    return reference


def _known(note: Path, root: str, stamp: list[Any]) -> Reference | None:
    kept = read_kept(note)
    if kept is None or [kept["store"], kept["stamp"]] != [root, stamp]:
        return None
    return Reference.model_validate(kept["reference"])
