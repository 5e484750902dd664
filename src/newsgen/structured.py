"""Say in JSON-LD, with the words of schema.org, what pages are about: values to plain data, and data to a script.

Nothing is said that is not known: what is empty is left out, and a time is given only as exactly as it is told.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from newsgen.edtf import read_edtf
from newsgen.licences import read_licence
from newsgen.model import Account, Happening, Term
from newsgen.points import Point
from newsgen.policies import ALL_CORRECTIONS, POLICIES
from newsgen.site import Publisher
from newsgen.urls import encode, slugify

Thing = dict[str, Any]
Absolute = Callable[[str], str]
"""Makes an address of the site into a whole URL."""

MOST_LISTED = 100
"""How many items of a list are told."""
MOST_DATES = 20_000
WORKS = {"document": "CreativeWork", "dataset": "Dataset"}
"""The kinds of sources that are works by themselves."""
SPEAKERS = ("person", "wire", "media")
"""Those whose names are of who speaks; that of a statement may be either."""

_CONTEXT = "https://schema.org"
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def script(*things: Thing) -> Markup:
    """Give the element that holds ``things`` (JSON-LD 1.1); empty for none.

    What could end or open an element, begin a character reference or end a line of a script is escaped as JSON escapes
    characters, so no text leaves the element, and a parser of JSON reads what was meant.
    """
    if not things:
        return Markup()
    data = {"@context": _CONTEXT, **things[0]} if len(things) == 1 else {"@context": _CONTEXT, "@graph": things}
    text = _ENCODER.encode(data)
    for character, escaped in _ESCAPED:
        if character in text:
            text = text.replace(character, escaped)
    if (not text.isascii() or "\x7f" in text) and not text.isprintable():
        text = _UNSAFE.sub(_escape, text)
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704 - nothing in it is markup now


_ESCAPED = (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"))
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]|[^\x00-\uffff]")
"""Ends of lines, and what an HTML parser may drop or replace; of other planes only noncharacters are such."""


def _escape(found: re.Match[str]) -> str:
    character = found[0]
    if ord(character) > 0xFFFF and ord(character) & 0xFFFE != 0xFFFE:
        return character
    return json.dumps(character)[1:-1]


def thing(kind: str, values: dict[str, Any]) -> Thing:
    """Give a thing of a type, without the properties that are empty."""
    return {"@type": kind, **{name: value for name, value in values.items() if value or value == 0}}


def one_or_many(values: Sequence[Any]) -> Any:
    """Give the only value by itself, as JSON-LD has it; None for none."""
    return list(values) if len(values) > 1 else values[0] if values else None


def link(absolute: Absolute, address: str) -> str:
    """Give the URL of an address of the site with or without a fragment, or of a web address."""
    if not address.startswith("/"):
        return address
    page, mark, fragment = address.partition("#")
    return absolute(page) + mark + encode(fragment)


# --- who publishes ---


@dataclass(frozen=True, slots=True)
class Imprint:
    """What is said in the same words on every page: the publisher with its policies, the archive that all is part of,
    the licence, and who holds the rights (None where no licence is known). The publisher's slug tells its own name."""

    publisher: Thing
    publisher_slug: str
    archive: Thing
    license: Any
    holder: Thing | None


def imprint(absolute: Absolute, title: str, license_: str, publisher: Publisher) -> Imprint:
    """Give the imprint of an archive; a publisher that names no policy of corrections has the page of all of them."""
    id_ = absolute("/") + "#publisher"
    values: dict[str, Any] = {"@id": id_, "name": publisher.name, "url": publisher.url or absolute("/")}
    if publisher.logo:
        values["logo"] = thing("ImageObject", {"url": link(absolute, publisher.logo)})
    for name, address in {"corrections": ALL_CORRECTIONS, **dict(publisher.policies)}.items():
        values[POLICIES[name][0]] = link(absolute, address)
    return Imprint(
        publisher=thing("NewsMediaOrganization", values),
        publisher_slug=slugify(publisher.name),
        archive=thing("WebSite", {"@id": absolute("/"), "name": title}),
        license=license_of(license_),
        holder={"@id": id_} if license_ else None,
    )


def license_of(text: str) -> Any:
    """Give a licence: its URL where that is known, else a work of that name; None for none."""
    found = read_licence(text)
    return found and (found.url or thing("CreativeWork", {"name": found.text}))


# --- where ---


def place(absolute: Absolute, name: str, chain: Sequence[Term], at: Sequence[float] | None) -> Thing:
    """Give a place that is named in a text: ``chain`` is its own term and those that it lies in, from the inside."""
    found: Thing | None = None
    for outer in reversed(chain[1:]):
        found = thing("Place", {"@id": absolute(outer.address), "name": outer.name, "containedInPlace": found})
    id_ = absolute(chain[0].address) if chain else None
    return thing("Place", {"@id": id_, "name": name, "geo": geo(at), "containedInPlace": found})


