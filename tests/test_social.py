"""Social cards, icons, the manifest, and what pages say of themselves to services that show links."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFont

from newsgen import compositor
from newsgen.compositor import Card, Compositor, Line, pieces, wrap
from newsgen.features.icons import ICONS, short_name
from newsgen.site import load_site
from newsgen.spelling import territorial
from newsgen.typefaces import choose, typefaces

from .conftest import Story, drawn, tree
from .test_counts import report
from .test_incremental import same_as_clean

FACES = typefaces()
TITLES = {
    "alpha": 'Drones shot down "over" Ain al-Assad & <more>',
    "one-word": "Ceasefire",
    "arabic": "الصراع يمتد إلى المدن الساحلية",
    "cyrillic": "Правительство объявило о новых мерах",
    "emoji": "Rockets 🚀 hit base 👩‍🚒 again",
    "chinese": "联合国安全理事会一致通过决议",
}


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def properties(page: Any) -> dict[str, list[str]]:
    """Everything that a page says by name or property in its head."""
    found: dict[str, list[str]] = {}
    for one in page.xpath("//head/meta[@property or @name]"):
        for name in filter(None, (one.get("property"), one.get("name"))):
            found.setdefault(name, []).append(one.get("content"))
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A site of three languages below a path, with cards, and lists so short that they have parts."""
    story = Story(tmp_path_factory.mktemp("social") / "site")
    story.site(
        base_url="https://example.org/news/", languages=["en", "ar", "fr"], description='What "is" & was',
        social_cards=True,
    )  # fmt: skip
    for name, title in TITLES.items():
        language = {"arabic": "ar", "chinese": "zh", "cyrillic": "ru"}.get(name)
        story.article(name, title=title, language=language, slug=name)
    story.article(
        "placed", location="Mosul, Iraq", tags=["Drones & more"], authors=["Ada", "Bo"], section="World",
        date="2024-07-18T09:30Z", updated="2024-07-19", summary='She said "no" & left',
    )  # fmt: skip
    story.article("original", tags=["Iraq"])
    story.article("traduit", language="fr", translation_of="original.md", date="2024-07-20")
    story.write("content/articles/photo.jpg", drawn(640, 400, form="JPEG"))
    story.write("content/articles/small.png", drawn(80, 60))
    story.write("content/articles/map.svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"></svg>')
    for name, file in (("photographed", "photo.jpg"), ("little", "small.png"), ("charted", "map.svg")):
        story.article(name, images=[{"src": file, "alt": "What it shows"}])
    story.write("content/pages/about.md", "---\ntitle: About us\n---\nWho we are.\n")
    story.article("gone", date="2024-06-01", withdrawn={"date": "2024-06-03", "reason": "A hoax."})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("newsgen.features.timeline.LONGEST_LIST", 5)
        story.built()
    return story


# --- cards ---


def test_each_article_without_a_picture_has_a_card(built: Story) -> None:
    cards = {path.parent.name for path in built.public.rglob("card.png")}
    expected = {"alpha", "one-word", "arabic", "cyrillic", "emoji", "placed", "original", "traduit", "charted"}
    assert cards == expected  # neither those with a photo, nor the one that no font has the letters for, nor the gone
    for path in built.public.rglob("card.png"):
        with opened(path.read_bytes()) as image:
            assert (image.format, image.size, image.info.keys() & {"exif", "dpi"}) == ("PNG", (1200, 630), set())
        assert path.stat().st_size < 40_000


def test_a_title_that_no_font_has_the_letters_for_is_told_and_named(story: Story) -> None:
    story.site(social_cards=True).article("chinese", title=TITLES["chinese"])
    done = story.built()
    assert "content/articles/chinese.md:1:1: warning: no font has all letters" in done.text
    assert "一" in done.text and "social_cards: {font:" in done.text
    image = properties(story.page("/2024/07/17/chinese/"))["og:image"]
    assert image == ["https://example.org/icon-512.png"]
    again = story.built()
    assert "no font has all letters" in again.text  # it stays so, and is said again
    story.article("other", date="2024-07-18")
    assert "no font has all letters" in story.built().text
    story.article("chinese", title="Readable")
    assert "no font has" not in story.built().text
    assert (story.public / "2024/07/17/chinese/card.png").is_file()
    same_as_clean(story)


def test_what_is_set_is_what_is_said_and_differs_from_boxes(built: Story) -> None:
    """Every letter of a card is one that its font draws: no two different letters look alike, as boxes would."""
    for title in (TITLES["cyrillic"], TITLES["alpha"], "İstanbul’da çöküş", "Ελλάδα", "Việt Nam", "Łódź"):
        number, text, lacking = choose(title, FACES, True, compositor.shapes())
        assert (number, text, lacking) == (0, title, ())
        font = ImageFont.truetype(str(FACES[0].titles), 40)
        box = bytes(font.getmask("\U0010fffd"))
        letters = sorted({one for one in title if one.isalpha()})
        assert all(bytes(font.getmask(one)) != box for one in letters)


def test_emoji_are_left_out_and_letters_never(built: Story) -> None:
    assert choose(TITLES["emoji"], FACES, True, True) == (0, "Rockets hit base again", ())
    assert choose("Both é and 决", FACES, True, True) == (None, "Both é and 决", ("决",))
    assert choose("🚀", FACES, True, True)[0] is None  # nothing would be left of it
    assert choose(TITLES["arabic"], FACES, True, True)[0] == 1
    assert choose(TITLES["arabic"], FACES, True, False)[0] is None  # without what joins letters


def test_right_to_left_begins_at_the_right(built: Story) -> None:
    def edges(name: str) -> tuple[int, int]:
        with opened((built.public / f"2024/07/17/{name}/card.png").read_bytes()) as image:
            part = image.convert("L").crop((0, 170, 1200, 480))
        box = part.point([255 if one < 128 else 0 for one in range(256)]).getbbox()
        assert box is not None
        return box[0], 1200 - box[2]

    left, right = edges("arabic")
    assert right < 100 < left
    left, right = edges("one-word")
    assert left < 100 < right


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=300), st.booleans())
def test_nothing_that_can_be_set_leaves_its_card(text: str, is_rtl: bool) -> None:
    number, plain, _ = choose(" ".join(text.split()) or "x", FACES, True, compositor.shapes())
    if number is None:
        return
    data = Compositor(FACES).card(Card(Line(plain, number), (), None, "#97211a", is_rtl))
    with opened(data) as image:
        grey = image.convert("L")
        assert image.size == compositor.CARD_SIZE
    paper = grey.getpixel((0, 0))
    edge = Image.new("L", (20, 630), paper)
    for left in (0, 1180):
        assert ImageChops.difference(grey.crop((left, 0, left + 20, 630)), edge).getbbox() is None


