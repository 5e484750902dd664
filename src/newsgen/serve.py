"""Serve a built archive on this machine, under the path of its base_url, to look at before it is deployed."""

from __future__ import annotations

import os
import posixpath
import stat
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from newsgen.disk import site_root
from newsgen.errors import Faulty, Refused, printable
from newsgen.load import read_site
from newsgen.publish import MARKER, STAGE

LOOPBACK = "127.0.0.1"
_NAMES = ("localhost", LOOPBACK, "[::1]")


def serve(site: Path, output: Path, port: int) -> None:
    """Serve ``output`` until interrupted. ``port`` 0 takes a free one."""
    settings, faults = read_site(site_root(site))
    if any(one.severity == "fault" for one in faults):
        raise Faulty(faults)
    if not (output / "index.html").is_file():
        raise Refused(f"{output} holds no built archive", "Build it first: newsgen build")
    try:
        server = make_server(output, settings.base_path, port)
    except OSError as error:
        raise Refused(f"port {port} can't be used: {error.strerror}", "Name another with --port.") from error
    with server:
        url = f"http://{LOOPBACK}:{server.server_address[1]}{settings.base_path}"
        print(f"Serving {output} at {url}  (Ctrl-C ends it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def make_server(output: Path, base_path: str, port: int) -> ThreadingHTTPServer:
    """Give a server of ``output`` on the loopback interface, bound but not yet running."""
    handler = partial(_Handler, root=output.resolve(), base_path=unquote(base_path))
    return ThreadingHTTPServer((LOOPBACK, port), handler)


class _Handler(SimpleHTTPRequestHandler):
    """Answers GET and HEAD for regular files of one folder, asked for by the names of this machine."""

    server_version = "newsgen"
    sys_version = ""
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        "": "application/octet-stream",
        ".xml": "application/xml",
        ".svg": "image/svg+xml",
        ".webmanifest": "application/manifest+json",
    }

    def __init__(self, *arguments: object, root: Path, base_path: str) -> None:
        self._root = root
        self._base_path = base_path
        super().__init__(*arguments, directory=str(root))  # type: ignore[arg-type] # as socketserver gives them

    def send_head(self) -> BytesIO | BinaryIO | None:
        host = self.headers.get("Host", "").rpartition(":")
        name = host[0] if host[1] and host[2].isdigit() else "".join(host)
        if name.lower() not in _NAMES:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST, "This server answers only to the names of this machine")
            return None
        try:
            path = unquote(urlsplit(self.path).path, errors="strict")
        except (UnicodeDecodeError, ValueError):
            return self._not_found()
        if path == self._base_path.rstrip("/") or (path == "/" and self._base_path != "/"):
            self._redirect(self._base_path)
            return None
        if not path.startswith(self._base_path) or "\x00" in path:
            return self._not_found()
        inside = path[len(self._base_path) :]
        parts = posixpath.normpath("/" + inside).strip("/").split("/")
        if ".." in inside.split("/") or "\\" in inside or parts[0] in (MARKER, STAGE):
            return self._not_found()
        file = self._root.joinpath(*parts) if parts != [""] else self._root
        if file.is_dir() and not path.endswith("/"):
            self._redirect(urlsplit(self.path).path + "/")
            return None
        return self._send(file / "index.html" if file.is_dir() else file, HTTPStatus.OK) or self._not_found()

    def _send(self, file: Path, status: HTTPStatus) -> BinaryIO | None:
        try:
            real = file.resolve(strict=True)
            if not real.is_relative_to(self._root) or not stat.S_ISREG(os.stat(real).st_mode):
                return None
            opened = real.open("rb")
        except (OSError, ValueError):
            return None
        self.send_response(status)
        self.send_header("Content-Type", self._type_of(file))
        self.send_header("Content-Length", str(os.fstat(opened.fileno()).st_size))
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        return opened

    def _type_of(self, file: Path) -> str:
        kind = self.guess_type(str(file))
        return (
            f"{kind}; charset=utf-8"
            if kind.startswith("text/") or kind.endswith(("xml", "json", "javascript"))
            else kind
        )

    def _redirect(self, where: str) -> None:
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", "/" + where.lstrip("/"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _not_found(self) -> BinaryIO | None:
        found = self._send(self._root / "404.html", HTTPStatus.NOT_FOUND)
        if found is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        return found

    def log_message(self, format: str, *arguments: object) -> None:
        super().log_message("%s", printable(format % arguments))
