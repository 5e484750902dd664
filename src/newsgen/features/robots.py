"""robots.txt (RFC 9309), as the settings have it; one in static/ takes its place."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from newsgen.crawling import robots_txt
from newsgen.features import Feature, Frame, Planning
from newsgen.model import Output, Page
from newsgen.questions import Reads

ADDRESS = "/robots.txt"


def _subjects(planning: Planning) -> Iterator[str]:
    yield "robots"


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    if planning.files.find(ADDRESS) is None:
        yield Page(ADDRESS, "robots", "robots.txt", kind="file")


def _locate(planning: Planning, address: str) -> Iterator[str]:
    if address == ADDRESS:
        yield "robots"


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    """Crawlers look for it at the top of a host: there it must name whole paths, and a whole address of the sitemap."""
    base_path = urlsplit(frame.absolute("/")).path
    text = f"{robots_txt(frame.site.robots, base_path)}\nSitemap: {frame.absolute('/sitemap.xml')}\n"
    return Output(text.encode())


FEATURE = Feature("robots", _subjects, _pages, render=_render, settings=("robots",), locate=_locate)
