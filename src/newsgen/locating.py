"""Find the page that an address is, without a plan of all pages."""

from __future__ import annotations

from collections.abc import Iterator

from newsgen.features import Feature, Planning
from newsgen.features.registry import FEATURES
from newsgen.model import Page


class Locator:
    """Knows which page an address is, from what the features say (:attr:`Feature.locate`).

    A feature that can't say has all its pages listed, once until the archive changes: such a list costs time, so it is
    made only for an address that no other feature has a page at.
    """

    def __init__(self, planning: Planning) -> None:
        self._planning = planning
        self._listed: dict[str, dict[str, str]] = {}
        self._state = b""

    def find(self, address: str) -> Page | None:
        """Give the page at an address, or None where there is none. Of two at one address, which a build refuses, it
        is the one that is planned first."""
        for feature in sorted(FEATURES.values(), key=lambda one: one.locate is None):
            for subject in self._subjects(feature, address):
                for page in feature.pages(self._planning, subject):
                    if page.address == address:
                        return page
        return None

    def _subjects(self, feature: Feature, address: str) -> Iterator[str]:
        """Name the subjects of a feature that may have a page at an address."""
        if feature.locate is not None:
            yield from feature.locate(self._planning, address)
            return
        state = self._planning.archive.state
        if state != self._state:
            self._listed.clear()
            self._state = state
        if feature.name not in self._listed:
            self._listed[feature.name] = {
                page.address: subject
                for subject in feature.subjects(self._planning)
                for page in feature.pages(self._planning, subject)
            }
        if address in self._listed[feature.name]:
            yield self._listed[feature.name][address]
