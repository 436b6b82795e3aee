"""Run a program in an image without a container engine: in namespaces of its own.

The image's files are laid out by a process that has the image's root as its own root already, so
no link of theirs leads out of it. Before the program starts, the machine's files are unmounted
from its namespace and every capability is given up. It has no network and sees no process of this
machine; it runs as the user of pods where this process is root, else as this process's own. Linux
only.
"""

from __future__ import annotations

import ctypes
import errno
import gzip
import json
import os
import posixpath
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

from aileron.container.layout import PACKED, Image, Layout
from aileron.core.errors import InvalidInput, StepFailed, Unavailable

USER: Final = 1000
"""Whom pods run as unless their pool says another."""
ALONE: Final = ("--mount", "--net", "--pid", "--ipc", "--fork", "--kill-child")
DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/urandom")
READY: Final = "aileron-sandbox: ready"
PROBE: Final = "probe"
PROBE_SECONDS: Final = 30.0
_BIND: Final = 4096
_DETACH: Final = 2
_PIVOT_ROOT: Final = {"x86_64": 155, "aarch64": 41}
"""Number of the system call, which the C library has no function for."""
_CAPSET: Final = {"x86_64": 126, "aarch64": 91}
_CAPABILITIES: Final = 0x20080522
"""Version 3 of what `capset` takes."""
_PR_CAPBSET_READ: Final = 23
_PR_CAPBSET_DROP: Final = 24
_PR_SET_NO_NEW_PRIVS: Final = 38
_WHITEOUT: Final = ".wh."
_OPAQUE: Final = ".wh..wh..opq"
_TOO_LARGE: Final = 90
_DAMAGED: Final = 91
_NO_MOUNT: Final = 92
_NOT_FOUND: Final = 127


def run_in_image(
    layout: Layout, image: Image, words: Sequence[str], work: Path, most_bytes: int, seconds: float
) -> subprocess.CompletedProcess[str]:
    """Lay the image out in `work` and run `words` in it; what they print comes back.

    Args:
        most_bytes: of the image, unpacked.
        seconds: how long all may take.

    Raises:
        InvalidInput: the image is damaged, or too large.
        StepFailed: it took too long, or could not be begun.
        Unavailable: this machine does not let us make namespaces.
    """
    shelter = work / "sandbox"
    shelter.mkdir(mode=0o700)  # who is not we does not reach the image's files from outside
    root = shelter / "root"
    root.mkdir(mode=0o755)
    order = {
        "root": str(root),
        "layers": [[str(layout.path(one)), one.media_type in PACKED] for one in image.layers],
        "most_bytes": most_bytes,
        "env": dict(image.environment),
        "words": list(words),
    }
    command = _command()
    try:
        done = subprocess.run(
            command, input=json.dumps(order), capture_output=True, text=True, timeout=seconds,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise StepFailed("container.check_timeout", seconds=seconds) from None
    except FileNotFoundError:
        raise Unavailable("container.no_sandbox", problem="unshare is not installed") from None
    finally:
        shutil.rmtree(shelter, ignore_errors=True)
    said = done.stderr.strip().splitlines()
    last = said[-1] if said else "-"
    if done.returncode == _TOO_LARGE:
        raise InvalidInput("container.too_large", most=most_bytes)
    if done.returncode == _DAMAGED:
        raise InvalidInput("container.no_image", problem=last)
    if done.returncode == _NO_MOUNT or last.startswith("unshare:"):
        raise Unavailable("container.no_sandbox", problem=last)
    if READY not in said:
        raise StepFailed("container.sandbox_failed", problem=last)
    return done


def check_possible() -> None:
    """Try whether images can be run here at all, in an empty one; a success is remembered.

    Raises:
        Unavailable: they cannot; says what the machine refuses.
    """
    problem = _problem()
    if problem is not None:
        _problem.cache_clear()  # somebody may allow it meanwhile
        raise Unavailable("container.no_sandbox", problem=problem)


@cache
def _problem() -> str | None:
    with tempfile.TemporaryDirectory(prefix="aileron-probe-") as root:
        try:
            done = subprocess.run(
                [*_command(), PROBE, root], stdin=subprocess.DEVNULL, capture_output=True,
                text=True, timeout=PROBE_SECONDS, check=False,
            )  # fmt: skip
        except FileNotFoundError:
            return "unshare is not installed"
        except subprocess.TimeoutExpired:
            return f"no answer in {PROBE_SECONDS:g} s"
    said = done.stderr.strip().splitlines()
    return None if done.returncode == 0 else said[-1] if said else "-"


def _command() -> list[str]:
    """This module as the first process of new namespaces."""
    mapped = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *ALONE, *mapped, sys.executable, "-m", "aileron.container.sandbox"]


def main() -> int:
    """Be the first process of the namespaces: lay out, mount, become the user, run."""
    if sys.argv[1:2] == [PROBE]:
        return _probe(sys.argv[2])
    order = json.load(sys.stdin)
    is_root = _is_root()
    opened = [Path(path).open("rb") for path, _ in order["layers"]]  # noqa: SIM115 soon over
    devices = _devices()
    try:
        machine, image = _enter(order["root"])
    except OSError as error:
        return _no_mount(error)
    try:
        unpack = Unpacking(order["most_bytes"], owners=is_root)
        for file, (_, packed) in zip(opened, order["layers"], strict=True):
            unpack.layer(file, packed=packed)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's tar leads to
        print(str(error) or type(error).__name__, file=sys.stderr)
        return _TOO_LARGE if isinstance(error, TooLarge) else _DAMAGED
    try:
        _mount_system(devices)
        _leave(machine, image)
        _give_up_rights(USER if is_root else None)
    except OSError as error:
        return _no_mount(error)
    print(READY, file=sys.stderr, flush=True)
    return _execute(order["words"], order["env"])


