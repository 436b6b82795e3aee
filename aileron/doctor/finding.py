"""What the doctor says of one link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from aileron.core.errors import AileronError

Health = Literal["ok", "broken", "warning"]


class Finding(BaseModel):
    """One link that was looked at."""

    model_config = ConfigDict(frozen=True)

    subject: str
    """What it belongs to: ``default/breast_cancer`` or ``machine``."""
    link: str
    """Which link: ``model files``, ``dataset tag``, ``alias``, ..."""
    health: Health
    says: str
    """What is there, or what is broken and what to do."""


class Caution(AileronError):
    """A link that is no fault by itself: it cannot be judged, or its owner wants it so."""


def look(subject: str, link: str, check: Callable[[], str]) -> Finding:
    """Run `check`: its text if all is well, its error's sentence if not."""
    try:
        return Finding(subject=subject, link=link, health="ok", says=check())
    except Caution as caution:
        return Finding(subject=subject, link=link, health="warning", says=str(caution))
    except AileronError as error:
        return Finding(subject=subject, link=link, health="broken", says=str(error))
