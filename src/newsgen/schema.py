"""Check a document against declared fields.

Each field has a *shape*, which says what a right value looks like, reads one node, and reports what it finds wrong.
"""

from __future__ import annotations

import difflib
import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import urlsplit

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from newsgen.document import Document, is_empty, kind_of, plain, scalar_text, shorten, without_controls


class Shape(Protocol):
    """How a value is read. ``says`` completes the sentence "expected …"."""

    @property
    def says(self) -> str: ...

    def read(self, node: Node, document: Document) -> Any:
        """Give the value, or None after reporting what is wrong with it."""

    def json_schema(self) -> dict[str, Any]:
        """Give the JSON Schema (draft-07) of what ``read`` accepts, as far as one can say it. It refuses nothing that
        ``read`` takes in silence."""


SCALAR = ["string", "number", "boolean"]
"""The types that editors see in a plain YAML text; here all of them are text."""
NOTHING: dict[str, Any] = {"type": ["null", "string"], "pattern": r"^\s*$"}
"""What counts as not said."""
WEB_PATTERN = r"[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#\\\"<>][^\s\\\"<>]*"


def either(*schemas: dict[str, Any]) -> dict[str, Any]:
    """Give the JSON Schema of what one of some ``schemas`` accepts."""
    found: list[Any] = []
    for one in schemas:
        found += one["anyOf"] if one.keys() == {"anyOf"} else [one]
    return {"anyOf": found}


def either_case(word: str) -> str:
    """Give a regular expression, of the kind that JSON Schema has, for an ASCII ``word`` in upper and lower case."""
    return "".join(f"[{one.upper()}{one}]" if one.isalpha() else re.escape(one) for one in word.lower())


@dataclass(frozen=True, slots=True)
class Text:
    """One run of text; ``entities`` decodes HTML's (``&amp;``), ``lines`` keeps line breaks."""

    says: str = "text"
    entities: bool = False
    lines: bool = False
    longest: int = 20_000

    def read(self, node: Node, document: Document) -> str | None:
        value = scalar_text(node, document, self.says)
        if value is None:
            return None
        if self.entities and "&" in value:
            value = html.unescape(value)
        if value.isascii() and value.isprintable():  # then blanks are all that there is to clean
            value = value.strip(" ")
            if "  " in value and not self.lines:
                value = " ".join(value.split())
        else:
            value = without_controls(value)
            value = value.strip() if self.lines else " ".join(value.split())
            value = unicodedata.normalize("NFC", value).strip("\u200b\ufeff ")
        if len(value) > self.longest:
            document.fault(node, f"the text is longer than {self.longest} characters", "Shorten it.")
            return None
        return value

    def json_schema(self) -> dict[str, Any]:
        return {"type": SCALAR, "maxLength": self.longest}


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    says: str = "true or false"

    def read(self, node: Node, document: Document) -> bool | None:
        value = scalar_text(node, document, self.says)
        if value is None:
            return None
        word = value.strip().lower()
        if word in ("true", "yes", "on"):
            return True
        if word in ("false", "no", "off"):
            return False
        document.fault(node, f"found {shorten(value)!r} where {self.says} was expected", "Write true or false.")
        return None

    def json_schema(self) -> dict[str, Any]:
        words = "|".join(map(either_case, ("true", "yes", "on", "false", "no", "off")))
        return {"anyOf": [{"type": "boolean"}, {"type": "string", "pattern": rf"^\s*({words})\s*$"}]}


