"""Check whether the text of a corpus is in its target language. Only clear cases count as a problem.

A single sentence is easily taken for a related language, and identifiers know few languages. The decision is therefore
about the whole corpus: nearly no paragraph is in the target language or a close relative of it, and most are in one
other language; or most texts are the same as their source.
"""

from collections import Counter
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from spanferry.language import primary_subtag
from spanferry.loss_figures import IdentifiedRow, LanguageCheck

SAMPLE = 300  # paragraphs, evenly spaced; identification takes about a millisecond each
MIN_LETTERS = 200  # of the sample, for a decision
MIN_TEXTS = 5  # sentences and questions, for a decision
MIN_LENGTH = 20  # characters of a text that a translation hardly leaves unchanged
MOST = 0.5
FEW = 0.2
RELATIVES = (
    frozenset({"da", "nb", "nn", "sv"}),
    frozenset({"bs", "hr", "sr"}),
    frozenset({"gl", "pt"}),
    frozenset({"id", "ms"}),
    # A language, and the varieties of it that the identifier knows as languages.
    frozenset({"ar", "ary", "arz"}),
    frozenset({"en", "pcm"}),
    frozenset({"es", "an", "ext"}),
    frozenset({"it", "lij", "vec"}),
    frozenset({"ku", "sdh"}),
    frozenset({"lv", "ltg"}),
    frozenset({"uz", "uzs"}),
    frozenset({"zh", "wuu", "yue"}),
)
"""Languages that an identifier, and sometimes a reader, confuses."""


def check_language(contexts: pa.ChunkedArray, translations: pa.Table | None, source: str, target: str) -> LanguageCheck:
    """Check the paragraphs of a corpus against its target language.

    contexts: the target paragraphs, null where there is none. translations: rows of TranslationRow, None for a native
    corpus.
    """
    texts = unchanged = 0
    if translations is not None and primary_subtag(source) != primary_subtag(target):
        is_text = pc.and_(
            pc.is_valid(translations["translation"]), pc.greater_equal(pc.utf8_length(translations["text"]), MIN_LENGTH)
        )
        rows = translations.filter(is_text)
        texts = rows.num_rows
        unchanged = pc.sum(pc.equal(rows["text"], rows["translation"])).as_py() or 0
    sample = take_sample(contexts)
    identified: Counter[str] = Counter(identify(text) for text in sample)
    enough = sum(sum(map(str.isalpha, text)) for text in sample) >= MIN_LETTERS
    problem = describe_unchanged(texts, unchanged, source) or (describe_other(identified, target) if enough else None)
    return LanguageCheck(
        target=target,
        paragraphs=len(sample),
        identified=tuple(
            IdentifiedRow(language=code, paragraphs=count)
            for code, count in sorted(identified.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        texts=texts,
        unchanged=unchanged,
        problem=problem,
    )


def take_sample(contexts: pa.ChunkedArray) -> list[str]:
    """Return at most SAMPLE contexts, evenly spaced."""
    present = contexts.drop_null()
    count = min(SAMPLE, len(present))
    return present.take(pa.array([n * len(present) // count for n in range(count)], pa.int64())).to_pylist()


def describe_unchanged(texts: int, unchanged: int, source: str) -> str | None:
    """Say that most texts are the same as their source, or return None."""
    if texts < MIN_TEXTS or unchanged <= MOST * texts:
        return None
    return f"{unchanged:,} of {texts:,} sentences and questions are the same as in the source ({source})"


def describe_other(identified: Counter[str], target: str) -> str | None:
    """Say which other language most paragraphs are in, or return None. identified: code -> number of paragraphs."""
    wanted = primary_subtag(target)
    if wanted not in known_languages():
        return None
    close = next((group for group in RELATIVES if wanted in group), frozenset({wanted}))
    own = sum(identified[code] for code in close)
    other, count = max(((code, n) for code, n in identified.items() if code not in close), key=_second, default=("", 0))
    total = identified.total()
    if count <= MOST * total or own >= FEW * total:
        return None
    return f"{count:,} of {total:,} paragraphs are identified as {other}, {own:,} as {target}"


def _second(pair: tuple[str, int]) -> int:
    return pair[1]


def identify(text: str) -> str:
    """Return the primary subtag of the most probable language of a text."""
    return primary_subtag(_identifier().classify(text)[0])


@cache
def known_languages() -> frozenset[str]:
    """Return the primary subtags of the languages that can be identified."""
    return frozenset(primary_subtag(code) for code in _identifier().labels)


@cache
def _identifier() -> Any:
    """Load the model of py3langid, which takes a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)
