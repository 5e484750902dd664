"""Reckon what words for a time mean on the day of publication: a match of a pattern in, EDTF (ISO 8601-2) out.

The readings take a match whose groups are named for what they hold, the day of publication, and whether the clause
looks ahead. They give None where the words mean no time of the calendar.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

WEEKDAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"


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


def read_month(match: re.Match[str], published: date, ahead: bool, rel: str = "") -> str | None:
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


def read_in_month(match: re.Match[str], published: date, ahead: bool) -> str | None:
    if match["month"] == "May" and re.match(r"['’]s|\s+(?:said|told|was|has|had)\b", match.string[match.end() :]):
        return None  # a person
    if re.search(r"\d(?:st|nd|rd|th)?(?:\s+of)?\s+$", match.string[: match.start()]):
        return None  # the month of a day that is not there, such as 31 June
    return read_month(match, published, ahead, _group(match, "rel").lower())


def read_day(match: re.Match[str], published: date, ahead: bool, day: str = "day") -> str | None:
    month, number, year = match["month"].rstrip("."), int(match[day]), _group(match, "year")
    today = _resolved(f"{published.day} {month} {published.year}", published, ahead)
    if not year and number == published.day and today == published:
        return published.isoformat()
    found = _resolved(f"{number} {month} {year}".strip(), published, ahead)
    return found.isoformat() if found and found.day == number else None


def read_days(match: re.Match[str], published: date, ahead: bool) -> str | None:
    first, last = read_day(match, published, ahead), read_day(match, published, ahead, "last")
    return f"{first}/{last}" if first and last and first < last else None


def read_iso(match: re.Match[str], published: date, ahead: bool) -> str | None:
    return match["iso"]


def read_part(match: re.Match[str], published: date, ahead: bool) -> str | None:
    """A part of a month or a year: EDTF has no word for the end of January, so it is about January."""
    if _group(match, "month"):
        found = read_month(match, published, ahead)
    elif _group(match, "unit"):
        found = read_span(match, published, ahead)
    else:
        found = read_year(match, published, ahead)
    return f"{found}~" if found and "/" not in found else found


def read_season(match: re.Match[str], published: date, ahead: bool) -> str | None:
    number = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}[match["season"].lower()]
    return f"{match['year']}-{number}"


def read_years(match: re.Match[str], published: date, ahead: bool) -> str | None:
    return f"{match['year']}/{match['last']}" if match["year"] < match["last"] else None


def read_decade(match: re.Match[str], published: date, ahead: bool) -> str | None:
    return f"{match['decade']}X"


_SMALL = frozenset("as was has is this its across towards plus thus perhaps besides unless whereas".split())


def read_year(match: re.Match[str], published: date, ahead: bool) -> str | None:
    year, lead = match["year"], _group(match, "lead").lower()
    following = re.match(r"\s+([a-z]+s)\b", match.string[match.end() :])
    unsure = lead in ("of", "by", "from") or not 1800 <= int(year) <= 2100
    if unsure and following and following[1] not in _SMALL:
        return None  # by 2000 troops
    return year


def read_ago(match: re.Match[str], published: date, ahead: bool) -> str | None:
    day = _resolved(f"{match['count']} {match['unit']}s ago".lower(), published, False)
    before = match.string[: match.start()]
    if day is None or re.search(r"\b(?:than|least|most|over|under|up to|within|several|some|and)\s+$", before):
        return None
    about = "~" if re.search(r"\b(?:about|around|almost|nearly|roughly)\s+$", before) else ""
    unit = match["unit"].lower()
    if unit == "day":
        return day.isoformat() + about
    return {"week": day.isoformat(), "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}[unit] + "~"


def read_span(match: re.Match[str], published: date, ahead: bool) -> str | None:
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
    return (f"{found:%Y-%m}" if unit == "month" else f"{found:%Y}") if found else None


_NO_DAY_BEFORE = re.compile(
    r"\b(?:previous|following|preceding|every|each|[Bb]lack|[Bb]loody|Good|Easter|Ash|Palm|Cyber|Super|an?|any|most|that"
    r"|before|after)\s+$"
    rf"|(?:{WEEKDAYS})\s*(?:to|-|–|through)\s*$"
)
_NO_DAY_AFTER = re.compile(
    rf"\s*(?:to|-|–|through)\s*(?:{WEEKDAYS})"
    r"|\s+(?:Times|Mirror|Telegraph|Herald|Post|Express|Mail|before|after that)\b"
)


def read_weekday(match: re.Match[str], published: date, ahead: bool) -> str | None:
    """A day of the week: on that day itself it is today, unless it is the last or the next."""
    text = match.string
    if _NO_DAY_BEFORE.search(text[: match.start()]) or _NO_DAY_AFTER.match(text, match.end()):
        return None
    name, rel, week = match["weekday"], _group(match, "rel").lower(), _group(match, "week").lower()
    number = WEEKDAYS.split("|").index(name)
    if week or rel == "this":
        shift = {"last": -1, "next": 1}.get(week, 0)
        return (published + timedelta(days=number - published.weekday(), weeks=shift)).isoformat()
    if number == published.weekday() and not rel:
        return published.isoformat()
    if (ahead or rel == "next") and rel != "last":  # reckoned here: versions of dateparser differ in these
        return (published + timedelta(days=(number - published.weekday()) % 7 or 7)).isoformat()
    return (published - timedelta(days=(published.weekday() - number) % 7 or 7)).isoformat()


def read_near(match: re.Match[str], published: date, ahead: bool) -> str | None:
    words = " ".join(match["near"].lower().split())
    if words == "today" and re.match(r"['’]s", match.string[match.end() :]):
        return None  # today's Iraq
    said = {"tonight": "today", "last night": "yesterday"}.get(words, "today" if words.startswith("this") else words)
    found = _resolved(said, published, ahead)
    return found.isoformat() if found else None


def opened(match: re.Match[str], when: str) -> str:
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


def in_calendar(when: str) -> bool:
    try:
        for part in re.findall(r"\d{4}-\d\d-\d\d", when):
            date.fromisoformat(part)
    except ValueError:
        return False
    return True
