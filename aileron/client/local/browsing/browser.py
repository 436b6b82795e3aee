"""What the clients of one process share to look into dataset versions.

Everything is kept by the digest of a version's artifact, so nothing kept ever becomes wrong.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from functools import partial
from pathlib import Path
from typing import Any, Final

from aileron.client.local.browsing.files import CacheFolder
from aileron.client.local.browsing.index import FORMAT, SampleIndex
from aileron.client.local.browsing.worker import Worker
from aileron.core.errors import AileronError, InvalidInput, StepFailed, Unavailable
from aileron.core.ports import Reference
from aileron.core.settings import SILENT, Settings
from aileron.data.layout import SAMPLES_FILE
from aileron.store import Store

INDEX_BYTES: Final = 4 << 30
MEDIA_BYTES: Final = 1 << 30
DATA_BYTES: Final = 64 << 30
"""Of files of the store; where it is a folder beside the cache they take no room of their own."""
PATIENCE: Final = 12.0
"""Seconds that a page's question waits for an index; it goes on being made meanwhile."""
BUILD_SECONDS: Final = 1800.0
BUILDERS: Final = 2


class Browser:
    """What the clients of one process share to look into versions. Threads may share it.

    Args:
        patience: how long who asks for an index waits for it, seconds.
    """

    def __init__(self, settings: Settings, patience: float = PATIENCE) -> None:
        self._patience = patience
        folder = settings.home / "cache" / "browse"
        self.indexes = CacheFolder(folder / "index", INDEX_BYTES)
        self.media = CacheFolder(folder / "media", MEDIA_BYTES)
        self.data = CacheFolder(folder / "data", DATA_BYTES)
        self.worker = Worker(partial(_failed, StepFailed, "client.not_read"))
        self.previewer = Worker(partial(_failed, InvalidInput, "client.no_preview"))
        """A process of its own: a preview takes seconds, and pictures must not wait for it."""
        self._builders = ThreadPoolExecutor(BUILDERS, "browse")
        self._building: dict[str, Future[Path]] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the workers; a later question starts another."""
        self.worker.close()
        self.previewer.close()

    def index(
        self, store: Store, reference: Reference, patience: float | None = None
    ) -> SampleIndex:
        """The index of a version, made now if there is none.

        Args:
            patience: how long to wait for it, if longer than others, seconds.

        Raises:
            Unavailable: it is being made and takes a while; ask again.
        """
        key = f"{reference.digest}.{FORMAT}.sqlite"
        if path := self.indexes.find(key):
            return SampleIndex(path)
        with self._lock:
            future = self._building.get(key)
            if future is None:
                future = self._builders.submit(self._build, store, reference, key)
                self._building[key] = future
                future.add_done_callback(lambda _: self._building.pop(key, None))
        try:
            return SampleIndex(future.result(max(self._patience, patience or 0)))
        except StillRunning:
            raise Unavailable("client.being_indexed") from None

    def folder(self, store: Store, reference: Reference, *names: str) -> Path:
        """A folder that holds those files of the artifact, perhaps others too."""
        for name in names:
            key = f"{reference.digest}/{name}"
            if self.data.find(key) is None:
                with self.data.alone(reference.digest), self.data.draft(key) as draft:
                    store.fetch_file(reference, name, draft)
        return self.data.path(reference.digest)

    def _build(self, store: Store, reference: Reference, key: str) -> Path:
        with self.indexes.alone(key):
            if path := self.indexes.find(key):  # another process was faster
                return path
            folder = self.folder(store, reference, SAMPLES_FILE)
            with self.indexes.draft(key) as draft:
                _run_builder(folder, draft)
        return self.indexes.path(key)


def _failed(kind: type[AileronError], message_id: str, problem: Any) -> AileronError:
    return kind(message_id, problem=problem)


def _run_builder(folder: Path, index: Path) -> None:
    """Make the index in a process of its own: it loads PyArrow."""
    command = [sys.executable, "-P", "-m", "aileron.client.local.browsing.build"]
    try:
        done = subprocess.run(
            [*command, str(folder), str(index)],
            capture_output=True,
            check=False,
            timeout=BUILD_SECONDS,
            env={**SILENT, "PATH": "", "OMP_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired:
        raise StepFailed("client.not_indexed", problem=f"> {BUILD_SECONDS:.0f} s") from None
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise StepFailed("client.not_indexed", problem="".join(last))
