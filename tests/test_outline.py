"""The short ways of reading a header: what they read, they read as the long ones do; what they can't, they leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from frontmatter.default_handlers import YAMLHandler
from hypothesis import example, given, settings
from hypothesis import strategies as st
from yaml.nodes import Node, ScalarNode, SequenceNode

from newsgen.document import Document
from newsgen.frontmatter import decode, read_header, read_page_header, split
from newsgen.outline import LONGEST, outline
from newsgen.schema import is_any_web, is_web
from newsgen.site import Site

SITE = Site(Path("/site"), timezone="Europe/Paris", authors=("Staff",))


def shape(node: Node) -> Any:
    """All that is ever looked at in a node."""
    place = (node.start_mark.line, node.start_mark.column)
    if isinstance(node, ScalarNode):
        return place, node.value, node.style or "", node.tag
    if isinstance(node, SequenceNode):
        return place, [shape(one) for one in node.value], node.tag
    return place, [(shape(key), shape(value)) for key, value in node.value], node.tag


def by_libyaml(text: str) -> Any:
    document = Document("a.md", text)
    node = document.compose_any()
    assert node is not None, document.faults
    return shape(node)


@pytest.mark.parametrize(
    "text",
    [
        "title: x",
        "\n\ntitle: x\n\n\ndate: 2024-07-17\n\n",
        "title: \"It's: so #1\"\nsummary: 'a \"b\" \\c'\nslug: ''",
        "title:   far   away\nempty:\nblank:   \nlast:",
        "lat: -54.3\nwhen: 2024-07-17T09:30:00+03:00\nurl: https://example.org/a#b\nold: /a/b/",
        "tags: [a, b c ,  d,'e, f' , \"g\"]\nnone: []\ncomma: [a,]",
        "tags:\n- a\n- b\nsources:\n  - name: A\n    url: https://example.org/\n  - B\n  - name: C\ndate: x",
        "location:\n  name: A\n  deep:\n      er:\n        - b: c\n          d: [e]\n        - f\n  g: h\ni: j",
        "a:\n-   b:\n      c: d\n    e: f\n- g",
        "  title: x\n  date: y",
        "a:\n  b:\nc:\n- d:\n- e:",
        "title: \u00c9tat d'urgence \u2013 \u65b0\u805e (2)\ntags: [\u0639\u0631\u0627\u0642, O'Brien]",
        "title: x\ntitle: y\nnull: z\nyes: no",
        "a: b: c".replace(": c", ":c"),
    ],
)
def test_a_simple_header_is_read_without_libyaml_and_as_libyaml_reads_it(text: str) -> None:
    node = outline(text)
    assert node is not None
    assert shape(node) == by_libyaml(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# a comment",
        "title: x # a comment",
        "title: a: b",
        "title: a:",
        'title: "a\\n"',
        "title: 'it''s'",
        "title: x\n  more of it",
        "title:\n  more of it",
        "title: >\n  a\n  b",
        "title: |\n  a",
        "title: 'a\n  b'",
        "title: &a x\nsummary: *a",
        "title: !!str x",
        "title: {a: b}",
        "tags: [a, [b]]",
        "tags: [a, b",
        "tags: [a b: c]",
        "tags: [a,\n  b]",
        "- a",
        "a: b\n- c",
        "a: b\n  - c",
        "a: b\n  c: d",
        "a:\n    b: c\n  d: e",
        "  a: b\nc: d",
        "a:\n  - b\n - c",
        "a:\n- - b",
        "a:\n-\n  b",
        "? a\n: b",
        "<<: a",
        "title: x\n---\ntitle: y",
        "title: x\n...",
        "title:\tx",
        "title: a\x07b",
        "title: a\u00a0b",
        "title: a\u2028b",
        "\ufefftitle: x",
        "k" * 70 + ": x",
        "\n".join(" " * depth + "a:" for depth in range(30)),
        "title: " + "x" * LONGEST,
    ],
)
def test_what_is_not_simple_is_left_to_libyaml(text: str) -> None:
    assert outline(text) is None


_WORDS = st.sampled_from(
    "x | 2024-07-17 | 2024-07-17T09:30:00+01:00 | 12 | -54.3 | true | ~ | null | (a) | _ | -x | a b | a  b | a: b | a:b"
    " | a: | a #b | a#b | # c | 'q' | 'q''r' | \"d\" | \"d\\n\" | \"a: b\" | '#' | \" \" | '' | & | &a b | *a | !t x"
    " | !!str 5 | > | '| ' | [] | [a, b] | [a,] | [ a , 'b' ] | [a, [b]] | [a b: c] | [a: b] | {} | {a: b, lat: 1} | @x"
    " | ` | % | - a | - | ? a | https://example.org/a | http:// | /a/ | \u00e9\u00e0 | Stra\u00dfe | a\tb | a\u00a0b"
    " | a\u2028b | a\u0085b | a\u200cb | \U0001f525 | persn | Deep Background | 2014~ | a, b; c | A and B | &amp; x"
    " | urn:x:y | 03/04/2024 | 17 July 2024 | 99".split(" | ")
)
_NAMES = st.sampled_from(
    "title date updated slug url aliases id tags authors section location events sources images corrections draft name "
    "country lat lon kind text src alt when published embargo expires language x_a titel Tags DATE autor <<".split()
)
_BREAKS = st.sampled_from(["\n"] * 12 + ["\n\n", "\n  \n", "\n# c\n", "\n\t\n", "\n  more\n"])
_INDENTS = st.sampled_from([""] * 6 + ["  "] * 4 + ["    ", " ", "\t"])
_DASHES = st.sampled_from([""] * 5 + ["- "] * 2 + ["-  ", "-"])
_COLONS = st.sampled_from([": "] * 8 + [":", ":   ", " : ", ":\t"])
_VALUES = st.one_of(_WORDS, st.just(""), st.sampled_from([">\n  a\n  b", "|\n   a", '"a\n  b"', "a\n  b", "\ufeffx"]))
_LINES = st.one_of(
    st.tuples(_INDENTS, _DASHES, _NAMES, _COLONS, _VALUES, _BREAKS).map("".join),
    st.tuples(_NAMES, st.just(": "), _WORDS, st.just("\n")).map("".join),
    st.tuples(_INDENTS, st.just("- "), _WORDS, _BREAKS).map("".join),
)
_HEADERS = st.lists(_LINES, max_size=9).map("".join)


@settings(max_examples=800, deadline=None)
@given(st.one_of(_HEADERS, st.text("ab:-[]{},'\"#&*!|>? \n", max_size=40), st.text(max_size=40)))
def test_what_is_read_without_libyaml_is_what_libyaml_reads(text: str) -> None:
    node = outline(text)
    if node is not None:
        assert shape(node) == by_libyaml(text)


@settings(max_examples=600, deadline=None)
@given(_HEADERS, st.booleans(), st.sampled_from(["\n", "\n", "\r\n", "\r"]))
@example("title: x\ndate: 2024-07-17\n", True, "\n")
def test_a_file_reads_the_same_with_and_without_the_short_way(header: str, article: bool, line_end: str) -> None:
    path = "content/articles/2024-07-17-two.md" if article else "content/pages/two.md"
    text, faults = decode(path, f"---\ntitle: Two\n{header}\n---\n\nText.\n".replace("\n", line_end).encode())
    assert not faults
    parts, _ = split(path, text)
    assert parts is not None
    read = read_header if article else read_page_header
    short = read(path, parts.header, parts.header_line, SITE)
    with patch("newsgen.document.outline", return_value=None):
        assert short == read(path, parts.header, parts.header_line, SITE)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["---", "--", "-----", "--- ", "---x", "\n", "\n", "\n", "\t", " ", "title: x", "- a", "\u2028"]
        ),
        max_size=14,
    ).map(lambda parts: "---" + "".join(parts))
)
@example("---\n---")
@example("---\n\n---\n\n")
@example("---\ntitle: x\n----x\n --- \n---\t\nbody\n---\n")
def test_a_file_is_split_where_python_frontmatter_splits_it(text: str) -> None:
    handler = YAMLHandler()
    parts, faults = split("a.md", text)
    if not handler.detect(text):
        assert parts is None
        return
    try:
        header, body = handler.split(text)
    except ValueError:
        assert parts is None
        assert "never closed" in faults[0].what
        return
    assert parts is not None
    assert (parts.header, parts.body) == (header, body)
    assert parts.body_line == 1 + text.count("\n", 0, len(text) - len(body))


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "http https :// : / // a example.org . - @ [ ] [::1] :80 :0 ? # % \\ \" < > é \t ' { }".split(" ")
        ),
        max_size=9,
    ).map(lambda parts: "http://a" + "".join(parts))
)
def test_an_address_that_needs_no_closer_look_would_stand_one(text: str) -> None:
    assert is_web(text) == is_any_web(text)
