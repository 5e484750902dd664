"""Spell dates, periods and directions of writing for pages."""

from __future__ import annotations

import functools
from datetime import timedelta

from newsgen.edtf import Occurrence
from newsgen.model import Moment
from newsgen.wording import MONTHS, say, say_offset

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})


def spelt_date(moment: Moment, time: bool = False) -> str:
    """Give a moment for people: ``17 July 2024``, or with ``time``, where one is known, ``…, 09:30 (UTC+03:00)``."""
    instant = moment.instant
    day = f"{instant.day} {MONTHS[instant.month - 1]} {instant.year}"
    if not time or moment.day_only:
        return day
    offset = instant.utcoffset() or timedelta()
    return f"{day}, {instant:%H:%M} ({say_offset(offset // timedelta(minutes=1))})"


def spelt_iso(moment: Moment) -> str:
    """Give a moment for machines (RFC 3339; only the day where only the day is known)."""
    return moment.iso


@functools.lru_cache(maxsize=2_000)
def spelt_period(name: str) -> str:
    """Give the name of a period for people: ``2024``, ``July 2024``, ``17 July 2024``; ``199`` is the ``1990s``, and
    ``--07-17`` and ``--07`` (as XML Schema has them) are 17 July and July of any year."""
    if name.startswith("--"):
        return f"{int(name[5:])} {MONTHS[int(name[2:4]) - 1]}" if name[5:] else MONTHS[int(name[2:4]) - 1]
    return say(name.ljust(4, "X")).removeprefix("the ").removeprefix("years ")


def spelt_happening(when: Occurrence | str) -> str:
    """Give the time of an event (EDTF) for people, as precisely as it is known: ``about 16 July 2024``."""
    return say(when)


@functools.lru_cache(maxsize=200)
def direction(language: str) -> str:
    """Give the direction in which a language (BCP 47) is written: ``ltr`` or ``rtl``."""
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"
