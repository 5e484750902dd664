"""What one more article rewrites with everything on: the same few files of each axis, however old the archive is."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from newsgen.features import feeds
from newsgen.model import Page

from .conftest import Story
from .test_following import report
from .test_incremental import same_as_clean

COUNTS = Path(__file__).parent.parent / "benchmarks/counts.py"

pytestmark = pytest.mark.skipif(not COUNTS.is_file(), reason="the benchmarks are in the source tree only")

FEEDS_OF_ONE = {
    "feed": 3,
    "en": 3,
    "tags": 2 * 3,
    "authors": 3,
    "sections": 3,
    "threads": 3,
    "places": 2 * 3,
    "sources": 3,
}
"""The feeds of an article by axis: three formats for each of its terms, for its language and for the site. Each has as
many documents of the archive that are open."""


@pytest.fixture(scope="module")
def counts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("counts", COUNTS)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.LAST = date(2024, 1, 25)  # so that both archives have as much of this year
    module.SETTINGS = module.supported(module.SETTINGS) | {"search": False}  # which test_search.py counts
    return module


@pytest.mark.usefixtures("short_lists")
def test_one_more_article_rewrites_as_much_in_an_old_archive_as_in_a_young_one(
    counts: ModuleType, tmp_path: Path
) -> None:
    rewritten: list[Counter[str]] = []
    for size in (60, 120):
        story = Story(tmp_path / str(size))
        counts.make(story.root, size)
        report(story)
        before = dict(counts.files(story.public))
        counts.put(story.root, "new", counts.head_of(0) | {"title": "A new report"}, "Text.")
        done = report(story)
        after = dict(counts.files(story.public))
        assert report(story).written == 0
        assert done.planned == "changes"
        assert dict(counts.files(story.public)) == after
        changed = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
        rewritten.append(Counter(map(counts.axis_of, changed)))
    assert rewritten[0] == rewritten[1]
    found = {name.partition(":")[0]: number for name, number in rewritten[0].items() if name.endswith(": feed")}
    opened = {name.partition(":")[0]: number for name, number in rewritten[0].items() if name.endswith("feed, archive")}
    assert found == opened == FEEDS_OF_ONE
    assert rewritten[0].total() <= 150


def test_another_title_plans_no_other_part_of_a_long_period(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "LONGEST_PART", 2)
    own, planned = feeds._documents, set[tuple[str, int]]()

    def documents(planning: Any, stream: Any, name: str, period: str, part: int, around: Any) -> Iterator[Page]:
        planned.add((period, part))
        return own(planning, stream, name, period, part, around)

    monkeypatch.setattr(feeds, "_documents", documents)
    for number in range(8):
        story.article(f"report-{number}", date=f"2024-07-17T00:0{number}Z", tags=["Iraq"])
    report(story)
    assert planned == {("", 0), *((period, part) for period in ("2024-07", "2024") for part in range(4))}
    planned.clear()
    story.article("report-2", date="2024-07-17T00:02Z", tags=["Iraq"], title="Another")
    report(story)
    assert planned == {("", 0), ("2024-07", 1), ("2024", 1)}
    assert "Another" in story.text("/feed/archive/2024/07/2/atom.xml")
    same_as_clean(story)


@pytest.fixture
def short_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists so short that those of a small archive are full, as those of a large one are."""
    for name, value in {
        "feeds.NEWEST": 5,
        "feeds.LONGEST_PART": 10,
        "listings.NEWEST": 5,
        "listings.LONGEST_LIST": 10,
        "timeline.LONGEST_LIST": 10,
        "events.LONGEST_LIST": 10,
        "events.MOST_BESIDE": 5,
        "data.MOST_ROWS": 20,
    }.items():
        monkeypatch.setattr(f"newsgen.features.{name}", value)
