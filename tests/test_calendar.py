"""Ways through time: the front page and what leads it, calendars, the days of the year, and the archive in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgen.features.calendars import LEVELS, days_of_the_year, level, months_of
from newsgen.features.numbers import share
from newsgen.model import Period

from .conftest import Story
from .test_following import report, table_difference
from .test_incremental import changed, same_as_clean

CARDS = "//main//article[contains(@class, 'card')]//*[self::h2 or self::h3 or self::h4]/a"


def texts(page: Any, path: str) -> list[str]:
    """What the elements at a path say, blanks made single."""
    return [" ".join(one.text_content().split()) for one in page.xpath(path)]


def lead_of(story: Story) -> str:
    return " ".join(story.page("/").xpath("string(//div[@class='lead']//h2)").split())


# --- the front page ---


def test_what_is_featured_leads_until_its_date_and_the_build_knows_when(story: Story) -> None:
    story.article("old", date="2024-01-05", featured="2024-12-10T18:00Z")
    story.article("older", date="2024-01-04", featured="2024-12-20")
    story.article("new", date="2024-11-20")  # which is no news any more
    done = story.built()
    assert lead_of(story) == "Old"
    assert "Something is due at 2024-12-10T18:00:00Z" in done.out
    story.built("--now", "2024-12-10T17:59Z")
    assert lead_of(story) == "Old"
    for now, lead in (("2024-12-10T18:00Z", "Older"), ("2024-12-20T00:00Z", "New"), ("2024-12-01T12:00Z", "Old")):
        before = story.published()
        story.built("--now", now)
        assert lead_of(story) == lead
        assert changed(story, before) == {"index.html"}
        assert table_difference(story) == set()
    same_as_clean(story)


def test_a_build_at_another_moment_plans_only_what_the_moment_changes(story: Story) -> None:
    from datetime import UTC, datetime

    story.article("old", date="2024-01-05", featured="2024-12-10")
    story.article("new", date="2024-11-20")
    report(story)
    assert report(story, now=datetime(2024, 12, 9, 23, 59, tzinfo=UTC)).planned == "nothing"
    after = report(story, now=datetime(2024, 12, 10, tzinfo=UTC))
    assert (after.planned, after.rendered, after.written) == ("changes", 1, 1)


def test_what_leads_is_no_draft_and_nothing_withdrawn(story: Story) -> None:
    story.article("new", date="2024-11-30")
    for fields in ({"draft": True}, {"withdrawn": "2024-08-01"}, {"embargo": "2025-01-01"}, {"featured": "2024-11-01"}):
        story.article("old", date="2024-01-05", **({"featured": "2030-01-01"} | fields))
        story.built("--allow-delete")
        assert lead_of(story) == "New"
        assert table_difference(story) == set()


def test_the_lead_shows_its_first_image(story: Story) -> None:
    story.write("content/articles/a b.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    story.article("alpha", images=[{"src": "a b.svg", "alt": "Hills"}])
    story.built()
    assert story.page("/").xpath("//div[@class='lead']//img/@src") == ["/media/articles/a%20b.svg"]
    story.article("alpha", images=[{"src": "https://example.net/hills.png", "alt": "Hills"}])
    story.built()
    assert not story.page("/").xpath("//div[@class='lead']//img")
    assert table_difference(story) == set()


def test_sections_stand_in_their_order_and_nothing_is_told_twice(story: Story) -> None:
    story.site(home_sections=["Culture", "World", "Nowhere", "world"], home_articles=10)
    for number in range(30):
        section = ("World", "Culture", "Sports")[number % 3]
        story.article(f"report-{number:02}", date=f"2024-05-{1 + number:02}T08:00Z", section=section, location="Basra")
    done = story.built()
    assert done.err.count("no article is in the section 'Nowhere', which home_sections names") == 1
    page = story.page("/")
    assert texts(page, "//div[@class='sections']/section/h2") == ["Culture", "World"]
    assert [len(one.xpath(".//h3")) for one in page.xpath("//div[@class='sections']/section")] == [5, 5]
    told = page.xpath(CARDS + "/@href")
    assert len(told) == len(set(told)) == 10 + 2 * 5
    assert told[:4] == [f"/2024/05/{day}/report-{day - 1:02}/" for day in (30, 29, 28, 27)]
    assert texts(page, "//section[@class='newest']//time")[0].endswith(", 08:00")
    for number in (3, 30):
        story.article("another", date=f"2024-05-{number:02}T09:00Z", section="World")
        assert report(story).planned == "changes"
        assert table_difference(story) == set()
    same_as_clean(story)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5])
def test_a_front_page_of_few_articles_is_whole(story: Story, number: int) -> None:
    for one in range(number):
        story.article(f"report-{one}", date=f"2024-05-0{1 + one}", thread="War")
    story.built()
    page = story.page("/")
    assert len(page.xpath(CARDS)) == number
    assert len(page.xpath("//section[@class='running']//h3")) == min(number, 1)
    assert not page.xpath("//ol[not(li)] | //ul[not(li)] | //section[not(.//a)]")


def test_running_stories_stand_in_the_order_of_their_latest_reports(story: Story) -> None:
    story.article("a", date="2024-05-01", thread="War")
    story.article("b", date="2024-05-02", thread="Drought")
    story.article("c", date="2024-05-03", thread="War")
    story.built()
    assert texts(story.page("/"), "//section[@class='running']//h3") == ["War", "Drought"]
    story.article("d", date="2024-05-04", thread="Drought")
    story.built()
    assert texts(story.page("/"), "//section[@class='running']//h3") == ["Drought", "War"]
    assert table_difference(story) == set()


# --- an archive of some years ---


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Articles and events of several years, many of them on 17 July, and lists short enough to be full."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("newsgen.features.anniversaries.MOST_YEARS", 3)
        patched.setattr("newsgen.features.anniversaries.MOST_OF_A_YEAR", 2)
        patched.setattr("newsgen.features.listings.NEWEST", 5)
        story = Story(tmp_path_factory.mktemp("calendar") / "site").site()
        for year in range(2018, 2025):
            for number in range(3):
                fields: dict[str, Any] = {"tags": ["Iraq"], "location": ("Basra", "Mosul")[number % 2]}
                if number == 2:
                    fields["corrections"] = [{"date": f"{year}-08-01", "text": "A wrong day."}]
                story.article(f"of-{year}-{number}", date=f"{year}-07-17T0{number}:00Z", **fields)
        story.article("leap", date="2020-02-29")
        then = {"name": "A flood", "when": "2011-02-28"}
        vague = {"name": "A war", "when": "2014-07"}
        ancient = {"name": "Caesar is murdered", "when": "-0043-03-15"}
        story.article("events", date="2024-12-31", events=[then, vague, ancient], tags=["Iraq"], location="Basra")
        story.built()
        yield story


def test_each_day_of_the_year_with_anything_has_a_page(archive: Story) -> None:
    pages = {path for path in archive.published() if path.startswith("on-this-day/") and path.count("/") > 1}
    names = {"02-28", "02-29", "07-17", "12-31"}
    assert pages == {f"on-this-day/{name}/index.html" for name in names}
    links = archive.page("/on-this-day/").xpath("//div[contains(@class, 'of-days')]//a")
    assert {one.get("href") for one in links} == {f"/on-this-day/{name}/" for name in names}
    assert sorted(one.get("aria-label") for one in links) == ["17 July", "28 February", "29 February", "31 December"]
    assert len(archive.page("/on-this-day/").xpath("//div[contains(@class, 'of-days')]//li")) == 366


def test_a_day_of_the_year_leads_around_the_year(archive: Story) -> None:
    names = ["02-28", "02-29", "07-17", "12-31"]
    for one, other in pairwise([*names, names[0]]):
        assert archive.page(f"/on-this-day/{one}/").xpath("//a[@rel='next']/@href") == [f"/on-this-day/{other}/"]
        assert archive.page(f"/on-this-day/{other}/").xpath("//a[@rel='prev']/@href") == [f"/on-this-day/{one}/"]


def test_a_day_of_the_year_tells_of_each_year_and_never_grows_without_bound(archive: Story) -> None:
    page = archive.page("/on-this-day/07-17/")
    assert texts(page, "//h3") == ["2024", "2023", "2022", "Years before these"]
    assert len(page.xpath(CARDS)) == 3 * 2
    assert texts(page, "//p[@class='all']") == ["1 report more"] * 3
    assert page.xpath("//ul[@class='index']//a/@href") == [f"/timeline/{year}/07/17/" for year in range(2021, 2017, -1)]
    assert texts(archive.page("/on-this-day/02-28/"), "//h2") == ["Happened on this day"]
    assert "A flood" in archive.text("/on-this-day/02-28/")
    assert archive.page("/timeline/2020/02/29/").xpath("//a[@href='/on-this-day/02-29/']")


def test_the_calendar_of_a_year_counts_what_its_days_hold(archive: Story) -> None:
    for address in ("/timeline/2024/", "/timeline/2024/07/"):
        page = archive.page(address)
        days = page.xpath("//table[@class='month']//td/a[contains(@href, '/07/')]")
        assert [(one.get("href"), one.text_content()) for one in days] == [("/timeline/2024/07/17/", "17: 3 reports")]
        assert days[0].get("class") == f"d{LEVELS}"
        assert days[0].xpath("count(../preceding-sibling::td)") == date(2024, 7, 17).weekday()
    months = archive.page("/timeline/2024/").xpath("//table[@class='month']/caption")
    assert len(months) == 12
    assert [one.text_content() for one in months if one.xpath("a")] == ["July 2024 3 reports", "December 2024 1 report"]


def test_what_stands_beside_a_large_topic_is_what_its_articles_say(archive: Story) -> None:
    page = archive.page("/tags/iraq/")
    beside = dict(
        zip(
            texts(page, "//section[@class='beside-places']//a"),
            texts(page, "//*[@class='beside-places']//li/span"),
            strict=True,
        )
    )
    assert beside == {"Basra": "15 reports", "Mosul": "7 reports"}
    years = page.xpath("//nav[@class='years']//*[name()='svg']/a")
    assert [one.get("aria-label") for one in years] == [
        *(f"{year}: 3 reports" for year in range(2018, 2024)),
        "2024: 4 reports",
    ]
    for link in years:
        assert archive.page(link.get("href")).xpath("//h1")
    assert not archive.page("/places/basra/").xpath("//section[starts-with(@class, 'beside-')]")


def test_the_numbers_are_those_of_the_archive(archive: Story) -> None:
    page = archive.page("/about/archive/")
    extent = dict(zip(texts(page, "//dl[@class='extent']//dt"), texts(page, "//dl[@class='extent']//dd"), strict=True))
    assert extent == {"Reports": "23", "Events": "3", "Topics": "1", "Places": "2", "Corrections and notes": "7"}
    assert texts(page, "//p[@class='span']") == ["From 17 July 2018 to 31 December 2024"]
    rows = [texts(one, "th | td") for one in page.xpath("//table[@class='numbers']//tr")[1:]]
    assert rows[0] == ["2024", "4", "1", "25.0 %"]
    assert rows[4] == ["2020", "4", "1", "25.0 %"]
    assert rows[-1] == ["All years", "23", "7", "30.4 %"]
    assert texts(page, "//div[@class='ranks']//li") == ["Iraq 22 reports", "Basra 15 reports", "Mosul 7 reports"]


def test_an_article_more_touches_its_own_day_of_the_year_and_the_numbers(archive: Story) -> None:
    before = archive.published()
    archive.article("more", date="2023-03-05", events=[{"name": "Talks", "when": "2019-03-04"}])
    archive.built()
    days = {path for path in changed(archive, before) if path.startswith(("on-this-day", "about"))}
    of_days = {f"on-this-day/{name}/index.html" for name in ("02-29", "03-04", "03-05", "07-17")}
    assert days == {"about/archive/index.html", "on-this-day/index.html"} | of_days
    calendars = {path for path in changed(archive, before) if path.startswith("timeline/20")}
    assert len(calendars) <= 3 + 2 * 3  # its year, month and day, and those beside them
    assert table_difference(archive) == set()
    before = archive.published()
    archive.article("most", date="2023-03-05")
    archive.built()
    days = {path for path in changed(archive, before) if path.startswith(("on-this-day", "about"))}
    assert days == {"about/archive/index.html", "on-this-day/03-05/index.html"}
    for name in ("more", "most"):
        archive.remove(f"content/articles/{name}.md")
        archive.built()
        assert table_difference(archive) == set()
    same_as_clean(archive)


@pytest.mark.parametrize(("language", "colon", "two"), [("fr", "\xa0: ", "2 articles"), ("ar", ": ", "تقريران")])
def test_charts_and_calendars_speak_the_language_of_the_page(story: Story, language: str, colon: str, two: str) -> None:
    story.site(language=language)
    for name, day in (("alpha", "2023-01-02T01:00Z"), ("beta", "2023-01-02T02:00Z"), ("gamma", "2024-01-02")):
        story.article(name, date=day)
    story.built()
    labels = story.page("/about/archive/").xpath("//figure[@class='chart named']//a/@aria-label")
    assert labels[0] == f"2023{colon}{two}"
    days = story.page("/timeline/2023/").xpath("//table[@class='month']//a/*[@class='unseen']/text()")
    assert days == [f"{colon}{two}"]


# --- what stands above the numbers ---


def test_a_page_of_the_content_stands_above_the_numbers(story: Story) -> None:
    story.article("alpha")
    head = "title: How we count\nsummary: By hand.\n"
    file = story.write("content/pages/about/archive.md", f"---\n{head}---\nSee [alpha](../../articles/alpha.md).\n")
    story.built()
    page = story.page("/about/archive/")
    assert texts(page, "//h1") == ["How we count"]
    assert page.xpath("//div[contains(@class, 'policy')]//a/@href") == ["/2024/07/17/alpha/"]
    assert page.xpath("//table[@class='numbers']")
    story.article("alpha", slug="beta")
    assert report(story).planned == "changes"
    assert story.page("/about/archive/").xpath("//div[contains(@class, 'policy')]//a/@href") == ["/2024/07/17/beta/"]
    assert table_difference(story) == set()
    file.unlink()
    story.built("--allow-delete")
    assert texts(story.page("/about/archive/"), "//h1") == ["The archive in numbers"]
    same_as_clean(story)


def test_a_file_at_the_address_of_the_numbers_is_a_fault_that_names_both(story: Story) -> None:
    story.article("alpha")
    story.write("static/about/archive/index.html", "mine")
    done = story.build()
    assert done.code == 1
    assert "the address /about/archive/ is taken by the archive in numbers" in done.err


# --- properties ---


@given(st.integers(1000, 9999), st.integers(1, 12), st.data())
def test_a_month_has_each_of_its_days_under_its_own_weekday(year: int, month: int, data: st.DataObject) -> None:
    name = f"{year}-{month:02}"
    numbers = data.draw(st.dictionaries(st.integers(1, 28), st.integers(1, 1000), max_size=5))
    (found,) = months_of([Period(f"{name}-{day:02}", number) for day, number in numbers.items()], name)
    days = [(at, one) for week in found["weeks"] for at, one in enumerate(week) if one]
    assert [one["number"] for _, one in days] == list(range(1, len(days) + 1))
    assert all(date.fromisoformat(one["name"]).weekday() == at for at, one in days)
    assert Counter({one["number"]: one["count"] for _, one in days if one["count"]}) == Counter(numbers)
    assert found["count"] == sum(numbers.values())
    assert all(bool(one["level"]) == bool(one["count"]) and one["level"] <= LEVELS for _, one in days)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_the_step_of_a_number_is_none_for_nothing_alone_and_the_last_for_the_most(number: int, most: int) -> None:
    number = min(number, most)
    assert level(number, most) in range(bool(number), LEVELS + 1)
    assert level(most, most) == LEVELS
    assert level(number, most) <= level(min(number + 1, most), most)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_is_never_none_or_all_where_it_is_neither(part: int, whole: int) -> None:
    part = min(part, whole)
    said = share(part, whole)
    assert (said == "0.0") == (part == 0) and (said == "100.0") == (part == whole)
    assert abs(float(said) - 100 * part / whole) <= 0.1


def test_the_days_of_the_year_are_366() -> None:
    days = [one for _, month in days_of_the_year(["02-29"]) for one in month]
    assert len(days) == 366
    assert [name for name, _, known in days if known] == ["02-29"]


def test_an_archive_of_another_version_is_read_anew(story: Story, tmp_path: Path) -> None:
    import sqlite3

    story.article("alpha", featured="2030-01-01")
    story.article("beta", date="2024-08-01")
    story.built()
    with sqlite3.connect(story.root / ".newsgen/archive.sqlite") as database:
        database.execute("DROP INDEX documents_featured")
    story.built()
    assert lead_of(story) == "Alpha"
    same_as_clean(story)
