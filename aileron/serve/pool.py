"""A bounded pool of threads for work that would hold up the event loop.

So many pieces are at work, so many wait, and the next one is refused at once. Work whose
client hangs up while it waits is dropped, so that clients that come and go cannot fill the
queue.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from .errors import ServiceError

T = TypeVar("T")
Outcome = tuple[T, None] | tuple[None, Exception]


class Pool:
    """Threads and a queue; `waiting` is how many pieces may wait beside those at work."""

    def __init__(self, threads: int, waiting: int) -> None:
        self._threads = threads
        self._places = threads + waiting
        self._taken = 0
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="picture")

    async def run(self, work: Callable[[], T], receive: Receive) -> T:
        """What `work` returns or raises, done in a thread.

        Raises:
            ServiceError: no place is free.
            ClientDisconnect: `receive` says that the client hung up before the work began.
        """
        # Futures of threads refer to themselves, and an error to the frames that it passed. What
        # such a ring holds stays until the garbage collector's next full turn; so the outcome
        # goes through a box of its own, and the body leaves with the request.
        box: list[Outcome[T]] = []
        job, waits = self._submit(lambda: box.append(_outcome(work)))
        if waits and not await _answered(job, receive):
            raise ClientDisconnect
        await asyncio.wrap_future(job)
        answer, error = box.pop()
        if error is None:
            return answer  # type: ignore[return-value]
        try:
            raise error
        finally:
            del error

    def close(self) -> None:
        """Drop what waits; what is at work ends by itself."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _submit(self, work: Callable[[], None]) -> tuple[Future[None], bool]:
        """The job, and whether it has to wait for a thread."""
        with self._lock:
            if self._taken >= self._places:
                raise ServiceError("busy", found=self._taken)
            self._taken += 1
            waits = self._taken > self._threads
        job = self._executor.submit(work)
        job.add_done_callback(self._release)
        return job, waits

    def _release(self, _: Future[None]) -> None:
        with self._lock:
            self._taken -= 1


def _outcome(work: Callable[[], T]) -> Outcome[T]:
    try:
        return work(), None
    except Exception as error:  # noqa: BLE001 raised again where it is awaited
        return None, error


async def _answered(job: Future[None], receive: Receive) -> bool:
    """Whether `job` ended before the client hung up; a job that did not begin is cancelled."""
    answer = asyncio.wrap_future(job)
    gone = asyncio.ensure_future(_hung_up(receive))
    both: set[asyncio.Future[Any]] = {answer, gone}
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    gone.cancel()
    return answer.done() or not job.cancel()


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
