"""Turn one page into bytes, from the template view that it declared and nothing else."""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MethodType
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from newsgen import __version__
from newsgen.archive import Archive
from newsgen.errors import Fault, Faulty
from newsgen.features.registry import FEATURES
from newsgen.model import Card, Moment, Output, Page, Period, Read, Term, canonical, digest
from newsgen.questions import Reads, ask, digest_of
from newsgen.site import Site
from newsgen.theme import ASSETS, Assets, Closure, Theme
from newsgen.urls import href

MENU = Read("menu")
MOST_MADE = 2_000
"""How many things, such as feed entries, are kept for pages to come."""
PART = 8
"""Bytes of one digest in a fingerprint."""
PARTS_OF_FRAME = ("the program", "the settings that it shows", "its template", "the menu")
RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})


@functools.cache
def program_digest() -> bytes:
    """Give a digest of this program: its own sources, and the versions of what makes its output."""
    package = Path(__file__).parent
    sources = sorted(path for path in package.rglob("*.py"))
    made_with = [
        f"{name}={importlib.metadata.version(name)}" for name in ("jinja2", "markdown", "nh3", "feedgen", "lxml", "pyyaml", "python-dateutil")
    ]
    return digest(__version__, *made_with, *(part for path in sources for part in (path.name, path.read_bytes())))


class UndeclaredSetting(Exception):
    """A template or feature looked at a setting that it did not declare."""


class SiteView:
    """The settings that a page declared, as attributes; any other raises."""

    __slots__ = ("_names", "_site")

    def __init__(self, site: Site, names: frozenset[str]) -> None:
        self._site = site
        self._names = names

    def __repr__(self) -> str:
        return "site"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._names:
            if any(one.startswith(f"{name}.") for one in self._names):
                return _Parts(self, name)
            raise UndeclaredSetting(
                f"site.{name} is read in a way that can't be seen in the template: write site.{name}"
            )
        return self._site.setting(name)


class _Parts:
    """The declared parts of one setting, as attributes."""

    __slots__ = ("_name", "_view")

    def __init__(self, view: SiteView, name: str) -> None:
        self._view = view
        self._name = name

    def __repr__(self) -> str:
        return self._name

    def __getattr__(self, part: str) -> Any:
        if part.startswith("_"):
            raise AttributeError(part)
        return getattr(self._view, f"{self._name}.{part}")


