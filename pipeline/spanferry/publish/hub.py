"""Uploading a published folder to the Hugging Face hub.

    published/ ──ready──> staged copy, card stamped with the git revision ──> one commit, tagged

The token is huggingface_hub's own business.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from spanferry.checksums import SUMS, sums
from spanferry.errors import ContractError, InputError, SpanferryError
from spanferry.publish.about import About
from spanferry.publish.card import stamped
from spanferry.squad.validation.validator import validate

if TYPE_CHECKING:
    from huggingface_hub import HfApi

CARD = "README.md"


class UploadError(SpanferryError):
    """The hub refused, or could not be reached."""


def ready(folder: Path, about: About) -> None:
    """Raises when a folder must not be uploaded: broken files, checksums that do not hold, no licence."""
    if not (folder / SUMS).is_file():
        raise InputError(f"{folder}: no {SUMS} in it; build it with `dvc repro`")
    reports, _ = validate(folder)
    for report in reports:
        if report.errors:
            worst = report.findings[0]
            raise ContractError(f"{report.file}: {worst.rule}: {worst.examples[0].path} {worst.examples[0].told}")
    if not about.licence:
        raise InputError(f"{folder}: say under which licence it may be used (about.<corpus>.licence in params.yaml)")


def listing(folder: Path) -> list[tuple[str, int]]:
    """The files of a folder with their sizes in bytes, by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder).as_posix(), path.stat().st_size) for path in files]


@contextmanager
def staged(folder: Path, revision: str) -> Iterator[Path]:
    """A copy of the folder whose card states the git revision, with checksums to match."""
    with TemporaryDirectory(prefix="spanferry-") as place:
        copy = Path(place) / "published"
        shutil.copytree(folder, copy)
        card = copy / CARD
        card.write_text(stamped(card.read_text(encoding="utf-8"), revision), encoding="utf-8")
        (copy / SUMS).write_text(sums(copy), encoding="utf-8")
        yield copy


def upload(folder: Path, revision: str, repository: str, tag: str, private: bool, api: "HfApi") -> str:
    """Makes the dataset repository hold just this folder, in one commit, and tags it; returns the commit's address.

    repository: "user/name", made when it is not there (private: only then). A tag that is there already
    is never moved. Raises UploadError.
    """
    from httpx2 import HTTPError  # the client of huggingface_hub

    try:
        api.create_repo(repository, repo_type="dataset", private=private, exist_ok=True)
        if tag in {held.name for held in api.list_repo_refs(repository, repo_type="dataset").tags}:
            raise UploadError(f"{repository}: has a version {tag} already; give another --tag")
        with staged(folder, revision) as copy:
            commit = api.upload_folder(
                repo_id=repository,
                repo_type="dataset",
                folder_path=copy,
                delete_patterns=["*"],
                commit_message=f"{tag}, built from {revision}",
            )
        api.create_tag(repository, repo_type="dataset", tag=tag, revision=commit.oid)
    except (HTTPError, OSError, RuntimeError, ValueError) as error:
        raise UploadError(f"{repository}: {' '.join(str(error).split())}") from error
    return commit.commit_url