@pytest.mark.parametrize(
    "title",
    [
        "Word " * 80,
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3,
        "W" * 400,
        "X",
    ],
)
def test_titles_of_any_length_stay_within_the_margins(title: str) -> None:
    data = Compositor(FACES).card(Card(Line(title.strip(), 0), (Line("1 May 2024", 0),), None, "#97211a", False))
    with opened(data) as image:
        box = image.convert("L").point([255 if one < 128 else 0 for one in range(256)]).getbbox()
    assert box is not None and box[0] >= 60 and box[2] <= 1200 - 60 and box[3] <= 630 - 60
    assert data == Compositor(FACES).card(
        Card(Line(title.strip(), 0), (Line("1 May 2024", 0),), None, "#97211a", False)
    )


def test_lines_end_where_typesetters_let_them() -> None:
    assert pieces("Rockets hit — none hurt") == ["Rockets ", "hit — ", "none ", "hurt"]
    assert pieces("« à l’essai » : oui ?") == ["« à ", "l’essai » : ", "oui ?"]
    assert pieces("« Non », dit-il") == ["« Non », ", "dit-", "il"]
    assert pieces("from 2024-07 in al-Assad") == ["from ", "2024-07 ", "in ", "al-", "Assad"]
    assert pieces("决议,要求。") == ["决", "议,", "要", "求。"]
    assert wrap([("a ", 4.0), ("b ", 4.0), ("c", 4.0)], 8.0) == ["a b ", "c"]


def test_only_what_is_on_a_card_makes_it_anew(story: Story) -> None:
    story.site(social_cards=True)
    story.article("alpha", "One.", tags=["Iraq"], summary="A")
    story.article("beta", date="2024-07-18")
    story.built()
    path = story.public / "2024/07/17/alpha/card.png"
    (story.root / "content/articles/beta.md").touch()
    seen = path.stat()
    story.article("alpha", "Two, with more.", tags=["Syria"], summary="B", authors=["Ada"])
    story.built()
    assert path.stat() == seen
    was = path.read_bytes()
    for change in ({"title": "Another"}, {"location": "Mosul"}, {"date": "2024-07-17", "title": "Third"}):
        story.article("alpha", "Two, with more.", **change)
        story.built()
        assert path.read_bytes() != was
        was = path.read_bytes()
    same_as_clean(story)
    story.site(social_cards=True, theme={"accent": "#00557f"}).built()
    assert path.read_bytes() != was
    with opened(path.read_bytes()) as image:
        assert (0, 0x55, 0x7F) in {colour for _, colour in image.convert("RGB").getcolors(256) or ()}
    same_as_clean(story)


