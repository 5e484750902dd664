"""File everything anew: what follows from the documents, in an order that costs least."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from newsgen import chronicle
from newsgen.archive import LAST_CHANGE, PART, Archive
from newsgen.model import AXES, BESIDE_A_THREAD, CORRECTIONS, EVENTS, WITH_OTHERS, canonical, events_of, revised_of
from newsgen.packing import GONE, seal_of
from newsgen.pictures import is_picture

MOST_NOTED = 2_000
"""How many changes are kept for outputs that are yet to follow them."""

OF_A_MONTH = f"""max({LAST_CHANGE}), coalesce(sum(json_array_length(images)), 0),
    sum(length(CAST(address AS BLOB)) + coalesce(length(CAST(images AS BLOB)), 0))"""
"""What is kept of the articles of a month: the last change, how many images they show, and how many bytes the addresses
of both have."""


def naming(archive: Archive, term: int, axis: str, slug: str) -> tuple[str, str, str] | None:
    """Give the name, the description and what else is known of a term, as its register has it, else as the oldest
    article that carries it, or a place the first event that happened there; None where there is neither."""
    entry = archive.row("SELECT entry FROM registers WHERE kind = ? AND key = ?", axis, slug)
    oldest = archive.row("SELECT path FROM filed WHERE term = ? ORDER BY day, published, path LIMIT 1", term)
    terms: list[list[Any]] = []
    if oldest is not None:
        row = archive.row("SELECT terms FROM documents WHERE path = ?", oldest[0])
        terms = json.loads(row[0]) if row else []
    elif axis == "places":
        sql = """SELECT path FROM filed JOIN vocabulary USING (term) WHERE axis = ? AND slug = ?
            ORDER BY filed.day, filed.published, path LIMIT 1"""
        first = archive.row(sql, events_of(axis), slug)
        reports = chronicle.reports_of(archive, first[0]) if first else []
        terms = [one for report in reports for one in report.terms]
    found = next((one for one in terms if one[:2] == [axis, slug]), None)
    if found is None:
        return None
    if entry:
        given = json.loads(entry[0])
        return given["name"], given.get("description") or "", entry[0]
    return found[2], "", canonical(found[3] if len(found) > 3 else {})


def file_all(archive: Archive) -> None:
    """File every shown article anew, in an order that costs least. What changed is not noted: outputs that follow this
    archive are planned anew."""
    execute = archive.connection.execute
    number = archive.sequence + MOST_NOTED  # a gap, so that no state from before is taken for one from after
    for table in ("filed", "tallies", "months", "changes", "reports", "together"):
        execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
    execute("DELETE FROM vocabulary WHERE term != 0")
    execute(
        "DELETE FROM bodies WHERE path NOT IN (SELECT path FROM seals)"
    )  # of files that went while all was forgotten
    execute("DELETE FROM pictures WHERE path NOT IN (SELECT target FROM links WHERE kind = 'media')")
    shown = "FROM documents, json_each(documents.terms) AS one WHERE shown AND documents.kind = 'article'"
    pair = "json_extract(one.value, '$[0]') AS axis, json_extract(one.value, '$[1]') AS slug"
    more = "json_extract(one.value, '$[2]') AS name, coalesce(json_extract(one.value, '$[3]'), '{}') AS entry"
    execute(
        f"INSERT INTO vocabulary (axis, slug, name, description, entry) SELECT axis, slug, name, '', entry FROM "  # noqa: S608
        f"(SELECT {pair}, {more}, min(day || published || documents.path) {shown} GROUP BY axis, slug)"
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
    _file_revised(archive)
    _file_corrections(archive)
    _file_events(archive)
    for axis in AXES:
        for slug, entry in archive.rows("SELECT key, entry FROM registers WHERE kind = ?", axis):
            given = json.loads(entry)
            execute(
                "UPDATE vocabulary SET name = ?, description = ?, entry = ? WHERE axis = ? AND slug = ?",
                (given["name"], given.get("description") or "", entry, axis, slug),
            )
    for length in (0, 3, 4, 7, 10):
        only = {3: f" AND axis = '{EVENTS}'", 10: f" AND axis IN ('', '{EVENTS}')"}.get(length, "")
        execute(
            f"INSERT INTO tallies SELECT term, substr(day, 1, {length}), count(*) FROM filed JOIN vocabulary "  # noqa: S608
            f"USING (term) WHERE length(day) >= {length}{only} GROUP BY 1, 2"
        )
    _count_together(archive)
    execute(
        f"INSERT INTO months SELECT substr(day, 1, 7), {OF_A_MONTH} FROM documents "  # noqa: S608 - our own words
        "WHERE shown AND kind = 'article' GROUP BY 1"
    )
    archive.set_meta("floor", number)
    archive.forget_answers()


def _count_together(archive: Archive) -> None:
    """Count which places and sources stand beside topics and running stories, from what is filed: that takes a quarter
    of the time that reading the terms of every document anew does."""
    execute = archive.connection.execute
    execute(
        "CREATE TEMP TABLE IF NOT EXISTS others (path TEXT, other INTEGER, PRIMARY KEY (path, other)) WITHOUT ROWID"
    )
    execute(
        "INSERT INTO others SELECT path, term FROM filed JOIN vocabulary USING (term) "  # noqa: S608 - our own names
        f"WHERE axis IN {BESIDE_A_THREAD} ORDER BY 1, 2"
    )
    execute(
        "INSERT INTO together SELECT term, other, count(*) FROM filed JOIN vocabulary USING (term) "  # noqa: S608
        f"JOIN others USING (path) WHERE axis IN {WITH_OTHERS} GROUP BY 1, 2"
    )
    execute("DROP TABLE others")


MOST_AT_ONCE = 5_000
"""How many rows are held in memory."""


def add_pictures(archive: Archive, targets: Iterable[str]) -> None:
    """Note pictures that documents show; those that are not known yet are to be measured."""
    rows = [(target,) for target in targets if is_picture(target)]
    archive.connection.executemany("INSERT OR IGNORE INTO pictures (path, wrong, fresh) VALUES (?, '', 0)", rows)


def add_term(archive: Archive, axis: str, slug: str) -> int:
    """Give the number of a term, which is put into the vocabulary where it is not there yet."""
    archive.connection.execute("INSERT OR IGNORE INTO vocabulary (axis, slug) VALUES (?, ?)", (axis, slug))
    row = archive.row("SELECT term FROM vocabulary WHERE axis = ? AND slug = ?", axis, slug)
    assert row is not None  # noqa: S101 - it was just put there
    return int(row[0])


def _file_revised(archive: Archive) -> None:
    """File the shown articles that were changed after their publication."""
    sql = """SELECT path, changed, terms, substr(card_digest, 1, ?) FROM documents
        WHERE shown AND kind = 'article' AND changed > published"""
    numbers: dict[tuple[str, str], int] = {}
    made: list[tuple[Any, ...]] = []
    for path, changed, terms, card in archive.rows(sql, PART):
        for axis, slug in (("", ""), *(one[:2] for one in json.loads(terms))):
            of = (revised_of(axis), slug)
            if of not in numbers:
                numbers[of] = add_term(archive, *of)
            made.append((numbers[of], changed[:10], changed, path, card))
    archive.connection.executemany("INSERT INTO filed VALUES (?, ?, ?, ?, ?)", sorted(made))


def _file_corrections(archive: Archive) -> None:
    """File the corrections of all shown articles."""
    sql = "SELECT path, amended, head FROM documents WHERE shown AND kind = 'article' AND amended != '[]'"
    rows: list[tuple[Any, ...]] = []
    for path, amended, head in archive.rows(sql):
        for number, moment in enumerate(json.loads(amended)):
            rows.append((moment.partition(" ")[0], moment, f"{path}#{number}", head[:PART]))
    if rows:
        term = add_term(archive, CORRECTIONS, "")
        insert = "INSERT INTO filed VALUES (?, ?, ?, ?, ?)"
        archive.connection.executemany(insert, [(term, *row) for row in sorted(rows)])


def _file_events(archive: Archive) -> None:
    """File the events of all shown articles, and name the places of which nothing else is known."""
    sql = """SELECT path, published, events FROM documents WHERE shown AND kind = 'article' AND events != '[]'
        AND path > ? ORDER BY path LIMIT ?"""
    last = ""
    while rows := archive.rows(sql, last, MOST_AT_ONCE):
        last = rows[-1][0]
        chronicle.insert(archive, [row for one in rows for row in chronicle.report_rows(*one)])
    numbers: dict[tuple[str, str], int] = {}
    last = ""
    while rows := archive.rows(
        "SELECT DISTINCT key FROM reports WHERE key > ? ORDER BY key LIMIT ?", last, MOST_AT_ONCE
    ):
        last = rows[-1][0]
        made = []
        for (key,) in rows:
            found = chronicle.filed(archive, key)
            for axis, slug in chronicle.axes_of(found.terms) if found else ():
                if (axis, slug) not in numbers:
                    numbers[axis, slug] = add_term(archive, axis, slug)
                assert found is not None  # noqa: S101 - or it would have no terms
                made.append((numbers[axis, slug], found.day, found.sort, key, found.mark))
        archive.connection.executemany("INSERT INTO filed VALUES (?, ?, ?, ?, ?)", sorted(made))
    for axis, slug in numbers:
        if axis == events_of("places"):
            term = add_term(archive, "places", slug)
            named = naming(archive, term, "places", slug)
            if named is not None:
                sql = "UPDATE vocabulary SET name = ?, description = ?, entry = ? WHERE term = ? AND name IS NULL"
                archive.connection.execute(sql, (*named, term))


def repair(archive: Archive) -> bool:
    """Verify an archive that somebody else may have written, and file it anew; whether it can be kept."""
    for path, known in archive.rows("SELECT path, seal FROM seals"):
        if seal_of(archive, path) != known:
            return False
    unsealed = archive.row("SELECT 1 FROM documents WHERE path NOT IN (SELECT path FROM seals) LIMIT 1")
    if unsealed:
        return False
    archive.connection.execute("DELETE FROM registers")
    archive.connection.execute("DELETE FROM meta WHERE key LIKE 'register %'")
    archive.connection.execute("DELETE FROM folders WHERE path = 'content'")
    archive.connection.execute("UPDATE documents SET leads = 0 WHERE leads IS NOT 0")
    archive.connection.execute("UPDATE pictures SET digest = NULL, fresh = 0")  # which no seal covers
    shown = (target for (target,) in archive.rows("SELECT DISTINCT target FROM links WHERE kind = 'media'"))
    add_pictures(archive, shown)
    archive.connection.execute(
        "UPDATE documents SET withheld = 'unread', held = 1, shown = 0 WHERE draft OR embargo IS NOT NULL OR "
        "expires IS NOT NULL OR NOT shown OR kind = ?",
        (GONE,),
    )
    file_all(archive)
    return True
