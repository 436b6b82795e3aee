"""The report on a model of pictures as one HTML page; its pictures lie within it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from aileron.evaluate.page import classes_table, framed, metrics_table, table

_STYLE: Final = """
.tiles{display:flex;flex-wrap:wrap;gap:1em}
.tile{border:1px solid #d0d7de;border-radius:6px;padding:.6em;max-width:380px}
.tile img{max-width:176px;image-rendering:auto;vertical-align:top;background:#f6f8fa}
.tile p{margin:.4em 0 0;font-size:13px}.tile code{color:#57606a;word-break:break-all}
"""


@dataclass(frozen=True)
class Tile:
    """A sample to be shown: its facts, the picture and its saliency map as data URIs."""

    facts: Mapping[str, Any]
    picture: str
    saliency: str


def page(
    document: Mapping[str, Any],
    pictures: Mapping[str, str],
    wrong: Sequence[Tile],
    right: Sequence[Tile],
) -> str:
    """The page of a report document, its figures (file name -> SVG) and its samples."""
    title = f"{document['dataset']['name']}: {document['model']['algorithm']}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(_summary(document))}</p>",
        "<h2>Metrics</h2>",
        metrics_table(document),
        *(f"<p>{escape(note)}</p>" for note in document["notes"]),
        "".join(f"<figure>{svg}</figure>" for svg in pictures.values()),
        *_threshold(document.get("threshold")),
        *classes_table(document.get("classes")),
        *_confused(document.get("confused")),
        "<h2>Wrong answers, the surest first</h2>",
        _wrong(document, wrong),
        *_right(right),
    ]
    return framed(title, parts, _STYLE)


def _summary(document: Mapping[str, Any]) -> str:
    return (
        f"Evaluation on the {document['rows']} pictures of the part {document['part']}, which "
        f"training did not see. {document['wrong']} of them are answered wrong "
        f"({document['task'].replace('_', ' ')}, {document['class_count']} classes)."
    )


def _threshold(found: Mapping[str, Any] | None) -> list[str]:
    if not found or found["recommended"] is None:
        return []
    text = (
        f"In use: {found['used']:.4g}. Recommended: {found['recommended']:.4g} "
        f"(F1 {found['validation_f1']:.4g} on validation pictures, {found['test_f1']:.4g} on test "
        f"pictures). Rule: {found['rule']}. {found['note']}"
    )
    return ["<h2>Threshold</h2>", f"<p>{escape(text)}</p>"]


def _confused(pairs: Sequence[Mapping[str, Any]] | None) -> list[str]:
    if not pairs:
        return []
    rows = [[pair["true"], pair["predicted"], pair["count"]] for pair in pairs]
    return ["<h2>Most confused</h2>", table(["true", "predicted", "pictures"], rows)]


def _wrong(document: Mapping[str, Any], tiles: Sequence[Tile]) -> str:
    if not document["wrong"]:
        return "<p>Not one error.</p>"
    said = (
        f"{len(tiles)} of {document['wrong']}. Beside each picture: what the model looked at. Red "
        "places spoke for the class that is named, blue ones against it: they were covered in "
        "turn, and its log-odds fell or rose (occlusion sensitivity, Zeiler & Fergus 2014)."
    )
    return f"<p>{escape(said)}</p>{_tiles(tiles)}"


def _right(tiles: Sequence[Tile]) -> list[str]:
    if not tiles:
        return []
    return ["<h2>Right answers, the surest of each class</h2>", _tiles(tiles)]


def _tiles(tiles: Sequence[Tile]) -> str:
    return f'<div class="tiles">{"".join(_tile(tile) for tile in tiles)}</div>'


def _tile(tile: Tile) -> str:
    facts = tile.facts
    true, predicted = (", ".join(facts[name]) or "none" for name in ("true", "predicted"))
    looked_at = f"{facts['class']} {facts['score']:.4f}"
    return (
        f'<div class="tile"><img src="{tile.picture}" alt="{escape(facts["sample_id"])}"> '
        f'<img src="{tile.saliency}" alt="saliency for {escape(facts["class"])}">'
        f"<p><b>{escape(predicted)}</b>, true: <b>{escape(true)}</b><br>"
        f"map and score of: {escape(looked_at)}<br>"
        f"<code>{escape(facts['sample_id'])}</code></p></div>"
    )
