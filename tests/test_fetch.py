"""Fetching over real HTTP, from a server of our own that behaves and misbehaves as it is told."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import spanferry.fetch
from spanferry.errors import FetchError, InputError
from spanferry.fetch import MAX_ATTEMPTS, fetch
from spanferry.files import file_sha256

BODY = b'{"data": []}' * 1000
SHA256 = hashlib.sha256(BODY).hexdigest()

Behave = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """Answers the n-th request by the n-th behaviour; the last one stays."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours: list[Behave] = []
        self.asked: list[str] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/train.json"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.behaviours[min(len(self.server.asked), len(self.server.behaviours)) - 1](self)

    def log_message(self, *_: object) -> None:
        """Keeps quiet."""


def well(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(BODY)))
    request.end_headers()
    request.wfile.write(BODY)


def of_unknown_size(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    request.wfile.write(BODY)


def short(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(BODY) + 7))
    request.end_headers()
    request.wfile.write(BODY)


def status(code: int) -> Behave:
    return lambda request: request.send_error(code)


def redirect(place: str) -> Behave:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", place)
        request.end_headers()

    return answer


def hang(request: Handler) -> None:
    request.server.over.wait()


def no_http(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"\x00\xff what?\r\n\r\n")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(spanferry.fetch, "FIRST_DELAY_S", 0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.over.set()
        running.shutdown()
        thread.join()


@pytest.mark.parametrize("behave", [well, of_unknown_size])
def test_downloads_what_was_promised(server: Server, tmp_path: Path, behave: Behave) -> None:
    server.behaviours = [behave]
    told: list[tuple[int, int | None]] = []
    fetch(server.url, tmp_path / "new" / "train.json", SHA256, on_bytes=lambda *sizes: told.append(sizes))
    assert (tmp_path / "new" / "train.json").read_bytes() == BODY
    assert told[-1] == (len(BODY), len(BODY) if behave is well else None)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["train.json"]


def test_follows_a_redirect(server: Server, tmp_path: Path) -> None:
    server.behaviours = [redirect("/elsewhere.json"), well]
    fetch(server.url, tmp_path / "train.json")
    assert server.asked == ["/train.json", "/elsewhere.json"]
    assert (tmp_path / "train.json").read_bytes() == BODY


@pytest.mark.parametrize("passing", [status(503), status(429), short, no_http])
def test_tries_again_after_what_may_pass(server: Server, tmp_path: Path, passing: Behave) -> None:
    server.behaviours = [passing, passing, well]
    fetch(server.url, tmp_path / "train.json", SHA256)
    assert len(server.asked) == 3
    assert (tmp_path / "train.json").read_bytes() == BODY


@pytest.mark.parametrize(
    ("behave", "tries", "told"),
    [
        (status(404), 1, "HTTP 404 Not Found (attempt 1 of 4)"),
        (status(403), 1, "HTTP 403 Forbidden (attempt 1 of 4)"),
        (redirect("file:///etc/hostname"), 1, "Redirection to url 'file:///etc/hostname' is not allowed (attempt 1 of 4)"),
        (status(503), MAX_ATTEMPTS, "HTTP 503 Service Unavailable (attempt 4 of 4)"),
        (short, MAX_ATTEMPTS, f"{len(BODY)} of {len(BODY) + 7} bytes received (attempt 4 of 4)"),
        (hang, MAX_ATTEMPTS, "timed out (attempt 4 of 4)"),
    ],
)
def test_gives_up_in_one_line_and_keeps_what_was_there(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behave: Behave, tries: int, told: str
) -> None:
    monkeypatch.setattr(spanferry.fetch, "TIMEOUT_S", 0.1 if behave is hang else 10)
    server.behaviours = [behave]
    (tmp_path / "train.json").write_bytes(b"old")
    with pytest.raises(FetchError) as caught:
        fetch(server.url, tmp_path / "train.json")
    assert str(caught.value).startswith(f"{server.url}: ")
    assert str(caught.value).endswith(told)
    assert len(server.asked) == tries
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"train.json": b"old"}


def test_refuses_another_file_than_was_promised(server: Server, tmp_path: Path) -> None:
    server.behaviours = [well]
    with pytest.raises(FetchError) as caught:
        fetch(server.url, tmp_path / "train.json", "0" * 64)
    assert str(caught.value) == f"{server.url}: its sha256 is {SHA256}, not {'0' * 64}"
    assert list(tmp_path.iterdir()) == []


def test_what_the_check_refuses_does_not_stay(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(b"<html>")

    def check(fetched: Path) -> None:
        raise InputError(f"no SQuAD file: {fetched.read_bytes()!r}")

    with pytest.raises(InputError, match="b'<html>'"):
        fetch(str(tmp_path / "page.html"), tmp_path / "out" / "train.json", check=check)
    assert list((tmp_path / "out").iterdir()) == []


def test_nothing_is_asked_when_the_file_is_there(server: Server, tmp_path: Path) -> None:
    (tmp_path / "train.json").write_bytes(BODY)
    server.behaviours = [status(404)]
    fetch(server.url, tmp_path / "train.json", SHA256)
    assert server.asked == []


def test_copies_a_local_file(tmp_path: Path) -> None:
    (tmp_path / "here.json").write_bytes(BODY)
    fetch(str(tmp_path / "here.json"), tmp_path / "train.json", SHA256)
    assert file_sha256(tmp_path / "train.json") == SHA256


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("none.json", "No such file or directory"),
        (".", "Is a directory"),
        ("a\0b", "embedded null byte"),
        ("ftp://example.invalid/a.json", "No such file or directory"),
        ("http://", "no host given (attempt 4 of 4)"),
        ("http://[", "not a URL: Invalid IPv6 URL (attempt 1 of 4)"),
        ("http://127.0.0.1:port/", "not a URL: nonnumeric port: 'port' (attempt 1 of 4)"),
        (
            "http://127.0.0.1:1/a b",
            "not a URL: URL can't contain control characters. '/a b' (found at least ' ') (attempt 1 of 4)",
        ),
    ],
)
def test_a_place_that_is_none_is_told(workdir: Path, monkeypatch: pytest.MonkeyPatch, place: str, told: str) -> None:
    monkeypatch.setattr(spanferry.fetch, "FIRST_DELAY_S", 0)
    with pytest.raises(FetchError) as caught:
        fetch(place, workdir / "out" / "train.json")
    assert str(caught.value) == f"{place}: {told}"
    assert list((workdir / "out").iterdir()) == []
