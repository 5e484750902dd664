"""The site's settings (``content/site.yaml``), read once, checked completely, then frozen."""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from newsgen.branding import LOOK_SHAPE, PARTS_OF_LOOK, Item, Look, read_look
from newsgen.catalogues import HOW_TO_ADD, OWN, is_known, normal
from newsgen.crawling import PARTS_OF_ROBOTS, ROBOTS_SHAPE, Robots, read_robots
from newsgen.document import Document, is_empty, shorten
from newsgen.engines import ENGINES, PYTHON_MARKDOWN, is_installed
from newsgen.errors import FAULT, NOTE, WARNING, Fault
from newsgen.forms import FORMS
from newsgen.model import canonical, digest
from newsgen.pictures import FORMATS, WIDTHS, Images
from newsgen.policies import POLICIES_SHAPE, Linked
from newsgen.schema import (
    SCALAR,
    WEB_PATTERN,
    Choice,
    Field,
    Flag,
    ListOf,
    Names,
    Number,
    Record,
    Shape,
    Text,
    Web,
    either,
)
from newsgen.sharing import PARTS_OF_SOCIAL_CARDS, SOCIAL_CARDS_SHAPE, SocialCards, read_social_cards
from newsgen.subscribing import FEEDS_SHAPE, PARTS_OF_FEEDS, Feeds, read_feeds
from newsgen.urls import encode

SETTINGS_FILE = "content/site.yaml"


@dataclass(frozen=True, slots=True)
class _Base:
    """The address of the site's front page."""

    says: str = "the address of the front page, such as https://example.org/ or https://example.org/news/"

    def read(self, node: Node, document: Document) -> str | None:
        value = Web().read(node, document)
        if value is None:
            return None
        parts = urlsplit(value)
        try:
            host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
        except UnicodeError:
            host = ""
        if parts.query or parts.fragment or "@" in host or not host or ".." in unquote(parts.path).split("/"):
            document.fault(node, f"{shorten(value)!r} can't be a base_url", f"Write {self.says}.")
            return None
        path = re.sub(r"/{2,}", "/", encode(unquote(parts.path))).rstrip("/") + "/"
        return f"{parts.scheme.lower()}://{host.lower()}{path}"

    def json_schema(self) -> dict[str, Any]:
        pattern = rf"^\s*{WEB_PATTERN}\s*$"
        return {"type": "string", "pattern": pattern, "not": {"pattern": "[?#@]"}, "examples": ["https://example.org/"]}


@dataclass(frozen=True, slots=True)
class _Zone:
    """A time zone of the IANA database."""

    says: str = "an IANA time zone such as Europe/Paris or UTC"

    def read(self, node: Node, document: Document) -> str | None:
        value = Text(self.says).read(node, document)
        if value is None:
            return None
        try:
            if value.lower() in ("localtime", "posixrules", "factory"):
                raise ValueError("it differs from machine to machine")
            return ZoneInfo(value).key
        except (OSError, ValueError, KeyError):
            document.fault(node, f"there is no time zone {shorten(value)!r}", f"Write {self.says}.")
            return None

    def json_schema(self) -> dict[str, Any]:
        pattern = r"^\s*[A-Za-z][A-Za-z0-9_+/-]*\s*$"
        return {"type": "string", "pattern": pattern, "examples": ["UTC", "Europe/Paris", "Asia/Baghdad"]}


@dataclass(frozen=True, slots=True)
class Language:
    """A BCP 47 language tag."""

    says: str = "a language tag such as en, fr or ar"

    def read(self, node: Node, document: Document) -> str | None:
        value = Text(self.says).read(node, document)
        if value is not None and not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
            document.fault(node, f"{shorten(value)!r} is not {self.says}", f"Write {self.says}.")
            return None
        return value

    def json_schema(self) -> dict[str, Any]:
        pattern = r"^\s*[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\s*$"
        return {"type": ["string", "boolean"], "pattern": pattern, "examples": ["en", "fr", "ar", "zh-Hant"]}


