"""What a publisher says of how it works: the policies that it can name, and the addresses at which they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yaml.nodes import Node

from newsgen.document import Document, scalar_text, shorten
from newsgen.schema import WEB_PATTERN, Field, Record, Shape, Web
from newsgen.urls import clean_address, why_not_an_address

POLICIES = {
    "principles": ("publishingPrinciples", "How it decides what to publish, and how."),
    "corrections": ("correctionsPolicy", "How mistakes are put right. Default: the page of all corrections."),
    "ethics": ("ethicsPolicy", "The conduct that it asks of those who work for it."),
    "unnamed_sources": ("unnamedSourcesPolicy", "When a source is not named, and who decides that."),
    "ownership": ("ownershipFundingInfo", "Who owns and who pays it."),
    "fact_checking": ("verificationFactCheckingPolicy", "How it verifies what it publishes."),
    "feedback": ("actionableFeedbackPolicy", "How readers take part, and what becomes of what they say."),
    "diversity": ("diversityPolicy", "How it sees to it that many are heard."),
    "mission": ("missionCoveragePrioritiesPolicy", "What it is for, and what it covers first."),
    "masthead": ("masthead", "Who makes it."),
    "no_bylines": ("noBylinesPolicy", "Why reports may have no byline."),
}
"""The policies by the names that settings have for them: the property of schema.org, and what each says."""

ALL_CORRECTIONS = "/corrections/"
"""Where corrections are told, for a publisher that names no policy of them."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A page anywhere: a whole web address, or an address of the site, with or without a part after ``#``."""

    says: str = "a web address that begins with https:// or http://, or an address of the site that begins with /"

    def read(self, node: Node, document: Document) -> str | None:
        value = scalar_text(node, document, self.says)
        if value is None:
            return None
        value = value.strip()
        if not value.startswith("/"):
            return Web(self.says).read(node, document)
        address, mark, fragment = value.partition("#")
        why = why_not_an_address(address)
        if why:
            document.fault(node, f"{shorten(value)!r} can't be an address: {why}", f"Write {self.says}.")
            return None
        return clean_address(address) + mark + fragment

    def json_schema(self) -> dict[str, Any]:
        pattern = rf"^\s*(/(?!/)|{WEB_PATTERN})"
        return {"type": "string", "pattern": pattern, "examples": ["/about/", "https://example.org/about"]}


POLICIES_SHAPE: Shape = Record(tuple(Field(name, Linked(), says) for name, (_, says) in POLICIES.items()))
