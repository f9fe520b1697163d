"""Fetches the files of a corpus from paths, URLs or the Hub, and checks them before other stages read them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from http.client import HTTPException, InvalidURL
from pathlib import Path
from ssl import SSLError
from time import sleep
from typing import Literal, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from spanferry.checksums import SHA256SUMS, checksum_lines
from spanferry.config import Corpus
from spanferry.corrections.files import fetched_name
from spanferry.errors import FetchError
from spanferry.files import atomic_write, file_sha256, regular_file, write_bytes, write_json
from spanferry.hub.ids import is_hub_id
from spanferry.hub.source import DataSet, encode_data_sets, fetch_split, is_data_set
from spanferry.records import SPLITS, Split
from spanferry.squad import read_document
from spanferry.squad.notes import NOTES_FILE, count_notes

CHUNK_BYTES = 1 << 20
TIMEOUT_S = 60  # seconds without receiving a byte
MAX_ATTEMPTS = 4
FIRST_DELAY_S = 2.0  # before the second attempt; doubles with each further one
RETRIED_STATUSES = (408, 429, 500, 502, 503, 504)

OnBytes = Callable[[int, int | None], None]
"""Called with the number of bytes received so far, and the size of the file if the server sends it."""

Check = Callable[[Path], object]
"""Called with a file; raises an exception when the file is not valid."""

Retrieve = Callable[[Path, OnBytes], object]
"""Writes a file."""


FileGroup = Literal["source", "memory", "judgements", "corrections"]
"""Files of a corpus that the same stages read. Each group has a folder, so that an edit reruns only those stages."""

FILE_NAMES: dict[FileGroup, dict[str, str]] = {
    "source": {split: f"{split}.json" for split in SPLITS},
    "memory": {"memory": "memory.tmx"},
    "judgements": {"gold": "gold.json", "verdicts": "verdicts.csv"},
    "corrections": {},
}
"""Group -> key of the corpus in params.yaml -> name of the fetched file.

