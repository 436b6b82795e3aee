"""Dataset versions: DVC objects in the remote and a Git tag each in the data repository.

The tag ``PROJECT/NAME@vN`` leads to a commit whose tree holds, under ``PROJECT/NAME/``,
the card and the ``.dvc`` file of directory ``data``; ``dvc get DATA.git PROJECT/NAME/data
--rev PROJECT/NAME@vN`` restores it anywhere. Numbers are never used twice.
"""

from __future__ import annotations

import builtins
import os
import random
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from aileron.core.errors import (
    AileronError,
    Conflict,
    InvalidInput,
    NotFound,
    StepFailed,
    Unavailable,
)
from aileron.core.names import check_name, dataset_tag
from aileron.core.settings import Settings
from aileron.data.card import AnyCard, read_card
from aileron.data.card_base import CARD_FILE
from aileron.data.media.layout import is_shard_name
from aileron.data.remote import DatasetRemote, RemoteDirectory
from aileron.data.repository import MAIN, DataRepository, RepositoryMoved
from aileron.data.version_files import (
    DatasetVersion,
    dvc_config,
    parse_version,
    tree_files,
    verify_dataset,
)

if TYPE_CHECKING:
    from aileron.ledger import DatasetVersion as LedgerRow

TAGS = "refs/tags/"
UNDONE = "refs/undone/"
"""Versions that were taken back or purged keep their commit and their number here."""
DELETED = "refs/deleted/"
"""Versions that were deleted and can be restored."""
ResultT = TypeVar("ResultT")
PATIENCE = 60.0
"""Seconds that a writer goes on retrying against other writers."""


