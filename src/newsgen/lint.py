"""What an editor should look at in articles that are in order: rules that go by what is kept of a head and by a body.

Each rule is a small function that gives remarks; a remark says which part of the head it is about, for the line of that
is in the file alone. How much a rule counts is for the settings to say (:data:`newsgen.site.LINT`).
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from newsgen.citing import Sources
from newsgen.document import shorten
from newsgen.maps.countries import is_country, suspicion
from newsgen.notes import without_code
from newsgen.registers import Located, Registers
from newsgen.urls import slugify

Entry = Mapping[str, Any]

LEAST_QUOTATIONS, LEAST_WORDS = 3, 3
"""How many quotations, each of how many words, make an article that should name a source."""
MOST_MEANINGS = 5
"""How many of the places that a name may mean are told."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of a head: a field, which of its entries (from 0; those that are only proposed do not count, unless they
    keep their numbers as sources do), and the first that there is of some keys in that."""

    field: str
    number: int = 0
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule has to say of one spot."""

    spot: Spot
    what: str
    remedy: str


class Names:
    """The names of places, to be found by what somebody wrote in their place."""

    def __init__(self, registers: Registers) -> None:
        self.registers = registers
        self._keys: dict[str, str] = {}
        for key, entry in registers.places.items():
            for name in (key, entry["name"], *(entry["aliases"] or ())):
                self._keys.setdefault(slugify(name), key)
        self._keys.pop("", None)
        self._pairs: dict[str, list[str]] = {}
        for slug in self._keys:
            for pair in _pairs(slug):
                self._pairs.setdefault(pair, []).append(slug)
        self._near: dict[str, str | None] = {}

    def nearest(self, name: str) -> str | None:
        """Give the key of the place that ``name`` may be a misspelling of; what follows its first comma counts less."""
        if name not in self._near:
            self._near[name] = next(filter(None, map(self._alike, (name, name.split(",")[0]))), None)
        return self._near[name]

    def _alike(self, name: str) -> str | None:
        """Of all names only those that share most with it are looked at closely, or a large register takes minutes."""
        slug = slugify(name)
        shared = Counter(other for pair in _pairs(slug) for other in self._pairs.get(pair, ()))
        likely = sorted(shared, key=lambda other: (-shared[other] / (len(other) + len(slug)), other))[:20]
        near = difflib.get_close_matches(slug, likely, 1, 0.7)
        return self._keys[near[0]] if near else None


def _pairs(slug: str) -> list[str]:
    return sorted({slug[at : at + 2] for at in range(max(1, len(slug) - 1))})


# --- sources and events ---


def unnamed_source(meta: Entry, names: Names) -> Iterator[Remark]:
    """A source that may not be named, without a reason."""
    for number, source in enumerate(meta["sources"]):
        if source["attribution"] in ("background", "deep-background") and not source["reason"]:
            if source["proposed"]:
                continue
            what = f"{shorten(source['name'])!r} is not named, and no reason is given"
            yield Remark(Spot("sources", number), what, "Say why in reason:, as it may be told to readers.")


def event_without_source(meta: Entry, names: Names) -> Iterator[Remark]:
    """An event that rests on no source that readers see."""
    known = Sources(one["name"] for one in meta["sources"])
    for number, event in enumerate(meta["events"]):
        rests = [meta["sources"][at - 1] for at in map(known.number, event["sources"] or ()) if at]
        if all(one["proposed"] for one in rests):
            why = "rests on sources that are only proposed" if rests else "has no source"
            remedy = (
                "Confirm one of them." if rests else "Add sources: with numbers or names of this article's sources."
            )
            yield Remark(Spot("events", number), f"the event {shorten(event['name'])!r} {why}", remedy)


