"""YAML that was written to do harm: one clear fault, soon, and never an accident."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsgen.document import LARGEST_HEADER, Document, is_empty, plain, shorten, without_controls
from newsgen.errors import Fault
from newsgen.schema import Field, Record, Text


def composed(text: str) -> tuple[bool, list[Fault]]:
    document = Document("a.md", text, first_line=2)
    return document.compose() is not None, document.faults


def the_fault(text: str) -> Fault:
    whole, faults = composed(text)
    assert not whole
    (fault,) = faults
    assert fault.what
    assert fault.remedy
    return fault


_APART = """
import json, sys
from newsgen.document import Document
document = Document("a.md", sys.stdin.read(), first_line=2)
node = document.compose()
print(json.dumps([node is None, [[one.line, one.column, one.what] for one in document.faults]]))
"""


def _bounds() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# Each is read in a process of its own: what would end the interpreter must be a failing test, not the end of them all.
NASTY = {
    "100,000 opened brackets": "title: " + "[" * 100_000,
    "100,000 brackets, opened and closed": "title: " + "[" * 100_000 + "]" * 100_000,
    "a deep flow of mappings": "title: " + "{a: " * 100_000,
    "100,000 dashes": "- " * 100_000,
    "100,000 question marks": "? " * 100_000,
    "question marks and colons": "? a\n: " + "? b : " * 60_000,
    "100,000 colons": ": " * 100_000,
    "dashes below a key": "a:\n  " + "- " * 100_000,
    "brackets after anchors": "".join(f"&a{i} [" for i in range(30_000)),
    "a deep block": "\n".join(" " * depth + "a:" for depth in range(900)),
    "a billion laughs": "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10)),
    "a billion laughs in mappings": "a0: &a0 {k: v}\n"
    + "".join(f"a{i}: &a{i} {{{','.join(f'k{j}: *a{i - 1}' for j in range(10))}}}\n" for i in range(1, 10)),
    "a list within itself": "a: &a [*a, *a]",
    "a mapping within itself": "a: &a {b: *a, c: *a}",
    "a key that is itself": "&a {*a : x}",
}


@pytest.mark.parametrize("name", NASTY)
def test_hostile_yaml_is_one_fault_within_bounds_and_no_crash(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _APART],
        input=NASTY[name],
        capture_output=True,
        text=True,
        preexec_fn=_bounds,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{name}: ended with {done.returncode}: {done.stderr[-500:]}"
    nothing, faults = json.loads(done.stdout)
    assert nothing
    assert len(faults) == 1, faults
    line, column, what = faults[0]
    assert line >= 2
    assert column >= 1
    assert what


@pytest.mark.parametrize(
    ("text", "line", "column", "name"),
    [
        ("title: !!python/object/apply:os.system [id]", 2, 8, "python/object/apply:os.system"),
        ("title: !!python/name:os.system x", 2, 8, "python/name"),
        ("x: 1\ntitle: !<tag:yaml.org,2002:python/tuple> [a]", 3, 8, "python/tuple"),
        ("title: !custom x", 2, 8, "!custom"),
        ("!custom\ntitle: x", 2, 1, "!custom"),
        ("title: x\n!custom key: x", 3, 1, "!custom"),
        ("title: [a, {b: !include /etc/passwd}]", 2, 16, "!include"),
        ("title: !ENV ${HOME}", 2, 8, "!ENV"),
    ],
)
def test_a_tag_that_would_make_an_object_is_refused_by_name(text: str, line: int, column: int, name: str) -> None:
    fault = the_fault(text)
    assert name in fault.what
    assert (fault.line, fault.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("title: a\x00b", 2, 9),
        ("title: a\x01b", 2, 9),
        ("title: x\nsummary: a\x1bb", 3, 11),
        ("title: a\x7fb", 2, 9),
        ("title: a\ufffeb", 2, 9),
        ("title: \u00e9\nsummary: \u00e9\x01", 3, 11),
        ("title: \u65b0\u805e\u65b0\u805e\u65b0\u805e\nsummary: \x01\nlanguage: en\ndraft: no", 3, 10),
    ],
)
def test_a_control_character_is_a_fault_at_its_place(text: str, line: int, column: int) -> None:
    fault = the_fault(text)
    assert (fault.line, fault.column) == (line, column)


@pytest.mark.parametrize("text", ["\ttitle: x", "title: x\n\tsummary: y", "a:\n\t- b", "a:\n  b: c\n\td: e"])
def test_tabs_for_indentation_are_one_fault(text: str) -> None:
    assert the_fault(text).what.startswith("this is not YAML")


@pytest.mark.parametrize(
    "text",
    [
        "title: *nothing",
        "title: x\n...\ntitle: y",
        "%YAML 9.9\n",
        "title: 'x",
        'title: "\\ud800"',
        'title: "\\q"',
        "title: [a, b",
        "title: {a: b",
        "title: |9\n x",
        "a: b: c",
        "}{",
        "@",
        "`",
        "title: x\n  y: z",
        "k" * 2000 + ": x",
    ],
)
def test_what_is_no_yaml_is_one_fault(text: str) -> None:
    assert the_fault(text).line >= 2


def test_a_header_beyond_the_limit_is_refused_unread() -> None:
    fault = the_fault("title: '" + "x" * LARGEST_HEADER + "'")
    assert "512 KiB" in fault.what


def test_a_header_just_below_the_limit_is_read() -> None:
    assert composed("title: '" + "x" * (LARGEST_HEADER - 20) + "'") == (True, [])


@pytest.mark.parametrize(
    "text",
    ["a: " + "[" * 60 + "]" * 60, "\n".join(" " * depth + "a:" for depth in range(60))],
    ids=["brackets", "blocks"],
)
def test_what_is_nested_too_deeply_is_called_so(text: str) -> None:
    what = the_fault(text).what
    assert "alias" not in what
    assert "nested" in what


def test_too_many_values_are_not_blamed_on_aliases() -> None:
    assert "alias" not in the_fault("".join(f"k{i}: 1\n" for i in range(30_000))).what


def test_ordinary_nesting_and_ordinary_aliases_are_fine() -> None:
    assert composed("a: &x [b, {c: [d, [e, [f]]]}]\ng: *x\nh: *x") == (True, [])
    assert composed("a:\n" + "".join("  " * depth + "- b:\n" for depth in range(1, 15))) == (True, [])


def test_a_merge_key_merges_nothing_and_is_told() -> None:
    document = Document("a.md", "base: &b {title: Smuggled}\n<<: *b\n", first_line=2)
    node = document.compose()
    assert node is not None
    record = Record((Field("title", Text(), ""), Field("base", Record((Field("title", Text(), ""),)), "")))
    values = record.read(node, document)
    assert values is not None
    assert values["title"] is None
    (warning,) = document.faults
    assert "'<<'" in warning.what
    assert (warning.line, warning.column) == (3, 1)


def test_an_empty_text_is_an_empty_mapping() -> None:
    for text in ("", "\n\n", "# only a comment\n"):
        assert composed(text) == (True, [])


def test_values_of_one_s_own_are_text_and_truth_only() -> None:
    document = Document("a.md", "a: 1\nb: true\nc: ~\nd: 2014-01-01\ne: [1, {f: 0x10}]\ng: 'true'\nh: \"x\\x07\"")
    node = document.compose()
    assert node is not None
    assert plain(node) == {
        "a": "1",
        "b": True,
        "c": None,
        "d": "2014-01-01",
        "e": ["1", {"f": "0x10"}],
        "g": "true",
        "h": "x",
    }


@pytest.mark.parametrize(("text", "empty"), [("a:", True), ("a: ~", True), ("a: null", True), ("a: ''", True)])
def test_what_says_nothing_is_empty(text: str, empty: bool) -> None:
    node = Document("a.md", text).compose()
    assert node is not None
    assert is_empty(node.value[0][1]) is empty


@pytest.mark.parametrize("text", ["a: 0", "a: 'null'", "a: '~'", "a: []", "a: no"])
def test_what_says_something_is_not_empty(text: str) -> None:
    node = Document("a.md", text).compose()
    assert node is not None
    assert not is_empty(node.value[0][1])


def test_texts_in_messages_are_one_short_line_and_drive_no_terminal() -> None:
    assert shorten("a\n  b\tc") == "a b c"
    assert len(shorten("x" * 1000)) == 60
    shown = str(Fault("a\x1b[2Jb\u202e.md", 1, 1, "title \x07\u202e", "Do\x9b it."))
    assert not set(shown) & set("\x1b\x07\x9b\u202e")


def test_characters_that_xml_forbids_are_taken_out() -> None:
    text = "".join(map(chr, range(0x20))) + "a\x7f\x80\x9f\ufdd0\ufdef\ufffe\uffff\ud800b\u200c\u00e9"
    assert without_controls(text) == "\t\n\rab\u200c\u00e9"


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text("a:-?[]{}&*!|>'\"%@`# \n\t,x<", max_size=60)))
def test_any_text_is_a_mapping_or_exactly_one_fault(text: str) -> None:
    whole, faults = composed(text)
    assert len(faults) == (0 if whole else 1)
