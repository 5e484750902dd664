"""The values that flow through a build, and their digests."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

AXES = ("tags", "authors", "sections", "threads", "places", "sources")
"""The vocabularies in which an article is classified. Each term of each owns a page and two feeds."""

BESIDE_A_THREAD = ("places", "sources")
"""The axes whose terms are counted beside each running story, and each topic."""
WITH_OTHERS = ("tags", "threads")
"""The axes beside whose terms others are counted."""
EVENTS = "events"
"""The axis of what happened: the events of the whole archive are filed under it, those of a term under its own axis
below it."""
CORRECTIONS = "corrections"
"""The axis of corrections."""
REVISED = "revised"
"""The axis of articles that were changed after their publication, by the last significant change: those of a term are
filed under its own axis below it."""
LANGUAGES = "languages"
"""The axis of the languages of a site that has several: each has a front page and feeds of its own."""
TRANSLATIONS = "translations"
"""The axis of translations: each is filed under all that its original may go by, paths or an id."""


def events_of(axis: str) -> str:
    """Give the axis under which the events of the terms of an axis are filed (of the whole archive, of none)."""
    return f"{EVENTS}/{axis}" if axis else EVENTS


def revised_of(axis: str) -> str:
    """Give the axis under which the revised articles of the terms of an axis are filed (of the whole archive, of
    none)."""
    return f"{REVISED}/{axis}" if axis else REVISED


MOST_CARDS = 4_000
"""How many cards are kept unpacked: each is shown on several pages, and those of one time on neighbouring ones."""


def digest(*parts: bytes | str) -> bytes:
    """Give 16 bytes that stand for ``parts``; the borders between parts count."""
    joined = b"".join(
        [b"%d:%b" % (len(data), data) for data in [one.encode() if isinstance(one, str) else one for one in parts]]
    )
    return hashlib.blake2b(joined, digest_size=16).digest()


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def canonical(value: Any) -> str:
    """Give JSON text in which equal values have equal spelling."""
    return _ENCODER.encode(value)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as it was written: ``day_only`` says that no time of day was given, so none may be shown."""

    instant: datetime
    day_only: bool = False

    @property
    def day(self) -> date:
        """The calendar day, in the zone in which the instant is kept (the site's)."""
        return self.instant.date()

    @property
    def iso(self) -> str:
        """RFC 3339 text; only the day where only the day is known."""
        return self.day.isoformat() if self.day_only else self.instant.isoformat()

    def pack(self) -> list[Any]:
        return [self.instant.isoformat(), int(self.day_only)]

    @classmethod
    def unpack(cls, packed: list[Any] | None) -> Moment | None:
        return None if packed is None else cls(datetime.fromisoformat(packed[0]), bool(packed[1]))


@dataclass(frozen=True, slots=True)
class Card:
    """What pages other than its own may show of an article."""

    path: str
    address: str
    id: str
    title: str
    published: Moment
    updated: Moment | None
    summary: str
    language: str
    place: str | None
    corrected: bool = False

    @property
    def changed(self) -> Moment:
        """The last significant change: ``updated`` where given, else publication."""
        return self.updated or self.published

    def pack(self) -> str:
        return canonical(
            [
                self.path,
                self.address,
                self.id,
                self.title,
                self.published.pack(),
                self.updated.pack() if self.updated else None,
                self.summary,
                self.language,
                self.place,
                int(self.corrected),
            ]
        )

    @staticmethod
    @functools.lru_cache(maxsize=MOST_CARDS)
    def unpack(packed: str) -> Card:
        path, address, id_, title, published, updated, summary, language, place, corrected = json.loads(packed)
        first = Moment.unpack(published)
        assert first is not None  # noqa: S101 - a card is packed with its publication, always
        return Card(path, address, id_, title, first, Moment.unpack(updated), summary, language, place, bool(corrected))


@dataclass(frozen=True, slots=True)
class Term:
    """One tag, author or section. ``count`` is how many published articles carry it."""

    axis: str
    slug: str
    name: str
    description: str = ""
    count: int = 0

    @property
    def address(self) -> str:
        return f"/{self.axis}/{self.slug}/"

    def pack(self) -> str:
        return canonical([self.axis, self.slug, self.name, self.description, self.count])


