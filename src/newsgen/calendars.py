"""How a language writes dates, times and numbers: English as this archive always did, others by Unicode's CLDR."""

from __future__ import annotations

import functools
from datetime import time
from typing import Protocol

from newsgen.catalogues import Catalogue

MONTHS = "January February March April May June July August September October November December".split()
GROUPED = 9999
"""The greatest number that is written without marks between its thousands."""


class Calendar(Protocol):
    """How one language writes dates, times and numbers."""

    @property
    def shortens(self) -> bool:
        """Whether the first of two dates can leave out what it has in common with the second."""

    def number(self, number: int) -> str:
        """Give a number, with marks between the thousands of a large one."""

    def date(self, year: str, month: int | None, day: int | None) -> str:
        """Give a date of those parts that there are."""

    def clock(self, parts: tuple[int, ...]) -> str:
        """Give a time of day: hours, minutes, and perhaps seconds."""

    def brief(self, month: int) -> str:
        """Give the short name of a month, as charts have it."""


class English:
    """British English, which the world's press writes."""

    shortens = True

    def number(self, number: int) -> str:
        return f"{number:,}" if number > GROUPED else str(number)

    def date(self, year: str, month: int | None, day: int | None) -> str:
        return " ".join(filter(None, (str(day) if day else "", MONTHS[month - 1] if month else "", year)))

    def clock(self, parts: tuple[int, ...]) -> str:
        return ":".join(f"{part:02}" for part in parts)

    def brief(self, month: int) -> str:
        return MONTHS[month - 1][:3]


_ZEROS = {
    **{"adlm": 0x1E950, "arab": 0x660, "arabext": 0x6F0, "beng": 0x9E6, "cakm": 0x11136, "deva": 0x966, "gujr": 0xAE6},
    **{"guru": 0xA66, "khmr": 0x17E0, "knda": 0xCE6, "laoo": 0xED0, "mlym": 0xD66, "mtei": 0xABF0, "mymr": 0x1040},
    **{"nkoo": 0x7C0, "olck": 0x1C50, "orya": 0xB66, "tamldec": 0xBE6, "telu": 0xC66, "thai": 0xE50, "tibt": 0xF20},
}
"""The zero of each numbering system that has digits of its own (Unicode)."""


class Cldr:
    """A language as CLDR has it, by Babel."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Raises ValueError or LookupError where CLDR knows nothing of the language."""
        from babel import Locale, UnknownLocaleError  # here, because English needs none of it
        from babel.dates import tokenize_pattern

        try:
            self._locale = Locale.parse(catalogue.language, sep="-")
        except UnknownLocaleError as error:
            raise LookupError(str(error)) from error
        self._tokens = functools.cache(tokenize_pattern)
        self._system = self._locale.default_numbering_system
        zero = _ZEROS.get(self._system)
        self._digits = {ord("0") + digit: zero + digit for digit in range(10)} if zero else {}
        self._first = catalogue.find("1", "day")
        skeletons = self._locale.datetime_skeletons
        self._patterns = {
            "yMd": self._locale.date_formats["long"].pattern,
            **{name: skeletons[key].pattern for name, key in _SKELETONS.items() if key in skeletons},
        }
        fields = [value[0][0] for kind, value in self._tokens(self._patterns["yMd"]) if kind == "field"]
        self.shortens = fields.index("d") < fields.index("y")

    def number(self, number: int) -> str:
        from babel.numbers import format_decimal

        if number <= GROUPED:
            return str(number).translate(self._digits)
        said = format_decimal(number, locale=self._locale, numbering_system="default")
        return said.translate(self._digits)

    def date(self, year: str, month: int | None, day: int | None) -> str:
        name = "".join(one for one, part in (("y", year), ("M", month), ("d", day)) if part)
        if name == "M" and month:
            return self._month(month, "stand-alone", "wide")
        return "".join(self._shown(kind, value, year, month or 1, day or 1) for kind, value in self._pattern(name))

    def clock(self, parts: tuple[int, ...]) -> str:
        from babel.dates import format_time

        hour, minute, *second = parts
        said = format_time(
            time(hour, minute, sum(second)), "short" if len(parts) < 3 else "medium", locale=self._locale
        )
        return said.translate(self._digits)

    def brief(self, month: int) -> str:
        return self._month(month, "stand-alone", "abbreviated")

    def _pattern(self, name: str) -> list[tuple[str, object]]:
        return [*self._tokens(self._patterns.get(name, name))]

    def _month(self, month: int, context: str, width: str) -> str:
        months = self._locale.months
        return str(months.get(context, months["format"])[width][month])

    def _shown(self, kind: str, value: object, year: str, month: int, day: int) -> str:
        if kind == "chars" or not isinstance(value, tuple):
            return str(value)
        field, width = value
        if field in "ML" and width > 2:
            return self._month(
                month, "format" if field == "M" else "stand-alone", "abbreviated" if width == 3 else "wide"
            )
        if field == "d" and day == 1 and self._first:
            return self._first
        if field == "G":
            return str(self._locale.eras["abbreviated"][1])
        if field == "y":
            return year
        number = {"M": month, "L": month, "d": day}.get(field)
        return "" if number is None else f"{number:0{width}}".translate(self._digits)


_SKELETONS = {"yM": "yMMMM", "Md": "MMMMd", "y": "y", "d": "d"}
"""What CLDR calls the patterns of dates that lack a part."""


def calendar_of(catalogue: Catalogue) -> Calendar:
    """Give how the language of a catalogue writes dates; as English does where the catalogue speaks English, or CLDR
    knows nothing of the language."""
    if catalogue.is_english:
        return English()
    try:
        return Cldr(catalogue)
    except (LookupError, ValueError):
        return English()
