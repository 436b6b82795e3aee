"""What every error looks like, and how routes document that."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """An error: a code for programs, a sentence for people."""

    error_code: str = Field(description="of the sentence, such as `core.role_too_low`")
    error_msg: str = Field(description="what happened and what to do, by `Accept-Language`")


PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    "default": {"model": Problem, "description": "An error."}
}
"""`responses` of a router; with it FastAPI documents no error of its own form."""
