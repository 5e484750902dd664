"""Times at which things happened: read as the standard has them, ordered, bounded, and said without inventing."""

from __future__ import annotations

import itertools
import re
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsgen.calendars import MONTHS
from newsgen.catalogues import Catalogue
from newsgen.edtf import LONGEST, parts, read_edtf
from newsgen.spelling import Spelling
from newsgen.wording import say

from .conftest import Story

SPELLING = Spelling(Catalogue())
_LINES = (Path(__file__).parent / "edtf_cases.txt").read_text(encoding="utf-8").splitlines()
_ROWS = [line.split(" | ") for line in _LINES if line and not line.startswith("#")]
READ = [tuple(row) for row in _ROWS if len(row) == 5]
REFUSED = [tuple(row) for row in _ROWS if len(row) == 2]


def test_there_are_hundreds_of_cases_and_each_is_written_once() -> None:
    texts = [row[0] for row in _ROWS]
    assert len(READ) > 350 and len(REFUSED) > 300
    assert len(READ) + len(REFUSED) == len({*texts}) == len(texts)


def test_a_time_is_filed_bounded_and_said_as_the_table_has_it() -> None:
    for row in READ:
        text = row[0]
        found = read_edtf(text)
        assert found.text == text
        bounds = f"{found.first or '-'} {found.last or '-'}"
        precision = f"{found.precision}{'~' * found.approximate}{'?' * found.uncertain}"
        assert (text, found.day or "-", bounds, precision, say(found)) == row
        assert say(text) == SPELLING.happened(text) == row[-1]


def test_what_is_no_time_is_refused_with_the_reason() -> None:
    for text, why in REFUSED:
        with pytest.raises(ValueError, match=re.escape(why)):
            read_edtf(text)
            pytest.fail(f"{text} is read")


def test_blanks_around_a_time_and_after_the_commas_of_a_set_do_not_matter() -> None:
    assert read_edtf(" \t2014-07-16\n").text == "2014-07-16"
    assert read_edtf("[2014, 2015]").text == "[2014,2015]"


def test_nothing_and_too_much_are_refused() -> None:
    for empty in ("", "  "):
        with pytest.raises(ValueError, match="it is empty"):
            read_edtf(empty)
    with pytest.raises(ValueError, match=f"longer than {LONGEST}"):
        read_edtf("[" + ",".join(str(year) for year in range(1900, 1950)) + "]")


@pytest.mark.parametrize(
    ("text", "interval", "start", "end"),
    [
        ("2014", False, False, False),
        ("2014/2015", True, False, False),
        ("2014/..", True, False, True),
        ("2014/", True, False, False),
        ("../2014", True, True, False),
        ("/2014", True, False, False),
        ("[..2014]", False, True, False),
        ("[2014..]", False, False, True),
        ("[2014,2015]", False, False, False),
    ],
)
def test_an_open_end_is_told_from_an_unknown_one(text: str, interval: bool, start: bool, end: bool) -> None:
    found = read_edtf(text)
    assert (found.is_interval, found.open_start, found.open_end) == (interval, start, end)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2014", (2014,), None),
        ("2014-07~", (2014, 7), None),
        ("2014-07-16", (2014, 7, 16), None),
        ("2014-07-16T23:30:15+03:00", (2014, 7, 16, 23, 30), None),
        ("2014-XX", (2014,), None),
        ("2014-07-XX", (2014, 7), None),
        ("2014-21", (2014,), None),
        ("2014-35", (2014, 7), (2014, 9)),
        ("199X", (1990,), (1999,)),
        ("00XX", (1,), (99,)),
        ("19XX", (1900,), (1999,)),
        ("-0043-03-15", (-43, 3, 15), None),
        ("-004X", (-49,), (-40,)),
        ("Y170000002", (170000002,), None),
        ("2014/2015-06", (2014,), (2015, 6)),
        ("2014-07-16/2014-07-16", (2014, 7, 16), (2014, 7, 16)),
        ("199X/200X", (1990,), (2009,)),
        ("2014/..", (2014,), None),
        ("2014/", (2014,), None),
        ("../2014", None, (2014,)),
        ("/2014", None, (2014,)),
        ("[2015,2014]", (2014,), None),
        ("[..2014]", None, None),
        ("[2014..]", (2014,), None),
        ("{2014-07-16,2014-07-18}", (2014, 7, 16), (2014, 7, 18)),
    ],
)
def test_programs_get_the_parts_that_are_given_and_no_others(
    text: str, start: tuple[int, ...] | None, end: tuple[int, ...] | None
) -> None:
    found = parts(read_edtf(text))
    assert found == tuple(one and one + (None,) * (5 - len(one)) for one in (start, end))


