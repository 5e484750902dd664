"""Find the places of the register in a text: whole words, the longest name first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_WORD = re.compile(r"\w+")
_ALIKE = str.maketrans("’‘ʼ‐‑–", "'''---")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that is named from ``start`` to ``end`` of a text, by its key."""

    start: int
    end: int
    key: str


class Gazetteer:
    """The names and aliases of ``places.yaml``, ready to be looked for.

    ``places`` maps each key to its entry, of which ``name``, ``aliases`` and ``within`` are looked at.
    """

    def __init__(self, places: Mapping[str, Mapping[str, Any]]) -> None:
        self._within = {key: entry.get("within") for key, entry in places.items()}
        self._names: dict[str, list[tuple[int, str, str]]] = {}
        taken: set[str] = set()
        for key, entry in places.items():
            for name in (str(entry["name"]), *map(str, entry.get("aliases") or ())):
                for spelt in dict.fromkeys((name, name[:1].upper() + name[1:], *_capitals(name))):
                    words = _WORD.findall(spelt)
                    if words and spelt not in taken:  # a name that two places have is that of the first
                        taken.add(spelt)
                        self._names.setdefault(words[0], []).append((len(words), _plain(spelt), key))
        for names in self._names.values():
            names.sort(key=lambda one: (-one[0], -len(one[1]), one[1]))

    def find(self, text: str) -> Iterator[Mention]:
        """Give the places that ``text`` names, in order; of names that overlap the longest."""
        words = list(_WORD.finditer(text))
        number = 0
        while number < len(words):
            taken = 1
            for length, name, key in self._names.get(words[number][0], ()):
                if number + length > len(words):
                    continue
                start, end = words[number].start(), words[number + length - 1].end()
                if end - start <= 2 * len(name) + 2 and _plain(text[start:end]) == name.rstrip(". )"):
                    yield Mention(start, end, key)
                    taken = length
                    break
            number += taken

    def chain(self, key: str) -> tuple[str, ...]:
        """Give ``key`` and what it lies in, from the smallest to the largest."""
        found = [key]
        while (within := self._within.get(found[-1])) is not None and within not in found:
            found.append(str(within))
        return tuple(found)

    def one_of(self, keys: list[str]) -> str | None:
        """Give the place that all ``keys`` are, or lie around; None where they are several places."""
        for key in keys:
            if set(keys) <= set(self.chain(key)):
                return key
        return None


def _capitals(name: str) -> tuple[str, ...]:
    """The name as datelines have it; a short one in capitals is an abbreviation of something else."""
    return (name.upper(),) if len(name) > 3 else ()


def _plain(text: str) -> str:
    return " ".join(text.translate(_ALIKE).split())
