"""How similar an encoder finds the texts of a question to their translations, and the span to the answer.

    CheckJob ──compare_batch──> ComparedParagraph (one Similarities a question)

The similarity of a pair is the cosine of the mean vectors of its texts, less the mean cosine of each of the two to the
nearest other texts of the paragraph (margin, Artetxe and Schwenk 2019), because all texts on one topic are similar.
The span is compared with the run of words that the encoder links best to the answer, as `align.encoder` does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import pyarrow as pa

from spanferry.arrow import from_table, to_table
from spanferry.encoder import EncodedText, Encoder, FloatMatrix
from spanferry.executors import BatchFunction
from spanferry.language import Language, language_of
from spanferry.projection.tokenized import TokenizedText
from spanferry.projection.word_links import link_windows
from spanferry.quality.items import AnswerPlace, CheckJob, ParagraphTexts, WindowPair, touched_sentences
from spanferry.quality.settings import CheckEncoderSettings
from spanferry.records import Field, Record, SourceQuestion, Span

NEIGHBOURS = 3  # texts of the paragraph that are subtracted
LONGEST = 40  # words of the longest run that is compared with a span
WHOLE = (0, 0)  # the window of a text with one sentence

Pair = tuple[str, str]
"""A text and its translation."""


class EncodesTexts(Protocol):
    """An encoder, or what stands in for it in tests."""

    def encode(self, texts: Sequence[str]) -> list[EncodedText]: ...


class Similarities(Record, frozen=True, gc=False):
    """The similarities of a question, None where there is nothing to compare.

    question: of the question. window: the lowest of the sentences of its answers. rest: the lowest of the others.
    extent: how well its spans cover the answers, as a share of the best runs of words.
    """

    question: float | None = None
    window: float | None = None
    rest: float | None = None
    extent: float | None = None


class ComparedParagraph(Record, frozen=True, gc=False):
    """The similarities of a paragraph's questions, in order."""

    items: tuple[Similarities, ...]


def load_comparer(settings: CheckEncoderSettings, source: str, target: str) -> BatchFunction:
    """Load the encoder. Returns the function that compares a batch. source, target: language codes."""
    encoder = PrefixedEncoder(
        Encoder(settings.model, settings.revision, settings.layer, depth=1.0), settings.text_prefix
    )
    return partial(compare_batch, encoder=encoder, languages=(language_of(source), language_of(target)))


@dataclass(frozen=True)
class PrefixedEncoder:
    """An encoder that was trained with a prefix before each text, as E5 was with "query: "."""

    encoder: EncodesTexts
    prefix: str

    def encode(self, texts: Sequence[str]) -> list[EncodedText]:
        """Return the vectors of each text, without those of the prefix."""
        encoded = self.encoder.encode([self.prefix + text for text in texts])
        return [without_start(each, len(self.prefix)) for each in encoded]


def without_start(encoded: EncodedText, length: int) -> EncodedText:
    """Return a text without its first characters."""
    own = encoded.spans[:, 1] > length
    return EncodedText(np.maximum(encoded.spans[own] - length, 0), encoded.vectors[own])


def compare_batch(jobs: pa.Table, encoder: EncodesTexts, languages: tuple[Language, Language]) -> pa.Table:
    """Compare the questions of paragraphs with their translations (CheckJob -> ComparedParagraph)."""
    paragraphs = [(job, ParagraphTexts.of(job)) for job in from_table(jobs, CheckJob)]
    pairs = [list(all_pairs(texts)) if texts else [] for _, texts in paragraphs]
    # Sorted, so that the batches of the encoder depend on nothing but the texts.
    texts = sorted({text for of_paragraph in pairs for pair in of_paragraph for text in pair if text.strip()})
    encoded = dict(zip(texts, encoder.encode(texts), strict=True))
    compared = [
        ComparedParagraph(
            compare_paragraph(texts, own, encoded, languages)
            if texts
            else tuple(Similarities() for _ in job.source.questions)
        )
        for (job, texts), own in zip(paragraphs, pairs, strict=True)
    ]
    return to_table(compared, ComparedParagraph)


def all_pairs(texts: ParagraphTexts) -> Iterable[Pair]:
    """Yield the questions, sentences and windows of a paragraph with their translations, each once."""
    yield from dict.fromkeys(
        [
            *(
                (question.question.strip(), translation.strip())
                for question, translation in zip(texts.job.source.questions, texts.job.questions, strict=True)
                if translation is not None
            ),
            *map(texts.texts_of, sentences_of(texts)),
            *(texts.texts_of(window) for question in texts.job.source.questions for window in texts.windows(question)),
        ]
    )


