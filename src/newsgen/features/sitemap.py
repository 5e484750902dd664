"""Sitemaps (sitemaps.org 0.9) in calendar parts below one index, and the page for what is not found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from html import escape

from newsgen.archive import LAST_CHANGE, Archive, Change
from newsgen.features import Feature, Frame, Planning, days_of, terms_of
from newsgen.features.events import retold
from newsgen.happenings import coarse_count
from newsgen.model import AXES, EVENTS, Output, Page, Read, Term, event_address
from newsgen.questions import MONTH, YEAR, Reads, ask, count, periods

LONGEST_PART = 50_000
"""How many addresses a sitemap may list, by its standard."""
LARGEST_PART = 50_000_000
"""How many bytes it may have."""
AROUND = 120
"""Bytes of markup around an address, at most."""

FIXED = ("/", "/timeline/", "/corrections/", "/data/")
"""The pages that every archive has, besides those of events."""

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
IMAGE_SPACE = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
NEWS = "news"
"""The name of the part that lists the newest articles once more (:mod:`newsgen.features.news`)."""


def _subjects(planning: Planning) -> Iterator[str]:
    yield from ("404", "index", "standing", f"{EVENTS}/", *AXES)
    yield from (month for month, _, _ in ask(planning.archive, Read("last_changes")))
    yield from (f"{EVENTS}/{one.name}" for one in periods(planning.archive, EVENTS, "", "", YEAR))


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    archive = planning.archive
    if subject == "404":
        yield Page("/404.html", "sitemap", "the page for what is not found", "404.html")
    elif subject == "index":
        reads = {
            "months": Read("last_changes"),
            "years": Read("periods", (EVENTS, "", "", YEAR)),
            "news": Read("last_news"),
        }
        facts = {
            "standing": _parts(_standing_number(archive)),
            "terms": {axis: parts for axis in AXES if (parts := _parts(_terms_number(archive, axis), 0))},
            "coarse": _parts(_coarse_number(archive)),
            "cut": {month: [last for *_, last in _cuts(planning, month)] for month in _months_to_cut(planning)},
        }
        yield Page("/sitemap.xml", "sitemap", "the sitemap", None, reads, facts, kind="file")
    elif subject == "standing":
        reads = {"standing": Read("standing")}
        for part in range(_parts(_standing_number(archive))):
            address = f"/sitemaps/{_part('pages', part)}.xml"
            origin = "the sitemap of standing pages"
            yield Page(address, "sitemap", origin, None, reads, {"part": part}, kind="listing")
    elif subject in AXES:
        for part in range(_parts(_terms_number(archive, subject), 0)):
            reads = {"slugs": Read("by_first_use", (subject, LONGEST_PART - 1, (LONGEST_PART - 1) * part))}
            address = f"/sitemaps/{_part(subject, part)}.xml"
            facts = {"axis": subject}
            yield Page(address, "sitemap", f"the sitemap of {subject}", None, reads, facts, kind="listing")
    elif subject.startswith(f"{EVENTS}/"):
        year = subject.partition("/")[2]
        number = count(archive, EVENTS, "", year) if year else _coarse_number(archive)
        for part in range(_parts(number) if number or not year else 0):  # a year may have become empty
            reads = {"keys": Read("event_keys", (year, LONGEST_PART - 1, (LONGEST_PART - 1) * part))}
            address = f"/sitemaps/{_part(_name_of(year), part)}.xml"
            yield Page(address, "sitemap", "the sitemap of events", None, reads, {"year": year}, kind="listing")
    else:
        facts = {"absent": _absent(planning, subject)}
        for part, (before, number, _) in enumerate(_cuts(planning, subject)):
            reads = {"changes": Read("changes", (subject, number, before))}
            address = f"/sitemaps/{_part(subject, part)}.xml"
            yield Page(address, "sitemap", "the sitemap of a month", None, reads, facts, kind="listing")


def _locate(planning: Planning, address: str) -> Iterator[str]:
    named = {"/404.html": "404", "/sitemap.xml": "index"}
    part = _A_PART.fullmatch(address)
    if address in named:
        yield named[address]
    elif part:
        yield part[1] or ("standing" if part[2] else f"{EVENTS}/{part[3] or ''}")


_A_PART = re.compile(
    rf"/sitemaps/(?:([0-9]{{4}}-[0-9]{{2}}|{'|'.join(AXES)})|(pages)|events(?:-(-?[0-9]{{4,}}))?)(?:_[0-9]+)?\.xml"
)
"""The address of a part of the sitemap: a month or the terms of an axis, standing pages, or events of a year."""


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    yield from ("index", "standing")
    yield from {day[:MONTH] for day in days_of(change)}
    yield from {axis for axis, _ in terms_of(change) if axis in AXES}
    for one in retold(planning, change):
        yield from {axis for axis, _ in one.terms if axis == "places"}  # for there may be no other sign of a place
        yield from {f"{EVENTS}/{day[:YEAR] if len(day) >= YEAR else ''}" for day in one.days}


# --- into how many parts ---


def _standing_number(archive: Archive) -> int:
    return len(FIXED) + len(AXES) + len(ask(archive, Read("standing")))


def _terms_number(archive: Archive, axis: str) -> int:
    def make() -> int:
        row = archive.row("SELECT count(*) FROM vocabulary WHERE axis = ? AND name IS NOT NULL", axis)
        return int(row[0]) if row else 0

    number: int = archive.once(("number of terms", axis), make)
    return number


def _coarse_number(archive: Archive) -> int:
    """How many events are known no more precisely than by a decade."""
    return coarse_count(archive, EVENTS, "", "", YEAR - 1)


def _parts(number: int, least: int = 1) -> int:
    """Into how many parts a sitemap is cut. Those of events begin with the page of their year."""
    return max(least, -(-number // (LONGEST_PART - 1)))


def _size(planning: Planning, addresses: int, octets: int) -> int:
    """How many bytes some addresses have at most, with what is around them: each of their own bytes may be written as
    three."""
    return 3 * octets + addresses * (len(planning.site.base_url) + AROUND)


def _months_to_cut(planning: Planning) -> list[str]:
    """The months that are too long or too large for one part."""
    sql = """SELECT month FROM months JOIN tallies ON term = 0 AND period = month
        WHERE count > ? OR 3 * octets + (count + images) * ? > ? ORDER BY month"""
    each = _size(planning, 1, 0)
    return [month for (month,) in planning.archive.rows(sql, LONGEST_PART, each, LARGEST_PART)]


def _cuts(planning: Planning, month: str) -> list[tuple[int, int, str]]:
    """Cut a month: give for each part how many articles are before it, how many are in it, and the last change of any.
    Parts are filled in the order of publication, so that later articles change no earlier part."""
    archive = planning.archive
    row = archive.row("SELECT last, images, octets FROM months WHERE month = ?", month)
    number = count(archive, "", "", month)
    if row is None or not number:
        return []
    last, images, octets = row
    if number <= LONGEST_PART and _size(planning, number + images, octets) <= LARGEST_PART:
        return [(0, number, last)]
    found: list[tuple[int, int, str]] = []
    before = size = taken = 0
    last = ""
    sql = f"""SELECT coalesce(json_array_length(images), 0), length(CAST(address AS BLOB)) +
        coalesce(length(CAST(images AS BLOB)), 0), {LAST_CHANGE} FROM filed JOIN documents USING (path) WHERE term = 0
        AND filed.day BETWEEN ?1 AND ?1 || '~' ORDER BY filed.day, filed.published, path"""  # noqa: S608 - our own words
    for shown, octets, changed in archive.each(sql, month):
        own = _size(planning, 1 + shown, octets)
        if taken and (taken == LONGEST_PART or size + own > LARGEST_PART):
            found.append((before, taken, last))
            before, taken, size, last = before + taken, 0, 0, ""
        taken, size, last = taken + 1, size + own, max(last, changed)
    return [*found, (before, taken, last)]


def _absent(planning: Planning, month: str) -> list[str]:
    """The addresses of images that articles of a month show and at which nothing is published, which is a warning; of
    files beside the articles it is a fault."""
    sql = """SELECT DISTINCT value FROM filed JOIN documents USING (path), json_each(images) WHERE term = 0
        AND filed.day BETWEEN ?1 AND ?1 || '~' AND images IS NOT NULL AND value NOT LIKE '/media/%' ORDER BY value"""
    return [one for (one,) in planning.archive.rows(sql, month) if planning.files.find(one) is None]


def _part(name: str, part: int) -> str:
    return f"{name}_{part + 1}" if part else name


def _name_of(year: str) -> str:
    return f"{EVENTS}-{year}" if year else EVENTS


# --- what is in them ---


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    if page.address == "/sitemap.xml":
        named = [(_part("pages", part), "") for part in range(page.facts["standing"])]
        for axis, parts in page.facts["terms"].items():
            named += [(_part(axis, part), "") for part in range(parts)]
        for month, _, last in reads.months:
            named += [(_part(month, part), one) for part, one in enumerate(page.facts["cut"].get(month, [last]))]
        named += [(_part(EVENTS, part), "") for part in range(page.facts["coarse"])]
        for year in reads.years:
            named += [(_part(_name_of(year.name), part), "") for part in range(_parts(year.count))]
        if reads.news:
            named.append((NEWS, reads.news))
        rows = [row("sitemap", frame.absolute(f"/sitemaps/{name}.xml"), last) for name, last in named]
        return Output(f"{HEAD}<sitemapindex {SPACE}>\n{''.join(rows)}</sitemapindex>\n".encode())
    if "changes" in page.reads:
        return _month(reads.changes, set(page.facts["absent"]), frame)
    if "keys" in page.reads:
        year = page.facts["year"]
        first = f"/timeline/events/{year}/" if year else "/timeline/events/"
        return urlset(row("url", frame.absolute(one)) for one in (first, *map(event_address, reads.keys)))
    if "slugs" in page.reads:
        axis = page.facts["axis"]
        return urlset(row("url", frame.absolute(Term(axis, slug, slug).address)) for slug in reads.slugs)
    addresses = [*FIXED, *(f"/{axis}/" for axis in AXES), *reads.standing]
    addresses = [*dict.fromkeys(addresses)]  # a page of the content may be at one that every archive has
    begin = page.facts["part"] * (LONGEST_PART - 1)
    return urlset(row("url", frame.absolute(one)) for one in addresses[begin : begin + LONGEST_PART - 1])


def _month(changes: Iterable[tuple[str, str, str | None]], absent: set[str], frame: Frame) -> Output:
    rows, spaces = [], ""
    for address, changed, images in changes:
        shown = [one for one in json.loads(images) if one not in absent] if images else ()
        urls = (escape(frame.absolute(one), quote=False) for one in shown)
        more = "".join(f"<image:image><image:loc>{url}</image:loc></image:image>" for url in urls)
        spaces = f" {IMAGE_SPACE}" if more else spaces
        rows.append(row("url", frame.absolute(address), changed, more))
    return urlset(rows, spaces)


def urlset(rows: Iterable[str], spaces: str = "") -> Output:
    """Give a sitemap of some rows, with more namespaces than its own if they need them."""
    return Output(f"{HEAD}<urlset {SPACE}{spaces}>\n{''.join(rows)}</urlset>\n".encode())


def row(tag: str, url: str, changed: str = "", more: str = "") -> str:
    """Give one entry of a sitemap or an index: its URL, when it last changed, no more precisely than that is known, and
    elements of other namespaces."""
    lastmod = f"<lastmod>{changed.rpartition(' ')[2]}</lastmod>" if changed else ""
    return f"<{tag}><loc>{escape(url, quote=False)}</loc>{lastmod}{more}</{tag}>\n"


FEATURE = Feature("sitemap", _subjects, _pages, _affected, render=_render, locate=_locate)
