"""Write the archive: put documents in it, decide which of them are shown, and file those by term and day.

What is filed (``filed``, ``tallies``, ``vocabulary``, ``months``) follows from the documents. A few changes are filed
one by one and noted in ``changes``; after many all is filed anew, which is cheaper then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from newsgen.archive import EVERYTHING, PART, Archive, Facts, article_digest, stamp
from newsgen.frontmatter import place_name
from newsgen.model import AXES, Card, canonical, digest

UNFILED = "unfiled"
"""The mark of an archive in which something is stored that is yet to be filed."""
MOST_NOTED = 2_000
"""How many changes are kept for outputs that are yet to follow them."""

_OF_A_PATH = ("documents", "links", "aliases", "faults", "seals")


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


def seal(path: str, row: tuple[Any, ...] | None, *rows: tuple[tuple[Any, ...], ...]) -> bytes:
    """Give a digest of all that is kept of one file, its body aside, which has one of its own."""
    return digest(path, repr((row, *rows)))


COLUMNS = (
    "kind address folded id day published changed draft embargo expires location menu linking terms aliases card "
    "meta anchors body card_digest digest"
).split()
_AT = {name: place for place, name in enumerate(COLUMNS)}
_INSERT = (
    f"INSERT INTO documents (path, shown, withheld, held, {', '.join(COLUMNS)}) "  # noqa: S608 - our own names
    f"VALUES (?, ?, ?, ?, {', '.join('?' * len(COLUMNS))})"
)


class Filing:
    """The changes that one load makes; :meth:`close` files them."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._before: dict[str, str | None] = {}
        self._touched: set[str] = set()
        self._was_ended = bool(archive.meta(UNFILED))  # between what it stored and the filing of that
        self.renamed = False  # a term goes by another name: then pages of other documents are touched too

    def store(self, entries: Iterable[Entry]) -> None:
        """Put what was read of content files in the place of what was known of them."""
        many = self._archive.connection.executemany
        entries = list(entries)
        if entries:
            self._begin()
        for one in entries:
            self._note(one.path)
        self._delete([(one.path,) for one in entries])
        many(_INSERT, [(one.path, *_first_state(one.row), *one.row) for one in entries if one.row is not None])
        many(
            "INSERT OR REPLACE INTO bodies VALUES (?, ?, ?, ?, ?)",
            [(one.path, *one.body) for one in entries if one.body is not None],
        )
        many("INSERT INTO links VALUES (?, ?, ?, ?, ?, ?)", [(e.path, *one) for e in entries for one in e.links])
        many("INSERT INTO aliases VALUES (?, ?, ?)", [(e.path, *one) for e in entries for one in e.aliases])
        many("INSERT INTO faults VALUES (?, ?, ?, ?, ?, ?)", [(e.path, *one) for e in entries for one in e.faults])
        many("INSERT INTO seals VALUES (?, ?)", [(one.path, one.seal) for one in entries])
        self._archive.forget_answers()

    def forget(self, path: str) -> None:
        """Forget one file and everything read from it."""
        self._begin()
        self._note(path)
        self._delete([(path,)])
        self._archive.connection.execute("DELETE FROM bodies WHERE path = ?", (path,))
        self._archive.forget_answers()

    def _begin(self) -> None:
        self._archive.revise()
        self._archive.set_meta(UNFILED, 1)

    def touch(self, path: str) -> None:
        """Note that a file that documents show has changed."""
        self._begin()
        self._touched.add(path)

    def _delete(self, paths: list[tuple[str]]) -> None:
        for table in _OF_A_PATH:
            self._archive.connection.executemany(f"DELETE FROM {table} WHERE path = ?", paths)  # noqa: S608 - our own

    def _note(self, path: str) -> None:
        """Keep what was shown of a document, before it changes."""
        if path not in self._before and len(self._before) <= MOST_NOTED:
            facts = _facts(self._archive, path)
            self._before[path] = facts.pack() if facts else None

    def withhold(self, now: datetime, drafts: bool, absent: Iterable[str]) -> None:
        """Decide which documents are shown: not drafts (unless wanted), not before their embargo or after they expire
        at ``now``, and not those ``absent`` for their faults."""
        archive, execute = self._archive, self._archive.connection.execute
        execute("CREATE TEMP TABLE IF NOT EXISTS absent (path TEXT PRIMARY KEY) WITHOUT ROWID")
        execute("DELETE FROM absent")
        archive.connection.executemany("INSERT OR IGNORE INTO absent VALUES (?)", ((path,) for path in absent))
        moment = stamp(now)
        reason = """CASE WHEN path IN absent THEN 'faulty' WHEN draft AND NOT ?1 THEN 'draft'
            WHEN embargo > ?2 THEN 'embargo until ' || embargo WHEN expires <= ?2 THEN 'expired ' || expires END"""
        execute("CREATE TEMP TABLE IF NOT EXISTS decided (path TEXT PRIMARY KEY, why TEXT) WITHOUT ROWID")
        execute("DELETE FROM decided")
        execute(
            f"INSERT INTO decided SELECT path, {reason} AS now FROM documents WHERE held AND withheld IS NOT now "  # noqa: S608
            "UNION ALL SELECT path, 'faulty' FROM absent CROSS JOIN documents USING (path) WHERE NOT held",
            (int(drafts), moment),
        )
        for (path,) in archive.each("SELECT path FROM decided LIMIT ?", MOST_NOTED + 1):
            self._note(path)
        execute(
            "UPDATE documents SET (withheld, shown, held) = (SELECT why, why IS NULL, why IS NOT NULL OR draft OR "
            "embargo IS NOT NULL OR expires IS NOT NULL FROM decided WHERE decided.path = documents.path) "
            "WHERE path IN (SELECT path FROM decided)"
        )
        self._file()

    def register(self, kind: str, entries: dict[str, dict[str, Any]]) -> None:
        """Put ``entries`` in the place of the register ``kind`` (an axis, or ``places``)."""
        connection = self._archive.connection
        self._begin()
        connection.execute("DELETE FROM registers WHERE kind = ?", (kind,))
        connection.executemany(
            "INSERT INTO registers VALUES (?, ?, ?)", [(kind, key, canonical(entry)) for key, entry in entries.items()]
        )
        self._archive.forget_answers()
        if kind == "places":
            self._relabel()
        else:
            for term, axis, slug in self._archive.rows("SELECT term, axis, slug FROM vocabulary WHERE axis = ?", kind):
                self._name(term, axis, slug)

    def _relabel(self) -> None:
        """Bring the place names on cards up to date with the register of places."""
        archive = self._archive
        names = place_names(archive)
        for (location,) in archive.rows("SELECT DISTINCT location FROM documents WHERE location IS NOT NULL"):
            rows = archive.rows("SELECT path, card, meta, body FROM documents WHERE location = ?", location)
            for path, packed, meta, body in rows:
                card = Card.unpack(packed)
                place = names.get(location) or place_name(json.loads(meta)["location"])
                if card.place == place:
                    continue
                self._note(path)
                packed = replace(card, place=place).pack()
                archive.connection.execute(
                    "UPDATE documents SET card = ?, card_digest = ?, digest = ? WHERE path = ?",
                    (packed, digest(packed), article_digest(packed, meta, body), path),
                )
                archive.connection.execute("UPDATE seals SET seal = ? WHERE path = ?", (_seal_of(archive, path), path))

    # --- what follows from the documents ---

    def _file(self) -> None:
        """File what has changed since the last time, and note it."""
        archive = self._archive
        before, self._before = self._before, {}
        touched, self._touched = self._touched, set()
        archive.set_meta(UNFILED, 0)
        if self._was_ended or len(before) + len(touched) > MOST_NOTED or archive.meta("floor") is None:
            self._was_ended = False
            file_all(archive)
            return
        if not before and not touched and not self.renamed:
            return
        number = archive.sequence
        terms: dict[tuple[int, str, str], None] = {}
        months: set[str] = set()
        for path in sorted(touched):
            number += 1
            archive.connection.execute("INSERT INTO changes VALUES (?, ?, NULL, NULL)", (number, path))
        for path, was in before.items():
            after = _facts(archive, path)
            now = after.pack() if after else None
            if was == now:
                continue
            number += 1
            archive.connection.execute("INSERT INTO changes VALUES (?, ?, ?, ?)", (number, path, was, now))
            terms |= dict.fromkeys([*self._refile(path, was, -1), *self._refile(path, now, 1)])
            months |= {Facts.unpack(packed).day[:7] for packed in (was, now) if packed}
        for term, axis, slug in terms:  # when all is filed: until then the oldest of a term may be one that has left it
            self._name(term, axis, slug)
        for month in months:
            _date(archive, month)
        floor = number + 1 if self.renamed else number - MOST_NOTED
        if floor > int(archive.meta("floor")):  # who follows from before it plans anew
            archive.connection.execute("DELETE FROM changes WHERE sequence <= ?", (floor,))
            archive.set_meta("floor", floor)
        self.renamed = False
        archive.forget_answers()

    def _refile(self, path: str, packed: str | None, by: int) -> Iterator[tuple[int, str, str]]:
        """File a document (``by`` 1) or take it out of where it is filed (-1), and give its terms."""
        if packed is None:
            return
        facts = Facts.unpack(packed)
        if facts.kind != "article":
            return
        execute = self._archive.connection.execute
        for axis, slug in (("", ""), *facts.terms):
            term = self._term(axis, slug)
            key = (term, facts.day, facts.published, path)
            if by > 0:
                execute("INSERT INTO filed VALUES (?, ?, ?, ?, ?)", (*key, bytes.fromhex(facts.card)[:PART]))
            else:
                execute("DELETE FROM filed WHERE term = ? AND day = ? AND published = ? AND path = ?", key)
            for length in LENGTHS if axis else (*LENGTHS, 10):
                execute(
                    "INSERT INTO tallies VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET count = count + ?3",
                    (term, facts.day[:length], by),
                )
                if by < 0:
                    gone = "DELETE FROM tallies WHERE term = ? AND period = ? AND count <= 0"
                    execute(gone, (term, facts.day[:length]))
            if axis:
                yield term, axis, slug

    def _term(self, axis: str, slug: str) -> int:
        sql = "SELECT term FROM vocabulary WHERE axis = ? AND slug = ?"
        row = self._archive.row(sql, axis, slug)
        if row is None:
            self._archive.connection.execute("INSERT INTO vocabulary (axis, slug) VALUES (?, ?)", (axis, slug))
            row = self._archive.row(sql, axis, slug)
        assert row is not None  # noqa: S101 - it was just put there
        return int(row[0])

    def _name(self, term: int, axis: str, slug: str) -> None:
        """Give a term the name that it has everywhere, or drop one that no shown article carries."""
        archive = self._archive
        oldest = archive.row("SELECT path FROM filed WHERE term = ? ORDER BY day, published, path LIMIT 1", term)
        if oldest is None:
            archive.connection.execute("DELETE FROM vocabulary WHERE term = ?", (term,))
            return
        entry = archive.row("SELECT entry FROM registers WHERE kind = ? AND key = ?", axis, slug)
        if entry:
            given = json.loads(entry[0])
            name, description = given["name"], given.get("description") or ""
        else:
            terms = archive.row("SELECT terms FROM documents WHERE path = ?", oldest[0])
            name = next(spelt for a, s, spelt in json.loads(terms[0]) if (a, s) == (axis, slug)) if terms else slug
            description = ""
        known = archive.row("SELECT name, description FROM vocabulary WHERE term = ?", term)
        if known != (name, description):
            self.renamed |= known is not None and known[0] is not None
            archive.connection.execute(
                "UPDATE vocabulary SET name = ?, description = ? WHERE term = ?", (name, description, term)
            )