def sentences_of(texts: ParagraphTexts) -> list[WindowPair]:
    """Return all sentences of a paragraph as windows."""
    return [((n, n), (n, n)) for n in range(len(texts.target.sentences))]


def compare_paragraph(
    texts: ParagraphTexts,
    pairs: Sequence[Pair],
    encoded: Mapping[str, EncodedText],
    languages: tuple[Language, Language],
) -> tuple[Similarities, ...]:
    """Return the similarities of a paragraph's questions."""
    similar = dict(zip(pairs, pair_similarities(pairs, encoded), strict=True))
    sentences = sentences_of(texts)
    items: list[Similarities] = []
    for question, translation in zip(texts.job.source.questions, texts.job.questions, strict=True):
        if translation is None:
            items.append(Similarities())
            continue
        windows = texts.pairs_of(texts.windows(question))
        touched = touched_sentences(windows)
        rest = [similar[texts.texts_of(pair)] for pair in sentences if pair[0][0] not in touched]
        items.append(
            Similarities(
                similar[question.question.strip(), translation.strip()],
                min((similar[texts.texts_of(pair)] for pair in windows), default=None),
                min(rest, default=None),
                measure_extent(question, texts, encoded, languages),
            )
        )
    return tuple(items)


def pair_similarities(pairs: Sequence[Pair], encoded: Mapping[str, EncodedText]) -> list[float]:
    """Return the similarity of each pair, which is low for an empty text."""
    ones, others = (mean_vectors([encoded.get(pair[side]) for pair in pairs]) for side in (0, 1))
    cosines = (ones @ others.T).astype(float)
    same = np.array([[a[0] == b[0] or a[1] == b[1] for b in pairs] for a in pairs])
    near = [mean_of_nearest(np.where(same, np.nan, each)) for each in (cosines, cosines.T)]
    return (np.diagonal(cosines) - (near[0] + near[1]) / 2).round(4).tolist()


def mean_vectors(texts: Sequence[EncodedText | None]) -> FloatMatrix:
    """Return the mean of each text's vectors with length 1, shape (texts, size); 0 for an empty text."""
    size = next((each.vectors.shape[1] for each in texts if each is not None), 1)
    means = np.zeros((len(texts), size), np.float32)
    for row, each in enumerate(texts):
        if each is not None and len(each.vectors):
            means[row] = each.vectors.mean(axis=0)
    return means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), np.finfo(np.float32).tiny)


def mean_of_nearest(cosines: np.ndarray) -> np.ndarray:
    """Return the mean of the NEIGHBOURS largest values of each row, NaN left out; 0 for a row of NaN."""
    filled = np.sort(np.where(np.isnan(cosines), -np.inf, cosines), axis=1)[:, -NEIGHBOURS:]
    known = np.isfinite(filled)
    return np.where(known, filled, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)


def measure_extent(
    question: SourceQuestion,
    texts: ParagraphTexts,
    encoded: Mapping[str, EncodedText],
    languages: tuple[Language, Language],
) -> float | None:
    """Return how well the spans of a question cover its answers, 0 to 1; the mean of its answers, None without one."""
    covered = [
        coverage
        for answer in texts.answers.get(question.id, ())
        if answer.field is Field.ANSWERS and answer.span is not None
        if (coverage := cover(answer, answer.span, texts, encoded, languages)) is not None
    ]
    return round(sum(covered) / len(covered), 4) if covered else None


def cover(
    answer: AnswerPlace,
    span: Span,
    texts: ParagraphTexts,
    encoded: Mapping[str, EncodedText],
    languages: tuple[Language, Language],
) -> float | None:
    """Return the coverage of an answer by its span, divided by that of the run of words that covers it best."""
    windows = texts.window_of(answer)
    pair = texts.texts_of(windows)
    if not all(text in encoded for text in pair):
        return None
    source, target = (TokenizedText(text, ((0, len(text)),)) for text in pair)
    links = link_windows(source, target, WHOLE, (encoded[pair[0]], encoded[pair[1]]), languages)
    source_start = texts.source.window_span(windows[0])[0]
    target_start = texts.target.window_span(windows[1])[0]
    key, (start, end) = (answer.source_start, answer.source_text), answer.source_span
    own = links and links.of_answer(key, source, (start - source_start, end - source_start))
    if not own:
        return None
    count = len(own.links)
    low, high = target.token_range((span[0] - target_start, span[1] - target_start))
    runs = np.array([(at, end) for at in range(count) for end in range(at + 1, min(at + LONGEST, count) + 1)])
    best = own.coverage(runs).max()
    covered = own.coverage(np.array([(low, max(high, low + 1))]))[0] if low < count else 0.0
    return float(covered / best) if best > 0 else None
