"""Two clocks, places, sources, threads, corrections: what makes it a news archive, told as stories."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from .conftest import Story
from .test_following import report, table_difference
from .test_incremental import same_as_clean

PLACES = """
iraq: {name: Iraq, kind: country, lat: 33.0, lon: 44.0}
anbar: {name: Anbar, kind: province, within: iraq, aliases: [al-Anbar]}
ain-al-assad: {name: Ain al-Assad, kind: site, within: anbar, lat: 33.8, lon: 42.44, aliases: [Ain al-Asad]}
jordan: {name: Jordan, kind: country}
tower-22: {name: Tower 22, within: jordan, lat: 33.31, lon: 38.7}
"""
SOURCES = """
reuters: {name: Reuters, kind: wire, description: News agency., url: "https://www.reuters.com/"}
defence-ministry: {name: Defence ministry, kind: statement, aliases: [Ministry of Defence]}
"""


@pytest.fixture
def archive(story: Story) -> Story:
    """Two reports of one attack, and an older event that only one recalls."""
    story.write("content/places.yaml", PLACES)
    story.write("content/sources.yaml", SOURCES)
    story.article(
        "attack",
        "A drone was shot down.",
        date="2024-07-17",
        location="Ain al-Asad, Anbar, Iraq",
        tags=["Drones"],
        thread="Withdrawal",
        sources=["Reuters", {"name": "An officer", "attribution": "background", "reason": "may not speak"}],
        events=[
            {
                "name": "Two drones fired",
                "when": "2024-07-16",
                "place": "ain-al-assad",
                "sources": [1, 2],
                "id": "raid",
            },
            {"name": "Soldiers killed", "when": "2024-01~", "place": "Tower 22", "role": "background"},
        ],
    )
    story.article(
        "later",
        date="2024-07-20",
        location="Baghdad, Iraq",
        thread="withdrawal",
        sources=["Ministry of Defence"],
        events=[{"name": "The raid", "when": "2024-07-15", "place": "Anbar", "id": "raid", "role": "background"}],
    )
    story.built()
    return story


def texts(page: Any, path: str) -> list[str]:
    return [" ".join(one.text_content().split()) for one in page.xpath(path)]


def when_and_what(page: Any) -> list[tuple[str, str]]:
    events = page.xpath("//article[@class='event']")
    return [(texts(one, ".//*[@class='when']")[0], texts(one, ".//h3|.//h4")[0]) for one in events]


# --- events ---


def test_one_event_of_two_reports_is_told_once_and_what_they_disagree_about(archive: Story) -> None:
    page = archive.page("/timeline/events/")
    assert when_and_what(page) == [("about January 2024", "Soldiers killed"), ("16 July 2024", "Two drones fired")]
    differing = texts(page, "//*[@class='differing']//li")
    assert differing == ["16 July 2024, Ain al-Assad, Anbar, Iraq: Attack", "15 July 2024, Anbar, Iraq: Later"]
    own = archive.page("/events/raid/")
    assert texts(own, "//h1") == ["Two drones fired"]
    assert len(own.xpath("//ol[contains(@class, 'accounts')]/li")) == 2
    assert texts(own, "//*[@class='differing']//li") == differing
    assert "15 July 2024" in archive.page("/2024/07/17/attack/").xpath("string(//section[@class='told'])")
    assert "16 July 2024" in archive.page("/2024/07/20/later/").xpath("string(//section[@class='told'])")


def test_what_is_known_by_century_stands_below_its_century(archive: Story) -> None:
    times = {"Caesar": "-0043-03-15", "Mill": "1XXX", "Press": "18XX", "Radio": "19XX"}
    archive.article("old", events=[{"name": name, "when": when} for name, when in times.items()])
    archive.built()
    page = archive.page("/timeline/events/")
    above = {name: texts(page, f"//section[.//article[contains(., '{name}')]]/h2") for name in times}
    assert above == {
        "Caesar": ["Before the year 1, or at no known time"],
        "Mill": ["the 2nd millennium"],
        "Press": ["the 19th century"],
        "Radio": ["the 20th century"],
    }


def test_reports_that_only_say_less_do_not_disagree(archive: Story) -> None:
    archive.article(
        "later", date="2024-07-20", events=[{"name": "Raid", "when": "2024-07", "place": "Iraq", "id": "raid"}]
    )
    archive.built()
    assert not archive.page("/events/raid/").xpath("//*[@class='differing']")
    assert table_difference(archive) == set()
    same_as_clean(archive)


def test_a_place_that_is_known_for_events_alone_says_how_many(archive: Story) -> None:
    def count(address: str, name: str) -> list[str]:
        return texts(archive.page(address), f"//main//li[a[.='{name}']]/*[@class='count']")

    assert count("/places/", "Tower 22") == count("/places/jordan/", "Tower 22") == ["1 event"]
    again = {"name": "Again", "when": "2024-02", "place": "Tower 22", "role": "background"}
    archive.article("again", date="2024-02-20", events=[again])
    archive.built()
    assert count("/places/", "Tower 22") == count("/places/jordan/", "Tower 22") == ["2 events"]
    same_as_clean(archive)


def test_every_page_of_what_an_event_belongs_to_carries_it(archive: Story) -> None:
    for address, names in {
        "/tags/drones/": ["Soldiers killed", "Two drones fired"],
        "/threads/withdrawal/": ["Soldiers killed", "Two drones fired"],
        "/places/ain-al-assad/": ["Two drones fired"],
        "/places/anbar/": ["Two drones fired"],
        "/places/iraq/": ["Two drones fired"],
        "/places/jordan/": ["Soldiers killed"],
        "/places/tower-22/": ["Soldiers killed"],
        "/sources/reuters/": ["Two drones fired"],
    }.items():
        assert [what for _, what in when_and_what(archive.page(address))] == names, address


def test_the_two_timelines_lead_to_each_other(archive: Story) -> None:
    for address, other in {
        "/timeline/": "/timeline/events/",
        "/timeline/events/": "/timeline/",
        "/timeline/2024/": "/timeline/events/2024/",
        "/timeline/events/2024/": "/timeline/2024/",
    }.items():
        assert archive.page(address).xpath("//nav[@class='clocks']//a[@href=$to]", to=other), address


def test_the_chart_has_a_bar_for_each_period_that_leads_to_it(story: Story) -> None:
    events = [{"name": f"Event {year}", "when": str(year)} for year in (2012, 2014, 2014, 2019)]
    story.article("a", events=events)
    story.built()
    page = story.page("/timeline/events/")
    bars = page.xpath("//figure[contains(@class, 'chart')]//*[name()='a']")
    labels = ["2012: 1 event", "2014: 2 events", "2019: 1 event"]
    assert [bar.get("aria-label") for bar in bars] == labels
    assert [bar.get("href") for bar in bars] == [f"/timeline/events/{year}/" for year in (2012, 2014, 2019)]


def test_events_are_cut_by_calendar_as_density_asks(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsgen.features.events.LONGEST_LIST", 5)
    monkeypatch.setattr("newsgen.features.events.MOST_BESIDE", 3)
    days = ["2014", "199X", "-0043", "2014-06", *(f"2014-06-{day:02}" for day in range(1, 8)), "2014-07-01", "2020~"]
    days += ["2014-06-07T10:00", "2014-06-07T09:00", *["2014-06-07"] * 6]
    story.article("a", tags=["Iraq"], events=[{"name": f"Event {n}", "when": when} for n, when in enumerate(days)])
    story.built()

    def whens(address: str) -> list[str]:
        return [when for when, _ in when_and_what(story.page(address))]

    assert whens("/timeline/events/") == ["44 BC", "the 1990s"]  # which no bar of a year leads to
    assert whens("/timeline/events/1990s/") == ["the 1990s"]
    assert whens("/timeline/events/2014/") == ["2014"]
    assert whens("/timeline/events/2014/06/") == ["June 2014"]
    assert whens("/timeline/events/2014/06/01/") == ["1 June 2014"]
    assert whens("/timeline/events/2014/06/07/") == []
    assert len(whens("/timeline/events/2014/06/07/part-1/")) == 5
    assert whens("/timeline/events/2014/06/07/part-2/")[-1].startswith("7 June 2014, 10:00")
    assert whens("/timeline/events/2020/") == ["about 2020"]
    assert not (story.public / "timeline/events/2020/01").exists()
    assert (story.public / "tags/iraq/events/2014/06/index.html").exists()
    assert len(whens("/tags/iraq/")) == 3
    same_as_clean(story)


def test_a_source_that_an_event_names_and_the_article_has_not_is_a_fault(story: Story) -> None:
    story.write(
        "content/articles/a.md",
        "---\ntitle: A\ndate: 2024-07-17\nsources:\n  - Reuters\nevents:\n  - name: E\n    when: 2024\n"
        "    sources: [1, 3, Ruters]\n  - {name: F, when: 2024-02-30, sources: 2}\n---\nText.\n",
    )
    done = story.build()
    assert done.code == 1
    assert "content/articles/a.md:9:18: there is no source 3; this article has 1." in done.err
    assert "content/articles/a.md:9:21: no source of this article is called 'Ruters'. Did you mean Reuters?" in done.err
    assert "content/articles/a.md:10:42: there is no source 2; this article has 1." in done.err
    assert "content/articles/a.md:10:21:" in done.err


def test_one_more_report_of_an_event_that_many_recall_leaves_the_others_alone(story: Story) -> None:
    war = {"name": "War begins", "when": "2022-02-24", "id": "war", "role": "background"}
    for number in range(8):
        story.article(f"a-{number}", date=f"2024-01-0{number + 1}", tags=[f"Tag {number}"], events=[war])
    story.built()
    before = story.stats()
    story.article("new", date="2024-02-01", tags=["New"], events=[war])
    assert report(story).planned == "changes"
    touched = {path for path, stat in story.stats().items() if before.get(path) != stat}
    assert not any(path.startswith(("tags/tag-", "2024/01/0")) and "a-7" not in path for path in touched)
    assert {"events/war/index.html", "tags/new/index.html", "2024/02/01/new/index.html"} <= touched
    assert "timeline/events/index.html" not in touched
    same_as_clean(story)
    story.article("new", date="2024-02-01", tags=["New"], events=[war | {"when": "2022-02-23"}])
    report(story)
    assert all("Reports differ" in story.text(f"/2024/01/0{number + 1}/a-{number}/") for number in range(8))
    assert table_difference(story) == set()


# --- places ---


def test_places_contain_each_other(archive: Story) -> None:
    page = archive.page("/places/ain-al-assad/")
    assert texts(page, "//nav[@class='crumbs']//a") == ["Places", "Iraq", "Anbar"]
    assert texts(archive.page("/places/iraq/"), "//section[@class='inner']//a") == ["Anbar", "Baghdad"]
    assert [e.title for e in archive.feed("/places/iraq/atom.xml").entries] == ["Later", "Attack"]
    assert [e.title for e in archive.feed("/places/anbar/rss.xml").entries] == ["Attack"]
    article = archive.page("/2024/07/17/attack/")
    assert [one.get("href") for one in article.xpath("//*[@class='facts']/*[contains(@class, 'place')]//a")] == [
        "/places/ain-al-assad/",
        "/places/anbar/",
        "/places/iraq/",
    ]
    assert article.xpath("//*[name()='svg' and contains(@class, 'locator')]")


def test_a_place_by_any_of_its_names_is_one_place(archive: Story) -> None:
    for number, name in enumerate(["ain-al-assad", "Ain al-Asad", "AIN AL-ASSAD, Iraq", "Ain al-Assad, al-Anbar"]):
        archive.article(f"by-{number}", location=name)
    archive.built()
    page = archive.page("/places/ain-al-assad/")
    assert len(page.xpath("//ol[contains(@class, 'ledger')]/li")) == 5
    dateline = texts(page, "//ol[contains(@class, 'ledger')]//*[contains(@class, 'place')]")
    assert set(dateline) == {"Ain al-Assad, Anbar, Iraq"}


def test_a_name_elsewhere_is_another_place(archive: Story) -> None:
    archive.article("montana", location="Jordan, Montana, United States")
    archive.article("paris", location={"name": "Geneva", "country": "Switzerland", "lat": 46.2, "lon": 6.1})
    archive.built()
    assert "Montana" not in archive.text("/places/jordan/")
    montana = archive.page("/places/jordan-montana-united-states/")
    assert texts(montana, "//nav[@class='crumbs']//a") == ["Places", "United States", "Montana"]
    assert archive.page("/places/switzerland/").xpath(
        "//*[name()='svg']//*[name()='a'][@href='/places/geneva-switzerland/']"
    )
    assert table_difference(archive) == set()


def test_a_change_of_the_gazetteer_reaches_articles_that_are_not_read_again(archive: Story) -> None:
    before = archive.text("/2024/07/20/later/")
    archive.write(
        "content/places.yaml", PLACES + "baghdad: {name: Baghdad, kind: city, within: iraq, lat: 33.3, lon: 44.4}\n"
    )
    assert report(archive).read == 0
    assert archive.page("/places/baghdad/").xpath("//*[name()='svg']")
    assert before != archive.text("/2024/07/20/later/")
    assert not (archive.public / "places/baghdad-iraq").exists()
    same_as_clean(archive)


def test_the_map_of_the_world_and_the_list_say_the_same(archive: Story) -> None:
    page = archive.page("/places/")
    dots = {one.get("href") for one in page.xpath("//*[name()='svg']//*[name()='a']")}
    listed = {one.get("href") for one in page.xpath("//*[@class='gazetteer']//a")}
    assert dots == {"/places/ain-al-assad/", "/places/tower-22/"}
    assert dots < listed and "/places/anbar/" in listed


def test_half_a_coordinate_and_one_out_of_range_are_faults(story: Story) -> None:
    story.write("content/places.yaml", "a: {name: A, lat: 12}\nb: {name: B, lat: 91, lon: 0}\n")
    story.article("x", location={"name": "X", "lon": 5})
    done = story.build()
    assert done.code == 1
    assert "content/places.yaml:1:1: lat is given without lon" in done.err
    assert "content/places.yaml:2:19:" in done.err and "from -90 to 90" in done.err
    assert "content/articles/x.md:5:3: lon is given without lat" in done.err


# --- sources ---


def test_a_source_of_the_register_has_a_page_of_all_that_rests_on_it(archive: Story) -> None:
    page = archive.page("/sources/reuters/")
    assert texts(page, "//ol[contains(@class, 'ledger')]//h3") == ["Attack"]
    assert page.xpath("//a[@href='https://www.reuters.com/']")
    assert texts(archive.page("/sources/defence-ministry/"), "//ol[contains(@class, 'ledger')]//h2") == ["Later"]
    panel = archive.page("/2024/07/17/attack/").xpath("//section[@class='sources']")[0]
    assert "Why not named: may not speak" in " ".join(panel.text_content().split())
    assert panel.xpath(".//a[@href='/sources/reuters/']")
    assert panel.xpath("./ol/li[@id='ng:source-2']")


# --- threads and corrections ---


def test_a_running_story_reads_newest_first_and_from_the_beginning(archive: Story) -> None:
    page = archive.page("/threads/withdrawal/")
    assert texts(page, "//ol[contains(@class, 'ledger')]//h3") == ["Later", "Attack"]
    assert texts(page, "//section[@class='beside-places']//a")[0] == "Iraq"
    assert texts(page, "//section[@class='beside-sources']//a") == ["Defence ministry", "Reuters"]
    story = archive.page("/threads/withdrawal/from-the-beginning/")
    assert texts(story, "//ol[contains(@class, 'ledger')]//h2") == ["Attack", "Later"]
    assert len(archive.feed("/threads/withdrawal/rss.xml").entries) == 2
    assert archive.page("/2024/07/20/later/").xpath("//*[@class='thread']/a[@href='/threads/withdrawal/']")


def test_one_entry_makes_the_note_the_line_the_feed_and_the_date(archive: Story) -> None:
    archive.article(
        "attack",
        date="2024-07-17",
        location="Iraq",
        tags=["Drones"],
        thread="Withdrawal",
        sources=["Reuters"],
        corrections=[{"date": "2024-07-24", "text": "It was <Tuesday> & not Monday."}],
    )
    done = report(archive)
    assert done.planned == "changes"
    said = "It was <Tuesday> & not Monday."
    assert said in archive.page("/2024/07/17/attack/").xpath("string(//section[@class='corrections'])")
    assert said in archive.page("/corrections/").xpath("string(//main)")
    for name in ("rss.xml", "atom.xml"):
        (entry,) = archive.feed(f"/corrections/{name}").entries
        assert entry.title == "Correction: Attack"
        assert entry.link == "https://example.org/2024/07/17/attack/#ng:corrections"
    newest = archive.feed("/feed/atom.xml").entries[0]  # where a correction brings it back to
    assert newest.title == "Attack" and newest.updated.startswith("2024-07-24")
    assert table_difference(archive) == set()
    same_as_clean(archive)


def test_corrections_are_cut_by_year_when_they_are_many(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsgen.features.corrections.LONGEST_LIST", 4)
    for number in range(12):
        fixes = [{"date": f"202{number % 2 + 4}-0{1 + number % 9}-02", "text": f"Fix {number}."}]
        story.article(f"a-{number:02}", date="2023-01-01", corrections=fixes)
        report(story)
        assert table_difference(story) == set()
    assert len(story.page("/corrections/").xpath("//ol[contains(@class, 'amendments')]/li")) == 4
    assert len(story.page("/corrections/2024/2/").xpath("//ol[contains(@class, 'amendments')]/li")) == 2
    same_as_clean(story)


# --- what is gone ---

SECRET = "Quarkbeere"  # noqa: S105 - a word to look for


def traces(folder: Path, word: str, names: str = "*") -> list[str]:
    data = word.encode().lower()  # slugs of it are traces too
    return [one.name for one in folder.rglob(names) if one.is_file() and data in one.read_bytes().lower()]


@pytest.mark.parametrize(
    "fields", [{"withdrawn": {"date": "2024-08-01", "reason": "It named a child."}}, {"expires": "2024-08-01"}]
)
def test_what_is_withdrawn_or_expired_leaves_a_tombstone_and_nothing_else(
    archive: Story, fields: dict[str, Any]
) -> None:
    given: dict[str, Any] = {
        "title": f"{SECRET} title",
        "summary": f"{SECRET} summary.",
        "tags": [SECRET],
        "thread": f"{SECRET} thread",
        "location": f"{SECRET} town",
        "sources": [{"name": f"{SECRET} source"}],
        "events": [{"name": f"{SECRET} event", "when": "2024-07-01", "id": "raid"}],
        "corrections": [{"date": "2024-07-20", "text": f"{SECRET} correction."}],
        "aliases": ["/old/"],
    }
    archive.article("gone", f"{SECRET} body.", **given)
    archive.built()
    assert traces(archive.public, SECRET)
    archive.article("gone", f"{SECRET} body.", **given | fields)
    done = archive.built()
    assert "withheld: content/articles/gone.md" in done.err
    assert traces(archive.public, SECRET) == []
    assert traces(archive.root / ".newsgen", SECRET) == []
    page = archive.page("/2024/07/17/gone/")
    assert "17 July 2024" in page.text_content() and "1 August 2024" in page.text_content()
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert archive.text("/old/")
    assert "gone/" not in archive.text("/sitemaps/2024-07.xml")
    assert table_difference(archive) == set()
    same_as_clean(archive)


def test_an_article_expires_while_nobody_touches_it_and_comes_back_in_an_earlier_build(archive: Story) -> None:
    archive.article("gone", f"{SECRET} body.", expires="2024-12-24T08:00Z")
    archive.built("--now", "2024-12-01T00:00Z")
    assert SECRET in archive.text("/2024/07/17/gone/")
    archive.built("--now", "2024-12-24T08:00Z")
    assert traces(archive.public, SECRET) == traces(archive.root / ".newsgen", SECRET) == []
    archive.built("--now", "2024-12-25T08:00Z")
    assert table_difference(archive) == set()
    archive.built("--now", "2024-12-01T00:00Z")
    assert SECRET in archive.text("/2024/07/17/gone/")
    same_as_clean(archive, "--now", "2024-12-01T00:00Z")


def test_what_builds_of_other_folders_are_yet_to_follow_names_nothing_of_what_is_gone(story: Story) -> None:
    story.article("gone", tags=[SECRET], events=[{"name": SECRET, "when": "2024"}])
    story.article("other", tags=["Iraq"])
    story.built()
    story.built("--output", str(story.root / "second"))
    story.article("gone", withdrawn="2024-08-01")
    assert story.run("check", "--site", str(story.root)).code == 0
    story.built()
    assert traces(story.public, SECRET) == traces(story.root / ".newsgen", SECRET, "archive*") == []
    assert report(story).planned == "nothing"
    story.built("--output", str(story.root / "second"))
    assert traces(story.root / "second", SECRET) == traces(story.root / ".newsgen", SECRET) == []
    assert (story.root / "second/tags/iraq/index.html").exists()
    story.article("other", tags=["Iraq"], title="Another")
    assert report(story).planned == "changes"
    same_as_clean(story)


def test_warnings_that_quote_what_is_gone_go_with_it(archive: Story) -> None:
    body = f"[one](/{SECRET}/) [two](#{SECRET})"
    fields = {"tags": f"{SECRET}a {SECRET}b", f"{SECRET}key": "x", "expires": "2024-12-24T08:00Z"}
    archive.article("gone", body, **fields)
    assert archive.built("--now", "2024-12-01T00:00Z").err.count(SECRET) >= 4
    assert traces(archive.root / ".newsgen", SECRET)
    archive.built("--now", "2024-12-24T08:00Z")
    assert traces(archive.public, SECRET) == traces(archive.root / ".newsgen", SECRET) == []
    assert SECRET not in archive.built("--now", "2024-12-25T08:00Z").text
    archive.article("gone", body, **fields | {"expires": None, "withdrawn": "2024-12-02"})
    archive.built("--now", "2024-12-25T08:00Z")
    assert traces(archive.public, SECRET) == traces(archive.root / ".newsgen", SECRET) == []


def test_what_only_a_withdrawn_article_was_about_is_no_reason_to_keep_it(story: Story) -> None:
    given: dict[str, Any] = {"tags": [f"Tag {number}" for number in range(25)], "thread": "Story", "location": "Geneva"}
    story.article("gone", "Text.", **given)
    story.article("other")
    story.built()
    story.article("gone", "Text.", **given, withdrawn="2024-08-01")
    story.built()
    assert not (story.public / "tags/tag-3").exists()
    story.article("more", tags=[f"Tag {number}" for number in range(25)])
    story.built()
    story.remove("content/articles/more.md")  # nobody has withdrawn it
    assert "--allow-delete" in story.build().err


def test_a_link_to_a_tombstone_still_leads_there(archive: Story) -> None:
    archive.article("gone", "Text.", withdrawn="2024-08-01")
    archive.article("linking", "See [it](gone.md).")
    archive.built()
    assert archive.page("/2024/07/17/linking/").xpath("//a[@href='/2024/07/17/gone/']")


# --- what is the same, and what is not ---


def test_events_of_names_that_others_would_be_numbered_to_stay_apart(story: Story) -> None:
    events = [{"name": name, "when": "2024"} for name in ("Raid 2", "Raid", "Raid", "raid 2")]
    story.article("alpha", events=events)
    story.built()
    assert len(when_and_what(story.page("/timeline/events/"))) == 4
    anchors = story.page("/2024/07/17/alpha/").xpath("//*[starts-with(@id, 'ng:event-')]/@id")
    assert sorted(anchors) == ["ng:event-raid", "ng:event-raid-2", "ng:event-raid-2-2", "ng:event-raid-3"]


def test_a_place_in_very_many_others_is_one_in_twenty(story: Story) -> None:
    story.article("alpha", location=",".join(f"p{number}" for number in range(3_000)), places=["x, " * 5_000])
    story.built()
    assert (story.public / "places/p19/index.html").exists()
    assert not (story.public / "places/p20").exists()


def test_places_whose_keys_would_be_cut_alike_do_not_lie_in_themselves(story: Story) -> None:
    story.article("alpha", location=f"{'L' * 300}, {'L' * 300}, Iraq")
    story.built()
    assert len(story.page(f"/places/{'l' * 200}/").xpath("//nav[@class='breadcrumbs']//a")) <= 3
    key = "k" * 300
    story.write("content/places.yaml", f"{key}: K\ninner: {{name: Inner, within: {key}}}\n")
    story.built()


def test_each_wrong_within_is_told_once(story: Story) -> None:
    story.article("alpha")
    register = "a: {name: A, within: b}\nb: {name: B, within: a}\nc: {name: C, within: a}\n"
    story.write("content/places.yaml", register + "d: {name: D, within: nowhere}\ne: {name: E, within: d}\n")
    told = [line for line in story.build().err.splitlines() if "places.yaml" in line]
    assert told == [
        "content/places.yaml:1:1: 'a' lies within itself. Correct its within:.",
        "content/places.yaml:2:1: 'b' lies within itself. Correct its within:.",
        "content/places.yaml:3:1: 'c' lies within 'a', which lies within itself. Correct its within:.",
        "content/places.yaml:4:1: 'nowhere' is no key of this file. Correct its within:.",
    ]


def test_a_register_may_hold_thousands_of_places(story: Story) -> None:
    entry = "p{0}: {{name: Place {0}, kind: site, within: w, lat: 33.1, lon: 44.2, aliases: [A{0}]}}\n"
    story.write("content/places.yaml", "w: World\n" + "".join(entry.format(number) for number in range(3_000)))
    story.article("alpha", location="A2999")
    story.built()
    assert (story.public / "places/p2999/index.html").exists()


def test_one_article_may_be_corrected_more_often_than_a_page_lists(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsgen.features.corrections.LONGEST_LIST", 3)
    story.article("alpha", corrections=[{"date": "2023-01-01", "text": "One."}, {"date": "2022-01-01", "text": "Two."}])
    story.built()
    story.article("beta", corrections=[{"date": "2024-08-01", "text": f"Number {one}."} for one in range(120)])
    assert report(story).planned == "changes"
    assert (story.public / "corrections/2022/index.html").exists()
    assert table_difference(story) == set()
    same_as_clean(story)


# --- what a machine proposes ---


def test_what_is_proposed_is_nowhere(archive: Story) -> None:
    archive.article(
        "attack",
        "It is said.[^source:2]",
        date="2024-07-17",
        location={"name": SECRET, "proposed": True},
        places=[{"name": SECRET, "proposed": True}, "Anbar"],
        sources=[{"name": SECRET, "proposed": True}, "Reuters"],
        events=[
            {"name": SECRET, "when": "2024-01-01", "proposed": True},
            {"name": "Known", "when": "2024-01-02", "sources": [1, 2]},
        ],
    )
    archive.built()
    assert traces(archive.public, SECRET) == []
    page = archive.page("/2024/07/17/attack/")
    assert page.xpath("//section[@class='sources']/ol/li/@id") == ["ng:source-2"]
    assert texts(page, "//section[@class='told']//p[@class='more']") == ["Rests on Reuters"]
    same_as_clean(archive)


# --- any edits ---


def test_any_edits_of_what_happened_give_what_a_clean_build_gives(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, number in (
        ("events", "LONGEST_LIST", 4),
        ("events", "MOST_BESIDE", 3),
        ("listings", "NEWEST", 3),
        ("listings", "LONGEST_LIST", 5),
        ("corrections", "LONGEST_LIST", 3),
    ):
        monkeypatch.setattr(f"newsgen.features.{module}.{name}", number)
    rng = random.Random(20240717)  # noqa: S311 - edits, not secrets
    whens = [
        "2014",
        "2024-07",
        "2024-07-16",
        "2024-07-16T10:00Z",
        "2024-01/2024-03",
        "199X",
        "2024-02-01~",
        "-0043",
        "../2024",
    ]
    places = ["ain-al-assad", "Anbar", "Tower 22", "Geneva, Switzerland", "Jordan, Montana", None]
    story.write("content/places.yaml", PLACES)

    def events() -> list[dict[str, Any]]:
        return [
            {
                "name": rng.choice(["Raid", "War", "Talks"]),
                "when": rng.choice(whens),
                "place": rng.choice(places),
                "id": rng.choice([None, "raid", "war"]),
                "role": rng.choice(["main", "background", None]),
                "sources": rng.choice([None, [1], ["Reuters"]]),
            }
            for _ in range(rng.randrange(4))
        ]

    followed = 0
    for step in range(16):
        for _ in range(rng.randrange(1, 4)):
            name = f"a-{rng.randrange(8)}"
            what = rng.random()
            if what < 0.15:
                (story.root / f"content/articles/{name}.md").unlink(missing_ok=True)
            elif what < 0.22:
                registers = [PLACES, "{}", PLACES + "geneva: {name: Geneva, within: jordan}\n"]
                story.write("content/places.yaml", rng.choice(registers))
            elif what < 0.29:
                story.write("content/sources.yaml", rng.choice([SOURCES, "{}"]))
            else:
                story.article(
                    name,
                    date=rng.choice(["2024-07-17", "2023-01-01", "2024-07-18T10:00Z"]),
                    title=rng.choice(["One", "Two"]),
                    tags=rng.choice([[], ["Iraq"], ["Iraq", "Drones"]]),
                    thread=rng.choice([None, "Withdrawal", "War"]),
                    location=rng.choice(places),
                    sources=["Reuters", "Ministry of Defence"],
                    events=events(),
                    withdrawn=rng.choice([None] * 9 + ["2024-08-01"]),
                    corrections=rng.choice([None, [{"date": f"202{rng.randrange(3, 6)}-01-01", "text": "Fixed."}]]),
                )
        done = report(story, allow_delete=True)
        followed += done.planned == "changes"
        difference = table_difference(story)
        assert difference == set(), (step, sorted(difference)[:5])
    same_as_clean(story)
    assert followed > 3  # or it was no test of following


def test_a_page_of_the_content_is_the_head_of_the_list_of_corrections(archive: Story) -> None:
    archive.article("attack", date="2024-07-17", corrections=[{"date": "2024-07-24", "text": "It was Tuesday."}])
    archive.built()
    head = "title: How we correct\nmenu: 1\naliases: [/policy/]\n"
    policy = f"---\n{head}---\nWith a note. See [this](../articles/later.md).\n"
    archive.write("content/pages/corrections.md", policy)
    archive.built()
    page = archive.page("/corrections/")
    assert texts(page, "//h1") == ["How we correct"]
    assert "With a note." in page.xpath("string(//main)") and "It was Tuesday." in page.xpath("string(//main)")
    assert page.xpath("//a[@href='/2024/07/20/later/']") and archive.text("/policy/")
    archive.article("later", date="2024-07-21")
    report(archive, allow_delete=True)
    assert archive.page("/corrections/").xpath("//a[@href='/2024/07/21/later/']")
    assert table_difference(archive) == set()
    archive.remove("content/pages/corrections.md")
    archive.built("--allow-delete")
    assert texts(archive.page("/corrections/"), "//h1") == ["Corrections"]
    assert table_difference(archive) == set()
    same_as_clean(archive)
