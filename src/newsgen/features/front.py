"""The front page: what leads it, what is newest, the sections that the settings name, and the running stories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsgen.archive import Change
from newsgen.features import Feature, Frame, Planning, days_of, describing, has_been_retold
from newsgen.model import Page, Read
from newsgen.questions import Reads, count
from newsgen.urls import media_address, slugify

BESIDE_THE_LEAD = 3
"""How many articles stand beside the one that leads."""
OF_A_SECTION = 5
"""How many articles of a section stand in its block."""
MOST_STORIES = 4
WITHIN = 300
"""A story is running while one of this many newest articles tells of it."""
MOST_DAYS = 4
"""How many days with reports stand in the line of dates."""


def _subjects(planning: Planning) -> Iterator[str]:
    yield ""


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    slugs = [*dict.fromkeys(slugify(name) for name in planning.site.home_sections)]
    slugs = [slug for slug in slugs if count(planning.archive, "sections", slug)]
    most = planning.site.home_articles
    reads = {
        "cards": Read("newest", ("", "", most + OF_A_SECTION * len(slugs))),
        "lead": Read("lead"),
        "stories": Read("stories", (WITHIN, MOST_STORIES)),
        "days": Read("latest_days", (MOST_DAYS,)),
    }
    for slug in slugs:
        reads[f"section {slug}"] = Read("term", ("sections", slug))
        more = OF_A_SECTION + BESIDE_THE_LEAD + 1  # for some of them may stand above
        reads[f"newest {slug}"] = Read("newest", ("sections", slug, more))
    yield Page("/", "front", "the front page", "home.html", reads, {"sections": slugs, "most": most})


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The front page, for each article that is told otherwise, or begins or ends to lead."""
    leads = {facts.leads for facts in (change.before, change.after) if facts is not None}
    if days_of(change) and (len(leads) > 1 or has_been_retold(change)):
        yield ""


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    cards, most = reads.cards, page.facts["most"]
    lead, image = reads.lead or (None, None)
    rest = [one for one in cards if lead is None or one.path != lead.path]
    beside, newest = rest[: min(BESIDE_THE_LEAD, most - 1)], rest[BESIDE_THE_LEAD:]
    above = {one.path for one in (lead, *beside) if one is not None}
    sections = []
    for slug in page.facts["sections"]:
        own = [one for one in getattr(reads, f"newest {slug}") if one.path not in above][:OF_A_SECTION]
        above |= {one.path for one in own}
        if own:
            sections.append((getattr(reads, f"section {slug}"), own))
    stories = [(term, card, card.path in above) for term, card in reads.stories]
    newest = [one for one in newest if one.path not in above][: max(0, most - 1 - BESIDE_THE_LEAD)]
    shown = [*beside, *(one for _, own in sections for one in own), *newest]
    days = reads.days
    return {
        "cards": cards[:most],
        "lead": lead,
        "lead_image": _picture(frame, image) if image else None,
        "beside": beside,
        "sections": sections,
        "newest": newest,
        "stories": stories,
        "days": [(one, f"/timeline/{one.name.replace('-', '/')}/") for one in days],
        "on_this_day": days[0].name[5:] if days else None,
        "structured": describing.describe_home(frame, [lead, *shown] if lead else ()),
    }


def _picture(frame: Frame, image: dict[str, Any]) -> dict[str, Any] | None:
    """Give an image with the link to it; None for one on another host, which the front page does not ask for."""
    if image["target"] is None:
        return None
    kind, target = image["target"]
    return {**image, "href": frame.href(media_address(target) if kind == "media" else target)}


FEATURE = Feature("front", _subjects, _pages, _affected, _view, settings=(*describing.SETTINGS, "description"))
