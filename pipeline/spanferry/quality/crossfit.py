"""Readers that check each other's questions: each question is answered by a reader that was not trained on its article.

    jobs (CheckJob) ──collect_articles──> articles in folds ──ask_readers──> {(split, question id): agreement}

The agreement of an answerable question is the overlap of the reader's answers with the spans, each answer weighed with
its probability. That of an unanswerable one is the probability that it has no answer.

The answers of a fold are kept in a file until all folds are done. A training that was killed resumes from its last
checkpoint.
"""

import hashlib
import shutil
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec
import numpy as np
import pyarrow as pa
from msgspec import Struct

from spanferry.arrow import from_table
from spanferry.errors import InputError
from spanferry.files import read_json, write_json
from spanferry.pretrained import ModelSource, folder_fingerprint, locate_model
from spanferry.quality.items import CheckJob, ParagraphTexts
from spanferry.reader import training
from spanferry.reader.examples import collect_examples
from spanferry.reader.prediction import PredictedAnswers, predict
from spanferry.reader.settings import CheckReaderSettings, PredictionSettings, Run
from spanferry.reader.spans import insert_null_spans
from spanferry.records import Field, Span, Split
from spanferry.squad import Answer, Article, Document, Paragraph, Question, iterate_questions

NAME = "check"
VERSION = "v2.0"
Opinions = dict[tuple[str, str], float]
"""(split, question id) -> agreement of the reader, 0 to 1."""
ProgressBar = Callable[[int], AbstractContextManager[training.Progress]]
"""Opens a progress bar over a number of steps."""


class FoldAnswers(Struct):
    """The file of a fold. fingerprint: of everything that it depends on. agreements: in the order of its questions."""

    fingerprint: str
    agreements: list[float]


@dataclass(frozen=True)
class KeyedArticle:
    """An article in the target language. Question i of the article has the key `keys[i]`: (split, id)."""

    article: Article
    keys: tuple[tuple[Split, str], ...]


def collect_articles(jobs: Iterable[pa.Table], left_out: Container[tuple[str, str]] = ()) -> Iterator[KeyedArticle]:
    """Yield the articles of a corpus with the questions that can be judged.

    jobs: rows of CheckJob, in order. left_out: (split, id) of questions that readers do not see.
    """
    current: tuple[str, int] | None = None
    paragraphs: list[Paragraph] = []
    keys: list[tuple[Split, str]] = []
    for table in jobs:
        for job in from_table(table, CheckJob):
            if current not in (None, (job.source.split, job.source.article)) and keys:
                yield KeyedArticle(Article(title="", paragraphs=tuple(paragraphs)), tuple(keys))
                paragraphs, keys = [], []
            current = job.source.split, job.source.article
            questions = [each for each in judged_questions(job) if (job.source.split, each[1]) not in left_out]
            if questions and job.target.context is not None:
                paragraphs.append(Paragraph(context=job.target.context, qas=tuple(each for each, _ in questions)))
                keys.extend((job.source.split, id_) for _, id_ in questions)
    if keys:
        yield KeyedArticle(Article(title="", paragraphs=tuple(paragraphs)), tuple(keys))


def judged_questions(job: CheckJob) -> Iterator[tuple[Question, str]]:
    """Yield the questions of a paragraph that can be judged, in the target language, with their ids."""
    texts = ParagraphTexts.of(job)
    for question, translation in zip(job.source.questions, job.questions, strict=True):
        answers = tuple(
            Answer(text=answer.text, answer_start=answer.start)
            for answer in (texts.answers.get(question.id, ()) if texts else ())
            if answer.field is Field.ANSWERS and answer.text and answer.start is not None
        )
        if translation and not question.reason and (answers or question.is_impossible):
            id_ = f"{job.source.split}/{question.id}"
            asked = Question(id=id_, question=translation, answers=answers, is_impossible=question.is_impossible)
            yield asked, question.id


