"""What pages may ask of the archive about what happened, where, and what was corrected."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from newsgen.archive import Archive, DamagedArchive
from newsgen.chronicle import MOST_LISTED, Filed, filed
from newsgen.model import (
    CORRECTIONS,
    EVENTS,
    Account,
    Amendment,
    Card,
    Happening,
    Moment,
    Place,
    Term,
    canonical,
    digest,
)
from newsgen.urls import slugify

DEEPEST = 20
"""How many places may lie in each other."""
WHOLE = 99
"""A length that no day has."""


def term_of(archive: Archive, axis: str, slug: str) -> int:
    """Give the number under which the archive files what carries a term; of both empty, every article."""
    if not axis:
        return 0
    found: int = archive.once(("number", axis, slug), lambda: _ask_number(archive, axis, slug))
    return found


def _ask_number(archive: Archive, axis: str, slug: str) -> int:
    row = archive.row("SELECT term FROM vocabulary WHERE axis = ? AND slug = ?", axis, slug)
    return int(row[0]) if row else -1


# --- events ---


def happening(archive: Archive, key: str) -> Happening | None:
    """Give one event with its reports, None for one that no shown article reports."""
    found: Happening | None = archive.once(("happening", key), lambda: _ask_happening(archive, key))
    return found


def _ask_happening(archive: Archive, key: str) -> Happening | None:
    found = filed_once(archive, key)
    if found is None:
        return None
    first = found.reports[0].entry
    return Happening(
        key=key,
        id=key if first["id"] else None,
        day=found.day,
        first=first["first"],
        last=first["last"],
        accounts=tuple(_account(archive.card(one.path), one.entry) for one in found.reports[:MOST_LISTED]),
        differing=tuple(_account(archive.card(one.path), one.entry) for one in found.differing),
        has_more=len(found.reports) > MOST_LISTED,
    )


def whole_event(archive: Archive, key: str) -> Happening | None:
    """Give one event with all of its reports that its page tells."""
    one, found = happening(archive, key), filed_once(archive, key)
    if one is None or found is None:
        return None
    accounts = tuple(_account(archive.card(report.path), report.entry) for report in found.reports)
    return replace(one, accounts=accounts, has_more=False)


def whole_event_digest(archive: Archive, key: str) -> bytes:
    found = filed_once(archive, key)
    return digest(*(one.mark for one in (*found.reports, *found.differing))) if found else b""


def filed_once(archive: Archive, key: str) -> Filed | None:
    """Say where an event belongs, once for many pages."""
    found: Filed | None = archive.once(("filed event", key), lambda: filed(archive, key))
    return found


def _account(card: Card, entry: dict[str, Any]) -> Account:
    return Account(
        card=card,
        name=entry["name"],
        when=entry["when"],
        as_written=entry["as_written"],
        place=entry["place"],
        place_key=entry["place_key"],
        at=tuple(entry["at"]) if entry["at"] else None,
        sources=tuple((number, name, key) for number, name, key in entry["sources"]),
        status=entry["status"],
        role=entry["role"],
        anchor=f"ng:event-{entry['anchor']}",
    )


_BELOW = "term = ? AND day >= ? AND day < ? AND length(day) <= ?"


def happenings(
    archive: Archive, axis: str, slug: str, period: str, longest: int, most: int, skip: int
) -> tuple[Happening, ...]:
    """Give the events of a term in a period, in their order: those whose days are at most ``longest`` characters, so
    that what is known less precisely than the pages of its parts can be listed apart."""
    sql = f"SELECT path, card FROM filed WHERE {_BELOW} ORDER BY day, published, path LIMIT ? OFFSET ?"  # noqa: S608
    return _told(archive, archive.rows(sql, *_of(archive, axis, slug, period, longest), most, skip))


def happenings_digest(archive: Archive, axis: str, slug: str, period: str, longest: int, most: int, skip: int) -> bytes:
    sql = f"SELECT card FROM filed WHERE {_BELOW} ORDER BY day, published, path LIMIT ? OFFSET ?"  # noqa: S608
    rows = archive.rows(sql, *_of(archive, axis, slug, period, longest), most, skip)
    return digest(*(row[0] for row in rows))


def _of(archive: Archive, axis: str, slug: str, period: str, longest: int) -> tuple[Any, ...]:
    return term_of(archive, axis, slug), period, period + "~", longest


def coarse_count(archive: Archive, axis: str, slug: str, period: str, longest: int) -> int:
    """Give how many events of a period are known no more precisely than by a day of ``longest`` characters."""
    sql = f"SELECT count(*) FROM filed WHERE {_BELOW}"  # noqa: S608 - our own text
    row = archive.row(sql, *_of(archive, axis, slug, period, longest))
    return int(row[0]) if row else 0


def event_keys(archive: Archive, year: str, most: int, skip: int) -> tuple[str, ...]:
    """Give the ids of the events with pages of their own among the events of a year; of those that are known no more
    precisely than by a decade where no year is named. ``most`` and ``skip`` count all events."""
    longest = -1 if year else 3
    rows = archive.rows(
        "SELECT path FROM filed WHERE term = ?1 AND day >= ?2 AND day < ?2 || '~' AND (?3 < 0 OR length(day) <= ?3) "
        "ORDER BY day, published, path LIMIT ?4 OFFSET ?5",
        term_of(archive, EVENTS, ""),
        year,
        longest,
        most,
        skip,
    )
    return tuple(key for (key,) in rows if "#" not in key)


def event_keys_digest(archive: Archive, year: str, most: int, skip: int) -> bytes:
    return digest(*event_keys(archive, year, most, skip))


_LATEST = "FROM filed WHERE term = ? ORDER BY day DESC, published DESC, path DESC LIMIT ?"


def latest(archive: Archive, axis: str, slug: str, most: int) -> tuple[Happening, ...]:
    """Give the latest events of a term, the earliest of them first."""
    rows = archive.rows(f"SELECT path, card {_LATEST}", term_of(archive, axis, slug), most)
    return _told(archive, rows[::-1])


def latest_digest(archive: Archive, axis: str, slug: str, most: int) -> bytes:
    rows = archive.rows(f"SELECT card {_LATEST}", term_of(archive, axis, slug), most)
    return digest(*(row[0] for row in rows))


def _told(archive: Archive, rows: list[tuple[Any, ...]]) -> tuple[Happening, ...]:
    """Give events by their keys. What is not as it was filed raises DamagedArchive."""
    found = []
    for key, mark in rows:
        if mark_of(archive, key) != mark:
            raise DamagedArchive(key)
        one = happening(archive, key)
        if one is not None:
            found.append(one)
    return tuple(found)


def mark_of(archive: Archive, key: str) -> bytes:
    """Give a digest of all that lists tell of an event."""
    found = filed_once(archive, key)
    return found.mark if found else b""


def own_events(archive: Archive, path: str) -> tuple[tuple[Account, Happening], ...]:
    """Give the events of one article in the order of time: each as it tells it, and with the reports that disagree."""
    rows = archive.rows("SELECT key, day, entry FROM reports WHERE path = ? ORDER BY day, sort, key, number", path)
    card = archive.card(path)
    found = []
    for key, day, packed in rows:
        entry = json.loads(packed)
        own = _account(card, entry)
        alone = Happening(key, None, day, entry["first"], entry["last"], (own,), (), False)
        found.append((own, happening(archive, key) if entry["id"] else alone))
    return tuple((own, whole) for own, whole in found if whole is not None)


def own_events_digest(archive: Archive, path: str) -> bytes:
    """Give a digest of the events of one article, as the registers have their places and sources, and of what others
    say of them."""
    row = archive.row("SELECT events FROM documents WHERE path = ?", path)
    packed = row[0] if row else "[]"
    found = [filed_once(archive, key) for key, *_ in json.loads(packed) if "#" not in key]  # only those have others
    differing = (b"".join(report.mark for report in one.differing) for one in found if one is not None)
    return digest(packed, *differing)


# --- places ---


def _gazetteer(archive: Archive) -> dict[str, tuple[Any, ...]]:
    """Every place that anything shown is about, by slug: its name, how many articles are about it, what is known of it,
    and how many events happened there."""

    def make() -> dict[str, tuple[Any, ...]]:
        told = """SELECT slug, count FROM vocabulary JOIN tallies ON tallies.term = vocabulary.term AND period = ''
            WHERE axis = ?"""
        events = dict(archive.rows(told, f"{EVENTS}/places"))
        sql = """SELECT slug, name, coalesce(count, 0), entry FROM vocabulary LEFT JOIN tallies ON tallies.term =
            vocabulary.term AND period = '' WHERE axis = 'places' AND name IS NOT NULL ORDER BY slug"""
        rows = archive.rows(sql)
        return {slug: (name, count, entry or "{}", events.get(slug, 0)) for slug, name, count, entry in rows}

    found: dict[str, tuple[Any, ...]] = archive.once(("gazetteer",), make)
    return found


def _inner(archive: Archive) -> dict[str | None, list[str]]:
    """The slugs of the places within each place, by name; within None those that lie in no other."""

    def make() -> dict[str | None, list[str]]:
        places = _gazetteer(archive)
        found: dict[str | None, list[str]] = {}
        for slug in sorted(places, key=lambda one: (slugify(places[one][0]), one)):
            within = json.loads(places[slug][2]).get("within")
            found.setdefault(within if within in places and within != slug else None, []).append(slug)
        return found

    inner: dict[str | None, list[str]] = archive.once(("inner places",), make)
    return inner


def place(archive: Archive, slug: str) -> Place | None:
    """Give one place with those that it lies in and all within it; None for one that nothing is about."""
    places = _gazetteer(archive)
    if slug not in places:
        return None
    chain: list[Term] = []
    outer = slug
    while (outer := json.loads(places[outer][2]).get("within")) in places and len(chain) < DEEPEST:
        chain.append(Term("places", outer, places[outer][0]))
    return _place(archive, slug, tuple(chain), DEEPEST)


def places(archive: Archive) -> tuple[Place, ...]:
    """Give all places that lie in no other, each with all within it."""
    return tuple(_place(archive, slug, (), DEEPEST) for slug in _inner(archive).get(None, ()))


def _place(archive: Archive, slug: str, chain: tuple[Term, ...], depth: int) -> Place:
    name, count, packed, events = _gazetteer(archive)[slug]
    entry = json.loads(packed)
    at = (entry["lat"], entry["lon"]) if entry.get("lat") is not None and entry.get("lon") is not None else None
    within = _inner(archive).get(slug, ()) if depth else ()
    inner = tuple(_place(archive, one, (), depth - 1) for one in within)
    return Place(slug, name, count, at, entry, chain, inner, events)


def _shown(one: Place | None) -> Any:
    if one is None:
        return None
    inner = [_shown(child) for child in one.inner]
    return [one.slug, one.name, one.count, one.events, one.entry, [[of.slug, of.name] for of in one.chain], inner]


def place_digest(archive: Archive, slug: str) -> bytes:
    return digest(canonical(_shown(place(archive, slug))))


def places_digest(archive: Archive) -> bytes:
    found: bytes = archive.once(("places digest",), lambda: digest(canonical(list(_gazetteer(archive).items()))))
    return found


# --- what stands beside ---


def entry(archive: Archive, axis: str, slug: str) -> dict[str, Any]:
    """Give what the register says of a term."""
    return dict(json.loads(_ask_entry(archive, axis, slug)))


def _ask_entry(archive: Archive, axis: str, slug: str) -> str:
    row = archive.row("SELECT entry FROM vocabulary WHERE axis = ? AND slug = ?", axis, slug)
    return (row[0] if row else None) or "{}"


def entry_digest(archive: Archive, axis: str, slug: str) -> bytes:
    return digest(_ask_entry(archive, axis, slug))


def items_of(archive: Archive, path: str) -> dict[str, str]:
    """Give the items of Wikidata that the places of a document are, by their keys in the register."""
    row = archive.row("SELECT terms FROM documents WHERE path = ?", path)
    slugs = [slug for axis, slug, *_ in json.loads(row[0] if row else "[]") if axis == "places"]
    items = {slug: _item(archive, slug) for slug in slugs}
    return {slug: item for slug, item in items.items() if item}


def _item(archive: Archive, slug: str) -> str:
    found: str = archive.once(("item of", slug), lambda: entry(archive, "places", slug).get("wikidata") or "")
    return found


def items_of_digest(archive: Archive, path: str) -> bytes:
    return digest(canonical(items_of(archive, path)))


def together(archive: Archive, axis: str, slug: str, other: str, most: int) -> tuple[Term, ...]:
    """Give the terms of another axis that stand most often beside a term, each with how often."""
    sql = """SELECT slug, name, description, together.count FROM together JOIN vocabulary ON vocabulary.term = other
        WHERE together.term = ? AND axis = ? ORDER BY together.count DESC, slug LIMIT ?"""
    return tuple(Term(other, *row) for row in archive.rows(sql, term_of(archive, axis, slug), other, most))


def together_digest(*arguments: Any) -> bytes:
    return digest(canonical([[one.slug, one.name, one.count] for one in together(*arguments)]))


def amendments(archive: Archive, period: str, most: int, skip: int) -> tuple[Amendment, ...]:
    """Give the corrections of a period (empty for all time), the newest first."""
    return tuple(_amendment(archive, *path.rsplit("#", 1)) for path, _ in _ask_amendments(archive, period, most, skip))


def amended(archive: Archive, period: str, most: int, skip: int) -> tuple[Amendment, ...]:
    """Give the corrections of a period without the oldest ``skip``, the newest first."""
    found = reversed(_ask_amendments(archive, period, most, skip, "ASC"))
    return tuple(_amendment(archive, *path.rsplit("#", 1)) for path, _ in found)


def _ask_amendments(archive: Archive, period: str, most: int, skip: int, order: str = "DESC") -> list[tuple[Any, ...]]:
    sql = f"""SELECT path, card FROM filed WHERE term = ? AND day >= ? AND day < ?
        ORDER BY day {order}, published {order}, path {order} LIMIT ? OFFSET ?"""  # noqa: S608 - our own word
    return archive.rows(sql, term_of(archive, CORRECTIONS, ""), period, period + "~", most, skip)


def _amendment(archive: Archive, path: str, number: str) -> Amendment:
    card, meta, _ = archive.head(path)
    one = meta["corrections"][int(number)]
    date = Moment.unpack(one["date"])
    assert date is not None  # noqa: S101 - a correction has a date, always
    again = sum(other["date"] == one["date"] for other in meta["corrections"][: int(number)])
    return Amendment(card, int(number), one["kind"], date, one["text"], again)


def amended_digest(archive: Archive, period: str, most: int, skip: int) -> bytes:
    return digest(*(part for row in _ask_amendments(archive, period, most, skip, "ASC") for part in row))


def amendments_digest(archive: Archive, period: str, most: int, skip: int) -> bytes:
    return digest(*(part for row in _ask_amendments(archive, period, most, skip) for part in row))
