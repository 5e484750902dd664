"""Propose what the head of an article may say of a raw text: places, sources and events.

Everything here is a guess that a person has to confirm, so a guess that is probably wrong is not made.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from newsgen.drafting.attributions import Attribution, find_attributions, find_reason
from newsgen.drafting.clauses import begin_of, clause_of, headline, is_item, is_of_saying, within, without_opening_time
from newsgen.drafting.datings import Dating, find_datings
from newsgen.drafting.gazetteer import Gazetteer, Mention
from newsgen.drafting.proposals import Draft, FoundEvent, FoundPlace, FoundSource
from newsgen.drafting.prose import Block, Sentence, markdown, sentences, shortened, take_apart
from newsgen.model import Moment

MOST_PROPOSED = 100
"""Places, sources and events of each that are proposed: more than that nobody looks through."""

LONGEST_SENTENCE = 2000
MOST_READ = 128 * 1024
"""Characters that are looked through, some twenty thousand words: a report has fewer, and each costs time."""

NEWS_DAYS = 3
"""An event is main on the day of publication and on so many days before: a Monday's paper tells of Friday."""


def draft(text: str, published: Moment, places: Mapping[str, Mapping[str, Any]], title: str | None = None) -> Draft:
    """Read a raw text (``\\n`` line ends) that is published at a moment, with the checked entries of ``places.yaml``.

    The title is ``title``, else the line above the text, else the first sentence, shortened. It is empty where the
    text has no letter.
    """
    prose = take_apart(text)
    if title is not None and prose.title is not None and title != prose.title:
        prose = take_apart(text, titled=False)
    reader = _Reader(prose.blocks, published.day, Gazetteer(places))
    read = 0
    unread_from = None
    for sentence in sentences(prose.blocks):
        read += len(sentence.text)
        if read > MOST_READ:
            unread_from = prose.blocks[sentence.block].line(sentence.at)
            break
        if len(sentence.text) <= LONGEST_SENTENCE:
            reader.read(sentence)
    found = reader.places()
    return Draft(
        title=title or prose.title or _first_sentence(prose.blocks, published.day),
        body=markdown(prose.blocks),
        location=found[0] if found else None,
        places=found,
        sources=tuple(reader.sources),
        events=tuple(reader.events),
        unread_from=unread_from,
    )


def _first_sentence(blocks: tuple[Block, ...], published: date) -> str:
    """The first sentence as a headline: without the time that it begins with."""
    for sentence in sentences(blocks):
        if any(character.isalnum() for character in sentence.text):
            return shortened(without_opening_time(sentence.text[:LONGEST_SENTENCE], published))
    return ""


