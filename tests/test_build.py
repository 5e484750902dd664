"""From a folder of articles to a published archive: what a reader finds, and what an author is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .conftest import Story, drawn


def hrefs(page: object) -> list[str]:
    return [str(one) for one in page.xpath("//a/@href")]  # type: ignore[attr-defined]


def test_an_article_shows_what_its_head_says(story: Story) -> None:
    story.site(timezone="Asia/Baghdad")
    story.write("content/articles/base.jpg", drawn(form="JPEG"))
    story.article(
        "drones",
        "Two drones were *fired*.\n\n## What is known\n\nLittle.",
        title="Two drones fired at base",
        date="2024-07-17T09:30+03:00",
        updated="2024-07-18T12:00+03:00",
        location="Ain al-Assad, Iraq",
        dateline="BAGHDAD",
        authors=["Ada Byron"],
        tags=["Iraq", "Drones"],
        section="World",
        summary="Nobody was hurt.",
        language="en-GB",
        sources=[
            {"name": "A police officer", "attribution": "background", "reason": "not permitted to speak"},
            {"name": "Ministry", "url": "https://example.org/statement", "archived": "https://archive.example/x"},
        ],
        corrections=[{"date": "2024-07-18", "text": "The day was wrong."}],
        images=[{"src": "base.jpg", "alt": "The base", "credit": "A. Photographer"}],
    )
    story.article("before", date="2024-07-16")
    story.article("after", date="2024-07-18")
    story.built()
    page = story.page("/2024/07/17/drones/")
    text = " ".join(page.text_content().split())
    assert page.get("lang") == "en-GB"
    assert page.xpath("string(//h1)").strip() == "Two drones fired at base"
    assert len(page.xpath("//h1")) == 1
    assert "17 July 2024, 09:30 (UTC+03:00)" in text
    assert page.xpath("//time[@datetime='2024-07-17T09:30:00+03:00']")
    assert page.xpath("//time[@datetime='2024-07-18T12:00:00+03:00']")
    for shown in ("Ain al-Assad, Iraq", "BAGHDAD", "Ada Byron", "Nobody was hurt.", "A police officer"):
        assert shown in text, shown
    for shown in ("not permitted to speak", "The day was wrong.", "A. Photographer"):
        assert shown in text, shown
    links = hrefs(page)
    for link in ("/tags/iraq/", "/tags/drones/", "/authors/ada-byron/", "/sections/world/"):
        assert link in links, link
    for link in ("/2024/07/16/before/", "/2024/07/18/after/", "https://example.org/statement"):
        assert link in links, link
    assert "https://archive.example/x" in links
    assert page.xpath("//img[@src='/media/articles/base.jpg'][@alt='The base']")
    assert (story.public / "media/articles/base.jpg").read_bytes() == drawn(form="JPEG")


def test_titles_and_fields_are_escaped_wherever_they_land(story: Story) -> None:
    evil = "<script>alert('x')</script> \"&amp;amp; {{ 7*7 }}"
    story.article("evil", title=evil, summary=evil, location=evil, authors=[evil], tags=["<b>Bold</b>"], section=evil)
    story.built()
    for path, content in story.published().items():
        if path.endswith(".html"):
            assert b"<script>alert" not in content, path
    page = story.page("/2024/07/17/evil/")
    assert page.xpath("string(//h1)").strip() == "<script>alert('x')</script> \"&amp; {{ 7*7 }}"
    assert "49" not in page.xpath("string(//h1)")


def test_tags_with_equal_slugs_are_one_tag_spelt_as_in_the_register_or_the_oldest_article(story: Story) -> None:
    story.article("one", date="2024-01-01", tags=["US-led Coalition"])
    story.article("two", date="2024-02-01", tags=["us led coalition", "iraq"])
    story.article("three", date="2024-03-01", tags=["US-LED COALITION", "IRAQ"])
    story.write("content/tags.yaml", "iraq:\n  name: Iraq\n  description: A country.\n")
    story.built()
    names = [name.strip() for name in story.page("/tags/").xpath("//main//a/text()")]
    assert "US-led Coalition" in names and "Iraq" in names
    assert "IRAQ" not in names
    page = story.page("/tags/us-led-coalition/")
    assert {"/2024/01/01/one/", "/2024/02/01/two/", "/2024/03/01/three/"} <= set(hrefs(page))
    assert "A country." in story.page("/tags/iraq/").text_content()


def test_the_day_in_an_address_is_the_day_in_the_zone_of_the_site(story: Story) -> None:
    story.site(timezone="Pacific/Auckland")
    story.article("late", date="2024-07-17T22:00Z")
    story.built()
    assert (story.public / "2024/07/18/late/index.html").exists()


def test_a_future_date_is_published_with_a_warning(story: Story) -> None:
    story.article("tomorrow", date="2031-01-01")
    done = story.built()
    assert "content/articles/tomorrow.md:1:1: warning: the date is in the future" in done.err
    assert (story.public / "2031/01/01/tomorrow/index.html").exists()


def test_what_is_withheld_is_listed_with_its_reason(story: Story) -> None:
    story.article("a", draft=True)
    story.article("b", embargo="2030-01-01")
    story.article("c", expires="2024-08-01")
    story.article("d")
    done = story.built()
    assert "withheld: content/articles/a.md (draft)" in done.err
    assert "withheld: content/articles/b.md (embargo until 2030-01-01T00:00:00Z)" in done.err
    assert "withheld: content/articles/c.md (expired 2024-08-01T00:00:00Z)" in done.err
    assert "3 withheld (1 draft, 1 embargo, 1 expired)" in done.out
    published = [path for path in story.published() if path.startswith("2024/")]
    assert published == ["2024/07/17/c/index.html", "2024/07/17/d/index.html"]  # of c that it has expired
    story.built("--drafts")
    assert (story.public / "2024/07/17/a/index.html").exists()


def test_now_comes_from_source_date_epoch(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.article("b", embargo="2024-12-24T08:00Z")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1735027200")
    done = story.run("build", "--site", str(story.root), "--jobs", "1")
    assert done.code == 0
    assert (story.public / "2024/07/17/b/index.html").exists()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1735027199")
    assert "embargo until" in story.run("build", "--site", str(story.root), "--jobs", "1").err
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    assert story.run("build", "--site", str(story.root)).code == 2


def test_all_faults_of_all_files_are_told_in_one_run_sorted_with_their_places(story: Story) -> None:
    story.write("content/articles/a.md", "---\ntitle: A\ndate: soon\nslug: ../../x\n---\n[x](gone.md)\n")
    story.write("content/articles/b.md", "---\ndate: 2024-07-17\ntags: {a: b}\n---\n[y](javascript:alert(1))\n")
    story.write("content/articles/c.md", b"---\ntitle: \xff\n---\n")
    story.write("content/tags.yaml", "iraq: [1]\n")
    story.write("content/site.yaml", "title: X\nbase_url: nowhere\n")
    done = story.build()
    assert done.code == 1
    places = [line.split(" ")[0] for line in done.err.splitlines() if line.startswith("content/")]
    assert places == sorted(places, key=lambda one: (one.split(":")[0], int(one.split(":")[1])))
    for place in (
        "content/articles/a.md:3:7:",
        "content/articles/a.md:4:7:",
        "content/articles/b.md:2:1:",
        "content/articles/b.md:3:7:",
        "content/articles/b.md:5:5:",
        "content/articles/c.md:2:8:",
        "content/site.yaml:2:11:",
        "content/tags.yaml:1:7:",
    ):
        assert place in places, (place, done.err)
    assert not story.public.exists()


def test_keep_going_publishes_the_rest_and_names_what_left(story: Story) -> None:
    story.article("good")
    story.article("bad", tags=["Rare"])
    story.built()
    story.write("content/articles/bad.md", "---\ntitle: Bad\ndate: soon\n---\n")
    done = story.build("--keep-going")
    assert done.code == 3
    assert "content/articles/bad.md:3:7:" in done.err
    assert "/2024/07/17/bad/ is gone" in done.err
    assert "1 article left out" in done.err
    assert not (story.public / "2024/07/17/bad").exists()
    assert "/2024/07/17/good/" in hrefs(story.page("/"))
    assert story.build().code == 1


def test_keep_going_counts_a_faulty_article_as_absent_for_those_that_link_to_it(story: Story) -> None:
    story.article("good")
    story.write("content/articles/bad.md", "---\ntitle: Bad\ndate: soon\n---\n")
    story.article("linking", "[bad](bad.md)")
    story.article("linking-on", "[on](linking.md)")
    done = story.build("--keep-going")
    assert done.code == 3
    assert [path for path in story.published() if path.startswith("2024/")] == ["2024/07/17/good/index.html"]
    assert "3 articles left out" in done.err


def test_unknown_keys_are_warnings_and_faults_under_strict(story: Story) -> None:
    story.article("alpha", sumary="x", x_own="y")
    done = story.built()
    assert "alpha.md:4:1: warning: unknown key 'sumary'. Did you mean summary?" in done.err
    assert story.build("--strict").code == 1
    story.site(strict=True)
    assert story.build().code == 1


def test_a_clash_of_addresses_names_both_files(story: Story) -> None:
    story.article("2024-07-17-same", date=None)
    story.article("elsewhere/same")
    done = story.build()
    assert done.code == 1
    assert "content/articles/elsewhere/same.md:1:1: the address /2024/07/17/same/ is taken by" in done.err
    assert "content/articles/2024-07-17-same.md" in done.err


@pytest.mark.parametrize(
    "claims",
    [
        {"url": "/tags/"},
        {"url": "/feed/rss.xml"},
        {"url": "/"},
        {"aliases": ["/timeline/"]},
        {"url": "/TAGS/"},
        {"url": "/feed/rss.xml/below/"},
        {"url": "/feed"},
    ],
)
def test_an_article_may_not_take_an_address_of_the_archive(story: Story, claims: dict[str, object]) -> None:
    story.article("alpha", tags=["x"], **claims)
    done = story.build()
    if claims == {"url": "/feed"}:
        assert done.code == 0, done.text
        return
    assert done.code == 1, claims
    assert "content/articles/alpha.md:1:1:" in done.err
    story.article("beta")
    assert story.build("--keep-going").code == 3
    assert (story.public / "2024/07/17/beta/index.html").exists()


def test_names_that_differ_only_in_case_or_unicode_form_clash(story: Story) -> None:
    story.article("Café")
    story.article("café", date="2024-07-17")
    done = story.build()
    assert done.code == 1
    assert "is taken by" in done.err or "Unicode forms" in done.err
    (story.root / "content/articles/Café.md").unlink()
    story.article("cafe\u0301")
    done = story.build()
    assert done.code == 1
    assert "is taken by" in done.err or "Unicode forms" in done.err
    assert "content/content" not in done.err


def test_two_articles_with_one_id_are_a_fault(story: Story) -> None:
    story.article("alpha", id="urn:x:1")
    story.article("beta", id="urn:x:1")
    done = story.build()
    assert done.code == 1
    assert "beta.md" in done.err and "alpha.md" in done.err


def test_unicode_addresses_are_kept_and_encoded_in_links(story: Story) -> None:
    story.article("حادثة-عين-الأسد", language="ar", tags=["العراق"])
    story.built()
    assert (story.public / "2024/07/17/حادثة-عين-الأسد/index.html").exists()
    page = story.page("/2024/07/17/حادثة-عين-الأسد/")
    assert page.get("dir") == "rtl"
    assert any(link.startswith("/tags/%D8") for link in hrefs(page))
    assert story.feed("/feed/rss.xml").entries[0].link.isascii()


@pytest.mark.parametrize("base", ["https://example.org/", "https://example.org/news/"])
def test_every_internal_link_and_fragment_resolves(story: Story, base: str) -> None:
    story.site(base_url=base)
    story.write("content/pages/about.md", "---\ntitle: About\nmenu: 1\n---\n[a](../articles/report-1.md#part)\n")
    story.write("content/articles/map.png", drawn())
    for number in range(130):
        day = f"2024-{1 + number // 28:02}-{1 + number % 28:02}"
        body = "## Part\n\n![m](map.png) [home](/) note[^1]\n\n[^1]: Foot."
        story.article(f"report-{number}", body, date=day, tags=["Iraq"], section="World", author="Ada")
    story.article("aliased", aliases=["/old/"], location="Geneva")
    story.built()
    assert_links_resolve(story.public, base)


def assert_links_resolve(public: Path, base: str) -> None:
    """Follow every link of every page inside the published folder."""
    from urllib.parse import unquote, urljoin, urlsplit

    import lxml.html

    pages = {file: lxml.html.parse(str(file)).getroot() for file in public.rglob("*.html")}
    assert pages
    for file, page in pages.items():
        path = file.relative_to(public).as_posix().removesuffix("index.html")
        for _, attribute, link, _ in page.iterlinks():
            url = urljoin(base + path, link)
            if attribute not in ("href", "src"):
                continue
            if not url.startswith(base):
                if urlsplit(url).netloc == urlsplit(base).netloc:
                    raise AssertionError(f"{path}: {link} leaves the path of the site")
                continue
            parts = urlsplit(url)
            target = public / unquote(parts.path)[len(urlsplit(base).path) :]
            target = target / "index.html" if parts.path.endswith("/") else target
            assert target.is_file(), f"{path}: {link}"
            if parts.fragment:
                assert pages[target].xpath("//*[@id=$id]", id=unquote(parts.fragment)), f"{path}: {link}"


def test_listings_are_cut_by_calendar_and_never_renumbered(story: Story) -> None:
    for number in range(120):
        story.article(f"report-{number:03}", date=f"2024-07-17T{number // 10:02}:{number % 10:02}Z", tags=["Iraq"])
    story.built("--drafts")
    parts = [story.text(f"/timeline/2024/07/17/{part}/") for part in (1, 2)]
    assert "report-000" in parts[0] and "report-119" in parts[1]
    assert (story.public / "tags/iraq/2024/07/1/index.html").exists()
    before = set(story.published())
    for number in range(120, 230):
        story.article(f"report-{number:03}", date=f"2024-07-17T{number // 10:02}:{number % 10:02}Z", tags=["Iraq"])
    story.built()
    assert before <= set(story.published())
    assert story.text("/timeline/2024/07/17/1/") == parts[0]
    assert (story.public / "timeline/2024/07/17/3/index.html").exists()


def test_sitemaps_hold_every_page_of_an_event_and_are_cut_before_they_are_too_long(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsgen.features.sitemap.LONGEST_PART", 8)
    events = [{"name": f"Event {one}", "when": "2024-07", "id": f"e-{one}"} for one in range(9)]
    events += [{"name": "Once", "when": "199X", "id": "once"}, {"name": "No id", "when": "2023-01-01"}]
    story.article("alpha", tags=[f"Tag {one}" for one in range(7)], events=events)
    story.built()

    def locations(address: str) -> list[str]:
        found = story.xml(address).xpath("//*[local-name() = 'loc']/text()")
        return [one.removeprefix("https://example.org") for one in found]

    parts = {address: locations(address) for address in locations("/sitemap.xml")}
    assert all(0 < len(one) <= 8 for one in parts.values())
    listed = [address for one in parts.values() for address in one]
    assert {f"/events/e-{one}/" for one in range(9)} | {f"/tags/tag-{one}/" for one in range(7)} <= set(listed)
    assert "/events/once/" in parts["/sitemaps/events.xml"]
    assert parts["/sitemaps/events-2023.xml"] == ["/timeline/events/2023/"]
    assert set(parts) >= {"/sitemaps/pages_2.xml", "/sitemaps/events-2024_2.xml", "/sitemaps/tags.xml"}
    for address in listed:
        assert (story.public / address.strip("/") / "index.html").exists(), address
    story.article("alpha", tags=["Tag 1"], events=events[:1])
    story.built("--allow-delete")
    assert [one for one in locations("/sitemap.xml") if "events" in one] == [
        "/sitemaps/events.xml",
        "/sitemaps/events-2024.xml",
    ]


def test_site_templates_and_static_files_override_the_theme_one_by_one(story: Story) -> None:
    story.article("alpha")
    story.write("templates/404.html", '{% extends "theme/404.html" %}{% block title %}Nowhere{% endblock %}')
    story.write("static/favicon.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    story.write("static/.well-known/security.txt", "Contact: mailto:x@example.org")
    story.write("static/assets/style.css", "body { color: red }")
    story.built()
    assert story.page("/404.html").xpath("string(//title)") == "Nowhere"
    assert story.text("/favicon.svg") == "<svg xmlns='http://www.w3.org/2000/svg'/>"
    assert (story.public / ".nojekyll").exists()
    assert (story.public / ".well-known/security.txt").exists()
    sheet = story.page("/").xpath("//link[@rel='stylesheet']/@href")[0]
    assert sheet.startswith("/assets/style.") and story.text(sheet) == "body { color: red }"


def test_links_that_lead_out_and_pipes_are_refused_by_name(story: Story, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("---\ntitle: Secret\ndate: 2024-01-01\n---\n")
    story.article("alpha")
    (story.root / "content/articles/leak.md").symlink_to(secret)
    (story.root / "static").mkdir()
    (story.root / "static/passwd").symlink_to("/etc/passwd")
    os.mkfifo(story.root / "content/articles/pipe.md")
    done = story.build()
    assert done.code == 1
    for path in ("content/articles/leak.md", "content/articles/pipe.md", "static/passwd"):
        assert f"{path}:1:1: this is" in done.err, (path, done.err)


def test_an_image_that_leads_out_of_content_is_a_fault(story: Story, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_text("secret")
    (story.root / "content/articles").mkdir(parents=True)
    (story.root / "content/articles/link.png").symlink_to(tmp_path / "secret.png")
    story.article("alpha", "![a](../../../secret.png) ![b](link.png) ![c](gone.png)", images=["../site.yaml.png"])
    done = story.build()
    assert done.code == 1
    assert "alpha.md:8:6: the link '../../../secret.png' leads out of content/" in done.err
    assert "link.png" in done.err
    assert "gone.png" in done.err


def test_a_link_to_a_withheld_article_is_text_until_it_is_published(story: Story) -> None:
    story.article("alpha", "See [the other](beta.md).")
    story.article("beta", embargo="2025-01-01")
    done = story.built()
    assert "warning: the link leads to content/articles/beta.md, which is withheld" in done.err
    assert "the other" in story.text("/2024/07/17/alpha/")
    assert not story.page("/2024/07/17/alpha/").xpath("//a[contains(@href, 'beta')]")
    story.built("--now", "2025-01-01T00:00Z")
    assert story.page("/2024/07/17/alpha/").xpath("//a[contains(@href, 'beta')]")


def test_a_template_with_a_syntax_error_is_named_with_its_line(story: Story) -> None:
    story.article("alpha")
    story.write("templates/home.html", "<p>\n{% if %}\n")
    done = story.build()
    assert done.code == 1
    assert "templates/home.html:2:1:" in done.err


def test_environment_variables_reach_no_page(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2hunter2")
    story.write(
        "templates/404.html",
        "{% extends 'theme/404.html' %}{% block footer %}{{ ''.__class__.__mro__[1].__subclasses__() }}{% endblock %}",
    )
    story.article("alpha", "{{ SECRET_TOKEN }} {{ environ }} $SECRET_TOKEN")
    done = story.build()
    assert done.code == 1
    assert "hunter2" not in done.text
    story.remove("templates/404.html")
    story.built()
    assert all(b"hunter2" not in content for content in story.published().values())


def test_terminal_escapes_in_names_and_titles_do_not_reach_the_terminal(story: Story) -> None:
    story.write("content/articles/a\x1b[31m.md", '---\ntitle: "\\e[2J"\ndate: soon\n\x1b[31m: x\n---\n')
    done = story.build()
    assert done.code == 1
    assert "\x1b" not in done.err


def test_many_hostile_articles_are_all_named_in_bounded_time(story: Story) -> None:
    story.article("good")
    story.article("slow", "[a](" * 9000)
    story.article("deep", "\n".join("    " * depth + "- x" for depth in range(300)))
    story.write("content/articles/long.md", "---\ntitle: L\ndate: 2024-01-01\n---\n" + "x" * 10_000_000)
    story.write("content/articles/nul.md", b"---\ntitle: N\ndate: 2024-01-01\n---\n\x00")
    story.write("content/articles/open.md", "---\ntitle: O\n")
    done = story.build("--keep-going")
    assert done.code == 3
    for name in ("slow", "deep", "long", "nul", "open"):
        assert f"content/articles/{name}.md:" in done.err, name
    assert (story.public / "2024/07/17/good/index.html").exists()