LENGTHS = (0, 4, 7)
"""Of the names of periods that are counted: all time, years, months; days (10) of the whole archive alone."""


def file_all(archive: Archive) -> None:
    """File every shown article anew, in an order that costs least. What changed is not noted: outputs that follow this
    archive are planned anew."""
    execute = archive.connection.execute
    number = archive.sequence + MOST_NOTED  # a gap, so that no state from before is taken for one from after
    for table in ("filed", "tallies", "months", "changes"):
        execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
    execute("DELETE FROM vocabulary WHERE term != 0")
    execute(
        "DELETE FROM bodies WHERE path NOT IN (SELECT path FROM seals)"
    )  # of files that went while all was forgotten
    shown = "FROM documents, json_each(documents.terms) AS one WHERE shown AND documents.kind = 'article'"
    pair = "json_extract(one.value, '$[0]') AS axis, json_extract(one.value, '$[1]') AS slug"
    execute(
        f"INSERT INTO vocabulary (axis, slug, name, description) SELECT axis, slug, name, '' FROM (SELECT {pair}, "  # noqa: S608
        f"json_extract(one.value, '$[2]') AS name, min(day || published || documents.path) {shown} GROUP BY axis, slug)"
    )
    for axis in AXES:
        for slug, entry in archive.rows("SELECT key, entry FROM registers WHERE kind = ?", axis):
            given = json.loads(entry)
            execute(
                "UPDATE vocabulary SET name = ?, description = ? WHERE axis = ? AND slug = ?",
                (given["name"], given.get("description") or "", axis, slug),
            )
    execute(
        "INSERT INTO filed SELECT 0, day, published, path, substr(card_digest, 1, ?) FROM documents "
        "WHERE shown AND kind = 'article' ORDER BY 2, 3, 4",
        (PART,),
    )
    execute(
        f"INSERT INTO filed SELECT term, day, published, path, card FROM (SELECT {pair}, day, published, "  # noqa: S608
        f"documents.path, substr(card_digest, 1, ?) AS card {shown}) JOIN vocabulary USING (axis, slug) "
        "ORDER BY 1, 2, 3, 4",
        (PART,),
    )
    for length in (*LENGTHS, 10):
        only = f" WHERE term = {EVERYTHING}" if length == 10 else ""
        execute(
            f"INSERT INTO tallies SELECT term, substr(day, 1, {length}), count(*) FROM filed{only} GROUP BY 1, 2"  # noqa: S608
        )
    execute(
        "INSERT INTO months SELECT substr(day, 1, 7), max(changed) FROM documents WHERE shown AND kind = 'article' "
        "GROUP BY 1"
    )
    archive.set_meta("floor", number)
    archive.forget_answers()


