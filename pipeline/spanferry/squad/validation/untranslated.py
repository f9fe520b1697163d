"""English left in a file of another language, without a model of either.

A sentence is taken for English when it has English function words and none of the words that are
commonest in the file itself. So a title quoted in a Dutch question is not one, and no list is needed
for the file's language.
"""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain, islice

OWN_WORDS = 80  # the commonest words of a file: enough to be in nearly every sentence of a few words
ENGLISH_FILE = 0.08  # share of English words above which a file is English itself; English prose has 0.12 to 0.16
MIN_TEXTS = 3  # that a word must stand in to be the file's own; in a small file every word is among the commonest
MIN_WORDS = 4  # shorter texts are names as often as sentences

# Words that hardly another language has ...
_TELLING = frozenset(
    re.findall(
        r"\w+",
        "the and which what who whom whose how did does were from with that this these those their been being when "
        "where why while because through between",
    )
)
# ... and words that count together with one of those.
_ENGLISH = _TELLING | frozenset(
    re.findall(
        r"\w+",
        "a an as at be but by can do for had has have he her his i if in into is it its many more most much not of on "
        "one or other she some than there they to was we will would you year after",
    )
)
_AS_WRITTEN = _TELLING | {word.capitalize() for word in _TELLING}
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)]*\s+")


def own_words(texts: Iterable[str]) -> frozenset[str] | None:
    """The file's commonest words that are not English, from a sample of it; None when it is English itself."""
    words = [_WORD.findall(text.lower()) for text in texts]
    everywhere = Counter(chain.from_iterable(words))
    if sum(everywhere[word] for word in _TELLING) >= ENGLISH_FILE * everywhere.total():
        return None
    texts_with = Counter(chain.from_iterable(map(set, words)))
    own = (word for word, _ in everywhere.most_common() if word not in _ENGLISH and texts_with[word] >= MIN_TEXTS)
    return frozenset(islice(own, OWN_WORDS))


def english_sentence(text: str, own: frozenset[str] | None) -> str | None:
    """The first sentence of a text that is English; None when there is none or the file is English (`own` None)."""
    if own is None or _AS_WRITTEN.isdisjoint(text.split()):
        return None
    return next((sentence for sentence in _SENTENCE_END.split(text) if _english(sentence, own)), None)


def _english(sentence: str, own: frozenset[str]) -> bool:
    words = _WORD.findall(sentence.lower())
    distinct = set(words)
    return (
        len(words) >= MIN_WORDS
        and len(distinct & _ENGLISH) >= 2
        and not distinct.isdisjoint(_TELLING)
        and distinct.isdisjoint(own)
    )
