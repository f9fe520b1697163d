"""Finds the questions of an article in which a name differs from the rendering that their paragraph has.

    paragraphs of an article, translations ──check_article──> CheckedArticle (counts, differing questions)

The rendering of a name is looked for with its own translation if there is one (an answer, a title), else with the
rendering that other paragraphs of the article have: the glossary of the article.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spanferry.names.renderings import Rendering, TextPair, find_rendering, has_rendering, make_pair
from spanferry.names.terms import SharedName, names_by_text, shared_names
from spanferry.projection.locate import source_text, spans_of
from spanferry.projection.ranking import Locator
from spanferry.projection.tokenized import TokenizedText
from spanferry.records import SourceParagraph, SourceQuestion, Split, TargetParagraph


@dataclass(frozen=True, slots=True)
class DifferingName:
    """A name whose rendering in the paragraph is not in the question.

    before: the word before the rendering in the paragraph, in lower case; '' at its beginning. in_question: the
    rendering that the question has, if it was found.
    """

    name: SharedName
    in_context: str
    before: str
    in_question: Rendering | None


@dataclass(frozen=True, slots=True)
class DifferingQuestion:
    """A question with names that differ from those of its paragraph, and its translation."""

    split: Split
    question: SourceQuestion
    context: str
    translation: str
    names: tuple[DifferingName, ...]


@dataclass
class CheckedArticle:
    """The result of an article.

    counts: of questions: visited, with_name (they share a name with their paragraph), compared (the paragraph's
    rendering of at least one is known). glossary: name -> its most frequent rendering in the paragraphs.
    """

    counts: Counter[str] = field(default_factory=Counter)
    glossary: dict[str, str] = field(default_factory=dict)
    differing: list[DifferingQuestion] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ParagraphNames:
    """A translated paragraph with the names of its questions, in order, and the translations of these questions."""

    paragraph: SourceParagraph
    pair: TextPair
    questions: tuple[tuple[SourceQuestion, str, list[SharedName]], ...]

    @property
    def names(self) -> dict[str, SharedName]:
        """The names of all questions, by text."""
        return {name.text: name for _, _, names in self.questions for name in names}


def paragraph_names(
    source: SourceParagraph, target: TargetParagraph, translations: Mapping[str, str | None], locator: Locator
) -> ParagraphNames | None:
    """Return the names of a paragraph's questions; None if the paragraph has no translation."""
    if target.context is None:
        return None
    translated = TokenizedText(target.context, spans_of(target.sentences))
    names = names_by_text(source.context, locator.source)
    questions = tuple(
        (question, translation, shared_names(question.question, source.context, names, source.title, locator.source))
        for question in source.questions
        if (translation := translations.get(question.question.strip())) is not None
    )
    return ParagraphNames(
        source,
        make_pair(source_text(source.context, source.sentences, translated), translated, locator.target),
        questions,
    )


def check_article(
    paragraphs: Sequence[ParagraphNames], translations: Mapping[str, str | None], locator: Locator
) -> CheckedArticle:
    """Check the questions of an article. translations: those of the names on their own, as far as they are known."""
    checked = CheckedArticle()
    renderings = [
        {text: find_all(each.pair, name, translations.get(text), locator) for text, name in each.names.items()}
        for each in paragraphs
    ]
    checked.glossary = make_glossary(renderings)
    for each, found in zip(paragraphs, renderings, strict=True):
        for text, name in each.names.items():
            if not found[text] and (rendering := checked.glossary.get(text)):
                found[text] = find_all(each.pair, name, rendering, locator)
        for question, translation, names in each.questions:
            known = [(name, found[name.text]) for name in names if found[name.text]]
            checked.counts.update(visited=1, with_name=bool(names), compared=bool(known))
            differing = tuple(
                describe_difference(name, places, each.pair, question.question, translation, translations, locator)
                for name, places in known
                if not any(has_rendering(translation, place.text, locator.target) for place in places)
            )
            if differing:
                checked.differing.append(
                    DifferingQuestion(each.paragraph.split, question, each.paragraph.context, translation, differing)
                )
    return checked


def find_all(pair: TextPair, name: SharedName, translation: str | None, locator: Locator) -> list[Rendering]:
    """Return the renderings of a name in a paragraph, one for each of its places where it is found."""
    found = (find_rendering(pair, place, translation, locator) for place in name.in_context)
    return [place for place in found if place]


def make_glossary(renderings: Sequence[Mapping[str, Sequence[Rendering]]]) -> dict[str, str]:
    """Return the most frequent rendering of each name of an article; among equally frequent ones, the first."""
    counts: dict[str, Counter[str]] = {}
    for of_paragraph in renderings:
        for name, places in of_paragraph.items():
            counts.setdefault(name, Counter()).update(place.text for place in places)
    return {name: of_name.most_common(1)[0][0] for name, of_name in sorted(counts.items()) if of_name}


def describe_difference(
    name: SharedName,
    places: Sequence[Rendering],
    pair: TextPair,
    question: str,
    translation: str,
    translations: Mapping[str, str | None],
    locator: Locator,
) -> DifferingName:
    """Return a difference: the paragraph's most frequent rendering, and the question's if it is found."""
    most_common = Counter(place.text for place in places).most_common(1)[0][0]
    place = next(place for place in places if place.text == most_common)
    original, translated = (TokenizedText(text, ((0, len(text)),)) for text in (question, translation))
    whole = make_pair(original, translated, locator.target)
    in_question = find_rendering(whole, name.in_question, translations.get(name.text), locator)
    return DifferingName(name, most_common, word_before(pair.target.text, place.span[0]), in_question)


def word_before(text: str, start: int) -> str:
    """Return the word before an offset, in lower case; '' if there is none."""
    words = text[:start].split()
    return words[-1].lower() if words else ""
