"""Spell dates, periods, numbers and directions of writing for pages, in the language of a page."""

from __future__ import annotations

import datetime
import functools

from newsgen.catalogues import Catalogue
from newsgen.edtf import Occurrence
from newsgen.model import Moment
from newsgen.wording import Wording

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"})
RIGHT_TO_LEFT_SCRIPTS = frozenset({"adlm", "arab", "hebr", "mand", "nkoo", "rohg", "syrc", "thaa"})


class Spelling:
    """How pages of one language spell what they show. Its methods are the filters of templates."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._wording = Wording(catalogue)
        self.period = self._wording.period
        self._clock = functools.lru_cache(maxsize=2_000)(self._wording.calendar.clock)
        self._day = functools.lru_cache(maxsize=20_000)(self._spelt_day)

    def __repr__(self) -> str:
        return "spelling"

    def date(self, moment: Moment, time: bool = False) -> str:
        """Give a moment for people: ``17 July 2024``, and with ``time``, where that is known, ``…, 09:30 (UTC)``."""
        day = self._day(moment.instant.date())
        if not time or moment.day_only:
            return day
        offset = moment.instant.utcoffset() or datetime.timedelta()
        clock = f"{self.time(moment)} ({self._wording.offset(offset // datetime.timedelta(minutes=1))})"
        return self._wording.dated(day, clock)

    def time(self, moment: Moment) -> str:
        """Give the time of day of a moment: ``09:30``."""
        return self._clock((moment.instant.hour, moment.instant.minute))

    def happened(self, when: Occurrence | str) -> str:
        """Give the time of an event (EDTF) for people, as precisely as it is known: ``about 16 July 2024``."""
        return self._wording.happened(when)

    def brief(self, period: str) -> str:
        """Give the short name of the month that a period is (``2024-07``): ``Jul``."""
        return self._wording.calendar.brief(int(period[5:7]))

    def number(self, number: int) -> str:
        """Give a number, with marks between the thousands of a large one."""
        return self._wording.calendar.number(number)

    def counted(self, forms: tuple[str, ...] | str, number: int) -> str:
        """Give a number of things: ``forms`` is what ``plural`` gives for their name; one text follows the number."""
        if isinstance(forms, str):
            return f"{self.number(number)} {forms}"
        return self.catalogue.counted(forms, number, self.number(number))

    def _spelt_day(self, day: datetime.date) -> str:
        return self._wording.happened(day.isoformat())


def spelt_iso(moment: Moment) -> str:
    """Give a moment for machines (RFC 3339; only the day where only the day is known)."""
    return moment.iso


@functools.lru_cache(maxsize=200)
def direction(language: str) -> str:
    """Give the direction in which a language (BCP 47) is written: ``ltr`` or ``rtl``."""
    first, *more = language.lower().split("-")
    script = next((one for one in more if len(one) == 4), None)
    is_right_to_left = script in RIGHT_TO_LEFT_SCRIPTS if script else first in RIGHT_TO_LEFT
    return "rtl" if is_right_to_left else "ltr"


@functools.lru_cache(maxsize=200)
def territorial(language: str) -> str:
    """Give a language (BCP 47) as Open Graph wants it: ``en_GB``; where it names no territory, that in which most who
    speak it live, as CLDR has it; without any, the language alone."""
    first, *more = language.split("-")
    territory = next((one.upper() for one in more if len(one) == 2 or (len(one) == 3 and one.isdigit())), None)
    if territory is None and first.lower() == "en":
        territory = "US"
    if territory is None:
        from babel.core import get_global  # here, for English needs no Babel

        script = next((one.title() for one in more if len(one) == 4), None)
        likely = get_global("likely_subtags")
        spellings = [f"{first.lower()}_{script}"] if script else []
        found = next((likely[one] for one in (*spellings, first.lower()) if one in likely), "")
        territory = found.rpartition("_")[2] if found.count("_") == 2 else None
    return f"{first.lower()}_{territory}" if territory else first.lower()
