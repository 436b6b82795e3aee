"""Dialogues as messages, as ShareGPT's conversations and as Alpaca's rows."""

from __future__ import annotations

import json

import pytest
from plugins.text_trees import read, written

from aileron.core.errors import InvalidInput
from aileron.data.formats.records import TextSample, Turn

ASKED = (Turn("system", "be kind"), Turn("user", "2+2?"), Turn("assistant", "4"))


def test_messages_of_openai() -> None:
    row = {
        "messages": [{"role": turn.role, "content": turn.content} for turn in ASKED],
        "lang": "en",
    }
    found = read({"train.jsonl": json.dumps(row)}, "instructions")
    (sample,) = found.samples
    assert (sample.turns, sample.split, sample.attributes) == (ASKED, "train", {"lang": "en"})
    assert found.reading.task == "instruction"


def test_conversations_of_sharegpt() -> None:
    row = {
        "id": "x1",
        "system": "be kind",
        "conversations": [{"from": "human", "value": "2+2?"}, {"from": "gpt", "value": "4"}],
    }
    (sample,) = read({"a.json": json.dumps([row])}, "instructions").samples
    assert (sample.sample_id, sample.turns) == ("x1", ASKED)


def test_rows_of_alpaca_with_input_and_history() -> None:
    rows = [
        {"instruction": "Add", "input": "2+2", "output": "4"},
        {"instruction": "And 3?", "input": "", "output": "7", "history": [["2+2?", "4"]]},
        {"instruction": "Later", "input": "", "output": ""},
    ]
    first, second, third = read({"alpaca.json": json.dumps(rows)}, "instructions").samples
    assert first.turns == (Turn("user", "Add\n2+2"), Turn("assistant", "4"))
    assert [turn.content for turn in second.turns] == ["2+2?", "4", "And 3?", "7"]
    assert (third.text, third.turns, third.annotated) == ("Later", (), False)


@pytest.mark.parametrize("style", ["messages", "sharegpt", "alpaca"])
def test_each_style_comes_back_as_it_was(style: str) -> None:
    samples = [
        TextSample("1", turns=ASKED, split="train"),
        TextSample("2", turns=(*ASKED, Turn("user", "3+3?"), Turn("assistant", "6"))),
        TextSample("3", "waits", annotated=False, attributes={"lang": "zh"}),
    ]
    files = written("instructions", samples, style=style)
    found = read(files, "instructions").samples
    assert sorted(found, key=lambda sample: sample.sample_id) == samples


def test_a_dialogue_that_is_no_questions_and_answers_is_no_alpaca() -> None:
    sample = TextSample("odd", turns=(Turn("assistant", "hello"), Turn("user", "hi")))
    with pytest.raises(InvalidInput, match="odd"):
        written("instructions", [sample], style="alpaca")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"messages": []}, "text is empty"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "tool is no role"),
        ({"messages": [{"content": "x"}]}, "no field role"),
        ({"messages": [{"role": "user", "content": None}]}, "Field content is None"),
        ({"messages": "hello"}, "Field messages is hello"),
        ({"instruction": 5, "output": "x"}, "Field instruction is 5"),
        ({"instruction": "x", "output": "y", "history": [["a"]]}, "Field history"),
    ],
)
def test_a_wrong_row_is_one_problem(row: dict[str, object], said: str) -> None:
    good = json.dumps({"prompt": "a", "response": "b"})
    found = read({"a.jsonl": f"{good}\n{json.dumps(row)}\n"}, "instructions")
    assert len(found.samples) == 1
    (problem,) = found.problems
    assert problem.startswith("a.jsonl:2: ")
    assert said in problem


def test_alpaca_with_its_joined_text_is_no_table_of_texts() -> None:
    row = {"instruction": "a", "input": "", "output": "b", "text": "Below is ..."}
    assert len(read({"a.jsonl": json.dumps(row)}, "instructions").samples) == 1
