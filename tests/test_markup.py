"""Markdown to safe HTML: what is written is shown, what would act is left out, and nothing takes for ever."""

from __future__ import annotations

import html
import json
import re
import resource
import subprocess
import sys
from typing import Any

import lxml.html
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsgen.cleaning import SCHEMES
from newsgen.engines import COMMONMARK, ENGINES, PYTHON_MARKDOWN
from newsgen.errors import FAULT, WARNING, Fault
from newsgen.markup import Body, Converter, internal_target, resolve
from newsgen.notes import CLOSE, OPEN

PATH = "content/articles/2024/two-drones.md"
CONVERTERS = {name: (Converter(engine=name), Converter(True, name)) for name in ENGINES}
IN_USE = [PYTHON_MARKDOWN]

ACTIVE = {
    *"script style iframe frame object embed applet form input button select textarea svg math link meta base".split(),
    *"template noscript video audio source track canvas portal dialog slot title head body html".split(),
}
ADDRESSES = {"href", "src", "cite", "action", "formaction", "data", "poster", "background", "xlink:href", "srcset"}


@pytest.fixture(params=ENGINES, scope="module", autouse=True)
def engine(request: pytest.FixtureRequest) -> str:
    """Every test here is run with each engine."""
    IN_USE[0] = request.param
    return IN_USE[0]


def convert(text: str, first_line: int = 1, trusting: bool = False) -> Body:
    return CONVERTERS[IN_USE[0]][trusting].convert(PATH, text, first_line)


def put(kind: str, target: str) -> str | None:
    """Addresses as a press gives them: escaped, and none for what is withheld."""
    return None if "withheld" in target else html.escape(f"/{kind}/{target}")


def published(text: str, trusting: bool = False) -> str:
    """What a reader gets."""
    return resolve(convert(text, trusting=trusting).html, put)


def tree(markup: str) -> Any:
    return lxml.html.fragment_fromstring(markup, create_parent="main")


def made(text: str) -> Any:
    return tree(published(text))


def insist_on_safety(markup: str) -> None:
    """Nothing in ``markup`` can act, and every address in it is relative or of an allowed scheme."""
    for element in tree(markup).iter():
        assert isinstance(element.tag, str), f"a comment or an instruction: {markup!r}"
        assert element.tag.lower() not in ACTIVE, markup
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on"), markup
            assert name.lower() not in ("srcdoc", "srcset", "formaction", "action", "target", "ping"), markup
            if name == "style":
                assert re.fullmatch(r"text-align:[^;]*;?", value), markup
                assert "url" not in value.lower(), markup
            if name in ADDRESSES:
                bare = re.sub(r"[\x00-\x20\x7f-\x9f]", "", value).lower()
                scheme = re.match(r"[a-z][a-z0-9+.-]*(?=:)", bare)
                assert scheme is None or scheme[0] in SCHEMES, markup
    assert OPEN not in markup, markup
    assert CLOSE not in markup, markup


def faults(text: str, severity: str = FAULT) -> list[Fault]:
    return [fault for fault in convert(text).faults if fault.severity == severity]


# -- what Markdown makes ----------------------------------------------------------------------------------------------


def test_the_extra_set_is_there(engine: str) -> None:
    if engine != PYTHON_MARKDOWN:
        return  # test_engines.py says what the others know
    main = made(
        "| a | b |\n|:--|--:|\n| 1 | 2 |\n\nTerm\n: Meaning\n\nA note.[^1]\n\n[^1]: The note.\n\n"
        "HTML\n\n*[HTML]: Hypertext\n\n```\ncode\n```\n\nPara\n{: #own .lead lang=fr }\n\nsnake_case_word"
    )
    assert [one.text for one in main.xpath("//th")] == ["a", "b"]
    assert main.xpath("//td/@style") == ["text-align:left", "text-align:right"]
    assert [main.findtext(".//dt"), main.findtext(".//dd")] == ["Term", "Meaning"]
    assert main.xpath("//sup/a/@href") == ["#fn:1"]
    assert main.xpath("//li/@id") == ["fn:1"]
    assert main.xpath("//abbr/@title") == ["Hypertext"]
    assert main.findtext(".//pre/code") == "code\n"
    assert main.xpath("//p[@id='own']/@class") == ["lead"]
    assert "snake_case_word" in main.text_content()