def test_the_examples_of_the_documentation_are_shown_as_it_says() -> None:
    document = Path(__file__).parent.parent / "docs" / "articles.md"
    if not document.exists():
        pytest.skip("the documentation is in the source tree only")
    section = document.read_text(encoding="utf-8").partition("#### When something happened")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| [^|]* \| ([^|]+) \|$", section, re.MULTILINE)
    assert len(rows) > 30
    assert [(text, say(text)) for text, _ in rows] == rows


# -- order ------------------------------------------------------------------------------------------------------------

IN_ORDER = """
Y-170000002 Y-17000 -9999 -1XXX -1999 -1000 -0XXX -00XX -009X -0099 -0050 -004X -0049 -0043 -0043-21 -0043-03
-0043-03-14 -0043-03-15 -0042 -0001 -0001-12-31 0000 0000-12-31 00XX 000X 0001 0079 0079-08 0079-08-24 0999-12-31
1XXX 1066 19XX 190X 1900 1989-12-31 199X 1990 1990-01 1999-12-31T23:59
20XX 200X 2000 201X 2013-12-31 ../2014 2014 2014-33 2014-01 2014-01-01 2014-01-01T00:00 2014-01-31
2014-02 2014-02-28T23:59 2014-21 2014-03 2014-03-01 2014-34 2014-04 2014-22 2014-06 2014-06~ 2014-06-01 2014-06-01?
2014-06-01T09:00+14:00 2014-06-01T23:00+03:00 2014-06-01T22:00Z 2014-06-01T23:00-12:00 2014-06-02 2014-35 2014-07
2014-23 2014-09 2014-24 2014-12 2014-12-31 2014-12-31T23:59:59-12:00 2015 2015-XX 2015/2016
2024-07-15 [2024-07-16,2024-07-17] 2024-07-17 9999 9999-12-31 Y10000 Y17000 Y170000002 Y999999999999
"""


def test_times_of_all_kinds_sort_by_time_and_the_coarse_before_the_fine() -> None:
    texts = IN_ORDER.split()
    assert sorted(texts, key=lambda text: read_edtf(text).sort) == texts


def test_no_two_texts_of_the_table_share_a_sort() -> None:
    assert len({read_edtf(row[0]).sort for row in READ}) == len(READ)


_DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))


@settings(max_examples=300, deadline=None)
@given(_DAYS, _DAYS)
def test_days_sort_as_the_calendar_has_them(one: date, other: date) -> None:
    first, second = read_edtf(one.isoformat()), read_edtf(other.isoformat())
    assert (first.first, first.last) == (one.isoformat(), one.isoformat())
    assert (first.sort < second.sort) == (one < other)


@settings(max_examples=300, deadline=None)
@given(st.integers(-12_000, 12_000), st.integers(-12_000, 12_000))
def test_years_sort_as_they_follow(one: int, other: int) -> None:
    sorts = [read_edtf(_year(year)).sort for year in (one, other)]
    assert (sorts[0] < sorts[1]) == (one < other)


_OFFSETS = st.integers(-14 * 60, 14 * 60)


@settings(max_examples=300, deadline=None)
@given(st.times(), _OFFSETS, st.times(), _OFFSETS)
def test_times_of_one_day_sort_by_instant(one: Any, offset: int, other: Any, other_offset: int) -> None:
    found = [_timed(date(2024, 7, 16), *given) for given in ((one, offset), (other, other_offset))]
    instants = [datetime.fromisoformat(text).astimezone(UTC) for text in found]
    sorts = [read_edtf(text).sort for text in found]
    if instants[0] != instants[1]:
        assert (sorts[0] < sorts[1]) == (instants[0] < instants[1])


