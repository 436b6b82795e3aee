"""Sources elsewhere, as definitions and plans use them: checked without a byte, then fetched.

Imported wherever a definition is read, so it is light; what talks to servers is imported when
something is fetched.
"""

from __future__ import annotations

import logging
from pathlib import Path

from aileron.core.errors import AileronError
from aileron.core.settings import find_workspace
from aileron.data.sources.connections import load_connections
from aileron.data.sources.server_path import allowed_path
from aileron.data.sources.spec import RemoteSource

log = logging.getLogger(__name__)


def fetch_source(source: RemoteSource, folder: Path, home: Path, where: str) -> dict[str, Path]:
    """Path inside the SOURCE artifact -> the fetched file or folder.

    The connections are those of the workspace around `folder`; `where` is said of faults that
    have no place of their own. Raises as `aileron.data.sources.fetch.fetch` does.
    """
    from aileron.data.sources.fetch import fetch

    try:
        return fetch(source, load_connections(find_workspace(folder)), home, log.info)
    except AileronError as error:
        if error.where is None:
            raise error.at(where) from None
        raise


def check_source(source: RemoteSource, folder: Path) -> None:
    """Raise what is wrong with `source` as far as this machine knows; nothing is fetched.

    Raises:
        NotFound: there is no such connection, or no such path.
        InvalidInput: the connection is of another kind, or its file is wrong.
        Refused: a path lies where none is allowed.
    """
    connections = load_connections(find_workspace(folder))
    if source.connection is not None:
        connections.of(source)
    if source.path is not None:
        allowed_path(source.path, connections)
