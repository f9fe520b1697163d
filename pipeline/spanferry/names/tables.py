"""Checks and repairs the names of a corpus, on its tables.

layout, paragraphs, translations ──check_corpus──> CheckedCorpus ──repair_questions──> names (QuestionNames), counts
                                                        ──repair_titles──> titles (TitleNames), counts
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from spanferry.arrow import BatchSource, read_records
from spanferry.errors import StaleError
from spanferry.language import Language
from spanferry.names.checking import CheckedArticle, DifferingQuestion, check_article, paragraph_names
from spanferry.names.repair import NewTranslation, Repair, differing_names, names_row, settle
from spanferry.names.titles import DifferingTitle, repair_title, title_row
from spanferry.projection.lookup import TranslationLookup
from spanferry.projection.ranking import Locator
from spanferry.records import Kind, QuestionNames, SourceParagraph, TargetParagraph, TitleNames
from spanferry.segmentation import texts_of

BATCH = 200  # paragraphs that are in memory as records at once
Paragraphs = list[tuple[SourceParagraph, TargetParagraph]]
AskAgain = Callable[[Sequence[DifferingQuestion]], Sequence[Sequence[NewTranslation]]]
"""Asks questions again: returns the further translations of each."""
GetAll = Callable[[Sequence[str]], Sequence[str | None]]
"""Returns the translation of each text, or None."""
PHRASES = (Kind.ANSWER, Kind.TITLE)
"""Kinds of texts that may be names, or contain some."""
COUNTS = (
    "visited",
    "with_name",
    "compared",
    "different",
    "replaced",
    "asked_again",
    "different_after",
    "texts",
    "characters",
    "titles",
    "titles_compared",
    "titles_different",
    "titles_replaced",
    "titles_different_after",
)


@dataclass
class CheckedCorpus:
    """The result of a corpus: counts as in `CheckedArticle`, and the questions and titles with differing names."""

    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(COUNTS, 0)))
    differing: list[DifferingQuestion] = field(default_factory=list)
    titles: list[DifferingTitle] = field(default_factory=list)


def articles(layout: BatchSource, paragraphs: BatchSource) -> Iterator[Paragraphs]:
    """Yield the paragraphs of each article. Raises InputError when the tables come from different builds."""
    rows = zip(
        read_records(layout, SourceParagraph, BATCH), read_records(paragraphs, TargetParagraph, BATCH), strict=True
    )
    try:
        for _, group in groupby(rows, key=lambda pair: (pair[0].split, pair[0].article)):
            yield check_keys(list(group))
    except ValueError as error:
        raise StaleError("layout.parquet and paragraphs.parquet are from different builds", "segment") from error


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
    titles: bool,
    progress: Callable[[int], object] = lambda _: None,
) -> CheckedCorpus:
    """Check the names of all questions, and the titles if they are translated.

    progress: called with the number of paragraphs that were just checked.
    """
    corpus = CheckedCorpus()
    for pairs in articles(layout, paragraphs):
        checked = check_paragraphs(pairs, lookup.get_all, locator, titles)
        corpus.counts.update(checked.counts)
        corpus.differing += checked.differing
        corpus.titles += [checked.title] if checked.title else []
        progress(len(pairs))
    corpus.counts["different"] = len(corpus.differing)
    corpus.counts["titles_different"] = len(corpus.titles)
    return corpus


def check_paragraphs(pairs: Paragraphs, get_all: GetAll, locator: Locator, titles: bool) -> CheckedArticle:
    """Check the questions of an article, and its title if titles are translated."""
    questions = {question.question.strip() for source, _ in pairs for question in source.questions}
    translations = look_up(get_all, questions)
    named = [each for pair in pairs if (each := paragraph_names(*pair, translations, locator))]
    names = {name for each in named for name in each.names}
    phrases = {text.strip() for source, _ in pairs for kind, text in texts_of(source, titles) if kind in PHRASES}
    return check_article(named, look_up(get_all, names | phrases), locator, titles)


def look_up(get_all: GetAll, texts: set[str]) -> dict[str, str | None]:
    """Return the translation of each text, or None."""
    ordered = sorted(texts)
    return dict(zip(ordered, get_all(ordered), strict=True))


def list_differing(corpus: CheckedCorpus) -> tuple[list[QuestionNames], list[TitleNames]]:
    """Return the rows of all questions and titles with differing names, without repairs, and complete the counts."""
    corpus.counts["different_after"] = corpus.counts["different"]
    corpus.counts["titles_different_after"] = corpus.counts["titles_different"]
    return list(map(names_row, corpus.differing)), list(map(title_row, corpus.titles))


def repair_titles(corpus: CheckedCorpus, language: Language) -> list[TitleNames]:
    """Return the rows of all differing titles, repaired where possible, and complete their counts."""
    rows = [title_row(title, repair_title(title, language)) for title in corpus.titles]
    corpus.counts["titles_replaced"] = sum(row.repair is not None for row in rows)
    corpus.counts["titles_different_after"] = len(rows) - corpus.counts["titles_replaced"]
    return rows


def repair_questions(corpus: CheckedCorpus, language: Language, ask_again: AskAgain) -> list[QuestionNames]:
    """Return the rows of all questions with differing names, repaired where possible, and complete their counts.

    A question is asked again if a name differs after those have been replaced for which the rule allows it.
    """
    repairs = [settle(differing, (), language) for differing in corpus.differing]
    unsettled = [n for n, each in enumerate(corpus.differing) if still_differs(each, repairs[n], language)]
    answers = ask_again([corpus.differing[n] for n in unsettled])
    for n, new in zip(unsettled, answers, strict=True):
        repairs[n] = settle(corpus.differing[n], new, language)
    corpus.counts.update(repair[1].value for repair in repairs if repair)
    corpus.counts["different_after"] = sum(
        still_differs(*each, language) for each in zip(corpus.differing, repairs, strict=True)
    )
    return list(map(names_row, corpus.differing, repairs))


def still_differs(differing: DifferingQuestion, repair: Repair | None, language: Language) -> bool:
    """Return whether a name of a question differs after its repair."""
    return bool(differing_names(differing, repair[0] if repair else differing.translation, language))
