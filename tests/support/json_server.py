"""A local HTTP server for engines that are services: a function returns the answer to each JSON request."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """An HTTP response. body: a string, or a value that is sent as JSON. hang: seconds before anything is sent."""

    body: Any = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0.0


@dataclass
class Service:
    """The running server, and every request that it received as (path, headers, body)."""

    url: str
    seen: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)


@contextmanager
def service(answer: Callable[[Any], Answer]) -> Iterator[Service]:
    """Serve answer(body of the request) until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Log nothing."""

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            reply = answer(body)
            time.sleep(reply.hang)
            content = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
            self.send_response(reply.status)
            for name, value in ({"Content-Type": "application/json"} | reply.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content.encode())

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return  # the client has gone away

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        served = Service(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield served
        finally:
            server.shutdown()
