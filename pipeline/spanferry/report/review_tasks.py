"""Write items as tasks for Label Studio, with their spans marked, and the labelling configuration.

`corrections.label_studio` reads the exports of these tasks.
"""

from typing import Any
from xml.sax.saxutils import quoteattr

from spanferry.corrections.files import Order
from spanferry.corrections.label_studio import CONTEXT, LABEL, QUESTION, SPAN, VERDICT
from spanferry.records import Field
from spanferry.report.review_items import ReviewItem

CHOICES = ("right", "extent", "wrong")


def review_task(each: ReviewItem, order: Order) -> dict[str, Any]:
    """Return an item as a task. Its predictions are the span that is marked, and the translation of the question."""
    item = each.item
    source = item.passage.source
    answers = [source[slice(*span)] for span in sorted(set(item.answers))] if item.field is Field.ANSWERS else []
    results = [task_result("question", QUESTION, "textarea", {"text": [item.translation]})]
    if item.span:
        value = {"start": item.span[0], "end": item.span[1], "text": item.passage.target[slice(*item.span)]}
        results.append(task_result("span", SPAN, "labels", {**value, "labels": [LABEL]}))
    return {
        "data": {
            "split": item.split,
            "question_id": item.question_id,
            "seen": item.seen,
            "order": order,
            "title": each.title,
            "question": item.question,
            "answer": " / ".join(answers) or "This question has no answer in the source.",
            "source": source,
            "translation": item.translation,
            "target": item.passage.target,
            "reasons": " ".join(each.judgement.reasons),
        },
        "predictions": [{"model_version": "spanferry", "result": results}],
    }


def task_result(id_: str, name: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    """Return a result of a prediction. name: its control. kind: the type of the control."""
    return {"id": id_, "from_name": name, "to_name": "target", "type": kind, "value": value}


def labelling_config() -> str:
    """Return the labelling configuration of the tasks."""

    def shown(name: str, title: str) -> str:
        return f"  <Header value={quoteattr(title)}/>\n  <Text name={quoteattr(name)} value={quoteattr(f'${name}')}/>\n"

    choices = "".join(f"    <Choice value={quoteattr(choice)}/>\n" for choice in CHOICES)
    return (
        "<View>\n"
        # Without it, spaces are lost and positions move.
        "  <Style>.htx-text { white-space: pre-wrap; }</Style>\n"
        + shown("question", "Question")
        + shown("answer", "Answer")
        + shown("source", "Paragraph")
        + shown("translation", "Question, translated")
        + f'  <Labels name="{SPAN}" toName="target" choice="single">\n    <Label value="{LABEL}"/>\n  </Labels>\n'
        + shown("target", "Paragraph, translated: is the marked text the answer?")
        + f'  <Choices name="{VERDICT}" toName="target" choice="single">\n{choices}  </Choices>\n'
        + f'  <TextArea name="{QUESTION}" toName="target" editable="true" maxSubmissions="1"/>\n'
        + f'  <TextArea name="{CONTEXT}" toName="target" editable="true" maxSubmissions="1" rows="6" '
        + 'placeholder="A better translation of the whole paragraph"/>\n'
        + "</View>\n"
    )
