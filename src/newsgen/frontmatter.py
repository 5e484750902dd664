"""Split a content file and check its header, keeping line numbers."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from frontmatter.default_handlers import YAMLHandler
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from newsgen.catalogues import best
from newsgen.citing import Sources
from newsgen.document import Document, is_empty, shorten
from newsgen.errors import Fault
from newsgen.model import Card, Moment
from newsgen.moments import read_moment
from newsgen.registers import check_coordinates, plain_source
from newsgen.site import Site
from newsgen.urls import (
    LONGEST_NAME,
    article_address,
    clean_address,
    cut_slug,
    fold,
    originals_of,
    slugify,
    split_stem,
    tag_uri,
    why_not_an_address,
)
from newsgen.vocabulary import ARTICLE, PAGE

LARGEST_FILE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Header:
    """A checked header: the card and meta of :class:`newsgen.model.Article`, and what only the load needs."""

    card: Card
    meta: dict[str, Any]
    aliases: tuple[str, ...]
    draft: bool
    embargo: Moment | None
    expires: Moment | None
    image_lines: dict[str, tuple[int, int]]
    proposals: tuple[tuple[int, str], ...] = ()
    """What a machine proposed and nobody has confirmed yet: line of the file, and what it is."""
    originals: tuple[tuple[str, str, int, int], ...] = ()
    """What it may be a translation of: a path or an id, ``implied`` where only the file's name says so, and where it is
    named."""


@dataclass(frozen=True, slots=True)
class Split:
    """A content file taken apart: both texts, and the lines of the file on which they begin."""

    header: str
    header_line: int
    body: str
    body_line: int


def decode(path: str, data: bytes) -> tuple[str, list[Fault]]:
    """Give the text of a file, line ends made ``\\n``, or why it is no text."""
    if len(data) > LARGEST_FILE:
        what = f"the file is larger than {LARGEST_FILE // 1024 // 1024} MiB"
        return "", [Fault(path, 1, 1, what, "Split it, or publish it as a file beside the article.")]
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        what = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        return "", [Fault(path, line, column, what, "Save the file as UTF-8.")]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        at = text.index("\x00")
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        return "", [Fault(path, line, column, "the file holds a NUL character", "Remove it: this may not be text.")]
    return text, []


def split(path: str, text: str) -> tuple[Split | None, list[Fault]]:
    """Take a content file apart at the two lines of dashes around its header."""
    first_line = 1
    if not text.startswith("---"):
        start = len(text) - len(text.lstrip("\ufeff \t\n"))
        start = text.rfind("\n", 0, start) + 1
        first_line = text.count("\n", 0, start) + 1
        text = text[start:].lstrip("\ufeff")
    boundary = YAMLHandler.FM_BOUNDARY
    opening = boundary.match(text)
    if not opening:
        remedy = "Begin the file with a line ---, the fields (title: …, date: …), and another line ---."
        return None, [Fault(path, first_line, 1, "there is no front matter", remedy)]
    closing = None
    at = opening.end()
    while closing is None and (at := text.find("\n---", at)) >= 0:  # much sooner than a search for the boundary
        at += 1
        closing = boundary.match(text, at)
    if closing is None:
        what = "the front matter that opens here is never closed"
        return None, [Fault(path, first_line, 1, what, "End it with a line of three dashes: ---")]
    return (
        Split(
            text[opening.end() : closing.start()],
            first_line + text.count("\n", 0, opening.end()),
            text[closing.end() :],
            first_line + text.count("\n", 0, closing.end()),
        ),
        [],
    )


def read_header(path: str, text: str, first_line: int, site: Site) -> tuple[Header | None, list[Fault]]:
    """Check the header of an article (``content/articles/…``) and give it, or None, and everything wrong with it."""
    document = Document(path, text, first_line, site.zone)
    node = document.compose()
    if node is None:
        return None, document.faults
    values, nodes = ARTICLE.read_with_nodes(node, document)
    if values is None:
        return None, document.faults
    published = values["date"] or (None if "date" in nodes else _date_of_path(path, values.get("url"), site))
    if published is None and "date" not in nodes:
        document.fault(
            node if node.value else None,
            "date is missing",
            "Add date: 2024-07-17 (or with a time, 2024-07-17T09:30+03:00), or begin the file's name with it.",
        )
    spoken, beside = _beside(path, site)
    slug = _slug(values, nodes, path, document)
    address = _address(values, nodes, published, slug, document)
    aliases = _aliases(values, nodes, address, document)
    _check_order(values, nodes, published, document)
    _check_places(values, nodes, document)
    _check_events(values, nodes, document)
    if values["thread"] and not slugify(values["thread"]):
        document.fault(nodes["thread"], f"{shorten(values['thread'])!r} can't be a name", "It needs a letter or digit.")
    if published is None or address is None or any(f.severity == "fault" for f in document.faults):
        return None, document.faults
    corrections = values["corrections"] or []
    withdrawn = values["withdrawn"]
    proposals = _proposals(values, nodes, document)
    location = next(iter(_confirmed([values["location"]])), None)
    card = Card(
        path=path,
        address=address,
        id=_id(values["id"], published, aliases, address, site),
        title=values["title"],
        published=published,
        updated=_last_change(values["updated"], corrections, published),
        summary=values["summary"] or "",
        language=values["language"] or spoken or site.language,
        place=None,
        corrected=bool(corrections),
    )
    tags = [*(values["tags"] or []), *(values["category"] or [])]
    meta = {
        "tags": _terms(tags),
        "authors": _terms(values["authors"] or site.authors),
        "sections": _terms((values["section"] or [])[:1]),
        "location": location,
        "places": _confirmed(values["places"]),
        "dateline": values["dateline"],
        "thread": values["thread"],
        "featured": values["featured"].iso if values["featured"] else None,
        "sources": [plain_source(one) for one in values["sources"] or []],
        "events": _confirmed(values["events"]),
        "corrections": [
            {"date": one["date"].pack(), "kind": one["kind"] or "correction", "text": one["text"]}
            for one in sorted(corrections, key=lambda one: one["date"].instant)
        ],
        "images": values["images"] or [],
        "withdrawn": [withdrawn["date"].pack(), withdrawn["reason"]] if withdrawn else None,
        "expires": values["expires"].pack() if values["expires"] else None,
        "own": values["own"],
    }
    if len(site.languages) > 1:
        meta["speaks"] = best(card.language, site.languages) or site.language
    originals = _originals(values, nodes, path, beside, document)
    if originals:
        meta["originals"] = [key for key, *_ in originals]
    image_node = nodes.get("images")
    place = (first_line + image_node.start_mark.line, image_node.start_mark.column + 1) if image_node else (1, 1)
    header = Header(
        card,
        meta,
        tuple(aliases),
        draft=_is_draft(values),
        embargo=values["embargo"],
        expires=values["expires"],
        image_lines={one["src"]: place for one in meta["images"]},
        proposals=proposals,
        originals=originals,
    )
    return header, document.faults


def _beside(path: str, site: Site) -> tuple[str | None, str | None]:
    """The language that a file's name ends with, where the site speaks it, and the file without it: ``story.fr.md`` is
    a translation of ``story.md``."""
    stem, dot, ending = path.rpartition(".")
    stem, mark, language = stem.rpartition(".")
    if not (dot and mark and stem) or "/" in language or language not in site.languages:
        return None, None
    return language, f"{stem}.{ending}"


def _originals(
    values: dict[str, Any], nodes: dict[str, Node], path: str, beside: str | None, document: Document
) -> tuple[tuple[str, str, int, int], ...]:
    """What an article may be a translation of."""
    written = values["translation_of"]
    if written is None:
        return ((beside, IMPLIED, 1, 1),) if beside else ()
    place = (document.line_of(nodes["translation_of"]), nodes["translation_of"].start_mark.column + 1)
    return tuple((key, "", *place) for key in originals_of(path, unicodedata.normalize("NFC", written)))


IMPLIED = "implied"


def read_page_header(path: str, text: str, first_line: int, site: Site) -> tuple[Header | None, list[Fault]]:
    """Check the header of an undated page (``content/pages/…``)."""
    document = Document(path, text, first_line, site.zone)
    node = document.compose()
    if node is None:
        return None, document.faults
    values, nodes = PAGE.read_with_nodes(node, document)
    if values is None:
        return None, document.faults
    inside = PurePosixPath(path).relative_to("content/pages")
    slug = _slug(values, nodes, path, document)
    folder = [slugify(part) for part in inside.parent.parts]
    if inside.stem == "index":
        folder = folder[:-1]
    address = _given_address(values, nodes, document)
    if address is None and slug and all(folder):
        address = "/" + "/".join([*folder, slug]) + "/"
    aliases = _aliases(values, nodes, address, document)
    if address is None or any(f.severity == "fault" for f in document.faults):
        if not document.faults:
            document.fault(None, "the file's name makes no address", "Add slug: with letters or digits.")
        return None, document.faults
    epoch = read_moment("1970-01-01", site.zone)
    card = Card(
        path=path,
        address=address,
        id=tag_uri(site.id_authority, "1970-01-01", address),
        title=values["title"],
        published=epoch,
        updated=values["updated"],
        summary=values["summary"] or "",
        language=values["language"] or site.language,
        place=None,
    )
    meta = {"menu": values["menu"], "own": values["own"], "tags": [], "authors": [], "sections": [], "images": []}
    return Header(card, meta, tuple(aliases), _is_draft(values), None, None, {}), document.faults


def _is_draft(values: dict[str, Any]) -> bool:
    return bool(values["draft"]) or values["published"] is False


def _date_of_path(path: str, url: str | None, site: Site) -> Moment | None:
    """The date in the file's name, else in its folders, else in the address that it asks for."""
    inside = PurePosixPath(path).relative_to("content/articles")
    day, _ = split_stem(inside.stem)
    if day is None and inside.stem == "index":
        day, _ = split_stem(inside.parent.name)
    if day is None:
        day = next(filter(None, (split_stem(folder)[0] for folder in reversed(inside.parent.parts))), None)
    if day is None:
        found = re.search(r"(?:^|/)(\d{4})/(\d{1,2})/(\d{1,2})(?:/|$)", f"{inside.parent}") or re.match(
            r"/(\d{4})/(\d{1,2})/(\d{1,2})/", url or ""
        )
        day = "-".join(found.groups()) if found else None
    try:
        return read_moment(day, site.zone) if day else None
    except ValueError:
        return None