def place_names(archive: Archive) -> dict[str, str]:
    """Give the name of each place of the register, with those it lies in, by its key."""
    entries = {
        key: json.loads(entry) for key, entry in archive.each("SELECT key, entry FROM registers WHERE kind = 'places'")
    }
    names: dict[str, str] = {}
    for key in entries:
        chain: list[str] = []
        inner: str | None = key
        while inner in entries and len(chain) < 10:
            chain.append(entries[inner]["name"])
            inner = entries[inner]["within"]
        names[key] = ", ".join(dict.fromkeys(chain))
    return names


def repair(archive: Archive) -> bool:
    """Verify an archive that somebody else may have written, and file it anew; whether it can be kept."""
    for path, known in archive.rows("SELECT path, seal FROM seals"):
        if _seal_of(archive, path) != known:
            return False
    unsealed = archive.row("SELECT 1 FROM documents WHERE path NOT IN (SELECT path FROM seals) LIMIT 1")
    if unsealed:
        return False
    archive.connection.execute("DELETE FROM registers")
    archive.connection.execute("DELETE FROM meta WHERE key LIKE 'register %'")
    archive.connection.execute("DELETE FROM folders WHERE path = 'content'")
    archive.connection.execute(
        "UPDATE documents SET withheld = 'unread', held = 1, shown = 0 WHERE draft OR embargo IS NOT NULL OR "
        "expires IS NOT NULL OR NOT shown"
    )
    file_all(archive)
    return True


