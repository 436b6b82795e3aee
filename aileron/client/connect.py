"""Which client is meant: another machine's if its address is given, else this machine's."""

from __future__ import annotations

import os
from typing import Final

from aileron.client.base import Client

URL_VARIABLE: Final = "AILERON_API_URL"
TOKEN_VARIABLE: Final = "AILERON_API_TOKEN"  # noqa: S105 (a name)


def connect(
    url: str | None = None, token: str | None = None, *, project: str | None = None
) -> Client:
    """A client of an installation; use it in a ``with`` block, or close it.

    Args:
        url: of another machine's API; default: ``AILERON_API_URL``. Without any, the
            installation of this machine's workspace is meant.
        token: the secret of an API token; default: ``AILERON_API_TOKEN``.
        project: default: the token's, else ``default``.

    Raises:
        InvalidInput: no address is given and there is no workspace here.
    """
    url = url or os.environ.get(URL_VARIABLE)
    if url:
        from aileron.client.remote import RemoteClient

        return RemoteClient(url, token or os.environ.get(TOKEN_VARIABLE), project)
    from aileron.client.local import LocalClient
    from aileron.core.settings import Settings

    return LocalClient.of(Settings.load(), project)
