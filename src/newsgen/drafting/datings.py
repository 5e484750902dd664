"""Find the words of a sentence that say when something happened, and give each as EDTF, no more precise than it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from newsgen.drafting.reckoning import (
    WEEKDAYS,
    in_calendar,
    opened,
    read_ago,
    read_day,
    read_days,
    read_decade,
    read_in_month,
    read_iso,
    read_near,
    read_part,
    read_season,
    read_span,
    read_weekday,
    read_year,
    read_years,
)


@dataclass(frozen=True, slots=True)
class Dating:
    """The words from ``start`` to ``end`` of a sentence, and what they say in EDTF (ISO 8601-2).

    ``day`` is the day where they name one. ``points_back`` says that they belong to a name for something told
    already ("Tuesday's strike").
    """

    start: int
    end: int
    written: str
    when: str
    day: date | None = None
    points_back: bool = False


def find_datings(text: str, published: date) -> list[Dating]:
    """Give what one sentence of a report that is published on a day says of time, in order.

    Words are resolved against that day, into the past unless the clause looks ahead ("will", "is scheduled").
    Durations, ages and what is relative to another event are left out, as is what names no day of the calendar.
    """
    if not _HINT.search(text):
        return []
    found: list[Dating] = []
    for pattern, reading in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < one.end and one.start < match.end() for one in found):
                continue
            when = reading(match, published, _looks_ahead(text, match.start(), match.end()))
            if when is not None and in_calendar(when):
                day = date.fromisoformat(when) if re.fullmatch(r"\d{4}-\d\d-\d\d", when) else None
                back = text[match.end() :].startswith(("'s", "’s"))
                found.append(Dating(match.start(), match.end(), match[0], opened(match, when), day, back))
    return sorted(found, key=lambda one: one.start)


_FULL = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH = rf"(?P<month>{_FULL}|(?:Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
_YEAR = r"(?P<year>1\d{3}|20\d{2})(?![\w%]|[.,]\d|[-–]\d)"
_ORDINAL = r"(?:st|nd|rd|th)?"
_LEAD = r"(?:(?P<lead>[Ii]n|[Oo]n|[Ss]ince|[Uu]ntil|[Tt]ill|[Bb]y|[Ff]rom|[Dd]uring|[Tt]hrough|[Tt]hroughout|[Aa]t)\s+)"
_NAMED = rf"(?:(?:{WEEKDAYS}),?\s+(?:the\s+)?)?"
_COUNT = (
    r"(?P<count>\d{1,3}|[Aa]n?|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en"
    r"|[Ee]leven|[Tt]welve|[Tt]wenty|[Tt]hirty|[Ff]orty|[Ff]ifty)"
)
_HINT = re.compile(
    rf"\b(?:{WEEKDAYS}|{_FULL}|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|\d{{4}}s?)\b"
    r"|\b(?:yesterday|today|tonight|tomorrow|ago|last|next|this)\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|won’t|won't|shall|would|(?:is|are|was|were) to|due|scheduled|expects?|expected|plans?|planned|intends?"
    r"|set to|going to|aims?|hopes?|must|deadline|to (?:begin|start|end|finish|open|close|meet|visit|hold|leave))\b"
)
_BORDER = re.compile(r"[,;:—“”]\s|\b(?:who|which|where|when|after|because|since)\b")


def _looks_ahead(text: str, start: int, end: int) -> bool:
    borders = [one.end() for one in _BORDER.finditer(text, 0, start)]
    begin = borders[-1] if borders else 0
    after = _BORDER.search(text, end)
    return bool(_AHEAD.search(text, begin, after.start() if after else len(text)))


_Reading = Callable[[re.Match[str], date, bool], str | None]


def _compiled() -> Iterator[tuple[re.Pattern[str], _Reading]]:
    relative = r"(?P<rel>[Ll]ast|[Tt]his|[Nn]ext)\s+(?P<unit>month|year)"
    ends = r"(?:end|beginning|start|middle|close)"
    day = rf"(?P<day>\d{{1,2}}){_ORDINAL}"
    dash = r"\s?(?:-|–|to|and|until|through)\s?"
    year_later = rf"(?:,?\s+{_YEAR})?"
    yield _whole(r"(?P<iso>\d{4}-\d\d-\d\d)(?!-)"), read_iso
    yield _whole(rf"{day}{dash}(?P<last>\d{{1,2}}){_ORDINAL}\s+{_MONTH}{year_later}"), read_days
    yield _whole(rf"{_MONTH}\s+{day}{dash}(?P<last>\d{{1,2}}){_ORDINAL}(?!,?\d){year_later}"), read_days
    yield _whole(rf"{_LEAD}?{_NAMED}(?:the\s+)?{day}(?:\s+of)?\s+{_MONTH}{year_later}"), read_day
    yield _whole(rf"{_LEAD}?{_NAMED}{_MONTH}\s+{day}(?!,?\d){year_later}"), read_day
    for whole in (f"{_MONTH}{year_later}", _YEAR, relative):
        yield _whole(rf"{_LEAD}?[Tt]he\s+{ends}\s+of\s+{whole}"), read_part
    for whole in (f"{_MONTH}{year_later}", _YEAR):
        yield _whole(rf"{_LEAD}?(?:[Ee]arly|[Ll]ate|[Mm]id)[\s-]+(?:in\s+)?{whole}"), read_part
    yield _whole(rf"{_LEAD}?(?:the\s+)?(?P<season>spring|summer|autumn|fall|winter)(?:\s+of)?\s+{_YEAR}"), read_season
    yield (
        _whole(rf"(?:[Ff]rom|[Bb]etween)\s+{_YEAR}\s+(?:to|until|till|through|and)\s+(?P<last>1\d{{3}}|20\d\d)(?!\d)"),
        read_years,
    )
    yield _whole(rf"{_LEAD}?{_MONTH},?(?:\s+of)?\s+{_YEAR}"), read_in_month
    named = rf"(?P<month>{_FULL})(?!\s+\d)"
    yield _whole(rf"(?:{_LEAD}|(?P<rel>[Ll]ast|[Tt]his|[Nn]ext)\s+){named}"), read_in_month
    yield (
        _whole(rf"(?:{_LEAD}|[Oo]f\s+)(?:the\s+)?(?:(?:early|late|mid)[\s-]+)?(?P<decade>1\d\d|20\d)0s"),
        read_decade,
    )
    yield _whole(rf"(?P<lead>[Ii]n|[Ss]ince|[Uu]ntil|[Tt]ill|[Bb]y|[Oo]f|[Dd]uring|[Ff]rom)\s+{_YEAR}"), read_year
    yield _whole(rf"{_COUNT}\s+(?P<unit>day|week|month|year)s?\s+ago"), read_ago
    night = r"(?:\s+(?:night|morning|evening|afternoon|noon))?"
    week = r"(?:\s+(?:of\s+)?(?P<week>last|this|next)\s+week)?"
    yield (
        _whole(
            rf"(?:(?:[Ll]ate|[Ee]arly)\s+)?{_LEAD}?(?:(?P<rel>[Ll]ast|[Tt]his|[Nn]ext)\s+)?"
            rf"(?P<weekday>{WEEKDAYS}){night}{week}"
        ),
        read_weekday,
    )
    near = r"yesterday|today|tonight|tomorrow|last\s+night|this\s+(?:morning|afternoon|evening)"
    yield _whole(rf"(?:[Ee]arlier\s+|[Ll]ate\s+|[Ss]ince\s+)?(?P<near>(?i:{near})){night}"), read_near
    yield (
        _whole(
            rf"(?:(?:[Ee]arlier|[Ll]ater|[Ee]arly|[Ll]ate)\s+)?{_LEAD}?"
            r"(?P<rel>[Ll]ast|[Tt]his|[Nn]ext)\s+(?P<unit>weekend|week|month|year)"
        ),
        read_span,
    )


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?!\w)")


_PATTERNS = tuple(_compiled())
