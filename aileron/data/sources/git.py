"""Code from Git repositories: one commit as one tar, fetched through the gate of all sources.

Git itself speaks to the server, with nothing of this machine's configuration: no credentials,
hooks, proxies or submodules, and the one protocol of the address. It connects to the addresses
that the gate let through (``http.curloptResolve``) and follows no redirect. A repository of the
workspace is read where it lies.
"""

from __future__ import annotations

import base64
import fcntl
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from aileron.core.digest import digest_json
from aileron.core.errors import InvalidInput, NotFound, Refused, Unavailable
from aileron.data.sources.connections import (
    Connections,
    GitConnection,
    Limits,
    load_connections,
)
from aileron.data.sources.network import Gate

CACHE: Final = Path("cache") / "git"
LOCK: Final = "lock"
TAR_SECONDS: Final = 24 * 3600.0
"""How long a tar is kept at least; the store has its contents once a plan is made."""
FETCH_SECONDS: Final = 900.0
REVISION: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+@-]{0,199}")
COMMIT: Final = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True)
class GitSource:
    """What is wanted of a repository."""

    url: str
    """https:// or http:// address, or a folder of the workspace."""
    revision: str = "HEAD"
    path: str | None = None
    """The folder of it that is taken; None is all."""
    connection: str | None = None

    @property
    def remote(self) -> bool:
        return "://" in self.url


@dataclass(frozen=True)
class Fetched:
    """One commit on this machine."""

    commit: str
    file: Path
    """A tar of its files."""


def check_repository(source: GitSource, workspace: Path, where: str) -> None:
    """Raise what is wrong with `source` as far as this machine knows; nothing is fetched.

    Raises:
        InvalidInput: the address, revision or path is none, or leads out of the workspace.
        NotFound: there is no such connection or folder.
        Refused: the connection is for another server.
    """
    if not REVISION.fullmatch(source.revision) or ".." in source.revision:
        raise InvalidInput("data.sources.git_revision", where=where, revision=source.revision)
    if source.path is not None and not _is_plain(source.path):
        raise InvalidInput("data.sources.git_path", where=where, path=source.path)
    if not source.remote:
        _local(source.url, workspace, where)
        return
    parts = _parts(source.url, where)
    if source.connection is not None:
        _connection(source, load_connections(workspace), where)
    elif parts.username or parts.password:
        raise InvalidInput("data.sources.git_url", where=where, url=_shown(source.url))


def fetch_commit(source: GitSource, workspace: Path, home: Path, where: str) -> Fetched:
    """The commit that `source` names now, and its files.

    Raises:
        InvalidInput, NotFound, Refused: as `check_repository`; or there is no such repository,
            revision or path; or its address is private.
        Unavailable: the server does not answer.
    """
    check_repository(source, workspace, where)
    connections = load_connections(workspace)
    place = home / CACHE / digest_json([source.url, source.connection])
    git = _Git(place, where, *_access(source, workspace, connections, where))
    with _alone(place):
        git.run("init", "--quiet", "--bare", str(place))
        commit = git.fetch(source.revision)
        file = place / f"{digest_json([commit, source.path])}.tar"
        _remove_old(place)
        if not file.is_file() or _age(file) > TAR_SECONDS / 2:
            part = file.with_suffix(".part")
            tree = f"{commit}:{source.path.strip('/')}" if source.path else commit
            git.check_size(tree, connections.limits)
            git.run("archive", "--format=tar", f"--output={part}", tree)
            part.rename(file)
    return Fetched(commit, file)


def _remove_old(place: Path) -> None:
    """Remove tars of the repository that nobody can be reading any more: they can be made anew."""
    for file in place.glob("*.tar"):
        if _age(file) > TAR_SECONDS:
            file.unlink()


