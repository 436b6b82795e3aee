"""Masking a dataset: what is marked stays where it was, and the version is another one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from plugins.datasets import Notebook, Workbench
from plugins.text_sets import Library

from aileron.data.card import read_card, read_table_card
from aileron.data.layout import read_table
from aileron.data.quality.personal.step import PersonalData, PersonalDataConfig
from aileron.data.texts import TextDataset
from aileron.data.texts.dataset import stored_digest
from aileron.data.versions import verify_dataset

PEOPLE = "city,contact,spent,vip\n" + "".join(
    f"{'北京' if i % 2 else '上海'},电话1381234567{i % 10},{i},{'yes' if i % 3 else 'no'}\n"
    for i in range(12)
)
PEOPLE_CONFIG = {"name": "people", "target": "vip", "task": "classification"}


def run(work: Path, dataset: Path, **config: Any) -> tuple[Path, dict[str, Any], list[str]]:
    context = Notebook(work)
    checked = PersonalDataConfig.model_validate(config)
    outputs = PersonalData().run(context, checked, {"dataset": dataset})
    report = json.loads((outputs["report"] / "report.json").read_text())
    return outputs["dataset"], report, context.lines


def test_a_report_changes_nothing(library: Library) -> None:
    rows = "id,text,label\n1,电话13812345678,a\n2,无,b\n"
    dataset = library.ingest_file("r.csv", rows).folder
    result, report, lines = run(library.new(), dataset)
    assert (result / "card.json").read_bytes() == (dataset / "card.json").read_bytes()
    assert (result / "samples.parquet").read_bytes() == (dataset / "samples.parquet").read_bytes()
    assert report["found"] == [
        {"place": "text", "kind": "phone", "pieces": 1, "samples": 1, "examples": ["1"]}
    ]
    assert "text: phone, 1 in 1 samples" in lines


def test_a_report_holds_none_of_what_it_found(library: Library) -> None:
    rows = "id,text,label\n1,电话13812345678，邮箱a@b.com,a\n2,姓名：张三,b\n"
    dataset = library.ingest_file("r.csv", rows).folder
    context = Notebook(library.new())
    report = PersonalData().run(context, PersonalDataConfig(), {"dataset": dataset})["report"]
    said = "".join(path.read_text() for path in report.iterdir()) + "".join(context.lines)
    assert not any(piece in said for piece in ("13812345678", "a@b.com", "张三"))


def test_masked_texts_keep_their_spans_and_get_a_digest_of_their_own(library: Library) -> None:
    text = "姓名：张三，住在北京，电话13812345678"
    spans = [{"label": "LOC", "start": 8, "end": 10}, {"label": "PER", "start": 3, "end": 5}]
    lines = [{"id": "1", "text": text, "spans": spans}, {"id": "2", "text": "无", "spans": []}]
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    imported = library.ingest_file("r.jsonl", content, task="entities")
    result, _, _ = run(library.new(), imported.folder, action="mask", parent="default/r@v1")
    one, other = TextDataset.read(result).records()
    assert one.text == "姓名：**，住在北京，电话***********"
    marked = {span.label: one.text[span.start : span.end] for span in one.spans}
    assert marked == {"LOC": "北京", "PER": "**"}
    assert other == imported.records["2"]
    card = TextDataset.read(result).card
    assert card.digest == stored_digest(result, card) != imported.card.digest
    assert (card.parent, card.created_by) == ("default/r@v1", "data.personal_data@2")
    assert card.made is not None
    assert card.made.options == {"action": "mask"}


def test_masked_tokens_stay_as_many_and_as_long(library: Library) -> None:
    tokens = [*"姓名：张三，北京"]
    tags = ["O", "O", "O", "B-PER", "I-PER", "O", "B-LOC", "I-LOC"]
    content = "".join(f"{a} {b}\n" for a, b in zip(tokens, tags, strict=True)) + "\n"
    imported = library.ingest_file("r.txt", content, task="sequence_labelling")
    result, report, _ = run(library.new(), imported.folder, action="mask")
    (one,) = TextDataset.read(result).records()
    assert one.tags == tuple(tags)
    assert one.tokens == tuple("姓名：**，北京")
    assert report["found"][0]["kind"] == "name"


def test_tokens_of_words_are_read_as_a_sentence(library: Library) -> None:
    tokens = ["Mail", "a@b.com", "to", "Mr.", "Smith"]
    tags = ["O", "O", "O", "O", "B-PER"]
    content = "".join(f"{a} {b}\n" for a, b in zip(tokens, tags, strict=True)) + "\n"
    imported = library.ingest_file("r.txt", content, task="sequence_labelling")
    result, _, _ = run(library.new(), imported.folder, action="mask")
    (one,) = TextDataset.read(result).records()
    assert one.tokens == ("Mail", "*******", "to", "Mr.", "*****")


def test_a_masked_table_is_a_whole_dataset_with_new_categories(workbench: Workbench) -> None:
    dataset = workbench.ingest(PEOPLE, PEOPLE_CONFIG)
    result, report, _ = run(workbench.new(), dataset, action="mask", name="people_masked")
    card = read_table_card(result)
    contact = next(column for column in card.columns if column.name == "contact")
    assert contact.categories in (None, ("电话***********",))
    assert set(read_table(result)["contact"]) == {"电话***********"}
    assert read_table(result)["spent"].tolist() == read_table(dataset)["spent"].tolist()
    assert report["found"][0]["samples"] == 12
    assert (card.name, card.made is not None) == ("people_masked", True)
    assert card.digest != read_card(dataset).digest
    verify_dataset(result, card.digest)


def test_only_the_chosen_columns_are_looked_through(workbench: Workbench) -> None:
    dataset = workbench.ingest(PEOPLE, PEOPLE_CONFIG)
    result, report, _ = run(workbench.new(), dataset, action="mask", columns=["city"])
    assert report["found"] == []
    assert read_table(result).equals(read_table(dataset))
    assert read_card(result).digest == read_card(dataset).digest