_NUMBER = re.compile(r"\s*[+-]?\d+(\.\d*)?\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Number:
    """A number from ``least`` to ``most``; whole unless ``fraction``."""

    least: float
    most: float
    fraction: bool = False

    says: str = field(init=False)

    def __post_init__(self) -> None:
        says = f"a {'' if self.fraction else 'whole '}number from {self.least:g} to {self.most:g}"
        object.__setattr__(self, "says", says)

    def read(self, node: Node, document: Document) -> float | int | None:
        value = scalar_text(node, document, self.says)
        if value is None:
            return None
        try:
            if not _NUMBER.fullmatch(value):
                raise ValueError(value)
            number = float(value) if self.fraction else int(value)
        except ValueError:
            number = None
        if number is None or not self.least <= number <= self.most:
            document.fault(node, f"found {shorten(value)!r} where {self.says} was expected", f"Write {self.says}.")
            return None
        return number

    def json_schema(self) -> dict[str, Any]:
        rest = r"(\.[0-9]*)?" if self.fraction else ""
        written = {"type": "string", "pattern": rf"^\s*[+-]?[0-9]+{rest}\s*$"}
        kind = "number" if self.fraction else "integer"
        return {"anyOf": [{"type": kind, "minimum": self.least, "maximum": self.most}, written]}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]
    says: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "says", "one of " + ", ".join(self.words))

    def read(self, node: Node, document: Document) -> str | None:
        value = scalar_text(node, document, self.says)
        if value is None or value in self.words:
            return value
        word = value.strip().lower().replace(" ", "-").replace("_", "-")
        if word in self.words:
            return word
        near = difflib.get_close_matches(word, self.words, 1)
        remedy = f"Did you mean {near[0]}? " if near else ""
        document.fault(node, f"found {shorten(value)!r} where {self.says} was expected", f"{remedy}Write {self.says}.")
        return None

    def json_schema(self) -> dict[str, Any]:
        loose = "|".join(either_case(word).replace(r"\-", "[-_ ]") for word in self.words)
        return {"anyOf": [{"enum": list(self.words)}, {"type": "string", "pattern": rf"^\s*({loose})\s*$"}]}


