"""The settings: each read, each with a default, each fault at its place."""

from __future__ import annotations

import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsgen.crawling import Robots
from newsgen.errors import FAULT, WARNING, Fault
from newsgen.load import reading_key
from newsgen.site import SETTINGS, SETTINGS_FILE, Markdown, Publisher, Site, load_site

ROOT = Path("/site")
LEAST = "title: The Record\nbase_url: https://example.org/\n"


def load(text: str) -> Site:
    """Load settings that are right, without so much as a warning."""
    site, faults = load_site(ROOT, text)
    assert not faults, list(map(str, faults))
    return site


def the_fault(line: str, severity: str = FAULT) -> Fault:
    """The one thing wrong with a site whose third line is ``line``."""
    _, (fault,) = load_site(ROOT, LEAST + line)
    assert (fault.path, fault.line, fault.severity) == (SETTINGS_FILE, 3, severity)
    return fault


def test_two_settings_are_enough_and_the_rest_has_defaults() -> None:
    site = load(LEAST)
    assert (site.title, site.base_url, site.base_path) == ("The Record", "https://example.org/", "/")
    assert (site.description, site.language, site.timezone) == ("", "en", "UTC")
    assert (site.id_authority, site.publisher) == ("example.org", Publisher("The Record"))
    assert (site.authors, site.license, site.home_articles) == ((), "", 20)
    assert (site.strict, site.trusted_html, site.robots, site.own) == (False, False, Robots(), {})
    assert site.root == ROOT


def test_every_setting_is_read() -> None:
    site = load(
        "title: The &amp; Record\n"
        "base_url: https://example.org/news\n"
        "description: >\n  What\n  happened.\n"
        "language: ar\n"
        "timezone: Asia/Baghdad\n"
        "id_authority: desk@example.org\n"
        "publisher: {name: The Desk, url: 'https://desk.example/', email: desk@example.org, logo: /logo.png,\n"
        "  policies: {ethics: /ethics}}\n"
        "authors: [Staff, Ann Lee]\n"
        "license: CC BY 4.0\n"
        "home_articles: 7\n"
        "strict: yes\n"
        "trusted_html: true\n"
        "markdown: {engine: commonmark}\n"
        "robots: disallow\n"
        "x_motto: {text: On time, shown: 'true'}\n"
    )
    assert (site.title, site.base_url, site.base_path) == ("The & Record", "https://example.org/news/", "/news/")
    assert (site.description, site.language) == ("What happened.", "ar")
    assert (site.timezone, site.zone) == ("Asia/Baghdad", ZoneInfo("Asia/Baghdad"))
    assert site.id_authority == "desk@example.org"
    ethics = (("ethics", "/ethics/"),)
    assert site.publisher == Publisher("The Desk", "https://desk.example/", "desk@example.org", "/logo.png", ethics)
    assert site.authors == ("Staff", "Ann Lee")
    assert (site.license, site.home_articles) == ("CC BY 4.0", 7)
    assert (site.strict, site.trusted_html, site.robots) == (True, True, Robots("disallow"))
    assert site.markdown == Markdown("commonmark")
    assert site.own == {"x_motto": {"text": "On time", "shown": "true"}}
    assert site.setting("x_motto") == site.own["x_motto"]


def test_every_declared_setting_has_a_help_text_and_can_be_asked_for() -> None:
    site = load(LEAST)
    for one in SETTINGS:
        assert one.help
        site.setting(one.name)


@pytest.mark.parametrize("name", ["nothing", "root", "own", "state", "zone", "_x", "__class__"])
def test_what_is_no_setting_cannot_be_asked_for(name: str) -> None:
    with pytest.raises(KeyError):
        load(LEAST).setting(name)


def test_a_setting_of_one_s_own_that_is_not_there_is_none() -> None:
    assert load(LEAST).setting("x_nothing") is None


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("publisher: The Desk", "publisher", Publisher("The Desk")),
        ("authors: Ann Lee, Bob Ray", "authors", ("Ann Lee", "Bob Ray")),
        ("author: Ann Lee", "authors", ("Ann Lee",)),
        ("subtitle: What happened", "description", "What happened"),
        ("licence: CC0", "license", "CC0"),
        ("Language: fr", "language", "fr"),
        ("strict: ON", "strict", True),
        ("strict: 'no'", "strict", False),
        ("markdown: commonmark", "markdown", Markdown("commonmark")),
        ("markdown: {engine: CommonMark}", "markdown", Markdown("commonmark")),
        ("markdown: {engine: python_markdown}", "markdown", Markdown("python-markdown")),
        ("markdown: {}", "markdown", Markdown("python-markdown")),
        ("markdown:", "markdown", Markdown("python-markdown")),
        ("robots: Disallow", "robots", Robots("disallow")),
        ("home_articles: '12'", "home_articles", 12),
        ("home_articles:", "home_articles", 20),
        ("home_articles: ~", "home_articles", 20),
        ("timezone: null", "timezone", "UTC"),
        ("timezone: UTC", "timezone", "UTC"),
        ("language: zh-Hant-TW", "language", "zh-Hant-TW"),
    ],
)
def test_other_spellings_mean_the_same(line: str, field: str, value: object) -> None:
    assert getattr(load(LEAST + line), field) == value


