"""What is shipped is what the workspace shows, and what runs is what is copied."""

from pathlib import Path

from aileron.graph.keys import code_digest
from aileron.package.bento import runtime_modules
from aileron.package.template import TABLE

ROOT = Path(__file__).parents[3]


def test_the_shipped_template_is_that_of_the_reference_workspace() -> None:
    assert (ROOT / "bento" / "table" / "service.py").read_text(encoding="utf-8") == TABLE


def test_every_module_of_the_runtime_is_copied() -> None:
    """All but the module that only models registered in MLflow take along."""
    copied = {Path(str(module.__file__)).name for module in runtime_modules()}
    there = {path.name for path in (ROOT / "aileron" / "serve").glob("*.py")}

    assert copied == there - {"pyfunc.py"}


def test_the_steps_code_digest_covers_the_runtime() -> None:
    """Or a change of the runtime would leave the old package in the cache."""
    from aileron.graph import keys

    seen: set[str] = set()
    original = keys._project_source
    keys._project_source = lambda name: seen.add(name) or original(name)  # type: ignore[func-returns-value]
    try:
        code_digest("aileron.package.bento")
    finally:
        keys._project_source = original

    assert {module.__name__ for module in runtime_modules()} <= seen
