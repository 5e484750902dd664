"""The timeline of publication: years, months and days, cut so that no address ever moves.

A calendar page lists its articles while they are few, and its parts once they are many: a threshold adds pages below
it and never takes one away. Numbers are used only below the smallest period, and count from the oldest article.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from newsgen.archive import Archive
from newsgen.features import Feature, Frame, Planning
from newsgen.model import Card, Page, Read
from newsgen.questions import DAY, MONTH, YEAR, Reads, periods

LONGEST_LIST = 100
"""How many articles one calendar page lists."""

ROOT = "/timeline/"


def address_of(base: str, period: str) -> str:
    """Give the address of a period below ``base``."""
    return base + period.replace("-", "/") + "/"


def _plan(planning: Planning) -> Iterator[Page]:
    reads = {"months": Read("periods", ("", "", "", MONTH))}
    yield Page(ROOT, "timeline", "the timeline", "timeline.html", reads)
    yield from cut(planning.archive, "", "", ROOT, "period.html", "timeline", LONGEST_LIST)


def cut(archive: Archive, axis: str, slug: str, base: str, template: str, feature: str, longest: int) -> Iterator[Page]:
    """Give the calendar pages of a term below ``base``: of the whole archive every year, month and day; of one term
    its years, and months only in a year that is too long for one page."""
    whole = not axis
    for year in periods(archive, axis, slug, "", YEAR):
        yield from _period(axis, slug, base, template, feature, year.name, year.count, longest)
        if not whole and year.count <= longest:
            continue
        for month in periods(archive, axis, slug, year.name, MONTH):
            yield from _period(axis, slug, base, template, feature, month.name, month.count, longest)
            if whole:
                for day in periods(archive, axis, slug, month.name, DAY):
                    yield from _period(axis, slug, base, template, feature, day.name, day.count, longest)


def _period(
    axis: str, slug: str, base: str, template: str, feature: str, name: str, count: int, longest: int
) -> Iterator[Page]:
    smallest = len(name) == DAY or (bool(axis) and len(name) == MONTH)
    origin = f"the {'timeline' if not axis else f'page of {axis}/{slug}'} for {name}"
    address = address_of(base, name)
    facts: dict[str, Any] = {"period": name, "base": base}
    reads = {"term": Read("term", (axis, slug))} if axis else {"beside": Read("beside", (name,))}
    if count <= longest:
        reads["cards"] = Read("within", (axis, slug, name, longest, 0))
    elif smallest:
        facts["parts"] = -(-count // longest)
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
        "earlier": earlier,
        "later": later,
    }


def _name(card: Card, length: int) -> str:
    return card.published.day.isoformat()[:length]


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    if page.template == "period.html":
        return listing_view(page, reads)
    months = reads.months
    years = [
        (year, {one.name: one.count for one in group}) for year, group in groupby(months, lambda one: one.name[:4])
    ]
    return {"years": list(reversed(years))}


FEATURE = Feature("timeline", _plan, _view)
