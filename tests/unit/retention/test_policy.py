"""How much is kept, as ``configs/retention.yaml`` says."""

from __future__ import annotations

from pathlib import Path

import pytest

from aileron.core.errors import InvalidInput
from aileron.ledger import Keep
from aileron.retention import load_policy

HEAD = "apiVersion: aileron/v1\nkind: Retention\n"


def written(folder: Path, text: str) -> Path:
    (folder / "configs").mkdir()
    (folder / "configs" / "retention.yaml").write_text(text)
    return folder


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    spec = load_policy(tmp_path)
    assert (spec.keep_of("any"), spec.grace_hours, spec.automatic) == (Keep(), 72, False)


def test_the_file_of_the_repository_says_the_defaults() -> None:
    spec = load_policy(Path(__file__).parents[3])
    assert (spec.keep_of("any"), spec.grace_hours, spec.automatic) == (Keep(), 72, False)


def test_a_project_differs_in_what_it_says(tmp_path: Path) -> None:
    text = f"{HEAD}keep: {{runs: 7, champions: 3}}\nprojects: {{sandbox: {{runs: 1}}}}\n"
    spec = load_policy(written(tmp_path, text))
    assert (spec.keep_of("sandbox").runs, spec.keep_of("sandbox").champions) == (1, 3)
    assert spec.keep_of("other").runs == 7


@pytest.mark.parametrize(
    ("text", "field"),
    [("keep: {champions: 1}\n", "keep.champions"), ("grace_hours: 1\n", "grace_hours")],
)
def test_what_would_be_too_little_is_refused(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(InvalidInput, match=field.replace(".", r"\.")):
        load_policy(written(tmp_path, HEAD + text))
