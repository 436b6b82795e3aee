"""What MLflow shows of a custom job's model: its files, and nothing that would load them.

There is no flavour of MLflow's own: the model is opened by the job's code alone, in its service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aileron.serve.custom_model import CONTRACT


def is_custom(card: Mapping[str, Any]) -> bool:
    """Whether model.json is of a custom job."""
    return card.get("contract") == CONTRACT


def flavors(card: Mapping[str, Any]) -> dict[str, Any]:
    """The one flavour: what lies in ``data``, for people and for Aileron."""
    entry = {"data": "data", "contract": CONTRACT, "framework": card["framework"]}
    return {"aileron": entry | ({"model": f"data/{card['file']}"} if card["file"] else {})}


def parameters(card: Mapping[str, Any]) -> dict[str, Any]:
    """What the model was made by."""
    return {"framework": card["framework"], "command": card["job"]["command"]}


def description(card: Mapping[str, Any]) -> str:
    """The model in a few words."""
    return f"custom job, {card['framework']}: {card['job']['command'][:200]}"


def requirements(card: Mapping[str, Any]) -> list[str]:
    """What its serving code asks for."""
    return list(card["serving"]["requirements"]) if card["serving"] else []
