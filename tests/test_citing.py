"""Sentences refer to the sources of their article, and the sources lead back: with each engine, and in an archive."""

from __future__ import annotations

import html
import re
import shutil
import sqlite3
from typing import Any

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsgen import markup
from newsgen.citing import MOST_BACKLINKS, Citations, Sources, check
from newsgen.engines import COMMONMARK, ENGINES, PYTHON_MARKDOWN
from newsgen.errors import FAULT, WARNING
from newsgen.marks import KIND, MOST_TOLD, take_out
from newsgen.markup import Body, Converter, resolve
from newsgen.notes import CLOSE, OPEN, Notes

from .conftest import Story
from .test_markup import insist_on_safety

PATH = "content/articles/2024/a.md"
CONVERTERS = {name: (Converter(engine=name), Converter(True, name)) for name in ENGINES}
SOURCES = [
    {"name": "Reuters", "proposed": None},
    {"name": "US Central Command", "proposed": None},
    {"name": 'A "close" <b>friend</b> & ally, 27 May', "proposed": None},
    {"name": "A guess", "proposed": True},
]


def convert(text: str, engine: str, trusting: bool = False) -> Body:
    return CONVERTERS[engine][trusting].convert(PATH, text, 1)


def published(text: str, engine: str, trusting: bool = False) -> str:
    """What a reader gets."""
    body = convert(text, engine, trusting)
    return resolve(body.html, lambda kind, target: html.escape(f"/{target}"), mark=Citations(SOURCES).mark)


def tree(text: str, engine: str, trusting: bool = False) -> Any:
    return lxml.html.fragment_fromstring(published(text, engine, trusting), create_parent="main")


def read(text: str, engine: str) -> str:
    """The words and marks that a reader sees."""
    return " ".join(tree(text, engine).text_content().split())


def labels(text: str, engine: str) -> list[str]:
    return [one.target for one in convert(text, engine).links if one.kind == KIND]


# -- where marks may stand --------------------------------------------------------------------------------------------

