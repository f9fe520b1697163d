"""Last resort: word alignment of the sentence and its translation, where markers do not survive.

    "In the [12th century] ..."       12th ── twaalfde, century ── eeuw
    "De twaalfde eeuw bracht ..."     -> "twaalfde eeuw", and how much of it is linked

It says where the answer lies and not what it is called, so that it is evidence for a run of words
beside its similarity, as the place of a marked piece is.
"""

import numpy as np

from spanferry.projection.lexicon import Lexicon
from spanferry.projection.spans import AnswerQuery, Place, TokenizedText


def aligned(sought: AnswerQuery, target: TokenizedText, lexicon: Lexicon) -> Place | None:
    """Where the answer's words lie in the target's window; None when one of the windows has no words.

    The place is the run of words that shares most links with the answer, and its share is Dice's
    coefficient: of all the words of both, those that are linked to the other.
    """
    source = sought.source
    ours = source.window_range(sought.window)
    theirs = target.window_range(sought.window)
    asked = [
        token - ours[0]
        for token in range(*ours)
        if source.tokens[token][1] > sought.span[0] and source.tokens[token][0] < sought.span[1]
    ]
    if not asked or theirs[0] == theirs[1]:
        return None
    forward, backward = lexicon.links(source.folded[slice(*ours)], target.folded[slice(*theirs)])
    shared = np.cumsum([0.0, *(forward[asked] + backward[asked]).sum(axis=0)])
    low, high = np.triu_indices(len(shared), 1)
    dice = (shared[high] - shared[low]) / (high - low + len(asked))
    best = int(np.argmax(dice))
    span = target.span(theirs[0] + int(low[best]), theirs[0] + int(high[best]))
    # Rounding may take a perfect match a hair above 1.
    return Place(span, min(float(dice[best]), 1.0))
