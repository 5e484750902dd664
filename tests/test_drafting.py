"""A reporter's raw text becomes a draft that an editor would take: what is found, what is left out, what is kept."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from datetime import UTC, date
from pathlib import Path
from typing import Any

import lxml.html
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from newsgen.document import Document
from newsgen.drafting import draft
from newsgen.drafting.attributions import find_attributions
from newsgen.drafting.datings import find_datings
from newsgen.drafting.proposals import Draft
from newsgen.drafting.prose import LONGEST_TITLE, shortened, take_apart
from newsgen.markup import Converter
from newsgen.moments import Edtf, read_moment
from tests.conftest import Story

PLACES = """
wessex: {name: Wessex, kind: country}
marlshire: {name: Marlshire, kind: province, within: wessex}
port-aldo: {name: Port Aldo, kind: site, within: marlshire, aliases: [Porto Aldo]}
aldo: {name: Aldo, kind: city, within: marlshire}
jordan: {name: Jordan, kind: country}
norland: {name: Norland, kind: country}
"""

REPORT = "\n".join(
    (
        "Two boats sank off a harbour in Wessex",
        "Two fishing boats sank in the harbour of Port Aldo in Marlshire on Monday night, coastguards in Wessex said.",
        "Speaking quietly because she is not authorised to talk to the press, a harbour officer stated that “two "
        "boats” sank at Port Aldo on Monday night. “One of them burned first,” she added.",
        "Monday’s fire was also confirmed by a senior police official in Aldo, who said that nobody was hurt.",
        "A harbour with a past",
        "In 2011 the harbour was rebuilt. A storm broke its wall in November, and a ferry ran aground at the end of "
        "February. The Port Authority said in a statement on Tuesday that an inquiry will begin on 2 May.",
        "",
    )
)


def entries() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(PLACES)
    return found


def drafted(text: str, day: str = "2024-04-16", title: str | None = None) -> Draft:
    return draft(text, read_moment(day, UTC), entries(), title)


def whens(sentence: str, day: str = "2024-07-17") -> list[str]:
    return [one.when for one in find_datings(sentence, date.fromisoformat(day))]


def test_a_report_becomes_a_draft_with_all_that_it_says() -> None:
    found = drafted(REPORT)
    assert found.title == "Two boats sank off a harbour in Wessex"
    assert found.body.splitlines()[6] == "## A harbour with a past"
    assert [one.key for one in found.places] == ["port-aldo", "marlshire", "wessex", "aldo"]
    assert found.location == found.places[0]
    assert [(one.name, one.kind, one.attribution, one.reason) for one in found.sources] == [
        ("Coastguards in Wessex", "person", "background", None),
        ("A harbour officer", "person", "background", "not authorised to talk to the press"),
        ("A senior police official in Aldo", "person", "background", None),
        ("The Port Authority", "statement", "on-record", None),
    ]
    told = [(one.when, one.as_written, one.place, one.sources, one.role) for one in found.events]
    assert told == [
        ("2024-04-15", "Monday night", "port-aldo", (1,), "main"),
        ("2024-04-15", "Monday night", "port-aldo", (2, 3), "main"),
        ("2011", "In 2011", None, (), "background"),
        ("2023-11", "in November", None, (), "background"),
        ("2024-02~", "at the end of February", None, (), "background"),
        ("2024-05-02", "2 May", None, (4,), "background"),
    ]
    assert [one.line for one in found.events] == [2, 3, 6, 6, 6, 6]
    assert found.events[1].name == "“two boats” sank at Port Aldo on Monday night"


@pytest.mark.parametrize(
    ("day", "sentence", "expected"),
    [
        # 2024-07-17 is a Wednesday
        ("2024-07-17", "It burned on Tuesday.", ["2024-07-16"]),
        ("2024-07-17", "It burned on Tuesday night.", ["2024-07-16"]),
        ("2024-07-17", "It burned on Wednesday.", ["2024-07-17"]),
        ("2024-07-17", "Wednesday morning was calm.", ["2024-07-17"]),
        ("2024-07-17", "It burned on Thursday.", ["2024-07-11"]),
        ("2024-07-17", "It burned last Wednesday.", ["2024-07-10"]),
        ("2024-07-17", "They will meet on Thursday.", ["2024-07-18"]),
        ("2024-07-17", "The visit is scheduled for Monday.", ["2024-07-22"]),
        ("2024-07-17", "They meet next Wednesday.", ["2024-07-24"]),
        ("2024-07-17", "They will meet on Wednesday.", ["2024-07-17"]),
        ("2024-07-17", "It burned on Friday last week.", ["2024-07-12"]),
        ("2024-07-17", "Tuesday’s fire was small.", ["2024-07-16"]),
        ("2024-07-17", "It burned late on Sunday evening.", ["2024-07-14"]),
        ("2024-01-01", "It burned on Sunday.", ["2023-12-31"]),
        ("2024-03-01", "It burned on Thursday.", ["2024-02-29"]),
        ("2024-07-15", "It burned on Friday, not on Sunday.", ["2024-07-12", "2024-07-14"]),
        ("2024-07-17", "It burned yesterday.", ["2024-07-16"]),
        ("2024-01-01", "It burned yesterday evening.", ["2023-12-31"]),
        ("2024-07-17", "It burned last night.", ["2024-07-16"]),
        ("2024-07-17", "It burned earlier today.", ["2024-07-17"]),
        ("2024-07-17", "They leave tomorrow.", ["2024-07-18"]),
        ("2024-07-17", "It burned two days ago.", ["2024-07-15"]),
        ("2024-03-01", "It burned one day ago.", ["2024-02-29"]),
        ("2024-07-17", "It burned two weeks ago.", ["2024-07-03~"]),
        ("2024-07-17", "It burned three months ago.", ["2024-04~"]),
        ("2024-07-17", "It burned ten years ago.", ["2014~"]),
        ("2024-07-17", "It burned about two days ago.", ["2024-07-15~"]),
        ("2024-07-17", "It burned last week.", ["2024-07-08/2024-07-14"]),
        ("2024-07-17", "It burned last month.", ["2024-06"]),
        ("2024-01-10", "It burned last month.", ["2023-12"]),
        ("2024-07-17", "It burned last year.", ["2023"]),
        ("2024-07-17", "It opens next year.", ["2025"]),
        ("2024-12-05", "It opens next month.", ["2025-01"]),
        ("2024-07-17", "It burned earlier this month.", ["2024-07"]),
        # months
        ("2024-07-17", "It burned in April.", ["2024-04"]),
        ("2024-07-17", "It burned in July.", ["2024-07"]),
        ("2024-07-01", "It burned in July.", ["2024-07"]),
        ("2024-07-31", "It burned in August.", ["2023-08"]),
        ("2024-07-17", "It will open in August.", ["2024-08"]),
        ("2024-01-03", "It burned in December.", ["2023-12"]),
        ("2024-01-03", "It burned in January.", ["2024-01"]),
        ("2024-12-30", "They will leave in January.", ["2025-01"]),
        ("2024-07-17", "It burned last July.", ["2023-07"]),
        ("2024-07-17", "It burned at the end of January.", ["2024-01~"]),
        ("2024-07-17", "At the beginning of March it burned.", ["2024-03~"]),
        ("2024-07-17", "It burned in early March.", ["2024-03~"]),
        ("2024-07-17", "It burned in mid-May.", ["2024-05~"]),
        ("2024-07-17", "It burned in late 2019.", ["2019~"]),
        ("2024-07-17", "It burned at the end of last year.", ["2023~"]),
        ("2024-07-17", "It burned in April 2019.", ["2019-04"]),
        ("2024-07-17", "The fire of March 2019 was worse.", ["2019-03"]),
        ("2024-07-17", "It will end by September 2025.", ["2025-09~"]),
        ("2024-07-17", "It has burned since October.", ["2023-10/.."]),
        ("2024-07-17", "It burned until 2017.", ["../2017"]),
        ("2024-07-17", "It burned in the summer of 2023.", ["2023-22"]),
        # days
        ("2024-07-17", "It burned on 16 July.", ["2024-07-16"]),
        ("2024-07-17", "It burned on July 17.", ["2024-07-17"]),
        ("2024-07-17", "It burned on the 5th of May.", ["2024-05-05"]),
        ("2024-07-17", "It burned on July 16, 2023.", ["2023-07-16"]),
        ("2024-07-17", "It burned on Sunday, 16 July 2023, at noon.", ["2023-07-16"]),
        ("2024-07-17", "It burned on Sept. 5.", ["2023-09-05"]),
        ("2024-01-02", "It burned on 31 December.", ["2023-12-31"]),
        ("2024-12-30", "They will leave on 2 January.", ["2025-01-02"]),
        ("2025-03-01", "It burned on 29 February.", ["2024-02-29"]),
        ("2024-07-17", "It burned on 2024-02-29.", ["2024-02-29"]),
        ("2024-07-17", "It burned from 3 to 5 March.", ["2024-03-03/2024-03-05"]),
        ("2024-07-17", "It burned on March 3-5, 2023.", ["2023-03-03/2023-03-05"]),
        # years
        ("2024-07-17", "It burned in 2014.", ["2014"]),
        ("2024-07-17", "It was open between 2014 and 2017.", ["2014/2017"]),
        ("2024-07-17", "It burned in the 1990s.", ["199X"]),
        ("2024-07-17", "The great fire of 1666 began there.", ["1666"]),
        # what is no date
        ("2024-07-17", "It burned for ten years, more than ten years after the war.", []),
        ("2024-07-17", "It happened exactly a week before the visit.", []),
        ("2024-07-17", "He is 34 years old and may march for a second day.", []),
        ("2024-07-17", "May he rest. In May’s view it was wrong.", []),
        ("2024-07-17", "March on, said Mr April.", []),
        ("2024-07-17", "More than two years ago it burned.", []),
        ("2024-07-17", "About 2,014 people and 1999 goats live there.", []),
        ("2024-07-17", "The number rose by 2000 troops, a fleet of 1500 boats.", []),
        ("2024-07-17", "It burned on 31 June and on 30 February 2024.", []),
        ("2024-07-17", "The Sunday Times wrote of Black Friday, of every Monday and of the previous Thursday.", []),
        ("2024-07-17", "Today’s Norland is rich.", []),
        ("2024-07-17", "It is open from Monday to Friday, Saturday–Sunday.", []),
        ("2024-07-17", "It burned in 20145, at A2014, in 2014%.", []),
    ],
)
def test_words_for_a_time_become_edtf_no_more_precise_than_they_are(
    day: str, sentence: str, expected: list[str]
) -> None:
    assert whens(sentence, day) == expected


@given(
    st.dates(date(1950, 1, 1), date(2090, 12, 31)),
    st.lists(
        st.sampled_from(
            "in on since until by the end of early late last next this Monday Tuesday’s night May March February 29 30 "
            "31 1999 2024 2024-02-29 two days weeks months years ago yesterday today tomorrow will 1990s to and from , "
            ". 5th between summer week month year".split()
        ),
        max_size=14,
    ),
)
def test_whatever_the_words_are_the_time_is_edtf_that_an_article_may_hold(day: date, words: list[str]) -> None:
    for one in find_datings(" ".join(words), day):
        document = Document("a", f"when: {one.when}\n")
        node = document.compose()
        assert node is not None and Edtf().read(node.value[0][1], document) == one.when, one


@pytest.mark.parametrize("weekday", range(7))
def test_a_weekday_is_never_more_than_six_days_from_publication(weekday: int) -> None:
    name = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()[weekday]
    for number in range(1, 15):
        day = date(2024, 12, 20 + number) if number < 12 else date(2025, 1, number)
        (past,) = find_datings(f"It burned on {name}.", day)
        (future,) = find_datings(f"They will leave on {name}.", day)
        assert past.day and future.day and past.day.weekday() == future.day.weekday() == weekday
        assert 0 <= (day - past.day).days <= 6 and 0 <= (future.day - day).days <= 6


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("A police officer said the pier burned.", [("A police officer", "person", "", None)]),
        (
            "Two officials told Reuters it burned.",
            [("Two officials", "person", "", None), ("Reuters", "wire", "on", None)],
        ),
        ("According to two security sources, it burned.", [("Two security sources", "person", "", None)]),
        ("According to reports, it burned.", [("Reports", "media", "", None)]),
        ("According to local media it burned.", [("Local media", "media", "", None)]),
        ("It burned, according to the Ministry of Defence.", [("The Ministry of Defence", "statement", "on", None)]),
        ("“It fell,” said a shopkeeper in Aldo.", [("A shopkeeper in Aldo", "person", "", None)]),
        ("Prime Minister Ada al-Brook said it burned.", [("Prime Minister Ada al-Brook", "person", "on", None)]),
        ("Ada Brook, the harbour’s engineer, said it burned.", [("Ada Brook", "person", "on", None)]),
        ("The ministry said in a statement that it burned.", [("The ministry", "statement", "on", None)]),
        ("Reuters reported that it burned.", [("Reuters", "wire", "on", None)]),
        ("A council report said it burned.", [("A council report", "document", "on", None)]),
        ("The Aldo Times reported that it burned.", [("The Aldo Times", "media", "on", None)]),
        (
            "A diplomat, speaking on condition of anonymity because talks go on, said it burned.",
            [("A diplomat", "person", "", "on condition of anonymity because talks go on")],
        ),
        (
            "An engineer who was not allowed to speak to the press said it burned.",
            [("An engineer", "person", "", "not allowed to speak to the press")],
        ),
        (
            "A clerk spoke. An aide, who asked not to be named, said no.",
            [("An aide", "person", "", "asked not to be named")],
        ),
        ("In Aldo officials said nothing burned.", [("Aldo officials", "person", "", None)]),
        (
            "A spokesman for the Aldo Agency told a meeting that no.",
            [("A spokesman for the Aldo Agency", "person", "on", None)],
        ),
        (
            "It burned, two aides familiar with the plan said.",
            [("Two aides familiar with the plan", "person", "", None)],
        ),
        ("According to a council report, it burned.", [("A council report", "document", "on", None)]),
        ("Coastguards in Wessex said it burned.", [("Coastguards in Wessex", "person", "", None)]),
        ("The finance minister, Karl Holm, told state television that no.", [("Karl Holm", "person", "on", None)]),
        ("An aide to Holm said no.", [("An aide to Holm", "person", "", None)]),
        (
            "According to figures from the statistics office, it rose.",
            [("Figures from the statistics office", "dataset", "", None)],
        ),
        ("The port authority said in a statement it burned.", [("The port authority", "statement", "on", None)]),
        ("No one was hurt, according to the coast guard.", [("The coast guard", "statement", "on", None)]),
        (
            "Two crew members, who asked not to be named because they feared for their jobs, said it burned.",
            [("Two crew members", "person", "", "asked not to be named because they feared for their jobs")],
        ),
        ("He added that it burned.", [("", None, "", None)]),
        ("No injuries were reported.", []),
        ("According to plan, it closed.", []),
        ("It is said that it burned. That said, who told them?", []),
        ("Tuesday said more than Monday.", []),
        ("The fire in Aldo reported on Tuesday was small.", []),
    ],
)
def test_attributions_are_found_and_nothing_else_is(sentence: str, expected: list[tuple[Any, ...]]) -> None:
    found = [(one.name, one.kind, "on" if one.named else "", one.reason) for one in find_attributions(sentence)]
    assert found == expected


def test_a_pronoun_a_repeated_noun_and_a_surname_are_nobody_new() -> None:
    text = (
        "A pilot said it burned on Monday. He added that it sank on Sunday.\n"
        "Ada Brook, the mayor, said so. Brook said it was old. The pilot said no more."
    )
    found = drafted(text)
    assert [one.name for one in found.sources] == ["A pilot", "Ada Brook"]
    assert [one.sources for one in found.events] == [(1,), (1,)]


def test_a_reason_in_a_sentence_of_its_own_is_that_of_the_last_speaker() -> None:
    found = drafted("An aide said it burned. She spoke on condition of anonymity.\nOne more paragraph stands here.")
    assert [one.reason for one in found.sources] == ["on condition of anonymity"]


def test_what_somebody_said_on_a_day_is_dated_by_what_they_told() -> None:
    (told,) = drafted("Police said on Tuesday that a boat burned in Aldo on Monday.").events
    assert (told.name, told.when, told.place) == ("A boat burned in Aldo on Monday", "2024-04-15", "aldo")
    (said,) = drafted("On Tuesday, harbour sources said that a boat had burned.").events
    assert (said.name, said.when) == ("Harbour sources said that a boat had burned", "2024-04-16")


@pytest.mark.parametrize(
    "sentence",
    [
        "“The fire was out within an hour,” said Ada Brook, a spokeswoman for the operator, on Tuesday.",
        "“We had no choice,” Ada Brook, then mayor, told the local paper in April 2001.",
        "Geologists had warned of it since the 1980s.",
    ],
)
def test_an_event_is_never_named_by_what_is_left_of_a_sentence(sentence: str) -> None:
    (event,) = drafted(sentence).events
    assert sentence.startswith(event.name.removesuffix("…").strip())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wessexian ships left Wessex’s ports.", ["wessex"]),
        ("Ships left PORT ALDO and Porto Aldo.", ["port-aldo"]),
        ("Ships left port aldo, and wessex.", []),
        ("Aldo is beside Port Aldo.", ["aldo", "port-aldo"]),
        ("The Aldo-based crew saw Jordan, not Jordania.", ["aldo", "jordan"]),
        ("A ship reached Port\nAldo.", ["port-aldo"]),
        ("Norland’s fleet left.\n\nIt fired on Port Aldo, Marlshire on Monday.", ["port-aldo", "marlshire", "norland"]),
    ],
)
def test_places_are_whole_words_of_the_register_and_the_longest_name_wins(text: str, expected: list[str]) -> None:
    wrapped = "The first line of this text is as long as a line can be in a text that\nis broken at its width. " + text
    assert [one.key for one in drafted(wrapped).places] == expected


def test_a_dateline_is_no_news_and_a_list_is_none_either() -> None:
    found = drafted(
        "JORDAN, April 16 (Wire) — A boat burned in Aldo on Monday, a pilot said.\n\n- Open on Monday\n\n"
        "“It sank in Norland in 2014,” he said."
    )
    told = [(one.name, one.when, one.place, one.sources) for one in found.events]
    assert told == [
        ("A boat burned in Aldo on Monday", "2024-04-15", "aldo", (1,)),
        ("It sank in Norland in 2014", "2014", "norland", ()),
    ]
    assert found.location and found.location.key == "aldo"


def test_of_two_times_in_one_clause_the_more_precise_counts() -> None:
    (event,) = drafted("A wall that was built between 1998 and 2003 broke on Monday.").events
    assert (event.when, event.as_written) == ("2024-04-15", "Monday")


def test_an_event_between_two_places_names_neither() -> None:
    (event,) = drafted("On Monday ships sailed from Norland to Jordan.").events
    assert event.place is None


LONG = (
    "The harbour master of the old town closed both gates of the lock after a survey that had found cracks in the wall"
)


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("Gates closed\nThe gates are closed.\n", "Gates closed", ["The gates are closed."]),
        ("Are the gates closed?\n\nThey are.", "Are the gates closed?", ["They are."]),
        ("The gates are closed.\nThey are old.", "The gates are closed", ["The gates are closed.", "They are old."]),
        ("Gates closed", "Gates closed", ["Gates closed"]),
        (
            "On Monday the gates closed. They are old.",
            "The gates closed",
            ["On Monday the gates closed. They are old."],
        ),
        (
            f"{LONG}. It is old.",
            "The harbour master of the old town closed both gates of the lock after a survey",
            None,
        ),
        ("A\n\nOne.\nNear the sea\nTwo.\nThe end", "A", ["One.", "## Near the sea", "Two.", "The end"]),
        ("A\n\nOne.\n\nAlpha\n\nBeta\n\nTwo.", "A", ["One.", "Alpha", "Beta", "Two."]),
        ("\ufeff\n\n  A  \n\tOne.\tTwo.\n\n\n", "A", ["One. Two."]),
        ("اخبار\nجملة واحدة.", "اخبار", ["جملة واحدة."]),
    ],
)
def test_title_subheads_and_paragraphs(text: str, title: str, body: list[str] | None) -> None:
    found = drafted(text)
    assert found.title == title
    assert body is None or found.body.split("\n\n") == body


def test_lines_that_are_broken_at_a_width_are_one_paragraph() -> None:
    text = """\
