"""Feeds are quiet: what does not matter to subscribers does not reach them, and what does reaches them once."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Story
from .subscribers import FILES, Item, by_fastfeedparser

FEEDS = [base + file for base in ("feed/", "tags/iraq/") for file in FILES]
WAS = "2024-07-17T09:00:00+00:00"


def put(story: Story, body: str = "Two drones.", **fields: Any) -> None:
    story.article("alpha", body, **{"date": "2024-07-17T09:00Z", "tags": ["Iraq"], "id": "urn:report:1"} | fields)


@pytest.fixture
def told(story: Story) -> Story:
    put(story)
    story.article("beta", date="2024-07-16T08:00Z", tags=["Iraq"])
    story.article("gamma", date="2023-07-16T08:00Z", tags=["Iraq"])
    story.built()
    return story


def entry(story: Story, feed: str, id_: str = "urn:report:1") -> Item:
    (found,) = (one for one in by_fastfeedparser((story.public / feed).read_bytes()) if one.id == id_)
    return found


def when(story: Story, id_: str = "urn:report:1") -> set[str]:
    """When subscribers are told that an article has changed: one moment, whichever feed they read."""
    return {str(entry(story, feed, id_).updated).replace(" ", "T") for feed in FEEDS}


def order(story: Story, feed: str) -> list[str]:
    return [one.title for one in by_fastfeedparser((story.public / feed).read_bytes())]


def feeds_of(story: Story) -> dict[str, bytes]:
    return {path: data for path, data in story.published().items() if path.endswith(FILES)}


def test_what_stays_as_it_is_is_published_as_it_was(told: Story) -> None:
    before, touched = told.published(), told.stats()
    for file in (told.root / "content/articles").iterdir():
        file.write_bytes(file.read_bytes())
    told.built()
    assert told.stats() == touched
    told.built("--verify", "--now", "2031-01-01")
    assert {path: data for path, data in feeds_of(told).items() if before[path] != data} == {}


def test_a_typo_is_mended_without_a_word(told: Story) -> None:
    before, orders = when(told), {feed: order(told, feed) for feed in FEEDS}
    assert before == {WAS}
    put(told, "Two drones, mended.", title="Alpha mended")
    told.built()
    assert when(told) == before
    for feed in FEEDS:
        assert "mended" in entry(told, feed).content
        assert order(told, feed) == [one.replace("Alpha", "Alpha mended") for one in orders[feed]]
        assert b"2024-07-17T09:00:00+00:00" in (told.public / feed).read_bytes()


def test_a_significant_change_is_told_once(told: Story) -> None:
    put(told, id="urn:report:1", date="2024-07-17T09:00Z", updated="2024-07-20T10:00Z")
    told.built()
    assert when(told) == {"2024-07-20T10:00:00+00:00"}
    quiet = feeds_of(told)
    told.built("--now", "2025-01-01")
    assert feeds_of(told) == quiet


def test_a_correction_brings_an_old_article_back_once(told: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    assert order(told, "feed/atom.xml")[-1] == "Gamma"
    (id_,) = (one.id for one in by_fastfeedparser((told.public / "feed/atom.xml").read_bytes()) if one.title == "Gamma")
    corrections = [{"date": "2024-08-01T10:00Z", "text": "A wrong day."}]
    told.article("gamma", date="2023-07-16T08:00Z", tags=["Iraq"], corrections=corrections)
    told.built()
    for feed in FEEDS:
        assert order(told, feed)[0] == "Gamma"
        assert entry(told, feed, id_).published.year == 2023
    assert when(told, id_) == {"2024-08-01T10:00:00+00:00"}
    told.article("gamma", "Mended.", date="2023-07-16T08:00Z", tags=["Iraq"], corrections=corrections)
    told.article("delta", date="2024-09-01T08:00Z", tags=["Iraq"])
    told.built()
    for feed in FEEDS:
        assert order(told, feed)[:2] == ["Delta", "Gamma"]
    assert when(told, id_) == {"2024-08-01T10:00:00+00:00"}


def ids(story: Story) -> dict[str, list[str]]:
    return {feed: sorted(one.id for one in by_fastfeedparser((story.public / feed).read_bytes())) for feed in FEEDS}


def test_ids_survive_moves(told: Story) -> None:
    before = ids(told)
    beta = told.root / "content/articles/beta.md"
    (told.root / "content/articles/2024").mkdir()
    beta.rename(told.root / "content/articles/2024/beta.md")  # the file
    told.built()
    assert ids(told) == before
    (told.root / "content/articles/2024/beta.md").unlink()  # the slug, with the first address as the first alias
    told.article("news", date="2024-07-16T08:00Z", tags=["Iraq"], aliases=["/2024/07/16/beta/"])
    put(told, slug="other")  # and without one, for it has an id
    told.built()
    assert ids(told) == before
    told.site(base_url="https://news.example.com/archive/")  # the host, with the authority as it was
    told.built()
    assert ids(told) == before
    assert all("https://news.example.com/archive/2024/07/16/news/" in str(data) for data in map(told.text, FEEDS))


def test_another_host_without_an_authority_keeps_ids_that_are_uris(told: Story) -> None:
    """What is made of the host changes with it; the documentation says so."""
    told.site(id_authority=None)
    told.built()
    before = ids(told)
    told.site(id_authority=None, base_url="https://example.com/")
    told.built()
    for feed, after in ids(told).items():
        assert set(after) & set(before[feed]) == {"urn:report:1"}
