"""Warnings about English text in a file of another language. They need no model of either language.

A sentence counts as English when it has English function words and none of the words that are most common in the file.
Therefore a title quoted in a Dutch question does not count, and no word list of the file's language is needed.
"""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain, islice

from spanferry.language import language_of
from spanferry.squad.document import Paragraph, Question
from spanferry.squad.validation.registry import Level, RuleList, Severity
from spanferry.squad.validation.seen import SeenQuestions

MAX_COMMON_WORDS = 80  # nearly every sentence of a few words has one of the 80
ENGLISH_FILE_SHARE = 0.08  # share of telling words from which a file is English; English prose has 0.12 to 0.16
MIN_TEXTS = 3  # texts that must have a common word; without this, all words of a small file would be common
MIN_SENTENCE_WORDS = 4  # shorter texts are names as often as sentences
MIN_ENGLISH_WORDS = 2

UNTRANSLATED_RULES = RuleList()

_DETECTION = language_of("en").detection
assert _DETECTION is not None, "the profile of English has no detection words"
_TELLING, _ENGLISH = _DETECTION.file_telling, _DETECTION.file_common
_AS_WRITTEN = _TELLING | {word.capitalize() for word in _TELLING}
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+")


@UNTRANSLATED_RULES.add(Severity.WARNING, Level.FILE)
def untranslated_question(question: Question, seen: SeenQuestions) -> str | None:
    """A question in English, in a file of another language."""
    sentence = find_english_sentence(question.question, seen.common_words)
    return sentence and repr(sentence)


@UNTRANSLATED_RULES.add(Severity.WARNING, Level.PARAGRAPH)
def untranslated_context(paragraph: Paragraph, seen: SeenQuestions) -> str | None:
    """A context with an English sentence, in a file of another language."""
    if " the " not in paragraph.context:
        return None
    sentence = find_english_sentence(paragraph.context, seen.common_words)
    return sentence and repr(sentence)


def find_common_words(texts: Iterable[str]) -> frozenset[str] | None:
    """Return the most common words of a file that are not English; None when the file is English.

    texts: a sample of the file.
    """
    words = [_WORD.findall(text.lower()) for text in texts]
    counts = Counter(chain.from_iterable(words))
    if sum(counts[word] for word in _TELLING) >= ENGLISH_FILE_SHARE * counts.total():
        return None
    text_counts = Counter(chain.from_iterable(map(set, words)))
    common = (word for word, _ in counts.most_common() if word not in _ENGLISH and text_counts[word] >= MIN_TEXTS)
    return frozenset(islice(common, MAX_COMMON_WORDS))


def find_english_sentence(text: str, common_words: frozenset[str] | None) -> str | None:
    """Return the first English sentence of a text; None when it has none, or when the file is English.

    common_words: the file's most common words, None for an English file.
    """
    if common_words is None or _AS_WRITTEN.isdisjoint(text.split()):
        return None
    return next((sentence for sentence in _SENTENCE_END.split(text) if _is_english(sentence, common_words)), None)


def _is_english(sentence: str, common_words: frozenset[str]) -> bool:
    words = _WORD.findall(sentence.lower())
    distinct = set(words)
    return (
        len(words) >= MIN_SENTENCE_WORDS
        and len(distinct & _ENGLISH) >= MIN_ENGLISH_WORDS
        and not distinct.isdisjoint(_TELLING)
        and distinct.isdisjoint(common_words)
    )
