"""Measure the authors' preview of a site: how soon it answers, is ready, and shows an edit in an open page.

python benchmarks/preview.py SITE [--rounds 10]

An article in the middle of the archive is written again and again, and put back at the end. What is measured is the
time from before the file is written to the event that has an open page of it reload.
"""
# ruff: noqa: S603 - it starts the program that it measures

from __future__ import annotations

import argparse
import http.client
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

from newsgen.urls import split_stem

LONGEST_WAIT = 3_600


@contextmanager
def running(site: Path) -> Iterator[tuple[str, float]]:
    """A preview of a site: its URL, and when it was started."""
    command = [sys.executable, "-m", "newsgen", "serve", "--port", "0", "--site", str(site)]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    try:
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        if found is None:
            sys.exit(f"the preview did not start: {line}")
        yield found[0], started
    finally:
        ending = time.perf_counter()
        process.send_signal(signal.SIGINT)
        code = process.wait(30)
        print(f"ended with exit code {code} after {time.perf_counter() - ending:6.2f} s")


def ask(url: str, path: str) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=LONGEST_WAIT)
    connection.request("GET", parts.path + path.lstrip("/"))
    return connection.getresponse()


def until(stream: http.client.HTTPResponse, event: str) -> None:
    while line := stream.readline():
        if line.strip() == f"event: {event}".encode():
            return
    raise SystemExit("the stream of events ended")


def address_of(url: str, article: Path) -> str:
    """Give the address of an article of the benchmark's corpus: its date and the name of its file."""
    date = re.search(r"^date: \D?(\d{4})-(\d\d)-(\d\d)", article.read_text(encoding="utf-8"), re.MULTILINE)
    assert date is not None  # noqa: S101 - every article has one
    return f"/{'/'.join(date.groups())}/{split_stem(article.stem)[1]}/"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    articles = sorted((options.site / "content/articles").rglob("*.md"))
    article = articles[len(articles) // 2]
    text = article.read_text(encoding="utf-8")
    print(f"{len(articles):,} articles; {article.relative_to(options.site)} is written {options.rounds} times")
    with running(options.site) as (url, started):
        answer = ask(url, "/")
        answer.read()
        print(f"first answer ({answer.status}) after {time.perf_counter() - started:6.2f} s")
        while (answer := ask(url, "/")).status == 503:
            answer.read()
            time.sleep(0.05)
        print(f"first page ({answer.status})   after {time.perf_counter() - started:6.2f} s")
        address = address_of(url, article)
        page = ask(url, address)
        mark = re.search(rb"mark&quot;: &quot;(\w+)&quot;", page.read())
        if page.status != 200 or mark is None:
            sys.exit(f"there is no page at {address}")
        stream = ask(url, f"__newsgen__/events?address={quote(address)}&mark={mark[1].decode()}")
        until(stream, "faults")
        times = []
        try:
            for number in range(options.rounds):
                time.sleep(0.5)
                before = time.perf_counter()
                article.write_text(f"{text}\nThis was added {number}.\n", encoding="utf-8")
                until(stream, "reload")
                times.append(1_000 * (time.perf_counter() - before))
        finally:
            article.write_text(text, encoding="utf-8")
        time.sleep(0.5)
        print(f"save to reload: median {statistics.median(times):.0f} ms of {', '.join(f'{one:.0f}' for one in times)}")


if __name__ == "__main__":
    main()
