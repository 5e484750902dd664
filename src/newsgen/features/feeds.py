"""RSS 2.0 and Atom (RFC 4287) feeds of the newest articles, for the site and for every term."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from feedgen.ext.base import BaseExtension

from newsgen.archive import Change
from newsgen.features import Feature, Frame, Planning, terms_of
from newsgen.features.articles import link_target, linking_to
from newsgen.markup import resolve
from newsgen.model import Article, Card, Output, Page, Read, Term
from newsgen.questions import Reads, count
from newsgen.urls import tag_uri

NEWEST = 50
"""How many articles a feed carries."""

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries last changed, and the day in the ids of feeds: it must come from content alone."""

NAMESPACES = {"content": "http://purl.org/rss/1.0/modules/content/", "dc": "http://purl.org/dc/elements/1.1/"}
"""The prefixes that readers know; each feed declares them at its head."""

FORMATS = ("rss.xml", "atom.xml")


def _subjects(planning: Planning) -> Iterator[str]:
    yield ""
    for axis, slug in planning.archive.rows("SELECT axis, slug FROM vocabulary WHERE term != 0 ORDER BY axis, slug"):
        yield f"{axis}/{slug}"


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    axis, _, slug = subject.partition("/")
    if axis and not count(planning.archive, axis, slug):
        return
    base = f"/{subject}/" if axis else "/feed/"
    reads = {"entries": Read("entries", (axis, slug, NEWEST))}
    if axis:
        reads["term"] = Read("term", (axis, slug))
    for name in FORMATS:
        yield Page(base + name, "feeds", f"the feed of {subject or 'the site'}", None, reads, {"base": base}, "feed")


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The feeds of the document's terms, and those of the documents that link to it, for they carry whole texts."""
    if any(facts is not None and facts.kind == "article" for facts in (change.before, change.after)):
        yield ""
        yield from (f"{axis}/{slug}" for axis, slug in terms_of(change))
    for path in linking_to(planning.archive, change):
        yield ""
        row = planning.archive.row("SELECT terms FROM documents WHERE path = ?", path)
        yield from (f"{axis}/{slug}" for axis, slug, _ in json.loads(row[0] if row else "[]"))


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    """Make a feed: its head by feedgen, and the entries, each made once for all the feeds that carry it."""
    is_rss = page.address.endswith("rss.xml")
    feed = _head(page, reads, frame)

    def entry_of(card: Card) -> bytes:
        made: tuple[bytes, bytes] = frame.once(
            ("feed entry", card.path), lambda: _entry(frame, *reads.entries.full(card))
        )
        return made[0] if is_rss else made[1]

    entries = b"".join(map(entry_of, reads.entries.cards))
    head: bytes = (feed.rss_str if is_rss else feed.atom_str)(pretty=True)
    start, end, rest = head.rpartition(b"  </channel>" if is_rss else b"</feed>")
    return Output(start + entries + end + rest)


def _head(page: Page, reads: Reads, frame: Frame) -> Any:
    from feedgen.feed import FeedGenerator  # here, because only feeds need it

    site = frame.site
    term = reads.term if "term" in page.reads else None
    about = frame.absolute(page.facts["base"] if term else "/")
    feed = FeedGenerator()
    feed.load_extension("dc")
    feed.register_extension("content", _Content)
    feed.id(tag_uri(site.id_authority, BEFORE_ALL.date().isoformat(), page.facts["base"]))
    feed.title(f"{term.name} – {site.title}" if term else site.title)
    feed.description((term.description if term else "") or site.description or site.title)
    feed.subtitle((term.description if term else "") or site.description or None)
    feed.link(href=frame.absolute(page.address), rel="self")
    feed.link(href=about, rel="alternate")  # last, for RSS takes the last as the channel's
    feed.language(site.language)
    feed.author(_author(site.publisher.name, site.publisher.email))
    feed.generator("newsgen")
    feed.docs("https://www.rssboard.org/rss-specification")
    if site.license:
        feed.rights(site.license)
    changed = max((card.changed.instant for card in reads.entries.cards), default=BEFORE_ALL)
    feed.updated(changed)
    feed.lastBuildDate(changed)
    return feed


class _Content(BaseExtension):  # type: ignore[misc] # feedgen has no types
    """Declares the namespace of full content at the head of a feed whose entries are made apart from it."""

    def extend_ns(self) -> dict[str, str]:
        return {"content": NAMESPACES["content"]}


def _entry(
    frame: Frame, article: Article, links: dict[str, str | None], terms: dict[str, tuple[Term, ...]]
) -> tuple[bytes, bytes]:
    """Make the entry of one article, for RSS and for Atom."""
    from feedgen.entry import FeedEntry
    from lxml import etree

    card = article.card
    url = frame.absolute(card.address)

    def address(kind: str, target: str) -> str | None:
        return link_target(frame.absolute, links, kind, target)

    entry = FeedEntry()
    entry.load_extension("dc")
    entry.id(card.id)
    entry.guid(card.id, permalink=False)
    entry.title(card.title)
    entry.link(href=url, rel="alternate")
    entry.published(card.published.instant)
    entry.updated(card.changed.instant)
    if card.summary:
        entry.summary(card.summary)
    entry.description(html.escape(card.summary or card.title, quote=False))  # which RSS 2.0 takes for HTML
    entry.content(resolve(article.body, address, own=url) or f"<p>{html.escape(card.title)}</p>", type="html")
    for author in terms["authors"]:
        entry.author({"name": author.name})
    if terms["authors"]:
        entry.dc.dc_creator([author.name for author in terms["authors"]])
    for tag in terms["tags"]:
        entry.category(term=tag.name, label=tag.name)
    made = []
    for element, indent in ((entry.rss_entry(), b"    "), (entry.atom_entry(), b"  ")):
        etree.cleanup_namespaces(element, NAMESPACES)
        text = etree.tostring(element, encoding="utf-8")
        for prefix, name in NAMESPACES.items():
            text = text.replace(f' xmlns:{prefix}="{name}"'.encode(), b"", 1)
        made.append(indent + text + b"\n")
    return made[0], made[1]


def _author(name: str, email: str | None) -> dict[str, str]:
    return {"name": name, "email": email} if email else {"name": name}


FEATURE = Feature(
    "feeds",
    _subjects,
    _pages,
    _affected,
    render=_render,
    settings=("title", "description", "language", "publisher.name", "publisher.email", "id_authority", "license"),
)
