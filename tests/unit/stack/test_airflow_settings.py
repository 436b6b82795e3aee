"""``airflow.cfg`` says only what Airflow understands and nothing about one machine."""

from __future__ import annotations

import configparser
import importlib.util
from pathlib import Path

import yaml

CONFIGURATION = Path(__file__).parents[3] / "airflow.cfg"


def options(path: Path) -> dict[tuple[str, str], str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(path)
    return {(s, name): value for s in parser.sections() for name, value in parser[s].items()}


def airflow_options() -> dict[tuple[str, str], str | None]:
    """Every option of the installed Airflow with its default, read without importing it."""
    spec = importlib.util.find_spec("airflow.config_templates")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    file = Path(spec.submodule_search_locations[0]) / "config.yml"
    sections = yaml.safe_load(file.read_text())
    return {
        (section, name): option.get("default")
        for section, content in sections.items()
        for name, option in content["options"].items()
    }


def test_every_option_is_one_that_airflow_knows() -> None:
    assert options(CONFIGURATION).keys() <= airflow_options().keys()


def test_every_option_differs_from_the_default() -> None:
    defaults = airflow_options()
    same = {option for option, value in options(CONFIGURATION).items() if defaults[option] == value}
    relied_on = {
        ("core", "executor"),
        ("core", "simple_auth_manager_users"),
        ("api", "workers"),
    }
    assert same == relied_on


def test_no_option_holds_a_path_or_a_secret() -> None:
    text = CONFIGURATION.read_text()
    assert str(Path.home()) not in text
    assert "=/" not in text.replace(" ", "")
    assert "secret" not in {name for _, name in options(CONFIGURATION)}


def test_the_workspace_and_the_package_have_one_and_the_same_file() -> None:
    assert CONFIGURATION.resolve() == (
        Path(__file__).parents[3] / "aileron" / "stack" / "airflow.cfg"
    )
