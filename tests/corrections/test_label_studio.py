"""Tests of Label Studio's exports: both formats, both ways to count positions, and files that are not of our tasks.

The exports have the shape of Label Studio's own: `created_at`, ids and the like stand where it writes them.
"""

import json
from pathlib import Path

import pytest
from spanferry.corrections.files import PlacedItem
from spanferry.corrections.items import Item, Passage
from spanferry.corrections.reading import read_review
from spanferry.errors import InputError
from spanferry.records import Field, Verdict
from spanferry.report.review_items import Judgement, ReviewItem
from spanferry.report.review_tasks import labelling_config, review_task

TARGET = "Het teken 🧀 staat erin.\nEr liggen 91 boten."
START = TARGET.index("91")
ITEM = Item(
    split="dev",
    question_id="boats",
    question="How many boats?",
    translation="Hoeveel boten?",
    passage=Passage("The sign 🧀 is in it. It holds 91 boats.", TARGET),
    field=Field.ANSWERS,
    answers=((30, 32),),
    span=(START, START + 2),
    rows=(0,),
)
TASK = review_task(ReviewItem(ITEM, "Oostwerd", None, None, Judgement()), "random")


def exported(*results: dict, **annotation) -> dict:
    """Return the task as JSON export, with one annotation."""
    return {
        "id": 7,
        "annotations": [
            {
                "id": 3,
                "completed_by": 1,
                "result": [{"id": f"r{n}", "origin": "manual", **result} for n, result in enumerate(results)],
                "was_cancelled": False,
                "ground_truth": False,
                "created_at": "2026-01-02T03:04:05.000000Z",
                "updated_at": "2026-01-02T03:04:05.000000Z",
                "draft_created_at": None,
                "lead_time": 12.5,
                "prediction": {},
                "result_count": 0,
                "unique_id": "0b0b0b0b-0000-4000-8000-000000000000",
                "import_id": None,
                "last_action": None,
                "task": 7,
                "project": 1,
                "updated_by": 1,
                "parent_prediction": 2,
                "parent_annotation": None,
                "last_created_by": None,
                **annotation,
            }
        ],
        "file_upload": "review-random.json",
        "drafts": [],
        "predictions": [2],
        "data": TASK["data"],
        "meta": {},
        "created_at": "2026-01-02T03:00:00.000000Z",
        "updated_at": "2026-01-02T03:04:05.000000Z",
        "inner_id": 1,
        "total_annotations": 1,
        "cancelled_annotations": 0,
        "total_predictions": 1,
        "comment_count": 0,
        "unresolved_comment_count": 0,
        "last_comment_updated_at": None,
        "project": 1,
        "updated_by": 1,
        "comment_authors": [],
    }


def span(start: int, end: int, **value) -> dict:
    labels = {"start": start, "end": end, "labels": ["answer"], **value}
    return {"value": labels, "from_name": "answer_span", "to_name": "target", "type": "labels"}


def choice(verdict: str) -> dict:
    return {"value": {"choices": [verdict]}, "from_name": "verdict", "to_name": "target", "type": "choices"}


def text(name: str, *texts: str) -> dict:
    return {"value": {"text": list(texts)}, "from_name": name, "to_name": "target", "type": "textarea"}


def exported_min(**values) -> dict:
    """Return the task as JSON-MIN export."""
    dates = {"created_at": "2026-01-02T03:04:05.000000Z", "updated_at": "2026-01-02T03:04:05.000000Z"}
    return {**TASK["data"], "id": 7, **values, "annotator": 1, "annotation_id": 3, **dates, "lead_time": 12.5}


def read(tmp_path: Path, *tasks: dict) -> list[PlacedItem]:
    (tmp_path / "1.json").write_text(json.dumps(list(tasks)), encoding="utf-8")
    return read_review(tmp_path / "1.json", "ls.json")


def test_a_task_is_marked_as_the_build_has_it():
    [question, marked] = TASK["predictions"][0]["result"]
    assert marked["value"] == {"start": START, "end": START + 2, "text": "91", "labels": ["answer"]}
    assert question["value"] == {"text": ["Hoeveel boten?"]}
    controls = {result["from_name"] for result in (question, marked)}
    assert all(f'name="{control}"' in labelling_config() for control in controls)
    assert {"$question", "$answer", "$source", "$translation", "$target"} <= set(labelling_config().split('"'))