def geo(at: Sequence[float] | None) -> Thing | None:
    """Give coordinates in degrees (WGS 84)."""
    return thing("GeoCoordinates", {"latitude": at[0], "longitude": at[1]}) if at else None


# --- what happened, and when ---


def event(absolute: Absolute, account: Account, whole: Happening | None = None) -> Thing:
    """Give an event as one report tells it; ``whole`` is that event, where it may have a page of its own."""
    start, end = dates(account.when)
    key = account.place_key
    where = {"@id": absolute(f"/places/{key}/") if key else None, "name": account.place, "geo": geo(account.at)}
    id_ = told_at(absolute, account, whole)
    return thing(
        "Event",
        {
            "@id": id_,
            "url": id_,
            "name": account.name,
            "startDate": start,
            "endDate": end,
            "location": thing("Place", where) if account.place else None,
        },
    )


def told_at(absolute: Absolute, account: Account, whole: Happening | None) -> str:
    """Give where an event is told: on its own page if it has one, else where it stands in the article."""
    return link(absolute, whole.address if whole and whole.id else f"{account.address}#{account.anchor}")


@functools.lru_cache(maxsize=MOST_DATES)
def dates(when: str) -> tuple[str | None, str | None]:
    """Give when something (EDTF) began and ended in ISO 8601, no more exactly than is known; None for what ISO 8601
    can't say so. ``2024-07-16`` began then; of a season only the year is surely right; of ``2004~`` nothing is."""
    try:
        read = read_edtf(when)
    except ValueError:
        return None, None
    if read.kind == "[":
        return (read.day if len(read.day) >= 4 and not (read.approximate or read.uncertain) else None), None
    start, end = read.points[0], read.points[-1]
    return _iso(start), _iso(end) if read.kind else None


def _iso(point: Point | None) -> str | None:
    """Give a date as far as none of its parts is marked as approximate or uncertain."""
    if point is None or point.span > 1:
        return None
    if not point.approximate and not point.uncertain:
        return (point.name + _time(point)) or None
    marked = {*point.approximate, *point.uncertain}
    known = next(number for number, name in enumerate(point.given) if name in marked)
    return point.name[: (0, 4, 7)[known]] or None


def _time(point: Point) -> str:
    if not point.time or not point.name:
        return ""
    clock = "T" + ":".join(f"{part:02}" for part in point.time)
    if point.offset is None:
        return clock
    hours, minutes = divmod(abs(point.offset), 60)
    return clock + (f"{'-' if point.offset < 0 else '+'}{hours:02}:{minutes:02}" if point.offset else "Z")


# --- what a report rests on, and what was changed in it ---


def citation(absolute: Absolute, source: dict[str, Any]) -> Thing | str:
    """Give a source: a work where it is one or can be read; else, as one who speaks is no work, its name as text."""
    kind, key, url, archived = source["kind_shown"], source["key"], source["url"], source["archived"]
    if kind not in WORKS and not url and not archived:
        return str(source["shown"])
    id_ = absolute(f"/sources/{key}/") if key and kind in WORKS else None
    named = "creditText" if kind in SPEAKERS else "name"  # what somebody says is not called by the speaker's name
    values = {"@id": id_, named: source["shown"], "url": url, "archivedAt": archived}
    return thing(WORKS.get(kind, "CreativeWork"), values)


def correction(date: str, text: str) -> Thing:
    """Give a correction of an article, made at a date (RFC 3339)."""
    return thing("CorrectionComment", {"datePublished": date, "text": text})


# --- lists ---


def item_list(name: str | None, items: Sequence[tuple[str, str]], number: int | None = None) -> Thing:
    """Give a list of URLs with names, in their order; ``number`` is how many there are, where not all are given."""
    elements = [
        {"@type": "ListItem", "position": position, "url": url, "name": item}
        for position, (url, item) in enumerate(items[:MOST_LISTED], 1)
    ]
    counted = len(items) if number is None else number
    return thing("ItemList", {"name": name, "numberOfItems": counted, "itemListElement": elements})


def breadcrumbs(steps: Sequence[tuple[str, str]]) -> Thing:
    """Give the way from the whole to a page, each step a URL and a name; the page itself is the last."""
    elements = [
        {"@type": "ListItem", "position": position, "name": name, "item": url}
        for position, (url, name) in enumerate(steps, 1)
    ]
    return thing("BreadcrumbList", {"itemListElement": elements})
