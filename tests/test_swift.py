"""Python-Markdown with short cuts gives byte for byte what it gives without them."""

from __future__ import annotations

import re
from typing import Any

import markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor, SimpleTagInlineProcessor

from newsgen import swift
from newsgen.swift import SwiftMarkdown
from newsgen.urls import slugify

SETTINGS: dict[str, Any] = {
    "extensions": ["extra", "toc"],
    "extension_configs": {"toc": {"slugify": lambda text, _: slugify(text) or "section", "permalink": False}},
    "output_format": "html",
}
PLAIN = markdown.Markdown(**SETTINGS)
SWIFT = SwiftMarkdown(**SETTINGS)

EXAMPLES = {
    "paragraphs": "One line\nand another.\n\nA second\n   indented\n\n\n\nA third",
    "odd beginnings": (
        '"Quoted" text\n\n(bracketed)\n\n- \n\n1990 was\n\n1. \n\n+1\n\n=\n\n_\n\n#\n\n:\n\n: x\n\n|\n\n>'
    ),
    "line breaks": "One  \ntwo   \nthree\\\nfour  \n\nfive  ",
    "white space": "a\tb\n\n\tcode\n\n \t \nc\r\nd\re\x0bf\x0cg\u00a0h\u2028i",
    "headings with signs": (
        "# One\n## Two ##\n### Three #\n#### Four\\#\n##### Five\n###### Six\n####### Seven\n#No blank"
    ),
    "headings with lines": "One\n===\n\nTwo\n---\n\nThree\n=\nfour\n-\nfive\n\n*Six* `x`\n-----",
    "headings in text": "Text\n# Head\nmore\n\n- item\n# Head\n\n> # Quoted",
    "headings that clash": "## A\n\n## A\n\n## A_1\n\n## A\n\n## B {#a}\n\n## !!!\n\n## ???\n\n##",
    "headings with markup": (
        "## *A* `b` [c](d.md) &amp; <i>e</i> \\* 1 < 2 & 3\n\n## x ![alt](y.png) **z**[^1]\n\n[^1]: n"
    ),
    "headings with comments": "## A <!-- <b> --> b\n\n## [x]: y\n\n## &copy; &#169; & co",
    "quotations": "> One\n> two\n\n> three\n>> four\n\n> - five\n> - six\n\nText\n> seven",
    "lists": "- a\n- b\n\n* c\n\n    more\n\n* d\n\n+ e\n    + f\n        + g\n\n1. h\n2. i\n\n7. j\n   k\n- l",
    "lists and text": "Text\n- a\n- b\n\nText\n\n- a\n\nb\n\n    - c\n\n      d",
    "code that is indented": "Text\n\n    code *x* <b> &amp;\n\n    more\n\n\n    yet\n\nText\n    none",
    "code between fences": "```\na *b*\n```\n\n~~~ python\nc <d> & e\n~~~\n\n``` {.x #y z=1}\nf\n```\n\n```\nopen",
    "code in text": "`a` ``b ` c`` `` ` `` \\`d` `e\\` \\\\`f` ```g``` `h\ni` `<b>` `&amp;`",
    "rules": "---\n\n***\n\n_ _ _\n\n- - -\n\nText\n***\nText\n\n*-*\n\n--",
    "emphasis": "*a* **b** ***c*** _d_ __e__ ___f___ *g **h** i* **j *k* l** m*n*o p_q_r __s_t__ * u * ** v ** *w",
    "emphasis across lines": "*a\nb* **c\n\nd** *e **f* g** ***h** i* _*j*_ *_k_* **a*b*",
    "escapes": "\\* \\_ \\` \\\\ \\[ \\] \\( \\) \\# \\+ \\- \\. \\! \\{ \\} \\< \\& \\a \\\n",
    "links": "[a](b) [c](<d e>) [f](g \"h\") [i](j 'k') [l](m(n)o) [p]() [q](<>) [r] (s) [t](u\nv) [w [x](y) z](a)",
    "links by reference": (
        '[a][1] [b] [c][] [d]\n[1] [e][2] [f][no]\n\n[1]: x "T"\n[b]: <y> \'U\'\n  [c]: z\n    "V"\n[2]: w (W)'
    ),
    "definitions in text": "Text\n[1]: x\nmore [a][1]\n\n[1]: y\n\n[a]:\n[b]: <\n\n> [c]: d\n\n[c]",
    "images": '![a](b.png) ![c](d "e") ![f][1] ![1] ![g] [![h](i)](j) ![*k*](l)\n\n[1]: m "n"',
    "addresses in text": "<https://example.org/?a=1&b=2> <a@example.org> <mailto:b@example.org> <ftp://x> <x> <a b@c>",
    "entities": "&amp; &lt; &#38; &#x26; &copy; &nosuch; & &; AT&T &#38 x&y;",
    "HTML in text": (
        'a <b>c</b> <i class="x">*d*</i> <br> <br/> <!-- e --> <?f?> <![CDATA[g]]> < h > <1> </> <a\nb="c">d</a>'
    ),
    "HTML in blocks": (
        "<div>\n*a*\n</div>\n\n<p>b</p>\nText\n\n<hr>\n\n<!-- c\n\nd -->\n\n<?e\n?>\n\n<div><p>f</p>\n\ng\n</div> h"
    ),
    "HTML that is not closed": "<div>\n\n*a*\n\n- b\n\n<b>\n\nc</i>",
    "Markdown in HTML": (
        '<div markdown="1">\n*a*\n\n# Head\n\n- b\n</div>\n\n<p markdown="span">*c*\n\nd</p>\n\n'
        '<div markdown="block"><p markdown="0">*e*</p>\n\n<H2 markdown="1">f</H2>\n</div>\n\n'
        "<h1x MARKDOWN=1>\n\ny</h1x>"
    ),
    "tables": (
        "|a|b|\n|---|:-:|\n|1|*2*|\n|3|\n\nc | d\n--|--:\n`x|y` | \\|\n\n|e|\n|-|\n|f|\n\ng|h\ni|j\n\n"
        "Text\n|k|l|\n|-|-|"
    ),
    "definition lists": "A\n: a\n\nB\nC\n:   b\n    c\n\n: d\n\n    e\n\nF\n\n:   f\n\n    - g\n\n: h",
    "abbreviations": 'HTML and XML and HTMLX, *HTML*.\n\n*[HTML]: Hyper "text" & <b>\n*[XML]: \n*[X M L]: x\n\n# HTML',
    "footnotes": (
        "A[^1] b[^two] c[^1] d[^no].\n\n[^1]: One *x*.\n[^two]:\n    Two.\n\n    - more\n\n        code\n\n"
        "[^3]: Nobody's[^1]"
    ),
    "the place of footnotes": "A[^1]\n\n///Footnotes Go Here///\n\nB\n\n[^1]: x",
    "attributes": (
        "Text\n{: #a .b c=d e='f g' h }\n\n## Head {#i .j}\n\n## Two { .k }\n\n*l*{: .m } [n](o){: title=p }\n\n"
        "- q\n{: .r }\n\n|s|\n|-|\n|t {: .u }|\n\n## V {data-toc-label='W'}\n\nx {y} {: z"
    ),
    "a table of contents": "[TOC]\n\n## A\n\n### B *c*\n\n#### D & e\n\n## A\n\n`[TOC]`\n\nText [TOC]\n\n> [TOC]",
    "a table of contents that is escaped": "\\[TOC]\n\n[TOC\\]\n\n*[TOC]*\n\n## A",
    "placeholders of others": "\x02klzzwxh:0000\x03 *a* \x02wzxhzdk:0\x03 <b>x</b>\n\n\x02amp\x03 wzxhzdk:0 \x0242\x03",
    "scripts": "## 漢字 का\n\nÉtat *d'urgence*\n\nאב *גד*\n\n١. x\n\n１. y\n\n• z",
    "nothing": "",
    "blanks": " \n\n\t\n",
    "only a fence": "```",
    "only a mark": "<",
}


