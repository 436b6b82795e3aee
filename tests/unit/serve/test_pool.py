"""A bounded pool: so many at work, so many waiting, nobody kept for ever."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from aileron.serve.errors import ServiceError
from aileron.serve.pool import Pool


async def stays() -> dict[str, Any]:
    """A client that waits for its answer."""
    await asyncio.Event().wait()
    raise AssertionError


async def leaves() -> dict[str, Any]:
    """A client that hangs up."""
    await asyncio.sleep(0.01)
    return {"type": "http.disconnect"}


class Gate:
    """Work that goes on until it is let through."""

    def __init__(self) -> None:
        self.begun = 0
        self.open = threading.Event()

    def work(self) -> int:
        self.begun += 1
        assert self.open.wait(60)
        return self.begun


def run(test: Callable[[Pool, Gate], Any], threads: int = 2, waiting: int = 3) -> None:
    async def body() -> None:
        pool, gate = Pool(threads, waiting), Gate()
        try:
            await asyncio.wait_for(test(pool, gate), 60)
        finally:
            gate.open.set()
            pool.close()

    asyncio.run(body())


def test_one_more_than_it_has_places_for_is_refused_at_once() -> None:
    async def test(pool: Pool, gate: Gate) -> None:
        jobs = [asyncio.ensure_future(pool.run(gate.work, stays)) for _ in range(5)]
        while gate.begun < 2:
            await asyncio.sleep(0.01)

        with pytest.raises(ServiceError, match="5 requests at work"):
            await pool.run(gate.work, stays)

        assert gate.begun == 2
        gate.open.set()
        await asyncio.gather(*jobs)
        assert gate.begun == 5
        assert await pool.run(lambda: "free again", stays) == "free again"

    run(test)


def test_work_whose_client_hung_up_before_it_began_is_never_done() -> None:
    async def test(pool: Pool, gate: Gate) -> None:
        busy = [asyncio.ensure_future(pool.run(gate.work, stays)) for _ in range(2)]
        await asyncio.sleep(0.02)
        for _ in range(50):
            with pytest.raises(ClientDisconnect):
                await pool.run(gate.work, leaves)
        gate.open.set()
        await asyncio.gather(*busy)

        assert gate.begun == 2

    run(test)


def test_an_error_comes_out_as_it_is_and_frees_its_place() -> None:
    def fail() -> None:
        raise ServiceError("empty_body")

    async def test(pool: Pool, _: Gate) -> None:
        for _ in range(20):
            with pytest.raises(ServiceError, match="empty"):
                await pool.run(fail, stays)

    run(test, threads=1, waiting=0)


def test_a_refused_request_leaves_nothing_behind() -> None:
    """Its body is gone with the refusal, not with the collector's next turn."""

    class Body:
        pass

    async def test(pool: Pool, _: Gate) -> None:
        bodies = []

        async def ask() -> None:
            body = Body()
            bodies.append(weakref.ref(body))

            def work(kept: Body = body) -> None:
                raise ServiceError("not_json", problem=repr(kept))

            try:
                await pool.run(work, stays)
            except ServiceError:
                pass
            else:
                raise AssertionError

        for _ in range(10):
            await ask()
        await asyncio.sleep(0)
        assert [body() for body in bodies[:-1]] == [None] * 9

    gc.collect()
    gc.disable()
    try:
        run(test, threads=1)  # which lets go of one body before it takes the next
    finally:
        gc.enable()
