"""Sitemaps (sitemaps.org 0.9) in calendar parts below one index, robots.txt, and the page for what is not found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from newsgen.archive import Archive, Change
from newsgen.features import Feature, Frame, Planning, days_of
from newsgen.features.events import retold
from newsgen.happenings import coarse_count
from newsgen.model import AXES, EVENTS, Output, Page, Read, canonical, event_address
from newsgen.questions import MONTH, YEAR, Reads, ask, count, periods

LONGEST_PART = 50_000
"""How many addresses a sitemap may list, by its standard."""

FIXED = ("/", "/timeline/", "/corrections/", "/data/", "/feeds/")
"""The pages that every archive has, besides those of events."""

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def _subjects(planning: Planning) -> Iterator[str]:
    yield from ("404", "robots", "index", "standing", f"{EVENTS}/")
    yield from (month for month, _, _ in ask(planning.archive, Read("last_changes")))
    yield from (f"{EVENTS}/{one.name}" for one in periods(planning.archive, EVENTS, "", "", YEAR))


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    archive = planning.archive
    if subject == "404":
        yield Page("/404.html", "sitemap", "the page for what is not found", "404.html")
    elif subject == "robots":
        yield Page("/robots.txt", "sitemap", "robots.txt", facts={"robots": planning.site.robots}, kind="file")
    elif subject == "index":
        reads = {"months": Read("last_changes"), "years": Read("periods", (EVENTS, "", "", YEAR))}
        facts = {"standing": _parts(_standing_number(archive)), "coarse": _parts(_coarse_number(archive))}
        yield Page("/sitemap.xml", "sitemap", "the sitemap", None, reads, facts, kind="file")
    elif subject == "standing":
        reads = {"standing": Read("standing"), **{axis: Read("names", (axis,)) for axis in AXES}}
        for part in range(_parts(_standing_number(archive))):
            address = f"/sitemaps/{_part('pages', part)}.xml"
            origin = "the sitemap of standing pages"
            yield Page(address, "sitemap", origin, None, reads, {"part": part}, kind="listing")
    elif subject.startswith(f"{EVENTS}/"):
        year = subject.partition("/")[2]
        number = count(archive, EVENTS, "", year) if year else _coarse_number(archive)
        for part in range(_parts(number) if number or not year else 0):  # a year may have become empty
            reads = {"keys": Read("event_keys", (year, LONGEST_PART - 1, (LONGEST_PART - 1) * part))}
            address = f"/sitemaps/{_part(_name_of(year), part)}.xml"
            yield Page(address, "sitemap", "the sitemap of events", None, reads, {"year": year}, kind="listing")
    else:
        number = count(archive, "", "", subject)
        for part in range(-(-number // LONGEST_PART)):
            reads = {"changes": Read("changes", (subject, LONGEST_PART, LONGEST_PART * part))}
            address = f"/sitemaps/{_part(subject, part)}.xml"
            yield Page(address, "sitemap", "the sitemap of a month", None, reads, kind="listing")


def _locate(planning: Planning, address: str) -> Iterator[str]:
    named = {"/404.html": "404", "/robots.txt": "robots", "/sitemap.xml": "index"}
    part = _A_PART.fullmatch(address)
    if address in named:
        yield named[address]
    elif part:
        yield part[1] or ("standing" if part[2] else f"{EVENTS}/{part[3] or ''}")


_A_PART = re.compile(r"/sitemaps/(?:([0-9]{4}-[0-9]{2})|(pages)|events(?:-(-?[0-9]{4,}))?)(?:_[0-9]+)?\.xml")
"""The address of a part of the sitemap: a month, standing pages, or events of a year."""


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    yield from ("index", "standing")
    yield from {day[:MONTH] for day in days_of(change)}
    for one in retold(planning, change):
        yield from {f"{EVENTS}/{day[:YEAR] if len(day) >= YEAR else ''}" for day in one.days}


def _standing_number(archive: Archive) -> int:
    sql = "SELECT count(*) FROM vocabulary WHERE name IS NOT NULL AND axis IN (SELECT value FROM json_each(?))"
    terms = archive.row(sql, canonical(AXES))
    return len(FIXED) + len(AXES) + len(ask(archive, Read("standing"))) + int(terms[0] if terms else 0)


def _coarse_number(archive: Archive) -> int:
    """How many events are known no more precisely than by a decade."""
    return coarse_count(archive, EVENTS, "", "", YEAR - 1)


def _parts(number: int) -> int:
    """Into how many parts a sitemap is cut; it has one at least. Those of events begin with the page of their year."""
    return max(1, -(-number // (LONGEST_PART - 1)))


def _part(name: str, part: int) -> str:
    return f"{name}_{part + 1}" if part else name


def _name_of(year: str) -> str:
    return f"{EVENTS}-{year}" if year else EVENTS


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    if page.address == "/robots.txt":
        rule = "Disallow: /" if page.facts["robots"] == "disallow" else "Allow: /"
        return Output(f"User-agent: *\n{rule}\n\nSitemap: {frame.absolute('/sitemap.xml')}\n".encode())
    if page.address == "/sitemap.xml":
        named = [(_part("pages", part), "") for part in range(page.facts["standing"])]
        for month, number, last in reads.months:
            named += [(_part(month, part), last) for part in range(-(-number // LONGEST_PART))]
        named += [(_part(EVENTS, part), "") for part in range(page.facts["coarse"])]
        for year in reads.years:
            named += [(_part(_name_of(year.name), part), "") for part in range(_parts(year.count))]
        parts = [(frame.absolute(f"/sitemaps/{name}.xml"), last) for name, last in named]
        return Output(f"{_HEAD}<sitemapindex {_SPACE}>\n{_rows('sitemap', parts)}</sitemapindex>\n".encode())
    if "changes" in page.reads:
        rows = [(frame.absolute(address), changed) for address, changed in reads.changes]
    elif "keys" in page.reads:
        year = page.facts["year"]
        first = f"/timeline/events/{year}/" if year else "/timeline/events/"
        rows = [(frame.absolute(address), "") for address in (first, *map(event_address, reads.keys))]
    else:
        addresses = [*FIXED, *reads.standing]
        for axis in AXES:
            addresses += [f"/{axis}/", *(term.address for term in getattr(reads, axis))]
        addresses = [*dict.fromkeys(addresses)]  # a page of the content may be at one that every archive has
        begin = page.facts["part"] * (LONGEST_PART - 1)
        rows = [(frame.absolute(address), "") for address in addresses[begin : begin + LONGEST_PART - 1]]
    return Output(f"{_HEAD}<urlset {_SPACE}>\n{_rows('url', rows)}</urlset>\n".encode())


def _rows(tag: str, rows: list[tuple[str, str]]) -> str:
    return "".join(
        f"<{tag}><loc>{escape(url, quote=False)}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</{tag}>\n"
        for url, changed in rows
    )


FEATURE = Feature("sitemap", _subjects, _pages, _affected, render=_render, locate=_locate)
