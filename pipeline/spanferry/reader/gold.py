"""Read the gold questions of one or several corpora, and the method that found the span of each answer.

This module is separate from `corpora`, so that fine-tuning does not depend on the tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from spanferry import tables
from spanferry.reader.corpora import PROVENANCE, read_cleaned
from spanferry.reader.normalisation import question_language
from spanferry.records import Field, Method, SpanRow, Split
from spanferry.squad import Document, Paragraph, iterate_questions

CERTAINTY = {method: rank for rank, method in enumerate(Method)}  # 0 is the most certain


@dataclass(frozen=True)
class Gold:
    """The questions of one or several corpora.

    method_of: question id -> method that found its span, if known. language_of: question id -> code of its language.
    """

    document: Document
    method_of: dict[str, Method]
    language_of: dict[str, str]


def read_gold(data: Path, languages: Mapping[str, str]) -> Gold:
    """Read the dev questions of all corpora as one document, with the methods of their spans if provenance exists.

    data: the folder of the corpora. languages: corpus -> code of its language. Raises InputError when a file is missing
    or broken.
    """
    golds: dict[str, Gold] = {}
    for corpus, document in read_cleaned(data, languages, "dev").items():
        provenance = data / corpus / "clean" / PROVENANCE
        methods = read_methods(provenance, "dev") if provenance.is_file() else {}
        codes = {
            question.id: question_language(question.id) or languages[corpus]
            for _, _, _, question in iterate_questions(document)
        }
        golds[corpus] = Gold(document, methods, codes)
    return join_gold(golds)


def join_gold(golds: Mapping[str, Gold]) -> Gold:
    """Join the questions of several corpora. If two share a question id, every id is prefixed with `corpus/`."""
    ids = [question.id for gold in golds.values() for _, _, _, question in iterate_questions(gold.document)]
    if len(set(ids)) < len(ids):
        golds = {corpus: _prefix_ids(gold, f"{corpus}/") for corpus, gold in golds.items()}
    articles = tuple(article for gold in golds.values() for article in gold.document.data)
    method_of = {question: method for gold in golds.values() for question, method in gold.method_of.items()}
    language_of = {question: code for gold in golds.values() for question, code in gold.language_of.items()}
    return Gold(Document(data=articles), method_of, language_of)


def _prefix_ids(gold: Gold, prefix: str) -> Gold:
    def rename(paragraph: Paragraph) -> Paragraph:
        qas = tuple(replace(question, id=prefix + question.id) for question in paragraph.qas)
        return replace(paragraph, qas=qas)

    articles = tuple(
        replace(article, paragraphs=tuple(rename(paragraph) for paragraph in article.paragraphs))
        for article in gold.document.data
    )
    method_of = {prefix + question: method for question, method in gold.method_of.items()}
    language_of = {prefix + question: code for question, code in gold.language_of.items()}
    return Gold(replace(gold.document, data=articles), method_of, language_of)


def read_methods(provenance: Path, split: Split) -> dict[str, Method]:
    """Read the method of each question's most certain answer: {question id: method}.

    Plausible answers and other splits are ignored. Raises InputError.
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
