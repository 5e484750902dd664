"""Write the archive: put documents in it, decide which of them are shown, and file those by term and day.

What is filed (``filed``, ``tallies``, ``vocabulary``, ``months``) follows from the documents. A few changes are filed
one by one and noted in ``changes``; after many all is filed anew, which is cheaper then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from newsgen import chronicle, recent
from newsgen.archive import PART, Archive, Facts, stamp
from newsgen.chronicle import lengths_of
from newsgen.model import (
    AXES,
    BESIDE_A_THREAD,
    CORRECTIONS,
    LANGUAGES,
    TRANSLATIONS,
    WITH_OTHERS,
    Card,
    canonical,
    digest,
    events_of,
    revised_of,
)
from newsgen.packing import COLUMNS, GONE, Entry, bury, pack, seal_of
from newsgen.refiling import MOST_NOTED, OF_A_MONTH, add_pictures, add_term, file_all, naming
from newsgen.registers import Registers

UNFILED = "unfiled"
"""The mark of an archive in which something is stored that is yet to be filed."""
UNSWEPT = "unswept"
"""The mark of an archive that has forgotten pictures of which smaller ones may still be kept."""
_OF_A_PATH = ("documents", "links", "aliases", "faults", "seals", "entries")


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
        self._registered: set[str] = set()  # the registers that were read, whose terms may go by other names
        self.renamed = False  # a term goes by another name: then pages of other documents are touched too

    def store(self, entries: Iterable[Entry]) -> None:
        """Put what was read of content files in the place of what was known of them."""
        many = self._archive.connection.executemany
        entries = list(entries)
        if entries:
            self._begin()
        kept = "SELECT 1 FROM documents WHERE path = ? AND kind != ?"
        for one in entries:
            self._note(one.path)
            if one.row is not None and one.row[_AT["kind"]] == GONE and self._archive.row(kept, one.path, GONE):
                self._archive.note_burial()
        shown = self._shown([one.path for one in entries])
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
        add_pictures(self._archive, (target for e in entries for kind, target, *_ in e.links if kind == "media"))
        self._drop_pictures(shown)
        self._archive.forget_answers()

    def forget(self, path: str) -> None:
        """Forget one file and everything read from it."""
        self._begin()
        self._note(path)
        shown = self._shown([path])
        self._delete([(path,)])
        self._archive.connection.execute("DELETE FROM bodies WHERE path = ?", (path,))
        self._drop_pictures(shown)
        self._archive.forget_answers()

    def _shown(self, paths: list[str]) -> list[str]:
        """Give the files that some documents show."""
        sql = "SELECT DISTINCT target FROM links WHERE kind = 'media' AND path IN (SELECT value FROM json_each(?))"
        return [target for (target,) in self._archive.rows(sql, canonical(paths))]

    def _drop_pictures(self, targets: list[str]) -> None:
        """Forget what was measured of those of some files that nothing shows any more."""
        if not targets:
            return
        sql = """DELETE FROM pictures WHERE path IN (SELECT value FROM json_each(?)) AND NOT EXISTS
            (SELECT 1 FROM links WHERE target = pictures.path AND kind = 'media')"""
        if self._archive.connection.execute(sql, (canonical(targets),)).rowcount:
            self._archive.set_meta(UNSWEPT, 1)

    def _begin(self) -> None:
        self._archive.revise()
        self._archive.set_meta(UNFILED, 1)

    def touch(self, path: str) -> None:
        """Note that a file that documents show has changed."""
        self._begin()
        self._touched.add(path)
        self._archive.connection.execute("UPDATE pictures SET fresh = 0 WHERE path = ?", (path,))

    def _delete(self, paths: list[tuple[str]]) -> None:
        for table in _OF_A_PATH:
            self._archive.connection.executemany(f"DELETE FROM {table} WHERE path = ?", paths)  # noqa: S608 - our own

    def _note(self, path: str) -> None:
        """Keep what was shown of a document, before it changes."""
        if path not in self._before and len(self._before) <= MOST_NOTED:
            facts = _facts(self._archive, path)
            self._before[path] = facts.pack() if facts else None

    def revive(self, now: datetime) -> set[str]:
        """Give the articles that had expired in an earlier build and have not at ``now``: their text is gone from here,
        and must be read again."""
        sql = """SELECT path FROM documents WHERE held AND kind = ? AND expires > ?
            AND json_extract(meta, '$.gone') = 'expired'"""
        return {path for (path,) in self._archive.rows(sql, GONE, stamp(now))}

    def withhold(self, now: datetime, drafts: bool, absent: Iterable[str], early: bool = False) -> None:
        """Decide which documents are shown: not drafts (unless wanted), not before their embargo (unless wanted
        ``early``), and not those ``absent`` for their faults. Of what has expired at ``now`` only a tombstone is, and
        kept."""
        archive, execute = self._archive, self._archive.connection.execute
        execute("CREATE TEMP TABLE IF NOT EXISTS absent (path TEXT PRIMARY KEY) WITHOUT ROWID")
        execute("DELETE FROM absent")
        archive.connection.executemany("INSERT OR IGNORE INTO absent VALUES (?)", ((path,) for path in absent))
        moment = stamp(now)
        reason = f"""CASE WHEN path IN absent THEN 'faulty' WHEN draft AND NOT ?1 THEN 'draft'
            WHEN embargo > ?2 AND NOT ?3 THEN 'embargo until ' || embargo WHEN expires <= ?2 THEN 'expired ' || expires
            WHEN kind = '{GONE}' THEN 'withdrawn' END"""
        execute("CREATE TEMP TABLE IF NOT EXISTS decided (path TEXT PRIMARY KEY, why TEXT) WITHOUT ROWID")
        execute("DELETE FROM decided")
        execute(
            f"INSERT INTO decided SELECT path, {reason} AS now FROM documents WHERE held AND withheld IS NOT now "  # noqa: S608
            "UNION ALL SELECT path, 'faulty' FROM absent CROSS JOIN documents USING (path) WHERE NOT held",
            (int(drafts), moment, int(early)),
        )
        for (path,) in archive.each("SELECT path FROM decided LIMIT ?", MOST_NOTED + 1):
            self._note(path)
        expired = "SELECT path FROM decided JOIN documents USING (path) WHERE why LIKE 'expired%' AND kind != ?"
        self._bury(path for (path,) in archive.rows(expired, GONE))
        execute(
            "UPDATE documents SET (withheld, shown, held) = (SELECT why, why IS NULL OR "
            "(documents.kind = 'tombstone' AND (why = 'withdrawn' OR why LIKE 'expired%')), "
            "why IS NOT NULL OR draft OR embargo IS NOT NULL OR expires IS NOT NULL "
            "FROM decided WHERE decided.path = documents.path) WHERE path IN (SELECT path FROM decided)"
        )
        self._let_lead(moment)
        if recent.move(archive, moment):
            self._touched.add(recent.CLOCK)
        self._file()

    def _let_lead(self, moment: str) -> None:
        """Decide which articles may lead the front page: those whose ``featured`` is yet to come at a ``moment``."""
        archive = self._archive
        begun = "leads = 0 AND featured > ?1"
        ended = "leads = 1 AND featured <= ?1"
        for value, decided in ((1, begun), (0, ended)):
            for (path,) in archive.rows(f"SELECT path FROM documents WHERE {decided} ORDER BY path", moment):  # noqa: S608
                self._note(path)
                archive.connection.execute("UPDATE documents SET leads = ? WHERE path = ?", (value, path))

    def _bury(self, paths: Iterable[str]) -> None:
        """Leave nothing but tombstones of some documents."""
        archive = self._archive
        for path in paths:
            row = archive.row(f"SELECT {', '.join(COLUMNS)} FROM documents WHERE path = ?", path)  # noqa: S608
            aliases = tuple(archive.rows("SELECT alias, folded FROM aliases WHERE path = ? ORDER BY rowid", path))
            if row is not None:
                columns = dict(zip(COLUMNS, row, strict=True))
                self.store([bury(path, columns, aliases)])

    def forget_buried(self) -> None:
        """Forget what was noted of documents of which only tombstones are left: it names their terms and events. The
        output whose plan has followed it goes on from here; others plan everything."""
        archive = self._archive
        noted = """SELECT 1 FROM changes CROSS JOIN documents USING (path)
            WHERE kind = ? AND (before LIKE '["article"%' OR after LIKE '["article"%') LIMIT 1"""
        if archive.row(noted, GONE) is not None:
            archive.set_meta("floor", archive.sequence)
            archive.connection.execute("DELETE FROM changes")

    def register(self, kind: str, entries: dict[str, dict[str, Any]]) -> None:
        """Put ``entries`` in the place of the register ``kind`` (an axis)."""
        connection = self._archive.connection
        self._begin()
        connection.execute("DELETE FROM registers WHERE kind = ?", (kind,))
        connection.executemany(
            "INSERT INTO registers VALUES (?, ?, ?)", [(kind, key, canonical(entry)) for key, entry in entries.items()]
        )
        self._archive.forget_answers()
        if kind in ("places", "sources"):
            self._resolve_again()
        self._registered.add(kind)

    def _resolve_again(self) -> None:
        """Bring what the names in documents mean up to date with the registers."""
        archive, registers = self._archive, registers_of(self._archive)
        last = ""
        sql = """SELECT path, card, meta, body, terms, events FROM documents WHERE kind = 'article' AND path > ?
            ORDER BY path LIMIT 1000"""
        while rows := archive.rows(sql, last):
            last = rows[-1][0]
            for path, card, meta, body, terms, events in rows:
                packed = pack(Card.unpack(card), json.loads(meta), registers, body)
                if (packed["card"], packed["meta"], packed["terms"], packed["events"]) == (card, meta, terms, events):
                    continue
                self._note(path)
                columns = ", ".join(f"{name} = ?" for name in packed)
                archive.connection.execute(
                    f"UPDATE documents SET {columns} WHERE path = ?",  # noqa: S608 - our own names
                    (*packed.values(), path),
                )
                archive.connection.execute("UPDATE seals SET seal = ? WHERE path = ?", (seal_of(archive, path), path))

    # --- what follows from the documents ---

    def _file(self) -> None:
        """File what has changed since the last time, and note it."""
        archive = self._archive
        before, self._before = self._before, {}
        touched, self._touched = self._touched, set()
        registered, self._registered = self._registered, set()
        archive.set_meta(UNFILED, 0)
        if self._was_ended or len(before) + len(touched) > MOST_NOTED or archive.meta("floor") is None:
            self._was_ended = False
            file_all(archive)
            return
        if not before and not touched and not registered:
            return
        number = archive.sequence
        terms: dict[tuple[int, str, str], None] = {}
        months: set[str] = set()
        changed: list[tuple[str, str | None, str | None]] = []
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
            changed.append((path, was, now))
            terms |= dict.fromkeys([*self._refile(path, was, -1), *self._refile(path, now, 1)])
            months |= {Facts.unpack(packed).day[:7] for packed in (was, now) if packed}
        terms |= dict.fromkeys(self._refile_events(changed))
        for kind in sorted(registered):
            terms |= dict.fromkeys(archive.rows("SELECT term, axis, slug FROM vocabulary WHERE axis = ?", kind))
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
        card = bytes.fromhex(facts.card)[:PART]
        numbers = {}
        for axis, slug in (("", ""), *facts.terms):
            numbers[axis, slug] = self._file_under(axis, slug, (facts.day, facts.published, path), card, by)
            if axis:
                yield numbers[axis, slug], axis, slug
        if facts.changed > facts.published:
            for axis, slug in (("", ""), *facts.terms):
                of, place = revised_of(axis), (facts.changed[:10], facts.changed, path)
                yield self._file_under(of, slug, place, card, by), of, slug
        head = bytes.fromhex(facts.head)[:PART]
        for number, moment in enumerate(facts.amended):
            day = moment.partition(" ")[0]
            term = self._file_under(CORRECTIONS, "", (day, moment, f"{path}#{number}"), head, by)
            yield term, CORRECTIONS, ""
        for (axis, _), term in numbers.items():
            for (beside, _), other in numbers.items() if axis in WITH_OTHERS else ():
                if beside in BESIDE_A_THREAD:
                    self._count("together", term, "other", other, by)

    def _file_under(self, axis: str, slug: str, place: tuple[str, str, str], mark: bytes, by: int) -> int:
        """File something at its place, a day, an order and a name, under a term; give the number of that."""
        term, execute = add_term(self._archive, axis, slug), self._archive.connection.execute
        if by > 0:
            execute("INSERT INTO filed VALUES (?, ?, ?, ?, ?)", (term, *place, mark))
        else:
            execute("DELETE FROM filed WHERE term = ? AND day = ? AND published = ? AND path = ?", (term, *place))
        for length in lengths_of(axis, place[0]):
            self._count("tallies", term, "period", place[0][:length], by)
        return term

    def _count(self, table: str, term: int, column: str, what: str | int, by: int) -> None:
        execute = self._archive.connection.execute
        execute(
            f"INSERT INTO {table} VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET count = count + ?3",  # noqa: S608
            (term, what, by),
        )
        if by < 0:
            execute(f"DELETE FROM {table} WHERE term = ? AND {column} = ? AND count <= 0", (term, what))  # noqa: S608

    def _refile_events(self, changed: list[tuple[str, str | None, str | None]]) -> Iterator[tuple[int, str, str]]:
        """File the events of changed documents anew, and give the terms of the places where they happened: there may
        be no other sign of those."""
        archive = self._archive
        facts = [Facts.unpack(packed) for _, *both in changed for packed in both if packed]
        keys = sorted({key for one in facts for key in chronicle.keys_of(one)})
        touched: dict[tuple[int, str, str], None] = {}

        def file(by: int) -> None:
            for key in keys:
                found = chronicle.filed(archive, key)
                if found is None:
                    continue
                for axis, slug in chronicle.axes_of(found.terms):
                    term = self._file_under(axis, slug, (found.day, found.sort, key), found.mark, by)
                    touched[term, axis, slug] = None
                    if axis == events_of("places"):
                        touched[add_term(archive, "places", slug), "places", slug] = None

        file(-1)
        for path, was, now in changed:
            if any(packed and Facts.unpack(packed).events for packed in (was, now)):
                chronicle.report(archive, path)
        file(1)
        yield from sorted(touched, key=lambda one: one[1] == "places")  # which go by what is filed under the others

    def _name(self, term: int, axis: str, slug: str) -> None:
        """Give a term the name that it has everywhere, or drop one that nothing shown carries."""
        archive = self._archive
        if axis not in (*AXES, LANGUAGES, TRANSLATIONS):
            if archive.row("SELECT 1 FROM filed WHERE term = ? LIMIT 1", term) is None:
                archive.connection.execute("DELETE FROM vocabulary WHERE term = ?", (term,))
            return
        named = naming(archive, term, axis, slug)
        if named is None:
            archive.connection.execute("DELETE FROM vocabulary WHERE term = ?", (term,))
            return
        known = archive.row("SELECT name, description, entry FROM vocabulary WHERE term = ?", term)
        if known != named:
            self.renamed |= known is not None and known[0] is not None
            archive.connection.execute(
                "UPDATE vocabulary SET name = ?, description = ?, entry = ? WHERE term = ?", (*named, term)
            )


def _date(archive: Archive, month: str) -> None:
    """Note when any article of a month last changed, and what the month's sitemap needs to be cut."""
    archive.connection.execute("DELETE FROM months WHERE month = ?", (month,))
    archive.connection.execute(
        f"INSERT INTO months SELECT ?1, {OF_A_MONTH} FROM filed JOIN documents USING (path) "  # noqa: S608 - our own
        "WHERE term = 0 AND filed.day >= ?1 AND filed.day < ?1 || '~' HAVING count(*)",
        (month,),
    )


