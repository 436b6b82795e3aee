"""Whose a store is: one installation's, whose ledger alone knows what is needed of it."""

from __future__ import annotations

from aileron.core.errors import Refused
from aileron.store.store import OWNER, Store


def owner_of(store: Store) -> str | None:
    """The name of the installation that the store belongs to; None if it is nobody's yet."""
    data = store.read_object(OWNER)
    return None if data is None else data.decode("utf-8", "replace").strip()


def give(store: Store, installation: str) -> None:
    """Say that the store is of the installation of that name."""
    store.write_object(OWNER, installation.encode())


def claim_if_empty(store: Store, installation: str) -> bool:
    """Make the store of an installation that starts its own; whether it is.

    One that has artifacts and no owner may be anybody's: `aileron gc` says more of it.

    Raises:
        Refused: it belongs to another installation, which would sweep what this one makes.
        Unavailable: the store cannot be reached.
    """
    owner = owner_of(store)
    if owner is None and store.is_empty:
        give(store, installation)
        return True
    if owner not in (None, installation):
        raise Refused("store.other_installation", where=store.root)
    return owner is not None
