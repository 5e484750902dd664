"""Put constants into templates, in the place of expressions that mean the same on every page of a build.

Settings, links to fixed addresses, assets and the words of the theme do not change while a build runs, and all of them
are in the fingerprints of the pages that show them. Only templates that leave their names alone are folded.
"""

from __future__ import annotations

from typing import Any, Protocol

from jinja2 import nodes
from jinja2.runtime import Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from newsgen.bindings import imported

EVERYWHERE = frozenset({"href", "absolute", "asset", "range", "dict", "_", "plural", "locale"})
"""The names that an imported template may need and still be the same for every page."""
CONTEXT = "the context"
"""What a template needs that hands all the names it has on to another one."""

OF_DICTIONARIES = frozenset(dir(dict))
"""The names that dictionaries have as attributes, which come before their items."""


class Known(Protocol):
    """What is known of a build before any of its pages is rendered."""

    def parts(self, setting: str) -> tuple[str, ...]:
        """Give the names of the parts of a setting."""

    @property
    def locale(self) -> dict[str, Any]:
        """The language that pages speak, as templates know it."""

    def setting(self, name: str) -> Any:
        """Give a setting. Raises KeyError for what is none."""

    def link(self, function: str, argument: str) -> str:
        """Give what ``href``, ``absolute`` or ``asset`` make of ``argument``. Raises KeyError where that is nothing."""

    def module(self, name: str, with_context: bool) -> Any:
        """Give an imported template, or None where it is not the same for every page."""


class Folding(NodeTransformer):
    """Puts constants into a template that leaves the given names alone (:attr:`newsgen.theme.Closure.is_plain`)."""

    def __init__(self, known: Known) -> None:
        self.modules: dict[int, str] = {}
        """The imports (by ``id``) of templates that are the same for every page, and the templates' names."""
        self.macros: dict[str, tuple[str, str, Macro]] = {}
        """The imported macros by their names here: in which template each is, how it is called there, and itself."""
        self._known = known
        self._values: dict[str, Any] = {}

    def visit_Template(self, node: nodes.Template) -> nodes.Node:  # noqa: N802 - named by Jinja, as are those below
        for index, one in enumerate(node.body):
            node.body[index] = self.visit(one)
            if isinstance(one, nodes.Import | nodes.FromImport):
                self._learn(one)  # from here on: before, the name is not yet defined
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802
        for one in node.nodes:
            if isinstance(one, nodes.CondExpr) and one.expr2 is None:
                one.expr2 = _constant("", one)  # which is what is shown, and cheaper than what Jinja makes of it
        return self.generic_visit(node)

    def visit_Import(self, node: nodes.Import) -> nodes.Node:  # noqa: N802
        return self._import(node)

    def visit_FromImport(self, node: nodes.FromImport) -> nodes.Node:  # noqa: N802
        return self._import(node)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802
        if node.ctx == "load" and node.name in self._values:
            return _constant(self._values[node.name], node)
        if node.ctx == "load" and node.name == "locale":
            return _constant(self._known.locale, node)
        return node

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802
        inner = node.node
        setting = node.attr if _is_site(inner) else ""
        if isinstance(inner, nodes.Getattr) and _is_site(inner.node) and node.attr in self._known.parts(inner.attr):
            setting = f"{inner.attr}.{node.attr}"
        if setting and not self._known.parts(setting):
            try:
                value = self._known.setting(setting)
            except KeyError:
                return node
            return _constant(value, node) if is_plain_value(value) else node
        self.generic_visit(node)
        return self._item(node, node.attr) if node.attr not in OF_DICTIONARIES else node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return self._item(node, node.arg.value) if isinstance(node.arg, nodes.Const) else node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if isinstance(node.node, nodes.Name) and node.node.name in ("href", "absolute", "asset"):
            given = node.args[0] if len(node.args) == 1 else None
            simple = not (node.kwargs or node.dyn_args or node.dyn_kwargs)
            if simple and isinstance(given, nodes.Const) and type(given.value) is str:
                try:
                    return _constant(self._known.link(node.node.name, given.value), node)
                except KeyError:
                    pass  # which is told when the page is rendered
        return node

    def _item(self, node: nodes.Getattr | nodes.Getitem, key: Any) -> nodes.Node:
        held = node.node.value if isinstance(node.node, nodes.Const) else None
        if type(held) is dict and type(key) is str and key in held and node.ctx == "load":
            return _constant(held[key], node)
        return node

    def _import(self, node: nodes.Import | nodes.FromImport) -> nodes.Node:
        if isinstance(node.template, nodes.Const) and isinstance(node.template.value, str):
            module = self._known.module(node.template.value, node.with_context)
            if module is not None and all(hasattr(module, name) for name, _ in imported(node) if name):
                self.modules[id(node)] = node.template.value
        return node

    def _learn(self, node: nodes.Import | nodes.FromImport) -> None:
        name_of = self.modules.get(id(node))
        for name, alias in imported(node) if name_of else ():
            value = getattr(self._known.module(str(name_of), node.with_context), name) if name else None
            if type(value) is Macro:
                self.macros[alias] = (str(name_of), name, value)
            elif name and is_plain_value(value):
                self._values[alias] = value


def is_plain_value(value: Any) -> bool:
    """Whether a value can be written into code as it is, and compared and shown there as it would be here."""
    if type(value) is dict:
        return all(is_plain_value(key) and is_plain_value(one) for key, one in value.items())
    if type(value) in (tuple, list):
        return all(map(is_plain_value, value))
    return value is None or type(value) in (str, int, bool, Markup)


def _constant(value: Any, node: nodes.Node) -> nodes.Const:
    return nodes.Const(value, lineno=node.lineno, environment=node.environment)


def _is_site(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "site"
