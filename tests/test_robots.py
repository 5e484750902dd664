"""robots.txt: what settings say of crawlers, as two parsers of it understand what was written (RFC 9309)."""

from __future__ import annotations

from pathlib import Path
from urllib.robotparser import RobotFileParser

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from newsgen.crawling import ROBOTS_SHAPE, Robots, robots_txt
from newsgen.errors import FAULT, Fault
from newsgen.site import load_site

from .conftest import Story
from .test_following import report
from .test_incremental import same_as_clean

HOST = "https://example.org"
LEAST = f"title: The Record\nbase_url: {HOST}/\n"


def robots(text: str) -> Robots:
    site, faults = load_site(Path("/site"), LEAST + text)
    assert not faults, list(map(str, faults))
    return site.robots


def wrong(text: str) -> list[Fault]:
    _, faults = load_site(Path("/site"), LEAST + text)
    return [one for one in faults if one.severity == FAULT]


def may(written: str, crawler: str, path: str) -> bool:
    """Whether a crawler may fetch a path; two parsers, of which one goes by the first rule and not by the longest, must
    agree wherever there are no wildcards."""
    found: bool = Protego.parse(written).can_fetch(HOST + path, crawler)
    if "*" not in written.replace("User-agent: *", "") and "$" not in written:
        other = RobotFileParser()
        other.parse(written.splitlines())
        assert other.can_fetch(crawler, HOST + path) == found, (crawler, path)
    return found


def test_the_short_form_is_for_all_crawlers(story: Story) -> None:
    story.article("alpha")
    story.built()
    assert story.text("/robots.txt") == f"User-agent: *\nAllow: /\n\nSitemap: {HOST}/sitemap.xml\n"
    story.site(robots="disallow")
    story.built()
    assert story.text("/robots.txt") == f"User-agent: *\nDisallow: /\n\nSitemap: {HOST}/sitemap.xml\n"


def test_what_nobody_may_read_holds_for_crawlers_that_have_a_group_of_their_own() -> None:
    text = robots_txt(
        robots(
            """robots:
  disallow: [/media/, /drafts/]
  allow: [/media/maps/]
  crawlers:
    GPTBot: disallow
    CCBot: {default: disallow, allow: /about/}
    Googlebot: {disallow: /data/}
    Googlebot-News: allow
    Archiver: {allow: [/media/]}
"""
        ),
        "/",
    )
    assert text.count("User-agent: ") == 6
    expected = {
        "Anybot": "/ /media/maps/x.png /data/",
        "GPTBot": "",
        "CCBot": "/about/",
        "Googlebot": "/ /media/maps/x.png",
        "Googlebot-News": "/ /media/maps/x.png /data/",
        "Archiver": "/ /media/maps/x.png /media/x.png /data/",
    }
    for crawler, allowed in expected.items():
        for path in ("/", "/media/x.png", "/media/maps/x.png", "/drafts/x", "/data/", "/about/"):
            is_allowed = path in allowed.split() or (path == "/about/" and "/" in allowed.split())
            assert may(text, crawler, path) == is_allowed, (crawler, path)


def test_one_crawler_may_be_let_in_where_all_others_are_asked_to_stay_away() -> None:
    text = robots_txt(robots("robots: {default: disallow, allow: /about/, crawlers: {archive.org_bot: allow}}"), "/")
    assert not may(text, "GPTBot", "/") and may(text, "GPTBot", "/about/us/")
    assert "User-agent: archive.org_bot\nAllow: /\n" in text


