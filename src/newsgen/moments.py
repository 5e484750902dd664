"""Read the dates that people write: moments of publication, and times at which something happened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from yaml.nodes import Node, ScalarNode

from newsgen.document import Document, kind_of, scalar_text, shorten
from newsgen.edtf import read_edtf
from newsgen.model import Moment
from newsgen.schema import either_case


@dataclass(frozen=True, slots=True)
class When:
    """A day, with or without a time of day; without an offset it is in the document's zone."""

    says: str = "a date such as 2024-07-17 or 2024-07-17T09:30+03:00"

    def read(self, node: Node, document: Document) -> Moment | None:
        value = scalar_text(node, document, self.says)
        if value is None:
            return None
        try:
            return read_moment(value, document.zone)
        except ValueError as error:
            document.fault(node, f"the date {shorten(value)!r} can't be read: {error}", f"Write {self.says}.")
            return None

    def json_schema(self) -> dict[str, Any]:
        # A date has a year of four digits, and its parts beside each other or a month in letters.
        year_first = r"^\s*[0-9]{4}[-/.]?[0-9]{1,2}[-/.]?[0-9]{1,2}(?![0-9])"
        year_last = r"^\s*[0-9]{1,2}\s*[/. -]\s*[0-9]{1,2}\s*[/. -]\s*[0-9]{4}"
        months = "|".join(map(either_case, "jan feb mar apr may jun jul aug sep oct nov dec".split()))
        in_letters = rf"({months}).*[0-9]{{4}}|[0-9]{{4}}.*({months})"
        written = {"type": "string", "pattern": rf"{year_first}|{year_last}|{in_letters}"}
        whole = {"type": "integer", "minimum": 10000101, "maximum": 99981231}
        return {"anyOf": [written, whole], "examples": ["2024-07-17", "2024-07-17T09:30+03:00"]}


_ISO = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/.]?)(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    r"(?:(?:[Tt]|\s+)(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?P<z>[Zz]|UTC|GMT|(?P<sign>[+\u2212-])(?P<oh>\d{1,2}):?(?P<om>\d{2})?))?)?",
    re.ASCII,
)

_USUAL = re.compile(
    r"\d{4}-\d\d-\d\d(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?", re.ASCII
)


def read_moment(text: str, zone: tzinfo) -> Moment:
    """Read a date as people write them, in ``zone`` unless it says its own offset; the result is kept in ``zone``.

    ISO 8601 and its loose relatives (one-digit months and hours, a blank for T, offsets such as -4) are read here;
    what spells its month in letters, RFC 2822 included, by dateutil. A date that means two different days in
    different countries (03/04/2024) is an error, as is one without year, month and day.

    Raises ValueError with the reason.
    """
    if _USUAL.fullmatch(text):
        try:
            when = datetime.fromisoformat(text)
        except ValueError:
            pass  # the lenient reader says why
        else:
            return _kept(when if when.tzinfo else when.replace(tzinfo=zone), zone, day_only=len(text) == 10)
    return read_any_moment(text, zone)


def read_any_moment(text: str, zone: tzinfo) -> Moment:
    """Do what :func:`read_moment` does, for the usual forms as well."""
    text = text.strip()
    found = _ISO.fullmatch(text)
    if found and (found["s"] or len(found["m"]) + len(found["d"]) == 4):
        when = datetime(
            int(found["y"]),
            int(found["m"]),
            int(found["d"]),
            int(found["H"] or 0),
            int(found["M"] or 0),
            59 if found["S"] == "60" else int(found["S"] or 0),  # a leap second
            tzinfo=_offset(found) or zone,
        )
        return _kept(when, zone, day_only=found["H"] is None)
    if re.match(r"\d{8}T\d", text):
        when = datetime.fromisoformat(text)
        return _kept(when if when.tzinfo else when.replace(tzinfo=zone), zone, day_only=False)
    return _read_spelt_moment(text, zone)


def _offset(found: re.Match[str]) -> tzinfo | None:
    if not found["z"]:
        return None
    if not found["sign"]:
        return UTC
    hours, minutes = int(found["oh"]), int(found["om"] or 0)
    if hours > 14 or minutes > 59:
        raise ValueError("there is no such offset from UTC")
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(size if found["sign"] == "+" else -size)


_MONTH_NAME = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d{1,2})\s*([/. -])\s*(\d{1,2})\s*\2\s*(\d{4})(\s+\d.*)?", re.ASCII)