def ask_readers(
    articles: Sequence[KeyedArticle], settings: CheckReaderSettings, folder: Path, progress_bar: ProgressBar
) -> Opinions:
    """Train a reader for each fold and return what it says about the questions of the fold.

    folder: for checkpoints and the answers of finished folds; it is removed at the end. Raises InputError.
    """
    if len(articles) < settings.folds:
        raise InputError(
            f"check.reader.folds: {settings.folds} folds need as many articles, and the corpus has {len(articles)}"
        )
    base = settings.base
    source = locate_model(base.model, base.revision, base.weights) if base.model else None
    opinions: Opinions = {}
    for fold in range(settings.folds):
        own = articles[fold :: settings.folds]
        others = [article for n, article in enumerate(articles) if n % settings.folds != fold]
        keys = [key for article in own for key in article.keys]
        agreements = ask_fold(own, others, settings, source, folder / f"fold-{fold}", progress_bar)
        opinions |= dict(zip(keys, agreements, strict=True))
    shutil.rmtree(folder, ignore_errors=True)
    return opinions


def ask_fold(
    own: Sequence[KeyedArticle],
    others: Sequence[KeyedArticle],
    settings: CheckReaderSettings,
    source: ModelSource | None,
    folder: Path,
    progress_bar: ProgressBar,
) -> list[float]:
    """Return the agreements of a fold: those that are kept, or those of a reader that is trained on the others."""
    asked, taught = (
        Document(version=VERSION, data=tuple(each.article for each in articles)) for articles in (own, others)
    )
    fingerprint = fingerprint_of(asked, taught, settings, source)
    kept = folder.with_suffix(".json")
    if kept.exists() and (answers := read_json(kept, FoldAnswers)).fingerprint == fingerprint:
        return answers.agreements
    run = Run(settings.base, (NAME,), (NAME,), settings.training)
    prepared = training.prepare_training(run, [taught], source)
    with progress_bar(prepared.step_count) as progress:
        training.train(prepared, folder, progress)
    examples = collect_examples([asked])
    predicted = predict(prepared.model, prepared.tokenizer, examples, settings.training, PredictionSettings())
    agreements = measure_agreements(asked, predicted)
    write_json(kept, FoldAnswers(fingerprint, agreements))
    shutil.rmtree(folder, ignore_errors=True)
    return agreements


def fingerprint_of(asked: Document, taught: Document, settings: CheckReaderSettings, source: ModelSource | None) -> str:
    """Return a checksum of everything that the answers of a fold depend on."""
    import transformers

    base = source and (source.commit or folder_fingerprint(source.folder))
    content = (transformers.__version__, base, settings, asked, taught)
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def measure_agreements(asked: Document, predicted: PredictedAnswers) -> list[float]:
    """Return the agreement of each question, in order."""
    assert predicted.null is not None  # SQuAD 2.0 allows "no answer"
    spans = insert_null_spans(predicted.spans, predicted.null, predicted.limit)
    questions = [question for _, _, _, question in iterate_questions(asked)]
    bounds = np.searchsorted(spans.question, np.arange(len(questions) + 1))
    agreements: list[float] = []
    for question, low, high in zip(questions, bounds[:-1], bounds[1:], strict=True):
        scores = spans.score[low:high].astype(float)
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        found = cast(list[Span], list(zip(spans.first[low:high].tolist(), spans.last[low:high].tolist(), strict=True)))
        right = [agreement_of(span, question) for span in found]
        agreements.append(round(float(np.dot(shares, right)), 4))
    return agreements


def agreement_of(span: Span, question: Question) -> float:
    """Return how well an answer agrees with a question's spans, 0 to 1; an empty span is "no answer"."""
    if not question.answers:
        return float(span[0] == span[1])
    return max(overlap(span, (answer.answer_start, answer.end)) for answer in question.answers)


def overlap(one: Span, other: Span) -> float:
    """Return the F1 of two spans as sets of characters."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return 2 * shared / (one[1] - one[0] + other[1] - other[0]) if shared > 0 else 0.0