_USUAL_WEB = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?:/[!#-;=?-\[\]-~]*)?")
"""Addresses that need no closer look: a plain host, and a path without blanks, quotes, brackets and backslashes."""


def is_web(value: str) -> bool:
    """Whether ``value`` is an absolute http or https address that can stand in a page as it is."""
    return bool(_USUAL_WEB.fullmatch(value)) or is_any_web(value)


def is_any_web(value: str) -> bool:
    """Do what :func:`is_web` does, with a close look at every address."""
    try:
        parts = urlsplit(value)
        good = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return good and not any(c.isspace() or c in '\\"<>' or unicodedata.category(c) in ("Cc", "Cs") for c in value)


@dataclass(frozen=True, slots=True)
class Web:
    """An absolute http or https address."""

    says: str = "a web address that begins with https:// or http://"

    def read(self, node: Node, document: Document) -> str | None:
        value = scalar_text(node, document, self.says)
        if value is None:
            return None
        value = value.strip()
        if not is_web(value):
            document.fault(node, f"{shorten(value)!r} is not {self.says}", "Write the whole address.")
            return None
        return value

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": rf"^\s*{WEB_PATTERN}\s*$", "examples": ["https://example.org/"]}


_NAME = Text(entities=True)
_NAMING = r"[A-Za-z0-9&\u0080-\uffff]"
"""What a name has at least one of: a letter or digit, as far as a plain expression knows them."""


@dataclass(frozen=True, slots=True)
class Names:
    """Several names: a list, or one text that ``split`` takes apart (it gives the names, and a warning or none)."""

    split: Callable[[str], tuple[list[str], str]]
    says: str = "a list such as [one, two]"
    longest: int = 120

    def read(self, node: Node, document: Document) -> list[str] | None:
        if isinstance(node, ScalarNode):
            names, warning = self.split(_NAME.read(node, document) or "")
            if warning:
                document.warn(node, warning, f"Write {self.says}.")
            found: list[tuple[str, Node]] = [(name, node) for name in names]
        else:
            items = node.value if isinstance(node, SequenceNode) else [node]
            found = [
                (_NAME.read(item, document) or "", item)
                if isinstance(item, ScalarNode)
                else self._named(item, document)
                for item in items
                if not is_empty(item)
            ]
        names = []
        for name, place in found:
            says_something = name[:1].isalnum() or any(c.isalnum() for c in name)
            if says_something:
                names.append(name)
            if name and (len(name) > self.longest or not says_something):
                what = f"{shorten(name)!r} can't be a name"
                remedy = f"It needs a letter or digit, and at most {self.longest} characters."
                document.fault(place, what, remedy)
        return list(dict.fromkeys(names))

    def _named(self, item: Node, document: Document) -> tuple[str, Node]:
        """The name in one item: its text, or its ``name`` where it is a mapping."""
        if isinstance(item, MappingNode):
            named = next((value for key, value in item.value if getattr(key, "value", "") == "name"), None)
            if named is None:
                document.fault(item, f"found {kind_of(item)} where {self.says} was expected", f"Write {self.says}.")
                return "", item
            item = named
        return _NAME.read(item, document) or "", item

    def json_schema(self) -> dict[str, Any]:
        one = {"type": SCALAR, "pattern": _NAMING, "maxLength": self.longest}
        named = {"type": "object", "properties": {"name": {"anyOf": [one, NOTHING]}}, "required": ["name"]}
        several = {"type": "array", "items": {"anyOf": [one, named, NOTHING]}}
        return {"anyOf": [{"type": SCALAR}, several, named]}


@dataclass(frozen=True, slots=True)
class ListOf:
    """Several values of one shape; one alone may stand without the list."""

    item: Shape

    @property
    def says(self) -> str:
        return f"a list, each {self.item.says}"

    def read(self, node: Node, document: Document) -> list[Any] | None:
        nodes = node.value if isinstance(node, SequenceNode) else [node]
        values = [self.item.read(child, document) for child in nodes if not is_empty(child)]
        return [value for value in values if value is not None]

    def json_schema(self) -> dict[str, Any]:
        one = self.item.json_schema()
        return either(one, {"type": "array", "items": either(one, NOTHING)})


@lru_cache(1000)
def nearest(word: str, words: tuple[str, ...]) -> str | None:
    """Give the one of ``words`` that ``word`` may be a misspelling of. The same ones come again and again."""
    return next(iter(difflib.get_close_matches(word, words, 1, 0.7)), None)


@dataclass(frozen=True, slots=True)
class Field:
    """One key that a document may hold: its shape, what it is for, and the other spellings that mean it.

    Where several spellings are given the first declared counts; of a ``merged`` field (a list) all do.
    """

    name: str
    shape: Shape
    help: str
    required: bool = False
    also: tuple[str, ...] = ()
    merged: bool = False

    def rank(self, spelt: tuple[str, Node]) -> int:
        """Give the place of a spelling (and its value's node) among all that mean this field."""
        spellings = (self.name, *self.also)
        return spellings.index(spelt[0]) if spelt[0] in spellings else len(spellings)


@dataclass(frozen=True, slots=True)
class Record:
    """Keys and values; where ``short`` names a field, that field's value alone may stand for the whole.

    Fields are declared in lower case, and found in any.

    ``own`` accepts keys that begin with ``x_``.
    """

    fields: tuple[Field, ...]
    short: str | None = None
    own: bool = False
    names: Mapping[str, Field] = field(init=False)
    nothing: Mapping[str, None] = field(init=False)
    needed: tuple[Field, ...] = field(init=False)

    def __post_init__(self) -> None:
        spelt = {name: one for one in reversed(self.fields) for name in (*one.also, one.name)}
        object.__setattr__(self, "names", spelt)
        object.__setattr__(self, "nothing", dict.fromkeys(one.name for one in self.fields))
        object.__setattr__(self, "needed", tuple(one for one in self.fields if one.required))

    @property
    def says(self) -> str:
        keys = ", ".join(one.name for one in self.fields)
        return f"a mapping with {keys}" + (f" (or only the {self.short})" if self.short else "")

    def read(self, node: Node, document: Document) -> dict[str, Any] | None:
        values, _ = self.read_with_nodes(node, document)
        if values is None:
            return None
        for one in self.needed:
            if values[one.name] is None:
                return None
        return values

    def read_with_nodes(self, node: Node, document: Document) -> tuple[dict[str, Any] | None, dict[str, Node]]:
        """Give the values by field name, every field present (None where nothing is said, or wrongly), and the nodes
        of those that are given; no values where the node is no mapping."""
        values: dict[str, Any] = {**self.nothing}
        if self.short and not isinstance(node, MappingNode):
            shape = self.names[self.short].shape
            values[self.short] = shape.read(node, document)
            for one in self.needed:
                if one.name != self.short:
                    document.fault(node, f"{one.name} is missing", f"Add {one.name}: {one.shape.says}.")
            return (None if values[self.short] is None else values), {self.short: node}
        if not isinstance(node, MappingNode):
            document.fault(node, f"found {kind_of(node)} where {self.says} was expected", "Write it as key: value.")
            return None, {}
        given: dict[str, tuple[str, Node]] = {}
        again: dict[str, list[tuple[str, Node]]] = {}
        own: dict[str, Any] = {}
        seen: dict[str, Node] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else ""
            lower = key.lower()
            if lower in seen:
                document.fault(
                    key_node,
                    f"the key {shorten(key)!r} is given twice, first on line {document.line_of(seen[lower])}",
                    "Keep one.",
                )
                continue
            seen[lower] = key_node
            declared = self.names.get(lower)
            if declared is not None:
                if is_empty(value_node):
                    continue
                if declared.name in given:
                    again.setdefault(declared.name, [given[declared.name]]).append((lower, value_node))
                else:
                    given[declared.name] = (lower, value_node)
            elif self.own and key.startswith("x_"):
                own[key] = plain(value_node)
            else:
                near = nearest(lower, tuple(self.names))
                meant = f"Did you mean {self.names[near].name}? " if near else ""
                own_key = self.own and re.fullmatch(r"[\w-]{1,40}", key)
                hint = f"Keys of your own begin with x_ (x_{key})." if own_key else "Correct or remove it."
                document.warn(key_node, f"unknown key {shorten(key)!r}", f"{meant}{hint}")
        nodes: dict[str, Node] = {}
        for name, (_, first) in given.items():
            declared = self.names[name]
            spelt = sorted(again[name], key=declared.rank) if name in again else []
            nodes[name] = spelt[0][1] if spelt else first
            if spelt and declared.merged:
                read = [declared.shape.read(one, document) for _, one in spelt]
                values[name] = list(dict.fromkeys(item for one in read for item in one or ()))
            else:
                values[name] = declared.shape.read(nodes[name], document)
        for one in self.needed:
            if one.name not in nodes or values[one.name] == "":
                place = nodes.get(one.name, node if node.value else None)
                document.fault(place, f"{one.name} is missing", f"Add {one.name}: {one.shape.says}.")
        if self.own:
            values["own"] = own
        return values, nodes

    def json_schema(self) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        in_any_case: dict[str, Any] = (
            {"^x_": {"description": "A key of your own; it is not checked."}} if self.own else {}
        )
        needed: list[dict[str, Any]] = []
        for one in self.fields:
            spellings = (one.name, *one.also)
            value = one.shape.json_schema()
            value = value if one.required else either(value, NOTHING)
            for spelling in spellings:
                said = one.help if spelling == one.name else f"The same as {one.name}. {one.help}"
                properties[spelling] = {**value, "description": said}
                if spelling != one.name:
                    properties[spelling]["deprecationMessage"] = f"newsgen's own name for it is {one.name}."
                in_any_case[f"^{either_case(spelling)}$"] = True  # its value in lower case alone is looked at
            if one.required:
                pattern = f"^({'|'.join(map(either_case, spellings))})$"
                among = {"not": {"propertyNames": {"not": {"pattern": pattern}}}}
                needed.append({"anyOf": [*({"required": [spelling]} for spelling in spellings), among]})
        found: dict[str, Any] = {
            "type": "object",
            "properties": properties,
            "patternProperties": in_any_case,
            "additionalProperties": False,
        }
        if needed:
            found["allOf"] = needed
        if self.short and all(one.name == self.short for one in self.needed):
            return either(self.names[self.short].shape.json_schema(), found)
        return found