def test_headings_have_ids_that_do_not_clash_in_any_script() -> None:
    body = convert(
        "## Über uns\n\n## Über uns\n\n## 漢字\n\n## !!!\n\n## ???\n\n## own\n\n## Other {#own}\n\n## क्षत्रिय"
    )
    ids = tree(body.html).xpath("//h2/@id")
    assert ids[:3] == ["über-uns", "über-uns_1", "漢字"]
    assert ids[-2:] == ["own", "क्षत्रिय"]
    assert len(ids) == len(set(ids)) == 8
    assert list(body.anchors) == ids


def test_the_page_has_one_h1_and_it_is_not_the_body_s() -> None:
    main = made("# One\n\nOne\n===\n\n<h1 class='x'>One</h1>\n\n## Two")
    assert main.xpath("//h1") == []
    assert len(main.xpath("//h2")) == 4


@pytest.mark.parametrize(
    "text",
    ["{{ site.title }}", "{% include 'x' %}", "{{ 7 * 7 }}", "{# note #}", "<% x %>", "${HOME}"],
)
def test_template_syntax_is_only_text(text: str) -> None:
    assert made(f"Before {text} after").text_content().strip() == f"Before {text} after"


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("One *two* [three](x.md) `four`.\n\nFive.", "One two three four."),
        ("## Head\n\nThe text.", "The text."),
        ("A &amp; B &lt;c&gt;", "A & B <c>"),
        ("Noted.[^1]\n\n[^1]: A note.", "Noted."),
        ("![The map](map.png)\n\nThe text.", "The text."),
        ("word " * 100, "word " * 47 + "word\u2026"),
        ("word, " * 60, "word, " * 39 + "word\u2026"),
        ("short", "short"),
        ("", ""),
        ("- a list\n- only", ""),
    ],
)
def test_the_opening_is_the_first_words_of_the_text(text: str, opening: str) -> None:
    assert convert(text).opening == opening


def test_the_opening_of_a_text_without_blanks_is_more_than_dots() -> None:
    opening = convert("字" * 1000).opening
    assert opening.startswith("字" * 100)
    assert len(opening) <= 241


def test_the_opening_of_a_trusted_body_holds_no_script() -> None:
    assert "alert" not in convert("<p>Text.<script>alert(1)</script></p>", trusting=True).opening


# -- safety -----------------------------------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<script\n>alert(1)</script\n>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1)//<</script>",
    "<script>alert(1)",
    "<img src=x onerror=alert(1)>",
    "<img src=x ONERROR = 'alert(1)'>",
    "<img/src=x/onerror=alert(1)>",
    "<img src='x' alt='\"onerror=alert(1)'>",
    "<img alt='&gt;<script>alert(1)</script>' src=x.png>",
    "<img alt='<script>alert(1)</script>'>",
    "<img alt='\" onerror=alert(1) x=\"'>",
    "![<script>alert(1)</script>](x.png)",
    '![" onerror="alert(1)](x.png)',
    '![a](x.png "\\" onerror=alert(1)")',
    '[a](x.md "<script>alert(1)</script>")',
    "<a href=x onclick=alert(1)>x</a>",
    "<p onmouseover=alert(1)>x</p>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<math><a xlink:href='javascript:alert(1)'>x</a></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<svg></p><style><a id='</style><img src=x onerror=alert(1)>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<style>@import 'javascript:alert(1)'</style>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<td style='text-align:center;background:url(//evil.example)'>x</td>",
    "<table><tr><td style='text-align:expression(alert(1))'>x</td></tr></table>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'></object><embed src='data:text/html,x'>",
    "<form action='javascript:alert(1)'><button formaction='javascript:alert(1)'>x</button></form>",
    "<input autofocus onfocus=alert(1)><textarea>x</textarea><select onfocus=alert(1)><option>x</select>",
    "<base href='https://evil.example/'><link rel=stylesheet href=x><meta http-equiv=refresh content='0;url=x'>",
    "<video src=x onerror=alert(1)><source onerror=alert(1)></video><audio src=x onloadstart=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<xmp><script>alert(1)</script></xmp><plaintext>",
    "<!--><script>alert(1)</script>-->",
    "<!-- <script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php system('x') ?><?xml-stylesheet href='javascript:x'?>",
    "<!DOCTYPE html><html><head><title>x</title></head>",
    "```\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<div markdown='1' onclick='alert(1)'>*x*</div>",
    "Para\n{: onclick=alert(1) style=color:red #id }",
    "[a](x.md){: onclick=alert(1) target=_blank }",
    "# Head {onclick=alert(1)}",
    "*[X]: <script>alert(1)</script>\n\nX",
    '*[X]: " onmouseover="alert(1)\n\nX',
    "[^<script>]: x\n\n[^<script>]",
    "<a name=x id='location' class='x' href='?a=\"onclick=alert(1)'>x</a>",
    "<p id='\"><script>alert(1)</script>'>x</p>",
    "<q cite='javascript:alert(1)'>x</q>",
    "<blockquote cite='javascript:alert(1)'>x</blockquote>",
    "<img src=x srcset='javascript:alert(1) 2x'>",
    "<a href=x ping=//evil.example target=_blank>x</a>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_an_article_can_act(text: str) -> None:
    for around in ("{}", "Text {} text", "<div>\n{}\n</div>", "> - {}"):
        insist_on_safety(published(around.format(text)))


