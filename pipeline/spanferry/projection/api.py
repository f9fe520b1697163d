"""`spanferry.locate_answer`: finds the span of one answer, without any set-up."""

from collections.abc import Sequence
from dataclasses import dataclass

from spanferry.errors import InputError
from spanferry.language.sentences import sentences as split_sentences
from spanferry.projection.candidates import is_at, make_query
from spanferry.projection.ranking import make_locator
from spanferry.projection.tokenized import TokenizedText
from spanferry.records import Method, Span


@dataclass(frozen=True)
class LocatedAnswer:
    """The span of an answer in its target context.

    text: the text of the span, `target_context[start : start + len(text)]`. method: the method that found it.
    probability: calibrated probability, 0 to 1, that a person would mark the same span (token F1 of at least 0.8).
    """

    text: str
    start: int
    method: Method
    probability: float


def locate_answer(
    source_context: str,
    answer_start: int,
    answer_text: str,
    target_context: str,
    translation: str | None = None,
    source: str = "en",
    target: str = "nl",
    sentences: Sequence[tuple[Span, Span]] | None = None,
) -> LocatedAnswer | None:
    """Find one answer in a translated context.

        >>> from spanferry import locate_answer
        >>> english = "The canal was dug in 1612. It is 12 metres wide."
        >>> dutch = "Het kanaal werd in 1612 gegraven. Het is twaalf meter breed."
        >>> locate_answer(english, 33, "12 metres", dutch, translation="12 meter")
        LocatedAnswer(text='twaalf meter', start=41, method=<Method.NORMALISED: 'normalised'>, probability=0.97...)

    Args:
        source_context: The paragraph that contains the answer.
        answer_start: Offset of the answer in it, in Unicode code points.
        answer_text: The answer.
        target_context: The translation of the paragraph.
        translation: The translation of the answer on its own. Without it, the source answer itself is searched for,
            which suits names and numbers.
        source: Language code of the source (BCP 47).
        target: Language code of the target.
        sentences: Pairs of spans (source sentence, target sentence), in order, each (start, end) in code points, end
            exclusive. By default both contexts are split into sentences. If they have the same number of sentences,
            these are paired in order; otherwise the answer is searched for in the whole context.

    Returns:
        The most probable span, or None when nothing in the window resembles the answer.

    Raises:
        InputError: The source context does not have the answer at that offset, the target context is empty, or a
            sentence is not a span of its context.
    """
    if not is_at(source_context, answer_start, answer_text):
        raise InputError(f"answer_start: the source context does not have {answer_text!r} at {answer_start}")
    if not target_context.strip():
        raise InputError("target_context: must not be empty")
    pairs = align_sentences(source_context, target_context, source, target) if sentences is None else list(sentences)
    check_sentences(pairs, source_context, target_context)
    source_text = TokenizedText(source_context, tuple(one for one, _ in pairs))
    target_text = TokenizedText(target_context, tuple(other for _, other in pairs))
    query = make_query(source_text, answer_start, answer_text, translation)
    decision = make_locator(source, target).locate(query, target_text)
    if decision.chosen is None or decision.probability is None:
        return None
    start, end = decision.chosen.span
    return LocatedAnswer(target_context[start:end], start, decision.chosen.method, decision.probability)


def align_sentences(source_context: str, target_context: str, source: str, target: str) -> list[tuple[Span, Span]]:
    """Pair the sentences of two contexts. If their numbers differ, return the two whole contexts as one pair."""
    in_source, in_target = split_sentences(source_context, source), split_sentences(target_context, target)
    if len(in_source) == len(in_target):
        return list(zip(in_source, in_target, strict=True))
    return [((0, len(source_context)), (0, len(target_context)))]


def check_sentences(pairs: Sequence[tuple[Span, Span]], source_context: str, target_context: str) -> None:
    """Raise InputError unless all sentences are spans of their contexts, in order, and not empty."""
    if not pairs:
        raise InputError("sentences: must not be empty")
    for side, context in enumerate((source_context, target_context)):
        at = 0
        for number, pair in enumerate(pairs):
            start, end = pair[side]
            if not at <= start < end <= len(context):
                name = f"sentences[{number}][{side}]"
                raise InputError(f"{name}: ({start}, {end}) is not a span of the context after the span before it")
            at = end
