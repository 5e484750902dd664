"""How a site sets its looks: logo, accent, fonts and menus; and how a reader sets the scheme."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsgen.branding import GROUNDS
from newsgen.colours import LEAST_CONTRAST, contrast, least_contrast, nearest_readable, read_colour

from .conftest import Story
from .test_browser import browser, served  # noqa: F401 - a fixture
from .test_counts import report
from .test_incremental import same_as_clean

STATIC = Path(__file__).parent.parent / "static"
LOGO = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 60"><rect width="9"/></svg>'
FONT = b"wOF2" + bytes(60)


def settings(story: Story, theme: Any, **more: Any) -> Story:
    return story.site(theme=theme, **more)


def refused(story: Story, theme: str) -> list[str]:
    """What a build says of the settings ``theme`` (YAML below ``theme:``, which is on line 3)."""
    story.write("content/site.yaml", f"title: The Record\nbase_url: https://example.org/\ntheme:\n{theme}\n")
    done = story.build()
    assert done.code == 1, done.text
    return [line for line in done.err.splitlines() if line.startswith("content/site.yaml:")]


# --- colours ---


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # as every checker has it
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#ff0000", "#ffffff") == pytest.approx(4.00, abs=0.005)


def test_colours_are_read_as_css_has_them() -> None:
    assert [read_colour(one) for one in ("#A2f", "#97211A", " DarkRed ", "rebeccapurple")] == [
        "#aa22ff",
        "#97211a",
        "#8b0000",
        "#663399",
    ]
    for text in ("", "red;", "#12", "#12345", "rgb(1,2,3)", "url(x)", "nosuchcolour", "#xyz"):
        with pytest.raises(ValueError, match="is no colour"):
            read_colour(text)


def test_the_grounds_are_those_of_the_style_sheet() -> None:
    sheet = (STATIC / "assets/style.css").read_text(encoding="utf-8")
    grounds = [re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\);", sheet) for name in ("paper", "wash")]
    light, dark = zip(*(one.groups() for one in grounds if one), strict=True)
    assert {"light": light, "dark": dark} == GROUNDS
    assert "prefers-color-scheme" not in sheet, "what does not follow the button of the page"


@given(st.integers(0, 0xFFFFFF), st.sampled_from(sorted(GROUNDS)))
def test_the_nearest_readable_colour_passes_and_is_no_further_than_it_must(number: int, scheme: str) -> None:
    colour, grounds = f"#{number:06x}", GROUNDS[scheme]
    found = nearest_readable(colour, grounds)
    assert least_contrast(found, grounds) >= LEAST_CONTRAST
    assert (found == colour) == (least_contrast(colour, grounds) >= LEAST_CONTRAST)
    assert nearest_readable(colour, grounds) == found == nearest_readable(found, grounds)
    if found != colour:
        assert least_contrast(found, grounds) < 5.2  # a step further, and not to black or white


# --- what is told ---


@pytest.mark.parametrize(
    ("theme", "said"),
    [
        ("  accent: '#e98074'", [r"4:11: the accent .* light .* 2\.\d\d:1, and 4\.5:1 .* \"#[0-9a-f]{6}\""]),
        ("  accent: {light: '#97211a', dark: navy}", [r"4:36: the accent colour #000080 .* the dark"]),
        ("  accent: reddish", [r"4:11: 'reddish' is no colour"]),
        ("  accent: [red]", [r"4:11: found a list where a colour"]),
        ("  logo: nothing.svg", [r"4:9: there is no file static/nothing\.svg"]),
        ("  logo: text.svg", [r"4:9: static/text\.svg is no SVG picture"]),
        ("  logo: text.png", [r"4:9: static/text\.png is no PNG picture"]),
        ("  logo: photo.jpg", [r"4:9: 'photo\.jpg' is not a picture in static/, SVG or PNG"]),
        ("  logo: ../../secret.svg", [r"4:9: '\.\./\.\./secret\.svg' can't be a file in static/"]),
        ("  logo: assets/logo.svg", [r"4:9: 'assets/logo\.svg' is in static/assets/"]),
        ("  logo: out.svg", [r"4:9: static/out\.svg can't be read: this is a link that leads out"]),
        ("  fonts: {text: text.woff2}", [r"4:17: static/text\.woff2 is no WOFF2 font"]),
        ("  fonts: {headings: a.ttf}", [r"4:21: 'a\.ttf' is not a font in static/"]),
        ("  menu: {title: A}", [r"4:9: found keys and values where a list"]),
        ("  menu:\n    - {title: A, url: /a/}\n    - {title: B, url: /a/}", [r"6:23: the menu .* /a/ twice, .* 5"]),
        ("  menu:\n    - {page: pages/x.md}", [r"5:14: there is no content/pages/x\.md"]),
        ("  menu:\n    - {page: x.md}", [r"5:14: 'x\.md' is not the path of a page"]),
        ("  menu:\n    - {title: A}", [r"5:7: a line of a menu leads to one place"]),
        ("  menu:\n    - {url: /a/}", [r"5:7: title is missing"]),
        ("  menu:\n    - {title: A, url: 'javascript:alert(1)'}", [r"5:23: 'javascript:alert\(1\)' is not"]),
        ("  footer:\n    - {page: pages/about.md}\n    - {title: A, url: /about/}", [r"6:23: the menu .* /about/ tw"]),
    ],
)  # fmt: skip
def test_each_fault_is_told_where_it_is_written(story: Story, theme: str, said: list[str]) -> None:
    story.write("static/text.svg", "no picture")
    story.write("static/text.png", "no picture")
    story.write("static/text.woff2", "no font")
    story.write("secret.svg", LOGO)
    if "out.svg" in theme:
        (story.root / "static/out.svg").symlink_to("../secret.svg")
    story.write("content/pages/about.md", "---\ntitle: About\n---\nText.\n")
    lines = refused(story, theme)
    assert len(lines) == len(said), lines
    for line, pattern in zip(lines, said, strict=True):
        assert re.match(f"content/site.yaml:{pattern}", line), line
    if "The nearest" in lines[0]:
        nearest = re.findall("#[0-9a-f]{6}", lines[0])[-1]
        assert re.search("can't be read well", " ".join(refused(story, theme)))
        story.write("content/site.yaml", f"title: x\nbase_url: https://example.org/\ntheme: {{accent: '{nearest}'}}\n")
        assert ("light" in lines[0]) == (story.build().code == 0)


def test_a_line_of_the_menu_to_what_is_not_published_is_a_warning(story: Story) -> None:
    story.write("content/pages/about.md", "---\ntitle: About\ndraft: true\n---\nText.\n")
    settings(story, {"menu": [{"page": "pages/about.md"}, {"title": "Nowhere", "url": "/nowhere/"}]})
    done = story.built()
    assert "content/pages/about.md is not shown, so it is not in the menu" in done.err
    assert "nothing is published at /nowhere/, to which the menu leads" in done.err
    assert links(story) == [("Nowhere", "/nowhere/")]
    story.write("content/pages/about.md", "---\ntitle: About us\n---\nText.\n")
    assert "is not shown" not in story.built().err
    assert links(story) == [("About us", "/about/"), ("Nowhere", "/nowhere/")]
    same_as_clean(story)


# --- what is shown ---


def links(story: Story, address: str = "/", where: str = "header[@class='masthead']") -> list[tuple[str, str]]:
    found = story.page(address).xpath(f"//{where}//nav//a")
    return [(one.text_content(), one.get("href")) for one in found]


def test_the_logo_stands_for_the_name_with_its_size(story: Story) -> None:
    story.write("static/logo.svg", LOGO)
    story.article("alpha")
    settings(story, {"logo": "/logo.svg"}, title="Fish & <Chips>", base_url="https://example.org/news/")
    story.built()
    for address, path in (("/2024/07/17/alpha/", "//p[@class='name']/a/img"), ("/", "//h1[@class='name']/img")):
        (image,) = story.page(address).xpath(path)
        assert dict(image.attrib) == {
            "class": "logo", "src": "/news/logo.svg", "alt": "Fish & <Chips>", "width": "300", "height": "60",
        }  # fmt: skip
    header = struct.pack(">4sII5B", b"IHDR", 640, 128, 8, 6, 0, 0, 0)
    story.write("static/logo.png", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header)
    settings(story, {"logo": "logo.png"})
    story.built()
    (image,) = story.page("/").xpath("//h1/img")
    assert (image.get("width"), image.get("height")) == ("640", "128")
    same_as_clean(story)


def test_another_accent_changes_one_file_and_no_page(story: Story) -> None:
    story.article("alpha", tags=["Iraq"])
    settings(story, {"accent": "#00557f"})
    story.built()
    (link,) = story.page("/").xpath("//link[@rel='stylesheet'][2]")
    assert link.get("href") == "/theme.css"
    sheet = story.text("/theme.css")
    assert "--accent: light-dark(#00557f, " in sheet
    dark = re.findall(r"--accent: light-dark\(#00557f, (#\w{6})\)", sheet)
    assert len(set(dark)) == 1 and least_contrast(dark[0], GROUNDS["dark"]) >= LEAST_CONTRAST
    before = story.stats()
    settings(story, {"accent": {"light": "#00557f", "dark": "white"}})
    assert report(story).rendered == 1
    changed = {path for path, status in story.stats().items() if before.get(path) != status}
    assert changed == {"theme.css"}
    assert "--accent: light-dark(#00557f, #ffffff)" in story.text("/theme.css")
    same_as_clean(story)
    story.site()
    story.built()
    assert not (story.public / "theme.css").exists() and "theme.css" not in story.text("/")
    same_as_clean(story)


def test_fonts_are_named_in_the_style_sheet_and_loaded_early(story: Story) -> None:
    for name in ("serif/text.woff2", "serif/bold.woff2", "head line.woff2"):
        story.write(f"static/{name}", FONT)
    fonts = {"text": {"regular": "serif/text.woff2", "bold": "serif/bold.woff2"}, "headings": "head line.woff2"}
    settings(story, {"fonts": fonts}, base_url="https://example.org/news/")
    story.built()
    sheet = story.text("/theme.css")
    assert re.findall(r'url\("([^"]+)"\)', sheet) == [
        "/news/serif/text.woff2",
        "/news/serif/bold.woff2",
        "/news/head%20line.woff2",
    ]
    assert sheet.count("font-display: swap") == 3
    early = story.page("/").xpath("//link[@rel='preload']")
    assert [one.get("href") for one in early] == ["/news/serif/text.woff2", "/news/head%20line.woff2"]
    assert all(one.get("as") == "font" and one.get("crossorigin") is not None for one in early)
    (story.root / "static/serif/bold.woff2").unlink()
    done = story.build()
    assert done.code == 1 and "there is no file static/serif/bold.woff2" in done.err


def test_parts_with_nothing_in_them_are_not_in_the_menus(story: Story) -> None:
    story.built()
    assert links(story) == [("Front page", "/")]
    assert [name for name, _ in links(story, where="footer")] == [
        *("Corrections", "The archive in numbers", "Data", "All feeds"),
    ]
    story.article("alpha", authors=["Ada"])
    story.built()
    assert [name for name, _ in links(story)] == ["Front page", "Timeline"]
    assert [name for name, _ in links(story, where="footer")] == [
        "Authors",
        "Corrections",
        "The archive in numbers",
        "Data",
        "All feeds",
    ]
    story.article("beta", tags=["Iraq"], location="Baghdad", draft=True)
    assert report(story).written == 0
    story.article("beta", tags=["Iraq"], location="Baghdad")
    story.built()
    assert [name for name, _ in links(story, "/2024/07/17/alpha/")] == ["Front page", "Timeline", "Topics", "Places"]
    same_as_clean(story)
    story.article("gamma", tags=["Iraq"])
    assert report(story).planned == "changes"
    story.remove("content/articles/beta.md")
    assert story.build("--allow-delete").code == 0
    assert [name for name, _ in links(story, "/2024/07/17/alpha/")] == ["Front page", "Timeline", "Topics"]
    same_as_clean(story)


def test_the_menu_of_the_settings_takes_the_place_of_the_whole(story: Story) -> None:
    story.write(
        "content/pages/about.md", "---\ntitle: À propos\nlanguage: fr\nmenu: 1\nurl: /us/\n---\n## Who\n\nText.\n"
    )
    story.article("alpha", tags=["Iraq"])
    menu = [
        {"title": "Reports & more", "url": "/timeline/"},
        {"page": "content/pages/about.md"},
        {"title": "Who", "url": "/us/#who"},
        {"title": "Elsewhere", "url": "https://example.net/?a=b&c"},
    ]
    settings(story, {"menu": menu, "footer": [{"title": "Data", "url": "/data/"}]})
    story.built()
    shown = [
        ("Reports & more", "/timeline/"),
        ("À propos", "/us/"),
        ("Who", "/us/#who"),
        ("Elsewhere", "https://example.net/?a=b&c"),
    ]
    assert links(story, "/timeline/") == shown
    assert links(story, "/timeline/", "footer") == [("Data", "/data/")]
    page = story.page("/timeline/")
    assert page.xpath("//header//nav//a[@aria-current='page']/text()") == ["Reports & more"]
    assert page.xpath("//header//nav//a[@lang]/@lang") == ["fr"]
    story.write(
        "content/pages/about.md", "---\ntitle: Nous\nlanguage: fr\nurl: /nous/\naliases: [/us/]\n---\n## Who\n\nText.\n"
    )
    story.built()
    assert links(story)[1] == ("Nous", "/nous/")
    same_as_clean(story)
    settings(story, {"menu": [], "footer": []})
    story.built()
    assert links(story) == [] == links(story, where="footer")


# --- the reader's scheme ---


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    story = Story(tmp_path_factory.mktemp("scheme") / "site").site(
        base_url="https://example.org/news/", theme={"accent": "#00557f"}
    )
    story.article("alpha", tags=["Iraq"])
    story.built()
    with served(story) as address:
        yield address


PAPER = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(252, 251, 248)", "rgb(23, 22, 20)"


def accent(page: Any) -> str:
    """The colour that a page gives to what has the accent, as the browser shows it."""
    return str(page.evaluate("getComputedStyle(document.querySelector('.masthead nav [aria-current]')).color"))


ACCENT = "rgb(0, 85, 127)"


@pytest.mark.browser
def test_the_scheme_is_kept_over_pages_and_reloads(site: str, browser: Any) -> None:  # noqa: F811
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(site)
    button = page.get_by_role("button")
    assert page.evaluate(PAPER) == DARK and accent(page) != ACCENT
    assert button.get_attribute("aria-label") == "Colours: as this device has them"
    button.focus()
    page.keyboard.press("Enter")
    assert page.evaluate(PAPER) == LIGHT and accent(page) == ACCENT
    assert button.get_attribute("aria-label") == "Colours: light"
    page.reload()
    assert page.evaluate(PAPER) == LIGHT
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    page.get_by_role("link", name="Timeline").first.click()
    page.wait_for_url("**/timeline/")
    assert page.evaluate(PAPER) == LIGHT
    assert page.evaluate("[...document.querySelectorAll('meta[name=theme-color]')].map(m => m.media)") == [
        "all",
        "not all",
    ]
    page.get_by_role("button", name="Colours").click()
    assert page.get_by_role("button", name="Colours").get_attribute("aria-label") == "Colours: dark"
    page.emulate_media(color_scheme="light")
    assert page.evaluate(PAPER) == DARK and accent(page) != ACCENT
    page.get_by_role("button", name="Colours").click()  # back to what the device says
    assert page.evaluate(PAPER) == LIGHT
    assert page.evaluate("localStorage.length") == 0
    context.close()


@pytest.mark.browser
def test_a_kept_scheme_is_there_before_anything_is_painted(site: str, browser: Any) -> None:  # noqa: F811
    context = browser.new_context(color_scheme="dark")
    context.add_init_script("localStorage.setItem('scheme', 'light')")
    context.add_init_script(
        f"requestAnimationFrame(function look() {{ if (!document.body) return requestAnimationFrame(look);"
        f"window.first = {PAPER}; }})"
    )
    page = context.new_page()
    page.goto(site)
    page.wait_for_function("window.first !== undefined")
    assert page.evaluate("document.documentElement.dataset.scheme") == "light"
    assert page.evaluate("window.first") == LIGHT
    context.close()


@pytest.mark.browser
def test_without_script_the_device_decides_and_no_button_is_shown(site: str, browser: Any) -> None:  # noqa: F811
    context = browser.new_context(color_scheme="dark", java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    assert page.get_by_role("button").count() == 0
    assert page.locator("button.scheme").count() == 1
    context.close()
