"""What crawlers are asked to leave alone: what a site says of that, checked by the rules of RFC 9309 (robots.txt)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from newsgen.document import Document, is_empty, kind_of, shorten
from newsgen.schema import Choice, Field, ListOf, Record, Shape, Text

ALLOW, DISALLOW = "allow", "disallow"
LARGEST = 500 * 1024
"""Bytes of a robots.txt that every crawler reads (RFC 9309, 2.5)."""
LONGEST_PATH = 2_000

_TOKEN = r"[A-Za-z0-9._-]{1,100}"  # noqa: S105 - the standard calls the name of a crawler so
_AS_THEY_ARE = "/-._~!$'()*+,;=:@?&%"


@dataclass(frozen=True, slots=True)
class _Path:
    """The beginning of an address of the site, in which ``*`` stands for anything and a last ``$`` for its end."""

    says: str = "a path of the site that begins with /, such as /media/ or /*.pdf$"

    def read(self, node: Node, document: Document) -> str | None:
        value = Text(self.says, longest=LONGEST_PATH).read(node, document)
        if value is None:
            return None
        if not value.startswith("/"):
            document.fault(node, f"{shorten(value)!r} can't be a path for crawlers", f"Write {self.says}.")
            return None
        # What is encoded already stays so; a # would begin a comment.
        return quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", value), safe=_AS_THEY_ARE)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^[\s\u200b\ufeff]*/", "examples": ["/media/", "/*.pdf$"]}


@dataclass(frozen=True, slots=True)
class _Rules:
    """A record with paths that are allowed and paths that are not; one that is both is a fault."""

    record: Record

    @property
    def says(self) -> str:
        return self.record.says

    def read(self, node: Node, document: Document) -> dict[str, Any] | None:
        values, nodes = self.record.read_with_nodes(node, document)
        allowed = set((values or {}).get(ALLOW) or ())
        for path, place in _items(nodes.get(DISALLOW)) if allowed else ():
            if _Path().read(path, Document(document.path, "")) in allowed:
                what = f"{shorten(path.value)!r} is both allowed and disallowed"
                document.fault(place, what, "Take one out: crawlers would take it for allowed.")
        return values

    def json_schema(self) -> dict[str, Any]:
        return self.record.json_schema()


def _items(node: Node | None) -> Iterator[tuple[ScalarNode, Node]]:
    for one in node.value if isinstance(node, SequenceNode) else [node]:
        if isinstance(one, ScalarNode) and not is_empty(one):
            yield one, one


@dataclass(frozen=True, slots=True)
class _Crawlers:
    """Single crawlers by their user-agent tokens, each with what it may read."""

    rules: Shape
    says: str = "a mapping of crawlers, such as GPTBot: disallow"

    def read(self, node: Node, document: Document) -> dict[str, dict[str, Any]] | None:
        if not isinstance(node, MappingNode):
            document.fault(node, f"found {kind_of(node)} where {self.says} was expected", "Write NAME: disallow.")
            return None
        found: dict[str, dict[str, Any]] = {}
        seen: dict[str, Node] = {}
        for key, value in node.value:
            name = key.value.strip() if isinstance(key, ScalarNode) else ""
            if name == "*":
                document.fault(key, "* is not one crawler", "What holds for all others is said by default:.")
            elif not re.fullmatch(_TOKEN, name):
                what = f"{shorten(name)!r} can't be the name of a crawler"
                document.fault(key, what, "Write its user-agent token alone, such as GPTBot: no version, no blanks.")
            elif name.lower() in seen:
                line = document.line_of(seen[name.lower()])
                what = f"the crawler {shorten(name)!r} is given twice, first on line {line}"
                document.fault(key, what, "Keep one: their case makes no difference.")
            else:
                seen[name.lower()] = key
                said = None if is_empty(value) else self.rules.read(value, document)
                if is_empty(value):
                    document.fault(key, f"nothing is said of the crawler {shorten(name)!r}", "Write NAME: disallow.")
                if said is not None:
                    found[name] = said
        return found

    def json_schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "patternProperties": {rf"^\s*{_TOKEN}\s*$": self.rules.json_schema()},
            "additionalProperties": False,
            "examples": [{"GPTBot": DISALLOW}],
        }


_ACCESS = Choice((ALLOW, DISALLOW))
_PATHS = ListOf(_Path())
_OF_A_CRAWLER: Shape = _Rules(
    Record(
        (
            Field("default", _ACCESS, "What it may read where no path says otherwise. Default: what all others may."),
            Field(ALLOW, _PATHS, "Paths that it may read."),
            Field(DISALLOW, _PATHS, "Paths that it may not read, besides those that nobody may."),
        ),
        short="default",
    )
)
_OF_ALL = _Rules(
    Record(
        (
            Field("default", _ACCESS, "What crawlers may read where no path says otherwise. Default: allow."),
            Field(ALLOW, _PATHS, "Paths that they may read."),
            Field(DISALLOW, _PATHS, "Paths that none may read."),
            Field("crawlers", _Crawlers(_OF_A_CRAWLER), "Single crawlers by their user-agent tokens."),
        ),
        short="default",
    )
)


@dataclass(frozen=True, slots=True)
class _Robots:
    """What robots.txt says, no longer than every crawler reads."""

    says: str = _OF_ALL.says

    def read(self, node: Node, document: Document) -> dict[str, Any] | None:
        given = _OF_ALL.read(node, document)
        if given is not None and len(robots_txt(read_robots(given), "/")) > LARGEST:
            what = (
                f"robots.txt would be larger than {LARGEST >> 10} KiB, of which crawlers need read no more (RFC 9309)"
            )
            document.fault(node, what, "Name fewer paths, or shorter ones that many others begin with.")
        return given

    def json_schema(self) -> dict[str, Any]:
        return _OF_ALL.json_schema()


ROBOTS_SHAPE: Shape = _Robots()


@dataclass(frozen=True, slots=True)
class Robots:
    """What crawlers are asked: ``default`` is :data:`ALLOW` or :data:`DISALLOW`, ``allow`` and ``disallow`` are paths
    below the base, encoded. ``crawlers`` are single ones by their tokens, each with the same three."""

    default: str = ALLOW
    allow: tuple[str, ...] = ()
    disallow: tuple[str, ...] = ()
    crawlers: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = ()


PARTS_OF_ROBOTS = ("default", "allow", "disallow", "crawlers")
"""What templates may read of it."""


def read_robots(given: dict[str, Any]) -> Robots:
    """Give the settings that ``site.yaml`` makes of :data:`ROBOTS_SHAPE`; what it leaves out has its default."""
    default = given["default"] or ALLOW
    crawlers = (given["crawlers"] or {}).items()
    return Robots(
        default,
        *_paths(given),
        tuple((name, said["default"] or default, *_paths(said)) for name, said in crawlers),
    )


def _paths(given: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(dict.fromkeys(given[ALLOW] or ())), tuple(dict.fromkeys(given[DISALLOW] or ()))


def robots_txt(robots: Robots, base_path: str) -> str:
    """Give the groups of robots.txt (RFC 9309) for a site below ``base_path``.

    A crawler that has a group obeys no other: so what nobody may read stands in each. Every crawler has one group, and
    the longest names stand first, for parsers that take the first whose name is a part of theirs. So do the longest
    paths, for those that obey the first rule and not the longest; by the standard their order means nothing.
    """
    groups = [("*", robots.default, robots.allow, robots.disallow)]
    for name, default, allow, disallow in sorted(robots.crawlers, key=lambda one: (-len(one[0]), one[0].lower())):
        shared = [one for one in robots.disallow if one not in allow]
        exceptions = [one for one in robots.allow if one not in disallow] if default == ALLOW else []
        groups.append((name, default, (*allow, *exceptions), (*disallow, *shared)))
    return "\n".join(_group(*one, base_path) for one in groups)


def _group(name: str, default: str, allow: tuple[str, ...], disallow: tuple[str, ...], base_path: str) -> str:
    rules = {"/": default} | dict.fromkeys(disallow, DISALLOW) | dict.fromkeys(allow, ALLOW)
    if len({*rules.values()}) == 1:
        rules = {"/": rules["/"]}  # then no path says otherwise than the whole
    lines = (
        f"{what.capitalize()}: {base_path}{path[1:]}"
        for path, what in sorted(rules.items(), key=lambda one: (-len(one[0]), one[1], one[0]))
    )
    return "\n".join((f"User-agent: {name}", *lines, ""))
