"""Slugs, addresses and output paths, computed nowhere else.

An *address* is where a page is found below the site's base: it begins with ``/``, is in Unicode Normalisation Form C
and is never percent-encoded. A *href* is an address as it is written into HTML: below the base path, encoded (RFC
3986). A *path* is the output file that holds it, relative to the output folder.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from contextlib import suppress
from urllib.parse import quote, unquote

LONGEST_NAME = 200
"""Bytes of UTF-8 in one part of an address; file systems end at 255."""

_DATED_STEM = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_. ]+(.*))?$", re.DOTALL)
_SAFE = "/-._~!$'()*+,;=:@"
_SAFE_AS_IT_IS = re.compile(rf"[A-Za-z0-9{re.escape(_SAFE)}]*")
_IN_URI = "!#$%&'()*+,/:;=?@[]~"
_NOT_ASCII_SLUG = re.compile("[^a-z0-9]+")


DOCUMENT_SUFFIXES = (".md", ".markdown")


def is_document(path: str) -> bool:
    """Whether a file of the content is a document, by its name."""
    return path.lower().endswith(DOCUMENT_SUFFIXES)


def slugify(text: str) -> str:
    """Give ``text`` as a slug: lower case, letters and digits of any script kept (NFC), all else one hyphen.

    The slug of a text without letters or digits is empty.
    """
    return _NOT_ASCII_SLUG.sub("-", text.lower()).strip("-") if text.isascii() else slugify_any(text)


def slugify_any(text: str) -> str:
    """Do what :func:`slugify` does, character by character."""
    kept: list[str] = []
    for character in unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower()):
        if character.isalnum() or (_is_mark(character) and kept and kept[-1] != "-"):
            kept.append(character)
        elif kept and kept[-1] != "-":
            kept.append("-")
    return unicodedata.normalize("NFC", "".join(kept)).rstrip("-")


def _is_mark(character: str) -> bool:
    """Whether a character is a part of the letter before it; variation selectors only change how it is drawn."""
    return unicodedata.category(character)[0] == "M" and not 0xFE00 <= ord(character) <= 0xFE0F


def cut_slug(slug: str, longest: int = LONGEST_NAME) -> str:
    """Cut a slug to at most ``longest`` bytes of UTF-8, still a slug."""
    data = slug.encode()
    return slug if len(data) <= longest else data[:longest].decode(errors="ignore").rstrip("-")


def split_stem(stem: str) -> tuple[str | None, str]:
    """Split the stem of a file name into its date, if it begins with one, and the rest."""
    found = _DATED_STEM.match(stem)
    if not found:
        return None, stem
    year, month, day, rest = found.groups()
    return f"{year}-{int(month):02}-{int(day):02}", rest or stem


def article_address(day: str, slug: str) -> str:
    """Give the address of an article: ``/2024/07/17/slug/`` for the day ``2024-07-17``."""
    return f"/{day.replace('-', '/')}/{slug}/"


def media_address(path: str) -> str:
    """Give the address of a content file that is no document: ``/media/articles/map.png`` for
    ``content/articles/map.png``."""
    return "/media/" + path.removeprefix("content/")


def why_not_an_address(text: str) -> str | None:
    """Say what keeps ``text`` from being an address, or None."""
    if not text.startswith("/") or text.startswith("//"):
        return "it must begin with one /"
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in text) or "\\" in text:
        return "it holds a control character or a backslash"
    if "?" in text or "#" in text:
        return "it must hold no ? and no #"
    parts = text.strip("/").split("/") if text != "/" else []
    if "//" in text or any(part in ("", ".", "..") for part in parts):
        return "it holds an empty part, . or .."
    if any(len(part.encode()) > LONGEST_NAME for part in parts) or len(text.encode()) > 1000:
        return f"it has a part longer than {LONGEST_NAME} bytes, or is longer than 1000"
    return None


def clean_address(text: str) -> str:
    """Give a person's spelling of an address in the form used everywhere: decoded, NFC, with a slash at the end
    unless its last part names a file other than ``index.html``."""
    address = unicodedata.normalize("NFC", unquote(text.strip()))
    if address.endswith("/index.html"):
        address = address.removesuffix("index.html")
    last = address.rpartition("/")[2]
    return address if "." in last or address.endswith("/") else address + "/"


def output_path(address: str) -> str:
    """Give the file that holds ``address``, relative to the output folder."""
    return (address + "index.html" if address.endswith("/") else address).lstrip("/")


def address_of(path: str) -> str:
    """Give the address at which the output file ``path`` is found: the other way round from :func:`output_path`."""
    return "/" + (path.removesuffix("index.html") if path.endswith("index.html") else path)


def fold(path: str) -> str:
    """Give the form in which two paths are equal on a disk that ignores case or normalises Unicode."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", path).casefold())


def encode(address: str) -> str:
    """Give ``address`` as an RFC 3986 path."""
    return address if _SAFE_AS_IT_IS.fullmatch(address) else quote(address, safe=_SAFE)


def as_uri(iri: str) -> str:
    """Give an IRI as a URI (RFC 3987, section 3.1); a host as DNS has it (RFC 3490), where it can be one."""
    if iri.isascii() and " " not in iri:
        return iri
    scheme, slashes, rest = iri.partition("://")
    host = re.match(r"[^/?#]*", rest)
    if slashes and host and not host[0].isascii():
        with suppress(UnicodeError):
            rest = host[0].encode("idna").decode("ascii") + rest[host.end() :]
    return quote(f"{scheme}{slashes}{rest}", safe=_IN_URI)


def href(base_path: str, address: str) -> str:
    """Give the link to ``address`` from any page of a site whose base path is ``base_path`` (``/`` or ``/news/``)."""
    return base_path + encode(address).lstrip("/")


def beside(address: str, file: str) -> str:
    """Give the address of a file that belongs to the page at ``address``: in its folder, or beside its own file where
    it has none (``/old/talks.html`` has ``/old/talks.card.png``)."""
    return address + file if address.endswith("/") else f"{posixpath.splitext(address)[0]}.{file}"


def without(address: str, file: str) -> str | None:
    """Give the address of the page to which a ``file`` at ``address`` may belong, without the end of its name if that
    is a file; None for another file."""
    for mark, left in (("/", "/"), (".", "")):
        if address.endswith(mark + file):
            return address.removesuffix(mark + file) + left
    return None


def tag_uri(authority: str, day: str, specific: str) -> str:
    """Give an RFC 4151 tag URI: an identifier that no move of the site can break."""
    return f"tag:{authority},{day}:{encode(specific)}"


ARTICLES = "content/articles"


def originals_of(path: str, written: str) -> list[str]:
    """Give what ``translation_of: written`` in the article ``path`` may mean: an id, or paths, the nearest first."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", written):
        return [written]
    folders = [""] if written.startswith("content/") else [posixpath.dirname(path), ARTICLES]
    paths = [posixpath.normpath(posixpath.join(folder, written)) for folder in folders]
    return [*dict.fromkeys(one for one in paths if one.startswith(f"{ARTICLES}/"))] or [written]