@settings(max_examples=200, deadline=None)
@given(_DAYS)
def test_a_day_stands_in_its_month_year_decade_and_century(day: date) -> None:
    text = day.isoformat()
    holders = [f"{text[:2]}XX", f"{text[:3]}X", text[:4], text[:7], text, f"{text}T00:00+14:00"]
    sorts = [read_edtf(one).sort for one in holders]
    assert sorts == sorted(sorts)
    for one in holders:
        found = read_edtf(one)
        assert text.startswith(found.day)
        assert found.first is not None and found.last is not None
        assert found.first <= text <= found.last


def _year(year: int) -> str:
    return f"Y{year}" if abs(year) > 9999 else f"-{-year:04}" if year < 0 else f"{year:04}"


def _timed(day: date, clock: Any, offset: int) -> str:
    sign, size = "-" if offset < 0 else "+", timedelta(minutes=abs(offset))
    zone = f"{sign}{size.seconds // 3600:02}:{size.seconds // 60 % 60:02}"
    return f"{day.isoformat()}T{clock.isoformat('seconds')}{zone}"


# -- what any text may be ---------------------------------------------------------------------------------------------

_MARK = st.sampled_from(["", "", "", "~", "?", "%"])
_SIMPLE = st.one_of(
    st.integers(-12_000, 12_000).map(_year),
    _DAYS.map(lambda day: day.isoformat()[:7]),
    _DAYS.map(date.isoformat),
    st.builds(lambda year, season: f"{year:04}-{season}", st.integers(1, 9999), st.integers(21, 41)),
    st.integers(0, 999).map("{:03}X".format),
    st.integers(0, 99).map("{:02}XX".format),
    st.builds(
        lambda year, rest: f"{year:04}{rest}", st.integers(0, 9999), st.sampled_from(["-XX", "-06-XX", "-XX-XX"])
    ),
    st.builds(_timed, _DAYS, st.times(), _OFFSETS),
)
_POINT = st.builds("{}{}".format, _SIMPLE, _MARK)
_TIME = st.one_of(
    _POINT,
    st.builds("{}/{}".format, _POINT, _POINT),
    st.builds("{}/{}".format, _POINT, st.sampled_from(["", ".."])),
    st.builds("{}/{}".format, st.sampled_from(["", ".."]), _POINT),
    st.lists(_POINT, min_size=2, max_size=4).map(lambda some: f"[{','.join(some)}]"),
    st.lists(_POINT, min_size=2, max_size=4).map(lambda some: f"{{{','.join(some)}}}"),
)


@settings(max_examples=500, deadline=None)
@given(_TIME)
def test_a_time_that_is_read_is_stable_and_within_its_bounds(text: str) -> None:
    try:
        found = read_edtf(text)
    except ValueError as error:
        assert "/" in text or text[0] in "[{", error  # only such may be in the wrong order, or the same twice
        return
    assert read_edtf(found.text) == found
    assert found.sort.endswith(found.text)
    if found.first and found.last:
        assert date.fromisoformat(found.first) <= date.fromisoformat(found.last)
    if found.day and found.first:
        assert found.first >= found.day or found.kind


