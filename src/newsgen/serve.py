"""Serve over HTTP on this machine: a built archive, under the path of its base_url; and what each server checks."""

from __future__ import annotations

import asyncio
import ipaddress
import mimetypes
import os
import posixpath
import signal
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from urllib.parse import quote, unquote

import uvicorn
from anyio import open_file  # noqa: F401 - which would else be imported while the first file is sent
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from newsgen.disk import site_root
from newsgen.errors import Faulty, Refused
from newsgen.load import read_site
from newsgen.publish import MARKER, STAGE

LOOPBACK = "127.0.0.1"
NAMES = frozenset(("localhost", LOOPBACK, "[::1]"))
"""What this machine is called by itself."""
HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What every answer says: keep nothing, guess nothing, and give nothing to pages of others."""
SECONDS_TO_END = 1
_TYPES = {
    "": "application/octet-stream",
    ".atom": "application/atom+xml",
    ".geojson": "application/geo+json",
    ".jsonl": "application/jsonl",
    ".opml": "text/x-opml",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}


def serve(site: Path, output: Path, port: int, host: str = LOOPBACK) -> None:
    """Serve ``output`` until interrupted. ``port`` 0 takes a free one."""
    settings, faults = read_site(site_root(site))
    if any(one.severity == "fault" for one in faults):
        raise Faulty(faults)
    if not (output / "index.html").is_file():
        raise Refused(f"{output} holds no built archive", "Build it first: newsgen build")
    server = make_server(output, settings.base_path, port, host)
    print(f"Serving {output} at {server.url(settings.base_path)}  (Ctrl-C ends it)", flush=True)
    server.serve_forever()
    print()


def make_server(output: Path, base_path: str, port: int, host: str = LOOPBACK) -> Server:
    """Give a server of ``output``, bound but not yet running. Raises Refused where the port can't be used."""
    return Server(Guard(Built(output, base_path), host), port, host)


class Server:
    """An HTTP server of an application, bound when it is made. It ends on SIGINT and SIGTERM, at the latest within
    :data:`SECONDS_TO_END`; ``ending`` is called first, from its loop, so that open streams end by themselves."""

    def __init__(
        self, app: ASGIApp, port: int, host: str = LOOPBACK, ending: Callable[[], None] = lambda: None
    ) -> None:
        self._socket = _bound(host, port)
        self.server_address: tuple[str, int] = self._socket.getsockname()[:2]
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="on",
            ws="none",
            timeout_graceful_shutdown=SECONDS_TO_END,
        )
        self._server = _Quiet(config, ending)
        self._ended = threading.Event()

    def url(self, base_path: str) -> str:
        """Give the URL of the front page, by a name that a browser on this machine can use."""
        host, port = self.server_address
        anywhere = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - to compare, not to listen
        host = anywhere.get(host, host)
        return f"http://{f'[{host}]' if ':' in host else host}:{port}{base_path}"

    def serve_forever(self) -> None:
        """Serve until a signal, or :meth:`shutdown`."""
        try:
            asyncio.run(self._server.serve(sockets=[self._socket]))
        finally:
            self._ended.set()

    def shutdown(self) -> None:
        """Have the server that another thread runs end, and wait until it has."""
        self._server.end()
        self._ended.wait()

    def server_close(self) -> None:
        """Let the port go."""
        self._socket.close()


class _Quiet(uvicorn.Server):
    """Ends on a signal without raising it again: to be interrupted is how such a server ends."""

    def __init__(self, config: uvicorn.Config, ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._ending = ending
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.end()

    def end(self) -> None:
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ending)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen()
    except OSError as error:
        opened.close()
        what = f"port {port} can't be used" if host in NAMES else f"{host}, port {port}, can't be used"
        raise Refused(f"{what}: {error.strerror or error}", "Name another with --port.") from error
    return opened


