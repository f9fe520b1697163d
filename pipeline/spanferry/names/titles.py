"""Gives the title of an article the rendering that its paragraphs have of it.

"Dzjengis Khan", paragraphs with "Genghis Khan" ──check_title──> DifferingTitle ──repair_title──> "Genghis Khan"
"""

from collections import Counter
from dataclasses import dataclass

from spanferry.language import Language
from spanferry.language.names import find_names
from spanferry.names.agreement import ArticleTexts
from spanferry.names.renderings import Rendering, find_rendering, folded_words, is_capitalised, is_form_of
from spanferry.names.terms import QUALIFIER, outside, places_of
from spanferry.records import QuestionRepair, SourceParagraph, Span, Split, TitleNames
from spanferry.segmentation import title_text


@dataclass(frozen=True, slots=True)
class DifferingTitle:
    """A title that differs from its rendering in the paragraphs.

    title: the title of the source, as its file has it. translation: what would be published, as text. in_context: the
    paragraphs' most frequent rendering of the title without its qualifier "(...)".
    """

    split: Split
    article: int
    title: str
    translation: str
    in_context: Rendering


def check_title(paragraph: SourceParagraph, texts: ArticleTexts, counts: Counter[str]) -> DifferingTitle | None:
    """Compare the title of an article with its paragraphs; None if they agree, or if its rendering is not known.

    paragraph: any one of the article. counts: get titles (visited) and titles_compared.
    """
    text = title_text(paragraph.title)
    translation = texts.translations.get(text) or text
    places = find_title(QUALIFIER.sub("", text), texts)
    counts.update(titles=1, titles_compared=bool(places))
    renderings = Counter(place.text for place in places)
    if not places or any(is_same_name(translation, each, texts.locator.target) for each in renderings):
        return None
    most = renderings.most_common(1)[0][0]
    in_context = next(place for place in places if place.text == most)
    return DifferingTitle(paragraph.split, paragraph.article, paragraph.title, translation, in_context)


def repair_title(title: DifferingTitle, language: Language) -> str | None:
    """Return a title with the rendering of the paragraphs and its own qualifier; None where the rule forbids it.

    The rule is that for questions (`repair.can_replace`), but a title is no sentence, so nothing precedes it. It may
    also be the title of the source, letter for letter.
    """
    rendering = title.in_context
    is_name = is_capitalised(rendering.text, language) or rendering.text == QUALIFIER.sub("", title_text(title.title))
    if language.inflects_names or rendering.is_possessive or not is_name:
        return None
    qualifier = QUALIFIER.search(title.translation)
    return rendering.text + (qualifier[0] if qualifier else "")


def title_row(title: DifferingTitle, repaired: str | None = None) -> TitleNames:
    """Return the row of a title."""
    return TitleNames(
        split=title.split,
        article=title.article,
        title=title.title,
        translation=title.translation,
        in_context=title.in_context.text,
        repair=QuestionRepair.REPLACED if repaired else None,
        repaired=repaired,
    )


def find_title(topic: str, texts: ArticleTexts) -> list[Rendering]:
    """Return the renderings of a title at its places in the paragraphs.

    Possessives count only if nothing else is found, and so does its own translation, which agrees with itself.
    """
    others = (None, *texts.known_renderings(topic))
    found: list[Rendering] = []
    for known in (others, (texts.translations.get(topic),)):
        for pair in texts.contexts:
            for at in title_places(topic, pair.source.text, texts.locator.source):
                renderings = (find_rendering(pair, at, each, texts.locator) for each in known)
                found += next(([each] for each in renderings if each), [])
        if found:
            break
    return [place for place in found if not place.is_possessive] or found


def title_places(topic: str, context: str, language: Language) -> list[Span]:
    """Return the places of a title in a paragraph. One word that is a part of a longer name is another name."""
    places = places_of(topic, context)
    return places if " " in topic else outside(places, find_names(context, language))


def is_same_name(title: str, rendering: str, language: Language) -> bool:
    """Return whether a title without its qualifier is a rendering, up to articles at the beginning and endings."""
    one, other = (without_articles(folded_words(each), language) for each in (QUALIFIER.sub("", title), rendering))
    return len(one) == len(other) and all(
        is_form_of(word, name, language) for word, name in zip(one, other, strict=True)
    )


def without_articles(words: list[str], language: Language) -> list[str]:
    """Return folded words without the articles at their beginning."""
    return without_articles(words[1:], language) if words and words[0] in language.articles else words
