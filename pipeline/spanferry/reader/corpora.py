"""The cleaned files of the corpora that a run trains on and is evaluated on.

data/<corpus>/clean/<target>_squadv2_<split>_clean.json   the questions
data/<corpus>/clean/provenance.parquet                      how each answer's span was found
data/digests/<corpus>.json                                  file name -> sha256 of the cleaned files
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from spanferry.errors import InputError, plain_problem
from spanferry.files import regular_file
from spanferry.reader.settings import Run
from spanferry.squad import Document, cleaned_name, read_squad

if TYPE_CHECKING:  # so that fine-tuning does not depend on the records of tables
    from spanferry.records import Split

PROVENANCE = "provenance.parquet"

Checksums = dict[str, dict[str, str]]
"""{corpus: {file name: sha256}}."""


def read_cleaned(data: Path, languages: Mapping[str, str], split: "Split") -> dict[str, Document]:
    """Read the cleaned file of a split for each corpus: {corpus: document}.

    data: the folder of the corpora. languages: corpus -> code of its target language. Raises InputError when a file is
    missing or broken.
    """
    documents: dict[str, Document] = {}
    for corpus, language in languages.items():
        file = data / corpus / "clean" / cleaned_name(language, split)
        if not file.is_file():
            raise InputError(
                f"{file}: missing; corpus {corpus!r} has no {split} split, or is not in build.corpora of params.yaml"
            )
        documents[corpus] = read_squad(file)
    return documents


def select_checksums(run: Run, languages: Mapping[str, str], folder: Path) -> dict["Split", Checksums]:
    """Select the checksums of the files that a run reads: "train" for training, "dev" for evaluation.

    languages: corpus -> code of its target language. folder: has one file of checksums per corpus, written by stage
    `clean`. Raises InputError.
    """
    checksums = {corpus: read_checksums(folder / f"{corpus}.json") for corpus in run.corpora}

    def select(corpora: Sequence[str], split: "Split", *others: str) -> Checksums:
        selected: Checksums = {}
        for corpus in corpora:
            names = (cleaned_name(languages[corpus], split), *others)
            selected[corpus] = {name: checksums[corpus][name] for name in names if name in checksums[corpus]}
        return selected

    return {"train": select(run.train_on, "train"), "dev": select(run.evaluate_on, "dev", PROVENANCE)}


def read_checksums(path: Path) -> dict[str, str]:
    """Read {file name: sha256} of a corpus's cleaned files. Raises InputError."""
    try:
        return msgspec.json.decode(regular_file(path).read_bytes(), type=dict[str, str])
    except OSError as error:
        raise InputError(
            f"{path}: {error.strerror or error}; is its corpus in build.corpora of params.yaml?"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}: not the checksums of a corpus: {plain_problem(str(error))}; build it again with `dvc repro`"
        ) from error
