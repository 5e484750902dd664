"""Read one date of EDTF: a day with or without time, a month, a season, a year, or a span of years."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from typing import Literal

Precision = Literal["millennium", "century", "decade", "year", "season", "month", "day", "time"]
PRECISIONS: tuple[Precision, ...] = ("millennium", "century", "decade", "year", "season", "month", "day", "time")
Day = tuple[int, int, int]
Parts = tuple[int, int | None, int | None, int | None, int | None]
"""Year (astronomical: 0 is 1 BC), month, day, hour and minute, as far as they are given."""

FIRST_QUARTER = 33
"""From this number on, seasons are quarters, thirds and halves of the year, whose months are known."""

_MOST_DIGITS = 12
_SPANS: dict[int, Precision] = {10: "decade", 100: "century", 1000: "millennium"}
_SEASONS = {
    **{21: (3, 1, 12), 22: (6, 1, 12), 23: (9, 1, 12), 24: (12, 1, 12)},
    **{25: (3, 3, 6), 26: (6, 6, 9), 27: (9, 9, 12), 28: (12, 1, 12)},
    **{29: (9, 9, 12), 30: (12, 1, 12), 31: (3, 3, 6), 32: (6, 6, 9)},
    **{33: (1, 1, 3), 34: (4, 4, 6), 35: (7, 7, 9), 36: (10, 10, 12)},
    **{37: (1, 1, 4), 38: (5, 5, 8), 39: (9, 9, 12), 40: (1, 1, 6), 41: (7, 7, 12)},
}
"""For each season the month before which it is sorted, and the months that bound it. Spring is in September where the
report is from the south, and no calendar says on which day it begins: the bounds are as wide as that needs."""


@dataclass(frozen=True, slots=True)
class Point:
    """One date, season or span of years that ends in open digits (``199X``), without an interval around it."""

    year: int
    span: int = 1
    season: int | None = None
    month: int | None = None
    day: int | None = None
    time: tuple[int, ...] | None = None
    """Hour, minute and, where it is given, second."""
    offset: int | None = None
    """Minutes east of Greenwich, where a time of day is given with them."""
    some: Literal["", "time", "day"] = ""
    """What of the period it was, where the rest is left open: ``2004-XX`` is some time, ``2004-06-XX`` some day."""
    approximate: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()
    """The parts that are marked so; all of :attr:`given` where the whole is."""

    @property
    def given(self) -> tuple[str, ...]:
        """The parts that are given, from the coarsest."""
        finer = ("season", self.season), ("month", self.month), ("day", self.day)
        return ("year", *(name for name, value in finer if value is not None))

    @property
    def precision(self) -> Precision:
        if self.time:
            return "time"
        if self.season or self.month:
            return "season" if self.season else "day" if self.day else "month"
        return _SPANS.get(self.span, "year")

    @property
    def first(self) -> Day:
        """The earliest day that it may be. A span of years A.D. begins in 1, as there is no year 0 in histories."""
        months = _SEASONS[self.season][1] if self.season else self.month or 1
        return max(self.year, 1) if self.span > 1 and self.year == 0 else self.year, months, self.day or 1

    @property
    def last(self) -> Day:
        """The latest day that it may be."""
        year = self.year + self.span - 1
        month = _SEASONS[self.season][2] if self.season else self.month or 12
        return year, month, self.day or days_of(year, month)

    @property
    def name(self) -> str:
        """The calendar's name for where it lies, no finer than is known: ``2024-07-16``, ``2024``, ``199``, or none."""
        if not 0 < self.year + self.span - 1 <= 9999:
            return ""
        year = f"{self.year:04}"[: 5 - len(str(self.span))]
        return "-".join([year, *(f"{part:02}" for part in (self.month, self.day) if part)])

    @property
    def order(self) -> str:
        """Text whose plain order is that of time, the coarse before the fine."""
        if self.year < 0 or (self.year == 0 and self.span == 1):  # Before Christ: ! comes before all digits
            before = 10**_MOST_DIGITS - 1 + self.year
            year = f"!{before:0{_MOST_DIGITS}}" if self.span == 1 else f"!{before - 1}~{10_000 - self.span}"
        else:
            year = self.name[:4] or f"Y{self.year:0{_MOST_DIGITS}}"
        if self.season:
            return f"{year}-{_SEASONS[self.season][0] - 1:02}~"  # after all of the month before
        day = "".join(f"-{part:02}" for part in (self.month, self.day) if part)
        return f"{year}{day}T{self.instant + 14 * 3600:06}" if self.time else year + day

    @property
    def instant(self) -> int:
        """Seconds after midnight of the day that is named, by Greenwich, or where no offset is given by the clock."""
        hour, minute, *second = self.time or (0, 0)
        return hour * 3600 + minute * 60 + sum(second) - (self.offset or 0) * 60

    @property
    def begins(self) -> Parts:
        """Its beginning for programs; of a season, which begins on no day of the calendar, the year."""
        hour, minute = self.time[:2] if self.time else (None, None)
        month = self.first[1] if (self.season or 0) >= FIRST_QUARTER else self.month
        return self.first[0], month, self.day, hour, minute

    @property
    def ends(self) -> Parts:
        """The same of its end, which is another where it has several years or known months."""
        if (self.season or 0) >= FIRST_QUARTER:
            return self.year, self.last[1], None, None, None
        return (self.last[0], *self.begins[1:])


