"""What the W3C feed validator asks of RSS 2.0, Atom (RFC 4287) and their extensions, said anew: one function a rule.

The names are those of the validator's messages, so that what it says of each can be looked up in its documentation. It
can't be installed as a package; so each rule is held to a feed that breaks it, in ``test_feed_rules.py``. Where we are
stricter, it is because our feeds need less: only elements, attributes and HTML that they may have are known here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import html5lib
from babel import Locale
from lxml import etree

ERROR, WARNING = "error", "warning"

SPACES = {
    "": "",
    "http://www.w3.org/2005/Atom": "atom:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/syndication/history/1.0": "fh:",
    "http://www.georss.org/georss": "georss:",
    "http://search.yahoo.com/mrss/": "media:",
    "http://www.w3.org/1999/xhtml": "xhtml:",
    "http://www.w3.org/XML/1998/namespace": "xml:",
}
"""The namespaces of our feeds, each with the prefix that its documentation has."""

PARTS = {
    "rss": "channel",
    "channel": """title link description language copyright managingEditor webMaster pubDate lastBuildDate category
        generator docs ttl image item atom:link atom:id atom:updated atom:icon atom:logo dc:creator dcterms:modified
        fh:archive fh:complete""",
    "image": "url title link width height description",
    "item": """title link description author category comments enclosure guid pubDate source content:encoded dc:creator
        dc:language dc:subject dc:date dcterms:modified dcterms:created atom:link atom:id atom:updated atom:published
        atom:summary
        georss:point georss:featureName media:content media:group media:thumbnail media:title media:description
        media:credit""",
    "atom:feed": """atom:id atom:title atom:updated atom:author atom:link atom:category atom:contributor
        atom:generator atom:icon atom:logo atom:rights atom:subtitle atom:entry fh:archive fh:complete""",
    "atom:entry": """atom:id atom:title atom:updated atom:author atom:link atom:category atom:content
        atom:contributor atom:published atom:rights atom:source atom:summary dc:creator dc:language georss:point
        georss:featureName media:content media:group media:thumbnail media:title media:description media:credit""",
    "atom:author": "atom:name atom:uri atom:email",
    "atom:contributor": "atom:name atom:uri atom:email",
    "media:group": "media:content media:title media:description media:credit media:thumbnail",
    "media:content": "media:title media:description media:credit media:thumbnail media:text",
}
"""Which elements may stand in which; all others have text alone."""

ATTRIBUTES = {
    "rss": "version",
    "category": "domain",
    "enclosure": "url length type",
    "guid": "isPermaLink",
    "source": "url",
    "atom:category": "term scheme label",
    "atom:content": "type src",
    "atom:generator": "uri version",
    "atom:link": "href rel type hreflang title length",
    **dict.fromkeys(("atom:title", "atom:summary", "atom:subtitle", "atom:rights"), "type"),
    "media:content": "url fileSize type medium isDefault expression width height lang",
    "media:credit": "role scheme",
    "media:thumbnail": "url width height",
    **dict.fromkeys(("media:title", "media:description"), "type"),
}
ANYWHERE = {"xml:lang", "xml:base", "xml:space", "xml:id"}

REPEATED = set(
    """rss/channel channel/item channel/category channel/atom:link channel/dc:creator item/category item/dc:creator
    item/dc:subject item/atom:link item/enclosure item/media:content item/media:group item/media:thumbnail
    item/media:credit atom:feed/atom:entry atom:feed/atom:link atom:feed/atom:author atom:feed/atom:contributor
    atom:feed/atom:category atom:entry/atom:link atom:entry/atom:author atom:entry/atom:contributor
    atom:entry/atom:category atom:entry/dc:creator atom:entry/media:content atom:entry/media:group
    atom:entry/media:thumbnail atom:entry/media:credit media:group/media:content media:group/media:credit
    media:group/media:thumbnail media:content/media:credit media:content/media:thumbnail""".split()
) - {"rss/channel"}
"""What may stand more than once in what. (Enclosures have a warning of their own.)"""

HTML_TAGS = set(
    """a abbr address article aside b bdi blockquote br caption cite code col colgroup dd del details dfn div dl dt em
    figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li mark ol p picture pre q rp rt ruby s samp
    section small source span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr""".split()
)
"""HTML elements that our content may have and that the validator takes for harmless."""

HTML_ATTRIBUTES = set(
    """abbr alt cite class colspan datetime decoding dir headers height href hreflang id lang loading media name open
    rel reversed rowspan scope sizes span src srcset start summary tabindex title translate type value width""".split()
)

RFC5005 = {"current", "first", "last", "next", "next-archive", "prev-archive", "previous"}
RELATIONS = RFC5005 | set("alternate describedby enclosure hub license related replies search self up via".split())
FEED_TYPES = ("application/atom+xml", "application/rss+xml", "application/rdf+xml")

URI = re.compile(r"([a-zA-Z][0-9a-zA-Z+.-]*:)?/{0,2}(\[[0-9A-Fa-f:]+\])?[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#]*")
FULL_URI = re.compile(r"[a-zA-Z][0-9a-zA-Z+.-]*:(//)?[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#]+")
FULL_IRI = re.compile(r"[a-zA-Z][0-9a-zA-Z+.-]*:[^\x00-\x20<>\"{}|\\^`]+")
TAG_URI = re.compile(
    r"tag:([a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,]*"
    r"(#[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,]*)?"
)
URN = re.compile(r"urn:[a-z0-9][a-z0-9-]{1,31}:([a-z0-9()+,.:=@;$_!*'-]|%[0-9a-f]{2})+", re.IGNORECASE)
UUID = re.compile(r"urn:uuid:[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}", re.IGNORECASE)
MEDIA_TYPE = re.compile(r"[^\s()<>,;:\\\"/\[\]?=]+/[^\s()<>,;:\\\"/\[\]?=]+(\s*;\s*[\w-]+=(\"[^\"]*\"|[^\s;\"]+))*")
RFC2822 = re.compile(
    r"((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d\d?) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) "
    r"(\d\d):(\d\d)(?::(\d\d))? (?:[+-]\d\d[03]0|UT|GMT|[ECMP][SD]T|Z)"
)
RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
W3CDTF = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?")
EMAIL = re.compile(r"[A-Z0-9_+.'-]+@(([A-Z0-9-]+\.)+)[A-Z0-9][-A-Z0-9]*", re.IGNORECASE)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule finds in a feed."""

    rule: str
    kind: str
    where: str

    def __str__(self) -> str:
        return f"{self.kind} {self.rule}: {self.where}"


