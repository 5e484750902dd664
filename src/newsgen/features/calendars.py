"""Calendars of what was published: months as weeks of days, and how much there is of each in few steps."""

from __future__ import annotations

from calendar import Calendar, monthrange
from collections.abc import Iterable, Mapping
from typing import Any

from newsgen.model import Period

LEVELS = 5
"""Into how many steps the density of a calendar is cut: as many heights of the mark below a day."""


def level(number: int, most: int) -> int:
    """Give the step, from 1, of a number above 0 beside the largest one; 0 for none."""
    return -(-LEVELS * number // most) if number else 0


def months_of(counted: Iterable[Period], period: str) -> list[dict[str, Any]]:
    """Give the months of a year, or the one that ``period`` is, from how much each of its days has. Each has its
    ``name``, ``count`` and ``weeks``, from Monday on (ISO 8601), of seven days: None outside the month, else with
    ``name``, ``number``, ``count`` and ``level``."""
    counts = {one.name: one.count for one in counted}
    most = max(counts.values(), default=1)
    names = [period] if len(period) > 4 else [f"{period}-{number:02}" for number in range(1, 13)]
    return [_month(name, counts, most) for name in names]


def _month(name: str, counts: Mapping[str, int], most: int) -> dict[str, Any]:
    def day(number: int) -> dict[str, Any] | None:
        own = f"{name}-{number:02}"
        found = counts.get(own, 0)
        return {"name": own, "number": number, "count": found, "level": level(found, most)} if number else None

    weeks = Calendar().monthdayscalendar(int(name[:4]), int(name[5:]))
    of_days = [[day(number) for number in week] for week in weeks]
    number = sum(one["count"] for week in of_days for one in week if one)
    return {"name": name, "count": number, "weeks": of_days}


def days_of_the_year(known: Iterable[str]) -> list[tuple[str, list[tuple[str, int, bool]]]]:
    """Give the twelve months (``--07``) of any year, 29 February among their days: each day with its name (``07-17``),
    its number and whether it is one of those ``known``."""
    names = frozenset(known)
    lengths = [monthrange(2024, month)[1] for month in range(1, 13)]
    return [
        (f"--{month:02}", [(own, day, own in names) for day in range(1, days + 1) for own in (f"{month:02}-{day:02}",)])
        for month, days in enumerate(lengths, 1)
    ]
