"""Turn one page into bytes, from the template view that it declared and nothing else."""

from __future__ import annotations

import functools
import importlib.metadata
from pathlib import Path
from time import perf_counter

import jinja2

from newsgen import __version__
from newsgen.archive import Archive
from newsgen.catalogues import Catalogue
from newsgen.errors import Fault, Faulty
from newsgen.features.registry import FEATURES
from newsgen.menus import Menus, menus_of
from newsgen.model import Output, Page, canonical, digest
from newsgen.questions import Reads, digest_of
from newsgen.sandbox import ProvingSandbox, Sandbox
from newsgen.site import Site
from newsgen.spelling import Spelling
from newsgen.theme import ASSETS, Assets, Closure, Theme
from newsgen.views import Frame, Links, PageView, SiteView, UndeclaredSetting, locale_of

PART = 8
"""Bytes of one digest in a fingerprint."""
_MADE_WITH = (
    "babel beautifulsoup4 feedgen fontpkg-amiri fontpkg-source-serif-4 fonttools jinja2 lxml markdown markdownify nh3 "
    "pillow python-dateutil pyyaml"
)
PARTS_OF_FRAME = ("the program", "the settings and words that it shows", "its template", "the menu")


@functools.cache
def program_digest() -> bytes:
    """Give a digest of this program: its own sources, and the versions of what makes its output."""
    package = Path(__file__).parent
    sources = sorted(path for path in package.rglob("*.py"))
    made_with = [f"{name}={importlib.metadata.version(name)}" for name in _MADE_WITH.split()]
    return digest(__version__, *made_with, *(part for path in sources for part in (path.name, path.read_bytes())))


class Press:
    """Renders pages, and says beforehand what each depends on. One for each process."""

    def __init__(self, site: Site, theme: Theme, assets: Assets, archive: Archive) -> None:
        self._site = site
        self._theme = theme
        self._assets = assets
        self._archive = archive
        self._links = Links(site, assets)
        self._tongues: dict[str, _Tongue] = {}
        self._frames: dict[tuple[str, str | None, str], tuple[Frame, bytes, Closure | None]] = {}
        self._menus: Menus | None = None
        self.timings: dict[str, list[float]] = {}
        """For each template, and each feature that makes pages without one: how many pages, and how many seconds."""

    def __repr__(self) -> str:
        return "press"

    def forget_frames(self) -> None:
        """Forget what pages have in common, because other documents are shown now: the menu may be another one."""
        self._frames.clear()
        self._menus = None

    def menus(self) -> Menus:
        """Give the menus of every page."""
        if self._menus is None:
            self._menus = menus_of(self._site, self._archive)
        return self._menus

    def check_templates(self, names: list[str]) -> list[Fault]:
        """Give everything wrong with the templates ``names`` that can be known without compiling them, and with the
        site's own catalogues."""
        for language in self._site.languages:
            self._theme.faults += self._tongue(language).spelling.catalogue.check()
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

    def compile_templates(self) -> list[Fault]:
        """Give what compiling finds wrong with the templates of the site itself that were looked at, such as a filter
        that there is not."""
        faults = []
        for name in self._theme.own():
            try:
                self._tongue(self._site.language).sandbox.get_template(name)
            except jinja2.TemplateError as error:
                faults.append(_template_fault(error, self._theme))
        return faults

    def fingerprint(self, page: Page) -> bytes:
        """Give the digests of everything that rendering ``page`` may look at, one after the other: first those of
        :data:`PARTS_OF_FRAME`, then one of the page itself, then those of its reads by name."""
        _, frame, _ = self._frame(page)
        questions = [f"{name}:{one.question}" for name, one in page.reads.items()]
        facts = "\0".join(
            [page.address, page.kind, page.origin, canonical(page.facts) if page.facts else "", *questions]
        )
        reads = [digest_of(self._archive, read)[:PART] for _, read in sorted(page.reads.items())]
        return b"".join([frame, digest(facts)[:PART], *reads])

    def render(self, page: Page) -> Output:
        """Render one page. Raises Faulty with template path and line where its template fails."""
        started = perf_counter()
        output = self._rendered(page)
        timing = self.timings.setdefault(page.template or page.feature, [0, 0.0])
        timing[0] += 1
        timing[1] += perf_counter() - started
        return output

    def _rendered(self, page: Page) -> Output:
        feature = FEATURES[page.feature]
        frame, _, closure = self._frame(page)
        reads = Reads(self._archive, page)
        if page.template is None or closure is None:
            return feature.render(page, reads, frame)
        context = feature.view(page, reads, frame)
        shown = PageView(page.address, page.kind, page.template, page.facts)
        context |= {"page": shown, "site": frame.site}
        if closure.menu:
            context["menu"] = self.menus()
        try:
            tongue = self._tongue(page.language or self._site.language)
            text = (tongue.proving if closure.is_plain else tongue.sandbox).render(page.template, context)
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

    def frame_of(self, feature: str) -> Frame:
        """Give the frame of the pages that a feature makes without a template, in the site's language."""
        return self._frame(Page("", feature, ""))[0]

    def _frame(self, page: Page) -> tuple[Frame, bytes, Closure | None]:
        key = (page.feature, page.template, page.language)
        if key not in self._frames:
            closure = self._theme.closure(page.template) if page.template else None
            if page.template and closure is None:
                raise Faulty(self._theme.faults)
            names = frozenset(FEATURES[page.feature].settings) | frozenset(closure.settings if closure else ())
            assets = [self._links.asset(one) for one in sorted(closure.assets)] if closure else []
            language = page.language or self._site.language
            tongue = self._tongue(language)
            settings = self._site.digest_of(tuple(names))
            spoken = (tongue.spelling.catalogue.digest, repr(tongue.locale))
            words = [self._speak(one).catalogue.digest for one in self._site.languages] if closure is None else []
            parts = (
                program_digest(),
                digest(self._site.base_url, settings, *spoken, *words),
                digest(closure.digest, *assets) if closure else b"".ljust(PART),
                self.menus().digest() if closure and closure.menu else b"".ljust(PART),
            )
            fingerprint = b"".join(one[:PART] for one in parts)
            mark = digest(program_digest(), self._site.base_url, settings, *words)
            frame = Frame(SiteView(self._site, names), self._links, self._assets, language, self._speak, mark)
            self._frames[key] = (frame, fingerprint, closure)
        return self._frames[key]

    def _speak(self, language: str) -> Spelling:
        return self._tongue(language).spelling

    def _tongue(self, language: str) -> _Tongue:
        if language not in self._tongues:
            self._tongues[language] = _Tongue(language, self._site, self._theme, self._links)
        return self._tongues[language]


class _Tongue:
    """What is needed to render pages of one language; its environments are made when the first of them is."""

    def __init__(self, language: str, site: Site, theme: Theme, links: Links) -> None:
        self.spelling = Spelling(Catalogue(language, site.root))
        self.locale = locale_of(language, site)
        self._site = site
        self._given = (theme, links)

    @functools.cached_property
    def proving(self) -> ProvingSandbox:
        """The environment of templates that leave the given names alone."""
        words = (self.spelling.catalogue.digest, canonical(self.locale))
        mark = digest(program_digest(), self._site.base_url, *words)
        return ProvingSandbox(*self._given, self._site.setting, self.spelling, self.locale, mark)

    @functools.cached_property
    def sandbox(self) -> Sandbox:
        """That of the others."""
        return Sandbox(*self._given, self.spelling, self.locale)


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
