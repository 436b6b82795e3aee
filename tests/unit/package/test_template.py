"""What is shipped is what the workspace shows, and what runs is what is copied."""

from pathlib import Path

import pytest

from aileron.graph.keys import read_code
from aileron.package.runtime import (
    custom_modules,
    image_modules,
    runtime_modules,
    table_modules,
)
from aileron.package.template import CUSTOM, IMAGE, TABLE

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("contract", "text"), [("table", TABLE), ("image", IMAGE), ("custom", CUSTOM)]
)
def test_the_shipped_template_is_that_of_the_reference_workspace(contract: str, text: str) -> None:
    assert (ROOT / "bento" / contract / "service.py").read_text(encoding="utf-8") == text


def test_every_module_of_the_runtime_is_copied() -> None:
    """All but the modules that only models registered in MLflow take along."""
    copied = {Path(str(module.__file__)).name for module in runtime_modules()}
    there = {path.name for path in (ROOT / "aileron" / "serve").glob("*.py")}

    assert copied == there - {"pyfunc.py", "image_pyfunc.py"}


def test_a_package_takes_along_nothing_of_the_other_contract() -> None:
    table, image = set(table_modules()), set(image_modules())

    assert not [module.__name__ for module in table - image if "image" in module.__name__]
    assert not [
        m.__name__ for m in (table | image) - set(custom_modules()) if "custom" in m.__name__
    ]
    assert {module.__name__.rpartition(".")[2] for module in table - image} >= {"predict", "schema"}
    assert {module.__name__.rpartition(".")[2] for module in image - table} >= {"pictures", "pool"}


def test_the_steps_code_digest_covers_the_runtime() -> None:
    """Or a change of the runtime would leave the old package in the cache."""
    covered = read_code("aileron.package.bento").files

    assert {Path(str(module.__file__)).resolve() for module in runtime_modules()} <= {*covered}
