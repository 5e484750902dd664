"""Headers as people write them: read leniently, checked strictly, every fault at its place and all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsgen.errors import FAULT, WARNING, Fault
from newsgen.frontmatter import LARGEST_FILE, Header, decode, read_header, read_page_header, split
from newsgen.registers import read_register
from newsgen.site import Site, load_site

ARTICLE = "content/articles/2024-07-17-two-drones.md"


def site(**given: str) -> Site:
    values = {"title": "The Record", "base_url": "https://example.org/", "timezone": "Asia/Baghdad"} | given
    made, faults = load_site(Path("/site"), "".join(f"{key}: {value}\n" for key, value in values.items()))
    assert not faults
    return made


SITE = site()


def read(text: str | bytes, path: str = ARTICLE, of: Site = SITE) -> tuple[Header | None, list[Fault]]:
    """Read a whole file as the load does: decode, split, check."""
    decoded, faults = decode(path, text.encode() if isinstance(text, str) else text)
    if faults:
        return None, faults
    parts, faults = split(path, decoded)
    if parts is None:
        return None, faults
    reader = read_page_header if path.startswith("content/pages/") else read_header
    return reader(path, parts.header, parts.header_line, of)


def good(header: str, path: str = ARTICLE, of: Site = SITE) -> Header:
    """Read a header that is right, without so much as a warning."""
    found, faults = read(f"---\n{header}\n---\nText.\n", path, of)
    assert not faults, list(map(str, faults))
    assert found is not None
    return found


def faults_of(header: str, path: str = ARTICLE) -> list[Fault]:
    """Read a header that is wrong."""
    found, faults = read(f"---\n{header}\n---\nText.\n", path)
    assert found is None
    assert any(fault.severity == FAULT for fault in faults)
    return faults


def places(faults: list[Fault]) -> list[tuple[int, int]]:
    return sorted((fault.line, fault.column) for fault in faults)


# -- the file around the header ---------------------------------------------------------------------------------------

PLAIN = "---\ntitle: Two drones\ntgas: [a]\n---\nText.\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PLAIN, 3),
        (PLAIN.replace("\n", "\r\n"), 3),
        (PLAIN.replace("\n", "\r"), 3),
        ("\ufeff" + PLAIN, 3),
        ("\ufeff" + PLAIN.replace("\n", "\r\n"), 3),
        ("\n\n\n" + PLAIN, 6),
        ("\ufeff\n \n" + PLAIN, 5),
        ("\n\ufeff" + PLAIN, 4),
        (PLAIN.replace("---\ntitle", "---  \n\n\ntitle"), 5),
        (PLAIN.replace("---\ntitle", "-----\ntitle"), 3),
        (PLAIN.replace("title", "# a comment\ntitle"), 4),
        (PLAIN.replace("title: Two drones", "title: >\n  Two\n  drones"), 5),
    ],
    ids="plain crlf cr bom bom-crlf blank bom-blank blank-bom after-dashes five-dashes comment folded".split(),
)
def test_lines_are_exact_whatever_stands_before_the_header(text: str, line: int) -> None:
    found, faults = read(text)
    assert found is not None
    assert found.card.title == "Two drones"
    (warning,) = faults
    assert (warning.severity, warning.line, warning.column) == (WARNING, line, 1)


@pytest.mark.parametrize(
    ("text", "line", "body"),
    [
        ("---\ntitle: x\n---\nbody", 4, "body"),
        ("---\ntitle: x\n---\n\n\nbody\n", 6, "body\n"),
        ("\n\n---\ntitle: x\n---\n\nbody\n---\nmore", 7, "body\n---\nmore"),
        ("---\ntitle: x\n---", 3, ""),
        ("---\ntitle: x\n---\n    code\n", 4, "    code\n"),
    ],
)
def test_the_body_begins_on_its_own_line(text: str, line: int, body: str) -> None:
    parts, faults = split(ARTICLE, text)
    assert not faults
    assert parts is not None
    blank = len(parts.body) - len(parts.body.lstrip("\n"))
    assert parts.body[blank:] == body
    assert parts.body_line + blank == line


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "there is no front matter"),
        ("Just text.\n", 1, "there is no front matter"),
        ("\n\nJust text.\n", 3, "there is no front matter"),
        ("title: x\n---\n", 1, "there is no front matter"),
        ("+++\ntitle = 'x'\n+++\n", 1, "there is no front matter"),
        ("---\ntitle: x\n", 1, "never closed"),
        ("\n---\ntitle: x\n", 2, "never closed"),
    ],
)
def test_a_file_without_a_whole_header_is_one_fault(text: str, line: int, what: str) -> None:
    found, (fault,) = read(text)
    assert found is None
    assert what in fault.what
    assert (fault.line, fault.column, fault.severity) == (line, 1, FAULT)
    assert "---" in fault.remedy


@pytest.mark.parametrize(
    ("data", "place", "what"),
    [
        (b"---\ntitle: ab\xff\n---\n", (2, 10), "0xff"),
        (b"---\r\ntitle: ab\xff\r\n---\r\n", (2, 10), "0xff"),
        (b"\xef\xbb\xbf---\ntitle: ab\xff\n---\n", (2, 10), "0xff"),
        ("---\ntitle: \u00e9\u00e9".encode() + b"\xe9\n---\n", (2, 10), "0xe9"),
        ("---\ntitle: \u00e9\n---\n".encode("utf-16"), (1, 1), "0xff"),
        (b"---\ntitle: a\x00b\n---\n", (2, 9), "NUL"),
        (b"---\r\ntitle: a\x00b\r\n---\r\n", (2, 9), "NUL"),
    ],
    ids="latin crlf after-bom after-accents utf-16 nul nul-crlf".split(),
)
def test_bytes_that_are_no_text_are_a_fault_at_their_place(data: bytes, place: tuple[int, int], what: str) -> None:
    found, (fault,) = read(data)
    assert found is None
    assert what in fault.what
    assert (fault.line, fault.column) == place


def test_a_file_beyond_the_limit_is_refused_before_anything_is_read() -> None:
    _, (fault,) = decode(ARTICLE, b"x" * (LARGEST_FILE + 1))
    assert "larger than 4 MiB" in fault.what


# -- fields, short and long -------------------------------------------------------------------------------------------


def test_two_fields_are_enough() -> None:
    found = good("title: Two drones\ndate: 2024-07-17", "content/articles/two-drones.md")
    card = found.card
    assert (card.title, card.address) == ("Two drones", "/2024/07/17/two-drones/")
    assert card.published.iso == "2024-07-17"
    assert (card.updated, card.summary, card.place, card.language, card.corrected) == (None, "", None, "en", False)
    assert (found.draft, found.embargo, found.expires, found.aliases) == (False, None, None, ())


FULL = """\
title: Two drones fired at base in Anbar that hosts coalition troops
date: 2024-07-17T09:30+03:00
updated: 2024-07-18T12:00+03:00
location: {name: Ain al-Assad, country: Iraq, lat: 33.8, lon: 42.4}
places: [Anbar, {name: Baghdad, latitude: 33.3, lng: 44.4}]
dateline: BAGHDAD
authors: [Staff, Ann Lee]
tags: [Iraq, drones, US-led coalition]
thread: iraq-coalition-withdrawal
section: World
featured: 2024-07-20
summary: One drone was shot down.
language: en-GB
sources:
  - name: A police officer in Anbar
    attribution: background
    reason: not permitted to speak to the media
  - name: Defence ministry statement
    kind: statement
    url: https://example.org/statement
    archived: https://web.archive.org/x
    accessed: 2024-07-17
  - name: A guess
    proposed: true
