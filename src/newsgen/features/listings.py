"""The front page, and a page for every term with its calendar where the term is large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsgen.archive import Change
from newsgen.features import Feature, Frame, Planning, days_of, has_moved, terms_of
from newsgen.features.timeline import LONGEST_LIST, listing_view, pages_of_period, period_names
from newsgen.model import AXES, Page, Read
from newsgen.questions import MONTH, YEAR, Reads, count, periods

NEWEST = 50
"""How many articles the page of a term shows before its years are told apart."""


def _subjects(planning: Planning) -> Iterator[str]:
    yield "home"
    for axis in AXES:
        yield axis
        for (slug,) in planning.archive.rows("SELECT slug FROM vocabulary WHERE axis = ? ORDER BY slug", axis):
            yield f"{axis}/{slug}"
            if count(planning.archive, axis, slug) > NEWEST:
                for name in period_names(planning.archive, axis, slug, LONGEST_LIST):
                    yield f"{axis}/{slug}/{name}"


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    axis, _, rest = subject.partition("/")
    slug, _, period = rest.partition("/")
    if subject == "home":
        home = {"cards": Read("newest", ("", "", planning.site.home_articles))}
        yield Page("/", "listings", "the front page", "home.html", home)
    elif not slug:
        # Tags are shown with their numbers; authors and sections without, so that a new article leaves them alone.
        reads = {"terms": Read("terms" if axis == "tags" else "names", (axis,))}
        yield Page(f"/{axis}/", "listings", f"the index of {axis}", "terms.html", reads, {"axis": axis})
    elif (number := count(planning.archive, axis, slug)) and not period:
        reads = {"term": Read("term", (axis, slug)), "cards": Read("newest", (axis, slug, NEWEST))}
        if number > NEWEST:
            reads["years"] = Read("period_names", (axis, slug, "", YEAR))
        origin = f"the page of {axis}/{slug}"
        yield Page(f"/{axis}/{slug}/", "listings", origin, "term.html", reads, {"large": number > NEWEST})
    elif number > NEWEST:
        yield from pages_of_period(planning.archive, axis, slug, f"/{axis}/{slug}/", period, "listings", LONGEST_LIST)


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The front page, and for each of the document's terms its page and its periods; all of them where a term has
    just outgrown one page, or shrunk to it."""
    if not has_moved(change) or not days_of(change):
        return
    yield "home"
    terms = terms_of(change)
    yield from {axis for axis, _ in terms}
    for axis, slug in terms:
        yield f"{axis}/{slug}"
        names = {day[:length] for day in days_of(change) for length in (YEAR, MONTH)}
        if abs(count(planning.archive, axis, slug) - NEWEST) <= planning.changes:
            names |= {*period_names(planning.archive, axis, slug, 0)}
        for year in [name for name in names if len(name) == YEAR]:
            if abs(count(planning.archive, axis, slug, year) - LONGEST_LIST) <= planning.changes:
                names |= {one.name for one in periods(planning.archive, axis, slug, year, MONTH)}
        yield from (f"{axis}/{slug}/{name}" for name in names)


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    if page.template == "term_period.html":
        return listing_view(page, reads) | {"term": reads.term}
    view = {name: getattr(reads, name) for name in page.reads}
    if page.template == "term.html":
        view.setdefault("years", ())
    return view | page.facts


FEATURE = Feature("listings", _subjects, _pages, _affected, _view)
