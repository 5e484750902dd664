"""Say in English when something happened, as precisely as it is known and no more."""

from __future__ import annotations

import functools

from newsgen.edtf import Occurrence, read_edtf
from newsgen.points import FIRST_QUARTER, Point

MONTHS = "January February March April May June July August September October November December".split()

_NORTH, _SOUTH = " (northern hemisphere)", " (southern hemisphere)"
_SEASONS = (
    *("spring", "summer", "autumn", "winter"),
    *(f"{name}{where}" for where in (_NORTH, _SOUTH) for name in ("spring", "summer", "autumn", "winter")),
    *(f"the {name} quarter of" for name in ("first", "second", "third", "fourth")),
    *(f"the {name} four months of" for name in ("first", "second", "last")),
    *("the first half of", "the second half of"),
)
"""EDTF's seasons from 21 on; a year follows each, before what is in parentheses."""


def say(when: Occurrence | str) -> str:
    """Say when something happened, as newspapers do: ``about 16 July 2024``, ``the 1990s``, ``from 2014 on``.

    Raises ValueError with the reason where a text is no time in EDTF.
    """
    return _said(when) if isinstance(when, str) else _worded(when)


@functools.lru_cache(maxsize=20_000)
def _said(text: str) -> str:
    return _worded(read_edtf(text))


def _worded(when: Occurrence) -> str:
    if when.kind == "/":
        return _interval(when, *when.points)
    if when.kind:
        return _set(when)
    return _point(when.points[0]) if when.points[0] else ""


def say_offset(minutes: int) -> str:
    """Say an offset in minutes east of Greenwich: ``UTC``, ``UTC+03:00``."""
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else chr(0x2212)}{hours:02}:{rest:02}" if minutes else "UTC"


def _year(year: int) -> str:
    if year <= 0:
        return f"{_grouped(1 - year)} BC"
    return f"AD {year}" if year < 1000 else _grouped(year)


def _grouped(number: int) -> str:
    return f"{number:,}" if number > 9999 else str(number)


def _years(point: Point) -> str:
    """A span of years. That of 1900 is not called the 1900s, which would mean the century to others."""
    first, last = point.first[0], point.last[0]
    if point.span == 10:
        if last <= 0:
            return f"the years {1 - first}\N{EN DASH}{1 - last} BC"
        if first % 100 < 10:
            return f"the years {'AD ' if first < 1000 else ''}{first}\N{EN DASH}{last}"
        return f"the {first}s{' AD' if first < 1000 else ''}"
    number = last // point.span + 1 if last > 0 else -first // point.span + 1
    name = "century" if point.span == 100 else "millennium"
    return f"the {_ordinal(number)} {name}{'' if last > 0 else ' BC'}"


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _plain(point: Point, least: str = "") -> str:
    """A date without its marks; of those parts alone that are finer than ``least``."""
    if point.span > 1:
        return _years(point)
    if point.year > 9999:
        return f"the year {_year(point.year)}"
    if point.season:
        name, bracket, where = _SEASONS[point.season - 21].partition(" (")
        return f"{name} {_year(point.year)}{bracket}{where}"
    said = [_year(point.year)] if least not in ("year", "month") else []
    if point.month and least != "month":
        said.insert(0, MONTHS[point.month - 1])
    if point.day:
        said.insert(0, str(point.day))
    day = " ".join(said)
    if point.some:
        return f"some {point.some} in {day}"
    return day if not point.time else f"{day}, {_clock(point)}{_zone(point)}"


def _clock(point: Point) -> str:
    return ":".join(f"{part:02}" for part in point.time or ())


def _zone(point: Point) -> str:
    return "" if point.offset is None else f" ({say_offset(point.offset)})"


