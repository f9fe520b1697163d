"""Last resort: word alignment of the sentence and its translation, where markers do not survive.

    "In the [12th century] ..."       12th ── twaalfde, century ── eeuw
    "De twaalfde eeuw bracht ..."     -> "twaalfde eeuw", and how much of it is linked

Alignment tells where the answer lies and not what it is called. It is evidence for a run of words beside its
similarity, as the place of a marked piece is.
"""

import numpy as np

from spanferry.projection.candidates import AnswerQuery, SpanHint
from spanferry.projection.lexicon import Lexicon
from spanferry.projection.tokenized import TokenizedText


def align_answer(query: AnswerQuery, target: TokenizedText, lexicon: Lexicon) -> SpanHint | None:
    """Return where the answer's words lie in the target's window; None when one of the windows has no words.

    The hint is the run of words that shares most links with the answer. Its share is Dice's coefficient: of all the
    words of both, those that are linked to the other.
    """
    source = query.source
    source_window = source.window_range(query.window)
    target_window = target.window_range(query.window)
    answer_start, answer_end = query.span
    answer = [
        token - source_window[0]
        for token in range(*source_window)
        if source.token_spans[token][1] > answer_start and source.token_spans[token][0] < answer_end
    ]
    if not answer or target_window[0] == target_window[1]:
        return None
    forward, backward = lexicon.links(source.folded[slice(*source_window)], target.folded[slice(*target_window)])
    shared = np.cumsum([0.0, *(forward[answer] + backward[answer]).sum(axis=0)])
    low, high = np.triu_indices(len(shared), 1)
    dice = (shared[high] - shared[low]) / (high - low + len(answer))
    best = int(np.argmax(dice))
    start, end = target.span_of(target_window[0] + int(low[best]), target_window[0] + int(high[best]))
    # Rounding may take a perfect match slightly above 1.
    return SpanHint(start, end, min(float(dice[best]), 1.0))
