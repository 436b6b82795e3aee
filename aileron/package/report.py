"""The boot check's report as JSON and as one self-contained page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "table{border-collapse:collapse;margin:1rem 0}"
    "th,td{border-bottom:1px solid #ccc;padding:.25rem .9rem .25rem 0;text-align:left}"
)


def write_report(folder: Path, report: Mapping[str, Any]) -> Path:
    """Write report.json and report.html into the new directory `folder`."""
    folder.mkdir(parents=True)
    text = json.dumps(report, indent=2, sort_keys=True, ensure_ascii=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    (folder / "report.html").write_text(page(report), encoding="utf-8")
    return folder


def page(report: Mapping[str, Any]) -> str:
    """The report for people."""
    about = report["package"]
    imported: Mapping[str, str] = report["imported"]
    golden = [(g["path"], g["rows"], "same answer") for g in report["golden"]]
    pinned = [
        (name, version, "imported" if _known(name, imported) else "installed")
        for name, version in report["pinned"].items()
    ]
    parts = [
        f"<h1>Boot check of {escape(str(about['name']))}</h1>",
        f"<p>The package started in its own environment and {_said(golden)}.</p>",
        _table(("Package", ""), sorted(about.items())),
        _table(("Golden request", "Samples", "Result"), golden),
        _table(("Distribution", "Version", "Use"), pinned),
    ]
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Boot check</title><style>{_STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


def _said(golden: Sequence[Any]) -> str:
    if golden:
        return "answered as recorded"
    return "was asked nothing: it has no golden request"


def _known(name: str, imported: Mapping[str, str]) -> bool:
    return any(name == other.lower().replace("_", "-").replace(".", "-") for other in imported)


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    cells = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"