def _point(point: Point) -> str:
    """A date with its marks: in front of it where all is approximate, else in parentheses after it."""
    said, approximate = _plain(point), point.approximate
    if approximate == point.given and not point.some:
        day, comma, clock = said.partition(", ") if point.time else ("", "", said)
        said, approximate = f"{day}{comma}about {clock}", ()
    if approximate and approximate == point.uncertain:
        marks = [("approximate and uncertain", approximate)]
    else:
        marks = [("approximate", approximate), ("uncertain", point.uncertain)]
    doubts = [mark if parts == point.given else f"{' and '.join(parts)} {mark}" for mark, parts in marks if parts]
    return f"{said} ({', '.join(doubts)})" if doubts else said


def _is_plain(point: Point) -> bool:
    """Whether a date may lose its year or month to the one that it stands beside."""
    marked = point.approximate or point.uncertain
    return not (marked or point.some or point.season or point.span > 1 or point.time)


def _interval(when: Occurrence, start: Point | None, end: Point | None) -> str:
    if start is None:
        return f"until {_bare(end)}{'' if when.open_start else ', beginning unknown'}"
    if end is None:
        return f"from {_bare(start)} on" if when.open_end else f"from {_bare(start)}, end unknown"
    if any(one.some or one.span > 1 or (one.season or 0) >= FIRST_QUARTER for one in (start, end)):
        return f"from {_point(start)} to {_point(end)}"
    return _range(start, end)


def _bare(point: Point | None) -> str:
    return _point(point) if point else ""


def _range(start: Point, end: Point) -> str:
    """From one date to another; what both have in common is said once."""
    if start == end:
        return _point(start)
    if start.time and end.time and (start.year, start.month, start.day) == (end.year, end.month, end.day):
        if start.offset == end.offset and not (
            start.approximate or start.uncertain or end.approximate or end.uncertain
        ):
            return f"{_plain(start).partition(',')[0]}, {_clock(start)}\N{EN DASH}{_clock(end)}{_zone(end)}"
    elif _is_plain(start) and _is_plain(end) and start.precision == end.precision:
        if start.precision == "year" and (end.year <= 0 or 0 < start.year <= end.year <= 9999):
            return f"{_year(start.year).removesuffix(' BC')}\N{EN DASH}{_year(end.year).removeprefix('AD ')}"
        if start.precision == "month" and start.year == end.year:
            return f"{_plain(start, 'year')}\N{EN DASH}{_plain(end)}"
        if start.year == end.year:
            if start.month == end.month:
                return f"{start.day}\N{EN DASH}{_plain(end)}"
            return f"{_plain(start, 'year')} \N{EN DASH} {_plain(end)}"
    return f"{_point(start)} \N{EN DASH} {_point(end)}"


def _set(when: Occurrence) -> str:
    ranges = list(zip(when.points[::2], when.points[1::2], strict=True))
    singles = [start for start, end in ranges if start and start == end]
    if len(singles) == len(ranges):
        said = _shortened(singles)
    else:
        said = [_part(start, end, when.kind == "[") for start, end in ranges]
    last = "or" if when.kind == "[" else "and"
    return f"{', '.join(said[:-1])} {last} {said[-1]}" if len(said) > 1 else said[0]


def _shortened(points: list[Point]) -> list[str]:
    """Each date; those of one month or one year name it once, with the last."""
    if all(_is_plain(one) for one in points) and len({one.precision for one in points}) == 1:
        least = ""
        if points[0].day and len({(one.year, one.month) for one in points}) == 1:
            least = "month"
        elif points[0].month and len({one.year for one in points}) == 1:
            least = "year"
        return [*(_plain(one, least) for one in points[:-1]), _plain(points[-1])]
    return [_point(one) for one in points]


def _part(start: Point | None, end: Point | None, one_of: bool) -> str:
    if start is None or end is None:
        return f"{_bare(start)} or later" if start else f"{_bare(end)} or earlier"
    if start == end:
        return _point(start)
    if not one_of:
        return f"each {start.precision} of {_range(start, end)}"
    first, last = _shortened([start, end])
    return f"between {first} and {last}"
