"""Kinds of pages. Each feature is one file that plans its pages and says how they are rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from newsgen.archive import Archive, Change
from newsgen.disk import Found
from newsgen.model import AXES, LANGUAGES, Output, Page
from newsgen.questions import Reads
from newsgen.site import Site
from newsgen.theme import Assets
from newsgen.urls import fold, without


@dataclass(frozen=True, slots=True)
class Planning:
    """What a feature may look at to say which pages there are.

    ``changes`` is how many documents have changed since the plan that this one brings up to date, ``told`` how many
    events these tell or told, ``amended`` how many corrections they have or had.
    """

    site: Site
    archive: Archive
    assets: Assets
    files: Files
    changes: int = 0
    told: int = 0
    amended: int = 0


CORRECTIONS_ADDRESS = "/corrections/"
"""Where all corrections are listed. A page of the content at this address is the beginning of the list."""

NUMBERS_ADDRESS = "/about/archive/"
"""Where the archive is told in numbers. A page of the content at this address stands above them."""
OWN_ADDRESSES = (CORRECTIONS_ADDRESS, NUMBERS_ADDRESS)
"""The addresses at which a page of the content is a part of one of ours."""


class Files(Protocol):
    """The files that are published as they are, static files and those that shown documents show, by address."""

    def addresses(self) -> Iterator[str]:
        """Give every address."""

    def find(self, address: str) -> tuple[Found, str] | None:
        """Give the file at an address, with its digest, or None where there is none."""


class Frame(Protocol):
    """What every page may look at besides what it reads: declared settings, and addresses made into links."""

    @property
    def site(self) -> Any:
        """The settings that the template and the feature declare, as attributes; any other raises."""

    @property
    def language(self) -> str:
        """The language that the page speaks."""

    @property
    def mark(self) -> bytes:
        """A digest of what all pages of the kind have in common, whatever their language: the program, the settings
        that it declares, and the words of all languages."""

    @property
    def spelling(self) -> Any:
        """How that language is spelt (:class:`newsgen.spelling.Spelling`)."""

    def speak(self, language: str) -> Any:
        """Give how one of the site's languages is spelt."""

    def href(self, address: str) -> str:
        """Give the link to an address from any page."""

    def absolute(self, address: str) -> str:
        """Give the whole URL of an address."""

    def once(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """Give what ``make()`` gives, made once for all pages of the kind that this process renders."""

    def asset_content(self, path: str) -> Output:
        """Give the bytes of a theme asset by its static path."""


def no_view(page: Page, reads: Reads, frame: Frame) -> dict[str, Any]:
    """The view of a page whose template sees its reads as they are."""
    return {name: getattr(reads, name) for name in page.reads}


def no_render(page: Page, reads: Reads, frame: Frame) -> Output:
    raise NotImplementedError(page.feature)


def nothing_affected(planning: Planning, change: Change) -> Iterator[str]:
    """What no document touches is planned anew with everything else."""
    return iter(())


@dataclass(frozen=True, slots=True)
class Feature:
    """One kind of page.

    Pages belong to *subjects*: an article, a month, a term. ``subjects`` names all there are, ``pages`` gives those of
    one (none for one that is no more), and ``affected`` the subjects whose pages a change of one document can touch.
    ``view`` gives what the template of a page sees; ``render`` makes one that has no template. ``settings`` are those
    that ``view`` and ``render`` look at: a change of another renders nothing again. ``locate`` names the few subjects
    that may have the page at an address, by its shape or by what the archive keeps of addresses; without it all
    subjects are asked (see :mod:`newsgen.locating`).
    """

    name: str
    subjects: Callable[[Planning], Iterator[str]]
    pages: Callable[[Planning, str], Iterator[Page]]
    affected: Callable[[Planning, Change], Iterator[str]] = nothing_affected
    view: Callable[[Page, Reads, Frame], dict[str, Any]] = no_view
    render: Callable[[Page, Reads, Frame], Output] = no_render
    settings: tuple[str, ...] = ()
    locate: Callable[[Planning, str], Iterator[str]] | None = None

    def plan(self, planning: Planning) -> Iterator[Page]:
        """Give every page of the kind."""
        for subject in self.subjects(planning):
            yield from self.pages(planning, subject)


def periods_in(path: str) -> Iterator[str]:
    """Name the periods that an address may be for by ``path``, what stands in it below its base: a day, a month and a
    year at most, the longest first. The numbers of parts are in no period."""
    parts = path.split("/")[:3]
    while parts:
        if all(one.isascii() and one.isdecimal() for one in parts):
            yield "-".join(parts)
        parts.pop()


def term_in(address: str) -> tuple[str, str, str] | None:
    """Give the axis, the slug and the rest of an address below that of a term; None where it is below none."""
    axis, _, rest = address[1:].partition("/")
    slug, slash, rest = rest.partition("/")
    return (axis, slug, rest) if axis in AXES and slug and slash else None


def documents_beside(archive: Archive, address: str, file: str) -> Iterator[str]:
    """Give the paths of the shown documents to whose pages a ``file`` at an address may belong."""
    page = without(address, file)
    if page is not None:
        # A page that is a file may have had any end of its name, and few pages are.
        sql = "SELECT path FROM documents WHERE (folded = ? OR folded LIKE ? ESCAPE '\\') AND shown ORDER BY path"
        stem = fold(page).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        yield from (path for (path,) in archive.rows(sql, fold(page), "" if page.endswith("/") else f"{stem}.%"))


def has_moved(change: Change) -> bool:
    """Whether lists that hold the document must be looked at: its card, or where it is filed, is another one."""
    before, after = change.before, change.after
    if before is None or after is None:
        return before is not after
    return (before.card, before.day, before.published, before.terms) != (
        after.card,
        after.day,
        after.published,
        after.terms,
    )


def has_been_retold(change: Change) -> bool:
    """Whether anything but the text of a document is another one: its card, its metadata or its terms."""
    before, after = change.before, change.after
    if before is None or after is None:
        return before is not after
    return before.head != after.head or has_moved(change)


def terms_of(change: Change) -> set[tuple[str, str]]:
    """Give the terms of a document, before and after, with the language that it speaks."""
    sides = [facts for facts in (change.before, change.after) if facts is not None]
    return {(axis, slug) for facts in sides for axis, slug in facts.terms if axis in AXES or axis == LANGUAGES}


def days_of(change: Change) -> set[str]:
    """Give the days of an article, before and after."""
    return {facts.day for facts in (change.before, change.after) if facts is not None and facts.kind == "article"}
