"""Articles as Markdown and as IPTC ninjs 3.1, beside their pages."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import lxml.html
import pyromark
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from newsgen.features.registry import FEATURES
from newsgen.forms import FORMS, form_address
from newsgen.rewriting import markdown_writer, plain_text
from newsgen.urls import without

from .conftest import Story, drawn
from .test_following import report, table_difference
from .test_incremental import same_as_clean

REGISTER = """
iraq: {name: Iraq, kind: country, wikidata: Q796}
anbar: {name: Anbar, kind: province, within: iraq, lat: 32.5, lon: 41.9}
base: {name: Ain al-Assad, within: anbar, lat: 33.786, lon: 42.441, wikidata: Q404739}
"""
BODY = """Nobody was hurt.[^source:2] It cost 10<sup>6</sup> dollars & more | 1 < 2. <!-- secret comment -->

[//]: # (secret remark)

See [other](other.md), `<script>` and a note.[^1] <script>secret()</script>

![In the base](in.png "The base")

[^1]: A note.
"""
ADDRESS = "/2024/07/17/drones/"
BASE = "https://example.org/news"
URL = BASE + ADDRESS


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Story:
    story = Story(tmp_path_factory.mktemp("alternates")).site(
        publisher={"name": "The Desk", "url": "https://desk.example/"},
        license="CC-BY-4.0",
        base_url=f"{BASE}/",
        alternates=["ninjs", "markdown"],
    )
    story.write("content/places.yaml", REGISTER)
    story.write("content/sources.yaml", "ministry: {name: Defence ministry, kind: statement}\n")
    for name in ("lead", "in"):
        story.write(f"content/articles/{name}.png", drawn(400, 300))
    story.article(
        "drones",
        BODY,
        title="Drones; *fired* <b>",
        date="2024-07-17T09:30+03:00",
        authors=["Ada Ray", "The Desk"],
        tags=["Iraq"],
        section="World",
        thread="The base",
        summary='They said: "x".',
        location="base",
        places=["Somewhere", {"name": "Nowhere", "proposed": True}],
        dateline="BAGHDAD",
        images=[
            {"src": "lead.png", "alt": "The base", "credit": "Bo", "caption": "Seen"},
            {"src": "https://far.example/ä.jpg", "alt": "Far"},
        ],
        sources=[
            {"name": "A secret guess", "proposed": True},
            {"name": "ministry", "url": "https://ministry.example/", "archived": "https://web.archive.org/x"},
            {"name": "A guard", "kind": "person", "attribution": "background", "reason": "afraid"},
        ],
        events=[
            {"name": "Raid", "when": "2024-07-16", "id": "raid-1"},
            {"name": "A secret event", "when": "2024", "proposed": True},
            {"name": "War", "when": "2003", "role": "background"},
        ],
        corrections=[{"date": "2024-07-18", "text": "The day was wrong."}],
        x_desk="secret desk",
    )
    story.article("other", "Text.", date="2024-07-17", title="Other")
    story.article(
        "taken-back",
        date="2024-07-17",
        corrections=[{"date": "2024-08-01", "kind": "retraction", "text": "All of it."}],
    )
    story.article("gone", date="2024-07-17", withdrawn="2024-08-01")
    story.article("draft", date="2024-07-17", draft=True)
    story.write(
        "content/articles/odd.md", "---\ntitle: Odd\ndate: 2024-07-17\nurl: /old/talks.html\nid: urn:ünï:1\n---\nA\n"
    )
    story.built()
    return story


def parts(story: Story, address: str) -> tuple[dict[str, Any], str]:
    """The head and the text of an article as Markdown."""
    empty, head, text = story.text(address).split("---\n", 2)
    assert empty == ""
    return yaml.safe_load(head), text.strip("\n")


def ninjs(story: Story, address: str = ADDRESS) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(story.text(f"{address}ninjs.json"))
    return found


def test_the_page_names_its_other_forms_and_only_where_there_are_any(archive: Story, story: Story) -> None:
    links = archive.page(ADDRESS).xpath("//link[@rel='alternate'][@title='Markdown' or @title='IPTC ninjs']")
    assert [(one.get("type"), one.get("href")) for one in links] == [
        ("text/markdown", f"/news{ADDRESS}index.md"),
        ("application/json", f"/news{ADDRESS}ninjs.json"),
    ]
    story.article("alpha")
    story.built()
    assert "Markdown" not in story.text("/2024/07/17/alpha/")
    assert not [path for path in story.published() if path.endswith((".md", "ninjs.json"))]


def test_only_what_is_published_as_an_article_has_other_forms(archive: Story) -> None:
    found = {path for path in archive.published() if path.endswith((".md", "ninjs.json"))}
    folders = ("2024/07/17/drones/", "2024/07/17/other/", "2024/07/17/taken-back/")
    named = {f"{folder}{name}" for folder in folders for name in ("index.md", "ninjs.json")}
    assert found == named | {"old/talks.index.md", "old/talks.ninjs.json"}


def test_nothing_that_the_page_does_not_show_is_in_another_form(archive: Story) -> None:
    for name in ("index.md", "ninjs.json"):
        text = archive.text(ADDRESS + name)
        assert "secret" not in text and "Nowhere" not in text and "\\u" not in text


def test_the_markdown_has_a_head_that_is_yaml(archive: Story) -> None:
    head, _ = parts(archive, f"{ADDRESS}index.md")
    assert head == {
        "title": "Drones; *fired* <b>",
        "date": "2024-07-17T06:30:00+00:00",
        "updated": "2024-07-18",
        "language": "en",
        "authors": ["Ada Ray", "The Desk"],
        "section": "World",
        "thread": "The base",
        "tags": ["Iraq"],
        "dateline": "BAGHDAD",
        "location": {"name": "Ain al-Assad, Anbar, Iraq", "lat": 33.786, "lon": 42.441},
        "places": [{"name": "Somewhere"}],
        "summary": 'They said: "x".',
        "sources": [
            {
                "number": 2,
                "name": "Defence ministry",
                "kind": "statement",
                "url": "https://ministry.example/",
                "archived": "https://web.archive.org/x",
            },
            {"number": 3, "name": "A guard", "kind": "person", "attribution": "background", "reason": "afraid"},
        ],
        "corrections": [{"date": "2024-07-18", "kind": "correction", "text": "The day was wrong."}],
        "images": [
            {"src": f"{BASE}/media/articles/lead.png", "alt": "The base", "caption": "Seen", "credit": "Bo"},
            {"src": "https://far.example/%C3%A4.jpg", "alt": "Far"},
        ],
        "id": "tag:example.org,2024-07-17:/2024/07/17/drones/",
        "url": URL,
        "publisher": "The Desk",
        "license": "CC-BY-4.0",
    }


def test_the_markdown_reads_as_the_page_with_whole_addresses(archive: Story) -> None:
    _, text = parts(archive, f"{ADDRESS}index.md")
    read = lxml.html.fragment_fromstring(pyromark.html(text), create_parent="div")
    assert read.xpath("string(h1)") == "Drones; *fired* <b>"
    assert read.xpath("//a/@href") == [f"{URL}#ng:source-2", f"{BASE}/2024/07/17/other/", f"{URL}#fn:1"]
    assert read.xpath("//img/@src") == [f"{BASE}/media/articles/in.png"]
    assert read.xpath("//sup/text()") == ["6"] and read.xpath("//code/text()") == ["<script>"]
    assert "It cost 106 dollars & more | 1 < 2." in read.text_content()


def test_ninjs_tells_who_what_where_and_on_which_terms(archive: Story) -> None:
    item = ninjs(archive)
    assert item["uri"] == "tag:example.org,2024-07-17:/2024/07/17/drones/"
    assert item["standard"]["version"] == "3.1"
    assert (item["type"], item["representationType"], item["pubStatus"]) == ("text", "full", "usable")
    assert item["firstCreated"] == "2024-07-17T06:30:00+00:00"
    assert item["versionCreated"] == "2024-07-18T00:00:00+00:00"
    assert (item["language"], item["by"], item["located"]) == ("en", "Ada Ray, The Desk", "BAGHDAD")
    assert item["headlines"] == [{"role": "main", "contentType": "text/plain", "value": "Drones; *fired* <b>"}]
    assert [(one["role"], one["value"]) for one in item["descriptions"]] == [
        ("summary", 'They said: "x".'),
        ("correction", "2024-07-18: The day was wrong."),
    ]
    assert item["edNote"] == "Correction, 2024-07-18: The day was wrong."
    assert [(one["name"], one["rel"]) for one in item["people"]] == [("Ada Ray", "author")]
    assert [(one["name"], one["rel"]) for one in item["organisations"]] == [
        ("The Desk", "author"),
        ("The Desk", "publisher"),
    ]
    assert [(one["name"], one["rel"]) for one in item["subjects"]] == [
        ("Iraq", "about"),
        ("World", "section"),
        ("The base", "story"),
    ]
    assert [(one["name"], one["rel"], one.get("uri")) for one in item["events"]] == [
        ("Raid", "main", f"{BASE}/events/raid-1/"),
        ("War", "background", None),
    ]
    assert item["infoSources"][0]["uri"] == f"{BASE}/sources/ministry/"
    assert [one["value"] for one in item["infoSources"][0]["contactInfo"]] == [
        "https://ministry.example/",
        "https://web.archive.org/x",
    ]
    assert item["infoSources"][1] == {"name": "A guard", "role": "person"}
    assert (item["copyrightHolder"], item["usageTerms"]) == ("The Desk", "CC-BY-4.0")
    assert item["rightsInfo"] == {"linkedRights": "https://creativecommons.org/licenses/by/4.0/"}
    assert item["altIds"] == [{"role": "canonical", "value": URL}]
    assert item["renditions"] == [{"name": "web", "href": URL, "contentType": "text/html"}]


def test_ninjs_has_places_with_coordinates_and_items_of_wikidata(archive: Story) -> None:
    base, somewhere, anbar, iraq = ninjs(archive)["places"]
    assert base == {
        "name": "Ain al-Assad",
        "rel": "about",
        "uri": "http://www.wikidata.org/entity/Q404739",
        "literal": "base",
        "geoJSON": {"type": "Point", "coordinates": [42.441, 33.786]},
        "contactInfo": [{"type": "web", "value": f"{BASE}/places/base/"}],
    }
    assert somewhere["uri"] == f"{BASE}/places/somewhere/" and "geoJSON" not in somewhere
    assert (anbar["rel"], anbar["uri"]) == ("within", f"{BASE}/places/anbar/")
    assert (iraq["rel"], iraq["uri"]) == ("within", "http://www.wikidata.org/entity/Q796")


def test_ninjs_has_the_text_twice_and_its_pictures_in_all_sizes(archive: Story) -> None:
    item = ninjs(archive)
    markup, plain = item["bodies"]
    assert (markup["contentType"], plain["contentType"]) == ("text/html", "text/plain")
    links = lxml.html.fragment_fromstring(markup["value"], create_parent="div").xpath("//a/@href | //img/@src")
    assert all(one.startswith(BASE) for one in links) and len(links) == 5
    assert plain["value"] == (
        "Nobody was hurt.[2] It cost 10^6 dollars & more | 1 < 2.\n\nSee other, <script> and a note.[1]\n\nA note."
    )
    assert plain["charCount"] == markup["charCount"] == len(plain["value"])
    assert plain["wordCount"] == markup["wordCount"] > 10
    lead, far = item["associations"]
    assert (lead["name"], lead["type"], lead["by"]) == ("Seen", "picture", "Bo")
    sizes = [(one["name"], one["contentType"], one["width"], one["height"]) for one in lead["renditions"]]
    assert sizes[0] == ("original", "image/png", 400, 300)
    assert ("webp-320", "image/webp", 320, 240) in sizes
    for one in lead["renditions"]:
        assert one["href"].removeprefix(f"{BASE}/") in archive.published()
    assert far["renditions"] == [
        {"name": "original", "href": "https://far.example/%C3%A4.jpg", "contentType": "image/jpeg"}
    ]


def test_a_report_that_is_taken_back_is_canceled_and_an_iri_is_also_a_uri(archive: Story) -> None:
    assert ninjs(archive, "/2024/07/17/taken-back/")["pubStatus"] == "canceled"
    odd = json.loads(archive.text("/old/talks.ninjs.json"))
    assert odd["uri"] == "urn:%C3%BCn%C3%AF:1" and {"role": "id", "value": "urn:ünï:1"} in odd["altIds"]


ARRAYS = (
    *("descriptions", "bodies", "headlines", "people", "organisations", "places", "subjects", "events"),
    *("infoSources", "renditions", "associations", "altIds"),
)
PROPERTIES = {
    "descriptions": {"role", "contentType", "value"},
    "bodies": {"role", "contentType", "charCount", "wordCount", "value"},
    "headlines": {"role", "contentType", "value"},
    "people": {"name", "rel", "uri", "literal", "contactInfo"},
    "organisations": {"name", "rel", "uri", "literal", "symbols", "contactInfo"},
    "places": {"name", "rel", "uri", "literal", "contactInfo", "geoJSON"},
    "subjects": {"name", "rel", "uri", "literal", "creator", "relevance", "confidence"},
    "events": {"id", "name", "rel", "uri", "literal"},
    "infoSources": {"name", "role", "uri", "literal", "contactInfo"},
    "renditions": {"name", "href", "contentType", "title", "width", "height", "sizeInBytes"},
    "altIds": {"role", "value"},
}
TEXTS = {
    *("uri", "type", "representationType", "firstCreated", "versionCreated", "expires", "pubStatus", "language"),
    *("title", "slugline", "by", "located", "edNote", "copyrightHolder", "usageTerms"),
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9!#$%&'()*+,/:;=?@\[\]._~-]+")


def check_ninjs(item: dict[str, Any], within: bool = False) -> None:
    """The rules of the published schema on which newsgen relies: nothing else may be in a document."""
    assert URI.fullmatch(item["uri"])
    known = TEXTS | set(ARRAYS) | {"standard", "rightsInfo"} | ({"name", "rel"} if within else set())
    assert set(item) <= known
    assert all(isinstance(item[name], str) and item[name] for name in TEXTS & set(item))
    assert item["type"] in ("text", "picture") and item.get("pubStatus", "usable") in ("usable", "canceled")
    assert all(MOMENT.fullmatch(item[name]) for name in ("firstCreated", "versionCreated", "expires") if name in item)
    for name in set(ARRAYS) & set(item) - {"associations"}:
        for one in item[name]:
            assert set(one) <= PROPERTIES[name], name
            assert all(URI.fullmatch(one[key]) for key in ("uri", "href") if key in one)
            assert name not in ("descriptions", "bodies", "headlines") or one["value"]
            assert all(isinstance(one[key], int) for key in ("charCount", "wordCount", "width", "height") if key in one)
            assert all(set(reached) == {"type", "value"} for reached in one.get("contactInfo", ()))
    for one in item.get("associations", ()):
        assert one["name"]
        check_ninjs(one, within=True)


def test_ninjs_documents_follow_the_rules_of_the_schema(archive: Story) -> None:
    found = [path for path in archive.published() if path.endswith("ninjs.json")]
    for path in found:
        check_ninjs(json.loads(archive.text(f"/{path}")))
    assert len(found) == 4


def test_trusted_html_is_cleaned_in_other_forms(story: Story) -> None:
    story.site(alternates="markdown, ninjs".split(", "), trusted_html=True)
    story.article(
        "alpha", "<p onclick='x'>Words <!-- note --> [b](beta.md)</p>\n\n<script>run()</script>\n\n[b](beta.md)"
    )
    story.article("beta")
    story.built()
    assert "run()" in story.text("/2024/07/17/alpha/")
    for name in ("index.md", "ninjs.json"):
        text = story.text(f"/2024/07/17/alpha/{name}")
        assert "Words" in text and "https://example.org/2024/07/17/beta/" in text
        assert not re.search("run|note|onclick", text)


def test_a_change_of_an_article_touches_its_own_forms_alone(story: Story) -> None:
    story.site(alternates=["markdown", "ninjs"])
    story.write("content/places.yaml", REGISTER)
    story.write("content/articles/map.png", drawn(8, 6))
    for number in range(8):
        fields = {"date": f"2024-07-{10 + number}", "tags": ["Iraq"], "thread": "Base", "location": "base"}
        events = [{"name": "Raid", "when": "2024-07-01", "id": "raid", "place": "base"}]
        story.article(f"report-{number}", "Text.", events=events, **fields)
    story.article("linking", "[it](report-3.md)", date="2024-07-05")
    story.article("showing", "![Map](map.png)", date="2024-07-05")
    story.built()

    def rewritten() -> set[str]:
        before = story.published()
        report(story)
        assert not table_difference(story)
        same_as_clean(story)
        after = story.published()
        changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        return {path for path in changed if path.endswith((".md", "ninjs.json"))}

    def both(*folders: str) -> set[str]:
        return {f"2024/07/{one}/{name}" for one in folders for name in ("index.md", "ninjs.json")}

    events = [{"name": "Raid", "when": "2024-07-02", "id": "raid", "place": "base"}]  # which others dispute
    story.article("report-3", "Other.", date="2024-07-13", tags=["Iraq"], thread="Base", location="base", events=events)
    assert rewritten() == both("13/report-3")
    story.article("report-3", "Other.", date="2024-07-13", slug="moved")
    assert rewritten() == both("13/report-3", "13/moved", "05/linking")
    story.article("new", date="2024-07-14", tags=["Iraq"])
    assert rewritten() == both("14/new")
    story.write("content/articles/map.png", drawn(9, 6))
    assert rewritten() == {"2024/07/05/showing/ninjs.json"}
    story.article("new", date="2024-07-14", withdrawn="2024-08-01")
    assert rewritten() == both("14/new")
    story.write("content/places.yaml", REGISTER.replace("Q796", "Q999"))
    assert rewritten() == {f"2024/07/{10 + one}/report-{one}/ninjs.json" for one in (0, 1, 2, 4, 5, 6, 7)}
    story.site(alternates=["ninjs"])
    assert len(rewritten()) == 10  # the Markdown of all


@pytest.mark.parametrize("address", ["/2024/07/17/a/", "/old/talks.html", "/x.y/a.b"])
def test_a_form_is_found_by_its_address(address: str) -> None:
    for form in FORMS.values():
        found = without(form_address(address, form), form.file)
        assert found is not None and address.startswith(found)
        assert without(address, form.file) is None
    assert FEATURES["alternates"].locate is not None


# --- Markdown, whatever is in the text ---

TEXTS_OF_PROPERTY = st.text(
    alphabet=st.one_of(st.sampled_from("*_`#[]()<>!\\|~-+=&.1 \n:\"'x"), st.characters(exclude_categories=("C", "Z"))),
    max_size=40,
)


def squeezed(text: str) -> str:
    return " ".join(text.split())


@settings(max_examples=120)
@given(TEXTS_OF_PROPERTY)
def test_no_text_is_taken_for_markup(text: str) -> None:
    markdown = markdown_writer()().convert(f"<p>{html.escape(text)}</p>")
    options = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
    read = lxml.html.fragment_fromstring(pyromark.html(markdown, options=options), create_parent="div")
    assert squeezed(read.text_content()) == squeezed(text)
    assert {one.tag for one in read.iter()} <= {"div", "p"}


@settings(max_examples=60)
@given(TEXTS_OF_PROPERTY, TEXTS_OF_PROPERTY)
def test_no_code_picture_or_address_ends_what_holds_it(text: str, address: str) -> None:
    said, link = html.escape(text), html.escape(f"https://x.example/{address}")
    markup = f'<pre><code>{said}</code></pre><p>a <img alt="{said}" src="{link}"> b</p><p><a href="{link}">c</a></p>'
    read = lxml.html.fragment_fromstring(pyromark.html(markdown_writer()().convert(markup)), create_parent="div")
    assert [one.tag for one in read.iter()] in (
        ["div", "pre", "code", "p", "img", "p", "a"],
        ["div", "p", "img", "p", "a"],  # of code that is empty nothing is left
    )
    assert squeezed(read.xpath("//img/@alt")[0]) == squeezed(text)
    assert squeezed("".join(read.xpath("//code/text()"))) == squeezed(text)


INLINE = st.recursive(
    st.text(alphabet="ab .(*:_\n", min_size=1, max_size=4).map(html.escape),
    lambda inner: st.tuples(
        st.sampled_from(["em", "strong", "i", "b", "del", "s"]), st.lists(inner, min_size=1, max_size=3)
    ).map(lambda one: f"<{one[0]}>{''.join(one[1])}</{one[0]}>"),
    max_leaves=8,
)


@settings(max_examples=120)
@given(st.lists(st.one_of(INLINE, st.sampled_from(["<br>", "<span></span>"])), min_size=1, max_size=4).map("".join))
def test_what_is_emphasised_reads_the_same(markup: str) -> None:
    def stressed(text: str) -> list[tuple[str, bool, bool]]:
        found = []
        for part in lxml.html.fragment_fromstring(text, create_parent="div").xpath("//text()"):
            element = part.getparent().getparent() if part.is_tail else part.getparent()
            around = {one.tag for one in (element, *element.iterancestors())}
            found += [
                (one, bool(around & {"em", "i"}), bool(around & {"strong", "b"})) for one in part if not one.isspace()
            ]
        return found

    markdown = markdown_writer()().convert(f"<p>{markup}</p>")
    options = pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_DEFINITION_LIST
    assert stressed(pyromark.html(markdown, options=options)) == stressed(f"<p>{markup}</p>"), markdown


def test_hostile_html_takes_no_time_and_no_stack() -> None:
    write = markdown_writer()().convert
    assert "deep" in write("<div>" * 399 + "deep" + "</div>" * 399)
    assert write("<ol start='²'><li>a</li></ol>") == "1. a"
    assert write("<table><tr><td colspan='²'>a</td></tr></table>").startswith("|  |")
    assert write(f"<p>a{' ' * 200_000}b</p>") == "a b"
    assert write(f"<pre>a{' ' * 200_000}b</pre>").count(" ") == 200_000
    assert write("<ol>" + "<li>x</li>" * 5_000 + "</ol>").endswith("5000. x")
    assert write(f"<p>a{'<br>' * 5_000}b</p>").endswith("b")
    assert write(f"<p>{'<b>(</b>a' * 3_000}</p>").endswith("a")
    assert plain_text("<p>" * 10_000 + "x") == "x"
