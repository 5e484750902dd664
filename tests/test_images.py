"""Pictures: measured, made in sizes and formats, arranged, described; and nothing asked of other hosts."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from newsgen import darkroom
from newsgen.engines import ENGINES
from newsgen.errors import FAULT, WARNING
from newsgen.figures import with_figures
from newsgen.markup import Converter, resolve
from newsgen.pictures import Images, Picture, Rendition, renditions
from newsgen.site import load_site

from .conftest import Story, drawn, tree
from .test_incremental import same_as_clean

ALT = "Houses by a river"
SMALL = {"widths": [40, 80], "formats": ["avif", "webp"]}
"""Settings that make little ones of little pictures."""


def photo(width: int = 120, height: int = 80, seed: int = 1, **options: Any) -> bytes:
    """A picture in which something is to be seen, as the bytes of a JPEG."""
    noise = random.Random(seed).randbytes(width * height * 3)  # noqa: S311 - to be seen, not to be kept secret
    written = io.BytesIO()
    Image.frombytes("RGB", (width, height), noise).save(written, "JPEG", **options)
    return written.getvalue()


def with_place() -> bytes:
    """A photo as a telephone makes it: lying on its side, and with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (33.0, 47.0, 0.0), 3: "E", 4: (42.0, 26.0, 0.0)})
    return photo(120, 80, exif=exif)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def candidates(source: Any) -> dict[str, int]:
    """The addresses in a ``srcset``, with their widths."""
    pairs = [one.split() for one in source.get("srcset").split(", ")]
    return {address: int(width.removesuffix("w")) for address, width in pairs}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """One site with a lead image, a figure, a gallery, a drawing, a picture that moves, and one that lies on a side."""
    story = Story(tmp_path_factory.mktemp("images") / "site").site(images=SMALL)
    story.write("content/articles/lead.jpg", photo(120, 80))
    story.write("content/articles/tiny.png", drawn(30, 20))
    story.write("content/articles/turned.jpg", with_place())
    for name in "abc":
        story.write(f"content/articles/{name}.png", drawn(60, 90, "olive"))
    story.write("content/articles/map.svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200"></svg>')
    frames = [Image.new("RGB", (50, 40), colour) for colour in ("red", "blue")]
    moving = io.BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    story.write("content/articles/moving.gif", moving.getvalue())
    body = """Text.

![The drawing](map.svg)

![A figure](turned.jpg "What it shows & <says>")

![One](a.png "The first")
![Two](b.png)
[![Three](c.png)](/tags/)

![Moving](moving.gif) and ![small](tiny.png) in a line.
"""
    images = [{"src": "lead.jpg", "alt": ALT, "caption": "The valley", "credit": "Us"}, {"src": "a.png", "alt": "A"}]
    story.article("alpha", body, images=images, tags=["Iraq"])
    story.article("beta", "No picture.", date="2024-07-18", tags=["Iraq"])
    story.built()
    return story


# --- what a page shows ---


def test_the_lead_image_comes_first_and_in_as_many_sizes_as_were_made(built: Story) -> None:
    picture = built.page("/2024/07/17/alpha/").xpath("//div[@class='story']/figure[1]/picture")[0]
    image = picture.xpath("img")[0]
    assert (image.get("src"), image.get("alt")) == ("/media/articles/lead.jpg", ALT)
    assert (image.get("width"), image.get("height")) == ("120", "80")
    assert (image.get("fetchpriority"), image.get("loading")) == ("high", None)
    sources = picture.xpath("source")
    assert [one.get("type") for one in sources] == ["image/avif", "image/webp"]
    for source, form in zip(sources, ("avif", "webp"), strict=True):
        made = candidates(source)
        assert made == {f"/media/articles/lead.jpg-{width}.{form}": width for width in (40, 80)}
        assert "vw" in source.get("sizes")
        for address, width in made.items():
            with opened((built.public / address.lstrip("/")).read_bytes()) as image:
                assert (image.format, image.size) == (form.upper(), (width, round(width * 80 / 120)))


def test_every_picture_has_its_size_and_waits_until_it_is_about_to_be_seen(built: Story) -> None:
    images = built.page("/2024/07/17/alpha/").xpath("//img")
    sizes = {one.get("src").rpartition("/")[2]: (one.get("width"), one.get("height")) for one in images}
    assert sizes == {
        "lead.jpg": ("120", "80"),
        "map.svg": ("400", "200"),
        "turned.jpg": ("80", "120"),  # as it is seen, not as it lies
        "moving.gif": ("50", "40"),
        "tiny.png": ("30", "20"),
        **{f"{name}.png": ("60", "90") for name in "abc"},
    }
    assert {one.get("loading") for one in images[1:]} == {"lazy"}
    assert all(one.get("alt") for one in images)


def test_drawings_what_moves_and_what_is_small_are_published_as_they_are(built: Story) -> None:
    names = {path for path in tree(built.public) if path.startswith("media/")}
    assert {path for path in names if any(one in path for one in ("map", "moving", "tiny"))} == {
        "media/articles/map.svg",
        "media/articles/moving.gif",
        "media/articles/tiny.png",
    }
    for name in ("lead.jpg", "moving.gif"):
        original = (built.root / "content/articles" / name).read_bytes()
        assert (built.public / "media/articles" / name).read_bytes() == original


def test_a_picture_is_upright_and_says_nothing_of_where_it_was_taken(built: Story) -> None:
    for form in ("avif", "webp"):
        data = (built.public / f"media/articles/turned.jpg-80.{form}").read_bytes()
        with opened(data) as image:
            assert image.size == (80, 120)
            assert not image.getexif()


def test_a_title_is_a_caption_and_several_pictures_are_a_gallery(built: Story) -> None:
    body = built.page("/2024/07/17/alpha/").xpath("//div[contains(@class, 'e-content')]")[0]
    figure = body.xpath("figure")[0]
    assert figure.xpath("string(figcaption)") == "What it shows & <says>"
    assert figure.xpath(".//img")[0].get("title") is None
    gallery = body.xpath("div[@class='gallery']")[0]
    assert [one.get("href") for one in gallery.xpath("figure/a")] == [
        "/media/articles/a.png",
        "/media/articles/b.png",
        "/tags/",
    ]
    assert gallery.xpath("string(figure[1]/figcaption)") == "The first"
    assert len(gallery.xpath("figure/a/picture/source")) == 6
    assert [one.tag for one in body.xpath("p[img or picture]/*")] == ["img", "img", "img"]


def test_feeds_have_plain_pictures_with_their_size(built: Story) -> None:
    for name in ("/feed/rss.xml", "/tags/iraq/atom.xml"):
        entry = built.feed(name).entries[1]
        content = lxml.html.fragment_fromstring(entry.content[0].value, create_parent="div")
        image = content.xpath("//figure/img")[0]
        assert image.get("src") == "https://example.org/media/articles/turned.jpg"
        assert (image.get("width"), image.get("height")) == ("80", "120")
        assert not content.xpath("//picture")


def test_machines_are_told_of_the_lead_image(built: Story) -> None:
    page = built.page("/2024/07/17/alpha/")
    assert page.xpath("//meta[@property='og:image']/@content") == ["https://example.org/media/articles/lead.jpg"]
    assert page.xpath("//meta[@property='og:image:alt']/@content") == [ALT]
    assert "media/articles/lead.jpg" in page.xpath("string(//script[@type='application/ld+json'])")


# --- once per version ---


def test_what_was_made_once_is_not_made_again(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.site(images=SMALL)
    story.write("content/articles/lead.jpg", photo())
    story.article("alpha", images=[{"src": "lead.jpg", "alt": ALT}])
    story.article("beta", "Text.")
    story.built()
    first = story.published()
    made: list[int] = []
    monkeypatch.setattr(
        darkroom.Darkroom, "_made", lambda self, file, original, one, quality: made.append(one.width) or b"never"
    )
    story.write("templates/page.html", "another template")
    story.article("beta", "Another text.")
    story.built()
    story.built("--output", str(story.root / "elsewhere"))
    assert made == []
    assert {path: data for path, data in story.published().items() if path.startswith("media/")} == {
        path: data for path, data in first.items() if path.startswith("media/")
    }
    assert tree(story.root / "elsewhere/media") == tree(story.public / "media")
    monkeypatch.undo()
    monkeypatch.setattr(
        darkroom.Darkroom, "_made", lambda self, file, original, one, quality: made.append(one.width) or b"new"
    )
    story.write("content/articles/lead.jpg", photo(seed=2))
    story.built()
    assert sorted(made) == [40, 40, 80, 80]


def test_the_same_picture_becomes_the_same_bytes_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(photo(200, 160))
    for form in ("avif", "webp"):
        one, other = (
            darkroom.Darkroom(tmp_path / name).make(file, "00" * 16, Rendition(form, 100, 80), 75) for name in "xy"
        )
        assert one == other


def test_what_is_kept_is_made_anew_where_it_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(drawn(60, 40))
    room = darkroom.Darkroom(tmp_path / "kept")
    made = Rendition("webp", 30, 20)
    content = room.make(file, "ab" * 16, made, 75)
    (kept,) = [one for one in (tmp_path / "kept").rglob("*") if one.is_file()]
    kept.write_bytes(kept.read_bytes()[:-3] + b"xyz")
    assert darkroom.Darkroom(tmp_path / "kept").make(file, "ab" * 16, made, 75) == content


def test_a_picture_that_changes_changes_the_pages_that_show_it_and_no_others(story: Story) -> None:
    story.site(images=SMALL)
    story.write("content/articles/lead.jpg", photo())
    story.article("alpha", "![A lead](lead.jpg)", tags=["Iraq"])
    story.article("beta", date="2024-07-18")
    story.write("content/pages/about.md", "---\ntitle: About\n---\n![The lead](../articles/lead.jpg)\n")
    story.built()
    before = story.stats()
    story.write("content/articles/lead.jpg", photo(160, 90))
    story.built()
    touched = {path for path, status in story.stats().items() if before.get(path) != status}
    pages = {"2024/07/17/alpha/index.html", "about/index.html"}
    assert {path for path in touched if path.endswith(".html")} == pages
    assert "tags/iraq/rss.xml" in touched
    assert story.page("/about/").xpath("//img/@width") == ["160"]
    same_as_clean(story)


def test_the_front_page_shows_the_picture_of_its_lead_in_the_sizes_that_were_made(story: Story) -> None:
    story.site(images=SMALL)
    story.write("content/articles/lead.jpg", photo())
    story.article("alpha", images=[{"src": "lead.jpg", "alt": ALT}])
    story.article("beta", date="2024-01-01")
    story.built()

    def shown() -> tuple[list[str], str, str]:
        (picture,) = story.page("/").xpath("//a[@class='picture']/picture")
        (image,) = picture.xpath("img")
        return picture.xpath("source/@srcset"), image.get("width"), image.get("height")

    sources, *size = shown()
    assert size == ["120", "80"] and len(sources) == 2 and all(one.startswith("/media/articles/") for one in sources)
    for address in " ".join(sources).replace(",", "").split()[::2]:
        assert (story.public / address.lstrip("/")).is_file(), address
    story.write("content/articles/lead.jpg", photo(160, 90))
    story.built()
    assert shown()[1:] == ("160", "90")
    same_as_clean(story)
    story.site(images="off")
    story.built()
    assert shown() == ([], "160", "90")
    same_as_clean(story)


def test_settings_decide_what_is_made(story: Story) -> None:
    story.write("content/articles/lead.jpg", photo())
    story.article("alpha", "![A lead](lead.jpg)")
    for settings, names in (
        ("off", set()),
        ({"formats": ["webp"], "widths": [60], "quality": 40}, {"lead.jpg-60.webp"}),
        ({"formats": "avif", "widths": [100, 50, 100]}, {"lead.jpg-50.avif", "lead.jpg-100.avif"}),
        ({"formats": []}, set()),
    ):
        story.site(images=settings)
        done = story.built()
        found = {one.name for one in (story.public / "media/articles").iterdir()}
        assert found == names | {"lead.jpg"}
        assert "is gone" not in done.err  # only the original's address is promised
        assert len(story.page("/2024/07/17/alpha/").xpath("//source")) == len({one[-4:] for one in names})
        kept = [one for one in (story.root / ".newsgen/images").rglob("*") if one.is_file()]
        assert len(kept) == len(names)


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ("images: {formats: [jpeg]}", "3:20"),
        ("images: {widths: [0]}", "3:19"),
        ("images: {quality: 200}", "3:19"),
        ("images: {alt: off}", "3:15"),
    ],
)
def test_settings_are_checked(tmp_path: Path, settings: str, place: str) -> None:
    _, faults = load_site(tmp_path, f"title: T\nbase_url: https://example.org/\n{settings}\n")
    assert [f"{one.line}:{one.column}" for one in faults] == [place]


