"""Draw how processor time grows with the number of articles, as a small SVG for light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

LEFT, TOP, RIGHT, BOTTOM = 70, 40, 500, 380
CLASSES = ("own", "fast", "peer")
DASHES = ("", "7 4", "2 4")
LEAST = 0.01
"""What took less is drawn as if it took this."""
STYLE = """
:root { color: #24292f; --own: #0550ae; --fast: #116329; --peer: #a40e26; }
@media (prefers-color-scheme: dark) { :root { color: #d0d7de; --own: #79c0ff; --fast: #7ee787; --peer: #ffa198; } }
text { font: 12px system-ui, sans-serif; fill: currentColor; }
.grid { stroke: currentColor; stroke-opacity: 0.2; }
.line { fill: none; stroke-width: 2; }
.own { stroke: var(--own); } .fast { stroke: var(--fast); } .peer { stroke: var(--peer); }
circle { stroke: none; }
circle.own { fill: var(--own); } circle.fast { fill: var(--fast); } circle.peer { fill: var(--peer); }
"""


def chart(series: dict[tuple[str, str], list[tuple[int, float]]]) -> str:
    """Draw a line for each tool and scenario through its points (articles, seconds); both scales go by powers of ten.

    A tool has a colour, a scenario a kind of dashes, in the order in which they come; each line is named at its end.
    """
    points = [point for line in series.values() for point in line]
    x = _Axis([1_000, 100_000, *(size for size, _ in points)], LEFT, RIGHT)
    y = _Axis([0.1, 100, *(max(value, LEAST) for _, value in points)], BOTTOM, TOP)
    parts = [f'<line class="grid" x1="{x(one)}" y1="{TOP}" x2="{x(one)}" y2="{BOTTOM}"/>' for one in x.ticks]
    parts += [f'<text x="{x(one)}" y="{BOTTOM + 18}" text-anchor="middle">{one:,.0f}</text>' for one in x.ticks]
    parts += [f'<line class="grid" x1="{LEFT}" y1="{y(one)}" x2="{RIGHT}" y2="{y(one)}"/>' for one in y.ticks]
    parts += [f'<text x="{LEFT - 8}" y="{y(one) + 4}" text-anchor="end">{_plain(one)}</text>' for one in y.ticks]
    tools = [*dict.fromkeys(tool for tool, _ in series)]
    scenarios = [*dict.fromkeys(scenario for _, scenario in series)]
    labels: list[tuple[float, float, str]] = []
    for (tool, scenario), line in series.items():
        places = [(x(size), y(max(value, LEAST))) for size, value in line]
        kind, dashes = CLASSES[tools.index(tool)], DASHES[scenarios.index(scenario)]
        path = " ".join(f"{left},{top}" for left, top in places)
        parts.append(f'<polyline class="line {kind}" stroke-dasharray="{dashes}" points="{path}"/>')
        parts += [f'<circle class="{kind}" cx="{left}" cy="{top}" r="3"/>' for left, top in places]
        labels.append((places[-1][1], places[-1][0], f"{tool}, {scenario}"))
    for (end, left, text), top in zip(sorted(labels), _apart(sorted(one[0] for one in labels)), strict=True):
        parts.append(f'<line class="grid" x1="{left + 4}" y1="{end}" x2="{RIGHT + 12}" y2="{top}"/>')
        parts.append(f'<text x="{RIGHT + 16}" y="{top + 4}">{text}</text>')
    if not series:
        parts.append(f'<text x="{(LEFT + RIGHT) // 2}" y="{TOP + 30}" text-anchor="middle">not measured yet</text>')
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 820 420" role="img" aria-labelledby="title desc">',
            '<title id="title">Processor time of a build by the number of articles</title>',
            f'<desc id="desc">Both scales are logarithmic. {_described(series)}.</desc>',
            f"<style>{STYLE}</style>",
            *parts,
            f'<text x="{LEFT}" y="{TOP - 16}">CPU, seconds</text>',
            f'<text x="{RIGHT}" y="{BOTTOM + 36}" text-anchor="end">articles</text>',
            "</svg>\n",
        ]
    )


def _described(series: dict[tuple[str, str], list[tuple[int, float]]]) -> str:
    lines = [
        f"{tool}, {scenario}: {', '.join(f'{value:.3g} s at {size:,}' for size, value in line)}"
        for (tool, scenario), line in series.items()
    ]
    return "; ".join(lines) or "Nothing is measured yet"


def _apart(tops: list[float]) -> list[float]:
    """Move heights apart, so that names do not cover each other and the last still stands above the scale."""
    step = 15.0
    for above, below in pairwise(range(len(tops))):
        tops[below] = max(tops[below], tops[above] + step)
    limit = BOTTOM + 0.0
    for at in reversed(range(len(tops))):
        tops[at] = min(tops[at], limit)
        limit = tops[at] - step
    return tops


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


class _Axis:
    """From values to places on a scale of powers of ten."""

    def __init__(self, values: Iterable[float], start: int, end: int) -> None:
        exponents = [_log(value) for value in values]
        low, high = math.floor(min(exponents)), math.ceil(max(exponents))
        self.ticks = [10.0**one for one in range(low, high + 1)]
        self._low, self._start, self._step = low, start, (end - start) / (high - low)

    def __call__(self, value: float) -> float:
        return round(self._start + (_log(value) - self._low) * self._step, 1)


def _log(value: float) -> float:
    return round(math.log10(value), 9)
