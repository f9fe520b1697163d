"""Which files of a data set hold a split: by its card (README.md), or else by the names of its files.

These are the rules of the library `datasets`, applied to the names alone: nothing is downloaded, and no code of the
data set runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from spanferry.errors import FetchError, single_line
from spanferry.hub.snapshot import README, Snapshot, is_safe, shorten

DEFAULT_CONFIG = "default"
MODULES = {
    ".parquet": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".csv": "csv",
    ".tsv": "csv",
    ".arrow": "arrow",
}
"""The endings of the files that can be read, and the module of `datasets` that reads their rows."""

Patterns = Mapping[str, Sequence[str]]
"""Split -> patterns of file names."""


def find_data_files(snapshot: Snapshot, config: str | None, split: str) -> list[str]:
    """Return the files of a split, in order.

    config: None for the default configuration. Raises FetchError, which names the configurations or splits that exist.
    """
    with files_as_folder(snapshot) as folder:
        splits = choose_config(snapshot, read_configs(snapshot, folder), config)
        if split not in splits:
            known = shorten(sorted(splits)) or "none"
            raise FetchError(f"{snapshot.name}: no split {split!r} (it has: {known}); name it in `split`")
        # The patterns of the rules overlap, and not all of them match.
        names = dict.fromkeys(name for pattern in splits[split] for name in match_files(snapshot, folder, pattern))
    if not names:
        patterns, endings = ", ".join(splits[split][:3]), ", ".join(MODULES)
        raise FetchError(f"{snapshot.name}: split {split!r}: no file matches {patterns} and ends with {endings}")
    return list(names)


@contextmanager
def files_as_folder(snapshot: Snapshot) -> Iterator[Path]:
    """Yield a folder that has all files of a data set, those of a repository without their content."""
    if snapshot.commit is None:
        yield snapshot.root.resolve()
        return
    with TemporaryDirectory(prefix="spanferry-") as temporary:
        for name in snapshot.files:
            path = Path(temporary, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        yield Path(temporary).resolve()


def read_configs(snapshot: Snapshot, folder: Path) -> dict[str, Patterns]:
    """Return the configurations of a data set, the default one first."""
    from datasets.data_files import EmptyDatasetError, get_data_patterns, sanitize_patterns
    from datasets.utils.metadata import MetadataConfigs
    from huggingface_hub import DatasetCardData, metadata_load

    card = snapshot.root / README
    try:
        data = (metadata_load(card) if card.is_file() else None) or {}
        declared = MetadataConfigs.from_dataset_card_data(DatasetCardData(**data))
        default = declared.get_default_config_name()
        names = sorted(declared, key=lambda name: name != default)
        configs: dict[str, Patterns] = {}
        for name in names or [DEFAULT_CONFIG]:
            settings = declared.get(name, {})
            base = str(settings.get("data_dir") or "")
            if not is_safe(base or "."):
                raise FetchError(f"{snapshot.name}: {README}: data_dir {base!r} leads out of the data set")
            patterns = (
                sanitize_patterns(settings["data_files"])
                if "data_files" in settings
                else get_data_patterns((folder / base).as_posix())
            )
            configs[name] = {
                split: [f"{base}/{pattern}" if base else pattern for pattern in listed]
                for split, listed in patterns.items()
            }
    except EmptyDatasetError as error:
        raise FetchError(f"{snapshot.name}: no data files in it") from error
    except FetchError:
        raise
    except Exception as error:  # of the YAML parser, or of code that takes the card's values as they should be
        raise FetchError(f"{snapshot.name}: {README}: {single_line(error)}") from error
    if not any("data_files" in settings for settings in declared.values()) and (script := describe_script(snapshot)):
        raise FetchError(f"{snapshot.name}: needs its own script to be read{script}")
    return configs


def choose_config(snapshot: Snapshot, configs: dict[str, Patterns], config: str | None) -> Patterns:
    """Return the splits of a configuration. Raises FetchError, which names those that exist."""
    if config is not None and config not in configs:
        raise FetchError(f"{snapshot.name}: no configuration {config!r} (it has: {shorten(list(configs))})")
    if config is None and len(configs) > 1 and DEFAULT_CONFIG not in configs:
        raise FetchError(f"{snapshot.name}: choose a configuration with `config` (it has: {shorten(list(configs))})")
    return configs[config or (DEFAULT_CONFIG if DEFAULT_CONFIG in configs else next(iter(configs)))]


def match_files(snapshot: Snapshot, folder: Path, pattern: str) -> list[str]:
    """Return the files that match a pattern and can be read, sorted.

    Raises FetchError for a pattern that leads out of the data set.
    """
    from datasets.data_files import resolve_pattern

    if not is_safe(pattern) or "://" in pattern or "::" in pattern:
        raise FetchError(f"{snapshot.name}: {pattern!r} is not a file of the data set; only these are read")
    try:
        found = resolve_pattern(pattern, folder.as_posix(), allowed_extensions=list(MODULES))
    except FileNotFoundError:
        return []
    return sorted(Path(path).relative_to(folder).as_posix() for path in found)


def describe_script(snapshot: Snapshot) -> str:
    """Return a hint about the loading script of a data set, "" where it has none."""
    scripts = [name for name in snapshot.files if name.endswith(".py") and "/" not in name]
    return f": {scripts[0]} is a script, and scripts are not run" if scripts else ""
