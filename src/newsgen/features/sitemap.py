"""Sitemaps (sitemaps.org 0.9) in calendar parts below one index, robots.txt, and the page for what is not found."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from newsgen.features import Feature, Frame, Planning
from newsgen.model import AXES, Output, Page, Read
from newsgen.questions import Reads, ask

LONGEST_PART = 50_000
"""How many addresses a sitemap may list, by its standard."""

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def _plan(planning: Planning) -> Iterator[Page]:
    yield Page("/404.html", "sitemap", "the page for what is not found", "404.html")
    yield Page("/robots.txt", "sitemap", "robots.txt", facts={"robots": planning.site.robots}, kind="file")
    months = ask(planning.archive, Read("last_changes"))
    names = [_part(month, part) for month, count, _ in months for part in range(-(-count // LONGEST_PART))]
    yield Page("/sitemap.xml", "sitemap", "the sitemap", None, {"months": Read("last_changes")}, kind="file")
    standing = {"standing": Read("standing"), **{axis: Read("names", (axis,)) for axis in AXES}}
    yield Page("/sitemaps/pages.xml", "sitemap", "the sitemap of standing pages", None, standing, kind="listing")
    for name in names:
        month, _, part = name.partition("_")
        reads = {"changes": Read("changes", (month, LONGEST_PART, LONGEST_PART * (int(part or 1) - 1)))}
        yield Page(f"/sitemaps/{name}.xml", "sitemap", "the sitemap of a month", None, reads, kind="listing")


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


FEATURE = Feature("sitemap", _plan, render=_render)
