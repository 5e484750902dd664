"""What was found in a raw text, and how it is written: as YAML for a head, and in a few lines for a terminal."""

from __future__ import annotations

from dataclasses import dataclass

import yaml

from newsgen.document import shorten
from newsgen.urls import slugify

MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place of the register that the text names: its key, the words, their line, and how often it is named."""

    key: str
    written: str
    line: int
    times: int


@dataclass(frozen=True, slots=True)
class FoundSource:
    """On whose word the text rests, with the words and their line."""

    name: str
    kind: str | None
    attribution: str
    reason: str | None
    written: str
    line: int


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """What happened and when (EDTF), with the words for the time and their line; ``sources`` are numbers from 1."""

    name: str
    when: str
    as_written: str
    place: str | None
    sources: tuple[int, ...]
    role: str
    line: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What an article that is made of a raw text may say; ``location`` is the first of ``places``, or None.

    ``unread_from`` is the line from which on a very long text was not looked through.
    """

    title: str
    body: str
    location: FoundPlace | None
    places: tuple[FoundPlace, ...]
    sources: tuple[FoundSource, ...]
    events: tuple[FoundEvent, ...]
    unread_from: int | None = None


def head_of(found: Draft, *, located: str | None) -> str:
    """Give what was found as YAML for the end of a head: each entry marked, with a comment that says where it is from.

    Where the article is ``located`` already, the location that was found is one of the other places.
    """
    lines: list[str] = []
    places = tuple(place for place in found.places if place.key != located)
    if found.location and not located:
        lines += [f"location: # {_from(found.location)}", f"  name: {scalar(found.location.key)}", "  proposed: true"]
        places = places[1:]
    if places:
        lines.append("places:")
    for place in places:
        lines += [f"  - name: {scalar(place.key)} # {_from(place)}", "    proposed: true"]
    if found.sources:
        lines.append("sources:")
    for number, source in enumerate(found.sources, 1):
        lines += [
            f"  # source {number}; line {source.line}: {shorten(source.written)}",
            f"  - name: {scalar(source.name)}",
        ]
        for field in ("kind", "attribution", "reason"):
            if value := getattr(source, field):
                lines.append(f"    {field}: {scalar(value)}")
        lines.append("    proposed: true")
    if found.events:
        lines.append("events:")
    for event in found.events:
        lines += [f"  # line {event.line}", f"  - name: {scalar(event.name)}", f"    when: {event.when}"]
        lines.append(f"    as_written: {scalar(event.as_written)}")
        if event.place:
            lines.append(f"    place: {scalar(event.place)}")
        if event.sources:
            lines.append("    sources:")
            lines += [f"      - {_called(found.sources, number)}" for number in event.sources]
        lines += ["    status: reported", f"    role: {event.role}", "    proposed: true"]
    return "".join(f"{line}\n" for line in lines)


def _called(sources: tuple[FoundSource, ...], number: int) -> str:
    """How an event refers to a source: by its name, which stays right when another source is deleted; by its number
    where two have that name."""
    name = sources[number - 1].name
    return scalar(name) if sum(slugify(one.name) == slugify(name) for one in sources) == 1 else str(number)


def _from(place: FoundPlace) -> str:
    times = "" if place.times == 1 else f", and {place.times - 1} more"
    return f"line {place.line}{times}: {shorten(place.written)}"


def summary_of(found: Draft, registered: bool) -> list[str]:
    """Give lines that say what was found and what is to be done with it; ``registered`` says whether the site has a
    register of places."""
    places = ", ".join(one.key + (" (location)" if one == found.location else "") for one in found.places)
    none = "none of content/places.yaml" if registered else "none, because there is no content/places.yaml"
    sources = [
        f"{number}. {one.name}" + (f" ({one.reason})" if one.reason else "")
        for number, one in enumerate(found.sources, 1)
    ]
    events = [f"{one.when}  {shorten(one.name, 80)}" for one in found.events]
    lines = [f"Title: {found.title}", f"Places: {places or none}"]
    for what, entries in (("Sources", sources), ("Events", events)):
        lines.append(f"{what}:" if entries else f"{what}: none found")
        lines += [f"  {one}" for one in entries[:MOST_TOLD]]
        if len(entries) > MOST_TOLD:
            lines.append(f"  … and {len(entries) - MOST_TOLD} more")
    if found.unread_from:
        lines.append(f"From line {found.unread_from} on the text was not looked through: it is very long.")
    if found.places or sources or events:
        lines.append("Remove `proposed: true` from what is right, delete the rest, then remove `draft: true`.")
    else:
        lines.append("Read it through, then remove `draft: true`.")
    if any(one.sources for one in found.events):
        lines.append("Where you delete or rename a source, do so in the events that rest on it.")
    return lines


def scalar(text: str) -> str:
    """Give a text as a YAML scalar on one line."""
    return str(yaml.safe_dump(text, allow_unicode=True, width=1000)).removesuffix("\n").removesuffix("\n...")
