"""`aileron dataset`, the catalogue's part: who may see a dataset, locks, deletion, lineage."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, get_args

import click

from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option
from aileron.client import records as r
from aileron.core.names import DEFAULT_PROJECT, check_name
from aileron.core.settings import Settings

COLUMNS: Final = ["name", "project", "modality", "task", "versions", "latest", "visibility",
                  "online", "tags", "updated"]  # fmt: skip
VERSIONS: Final = ["version", "created", "tag", "rows", "size", "locked", "deleted", "digest"]
version_option = click.option("--version", type=click.IntRange(1), help="One version alone.")
login_option = click.option("--with", "login", metavar="LOGIN", help="A person or a token.")
other_option = click.option("--with-project", "other", metavar="PROJECT", help="All of a project.")


@click.command("list")
@click.argument("words", nargs=-1)
@click.option("--modality", help="Only those of tables, pictures, texts or recordings.")
@click.option("--task", help="Only those for this task.")
@click.option("--tag", help="Only those with this tag.")
@click.option("--favourite", is_flag=True, help="Only those on your list.")
@click.option("--mine", is_flag=True, help="Only those that you began.")
@click.option("--deleted", is_flag=True, help="Those that were deleted, instead.")
@project_option
@json_option
def list_all(
    words: tuple[str, ...],
    modality: str | None,
    task: str | None,
    tag: str | None,
    favourite: bool,
    mine: bool,
    deleted: bool,
    project: str | None,
    as_json: bool,
) -> None:
    """List datasets with their newest version; those with all WORDS, if given."""
    with open_client(project) as client:
        found = client.datasets(
            word=" ".join(words) or None,
            modality=modality,
            task=task,
            tag=tag,
            favourite=favourite,
            mine=mine,
            deleted=deleted,
        )
    rows: Any = found if as_json else [_line(one) for one in found]
    show(rows, as_json=as_json, columns=COLUMNS)


@click.command()
@click.argument("name")
@click.option("--deleted", is_flag=True, help="With those that were deleted.")
@project_option
@json_option
def versions(name: str, deleted: bool, project: str | None, as_json: bool) -> None:
    """Show the versions of dataset NAME."""
    with open_client(project) as client:
        found = client.dataset(name, deleted=deleted)
    rows: Any = found if as_json else [_version(one) for one in found.history]
    show(rows, as_json=as_json, columns=VERSIONS)


@click.command()
@click.argument("name")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--version", type=int, help="Version; default: the latest.")
@project_option
@json_option
def checkout(
    name: str, target: Path, version: int | None, project: str | None, as_json: bool
) -> None:
    """Restore a version of dataset NAME into the new folder TARGET, on this machine."""
    from aileron.data.versions import Versions

    check_name(name)
    found = Versions.of(Settings.load()).get(project or DEFAULT_PROJECT, name, version, target)
    facts = {"dataset": name, "version": found.version, "tag": found.tag}
    show(facts | {"folder": str(target)}, as_json=as_json)


@click.command()
@click.argument("name")
@click.argument("version", type=click.IntRange(1))
@click.option("--reason", default="", help="Why, for those who meet the lock.")
@project_option
@json_option
def lock(name: str, version: int, reason: str, project: str | None, as_json: bool) -> None:
    """Keep VERSION of dataset NAME from being deleted."""
    with open_client(project) as client:
        found = client.lock_version(name, version, reason)
    show(_version(found), as_json=as_json)


@click.command()
@click.argument("name")
@click.argument("version", type=click.IntRange(1))
@project_option
@json_option
def unlock(name: str, version: int, project: str | None, as_json: bool) -> None:
    """Take the lock off VERSION of dataset NAME."""
    with open_client(project) as client:
        found = client.unlock_version(name, version)
    show(_version(found), as_json=as_json)


@click.command()
@click.argument("name")
@version_option
@project_option
@json_option
def delete(name: str, version: int | None, project: str | None, as_json: bool) -> None:
    """Delete dataset NAME or one version of it; it can be restored for 30 days."""
    with open_client(project) as client:
        found = client.delete_dataset(name, version)
    show(_line(found), as_json=as_json)


@click.command()
@click.argument("name")
@version_option
@project_option
@json_option
def restore(name: str, version: int | None, project: str | None, as_json: bool) -> None:
    """Bring dataset NAME back, or one version of it."""
    with open_client(project) as client:
        found = client.restore_dataset(name, version)
    show(_line(found), as_json=as_json)


@click.command()
@click.argument("name", required=False)
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@project_option
@json_option
def purge(name: str | None, dry_run: bool, project: str | None, as_json: bool) -> None:
    """Remove for good what was deleted more than 30 days ago and nothing refers to."""
    with open_client(project) as client:
        found = client.purge_datasets(name, dry_run=dry_run)
    if as_json:
        show(found, as_json=True)
        return
    word = "would be removed" if dry_run else "removed"
    rows = [{"tag": one.tag, "deleted": one.deleted, "": word} for one in found.purged]
    rows += [
        {"tag": one.tag, "deleted": one.deleted, "": " ".join(one.kept_because)}
        for one in found.kept
    ]
    show(rows, as_json=False)
    click.echo(f"{found.objects} files, {found.bytes} bytes")
    click.echo(f"{found.artifacts} copies in the store, {found.artifact_bytes} bytes")


@click.command()
@click.argument("name")
@login_option
@other_option
@click.option("--write", is_flag=True, help="They may change it, too.")
@project_option
@json_option
def share(
    name: str,
    login: str | None,
    other: str | None,
    write: bool,
    project: str | None,
    as_json: bool,
) -> None:
    """Let a login or a project read dataset NAME; without either, list its shares."""
    with open_client(project) as client:
        if login is None and other is None:
            found = client.dataset_shares(name)
        else:
            right: r.Right = "write" if write else "read"
            whom, kind = _whom(login, other)
            found = client.share_dataset(name, whom, kind=kind, right=right)
    _show_shares(found, as_json=as_json)


@click.command()
@click.argument("name")
@login_option
@other_option
@project_option
@json_option
def unshare(
    name: str, login: str | None, other: str | None, project: str | None, as_json: bool
) -> None:
    """Take a share of dataset NAME back."""
    whom, kind = _whom(login, other)
    with open_client(project) as client:
        found = client.unshare_dataset(name, whom, kind=kind)
    _show_shares(found, as_json=as_json)


@click.command()
@click.argument("name")
@click.argument("tags", nargs=-1)
@click.option("--none", "clear", is_flag=True, help="Take all tags off.")
@project_option
@json_option
def tag(name: str, tags: tuple[str, ...], clear: bool, project: str | None, as_json: bool) -> None:
    """Give dataset NAME the TAGS, which replace those that it has."""
    if bool(tags) == clear:
        raise click.UsageError("Name the tags, or say --none.")
    with open_client(project) as client:
        found = client.change_dataset(name, tags=tags)
    show(_line(found), as_json=as_json)


@click.command()
@click.argument("name")
@click.argument("visibility", type=click.Choice(get_args(r.Visibility)))
@project_option
@json_option
def visibility(name: str, visibility: r.Visibility, project: str | None, as_json: bool) -> None:
    """Say who may see dataset NAME; preset is for administrators."""
    with open_client(project) as client:
        found = client.change_dataset(name, visibility=visibility)
    show(_line(found), as_json=as_json)


@click.command()
@click.argument("name")
@project_option
@json_option
def online(name: str, project: str | None, as_json: bool) -> None:
    """Let runs and other projects use dataset NAME."""
    _set_online(name, project, as_json=as_json, online=True)


@click.command()
@click.argument("name")
@project_option
@json_option
def offline(name: str, project: str | None, as_json: bool) -> None:
    """Start nothing new with dataset NAME, and hide it from other projects."""
    _set_online(name, project, as_json=as_json, online=False)


@click.command()
@click.argument("name")
@click.option("--off", is_flag=True, help="Take it off the list.")
@project_option
@json_option
def favourite(name: str, off: bool, project: str | None, as_json: bool) -> None:
    """Put dataset NAME on your own list of favourites."""
    with open_client(project) as client:
        found = client.favour_dataset(name, favourite=not off)
    show(_line(found), as_json=as_json)


@click.command()
@click.argument("name")
@click.argument("version", type=click.IntRange(1))
@project_option
@json_option
def lineage(name: str, version: int, project: str | None, as_json: bool) -> None:
    """Show where VERSION of dataset NAME comes from, and what came of it."""
    with open_client(project) as client:
        found = client.dataset_lineage(name, version)
    if as_json:
        show(found, as_json=True)
        return
    rows = [
        {"what": "made from", "which": one.tag, "": (one.operation or {}).get("operation")}
        for one in found.ancestors
    ]
    rows += [{"what": "run", "which": one.run_id, "": one.state} for one in found.runs]
    rows += [
        {
            "what": "model",
            "which": f"{one.project}/{one.name} version {one.version}",
            "": "champion" if one.champion else None,
        }
        for one in found.models
    ]
    rows += [
        {
            "what": "service",
            "which": f"{one.project}/{one.service} revision {one.number}",
            "": "live" if one.live else None,
        }
        for one in found.revisions
    ]
    show(rows, as_json=False)


COMMANDS: Final = (
    list_all, versions, checkout, lock, unlock, delete, restore, purge, share, unshare, tag,
    visibility, online, offline, favourite, lineage,
)  # fmt: skip


def _set_online(name: str, project: str | None, *, as_json: bool, online: bool) -> None:
    with open_client(project) as client:
        found = client.change_dataset(name, online=online)
    show(_line(found), as_json=as_json)


def _whom(login: str | None, other: str | None) -> tuple[str, r.GranteeKind]:
    if login is not None and other is None:
        return login, "actor"
    if other is not None and login is None:
        return other, "project"
    raise click.UsageError("Say --with LOGIN or --with-project PROJECT.")


def _line(one: r.DatasetBrief) -> dict[str, Any]:
    facts = one.model_dump(exclude={"permissions", "history", "card"})
    return facts | {"tags": ", ".join(one.tags), "online": "yes" if one.online else "no"}


def _version(one: r.DatasetVersion) -> dict[str, Any]:
    lock = f"{one.locked.by}: {one.locked.reason}".rstrip(": ") if one.locked else None
    return one.model_dump() | {"locked": lock}


def _show_shares(found: tuple[r.Share, ...], *, as_json: bool) -> None:
    rows: Any = found if as_json else [one.model_dump() for one in found]
    show(rows, as_json=as_json, columns=["grantee", "kind", "right", "granted_by", "since"])
