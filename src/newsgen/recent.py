"""Which articles are news at a moment: those of the last two days, for the news sitemap (sitemap-news 0.9).

Time is an input of a build as files are. The archive notes the moment that it is of, and where the clock alone makes
other articles news, that is a change like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from newsgen.archive import LAST_CHANGE, Archive, DamagedArchive, stamp
from newsgen.model import Card, digest

DAYS = 2
"""For how many days after its publication an article is news."""
MOST = 1_000
"""How many articles a news sitemap may list."""
CLOCK = "the clock"
"""What stands in the place of a path for a change that the clock has made."""

_MOMENT = "moment"

_NEWS = f"""FROM filed JOIN documents USING (path) WHERE term = 0 AND filed.day BETWEEN date(?1, '-{DAYS + 1} days')
    AND date(?1, '+1 day') AND filed.published > ?2 AND filed.published <= ?1
    ORDER BY filed.day DESC, filed.published DESC, path DESC LIMIT ?3"""
"""Days are those of the site's zone, and so up to one off those of the moment, which is in UTC."""


def _window(moment: str) -> tuple[str, str]:
    """Give a moment and the latest one of publication at which an article is no news any more."""
    return moment, _shifted(moment, -DAYS)


def _shifted(moment: str, days: int) -> str:
    try:
        return stamp(datetime.fromisoformat(moment) + timedelta(days))
    except (OverflowError, ValueError):  # at an end of the calendar
        return moment


def _rows(archive: Archive, columns: str, moment: str) -> list[tuple[Any, ...]]:
    return archive.rows(f"SELECT {columns} {_NEWS}", *_window(moment), MOST) if moment else []


def move(archive: Archive, moment: str) -> bool:
    """Make the archive be of a ``moment`` (:func:`newsgen.archive.stamp`); whether the clock alone makes other articles
    news than those that were."""
    before = archive.meta(_MOMENT)
    if before == moment:
        return False
    archive.set_meta(_MOMENT, moment)
    archive.forget_answers()
    return before is not None and _rows(archive, "path", before) != _rows(archive, "path", moment)


# --- what pages may ask ---


def news(archive: Archive) -> tuple[Card, ...]:
    """Give the articles that are news at the moment that the archive is of, the newest first."""
    cards = []
    for path, card, mark in _rows(archive, "path, documents.card, card_digest", archive.meta(_MOMENT)):
        if digest(card) != mark:
            raise DamagedArchive(path)
        cards.append(Card.unpack(card))
    return tuple(cards)


def news_digest(archive: Archive) -> bytes:
    return digest(*(row[0] for row in _rows(archive, "filed.card", archive.meta(_MOMENT))))


def last_news(archive: Archive) -> str:
    """Give the last change of any article that is news, or nothing where none is."""
    changed: str = archive.once(("last news",), lambda: max(_changes(archive), default=""))
    return changed


def last_news_digest(archive: Archive) -> bytes:
    return digest(last_news(archive))


def _changes(archive: Archive) -> Iterator[str]:
    return (row[0] for row in _rows(archive, LAST_CHANGE, archive.meta(_MOMENT)))


# --- what is to come ---


def next_due(archive: Archive, now: datetime) -> str | None:
    """Give the next moment (RFC 3339, UTC) at which the same content makes another archive: one of those that
    :meth:`newsgen.archive.Archive.next_due` knows, or an article joins or leaves the news."""
    moments = (archive.next_due(now), _joining(archive, stamp(now)), _leaving(archive, stamp(now)))
    return min(filter(None, moments), default=None)


def _joining(archive: Archive, moment: str) -> str | None:
    sql = """SELECT published FROM filed WHERE term = 0 AND day >= date(?1, '-1 day') AND published > ?1
        ORDER BY day, published LIMIT 1"""
    row = archive.row(sql, moment)
    return row[0] if row else None


def _leaving(archive: Archive, moment: str) -> str | None:
    """Of more than may be listed, only those that are leave anything."""
    listed = _rows(archive, "filed.published", moment)
    return _shifted(listed[-1][0], DAYS) if listed else None


def reasons(archive: Archive, now: datetime, at: str) -> Iterator[tuple[str, str]]:
    """Give the articles that join or leave the news ``at`` the next moment after ``now`` at which anything is due."""
    left = _window(at)[1]
    for path, published in sorted(_rows(archive, "path, filed.published", stamp(now))):
        if published == left:
            yield path, "it leaves the news sitemap"
    sql = """SELECT path FROM filed WHERE term = 0 AND day BETWEEN date(?1, '-1 day') AND date(?1, '+1 day')
        AND published = ?1 ORDER BY path"""
    for (path,) in archive.rows(sql, at):
        yield path, "it joins the news sitemap"
