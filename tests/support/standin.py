"""A stand-in for Google Translate's mobile page: a local HTTP proxy whose answers come from a function."""

import html
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PAGE = '<!DOCTYPE html><html><body><div class="root-container">{}</div></body></html>'
CAPTCHA = PAGE.format("Our systems have detected unusual traffic from your computer network.")


@dataclass(frozen=True)
class Reply:
    """An HTTP response. status: 0 resets the connection. hang: seconds before anything is sent."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0.0


def result_page(text: str) -> Reply:
    """Return the HTML of the page with a translation."""
    return Reply(PAGE.format(f'<div class="result-container">{html.escape(text)}</div>'))


def dutch(text: str) -> str:
    """Return a fake translation that passes every check: it keeps the numbers and the end of the sentence."""
    return "nl " + text.swapcase()


@dataclass
class Page:
    """The running page.

    seen: requests by text. targets: the target languages that were requested. most_at_once: the most requests under way
    at the same time.
    """

    url: str
    seen: Counter[str] = field(default_factory=Counter)
    targets: set[str] = field(default_factory=set)
    most_at_once: int = 0


@contextmanager
def page(answer: Callable[[str, int], Reply | str]) -> Iterator[Page]:
    """Serve until the `with` block ends. answer(text, n) responds to the n-th request (from 1) for a text."""
    lock = threading.Lock()
    at_once = 0

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Log nothing."""

        def do_GET(self) -> None:
            nonlocal at_once
            query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
            text = query["q"][0].strip()
            with lock:
                served.targets.add(query["tl"][0])
                served.seen[text] += 1
                times = served.seen[text]
                at_once += 1
                served.most_at_once = max(served.most_at_once, at_once)
            reply = answer(text, times)
            self.send_reply(result_page(reply) if isinstance(reply, str) else reply)
            with lock:
                at_once -= 1

        def send_reply(self, reply: Reply) -> None:
            if reply.hang:
                stopping.wait(reply.hang)
            if not reply.status:
                # Closing with a zero linger time resets the connection.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body.encode())

        def handle(self) -> None:
            try:
                super().handle()
            except (OSError, ValueError):
                return  # the client is gone, or the connection was reset on purpose

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                return

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

    stopping = threading.Event()
    with Server(("127.0.0.1", 0), Handler) as server:
        served = Page(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield served
        finally:
            stopping.set()
            server.shutdown()