@dataclass(frozen=True, slots=True)
class _Authority:
    """Who mints the ids of this archive, as RFC 4151 has it: a host name or an e-mail address."""

    says: str = "a host name or e-mail address that is yours, such as example.org"

    def read(self, node: Node, document: Document) -> str | None:
        value = Text(self.says).read(node, document)
        if value is not None and not re.fullmatch(r"([\w.+-]+@)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", value, re.ASCII):
            document.fault(node, f"{shorten(value)!r} is not {self.says}", f"Write {self.says}.")
            return None
        return value

    def json_schema(self) -> dict[str, Any]:
        pattern = r"^\s*([A-Za-z0-9_.+-]+@)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\s*$"
        return {"type": SCALAR, "pattern": pattern, "examples": ["example.org"]}


@dataclass(frozen=True, slots=True)
class _Engine:
    """A Markdown engine that is installed."""

    says: str = Choice(ENGINES).says

    def read(self, node: Node, document: Document) -> str | None:
        value = Choice(ENGINES).read(node, document)
        if value is not None and not is_installed(value):
            remedy = f"Install it with: pip install 'newsgen[fast]' (or write {PYTHON_MARKDOWN})."
            document.fault(node, f"the Markdown engine {value} is not installed", remedy)
            return None
        return value

    def json_schema(self) -> dict[str, Any]:
        return Choice(ENGINES).json_schema()


def _one_or_many(text: str) -> tuple[list[str], str]:
    return [part.strip() for part in text.split(",")], ""


_PUBLISHER: Shape = Record(
    (
        Field("name", Text(), "The publisher's name.", required=True),
        Field("url", Web(), "Its own home page."),
        Field("email", Text(), "Where readers and feed validators can write to."),
        Field("logo", Linked(), "A picture of its own."),
        Field("policies", POLICIES_SHAPE, "Where it says how it works, each by its name."),
    ),
    short="name",
)

_MARKDOWN: Shape = Record(
    (Field("engine", _Engine(), "What turns Markdown into HTML. Default: python-markdown."),), short="engine"
)


@dataclass(frozen=True, slots=True)
class _Formats:
    """Formats of pictures, or off."""

    says: str = "off, or a list of " + " and ".join(FORMATS)

    def read(self, node: Node, document: Document) -> tuple[str, ...] | None:
        if isinstance(node, ScalarNode) and node.value.strip().lower() in ("off", "no", "none", "false"):
            return ()
        found = ListOf(Choice(FORMATS)).read(node, document)
        return tuple(one for one in FORMATS if one in found) if found else None

    def json_schema(self) -> dict[str, Any]:
        off = {"type": ["string", "boolean"], "enum": ["off", "no", "none", "false", False]}
        return either(ListOf(Choice(FORMATS)).json_schema(), off)


_IMAGES: Shape = Record(
    (
        Field("formats", _Formats(), "What smaller pictures are made in. Default: avif, webp."),
        Field("widths", ListOf(Number(16, 4_000)), "How wide they are, in pixels. Default: 320, 640, 960, 1280, 1920."),
        Field("quality", Number(1, 100), "How good they are, as JPEG and WebP count it. Default: 75."),
        Field("alt", Choice((FAULT, WARNING)), "What an image without alt is. Default: fault."),
    ),
    short="formats",
)

LEVELS = ("off", "note", WARNING, FAULT)
"""How much a rule of ``newsgen check`` counts."""

LINT = {
    "unnamed-source": (WARNING, "A source that is not named, without a reason."),
    "event-without-source": (WARNING, "An event that rests on no source."),
    "unarchived-link": (NOTE, "A source with a link and no archived copy."),
    "unsourced-quotes": (WARNING, "An article that quotes again and again and names no source."),
    "unknown-place": (WARNING, "A place that places.yaml does not know, where it has any."),
    "ambiguous-place": (WARNING, "A name that may mean several places of places.yaml."),
    "photo-location": (WARNING, "A picture whose file says where it was taken."),
    "suspect-coordinates": (WARNING, "Coordinates that do not lie in the country that is named."),
}
"""The rules of ``newsgen check`` (:mod:`newsgen.lint`): how much each counts where nothing else is set, and what it
finds."""

