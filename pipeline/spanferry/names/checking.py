"""Finds the questions and the title of an article in which a name differs from the rendering that its paragraphs have.

    paragraphs of an article, translations ──check_article──> CheckedArticle (counts, differing questions and title)

The rendering of a name is looked for with the name itself, then with its own translation if there is one (an answer, a
title), then with the renderings on which the texts of the article agree (`agreement`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from spanferry.names.agreement import ArticleTexts, pair_of
from spanferry.names.renderings import Rendering, TextPair, find_rendering, has_rendering, make_pair
from spanferry.names.terms import SharedName, names_by_text, places_of, shared_names
from spanferry.names.titles import DifferingTitle, check_title
from spanferry.projection.locate import source_text, spans_of
from spanferry.projection.ranking import Locator
from spanferry.projection.tokenized import TokenizedText
from spanferry.records import SourceParagraph, SourceQuestion, Split, TargetParagraph
from spanferry.translation.glossary import Glossary

Translations = Mapping[str, str | None]
"""text -> translation, or None."""


@dataclass(frozen=True, slots=True)
class DifferingName:
    """A name whose rendering in the paragraph is not in the question.

    in_context: the rendering in the paragraph. before: the words before it there, in lower case; '' at the beginning.
    in_question: the rendering that the question has, if it was found. is_other_word: the article's paragraphs have this
    rendering too, and it is one word. It may then be another word ("Franse" beside "Franstalige").
    """

    name: SharedName
    in_context: Rendering
    before: tuple[str, ...]
    in_question: Rendering | None
    is_other_word: bool = False


@dataclass(frozen=True, slots=True)
class DifferingQuestion:
    """A question with names that differ from those of its paragraph, and its translation.

    glossary: that of the paragraph.
    """

    split: Split
    question: SourceQuestion
    context: str
    translation: str
    names: tuple[DifferingName, ...]
    glossary: Glossary = ()


@dataclass
class CheckedArticle:
    """The result of an article.

    counts: of questions: visited, with_name (they share a name with their paragraph), compared (the paragraph's
    rendering of at least one is known); and the same of titles. glossaries: of the paragraphs, by their index.
    """

    counts: Counter[str] = field(default_factory=Counter)
    glossaries: dict[int, Glossary] = field(default_factory=dict)
    differing: list[DifferingQuestion] = field(default_factory=list)
    title: DifferingTitle | None = None


@dataclass(frozen=True, slots=True)
class ParagraphNames:
    """A translated paragraph with its questions, in order: the question, its translation if known, and its names."""

    paragraph: SourceParagraph
    pair: TextPair
    questions: tuple[tuple[SourceQuestion, str | None, list[SharedName]], ...]

    @property
    def names(self) -> dict[str, SharedName]:
        """The names of all questions, by text."""
        return {name.text: name for _, _, names in self.questions for name in names}


def paragraph_names(
    source: SourceParagraph, target: TargetParagraph, translations: Translations, locator: Locator
) -> ParagraphNames | None:
    """Return the names of a paragraph's questions; None if the paragraph has no translation."""
    if target.context is None:
        return None
    translated = TokenizedText(target.context, spans_of(target.sentences))
    names = names_by_text(source.context, locator.source)
    questions = tuple(
        (
            question,
            translations.get(question.question.strip()),
            shared_names(question.question, source.context, names, source.title, locator.source),
        )
        for question in source.questions
    )
    return ParagraphNames(
        source,
        make_pair(source_text(source.context, source.sentences, translated), translated, locator.target),
        questions,
    )


