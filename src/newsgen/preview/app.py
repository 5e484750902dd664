"""The preview as an ASGI application: answers from the warm edition, and tells open pages what changed."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncGenerator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from newsgen.archive import DamagedArchive
from newsgen.database import DatabaseError, discard, move_database
from newsgen.errors import Fault, Faulty, NewsgenError
from newsgen.preview.clients import Client, Clients, News
from newsgen.preview.edition import Edition, Shown
from newsgen.preview.edits import edits_of
from newsgen.preview.opening import Opened, open_archive
from newsgen.preview.pages import RESERVED, add_to_page, fault_page, told, waiting_page
from newsgen.preview.watching import watch
from newsgen.serve import HEADERS, path_inside, redirect, type_of
from newsgen.urls import href, output_path

Result = TypeVar("Result")
FRESH = {**HEADERS, "Cache-Control": "no-store"}
ARCHIVE, NEXT = "archive.sqlite", "next.sqlite"
"""The names of the archive that is served from, and of the one that is being made to take its place."""


class Ended(Exception):
    """The preview has ended while its archive was being read."""


class Preview:
    """Serves one site to its authors.

    The edition and its database belong to one thread, and all that is asked of them waits there for its turn; an
    archive that is read anew, because settings or registers have changed, is read in another one meanwhile.
    """

    def __init__(
        self,
        root: Path,
        base_path: str,
        folder: Path,
        clock: Callable[[], datetime],
        *,
        jobs: int | None = None,
        watching: bool = True,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._root, self._base_path, self._folder = root, base_path, folder
        self._clock, self._jobs, self._watching, self._tell = clock, jobs, watching, tell
        self._worker = ThreadPoolExecutor(1, "newsgen-edition")
        self._opener = ThreadPoolExecutor(1, "newsgen-opening")
        self._edition: Edition | None = None
        self._opening: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._progress = ("", 0, 0)
        self._unopened: list[Fault] = []  # why there is no newer edition
        self._pending: set[Path] = set()
        self._again = False
        self._clients = Clients()

    # --- begin and end ---

    async def start(self) -> None:
        """Begin to read the archive, and to watch."""
        self._open()
        if self._watching:
            self._watch = asyncio.create_task(watch(self._root, self.changed))

    def end(self) -> None:
        """End all streams of events, and refuse others."""
        self._clients.end()

    async def stop(self) -> None:
        """End what runs in the background, and close the archive."""
        self.end()
        for task in (self._watch, self._opening):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        if self._edition is not None:
            await self._run(self._edition.close)
            self._edition = None
        self._worker.shutdown(wait=False)
        self._opener.shutdown(wait=False)

    async def ready(self) -> None:
        """Wait until the archive is read."""
        while self._opening is not None:
            await asyncio.shield(self._opening)

    async def _run(self, work: Callable[..., Result], *arguments: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work, *arguments)

    # --- reading the whole archive ---

    def _open(self) -> None:
        """Bring a new archive up to date, and take it when it is; once more where settings change meanwhile."""
        self._again = True
        if self._opening is None and not self._clients.is_ended:
            self._opening = asyncio.create_task(self._opened())

    async def _opened(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._again and not self._clients.is_ended:
                self._again, self._pending = False, set()
                try:
                    opened = await loop.run_in_executor(self._opener, self._read_all)
                    await self._run(self._take_over, opened)
                    self._unopened = []
                except Faulty as error:
                    self._unopened = list(error.faults)
                except (NewsgenError, OSError, DatabaseError) as error:
                    self._unopened = [Fault(".newsgen/preview", 1, 1, f"the archive can't be read: {error}")]
                except Ended:
                    return
                except Exception as error:  # a fault of this program is told, and the next edit tries again
                    traceback.print_exc()
                    self._unopened = [Fault(".newsgen/preview", 1, 1, f"the archive can't be read: {error!r}")]
                pending, self._pending = self._pending, set()
                if pending and self._edition is not None and not self._again:
                    self._again = await self._run(self._apply, pending) is None
                await self._tell_clients([])
        finally:
            self._opening = None

    def _read_all(self) -> Opened:
        own, path = None, self._folder / ARCHIVE
        if self._edition is not None:
            own, path = path, self._folder / NEXT
            discard(path)  # which one that was ended may have left
        return open_archive(self._root, path, own, self._clock, self._jobs, self._note)

    def _note(self, stage: str, done: int, total: int) -> None:
        if self._clients.is_ended:
            raise Ended
        self._progress = (stage, done, total)

    def _take_over(self, opened: Opened) -> None:
        """Serve from an archive that has been brought up to date."""
        first = self._edition is None
        if self._edition is not None:
            self._edition.close()
            self._edition = None
            move_database(opened.path, self._folder / ARCHIVE)
            opened = Opened(self._folder / ARCHIVE, opened.faults, opened.references, opened.documents)
        self._edition = Edition(self._root, opened, self._clock)
        self._base_path = self._edition.site.base_path
        if first:
            self._tell(f"{opened.documents:,} articles and pages are ready.")

    # --- edits ---

    async def changed(self, paths: set[Path]) -> None:
        """Take in that files were written, moved or removed, and tell the open pages."""
        if self._opening is not None:
            self._pending |= paths
        if self._edition is None:
            self._open()
            return
        files = await self._run(self._apply, paths)
        if files is None:
            self._open()  # which tells them when it has
        else:
            await self._tell_clients(files)

    def _apply(self, paths: Iterable[Path]) -> list[str] | None:
        """Take in changed files, and give the addresses of those that are published as they are; None where all must
        be looked at anew."""
        edition = self._edition
        if edition is None:
            return None
        try:
            edits = edits_of(self._root, paths, edition.known_below)
            if edits.much or (edits.settings and edition.reads_otherwise()):
                return None
            files = edition.take(edits)
            self._base_path = edition.site.base_path
            return files
        except (DamagedArchive, DatabaseError, OSError):
            return None
        except Exception:  # a fault of this program in one edit must not end what watches for the next
            traceback.print_exc()
            return []

    async def _tell_clients(self, files: list[str]) -> None:
        """Tell every open page what concerns it: that it is another one now, its faults, and files that it may show."""
        news = await self._run(self._news, self._clients.addresses())
        self._clients.tell(news, [href(self._base_path, one) for one in files])

    def _news(self, addresses: set[str]) -> dict[str, News]:
        edition = self._edition
        if edition is None:
            return {one: News("", told(self._root, self._unopened), False) for one in addresses}
        news = {}
        for address in addresses:
            try:
                shown = edition.show(address)
                faults = sorted({*edition.faults(address), *self._unopened})
                news[address] = News(shown.mark, told(self._root, faults), not edition.is_broken(address))
            except (DamagedArchive, DatabaseError, OSError):
                continue
        return news

    # --- answers ---

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, request: Request) -> Response:
        inside = path_inside(request, self._base_path)
        if isinstance(inside, Response):
            return inside
        if inside.startswith(f"{RESERVED}/"):
            return await self._own(request, inside.removeprefix(f"{RESERVED}/"))
        if self._edition is None:
            if self._opening is None:
                return Response(fault_page(self._unopened), 500, {**FRESH, "Refresh": "2"}, "text/html")
            return Response(waiting_page(*self._progress), 503, {**FRESH, "Retry-After": "1"}, "text/html")
        return await self._run(self._page, "/" + inside)

    async def _own(self, request: Request, name: str) -> Response:
        if name in ("preview.js", "preview.css", "overlay.css"):
            return FileResponse(Path(__file__).parent / name, 200, FRESH, type_of(name))
        if name != "events":
            return PlainTextResponse("Not found.\n", 404, FRESH)
        origin = request.headers.get("origin")
        site = request.headers.get("sec-fetch-site", "same-origin")
        if (origin and urlsplit(origin).netloc != request.headers.get("host")) or site not in ("same-origin", "none"):
            return PlainTextResponse("Only for pages of the preview.\n", 403, FRESH)
        if request.method == "HEAD":
            return Response(None, 200, FRESH, "text/event-stream")
        if self._clients.is_ended:
            return PlainTextResponse("The preview has ended.\n", 503, FRESH)
        client = Client(request.query_params.get("address", "/"), request.query_params.get("mark", ""))
        headers = {**FRESH, "Content-Type": "text/event-stream; charset=utf-8"}
        return StreamingResponse(self._events(client), 200, headers)

    async def _events(self, client: Client) -> AsyncGenerator[str, None]:
        async with aclosing(self._clients.events(client)) as events:
            yield await anext(events)
            for one in (await self._run(self._news, {client.address})).values():
                client.tell(one)
            async for message in events:
                yield message

    def _page(self, address: str) -> Response:
        edition = self._edition
        if edition is None:
            return Response(waiting_page(*self._progress), 503, {**FRESH, "Retry-After": "1"}, "text/html")
        address = address.removesuffix("index.html") if address.endswith("/index.html") else address
        try:
            if not address.endswith("/") and edition.find(address) is None and edition.find(f"{address}/"):
                return redirect(self._base_path + quote(address.lstrip("/")) + "/")
            shown = edition.show(address)
            return self._response(address, shown, edition)
        except (DamagedArchive, DatabaseError) as error:
            return PlainTextResponse(f"The archive of the preview is damaged: {error}\n", 500, FRESH)
        except Exception:  # a fault of this program in one page must not end the others
            return PlainTextResponse(traceback.format_exc(limit=-3), 500, FRESH)

    def _response(self, address: str, shown: Shown, edition: Edition) -> Response:
        if isinstance(shown.content, Path):
            if not shown.content.is_file():
                return PlainTextResponse("Not found.\n", 404, FRESH)
            return FileResponse(shown.content, shown.status, FRESH, type_of(address))
        name = output_path(shown.page.address) if shown.page else "index.html"
        kind = type_of(name)
        if not kind.startswith("text/html"):
            content = shown.content or fault_page(edition.faults(address))
            return Response(content, shown.status if shown.content is not None else 500, FRESH, kind)
        status = shown.status if shown.content is not None else 500
        content = shown.content if shown.content is not None else fault_page(edition.faults(address))
        held = [(href(self._base_path, one), word) for one, word in edition.held()]
        page = add_to_page(content, self._base_path, address, shown.mark, shown.notes, held)
        return Response(page, status, FRESH, kind)
