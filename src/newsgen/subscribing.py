"""How an archive is subscribed to: what a site says of its feeds, in which formats they are, and at which addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from newsgen.schema import Choice, Field, ListOf, Number, Record, Shape, Web


@dataclass(frozen=True, slots=True)
class Format:
    """One format of feeds: the name of its files, its media type, and what it is called."""

    file: str
    type: str
    name: str


FORMATS = {
    "rss": Format("rss.xml", "application/rss+xml", "RSS"),
    "atom": Format("atom.xml", "application/atom+xml", "Atom"),
    "json": Format("feed.json", "application/feed+json", "JSON Feed"),
}
"""The formats of feeds, in the order in which pages name them: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1."""

ALL, SITE, NONE = "all", "site", "none"

FEEDS_SHAPE: Shape = Record(
    (
        Field("formats", ListOf(Choice(tuple(FORMATS))), "What feeds are written in. Default: rss, atom, json."),
        Field("min_articles", Number(0, 100_000), "How many articles a term has at least to have feeds. Default: 0."),
        Field(
            "history",
            Choice((ALL, SITE, NONE)),
            "Which feeds lead back to the first article: all, those of the site and its languages, or none. "
            "Default: all.",
        ),
        Field("hub", Web(), "The WebSub hub that newsgen ping tells of what is new."),
    ),
    short="formats",
)


@dataclass(frozen=True, slots=True)
class Feeds:
    """What a site says of its feeds. ``min_articles`` is for those of terms alone."""

    formats: tuple[str, ...] = tuple(FORMATS)
    min_articles: int = 0
    history: str = ALL
    hub: str | None = None

    def files(self) -> Iterator[Format]:
        """Give the formats that the site has."""
        return (FORMATS[one] for one in self.formats)


PARTS_OF_FEEDS = ("formats", "min_articles", "history", "hub")
"""What templates may read of it."""


def read_feeds(given: dict[str, Any]) -> Feeds:
    """Give the settings that ``site.yaml`` makes of :data:`FEEDS_SHAPE`; what it leaves out has its default."""
    kept = {name: value for name, value in given.items() if value is not None}
    if "formats" in kept:
        kept["formats"] = tuple(one for one in FORMATS if one in kept["formats"]) or tuple(FORMATS)
    if "min_articles" in kept:
        kept["min_articles"] = int(kept["min_articles"])
    return Feeds(**kept)