def test_nothing_of_a_withdrawn_article_is_kept(story: Story) -> None:
    folder = story.root / ".newsgen/cards"
    story.site(social_cards=True)
    for name in ("alpha", "beta", "gamma", "delta"):
        story.article(name)
    story.built()
    kept = tree(folder)
    assert len(kept) == 4
    story.built()
    story.article("alpha", withdrawn={"date": "2024-07-18", "reason": "A hoax."})
    story.built()
    assert len(tree(folder)) == 3 and not (story.public / "2024/07/17/alpha/card.png").exists()
    same_as_clean(story)
    story.remove("content/articles/beta.md")
    story.built("--allow-delete")
    assert len(tree(folder)) == 2
    story.article("gamma", embargo="2030-01-01")
    story.built("--allow-delete")
    assert len(tree(folder)) == 1 and next(iter(tree(folder).items())) in kept.items()
    story.site().built()
    assert not folder.exists() and not [*story.public.rglob("card.png")]
    same_as_clean(story)


def test_a_card_that_is_kept_is_only_read_and_one_that_is_damaged_is_made_anew(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.site(social_cards=True).article("alpha")
    story.built()
    before = story.published()
    monkeypatch.setattr(Compositor, "card", None)
    story.built("--output", str(story.root / "other"))
    assert tree(story.root / "other").items() >= {one for one in before.items() if one[0].endswith("card.png")}
    monkeypatch.undo()
    (file,) = (story.root / ".newsgen/cards").iterdir()
    file.write_bytes(file.read_bytes()[:-9] + b"something")
    (story.public / "2024/07/17/alpha/card.png").unlink()
    story.built()
    assert story.published() == before
    assert "Forgot the social cards" in story.run("clean", "--site", str(story.root)).text
    assert not (story.root / ".newsgen/cards").exists()


def test_a_font_of_the_site_comes_first(story: Story) -> None:
    amiri = FACES[1].titles.read_bytes()
    story.site(social_cards=True).article("alpha")
    story.built()
    was = (story.public / "2024/07/17/alpha/card.png").read_bytes()
    story.write("static/fonts/own.ttf", amiri)
    story.site(social_cards={"font": "fonts/own.ttf"}).built()
    assert (story.public / "2024/07/17/alpha/card.png").read_bytes() != was
    same_as_clean(story)
    story.site(social_cards={"font": "fonts/own.ttf", "made": False}).built()
    assert not [*story.public.rglob("card.png")]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"font": "fonts/none.ttf"}, "there is no file static/fonts/none.ttf"),
        ({"font": "fonts/text.ttf"}, "static/fonts/text.ttf is no font"),
        ({"font": "fonts/text.woff2"}, "is not a font in static/"),
        ("perhaps", "true or false"),
    ],
)
def test_a_font_that_is_none_is_a_fault_with_its_place(story: Story, given: Any, says: str) -> None:
    story.site(social_cards=given).article("alpha")
    story.write("static/fonts/text.ttf", b"\0\1\0\0 and no more")
    done = story.build()
    assert done.code == 1 and says in done.text and "content/site.yaml:" in done.text


def test_without_the_setting_nothing_of_cards_is_made(story: Story) -> None:
    story.article("alpha")
    story.built()
    assert not [*story.public.rglob("card.png")] and not (story.root / ".newsgen/cards").exists()


# --- Open Graph ---


def test_an_article_says_all_of_itself(built: Story) -> None:
    page = built.page("/2024/07/18/placed/")
    said = properties(page)
    url = "https://example.org/news/2024/07/18/placed/"
    assert said["og:title"] == ["Placed"] and page.findtext(".//title") == "Placed – The Record"
    assert said["og:description"] == said["description"] == ['She said "no" & left']
    assert (said["og:type"], said["og:url"], said["og:locale"]) == (["article"], [url], ["en_US"])
    assert said["og:image"] == [f"{url}card.png"]
    assert (said["og:image:width"], said["og:image:height"]) == (["1200"], ["630"])
    assert (said["og:image:type"], said["og:image:alt"]) == (["image/png"], ["Placed"])
    assert said["twitter:card"] == ["summary_large_image"]
    assert said["article:published_time"] == ["2024-07-18T09:30:00+00:00"]
    assert said["article:modified_time"] == ["2024-07-19"]
    base = "https://example.org/news/authors"
    assert said["article:author"] == [f"{base}/ada/", f"{base}/bo/"]
    assert (said["article:section"], said["article:tag"]) == (["World"], ["Drones & more"])
    assert properties(built.page("/authors/ada/"))["og:type"] == ["profile"]
    assert properties(built.page("/2024/07/17/alpha/"))["og:title"] == [TITLES["alpha"]]