@pytest.mark.parametrize("opening", ["&#xFDD0;", "&#64976;", "\ufdd0"])
@pytest.mark.parametrize(
    "text",
    [
        '<p title="{0}self:">{1}" onmouseover="alert(1)" x="</p>',
        '<p title="{0}media:x">{1}" onmouseover="alert(1)" x="</p>',
        '<img src="a.png" alt="{0}self:"> {1} onerror=alert(1) x="',
        "{0}self:{1} {0}document:content/articles/x.md{1} {0} {1} {1}{0}",
        "[a](#{1}x) [b](x{0}.md) ![c](c.png '{1}')",
        "<a href='{0}document:content/x.md{1}'>x</a> <a href='{1}'>x</a>",
        "<a href='{1}' title='{1}'>x</a> <img src='{1}'>",
        '<td headers="{0}self:">{1}" onclick="alert(1)',
    ],
)
def test_no_text_can_pass_for_a_placeholder(text: str, opening: str) -> None:
    closing = {"&#xFDD0;": "&#xFDD1;", "&#64976;": "&#64977;", "\ufdd0": "\ufdd1"}[opening]
    body = convert(text.format(opening, closing))
    insist_on_safety(resolve(body.html, put))
    assert OPEN not in body.opening
    assert CLOSE not in body.opening


@pytest.mark.parametrize(
    "link", ["%EF%B7%90", "/%EF%B7%91", "x%EF%B7%91y.md", "#%EF%B7%91", "/a%EF%B7%91b/", "%EF%B7%91.png"]
)
def test_an_encoded_placeholder_character_does_not_survive(link: str) -> None:
    insist_on_safety(published(f"[a]({link}) ![b]({link})"))


@pytest.mark.parametrize(
    "code", ["&#1;", "&#x8;", "&#11;", "&#x1b;", "&#x7f;", "&#xFFFE;", "&#xFFFF;", "&#0;", "&#x202E;"]
)
def test_no_character_that_xml_forbids_comes_in_as_an_entity(code: str) -> None:
    body = convert(f"Text {code} <b title='{code}'>text</b>")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", body.html + body.opening)


OBFUSCATED = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "javascript&#x3a;alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A;&#x61;vascript:alert(1)",
    "java&Tab;script:alert(1)",
    "java&NewLine;script:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    " javascript:alert(1)",
    "&#1;javascript:alert(1)",
    "&#x20;javascript:alert(1)",
    "javascript://example.org/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "DATA:image/svg+xml,<svg onload=alert(1)>",
    "vbscript:msgbox(1)",
    "VbScript&colon;msgbox(1)",
    "file:///etc/passwd",
    "ftp://example.org/",
    "blob:https://example.org/x",
    "about:blank",
    "intent://x#Intent;end",
    "view-source:https://example.org/",
    "livescript:x",
    "feed:javascript:alert(1)",
    "jar:https://example.org!/x",
]


@pytest.mark.parametrize("address", OBFUSCATED)
def test_only_http_https_mailto_and_tel_are_published_and_all_else_is_a_fault(address: str) -> None:
    quoted = address.replace('"', "&quot;")
    for text in (f'<a href="{quoted}">x</a>', f"<img src='{quoted}'>", f'<p>a <a class="b" href="{quoted}">x</a></p>'):
        insist_on_safety(published(text))
        assert faults(text), text
    insist_on_safety(published(f"[x]({address}) ![x](<{address}>) [y][1] <{address}>\n\n[1]: {address}"))


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/",
        "https://example.org/?a=1&b=2#c",
        "HTTPS://example.org/",
        "mailto:a@example.org",
        "tel:+331",
    ],
)
def test_the_allowed_schemes_are_published(address: str) -> None:
    assert not convert(f"[x]({address})").faults
    assert made(f"[x]({address})").xpath("//a/@href") == [address]