@dataclass(frozen=True, slots=True)
class Account:
    """One event as one article reports it: ``when`` is EDTF, ``sources`` are numbers, names and keys in the register
    of those of the article's own that it rests on, ``anchor`` is where on the article's page it stands."""

    card: Card
    name: str
    when: str
    as_written: str | None
    place: str | None
    place_key: str | None
    at: tuple[float, float] | None
    sources: tuple[tuple[int, str, str | None], ...]
    status: str | None
    role: str
    anchor: str

    @property
    def address(self) -> str:
        """The address of the article."""
        return self.card.address


@dataclass(frozen=True, slots=True)
class Happening:
    """One event with its first reports: ``accounts`` begins with the one that it is filed by, and ``has_more`` says
    whether there are others. ``differing`` are those that disagree on date or place, one of each kind, where any do.

    ``id`` is that of an event that has a page of its own, ``first`` and ``last`` are the days between which it lies.
    """

    key: str
    id: str | None
    day: str
    first: str | None
    last: str | None
    accounts: tuple[Account, ...]
    differing: tuple[Account, ...]
    has_more: bool

    @property
    def told(self) -> Account:
        """The account that the event is filed by."""
        return self.accounts[0]

    @property
    def address(self) -> str:
        """Where more of it is told: its own page, else the article."""
        return event_address(self.id) if self.id else self.told.address


def event_address(key: str) -> str:
    """Give the address of the page of an event that has an id of its own."""
    return f"/events/{key}/"


@dataclass(frozen=True, slots=True)
class Place:
    """A place: ``chain`` are those that it lies in, from the inside; ``inner`` those that lie in it. ``at`` is latitude
    and longitude in degrees. ``entry`` is what the register says of it. ``count`` is how many articles are about it,
    ``events`` how many events happened there; both with all that lies in it."""

    slug: str
    name: str
    count: int
    at: tuple[float, float] | None
    entry: dict[str, Any]
    chain: tuple[Term, ...] = ()
    inner: tuple[Place, ...] = ()
    events: int = 0

    @property
    def address(self) -> str:
        return f"/places/{self.slug}/"


@dataclass(frozen=True, slots=True)
class Amendment:
    """One correction of an article, in the listing of all. ``again`` says how many before it are of the same time."""

    card: Card
    number: int
    kind: str
    date: Moment
    text: str
    again: int = 0


@dataclass(frozen=True, slots=True)
class Translation:
    """One of several articles that are translations of each other."""

    language: str
    address: str
    title: str
    is_original: bool


@dataclass(frozen=True, slots=True)
class Article:
    """One source file, checked: its card, what only its own page shows, and its body.

    ``meta`` holds the checked front matter that the card does not: ``location``, ``sources``, ``corrections`` … as
    plain values, absent fields as ``None`` or empty. ``body`` is safe HTML whose internal links are still the
    placeholders of :mod:`newsgen.markup`; a press puts addresses in their place. ``length`` is how many words it has,
    and how many characters that are not parted into words.
    """

    card: Card
    meta: dict[str, Any]
    body: str
    length: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a body that must lead somewhere inside the archive.

    ``kind`` is ``document`` (another content file), ``media`` (a file beside the article), ``address`` (a place on the
    published site) or ``source``: a mark that refers to a source in the head, by the label that is then the target.
    ``fragment`` is without its ``#``.
    """

    kind: str
    target: str
    fragment: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Period:
    """A year, month or day that holds articles: ``name`` is its ISO 8601 form, ``count`` how many it holds."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Read:
    """One thing that a page may look at: the name of a question to the archive, and its arguments."""

    question: str
    arguments: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One output, known before anything renders.

    ``address`` is where it is published; ``feature`` makes it; ``template`` is None where no template takes part.
    ``reads`` are all that rendering may ask of the archive, by the names under which it sees them; ``facts`` are
    plain values known at planning time. ``origin`` says in words who claims the address. ``source`` is the file that
    is published as it is, where one is; its digest is among the facts. ``material`` is a file that it is made from, and
    the folder where what was made of it is kept: they say nothing that is not among the facts.

    ``kind`` tells how firmly the address is promised: ``page`` and ``feed`` are for ever, ``listing`` follows what it
    lists, ``archive`` is what a feed leads back to, ``redirect``, ``file`` and ``asset`` follow their sources.

    ``language`` is the one that it speaks, where that is not the site's: of its words and dates, not of what it shows.
    """

    address: str
    feature: str
    origin: str
    template: str | None = None
    reads: dict[str, Read] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    kind: str = "page"
    source: str | None = None
    language: str = ""
    material: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """The bytes of one page; a large file is named rather than carried."""

    content: bytes | Path
