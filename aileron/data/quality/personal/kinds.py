"""The kinds of personal data that are found."""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal[
    "email", "id_number", "bank_card", "phone", "ip_address", "plate", "passport", "name"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In order: where two overlap, the earlier one is meant."""
