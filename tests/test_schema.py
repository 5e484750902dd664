"""The JSON Schemas say what newsgen reads: what it takes in silence they accept, and what it refuses they refuse as far
as JSON Schema can say it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from newsgen import editing
from newsgen.document import Document
from newsgen.errors import FAULT, Refused
from newsgen.registers import read_register
from newsgen.schema import Record
from newsgen.site import load_site

from .conftest import Story

ROOT = Path(__file__).parent.parent


class AsEditorsRead(yaml.SafeLoader):
    """YAML 1.2, as the extension of editors reads it: dates and yes, no, on and off are text."""


AsEditorsRead.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in ("timestamp", "bool", "value")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
AsEditorsRead.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def as_editors_read(text: str) -> Any:
    return yaml.load(text, AsEditorsRead)  # noqa: S506 - it is a safe loader with fewer guesses


VALIDATORS = {name: jsonschema.Draft7Validator(editing.schema_of(name)) for name in editing.NAMES}


def accepts(name: str, text: str) -> bool:
    return VALIDATORS[name].is_valid(as_editors_read(text) or {})


def wrong(name: str, text: str) -> list[Any]:
    """Everything that newsgen finds wrong with a text, warnings among it."""
    if name == "site":
        return load_site(Path("."), text)[1]
    if name in editing.REGISTERS:
        return read_register(f"content/{name}.yaml", text, name)[1]
    document = Document("content/articles/x.md", text)
    node = document.compose()
    if node is not None:
        editing.HEADS[name].read(node, document)
    return document.faults


def faulty(name: str, text: str) -> bool:
    return any(one.severity == FAULT for one in wrong(name, text))


@pytest.mark.parametrize("name", editing.NAMES)
def test_each_is_a_schema_of_draft_7_that_describes_every_key(name: str) -> None:
    found = editing.schema_of(name)
    jsonschema.Draft7Validator.check_schema(found)
    text = editing.schema_text(name)
    assert json.loads(text) == found and text == editing.schema_text(name)
    assert len(text) < 160_000
    pending = [found]
    described = 0
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            for key, value in one.get("properties", {}).items():
                if key != "name" or "description" in value:
                    described += 1
                    assert value["description"].endswith(("…", ".")), key
            pending += one.values()
        elif isinstance(one, list):
            pending += one
    assert described


def heads() -> list[tuple[str, Path]]:
    found = [("front-matter", path) for path in sorted((ROOT / "content/articles").rglob("*.md"))]
    found += [("page", path) for path in sorted((ROOT / "content/pages").rglob("*.md"))]
    return [*found, *((path.stem, path) for path in sorted((ROOT / "content").glob("*.yaml")))]


@pytest.mark.skipif(not (ROOT / "content").is_dir(), reason="the content is in the source tree only")
def test_all_content_of_the_repository_is_accepted() -> None:
    files = heads()
    assert len(files) > 8
    for name, path in files:
        text = path.read_text(encoding="utf-8")
        head = text if path.suffix == ".yaml" else text.split("\n---", 1)[0].removeprefix("---")
        found = [one.message for one in VALIDATORS[name].iter_errors(as_editors_read(head) or {})]
        assert not found, (path, found)


TITLE = "title: x\n"
GOOD = [
    "date: 2024-07-17", "date: 20240717", "date: 17 July 2024", "date: Wed, 17 Jul 2024 09:30:00 +0300", "date:",
    "date: 2024-7-1 9:05", "Date: 2024-07-17", "date: 2024-07-17T09:30+03:00", "date: 17.07.2024",
    "tags: a, b", "tags: [a, 2024, true]", "tags: [a, ]", "categories: [{name: x}]", "tags: 2024", "draft: yes",
    "draft: TRUE", "draft: ''", "draft: off", "location: Baghdad", "location: {name: x, lat: 33.3, lon: '44.4'}",
    "location: {name: x, latitude: -33, lng: 4}", "places: Baghdad", "places: [{name: x}, Mosul]",
    "sources: [Reuters, {name: x, kind: Wire, url: 'https://example.org/a?b'}]",
    "sources: {name: x, attribution: On Record}",
    "events: [{name: x, when: 2014}, {name: y, date: 2024-07-16~}]",
    "events: [{name: z, when: '[2014,2015]'}, {name: q, when: ../2024}]",
    "corrections: {date: 2024-07-17, text: wrong}", "images: [a.png, {src: b.png, alt: B, credit: C}]",
    "withdrawn: 2024-07-17", "withdrawn: {date: 2024-07-17, reason: no}", "x_desk: {any: [thing, 1]}",
    "language: ar", "lang: zh-Hant", "aliases: /a/", "redirect_from: [/a/, /b/]", "permalink: /x/",
    "published: false", "category: x", "id: 12", "summary: 5", "expirydate: 2024-07-17",
]  # fmt: skip


@pytest.mark.parametrize("line", GOOD)
def test_what_newsgen_takes_in_silence_is_accepted(line: str) -> None:
    assert not wrong("front-matter", TITLE + line), line
    assert accepts("front-matter", TITLE + line)


def test_the_headline_may_be_spelt_otherwise_and_must_be_there() -> None:
    for text in ("title: x", "headline: x", "TITLE: x", "Headline: 7"):
        assert accepts("front-matter", text) and not wrong("front-matter", text)
    for text in ("date: 2024-07-17", "title:", "title: ''", "title: []"):
        assert faulty("front-matter", text)
        assert not accepts("front-matter", text) or text == "title: ''"  # which only a longer schema could say


BAD = [
    "date: yesterday", "date: [2024-07-17]", "date: 2024", "draft: maybe", "draft: []", "location: {country: Iraq}",
    "location: {name: x, lat: 91, lon: 4}", "location: {name: x, lat: north, lon: 4}", "sources: [{kind: wire}]",
    "sources: [{name: x, kind: rumour}]", "sources: [{name: x, url: example.org}]", "events: [x]",
    "events: [{name: x, when: soon}]", "events: [{when: 2014}]", "corrections: oops", "corrections: [{text: x}]",
    "images: [{alt: x}]", "language: english!", "thread: [a]", "withdrawn: {reason: no}", "expires: never",
]  # fmt: skip


@pytest.mark.parametrize("line", BAD)
def test_what_newsgen_refuses_is_refused(line: str) -> None:
    assert faulty("front-matter", TITLE + line), line
    assert not accepts("front-matter", TITLE + line)


def test_what_is_a_warning_is_refused_as_by_a_strict_check() -> None:
    for text in ("titel: x\ntitle: x", "title: x\nsources: [{name: x, uri: 'https://example.org/'}]"):
        assert wrong("front-matter", text) and not faulty("front-matter", text)
        assert not accepts("front-matter", text)


SETTINGS = "title: x\nbase_url: https://example.org/\n"


@pytest.mark.parametrize(
    "line",
    [
        "publisher: x", "publisher: {name: x, policies: {ethics: /about/#ethics}}", "markdown: python-markdown",
        "home_articles: '20'", "strict: no", "lint: {unknown-place: off}", "x_motto: y", "licence: CC0",
        "timezone: Europe/Paris", "theme: {accent: darkred}", "theme: {accent: {light: '#a00'}}", "robots: Disallow",
        "theme: {menu: [{title: A, url: /timeline/}, {title: B, url: 'https://example.org/'}], footer: []}",
    ],
)  # fmt: skip
def test_good_settings_are_accepted(line: str) -> None:
    assert not wrong("site", SETTINGS + line)
    assert accepts("site", SETTINGS + line)


@pytest.mark.parametrize(
    "line",
    [
        "home_articles: 0", "home_articles: many", "publisher: {url: 'https://example.org/'}", "robots: maybe",
        "lint: {unknown-place: loud}", "language: '?'", "theme: {accent: 12px}", "theme: {menu: [{title: A}]}",
        "theme: {menu: {title: A}}", "theme: {logo: logo.gif}", "theme: {fonts: {text: a.ttf}}",
    ],
)  # fmt: skip
def test_wrong_settings_are_refused(line: str) -> None:
    assert faulty("site", SETTINGS + line)
    assert not accepts("site", SETTINGS + line)
    assert not accepts("site", "title: x") and faulty("site", "title: x")


def test_registers_are_held_to_their_shapes() -> None:
    for name, text in (
        ("places", "rutba: {name: Rutba, within: iraq, lat: 33.03, lon: 40.28, wikidata: Q1}\niraq: Iraq\n"),
        ("sources", "reuters: {name: Reuters, kind: wire, aliases: RTR}\n"),
        ("tags", "iraq: {name: Iraq, links: 'https://example.org/'}\n"),
    ):
        assert not wrong(name, text) and accepts(name, text)
    for name, text in (
        ("places", "rutba: {name: Rutba, lat: 330, lon: 1}"),
        ("sources", "reuters: {name: R, kind: x}"),
        ("tags", "iraq: {description: x}"),
        ("threads", "a: {name: x, links: [nowhere]}"),
    ):
        assert faulty(name, text) and not accepts(name, text)


# --- anything at all ---

SCALARS = st.one_of(
    st.sampled_from(
        ["2024-07-17", "2024-01~", "Iraq", "yes", "off", "7", "-1.5", "", "https://example.org/", "wire", "on record"]
    ),
    st.integers(-200, 3000),
    st.booleans(),
    st.none(),
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=12),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from("name kind url date when text lat lon src status place sources reason x_y".split()),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=6,
)


def spelt_twice(value: Any, shape: Record | None = None) -> bool:
    """Whether one field is given in two spellings: newsgen looks at one of them only, and the schema at both."""
    if isinstance(value, list):
        return any(map(spelt_twice, value))
    if not isinstance(value, dict):
        return False
    fields = [shape.names[key].name for key in value if key in shape.names] if shape else []
    twice = len(set(fields)) < len(fields) or {"when", "date"} <= value.keys() or {"src", "url"} <= value.keys()
    return twice or any(map(spelt_twice, value.values()))


def heads_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    keys = st.sampled_from([*sorted(editing.HEADS[name].names), "x_own"])
    found = st.dictionaries(keys, VALUES, max_size=4).map(lambda values: {"title": "x"} | values)
    return found.filter(lambda values: not spelt_twice(values, editing.HEADS[name]))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["front-matter", "page"]).flatmap(lambda name: st.tuples(st.just(name), heads_of(name))))
def test_no_head_is_refused_that_newsgen_takes_in_silence(head: tuple[str, dict[str, Any]]) -> None:
    name, values = head
    text = yaml.safe_dump(values, allow_unicode=True)
    if not wrong(name, text):
        assert accepts(name, text), text


# --- the command ---


def test_the_command_prints_one_or_writes_all(story: Story) -> None:
    assert story.run("schema").out.split() == [*editing.NAMES]
    assert story.run("schema", "site").out == editing.schema_text("site")
    done = story.run("schema", "--write", str(story.root / "schemas"))
    assert done.code == 0
    written = sorted(path.name for path in (story.root / "schemas").iterdir())
    assert written == sorted(f"{name}.schema.json" for name in editing.NAMES)
    refused = story.run("schema", "nonsense")
    assert refused.code == 1 and "there is no schema 'nonsense'. Name one of: front-matter, page, site" in refused.err
    with pytest.raises(Refused):
        editing.schema_of("nonsense")
