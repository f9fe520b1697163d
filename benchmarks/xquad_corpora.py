"""XQuAD as corpora with gold spans: paragraphs translated by people, and answers translated on their own.

Needs the official files xquad.en.json and xquad.<language>.json in one folder. The isolated answers are in
xquad_answers/.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import regex
from msgspec.structs import replace
from spanferry.arrow import from_table, schema_of, to_table
from spanferry.language.scripts import UNSPACED
from spanferry.language.sentences import sentences
from spanferry.records import SourceParagraph, Span, TextSpan, TranslationRow
from spanferry.report.accuracy import ENOUGH
from spanferry.segmentation import make_layout
from spanferry.squad import Article, Document, Paragraph, read_squad

ANSWERS = Path(__file__).parent / "xquad_answers"
# Words, and single characters of scripts without spaces.
_TOKEN = regex.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
# Cost of a pair of sentence groups for each sentence beyond the first on either side, in shares of the paragraph.
JOIN_COST, LARGEST_GROUP = 0.02, 3


@dataclass(frozen=True)
class GoldAnswer:
    """A question's answer: its isolated translation, the paragraph in the target language, and the right span."""

    id: str
    translation: str
    context: str
    span: Span

    @cached_property
    def right_spans(self) -> set[Span]:
        """The right span, and the same grown to whole words where it cuts one."""
        start, end = self.span
        text = self.context
        while start and text[start].isalnum() and (text[start - 1].isalnum() or text[start - 1] == "-"):
            start -= 1
        while end < len(text) and text[end - 1].isalnum() and (text[end].isalnum() or text[end] == "-"):
            end += 1
        return {self.span, (start, end)}


@dataclass(frozen=True)
class SpanScore:
    """A span compared with the right ones. f1: that of the words, 0 where they do not overlap."""

    f1: float
    exact: bool
    overlaps: bool

    @property
    def good(self) -> bool:
        return self.f1 >= ENOUGH


@dataclass(frozen=True)
class XquadCorpus:
    """XQuAD in one language, as tables of a build. answers: question id -> gold answer."""

    language: str
    layout: pa.Table
    translations: pa.Table
    answers: dict[str, GoldAnswer]


def read_xquad(folder: Path, language: str) -> XquadCorpus:
    """Read XQuAD in one language: the questions that have an isolated answer."""
    isolated: dict[str, str] = json.loads((ANSWERS / f"{language}.json").read_text(encoding="utf-8"))
    english = read_squad(folder / "xquad.en.json")
    source_of = {
        question.id: paragraph
        for article in english.data
        for paragraph in article.paragraphs
        for question in paragraph.qas
    }
    articles: list[Article] = []
    pairs: list[tuple[Paragraph, Paragraph]] = []
    for article in read_squad(folder / f"xquad.{language}.json").data:
        kept: list[Paragraph] = []
        for target in article.paragraphs:
            source = source_of[target.qas[0].id]
            if questions := tuple(question for question in source.qas if question.id in isolated):
                kept.append(replace(source, qas=questions))
                pairs.append((kept[-1], target))
        articles.append(Article(tuple(kept), article.title))
    rows = from_table(make_layout({"dev": Document(tuple(articles), "1.1")}, "en"), SourceParagraph)
    translations: dict[str, str] = {}
    layout: list[SourceParagraph] = []
    answers: dict[str, GoldAnswer] = {}
    for row, (source, target) in zip(rows, pairs, strict=True):
        groups = align_sentences(source.context, target.context, language)
        layout.append(replace(row, sentences=tuple(TextSpan(*span) for span, _ in groups)))
        translations |= {source.context[slice(*one)]: target.context[slice(*other)] for one, other in groups}
        right = {question.id: question.answers[0] for question in target.qas}
        for question in source.qas:
            translations[question.answers[0].text.strip()] = isolated[question.id]
            answer = right[question.id]
            answers[question.id] = GoldAnswer(
                question.id, isolated[question.id], target.context, (answer.answer_start, answer.end)
            )
    return XquadCorpus(language, to_table(layout, SourceParagraph), translation_table(translations), answers)


def translation_table(translations: Mapping[str, str]) -> pa.Table:
    """Return text -> translation as a table of TranslationRow."""
    rows = [{"text": text, "translation": translation, "reason": None} for text, translation in translations.items()]
    return pa.Table.from_pylist(rows, schema=schema_of(TranslationRow))


def align_sentences(source: str, target: str, language: str) -> list[tuple[Span, Span]]:
    """Pair the sentences of a paragraph and its translation, in groups of about the same share of their lengths."""
    ones, others = sentences(source, "en"), sentences(target, language)
    if len(ones) == len(others):
        return list(zip(ones, others, strict=True))
    lengths = [[end - start for start, end in spans] for spans in (ones, others)]
    best: dict[tuple[int, int], tuple[float, list[tuple[Span, Span]]]] = {(0, 0): (0.0, [])}
    for i in range(1, len(ones) + 1):
        for j in range(1, len(others) + 1):
            options = []
            for m in range(1, min(i, LARGEST_GROUP) + 1):
                for n in range(1, min(j, LARGEST_GROUP) + 1):
                    if (before := best.get((i - m, j - n))) and (m == 1 or n == 1):
                        share, other = (
                            sum(lengths[0][i - m : i]) / sum(lengths[0]),
                            sum(lengths[1][j - n : j]) / sum(lengths[1]),
                        )
                        group = (ones[i - m][0], ones[i - 1][1]), (others[j - n][0], others[j - 1][1])
                        options.append((before[0] + abs(share - other) + JOIN_COST * (m + n - 2), [*before[1], group]))
            if options:
                best[i, j] = min(options, key=lambda option: option[0])
    whole = [((ones[0][0], ones[-1][1]), (others[0][0], others[-1][1]))]
    return best.get((len(ones), len(others)), (0.0, whole))[1]


def score_span(answer: GoldAnswer, span: Span) -> SpanScore:
    """Compare a span of the target paragraph with the right spans."""
    scores = []
    for right in answer.right_spans:
        overlaps = span[0] < right[1] and right[0] < span[1]
        f1 = word_f1(answer.context[slice(*span)], answer.context[slice(*right)]) if overlaps else 0.0
        scores.append(SpanScore(f1, span == right, overlaps))
    return max(scores, key=lambda score: (score.f1, score.exact, score.overlaps))


def word_f1(one: str, other: str) -> float:
    """Return the F1 of two texts as bags of lower-case words."""
    left, right = (Counter(_TOKEN.findall(text.lower())) for text in (one, other))
    shared = (left & right).total()
    return 2 * shared / (left.total() + right.total()) if shared else 0.0


def span_in(context: str, other: str, span: Span) -> Span:
    """Return the span of `other` as a span of `context`, which differs in white space only."""
    places = [at for at, character in enumerate(context) if not character.isspace()]
    before = sum(not character.isspace() for character in other[: span[0]])
    inside = sum(not character.isspace() for character in other[slice(*span)])
    return places[before], places[before + inside - 1] + 1