def _first_state(row: tuple[Any, ...]) -> tuple[int, str | None, int]:
    """Whether a document is shown, why not, and whether that must be decided: most need no decision."""
    dates = (row[_AT["embargo"]], row[_AT["expires"]])
    is_plain = not row[_AT["draft"]] and dates == (None, None) and row[_AT["kind"]] != GONE
    return (1, None, 0) if is_plain else (0, "unread", 1)


def _facts(archive: Archive, path: str) -> Facts | None:
    """Give what other pages see of a document, or None of one that is not shown."""
    row = archive.row(
        "SELECT kind, address, day, published, terms, digest, card_digest, changed, aliases, head, events, amended, "
        "leads FROM documents WHERE path = ? AND shown",
        path,
    )
    if row is None:
        return None
    kind, address, day, published, terms, whole, card, changed, aliases, head, events, amended, leads = row
    links = archive.rows("SELECT kind, target, fragment, line, col FROM links WHERE path = ? ORDER BY rowid", path)
    named = tuple((axis, slug) for axis, slug, *_ in json.loads(terms))
    told = tuple(
        (key, when, tuple((axis, slug) for axis, slug, *_ in of), chronicle.rank_of(entry), chronicle.account_of(entry))
        for key, when, _, of, entry in json.loads(events)
    )
    shown = tuple(sorted({target for link, target, *_ in links if link == "media"}))
    whole = digest(whole, repr(links))  # for warnings name the lines of links
    moments = tuple(json.loads(amended))
    marks = (card.hex(), changed, shown, whole.hex(), aliases, head.hex())
    return Facts(kind, address, day, published, named, *marks, told, moments, bool(leads))


def registers_of(archive: Archive) -> Registers:
    """Give the registers of places and sources."""
    places, sources = (
        {key: json.loads(entry) for key, entry in archive.rows("SELECT key, entry FROM registers WHERE kind = ?", kind)}
        for kind in ("places", "sources")
    )
    return Registers(places, sources)
