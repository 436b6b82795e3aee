"""What a number must satisfy to be what it looks like: check digits, dates, ranges."""

from __future__ import annotations

import ipaddress
from datetime import date
from typing import Final

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS: Final = "10X98765432"
_PROVINCES: Final = frozenset(
    map(str, (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55),
              *range(61, 66), 71, *range(81, 84)))
)  # fmt: skip
_CARD_LENGTHS: Final = (15, 16, 17, 18, 19)
_FIRST_YEAR: Final = 1880
_LAST_YEAR: Final = 2099


def is_chinese_id(number: str) -> bool:
    """An id number of GB 11643-1999: province, date of birth, check digit of ISO 7064 MOD 11-2."""
    if number[:2] not in _PROVINCES or not _is_date(number[6:14]):
        return False
    total = sum(int(d) * w for d, w in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11] == number[17].upper()


def is_us_ssn(number: str) -> bool:
    """A social security number that was ever given out, of the form AAA-GG-SSSS."""
    area, group, serial = number.split("-")
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def is_bank_card(number: str) -> bool:
    """15 to 19 digits of ISO/IEC 7812 with the check digit of Luhn, and an issuer of banks."""
    digits = [int(digit) for digit in number if digit.isdigit()]
    if len(digits) not in _CARD_LENGTHS or digits[0] not in (3, 4, 5, 6) or len(set(digits)) < 2:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_ip_address(text: str) -> bool:
    """An IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def has_digit(text: str) -> bool:
    """Whether a digit is in it, as in every plate."""
    return any(character.isdigit() for character in text)


def _is_date(digits: str) -> bool:
    try:
        found = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return _FIRST_YEAR <= found.year <= _LAST_YEAR
