"""Log ids and request ids."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from aileron.serve.identifiers import LogIds, request_id


def test_log_ids_are_unique_among_threads_and_faster_than_the_clock() -> None:
    ids = LogIds()

    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(lambda _: [ids.next() for _ in range(5_000)], range(8)))

    every = [number for numbers in drawn for number in numbers]
    assert len(set(every)) == 40_000
    assert all(0 < number < 2**63 for number in every)
    assert all(numbers == sorted(numbers) for numbers in drawn)


def test_two_processes_draw_different_log_ids() -> None:
    streams = [LogIds() for _ in range(2)]
    while streams[0]._process == streams[1]._process:  # one in 4096
        streams[1] = LogIds()

    drawn = [{stream.next() for _ in range(1_000)} for stream in streams]

    assert not drawn[0] & drawn[1]


@pytest.mark.parametrize("offered", [b"a", b"3f2c-ABC_1.2:3", b"x" * 128])
def test_a_plain_request_id_is_taken_over(offered: bytes) -> None:
    assert request_id(offered) == offered


@pytest.mark.parametrize("offered", [None, b"", b"a b", b"x" * 129, b"\xff", b"a\nb", b"<i>"])
def test_any_other_is_replaced(offered: bytes | None) -> None:
    made = request_id(offered)

    assert made != offered
    assert len(made) == 32
