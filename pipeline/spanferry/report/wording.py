"""Describe figures in words: labels, shares, and the three answers at the top of a report."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from spanferry.corrections.wording import describe_corrections
from spanferry.language import language_name
from spanferry.loss_figures import Drift, LossFigures, MemoryFigures, SpentFigures, Tally, Unit, count_repaired, percent
from spanferry.printing import plural, show_amount
from spanferry.records import SPLITS, Method, Reason, RepairKind, Signal, Split
from spanferry.translation.memory.passed_over import describe_counts


class Label(NamedTuple):
    """The name under which a reason or method is shown, and its meaning."""

    name: str
    description: str


class BreakdownLabel(NamedTuple):
    """The title of a breakdown, the unit that it counts, and the definition of its groups."""

    title: str
    unit: str
    description: str


REASONS = {
    Reason.MALFORMED: Label("malformed in the source", "A value of the source is missing or of the wrong type."),
    Reason.EMPTY_CONTEXT: Label("paragraph empty in the source", "The source has no text for the paragraph."),
    Reason.EMPTY_QUESTION: Label("question empty in the source", "The source has no text for the question."),
    Reason.DUPLICATE_ID: Label("id taken in the source", "An earlier question of the source has the same id."),
    Reason.ANSWERABLE_WITHOUT_ANSWERS: Label(
        "no answer in the source", "The question has no answers in the source, but is not marked as unanswerable."
    ),
    Reason.IMPOSSIBLE_WITH_ANSWERS: Label(
        "contradictory in the source", "The question is marked as unanswerable in the source, but has answers."
    ),
    Reason.EMPTY_ANSWER: Label("answer empty in the source", "The source has no text for the answer."),
    Reason.SOURCE_MISMATCH: Label("wrong in the source", "The answer's text is not at its offset in the source."),
    Reason.CONTEXT_UNTRANSLATED: Label("paragraph not translated", "A sentence of the paragraph has no translation."),
    Reason.QUESTION_UNTRANSLATED: Label("question not translated", "The question has no translation."),
    Reason.ANSWER_UNTRANSLATED: Label("answer not translated", "The answer on its own has no translation."),
    Reason.NOT_FOUND: Label("not found", "Nothing in the sentence resembles the translated answer."),
    Reason.BELOW_THRESHOLD: Label("not similar enough", "Something resembles the translated answer, but not enough."),
    Reason.AMBIGUOUS: Label("ambiguous", "Several places fit equally well, and nothing decides between them."),
    Reason.LOW_CONFIDENCE: Label("too uncertain", "A span was found, but it is probably not the right one."),
    Reason.LOW_QUALITY: Label("too low in quality", "The question with its context and answers has too low a quality."),
    Reason.JUDGED_WRONG: Label("judged wrong", "A person judged it wrong, and gave nothing in its place."),
}
SIGNALS = {
    Signal.SPAN_SURE: Label("uncertain span", "The probability of its spans is low."),
    Signal.SAME_SENTENCE: Label("other sentence", "The span is in another sentence than the answer of the source."),
    Signal.SAME_NUMBERS: Label("numbers", "The translation lacks or adds a number or a date."),
    Signal.USUAL_LENGTH: Label("length", "The translation is longer or shorter than usual in this corpus."),
    Signal.TRANSLATED: Label("not translated", "A part is left in the source language."),
    Signal.INTACT: Label("damaged", "Repetition, leftover markers, markup, damaged characters, or a missing end."),
    Signal.SAME_NAMES: Label("names", "Question and paragraph render a name differently."),
    Signal.ASKS: Label("does not ask", "The question has lost its question mark or word."),
    Signal.DISTINCT: Label("not distinct", "Another question of the paragraph became the same."),
    Signal.REST_SOUND: Label("elsewhere", "Another sentence of the paragraph has one of these faults."),
    Signal.SIMILAR: Label("says something else", "An encoder finds a text and its translation unlike."),
    Signal.SAME_EXTENT: Label("extent", "An encoder links other words to the answer than those of the span."),
    Signal.READER_AGREES: Label(
        "reader disagrees", "A reader finds another answer, or one where there should be none."
    ),
}
"""What it means that a signal is low."""
METHODS = {
    Method.NATIVE: Label("native", "The corpus is already in the target language; the span is the source's."),
    Method.EXACT: Label("exact", "The translated answer, letter for letter."),
    Method.NORMALISED: Label("normalised", "The same except for case, diacritics, quotes, number form or articles."),
    Method.FUZZY: Label("fuzzy", "The run of words that is most similar to the translated answer."),
    Method.MARKED: Label("marked", "Found by translating the sentence with the answer between markers."),
    Method.LINKED: Label("linked", "The run of words that an encoder links to the answer."),
    Method.HUMAN: Label("human", "A person selected the span."),
}
# What was wrong with the offset of a repaired answer, as the end of a sentence that begins with a count of answers.
REPAIRS = {
    RepairKind.UTF8_BYTES: "counted in bytes",
    RepairKind.UTF16_UNITS: "counted in UTF-16 units",
    RepairKind.LINE_ENDS: "counted with other line ends",
    RepairKind.WHITE_SPACE: "counted with other white space",
    RepairKind.NORMAL_FORM: "counted in another Unicode normal form",
    RepairKind.ESCAPES: "counted with HTML or JSON escapes",
    RepairKind.CLUSTERS: "counted in grapheme clusters",
    RepairKind.SHIFTED: "all too high or too low by the same number",
    RepairKind.TEXT: "right, but the text had other white space or another normal form than the context",
    RepairKind.ONCE: "found because the text stands only once in the context",
}
# Key in rescue.json -> description of the outcome. The counts are of answers that were requested again.
RESCUE_OUTCOMES = {
    "rescued": "rescued",
    "moved": "moved to another place",
    "confirmed": "confirmed at the same place",
    "lost": "dropped because they became too uncertain",
    "markers_lost": "unchanged because their markers were lost in translation",
    "in_vain": "still lost",
}
UNITS: dict[Unit, str] = {
    "paragraphs": "paragraphs",
    "questions": "questions",
    "has_answer": "has answer",
    "no_answer": "no answer",
    "answers": "answers",
    "plausible_answers": "plausible answers",
}
BREAKDOWNS = {
    "question_word": BreakdownLabel("Question word", "questions", "The first question word in the question."),
    "answer_length": BreakdownLabel("Answer length", "answers", "Words of the source answer, split at white space."),
    "answer_type": BreakdownLabel(
        "Answer type",
        "answers",
        "The first rule that applies. Date: names a month, weekday, decade or century, or is a year. Number: begins "
        "with a number. Name: has a capital letter and no long lower-case word. Clause: has four words or more and a "
        "verb or conjunction, or begins with a word like “because”. Phrase: everything else.",
    ),
    "position": BreakdownLabel("Position", "answers", "Where in its paragraph the source answer starts."),
}
# (points by which the share of unanswerable questions moves, description). A shift of less than one point changes a
# reader's score by less than another seed does. The reference's own shift is 11 points.
SHIFTS = ((0.05, "stays the same"), (1, "hardly changes"), (5, "changes somewhat"), (None, "changes much"))


def number(value: float) -> str:
    """Format a number: 1234 -> "1,234"."""
    return f"{value:,}"


def kept_share(kept: int, visited: int) -> float | None:
    """Return kept / visited, None when nothing was visited."""
    return kept / visited if visited else None


def built_splits(figures: LossFigures) -> list[Split]:
    """Return the splits that the corpus has."""
    return [split for split in SPLITS if figures.units(split).questions.visited]


def top_reasons(tally: Tally) -> list[tuple[Reason, int]]:
    """Return (reason, count) pairs, the most frequent first; equally frequent ones follow the order of `Reason`."""
    return sorted(((r, n) for r in Reason if (n := tally.reasons.get(r, 0))), key=lambda item: -item[1])


def describe_rescue(counts: Mapping[str, int]) -> str:
    """Describe the cost and the outcomes of rescue in a sentence; "" when nothing was requested."""
    if not counts or not counts["texts"]:
        return ""
    answers = plural(sum(counts[outcome] for outcome in RESCUE_OUTCOMES), "uncertain answer")
    outcomes = ", ".join(
        f"{number(counts[outcome])} {words}" for outcome, words in RESCUE_OUTCOMES.items() if counts[outcome]
    )
    sentences = f"{plural(counts['texts'], 'sentence')} with markers ({number(counts['characters'])} characters)"
    return f"{answers} requested again, in {sentences}: {outcomes}."


def describe_repairs(figures: LossFigures) -> str:
    """Describe in a sentence the offsets of the source that were repaired; "" when all were right."""
    counts = Counter(figures.total.answers.repaired) + Counter(figures.total.plausible_answers.repaired)
    if not counts:
        return ""
    kinds = ", ".join(f"{number(counts[kind])} {REPAIRS[kind]}" for kind in RepairKind if counts[kind])
    return f"{plural(counts.total(), 'wrong offset')} of the source repaired: {kinds}."


def describe_work(figures: LossFigures) -> list[str]:
    """Describe what the memory brought, what was requested again, repaired, billed, and corrected by people."""
    notes = (
        describe_memory(figures.memory),
        describe_rescue(figures.rescue),
        describe_names(figures.names),
        describe_spent(figures.spent),
        f"Corrections by people: {describe_corrections(figures.corrections)}." if figures.corrections else "",
    )
    return list(filter(None, notes))


def describe_memory(memory: MemoryFigures | None) -> str:
    """Describe what is taken from the corpus's own memory, and what is passed over; "" if it has none."""
    if memory is None:
        return ""
    passed_over = describe_counts(memory.empty, memory.no_segment, memory.other_languages)
    taken = f"{plural(memory.taken, 'unit')} of its memory taken"
    return f"{taken}; {passed_over}." if passed_over else f"{taken}."


