"""A stand-in for Google Translate's mobile page, as an HTTP proxy: translates from a TMX file, with faults on demand.

    python tests/support/mobile_page.py --memory data/sample/memory.tmx --port 8899 --latency 0.1 --p429 0.1

Options for faults:

    --p429 --p503 --pempty --pcaptcha --preset   probability of each fault per request
    --rate N                                     respond with 429 above N requests a second
    --away-after N --away-s S                    after N translations, refuse connections for S seconds

GET /__stats returns counts as JSON: `requests`, `answered` (with a translation), `repeated` (of these, for a text that
had been answered before), and the number of each fault.
"""

import argparse
import collections
import html
import json
import random
import shlex
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from spanferry.translation.memory.tmx import read_tmx

PAGE = '<!DOCTYPE html><html><body><div class="root-container">{}</div></body></html>'
FAULTS = {
    "p429": (429, "Too many requests"),
    "p503": (503, "Service unavailable"),
    "pempty": (200, '<div class="result-container"></div>'),
    "pcaptcha": (200, "Our systems have detected unusual traffic"),
    "preset": (0, ""),
}


class MobilePage:
    """Translations, counts of requests, and the random numbers that decide faults."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.translations = {
            " ".join(text.split()): translation for text, translation in read_tmx(args.memory, "en", "nl")
        }
        self.lock = threading.Lock()
        self.random = random.Random(args.seed)
        self.stats: collections.Counter[str] = collections.Counter(requests=0, answered=0, repeated=0)
        self.seen: set[str] = set()
        self.recent: collections.deque[float] = collections.deque()

    def reply(self, text: str) -> tuple[int, str]:
        """Return (status, body); status 0 means that the connection is reset."""
        time.sleep(self.args.latency * random.uniform(0.7, 1.3))
        with self.lock:
            self.stats["requests"] += 1
            if self.is_over_rate():
                return FAULTS["p429"]
            roll = self.random.random()
            for fault, reply in FAULTS.items():
                probability = getattr(self.args, fault)
                if roll < probability:
                    self.stats[fault] += 1
                    return reply
                roll -= probability
            # The client sends each line of a text alone. Such lines are not in the memory; invent a translation.
            translation = self.translations.get(" ".join(text.split())) or f"nl {text.swapcase()}"
            self.stats["answered"] += 1
            self.stats["repeated"] += text in self.seen
            self.seen.add(text)
        return 200, f'<div class="result-container">{html.escape(translation)}</div>'

    def is_over_rate(self) -> bool:
        """Count a request; return True if the last second had more than --rate."""
        now = time.monotonic()
        self.recent.append(now)
        while self.recent[0] < now - 1:
            self.recent.popleft()
        return bool(self.args.rate) and len(self.recent) > self.args.rate


def make_handler(page: MobilePage) -> type[BaseHTTPRequestHandler]:
    """Return the request handler of a page."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Log nothing."""

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/__stats":
                status, body = 200, json.dumps(page.stats)
            else:
                status, body = page.reply((parse_qs(url.query).get("q") or [""])[0])
                body = PAGE.format(body)
            if not status:
                self.connection.close()
                return
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "1")
            self.end_headers()
            self.wfile.write(body.encode())

    return Handler


def shut_down_after(server: ThreadingHTTPServer, page: MobilePage, after: int) -> None:
    """Stop the server after this many translations."""
    while page.stats["answered"] < after:
        time.sleep(0.01)
    server.shutdown()


def server_command(memory: Path) -> str:
    """Return the command line that serves a TMX file; callers add --port and options for faults."""
    return shlex.join([sys.executable, __file__, "--memory", str(memory)])


@contextmanager
def run_server(server: str, options: str = "") -> Iterator[str]:
    """Run a server command with these options while the block lasts; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*shlex.split(server), "--port", str(port), *shlex.split(options)]
    # stderr: tracebacks about clients that were killed.
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            while not read_counts(url):
                time.sleep(0.1)
            yield url
        finally:
            process.kill()


def read_counts(url: str) -> dict[str, Any]:
    """Return the counts of a running server (`/__stats`), or {} if it does not respond."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{url}/__stats", timeout=5) as reply:
            return json.load(reply)
    except OSError:
        return {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--memory", type=Path, required=True)
    parser.add_argument("--port", type=int, default=8899)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--away-after", type=int, default=0)
    parser.add_argument("--away-s", type=float, default=0.0)
    for fault in FAULTS:
        parser.add_argument(f"--{fault}", type=float, default=0.0)
    args = parser.parse_args()
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer.request_queue_size = 256
    page = MobilePage(args)
    with ThreadingHTTPServer(("127.0.0.1", args.port), make_handler(page)) as server:
        if args.away_after:
            threading.Thread(target=shut_down_after, args=(server, page, args.away_after), daemon=True).start()
        server.serve_forever(0.05)
    time.sleep(args.away_s)
    with ThreadingHTTPServer(("127.0.0.1", args.port), make_handler(page)) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