def test_an_address_without_a_scheme_of_its_own_is_https() -> None:
    assert made("[x](//example.org/x)").xpath("//a/@href") == ["https://example.org/x"]


@pytest.mark.parametrize(
    ("text", "line", "column", "scheme"),
    [
        ("[x](javascript:a)", 10, 5, "javascript"),
        ("One\n\nTwo [x](javascript:a)", 12, 9, "javascript"),
        ("One\n\n![x](data:image/png;base64,AA)", 12, 6, "data"),
        ("A [x][1].\n\n[1]: vbscript:a", 12, 6, "vbscript"),
        ("A <ftp://example.org/x>.", 10, 4, "ftp"),
        ("<div>\n<a href='file:///x'>x</a>\n</div>", 11, 10, "file"),
        ('<div>\n<a class="b"\n href="file:///x">x</a>\n</div>', 12, 8, "file"),
        ("`[x](data:a)` and [x](data:a)", 10, 23, "data"),
        ("```\n[x](data:a)\n```\n\n[x](data:a)", 14, 5, "data"),
        ("    [x](data:a)\n\n[x](data:a)", 12, 5, "data"),
        ("[x](DATA:a)", 10, 5, "data"),
    ],
)
def test_a_refused_scheme_is_a_fault_at_its_place(text: str, line: int, column: int, scheme: str) -> None:
    (fault,) = convert(text, first_line=10).faults
    assert f"uses {scheme}:" in fault.what
    assert (fault.path, fault.line, fault.column) == (PATH, line, column)
    assert "http, https, mailto or tel" in fault.remedy


def test_each_of_several_refused_links_has_its_own_place() -> None:
    found = faults("[a](data:x)\n[b](data:x) [c](data:y)\n\n[d](data:x)")
    assert [(fault.line, fault.column) for fault in found] == [(1, 5), (2, 5), (2, 17), (4, 5)]


@pytest.mark.parametrize("tag", ["script", "iframe", "object", "embed", "form", "style", "svg"])
def test_what_is_left_out_is_told_as_a_warning_at_its_line(tag: str) -> None:
    body = convert(f"One\n\n<{tag}>x</{tag}>\n\nTwo", first_line=5)
    assert [(fault.line, fault.column, fault.severity) for fault in body.faults] == [(7, 1, WARNING)]
    assert f"<{tag}>" in body.faults[0].what


def test_code_that_shows_a_script_is_no_script() -> None:
    body = convert("`<script>` and\n\n```\n<iframe src=x onload=y>\n[a](javascript:x)\n```")
    assert not body.faults
    assert "&lt;script&gt;" in body.html


@pytest.mark.parametrize("tag", ["script src='w.js'", "video src='v.mp4'", "iframe src='e.html'", "embed src='e.swf'"])
def test_an_element_that_is_left_out_needs_no_file(tag: str) -> None:
    assert convert(f"Text\n\n<{tag}></{tag.split()[0]}>\n\nText").links == ()


# -- links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "kind", "target", "fragment"),
    [
        ("other.md", "document", "content/articles/2024/other.md", ""),
        ("./other.md", "document", "content/articles/2024/other.md", ""),
        ("../2023/other.md#what", "document", "content/articles/2023/other.md", "what"),
        ("../../pages/about.markdown", "document", "content/pages/about.markdown", ""),
        ("other.md?x=1#y", "document", "content/articles/2024/other.md", "y"),
        ("a%20b.md", "document", "content/articles/2024/a b.md", ""),
        ("<a b.md>", "document", "content/articles/2024/a b.md", ""),
        ("caf%C3%A9.md", "document", "content/articles/2024/caf\u00e9.md", ""),
        ("caf\u00e9.md", "document", "content/articles/2024/caf\u00e9.md", ""),
        ("map.png", "media", "content/articles/2024/map.png", ""),
        ("../data.csv", "media", "content/articles/data.csv", ""),
        ("/2024/07/17/x/", "address", "/2024/07/17/x/", ""),
        ("/2024/07/17/x", "address", "/2024/07/17/x/", ""),
        ("/2024/07/17/x/#y", "address", "/2024/07/17/x/", "y"),
        ("/feed/atom.xml", "address", "/feed/atom.xml", ""),
    ],
)
def test_a_link_inside_the_archive_is_a_placeholder_until_it_is_resolved(
    link: str, kind: str, target: str, fragment: str
) -> None:
    body = convert(f"Two words [x]({link}).", first_line=7)
    (found,) = body.links
    assert (found.kind, found.target, found.fragment) == (kind, target, fragment)
    assert (found.line, found.column) == (7, 16 if link[0] == "<" else 15)
    assert not body.faults
    asked: list[tuple[str, str]] = []

    def answer(kind: str, target: str) -> str:
        asked.append((kind, target))
        return "/where/?a&amp;b"

    resolved = resolve(body.html, answer)
    assert asked == [(kind, target)]
    assert tree(resolved).xpath("//a/@href") == ["/where/?a&b" + (f"#{fragment}" if fragment else "")]


