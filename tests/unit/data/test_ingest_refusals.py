"""Files that cannot be used: each is refused with a sentence that says where."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from plugins.datasets import CARS, CARS_CONFIG, Workbench

from aileron.core.errors import InvalidInput

NAMELESS = {"header": False, "names": ["a", "b"], "target": "b"}


@pytest.mark.parametrize(
    ("content", "config", "sentence"),
    [
        ("", {}, "cars.csv: The file is empty"),
        ("\n\n", {}, "cars.csv: The file is empty"),
        ("a,fast\n", {}, "cars.csv: The file has no rows"),
        (CARS[:-4], {}, r"cars.csv:5: This line has 4 fields and the file has 5 columns"),
        ("a,fast\n1,yes\n2,no,3\n", {}, "cars.csv:3: This line has 3 fields"),
        ('a,fast\n"x\ny",yes\n2\n', {}, "cars.csv:4: This line has 1 fields"),
        ('a,b,fast\n1,2,yes\n3,4,"no\n5,6,yes\n', {}, "cars.csv:3: A quotation mark is opened"),
        ("a,a,fast\n1,2,yes\n", {}, "cars.csv:1: Columns 1, 2 are all named a"),
        ("sample_id,fast\n1,yes\n", {}, "sample_id, which is reserved"),
        ("城,fast\n北,yes\n".encode("gbk"), {}, "cars.csv:1: The text is not utf-8"),
        ("a,fast\nx,yes\n京,no\n".encode("gbk"), {}, "cars.csv:3: The text is not utf-8"),
        ("a,fast\nx,yes\né,no\n", {"encoding": "ascii"}, "cars.csv:3: The text is not ascii"),
        (CARS, {"target": "fats"}, r"no target column fats; did you mean fast\?"),
        (CARS, {"columns": {"wieght": {}}}, r"no column wieght; did you mean weight\?"),
        (CARS, {"id_column": "modle"}, r"no column modle; did you mean model\?"),
        ("a,fast\n1,yes\n2,yes\n", {}, "Every row has the same fast: yes"),
        (
            "a,fast\n1,yes\n2,\n3,\n",
            {},
            "2 of 3 samples .* cars.csv:3: This row has no value of the target fast",
        ),
        ("fast\nyes\nno\n", {}, "No column beside the target fast"),
        (CARS, {"id_column": "colour"}, "cars.csv:3: The id column colour has no value"),
        (
            CARS.replace("bee", "ant"),
            {"id_column": "model"},
            "cars.csv:3: An earlier row has model = ant",
        ),
        (CARS, {"columns": {"colour": {"type": "number"}}}, "cars.csv:2: .*'red' here is none"),
        (CARS.replace("90", "inf"), {}, "cars.csv:3: Column speed holds an infinite number"),
        (CARS, {"classes": ["yes", "maybe"]}, "cars.csv:3: Column fast holds 'no'"),
        (
            CARS,
            {"columns": {"colour": {"categories": ["red"]}}},
            "cars.csv:4: Column colour holds 'blue', which is not one of: red",
        ),
        (CARS, {"task": "regression"}, "cars.csv:2: Column fast holds numbers, but 'yes'"),
        ("1,2\n3\n", NAMELESS, "cars.csv:2: This line has 1 fields"),
        ("1,2,3\n", NAMELESS, "`names` gives 2 columns and the file has 3"),
        ("PAR1", {"format": "parquet"}, "cars.csv: The file cannot be read as Parquet"),
    ],
)
def test_an_unusable_file_is_refused_in_words(
    workbench: Workbench, content: str | bytes, config: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence) as caught:
        workbench.ingest(content, CARS_CONFIG | config)
    assert caught.value.render("zh") != caught.value.render("en")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_one_slip_in_a_column_of_numbers_is_not_taken_for_a_category(workbench: Workbench) -> None:
    rows = [f"{i},{'yes' if i % 2 else 'no'}" for i in range(40)]
    rows[20] = "2O,yes"
    with pytest.raises(InvalidInput, match=r"cars.csv:22: Column x holds numbers, but '2O'"):
        workbench.ingest("\n".join(["x,fast", *rows]))


def test_lines_are_counted_right_after_quoted_line_breaks(workbench: Workbench) -> None:
    text = 'a,b,fast\n"1\n2",1,yes\n\nx,inf,no\n'
    with pytest.raises(InvalidInput, match=r"cars.csv:5: Column b holds an infinite"):
        workbench.ingest(text)


def test_a_source_with_two_files_is_refused(workbench: Workbench) -> None:
    source = workbench.new()
    (source / "a.csv").write_text(CARS)
    (source / "b.csv").write_text(CARS)
    with pytest.raises(InvalidInput, match="holds 2 files"):
        workbench.ingest_folder(source, CARS_CONFIG)
