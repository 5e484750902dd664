"""The constructs of articles, with each Markdown engine: what is the same, and where they differ."""

from __future__ import annotations

import re
from typing import Any

import lxml.html
import pytest

from newsgen import engines, markup
from newsgen.engines import COMMONMARK, ENGINES, PYTHON_MARKDOWN
from newsgen.errors import WARNING, Fault
from newsgen.markup import Body, Converter, conversion_key, resolve
from newsgen.model import Link

from .conftest import Story

PATH = "content/articles/2024/a.md"
CONVERTERS = {name: Converter(engine=name) for name in ENGINES}


def convert(text: str, engine: str) -> Body:
    return CONVERTERS[engine].convert(PATH, text, 1)


def shown(text: str, engine: str) -> str:
    """What a reader gets, without the white space between elements."""
    html = resolve(convert(text, engine).html, lambda kind, target: f"/{kind}/{target}")
    return re.sub(r"\s+(?=<)|(?<=>)\s+", "", html).strip()


def tree(text: str, engine: str) -> Any:
    return lxml.html.fragment_fromstring(shown(text, engine), create_parent="main")


SAME = {
    "paragraphs": ("One\ntwo\n\nThree", "<p>One\ntwo</p><p>Three</p>"),
    "line breaks": ("One  \ntwo", "<p>One<br>two</p>"),
    "emphasis": ("*a* __b__ ***c***", "<p><em>a</em><strong>b</strong>"),
    "underlines in words": ("snake_case_word", "<p>snake_case_word</p>"),
    "headings": ("# One\n\nTwo\n---\n\n### Three ###", '<h2 id="one">One</h2><h2 id="two">Two</h2><h3 id="three">'),
    "headings that clash": ("## A\n\n## A\n\n## A", '<h2 id="a">A</h2><h2 id="a_1">A</h2><h2 id="a_2">A</h2>'),
    "headings with ids of their own": ("## A {#b .c}\n\n## B", '<h2 class="c" id="b">A</h2><h2 id="b_1">B</h2>'),
    "headings of signs": ("## !!!\n\n## ???", '<h2 id="section">!!!</h2><h2 id="section_1">???</h2>'),
    "headings with markup": ("## *A* `b` &amp; [c](d.md)", '<h2 id="a-b-c"><em>A</em><code>b</code>&amp;<a href='),
    "headings in HTML have no ids": ("<h2>A</h2>\n\n## A", '<h2>A</h2><h2 id="a">A</h2>'),
    "headings in attributes are text": (
        '<p title="<h2>">x</p>\n\n## A',
        '<p title="&lt;h2&gt;">x</p><h2 id="a">A</h2>',
    ),
    "headings in the text of an image": ("![<h2>](a.png)\n\n<h3>x</h3>\n\n## A", '<h3>x</h3><h2 id="a">A</h2>'),
    "headings on several lines": (
        '<h2\nclass="x">A</h2>\n\n<h2 title="<"\n>B</h2>\n\n## C',
        '<h2 id="c">C</h2>',
    ),
    "lists": ("- a\n- b\n\nand\n\n1. c\n2. d", "<ul><li>a</li><li>b</li></ul><p>and</p><ol><li>c</li><li>d</li></ol>"),
    "nested lists": ("- a\n    - b", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
    "quotations": ("> a\n>\n> b", "<blockquote><p>a</p><p>b</p></blockquote>"),
    "code": ("`<b>`\n\n    x\n\n```\n*y*\n```", "<p><code>&lt;b&gt;</code></p><pre><code>x</code></pre><pre><code>*y*"),
    "rules": ("a\n\n***\n\nb", "<p>a</p><hr><p>b</p>"),
    "escapes": ("\\*a\\* \\[b]", "<p>*a* [b]</p>"),
    "links": ('[a](b.md "T")', '<p><a href="/document/content/articles/2024/b.md" title="T">a</a></p>'),
    "links by reference": ("[a][1]\n\n[1]: https://example.org/", '<p><a href="https://example.org/">a</a></p>'),
    "addresses": ("<https://example.org/>", '<p><a href="https://example.org/">https://example.org/</a></p>'),
    "images": ("![a](b.png)", 'src="/media/content/articles/2024/b.png"'),
    "tables": (
        "|a|b|\n|:--|--:|\n|1|2|",
        '<tr><td style="text-align:left">1</td><td style="text-align:right">2</td></tr></tbody></table>',
    ),
    "definition lists": ("A\n: b", "<dl><dt>A</dt><dd>b</dd></dl>"),
    "HTML in text": ('a <b class="x" onclick="y()">c</b>', '<p>a<b class="x">c</b></p>'),
    "HTML in blocks": ("<div>\n*a*\n</div>", "<div>*a*</div>"),
    "entities": ("&copy; &amp; AT&T &#169;", "<p>© &amp; AT&amp;T ©</p>"),
    "quotes and dashes as they are": ("\"a\" -- 'b' ...", "<p>\"a\" -- 'b' ...</p>"),
    "addresses without brackets are text": ("https://example.org/", "<p>https://example.org/</p>"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", SAME)
def test_a_construct_is_the_same_with_each_engine(name: str, engine: str) -> None:
    text, expected = SAME[name]
    got = shown(text, engine).replace('id="b" class="c"', 'class="c" id="b"')
    assert expected in got


DIFFERENT = {
    "a list that ends a paragraph": ("Text\n- a", "<p>Text\n- a</p>", "<p>Text</p><ul><li>a</li></ul>"),
    "a quotation that ends a list": ("- a\n> b", "<ul><li>a<blockquote>", "<ul><li>a</li></ul><blockquote><p>b</p>"),
    "a heading without a blank": ("#A", '<h2 id="a">A</h2>', "<p>#A</p>"),
    "where a list begins to count": ("3. a", "<ol><li>a</li></ol>", '<ol start="3"><li>a</li></ol>'),
    "two blanks before an item of an item": ("- a\n  - b", "<li>a</li><li>b</li>", "<li>a<ul><li>b</li></ul></li>"),
    "two kinds of marks": (
        "- a\n\n* b",
        "<li><p>a</p></li><li><p>b</p></li></ul>",
        "<li>a</li></ul><ul><li>b</li></ul>",
    ),
    "a break by a backslash": ("a\\\nb", "<p>a\\\nb</p>", "<p>a<br>b</p>"),
    "Markdown after a blank line in HTML": ("<div>\n\n*a*\n\n</div>", "<div>*a*</div>", "<div><p><em>a</em></p></div>"),
    "blanks in an address": ("[a](b c.md)", 'articles/2024/b c.md">a</a></p>', "<p>[a](b c.md)</p>"),
    "abbreviations": ("HTML\n\n*[HTML]: H", '<p><abbr title="H">HTML</abbr></p>', "<p>HTML</p><p>*[HTML]: H</p>"),
    "attributes of paragraphs": ("a\n{: .b }", '<p class="b">a</p>', "<p>a\n{: .b }</p>"),
    "a table of contents": ("[TOC]\n\n## A", '<div class="toc"><ul><li><a href="#a">A</a>', "<p>[TOC]</p>"),
    "Markdown in HTML": ('<div markdown="1">\n*a*\n</div>', "<div><p><em>a</em></p></div>", "<div>*a*</div>"),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_where_the_engines_differ_each_does_as_documented(name: str) -> None:
    text, python_markdown, commonmark = DIFFERENT[name]
    assert python_markdown in shown(text, PYTHON_MARKDOWN)
    assert commonmark in shown(text, COMMONMARK)


@pytest.mark.parametrize(
    ("text", "line", "column", "what"),
    [
        ("One\n\n[TOC]", 3, 1, "tables of contents"),
        ("A\n\n*[A]: b", 3, 1, "abbreviations"),
        ("One\n{: #a }", 2, 1, "attribute lists"),
        ("[a](/b/){: .c }", 1, 9, "attribute lists"),
        ('<div markdown="1">\n*a*\n</div>', 1, 1, "markdown="),
    ],
)
def test_what_commonmark_does_not_know_is_told_at_its_place(text: str, line: int, column: int, what: str) -> None:
    (fault,) = convert(text, COMMONMARK).faults
    assert (fault.severity, fault.line, fault.column) == (WARNING, line, column)
    assert what in fault.what
    assert not convert(text, PYTHON_MARKDOWN).faults


def test_code_that_shows_what_commonmark_does_not_know_is_not_told() -> None:
    assert not convert("`{: .a }`\n\n```\n[TOC]\n*[A]: b\n```\n\n    <p markdown=1>", COMMONMARK).faults


# -- footnotes --------------------------------------------------------------------------------------------------------

NOTED = "A[^1] b[^two words] c[^1].\n\n## Head[^1]\n\n[^1]: One *x*.\n\n    More.\n\n[^two words]: Two.\n\nEnd"


@pytest.mark.parametrize("engine", ENGINES)
def test_footnotes_lead_there_and_back_again(engine: str) -> None:
    body = convert(NOTED, engine)
    assert not body.faults
    main = tree(NOTED, engine)
    ids = main.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {"fn:1", "fn:two words", "fnref:1", "fnref2:1", "fnref3:1", "head"} <= set(ids)
    leads = [link[1:].replace("%20", " ") for link in main.xpath("//a/@href")]
    assert set(leads) <= set(ids)
    assert {"fn:1", "fn:two words", "fnref:1", "fnref2:1", "fnref3:1", "fnref:two words"} <= set(leads)
    assert "More." in main.xpath("string(//*[@id='fn:1'])")
    assert body.opening == "A b c."


@pytest.mark.parametrize("engine", ENGINES)
def test_a_footnote_and_a_heading_can_have_one_name(engine: str) -> None:
    ids = tree("A[^head]\n\n## Head\n\n[^head]: x", engine).xpath("//@id")
    assert sorted(ids) == ["fn:head", "fnref:head", "head"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_mark_without_a_footnote_is_text(engine: str) -> None:
    assert shown("A[^1]", engine) == "<p>A[^1]</p>"


def test_footnotes_stand_at_the_end_or_where_they_are_written() -> None:
    text = "A[^1]\n\n[^1]: x\n\nEnd"
    assert [one.tag for one in tree(text, PYTHON_MARKDOWN)] == ["p", "p", "div"]
    assert [one.tag for one in tree(text, COMMONMARK)] == ["p", "div", "p"]
    for engine in ENGINES:
        assert tree(text, engine).xpath("//div/@class") == ["footnote"]


def test_footnotes_count_by_their_texts_or_by_their_marks() -> None:
    text = "A[^b] c[^a]\n\n[^a]: x\n\n[^b]: y"
    assert tree(text, PYTHON_MARKDOWN).xpath("//a[@class='footnote-ref']/text()") == ["2", "1"]
    assert tree(text, COMMONMARK).xpath("//a[@class='footnote-ref']/text()") == ["1", "2"]


def test_a_footnote_that_nothing_refers_to_leads_nowhere() -> None:
    assert tree("A\n\n[^1]: x", COMMONMARK).xpath("//a") == []


# -- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("link", ["<b c.md>", "b%20c.md", "caf\u00e9.md", "a&amp;b.md", "%C3%A9.md"])
def test_a_link_is_found_in_the_source_however_it_is_spelt(link: str, engine: str) -> None:
    (found,) = convert(f"One\n\nTwo [a]({link})", engine).links
    assert (found.line, found.column) == (3, 9 + link.startswith("<"))


def test_a_link_with_an_escape_is_found_where_commonmark_reads_it() -> None:
    (found,) = convert("One\n\nTwo [a](b\\_c.md)", COMMONMARK).links
    assert (found.target, found.line, found.column) == ("content/articles/2024/b_c.md", 3, 9)


# -- what is kept -----------------------------------------------------------------------------------------------------

FULL = "One [a](b.md#c) ![d](d.png)\n\n## Head[^1]\n\n[x](javascript:y) [z](#no)\n\n[^1]: n\n\n<script>a</script>"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_body_can_be_kept_and_put_below_another_head(engine: str) -> None:
    converter = CONVERTERS[engine]
    kept = converter.convert_body(PATH, FULL)
    assert kept.links
    assert len(kept.faults) == 3
    for first_line in (1, 2, 40):
        assert kept.at(first_line) == converter.convert(PATH, FULL, first_line)
    assert kept.at(40).links[0] == Link("document", "content/articles/2024/b.md", "c", 40, 9)
    assert all(isinstance(one, Fault) for one in kept.faults)


def test_what_decides_a_conversion_is_in_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [Converter(trusted, name).key for trusted in (False, True) for name in ENGINES]
    monkeypatch.setattr(markup, "FORMAT", markup.FORMAT + 1)
    keys.append(Converter().key)
    monkeypatch.setattr(engines.PythonMarkdown, "version", "0")
    keys.append(Converter().key)
    assert len(set(keys)) == len(keys)
    assert Converter().key == conversion_key(engines.PythonMarkdown(), False)


def test_the_key_names_every_module_that_takes_part() -> None:
    """Where a module of newsgen's is imported on the way to a body, its source decides about bodies."""
    seen, left = set(), {"markup"}
    while left:
        name = left.pop()
        seen.add(name)
        source = (markup.Path(markup.__file__).with_name(f"{name}.py")).read_text(encoding="utf-8")
        left |= set(re.findall(r"^from newsgen\.(\w+) import", source, re.MULTILINE)) - seen
    assert seen == set(markup._MODULES)


# -- in an archive ----------------------------------------------------------------------------------------------------


def test_the_engine_of_an_archive_reads_its_articles_and_another_one_reads_them_again(story: Story) -> None:
    story.site(markdown="commonmark")
    story.article("list", "## Head\n\nText[^1]\n- item\n\n[^1]: Note.")
    story.built()
    page = story.page("/2024/07/17/list/")
    assert page.xpath("//main//li[normalize-space()='item']")
    assert page.xpath("//*[@id='fn:1']")
    assert page.xpath("//h2[@id='head']")
    story.site(markdown={"engine": "python-markdown"})
    story.built()
    assert not story.page("/2024/07/17/list/").xpath("//main//li[normalize-space()='item']")
