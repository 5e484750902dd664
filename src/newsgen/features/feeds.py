"""RSS 2.0 and Atom (RFC 4287) feeds of the newest articles, for the site and for every term."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from feedgen.ext.base import BaseExtension

from newsgen.archive import Change
from newsgen.catalogues import own_name
from newsgen.citing import Citations
from newsgen.features import Feature, Frame, Planning, term_in, terms_of
from newsgen.features.articles import link_target, linking_to
from newsgen.features.events import retold
from newsgen.features.picturing import with_sizes
from newsgen.markup import resolve
from newsgen.model import AXES, LANGUAGES, Article, Card, Output, Page, Read, Term
from newsgen.pictures import Picture
from newsgen.questions import Reads, is_used
from newsgen.urls import tag_uri

NEWEST = 50
"""How many articles a feed carries."""

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries last changed, and the day in the ids of feeds: it must come from content alone."""

NAMESPACES = {"dc": "http://purl.org/dc/elements/1.1/", "content": "http://purl.org/rss/1.0/modules/content/"}
"""The prefixes that readers know; each feed declares them at its head."""

NO_CHARACTERS = bytes(number for number in range(0x20) if number not in b"\t\n\r")
"""The control characters that XML 1.0 does not allow, not even escaped."""

FORMATS = ("rss.xml", "atom.xml")


def _subjects(planning: Planning) -> Iterator[str]:
    yield ""
    for axis, slug in planning.archive.rows("SELECT axis, slug FROM vocabulary WHERE term != 0 ORDER BY axis, slug"):
        if axis in AXES:
            yield f"{axis}/{slug}"
    if len(planning.site.languages) > 1:
        yield from (f"{LANGUAGES}/{language}" for language in planning.site.languages)


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    axis, _, slug = subject.partition("/")
    site = planning.site
    speaks = slug if axis == LANGUAGES else ""
    if axis and (slug not in site.languages if speaks else not is_used(planning.archive, axis, slug)):
        return
    base = f"/{subject}/" if axis else "/feed/"
    facts = {"base": base}
    if speaks:
        base = f"{site.home_of(slug, apart=True)}feed/"
        facts = {"base": base, "about": site.home_of(slug)}
    reads = {"entries": Read("entries", (axis, slug, NEWEST))}
    if axis in AXES:
        reads["term"] = Read("term", (axis, slug))
    for name in FORMATS:
        origin = f"the feed of {subject or 'the site'}"
        yield Page(base + name, "feeds", origin, None, reads, facts, "feed", language=speaks)


