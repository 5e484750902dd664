"""What each kind of page says of itself to programs: the JSON-LD of articles, events, places, terms and lists.

Pages look at the settings in :data:`SETTINGS` for it, which their features declare; the front page at ``description``
too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import Markup

from newsgen.catalogues import is_english, message
from newsgen.features import Frame
from newsgen.model import Amendment, Card, Happening, Place, Term
from newsgen.site import Publisher
from newsgen.structured import (
    WORKS,
    Imprint,
    Thing,
    breadcrumbs,
    citation,
    correction,
    event,
    imprint,
    item_list,
    link,
    one_or_many,
    place,
    script,
    thing,
    told_at,
)
from newsgen.urls import encode, media_address, slugify

SETTINGS = (
    *("title", "language", "license"),
    *("publisher.name", "publisher.url", "publisher.logo", "publisher.policies"),
)

_INDEXES = {
    "/timeline/": message("Timeline"),
    "/timeline/events/": message("What happened"),
    "/tags/": message("Topics"),
    "/authors/": message("Authors"),
    "/sections/": message("Sections"),
    "/threads/": message("Running stories"),
    "/places/": message("Places"),
    "/sources/": message("Sources"),
    "/corrections/": message("Corrections"),
    "/on-this-day/": message("On this day"),
    "/about/archive/": message("The archive in numbers"),
}
"""What the pages are called that list others."""

Step = tuple[str, str | None]
"""An address and a name; without a name it is left out."""


def describe_article(
    frame: Frame,
    view: dict[str, Any],
    meta: dict[str, Any],
    terms: dict[str, tuple[Term, ...]],
    length: tuple[int, int] = (0, 0),
) -> Markup:
    """Give the JSON-LD of an article from what its template sees: NewsArticle and BreadcrumbList."""
    card: Card = view["article"]
    url = frame.absolute(card.address)
    year = card.published.day.isoformat()[:4]
    above: list[Step] = [(one.address, one.name) for one in terms["sections"][:1]]
    above = above or [index_step(frame, "/timeline/"), (f"/timeline/{year}/", year)]
    events = [
        (one["own"].role, event(frame.absolute, one["own"], one["whole"]))
        for one in (*view["events"], *view["background"])
    ]
    told = [(role, one) for role, one in events if "startDate" in one]
    whole = _imprint(frame)
    article = thing(
        "NewsArticle",
        {
            "@id": url,
            "url": url,
            "mainEntityOfPage": url,
            "headline": card.title,
            "description": card.summary,
            "datePublished": card.published.iso,
            "dateModified": card.updated.iso if card.updated else None,
            "inLanguage": card.language,
            **_translations(frame, view["translations"]),
            "dateline": meta["dateline"],
            "articleSection": one_or_many([one.name for one in terms["sections"]]),
            "keywords": [one.name for one in terms["tags"]],
            "author": one_or_many([_author(frame, one) for one in terms["authors"]]),
            "publisher": whole.publisher,
            "isPartOf": [whole.archive, *(_series(frame, one) for one in terms["threads"])],
            "contentLocation": one_or_many(_locations(frame, meta, terms["places"])),
            "about": one_or_many([one for role, one in told if role != "background"]),
            "mentions": one_or_many([one for role, one in told if role == "background"]),
            "citation": one_or_many([citation(frame.absolute, one) for one in view["sources"]]),
            "correction": one_or_many([correction(one["date"].iso, one["text"]) for one in view["corrections"]]),
            "image": one_or_many([_image(frame, one) for one in view["images"]]),
            "license": whole.license,
            "copyrightHolder": whole.holder,
            "wordCount": sum(length) or None,
            "timeRequired": f"PT{view['minutes']}M" if view["minutes"] else None,
        },
    )
    return script(article, _crumbs(frame, above, (card.address, card.title)))


def _translations(frame: Frame, others: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The original of an article, or its translations."""
    works: dict[bool, list[Thing]] = {True: [], False: []}
    for one in (each["it"] for each in others):
        work = thing("NewsArticle", {"@id": frame.absolute(one.address), "inLanguage": one.language})
        works[one.is_original].append(work)
    if works[True]:
        return {"translationOfWork": works[True][0]}
    return {"workTranslation": one_or_many(works[False])}