The corrections may be several files; `file_name` numbers them.
"""


DATA_SETS = "datasets.json"
"""The record of what was fetched from data sets, beside their files."""


class FetchedFiles(NamedTuple):
    """The result of `fetch_group`.

    files: names of the files in the folder. questions: number of usable questions in all splits. notes: plain lines,
    each of which begins with a file's name, about what is repaired, ignored and left out.
    """

    files: tuple[str, ...]
    questions: int
    notes: tuple[str, ...]


def group_locations(corpus: Corpus, target: str, group: FileGroup) -> dict[str, str]:
    """Return the path or URL of each file of a group that the corpus has: {key: location}.

    target: code of the target language, to which gold spans belong.
    """
    if group == "corrections":
        return {f"corrections.{n}": location for n, location in enumerate(corpus.correction_locations(), 1)}
    locations = {"gold": corpus.gold_location(target)}
    return {key: location for key in FILE_NAMES[group] if (location := locations.get(key, getattr(corpus, key)))}


def file_name(group: FileGroup, key: str) -> str:
    """Return the name of a fetched file. key: one of `group_locations`."""
    return fetched_name(int(key.rpartition(".")[2])) if group == "corrections" else FILE_NAMES[group][key]


def check_present(name: str, locations: Mapping[str, str]) -> None:
    """Raise FetchError for a path of a corpus, of which there is no file or folder. locations: by key."""
    for key, location in locations.items():
        if not (is_url(location) or is_hub_id(location) or Path(location).exists()):
            remedy = f"put it back, or correct corpora.{name}.{key.partition('.')[0]} in params.yaml"
            raise FetchError(f"{location}: No such file or directory; {remedy}")


def fetch_group(
    corpus: Corpus,
    locations: Mapping[str, str],
    group: FileGroup,
    out: Path,
    progress: Callable[[str], AbstractContextManager[OnBytes]],
) -> FetchedFiles:
    """Fetch a group of files into a folder, remove all other files from it, and write SHA256SUMS.

    locations: those of the group (`group_locations`).
    progress: called with the name of a file; returns a context manager that shows the progress of its download.

    Raises FetchError when a file cannot be fetched, InputError when a split has no usable question, or has systematic
    errors in its offsets that are not to be repaired.
    """
    questions = 0
    data_sets: dict[str, DataSet] = {}
    counts: dict[str, dict[str, int]] = {}
    files: list[str] = []
    notes: list[str] = []
    out.mkdir(parents=True, exist_ok=True)
    for key, location in locations.items():

        def inspect(path: Path, name: str = file_name(group, key), key: str = key, location: str = location) -> None:
            nonlocal questions
            reading = read_document(path, location)
            questions += reading.usable
            notes.extend(f"{name}: {line}" for line in reading.describe())
            if reading.notes:
                counts[key] = count_notes(reading.notes)
            if corpus.repair == "off":
                reading.repaired.refuse(location)

        files.append(file_name(group, key))
        with progress(files[-1]) as on_bytes:
            if key not in SPLITS:
                fetch(location, out / files[-1], on_bytes=on_bytes)
            elif is_data_set(location):
                retrieve = retrieve_split(corpus, key, location, data_sets)
                fetch(location, out / files[-1], None, inspect, on_bytes, retrieve)
            elif corpus.columns or corpus.config:
                raise FetchError(f"{location}: config and columns need a data set: hf:owner/name@revision or a folder")
            else:
                fetch(location, out / files[-1], corpus.expected_sha256(key), inspect, on_bytes)
    if data_sets:
        files.append(DATA_SETS)
        write_bytes(out / DATA_SETS, encode_data_sets(data_sets))
    if counts:
        files.append(NOTES_FILE)
        write_json(out / NOTES_FILE, counts)
    for stale in {path.name for path in out.iterdir()} - set(files):
        (out / stale).unlink()
    write_bytes(out / SHA256SUMS, checksum_lines(out).encode())
    return FetchedFiles(tuple(files), questions, tuple(notes))


def retrieve_split(corpus: Corpus, split: Split, location: str, data_sets: dict[str, DataSet]) -> Retrieve:
    """Return a function that writes a split of a data set, and adds the record of what it read to `data_sets`."""

    def retrieve(target: Path, _: OnBytes) -> None:
        own_name = getattr(corpus.split, split)
        data_sets[split] = fetch_split(location, corpus.config, own_name, corpus.columns, target)

    return retrieve


def fetch(
    location: str,
    target: Path,
    sha256: str | None = None,
    check: Check = lambda _: None,
    on_bytes: OnBytes = lambda _, __: None,
    retrieve: Retrieve | None = None,
) -> None:
    """Copy a path or an http(s) URL to `target`. The file appears only when it is complete and checked.

    A target that already has the expected checksum is not fetched again. check: called with the file in both cases.
    retrieve: writes the file instead.

    Raises FetchError when the location cannot be read or has another checksum, and whatever `check` raises.
    """
    if sha256 and target.is_file() and file_sha256(target) == sha256:
        check(target)
        return
    with atomic_write(target) as part:
        if retrieve:
            retrieve(part, on_bytes)
        elif is_url(location):
            download(location, part, on_bytes)
        else:
            try:
                part.write_bytes(regular_file(Path(location)).read_bytes())
            except (OSError, ValueError) as error:
                raise FetchError(f"{location}: {getattr(error, 'strerror', None) or error}") from error
        actual = file_sha256(part)
        if sha256 and actual != sha256:
            raise FetchError(f"{location}: its sha256 is {actual}, not {sha256}; check its origin, then correct sha256")
        check(part)


def is_url(location: str) -> bool:
    """Return whether a location is an http(s) URL and not a path."""
    return location.startswith(("http://", "https://"))


def download(url: str, target: Path, on_bytes: OnBytes) -> None:
    """Download a file. Retries temporary errors and truncated responses. Raises FetchError when all attempts fail."""
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            return request_once(url, target, on_bytes)
        except HTTPError as error:
            message, is_final = f"HTTP {error.code} {error.reason}", error.code not in RETRIED_STATUSES
        except (InvalidURL, ValueError) as error:
            message, is_final = f"not a URL: {error}", True
        except (URLError, HTTPException, TimeoutError, ConnectionError, SSLError) as error:
            message, is_final = str(getattr(error, "reason", None) or error or type(error).__name__), False
        if is_final:
            raise FetchError(f"{url}: {message}; correct the URL")
        if attempt == MAX_ATTEMPTS:
            raise FetchError(f"{url}: {message} ({attempt} attempts); try again later")
        sleep(FIRST_DELAY_S * 2 ** (attempt - 1))
    return None


def request_once(url: str, target: Path, on_bytes: OnBytes) -> None:
    """Download a file with one request. Raises ConnectionError when the response is truncated."""
    request = Request(url, headers={"User-Agent": "spanferry"})
    with urlopen(request, timeout=TIMEOUT_S) as response, target.open("wb") as out:
        length = response.headers.get("Content-Length")
        size = int(length) if length and length.isdecimal() else None
        received = 0
        while chunk := response.read(CHUNK_BYTES):
            out.write(chunk)
            received += len(chunk)
            on_bytes(received, size)
        if size is not None and received != size:
            raise ConnectionError(f"{received} of {size} bytes received")
