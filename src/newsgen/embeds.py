"""What other hosts would show within an article becomes a link that says where it leads: a page asks nobody else for
anything by itself.

Frames (``<iframe>``) and pictures at other hosts become cards; a script of the theme offers to show on request what a
card stands for. Film and sound become plain links. What is written into the HTML here is made by us, after it was
cleaned, from values that are escaped for where they land.
"""

from __future__ import annotations

import html
import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from newsgen.notes import CLOSE, OPEN

_ATTRIBUTES = r"(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*"
_FRAME = re.compile(rf"<iframe\b({_ATTRIBUTES})(?:/>|>(?:.*?</iframe\s*>)?)", re.IGNORECASE | re.DOTALL)
_PLAYED = re.compile(rf"<(video|audio)\b({_ATTRIBUTES})>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_SOURCE = re.compile(rf"<source\b({_ATTRIBUTES})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?<![\w-])([a-z][\w-]*)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'<>]+)", re.IGNORECASE)
_TAG_OR_TOKEN = re.compile(rf"<[^<>\"]*(?:\"[^\"]*\"[^<>\"]*)*>|{OPEN}=([0-9]+){CLOSE}")
_TOKEN = re.compile(rf"{OPEN}=[0-9]+{CLOSE}")
_TAG_OF_PICTURE = re.compile(rf"<(/?)a\b{_ATTRIBUTES}>|<img\b({_ATTRIBUTES})>", re.IGNORECASE)

_YOUTUBE = re.compile(r"https://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{6,20})(?:[?&].*)?", re.DOTALL)
_VIMEO = re.compile(r"https://player\.vimeo\.com/video/([0-9]+)(?:\?.*)?", re.DOTALL)
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Card:
    """Something at another host: the page that shows it, the address that can be framed, and what it is called."""

    page: str
    frame: str
    title: str

    def markup(self) -> str:
        return _card(self.page, self.title, "frame", self.frame)


def attributes(text: str) -> dict[str, str]:
    """Give the attributes of a tag, decoded; the first of each name counts, as in HTML."""
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), html.unescape(value.strip("\"'") if value[0] in "\"'" else value))
    return found


def take_out(raw: str) -> tuple[str, list[Card]]:
    """Give HTML that is not cleaned yet with a token in the place of each frame from another host, and the cards to
    put there; frames of the site itself, film and sound become links."""
    cards: list[Card] = []

    def frame(found: re.Match[str]) -> str:
        given = attributes(found[1])
        address = given.get("src", "").strip()
        if address.startswith("//"):
            address = "https:" + address
        if not address or address.startswith("#"):
            return found[0]  # nothing to lead to: it is left out, and told, as before
        title = " ".join(given.get("title", "").split())
        if not is_remote(address):
            return _link(address, title or _name(address))
        cards.append(_card_of(address, title))
        return f"{OPEN}={len(cards) - 1}{CLOSE}"

    def played(found: re.Match[str]) -> str:
        source = _SOURCE.search(found[3])
        given = attributes(found[2])
        address = (given.get("src") or (attributes(source[1]).get("src", "") if source else "")).strip()
        if not address:
            return found[0]
        host = f" ({host_of(address)})" if is_remote(address) else ""
        return _link(address, (given.get("title") or _name(address)) + host)

    low = raw.lower()
    if "<video" in low or "<audio" in low:
        raw = _PLAYED.sub(played, raw)
    return (_FRAME.sub(frame, raw) if "<iframe" in low else raw), cards


def put_back(cleaned: str, cards: list[Card]) -> str:
    """Give cleaned HTML with the cards in the place of their tokens. One within a tag is dropped."""

    def put(found: re.Match[str]) -> str:
        if found[1] is None:
            return _TOKEN.sub("", found[0])
        return cards[int(found[1])].markup() if int(found[1]) < len(cards) else ""

    return _TAG_OR_TOKEN.sub(put, cleaned) if OPEN + "=" in cleaned else cleaned


def without_tokens(cleaned: str) -> str:
    """Give cleaned HTML as it is without any card."""
    return _TOKEN.sub("", cleaned) if OPEN + "=" in cleaned else cleaned


def without_remote_pictures(cleaned: str) -> str:
    """Give cleaned HTML with a card in the place of each picture that another host would be asked for; within a link,
    which can't hold another, only its words."""
    if "http" not in cleaned:
        return cleaned
    depth = 0

    def put(found: re.Match[str]) -> str:
        nonlocal depth
        if found[2] is None:
            depth += -1 if found[1] else 1
            return found[0]
        given = attributes(found[2])
        source = given.get("src", "")
        if not is_remote(source):
            return found[0]
        words = " ".join(given.get("alt", "").split())
        if depth > 0:
            return f'<span class="missing">{html.escape(words or _name(source), quote=False)}</span>'
        return _card(source, words, "picture", "")

    return _TAG_OF_PICTURE.sub(put, cleaned)


def is_remote(address: str) -> bool:
    """Whether an address is at some host."""
    return address.lower().startswith(("https://", "http://", "//"))


def host_of(address: str) -> str:
    """Give the host of an address, without the www. that says nothing."""
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _card_of(address: str, title: str) -> Card:
    if found := _YOUTUBE.fullmatch(address):
        page = f"https://www.youtube.com/watch?v={found[1]}"
        return Card(page, f"https://www.youtube-nocookie.com/embed/{found[1]}", title)
    if found := _VIMEO.fullmatch(address):
        return Card(f"https://vimeo.com/{found[1]}", f"https://player.vimeo.com/video/{found[1]}?dnt=1", title)
    return Card(address, re.sub("^http:", "https:", address, flags=re.IGNORECASE), title)


def _card(address: str, title: str, kind: str, frame: str) -> str:
    """The markup of a card: a link, the host that it leads to, and for the script what can be shown in its place."""
    words = html.escape(title or address.partition("//")[2].removeprefix("www.")[:LONGEST_NAME], quote=False)
    return (
        f'<span class="embed"><a href="{html.escape(address)}" data-{kind}="{html.escape(frame)}">{words}</a> '
        f'<span class="host"><bdi>{html.escape(host_of(address))}</bdi></span></span>'
    )


def _link(address: str, words: str) -> str:
    return f'<a href="{html.escape(address)}">{html.escape(words)}</a>'


def _name(address: str) -> str:
    """What to call an address that has no title: its last part, else its host."""
    try:
        last = posixpath.basename(unquote(urlsplit(address).path).rstrip("/"))
    except ValueError:
        last = ""
    return (last or host_of(address) or address)[:LONGEST_NAME]