def _read_spelt_moment(text: str, zone: tzinfo) -> Moment:
    if re.fullmatch(r"\d{4}", text):
        raise ValueError("it is a year without month and day")
    if len(text) > 80 or not text.isprintable():
        raise ValueError("it is not a date")
    numbers = _NUMBERS.fullmatch(text)
    if numbers:
        day, month = int(numbers[1]), int(numbers[3])
        if day <= 12 and month <= 12 and day != month:
            raise ValueError("it means different days in different countries")
        day, month = (month, day) if month > 12 else (day, month)
        return read_moment(f"{numbers[4]}-{month}-{day}{numbers[5] or ''}", zone)
    year = re.search(r"(?<!\d)\d{4}(?!\d)", text, re.ASCII)
    if not _MONTH_NAME.search(text) or not year:
        raise ValueError("it has no year, month and day")
    found = [_parsed(text, default) for default in _DEFAULTS]
    if found[0].date() != found[1].date() or f"{found[0].year:04}" not in text:
        raise ValueError("it has no year, month and day")
    day_only = found[0].time() != found[1].time()
    if day_only and (found[0].hour, found[0].minute) != (0, 0):
        raise ValueError("its time of day is incomplete")
    when = found[0]
    return _kept(when if when.tzinfo else when.replace(tzinfo=zone), zone, day_only)


_DEFAULTS = (datetime(1904, 1, 1, 0, 0), datetime(1912, 2, 2, 1, 1))  # noqa: DTZ001
"""What dateutil takes for parts that a text does not name: where it gives two answers, a part was missing."""


def _parsed(text: str, default: datetime) -> datetime:
    from dateutil import parser  # here, because most archives never need it

    def offset_of(name: str | None, offset: int | None) -> tzinfo | None:
        if name is None and offset is None:
            return None
        if offset is not None:
            return timezone(timedelta(seconds=offset))
        if name and name.upper() in ("UTC", "GMT", "Z"):
            return UTC
        raise ValueError(f"the time zone {name!r} is not an offset from UTC")

    plain = re.sub(r"\b(?:GMT|UTC)\s*(?=[+-]\s*\d)", "", text)  # dateutil takes GMT+3 as POSIX does: for the west
    try:
        return parser.parse(plain, default=default, tzinfos=offset_of)
    except (parser.ParserError, OverflowError, TypeError, AttributeError) as error:
        raise ValueError(f"{error.args[0]}" if "time zone" in str(error) else "it is not a date") from error


def _kept(when: datetime, zone: tzinfo, day_only: bool) -> Moment:
    if not 1000 <= when.year <= 9998:
        raise ValueError("the year is out of range")
    when = when.replace(microsecond=0) if when.microsecond else when
    kept = when.astimezone(UTC).astimezone(zone)
    offset = kept.utcoffset()
    if offset and offset.seconds % 60:  # local mean time, which RFC 3339 and RFC 2822 can't write
        whole = timezone(timedelta(minutes=round(offset.total_seconds() / 60)))
        kept = kept.replace(tzinfo=whole) if day_only else kept.astimezone(whole)
    return Moment(kept, day_only)


@dataclass(frozen=True, slots=True)
class Edtf:
    """When something happened, no more precisely than it is known (ISO 8601-2: 2014, 2024-01, 2024-07-16~, a/b)."""

    says: str = "a time in EDTF, such as 2014, 2024-01, 2024-07-16, 2024-07-16~ (about) or 2024-01/2024-02"

    def read(self, node: Node, document: Document) -> str | None:
        if not isinstance(node, ScalarNode):
            remedy = f'Write {self.says}. A set such as "[2014,2015]" stands in quotes.'
            document.fault(node, f"found {kind_of(node)} where a time in EDTF was expected", remedy)
            return None
        value = node.value
        try:
            return read_edtf(value).text
        except ValueError as error:
            document.fault(node, f"the time {shorten(value.strip())!r} can't be read: {error}", f"Write {self.says}.")
            return None

    def json_schema(self) -> dict[str, Any]:
        examples = ["2014", "2024-01", "2024-07-16", "2024-07-16~", "2024-01/2024-02"]
        written = {"type": "string", "pattern": r"^\s*[0-9XYSETZ?~%/.,:+\[\]{} -]*[0-9X.][0-9XYSETZ?~%/.,:+\[\]{} -]*$"}
        return {"anyOf": [written, {"type": "number"}], "examples": examples}
