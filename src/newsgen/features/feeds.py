"""RSS 2.0 and Atom (RFC 4287) feeds of the newest articles, for the site and for every term."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from newsgen.features import Feature, Frame, Planning
from newsgen.features.articles import link_target
from newsgen.markup import resolve
from newsgen.model import AXES, Article, Output, Page, Read
from newsgen.questions import Reads
from newsgen.urls import tag_uri

NEWEST = 50
"""How many articles a feed carries."""

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries last changed, and the day in the ids of feeds: it must come from content alone."""

FORMATS = ("rss.xml", "atom.xml")


def _plan(planning: Planning) -> Iterator[Page]:
    yield from _pages("", "", "/feed/")
    for axis in AXES:
        for (slug,) in planning.archive.each("SELECT DISTINCT slug FROM terms WHERE axis = ? AND shown", axis):
            yield from _pages(axis, slug, f"/{axis}/{slug}/")


def _pages(axis: str, slug: str, base: str) -> Iterator[Page]:
    reads = {"entries": Read("entries", (axis, slug, NEWEST)), "names": Read("feed_names", (axis, slug, NEWEST))}
    if axis:
        reads["term"] = Read("term", (axis, slug))
    for name in FORMATS:
        of = f"{axis}/{slug}" if axis else "the site"
        yield Page(base + name, "feeds", f"the feed of {of}", None, reads, {"base": base}, "feed")


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    from feedgen.feed import FeedGenerator  # here, because only feeds need it

    site = frame.site
    term = reads.term if "term" in page.reads else None
    about = frame.absolute(page.facts["base"] if term else "/")
    feed = FeedGenerator()
    feed.load_extension("dc")
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
    changed = [article.card.changed.instant for article, _ in reads.entries]
    feed.updated(max(changed, default=BEFORE_ALL))
    feed.lastBuildDate(max(changed, default=BEFORE_ALL))
    for article, links in reads.entries:
        _add_entry(feed, article, links, reads.names[article.card.path], frame)
    write = feed.rss_str if page.address.endswith("rss.xml") else feed.atom_str
    return Output(write(pretty=True))


def _add_entry(feed: Any, article: Article, links: dict[str, str | None], names: dict[str, Any], frame: Frame) -> None:
    card = article.card
    url = frame.absolute(card.address)

    def address(kind: str, target: str) -> str | None:
        return link_target(frame.absolute, links, kind, target)

    entry = feed.add_entry(order="append")
    entry.id(card.id)
    entry.guid(card.id, permalink=False)
    entry.title(card.title)
    entry.link(href=url, rel="alternate")
    entry.published(card.published.instant)
    entry.updated(card.changed.instant)
    if card.summary:
        entry.summary(card.summary)
    entry.description(html.escape(card.summary or card.title, quote=False))  # which RSS 2.0 takes for HTML
    entry.content(resolve(article.body, address, own=url) or f"<p>{card.summary}</p>", type="html")
    for author in names["authors"]:
        entry.author({"name": author.name})
    if names["authors"]:
        entry.dc.dc_creator([author.name for author in names["authors"]])
    for tag in names["tags"]:
        entry.category(term=tag.name, label=tag.name)


def _author(name: str, email: str | None) -> dict[str, str]:
    return {"name": name, "email": email} if email else {"name": name}


FEATURE = Feature(
    "feeds",
    _plan,
    render=_render,
    settings=("title", "description", "language", "publisher.name", "publisher.email", "id_authority", "license"),
)
