"""`aileron dataset expect`: expectations proposed from a version, as YAML to be edited."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from aileron.cli.session import project_option
from aileron.core.names import DEFAULT_PROJECT, check_name
from aileron.core.settings import Settings


@click.command("expect")
@click.argument("name")
@click.option("--version", type=int, help="Version; default: the latest.")
@click.option("--drift", is_flag=True, help="Compare the next version with this one, too.")
@click.option("--write", is_flag=True, help="Into its expectations.yaml, if it has none.")
@project_option
def expect(name: str, version: int | None, drift: bool, write: bool, project: str | None) -> None:
    """Propose what should hold for dataset NAME from what holds for a version of it."""
    from aileron.data.quality.profiling import profile
    from aileron.data.quality.proposal import propose_suite
    from aileron.data.versions import Versions
    from aileron.lifecycle.new.writing import suite_text, write_suite

    check_name(name)
    settings = Settings.load()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "dataset"
        Versions.of(settings).get(project or DEFAULT_PROJECT, name, version, folder)
        found = profile(folder)
    expectations = propose_suite(found, found if drift else None)
    if write:
        click.echo(str(write_suite(settings, name, expectations)))
    else:
        click.echo(suite_text(expectations), nl=False)
