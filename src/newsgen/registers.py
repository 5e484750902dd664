"""The registers of the content: read them, and find what the names in articles mean by them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from newsgen.document import Document, is_empty, shorten
from newsgen.errors import Fault
from newsgen.urls import cut_slug, slugify
from newsgen.vocabulary import COORDINATES, PLACE, SOURCE, TERM

DEEPEST_PLACE = 20
"""How many places may lie in each other, the innermost among them."""
MOST_KEPT = 20_000
"""How many places are kept found: the same names come again and again."""

LARGEST_REGISTER = 4 * 1024 * 1024
MOST_VALUES = 200_000
"""How many keys and values a register may hold: of the places of a large archive, each with some ten."""

SHAPES = {"places": PLACE, "sources": SOURCE}
"""The shape of the entries of a register; of those of terms it is another one."""


def read_register(path: str, text: str, kind: str) -> tuple[dict[str, dict[str, Any]], list[Fault]]:
    """Check a register and give its entries by key: ``kind`` is ``places``, ``sources``, or an axis of terms."""
    document = Document(path, text, largest=LARGEST_REGISTER, most=MOST_VALUES)
    node = document.compose()
    if not isinstance(node, MappingNode):
        return {}, document.faults
    shape = SHAPES.get(kind, TERM)
    found: dict[str, dict[str, Any]] = {}
    keys: dict[str, Node] = {}
    values: dict[str, Node] = {}
    for key, value in node.value:
        name = str(key.value) if isinstance(key, ScalarNode) else ""
        slug = cut_slug(slugify(name))
        if not slug:
            document.fault(key, f"{shorten(name)!r} can't be a key", "Use letters or digits.")
        elif slug in found:
            document.fault(key, f"the key {shorten(name)!r} is given twice", "Keep one.")
        else:
            entry = shape.read(value, document)
            if entry is not None:
                found[slug] = plain_source(entry) if kind == "sources" else entry
                keys[slug], values[slug] = key, value
    if kind == "places":
        for entry in found.values():
            entry["within"] = cut_slug(slugify(entry["within"])) if entry["within"] else None
        for name in found:
            _check_within(name, found, keys[name], document)
            check_coordinates(values[name], keys[name], document)
    return found, document.faults


def plain_source(source: dict[str, Any]) -> dict[str, Any]:
    """Give a source, of an article or of the register, with its moments as RFC 3339 text."""
    checked = source["checked"]
    return {
        **source,
        "accessed": source["accessed"].iso if source["accessed"] else None,
        "checked": {"date": checked["date"].iso, "status": checked["status"]} if checked else None,
    }


def _check_within(name: str, found: dict[str, dict[str, Any]], key: Node, document: Document) -> None:
    within, chain = found[name]["within"], [name]
    while within in found and within not in chain and len(chain) < DEEPEST_PLACE:
        chain.append(within)
        within = found[within]["within"]
    if len(chain) == DEEPEST_PLACE:
        what = f"{name!r} lies within {DEEPEST_PLACE} places or more"
    elif within == name:
        what = f"{name!r} lies within itself"
    elif within in chain:
        what = f"{name!r} lies within {within!r}, which lies within itself"
    elif within is not None and len(chain) == 1:
        what = f"{within!r} is no key of this file"
    else:
        return
    document.fault(key, what, "Correct its within:.")


def check_coordinates(place: Node, node: Node, document: Document) -> None:
    """Report, at ``node``, a latitude without a longitude, and the other way round; not where what is given can't be
    read, which is a fault already."""
    pairs = place.value if isinstance(place, MappingNode) else []
    given = {key.value.lower(): value for key, value in pairs if isinstance(key, ScalarNode) and not is_empty(value)}
    found = {name: given[one] for name, *also in COORDINATES for one in (*also, name) if one in given}
    if len(found) == 1:
        [(name, value)] = found.items()
        if (document.line_of(value), value.start_mark.column + 1) not in {(f.line, f.column) for f in document.faults}:
            other = next(other for other, *_ in COORDINATES if other != name)
            document.fault(node, f"{name} is given without {other}", "Give both, or none.")


Chain = tuple[tuple[str, str, dict[str, Any] | None], ...]


@dataclass(frozen=True, slots=True)
class Located:
    """What the name of a place means.

    ``chain`` is the place and all that it lies in, from the inside, each with its key, its name, and of one that is in
    no register what is known of it. ``name`` is how it is shown. ``meanings`` are the keys of all places of the
    register that it may mean, where it is not clear which.
    """

    name: str
    chain: Chain
    lat: float | None
    lon: float | None
    meanings: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.chain[0][0]

    @property
    def is_known(self) -> bool:
        """Whether it is in the register."""
        return self.chain[0][2] is None


class Registers:
    """The places and sources of the content by their names."""

    def __init__(self, places: dict[str, dict[str, Any]], sources: dict[str, dict[str, Any]]) -> None:
        self.places = places
        self.sources = sources
        self._places = _by_name(places)
        self._sources = _by_name(sources)
        self._located: dict[tuple[Any, ...], Located | None] = {}

    def chain(self, key: str) -> list[str]:
        """Give the key of a place of the register and those of all that it lies in, from the inside."""
        found: list[str] = []
        inner: str | None = key
        while inner in self.places and inner not in found and len(found) < DEEPEST_PLACE:
            found.append(inner)
            inner = self.places[inner]["within"]
        return found

    def locate(
        self, name: str, country: str | None = None, lat: float | None = None, lon: float | None = None
    ) -> Located | None:
        """Give what the name of a place means: "Ain al-Assad, Anbar, Iraq", a key of the register, or a name with its
        country. One that the register does not know is a place of its own, within those that the name tells; None
        where the name has neither letters nor digits."""
        known = (name, country, lat, lon)
        if known not in self._located:
            if len(self._located) >= MOST_KEPT:
                self._located.clear()
            self._located[known] = self._locate(*known)
        return self._located[known]

    def _locate(self, name: str, country: str | None, lat: float | None, lon: float | None) -> Located | None:
        parts = [name] if name in self.places else name.split(",")
        if country and country not in name:
            parts.append(country)
        parts = [part.strip() for part in parts if slugify(part)][:DEEPEST_PLACE]
        if not parts:
            return None
        chain, meanings = self._chain(parts)
        if chain[0][2] is None:
            entry = self.places[chain[0][0]]
            own = ", ".join(dict.fromkeys(one for _, one, _ in chain))
            lat, lon = (entry["lat"], entry["lon"]) if lat is None or lon is None else (lat, lon)
        else:
            own = f"{name}, {country}" if country and country not in name else name
            chain = ((chain[0][0], chain[0][1], {**(chain[0][2] or {}), "lat": lat, "lon": lon}), *chain[1:])
        return Located(own, chain, lat, lon, meanings if len(meanings) > 1 else ())

    def _chain(self, parts: list[str]) -> tuple[Chain, tuple[str, ...]]:
        """Give the chain of the place that is named from the inside, and the keys of all places that may be meant."""
        meanings = self._meanings(", ".join(parts), parts)
        slug = slugify(parts[0])
        key = meanings[0] if len(meanings) == 1 else next((one for one in meanings if one == slug), None)
        if key is not None:
            return tuple((one, self.places[one]["name"], None) for one in self.chain(key)), meanings
        outer = self._chain(parts[1:])[0] if parts[1:] else ()
        own = cut_slug(slugify(", ".join(parts)))
        if own in {key for key, _, _ in outer}:  # they differ beyond what a key may hold
            return outer, meanings
        if own in self.places:  # which is not what is meant
            own = cut_slug(f"{own}-unregistered")
        return ((own, parts[0], {"within": outer[0][0] if outer else None}), *outer), meanings

    def _meanings(self, whole: str, parts: list[str]) -> tuple[str, ...]:
        """Give the keys that a name may mean: those whose outer places agree best with what follows the first comma."""
        if whole in self.places:
            return (whole,)
        found = self._places.get(slugify(whole))
        if found:
            return found
        found = self._places.get(slugify(parts[0]), ())
        outer = [slugify(one) for one in parts[1:]]
        if not found or not outer:
            return found
        agreeing = {key: sum(one in self._names_around(key) for one in outer) for key in found}
        most = max(agreeing.values())
        return tuple(key for key in found if agreeing[key] == most) if most else ()

    def _names_around(self, key: str) -> set[str]:
        """The slugs of all names of the places that one lies in."""
        return {one for outer in self.chain(key)[1:] for one in _names_of(outer, self.places[outer])}

    def source(self, name: str) -> str | None:
        """Give the key of a source of the register, by its key or any of its names; None for one that is not there."""
        found = self._sources.get(slugify(name))
        return found[0] if found else None


def _by_name(entries: dict[str, dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for key, entry in entries.items():
        for slug in _names_of(key, entry):
            found.setdefault(slug, []).append(key)
    return {slug: tuple(keys) for slug, keys in found.items()}


def _names_of(key: str, entry: dict[str, Any]) -> dict[str, None]:
    names: Iterable[str] = (key, entry["name"], *(entry["aliases"] or ()))
    return dict.fromkeys(filter(None, map(slugify, names)))