def name_of(element: Any) -> str:
    """The name of an element or attribute with its usual prefix; as it is, where its namespace is unknown."""
    tag = element if isinstance(element, str) else element.tag
    space, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    return SPACES[space] + local if space in SPACES else tag


class Feed:
    """A feed that was parsed, and what the rules ask it."""

    def __init__(self, data: bytes, address: str, now: datetime) -> None:
        self.data, self.address, self.now = data, address, now
        self.root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, remove_blank_text=False))
        self.elements = [(one, name_of(one)) for one in self.root.iter() if isinstance(one.tag, str)]
        self.is_rss = self.root.tag == "rss"

    @cached_property
    def head(self) -> Any:
        return self.root.find("channel") if self.is_rss else self.root

    @cached_property
    def entries(self) -> list[Any]:
        return [one for one, name in self.elements if name in ("item", "atom:entry")]

    def all(self, *names: str) -> Iterator[Any]:
        """Give the elements that have one of these names, ``parent/child`` or alone."""
        for element, name in self.elements:
            parent = element.getparent()
            if name in names or (parent is not None and f"{name_of(parent)}/{name}" in names):
                yield element

    def texts(self, *names: str) -> Iterator[tuple[Any, str]]:
        return ((one, one.text or "") for one in self.all(*names))

    def links(self, of: Any) -> list[Any]:
        return [one for one in of if name_of(one) == "atom:link"]

    def rels(self, of: Any) -> Counter[str]:
        return Counter(one.get("rel", "alternate") for one in self.links(of))


Rule = Callable[[Feed], Iterator[Any]]
RULES: dict[str, tuple[str, Rule]] = {}
"""Each rule by the name that the validator has for it, and whether it makes an error or a warning of it."""


def rule(kind: str) -> Callable[[Rule], Rule]:
    def put(made: Rule) -> Rule:
        RULES["".join(part.capitalize() for part in made.__name__.split("_"))] = (kind, made)
        return made

    return put


def findings(data: bytes, address: str, now: datetime | None = None) -> list[Finding]:
    """Give all that the rules find in the feed that is published at ``address``."""
    try:
        feed = Feed(data, address, now or datetime(2100, 1, 1, tzinfo=UTC))
    except etree.XMLSyntaxError as fault:
        return [Finding("SAXError", ERROR, str(fault))]
    found = []
    for name, (kind, asked) in RULES.items():
        for where in asked(feed):
            place = where if isinstance(where, str) else f"<{name_of(where)}> {dict(where.attrib)} {where.text!r:.80}"
            found.append(Finding(name, kind, place))
    return found


def names_in(element: Any) -> list[str]:
    return [name_of(one) for one in element if isinstance(one.tag, str)]


# --- the document ---


@rule(WARNING)
def not_utf8(feed: Feed) -> Iterator[str]:
    if (feed.root.getroottree().docinfo.encoding or "").upper() not in ("UTF-8", "ASCII"):
        yield str(feed.root.getroottree().docinfo.encoding)


