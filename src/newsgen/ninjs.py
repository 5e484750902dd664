"""Say an article in IPTC ninjs 3.1 (iptc.org/std/ninjs): values to plain data, and data to JSON.

Nothing is said that is not known: what is empty is left out. ninjs has no dates without a time; where only the day is
known, its beginning in the time zone of the site stands for it, as in feeds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from newsgen.licences import read_licence
from newsgen.model import Article, Moment, Term, event_address
from newsgen.urls import as_uri, slugify

Absolute = Callable[[str], str]
"""Makes an address of the site into a whole URL."""
Value = dict[str, Any]

STANDARD = {"name": "ninjs", "version": "3.1", "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#"}
USABLE, CANCELED = "usable", "canceled"
RETRACTION = "retraction"

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = (("\u2028", "\\u2028"), ("\u2029", "\\u2029"))
_ITEM = re.compile(r"Q[1-9][0-9]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rights:
    """Who publishes, and on which terms."""

    publisher: str
    publisher_url: str | None
    license: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an article: what its head says of it, and the files that it is published as."""

    url: str
    alt: str
    caption: str
    credit: str
    renditions: tuple[Value, ...]


def rendition(name: str, url: str, type_: str | None, width: int | None = None, height: int | None = None) -> Value:
    """Give one file that something is published as."""
    return _filled(name=name, href=as_uri(url), contentType=type_, width=width, height=height)


def describe(
    absolute: Absolute,
    article: Article,
    terms: Mapping[str, Sequence[Term]],
    bodies: tuple[str, str],
    rights: Rights,
    pictures: Iterable[Picture] = (),
    items: Mapping[str, str] | None = None,
) -> Value:
    """Give an article as ninjs 3.1. ``bodies`` are its text as HTML and as plain text, ``items`` those of Wikidata that
    its places are, by their keys."""
    card, meta = article.card, article.meta
    url = absolute(card.address)
    uri = as_uri(card.id)
    markup, plain = bodies
    length = {"charCount": len(plain), "wordCount": sum(article.length)}
    licence = read_licence(rights.license)
    corrections = [
        (one["kind"], Moment.unpack(one["date"]), one["text"])
        for one in sorted(meta["corrections"], key=lambda one: str(one["date"]))
    ]
    is_retracted = any(kind == RETRACTION for kind, _, _ in corrections)
    authors = [one.name for one in terms["authors"]]
    own = slugify(rights.publisher)
    return _filled(
        uri=uri,
        standard=STANDARD,
        type="text",
        representationType="full",
        firstCreated=card.published.instant.isoformat(),
        versionCreated=card.changed.instant.isoformat(),
        expires=_instant(meta["expires"]),
        pubStatus=CANCELED if is_retracted else USABLE,
        language=card.language,
        title=card.title,
        slugline=card.address.rstrip("/").rpartition("/")[2],
        by=", ".join(authors),
        located=meta["dateline"] or card.place,
        headlines=[{"role": "main", "contentType": "text/plain", "value": card.title}],
        descriptions=[
            *_texts("summary", card.summary),
            *(one for kind, when, text in corrections for one in _texts(kind, f"{_day(when)}: {text}")),
        ],
        edNote="\n".join(f"{kind.capitalize()}, {_day(when)}: {text}" for kind, when, text in corrections),
        bodies=[
            {"role": "html", "contentType": "text/html", **length, "value": markup},
            {"role": "text", "contentType": "text/plain", **length, "value": plain},
        ]
        if markup
        else [],
        people=[_author(absolute, one) for one in terms["authors"] if slugify(one.name) != own],
        organisations=[
            *(_author(absolute, one) for one in terms["authors"] if slugify(one.name) == own),
            _publisher(rights, absolute),
        ],
        places=_places(absolute, meta, terms["places"], items or {}),
        subjects=[
            _subject(absolute, one, rel)
            for axis, rel in (("tags", "about"), ("sections", "section"), ("threads", "story"))
            for one in terms[axis]
        ],
        events=_events(absolute, meta["events"]),
        infoSources=[_source(absolute, one) for one in meta["sources"] if not one["proposed"]],
        copyrightHolder=rights.publisher if licence else None,
        usageTerms=licence.text if licence else None,
        rightsInfo={"linkedRights": as_uri(licence.url)} if licence and licence.url else None,
        renditions=[rendition("web", url, "text/html")],
        associations=[_picture(one) for one in pictures],
        altIds=[{"role": "canonical", "value": url}, *([{"role": "id", "value": card.id}] if uri != card.id else [])],
    )


