"""The `aileron` command: the same verbs as the pages and the API, in the terminal.

Each group of verbs is a module of its own, imported when it is called.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Final

import click

from aileron import __version__
from aileron.core.errors import AileronError, sentence

COMMANDS: Final = {
    "algorithm": "List, register, put online and delete algorithms.",
    "api": "Serve the API and the pages.",
    "approvals": "List and answer the runs that wait for a person.",
    "backup": "Keep one moment of the installation elsewhere.",
    "component": "List and show the installed steps.",
    "connection": "List, test and look into the servers that data may come from.",
    "config": "Show a lifecycle's resolved configuration.",
    "dataset": "List, compare, share, keep, fetch and convert datasets.",
    "demo": "Run the shipped lifecycle and say where its results are.",
    "doctor": "Check that what the ledger says is really there.",
    "events": "List what changed, by whom.",
    "gateway": "Run the gateway as pods of a cluster.",
    "gc": "Remove what nobody needs any more.",
    "image": "Build, list, check, import, export and delete container images.",
    "init": "Make a workspace in a folder.",
    "job": "Submit, follow, stop, clone and publish custom jobs.",
    "label": "Have datasets labelled by people: campaigns, packages, review.",
    "lifecycle": "Make, check, run and follow lifecycles.",
    "model": "List, show, compare, promote and roll back models.",
    "pool": "List, show and sync the parts of clusters that runs and services are placed in.",
    "restore": "Make an installation from a backup.",
    "schema": "Print JSON Schemas.",
    "server": "Prepare an installation of several machines or containers.",
    "service": "List, call, watch, stop, start, scale and delete services.",
    "stack": "Start, stop and watch the embedded servers.",
    "status": "Show servers, recent runs and services.",
    "token": "Make, list and revoke API tokens.",
    "upgrade": "Bring the databases to the installed versions, after a backup.",
}


class LazyGroup(click.Group):
    """A group whose commands live in modules of the same name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"aileron.cli.{cmd_name}").command
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="aileron")
def command() -> None:
    """From a dataset to a monitored, versioned service, in one YAML file and one DAG."""


def main() -> None:
    """Entry point: an error is one sentence on standard error, never a trace."""
    try:
        command(prog_name="aileron")
    except AileronError as error:
        click.echo(f"aileron: {error}", err=True)
        sys.exit(1)
    except Exception as error:
        if os.environ.get("AILERON_DEBUG"):
            raise
        problem = f"{type(error).__name__}: {error}"
        click.echo(f"aileron: {sentence('cli.unexpected', None, problem=problem)}", err=True)
        sys.exit(1)
