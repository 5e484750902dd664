"""The tables for researchers: their columns, declared once, and their rows as plain values.

Every row has an id that no move breaks, and the whole URL of what it tells of. Values are text, numbers, truth values,
lists of text, or None; how they are written is for :mod:`newsgen.serialising`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from newsgen.catalogues import message
from newsgen.edtf import read_edtf
from newsgen.model import Happening, Moment, Place, event_address
from newsgen.structured import told_at
from newsgen.tables import ArticleRow, SourceRow
from newsgen.urls import encode, tag_uri

MINTED = "1970-01-01"
"""The day in ids of what has no day of publication: it must come from content alone."""

Row = dict[str, Any]
Located = tuple[Row, tuple[float, float] | None]
"""A row with its latitude and longitude, where these are known."""
Absolute = Callable[[str], str]
"""Gives the whole URL of an address."""
Kind = Literal["string", "date", "datetime", "number", "integer", "boolean", "list", "uri"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``least`` and ``greatest`` bound a number."""

    name: str
    kind: Kind
    description: str
    required: bool = False
    least: float | None = None
    greatest: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table: ``key`` are the columns that together stand for a row."""

    name: str
    title: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


_LATITUDE = Column("latitude", "number", "Degrees, north positive; of the place.", False, -90, 90)
_LONGITUDE = Column("longitude", "number", "Degrees, east positive; of the place.", False, -180, 180)
_PLACE_ID = Column("place_id", "string", "The place's id, as in places.geojson.")
_ARTICLE = message("The id of the article, as in the table of articles.")

ARTICLES = Table(
    "articles",
    message("Articles"),
    message("One row for each article, the oldest first."),
    ("id",),
    (
        Column("id", "string", "The permanent id of the article.", True),
        Column("url", "uri", "Where it can be read.", True),
        Column("title", "string", "Its headline.", True),
        Column("published", "date", "The day of publication, in the archive's time zone.", True),
        Column("published_at", "datetime", "The moment of publication; empty where only the day is known."),
        Column("updated", "date", "The day of its last significant change."),
        Column("updated_at", "datetime", "The moment of that change; empty where only the day is known."),
        Column("language", "string", "Its language (BCP 47).", True),
        Column("place", "string", "Where it is about."),
        _PLACE_ID,
        _LATITUDE,
        _LONGITUDE,
        Column("authors", "list", "Who wrote it."),
        Column("tags", "list", "What it is about."),
        Column("section", "string", "The section of the paper."),
        Column("thread", "string", "The running story that it belongs to."),
        Column("summary", "string", "One or two sentences of it."),
        Column("sources", "integer", "How many sources it names; they are in the table of citations.", True, 0),
        Column("corrections", "integer", "How often it was corrected.", True, 0),
    ),
)
EVENTS = Table(
    "events",
    message("Events"),
    message(
        "One row for each event, however many articles report it, in the order of time. Where reports differ, the row "
        "is that of the report that is first: one that is about the event before one that only recalls it, then the "
        "oldest."
    ),
    ("id",),
    (
        Column("id", "string", "The permanent id of the event.", True),
        Column("url", "uri", "Where it is told: its own page, or its place on that of an article.", True),
        Column("name", "string", "What happened.", True),
        Column("when", "string", "When, in EDTF (ISO 8601-2), no more precisely than is known.", True),
        Column("begin", "date", "The first day on which it may have happened; empty where that is not known."),
        Column("end", "date", "The last day on which it may have happened; empty where that is not known."),
        Column("precision", "string", "How precisely its beginning is known: century, decade, year, month, day …"),
        Column("as_written", "string", "When it happened, in the words of the report."),
        Column("place", "string", "Where it happened."),
        _PLACE_ID,
        _LATITUDE,
        _LONGITUDE,
        Column("status", "string", "How sure it is: reported, claimed, confirmed or disputed."),
        Column("role", "string", "Whether the article is about it (main) or recalls it (background).", True),
        Column("disagreement", "boolean", "Whether reports disagree on its date or place.", True),
        Column("sources", "list", "The sources of the article that it rests on."),
        Column("article", "string", _ARTICLE, True),
        Column("article_url", "uri", "Where that article can be read.", True),
    ),
)
_KEPT = (
    Column("url", "string", "Where the source itself can be read, as it was given."),
    Column("archived", "string", "Where a copy of it is kept."),
    Column("accessed", "date", "The day on which it was read."),
    Column("link_status", "string", "What was found at its link: ok, moved, changed or gone; empty if not looked at."),
    Column("link_checked", "date", "The day on which its link was last looked at."),
)
CITATIONS = Table(
    "citations",
    message("Citations"),
    message("One row for each source that an article names, in the order of the articles."),
    ("article", "number"),
    (
        Column("article", "string", _ARTICLE, True),
        Column("article_url", "uri", "Where that article can be read.", True),
        Column("number", "integer", "The number of the source in its article.", True, 1),
        Column("source", "string", "Who or what it is; a description where the name is withheld.", True),
        Column("source_id", "string", "Its id in the table of sources, if it is there."),
        Column("kind", "string", "person, document, statement, wire, media or dataset."),
        Column("attribution", "string", "On what terms it may be named: on-record, background or deep-background."),
        Column("reason", "string", "Why it is not named."),
        *_KEPT,
    ),
)
SOURCES = Table(
    "sources",
    message("Sources"),
    message("One row for each source of the archive's register on which anything rests."),
    ("id",),
    (
        Column("id", "string", "The key of the source in the register.", True),
        Column("page", "uri", "The page of all that rests on it.", True),
        Column("name", "string", "Who or what it is.", True),
        Column("kind", "string", "person, document, statement, wire, media or dataset."),
        Column("description", "string", "A sentence about it."),
        *_KEPT,
        Column("articles", "integer", "How many articles rest on it.", True, 0),
    ),
)
TABLES = (ARTICLES, EVENTS, CITATIONS, SOURCES)


def article_row(one: ArticleRow, absolute: Absolute) -> Row:
    """Give the row of an article in :data:`ARTICLES`."""
    card, meta = one.card, one.meta
    location = meta["location"] or {}
    latitude, longitude = location.get("at") or (None, None)
    return {
        "id": card.id,
        "url": absolute(card.address),
        "title": card.title,
        "published": card.published.day.isoformat(),
        "published_at": _moment(card.published),
        "updated": card.updated.day.isoformat() if card.updated else None,
        "updated_at": _moment(card.updated),
        "language": card.language,
        "place": card.place,
        "place_id": location.get("key"),
        "latitude": latitude,
        "longitude": longitude,
        "authors": list(one.names["authors"]),
        "tags": list(one.names["tags"]),
        "section": "; ".join(one.names["sections"]) or None,
        "thread": "; ".join(one.names["threads"]) or None,
        "summary": card.summary,
        "sources": sum(not source["proposed"] for source in meta["sources"]),
        "corrections": len(meta["corrections"]),
    }


def _moment(moment: Moment | None) -> str | None:
    return None if moment is None or moment.day_only else moment.instant.isoformat()


def citation_rows(one: ArticleRow, absolute: Absolute) -> Iterator[Row]:
    """Give the rows of the sources of an article in :data:`CITATIONS`; those that are only proposed are none."""
    for number, source in enumerate(one.meta["sources"], 1):
        if not source["proposed"]:
            yield {
                "article": one.card.id,
                "article_url": absolute(one.card.address),
                "number": number,
                "source": source["shown"],
                "source_id": source["key"],
                "kind": source["kind_shown"],
                "attribution": source["attribution"],
                "reason": source["reason"],
                **_kept(source),
            }


def source_row(one: SourceRow, absolute: Absolute) -> Row:
    """Give the row of a source of the register in :data:`SOURCES`."""
    return {
        "id": one.key,
        "page": absolute(f"/sources/{one.key}/"),
        "name": one.name,
        "kind": one.entry.get("kind"),
        "description": one.entry.get("description"),
        **_kept(one.entry),
        "articles": one.count,
    }


def _kept(source: dict[str, Any]) -> Row:
    accessed, checked = source.get("accessed"), source.get("checked") or {}
    return {
        "url": source.get("url"),
        "archived": source.get("archived"),
        "accessed": accessed[:10] if accessed else None,
        "link_status": checked.get("status"),
        "link_checked": checked["date"][:10] if checked else None,
    }


def event_id(event: Happening, authority: str) -> str:
    """Give the permanent id of an event: an RFC 4151 tag URI of its own where it has an ``id``, else the id of the
    article that alone tells of it, with a fragment."""
    if event.id:
        return tag_uri(authority, MINTED, event_address(event.id))
    article, _, name = event.key.rpartition("#")
    return f"{article}#{encode(name)}"


def event_row(event: Happening, authority: str, absolute: Absolute) -> Row:
    """Give the row of an event in :data:`EVENTS`, as the report has it that it is filed by."""
    told = event.told
    latitude, longitude = told.at or (None, None)
    return {
        "id": event_id(event, authority),
        "url": told_at(absolute, told, event),
        "name": told.name,
        "when": told.when,
        "begin": event.first,
        "end": event.last,
        "precision": read_edtf(told.when).precision,
        "as_written": told.as_written,
        "place": told.place,
        "place_id": told.place_key,
        "latitude": latitude,
        "longitude": longitude,
        "status": told.status,
        "role": told.role,
        "disagreement": bool(event.differing),
        "sources": [name for _, name, _ in told.sources],
        "article": told.card.id,
        "article_url": absolute(told.address),
    }


def place_rows(places: Iterable[Place], absolute: Absolute, within: str | None = None) -> Iterator[Located]:
    """Give all places, each before those in it, so that what lies within what is known of those too that have no
    coordinates."""
    for one in places:
        row = {"id": one.slug, "name": one.name, "kind": one.entry.get("kind"), "within": within}
        links = {"url": absolute(one.address), "wikidata": one.entry.get("wikidata")}
        yield {**row, "articles": one.count, **links}, one.at
        yield from place_rows(one.inner, absolute, one.slug)