def to_bytes(value: Value) -> bytes:
    """Give a document as JSON (RFC 8259) in UTF-8, on one line, without what no text may hold."""
    text = json.dumps(_clean(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character, escaped in _LINE_ENDS:
        text = text.replace(character, escaped)
    return f"{text}\n".encode()


def _filled(**values: Any) -> Value:
    return {name: value for name, value in values.items() if value or value == 0}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _NO_TEXT.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, Mapping):
        return {name: _clean(one) for name, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else value


def _instant(packed: list[Any] | None) -> str | None:
    moment = Moment.unpack(packed)
    return moment.instant.isoformat() if moment else None


def _day(moment: Moment | None) -> str:
    return moment.day.isoformat() if moment else ""


def _texts(role: str, text: str) -> list[Value]:
    return [{"role": role, "contentType": "text/plain", "value": text}] if text else []


def _author(absolute: Absolute, author: Term) -> Value:
    return {"name": author.name, "rel": "author", "uri": absolute(author.address), "literal": author.slug}


def _publisher(rights: Rights, absolute: Absolute) -> Value:
    return {"name": rights.publisher, "rel": "publisher", "uri": absolute("/") + "#publisher"} | _reached(
        rights.publisher_url
    )


def _reached(*links: str | None) -> Value:
    found = [{"type": "web", "value": one} for one in links if one]
    return {"contactInfo": found} if found else {}


def _subject(absolute: Absolute, term: Term, rel: str) -> Value:
    return {"name": term.name, "rel": rel, "uri": absolute(term.address), "literal": term.slug}


def _places(absolute: Absolute, meta: dict[str, Any], terms: Sequence[Term], items: Mapping[str, str]) -> list[Value]:
    """The places that an article is about, each once, then those that they lie in; coordinates as GeoJSON has them,
    longitude first (RFC 7946)."""
    known = {one.slug: one for one in terms}
    given = [meta["location"], *meta["places"]] if meta["location"] else meta["places"]
    found: dict[str, Value] = {}
    for one in given:
        key = one["key"]
        point = {"type": "Point", "coordinates": [one["at"][1], one["at"][0]]} if one["at"] else None
        found.setdefault(key or one["shown"], _place(absolute, known.get(key), one["shown"], "about", items, point))
    for key in (key for one in given for key in one["chain"][1:]):
        if key in known:
            found.setdefault(key, _place(absolute, known[key], known[key].name, "within", items))
    return list(found.values())


def _place(
    absolute: Absolute, term: Term | None, name: str, rel: str, items: Mapping[str, str], point: Value | None = None
) -> Value:
    page = absolute(term.address) if term else None
    item = items.get(term.slug, "") if term else ""
    uri = f"http://www.wikidata.org/entity/{item}" if _ITEM.fullmatch(item) else page
    named = _filled(
        name=term.name if term else name, rel=rel, uri=uri, literal=term.slug if term else None, geoJSON=point
    )
    return named | (_reached(page) if uri != page else {})


def _events(absolute: Absolute, events: Iterable[dict[str, Any]]) -> list[Value]:
    found = []
    for one in events:
        key = slugify(one["id"]) if one["id"] else ""
        rel = one["role"] or "main"
        found.append(_filled(name=one["name"], rel=rel, uri=absolute(event_address(key)) if key else None))
    return found


def _source(absolute: Absolute, source: dict[str, Any]) -> Value:
    uri = absolute(f"/sources/{source['key']}/") if source["key"] else None
    named = _filled(name=source["shown"], role=source["kind_shown"], uri=uri, literal=source["key"])
    return named | _reached(source["url"], source["archived"])


def _picture(picture: Picture) -> Value:
    name = picture.caption or picture.alt or picture.url.rstrip("/").rpartition("/")[2] or picture.url
    return _filled(
        uri=as_uri(picture.url),
        name=name,
        rel="picture",
        type="picture",
        by=picture.credit,
        descriptions=[*_texts("caption", picture.caption), *_texts("alt", picture.alt)],
        renditions=list(picture.renditions),
    )
