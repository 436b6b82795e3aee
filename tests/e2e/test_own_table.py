"""Own table, no code: three commands from a file to a service that takes raw rows."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from plugins.command import Answer, Command

CITIES = ("北京", "上海", "广州")
WORDS = ("服务 很好 满意", "质量 很差 退货", "一般 还行", "速度 快")


def write(path: Path, rows: int, seed: int, *, suffix: str = "") -> None:
    """Customers in GBK with semicolons: a key, a city, a date, an amount, a remark, an answer."""
    chance = random.Random(seed)
    lines = ["客户编号;城市;日期;金额;邮编;备注;流失"]
    for i in range(rows):
        gone = chance.random() < 0.4
        amount = f"{1000 * chance.random() * (2 if gone else 5):,.2f}" if i % 9 else "?"
        remark = WORDS[1] if gone and i % 3 else chance.choice(WORDS)
        day = f"{1 + i % 28:02d}.{1 + i % 12:02d}.2024"
        cells = (str(seed * 10_000 + i), chance.choice(CITIES), day, amount, f"0{i % 40:05d}")
        remark = f"{remark}，第{i}次来电，请尽快处理并回复"
        lines.append(";".join((*cells, remark, ("是" if gone else "否") + suffix)))
    path.write_bytes("\n".join([*lines, ""]).encode("gbk"))


@pytest.fixture(scope="module")
def walked(aileron: Command, tmp_path_factory: pytest.TempPathFactory) -> tuple[Answer, Answer]:
    """What `new` and `run` said."""
    folder = tmp_path_factory.mktemp("own")
    write(folder / "customers.csv", 240, 1)
    write(folder / "later.csv", 80, 2, suffix="。")
    made = aileron(
        "lifecycle", "new", "customers", "--data", str(folder / "customers.csv"),
        "--target", "流失", "--test-data", str(folder / "later.csv"),
    )  # fmt: skip
    assert aileron("lifecycle", "lint", "customers").out == "No findings.\n"
    return made, aileron("lifecycle", "run", "customers", "--wait", "--json", code=None)


def test_each_assumption_is_said(walked: tuple[Answer, Answer]) -> None:
    said = walked[0].out
    for sentence in (
        "The text is gb18030.",
        "Cells are divided by ';'.",
        "'是。' = '是'",
        "The positive class of 流失 is '是'",
        "日期: dates of the format %d.%m.%Y",
        "邮编: codes such as 0",
        "These cells mean that there is no value: '?'",
        "Left out, since they name rows (1): 客户编号.",
        "Learnt from as free text (1): 备注.",
        "The 80 rows of the test file are the test part",
    ):
        assert sentence in said


def test_the_model_is_judged_on_the_test_file_and_released(walked: tuple[Answer, Answer]) -> None:
    facts = walked[1].json
    assert facts["state"] == "succeeded", facts
    assert facts["dataset_version"] == "default/customers@v1"
    assert facts["metrics"]["roc_auc"] > 0.6


def test_the_service_takes_a_row_as_a_person_has_it(
    walked: tuple[Answer, Answer], aileron: Command
) -> None:
    row = {
        "城市": "北京",
        "日期": "2024-05-06",
        "金额": 1234.5,
        "邮编": "000007",
        "备注": "质量 很差 退货，第8次来电，请尽快处理并回复",
    }
    rows = [row, {**row, "金额": None, "备注": "服务 很好 满意，第9次来电，请尽快处理并回复"}]
    body = json.dumps({"data": rows})
    answer = aileron("service", "invoke", "customers", "--json-body", "-", given=body).json
    assert [set(result["probabilities"]) for result in answer["batch_results"]] == [
        {"是", "否"},
        {"是", "否"},
    ]
    assert answer["batch_results"][0]["probabilities"]["是"] > 0.5


def test_a_second_walk_with_the_same_name_changes_nothing(
    walked: tuple[Answer, Answer], aileron: Command, tmp_path: Path
) -> None:
    write(tmp_path / "customers.csv", 50, 3)
    again = aileron(
        "lifecycle", "new", "customers", "--data", str(tmp_path / "customers.csv"),
        "--target", "流失", code=1,
    )  # fmt: skip
    assert "customers exists already, and nothing is overwritten" in again.err
