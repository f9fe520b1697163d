"""The files of a data set: of a repository on the Hub at one commit, or of a folder with the same layout.

huggingface_hub keeps what it downloads in its cache, with the list of the repository's files. With HF_HUB_OFFLINE=1
everything comes from the cache.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from glob import escape
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from spanferry.errors import FetchError, single_line
from spanferry.hub.ids import COMMIT, HubId

if TYPE_CHECKING:
    from huggingface_hub import HfApi

README = "README.md"
CONVERTED = "refs/convert/parquet"
"""The branch to which the Hub writes each data set's rows as parquet."""

SHOWN = 10  # names in a message

LOGIN = "set HF_TOKEN, or run: hf auth login"
REMEDIES = {
    401: f"the token is not accepted; {LOGIN}",
    403: f"the token may not read it; {LOGIN}",
    429: f"too many requests; try again later, or {LOGIN}",
}
"""HTTP status -> what it means, and what to do."""


@dataclass(frozen=True)
class Snapshot:
    """A data set whose files are known, though not all are on this machine.

    name: for messages. root: the folder in which `fetch` puts files. files: their paths in it, sorted. commit: None for
    a folder.
    """

    name: str
    root: Path
    files: tuple[str, ...]
    commit: str | None
    download: Callable[[Sequence[str]], object]

    def fetch(self, names: Sequence[str]) -> list[Path]:
        """Return the paths of some files, after they are downloaded. Raises FetchError."""
        self.download(names)
        return [self.root / name for name in names]


def open_folder(folder: Path) -> Snapshot:
    """Return a folder with the layout of a repository."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    visible = [name for name in files if not any(part.startswith(".") for part in PurePosixPath(name).parts)]
    return Snapshot(str(folder), folder, tuple(visible), None, lambda _: None)


def open_repository(hub_id: HubId) -> Snapshot:
    """Return a data set on the Hub. Its card, README.md, is downloaded. Raises FetchError."""
    from huggingface_hub import HfApi, get_cached_repo_tree, snapshot_download
    from huggingface_hub.errors import CachedRepoTreeNotFoundError

    repository = hub_id.repository

    def download(names: Sequence[str], revision: str) -> Path:
        patterns = [escape(name) for name in names]
        with errors_of(hub_id), quiet():
            return Path(snapshot_download(repository, repo_type="dataset", revision=revision, allow_patterns=patterns))

    with errors_of(hub_id):
        check_pinned(hub_id, HfApi())
    root = download([README], hub_id.revision)
    commit = root.name
    try:
        tree = get_cached_repo_tree(repository, repo_type="dataset", revision=commit)
        files = tuple(sorted(file.path for file in tree if is_safe(file.path)))
    except CachedRepoTreeNotFoundError:  # another program filled the cache; the whole repository may be there
        files = open_folder(root).files
    return Snapshot(str(hub_id), root, files, commit, lambda names: download(names, commit))


def check_pinned(hub_id: HubId, api: "HfApi") -> None:
    """Raise FetchError if the revision is a branch, which moves, or does not exist.

    Offline it cannot be told from a tag; the cache then holds what was pinned.
    """
    from huggingface_hub import is_offline_mode

    if COMMIT.fullmatch(hub_id.revision) or is_offline_mode():
        return
    refs = api.list_repo_refs(hub_id.repository, repo_type="dataset", include_pull_requests=False)
    tags = sorted(ref.name for ref in refs.tags)
    if hub_id.revision in tags:
        return
    branches = {ref.name: ref.target_commit for ref in refs.branches}
    branches |= {ref.ref: ref.target_commit for ref in refs.converts}
    if commit := branches.get(hub_id.revision):
        pinned = HubId(hub_id.repository, commit)
        raise FetchError(f"{hub_id}: {hub_id.revision} is a branch, which moves; write {pinned}")
    raise FetchError(f"{hub_id}: no such revision; tags: {shorten(tags) or 'none'}; or write a commit of 40 digits")


def converted_commit(hub_id: HubId) -> str | None:
    """Return the commit of the rows that the Hub converted to parquet, None if there are none or it cannot be asked."""
    from httpx2 import HTTPError  # the HTTP client of huggingface_hub
    from huggingface_hub import HfApi

    try:
        refs = HfApi().list_repo_refs(hub_id.repository, repo_type="dataset")
    except (HTTPError, OSError, ValueError):
        return None
    return next((ref.target_commit for ref in refs.converts if ref.ref == CONVERTED), None)


@contextmanager
def errors_of(hub_id: HubId) -> Iterator[None]:
    """Turn the errors of huggingface_hub into FetchError, which names the remedy and never the token."""
    from httpx2 import HTTPError
    from huggingface_hub import get_token

    try:
        yield
    except (HTTPError, OSError, RuntimeError, ValueError) as error:
        line = f"{hub_id}: {describe_error(error)}"
        if token := get_token():
            line = line.replace(token, "(token)")
        raise FetchError(line) from error


def describe_error(error: Exception) -> str:
    """Return what an error of huggingface_hub means, and its remedy, on one line."""
    from httpx2 import TransportError
    from huggingface_hub import errors

    match error:
        case errors.GatedRepoError():
            return f"its owners grant access on request; ask for it on its page, then {LOGIN}"
        case errors.RepositoryNotFoundError():
            return f"no such data set, or it is private (then {LOGIN})"
        case errors.RevisionNotFoundError():
            return "no such revision"
        case errors.LocalEntryNotFoundError() | errors.OfflineModeIsEnabled():
            return "not completely in the cache, and the Hub cannot be reached"
        case errors.HfHubHTTPError(response=response) if remedy := REMEDIES.get(response.status_code):
            return f"HTTP {response.status_code}: {remedy}"
        case TransportError():
            return f"the Hub cannot be reached: {single_line(error)}; HF_HUB_OFFLINE=1 uses only what is in the cache"
        case UnicodeEncodeError():
            return f"the token of the Hub has characters that no token has; {LOGIN}"
        case _:
            return single_line(error)


@contextmanager
def quiet() -> Iterator[None]:
    """Show no progress bars and warnings of huggingface_hub."""
    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars, logging

    was_disabled, verbosity = are_progress_bars_disabled(), logging.get_verbosity()
    disable_progress_bars()
    logging.set_verbosity_error()  # it warns of a data set without a card
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if not was_disabled:
            enable_progress_bars()


def is_safe(name: str) -> bool:
    """Return whether a file of a repository stays in the folder that it is put into."""
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\\" not in name and "\0" not in name


def shorten(names: Sequence[str]) -> str:
    """Return names for a message, at most SHOWN of them."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
