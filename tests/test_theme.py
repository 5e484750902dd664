"""Templates and assets: what each may look at is known beforehand, and nothing else can be reached."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path

import jinja2
import pytest

from newsgen.errors import Fault
from newsgen.sandbox import ProvingSandbox, Sandbox
from newsgen.site import Site
from newsgen.theme import Assets, Closure, Theme, default_theme
from newsgen.views import Links, SiteView, UndeclaredSetting

Files = dict[str, str | bytes]
Make = Callable[[Files], Theme]


def lay(root: Path, files: Files) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.fixture
def default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A default theme of one template, so that no test depends on the real one."""
    folder = tmp_path / "default"
    lay(
        folder,
        {
            "templates/base.html": "default {{ site.title }} {% block main %}{% endblock %}",
            "static/assets/style.css": "default",
            "static/robots.txt": "default",
        },
    )
    monkeypatch.setattr("newsgen.theme.default_theme", lambda: folder)
    return folder


@pytest.fixture
def make(tmp_path: Path, default: Path) -> Make:
    def theme(files: Files) -> Theme:
        lay(tmp_path / "site", files)
        (tmp_path / "site").mkdir(exist_ok=True)
        return Theme(tmp_path / "site")

    return theme


def closure(theme: Theme, name: str = "a.html") -> Closure:
    found = theme.closure(name)
    assert not theme.faults, list(map(str, theme.faults))
    assert found is not None
    return found


def faults(theme: Theme, name: str = "a.html") -> list[Fault]:
    theme.closure(name)
    return sorted(set(theme.faults))


# -- closures ---------------------------------------------------------------------------------------------------------

NESTED: Files = {
    "templates/a.html": "{% extends 'b.html' %}{% block x %}{{ site.title }}{% endblock %}",
    "templates/b.html": "{% include 'c.html' %}{% block x %}{% endblock %}{{ asset('style.css') }}",
    "templates/c.html": "{% import 'd.html' as d %}{{ d.hello() }}",
    "templates/d.html": "{% from 'e.html' import bye %}{% macro hello() %}{{ site.language }}{% endmacro %}",
    "templates/e.html": "{% macro bye() %}{% if site.x_motto %}{{ asset('e.png') }}{% endif %}{% endmacro %}",
    "templates/other.html": "{{ site.license }}{{ menu }}",
}


def test_a_closure_holds_all_that_a_template_extends_includes_and_imports(make: Make) -> None:
    found = closure(make(NESTED))
    assert set(found.settings) == {"title", "language", "x_motto"}
    assert set(found.assets) == {"style.css", "e.png"}
    assert not found.menu


@pytest.mark.parametrize("changed", ["a", "b", "c", "d", "e"])
def test_a_change_in_any_part_of_a_closure_changes_its_digest(make: Make, changed: str) -> None:
    before = closure(make(NESTED)).digest
    name = f"templates/{changed}.html"
    assert closure(make({name: str(NESTED[name]) + " "})).digest != before


def test_a_change_elsewhere_does_not_change_the_digest(make: Make) -> None:
    before = closure(make(NESTED)).digest
    assert closure(make({"templates/other.html": "new"})).digest == before


@pytest.mark.parametrize("text", ["{% for one in menu %}{% endfor %}", "{{ menu|length }}", "{% set m = menu %}"])
def test_a_template_that_shows_the_menu_is_known(make: Make, text: str) -> None:
    assert closure(make({"templates/a.html": "{% include 'b.html' %}", "templates/b.html": text})).menu


@pytest.mark.parametrize(
    "text",
    [
        "{{ site.title }}",
        "{% if site.title %}{% endif %}",
        "{{ site.title|upper }}",
        "{{ href(site.title) }}",
        "{% for x in [site.title] %}{% endfor %}",
        "{{ '%s'|format(site.title) }}",
        "{% macro m(a=site.title) %}{% endmacro %}",
        "{% set x = {'a': site.title} %}",
    ],
)
def test_a_setting_is_found_wherever_a_template_reads_it(make: Make, text: str) -> None:
    assert set(closure(make({"templates/a.html": text})).settings) == {"title"}


def test_templates_that_name_each_other_end(make: Make) -> None:
    files: Files = {"templates/a.html": "{% include 'b.html' %}", "templates/b.html": "{% include 'a.html' %}"}
    assert closure(make(files)).settings == closure(make(files), "b.html").settings


