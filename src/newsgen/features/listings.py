"""A page for every term: a topic, an author, a place, a source, a running story. A large one has its
calendar below it, and what it is told of together with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from newsgen.archive import Archive, Change
from newsgen.features import (
    Feature,
    Frame,
    Planning,
    days_of,
    describing,
    has_been_retold,
    has_moved,
    periods_in,
    term_in,
    terms_of,
)
from newsgen.features.charting import chart, groups_of, link_to_group
from newsgen.features.events import address_of, base_of, events_of_term, retold
from newsgen.features.mapping import map_of_place, map_of_world
from newsgen.features.timeline import LONGEST_LIST, describe_period, listing_view, pages_of_period, period_names
from newsgen.happenings import entry
from newsgen.model import AXES, BESIDE_A_THREAD, Page, Period, Read, Term
from newsgen.questions import MONTH, YEAR, Reads, count, has_feeds, is_used, periods

NEWEST = 50
"""How many articles the page of a term shows before its years are told apart."""
MOST_BESIDE = 20
"""How many places and sources stand beside a running story or a large topic."""
NOTHING_KNOWN = dict.fromkeys("kind url archived accessed checked links wikidata aliases".split())
"""What a register may say of a term, besides its name and description."""
FROM_THE_BEGINNING = "from-the-beginning"


def _subjects(planning: Planning) -> Iterator[str]:
    for axis in AXES:
        yield axis
        for (slug,) in planning.archive.rows("SELECT slug FROM vocabulary WHERE axis = ? ORDER BY slug", axis):
            yield f"{axis}/{slug}"
            if axis == "threads":
                yield f"{axis}/{slug}/{FROM_THE_BEGINNING}"
            if count(planning.archive, axis, slug) > NEWEST:
                for name in period_names(planning.archive, axis, slug, LONGEST_LIST):
                    yield f"{axis}/{slug}/{name}"


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    axis, _, rest = subject.partition("/")
    slug, _, period = rest.partition("/")
    if not slug:
        yield _index(axis)
    elif period == FROM_THE_BEGINNING:
        yield from _from_the_beginning(planning, slug)
    elif not period:
        yield from _term(planning, axis, slug)
    elif count(planning.archive, axis, slug) > NEWEST:
        feeds = _feeds(planning, axis, slug)
        base = f"/{axis}/{slug}/"
        for page in pages_of_period(planning.archive, axis, slug, base, period, "listings", LONGEST_LIST):
            yield replace(page, facts={**page.facts, **feeds})


def _feeds(planning: Planning, axis: str, slug: str) -> dict[str, bool]:
    """The fact of a term's pages that says whether it has feeds, which a page must not name otherwise."""
    return {"feeds": has_feeds(planning.archive, axis, slug, planning.site.feeds.min_articles)}


def _locate(planning: Planning, address: str) -> Iterator[str]:
    term = term_in(address)
    if term is None:
        yield from (axis for axis in AXES if address == f"/{axis}/")
    else:
        axis, slug, rest = term
        names = (FROM_THE_BEGINNING,) if rest == f"{FROM_THE_BEGINNING}/" else periods_in(rest)
        yield from (f"{axis}/{slug}/{name}" for name in names)
        if not rest:
            yield f"{axis}/{slug}"


def _index(axis: str) -> Page:
    if axis == "places":
        return Page("/places/", "listings", "the index of places", "places.html", {"places": Read("places")})
    # Topics are shown with their numbers; others without, so that a new article leaves their index alone.
    reads = {"terms": Read("terms" if axis == "tags" else "names", (axis,))}
    return Page(f"/{axis}/", "listings", f"the index of {axis}", "terms.html", reads, {"axis": axis})


def _term(planning: Planning, axis: str, slug: str) -> Iterator[Page]:
    """The page of a term: what is known of it, its newest articles, and its events."""
    if not is_used(planning.archive, axis, slug):
        return
    number = count(planning.archive, axis, slug)
    reads = {"term": Read("term", (axis, slug)), "cards": Read("newest", (axis, slug, NEWEST))}
    reads["entry"] = Read("entry", (axis, slug))
    if number > NEWEST:
        reads["years"] = Read("periods", (axis, slug, "", YEAR))
    events, facts = events_of_term(planning, axis, slug)
    reads |= events
    if axis == "places":
        reads["place"] = Read("place", (slug,))
    if axis == "threads" or (axis == "tags" and number > NEWEST):
        for other in BESIDE_A_THREAD:
            reads[f"beside_{other}"] = Read("together", (axis, slug, other, MOST_BESIDE))
    facts = {"large": number > NEWEST, **_feeds(planning, axis, slug), **facts}
    yield Page(f"/{axis}/{slug}/", "listings", f"the page of {axis}/{slug}", "term.html", reads, facts)


