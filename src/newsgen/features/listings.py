"""The front page, and a page for every term with its calendar where the term is large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsgen.features import Feature, Frame, Planning
from newsgen.features.timeline import LONGEST_LIST, cut, listing_view
from newsgen.model import AXES, Page, Read
from newsgen.questions import Reads, count

NEWEST = 50
"""How many articles the page of a term shows before its years are told apart."""


def _plan(planning: Planning) -> Iterator[Page]:
    home = {"cards": Read("newest", ("", "", planning.site.home_articles))}
    yield Page("/", "listings", "the front page", "home.html", home)
    for axis in AXES:
        yield Page(f"/{axis}/", "listings", f"the index of {axis}", "terms.html", _index_reads(axis), {"axis": axis})
        for (slug,) in planning.archive.each("SELECT DISTINCT slug FROM terms WHERE axis = ? AND shown", axis):
            yield from _plan_term(planning, axis, slug)


def _index_reads(axis: str) -> dict[str, Read]:
    """Tags are shown with their numbers; authors and sections without, so that a new article leaves them alone."""
    return {"terms": Read("terms" if axis == "tags" else "names", (axis,))}


def _plan_term(planning: Planning, axis: str, slug: str) -> Iterator[Page]:
    origin = f"the page of {axis}/{slug}"
    reads = {"term": Read("term", (axis, slug)), "cards": Read("newest", (axis, slug, NEWEST))}
    large = count(planning.archive, axis, slug) > NEWEST
    if large:
        reads["years"] = Read("period_names", (axis, slug, "", 4))
    yield Page(f"/{axis}/{slug}/", "listings", origin, "term.html", reads, {"large": large})
    if large:
        yield from cut(planning.archive, axis, slug, f"/{axis}/{slug}/", "term_period.html", "listings", LONGEST_LIST)


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    if page.template == "term_period.html":
        return listing_view(page, reads) | {"term": reads.term}
    view = {name: getattr(reads, name) for name in page.reads}
    if page.template == "term.html":
        view.setdefault("years", ())
    return view | page.facts


FEATURE = Feature("listings", _plan, _view)
