"""What was published and what happened on one day of the year, in all years: a page for each day that has anything.

A page tells of the latest years in full and of a bounded number of reports and events of each; of the rest it says how
much there is, and leads on to the page of that day. So it grows by a line each year at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from newsgen.almanac import Anniversary, day_names, days_beside
from newsgen.archive import Change
from newsgen.features import Feature, Frame, Planning, days_of, describing, has_moved
from newsgen.features.calendars import days_of_the_year
from newsgen.features.events import retold
from newsgen.model import EVENTS, Page, Read
from newsgen.questions import DAY, YEAR, Reads

ROOT = "/on-this-day/"
MOST_YEARS = 25
"""Of how many years a page tells in full; of those before it names the day and the number."""
MOST_OF_A_YEAR = 5
"""How many reports, and how many events, of one year stand on a page."""


def _subjects(planning: Planning) -> Iterator[str]:
    yield ""
    yield from day_names(planning.archive)


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    archive = planning.archive
    if not subject:
        reads = {"names": Read("day_names")}
        yield Page(ROOT, "anniversaries", "the days of the year", "days.html", reads, kind="listing")
    elif subject in day_names(archive):
        reads = {
            "published": Read("anniversaries", ("", subject, MOST_YEARS, MOST_OF_A_YEAR)),
            "happened": Read("anniversaries", (EVENTS, subject, MOST_YEARS, MOST_OF_A_YEAR)),
        }
        facts = {"day": subject, "beside": days_beside(archive, subject)}
        address = f"{ROOT}{subject}/"
        yield Page(address, "anniversaries", f"the day {subject}", "on_this_day.html", reads, facts, "listing")


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The days of the year on which the article was or is published, and on which happened what it tells or told;
    those beside them, which lead on to them; and the calendar of all."""
    names = {day[YEAR + 1 :] for day in days_of(change)} if has_moved(change) else set()
    for one in retold(planning, change):
        names |= {day[YEAR + 1 :] for day in one.days if len(day) == DAY}
    if names:
        yield ""
    for name in sorted(names):
        yield name
        yield from filter(None, days_beside(planning.archive, name))


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    above, root = describing.index_step(frame, "/timeline/"), describing.index_step(frame, ROOT)
    if page.template == "days.html":
        names = reads.names
        items = describing.links(frame, [(f"{ROOT}{name}/", _spelt(frame, name)) for name in names])
        structured = describing.describe_list(frame, (above,), root, items)
        return {"months": days_of_the_year(names), "structured": structured}
    name, (earlier, later) = page.facts["day"], page.facts["beside"]
    published, happened = reads.published, reads.happened
    cards = [card for _, some in published for card in some]
    events = [event for _, some in happened for event in some]
    items = [*describing.articles(frame, cards), *describing.happenings(frame, events)]
    return {
        "day": name,
        "published": _of_years(published, lambda day: f"/timeline/{day.replace('-', '/')}/"),
        "happened": _of_years(happened, lambda day: f"/timeline/events/{day[:YEAR]}/"),
        "earlier": earlier,
        "later": later,
        "structured": describing.describe_list(frame, (above, root), (page.address, _spelt(frame, name)), items),
    }


def _spelt(frame: Frame, name: str) -> str:
    """Give the name of a day of the year: in English where the site is, else that of XML Schema."""
    leap = f"2024-{name}"
    said = describing.spelt(frame, leap)
    return f"--{name}" if said == leap else said.removesuffix(" 2024")


def _of_years(found: tuple[Anniversary, ...], link: Callable[[str], str]) -> list[dict[str, Any]]:
    """What a template sees of each year: how much there is, what of it is shown, and where all of it is."""
    return [
        {
            "year": day.name[:YEAR],
            "count": day.count,
            "some": some,
            "more": day.count - len(some),
            "address": link(day.name),
        }
        for day, some in found
    ]


def _locate(planning: Planning, address: str) -> Iterator[str]:
    if address.startswith(ROOT):
        yield address.removeprefix(ROOT).removesuffix("/")


FEATURE = Feature("anniversaries", _subjects, _pages, _affected, _view, settings=describing.SETTINGS, locate=_locate)