def test_a_photo_of_its_own_goes_before_a_card(built: Story) -> None:
    said = properties(built.page("/2024/07/17/photographed/"))
    assert said["og:image"] == ["https://example.org/news/media/articles/photo.jpg"]
    assert (said["og:image:width"], said["og:image:height"]) == (["640"], ["400"])
    assert (said["og:image:type"], said["og:image:alt"]) == (["image/jpeg"], ["What it shows"])
    assert said["twitter:card"] == ["summary_large_image"]
    assert properties(built.page("/2024/07/17/little/"))["twitter:card"] == ["summary"]
    assert properties(built.page("/2024/07/17/charted/"))["og:image"][0].endswith("/charted/card.png")


def test_languages_are_said_as_open_graph_wants_them(built: Story) -> None:
    said = properties(built.page("/2024/07/20/traduit/"))
    assert (said["og:locale"], said["og:locale:alternate"]) == (["fr_FR"], ["en_US"])
    home = properties(built.page("/ar/"))
    assert (home["og:locale"], home["og:locale:alternate"]) == (["ar_EG"], ["en_US", "fr_FR"])
    for tag, said_as in {"en-GB": "en_GB", "zh-Hant": "zh_TW", "de": "de_DE", "es-419": "es_419"}.items():
        assert territorial(tag) == said_as
    assert territorial("qaa") == "qaa"


def test_every_page_says_what_it_is_and_where(built: Story) -> None:
    """Of all pages but those that say that there is nothing: what Open Graph requires, one canonical address that is
    its own, and pictures that are there."""
    seen = set()
    for path in sorted(built.public.rglob("*.html")):
        address = "/" + path.relative_to(built.public).as_posix().removesuffix("index.html")
        page = built.page(address)
        if page.xpath("//meta[@http-equiv='refresh']") or "404" in address or "gone" in address:
            continue
        said = properties(page)
        url = urljoin("https://example.org/news/", address.lstrip("/"))
        assert page.xpath("//link[@rel='canonical']/@href") == [url] == said["og:url"], address
        for name in ("og:title", "og:type", "og:image", "og:site_name", "og:locale", "twitter:card"):
            assert len(said[name]) == 1 and said[name][0], (address, name)
        assert len(said.get("og:description", [""])) == 1
        assert said["og:title"] == ["The Record"] or "The Record" not in said["og:title"][0], address
        image = said["og:image"][0].removeprefix("https://example.org/news/")
        assert (built.public / image).is_file(), address
        seen.add(said["og:type"][0])
        for link in page.xpath("//link[@rel='icon' or @rel='apple-touch-icon' or @rel='manifest']/@href"):
            assert (built.public / link.removeprefix("/news/")).is_file()
    assert seen == {"article", "website", "profile"}
    assert (built.public / "timeline/2024/07/17/2/index.html").is_file()  # a part of a list


# --- icons and manifest ---


def check_manifest(story: Story, address: str = "/site.webmanifest") -> dict[str, Any]:
    """Hold a manifest to what the W3C's Web Application Manifest says of its members."""
    whole: dict[str, Any] = json.loads(story.text(address))
    assert isinstance(whole["name"], str) and whole["name"] and whole["short_name"]
    assert whole["display"] in {"fullscreen", "standalone", "minimal-ui", "browser"}
    assert whole["dir"] in {"ltr", "rtl", "auto"}
    base = "https://example.org/news" + address
    start, scope = urljoin(base, whole["start_url"]), urljoin(base, whole["scope"])
    assert start.startswith(scope) and scope == "https://example.org/news/"
    for one in whole["icons"]:
        assert set(one) <= {"src", "sizes", "type", "purpose"} and one["purpose"] in {"any", "maskable", "monochrome"}
        with opened((story.public / one["src"]).read_bytes()) as image:
            assert f"{image.width}x{image.height}" == one["sizes"]
            assert f"image/{(image.format or '').lower()}" == one["type"]
    return whole


