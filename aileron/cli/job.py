"""`aileron job`: somebody's own code, run on data; its log, its results, its end."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, Final

import click

from aileron.cli.job_options import submit_options, wait_option
from aileron.cli.output import json_option, show
from aileron.cli.session import open_client, project_option
from aileron.cli.works import run_work
from aileron.cli.works import wait_option as work_wait_option
from aileron.client import records as r
from aileron.client.base import Client
from aileron.core.errors import InvalidInput

POLL_SECONDS: Final = 0.5
OVER: Final = ("succeeded", "failed", "stopped")
SHOWN: Final = (
    "id", "name", "state", "framework", "nodes", "pool", "created_by", "created", "seconds",
    "reason", "metrics", "commit", "run_id", "mlflow_run_id",
)  # fmt: skip
YAML_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """Submit, follow, stop, clone and publish custom jobs. JOB is an id or a name."""


@command.command()
@click.argument("file", required=False, type=YAML_FILE)
@submit_options
@click.option("--draft", is_flag=True, help="Save it without running it.")
@wait_option
@project_option
@json_option
def submit(
    file: Path | None, draft: bool, wait: bool, project: str | None, as_json: bool, **options: Any
) -> None:
    """Run a job: as the YAML document FILE says, as the options say, or both."""
    from aileron.cli.job_document import asked_for

    with open_client(project) as client:
        asked = asked_for(client, file, options)
        job = client.submit_job(asked.name, asked.spec, description=asked.description, draft=draft)
        if draft or not wait:
            _print(job, as_json=as_json)
            return
        job = _follow(client, job, quiet=as_json)
    _print(job, as_json=as_json)
    sys.exit(0 if job.state == "succeeded" else 1)


@command.command()
@click.argument("job")
@wait_option
@project_option
@json_option
def start(job: str, wait: bool, project: str | None, as_json: bool) -> None:
    """Run the draft JOB."""
    with open_client(project) as client:
        found = client.start_job(_find(client, job).id)
        if wait:
            found = _follow(client, found, quiet=as_json)
    _print(found, as_json=as_json)
    if wait:
        sys.exit(0 if found.state == "succeeded" else 1)


@command.command("list")
@click.option(
    "--offset", type=click.IntRange(0), default=0, help="Leave out so many of the newest."
)
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@project_option
@json_option
def list_all(offset: int, limit: int, project: str | None, as_json: bool) -> None:
    """List jobs, the newest first."""
    with open_client(project) as client:
        found = client.jobs(offset, limit)
    columns = ["id", "name", "state", "framework", "created_by", "created", "seconds", "pool"]
    rows = [job.model_dump(mode="json" if as_json else "python") for job in found.jobs]
    show(rows, as_json=as_json, columns=columns)


@command.command("show")
@click.argument("job")
@project_option
@json_option
def show_one(job: str, project: str | None, as_json: bool) -> None:
    """Show JOB: how it goes, what was submitted, what came of it."""
    with open_client(project) as client:
        found = _find(client, job)
    _print(found, as_json=as_json)
    if not as_json:
        click.echo()
        show(found.spec, as_json=False)


@command.command()
@click.argument("job")
@click.option("-f", "--follow", "following", is_flag=True, help="Go on until the job has ended.")
@project_option
def logs(job: str, following: bool, project: str | None) -> None:
    """Print what JOB printed."""
    with open_client(project) as client:
        found = _find(client, job)
        if following:
            _follow(client, found, quiet=False)
            return
        offset = 0
        while True:
            piece = client.job_log(found.id, offset)
            click.echo(piece.text, nl=False)
            if piece.ended or not piece.text:
                return
            offset = piece.next_offset


@command.command()
@click.argument("job")
@click.option("--wait", is_flag=True, help="Return when it has ended.")
@project_option
@json_option
def stop(job: str, wait: bool, project: str | None, as_json: bool) -> None:
    """Stop JOB; its output so far and its log are kept."""
    with open_client(project) as client:
        found = client.stop_job(_find(client, job).id)
        while wait and found.state not in OVER:
            time.sleep(POLL_SECONDS)
            found = client.job(found.id)
    _print(found, as_json=as_json)


@command.command()
@click.argument("job")
@project_option
def delete(job: str, project: str | None) -> None:
    """Forget JOB, which is not running; what was made of it stays."""
    with open_client(project) as client:
        found = _find(client, job)
        client.delete_job(found.id)
    click.echo(f"{found.id}  {found.name}")


@command.command()
@click.argument("job")
@click.option("--name", help="Default: that of JOB with a number behind it.")
@click.option("--draft", is_flag=True, help="Save the copy without running it.")
@project_option
@json_option
def clone(job: str, name: str | None, draft: bool, project: str | None, as_json: bool) -> None:
    """Run JOB again under another name."""
    with open_client(project) as client:
        found = client.clone_job(_find(client, job).id, name, draft=draft)
    _print(found, as_json=as_json)


@command.command()
@click.argument("job")
@click.argument("model")
@click.option("--release", is_flag=True, help="Release it as a service, too.")
@click.option("--service", help="The service; default: MODEL.")
@click.option(
    "--min", "least", multiple=True, metavar="METRIC=VALUE", help="What a metric must reach."
)
@click.option(
    "--max", "most", multiple=True, metavar="METRIC=VALUE", help="What a metric may reach."
)
@work_wait_option
@project_option
@json_option
def publish(
    job: str,
    model: str,
    release: bool,
    service: str | None,
    least: tuple[str, ...],
    most: tuple[str, ...],
    wait: bool,
    project: str | None,
    as_json: bool,
) -> None:
    """Register what JOB left as MODEL; with --release let a service answer with it."""
    from aileron.cli.job_document import bounds

    asked: dict[str, Any] = {"release": release, "service": service}
    asked["thresholds"] = bounds(least, most) or None
    run_work(
        lambda client: client.publish_job(_find(client, job).id, model, **asked),
        project,
        wait,
        as_json,
    )


@command.command()
@click.argument("job")
@click.argument("target", required=False, type=click.Path(path_type=Path))
@click.option("--file", "path", help="Only this file, to the new file TARGET.")
@project_option
@json_option
def output(
    job: str, target: Path | None, path: str | None, project: str | None, as_json: bool
) -> None:
    """List what JOB left in ./output, or write it to the new folder TARGET."""
    with open_client(project) as client:
        found = _find(client, job)
        if path is not None:
            client.download_job_file(found.id, path, target or Path(path.rpartition("/")[2]))
            return
        files = client.job_files(found.id).files
        if target is not None:
            _write(client, found, target, files)
    rows = [one.model_dump() for one in files]
    show(rows, as_json=as_json, columns=["path", "size"])


def _write(client: Client, job: r.Job, target: Path, files: tuple[r.JobFile, ...]) -> None:
    if target.exists() and any(target.iterdir()):
        raise InvalidInput("cli.folder_not_empty", where=str(target))
    root = target.resolve()
    for one in files:
        place = (root / one.path).resolve()
        if not place.is_relative_to(root):  # a server is not to write elsewhere
            raise InvalidInput("cli.path_leads_out", path=one.path)
        place.parent.mkdir(parents=True, exist_ok=True)
        client.download_job_file(job.id, one.path, place)


def _find(client: Client, job: str) -> r.Job:
    """The job of that id; else of that name."""
    return client.job(int(job)) if job.isascii() and job.isdecimal() else client.job_named(job)


def _follow(client: Client, job: r.Job, *, quiet: bool) -> r.Job:
    """Print the log until the job has ended; the job then."""
    for text in client.follow_job_log(job.id, lambda: time.sleep(POLL_SECONDS)):
        if not quiet:
            click.echo(text, nl=False)
    job = client.job(job.id)
    while job.state not in (*OVER, "draft"):  # what follows the code is short
        time.sleep(POLL_SECONDS)
        job = client.job(job.id)
    return job


def _print(job: r.Job, *, as_json: bool) -> None:
    if as_json:
        show(job, as_json=True)
        return
    row = job.model_dump()
    show({name: row[name] for name in SHOWN if row[name] not in (None, {})}, as_json=False)
