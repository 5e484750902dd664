"""Feeds and their entries in RSS 2.0 and Atom (RFC 4287), built by feedgen; what it lacks is in extensions of it: the
history of a feed (RFC 5005), enclosures of Atom, Media RSS, and when and in which language an item was changed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.ext.dc import DcEntryExtension
from feedgen.ext.geo_entry import GeoEntryExtension
from feedgen.feed import FeedGenerator
from lxml import etree

ATOM = "http://www.w3.org/2005/Atom"
GEORSS = "http://www.georss.org/georss"
HISTORY = "http://purl.org/syndication/history/1.0"
MEDIA = "http://search.yahoo.com/mrss/"
NAMESPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": HISTORY,
    "georss": GEORSS,
    "media": MEDIA,
}
"""The prefixes that readers know; each feed declares them at its head, for its entries are made apart from it."""

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_ALLOWED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Give ``text`` without the characters that XML 1.0 does not allow, not even escaped."""
    return _NOT_ALLOWED.sub("", text)


def spelt(point: tuple[float, float]) -> str:
    """Give a point as GeoRSS-Simple has it: latitude and longitude, in decimal degrees."""
    return " ".join(f"{one:.7f}".rstrip("0").rstrip(".") for one in point)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A picture that belongs to an entry: its URL and media type; its file's bytes, its size in pixels, a text in its
    place and who made it, as far as they are known."""

    url: str
    type: str
    length: int = 0
    width: int = 0
    height: int = 0
    text: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, in the terms of Atom: ``updated`` is the last significant change, ``content`` HTML with
    whole URLs. ``authors`` are names, each with the URL of a page about it, or an empty one. ``point`` is latitude and
    longitude in degrees (WGS 84), ``place`` the name of what is there."""

    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    summary: str
    content: str
    language: str
    authors: tuple[tuple[str, str], ...] = ()
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    point: tuple[float, float] | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """What one document says of the feed that it is a part of.

    ``url`` is that of the document, ``about`` that of the page with the same matter. ``current`` is the subscription
    document, for one of the archive; ``earlier`` and ``later`` are the documents of the archive before and after this
    one (RFC 5005, section 4). ``icon`` is the URL of a square picture of the site, ``style`` that of a style sheet for
    browsers.
    """

    id: str
    url: str
    about: str
    title: str
    description: str
    language: str
    author: str
    email: str | None
    rights: str
    updated: datetime
    current: str | None = None
    earlier: str | None = None
    later: str | None = None
    hub: str | None = None
    icon: str | None = None
    style: str | None = None


# --- entries ---


def entry_as_xml(entry: Entry) -> tuple[bytes, bytes]:
    """Give the ``item`` of RSS and the ``entry`` of Atom; they use the prefixes of :data:`NAMESPACES`, and in RSS
    ``atom``."""
    made = FeedEntry()
    made.register_extension("dc", DcEntryExtension, atom=False)
    made.register_extension("more", _More)
    made.id(clean(entry.id))
    made.title(clean(entry.title) or "…")
    made.link(href=clean(entry.url))
    made.description(clean(html.escape(entry.summary or entry.title, quote=False)))  # RSS 2.0 takes it for HTML
    made.content(clean(entry.content), type="html")
    if entry.summary:
        made.summary(clean(entry.summary))
    made.published(entry.published)
    made.updated(entry.updated)
    authors = [(clean(name), url) for name, url in entry.authors]
    made.author([{"name": name, "uri": url} if url else {"name": name} for name, url in authors])
    made.dc.dc_creator([name for name, _ in authors] or None)
    made.dc.dc_language(entry.language)
    categories = [{"term": clean(one), "label": clean(one)} for one in entry.categories]
    made.category(categories or None)
    if entry.point:
        made.register_extension("geo", GeoEntryExtension)
        made.geo.point(spelt(entry.point))
    made.more.entry = entry
    return _bytes(made.rss_entry()), _bytes(made.atom_entry())


def _bytes(element: Any) -> bytes:
    """Give an element that is to stand where the prefixes are declared."""
    around = etree.Element("around", nsmap={**NAMESPACES, "atom": ATOM})
    around.append(element)
    made: bytes = etree.tostring(around, encoding="utf-8")
    return made[made.index(b">") + 1 : -len(b"</around>")] + b"\n"


