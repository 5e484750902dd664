"""The editorial rules of ``newsgen check``: what each finds, on which line, and what it leaves alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from newsgen import lint
from newsgen.findings import PHOTO
from newsgen.registers import Registers, read_register
from newsgen.site import LINT

from .conftest import NOW, Story, drawn

PLACES = """\
iraq: {name: Iraq, kind: country}
syria: {name: Syria, kind: country}
anbar: {name: Anbar, kind: province, within: iraq}
ain-al-assad:
  name: Ain al-Assad
  within: anbar
  lat: 33.80
  lon: 42.44
  aliases: [Ain al-Asad, عين الأسد]
rawa: {name: Rawa, within: anbar}
rawa-syria: {name: Rawa, within: syria}
tall: {name: Tall Afar, within: iraq}
"""
SOURCED = "sources: [A letter]\n"


@dataclass(frozen=True)
class Found:
    """One finding, without what it says."""

    rule: str
    line: int
    column: int
    severity: str = "warning"


def check(story: Story, *options: str) -> list[dict[str, Any]]:
    """The findings of a check, as its JSON tells them."""
    done = story.run("check", "--site", str(story.root), "--now", NOW, "--jobs", "1", "--format", "json", *options)
    assert done.code in (0, 1), done.text
    found: list[dict[str, Any]] = json.loads(done.out)
    assert done.code == int(any(one["severity"] == "fault" for one in found))
    return found


def taken_somewhere() -> Image.Exif:
    """What a telephone writes into a photo: the place where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (33.0, 47.0, 0.0), 3: "E", 4: (42.0, 26.0, 0.0)})
    return exif


def head(story: Story, text: str, body: str = "Text.", name: str = "a") -> None:
    """Write an article with a head of two lines (after the dashes, so that ``text`` begins on line 4)."""
    story.write(f"content/articles/{name}.md", f"---\ntitle: A\ndate: 2024-07-17\n{text}---\n\n{body}\n")


def places(found: list[dict[str, Any]], path: str = "content/articles/a.md") -> list[Found]:
    return [Found(one["rule"], one["line"], one["column"], one["severity"]) for one in found if one["path"] == path]