# -- the site's templates over the default theme's --------------------------------------------------------------------


def test_the_default_theme_is_used_where_the_site_has_nothing_of_its_own(make: Make) -> None:
    theme = make({})
    assert theme.template("base.html") is not None
    assert theme.shown("base.html") == "theme:templates/base.html"


def test_a_template_of_the_site_takes_the_place_of_the_default_one(make: Make) -> None:
    theme = make({"templates/base.html": "own"})
    assert theme.template("base.html") == ("own", "templates/base.html")


def test_the_prefix_reaches_the_default_template_behind_the_site_s(make: Make) -> None:
    theme = make({"templates/base.html": "{% extends 'theme/base.html' %}{{ site.license }}"})
    found = theme.template("theme/base.html")
    assert found is not None
    assert found[0].startswith("default")
    assert set(closure(theme, "base.html").settings) == {"title", "license"}
    assert faults(theme, "theme/nowhere.html")


def test_the_real_default_theme_is_there() -> None:
    assert (default_theme() / "templates").is_dir()
    assert (default_theme() / "static").is_dir()


# -- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tag",
    [
        "{% include name %}",
        "{% include 'b' ~ '.html' %}",
        "{% include ['b.html', 'c.html'] %}",
        "{% extends page.template %}",
        "{% import name as n %}",
        "{% from name import n %}",
    ],
)
def test_a_template_that_is_named_by_an_expression_is_a_fault_at_its_line(make: Make, tag: str) -> None:
    theme = make({"templates/a.html": f"one\ntwo\n{tag}", "templates/b.html": "", "templates/c.html": ""})
    (fault,) = faults(theme)
    assert (fault.path, fault.line) == ("templates/a.html", 3)
    assert "quotes" in fault.remedy


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{% if %}", 1),
        ("one\n\n{% for %}", 3),
        ("one\n{{ 'open }}", 2),
        ("one\n{% block a %}", 2),
        ("one\n{% unknown %}", 2),
        ("one\n{{ a b }}", 2),
        ("{% endif %}", 1),
    ],
)
def test_a_syntax_error_is_a_fault_with_path_and_line(make: Make, text: str, line: int) -> None:
    theme = make({"templates/a.html": "{% include 'parts/b.html' %}", "templates/parts/b.html": text})
    assert theme.closure("a.html") is None
    (fault,) = theme.faults
    assert (fault.path, fault.line) == ("templates/parts/b.html", line)


def test_an_error_in_the_default_theme_is_told_as_such(make: Make, default: Path) -> None:
    lay(default, {"templates/base.html": "\n{% if %}"})
    (fault,) = faults(make({}), "base.html")
    assert (fault.path, fault.line) == ("theme:templates/base.html", 2)


def test_a_template_that_is_not_utf_8_is_a_fault_at_its_line(make: Make) -> None:
    (fault,) = faults(make({"templates/a.html": b"one\ntwo \xff"}))
    assert (fault.path, fault.line) == ("templates/a.html", 2)
    assert "UTF-8" in fault.what


def test_a_byte_order_mark_is_no_part_of_a_template(make: Make) -> None:
    theme = make({"templates/a.html": b"\xef\xbb\xbftext"})
    assert theme.template("a.html") == ("text", "templates/a.html")


def test_every_missing_template_is_told(make: Make) -> None:
    theme = make({"templates/a.html": "{% include 'gone.html' %}{% include 'lost.html' %}"})
    told = " ".join(map(str, faults(theme)))
    assert "gone.html" in told
    assert "lost.html" in told


def test_a_fault_in_one_template_does_not_hide_what_another_lacks(make: Make) -> None:
    theme = make({"templates/a.html": "{% if %}", "templates/b.html": "{% include 'gone.html' %}"})
    assert theme.closure("a.html") is None
    assert theme.closure("b.html") is None
    told = " ".join(map(str, theme.faults))
    assert "a.html" in told
    assert "gone.html" in told