@settings(max_examples=500, deadline=None)
@given(_TIME)
@example("199X/2003-05")
@example("2014-33")
def test_no_day_month_year_or_time_is_said_that_was_not_given(text: str) -> None:
    try:
        said = say(text)
    except ValueError:
        return
    counted = re.sub(r"\d+(st|nd|rd|th) |\d+s\b|the years (AD )?[^ ]+( BC)?", "", said)  # centuries and decades
    for clock in re.findall(r"\d\d:\d\d(?::\d\d)?", counted):
        assert clock in text
    days = re.findall(r"\b(\d{1,2}) (?=[A-Z][a-z]+ (?:AD )?\d)", counted)
    assert all(f"-{int(day):02}" in text for day in days)
    assert all(f"-{MONTHS.index(month) + 1:02}" in text for month in MONTHS if month in said)
    years = {int(number) for number in re.findall(r"\d+", re.sub(r"[XY~?%]", "", text))}
    for number, era in re.findall(r"\b(\d{3,}|\d{1,3}(?:,\d{3})+)\b( BC)?", counted.replace("UTC", "")):
        year = int(number.replace(",", ""))
        assert (year - 1 if era else year) in years or year - 1 in years


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=30), st.text("0123456789-/~?%X.TYZ:+[]{},", max_size=30)))
@example("[..]")
@example("9999-12-31T23:59-14:00/9999-12-31T23:59+14:00")
@example("0001-01-01T00:00+14:00")
def test_any_text_is_a_time_that_can_be_said_or_a_value_error(text: str) -> None:
    try:
        found = read_edtf(text)
    except ValueError as error:
        assert str(error)
    else:
        assert say(found) and found.sort and parts(found)


def test_the_name_of_a_period_is_said_as_its_events_are() -> None:
    names = ["2024", "2024-07", "2024-07-17", "199", "200", "19", "0079-08"]
    said = ["2024", "July 2024", "17 July 2024", "1990s", "2000–2009", "20th century", "August AD 79"]
    assert [SPELLING.period(name) for name in names] == said


# -- in an archive ----------------------------------------------------------------------------------------------------


def test_a_template_shows_when_events_happened_as_precisely_as_it_was_given(story: Story) -> None:
    story.site()
    story.write("templates/article.html", "{% for one in meta.events %}<p>{{ one.when|happened }}</p>{% endfor %}")
    texts = ["2024-07-16T23:30+03:00", "2014~", "199X", "[2024-07-16,2024-07-17]", "-0043-03-15", "2014/", "../2014"]
    story.article("base", events=[{"name": "It happened", "when": text} for text in texts])
    story.built()
    assert re.findall("<p>(.*?)</p>", story.text("/2024/07/17/base/")) == [say(text) for text in texts]


def test_a_time_that_cannot_be_read_is_a_fault_with_its_place_and_reason(story: Story) -> None:
    story.site()
    head = (
        "title: A\ndate: 2024-07-17\nevents:\n  - name: B\n    when: 2023-02-29\n  - name: C\n    when: [2014, 2015]\n"
    )
    story.write("content/articles/a.md", f"---\n{head}---\nText.\n")
    done = story.build()
    assert done.code == 1
    assert "content/articles/a.md:6:11: the time '2023-02-29' can't be read: there is no day 29 in 2023-02." in done.err
    assert "content/articles/a.md:8:11: found a list" in done.err
    assert 'A set such as "[2014,2015]" stands in quotes.' in done.err


# -- beside another reader --------------------------------------------------------------------------------------------

