"""Articles, undated pages, and the redirects from their old addresses."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from newsgen.features import Feature, Frame, Planning
from newsgen.markup import resolve, with_reachable_tables
from newsgen.model import Moment, Page, Read
from newsgen.questions import Reads
from newsgen.urls import encode, media_address

FIRST_WORDS = 4_000
"""How many characters of a body are looked at to see whether it begins with the summary."""


def link_target(frame_link: Any, links: dict[str, str | None], kind: str, target: str) -> str | None:
    """Give the link that a placeholder of :mod:`newsgen.markup` stands for, made by ``frame_link`` (an address to a
    path or a URL) and escaped for an attribute; None for one to a document that is not shown."""
    if kind == "document":
        address = links.get(target)
        return None if address is None else html.escape(frame_link(address))
    return html.escape(frame_link(media_address(target) if kind == "media" else target))


def _plan(planning: Planning) -> Iterator[Page]:
    archive = planning.archive
    for path, kind, address in archive.each("SELECT path, kind, address FROM documents WHERE shown ORDER BY path"):
        reads = {"article": Read("article", (path,)), "links": Read("links", (path,))}
        if kind == "article":
            reads["terms"] = Read("terms_of", (path,))
            reads["neighbours"] = Read("neighbours", (path,))
        yield Page(address, "articles", path, "article.html" if kind == "article" else "page.html", reads)
    sql = "SELECT path, alias, address FROM aliases JOIN documents USING (path) WHERE shown ORDER BY path, alias"
    for path, alias, address in archive.each(sql):
        yield Page(alias, "articles", path, "redirect.html", facts={"target": address}, kind="redirect")


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    if page.kind == "redirect":
        return {"target": page.facts["target"]}
    article, links = reads.article, reads.links

    def address(kind: str, target: str) -> str | None:
        return link_target(frame.href, links, kind, target)

    body = with_reachable_tables(resolve(article.body, address))
    view = {
        "article": article.card,
        "language": article.card.language,
        "meta": article.meta,
        "body": Markup(body),  # noqa: S704 - cleaned when it was read
        "standfirst": "" if _begins_with(body, article.card.summary.rstrip("…")) else article.card.summary,
    }
    if page.template == "article.html":
        older, newer = reads.neighbours
        view |= {
            "terms": reads.terms,
            "older": older,
            "newer": newer,
            "images": [_image(frame, one) for one in article.meta["images"]],
            "sources": [one for one in article.meta["sources"] if not one["proposed"]],
            "corrections": [{**one, "date": Moment.unpack(one["date"])} for one in article.meta["corrections"]],
        }
    return view


def _begins_with(body: str, text: str) -> bool:
    """Whether the first words of a body are ``text``: a summary that was cut from them would only say them twice."""
    paragraph = body.find("</p>", len(text), FIRST_WORDS)
    if paragraph >= 0 and "<!" not in (beginning := body[: paragraph + 4]):
        words = Markup(beginning).striptags()  # noqa: S704 - only to be compared
        if len(words) >= len(text):
            return words.startswith(text)
    return Markup(body[:FIRST_WORDS]).striptags().startswith(text)  # noqa: S704


def _image(frame: Frame, image: dict[str, Any]) -> dict[str, Any]:
    if image["target"] is None:
        return {**image, "href": encode(image["src"]) if " " in image["src"] else image["src"]}
    kind, target = image["target"]
    return {**image, "href": frame.href(media_address(target) if kind == "media" else target)}


FEATURE = Feature("articles", _plan, _view)
