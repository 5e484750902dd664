"""How an archive is followed: the page of all feeds for people, the same as OPML 2.0, and how feeds look in browsers.

All of it names what there is, never how much or how new it is, so that it changes where a term gets feeds, loses them
or is renamed, and not with every article.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from newsgen.almanac import number_with_feeds
from newsgen.archive import Archive, Change
from newsgen.catalogues import message, own_name
from newsgen.document import without_controls
from newsgen.features import CORRECTIONS_ADDRESS, Feature, Frame, Planning, days_of, has_been_retold, terms_of
from newsgen.features.events import retold
from newsgen.model import AXES, Output, Page, Read, Term
from newsgen.questions import Reads, ask
from newsgen.site import Site
from newsgen.subscribing import FEEDS_ADDRESS, FORMATS, sheet_of

ROOT = FEEDS_ADDRESS
LONGEST_LIST = 500
"""How many terms of an axis stand on the page of all feeds. More have pages of their own, one for each character that
their slugs begin with, so that no page grows without bound and none of them ever moves to another one."""
ORDER = ("sections", "threads", "tags", "places", "authors", "sources")
"""The axes as people would look for them."""
SHEET = "feed.css"
"""The asset that says how feeds look; it is published with the words of each language before it."""

_AXES = {
    "sections": message("Sections"),
    "threads": message("Running stories"),
    "tags": message("Topics"),
    "places": message("Places"),
    "authors": message("Authors"),
    "sources": message("Sources"),
}
_CORRECTIONS = message("Corrections")
_SAID = message(
    "This page is a feed: a list of what is new, made for programs. Copy its address into a feed reader, and what is "
    "new will come to you by itself. How that works, and all feeds of this archive:"
)


def _subjects(planning: Planning) -> Iterator[str]:
    yield from ("", "sheets", *AXES)


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    site, archive = planning.site, planning.archive
    least = site.feeds.min_articles
    if subject == "sheets":
        asset = planning.assets.address(SHEET)  # which holds a digest of it
        for language in site.languages:
            address = sheet_of(site.language, language)
            origin = f"the look of feeds in {language}"
            yield Page(address, "subscriptions", origin, None, {}, {"asset": asset}, "file", language=language)
    elif not subject:
        reads = {}
        for axis in AXES:
            question = "initials" if _is_long(archive, axis, least) else "with_feeds"
            reads[axis] = Read(question, (axis, least))
        yield Page(ROOT, "subscriptions", "the page of all feeds", "feeds.html", reads, {"axis": "", "initial": ""})
        every = {axis: Read("with_feeds", (axis, least)) for axis in AXES}
        facts = {"languages": [*_languages(site)]}
        yield Page(f"{ROOT}feeds.opml", "subscriptions", "the list of all feeds", None, every, facts, "file")
    else:
        yield from _pages_of_axis(archive, subject, least)


def _pages_of_axis(archive: Archive, axis: str, least: int) -> Iterator[Page]:
    """The feeds of one axis as a file; where they are many, also the pages of them."""
    if not number_with_feeds(archive, axis, least):
        return
    reads = {axis: Read("with_feeds", (axis, least))}
    origin = f"the feeds of {axis}"
    yield Page(f"{ROOT}{axis}.opml", "subscriptions", origin, None, reads, kind="file")
    if not _is_long(archive, axis, least):
        return
    initials = {"initials": Read("initials", (axis, least))}
    facts = {"axis": axis, "initial": ""}
    yield Page(f"{ROOT}{axis}/", "subscriptions", origin, "feeds.html", initials, facts, "listing")
    for initial in ask(archive, initials["initials"]):
        reads = {**initials, "terms": Read("with_feeds", (axis, least, initial))}
        facts = {"axis": axis, "initial": initial}
        address = f"{ROOT}{axis}/{initial}/"
        yield Page(address, "subscriptions", origin, "feeds.html", reads, facts, "listing")


def _is_long(archive: Archive, axis: str, least: int) -> bool:
    return number_with_feeds(archive, axis, least) > LONGEST_LIST


def _locate(planning: Planning, address: str) -> Iterator[str]:
    rest = address.removeprefix(ROOT)
    if not address.startswith(ROOT):
        return
    axis = rest.removesuffix(".opml").partition("/")[0]
    if rest in ("", "feeds.opml"):
        yield ""
    elif rest.endswith(".css"):
        yield "sheets"
    elif axis in AXES:
        yield axis


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The axes of the document's terms, and of those of its events, with the page and the file of all feeds: for a term
    may have got its first article, lost its last, or passed the threshold."""
    if not days_of(change) or not has_been_retold(change):
        return
    axes = {axis for axis, _ in terms_of(change)} | {axis for one in retold(planning, change) for axis, _ in one.terms}
    if touched := [axis for axis in AXES if axis in axes]:
        yield from ("", *touched)


