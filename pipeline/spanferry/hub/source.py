"""Fetch a split of a data set into one file that the reader of SQuAD files takes.

hf:owner/name@revision, or a folder ──> its data files ──> JSON lines of rows, or the only JSON file as it is
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from spanferry.errors import FetchError
from spanferry.files import file_sha256
from spanferry.hub.ids import is_hub_id, parse_hub_id
from spanferry.hub.layout import describe_script, find_data_files
from spanferry.hub.rows import module_of, rename, stream_rows, write_rows
from spanferry.hub.snapshot import Snapshot, converted_commit, open_folder, open_repository


class DataFile(Struct, frozen=True):
    """A file that was read."""

    path: str
    bytes: int
    sha256: str


class DataSet(Struct, frozen=True, omit_defaults=True):
    """What was fetched: the location as params.yaml gives it, the commit that it stands for, and the files."""

    location: str
    split: str
    files: tuple[DataFile, ...]
    commit: str | None = None
    config: str | None = None
    columns: Mapping[str, str] = {}


def is_data_set(location: str) -> bool:
    """Return whether a location is a data set with configurations and splits: on the Hub, or in a folder."""
    return is_hub_id(location) or Path(location).is_dir()


def fetch_split(location: str, config: str | None, split: str, columns: Mapping[str, str], target: Path) -> DataSet:
    """Write a split of a data set to a file. Raises FetchError.

    The only file of a split is copied if it is JSON, and no columns are to be renamed.
    """
    snapshot = open_data_set(location)
    try:
        names = find_data_files(snapshot, config, split)
    except FetchError as error:
        raise FetchError(f"{error}{converted_hint(location, snapshot)}") from error
    kinds = {module_of(name)[0] for name in names}
    if len(kinds) > 1:
        raise FetchError(f"{snapshot.name}: split {split!r} has files of several kinds: {', '.join(sorted(kinds))}")
    paths = snapshot.fetch(names)
    if kinds == {"json"} and len(paths) == 1 and not columns:
        target.write_bytes(paths[0].read_bytes())
    else:
        with target.open("wb") as file:
            write_rows(rename(stream_rows(paths, snapshot.name), columns, snapshot.name), file)
    files = tuple(
        DataFile(name, path.stat().st_size, file_sha256(path)) for name, path in zip(names, paths, strict=True)
    )
    return DataSet(location, split, files, snapshot.commit, config, dict(columns))


def open_data_set(location: str) -> Snapshot:
    """Open a data set on the Hub or in a folder."""
    return open_repository(parse_hub_id(location)) if is_hub_id(location) else open_folder(Path(location))


def converted_hint(location: str, snapshot: Snapshot) -> str:
    """Return where the rows of a data set with a script are; "" for others."""
    if is_hub_id(location) and describe_script(snapshot):
        hub_id = parse_hub_id(location)
        if commit := converted_commit(hub_id):
            return f"; the Hub has its rows as parquet: {hub_id._replace(revision=commit)}"
    return ""


def encode_data_sets(data_sets: Mapping[str, DataSet]) -> bytes:
    """Return the record of what was fetched, by split, as JSON."""
    return msgspec.json.format(msgspec.json.encode(dict(data_sets), order="sorted"), indent=2) + b"\n"