@pytest.mark.parametrize("units", [0, 1])
def test_both_ways_to_count_are_read(tmp_path, units: int):
    start = TARGET.index("91 boten") + units
    [item] = read(tmp_path, exported(span(start, start + 8, text="91 boten"), choice("extent")))
    assert item.place == "ls.json task 1"
    assert item.is_random
    assert (item.said.seen, item.said.verdict) == (ITEM.seen, Verdict.EXTENT)
    assert item.said.span is not None
    assert (item.said.span.start, item.said.span.text) == (TARGET.index("91 boten"), "91 boten")


def test_line_ends_in_a_marked_text_are_written_as_label_studio_does(tmp_path):
    start, end = TARGET.index("erin"), TARGET.index(" liggen")
    [item] = read(tmp_path, exported(span(start, end, text="erin.\\nEr")))
    assert item.said.span is not None
    assert item.said.span.text == "erin.\nEr"


def test_json_min_is_read_the_same_way(tmp_path):
    start = TARGET.index("91 boten")
    region = {"start": start, "end": start + 8, "text": "91 boten", "labels": ["answer"]}
    full = exported(
        span(start, start + 8, text="91 boten"),
        choice("wrong"),
        text("corrected_question", "Hoeveel boten?", "Hoeveel boten zijn er?"),
    )
    short = exported_min(
        answer_span=[region],
        verdict="wrong",
        corrected_question={"text": ["Hoeveel boten?", "Hoeveel boten zijn er?"]},
    )
    [one, other] = read(tmp_path, full, short)
    assert one.said == other.said
    assert one.said.question == "Hoeveel boten zijn er?"
    [alone] = read(tmp_path, exported_min(corrected_question="Hoeveel?"))
    assert (alone.said.question, alone.said.span, alone.said.verdict) == ("Hoeveel?", None, None)


def test_an_unchanged_text_is_no_correction_and_a_skipped_task_says_nothing(tmp_path):
    [item] = read(tmp_path, exported(text("corrected_question", "Hoeveel boten? "), choice("right")))
    assert (item.said.question, item.said.verdict) == (None, Verdict.RIGHT)
    assert read(tmp_path, exported(choice("wrong"), was_cancelled=True)) == []
    assert read(tmp_path, {**exported(), "annotations": []}) == []


def test_the_span_is_carried_into_a_corrected_paragraph(tmp_path):
    corrected = TARGET.replace("Het teken", "Het gele teken")
    [item] = read(tmp_path, exported(span(START, START + 2, text="91"), text("corrected_paragraph", corrected)))
    assert item.said.context == corrected
    assert item.said.span is not None
    assert (item.said.span.start, item.said.span.text) == (START + 5, "91")
    with pytest.raises(InputError, match=r"^ls.json task 1: corrected_paragraph changes the text of the marked answer"):
        read(
            tmp_path,
            exported(span(START, START + 2, text="91"), text("corrected_paragraph", TARGET.replace("91", "92"))),
        )


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ([span(3, 5, text="91")], "ls.json task 1: its paragraph does not have '91' at 3"),
        (
            [span(START, START + 2)],
            "ls.json task 1: its span has no text, which must tell how positions after an emoji",
        ),
        ([span(900, 905)], "ls.json task 1: its paragraph does not have None at 900"),
        ([span(START, START + 2, text="91"), span(0, 3, text="Het")], "ls.json task 1: has 2 spans; keep one"),
        ([choice("good")], "ls.json task 1: verdict 'good' is not one of right, extent, wrong"),
        ([{"from_name": "verdict", "value": {"choices": 5}}], "ls.json task 1: not from the tasks of `spanferry"),
        ([{"from_name": "corrected_question", "value": {"text": 5}}], "ls.json task 1: not from the tasks of `span"),
        ([{"from_name": "answer_span", "value": {"start": "a"}}], "ls.json task 1: not from the tasks of `spanferry"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, results: list[dict], message: str):
    with pytest.raises(InputError) as caught:
        read(tmp_path, exported(*results))
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_other_tasks_are_refused(tmp_path):
    with pytest.raises(
        InputError, match=r"^ls.json task 1: not from the tasks of `spanferry review`: data: the key split is missing"
    ):
        read(tmp_path, {"id": 1, "data": {"text": "Hello"}, "annotations": []})
