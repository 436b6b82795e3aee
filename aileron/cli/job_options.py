"""The options that say what a job is, as its YAML document does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, get_args

import click

from aileron.cluster.placement import MOST_NODES
from aileron.train.job.spec import MOST_HOURS, Framework

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
HOURS: Final = click.FloatRange(0, MOST_HOURS, min_open=True)
PATH: Final = "PATH|workspace:PATH|upload:ID"

wait_option = click.option(
    "--wait", is_flag=True, help="Print the log until it ends; exit 1 unless it succeeds."
)


def submit_options(function: FunctionT) -> FunctionT:
    """Add what `aileron.cli.job_document` reads."""
    options = (
        click.option("--name", help="Of the job, 1 to 50 characters."),
        click.option("--description", help="For people."),
        click.option("--code", metavar=PATH, help="Folder or file with the code."),
        click.option("--command", help="Start command: 'python train.py'."),
        click.option("--train-data", metavar=f"{PATH}|NAME@v3", help="For ./train_data."),
        click.option("--test-data", metavar=f"{PATH}|NAME@v3", help="For ./test_data."),
        _many("-p", "--parameter", "parameters", help="Passed to the command as --NAME=VALUE."),
        click.option("--framework", type=click.Choice(get_args(Framework)), help="Of the model."),
        click.option("--model-file", help="The model's file in ./output; default: by framework."),
        _many("--env", help="Environment variable; no secrets."),
        click.option("--hours", type=HOURS, help="At most; default: 24."),
        click.option("--memory-mb", type=click.IntRange(64), help="At most, on this machine."),
        click.option("--nodes", type=click.IntRange(1, MOST_NODES), help="Processes, or pods."),
        click.option("--pool", help="Run in pods of this pool."),
        click.option("--size", help="Size of the pods, one of the pool's."),
        click.option("--image", help="Image of the pods; default: the pool's."),
        click.option("--seed", type=click.IntRange(0), help="AILERON_SEED."),
        click.option("--serve", metavar="MODULE", help="File that answers requests."),
        click.option(
            "--requirement", "requirements", multiple=True, metavar="NAME==VERSION",
            help="Of the service.",
        ),
        click.option("--sample", metavar="FILE", help="A request to check the service with."),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


def _many(*names: str, help: str) -> Callable[[FunctionT], FunctionT]:  # noqa: A002 - click's word
    return click.option(*names, multiple=True, metavar="NAME=VALUE", help=help)
