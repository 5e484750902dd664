"""Python-Markdown with the same result in half of the time: what cannot match a text is not tried on it.

Every short cut is taken only where the parts of Python-Markdown that it knows of are all there, in versions that it has
been compared with; elsewhere Python-Markdown works as it always does.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterable
from html import unescape
from typing import Any
from xml.etree.ElementTree import Element

import markdown
from markdown import blockparser, blockprocessors, inlinepatterns, treeprocessors
from markdown.extensions import abbr, attr_list, def_list, fenced_code, footnotes, md_in_html, tables, toc
from markdown.util import AtomicString

COMPARED = ((3, 8), (3, 11))
"""The first and the last version of Python-Markdown whose results were compared with those of this module."""

_BLOCK_PROCESSORS = (
    md_in_html.MarkdownInHtmlProcessor,
    blockprocessors.EmptyBlockProcessor,
    blockprocessors.ListIndentProcessor,
    def_list.DefListIndentProcessor,
    blockprocessors.CodeBlockProcessor,
    tables.TableProcessor,
    blockprocessors.HashHeaderProcessor,
    blockprocessors.SetextHeaderProcessor,
    blockprocessors.HRProcessor,
    blockprocessors.OListProcessor,
    blockprocessors.UListProcessor,
    def_list.DefListProcessor,
    blockprocessors.BlockQuoteProcessor,
    footnotes.FootnoteBlockProcessor,
    abbr.AbbrBlockprocessor,
    blockprocessors.ReferenceProcessor,
    blockprocessors.ParagraphProcessor,
)
_PLAIN = r"[^\s\d\x02#>|\[:*_+=-][^\n|]*"
_PARAGRAPH = re.compile(rf"{_PLAIN}(?:\n{_PLAIN})*")
"""A block that only the last of the block processors takes: all others look at how a line begins, or for a ``|``."""

_NEEDS = {
    fenced_code.FencedBlockPreprocessor: ("```", "~~~"),
    md_in_html.HtmlBlockPreprocessor: ("<", "&"),
    attr_list.AttrListTreeprocessor: ("{",),
    treeprocessors.UnescapeTreeprocessor: ("\\",),
}
"""What a text must hold (one of these) for a step to do anything."""

_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))


class SwiftMarkdown(markdown.Markdown):
    """Python-Markdown that leaves out what cannot change the result. Extensions are given at once, none added later."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._is_block: dict[Any, bool] = {}
        compared = COMPARED[0] <= markdown.__version_info__[:2] <= COMPARED[1]
        if compared and _Patterns.fits(self):
            self.treeprocessors.register(_Patterns(self), "inline", 20)
        if compared and tuple(map(type, self.parser.blockprocessors)) == _BLOCK_PROCESSORS:
            self.parser.parseBlocks = _Blocks(self.parser).parse  # type: ignore[method-assign]
        if compared and "toc" in self.treeprocessors and _Anchors.fits(self.treeprocessors["toc"]):
            self.treeprocessors.register(_Anchors(self, self.treeprocessors["toc"]), "toc", 5)
        self._steps: list[tuple[Any, ...]] = [
            tuple(one) for one in (self.preprocessors, self.treeprocessors, self.postprocessors)
        ]
        self._needs = _NEEDS if compared else {}

    def is_block_level(self, tag: Any) -> bool:
        known = self._is_block.get(tag)
        if known is None:
            known = self._is_block[tag] = super().is_block_level(tag)
        return known

    def convert(self, source: str) -> str:
        """Give the HTML of ``source``, as Python-Markdown does."""
        if not source.strip():
            return ""
        before, within, after = self._steps
        self.source = source
        self.lines = source.split("\n")
        for step in self._needed(before, source):
            self.lines = step.run(self.lines)
        root: Any = self.parser.parseDocument(self.lines).getroot()
        for step in self._needed(within, source):
            changed = step.run(root)
            root = root if changed is None else changed
        html = self.serializer(root)
        start, end = html.index(f"<{self.doc_tag}>") + len(self.doc_tag) + 2, html.rindex(f"</{self.doc_tag}>")
        html = html[start:end].strip()
        for step in after:
            html = step.run(html)
        return html.strip()

    def _needed(self, steps: Iterable[Any], source: str) -> list[Any]:
        needs = self._needs
        return [one for one in steps if type(one) not in needs or any(text in source for text in needs[type(one)])]


