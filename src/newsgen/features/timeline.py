"""The timeline of publication: years, months and days, cut so that no address ever moves.

A calendar page lists its articles while they are few, and its parts once they are many: a threshold adds pages below
it and never takes one away. Numbers are used only below the smallest period, and count from the oldest article.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from markupsafe import Markup

from newsgen.archive import Archive, Change
from newsgen.features import Feature, Frame, Planning, days_of, describing, has_moved, periods_in
from newsgen.features.calendars import level, months_of
from newsgen.features.events import retold
from newsgen.model import EVENTS, Card, Page, Read, Term
from newsgen.questions import DAY, MONTH, YEAR, Reads, ask, count, periods

LONGEST_LIST = 100
"""How many articles one calendar page lists."""

ROOT = "/timeline/"


def address_of(base: str, period: str) -> str:
    """Give the address of a period below ``base``."""
    return base + period.replace("-", "/") + "/"


def _subjects(planning: Planning) -> Iterator[str]:
    yield ""
    yield from period_names(planning.archive, "", "", LONGEST_LIST)


def period_names(archive: Archive, axis: str, slug: str, longest: int) -> Iterator[str]:
    """Name the periods of a term that have pages: of the whole archive every year, month and day; of one term its
    years, and months only in a year that is too long for one page."""
    for year in periods(archive, axis, slug, "", YEAR):
        yield year.name
        if axis and year.count <= longest:
            continue
        for month in periods(archive, axis, slug, year.name, MONTH):
            yield month.name
            if not axis:
                yield from (day.name for day in periods(archive, axis, slug, month.name, DAY))


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    if subject:
        yield from pages_of_period(planning.archive, "", "", ROOT, subject, "timeline", LONGEST_LIST)
    else:
        reads = {"months": Read("periods", ("", "", "", MONTH))}
        yield Page(ROOT, "timeline", "the timeline", "timeline.html", reads)


def _locate(planning: Planning, address: str) -> Iterator[str]:
    if address == ROOT:
        yield ""
    elif address.startswith(ROOT):
        yield from periods_in(address.removeprefix(ROOT))


def pages_of_period(
    archive: Archive, axis: str, slug: str, base: str, name: str, feature: str, longest: int
) -> Iterator[Page]:
    """Give the pages of one period of a term below ``base``, if it has any."""
    number = count(archive, axis, slug, name)
    if not number or (axis and len(name) == MONTH and count(archive, axis, slug, name[:YEAR]) <= longest):
        return
    smallest = len(name) == DAY or (bool(axis) and len(name) == MONTH)
    template = "term_period.html" if axis else "period.html"
    origin = f"the {'timeline' if not axis else f'page of {axis}/{slug}'} for {name}"
    address = address_of(base, name)
    facts: dict[str, Any] = {"period": name, "base": base}
    if not axis and len(name) == YEAR:
        facts["happened"] = bool(count(archive, EVENTS, "", name))
    reads = {"term": Read("term", (axis, slug))} if axis else {"beside": Read("beside", (name,))}
    if not axis and not smallest:
        reads["days"] = Read("periods", ("", "", name, DAY))
    if number <= longest:
        reads["cards"] = Read("within", (axis, slug, name, longest, 0))
    elif smallest:
        facts["parts"] = -(-number // longest)
    elif axis:
        reads["children"] = Read("period_names", (axis, slug, name, len(name) + 3))
    else:
        reads["children"] = Read("periods", (axis, slug, name, len(name) + 3))
    yield Page(address, feature, origin, template, reads, facts, "listing")
    for part in range(facts.get("parts", 0)):
        part_reads = {key: one for key, one in reads.items() if key != "beside"}
        part_reads["cards"] = Read("within", (axis, slug, name, longest, part * longest))
        part_facts = {"period": name, "base": base, "part": part + 1, "last": part + 1 == facts["parts"]}
        yield Page(f"{address}{part + 1}/", feature, origin, template, part_reads, part_facts, "listing")


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The periods in which the article was and is published, and those beside them, which lead on to them; and the
    years in which something happened of which it tells."""
    for one in retold(planning, change):
        yield from {day[:YEAR] for day in one.days if len(day) >= YEAR}
    if not has_moved(change) or not days_of(change):
        return
    yield ""
    for day in days_of(change):
        for length in (YEAR, MONTH, DAY):
            yield day[:length]
            yield from filter(None, ask(planning.archive, Read("beside", (day[:length],))))