def _seal_of(archive: Archive, path: str) -> bytes:
    row = archive.row(f"SELECT {', '.join(COLUMNS)} FROM documents WHERE path = ?", path)  # noqa: S608 - our own names
    rows = (
        archive.rows("SELECT kind, target, fragment, line, col FROM links WHERE path = ? ORDER BY rowid", path),
        archive.rows("SELECT alias, folded FROM aliases WHERE path = ? ORDER BY rowid", path),
        archive.rows("SELECT line, col, what, remedy, severity FROM faults WHERE path = ? ORDER BY rowid", path),
    )
    return seal(path, row, *map(tuple, rows))


def _date(archive: Archive, month: str) -> None:
    """Note when any article of a month last changed."""
    archive.connection.execute("DELETE FROM months WHERE month = ?", (month,))
    archive.connection.execute(
        "INSERT INTO months SELECT ?1, max(changed) FROM filed JOIN documents USING (path) "
        "WHERE term = 0 AND filed.day >= ?1 AND filed.day < ?1 || '~' HAVING count(*)",
        (month,),
    )


def _first_state(row: tuple[Any, ...]) -> tuple[int, str | None, int]:
    """Whether a document is shown, why not, and whether that must be decided: most need no decision."""
    is_plain = not row[_AT["draft"]] and row[_AT["embargo"]] is None and row[_AT["expires"]] is None
    return (1, None, 0) if is_plain else (0, "unread", 1)


def _facts(archive: Archive, path: str) -> Facts | None:
    """Give what other pages see of a document, or None of one that is not shown."""
    row = archive.row(
        "SELECT kind, address, day, published, terms, digest, card_digest, changed, aliases FROM documents "
        "WHERE path = ? AND shown",
        path,
    )
    if row is None:
        return None
    kind, address, day, published, terms, whole, card, changed, aliases = row
    links = archive.rows("SELECT kind, target, fragment, line, col FROM links WHERE path = ? ORDER BY rowid", path)
    named = tuple((axis, slug) for axis, slug, _ in json.loads(terms))
    shown = tuple(sorted({target for link, target, *_ in links if link == "media"}))
    whole = digest(whole, repr(links))  # for warnings name the lines of links
    return Facts(kind, address, day, published, named, card.hex(), changed, shown, whole.hex(), aliases)
