"""How an archive is subscribed to: what a site says of its feeds, in which formats they are, and at which addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from yaml.nodes import Node

from newsgen.document import Document
from newsgen.schema import WEB_PATTERN, Choice, Field, ListOf, Number, Record, Shape, Web
from newsgen.urls import as_uri


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

FEEDS_ADDRESS = "/feeds/"
"""Where all feeds are listed, and how they look in browsers is said."""

ALL, SITE, NONE = "all", "site", "none"


@dataclass(frozen=True, slots=True)
class _Hub(Web):
    """The address of a hub. It stands in every feed, so it must hold no name and password."""

    def read(self, node: Node, document: Document) -> str | None:
        value = Web.read(self, node, document)
        if value is not None and "@" in urlsplit(value).netloc:
            what = "a hub's address with a name or password in it would be published in every feed"
            document.fault(node, what, "Leave out what is before the @.")
            return None
        return None if value is None else as_uri(value)

    def json_schema(self) -> dict[str, Any]:
        pattern = rf"^\s*(?![^/]*//[^/?#]*@){WEB_PATTERN}\s*$"
        return {"type": "string", "pattern": pattern, "examples": ["https://pubsubhubbub.superfeedr.com/"]}


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
        Field("hub", _Hub(), "The WebSub hub that newsgen ping tells of what is new."),
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

    @property
    def preferred(self) -> str:
        """The format of the feed that is named where there is room for one: Atom, which alone says when an entry last
        changed and is read everywhere; else the first that the site has."""
        return "atom" if "atom" in self.formats else self.formats[0]


PARTS_OF_FEEDS = ("formats", "preferred", "min_articles", "history", "hub")
"""What templates may read of it."""


def sheet_of(of_site: str, language: str) -> str:
    """Give the address of the style sheet of feeds in a language, on a site in the language ``of_site``. It never
    changes, so that documents of feeds which are never written again may name it."""
    return f"{FEEDS_ADDRESS}feed.css" if language == of_site else f"{FEEDS_ADDRESS}feed-{language.lower()}.css"


def read_feeds(given: dict[str, Any]) -> Feeds:
    """Give the settings that ``site.yaml`` makes of :data:`FEEDS_SHAPE`; what it leaves out has its default."""
    kept = {name: value for name, value in given.items() if value is not None}
    if "formats" in kept:
        kept["formats"] = tuple(one for one in FORMATS if one in kept["formats"]) or tuple(FORMATS)
    if "min_articles" in kept:
        kept["min_articles"] = int(kept["min_articles"])
    return Feeds(**kept)
