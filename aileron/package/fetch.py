"""``python -m aileron.package.fetch STORE REFERENCE TARGET``: get a package to where it serves.

What the init container of a service's pod runs: every digest is checked, and so is that this
image has what the package pins. Exit status 0, or 2 with one sentence.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from aileron.core.errors import AileronError, Refused
from aileron.core.ports import Reference

FAILED: Final = 2
SHOWN: Final = 8
"""So many differences are named."""


def fetch(store: str, reference: Reference, target: Path) -> None:
    """Lay the package out as folder `target`, and check that this environment can serve it.

    Raises:
        NotFound: the store has no such package.
        StepFailed: a file's bytes are not those of its digest.
        Unavailable: the store cannot be reached.
        Refused: the environment lacks what the package pins; says which distributions.
    """
    from aileron.store import open_store

    if not target.exists():  # a restarted container finds what it got
        open_store(store).fetch(reference, target)
    text = (target / "requirements.txt").read_text(encoding="utf-8")
    different = list(differences(text.split()))
    if different:
        more = f", and {len(different) - SHOWN} more" if len(different) > SHOWN else ""
        raise Refused("package.other_image", different="; ".join(different[:SHOWN]) + more)


def differences(pins: Sequence[str]) -> Iterator[str]:
    """Pins ``name==version`` that this environment does not have, each with what it has."""
    for pin in pins:
        name, _, wanted = pin.partition("==")
        try:
            found = version(name)
        except PackageNotFoundError:
            yield f"{name} {wanted} (not there)"
            continue
        if found != wanted:
            yield f"{name} {wanted} (there: {found})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch; the exit status."""
    parser = argparse.ArgumentParser(prog="aileron.package.fetch", description="Get a package.")
    parser.add_argument("store", help="folder or s3:// of the artifact store")
    parser.add_argument("reference", help="the package, as JSON")
    parser.add_argument("target", type=Path, help="folder to make")
    given = parser.parse_args(arguments)
    try:
        fetch(given.store, Reference.model_validate_json(given.reference), given.target)
    except AileronError as error:
        print(error, file=sys.stderr)
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
