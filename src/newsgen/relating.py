"""Which articles are shown beside one: those around it in its running story, and those that share what it is about.

Both are looked for only near an article, in the order of publication within each of its terms. So an article that is
added touches those within reach of it and no others, and no weight moves with the archive as a whole: how rare a term
is, is measured by how far its next articles lie in time.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from newsgen.archive import Archive
from newsgen.happenings import term_of
from newsgen.model import Card, digest

BESIDE = 3
"""How many reports of a running story are shown before and after one."""
REACH = 6
"""How many articles before and after one are looked at within each of its terms; more than :data:`BESIDE`."""
MOST_RELATED = 4
"""How many related articles are shown."""
WEIGHTS = {"tags": (3, 6), "places": (2, 4), "sources": (1, 3)}
"""What a shared term of an axis counts, and how many terms of it are looked at, in the order of the article."""
RAREST = 12
"""The most that rarity counts: that of a term whose next articles lie ten years apart."""
LEAST = 12
"""What related articles share must count as much: one place or source that is in everything is not enough."""

Entry = tuple[str, str, bytes]
"""An article as it is filed under a term: its path, its day, and a part of the digest of its card."""
Term = tuple[str, str]
Row = tuple[str, str, str, bytes, str]
"""An article in the order of publication: day, moment, path, a part of the digest of its card, its packed terms."""


@dataclass(frozen=True, slots=True)
class Course:
    """What was reported before and after an article in its running story, each in the order of time; and whether there
    is more of it on either side."""

    earlier: tuple[Card, ...]
    later: tuple[Card, ...]
    has_earlier: bool
    has_later: bool


@dataclass(frozen=True, slots=True)
class Around:
    """What is shown beside an article: the entries before and after it in its story, the nearest first and one more
    than is shown, and the related ones, those that share most first."""

    earlier: tuple[Entry, ...]
    later: tuple[Entry, ...]
    related: tuple[Entry, ...]


NOTHING = Around((), (), ())


def course(archive: Archive, path: str) -> Course:
    """Give what an article's running story told before and after it."""
    found = _around(archive, path)
    earlier = tuple(archive.card(one[0]) for one in reversed(found.earlier[:BESIDE]))
    later = tuple(archive.card(one[0]) for one in found.later[:BESIDE])
    return Course(earlier, later, len(found.earlier) > BESIDE, len(found.later) > BESIDE)


def course_digest(archive: Archive, path: str) -> bytes:
    """Give a digest of :func:`course`."""
    found = _around(archive, path)
    shown = (one[2] for side in (found.earlier, found.later) for one in side[:BESIDE])
    return digest(f"{len(found.earlier)} {len(found.later)}", *shown)


def related(archive: Archive, path: str) -> tuple[Card, ...]:
    """Give the articles that share most with one: at most :data:`MOST_RELATED`, what shares most and lies nearest
    first. Its neighbours are not among them, and neither are the nearest reports of its own story."""
    return tuple(archive.card(one[0]) for one in _around(archive, path).related)


def related_digest(archive: Archive, path: str) -> bytes:
    """Give a digest of :func:`related`."""
    return digest(*(one[2] for one in _around(archive, path).related))


def within_reach(archive: Archive, terms: Sequence[Term], day: str, published: str, path: str) -> Iterator[str]:
    """Give the articles beside which one of these ``terms`` may be shown, or was, whose place in the order of
    publication is given."""
    for axis, slug in terms:
        if axis in _MOST:
            number = term_of(archive, axis, slug)
            for forward in (False, True):
                yield from (one[0] for one in _beyond(archive, number, (day, published, path), REACH, forward))


def find(archive: Archive, rows: Sequence[Row], older: str, newer: str) -> dict[str, Around]:
    """Find what is shown beside each of many articles that follow one another in the order of publication. ``older``
    and ``newer`` are the paths of those before the first and after the last, empty for none."""
    lines: dict[Term, list[Entry]] = {}
    own: list[tuple[Term | None, int, list[tuple[int, Term, int]]]] = []
    for day, _, path, mark, packed in rows:
        entry = (path, day, mark)
        thread, at, taken = None, 0, []
        left = dict(_MOST)
        for axis, slug, *_ in json.loads(packed):
            if axis not in left:
                continue
            term = (axis, slug)
            line = lines.get(term)
            if line is None:
                line = lines[term] = []
            if axis == "threads":
                thread, at = thread or term, len(line) if thread is None else at
            elif left[axis]:
                left[axis] -= 1
                taken.append((WEIGHTS[axis][0], term, len(line)))
            line.append(entry)
        own.append((thread, at, taken))
    whole = {term: _extended(archive, term, line, rows) for term, line in lines.items()}
    found: dict[str, Around] = {}
    for number, (row, (thread, at, taken)) in enumerate(zip(rows, own, strict=True)):
        earlier: list[Entry] = []
        later: list[Entry] = []
        if thread:
            line, offset = whole[thread]
            earlier, later = _sides(line, offset + at)
        before = rows[number - 1][2] if number else older
        after = rows[number + 1][2] if number + 1 < len(rows) else newer
        windows = []
        for weight, term, at in taken:
            line, offset = whole[term]
            windows.append((weight, *_sides(line, offset + at)))
        found[row[2]] = _chosen(row[0], row[2], earlier, later, windows, (before, after))
    return found