Harbour wall to be mended

The harbour wall of Port Aldo will be mended next year, the council said on
Monday. It broke in a storm in November, when waves of six metres were seen
there.
The ferry will not run until then.

How it broke

Nobody was hurt. A ferry that had left Norland in the morning turned round, and
its passengers were brought to Aldo by bus.
"""
    found = drafted(text)
    paragraphs = found.body.split("\n\n")
    assert found.title == "Harbour wall to be mended" and paragraphs[2] == "## How it broke"
    assert paragraphs[0].endswith("six metres were seen there.") and paragraphs[1].startswith("The ferry")
    assert [one.line for one in found.places] == [3, 10, 11]
    assert drafted(text.replace("\n", "\r\n").replace("\r\n", "\n")) == found


def test_a_title_of_ones_own_leaves_the_line_above_the_text_in_it() -> None:
    assert drafted("Gates closed\nThe gates are closed.", title="Lock shut").body.split("\n\n")[0] == "Gates closed"
    assert drafted("Gates closed\nThe gates are closed.", title="Gates closed").body == "The gates are closed."


def rendered(markdown: str, engine: str) -> list[tuple[str, str]]:
    body = Converter(engine=engine).convert("content/articles/a.md", markdown, 1)
    assert not body.faults, body.faults
    tree = lxml.html.fragment_fromstring(f"<div>{body.html}</div>")
    return [(str(one.tag), " ".join(one.text_content().split())) for one in tree]


TRAPS = [
    *"* _ ** __ ` `` ``` ~~~ ~~ # ## > < <b> <!-- --> & &amp; &copy; &#35; [ ] [a](b) [^1] [^1]:".split(),
    *"[TOC] ![x](y) { {: #a } | |".split(),
    *"- + -- --- *** ___ === 1. 1) 12. : :: \\ \\* \\\\ http://example.org/_a_".split(),
    *"<http://example.org> a_b snake_case_ *[HTML]: x".split(),
    *"{{ x }} {% x %} word Word “so” it’s 5*6 C# a.b é ا 中".split(),
]


@pytest.mark.parametrize("engine", ["python-markdown", "commonmark"])
@given(st.lists(st.lists(st.sampled_from(TRAPS), min_size=1, max_size=6).map(" ".join), min_size=1, max_size=5))
def test_what_was_written_is_what_is_shown(engine: str, lines: list[str]) -> None:
    prose = take_apart("\n\n".join(lines), titled=False)
    found = drafted("\n\n".join(lines), title="\u2603")
    shown = [("h2" if one.subhead else "p", one.text) for one in prose.blocks]
    assert rendered(found.body, engine) == shown


@pytest.mark.parametrize("engine", ["python-markdown", "commonmark"])
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cn", "Co", "Cs")), min_size=1, max_size=60)
)
def test_any_line_is_shown_as_it_was_written(engine: str, text: str) -> None:
    prose = take_apart(text, titled=False)
    if prose.blocks:
        assert rendered(drafted(text, title="\u2603").body, engine) == [("p", one.text) for one in prose.blocks]


@given(st.text(max_size=400))
def test_no_text_is_too_strange_and_names_are_short(text: str) -> None:
    found = drafted(text)
    assert all(len(one.name) <= 102 for one in found.events) and len(found.title) <= LONGEST_TITLE
    assert len(shortened(text)) <= 102


def made(story: Story, text: str | bytes, *arguments: str) -> tuple[str, dict[str, Any]]:
    """The file that the command writes: its text, and its head as any program reads it."""
    raw = story.write("raw.txt", text)
    before = set(story.root.rglob("*.md"))
    done = story.run("new", "--from", str(raw), "--site", str(story.root), "--date", "2024-04-16", *arguments)
    assert done.code == 0, done.text
    (path,) = set(story.root.rglob("*.md")) - before
    written = path.read_text(encoding="utf-8")
    assert str(path) == done.out.splitlines()[0]
    return written, yaml.load(written.split("---\n")[1], yaml.BaseLoader)  # noqa: S506 - texts only


def test_the_command_writes_a_draft_of_proposals_that_builds(story: Story) -> None:
    story.site().write("content/places.yaml", PLACES)
    written, head = made(story, REPORT)
    assert list(head) == ["title", "id", "date", "draft", "location", "places", "sources", "events"]
    assert head["draft"] == "true" and head["location"] == {"name": "port-aldo", "proposed": "true"}
    assert all(one["proposed"] == "true" for key in ("places", "sources", "events") for one in head[key])
    named = [one["name"] for one in head["sources"]]
    assert head["events"][1]["sources"] == named[1:3] and head["events"][1]["status"] == "reported"
    assert "# source 2; line 3: a harbour officer stated that" in written
    strict = story.run("build", "--drafts", "--strict", "--site", str(story.root))
    assert strict.code == 0, strict.text
    page = (story.public / "2024/04/16/two-boats-sank-off-a-harbour-in-wessex/index.html").read_text(encoding="utf-8")
    assert "One of them burned first" in page
    assert "1 withheld (1 draft)" in story.built("--allow-delete").out


def test_the_command_says_what_it_found_and_what_to_do(story: Story) -> None:
    story.site().write("content/places.yaml", PLACES)
    raw = str(story.write("raw.txt", REPORT))
    done = story.run("new", "--from", raw, "--site", str(story.root), "--date", "2024-04-16")
    assert "Places: port-aldo (location), marlshire, wessex, aldo" in done.out
    assert "2. A harbour officer (not authorised to talk to the press)" in done.out
    assert "2024-02~  A ferry ran aground at the end of February" in done.out
    assert "Remove `proposed: true` from what is right, delete the rest, then remove `draft: true`." in done.out
    again = story.run("new", "--from", raw, "--site", str(story.root), "--date", "2024-04-16")
    assert again.code == 1 and "exists already" in again.err


def test_without_a_register_no_place_is_proposed_and_that_is_said(story: Story) -> None:
    raw = str(story.site().write("raw.txt", REPORT))
    done = story.run("new", "--from", raw, "--site", str(story.root), "--date", "2024-04-16")
    assert done.code == 0 and "Places: none, because there is no content/places.yaml" in done.out


def test_options_go_before_what_was_found(story: Story) -> None:
    story.site().write("content/places.yaml", PLACES)
    _, head = made(story, REPORT, "Boats lost", "--location", "aldo", "--tag", "boats")
    assert (head["title"], head["location"], head["tags"]) == ("Boats lost", "aldo", ["boats"])
    assert [one["name"] for one in head["places"]] == ["port-aldo", "marlshire", "wessex"]


def test_hostile_words_stay_words_of_the_head(story: Story) -> None:
    story.site().write("content/places.yaml", "'a: b # c': {name: 'Odd: Place'}\n")
    text = (
        "A: b\u2028---\n\nA #pilot: 'x' official in Odd: Place said on Monday that {{ it }} !!python/object burned.\n"
    )
    written, head = made(story, text + "---\ndraft: false\n---\n")
    assert head["draft"] == "true" and written.count("\n---\n") == 1
    assert head["location"]["name"] == "a-b-c"
    assert story.run("build", "--drafts", "--site", str(story.root)).code == 0


def test_text_comes_from_standard_input_too(story: Story) -> None:
    story.site()
    done = subprocess.run(
        [sys.executable, "-m", "newsgen", "new", "--from", "-", "--date", "2024-04-16", "--site", str(story.root)],
        input=REPORT.replace("\n", "\r\n").encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "harbour with a past" in Path(done.stdout.decode().splitlines()[0]).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "raw.txt:1:1: the file holds no text"),
        (b"\xef\xbb\xbf \r\n\t\n", "raw.txt:1:1: the file holds no text"),
        (b"One.\nTw\xe9.\n", "raw.txt:2:3: the byte 0xe9 is not UTF-8"),
        (b"One.\x00", "the file holds a NUL character"),
        (b"--- ***\n", "makes no file name"),
        (b"a" * (1024 * 1024 + 1), "is larger than 1 MiB"),
    ],
)
def test_what_is_no_text_is_one_clear_message(story: Story, text: bytes, said: str) -> None:
    raw = str(story.site().write("raw.txt", text))
    done = story.run("new", "--from", raw, "--site", str(story.root), "--date", "2024-04-16")
    assert done.code == 1 and said in done.err and "Traceback" not in done.text
    assert not (story.root / "content/articles").exists()


def test_what_is_no_file_is_refused_and_without_a_file_a_title_is_needed(story: Story) -> None:
    story.site()
    for path in ("nowhere.txt", str(story.root), "/dev/zero"):
        done = story.run("new", "--from", path, "--site", str(story.root))
        assert done.code == 1 and len(done.err.splitlines()) == 1, done.text
    assert story.run("new", "--site", str(story.root)).code == 2


HOSTILE = """
import resource, sys
from datetime import UTC
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from newsgen.drafting import draft
from newsgen.moments import read_moment
text = {text}
places = {{"aldo": {{"name": "Aldo"}}, "b": {{"name": "Aldo " * 30 + "b"}}}}
found = draft(text[: 1 << 20], read_moment("2024-04-16", UTC), places)
print(len(found.events), len(found.sources))
"""


@pytest.mark.parametrize(
    "text",
    [
        "'[' * (1 << 20)",
        "'a' * (1 << 20)",
        "'a ' * (1 << 19)",
        "'Aldo ' * 210000",
        "'On Tuesday. ' * 90000",
        "'A senior official said that it burned on Tuesday. ' * 22000",
        "'A ' * (1 << 19)",
        "'Ab Cd ' * 200000 + 'said'",
        "('A b c ' * 600 + 'said. ') * 290",
        "('Ab Cd ' * 600 + 'said. ') * 290",
        "('a police officer, ' * 200 + 'said. ') * 290",
        "('in 1' * 900 + '. A') * 290",
        "'a\\n' * (1 << 19)",
        "'“' * (1 << 18)",
        "('said by ' * 400 + '. ') * 300",
    ],
)
def test_a_hostile_text_costs_little(text: str) -> None:
    done = subprocess.run([sys.executable, "-c", HOSTILE.format(text=text)], capture_output=True, check=False)
    assert done.returncode == 0, (done.returncode, done.stderr[-500:])


def test_what_is_too_long_to_be_looked_through_is_said(story: Story) -> None:
    story.site()
    raw = story.write("raw.txt", REPORT + ("A long line about nothing at all. " * 100 + "\n") * 60)
    done = story.run("new", "--from", str(raw), "--site", str(story.root), "--date", "2024-04-16")
    assert done.code == 0 and "From line 46 on the text was not looked through" in done.out


def test_dates_in_prose_cost_only_those_who_draft() -> None:
    code = "import sys, newsgen.cli, newsgen.build, newsgen.starter; print('dateparser' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_no_mark_of_html_is_left_to_chance() -> None:
    found = drafted("<script>alert(1)</script> & <b>bold</b> *so* it was.")
    assert "<" not in found.body and not re.search(r"(?<!\\)\*", found.body)
    assert html.unescape(found.body).startswith("<script>")
