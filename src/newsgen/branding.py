"""What a site says of its looks: logo, accent colour, fonts and menus, each checked where it is written."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from newsgen import disk
from newsgen.colours import LEAST_CONTRAST, least_contrast, nearest_readable, read_colour
from newsgen.disk import default_theme
from newsgen.document import Document, kind_of, scalar_text, shorten
from newsgen.errors import Fault
from newsgen.policies import Linked
from newsgen.schema import Field, Record, Text, either_case

GROUNDS = {"light": ("#fcfbf8", "#f3f0e9"), "dark": ("#171614", "#211f1c")}
"""The colours of the theme's style sheet on which the accent is read: of the paper, and of what stands out from it."""

ACCENT = "#97211a"
"""The accent of the theme's style sheet where the ground is light."""

PAGES = ("pages/", "articles/")
LARGEST_TITLE = 100


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a menu: a title (or that of the page), and where it leads: to a document of the content by its path,
    to an address of the site or to a web address. ``at`` is where ``site.yaml`` has it, and no part of any output."""

    title: str | None
    url: str | None
    page: str | None
    at: tuple[int, int] = field(default=(1, 1), compare=False)


@dataclass(frozen=True, slots=True)
class Look:
    """How a site differs from the theme in its looks; what it does not say is None or empty.

    ``logo`` has an ``address``, and ``width`` and ``height`` where the picture tells them. ``accent`` has ``light`` and
    ``dark``. ``fonts`` are addresses by ``text``, ``bold``, ``italic`` and ``headings``; ``icon`` is one too.
    """

    logo: dict[str, Any] | None = None
    accent: dict[str, str] | None = None
    fonts: dict[str, str] = field(default_factory=dict)
    menu: tuple[Item, ...] | None = None
    footer: tuple[Item, ...] | None = None
    icon: str | None = None

    @property
    def styled(self) -> bool:
        """Whether there is a style sheet of the site's own."""
        return bool(self.accent or self.fonts)

    @property
    def preload(self) -> tuple[str, ...]:
        """The addresses of the fonts that nearly all pages need at once."""
        needed = (self.fonts.get("text"), self.fonts.get("headings"))
        return tuple(dict.fromkeys(one for one in needed if one))

    def plain(self) -> list[Any]:
        """Give all that an output can depend on, as plain values."""
        menus = (self.menu, self.footer)
        rows = [None if one is None else [[item.title, item.url, item.page] for item in one] for one in menus]
        return [self.logo, self.accent, self.fonts, *rows, self.icon]


PARTS_OF_LOOK = ("logo", "accent", "fonts", "preload", "styled", "menu", "footer", "icon")
"""What templates may read of it."""


# --- shapes ---


@dataclass(frozen=True, slots=True)
class Named:
    """A file in ``static/`` by its path there, and the line and column that name it."""

    path: str
    at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Static:
    """A file in ``static/``, named by its path there."""

    endings: tuple[str, ...]
    says: str

    def read(self, node: Node, document: Document) -> Named | None:
        value = scalar_text(node, document, self.says)
        if value is None:
            return None
        name = value.strip().removeprefix("/").removeprefix("static/")
        parts = name.split("/")
        if not name or "\\" in name or any(part in ("", ".", "..") for part in parts) or not name.isprintable():
            document.fault(node, f"{shorten(value)!r} can't be a file in static/", f"Write {self.says}.")
        elif not name.lower().endswith(self.endings):
            document.fault(
                node, f"{shorten(value)!r} is not {self.says}", f"Use one that ends in {' or '.join(self.endings)}."
            )
        elif parts[0] == "assets":
            remedy = "Keep it elsewhere in static/: what is in static/assets/ has another name after every change."
            document.fault(node, f"{shorten(value)!r} is in static/assets/", remedy)
        else:
            return Named(name, _place_of(node, document))
        return None

    def json_schema(self) -> dict[str, Any]:
        endings = "|".join(either_case(one.removeprefix(".")) for one in self.endings)
        return {"type": "string", "pattern": rf"\.({endings})\s*$", "examples": [f"brand/name{self.endings[0]}"]}


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour, as ``#rrggbb``."""

    says: str = "a colour such as #97211a, #a22 or darkred"

    def read(self, node: Node, document: Document) -> str | None:
        value = scalar_text(node, document, self.says)
        if value is None:
            return None
        try:
            return read_colour(value)
        except ValueError:
            remedy = f'Write {self.says}; what begins with # stands in quotes ("#97211a").'
            document.fault(node, f"{shorten(value)!r} is no colour", remedy)
            return None

    def json_schema(self) -> dict[str, Any]:
        pattern = r"^\s*(#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6}|[A-Za-z]+)\s*$"
        return {"type": "string", "pattern": pattern, "examples": ["#97211a", "darkred"]}


