"""What happened: the timeline of events, that of every term with many, and a page for each event that has an id.

A period lists its events while they are few. Once they are many it lists those that are known no more precisely than
by itself, and its parts: decades, years, months and days, as density asks. Numbers are used only where a list is too
long and can't be cut by calendar.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from newsgen.archive import Archive, Change
from newsgen.chronicle import keys_of
from newsgen.features import Feature, Frame, Planning, has_been_retold
from newsgen.happenings import WHOLE, coarse_count, happening
from newsgen.model import AXES, EVENTS, Happening, Page, Read, event_address, events_of
from newsgen.questions import DAY, MONTH, YEAR, Reads, ask, count, is_used, periods

LONGEST_LIST = 100
"""How many events one page lists."""
MOST_BESIDE = 30
"""How many events stand on the page of a term; one with more has pages for them."""
MOST_BARS = 60
"""How many years a chart shows; one of more shows decades."""

CHART_WIDTH, CHART_HEIGHT = 1000, 100

ROOT = "/timeline/events/"
DECADE = 3
FINER = {0: YEAR, DECADE: YEAR, YEAR: MONTH, MONTH: DAY}
"""The length of the names of the parts of a period, by the length of its own."""


def base_of(axis: str, slug: str) -> str:
    """Give the address below which the events of a term are told."""
    return f"/{axis}/{slug}/events/" if axis else ROOT


def address_of(base: str, period: str) -> str:
    """Give the address of a period below ``base``; a decade is told by its first three digits."""
    if not period:
        return base
    return f"{base}{period}0s/" if len(period) == DECADE else base + period.replace("-", "/") + "/"


def _subjects(planning: Planning) -> Iterator[str]:
    archive = planning.archive
    for axis, slug in (("", ""), *_large_terms(archive)):
        for period in period_names(archive, axis, slug):
            yield f"{axis}/{slug}/{period}"
    sql = "SELECT DISTINCT key FROM reports WHERE key NOT LIKE '%#%' ORDER BY key"
    for (key,) in archive.rows(sql):
        yield f"event/{key}"


def _large_terms(archive: Archive) -> list[tuple[str, str]]:
    sql = """SELECT substr(axis, length(?1) + 2), slug FROM vocabulary JOIN tallies USING (term)
        WHERE axis LIKE ?1 || '/%' AND period = '' AND count > ?2 ORDER BY axis, slug"""
    return [(axis, slug) for axis, slug in archive.rows(sql, EVENTS, MOST_BESIDE)]


def period_names(archive: Archive, axis: str, slug: str) -> Iterator[str]:
    """Name the periods of a term whose events have pages, beginning with all time: of the whole archive every decade
    and year, of a term its years where they are too many for one page; months and days only where they are."""
    of = events_of(axis)
    yield ""
    if not axis:
        yield from (one.name for one in periods(archive, of, slug, "", DECADE))
    elif count(archive, of, slug) <= LONGEST_LIST:
        return
    for year in periods(archive, of, slug, "", YEAR):
        yield year.name
        for month in periods(archive, of, slug, year.name, MONTH) if year.count > LONGEST_LIST else ():
            yield month.name
            if month.count > LONGEST_LIST:
                yield from (day.name for day in periods(archive, of, slug, month.name, DAY))


def has_page(archive: Archive, axis: str, slug: str, period: str) -> bool:
    """Whether the events of a period have a page of their own."""
    of = events_of(axis)
    if axis and count(archive, of, slug) <= (LONGEST_LIST if period else MOST_BESIDE):
        return False
    outer = [period[:length] for length in (YEAR, MONTH) if len(period) > length]
    crowded = all(count(archive, of, slug, one) > LONGEST_LIST for one in outer)
    return bool(not period or count(archive, of, slug, period)) and crowded


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    archive = planning.archive
    axis, _, rest = subject.partition("/")
    if axis == "event":
        if happening(archive, rest) is not None:
            reads = {"event": Read("event", (rest,))}
            yield Page(event_address(rest), "events", f"the event {rest}", "event.html", reads)
        return
    slug, _, period = rest.partition("/")
    if has_page(archive, axis, slug, period):
        yield from _pages_of_period(archive, axis, slug, period)


def _pages_of_period(archive: Archive, axis: str, slug: str, period: str) -> Iterator[Page]:
    of, base = events_of(axis), base_of(axis, slug)
    number = count(archive, of, slug, period)
    is_cut = number > LONGEST_LIST
    longest = len(period) if is_cut and len(period) < DAY else WHOLE
    if is_cut and not period and axis:
        longest = DECADE
    listed = coarse_count(archive, of, slug, period, longest) if is_cut else number
    facts: dict[str, Any] = {"period": period, "axis": axis, "slug": slug, "cut": is_cut}
    reads = {}
    finer = FINER.get(len(period))
    if finer:
        reads["bars"] = Read("periods", (of, slug, period, finer))
    if axis:
        reads["term"] = Read("term", (axis, slug))
    if period:
        reads["beside"] = Read("beside", (period, of, slug))
    if is_cut and not period and not axis:
        reads["decades"] = Read("periods", (of, slug, "", DECADE))
    if not axis and len(period) == YEAR:
        facts["published"] = bool(count(archive, "", "", period))
    if listed > LONGEST_LIST:
        facts["parts"] = -(-listed // LONGEST_LIST)
    else:
        reads["events"] = Read("happenings", (of, slug, period, longest, LONGEST_LIST, 0))
    origin = f"what happened in {period or 'all time'}" + (f" ({axis}/{slug})" if axis else "")
    address = address_of(base, period)
    yield Page(address, "events", origin, "events.html", reads, facts, "listing")
    for part in range(facts.get("parts", 0)):
        some = {"events": Read("happenings", (of, slug, period, longest, LONGEST_LIST, part * LONGEST_LIST))}
        if axis:
            some["term"] = reads["term"]
        own = {"period": period, "axis": axis, "slug": slug, "cut": False, "part": part + 1}
        yield Page(f"{address}part-{part + 1}/", "events", origin, "events.html", some, own, "listing")


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """Each event of the document, and the periods in which it is told or was; those beside them; and the parts of a
    period that has just outgrown one page, or shrunk to it."""
    archive = planning.archive
    for key, days, terms in retold(archive, change):
        if "#" not in key:
            yield f"event/{key}"
        for axis, slug in [("", ""), *terms]:
            yield from _around(planning, axis, slug, days)
    for facts in (change.before, change.after):
        if facts is not None and facts.kind == "article":
            yield f"//{facts.day[:YEAR]}"


def _around(planning: Planning, axis: str, slug: str, days: set[str]) -> Iterator[str]:
    archive, of = planning.archive, events_of(axis)
    names = {day[:length] for day in days for length in (0, DECADE, YEAR, MONTH, DAY)}
    for name in sorted(names):
        yield f"{axis}/{slug}/{name}"
        if name:
            for beside in filter(None, ask(archive, Read("beside", (name, of, slug)))):
                yield f"{axis}/{slug}/{beside}"
        limits = (LONGEST_LIST, MOST_BESIDE) if axis else (LONGEST_LIST,)
        near = any(abs(count(archive, of, slug, name) - limit) <= planning.told for limit in limits)
        for finer in (YEAR, MONTH, DAY) if near else ():
            if finer > len(name):
                yield from (f"{axis}/{slug}/{one.name}" for one in periods(archive, of, slug, name, finer))


def retold(archive: Archive, change: Change) -> Iterator[tuple[str, set[str], set[tuple[str, str]]]]:
    """Give the events that a change tells otherwise: their keys, and the days and terms under which they are or were
    filed."""
    if not has_been_retold(change):
        return
    facts = [one for one in (change.before, change.after) if one is not None]
    for key in sorted(keys_of(change.before) | keys_of(change.after)):
        told = [(day, terms) for one in facts for of, day, terms in one.events if of == key]
        whole = happening(archive, key)
        days = {day for day, _ in told}
        terms = {term for _, of in told for term in of}
        if whole is not None:
            for day, packed in archive.rows("SELECT day, terms FROM reports WHERE key = ?", key):
                days.add(day)
                terms |= {(axis, slug) for axis, slug, *_ in json.loads(packed)}
        yield key, days, terms


def chart(
    frame: Frame, archive_bars: Any, period: str, base: str, linked: bool, anchors: set[str]
) -> list[dict[str, Any]]:
    """Give the bars of a chart: one for each part of a period, empty ones between the first and the last too. Each has
    its ``name``, ``count``, place and size in a chart of 1000 by 100, and ``href`` (None where there is nothing)."""
    counts = {one.name: one.count for one in archive_bars}
    if not counts:
        return []
    if not period and int(max(counts)) - int(min(counts)) >= MOST_BARS:
        decades: dict[str, int] = {}
        for name, number in counts.items():
            decades[name[:DECADE]] = decades.get(name[:DECADE], 0) + number
        counts = decades
        names = [str(one) for one in range(int(min(counts)), int(max(counts)) + 1)]
    elif len(period) in (0, DECADE):
        first, last = (int(period + "0"), int(period + "9")) if period else (int(min(counts)), int(max(counts)))
        names = [f"{year:04}" for year in range(first, last + 1)]
    else:
        last = 12 if len(period) == YEAR else monthrange(int(period[:YEAR]), int(period[YEAR + 1 :]))[1]
        names = [f"{period}-{number:02}" for number in range(1, last + 1)]
    most = max(counts.values())

    def href(name: str) -> str | None:
        if name not in counts:
            return None
        if linked:
            return frame.href(address_of(base, name))
        return f"#ng:in-{name}" if name in anchors else None

    return [
        {
            "name": name,
            "count": counts.get(name, 0),
            "x": CHART_WIDTH * at // len(names),
            "width": CHART_WIDTH * (at + 1) // len(names) - CHART_WIDTH * at // len(names),
            "height": max(4, CHART_HEIGHT * counts[name] // most) if name in counts else 0,
            "href": href(name),
        }
        for at, name in enumerate(names)
    ]


def groups_of(events: tuple[Happening, ...], period: str) -> list[tuple[str, tuple[Happening, ...]]]:
    """Give events under the names of the parts of a period in which they lie; those that are known less precisely under
    the name that they are known by."""
    finer = FINER.get(len(period), DAY)
    return [(name, tuple(group)) for name, group in groupby(events, lambda one: one.day[:finer])]


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    if page.template == "event.html":
        return {"event": reads.event}
    facts = page.facts
    axis, slug, period = facts["axis"], facts["slug"], facts["period"]
    base = base_of(axis, slug)
    events = reads.events if "events" in page.reads else ()
    groups = groups_of(events, period)
    bars = reads.bars if "bars" in page.reads else ()
    anchors = {name for name, _ in groups}
    is_linked = facts["cut"] or (not axis and len(period) in (0, DECADE))
    earlier, later = reads.beside if "beside" in page.reads else (None, None)
    parts = [f"{page.address}part-{number + 1}/" for number in range(facts.get("parts", 0))]
    return {
        "period": period,
        "base": base,
        "term": reads.term if axis else None,
        "axis": axis,
        "groups": groups,
        "bars": chart(frame, bars, period, base, is_linked, anchors),
        "children": [(one, address_of(base, one.name)) for one in _children(page, reads, bars)] if facts["cut"] else [],
        "parts": parts,
        "part": facts.get("part"),
        "above": [(name, address_of(base, name)) for name in _above(axis, period)],
        "whole": address_of(base, period),
        "earlier": (earlier, address_of(base, earlier)) if earlier else None,
        "later": (later, address_of(base, later)) if later else None,
        "published": f"/timeline/{period}/" if facts.get("published") else "/timeline/",
    }


def _children(page: Page, reads: Reads, bars: Any) -> Any:
    return reads.decades if "decades" in page.reads and len(bars) > MOST_BARS else bars


def _above(axis: str, period: str) -> list[str]:
    lengths = (0, DECADE, YEAR, MONTH) if not axis else (0, YEAR, MONTH)
    return [period[:length] for length in lengths if length < len(period)]


def events_of_term(planning: Planning, axis: str, slug: str) -> tuple[dict[str, Read], dict[str, Any]]:
    """Give what the page of a term reads to show its events, and how many there are; nothing where there are none."""
    of = events_of(axis)
    if axis not in AXES or not is_used(planning.archive, axis, slug) or not count(planning.archive, of, slug):
        return {}, {}
    reads = {"latest": Read("latest", (of, slug, MOST_BESIDE)), "bars": Read("periods", (of, slug, "", YEAR))}
    return reads, {"many": has_page(planning.archive, axis, slug, "")}


FEATURE = Feature("events", _subjects, _pages, _affected, _view)