class _Patterns(treeprocessors.InlineProcessor):
    """Inline patterns, each tried only on text that holds what it cannot do without."""

    def __init__(self, md: markdown.Markdown) -> None:
        super().__init__(md)
        self._apply = getattr(self, "_InlineProcessor__applyPattern")  # noqa: B009 - private, and so not spelt
        self._plan = [(index, one, *_needed_by(one)) for index, one in enumerate(md.inlinePatterns)]

    @staticmethod
    def fits(md: markdown.Markdown) -> bool:
        """Whether the inline processor of ``md`` is the one that this class knows how to stand in for."""
        plain = treeprocessors.InlineProcessor
        wanted = {
            "_InlineProcessor__handleInline": ["self", "data", "patternIndex"],
            "_InlineProcessor__applyPattern": ["self", "pattern", "data", "patternIndex", "startIndex"],
        }
        return type(md.treeprocessors["inline"]) is plain and all(
            hasattr(plain, name) and list(inspect.signature(getattr(plain, name)).parameters) == parameters
            for name, parameters in wanted.items()
        )

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802, N803 - overrides
        if isinstance(data, AtomicString):
            return data
        apply = self._apply
        for index, pattern, needed, others in self._plan[patternIndex:] if patternIndex else self._plan:
            if needed not in data and (not others or all(one not in data for one in others)):
                continue
            matched, start = True, 0
            while matched:
                data, matched, start = apply(pattern, data, index, start)
        return data


def _needed_by(pattern: inlinepatterns.Pattern) -> tuple[str, tuple[str, ...]]:
    """Texts one of which must be there for ``pattern`` to match; the empty text where that is not known."""
    if type(pattern).getCompiledRegExp is not inlinepatterns.Pattern.getCompiledRegExp:
        return "", ()
    compiled = pattern.getCompiledRegExp()
    if compiled.flags & re.IGNORECASE:
        return "", ()
    try:
        parser = importlib.import_module("re._parser")
        first, *others = _needed_in(parser.parse(compiled.pattern, compiled.flags)) or ("",)
    except (ImportError, AttributeError, TypeError, ValueError):
        return "", ()
    return first, tuple(others)


def _needed_in(sequence: Iterable[tuple[Any, Any]]) -> tuple[str, ...] | None:
    """Texts one of which is in whatever a parsed regular expression matches, or looks at around it; None if unknown."""
    found: list[tuple[str, ...]] = []
    run = ""
    for operation, value in sequence:
        name = str(operation)
        if name == "LITERAL":
            run += chr(value)
            continue
        found, run = [*found, (run,)] if run else found, ""
        inner: tuple[str, ...] | None = None
        if name == "SUBPATTERN":
            inner = _needed_in(value[-1]) if not value[1] & re.IGNORECASE else None
        elif name == "ATOMIC_GROUP":
            inner = _needed_in(value)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            inner = _needed_in(value[2]) if value[0] > 0 else None
        elif name == "ASSERT":
            inner = _needed_in(value[1])
        elif name == "BRANCH":
            branches = [_needed_in(one) for one in value[1]]
            if all(branches):
                inner = tuple(dict.fromkeys(text for one in branches for text in one or ()))
        elif name == "IN" and all(str(kind) == "LITERAL" for kind, _ in value):
            inner = tuple(chr(code) for _, code in value)
        if inner:
            found.append(inner)
    if run:
        found.append((run,))
    return min(found, key=lambda one: (len(one), -min(map(len, one))), default=None)


class _Blocks:
    """Block processors, passed over where the block can only be a paragraph."""

    def __init__(self, parser: blockparser.BlockParser) -> None:
        self._processors = tuple(parser.blockprocessors)

    def parse(self, parent: Element, blocks: list[str]) -> None:
        processors = self._processors
        paragraph = processors[-1].run
        while blocks:
            if _PARAGRAPH.fullmatch(blocks[0]):
                paragraph(parent, blocks)
                continue
            for processor in processors:
                if processor.test(parent, blocks[0]) and processor.run(parent, blocks) is not False:
                    break


class _Anchors(treeprocessors.Treeprocessor):
    """The ids of headings; a table of contents, and labels for it, only where the text may ask for them."""

    def __init__(self, md: SwiftMarkdown, plain: Any) -> None:
        super().__init__(md)
        self._of = md
        self._plain = plain
        self._counts = "counters" in inspect.signature(toc.unique).parameters

    @staticmethod
    def fits(plain: Any) -> bool:
        """Whether ``plain`` only gives ids to headings and puts in a table of contents."""
        return (
            type(plain) is toc.TocTreeprocessor
            and plain.base_level == 0
            and not plain.use_anchors
            and plain.use_permalinks in (False, None)
        )

    def run(self, root: Element) -> None:
        plain, source = self._plain, self._of.source
        if "{" in source or plain.marker in source or ("<" in source and "markdown" in source.lower()):
            plain.run(root)
            return
        self._of.toc, self._of.toc_tokens = "", []  # type: ignore[attr-defined]
        elements = list(root.iter())
        used = {one.attrib["id"] for one in elements if "id" in one.attrib}
        more: tuple[Any, ...] = ({},) if self._counts else ()
        for one in elements:
            if one.tag not in _HEADINGS:
                continue
            if len(one) or not one.text or _MARKED.search(one.text):
                name = unescape(toc.strip_tags(toc.render_inner_html(toc.remove_fnrefs(one), self.md)))
            else:
                name = " ".join(one.text.split())
            if "id" not in one.attrib:
                one.attrib["id"] = toc.unique(plain.slugify(name, plain.sep), used, *more)


_MARKED = re.compile("[&<>\x02]")
