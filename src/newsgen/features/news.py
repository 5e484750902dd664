"""The news sitemap (sitemap-news 0.9): articles of the last two days, for Google News; there is none without any."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from newsgen.archive import Change
from newsgen.features import Feature, Frame, Planning
from newsgen.features.sitemap import NEWS, row, urlset
from newsgen.model import Card, Output, Page, Read
from newsgen.questions import Reads, ask
from newsgen.recent import CLOCK

ADDRESS = f"/sitemaps/{NEWS}.xml"
NEWS_SPACE = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'

TRADITIONAL = ("tw", "hk", "mo")
"""Where Chinese is written in traditional characters if its language tag does not say how."""


def _subjects(planning: Planning) -> Iterator[str]:
    yield NEWS


def _pages(planning: Planning, subject: str) -> Iterator[Page]:
    if ask(planning.archive, Read("last_news")):
        yield Page(ADDRESS, "news", "the news sitemap", None, {"news": Read("news")}, kind="listing")


def _affected(planning: Planning, change: Change) -> Iterator[str]:
    if change.path == CLOCK or any(facts and facts.kind == "article" for facts in (change.before, change.after)):
        yield NEWS


def _locate(planning: Planning, address: str) -> Iterator[str]:
    if address == ADDRESS:
        yield NEWS


def _render(page: Page, reads: Reads, frame: Frame) -> Output:
    name = escape(frame.site.title, quote=False)
    rows = (row("url", frame.absolute(card.address), more=_news(card, name)) for card in reads.news)
    return urlset(rows, f" {NEWS_SPACE}")


def _news(card: Card, name: str) -> str:
    return (
        f"<news:news><news:publication><news:name>{name}</news:name>"
        f"<news:language>{language_code(card.language)}</news:language></news:publication>"
        f"<news:publication_date>{card.published.iso}</news:publication_date>"
        f"<news:title>{escape(card.title, quote=False)}</news:title></news:news>"
    )


def language_code(tag: str) -> str:
    """Give a language (BCP 47) as news sitemaps have it: the two or three letters of ISO 639, for Chinese ``zh-cn`` or
    ``zh-tw``."""
    first, *rest = tag.lower().split("-")
    if first != "zh":
        return first
    is_traditional = "hant" in rest or ("hans" not in rest and any(one in TRADITIONAL for one in rest))
    return "zh-tw" if is_traditional else "zh-cn"


FEATURE = Feature("news", _subjects, _pages, _affected, render=_render, settings=("title",), locate=_locate)