def only(found: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(found) == 1, found
    return found[0]


# --- sources ---


def test_an_unnamed_source_needs_a_reason(story: Story) -> None:
    head(
        story,
        "sources:\n"
        "  - name: A police officer\n"
        "    attribution: background\n"
        "  - {name: A diplomat, attribution: deep-background}\n"
        "  - name: A clerk\n"
        "    attribution: background\n"
        "    reason: not permitted to speak\n"
        "  - {name: The minister, attribution: on-record}\n"
        "  - A letter\n"
        "  - {name: A guess, attribution: background, proposed: true}\n",
    )
    found = [one for one in check(story) if one["rule"] != "proposed"]
    assert places(found) == [Found("unnamed-source", 5, 5), Found("unnamed-source", 7, 5)]
    assert "'A police officer' is not named" in found[0]["what"] and "reason:" in found[0]["remedy"]


def test_an_event_rests_on_a_source(story: Story) -> None:
    head(
        story,
        "Sources: [A letter, {name: A guess, proposed: true}]\n"
        "events:\n"
        "  - {name: One, when: 2014}\n"
        "  - {name: Guessed, when: 2015, proposed: true}\n"
        "  - name: Two\n"
        "    when: 2016\n"
        "    sources: [2]\n"
        "  - {name: Three, when: 2017, sources: [a letter]}\n"
        "  - {name: Four, when: 2018, sources: [A guess, 1]}\n",
    )
    found = [one for one in check(story) if one["rule"] == "event-without-source"]
    assert places(found) == [Found("event-without-source", 6, 5), Found("event-without-source", 8, 5)]
    assert "'One' has no source" in found[0]["what"]
    assert "'Two' rests on sources that are only proposed" in found[1]["what"]


def test_a_single_event_without_a_list_has_its_place_too(story: Story) -> None:
    head(story, "events: {name: One, when: 2014}\n")
    assert places(check(story)) == [Found("event-without-source", 4, 9)]


def test_a_link_needs_an_archived_copy(story: Story) -> None:
    story.write(
        "content/sources.yaml",
        "reuters:\n  name: Reuters\n  url: https://reuters.example/\n"
        "un: {name: UN, url: 'https://un.example/', archived: 'https://archive.example/un'}\n"
        "army: Army\n",
    )
    head(
        story,
        "sources:\n"
        "  - name: A letter\n"
        "    url: https://example.org/letter\n"
        "  - {name: Kept, url: 'https://example.org/a', archived: 'https://archive.example/a'}\n"
        "  - {name: UN, url: 'https://un.example/'}\n"
        "  - {name: UN, url: 'https://un.example/other'}\n"
        "  - Reuters\n",
    )
    found = check(story)
    note = "note"
    assert places(found) == [Found("unarchived-link", 6, 10, note), Found("unarchived-link", 9, 21, note)]
    assert places(found, "content/sources.yaml") == [Found("unarchived-link", 3, 8, note)]
    assert "https://example.org/letter" in found[0]["what"]


# --- quotations ---

THREE = "“We were not told,” he said.\n“Nobody came that night,” she said. “They never do that.”"


def test_an_article_that_quotes_again_and_again_names_a_source(story: Story) -> None:
    head(story, "", THREE)
    found = only(check(story))
    assert (found["rule"], found["line"], found["column"]) == ("unsourced-quotes", 6, 1)
    assert "3 quotations" in found["what"]
    head(story, SOURCED, THREE)
    assert check(story) == []
    head(story, "sources: [{name: A letter, proposed: true}]\n", THREE)
    assert [one["rule"] for one in check(story)] == ["proposed", "unsourced-quotes"]


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (THREE, 3),
        ('"One two three" and "four five\nsix", ("seven eight nine")', 3),
        ("«Un deux trois», «quatre cinq six» et « sept huit neuf »", 3),
        ("„Eins zwei drei“, »vier fünf sechs«, „sieben acht neun”", 3),
        ("«واحد اثنان ثلاثة»", 1),
        ("the “so-called” “great leader” of “Tower 22”", 0),
        ('a 6" pipe, a 7" pipe and an 8" pipe are no quotations', 0),
        ("> “We were not told,” he said. “Nobody came that night.”", 0),
        ("    “We were not told that”\n\n```\n“We were not told that”\n```\n\n`“We were not told that”`", 0),
        ('<span title="one two three">x</span> [y](z.md "one two three") <b class="a b c">z</b>', 0),
        ('[y]\n\n[y]: https://example.org/ "one two three"', 0),
        ("“It begins here\n\nand it ends there”", 0),
        ("“It begins here.\n\n“It goes on there.”", 1),
        ('*“We were not told,”* **"nobody came that"**', 2),
        ("it’s the officers’ ‘we were not told’ that", 0),
    ],
)
def test_quotations_are_counted_as_a_reader_would(body: str, number: int) -> None:
    assert len(lint.quotations(body)) == number


@given(st.text(alphabet='“”„«»" \n<>[](){}`ab>', max_size=300))
def test_any_text_can_be_searched_for_quotations(body: str) -> None:
    found = lint.quotations(body)
    assert found == sorted(found) and all(body[at] in '“„”«»"' for at in found)


# --- places ---


def test_a_place_that_the_register_does_not_know_is_named_with_the_nearest(story: Story) -> None:
    story.write("content/places.yaml", PLACES)
    head(
        story,
        "location: Ain al-Asaad, Anbar\n"
        "places: [rawa-syria, Atlantis, {name: Tal Afar, country: Iraq}]\n" + SOURCED + "events:\n"
        "  - name: One\n"
        "    when: 2014\n"
        "    sources: [1]\n"
        "    place: Tall Affar\n"
        "  - {name: Two, when: 2014, sources: [1], location: Ayn al-Asad}\n"
        "  - {name: Three, when: 2014, sources: [1], place: عين الأسد}\n",
    )
    found = check(story)
    rule = "unknown-place"
    assert places(found) == [Found(rule, *one) for one in ((4, 11), (5, 22), (5, 39), (11, 12), (12, 53))]
    remedies = [one["remedy"] for one in found]
    assert remedies[0] == "Did you mean Ain al-Assad (ain-al-assad)? Else add it to content/places.yaml."
    assert remedies[1] == "Add it to content/places.yaml."
    assert all("Tall Afar (tall)" in one for one in remedies[2:4]) and "(ain-al-assad)" in remedies[4]


