"""The pages that are open in browsers: what each is told, as Server-Sent Events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field

AGAIN_AFTER = 500
"""Milliseconds after which a browser asks again where a stream has ended."""


@dataclass(frozen=True, slots=True)
class News:
    """What is to be said of one address: the mark of the version that it has now, its faults as JSON, and whether it
    can be rendered."""

    mark: str
    faults: str
    is_whole: bool


@dataclass(eq=False, slots=True)
class Client:
    """An open page: its address, the version that it shows, and the faults that it was told of last."""

    address: str
    mark: str
    told: str = ""
    waiting: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    """Messages that are yet to be sent; an empty one is the last."""

    def tell(self, news: News) -> None:
        """Tell of faults that are others than before, and have the page loaded again where it is another one and can
        be rendered: else what it shows is the last good version."""
        if news.faults != self.told:
            self.told = news.faults
            self.waiting.put_nowait(_message("faults", news.faults))
        if news.mark != self.mark and news.is_whole:
            self.mark = news.mark
            self.waiting.put_nowait(_message("reload", "{}"))


class Clients:
    """All open pages."""

    def __init__(self) -> None:
        self._open: set[Client] = set()
        self.is_ended = False

    def addresses(self) -> set[str]:
        """Give the address of each open page."""
        return {one.address for one in self._open}

    def tell(self, news: dict[str, News], links: Iterable[str] = ()) -> None:
        """Tell each page the news of its address, and the ``links`` of files that it may show and that have changed."""
        changed = [*links]
        for client in self._open:
            if client.address in news:
                client.tell(news[client.address])
            if changed:
                client.waiting.put_nowait(_message("files", json.dumps(changed)))

    def end(self) -> None:
        """End all streams."""
        self.is_ended = True
        for client in self._open:
            client.waiting.put_nowait("")

    async def events(self, client: Client) -> AsyncGenerator[str, None]:
        """Give the stream of events of one page, which is open for as long as somebody takes them."""
        self._open.add(client)
        try:
            yield f"retry: {AGAIN_AFTER}\n\n"
            while not self.is_ended and (message := await client.waiting.get()):
                yield message
        finally:
            self._open.discard(client)


def _message(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"
