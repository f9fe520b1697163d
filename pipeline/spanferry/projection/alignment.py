"""The hint of word alignment, for answers whose markers were lost.

    "In the [12th century] ..."       12th ── twaalfde, century ── eeuw
    "De twaalfde eeuw bracht ..."     -> "twaalfde eeuw", and the share of its words that are linked

Word alignment links the words of a sentence to the words of its translation. It shows where the answer lies, but not
how it is translated. Ranking combines this hint with the similarity of the words, as it does with the hint of a
marked translation.
"""

import numpy as np

from spanferry.projection.candidates import AnswerQuery, SpanHint
from spanferry.projection.lexicon import Lexicon
from spanferry.projection.tokenized import TokenizedText


def align_answer(query: AnswerQuery, target: TokenizedText, lexicon: Lexicon) -> SpanHint | None:
    """Return the hint of word alignment; None when one of the windows has no words.

    The hint is the run of words in the target window with the strongest links to the answer. Its share is Dice's
    coefficient: the share of the words of the run and the answer that are linked to each other.
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
    # Rounding can make the coefficient of a perfect match slightly larger than 1.
    return SpanHint(start, end, min(float(dice[best]), 1.0))