@dataclass(frozen=True, slots=True)
class _Accent:
    """A colour that can be read on the theme's ground in both schemes: one, or one for each."""

    says: str = "a colour such as #97211a, or light: and dark: with one each"

    def read(self, node: Node, document: Document) -> dict[str, str] | None:
        if isinstance(node, ScalarNode):
            given = {"light": Colour(self.says).read(node, document)}
            nodes: dict[str, Node] = {"light": node}
        elif isinstance(node, MappingNode):
            values, nodes = _SCHEMES.read_with_nodes(node, document)
            given = {scheme: (values or {}).get(scheme) for scheme in GROUNDS}
        else:
            document.fault(node, f"found {kind_of(node)} where {self.says} was expected", f"Write {self.says}.")
            return None
        accent: dict[str, str] = {}
        for scheme, colour in given.items():
            if colour is not None:
                accent[scheme] = colour
                _check_contrast(colour, scheme, nodes[scheme], document)
        for scheme, other in (("light", "dark"), ("dark", "light")):
            if other in accent and scheme not in accent:
                accent[scheme] = nearest_readable(accent[other], GROUNDS[scheme])
        return {scheme: accent[scheme] for scheme in GROUNDS} if accent else None

    def json_schema(self) -> dict[str, Any]:
        return {"anyOf": [Colour().json_schema(), _SCHEMES.json_schema()]}


_SCHEMES = Record(
    (
        Field("light", Colour(), "Where the ground is light. Without it, it is made from dark."),
        Field("dark", Colour(), "Where the ground is dark. Without it, it is made from light."),
    )
)


def _check_contrast(colour: str, scheme: str, node: Node, document: Document) -> None:
    ratio = least_contrast(colour, GROUNDS[scheme])
    if ratio < LEAST_CONTRAST:
        cut = int(ratio * 100) / 100  # never rounded up to what would pass
        what = (
            f"the accent colour {colour} can't be read well on the {scheme} ground of the theme: "
            f"its contrast is {cut:.2f}:1, and {LEAST_CONTRAST}:1 is needed (WCAG 2.2 AA)"
        )
        nearest = nearest_readable(colour, GROUNDS[scheme])
        document.fault(node, what, f'The nearest that passes is "{nearest}".')


@dataclass(frozen=True, slots=True)
class _PagePath:
    """A document of the content, by its path."""

    says: str = "the path of a page such as pages/about.md"

    def read(self, node: Node, document: Document) -> str | None:
        value = scalar_text(node, document, self.says)
        if value is None:
            return None
        path = value.strip().removeprefix("/").removeprefix("content/")
        parts = path.split("/")
        if not path.startswith(PAGES) or not path.endswith(".md") or any(one in ("", ".", "..") for one in parts):
            document.fault(node, f"{shorten(value)!r} is not {self.says}", f"Write {self.says}.")
            return None
        return f"content/{path}"

    def json_schema(self) -> dict[str, Any]:
        pattern = r"^\s*/?(content/)?(pages|articles)/.+\.md\s*$"
        return {"type": "string", "pattern": pattern, "examples": ["pages/about.md"]}


_ITEM = Record(
    (
        Field("title", Text(entities=True, longest=LARGEST_TITLE), "What the menu says. Default: the page's title."),
        Field("url", Linked(), "Where it leads: an address of the site, or a web address."),
        Field("page", _PagePath(), "The page of the content that it leads to, by its path."),
    )
)


