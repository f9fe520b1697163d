"""What the reader's stages share: a run of params.yaml, its corpora's cleaned files, and quiet libraries."""

from pathlib import Path

from spanferry import squad
from spanferry.config import Params
from spanferry.errors import InputError, ParamsError
from spanferry.reader.runs import Run


def run_of(params: Params, name: str) -> Run:
    """The run of that name. Raises ParamsError."""
    if name not in params.runs:
        raise ParamsError(f"params.yaml: runs.{name}: there is no such run (known: {', '.join(params.runs)})")
    return params.runs[name]


def cleaned(data: Path, corpora: tuple[str, ...], language: str, split: str) -> dict[str, squad.Document]:
    """Corpus -> its cleaned file of a split. Raises InputError, also for a corpus that is not built."""
    documents = {}
    for corpus in corpora:
        file = data / corpus / "clean" / f"{language}_squadv2_{split}_clean.json"
        if not file.is_file():
            raise InputError(f"{file}: missing; corpus {corpus!r} has no {split}, or is not among build.corpora")
        documents[corpus] = squad.read(file)
    return documents


def quiet() -> None:
    """Keeps transformers' chatter off the terminal; errors still come."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
