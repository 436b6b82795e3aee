"""`aileron init`: the folders of a workspace, with the example lifecycle in them."""

from __future__ import annotations

import shutil
import sys
from importlib import resources
from pathlib import Path
from typing import Final

import click

from aileron.core.errors import Conflict

TEMPLATE: Final = (
    "airflow.cfg",
    "bento",
    "configs",
    "dags",
    "datasets",
    "plugins",
)
"""What a workspace holds, copied from the reference workspace."""


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def command(folder: Path) -> None:
    """Make a workspace in FOLDER, which must be empty or absent."""
    if folder.exists() and any(folder.iterdir()):
        raise Conflict("cli.folder_not_empty", where=str(folder))
    source = reference_workspace()
    folder.mkdir(parents=True, exist_ok=True)
    for name in TEMPLATE:
        copy(source / name, folder / name)
    (folder / ".gitignore").write_text(".aileron/\n", encoding="utf-8")
    click.echo(f"{folder}: a workspace with the lifecycle breast_cancer.")
    click.echo(
        f"Next: cd {folder} && aileron stack up && aileron lifecycle run breast_cancer --wait"
    )


def reference_workspace() -> Path:
    """The workspace that came with this installation: the repository, else the wheel's copy."""
    repository = Path(str(resources.files("aileron"))).parent
    if (repository / "airflow.cfg").is_file():
        return repository
    return Path(sys.prefix) / "share" / "aileron" / "workspace"


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)
