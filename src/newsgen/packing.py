"""Pack what was read of one content file into what the archive keeps of it."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any

from newsgen.archive import Archive, article_digest, head_digest, stamp
from newsgen.model import Card, Moment, canonical, digest
from newsgen.registers import Registers
from newsgen.resolving import Resolved, resolve

COLUMNS = (
    "kind address folded id day published changed changed_day draft embargo expires featured menu linking showing "
    "images terms aliases card meta anchors events amended proposed body card_digest head digest"
).split()


@dataclass(frozen=True, slots=True)
class Entry:
    """One content file as the archive keeps it, packed where it was read.

    ``row`` holds the columns of ``documents`` from ``kind`` to ``digest``; it is None for a file that can't be
    published, of which only faults and links are kept. ``body`` holds those of ``bodies`` from ``key`` to ``digest``;
    it is None where what is kept already is right. ``links``, ``aliases`` and ``faults`` are rows of the tables of
    those names, without the path.
    """

    path: str
    row: tuple[Any, ...] | None
    body: tuple[Any, ...] | None
    links: tuple[tuple[Any, ...], ...]
    aliases: tuple[tuple[Any, ...], ...]
    faults: tuple[tuple[Any, ...], ...]
    seal: bytes

    @classmethod
    def of(
        cls,
        path: str,
        columns: dict[str, Any],
        body: tuple[Any, ...] | None,
        links: tuple[tuple[Any, ...], ...],
        aliases: tuple[tuple[Any, ...], ...],
        faults: tuple[tuple[Any, ...], ...],
    ) -> Entry:
        """Give the entry of a file whose columns are given by name."""
        row = tuple(columns[name] for name in COLUMNS)
        return cls(path, row, body, links, aliases, faults, seal(path, row, links, aliases, faults))


def seal(path: str, row: tuple[Any, ...] | None, *rows: tuple[tuple[Any, ...], ...]) -> bytes:
    """Give a digest of all that is kept of one file, its body aside, which has one of its own."""
    return digest(path, repr((row, *rows)))


def seal_of(archive: Archive, path: str) -> bytes:
    """Give the seal of what the archive keeps of one file."""
    row = archive.row(f"SELECT {', '.join(COLUMNS)} FROM documents WHERE path = ?", path)  # noqa: S608 - our own names
    rows = (
        archive.rows("SELECT kind, target, fragment, line, col FROM links WHERE path = ? ORDER BY rowid", path),
        archive.rows("SELECT alias, folded FROM aliases WHERE path = ? ORDER BY rowid", path),
        archive.rows("SELECT line, col, what, remedy, severity FROM faults WHERE path = ? ORDER BY rowid", path),
    )
    return seal(path, row, *map(tuple, rows))


def pack(card: Card, meta: dict[str, Any], registers: Registers, body: bytes) -> dict[str, Any]:
    """Give the columns of ``documents`` that depend on what an article says and on the registers."""
    found = resolve(card, meta, registers) if "events" in meta else Resolved(card, meta, [], [])
    packed, meta_text, terms = found.card.pack(), canonical(found.meta), canonical(found.terms)
    events = canonical(found.events)
    amended = [_moment(one["date"]) for one in meta.get("corrections", ())]
    return {
        "terms": terms,
        "card": packed,
        "meta": meta_text,
        "events": events,
        "amended": canonical(amended),
        "card_digest": digest(packed),
        "head": head_digest(packed, meta_text, terms, events),
        "digest": article_digest(packed, meta_text, body),
    }


def _moment(packed: list[Any]) -> str:
    """Give the day of a moment, in the site's zone, and its order."""
    moment = Moment.unpack(packed)
    assert moment is not None  # noqa: S101 - a correction has a date, always
    return f"{moment.day.isoformat()} {stamp(moment.instant)}"


GONE = "tombstone"
"""The kind of a document of which nothing is published but that it is gone."""


def bury(path: str, columns: dict[str, Any], aliases: tuple[tuple[Any, ...], ...]) -> Entry:
    """Give the entry that keeps the address of a withdrawn or expired article, and none of its text: warnings quote it,
    and are dropped with it."""
    card, meta = Card.unpack(columns["card"]), json.loads(columns["meta"])
    withdrawn = meta["withdrawn"]
    date, reason = withdrawn or (meta["expires"], None)
    left = Card(path, card.address, card.id, "", card.published, None, "", card.language, None)
    packed = left.pack()
    meta_text = canonical({"gone": "withdrawn" if withdrawn else "expired", "date": date, "reason": reason})
    buried = {
        "kind": GONE,
        "featured": None,
        "menu": None,
        "linking": 0,
        "showing": 0,
        "images": None,
        "terms": "[]",
        "card": packed,
        "meta": meta_text,
        "anchors": "[]",
        "events": "[]",
        "amended": "[]",
        "proposed": None,
        "body": digest(b""),
        "card_digest": digest(packed),
        "head": head_digest(packed, meta_text, "[]", "[]"),
        "digest": article_digest(packed, meta_text, digest(b"")),
    }
    return Entry.of(path, columns | buried, NO_BODY, (), aliases, ())


NO_BODY: tuple[Any, ...] = (b"", zlib.compress(b"", 1), "", b"")
"""What is kept of the body of a document without text; its key is that of no text, so that it is never reused."""
