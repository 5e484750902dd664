"""The page of each template in the documentation says what the template has and receives: its blocks, its view, its
reads; and its example builds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from newsgen.features.registry import FEATURES
from newsgen.model import Page
from newsgen.planning import _TEMPLATES as TEMPLATES
from newsgen.press import Press

from .conftest import Story
from .test_browser import EVENTS, PLACES, SOURCES

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs/templates"
pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="the documentation is in the source tree only")
EVERYWHERE = {"page", "site", "menu"}


@dataclass
class Seen:
    """What the pages of one template received, and what they asked of the archive."""

    names: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)


def fill(story: Story) -> Story:
    story.write("content/places.yaml", PLACES)
    story.write("content/sources.yaml", SOURCES)
    story.write("content/pages/about.md", "---\ntitle: About\nmenu: 1\n---\n[One](../articles/report-1.md).\n")
    story.article(
        "drones", "See [the other](report-1.md).",
        location="ain-al-assad", tags=["Iraq"], section="World", thread="bases", authors=["Ada"],
        sources=["Ministry", "An officer"], events=EVENTS, aliases=["/old/"],
        corrections=[{"date": "2024-07-18", "text": "Wrong."}],
    )  # fmt: skip
    for number in range(6):
        story.article(f"report-{number}", date="2023-01-02", tags=["Iraq"], location="baghdad")
    story.article("withdrawn", date="2024-06-01", withdrawn={"date": "2024-06-03", "reason": "A hoax."})
    return story


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    found: dict[str, Seen] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("newsgen.features.timeline.LONGEST_LIST", 5)
        patch.setattr("newsgen.features.listings.LONGEST_LIST", 5)
        patch.setattr("newsgen.features.listings.NEWEST", 3)
        patch.setattr("newsgen.features.subscriptions.LONGEST_LIST", 1)
        whole = Press._rendered

        def rendered(press: Press, page: Page) -> Any:
            if page.template:
                one = found.setdefault(page.template, Seen())
                one.reads |= {read.question for read in page.reads.values()}
            return whole(press, page)

        patch.setattr(Press, "_rendered", rendered)
        for name, feature in list(FEATURES.items()):

            def view(page: Page, reads: Any, frame: Any, given: Any = feature.view) -> dict[str, Any]:
                context: dict[str, Any] = given(page, reads, frame)
                if page.template:
                    found.setdefault(page.template, Seen()).names |= context.keys() - EVERYWHERE
                return context

            object.__setattr__(feature, "view", view)
            patch.setitem(FEATURES, name, feature)
        originals = {name: feature.view.__defaults__[0] for name, feature in FEATURES.items()}  # type: ignore[attr-defined]
        try:
            fill(Story(tmp_path_factory.mktemp("views") / "site").site(search=True)).built()
        finally:
            for name, feature in FEATURES.items():
                object.__setattr__(feature, "view", originals[name])
    yield found


def documented(template: str) -> str:
    return (DOCS / template.replace(".html", ".md")).read_text(encoding="utf-8")


def table(text: str, heading: str) -> set[str]:
    """The names in the first column of the table below a heading."""
    part = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert part, heading
    return set(re.findall(r"^\| `(\w+)`", part[1], re.MULTILINE))


def blocks_of(template: str) -> set[str]:
    text = (ROOT / "templates" / template).read_text(encoding="utf-8")
    return set(re.findall(r"\{%-? block (\w+)", text))


@pytest.mark.parametrize("template", ["base.html", *TEMPLATES])
def test_the_blocks_on_the_page_are_those_of_the_template(template: str) -> None:
    assert table(documented(template), "Blocks") == blocks_of(template)


def test_every_template_has_a_page_and_every_page_a_template_and_the_overview_names_it() -> None:
    overview = (ROOT / "docs/templates.md").read_text(encoding="utf-8")
    pages = {path.stem for path in DOCS.glob("*.md")}
    assert pages == {name.removesuffix(".html") for name in ("base.html", *TEMPLATES)}
    for name in pages:
        assert f"(templates/{name}.md)" in overview


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_view_on_the_page_is_what_the_feature_gives(template: str, seen: dict[str, Seen]) -> None:
    assert table(documented(template), "What it receives") == seen[template].names


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_reads_on_the_page_are_those_of_its_pages(template: str, seen: dict[str, Seen]) -> None:
    assert table(documented(template), "What it reads") == seen[template].reads


def example(template: str) -> str:
    (found,) = re.findall(r"```jinja\n(.*?)```", documented(template), re.DOTALL)
    return str(found)


def test_every_example_has_three_lines_and_builds(tmp_path: Path) -> None:
    story = fill(Story(tmp_path / "site").site(x_imprint="An imprint.", search=True))
    story.built()
    before = story.published()
    for template in ("base.html", *TEMPLATES):
        lines = example(template).splitlines()
        assert len(lines) == 3 and f'"theme/{template}"' in lines[0], template
        story.write(f"templates/{template}", example(template))
    story.built()
    after = story.published()
    kinds = {"/": "home", "/2024/07/17/drones/": "article", "/about/": "page", "/tags/iraq/": "term"}
    for address in kinds:
        path = address.strip("/") + ("/" if address != "/" else "") + "index.html"
        assert before[path] != after[path], address
    assert b"An imprint." in after["about/index.html"]
