"""Feeds of the whole archive, of every term, of each language and of the corrections: what is newest, and behind it the
whole history (RFC 5005), cut by calendar so that what is past stays as it is.

A *stream* is what a feed is of: an axis and a slug. Its subscription documents carry what was published or changed last
in it; the documents of its archive, every entry of one period, from the first on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from newsgen.archive import Archive, Change
from newsgen.catalogues import own_name
from newsgen.document import without_controls
from newsgen.entries import PATHS, Entries, full, pack, position
from newsgen.features import CORRECTIONS_ADDRESS, Feature, Frame, Planning, has_been_retold, term_in
from newsgen.features.articles import linking_to
from newsgen.features.composing import entry_of_article, entry_of_correction
from newsgen.features.events import retold
from newsgen.features.icons import LARGE
from newsgen.model import AXES, CORRECTIONS, LANGUAGES, Amendment, Card, Output, Page, Read
from newsgen.questions import MONTH, YEAR, Reads, ask, count, has_feeds, newest_period, periods
from newsgen.site import Site
from newsgen.subscribing import ALL, FORMATS, NONE, sheet_of
from newsgen.urls import tag_uri

if TYPE_CHECKING:
    from newsgen.syndication import Channel, Entry

NEWEST = 50
"""How many entries a subscription document carries."""
LONGEST_PART = 100
"""How many entries a document of the archive carries; a period of more has several, counted from the oldest."""
ARCHIVE = "archive/"
"""Where the documents of the archive are, below the address of a stream."""

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries last changed, and the day in the ids of feeds: it must come from content alone."""

_BY_FILE = {one.file: name for name, one in FORMATS.items()}


@dataclass(frozen=True, slots=True)
class Stream:
    """What a feed is of: the ``axis`` and the ``slug`` under which it is filed, the ``base`` of its addresses, and the
    address that it is ``about``. Its history is cut into periods whose names have ``length`` characters."""

    axis: str
    slug: str
    base: str
    about: str
    length: int


def stream_of(site: Site, name: str) -> Stream | None:
    """Give the stream of a name: empty for the site, ``tags/iraq`` for a term, ``corrections/``; None of a language
    that has no feeds of its own."""
    axis, _, slug = name.partition("/")
    if not axis:
        return Stream("", "", "/feed/", "/", MONTH)
    if axis == CORRECTIONS:
        return Stream(axis, "", CORRECTIONS_ADDRESS, CORRECTIONS_ADDRESS, YEAR)
    if axis == LANGUAGES:
        if len(site.languages) < 2 or slug not in site.languages:
            return None
        return Stream(axis, slug, f"{site.home_of(slug, apart=True)}feed/", site.home_of(slug), MONTH)
    return Stream(axis, slug, f"/{name}/", f"/{name}/", YEAR)


def has_history(site: Site, axis: str) -> bool:
    """Whether the feeds of an axis lead back to the first entry."""
    return site.feeds.history == ALL or (site.feeds.history != NONE and axis not in AXES)


# --- the pages ---


def _names(planning: Planning) -> Iterator[str]:
    yield from ("", f"{CORRECTIONS}/")
    for axis, slug in planning.archive.rows("SELECT axis, slug FROM vocabulary WHERE term != 0 ORDER BY axis, slug"):
        if axis in AXES:
            yield f"{axis}/{slug}"
    yield from (f"{LANGUAGES}/{language}" for language in planning.site.languages)


def _subjects(planning: Planning) -> Iterator[str]:
    for name in _names(planning):
        yield name
        yield from _all_periods(planning, name)