class Versions:
    """The dataset versions of one installation."""

    def __init__(self, repository: Path, remote: str) -> None:
        self.repository = DataRepository(repository)
        self.remote = DatasetRemote(remote)

    @classmethod
    def of(cls, settings: Settings) -> Versions:
        return cls(settings.data_repository, settings.dataset_remote)

    def publish(
        self,
        folder: Path,
        project: str,
        actor: str,
        run_id: str | None = None,
        *,
        follows: str | None = None,
    ) -> DatasetVersion:
        """The version of the DATASET artifact in `folder`: a new one unless the latest is equal.

        Args:
            follows: tag of the version that it was made from and that must be the latest until
                the very end; None: whatever is the latest.

        Raises:
            Conflict: another version was made meanwhile.
            Unavailable: the remote or the repository cannot be written.
        """
        card = read_card(folder)
        check_name(project)
        latest = self.latest(project, card.name)
        if latest and latest.holds(card):
            return latest
        self.repository.create()
        self.write_local_config()
        with self.repository.using_objects():
            directory = self.remote.push(folder, self._shards(latest))
            return self.patiently(
                lambda: self._tag(card, directory, project, actor, run_id, follows)
            )

    def _shards(self, version: DatasetVersion | None) -> dict[str, str]:
        """Path -> object of the shards of a version, whose names say what they hold."""
        if version is None:
            return {}
        try:
            files = self.remote.files(version.data.md5)
        except (NotFound, StepFailed):  # what is broken there is found by `check`, not here
            return {}
        return {path: oid for path, oid in files if is_shard_name(path.rpartition("/")[2])}

    def list(self, project: str, dataset: str | None = None) -> builtins.list[DatasetVersion]:
        """Versions, by dataset, newest first."""
        found = self._numbers(TAGS, project, dataset)
        return self._read(project, sorted(found, key=lambda item: (item[0], -item[1])))

    def latest(self, project: str, dataset: str) -> DatasetVersion | None:
        """The version with the highest number, None if there is none."""
        found = self._numbers(TAGS, project, dataset)
        return self._read(project, [max(found)])[0] if found else None

    def show(self, project: str, dataset: str, version: int | None = None) -> DatasetVersion:
        """That version, or the latest.

        Raises:
            NotFound: there is no such version; says which there are.
        """
        numbers = sorted(n for _, n in self._numbers(TAGS, project, dataset))
        wanted = version if version is not None else max(numbers, default=None)
        if wanted is None or wanted not in numbers:
            known = ", ".join(f"v{number}" for number in numbers) or "-"
            name = f"{project}/{dataset}" + (f"@v{version}" if version is not None else "")
            raise NotFound("data.unknown_version", name=name, known=known)
        return self._read(project, [(dataset, wanted)])[0]

    def get(self, project: str, dataset: str, version: int | None, target: Path) -> DatasetVersion:
        """Restore that version (or the latest) into the new directory `target`, verified.

        Raises:
            InvalidInput: `target` exists.
            NotFound, StepFailed: an object is missing or corrupt.
        """
        found = self.show(project, dataset, version)
        if target.exists():
            raise InvalidInput("data.target_exists", where=str(target))
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        try:
            self.remote.fetch(found.data.md5, draft)
            verify_dataset(draft, found.digest)
            draft.chmod(0o755)
            draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return found

    def check(
        self, project: str, dataset: str, version: int, digest: str | None = None
    ) -> builtins.list[AileronError]:
        """What is broken on the way from the tag to the bytes; empty if nothing is.

        `digest` is what another record says the version's digest is.
        """
        try:
            found = self.show(project, dataset, version)
        except (NotFound, StepFailed) as error:
            return [error]
        broken: list[AileronError] = []
        if digest is not None and digest != found.digest:
            broken.append(
                StepFailed("data.tag_digest", where=found.tag, wanted=digest, found=found.digest)
            )
        return broken + self.remote.check(found.data.md5)

    def undo(self, version: DatasetVersion) -> None:
        """Take the tag back; nothing happens if it is gone or leads elsewhere by now.

        Raises:
            Conflict: a newer version stands on it.
        """
        name = f"{TAGS}{version.tag}"
        while self.repository.resolve(name) == version.commit:
            latest = max(self._numbers(TAGS, version.project, version.dataset))
            if latest[1] != version.version:
                raise Conflict("data.not_latest", tag=version.tag, latest=f"v{latest[1]}")
            try:
                self.shift(version.project, version.dataset, version.version, TAGS, UNDONE)
            except RepositoryMoved:
                _pause()

    def patiently(self, act: Callable[[], ResultT]) -> ResultT:
        """Do `act` again as long as other writers are quicker.

        Raises:
            Unavailable: they were for a minute.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return act()
            except RepositoryMoved as moved:
                if time.monotonic() > deadline:
                    raise Unavailable(
                        "data.repository_busy",
                        where=str(self.repository.path),
                        problem=str(moved),
                    ) from None
                _pause()

    def shift(self, project: str, dataset: str, version: int, source: str, target: str) -> None:
        """Move a version's reference from one prefix to another; nothing if it is not there.

        Main gets the tree of the newest version that has a tag then.

        Raises:
            RepositoryMoved: another writer was first.
        """
        tag = dataset_tag(project, dataset, version)
        head, commit = self.repository.resolve(MAIN), self.repository.resolve(f"{source}{tag}")
        if commit is None:
            return
        there = {number: TAGS for _, number in self._numbers(TAGS, project, dataset)}
        there.pop(version, None)
        if target == TAGS:
            there[version] = source
        files = self._tree_of_newest(project, dataset, there)
        main = self.repository.commit(files, head, f"Move {tag} to {target}\n", "aileron")
        self.repository.move(
            {
                f"{source}{tag}": (commit, None),
                f"{target}{tag}": (None, commit),
                MAIN: (head, main),
            }
        )

    def _tag(
        self,
        card: AnyCard,
        directory: RemoteDirectory,
        project: str,
        actor: str,
        run_id: str | None,
        follows: str | None,
    ) -> DatasetVersion:
        """Commit and tag, or return the latest version if it has this content by now."""
        known = self.repository.references(MAIN, TAGS, UNDONE, DELETED)
        head, tagged = known.get(MAIN), _numbers_in(known, TAGS, project, card.name)
        latest = self._read(project, [max(tagged)])[0] if tagged else None
        if latest and latest.holds(card):
            return latest
        now = latest.tag if latest else "-"
        if follows not in (None, now):
            raise Conflict("data.came_between", where=card.name, latest=now, parent=follows)
        used = (
            _numbers_in(known, prefix, project, card.name) for prefix in (TAGS, UNDONE, DELETED)
        )
        version = max((number for found in used for _, number in found), default=0) + 1
        tag = dataset_tag(project, card.name, version)
        message = f"{tag}\n\nAileron-Digest: {card.digest}\n"
        if run_id:
            message += f"Aileron-Run: {run_id}\n"
        files = tree_files(card, directory, project, self.remote.url)
        commit = self.repository.commit(files, head, message, actor)
        self.repository.move({f"{TAGS}{tag}": (None, commit), MAIN: (head, commit)})
        return self._read(project, [(card.name, version)])[0]

    def _tree_of_newest(
        self, project: str, dataset: str, there: Mapping[int, str]
    ) -> dict[str, bytes | None]:
        """Path -> content of the dataset's files on main; `there` is number -> prefix."""
        folder = f"{project}/{dataset}"
        paths = [f"{folder}/{file}" for file in (CARD_FILE, "data.dvc", ".gitignore")]
        if not there:
            return dict.fromkeys(paths)
        newest = max(there)
        reference = f"{there[newest]}{dataset_tag(project, dataset, newest)}"
        contents = self.repository.read([f"{reference}:{path}" for path in paths])
        return dict(zip(paths, contents, strict=True))

    def _numbers(
        self, prefix: str, project: str, dataset: str | None = None
    ) -> builtins.list[tuple[str, int]]:
        """(dataset, number) of each version under a reference prefix."""
        references = self.repository.references(f"{prefix}{project}/")
        return _numbers_in(references, prefix, project, dataset)

    def _read(
        self, project: str, items: Sequence[tuple[str, int]]
    ) -> builtins.list[DatasetVersion]:
        tags = [dataset_tag(project, dataset, version) for dataset, version in items]
        names = [
            name
            for tag, (dataset, _) in zip(tags, items, strict=True)
            for name in (
                f"{TAGS}{tag}^{{commit}}",
                f"{TAGS}{tag}:{project}/{dataset}/{CARD_FILE}",
                f"{TAGS}{tag}:{project}/{dataset}/data.dvc",
            )
        ]
        if not names:
            return []
        found = self.repository.objects(names)
        return [
            parse_version(project, dataset, version, found[3 * i : 3 * i + 3])
            for i, (dataset, version) in enumerate(items)
        ]

    def write_local_config(self) -> None:
        """Let DVC find a local remote beside the repository, though both were moved together.

        DVC reads ``.dvc/config`` in the repository's own folder before the committed one, and
        resolves a relative path there; a committed path would have to be absolute.
        """
        if "://" in self.remote.url:
            return
        folder = self.repository.path / ".dvc"
        (folder / "tmp").mkdir(parents=True, exist_ok=True)
        text = dvc_config(os.path.relpath(self.remote.url, folder))
        config = folder / "config"
        if config.is_file() and config.read_text(encoding="utf-8") == text:
            return
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
            file.write(text)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(config)


def broken_links(settings: Settings, row: LedgerRow) -> builtins.list[AileronError]:
    """What is broken between a dataset version's ledger row and its bytes: tag, card, objects."""
    return Versions.of(settings).check(row.project, row.name, row.version, row.digest)


def check_version(settings: Settings, row: LedgerRow) -> None:
    """Raise the first broken link of a dataset version."""
    for broken in broken_links(settings, row):
        raise broken


def _numbers_in(
    references: Iterable[str], prefix: str, project: str, dataset: str | None
) -> builtins.list[tuple[str, int]]:
    """(dataset, number) of each version among full reference names that has the prefix."""
    pattern = re.compile(rf"{prefix}{project}/([^/@]+)@v([1-9]\d*)")
    found = [(match[1], int(match[2])) for match in map(pattern.fullmatch, references) if match]
    return [item for item in found if dataset is None or item[0] == dataset]


def _pause() -> None:
    """A moment of random length, so that writers who met do not meet again."""
    time.sleep(random.uniform(0.005, 0.05))  # noqa: S311 (no secret)
