"""What every page may look at besides what it reads: declared settings, itself, and addresses made into links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from newsgen.catalogues import own_name
from newsgen.model import Output
from newsgen.site import Site
from newsgen.spelling import Spelling, direction
from newsgen.theme import Assets
from newsgen.urls import href

MOST_MADE = 2_000
"""How many things, such as feed entries, are kept for pages to come."""

MOST_LINKS = 20_000
"""How many links are kept, for the same ones are on many pages."""


ONLY_ENGLISH: dict[str, Any] = {"tag": "en", "direction": "ltr", "home": "/", "feeds": "/feed/"}
ONLY_ENGLISH |= {"search": "/search/", "all": ()}
"""What templates know as ``locale`` of an English site of one language."""


def locale_of(language: str, site: Site) -> dict[str, Any]:
    """Give what templates know as ``locale``: the ``tag`` of the language that a page speaks, its ``direction``, the
    addresses of its ``home``, its ``feeds`` and its ``search``; and of all languages of the site, where these are
    several, the same, each with its ``name`` in itself."""
    every = [_locale(one, site) for one in site.languages]
    own = _locale(language, site) if language in site.languages else {**every[0], "tag": language}
    return own | {"all": tuple(every) if len(every) > 1 else ()}


def _locale(language: str, site: Site) -> dict[str, Any]:
    feeds = "/feed/"
    name = language
    if len(site.languages) > 1:
        feeds = f"{site.home_of(language, apart=True)}feed/"
        name = own_name(language)
    return {
        "tag": language,
        "direction": direction(language),
        "home": site.home_of(language),
        "feeds": feeds,
        "search": site.search_of(language),
        "name": name,
    }


class UndeclaredSetting(Exception):
    """A template or feature looked at a setting that it did not declare."""


class SiteView:
    """The settings that a page declared, as attributes; any other raises."""

    __slots__ = ("_names", "_site")

    def __init__(self, site: Site, names: frozenset[str]) -> None:
        self._site = site
        self._names = names

    def __repr__(self) -> str:
        return "site"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._names:
            if any(one.startswith(f"{name}.") for one in self._names):
                return Parts(self, name)
            raise UndeclaredSetting(
                f"site.{name} is read in a way that can't be seen in the template: write site.{name}"
            )
        return self._site.setting(name)


class Parts:
    """The declared parts of one setting, as attributes."""

    __slots__ = ("_name", "_view")

    def __init__(self, view: SiteView, name: str) -> None:
        self._view = view
        self._name = name

    def __repr__(self) -> str:
        return self._name

    def __getattr__(self, part: str) -> Any:
        if part.startswith("_"):
            raise AttributeError(part)
        return getattr(self._view, f"{self._name}.{part}")


@dataclass(frozen=True, slots=True)
class PageView:
    """What a template may know of its page: all of it is in the page's fingerprint."""

    address: str
    kind: str
    template: str | None
    facts: dict[str, Any]


class Links:
    """Makes addresses and the names of assets into links. Its methods are what templates call."""

    __slots__ = ("_assets", "_base_path", "_base_url", "_made")

    def __init__(self, site: Site, assets: Assets) -> None:
        self._base_path = site.base_path
        self._base_url = site.base_url
        self._assets = assets
        self._made: dict[str, str] = {}

    def __repr__(self) -> str:
        return "links"

    def href(self, address: str) -> str:
        """Give the link to an address from any page."""
        return self._base_path + (self._made.get(address) or self._make(address))

    def absolute(self, address: str) -> str:
        """Give the whole URL of an address."""
        return self._base_url + (self._made.get(address) or self._make(address))

    def _make(self, address: str) -> str:
        if len(self._made) >= MOST_LINKS:
            self._made.clear()
        made = self._made[address] = href("", address)
        return made

    def asset(self, name: str) -> str:
        """Give the link to a theme asset. Raises KeyError where there is none."""
        return href(self._base_path, self._assets.address(name))


class Frame:
    """See :class:`newsgen.features.Frame`."""

    __slots__ = ("_assets", "_made", "absolute", "href", "language", "mark", "site", "speak", "spelling")

    def __init__(
        self,
        site: SiteView,
        links: Links,
        assets: Assets,
        language: str,
        speak: Callable[[str], Spelling],
        mark: bytes,
    ) -> None:
        self.site = site
        self.mark = mark
        self.language = language
        self.speak = speak
        self.spelling = speak(language)
        self.href = links.href
        self.absolute = links.absolute
        self._assets = assets
        self._made: dict[tuple[Any, ...], Any] = {}

    def __repr__(self) -> str:
        return "frame"

    def once(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        if key not in self._made:
            if len(self._made) >= MOST_MADE:
                del self._made[next(iter(self._made))]
            self._made[key] = make()
        return self._made[key]

    def asset_content(self, path: str) -> Output:
        return Output(self._assets.content(path)[1])
