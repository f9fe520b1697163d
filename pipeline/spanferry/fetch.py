"""Fetching a corpus: from a path or a URL, checked before anything else sees it."""

from collections.abc import Callable
from http.client import HTTPException, InvalidURL
from pathlib import Path
from ssl import SSLError
from time import sleep
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from spanferry.errors import FetchError
from spanferry.files import atomic_write, file_sha256, regular_file

CHUNK = 1 << 20  # bytes
TIMEOUT = 60  # seconds without a byte
TRIES = 4
PAUSE = 2.0  # seconds before the second try; doubles with each
RETRIED = (408, 429, 500, 502, 503, 504)

Progress = Callable[[int, int | None], None]
"""Told how many bytes have come, and how many there are where the server says it."""

Check = Callable[[Path], object]
"""Raises when the file is not what it should be."""


def is_url(place: str) -> bool:
    return place.startswith(("http://", "https://"))


def fetch(
    place: str,
    target: Path,
    sha256: str | None = None,
    check: Check = lambda _: None,
    progress: Progress = lambda _, __: None,
) -> None:
    """Copies `place` (path or http(s) URL) to `target`, whole and checked or not at all.

    A target that already has the promised sha256 is left as it is, and nothing is asked. Raises
    FetchError when the place cannot be read or its sha256 is another one, and whatever check raises.
    """
    if sha256 and target.is_file() and file_sha256(target) == sha256:
        return
    with atomic_write(target) as beside:
        if is_url(place):
            download(place, beside, progress)
        else:
            try:
                beside.write_bytes(regular_file(Path(place)).read_bytes())
            except (OSError, ValueError) as error:
                raise FetchError(f"{place}: {getattr(error, 'strerror', None) or error}") from error
        got = file_sha256(beside)
        if sha256 and got != sha256:
            raise FetchError(f"{place}: its sha256 is {got}, not {sha256}")
        check(beside)


def download(url: str, target: Path, progress: Progress) -> None:
    """Downloads with a few tries; a short read counts as a failed one. Raises FetchError."""
    for attempt in range(1, TRIES + 1):
        try:
            return stream(url, target, progress)
        except HTTPError as error:
            told, final = f"HTTP {error.code} {error.reason}", error.code not in RETRIED
        except (InvalidURL, ValueError) as error:
            told, final = f"not a URL: {error}", True
        except (URLError, HTTPException, TimeoutError, ConnectionError, SSLError) as error:
            told, final = str(getattr(error, "reason", None) or error or type(error).__name__), False
        if final or attempt == TRIES:
            raise FetchError(f"{url}: {told} (try {attempt} of {TRIES})")
        sleep(PAUSE * 2 ** (attempt - 1))
    return None


def stream(url: str, target: Path, progress: Progress) -> None:
    request = Request(url, headers={"User-Agent": "spanferry"})
    with urlopen(request, timeout=TIMEOUT) as answer, target.open("wb") as out:
        size = answer.headers.get("Content-Length")
        whole = int(size) if size and size.isdecimal() else None
        got = 0
        while piece := answer.read(CHUNK):
            out.write(piece)
            got += len(piece)
            progress(got, whole)
        if whole is not None and got != whole:
            raise ConnectionError(f"{got} of {whole} bytes came")