_LINT: Shape = Record(
    tuple(Field(name, Choice(LEVELS), f"{says} Default: {level}.") for name, (level, says) in LINT.items())
)

SETTINGS = (
    Field("title", Text(entities=True), "The archive's name, on every page and feed.", required=True),
    Field("base_url", _Base(), "The address of the front page; it may have a path.", required=True),
    Field("description", Text(entities=True), "One or two sentences about the archive.", also=("subtitle",)),
    Field("language", Language(), "The language of articles that do not name their own. Default: en."),
    Field(
        "languages",
        ListOf(Language()),
        "The languages that the archive speaks, each with a front page and feeds. Default: only language.",
    ),
    Field("timezone", _Zone(), "The zone of dates without an offset, and of the day in addresses. Default: UTC."),
    Field(
        "id_authority",
        _Authority(),
        "Who mints ids (RFC 4151): set once, never changed. Default: the host of base_url.",
    ),
    Field(
        "publisher",
        _PUBLISHER,
        "Who publishes: name, url, email, logo, policies (or only the name). Default: the title.",
    ),
    Field("authors", Names(_one_or_many), "The byline of articles without one.", also=("author",)),
    Field(
        "license",
        Text(entities=True),
        "The licence of the texts, shown at the foot of pages and in feeds.",
        also=("licence",),
    ),
    Field("home_articles", Number(1, 200), "How many articles the front page lists. Default: 20."),
    Field("home_sections", Names(_one_or_many), "The sections that have a block on the front page, in this order."),
    Field("strict", Flag(), "Whether warnings stop the build. Default: false."),
    Field("trusted_html", Flag(), "Whether HTML in articles is published without being cleaned. Default: false."),
    Field("markdown", _MARKDOWN, "How Markdown is read: engine (or only the engine)."),
    Field("images", _IMAGES, "How pictures are published: formats, widths, quality, alt (or only the formats)."),
    Field("lint", _LINT, "How much each rule of newsgen check counts: off, note, warning or fault."),
    Field("robots", ROBOTS_SHAPE, "What crawlers are asked: default, allow, disallow, crawlers (or only the default)."),
    Field("theme", LOOK_SHAPE, "How the site looks: logo, accent, fonts, menu, footer."),
    Field("feeds", FEEDS_SHAPE, "How it is subscribed to: formats, min_articles, history, hub (or only the formats)."),
    Field(
        "alternates",
        ListOf(Choice(tuple(FORMS))),
        "The forms in which every article is published beside its page: markdown, ninjs. Default: none.",
    ),
    Field(
        "social_cards",
        SOCIAL_CARDS_SHAPE,
        "Whether each article has a picture for links to it elsewhere: made, font (or only true). Default: false.",
    ),
    Field("search", Flag(), "Whether readers can search the archive. Default: true."),
)

SITE = Record(SETTINGS, own=True)
"""The shape of ``site.yaml``."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes the archive."""

    name: str
    url: str | None = None
    email: str | None = None
    logo: str | None = None
    policies: tuple[tuple[str, str], ...] = ()
    """Names and addresses of those that are given, in the order of :data:`newsgen.policies.POLICIES`."""


@dataclass(frozen=True, slots=True)
class Markdown:
    """How Markdown is read."""

    engine: str = PYTHON_MARKDOWN


