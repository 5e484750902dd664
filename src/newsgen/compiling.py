"""Compile templates to code that does not ask at each step what is allowed, where that is proven beforehand.

:func:`is_proven` says that nothing in a template needs the sandbox's questions while it runs; :class:`Generator` writes
code that does not ask them, and cannot be told apart by what it shows.
"""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, DependencyFinderVisitor, Frame, find_undeclared, optimizeconst
from jinja2.idtracking import VAR_LOAD_RESOLVE, VAR_LOAD_UNDEFINED
from jinja2.optimizer import Optimizer
from jinja2.visitor import NodeTransformer

from newsgen.bindings import imported, imports_of
from newsgen.folding import CONTEXT, OF_DICTIONARIES, Folding

OF_THE_CLOCK = frozenset(
    {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp", "astimezone", "timestamp", "ctime"}
)
CHANGING = frozenset(
    """add append appendleft clear difference_update discard extend extendleft insert pop popitem popleft remove reverse
    rotate setdefault sort symmetric_difference_update update""".split()
)
"""Methods that change lists, dictionaries, sets and queues."""

REFUSED = OF_THE_CLOCK | CHANGING | {"format", "format_map", "mro", "alters_data", "unsafe_callable"}
_INSIDE = ("_", "ag_", "co_", "cr_", "f_", "gi_", "tb_")
"""How the names begin that lead into Python itself."""

_UNDERSTOOD = frozenset(
    """Template Output TemplateData Name Const Getattr Getitem Slice Call Keyword Filter Test CondExpr Compare Operand
    Concat Tuple List Dict Pair Add Sub Mul Div FloorDiv Mod Pow Neg Pos Not And Or If For Assign AssignBlock NSRef
    Macro CallBlock FilterBlock With Block Extends Include Import FromImport Scope""".split()
)


def is_proven(tree: nodes.Template) -> bool:
    """Whether nothing in a template has to be asked about while it runs: no name of an attribute is one that the
    sandbox refuses for any object, and values are escaped throughout."""
    return type(tree).__name__ in _UNDERSTOOD and all(map(_is_harmless, tree.find_all(nodes.Node)))


def _is_harmless(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Getattr | nodes.NSRef):
        return not (node.attr.startswith(_INSIDE) or node.attr in REFUSED)
    if isinstance(node, nodes.Filter):
        return node.name != "attr"
    if isinstance(node, nodes.Include):
        return node.with_context  # without it, Jinja writes code that can't be part of a whole
    return type(node).__name__ in _UNDERSTOOD


class _Optimizer(Optimizer):
    """Jinja's own folding of constants, which leaves what fails to where it would be rendered."""

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        NodeTransformer.generic_visit(self, node, *args, **kwargs)
        if isinstance(node, nodes.Expr):
            try:
                value = node.as_const(args[0] if args else None)
                return nodes.Const.from_untrusted(value, node.lineno, self.environment)
            except Exception:
                return node
        return node


class CarefulGenerator(CodeGenerator):
    """Writes the sandbox's code, but refuses to show what must not be shown where it is a constant too."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.optimizer = _Optimizer(self.environment)

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if not isinstance(node, nodes.TemplateData) and self.environment.finalize is not None:
            self.environment.finalize(node.as_const(frame.eval_ctx))  # Jinja asks only after it made it text
        return super()._output_child_to_const(node, frame, finalize)


class Generator(CarefulGenerator):
    """Writes code that goes straight to attributes, functions and imported templates.

    The code finds ``fetch``, ``pick``, ``show``, ``join`` and ``imported`` at the environment, see
    :mod:`newsgen.sandbox`. What is the same for every page it finds once, when the template is loaded.
    """

    needs: set[str]
    """The names that the template asks for and does not define."""

    def follow(self, folding: Folding, tree: nodes.Template) -> str:
        """Give the code for a template that was folded, and proven."""
        self.needs = set()
        self._folding = folding
        self._found_once: dict[str, str] = {}
        stored = {one.name for one in tree.find_all(nodes.Name) if one.ctx == "store"}
        stored |= {alias for one in imports_of(tree) for _, alias in imported(one)}
        self._extends = tree.find(nodes.Extends) is not None
        macros = [*tree.find_all(nodes.Macro)]
        names = [one.name for one in macros]
        self._own = {one.name: one for one in macros if names.count(one.name) == 1 and one.name not in stored}
        self._raw: nodes.Node | None = None
        self.visit(tree)
        return str(self.stream.getvalue())  # type: ignore[attr-defined] # what Jinja makes where it is given none

    def once(self, code: str) -> str:
        """Give a name for what ``code`` gives, which is found when the template is loaded."""
        return self._found_once.setdefault(code, f"k_{len(self._found_once)}")

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802
        super().visit_Template(node, frame)
        for code, name in self._found_once.items():
            self.writeline(f"{name} = {code}")

    def writeline(self, x: str, node: nodes.Node | None = None, extra: int = 0) -> None:
        if x.startswith("yield from "):
            x = f"yield concat({x.removeprefix('yield from ')})"
        super().writeline(x, node, extra)

    def enter_frame(self, frame: Frame) -> None:
        super().enter_frame(frame)
        if frame.parent is None and (frame.block_frame or not self._extends):
            self.buffer(frame)  # and so a block is handed on whole, not piece by piece
        self.needs |= {name for action, name in frame.symbols.loads.values() if action == VAR_LOAD_RESOLVE}

    def leave_frame(self, frame: Frame, with_python_scope: bool = False) -> None:
        if frame.parent is None and frame.buffer is not None:
            self.writeline(f"yield concat({frame.buffer})")
        super().leave_frame(frame, with_python_scope)

    def pull_dependencies(self, nodes: Any) -> None:
        found = DependencyFinderVisitor()
        for node in nodes:
            found.visit(node)
        if not (found.filters <= self.environment.filters.keys() and found.tests <= self.environment.tests.keys()):
            super().pull_dependencies(nodes)  # which tells of what is missing
            return
        for kind, known, names in (("filters", self.filters, found.filters), ("tests", self.tests, found.tests)):
            known |= {name: self.once(f"environment.{kind}[{name!r}]") for name in sorted(names)}

    def visit_Extends(self, node: nodes.Extends, frame: Frame) -> None:  # noqa: N802
        self.needs.add(CONTEXT)
        super().visit_Extends(node, frame)

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:  # noqa: N802
        self.needs.add(CONTEXT)
        super().visit_Include(node, frame)

    def visit_Import(self, node: nodes.Import, frame: Frame) -> None:  # noqa: N802
        module = self._module(node)
        if module is None:
            super().visit_Import(node, frame)
            return
        self._bind(node, frame, [(node.target, module)])

    def visit_FromImport(self, node: nodes.FromImport, frame: Frame) -> None:  # noqa: N802
        module = self._module(node)
        if module is None:
            super().visit_FromImport(node, frame)
            return
        self._bind(node, frame, [(alias, self.once(f"getattr({module}, {name!r})")) for name, alias in imported(node)])

    def _module(self, node: nodes.Import | nodes.FromImport) -> str | None:
        """The name under which the code finds an imported template; None where every page has its own."""
        name = self._folding.modules.get(id(node))
        if name is None:
            self.needs.add(CONTEXT if node.with_context else "namespace")
            return None
        return self.once(f"environment.module({name!r}, {node.with_context})")

    def _import_common(self, node: nodes.Import | nodes.FromImport, frame: Frame) -> None:
        if node.with_context:
            super()._import_common(node, frame)
            return
        self.write("environment.get_template(")
        self.visit(node.template, frame)
        self.write(").make_module()")  # anew for each page, which must not see what another has left in it

    def _bind(self, node: nodes.Node, frame: Frame, found: list[tuple[str, str]]) -> None:
        for alias, value in found:
            keep = f" = context.vars[{alias!r}]" if frame.toplevel else ""
            self.writeline(f"{frame.symbols.ref(alias)}{keep} = {value}", node)
            if frame.toplevel:
                self.writeline(f"context.exported_vars.discard({alias!r})")

    def visit_Const(self, node: nodes.Const, frame: Frame) -> None:  # noqa: N802
        if type(node.value) in (dict, list):
            self.write(self.once(repr(node.value)))  # nothing can change it
        else:
            super().visit_Const(node, frame)

    @optimizeconst
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        function = "fetch" if node.attr in OF_DICTIONARIES else "pick"
        self.write(self.once(f"environment.{function}") + "(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")

    @optimizeconst
    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        self.write(self.once("environment.join") + "(")
        for one in node.nodes:
            self.visit(one, frame)
            self.write(", ")
        self.write(")")

    @optimizeconst
    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        raw, self._raw = self._raw is node, None
        function = None if forward_caller else self._function(node, frame)
        if function is not None:
            target, arguments = function
            self.write("" if raw else "Markup(")
            self.visit(target, frame) if isinstance(target, nodes.Node) else self.write(target)
            self.write("._func(" if isinstance(target, nodes.Node) else "(")
            for one in arguments:
                self.visit(one, frame) if one is not None else self.write("missing")
                self.write(", ")
            self.write(")" if raw else "))")
            return
        is_known = isinstance(node.node, nodes.Name) or not _is_constant(node.node, frame)
        self.write("" if is_known else "identity(")  # for Python warns of a call of a constant
        self.visit(node.node, frame)
        self.write("" if is_known else ")")
        if forward_caller or node.kwargs or node.dyn_args or node.dyn_kwargs:
            self.write("(*()")  # for Jinja begins with a comma
            self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        else:
            self.write("(")
            for one in node.args:
                self.visit(one, frame)
                self.write(", ")
        self.write(")")

    def _function(self, node: nodes.Call, frame: Frame) -> tuple[nodes.Node | str, list[nodes.Expr | None]] | None:
        """The function of the macro that a call is surely of, and its arguments, where they fit."""
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if node.dyn_args or node.dyn_kwargs:
            return None
        given = {one.key: one.value for one in node.kwargs}
        target: nodes.Node | str
        if name in self._folding.macros:
            template, called, macro = self._folding.macros[name]
            if macro.catch_kwargs or macro.catch_varargs or macro.caller:
                return None
            parameters = list(macro.arguments)
            target = self.once(f"environment.macro({template!r}, {called!r})")
        elif name in self._own and self._is_own(name, frame):
            own = self._own[name]
            if find_undeclared(own.body, ("caller", "kwargs", "varargs")):
                return None
            parameters = [one.name for one in own.args]
            target = node.node
        else:
            return None
        left = parameters[len(node.args) :]
        if len(node.args) > len(parameters) or not given.keys() <= set(left):
            return None  # which is told when the page is rendered
        return target, [*node.args, *(given.get(one) for one in left)]

    def _is_own(self, name: str, frame: Frame) -> bool:
        """Whether ``name`` is here what a macro of this very template was given as."""
        load = frame.symbols.find_load(frame.symbols.ref(name))
        return load is not None and load[0] == VAR_LOAD_UNDEFINED

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if isinstance(node, nodes.Call) and self._function(node, frame):
            self._raw = node
        else:
            self.write(self.once("environment.show"))
            self.write("(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if not (isinstance(node, nodes.Call) and self._function(node, frame)):
            self.write(")")


def _is_constant(node: nodes.Expr, frame: Frame) -> bool:
    try:
        node.as_const(frame.eval_ctx)
    except Exception:
        return False
    return True