def test_without_a_register_every_place_is_known(story: Story) -> None:
    head(story, "location: Atlantis\n")
    assert check(story) == []
    story.write("content/places.yaml", "{}")
    assert check(story) == []


def test_a_name_that_several_places_have_is_named_with_their_keys(story: Story) -> None:
    story.write("content/places.yaml", PLACES.replace("rawa:", "rawa-iraq:"))
    head(story, "location: Rawa\nplaces:\n  - Rawa, Syria\n  - rawa-iraq\n  - {name: Rawa, country: Iraq}\n")
    found = only(check(story))
    assert (found["rule"], found["line"], found["column"]) == ("ambiguous-place", 4, 11)
    assert found["what"] == "'Rawa' may mean rawa-iraq (Rawa, Anbar, Iraq) or rawa-syria (Rawa, Syria)"


def test_a_name_that_is_one_of_several_keys_is_told_which_is_taken(story: Story) -> None:
    story.write("content/places.yaml", PLACES)
    head(story, "location: rawa\nplaces: [Rawa]\n")
    found = only(check(story))
    assert (found["line"], found["column"]) == (5, 10)
    assert found["what"] == "'Rawa' may mean rawa (Rawa, Anbar, Iraq) or rawa-syria (Rawa, Syria); rawa is taken"


@pytest.mark.parametrize(
    ("head_text", "place", "says"),
    [
        ("location: {name: Rutba, country: Iraq, lat: 40.28, lon: 33.04}\n", (4, 45), "latitude and longitude swapped"),
        ("location: {name: Rutba, country: Iraq, lat: 33.04, lon: 40.28}\n", None, ""),
        ("places:\n  - name: Rutba, Iraq\n    latitude: 33.04\n    lng: -40.28\n", (6, 15), "sign of the longitude"),
        ("location: {name: Somewhere, lat: 0, lon: 0}\n", None, ""),
        ("location: {name: Somewhere, country: Atlantis, lat: 0, lon: 0}\n", None, ""),
    ],
)
def test_coordinates_lie_in_the_country_that_is_named(
    story: Story, head_text: str, place: tuple[int, int] | None, says: str
) -> None:
    head(story, head_text)
    found = check(story)
    assert places(found) == ([Found("suspect-coordinates", *place)] if place else [])
    assert all(says in one["what"] for one in found)


def test_places_of_the_register_lie_in_their_country(story: Story) -> None:
    story.write("content/places.yaml", PLACES.replace("33.80", "42.44").replace("lon: 42.44", "lon: 33.80"))
    found = only(check(story))
    assert (found["path"], found["line"], found["column"]) == ("content/places.yaml", 7, 8)
    assert "'Ain al-Assad' lies outside Iraq" in found["what"]


def test_the_country_is_found_by_its_kind_its_name_or_what_is_given(story: Story) -> None:
    story.write(
        "content/places.yaml",
        "middle-east: Middle East\n"
        "irak: {name: العراق, kind: Country, within: middle-east, aliases: [Iraq]}\n"
        "a: {name: A, within: irak, lat: 51, lon: 0}\n"
        "jordan: Jordan\n"
        "b: {name: B, within: jordan, lat: 51, lon: 0}\n"
        "c: {name: C, within: middle-east, lat: 51, lon: 0}\n",
    )
    found = check(story)
    assert [(one["line"], one["column"]) for one in found] == [(3, 33), (5, 35)]
    assert "Iraq" in found[0]["what"] and "Jordan" in found[1]["what"]


