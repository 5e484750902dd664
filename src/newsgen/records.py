"""What the search knows of each article: its words as plain text, and what a search can be narrowed down by.

Records are minimal HTML, for that is what Pagefind reads: the text, and all else in attributes of empty elements.
"""

from __future__ import annotations

import html
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from newsgen.archive import EVERYTHING, Archive, DamagedArchive, article_digest, head_digest
from newsgen.model import Card, digest
from newsgen.notes import CLOSE, OPEN
from newsgen.particulars import term
from newsgen.questions import YEAR
from newsgen.spans import MOST_ARTICLES, Span

FILTERS = {"tag": "tags", "place": "places", "author": "authors", "source": "sources"}
"""What a search can be narrowed down by, and the axes whose names these are."""
MOST_YEARS = 100
"""How many years an event may span to be found by each of them; one of more is found by its first and its last."""
MOST_CHARACTERS = 200_000
"""How much of the text of one article is indexed, so that no text can take more memory than others."""

UNSPACED = "\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
UNSPACED += "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
"""The characters of Chinese and Japanese, which write no spaces between words, as a class of a regular expression."""
_UNSPACED = re.compile(f"[{UNSPACED}]+")
_WITHOUT_SPACES = ("zh", "ja")
"""The languages whose queries Pagefind would cut into words itself, otherwise than we do."""
_VOWEL_SIGNS = dict.fromkeys([0x640, *range(0x64B, 0x653), 0x670])
_JOINED_ARTICLE = re.compile("\\b[\u0648\u0641](\u0627\u0644\\w{3,})")
"""An Arabic word with its article, after a conjunction that is written with it."""
_ALEF_TO_YEH = re.compile("[\u0621-\u064a]")
_LIKE_A_PREFIX = re.compile("\\b[\u0648\u0641]?(\u0627\u0644)?([\u0648\u0641\u0628\u0643\u0644\u0633]\\w{3,})")
"""An Arabic word that begins with a letter which may be a word of its own (and, so, by, like, for, will). Without the
article Snowball takes that letter away, and with it not: so ``wazir`` would not find ``al-wazir``, a minister."""

DIGITS = {ord(str(number)): chr(0x2801 + number) for number in range(10)} | {ord("-"): None}
"""Signs for the digits of a date that is shown with a result, and is no word that a search could find."""

_UNSHOWN = re.compile(
    r"<!--.*?-->|<(script|style|template|noscript|svg|math)\b.*?</\1\s*>|<div class=\"toc\">.*?</div>"
    r"|<sup id=\"fnref.*?</sup>|<a [^>]*footnote-backref.*?</a>",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"<[/!]?([a-zA-Z][\w-]*)?(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*>")
_INLINE = frozenset(
    "a abbr b bdi bdo cite code del dfn em font i ins kbd mark q s samp small span strong sub u var wbr".split()
)
_WORD = re.compile(r"[^\W_]")
_PLACEHOLDER = re.compile(f"{OPEN}[^{CLOSE}]*{CLOSE}")


@dataclass(frozen=True, slots=True)
class Record:
    """One article as the search knows it: the key of its language, its address, its day, its HTML, and whether there is
    any word in it."""

    language: str
    address: str
    day: str
    content: str
    has_words: bool


def language_key(language: str) -> str:
    """Give the name by which Pagefind is to know a language (BCP 47): regional forms share an index. It cuts queries in
    Chinese and Japanese into words itself if it knows them for that, so they go by a private name."""
    primary = language.partition("-")[0].lower()
    return f"und-x-{primary}" if primary in _WITHOUT_SPACES else primary


def spaced(text: str) -> str:
    """Give ``text`` with each run of characters that has no spaces as pairs of neighbours, and its last character: so
    any part of it of two characters is a word, and any of more some words in a row."""
    if text.isascii():
        return text
    return _UNSPACED.sub(lambda found: f" {_pairs(found[0])} ", text)


def _pairs(run: str) -> str:
    return " ".join([*(run[at : at + 2] for at in range(len(run) - 1)), run[-1]])


