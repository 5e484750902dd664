"""Stub until the reader of EDTF is merged."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Occurrence:
    text: str
    day: str
    sort: str
    first: str | None
    last: str | None


def read_edtf(text: str) -> Occurrence:
    start = re.sub("[~?%]", "", text.split("/")[0]).removesuffix("..")
    start = start or re.sub("[~?%]", "", text.split("/")[-1])
    day = "" if start.startswith("-") else start[:10].rstrip("X").rstrip("-").removesuffix("-XX")
    return Occurrence(text, day, f"1{day} {text}", day or None, day or None)


def say(text: str) -> str:
    return text
