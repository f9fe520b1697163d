"""Figures in words: labels, shares, the three answers that a report opens with, the table against the reference."""

from typing import Any

from spanferry.loss import TOTAL
from spanferry.records import SPLITS, Field, Method, Reason

Figures = dict[str, Any]

REASONS = {
    Reason.SOURCE_MISMATCH: ("wrong in the source", "The source's own offset does not hold the answer's text."),
    Reason.CONTEXT_UNTRANSLATED: ("paragraph not translated", "A sentence of the paragraph has no translation."),
    Reason.QUESTION_UNTRANSLATED: ("question not translated", "The question has no translation."),
    Reason.ANSWER_UNTRANSLATED: ("answer not translated", "The answer on its own has no translation."),
    Reason.NOT_FOUND: ("not found", "Nothing in the sentence resembles the translated answer."),
    Reason.BELOW_THRESHOLD: ("too little alike", "Something resembles the translated answer, but not enough."),
    Reason.AMBIGUOUS: ("ambiguous", "Several places would do, and nothing tells which."),
    Reason.LOW_CONFIDENCE: ("too unsure", "A span was found, but it is probably not the right one."),
}
METHODS = {
    Method.NATIVE: ("native", "The corpus is in its language already; the span is the source's."),
    Method.EXACT: ("exact", "The translated answer stands there letter for letter."),
    Method.NORMALISED: ("normalised", "The same, but for case, diacritics, quotes, number form or articles."),
    Method.FUZZY: ("fuzzy", "The run of words most like the translated answer."),
    Method.MARKED: ("marked", "Found by translating the sentence with the answer between markers."),
}
# What rescue.json counts of the answers that were asked for again, and how that is said.
RESCUE = {
    "rescued": "kept that would have been lost",
    "moved": "moved to another place",
    "confirmed": "found where they were",
    "lost": "dropped that would have been kept",
    "markers_lost": "whose markers did not come back",
    "in_vain": "for which it changed nothing",
}
UNITS = {
    "paragraphs": "paragraphs",
    "questions": "questions",
    "has_answer": "has answer",
    "no_answer": "no answer",
    Field.ANSWERS: "answers",
    Field.PLAUSIBLE: "plausible answers",
}
BREAKDOWNS = {
    "question_word": ("Question word", "questions", "The first question word that stands in the question."),
    "answer_length": ("Answer length", "answers", "Words of the English answer, counted between white space."),
    "answer_type": (
        "Answer type",
        "answers",
        "Told by the first rule that holds. Date: names a month, weekday, decade or century, or is a year. Number: "
        "begins with one. Name: has a capital and no longer lower-case word. Clause: four words or more with a verb "
        "or conjunction, or begins with “because” and the like. Phrase: the rest.",
    ),
    "position": ("Position", "answers", "Where in its paragraph the English answer starts."),
}
# Points by which the share of unanswerable questions moves, in words. Below one point, two readers'
# scores differ by less than their seeds make them differ; the reference's own shift is 11 points.
SHIFTS = ((0.05, "stays the same"), (1, "hardly changes"), (5, "changes somewhat"), (None, "changes much"))


