"""The dates that people write: read as they are meant, or refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from yaml import Mark
from yaml.nodes import Node, ScalarNode

from newsgen.document import Document
from newsgen.model import Moment
from newsgen.moments import Edtf, When, read_any_moment, read_moment

BAGHDAD = ZoneInfo("Asia/Baghdad")  # +03:00 all year
PARIS = ZoneInfo("Europe/Paris")


def value_node(text: str) -> tuple[Node, Document]:
    """The node of a value on line 7, column 7 of a file, and the document it is in."""
    node = ScalarNode("tag:yaml.org,2002:str", text, Mark("a.md", 6, 0, 6, None, None))
    return node, Document("a.md", "", first_line=7, zone=BAGHDAD)


# -- forms that were measured in real archives ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024-07-17", "2024-07-17"),
        ("  2024-07-17\n", "2024-07-17"),
        ("2020-12-2", "2020-12-02"),
        ("2020-1-2", "2020-01-02"),
        ("2014/12/18", "2014-12-18"),
        ("2014.12.18", "2014-12-18"),
        ("20141218", "2014-12-18"),
        ("2024-07-17T09:30", "2024-07-17T09:30:00+03:00"),
        ("2024-07-17t09:30", "2024-07-17T09:30:00+03:00"),
        ("2024-07-17 9:30", "2024-07-17T09:30:00+03:00"),
        ("2024-07-17   09:30:15", "2024-07-17T09:30:15+03:00"),
        ("2015-01-01 8:32:24", "2015-01-01T08:32:24+03:00"),
        ("2024-07-17T09:30+03:00", "2024-07-17T09:30:00+03:00"),
        ("2024-07-17T06:30Z", "2024-07-17T09:30:00+03:00"),
        ("2024-07-17T06:30:00z", "2024-07-17T09:30:00+03:00"),
        ("2024-07-17 06:30 UTC", "2024-07-17T09:30:00+03:00"),
        ("2024-07-17 06:30 GMT", "2024-07-17T09:30:00+03:00"),
        ("2015-01-01 10:00:00 -0400", "2015-01-01T17:00:00+03:00"),
        ("2015-01-01 10:00:00 -04:00", "2015-01-01T17:00:00+03:00"),
        ("2015-01-01 10:00:00 -4", "2015-01-01T17:00:00+03:00"),
        ("2015-01-01 10:00:00-4", "2015-01-01T17:00:00+03:00"),
        ("2015-01-01 8:32:24 -4", "2015-01-01T15:32:24+03:00"),
        ("2015-01-01 10:00:00 +530", "2015-01-01T07:30:00+03:00"),
        ("2015-01-01 10:00:00 \u22124:00", "2015-01-01T17:00:00+03:00"),
        ("2014-12-18T10:00:00.123", "2014-12-18T10:00:00+03:00"),
        ("2014-12-18T10:00:00,123456Z", "2014-12-18T13:00:00+03:00"),
        ("2014-12-18T10:00:00.000+0000", "2014-12-18T13:00:00+03:00"),
        ("20141218T100000Z", "2014-12-18T13:00:00+03:00"),
        ("18 Dec 2014", "2014-12-18"),
        ("18 December 2014", "2014-12-18"),
        ("Dec 18, 2014", "2014-12-18"),
        ("December 18th, 2014", "2014-12-18"),
        ("18-Dec-2014", "2014-12-18"),
        ("Thursday, 18 December 2014", "2014-12-18"),
        ("Dec 18, 2014 10:30 pm", "2014-12-18T22:30:00+03:00"),
        ("Dec 18, 2014 00:00", "2014-12-18T00:00:00+03:00"),
        ("Thu, 18 Dec 2014 10:00:00 +0100", "2014-12-18T12:00:00+03:00"),
        ("Thu, 18 Dec 2014 10:00:00 GMT", "2014-12-18T13:00:00+03:00"),
        ("18 Dec 2014 10:00 -0500", "2014-12-18T18:00:00+03:00"),
        ("18/12/2014", "2014-12-18"),
        ("12/18/2014", "2014-12-18"),
        ("18.12.2014", "2014-12-18"),
        ("12/18/2014 10:00", "2014-12-18T10:00:00+03:00"),
        ("3/3/2014", "2014-03-03"),
        ("2024-02-29", "2024-02-29"),
        ("2000-02-29", "2000-02-29"),
        ("1000-01-01", "1000-01-01"),
    ],
)
def test_a_date_as_people_write_it_is_read(text: str, iso: str) -> None:
    assert read_moment(text, BAGHDAD).iso == iso


@pytest.mark.parametrize(
    "text", ["2024-07-17T10:00:60Z", "2016-12-31T23:59:60Z"], ids=["a stray second", "a true leap second"]
)
def test_a_leap_second_is_the_last_second_of_its_minute(text: str) -> None:
    assert read_moment(text, UTC).instant.second == 59


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2024",
        "3/4/2024",
        "04-05-2024",
        "4.5.2024",
        "03/04/2024 10:00",
        "Fri, 03/04/2024",
        "10:00 03/04/2024",
        "03 04 2024",
        "03 / 04 / 2024",
        "03/04/24 10:00:00 +0000",
    ],
)
def test_a_date_that_means_two_days_in_two_countries_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"different days|not a date|no year"):
        read_moment(text, UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "2024",
        "2024-07",
        "202407",
        "July 2024",
        "17 July",
        "July 17",
        "10:00",
        "Tuesday",
        "Friday 2014",
        "yesterday",
        "today",
        "now",
        "tomorrow 2024",
        "soon",
        "2024-07-17T09",
        "17 July 2014 10",
        "2024-W29",
        "18 Dec 14",
    ],
)
def test_what_names_no_whole_day_or_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_moment(text, UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30",
        "2023-02-29",
        "1900-02-29",
        "2024-13-01",
        "2024-00-10",
        "2024-01-00",
        "2024-04-31",
        "31 June 2014",
        "30 February 2014",
        "32/12/2014",
        "2024-07-17 24:30",
        "2024-07-17 25:00",
        "2024-07-17 10:61",
        "2024-07-17 10:00:61",
        "2024-07-17 10:00:99",
        "17 July 2014 10:00:99",
        "17 July 2014 25:00",
    ],
)
def test_a_day_or_time_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_moment(text, UTC)


@pytest.mark.parametrize("text", ["0000-01-01", "0001-01-01", "0999-12-31", "9999-01-01", "1 Jan 0012", "1 Jan 9999"])
def test_an_absurd_year_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_moment(text, UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-07-17 10:00 +15:00",
        "2024-07-17 10:00 -15",
        "2024-07-17 10:00 +2500",
        "2024-07-17 10:00 +0260",
        "17 July 2014 10:00 +9900",
        "17 July 2014 10:00 GMT+99",
    ],
)
def test_an_absurd_offset_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_moment(text, UTC)


@pytest.mark.parametrize("name", ["EST", "PST", "CEST", "IST", "BST", "XYZ", "GMTX", "Z Z", "Europe/Paris"])
def test_the_name_of_a_zone_is_no_offset_and_is_refused_not_ignored(name: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_moment(f"17 July 2014 10:00 {name}", UTC)
    with pytest.raises(ValueError, match=r"\w"):
        read_moment(f"2014-07-17 10:00 {name}", UTC)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("17 July 2014 10:00 GMT+3", 3),
        ("17 July 2014 10:00 UTC+3", 3),
        ("17 July 2014 10:00 UTC-5", -5),
        ("Thu Jul 17 2014 10:00:00 GMT+0300", 3),
    ],
)
def test_gmt_plus_three_is_east_of_greenwich_or_refused_but_never_west(text: str, hours: int) -> None:
    try:
        found = read_moment(text, UTC)
    except ValueError:
        return
    assert found.instant == datetime(2014, 7, 17, 10, tzinfo=timezone(timedelta(hours=hours)))


@pytest.mark.parametrize("text", ["2024-07-17 (draft)", "2024-07-17 foo", "2024-07-17Zulu", "c. 2024-07-17", "1" * 200])
def test_a_date_with_something_else_beside_it_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_moment(text, UTC)


# -- zones ------------------------------------------------------------------------------------------------------------


def test_without_an_offset_the_time_is_that_of_the_site() -> None:
    assert read_moment("2024-07-17 10:00", PARIS).instant.utcoffset() == timedelta(hours=2)
    assert read_moment("2024-01-17 10:00", PARIS).instant.utcoffset() == timedelta(hours=1)


def test_the_moment_is_kept_in_the_zone_of_the_site_so_its_day_is_the_site_s_day() -> None:
    late = read_moment("2024-07-17T22:30Z", BAGHDAD)
    assert late.day == date(2024, 7, 18)
    assert late.instant == datetime(2024, 7, 17, 22, 30, tzinfo=UTC)


def test_a_bare_day_is_midnight_of_the_site_and_shows_no_time() -> None:
    day = read_moment("2024-07-17", BAGHDAD)
    assert day.day_only
    assert day.instant == datetime(2024, 7, 16, 21, 0, tzinfo=UTC)
    assert day.iso == "2024-07-17"


@pytest.mark.parametrize("text", ["2024-07-17T00:00", "17 July 2024 00:00", "2024-07-17 0:00:00"])
def test_midnight_that_was_written_is_a_time(text: str) -> None:
    assert not read_moment(text, BAGHDAD).day_only


def test_the_hour_that_comes_twice_is_told_apart_by_its_offset() -> None:
    summer = read_moment("2024-10-27T02:30+02:00", PARIS)
    winter = read_moment("2024-10-27T02:30+01:00", PARIS)
    assert winter.instant.astimezone(UTC) - summer.instant.astimezone(UTC) == timedelta(hours=1)
    assert (summer.iso, winter.iso) == ("2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00+01:00")
    assert read_moment("2024-10-27T02:30", PARIS).iso == summer.iso


def test_the_hour_that_never_comes_still_lies_on_its_day() -> None:
    assert read_moment("2024-03-31T02:30", PARIS).day == date(2024, 3, 31)


@pytest.mark.parametrize("text", ["2024-10-27T02:30+01:00", "2024-03-31T02:30", "2024-07-17", "2024-07-17T06:30Z"])
def test_packing_a_moment_loses_nothing(text: str) -> None:
    moment = read_moment(text, PARIS)
    again = Moment.unpack(json.loads(json.dumps(moment.pack())))
    assert again is not None
    assert (again.iso, again.day, again.day_only) == (moment.iso, moment.day, moment.day_only)
    assert Moment.unpack(None) is None


_OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_TIMES = st.datetimes(datetime(1000, 1, 2), datetime(9998, 12, 30), timezones=_OFFSETS)  # noqa: DTZ001


@settings(max_examples=200, deadline=None)
@given(_TIMES, st.sampled_from(["T", " "]), st.sampled_from([UTC, BAGHDAD, PARIS]))
def test_any_time_written_in_iso_comes_back_equal(when: datetime, between: str, zone: ZoneInfo) -> None:
    found = read_moment(when.isoformat(between), zone)
    assert found.instant.astimezone(UTC) == when.replace(
        microsecond=0
    )  # Python has no two zones agree on a repeated hour
    assert not found.day_only


@settings(max_examples=100, deadline=None)
@given(st.dates(date(1000, 1, 1), date(9998, 12, 31)))
def test_any_day_written_in_iso_comes_back_equal(day: date) -> None:
    found = read_moment(day.isoformat(), PARIS)
    assert (found.day, found.day_only) == (day, True)


def _read(read: Callable[[str, tzinfo], Moment], text: str, zone: tzinfo) -> tuple[object, ...]:
    try:
        moment = read(text, zone)
    except ValueError as error:
        return (str(error),)
    return moment.instant.isoformat(), moment.instant.tzinfo, moment.instant.fold, moment.day_only


_USUAL = st.one_of(
    st.from_regex(r"\A\d{4}-[01]\d-[0-3]\d\Z"),
    st.from_regex(r"\A(1|2)\d{3}-(0\d|1[0-3])-[0-3]\d(T[0-2]\d:[0-6]\d(:[0-6]\d)?(Z|[+-][01]\d:[0-6]\d)?)?\n?\Z"),
    _TIMES.map(lambda when: when.replace(microsecond=0).isoformat()),
    st.datetimes(datetime(1899, 1, 1), datetime(2030, 1, 1)).map(lambda when: f"{when:%Y-%m-%dT%H:%M}"),  # noqa: DTZ001
)


@settings(max_examples=800, deadline=None)
@given(_USUAL, st.sampled_from([UTC, BAGHDAD, PARIS]))
@example("2024-07-17T10:00:60Z", UTC)
@example("2024-07-17T24:00", UTC)
@example("2024-10-27T02:30+01:00", PARIS)
@example("2024-03-31T02:30", PARIS)
@example("0999-12-31", UTC)
@example("2024-02-30", UTC)
@example("2024-07-17T10:00+14:59", UTC)
@example("1890-07-17", PARIS)
def test_the_short_way_to_a_moment_leads_where_the_long_one_does(text: str, zone: tzinfo) -> None:
    assert _read(read_moment, text, zone) == _read(read_any_moment, text, zone)


_DATE_LIKE = st.lists(
    st.sampled_from(
        "1 2 12 18 30 31 99 2014 2024 0 000000 : / - . , + T Z GMT UTC UT EST am pm Dec July Mon th at ( ) ٣ ² १ — 1e9 "
        "inf nan W X q A".split(" ")
    ),
    max_size=9,
).flatmap(lambda parts: st.sampled_from(["", " "]).map(lambda space: space.join(parts)))


@settings(max_examples=600, deadline=None)
@given(st.one_of(st.text(max_size=90), _DATE_LIKE))
@example("2014 2014 2014")
@example("9998-12-31T23:59-14:00")
@example("1000-01-01T00:00+14:00")
@example("0" * 79 + "1")
@example("2024-07-17 10:00 XYZ")
def test_any_text_is_a_moment_or_a_value_error(text: str) -> None:
    try:
        found = read_moment(text, PARIS)
    except ValueError as error:
        assert str(error)
    else:
        assert isinstance(found, Moment)
        assert found.instant.tzinfo is not None
        assert found.iso


def test_a_date_that_cannot_be_read_is_a_fault_at_its_place_with_reason_and_remedy() -> None:
    node, document = value_node("03/04/2024")
    assert When().read(node, document) is None
    (fault,) = document.faults
    assert (fault.path, fault.line, fault.column) == ("a.md", 7, 7)
    assert "'03/04/2024'" in fault.what
    assert "different days" in fault.what
    assert "2024-07-17" in fault.remedy


# -- when it happened -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2014",
        "0079",
        "2024-01",
        "2024-12",
        "2024-07-16",
        "2024-02-29",
        "2024-12-31",
        "2024-07-16T10:00:00Z",
        "2024-07-16T10:00:00+03:00",
        "2024-07-16T23:59:59-05:00",
        "2014~",
        "2014?",
        "2014%",
        "2024-01~",
        "2024-01?",
        "2024-07-16~",
        "2024-07-16?",
        "2024-07-16%",
        "2014/2024",
        "2014/2014",
        "2024-01/2024-02",
        "2024-01-26/2024-02-03",
        "2014/2014-06",
        "2014-06/2014",
        "2014~/2015?",
        "2014-06-10~/2014-06-12",
        "2014/..",
        "../2014",
        "2024-07-16/..",
        "2014/",
        "/2014",
        "201X",
        "20XX",
        "2014-XX",
        "2014-07-XX",
        "2014-21",
        "2014-24",
    ],
)
def test_an_event_time_is_kept_as_it_is_written(text: str) -> None:
    node, document = value_node(f" {text} ")
    assert Edtf().read(node, document) == text
    assert document.faults == []


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "Tuesday night",
        "16 July 2024",
        "July 2024",
        "14",
        "20",
        "20144",
        "2014-1",
        "2014-6-1",
        "2014-00",
        "2014-13",
        "2014-20",
        "2014-99",
        "2014-01-00",
        "2014-01-32",
        "2014-04-31",
        "2023-02-29",
        "2014-02-30",
        "2024-99-99",
        "2014/13",
        "2014-13/2015",
        "2014-07-16/2014-07-32",
        "2014-07-16/17",
        "2014/07/16",
        "16/07/2014",
        "2024-07-16T25:00:00",
        "2024-07-16T10:61:00",
        "2024-07-16T10:00:61",
        "2024-07-16T10:00:00+99:00",
        "2024-07-16 10:00",
        "2024-07-16~T10:00",
        "2014-2015",
        "2014\u20132015",
        "2014 to 2015",
        "2014/2015/2016",
        "2014//2015",
        "2014~~",
        "~2014",
        "about 2014",
        "c. 2014",
        "201x",
        "2014-X1",
        "../..",
        "....",
        "..",
        "/",
        "//",
        "/..",
        "../",
        "\uff12\uff10\uff11\uff14",
        "\u0662\u0660\u0661\u0664",
        "2014\n2015",
    ],
)
def test_what_is_no_event_time_is_a_fault_at_its_place(text: str) -> None:
    node, document = value_node(text)
    assert Edtf().read(node, document) is None
    (fault,) = document.faults
    assert (fault.line, fault.column) == (7, 7)
    assert "EDTF" in fault.what + fault.remedy


@pytest.mark.parametrize("text", ["2015/2014", "2024-02/2024-01", "2024-07-17/2024-07-16", "2024-07/2024-06-30"])
def test_an_event_that_ends_before_it_begins_is_a_fault(text: str) -> None:
    node, document = value_node(text)
    assert Edtf().read(node, document) is None
    assert len(document.faults) == 1


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=30), st.text("0123456789-/~?%X.TZ:+", max_size=25)))
def test_any_event_time_is_kept_or_refused_once(text: str) -> None:
    node, document = value_node(text)
    found = Edtf().read(node, document)
    assert (found is None) == (len(document.faults) == 1)