def same(text: str, plain: markdown.Markdown = PLAIN, swift: markdown.Markdown = SWIFT) -> None:
    assert swift.reset().convert(text) == plain.reset().convert(text)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_construct_becomes_what_it_is_without_short_cuts(name: str) -> None:
    same(EXAMPLES[name])
    same("Before\n\n" + EXAMPLES[name] + "\n\nAfter")
    same(re.sub("^", "> ", EXAMPLES[name], flags=re.MULTILINE))
    same("- a\n\n" + re.sub("^", "    ", EXAMPLES[name], flags=re.MULTILINE))


def test_all_constructs_together_become_what_they_are_without_short_cuts() -> None:
    same("\n\n".join(EXAMPLES.values()))
    same("\n\n".join(reversed(EXAMPLES.values())))


_PIECES = [
    *"* ** *** _ __ ` `` ``` ~~~ \\ \\* \\` [ ] ( ) ![ ]( ][ ]: [^1] [^1]: [1]:".split(),
    *"[1] *[X]: [TOC] [^ { } {: {#i} .c}".split(),
    *"< > & &amp; &#38; &lt; <b> </b> <div> </div> <p> <h2> </h2> <!-- --> <br> <?x ?> <a@b.c> <http://x.y>".split(),
    *"# ## ### > | |- -|- :-: : - + = == --- === *** 1. 2. 10) X a b word é 漢 1 0 . , ; ! \" ' $ ^ % @ ://".split(),
    *'markdown="1" markdown=1> <div <h2 class= #i'.split(),
    *"http:// a_b_c x.md data-toc-label=x ///Footnotes".split(),
    " ", " ", "  ", "    ", "\n", "\n", "\n\n", "\n\n", "  \n", "\n    ", "\n- ", "\n> ", "\n# ", "\n: ",
    "\n|", "\t", "\r",
    "\x02", "\x03", "\x0c", "\u00a0", "\u2028",
]  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))
def test_any_text_becomes_what_it_is_without_short_cuts(text: str) -> None:
    same(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*EXAMPLES.values(), *_PIECES]), max_size=6).map("\n".join))
