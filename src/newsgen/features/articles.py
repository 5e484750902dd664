"""Articles, undated pages, and the redirects from their old addresses."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from newsgen import relating
from newsgen.archive import Archive, Change
from newsgen.catalogues import best, own_name
from newsgen.citing import Citations
from newsgen.features import OWN_ADDRESSES, Feature, Frame, Planning, describing, has_moved, previews, reading
from newsgen.features.events import retold
from newsgen.features.mapping import map_of_article
from newsgen.features.picturing import EMBED, view_of_image, with_pictures
from newsgen.features.social import has_card
from newsgen.forms import FORMS, form_address
from newsgen.markup import resolve, with_reachable_tables
from newsgen.model import Account, Article, Card, Happening, Moment, Page, Read, Term, Translation
from newsgen.particulars import terms_mark
from newsgen.questions import Reads, beside, neighbours_mark
from newsgen.translations import takes_part, touched
from newsgen.urls import fold, media_address

FIRST_WORDS = 4_000
"""How many characters of a body are looked at to see whether it begins with the summary."""


def link_target(frame_link: Any, links: dict[str, str | None], kind: str, target: str) -> str | None:
    """Give the link that a placeholder of :mod:`newsgen.markup` stands for, made by ``frame_link`` (an address to a
    path or a URL) and escaped for an attribute; None for one to a document that is not shown."""
    if kind == "document":
        address = links.get(target)
        return None if address is None else html.escape(frame_link(address))
    return html.escape(frame_link(media_address(target) if kind == "media" else target))


def _subjects(planning: Planning) -> Iterator[str]:
    """Articles in the order of publication, each with what planning it asks for at hand; then pages."""
    archive = planning.archive
    rows = _in_order(archive)
    older, here = b"", next(rows, None)
    while here is not None:
        newer = next(rows, None)
        _, _, path, card, terms, whole, around, *page = here
        archive.prime(("neighbours", path), neighbours_mark(older, newer[3] if newer else b""))
        archive.prime(("around", path), around)
        archive.prime(("article", path), whole)
        archive.prime(("terms of", path), terms_mark(archive, terms))
        archive.prime(("page", path), tuple(page))
        yield path
        older, here = card, newer
    for (standing,) in archive.rows("SELECT path FROM documents WHERE kind != 'article' AND shown ORDER BY path"):
        yield standing


def _in_order(archive: Archive) -> Iterator[tuple[Any, ...]]:
    """Give what planning asks of every article, in the order of publication; no query stays open between two."""
    sql = """SELECT filed.day, filed.published, path, filed.card, documents.terms, documents.digest, kind, address,
        linking, showing, aliases, events != '[]' FROM filed JOIN documents USING (path) WHERE term = 0
        AND (filed.day, filed.published, path) > (?, ?, ?) ORDER BY filed.day, filed.published, path LIMIT ?"""
    last: tuple[Any, ...] = ("", "", "")
    while rows := archive.rows(sql, *last[:3], MOST_AT_ONCE):
        _, newer = beside(archive, *rows[-1][:3])
        around = relating.find(archive, [row[:5] for row in rows], last[2], newer or "")
        yield from ((*row[:6], around[row[2]], *row[6:]) for row in rows)
        last = rows[-1]


def _pages(planning: Planning, path: str) -> Iterator[Page]:
    sql = "SELECT kind, address, linking, showing, aliases, events != '[]' FROM documents WHERE path = ? AND shown"
    row = planning.archive.once(("page", path), lambda: planning.archive.row(sql, path))
    if row is None:
        return
    kind, address, linking, showing, aliases, telling = row
    reads = {"article": Read("article", (path,))}
    language = _language(planning, path)
    if linking:
        reads["links"] = Read("links", (path,))
    if showing:
        reads["pictures"] = Read("pictures", (path,))
    if kind == "article":
        reads["terms"] = Read("terms_of", (path,))
        reads["neighbours"] = Read("neighbours", (path,))
        if takes_part(planning.archive, path):
            reads["translations"] = Read("translations", (path,))
        reads["course"] = Read("course", (path,))
        reads["related"] = Read("related", (path,))
    if telling:
        reads["events"] = Read("own_events", (path,))
    if kind != "page" or address not in OWN_ADDRESSES:
        facts = {"card": True} if kind == "article" and has_card(planning, path) else {}
        yield Page(address, "articles", path, TEMPLATES[kind], reads, facts, language=language)
    for alias, _ in json.loads(aliases) if aliases != "[]" else ():
        yield Page(alias, "articles", path, "redirect.html", facts={"target": address}, kind="redirect")


def _locate(planning: Planning, address: str) -> Iterator[str]:
    """The documents with an address, or one that they had, letter case and Unicode form aside."""
    folded = fold(address)
    yield from (path for (path,) in planning.archive.rows(_AT_ADDRESS, folded, folded))


_AT_ADDRESS = """SELECT path FROM documents WHERE folded = ? AND shown
    UNION SELECT path FROM aliases JOIN documents USING (path) WHERE aliases.folded = ? AND shown ORDER BY path"""


def _language(planning: Planning, path: str) -> str:
    """The language that the page of a document speaks: its own, where the site speaks that too."""
    languages = planning.site.languages
    if len(languages) < 2:
        return ""
    row = planning.archive.row("SELECT json_extract(card, '$[7]') FROM documents WHERE path = ?", path)
    return (best(row[0], languages) if row else None) or ""


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The document itself; those before and after it, where it was and where it is, in the whole archive, in its story
    and within what it is about; those that link to it, and those that it is a translation of; and those that report
    the same events."""
    archive = planning.archive
    yield change.path
    for facts in (change.before, change.after):
        if facts is not None and facts.kind == "article" and has_moved(change):
            yield from filter(None, beside(archive, facts.day, facts.published, change.path))
            yield from relating.within_reach(archive, facts.terms, facts.day, facts.published, change.path)
    yield from linking_to(archive, change)
    if has_moved(change):
        yield from touched(archive, change)
    for one in retold(planning, change):
        if one.is_disputed:
            yield from (path for (path,) in archive.rows("SELECT DISTINCT path FROM reports WHERE key = ?", one.key))


