"""Charts of how much happened when, and the groups of events that their bars lead to."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from newsgen.model import Happening, Period
from newsgen.questions import DAY, MONTH, YEAR

MOST_BARS = 60
"""How many years a chart shows; one of more shows decades, or only the years in which something happened."""
CHART_WIDTH, CHART_HEIGHT = 1000, 100
LOWEST = 4
"""How high a bar is at least, so that it can be seen beside the highest."""

DECADE = 3
FINER = {0: YEAR, DECADE: YEAR, YEAR: MONTH, MONTH: DAY}
"""The length of the names of the parts of a period, by the length of its own."""


def chart(
    counted: Iterable[Period], period: str, link: Callable[[str], str | None], decades: bool = False
) -> list[dict[str, Any]]:
    """Give the bars of a chart: one for each part of a period, empty ones between the first and the last too. Each has
    its ``name``, ``count``, place and size in a chart of 1000 by 100, and ``href`` (None where there is nothing), which
    ``link`` makes of its name.

    Years that are too many become ``decades``, where these have pages; what is too many still stands without the empty
    ones, for else one event of long ago would leave no room to all others.
    """
    counts = {one.name: one.count for one in counted}
    if not counts:
        return []
    if decades and int(max(counts)) - int(min(counts)) >= MOST_BARS:
        years, counts = counts, {}
        for name, number in years.items():
            counts[name[:DECADE]] = counts.get(name[:DECADE], 0) + number
    names = _names_of_bars(counts, period)
    most = max(counts.values())
    return [
        {
            "name": name,
            "count": counts.get(name, 0),
            "x": CHART_WIDTH * at // len(names),
            "width": CHART_WIDTH * (at + 1) // len(names) - CHART_WIDTH * at // len(names),
            "height": max(LOWEST, CHART_HEIGHT * counts[name] // most) if name in counts else 0,
            "href": link(name) if name in counts else None,
        }
        for at, name in enumerate(names)
    ]


def _names_of_bars(counts: dict[str, int], period: str) -> list[str]:
    if len(period) == MONTH:
        days = monthrange(int(period[:YEAR]), int(period[-2:]))[1]
        return [f"{period}-{number:02}" for number in range(1, days + 1)]
    if len(period) == YEAR:
        return [f"{period}-{number:02}" for number in range(1, 13)]
    if len(period) == DECADE:
        return [f"{period}{number}" for number in range(10)]
    first, last = min(counts), max(counts)
    if int(last) - int(first) >= MOST_BARS:
        return sorted(counts)
    return [f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1)]


def link_to_group(names: Iterable[str], name: str) -> str | None:
    """Give the link to what a page lists of a period, by the names of its groups; None where it lists nothing of it."""
    return next((f"#ng:in-{one}" for one in names if one.startswith(name)), None)


def groups_of(events: tuple[Happening, ...], period: str) -> list[tuple[str, tuple[Happening, ...]]]:
    """Give events under the names of the parts of a period in which they lie; those that are known less precisely under
    the name that they are known by."""
    finer = FINER.get(len(period), DAY)
    return [(name, tuple(group)) for name, group in groupby(events, lambda one: one.day[:finer])]