def test_a_file_whose_name_holds_a_number_sign_is_linked_by_its_name() -> None:
    body = convert("![m](map%20%231.png)")
    asked: list[tuple[str, str]] = []
    resolve(body.html, lambda kind, target: asked.append((kind, target)) or "/x")
    assert asked == [(body.links[0].kind, body.links[0].target)] == [("media", "content/articles/2024/map #1.png")]


def test_images_are_links_as_well_and_the_addresses_of_quotations_are_dropped() -> None:
    body = convert("![m](map.png 'T')\n\n<blockquote cite='../a.md'>x</blockquote>\n\n<q cite='b.md'>x</q>")
    assert [one.target for one in body.links] == ["content/articles/2024/map.png"]
    main = tree(resolve(body.html, put))
    assert main.xpath("//img/@src") == ["/media/content/articles/2024/map.png"]
    assert not main.xpath("//@cite")


def test_links_in_code_are_no_links() -> None:
    body = convert(
        "`[a](a.md)`\n\n    [b](b.md)\n\n```\n[c](c.md) <a href='d.md'>\n```\n\n<pre>&lt;a href='e.md'&gt;</pre>"
    )
    assert body.links == ()
    assert not body.faults


def test_every_link_has_its_own_place() -> None:
    body = convert(
        "[a](a.md)\n[b](a.md) and `[x](a.md)` [c](a.md)\n\n"
        "<a href='html.md'>x</a>\n\n[d][1] ![e](e.png)\n\n    [x](f.md)\n\n[f](f.md)\n\n[1]: ref.md\n"
    )
    assert [(one.target.rpartition("/")[2], one.line, one.column) for one in body.links] == [
        ("a.md", 1, 5),
        ("a.md", 2, 5),
        ("a.md", 2, 31),
        ("html.md", 4, 10),
        ("ref.md", 12, 6),
        ("e.png", 6, 13),
        ("f.md", 10, 5),
    ]


def test_a_link_that_begins_like_another_has_its_own_place() -> None:
    body = convert("[a](map.png.old.md)\n\n[b](map.png)")
    assert [(one.line, one.column) for one in body.links] == [(1, 5), (3, 5)]


def test_a_link_in_html_before_the_same_in_markdown_has_its_own_place() -> None:
    body = convert("<a href='x.md'>a</a>\n\n[b](x.md)")
    assert [(one.line, one.column) for one in body.links] == [(1, 10), (3, 5)]


@pytest.mark.parametrize(
    "link",
    [
        "../../../etc/passwd",
        "../../../../../../etc/passwd",
        "%2e%2e/%2e%2e/%2e%2e/x.md",
        "..%2f..%2f..%2fx.md",
        "../../../x.png",
        "/../x",
        "/%2e%2e/x",
        "/a//b",
        "/\\evil.example/",
        "/a%00b",
    ],
)
def test_a_link_that_leads_out_of_the_site_is_a_fault_at_its_place(link: str) -> None:
    body = convert(f"One\n\n[x]({link})")
    (fault,) = body.faults
    assert (fault.severity, fault.line, fault.column) == (FAULT, 3, 5)
    assert body.links == ()
    assert tree(resolve(body.html, put)).xpath("//a/@href") == []


@pytest.mark.parametrize(
    "text", ["[x]()", "[x](<>)", "![x]()", "[x](?q=1)", "[x](<{{ url }}>)", "<a href='{% url %}'>x</a>"]
)
def test_a_link_that_leads_nowhere_is_told_and_its_text_is_kept(text: str) -> None:
    body = convert(text)
    assert [fault.severity for fault in body.faults] == [WARNING]
    main = tree(resolve(body.html, put))
    assert main.text_content().strip() == "x"
    assert main.xpath("//@href | //@src") == []