def linking_to(archive: Archive, change: Change) -> Iterator[str]:
    """Give the documents whose links to a changed one lead elsewhere now."""
    was, now = (facts.address if facts else None for facts in (change.before, change.after))
    if was != now:
        sql = "SELECT DISTINCT path FROM links WHERE target = ? AND kind = 'document' ORDER BY path"
        yield from (path for (path,) in archive.rows(sql, change.path))
    if was is None and now is None:
        yield from showing(archive, change.path)


def showing(archive: Archive, file: str) -> Iterator[str]:
    """Give the documents that show a file: its size may be another one."""
    sql = "SELECT DISTINCT path FROM links WHERE target = ? AND kind = 'media' ORDER BY path"
    yield from (path for (path,) in archive.rows(sql, file))


def view_of_document(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    """Give what the template of the page of a document sees."""
    if page.kind == "redirect":
        return {"target": page.facts["target"]}
    if page.template == "tombstone.html":
        return _view_of_tombstone(reads.article)
    article, links = reads.article, reads.links if "links" in page.reads else {}

    def address(kind: str, target: str) -> str | None:
        return link_target(frame.href, links, kind, target)

    citations = Citations(article.meta.get("sources", ()))
    pictures = reads.pictures if "pictures" in page.reads else {}
    written = with_pictures(article.body, pictures, frame) if "<img" in article.body else article.body
    body = reading.with_bare_links(with_reachable_tables(resolve(written, address, mark=citations.mark)))
    view = {
        "article": article.card,
        "language": article.card.language,
        "meta": article.meta,
        "body": Markup(body),  # noqa: S704 - cleaned when it was read
        "standfirst": "" if _begins_with(body, article.card.summary.rstrip("…")) else article.card.summary,
    }
    images = [view_of_image(frame, one, pictures, at) for at, one in enumerate(article.meta.get("images", ()))]
    view["embeds"] = EMBED in body or any(one["host"] for one in images)
    if page.template == "article.html":
        older, newer = reads.neighbours
        group = reads.translations if "translations" in page.reads else ()
        same = {one.address for one in group}  # the article itself in other languages, which is not beside it
        course = reads.course
        if same:
            course = replace(course, earlier=_apart(course.earlier, same), later=_apart(course.later, same))
        view |= {
            "terms": reads.terms,
            "places": _places(article.meta, reads.terms["places"]),
            "map": map_of_article(frame, article.meta["location"]),
            **_events(reads.events if "events" in page.reads else ()),
            "older": older,
            "newer": newer,
            "course": course,
            "related": _apart(reads.related, same),
            "images": images,
            "preview": previews.of_article(frame, article.card, images, page.facts.get("card", False)),
            "sources": citations.listed(),
            **_translated(group, article.card.address),
            "corrections": [{**one, "date": Moment.unpack(one["date"])} for one in article.meta["corrections"]],
        }
        view |= reading.describe_reading(article, body)
        view["cite"] = reading.cite(frame, article.card, reads.terms["authors"], view["corrections"])
        view["origin"] = reading.origin(frame)
        view["also_as"] = [
            {
                "type": FORMS[one].type,
                "name": FORMS[one].name,
                "address": form_address(article.card.address, FORMS[one]),
            }
            for one in frame.site.alternates
        ]
        view["license_url"] = describing.license_url(frame)
        view["structured"] = describing.describe_article(frame, view, article.meta, reads.terms, article.length)
    else:
        view["structured"] = describing.describe_page(frame, article.card)
    return view


def _apart(cards: tuple[Card, ...], same: set[str]) -> tuple[Card, ...]:
    return tuple(one for one in cards if one.address not in same) if same else cards


def _translated(group: tuple[Translation, ...], own: str) -> dict[str, Any]:
    """What the template sees of the translations of an article: the others, each with the name of its language in
    itself; the addresses of all by language, for its switch; and the same for search engines."""
    others = [{"it": one, "name": own_name(one.language)} for one in group if one.address != own]
    first = [("x-default", one.address) for one in group if one.is_original]
    return {
        "translations": others,
        "translated": {one.language: one.address for one in group},
        "alternates": [*((one.language, one.address) for one in group), *first],
    }


def _view_of_tombstone(article: Article) -> dict[str, Any]:
    """What stands at the address of an article that is gone: that it is, since when, and why."""
    meta = article.meta
    return {
        "published": article.card.published,
        "gone": meta["gone"],
        "date": Moment.unpack(meta["date"]),
        "reason": meta["reason"],
        "language": article.card.language,
    }


def _places(meta: dict[str, Any], terms: tuple[Term, ...]) -> list[dict[str, Any]]:
    """Give the places that an article is about, the first where it is located: each as it is written, with its chain of
    terms from the inside (empty for one without a page), and its coordinates."""
    known = {one.slug: one for one in terms}
    places = [meta["location"], *meta["places"]] if meta["location"] else meta["places"]
    chains = [tuple(known[key] for key in one["chain"] if key in known) for one in places]
    found = {
        one["shown"]: {"name": one["shown"], "chain": chain, "at": one["at"]}
        for one, chain in zip(places, chains, strict=True)
    }
    return list(found.values())


def _events(told: Iterable[tuple[Account, Happening]]) -> dict[str, list[dict[str, Any]]]:
    """Give the ``events`` that an article is about, and the ``background`` that it recalls: each in the order of time,
    as the article tells it, with what other reports say of it."""
    found: dict[str, list[dict[str, Any]]] = {"events": [], "background": []}
    for own, whole in told:
        disagreeing = [one for one in whole.differing if one.card.path != own.card.path]
        event = {"own": own, "whole": whole, "differing": disagreeing}
        found["background" if own.role == "background" else "events"].append(event)
    return found


def _begins_with(body: str, text: str) -> bool:
    """Whether the first words of a body are ``text``: a summary that was cut from them would only say them twice. A
    summary is cut without what is raised, such as the marks of footnotes and sources."""
    if "<sup" in body[:FIRST_WORDS]:
        level = _RAISED.sub("", body[: 2 * FIRST_WORDS])
        if Markup(level[:FIRST_WORDS]).striptags().startswith(text):  # noqa: S704 - only to be compared
            return True
    paragraph = body.find("</p>", len(text), FIRST_WORDS)
    if paragraph >= 0 and "<!" not in (beginning := body[: paragraph + 4]):
        words = Markup(beginning).striptags()  # noqa: S704 - only to be compared
        if len(words) >= len(text):
            return words.startswith(text)
    return Markup(body[:FIRST_WORDS]).striptags().startswith(text)  # noqa: S704


_RAISED = re.compile(r"<sup\b.*?</sup>", re.DOTALL)
MOST_AT_ONCE = 2_000
TEMPLATES = {"article": "article.html", "page": "page.html", "tombstone": "tombstone.html"}
"""The template of the page of each kind of document."""

FEATURE = Feature(
    "articles",
    _subjects,
    _pages,
    _affected,
    view_of_document,
    settings=(*describing.SETTINGS, "alternates", "images"),
    locate=_locate,
)