@pytest.mark.parametrize(
    "name",
    [
        "../content/site.yaml",
        "x/../../content/site.yaml",
        "/etc/passwd",
        "theme/../../site/content/site.yaml",
        "theme//etc/passwd",
        "..",
        "nul\\x00.html",
    ],
)
def test_no_name_leads_out_of_the_templates(make: Make, name: str) -> None:
    theme = make({"templates/a.html": f"{{% include '{name}' %}}", "content/site.yaml": "secret"})
    assert theme.closure("a.html") is None
    assert len(faults(theme)) == 1


def test_a_link_that_leads_out_of_the_templates_is_refused_by_name(make: Make, tmp_path: Path) -> None:
    theme = make({"templates/a.html": "{% include 'b.html' %}", "content/secret.txt": "secret"})
    (tmp_path / "site/templates/b.html").symlink_to(tmp_path / "site/content/secret.txt")
    (fault,) = faults(theme)
    assert fault.path == "templates/b.html"
    assert "leads out" in fault.what


def test_a_link_that_stays_inside_the_templates_is_followed(make: Make, tmp_path: Path) -> None:
    theme = make({"templates/real.html": "real"})
    (tmp_path / "site/templates/a.html").symlink_to("real.html")
    assert theme.template("a.html") == ("real", "templates/a.html")


def test_a_folder_or_a_pipe_in_the_place_of_a_template_is_a_fault(make: Make, tmp_path: Path) -> None:
    import os

    theme = make({"templates/a.html/inner.html": ""})
    assert len(faults(theme)) == 1
    os.mkfifo(tmp_path / "site/templates/pipe.html")
    theme = make({})
    assert len(faults(theme, "pipe.html")) == 1


def test_a_template_with_expressions_nested_beyond_reason_is_a_fault(make: Make) -> None:
    theme = make({"templates/a.html": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}"})
    assert theme.closure("a.html") is None
    assert theme.faults[0].path == "templates/a.html"


# -- the sandbox ------------------------------------------------------------------------------------------------------


@pytest.fixture(params=[Sandbox, ProvingSandbox])
def kind(request: pytest.FixtureRequest) -> type[Sandbox]:
    """Both ways to run a template: asking at each step what is allowed, and proving beforehand that it is."""
    return request.param


def render(kind: type[Sandbox], theme: Theme, **given: object) -> str:
    site = Site(Path("/nowhere"), title="The Record", license="CC0")
    links = Links(site, Assets(theme.static_files()))
    return kind(theme, links).render("a.html", {"site": SiteView(site, frozenset({"title"})), **given})


def test_declared_settings_are_read_and_escaped(kind: type[Sandbox], make: Make) -> None:
    theme = make({"templates/a.html": "{{ site.title }} {{ given }}"})
    assert render(kind, theme, given="<b>&'\"") == "The Record &lt;b&gt;&amp;&#39;&#34;"


@pytest.mark.parametrize(
    "text",
    [
        "{{ site.license }}",
        "{% set s = site %}{{ s.license }}",
        "{{ site['license'] }}",
        "{{ site|attr('license') }}",
        "{{ site.license is defined }}",
        "{{ site.license|default('none') }}",
        "{{ [site]|map(attribute='license')|list }}",
        "{% with s = site %}{{ s.license }}{% endwith %}",
        "{% macro m(s) %}{{ s.license }}{% endmacro %}{{ m(site) }}",
    ],
)
def test_an_undeclared_setting_raises_however_it_is_read(kind: type[Sandbox], make: Make, text: str) -> None:
    with pytest.raises(UndeclaredSetting, match=r"site\.license"):
        render(kind, make({"templates/a.html": text}))


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ ''|attr('__cla' ~ 'ss__') }}",
        "{{ ''.mro }}",
        "{{ dict.mro() }}",
        "{{ (items|map('upper')).gi_frame }}",
        "{{ items|map(attribute='__class__')|first }}",
        "{{ [made]|map(attribute='__globals__')|first }}",
        "{% import 'b.html' as b %}{{ b._body_stream }}",
        "{% import 'b.html' as b %}{{ b.__dict__ }}",
        "{% macro m() %}{% endmacro %}{{ m._func }}",
        "{% macro m() %}{% endmacro %}{{ m._environment }}",
        "{% macro m() %}{% endmacro %}{{ m['_func'] }}",
        "{% block x %}{% endblock %}{{ self.x._context }}",
        "{% for one in items %}{{ loop._iterator }}{% endfor %}",
        "{{ href.__func__ }}",
        "{{ href.__self__ }}",
        "{% set ns = namespace() %}{{ ns.__class__ }}",
        "{% set ns = namespace(f='{0.__class__}'.format) %}{{ ns.f(made) }}",
        "{{ '{0.__class__}'['format'](made) }}",
        "{{ items['append'](1) }}",
        "{{ items.sort() }}",
        "{{ items.reverse() }}",
        "{{ table.setdefault('b', 1) }}",
        "{% set add = items.append %}{{ add(1) }}",
        "{{ made.__globals__ }}",
        "{{ made.__init__.__globals__ }}",
        "{{ made.__code__ }}",
        "{{ cycler.__init__.__globals__.os }}",
        "{{ joiner.__init__.__globals__ }}",
        "{{ namespace.__init__ }}",
        "{{ self.__init__ }}",
        "{{ dict.__base__ }}",
        "{{ '{0.__class__}'.format(made) }}",
        "{{ '{x.__class__}'.format(x=made) }}",
        "{{ '{x.__class__}'.format_map({'x': made}) }}",
        "{{ ('{0.__class__}'|attr('format'))(made) }}",
        "{% set f = '{0.__class__}'.format %}{{ f(made) }}",
        "{{ site._site }}",
        "{{ site.__slots__ }}",
        "{{ items.append(1) }}",
        "{{ table.update({'a': 1}) }}",
        "{{ table.pop('a') }}",
        "{{ range(10 ** 9)|list }}",
        "{{ lipsum() }}",
        "{{ [1, 2]|random }}",
        "{{ now() }}",
        "{{ config }}",
        "{{ request }}",
        "{{ environ }}",
        "{{ os }}",
        "{{ open('/etc/passwd') }}",
        "{{ undefined_name }}",
        "{{ undefined_name.attribute }}",
        "{{ table.missing }}",
    ],
)
def test_a_template_reaches_nothing_but_what_it_is_given(kind: type[Sandbox], make: Make, text: str) -> None:
    theme = make({"templates/a.html": text, "templates/b.html": ""})
    with pytest.raises((jinja2.TemplateError, OverflowError, LookupError, AttributeError, UndeclaredSetting)):
        render(kind, theme, made=lambda: None, items=[1], table={"a": 0})