def describe_names(counts: Mapping[str, int]) -> str:
    """Describe how many questions and titles have other names than their paragraphs; "" when none were compared."""
    parts: list[str] = []
    if counts.get("compared"):
        before, after = (percent(counts[name] / counts["compared"]) for name in ("different", "different_after"))
        repaired, partly = count_repaired(counts)
        in_part = f", {number(partly)} of them repaired in part" if partly else ""
        parts.append(
            f"{number(counts['different'])} of {plural(counts['compared'], 'question')} with a known name had another "
            f"one than their paragraph ({before}): {number(repaired)} repaired, {number(counts['different_after'])} "
            f"left ({after}){in_part}."
        )
    if counts.get("titles_compared"):
        parts.append(
            f"{number(counts['titles_different'])} of {plural(counts['titles_compared'], 'title')} had another name "
            f"than the paragraphs: {number(counts['titles_different'] - counts['titles_different_after'])} repaired, "
            f"{number(counts['titles_different_after'])} left."
        )
    return " ".join(parts)


def describe_spent(spent: Mapping[str, SpentFigures]) -> str:
    """Describe what a service has billed, by stage; "" when it billed nothing."""
    parts = [f"{stage} {describe_bill(bill)}" for stage, bill in spent.items() if bill.requests]
    return f"Spent in all runs: {'; '.join(parts)}." if parts else ""


