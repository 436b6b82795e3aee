"""Environment variables of a job's processes, and how several find each other.

The names for several nodes are those that frameworks read: ``MASTER_ADDR``, ``RANK`` and so on by
torch, ``PET_*`` by torchrun, ``PADDLE_*`` by Paddle's launcher, ``OMPI_MCA_*`` by Open MPI.
"""

from __future__ import annotations

import json
import os
import shlex
import socket
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aileron.run.environment import STORE_ACCESS
from aileron.run.gang_node import ADDRESSES, NODE
from aileron.train.job.config import TrainJobConfig
from aileron.train.job.spec import Parameter

LOCAL: Final = "127.0.0.1"
POD_PORT: Final = 23456
"""Of the first of several pods, which have an address each."""
KEPT: Final = ("AILERON_LANG",)
"""Of the platform's own variables."""


@dataclass(frozen=True)
class Rank:
    """One node's place in its group."""

    node: int
    addresses: Sequence[str]
    """Of all nodes, the first of which is the master."""
    port: int
    restarts: int = 0
    """How many are allowed."""

    def environment(self) -> dict[str, str]:
        count = len(self.addresses)
        master = f"{self.addresses[0]}:{self.port}"
        endpoints = [f"{address}:{self.port + 1 + i}" for i, address in enumerate(self.addresses)]
        return {
            "MASTER_ADDR": self.addresses[0],
            "MASTER_PORT": str(self.port),
            "WORLD_SIZE": str(count),
            "RANK": str(self.node),
            "LOCAL_RANK": "0",
            "PET_NNODES": f"{count}:{count}",
            "PET_NODE_RANK": str(self.node),
            "PET_NPROC_PER_NODE": "1",
            "PET_MASTER_ADDR": self.addresses[0],
            "PET_MASTER_PORT": str(self.port),
            "PET_RDZV_ENDPOINT": master,
            "PET_MAX_RESTARTS": str(self.restarts),
            "AILERON_NODE": str(self.node),
            "AILERON_NODES": str(count),
            "POD_IP": self.addresses[self.node],
            "PADDLE_TRAINER_ID": str(self.node),
            "PADDLE_TRAINERS_NUM": str(count),
            "PADDLE_TRAINERS": ",".join(self.addresses),
            "PADDLE_TRAINER_ENDPOINTS": ",".join(endpoints),
            "PADDLE_CURRENT_ENDPOINT": endpoints[self.node],
            "TRAINING_ROLE": "TRAINER",
            "PADDLE_TRAINING_ROLE": "TRAINER",
        }


def mpi_environment(rank: Rank, home: Path) -> dict[str, str]:
    """The variables of an MPI job's node, and its hostfile in `home`; none if there is one node.

    There mpirun counts the processors by itself.
    """
    if len(rank.addresses) == 1:
        return {}
    hostfile = home / f"hostfile-{rank.node}"
    slots = Counter(rank.addresses).items()
    lines = (f"{address} slots={count}\n" for address, count in slots)
    hostfile.write_text("".join(lines), encoding="utf-8")
    return {
        "K_MPI_JOB_ROLE": "worker" if rank.node else "launcher",
        "OMPI_MCA_orte_default_hostfile": str(hostfile),
        "OMPI_MCA_orte_keep_fqdn_hostnames": "true",
        "OMPI_MCA_plm_rsh_args": "-o ConnectionAttempts=10",
    }


def command_line(command: str, parameters: Mapping[str, Parameter]) -> str:
    """What bash runs: the command, then ``--name=value`` for each parameter, in order."""
    given = (shlex.quote(f"--{name}={_text(value)}") for name, value in parameters.items())
    return " ".join([command, *given])


def base_environment(config: TrainJobConfig, seed: int, home: Path) -> dict[str, str]:
    """What every process of the job gets: none of the platform's variables or credentials.

    Args:
        home: the job's own home directory.
    """
    hidden = {*STORE_ACCESS, *(name for name in os.environ if name.startswith("AILERON_"))}
    inherited = {n: v for n, v in os.environ.items() if n not in hidden or n in KEPT}
    binaries = str(Path(sys.executable).parent)
    return {
        **inherited,
        "PATH": os.pathsep.join([binaries, inherited.get("PATH", os.defpath)]),
        "HOME": str(home),
        "PYTHONUNBUFFERED": "1",
        "AILERON_JOB": config.job,
        "AILERON_SEED": str(seed),
        "AILERON_PARAMETERS": json.dumps(dict(config.parameters), ensure_ascii=False),
    }


def ranks_here(nodes: int, restarts: int) -> list[Rank]:
    """The nodes that run on this machine: all of them, or one if this is one of several pods."""
    if ADDRESSES in os.environ:
        addresses = os.environ[ADDRESSES].split(",")
        return [Rank(int(os.environ[NODE]), addresses, POD_PORT, restarts)]
    port = _free_port()
    return [Rank(node, (LOCAL,) * nodes, port, restarts) for node in range(nodes)]


def is_first_machine() -> bool:
    """Whether what lies here is the job's result: of several pods, that of the first is."""
    return os.environ.get(NODE, "0") == "0"


def _free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind((LOCAL, 0))
        return int(listener.getsockname()[1])


def _text(value: Parameter) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
