"""Find which names templates give a meaning of their own, so that the others can be known before anything renders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jinja2 import nodes

GIVEN = frozenset({"site", "href", "absolute", "asset", "range", "dict", "namespace", "_", "plural", "locale"})
"""The names that mean the same in every template of a build, unless one of them gives them another meaning."""

Binding = tuple[str, ...]
"""How a name gets its meaning: by an import (from which template, of which name), or otherwise, which is ``()``."""


@dataclass(slots=True)
class Bindings:
    """The names that one template binds, each with all the ways it does; which templates it extends; and whether it
    changes how values are escaped."""

    names: dict[str, set[Binding]] = field(default_factory=dict)
    extends: set[str] = field(default_factory=set)
    changes_escaping: bool = False


def bindings_of(every: Iterable[nodes.Node]) -> Bindings:
    """Give what a template binds, of which ``every`` node is given: by assignment, in a loop, as a parameter, by a
    macro or an import."""
    found = Bindings()

    def bind(name: str, how: Binding = ()) -> None:
        found.names.setdefault(name, set()).add(how)

    for node in every:
        if isinstance(node, nodes.Name):
            if node.ctx != "load":
                bind(node.name)
        elif isinstance(node, nodes.Macro):
            bind(node.name)
        elif isinstance(node, nodes.Import | nodes.FromImport):
            for name_in, alias in imported(node):
                bind(alias, ("import", _named(node), name_in, str(node.with_context)))
        elif isinstance(node, nodes.Extends):
            found.extends.add(_named(node))
        elif isinstance(node, nodes.EvalContextModifier):
            found.changes_escaping = True
    return found


def imports_of(tree: nodes.Template) -> list[nodes.Import | nodes.FromImport]:
    """Give all imports of a template."""
    return [*tree.find_all(nodes.Import), *tree.find_all(nodes.FromImport)]


def imported(node: nodes.Import | nodes.FromImport) -> list[tuple[str, str]]:
    """Give the names that an import takes, each with the name that it gets here; ``""`` for a template as a whole."""
    if isinstance(node, nodes.Import):
        return [("", node.target)]
    return [one if isinstance(one, tuple) else (one, one) for one in node.names]


def are_plain(templates: Mapping[str, Bindings]) -> bool:
    """Whether ``templates`` (a closure) leave the given names and the escaping alone, and no name that one of them
    imports gets another meaning in the templates that it shares its names with: those that it extends."""
    for name, one in templates.items():
        if one.changes_escaping or not GIVEN.isdisjoint(one.names):
            return False
        together = [templates[other] for other in _chain(name, templates)]
        for bound, ways in one.names.items():
            everywhere = ways.union(*(other.names.get(bound, set()) for other in together))
            if len(everywhere) > 1 and any(everywhere):
                return False
    return True


def _chain(name: str, templates: Mapping[str, Bindings]) -> set[str]:
    """A template and all that it extends, directly or not."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in found and one in templates:
            found.add(one)
            waiting += templates[one].extends
    return found


def _named(node: nodes.Import | nodes.FromImport | nodes.Extends) -> str:
    return node.template.value if isinstance(node.template, nodes.Const) else ""
