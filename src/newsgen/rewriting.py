"""Write the HTML of an article as Markdown, by markdownify, and as plain text.

Markdown is written so that no text in it is taken for markup, HTML included, however it is read (CommonMark, GFM).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from itertools import islice
from typing import Any, Protocol
from urllib.parse import quote

_SPACE = re.compile(r"[ \t\r\n]+")
_BLOCKS = frozenset(
    """aside blockquote caption dd details div dl dt figure h1 h2 h3 h4 h5 h6 hr li ol p pre section summary table tr
    ul""".split()
)
_UNSEEN = frozenset({"figure", "script", "style", "template", "noscript"})
MOST_PASSED = 20
"""How many elements without any text are passed to find the next one that has some."""
_EMPHASES = ("em", "i", "strong", "b", "del", "s")
_RAISED = "^"
_BACK = "footnote-backref"
_DIGITS = re.compile(r"[0-9]{1,3}")
_UNSAFE_IN_ADDRESS = "!#$%&'*+,/:;=?@[]~"
"""What may stay in an address as it is; parentheses, angle brackets, spaces and backslashes would end it."""


class Writer(Protocol):
    """Writes HTML as Markdown."""

    def convert(self, html: str) -> str:
        """Give the Markdown of HTML."""


def plain_text(html: str) -> str:
    """Give the text of HTML, its paragraphs parted by empty lines, without figures and what stands below them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    return "\n\n".join(reader.paragraphs)


class _Reader(HTMLParser):
    """Collects the paragraphs of a text. It looks at nothing twice, so that no text takes long."""

    def __init__(self) -> None:
        super().__init__()
        self.paragraphs: list[str] = []
        self._open: list[str] = []
        self._unseen = 0
        self._as_it_is = 0
        self._is_mark = self._is_back = False

    def end_block(self) -> None:
        text = "".join(self._open)
        lines = text.strip("\n").split("\n") if self._as_it_is else [one.strip() for one in text.split("\n")]
        found = "\n".join(lines).strip("\n")
        if found.strip():
            self.paragraphs.append(found)
        self._open.clear()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.end_block()
        if tag == "br":
            self._open.append("\n")
        elif tag in ("td", "th"):
            self._open.append(" ")
        elif tag == "sup":
            self._open.append(_RAISED)  # 10⁶ is not 106
        elif tag == "a":
            self._is_mark = self._open[-1:] == [_RAISED]
            self._is_back = ("class", _BACK) in attrs
            if self._is_mark:
                self._open.pop()
        self._unseen += tag in _UNSEEN
        self._as_it_is += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.end_block()
        if tag == "a":
            self._is_mark = self._is_back = False
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        self._as_it_is -= tag == "pre" and self._as_it_is > 0

    def handle_data(self, data: str) -> None:
        if self._unseen or self._is_back:
            return
        if self._is_mark and not data.startswith("["):
            data = f"[{data}]"
        self._open.append(data if self._as_it_is else _SPACE.sub(" ", data))


