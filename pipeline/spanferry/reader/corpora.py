"""The cleaned files of the corpora that a run trains on and is evaluated on.

data/<corpus>/clean/<language>_squadv2_<split>_clean.json   the questions
data/<corpus>/clean/provenance.parquet                      how each answer's span was found
data/digests/<corpus>.json                                  file name -> sha256 of the cleaned files
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from spanferry.errors import InputError
from spanferry.files import regular_file
from spanferry.reader.settings import Run
from spanferry.squad import Document, cleaned_name, read_squad

if TYPE_CHECKING:  # so that fine-tuning does not depend on the records of tables
    from spanferry.records import Split

PROVENANCE = "provenance.parquet"

Checksums = dict[str, dict[str, str]]
"""{corpus: {file name: sha256}}."""


def read_cleaned(data: Path, corpora: Sequence[str], language: str, split: "Split") -> dict[str, Document]:
    """Read the cleaned file of a split for each corpus: {corpus: document}.

    data: the folder of the corpora. Raises InputError when a file is missing or broken.
    """
    documents: dict[str, Document] = {}
    for corpus in corpora:
        file = data / corpus / "clean" / cleaned_name(language, split)
        if not file.is_file():
            raise InputError(f"{file}: missing; corpus {corpus!r} has no {split} split, or is not in build.corpora")
        documents[corpus] = read_squad(file)
    return documents


def select_checksums(run: Run, language: str, folder: Path) -> dict["Split", Checksums]:
    """Select the checksums of the files that a run reads: "train" for training, "dev" for evaluation.

    folder: has one file of checksums per corpus, written by stage `clean`. Raises InputError.
    """
    checksums = {corpus: read_checksums(folder / f"{corpus}.json") for corpus in run.corpora}

    def select(corpora: Sequence[str], *names: str) -> Checksums:
        return {
            corpus: {name: checksums[corpus][name] for name in names if name in checksums[corpus]} for corpus in corpora
        }

    return {
        "train": select(run.train_on, cleaned_name(language, "train")),
        "dev": select(run.evaluate_on, cleaned_name(language, "dev"), PROVENANCE),
    }


def read_checksums(path: Path) -> dict[str, str]:
    """Read {file name: sha256} of a corpus's cleaned files. Raises InputError."""
    try:
        return msgspec.json.decode(regular_file(path).read_bytes(), type=dict[str, str])
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}; is the corpus in build.corpora?") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not the checksums of a corpus: {error}; rebuild it") from error