OTHERWISE = {
    "the library refuses: a time of day without seconds, in an interval or a set, or marked": """
        2024-07-16T09:00 2024-07-16T23:30Z 2024-07-16T23:30+03:00 2024-07-16T09:00~ 2024-07-16T09:00:00Z?
        2024-07-16T23:30+03:00% 0079-08-24T13:00 2024-07-16T23:00/2024-07-16T23:30
        2024-07-16T23:00+03:00/2024-07-16T23:30+03:00 2024-07-16T23:00+03:00/2024-07-16T22:30Z
        2024-07-16T23:00+03:00/2024-07-17T01:00+03:00 2024-07-17T00:30+03:00/2024-07-16T23:30-05:00
        2024-07-16T23:00/2024-07-17 2024-07-16T23:00~/2024-07-16T23:30 2024-07-16/2024-07-16T23:30
        2024-07-16T10:00/.. [2024-07-16T23:00,2024-07-17T01:00]""",
    "the library refuses: a season that is marked, or in a set, and quarters in an interval": """
        2014-21~ 2014-22? 2014-23% 2014-33~ 2014?-21 2014-~22 2014-33/2014-34 2014-40/2014-41 [2014-21,2014-22]""",
    "the library refuses: marks of which one lies within another's reach, or beside what is open": """
        2004?-06~-11 2004-06~-?11 ?2004-06-11~ 2004~-06~-11~ ?2004-XX ?2004-06-XX 2004-?06-XX 2004~-XX""",
    "the library refuses: open digits in an interval that has an open or unknown end, or whose month is open": """
        199X/.. 2004-06-XX/.. 199X/ ../199X /2004-06-XX 2014-XX/2015""",
    "the library refuses: a year with Y that is marked or in an interval": "Y17000~ Y-17000/Y17000 2024/Y17000",
    "the first decade, century and millennium begin in the year 1, and with the library in 0": "000X 00XX 0XXX",
    "a season is bounded as it must be where its hemisphere and first day are not known; the library takes three "
    "months, and ends the winter with the year": """
        2014-21 2014-22 2014-23 2014-24 2014-25 2014-26 2014-27 2014-28 2014-29 2014-30 2014-31 2014-32 0079-22
        2014-21/2014-22 2014-24/2015-21 2014-21~/2014-06 2014-21/.. ../2014-22""",
    "an unknown end has no bound; the library puts it ten years away": """
        2014/ 2024-07/ 2024-07-16/ 2014~/ /2014 /2024-07 /2024-07-16 /2014?""",
    "the library reads: a 29 or 30 February that never was": """
        2014-02-29 2023-02-29 1900-02-29 2100-02-29 0001-02-29 -0001-02-29 -0100-02-29 2014-02-~30""",
    "the library reads: an hour 24, which ISO 8601 had until 2019": "2024-07-16T24:00:00",
    "the library reads: an end that comes before the beginning": """
        2015/2014 2024-02/2024-01 2024-07-17/2024-07-16 2024-07/2024-06-30 2024-07-01/2024-06 2014/2013-12-31
        2014-06/2013 2000/199X 2000/19XX 2015-21/2014-22 2014~/2013~ 0001/0000 -0043/-0044 2014/-0043 [2015..2014]""",
    "the library reads: no time at all": "XXXX XXXX-12 XXXX-12-25 XXXX-XX-XX ../..",
    "valid, and refused for one spelling of each thing: marks before a year alone, sets of one, blanks": """
        ~2014 ?2014 %2014 ~-0043 ~2014/2015 [2014..2014]""",
    "valid, and refused because a digit before the known ones says nothing that can be told, or filed": """
        1X99 X999 19X9 1X9X XX99 156X-12 156X-12-25 15XX-12-25 199X-XX 19XX-XX-XX 2014-XX-11 2014-XX-31""",
    "valid, and refused because no event is known so: exponents, significant digits, a trillion years": """
        Y1000000000000 Y17E7 Y-17E7 Y17101E4S3 1950S2 Y171010000S3 -1950S2""",
    "valid, and refused because all times up to one, or from one on, are an interval": "{..2014} {2014..}",
}
_BLANKS = {"2014 /2015", "2014/ 2015"}
"""Read by the library, which skips blanks anywhere."""


@pytest.mark.filterwarnings("ignore")  # the library's own
def test_another_reader_agrees_but_for_what_is_listed_with_its_reason() -> None:
    import edtf  # here, where its warnings are ignored

    def bounds(text: str) -> str:
        found = edtf.parse_edtf(text)
        ends = found.lower_strict(), found.upper_strict()
        return " ".join(
            "{:04}-{:02}-{:02}".format(*end[:3]) if isinstance(end, time.struct_time) and 1 <= end[0] <= 9999 else "-"
            for end in ends
        )

    differing, known = set(), {text for texts in OTHERWISE.values() for text in texts.split()}
    rows = [(row[0], row[2]) for row in READ] + [(row[0], "refused") for row in REFUSED]
    for text, expected in [row for at, row in enumerate(rows) if row[0] in known or at % 2]:  # it takes its time
        try:
            found = bounds(text)
        except Exception:  # it raises many kinds
            found = "refused"
        if found != expected:
            differing.add(text)
    listed = [text for texts in OTHERWISE.values() for text in texts.split()]
    assert len(listed) == len({*listed})
    assert {*listed} <= {row[0] for row in itertools.chain(READ, REFUSED)}
    assert differing - {*listed} - _BLANKS == set()