@rule(ERROR)
def contains_system_entity(feed: Feed) -> Iterator[str]:
    """A document type of its own, which readers refuse for what it may fetch or become."""
    if feed.root.getroottree().docinfo.doctype:
        yield str(feed.root.getroottree().docinfo.doctype)


@rule(WARNING)
def bad_characters(feed: Feed) -> Iterator[Any]:
    for element, _ in feed.elements:
        for text in (element.text, element.tail, *element.attrib.values()):
            if text and re.search("[\x80-\x9f\ufffd]", text):
                yield element


@rule(WARNING)
def unknown_namespace(feed: Feed) -> Iterator[str]:
    for element, _ in feed.elements:
        yield from (space for space in element.nsmap.values() if space not in SPACES)


@rule(WARNING)
def reserved_prefix(feed: Feed) -> Iterator[str]:
    for prefix, space in {one for element, _ in feed.elements for one in element.nsmap.items()}:
        if prefix is not None and f"{prefix}:" in SPACES.values() and SPACES.get(space) != f"{prefix}:":
            yield f"{prefix} for {space}"


@rule(WARNING)
def nonstd_prefix(feed: Feed) -> Iterator[str]:
    for prefix, space in {one for element, _ in feed.elements for one in element.nsmap.items()}:
        if prefix is not None and space in SPACES and SPACES[space] != f"{prefix}:":
            yield f"{prefix} for {space}"


@rule(WARNING)
def avoid_namespace_prefix(feed: Feed) -> Iterator[str]:
    """A prefix for Atom in an Atom feed, which some readers do not understand."""
    if not feed.is_rss and ("atom" in feed.root.nsmap or feed.root.prefix):
        yield "atom:"


@rule(ERROR)
def undefined_element(feed: Feed) -> Iterator[Any]:
    if feed.elements[0][1] not in ("rss", "atom:feed"):
        yield feed.root
    for element, name in feed.elements[1:]:
        if name not in PARTS.get(name_of(element.getparent()), "").split():
            yield element


@rule(ERROR)
def unexpected_attribute(feed: Feed) -> Iterator[str]:
    for element, name in feed.elements:
        known = {*ATTRIBUTES.get(name, "").split(), *ANYWHERE}
        yield from (f"{one} of <{name}>" for one in map(name_of, element.attrib) if one not in known)


@rule(ERROR)
def unexpected_text(feed: Feed) -> Iterator[Any]:
    for element, name in feed.elements:
        if name in PARTS and ((element.text or "").strip() or any((one.tail or "").strip() for one in element)):
            yield element


@rule(ERROR)
def duplicate_element(feed: Feed) -> Iterator[str]:
    for element, name in feed.elements:
        for part, number in Counter(names_in(element)).items():
            if number > 1 and f"{name}/{part}" not in REPEATED:
                yield f"{number} × <{part}> in <{name}>"


@rule(ERROR)
def missing_element(feed: Feed) -> Iterator[str]:
    asked = {
        "rss": "channel",
        "channel": "title link description",
        "atom:feed": "atom:id atom:title atom:updated",
        "atom:entry": "atom:id atom:title atom:updated",
        "atom:author": "atom:name",
        "atom:contributor": "atom:name",
    }
    for element, name in feed.elements:
        yield from (f"<{one}> of <{name}>" for one in asked.get(name, "").split() if one not in names_in(element))
    if not feed.is_rss and "atom:author" not in names_in(feed.root):
        yield from ("<atom:author> of an entry" for one in feed.entries if "atom:author" not in names_in(one))
        if not feed.entries:
            yield "<atom:author> of a feed without entries"


@rule(WARNING)
def not_blank(feed: Feed) -> Iterator[Any]:
    asked = (
        "channel/title item/title category guid atom:title atom:summary atom:content atom:name atom:generator".split()
    )
    yield from (one for one, text in feed.texts(*asked, "dc:creator") if not text.strip() and not len(one))


@rule(WARNING)
def attr_not_blank(feed: Feed) -> Iterator[Any]:
    for element, name in feed.elements:
        if name in ("atom:link", "atom:category", "atom:content", "atom:title", "atom:summary"):
            yield from (element for value in element.attrib.values() if not value.strip())


@rule(ERROR)
def invalid_language(feed: Feed) -> Iterator[str]:
    given = [text for _, text in feed.texts("channel/language")]
    given += [element.get(f"{{{XML}}}lang") or "" for element, _ in feed.elements if f"{{{XML}}}lang" in element.attrib]
    given += [one.get("hreflang") for one in feed.all("atom:link") if "hreflang" in one.attrib]
    for text in given:
        if text.partition("-")[0].lower() not in Locale("en").languages:
            yield text


