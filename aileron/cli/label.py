"""`aileron label`: datasets labelled by people, from a campaign to the next version."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from aileron.cli.label_packages import COMMANDS as PACKAGE_COMMANDS
from aileron.cli.label_packages import print_packages
from aileron.cli.label_review import COMMANDS as REVIEW_COMMANDS
from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option
from aileron.cli.works import run_work, wait_option
from aileron.client import records as r
from aileron.client.records.labelling import MOST_PACKAGES

COLUMNS: Final = (
    "name", "dataset", "state", "samples", "open", "labelled", "aside", "submitted", "approved",
    "disagreements", "deadline", "overdue",
)  # fmt: skip
SHOWN: Final = (
    "name", "dataset", "version", "task", "tool", "state", "samples", "overlap",
    "approved_samples", "excluded_samples", "disagreements", "agreement", "agreement_measure",
    "annotators", "reviewers", "deadline", "overdue", "synced", "created_by", "created", "ended",
)  # fmt: skip

PEOPLE: Final = ("annotators", "reviewers")


@click.group()
def command() -> None:
    """Have datasets labelled: hand out packages, review them, make a version of the labels.

    PACKAGE is a package's id, or CAMPAIGN/NUMBER, or CAMPAIGN/NUMBER/LANE.
    """


@command.command()
@click.argument("dataset")
@click.option("--version", type=click.IntRange(1), help="Of the dataset; default: the latest.")
@click.option("--name", help="Of the campaign; default: the dataset's with a number behind it.")
@click.option("--annotator", "annotators", multiple=True, help="A person; instead of the file's.")
@click.option("--reviewer", "reviewers", multiple=True, help="A person; instead of the file's.")
@click.option("--package-size", type=click.IntRange(1, 1000), help="Samples of a package.")
@click.option("--overlap", type=click.IntRange(1, 5), help="People that label each sample.")
@click.option("--audit", type=click.FloatRange(0, 1), help="Share that a reviewer looks at.")
@click.option("--hours", type=click.FloatRange(0, min_open=True), help="Until the deadline.")
@click.option(
    "-o", "--option", "options", multiple=True, metavar="FIELD=VALUE", help="Of labels.yaml."
)
@project_option
@json_option
def create(
    dataset: str,
    version: int | None,
    name: str | None,
    annotators: tuple[str, ...],
    reviewers: tuple[str, ...],
    audit: float | None,
    options: tuple[str, ...],
    project: str | None,
    as_json: bool,
    **fields: Any,
) -> None:
    """Begin to label DATASET as its labels.yaml says; options replace fields of the file."""
    from aileron.lifecycle import parse_assignment

    spec = dict(parse_assignment(text) for text in options)
    spec |= {field: value for field, value in fields.items() if value is not None}
    spec |= {"annotators": list(annotators)} if annotators else {}
    spec |= {"reviewers": list(reviewers)} if reviewers else {}
    spec |= {"audit": {"share": audit}} if audit is not None else {}
    with open_client(project) as client:
        made = client.create_campaign(dataset, version, name=name, spec=spec)
    _print(made, as_json=as_json)


@command.command()
@click.argument("dataset")
@click.option("--version", type=click.IntRange(1), help="Of the dataset; default: the latest.")
@project_option
@json_option
def spec(dataset: str, version: int | None, project: str | None, as_json: bool) -> None:
    """Show the labels.yaml of DATASET, with what it leaves out as the dataset has it."""
    import yaml

    with open_client(project) as client:
        found = client.labelling_spec(dataset, version)
    if as_json:
        show(found, as_json=True)
        return
    click.echo(yaml.safe_dump(found.spec, allow_unicode=True, sort_keys=False), nl=False)


@command.command("list")
@click.option("--all", "ended", is_flag=True, help="Also those that have ended.")
@project_option
@json_option
def list_all(ended: bool, project: str | None, as_json: bool) -> None:
    """List campaigns, the newest first."""
    with open_client(project) as client:
        found = client.campaigns(ended=ended)
    if as_json:
        show(found, as_json=True)
        return
    show([_row(one) for one in found], as_json=False, columns=COLUMNS)


@command.command()
@click.argument("campaign")
@project_option
@json_option
def status(campaign: str, project: str | None, as_json: bool) -> None:
    """Show how far CAMPAIGN is."""
    with open_client(project) as client:
        found = client.campaign(campaign)
    _print(found, as_json=as_json)


@command.command()
@click.argument("campaign")
@project_option
@json_option
def distribute(campaign: str, project: str | None, as_json: bool) -> None:
    """Give the packages of CAMPAIGN that nobody has to its annotators."""
    with open_client(project) as client:
        client.distribute_campaign(campaign)
        found = client.label_packages(campaign, limit=MOST_PACKAGES)
    print_packages(found, as_json=as_json)


@command.command()
@click.argument("campaign")
@project_option
@json_option
def end(campaign: str, project: str | None, as_json: bool) -> None:
    """Freeze CAMPAIGN for good; disagreements can still be decided, and labels published."""
    with open_client(project) as client:
        found = client.end_campaign(campaign)
    _print(found, as_json=as_json)


@command.command()
@click.argument("campaign")
@project_option
def delete(campaign: str, project: str | None) -> None:
    """Forget CAMPAIGN with all that people said; versions made of it stay."""
    with open_client(project) as client:
        client.delete_campaign(campaign)


@command.command()
@click.argument("campaign")
@project_option
@json_option
def sync(campaign: str, project: str | None, as_json: bool) -> None:
    """Look now at what was drawn for CAMPAIGN; otherwise that takes some seconds."""
    with open_client(project) as client:
        found = client.sync_campaign(campaign)
    show(found.model_dump(), as_json=as_json)


@command.command()
@click.argument("campaign")
@project_option
@json_option
def people(campaign: str, project: str | None, as_json: bool) -> None:
    """Show what each person did in CAMPAIGN, and how well."""
    with open_client(project) as client:
        found = client.labelling_people(campaign)
    rows = [one.model_dump() for one in found]
    columns = [
        "name", "packages", "items", "approved", "rejected", "reviewed", "seconds", "agreement",
    ]  # fmt: skip
    show(rows, as_json=as_json, columns=columns)


@command.command()
@click.argument("campaign")
@project_option
@json_option
def suggestions(campaign: str, project: str | None, as_json: bool) -> None:
    """Show how right a model's suggestions were in CAMPAIGN, by its version."""
    with open_client(project) as client:
        found = client.labelling_suggestions(campaign)
    rows = [one.model_dump() for one in found]
    columns = ["model_version", "items", "unchanged", "agreement", "score_kept", "score_changed"]
    show(rows, as_json=as_json, columns=columns)


