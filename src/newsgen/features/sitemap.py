"""Sitemaps (sitemaps.org 0.9) in calendar parts below one index, robots.txt, and the page for what is not found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

from newsgen.archive import Change
from newsgen.features import Feature, Frame, Planning, days_of
from newsgen.model import AXES, Output, Page, Read
from newsgen.questions import MONTH, Reads, ask, count

LONGEST_PART = 50_000
"""How many addresses a sitemap may list, by its standard."""

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def _subjects(planning: Planning) -> Iterator[str]:
    yield from ("404", "robots", "index", "standing")
    yield from (month for month, _, _ in ask(planning.archive, Read("last_changes")))


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    if subject == "404":
        yield Page("/404.html", "sitemap", "the page for what is not found", "404.html")
    elif subject == "robots":
        yield Page("/robots.txt", "sitemap", "robots.txt", facts={"robots": planning.site.robots}, kind="file")
    elif subject == "index":
        yield Page("/sitemap.xml", "sitemap", "the sitemap", None, {"months": Read("last_changes")}, kind="file")
    elif subject == "standing":
        reads = {"standing": Read("standing"), **{axis: Read("names", (axis,)) for axis in AXES}}
        yield Page("/sitemaps/pages.xml", "sitemap", "the sitemap of standing pages", None, reads, kind="listing")
    else:
        number = count(planning.archive, "", "", subject)
        for part in range(-(-number // LONGEST_PART)):
            reads = {"changes": Read("changes", (subject, LONGEST_PART, LONGEST_PART * part))}
            address = f"/sitemaps/{_part(subject, part)}.xml"
            yield Page(address, "sitemap", "the sitemap of a month", None, reads, kind="listing")


def _locate(planning: Planning, address: str) -> Iterator[str]:
    named = {"/404.html": "404", "/robots.txt": "robots", "/sitemap.xml": "index", "/sitemaps/pages.xml": "standing"}
    month = _OF_A_MONTH.fullmatch(address)
    if address in named:
        yield named[address]
    elif month:
        yield month[1]


_OF_A_MONTH = re.compile(r"/sitemaps/([0-9]{4}-[0-9]{2})(?:_[0-9]+)?\.xml")


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    yield from ("index", "standing")
    yield from {day[:MONTH] for day in days_of(change)}


def _part(month: str, part: int) -> str:
    return f"{month}_{part + 1}" if part else month


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    if page.address == "/robots.txt":
        rule = "Disallow: /" if page.facts["robots"] == "disallow" else "Allow: /"
        return Output(f"User-agent: *\n{rule}\n\nSitemap: {frame.absolute('/sitemap.xml')}\n".encode())
    if page.address == "/sitemap.xml":
        parts = [(frame.absolute("/sitemaps/pages.xml"), "")]
        for month, count, last in reads.months:
            for part in range(-(-count // LONGEST_PART)):
                parts.append((frame.absolute(f"/sitemaps/{_part(month, part)}.xml"), last))
        return Output(f"{_HEAD}<sitemapindex {_SPACE}>\n{_rows('sitemap', parts)}</sitemapindex>\n".encode())
    if "changes" in page.reads:
        rows = [(frame.absolute(address), changed) for address, changed in reads.changes]
    else:
        addresses = ["/", "/timeline/", *reads.standing]
        for axis in AXES:
            addresses += [f"/{axis}/", *(term.address for term in getattr(reads, axis))]
        rows = [(frame.absolute(address), "") for address in addresses]
    return Output(f"{_HEAD}<urlset {_SPACE}>\n{_rows('url', rows)}</urlset>\n".encode())


def _rows(tag: str, rows: list[tuple[str, str]]) -> str:
    return "".join(
        f"<{tag}><loc>{escape(url)}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</{tag}>\n"
        for url, changed in rows
    )


FEATURE = Feature("sitemap", _subjects, _pages, _affected, render=_render, locate=_locate)