@pytest.mark.parametrize("text", ["{{ site }}", "{{ made }}", "{{ cycler('a') }}", "{{ [site] }}"])
def test_no_memory_address_is_ever_published_because_the_next_build_has_another(
    kind: type[Sandbox], make: Make, text: str
) -> None:
    try:
        shown = render(kind, make({"templates/a.html": text}), made=lambda: None)
    except (jinja2.TemplateError, UndeclaredSetting, TypeError):
        return
    assert not re.search("0x[0-9a-f]{6,}", shown)


# -- static files and assets ------------------------------------------------------------------------------------------


def test_static_files_of_the_site_stand_over_those_of_the_default_theme(make: Make, tmp_path: Path) -> None:
    theme = make({"static/robots.txt": "own", "static/.nojekyll": "", "static/.well-known/x": "y"})
    found = theme.static_files()
    assert set(found) == {"robots.txt", ".nojekyll", ".well-known/x", "assets/style.css"}
    assert found["robots.txt"].real.read_text() == "own"
    assert not theme.faults


def test_a_static_link_that_leads_out_is_refused_by_name(make: Make, tmp_path: Path) -> None:
    theme = make({"static/a.txt": "", "content/secret.txt": "secret"})
    (tmp_path / "site/static/b.txt").symlink_to(tmp_path / "site/content/secret.txt")
    (tmp_path / "site/static/etc").symlink_to("/etc")
    assert "b.txt" not in theme.static_files()
    assert sorted(fault.path for fault in theme.faults) == ["static/b.txt", "static/etc"]


ASSETS: Files = {
    "static/assets/style.css": "",
    "static/assets/img/map.png": b"map",
    "static/assets/font.woff2": b"font",
    "static/assets/deep/more.css": "b { background: url(../img/map.png) }",
    "static/assets/noext": b"x",
    "static/robots.txt": "",
}


def css(make: Make, text: str) -> str:
    content = Assets(make(ASSETS | {"static/assets/style.css": text}).static_files()).content("assets/style.css")[1]
    assert isinstance(content, bytes)
    return content.decode()


