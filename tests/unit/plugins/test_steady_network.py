"""What the browser of tests may not hear."""

import subprocess
import sys
from pathlib import Path

from plugins.steady_network import starter

TRIES = """
import socket, sys
for family, kind in ((socket.AF_NETLINK, socket.SOCK_RAW), (socket.AF_INET, socket.SOCK_STREAM)):
    try:
        socket.socket(family, kind).close()
        print("made")
    except OSError as error:
        print(error.strerror)
print(*sys.argv[1:])
"""


def test_a_program_so_started_hears_nothing_of_interfaces_and_is_otherwise_free(
    tmp_path: Path,
) -> None:
    program = starter(sys.executable, tmp_path)
    told = subprocess.check_output([program, "-c", TRIES, "one two", "*"], text=True)
    assert told.splitlines() == ["Address family not supported by protocol", "made", "one two *"]
