"""The search: its page in each language of the site, what a browser needs to search, the index of each span of time.

The indexes are made before anything is planned (:mod:`newsgen.indexing`). Their files are published as they are kept,
those of a span below its name, so that an article touches the files of its own span and the list of spans.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from newsgen.archive import Archive, Change
from newsgen.features import Feature, Frame, Planning, days_of
from newsgen.indexing import ENGINE
from newsgen.model import Output, Page, canonical
from newsgen.questions import Reads
from newsgen.records import UNSPACED
from newsgen.shelf import VERSION, Bundle, Catalogue, Shelf, places, read_at
from newsgen.site import Site
from newsgen.spans import Span, groups_around

ROOT = "/search/"
ABOUT = "about"
FIRST_ARTICLES, FIRST_SPANS = 600, 6
"""How many articles, in how many of the newest spans at most, a browser searches before it is asked for more."""


def _catalogue(site: Site, archive: Archive) -> Catalogue:
    """Give what is kept; nothing where there is no index."""
    found: Catalogue = archive.once(("search",), lambda: Shelf(site.state).catalogue() or Catalogue())
    return found


def _subjects(planning: Planning) -> Iterator[str]:
    if planning.site.search:
        yield from (ABOUT, ENGINE)
        bundles = _spans(_catalogue(planning.site, planning.archive))
        yield from dict.fromkeys(_group(one) for one in bundles)


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    if not planning.site.search:
        return
    catalogue = _catalogue(planning.site, planning.archive)
    if subject == ABOUT:
        first = {"articles": FIRST_ARTICLES, "spans": FIRST_SPANS}
        facts = {"has_index": bool(catalogue.bundles), "unspaced": UNSPACED, "first": first}
        site = planning.site
        if len(site.languages) > 1:
            facts["alternates"] = [*([one, site.search_of(one)] for one in site.languages), ["x-default", ROOT]]
        for language in site.languages:
            address, name = site.search_of(language), "the search"
            name += "" if address == ROOT else f" in {language}"
            yield Page(address, "search", name, "search.html", facts=facts, kind="listing", language=language)
        told = [[one.name, one.mark[:10], one.languages] for one in reversed(_spans(catalogue))]
        facts = {"engine": f"{ENGINE}-{VERSION}", "spans": told}
        yield Page(f"{ROOT}spans.json", "search", "the list of search indexes", facts=facts, kind="asset")
        return
    shelf = Shelf(planning.site.state)
    for bundle in [one for one in catalogue.bundles.values() if _group(one) == subject]:
        base, source = f"{ROOT}{_folder(bundle)}/", str(shelf.place(bundle))
        for name, mark in shelf.listing(bundle).items():
            facts = {"digest": mark, "file": name}
            yield Page(base + name, "search", f"the search index of {bundle.name}", None, {}, facts, "asset", source)


def _spans(catalogue: Catalogue) -> list[Bundle]:
    """Give the indexes of spans in the order of time."""
    return [one for name, one in sorted(catalogue.bundles.items()) if name != ENGINE]


def _group(bundle: Bundle) -> str:
    return ENGINE if bundle.name == ENGINE else Span(bundle.name, bundle.name).group


def _folder(bundle: Bundle) -> str:
    """The folder in which the files of an index are published; another version of the engine is at another place."""
    return f"{ENGINE}-{VERSION}" if bundle.name == ENGINE else bundle.name


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The spans that may hold an article, or held it; the list of all; and what they need, which follows from their
    languages."""
    days = days_of(change)
    if days and planning.site.search:
        yield from (ABOUT, ENGINE)
        for day in days:
            yield from groups_around(planning.archive, day, planning.changes)


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    """What the template of the page sees: where the site is to be found, for search engines; and the same page in other
    languages."""
    found: dict[str, Any] = {"place": frame.absolute("/").partition("//")[2].rstrip("/")}
    if alternates := page.facts.get("alternates"):
        found |= {"alternates": alternates, "translated": dict(alternates)}
    return found


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    if page.source is None:
        return Output((canonical(page.facts) + "\n").encode())
    place = Path(page.source)
    where = frame.once(("search", page.source), lambda: places(place))
    return Output(read_at(place, where[page.facts["file"]], page.facts["digest"]))


FEATURE = Feature("search", _subjects, _pages, _affected, _view, _render)
