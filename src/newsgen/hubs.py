"""Tell a WebSub hub over HTTP that a feed has changed."""

from __future__ import annotations

import base64
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

from newsgen import __version__

TRIES = 3
"""How often a feed is told before it has failed."""
FIRST_PAUSE = 1.0
"""Seconds before the second try; before each further one, twice as many."""
LONGEST_PAUSE = 60.0
"""Seconds that a hub can ask us to wait; for one that asks for more, the rest has failed."""
SILENCE = 20.0
"""Seconds of silence after which a hub has not answered."""
LONGEST_ANSWER = 60.0
"""Seconds after which it has not, however slowly it sends."""
MOST_READ = 64 * 1024
"""Bytes that are read of an answer."""
MOST_QUOTED = 200
"""Characters of what a hub says that a message repeats."""

_SAFE_PATH, _SAFE_QUERY = "/%:@!$&'()*+,;=~", "/%:@!$&'()*+,;=~?"
_AGAIN = frozenset((408, 425, 429))
_CUT = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of telling a hub of one feed: the status of HTTP (None where there was no answer) and the reason in
    words. ``is_passing`` says that another try may be better, ``is_over`` that the next feed would fare no better;
    ``after`` is for how many seconds the hub asked to be left alone."""

    status: int | None
    reason: str
    is_passing: bool = False
    is_over: bool = False
    after: float | None = None

    @property
    def is_well(self) -> bool:
        """Whether the hub has taken it: any status from 200 to 299, for hubs differ in which."""
        return self.status is not None and 200 <= self.status < 300

    def __str__(self) -> str:
        return self.reason if self.status is None else f"{self.status} {self.reason}".rstrip()


class Hub:
    """A hub, asked over one connection that is kept. Proxies are those that the environment names."""

    def __init__(
        self,
        url: str,
        wait: Callable[[float], None] = time.sleep,
        silence: float = SILENCE,
        longest: float = LONGEST_ANSWER,
    ) -> None:
        self._url = urlsplit(url)
        self._wait, self._silence, self._longest = wait, silence, longest
        self._connection: http.client.HTTPConnection | None = None
        self._target = quote(self._url.path, safe=_SAFE_PATH) or "/"
        if self._url.query:
            self._target += "?" + quote(self._url.query, safe=_SAFE_QUERY)
        self._headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": f"newsgen/{__version__}",
            "Accept": "text/plain, */*;q=0.1",
        }

    def tell(self, feed: str) -> Answer:
        """Say that the feed at a URL has changed, again where the hub is busy or out of reach; give its last answer.

        WebSub (W3C, 2018) leaves open how a publisher says so. This is the way of PubSubHubbub 0.3 (``hub.url``), which
        the hubs in use take, with the name that others look for (``hub.topic``) beside it; one feed at a time, because
        hubs differ in how several are written, and some take a few of them and say nothing of the rest.
        """
        body = urlencode((("hub.mode", "publish"), ("hub.url", feed), ("hub.topic", feed))).encode()
        for number in range(TRIES):
            answer = self._ask(body)
            if not answer.is_passing or number == TRIES - 1:
                return answer
            pause = FIRST_PAUSE * 2**number if answer.after is None else answer.after
            if pause > LONGEST_PAUSE:
                return replace(answer, is_over=True, reason=f"{answer.reason}, not before {pause:,.0f} s from now")
            self._wait(pause)
        raise AssertionError(feed)

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _ask(self, body: bytes) -> Answer:
        kept = self._connection is not None
        try:
            return self._post(body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            if kept and isinstance(error, _CUT):  # it was kept for longer than the hub keeps it
                return self._ask(body)
            if isinstance(error, ssl.SSLCertVerificationError):
                return Answer(None, f"its certificate can't be trusted: {_short(error.verify_message)}", is_over=True)
            if isinstance(error, ValueError):
                return Answer(None, _short(str(error)), is_over=True)
            if isinstance(error, TimeoutError):
                return Answer(None, "no answer in time", is_passing=True)
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
            return Answer(None, f"no answer: {_short(reason)}", is_passing=True)

    def _post(self, body: bytes) -> Answer:
        """Ask once. Raises OSError or HTTPException where there is no whole answer, and ValueError where there can be
        none."""
        target, headers = self._target, self._headers
        if self._connection is None:
            self._connection = self._connect()
        if self._url.scheme == "http" and (proxy := self._proxy()):
            target = f"http://{self._host()}{target}"
            headers = headers | _authorization(proxy)
        if self._connection.sock is None:
            self._connection.connect()
        with self._in_time(self._connection.sock):  # which a connection that is to be closed forgets at the first byte
            self._connection.request("POST", target, body, headers)
            response = self._connection.getresponse()
            text = response.read(MOST_READ)
            is_whole = response.isclosed() or not response.read(1)
        if not is_whole:
            self.close()
        return _answer(response, text)

    @contextmanager
    def _in_time(self, opened: socket.socket) -> Iterator[None]:
        """Cut off an answer that takes too long, however many pieces it comes in."""
        is_late = threading.Event()

        def cut() -> None:
            is_late.set()
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(self._longest, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (OSError, http.client.HTTPException):
            if is_late.is_set():
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()
        if is_late.is_set():
            raise TimeoutError

    def _connect(self) -> http.client.HTTPConnection:
        host, port, proxy = self._url.hostname or "", self._url.port, self._proxy()
        is_secure = self._url.scheme == "https"
        if proxy is None:
            if is_secure:
                context = ssl.create_default_context()
                return http.client.HTTPSConnection(host, port, timeout=self._silence, context=context)
            return http.client.HTTPConnection(host, port, timeout=self._silence)
        through = urlsplit(proxy)
        if through.scheme != "http" or not through.hostname:
            raise ValueError("the proxy that the environment names is not one of http://")
        at = through.hostname, through.port or 80
        if not is_secure:
            return http.client.HTTPConnection(*at, timeout=self._silence)
        tunnel = http.client.HTTPSConnection(*at, timeout=self._silence, context=ssl.create_default_context())
        tunnel.set_tunnel(host, port, _authorization(proxy))
        return tunnel

    def _host(self) -> str:
        return self._url.netloc.rpartition("@")[2].encode("idna").decode("ascii")

    def _proxy(self) -> str | None:
        """Give the address of the proxy that the environment (``https_proxy``, ``http_proxy``, ``no_proxy``) or the
        system names for this hub."""
        named = getproxies().get(self._url.scheme)
        if not named or proxy_bypass(self._url.netloc.rpartition("@")[2]):
            return None
        return named if "://" in named else f"http://{named}"


def _authorization(proxy: str) -> dict[str, str]:
    """Give the header that says who asks a proxy, where its address says so."""
    parts = urlsplit(proxy)
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _answer(response: http.client.HTTPResponse, text: bytes) -> Answer:
    status, reason = response.status, _short(response.reason)
    if 200 <= status < 300:
        return Answer(status, reason)
    if 300 <= status < 400:  # which may lead anywhere, and the feeds would go on to name the old one
        where = _short(response.headers.get("Location") or "another address")
        remedy = f"it leads on to {where}, which is not followed; name the hub by the address that it has now"
        return Answer(status, f"{reason}: {remedy}", is_over=True)
    if response.headers.get_content_type() == "text/plain" and (said := _short(text.decode("utf-8", "replace"))):
        reason = f"{reason}: {said}"
    after = _seconds(response.headers.get("Retry-After"))
    return Answer(status, reason, is_passing=status in _AGAIN or status >= 500, after=after)


def _seconds(given: str | None) -> float | None:
    """Give the seconds that ``Retry-After`` (RFC 9110, 10.2.3) asks for; None where it says nothing."""
    given = (given or "").strip()
    try:
        if given.isascii() and given.isdigit():
            return float(given)
        moment = parsedate_to_datetime(given)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _short(text: str) -> str:
    """Give what somebody else says in one line that is not long."""
    line = " ".join(text.split())
    return line if len(line) <= MOST_QUOTED else line[:MOST_QUOTED] + "…"
