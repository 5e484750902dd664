"""Kinds of pages. Each feature is one file that plans its pages and says how they are rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from newsgen.archive import Archive
from newsgen.disk import Found
from newsgen.model import Output, Page
from newsgen.questions import Reads
from newsgen.site import Site
from newsgen.theme import Assets


@dataclass(frozen=True, slots=True)
class Planning:
    """What a feature may look at to say which pages there are.

    ``files`` are the files that are published as they are, by address, each with its digest.
    """

    site: Site
    archive: Archive
    assets: Assets
    files: dict[str, tuple[Found, bytes]]


class Frame(Protocol):
    """What every page may look at besides what it reads: declared settings, and addresses made into links."""

    @property
    def site(self) -> Any:
        """The settings that the template and the feature declare, as attributes; any other raises."""

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


@dataclass(frozen=True, slots=True)
class Feature:
    """One kind of page.

    ``plan`` gives all pages of the kind; ``view`` what the template of one sees; ``render`` makes one that has no
    template. ``settings`` are those that ``view`` and ``render`` look at: a change of another renders nothing again.
    """

    name: str
    plan: Callable[[Planning], Iterator[Page]]
    view: Callable[[Page, Reads, Frame], dict[str, Any]] = no_view
    render: Callable[[Page, Reads, Frame], Output] = no_render
    settings: tuple[str, ...] = ()