# -- markdown ----------------------------------------------------------------------------------------------------------


def test_an_engine_that_is_not_known_is_a_fault_at_its_place() -> None:
    fault = the_fault("markdown: {engine: comonmark}")
    assert fault.column == 20
    assert "Did you mean commonmark?" in fault.remedy


def test_an_engine_that_is_not_installed_is_a_fault_that_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyromark", None)
    fault = the_fault("markdown: {engine: commonmark}")
    assert fault.column == 20
    assert fault.what == "the Markdown engine commonmark is not installed"
    assert "pip install 'newsgen[fast]'" in fault.remedy
    assert load(LEAST + "markdown: python-markdown").markdown == Markdown()


def test_the_engine_is_a_part_of_what_reading_depends_on() -> None:
    keys = {reading_key(load(LEAST + line), b"") for line in ("", "markdown: commonmark", "markdown: python-markdown")}
    assert len(keys) == 2
    assert load(LEAST).digest() != load(LEAST + "markdown: commonmark").digest()


# -- base_url ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "base_url", "base_path"),
    [
        ("https://example.org", "https://example.org/", "/"),
        ("https://example.org/", "https://example.org/", "/"),
        ("https://example.org/news", "https://example.org/news/", "/news/"),
        ("https://example.org/News/", "https://example.org/News/", "/News/"),
        ("https://example.org//news//a//", "https://example.org/news/a/", "/news/a/"),
        ("HTTPS://Example.ORG/News", "https://example.org/News/", "/News/"),
        ("http://localhost:8000", "http://localhost:8000/", "/"),
        ("https://example.org/a%20b", "https://example.org/a%20b/", "/a%20b/"),
        ("https://example.org/~me/", "https://example.org/~me/", "/~me/"),
    ],
)
def test_the_base_url_has_one_spelling(given: str, base_url: str, base_path: str) -> None:
    site = load(f"title: x\nbase_url: {given}")
    assert (site.base_url, site.base_path) == (base_url, base_path)


@pytest.mark.parametrize("given", ["https://example.org/\u0430\u0440\u0445\u0438\u0432", 'https://example.org/a"b<c>'])
def test_the_base_path_is_percent_encoded_or_refused(given: str) -> None:
    site, faults = load_site(ROOT, f"title: x\nbase_url: '{given}'")
    assert faults or (site.base_path.isascii() and not set(site.base_path) & set('"<>'))


@pytest.mark.parametrize(
    "given",
    [
        "example.org",
        "//example.org/",
        "/news/",
        "ftp://example.org/",
        "file:///etc/",
        "javascript:alert(1)",
        "https://",
        "https:///news/",
        "https://example.org:99999/",
        "https://example.org:0/",
        "https://exa mple.org/",
        "https://[::1/",
        "https://example.org/?page=1",
        "https://example.org/#top",
        "https://me@example.org/",
        "https://me:secret@example.org/",
        "https://:secret@example.org/",
        "https://example.org/a/../b/",
        "https://example.org/%2e%2e/b/",
        "[https://example.org/]",
    ],
)
def test_what_cannot_be_a_base_url_is_a_fault(given: str) -> None:
    site, faults = load_site(ROOT, f"title: x\nbase_url: {given if given[0] == '[' else repr(given)}")
    (fault,) = faults
    assert (fault.path, fault.line, fault.column, fault.severity) == (SETTINGS_FILE, 2, 11, FAULT)
    assert "https://" in fault.remedy or "whole address" in fault.remedy
    assert site.base_url == "https://example.org/"


def test_the_authority_of_ids_is_the_host_of_the_base_url_unless_it_is_set() -> None:
    assert load("title: x\nbase_url: https://News.Example.org:8080/a/").id_authority == "news.example.org"
    assert load(LEAST + "id_authority: other.example").id_authority == "other.example"
    assert load(LEAST + "id_authority: Other.Example").id_authority == "other.example"


