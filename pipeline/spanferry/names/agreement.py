"""The renderings of a name on which the texts of an article agree.

    paragraphs, questions, answers and titles with the name ──votes──> {"Soedan": 3, "Nu": 1} ──> ["Soedan"]

The translation of one text often leaves it open which of its words are the name: "Moslimbroederschap" resembles "Muslim
Brotherhood" too little. If two texts have the same candidate, it is known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from spanferry.names.renderings import TextPair, find_doubtful, find_rendering, make_pair
from spanferry.names.terms import places_of
from spanferry.projection.ranking import Locator
from spanferry.projection.tokenized import TokenizedText
from spanferry.projection.windows import find_window
from spanferry.records import Span

VOTES = 2
"""Votes that make a rendering known: two texts, or one in which it is certain."""


@dataclass(frozen=True)
class ArticleTexts:
    """The translated texts of an article.

    contexts: its paragraphs. questions, phrases (answers, titles): text -> translation. translations: those of the
    names on their own, as far as they are known.
    """

    contexts: Sequence[TextPair]
    questions: Mapping[str, str]
    phrases: Mapping[str, str]
    translations: Mapping[str, str | None]
    locator: Locator
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def known_renderings(self, name: str) -> tuple[str, ...]:
        """Return the known renderings of a name, those with the most votes first."""
        if name not in self._known:
            self._known[name] = self._vote(name)
        return self._known[name]

    def _vote(self, name: str) -> tuple[str, ...]:
        votes: dict[str, dict[str, int]] = {}
        for pair, place in self._places(name):
            certain = find_rendering(pair, place, self.translations.get(name), self.locator)
            found = certain or find_doubtful(pair, place, self.locator)
            if found and not found.is_possessive:
                of_text = votes.setdefault(found.text, {})
                text = pair.target.text[
                    slice(*pair.target.window_span(find_window(pair.target.sentences, *found.span)))
                ]
                of_text[text] = max(of_text.get(text, 0), VOTES if certain else 1)
        counts = {rendering: sum(of_text.values()) for rendering, of_text in votes.items()}
        return tuple(sorted((each for each in counts if counts[each] >= VOTES), key=lambda each: -counts[each]))

    def _places(self, name: str) -> Iterator[tuple[TextPair, Span]]:
        """Yield the places of a name in all texts."""
        for pair in self.contexts:
            for place in places_of(name, pair.source.text):
                yield pair, place
        for texts in (self.questions, self.phrases):
            for text, translation in texts.items():
                if text != name and name in text:
                    pair = pair_of(text, translation, self.locator)
                    for place in places_of(name, text):
                        yield pair, place


def pair_of(text: str, translation: str, locator: Locator) -> TextPair:
    """Pair a text of one sentence and its translation."""
    original, translated = (TokenizedText(each, ((0, len(each)),)) for each in (text, translation))
    return make_pair(original, translated, locator.target)