def unarchived_link(meta: Entry, names: Names) -> Iterator[Remark]:
    """A source with a link, and no copy of what is there now, neither in the article nor in the register."""
    for number, source in enumerate(meta["sources"]):
        entry = names.registers.sources.get(source["key"] or "", {})
        kept = source["archived"] or (entry.get("url") == source["url"] and entry.get("archived"))
        if source["url"] and not kept and not source["proposed"]:
            yield Remark(Spot("sources", number, ("url",)), *_unarchived(source["url"]))


def _unarchived(url: str) -> tuple[str, str]:
    return f"no archived copy of {shorten(url)} is named", "Have one made by a web archive, and add archived:."


# --- places ---


def unknown_place(meta: Entry, names: Names) -> Iterator[Remark]:
    """A place that the register does not know, where there is one."""
    for spot, name, found in _placed(meta, names) if names.registers.places else ():
        if not found.is_known and not found.meanings:
            near = names.nearest(name)
            meant = f"Did you mean {names.registers.places[near]['name']} ({near})? Else add it" if near else "Add it"
            yield Remark(spot, f"no place is called {shorten(name)!r}", f"{meant} to content/places.yaml.")


def ambiguous_place(meta: Entry, names: Names) -> Iterator[Remark]:
    """A name that may mean several places of the register."""
    for spot, name, found in _placed(meta, names):
        if found.meanings:
            told = [_whole_name(key, names.registers) for key in found.meanings[:MOST_MEANINGS]]
            more = [f"{len(found.meanings) - MOST_MEANINGS} more"] if len(found.meanings) > MOST_MEANINGS else []
            taken = f"; {found.key} is taken" if found.is_known else ""
            what = f"{shorten(name)!r} may mean {', '.join([*told, *more][:-1])} or {[*told, *more][-1]}{taken}"
            yield Remark(spot, what, "Write one of these keys.")


def _whole_name(key: str, registers: Registers) -> str:
    return f"{key} ({', '.join(registers.places[one]['name'] for one in registers.chain(key))})"


def _placed(meta: Entry, names: Names) -> Iterator[tuple[Spot, str, Located]]:
    """Give each place that an article names, as it is written, and what it means."""
    locate = names.registers.locate
    for spot, place in _located(meta):
        found = locate(place["name"], place["country"], place["lat"], place["lon"])
        if found is not None:
            yield Spot(spot.field, spot.number, ("name",)), place["name"], found
    for number, event in enumerate(meta["events"]):
        found = locate(event["place"]) if event["place"] else None
        if found is not None:
            yield Spot("events", number, ("place", "location")), event["place"], found


def _located(meta: Entry) -> Iterator[tuple[Spot, Entry]]:
    if meta["location"]:
        yield Spot("location"), meta["location"]
    for number, place in enumerate(meta["places"]):
        yield Spot("places", number), place


def suspect_coordinates(meta: Entry, names: Names) -> Iterator[Remark]:
    """Coordinates of the article's own that do not lie in the country that is named with them."""
    for spot, place in _located(meta):
        if place["lat"] is None or place["lon"] is None:
            continue
        found = names.registers.locate(place["name"], place["country"], place["lat"], place["lon"])
        country = _country(found.chain if found else (), place["country"], names.registers)
        said = _suspected(place["lat"], place["lon"], country)
        if said:
            where = Spot(spot.field, spot.number, ("lat", "latitude"))
            yield Remark(where, f"{shorten(place['name'])!r} {said}", "Correct lat and lon, or the country.")


def _country(chain: tuple[tuple[str, str, Any], ...], given: str | None, registers: Registers) -> str | None:
    """Give the country of a place: the outermost one of its chain that the register calls a country, else the outermost
    of all if that is the name of one, else the one that is ``given``."""
    for key, name, _ in reversed(chain):
        entry = registers.places.get(key, {})
        if str(entry.get("kind") or "").lower() == "country":
            spellings: tuple[str, ...] = (name, key, *(entry["aliases"] or ()))
            return next(filter(is_country, spellings), name)
    outermost = chain[-1][1] if chain else ""
    return outermost if is_country(outermost) else given