@given(st.integers(1, 5_000), st.integers(1, 5_000), st.sets(st.integers(16, 4_000), min_size=1, max_size=6))
def test_no_picture_is_made_wider_than_it_is(width: int, height: int, widths: set[int]) -> None:
    picture = Picture("content/articles/a.jpg", width, height, "00", scales=True)
    images = Images(widths=tuple(sorted(widths)))
    made = [one.width for one in renditions(picture, images) if one.format == "webp"]
    assert made == sorted(set(made))
    assert all(one <= width for one in made)
    assert not made or (made[-1] == min(width, max(widths)) or width > max(widths))
    assert not [*renditions(replace(picture, scales=False), images)]


def test_nothing_of_a_withdrawn_article_stays(story: Story) -> None:
    story.site(images=SMALL)
    story.write("content/articles/secret-house.jpg", photo())
    story.write("content/articles/shared.jpg", photo(seed=3))
    story.article("alpha", "![The house](secret-house.jpg) ![Both](shared.jpg)")
    story.article("beta", "![Both](shared.jpg)", date="2024-07-18")
    story.built()
    kept = story.root / ".newsgen/images"
    assert len([*kept.iterdir()]) == 2
    story.article("alpha", "![The house](secret-house.jpg) ![Both](shared.jpg)", withdrawn="2024-08-01")
    story.built()
    assert not [path for path in tree(story.public) if "secret-house" in path]
    assert len([*kept.iterdir()]) == 1
    for path, data in tree(story.root / ".newsgen").items():
        if path.startswith("ledger"):
            assert b"secret-house" not in data, path
    same_as_clean(story)


