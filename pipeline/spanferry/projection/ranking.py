"""Ranking: chooses the span of an answer among the candidates, and estimates its probability.

    search ──> does a phrase occur verbatim? ──yes──> which occurrence is meant? (`occurrence`) ────────┬──> Decision
                          │ no                                                                          │
                          └──> which run of words is most similar to the evidence? (`similarity`) ──────┘

A phrase is one form of the answer in the target language. If a phrase occurs verbatim in the window, the only question
is which occurrence is meant.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from spanferry.language import Language, counting, language_of
from spanferry.projection.candidates import AnswerQuery
from spanferry.projection.decision import Decision
from spanferry.projection.marked import MarkedTranslation
from spanferry.projection.occurrence import choose_occurrence
from spanferry.projection.search import Matches, Search
from spanferry.projection.settings import AlignSettings
from spanferry.projection.similarity import choose_by_similarity
from spanferry.projection.tokenized import TokenizedText


@dataclass(frozen=True)
class Locator:
    """A finder of answers for one pair of languages and one set of settings."""

    source: Language
    target: Language
    settings: AlignSettings

    @cached_property
    def without_threshold(self) -> "Locator":
        """The same finder, which also chooses spans with a low score."""
        return Locator(self.source, self.target, replace(self.settings, min_score=0.0))

    def locate(
        self,
        query: AnswerQuery,
        target: TokenizedText,
        marked: MarkedTranslation | None = None,
    ) -> Decision:
        """Find an answer in the target, or return the reason why it is not found.

        marked: the translation with markers, if rescue has one.
        """
        return self.decide(self.search(query, target, marked))

    def search(self, query: AnswerQuery, target: TokenizedText, marked: MarkedTranslation | None = None) -> Search:
        """Return the search for an answer in the target."""
        # In the translation of "one year", "een" is a number, not an article.
        is_counted = query.text.split(maxsplit=1)[0].lower() in self.source.one_words
        language = counting(self.target) if is_counted else self.target
        return Search(query, target, marked, self.source, language)

    def find_verbatim(self, search: Search) -> Iterator[Matches]:
        """Yield the occurrences of each phrase of a search that occurs verbatim."""
        # A phrase that consists of an article occurs everywhere, so it is not searched for, even where it means "one".
        phrases = [phrase for phrase in search.phrases if phrase.text.lower() not in self.target.articles]
        return filter(None, map(search.find_verbatim, phrases))

    def decide(self, search: Search) -> Decision:
        """Choose the span of a search, or return the reason why there is none."""
        return self.decide_verbatim(search) or self.decide_by_similarity([search])[0]

    def decide_by_similarity(self, searches: Sequence[Search]) -> list[Decision]:
        """Choose the most similar runs of words for searches whose phrases do not occur verbatim.

        Many searches at once take less time for each.
        """
        return choose_by_similarity(searches, self.settings.min_score)

    def decide_verbatim(self, search: Search) -> Decision | None:
        """Choose an occurrence of a phrase; None when no phrase occurs verbatim."""
        matches = self.find_verbatim(search)
        if not (first := next(matches, None)):
            return None
        if not search.marked:
            return choose_occurrence(search, first)
        # The first phrase with an occurrence at the marked position is preferred: "speed" translated on its own may be
        # the word for "velocity" elsewhere in the sentence.
        return choose_occurrence(search, next(filter(search.agrees_with_hint, (first, *matches)), first))


def make_locator(source: str, target: str, settings: AlignSettings | None = None) -> Locator:
    """Return the locator for two language codes (BCP 47)."""
    return Locator(language_of(source), language_of(target), settings or AlignSettings())
