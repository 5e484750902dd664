"""Find templates and static files, and digest each template with all that it may look at."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
from jinja2 import nodes

from newsgen import disk
from newsgen.bindings import Bindings, are_plain, bindings_of
from newsgen.disk import Found, default_theme
from newsgen.errors import Fault
from newsgen.model import digest
from newsgen.site import PARTS

THEME_PREFIX = "theme/"
"""``{% extends "theme/article.html" %}`` names the default theme's template even where the site has its own."""


Place = tuple[str, int]
"""The path of a template as messages show it, and a line in it."""


@dataclass(frozen=True, slots=True)
class Closure:
    """A template with all it extends, includes and imports: a digest of their texts, the settings and theme assets
    that they name, each with a place where they do, whether they show the menu, and whether they leave alone the names
    that stand for one thing in all of a build (see :mod:`newsgen.compiling`)."""

    digest: bytes
    settings: dict[str, Place]
    assets: dict[str, Place]
    menu: bool
    is_plain: bool


@dataclass(slots=True)
class _Parsed:
    text: str
    shown: str
    names: dict[str, int] = field(default_factory=dict)
    settings: dict[str, Place] = field(default_factory=dict)
    assets: dict[str, Place] = field(default_factory=dict)
    menu: bool = False
    bindings: Bindings = field(default_factory=Bindings)
    trees: list[nodes.Template] = field(default_factory=list)
    """What it was parsed to, until somebody takes that."""


SYNTAX: dict[str, bool] = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}
"""How the text of templates is read, here and where they are compiled."""


class Theme:
    """The templates and static files of a site over those of the default theme."""

    def __init__(self, root: Path) -> None:
        default = default_theme()
        own = root.resolve()
        self._folders = [(own, "")] + ([(default, "theme:")] if own != default.resolve() else [])
        self._default = default
        self._parsed: dict[str, _Parsed | None] = {}
        self._missing: set[str] = set()
        self.faults: list[Fault] = []

    def template(self, name: str) -> tuple[str, str] | None:
        """Give the text of a template and the path that messages show for it, or None where there is none."""
        parsed = self._load(name)
        return (parsed.text, parsed.shown) if parsed else None

    def take_tree(self, name: str) -> nodes.Template | None:
        """Give what the template ``name`` was parsed to, to one who changes it: there is one, then None."""
        parsed = self._load(name)
        return parsed.trees.pop() if parsed and parsed.trees else None

    def own(self) -> list[str]:
        """Give the names of the site's own templates of which anything was asked so far and that are no nonsense."""
        return sorted(name for name, one in self._parsed.items() if one and not one.shown.startswith("theme:"))

    def shown(self, name: str) -> str:
        """Give the path that messages show for the template ``name``."""
        parsed = self._load(name)
        return parsed.shown if parsed else f"templates/{name}"

    def closure(self, name: str) -> Closure | None:
        """Give what the template ``name`` may look at, or None where it or a part of it is missing or faulty."""
        seen: dict[str, _Parsed] = {}
        stack = [(name, (f"templates/{name}", 1))]
        whole = True
        while stack:
            one, place = stack.pop()
            if one in seen:
                continue
            parsed = self._load(one)
            if parsed is None:
                whole = False
                if one in self._missing:
                    remedy = f"Add it to templates/, or correct the name (the theme's own begin with {THEME_PREFIX})."
                    self.faults.append(Fault(*place, 1, f"there is no template {one!r}", remedy))
                continue
            seen[one] = parsed
            stack += [(inner, (parsed.shown, line)) for inner, line in parsed.names.items()]
        if not whole:
            return None
        return Closure(
            digest(*(part for one in sorted(seen) for part in (one, seen[one].text))),
            {name: place for one in seen.values() for name, place in one.settings.items()},
            {name: place for one in seen.values() for name, place in one.assets.items()},
            any(one.menu for one in seen.values()),
            are_plain({name: one.bindings for name, one in seen.items()}),
        )

    def static_files(self) -> dict[str, Found]:
        """Give every file of ``static/``, the site's over the theme's, by its path below ``static/``."""
        found: dict[str, Found] = {}
        for folder, mark in reversed(self._folders):
            faults: list[Fault] = []
            here: set[str] = set()
            for one in disk.walk(folder / "static", "", faults) if (folder / "static").is_dir() else ():
                if one.path in here:
                    what = "two files have this name, spelt in different Unicode forms"
                    faults.append(Fault(one.path, 1, 1, what, "Rename one of them."))
                here.add(one.path)
                found[one.path] = one
            self.faults += [Fault(f"{mark}static/{one.path}", 1, 1, one.what, one.remedy) for one in faults]
        return found

    def _load(self, name: str) -> _Parsed | None:
        if name not in self._parsed:
            self._parsed[name] = self._parse(name)
        return self._parsed[name]

    def _parse(self, name: str) -> _Parsed | None:
        folders = [(self._default, "theme:")] if name.startswith(THEME_PREFIX) else self._folders
        inner = name.removeprefix(THEME_PREFIX)
        if ".." in inner.split("/") or inner.startswith("/"):
            folders = []
        for folder, mark in folders:
            shown = f"{mark}templates/{inner}"
            data, faults = disk.read_inside(folder / "templates", inner, shown)
            self.faults += faults
            if faults:
                return None
            if data is not None:
                parsed, faults_in_it = _examined(data, shown)
                self.faults += faults_in_it
                return parsed
        self._missing.add(name)
        return None