def listing_view(page: Page, reads: Reads) -> dict[str, Any]:
    """What the template of a calendar page sees: its period, its articles by part of the period (newest first), or
    the parts alone, each part with its address; and the periods beside it."""
    period, base = page.facts["period"], page.facts["base"]
    cards = reads.cards if "cards" in page.reads else ()
    children = reads.children if "children" in page.reads else ()
    length = min(len(period) + 3, DAY)
    earlier, later = reads.beside if "beside" in page.reads else (None, None)
    return {
        "period": period,
        "base": base,
        "groups": [(name, tuple(group)) for name, group in groupby(reversed(cards), lambda one: _name(one, length))],
        "children": [one if isinstance(one, str) else one.name for one in children],
        "counts": {one.name: one.count for one in children if not isinstance(one, str)},
        "parts": list(range(1, page.facts.get("parts", 0) + 1)),
        "part": page.facts.get("part"),
        "last": page.facts.get("last"),
        "happened": f"/timeline/events/{period}/" if page.facts.get("happened") else "/timeline/events/",
        "calendar": months_of(reads.days, period) if "days" in page.reads else (),
        "earlier": earlier,
        "later": later,
    }


def describe_period(page: Page, view: dict[str, Any], frame: Frame, term: Term | None = None) -> Markup:
    """Give the JSON-LD of a calendar page from what its template sees: the way to it, and its articles; else the parts
    of the period."""
    period, base = view["period"], view["base"]
    if term:
        above = [describing.index_step(frame, f"/{term.axis}/"), (base, term.name)]
    else:
        above = [describing.index_step(frame, base)]
    above += [(address_of(base, period[:end]), describing.spelt(frame, period[:end])) for end in _outer(period)]
    own = describing.spelt(frame, period)
    named = f"{term.name}, {own}" if term else own
    if view["part"]:
        above.append((address_of(base, period), own))
        named = f"{named} ({view['part']})"
    items = describing.articles(frame, [card for _, cards in view["groups"] for card in cards])
    if not items:
        parts = [(f"{page.address}{number}/", f"{own} ({number})") for number in view["parts"]]
        inner = [(address_of(base, name), describing.spelt(frame, name)) for name in view["children"]]
        items = describing.links(frame, [*parts, *inner])
    return describing.describe_list(frame, above, (page.address, named), items)


def _outer(period: str) -> list[int]:
    return [length for length in (YEAR, MONTH) if length < len(period)]


def _name(card: Card, length: int) -> str:
    return card.published.day.isoformat()[:length]


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    if page.template == "period.html":
        view = listing_view(page, reads)
        return view | {"structured": describe_period(page, view, frame)}
    months = reads.months
    years = [
        (year, {one.name: one.count for one in group}) for year, group in groupby(months, lambda one: one.name[:4])
    ]
    newest_first = list(reversed(years))
    most = max((one.count for one in months), default=1)
    levels = {one.name: level(one.count, most) for one in months}
    items = describing.links(frame, [(address_of(ROOT, year), year) for year, _ in newest_first])
    structured = describing.describe_list(frame, (), describing.index_step(frame, ROOT), items)
    return {"years": newest_first, "levels": levels, "structured": structured}


FEATURE = Feature("timeline", _subjects, _pages, _affected, _view, settings=describing.SETTINGS, locate=_locate)
