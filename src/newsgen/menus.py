"""What is in the menus of every page: the parts of the archive that have anything in them, or what the site says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsgen.archive import Archive
from newsgen.branding import Item
from newsgen.errors import FAULT, WARNING, Fault
from newsgen.model import Card, Read, canonical, digest
from newsgen.questions import ask, count
from newsgen.site import SETTINGS_FILE, Site
from newsgen.urls import encode, href

HEADER = ("home", "timeline", "tags", "places", "threads", "sources")
FOOTER = ("sections", "authors", "corrections", "numbers", "data", "feeds")
"""The parts of the archive in the menus of the theme, where the site has none of its own."""

_ADDRESSES = {"home": "/", "numbers": "/about/archive/"}
_ALWAYS = ("home", "corrections", "numbers", "data", "feeds", "search")
"""The parts that say something even where they are empty."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a menu. ``link`` is ready to use; ``address`` is empty where it leads to another host. A part of the
    archive has its name in ``part`` (the theme has the words) and no title. ``language`` is that of the title."""

    link: str
    address: str
    title: str
    part: str
    language: str


@dataclass(frozen=True, slots=True)
class Menus:
    """The menus at the head and at the foot of every page."""

    header: tuple[Entry, ...]
    footer: tuple[Entry, ...]

    def digest(self) -> bytes:
        rows = [[one.link, one.address, one.title, one.part, one.language] for one in (*self.header, *self.footer)]
        return digest(canonical([len(self.header), rows]))


def menus_of(site: Site, archive: Archive) -> Menus:
    """Give the menus as they are with the documents that are shown."""
    if site.theme.menu is None:
        pages = (_to(one, one.title, site) for one in ask(archive, Read("menu")))
        header = (*_parts(HEADER, site, archive), *pages, *_parts(("search",) if site.search else (), site, archive))
    else:
        header = tuple(_chosen(site.theme.menu, site, archive))
    footer = _parts(FOOTER, site, archive) if site.theme.footer is None else _chosen(site.theme.footer, site, archive)
    return Menus(header, tuple(footer))


def _parts(names: tuple[str, ...], site: Site, archive: Archive) -> tuple[Entry, ...]:
    found = []
    for name in names:
        if _has_anything(name, archive):
            address = _ADDRESSES.get(name, f"/{name}/")
            found.append(Entry(href(site.base_path, address), address, "", name, site.language))
    return tuple(found)


def _has_anything(part: str, archive: Archive) -> bool:
    if part in _ALWAYS:
        return True
    if part == "timeline":
        return bool(count(archive, "", ""))
    return archive.row("SELECT 1 FROM vocabulary WHERE axis = ? AND name IS NOT NULL LIMIT 1", part) is not None


def _chosen(items: tuple[Item, ...], site: Site, archive: Archive) -> Iterator[Entry]:
    """Give the lines that a site has chosen, without those to pages that are not shown."""
    for item in items:
        if item.page is None:
            url = item.url or ""
            address, mark, fragment = url.partition("#") if url.startswith("/") else ("", "", "")
            link = href(site.base_path, address) + mark + encode(fragment) if address else url
            yield Entry(link, address, item.title or "", "", site.language)
        else:
            card = _card_of(item.page, archive)
            if card is not None:
                yield _to(card, item.title or card.title, site, site.language if item.title else None)


def _to(card: Card, title: str, site: Site, language: str | None = None) -> Entry:
    return Entry(href(site.base_path, card.address), card.address, title, "", language or card.language)


def _card_of(path: str, archive: Archive) -> Card | None:
    shown = archive.row("SELECT 1 FROM documents WHERE path = ? AND shown AND kind IN ('page', 'article')", path)
    return archive.card(path) if shown else None


def menu_faults(site: Site, archive: Archive, is_planned: Callable[[str], bool]) -> Iterator[Fault]:
    """Give a fault for each line of the site's own menus that leads where another one does, and a warning for each that
    leads nowhere."""
    for items in (site.theme.menu or (), site.theme.footer or ()):
        taken: dict[str, Item] = {}
        for item in items:
            card = _card_of(item.page, archive) if item.page else None
            target = card.address if card else item.url or ""
            address = target.partition("#")[0]
            if item.page and card is None:
                what = f"{item.page} is not shown, so it is not in the menu"
                yield Fault(SETTINGS_FILE, *item.at, what, "Publish it, or take it out of the menu.", WARNING)
            elif target in taken:
                what = f"the menu leads to {target} twice, first on line {taken[target].at[0]}"
                yield Fault(SETTINGS_FILE, *item.at, what, "Keep one.", FAULT)
            elif address.startswith("/") and not is_planned(address):
                what = f"nothing is published at {address}, to which the menu leads"
                yield Fault(SETTINGS_FILE, *item.at, what, "Correct the address, or make that page.", WARNING)
            taken.setdefault(target, item)