class _Reader:
    """Reads sentences in their order, and remembers who spoke and what was told."""

    def __init__(self, blocks: tuple[Block, ...], published: date, gazetteer: Gazetteer) -> None:
        self._blocks = blocks
        self._published = published
        self._gazetteer = gazetteer
        self._mentions: list[tuple[int, str, str, int]] = []
        self._weights: Counter[str] = Counter()
        self._nouns: list[tuple[str, int]] = []
        self._speaker: tuple[int, int] | None = None
        self._number = 0
        self.sources: list[FoundSource] = []
        self.events: list[FoundEvent] = []

    def read(self, sentence: Sentence) -> None:
        """Take what one sentence says."""
        self._number += 1
        events = len(self.events)
        spoken = find_attributions(sentence.text)
        named = list(self._gazetteer.find(sentence.text))
        sources = self._take_sources(sentence, spoken)
        datings = find_datings(sentence.text, self._published)
        self._take_events(sentence, datings, spoken, named, sources)
        self.events[events:] = sorted(self.events[events:], key=lambda one: sentence.text.find(one.as_written))
        main = any(one.day and self._is_news(one.day) for one in datings)
        for one in named:
            line = self._line(sentence, one.start)
            number = self._number if one.start >= begin_of(sentence) else sys.maxsize  # a dateline says who was where
            self._mentions.append((number, one.key, sentence.text[one.start : one.end], line))
            if main and number < sys.maxsize and not within(one, spoken):
                self._weights[one.key] += 2

    def places(self) -> tuple[FoundPlace, ...]:
        """Give the places that were named: first that which the text is most about, then those that it lies in, then
        the others by their first mention."""
        times = Counter(key for _, key, _, _ in self._mentions)
        first: dict[str, FoundPlace] = {}
        early: set[str] = set()
        for number, key, written, line in self._mentions:
            first.setdefault(key, FoundPlace(key, written, line, times[key]))
            if number <= max(3, self._number // 4):
                early.add(key)
        if not first:
            return ()

        def weight(key: str) -> float:
            """How much the text is about a place: how small it is, how near to the news, how early, how often."""
            depth = len(self._gazetteer.chain(key)) - 1
            return depth + min(self._weights[key], 4) + (key in early) + min(times[key], 4) / 2

        chosen = max(first, key=weight)
        while inner := [
            key
            for key in first
            if key != chosen
            and chosen in self._gazetteer.chain(key)
            and (self._weights[key] or (key in early and times[key] > 1))
        ]:
            chosen = max(inner, key=weight)
        chain = [key for key in self._gazetteer.chain(chosen) if key in first]
        order = dict.fromkeys((*chain, *first))
        return tuple(first[key] for key in order)[:MOST_PROPOSED]

    def _line(self, sentence: Sentence, at: int) -> int:
        return self._blocks[sentence.block].line(sentence.at + at)

    def _is_news(self, day: date) -> bool:
        return timedelta(0) <= self._published - day <= timedelta(days=NEWS_DAYS)

    def _take_sources(self, sentence: Sentence, spoken: list[Attribution]) -> list[tuple[Attribution, int]]:
        """Note who is new, and give all who speak in the sentence with their numbers."""
        found = []
        for one in spoken:
            number = self._number_of(one, sentence)
            if number:
                found.append((one, number))
                self._speaker = (sentence.block, number)
        reason = None if spoken and any(one.name for one in spoken) else find_reason(sentence.text)
        if reason and self._speaker and self._speaker[0] == sentence.block:
            source = self.sources[self._speaker[1] - 1]
            if source.kind == "person" and source.attribution == "background" and not source.reason:
                self.sources[self._speaker[1] - 1] = replace(source, reason=reason)
        return found

    def _number_of(self, one: Attribution, sentence: Sentence) -> int | None:
        """The number of the source that an attribution means, which is a new one where it names somebody new."""
        if not one.name and not one.noun:
            return self._speaker[1] if self._speaker and self._speaker[0] == sentence.block else None
        if not one.name:
            singular = one.noun.removesuffix("s")
            known = [number for noun, number in self._nouns if noun.removesuffix("s") == singular]
            return known[-1] if known else None
        name = _key(one.name)
        for number, source in enumerate(self.sources, 1):
            other = _key(source.name)
            if name == other or (one.named and source.attribution == "on-record" and _is_short_for(name, other)):
                if one.reason and not source.reason:
                    self.sources[number - 1] = replace(source, reason=one.reason)
                return number
        if len(self.sources) >= MOST_PROPOSED:
            return None
        written = " ".join(sentence.text[one.start : one.end].split())
        attribution = "on-record" if one.named else "background"
        line = self._line(sentence, one.start)
        self.sources.append(FoundSource(shortened(one.name), one.kind, attribution, one.reason, written, line))
        if one.noun:
            self._nouns.append((one.noun, len(self.sources)))
        return len(self.sources)

    def _take_events(
        self,
        sentence: Sentence,
        datings: list[Dating],
        spoken: list[Attribution],
        named: list[Mention],
        sources: list[tuple[Attribution, int]],
    ) -> None:
        names: set[str] = set()
        begin = begin_of(sentence)
        datings = [one for one in datings if one.start >= begin]
        told = [one for one in datings if not is_of_saying(sentence.text, one, spoken)]
        if is_item(sentence):
            return
        for one in sorted(told or datings[:1], key=lambda one: ("/" in one.when, -len(one.when))):
            numbers = tuple(sorted({number for _, number in sources}))
            if one.points_back and self._add_sources(one.when, numbers):
                continue
            start, end = clause_of(sentence.text, one, told, spoken if told else [])
            start = max(start, begin)
            name = headline(sentence.text[start:end], self._published)
            if name in names or len(self.events) >= MOST_PROPOSED or sum(map(str.isalnum, name)) < 10:
                continue
            names.add(name)
            near = [place.key for place in self._gazetteer.find(name)] if told else []
            around = [place.key for place in named if not within(place, spoken)]
            place = self._gazetteer.one_of(near or around)
            event = FoundEvent(
                name,
                one.when,
                re.sub(r"^[Oo]n\s+", "", " ".join(one.written.split())),
                place,
                numbers,
                "main" if one.day and self._is_news(one.day) else "background",
                self._line(sentence, one.start),
            )
            if all((other.name, other.when) != (event.name, event.when) for other in self.events):
                self.events.append(event)

    def _add_sources(self, when: str, numbers: tuple[int, ...]) -> bool:
        """Let those who speak of "Tuesday's strike" support the last event of that day; False where there is none."""
        for at in range(len(self.events) - 1, -1, -1):
            event = self.events[at]
            if event.when == when:
                self.events[at] = replace(event, sources=tuple(sorted({*event.sources, *numbers})))
                return True
        return False


def _key(name: str) -> str:
    return re.sub(r"^(?:the|an?)\s+", "", name.casefold())


def _is_short_for(name: str, full: str) -> bool:
    """Whether a name is the last part of a fuller one, as "Brook" is of "Ada Brook"."""
    return full.endswith(f" {name}") or name.endswith(f" {full}")
