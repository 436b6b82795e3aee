"""`aileron image`: container images of one's own, for jobs, nodes in pods and services."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option
from aileron.cli.works import wait_option
from aileron.client import records as r
from aileron.client.base import Client
from aileron.client.images import ImageNode
from aileron.core.errors import InvalidInput

POLL_SECONDS: Final = 0.5
NODES: Final[tuple[ImageNode, ...]] = ("build", "check", "keep")
TEXT_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN: Final = (
    "name", "version", "state", "reason", "description", "digest", "size", "platform",
    "loaded_as", "run_id", "created_by", "created", "built",
)  # fmt: skip

use_option = click.option(
    "--use",
    "uses",
    multiple=True,
    type=click.Choice(["job", "service"]),
    help="Where it may be used; default: job.",
)
pool_option = click.option(
    "--pool", "pools", multiple=True, help="A pool that gets it; default: all of the project's."
)
about_option = click.option("--description", default="", help="What the version is for.")


@click.group()
def command() -> None:
    """Build, list, check, import, export and delete images. VERSION is NAME@v3, or NAME."""


@command.command()
@click.argument("name")
@click.option("--base", help="An image of yours that is added to: NAME or NAME@v3.")
@click.option("--pip", multiple=True, metavar="LINE", help="A package, or `-i URL` of an index.")
@click.option("--requirements", type=TEXT_FILE, help="A file of such lines.")
@click.option("--apt", multiple=True, metavar="PACKAGE", help="A Debian package.")
@click.option("--dockerfile", type=TEXT_FILE, help="Build this instead; --base is its ARG BASE.")
@use_option
@pool_option
@about_option
@wait_option
@project_option
@json_option
def build(
    name: str,
    base: str | None,
    pip: tuple[str, ...],
    requirements: Path | None,
    apt: tuple[str, ...],
    dockerfile: Path | None,
    **options: Any,
) -> None:
    """Build a version of image NAME, check it, and give it to its pools."""
    lines = requirements.read_text(encoding="utf-8").splitlines() if requirements else []
    text = dockerfile.read_text(encoding="utf-8") if dockerfile else None
    recipe = {"base": base, "pip": [*pip, *lines], "apt": list(apt), "dockerfile": text}
    _make(name, recipe, **options)


@command.command("import")
@click.argument("name")
@click.argument("file", type=TEXT_FILE)
@use_option
@pool_option
@about_option
@wait_option
@project_option
@json_option
def import_image(name: str, file: Path, project: str | None, **options: Any) -> None:
    """Take in FILE, the tar of an image, as a version of image NAME."""
    with open_client(project) as client:
        upload = client.upload(file).id
    _make(name, {"upload": upload}, project=project, **options)


@command.command()
@click.argument("name")
@click.argument("reference", metavar="HOST/NAME:TAG")
@use_option
@pool_option
@about_option
@wait_option
@project_option
@json_option
def pull(name: str, reference: str, **options: Any) -> None:
    """Take in an image of a registry of configs/images.yaml as a version of image NAME."""
    _make(name, {"pull": reference}, **options)


@command.command("list")
@click.option("--pool", help="Only images that this pool has.")
@project_option
@json_option
def list_all(pool: str | None, project: str | None, as_json: bool) -> None:
    """List images by name."""
    with open_client(project) as client:
        found = client.images(pool)
    rows = [one.model_dump(mode="json" if as_json else "python") for one in found]
    if not as_json:
        rows = [{**row, "uses": ", ".join(row["uses"]), "pools": ", ".join(row["pools"])}
                for row in rows]  # fmt: skip
    columns = ["name", "latest", "versions", "state", "uses", "pools", "created_by", "created"]
    show(rows, as_json=as_json, columns=columns)


@command.command("show")
@click.argument("name")
@project_option
@json_option
def show_one(name: str, project: str | None, as_json: bool) -> None:
    """Show image NAME with its versions, the newest first."""
    with open_client(project) as client:
        found = client.image(name)
    if as_json:
        show(found, as_json=True)
        return
    rows = [{**row.model_dump(), "made_of": _in_words(row.recipe)} for row in found.versions]
    columns = ["version", "state", "made_of", "digest", "size", "created_by", "created"]
    show(rows, as_json=False, columns=columns)


@command.command()
@click.argument("version")
@click.option("-f", "--follow", "following", is_flag=True, help="Go on until it has ended.")
@project_option
def log(version: str, following: bool, project: str | None) -> None:
    """Print what the build and the check of VERSION said."""
    with open_client(project) as client:
        found = _find(client, version)
        for text in _said(client, found, following=following):
            click.echo(text, nl=False)


@command.command()
@click.argument("version")
@project_option
@json_option
def check(version: str, project: str | None, as_json: bool) -> None:
    """Show which points of the contract VERSION meets; exit 1 if it may not be used."""
    with open_client(project) as client:
        found = _find(client, version)
    _print(found, as_json=as_json)
    sys.exit(0 if found.state == "ready" else 1)


@command.command()
@click.argument("version")
@click.argument("target", type=click.Path(path_type=Path))
@project_option
@json_option
def export(version: str, target: Path, project: str | None, as_json: bool) -> None:
    """Write VERSION as the new tar TARGET, for `docker load` and `ctr images import`."""
    with open_client(project) as client:
        found = _find(client, version)
        found = client.export_image(found.name, found.version, target)
    facts = {"target": str(target), "loaded_as": found.loaded_as, "digest": found.digest}
    show(facts, as_json=as_json)


@command.command()
@click.argument("version")
@project_option
def delete(version: str, project: str | None) -> None:
    """Forget VERSION, written with its number; what registries have stays there."""
    if "@v" not in version:
        raise InvalidInput("cli.version_wanted", given=version)
    with open_client(project) as client:
        found = _find(client, version)
        client.delete_image(found.name, found.version)
    click.echo(f"{found.name}@v{found.version}")


def _make(
    name: str,
    recipe: Mapping[str, Any],
    *,
    uses: tuple[str, ...],
    pools: tuple[str, ...],
    description: str,
    wait: bool,
    project: str | None,
    as_json: bool,
) -> None:
    """Begin a version, follow it, say how it is; exit 1 unless it may be used."""
    asked = {**recipe, "uses": uses or ("job",), "pools": pools}
    given = {field: value for field, value in asked.items() if value}
    with open_client(project) as client:
        found = client.build_image(name, given, description=description)
        if wait:
            for text in _said(client, found, following=True):
                if not as_json:
                    click.echo(text, nl=False)
            while found.state == "building":
                time.sleep(POLL_SECONDS)
                client.run(str(found.run_id))
                found = _find(client, f"{found.name}@v{found.version}")
    _print(found, as_json=as_json)
    if wait:
        sys.exit(0 if found.state == "ready" else 1)


def _said(client: Client, version: r.ImageVersion, *, following: bool) -> Iterator[str]:
    """The logs of the parts of a build, one after the other."""
    finished = not following
    for node in NODES:
        offset, ended = 0, False
        while not ended:
            piece = client.image_log(version.name, version.version, node, offset)
            ended, offset = piece.ended, piece.next_offset
            if piece.text:
                yield piece.text
            elif finished:  # all was read that it said before its end
                break
            elif not ended:
                time.sleep(POLL_SECONDS)
                finished = version.run_id is None or client.run(version.run_id).finished


def _find(client: Client, version: str) -> r.ImageVersion:
    """The version that is named; without a number the latest that may be used, or the newest."""
    name, _, number = version.partition("@v")
    versions = client.image(name).versions
    if number:
        for one in versions:
            if str(one.version) == number:
                return one
        known = ", ".join(f"v{one.version}" for one in versions)
        raise InvalidInput("cli.no_image_version", name=name, number=number, known=known)
    return next((one for one in versions if one.state == "ready"), versions[0])


def _print(version: r.ImageVersion, *, as_json: bool) -> None:
    if as_json:
        show(version, as_json=True)
        return
    facts = version.model_dump()
    show({key: facts[key] for key in SHOWN}, as_json=False)
    points = [
        {"met": "yes" if one.passed else "no", "point": one.sentence} for one in version.findings
    ]
    places = [{"pool": pool, "reference": name} for pool, name in version.places.items()]
    for title, rows in (("Contract", points), ("Pools", places)):
        if rows:
            click.echo(f"\n{title}")
            show(rows, as_json=False)


def _in_words(recipe: Mapping[str, Any]) -> str:
    """What a version was made of, in one line."""
    way = next(name for name in ("dockerfile", "base", "upload", "pull") if recipe.get(name))
    said = way if way in ("dockerfile", "upload") else f"{way} {recipe[way]}"
    added = [f"{kind} {len(recipe[kind])}" for kind in ("pip", "apt") if recipe.get(kind)]
    return ", ".join([said, *added])