def _from_the_beginning(planning: Planning, slug: str) -> Iterator[Page]:
    """A running story in the order in which it was reported; of a long one the beginning, and the years after it."""
    number = count(planning.archive, "threads", slug)
    if not number:
        return
    reads = {"term": Read("term", ("threads", slug)), "cards": Read("within", ("threads", slug, "", LONGEST_LIST, 0))}
    if number > LONGEST_LIST:
        reads["years"] = Read("period_names", ("threads", slug, "", YEAR))
    address = f"/threads/{slug}/{FROM_THE_BEGINNING}/"
    facts = _feeds(planning, "threads", slug)
    yield Page(address, "listings", f"the story of threads/{slug}", "story.html", reads, facts)


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """For each of the document's terms its page and its periods; all of them where a term has
    just outgrown one page, or shrunk to it, or has just got feeds, or lost them."""
    if not days_of(change) or not has_been_retold(change):
        return
    retold_terms = {term for one in retold(planning, change) for term in one.terms}
    if has_moved(change) or retold_terms:
        yield "places"
    yield from (f"{axis}/{slug}" for axis, slug in sorted(retold_terms))
    yield from _places_around(planning.archive, retold_terms)
    if not has_moved(change):
        return
    terms = {(axis, slug) for axis, slug in terms_of(change) if axis in AXES}
    yield from _places_around(planning.archive, terms)
    yield from {axis for axis, _ in terms}
    for axis, slug in terms:
        yield f"{axis}/{slug}"
        names = {day[:length] for day in days_of(change) for length in (YEAR, MONTH)}
        if axis == "threads":
            names.add(FROM_THE_BEGINNING)
        edges = (NEWEST, planning.site.feeds.min_articles)
        if any(abs(count(planning.archive, axis, slug) - edge) <= planning.changes for edge in edges):
            names |= {*period_names(planning.archive, axis, slug, 0)}
        for year in [name for name in names if len(name) == YEAR]:
            if abs(count(planning.archive, axis, slug, year) - LONGEST_LIST) <= planning.changes:
                names |= {one.name for one in periods(planning.archive, axis, slug, year, MONTH)}
        yield from (f"{axis}/{slug}/{name}" for name in names)


def _places_around(archive: Archive, terms: set[tuple[str, str]]) -> Iterator[str]:
    """The places that those of a document lie in, which count what is told of them: as the oldest article has it, and
    so perhaps other ones than the document says."""
    seen = {slug for axis, slug in terms if axis == "places"}
    waiting = sorted(seen)
    while waiting:
        within = entry(archive, "places", waiting.pop()).get("within")
        if within and within not in seen:
            seen.add(within)
            waiting.append(within)
            yield f"places/{within}"


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    if page.template == "term_period.html":
        view = listing_view(page, reads)
        view["feeds"] = page.facts["feeds"]
        return view | {"term": reads.term, "structured": describe_period(page, view, frame, reads.term)}
    view = {name: getattr(reads, name) for name in page.reads}
    if page.template == "term.html":
        view |= _view_of_term(page, view, frame)
    elif page.template == "places.html":
        view["map"] = map_of_world(frame, reads.places)
    elif page.template == "story.html":
        view.setdefault("years", ())
    return view | page.facts | {"structured": _described(page, view, frame)}


def _described(page: Page, view: dict[str, Any], frame: Frame) -> Markup:
    """The JSON-LD of a term, of a running story told from its beginning, or of an index."""
    if page.template == "term.html":
        told = [one for _, group in view["events"] for one in group]
        items = describing.articles(frame, view["cards"]) or describing.happenings(frame, told)
        return describing.describe_term(frame, view["term"], view["entry"], view["place"], items)
    if page.template == "story.html":
        term = view["term"]
        above = [describing.index_step(frame, "/threads/"), (term.address, term.name)]
        items = describing.articles(frame, view["cards"])
        return describing.describe_list(frame, above, (page.address, term.name), items)
    known = view["places"] if page.template == "places.html" else view["terms"]
    items = describing.links(frame, [(one.address, one.name) for one in known])
    return describing.describe_list(frame, (), describing.index_step(frame, page.address), items)


def _view_of_term(page: Page, read: dict[str, Any], frame: Frame) -> dict[str, Any]:
    term: Term = read["term"]
    events = read.get("latest", ())
    groups = groups_of(events, "")
    base = base_of(term.axis, term.slug)
    many = page.facts.get("many", False)

    def link(name: str) -> str | None:
        """To what stands on this page; else to where all is told, which has pages for years where they are many."""
        if (here := link_to_group([one for one, _ in groups], name)) or not many:
            return here
        return frame.href(address_of(base, name)) if page.facts["cut"] else f"{frame.href(base)}#ng:in-{name}"

    def link_to_year(name: str) -> str:
        return frame.href(f"{term.address}{name}/")

    place = read.get("place")
    years: tuple[Period, ...] = read.get("years", ())
    return {
        "years": [one.name for one in years],
        "counts": {one.name: one.count for one in years},
        "year_bars": chart(years, "", link_to_year),
        "entry": {**NOTHING_KNOWN, **read["entry"]},
        "place": place,
        "map": map_of_place(frame, place) if place else None,
        "events": groups,
        "bars": chart(read.get("bars", ()), "", link),
        "all_events": base if many else None,
        "beside": [(axis, read[f"beside_{axis}"]) for axis in BESIDE_A_THREAD if read.get(f"beside_{axis}")],
    }


FEATURE = Feature("listings", _subjects, _pages, _affected, _view, settings=describing.SETTINGS, locate=_locate)