@dataclass(frozen=True, slots=True)
class _MenuOf:
    """The lines of a menu."""

    says: str = "a list, each with title and url, or with page"

    def read(self, node: Node, document: Document) -> tuple[Item, ...] | None:
        if not isinstance(node, SequenceNode):
            document.fault(node, f"found {kind_of(node)} where {self.says} was expected", f"Write {self.says}.")
            return None
        items: list[Item] = []
        taken: dict[str, Node] = {}
        for child in node.value:
            values, nodes = _ITEM.read_with_nodes(child, document)
            if values is None or any(values[name] is None for name in nodes):
                continue  # which is a fault already
            where = nodes.get("page") or nodes.get("url")
            target = values["page"] or values["url"]
            if where is None or (values["page"] and values["url"]):
                document.fault(child, "a line of a menu leads to one place: url, or page", "Give one of them.")
            elif values["url"] and not values["title"]:
                document.fault(child, "title is missing", "Add title: what the menu says.")
            elif target in taken:
                what = f"the menu leads to {target} twice, first on line {document.line_of(taken[target])}"
                document.fault(where, what, "Keep one.")
            else:
                taken[target] = where
                items.append(Item(values["title"], values["url"], values["page"], _place_of(where, document)))
        return tuple(items)

    def json_schema(self) -> dict[str, Any]:
        one = _ITEM.json_schema()
        led = [{"required": ["page"]}, {"required": ["title", "url"]}]
        return {"type": "array", "items": {**one, "anyOf": led}}


_FONT = Static((".woff2",), "a font in static/, in the format WOFF2")
_TEXT_FONTS = Record(
    (
        Field("regular", _FONT, "The upright of the text.", required=True),
        Field("bold", _FONT, "The bold of it. A variable font is named in both."),
        Field("italic", _FONT, "The italic of it."),
    ),
    short="regular",
)
_FONTS = Record(
    (
        Field("text", _TEXT_FONTS, "The font of texts: a file, or regular, bold and italic."),
        Field("headings", _FONT, "The font of headings and of the name of the site."),
    )
)

LOOK_SHAPE = Record(
    (
        Field("logo", Static((".svg", ".png"), "a picture in static/, SVG or PNG"), "Shown in place of the name."),
        Field("icon", Static((".png",), "a square PNG in static/"), "What the icons of the site are made of."),
        Field("accent", _Accent(), "The colour of what is pointed at or marked: one, or one for light: and dark:."),
        Field("fonts", _FONTS, "Fonts of the site's own, as WOFF2 files in static/: text and headings."),
        Field("menu", _MenuOf(), "The menu at the head of each page, in place of the theme's."),
        Field("footer", _MenuOf(), "The menu at the foot of each page, in place of the theme's."),
    )
)


def _place_of(node: Node, document: Document) -> tuple[int, int]:
    return document.line_of(node), node.start_mark.column + 1


# --- what the files are ---

_REPLACE = "Replace the file, or name another one."


def read_look(values: dict[str, Any], root: Path, path: str) -> tuple[Look, list[Fault]]:
    """Give the looks that ``values`` (as :data:`LOOK_SHAPE` reads them, from the file ``path``) ask for in the site in
    ``root``, and a fault for each file of them that is not there, or not what it is meant to be."""
    faults: list[Fault] = []
    logo: dict[str, Any] | None = None
    named: Named | None = values["logo"]
    if named is not None:
        data = static_bytes(named, root, path, faults)
        size = _size_of(data, named.path) if data is not None else None
        if size is not None:
            logo = {"address": f"/{named.path}", "width": size[0], "height": size[1]}
        elif data is not None:
            kind = named.path.rpartition(".")[2].upper()
            faults.append(_fault(path, named.at, f"static/{named.path} is no {kind} picture", _REPLACE))
    icon = _icon(values["icon"], root, path, faults)
    fonts: dict[str, str] = {}
    for name, font in _fonts_of(values["fonts"] or {}):
        data = static_bytes(font, root, path, faults)
        if data is not None and not data.startswith(b"wOF2"):
            faults.append(_fault(path, font.at, f"static/{font.path} is no WOFF2 font", _REPLACE))
        elif data is not None:
            fonts[name] = f"/{font.path}"
    menu, footer = (_with_pages(values[name], root, path, faults) for name in ("menu", "footer"))
    return Look(logo, values["accent"], fonts, menu, footer, icon), faults