def test_a_fragment_is_looked_for_in_the_article() -> None:
    assert not convert("## Head\n\n[a](#head) [b](#)").faults
    (fault,) = convert("## Head\n\n[a](#hed)").faults
    assert (fault.severity, fault.line, fault.column) == (WARNING, 3, 5)
    assert "#hed" in fault.what
    assert not convert("## \u00dcber\n\n[a](#%C3%BCber) [b](#\u00fcber)").faults


def test_footnotes_raise_no_warning_even_when_nothing_refers_to_one() -> None:
    assert not convert("A.[^1] B.[^1]\n\n[^1]: Note.").faults
    assert not any("fnref" in fault.what for fault in convert("A.\n\n[^1]: Note.").faults)


def test_links_within_the_article_can_be_put_on_another_page() -> None:
    body = convert("A.[^1] [b](#fn:1)\n\n[^1]: Note.")
    assert set(tree(resolve(body.html, put)).xpath("//a/@href")) == {"#fn:1", "#fnref:1"}
    assert set(tree(resolve(body.html, put, "/2024/x/")).xpath("//a/@href")) == {"/2024/x/#fn:1", "/2024/x/#fnref:1"}


def test_what_is_withheld_is_shown_without_its_link() -> None:
    main = made(
        "[a *b*](withheld.md) [c](withheld.md#x 'T') ![The \"map\" > 1](withheld.md) ![](withheld.md) [d](open.md)\n\n"
        "<blockquote cite='withheld.md'>e</blockquote>"
    )
    assert main.xpath("//@href | //@src | //@cite") == ["/document/content/articles/2024/open.md"]
    assert main.xpath("//img") == []
    assert main.xpath("//span[@class='missing']/text()") == ['The "map" > 1']
    assert " ".join(main.text_content().split()) == 'a b c The "map" > 1 d e'


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("a.md", ("document", "content/articles/2024/a.md")),
        ("A.MD", ("document", "content/articles/2024/A.MD")),
        ("../static.png", ("media", "content/articles/static.png")),
        ("/x", ("address", "/x/")),
    ],
)
def test_a_target_is_named_from_the_content_folder(link: str, expected: tuple[str, str]) -> None:
    assert internal_target(PATH, link) == expected


@pytest.mark.parametrize(
    "link", ["../../../x", "../../site.yaml", "/..", "//x", "../../../content2/x.md", "../../../contentx"]
)
def test_a_target_outside_the_content_folder_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        internal_target(PATH, link)


def test_a_text_without_placeholders_is_not_touched() -> None:
    assert resolve("<p>x</p>", put) == "<p>x</p>"


# -- trusted HTML -----------------------------------------------------------------------------------------------------


def test_a_trusting_site_keeps_its_html_and_still_has_its_links_rewritten() -> None:
    text = (
        '<div class="x" data-y="1" onclick="go()"><video src="clip.mp4" controls></video>\n'
        "<a href='other.md#z' target=_blank>x</a> <iframe src=\"https://example.org/\"></iframe></div>\n\n[y](map.png)"
    )
    body = convert(text, trusting=True)
    assert not body.faults
    main = tree(resolve(body.html, put))
    assert main.xpath("//div/@onclick") == ["go()"]
    assert main.xpath("//video/@src") == ["/media/content/articles/2024/clip.mp4"]
    assert main.xpath("//a/@href") == [
        "/document/content/articles/2024/other.md#z",
        "/media/content/articles/2024/map.png",
    ]
    assert main.xpath("//a/@target") == ["_blank"]
    assert main.xpath("//iframe/@src") == ["https://example.org/"]
    assert [one.kind for one in body.links] == ["media", "document", "media"]


def test_trust_does_not_reach_the_schemes() -> None:
    (fault,) = convert("<a href='javascript:x'>x</a>", trusting=True).faults
    assert fault.severity == FAULT


def test_trusted_code_is_still_only_shown() -> None:
    body = convert("`<a href='x.md'>` <pre>&lt;a href='y.md'&gt;</pre>", trusting=True)
    assert body.links == ()


