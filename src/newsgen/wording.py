"""Say when something happened, as precisely as it is known and no more, in the words of a language.

The phrases are messages of the catalogues. A translation may be given once more for a kind of date (context ``day``,
``month``, ``year``, ``season``, ``span`` or ``time``), and ``%(date)s`` itself, which is how a date stands inside a
phrase: ``le 16 juillet`` in French. See docs/languages.md.
"""

from __future__ import annotations

import functools

from newsgen.calendars import Calendar, calendar_of
from newsgen.catalogues import Catalogue, message
from newsgen.edtf import Occurrence, read_edtf
from newsgen.points import FIRST_QUARTER, Point

_SEASONS = (
    *(message("spring %(year)s"), message("summer %(year)s"), message("autumn %(year)s"), message("winter %(year)s")),
    message("spring %(year)s (northern hemisphere)"),
    message("summer %(year)s (northern hemisphere)"),
    message("autumn %(year)s (northern hemisphere)"),
    message("winter %(year)s (northern hemisphere)"),
    message("spring %(year)s (southern hemisphere)"),
    message("summer %(year)s (southern hemisphere)"),
    message("autumn %(year)s (southern hemisphere)"),
    message("winter %(year)s (southern hemisphere)"),
    message("the first quarter of %(year)s"),
    message("the second quarter of %(year)s"),
    message("the third quarter of %(year)s"),
    message("the fourth quarter of %(year)s"),
    message("the first four months of %(year)s"),
    message("the second four months of %(year)s"),
    message("the last four months of %(year)s"),
    message("the first half of %(year)s"),
    message("the second half of %(year)s"),
)
"""EDTF's seasons from 21 on."""

_CENTURIES = {
    (100, False, True): message("the 1st century"),
    (100, False, False): message("the %(number)s century"),
    (100, True, True): message("the 1st century BC"),
    (100, True, False): message("the %(number)s century BC"),
    (1000, False, True): message("the 1st millennium"),
    (1000, False, False): message("the %(number)s millennium"),
    (1000, True, True): message("the 1st millennium BC"),
    (1000, True, False): message("the %(number)s millennium BC"),
}
"""How spans of years are called: by how many there are, whether they lie before Christ, and whether it is the first."""

_PARTS = {
    "year": message("year"),
    "season": message("season"),
    "month": message("month"),
    "day": message("day"),
}
_EACH = {
    "millennium": message("each millennium of %(dates)s"),
    "century": message("each century of %(dates)s"),
    "decade": message("each decade of %(dates)s"),
    "year": message("each year of %(dates)s"),
    "season": message("each season of %(dates)s"),
    "month": message("each month of %(dates)s"),
    "day": message("each day of %(dates)s"),
    "time": message("each time of %(dates)s"),
}
_DECADES = message("10s|20s|30s|40s|50s|60s|70s|80s|90s")
"""The names of decades, where a language has some: what a translation of ``the %(year)ss`` may call ``%(decade)s``."""


def say(when: Occurrence | str) -> str:
    """Say in English when something happened, as newspapers do: ``about 16 July 2024``, ``the 1990s``.

    Raises ValueError with the reason where a text is no time in EDTF.
    """
    return _english().happened(when)


@functools.cache
def _english() -> Wording:
    return Wording(Catalogue())


