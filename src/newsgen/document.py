"""One YAML text with the place of everything in it: composed into nodes, never constructed into objects.

No tag of a document can make anything but text, lists and mappings; its size, depth and aliases are bounded.
"""

from __future__ import annotations

import re
from datetime import UTC, tzinfo
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from newsgen.errors import FAULT, WARNING, Fault, Refused
from newsgen.outline import outline

LARGEST_HEADER = 512 * 1024
DEEPEST = 40
MOST_NODES = 20_000

try:
    from yaml import CSafeLoader
except ImportError as error:  # pragma: no cover - every wheel of PyYAML carries libyaml
    raise Refused(
        "PyYAML was built without libyaml, which reads front matter six times faster",
        "Install the wheel from the package index (pip install --force-reinstall --only-binary :all: pyyaml).",
    ) from error


class _Loader(CSafeLoader):
    """libyaml, without PyYAML's guesses at what a plain text means: here all are text, whatever they look like."""

    def resolve(self, kind: type[Node], value: str, implicit: tuple[bool, bool]) -> str:
        return ""

    def descend_resolver(self, parent: Node, index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


class Document:
    """One YAML text that is being read: where it is, and every fault found in it so far.

    ``first_line`` is the line of the file on which the text begins, from 1. With ``most`` values, keys among them, it
    may be ``largest`` characters long.
    """

    def __init__(
        self,
        path: str,
        text: str,
        first_line: int = 1,
        zone: tzinfo = UTC,
        largest: int = LARGEST_HEADER,
        most: int = MOST_NODES,
    ) -> None:
        self.path = path
        self.text = text
        self.first_line = first_line
        self.zone = zone
        self.largest = largest
        self.most = most
        self.faults: list[Fault] = []

    def fault(self, node: Node | None, what: str, remedy: str = "", severity: str = FAULT) -> None:
        """Report what is wrong at ``node`` (at the head of the document without one)."""
        line, column = (node.start_mark.line, node.start_mark.column) if node is not None else (0, 0)
        self.faults.append(Fault(self.path, self.first_line + line, column + 1, what, remedy, severity))

    def line_of(self, node: Node) -> int:
        """Give the line of the file on which ``node`` begins, from 1."""
        return self.first_line + node.start_mark.line

    def warn(self, node: Node | None, what: str, remedy: str = "") -> None:
        self.fault(node, what, remedy, WARNING)

    def compose(self) -> MappingNode | None:
        """Give the mapping that the document is; None where it is not one, which is then reported."""
        if len(self.text) > self.largest:
            self.fault(None, f"the YAML is larger than {self.largest // 1024} KiB", self._too_much())
            return None
        simple = outline(self.text)
        return simple if simple is not None else self.compose_any()

    def compose_any(self) -> MappingNode | None:
        """Do what :meth:`compose` does, whatever the YAML is like, with libyaml."""
        try:
            if _may_nest_deeply(self.text) and _depth(self.text) > DEEPEST:
                self.fault(None, f"the YAML is nested more than {DEEPEST} levels deep", "Write it flatter.")
                return None
            node = yaml.compose(self.text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line, mark.column) if mark else (0, 0)
            what = " ".join(part for part in (error.context, error.problem) if part)
            self.faults.append(
                Fault(self.path, self.first_line + line, column + 1, f"this is not YAML: {what}", _yaml_remedy(what))
            )
            return None
        except yaml.YAMLError as error:
            wrong = _NOT_YAML.search(self.text)
            at = wrong.start() if wrong else 0
            line, column = self.text.count("\n", 0, at), at - self.text.rfind("\n", 0, at)
            what = f"the control character U+{ord(wrong[0]):04X}" if wrong else str(error)
            self.faults.append(
                Fault(self.path, self.first_line + line, column, f"this is not YAML: {what}", "Remove the character.")
            )
            return None
        if node is None:
            return MappingNode("tag:yaml.org,2002:map", [])
        if not isinstance(node, MappingNode):
            self.fault(node, f"found {kind_of(node)} where keys and values were expected", "Write it as key: value.")
            return None
        if not self._bounded(node):
            return None
        return node

    def _too_much(self) -> str:
        is_head = self.largest == LARGEST_HEADER
        return "Move the text into the body." if is_head else "Leave out what no article names."

    def _bounded(self, root: Node) -> bool:
        """Whether the nodes, with every alias followed, are few enough and not nested in themselves."""
        seen: set[int] = set()
        aliased = False
        count = 0
        stack: list[tuple[Node, int]] = [(root, 0)]
        while stack:
            node, depth = stack.pop()
            count += 1
            aliased = aliased or id(node) in seen
            seen.add(id(node))
            if count > self.most or depth > DEEPEST:
                if aliased:
                    self.fault(
                        node, "the YAML grows without bound through its aliases", "Write values out, without & and *."
                    )
                elif depth > DEEPEST:
                    self.fault(node, f"the YAML is nested more than {DEEPEST} levels deep", "Write it flatter.")
                else:
                    self.fault(node, f"the YAML holds more than {self.most} values", self._too_much())
                return False
            if node.tag.startswith(("!", "tag:yaml.org,2002:python/")):
                self.fault(node, f"the YAML tag {node.tag} is not accepted", "Remove the tag: articles are data.")
                return False
            if isinstance(node, SequenceNode):
                stack.extend((child, depth + 1) for child in node.value)
            elif isinstance(node, MappingNode):
                for key, value in node.value:
                    stack.append((key, depth + 1))
                    stack.append((value, depth + 1))
        return True


_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _may_nest_deeply(text: str) -> bool:
    return text.count("[") + text.count("{") + text.count("- ") + text.count("-\n") + text.count("? ") > 1000


def _depth(text: str) -> int:
    depth = deepest = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEEPEST:
                break
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return deepest


def _yaml_remedy(what: str) -> str:
    if "cannot start any token" in what:
        return "Indent with spaces, and put a value that begins with a special character in quotes."
    if "mapping values are not allowed" in what:
        return "Put a value that holds a colon in quotes."
    return "Check quotes, colons and indentation here."


def kind_of(node: Node) -> str:
    """Say in words what a node is."""
    if isinstance(node, ScalarNode):
        return "nothing" if is_empty(node) else f"the text {shorten(node.value)!r}"
    return "a list" if isinstance(node, SequenceNode) else "keys and values"


def shorten(text: str, most: int = 60) -> str:
    """Give ``text`` on one line, cut to ``most`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def is_empty(node: Node) -> bool:
    """Whether a node says nothing: ``key:``, ``key: ~``, ``key: null`` or blank text."""
    if not isinstance(node, ScalarNode):
        return False
    return not node.value or node.value.isspace() or (not node.style and node.value in ("~", "null", "Null", "NULL"))


def scalar_text(node: Node, document: Document, says: str) -> str | None:
    """Give the text of a scalar, or None after reporting that it is none."""
    if isinstance(node, ScalarNode):
        text: str = node.value
        return text
    document.fault(node, f"found {kind_of(node)} where {says} was expected", f"Write {says}.")
    return None


_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]")


def without_controls(text: str) -> str:
    """Give ``text`` without the characters that XML 1.0 and HTML do not allow."""
    return _CONTROLS.sub("", text)


def plain(node: Node) -> Any:
    """Give a node as plain text, lists and mappings, unchecked: for what is the author's own."""
    if isinstance(node, ScalarNode):
        if not node.style and node.value in ("true", "false"):
            return node.value == "true"
        return None if is_empty(node) else without_controls(node.value)
    if isinstance(node, SequenceNode):
        return [plain(child) for child in node.value]
    return {str(key.value): plain(value) for key, value in node.value if isinstance(key, ScalarNode)}