LEAST_ICON = 512
"""The icons are made no larger than this, and none is made larger than what it is made of."""


def _icon(named: Named | None, root: Path, path: str, faults: list[Fault]) -> str | None:
    """Give the address of the picture that icons are made of."""
    data = static_bytes(named, root, path, faults) if named is not None else None
    if named is None or data is None:
        return None
    width, height = png_size(data) or (0, 0)
    if not width:
        faults.append(_fault(path, named.at, f"static/{named.path} is no PNG picture", _REPLACE))
    elif width != height or width < LEAST_ICON:
        what = (
            f"static/{named.path} is {width} × {height} pixels; an icon is square, and {LEAST_ICON} or more on a side"
        )
        faults.append(_fault(path, named.at, what, _REPLACE))
    else:
        return f"/{named.path}"
    return None


def _with_pages(items: tuple[Item, ...] | None, root: Path, path: str, faults: list[Fault]) -> tuple[Item, ...] | None:
    """Give a menu without the lines to files that are not there, each of which is then a fault."""
    missing = [one for one in items or () if one.page and not (root / one.page).is_file()]
    faults += [_fault(path, one.at, f"there is no {one.page}", "Correct the path, or add the page.") for one in missing]
    return items and tuple(one for one in items if one not in missing)


def _fault(path: str, at: tuple[int, int], what: str, remedy: str) -> Fault:
    return Fault(path, at[0], at[1], what, remedy)


def _fonts_of(values: dict[str, Any]) -> Iterator[tuple[str, Named]]:
    text = values.get("text") or {}
    given = (text.get("regular"), text.get("bold"), text.get("italic"), values.get("headings"))
    for name, font in zip(("text", "bold", "italic", "headings"), given, strict=True):
        if font is not None:
            yield name, font


def static_bytes(named: Named, root: Path, path: str, faults: list[Fault]) -> bytes | None:
    """Give the bytes of a file of ``static/``, the site's or the theme's; None where it can't be read, which is then a
    fault."""
    for folder in (root, default_theme()):
        data, unread = disk.read_inside(folder / "static", named.path, f"static/{named.path}")
        if unread:
            faults.append(_fault(path, named.at, f"static/{named.path} can't be read: {unread[0].what}", _REPLACE))
            return None
        if data is not None:
            return data
    faults.append(_fault(path, named.at, f"there is no file static/{named.path}", "Correct its path, or add the file."))
    return None


_SVG = re.compile(rb"<(?:svg|[A-Za-z_][\w.-]*:svg)\b([^>]*)>")
_ATTRIBUTE = re.compile(rb"""\b(width|height|viewBox)\s*=\s*["']([^"']*)["']""")
_LENGTH = re.compile(rb"\s*(\d+(?:\.\d+)?)\s*(?:px)?\s*")


def _size_of(data: bytes, name: str) -> tuple[int | None, int | None] | None:
    """Give width and height of a picture in pixels, as far as it tells them; None for what is no such picture."""
    if name.lower().endswith(".png"):
        return png_size(data)
    root = _SVG.search(data[:65_536])
    if root is None:
        return None
    told = {one[0]: one[1] for one in _ATTRIBUTE.findall(root[1])}
    box = told.get(b"viewBox", b"").replace(b",", b" ").split()
    sides = [told.get(b"width", b""), told.get(b"height", b"")]
    lengths = [_LENGTH.fullmatch(one) for one in (sides if all(map(_LENGTH.fullmatch, sides)) else box[2:4])]
    found = [max(1, round(float(one[1]))) for one in lengths if one is not None]
    return (found[0], found[1]) if len(found) == 2 else (None, None)


def png_size(data: bytes) -> tuple[int, int] | None:
    """Give width and height of a PNG in pixels, as its beginning tells them; None for what is none."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR" or len(data) < 24:
        return None
    width, height = struct.unpack(">II", data[16:24])
    return (width, height) if width and height else None
