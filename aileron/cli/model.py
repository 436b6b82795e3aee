"""`aileron model`: versions, the champion, promotion and roll-back."""

from __future__ import annotations

from typing import Any

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import Session, open_session, project_option
from aileron.core.errors import NotFound
from aileron.core.names import check_name
from aileron.ledger import Champion, ModelVersion

COLUMNS = ["model", "version", "champion", "created", "mlflow_version", "run_id"]


@click.group()
def command() -> None:
    """List, show, promote and roll back models."""


@command.command("list")
@project_option
@json_option
def list_models(project: str, as_json: bool) -> None:
    """List model versions; the champion serves."""
    with open_session() as session:
        champions = {c.model: c for c in session.ledger.champions.list(project)}
        versions = session.ledger.models.list(project)
    rows = [describe(version, champions.get(version.name)) for version in versions]
    show(rows, as_json=as_json, columns=COLUMNS)


@command.command("show")
@click.argument("name")
@project_option
@json_option
def show_model(name: str, project: str, as_json: bool) -> None:
    """Show a model: its champion, versions and every release so far."""
    check_name(name)
    with open_session() as session:
        facts = everything(session, project, name)
    if as_json:
        show(facts, as_json=True)
        return
    show(facts["versions"], as_json=False, columns=COLUMNS)
    click.echo()
    show(facts["releases"], as_json=False, columns=["fence", "version", "revision", "since", "by"])


@command.command()
@click.argument("name")
@click.argument("version", type=int)
@project_option
@json_option
def promote(name: str, version: int, project: str, as_json: bool) -> None:
    """Make VERSION of model NAME the champion and let it serve."""
    from aileron.deploy.rollback import promote as promote_version

    with open_session() as session:
        champion = promote_version(
            session.settings, session.ledger, project, name, version, session.actor
        )
    report(champion, as_json)


@command.command()
@click.argument("name")
@project_option
@json_option
def rollback(name: str, project: str, as_json: bool) -> None:
    """Let the previous champion of model NAME serve again."""
    from aileron.deploy.rollback import rollback as roll_back

    with open_session() as session:
        champion = roll_back(session.settings, session.ledger, project, name, session.actor)
    report(champion, as_json)


def everything(session: Session, project: str, name: str) -> dict[str, Any]:
    versions = session.ledger.models.list(project, name)
    if not versions:
        raise NotFound("cli.no_model", project=project, name=name)
    champion = session.ledger.champions.get(project, name)
    history = session.ledger.champions.history(project, name)
    return {
        "project": project,
        "model": name,
        "champion": champion.version if champion else None,
        "versions": [describe(version, champion) for version in versions],
        "releases": [release(entry) for entry in history],
    }


def describe(version: ModelVersion, champion: Champion | None) -> dict[str, Any]:
    return {
        "model": version.name,
        "version": version.version,
        "champion": champion is not None and champion.version == version.version,
        "created": version.created,
        "mlflow_version": version.mlflow_version,
        "mlflow_run_id": version.mlflow_run_id,
        "run_id": version.run_id,
        "digest": version.digest,
    }


def release(champion: Champion) -> dict[str, Any]:
    return {
        "fence": champion.fence,
        "version": champion.version,
        "service": champion.service,
        "revision": champion.revision,
        "since": champion.since,
        "by": champion.actor,
        "run_id": champion.run_id,
    }


def report(champion: Champion, as_json: bool) -> None:
    show(
        {"project": champion.project, "model": champion.model} | release(champion), as_json=as_json
    )