def _slug(values: dict[str, Any], nodes: dict[str, Node], path: str, document: Document) -> str | None:
    """``slug``, else the file's stem without its date (the folder's name for an ``index`` file); never the title."""
    given = values["slug"]
    if given is None:
        _, _, *folders, file = path.split("/")
        dot = file.rfind(".")
        stem = file[:dot] if 0 < dot < len(file) - 1 else file  # as pathlib has it, at a tenth of the cost
        stem = folders[-1] if stem == "index" and folders else stem
        given = split_stem(unicodedata.normalize("NFC", stem))[1]
    elif "/" in given or "\\" in given or given.strip(".") == "":
        document.fault(
            nodes["slug"],
            f"{shorten(given)!r} can't be a slug",
            "Write letters, digits and hyphens: it is one part of the address.",
        )
        return None
    slug = slugify(given)
    if (not slug or len(slug.encode()) > LONGEST_NAME) and values["url"] is None:
        what = (
            f"the slug {shorten(slug)!r} is longer than {LONGEST_NAME} bytes"
            if slug
            else f"{shorten(given)!r} makes no slug"
        )
        document.fault(nodes.get("slug"), what, "Add slug: with letters or digits, and not too many.")
        return None
    return slug


def _given_address(values: dict[str, Any], nodes: dict[str, Node], document: Document) -> str | None:
    if values["url"] is None:
        return None
    address = clean_address(values["url"])
    wrong = why_not_an_address(address)
    if re.search(r"/:\w", address):
        wrong = "it holds a pattern of another tool"
    if wrong:
        document.fault(
            nodes["url"],
            f"{shorten(values['url'])!r} can't be an address: {wrong}",
            "Write a path below the site's front page, such as /2024/07/17/slug/.",
        )
        return None
    return address


