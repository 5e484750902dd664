"""The archive as data: tables, maps and timelines for programs, their description, and a page that explains them.

A table of many rows is cut by year, a year of many by month, and a month of many into numbered parts from the oldest;
then there is no undivided file. What is known less precisely than the parts is in a part of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from newsgen.archive import Archive, Change
from newsgen.catalogues import message
from newsgen.datapackage import package, refer, resource
from newsgen.datasets import (
    ARTICLES,
    CITATIONS,
    EVENTS,
    MINTED,
    SOURCES,
    TABLES,
    article_row,
    citation_rows,
    event_row,
    place_rows,
    source_row,
)
from newsgen.features import Feature, Frame, Planning, days_of, has_been_retold, has_moved
from newsgen.features.events import retold
from newsgen.model import EVENTS as HAPPENED
from newsgen.model import Output, Page, Read, digest, events_of
from newsgen.particulars import term
from newsgen.questions import MONTH, YEAR, Reads, count, periods
from newsgen.serialising import to_csv, to_geojson, to_jsonl, to_timeline
from newsgen.urls import tag_uri

MOST_ROWS = 2_000
"""How many articles or events one file holds, and how many of its newest events the timeline of a thread has."""
ROOT = "/data/"
AXES = {"articles": "", "events": HAPPENED}
"""The axis under which is filed what a table is cut by."""
FILES = {
    "articles": (("articles", "csv"), ("articles", "jsonl"), ("citations", "csv")),
    "events": (("events", "csv"), ("events", "jsonl"), ("events", "geojson"), ("timeline", "json")),
}
"""The files of each part: the beginnings and the ends of their names."""
KINDS = {
    ("articles", "csv"): (ARTICLES.title, ARTICLES.description),
    ("articles", "jsonl"): (ARTICLES.title, ARTICLES.description),
    ("citations", "csv"): (CITATIONS.title, CITATIONS.description),
    ("events", "csv"): (EVENTS.title, EVENTS.description),
    ("events", "jsonl"): (EVENTS.title, EVENTS.description),
    ("events", "geojson"): (
        message("Events on the map"),
        message("The events whose place has coordinates, as points (RFC 7946)."),
    ),
    ("timeline", "json"): (message("Timeline of events"), message("The events whose year is known, for TimelineJS 3.")),
    ("places", "geojson"): (
        message("Places"),
        message("All places and what they lie in; those that have coordinates as points (RFC 7946)."),
    ),
    ("sources", "csv"): (SOURCES.title, SOURCES.description),
}
"""What the files are, by the beginnings and the ends of their names."""

Part = tuple[str, str, int, int]
"""Its name in files (nothing for an undivided table), its period, 1 where it holds only what is known no more precisely
than that, and how many rows of these come before it."""


def parts_of(archive: Archive, table: str, period: str) -> list[Part]:
    """Give the parts into which the rows of a period are cut that do not belong to a shorter one."""
    axis = AXES[table]
    outer = [period[:length] for length in (0, YEAR) if length < len(period)]
    number = count(archive, axis, "", period)
    if any(count(archive, axis, "", one) <= MOST_ROWS for one in outer) or (period and not number):
        return []
    if number <= MOST_ROWS:
        return [(period, period, 0, 0)]
    if len(period) == MONTH:
        return _numbered(period, period, 0, number)
    finer = YEAR if not period else MONTH
    number -= sum(one.count for one in periods(archive, axis, "", period, finer))
    return _numbered(f"{period}-without-month" if period else "without-year", period, 1, number)


def _numbered(name: str, period: str, coarse: int, number: int) -> list[Part]:
    return [
        (f"{name}_{skip // MOST_ROWS + 1}" if skip else name, period, coarse, skip)
        for skip in range(0, number, MOST_ROWS)
    ]


def _periods(archive: Archive, table: str, slack: int = 0) -> Iterator[str]:
    """Name the periods that have parts; and those that might have, were there ``slack`` more or fewer rows."""
    axis = AXES[table]
    yield ""
    if count(archive, axis, "") + slack > MOST_ROWS:
        for year in periods(archive, axis, "", "", YEAR):
            yield year.name
            if year.count + slack > MOST_ROWS:
                yield from (month.name for month in periods(archive, axis, "", year.name, MONTH))


def _subjects(planning: Planning) -> Iterator[str]:
    yield from ("about", "places", "sources")
    for table in AXES:
        yield from (f"{table}/{period}" for period in _periods(planning.archive, table))
    yield from (f"threads/{slug}" for slug in _threads(planning.archive))


def _threads(archive: Archive) -> list[str]:
    """Give the slugs of the running stories that have events."""
    sql = "SELECT slug FROM vocabulary WHERE axis = ? ORDER BY slug"
    return [slug for (slug,) in archive.rows(sql, events_of("threads"))]


def thread_address(slug: str) -> str:
    """Give the address of the timeline of a running story."""
    return f"{ROOT}threads/{slug}.json"


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    table, _, of = subject.partition("/")
    if table == "about":
        names = {one: [part[0] for part in _all_parts(planning.archive, one)] for one in AXES}
        yield Page(ROOT, "data", "the page about the data", "data.html", facts={"parts": names})
        threads = [[slug, term(planning.archive, "threads", slug).name] for slug in _threads(planning.archive)]
        facts = {"file": "datapackage.json", "parts": names, "threads": threads}
        yield Page(f"{ROOT}datapackage.json", "data", "the data package", facts=facts, kind="file")
    elif table == "threads":
        if count(planning.archive, events_of("threads"), of):
            reads = {"term": Read("term", ("threads", of))}
            reads["events"] = Read("latest", (events_of("threads"), of, MOST_ROWS))
            address = thread_address(of)
            origin = f"the timeline of threads/{of} as data"
            yield Page(address, "data", origin, reads=reads, facts={"file": "timeline.json"}, kind="listing")
    elif table in ("places", "sources"):
        name, read = ("places.geojson", "places") if table == "places" else ("sources.csv", "source_rows")
        yield Page(f"{ROOT}{name}", "data", f"the {table} as data", None, {table: Read(read)}, {"file": name}, "file")
    else:
        for part in parts_of(planning.archive, table, of):
            yield from _files(table, *part)


def _locate(planning: Planning, address: str) -> Iterator[str]:
    """The subject of a file by its name, which ends in the period and the number of a part."""
    name = address.removeprefix(ROOT)
    if not address.startswith(ROOT):
        return
    if name in ("", "datapackage.json"):
        yield "about"
    elif name in ("places.geojson", "sources.csv"):
        yield name.partition(".")[0]
    elif name.startswith("threads/"):
        yield name.removesuffix(".json")
    else:
        beginning, period = _NAME_OF_A_PART.match(name).groups("")  # type: ignore[union-attr] # it fits anything
        yield from (f"{table}/{period}" for table, files in FILES.items() if beginning in {one for one, _ in files})


_NAME_OF_A_PART = re.compile(r"([a-z]*)(?:-([0-9]{4}(?:-[0-9]{2})?))?")


def _files(table: str, name: str, period: str, coarse: int, skip: int) -> Iterator[Page]:
    if table == "articles":
        reads = {"rows": Read("article_rows", (period, MOST_ROWS, skip))}
    else:
        reads = {"events": Read("event_rows", (period, coarse, MOST_ROWS, skip))}
    origin = f"the {table} as data" + (f" ({name})" if name else "")
    for beginning, end in FILES[table]:
        facts = {"file": f"{beginning}.{end}", "part": name}
        yield Page(ROOT + file_name(beginning, name, end), "data", origin, None, reads, facts, "listing")


def file_name(beginning: str, part: str, end: str) -> str:
    """Give the name of the file of a part: ``articles.csv``, ``articles-2024.csv``."""
    return f"{beginning}-{part}.{end}" if part else f"{beginning}.{end}"


def _all_parts(archive: Archive, table: str) -> Iterator[Part]:
    for period in _periods(archive, table):
        yield from parts_of(archive, table, period)


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The parts that hold an article or its events, or held them; all parts of a table, or of a year, that has just
    outgrown one file, or shrunk to it; and what counts articles."""
    if not days_of(change) or not has_been_retold(change):
        return
    archive = planning.archive
    yield "about"
    if has_moved(change):
        yield "sources"
    for day in days_of(change):
        yield from (f"articles/{day[:length]}" for length in (0, YEAR, MONTH))
    told = list(retold(planning, change))
    if told or has_moved(change):
        yield "places"
    for one in told:
        yield from {f"events/{day[:length]}" for day in one.days for length in (0, YEAR, MONTH) if length <= len(day)}
        yield from {f"threads/{slug}" for axis, slug in one.terms if axis == "threads"}
    for table, most in (("articles", planning.changes), ("events", planning.told)):
        yield from (f"{table}/{period}" for period in _crossing(archive, table, most))


