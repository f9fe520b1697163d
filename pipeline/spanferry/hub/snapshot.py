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
    """Turn the errors of huggingface_hub into FetchError."""
    from httpx2 import HTTPError
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError as error:
        raise FetchError(
            f"{hub_id}: its owners grant access on request; ask for it, then run: hf auth login"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise FetchError(f"{hub_id}: no such data set, or it is private (then run: hf auth login)") from error
    except errors.RevisionNotFoundError as error:
        raise FetchError(f"{hub_id}: no such revision") from error
    except (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled) as error:
        raise FetchError(f"{hub_id}: not completely in the cache, and the Hub cannot be reached") from error
    except (HTTPError, OSError, RuntimeError, ValueError) as error:
        raise FetchError(f"{hub_id}: {single_line(error)}") from error


@contextmanager
def quiet() -> Iterator[None]:
    """Show no progress bars of huggingface_hub."""
    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    was_disabled = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
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
