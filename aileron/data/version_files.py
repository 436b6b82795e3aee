"""What a dataset version is in Git: the files of its commit, and how to read them back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from aileron.core.errors import StepFailed
from aileron.core.names import dataset_tag
from aileron.data.audio.card import AudioCard
from aileron.data.audio.dataset import stored_digest as audio_digest
from aileron.data.card import AnyCard, parse_card, read_card
from aileron.data.card_base import CARD_FILE
from aileron.data.images.card import ImageCard
from aileron.data.images.verify import stored_digest as pictures_digest
from aileron.data.remote import RemoteDirectory
from aileron.data.repository import GitObject
from aileron.data.series.card import SeriesCard
from aileron.data.series.dataset import stored_digest as series_digest
from aileron.data.table_files import table_digest
from aileron.data.texts.card import TextCard
from aileron.data.texts.dataset import stored_digest as texts_digest

REMOTE_NAME = "storage"
COMPACT = "data.compact"
"""The operation whose result has the digest of what went in."""


class DatasetVersion(BaseModel):
    """One version, as the data repository shows it."""

    model_config = ConfigDict(frozen=True)

    project: str
    dataset: str
    version: int
    tag: str
    commit: str
    digest: str
    created: datetime
    actor: str
    run_id: str | None
    """The run that made it."""
    data: RemoteDirectory
    card: AnyCard

    def holds(self, card: AnyCard) -> bool:
        """Whether a dataset with `card` is this version, so that it needs no new one.

        Compacting leaves every sample as it is and changes what is stored.
        """
        compacted = card.made is not None and card.made.operation == COMPACT
        return self.digest == card.digest and (not compacted or self.card == card)

    @property
    def path(self) -> str:
        """Where ``dvc get`` finds it in the repository."""
        return f"{self.project}/{self.dataset}/data"


def tree_files(
    card: AnyCard, directory: RemoteDirectory, project: str, url: str
) -> dict[str, bytes]:
    """Path -> content of what a version's commit puts into the tree."""
    folder = f"{project}/{card.name}"
    output = {
        "md5": directory.md5,
        "size": directory.size,
        "nfiles": directory.nfiles,
        "hash": "md5",
        "path": "data",
    }
    return {
        ".dvc/config": dvc_config(url).encode(),
        ".dvc/.gitignore": b"/config.local\n/tmp\n/cache\n",
        f"{folder}/{CARD_FILE}": card.text().encode(),
        f"{folder}/data.dvc": yaml.safe_dump({"outs": [output]}, sort_keys=False).encode(),
        f"{folder}/.gitignore": b"/data\n",
    }


def parse_version(
    project: str, dataset: str, version: int, found: Sequence[GitObject | None]
) -> DatasetVersion:
    """A version from its commit, ``card.json`` and ``data.dvc``."""
    tag = dataset_tag(project, dataset, version)
    commit, card_json, dvc = found
    if commit is None or card_json is None or dvc is None:
        raise StepFailed("data.tag_incomplete", where=tag)
    head, _, message = commit.content.decode().partition("\n\n")
    author = re.search(r"^author (.*) <.*> (\d+) ", head, re.MULTILINE)
    run = re.search(r"^Aileron-Run: (.*)$", message, re.MULTILINE)
    if author is None:
        raise StepFailed("data.tag_incomplete", where=tag)
    output: dict[str, Any] = yaml.safe_load(dvc.content)["outs"][0]
    card = parse_card(card_json.content)
    return DatasetVersion(
        project=project,
        dataset=dataset,
        version=version,
        tag=tag,
        commit=commit.oid,
        digest=card.digest,
        created=datetime.fromtimestamp(int(author[2]), UTC),
        actor=author[1],
        run_id=run[1] if run else None,
        data=RemoteDirectory.model_validate(output),
        card=card,
    )


def verify_dataset(folder: Path, digest: str) -> None:
    """Compute the digest of the DATASET artifact in `folder` from its content, and compare.

    Raises:
        StepFailed: rows, pictures, schema or card are not what `digest` says.
    """
    card = read_card(folder)
    found = _stored_digest(folder, card)
    if not found == card.digest == digest:
        raise StepFailed("data.wrong_digest", where=card.name, wanted=digest, found=found)


def _stored_digest(folder: Path, card: AnyCard) -> str:
    if isinstance(card, ImageCard):
        return pictures_digest(folder, card)
    if isinstance(card, TextCard):
        return texts_digest(folder, card)
    if isinstance(card, AudioCard):
        return audio_digest(folder, card)
    if isinstance(card, SeriesCard):
        return series_digest(folder, card)
    return table_digest(folder, card.columns)


def dvc_config(url: str) -> str:
    """The text of a ``.dvc/config`` with one remote."""
    return f"[core]\n    remote = {REMOTE_NAME}\n['remote \"{REMOTE_NAME}\"']\n    url = {url}\n"
