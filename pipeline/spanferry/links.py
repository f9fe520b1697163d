"""Links to the local files and folders that params.yaml names, so that DVC sees when a user edits one.

DVC depends only on paths that dvc.yaml spells out. The links stand at such paths, and DVC follows them:

data/inputs/<corpus>/<group>/<key>             -> the file that corpora.<corpus>.<key> names
data/inputs/<corpus>/<group>/locations.json    {key: location}, also of what is not a local file
data/inputs/<corpus>/folders/<group>/<split>   -> the folder of a data set, or a file that contains the location
data/inputs/runs/<run>                         -> the folder of runs.<run>.base.model, or a file that names the model

DVC does not follow a link to a folder inside of an output. So each of these is an output of its own, in which DVC also
sees files that appear or vanish. Git tracks the links, so that a clone has them.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from spanferry.files import atomic_folder, temporary_path, write_bytes, write_json

LOCATIONS = "locations.json"


def link_files(locations: Mapping[str, str], folder: Path) -> None:
    """Write a folder with a link to each location that is a local file, and the list of all locations."""
    with atomic_folder(folder) as part:
        for key, location in locations.items():
            if "://" not in location and Path(location).is_file():
                (part / key).symlink_to(link_target(Path(location), folder))
        write_json(part / LOCATIONS, dict(locations))


def link_folder(location: str, link: Path) -> None:
    """Write a link to a local folder. If there is no such folder, write a file that contains the location."""
    if not location or not Path(location).is_dir():  # Path("") is the current folder
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