# --- how much a rule counts ---


@pytest.mark.parametrize("level", ["off", "note", "warning", "fault"])
@pytest.mark.parametrize("rule", list(LINT))
def test_each_rule_counts_as_the_settings_say(story: Story, rule: str, level: str) -> None:
    story.site(lint={rule: level})
    story.write("content/places.yaml", PLACES.replace("rawa:", "rawa-iraq:").replace("lon: 42.44", "lon: -42.44"))
    head(
        story,
        "location: Rawa\nplaces: [Atlantis]\n"
        "sources: [{name: X, attribution: background, url: 'https://example.org/x'}]\n"
        "events: [{name: E, when: 2014}]\n",
    )
    head(story, "", THREE, name="b")
    story.write("content/articles/c.jpg", drawn(form="JPEG", exif=taken_somewhere()))
    head(story, "images: [{src: c.jpg, alt: X}]\n", name="c")
    found = {one["rule"]: one["severity"] for one in check(story)}
    expected = {name: default for name, (default, _) in LINT.items()} | {rule: level}
    assert found == {name: severity for name, severity in expected.items() if severity != "off"}


def test_a_rule_or_level_that_there_is_not_is_told_with_the_nearest(story: Story) -> None:
    story.site(lint={"unarchived-links": "off", "unknown-place": "warn"})
    done = story.build()
    assert done.code == 1
    assert "unknown key 'unarchived-links'. Did you mean unarchived-link?" in done.err
    assert "found 'warn' where one of off, note, warning, fault was expected. Did you mean warning?" in done.err


def test_strict_makes_faults_of_warnings_and_none_of_notes(story: Story) -> None:
    head(story, "sources: [{name: X, attribution: background, url: 'https://example.org/x'}]\n")
    assert [one.severity for one in places(check(story))] == ["warning", "note"]
    assert [one.severity for one in places(check(story, "--strict"))] == ["fault", "note"]
    story.site(strict=True)
    assert [one.severity for one in places(check(story))] == ["fault", "note"]


def test_another_level_renders_no_page(story: Story) -> None:
    head(story, SOURCED)
    story.built()
    before = story.stats()
    story.site(lint={"unarchived-link": "fault"})
    assert ", 0 written," in story.built().out
    assert story.stats() == before


def test_a_build_does_not_lint(story: Story) -> None:
    story.site(lint={"event-without-source": "fault"})
    head(story, "events: [{name: E, when: 2014}]\n")
    assert only(check(story))["severity"] == "fault"
    assert story.built("--strict").err == ""


def test_drafts_are_held_to_the_rules_only_where_they_are_wanted(story: Story) -> None:
    head(story, "draft: true\nevents: [{name: E, when: 2014}]\n")
    head(story, "embargo: 2030-01-01\nevents: [{name: E, when: 2014}]\n", name="b")
    head(story, "withdrawn: 2024-08-01\nevents: [{name: E, when: 2014}]\n", name="c")
    assert [one["path"] for one in check(story)] == ["content/articles/b.md"]
    assert [one["path"] for one in check(story, "--drafts")] == ["content/articles/a.md", "content/articles/b.md"]


# --- names ---


def test_the_nearest_of_many_names_is_found_as_among_few() -> None:
    text = PLACES + "".join(f"p{number}: Al-Place number {number}\n" for number in range(3000))
    entries, faults = read_register("content/places.yaml", text, "places")
    assert not faults
    names = lint.Names(Registers(entries, {}))
    assert names.nearest("Ain al-Asaad") == "ain-al-assad"
    assert names.nearest("Rawwa, Anbar, Iraq") == "rawa"
    assert names.nearest("Al-Plaec number 2741") == "p2741"
    assert names.nearest("!") is None and names.nearest("xq") is None


def test_every_rule_is_declared_and_every_declared_one_is_there() -> None:
    assert {*lint.HEAD_RULES, *lint.REGISTER_RULES, lint.QUOTES, PHOTO} == set(LINT)
