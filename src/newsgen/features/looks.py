"""The style sheet of the site's own looks, at an address that stays, so that another colour changes no page."""

from __future__ import annotations

from collections.abc import Iterator

from newsgen.branding import GROUNDS, Look
from newsgen.features import Feature, Frame, Planning
from newsgen.model import Output, Page
from newsgen.questions import Reads

ADDRESS = "/theme.css"

_TEXT, _HEADINGS = "Site text", "Site headings"
_FACES = {
    "text": (_TEXT, "font-weight: 400; font-style: normal"),
    "bold": (_TEXT, "font-weight: 700; font-style: normal"),
    "italic": (_TEXT, "font-weight: 400; font-style: italic"),
    "headings": (_HEADINGS, "font-weight: 1 1000; font-style: normal"),
}


def _subjects(planning: Planning) -> Iterator[str]:
    yield "sheet"


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    if planning.site.theme.styled:
        yield Page(ADDRESS, "looks", "the style sheet of the settings", None, kind="file")


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    look = frame.site.theme
    return Output(_style_sheet(look, {name: frame.href(address) for name, address in look.fonts.items()}).encode())


def _style_sheet(look: Look, links: dict[str, str]) -> str:
    """Give the style sheet of a site's own looks; ``links`` are its fonts as seen from the sheet, by their names.

    It sets the custom properties of the theme's style sheet and nothing else, so it follows that one.
    """
    rules: list[str] = []
    for name, (family, told) in _FACES.items():
        if name in links:
            source = f'src: url("{links[name]}") format("woff2")'
            rules.append(f'@font-face {{ font-family: "{family}"; {source}; {told}; font-display: swap; }}')
    own = [f'--text: "{_TEXT}", var(--serif);'] if "text" in links else []
    own += [f'--headings: "{_HEADINGS}", var(--text);'] if "headings" in links else []
    if own:
        rules.append(f":root {{ {' '.join(own)} }}")
    if look.accent:  # on screens: what is printed is black
        colours = ", ".join(look.accent[scheme] for scheme in GROUNDS)
        rules.append(f"@media screen {{ :root {{ --accent: light-dark({colours}); }} }}")
    return "\n".join(rules) + "\n"


FEATURE = Feature("looks", _subjects, _pages, render=_render, settings=("theme",))