def _address(
    values: dict[str, Any], nodes: dict[str, Node], published: Moment | None, slug: str | None, document: Document
) -> str | None:
    if values["url"] is not None:
        return _given_address(values, nodes, document)
    return article_address(published.day.isoformat(), slug) if published and slug else None


def _aliases(values: dict[str, Any], nodes: dict[str, Node], address: str | None, document: Document) -> list[str]:
    if not values["aliases"]:
        return []
    found: list[str] = []
    node = nodes.get("aliases")
    items = [one for one in node.value if not is_empty(one)] if isinstance(node, SequenceNode) else [node]
    for text, item in zip(values["aliases"], items, strict=False):
        alias = clean_address(text if text.startswith("/") else "/" + text)
        wrong = why_not_an_address(alias)
        if wrong or alias == "/":
            what = f"{shorten(text)!r} can't be an alias: {wrong or 'it is the front page'}"
            document.fault(item, what, "Write an old path of this article, such as /2023/old-slug/.")
            continue
        if address is not None and alias != address and fold(alias) == fold(address):
            what = f"the alias {shorten(text)!r} differs from the address only in case or Unicode form"
            document.warn(item, what, "It is left out: many disks hold only one of the two.")
        found.append(alias)
    return list(dict.fromkeys(found))


def _check_order(values: dict[str, Any], nodes: dict[str, Node], published: Moment | None, document: Document) -> None:
    embargo, expires, updated = values["embargo"], values["expires"], values["updated"]
    if embargo and expires and expires.instant <= embargo.instant:
        document.fault(nodes["expires"], "it expires before its embargo ends", "Change one of the two.")
    if updated and published and updated.instant < published.instant and updated.day < published.day:
        document.warn(nodes["updated"], "updated is earlier than date", "It is left out; change one of the two.")