@pytest.mark.parametrize(
    "text",
    [
        "<a href='withheld.md'>x</a>",
        "<img src='withheld.md' alt='x'>",
        "<img alt='x > y' src='withheld.md'>",
        "<iframe src='withheld.md'></iframe>",
        "<source src=withheld.md>",
        "<a href=withheld.md>x</a>",
    ],
)
def test_no_placeholder_is_left_where_a_trusted_link_is_withheld(text: str) -> None:
    shown = published(text, trusting=True)
    assert OPEN not in shown
    assert CLOSE not in shown
    assert "withheld" not in shown


def test_no_placeholder_is_left_in_an_attribute_without_a_blank_before_it() -> None:
    assert CLOSE not in published("<a`href=?>", trusting=True)


# -- bounds -----------------------------------------------------------------------------------------------------------

_APART = """
import json, sys
from newsgen.markup import Converter, resolve
body = Converter(engine=sys.argv[1]).convert("content/articles/a.md", sys.stdin.read(), 1)
shown = resolve(body.html, lambda kind, target: "/x/")
print(json.dumps([len(shown), len(body.faults), [one.what for one in body.faults[:3]]]))
"""


def _bounds() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# Promise 13: 10 seconds and 1 GiB, each in a process of its own so that an abort is a failing test.
BOMBS = {
    "brackets and parentheses": "[a](" * 9000,
    "marked sections": "<![" * 6000,
    "formatting that each of many paragraphs repeats": "".join(f"<b id={i}>" for i in range(350)) + "<p>x" * 20_000,
    "20,000 links in HTML": "<div>\n" + "".join(f"<a href=p{i}>x</a>\n" for i in range(20_000)) + "</div>",
    "20,000 refused links": "<div>\n" + "".join(f'<a href="x{i}:p">x</a>\n' for i in range(20_000)) + "</div>",
    "20,000 fragments": "<div>\n" + "".join(f'<a href="#p{i}">x</a>\n' for i in range(20_000)) + "</div>",
}
BOMBS_FOR_COMMONMARK = {
    **BOMBS,
    "marks of one footnote": "[^1] " * 800_000 + "\n\n[^1]: x",
    "emphasis in emphasis": "**a *b " * 100_000 + "b* a**" * 100_000,
    "quotations in quotations": "> " * 200_000 + "x",
    "lists in lists": "- " * 200_000 + "x",
    "less-than signs": "<" * 2_000_000,
    "many headings": "# a\n\n" * 50_000,
    "many headings in HTML": "<h2>" * 200_000 + "\n\n# a\n\n" * 1000,
    "headings in HTML without an end": "<div>\n" + "<h2 " * 500_000 + "\n\n# a",
    "Markdown in HTML without an end": "<a" + " markdown=x" * 200_000,
    "a table of many columns": "|a" * 100_000 + "\n" + "|-" * 100_000 + "\n" + "|\n" * 100_000,
}


@pytest.mark.parametrize("name", BOMBS_FOR_COMMONMARK)
def test_a_hostile_body_ends_within_ten_seconds_and_a_gibibyte(name: str, engine: str) -> None:
    if engine != COMMONMARK and name not in BOMBS:
        return  # stopped by the clock, as others are
    done = subprocess.run(
        [sys.executable, "-c", _APART, engine],
        input=BOMBS_FOR_COMMONMARK[name],
        capture_output=True,
        text=True,
        preexec_fn=_bounds,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stderr[-300:]}"
    shown, found, _ = json.loads(done.stdout)
    assert shown or found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (">" * 3000 + " x", None),
        ("> " * 1500 + "x", None),
        ("".join("    " * depth + "- a\n" for depth in range(500)), "nested"),
        ("".join(" " * depth + "1. a\n" for depth in range(200)), None),
        ("\n\n".join(["a\n: b"] * 1500), None),
        ("<div>" * 100_000, "nested"),
        ("<div>" * 9000, None),
        ("<span>" * 9000, None),
        ("<table><tr><td>" * 3000, None),
        ("<b>" * 9000 + "x", None),
        ("*a " * 20_000, None),
        ("_a " * 20_000, None),
        ("**a *b " * 3000, None),
        ("*" * 10_000 + "a" + "*" * 10_000, None),
        ("`" * 50_000, None),
        ("]" * 20_000, None),
        ("<" * 50_000, None),
        ("&" * 50_000, None),
        ("&#" * 20_000, None),
        ("x" * 2_000_000, None),
        ("# " + "#" * 50_000, None),
        ("- " * 5000 + "x", None),
        (" " * 200_000 + "x", None),
        ("\n" * 200_000, None),
        ("<!--" * 5000, None),
        ("[a]: <" * 3000, None),
        ("|a" * 1000 + "\n" + "|-" * 1000 + "\n" + "|b" * 1000, None),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, str) else "",
)
def test_a_tortuous_body_ends_with_a_result_or_a_fault_and_never_a_traceback(text: str, fault: str | None) -> None:
    body = convert(text)
    if fault:
        assert any(fault in one.what for one in body.faults)
    if body.faults:
        assert all(one.line >= 1 and one.column >= 1 for one in body.faults)
    assert OPEN not in resolve(body.html, put)