@dataclass(frozen=True, slots=True)
class Site:
    """The settings of one archive, complete: what ``site.yaml`` leaves out has its default here.

    ``root`` is the site's folder, and no part of any output. ``lint`` is for checks alone.
    """

    root: Path
    title: str = "Untitled"
    base_url: str = "https://example.org/"
    description: str = ""
    language: str = "en"
    languages: tuple[str, ...] = ()
    """Those that it speaks, :attr:`language` among them."""
    timezone: str = "UTC"
    id_authority: str = "example.org"
    publisher: Publisher = Publisher("Untitled")
    authors: tuple[str, ...] = ()
    license: str = ""
    home_articles: int = 20
    home_sections: tuple[str, ...] = ()
    strict: bool = False
    trusted_html: bool = False
    markdown: Markdown = Markdown()
    images: Images = field(default_factory=Images)
    robots: Robots = field(default_factory=Robots)
    theme: Look = field(default_factory=Look)
    feeds: Feeds = field(default_factory=Feeds)
    alternates: tuple[str, ...] = ()
    social_cards: SocialCards = field(default_factory=SocialCards)
    search: bool = True
    lint: dict[str, str] = field(default_factory=lambda: {rule: level for rule, (level, _) in LINT.items()})
    own: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.languages:
            object.__setattr__(self, "languages", (self.language,))

    def home_of(self, language: str, *, apart: bool = False) -> str:
        """Give the address of the front page of a language, ``/`` for that of the site, or with ``apart`` the one below
        which it has what is its own."""
        return "/" if language == self.language and not apart else f"/{language.lower()}/"

    def search_of(self, language: str) -> str:
        """Give the address of the search page in a language."""
        return f"{self.home_of(language)}search/"

    @property
    def base_path(self) -> str:
        """The path of ``base_url``, percent-encoded, with a slash at both ends."""
        return urlsplit(self.base_url).path

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def content(self) -> Path:
        return self.root / "content"

    @property
    def state(self) -> Path:
        """The folder in which builds keep what they know."""
        return self.root / ".newsgen"

    def setting(self, name: str) -> Any:
        """Give one setting, or a part of one (``publisher.name``); ``x_…`` are the site's own.

        Raises KeyError for what is no setting.
        """
        whole, _, part = name.partition(".")
        if whole.startswith("x_"):
            return self.own.get(whole)
        if whole not in _NAMES or (part and part not in PARTS.get(whole, ())):
            raise KeyError(name)
        value = getattr(self, whole)
        return getattr(value, part) if part else value

    def digest(self) -> bytes:
        """Give a digest of all settings that a build looks at."""
        return digest(self.digest_of(tuple(_NAMES - {"lint"})), canonical(self.own))

    def digest_of(self, names: tuple[str, ...]) -> bytes:
        """Give a digest of some settings' values."""
        return digest(*(f"{name}={canonical(_plain(self.setting(name)))}" for name in sorted(names)))


PARTS = {
    "publisher": tuple(one.name for one in fields(Publisher)),
    "markdown": tuple(one.name for one in fields(Markdown)),
    "images": tuple(one.name for one in fields(Images)),
    "theme": PARTS_OF_LOOK,
    "feeds": PARTS_OF_FEEDS,
    "robots": PARTS_OF_ROBOTS,
    "social_cards": PARTS_OF_SOCIAL_CARDS,
}
_NAMES = frozenset(one.name for one in fields(Site)) - {"root", "own"}


def _plain(value: Any) -> Any:
    if isinstance(value, Look):
        return value.plain()
    if isinstance(value, tuple) and value and isinstance(value[0], Item):
        return [[one.title, one.url, one.page] for one in value]
    records = Publisher | Markdown | Images | Feeds | Robots | SocialCards
    return list(astuple(value)) if isinstance(value, records) else value


def _publisher(given: dict[str, Any]) -> Publisher:
    policies = tuple((name, value) for name, value in (given["policies"] or {}).items() if value is not None)
    return Publisher(**{**given, "policies": policies})


