"""Read times at which things happened, as vague as they are known: EDTF (ISO 8601-2, Library of Congress 2019).

Level 1 is read, and of level 2 what can be told to readers honestly: marks at single parts, seasons by hemisphere,
quarters, thirds and halves of years, and sets. Beyond EDTF, a time of day may lack its seconds, stand in an interval
and be marked. :mod:`newsgen.wording` says them in English.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from newsgen.points import PRECISIONS, Day, Parts, Point, Precision, read_point

LONGEST = 200
"""How many characters a time may have; all that people mean has fewer."""

_MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Occurrence:
    """When something happened, no more precisely than is known."""

    text: str
    """As it was given, without blanks around it."""
    day: str
    """The longest name of the calendar in which it surely lies, or began, to file it by: ``2024-07-16``, ``2024-07``,
    ``2024``, ``199`` and ``19`` (199X, 19XX); empty for what has no year A.D. of four digits."""
    sort: str
    """Text whose plain order is that of time: decades, years, months, days and times each before the finer ones in
    them. Times of one day stand by instant; one without an offset counts as Greenwich's."""
    first: str | None
    """The day that bounds it (ISO 8601); none where it is open or unknown, before 1 or after 9999."""
    last: str | None
    precision: Precision
    """That of its beginning; of a set, that of its coarsest part."""
    approximate: bool = False
    uncertain: bool = False
    is_interval: bool = False
    open_start: bool = False
    open_end: bool = False
    """Whether it is stated to have no end; an end that is merely unknown is not open."""
    points: tuple[Point | None, ...] = ()
    """What it is made of. Of an interval the start and the end; of a set the two ends of each of its ranges."""
    kind: Literal["", "/", "[", "{"] = ""
    """A single time, an interval, one of a set, all of a set."""


@functools.lru_cache(maxsize=_MOST_KEPT)
def read_edtf(text: str) -> Occurrence:
    """Read a time in EDTF; blanks around it do not matter.

    Raises ValueError with the reason.
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    if "/" in text and re.search(r"[\[{]", text):
        raise ValueError("a set can't be in an interval, nor an interval in a set")
    if text[:1] in ("[", "{"):
        return _read_set(text)
    if "/" in text:
        return _read_interval(text)
    point = read_point(text)
    return _occurrence(text, (point, point))


def parts(occurrence: Occurrence) -> tuple[Parts | None, Parts | None]:
    """Give the start and the end for programs, such as TimelineJS 3, as far as they are given.

    A single time has no end, but for decades, quarters and the like, whose years or months are known. One of a set
    has that of its earliest, and no end; what is open or unknown is none.
    """
    known = [one for one in occurrence.points if one]
    start, end = occurrence.points[0], occurrence.points[-1]
    if occurrence.kind == "/":
        return start.begins if start else None, end.ends if end else None
    if occurrence.kind == "[":
        return min(known, key=_order).begins if start else None, None
    start, end = min(known, key=_order), max(known, key=_end)
    return start.begins, end.ends if occurrence.kind == "{" or end.ends != start.begins else None


def _occurrence(
    text: str, points: tuple[Point | None, ...], kind: Literal["", "/", "[", "{"] = "", name: str | None = None
) -> Occurrence:
    known = [one for one in points if one]
    is_set = kind in ("[", "{")
    begin = min(known, key=_order) if is_set else known[0]
    is_wide = is_set or all(one.time for one in known)  # the days of two zones may come in another order than times
    coarsest = min((one.precision for one in known), key=PRECISIONS.index)
    return Occurrence(
        text,
        begin.name if name is None else name,
        f"{begin.order} {text}",  # a blank comes before all that a finer one could go on with
        _iso(min(one.first for one in known if is_wide or one is points[0])) if points[0] else None,
        _iso(max(one.last for one in known if is_wide or one is points[-1])) if points[-1] else None,
        coarsest if is_set else begin.precision,
        any(one.approximate for one in known),
        any(one.uncertain for one in known),
        kind == "/",
        text.startswith("..") if kind == "/" else points[0] is None,
        text.endswith("..") if kind == "/" else points[-1] is None,
        points[:1] if kind == "" else points,
        kind,
    )


def _order(point: Point) -> str:
    return point.order


def _end(point: Point) -> tuple[Day, str]:
    return point.last, point.order


def _iso(day: Day) -> str | None:
    return f"{day[0]:04}-{day[1]:02}-{day[2]:02}" if 1 <= day[0] <= 9999 else None


def _read_interval(text: str) -> Occurrence:
    ends = text.split("/")
    if len(ends) != 2:
        raise ValueError("it has more than one /")
    start, end = (None if one in ("", "..") else read_point(one) for one in ends)
    if not start and not end:
        raise ValueError("neither its beginning nor its end is known")
    if start and end:
        _check_order(start, end)
    return _occurrence(text, (start, end), "/")


def _check_order(start: Point, end: Point) -> None:
    if start.time and end.time and (start.offset is None) == (end.offset is None):
        days = date(*end.first).toordinal() - date(*start.first).toordinal()
        is_before = days * 86_400 + end.instant < start.instant  # which of two zones' days is the later says nothing
    else:
        is_before = end.last < start.first
    if is_before:
        raise ValueError("its end comes before its beginning")


def _read_set(text: str) -> Occurrence:
    kind: Literal["[", "{"] = "[" if text[0] == "[" else "{"
    if text[-1] != ("]" if kind == "[" else "}"):
        raise ValueError(f"the set that {kind} begins does not end")
    members = [member.strip() for member in text[1:-1].split(",")]
    points: list[Point | None] = []
    for number, member in enumerate(members):
        first, dots, last = member.partition("..")
        is_open = (number == 0 and first == "") or (number == len(members) - 1 and last == "")
        if dots and is_open and (first or last):
            if kind == "{":
                raise ValueError("what happened at all times of a set can't be told where the set has no end")
            points += [read_point(first) if first else None, read_point(last) if last else None]
            continue
        start = read_point(first)
        end = read_point(last) if dots else start
        if dots:
            if start.precision != end.precision or start.precision not in ("year", "month", "day") or start.some:
                raise ValueError("a range in a set is one of years, of months or of days")
            _check_order(start, end)
        points += [start, end]
    if len(points) == 2 and points[0] == points[1]:
        raise ValueError("it is a set of one; write it without brackets")
    names = [one.name for one in points if one]
    name = _common(min(names), max(names)) if kind == "[" else None
    return _occurrence(f"{kind}{','.join(members)}{text[-1]}", tuple(points), kind, name)


def _common(one: str, other: str) -> str:
    """The longest name of the calendar within which both lie."""
    for length in (10, 7, 4, 3, 2, 1):
        if one[:length] == other[:length] and len(one) >= length:
            return one[:length]
    return ""
