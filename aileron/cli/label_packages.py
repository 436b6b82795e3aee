"""`aileron label packages`, `assign`, `open`, `submit`, ...: packages, and whose they are."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, get_args

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option
from aileron.client import records as r
from aileron.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from aileron.client.base import Client

COLUMNS: Final = (
    "id", "campaign", "number", "lane", "state", "annotator", "size", "labelled", "aside",
    "submitted", "approved", "rejected", "deadline", "overdue", "mine",
)  # fmt: skip
SHOWN: Final = (
    "id", "campaign", "dataset", "number", "lane", "state", "annotator", "size", "audited",
    "reviewed", "round", "deadline", "overdue", "assigned", "submitted", "finished", "comment",
    "mine",
)  # fmt: skip
NO_DEADLINE: Final = "none"
TIMES: Final = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
ADDRESS: Final = re.compile(r"([a-z][a-z0-9_]*)/([1-9]\d{0,8})(?:/(\d))?")
"""``CAMPAIGN/NUMBER`` or ``CAMPAIGN/NUMBER/LANE``."""


@click.command()
@click.argument("campaign", required=False)
@click.option("--mine", is_flag=True, help="What waits for you: to be labelled, or audited.")
@click.option("--annotator", help="Only this person's.")
@click.option("--state", type=click.Choice(get_args(r.PackageState)), help="Only such.")
@click.option("--offset", type=click.IntRange(0), default=0, help="Leave out so many.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@project_option
@json_option
def packages(
    campaign: str | None,
    mine: bool,
    annotator: str | None,
    state: r.PackageState | None,
    offset: int,
    limit: int,
    project: str | None,
    as_json: bool,
) -> None:
    """List the packages of CAMPAIGN, or of all campaigns that have not ended."""
    with open_client(project) as client:
        if mine:
            found = client.my_labelling()
        else:
            found = client.label_packages(
                campaign, annotator=annotator, state=state, offset=offset, limit=limit
            )
    print_packages(found, as_json=as_json)


@click.command()
@click.argument("package")
@click.argument("annotator")
@project_option
@json_option
def assign(package: str, annotator: str, project: str | None, as_json: bool) -> None:
    """Give PACKAGE, which nobody has, to ANNOTATOR."""
    with open_client(project) as client:
        found = client.assign_package(find_package(client, package), annotator)
    print_package(found, as_json=as_json)


@click.command()
@click.argument("package")
@click.argument("annotator")
@project_option
@json_option
def transfer(package: str, annotator: str, project: str | None, as_json: bool) -> None:
    """Give PACKAGE, which somebody has, to ANNOTATOR; what is labelled stays."""
    with open_client(project) as client:
        found = client.transfer_package(find_package(client, package), annotator)
    print_package(found, as_json=as_json)


@click.command()
@click.argument("package")
@click.argument("time", metavar="TIME|none")
@project_option
@json_option
def due(package: str, time: str, project: str | None, as_json: bool) -> None:
    """Have PACKAGE submitted until TIME, such as 2026-12-01 or 2026-12-01T18:00, local time."""
    deadline = None if time == NO_DEADLINE else _moment(time)
    with open_client(project) as client:
        found = client.due_package(find_package(client, package), deadline)
    print_package(found, as_json=as_json)


@click.command("open")
@click.argument("package")
@project_option
@json_option
def open_link(package: str, project: str | None, as_json: bool) -> None:
    """Print a link to label PACKAGE with; it is good for a minute, and once."""
    with open_client(project) as client:
        found = client.open_package(find_package(client, package))
    if as_json:
        show(found, as_json=True)
        return
    click.echo(found.url)


@click.command()
@click.argument("package")
@click.option("--unchanged", is_flag=True, help="Also what was rejected and is as it was.")
@project_option
@json_option
def submit(package: str, unchanged: bool, project: str | None, as_json: bool) -> None:
    """Hand in PACKAGE: it cannot be changed until a reviewer returns it."""
    with open_client(project) as client:
        found = client.submit_package(find_package(client, package), unchanged=unchanged)
    print_package(found, as_json=as_json)


@click.command("show")
@click.argument("package")
@project_option
@json_option
def show_package(package: str, project: str | None, as_json: bool) -> None:
    """Show PACKAGE: whose it is, how far it is, what the last audit said."""
    with open_client(project) as client:
        found = client.label_package(find_package(client, package))
    print_package(found, as_json=as_json)


def find_package(client: Client, text: str) -> int:
    """The id of the package that `text` is, or names by its campaign, number and lane.

    Raises:
        InvalidInput: it is neither.
        NotFound: there is no such package.
    """
    if text.isascii() and text.isdecimal():
        return int(text)
    named = ADDRESS.fullmatch(text)
    if named is None:
        raise InvalidInput("cli.no_package_address", text=text)
    campaign, number, lane = named[1], int(named[2]), int(named[3] or 0)
    overlap = client.campaign(campaign).overlap
    place = (number - 1) * overlap + lane  # they are listed by number and lane
    found = client.label_packages(campaign, offset=place, limit=1).packages
    if lane >= overlap or not found:
        raise NotFound("cli.no_package", campaign=campaign, number=number, lane=lane)
    return found[0].id


def print_packages(found: r.PackagePage, *, as_json: bool) -> None:
    """Packages as a table."""
    if as_json:
        show(found, as_json=True)
        return
    show([_row(one) for one in found.packages], as_json=False, columns=COLUMNS)
    if found.total > len(found.packages):
        click.echo(f"({len(found.packages)}/{found.total})")


def print_package(found: r.LabelPackage, *, as_json: bool) -> None:
    """One package, field by field."""
    if as_json:
        show(found, as_json=True)
        return
    row = found.model_dump()
    facts = {name: row[name] for name in SHOWN if row[name] is not None}
    items = {name: count for name, count in row["items"].items() if count and name != "total"}
    show({**facts, "overdue": _row(found)["overdue"], "items": items}, as_json=False)


def _row(one: r.LabelPackage) -> dict[str, Any]:
    row = one.model_dump()
    counts = {name: row["items"][name] for name in COLUMNS if name in row["items"]}
    return {**row, **counts, "overdue": "yes" if one.overdue else "no"}


def _moment(text: str) -> datetime:
    """A time of this machine's zone; a day alone is its end."""
    moment: datetime = click.DateTime(TIMES)(text)
    if "T" not in text:
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment.astimezone()


COMMANDS: Final = (packages, show_package, assign, transfer, due, open_link, submit)