def plain_text(body: str) -> str:
    """Give the text of a body without markup, marks, contents and notes about them."""
    if OPEN in body:
        body = _PLACEHOLDER.sub("", body)
    if "<!--" in body or "<s" in body or "toc" in body or "<n" in body or "<t" in body or "<m" in body:
        body = _UNSHOWN.sub(" ", body)
    text = _TAG.sub(lambda found: "" if (found[1] or "").lower() in _INLINE else " ", body)
    return html.unescape(text) if "&" in text else text


def years_between(first: str | None, last: str | None) -> list[str]:
    """Give the years between two days (ISO 8601), each as it is filtered by; of many the first and the last alone."""
    known = [one for one in (first, last) if one]
    if not known:
        return []
    start, end = (int(one[:YEAR]) for one in (known[0], known[-1]))
    years = range(start, end + 1) if end - start < MOST_YEARS else (start, end)
    return [f"{year:04}" for year in years]


_ROWS = """SELECT documents.card, meta, terms, events, head, documents.digest, html, path
    FROM filed CROSS JOIN documents USING (path) JOIN bodies USING (path) WHERE term = ? AND filed.day >= ?
    AND filed.day < ? ORDER BY filed.day, filed.published, path LIMIT ? OFFSET ?"""


def records(archive: Archive, span: Span) -> Iterator[Record]:
    """Give the records of the published articles of a span, the oldest first. What is not as it was stored raises
    DamagedArchive."""
    for row in archive.each(_ROWS, EVERYTHING, span.days, span.days + "~", MOST_ARTICLES, span.skip):
        card, meta, terms, events, head, mark, packed, path = row
        try:
            body = zlib.decompress(packed)
        except (zlib.error, TypeError) as error:
            raise DamagedArchive(path) from error
        if head_digest(card, meta, terms, events) != head or article_digest(card, meta, digest(body)) != mark:
            raise DamagedArchive(path)
        yield record(archive, Card.unpack(card), body.decode(), json.loads(terms), json.loads(events))


def arabic_forms(text: str) -> list[str]:
    """Give the forms, with and without the article, by which Arabic words of a text are to be found, where Snowball
    would not take them for one: each once, in order."""
    if not _ALEF_TO_YEH.search(text):
        return []
    plain = text.translate(_VOWEL_SIGNS)
    forms = set(_JOINED_ARTICLE.findall(plain))
    for article, word in _LIKE_A_PREFIX.findall(plain):
        forms.add(word if article else f"\u0627\u0644{word}")
    return sorted(forms)


def record(archive: Archive, card: Card, body: str, terms: list[Any], events: list[Any]) -> Record:
    """Give the record of one article from what the archive keeps of it."""
    day = card.published.day.isoformat()
    text = " ".join(plain_text(body)[:MOST_CHARACTERS].split())
    summary = card.summary
    if summary and not text.startswith(summary.rstrip("…")):
        text = f"{summary} {text}"
    also = "" if text.isascii() else " ".join(arabic_forms(f"{card.title} {text}"))
    key = language_key(card.language)
    metas = {
        "title": spaced(card.title),
        "day": day.translate(DIGITS),
        "place": spaced(card.place or ""),
        "also": also,  # is found and not shown
    }
    filters = [
        (name, term(archive, axis, slug).name)
        for name, axis in FILTERS.items()
        for slug in dict.fromkeys(slug for of, slug, *_ in terms if of == axis)
    ]
    happened = {year for *_, event in events for year in years_between(event["first"], event["last"])}
    filters += [("year", day[:YEAR]), *(("happened", year) for year in sorted(happened))]
    parts = [
        f'<!doctype html><html lang="{html.escape(key)}"><head><meta charset="utf-8"></head>',
        f"<body data-pagefind-body><p>{html.escape(spaced(text), quote=False)}</p>",
        *(f'<i data-pagefind-meta="{name}[data-v]" data-v="{html.escape(v)}"></i>' for name, v in metas.items() if v),
        *(f'<i data-pagefind-filter="{name}[data-v]" data-v="{html.escape(v)}"></i>' for name, v in filters),
        "</body></html>\n",
    ]
    return Record(key, card.address, day, "".join(parts), bool(_WORD.search(card.title) or _WORD.search(text)))
