"""Spell dates, periods and directions of writing for pages."""

from __future__ import annotations

import functools
from datetime import date

from newsgen.model import Moment

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})

_MONTHS = "January February March April May June July August September October November December".split()


def spelt_date(moment: Moment, time: bool = False) -> str:
    """Give a moment for people: ``17 July 2024``, or with ``time``, where one is known, ``…, 09:30 (UTC+03:00)``."""
    instant = moment.instant
    day = f"{instant.day} {_MONTHS[instant.month - 1]} {instant.year}"
    if not time or moment.day_only:
        return day
    offset = instant.strftime("%z")
    zone = "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:]}".replace("-", "\u2212")
    return f"{day}, {instant:%H:%M} ({zone})"


def spelt_iso(moment: Moment) -> str:
    """Give a moment for machines (RFC 3339; only the day where only the day is known)."""
    return moment.iso


@functools.lru_cache(maxsize=2_000)
def spelt_period(name: str) -> str:
    """Give the name of a period for people: ``2024``, ``July 2024``, ``17 July 2024``."""
    parts = [int(part) for part in name.split("-")]
    if len(parts) == 1:
        return name
    month = f"{_MONTHS[parts[1] - 1]} {parts[0]}"
    return month if len(parts) == 2 else f"{date(*parts).day} {month}"


@functools.lru_cache(maxsize=200)
def direction(language: str) -> str:
    """Give the direction in which a language (BCP 47) is written: ``ltr`` or ``rtl``."""
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"