def test_paths_are_those_of_the_host_and_escaped(story: Story) -> None:
    story.site(base_url=f"{HOST}/news/", robots={"disallow": ["/søk/", "/a b/", "/x#y", "/50%", "/c%20d", "/*.pdf$"]})
    story.article("alpha")
    story.built()
    rules = [line for line in story.text("/robots.txt").splitlines() if line.startswith("Disallow")]
    paths = ["/s%C3%B8k/", "/a%20b/", "/x%23y", "/50%25", "/c%20d", "/*.pdf$"]
    assert sorted(rules) == sorted(f"Disallow: /news{path}" for path in paths)
    text = story.text("/robots.txt")
    assert not may(text, "Anybot", "/news/søk/x") and not may(text, "Anybot", "/news/a%20b/")
    assert not may(text, "Anybot", "/news/report.pdf") and may(text, "Anybot", "/news/report.pdf.html")
    assert may(text, "Anybot", "/other/a%20b/")


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("robots: perhaps", 3, 9, "one of allow, disallow"),
        ("robots: {default: no}", 3, 19, "one of allow, disallow"),
        ("robots: {disallow: [/a/, media/]}", 3, 26, "'media/' can't be a path"),
        ("robots: {disallow: https://example.org/a/}", 3, 20, "can't be a path"),
        ("robots: {allow: [/b/, /a/], disallow: [/c/, /a/]}", 3, 45, "'/a/' is both allowed and disallowed"),
        ("robots: {crawlers: [GPTBot]}", 3, 20, "a mapping of crawlers"),
        ("robots:\n  crawlers:\n    '*': disallow", 5, 5, "* is not one crawler"),
        ("robots:\n  crawlers:\n    Googlebot/2.1: disallow", 5, 5, "can't be the name of a crawler"),
        ('robots:\n  crawlers:\n    "a\\nDisallow: /": allow', 5, 5, "can't be the name of a crawler"),
        ("robots:\n  crawlers:\n    GPTBot: allow\n    gptbot: disallow", 6, 5, "twice, first on line 5"),
        ("robots:\n  crawlers:\n    GPTBot:", 5, 5, "nothing is said"),
        ("robots:\n  crawlers:\n    GPTBot: [/a/]", 5, 13, "where one of allow, disallow was expected"),
    ],
)
def test_what_can_not_be_is_a_fault_at_its_place(text: str, line: int, column: int, what: str) -> None:
    (fault,) = wrong(text)
    assert (fault.line, fault.column) == (line, column), str(fault)
    assert what in f"{fault.what} {fault.remedy}"


def test_more_than_crawlers_need_read_is_a_fault() -> None:
    paths = ", ".join(f"/{number:04}{'x' * 400}/" for number in range(120))
    crawlers = ", ".join(f"Bot-{'abcdefghijklmnopqrst'[number]}: {{default: allow}}" for number in range(20))
    (fault,) = wrong(f"robots: {{disallow: [{paths}], crawlers: {{{crawlers}}}}}")
    assert "500 KiB" in fault.what


PATHS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(lambda text: f"/{text}")


@given(disallow=st.lists(PATHS, max_size=4), default=st.sampled_from(["allow", "disallow"]))
def test_no_setting_can_write_a_line_of_its_own(disallow: list[str], default: str) -> None:
    import yaml

    given = {"default": default, "disallow": disallow, "crawlers": {"GPTBot": {"disallow": disallow}}}
    site, faults = load_site(Path("/site"), LEAST + yaml.safe_dump({"robots": given}))
    if not faults:
        lines = robots_txt(site.robots, "/").split("\n")
        assert all(line.isascii() and line.isprintable() for line in lines)
        assert {line.partition(": ")[0] for line in lines} <= {"User-agent", "Allow", "Disallow", ""}
        assert all(line.count(" ") <= 1 and "#" not in line for line in lines)
        jsonschema.Draft7Validator(ROBOTS_SHAPE.json_schema()).validate(given)


def test_a_file_of_the_sites_own_takes_its_place_and_is_told_where_it_hides_a_setting(story: Story) -> None:
    story.article("alpha")
    story.built()
    story.write("static/robots.txt", "User-agent: *\nDisallow: /private/\n")
    done = story.built("--strict")  # for nothing is hidden
    assert story.text("/robots.txt") == "User-agent: *\nDisallow: /private/\n"
    assert "1 written" in done.out
    same_as_clean(story)
    story.site(robots={"crawlers": {"GPTBot": "disallow"}})
    done = story.built()
    assert "content/site.yaml:4:3: warning: static/robots.txt is published as it is" in done.err
    story.remove("static/robots.txt")
    assert report(story).warnings == []
    assert "GPTBot" in story.text("/robots.txt")
    same_as_clean(story)
