"""What happened: the timeline of events, that of every term with many, and a page for each event that has an id.

A period lists its events while they are few. Once they are many it lists those that are known no more precisely than
by itself (all time also those of a decade), and its parts: decades, years, months and days, as density asks. Numbers
are used only where a list is too long and can't be cut by calendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from newsgen.archive import Archive, Change
from newsgen.chronicle import MOST_REPORTS, Report, reports_of
from newsgen.features import Feature, Frame, Planning, describing, has_been_retold, periods_in, term_in
from newsgen.features.charting import DECADE, FINER, MOST_BARS, chart, groups_of, link_to_group
from newsgen.features.mapping import map_of_event
from newsgen.happenings import WHOLE, coarse_count, happening
from newsgen.model import AXES, EVENTS, Happening, Page, Read, event_address, events_of
from newsgen.questions import DAY, MONTH, YEAR, Reads, ask, count, is_used, periods

LONGEST_LIST = 100
"""How many events one page lists."""
MOST_BESIDE = 30
"""How many events stand on the page of a term; one with more has pages for them."""

ROOT = "/timeline/events/"


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
            if month.count > LONGEST_LIST and not axis:
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


def _locate(planning: Planning, address: str) -> Iterator[str]:
    """The event with a page at an address, or the periods of a term whose events may be told there."""
    term, own = term_in(address), "/events/"
    if address.startswith(own) and "#" not in address:
        yield f"event/{address.removeprefix(own).rstrip('/')}"
    elif address.startswith(ROOT):
        yield from (f"//{period}" for period in _periods_in(address.removeprefix(ROOT)))
    elif term is not None and term[2].startswith("events/"):
        axis, slug, rest = term
        yield from (f"{axis}/{slug}/{period}" for period in _periods_in(rest.removeprefix("events/")))


def _periods_in(path: str) -> Iterator[str]:
    first = path.partition("/")[0]
    if not first or first.startswith("part-"):
        yield ""
    elif first.endswith("0s"):
        yield first.removesuffix("0s")
    else:
        yield from periods_in(path)


def _pages_of_period(archive: Archive, axis: str, slug: str, period: str) -> Iterator[Page]:
    of, base = events_of(axis), base_of(axis, slug)
    number = count(archive, of, slug, period)
    is_cut = number > LONGEST_LIST
    longest = len(period) if is_cut and len(period) < (MONTH if axis else DAY) else WHOLE
    if is_cut and not period:
        longest = DECADE  # a chart of years leads to no decade
    listed = coarse_count(archive, of, slug, period, longest) if is_cut else number
    facts: dict[str, Any] = {"period": period, "axis": axis, "slug": slug, "cut": is_cut}
    reads = {}
    finer = FINER.get(len(period))
    if finer:
        reads["bars"] = Read("periods", (of, slug, period, finer))
    if axis:
        reads["term"] = Read("term", (axis, slug))
    if period:
        facts["beside"] = [
            _told_at(archive, axis, slug, one) for one in ask(archive, Read("beside", (period, of, slug)))
        ]
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


def _told_at(archive: Archive, axis: str, slug: str, period: str | None) -> str | None:
    """Give the smallest period with a page that holds another; None where there is none."""
    lengths = sorted({len(period), MONTH, YEAR}, reverse=True) if period else []
    return next((period[:one] for one in lengths if period and has_page(archive, axis, slug, period[:one])), None)


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """Each event of the document, and the periods in which it is told or was; those beside them; and the parts of a
    period that has just outgrown one page, or shrunk to it."""
    days: dict[tuple[str, str], set[str]] = {}
    for one in retold(planning, change):
        if "#" not in one.key:
            yield f"event/{one.key}"
        for term in (("", ""), *one.terms):
            days.setdefault(term, set()).update(one.days)
    for axis, slug in sorted(days):  # once for all events: of many, most have the same terms
        yield from _around(planning, axis, slug, days[axis, slug])
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
                found = [one.name for one in periods(archive, of, slug, name, finer)]
                for one in found[:1] + found[-1:]:  # what is beside these may lead to pages that have just come or gone
                    found += filter(None, ask(archive, Read("beside", (one, of, slug))))
                yield from (f"{axis}/{slug}/{one}" for one in found)


@dataclass(frozen=True, slots=True)
class Retold:
    """An event that a change tells otherwise: its key, the days and terms under which it is or was filed, and whether
    what its reports disagree about may be another matter now."""

    key: str
    days: set[str]
    terms: set[tuple[str, str]]
    is_disputed: bool


def retold(planning: Planning, change: Change) -> list[Retold]:
    """Give the events that a change tells otherwise."""
    if not has_been_retold(change):
        return []
    found: list[Retold] = planning.archive.once(("retold", change), lambda: [*_retold(planning, change)])
    return found


def _retold(planning: Planning, change: Change) -> Iterator[Retold]:
    sides: dict[str, list[tuple[str, tuple[tuple[str, str], ...], str, tuple[int, str, str]]]] = {}
    for side in filter(None, (change.before, change.after)):
        for key, day, terms, rank, account in side.events:
            place = (rank, side.published, change.path)
            sides.setdefault(key, []).append((day, terms, account, place))
    for key, told in sorted(sides.items()):
        reports = reports_of(planning.archive, key, MOST_REPORTS + planning.told)
        days = {day for day, *_ in told} | {one.day for one in reports}
        belongs = {term for _, of, *_ in told for term in of}
        belongs |= {(axis, slug) for one in reports for axis, slug, *_ in one.terms}
        own = {(account, place) for _, _, account, place in told}
        yield Retold(key, days, belongs, _is_disputed(planning, own, reports))


def _is_disputed(planning: Planning, own: set[tuple[str, tuple[int, str, str]]], reports: list[Report]) -> bool:
    """Whether what is told of a disagreement may be another matter: where the document (``own``: what stands for the
    date and place that it gave or gives, with its place among the reports) was or is the first that gives these, or
    another one is that may just have come or gone among the reports that count."""
    firsts: dict[str, tuple[int, str, str]] = {}
    for one in reports:
        firsts.setdefault(one.account, _place(one))
    if len(firsts.keys() | {account for account, _ in own}) < 2:
        return False
    margin = reports[max(0, MOST_REPORTS - planning.told) :]
    return any(account not in firsts or place <= firsts[account] for account, place in own) or any(
        firsts[one.account] == _place(one) for one in margin
    )


def _place(report: Report) -> tuple[int, str, str]:
    """What the place of a report among the others depends on."""
    return report.rank, report.published, report.path


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    if page.template == "event.html":
        structured = describing.describe_event(frame, reads.event)
        return {"event": reads.event, "map": map_of_event(frame, reads.event.told), "structured": structured}
    facts = page.facts
    axis, slug, period = facts["axis"], facts["slug"], facts["period"]
    base = base_of(axis, slug)
    events = reads.events if "events" in page.reads else ()
    groups = groups_of(events, period)
    bars = reads.bars if "bars" in page.reads else ()
    is_linked = facts["cut"] or (not axis and len(period) in (0, DECADE))

    def link(name: str) -> str | None:
        return frame.href(address_of(base, name)) if is_linked else link_to_group([one for one, _ in groups], name)

    earlier, later = facts.get("beside", (None, None))
    parts = [f"{page.address}part-{number + 1}/" for number in range(facts.get("parts", 0))]
    view = {
        "period": period,
        "base": base,
        "term": reads.term if axis else None,
        "axis": axis,
        "groups": groups,
        "bars": chart(bars, period, link, decades=not axis and not period),
        "children": [(one, address_of(base, one.name)) for one in _children(page, reads, bars)] if facts["cut"] else [],
        "parts": parts,
        "part": facts.get("part"),
        "above": [(name, address_of(base, name)) for name in _above(axis, period)],
        "whole": address_of(base, period),
        "earlier": (earlier, address_of(base, earlier)) if earlier else None,
        "later": (later, address_of(base, later)) if later else None,
        "published": f"/timeline/{period}/" if facts.get("published") else "/timeline/",
    }
    return view | {"structured": _described(page, view, events, frame)}


def _described(page: Page, view: dict[str, Any], events: tuple[Happening, ...], frame: Frame) -> Markup:
    """The JSON-LD of a period: its events, else its parts or the periods in it."""
    term, period = view["term"], view["period"]

    def named(name: str) -> str | None:
        return describing.spelt(frame, name) if name else describing.index_step(frame, ROOT)[1]

    if term:
        above = [describing.index_step(frame, f"/{term.axis}/"), (term.address, term.name)]
    else:
        above = [describing.index_step(frame, "/timeline/")]
    above += [(address, named(name)) for name, address in view["above"]]
    own = named(period)
    if view["part"]:
        above.append((view["whole"], own))
        own = f"{own or period} ({view['part']})"
    items = describing.happenings(frame, events)
    if not items:
        parts = [(one, f"{own or period} ({number})") for number, one in enumerate(view["parts"], 1)]
        finer = [(address, describing.spelt(frame, one.name)) for one, address in view["children"]]
        items = describing.links(frame, [*parts, *finer])
    return describing.describe_list(frame, above, (page.address, own), items)


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
    many = has_page(planning.archive, axis, slug, "")
    return reads, {"many": many, "cut": many and count(planning.archive, of, slug) > LONGEST_LIST}


FEATURE = Feature("events", _subjects, _pages, _affected, _view, settings=describing.SETTINGS, locate=_locate)
