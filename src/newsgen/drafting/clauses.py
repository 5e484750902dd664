"""Find in a sentence the clause that tells what happened at a time, without who said so."""

from __future__ import annotations

import re
from datetime import date

from newsgen.drafting.attributions import Attribution
from newsgen.drafting.datings import Dating, find_datings
from newsgen.drafting.gazetteer import Mention
from newsgen.drafting.prose import Sentence, capitalised, shortened

_DATELINE = re.compile(r"[A-Z][A-Z .,'’-]{2,60}?(?:,[^—–“”]{0,40}?)?(?:\s*\([^()]{1,30}\))?\s+(?:—|–|--?)\s+")
_ITEM = re.compile(r"(?:[-–—•*]|\d+[.)])\s")


def is_item(sentence: Sentence) -> bool:
    """Whether a paragraph begins as an item of a list does: what stands there is no report."""
    return bool(_ITEM.match(sentence.text))


def begin_of(sentence: Sentence) -> int:
    """Where the sentence begins: behind a dateline, at the head of a paragraph."""
    found = _DATELINE.match(sentence.text) if not sentence.at else None
    return found.end() if found else 0


def within(one: Dating | Mention, spoken: list[Attribution]) -> bool:
    """Whether a time or a place stands in the words that say whose word it is."""
    return any(other.start <= one.start < other.end for other in spoken)


_FRONTS = re.compile(r"(?:^|[,;—–-]\s+(?:and\s+|but\s+)?)$")
_OF_SAYING = re.compile(r"[^.;:“”]{0,160}\sthat")


def is_of_saying(text: str, one: Dating, spoken: list[Attribution]) -> bool:
    """Whether a time is that at which somebody spoke: "police said on Friday that …", "on Friday police said …"."""
    return within(one, spoken) or any(
        one.end <= other.start
        and (
            (_FRONTS.search(text[: one.start]) and not text[one.end : other.start].strip(" ,"))
            or _OF_SAYING.fullmatch(text, one.start, other.end)
        )
        for other in spoken
        if other.name
    )


_MAIN = re.compile(r";\s|[.!?]”?\s+(?=“)")
_NEEDS_SPEAKER = re.compile(r"\s+(?:of|to|about|against|by|for|with|at|from|into|since|no|nothing)\s")
_JOINED = re.compile(r",\s+(?:and|but|while)\s")


def clause_of(text: str, dating: Dating, datings: list[Dating], spoken: list[Attribution]) -> tuple[int, int]:
    """Where the clause stands that tells what happened: without who said so, no further than a semicolon, and without
    a clause that is joined to it and has a time of its own."""
    before = max((one.end for one in datings if one.end <= dating.start), default=len(text))
    after = min((one.start for one in datings if one.start >= dating.end), default=0)
    begins = [one.end() for one in _MAIN.finditer(text, 0, dating.start)]
    begins += [one.end() for one in _JOINED.finditer(text, before, dating.start)]
    ends = [one.start() for one in _MAIN.finditer(text, dating.end)]
    ends += [one.start() for one in _JOINED.finditer(text, dating.end, after)]
    start, end = max(begins, default=0), min(ends, default=len(text))
    for one in spoken:
        if start <= one.start and one.end <= dating.start:
            start = one.start if _NEEDS_SPEAKER.match(text, one.end) else one.end  # who said so stands before
        elif dating.end <= one.start and one.end <= end:
            end = one.start
    while start < end and text[start] in " ,:":
        start += 1
    return start, end


def headline(clause: str, published: date) -> str:
    """Give a clause as the name of an event: short, without the time that it begins with and quotes around it all."""
    clause = clause.strip(" ,")
    if re.fullmatch(r"[\"“][^\"“”]*[\"”]", clause):
        clause = clause[1:-1]
    return shortened(capitalised(without_opening_time(clause, published)))


def without_opening_time(text: str, published: date) -> str:
    """Give a sentence without the time that it begins with ("On Monday the …")."""
    datings = find_datings(text[:200], published)
    if datings and datings[0].start == 0 and not datings[0].points_back:
        rest = text[datings[0].end :].lstrip(" ,")
        if len(rest) > 10:
            return capitalised(rest)
    return text
