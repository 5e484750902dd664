"""The words of pages in other languages than English: gettext catalogues, those of a site over ours."""

from __future__ import annotations

import functools
import gettext
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsgen import disk
from newsgen.errors import Fault
from newsgen.model import digest

ENGLISH = "en"
"""The language of the messages themselves."""
OWN = "templates/locales"
"""Where a site keeps catalogues of its own, below its folder."""
HOW_TO_ADD = "Add {}/{}.po as docs/languages.md says, or take the language out."

_PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|(%)|(.?))", re.DOTALL)
_NO_FORM = re.compile(rb'^msgstr\[[1-9]\] ""(?=\r?$(?!\r?\n"))', re.MULTILINE)
"""A plural form that is left empty, as the file to copy has two for a language that may have one."""
_TRIED = range(1_001)
"""The numbers for which a rule of plural forms must give one. No language looks at more than the last three digits."""
MOST_FORMS = 10
_FORMS = re.compile(rb"nplurals\s*=\s*(\d+)")
_LINE = re.compile(r'\s*(#.*|((msgctxt|msgid|msgid_plural|msgstr(\[\d\])?)\s*)?"([^"\\]|\\.)*")?\s*')
MORE = {
    "the %(year)ss": {"decade", "century"},
    "the %(year)ss AD": {"decade", "century"},
    "the %(number)s century": {"roman"},
    "the %(number)s century BC": {"roman"},
    "the %(number)s millennium": {"roman"},
    "the %(number)s millennium BC": {"roman"},
}
"""What translations of some messages may name that their English has no use for."""

Key = tuple[str, str]
"""The context of a message (mostly empty), and its English."""


def message(text: str) -> str:
    """Mark a text as one to be translated where it is shown; gives it as it is."""
    return text


def normal(tag: str) -> str:
    """Give a language tag as BCP 47 writes it: ``fr``, ``zh-Hant``, ``fr-CA``."""
    first, *others = tag.split("-")
    return "-".join([first.lower(), *({2: one.upper(), 4: one.title()}.get(len(one), one.lower()) for one in others)])


def chain(tag: str) -> list[str]:
    """Give a language tag with all that it narrows, the widest first: ``fr``, ``fr-CA``."""
    parts = normal(tag).split("-")
    return ["-".join(parts[: end + 1]) for end in range(len(parts))]


def is_english(tag: str) -> bool:
    """Whether a language is English of any kind, which needs no catalogue."""
    return chain(tag)[0] == ENGLISH


def is_known(tag: str, root: Path) -> bool:
    """Whether there are words in a language: for every site, or in the folder ``root`` of this one."""
    files = [folder / f"{one}.po" for one in chain(tag) for folder in (_ours(), root / OWN)]
    return is_english(tag) or any(one.is_file() for one in files)


def best(tag: str, languages: tuple[str, ...]) -> str | None:
    """Give that one of ``languages`` in which a page in the language ``tag`` can speak (the lookup of RFC 4647)."""
    known = {one.lower(): one for one in languages}
    return next((known[one.lower()] for one in reversed(chain(tag)) if one.lower() in known), None)


@functools.lru_cache(maxsize=200)
def own_name(tag: str) -> str:
    """Give the name of a language in itself, ``Français``; its tag where that is not known."""
    from babel import Locale, UnknownLocaleError  # here, because most archives speak one language

    try:
        name = Locale.parse(normal(tag), sep="-").get_display_name() or tag
    except (UnknownLocaleError, ValueError):
        name = tag
    return name[:1].upper() + name[1:]


def _ours() -> Path:
    return Path(__file__).parent / "locales"


@dataclass(frozen=True, slots=True)
class _Read:
    messages: dict[Key, str]
    forms: dict[str, tuple[str, ...]]
    rule: Callable[[int], int] | None