def _languages(root: Path, listed: list[str], main: str, node: Node | None, document: Document) -> tuple[str, ...]:
    """Check the languages that the archive speaks."""
    if node is None or not listed:
        return ()
    nodes = node.value if isinstance(node, SequenceNode) else [node]
    places = dict(zip(listed, [one for one in nodes if not is_empty(one)], strict=False))
    if len({normal(one) for one in listed}) < len(listed):
        document.fault(node, "a language is listed twice", "Take one out.")
    if main not in listed:
        document.fault(node, f"the site's own language, {main}, is not among its languages", f"Add {main}.")
    for one, place in places.items():
        if not is_known(one, root):
            what = f"there are no words in the language {shorten(one)!r}"
            document.fault(place, what, HOW_TO_ADD.format(OWN, normal(one)))
    return tuple(listed)


def _images(given: dict[str, Any]) -> Images:
    kept = {name: value for name, value in given.items() if value is not None}
    if "widths" in kept:
        kept["widths"] = tuple(sorted({int(one) for one in kept["widths"]})) or WIDTHS
    if "quality" in kept:
        kept["quality"] = int(kept["quality"])
    return Images(**kept)


def load_site(root: Path, text: str | None) -> tuple[Site, list[Fault]]:
    """Give the settings that ``text`` (the content of ``site.yaml``) makes for the site in ``root``, and its faults.

    Where there are faults the settings are defaults, good enough to go on checking articles with.
    """
    if text is None:
        remedy = "Make it with at least title: and base_url:, or start with: newsgen init DIR"
        return Site(root), [Fault(SETTINGS_FILE, 1, 1, "the settings file is missing", remedy)]
    document = Document(SETTINGS_FILE, text)
    node = document.compose()
    if not isinstance(node, MappingNode):
        return Site(root), document.faults
    values, nodes = SITE.read_with_nodes(node, document)
    if values is None or any(one.severity == FAULT for one in document.faults):
        zone = (values or {}).get("timezone") or "UTC"
        return Site(root, timezone=zone), document.faults
    given = {name: value for name, value in values.items() if value is not None and name in _NAMES}
    if "base_url" in given:
        given.setdefault("id_authority", urlsplit(given["base_url"]).hostname)
    if "id_authority" in given:
        given["id_authority"] = given["id_authority"].lower()  # as RFC 4151 advises and the W3C's validator asks
    publisher = given.get("publisher")
    given["publisher"] = _publisher(publisher) if publisher else Publisher(given.get("title", "Untitled"))
    markdown = {name: value for name, value in (given.get("markdown") or {}).items() if value is not None}
    given["markdown"] = Markdown(**markdown)
    given["images"] = _images(given.get("images") or {})
    given["alternates"] = tuple(one for one in FORMS if one in given.get("alternates", ()))
    given["feeds"] = read_feeds(given.get("feeds") or {})
    if "robots" in given:
        given["robots"] = read_robots(given["robots"])
        if (root / "static/robots.txt").exists():
            what = "static/robots.txt is published as it is, and nothing of robots: is"
            document.warn(nodes["robots"], what, "Keep the file or the setting.")
    faults = document.faults
    if "theme" in given:
        given["theme"], unlike = read_look(given["theme"], root, SETTINGS_FILE)
        faults += unlike
    if "social_cards" in given:
        given["social_cards"], unlike = read_social_cards(given["social_cards"], root, SETTINGS_FILE)
        faults += unlike
    given["authors"] = tuple(given.get("authors", ()))
    given["languages"] = _languages(
        root, given.get("languages", []), given.get("language", "en"), nodes.get("languages"), document
    )
    if any(one.severity == FAULT for one in document.faults):
        return Site(root, timezone=given.get("timezone") or "UTC"), document.faults
    given["home_sections"] = tuple(given.get("home_sections", ()))
    given["lint"] = {rule: (values["lint"] or {}).get(rule) or level for rule, (level, _) in LINT.items()}
    if isinstance(nodes.get("description"), ScalarNode) and len(given.get("description", "")) > 1000:
        document.warn(nodes["description"], "the description is longer than 1000 characters", "Shorten it.")
    return Site(root=root, own=values["own"], **given), faults
