"""The real texts and recordings of the shared test data."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from plugins.annotated import MemoryTree
from plugins.shared_data import shared

from aileron.data.formats import Problems, Reading, recognise
from aileron.data.formats.port import Tree
from aileron.data.trees.tree import open_tree


def read(tree: Tree, name: str) -> tuple[Reading[Any], list[Any], list[str]]:
    problems = Problems()
    format_ = recognise(tree)
    assert format_.name == name
    reading = format_.read(tree, None, problems)
    return reading, list(reading.samples), [str(problem) for problem in problems]


def test_hotel_reviews_are_a_table_with_one_empty_review(tmp_path: Path) -> None:
    tree = open_tree(shared("hotel_reviews_zh"), tmp_path)
    reading, samples, problems = read(tree, "text_csv")
    assert reading.task == "classification"
    assert Counter(label for s in samples for label in s.labels) == {"1": 5322, "0": 2443}
    assert [problem.split(": ")[0] for problem in problems] == ["ChnSentiCorp_htl_all.csv:6376"]


def test_msra_entities_are_tagged_tokens_in_iob(tmp_path: Path) -> None:
    tree = open_tree(shared("msra_ner_zh/dh_msra.zip"), tmp_path)
    reading, samples, problems = read(tree, "sequence_tags")
    assert (reading.task, len(samples), problems) == ("sequence_labelling", 55289, [])
    begun = Counter(tag for sample in samples for tag in sample.tags if tag.startswith("B"))
    # 17 chunks of the file begin with an I behind an O, which no chunk in IOB2 does.
    assert begun == {"B-LOC": 39394, "B-ORG": 21902 + 3, "B-PER": 19588 + 14}


def test_spoken_digits_are_recordings_that_wait_for_labels() -> None:
    paths = sorted(shared("spoken_digits").glob("*.wav"))[:20]
    tree = MemoryTree({path.name: path.read_bytes() for path in paths})
    _, samples, problems = read(tree, "audio_folders")
    assert (len(samples), problems) == (20, [])
    assert not any(sample.annotated for sample in samples)
