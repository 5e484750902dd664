"""HTML made harmless: what may stay of it, how deep it may nest, and each relative address in it as a number."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator

import nh3

from newsgen.document import without_controls
from newsgen.notes import CLOSE, OPEN

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
DEEPEST_HTML = 400
MOST_FORMATTING = 50
"""How many formatting elements (<b>, <i> …) may be open at once: HTML repeats all of them in every paragraph."""

_TAGS = frozenset(
    """a abbr aside b bdi bdo blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption
    figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span strong sub summary
    sup table tbody td tfoot th thead time tr u ul var wbr""".split()
)
_ATTRIBUTES = {
    "*": {"id", "class", "lang", "dir", "title"},
    "a": {"href", "hreflang"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"datetime"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "td": {"colspan", "rowspan", "style", "headers"},
    "th": {"colspan", "rowspan", "style", "scope", "headers"},
    "time": {"datetime"},
}
_DROPPED_WITH_CONTENT = {"script", "style", "iframe", "object", "template", "noscript", "svg", "math"}

_TAG = re.compile(r"<([a-zA-Z][\w-]*)((?:[^\"'<>]|\"[^\"]*\"|'[^']*')*)>")
_ADDRESS_ATTRIBUTE = re.compile(r"(?<![\w-])(href|src|cite)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)", re.IGNORECASE)
_ID = re.compile(r'id="(?<=\sid=")([^"]*)"')
_MAY_BE_REFUSED = re.compile(
    r"=\s*(?:\"(?!(?:https?|mailto|tel):)[^\"=]*[:&]|'(?!(?:https?|mailto|tel):)[^'=]*[:&]|[^\"'\s=][^\s>=\"']*[:&])",
    re.IGNORECASE,
)
"""The value of any attribute in which there may be a scheme, written as it is or with a character reference."""

_ACTIVE = re.compile(
    r"<(script|iframe|object|embed|form|input|button|style|svg|math|link|meta|base|video|audio)\b", re.IGNORECASE
)
_UNNESTED = re.compile(r"</?(?:p|li|dt|dd|tr|td|th|br|img|hr|wbr|col|input|source)\b", re.IGNORECASE)
_LINKED_NOWHERE = re.compile(r"<a>(.*?)</a>", re.DOTALL)
_DEAD_IMAGE = re.compile(rf"<img(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*?src=[\"']?{CLOSE}(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*>")
_IMAGE_OF_NOTHING = re.compile(r"<img(?![^>]*\ssrc=)([^>]*)>")


class Cleaner:
    """nh3, and the relative addresses that it met in the last text. Made once, used often."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self._cleaner = nh3.Cleaner(
            tags=set(_TAGS),
            clean_content_tags=_DROPPED_WITH_CONTENT,
            attributes=_ATTRIBUTES,
            url_schemes=set(SCHEMES),
            url_relative=self._number,
            link_rel=None,
            filter_style_properties={"text-align"},
        )

    def _number(self, address: str) -> str:
        """Keep a relative address that the cleaner met, and put its number into the HTML."""
        self.addresses.append(address)
        return f"{OPEN}{len(self.addresses) - 1}{CLOSE}"

    def clean(self, raw: str) -> str:
        """Give ``raw`` reduced to what is harmless, each relative address as its number between placeholder marks."""
        self.addresses.clear()
        cleaned = self._cleaner.clean(_REFERENCE.sub(_without_noncharacter, raw) if "&#" in raw else raw)
        return _TAG.sub(_without_microformats, cleaned) if _MAY_BE_MICROFORMAT.search(cleaned) else cleaned

    def number(self, raw: str) -> str:
        """Give ``raw``, which is trusted, with its relative addresses as their numbers, and nothing else changed."""
        self.addresses.clear()
        return _TAG.sub(lambda tag: _numbered(tag, self._number), raw)


def refused(raw: str) -> Iterator[tuple[str, str]]:
    """Give each address in ``raw`` whose scheme is not allowed, and the scheme."""
    if not _MAY_BE_REFUSED.search(raw):
        return
    for tag in _TAG.finditer(raw):
        for attribute in _ADDRESS_ATTRIBUTE.finditer(tag[2]) if "=" in tag[2] else ():
            value = html.unescape(attribute[2].strip("\"'"))
            squeezed = re.sub(r"[\x00-\x20\x7f-\x9f]", "", value)
            scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)", squeezed)
            if scheme and scheme[0].lower() not in SCHEMES:
                yield value.strip(), scheme[0].lower()


def active(raw: str) -> set[str]:
    """Give the names of the elements in ``raw`` that would act."""
    return {name.lower() for name in _ACTIVE.findall(raw)}


def may_be_too_deep(raw: str) -> bool:
    """Whether ``raw`` holds so many elements that :func:`is_too_deep` must be asked. This is cheap, that is not."""
    return raw.count("<") > DEEPEST_HTML or raw.count("<em>") + raw.count("<strong>") > MOST_FORMATTING