events:
  - name: Two drones fired at Ain al-Assad
    when: 2024-07-16~
    as_written: Tuesday night
    place: ain-al-assad
    sources: [1, Defence ministry statement]
    status: confirmed
    role: main
    id: ain-al-assad-2024-07-16
corrections:
  - date: 2024-07-19
    text: Later.
    kind: clarification
  - date: 2024-07-18
    text: Earlier.
aliases: [/old/url/, older]
images: [{src: base.jpg, alt: The base, caption: C, credit: D}, second.jpg]
embargo: 2024-07-17T10:00+03:00
expires: 2030-01-01
draft: false
id: urn:uuid:6c7d
x_desk: {night: true, crew: [a, b]}"""


def test_every_field_of_the_vocabulary_is_read() -> None:
    found = good(FULL)
    card, meta = found.card, found.meta
    assert card.title.startswith("Two drones fired")
    assert card.published.iso == "2024-07-17T09:30:00+03:00"
    assert (card.id, card.language, card.place, card.corrected) == (
        "urn:uuid:6c7d",
        "en-GB",
        None,  # which the registers decide
        True,
    )
    assert card.updated is not None
    assert card.updated.iso == "2024-07-19"
    assert meta["location"] == {"name": "Ain al-Assad", "country": "Iraq", "lat": 33.8, "lon": 42.4, "proposed": None}
    assert [(one["name"], one["lon"]) for one in meta["places"]] == [("Anbar", None), ("Baghdad", 44.4)]
    assert meta["authors"] == [["staff", "Staff"], ["ann-lee", "Ann Lee"]]
    assert meta["tags"] == [["iraq", "Iraq"], ["drones", "drones"], ["us-led-coalition", "US-led coalition"]]
    assert meta["sections"] == [["world", "World"]]
    assert (meta["dateline"], meta["thread"]) == ("BAGHDAD", "iraq-coalition-withdrawal")
    assert meta["featured"] == "2024-07-20"
    officer, statement, guess = meta["sources"]
    assert (officer["attribution"], officer["reason"]) == ("background", "not permitted to speak to the media")
    assert (statement["kind"], statement["url"]) == ("statement", "https://example.org/statement")
    assert (statement["archived"], statement["accessed"]) == ("https://web.archive.org/x", "2024-07-17")
    assert guess["proposed"] is True
    (event,) = meta["events"]
    assert (event["name"], event["when"]) == ("Two drones fired at Ain al-Assad", "2024-07-16~")
    assert (event["as_written"], event["place"]) == ("Tuesday night", "ain-al-assad")
    assert event["sources"] == ["1", "Defence ministry statement"]
    assert (event["status"], event["role"], event["id"]) == ("confirmed", "main", "ain-al-assad-2024-07-16")
    assert [(one["kind"], one["text"]) for one in meta["corrections"]] == [
        ("correction", "Earlier."),
        ("clarification", "Later."),
    ]
    assert [(one["src"], one["alt"]) for one in meta["images"]] == [("base.jpg", "The base"), ("second.jpg", None)]
    assert found.aliases == ("/old/url/", "/older/")
    assert found.embargo is not None
    assert found.embargo.iso == "2024-07-17T10:00:00+03:00"
    assert found.expires is not None
    assert found.draft is False
    assert meta["own"] == {"x_desk": {"night": True, "crew": ["a", "b"]}}


@pytest.mark.parametrize(
    ("header", "field", "value"),
    [
        (
            "location: Baghdad",
            "location",
            {"name": "Baghdad", "country": None, "lat": None, "lon": None, "proposed": None},
        ),
        ("places: Anbar", "places", [{"name": "Anbar", "country": None, "lat": None, "lon": None, "proposed": None}]),
        ("section: World &amp; war", "sections", [["world-war", "World & war"]]),
        ("tags: drones", "tags", [["drones", "drones"]]),
        ("tags: Iraq, US-led coalition", "tags", [["iraq", "Iraq"], ["us-led-coalition", "US-led coalition"]]),
        ("tags: a; b", "tags", [["a", "a"], ["b", "b"]]),
        ("tags: [Iraq, iraq, IRAQ!]", "tags", [["iraq", "Iraq"]]),
        ("tags: [a, '', ~, b]", "tags", [["a", "a"], ["b", "b"]]),
        ("tags: [2014, 007]", "tags", [["2014", "2014"], ["007", "007"]]),
        ("tags: [R&amp;D]", "tags", [["r-d", "R&D"]]),
        ("tags:\n- a\n- b", "tags", [["a", "a"], ["b", "b"]]),
        ("tags: >\n  a,\n  b\n", "tags", [["a", "a"], ["b", "b"]]),
        ("tags: []", "tags", []),
        ("tags:", "tags", []),
        ("category: World news", "tags", [["world-news", "World news"]]),
        ("tags: a\ncategory: World news", "tags", [["a", "a"], ["world-news", "World news"]]),
        ("authors: Ann Lee", "authors", [["ann-lee", "Ann Lee"]]),
        ("authors: Ann Lee, Bob Ray", "authors", [["ann-lee", "Ann Lee"], ["bob-ray", "Bob Ray"]]),
        ("authors: Ann Lee and Bob Ray", "authors", [["ann-lee", "Ann Lee"], ["bob-ray", "Bob Ray"]]),
        ("authors: Ann Lee &amp; Bob Ray", "authors", [["ann-lee", "Ann Lee"], ["bob-ray", "Bob Ray"]]),
        ("authors: Andy Sanders", "authors", [["andy-sanders", "Andy Sanders"]]),
        ("authors: {name: Ann Lee, email: a@b}", "authors", [["ann-lee", "Ann Lee"]]),
        ("authors: [{email: a@b, name: Ann Lee}, Bob]", "authors", [["ann-lee", "Ann Lee"], ["bob", "Bob"]]),
        ("sources: A reader", "sources", ["A reader"]),
        ("sources: [A reader, {name: A film}]", "sources", ["A reader", "A film"]),
        ("events: {name: It began, when: 2014}", "events", ["It began"]),
        ("images: a.jpg", "images", ["a.jpg"]),
        ("images: [a.jpg, {url: b.jpg}]", "images", ["a.jpg", "b.jpg"]),
    ],
)
def test_the_short_form_of_a_field_means_the_long_one(header: str, field: str, value: object) -> None:
    found = good(f"title: x\n{header}").meta[field]
    if field in ("sources", "events", "images"):
        found = [one.get("name") or one.get("src") for one in found]
    assert found == value


def test_tags_between_blanks_are_taken_apart_and_told() -> None:
    found, (warning,) = read("---\ntitle: x\ntags: iraq drones\n---\n")
    assert found is not None
    assert found.meta["tags"] == [["iraq", "iraq"], ["drones", "drones"]]
    assert warning.severity == WARNING
    assert "iraq, drones" in warning.what
    assert (warning.line, warning.column) == (3, 7)


def test_the_byline_of_an_article_without_one_is_the_site_s() -> None:
    assert good("title: x", of=site(authors="Staff")).meta["authors"] == [["staff", "Staff"]]
    assert good("title: x\nauthors: Ann", of=site(authors="Staff")).meta["authors"] == [["ann", "Ann"]]


def test_a_term_s_slug_is_cut_to_what_a_disk_can_hold_and_is_still_a_slug() -> None:
    name = "\u65b0" * 66 + " " + "\u805e" * 10
    ((slug, _),) = good(f"title: x\ntags: [{name}]").meta["tags"]
    assert 0 < len(slug.encode()) <= 200
    assert not slug.endswith("-")


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("title: Plain", "Plain"),
        ("title: 'Baghdad&rsquo;s &amp; Erbil&#39;s'", "Baghdad\u2019s & Erbil's"),
        ("title: >\n  Two\n  lines\n", "Two lines"),
        ("title: |\n  Two\n  lines\n\n", "Two lines"),
        ("title: '  much    space  '", "much space"),
        ('title: "tab\\tand \\x07bell"', "tab and bell"),
        ("title: E\u0301tat", "\u00c9tat"),
        ("title: 2014", "2014"),
        ("title: true", "true"),
        ("title: 2014-07-17", "2014-07-17"),
        ("title: '{{ site.title }} {% raw %}'", "{{ site.title }} {% raw %}"),
        ("title: '&lt;script&gt;'", "<script>"),
    ],
)
def test_a_title_is_one_line_of_text(line: str, title: str) -> None:
    assert good(line).card.title == title


@pytest.mark.parametrize("title", ["", "''", "~", "null", "'  '", "'&nbsp;'", "'&#8203;'", '"\\x01"', "|\n\n"])
def test_a_title_that_says_nothing_is_missing(title: str) -> None:
    faults = faults_of(f"title: {title}")
    assert len(faults) == 1
    assert "title" in str(faults[0])


@pytest.mark.parametrize("value", ["'!!!'", "'&nbsp;'", '"\\u2764\\ufe0f"'])
def test_a_section_without_a_letter_would_have_no_address_and_is_a_fault(value: str) -> None:
    found, faults = read(f"---\ntitle: x\nsection: {value}\n---\n")
    assert found is None or all(slug for slug, _ in found.meta["sections"])
    if found is None:
        assert places(faults) == [(3, 10)]


# -- other generators' spellings --------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["title", "headline", "Title", "TITLE", "Headline"])
def test_the_headline_under_any_name(key: str) -> None:
    assert good(f"{key}: Two drones").card.title == "Two drones"


@pytest.mark.parametrize("key", ["date", "Date", "DATE"])
def test_the_date_under_any_case(key: str) -> None:
    assert good(f"title: x\n{key}: 2015-01-01 10:00:00 -0400").card.published.iso == "2015-01-01T17:00:00+03:00"


@pytest.mark.parametrize("key", ["updated", "lastmod", "modified", "last_modified_at", "Lastmod"])
def test_the_last_change_under_any_name(key: str) -> None:
    updated = good(f"title: x\n{key}: 2024-07-19").card.updated
    assert updated is not None
    assert updated.iso == "2024-07-19"


@pytest.mark.parametrize("key", ["summary", "description", "excerpt", "Description"])
def test_the_summary_under_any_name(key: str) -> None:
    assert good(f"title: x\n{key}: It &amp; that").card.summary == "It & that"


@pytest.mark.parametrize("key", ["tags", "categories", "topics", "keywords", "Tags", "CATEGORIES"])
def test_tags_under_any_name(key: str) -> None:
    assert good(f"title: x\n{key}: [a]").meta["tags"] == [["a", "a"]]


@pytest.mark.parametrize("key", ["authors", "author", "byline", "Author"])
def test_authors_under_any_name(key: str) -> None:
    assert good(f"title: x\n{key}: Ann").meta["authors"] == [["ann", "Ann"]]


@pytest.mark.parametrize("key", ["url", "permalink", "Permalink"])
def test_the_address_under_any_name(key: str) -> None:
    assert good(f"title: x\n{key}: /my/place").card.address == "/my/place/"


@pytest.mark.parametrize("key", ["aliases", "redirect_from", "Aliases"])
def test_old_addresses_under_any_name(key: str) -> None:
    assert good(f"title: x\n{key}: /old").aliases == ("/old/",)


@pytest.mark.parametrize("key", ["expires", "expiryDate", "expirydate", "expiry_date"])
def test_the_end_under_any_name(key: str) -> None:
    assert good(f"title: x\n{key}: 2030-01-01").expires is not None


@pytest.mark.parametrize("key", ["language", "lang"])
def test_the_language_under_any_name(key: str) -> None:
    assert good(f"title: x\n{key}: ar").card.language == "ar"


@pytest.mark.parametrize("header", ["title: Right\nheadline: Wrong", "headline: Wrong\ntitle: Right"])
def test_the_canonical_key_wins_over_another_spelling_wherever_it_stands(header: str) -> None:
    assert good(header).card.title == "Right"


def test_an_empty_canonical_key_does_not_hide_another_spelling() -> None:
    assert good("title: x\nsummary:\nexcerpt: It happened").card.summary == "It happened"


# -- dates ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("2014-07-09-slug.md", "/2014/07/09/slug/"),
        ("2014-7-9-slug.markdown", "/2014/07/09/slug/"),
        ("deep/er/2014-07-09-slug.md", "/2014/07/09/slug/"),
        ("2014/07/09/slug.md", "/2014/07/09/slug/"),
        ("2014/7/9/slug.md", "/2014/07/09/slug/"),
        ("news/2014/07/09/part/slug.md", "/2014/07/09/slug/"),
        ("2014-07-09-slug/index.md", "/2014/07/09/slug/"),
        ("2014/07/09/slug/index.md", "/2014/07/09/slug/"),
        ("2013/01/01/2014-07-09-slug.md", "/2014/07/09/slug/"),
        ("2014-07-09.md", "/2014/07/09/2014-07-09/"),
        ("2014-07-09-\u062a\u0646\u0634\u200c\u0647\u0627.md", "/2014/07/09/\u062a\u0646\u0634-\u0647\u0627/"),
        ("2014-07-09-cafe\u0301.md", "/2014/07/09/caf\u00e9/"),
        ("2014-07-09-Baghdad\u2019s day.md", "/2014/07/09/baghdad-s-day/"),
        ("2014-07-09-v1.2.md", "/2014/07/09/v1-2/"),
    ],
)
def test_without_a_date_key_the_date_is_in_the_path(path: str, address: str) -> None:
    card = good("title: A title that never makes an address", f"content/articles/{path}").card
    assert card.address == address
    assert card.published.iso == "2014-07-09"


def test_without_another_date_it_is_in_the_address_that_is_asked_for() -> None:
    card = good("title: x\nurl: /2014/07/09/here/", "content/articles/x.md").card
    assert (card.published.iso, card.address) == ("2014-07-09", "/2014/07/09/here/")


def test_the_date_key_wins_over_the_file_s_name() -> None:
    assert good("title: x\ndate: 2015-02-03", "content/articles/2014-07-09-a.md").card.address == "/2015/02/03/a/"


def test_a_faulty_date_key_is_never_replaced_by_the_file_s_name() -> None:
    assert places(faults_of("title: x\ndate: someday")) == [(3, 7)]


def test_the_day_in_an_address_is_the_day_in_the_site_s_zone() -> None:
    header = "title: x\ndate: 2024-07-17T22:30Z"
    assert good(header).card.address == "/2024/07/18/two-drones/"
    assert good(header, of=site(timezone="America/New_York")).card.address == "/2024/07/17/two-drones/"


@pytest.mark.parametrize("path", ["x.md", "2014/x.md", "2014-02-30-x.md", "2014/13/40/x.md", "20140709-x.md"])
def test_an_article_without_any_date_is_a_fault(path: str) -> None:
    (fault,) = faults_of("title: x", f"content/articles/{path}")
    assert "date is missing" in fault.what
    assert "date: 2" in fault.remedy
    assert fault.line == 2


def test_a_change_before_publication_is_told_and_left_out() -> None:
    found, (warning,) = read("---\ntitle: x\nupdated: 2024-07-01\n---\n")
    assert found is not None
    assert found.card.updated is None
    assert (warning.severity, warning.line, warning.column) == (WARNING, 3, 10)


@pytest.mark.parametrize("expires", ["2024-08-01", "2024-07-31"])
def test_an_article_that_expires_before_its_embargo_ends_is_a_fault(expires: str) -> None:
    (fault,) = faults_of(f"title: x\nembargo: 2024-08-01\nexpires: {expires}")
    assert "before its embargo" in fault.what
    assert (fault.line, fault.column) == (4, 10)


# -- what is withheld -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["true", "True", "TRUE", "yes", "on", "'true'"])
def test_a_draft_is_a_draft_however_yes_is_spelt(value: str) -> None:
    assert good(f"title: x\ndraft: {value}").draft


@pytest.mark.parametrize("value", ["false", "False", "no", "off", "'false'", "", "~"])
def test_what_is_no_draft_is_none(value: str) -> None:
    assert not good(f"title: x\ndraft: {value}").draft


@pytest.mark.parametrize("value", ["1", "perhaps", "flase", "[true]", "{a: b}"])
def test_a_draft_mark_that_cannot_be_read_never_publishes(value: str) -> None:
    assert places(faults_of(f"title: x\ndraft: {value}")) == [(3, 8)]


@pytest.mark.parametrize("value", ["false", "False", "FALSE", "no", "No", "off", "'false'"])
@pytest.mark.parametrize("path", [ARTICLE, "content/pages/about.md"])
def test_published_false_withholds_as_other_generators_have_it(path: str, value: str) -> None:
    found, _ = read(f"---\ntitle: x\npublished: {value}\n---\n", path)
    assert found is None or found.draft


def test_published_true_publishes() -> None:
    assert not good("title: x\npublished: true").draft


@pytest.mark.parametrize("value", ["flase", "perhaps", "[false]"])
def test_a_published_mark_that_cannot_be_read_is_told(value: str) -> None:
    _, faults = read(f"---\ntitle: x\npublished: {value}\n---\n")
    assert [(fault.line, fault.column) for fault in faults] == [(3, 12)]


# -- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("titel", "title"),
        ("Summry", "summary"),
        ("tgas", "tags"),
        ("authr", "authors"),
        ("expire", "expires"),
        ("loction", "location"),
        ("corections", "corrections"),
        ("embrago", "embargo"),
    ],
)
def test_an_unknown_key_is_a_warning_that_names_the_right_one(key: str, meant: str) -> None:
    found, (warning,) = read(f"---\ntitle: x\n{key}: y\n---\n")
    assert found is not None
    assert str(warning).startswith(f"{ARTICLE}:3:1: warning: unknown key '{key}'. Did you mean {meant}?")


def test_an_unknown_key_inside_a_record_is_told_too() -> None:
    found, (warning,) = read("---\ntitle: x\nsources:\n- name: A\n  atribution: background\n---\n")
    assert found is not None
    assert "Did you mean attribution?" in warning.remedy
    assert (warning.line, warning.column) == (5, 3)


@pytest.mark.parametrize("key", ["layout", "x-foo", "'a b'", "'\u0639'", "1", "''", "? [a, b]\n"])
def test_any_other_key_is_a_warning_and_no_more(key: str) -> None:
    found, faults = read(f"---\ntitle: x\n{key}: y\n---\n")
    assert found is not None
    assert [fault.severity for fault in faults] == [WARNING]


def test_keys_of_one_s_own_pass_through_as_they_are() -> None:
    own = good("title: x\nx_a: 1\nx_B: [a, {b: c}]\nx_flag: true\nx_none:\nx_: y").meta["own"]
    assert own == {"x_a": "1", "x_B": ["a", {"b": "c"}], "x_flag": True, "x_none": None, "x_": "y"}


@pytest.mark.parametrize(
    "header", ["title: x\ntitle: y", "title: x\nTitle: y", "title: x\ntags: [a]\ntags: [b]", "title: x\nx_a: 1\nx_a: 2"]
)
def test_a_key_that_is_given_twice_is_a_fault_at_the_second(header: str) -> None:
    (fault,) = faults_of(header)
    assert "twice" in fault.what
    assert (fault.line, fault.column) == (header.count("\n") + 2, 1)


def test_a_key_twice_inside_a_record_is_a_fault_too() -> None:
    assert places(faults_of("title: x\nsources:\n- name: a\n  name: b")) == [(5, 3)]


# -- wrong types ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("title: [a]", (2, 8)),
        ("title: {a: b}", (2, 8)),
        ("title: x\ndate: [2024-07-17]", (3, 7)),
        ("title: x\ndate: {y: 2024}", (3, 7)),
        ("title: x\nupdated: later", (3, 10)),
        ("title: x\ntags: {a: b}", (3, 7)),
        ("title: x\ntags: [[a]]", (3, 8)),
        ("title: x\ntags: ['!!!']", (3, 8)),
        ("title: x\nauthors: [{email: a}]", (3, 11)),
        ("title: x\nlocation: [a, b]", (3, 11)),
        ("title: x\nlocation: {country: Iraq}", (3, 11)),
        ("title: x\nlocation: {name: a, lat: 91}", (3, 26)),
        ("title: x\nlocation: {name: a, lat: north}", (3, 26)),
        ("title: x\nlocation: {name: a, lon: nan}", (3, 26)),
        ("title: x\nlanguage: english", (3, 11)),
        ("title: x\nlanguage: en_US", (3, 11)),
        ("title: x\nsummary: [a]", (3, 10)),
        ("title: x\nsources: [{kind: person}]", (3, 11)),
        ("title: x\nsources: [{name: a, kind: robot}]", (3, 27)),
        ("title: x\nsources: [{name: a, url: 'ftp://x/'}]", (3, 26)),
        ("title: x\nsources: [{name: a, url: 'javascript:x'}]", (3, 26)),
        ("title: x\nsources: [{name: a, archived: x}]", (3, 31)),
        ("title: x\nsources: [{name: a, accessed: then}]", (3, 31)),
        ("title: x\nsources: [{name: a, attribution: gossip}]", (3, 34)),
        ("title: x\nevents: It began", (3, 9)),
        ("title: x\nevents: [{name: a}]", (3, 10)),
        ("title: x\nevents: [{name: a, when: Tuesday}]", (3, 26)),
        ("title: x\nevents: [{name: a, when: 2014, status: sure}]", (3, 40)),
        ("title: x\ncorrections: Wrong day", (3, 14)),
        ("title: x\ncorrections: [{text: a}]", (3, 15)),
        ("title: x\ncorrections: [{date: 2024-07-18}]", (3, 15)),
        ("title: x\nimages: [{alt: a}]", (3, 10)),
        ("title: x\nembargo: soon", (3, 10)),
        ("title: x\nexpires: [never]", (3, 10)),
        ("title: x\nid: [a]", (3, 5)),
        ("title: " + "x" * 501, (2, 8)),
    ],
)
def test_a_wrong_value_is_a_fault_at_its_place(header: str, place: tuple[int, int]) -> None:
    (fault,) = faults_of(header)
    assert (fault.line, fault.column) == place
    assert fault.what
    assert fault.remedy


@pytest.mark.parametrize("header", ["- a", "text", "'text'", "[title, x]"])
def test_a_header_that_is_no_mapping_is_one_fault(header: str) -> None:
    (fault,) = faults_of(header)
    assert "keys and values" in fault.what
    assert (fault.line, fault.column) == (2, 1)


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("title: a: b", (2, 9)),
        ("title: 'a", (3, 1)),
        ("title: [a", (3, 1)),
        ("title: x\n\tdate: y", (3, 1)),
        ("title: *nothing", (2, 8)),
        ("title: @x", (2, 8)),
    ],
)
def test_a_header_that_is_no_yaml_is_one_fault_where_it_breaks(header: str, place: tuple[int, int]) -> None:
    (fault,) = faults_of(header)
    assert fault.what.startswith("this is not YAML")
    assert (fault.line, fault.column) == place
    assert fault.remedy


# -- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("title: x\nslug: Two Drones", "/2024/07/17/two-drones/"),
        ("title: x\nslug: \u00dcber uns", "/2024/07/17/\u00fcber-uns/"),
        ("title: x\nurl: /a/b", "/a/b/"),
        ("title: x\nurl: /a/b.html", "/a/b.html"),
        ("title: x\nurl: /caf%C3%A9/", "/caf\u00e9/"),
        ("title: x\nurl: /a/b\nslug: c", "/a/b/"),
    ],
)
def test_slug_and_url_say_where_an_article_is(header: str, address: str) -> None:
    assert good(header).card.address == address


@pytest.mark.parametrize("slug", ["../../x", "..", ".", "a/b", "/x", "..\\x", "'!!!'", "x" * 201, "[a]"])
def test_a_slug_that_is_no_single_part_is_a_fault(slug: str) -> None:
    assert places(faults_of(f"title: x\nslug: {slug}")) == [(3, 7)]


@pytest.mark.parametrize(
    "url",
    [
        "../../x",
        "/../../x",
        "/%2e%2e/x",
        "x",
        "//evil.example/",
        "https://evil.example/",
        "javascript:alert(1)",
        "/a?b",
        "'/a#b'",
        "'/a\\b'",
        "'/a%00b'",
        "[/a/]",
        "pretty",
    ],
)
def test_a_url_that_is_no_address_is_a_fault(url: str) -> None:
    assert places(faults_of(f"title: x\nurl: {url}")) == [(3, 6)]


@pytest.mark.parametrize("alias", ["../../x", "/a/../../x", "//evil", "https://old.example/x", "/?p=1", "/", "'%00'"])
def test_an_alias_that_is_no_address_is_a_fault(alias: str) -> None:
    assert places(faults_of(f"title: x\naliases: {alias}")) == [(3, 10)]


def test_each_faulty_alias_of_a_list_is_a_fault_on_its_own_line() -> None:
    faults = faults_of("title: x\naliases:\n- /fine/\n- ../../x\n- /good/\n- /?p=1")
    assert [(line) for line, _ in places(faults)] == [5, 7]


def test_a_file_name_that_makes_no_slug_needs_one() -> None:
    path = "content/articles/2024-07-17-!!!.md"
    (fault,) = faults_of("title: x", path)
    assert "slug" in fault.what + fault.remedy
    assert good("title: x\nslug: a", path).card.address == "/2024/07/17/a/"
    assert good("title: x\nurl: /a/", path).card.address == "/a/"


def test_an_alias_that_is_the_address_itself_is_no_fault() -> None:
    assert good("title: x\naliases: [/2024/07/17/two-drones/, /old/]").card.address == "/2024/07/17/two-drones/"


# -- ids --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "id_"),
    [
        ("title: x", "tag:example.org,2024-07-17:/2024/07/17/two-drones/"),
        ("title: x\naliases: [/first/, /second/]", "tag:example.org,2024-07-17:/first/"),
        ("title: x\nurl: /caf\u00e9/", "tag:example.org,2024-07-17:/caf%C3%A9/"),
        ("title: x\nid: urn:uuid:1f", "urn:uuid:1f"),
        ("title: x\nid: https://old.example/?p=12", "https://old.example/?p=12"),
        ("title: x\nid: tag:other.example,2014:x\naliases: /old/", "tag:other.example,2014:x"),
        ("title: x\nguid: urn:uuid:1f", "urn:uuid:1f"),
        ("title: x\nid: 1234", "tag:example.org,2024-07-17:1234"),
        ("title: x\nid: my own id", "tag:example.org,2024-07-17:my%20own%20id"),
        ("title: x\nid: 'https://a b'", "tag:example.org,2024-07-17:https://a%20b"),
    ],
)
def test_an_id_is_its_own_iri_or_a_tag_uri_of_first_alias_or_address(header: str, id_: str) -> None:
    assert good(header).card.id == id_


def test_a_move_with_an_alias_keeps_the_id() -> None:
    before = good("title: x\nslug: before").card
    after = good(f"title: x\nslug: after\naliases: {before.address}").card
    assert after.address != before.address
    assert after.id == before.id


def test_the_authority_of_ids_does_not_follow_the_site() -> None:
    moved = site(base_url="https://new.example/", id_authority="example.org")
    assert good("title: x", of=moved).card.id == good("title: x").card.id


# -- all at once ------------------------------------------------------------------------------------------------------


def test_all_faults_of_a_header_are_told_in_one_run() -> None:
    faults = faults_of(
        "title: [x]\n"
        "date: someday\n"
        "slug: ../../x\n"
        "aliases: ../../y\n"
        "draft: perhaps\n"
        "tags: {a: b}\n"
        "titel: z\n"
        "sources: [{url: 'ftp://x'}]\n"
    )
    assert {line for line, _ in places(faults)} == {2, 3, 4, 5, 6, 7, 8, 9}


def test_a_missing_title_hides_no_other_fault() -> None:
    faults = faults_of("date: 2024-07-17\nslug: ../../x\naliases: ../../y\nembargo: 2024-08-02\nexpires: 2024-08-01")
    assert {line for line, _ in places(faults)} >= {3, 4, 6}
    assert any("title is missing" in fault.what for fault in faults)


def test_a_missing_date_hides_no_other_fault() -> None:
    faults = faults_of("title: x\nslug: ../../x\naliases: ../../y", "content/articles/x.md")
    assert {line for line, _ in places(faults)} >= {3, 4}
    assert any("date is missing" in fault.what for fault in faults)


def test_an_empty_header_lacks_both_title_and_date() -> None:
    faults = faults_of("", "content/articles/x.md")
    assert sorted(fault.what for fault in faults) == ["date is missing", "title is missing"]


_VALUES = st.one_of(
    st.sampled_from(
        ["x", "2024-07-17", "true", "", "~", "[a, b]", "{a: b}", "[[a]]", "../../x", "/a/", "'&nbsp;'", "-1", "'\\'"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=12),
)
_KEYS = st.sampled_from(
    "title date updated slug url aliases id tags authors section location events sources images corrections draft "
    "published embargo expires language x_a other Title".split()
)


@settings(max_examples=250, deadline=None)
@given(st.lists(st.tuples(_KEYS, _VALUES), max_size=6))
@example([("title", "x"), ("url", "/a/"), ("slug", "'!!'")])
def test_any_header_is_an_article_or_a_fault_and_never_an_accident(pairs: list[tuple[str, str]]) -> None:
    found, faults = read("---\n" + "".join(f"{key}: {value}\n" for key, value in pairs) + "---\nText.\n")
    assert (found is None) == any(fault.severity == FAULT for fault in faults)
    if found is not None:
        assert found.card.title
        assert found.card.address.startswith("/")
        assert ".." not in found.card.address.split("/")


# -- pages and registers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "header", "address"),
    [
        ("about.md", "title: x", "/about/"),
        ("about/index.md", "title: x", "/about/"),
        ("Desk/Our Rules.md", "title: x", "/desk/our-rules/"),
        ("a/b/index.md", "title: x", "/a/b/"),
        ("about.md", "title: x\nslug: us", "/us/"),
        ("about.md", "title: x\nurl: /here", "/here/"),
    ],
)
def test_an_undated_page_is_where_its_file_says(path: str, header: str, address: str) -> None:
    assert good(header, f"content/pages/{path}").card.address == address


def test_a_page_says_its_place_in_the_menu() -> None:
    assert good("title: x\nmenu: 3", "content/pages/about.md").meta["menu"] == 3
    assert good("title: x", "content/pages/about.md").meta["menu"] is None
    assert places(faults_of("title: x\nmenu: first", "content/pages/about.md")) == [(3, 7)]


def test_a_page_s_faults_are_told_all_at_once_as_well() -> None:
    faults = faults_of("slug: ../x\naliases: //x\nmenu: first", "content/pages/about.md")
    assert {line for line, _ in places(faults)} >= {2, 3, 4}


@pytest.mark.parametrize("path", ["!!!.md", "!!!/about.md"])
def test_a_page_whose_path_makes_no_address_is_a_fault(path: str) -> None:
    assert "slug" in faults_of("title: x", f"content/pages/{path}")[0].remedy


def test_a_register_of_places_gives_every_place_and_every_fault() -> None:
    text = (
        "iraq: Iraq\nanbar: {name: Anbar, within: iraq}\nlost: {name: L, within: nowhere}\niraq: Again\nx: {lat: 1}\n"
    )
    found, faults = read_register("content/places.yaml", text, "places")
    assert found["iraq"]["name"] == "Iraq"
    assert found["anbar"]["within"] == "iraq"
    assert [line for line, _ in places(faults)] == [3, 4, 5]


def test_places_within_each_other_are_a_fault_and_no_endless_walk() -> None:
    text = "a: {name: A, within: b}\nb: {name: B, within: c}\nc: {name: C, within: b}\nd: {name: D, within: d}\n"
    _, faults = read_register("content/places.yaml", text, "places")
    assert {line for line, _ in places(faults)} == {1, 2, 3, 4}


def test_a_register_of_tags_is_kept_by_slug() -> None:
    found, faults = read_register("content/tags.yaml", "US-led coalition:\n  name: US-led Coalition\n'!!': x\n", "tags")
    assert list(found) == ["us-led-coalition"]
    assert found["us-led-coalition"]["name"] == "US-led Coalition"
    assert [line for line, _ in places(faults)] == [3]


HEAD = "title: A\ndate: 2024-07-17\n"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("location: {name: X, lat: 95, lon: 3}", [(4, 26, "found '95' where")]),
        ("places: [{name: X, lon: 3}, {name: Y, lat: x, lon: 2}]", [(4, 10, "lon is given without"), (4, 44, "found")]),
        ("location: {name: X, Latitude: 1, lng: 3}", []),
        ("thread: '!!'", [(4, 9, "'!!' can't be a name")]),
        ("events: [{name: E, when: 2024, id: '..'}]", [(4, 36, "'..' can't be the id of an event")]),
        (f"events: [{{name: E, when: 2024, id: {'é' * 101}}}]", [(4, 36, "the id")]),
        (
            "sources: [{kind: wire}, B]\nevents: [{name: E, when: 2024, sources: [2, B, 9]}]",
            [(4, 11, "name is missing")],
        ),
        (
            f"sources: [B]\nevents: [{{name: E, when: 2024, sources: [{'9' * 5000}]}}]",
            [(5, 42, "there is no source 99")],
        ),
    ],
)
def test_what_is_wrong_with_places_events_and_sources_is_told_once(
    header: str, found: list[tuple[int, int, str]]
) -> None:
    faults = [] if not found else faults_of(HEAD + header)
    if not found:
        good(HEAD + header)
    assert [(one.line, one.column) for one in sorted(faults)] == [(line, column) for line, column, _ in found]
    assert all(one.what.startswith(what) for one, (*_, what) in zip(sorted(faults), found, strict=True))
