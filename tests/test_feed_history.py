"""The whole history of every feed, as a client of RFC 5005 walks through it: each article once, and none is missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .conftest import Story, tree
from .subscribers import BASE, FILES, Document, Subscriber, all_feeds, history, subscriptions
from .test_incremental import same_as_clean

PLACES = {
    "iraq": {"name": "Iraq", "kind": "country"},
    "anbar": {"name": "Anbar", "kind": "province", "within": "iraq"},
    "ain": {"name": "Ain al-Assad", "kind": "site", "within": "anbar", "lat": 33.8, "lon": 42.4},
    "geneva": {"name": "Geneva", "kind": "city"},
}
WITHIN = {"ain": ("ain", "anbar", "iraq"), "anbar": ("anbar", "iraq"), "iraq": ("iraq",), "geneva": ("geneva",)}


def written(number: int, day: str, **fields: Any) -> dict[str, Any]:
    """What one article of an archive says of itself; its id is its number, as a URI."""
    return {
        "id": f"urn:report:{number:04}",
        "date": day,
        "tags": [("Iraq", "Drones", "Talks")[number % 3]],
        "author": ["Ada", "Grace"][number % 2],
        "section": ["World", "Home"][number % 2],
        "thread": "withdrawal" if number % 3 else None,
        "location": ("ain", "anbar", "iraq", "geneva")[number % 4],
        "sources": [{"name": "Reuters"}] if number % 5 else None,
        "language": "fr" if number % 7 == 0 else None,
        "corrections": [{"date": f"{day[:10]}T16:00Z", "text": "A wrong day."}] if number % 10 == 3 else None,
    } | fields


def streams_of(article: Mapping[str, Any]) -> list[str]:
    """The bases of the feeds that are to carry an article."""
    found = ["feed/", "fr/feed/" if article.get("language") else "en/feed/"]
    found += [f"tags/{one.lower()}/" for one in article["tags"]]
    found += [f"authors/{article['author'].lower()}/", f"sections/{article['section'].lower()}/"]
    found += [f"threads/{article['thread']}/"] if article["thread"] else []
    found += [f"places/{one}/" for one in WITHIN[article["location"]]]
    found += [f"sources/{one['name'].lower()}/" for one in article["sources"] or ()]
    return found


LONG = [
    *(written(number, f"2019-03-{1 + number:02}") for number in range(4)),
    *(written(4 + number, f"2021-11-{1 + number // 7:02}T{number % 7 + 8:02}:00Z") for number in range(120)),
    *(written(124 + number, "2023-02-02") for number in range(60)),
    *(written(184 + number, f"2024-0{1 + number}-29T09:30+03:00") for number in range(4)),
]
"""An archive of several years: a month of more than a hundred articles, and sixty on one day."""


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    story = Story(tmp_path_factory.mktemp("long") / "site").site(languages=["en", "fr"])
    story.write("content/places.yaml", "\n".join(f"{name}: {fields}" for name, fields in PLACES.items()))
    story.write("content/sources.yaml", "reuters: {name: Reuters}")
    for number, fields in enumerate(LONG):
        story.article(f"report-{number:04}", f"Text {number}.", **fields)
    story.built()
    return story.published()


def test_every_feed_leads_back_to_its_first_article_and_has_each_once(long: dict[str, bytes]) -> None:
    expected: dict[str, set[str]] = {}
    for one in LONG:
        for base in streams_of(one):
            expected.setdefault(base, set()).add(one["id"])
    found = {one.removeprefix(BASE) for one in subscriptions(long)}
    of_corrections = {f"corrections/{file}" for file in FILES}
    assert found == {base + file for base in expected for file in FILES} | of_corrections
    for path in found - of_corrections:
        archive = history(long, BASE + path)
        ids = Counter(id_ for one in archive for id_ in one.entries)
        assert ids == Counter(expected[path.rpartition("/")[0] + "/"]), path
        subscription = Subscriber().get(long, BASE + path)
        assert subscription.entries.keys() <= ids.keys()
        assert len(subscription.entries) == min(50, len(ids))


def test_every_correction_is_in_the_history_of_corrections(long: dict[str, bytes]) -> None:
    corrected = sum(1 for one in LONG if one["corrections"])
    for file in FILES:
        ids = Counter(id_ for one in history(long, f"{BASE}corrections/{file}") for id_ in one.entries)
        assert sum(ids.values()) == len(ids) == corrected


def test_archives_are_cut_by_calendar_and_into_parts(long: dict[str, bytes]) -> None:
    cuts = {
        "feed/": ["2019/03", "2021/11", "2021/11/2", "2023/02", "2024/01", "2024/02", "2024/03", "2024/04"],
        "fr/feed/": ["2019/03", "2021/11", "2023/02"],
        "places/iraq/": ["2019", "2021", "2023", "2024"],
        "corrections/": ["2019", "2021", "2023"],
    }
    for file in FILES:
        for base, periods in cuts.items():
            archive = history(long, BASE + base + file)
            wanted = [f"{BASE}{base}archive/{one}/{file}" for one in periods]
            assert [one.address for one in reversed(archive)] == wanted
        assert [len(one.entries) for one in history(long, f"{BASE}feed/{file}")] == [1, 1, 1, 1, 60, 20, 100, 4]


def test_every_document_of_an_archive_is_found_by_a_walk(long: dict[str, bytes]) -> None:
    walked = {one.address for address in subscriptions(long) for one in history(long, address)}
    assert walked | {*subscriptions(long)} == {*all_feeds(long)}


def test_an_entry_says_the_same_in_each_document_that_has_it(long: dict[str, bytes]) -> None:
    for file in FILES:
        said: dict[str, str] = {}
        for address in subscriptions(long):
            if address.endswith(file):
                for one in Subscriber().visit(long, address):
                    for id_, state in one.entries.items():
                        assert said.setdefault(id_, state) == state, (one.address, id_)


def test_an_archive_of_no_article_and_of_one(story: Story) -> None:
    (story.root / "content/articles").mkdir()
    story.built()
    for file in FILES:
        assert history(story.published(), f"{BASE}feed/{file}") == []
    story.article("alpha", tags=["Iraq"])
    story.built()
    for file in FILES:
        for base, address in (("feed/", "archive/2024/07/"), ("tags/iraq/", "archive/2024/")):
            (only,) = history(story.published(), BASE + base + file)
            assert only.address == BASE + base + address + file
            assert len(only.entries) == 1


@pytest.mark.parametrize(("setting", "with_history"), [("site", {"feed"}), ("none", set())])
def test_history_is_there_where_it_is_asked_for(story: Story, setting: str, with_history: set[str]) -> None:
    story.site(feeds={"history": setting, "formats": ["atom"]})
    for day in ("2022-05-01", "2024-05-01"):
        story.article(f"report-{day}", date=day, tags=["Iraq"])
    story.built()
    published = story.published()
    assert {*subscriptions(published)} >= {f"{BASE}feed/atom.xml", f"{BASE}tags/iraq/atom.xml"}
    for base in ("feed", "tags"):
        address = f"{BASE}feed/atom.xml" if base == "feed" else f"{BASE}tags/iraq/atom.xml"
        assert len(history(published, address)) == (2 if base in with_history else 0)
    assert {one.partition("/")[0] for one in published if "/archive/" in one} - {"about"} == with_history


def test_a_term_that_reaches_the_threshold_has_its_whole_history_at_once(story: Story) -> None:
    story.site(feeds={"min_articles": 3, "formats": ["atom", "json"]})
    days = ["2020-05-01", "2022-05-01", "2024-05-01"]
    for number, day in enumerate(days):
        assert not any(one.startswith("tags/iraq/") and one.endswith(FILES) for one in tree(story.public))
        story.article(f"report-{number}", date=day, tags=["Iraq"])
        story.built()
    same_as_clean(story)
    for file in ("atom.xml", "feed.json"):
        assert len(history(story.published(), f"{BASE}tags/iraq/{file}")) == 3
    story.article("report-1", date="2022-05-01", tags=["Peace"])
    story.built("--allow-delete")
    assert not any(one.startswith("tags/iraq/") and one.endswith(FILES) for one in story.published())
    same_as_clean(story)


# --- a subscriber who comes back ---


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents so short that a small archive has many."""
    monkeypatch.setattr("newsgen.features.feeds.NEWEST", 5)
    monkeypatch.setattr("newsgen.features.feeds.LONGEST_PART", 10)


