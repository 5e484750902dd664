"""Say what the names in one article mean: the places that it is about, the sources of the register, its events.

What is resolved depends on the article and the registers alone, so that it is done where an article is read, and again
where a register changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from newsgen.citing import Sources
from newsgen.edtf import read_edtf
from newsgen.model import LANGUAGES, TRANSLATIONS, Card
from newsgen.registers import Located, Registers
from newsgen.urls import cut_slug, slugify

Term = list[Any]
"""A term as an article carries it: its axis, slug and name; of a place that is in no register also what is known."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """An article with what its names mean: its card and metadata, its terms, and its events.

    Each event is the key that it shares with other reports of it, the day and the order that it is filed by, its
    terms, and what this article says of it.
    """

    card: Card
    meta: dict[str, Any]
    terms: list[Term]
    events: list[list[Any]]


def resolve(card: Card, meta: dict[str, Any], registers: Registers) -> Resolved:
    """Give an article with what its names mean by the registers."""
    location = _place(meta["location"], registers)
    places = [one for one in (_place(given, registers) for given in meta["places"]) if one is not None]
    sources = [_source(one, registers) for one in meta["sources"]]
    resolved = {**meta, "location": location[0] if location else None, "sources": sources}
    resolved["places"] = [place for place, _ in places]
    own = [*_plain("tags", meta["tags"]), *_threads(meta["thread"])]
    events = _events(card, resolved, own, registers)
    chains = [found for _, found in (*([location] if location else []), *places) if found is not None]
    happened = [found for event, _, found in events if found is not None and event["role"] != "background"]
    terms = [
        *own[: len(meta["tags"])],
        *_plain("authors", meta["authors"]),
        *_plain("sections", meta["sections"]),
        *own[len(meta["tags"]) :],
        *_places([*chains, *happened]),
        *_sources(sources, registers),
        *([[LANGUAGES, meta["speaks"], meta["speaks"]]] if "speaks" in meta else []),
        *([TRANSLATIONS, key, key] for key in meta.get("originals", ())),
    ]
    card = replace(card, place=location[0]["shown"] if location else None)
    filed = []
    for event, more, found in events:
        of = [*own, *_places([found] if found else []), *more]
        when = read_edtf(event["when"])
        filed.append([event["key"], when.day, when.sort, of, event])
    return Resolved(card, resolved, terms, filed)


def _source(given: dict[str, Any], registers: Registers) -> dict[str, Any]:
    """Give a source with its key in the register, if it has one, and its name as it is shown."""
    key = registers.source(given["name"])
    entry = registers.sources[key] if key else {"name": given["name"], "kind": None}
    shown = entry["name"] if given["name"] == key else given["name"]
    return {**given, "key": key, "shown": shown, "kind_shown": given["kind"] or entry["kind"]}


def _plain(axis: str, named: list[list[str]]) -> list[Term]:
    return [[axis, slug, name] for slug, name in named]


def _threads(thread: str | None) -> list[Term]:
    slug = cut_slug(slugify(thread or ""))
    return [["threads", slug, thread]] if slug else []


def _place(given: dict[str, Any] | None, registers: Registers) -> tuple[dict[str, Any], Located | None] | None:
    """Give a place with its key, all keys from the inside, its name as it is shown, and its coordinates."""
    if given is None:
        return None
    own = {name: given[name] for name in ("name", "country", "lat", "lon")}
    found = registers.locate(**own)
    if found is None:
        return {**own, "key": None, "chain": [], "shown": given["name"], "at": None}, None
    shown = {"key": found.key, "chain": [key for key, _, _ in found.chain], "shown": found.name}
    at = {"at": [found.lat, found.lon] if found.lat is not None and found.lon is not None else None}
    return {**own, **shown, **at}, found


def _places(located: list[Located]) -> list[Term]:
    """Give the terms of some places and of all that they lie in, each once."""
    found: dict[str, Term] = {}
    for one in located:
        for key, name, details in one.chain:
            found.setdefault(key, ["places", key, name] if details is None else ["places", key, name, details])
    return list(found.values())


def _sources(sources: list[dict[str, Any]], registers: Registers) -> list[Term]:
    keys = dict.fromkeys(one["key"] for one in sources if one["key"] and not one["proposed"])
    return [["sources", key, registers.sources[key]["name"]] for key in keys]


def _events(
    card: Card, meta: dict[str, Any], own: list[Term], registers: Registers
) -> list[tuple[dict[str, Any], list[Term], Located | None]]:
    """Give what is kept of each event, the terms of the sources that it rests on, and its place."""
    if not meta["events"]:
        return []
    found = []
    known = Sources(one["name"] for one in meta["sources"])
    taken: dict[str, int] = {}
    for given in meta["events"]:
        slug = slugify(given["id"]) if given["id"] else cut_slug(slugify(given["name"]), 100) or "event"
        own_slug = slug
        while own_slug in taken:  # "Raid", "Raid", "Raid 2": the second is not to be taken for the third
            taken[slug] += 1
            own_slug = f"{slug}-{taken[slug]}"
        taken[own_slug] = 1
        located = registers.locate(given["place"]) if given["place"] else None
        numbers = [number for number in map(known.number, given["sources"] or ()) if number]
        rests = [(number, meta["sources"][number - 1]) for number in dict.fromkeys(numbers)]
        rests = [(number, one) for number, one in rests if not one["proposed"]]
        when = read_edtf(given["when"])
        event = {
            "key": slug if given["id"] else f"{card.id}#{own_slug}",
            "anchor": own_slug,
            "id": given["id"],
            "name": given["name"],
            "when": when.text,
            "first": when.first,
            "last": when.last,
            "as_written": given["as_written"],
            "place": located.name if located else given["place"],
            "place_key": located.key if located else None,
            "chain": [key for key, _, _ in located.chain] if located else [],
            "at": [located.lat, located.lon] if located and located.lat is not None else None,
            "sources": [[number, one["shown"], one["key"]] for number, one in rests],
            "status": given["status"],
            "role": given["role"] or "main",
        }
        if meta.get("originals"):
            event["translated"] = True
        found.append((event, _sources([one for _, one in rests], registers), located))
    return found
