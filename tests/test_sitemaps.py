"""Sitemaps: parts by the calendar with true dates and images, and the news of the last two days, found by the clock."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsgen.archive import Archive, stamp
from newsgen.features.news import language_code
from newsgen.model import Read
from newsgen.moments import read_moment
from newsgen.questions import ask, digest_of

from .conftest import NOW, Story, drawn
from .test_following import WHEN, report, table_difference
from .test_incremental import changed, same_as_clean

SPACES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
}
BASE = "https://example.org/news"
NEWS = "/sitemaps/news.xml"


def texts(story: Story, address: str, path: str) -> list[str]:
    found: list[str] = story.xml(address).xpath(f"{path}/text()", namespaces=SPACES)
    return found


def locations(story: Story, address: str) -> list[str]:
    return [one.removeprefix("https://example.org").removeprefix("/news") for one in texts(story, address, "//s:loc")]


def dates(story: Story, address: str = "/sitemap.xml") -> dict[str, str]:
    """The entries of a sitemap or of the index that say when they changed, and when."""
    entries = story.xml(address).xpath("/*/*[s:lastmod]", namespaces=SPACES)
    return {one[0].text.rpartition("/sitemaps/")[2]: one[1].text for one in entries}


def images(story: Story, address: str) -> dict[str, list[str]]:
    """The images of each page of a sitemap."""
    urls = story.xml(address).xpath("//s:url", namespaces=SPACES)
    found = {one[0].text: one.xpath("image:image/image:loc/text()", namespaces=SPACES) for one in urls}
    return {page.removeprefix(BASE): [one.removeprefix(BASE) for one in shown] for page, shown in found.items()}


# --- parts by the calendar ---


def test_the_index_lists_its_parts_and_each_says_when_it_changed_as_precisely_as_is_known(story: Story) -> None:
    story.site(base_url=f"{BASE}/", timezone="Europe/Paris")
    story.article("alpha", updated="2024-08-01T10:00Z", tags=["Iraq"])
    story.article("beta")
    story.article("gamma", date="2023-05-01")
    story.write("content/pages/about.md", "---\ntitle: About\n---\nText.\n")
    story.built()
    names = ("pages", "tags", "2023-05", "2024-07", "events")
    assert texts(story, "/sitemap.xml", "//s:loc") == [f"{BASE}/sitemaps/{name}.xml" for name in names]
    assert dates(story) == {"2023-05.xml": "2023-05-01", "2024-07.xml": "2024-08-01T10:00:00Z"}
    assert dates(story, "/sitemaps/2024-07.xml") == {
        f"{BASE}/2024/07/17/alpha/": "2024-08-01T10:00:00Z",
        f"{BASE}/2024/07/17/beta/": "2024-07-17",  # not the evening before, when it was midnight in Paris
    }
    assert {"/", "/about/", "/data/", "/corrections/", "/tags/"} <= set(locations(story, "/sitemaps/pages.xml"))
    assert locations(story, "/sitemaps/tags.xml") == ["/tags/iraq/"]
    story.article("beta", "A typo less.")
    before = story.published()
    story.built()
    assert not any(path.startswith("sitemap") for path in changed(story, before))
    story.article("beta", "A typo less.", corrections=[{"date": "2024-09-01", "text": "A wrong name."}])
    story.built()
    assert dates(story, "/sitemaps/2024-07.xml")[f"{BASE}/2024/07/17/beta/"] == "2024-09-01"
    assert dates(story) == {"2023-05.xml": "2023-05-01", "2024-07.xml": "2024-09-01"}


def test_a_new_term_leaves_the_parts_of_older_ones_alone(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsgen.features.sitemap.LONGEST_PART", 12)
    for number, tag in enumerate("QWERTZUIOPASD"):
        story.article(f"report-{number}", date=f"2024-07-{number + 1:02}", tags=[tag])
    story.built()
    before = story.published()
    assert [len(locations(story, f"/sitemaps/tags{part}.xml")) for part in ("", "_2")] == [11, 2]
    story.article("new", date="2024-08-01", tags=["A first one"])
    assert report(story).planned == "changes"
    assert [len(locations(story, f"/sitemaps/tags{part}.xml")) for part in ("", "_2")] == [11, 3]
    parts = {path for path in changed(story, before) if path.startswith("sitemap")}
    assert parts == {"sitemap.xml", "sitemaps/2024-08.xml", "sitemaps/tags_2.xml"}
    assert table_difference(story) == set()
    same_as_clean(story)


@pytest.mark.parametrize("limit", ["LONGEST_PART", "LARGEST_PART"])
def test_a_month_is_cut_before_it_is_too_long_or_too_large_and_full_parts_stay(
    story: Story, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(f"newsgen.features.sitemap.{limit}", {"LONGEST_PART": 3, "LARGEST_PART": 700}[limit])
    for day in range(1, 9):
        story.article(f"report-{day}", date=f"2024-07-{day:02}", updated=f"2024-08-{day:02}")
    story.built()
    parts = [one for one in locations(story, "/sitemap.xml") if "2024-07" in one]
    assert parts == [f"/sitemaps/2024-07{part}.xml" for part in ("", "_2", "_3")]
    listed = [one for part in parts for one in locations(story, part)]
    assert listed == [f"/2024/07/0{day}/report-{day}/" for day in range(1, 9)]
    if limit == "LARGEST_PART":
        assert all(len(story.text(part)) <= 700 for part in parts)
    assert [dates(story)[f"2024-07{part}.xml"] for part in ("", "_2", "_3")] == [
        max(dates(story, part).values()) for part in parts
    ]
    before = story.published()
    story.article("new", date="2024-07-09")
    assert report(story).planned == "changes"
    ours = {path for path in changed(story, before) if path.startswith("sitemap")}
    assert ours <= {"sitemap.xml", "sitemaps/2024-07_3.xml", "sitemaps/2024-07_4.xml"}
    assert table_difference(story) == set()
    same_as_clean(story)


# --- images ---


def test_articles_name_their_own_images_each_once_and_in_their_order(story: Story) -> None:
    story.site(base_url=f"{BASE}/", images="off")
    for name in ("lead.png", "a map.png", "linked.png", "sub/été.png"):
        story.write(f"content/articles/{name}", drawn())
    story.write("static/logo.png", drawn())
    story.write("content/articles/paper.pdf", b"%PDF-1.4")
    story.article(
        "alpha",
        "![](<a map.png>) ![b](sub/été.png) ![again](lead.png)\n\n![l](/logo.png) ![far](https://example.com/x.png)\n\n"
        "[see](linked.png), [paper](paper.pdf), `![code](linked.png)`, ![nowhere](/no.png)\n\n"
        '<img src="a%20map.png" alt="">',
        images=[{"src": "lead.png", "alt": "lead"}, {"src": "https://example.com/y.png", "alt": "far"}],
    )
    story.article("beta", "No picture.")
    story.article("gamma", "![a](<a map.png>)", date="2024-08-01")
    story.site(base_url=f"{BASE}/", images={"formats": "off", "alt": "warning"})
    story.built()
    own = ["/media/articles/lead.png", "/media/articles/a%20map.png", "/media/articles/sub/%C3%A9t%C3%A9.png"]
    assert images(story, "/sitemaps/2024-07.xml") == {
        "/2024/07/17/alpha/": [*own, "/logo.png"],
        "/2024/07/17/beta/": [],
    }
    for one in ("lead.png", "a map.png", "sub/été.png"):
        assert (story.public / f"media/articles/{one}").exists()
    story.write("static/no.png", drawn())
    story.remove("static/logo.png")
    story.built()
    assert images(story, "/sitemaps/2024-07.xml")["/2024/07/17/alpha/"] == [*own, "/no.png"]
    same_as_clean(story)


def test_other_images_of_an_article_change_its_month_alone_and_cost_no_queries_of_their_own(story: Story) -> None:
    story.write("content/articles/map.png", drawn())
    story.write("content/articles/base.png", drawn())
    for month in (5, 6, 7):
        for number in range(month):
            story.article(f"report-{month}-{number}", "![a](map.png)", date=f"2024-0{month}-10", summary="Said.")
    story.built()
    before = story.published()
    story.article("report-6-1", "![a](map.png) ![b](base.png)", date="2024-06-10", summary="Said.")
    done = report(story)
    parts = {path for path in changed(story, before) if path.startswith("sitemap")}
    assert (done.planned, parts) == ("changes", {"sitemaps/2024-06.xml"})
    assert table_difference(story) == set()
    with closing(Archive(story.root / ".newsgen/archive.sqlite", read_only=True)) as archive:
        read = Read("changes", ("2024-06", 50_000, 0))
        assert digest_of(archive, read) and len(ask(archive, read)) == 6
        assert archive.queries == 2  # however many articles and images there are


def test_a_page_names_no_more_images_than_it_may(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsgen.markup.MOST_IMAGES", 2)
    monkeypatch.setattr("newsgen.load.MOST_IMAGES", 2)
    for name in "abc":
        story.write(f"content/articles/{name}.png", drawn())
    story.article("alpha", "![a](a.png) ![b](b.png) ![c](c.png)", images=[{"src": "c.png", "alt": "c"}])
    story.built()
    found = texts(story, "/sitemaps/2024-07.xml", "//image:loc")
    assert [one[-5:] for one in found] == ["c.png", "a.png"]


# --- news ---


@pytest.fixture
def desk(story: Story) -> Story:
    """An archive with news: at :data:`NOW`, noon of 1 December, two articles are, and one is still to come."""
    story.site(title="Iraq & <Syria>", timezone="Europe/Paris")
    story.article("old", date="2024-11-20")
    story.article("day", date="2024-11-30", language="zh-Hant", title="Day & <night>")
    story.article("hour", date="2024-12-01T10:30+03:00", language="ar-IQ")
    story.article("to-come", date="2024-12-02T09:00Z")
    story.article("hoax", date="2024-11-30", withdrawn={"date": "2024-12-01"})
    story.article("short", date="2024-11-30T20:00Z", expires="2024-12-01T09:00Z")
    story.article("held", date="2024-11-30", embargo="2024-12-01T18:00Z")
    story.article("draft", date="2024-11-30", draft=True)
    return story


def news(story: Story) -> list[str]:
    if not (story.public / NEWS[1:]).exists():
        assert NEWS not in locations(story, "/sitemap.xml")
        return []
    assert NEWS in locations(story, "/sitemap.xml")
    return [one.strip("/").rpartition("/")[2] for one in locations(story, NEWS)]


def test_the_news_are_the_articles_of_two_days_the_newest_first(desk: Story) -> None:
    desk.built()
    assert news(desk) == ["hour", "day"]
    assert dates(desk)["news.xml"] == "2024-12-01T07:30:00Z"
    assert set(texts(desk, NEWS, "//news:publication/news:name")) == {"Iraq & <Syria>"}
    assert texts(desk, NEWS, "//news:language") == ["ar", "zh-tw"]
    assert texts(desk, NEWS, "//news:publication_date") == ["2024-12-01T08:30:00+01:00", "2024-11-30"]
    assert texts(desk, NEWS, "//news:title") == ["Hour", "Day & <night>"]
    shape = {one.tag.partition("}")[2] for one in desk.xml(NEWS).iter()}
    assert shape == {"urlset", "url", "loc", "news", "publication", "name", "language", "publication_date", "title"}


@pytest.mark.parametrize(
    ("tag", "code"),
    [("en-GB", "en"), ("ckb", "ckb"), ("zh", "zh-cn"), ("zh-TW", "zh-tw"), ("zh-Hans-HK", "zh-cn"), ("PT-br", "pt")],
)
def test_languages_are_those_of_iso_639(tag: str, code: str) -> None:
    assert language_code(tag) == code


def due(story: Story, now: str) -> dict[str, Any]:
    done = story.run("next-due", "--site", str(story.root), "--now", now, "--jobs", "1", "--format", "json")
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_each_moment_that_is_announced_changes_something_and_nothing_changes_between_them(desk: Story) -> None:
    now, seen = "2024-12-01T08:00:00Z", []
    desk.built("--now", now)
    while True:
        at = due(desk, now)["due"]
        if at is None:
            break
        just_before = stamp(datetime.fromisoformat(at) - timedelta(seconds=1))
        assert ", 0 written, " in desk.built("--now", just_before).out
        before, seen = desk.published(), [*seen, (at, [one["what"] for one in due(desk, now)["reasons"]])]
        desk.built("--now", at)
        assert changed(desk, before), at
        now = at
    joins, leaves = "it joins the news sitemap", "it leaves the news sitemap"
    assert seen == [
        ("2024-12-01T09:00:00Z", ["it expires"]),
        ("2024-12-01T18:00:00Z", ["its embargo ends"]),
        ("2024-12-01T23:00:00Z", [leaves, leaves]),  # two days after midnight in Paris
        ("2024-12-02T09:00:00Z", [joins]),
        ("2024-12-03T07:30:00Z", [leaves]),
        ("2024-12-04T09:00:00Z", [leaves]),
    ]
    assert news(desk) == []
    before = desk.stats()
    done = report(desk, now=datetime(2034, 1, 1, tzinfo=UTC))
    assert (done.planned, done.rendered, done.due, desk.stats()) == ("nothing", 0, None, before)


def test_the_clock_goes_forward_and_back_and_each_build_is_as_a_clean_one(desk: Story) -> None:
    desk.built()
    for now in ("2024-12-02T12:00Z", "2024-12-10", "2024-11-21", NOW, "2019-01-01", "2024-12-03T12:00Z"):
        # Its expiry is far enough away that no text comes back, for which everything would be read again.
        done = report(desk, now=read_moment(now, UTC).instant, allow_delete=True)
        assert done.planned in ("changes", "everything")
        same_as_clean(desk, "--now", now)
        assert ", 0 written, " in desk.built("--now", now).out
    assert news(desk) == ["to-come"]


def test_a_moment_that_passes_and_a_new_article_touch_few_sitemaps(story: Story) -> None:
    for number in range(1, 8):
        story.article(f"report-{number}", date=f"2024-11-{23 + number}T12:30Z", tags=["Iraq"])
    story.built()
    before = story.published()
    done = report(story, now=WHEN + timedelta(hours=1))
    assert changed(story, before) == {"sitemaps/news.xml"}
    assert (done.planned, done.rendered, done.read) == ("changes", 1, 0)
    done = report(story, now=WHEN + timedelta(days=30))
    assert (done.planned, done.deleted) == ("changes", 1)
    assert (news(story), table_difference(story)) == ([], set())
    story.built()
    before = story.published()
    story.article("new", date="2024-12-01T11:00Z", tags=["Iraq"])
    story.built()
    ours = {path for path in changed(story, before) if path.startswith("sitemap")}
    assert ours == {"sitemap.xml", "sitemaps/2024-12.xml", "sitemaps/news.xml"}


def test_no_more_than_a_thousand_are_listed_and_the_others_are_no_moments(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsgen.recent.MOST", 2)
    for hour in range(6, 10):
        story.article(f"report-{hour}", date=f"2024-12-01T{hour:02}:00Z")
    story.built()
    assert news(story) == ["report-9", "report-8"]
    reasons = [{"path": "content/articles/report-8.md", "what": "it leaves the news sitemap"}]
    assert due(story, NOW) == {"due": "2024-12-03T08:00:00Z", "reasons": reasons}
    assert ", 0 written, " in story.built("--now", "2024-12-03T07:59Z").out


def test_two_outputs_of_different_moments_do_not_disturb_each_other(desk: Story, tmp_path: Path) -> None:
    later = WHEN + timedelta(days=1)
    for _ in range(2):
        report(desk)
        report(desk, now=later, output=tmp_path / "later")
    assert news(desk) == ["hour", "day"]
    assert "to-come" in (tmp_path / "later/sitemaps/news.xml").read_text()
    same_as_clean(desk)