XML = "http://www.w3.org/XML/1998/namespace"


@rule(WARNING)
def missing_dclanguage(feed: Feed) -> Iterator[str]:
    """No language anywhere. (The validator files it under advice.)"""
    if f"{{{XML}}}lang" not in feed.root.attrib and (not feed.is_rss or "language" not in names_in(feed.head)):
        yield "the feed names no language"


# --- addresses and ids ---


def _addresses(feed: Feed) -> Iterator[tuple[Any, str]]:
    """Every address of the feed that must be whole."""
    texts = (
        "channel/link item/link docs comments image/url image/link atom:icon atom:logo atom:uri channel/atom:id".split()
    )
    yield from feed.texts(*texts)
    yield from ((one, one.get("href")) for one in feed.all("atom:link") if one.get("href"))
    for one in feed.all("enclosure", "source", "media:content", "media:thumbnail"):
        if one.get("url"):
            yield one, one.get("url")
    yield from ((one, one.get("uri")) for one in feed.all("atom:generator") if one.get("uri"))


@rule(ERROR)
def invalid_full_link(feed: Feed) -> Iterator[Any]:
    for element, text in _addresses(feed):
        if not FULL_URI.fullmatch(text) or not re.match(r"https?://[^/]|(?!https?:)", text):
            yield element


@rule(ERROR)
def invalid_uri_char(feed: Feed) -> Iterator[Any]:
    for element, text in _addresses(feed):
        if not re.fullmatch(r"[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#\[\]]*", text) or re.search(r"%(?![0-9a-fA-F]{2})", text):
            yield element


def _ids(feed: Feed) -> Iterator[tuple[Any, str]]:
    return feed.texts("atom:id", "guid")


@rule(ERROR)
def invalid_tag(feed: Feed) -> Iterator[Any]:
    """A tag URI that is none (RFC 4151)."""
    yield from (one for one, text in _ids(feed) if text[:4].lower() == "tag:" and not TAG_URI.fullmatch(text))


@rule(ERROR)
def invalid_urn(feed: Feed) -> Iterator[Any]:
    yield from (one for one, text in _ids(feed) if text[:4].lower() == "urn:" and not URN.fullmatch(text))


@rule(ERROR)
def invalid_uuid(feed: Feed) -> Iterator[Any]:
    yield from (one for one, text in _ids(feed) if text[:9].lower() == "urn:uuid:" and not UUID.fullmatch(text))


@rule(ERROR)
def invalid_iri(feed: Feed) -> Iterator[Any]:
    """An Atom id that is no whole IRI (RFC 3987)."""
    yield from (one for one, text in feed.texts("atom:id") if not FULL_IRI.fullmatch(text))


@rule(WARNING)
def non_canonical_uri(feed: Feed) -> Iterator[Any]:
    """An Atom id that another program may write in another way (RFC 3986, 6.2.2)."""
    for element, text in feed.texts("atom:id"):
        scheme, _, rest = text.partition(":")
        host = urlsplit(text).netloc
        plain = re.sub(
            r"%[0-9a-fA-F]{2}", lambda one: quote(unquote(one[0]), safe="~") if is_plain(one[0]) else one[0], rest
        )
        if scheme != scheme.lower() or host != host.lower() or plain != rest or re.search("%[0-9A-F]?[a-f]", rest):
            yield element


def is_plain(escaped: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9._~-]", unquote(escaped)))


@rule(ERROR)
def unexpected_whitespace(feed: Feed) -> Iterator[Any]:
    asked = "atom:id atom:updated atom:published atom:uri atom:email atom:icon atom:logo".split()
    yield from (one for one, text in feed.texts(*asked) if text != text.strip())


@rule(ERROR)
def duplicate_value(feed: Feed) -> Iterator[str]:
    """Two items with one guid."""
    yield from (text for text, number in Counter(text for _, text in feed.texts("guid")).items() if number > 1)


@rule(WARNING)
def duplicate_entries(feed: Feed) -> Iterator[str]:
    """Two entries with one id. We hold it for an error."""
    given = Counter(text for _, text in feed.texts("atom:entry/atom:id"))
    yield from (text for text, number in given.items() if number > 1)


@rule(WARNING)
def duplicate_updated(feed: Feed) -> Iterator[str]:
    given = Counter(text for _, text in feed.texts("atom:entry/atom:updated"))
    yield from (text for text, number in given.items() if number > 1)


# --- dates ---


@rule(ERROR)
def invalid_rfc2822_date(feed: Feed) -> Iterator[Any]:
    for element, text in feed.texts("pubDate", "lastBuildDate"):
        if moment_of(text) is None:
            yield element