_POINT = re.compile(
    r"([?~%]?)(-?[\dX]{4}|Y-?\d+)([?~%]?)(?:-([?~%]?)([\dX]{2})([?~%]?)(?:-([?~%]?)([\dX]{2})([?~%]?)"
    r"(?:T(\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d(?::\d\d)?)?([?~%]?))?)?)?",
    re.ASCII,
)
_PLAIN = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|1\d|2[0-8]))?)?", re.ASCII)
_HINTS = (
    (r".*x", "a digit that is left open is a capital X"),
    (r".*[?~%]{2}", "it has two marks at one place; % is both ~ and ?"),
    (r"Y?-?\d+[ES]\d", "years with E or S are not read; write their digits"),
    (r"[+-]?(\d{1,3}|\d{5,})$", "a year has four digits, or more after Y"),
    (r".*\d[?~%]?[T ].*:", "a time of day is written 2024-07-16T09:30 or 2024-07-16T09:30:00+03:00"),
    (r"-?\d{4}-(\d|\d\d-\d)$", "months and days have two digits"),
    (r"-?\d{4}-\d{4}$", "from one year to another is written 2014/2015"),
)


def read_point(text: str) -> Point:
    """Read one date of EDTF; raises ValueError with the reason."""
    found = _PLAIN.fullmatch(text)  # nearly all are so
    if found and text != "0000":
        year, month, day = found.groups()
        return Point(int(year), month=int(month) if month else None, day=int(day) if day else None)
    found = _POINT.fullmatch(text)
    if not found:
        raise ValueError(_why_not(text))
    return _checked(found)


def _checked(found: re.Match[str]) -> Point:
    year, span = _year(found[2])
    month, day = found[5], found[8]
    if month and span > 1:
        raise ValueError("nothing can follow a year with digits that are left open (X)")
    if month and abs(year) > 9999:
        raise ValueError("a year with Y has no months")
    number = _month(month) if month and month != "XX" else None
    season = number if number and number > 12 else None
    if season and day:
        raise ValueError("a season has no days")
    time, offset = (_time(found[10]), _offset(found[11])) if found[10] else (None, None)
    if time and day == "XX":
        raise ValueError("it has a time of day and no day")
    if time and year < 1:
        raise ValueError("a time of day needs a year from 0001 on")
    point = Point(
        year,
        span,
        season,
        month=None if season else number,
        day=_day(day, year, number) if day and day != "XX" else None,
        time=time,
        offset=offset,
        some="day" if day == "XX" else "time" if month == "XX" else "",
    )
    return _marked(point, found)


def _year(text: str) -> tuple[int, int]:
    """The first year that is meant, and how many there are."""
    digits = text.lstrip("Y-")
    if text[0] == "Y" and (len(digits) < 5 or digits[0] == "0"):
        raise ValueError("Y is for years beyond 9999; others are written with four digits")
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a year has at most {_MOST_DIGITS} digits")
    known = digits.rstrip("X")
    if not known:
        raise ValueError("no digit of its year is known")
    if "X" in known:
        raise ValueError("a digit is left open (X) before one that is known")
    if text == "-0000":
        raise ValueError("there is no year -0000; 0000 is the year 1 BC")
    span = 10 ** (len(digits) - len(known))
    first = int(known) * span
    return (1 - first - span if "-" in text else first), span


def _month(text: str) -> int:
    """The number of a month, or of a season."""
    if "X" in text:
        raise ValueError("a month is left open (XX) as a whole or not at all")
    month = int(text)
    if not 1 <= month <= 12 and month not in _SEASONS:
        raise ValueError(f"there is no month {text}" + (" (seasons are 21 to 41)" if month else ""))
    return month


def _day(text: str, year: int, month: int | None) -> int:
    if "X" in text:
        raise ValueError("a day is left open (XX) as a whole or not at all")
    if month is None:
        raise ValueError("its day is given and its month is left open")
    if not 1 <= int(text) <= days_of(year, month):
        raise ValueError(f"there is no day {text} in {year:04}-{month:02}")
    return int(text)


def _time(text: str) -> tuple[int, ...]:
    time = tuple(int(part) for part in text.split(":"))
    if time[0] > 23 or max(time[1:]) > 59:
        raise ValueError(f"there is no time of day {text}")
    return time


def _offset(text: str | None) -> int | None:
    if not text:
        return None
    minutes = int(text[1:3]) * 60 + int(text[4:] or 0) if text != "Z" else 0
    if minutes > 14 * 60 or text[4:] > "59":
        raise ValueError("there is no such offset from UTC")
    return -minutes if text[0] == "-" else minutes


def _marked(point: Point, found: re.Match[str]) -> Point:
    """Note the marks: one after a part is for it and all before it, one before a part is for this alone."""
    before, after, last = found.group(1, 4, 7), found.group(3, 6, 9), found[12]
    if not any(before) and not any(after) and not last:
        return point
    if before[0] and not found[5]:
        raise ValueError(f"a mark stands after the year: {found[2]}{before[0]}")
    if point.time and (any(before) or any(after)):
        raise ValueError("a mark stands after the time of day")
    names = ("year", "season" if point.season else "month", "day")
    marks: dict[str, str] = {}
    for number, name in enumerate(names):
        if before[number] and name not in point.given:
            raise ValueError("what is left open (XX) can't be marked")
        marks[name] = "".join(mark for mark in (before[number], *after[number:], last) if mark)
    return replace(
        point,
        approximate=tuple(name for name in point.given if {"~", "%"} & {*marks[name]}),
        uncertain=tuple(name for name in point.given if {"?", "%"} & {*marks[name]}),
    )


def _why_not(text: str) -> str:
    if not text:
        return "it is empty"
    return next((why for form, why in _HINTS if re.match(form, text, re.ASCII)), "it is not written as year-month-day")


def days_of(year: int, month: int) -> int:
    """Give the number of days of a month, also before Christ (proleptic Gregorian)."""
    return 29 if month == 2 and calendar.isleap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