class _Frame:
    """See :class:`newsgen.features.Frame`."""

    __slots__ = ("_assets", "_base_path", "_base_url", "_made", "site")

    def __init__(self, site: Site, names: frozenset[str], assets: Assets) -> None:
        self.site = SiteView(site, names)
        self._base_path = site.base_path
        self._base_url = site.base_url
        self._assets = assets
        self._made: dict[tuple[Any, ...], Any] = {}

    def __repr__(self) -> str:
        return "frame"

    def once(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        if key not in self._made:
            if len(self._made) >= MOST_MADE:
                del self._made[next(iter(self._made))]
            self._made[key] = make()
        return self._made[key]

    def href(self, address: str) -> str:
        return href(self._base_path, address)

    def absolute(self, address: str) -> str:
        return href(self._base_url, address)

    def asset_content(self, path: str) -> Output:
        return Output(self._assets.content(path)[1])


class Press:
    """Renders pages, and says beforehand what each depends on. One for each process."""

    def __init__(self, site: Site, theme: Theme, assets: Assets, archive: Archive) -> None:
        self._site = site
        self._theme = theme
        self._assets = assets
        self._archive = archive
        self._environment = _environment(theme)
        self._environment.globals["asset"] = self._asset
        self.timings: dict[str, list[float]] = {}
        self._frames: dict[tuple[str, str | None], tuple[_Frame, bytes, Closure | None]] = {}

    def __repr__(self) -> str:
        return "press"

    def check_templates(self, names: list[str]) -> list[Fault]:
        """Give everything wrong with the templates ``names`` that can be known without compiling them."""
        assets = set(self._assets)
        for name in names:
            closure = self._theme.closure(name)
            for setting, place in closure.settings.items() if closure else ():
                try:
                    self._site.setting(setting)
                except KeyError:
                    remedy = "The settings are listed in docs/site-yaml.md; those of your own begin with x_."
                    self._theme.faults.append(Fault(*place, 1, f"site.{setting} is no setting", remedy))
            for asset, place in closure.assets.items() if closure else ():
                if ASSETS + asset not in assets:
                    remedy = f"Put the file into static/{ASSETS}."
                    self._theme.faults.append(Fault(*place, 1, f"there is no asset {asset!r}", remedy))
        return sorted(set(self._theme.faults))

    def fingerprint(self, page: Page) -> bytes:
        """Give the digests of everything that rendering ``page`` may look at, one after the other: first those of
        :data:`PARTS_OF_FRAME`, then one of the page itself, then those of its reads by name."""
        _, frame, _ = self._frame(page)
        questions = [f"{name}:{one.question}" for name, one in page.reads.items()]
        facts = canonical([page.address, page.kind, page.origin, page.facts, questions])
        reads = [digest_of(self._archive, read)[:PART] for _, read in sorted(page.reads.items())]
        return b"".join([frame, digest(facts)[:PART], *reads])

    def render(self, page: Page) -> Output:
        """Render one page. Raises Faulty with template path and line where its template fails."""
        feature = FEATURES[page.feature]
        frame, _, closure = self._frame(page)
        reads = Reads(self._archive, page)
        if page.template is None or closure is None:
            return feature.render(page, reads, frame)
        context = feature.view(page, reads, frame)
        shown = PageView(page.address, page.kind, page.template, page.facts)
        context |= {"page": shown, "site": frame.site, "href": frame.href, "absolute": frame.absolute}
        if closure.menu:
            context["menu"] = ask(self._archive, MENU)
        try:
            text = self._environment.get_template(page.template).render(context)
        except (
            jinja2.TemplateError,
            UndeclaredSetting,
            TypeError,
            ValueError,
            ArithmeticError,
            LookupError,
            AttributeError,
            RecursionError,
        ) as error:
            raise Faulty([_template_fault(error, self._theme, page)]) from error
        return Output(text.encode())

    def _asset(self, name: str) -> str:
        return href(self._site.base_path, self._assets.address(name))

    def _frame(self, page: Page) -> tuple[_Frame, bytes, Closure | None]:
        key = (page.feature, page.template)
        if key not in self._frames:
            closure = self._theme.closure(page.template) if page.template else None
            if page.template and closure is None:
                raise Faulty(self._theme.faults)
            names = frozenset(FEATURES[page.feature].settings) | frozenset(closure.settings if closure else ())
            assets = [self._asset(one) for one in sorted(closure.assets)] if closure else []
            parts = (
                program_digest(),
                digest(self._site.base_url, self._site.digest_of(tuple(names))),
                digest(closure.digest, *assets) if closure else b"".ljust(PART),
                digest_of(self._archive, MENU) if closure and closure.menu else b"".ljust(PART),
            )
            frame = b"".join(one[:PART] for one in parts)
            self._frames[key] = (_Frame(self._site, names, self._assets), frame, closure)
        return self._frames[key]


@dataclass(frozen=True, slots=True)
class PageView:
    """What a template may know of its page: all of it is in the page's fingerprint."""

    address: str
    kind: str
    template: str | None
    facts: dict[str, Any]


_OF_THE_CLOCK = frozenset(
    {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp", "astimezone", "timestamp", "ctime"}
)
_PLAIN = frozenset({Card, Term, Period, PageView, SiteView, _Parts})
"""Our own values, which hold nothing but data: their attributes need not be asked about one by one."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, with a short way to the attributes of our own values and to our own functions."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) in _PLAIN and attribute[:1] != "_":
            try:
                return getattr(obj, attribute)
            except AttributeError:
                pass
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Dates are data; what would ask the machine's clock or zone is not."""
        if attr in _OF_THE_CLOCK and (isinstance(obj, date) or obj in (date, datetime)):
            return False
        return super().is_safe_attribute(obj, attr, value)

    def call(self, context: Any, obj: Any, *arguments: Any, **named: Any) -> Any:
        if type(obj) is MethodType and type(obj.__self__) in (_Frame, Press):
            named.pop("_loop_vars", None)  # which Jinja passes to what wants its context
            named.pop("_block_vars", None)
            return obj(*arguments, **named)
        return super().call(context, obj, *arguments, **named)


def _environment(theme: Theme) -> ImmutableSandboxedEnvironment:
    """An environment in which templates have no clock, no chance, no files and no environment."""

    def load(name: str) -> tuple[str, str, None] | None:
        found = theme.template(name)
        return None if found is None else (found[0], found[1], None)

    environment = _Sandbox(
        loader=jinja2.FunctionLoader(load),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
        auto_reload=False,
        cache_size=-1,
    )
    for name in ("lipsum", "cycler", "joiner"):
        del environment.globals[name]
    del environment.filters["random"]
    environment.filters |= {"date": spelt_date, "iso": spelt_iso, "direction": direction, "period": spelt_period}
    return environment


def _shown(value: Any) -> Any:
    """Let a value be shown, but nothing whose text would say where it lies in memory."""
    if hasattr(value, "__next__"):
        raise TypeError("a sequence that is yet to be made is shown; end it with |list or |join")
    if callable(value) and not isinstance(value, jinja2.Undefined):
        raise TypeError("a function is shown that was meant to be called")
    return value


_MONTHS = "January February March April May June July August September October November December".split()


def spelt_date(moment: Moment, time: bool = False) -> str:
    """Give a moment for people: ``17 July 2024``, or with ``time``, where one is known, ``…, 09:30 (UTC+03:00)``."""
    day = f"{moment.day.day} {_MONTHS[moment.day.month - 1]} {moment.day.year}"
    if not time or moment.day_only:
        return day
    offset = moment.instant.strftime("%z")
    zone = "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:]}".replace("-", "\u2212")
    return f"{day}, {moment.instant:%H:%M} ({zone})"


def spelt_iso(moment: Moment) -> str:
    """Give a moment for machines (RFC 3339; only the day where only the day is known)."""
    return moment.iso


def spelt_period(name: str) -> str:
    """Give the name of a period for people: ``2024``, ``July 2024``, ``17 July 2024``."""
    parts = [int(part) for part in name.split("-")]
    if len(parts) == 1:
        return name
    month = f"{_MONTHS[parts[1] - 1]} {parts[0]}"
    return month if len(parts) == 2 else f"{date(*parts).day} {month}"


def direction(language: str) -> str:
    """Give the direction in which a language (BCP 47) is written: ``ltr`` or ``rtl``."""
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


WHILE = " (while rendering "


def _template_fault(error: Exception, theme: Theme, page: Page | None = None) -> Fault:
    """Say where in which template ``error`` came up, and of which page."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        path, line = theme.shown(error.name or "?"), error.lineno
    else:
        path, line = theme.shown((page and page.template) or "?"), 1
        trace = error.__traceback__
        while trace is not None:
            name = trace.tb_frame.f_code.co_filename
            if "templates/" in name and not name.endswith(".py"):
                path, line = name, trace.tb_lineno
            trace = trace.tb_next
    message = str(error).rstrip(".") or type(error).__name__
    while_rendering = f"{WHILE}{page.address}, from {page.origin})" if page else ""
    return Fault(path, line, 1, f"{message}{while_rendering}", "Correct the template.")
