"""`aileron label items`, `aside`, `review`, ...: whether what people labelled is right."""

from __future__ import annotations

from typing import Any, Final, get_args

import click

from aileron.cli.label_packages import find_package, print_package
from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option
from aileron.client import records as r


@click.command()
@click.argument("package")
@click.option("--audited", is_flag=True, help="Only those that a reviewer is to look at now.")
@click.option("--offset", type=click.IntRange(0), default=0, help="Leave out so many.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@project_option
@json_option
def items(
    package: str, audited: bool, offset: int, limit: int, project: str | None, as_json: bool
) -> None:
    """List the samples of PACKAGE with what was said of them last."""
    with open_client(project) as client:
        found = client.label_items(
            find_package(client, package), audited=audited, offset=offset, limit=limit
        )
    if as_json:
        show(found, as_json=True)
        return
    columns = [
        "position", "sample_id", "state", "revision", "audited", "labels", "aside", "reviewer",
        "comment",
    ]  # fmt: skip
    show([_row(one) for one in found.items], as_json=False, columns=columns)
    if found.total > len(found.items):
        click.echo(f"({len(found.items)}/{found.total})")


@click.command()
@click.argument("package")
@click.argument("position", type=click.IntRange(1))
@click.option("--reason", help="Why; for the reviewer.")
@click.option("--back", is_flag=True, help="Label it after all.")
@project_option
@json_option
def aside(
    package: str, position: int, reason: str | None, back: bool, project: str | None, as_json: bool
) -> None:
    """Set the sample at POSITION of PACKAGE aside, which cannot be labelled; or take it back."""
    if back == (reason is not None):
        raise click.UsageError("Say either --reason TEXT or --back.")
    with open_client(project) as client:
        number = find_package(client, package)
        if reason is None:
            found = client.take_item_back(number, position)
        else:
            found = client.set_item_aside(number, position, reason)
    if as_json:
        show(found, as_json=True)
        return
    show(_row(found), as_json=False)


@click.command()
@click.argument("package")
@click.argument("position", type=click.IntRange(1))
@click.option("--approve/--reject", "approved", required=True, help="The verdict.")
@click.option("--comment", default="", help="What is wrong; a rejection needs it.")
@project_option
@json_option
def review(
    package: str, position: int, approved: bool, comment: str, project: str | None, as_json: bool
) -> None:
    """Approve or reject the sample at POSITION of PACKAGE, one of its audit."""
    with open_client(project) as client:
        found = client.review_item(
            find_package(client, package), position, approved=approved, comment=comment
        )
    if as_json:
        show(found, as_json=True)
        return
    show(_row(found), as_json=False)


@click.command()
@click.argument("package")
@click.argument("outcome", type=click.Choice(get_args(r.AuditOutcome)))
@click.option("--comment", default="", help="For the annotator.")
@project_option
@json_option
def audit(
    package: str, outcome: r.AuditOutcome, comment: str, project: str | None, as_json: bool
) -> None:
    """End the audit of PACKAGE: passed, or back in part (has_errors) or whole (rejected)."""
    with open_client(project) as client:
        found = client.audit_package(find_package(client, package), outcome, comment)
    print_package(found, as_json=as_json)


@click.command()
@click.argument("campaign")
@click.option("--offset", type=click.IntRange(0), default=0, help="Leave out so many.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@project_option
@json_option
def disagreements(
    campaign: str, offset: int, limit: int, project: str | None, as_json: bool
) -> None:
    """List the samples of CAMPAIGN that its annotators did not label alike."""
    with open_client(project) as client:
        found = client.disagreements(campaign, offset, limit)
    if as_json:
        show(found, as_json=True)
        return
    rows = [
        {
            "sample_id": one.sample_id,
            "lane": lane,
            "by": said.by,
            "labels": _labels(said.sample) if said.aside is None else "-",
            "aside": said.aside,
            "agreement": one.agreement,
        }
        for one in found.disagreements
        for lane, said in enumerate(one.lanes)
    ]
    show(rows, as_json=False, columns=["sample_id", "lane", "by", "labels", "aside", "agreement"])


@click.command()
@click.argument("campaign")
@click.argument("sample")
@click.argument("lane", type=click.IntRange(0))
@project_option
@json_option
def adjudicate(campaign: str, sample: str, lane: int, project: str | None, as_json: bool) -> None:
    """Decide that what was said of SAMPLE in LANE counts; also after CAMPAIGN has ended."""
    with open_client(project) as client:
        found = client.adjudicate(campaign, sample, lane)
    facts = {"sample_id": sample, "lane": lane, "disagreements": found.disagreements}
    show(found if as_json else facts, as_json=as_json)


def _row(one: r.LabelItem) -> dict[str, Any]:
    names = ("position", "sample_id", "state", "revision", "aside", "reviewer", "comment")
    facts = {name: getattr(one, name) for name in names}
    audited = "yes" if one.audited else "no"
    return {**facts, "audited": audited, "labels": ", ".join(one.labels)}


def _labels(sample: r.DatasetSample) -> str:
    objects = (one.label for one in sample.objects)
    spans = (one.label for one in sample.spans)
    segments = (one.label for one in sample.segments)
    return ", ".join((*sample.labels, *objects, *spans, *segments))


COMMANDS: Final = (items, aside, review, audit, disagreements, adjudicate)
"""In the order in which one works."""