def describe_page(frame: Frame, card: Card) -> Markup:
    """Give the JSON-LD of a page without a date: WebPage."""
    url = frame.absolute(card.address)
    values = {
        "@id": url,
        "url": url,
        "name": card.title,
        "description": card.summary,
        "dateModified": card.updated.iso if card.updated else None,
        "inLanguage": card.language,
        "isPartOf": _imprint(frame).archive,
        "publisher": _imprint(frame).publisher,
    }
    return script(thing("WebPage", values))


def describe_home(frame: Frame, address: str, cards: Sequence[Card]) -> Markup:
    """Give the JSON-LD of the front page of a language: WebSite with its publisher, and ItemList."""
    site = frame.site
    values = {
        "@id": frame.absolute("/"),
        "url": frame.absolute(address),
        "name": site.title,
        "description": site.description,
        "inLanguage": frame.language,
        "publisher": _imprint(frame).publisher,
        "license": _imprint(frame).license,
    }
    return script(thing("WebSite", values), *_list(site.title, articles(frame, cards)))


def describe_term(
    frame: Frame,
    term: Term,
    entry: dict[str, Any],
    where: Place | None,
    items: Sequence[tuple[str, str]],
) -> Markup:
    """Give the JSON-LD of a term: what it is where schema.org has a type for it (Place, CreativeWorkSeries, ProfilePage
    of an author, CreativeWork of a source that is one), BreadcrumbList, and ItemList of what is told of it."""
    above: list[Step] = [index_step(frame, f"/{term.axis}/")]
    if where:
        above += [(one.address, one.name) for one in reversed(where.chain)]
    crumbs = _crumbs(frame, above, (term.address, term.name))
    return script(*_subject(frame, term, entry, where), crumbs, *_list(term.name, items))


def describe_event(frame: Frame, whole: Happening) -> Markup:
    """Give the JSON-LD of the page of an event: Event with the articles that tell of it, and BreadcrumbList."""
    told = [
        thing(
            "NewsArticle",
            {
                "@id": frame.absolute(one.address),
                "url": frame.absolute(one.address),
                "headline": one.card.title,
                "datePublished": one.card.published.iso,
            },
        )
        for one in {account.address: account for account in whole.accounts}.values()
    ]
    about = event(frame.absolute, whole.told, whole) | {"subjectOf": one_or_many(told)}
    above = [index_step(frame, "/timeline/"), index_step(frame, "/timeline/events/")]
    if len(whole.day) >= 4:
        above.append((f"/timeline/events/{whole.day[:4]}/", whole.day[:4]))
    return script(about, _crumbs(frame, above, (whole.address, whole.told.name)))


def describe_list(
    frame: Frame,
    above: Iterable[Step],
    here: Step,
    items: Sequence[tuple[str, str]],
    number: int | None = None,
) -> Markup:
    """Give the JSON-LD of a list: BreadcrumbList of the pages ``above`` it and of itself, and ItemList."""
    above = list(above)
    crumbs = [_crumbs(frame, above, here)] if above else []
    return script(*crumbs, *_list(here[1], items, number))


def articles(frame: Frame, cards: Iterable[Card]) -> list[tuple[str, str]]:
    """Give articles as items of a list."""
    return [(frame.absolute(one.address), one.title) for one in cards]


def happenings(frame: Frame, events: Iterable[Happening]) -> list[tuple[str, str]]:
    """Give events as items of a list, each where it is told."""
    return [(told_at(frame.absolute, one.told, one), one.told.name) for one in events]


def amended(frame: Frame, amendments: Iterable[Amendment]) -> list[tuple[str, str]]:
    """Give corrections as items of a list, each where it stands in its article."""
    return [(link(frame.absolute, f"{one.card.address}#ng:corrections"), one.card.title) for one in amendments]


