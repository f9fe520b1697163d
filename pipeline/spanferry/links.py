"""Links to the local files that params.yaml names, so that DVC sees when a user edits one.

DVC depends only on paths that dvc.yaml spells out. The links stand at such paths, and DVC follows them:

data/inputs/<corpus>/<group>/<key>             -> the file that corpora.<corpus>.<key> names
data/inputs/<corpus>/<group>/locations.json    {key: location}, also of what is not a local file
data/inputs/runs/<run>                         -> the folder of runs.<run>.base.model, or a file that names the model

Git tracks the links, so that a clone has them.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from spanferry.files import atomic_folder, temporary_path, write_bytes, write_json

LOCATIONS = "locations.json"


def link_files(locations: Mapping[str, str], folder: Path) -> None:
    """Write a folder with a link to each location that is a local file, and the list of all locations.

    DVC does not follow a link to a folder inside this one. Instead of it, there is a link to each of its files.
    """
    with atomic_folder(folder) as part:
        for key, location in locations.items():
            for name in list_files(location):
                link = Path(key) / name
                (part / link).parent.mkdir(parents=True, exist_ok=True)
                (part / link).symlink_to(link_target(Path(location) / name, (folder / link).parent))
        write_json(part / LOCATIONS, dict(locations))


def list_files(location: str) -> list[Path]:
    """Return the paths of the files below a local folder, `.` for a local file, and nothing for any other location."""
    path = Path(location)
    if "://" in location:
        return []
    if path.is_dir():
        return [file.relative_to(path) for file in sorted(path.rglob("*")) if file.is_file()]
    return [Path()] if path.is_file() else []


def link_folder(location: str, link: Path) -> None:
    """Write a link to a local folder. If there is no such folder, write a file that contains the location."""
    if not Path(location).is_dir():
        write_bytes(link, f"{location}\n".encode())
        return
    part = temporary_path(link, "part")
    part.symlink_to(link_target(Path(location), link.parent))
    part.replace(link)


def link_target(path: Path, folder: Path) -> str:
    """Return what a link in a folder has to say: a relative path, which stays right in a clone of the project.

    The path of a file outside the project stays absolute if the user gave it so.
    """
    return str(path) if path.is_absolute() else os.path.relpath(path.absolute(), folder.resolve())