def describe_bill(bill: SpentFigures) -> str:
    """Describe the bill of a stage: '12.50 EUR (625,000 characters in 5,000 requests)'."""
    tokens = f", {number(bill.input_tokens)} + {number(bill.output_tokens)} tokens" if bill.input_tokens else ""
    amounts = f"{number(bill.characters)} characters{tokens} in {plural(bill.requests, 'request')}"
    if bill.cost is None:
        return f"{amounts} (price not known)"
    return f"{show_amount(bill.cost)} {bill.currency} ({amounts})"


def describe_origin(languages: tuple[str, str], translator: Mapping[str, object] | None) -> str:
    """Describe the languages and the translator: "From English to Dutch; translator: mtranslate." """
    source, target = map(language_name, languages)
    if translator is None:
        return f"In {target}." if source == target else f"From {source} to {target}."
    settings = {name: value for name, value in translator.items() if name != "engine" and value not in ({}, "", [])}
    listed = ", ".join(f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in settings.items())
    return f"From {source} to {target}; translator: {translator['engine']}{f' ({listed})' if listed else ''}."


def answer_how_much(figures: LossFigures) -> str:
    """Answer "How much?": the number of questions that are kept and lost."""
    has, no = figures.total.has_answer, figures.total.no_answer
    lost = {0: "none is lost", 1: "1 is lost"}.get(has.dropped, f"{number(has.dropped)} are lost")
    text = f"{number(has.kept)} of {plural(has.visited, 'question')} with an answer are kept; {lost}."
    if no.visited:
        kept = "all are kept" if not no.dropped else f"{number(no.kept)} are kept"
        text += f" Of {plural(no.visited, 'question')} without an answer, {kept}."
    return text


