"""The environment of templates: no clock, no chance, no files, no environment variables, nothing of Python's insides.

Templates run in Jinja's sandbox, which asks at each attribute and each call whether it is allowed. Where all answers
are known beforehand (:mod:`newsgen.compiling`) they run without the questions; the rules are the same.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from datetime import date, datetime
from types import CodeType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context, markup_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from newsgen.bindings import imports_of
from newsgen.catalogues import Catalogue
from newsgen.compiling import OF_THE_CLOCK, CarefulGenerator, Generator, is_proven
from newsgen.folding import CONTEXT, EVERYWHERE, Folding
from newsgen.model import Account, Amendment, Card, Happening, Period, Place, Term, Translation, digest
from newsgen.site import PARTS
from newsgen.spelling import Spelling, direction, spelt_iso, territorial
from newsgen.theme import SYNTAX, Theme
from newsgen.views import ONLY_ENGLISH, Links, PageView, Parts, SiteView

_PLAIN = frozenset({Account, Amendment, Card, Happening, Period, Place, Term, Translation, PageView, SiteView, Parts})
"""Our own values, which hold nothing but data: their attributes need not be asked about one by one."""


MOST_COMPILED = 500
_COMPILED: dict[tuple[str, bytes], tuple[CodeType, set[str], bool]] = {}
"""Code of templates by all that it depends on, with what else is known of it: compiling a template takes longer than
rendering it a hundred times, and a process may build more than once."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with a short way to the attributes of our own values. One for each language of pages."""

    code_generator_class = CarefulGenerator

    def __init__(
        self,
        theme: Theme,
        links: Links,
        spelling: Spelling | None = None,
        locale: dict[str, Any] | None = None,
    ) -> None:
        """``spelling`` is that of the language, English where none is given, and ``locale`` what templates know of it
        (see :func:`newsgen.views.locale_of`)."""
        super().__init__(
            loader=jinja2.FunctionLoader(_load_from(theme)),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            **SYNTAX,
            finalize=shown,
            auto_reload=False,
            cache_size=-1,
        )
        for name in ("lipsum", "cycler", "joiner"):
            del self.globals[name]
        del self.filters["random"]
        spelling = spelling or Spelling(Catalogue())
        self.locale = locale or ONLY_ENGLISH
        self.filters |= {
            "date": spelling.date,
            "time": spelling.time,
            "iso": spelt_iso,
            "direction": direction,
            "territorial": territorial,
            "period": spelling.period,
            "brief": spelling.brief,
            "happened": spelling.happened,
            "number": spelling.number,
            "counted": spelling.counted,
        }
        self.globals |= {"href": links.href, "absolute": links.absolute, "asset": links.asset, "locale": self.locale}
        self.globals |= {"_": spelling.catalogue.gettext, "plural": spelling.catalogue.plural}
        self._found: dict[str, jinja2.Template] = {}

    def get_template(
        self,
        name: str | jinja2.Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> jinja2.Template:
        found = self._found.get(name) if type(name) is str and not globals else None
        if found is None:
            found = super().get_template(name, parent, globals)
            if type(name) is str:
                self._found[name] = found
        return found

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}  # which is copied for each page: a plain dictionary is the fastest

    def render(self, name: str, values: dict[str, Any]) -> str:
        """Render a template with what it is given, and what all are given."""
        template = self.get_template(name)
        context = Context(self, self.globals | values, name, template.blocks)
        try:
            return "".join(template.root_render_func(context))
        except Exception:
            self.handle_exception()  # raises it again, with the lines of templates in its traceback

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) in _PLAIN and attribute[:1] != "_":
            try:
                return getattr(obj, attribute)
            except AttributeError:
                pass
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Dates are data; what would ask the machine's clock or zone is not."""
        if attr in OF_THE_CLOCK and (isinstance(obj, date) or obj in (date, datetime)):
            return False
        return super().is_safe_attribute(obj, attr, value)


