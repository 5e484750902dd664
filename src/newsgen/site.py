"""The site's settings (``content/site.yaml``), read once, checked completely, then frozen."""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from yaml.nodes import MappingNode, Node, ScalarNode

from newsgen.document import Document, shorten
from newsgen.engines import ENGINES, PYTHON_MARKDOWN, is_installed
from newsgen.errors import FAULT, NOTE, WARNING, Fault
from newsgen.model import canonical, digest
from newsgen.policies import POLICIES_SHAPE, Linked
from newsgen.schema import Choice, Field, Flag, Names, Number, Record, Shape, Text, Web
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

LEVELS = ("off", "note", WARNING, FAULT)
"""How much a rule of ``newsgen check`` counts."""

LINT = {
    "unnamed-source": (WARNING, "A source that is not named, without a reason."),
    "event-without-source": (WARNING, "An event that rests on no source."),
    "unarchived-link": (NOTE, "A source with a link and no archived copy."),
    "unsourced-quotes": (WARNING, "An article that quotes again and again and names no source."),
    "unknown-place": (WARNING, "A place that places.yaml does not know, where it has any."),
    "ambiguous-place": (WARNING, "A name that may mean several places of places.yaml."),
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
    Field("strict", Flag(), "Whether warnings stop the build. Default: false."),
    Field("trusted_html", Flag(), "Whether HTML in articles is published without being cleaned. Default: false."),
    Field("markdown", _MARKDOWN, "How Markdown is read: engine (or only the engine)."),
    Field("lint", _LINT, "How much each rule of newsgen check counts: off, note, warning or fault."),
    Field("robots", Choice(("allow", "disallow")), "What robots.txt asks of crawlers. Default: allow."),
    Field("search", Flag(), "Whether readers can search the archive. Default: true."),
)

_RECORD = Record(SETTINGS, own=True)


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
    timezone: str = "UTC"
    id_authority: str = "example.org"
    publisher: Publisher = Publisher("Untitled")
    authors: tuple[str, ...] = ()
    license: str = ""
    home_articles: int = 20
    strict: bool = False
    trusted_html: bool = False
    markdown: Markdown = Markdown()
    robots: str = "allow"
    search: bool = True
    lint: dict[str, str] = field(default_factory=lambda: {rule: level for rule, (level, _) in LINT.items()})
    own: dict[str, Any] = field(default_factory=dict)

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
}
_NAMES = frozenset(one.name for one in fields(Site)) - {"root", "own"}


def _plain(value: Any) -> Any:
    return list(astuple(value)) if isinstance(value, Publisher | Markdown) else value


def _publisher(given: dict[str, Any]) -> Publisher:
    policies = tuple((name, value) for name, value in (given["policies"] or {}).items() if value is not None)
    return Publisher(**{**given, "policies": policies})


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
    values, nodes = _RECORD.read_with_nodes(node, document)
    if values is None or any(one.severity == FAULT for one in document.faults):
        zone = (values or {}).get("timezone") or "UTC"
        return Site(root, timezone=zone), document.faults
    given = {name: value for name, value in values.items() if value is not None and name in _NAMES}
    if "base_url" in given:
        given.setdefault("id_authority", urlsplit(given["base_url"]).hostname)
    publisher = given.get("publisher")
    given["publisher"] = _publisher(publisher) if publisher else Publisher(given.get("title", "Untitled"))
    markdown = {name: value for name, value in (given.get("markdown") or {}).items() if value is not None}
    given["markdown"] = Markdown(**markdown)
    given["authors"] = tuple(given.get("authors", ()))
    given["lint"] = {rule: (values["lint"] or {}).get(rule) or level for rule, (level, _) in LINT.items()}
    if isinstance(nodes.get("description"), ScalarNode) and len(given.get("description", "")) > 1000:
        document.warn(nodes["description"], "the description is longer than 1000 characters", "Shorten it.")
    return Site(root=root, own=values["own"], **given), document.faults
