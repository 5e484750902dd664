"""Find the words of a sentence that say when something happened, and give each as EDTF, no more precise than it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any


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
            if when is not None and _in_calendar(when):
                day = date.fromisoformat(when) if re.fullmatch(r"\d{4}-\d\d-\d\d", when) else None
                back = text[match.end() :].startswith(("'s", "’s"))
                found.append(Dating(match.start(), match.end(), match[0], _opened(match, when), day, back))
    return sorted(found, key=lambda one: one.start)


_FULL = "January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH = rf"(?P<month>{_FULL}|(?:Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
_WEEKDAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_YEAR = r"(?P<year>1\d{3}|20\d{2})(?![\w%]|[.,]\d|[-–]\d)"
_ORDINAL = r"(?:st|nd|rd|th)?"
_LEAD = r"(?:(?P<lead>[Ii]n|[Oo]n|[Ss]ince|[Uu]ntil|[Tt]ill|[Bb]y|[Ff]rom|[Dd]uring|[Tt]hrough|[Tt]hroughout|[Aa]t)\s+)"
_NAMED = rf"(?:(?:{_WEEKDAYS}),?\s+(?:the\s+)?)?"
_COUNT = (
    r"(?P<count>\d{1,3}|[Aa]n?|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en"
    r"|[Ee]leven|[Tt]welve|[Tt]wenty|[Tt]hirty|[Ff]orty|[Ff]ifty)"
)
_HINT = re.compile(
    rf"\b(?:{_WEEKDAYS}|{_FULL}|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|\d{{4}}s?)\b"
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


@lru_cache(1024)
def _resolved(words: str, published: date, ahead: bool) -> date | None:
    """What dateparser takes a few words for. It gives a whole date always; how much of it was said, we know."""
    import dateparser  # here, because only drafts need it, and it takes a while

    settings: dict[str, Any] = {
        "RELATIVE_BASE": datetime.combine(published, time(12)),
        "PREFER_DATES_FROM": "future" if ahead else "past",
        "PREFER_DAY_OF_MONTH": "first",
        "DATE_ORDER": "DMY",
        "RETURN_AS_TIMEZONE_AWARE": False,
        "TIMEZONE": "UTC",
        "STRICT_PARSING": False,
    }
    found = dateparser.parse(words, languages=["en"], settings=settings)
    return found.date() if found is not None and 1000 <= found.year <= 9998 else None


def _month(match: re.Match[str], published: date, ahead: bool, rel: str = "") -> str | None:
    """Year and month: of a month without a year the one that the direction asks for, this month being both."""
    month = match["month"].rstrip(".")
    year = _group(match, "year")
    if year:
        day = _resolved(f"1 {month} {year}", published, ahead)
        return f"{day:%Y-%m}" if day else None
    this = _resolved(f"1 {month} {published.year}", published, ahead)
    if this is None:
        return None
    if rel == "this" or (this.month == published.month and rel not in ("last", "next")):
        return f"{published.year:04}-{this.month:02}"
    if this.month == published.month:
        return f"{published.year + (1 if rel == 'next' else -1):04}-{this.month:02}"
    day = _resolved(month, published, (ahead or rel == "next") and rel != "last")
    return f"{day:%Y-%m}" if day else None


def _group(match: re.Match[str], name: str) -> str:
    return (match.groupdict().get(name) or "").strip()


def _in_month(match: re.Match[str], published: date, ahead: bool) -> str | None:
    if match["month"] == "May" and re.match(r"['’]s|\s+(?:said|told|was|has|had)\b", match.string[match.end() :]):
        return None  # a person
    return _month(match, published, ahead, _group(match, "rel").lower())


def _day(match: re.Match[str], published: date, ahead: bool, day: str = "day") -> str | None:
    month, number, year = match["month"].rstrip("."), int(match[day]), _group(match, "year")
    today = _resolved(f"{published.day} {month} {published.year}", published, ahead)
    if not year and number == published.day and today == published:
        return published.isoformat()
    found = _resolved(f"{number} {month} {year}".strip(), published, ahead)
    return found.isoformat() if found and found.day == number else None


def _days(match: re.Match[str], published: date, ahead: bool) -> str | None:
    first, last = _day(match, published, ahead), _day(match, published, ahead, "last")
    return f"{first}/{last}" if first and last and first < last else None


def _iso(match: re.Match[str], published: date, ahead: bool) -> str | None:
    return match["iso"]


def _part(match: re.Match[str], published: date, ahead: bool) -> str | None:
    """A part of a month or a year: EDTF has no word for the end of January, so it is about January."""
    if _group(match, "month"):
        found = _month(match, published, ahead)
    elif _group(match, "unit"):
        found = _span(match, published, ahead)
    else:
        found = _year(match, published, ahead)
    return f"{found}~" if found and "/" not in found else found


def _season(match: re.Match[str], published: date, ahead: bool) -> str | None:
    number = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}[match["season"].lower()]
    return f"{match['year']}-{number}"


def _years(match: re.Match[str], published: date, ahead: bool) -> str | None:
    return f"{match['year']}/{match['last']}" if match["year"] < match["last"] else None


def _decade(match: re.Match[str], published: date, ahead: bool) -> str | None:
    return f"{match['decade']}X"


_SMALL = frozenset("as was has is this its across towards plus thus perhaps besides unless whereas".split())


def _year(match: re.Match[str], published: date, ahead: bool) -> str | None:
    year, lead = match["year"], _group(match, "lead").lower()
    following = re.match(r"\s+([a-z]+s)\b", match.string[match.end() :])
    unsure = lead in ("of", "by", "from") or not 1800 <= int(year) <= 2100
    if unsure and following and following[1] not in _SMALL:
        return None  # by 2000 troops
    return year


def _ago(match: re.Match[str], published: date, ahead: bool) -> str | None:
    day = _resolved(f"{match['count']} {match['unit']}s ago".lower(), published, False)
    before = match.string[: match.start()]
    if day is None or re.search(r"\b(?:than|least|most|over|under|up to|within|several|some|and)\s+$", before):
        return None
    about = "~" if re.search(r"\b(?:about|around|almost|nearly|roughly)\s+$", before) else ""
    unit = match["unit"].lower()
    if unit == "day":
        return day.isoformat() + about
    return {"week": day.isoformat(), "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}[unit] + "~"


def _span(match: re.Match[str], published: date, ahead: bool) -> str | None:
    rel, unit = match["rel"].lower(), match["unit"].lower()
    if unit in ("week", "weekend"):
        shift = {"last": -1, "this": 0, "next": 1}[rel]
        monday = published - timedelta(days=published.weekday()) + timedelta(weeks=shift)
        if unit == "weekend":
            if rel == "this" and not ahead and published.weekday() < 5:
                monday -= timedelta(weeks=1)
            return f"{monday + timedelta(days=5)}/{monday + timedelta(days=6)}"
        return f"{monday}/{monday + timedelta(days=6)}"
    found = published if rel == "this" else _resolved(f"{rel} {unit}", published, ahead)
    return found and (f"{found:%Y-%m}" if unit == "month" else f"{found:%Y}")


_NO_DAY_BEFORE = re.compile(
    r"\b(?:previous|following|preceding|every|each|[Bb]lack|[Bb]loody|Good|Easter|Ash|Palm|Cyber|Super|an?|any|most|that"
    r"|before|after)\s+$"
)
_NO_DAY_AFTER = re.compile(r"\s+(?:Times|Mirror|Telegraph|Herald|Post|Express|Mail|before|after that)\b")


def _weekday(match: re.Match[str], published: date, ahead: bool) -> str | None:
    """A day of the week: on that day itself it is today, unless it is the last or the next."""
    text = match.string
    if _NO_DAY_BEFORE.search(text[: match.start()]) or _NO_DAY_AFTER.match(text, match.end()):
        return None
    name, rel, week = match["weekday"], _group(match, "rel").lower(), _group(match, "week").lower()
    number = _WEEKDAYS.split("|").index(name)
    if week or rel == "this":
        shift = {"last": -1, "next": 1}.get(week, 0)
        return (published + timedelta(days=number - published.weekday(), weeks=shift)).isoformat()
    if number == published.weekday() and not rel:
        return published.isoformat()
    found = _resolved(f"{rel} {name}".strip(), published, (ahead or rel == "next") and rel != "last")
    return found.isoformat() if found and found.weekday() == number else None


def _near(match: re.Match[str], published: date, ahead: bool) -> str | None:
    words = " ".join(match["near"].lower().split())
    if words == "today" and re.match(r"['’]s", match.string[match.end() :]):
        return None  # today's Iraq
    said = {"tonight": "today", "last night": "yesterday"}.get(words, "today" if words.startswith("this") else words)
    found = _resolved(said, published, ahead)
    return found and found.isoformat()


def _opened(match: re.Match[str], when: str) -> str:
    """What "since", "until" and "by" make of a time: from it on, up to it, about it."""
    lead = _group(match, "lead").lower()
    if "X" in when or lead not in ("since", "until", "till", "by"):
        return when
    first, _, last = when.partition("/")
    if lead == "since":
        return f"{first}/.."
    if lead == "by":
        return when if "/" in when or when.endswith("~") else f"{when}~"
    return f"../{last or first}"


def _in_calendar(when: str) -> bool:
    try:
        for part in re.findall(r"\d{4}-\d\d-\d\d", when):
            date.fromisoformat(part)
    except ValueError:
        return False
    return True


_Reading = Callable[[re.Match[str], date, bool], str | None]


def _compiled() -> Iterator[tuple[re.Pattern[str], _Reading]]:
    relative = r"(?P<rel>[Ll]ast|[Tt]his|[Nn]ext)\s+(?P<unit>month|year)"
    ends = r"(?:end|beginning|start|middle|close)"
    day = rf"(?P<day>\d{{1,2}}){_ORDINAL}"
    dash = r"\s?(?:-|–|to|and|until|through)\s?"
    year_later = rf"(?:,?\s+{_YEAR})?"
    yield _whole(r"(?P<iso>\d{4}-\d\d-\d\d)(?!-)"), _iso
    yield _whole(rf"{day}{dash}(?P<last>\d{{1,2}}){_ORDINAL}\s+{_MONTH}{year_later}"), _days
    yield _whole(rf"{_MONTH}\s+{day}{dash}(?P<last>\d{{1,2}}){_ORDINAL}(?!,?\d){year_later}"), _days
    yield _whole(rf"{_LEAD}?{_NAMED}(?:the\s+)?{day}(?:\s+of)?\s+{_MONTH}{year_later}"), _day
    yield _whole(rf"{_LEAD}?{_NAMED}{_MONTH}\s+{day}(?!,?\d){year_later}"), _day
    for whole in (f"{_MONTH}{year_later}", _YEAR, relative):
        yield _whole(rf"{_LEAD}?[Tt]he\s+{ends}\s+of\s+{whole}"), _part
    for whole in (f"{_MONTH}{year_later}", _YEAR):
        yield _whole(rf"{_LEAD}?(?:[Ee]arly|[Ll]ate|[Mm]id)[\s-]+(?:in\s+)?{whole}"), _part
    yield _whole(rf"{_LEAD}?(?:the\s+)?(?P<season>spring|summer|autumn|fall|winter)(?:\s+of)?\s+{_YEAR}"), _season
    yield (
        _whole(rf"(?:[Ff]rom|[Bb]etween)\s+{_YEAR}\s+(?:to|until|till|through|and)\s+(?P<last>1\d{{3}}|20\d\d)(?!\d)"),
        _years,
    )
    yield _whole(rf"{_LEAD}?{_MONTH},?(?:\s+of)?\s+{_YEAR}"), _in_month
    named = rf"(?P<month>{_FULL})(?!\s+\d)"
    yield _whole(rf"(?:{_LEAD}|(?P<rel>[Ll]ast|[Tt]his|[Nn]ext)\s+){named}"), _in_month
    yield (
        _whole(rf"(?:{_LEAD}|[Oo]f\s+)(?:the\s+)?(?:(?:early|late|mid)[\s-]+)?(?P<decade>1\d\d|20\d)0s"),
        _decade,
    )
    yield _whole(rf"(?P<lead>[Ii]n|[Ss]ince|[Uu]ntil|[Tt]ill|[Bb]y|[Oo]f|[Dd]uring|[Ff]rom)\s+{_YEAR}"), _year
    yield _whole(rf"{_COUNT}\s+(?P<unit>day|week|month|year)s?\s+ago"), _ago
    night = r"(?:\s+(?:night|morning|evening|afternoon|noon))?"
    week = r"(?:\s+(?:of\s+)?(?P<week>last|this|next)\s+week)?"
    yield (
        _whole(
            rf"(?:(?:[Ll]ate|[Ee]arly)\s+)?{_LEAD}?(?:(?P<rel>[Ll]ast|[Tt]his|[Nn]ext)\s+)?"
            rf"(?P<weekday>{_WEEKDAYS}){night}{week}"
        ),
        _weekday,
    )
    near = r"yesterday|today|tonight|tomorrow|last\s+night|this\s+(?:morning|afternoon|evening)"
    yield _whole(rf"(?:[Ee]arlier\s+|[Ll]ate\s+|[Ss]ince\s+)?(?P<near>(?i:{near})){night}"), _near
    yield (
        _whole(
            rf"(?:(?:[Ee]arlier|[Ll]ater|[Ee]arly|[Ll]ate)\s+)?{_LEAD}?"
            r"(?P<rel>[Ll]ast|[Tt]his|[Nn]ext)\s+(?P<unit>weekend|week|month|year)"
        ),
        _span,
    )


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?!\w)")


_PATTERNS = tuple(_compiled())
