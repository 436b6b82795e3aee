"""`aileron events`: the record of changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option


class Moment(click.ParamType[datetime]):
    """A time in ISO 8601; without an offset it is local, as the terminal shows times."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            return datetime.fromisoformat(value).astimezone()
        except ValueError:
            self.fail(f"{value!r} is no time. Write 2026-01-31 or 2026-01-31T08:00.", param, ctx)


@click.command()
@click.option("--subject", help="What changed, as NOUN:NAME: champion:default/pumps.")
@click.option("--verb", help="How, as NOUN.PARTICIPLE (champion.set), or the noun alone.")
@click.option("--actor", help="Who did it.")
@click.option("--since", type=Moment(), help="The earliest time, local: 2026-01-31T08:00.")
@click.option("--until", type=Moment(), help="The first time that is too late.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@project_option
@json_option
def command(limit: int, project: str | None, as_json: bool, **asked: Any) -> None:
    """List what changed, the newest first; with --json also the state before and after."""
    with open_client(project) as client:
        found = client.events(limit=limit, **asked)
    rows: Any = found if as_json else [event.model_dump() for event in found]
    show(rows, as_json=as_json, columns=["time", "actor", "verb", "subject"])
