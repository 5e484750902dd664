"""Clients that read feeds as subscribers do: the entries as different libraries see them, and a walk through a whole
history written from RFC 5005 alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

import fastfeedparser
import feedparser
from lxml import etree

BASE = "https://example.org/"
FILES = ("rss.xml", "atom.xml", "feed.json")
ATOM = "{http://www.w3.org/2005/Atom}"
ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"


# --- entries ---


@dataclass(frozen=True)
class Item:
    """What a subscriber sees of an entry, the same in every format and for every client."""

    id: str
    title: str
    link: str
    published: datetime
    author: str
    tags: tuple[str, ...]
    summary: str
    content: str
    enclosures: tuple[tuple[str, str], ...]
    updated: datetime | None = None


def by_feedparser(data: bytes) -> list[Item]:
    """The entries of RSS or Atom as feedparser reads them, without its own cleaning."""
    read = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo, read.get("bozo_exception")
    return [
        Item(
            one.id,
            one.title,
            one.link,
            datetime(*one.published_parsed[:6], tzinfo=UTC),
            one.authors[0]["name"] if "authors" in one and one.authors[0] else "",
            tuple(tag.term for tag in one.get("tags", ())),
            one.get("summary", ""),
            next((part.value for part in one.get("content", ()) if part.type == "text/html"), ""),
            tuple((part.href, part.type) for part in one.enclosures),
            datetime(*one.updated_parsed[:6], tzinfo=UTC) if "updated_parsed" in one else None,
        )
        for one in read.entries
    ]


def by_fastfeedparser(data: bytes) -> list[Item]:
    """The entries of any format as fastfeedparser reads them."""
    return [
        Item(
            one["id"],
            one["title"],
            one["link"],
            datetime.fromisoformat(one["published"]),
            one.get("author") or "",
            tuple(tag["term"] for tag in one.get("tags") or ()),
            one.get("description") or "",
            (one.get("content") or [{"value": ""}])[0]["value"],
            tuple((part["url"], part["type"]) for part in one.get("enclosures") or ())
            or tuple((part["href"], part["type"]) for part in one["links"] if part.get("rel") == "enclosure"),
            datetime.fromisoformat(one["updated"]) if one.get("updated") else None,
        )
        for one in fastfeedparser.parse(data).entries
    ]


def by_json(data: bytes) -> list[Item]:
    """The entries of a JSON Feed as its specification names them."""
    return [
        Item(
            one["id"],
            one["title"],
            one["url"],
            datetime.fromisoformat(one["date_published"]),
            one["authors"][0]["name"] if one.get("authors") else "",
            tuple(one.get("tags", ())),
            one.get("summary", ""),
            one["content_html"],
            tuple((part["url"], part["mime_type"]) for part in one.get("attachments", ())),
            datetime.fromisoformat(one["date_modified"]) if "date_modified" in one else None,
        )
        for one in json.loads(data)["items"]
    ]


# --- the history ---


@dataclass(frozen=True)
class Document:
    """A document of a feed: its links to others, whether it is one of the archive, and what each entry's state is."""

    address: str
    archived: bool
    links: dict[str, str]
    entries: dict[str, str]
    data: bytes = field(repr=False)


def document(data: bytes, address: str) -> Document:
    """Read a document of a feed. An id that it has twice, or a relation that leads two ways, is refused."""
    if address.endswith(".json"):
        read = json.loads(data)
        links = {"prev-archive": read["next_url"]} if "next_url" in read else {}
        states = [(one["id"], json.dumps(one)) for one in read["items"]]
        return Document(address, False, links | {"self": read["feed_url"]}, _once(states), data)
    head = etree.fromstring(data)
    entries: list[Any] = list(head.iter(f"{ATOM}entry"))
    if head.tag == "rss":
        head = head.find("channel")
        entries = head.findall("item")
    pairs = [(one.get("rel", "alternate"), one.get("href")) for one in head.findall(f"{ATOM}link")]
    relations = [(rel, href) for rel, href in pairs if rel in ("self", "current", "prev-archive", "next-archive")]
    ids = [one.findtext("guid") or one.findtext(f"{ATOM}id") for one in entries]
    states = [(id_, etree.tostring(one, with_tail=False).decode()) for id_, one in zip(ids, entries, strict=True)]
    return Document(address, head.find(ARCHIVE) is not None, _once(relations), _once(states), data)


def _once(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    found = dict(pairs)
    assert len(found) == len(pairs), [one for one, _ in pairs]
    return found


@dataclass
class Subscriber:
    """A client of RFC 5005 that keeps what it has fetched, and asks for a document again only to learn that it has not
    changed (a conditional request)."""

    kept: dict[str, Document] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    """What was sent to it in the last round, because it was new or had changed."""

    def get(self, published: Mapping[str, bytes], address: str) -> Document:
        data = published[path_of(address)]
        before = self.kept.get(address)
        if before is None or before.data != data:
            self.fetched.append(address)
            self.kept[address] = document(data, address)
        assert self.kept[address].links["self"] == address
        return self.kept[address]

    def visit(self, published: Mapping[str, bytes], address: str, hurried: bool = False) -> list[Document]:
        """Fetch what there is to subscribe to and go back to the first document of the archive; give all of them, the
        newest first. One that is ``hurried`` stops at the first document of the archive that it knows as it is."""
        self.fetched = []
        found = [self.get(published, address)]
        while "prev-archive" in found[-1].links:
            earlier = found[-1].links["prev-archive"]
            assert earlier not in {one.address for one in found}, "the archive leads in a circle"
            found.append(self.get(published, earlier))
            if hurried and earlier not in self.fetched:
                break
        return found


def history(published: Mapping[str, bytes], address: str) -> list[Document]:
    """Give the documents of the archive behind one to subscribe to, the newest first; hold them to what RFC 5005 says
    of their links."""
    subscription, *archive = Subscriber().visit(published, address)
    assert not subscription.archived
    assert "next-archive" not in subscription.links
    for number, one in enumerate(archive):
        assert one.entries, one.address
        if not address.endswith(".json"):
            assert one.archived, one.address
            assert one.links["current"] == address
            assert one.links.get("next-archive") == (archive[number - 1].address if number else None), one.address
    return archive


def subscriptions(published: Mapping[str, bytes]) -> Iterator[str]:
    """The addresses of all documents that can be subscribed to."""
    for path in published:
        if path.rpartition("/")[2] in FILES and "/archive/" not in path:
            yield BASE + quote(path)


def all_feeds(published: Mapping[str, bytes]) -> Iterator[str]:
    """The addresses of all documents of feeds, those of archives included."""
    yield from (BASE + quote(path) for path in published if path.rpartition("/")[2] in FILES)


def path_of(address: str) -> str:
    """The file that is published at an address."""
    return unquote(address.removeprefix(BASE))