class Catalogue:
    """The words of one language. Files are read when it is made, and understood when a word is first asked for."""

    def __init__(self, language: str = ENGLISH, root: Path | None = None) -> None:
        """``root`` is the folder of the site; what its own catalogues say goes before what ours do."""
        self.language = language
        self.faults: list[Fault] = []
        self._files: list[tuple[str, bytes]] = []
        for one in chain(language):
            file = _ours() / f"{one}.po"
            self._files += [("", file.read_bytes())] if file.is_file() else []
            if root is not None and (root / OWN / f"{one}.po").exists():
                data, faults = disk.read_inside(root / "templates", f"locales/{one}.po", f"{OWN}/{one}.po")
                self.faults += faults
                self._files += [(f"{OWN}/{one}.po", data)] if data is not None else []
        self.digest = digest(language, *(data for _, data in self._files))

    def __repr__(self) -> str:
        return "catalogue"

    @property
    def is_english(self) -> bool:
        """Whether pages of this language speak English: it is English, or nothing is known of it."""
        return is_english(self.language) or not self._files

    def check(self) -> list[Fault]:
        """Give everything wrong with the site's own catalogues of this language."""
        self._read  # noqa: B018 - which finds what is wrong
        return self.faults

    def find(self, message: str, context: str = "") -> str | None:
        """Give the translation of a message, None where there is none."""
        return self._read.messages.get((context, message))

    def gettext(self, message: str) -> str:
        """Give the translation of a message, else the message."""
        return self._read.messages.get(("", message)) or message

    def plural(self, singular: str, plural: str) -> tuple[str, ...]:
        """Give all forms of a message that depends on the number ``%(num)s``, for :meth:`counted`."""
        return self._read.forms.get(singular) or (singular, plural)

    def counted(self, forms: tuple[str, ...], number: int, shown: str) -> str:
        """Give that one of ``forms`` that goes with a number, which is ``shown`` so in it."""
        rule = self._read.rule
        try:
            at = rule(number) if rule is not None else int(number != 1)
        except (ValueError, ArithmeticError):  # a rule that only some large number shows to be none
            at = -1
        return forms[at if 0 <= at < len(forms) else -1] % {"num": shown}

    @functools.cached_property
    def _read(self) -> _Read:
        messages: dict[Key, str] = {}
        forms: dict[str, tuple[str, ...]] = {}
        rule, number = None, 0
        for shown, data in self._files:
            catalogue = self._parsed(shown, data)
            if catalogue is None:
                continue
            told = [one for one in catalogue if one.id and one.string and "fuzzy" not in one.flags]
            told = [one for one in told if not shown or self._is_right(one, shown)]
            counting = [one for one in told if isinstance(one.id, tuple) and all(one.string)]
            if counting and number and catalogue.num_plurals != number:
                self._fault(shown, 1, f"it has {catalogue.num_plurals} plural forms and the language {number}")
                continue
            if counting:
                read = self._rule(shown, data, catalogue)
                if read is None:
                    continue
                rule, number = read, catalogue.num_plurals
            forms |= {one.id[0]: tuple(one.string) for one in counting}
            messages |= {(one.context or "", one.id): one.string for one in told if not isinstance(one.id, tuple)}
        return _Read(messages, forms, rule)

    def _parsed(self, shown: str, data: bytes) -> Any:
        from babel.messages.pofile import PoFileError, read_po  # here, because English needs none of it

        try:
            lines = data.decode("utf-8-sig").splitlines()
            odd = next((number for number, line in enumerate(lines, 1) if shown and not _LINE.fullmatch(line)), None)
            if odd:  # which Babel would take for something
                self._fault(shown, odd, "the line can't be understood: it is no message in quotes")
                return None
            told = _FORMS.search(data)
            if told and (len(told[1]) > 2 or int(told[1]) > MOST_FORMS):  # for each of which Babel makes room
                line = data.count(b"\n", 0, told.start()) + 1
                self._fault(shown, line, f"no language has more than {MOST_FORMS} plural forms")
                return None
            return read_po(io.BytesIO(_NO_FORM.sub(b"", data)), abort_invalid=True)
        except PoFileError as error:
            self._fault(shown, error.lineno + 1, f"the catalogue can't be understood: {error}")
        except UnicodeDecodeError as error:
            self._fault(shown, data.count(b"\n", 0, error.start) + 1, "the catalogue is not UTF-8")
        except (ValueError, LookupError, SyntaxError, TypeError, AttributeError) as error:
            self._fault(shown, 1, f"the catalogue can't be understood: {error}")
        return None

    def _rule(self, shown: str, data: bytes, catalogue: Any) -> Callable[[int], int] | None:
        """Give which form goes with a number; None where the rule gives none, or can't be worked out, for some."""
        try:
            rule = gettext.c2py(catalogue.plural_expr)
            wrong = next((one for one in _TRIED if not 0 <= rule(one) < catalogue.num_plurals), None)
            if wrong is None:
                return rule
            why = f"it gives none of the {catalogue.num_plurals} forms for {wrong}"
        except (ValueError, ArithmeticError) as error:
            why = str(error)
        line = data.partition(b"Plural-Forms:")[0].count(b"\n") + 1 if b"Plural-Forms:" in data else 1
        self._fault(shown, line, f"the rule of plural forms can't be used: {why}")
        return None

    def _is_right(self, one: Any, shown: str) -> bool:
        wrong = misused(one.id, one.string)
        if wrong:
            self._fault(shown, one.lineno or 1, f"the translation says {wrong}, which its message does not")
        return not wrong

    def _fault(self, shown: str, line: int, what: str) -> None:
        self.faults.append(Fault(shown, max(line, 1), 1, what, "Correct the file: docs/languages.md says how."))


def misused(id_: str | tuple[str, ...], string: str | tuple[str, ...]) -> str:
    """Give what a translation would have put into it and its message has not; nothing where all is well."""
    known = {"num"} if isinstance(id_, tuple) else {name for name, _, _ in _PLACEHOLDER.findall(id_) if name}
    if not known:
        return ""  # which is shown as it is
    known |= MORE.get(id_, set()) if isinstance(id_, str) else set()
    for text in (string,) if isinstance(string, str) else string:
        for found in _PLACEHOLDER.finditer(text):
            if not found[2] and found[1] not in known:
                return repr(found[0])
    return ""