def _view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    """What the template sees: the axes that have feeds, each with its terms or, where these are many, with the
    characters that they are listed by."""
    axis, initial = page.facts["axis"], page.facts["initial"]
    groups: list[dict[str, Any]] = []
    for one in (axis,) if axis else ORDER:
        if axis:
            terms, initials = (reads.terms if initial else ()), reads.initials
        else:
            is_long = page.reads[one].question == "initials"
            terms, initials = ((), getattr(reads, one)) if is_long else (getattr(reads, one), ())
        if terms or initials:
            found = [(name, f"{ROOT}{one}/{name}/") for name in initials]
            groups.append({"axis": one, "terms": terms, "initials": found, "opml": f"{ROOT}{one}.opml"})
    return {"groups": groups, "axis": axis, "initial": initial, "opml": f"{ROOT}feeds.opml"}


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    if "asset" in page.facts:
        return Output(_sheet(frame))
    return Output(_opml(page, reads, frame))


# --- OPML 2.0 ---


def _opml(page: Page, reads: Reads, frame: Frame) -> bytes:
    """Give feeds as OPML 2.0 (https://opml.org/spec2.opml), grouped by axis, each feed once: in the format that
    readers make the most of. No date is in it, for none follows from the content."""
    from lxml import etree  # here, because only this needs it

    site, gettext = frame.site, frame.spelling.catalogue.gettext
    of_axis = next(iter(page.reads)) if len(page.reads) == 1 else None
    root = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    title = f"{gettext(_AXES[of_axis])} – {site.title}" if of_axis else site.title
    known = {"title": title, "ownerName": site.publisher.name}
    for name, text in {**known, "ownerId": site.publisher.url}.items():
        if text:
            etree.SubElement(head, name).text = without_controls(text)
    best = FORMATS[site.feeds.preferred]

    def add(parent: Any, text: str, title: str, base: str, about: str, description: str | None, language: str) -> None:
        told = {"type": "rss", "text": text, "title": title}
        told["xmlUrl"], told["htmlUrl"] = frame.absolute(base + best.file), frame.absolute(about)
        told |= {"description": description} if description else {}
        told |= {"language": language} | ({"version": "RSS"} if best.name == "RSS" else {})  # it knows none of Atom
        etree.SubElement(parent, "outline", {key: without_controls(value) for key, value in told.items()})

    if of_axis is None:
        add(body, site.title, site.title, "/feed/", "/", site.description, site.language)
        for language, base, home in page.facts["languages"]:
            name = own_name(language)
            add(body, name, f"{site.title} – {name}", base, home, None, language)
        name, base = gettext(_CORRECTIONS), CORRECTIONS_ADDRESS
        add(body, name, f"{name} – {site.title}", base, base, None, site.language)
    for axis in (of_axis,) if of_axis else ORDER:
        terms: tuple[Term, ...] = getattr(reads, axis)
        folder = without_controls(f"{site.title} – {gettext(_AXES[axis])}")  # it stands among those of other sites
        group = etree.SubElement(body, "outline", text=folder) if terms else None
        for term in terms:
            title = f"{term.name} – {site.title}"
            add(group, term.name, title, term.address, term.address, term.description, site.language)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _languages(site: Site) -> Iterator[list[str]]:
    """Give the languages of a site that has several, each with the addresses of its feeds and of its front page."""
    for one in site.languages if len(site.languages) > 1 else ():
        yield [one, f"{site.home_of(one, apart=True)}feed/", site.home_of(one)]


# --- the look of feeds ---


def _sheet(frame: Frame) -> bytes:
    """Give the style sheet of feeds in one language: its words and direction, then what the theme has for all."""
    said = without_controls(f"{frame.spelling.catalogue.gettext(_SAID)}\n{frame.absolute(ROOT)}")
    looks = f'@import "{frame.href("/theme.css")}";\n' if frame.site.theme.styled else ""
    words = f":root {{ --said: {_css_text(said)}; direction: {frame.spelling.direction}; }}\n"
    written = frame.asset_content(f"assets/{SHEET}").content
    rest = written if isinstance(written, bytes) else written.read_bytes()
    return f'@charset "utf-8";\n{looks}'.encode() + rest + words.encode()


def _css_text(text: str) -> str:
    r"""Give a text as a string of CSS: what could end it, or a line in it, is escaped (``\a`` is a line end)."""
    return '"' + "".join(f"\\{ord(one):x} " if one in '"\\\n\r\f<' else one for one in text) + '"'


FEATURE = Feature(
    "subscriptions",
    _subjects,
    _pages,
    _affected,
    _view,
    _render,
    settings=(
        *("title", "description", "language", "theme.styled"),
        *("publisher.name", "publisher.url", "feeds.preferred"),
    ),
    locate=_locate,
)