def test_any_mix_of_constructs_becomes_what_it_is_without_short_cuts(text: str) -> None:
    same(text)


def test_short_cuts_are_taken() -> None:
    """Where this fails, Python-Markdown has changed: compare the new version, and say so in ``COMPARED``."""
    assert isinstance(SWIFT.treeprocessors["inline"], swift._Patterns)
    assert isinstance(SWIFT.treeprocessors["toc"], swift._Anchors)
    assert "parseBlocks" in vars(SWIFT.parser)


def test_a_version_that_was_not_compared_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swift, "COMPARED", ((9, 0), (9, 9)))
    md = SwiftMarkdown(**SETTINGS)
    assert type(md.treeprocessors["inline"]) is type(PLAIN.treeprocessors["inline"])
    assert type(md.treeprocessors["toc"]) is type(PLAIN.treeprocessors["toc"])
    assert "parseBlocks" not in vars(md.parser)
    for text in EXAMPLES.values():
        same(text, swift=md)


class _Marks(Extension):
    """Patterns that newsgen does not know."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802 - the name is theirs
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"()==(.+?)==", "mark"), "mark", 75)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"()((?i:note))", "b"), "note", 74)
        md.inlinePatterns.register(_Own(r"never", md), "own", 73)
        md.inlinePatterns.register(SimpleTagInlineProcessor(r"()(v|uu?|[rs])q?", "i"), "either", 72)


class _Own(InlineProcessor):
    def getCompiledRegExp(self) -> re.Pattern[str]:  # noqa: N802 - the name is theirs
        return re.compile("always")

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:  # noqa: N802 - the name is theirs
        return "ever", m.start(), m.end()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(["==", "NOTE", "note", "always", "v", "u", "r", "q", "*", " ", "a", "\n\n"])).map("".join)
)
def test_patterns_that_newsgen_does_not_know_work_as_they_do_without_it(text: str) -> None:
    own: dict[str, Any] = {"extensions": ["extra", "sane_lists", "nl2br", "smarty", "wikilinks", _Marks()]}
    plain, swift = OWN.setdefault("plain", markdown.Markdown(**own)), OWN.setdefault("swift", SwiftMarkdown(**own))
    same(text, plain, swift)


OWN: dict[str, markdown.Markdown] = {}


@pytest.mark.parametrize(
    ("regex", "needed"),
    [
        (r"a", ("a",)),
        (r"(?<!!)\[", ("[",)),
        (r"(?<=xx)\[", ("xx",)),
        (r"<(\w+://[^>]*)>", ("://",)),
        (r"a|b", ("a", "b")),
        (r"(ab|cd)+e?", ("ab", "cd")),
        (r"(ab)*", ("",)),
        (r"a?|b", ("",)),
        (r"[^a]", ("",)),
        (r"\w", ("",)),
        (r"(?i)abc", ("",)),
        (r"(?i:abc)\d", ("",)),
        (r"  \n", ("  \n",)),
        (r"(?>ab)c*", ("ab",)),
    ],
)
def test_what_a_pattern_cannot_do_without_is_read_off_it(regex: str, needed: tuple[str, ...]) -> None:
    first, others = swift._needed_by(InlineProcessor(regex))
    assert (first, *others) == needed
