"""Describe in words what people's corrections did."""

from spanferry.loss_figures import CorrectionFigures

# Key of CorrectionFigures -> what it counts, for one and for several.
CHANGES = {
    "spans": ("span replaced", "spans replaced"),
    "questions": ("question edited", "questions edited"),
    "contexts": ("paragraph edited", "paragraphs edited"),
    "dropped": ("item dropped as wrong", "items dropped as wrong"),
    "found_again": ("other answer found again in edited text", "other answers found again in edited text"),
    "lost": ("other answer lost in edited text", "other answers lost in edited text"),
}


def describe_corrections(figures: CorrectionFigures) -> str:
    """Describe the counts in a sentence without its full stop."""
    counts = [(getattr(figures, name), words) for name, words in CHANGES.items()]
    changes = ", ".join(f"{n:,} {words[n != 1]}" for n, words in counts if n) or "nothing changed"
    outdated = f", {figures.outdated:,} outdated" if figures.outdated else ""
    return f"{figures.applied:,} of {figures.items:,} reviewed items apply{outdated}: {changes}"
