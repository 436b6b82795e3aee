"""Starts a program that hears nothing of the machine's network interfaces.

A browser drops its requests with ERR_NETWORK_CHANGED whenever an interface gets an address,
loopback requests too, and the pods of a cluster on the same machine come and go with theirs.
A filter of system calls (seccomp(2)) refuses the sockets by which the kernel tells of interfaces,
netlink(7); a browser then takes its network for one that never changes.

    python steady_network.py PROGRAM [ARGUMENT ...]
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import shlex
import socket
import struct
import sys
from pathlib import Path
from typing import Final

SOCKET: Final = {"x86_64": 41, "aarch64": 198}
"""The number of the system call that makes a socket, by the machine's architecture."""
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
PR_SET_NO_NEW_PRIVS = 38
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
CALL, FIRST_ARGUMENT = 0, 16
"""Where the kernel's `seccomp_data` holds the call's number and its first argument."""


class Filter(ctypes.Structure):
    """The kernel's `sock_fprog`: how many instructions, and where they are."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def refuse_netlink() -> None:
    """Let this process and all that it starts make no netlink socket.

    Raises:
        KeyError: the machine's architecture is none of those known here.
        OSError: the kernel takes no filter.
    """
    program = (
        (LOAD, 0, 0, CALL),
        (JUMP_IF_EQUAL, 0, 3, SOCKET[platform.machine()]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (JUMP_IF_EQUAL, 0, 1, socket.AF_NETLINK),
        (RETURN, 0, 0, REFUSE | errno.EAFNOSUPPORT),
        (RETURN, 0, 0, ALLOW),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    asked = Filter(len(program), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    for call in (
        (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(asked), 0, 0),
    ):
        if libc.prctl(*call):
            raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls")


def starter(program: str, folder: Path) -> Path:
    """A program in `folder` that starts `program` so, with whatever arguments it is given."""
    script = folder / f"steady-{Path(program).name}"
    words = shlex.join([sys.executable, "-P", __file__, program])
    script.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return script


if __name__ == "__main__":
    try:
        refuse_netlink()
    except (KeyError, OSError) as error:  # it works all the same, where no interface changes
        print(f"{sys.argv[1]} hears of the network's changes: {error!r}", file=sys.stderr)
    os.execv(sys.argv[1], sys.argv[1:])