@functools.cache
def markdown_writer() -> type[Writer]:
    """Give the class that writes Markdown. It is made when it is first needed, for it imports much."""
    from bs4 import BeautifulSoup
    from markdownify import ATX, MarkdownConverter

    class Converter(MarkdownConverter):
        """markdownify, with what it leaves open: addresses, the words of pictures, and fences that no text can end."""

        def __init__(self) -> None:
            super().__init__(heading_style=ATX, bullets="-", escape_misc=True, strip_document=None)
            self._numbers: dict[int, int] = {}

        def convert(self, html: str) -> str:
            """Give the Markdown of HTML, or its text where that is nested too deeply."""
            soup = BeautifulSoup(html, "html.parser")
            self._prepare(soup)
            try:
                written = str(self.convert_soup(soup))
            except RecursionError:
                written = "\n\n".join(self._escaped(one) for one in plain_text(html).split("\n\n"))
            return re.sub(r"\n{3,}", "\n\n", written).strip("\n") if "```" not in written else written.strip("\n")

        def _prepare(self, soup: Any) -> None:
            for text in soup.find_all(string=re.compile(r"[ \t\r\n]{2}")):
                if text.find_parent("pre") is None:  # which takes very long where much of it is in one place
                    text.replace_with(_SPACE.sub(lambda found: "\n" if "\n" in found[0] else " ", text))
            for cell in soup.find_all(["td", "th"], colspan=True):
                if not _DIGITS.fullmatch(cell["colspan"]):
                    del cell["colspan"]
            for numbered in soup.find_all("ol"):
                given = numbered.get("start", "")
                number = int(given) if _DIGITS.fullmatch(given) else 1
                for one in numbered.find_all("li", recursive=False):
                    self._numbers[id(one)] = number
                    number += 1

        def convert_a(self, el: Any, text: str, parent_tags: set[str]) -> str:
            address = el.get("href")
            if _BACK in el.get("class", ()):
                return ""
            if "_noformat" in parent_tags or not address or not text.strip():
                return text
            inner = text.strip()
            before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
            return f"{before}[{inner}]({_address(address)}{self._title(el)}){after}"

        def convert_img(self, el: Any, text: str, parent_tags: set[str]) -> str:
            alt = self._escaped(_SPACE.sub(" ", el.get("alt", "")))
            source = el.get("src")
            return (
                f"![{alt}]({_address(source)}{self._title(el)})" if source and "_noformat" not in parent_tags else alt
            )

        def _escaped(self, text: str) -> str:
            return self.escape(text, set())

        def _title(self, el: Any) -> str:
            title = _SPACE.sub(" ", el.get("title", ""))
            return f' "{self._escaped(title)}"'.replace('\\"', '"') if title and '"' not in title else ""

        def convert_br(self, el: Any, text: str, parent_tags: set[str]) -> str:
            if "_inline" in parent_tags:
                return " "
            return "\\\n" if _follows(el, _is_said) is not None else ""  # at the end of a paragraph it is a backslash

        def convert_p(self, el: Any, text: str, parent_tags: set[str]) -> str:
            written = "\n".join(line.strip(" ") for line in text.split("\n") if line.strip())
            if "_inline" in parent_tags:
                return f" {written} "
            return f"\n\n{written}\n\n" if written else ""

        def convert_b(self, el: Any, text: str, parent_tags: set[str]) -> str:
            return _marked(el, text, "**", "strong", parent_tags)

        def convert_em(self, el: Any, text: str, parent_tags: set[str]) -> str:
            return _marked(el, text, "*", "em", parent_tags)

        def convert_del(self, el: Any, text: str, parent_tags: set[str]) -> str:
            return _marked(el, text, "~~", "del", parent_tags)

        convert_strong, convert_i, convert_s = convert_b, convert_em, convert_del

        def escape(self, text: str, parent_tags: set[str]) -> str:
            written = str(super().escape(text, parent_tags))  # type: ignore[misc] # its types leave that out
            return re.sub(r"^( ?):", r"\1\:", written, flags=re.MULTILINE)

        def convert_li(self, el: Any, text: str, parent_tags: set[str]) -> str:
            bullet = f"{self._numbers[id(el)]}. " if id(el) in self._numbers else "- "
            lines = text.strip().split("\n")
            indented = (f"{' ' * len(bullet)}{one}" if one else "" for one in lines[1:])
            return "\n".join((bullet + lines[0], *indented)) + "\n"

        def convert_pre(self, el: Any, text: str, parent_tags: set[str]) -> str:
            longest = max((len(one) for one in re.findall("`+", text)), default=0)
            fence = "`" * max(3, longest + 1)
            inner = text.strip("\n")
            return f"\n\n{fence}\n{inner}\n{fence}\n\n" if inner.strip() else ""

        def convert_q(self, el: Any, text: str, parent_tags: set[str]) -> str:
            return f"“{text}”"

        def convert_sup(self, el: Any, text: str, parent_tags: set[str]) -> str:
            is_mark = bool({"cited", "footnote-ref"} & set(el.get("class", ()))) or el.find("a") is not None
            return text if is_mark or not text.strip() or "_noformat" in parent_tags else f"<sup>{text}</sup>"

        def convert_sub(self, el: Any, text: str, parent_tags: set[str]) -> str:
            return text if not text.strip() or "_noformat" in parent_tags else f"<sub>{text}</sub>"

        def convert_td(self, el: Any, text: str, parent_tags: set[str]) -> str:
            cell = re.sub(r"(?<!\\)\|", r"\\|", _SPACE.sub(" ", text).strip())
            return f" {cell} |" + " |" * (int(el.get("colspan", "1")) - 1)

        convert_th = convert_td

    return Converter


def _marked(el: Any, text: str, sign: str, tag: str, parent_tags: set[str]) -> str:
    """A text with signs around it; with tags where CommonMark would not take these signs for what they are, as between
    a letter and a bracket (its section 6.2 on runs of delimiters)."""
    inner = text.strip()
    if "_noformat" in parent_tags or not inner:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    earlier, later = _precedes(el), _follows(el, bool)
    fits = (before or inner[0].isalnum() or not earlier or not earlier[-1].isalnum()) and (
        after or inner[-1].isalnum() or not later or not later[0].isalnum()
    )
    is_beside_another = any(_is_emphasis(near) for near in (el.previous_siblings, el.next_siblings))
    is_in_another = el.parent is not None and el.parent.name in _EMPHASES
    if fits and inner[:1] not in "*~" and inner[-1:] not in "*~" and not is_beside_another and not is_in_another:
        return f"{before}{sign}{inner}{sign}{after}"
    return f"{before}<{tag}>{inner}</{tag}>{after}"


def _is_emphasis(near: Iterable[Any]) -> bool:
    """Whether the next of some siblings that has any text is or holds an emphasis."""
    for one in islice(near, MOST_PASSED):
        if getattr(one, "name", None) and (one.name in _EMPHASES or one.find(_EMPHASES) is not None):
            return True
        if one.get_text():
            return False
    return False


def _precedes(el: Any) -> str:
    """The text just before an element in the same block; empty at its beginning."""
    for _ in range(MOST_PASSED):
        while el.previous_sibling is None:
            el = el.parent
            if el is None or el.name in _BLOCKS or el.name in ("td", "th", "[document]"):
                return ""
        el = el.previous_sibling
        if text := str(el.get_text()):
            return text
    return ""


def _follows(el: Any, is_enough: Callable[[str], bool]) -> str | None:
    """The next text after an element in the same block that is enough; None at its end."""
    for _ in range(MOST_PASSED):
        while el.next_sibling is None:
            el = el.parent
            if el is None or el.name in _BLOCKS or el.name in ("td", "th", "[document]"):
                return None
        el = el.next_sibling
        name = getattr(el, "name", None)
        if name in _BLOCKS:
            return None
        text = str(el.get_text())
        if name == "img" or is_enough(text):
            return text
    return ""


def _is_said(text: str) -> bool:
    return bool(text.strip())


def _address(address: str) -> str:
    """An address as it stands between parentheses."""
    return quote(address, safe=_UNSAFE_IN_ADDRESS)
