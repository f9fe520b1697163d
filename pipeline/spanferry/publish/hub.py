"""Upload a published folder to the Hugging Face Hub.

    published/ ──check_ready──> copy that states revision, version and date ──> one commit, tagged

huggingface_hub finds the token.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from spanferry.checksums import SHA256SUMS, checksum_lines
from spanferry.errors import ContractError, InputError, SpanferryError, single_line
from spanferry.files import read_json, write_json
from spanferry.publish.about import About, request_facts
from spanferry.publish.card import state_revision
from spanferry.publish.croissant import CROISSANT_FILE, state_publication
from spanferry.publish.revision import Commit
from spanferry.squad.validation import validate

if TYPE_CHECKING:
    from huggingface_hub import HfApi

CARD = "README.md"


class UploadError(SpanferryError):
    """The Hub refused the upload, or could not be reached."""


def check_ready(folder: Path, corpus: str, about: About, target: str, *, native: bool) -> None:
    """Raise an error when a folder must not be uploaded: broken files, wrong checksums, facts that are not stated.

    The arguments after `folder` are those of `request_facts`. Raises InputError or ContractError.
    """
    if not (folder / SHA256SUMS).is_file():
        raise InputError(f"{folder}: no {SHA256SUMS} in it; build it with `dvc repro`")
    reports, _ = validate(folder, repair=False)
    for report in reports:
        if report.errors:
            worst = report.findings[0]
            raise ContractError(f"{report.file}: {worst.rule}: {worst.examples[0].path} {worst.examples[0].message}")
    if request := request_facts(about, corpus, target, native=native):
        raise InputError(f"{folder}: {request}")


def list_files(folder: Path) -> list[tuple[str, int]]:
    """List the files of a folder with their sizes in bytes, sorted by path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder).as_posix(), path.stat().st_size) for path in files]


@contextmanager
def copy_for_upload(folder: Path, commit: Commit, tag: str, url: str) -> Iterator[Path]:
    """Yield a temporary copy of the folder that states what is known only when it is uploaded, with matching checksums.

    The card states the git revision. croissant.json states the tag as version, the commit's date as that of the
    publication, and the address, where section `about` of params.yaml gave none.
    """
    with TemporaryDirectory(prefix="spanferry-") as temporary:
        copy = Path(temporary) / "published"
        shutil.copytree(folder, copy)
        card = copy / CARD
        card.write_text(state_revision(card.read_text(encoding="utf-8"), commit.revision), encoding="utf-8")
        metadata = read_json(copy / CROISSANT_FILE, dict[str, Any])
        write_json(copy / CROISSANT_FILE, state_publication(metadata, tag, commit.date, url))
        (copy / SHA256SUMS).write_text(checksum_lines(copy), encoding="utf-8")
        yield copy


def upload(folder: Path, commit: Commit, repository: str, tag: str, private: bool, api: "HfApi") -> str:
    """Replace the content of a dataset repository with this folder, in one tagged commit. Returns the commit's URL.

    repository: "user/name"; it is created when it does not exist. private: applies to a new repository only.

    Raises UploadError when the upload fails, or when the repository already has the tag: a tag is never moved.
    """
    from httpx2 import HTTPError  # the HTTP client of huggingface_hub

    try:
        api.create_repo(repository, repo_type="dataset", private=private, exist_ok=True)
        if tag in {ref.name for ref in api.list_repo_refs(repository, repo_type="dataset").tags}:
            raise UploadError(f"{repository}: already has the tag {tag}; choose another with --tag")
        with copy_for_upload(folder, commit, tag, f"{api.endpoint}/datasets/{repository}") as copy:
            uploaded = api.upload_folder(
                repo_id=repository,
                repo_type="dataset",
                folder_path=copy,
                delete_patterns=["*"],
                commit_message=f"{tag}, built from {commit.revision}",
            )
        api.create_tag(repository, repo_type="dataset", tag=tag, revision=uploaded.oid)
    except (HTTPError, OSError, RuntimeError, ValueError) as error:
        raise UploadError(f"{repository}: {single_line(error)}") from error
    return uploaded.commit_url