def _probe(root: str) -> int:
    """Do all but lay out and run."""
    is_root, devices = _is_root(), _devices()
    try:
        machine, image = _enter(root)
        _mount_system(devices)
        _leave(machine, image)
        _give_up_rights(USER if is_root else None)
    except OSError as error:
        return _no_mount(error)
    return 0


def _no_mount(error: OSError) -> int:
    print(f"mount: {error.strerror}", file=sys.stderr)
    return _NO_MOUNT


def _devices() -> list[tuple[str, int]]:
    return [(path, os.open(path, os.O_RDWR)) for path in DEVICES]


def _enter(root: str) -> tuple[int, int]:
    """Have `root` as the root, for now; handles of the machine's root and of the new one."""
    _mount(root, root, None, _BIND)  # only a mount can become the root of a namespace
    machine, image = (os.open(path, os.O_RDONLY | os.O_DIRECTORY) for path in ("/", root))
    os.chroot(root)
    os.chdir("/")
    return machine, image


def _leave(machine: int, image: int) -> None:
    """Have the image's root alone: nothing of the machine is mounted any more.

    A chroot would be no wall: who may call it again walks out by ``..``.
    """
    os.fchdir(machine)
    os.chroot(".")
    os.fchdir(image)
    _system(_PIVOT_ROOT, b".", b".")  # the machine's root lies over the image's then
    _checked(_libc().umount2(b".", _DETACH))
    os.chdir("/")
    os.close(machine)
    os.close(image)


def _give_up_rights(user: int | None) -> None:
    """Become `user`, with no capability now or by any program that is started."""
    libc, number = _libc(), 0
    while libc.prctl(_PR_CAPBSET_READ, number, 0, 0, 0) >= 0:
        _checked(libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0))
        number += 1
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0)
    _system(_CAPSET, header, (ctypes.c_uint32 * 6)())
    _checked(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


class TooLarge(OSError):
    """The image has more bytes than it may."""


class Unpacking:
    """Lays layers over each other in ``/``, which is the image's root.

    Args:
        owners: keep owners, which only root can.
    """

    def __init__(self, most_bytes: int, *, owners: bool) -> None:
        self._left = most_bytes
        self._owners = owners

    def layer(self, file: IO[bytes], *, packed: bool) -> None:
        """Add a layer.

        Raises:
            TooLarge: there are more bytes than there may be.
        """
        stream: Any = gzip.GzipFile(fileobj=file) if packed else file
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            # The newer default of the library forbids what images are made of.
            archive.extraction_filter = lambda member, _: member
            for member in archive:
                self._member(archive, member)

    def _member(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        path = posixpath.normpath("/" + member.name)
        folder, name = posixpath.split(path)
        if name == _OPAQUE:
            for inner in Path(folder).iterdir() if Path(folder).is_dir() else ():
                _remove(inner)
        elif name.startswith(_WHITEOUT):
            _remove(Path(folder, name.removeprefix(_WHITEOUT)))
        elif not (member.ischr() or member.isblk() or member.isfifo() or path == "/"):
            self._left -= member.size
            if self._left < 0:
                raise TooLarge("the image is larger unpacked than it may be")
            self._place(archive, member, Path(path))

    def _place(self, archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
        there = path.is_dir() and not path.is_symlink()
        if not (there and member.isdir()):
            _remove(path)
        member.name = str(path).lstrip("/")
        member.mode &= 0o1777  # nobody becomes another by a file of an image
        if not self._owners:
            member.uid = member.gid = 0
        archive.extract(member, "/", numeric_owner=True)


def _remove(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return
    if stat.S_ISDIR(mode):
        shutil.rmtree(path)
    else:
        path.unlink()


def _is_root() -> bool:
    """Whether this is the machine's root: one that is mapped to another user is not."""
    mapping = Path("/proc/self/uid_map").read_text(encoding="ascii").split()
    return mapping[:2] == ["0", "0"]


def _mount_system(devices: Sequence[tuple[str, int]]) -> None:
    """What every program expects: processes, the devices without harm, a folder to write to."""
    for folder in ("/proc", "/dev", "/tmp"):  # noqa: S108 - the image's own
        Path(folder).mkdir(exist_ok=True)
    Path("/tmp").chmod(0o1777)  # noqa: S108
    _mount("proc", "/proc", "proc", 0)
    for path, number in devices:
        Path(path).touch()
        _mount(f"/proc/self/fd/{number}", path, None, _BIND)


def _mount(source: str, target: str, kind: str | None, flags: int) -> None:
    given = kind.encode() if kind else None
    _checked(_libc().mount(source.encode(), target.encode(), given, flags, None))


def _system(numbers: Mapping[str, int], *values: object) -> None:
    """A system call by its number on this processor."""
    machine = os.uname().machine
    if machine not in numbers:
        raise OSError(errno.ENOSYS, f"not on {machine}")
    _checked(_libc().syscall(numbers[machine], *values))


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(answer: int) -> None:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _execute(words: Sequence[str], env: Mapping[str, str]) -> int:
    variables = {"PATH": "/usr/local/bin:/usr/bin:/bin", **env, "HOME": "/tmp"}  # noqa: S108
    try:
        os.execvpe(words[0], list(words), variables)  # noqa: S606
    except OSError as error:
        print(f"{words[0]}: {error.strerror}", file=sys.stderr)
    return _NOT_FOUND


if __name__ == "__main__":
    sys.exit(main())
