"""The documentation names everything that can be written, set, typed and overridden."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from newsgen import vocabulary
from newsgen.cli import main
from newsgen.schema import Field, ListOf, Record
from newsgen.site import SETTINGS

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(not (ROOT / "docs").is_dir(), reason="the documentation is in the source tree only")


def fields_of(fields: tuple[Field, ...]) -> list[Field]:
    """The fields, and those of the records in them."""
    found = []
    for one in fields:
        found.append(one)
        shape = one.shape.item if isinstance(one.shape, ListOf) else one.shape
        if isinstance(shape, Record):
            found += fields_of(shape.fields)
    return found


def undocumented(names: set[str], file: str) -> set[str]:
    text = (ROOT / "docs" / file).read_text(encoding="utf-8")
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return names - set(re.findall(r"[\w-]+", " ".join(re.findall(r"`([^`]+)`", text))))


def test_every_field_of_an_article_page_and_register_is_documented() -> None:
    groups = (vocabulary.ARTICLE_FIELDS, vocabulary.PAGE_FIELDS, vocabulary.TERM.fields, vocabulary.PLACE.fields)
    fields = [one for group in groups for one in fields_of(group)]
    assert not undocumented({name for one in fields for name in (one.name, *one.also)}, "articles.md")


def test_every_setting_is_documented() -> None:
    assert not undocumented({name for one in fields_of(SETTINGS) for name in (one.name, *one.also)}, "site-yaml.md")


def test_every_command_and_option_is_documented() -> None:
    names: set[str] = set()
    for name, command in main.commands.items():
        names.add(name)
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                names |= {option.lstrip("-") for option in parameter.opts if option.startswith("--")}
    text = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
    assert not {name for name in names if not re.search(rf"(newsgen |--){re.escape(name)}\b", text)}


def test_every_template_is_documented() -> None:
    text = (ROOT / "docs/templates.md").read_text(encoding="utf-8")
    templates = {path.name for path in (ROOT / "templates").glob("[!_]*.html")}
    assert templates and not {name for name in templates if f"`{name}`" not in text}


def anchors_of(document: Path) -> set[str]:
    """The names under which a code host lets readers link to the headings of a document."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def test_no_document_leads_to_a_file_or_heading_that_is_not_there() -> None:
    documents = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    assert len(documents) > 30
    for document in documents:
        text = re.sub(
            r"^ *```.*?^ *```|`[^`\n]*`", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
        )
        for target in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text):
            path, _, anchor = target.partition("#")
            other = document.parent / path if path else document
            assert other.exists(), f"{document.name}: {target}"
            assert not anchor or other.suffix != ".md" or anchor in anchors_of(other), f"{document.name}: {target}"


def test_the_table_of_layers_has_every_module_once_and_in_their_order() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    height = {name: at for at, layer in enumerate(layers) for name in layer.split(" | ")}
    part = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").partition("## Layers")[2]
    rows = [re.findall(r"`(\w+)`", row) for row in re.findall(r"^\| (`[^|]*) \|", part, re.MULTILINE)]
    named = [name for row in rows for name in row]
    assert sorted(named) == sorted(height)
    assert [height[name] for name in named] == sorted(height[name] for name in named)
