"""Find what a run is both trained and evaluated on, whatever the corpora are called.

The contexts of XQuAD, for example, are those of SQuAD's development set, and its question ids are SQuAD's in every
language. A score on such questions says little about other texts.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from spanferry.files import read_json
from spanferry.reader.corpora import read_cleaned
from spanferry.reader.training_record import RECORD_NAME, read_training_record
from spanferry.squad import Document, read_squad

if TYPE_CHECKING:
    from spanferry.records import Split

# Ids such as "1" or "q12" are those of many unrelated corpora. SQuAD's have 24 hexadecimal digits.
UNIQUE_ID = re.compile(r"[0-9a-fA-F-]{16,}")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class CorpusTexts:
    """The texts of one split of a corpus: its own, and for a translated corpus those that it was translated from."""

    document: Document
    source: Document | None = None


@dataclass
class _Known:
    """The contexts and question ids of a corpus that a run is trained on."""

    contexts: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)


class Overlap(Struct, frozen=True):
    """What the corpus `evaluated` shares with the corpus `trained`.

    contexts, questions: number of contexts and questions of `evaluated` that `trained` has too; a question counts when
    its context or its id is shared. total: number of questions of `evaluated`.
    """

    trained: str
    evaluated: str
    contexts: int
    questions: int
    total: int

    def __str__(self) -> str:
        return (
            f"{self.questions:,} of the {self.total:,} questions of {self.evaluated} ({self.contexts:,} contexts)"
            f" are also in {self.trained}, on which the run is trained"
        )


def read_texts(data: Path, languages: Mapping[str, str], split: "Split") -> dict[str, CorpusTexts]:
    """Read the texts of a split for each corpus: the cleaned file, and the source if it is there.

    data: the folder of the corpora. languages: corpus -> code of its target language. Raises InputError.
    """
    texts: dict[str, CorpusTexts] = {}
    for corpus, document in read_cleaned(data, languages, split).items():
        source = data / corpus / "source" / f"{split}.json"
        texts[corpus] = CorpusTexts(document, read_squad(source) if source.is_file() else None)
    return texts


def corpora_of_base(model: str | None) -> tuple[str, ...]:
    """Return the corpora that the base model of a run was trained on, if it is a folder that `finetune` wrote.

    Raises InputError when its record is broken.
    """
    corpora: list[str] = []
    seen: set[Path] = set()
    while model and (folder := Path(model)) not in seen and (folder / RECORD_NAME).is_file():
        settings = read_training_record(folder).settings
        corpora += settings.train_on
        seen.add(folder)
        model = settings.base.model
    return tuple(dict.fromkeys(corpora))


def read_overlaps(path: Path) -> tuple[Overlap, ...]:
    """Read the overlaps that stage inputs wrote. Raises InputError."""
    return read_json(path, tuple[Overlap, ...])


def normalise_context(context: str) -> str:
    """Return the words of a context alone: without case, punctuation and differences of white space.

    >>> normalise_context("The  canal\\u00a0was dug\\nin 1612.") == normalise_context("“The Canal was dug in 1612”")
    True
    """
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", context).casefold()))


def find_overlaps(trained: Mapping[str, CorpusTexts], evaluated: Mapping[str, CorpusTexts]) -> list[Overlap]:
    """Return the overlap of each pair of corpora that have one.

    trained: the training questions of each corpus, by its name. evaluated: the same of the development questions.
    """
    known = {name: _collect(texts) for name, texts in trained.items()}
    found = [_compare(name, own, other, texts) for name, own in known.items() for other, texts in evaluated.items()]
    return [overlap for overlap in found if overlap.questions]


def _collect(texts: CorpusTexts) -> _Known:
    known = _Known()
    for document in filter(None, (texts.document, texts.source)):
        for article in document.data:
            for paragraph in article.paragraphs:
                known.contexts.add(normalise_context(paragraph.context))
                known.ids |= {question.id for question in paragraph.qas if UNIQUE_ID.fullmatch(question.id)}
    known.contexts.discard("")
    return known


def _compare(trained: str, known: _Known, evaluated: str, texts: CorpusTexts) -> Overlap:
    sources = _contexts_by_question(texts.source) if texts.source else {}
    contexts = questions = total = 0
    for article in texts.document.data:
        for paragraph in article.paragraphs:
            ids = [question.id for question in paragraph.qas]
            same_context = normalise_context(paragraph.context) in known.contexts
            shared = [one for one in ids if same_context or one in known.ids or sources.get(one) in known.contexts]
            contexts += bool(shared)
            questions += len(shared)
            total += len(ids)
    return Overlap(trained, evaluated, contexts, questions, total)


def _contexts_by_question(document: Document) -> dict[str, str]:
    """Map each question id to its normalised context."""
    contexts: dict[str, str] = {}
    for article in document.data:
        for paragraph in article.paragraphs:
            contexts |= dict.fromkeys((question.id for question in paragraph.qas), normalise_context(paragraph.context))
    return contexts