def _check_places(values: dict[str, Any], nodes: dict[str, Node], document: Document) -> None:
    for node in (*items_of(nodes.get("location")), *items_of(nodes.get("places"))):
        check_coordinates(node, node, document)


def _check_events(values: dict[str, Any], nodes: dict[str, Node], document: Document) -> None:
    """Report each source of an event that the article does not have, and each id that tells no event from others."""
    for node in items_of(nodes.get("events")):
        own = value_of(node, "id")
        if isinstance(own, ScalarNode) and not is_empty(own):
            slug = slugify(own.value)
            if not slug:
                document.fault(own, f"{shorten(own.value)!r} can't be the id of an event", "Use letters or digits.")
            elif len(slug.encode()) > LONGEST_NAME:
                what = f"the id {shorten(own.value)!r} is longer than {LONGEST_NAME} bytes"
                document.fault(own, what, "Shorten it: it is a part of the event's address.")
    if not values["events"]:
        return
    known = Sources(one["name"] for one in values["sources"] or ())
    if len(items_of(nodes.get("sources"))) != len(known.names):
        return  # one of them is a fault already, and it is not known which are meant
    have = f"this article has {len(known.names)}" if known.names else "this article has none"
    for node in items_of(nodes.get("events")):
        for place in items_of(value_of(node, "sources")):
            name = str(place.value) if isinstance(place, ScalarNode) else ""
            if not name or known.number(name) is not None:
                continue
            if name.isdecimal():
                what, remedy = f"there is no source {shorten(name)}; {have}", "Correct the number, or add the source."
            else:
                like = known.like(name)
                what = f"no source of this article is called {shorten(name)!r}"
                remedy = f"Did you mean {like}?" if like else "Write its number or name as it stands in sources:."
            document.fault(place, what, remedy)


def _paired(entries: list[Any] | None, node: Node | None) -> list[tuple[Any, Node]]:
    """Give the entries of a list with their nodes; none where some could not be read: it is not known then which."""
    items = items_of(node)
    return list(zip(entries or (), items, strict=True)) if len(items) == len(entries or ()) else []


def items_of(node: Node | None) -> list[Node]:
    """Give the nodes of the items of a list that have any value; one alone may stand without the list."""
    if node is None:
        return []
    return [one for one in (node.value if isinstance(node, SequenceNode) else [node]) if not is_empty(one)]


def value_of(node: Node, key: str) -> Node | None:
    """Give the node of one value of a mapping, None where there is none."""
    pairs = node.value if isinstance(node, MappingNode) else []
    return next((value for name, value in pairs if str(getattr(name, "value", "")).lower() == key), None)


def _confirmed(entries: list[Any] | None) -> list[Any]:
    return [one for one in entries or () if one is not None and not one["proposed"]]


_PROPOSABLE = (("location", "place"), ("places", "place"), ("sources", "source"), ("events", "event"))


def _proposals(values: dict[str, Any], nodes: dict[str, Node], document: Document) -> tuple[tuple[int, str], ...]:
    found = []
    for name, what in _PROPOSABLE:
        entries = values[name] if isinstance(values[name], list) else [values[name]]
        for entry, node in _paired(entries, nodes.get(name)):
            if entry and entry["proposed"]:
                found.append((document.line_of(node), f"the {what} {shorten(entry['name'])!r}"))
    return tuple(found)


def _last_change(updated: Moment | None, corrections: list[dict[str, Any]], published: Moment) -> Moment | None:
    candidates = [one["date"] for one in corrections] + ([updated] if updated else [])
    later = [one for one in candidates if one.instant > published.instant]
    return max(later, key=lambda one: one.instant) if later else None


def _id(given: str | None, published: Moment, aliases: list[str], address: str, site: Site) -> str:
    """The article's permanent id: its own where that is an IRI, else a tag URI of the site's authority."""
    if given and re.match(r"[A-Za-z][A-Za-z0-9+.-]+:\S+$", given):
        return given
    moved_from = [alias for alias in aliases if fold(alias) != fold(address)]
    specific = given or (moved_from[0] if moved_from else address)
    return tag_uri(site.id_authority, published.day.isoformat(), specific)


def _terms(names: list[str] | tuple[str, ...]) -> list[list[str]]:
    """Slugs and names, one of each slug."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(_slug_of_term(name), name)
    return [[slug, name] for slug, name in found.items()]


@lru_cache(4096)
def _slug_of_term(name: str) -> str:
    """The slug of a tag, author or section. The same names come again and again."""
    return cut_slug(slugify(name))
