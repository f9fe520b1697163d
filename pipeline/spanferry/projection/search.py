"""The search for one answer in one target text: its phrases, where they occur, and the extent of what is found."""

import math
import re
from functools import cached_property

from msgspec.structs import replace

from spanferry.language import Language
from spanferry.language.boundaries import cut_letters
from spanferry.language.numbers import lacks_number, rewrite_numbers
from spanferry.language.words import fold_all
from spanferry.projection.candidates import AnswerQuery, Candidate, SpanHint, overlap
from spanferry.projection.exact import WHOLE, find_exact
from spanferry.projection.extent import SourceEdges, complete_edges, match_extent, touches_joint
from spanferry.projection.marked import MarkedTranslation, transfer
from spanferry.projection.normalised import find_normalised
from spanferry.projection.phrase import Phrase, make_phrase
from spanferry.projection.tokenized import TokenizedText, TokenRange
from spanferry.records import Method

Matches = dict[str, list[Candidate]]
"""The occurrences of a phrase by the comparison that finds them ("exact", "folded", "compounds"), strictest first."""

# The number of letters over which `shortness` falls to 1/e. The fit is the same between 5 and 15.
SHORT = 10
# Shorter words begin too many unrelated ones.
_LONG_WORD = re.compile(r"\w{4,}")


class Search:
    """The search for one answer in one target text.

    source_phrase: the source answer. untranslated: the source answer with its numbers as the target writes them, for
    names and titles that stay untranslated. isolated: the translation of the answer on its own. piece: the text between
    the markers. phrases: isolated, piece and untranslated, in this order, without those that have no words. window,
    window_words: the tokens of the target window, and their folded forms.
    """

    def __init__(
        self,
        query: AnswerQuery,
        target: TokenizedText,
        marked: MarkedTranslation | None,
        source_language: Language,
        language: Language,
    ) -> None:
        self.query, self.target, self.marked = query, target, marked
        self.source_language, self.language = source_language, language
        self.window: TokenRange = target.window_range(query.window)
        self.window_words = target.folded[slice(*self.window)]
        self.source_phrase = make_phrase(query.text, query.text, source_language)
        self.untranslated = self.with_numbers_as_written(self.source_phrase, source_language)
        self.isolated = self.target_phrase(query.translation) if query.translation else None
        self.piece = self.target_phrase(marked.piece) if marked else None
        phrases = (self.isolated, self.piece, self.untranslated)
        self.phrases = [phrase for phrase in phrases if phrase and phrase.words]

    @cached_property
    def is_number(self) -> bool:
        """Whether the source answer is a number and nothing else."""
        return self.source_language.numbers.covers(self.source_phrase.words)

    @cached_property
    def shortness(self) -> float:
        """How short the source answer is, 0 to 1: a short one has few letters that can resemble a candidate.

        It is measured in the source, so that it means the same for every target language.
        """
        return math.exp(-sum(map(str.isalnum, self.query.text)) / SHORT)

    @cached_property
    def edges(self) -> SourceEdges:
        """What surrounds the source answer."""
        source = self.query.source.text
        return SourceEdges.of(source, *self.query.span, is_number=self.is_number, language=self.source_language)

    @cached_property
    def hint(self) -> SpanHint | None:
        """The hint of the markers."""
        return transfer(self.marked, self.target, self.query.window) if self.marked else None

    @cached_property
    def phrase_words(self) -> set[str]:
        """The words of all phrases."""
        return {word for phrase in self.phrases for word in phrase.words}

    @cached_property
    def own_phrases(self) -> list[Phrase]:
        """The phrases without the marked piece."""
        return [phrase for phrase in self.phrases if phrase is not self.piece] or self.phrases

    @cached_property
    def other_words(self) -> list[str]:
        """The words of the source window outside the answer, folded, without function words and short words."""
        source, (start, end) = self.query.source, self.query.span
        low, high = source.window_span(self.query.window)
        words = fold_all(_LONG_WORD.findall(source.text, low, start) + _LONG_WORD.findall(source.text, end, high))
        return list(set(words) - self.source_language.light_words)

    def target_phrase(self, text: str) -> Phrase:
        """Return the phrase of a text in the target language."""
        return self.with_numbers_as_written(make_phrase(text, self.query.text, self.language), self.language)

    def with_numbers_as_written(self, phrase: Phrase, language: Language) -> Phrase:
        """Return a phrase with its numbers as the window writes them, in digits or words."""
        written = rewrite_numbers(phrase.words, language.numbers, self.window_words, self.language.numbers)
        return phrase if written == phrase.words else replace(phrase, words=written)

    def find_verbatim(self, phrase: Phrase) -> Matches:
        """Return the occurrences of a phrase, in text order, by the comparison that finds them.

        The comparisons are letter for letter ("exact") and folded ("folded"). If neither finds any, words that contain
        the phrase are returned ("compounds").
        """
        span = self.target.window_span(self.query.window)
        is_source = phrase.text == self.query.text
        source_cut = cut_letters(self.query.source.text, *self.query.span) if is_source else WHOLE
        literal = find_exact(phrase, self.target, span, self.language, source_cut)
        whole = [candidate for candidate in literal if candidate.score == 1.0]
        folded = [
            run
            for run in find_normalised(phrase, self.target, self.window)
            if not any(overlap(run.span, other.span) for other in whole)
        ]
        matches = {"exact": whole, "folded": whole + folded} if whole or folded else {"compounds": literal}
        return {reading: self.with_extents(found, phrase) for reading, found in matches.items() if found}

    def with_extents(self, candidates: list[Candidate], phrase: Phrase) -> list[Candidate]:
        """Give each candidate the extent of the source answer, and merge equal ones."""
        if len(candidates) == 1:
            return [self.with_extent(candidates[0], phrase)]
        distinct = {self.with_extent(candidate, phrase) for candidate in candidates}
        return sorted(distinct, key=lambda candidate: candidate.span)

    def with_extent(self, candidate: Candidate, phrase: Phrase) -> Candidate:
        """Give a candidate the extent of the source answer."""
        # A candidate that is the source answer letter for letter has the right articles and symbols.
        if candidate.method != Method.EXACT or phrase.text != self.query.text:
            method = Method.MARKED if phrase is self.piece else candidate.method
            found = Candidate(*candidate.span, method, candidate.score)
            candidate = match_extent(found, self.target, self.untranslated, phrase, self.language)
        if not (self.is_number or touches_joint(self.target.text, candidate.span)):
            return candidate
        return complete_edges(candidate, self.target, self.language, self.edges, self.window)

    def agrees_with_hint(self, matches: Matches) -> bool:
        """Return whether one of the occurrences overlaps the hint."""
        hint = self.hint
        return hint is not None and any(overlap(candidate.span, hint.span) for candidate in list(matches.values())[-1])

    def is_beside_unit(self, candidate: Candidate) -> bool:
        """Return whether the answer is a bare number, and the span has or touches a counter or a word for "year"."""
        if not (self.is_number and self.edges.is_number):
            return False
        low, high = self.target.token_range(candidate.span)
        around = self.target.lowered[max(low - 1, 0) : low] + self.target.lowered[high : high + 1]
        within = self.target.lowered[low:high]
        return not (self.language.year_words.isdisjoint(around) and self.language.counters.isdisjoint(within[1:]))

    def misses_number(self, candidate: Candidate) -> bool:
        """Return whether the source answer has a number and the candidate has none."""
        span = self.target.folded[slice(*self.target.token_range(candidate.span))]
        return lacks_number(self.source_phrase.words, self.source_language.numbers, span, self.language.numbers)