@pytest.mark.parametrize(
    "nasty",
    [
        "".join("    " * depth + "- a [^1]\n" for depth in range(300)) + "\n[^1]: z\n\n[1]: evil.md",
        "> " * 1500 + "x",
        "*" * 20_000 + "a" + "*" * 20_000,
        "\n\n".join(["a\n: b"] * 5000),
    ],
    ids=["lists", "quotations", "emphasis", "definitions"],
)
def test_a_body_that_was_too_deep_does_not_touch_the_next(nasty: str) -> None:
    text = "A.[^1] [r][1]\n\n- b\n\n[^1]: N.\n\n[1]: x.md\n\nZ"
    converter = Converter(engine=IN_USE[0])
    alone = converter.convert(PATH, text, 1)
    converter.convert(PATH, nasty, 1)
    assert converter.convert(PATH, text, 1) == alone


def test_bodies_do_not_know_of_each_other() -> None:
    convert("[1]: first.md\n\n*[HTML]: Hyper\n\n## Head\n\n[^n]: Note\n\nx[^n]")
    body = convert("[a][1] HTML x[^n]\n\n## Head")
    assert body.links == ()
    assert "<abbr" not in body.html
    assert body.anchors == ("head",)


def test_deep_nesting_is_told_at_the_line_where_it_is_deepest() -> None:
    text = "One\n\n" + "".join("    " * depth + "- a\n" for depth in range(500)) + "\nEnd"
    (fault,) = convert(text, first_line=10).faults
    assert fault.line == 10 + 2 + 499


# -- anything at all --------------------------------------------------------------------------------------------------

_PIECES = st.lists(
    st.sampled_from(
        [
            *"< > \" ' ` = / & ; : # ! [ ] ( ) { } | * _ ~ - + \\ ^ $ %".split(),
            *"a b 1 é 漢 <a <img <p <b <q <td <script <svg <style <!-- --> <![CDATA[ ]]> <? ?> </a> </p>".split(),
            *"</script> href= src= cite= title= alt= style= onclick= onerror=alert(1) class= id= x.md x.png".split(),
            *"#f //e /a/ ../ javascript: data: https://e.org/ mailto: &#xFDD0; &#xFDD1; &#1; &quot; &gt;".split(),
            *"&lt; &colon; self: media:".split(),
            *"[^1] [^1]: [1]: {: markdown=1 {{ }} {% ``` ~~~ *[X]: %EF%B7%91 ]( ![ .md) withheld.md".split(),
            " ",
            "\n",
            "\n\n",
            "    ",
            "\t",
            "\ufdd0",
            "\ufdd1",
            "\x02",
            "\x03",
        ]
    ),
    max_size=30,
).map("".join)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=80), _PIECES))
@example('<p title=\'&#xFDD0;self:\'>&#xFDD1;" onmouseover="alert(1)" x="</p>')
@example("[x](//[)")
@example("<http://[>")
def test_any_text_becomes_something_safe(text: str) -> None:
    body = convert(text)
    insist_on_safety(resolve(body.html, put))
    assert OPEN not in body.opening
    assert CLOSE not in body.opening
    assert len(body.opening) <= 241
    for fault in body.faults:
        assert fault.path == PATH
        assert 1 <= fault.line <= text.count("\n") + 1
        assert fault.column >= 1


@settings(max_examples=150, deadline=None)
@given(_PIECES)
def test_any_trusted_text_is_converted_without_an_accident(text: str) -> None:
    shown = resolve(convert(text, trusting=True).html, put)
    assert OPEN not in shown
    assert CLOSE not in shown


@settings(max_examples=100, deadline=None)
@given(_PIECES)
def test_converting_twice_gives_the_same(text: str) -> None:
    assert convert(text) == Converter(engine=IN_USE[0]).convert(PATH, text, 1)