class ProvingSandbox(Sandbox):
    """The sandbox for templates that leave the given names alone: folds each, and asks nothing of those it can prove.

    One for each build, process and language, for settings, assets, base and words are part of the code.
    """

    def __init__(
        self,
        theme: Theme,
        links: Links,
        setting: Callable[[str], Any] | None = None,
        spelling: Spelling | None = None,
        locale: dict[str, Any] | None = None,
        mark: bytes | None = None,
    ) -> None:
        """``mark`` stands for all that every template shows, such as words: with one, what was compiled for an equal
        one and equal settings is taken."""
        super().__init__(theme, links, spelling, locale)
        self._theme = theme
        self._links = links
        self._setting = setting
        self._mark = mark
        self._needs: dict[str, set[str]] = {}
        self._proven: set[str] = set()
        self._modules: dict[tuple[str, bool], Any] = {}
        self._opening: set[str] = set()

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> jinja2.Template:
        closure = self._theme.closure(name) if self._mark is not None and name not in self._found else None
        if closure is None:
            return super()._load_template(name, globals)
        assets = [self._links.asset(one) for one in sorted(closure.assets)]
        settings = [f"{one}={self._setting(one)!r}" for one in sorted(closure.settings)] if self._setting else []
        shown = "\0".join([self._theme.shown(name), str(len(assets)), *assets, *settings])
        key = (name, digest(self._mark or b"", closure.digest, shown))
        known = _COMPILED.get(key)
        if known is None:
            source, shown_as, _ = self.loader.get_source(self, name)  # type: ignore[union-attr] # there is one
            code = self.compile(source, name, shown_as)
            if len(_COMPILED) >= MOST_COMPILED:
                del _COMPILED[next(iter(_COMPILED))]
            known = _COMPILED[key] = (code, self._needs[name], name in self._proven)
        code, self._needs[name], is_proven_so = known
        if is_proven_so:
            self._proven.add(name)
        return self.template_class.from_code(self, code, self.make_globals(globals))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Take the tree of a template that was looked at and not compiled yet: parsing takes as long as compiling."""
        tree = self._theme.take_tree(name) if name else None
        if tree is None:
            return super()._parse(source, name, filename)
        tree.set_environment(self)
        return tree

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        folding = Folding(self)
        folding.visit(source)
        if is_proven(source):
            generator = Generator(self, name, filename)
            code = generator.follow(folding, source)
            self._needs[name or ""] = generator.needs
            self._proven.add(name or "")
        else:
            code = super()._generate(source, name, filename, defer_init)
            may_count = imports_of(source) or any(one.name == "namespace" for one in source.find_all(nodes.Name))
            self._needs[name or ""] = {CONTEXT, "namespace"} if may_count else {CONTEXT}
        return code

    def is_proven(self, name: str) -> bool:
        """Whether a template was compiled without the sandbox's questions."""
        self.get_template(name)
        return name in self._proven

    # --- what is known while templates are compiled ---

    def parts(self, setting: str) -> tuple[str, ...]:
        return PARTS.get(setting, ())

    def setting(self, name: str) -> Any:
        if self._setting is None:
            raise KeyError(name)
        return self._setting(name)

    def link(self, function: str, argument: str) -> str:
        made: str = getattr(self._links, function)(argument)
        return made

    def module(self, name: str, with_context: bool) -> Any:
        """Give an imported template, or None where it is not the same for every page, or fails: that is told when a
        page is rendered."""
        key = (name, with_context)
        if key not in self._modules:
            if name in self._opening:
                return None
            self._opening.add(name)
            try:
                template = self.get_template(name)
                needs = self._needs[name]
                is_same = needs <= EVERYWHERE if with_context else "namespace" not in needs
                self._modules[key] = template.module if is_same else None
            except Exception:
                return None
            finally:
                self._opening.discard(name)
        return self._modules[key]

    # --- what the code of proven templates calls ---

    def macro(self, template: str, name: str) -> Any:
        """Give the function of a macro of an imported template."""
        return getattr(self.get_template(template).module, name)._func

    def fetch(self, obj: Any, attribute: str) -> Any:
        """Give an attribute that was proven harmless, else the item of this name."""
        try:
            return getattr(obj, attribute)
        except AttributeError:
            pass
        try:
            return obj[attribute]
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=attribute)

    def pick(self, obj: Any, attribute: str) -> Any:
        """Do as :meth:`fetch` does, for a name that no dictionary has as an attribute."""
        if type(obj) is dict:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return self.fetch(obj, attribute)

    @staticmethod
    def show(value: Any) -> str:
        """Give the text of a value as a page shows it."""
        kind = type(value)
        if kind is str:
            if "&" in value or "<" in value or ">" in value or '"' in value or "'" in value:
                return escape(value)
            return value  # type: ignore[no-any-return]
        if kind is Markup:
            return value  # type: ignore[no-any-return]
        if kind is int:
            return str(value)
        return escape(shown(value))

    @staticmethod
    def join(*parts: Any) -> str:
        """Join what ``~`` joins."""
        for one in parts:
            if type(one) is not str:
                return markup_join(parts)
        return "".join(parts)


def _load_from(theme: Theme) -> Callable[[str], tuple[str, str, None] | None]:
    def load(name: str) -> tuple[str, str, None] | None:
        found = theme.template(name)
        return None if found is None else (found[0], found[1], None)

    return load


def shown(value: Any) -> Any:
    """Let a value be shown, but nothing whose text would say where it lies in memory."""
    if hasattr(value, "__next__"):
        raise TypeError("a sequence that is yet to be made is shown; end it with |list or |join")
    if callable(value) and not isinstance(value, jinja2.Undefined):
        raise TypeError("a function is shown that was meant to be called")
    return value
