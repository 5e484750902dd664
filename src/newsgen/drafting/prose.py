"""Take a raw text apart into title, subheads, paragraphs and sentences, and write it as Markdown that says the same."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsgen.document import without_controls

LONGEST_TITLE = 120
LONGEST_SUBHEAD = 80
LONGEST_LINE = 120
SHORTEST_LINE = 40
"""Lines between these two lengths may be those of a paragraph that was broken by hand or by an editor."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or subhead: its text on one line, and where in it each line of the file begins."""

    text: str
    lines: tuple[tuple[int, int], ...]
    subhead: bool = False

    def line(self, at: int) -> int:
        """Give the line of the file on which the character ``at`` stands."""
        return self.lines[bisect.bisect_right(self.lines, (at, 1 << 60)) - 1][1]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its text, and the number of its block and where in that it begins."""

    text: str
    block: int
    at: int


@dataclass(frozen=True, slots=True)
class Prose:
    """A text taken apart: its title line (or None), and the blocks below it."""

    title: str | None
    blocks: tuple[Block, ...]


_ENDS = tuple('.!?…:;,"”’»)]؟。،')
_CLOSES = (".", "!", "…", ":", ";", ",", "”", "»", "。", "،")


def take_apart(text: str, *, titled: bool = True) -> Prose:
    """Take a text with ``\\n`` line ends apart.

    A paragraph is a line, or lines up to a blank one where they are broken at a common width. A short line that does
    not close as a sentence does is the title where it is the first (unless not ``titled``), and a subhead where it
    stands between paragraphs.
    """
    blocks = list(_paragraphs(text))
    title = None
    if titled and len(blocks) > 1 and _is_line_of_its_own(blocks[0].text, LONGEST_TITLE):
        title = blocks.pop(0).text
    short = [True, *(_is_line_of_its_own(one.text, LONGEST_SUBHEAD) for one in blocks), True]
    for number, one in enumerate(blocks):
        if short[number : number + 3] == [False, True, False]:
            blocks[number] = Block(one.text, one.lines, subhead=True)
    return Prose(title, tuple(blocks))


def _is_line_of_its_own(text: str, longest: int) -> bool:
    first = text.lstrip("“\"'‘¿¡")[:1]
    return len(text) <= longest and not text.endswith(_CLOSES) and first.isalnum() and not first.islower()


def _paragraphs(text: str) -> Iterator[Block]:
    lines = re.split("[\n\u2028\u2029\x85\x0b\x0c]", text)
    cleaned = [" ".join(without_controls(line).strip("\ufeff").split()) for line in lines]
    width = _width(cleaned)
    gathered: list[str] = []
    starts: list[tuple[int, int]] = []
    length = 0
    for number, line in enumerate(cleaned, 1):
        if gathered and not (line and width and _goes_on(gathered[-1], line, width)):
            yield Block(" ".join(gathered), tuple(starts))
            gathered, starts, length = [], [], 0
        if line:
            starts.append((length, number))
            gathered.append(line)
            length += len(line) + 1
    if gathered:
        yield Block(" ".join(gathered), tuple(starts))


def _width(lines: list[str]) -> int:
    """The width at which the lines of a text are broken, or 0 where each line is a paragraph."""
    lengths = sorted(len(line) for line in lines if line)
    if not lengths:
        return 0
    width = lengths[len(lengths) - 1 - len(lengths) // 20]  # one long line, such as an address, says nothing
    if not SHORTEST_LINE <= width <= LONGEST_LINE:
        return 0
    broken = any(
        one and other and not one.endswith(_ENDS) and len(one) >= 0.6 * width and not _is_headline_over(one, other)
        for one, other in itertools.pairwise(lines)
    )
    return width if broken else 0


def _is_headline_over(line: str, following: str) -> bool:
    """Whether two lines look like a short one over the begin of a paragraph: the words do not run on."""
    return following[:1].isupper() and len(following) > len(line) * 1.2


def _goes_on(line: str, following: str, width: int) -> bool:
    """Whether a paragraph goes on over the break between two lines of a text that is broken at ``width``."""
    if following[:1].islower():
        return True
    if not line.endswith(_ENDS):
        return len(line) >= 0.6 * width
    return len(line) + 1 + len(following.split(" ", 1)[0]) > width - 2


_END = re.compile(r"[.!?…؟]+[\"”’'»)\]]*\s+(?=[\"“‘'«(\[]*[^\W_])|[。！？]")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(“\"'‘])(?:[A-Z]|(?:[A-Za-z]\.)+[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Maj|Capt|Sgt|Adm|Brig|Cmdr|Sen|Rep|Gov"
    r"|Pres|Rev|Hon|St|Mt|Ft|No|vs|v|etc|cf|ca|approx|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|e\.g|i\.e)\.$"
)


def sentences(blocks: tuple[Block, ...]) -> Iterator[Sentence]:
    """Give the sentences of all paragraphs. A full stop after an initial or a usual abbreviation ends none."""
    for number, block in enumerate(blocks):
        if block.subhead:
            continue
        start = 0
        for found in _END.finditer(block.text):
            after = block.text[found.end() : found.end() + 2].lstrip("\"“‘'«([")[:1]
            before = block.text[max(start, found.start() - 12) : found.start() + 1]
            if after.islower() or _ABBREVIATED.search(before):
                continue
            yield Sentence(block.text[start : found.end()].rstrip(), number, start)
            start = found.end()
        if start < len(block.text):
            yield Sentence(block.text[start:], number, start)


_CLAUSE = re.compile(r"\s*[,;:–—]\s|\s(?:who|which|where|while|because|although|after|before|that)\s")
_NO_CUT_AFTER = re.compile(r"\b(?:said|says|stated|told|added|announced|confirmed|claimed|warned|reported|so|such)$")


def shortened(text: str, most: int = 100) -> str:
    """Give a sentence as a headline: without its full stop, and cut where a clause, else a word, ends."""
    text = " ".join(text.split()).rstrip(" ,;:")
    if not re.search(r"\.\w\.$|…$", text):
        text = text.rstrip(".")
    if len(text) > most:
        cuts = [
            found.start()
            for found in _CLAUSE.finditer(text, 0, most)
            if found.start() >= 0.4 * most and not _NO_CUT_AFTER.search(text[: found.start()])
        ]
        if cuts:
            text = text[: cuts[-1]]
        else:
            text = (text[: most - 2].rpartition(" ")[0] or text[: most - 2]).rstrip(" ,;:–—-") + "…"
    if text.count("“") > text.count("”"):
        text += "”" if text.endswith("…") else "…”"
    return text.lstrip("-–—*•# ") or text


def capitalised(text: str) -> str:
    """Give a text whose first letter is a capital."""
    return text[:1].upper() + text[1:]


_INLINE = re.compile(r"[\\`*\[]|\{:?|(?<![^\W_])_|_(?![^\W_])|<|&(?=#?\w+;)|~(?=~)|(?<=~)~")
_ENTITIES = {"<": "&lt;", "&": "&amp;", "~": "&#126;", "{:": "&#123;:"}  # what no backslash escapes
_OPENING = re.compile(r"(?:#|>|[-+](?=\s|$)|-(?=[ -]*$)|\+(?=\+)|\d+(?=[.)](?:\s|$))|[:=~](?=.?))")


def escaped(text: str, *, subhead: bool = False) -> str:
    """Give Markdown whose rendered text is ``text`` (one line), with both engines; what needs no escape stays."""
    out = _INLINE.sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), text)
    if subhead:
        return re.sub(r"#(?=#*$)", r"\\#", out)
    opening = _OPENING.match(out)
    if not opening:
        return out
    mark = opening[0]
    if mark.isdigit():
        return f"{mark}\\{out[len(mark) :]}"
    if mark in ":=~":
        return f"&#{ord(mark)};{out[1:]}"
    return "\\" + out


def markdown(blocks: tuple[Block, ...]) -> str:
    """Give the blocks as the body of an article."""
    return "\n\n".join(f"## {escaped(one.text, subhead=True)}" if one.subhead else escaped(one.text) for one in blocks)