def prime(archive: Archive, found: dict[str, Around]) -> None:
    """Have at hand what :func:`find` found."""
    for path, around in found.items():
        archive.prime(("around", path), around)


def _around(archive: Archive, path: str) -> Around:
    found: Around = archive.once(("around", path), lambda: _ask_around(archive, path))
    return found


def _ask_around(archive: Archive, path: str) -> Around:
    row = archive.row("SELECT day, published, terms FROM documents WHERE path = ?", path)
    if row is None:
        return NOTHING
    place = (row[0], row[1], path)
    earlier: list[Entry] = []
    later: list[Entry] = []
    windows = []
    left = dict(_MOST)
    for axis, slug, *_ in json.loads(row[2]):
        if not left.get(axis):
            continue
        left[axis] -= 1
        number = term_of(archive, axis, slug)
        sides = [_beyond(archive, number, place, REACH, forward) for forward in (False, True)]
        if axis == "threads":
            earlier, later = sides
        else:
            windows.append((WEIGHTS[axis][0], sides[0], sides[1]))
    neighbours = tuple(one[0] for forward in (False, True) for one in _beyond(archive, 0, place, 1, forward))
    return _chosen(row[0], path, earlier, later, windows, neighbours)


def _beyond(archive: Archive, term: int, place: tuple[str, str, str], most: int, forward: bool) -> list[Entry]:
    """Give the entries of a term after a place in the order of publication, or before it; the nearest first."""
    return archive.rows(_AFTER if forward else _BEFORE, term, *place, most)


def _extended(archive: Archive, term: Term, line: list[Entry], rows: Sequence[Row]) -> tuple[list[Entry], int]:
    """Give the entries of a term among ``rows`` with those within reach on both sides, and how many come before."""
    row = archive.once(("filed under", *term), lambda: archive.row(_COUNT, *term))
    if row is None or row[1] == len(line):
        return line, 0
    before = _beyond(archive, row[0], rows[0][:3], REACH, False)
    after = _beyond(archive, row[0], rows[-1][:3], REACH, True)
    return [*reversed(before), *line, *after], len(before)


def _sides(line: list[Entry], at: int) -> tuple[list[Entry], list[Entry]]:
    """Give the entries within reach before and after one of a line, the nearest first."""
    return line[max(0, at - REACH) : at][::-1], line[at + 1 : at + 1 + REACH]


def _chosen(
    day: str,
    path: str,
    earlier: list[Entry],
    later: list[Entry],
    windows: list[tuple[int, list[Entry], list[Entry]]],
    neighbours: tuple[str, ...],
) -> Around:
    """Choose what is related to the article of ``path``: each shared term counts its weight, times how rare it is."""
    here = _ordinal(day)
    scores: dict[str, int] = {}
    entries: dict[str, Entry] = {}
    for weight, before, after in windows:
        spans = [abs(here - _ordinal(side[-1][1])) for side in (before, after) if len(side) == REACH]
        score = weight * (1 + min(min(spans).bit_length() if spans else RAREST, RAREST))
        for one in before + after:
            other = one[0]
            if other in scores:
                scores[other] += score
            else:
                scores[other], entries[other] = score, one
    for other in (*neighbours, *(one[0] for side in (earlier, later) for one in side)):
        scores.pop(other, None)
    enough = max(LEAST, sorted(scores.values())[-MOST_RELATED:][0]) if scores else LEAST
    ranked = sorted(
        (-score, abs(here - _ordinal(entries[other][1])), other) for other, score in scores.items() if score >= enough
    )
    more = BESIDE + 1
    return Around(
        tuple(earlier[:more]), tuple(later[:more]), tuple(entries[other] for _, _, other in ranked[:MOST_RELATED])
    )


@functools.lru_cache(maxsize=20_000)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


_MOST = {"threads": 1} | {axis: most for axis, (_, most) in WEIGHTS.items()}
_COUNT = """SELECT term, count FROM vocabulary JOIN tallies USING (term) WHERE axis = ? AND slug = ? AND period = ''"""
_SIDE = """SELECT path, day, card FROM filed WHERE term = ? AND (day, published, path) {0} (?, ?, ?)
    ORDER BY day {1}, published {1}, path {1} LIMIT ?"""
_BEFORE, _AFTER = _SIDE.format("<", "DESC"), _SIDE.format(">", "ASC")
