"""Which port each embedded server gets."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from aileron.core.errors import Conflict, InvalidInput
from aileron.stack.ports import CUSTOMARY, HOST, choose, variable

ANY = {variable(server): "0" for server in CUSTOMARY}


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        yield other.getsockname()[1]


def free() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def test_every_server_gets_a_port_of_its_own() -> None:
    chosen = choose(ANY, {})
    assert chosen.keys() == CUSTOMARY.keys()
    assert len(set(chosen.values())) == len(CUSTOMARY)


def test_the_port_of_the_last_start_is_taken_again() -> None:
    last = free()
    assert choose({}, {"mlflow": last})["mlflow"] == last


def test_a_remembered_port_that_somebody_else_has_is_left_to_them(taken: int) -> None:
    assert choose(ANY, {"mlflow": taken})["mlflow"] != taken


def test_a_remembered_port_that_our_own_server_still_holds_is_kept(taken: int) -> None:
    assert choose(ANY, {"mlflow": taken}, held={"mlflow"})["mlflow"] == taken


def test_a_port_that_was_asked_for_and_is_taken_is_refused_by_name(taken: int) -> None:
    with pytest.raises(Conflict, match=f"Port {taken}, wanted for gateway by AILERON_PORT_GATEWAY"):
        choose({"AILERON_PORT_GATEWAY": str(taken)}, {})


def test_a_port_that_was_asked_for_wins_over_the_remembered_one() -> None:
    wanted, last = free(), free()
    chosen = choose({"AILERON_PORT_GATEWAY": str(wanted)}, {"gateway": last})
    assert chosen["gateway"] == wanted


@pytest.mark.parametrize("text", ["http", "-1", "70000", "80.5"])
def test_what_is_no_port_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="AILERON_PORT_MLFLOW"):
        choose({"AILERON_PORT_MLFLOW": text}, {})