class Wording:
    """How one language says when something happened. What it said is kept."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.calendar: Calendar = calendar_of(catalogue)
        self._said = functools.lru_cache(maxsize=20_000)(lambda text: self._worded(read_edtf(text)))
        self.period = functools.lru_cache(maxsize=5_000)(self._period)

    def happened(self, when: Occurrence | str) -> str:
        """Say when something happened; raises ValueError with the reason where a text is no time in EDTF."""
        said: str = self._said(when) if isinstance(when, str) else self._worded(when)
        return said

    def _period(self, name: str) -> str:
        """Give the name of a period for people: ``2024``, ``July 2024``, ``17 July 2024``; ``199`` is ``1990s``."""
        point = read_edtf(name.ljust(4, "X")).points[0]
        if point is None or point.span == 1:
            return self.happened(name)
        said = self._melted(self._years(point, ("title",)))
        return said.removeprefix("the ").removeprefix("years ") if self.catalogue.is_english else said

    def offset(self, minutes: int) -> str:
        """Say an offset in minutes east of Greenwich: ``UTC``, ``UTC+03:00``."""
        hours, rest = divmod(abs(minutes), 60)
        return f"UTC{'+' if minutes > 0 else chr(0x2212)}{hours:02}:{rest:02}" if minutes else "UTC"

    def phrase(self, text: str, kinds: tuple[str, ...] = (), **values: str) -> str:
        """Give a message with values in it: its translation for the first of ``kinds`` that has one of its own."""
        own = (self.catalogue.find(text, kind) for kind in kinds)
        return (next(filter(None, own), None) or self.catalogue.gettext(text)) % values

    def dated(self, date: str, time: str) -> str:
        """Give a day and a time of it together."""
        return self.phrase(message("%(date)s, %(time)s"), date=date, time=time)

    def _worded(self, when: Occurrence) -> str:
        if when.kind == "/":
            return self._melted(self._interval(when, *when.points))
        if when.kind:
            return self._melted(self._set(when))
        return self._melted(self._point(when.points[0])) if when.points[0] else ""

    def _melted(self, said: str) -> str:
        """Let words melt together where a language does that (French: ``de le`` becomes ``du``)."""
        for pair in (self.catalogue.find("contractions") or "").split("|"):
            apart, _, together = pair.partition("=")
            said = said.replace(apart, together) if apart else said
        return said

    # --- one date ---

    def _year(self, year: int) -> str:
        if year <= 0:
            return self.phrase(message("%(year)s BC"), year=self.calendar.number(1 - year))
        number = self.calendar.number(year)
        if year < 1000:
            return self.phrase(message("AD %(year)s"), year=number)
        return self.calendar.date(number, None, None)

    def _years(self, point: Point, kinds: tuple[str, ...] = ()) -> str:
        """A span of years. That of 1900 is not called the 1900s, which would mean the century to others."""
        first, last, number = point.first[0], point.last[0], self.calendar.number
        if point.span == 10:
            if last <= 0:
                bounds = {"first": number(1 - first), "last": number(1 - last)}
                return self.phrase(message("the years %(first)s–%(last)s BC"), kinds, **bounds)
            if first % 100 < 10:
                start = self.phrase(message("AD %(year)s"), year=number(first)) if first < 1000 else number(first)
                return self.phrase(message("the years %(first)s–%(last)s"), kinds, first=start, last=number(last))
            names = self.catalogue.gettext(_DECADES).split("|")
            more = {"decade": names[(first // 10 - 1) % 10 % len(names)], "century": number(first // 100 + 1)}
            text = message("the %(year)ss") if first >= 1000 else message("the %(year)ss AD")
            return self.phrase(text, kinds, year=number(first), **more)
        count = last // point.span + 1 if last > 0 else -first // point.span + 1
        text = _CENTURIES[point.span, last <= 0, count == 1]
        shown = _ordinal(count) if self.catalogue.is_english else number(count)
        return self.phrase(text, kinds, number=shown, roman=_roman(count))

    def _plain(self, point: Point, least: str = "") -> str:
        """A date without its marks; of those parts alone that are finer than ``least``."""
        if point.span > 1:
            return self._years(point)
        if point.year > 9999:
            return self.phrase(message("the year %(year)s"), year=self._year(point.year))
        if point.season:
            return self.phrase(_SEASONS[point.season - 21], year=self._year(point.year))
        day = self._day(point, least)
        if point.some:
            text = message("some day in %(date)s") if point.some == "day" else message("some time in %(date)s")
            return self.phrase(text, (point.precision,), date=day)
        return self.dated(day, self._clock(point)) if point.time else day

    def _day(self, point: Point, least: str = "") -> str:
        if not point.month:
            return self._year(point.year)
        number = self.calendar.number(point.year) if point.year >= 1000 else ""
        year = "" if least else number or self._year(point.year)
        return self.calendar.date(year, None if least == "month" else point.month, point.day)

    def _clock(self, point: Point) -> str:
        return self.calendar.clock(point.time or ()) + self._zone(point)

    def _zone(self, point: Point) -> str:
        return "" if point.offset is None else f" ({self.offset(point.offset)})"

    def _point(self, point: Point, *, inside: bool = False) -> str:
        """A date with its marks: in front of it where all is approximate, else in parentheses after it. ``inside``: as
        it stands in a phrase."""
        said, approximate, kind = self._plain(point), point.approximate, _kind(point)
        if approximate == point.given and not point.some:
            text = message("about %(date)s")
            if point.time:
                said = self.dated(self._day(point), self.phrase(text, ("time",), date=self._clock(point)))
                said = self._inner(said, kind) if inside else said
            else:
                said = self.phrase(text, ("inside",) if inside else (kind,), date=self._inner(said, kind))
            approximate = ()
        elif inside:
            said = self._inner(said, kind)
        if approximate and approximate == point.uncertain:
            marks = [(message("approximate and uncertain"), approximate)]
        else:
            marks = [(message("approximate"), approximate), (message("uncertain"), point.uncertain)]
        doubts = [self._doubt(mark, () if parts == point.given else parts) for mark, parts in marks if parts]
        return f"{said} ({self._listed(doubts)})" if doubts else said

    def _doubt(self, mark: str, parts: tuple[str, ...]) -> str:
        if not parts:
            return self.catalogue.gettext(mark)
        text = {
            "approximate": message("%(parts)s approximate"),
            "uncertain": message("%(parts)s uncertain"),
            "approximate and uncertain": message("%(parts)s approximate and uncertain"),
        }[mark]
        named = [self.catalogue.gettext(_PARTS[one]) for one in parts]
        said = named[0] if len(named) == 1 else self._joined(message("%(list)s and %(last)s"), named)
        return self.phrase(text, parts=said)

    def _inner(self, said: str, kind: str) -> str:
        """How a date of a kind stands inside a phrase."""
        return (self.catalogue.find("%(date)s", kind) or "%(date)s") % {"date": said}

    # --- several dates ---

    def _interval(self, when: Occurrence, start: Point | None, end: Point | None) -> str:
        if start is None or end is None:
            one = start or end
            date, kinds = (self._point(one, inside=True), (_kind(one),)) if one else ("", ())
            if start is None:
                text = message("until %(date)s") if when.open_start else message("until %(date)s, beginning unknown")
            else:
                text = message("from %(date)s on") if when.open_end else message("from %(date)s, end unknown")
            return self.phrase(text, kinds, date=date)
        if any(one.some or one.span > 1 or (one.season or 0) >= FIRST_QUARTER for one in (start, end)):
            bounds = {"start": self._point(start, inside=True), "end": self._point(end, inside=True)}
            return self.phrase(message("from %(start)s to %(end)s"), (_kind(end),), **bounds)
        return self._range(start, end)

    def _range(self, start: Point, end: Point) -> str:
        """From one date to another; what both have in common is said once."""
        near, apart = message("%(start)s–%(end)s"), message("%(start)s – %(end)s")
        kinds = (_kind(end),)

        def said(text: str, first: str, last: str) -> str:
            values = {"start": self._inner(first, kinds[0]), "end": self._inner(last, kinds[0])}
            return self.phrase(text, kinds, **values)

        if start == end:
            return self._point(start)
        if start.time and end.time and (start.year, start.month, start.day) == (end.year, end.month, end.day):
            marked = start.approximate or start.uncertain or end.approximate or end.uncertain
            if start.offset == end.offset and not marked:
                text, first = message("%(date)s, %(start)s–%(end)s"), self.calendar.clock(start.time)
                return self.phrase(text, date=self._day(start), start=first, end=self._clock(end))
        elif _is_plain(start) and _is_plain(end) and start.precision == end.precision:
            if start.precision == "year" and (end.year <= 0 or 0 < start.year <= end.year <= 9999):
                return said(near, *self._year_bounds(start.year, end.year))
            if start.year == end.year and self.calendar.shortens:
                if start.precision == "month":
                    return said(near, self._plain(start, "year"), self._plain(end))
                if start.month == end.month:
                    return said(near, self._plain(start, "month"), self._plain(end))
                return said(apart, self._plain(start, "year"), self._plain(end))
        bounds = {"start": self._point(start, inside=True), "end": self._point(end, inside=True)}
        return self.phrase(apart, kinds, **bounds)

    def _year_bounds(self, start: int, end: int) -> tuple[str, str]:
        if end <= 0:
            return self.calendar.number(1 - start), self._year(end)
        return self._year(start), self.calendar.number(end) if self.catalogue.is_english else self._year(end)

    def _set(self, when: Occurrence) -> str:
        ranges = list(zip(when.points[::2], when.points[1::2], strict=True))
        singles = [start for start, end in ranges if start and start == end]
        alone = len(ranges) == 1
        if len(singles) == len(ranges):
            said = self._shortened(singles, inside=not alone)
        else:
            said = [self._part(start, end, when.kind == "[", inside=not alone) for start, end in ranges]
        text = message("%(list)s or %(last)s") if when.kind == "[" else message("%(list)s and %(last)s")
        return self._joined(text, said)

    def _joined(self, text: str, said: list[str]) -> str:
        return self.phrase(text, list=self._listed(said[:-1]), last=said[-1]) if len(said) > 1 else said[0]

    def _listed(self, said: list[str]) -> str:
        return self.catalogue.gettext(message(", ")).join(said)

    def _shortened(self, points: list[Point], *, inside: bool = True) -> list[str]:
        """Each date; those of one month or one year name it once, with the last."""
        precisions = {one.precision for one in points}
        if self.calendar.shortens and all(_is_plain(one) for one in points) and len(precisions) == 1:
            least = ""
            if points[0].day and len({(one.year, one.month) for one in points}) == 1:
                least = "month"
            elif points[0].month and len({one.year for one in points}) == 1:
                least = "year"
            said = [*(self._plain(one, least) for one in points[:-1]), self._plain(points[-1])]
            return [self._inner(one, _kind(points[0])) for one in said] if inside else said
        return [self._point(one, inside=inside) for one in points]

    def _part(self, start: Point | None, end: Point | None, one_of: bool, *, inside: bool) -> str:
        if start is None or end is None:
            one = start or end
            date = self._point(one, inside=inside) if one else ""
            return self.phrase(message("%(date)s or later") if start else message("%(date)s or earlier"), date=date)
        if start == end:
            return self._point(start, inside=inside)
        if not one_of:
            return self.phrase(_EACH[start.precision], dates=self._range(start, end))
        first, last = self._shortened([start, end])
        return self.phrase(message("between %(first)s and %(last)s"), (_kind(end),), first=first, last=last)


def _kind(point: Point) -> str:
    """The kind of a date, for translations that go by it."""
    if point.some:
        return "some"
    return "span" if point.span > 1 else "day" if point.time else point.precision


def _is_plain(point: Point) -> bool:
    """Whether a date may lose its year or month to the one that it stands beside."""
    marked = point.approximate or point.uncertain
    return not (marked or point.some or point.season or point.span > 1 or point.time)


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


_ROMAN = ((90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def _roman(number: int) -> str:
    """Roman numerals, in which French and others count centuries; digits for a number that has too many of them."""
    if number > 99:
        return str(number)
    said = ""
    for value, letters in _ROMAN:
        said += letters * (number // value)
        number %= value
    return said