@command.command()
@click.argument("campaign")
@click.argument("target", type=click.Path(path_type=Path))
@project_option
@json_option
def export(campaign: str, target: Path, project: str | None, as_json: bool) -> None:
    """Write the approved labels of CAMPAIGN to the new file TARGET, one JSON object a line."""
    with open_client(project) as client:
        samples = client.export_labels(campaign, target)
    show({"samples": samples, "target": str(target)}, as_json=as_json)


@command.command()
@click.argument("campaign")
@wait_option
@project_option
@json_option
def publish(campaign: str, wait: bool, project: str | None, as_json: bool) -> None:
    """Make the next version of the dataset, with approved labels that CAMPAIGN has not published.

    Labels that it has published before stay as the latest version has them.
    """
    run_work(lambda client: client.publish_campaign(campaign), project, wait, as_json)


for one in (*PACKAGE_COMMANDS, *REVIEW_COMMANDS):
    command.add_command(one)


def _row(campaign: r.CampaignBrief) -> dict[str, Any]:
    row = campaign.model_dump()
    dataset = f"{campaign.dataset}@v{campaign.version}"
    return {**row, **row["items"], "dataset": dataset, "overdue": _yes(campaign.overdue)}


def _print(campaign: r.Campaign, *, as_json: bool) -> None:
    if as_json:
        show(campaign, as_json=True)
        return
    row = campaign.model_dump()
    shown = {name: row[name] for name in SHOWN if row[name] not in (None, ())}
    named = {name: ", ".join(shown[name]) for name in PEOPLE if name in shown}
    show({**shown, **named, "overdue": _yes(campaign.overdue)}, as_json=False)
    for title in ("items", "packages"):
        click.echo()
        counts = {name: count for name, count in row[title].items() if count}
        show({title: counts.pop("total", 0), **counts}, as_json=False)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
