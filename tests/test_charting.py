"""The charts of what happened, and that each bar, and each way to what was before and after, leads to a page."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import lxml.html
from hypothesis import given
from hypothesis import strategies as st

from newsgen.features.charting import CHART_HEIGHT, CHART_WIDTH, MOST_BARS, chart, link_to_group
from newsgen.model import Period

from .conftest import Story

BASE = "https://example.org/"


def bars(period: str = "", decades: bool = False, **counts: int) -> list[tuple[str, int]]:
    counted = [Period(name.strip("_").replace("_", "-"), number) for name, number in counts.items()]
    return [(one["name"], one["count"]) for one in chart(counted, period, str, decades)]


def test_years_without_events_have_their_room() -> None:
    assert bars(_2014=3, _2016=1) == [("2014", 3), ("2015", 0), ("2016", 1)]
    assert not bars()


def test_a_year_has_twelve_months_a_month_its_days_and_a_decade_ten_years() -> None:
    assert [name for name, _ in bars("2024", _2024_07=1)] == [f"2024-{number:02}" for number in range(1, 13)]
    assert [len(bars(month, _1=1)) for month in ("2024-01", "2024-02", "2023-02", "0800-06")] == [31, 29, 28, 30]
    assert [name for name, _ in bars("080", _0803=1)] == [f"080{number}" for number in range(10)]


def test_too_many_years_become_decades_where_these_have_pages() -> None:
    assert bars(decades=True, _1955=1, _1958=2, _2024=3)[:2] == [("195", 3), ("196", 0)]
    assert bars(_1955=1, _1958=2, _2024=3) == [("1955", 1), ("1958", 2), ("2024", 3)]


def test_one_event_of_long_ago_leaves_room_to_all_others() -> None:
    assert bars(decades=True, _0800=1, _2014=2, _2024=3) == [("080", 1), ("201", 2), ("202", 3)]


@given(st.dictionaries(st.integers(1, 9999).map("{:04}".format), st.integers(1, 10_000), min_size=1), st.booleans())
def test_a_chart_shows_each_event_once_and_fits(counts: dict[str, int], decades: bool) -> None:
    drawn = chart([Period(*one) for one in sorted(counts.items())], "", str, decades)
    assert sum(one["count"] for one in drawn) == sum(counts.values())
    assert [one["name"] for one in drawn] == sorted({one["name"] for one in drawn})
    assert len(drawn) <= max(MOST_BARS, len(counts))
    assert sum(one["width"] for one in drawn) == CHART_WIDTH
    for one in drawn:
        assert bool(one["href"]) == bool(one["height"]) == bool(one["count"])
        assert 0 <= one["height"] <= CHART_HEIGHT


def test_a_bar_leads_to_the_first_group_of_its_time() -> None:
    assert link_to_group(["19", "1994", "1994-03", "2024"], "1994") == "#ng:in-1994"
    assert link_to_group(["1994-03"], "199") == "#ng:in-1994-03"
    assert link_to_group(["2024"], "1994") is None


def test_every_way_leads_to_a_page_while_years_outgrow_theirs(story: Story, tmp_path: Path) -> None:
    def year(number: int, month: int, size: int) -> None:
        events = [
            {"name": f"Event {one}", "when": f"{number}-{month:02}-{1 + one % 28:02}", "place": "baghdad"}
            for one in range(size)
        ]
        story.article(f"of-{number}-{month}", events=events, thread="war", tags=["Iraq"])

    story.write("content/places.yaml", "iraq: {name: Iraq}\nbaghdad: {name: Baghdad, within: iraq}\n")
    year(2022, 5, 101)
    year(2024, 1, 99)
    story.article("long-ago", events=[{"name": "Foundation", "when": "0762-07-30", "place": "baghdad"}])
    story.article("vague", events=[{"name": "Once", "when": "199X", "place": "baghdad"}])
    story.built()
    assert_ways_lead_somewhere(story.public)
    assert "Once" in story.page("/timeline/events/").text_content()
    assert not (story.public / "timeline/events/2024/01").exists()

    year(2024, 6, 2)
    story.built()
    assert (story.public / "timeline/events/2024/01").exists()
    later = story.page("/timeline/events/2022/05/").xpath("//li[@class='later']/a")[0]
    assert later.get("href") == "/timeline/events/2024/01/"
    assert_ways_lead_somewhere(story.public)
    assert_as_built_anew(story, tmp_path / "first")

    story.remove("content/articles/of-2024-6.md")
    story.built()
    assert_ways_lead_somewhere(story.public)
    assert_as_built_anew(story, tmp_path / "second")


def assert_as_built_anew(story: Story, folder: Path) -> None:
    clean = Story(folder)
    shutil.copytree(story.root / "content", clean.root / "content")
    clean.built()
    assert story.published() == clean.published()


def assert_ways_lead_somewhere(public: Path) -> None:
    """Follow all links of the pages of events, places and threads, to their fragments too."""
    pages = {path.relative_to(public).as_posix(): lxml.html.parse(path).getroot() for path in public.rglob("*.html")}
    ids = {name: set(page.xpath("//@id")) for name, page in pages.items()}
    followed = 0
    for name, page in pages.items():
        assert len(page.xpath("//@id")) == len(ids[name]), name
        assert not page.xpath("//figure[contains(@class, 'chart')]//g"), f"{name}: a bar leads nowhere"
        for link in page.xpath("//main//a/@href"):
            url = urlsplit(urljoin(BASE + name.removesuffix("index.html"), link))
            target = unquote(url.path).lstrip("/") + ("index.html" if url.path.endswith("/") else "")
            if url.netloc == "example.org" and target.endswith(".html"):
                assert target in pages, f"{name}: {link}"
                assert not url.fragment or url.fragment in ids[target], f"{name}: {link}"
                followed += 1
    assert followed > 100