def _all_periods(planning: Planning, name: str) -> Iterator[str]:
    stream = stream_of(planning.site, name)
    if stream is not None and has_history(planning.site, stream.axis):
        for one in periods(planning.archive, stream.axis, stream.slug, "", stream.length):
            yield from (_archived(name, one.name, part) for part in range(-(-one.count // LONGEST_PART)))


def _archived(name: str, period: str, part: int) -> str:
    """Give the subject of one part of a period of a stream; parts are counted from 0."""
    return f"{name}@{period}/{part}"


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    name, _, archived = subject.partition("@")
    period, _, number = archived.partition("/")
    site, archive = planning.site, planning.archive
    stream = stream_of(site, name)
    if stream is None or (
        stream.axis in AXES and not has_feeds(archive, stream.axis, stream.slug, site.feeds.min_articles)
    ):
        return
    if not period:
        yield from _documents(planning, stream, name, "", 0, {})
    elif has_history(site, stream.axis):
        part, parts = int(number), _parts(archive, stream, period)
        if part < parts:
            yield from _documents(planning, stream, name, period, part, _around(archive, stream, period, part, parts))


def _documents(
    planning: Planning, stream: Stream, name: str, period: str, part: int, around: dict[str, str]
) -> Iterator[Page]:
    """The documents of one part of a stream, or those to subscribe to, in every format."""
    site, archive = planning.site, planning.archive
    facts: dict[str, Any] = {"base": stream.base, "about": stream.about, **around}
    of = () if stream.axis == CORRECTIONS else (stream.axis, stream.slug)
    if period:
        question = "amended" if stream.axis == CORRECTIONS else "entries"
        reads = {"entries": Read(question, (*of, period, LONGEST_PART, part * LONGEST_PART))}
        address, kind = _archive_base(stream, period, part), "archive"
        origin = f"the archive of the feed of {name.rstrip('/') or 'the site'} for {period}"
    else:
        newest = Read("amendments", ("", NEWEST, 0)) if stream.axis == CORRECTIONS else None
        reads = {"entries": newest or Read("latest_entries", (*of, NEWEST))}
        address, kind = stream.base, "feed"
        origin = f"the feed of {name.rstrip('/') or 'the site'}"
        last = newest_period(archive, stream.axis, stream.slug, stream.length)
        if last and has_history(site, stream.axis):
            facts["earlier"] = _archive_base(stream, last, _parts(archive, stream, last) - 1)
    if stream.axis in AXES:
        reads["term"] = Read("term", (stream.axis, stream.slug))
    speaks = stream.slug if stream.axis == LANGUAGES else ""
    for one in site.feeds.files():
        yield Page(address + one.file, "feeds", origin, None, reads, facts, kind, language=speaks)


def _parts(archive: Archive, stream: Stream, period: str) -> int:
    return -(-count(archive, stream.axis, stream.slug, period) // LONGEST_PART)


def _archive_base(stream: Stream, period: str, part: int) -> str:
    """Give the address below which the documents of a part are, in each format."""
    return f"{stream.base}{ARCHIVE}{period.replace('-', '/')}/" + (f"{part + 1}/" if part else "")


def _around(archive: Archive, stream: Stream, period: str, part: int, parts: int) -> dict[str, str]:
    """Where the documents before and after a part of the archive are, and the one to subscribe to."""
    before, after = ask(archive, Read("beside", (period, stream.axis, stream.slug)))
    found = {"current": stream.base}
    if part:
        found["earlier"] = _archive_base(stream, period, part - 1)
    elif before:
        found["earlier"] = _archive_base(stream, before, _parts(archive, stream, before) - 1)
    if part + 1 < parts:
        found["later"] = _archive_base(stream, period, part + 1)
    elif after:
        found["later"] = _archive_base(stream, after, 0)
    return found


def _locate(planning: Planning, address: str) -> Iterator[str]:
    """The stream whose base an address is below, with the part of its archive that is in it."""
    base, _, file = address.rpartition("/")
    if file not in _BY_FILE:
        return
    found = _AN_ARCHIVE.search(f"{base}/")
    base = f"{base}/"[: found.start()] if found else f"{base}/"
    term = term_in(base)
    names = [f"{term[0]}/{term[1]}"] if term else []
    names += ["", f"{CORRECTIONS}/", *(f"{LANGUAGES}/{one}" for one in planning.site.languages)]
    for name in names:
        stream = stream_of(planning.site, name)
        if stream is not None and stream.base == base:
            yield _archived(name, *_part_in(found[1], stream.length)) if found else name


_AN_ARCHIVE = re.compile(rf"{ARCHIVE}([0-9]{{4}}(?:/[0-9]{{1,6}}){{0,2}})/$")


def _part_in(path: str, length: int) -> tuple[str, int]:
    """Give the period and the part that the address of a document of an archive is for."""
    period, rest = path[:length].replace("/", "-"), path[length + 1 :]
    return period, int(rest) - 1 if rest.isdecimal() and int(rest) > 1 else 0


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    """The feeds of the document's terms, and of those of its events, which may be all that a place is known for; those
    of its corrections; and those of the documents that link to it, for they carry whole texts."""
    sides = [facts for facts in (change.before, change.after) if facts is not None and facts.kind == "article"]
    moved = _is_filed_elsewhere(change)
    for facts in sides:
        spot = Spot(facts.day, facts.published, change.path, moved)
        for axis, slug in {("", ""), *(one for one in facts.terms if one[0] in (*AXES, LANGUAGES))}:
            yield from _touched(planning, f"{axis}/{slug}" if axis else "", spot)
    for one in retold(planning, change):  # for there may be no other sign of a place
        yield from (f"{axis}/{slug}" for axis, slug in one.terms if axis == "places")
    for path in linking_to(planning.archive, change):
        sql = "SELECT day, published, terms FROM documents WHERE path = ? AND kind = 'article' AND shown"
        for day, published, terms in planning.archive.rows(sql, path):
            named = [f"{axis}/{slug}" for axis, slug, *_ in json.loads(terms) if axis in (*AXES, LANGUAGES)]
            for name in ("", *named):
                yield from _touched(planning, name, Spot(day, published, path, False))
    if has_been_retold(change):
        for facts in sides:
            for number, moment in enumerate(facts.amended):
                spot = Spot(moment.partition(" ")[0], moment, f"{change.path}#{number}", True)
                yield from _touched(planning, f"{CORRECTIONS}/", spot)


def _is_filed_elsewhere(change: Change) -> bool:
    """Whether a document is new, gone, or filed at another place; another title alone moves nothing."""
    before, after = change.before, change.after
    if before is None or after is None:
        return True
    return (before.day, before.published, before.terms) != (after.day, after.published, after.terms)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something is filed in each of its streams, or was; ``moved`` says that it was not there before, or is not
    any more."""

    day: str
    order: str
    path: str
    moved: bool


def _touched(planning: Planning, name: str, spot: Spot) -> Iterator[str]:
    """The documents of a stream to subscribe to, and those of its archive from a spot on: the part that it is in alone,
    where nothing has moved; else those after it in its period as well, and where the parts of that may be others, those
    beside them, which lead on to them. All, where the stream has just been given feeds, or has lost them."""
    site, archive, changes = planning.site, planning.archive, planning.changes + planning.amended
    stream = stream_of(site, name)
    if stream is None:
        return
    yield name
    if not has_history(site, stream.axis):
        return
    of = (stream.axis, stream.slug)
    if stream.axis in AXES and abs(count(archive, *of) - site.feeds.min_articles) <= changes:
        yield from _all_periods(planning, name)
    period = spot.day[: stream.length]
    first = position(archive, *of, period, (spot.day, spot.order, spot.path)) // LONGEST_PART
    if not spot.moved:
        yield _archived(name, period, first)
        return
    number = count(archive, *of, period)
    last = (number + changes) // LONGEST_PART
    yield from (_archived(name, period, part) for part in range(max(0, first - 1), last + 1))
    if number <= changes or (number - 1) % LONGEST_PART < changes or -number % LONGEST_PART < changes:
        before, after = ask(archive, Read("beside", (period, *of)))
        if before:
            yield _archived(name, before, _parts(archive, stream, before) - 1)
        if after:
            yield _archived(name, after, 0)


# --- their bytes ---


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    """Make a document of a feed from its entries, each made once for all the documents and formats that have it."""
    from newsgen.jsonfeed import feed_as_json  # here, because only feeds need them
    from newsgen.syndication import feed_as_atom, feed_as_rss

    write = {"rss": feed_as_rss, "atom": feed_as_atom, "json": feed_as_json}
    name = _BY_FILE[page.address.rpartition("/")[2]]
    at = frame.site.feeds.formats.index(name)
    if page.reads["entries"].question in ("amended", "amendments"):
        made = [_correction(frame, one) for one in reads.entries]
        changed = [one.date.instant for one in reads.entries]
    else:
        made = [_article(frame, reads.entries, one) for one in reads.entries.cards]
        changed = [one.changed.instant for one in reads.entries.cards]
    channel = _channel(page, reads, frame, max(changed, default=BEFORE_ALL))
    return Output(write[name](channel, [one[at] for one in made]))


def _article(frame: Frame, entries: Entries, card: Card) -> tuple[bytes, ...]:
    def make() -> tuple[bytes, ...]:
        kept = entries.made(card, frame.mark)
        return kept or _in_formats(frame, entry_of_article(frame, *entries.full(card)))

    made: tuple[bytes, ...] = frame.once(("article", card.path), make)
    return made


def _correction(frame: Frame, one: Amendment) -> tuple[bytes, ...]:
    key = ("correction", one.card.path, one.number)
    made: tuple[bytes, ...] = frame.once(key, lambda: _in_formats(frame, entry_of_correction(frame, one)))
    return made


def _in_formats(frame: Frame, entry: Entry) -> tuple[bytes, ...]:
    """Give an entry in the formats that the site has, in their order. They are settings, and so in ``frame.mark``."""
    from newsgen.jsonfeed import entry_as_json
    from newsgen.syndication import entry_as_xml

    formats = frame.site.feeds.formats
    rss, atom = entry_as_xml(entry) if {"rss", "atom"} & {*formats} else (b"", b"")
    made = {"rss": rss, "atom": atom, "json": entry_as_json(entry) if "json" in formats else b""}
    return tuple(made[one] for one in formats)


def wanted(planning: Planning, subjects: Iterable[str]) -> Iterator[str]:
    """Give the paths of the articles that the documents of some subjects carry, some of them more than once."""
    for subject in subjects:
        for read in dict.fromkeys(page.reads["entries"] for page in _pages(planning, subject)):  # formats have the same
            if read.question in PATHS:
                yield from PATHS[read.question](planning.archive, *read.arguments)


def compose(frame: Frame, archive: Archive, path: str) -> bytes:
    """Give what is made of an article for feeds, packed to be kept."""
    return pack(_in_formats(frame, entry_of_article(frame, *full(archive, path))))


def _channel(page: Page, reads: Reads, frame: Frame, updated: datetime) -> Channel:
    from newsgen.syndication import Channel

    site, facts = frame.site, page.facts
    title, description = _titles(page, reads, frame)
    file = page.address.rpartition("/")[2]
    links = {name: frame.absolute(facts[name] + file) for name in ("current", "earlier", "later") if name in facts}
    return Channel(
        id=tag_uri(site.id_authority, BEFORE_ALL.date().isoformat(), facts["base"]),
        url=frame.absolute(page.address),
        about=frame.absolute(facts["about"]),
        title=title,
        description=description,
        language=page.language or site.language,
        author=site.publisher.name,
        email=site.publisher.email,
        rights=site.license,
        updated=updated,
        hub=site.feeds.hub if page.kind == "feed" else None,
        icon=frame.absolute(LARGE),
        style=frame.href(sheet_of(site.language, page.language or site.language)),
        **links,
    )


def _titles(page: Page, reads: Reads, frame: Frame) -> tuple[str, str]:
    """The title and the description of a feed."""
    site, gettext = frame.site, frame.spelling.catalogue.gettext
    if "term" in page.reads:
        term = reads.term
        return f"{term.name} – {site.title}", term.description or site.description
    if page.facts["base"] == CORRECTIONS_ADDRESS:
        why = gettext("Everything that was corrected in %(title)s.") % {"title": site.title}
        return f"{gettext('Corrections')} – {site.title}", without_controls(why)
    return f"{site.title} – {own_name(page.language)}" if page.language else site.title, site.description


FEATURE = Feature(
    "feeds",
    _subjects,
    _pages,
    _affected,
    render=_render,
    settings=(
        "title",
        "description",
        "language",
        "languages",
        "publisher.name",
        "publisher.email",
        "id_authority",
        "license",
        "feeds",
        "trusted_html",
    ),
    locate=_locate,
)