def _locate(planning: Planning, address: str) -> Iterator[str]:
    site, term = planning.site, term_in(address)
    languages = [one for one in site.languages if address.startswith(f"{site.home_of(one, apart=True)}feed/")]
    yield from (f"{LANGUAGES}/{one}" for one in languages if len(site.languages) > 1)
    if address.startswith("/feed/"):
        yield ""
    elif term is not None and term[2] in FORMATS:
        yield f"{term[0]}/{term[1]}"


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The feeds of the document's terms, and of those of its events, which may be all that a place is known for; and
    those of the documents that link to it, for they carry whole texts."""
    if any(facts is not None and facts.kind == "article" for facts in (change.before, change.after)):
        yield ""
        yield from (f"{axis}/{slug}" for axis, slug in terms_of(change))
    for one in retold(planning, change):  # for there may be no other sign of a place
        yield from (f"{axis}/{slug}" for axis, slug in one.terms if axis == "places")
    for path in linking_to(planning.archive, change):
        yield ""
        row = planning.archive.row("SELECT terms FROM documents WHERE path = ?", path)
        terms = json.loads(row[0] if row else "[]")
        yield from (f"{axis}/{slug}" for axis, slug, *_ in terms if axis in (*AXES, LANGUAGES))


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    """Make a feed: its head by feedgen, and the entries, each made once for all the feeds that carry it."""
    is_rss = page.address.endswith("rss.xml")
    feed = _head(page, reads, frame)

    def entry_of(card: Card) -> bytes:
        def make() -> tuple[bytes, bytes]:
            article, links, terms = reads.entries.full(card)
            return _entry(frame, article, links, terms, reads.entries.pictures(card) if "<img" in article.body else {})

        made: tuple[bytes, bytes] = frame.once(("feed entry", card.path), make)
        return made[0] if is_rss else made[1]

    head: bytes = (feed.rss_str if is_rss else feed.atom_str)(pretty=True)
    start, end, rest = head.rpartition(b"  </channel>" if is_rss else b"</feed>")
    return Output(b"".join((start, *map(entry_of, reads.entries.cards), end, rest)))


def _head(page: Page, reads: Reads, frame: Frame) -> Any:
    from feedgen.feed import FeedGenerator  # here, because only feeds need it

    site = frame.site
    term = reads.term if "term" in page.reads else None
    about = frame.absolute(page.facts["base"] if term else page.facts.get("about", "/"))
    feed = FeedGenerator()
    feed.register_extension("namespaces", _Namespaces)
    feed.id(tag_uri(site.id_authority, BEFORE_ALL.date().isoformat(), page.facts["base"]))
    spoken = f"{site.title} – {own_name(page.language)}" if page.language else site.title
    feed.title(f"{term.name} – {site.title}" if term else spoken)
    feed.description((term.description if term else "") or site.description or site.title)
    feed.subtitle((term.description if term else "") or site.description or None)
    feed.link(href=frame.absolute(page.address), rel="self")
    feed.link(href=about, rel="alternate")  # last, for RSS takes the last as the channel's
    feed.language(page.language or site.language)
    feed.author(author(site.publisher.name, site.publisher.email))
    feed.generator("newsgen")
    feed.docs("https://www.rssboard.org/rss-specification")
    if site.license:
        feed.rights(site.license)
    changed = max((card.changed.instant for card in reads.entries.cards), default=BEFORE_ALL)
    feed.updated(changed)
    feed.lastBuildDate(changed)
    return feed


class _Namespaces(BaseExtension):  # type: ignore[misc] # feedgen has no types
    """Declares at the head of a feed the prefixes of its entries, which are made apart from it."""

    def extend_ns(self) -> dict[str, str]:
        return NAMESPACES


def _entry(
    frame: Frame,
    article: Article,
    links: dict[str, str | None],
    terms: dict[str, tuple[Term, ...]],
    pictures: dict[str, Picture],
) -> tuple[bytes, bytes]:
    """Make the entry of one article, for RSS and for Atom."""
    card = article.card
    url = frame.absolute(card.address)

    def address(kind: str, target: str) -> str | None:
        return link_target(frame.absolute, links, kind, target)

    mark = Citations(article.meta["sources"], own=url).mark
    written = with_sizes(article.body, pictures) if pictures else article.body
    body = resolve(written, address, own=url, mark=mark) or f"<p>{html.escape(card.title)}</p>"
    id_, title, link, content = as_text(card.id), as_text(card.title), as_text(url), as_text(body)
    authors = [as_text(author.name) for author in terms["authors"]]
    creators = b"".join(b"<dc:creator>%b</dc:creator>" % name for name in authors)
    rss = b"".join(
        (
            b"    <item><title>%b</title><link>%b</link><description>" % (title, link),
            as_text(html.escape(card.summary or card.title, quote=False)),  # which RSS 2.0 takes for HTML
            b"</description><content:encoded>%b</content:encoded>" % content,
            b'<guid isPermaLink="false">%b</guid>' % id_,
            *(b"<category>%b</category>" % as_text(tag.name) for tag in terms["tags"]),
            b"<pubDate>%b</pubDate>%b</item>\n" % (format_datetime(card.published.instant).encode(), creators),
        )
    )
    atom = b"".join(
        (
            b"  <entry><id>%b</id><title>%b</title>" % (id_, title),
            b"<updated>%b</updated>" % card.changed.instant.isoformat().encode(),
            *(b"<author><name>%b</name></author>" % name for name in authors),
            b'<content type="html">%b</content><link href="%b"/>' % (content, as_attribute(url)),
            b"<summary>%b</summary>" % as_text(card.summary) if card.summary else b"",
            *(b'<category term="%b" label="%b"/>' % ((as_attribute(tag.name),) * 2) for tag in terms["tags"]),
            b"<published>%b</published>%b</entry>\n" % (card.published.instant.isoformat().encode(), creators),
        )
    )
    return rss, atom


def as_text(text: str) -> bytes:
    """Give ``text`` as the text of an XML element: escaped, without the characters that XML 1.0 does not allow."""
    data = text.encode("utf-8", "ignore").translate(None, NO_CHARACTERS)
    for noncharacter in ("\ufffe", "\uffff"):
        data = data.replace(noncharacter.encode(), b"")
    data = data.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    return data.replace(b"\r", b"&#13;")  # which a parser would take for a line end


def as_attribute(text: str) -> bytes:
    """Give ``text`` as the value of an XML attribute, to stand between double quotes."""
    return as_text(text).replace(b'"', b"&quot;").replace(b"\n", b"&#10;").replace(b"\t", b"&#9;")


def author(name: str, email: str | None) -> dict[str, str]:
    return {"name": name, "email": email} if email else {"name": name}


FEATURE = Feature(
    "feeds",
    _subjects,
    _pages,
    _affected,
    render=_render,
    settings=("title", "description", "language", "publisher.name", "publisher.email", "id_authority", "license"),
    locate=_locate,
)
