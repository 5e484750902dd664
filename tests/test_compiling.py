"""Templates that are compiled to faster code show what the sandbox would have shown, and refuse what it refuses."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import nodes, sandbox
from markupsafe import Markup

from newsgen import load
from newsgen.archive import Archive
from newsgen.bindings import Bindings, are_plain, bindings_of
from newsgen.compiling import CHANGING, REFUSED, is_proven
from newsgen.features.articles import _begins_with
from newsgen.model import Card, Moment, Page
from newsgen.press import Press
from newsgen.sandbox import ProvingSandbox, Sandbox
from newsgen.site import Site
from newsgen.theme import Assets, Theme, default_theme
from newsgen.views import Links, SiteView, UndeclaredSetting

from .conftest import Story

WHEN = Moment(datetime.datetime(2024, 7, 17, 9, 30, tzinfo=datetime.UTC))
CARD = Card("a.md", "/2024/07/17/a/", "tag:x", "A & <b>", WHEN, None, "Sum'mary", "ar", None)
GIVEN: dict[str, Any] = {
    "card": CARD,
    "cards": (CARD, CARD),
    "table": {"name": "N & M", "items": 3, "deep": {"key": [1, 2]}, "none": None},
    "text": 'Some "text" & <more>',
    "marked": Markup("<i>safe</i>"),
    "number": 7,
    "nothing": None,
    "many": [3, 1, 2],
}
FAILURES = (
    jinja2.TemplateError,
    UndeclaredSetting,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
)


def theme_of(root: Path, files: dict[str, str]) -> Theme:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Theme(root)


def both(root: Path, files: dict[str, str], name: str = "a.html") -> list[str]:
    """What a template shows in either way; the kind of its error, where it fails."""
    theme = theme_of(root, {f"templates/{one}": text for one, text in files.items()})
    site = Site(root, title="The <Record>", own={"x_motto": "Mo & tto", "x_list": ["a", 1], "x_part": 1.5})
    links = Links(site, Assets(theme.static_files()))
    view = SiteView(site, frozenset({"title", "publisher.name", "language", "x_motto", "x_list", "x_part"}))
    shown = []
    for kind in (Sandbox(theme, links), ProvingSandbox(theme, links, site.setting)):
        try:
            shown.append(kind.render(name, GIVEN | {"site": view}))
        except FAILURES as error:
            shown.append(type(error).__name__)
    return shown


def proving(root: Path, files: dict[str, str]) -> ProvingSandbox:
    theme = theme_of(root, {f"templates/{one}": text for one, text in files.items()})
    site = Site(root, title="The <Record>")
    return ProvingSandbox(theme, Links(site, Assets(theme.static_files())), site.setting)


# -- the same text, whichever way -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{{ card.title }} {{ card['title'] }} {{ table.name }} {{ table['name'] }} {{ table.items }} {{ table.none }}",
        "{{ table.deep.key[0] }} {{ table.deep['key'][1:] }} {{ table.missing }}",
        "{{ text }} {{ marked }} {{ number }} {{ nothing }} {{ many }} {{ cards|length }}",
        "{{ text ~ marked ~ number }} {{ text ~ number }} {{ 'a' ~ 'b' }} {{ nothing ~ text }}",
        "{{ text|upper }} {{ many|sort|join(', ') }} {{ card.published|date(true) }} {{ card.language|direction }}",
        "{{ card.published.day }} {{ card.published.instant.isoformat() }} {{ card.published.instant.year }}",
        "{{ 'yes' if number > 5 }}{{ 'no' if number < 5 }}{{ ('x' if nothing)|default('d') }}",
        "{% for one in many %}{{ loop.index }}{{ ',' if not loop.last }}{% else %}none{% endfor %}",
        "{% for one in cards if one.summary %}{{ loop.cycle('a', 'b') }}{{ one.title }}{% endfor %}",
        "{% for one in [1, [2, [3]]] recursive %}{{ loop(one) if one is sequence else one }}{% endfor %}",
        "{% set x %}<u>{{ text }}</u>{% endset %}{{ x }}{% with y = x %}{{ y|length }}{% endwith %}",
        "{% filter upper %}a{{ text }}{% endfilter %}",
        "{% set ns = namespace(n=0) %}{% for one in many %}{% set ns.n = ns.n + one %}{% endfor %}{{ ns.n }}",
        "{% macro m(a, b='<b>', c=number) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }}{{ m(c=text) }}{{ m(b=2) }}",
        "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}",
        "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(z=1) }}",
        "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(*many[:1]) }}{{ m(**{'a': text}) }}",
        "{% macro m(a) %}{{ varargs }}{{ kwargs }}{{ a }}{% endmacro %}{{ m(1, 2, k=3) }}",
        "{% macro m() %}[{{ caller('<x>') }}]{% endmacro %}{% call(x) m() %}{{ x }}{{ text }}{% endcall %}",
        "{{ m() }}{% macro m() %}later{% endmacro %}",
        "{% macro m() %}1{% endmacro %}{% set m = text.upper %}{{ m() }}",
        "{% if true %}{% macro m() %}1{% endmacro %}{% else %}{% macro m() %}2{% endmacro %}{% endif %}{{ m() }}",
        "{% macro m() %}1{% endmacro %}{{ m() }}{{ m }}",
        "{% macro out() %}{% macro m() %}1{% endmacro %}{{ m() }}{% endmacro %}{{ out() }}",
        "{{ site.title }} {{ site.publisher.name }} {{ site.x_motto }} {{ site.x_list }} {{ site.x_part }}",
        "{{ site.x_nowhere }}{{ site.nowhere }}",
        "{{ site }}{% set s = site %}{{ s.title }}{{ s.publisher.name }}",
        "{{ site.title.upper() }} {{ site.title|length }} {{ site.title[0] }} {{ site.language|direction }}",
        "{{ href('/a b/') }} {{ absolute('/é/') }} {{ href('/' ~ number ~ '/') }} {{ href(card.address) }}",
        "{{ href() }}",
        "{{ href('/', '/') }}",
        "{{ asset('style.css') }}",
        "{{ asset('nowhere.css') }}",
        "{{ '%s-%02d'|format('x', number) }} {{ range(3)|list }} {{ dict(a=1).a }} {{ dict(table, name=2).name }}",
        "{{ card.nowhere is defined }} {{ table.name is defined }} {{ text is string }}",
        "{% if site.title == 'x' %}1{% elif number %}2{% else %}3{% endif %}{{ 1 if site.x_list else 2 }}",
        "{% autoescape false %}{{ text }}{% endautoescape %}{{ text }}",
        "{{ many|map('string')|map('upper') }}",
        "{{ text.startswith('Some') }} {{ text.split() }} {{ table.get('name') }} {{ table.keys()|list }}",
        "{{ '{0.title}'.format(card) }} {{ '{}'|format }}",
        "{{ nothing.attribute }}",
        "{{ number() }}",
        "{{ 'a'.upper }}",
        "{{ site.title.upper }}",
        "{{ site.title() }}{{ 'a'() }}",
    ],
)
def test_a_template_shows_the_same_whether_it_is_proven_or_not(tmp_path: Path, text: str) -> None:
    asked, proven = both(tmp_path, {"a.html": text})
    assert proven == asked


FAMILY = {
    "base.html": "{% from 'words.html' import words %}{% set frame = 1 %}<{% block a %}{{ words.a }}{% endblock %}|"
    "{% block b scoped %}{{ frame }}{% endblock %}|{{ self.a() }}>{% include 'part.html' %}",
    "part.html": "{{ frame }}{% from 'words.html' import words %}{{ words.b[number] }}{% block c %}in{% endblock %}",
    "words.html": "{% set words = {'a': 'A & B', 'b': {7: 'seven'}, 'items': 'I'} %}",
    "macros.html": "{% from 'words.html' import words %}{% macro m(x, y=words.a) %}{{ x }}{{ y }}{% endmacro %}"
    "{% macro n(x) %}{{ m(x, y=href('/n/')) }}{{ o() }}{% endmacro %}{% macro o() %}{{ words.a }}{% endmacro %}",
    "seeing.html": "{% macro see() %}{{ card.title }}{{ site.title }}{% endmacro %}",
    "counting.html": "{% set ns = namespace(n=0) %}"
    "{% macro count() %}{% set ns.n = ns.n + 1 %}{{ ns.n }}{% endmacro %}",
}


@pytest.mark.parametrize(
    "text",
    [
        "{% extends 'base.html' %}{% block a %}{{ super() }}!{% endblock %}",
        "{% extends 'base.html' %}{% from 'words.html' import words %}{% block a %}{{ words.a }}{% endblock %}",
        "{% extends 'base.html' %}{% set own = text %}{% block b %}{{ own }}{{ super() }}{% endblock %}",
        "{% from 'words.html' import words %}{{ words.a }}{{ words['a'] }}{{ words.items }}{{ words.nowhere }}",
        "{% from 'words.html' import words as w %}{{ w.b[7] }}{{ w.b }}{{ w }}{% for k in w %}{{ k }}{% endfor %}",
        "{% import 'words.html' as all %}{{ all.words.a }}{% set x = all %}{{ x.words.b[number] }}",
        "{% from 'macros.html' import m, n %}{{ m(1) }}{{ m(text, y=2) }}{{ n(marked) }}{{ m(1, 2, 3) }}",
        "{% from 'macros.html' import m, n with context %}{{ m(1) }}{{ m(y=2, x=text) }}{{ n(marked)|upper }}",
        "{% import 'macros.html' as all with context %}{{ all.m(1) }}{{ all.n(text) }}",
        "{% from 'seeing.html' import see %}{{ see() }}",
        "{% from 'seeing.html' import see with context %}{{ see() }}",
        "{% set card = {'title': 'own'} %}{% from 'seeing.html' import see with context %}{{ see() }}",
        "{% from 'words.html' import nowhere %}{{ nowhere }}",
        "{% from 'words.html' import nowhere %}{{ nowhere is defined }}",
        "{{ words }}{% from 'words.html' import words %}",
        "{% if number %}{% from 'words.html' import words %}{% endif %}{{ words.a }}",
        "{% block x %}{% from 'macros.html' import m %}{{ m(3) }}{% endblock %}",
        "{% include 'part.html' %}",
        "{% set frame = 2 %}{% include 'part.html' %}{% for frame in many %}{% include 'part.html' %}{% endfor %}",
        "a{% include 'words.html' without context %}b",
        "{% include 'nowhere.html' ignore missing %}x",
        "{% from 'counting.html' import count %}{{ count() }}{{ count() }}",
        "{% macro a() %}{% include 'part.html' %}{% endmacro %}{% set frame = 3 %}{{ a() }}",
    ],
)
def test_templates_that_use_each_other_show_the_same(tmp_path: Path, text: str) -> None:
    asked, proven = both(tmp_path, FAMILY | {"a.html": text})
    assert proven == asked


NAMES = st.sampled_from([*GIVEN, "words", "local", "site.title", "words.a", "words.b", "words.b[7]", "m", "undefined"])
ATTRIBUTES = st.sampled_from(
    "title name items published day summary upper keys a b x address iso deep __class__ _field format append update "
    "now mro".split()
)
FILTERS = st.sampled_from(
    "upper length string list first safe e join('-') default('d') date iso direction replace('a','b') striptags "
    "reverse sort attr('title') map('upper')|list tojson".split()
)
CONSTANTS = st.sampled_from(["'a'", "1", "'<b>'", "[1, '&']", "{'a': 'x'}", "none", "true", "'/a/'"])
EXPRESSIONS = st.recursive(
    NAMES | CONSTANTS,
    lambda inner: st.one_of(
        st.builds("({}).{}".format, inner, ATTRIBUTES),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({})['{}']".format, inner, ATTRIBUTES),
        st.builds("({})|{}".format, inner, FILTERS),
        st.builds("({})({})".format, inner, inner),
        st.builds("({} ~ {})".format, inner, inner),
        st.builds("({} == {})".format, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({} if {})".format, inner, inner),
        st.builds("href({})".format, inner),
        st.builds("m({}, y={})".format, inner, inner),
    ),
    max_leaves=5,
)
SHAPES = st.sampled_from(
    [
        "{{{{ {} }}}}",
        "{{% if {} %}}yes{{% else %}}no{{% endif %}}",
        "{{% for local in {} %}}{{{{ local }}}}{{{{ loop.index }}}}{{% endfor %}}",
        "{{% set local = {} %}}{{{{ local }}}}",
        "{{% macro own(a) %}}{{{{ a }}}}{{% endmacro %}}{{{{ own({}) }}}}",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(parts=st.lists(st.builds(lambda shape, inner: shape.format(inner), SHAPES, EXPRESSIONS), min_size=1, max_size=3))
def test_any_expression_shows_the_same(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    text = "{% from 'words.html' import words %}{% from 'macros.html' import m %}" + "\n".join(parts)
    asked, proven = both(tmp_path_factory.mktemp("same"), FAMILY | {"a.html": text})
    if " at 0x" not in asked:  # a method that was joined to a text, which differs from run to run
        assert proven == asked


# -- what is proven, and what is not ----------------------------------------------------------------------------------


def bindings(tree: nodes.Template) -> Bindings:
    return bindings_of(tree.find_all(nodes.Node))


def tree(text: str) -> nodes.Template:
    return jinja2.Environment(autoescape=True).parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ x.__class__ }}",
        "{{ x._private }}",
        "{{ x.format(1) }}",
        "{{ x.format_map(y) }}",
        "{{ x.append(1) }}",
        "{{ x.now() }}",
        "{{ x.timestamp() }}",
        "{{ x.mro() }}",
        "{{ x.gi_frame }}",
        "{{ x.f_globals }}",
        "{{ x.tb_next }}",
        "{{ x|attr('y') }}",
        "{% set ns = namespace() %}{% set ns._x = 1 %}",
        "{% autoescape false %}{% endautoescape %}",
        "{% macro m() %}{% if x %}{{ x.__class__ }}{% endif %}{% endmacro %}",
        "{% include 'x.html' without context %}",
    ],
)
def test_a_template_with_anything_doubtful_is_left_to_the_sandbox(text: str) -> None:
    assert not is_proven(tree(text))


def test_the_names_that_change_values_are_those_that_the_sandbox_refuses() -> None:
    assert frozenset().union(*(names for _, names in sandbox._mutable_spec)) == CHANGING
    inside = sandbox.UNSAFE_FUNCTION_ATTRIBUTES | sandbox.UNSAFE_METHOD_ATTRIBUTES
    assert inside <= REFUSED, "newer Jinja refuses more; refuse it too"


def test_the_theme_is_proven_and_plain(tmp_path: Path) -> None:
    theme = Theme(tmp_path)
    site = Site(tmp_path)
    environment = ProvingSandbox(theme, Links(site, Assets(theme.static_files())), site.setting)
    for path in sorted((default_theme() / "templates").iterdir()):
        assert environment.is_proven(path.name), path.name
        closure = theme.closure(path.name)
        assert closure is not None and closure.is_plain, path.name
    assert environment.module("_cards.html", True) is not None
    assert environment.module("_words.html", False) is not None


# -- names that templates give a meaning of their own -----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "{% set site = x %}",
        "{% for href in x %}{% endfor %}",
        "{% macro absolute() %}{% endmacro %}",
        "{% macro m(asset) %}{% endmacro %}",
        "{% with range = x %}{% endwith %}",
        "{% import 'b' as dict %}",
        "{% from 'b' import x as namespace %}",
        "{% call(site) x() %}{% endcall %}",
        "{% for a, (b, site) in x %}{% endfor %}",
        "{% set site %}{% endset %}",
        "{% autoescape false %}{% endautoescape %}",
        "{% from 'b' import words %}{% set words = x %}",
        "{% from 'b' import words %}{% from 'c' import words %}",
        "{% from 'b' import words %}{% macro m(words) %}{% endmacro %}",
        "{% from 'b' import words %}{% for words in x %}{% endfor %}",
    ],
)
def test_a_template_that_gives_a_known_name_another_meaning_is_not_plain(text: str) -> None:
    assert not are_plain({"a": bindings(tree(text))})


def test_a_name_must_have_one_meaning_among_templates_that_extend_each_other_only() -> None:
    base = bindings(tree("{% from 'words' import words %}{% block a %}{% endblock %}"))
    same = bindings(tree("{% extends 'base' %}{% from 'words' import words %}"))
    other = bindings(tree("{% extends 'base' %}{% from 'others' import words %}"))
    beside = bindings(tree("{% from 'others' import words %}{% include 'base' %}"))
    assert are_plain({"base": base, "a": same})
    assert not are_plain({"base": base, "a": other})
    assert are_plain({"base": base, "a": beside})


def publish(story: Story, templates: dict[str, str]) -> Story:
    for name, text in templates.items():
        story.write(f"templates/{name}", text)
    story.article("alpha", tags=["Iraq"])
    story.built()
    return story


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{% set site = {'title': 'Mine'} %}{{ site.title }}", "Mine"),
        ("{% for href in ['Mine'] %}{{ href }}{% endfor %}", "Mine"),
        ("{% macro href(x) %}Mine{{ x }}{% endmacro %}{{ href('/') }}", "Mine/"),
        ("{% from '_words.html' import words %}{% set words = {'home': 'Mine'} %}{{ words.home }}", "Mine"),
        ("{% from '_words.html' import words %}{% for words in ['Mine'] %}{{ words }}{% endfor %}", "Mine"),
        ("{% from '_words.html' import words %}{% macro m(words) %}{{ words }}{% endmacro %}{{ m('Mine') }}", "Mine"),
        ("{% extends 'frame.html' %}{% set site = {'title': 'Mine'} %}", "Mine"),
    ],
)
def test_a_name_that_a_template_gives_a_meaning_is_not_replaced(story: Story, text: str, shown: str) -> None:
    publish(story, {"404.html": text, "frame.html": "{{ site.title }}"})
    assert story.text("/404.html") == shown


def test_a_child_that_changes_the_words_of_its_frame_changes_them_there_only(story: Story) -> None:
    publish(
        story,
        {
            "frame.html": "{{ words.home }}",
            "404.html": "{% extends 'frame.html' %}{% set words = {'home': 'Mine'} %}",
            "timeline.html": "{% from '_words.html' import words %}{% include 'frame.html' %}",
        },
    )
    assert story.text("/404.html") == "Mine"
    assert story.text("/timeline/") == "Front page"


def test_words_and_settings_that_hold_markup_characters_are_escaped_once(story: Story) -> None:
    story.site(title="Fish & <Chips>", x_motto='"q"')
    publish(
        story,
        {
            "_words.html": "{% from 'theme/_words.html' import words as english %}"
            "{% set words = dict(english, home='<Une>', axes=dict(english.axes, tags='T & S')) %}",
            "404.html": "{% from '_words.html' import words %}{{ words.home }} {{ words.axes.tags }} {{ words.feeds }} "
            "{{ site.title }} {{ site.x_motto }} {{ site.title|safe }}",
        },
    )
    shown = "&lt;Une&gt; T &amp; S Feeds Fish &amp; &lt;Chips&gt; &#34;q&#34; Fish & <Chips>"
    assert story.text("/404.html") == shown
    assert ">T &amp; S</a>" in story.text("/2024/07/17/alpha/")


def test_cards_of_the_site_are_used_on_pages_of_the_theme(story: Story) -> None:
    theirs = (default_theme() / "templates/_cards.html").read_text(encoding="utf-8")
    publish(story, {"_cards.html": theirs.replace('class="card h-entry"', 'class="mine" data-on="{{ page.address }}"')})
    for address in ("/", "/timeline/2024/07/", "/tags/iraq/"):
        assert f'<article class="mine" data-on="{address}">' in story.text(address)


@pytest.mark.parametrize("doubtful", ["", "{% if false %}{{ ns.update }}{% endif %}"])
def test_nothing_that_one_page_counts_is_seen_by_another(tmp_path: Path, doubtful: str) -> None:
    files = FAMILY | {"a.html": "{% from 'counting.html' import count %}{{ count() }}"}
    environment = proving(tmp_path, files | {"counting.html": FAMILY["counting.html"] + doubtful})
    assert environment.is_proven("counting.html") == (not doubtful)
    assert [environment.render("a.html", {}) for _ in range(3)] == ["1", "1", "1"]


def test_templates_that_import_each_other_fail_when_they_run_and_not_when_they_are_compiled(tmp_path: Path) -> None:
    files = {"a.html": "{% import 'b.html' as b %}", "b.html": "{% import 'a.html' as a %}"}
    environment = proving(tmp_path, files)
    environment.get_template("a.html")
    with pytest.raises(RecursionError):
        environment.render("a.html", {})


def test_a_fault_in_a_proven_template_is_told_with_its_line(story: Story) -> None:
    story.article("alpha")
    story.write("templates/404.html", "one\n{% from '_m.html' import m %}\n{{ m(1) }}")
    story.write("templates/_m.html", "\n\n{% macro m(x) %}\n\n{{ x.nowhere }}{% endmacro %}")
    assert "templates/_m.html:5:1: 'int object' has no attribute 'nowhere'" in story.build().err


# -- what a press makes for templates ---------------------------------------------------------------------------------

WORDS = st.text(alphabet="ab <>&;p/…!-\n", max_size=30)


@settings(max_examples=200, deadline=None)
@given(paragraphs=st.lists(WORDS, max_size=4), cut=st.integers(0, 60), other=WORDS, inside=st.booleans())
def test_the_first_words_of_a_body_are_found_as_if_all_of_it_was_read(
    paragraphs: list[str], cut: int, other: str, inside: bool
) -> None:
    body = "\n".join(f"<p>{one}</p>" if inside else one for one in paragraphs)
    for text in (Markup(body).striptags()[:cut], other, ""):  # noqa: S704
        assert _begins_with(body, text) == Markup(body[:4000]).striptags().startswith(text)  # noqa: S704


def test_a_summary_that_was_cut_from_the_text_does_not_stand_above_it(story: Story) -> None:
    story.article("alpha", "First words.\n\nSecond.")
    story.article("beta", "First words.", summary="Other words.")
    story.built()
    assert not story.page("/2024/07/17/alpha/").xpath("//p[contains(@class, 'standfirst')]")
    assert story.page("/2024/07/17/beta/").xpath("string(//p[contains(@class, 'standfirst')])") == "Other words."


def test_a_press_tells_how_long_each_template_took(story: Story) -> None:
    story.article("alpha")
    story.built()
    site, _ = load.read_site(story.root)
    theme = Theme(story.root)
    archive = Archive(site.state / "archive.sqlite", read_only=True)
    press = Press(site, theme, Assets(theme.static_files()), archive)
    page = Page("/404.html", "sitemap", "the page for what is not found", "404.html")
    for _ in range(3):
        press.render(page)
    press.render(Page("/robots.txt", "robots", "robots.txt", kind="file"))
    archive.close()
    assert set(press.timings) == {"404.html", "robots"}
    count, seconds = press.timings["404.html"]
    assert count == 3
    assert 0 < seconds < 60


def test_a_setting_that_no_template_shows_compiles_none_anew(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    compiled = ProvingSandbox.compile

    def noted(self: ProvingSandbox, source: str, name: str, *rest: object) -> object:
        made.append(name)
        return compiled(self, source, name, *rest)  # type: ignore[call-overload]

    story.article("alpha")
    story.site(title="A title of this test alone").built()
    monkeypatch.setattr(ProvingSandbox, "compile", noted)
    story.site(title="A title of this test alone", timezone="Asia/Baghdad").built()
    assert made == []
    story.site(title="Another title").built()
    assert made and "Another title" in story.text("/")