def describe_parts(figures: LossFigures) -> str:
    """Say in a line how the questions, answers and plausible answers of the source add up."""
    total = figures.total
    parts = [f"{plural(total.has_answer.visited, 'question')} with {plural(total.answers.visited, 'answer')}"]
    if total.no_answer.visited:
        plausible = plural(total.plausible_answers.visited, "plausible answer")
        parts.append(f"{number(total.no_answer.visited)} without an answer, which have {plausible}")
    whole = f"{plural(total.questions.visited, 'question')} in the source: " if len(parts) > 1 else "The source: "
    kept = total.answers.kept + total.plausible_answers.kept
    examples = plural(total.answers.visited + total.plausible_answers.visited, "answer")
    return f"{whole}{' + '.join(parts)}. Of these {examples}, {number(kept)} are kept; each can be read below."


def name_main_reason(figures: LossFigures) -> str:
    """Return the name of the most frequent reason for lost questions, or "nothing lost"."""
    has = figures.total.has_answer
    return REASONS[top_reasons(has)[0][0]].name if has.dropped else "nothing lost"


def answer_why(figures: LossFigures) -> str:
    """Answer "Why?": the reasons for lost questions, the most frequent first."""
    has = figures.total.has_answer
    if not has.dropped:
        return "No question with an answer was lost."
    (first, most), *rest = top_reasons(has)
    text = (
        f"{REASONS[first].description} This is the reason for {number(most)} of {plural(has.dropped, 'lost question')}."
    )
    if rest:
        text += f" Then: {', '.join(f'{REASONS[reason].name} {number(n)}' for reason, n in rest)}."
    return text


def answer_does_it_matter(figures: LossFigures) -> str:
    """Answer "Does it matter?": how far the kept questions and answers differ from the source's."""
    total = figures.total
    before, after = total.drift.no_answer_share_before, total.drift.no_answer_share_after
    if not total.questions.dropped and not total.answers.dropped:
        return "Nothing is lost, so nothing has shifted."
    if not before or after is None:
        return describe_answer_drift(total.drift)
    points = 100 * abs(after - before)
    verb = next(verb for below, verb in SHIFTS if below is None or points < below)
    return (
        f"The share of questions without an answer {verb}: {percent(before)} before, {percent(after)} after. That is "
        f"what a reader scores that never answers; {name_effect(after - before)} {describe_answer_drift(total.drift)}"
    )


def name_shift(drift: Drift) -> str:
    """Say in a few words whether the kept questions are still the same mixture."""
    before, after = drift.no_answer_share_before, drift.no_answer_share_after
    if before is None or after is None:
        return "nothing to compare"
    points = 100 * abs(after - before)
    return {"stays the same": "no", "hardly changes": "hardly", "changes somewhat": "somewhat"}.get(
        next(verb for below, verb in SHIFTS if below is None or points < below), "yes, much"
    )


def name_effect(change: float) -> str:
    """Say what a change in the share of questions without an answer means for scores."""
    points = 100 * change
    if abs(points) < SHIFTS[1][0]:
        return "scores can be compared with those on the source."
    easier = "easier" if points > 0 else "harder"
    return f"not answering is {easier} to get right here by {abs(points):.1f} points: compare scores with care."


def describe_answer_drift(drift: Drift) -> str:
    """Describe how the kept answers differ from the source's in length and type."""
    before, after = drift.words_before, drift.words_after
    if before is None or after is None:
        return "Nothing is left to compare."
    return (
        f"Kept answers have {after:.2f} words on average ({before:.2f} before), and their mix of types is shifted by "
        f"{percent(drift.answer_type_distance)}."
    )