def check_article(
    paragraphs: Sequence[ParagraphNames], translations: Translations, locator: Locator, titles: bool = False
) -> CheckedArticle:
    """Check the questions of an article, and its title if titles are translated.

    translations: those of its answers, its title and its names on their own, as far as they are known.
    """
    checked = CheckedArticle()
    texts = article_texts(paragraphs, translations, locator)
    for each in paragraphs:
        found = {text: find_all(each.pair, name, texts) for text, name in each.names.items()}
        chosen = {text: most_common(places, texts.known_renderings(text)) for text, places in found.items() if places}
        glossary = tuple(sorted((text, place.text) for text, place in chosen.items() if not place.is_possessive))
        checked.glossaries[each.paragraph.paragraph] = glossary
        for question, translation, names in each.questions:
            if translation is None:
                continue
            known = [(name, found[name.text]) for name in names if found[name.text]]
            checked.counts.update(visited=1, with_name=bool(names), compared=bool(known))
            differing = tuple(
                describe_difference(name, places, each.pair, question.question, translation, texts)
                for name, places in known
                if not any(has_rendering(translation, place.text, locator.target) for place in places)
            )
            if differing:
                checked.differing.append(
                    DifferingQuestion(
                        each.paragraph.split, question, each.paragraph.context, translation, differing, glossary
                    )
                )
    if titles and paragraphs:
        checked.title = check_title(paragraphs[0].paragraph, texts, checked.counts)
    return checked


def article_texts(paragraphs: Sequence[ParagraphNames], translations: Translations, locator: Locator) -> ArticleTexts:
    """Return the texts of an article that may show how its names are rendered."""
    return ArticleTexts(
        [each.pair for each in paragraphs],
        {
            question.question.strip(): translation
            for each in paragraphs
            for question, translation, _ in each.questions
            if translation is not None
        },
        {text: translation for text, translation in translations.items() if translation is not None},
        translations,
        locator,
    )


def find_all(pair: TextPair, name: SharedName, texts: ArticleTexts) -> list[Rendering]:
    """Return the renderings of a name in a paragraph, one for each of its places where it is found.

    What the texts of the article agree on is looked for only if nothing else is found.
    """
    own = texts.translations.get(name.text)
    found = [place for at in name.in_context if (place := find_rendering(pair, at, own, texts.locator))]
    if not found:
        for known in texts.known_renderings(name.text):
            places = (find_rendering(pair, at, known, texts.locator) for at in name.in_context)
            if found := [place for place in places if place]:
                break
    return found


def most_common(places: Sequence[Rendering], known: Sequence[str]) -> Rendering:
    """Return the first place of the most frequent rendering; possessives count only if there is nothing else.

    known: the renderings of the name in the article. One of a possessive that is known without its ending, or has none,
    counts as plain: "Koeblais" as "Koeblai".
    """
    plain = [place for place in places if not place.is_possessive] or places
    text = Counter(place.text for place in plain).most_common(1)[0][0]
    place = next(place for place in plain if place.text == text)
    stem = next((each for each in known if place.is_possessive and text in (each, f"{each}s")), None)
    return Rendering(stem, (place.span[0], place.span[0] + len(stem))) if stem else place


def describe_difference(
    name: SharedName,
    places: Sequence[Rendering],
    pair: TextPair,
    question: str,
    translation: str,
    texts: ArticleTexts,
) -> DifferingName:
    """Return a difference: the paragraph's most frequent rendering, and the question's if it is found."""
    known = texts.known_renderings(name.text)
    in_context = most_common(places, known)
    whole = pair_of(question, translation, texts.locator)
    in_question = find_rendering(whole, name.in_question, texts.translations.get(name.text), texts.locator)
    for rendering in known:
        in_question = in_question or find_rendering(whole, name.in_question, rendering, texts.locator)
    same = [place for place in places if place.text.startswith(in_context.text)]
    before = [word_before(pair.target.text, place.span[0]) for place in same]
    return DifferingName(name, in_context, tuple(before), in_question, is_other_word(in_question, texts))


def is_other_word(rendering: Rendering | None, texts: ArticleTexts) -> bool:
    """Return whether the rendering in a question is one word that the paragraphs of the article have too."""
    return (
        rendering is not None
        and " " not in rendering.text
        and any(places_of(rendering.text, pair.target.text) for pair in texts.contexts)
    )


def word_before(text: str, start: int) -> str:
    """Return the word before an offset, in lower case; '' if there is none."""
    words = text[:start].split()
    return words[-1].lower() if words else ""