ADDRESSES = [BASE + base + file for base in ("feed/", "tags/iraq/") for file in FILES]


class Following:
    """Subscribers to two feeds in each format, who come back after every build."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.patient = {address: Subscriber() for address in ADDRESSES}
        self.hurried = {address: Subscriber() for address in ADDRESSES}
        self.published: dict[str, bytes] = {}
        self.changed: set[str] = set()

    def build(self) -> None:
        self.story.built("--allow-delete")
        before, self.published = self.published, self.story.published()
        both = before.keys() | self.published.keys()
        self.changed = {one for one in both if before.get(one) != self.published.get(one) and one.endswith(FILES)}

    def come_back(self) -> dict[str, list[Document]]:
        return {address: self.patient[address].visit(self.published, address) for address in ADDRESSES}

    def hurry(self) -> dict[str, list[Document]]:
        return {address: self.hurried[address].visit(self.published, address, hurried=True) for address in ADDRESSES}

    def archives_changed(self) -> set[str]:
        return {one for one in self.changed if "/archive/" in one}


def ids_in(documents: list[Document]) -> set[str]:
    return {id_ for one in documents for id_ in one.entries}


@pytest.mark.usefixtures("short")
def test_who_comes_back_misses_nothing_and_is_sent_little(story: Story) -> None:
    def put(number: int, day: str, **fields: Any) -> str:
        story.article(f"report-{number:03}", id=f"urn:report:{number:04}", tags=["Iraq"], date=day, **fields)
        return f"urn:report:{number:04}"

    all_ids = {put(number, f"202{number % 3}-05-{1 + number % 27:02}") for number in range(36)}
    following = Following(story)
    following.build()
    following.come_back()
    following.hurry()

    all_ids.add(put(100, "2022-05-28"))  # one more
    following.build()
    of_the_newest = {"feed/archive/2022/05/2/", "tags/iraq/archive/2022/2/"}
    assert following.archives_changed() == {base + file for base in of_the_newest for file in FILES}
    for documents in following.come_back().values():
        assert ids_in(documents) == all_ids
    for address, documents in following.hurry().items():
        assert "urn:report:0100" in ids_in(documents)
        assert len(following.hurried[address].fetched) == 2

    many = {put(number, "2022-05-29") for number in range(101, 161)}  # sixty in one day
    all_ids |= many
    following.build()
    assert not any("/2020/" in one or "/2021/" in one for one in following.archives_changed())
    for documents in following.come_back().values():
        assert ids_in(documents) == all_ids
    for documents in following.hurry().values():
        assert many <= ids_in(documents)

    all_ids.add(put(161, "2024-01-01"))  # a period that closes the one before
    following.build()
    opened = {f"feed/archive/2024/01/{file}" for file in FILES} | {f"tags/iraq/archive/2024/{file}" for file in FILES}
    closed = following.archives_changed() - opened
    assert opened <= following.archives_changed()
    assert all("/2022/" in one and not one.endswith(".json") for one in closed), closed
    assert len(closed) == 2 * 2  # which now lead on to it
    for documents in following.come_back().values():
        assert ids_in(documents) == all_ids

    put(4, "2021-05-05", corrections=[{"date": "2024-02-01T10:00Z", "text": "A wrong day."}])  # a correction
    following.build()
    assert {one.rpartition("/")[0] for one in following.archives_changed() if "corrections" not in one} == {
        "feed/archive/2021/05",
        "tags/iraq/archive/2021",
    }
    for address, documents in following.come_back().items():
        assert ids_in(documents) == all_ids
        assert "urn:report:0004" in documents[0].entries, address  # and it is told anew, where subscribers look

    all_ids.add(put(162, "2020-05-06"))  # a backdated one
    following.build()
    touched = {one.rpartition("/")[0] for one in following.archives_changed()}
    assert all(one.startswith(("feed/archive/2020/05", "tags/iraq/archive/2020")) for one in touched), touched
    for documents in following.come_back().values():
        assert ids_in(documents) == all_ids

    all_ids.add(put(163, "2018-05-06"))  # before all others
    following.build()
    for address, documents in following.come_back().items():
        assert ids_in(documents) == all_ids
        assert [*documents[-1].entries] == ["urn:report:0163"], address

    put(5, "2022-05-06", withdrawn="2024-06-01")  # one that is taken back
    all_ids.discard("urn:report:0005")
    following.build()
    for documents in following.come_back().values():
        assert ids_in(documents) == all_ids
    for address in ADDRESSES:
        walked = history(following.published, address)
        assert Counter(id_ for one in walked for id_ in one.entries) == Counter(all_ids)
        assert len(Subscriber().visit(following.published, address)[0].entries) == 5


@pytest.mark.usefixtures("short")
def test_one_more_article_changes_what_is_current_and_nothing_else(story: Story) -> None:
    for number in range(24):
        story.article(f"report-{number:02}", date=f"2024-0{1 + number // 8}-{1 + number % 8:02}", tags=["Iraq"])
    following = Following(story)
    following.build()
    story.article("report-98", date="2024-03-09", tags=["Iraq"], author="Ada")
    following.build()
    current = {"feed/", "feed/archive/2024/03/", "tags/iraq/", "tags/iraq/archive/2024/3/"}
    of_author = {"authors/ada/", "authors/ada/archive/2024/"}
    assert {one.rpartition("/")[0] + "/" for one in following.changed} == current | of_author


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    days=st.lists(
        st.sampled_from(
            ["2019-12-31", "2020-01-01", "2020-01-31", "2020-02-29T23:59-11:00", "2022-06-01", "2024-07-17"]
        ),
        max_size=25,
    ),
    then=st.lists(st.sampled_from(["2018-01-01", "2020-01-15", "2022-06-01", "2024-07-18"]), min_size=1, max_size=9),
)
def test_any_archive_is_walked_through_once(
    tmp_path_factory: pytest.TempPathFactory, days: list[str], then: list[str]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("newsgen.features.feeds.NEWEST", 2)
        patch.setattr("newsgen.features.feeds.LONGEST_PART", 3)
        story = Story(Path(tmp_path_factory.mktemp("any")) / "site").site(feeds={"formats": ["atom", "json"]})
        (story.root / "content/articles").mkdir(parents=True)
        ids: set[str] = set()
        subscriber = Subscriber()
        for more in (days, then):
            for day in more:
                number = len(ids)
                story.article(f"report-{number}", id=f"urn:report:{number:04}", date=day)
                ids.add(f"urn:report:{number:04}")
            story.built()
            published = story.published()
            for file in ("atom.xml", "feed.json"):
                walked = Counter(id_ for one in history(published, f"{BASE}feed/{file}") for id_ in one.entries)
                assert walked == Counter(ids)
            assert ids_in(subscriber.visit(published, f"{BASE}feed/atom.xml")) == ids