@functools.lru_cache(maxsize=200)
def _examined(data: bytes, shown: str) -> tuple[_Parsed | None, tuple[Fault, ...]]:
    """Give what can be known of a template from its text alone, and what is wrong with it. Reading a template takes
    longer than rendering it, so what was read once is kept for the builds to come in this process."""
    try:
        text = data.decode("utf-8-sig")
        tree = jinja2.Environment(autoescape=True, **SYNTAX).parse(text)  # type: ignore[arg-type] # all are bool
        every = tuple(tree.find_all(nodes.Node))  # at once, because walking a template takes longer than looking at it
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, (Fault(shown, line, 1, "the template is not UTF-8", "Save it as UTF-8."),)
    except RecursionError:
        return None, (Fault(shown, 1, 1, "the template is nested too deeply", "Write it flatter."),)
    except jinja2.TemplateSyntaxError as error:
        what = f"the template can't be understood: {(error.message or '').rstrip('.')}"
        return None, (Fault(shown, error.lineno, 1, what, "Correct the line."),)
    parsed = _Parsed(text, shown, trees=[tree])
    faults: list[Fault] = []
    for node in every:
        if isinstance(node, nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport):
            _note_template(node, parsed, faults)
    _note_settings(every, parsed)
    named = {id(call.node): call for call in every if isinstance(call, nodes.Call)}
    for name in every:
        if not isinstance(name, nodes.Name):
            continue
        parsed.menu = parsed.menu or name.name == "menu"
        if name.name != "asset":
            continue
        call = named.get(id(name))
        asset = _constant(call.args[0]) if call is not None and len(call.args) == 1 else None
        if asset is None:
            what = "an asset is not named in quotes, so what the page may show can't be known"
            faults.append(Fault(shown, name.lineno, 1, what, 'Write it as asset("name.css").'))
        else:
            parsed.assets[asset] = (shown, name.lineno)
    parsed.bindings = bindings_of(every)
    return parsed, tuple(faults)


def _note_template(node: nodes.Node, parsed: _Parsed, faults: list[Fault]) -> None:
    target = node.template  # type: ignore[attr-defined] # all four kinds of node have it
    name = _constant(target)
    if name is None:
        what = "a template is named by an expression, so what the page may show can't be known"
        faults.append(Fault(parsed.shown, node.lineno, 1, what, "Name the template in quotes."))
    else:
        parsed.names.setdefault(name, node.lineno)


ASSETS = "assets/"
"""Static files below this folder are published under names that hold their digest."""

_CSS_URL = re.compile(rb"(url\(\s*['\"]?|@import\s+['\"])([^)'\"\s]+)")


class Assets:
    """The theme assets (``static/assets/…``): what each is published as, and with which bytes.

    A style sheet that names other assets (``url(font.woff2)``) names them as they are published.
    """

    def __init__(self, files: dict[str, Found]) -> None:
        self._files = {path: one for path, one in files.items() if path.startswith(ASSETS)}
        self._made: dict[str, tuple[str, bytes | Path]] = {}
        self._making: set[str] = set()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._files))

    def address(self, name: str) -> str:
        """Give the address under which ``static/assets/name`` is published. Raises KeyError where there is none."""
        return self._publish(ASSETS + name)[0]

    def content(self, path: str) -> tuple[str, bytes | Path]:
        """Give the address and the bytes (a path, for what is taken as it is) of one asset by its static path."""
        return self._publish(path)

    def _publish(self, path: str) -> tuple[str, bytes | Path]:
        if path not in self._made:
            found = self._files[path]
            stem, dot, suffix = path.rpartition(".")
            if path.endswith(".css") and path not in self._making:
                self._making.add(path)
                content: bytes | Path = self._with_published_names(path, found.real.read_bytes())
                self._making.discard(path)
                mark = digest(content)  # type: ignore[arg-type] # bytes, here
            else:
                content, mark = found.real, disk.digest_of(found.real)
            name = f"{stem}.{mark.hex()[:10]}.{suffix}" if dot else f"{path}.{mark.hex()[:10]}"
            self._made[path] = (f"/{name}", content)
        return self._made[path]

    def _with_published_names(self, path: str, css: bytes) -> bytes:
        folder = path.rpartition("/")[0]

        def put(found: re.Match[bytes]) -> bytes:
            written = found[2].decode("utf-8", "replace")
            written, mark, rest = re.split(r"([?#]|$)", written, maxsplit=1)
            target = posixpath.normpath(f"{folder}/{written}")
            if target not in self._files or target in self._making:
                return found[0]
            beside, slash, _ = written.rpartition("/")
            published = beside + slash + self._publish(target)[0].rpartition("/")[2]
            return found[1] + (published + mark + rest).encode()

        return _CSS_URL.sub(put, css)


def _note_settings(every: Iterable[nodes.Node], parsed: _Parsed) -> None:
    """Note each ``site.name`` and ``site.name.part``; of a setting with parts only those that are named."""
    with_parts: set[int] = set()
    for attribute in every:
        if not isinstance(attribute, nodes.Getattr):
            continue
        inner = attribute.node
        if isinstance(inner, nodes.Getattr) and _is_site(inner.node) and attribute.attr in PARTS.get(inner.attr, ()):
            with_parts.add(id(inner))
            parsed.settings[f"{inner.attr}.{attribute.attr}"] = (parsed.shown, attribute.lineno)
        elif _is_site(inner) and id(attribute) not in with_parts:
            parsed.settings[attribute.attr] = (parsed.shown, attribute.lineno)


def _is_site(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "site"


def _constant(node: nodes.Node) -> str | None:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None
