"""`aileron api`: the API and the pages, served alone."""

from __future__ import annotations

import click

from aileron.core.settings import Settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8090, show_default=True, type=click.IntRange(1, 65535))
def command(host: str, port: int) -> None:
    """Serve the API and the pages; tokens say who asks (`aileron token create`)."""
    from aileron.api.server import serve

    serve(Settings.load(), host, port)
