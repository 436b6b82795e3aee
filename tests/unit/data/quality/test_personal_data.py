"""Personal data: what is found, what only looks like it, and that masking moves nothing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aileron.data.quality.personal import Kind, find, mask
from aileron.data.quality.personal.checks import is_bank_card, is_chinese_id

FOUND: list[tuple[str, Kind, str]] = [
    ("电话13812345678，谢谢", "phone", "13812345678"),
    ("请拨 +86 138 1234 5678", "phone", "+86 138 1234 5678"),
    ("座机010-62345678。", "phone", "010-62345678"),
    ("call +44 20 7946 0958 today", "phone", "+44 20 7946 0958"),
    ("call (415) 555-2671.", "phone", "(415) 555-2671"),
    ("call 415-555-2671.", "phone", "415-555-2671"),
    ("身份证11010519491231002X", "id_number", "11010519491231002X"),
    ("号码：440524188001010014。", "id_number", "440524188001010014"),
    ("SSN 123-45-6789", "id_number", "123-45-6789"),
    ("卡号6222021234567890128", "bank_card", "6222021234567890128"),
    ("card 4111 1111 1111 1111", "bank_card", "4111 1111 1111 1111"),
    ("card 4012-8888-8888-1881", "bank_card", "4012-8888-8888-1881"),
    ("amex 3782 822463 10005", "bank_card", "3782 822463 10005"),
    ("邮箱zhang.san@example.com.cn，", "email", "zhang.san@example.com.cn"),
    ("from 10.0.0.255:", "ip_address", "10.0.0.255"),
    ("at 2001:db8::ff00:42:8329 now", "ip_address", "2001:db8::ff00:42:8329"),
    ("车牌京A12345", "plate", "京A12345"),
    ("粤B·D12345号", "plate", "粤B·D12345"),
    ("沪AD12345", "plate", "沪AD12345"),
    ("护照号码：E12345678", "passport", "E12345678"),
    ("Passport No. 123456789", "passport", "123456789"),
    ("姓名：张三，男", "name", "张三"),
    ("客户：张三丰要求退货", "name", "张三丰"),
    ("联系人: 欧阳锋", "name", "欧阳锋"),
    ("请找王小明先生", "name", "王小明"),
    ("感谢李女士", "name", "李"),
    ("Dear Mr. John Smith, hello", "name", "John Smith"),
    ("Name: Mary Ann Jones", "name", "Mary Ann Jones"),
]
NOT_FOUND = [
    "序列号110105194912310021",  # an id number's form, with a wrong check digit
    "单号 123456789012345678",  # eighteen digits, no province, no date
    "11010519491331002X",  # month 13
    "card 4111 1111 1111 1112",  # wrong check digit
    "6000000000000000",  # no bank card either
    "5" * 16,  # one digit
    "任何先生",
    "版本 1.2.3 和 2.10.300.4",  # no addresses
    "256.1.1.1",
    "1.2.3.4.5",
    "12:30:45",
    "std::vector::begin",
    "20240105123456",  # a time
    "113812345678900",  # a phone number within a longer one
    "A13812345678B",
    "12345678901",  # eleven digits, no phone
    "2024-01-05",
    "000-12-3456",
    "price 415-55",
    "@home and a@b",
    "京东618",  # a shop
    "沪深300指数",
    "E12345678",  # a passport's form without the word
    "我们的先生",  # no surname
    "Mr. smith",
    "name: unknown",
    "3.14159265358979",
]


@pytest.mark.parametrize(("text", "kind", "piece"), FOUND, ids=[piece for _, _, piece in FOUND])
def test_it_is_found_exactly(text: str, kind: Kind, piece: str) -> None:
    assert [(one.kind, text[one.start : one.end]) for one in find(text)] == [(kind, piece)]


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_it_is_left(text: str) -> None:
    assert [text[one.start : one.end] for one in find(text)] == []


def test_only_the_kinds_that_are_asked_for_are_found() -> None:
    text = "张三 13812345678 zhang@example.com"
    assert [one.kind for one in find(text, ["email"])] == ["email"]


def test_an_id_number_is_no_bank_card_and_no_phone_number() -> None:
    assert [one.kind for one in find("440524188001010014")] == ["id_number"]


def test_several_pieces_come_in_order_and_none_overlaps() -> None:
    text = "姓名：李四，电话13812345678，邮箱13812345678@qq.com"
    assert [one.kind for one in find(text)] == ["name", "phone", "email"]


def test_masking_keeps_every_position() -> None:
    text = "姓名：张三，电话13812345678。"
    masked = mask(text, find(text))
    assert masked == "姓名：**，电话***********。"
    assert len(masked) == len(text)


@given(st.text(alphabet=st.sampled_from("0123456789X张李先生姓名：@.-: +a京A1Mr"), max_size=60))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_any_text_keeps_its_length_and_nothing_is_found_twice(text: str) -> None:
    found = find(text)
    masked = mask(text, found)
    assert len(masked) == len(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    kept = [i for i in range(len(text)) if not any(f.start <= i < f.end for f in found)]
    assert [masked[i] for i in kept] == [text[i] for i in kept]


@given(st.integers(0, 10**17 - 1))
@settings(max_examples=100, derandomize=True)
def test_one_check_digit_of_eleven_fits_an_id_number(number: int) -> None:
    front = f"110105194912{number % 28 + 1:02}{number % 1000:03}"
    assert sum(is_chinese_id(front + last) for last in "0123456789X") == 1


def test_a_wrong_digit_of_a_bank_card_is_noticed() -> None:
    assert is_bank_card("4111111111111111")
    assert not any(is_bank_card(f"411111111111111{last}") for last in "023456789")
