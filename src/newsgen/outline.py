"""Compose the simple YAML that nearly all headers are written in, a line at a time.

Every line is ``key: value`` or ``- value``; a value is on one line, plain or in quotes without escapes, or it is a
list of such in brackets. The nodes are those that libyaml would give, at the same places, at a third of the cost. For
all other YAML, and all that is wrong, there is no answer here: :mod:`newsgen.document` asks libyaml then.
"""

from __future__ import annotations

import re
from typing import Any

from yaml import Mark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

LONGEST = 20_000
"""Characters; fewer nodes than this fit into them, so that a simple header is a small one."""
DEEPEST = 10

_QUOTED = r""" ("[^"\\]*"|'[^']*') """
_LINE = re.compile(
    rf"""\ * (-\ +)? (?: ([A-Za-z_][A-Za-z0-9_-]{{0,60}}) : (?:\ +|$) )?
    (?: (-?[\w/(](?:.*\S)?) | {_QUOTED} | \[(.*)\] )?""",
    re.VERBOSE,
)
"""A line: the dash of an item, a key, and a value that is plain, in quotes, or the inside of a list in brackets."""
_ITEM = re.compile(rf"""\ * (?: (\w[^\[\]{{}},:\#?"]*) | {_QUOTED} ) \ * (?:,|$)""", re.VERBOSE)


class _NotSimple(Exception):
    """This is for libyaml to read."""


class _Placed:
    """Where a node begins, from 0; its mark is made when a message asks for it, and most are never asked for."""

    line: int
    column: int
    tag = ""

    @property
    def start_mark(self) -> Mark:
        return Mark("", 0, self.line, self.column, None, 0)


class _Scalar(_Placed, ScalarNode):  # type: ignore[override] # nobody moves a node
    def __init__(self, value: str, style: str, line: int, column: int) -> None:
        self.value = value
        self.style = style
        self.line = line
        self.column = column


class _Sequence(_Placed, SequenceNode):  # type: ignore[override] # nobody moves a node
    def __init__(self, line: int, column: int) -> None:
        self.value: list[Any] = []
        self.line = line
        self.column = column


class _Mapping(_Placed, MappingNode):  # type: ignore[override] # nobody moves a node
    def __init__(self, line: int, column: int) -> None:
        self.value: list[Any] = []
        self.line = line
        self.column = column


def outline(text: str) -> MappingNode | None:
    """Give the mapping that ``text`` is, or None where it is anything but simple."""
    if len(text) > LONGEST or not text.replace("\n", " ").isprintable():
        return None
    try:
        return _mapping(text)
    except _NotSimple:
        return None


def _mapping(text: str) -> MappingNode:
    place: _Mapping | _Sequence = _Mapping(0, -1)  # what the next line may go on with
    opened = [place]  # all of these, from what holds the root on
    waiting: _Scalar | None = _Scalar("", "", 0, -1)  # the key, in the last of them, that has no value yet
    for number, line in enumerate(text.split("\n")):
        if not line:
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise _NotSimple
        dash, key, plain, quoted, items = found.groups()
        value: Node | None = None
        if plain is not None:
            if ": " in plain or " #" in plain or plain[-1] == ":":
                raise _NotSimple
            value = _Scalar(plain, "", number, found.start(3))
        elif quoted is not None:
            value = _Scalar(quoted[1:-1], quoted[0], number, found.start(4))
        elif items is not None:
            value = _items(items, number, found.start(5))
        if key is None and (dash is None or value is None):
            raise _NotSimple
        column = found.start(1 if dash else 2)
        kind = _Sequence if dash else _Mapping
        if waiting is not None and (column > place.column or (dash and column == place.column)):
            inner = kind(number, column)
            place.value.append((waiting, inner))
            opened.append(inner)
            place = inner
        else:
            if waiting is not None:
                place.value.append((waiting, _nothing(waiting)))
            while place.column > column or (place.column == column and type(place) is not kind):
                opened.pop()
                place = opened[-1]
            if place.column < column:
                raise _NotSimple
        waiting = None
        if key is None:
            place.value.append(value)
            continue
        name = _Scalar(key, "", number, found.start(2))
        if dash:
            inner = _Mapping(number, name.column)
            place.value.append(inner)
            opened.append(inner)
            place = inner
        if len(opened) > DEEPEST:
            raise _NotSimple
        if value is None:
            waiting = name
        else:
            place.value.append((name, value))
    if waiting is not None:
        place.value.append((waiting, _nothing(waiting)))
    root = opened[0].value[0][1]
    if not isinstance(root, MappingNode):
        raise _NotSimple
    return root


def _nothing(key: _Scalar) -> _Scalar:
    """The value of a key that nothing follows: it is right behind the colon."""
    return _Scalar("", "", key.line, key.column + len(key.value) + 1)


def _items(text: str, line: int, column: int) -> _Sequence:
    """The list in a pair of brackets, which holds ``text`` at ``column``."""
    items = _Sequence(line, column - 1)
    at = 0
    while at < len(text):
        found = _ITEM.match(text, at)
        if found is None:
            raise _NotSimple
        plain, quoted = found.groups()
        if plain is not None:
            items.value.append(_Scalar(plain.rstrip(" "), "", line, column + found.start(1)))
        else:
            items.value.append(_Scalar(quoted[1:-1], quoted[0], line, column + found.start(2)))
        at = found.end()
    return items
