"""The bare Git repository of dataset versions, written without a work tree.

A commit is built from objects, and the references move in one transaction that names their
expected old values. So writers in parallel, in any process, cannot break each other: one
wins and the others begin again from what is true then.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from aileron.core.errors import StepFailed, Unavailable

MAIN = "refs/heads/main"
NOTHING = "0" * 40


class RepositoryMoved(Exception):
    """Another writer was first; read again and retry."""


class GitObject(NamedTuple):
    """What git keeps under an id."""

    oid: str
    content: bytes


class DataRepository:
    """Git plumbing on one bare repository."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        return (self.path / "HEAD").is_file()

    def create(self) -> None:
        """Make the repository unless it is there; safe for several processes at once."""
        if self.exists:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=self.path.parent, prefix=f".{self.path.name}."))
        try:
            draft.chmod(0o755)
            DataRepository(draft).git(
                "init", "--quiet", "--bare", "--template=", "--initial-branch=main"
            )
            draft.rename(self.path)
        except OSError as error:
            if not self.exists:  # not another process that was first
                raise Unavailable(
                    "data.repository_failed", where=str(self.path), problem=str(error)
                ) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def resolve(self, name: str) -> str | None:
        """The id of the commit that `name` means, None if there is none."""
        arguments = ("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        result = self._run(arguments, b"", {})
        return result.stdout.decode().strip() if result.returncode == 0 else None

    def references(self, *prefixes: str) -> dict[str, str]:
        """Full reference name -> object id, of all references that begin with a prefix."""
        if not self.exists:
            return {}
        lines = self.git("for-each-ref", "--format=%(objectname) %(refname)").splitlines()
        pairs = (line.split(" ", 1) for line in lines)
        return {name: oid for oid, name in pairs if name.startswith(prefixes)}

    def read(self, names: Sequence[str]) -> list[bytes | None]:
        """The contents of objects such as ``TAG:path``, None for each that does not exist."""
        return [one.content if one else None for one in self.objects(names)]

    def objects(self, names: Sequence[str]) -> list[GitObject | None]:
        """Objects such as ``TAG:path`` with their ids, None for each that does not exist."""
        out = self.git_bytes("cat-file", "--batch", data="\n".join(names).encode() + b"\n")
        found: list[GitObject | None] = []
        for _ in names:
            head, _, out = out.partition(b"\n")
            if head.endswith((b" missing", b" ambiguous")):
                found.append(None)
                continue
            oid, _, size = head.decode().split(" ")
            found.append(GitObject(oid, out[: int(size)]))
            out = out[int(size) + 1 :]
        return found

    def commit(
        self,
        files: Mapping[str, bytes | None],
        parent: str | None,
        message: str,
        author: str,
    ) -> str:
        """A new commit: the tree of `parent` with `files` put in (None takes a file out).

        Nothing refers to it yet.
        """
        with tempfile.TemporaryDirectory(prefix="aileron-index-") as folder:
            env = {"GIT_INDEX_FILE": str(Path(folder) / "index")} | _identity(author)
            if parent:
                self.git("read-tree", parent, env=env)
            written = self._written({p: d for p, d in files.items() if d is not None}, folder)
            entries = (
                f"100644 {written[path]}\t{path}\n" if path in written else f"0 {NOTHING}\t{path}\n"
                for path in files
            )
            self.git("update-index", "--index-info", data="".join(entries).encode(), env=env)
            tree = self.git("write-tree", env=env)
            parents = ("-p", parent) if parent else ()
            return self.git("commit-tree", tree, *parents, data=message.encode(), env=env)

    def move(self, changes: Mapping[str, tuple[str | None, str | None]]) -> None:
        """Change references, reference -> (expected old, new), all of them or none.

        Raises:
            RepositoryMoved: one is not as expected, or another process is changing it.
            Unavailable: no space is left.
        """
        lines = [
            f"update {name} {new or NOTHING} {old or NOTHING}"
            for name, (old, new) in changes.items()
        ]
        result = self._run(("update-ref", "--stdin"), "\n".join([*lines, ""]).encode(), {})
        if result.returncode == 0:
            return
        problem = result.stderr.decode(errors="replace").strip()
        if "No space left" in problem:
            raise Unavailable("data.no_space", where=str(self.path))
        raise RepositoryMoved(problem)

    def git(self, *arguments: str, data: bytes = b"", env: Mapping[str, str] | None = None) -> str:
        """The stdout of a git command, stripped."""
        return self.git_bytes(*arguments, data=data, env=env).decode().strip()

    def git_bytes(
        self, *arguments: str, data: bytes = b"", env: Mapping[str, str] | None = None
    ) -> bytes:
        """The stdout of a git command.

        Raises:
            Unavailable: no space is left.
            StepFailed: the command failed otherwise.
        """
        result = self._run(arguments, data, env or {})
        if result.returncode == 0:
            return result.stdout
        problem = result.stderr.decode(errors="replace").strip()
        if "No space left" in problem:
            raise Unavailable("data.no_space", where=str(self.path))
        raise StepFailed(
            "data.git_failed", where=str(self.path), command=arguments[0], problem=problem
        )

    @contextmanager
    def using_objects(self, *, alone: bool = False) -> Iterator[None]:
        """Many may bring objects into the remote at once; who removes some is alone."""
        with (self.path / "objects.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield

    def _written(self, files: Mapping[str, bytes], folder: str) -> dict[str, str]:
        """Path -> id of the new object with that content; `folder` is one for passing files."""
        places = [Path(folder) / f"{number}.blob" for number in range(len(files))]
        for place, data in zip(places, files.values(), strict=True):
            place.write_bytes(data)
        listed = "".join(f"{place}\n" for place in places).encode()
        found = self.git("hash-object", "-w", "--no-filters", "--stdin-paths", data=listed)
        return dict(zip(files, found.split(), strict=True))

    def _run(
        self, arguments: Sequence[str], data: bytes, env: Mapping[str, str]
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git on this repository alone: no user or system settings, no hooks of a caller."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        own = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
        try:
            return subprocess.run(
                ["git", f"--git-dir={self.path}", *arguments],
                input=data,
                env={**clean, **own, **env},
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            raise Unavailable("data.no_git") from None


def _identity(author: str) -> dict[str, str]:
    name = "".join(c for c in author if c.isprintable() and c not in "<>") or "aileron"
    return {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": "aileron@localhost",
        "GIT_COMMITTER_NAME": "aileron",
        "GIT_COMMITTER_EMAIL": "aileron@localhost",
    }
