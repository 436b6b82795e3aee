"""`aileron model`: versions, the champion, comparison, promotion and roll-back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option
from aileron.client import records as r

COLUMNS = ["version", "champion", "created", "primary", "value", "verdict", "dataset", "run_id"]
fence_option = click.option(
    "--expect-fence", type=int, help="Refuse if the champion is not of this fence any more."
)


@click.group()
def command() -> None:
    """List, show, compare, promote and roll back models."""


@command.command("list")
@project_option
@json_option
def list_models(project: str | None, as_json: bool) -> None:
    """List models; the champion is the version that serves."""
    with open_client(project) as client:
        found = client.models()
    rows: Any = found if as_json else [brief(one) for one in found]
    columns = ["name", "champion", "versions", "primary", "value", "service", "since", "by"]
    show(rows, as_json=as_json, columns=columns)


@command.command("show")
@click.argument("name")
@project_option
@json_option
def show_model(name: str, project: str | None, as_json: bool) -> None:
    """Show a model: its champion, versions and every release so far."""
    with open_client(project) as client:
        found = client.model(name)
    if as_json:
        show(found, as_json=True)
        return
    show([version(one) for one in found.versions], as_json=False, columns=COLUMNS)
    click.echo()
    releases = [one.model_dump() for one in found.releases]
    show(releases, as_json=False, columns=["fence", "version", "revision", "since", "by"])


@command.command()
@click.argument("name")
@click.argument("a", type=click.IntRange(1))
@click.argument("b", type=click.IntRange(1))
@click.option("--all", "everything", is_flag=True, help="Show what is the same, too.")
@project_option
@json_option
def compare(
    name: str, a: int, b: int, everything: bool, project: str | None, as_json: bool
) -> None:
    """Show what differs between versions A and B of model NAME."""
    with open_client(project) as client:
        found = client.compare_versions(name, a, b)
    if as_json:
        show(found, as_json=True)
        return
    rows = [
        {"group": row.group, "name": row.name, f"version {a}": row.a, f"version {b}": row.b}
        for row in found.rows
        if row.differs or everything
    ]
    show(rows, as_json=False, columns=["group", "name", f"version {a}", f"version {b}"])


@command.command()
@click.argument("name")
@click.argument("version", type=click.IntRange(1))
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; default: NAME-VERSION.html.",
)
@project_option
def report(name: str, version: int, output: Path | None, project: str | None) -> None:
    """Write the evaluation of VERSION of model NAME as a page of HTML."""
    with open_client(project) as client:
        page = client.version_report(name, version)
    path = output or Path(f"{name}-{version}.html")
    path.write_text(page, encoding="utf-8")
    click.echo(path)


@command.command()
@click.argument("name")
@click.argument("version", type=click.IntRange(1))
@fence_option
@project_option
@json_option
def promote(
    name: str, version: int, expect_fence: int | None, project: str | None, as_json: bool
) -> None:
    """Make VERSION of model NAME the champion and let it serve."""
    with open_client(project) as client:
        champion = client.promote(name, version, expect_fence)
    show({"model": name} | champion.model_dump(mode="json"), as_json=as_json)


@command.command()
@click.argument("name")
@fence_option
@project_option
@json_option
def rollback(name: str, expect_fence: int | None, project: str | None, as_json: bool) -> None:
    """Let the previous champion of model NAME serve again."""
    with open_client(project) as client:
        champion = client.rollback(name, expect_fence)
    show({"model": name} | champion.model_dump(mode="json"), as_json=as_json)


def brief(model: r.ModelBrief) -> dict[str, Any]:
    """A model as one line, with the metric that stands for it."""
    value = (model.metrics or {}).get(model.primary or "")
    return model.model_dump(exclude={"metrics"}) | {"value": value}


def version(one: r.ModelVersion) -> dict[str, Any]:
    """A version as one line."""
    value = (one.metrics or {}).get(one.primary or "")
    verdict = None if one.verdict is None else "accepted" if one.verdict.accepted else "refused"
    return {
        "version": one.version,
        "champion": "*" if one.champion else "",
        "created": one.created,
        "primary": one.primary,
        "value": value,
        "verdict": verdict,
        "dataset": one.dataset_version,
        "run_id": one.run_id,
    }
