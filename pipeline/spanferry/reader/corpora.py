"""The cleaned files of the corpora that a run trains on and is evaluated on.

data/<corpus>/clean/<language>_squadv2_<split>_clean.json   the questions
data/<corpus>/clean/provenance.parquet                      how each answer's span was found
data/digests/<corpus>.json                                  file name -> sha256 of the cleaned files
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec.structs import replace

from spanferry import tables
from spanferry.errors import InputError
from spanferry.files import regular_file
from spanferry.reader.settings import Run
from spanferry.records import Field, Method, SpanRow, Split
from spanferry.squad import Document, Paragraph, iterate_questions, read_squad

PROVENANCE = "provenance.parquet"
CERTAINTY = {method: rank for rank, method in enumerate(Method)}  # 0 is the most certain

Checksums = dict[str, dict[str, str]]
"""{corpus: {file name: sha256}}."""


@dataclass(frozen=True)
class Gold:
    """Questions to answer, of one or several corpora. method_of: question id -> how its span was found, if known."""

    document: Document
    method_of: dict[str, Method]


def cleaned_name(language: str, split: Split) -> str:
    """Return the name of a cleaned file."""
    return f"{language}_squadv2_{split}_clean.json"


def read_cleaned(data: Path, corpora: Sequence[str], language: str, split: Split) -> dict[str, Document]:
    """Read the cleaned file of a split for each corpus: {corpus: document}.

    data: the folder of the corpora. Raises InputError when a file is missing or broken.
    """
    documents: dict[str, Document] = {}
    for corpus in corpora:
        file = data / corpus / "clean" / cleaned_name(language, split)
        if not file.is_file():
            raise InputError(f"{file}: missing; corpus {corpus!r} has no {split}, or is not among build.corpora")
        documents[corpus] = read_squad(file)
    return documents


def read_gold(data: Path, corpora: Sequence[str], language: str) -> Gold:
    """Read the dev questions of all corpora as one, with the methods of their spans where provenance is present.

    data: the folder of the corpora. Raises InputError when a file is missing or broken.
    """
    golds: dict[str, Gold] = {}
    for corpus, document in read_cleaned(data, corpora, language, "dev").items():
        provenance = data / corpus / "clean" / PROVENANCE
        golds[corpus] = Gold(document, read_methods(provenance, "dev") if provenance.is_file() else {})
    return join_gold(golds)


def join_gold(golds: Mapping[str, Gold]) -> Gold:
    """Join the questions of several corpora. If two share a question id, every id is prefixed with `corpus/`."""
    ids = [question.id for gold in golds.values() for _, _, _, question in iterate_questions(gold.document)]
    if len(set(ids)) < len(ids):
        golds = {corpus: _prefix_ids(gold, f"{corpus}/") for corpus, gold in golds.items()}
    articles = tuple(article for gold in golds.values() for article in gold.document.data)
    method_of = {question: method for gold in golds.values() for question, method in gold.method_of.items()}
    return Gold(Document(data=articles), method_of)


def _prefix_ids(gold: Gold, prefix: str) -> Gold:
    def rename(paragraph: Paragraph) -> Paragraph:
        qas = tuple(replace(question, id=prefix + question.id) for question in paragraph.qas)
        return replace(paragraph, qas=qas)

    articles = tuple(
        replace(article, paragraphs=tuple(rename(paragraph) for paragraph in article.paragraphs))
        for article in gold.document.data
    )
    method_of = {prefix + question: method for question, method in gold.method_of.items()}
    return Gold(replace(gold.document, data=articles), method_of)


def read_methods(provenance: Path, split: Split) -> dict[str, Method]:
    """Read how the most certain answer of each question was found: {question id: method}.

    Only answers of the split count, not plausible answers. Raises InputError.
    """
    table = tables.read(provenance, SpanRow)
    columns = (table[name].to_pylist() for name in ("split", "field", "question_id", "method"))
    methods: dict[str, Method] = {}
    for row_split, field, question, word in zip(*columns, strict=True):
        if row_split != split or field != Field.ANSWERS or word is None:
            continue
        method = Method(word)
        if question not in methods or CERTAINTY[method] < CERTAINTY[methods[question]]:
            methods[question] = method
    return methods


def select_checksums(run: Run, language: str, folder: Path) -> dict[Split, Checksums]:
    """Select the checksums of the files that a run reads: for "train" those it trains on, for "dev" the others.

    folder: one file of checksums per corpus, as the stage `clean` writes them. Raises InputError.
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
        raise InputError(f"{path}: {error.strerror or error}; is the corpus among build.corpora?") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not the checksums of a corpus: {error}; rebuild it") from error