def test_the_manifest_is_valid_and_its_icons_have_the_sizes_that_it_says(built: Story) -> None:
    whole = check_manifest(built)
    assert (whole["name"], whole["lang"], whole["description"]) == ("The Record", "en", 'What "is" & was')
    assert {(one["sizes"], one["purpose"]) for one in whole["icons"]} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    with opened((built.public / "apple-touch-icon.png").read_bytes()) as image:
        assert (image.size, image.mode) == ((180, 180), "RGB")  # what is transparent is black there
    with opened((built.public / "favicon.ico").read_bytes()) as image:
        assert image.info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    with opened((built.public / "icon-maskable-512.png").read_bytes()) as image:
        ground = image.getpixel((0, 0))
        inner = ImageChops.difference(image, Image.new("RGB", image.size, ground)).getbbox()
        assert ground == (0x97, 0x21, 0x1A) and inner is not None
        reach = max((x - 256) ** 2 + (y - 256) ** 2 for x in inner[::2] for y in inner[1::2]) ** 0.5
        assert reach <= 0.4 * 512  # the circle that every mask leaves


def test_what_static_has_stands_in_the_place_of_an_icon(story: Story) -> None:
    story.site(base_url="https://example.org/news/").article("alpha")
    story.built()
    ours = story.published()
    own = drawn(300, 300)
    story.write("static/icon-192.png", own)
    story.write("static/favicon.ico", b"mine")
    story.write("static/icon-maskable-512.png", b"no picture")
    assert "warning" not in story.built().text
    now = story.published()
    assert (now["icon-192.png"], now["favicon.ico"]) == (own, b"mine")
    assert now["icon-512.png"] == ours["icon-512.png"]
    assert [one["sizes"] for one in check_manifest(story)["icons"]] == ["300x300", "512x512"]
    same_as_clean(story)
    story.write("static/site.webmanifest", "{}")
    story.built()
    assert story.text("/site.webmanifest") == "{}"
    for path in ("icon-192.png", "favicon.ico", "icon-maskable-512.png", "site.webmanifest"):
        story.remove(f"static/{path}")
    story.built()
    assert story.published() == ours


def test_icons_are_made_of_the_picture_that_the_settings_name(story: Story) -> None:
    story.article("alpha")
    story.built()
    assert story.page("/").xpath("//link[@rel='icon']/@href") == ["/favicon.ico", "/favicon.svg"]
    story.write("static/brand/icon.png", drawn(600, 600, "navy"))
    story.site(base_url="https://example.org/news/", theme={"icon": "brand/icon.png"}).built()
    check_manifest(story)
    for address in ICONS:
        with opened((story.public / address[1:]).read_bytes()) as image:
            middle = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
            assert middle == (0, 0, 128), address
    assert story.page("/").xpath("//link[@rel='icon']/@href") == ["/news/favicon.ico"]
    same_as_clean(story)


@pytest.mark.parametrize(
    ("data", "says"),
    [(drawn(600, 500), "600 × 500"), (drawn(64, 64), "512 or more"), (b"no", "is no PNG"), (None, "there is no file")],
)
def test_an_icon_that_is_none_is_a_fault(tmp_path: Path, data: bytes | None, says: str) -> None:
    if data is not None:
        (tmp_path / "static").mkdir()
        (tmp_path / "static/icon.png").write_bytes(data)
    _, faults = load_site(tmp_path, "title: A\nbase_url: https://example.org/\ntheme:\n  icon: icon.png\n")
    assert [(one.line, one.column, says in one.what) for one in faults] == [(4, 9, True)]


def test_icons_show_the_first_letter_or_a_newspaper(story: Story) -> None:
    made = {}
    for title in ("«Жизнь»", "新闻", "…"):
        story.site(title=title).article("alpha")
        story.built()
        made[title] = (story.public / "icon-512.png").read_bytes()
    assert made["新闻"] == made["…"] != made["«Жизнь»"]


def test_short_names_are_whole_words() -> None:
    given = ("The Record", "Coalition Files", "A Very Long Name", "Supercalifragilistic News")
    assert [short_name(one) for one in given] == ["The Record", "Coalition", "A Very Long", "Supercalifragilistic"]


def test_publishing_an_article_writes_its_card_and_no_icon(story: Story) -> None:
    story.site(social_cards=True)
    for number in range(3):
        story.article(f"report-{number}", date=f"2024-0{number + 1}-10")
    story.built()
    before = story.stats()
    story.article("fresh", date="2024-09-01")
    assert report(story).planned == "changes"
    changed = {path for path, status in story.stats().items() if before.get(path) != status}
    assert {one for one in changed if one.endswith((".png", ".ico", ".webmanifest"))} == {"2024/09/01/fresh/card.png"}
    same_as_clean(story)