def links(frame: Frame, steps: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Give pages by their addresses and names as items of a list."""
    return [(frame.absolute(address), name) for address, name in steps]


def index_step(frame: Frame, address: str) -> Step:
    """Give the page that lists others at ``address`` as a step; without a name in a language that has no catalogue, for
    then only templates know the words."""
    return address, frame.spelling.catalogue.gettext(_INDEXES[address]) if _has_words(frame) else None


def spelt(frame: Frame, period: str) -> str:
    """Give the name of a period in the language of the page; where that has no catalogue, the name by ISO 8601, and of
    a decade its years."""
    if _has_words(frame):
        return str(frame.spelling.period(period))
    return f"{period}0–{period}9" if len(period) == len("199") else period


def _has_words(frame: Frame) -> bool:
    return is_english(frame.language) or not frame.spelling.catalogue.is_english


def _crumbs(frame: Frame, above: Iterable[Step], here: Step) -> Thing:
    return breadcrumbs([(frame.absolute(address), name) for address, name in (*above, here) if name])


def _list(name: str | None, items: Sequence[tuple[str, str]], number: int | None = None) -> list[Thing]:
    return [item_list(name, items, number)] if items else []


def _imprint(frame: Frame) -> Imprint:
    def make() -> Imprint:
        site, one = frame.site, frame.site.publisher
        named = Publisher(one.name, one.url, logo=one.logo, policies=one.policies)
        return imprint(frame.absolute, site.title, site.license, named)

    made: Imprint = frame.once(("imprint",), make)
    return made


def license_url(frame: Frame) -> str:
    """Give the address at which the licence of the site can be read; nothing where it is not known."""
    found = _imprint(frame).license
    return found if isinstance(found, str) else ""


def _series(frame: Frame, term: Term) -> Thing:
    return thing("CreativeWorkSeries", {"@id": frame.absolute(term.address), "name": term.name})


def _author(frame: Frame, term: Term) -> Thing:
    """An author of the publisher's own name is the publisher; any other is taken for a person."""
    whole = _imprint(frame)
    if slugify(term.name) == whole.publisher_slug:
        return {name: whole.publisher[name] for name in ("@type", "@id", "name")}
    url = frame.absolute(term.address)
    return thing("Person", {"@id": url, "name": term.name, "url": url})


def _locations(frame: Frame, meta: dict[str, Any], terms: tuple[Term, ...]) -> list[Thing]:
    known = {one.slug: one for one in terms}
    given = [meta["location"], *meta["places"]] if meta["location"] else meta["places"]
    found: dict[str, Thing] = {}
    for one in given:
        chain = [known[key] for key in one["chain"] if key in known]
        name = chain[0].name if chain else one["shown"]
        found.setdefault(one["shown"], place(frame.absolute, name, chain, one["at"]))
    return list(found.values())


def _image(frame: Frame, image: dict[str, Any]) -> Thing:
    if image["target"]:
        kind, target = image["target"]
        url = frame.absolute(media_address(target) if kind == "media" else target)
    else:
        url = image["src"].replace(" ", "%20")
    values = {"contentUrl": url, "caption": image["caption"], "creditText": image["credit"]}
    return thing("ImageObject", values)


def _subject(frame: Frame, term: Term, entry: dict[str, Any], where: Place | None) -> list[Thing]:
    url = frame.absolute(term.address)
    own: dict[str, Any] = {"@id": url, "url": url, "name": term.name, "description": term.description}
    if term.axis == "places" and where:
        wikidata = f"https://www.wikidata.org/wiki/{encode(entry['wikidata'])}" if entry["wikidata"] else None
        same = [one for one in (wikidata, *(entry["links"] or ())) if one]
        located = place(frame.absolute, term.name, (term, *where.chain), where.at)
        return [thing("Place", own | {"alternateName": entry["aliases"], "sameAs": same} | located)]
    if term.axis == "threads":
        return [
            thing(
                "CreativeWorkSeries",
                own | {"isPartOf": _imprint(frame).archive, "publisher": _imprint(frame).publisher},
            )
        ]
    if term.axis == "authors":
        author = _author(frame, term) | {"description": term.description, "sameAs": entry["links"]}
        return [thing("ProfilePage", {"url": url, "mainEntity": thing(author["@type"], author)})]
    if term.axis == "sources" and entry["kind"] in WORKS:
        more = {"url": entry["url"], "archivedAt": entry["archived"], "alternateName": entry["aliases"]}
        return [thing(WORKS[entry["kind"]], own | more)]
    return []
