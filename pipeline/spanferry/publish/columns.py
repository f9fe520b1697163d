"""What the columns of the published provenance mean, for the dataset card."""

from collections.abc import Iterable

from spanferry.records import Signal

COLUMNS: dict[tuple[str, ...], str] = {
    ("article", "paragraph"): "the numbers of the article and of the paragraph in the source, from 0",
    ("title",): "the title of the article in the source",
    ("question_id", "field", "index"): "the answer in the source; `field` is `answers` or `plausible_answers`",
    ("source_text", "source_start"): "its text and offset in the source",
    ("repair", "given_text", "given_start"): (
        "what was wrong with its offset in the source, and its text and offset before the repair; null if it was right"
    ),
    ("translation",): "the translation of the answer on its own",
    ("marked",): "the translation of its sentence with the answer between markers, if that was requested",
    ("text", "start"): "its span in this dataset",
    ("method",): "the method that found the span; `human` if a person selected it",
    ("score",): "the similarity of span and translation (0 to 1)",
    ("probability",): "the estimated chance that the span is right",
    ("occurrence", "occurrences"): "the span is the n-th of m equally good places",
    ("candidates",): "the other places that came into question, the best first",
    ("question_repair", "title_repair"): (
        "how names in the question and in the title were made those of the context; null if they were not"
    ),
    ("corrected",): "what people changed",
    ("quality",): "the estimated chance that a person would accept the question with its context and answers",
    ("reasons",): "what speaks against it, in words, the strongest first",
    tuple(Signal): "the signals behind it, 0 (bad) to 1 (good); null where one does not apply",
}
"""Columns that belong together -> their meaning."""


def describe_columns(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return (columns, meaning) for the columns that a table has: ("`text`, `start`", "its span in this dataset")."""
    known = set(names)
    described = ((", ".join(f"`{name}`" for name in group if name in known), text) for group, text in COLUMNS.items())
    return [(columns, text) for columns, text in described if columns]