@lru_cache(10_000)
def _suspected(lat: float, lon: float, country: str | None) -> str | None:
    return suspicion(lat, lon, country) if country else None


HEAD_RULES: Mapping[str, Callable[[Entry, Names], Iterator[Remark]]] = {
    "unnamed-source": unnamed_source,
    "event-without-source": event_without_source,
    "unarchived-link": unarchived_link,
    "unknown-place": unknown_place,
    "ambiguous-place": ambiguous_place,
    "suspect-coordinates": suspect_coordinates,
}
"""The rules that go by the head of an article."""


# --- registers ---


def unarchived_entry(key: str, entry: Entry, registers: Registers) -> Remark | None:
    """A source of the register with a link, and no copy of what is there now."""
    has_none = entry["url"] and not entry["archived"]
    return Remark(Spot(key, keys=("url",)), *_unarchived(entry["url"])) if has_none else None


def suspect_entry(key: str, entry: Entry, registers: Registers) -> Remark | None:
    """A place of the register that does not lie in its country."""
    if entry["lat"] is None or entry["lon"] is None:
        return None
    chain = tuple((one, registers.places[one]["name"], None) for one in registers.chain(key))
    said = _suspected(entry["lat"], entry["lon"], _country(chain, None, registers))
    remedy = "Correct lat and lon, or within:."
    return Remark(Spot(key, keys=("lat", "latitude")), f"{shorten(entry['name'])!r} {said}", remedy) if said else None


REGISTER_RULES: Mapping[str, tuple[str, Callable[[str, Entry, Registers], Remark | None]]] = {
    "suspect-coordinates": ("places", suspect_entry),
    "unarchived-link": ("sources", unarchived_entry),
}
"""The rules that go by the entries of a register, with the kind of that."""


# --- bodies ---

QUOTES = "unsourced-quotes"
"""The rule that goes by the body."""

_SIGNS = '“”„«»"'
_QUOTED = re.compile(
    r"“([^“”]+)”|„([^„“”]+)[“”]|”([^„“”]+)”|«([^«»]+)»|»([^«»]+)[«»]"
    r"|(?<![^\s(\[{*_—–-])\"(?=\S)([^\"]+)(?<=\S)\"(?!\w)"
)
_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_NO_TEXT = re.compile(r"<[^<>]*>|\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\{[^{}\n]*\}")
_DEFINITION = re.compile(r" {0,3}\[[^\]\n^][^\]\n]*\]:")


def may_quote(markup: str) -> bool:
    """Whether a body, of which the HTML is at hand, shows so many quotation marks that its text is worth reading."""
    if sum(map(markup.count, _SIGNS)) + markup.count("&quot;") < 2 * LEAST_QUOTATIONS:
        return False
    text = re.sub(r"<[^<>]*>", "", markup).replace("&quot;", '"')
    return sum(map(text.count, _SIGNS)) >= 2 * LEAST_QUOTATIONS


def quotations(body: str) -> list[int]:
    """Give where in a Markdown text its quotations begin: “…”, "…", «…», „…“ of some words each, that begin and end in
    one paragraph, outside code, block quotations, tags, and the titles of links. Names and single words in quotation
    marks are none."""
    if sum(map(body.count, _SIGNS)) < 2:
        return []
    plain = _NO_TEXT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), without_code(body))
    return [
        start + found.start()
        for start, paragraph in _paragraphs(plain)
        for found in _QUOTED.finditer(paragraph)
        if len(_WORD.findall(found[found.lastindex or 0])) >= LEAST_WORDS
    ]


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Give the paragraphs of a text that are no block quotations, each with where it begins."""
    at = start = 0
    lines: list[str] = []
    for line in [*text.split("\n"), ""]:
        if not line.strip() or _DEFINITION.match(line):
            if lines and not lines[0].lstrip().startswith(">"):
                yield start, "\n".join(lines)
            lines = []
        else:
            start = start if lines else at
            lines.append(line)
        at += len(line) + 1
