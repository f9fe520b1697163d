"""Locate: layout and translations in, target paragraphs and one row an answer out.

    layout, {segment: translation} ──> paragraphs (schema_of(TargetParagraph)), spans (schema_of(SpanRow))

Each paragraph is on its own: `locate_rows` is a pure function of some layout rows and their
translations, so that it runs the same in one process, in several, or on a cluster.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from spanferry.projection.consistency import reconcile
from spanferry.projection.ranking import Decision, Locator
from spanferry.projection.spans import AnswerQuery, Candidate, TokenizedText
from spanferry.projection.windows import window
from spanferry.records import Field, Method, Reason
from spanferry.segmentation import sentence_spans

Row = Mapping[str, Any]
Translations = Mapping[str, str | None]


def translated(row: Row, translations: Translations) -> TokenizedText | None:
    """A layout row's context in the target language; None when there is no translation of it.

    The white space around and between the sentences is the source's; where it has none because its script has none
    (Chinese, Japanese), languages that write spaces get one. A sentence without a
    translation is made good by the translation of the whole context, where that was asked for: the
    passage is then one sentence.
    """
    context, at, pieces, spans, length = row["context"], 0, [], [], 0
    for start, end in sentence_spans(row):
        sentence = translations.get(context[start:end])
        if sentence is None:
            whole = translations.get(context.strip())
            return TokenizedText(whole, ((0, len(whole)),)) if whole else None
        gap = context[at:start]
        if not gap and pieces and wide(context[start - 1]) and not (wide(pieces[-1][-1:]) or wide(sentence[:1])):
            gap = " "
        pieces += [gap, sentence]
        spans.append((length + len(gap), length + len(gap) + len(sentence)))
        length, at = spans[-1][1], end
    return TokenizedText("".join([*pieces, context[at:]]), tuple(spans))


def wide(character: str) -> bool:
    """Whether a letter or stop is one of the East Asian scripts, which stand without spaces (by block)."""
    return "\u3000" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"


def source_passage(row: Row, target: TokenizedText | None) -> TokenizedText:
    """A layout row's context; as one sentence where the target is one."""
    spans = tuple(sentence_spans(row))
    whole = target is not None and len(target.sentences) != len(spans)
    return TokenizedText(row["context"], ((0, len(row["context"])),) if whole else spans)


def locate_rows(rows: list[Row], translations: Translations, locator: Locator) -> tuple[list[Row], list[Row]]:
    """(paragraph rows, span rows) of some layout rows."""
    paragraphs, spans = [], []
    for row in rows:
        target = translated(row, translations)
        paragraphs.append(paragraph_row(row, target))
        source = source_passage(row, target)
        # The same words at the same place are one answer, however many annotators gave it.
        settled: dict[tuple[int, str], Decision] = {}
        own = []
        for question, field, index, answer in answers(row):
            key = answer["start"], answer["text"]
            translation = translations.get(answer["text"].strip())
            if key not in settled:
                settled[key] = settle(source, target, *key, translation, locator)
            own.append(span_row(row, question, field, index, answer, translation, settled[key], target))
        if target:
            reconcile(own, target.text)
        spans += own
    return paragraphs, spans


def native_rows(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """(paragraph rows, span rows) of layout rows that are in their language already."""
    paragraphs, spans = [], []
    for row in rows:
        target = TokenizedText(row["context"], tuple(sentence_spans(row)))
        paragraphs.append(paragraph_row(row, target))
        for question, field, index, answer in answers(row):
            start, text = answer["start"], answer["text"]
            decision = Decision(Candidate(start, start + len(text), Method.NATIVE, 1.0), 1, 1)
            if not stands(target.text, start, text):
                decision = Decision(None, reason=Reason.SOURCE_MISMATCH)
            spans.append(span_row(row, question, field, index, answer, None, decision, target))
    return paragraphs, spans


def answers(row: Row) -> Iterator[tuple[Row, Field, int, Row]]:
    """Every answer of a layout row: its question, which list it stands in, its place there, itself."""
    for question in row["questions"]:
        for field in Field:
            for index, answer in enumerate(question[field]):
                yield question, field, index, answer


def stands(context: str, start: int, text: str) -> bool:
    """Whether an answer is where it says, and not empty."""
    return bool(text.strip()) and start >= 0 and context[start : start + len(text)] == text


def settle(
    source: TokenizedText,
    target: TokenizedText | None,
    start: int,
    text: str,
    translation: str | None,
    locator: Locator,
) -> Decision:
    """Locates one answer, or says why it cannot be looked for."""
    if not stands(source.text, start, text):
        return Decision(None, reason=Reason.SOURCE_MISMATCH)
    if target is None:
        return Decision(None, reason=Reason.CONTEXT_UNTRANSLATED)
    return locator.locate(sought(source, start, text, translation), target)


def sought(source: TokenizedText, start: int, text: str, translation: str | None) -> AnswerQuery:
    """An answer without the white space at its ends, with its window."""
    start += len(text) - len(text.lstrip())
    text = text.strip()
    return AnswerQuery(source, start, text, window(source.sentences, start, start + len(text)), translation)


def paragraph_row(row: Row, target: TokenizedText | None) -> Row:
    return {
        "split": row["split"],
        "article": row["article"],
        "paragraph": row["paragraph"],
        "context": target.text if target else None,
        "sentences": [{"start": start, "end": end} for start, end in target.sentences] if target else [],
    }


def span_row(
    row: Row,
    question: Row,
    field: Field,
    index: int,
    answer: Row,
    translation: str | None,
    decision: Decision,
    target: TokenizedText | None,
) -> Row:
    """One row of schema_of(SpanRow)."""
    return {
        "split": row["split"],
        "article": row["article"],
        "paragraph": row["paragraph"],
        "title": row["title"],
        "question_id": question["id"],
        "field": field,
        "index": index,
        "source_text": answer["text"],
        "source_start": answer["start"],
        "translation": translation,
        "marked": None,
        **found_columns(decision, target),
    }


def found_columns(decision: Decision, target: TokenizedText | None) -> Row:
    """What a decision says, as columns of schema_of(SpanRow). target: None when there is no translation."""
    chosen = decision.chosen
    return {
        "text": target.text[chosen.start : chosen.end] if target and chosen else None,
        "start": chosen.start if chosen else None,
        "method": chosen.method if chosen else None,
        "score": chosen.score if chosen else None,
        "probability": decision.probability,
        "occurrence": decision.occurrence if chosen else None,
        "occurrences": decision.occurrences if chosen else None,
        "reason": decision.reason,
        "candidates": [candidate_row(candidate, target) for candidate in decision.others] if target else [],
    }


def candidate_row(candidate: Candidate, target: TokenizedText) -> Row:
    return {
        "start": candidate.start,
        "text": target.text[candidate.start : candidate.end],
        "method": candidate.method,
        "score": candidate.score,
    }