PLACES = {
    "after a full stop": ("Said.[^source:1] Then.", "//p/sup", "Said.[1] Then."),
    "before a full stop, after a blank": ("Said [^source:1].", "//p/sup", "Said[1]."),
    "at the beginning of a line": ("One\n[^source:1] two", "//p/sup", "One[1] two"),
    "alone": ("[^source:1]", "//p/sup", "[1]"),
    "by name": ("A[^source:us-central-command] b", "//p/sup", "A[2] b"),
    "by name, with blanks": ("A[^source: US Central Command ] b", "//p/sup", "A[2] b"),
    "by a name that holds signs of Markdown": ("A[^source:_US_*Central*|Command] b", "//p/sup", "A[2] b"),
    "several": ("A[^source:1] [^source:2][^source:1,2]", "//p/sup[4]", "A[1][2][1][2]"),
    "several, by name too": ("A[^source:reuters, 2, 1]", "//p/sup[2]", "A[1][2]"),
    "in the digits of another script": ("A[^source:٢]", "//p/sup", "A[2]"),
    "in emphasis": ("*a[^source:1]* **b.**[^source:1] _c_[^source:1]", "//em/sup", "a[1] b.[1] c[1]"),
    "in a heading": ("## What *it*[^source:1] says\n\nx", "//h2[@id='what-it-says']/sup", "What it[1] says x"),
    "in a heading with a line": ("What[^source:1]\n---", "//h2[@id='what']/sup", "What[1]"),
    "in a list": ("- a[^source:1]\n- [^source:2] b", "//li[2]/sup", "a[1] [2] b"),
    "in a quotation": ("> a\n> b[^source:1]", "//blockquote/p/sup", "a b[1]"),
    "in a definition list": ("A[^source:1]\n: b[^source:2]", "//dd/sup", "A[1] b[2]"),
    "in HTML": ("<div>a[^source:1]</div>", "//div/sup", "a[1]"),
    "after HTML that is not closed": ("a <b>c[^source:1]", "//sup", "a c[1]"),
    "before brackets": ("a[^source:1](b) [^source:1][c]", "//sup[2]", "a[1](b)[1][c]"),
    "after an exclamation mark": ("What![^source:1](b)", "//sup", "What![1](b)"),
    "after an ampersand": ("R&para[^source:1] AT&T[^source:1]", "//sup", "R&para[1] AT&T[1]"),
    "after an escaped backslash": (r"a\\[^source:1]", "//sup", "a\\[1]"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", PLACES)
def test_a_mark_stands_wherever_text_does(name: str, engine: str) -> None:
    text, where, words = PLACES[name]
    assert tree(text, engine).xpath(f".{where}[@class='cited']/a[starts-with(@href, '#ng:source-')]")
    assert read(text, engine) == words
    assert not convert(text, engine).faults


@pytest.mark.parametrize("engine", ENGINES)
def test_a_mark_stands_in_a_cell_of_a_table(engine: str) -> None:
    made = tree("|a[^source:1]|b|\n|-|-|\n|c [^source:us|central|command]|d|", engine)
    assert [one.text_content() for one in made.xpath(".//th | .//td")] == ["a[1]", "b", "c[2]", "d"]


TEXT = {
    "in a code span": ("`a[^source:1]`", "a[^source:1]"),
    "in indented code": ("x\n\n    a [^source:1] & b", "x a [^source:1] & b"),
    "between fences": ("```\na [^source:1]\n```", "a [^source:1]"),
    "in code of HTML": ("x <code>a [^source:1]</code>", "x a [^source:1]"),
    "after a backslash": (r"a\[^source:1] b\\\[^source:1]", r"a[^source:1] b\[^source:1]"),
    "as references": ("x &#91;^source:1]", "x [^source:1]"),
    "as another word": ("x [^sources:1] [^source 1] [source:1]", "x [^sources:1] [^source 1] [source:1]"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", TEXT)
def test_what_is_meant_as_text_stays_text(name: str, engine: str) -> None:
    text, words = TEXT[name]
    assert read(text, engine) == words
    assert not labels(text, engine)
    assert not convert(text, engine).faults


@pytest.mark.parametrize("engine", ENGINES)
def test_code_and_marks_of_one_text_are_told_apart(engine: str) -> None:
    text = "`[^source:AT&T]`[^source:1]\n\n```\n<[^source:2]>\n```\n\n[^source:2] `` ` [^source:1] ``"
    assert read(text, engine) == "[^source:AT&T][1] <[^source:2]> [2] ` [^source:1]"
    assert labels(text, engine) == ["1", "2"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_mark_in_an_attribute_or_an_address_is_text(engine: str) -> None:
    text = '![a [^source:1]](b.png)\n\n<p title="\'[^source:AT&T]">x</p>\n\n[y](https://example.org/[^source:1])'
    made = tree(text, engine)
    assert made.xpath("string(.//img/@alt)") == "a [^source:1]"
    assert made.xpath("string(.//p[@title]/@title)") == "'[^source:AT&T]"
    assert made.xpath("string(.//a/@href)") == "https://example.org/[^source:1]"
    assert not made.xpath(".//sup")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_link_to_a_file_or_scheme_with_a_mark_in_it_is_told_as_it_is_written(engine: str) -> None:
    assert convert("[a](b[^source:1].md)", engine).links[0].target == "content/articles/2024/b[^source:1].md"
    (fault,) = convert('<a href="foo:[^source:1]">x</a>', engine).faults
    assert "'foo:[^source:1]'" in fault.what


@pytest.mark.parametrize("engine", ENGINES)
def test_a_mark_inside_a_link_stands_behind_it(engine: str) -> None:
    made = tree("See [the [^source:1] *text*[^source:2]](https://example.org/) now", engine)
    assert not made.xpath(".//a//a")
    assert made.xpath("string(.)").strip() == "See the text[1][2] now"
    assert made.xpath("count(.//a[@href='https://example.org/']/following-sibling::sup)") == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_a_footnote_that_is_called_like_a_mark_stays_a_footnote(engine: str) -> None:
    text = "A[^source:1] b.[^source:2]\n\n[^source:1]: A note.[^source:3]"
    made = tree(text, engine)
    assert made.xpath(".//a[@class='footnote-ref'][@href='#fn:source:1']")
    assert labels(text, engine) == ["2", "3"]
    assert made.xpath(".//*[@id='fn:source:1']//sup[@class='cited']"), "a mark in a footnote"
    assert not convert(text, engine).faults
    assert labels("A[^source:1].\n\n```\n[^source:1]: x\n```", engine) == ["1"], "in code, no footnote is defined"


def test_a_table_of_contents_repeats_headings_without_their_marks() -> None:
    text = "## One [^source:1]\n\n[TOC]\n\n## Two[^source:2]"
    made = tree(text, PYTHON_MARKDOWN)
    assert made.xpath("string(.//div[@class='toc']//a)") == "One"
    assert made.xpath("count(.//sup)") == 2
    assert labels(text, PYTHON_MARKDOWN) == ["1", "2"]


@pytest.mark.parametrize("engine", ENGINES)
def test_trusted_html_keeps_marks_in_scripts_and_comments_as_text(engine: str) -> None:
    text = "<script>\nlet a = '<b>[^source:AT&T]';\n</script>\n\n<!-- [^source:1] -->\n\nx[^source:1]"
    made = published(text, engine, trusting=True)
    assert "'<b>[^source:AT&T]'" in made
    assert "<!-- [^source:1] -->" in made
    assert made.count('class="cited"') == 1
    assert published("<b>x</b>[^source:1]", engine, trusting=True) == published("<b>x</b>[^source:1]", engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_place_of_a_mark_is_that_in_the_file(engine: str) -> None:
    text = "`[^source:1]` a[^source:1]\n\n- b\n- c [^source:x y]"
    places = [(one.target, one.line, one.column) for one in CONVERTERS[engine][0].convert(PATH, text, 11).links]
    assert places == [("1", 11, 16), ("x y", 14, 5)]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_summary_has_no_marks(engine: str) -> None:
    assert convert("It was said[^source:1] so [^source:2].[^source:no-such]", engine).opening == "It was said so."
    assert convert("[^source:1]\n\nText.", engine).opening == "Text."


@pytest.mark.parametrize("engine", ENGINES)
def test_where_nothing_is_known_of_sources_marks_vanish_and_leave_no_blank(engine: str) -> None:
    body = convert("Said [^source:1]. And [^source:2] so", engine)
    assert resolve(body.html, lambda kind, target: None).strip() == "<p>Said. And so</p>"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_text_without_marks_is_given_to_the_engine_as_it_is(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(markup, "take_out", never)
    assert not convert("A[^1] source:1 [^sources]\n\n[^1]: b", engine).faults


# -- what people and attackers write ----------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "mark",
    [
        "[^source:]",
        "[^source: ]",
        '[^source:"><b>x</b>]',
        "[^source:a\nb]",
        "[^source:a\\]",
        "[^source:" + "x" * 201 + "]",
        "[^source:1",
        "[^source:[1]]",
    ],
)
def test_what_begins_like_a_mark_and_is_none_is_text_with_a_warning(mark: str, engine: str) -> None:
    body = convert(f"a\n\nSo {mark} it is", engine)
    (warning,) = body.faults
    assert (warning.line, warning.column, warning.severity) == (3, 4, WARNING)
    assert "no mark of a source" in warning.what
    assert not body.links
    insist_on_safety(resolve(body.html, lambda kind, target: None))


@pytest.mark.parametrize("engine", ENGINES)
def test_not_each_of_many_that_are_no_marks_is_told(engine: str) -> None:
    assert len(convert("a[^source:] " * 500, engine).faults) == MOST_TOLD


@pytest.mark.parametrize("engine", ENGINES)
def test_a_label_never_becomes_markup(engine: str) -> None:
    for label in ('" onclick="x()', "'", "&lt;b&gt;", "%3Cb%3E", "#ng:x", "javascript:x()", "=,;=", "&#xfdd1;"):
        text = f"a[^source:{label}] `[^source:{label}]` <i title='[^source:{html.escape(label)}]'>b</i>"
        insist_on_safety(published(text, engine))
        assert tree(text, engine).xpath("string(.//code)") == f"[^source:{label}]"


@pytest.mark.parametrize("engine", ENGINES)
def test_characters_that_no_text_holds_make_no_marks(engine: str) -> None:
    forged = f"a{OPEN}source:1{CLOSE} &#xfdd0;source:1&#xfdd1; b[^source:\x001\x02\ufdd2]"
    assert labels(forged, engine) == ["1"]
    assert tree(forged, engine).xpath("count(.//sup)") == 1
    insist_on_safety(published(forged, engine))


_PIECES = [
    *"[^source:1] [^source:x] [^source:US|*C*] [^source:&amp;] [^source:\"'] [^source:1]: [^source:".split(),
    *"\\[^source:1] [^source:1](x) ![^source:1](x) [ ] ]( ](x) ![ ` `` ``` * ** _ \\ < > & &lt; <a".split(),
    *"<b> </b> <a> </a> <code> </code> <pre> </pre> <div> </div> <!-- --> {: } {#a} /> ' \"".split(),
    *'<a[^source:1]> title="[^source:1]" title=[^source:1] title=" href="x[^source:1] onclick= <img'.split(),
    *"src=[^source:1] # ## - > | |-|-| : = == =,; ,;= word 1 . , é [^1] [^1]:".split(),
    " ", "  ", "    ", "\n", "\n\n", "\n- ", "\n> ", "\n: ", "\n|",
]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=600, deadline=None)
@given(text=st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))
def test_any_text_with_marks_stays_harmless(engine: str, text: str) -> None:
    body = convert(text, engine)
    made = resolve(body.html, lambda kind, target: f"/{html.escape(target)}", mark=Citations(SOURCES).mark)
    insist_on_safety(made)
    parsed = lxml.html.fragment_fromstring(made, create_parent="main")
    assert not parsed.xpath(".//sup[@class='cited']//sup | .//a//a")
    assert not re.search("=[,;]{33}=", made), "what stood for a mark is there still"
    marks = parsed.xpath("count(.//sup[@class='cited'])")
    shown = [number for one in body.links if one.kind == KIND for number in Sources_.meant(one.target)[0]]
    assert marks == len(shown)
    assert not re.search("=[,;]{33}=", body.opening)
    assert OPEN not in body.opening


Sources_ = Sources(one["name"] for one in SOURCES)


@pytest.mark.parametrize("engine", ENGINES)
def test_thousands_of_marks_are_read_and_shown(engine: str) -> None:
    text = "\n\n".join(f"Line {number}.[^source:{number % 3 + 1}]" for number in range(5_000))
    body = convert(text, engine)
    citations = Citations(SOURCES)
    made = resolve(body.html, lambda kind, target: None, mark=citations.mark)
    assert len(body.links) == made.count('class="cited"') == 5_000
    assert [len(one["cited"]) for one in citations.listed()] == [MOST_BACKLINKS] * 3
    assert body.links[-1].line == 9_999


def test_a_long_run_of_blanks_or_backslashes_around_marks_is_no_burden() -> None:
    """Without an engine, for Python-Markdown has burdens of its own. Read in squares, this would take minutes."""
    text = "a" + " " * 300_000 + "[^source:1] x = " + " " * 300_000 + "y " + "\\" * 300_000 + "[^source:2]"
    notes = Notes(PATH, text)
    taken, marks = take_out(notes)
    assert marks is not None
    assert marks.written(taken) == text
    placed = marks.placed(taken, notes)
    assert placed.startswith(f"a{OPEN}source:1{CLOSE} x = ")
    assert placed.endswith(f"\\{OPEN}source:2{CLOSE}")


# -- which source is meant --------------------------------------------------------------------------------------------


def test_a_source_is_found_by_its_number_or_its_name() -> None:
    known = Sources(["Reuters", "2", "Statement, 27 May", "reuters", "!!!"])
    assert known.meant("1") == ([1], [])
    assert known.meant("REUTERS") == ([1], [])
    assert known.meant("2") == ([2], []), "a number is a number first"
    assert known.meant("Statement, 27 May") == ([3], []), "names may hold commas"
    assert known.meant("statement-27-may,1,1") == ([3, 1], [])
    assert known.meant("1, 9") == ([1], ["9"])
    assert known.meant("Statement, 28 May") == ([], ["Statement, 28 May"])
    assert known.meant("0") == ([], ["0"])
    assert known.meant("???") == ([], ["???"])
    assert known.meant("9" * 200) == ([], ["9" * 200])


def test_a_mark_that_means_no_source_is_a_fault_that_helps() -> None:
    def told(label: str, sources: Any = SOURCES) -> list[tuple[str, str]]:
        faults = list(check(PATH, [(label, 7, 3)], sources))
        assert all((one.line, one.column, one.path) == (7, 3, PATH) for one in faults)
        return [(one.severity, f"{one.what}. {one.remedy}") for one in faults]

    assert told("4") == [], "one that is only proposed is left out without a word"
    ((severity, text),) = told("7")
    assert severity == FAULT
    assert "there is no source 7; this article has 4" in text
    ((_, text),) = told("reuter")
    assert "no source is called 'reuter'. Did you mean Reuters?" in text
    ((_, text),) = told("central command")
    assert "Did you mean US Central Command?" in text
    ((_, text),) = told("x" * 200)
    assert len(text) < 200
    ((_, text),) = told("1", [])
    assert "this article has none" in text
    ((_, text),) = told("1", None)
    assert "pages without a date" in text
    twice = [{"name": "A", "proposed": None}, {"name": "B", "proposed": None}, {"name": "a", "proposed": None}]
    ((severity, text),) = told("a", twice)
    assert severity == WARNING
    assert "sources 1 and 3 have one name; the first is meant" in text
    assert told("1", twice) == []


# -- in an archive ----------------------------------------------------------------------------------------------------

AT = "/2024/07/17/two-drones/"
HEAD = [
    {"name": "Reuters", "kind": "wire", "url": "https://www.reuters.com/"},
    {"name": "An officer", "proposed": True},
    {"name": "A <ministry>", "kind": "statement"},
]


@pytest.fixture(params=ENGINES)
def archive(request: pytest.FixtureRequest, story: Story) -> Story:
    return story.site(markdown=request.param)


def test_a_sentence_leads_to_its_source_and_the_source_back(archive: Story) -> None:
    archive.article("two-drones", "Two were fired.[^source:3][^source:2]\n\nIt was said [^source:1,3].", sources=HEAD)
    run = archive.built()
    assert "warning" not in run.text
    page = archive.page(AT)
    marks = page.xpath("//*[contains(@class, 'e-content')]//sup[@class='cited']/a")
    assert [(one.text, one.get("href"), one.get("id"), one.get("title")) for one in marks] == [
        ("[3]", "#ng:source-3", "ng:cited-3-1", "A <ministry>"),
        ("[1]", "#ng:source-1", "ng:cited-1-1", "Reuters"),
        ("[3]", "#ng:source-3", "ng:cited-3-2", "A <ministry>"),
    ]
    listed = page.xpath("//*[@class='sources']//li")
    assert [(one.get("id"), one.get("value")) for one in listed] == [("ng:source-1", "1"), ("ng:source-3", "3")]
    backs = [one.xpath(".//a[@role='doc-backlink']/@href") for one in listed]
    assert backs == [["#ng:cited-1-1"], ["#ng:cited-3-1", "#ng:cited-3-2"]]
    for link in page.xpath("//main//a[starts-with(@href, '#')]/@href"):
        assert len(page.xpath(f"//*[@id='{link[1:]}']")) == 1
    labels = page.xpath("//main//a[@role='doc-backlink']/@aria-label")
    assert labels == ["Back to the text [1]", "Back to the text [3] 1", "Back to the text [3] 2"]
    assert "An officer" not in archive.text(AT)


def test_the_summary_and_the_standfirst_know_no_marks(archive: Story) -> None:
    archive.article("two-drones", "Two drones [^source:1], it is said, were fired.[^source:1]\n\nMore.", sources=HEAD)
    archive.built()
    page = archive.page(AT)
    assert page.xpath("string(//meta[@name='description']/@content)") == "Two drones, it is said, were fired."
    assert not page.xpath("//*[@class='standfirst']"), "the text begins with the same words"
    assert "source:1" not in archive.text("/")


def test_marks_in_feeds_lead_to_the_page_of_the_article(archive: Story) -> None:
    archive.article("two-drones", "Two were fired.[^source:3]", sources=HEAD)
    archive.built()
    for address in ("/feed/rss.xml", "/feed/atom.xml"):
        (entry,) = archive.feed(address).entries
        text = lxml.html.fragment_fromstring(entry.content[0].value, create_parent="div")
        assert text.xpath(".//sup/a/@href") == [f"https://example.org{AT}#ng:source-3"]
        assert text.xpath("string(.//sup)") == "[3]"
        assert 'id="ng:' not in archive.text(address)


def test_a_mark_without_its_source_stops_the_build_where_it_stands(archive: Story) -> None:
    file = archive.article("two-drones", "A.[^source:1]\n\nB.[^source:4] C.[^source:reuter]", sources=HEAD)
    run = archive.build()
    assert run.code == 1
    last = file.read_text().count("\n")
    assert f"two-drones.md:{last}:3: there is no source 4; this article has 3." in run.text
    assert f"two-drones.md:{last}:17: no source is called 'reuter'. Did you mean Reuters?" in run.text
    assert archive.build("--keep-going").code == 3


def test_a_page_without_a_date_has_no_sources_to_refer_to(archive: Story) -> None:
    archive.write("content/pages/about.md", "---\ntitle: About\n---\nWe write \\[^source:1] and `[^source:1]`.\n")
    archive.built()
    assert "We write [^source:1] and" in archive.page("/about/").xpath("string(//main)")
    archive.write("content/pages/about.md", "---\ntitle: About\n---\nSo.[^source:1]\n")
    run = archive.build()
    assert run.code == 1
    assert "about.md:4:4: [^source:1] refers to a source, and pages without a date have none" in run.text


def test_an_edit_of_the_head_alone_checks_and_shows_marks_anew(archive: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "A.[^source:1] B.[^source:ministry]"
    ministry = {"name": "Ministry"}
    archive.article("two-drones", text, sources=[ministry, {"name": "Radio"}])
    archive.built()
    assert archive.page(AT).xpath("//main//sup/a/text()") == ["[1]", "[1]"]
    monkeypatch.setattr(Converter, "convert_body", None)  # nothing is converted from here on
    archive.article("two-drones", text, sources=[{"name": "Radio"}, ministry])
    archive.built()
    assert archive.page(AT).xpath("//main//sup/a/text()") == ["[1]", "[2]"]
    assert archive.feed("/feed/atom.xml").entries[0].content[0].value.count("[2]") == 1
    archive.article("two-drones", text, sources=[{"name": "Radio"}])
    run = archive.build()
    assert run.code == 1
    assert "no source is called 'ministry'" in run.text
    archive.article("two-drones", text, sources=[{"name": "Radio"}, {**ministry, "proposed": True}])
    archive.built()
    assert archive.page(AT).xpath("//main//sup/a/text()") == ["[1]"]


def test_steps_give_what_a_clean_build_gives(archive: Story) -> None:
    for sources in (HEAD, [*HEAD[1:], HEAD[0]], [HEAD[0]] * 3):
        archive.article("two-drones", "A.[^source:1] B.[^source:1,3]", sources=sources)
        archive.built()
        stepped = archive.published()
        shutil.rmtree(archive.root / ".newsgen")
        shutil.rmtree(archive.public)
        archive.built()
        assert archive.published() == stepped


def test_an_author_cannot_take_the_ids_of_marks_and_sources(archive: Story) -> None:
    text = '<p id="ng:source-1">x</p>\n\n<i id="ng:cited-1-1">y</i>[^source:1]\n\n## ng:source-1 {#ng:source-1}'
    archive.article("two-drones", text, sources=HEAD)
    archive.built()
    page = archive.page(AT)
    assert page.xpath("name(//*[@id='ng:source-1'])") == "li"
    assert page.xpath("name(//*[@id='ng:cited-1-1'])") == "a"
    assert page.xpath("count(//*[starts-with(@id, 'ng:source-')])") == 2


def test_marks_are_no_links_between_documents(archive: Story) -> None:
    """What the archive keeps of links would else name addresses and files that are called like sources."""
    archive.article("two-drones", "A.[^source:1] [b](two-drones.md)", sources=HEAD)
    archive.built()
    with sqlite3.connect(archive.root / ".newsgen/archive.sqlite") as database:
        assert [kind for (kind,) in database.execute("SELECT kind FROM links")] == ["document"]


def test_both_engines_show_the_same_marks() -> None:
    text = "\n\n".join(text for text, _, _ in PLACES.values() if not text.startswith("- "))
    plain, common = (tree(text, engine).xpath(".//sup/a/text()") for engine in (PYTHON_MARKDOWN, COMMONMARK))
    assert plain == common
