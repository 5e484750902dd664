"""What an article, or a correction of one, is as an entry of a feed, and how its text is read apart from its page."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from newsgen import embeds
from newsgen.catalogues import best, message
from newsgen.citing import Citations
from newsgen.cleaning import Cleaner
from newsgen.features import Frame
from newsgen.features.articles import link_target
from newsgen.features.picturing import with_sizes
from newsgen.markup import resolve
from newsgen.model import Amendment, Article, Moment, Term
from newsgen.notes import CLOSE, OPEN
from newsgen.pictures import Picture, media_type
from newsgen.urls import as_uri, media_address, tag_uri

if TYPE_CHECKING:
    from newsgen.spelling import Spelling
    from newsgen.syndication import Enclosure, Entry

CORRECTIONS_OF_ARTICLE = "#ng:corrections"


def entry_of_article(
    frame: Frame,
    article: Article,
    links: dict[str, str | None],
    terms: dict[str, tuple[Term, ...]],
    pictures: dict[str, Picture],
) -> Entry:
    """Give the entry of an article: its whole text, what it shows, and where it is about."""
    from newsgen.syndication import Entry  # here, because only feeds need it

    card, meta = article.card, article.meta
    url = frame.absolute(card.address)

    location = meta["location"] or {"at": None, "shown": ""}
    return Entry(
        id=card.id,
        url=url,
        title=card.title,
        published=card.published.instant,
        updated=card.changed.instant,
        summary=card.summary,
        content=_corrections(frame, article)
        + (html_elsewhere(frame, article, links, pictures) or f"<p>{html.escape(card.title)}</p>"),
        language=card.language,
        authors=tuple((one.name, frame.absolute(one.address)) for one in terms["authors"]),
        categories=tuple(one.name for one in terms["tags"]),
        enclosures=tuple(_enclosures(frame, meta["images"], pictures)),
        point=tuple(location["at"]) if location["at"] else None,
        place=location["shown"],
    )


def _corrections(frame: Frame, article: Article) -> str:
    """What was corrected, above the text as on the page, in the language of the article where the site speaks it: it
    may be all that brings an article back to its readers."""
    if not article.meta["corrections"]:
        return ""
    spelling = _spelling(frame, article.card.language)
    told = []
    for one in article.meta["corrections"]:
        date = Moment.unpack(one["date"])
        assert date is not None  # noqa: S101 - a correction has a date, always
        label = KINDS[one["kind"]]
        what, text = (html.escape(part, quote=False) for part in (spelling.catalogue.gettext(label), one["text"]))
        when = f'<time datetime="{date.iso}">{html.escape(spelling.date(date))}</time>'
        told.append(f"<p><strong>{what}</strong> · {when}<br>{text}</p>")
    return f"<aside>{''.join(told)}</aside>\n"


def _spelling(frame: Frame, language: str) -> Spelling:
    """How the language of an article is spelt, or the site's where it does not speak that."""
    spelling: Spelling = frame.speak(best(language, frame.site.languages) or frame.site.language)
    return spelling


def html_elsewhere(frame: Frame, article: Article, links: dict[str, str | None], pictures: dict[str, Picture]) -> str:
    """Give the text of an article as HTML with whole addresses, for what is read apart from its page. It is cleaned,
    and frames are links, even where the site trusts its authors: a page runs their scripts, and nobody expects any of
    another form."""
    own = frame.absolute(article.card.address)

    def address(kind: str, target: str) -> str | None:
        return link_target(frame.absolute, links, kind, target)

    mark = Citations(article.meta["sources"], own=own).mark
    written = with_sizes(article.body, pictures) if pictures else article.body
    body = resolve(written, address, own=own, mark=mark)
    if not frame.site.trusted_html:
        return body
    cleaner: Cleaner = frame.once(("cleaner",), Cleaner)
    body, cards = embeds.take_out(body)
    cleaned = cleaner.clean(body)
    for number, one in enumerate(cleaner.addresses):
        cleaned = cleaned.replace(f"{OPEN}{number}{CLOSE}", html.escape(one))
    return embeds.put_back(cleaned, cards)


def _enclosures(frame: Frame, images: list[dict[str, Any]], pictures: dict[str, Picture]) -> Iterator[Enclosure]:
    """The images of the head, then those that the body shows besides."""
    from newsgen.syndication import Enclosure

    rest = dict(pictures)
    seen: set[str] = set()
    for image in images:
        kind, target = image["target"] or ("", "")
        picture = rest.pop(target, None) if kind == "media" else None
        address = media_address(target) if kind == "media" else target
        url = frame.absolute(address) if kind else as_uri(image["src"])
        if url not in seen and (type_ := media_type(url)):
            seen.add(url)
            told = (image.get("alt") or image.get("caption") or "", image.get("credit") or "")
            yield Enclosure(url, type_, *_sizes(picture), *told)
    for path, picture in rest.items():
        url = frame.absolute(media_address(path))
        if url not in seen and (type_ := media_type(path)):
            yield Enclosure(url, type_, *_sizes(picture))


def _sizes(picture: Picture | None) -> tuple[int, int, int]:
    return (picture.size, picture.width, picture.height) if picture else (0, 0, 0)


def entry_of_correction(frame: Frame, one: Amendment) -> Entry:
    """Give the entry of a correction: what was corrected, where it is told, and when."""
    from newsgen.syndication import Entry

    label = KINDS[one.kind]
    kind = _spelling(frame, one.card.language).catalogue.gettext(label)
    return Entry(
        id=_id_of_correction(frame.site.id_authority, one),
        url=frame.absolute(one.card.address) + CORRECTIONS_OF_ARTICLE,
        title=f"{kind}: {one.card.title}",
        published=one.date.instant,
        updated=one.date.instant,
        summary=one.text,
        content=f"<p>{html.escape(one.text)}</p>",
        language=one.card.language,
    )


def _id_of_correction(authority: str, one: Amendment) -> str:
    """The id of a correction: a fragment of that of its article, or a tag URI where that can have none (RFC 4151 has no
    two of them, and the validator of the W3C takes a ``urn:uuid:`` with one for a wrong one)."""
    again = f"-{one.again + 1}" if one.again else ""  # of several at one time
    of = f"{one.date.instant.isoformat()}{again}"
    if one.card.id.lower().startswith("urn:") or "#" in one.card.id:
        return tag_uri(authority, one.date.day.isoformat(), f"{one.card.id}/{of}")
    return f"{one.card.id}#{of}"


KINDS = {
    "correction": message("Correction"),
    "clarification": message("Clarification"),
    "update": message("Update"),
    "retraction": message("Retraction"),
}