def _age(file: Path) -> float:
    return time.time() - file.stat().st_mtime


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """One at a time in the repository `place`, which is made."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / LOCK).open("w") as file:
        os.utime(file.fileno())  # `aileron.data.sources.tidying` goes by it
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sign_of_life(server: GitConnection, limits: Limits) -> str:
    """What the server says when it is asked for nothing but an answer.

    Raises:
        Unavailable: it does not answer.
    """
    import httpx

    from aileron.data.sources.network import timeouts

    try:
        answer = httpx.get(server.url, timeout=timeouts(limits), trust_env=False)
    except httpx.HTTPError as error:
        problem = str(error) or type(error).__name__
        raise Unavailable("data.sources.git_failed", url=server.url, problem=problem) from error
    return f"HTTP {answer.status_code}"


class _Git:
    """Git in one bare repository, cut off from all configuration of this machine."""

    def __init__(
        self, place: Path, where: str, remote: str, protocol: str, config: Mapping[str, str]
    ) -> None:
        self._place = place
        self._where = where
        self._remote = remote
        self._config = {
            "core.hooksPath": os.devnull,
            "credential.helper": "",
            "gc.auto": "0",
            "http.followRedirects": "false",
            "http.proxy": "",
            "protocol.allow": "never",
            f"protocol.{protocol}.allow": "always",
            "safe.directory": "*",
            "transfer.fsckObjects": "true",
            **config,
        }
        self._protocol = protocol

    def fetch(self, revision: str) -> str:
        """The commit that `revision` is at the remote, after it was fetched."""
        asked = ("fetch", "--quiet", "--no-tags", "--force", "--depth=1", self._remote)
        done = self._try(*asked, revision)
        if done.returncode != 0 and COMMIT.fullmatch(revision):
            # A server need not hand out any commit by its name alone; nor is a short name one.
            deep = ("--unshallow",) if (self._place / "shallow").is_file() else ()
            everything = ("--quiet", "--force", *deep, self._remote, "+refs/*:refs/aileron/*")
            done = self._try("fetch", *everything)
            if done.returncode == 0:
                return self._commit(revision)
        self._check(done, revision)
        return self._commit("FETCH_HEAD")

    def run(self, *arguments: str) -> str:
        """What Git prints."""
        done = self._try(*arguments)
        self._check(done, "")
        return done.stdout

    def check_size(self, tree: str, limits: Limits) -> None:
        """Raise `InvalidInput` if the files of `tree` are more than may come from elsewhere."""
        words = (line.split(None, 4) for line in self.run("ls-tree", "-r", "-l", tree).splitlines())
        sizes = [int(size) for _, kind, _, size, _ in words if kind == "blob"]
        if sum(sizes) > limits.download_bytes:
            limit = limits.download_bytes
            raise InvalidInput("data.sources.too_large", where=self._where, limit=limit)
        if len(sizes) > limits.download_files:
            limit = limits.download_files
            raise InvalidInput("data.sources.too_many", where=self._where, limit=limit)

    def _commit(self, name: str) -> str:
        asked = f"{name}^{{commit}}"
        done = self._try("rev-parse", "--verify", "--quiet", "--end-of-options", asked)
        if done.returncode != 0:
            where = self._where
            raise NotFound("data.sources.git_no_revision", where=where, revision=name)
        return done.stdout.strip()

    def _try(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                ["git", *arguments],
                cwd=self._place,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=FETCH_SECONDS,
            )
        except FileNotFoundError:
            raise Unavailable("data.sources.no_git", where=self._where) from None
        except subprocess.TimeoutExpired:
            problem = f"no end after {FETCH_SECONDS:g} s"
            raise Unavailable(
                "data.sources.git_failed", where=self._where, url=_shown(self._remote),
                problem=problem,
            ) from None  # fmt: skip

    def _environment(self) -> dict[str, str]:
        """Configuration goes by variables, since a command line is seen by everybody."""
        kept = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "LD_LIBRARY_PATH")
        counted = {
            key: value
            for number, (name, text) in enumerate(self._config.items())
            for key, value in (
                (f"GIT_CONFIG_KEY_{number}", name), (f"GIT_CONFIG_VALUE_{number}", text),
            )
        }  # fmt: skip
        return {
            **{name: os.environ[name] for name in kept if name in os.environ},
            "HOME": str(self._place),
            "LC_ALL": "C.UTF-8",
            "GIT_DIR": str(self._place),
            "GIT_ALLOW_PROTOCOL": self._protocol,
            "GIT_CONFIG_COUNT": str(len(self._config)),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "true",
            **counted,
        }

    def _check(self, done: subprocess.CompletedProcess[str], revision: str) -> None:
        if done.returncode == 0:
            return
        said = done.stderr.strip().splitlines()
        problem = said[-1] if said else f"exit code {done.returncode}"
        lower = done.stderr.lower()
        if "couldn't find remote ref" in lower or "not our ref" in lower:
            raise NotFound("data.sources.git_no_revision", where=self._where, revision=revision)
        if "not a valid object name" in lower or "does not exist in" in lower:
            raise NotFound("data.sources.git_no_path", where=self._where)
        if "authentication failed" in lower or "could not read username" in lower:
            raise Refused("data.sources.git_login", where=self._where, url=_shown(self._remote))
        raise Unavailable(
            "data.sources.git_failed", where=self._where, url=_shown(self._remote), problem=problem
        )


def _access(
    source: GitSource, workspace: Path, connections: Connections, where: str
) -> tuple[str, str, dict[str, str]]:
    """Address, protocol and configuration with which Git gets there."""
    if not source.remote:
        return str(_local(source.url, workspace, where)), "file", {}
    parts = _parts(source.url, where)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = str(parts.hostname)
    if source.connection is None:
        try:
            addresses = Gate(connections).addresses(host, port)
        except OSError as error:
            problem = f"{host}: {error.strerror or error}"
            raise Unavailable(
                "data.sources.git_failed", where=where, url=_shown(source.url), problem=problem
            ) from None
        literal = [f"[{one}]" if ":" in one else one for one in addresses]
        pinned = f"{host}:{port}:{','.join(literal)}"
        return source.url, parts.scheme, {"http.curloptResolve": pinned}
    server = _connection(source, connections, where)
    token = connections.secret(server.password)
    if token is None:
        return source.url, parts.scheme, {}
    login = base64.b64encode(f"{server.user or 'oauth2'}:{token}".encode()).decode()
    return source.url, parts.scheme, {"http.extraHeader": f"Authorization: Basic {login}"}


def _connection(source: GitSource, connections: Connections, where: str) -> GitConnection:
    """The connection of `source`, which is for the server that its address names."""
    found = connections.get(str(source.connection))
    if not isinstance(found, GitConnection):
        raise InvalidInput(
            "data.sources.other_kind",
            where=where,
            name=source.connection,
            kind=found.kind,
            source="git",
            fitting="git",
        )
    if not source.url.startswith(found.url.rstrip("/") + "/"):
        raise Refused(
            "data.sources.git_other_server", where=where, name=source.connection, url=found.url
        )
    return found


def _parts(url: str, where: str) -> Any:
    """The parts of a web address."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    good = good and not {"?", "#"} & set(url) and _goes_down(parts.path)
    if not good or any(ord(character) < 33 for character in url) or parts.username:
        raise InvalidInput("data.sources.git_url", where=where, url=_shown(url))
    return parts


