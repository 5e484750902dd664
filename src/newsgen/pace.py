"""How long a text is, and how long it takes to read: words, and characters where words are not parted by blanks."""

from __future__ import annotations

import re

WORDS, CHARACTERS = 230, 300
"""What is read in a minute: words; characters of Chinese and Japanese."""
LEAST = 2
"""Minutes below which nothing is said of it."""
LONG = 4
"""Minutes from which on a text has contents: about 800 words."""

_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"\w\S*")
_CHARACTER = re.compile("[぀-ヿ㐀-䶿一-鿿豈-﫿ｦ-ﾝ\U00020000-\U0003ffff]")
"""Kana and Han characters (Unicode blocks of Hiragana, Katakana and the CJK ideographs)."""


def measure(html: str) -> tuple[int, int]:
    """Give how many words, and how many characters of Chinese and Japanese, the text of some clean HTML has."""
    text = _TAG.sub("", html.replace("</td>", " ").replace("</th>", " ").replace("<br", " <br"))
    if text.isascii() or not _CHARACTER.search(text):
        return len(_WORD.findall(text)), 0
    rest, characters = _CHARACTER.subn(" ", text)
    return len(_WORD.findall(rest)), characters


def minutes(words: int, characters: int) -> int:
    """Give the minutes that reading takes, rounded; 0 where it takes less than :data:`LEAST`."""
    whole = round(words / WORDS + characters / CHARACTERS)
    return whole if whole >= LEAST else 0