def test_assets_are_published_under_names_that_hold_their_digest(make: Make) -> None:
    assets = Assets(make(ASSETS).static_files())
    assert list(assets) == sorted(name.removeprefix("static/") for name in ASSETS if "/assets/" in name)
    assert re.fullmatch(r"/assets/img/map\.[0-9a-f]{10}\.png", assets.address("img/map.png"))
    assert re.fullmatch(r"/assets/noext\.[0-9a-f]{10}", assets.address("noext"))
    with pytest.raises(KeyError):
        assets.address("missing.png")
    with pytest.raises(KeyError):
        assets.address("../robots.txt")


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("a { src: url(font.woff2) }", r"url\(font\.[0-9a-f]{10}\.woff2\)"),
        ("a { src: url('font.woff2') }", r"url\('font\.[0-9a-f]{10}\.woff2'\)"),
        ('a { src: url( "font.woff2" ) }', r'url\(\s*"font\.[0-9a-f]{10}\.woff2"\s*\)'),
        ("a { src: url(./font.woff2) }", r"url\((\./)?font\.[0-9a-f]{10}\.woff2\)"),
        ("a { src: url(img/map.png) }", r"url\(img/map\.[0-9a-f]{10}\.png\)"),
        ("a { src: url(../assets/img/map.png) }", r"map\.[0-9a-f]{10}\.png\)"),
        ("a { src: url('font.woff2?#iefix') }", r"url\('font\.[0-9a-f]{10}\.woff2\?#iefix'\)"),
        ("a { src: url(img/map.png#part) }", r"url\(img/map\.[0-9a-f]{10}\.png#part\)"),
        ("@import url(deep/more.css);", r"url\(deep/more\.[0-9a-f]{10}\.css\)"),
        ("@import 'deep/more.css';", r"'deep/more\.[0-9a-f]{10}\.css'"),
    ],
)
def test_a_style_sheet_names_other_assets_as_they_are_published(make: Make, text: str, pattern: str) -> None:
    assert re.search(pattern, css(make, text))


@pytest.mark.parametrize(
    "text",
    [
        "a { src: url(missing.png) }",
        "a { src: url(https://example.org/font.woff2) }",
        "a { src: url(data:image/png;base64,AAAA) }",
        "a { src: url(#clip) }",
        "a { src: url(../robots.txt) }",
        "a { src: url(../../content/site.yaml) }",
        "a { content: 'url' }",
        "a { src: url(style.css) }",
    ],
)
def test_what_names_no_asset_is_left_as_it_is(make: Make, text: str) -> None:
    assert css(make, text) == text


def test_a_changed_asset_changes_the_name_of_every_style_sheet_that_names_it(make: Make) -> None:
    def named() -> str:
        return Assets(make({}).static_files()).address("style.css")

    make(ASSETS | {"static/assets/style.css": "@import url(deep/more.css);"})
    before = named()
    make({"static/assets/img/map.png": b"another map"})
    assert named() != before


def test_style_sheets_that_name_each_other_end(make: Make) -> None:
    files: Files = {"static/assets/style.css": "@import url(b.css);", "static/assets/b.css": "@import url(style.css);"}
    assets = Assets(make(files).static_files())
    assert assets.address("style.css")
    assert assets.address("b.css")


@pytest.mark.parametrize(
    "text",
    ['{{ asset(name="my.css") }}', '{% set a = asset %}{{ a("my.css") }}', "{% set f = 'my.css' %}{{ asset(f) }}"],
)
def test_an_asset_that_is_not_named_in_quotes_is_a_fault(make: Make, text: str) -> None:
    theme = make({"templates/a.html": text, "static/assets/my.css": "x"})
    theme.closure("a.html")
    assert [fault.path for fault in theme.faults] == ["templates/a.html"]


@pytest.mark.parametrize("text", ["{{ when.now() }}", "{{ when.astimezone() }}", "{{ when.today() }}"])
def test_a_template_can_ask_no_clock_and_no_zone_of_the_machine(kind: type[Sandbox], make: Make, text: str) -> None:
    when = datetime.datetime(2024, 7, 17, tzinfo=datetime.UTC)
    with pytest.raises(jinja2.TemplateError):
        render(kind, make({"templates/a.html": text}), when=when)
