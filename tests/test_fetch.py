"""Tests of fetching over real HTTP, from a local server whose responses each test sets."""

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
    """A server that answers the n-th request with the n-th behaviour, and every later one with the last."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours: list[Behave] = []
        self.requested: list[str] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/train.json"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requested.append(self.path)
        self.server.behaviours[min(len(self.server.requested), len(self.server.behaviours)) - 1](self)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def send_body(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(BODY)))
    request.end_headers()
    request.wfile.write(BODY)


def send_without_size(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    request.wfile.write(BODY)


def send_too_little(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(BODY) + 7))
    request.end_headers()
    request.wfile.write(BODY)


def status(code: int) -> Behave:
    return lambda request: request.send_error(code)


def redirect(location: str) -> Behave:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", location)
        request.end_headers()

    return answer


def hang(request: Handler) -> None:
    request.server.over.wait()


def send_no_http(request: BaseHTTPRequestHandler) -> None:
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


@pytest.mark.parametrize("behave", [send_body, send_without_size])
def test_downloads_a_file_and_checks_its_checksum(server: Server, tmp_path: Path, behave: Behave) -> None:
    server.behaviours = [behave]
    sizes: list[tuple[int, int | None]] = []
    fetch(server.url, tmp_path / "new" / "train.json", SHA256, on_bytes=lambda *received: sizes.append(received))
    assert (tmp_path / "new" / "train.json").read_bytes() == BODY
    assert sizes[-1] == (len(BODY), len(BODY) if behave is send_body else None)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["train.json"]


def test_follows_a_redirect(server: Server, tmp_path: Path) -> None:
    server.behaviours = [redirect("/elsewhere.json"), send_body]
    fetch(server.url, tmp_path / "train.json")
    assert server.requested == ["/train.json", "/elsewhere.json"]
    assert (tmp_path / "train.json").read_bytes() == BODY


@pytest.mark.parametrize("failure", [status(503), status(429), send_too_little, send_no_http])
def test_retries_after_a_temporary_failure(server: Server, tmp_path: Path, failure: Behave) -> None:
    server.behaviours = [failure, failure, send_body]
    fetch(server.url, tmp_path / "train.json", SHA256)
    assert len(server.requested) == 3
    assert (tmp_path / "train.json").read_bytes() == BODY


@pytest.mark.parametrize(
    ("behave", "attempts", "message"),
    [
        (status(404), 1, "HTTP 404 Not Found; correct the URL"),
        (status(403), 1, "HTTP 403 Forbidden; correct the URL"),
        (
            redirect("file:///etc/hostname"),
            1,
            "Redirection to url 'file:///etc/hostname' is not allowed; correct the URL",
        ),
        (status(503), MAX_ATTEMPTS, "HTTP 503 Service Unavailable (4 attempts); try again later"),
        (send_too_little, MAX_ATTEMPTS, f"{len(BODY)} of {len(BODY) + 7} bytes received (4 attempts); try again later"),
        (hang, MAX_ATTEMPTS, "timed out (4 attempts); try again later"),
    ],
)
def test_a_permanent_failure_gives_a_one_line_error_and_keeps_the_old_file(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behave: Behave, attempts: int, message: str
) -> None:
    monkeypatch.setattr(spanferry.fetch, "TIMEOUT_S", 0.1 if behave is hang else 10)
    server.behaviours = [behave]
    (tmp_path / "train.json").write_bytes(b"old")
    with pytest.raises(FetchError) as caught:
        fetch(server.url, tmp_path / "train.json")
    assert str(caught.value).startswith(f"{server.url}: ")
    assert str(caught.value).endswith(message)
    assert len(server.requested) == attempts
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"train.json": b"old"}


def test_refuses_a_file_with_another_checksum(server: Server, tmp_path: Path) -> None:
    server.behaviours = [send_body]
    with pytest.raises(FetchError) as caught:
        fetch(server.url, tmp_path / "train.json", "0" * 64)
    assert (
        str(caught.value)
        == f"{server.url}: its sha256 is {SHA256}, not {'0' * 64}; check its origin, then correct sha256"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_the_check_refuses_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(b"<html>")

    def check(fetched: Path) -> None:
        raise InputError(f"no SQuAD file: {fetched.read_bytes()!r}")

    with pytest.raises(InputError, match="b'<html>'"):
        fetch(str(tmp_path / "page.html"), tmp_path / "out" / "train.json", check=check)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_file_with_the_expected_checksum_is_checked_but_not_fetched_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "train.json").write_bytes(BODY)
    server.behaviours = [status(404)]
    checked: list[Path] = []
    fetch(server.url, tmp_path / "train.json", SHA256, checked.append)
    assert (server.requested, checked) == ([], [tmp_path / "train.json"])


def test_copies_a_local_file(tmp_path: Path) -> None:
    (tmp_path / "here.json").write_bytes(BODY)
    fetch(str(tmp_path / "here.json"), tmp_path / "train.json", SHA256)
    assert file_sha256(tmp_path / "train.json") == SHA256


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("none.json", "No such file or directory"),
        (".", "Is a directory"),
        ("a\0b", "embedded null byte"),
        ("ftp://example.invalid/a.json", "No such file or directory"),
        ("http://", "no host given (4 attempts); try again later"),
        ("http://[", "not a URL: Invalid IPv6 URL; correct the URL"),
        ("http://127.0.0.1:port/", "not a URL: nonnumeric port: 'port'; correct the URL"),
        (
            "http://127.0.0.1:1/a b",
            "not a URL: URL can't contain control characters. '/a b' (found at least ' '); correct the URL",
        ),
    ],
)
def test_a_wrong_location_is_reported(
    workdir: Path, monkeypatch: pytest.MonkeyPatch, location: str, message: str
) -> None:
    monkeypatch.setattr(spanferry.fetch, "FIRST_DELAY_S", 0)
    with pytest.raises(FetchError) as caught:
        fetch(location, workdir / "out" / "train.json")
    assert str(caught.value) == f"{location}: {message}"
    assert list((workdir / "out").iterdir()) == []