def _crossing(archive: Archive, table: str, most: int) -> Iterator[str]:
    """Name the periods whose parts may be others because as many as ``most`` rows have come or gone."""
    axis = AXES[table]
    if abs(count(archive, axis, "") - MOST_ROWS) <= most:
        yield from _periods(archive, table, most)
    elif count(archive, axis, "") > MOST_ROWS:
        for year in periods(archive, axis, "", "", YEAR):
            if abs(year.count - MOST_ROWS) <= most:
                yield from (one.name for one in periods(archive, axis, "", year.name, MONTH))


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    """What the template of the page sees: the tables with their columns, and every file, those that tell the same of
    the same part together."""
    spoken = frame.spelling.catalogue.gettext
    files = []
    for (title, description), kinds in groupby(KINDS, lambda one: KINDS[one]):
        same = list(kinds)
        parts = [
            [(name, ROOT + name) for name in (file_name(beginning, part, end) for beginning, end in same)]
            for part in _parts_of_kind(page, same[0])
        ]
        files.append({"title": spoken(title), "description": spoken(description), "parts": parts})
    tables = []
    for table in TABLES:
        columns = [replace(one, description=spoken(one.description)) for one in table.columns]
        tables.append({"name": table.name, "title": spoken(table.title), "columns": columns})
    return {
        "tables": tables,
        "files": files,
        "package": f"{ROOT}datapackage.json",
    }


