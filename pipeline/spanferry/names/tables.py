"""Checks and repairs the names of a corpus, on its tables.

layout, paragraphs, translations ──check_corpus──> CheckedCorpus ──repair_questions──> names (QuestionNames), counts
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from spanferry.arrow import BatchSource, read_records
from spanferry.errors import InputError
from spanferry.language import Language
from spanferry.markers import Markers
from spanferry.names.checking import CheckedArticle, DifferingQuestion, check_article, paragraph_names
from spanferry.names.renderings import has_rendering
from spanferry.names.repair import mark_name, names_row, repaired_row, replace_names, take_reply
from spanferry.projection.lookup import TranslationLookup
from spanferry.projection.ranking import Locator
from spanferry.records import QuestionNames, QuestionRepair, SourceParagraph, TargetParagraph

BATCH = 200  # paragraphs that are in memory as records at once
Paragraphs = list[tuple[SourceParagraph, TargetParagraph]]
Repair = tuple[str, QuestionRepair]
"""The repaired question, and how it was repaired."""
AskAgain = Callable[[Sequence[DifferingQuestion]], Sequence[Repair | None]]
TranslateQuestions = Callable[[Sequence[DifferingQuestion]], Sequence[str | None]]
TranslateTexts = Callable[[Sequence[str]], Mapping[str, str | None]]
"""Translates texts: returns each text's translation, or None."""
COUNTS = (
    "visited",
    "with_name",
    "compared",
    "different",
    "replaced",
    "asked_again",
    "different_after",
    "requests",
    "characters",
)


@dataclass
class CheckedCorpus:
    """The result of a corpus: counts of questions as in `CheckedArticle`, and the questions with differing names."""

    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(COUNTS, 0)))
    differing: list[DifferingQuestion] = field(default_factory=list)


def articles(layout: BatchSource, paragraphs: BatchSource) -> Iterator[Paragraphs]:
    """Yield the paragraphs of each article. Raises InputError when the tables come from different builds."""
    rows = zip(
        read_records(layout, SourceParagraph, BATCH), read_records(paragraphs, TargetParagraph, BATCH), strict=True
    )
    try:
        for _, group in groupby(rows, key=lambda pair: (pair[0].split, pair[0].article)):
            yield check_keys(list(group))
    except ValueError as error:
        raise InputError("layout and paragraphs: not from the same build; rebuild from segment on") from error


def check_keys(pairs: Paragraphs) -> Paragraphs:
    """Return the paragraphs. Raises ValueError when a source paragraph is paired with another target paragraph."""
    for source, target in pairs:
        if (source.split, source.article, source.paragraph) != (target.split, target.article, target.paragraph):
            raise ValueError
    return pairs


def check_corpus(
    layout: BatchSource,
    paragraphs: BatchSource,
    lookup: TranslationLookup,
    locator: Locator,
    progress: Callable[[int], object] = lambda _: None,
) -> CheckedCorpus:
    """Check the names of all questions. progress: called with the number of paragraphs that were just checked."""
    corpus = CheckedCorpus()
    for pairs in articles(layout, paragraphs):
        checked = check_paragraphs(pairs, lookup, locator)
        corpus.counts.update(checked.counts)
        corpus.differing += checked.differing
        progress(len(pairs))
    corpus.counts["different"] = len(corpus.differing)
    return corpus


def check_paragraphs(pairs: Paragraphs, lookup: TranslationLookup, locator: Locator) -> CheckedArticle:
    """Check the questions of an article."""
    questions = {question.question.strip() for source, _ in pairs for question in source.questions}
    translations = look_up(lookup, questions)
    named = [each for pair in pairs if (each := paragraph_names(*pair, translations, locator))]
    names = {name for each in named for name in each.names}
    return check_article(named, look_up(lookup, names), locator)


def look_up(lookup: TranslationLookup, texts: set[str]) -> dict[str, str | None]:
    """Return the translation of each text, or None."""
    ordered = sorted(texts)
    return dict(zip(ordered, lookup.get_all(ordered), strict=True))


def list_differing(corpus: CheckedCorpus) -> list[QuestionNames]:
    """Return the rows of all questions with differing names, without repairs, and complete the counts."""
    corpus.counts["different_after"] = len(corpus.differing)
    return list(map(names_row, corpus.differing))


def repair_questions(corpus: CheckedCorpus, locator: Locator, ask_again: AskAgain) -> list[QuestionNames]:
    """Return the rows of all questions with differing names, repaired where possible, and complete the counts."""
    language = locator.target
    rows: list[QuestionNames] = []
    unsettled: list[int] = []
    for differing in corpus.differing:
        row = names_row(differing)
        if text := replace_names(differing, language):
            row = repaired_row(row, text, QuestionRepair.REPLACED)
        else:
            unsettled.append(len(rows))
        rows.append(row)
    repairs = ask_again([corpus.differing[n] for n in unsettled])
    for n, repair in zip(unsettled, repairs, strict=True):
        if repair:
            rows[n] = repaired_row(rows[n], *repair)
    corpus.counts.update(row.repair.value for row in rows if row.repair)
    corpus.counts["different_after"] = sum(row.repair is None for row in rows)
    return rows


def ask_with_markers(
    questions: Sequence[DifferingQuestion], styles: Sequence[Markers], language: Language, translate: TranslateTexts
) -> list[Repair | None]:
    """Ask questions again with the first of their names between markers. Return the repair of each, or None."""
    marked = [mark_name(each, styles) for each in questions]
    texts = sorted({each.request.text for each in marked if each})
    replies = translate(texts) if texts else {}
    return [take_reply(each, replies.get(each.request.text), language) if each else None for each in marked]


def ask_with_glossary(
    questions: Sequence[DifferingQuestion], language: Language, translate: TranslateQuestions
) -> list[Repair | None]:
    """Ask questions again with the renderings of their names as a glossary. Return the repair of each, or None."""
    replies = translate(questions) if questions else []
    return [
        (reply, QuestionRepair.ASKED_AGAIN)
        if reply and all(has_rendering(reply, name.in_context, language) for name in each.names)
        else None
        for each, reply in zip(questions, replies, strict=True)
    ]
