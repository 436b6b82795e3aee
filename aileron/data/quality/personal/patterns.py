"""What personal data looks like, as regular expressions; group `v` is what is masked.

Digits are ASCII; borders are said, since ``\\b`` has no border between a Chinese character and a
digit. Of phone numbers those of China and those written internationally, or as in North
America. Names are those that a title or a field announces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aileron.data.quality.personal import checks
from aileron.data.quality.personal.kinds import Kind


@dataclass(frozen=True)
class Pattern:
    """One form of a kind."""

    expression: re.Pattern[str]
    holds: Callable[[str], bool] = bool
    """What must hold of the match besides."""


SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟"
    "姜崔谭陆范汪廖石金贾韦夏傅方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
"""The 100 commonest surnames of one character."""
DOUBLE_SURNAMES: Final = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|令狐|夏侯"
_NO_SURNAME: Final = {
    "谢": "感多谢答致",
    "何": "任如为",
    "方": "对双地四",
    "任": "责主班",
    "常": "经平日非",
}
"""Surname -> what stands before it where it is a part of another word."""
_HAN: Final = "\u4e00-\u9fff"
_TITLES: Final = "先生|女士|小姐|太太|同志|老师|教授|医生|大夫|护士|经理|主任"
_FIELDS: Final = (
    "姓名|名字|联系人|收件人|收货人|寄件人|患者|客户|负责人|经办人|申请人|户主|法人|本人"
)
_NOT_LETTER_BEFORE: Final = r"(?<![0-9A-Za-z_])"
_NOT_LETTER_AFTER: Final = r"(?![0-9A-Za-z_])"
_WORD: Final = r"[A-Z][a-z'’-]+"
_PROVINCE_SIGNS: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE: Final = "A-HJ-NP-Z0-9"


def _surname() -> str:
    """One surname, that no word before it makes something else of."""
    plain = "".join(character for character in SURNAMES if character not in _NO_SURNAME)
    checked = [f"(?<![{before}]){name}" for name, before in _NO_SURNAME.items()]
    return f"(?!任何)(?:{DOUBLE_SURNAMES}|[{plain}]|{'|'.join(checked)})"


def _compiled(expression: str, holds: Callable[[str], bool] = bool, flags: int = 0) -> Pattern:
    return Pattern(re.compile(expression, flags), holds)


def _number(body: str, holds: Callable[[str], bool] = bool) -> Pattern:
    """A number with nothing of a word around it."""
    return _compiled(f"{_NOT_LETTER_BEFORE}(?P<v>{body}){_NOT_LETTER_AFTER}", holds)


PATTERNS: Final[Mapping[Kind, Sequence[Pattern]]] = {
    "email": (
        _compiled(
            r"(?<![A-Za-z0-9._%+-])(?P<v>[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}"
            r"[A-Za-z]{2,24})(?![A-Za-z0-9-])"
        ),
    ),
    "id_number": (
        _number("[1-9][0-9]{16}[0-9Xx]", checks.is_chinese_id),
        _number("[0-9]{3}-[0-9]{2}-[0-9]{4}", checks.is_us_ssn),
    ),
    "bank_card": (
        _number("[3-6][0-9]{14,18}", checks.is_bank_card),
        _number("[3-6][0-9]{3}(?:[ -][0-9]{4}){2,3}(?:[ -][0-9]{1,7})?", checks.is_bank_card),
        _number("3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5}", checks.is_bank_card),
    ),
    "phone": (
        _compiled(
            r"(?<![0-9A-Za-z_.+-])(?P<v>(?:\+?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2})"
            r"(?![0-9A-Za-z_]|[.-][0-9])"
        ),
        _compiled(r"(?<![0-9A-Za-z_.-])(?P<v>0[1-9][0-9]{1,2}-[2-9][0-9]{6,7})(?![0-9A-Za-z_-])"),
        _compiled(
            r"(?<![0-9A-Za-z_])(?P<v>\+[1-9][0-9]{0,2}[ -](?:\([0-9]{1,4}\)[ -]?)?[0-9]{2,5}"
            r"(?:[ -]?[0-9]{2,5}){1,4})(?![0-9A-Za-z_])"
        ),
        _compiled(
            r"(?<![0-9A-Za-z_.-])(?P<v>(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[-.])[2-9][0-9]{2}[-.]"
            r"[0-9]{4})(?![0-9A-Za-z_]|[.-][0-9])"
        ),
    ),
    "ip_address": (
        _compiled(
            r"(?<![0-9A-Za-z_.])(?P<v>(?:[0-9]{1,3}\.){3}[0-9]{1,3})(?![0-9A-Za-z_]|\.[0-9])",
            checks.is_ip_address,
        ),
        _compiled(
            r"(?<![0-9A-Za-z_:.])(?P<v>(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){1,7})"
            r"(?![0-9A-Za-z_:])",
            checks.is_ip_address,
        ),
    ),
    "plate": (
        _compiled(
            f"(?P<v>[{_PROVINCE_SIGNS}][A-HJ-NP-Z][·•. ]?(?:[{_PLATE}]{{4}}[{_PLATE}挂学警港澳]"
            rf"|(?:[A-HJK][{_PLATE}][0-9]{{4}}|[0-9]{{5}}[A-HJK]))){_NOT_LETTER_AFTER}",
            checks.has_digit,
        ),
    ),
    "passport": (
        _compiled(
            r"(?:护照|通行证|[Pp]assport)[^0-9A-Za-z\n]{0,8}(?:[Nn]o\.?|[Nn]umber|号码|号)?"
            rf"[^0-9A-Za-z\n]{{0,4}}(?P<v>[A-Z]{{1,2}}[0-9]{{7,8}}|[0-9]{{9}}){_NOT_LETTER_AFTER}"
        ),
    ),
    "name": (
        _compiled(
            f"(?:{_FIELDS})[ 　]*[:：][ 　]*"
            f"(?P<v>[{_HAN}]{{2,4}}(?![{_HAN}])(?:·[{_HAN}]{{1,6}})?|{_surname()}[{_HAN}]{{1,2}})"
        ),
        _compiled(f"(?P<v>{_surname()}[{_HAN}]{{0,2}}?)(?={_TITLES})"),
        _compiled(
            rf"{_NOT_LETTER_BEFORE}(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?[ ]+"
            rf"(?P<v>{_WORD}(?: {_WORD}){{0,2}})"
        ),
        _compiled(
            rf"{_NOT_LETTER_BEFORE}(?:[Nn]ame|[Cc]ontact|[Pp]atient|[Cc]ustomer)[ ]*[:=][ ]*"
            rf"(?P<v>{_WORD}(?: {_WORD}){{1,2}})"
        ),
    ),
}
"""Kind -> its forms."""
