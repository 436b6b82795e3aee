"""Put files from outside into the store, each source read again only if it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from aileron.core.digest import canonical_json, digest_bytes, digest_json
from aileron.core.ports import ArtifactKind, Reference
from aileron.data.trees.folder import walk, write_tar
from aileron.data.trees.paths import is_wanted
from aileron.lifecycle.kept import keep, read_kept, stamps
from aileron.store import Entry, Store

PIECE: Final = 1 << 20


Wanted = Callable[[str], bool]


def put_source(
    store: Store, home: Path, files: Mapping[str, Path], wanted: Wanted = is_wanted
) -> Reference:
    """The artifact that holds `files`: path inside it -> the file, or a folder.

    A folder becomes one tar file. Files whose stamps (`aileron.lifecycle.kept.stamps`) are the
    same are not read again while the store has their artifact.

    Args:
        wanted: says of a file below a folder whether it is taken; by default those of samples.

    Raises:
        Unavailable: the store is full or cannot be reached.
    """
    places = sorted((inside, str(path)) for inside, path in files.items())
    note = home / "cache" / "sources" / f"{digest_bytes(canonical_json(places))}.json"
    stamp = _stamps(places, wanted)
    known = _known(note, store.root, stamp)
    if known is not None and store.claim(known):
        return known
    entries = [_entry(store, inside, Path(path), wanted) for inside, path in places]
    reference = store.publish(ArtifactKind.SOURCE, entries)
    if _stamps(places, wanted) == stamp:
        made = reference.model_dump(mode="json")
        keep(note, {"store": store.root, "stamp": stamp, "reference": made})
    return reference


def _stamps(places: Iterable[tuple[str, str]], wanted: Wanted) -> list[list[Any]]:
    """The stamps of files; of a folder, one digest of the stamps of all that is read of it."""
    found: list[list[Any]] = []
    for _, path in places:
        if Path(path).is_dir():
            below = stamps(f"{path}/{name}" for name, _ in walk(Path(path), wanted))
            found.append([path, digest_json(below)])
        else:
            found += stamps([path])
    return found


def _entry(store: Store, inside: str, path: Path, wanted: Wanted) -> Entry:
    with store.blob() as blob:
        if path.is_dir():
            write_tar(path, blob, wanted)
        else:
            with path.open("rb") as file:
                while piece := file.read(PIECE):
                    blob.write(piece)
    return Entry(path=inside, digest=blob.digest, size=blob.size)


def _known(note: Path, root: str, stamp: list[Any]) -> Reference | None:
    kept = read_kept(note)
    if kept is None or [kept["store"], kept["stamp"]] != [root, stamp]:
        return None
    return Reference.model_validate(kept["reference"])