class Guard:
    """Passes on what asks for something by a name of this machine, and refuses the rest: a page of somebody else whose
    name has come to mean this machine (DNS rebinding) reads nothing here.

    An address in numbers is no name that somebody else could own, so it is good where the server listens anywhere.
    """

    def __init__(self, app: ASGIApp, host: str = LOOPBACK) -> None:
        self._app = app
        is_loopback = host in ("localhost", "::1") or host.startswith("127.")
        self._names = NAMES | {host.lower(), f"[{host.lower()}]"}
        self._numbers = not is_loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Request(scope))
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Only GET and HEAD.\n", 405, {**HEADERS, "Allow": "GET, HEAD"})
        hosts = request.headers.getlist("host")
        if len(hosts) != 1 or not self.is_own(hosts[0]):
            return PlainTextResponse("This server answers only to the names of this machine.\n", 421, HEADERS)
        return None

    def is_own(self, host: str) -> bool:
        """Whether a name, with or without a port, is one of this machine."""
        name, colon, port = host.rpartition(":")
        name = (name if colon and port.isdigit() else host).lower()
        return name in self._names or (self._numbers and _is_number(name.strip("[]")))


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def path_inside(request: Request, base_path: str) -> str | Response:
    """Give the path that is asked for below ``base_path`` (nothing for the front page), decoded; or the answer, where
    it lies elsewhere or is none."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    try:
        path = unquote(raw.partition(b"?")[0].decode("ascii"), errors="strict")
    except UnicodeDecodeError:
        return not_found()
    base = unquote(base_path)
    if path == base.rstrip("/") or (path == "/" and base != "/"):
        return redirect(base_path)
    inside = path[len(base) :]
    parts = inside.split("/")
    if not path.startswith(base) or {"\x00", "\\"} & set(path) or {".", ".."} & set(parts) or "" in parts[:-1]:
        return not_found()
    return inside


def redirect(where: str) -> Response:
    """Give the answer that leads on to a path of this server."""
    return Response(status_code=302, headers={**HEADERS, "Location": "/" + where.lstrip("/")})


def not_found() -> Response:
    """Give the answer for what is not there, where no page says so better."""
    return PlainTextResponse("Not found.\n", 404, HEADERS)


def type_of(name: str) -> str:
    """Give the media type of a file by its name, with the charset that all text of an archive has."""
    suffix = posixpath.splitext(name)[1].lower()
    kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or _TYPES[""]
    is_text = kind.startswith("text/") or kind.endswith(("xml", "json", "jsonl", "javascript"))
    return f"{kind}; charset=utf-8" if is_text else kind


def send_file(file: Path, inside: Path, name: str, status: int = 200) -> Response | None:
    """Give the answer with a regular file that lies in the folder ``inside``, wherever links lead; None where there is
    none. ``name`` says what it is."""
    try:
        real = file.resolve(strict=True)
        found = os.stat(real)
    except (OSError, ValueError, RuntimeError):
        return None
    if not real.is_relative_to(inside) or not stat.S_ISREG(found.st_mode):
        return None
    return FileResponse(real, status, HEADERS, type_of(name), stat_result=found)


class Built:
    """The files of a built archive, and its page for what is not found."""

    def __init__(self, output: Path, base_path: str) -> None:
        self._root = output.resolve()
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await no_lifespan(receive, send)
            return
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        inside = path_inside(request, self._base_path)
        if isinstance(inside, Response):
            return self._missing() if inside.status_code == 404 else inside
        parts = inside.rstrip("/").split("/")
        if parts[0] in (MARKER, STAGE):
            return self._missing()
        file = self._root.joinpath(*parts)
        if file.is_dir():
            if inside and not inside.endswith("/"):
                return redirect(self._base_path + quote(inside) + "/")
            file = file / "index.html"
        elif inside.endswith("/"):
            return self._missing()
        return send_file(file, self._root, file.name) or self._missing()

    def _missing(self) -> Response:
        return send_file(self._root / "404.html", self._root, "404.html", 404) or not_found()


async def no_lifespan(receive: Receive, send: Send) -> None:
    """Answer a server that asks an application to start and to end, where there is nothing to do."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