# --- what is wrong with a picture ---


def test_a_picture_that_can_not_be_read_is_a_fault_of_the_articles_that_show_it(story: Story) -> None:
    whole = photo(400, 300)
    story.write("content/articles/cut.jpg", whole[: len(whole) // 2])
    story.write("content/articles/lie.png", b"<html>no picture")
    story.write("content/articles/huge.png", _claiming(60_000, 60_000))
    story.write("content/articles/text.svg", "nothing drawn")
    story.write("content/articles/empty.gif", b"")
    story.article("alpha", "![A](cut.jpg)\n\n![B](lie.png)\n\n![C](huge.png)", images=[{"src": "text.svg", "alt": "D"}])
    story.article("beta", "Text ![E](empty.gif) and [a link](cut.jpg)")
    story.article("gamma", date="2024-07-18")
    done = story.build()
    assert done.code == 1
    for line in (
        "alpha.md:5:3: the image 'content/articles/text.svg' is no SVG",
        "alpha.md:9:6: the image 'content/articles/cut.jpg' is cut off",
        "alpha.md:11:6: the image 'content/articles/lie.png' is no picture that browsers show",
        "alpha.md:13:6: the image 'content/articles/huge.png' is too large",
        "beta.md:6:11: the image 'content/articles/empty.gif' is no picture",
        "beta.md:6:35: the image 'content/articles/cut.jpg' is cut off",
    ):
        assert f"content/articles/{line}" in done.err, done.err
    assert done.err.count("the image") == 6
    assert story.build("--keep-going").code == 3
    assert (story.public / "2024/07/18/gamma/index.html").exists()
    assert not (story.public / "2024/07/17/alpha/index.html").exists()


def test_a_picture_that_is_broken_by_an_edit_is_told_and_mended(story: Story) -> None:
    story.site(images=SMALL)
    story.write("content/articles/lead.jpg", photo())
    story.article("alpha", "![A lead](lead.jpg)")
    story.built()
    before = story.published()
    story.write("content/articles/lead.jpg", photo()[:200])
    done = story.build()
    assert done.code == 1
    assert "content/articles/alpha.md:6:11: the image 'content/articles/lead.jpg'" in done.err
    assert story.published() == before
    assert story.run("check", "--site", str(story.root)).code == 1
    story.write("content/articles/lead.jpg", photo(seed=4))
    story.built()
    same_as_clean(story)


def _claiming(width: int, height: int) -> bytes:
    """A PNG whose head claims a size that its few bytes do not have."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content


@given(st.binary(max_size=300), st.sampled_from([drawn(), photo(20, 20), drawn(form="GIF"), drawn(form="WEBP")]))
def test_whatever_is_in_a_file_it_is_measured_or_refused(tmp_path_factory: Any, noise: bytes, whole: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "noise.bin"
    for data in (noise, whole[:20] + noise, whole[: len(noise)], noise.join([whole[:40], whole[40:]])):
        file.write_bytes(data)
        found = darkroom.measure(file, "a.png")
        assert bool(found.wrong) != bool(found.width and found.height)


@pytest.mark.parametrize(
    ("head", "size"),
    [
        ('<svg width="40" height="30">', (40, 30)),
        ("<?xml version='1.0'?><!-- <svg width='1' height='1'> --><svg width='40px' height='30px'>", (40, 30)),
        ('<svg viewBox="0 0 400 200">', (400, 200)),
        ('<svg viewBox="0,0,400,200" width="100">', (100, 50)),
        ('<svg width="100%" height="100%" viewBox="0 0 40 30">', (40, 30)),
        ('<svg stroke-width="3" width="100%">', (0, 0)),
        ('<svg viewBox="0 0 0 0">', (0, 0)),
    ],
)
def test_the_size_of_a_drawing_is_what_its_first_element_says(tmp_path: Path, head: str, size: tuple[int, int]) -> None:
    file = tmp_path / "a.svg"
    file.write_text(head + "</svg>")
    found = darkroom.measure(file, "a.svg")
    assert (found.width, found.height, found.wrong) == (*size, "")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "RGB"])
def test_pictures_of_every_kind_become_smaller_ones(tmp_path: Path, mode: str) -> None:
    file = tmp_path / "a"
    Image.new(mode, (60, 40)).save(file, "JPEG" if mode == "CMYK" else "PNG")
    assert darkroom.measure(file, "a.png").scales
    for form in ("avif", "webp"):
        data = darkroom.Darkroom(tmp_path / form).make(file, mode, Rendition(form, 30, 20), 75)
        with opened(data) as image:
            assert image.size == (30, 20)


# --- words for those who do not see ---


def faults(body: str, engine: str = ENGINES[0], **options: Any) -> list[tuple[int, int, str]]:
    found = Converter(False, engine, **options).convert("content/articles/a.md", body, 1).faults
    return [(one.line, one.column, one.severity) for one in found if "has no alt" in one.what]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_image_without_alt_is_a_fault_where_it_stands(engine: str) -> None:
    assert faults("Text\n\n![](a.png) ![b](b.png)", engine) == [(3, 5, FAULT)]
    assert faults("![ ](a.png)\n\n![](https://e.org/b.png)", engine) == [(1, 6, FAULT), (3, 5, FAULT)]
    assert faults('<img src="a.png">\n\n<img src="b.png" alt="B">', engine) == [(1, 11, FAULT)]
    assert faults('Text\n\n<img src="a b.png" alt="">\n\n<img alt=\'\' src=c.png>', engine) == []
    assert faults('<img src="a.png" alt="">\n\n![](a.png)', engine) != []
    assert faults("`![](a.png)` and\n\n    ![](b.png)", engine) == []
    assert faults("![](a.png)", engine, wordless=WARNING) == [(1, 5, WARNING)]


def test_an_image_of_the_head_without_alt_is_a_fault_unless_it_is_decoration(story: Story) -> None:
    story.write("content/articles/a.png", drawn())
    head = "---\ntitle: A\ndate: 2024-07-17\nimages:\n  - src: a.png\n    {}\n---\nText\n"
    for line, code in (("credit: Us", 1), ("alt:", 1), ('alt: ""', 0), ("alt: A wall", 0)):
        story.write("content/articles/a.md", head.format(line))
        done = story.build()
        assert done.code == code, (line, done.err)
        assert ("content/articles/a.md:5:5: the image 'a.png' has no alt" in done.err) == bool(code)
    story.site(images={"alt": "warning"})
    story.write("content/articles/a.md", head.format("credit: Us"))
    assert "warning: the image 'a.png' has no alt" in story.built().err


def test_a_photo_that_says_where_it_was_taken_is_told_by_the_check(story: Story) -> None:
    story.write("content/articles/a.jpg", with_place())
    story.write("content/articles/b.jpg", photo())
    story.article("alpha", "![A](a.jpg)\n\n![B](b.jpg)")
    told = story.run("check", "--site", str(story.root), "--now", "2024-12-01").text
    assert "content/articles/alpha.md:6:6: warning: the file 'content/articles/a.jpg' says where it was taken" in told
    assert "b.jpg" not in told
    story.write("content/pages/about.md", "---\ntitle: About\n---\n![A](../articles/a.jpg)\n")
    assert "content/pages/about.md:4:6: warning: the file" in story.run("check", "--site", str(story.root)).text
    story.site(lint={"photo-location": "off"})
    assert "says where" not in story.run("check", "--site", str(story.root), "--now", "2024-12-01").text


# --- figures, in both engines ---


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("body", "shape"),
    [
        ('![a](a.png "C")', ["figure"]),
        ("![a](a.png)", ["p"]),
        ('Text ![a](a.png "C")', ["p"]),
        ('[![a](a.png "C")](b.md)', ["figure"]),
        ("![a](a.png)\n![b](b.png)", ["div"]),
        ("![a](a.png) ![b](b.png)", ["div"]),
        ("![a](a.png)  \n![b](b.png)", ["div"]),
        ("![a](a.png)\n\n![b](b.png)", ["p", "p"]),
        ("![a](a.png)\n![b](b.png) text", ["p"]),
    ],
)
def test_a_paragraph_of_pictures_means_the_same_in_both_engines(engine: str, body: str, shape: list[str]) -> None:
    found = Converter(False, engine).convert("content/articles/a.md", body, 1)
    html = resolve(found.html, lambda kind, target: f"/{target}")
    top = lxml.html.fragment_fromstring(html, create_parent="main")
    assert [one.tag for one in top] == shape
    assert not found.faults


@given(st.lists(st.sampled_from(["<p>", "</p>", "<br>", "<img src='a' title='b'>", "<a href='x'>", "</a>", " ", "t"])))
def test_arranging_pictures_loses_nothing(parts: list[str]) -> None:
    html = "".join(parts)
    done = with_figures(html)
    assert done.count("<img") == html.count("<img")
    assert "".join(lxml.html.fromstring(f"<div>{html}</div>").itertext()).split() == [
        one for one in "".join(lxml.html.fromstring(f"<div>{done}</div>").itertext()).split() if one != "b"
    ]


# --- nothing of other hosts ---

REMOTE = """<iframe src="https://www.youtube.com/embed/abcdef12345?start=3" title="A film"></iframe>

<iframe src="//maps.example.net/?q=a&amp;b"></iframe>

![Elsewhere](https://pictures.example.net/a.jpg "There")

[![Badge](http://badges.example.net/b.svg)](https://example.net/)

<video controls><source src="https://films.example.net/f.mp4"></video>

<script src="https://example.net/w.js"></script><blockquote><a href="https://example.net/said">Said</a></blockquote>

`<iframe src="https://code.example.net/"></iframe>`
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_no_page_asks_another_host_for_anything(engine: str) -> None:
    html = Converter(False, engine).convert("content/articles/a.md", REMOTE, 1).html
    top = lxml.html.fragment_fromstring(html, create_parent="main")
    assert not top.xpath("//iframe | //img | //video | //audio | //source | //script | //object | //embed")
    cards = top.xpath("//span[@class='embed']/a")
    assert [(one.get("href"), one.text, one.get("data-frame"), one.get("data-picture")) for one in cards] == [
        (
            "https://www.youtube.com/watch?v=abcdef12345",
            "A film",
            "https://www.youtube-nocookie.com/embed/abcdef12345",
            None,
        ),
        ("https://maps.example.net/?q=a&b", "maps.example.net/?q=a&b", "https://maps.example.net/?q=a&b", None),
        ("https://pictures.example.net/a.jpg", "Elsewhere", None, ""),
    ]
    assert top.xpath("//span[@class='host']/bdi/text()") == ["youtube.com", "maps.example.net", "pictures.example.net"]
    assert top.xpath("//a[@href='https://films.example.net/f.mp4']/text()") == ["f.mp4 (films.example.net)"]
    assert top.xpath("//a[@href='https://example.net/']/span/text()") == ["Badge"]
    assert top.xpath("//a[@href='https://example.net/said']")
    assert "code.example.net" in top.xpath("string(//code)")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "body",
    [
        '<a href="https://e.org" title="<iframe src=https://x.org></iframe>">a</a>',
        "<iframe src='https://x.org/\"><script>alert(1)</script>'></iframe>",
        '<iframe src="https://x.org/" title="</a><img src=x onerror=alert(1)>"></iframe>',
        '<img src="https://x.org/a.png" alt="&quot;><script>alert(1)</script>">',
        "<p title=\"<iframe src='https://x.org'></iframe>\">x</p>",
        "<iframe src=\"https://x.org/'onmouseover='alert(1)\"></iframe>",
        '![a](https://x.org/a.png "&quot;><b onclick=alert(1)>")',
        '![a](a.png "<script>alert(1)</script>")',
    ],
)
def test_what_is_put_into_a_page_is_escaped_for_where_it_lands(engine: str, body: str) -> None:
    html = Converter(False, engine).convert("content/articles/a.md", body, 1).html
    top = lxml.html.fragment_fromstring(html, create_parent="main")
    assert not top.xpath("//script | //iframe | //img[@onerror] | //b[@onclick] | //*[@onmouseover]")
    assert {name for one in top.iter() for name in one.attrib} <= {
        *("href", "title", "class", "src", "alt", "data-frame", "data-picture")
    }


def test_frames_that_lead_nowhere_good_are_refused() -> None:
    found = Converter().convert("content/articles/a.md", '<iframe src="javascript:alert(1)"></iframe>', 1)
    assert any("javascript" in one.what and one.severity == FAULT for one in found.faults)
    assert "javascript" not in found.html.partition("href=")[2].partition(">")[0] or found.faults
    found = Converter().convert("content/articles/a.md", "![a](data:image/png;base64,AAAA)", 1)
    assert [one.severity for one in found.faults] == [FAULT]
    assert "<iframe> is left out" in Converter().convert("content/articles/a.md", "<iframe></iframe>", 1).faults[0].what


def test_a_card_is_no_part_of_the_summary() -> None:
    found = Converter().convert("content/articles/a.md", f"{REMOTE.split('`')[0]}\n\nThe text begins.", 1)
    assert found.opening == "The text begins."


def test_an_image_of_the_head_at_another_host_is_a_card(story: Story) -> None:
    story.article("alpha", images=[{"src": "https://pictures.example.net/a b.jpg", "alt": "A wall"}])
    story.article("beta", date="2024-07-18")
    story.built()
    page = story.page("/2024/07/17/alpha/")
    assert not page.xpath("//img")
    assert page.xpath("//span[@class='embed']/a/@href") == ["https://pictures.example.net/a%20b.jpg"]
    assert page.xpath("//script[contains(@src, '/embed.') and @defer]")
    assert not story.page("/2024/07/18/beta/").xpath("//script[contains(@src, '/embed.')]")


@pytest.mark.browser
def test_a_card_shows_what_it_stands_for_on_request_and_not_before(story: Story) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not Path("/usr/bin/chromium").exists():
        pytest.skip("there is no chromium")
    story.article("alpha", REMOTE)
    story.built()
    asked: list[str] = []

    def answer(route: Any) -> None:
        url = route.request.url
        path = url.partition("https://example.org/")[2]
        if url.startswith("https://example.org/"):
            file = story.public / (path + "index.html" if path.endswith("/") or not path else path)
            kinds = {"css": "text/css", "js": "text/javascript", "html": "text/html", "svg": "image/svg+xml"}
            route.fulfill(body=file.read_bytes(), content_type=kinds[file.suffix[1:]])
        else:
            asked.append(url)
            route.fulfill(body="<p>Shown</p>", content_type="text/html")

    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.route("**/*", answer)
        page.goto("https://example.org/2024/07/17/alpha/")
        assert asked == []
        buttons = page.get_by_role("button", name="youtube.com")
        assert buttons.count() == 1
        buttons.press("Enter")
        frame = page.locator(".embed iframe")
        frame.wait_for()
        assert frame.get_attribute("title") == "A film"
        assert "allow-scripts" in (frame.get_attribute("sandbox") or "")
        page.wait_for_load_state("networkidle")
        assert asked == ["https://www.youtube-nocookie.com/embed/abcdef12345"]
        assert page.get_by_role("link", name="A film").count() == 1
        browser.close()
