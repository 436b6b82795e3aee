"""Small figures as SVG: curves, points and a confusion matrix.

Drawn by hand: a figure takes a millisecond instead of the half second of a plotting
library, the browser's fonts show any script, and equal data give equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 460, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 18, 34, 46
COLOURS = ("#1f6feb", "#d1570d", "#1a7f5a", "#8250df", "#bf3989", "#6e7781", "#9a6700", "#0a7ea4")

Line = tuple[str, Sequence[float], Sequence[float]]
"""A name, then x and y of its points."""


def curves(title: str, x_label: str, y_label: str, lines: Sequence[Line]) -> str:
    """Lines within the unit square, with a legend."""
    frame = _Frame((0.0, 1.0), (0.0, 1.0))
    parts = frame.axes(x_label, y_label)
    for place, (name, x, y) in enumerate(lines):
        colour = COLOURS[place % len(COLOURS)]
        points = " ".join(frame.point(a, b) for a, b in zip(x, y, strict=True))
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        )
        at = TOP + 16 + 16 * place
        parts.append(_text(WIDTH - RIGHT - 8, at, _short(name, 40), anchor="end", colour=colour))
    return _svg(title, parts)


def points(
    title: str,
    x_label: str,
    y_label: str,
    x: Sequence[float],
    y: Sequence[float],
    guide: str,
) -> str:
    """A scatter; `guide` draws the line ``y = x`` (``diagonal``) or ``y = 0`` (``zero``)."""
    if guide == "diagonal":
        both = _span([*x, *y])
        frame = _Frame(both, both)
        ends = ((both[0], both[0]), (both[1], both[1]))
    else:
        frame = _Frame(_span(x), _span([*y, 0.0]))
        ends = ((frame.x[0], 0.0), (frame.x[1], 0.0))
    parts = frame.axes(x_label, y_label)
    start, end = (frame.point(*end) for end in ends)
    parts.append(f'<polyline points="{start} {end}" stroke="#6e7781" stroke-dasharray="5 4"/>')
    for a, b in zip(x, y, strict=True):
        left, top = frame.point(a, b).split(",")
        parts.append(
            f'<circle cx="{left}" cy="{top}" r="3" fill="{COLOURS[0]}" fill-opacity="0.55"/>'
        )
    return _svg(title, parts)


def confusion(title: str, classes: Sequence[str], matrix: Sequence[Sequence[int]]) -> str:
    """Counts: a row per true class, a column per predicted one, shaded by share of the row."""
    count = len(classes)
    cell = min(70, max(18, 330 // count))
    left, top = 130, 60
    parts = [_text(left + cell * count / 2, 32, "predicted", anchor="middle")]
    for row, counts in enumerate(matrix):
        parts.append(
            _text(left - 8, top + cell * (row + 0.5) + 4, _short(classes[row], 18), anchor="end")
        )
        parts.append(
            _text(left + cell * (row + 0.5), top - 8, _short(classes[row], max(2, cell // 8)))
        )
        for column, value in enumerate(counts):
            share = value / max(1, sum(counts))
            x, y = left + cell * column, top + cell * row
            parts.append(
                f'<rect x="{x}" y="{y}" width="{cell}" height="{cell}" fill="{COLOURS[0]}" '
                f'fill-opacity="{0.06 + 0.8 * share:.3f}" stroke="#fff"/>'
            )
            colour = "#fff" if share > 0.5 else "#24292f"
            if cell >= 26:
                parts.append(_text(x + cell / 2, y + cell / 2 + 4, str(value), colour=colour))
    return _svg(title, parts, left + cell * count + 24, top + cell * count + 24)


class _Frame:
    """Maps values to the drawing, and draws axes with five ticks each."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        self.x = x
        self.y = y

    def point(self, x: float, y: float) -> str:
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        left = LEFT + across * (WIDTH - LEFT - RIGHT)
        return f"{left:.1f},{HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM):.1f}"

    def axes(self, x_label: str, y_label: str) -> list[str]:
        box = f'width="{WIDTH - LEFT - RIGHT}" height="{HEIGHT - TOP - BOTTOM}"'
        parts = [f'<rect x="{LEFT}" y="{TOP}" {box} fill="none" stroke="#d0d7de"/>']
        for step in range(5):
            x = self.x[0] + (self.x[1] - self.x[0]) * step / 4
            y = self.y[0] + (self.y[1] - self.y[0]) * step / 4
            across = float(self.point(x, self.y[0]).split(",")[0])
            down = float(self.point(self.x[0], y).split(",")[1])
            parts.append(_text(across, HEIGHT - BOTTOM + 16, f"{x:.3g}"))
            parts.append(_text(LEFT - 6, down + 4, f"{y:.3g}", anchor="end"))
        parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_label))
        middle = (TOP + HEIGHT - BOTTOM) / 2
        turned = f'transform="rotate(-90 14 {middle})"'
        parts.append(_text(14, middle, y_label, extra=turned))
        return parts


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = (high - low) * 0.04 or max(1.0, abs(high)) * 0.04
    return low - margin, high + margin


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "middle",
    colour: str = "#24292f",
    extra: str = "",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" {extra}>'
        f"{escape(text)}</text>"
    )


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _svg(title: str, parts: Sequence[str], width: int = WIDTH, height: int = HEIGHT) -> str:
    heading = _text(width / 2, 18, title, extra='font-weight="600"')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="system-ui, sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#fff"/>{heading}{"".join(parts)}</svg>'
    )
