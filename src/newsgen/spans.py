"""Cut the archive by publication into spans for which there is one search index each, so that each stays small.

A span is a year; of a year with many articles a month, of such a month ten days, of these a day, and of a day with many
a numbered part, from the earliest. So an article more or less touches its own span, until that outgrows its bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newsgen.archive import Archive
from newsgen.questions import DAY, MONTH, YEAR, count, periods

MOST_ARTICLES = 2_000
"""How many articles one index holds. Pagefind takes about 0.2 MB of memory for each of a usual length."""
TENS = DAY - 1


@dataclass(frozen=True, slots=True)
class Span:
    """The articles whose day begins with ``days``, without the first ``skip`` of them and at most
    :data:`MOST_ARTICLES`. ``name`` is a part of addresses: ``2024``, ``2024-07``, ``2024-07-1x``, ``2024-07-17_2``."""

    name: str
    days: str
    skip: int = 0

    @property
    def group(self) -> str:
        """The year or month by which spans are planned: a year that is one span is its own."""
        return self.days[:MONTH]


def spans(archive: Archive, within: str = "") -> Iterator[Span]:
    """Give the spans of the archive, or of a year or month that is too large for one, in the order of time."""
    for days, number in _inner(archive, within):
        if number <= MOST_ARTICLES:
            yield Span(f"{days}x" if len(days) == TENS else days, days)
        elif len(days) < DAY:
            yield from spans(archive, days)
        else:
            for part in range(-(-number // MOST_ARTICLES)):
                yield Span(f"{days}_{part + 1}" if part else days, days, part * MOST_ARTICLES)


def _inner(archive: Archive, within: str) -> list[tuple[str, int]]:
    """Give the next smaller periods of one that hold articles, with how many."""
    if len(within) == MONTH:
        numbers: dict[str, int] = {}
        for day in periods(archive, "", "", within, DAY):
            numbers[day.name[:TENS]] = numbers.get(day.name[:TENS], 0) + day.count
        return list(numbers.items())
    length = YEAR if not within else MONTH if len(within) == YEAR else DAY
    return [(one.name, one.count) for one in periods(archive, "", "", within, length)]


def groups_around(archive: Archive, day: str, slack: int) -> Iterator[str]:
    """Name the groups whose spans may be others when an article of a day, or as many as ``slack`` of that time, have
    changed, come or gone."""
    year = day[:YEAR]
    yield from (year, day[:MONTH])
    if abs(count(archive, "", "", year) - MOST_ARTICLES) <= slack:
        yield from (f"{year}-{month:02}" for month in range(1, 13))