def percent(share: float | None, digits: int = 1) -> str:
    """0.9537 -> "95.4 %"; a share of nothing is a dash."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"


def number(value: float) -> str:
    return f"{value:,}"


def plural(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def built_splits(figures: Figures) -> list[str]:
    """The splits that the corpus has."""
    return [split for split in SPLITS if figures[split]["questions"]["visited"]]


def top_reasons(tally: dict[str, Any]) -> list[tuple[Reason, int]]:
    """(reason, how many) of what was dropped, most first; the order of Reason among equals."""
    return sorted(((r, n) for r in Reason if (n := tally["reasons"][r])), key=lambda item: -item[1])


def rescue(figures: Figures) -> str:
    """What asking again between markers cost and brought; "" where nothing was asked, or nobody noted it."""
    told = figures.get("rescue")
    if not told or not told["requests"]:
        return ""
    asked = plural(sum(told[outcome] for outcome in RESCUE), "unsure answer")
    brought = ", ".join(f"{number(told[outcome])} {said}" for outcome, said in RESCUE.items() if told[outcome])
    sent = f"{plural(told['requests'], 'sentence')} with markers ({number(told['characters'])} characters)"
    return f"{asked} asked for again, in {sent}: {brought}."


def how_much(figures: Figures) -> str:
    has, no = figures[TOTAL]["has_answer"], figures[TOTAL]["no_answer"]
    lost = {0: "none is lost", 1: "1 is lost"}.get(has["dropped"], f"{number(has['dropped'])} are lost")
    said = f"{number(has['kept'])} of {plural(has['visited'], 'question')} with an answer are kept; {lost}."
    if no["visited"]:
        kept = "all are kept" if not no["dropped"] else f"{number(no['kept'])} are kept"
        said += f" Of {plural(no['visited'], 'question')} without an answer, {kept}."
    return said


def main_reason(figures: Figures) -> str:
    """The reason that most lost questions have, or that none was lost."""
    has = figures[TOTAL]["has_answer"]
    return REASONS[top_reasons(has)[0][0]][0] if has["dropped"] else "nothing lost"


def why(figures: Figures) -> str:
    has = figures[TOTAL]["has_answer"]
    if not has["dropped"]:
        return "No question with an answer was lost."
    (first, most), *rest = top_reasons(has)
    said = f"{REASONS[first][1]} So for {number(most)} of {plural(has['dropped'], 'lost question')}."
    if rest:
        said += f" Then: {', '.join(f'{REASONS[reason][0]} {number(n)}' for reason, n in rest)}."
    return said


def does_it_matter(figures: Figures) -> str:
    drift = figures[TOTAL]["drift"]
    before, after = drift["no_answer_share_before"], drift["no_answer_share_after"]
    if not any(figures[TOTAL][unit]["dropped"] for unit in ("questions", "answers")):
        return "Nothing is lost, so that nothing has shifted."
    if not before or after is None:
        return _wording_of_answers(drift)
    points = 100 * abs(after - before)
    verb = next(verb for below, verb in SHIFTS if below is None or points < below)
    return (
        f"The share of questions without an answer {verb}: {percent(before)} before, {percent(after)} after. That is "
        f"also the exact match of a reader that never answers. {_wording_of_answers(drift)}"
    )


def _wording_of_answers(drift: dict[str, Any]) -> str:
    before, after = drift["words_before"], drift["words_after"]
    if before is None or after is None:
        return "Nothing is left to compare."
    return (
        f"Kept answers have {after:.2f} words on average ({before:.2f} before), and their mix of types is shifted by "
        f"{percent(drift['answer_type_distance'])}."
    )


def reference_rows(figures: Figures) -> list[dict[str, Any]]:
    """The table against the reference: a row for each split, and all where there are two, and each sort of question.

    Each: split, label, unit, visited, kept, dropped, share, theirs (its row of the reference and share, or None).
    """
    theirs = {(row["split"], row["unit"]): row for row in figures["reference"]}
    rows = []
    splits = built_splits(figures)
    for split in splits if len(splits) == 1 else [*splits, TOTAL]:
        for unit in ("questions", "has_answer", "no_answer"):
            ours, other = figures[split][unit], theirs.get((split, unit))
            rows.append(
                {
                    "split": split,
                    "unit": unit,
                    "label": UNITS[unit],
                    **{name: ours[name] for name in ("visited", "kept", "dropped")},
                    "share": share(ours),
                    "theirs": other and {**other, "share": share(other)},
                }
            )
    return rows


def share(tally: dict[str, Any]) -> float | None:
    return tally["kept"] / tally["visited"] if tally["visited"] else None


def markdown_table(figures: Figures) -> str:
    """The table against the reference, for a README or a dataset card."""
    lines = [
        "| split | questions | source | kept | lost | kept % | reference | its kept % |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in reference_rows(figures):
        theirs = row["theirs"]
        told, kept = (theirs["reported"], percent(theirs["share"])) if theirs else ("", "")
        label = "all" if row["unit"] == "questions" else row["label"]
        counts = " | ".join(number(row[name]) for name in ("visited", "kept", "dropped"))
        lines.append(f"| {row['split']} | {label} | {counts} | {percent(row['share'])} | {told} | {kept} |")
    return "\n".join(lines) + "\n"