def _parts_of_kind(page: Page, kind: tuple[str, str]) -> list[str]:
    """Give the names of the parts of a kind of file; one without a name where it is never cut."""
    table = next((one for one, kinds in FILES.items() if kind in kinds), None)
    return list(page.facts["parts"][table]) if table else [""]


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    site, absolute, name = frame.site, frame.absolute, page.facts["file"]
    if name == "datapackage.json":
        return Output(_package(page, frame))
    if name == "timeline.json":
        title, description = site.title, site.description
        if "term" in page.reads:
            title, description = reads.term.name, reads.term.description
        return Output(to_timeline(title, description, reads.events, site.id_authority, absolute))
    if name == "places.geojson":
        return Output(to_geojson(place_rows(reads.places, absolute)))
    if name == "sources.csv":
        return Output(to_csv(SOURCES, (source_row(one, absolute) for one in reads.sources)))
    if name == "citations.csv":
        return Output(to_csv(CITATIONS, (row for one in reads.rows for row in citation_rows(one, absolute))))
    if name == "events.geojson":
        on_map = ((event_row(one, site.id_authority, absolute), one.told.at) for one in reads.events)
        return Output(to_geojson(one for one in on_map if one[1] is not None))
    if name.startswith("articles"):
        table, rows = ARTICLES, (article_row(one, absolute) for one in reads.rows)
    else:
        table, rows = EVENTS, (event_row(one, site.id_authority, absolute) for one in reads.events)
    return Output(to_csv(table, rows) if name.endswith(".csv") else to_jsonl(rows))


def _package(page: Page, frame: Frame) -> bytes:
    site = frame.site
    tables = {one.name: one for one in TABLES}
    resources = []
    for kind, (title, description) in KINDS.items():
        beginning, end = kind
        for part in _parts_of_kind(page, kind):
            path = file_name(beginning, part, end)
            name = beginning if end == "csv" else f"{beginning}-{end}"
            whole = f"{title}: {part}" if part else title
            resources.append(
                resource(f"{name}-{part}" if part else name, path, whole, description, tables.get(beginning))
            )
    for slug, name in page.facts["threads"]:
        path = thread_address(slug).removeprefix(ROOT)
        title, description = f"Timeline: {name}", "The newest events of a running story, for TimelineJS 3."
        resources.append(resource(f"thread-{digest(slug).hex()[:12]}", path, title, description))
    refer(resources)
    publisher = {"title": site.publisher.name, **({"path": site.publisher.url} if site.publisher.url else {})}
    id_ = tag_uri(site.id_authority, MINTED, ROOT)
    return package(site.title, site.description, frame.absolute("/"), id_, publisher, site.license, resources)


FEATURE = Feature(
    "data",
    _subjects,
    _pages,
    _affected,
    _view,
    _render,
    settings=("title", "description", "license", "publisher.name", "publisher.url", "id_authority"),
    locate=_locate,
)