def _goes_down(path: str) -> bool:
    """Whether a web address's path has no segment that a server would take for a way up."""
    decoded = unquote(path).replace("\\", "/")
    segments = {segment.partition(";")[0] for segment in decoded.split("/")}
    return "%" not in decoded and not {".", ".."} & segments


def _local(path: str, workspace: Path, where: str) -> Path:
    """A repository of the workspace, which borrows no objects from elsewhere."""
    top = workspace.resolve()
    place = top / path
    if not _is_plain(path) or place.resolve() != place:
        raise InvalidInput("data.sources.git_url", where=where, url=path)
    inner = place / ".git" if (place / ".git").exists() else place
    borrowed = (inner / "objects" / "info" / "alternates", inner / "commondir")
    whole = (inner / "HEAD").is_file() and (inner / "objects").is_dir() and not inner.is_symlink()
    if not whole or any(one.exists() for one in borrowed) or (inner / "objects").is_symlink():
        raise NotFound("data.sources.git_no_repository", where=where, path=path)
    return place


def _is_plain(path: str) -> bool:
    """Whether a path goes down only, and into nothing hidden."""
    parts: Sequence[str] = PurePosixPath(path).parts
    hidden = any(part.startswith(".") for part in parts)
    return bool(parts) and not path.startswith(("/", "~", "-")) and not hidden and ":" not in path


def _shown(url: str) -> str:
    """`url` for sentences: without what may be a secret."""
    return re.sub(r"//[^/@]*@", "//", url.partition("?")[0])[:200]
