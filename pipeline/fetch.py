"""Fetching a corpus: from a path or a URL, checked before anything else sees it."""

import hashlib
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from pipeline.errors import FetchError
from pipeline.files import replacing

CHUNK = 1 << 20  # bytes
TIMEOUT = 60  # seconds without a byte
TRIES = 4
RETRIED = (408, 429, 500, 502, 503, 504)

Progress = Callable[[int, int | None], None]
"""Told the bytes of each piece, and the size of the whole where the server says it."""


def is_url(place: str) -> bool:
    return urlsplit(place).scheme in ("http", "https")


def digest(path: Path) -> str:
    """The file's sha256, in hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def fetch(place: str, target: Path, sha256: str | None, progress: Progress = lambda _, __: None) -> None:
    """Copies `place` (path or http(s) URL) to `target`, whole or not at all.

    A target that already has the promised sha256 is left as it is, and nothing is asked. Raises
    FetchError when the place cannot be read or its sha256 is another one.
    """
    if sha256 and target.is_file() and digest(target) == sha256:
        return
    with replacing(target) as beside:
        if is_url(place):
            download(place, beside, progress)
        else:
            try:
                beside.write_bytes(Path(place).read_bytes())
            except OSError as error:
                raise FetchError(f"{place}: {error.strerror or error}") from error
        got = digest(beside)
        if sha256 and got != sha256:
            raise FetchError(f"{place}: its sha256 is {got}, not {sha256}")


def download(url: str, target: Path, progress: Progress, sleep: Callable[[float], None] = time.sleep) -> None:
    """Downloads with a few tries; a short read counts as a failed one. Raises FetchError."""
    for attempt in range(1, TRIES + 1):
        try:
            return stream(url, target, progress)
        except HTTPError as error:
            told, final = f"HTTP {error.code} {error.reason}", error.code not in RETRIED
        except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
            told, final = str(getattr(error, "reason", None) or error or type(error).__name__), False
        if final or attempt == TRIES:
            raise FetchError(f"{url}: {told} (try {attempt} of {TRIES})")
        sleep(2.0**attempt)
    return None


def stream(url: str, target: Path, progress: Progress) -> None:
    request = Request(url, headers={"User-Agent": "spanferry"})
    with urlopen(request, timeout=TIMEOUT) as answer, target.open("wb") as out:
        size = answer.headers.get("Content-Length")
        whole = int(size) if size and size.isdigit() else None
        got = 0
        while piece := answer.read(CHUNK):
            out.write(piece)
            got += len(piece)
            progress(len(piece), whole)
        if whole is not None and got != whole:
            raise ConnectionError(f"{got} of {whole} bytes came")