_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())


def is_too_deep(raw: str) -> bool:
    """Whether elements, or formatting elements among them, are open so many at once that cleaning would take long."""
    depth = 0
    opened: Counter[str] = Counter()
    for tag in re.finditer(r"<(/?)([a-zA-Z][\w-]*)", raw):
        name = tag[2].lower()
        if _UNNESTED.match(raw, tag.start()):
            continue
        if tag[1]:
            if opened[name]:
                opened[name] -= 1
                depth -= 1
            continue
        opened[name] += 1
        depth += 1
        if depth > DEEPEST_HTML or (name in _FORMATTING and sum(opened[one] for one in _FORMATTING) > MOST_FORMATTING):
            return True
    return False


_REFERENCE = re.compile(r"&#(?:x([0-9a-f]+)|([0-9]+))(?:;|(?![0-9a-f]))", re.IGNORECASE)


def _without_noncharacter(reference: re.Match[str]) -> str:
    """A character reference, unless it stands for a character that no text may hold (our placeholders' among them)."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return "\ufffd" if number < 0x110000 and without_controls(chr(number)) == "" else reference[0]


_MICROFORMATS = (
    "(?:h|p|u|dt|e)-|(?:adr|geo|hentry|hfeed|hnews|hproduct|hrecipe|hresume|hreview|hreview-aggregate|vcard|vevent)$"
)
"""Classes that mean something to programs (microformats.org/wiki/microformats2-parsing), those of the first version
among them: an author's own would say things in the name of the page, such as another author or another date."""
_MICROFORMAT = re.compile(_MICROFORMATS)
_MAY_BE_MICROFORMAT = re.compile(rf"\sclass=\"(?:[^\"]*[\s;])?(?:{_MICROFORMATS.replace('$', '')})")
_WRITTEN = re.compile(r'\s([^\s="]+)="([^"]*)"')
"""An attribute as the cleaner writes it."""


def _without_microformats(tag: re.Match[str]) -> str:
    """A tag that was cleaned, without the classes of microformats. Any space parts classes, as lenient parsers have it:
    a stricter one finds no more in what is left."""

    def put(found: re.Match[str]) -> str:
        if found[1] != "class":
            return found[0]
        kept = [one for one in html.unescape(found[2]).split() if not _MICROFORMAT.match(one)]
        return f' class="{html.escape(" ".join(kept))}"' if kept else ""

    return f"<{tag[1]}{_WRITTEN.sub(put, tag[2])}>" if _MAY_BE_MICROFORMAT.search(tag[2]) else tag[0]


def _numbered(tag: re.Match[str], number: Callable[[str], str]) -> str:
    """A tag of trusted HTML, each relative address in it as its number."""

    def put(attribute: re.Match[str]) -> str:
        value = html.unescape(attribute[2].strip("\"'"))
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value.strip()):
            return attribute[0]
        return f'{attribute[1]}="{number(value)}"'

    return f"<{tag[1]}{_ADDRESS_ATTRIBUTE.sub(put, tag[2])}>" if "=" in tag[2] else tag[0]


def without_dead_links(text: str) -> str:
    """Take the attributes that hold a lone closing mark, and images and links of nothing, out of HTML."""
    if CLOSE in text:
        text = _DEAD_IMAGE.sub(_alt_text, text)
        text = re.sub(rf"\s?[\w:-]+=(?:\"{CLOSE}\"|'{CLOSE}'|{CLOSE}(?![^{OPEN}>]*{CLOSE}))", "", text)
    if "<a>" in text:
        text = _LINKED_NOWHERE.sub(r"\1", text)
    return _IMAGE_OF_NOTHING.sub(_alt_text, text) if "<img" in text else text


def with_single_ids(text: str) -> tuple[str, list[str]]:
    """Take from HTML the ids that an element before has, and those that belong to the page around it; give it, and the
    ids that are left."""
    ids = _ID.findall(text) if "id=" in text else []
    kept = dict.fromkeys(one for one in ids if not one.startswith("ng:"))
    if len(ids) == len(kept):
        return text, ids
    seen: set[str] = set()

    def put(tag: re.Match[str]) -> str:
        found = _ID.search(tag[2])
        if not found or (found[1] not in seen and not found[1].startswith("ng:")):
            seen.update([found[1]] if found else [])
            return tag[0]
        return f"<{tag[1]}{tag[2][: found.start() - 1]}{tag[2][found.end() :]}>"

    text = _TAG.sub(put, text)
    return text, list(dict.fromkeys(_ID.findall(text)))


def _alt_text(found: re.Match[str]) -> str:
    alt = re.search(r"""\salt=(?:"([^"]*)"|'([^']*)')""", found[0])
    text = (alt[1] or alt[2]) if alt else ""
    return f'<span class="missing">{text}</span>' if text else ""