def moment_of(text: str) -> date | None:
    """The day that an RFC 2822 date names, or None where it is none."""
    found = RFC2822.fullmatch(text)
    if not found or int(found[5]) > 23 or int(found[6]) > 59 or int(found[7] or 0) > 60:
        return None
    try:
        return date(int(found[4]), 1 + MONTHS.index(found[3]), int(found[2]))
    except ValueError:
        return None


@rule(ERROR)
def incorrect_dow(feed: Feed) -> Iterator[Any]:
    """Another day of the week than the date has."""
    for element, text in feed.texts("pubDate", "lastBuildDate"):
        day = moment_of(text)
        if day is not None and "," in text and text[:3] != "Mon Tue Wed Thu Fri Sat Sun".split()[day.weekday()]:
            yield element


@rule(ERROR)
def invalid_rfc3339_date(feed: Feed) -> Iterator[Any]:
    for element, text in feed.texts("atom:updated", "atom:published"):
        if not RFC3339.fullmatch(text.strip()) or instant_of(text.strip()) is None:
            yield element


def instant_of(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


@rule(ERROR)
def invalid_w3cdtf_date(feed: Feed) -> Iterator[Any]:
    for element, text in feed.texts("dcterms:modified", "dcterms:created", "dc:date"):
        if not W3CDTF.fullmatch(text) or (len(text) > 7 and instant_of(text) is None):
            yield element


@rule(WARNING)
def implausible_date(feed: Feed) -> Iterator[Any]:
    """Before 1990, or yet to come."""
    for element, text in feed.texts("pubDate", "lastBuildDate"):
        day = moment_of(text)
        if day is not None and (day.year < 1990 or day > feed.now.date()):
            yield element
    for element, text in feed.texts("atom:updated", "atom:published", "dcterms:modified"):
        moment = instant_of(text)
        if moment is not None and (moment.year < 1990 or moment.date() > feed.now.date()):
            yield element


# --- text and HTML ---


@rule(WARNING)
def contains_html(feed: Feed) -> Iterator[Any]:
    """Mark-up, or what may be read as such, in plain text."""
    plain = "channel/title item/title channel/description category copyright source image/title".split()
    for element, text in feed.texts(*plain, "media:title", "media:description"):
        if element.get("type") != "html" and looks_marked_up(text) and not is_spelt_by_number(feed, element, text):
            yield element


def looks_marked_up(text: str) -> bool:
    return bool(
        re.search(r"</[a-z][a-z0-9]*>", text, re.IGNORECASE) or re.search(r"&(#\w+|amp|lt|gt|quot|apos|nbsp)\b", text)
    )


@rule(WARNING)
def contains_undeclared_html(feed: Feed) -> Iterator[Any]:
    """The same in Atom, where text says what it is."""
    for element, text in feed.texts("atom:title", "atom:summary", "atom:subtitle", "atom:rights", "atom:content"):
        if element.get("type", "text") == "text" and looks_marked_up(text):
            yield element


@rule(WARNING)
def character_data(feed: Feed) -> Iterator[Any]:
    """``<`` or ``&`` in a title of RSS that is not spelt ``&#x3C;`` or ``&#x26;``, as the RSS profile advises: some
    readers decode titles twice."""
    for element, text in feed.texts("channel/title", "item/title"):
        if re.search("&#[x0-9]|<[/a-zA-Z]", text) and not is_spelt_by_number(feed, element, text):
            yield element


def is_spelt_by_number(feed: Feed, element: Any, text: str) -> bool:
    """Whether the source of a feed writes what may be read as mark-up in ``text`` as numbers."""
    spelt = text.replace("&", "&#x26;").replace("<", "&#x3C;").replace(">", "&gt;").encode()
    return f"<{name_of(element)}>".encode() + spelt in feed.data


@rule(ERROR)
def invalid_text_type(feed: Feed) -> Iterator[Any]:
    for element in feed.all("atom:title", "atom:summary", "atom:subtitle", "atom:rights"):
        if element.get("type", "text") not in ("text", "html", "xhtml"):
            yield element


def _html(feed: Feed) -> Iterator[tuple[Any, str]]:
    yield from feed.texts("item/description", "content:encoded")
    yield from ((one, text) for one, text in feed.texts("atom:content", "atom:summary") if one.get("type") == "html")


@lru_cache(maxsize=1_000)  # for the feeds of a site carry the same texts
def _tags(text: str) -> tuple[tuple[str, dict[str, str]], ...]:
    if "<" not in text:
        return ()
    parsed = html5lib.parseFragment(text, namespaceHTMLElements=False)
    found = ((one.tag, one.attrib) for one in parsed.iter() if isinstance(one.tag, str))
    return tuple(one for one in found if one[0] != "DOCUMENT_FRAGMENT")


@lru_cache(maxsize=1_000)
def fault_in_html(text: str) -> str:
    """Give what the parser of the HTML standard says against ``text``; nothing where it is in order."""
    try:
        html5lib.HTMLParser(strict=True).parseFragment(text)
    except html5lib.html5parser.ParseError as fault:
        return f"{fault} in {text!r:.80}"
    return ""


@rule(WARNING)
def not_html(feed: Feed) -> Iterator[str]:
    """HTML in which the parser of the HTML standard finds a fault."""
    yield from (fault for _, text in _html(feed) if (fault := fault_in_html(text)))


@rule(WARNING)
def security_risk(feed: Feed) -> Iterator[str]:
    for _, text in _html(feed):
        yield from (f"<{tag}>" for tag, _ in _tags(text) if tag not in HTML_TAGS)


@rule(WARNING)
def security_risk_attr(feed: Feed) -> Iterator[str]:
    for _, text in _html(feed):
        for tag, attributes in _tags(text):
            strange = (one for one in attributes if one not in HTML_ATTRIBUTES and one != "style")
            yield from (f"{one} of <{tag}>" for one in strange if not one.startswith("data-"))


@rule(WARNING)
def dangerous_style_attr(feed: Feed) -> Iterator[str]:
    for _, text in _html(feed):
        for _, attributes in _tags(text):
            style = attributes.get("style", "")
            if not re.fullmatch(r"(\s*text-align\s*:\s*(left|right|center|justify)\s*;?)?\s*", style):
                yield style


@rule(WARNING)
def contains_rel_ref(feed: Feed) -> Iterator[str]:
    """A link in HTML that is not whole."""
    for _, text in _html(feed):
        yield from relative(text)


def relative(text: str) -> Iterator[str]:
    """Give the addresses in HTML that are not whole."""
    for _, attributes in _tags(text):
        for one in ("href", "src", "cite"):
            if one in attributes and not re.match(r"\w+:", attributes[one]):
                yield attributes[one]


@rule(WARNING)
def contains_email(feed: Feed) -> Iterator[Any]:
    for element, text in feed.texts("atom:name"):
        if re.search(f"<{EMAIL.pattern}>", text, re.IGNORECASE):
            yield element


@rule(ERROR)
def invalid_contact(feed: Feed) -> Iterator[Any]:
    yield from (one for one, text in feed.texts("atom:email") if not EMAIL.fullmatch(text))
    for element, text in feed.texts("item/author", "managingEditor", "webMaster"):
        if not EMAIL.fullmatch(re.sub(r" \([^()]*\)$", "", text)):
            yield element


@rule(WARNING)
def missing_real_name(feed: Feed) -> Iterator[Any]:
    """An address in RSS without a name in brackets behind it."""
    yield from (one for one, text in feed.texts("item/author", "managingEditor", "webMaster") if not text.endswith(")"))


# --- links ---


@rule(ERROR)
def missing_href(feed: Feed) -> Iterator[Any]:
    yield from (one for one in feed.all("atom:link") if "href" not in one.attrib)


@rule(WARNING)
def atom_link_not_empty(feed: Feed) -> Iterator[Any]:
    yield from (one for one in feed.all("atom:link") if (one.text or "").strip())


@rule(WARNING)
def unregistered_atom_link_rel(feed: Feed) -> Iterator[Any]:
    for one in feed.all("atom:link"):
        if one.get("rel", "alternate") not in RELATIONS and not FULL_URI.fullmatch(one.get("rel")):
            yield one


@rule(ERROR)
def invalid_mimetype(feed: Feed) -> Iterator[Any]:
    for one in feed.all("atom:link", "atom:content"):
        given = one.get("type")
        if (
            given
            and not MEDIA_TYPE.fullmatch(given)
            and (name_of(one) == "atom:link" or given not in ("text", "html", "xhtml"))
        ):
            yield one


@rule(WARNING)
def self_not_atom(feed: Feed) -> Iterator[Any]:
    for one in feed.links(feed.head):
        if one.get("rel") == "self" and (one.get("type") or FEED_TYPES[0]).partition(";")[0] not in FEED_TYPES:
            yield one


@rule(ERROR)
def invalid_non_negative_integer(feed: Feed) -> Iterator[Any]:
    for one in feed.all("atom:link"):
        if "length" in one.attrib and not re.fullmatch(r"\d+", one.get("length")):
            yield one


@rule(WARNING)
def missing_self(feed: Feed) -> Iterator[str]:
    """No link to the feed itself. (For RSS the message is MissingAtomSelfLink.)"""
    if feed.rels(feed.head)["self"] == 0:
        yield "the head has no link to itself"


@rule(WARNING)
def relative_self(feed: Feed) -> Iterator[Any]:
    for one in feed.links(feed.head):
        if one.get("rel") == "self" and not urlsplit(one.get("href", "")).netloc:
            yield one


@rule(WARNING)
def self_doesnt_match_location(feed: Feed) -> Iterator[Any]:
    yield from (one for one in feed.links(feed.head) if one.get("rel") == "self" and one.get("href") != feed.address)


@rule(ERROR)
def duplicate_atom_link(feed: Feed) -> Iterator[str]:
    for element in (feed.head, *feed.entries):
        given = Counter(
            (one.get("type"), one.get("hreflang"))
            for one in feed.links(element)
            if one.get("rel", "alternate") == "alternate"
        )
        yield from (f"two alternates of {name_of(element)}: {one}" for one, number in given.items() if number > 1)


# --- Atom ---


@rule(ERROR)
def misplaced_metadata(feed: Feed) -> Iterator[str]:
    """Something of the feed behind its first entry."""
    if not feed.is_rss:
        names = names_in(feed.root)
        behind = names[names.index("atom:entry") :] if "atom:entry" in names else []
        yield from (one for one in behind if one.startswith("atom:") and one != "atom:entry")


@rule(ERROR)
def missing_content_or_alternate(feed: Feed) -> Iterator[Any]:
    if not feed.is_rss:
        for one in feed.entries:
            if "atom:content" not in names_in(one) and not feed.rels(one)["alternate"]:
                yield one


@rule(WARNING)
def missing_textual_content(feed: Feed) -> Iterator[Any]:
    if not feed.is_rss:
        yield from (one for one in feed.entries if not {"atom:content", "atom:summary"} & {*names_in(one)})


@rule(ERROR)
def missing_attribute(feed: Feed) -> Iterator[Any]:
    asked = {"atom:category": "term", "enclosure": "url length type", "source": "url", "media:thumbnail": "url"}
    for element, name in feed.elements:
        yield from (element for one in asked.get(name, "").split() if one not in element.attrib)


# --- RSS ---


@rule(ERROR)
def invalid_rssversion(feed: Feed) -> Iterator[str]:
    if feed.is_rss and feed.root.get("version") != "2.0":
        yield str(feed.root.get("version"))


@rule(ERROR)
def item_must_contain_title_or_description(feed: Feed) -> Iterator[Any]:
    if feed.is_rss:
        yield from (one for one in feed.entries if not {"title", "description"} & {*names_in(one)})


@rule(WARNING)
def missing_guid(feed: Feed) -> Iterator[Any]:
    if feed.is_rss:
        yield from (one for one in feed.entries if "guid" not in names_in(one))


@rule(WARNING)
def need_description_before_content(feed: Feed) -> Iterator[Any]:
    for one in feed.entries if feed.is_rss else ():
        names = names_in(one)
        if "content:encoded" in names and "description" not in names[: names.index("content:encoded")]:
            yield one


@rule(WARNING)
def misplaced_item(feed: Feed) -> Iterator[str]:
    """Something of the channel behind its first item."""
    if feed.is_rss and feed.head is not None:
        names = names_in(feed.head)
        behind = names[names.index("item") :] if "item" in names else []
        yield from (one for one in behind if one != "item" and (":" not in one or one == "atom:link"))


@rule(WARNING)
def duplicate_semantics(feed: Feed) -> Iterator[str]:
    """The same said twice, by an element of RSS and by one of an extension."""
    pairs = {
        "channel": """managingEditor/dc:creator pubDate/dc:date copyright/dc:rights language/dc:language
            lastBuildDate/dcterms:modified""",
        "item": """guid/atom:id author/dc:creator category/dc:subject pubDate/dc:date pubDate/atom:published
            source/dc:source""",
    }
    for element, name in feed.elements:
        for pair in pairs.get(name, "").split():
            if {*pair.split("/")} <= {*names_in(element)}:
                yield pair


@rule(WARNING)
def duplicate_description_semantics(feed: Feed) -> Iterator[Any]:
    yield from feed.all("item/atom:content", "item/atom:title", "item/xhtml:body")


@rule(ERROR)
def invalid_boolean_attribute(feed: Feed) -> Iterator[Any]:
    yield from (one for one in feed.all("guid") if one.get("isPermaLink", "true") not in ("true", "false"))


@rule(ERROR)
def invalid_http_guid(feed: Feed) -> Iterator[Any]:
    """A guid that is said to be an address, and is none."""
    for one, text in feed.texts("guid"):
        if one.get("isPermaLink", "true") == "true" and not FULL_URI.fullmatch(text):
            yield one


@rule(ERROR)
def invalid_permalink(feed: Feed) -> Iterator[Any]:
    for one, text in feed.texts("guid"):
        if one.get("isPermaLink", "true") == "true" and text.lower().startswith(("tag:", "urn:uuid:")):
            yield one


@rule(WARNING)
def not_sufficiently_unique(feed: Feed) -> Iterator[Any]:
    yield from (one for one, text in feed.texts("guid") if len(text) < 9 and text.isdigit())


@rule(ERROR)
def invalid_integer_attribute(feed: Feed) -> Iterator[Any]:
    """The length of an enclosure, which is 0 where it is unknown."""
    for one in feed.all("enclosure"):
        if not re.fullmatch(r"\d+", one.get("length", "0")):
            yield one


@rule(ERROR)
def invalid_mimeattribute(feed: Feed) -> Iterator[Any]:
    for one in feed.all("enclosure", "media:content"):
        if "type" in one.attrib and not MEDIA_TYPE.fullmatch(one.get("type")):
            yield one


@rule(ERROR)
def invalid_urlattribute(feed: Feed) -> Iterator[Any]:
    for one in feed.all("enclosure"):
        if not re.match(r"https?://[\w.-]+(:\d+)?(/|$)", one.get("url", "")):
            yield one


@rule(WARNING)
def duplicate_enclosure(feed: Feed) -> Iterator[Any]:
    """Two enclosures of one item, of which readers take the first or the last."""
    yield from (one for one in feed.entries if names_in(one).count("enclosure") > 1)


@rule(ERROR)
def invalid_positive_integer(feed: Feed) -> Iterator[Any]:
    for one in feed.all("media:content", "media:thumbnail"):
        for name in ("width", "height", "fileSize"):
            if name in one.attrib and not re.fullmatch("0*[1-9][0-9]*", one.get(name)):
                yield one
    for one, text in feed.texts("ttl", "image/width", "image/height"):
        if not re.fullmatch("0*[1-9][0-9]*", text):
            yield one


# --- places and pictures ---


@rule(ERROR)
def invalid_coord(feed: Feed) -> Iterator[Any]:
    """GeoRSS-Simple: latitude and longitude in degrees, a blank in between."""
    for element, text in feed.texts("georss:point"):
        found = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s*", text)
        if not found or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
            yield element


@rule(WARNING)
def coord_comma(feed: Feed) -> Iterator[Any]:
    yield from (one for one, text in feed.texts("georss:point") if "," in text)


@rule(ERROR)
def media_rss_namespace(feed: Feed) -> Iterator[str]:
    """Media RSS without the stroke at the end of its name."""
    if any("http://search.yahoo.com/mrss" in element.nsmap.values() for element, _ in feed.elements):
        yield "http://search.yahoo.com/mrss"


@rule(ERROR)
def invalid_media_medium(feed: Feed) -> Iterator[Any]:
    known = ("image", "audio", "video", "document", "executable")
    yield from (one for one in feed.all("media:content") if one.get("medium", "image") not in known)


@rule(ERROR)
def invalid_media_text_type(feed: Feed) -> Iterator[Any]:
    for one in feed.all("media:title", "media:description"):
        if one.get("type", "plain") not in ("plain", "html"):
            yield one


@rule(ERROR)
def invalid_credit_role(feed: Feed) -> Iterator[Any]:
    for one in feed.all("media:credit"):
        if one.get("role", "author") not in ("author", "photographer", "illustrator", "producer", "graphic designer"):
            yield one


@rule(ERROR)
def media_group_without_alternatives(feed: Feed) -> Iterator[Any]:
    yield from (one for one in feed.all("media:group") if names_in(one).count("media:content") < 2)


# --- RFC 5005 ---


@rule(WARNING)
def feed_history_rel_in_entry(feed: Feed) -> Iterator[Any]:
    for entry in feed.entries:
        yield from (one for one in feed.links(entry) if one.get("rel") in RFC5005)


@rule(ERROR)
def feed_rel_in_complete_feed(feed: Feed) -> Iterator[Any]:
    if "fh:complete" in names_in(feed.head):
        yield from (one for one in feed.links(feed.head) if one.get("rel") in RFC5005 - {"current"})


@rule(WARNING)
def missing_current_in_archive(feed: Feed) -> Iterator[str]:
    if "fh:archive" in names_in(feed.head) and not feed.rels(feed.head)["current"]:
        yield feed.address


@rule(WARNING)
def archive_incomplete(feed: Feed) -> Iterator[str]:
    """An archive document that leads nowhere."""
    if "fh:archive" in names_in(feed.head) and not {"prev-archive", "next-archive"} & {*feed.rels(feed.head)}:
        yield feed.address


@rule(ERROR)
def ambiguous_history(feed: Feed) -> Iterator[str]:
    """Two ways to one side: ours, for the validator leaves it to readers. The RFC knows one document before another."""
    rels = feed.rels(feed.head) if feed.head is not None else Counter[str]()
    yield from (one for one in ("prev-archive", "next-archive", "current", "self") if rels[one] > 1)