# -- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("timezone: Europe/Pariss", 11),
        ("timezone: europe/paris", 11),
        ("timezone: Europe", 11),
        ("timezone: ../../etc/passwd", 11),
        ("timezone: /etc/localtime", 11),
        ("timezone: '+03:00'", 11),
        ("timezone: [UTC]", 11),
        ("language: english", 11),
        ("language: en_GB", 11),
        ("id_authority: https://example.org", 15),
        ("id_authority: a b", 15),
        ("publisher: {url: 'https://x.example/'}", 12),
        ("publisher: {name: a, url: 'javascript:x'}", 27),
        ("publisher: [a]", 12),
        ("home_articles: 0", 16),
        ("home_articles: 201", 16),
        ("home_articles: 5.5", 16),
        ("home_articles: many", 16),
        ("strict: maybe", 9),
        ("trusted_html: 1", 15),
        ("robots: perhaps", 9),
        ("title: Again", 1),
        ("authors: {a: b}", 10),
    ],
)
def test_a_wrong_setting_is_a_fault_at_its_place(line: str, column: int) -> None:
    fault = the_fault(line)
    assert fault.column == column
    assert fault.remedy


def test_an_unknown_time_zone_is_named_with_what_would_be_right() -> None:
    fault = the_fault("timezone: Mars/Olympus")
    assert "'Mars/Olympus'" in fault.what
    assert "Europe/Paris" in fault.remedy


@pytest.mark.parametrize(
    ("key", "meant"),
    [("tilte", "title"), ("timezon", "timezone"), ("baseurl", "base_url"), ("lisense", "license"), ("robot", "robots")],
)
def test_an_unknown_key_is_a_warning_that_names_the_right_one(key: str, meant: str) -> None:
    fault = the_fault(f"{key}: x", WARNING)
    assert f"'{key}'" in fault.what
    assert f"Did you mean {meant}?" in fault.remedy
    assert fault.column == 1


def test_an_unknown_key_inside_the_publisher_is_told_too() -> None:
    assert "Did you mean email?" in the_fault("publisher: {name: a, emial: b}", WARNING).remedy


def test_a_very_long_description_is_a_warning() -> None:
    assert the_fault("description: " + "x" * 1001, WARNING).column == 14


@pytest.mark.parametrize("title", ["", "''", "~", "'&nbsp;'", '"\\x01"'])
def test_a_title_that_says_nothing_is_missing(title: str) -> None:
    _, (fault,) = load_site(ROOT, f"title: {title}\nbase_url: https://example.org/")
    assert "title" in str(fault)


@pytest.mark.parametrize("text", ["", "# nothing\n", "\n\n"])
def test_an_empty_file_lacks_both_settings_that_are_needed(text: str) -> None:
    site, faults = load_site(ROOT, text)
    assert sorted(fault.what for fault in faults) == ["base_url is missing", "title is missing"]
    assert site == Site(ROOT)


def test_no_file_at_all_is_one_fault_with_a_way_out() -> None:
    site, (fault,) = load_site(ROOT, None)
    assert "missing" in fault.what
    assert "newsgen init" in fault.remedy
    assert site == Site(ROOT)


@pytest.mark.parametrize("text", ["- a", "text", "title: [", "title: !!python/none x", "title: \x00"])
def test_a_file_that_is_no_mapping_is_one_fault(text: str) -> None:
    site, (fault,) = load_site(ROOT, text)
    assert fault.severity == FAULT
    assert site == Site(ROOT)


def test_all_faults_are_told_in_one_run_each_at_its_place() -> None:
    _, faults = load_site(
        ROOT,
        "base_url: nowhere\nlanguage: 1\ntimezone: Mars/X\nhome_articles: none\nstrict: perhaps\nrobots: no\n"
        "publisher: {email: a}\nid_authority: a b\ntilte: x\n",
    )
    assert {(fault.line, fault.column) for fault in faults if "title is" not in fault.what} == {
        (1, 11),
        (2, 11),
        (3, 11),
        (4, 16),
        (5, 9),
        (6, 9),
        (7, 12),
        (8, 15),
        (9, 1),
    }
    assert any("title is missing" in fault.what for fault in faults)


# -- digests ----------------------------------------------------------------------------------------------------------


def test_a_digest_of_settings_knows_only_those() -> None:
    plain, changed = load(LEAST), load(LEAST + "publisher: {name: a, email: new@example.org}\nx_a: 1")
    assert plain.digest_of(("title", "language")) == changed.digest_of(("language", "title"))
    assert plain.digest_of(("publisher",)) != changed.digest_of(("publisher",))
    assert plain.digest_of(("x_a",)) != changed.digest_of(("x_a",))
