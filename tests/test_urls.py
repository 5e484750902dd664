"""Slugs, addresses and paths: what is written can be trusted to stay where it belongs."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsgen.urls import (
    LONGEST_NAME,
    article_address,
    clean_address,
    encode,
    fold,
    href,
    media_address,
    output_path,
    slugify,
    slugify_any,
    split_stem,
    tag_uri,
    why_not_an_address,
)

# -- slugs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Two drones fired at Ain al-Assad", "two-drones-fired-at-ain-al-assad"),
        ("  --Hello,   World!--  ", "hello-world"),
        ("US-led coalition (2014\u20132024)", "us-led-coalition-2014-2024"),
        ("snake_case and dots.too", "snake-case-and-dots-too"),
        ("C++ & C#", "c-c"),
        ("\u00dcber uns", "\u00fcber-uns"),
        ("E\u0301tat", "\u00e9tat"),
        ("\u00c9TAT", "\u00e9tat"),
        ("Stra\u00dfe", "stra\u00dfe"),
        ("\u1e9e", "\u00df"),
        ("\u0130stanbul", "i\u0307stanbul"),
        ("\u039f\u0394\u039f\u03a3 \u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2-\u03bf\u03b4\u03bf\u03c2"),
        ("\u0627\u0644\u0639\u0631\u0627\u0642 \u0648\u0633\u0648\u0631\u064a\u0627",) * 2,
        ("\u05e9\u05dc\u05d5\u05dd",) * 2,
        ("\u0915\u094d\u0937\u0924\u094d\u0930\u093f\u092f",) * 2,
        ("\u0ba4\u0bae\u0bbf\u0bb4\u0bcd",) * 2,
        ("\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22",) * 2,
        ("\u65b0\u805e \u8a18\u4e8b", "\u65b0\u805e-\u8a18\u4e8b"),
        ("\uac00\ub098", "\uac00\ub098"),
        ("\u1100\u1161", "\uac00"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc-\u062e\u0648\u0627\u0647\u0645"),
        ("\u0664\u0662", "\u0664\u0662"),
        ("10% of 5\u20ac", "10-of-5"),
        ("fire \U0001f525 drill", "fire-drill"),
        ("\u2764\ufe0f heart", "heart"),
        ("\u202eevil\u202c", "evil"),
        ("a\x00b\x1fc", "a-b-c"),
        ("../../etc/passwd", "etc-passwd"),
        ("..\\..\\boot.ini", "boot-ini"),
        ("%2e%2e%2f", "2e-2e-2f"),
    ],
)
def test_a_slug_keeps_letters_and_digits_of_any_script(text: str, slug: str) -> None:
    expected = slug.replace(" ", "-")
    assert slugify(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "!!!", "...", "/", "\u2014", "\U0001f525", "\u200c", "\u2764\ufe0f", "\ufe0f", "\u0301", "\ud800"],
)
def test_the_slug_of_a_text_without_letters_or_digits_is_empty(text: str) -> None:
    assert slugify(text) == ""


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60))
@example("\u039f\u0394\u039f\u03a3'\u0392")
@example("\u0130I\u0131i")
@example("-\u0338=\u0338")
@example("\u1fb3\u0345")
def test_any_slug_is_one_safe_part_of_a_path_and_stays_as_it_is(text: str) -> None:
    slug = slugify(text)
    assert slugify(slug) == slug
    assert unicodedata.is_normalized("NFC", slug)
    assert slug == slug.lower()
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert "--" not in slug
    assert all(c == "-" or c.isalnum() or unicodedata.category(c)[0] == "M" for c in slug)
    if slug and len(slug.encode()) <= LONGEST_NAME:
        address = article_address("2024-07-17", slug)
        assert why_not_an_address(address) is None
        assert clean_address(encode(address)) == address
        assert output_path(address) == f"2024/07/17/{slug}/index.html"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_texts_that_differ_only_in_case_or_unicode_form_have_slugs_that_fold_together(text: str) -> None:
    assert fold(slugify(text)) == fold(slugify(unicodedata.normalize("NFD", text)))
    assert slugify(text) == slugify(unicodedata.normalize("NFC", text))


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_the_short_way_to_a_slug_leads_where_the_long_one_does(text: str) -> None:
    assert slugify(text) == slugify_any(text)


# -- file names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stem", "day", "rest"),
    [
        ("2014-07-17-slug", "2014-07-17", "slug"),
        ("2014-7-1-slug", "2014-07-01", "slug"),
        ("2014-07-17_slug", "2014-07-17", "slug"),
        ("2014-07-17 a slug", "2014-07-17", "a slug"),
        ("2014-07-17.slug", "2014-07-17", "slug"),
        ("2014-07-17--slug", "2014-07-17", "slug"),
        ("2014-07-17-\u0639\u0631\u0627\u0642", "2014-07-17", "\u0639\u0631\u0627\u0642"),
        ("2014-07-17-2015-08-18-x", "2014-07-17", "2015-08-18-x"),
        ("2014-07-17", "2014-07-17", "2014-07-17"),
        ("slug", None, "slug"),
        ("slug-2014-07-17", None, "slug-2014-07-17"),
        ("2014-07-17slug", None, "2014-07-17slug"),
        ("2014-07-slug", None, "2014-07-slug"),
        ("20140717-slug", None, "20140717-slug"),
        ("", None, ""),
    ],
)
def test_a_date_at_the_head_of_a_file_name_is_told_from_the_rest(stem: str, day: str | None, rest: str) -> None:
    assert split_stem(stem) == (day, rest)


@given(st.text(max_size=30))
def test_any_stem_can_be_split_and_leaves_something(stem: str) -> None:
    day, rest = split_stem(stem)
    assert day is None or re.fullmatch(r"\d{4}-\d{2}-\d{2}", day)
    assert bool(rest) == bool(stem)


# -- addresses --------------------------------------------------------------------------------------------------------


def test_the_addresses_that_are_promised() -> None:
    assert article_address("2024-07-17", "two-drones") == "/2024/07/17/two-drones/"
    assert media_address("content/articles/2024/map.png") == "/media/articles/2024/map.png"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("/old", "/old/"),
        ("/old/", "/old/"),
        ("/old/page.html", "/old/page.html"),
        ("  /old  ", "/old/"),
        ("/", "/"),
        ("/caf%C3%A9", "/caf\u00e9/"),
        ("/cafe\u0301", "/caf\u00e9/"),
        ("/cafe%CC%81", "/caf\u00e9/"),
        ("/a%20b", "/a b/"),
        ("/100%25", "/100%/"),
        ("/~user", "/~user/"),
    ],
)
def test_a_person_s_spelling_of_an_address_is_made_the_one_used_everywhere(text: str, address: str) -> None:
    assert clean_address(text) == address
    assert why_not_an_address(address) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old",
        "old/",
        "../old",
        "./old",
        "//evil.example/x",
        "///x",
        "/a//b",
        "/a/../b",
        "/..",
        "/../",
        "/../../x",
        "/a/./b",
        "/.",
        "/%2e%2e/x",
        "/%2E%2E%2Fx",
        "/a%2f..%2fb",
        "/a\\b",
        "/%5cevil",
        "/..\\x",
        "/a\x00b",
        "/%00",
        "/a%0d%0aSet-Cookie:x",
        "/a\tb",
        "/a\x85b",
        "/\ud800",
        "/a?b=c",
        "/a%3Fb",
        "/a#b",
        "/a%23b",
        "http://evil.example/",
        "https:/evil.example/",
        "javascript:alert(1)",
        "/" + "x" * 201,
        "/" + "\u65b0" * 67,
        "/" + "x/" * 600,
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(text: str) -> None:
    cleaned = clean_address(text) if text else text
    assert why_not_an_address(cleaned)


def test_the_longest_part_is_counted_in_bytes() -> None:
    assert why_not_an_address("/" + "x" * 200 + "/") is None
    assert why_not_an_address("/" + "\u65b0" * 66 + "/") is None


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/", "index.html"),
        ("/2024/07/17/slug/", "2024/07/17/slug/index.html"),
        ("/feed/atom.xml", "feed/atom.xml"),
        ("/404.html", "404.html"),
        ("/caf\u00e9/", "caf\u00e9/index.html"),
    ],
)
def test_the_file_that_holds_an_address(address: str, path: str) -> None:
    assert output_path(address) == path


_HOSTILE_ADDRESS = st.lists(
    st.sampled_from(["/", "..", ".", "%2e", "%2f", "%5c", "\\", "a", "b.html", "%00", "\u00e9", "~", " ", "%25"]),
    max_size=10,
).map("".join)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text(max_size=40).map("/".__add__), _HOSTILE_ADDRESS))
def test_no_accepted_address_leaves_the_output_folder(text: str) -> None:
    address = clean_address(text)
    if why_not_an_address(address):
        return
    path = output_path(address)
    assert path
    assert not path.startswith("/")
    assert not {"", ".", ".."} & set(path.split("/"))
    assert posixpath.normpath(f"/out/{path}") == f"/out/{path}"
    assert unicodedata.is_normalized("NFC", path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/News/", "/news/"),
        ("/caf\u00e9/", "/cafe\u0301/"),
        ("/CAF\u00c9/", "/cafe\u0301/"),
        ("/stra\u00dfe/", "/STRASSE/"),
        ("/\u03c3/", "/\u03c2/"),
        ("/\ufb01le/", "/file/"),
        ("/\u1100\u1161/", "/\uac00/"),
        ("/K/", "/\u212a/"),
    ],
)
def test_addresses_that_one_disk_would_hold_as_one_fold_together(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\u0131"), max_size=20))
def test_fold_ignores_case_and_unicode_form(text: str) -> None:
    forms = {fold(unicodedata.normalize(form, text)) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    assert forms == {fold(text)}
    assert fold(fold(text)) == fold(text)
    assert fold(text.lower()) == fold(text) or "\u0130" in unicodedata.normalize("NFC", text)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(max_codepoint=127), max_size=40))
def test_the_short_ways_to_fold_and_to_encode_lead_where_the_long_ones_do(text: str) -> None:
    assert fold(text) == unicodedata.normalize("NFC", unicodedata.normalize("NFKD", text).casefold())
    assert encode(text) == quote(text, safe="/-._~!$'()*+,;=:@")


def test_different_addresses_do_not_fold_together() -> None:
    assert len({fold(path) for path in ("/a/", "/b/", "/a/b/", "/\u00e4/", "/a-/")}) == 5


# -- links and ids ----------------------------------------------------------------------------------------------------


def test_a_link_is_below_the_base_path_and_encoded() -> None:
    assert href("/", "/2024/caf\u00e9/") == "/2024/caf%C3%A9/"
    assert href("/news/", "/a b/") == "/news/a%20b/"
    assert href("https://example.org/news/", "/100%/") == "https://example.org/news/100%25/"
    assert href("/news/", "/") == "/news/"


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_an_encoded_link_is_plain_ascii_and_decodes_to_its_address(text: str) -> None:
    address = clean_address("/" + text)
    if why_not_an_address(address):
        return
    link = href("/news/", address)
    assert re.fullmatch(r"[!-~]+", link)
    assert not set(link) & set('"<>\\^`{}|?#')
    assert unquote(link) == "/news" + address
    assert urlsplit(f"https://example.org{link}").path == link


def test_a_tag_uri_names_authority_day_and_address() -> None:
    assert tag_uri("example.org", "2024-07-17", "/2024/07/17/x/") == "tag:example.org,2024-07-17:/2024/07/17/x/"
    assert tag_uri("me@example.org", "2024-07-17", "a b") == "tag:me@example.org,2024-07-17:a%20b"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_tag_uri_is_a_uri(text: str) -> None:
    assert re.fullmatch(r"tag:example\.org,2024-07-17:[!-~]*", tag_uri("example.org", "2024-07-17", text))
