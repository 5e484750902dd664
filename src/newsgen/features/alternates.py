"""Every article in other forms beside its page, where ``alternates`` in ``site.yaml`` asks for them: as Markdown, and
as IPTC ninjs 3.1 (:mod:`newsgen.ninjs`).

Both are made from the HTML of the page, which was cleaned when it was read. So they hold what the page shows, and
nothing that a source text may hide: no comments, nothing that is only proposed, no fields of the author's own.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from newsgen.archive import Change
from newsgen.features import Feature, Frame, Planning, documents_beside
from newsgen.features.articles import linking_to
from newsgen.features.composing import html_elsewhere
from newsgen.forms import FORMS, form_address
from newsgen.model import Article, Moment, Output, Page, Read, Term
from newsgen.ninjs import Picture, Rights, describe, rendition, to_bytes
from newsgen.pictures import Picture as Measured
from newsgen.pictures import media_type, rendition_address, renditions
from newsgen.questions import Reads
from newsgen.rewriting import markdown_writer, plain_text
from newsgen.serialising import clean, to_json
from newsgen.urls import as_uri, media_address


def _subjects(planning: Planning) -> Iterator[str]:
    if planning.site.alternates:
        rows = planning.archive.rows("SELECT path FROM documents WHERE kind = 'article' AND shown ORDER BY path")
        yield from (path for (path,) in rows)


def _pages(planning: Planning, path: str) -> Iterator[Page]:
    sql = "SELECT address, linking, showing FROM documents WHERE path = ? AND shown AND kind = 'article'"
    row = planning.archive.row(sql, path) if planning.site.alternates else None
    if row is None:
        return
    address, linking, showing = row
    reads = {"article": Read("article", (path,)), "terms": Read("terms_of", (path,))}
    if linking:
        reads["links"] = Read("links", (path,))
    if showing:
        reads["pictures"] = Read("pictures", (path,))
    for name in planning.site.alternates:
        own = reads | {"items": Read("items_of", (path,))} if name == "ninjs" else reads
        origin = f"{path}, as {FORMS[name].name}"
        yield Page(form_address(address, FORMS[name]), "alternates", origin, None, own, {"form": name}, "file")


def _locate(planning: Planning, address: str) -> Iterator[str]:
    for name in planning.site.alternates:
        yield from documents_beside(planning.archive, address, FORMS[name].file)


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The article itself, and those that link to it or show it."""
    if planning.site.alternates:
        yield change.path
        yield from linking_to(planning.archive, change)


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    article, terms = reads.article, reads.terms
    pictures = reads.pictures if "pictures" in page.reads else {}
    body = html_elsewhere(frame, article, reads.links if "links" in page.reads else {}, pictures)
    if page.facts["form"] == "markdown":
        return Output(_markdown(article, terms, body, frame).encode())
    site = frame.site
    rights = Rights(site.publisher.name, site.publisher.url, site.license)
    shown = [_picture(one, pictures, frame) for one in article.meta["images"]]
    return Output(
        to_bytes(describe(frame.absolute, article, terms, (body, plain_text(body)), rights, shown, reads.items))
    )


def _picture(image: dict[str, Any], pictures: dict[str, Measured], frame: Frame) -> Picture:
    """One of the head's images, with the files that it is published as."""
    kind, target = image["target"] or ("", image["src"])
    url = frame.absolute(media_address(target) if kind == "media" else target) if kind else target
    measured = pictures.get(target) if kind == "media" else None
    size = (measured.width, measured.height) if measured else (None, None)
    files = [rendition("original", url, media_type(url), *size)]
    for one in renditions(measured, frame.site.images) if measured else ():
        smaller = frame.absolute(rendition_address(target, one))
        files.append(rendition(f"{one.format}-{one.width}", smaller, f"image/{one.format}", one.width, one.height))
    return Picture(url, image["alt"] or "", image["caption"] or "", image["credit"] or "", tuple(files))


def _markdown(article: Article, terms: dict[str, tuple[Term, ...]], body: str, frame: Frame) -> str:
    """An article as Markdown below a head in YAML, every value of which is written as JSON has it."""
    card, meta, site = article.card, article.meta, frame.site
    head: dict[str, Any] = {
        "title": card.title,
        "date": card.published.iso,
        "updated": card.updated.iso if card.updated else None,
        "language": card.language,
        "authors": [one.name for one in terms["authors"]],
        "section": next((one.name for one in terms["sections"]), None),
        "thread": next((one.name for one in terms["threads"]), None),
        "tags": [one.name for one in terms["tags"]],
        "dateline": meta["dateline"],
        "location": _place(meta["location"]),
        "places": [_place(one) for one in meta["places"]],
        "summary": card.summary,
        "sources": [
            _kept(
                number=number,
                name=one["shown"],
                kind=one["kind_shown"],
                attribution=one["attribution"],
                reason=one["reason"],
                url=one["url"],
                archived=one["archived"],
            )
            for number, one in enumerate(meta["sources"], 1)
            if not one["proposed"]
        ],
        "corrections": [
            _kept(date=moment.iso, kind=one["kind"], text=one["text"])
            for one in meta["corrections"]
            if (moment := Moment.unpack(one["date"]))
        ],
        "images": [
            _kept(
                src=as_uri(_picture(one, {}, frame).url), alt=one["alt"], caption=one["caption"], credit=one["credit"]
            )
            for one in meta["images"]
        ],
        "id": card.id,
        "url": frame.absolute(card.address),
        "publisher": site.publisher.name,
        "license": site.license,
    }
    written: list[str] = []
    for name, value in head.items():
        if isinstance(value, list) and value:
            written.append(f"{name}:")
            written += [f"  - {_flow(one)}" for one in value]
        elif value:
            written.append(f"{name}: {_flow(value)}")
    text = markdown_writer()().convert(f"<h1>{html.escape(card.title)}</h1>{body}")
    return "\n".join(("---", *written, "---", "", text, ""))


def _flow(value: Any) -> str:
    """A value in one line of YAML 1.2, of which JSON is a part."""
    if isinstance(value, dict):
        return to_json({name: clean(one) for name, one in value.items()})
    return to_json(clean(value))


def _kept(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _place(place: dict[str, Any] | None) -> dict[str, Any] | None:
    if place is None:
        return None
    latitude, longitude = place["at"] or (None, None)
    named = {"name": place["shown"]}
    return named | {"lat": latitude, "lon": longitude} if place["at"] else named


FEATURE = Feature(
    "alternates",
    _subjects,
    _pages,
    _affected,
    render=_render,
    settings=("alternates", "images", "license", "publisher.name", "publisher.url", "trusted_html"),
    locate=_locate,
)
