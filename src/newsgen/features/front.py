"""The front page: what leads it, what is newest, the sections that the settings name, and the running stories. A site
that speaks several languages has one for each, of the articles in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsgen.archive import Change
from newsgen.catalogues import best
from newsgen.features import Feature, Frame, Planning, days_of, describing, has_been_retold, terms_of
from newsgen.features.picturing import view_of_image
from newsgen.model import LANGUAGES, Card, Page, Read
from newsgen.pictures import Picture
from newsgen.questions import Reads, count
from newsgen.urls import slugify

BESIDE_THE_LEAD = 3
"""How many articles stand beside the one that leads."""
OF_A_SECTION = 5
"""How many articles of a section stand in its block."""
MOST_STORIES = 4
WITHIN = 300
"""A story is running while one of this many newest articles tells of it."""
LEAD = "(min-width: 76rem) 46rem, (min-width: 60rem) 62vw, 92vw"
"""How wide the picture that leads is (the attribute ``sizes``)."""
MOST_DAYS = 4
"""How many days with reports stand in the line of dates."""


def _subjects(planning: Planning) -> Iterator[str]:
    yield from planning.site.languages


def _pages(planning: Planning, language: str) -> Iterator[Page]:
    site = planning.site
    if language not in site.languages:
        return
    several = len(site.languages) > 1
    of = (LANGUAGES, language) if several else ("", "")
    slugs = [*dict.fromkeys(slugify(name) for name in site.home_sections)]
    slugs = [slug for slug in slugs if count(planning.archive, "sections", slug)]
    most = site.home_articles
    reads = {
        "cards": Read("newest", (*of, most + OF_A_SECTION * len(slugs))),
        "lead": Read("lead", of),
        "stories": Read("stories", (*of, WITHIN, MOST_STORIES)),
        "days": Read("latest_days", (*of, MOST_DAYS)),
    }
    for slug in slugs:
        reads[f"section {slug}"] = Read("term", ("sections", slug))
        more = OF_A_SECTION + BESIDE_THE_LEAD + 1  # for some of them may stand above, or speak another language
        reads[f"newest {slug}"] = Read("newest", ("sections", slug, more * (2 * len(site.languages) - 1)))
    facts = {"sections": slugs, "most": most}
    if several:
        facts["languages"] = [*site.languages]
        facts["alternates"] = [*([one, site.home_of(one)] for one in site.languages), ["x-default", "/"]]
    address = site.home_of(language)
    name = "the front page" if address == "/" else f"the front page in {language}"
    yield Page(address, "front", name, "home.html", reads, facts, language=language)


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The front pages, for each article that is told otherwise, or begins or ends to lead; and for each picture."""
    if change.before is None and change.after is None:  # a file that articles show, perhaps that which leads
        yield from planning.site.languages
    leads = {facts.leads for facts in (change.before, change.after) if facts is not None}
    if days_of(change) and (len(leads) > 1 or has_been_retold(change)):
        terms, named = terms_of(change), {slugify(name) for name in planning.site.home_sections}
        is_everywhere = any(axis == "sections" and slug in named for axis, slug in terms)  # in lists of all languages
        spoken = [slug for axis, slug in sorted(terms) if axis == LANGUAGES and not is_everywhere]
        yield from spoken or planning.site.languages


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    cards, most = reads.cards, page.facts["most"]
    lead, image, picture = reads.lead or (None, None, None)
    rest = [one for one in cards if lead is None or one.path != lead.path]
    beside, newest = rest[: min(BESIDE_THE_LEAD, most - 1)], rest[BESIDE_THE_LEAD:]
    above = {one.path for one in (lead, *beside) if one is not None}
    sections = []
    for slug in page.facts["sections"]:
        own = [one for one in getattr(reads, f"newest {slug}") if one.path not in above and _speaks(one, page)]
        own = own[:OF_A_SECTION]
        above |= {one.path for one in own}
        if own:
            sections.append((getattr(reads, f"section {slug}"), own))
    stories = [(term, card, card.path in above) for term, card in reads.stories]
    newest = [one for one in newest if one.path not in above][: max(0, most - 1 - BESIDE_THE_LEAD)]
    shown = [*beside, *(one for _, own in sections for one in own), *newest]
    days = reads.days
    alternates = page.facts.get("alternates")
    return ({"alternates": alternates} if alternates else {}) | {
        "cards": cards[:most],
        "lead": lead,
        "lead_image": _picture(frame, image, picture) if image else None,
        "beside": beside,
        "sections": sections,
        "newest": newest,
        "stories": stories,
        "days": [(one, f"/timeline/{one.name.replace('-', '/')}/") for one in days],
        "on_this_day": days[0].name[5:] if days else None,
        "structured": describing.describe_home(frame, page.address, [lead, *shown] if lead else ()),
    }


def _speaks(card: Card, page: Page) -> bool:
    """Whether an article belongs on the front page of a language."""
    languages = page.facts.get("languages")
    return not languages or best(card.language, tuple(languages)) == page.language


def _picture(frame: Frame, image: dict[str, Any], picture: Picture | None) -> dict[str, Any] | None:
    """Give an image as pages show it; None for one on another host, which the front page does not ask for."""
    if image["target"] is None:
        return None
    known = {picture.path: picture} if picture else {}
    return view_of_image(frame, image, known, 0) | {"sizes": LEAD}


def _locate(planning: Planning, address: str) -> Iterator[str]:
    yield from (one for one in planning.site.languages if planning.site.home_of(one) == address)


FEATURE = Feature(
    "front",
    _subjects,
    _pages,
    _affected,
    _view,
    settings=(*describing.SETTINGS, "description", "images"),
    locate=_locate,
)