class _More(BaseEntryExtension):  # type: ignore[misc] # feedgen has no types
    """What feedgen does not write of an entry."""

    entry: Entry

    def extend_atom(self, made: Any) -> Any:
        made.set(_LANGUAGE, self.entry.language)
        for one in self.entry.enclosures:  # feedgen would leave out the rel: it would be the address of the entry
            link = etree.SubElement(made, "link", rel="enclosure", type=one.type, href=one.url)
            if one.length:
                link.set("length", str(one.length))
            if one.text:
                link.set("title", clean(one.text))
        return self._with_media(made)

    def extend_rss(self, made: Any) -> Any:
        known = next((one for one in self.entry.enclosures if one.length), None)
        if known is not None:  # RSS has one, and wants its length
            etree.SubElement(made, "enclosure", url=known.url, length=str(known.length), type=known.type)
        etree.SubElement(made, f"{{{ATOM}}}updated").text = self.entry.updated.isoformat()
        return self._with_media(made)

    def _with_media(self, made: Any) -> Any:
        if self.entry.point and self.entry.place:  # feedgen writes "featurename", which the W3C's validator refuses
            etree.SubElement(made, f"{{{GEORSS}}}featureName").text = clean(self.entry.place)
        for one in self.entry.enclosures:
            content = etree.SubElement(made, f"{{{MEDIA}}}content", url=one.url, type=one.type, medium="image")
            sizes = (("fileSize", one.length), ("width", one.width), ("height", one.height))
            for name, value in sizes:
                if value:
                    content.set(name, str(value))
            if one.text:
                etree.SubElement(content, f"{{{MEDIA}}}description", type="plain").text = clean(one.text)
            if one.credit:
                etree.SubElement(content, f"{{{MEDIA}}}credit").text = clean(one.credit)
        return made


# --- feeds ---


def feed_as_rss(channel: Channel, items: Iterable[bytes]) -> bytes:
    """Give a document of RSS 2.0 around ``items`` (:func:`entry_as_xml`)."""
    return _around(channel, _head(channel).rss_str(pretty=True), b"  </channel>", items)


def feed_as_atom(channel: Channel, entries: Iterable[bytes]) -> bytes:
    """Give a document of Atom around ``entries`` (:func:`entry_as_xml`)."""
    return _around(channel, _head(channel).atom_str(pretty=True), b"</feed>", entries)


def _around(channel: Channel, head: bytes, end: bytes, entries: Iterable[bytes]) -> bytes:
    start, mark, rest = head.rpartition(end)
    if channel.style:
        declaration, line, start = start.partition(b"\n")
        told = f'<?xml-stylesheet type="text/css" href="{html.escape(channel.style)}"?>\n'
        start = declaration + line + told.encode() + start
    return b"".join((start, *entries, mark, rest))


def _head(channel: Channel) -> Any:
    feed = FeedGenerator()
    feed.register_extension("history", _History)
    feed.history.channel = channel
    feed.id(channel.id)
    feed.title(clean(channel.title))
    feed.description(clean(channel.description or channel.title))
    feed.subtitle(clean(channel.description) or None)
    for rel, url in _links(channel).items():
        feed.link(href=url, rel=rel)
    feed.link(href=channel.about, rel="alternate")  # last, for RSS takes the last as the channel's
    feed.language(channel.language)
    author = {"name": clean(channel.author)}
    feed.author(author | {"email": channel.email} if channel.email else author)
    feed.generator("newsgen")
    feed.icon(channel.icon)
    feed.docs("https://www.rssboard.org/rss-specification")
    if channel.rights:
        feed.rights(clean(channel.rights))
    feed.updated(channel.updated)
    feed.lastBuildDate(channel.updated)
    return feed


def _links(channel: Channel) -> Mapping[str, str]:
    links = {
        "self": channel.url,
        "hub": channel.hub,
        "current": channel.current,
        "prev-archive": channel.earlier,
        "next-archive": channel.later,
    }
    return {rel: url for rel, url in links.items() if url}


class _History(BaseExtension):  # type: ignore[misc] # feedgen has no types
    """The prefixes of entries, and the history of a feed; feedgen writes the links of Atom itself, and in RSS none but
    that of a document to itself."""

    channel: Channel

    def extend_ns(self) -> dict[str, str]:
        return NAMESPACES

    def extend_atom(self, feed: Any) -> Any:
        return self._marked(feed)

    def extend_rss(self, rss: Any) -> Any:
        for rel, url in _links(self.channel).items():
            if rel != "self":
                etree.SubElement(rss[0], f"{{{ATOM}}}link", rel=rel, href=url)
        self._marked(rss[0])
        return rss

    def _marked(self, made: Any) -> Any:
        if self.channel.current:
            etree.SubElement(made, f"{{{HISTORY}}}archive")
        return made
