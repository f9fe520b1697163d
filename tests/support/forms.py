"""The forms in which people have files of questions: for each an example, what is said, and what is kept.

python -m tests.support.forms       prints the tables of docs/formats.md
"""

import gzip
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from spanferry.errors import InputError
from spanferry.squad import scan_bytes

CONTEXT = "The lock opened in 1612."
ANSWER = {"text": "1612", "answer_start": 19}
OPENED: dict[str, Any] = {"id": "q1", "question": "When?", "answers": [ANSWER], "is_impossible": False}
OWNER: dict[str, Any] = {"id": "q2", "question": "Whose is it?", "answers": [], "is_impossible": True}
ROW_ANSWERS = {"text": ["1612"], "answer_start": [19]}
NO_ROW_ANSWERS: dict[str, Any] = {"text": [], "answer_start": []}


def paragraph(*questions: object, **fields: object) -> dict[str, Any]:
    return {"context": CONTEXT, "qas": list(questions)} | fields


def squad(*questions: object, **fields: object) -> dict[str, Any]:
    """Return a SQuAD file of one paragraph with these questions."""
    return {"version": "v2.0", "data": [{"title": "Lock", "paragraphs": [paragraph(*questions)]}]} | fields


def row(**fields: object) -> dict[str, Any]:
    return {"id": "q1", "title": "Lock", "context": CONTEXT, "question": "When?", "answers": ROW_ANSWERS} | fields


ROWS = [row(), row(id="q2", question="Whose is it?", answers=NO_ROW_ANSWERS)]


def opened(**fields: object) -> dict[str, Any]:
    """Return a SQuAD file whose first question has these fields; a field that is None is left out."""
    changed = {key: value for key, value in (OPENED | fields).items() if value is not LEFT_OUT}
    return squad(changed, OWNER)


LEFT_OUT = object()


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def as_lines(values: Sequence[object]) -> bytes:
    return b"".join(as_json(value) + b"\n" for value in values)


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def mrqa(*questions: object) -> bytes:
    header = {"header": {"dataset": "Locks", "split": "dev"}}
    return as_lines([header, {"id": "", "context": CONTEXT, "qas": list(questions)}])


MRQA_QUESTION = {
    "qid": "q1",
    "question": "When?",
    "answers": ["1612"],
    "detected_answers": [{"text": "1612", "char_spans": [[19, 22]], "token_spans": [[4, 4]]}],
}
HAYSTACK = squad(
    {
        "id": 262,
        "question": "When?",
        "answers": [ANSWER | {"answer_id": 5, "document_id": 3, "question_id": 262, "answer_category": None}],
        "is_impossible": False,
    },
    {
        "id": 263,
        "question": "Whose is it?",
        "answers": [{"text": "", "answer_start": 0, "answer_id": 6, "answer_category": "NOT_GIVEN"}],
        "is_impossible": False,
    },
)


CMRC = {
    "context_id": "TRIAL_1",
    "context_text": CONTEXT,
    "title": "Lock",
    "qas": [{"query_id": "q1", "query_text": "When?", "answers": ["1612", "1612", "1612"]}],
}
CAPITALISED = {
    "Context": CONTEXT,
    "QAs": [{"ID" if key == "id" else key: value for key, value in one.items()} for one in (OPENED, OWNER)],
}
GUID = {"guid": "q1"} | {key: value for key, value in OPENED.items() if key != "id"}
FLAT_ROWS = [
    {key: value for key, value in one.items() if key != "answers"}
    | {f"answers.{key}": value for key, value in one["answers"].items()}
    for one in ROWS
]
SERVED = {
    "features": [{"feature_idx": 0, "name": "id", "type": {"dtype": "string", "_type": "Value"}}],
    "rows": [{"row_idx": n, "row": one, "truncated_cells": []} for n, one in enumerate(ROWS)],
    "num_rows_total": 2,
    "num_rows_per_page": 100,
    "partial": False,
}


@dataclass(frozen=True)
class Form:
    """A form. example: what is special about it. raw: a file. kept: the ids of the questions that are kept."""

    name: str
    example: str
    raw: Callable[[], bytes]
    kept: tuple[str, ...] = ("q1", "q2")


FORMS = (
    Form(
        "SQuAD 2.0",
        '`{"version": "v2.0", "data": [{"title": …, "paragraphs": […]}]}`',
        lambda: as_json(squad(OPENED, OWNER)),
    ),
    Form(
        "SQuAD 1.1",
        "no `is_impossible`",
        lambda: as_json(squad({k: v for k, v in OPENED.items() if k != "is_impossible"}, version="1.1")),
        ("q1",),
    ),
    Form(
        "ids that are numbers (COVID-QA, GermanQuAD, haystack)",
        '`"id": 262`',
        lambda: as_json(opened(id=262)),
        ("262", "q2"),
    ),
    Form(
        "no ids (cdQA)",
        '`{"question": …, "answers": …}`',
        lambda: as_json(opened(id=LEFT_OUT)),
        ("2939f1c3820aff2ba7c3a341", "q2"),
    ),
    Form("a number as version", '`"version": 2.0`', lambda: as_json(squad(OPENED, OWNER, version=2.0))),
    Form(
        "`null` for absent",
        '`"version": null`, `"is_impossible": null`, `"plausible_answers": null`',
        lambda: as_json(squad(OPENED | {"is_impossible": None, "plausible_answers": None}, OWNER, version=None)),
    ),
    Form("no titles", '`{"paragraphs": […]}`', lambda: as_json({"data": [{"paragraphs": [paragraph(OPENED, OWNER)]}]})),
    Form(
        "0 and 1, or texts, for booleans",
        '`"is_impossible": 1`, `"is_impossible": "False"`',
        lambda: as_json(squad(OPENED | {"is_impossible": "False"}, OWNER | {"is_impossible": 1})),
    ),
    Form(
        "offsets as text or decimal numbers",
        '`"answer_start": "19"`, `"answer_start": 19.0`',
        lambda: as_json(opened(answers=[ANSWER | {"answer_start": "19"}, ANSWER | {"answer_start": 19.0}])),
    ),
    Form("texts that are numbers", '`"text": 1612`', lambda: as_json(opened(answers=[ANSWER | {"text": 1612}]))),
    Form(
        "further keys",
        '`"document_id": 3`',
        lambda: as_json(opened(document_id=3, answers=[ANSWER | {"answer_id": 5}])),
    ),
    Form(
        "answers as an object of lists",
        '`"answers": {"text": ["1612"], "answer_start": [19]}`',
        lambda: as_json(opened(answers=ROW_ANSWERS)),
    ),
    Form(
        "answers as one object",
        '`"answers": {"text": "1612", "answer_start": 19}`',
        lambda: as_json(opened(answers=ANSWER)),
    ),
    Form(
        "`answer` for `answers`",
        '`"answer": {"text": "1612", "answer_start": 19}`',
        lambda: as_json(opened(answers=LEFT_OUT, answer=ANSWER)),
    ),
    Form(
        "no `answers` where `is_impossible`",
        '`{"id": "q2", "question": …, "is_impossible": true}`',
        lambda: as_json(squad(OPENED, {key: value for key, value in OWNER.items() if key != "answers"})),
    ),
    Form(
        "haystack's export",
        '`"answers": [{"text": "", "answer_category": "NOT_GIVEN"}]`',
        lambda: as_json(HAYSTACK),
        ("262", "263"),
    ),
    Form(
        "CMRC's own form",
        '`[{"context_text": …, "qas": [{"query_id": …, "query_text": …, "answers": ["1612"]}]}]`',
        lambda: as_json([CMRC]),
        ("q1",),
    ),
    Form(
        "answers without offsets",
        '`"answers": [{"text": "1612"}]`, `"answers": ["1612"]`',
        lambda: as_json(opened(answers=["1612", {"text": "1612", "answer_start": None}])),
    ),
    Form("KLUE", '`"guid": "q1"`', lambda: as_json(squad(GUID, OWNER))),
    Form(
        "a list of articles at the top",
        '`[{"title": …, "paragraphs": […]}]`',
        lambda: as_json(squad(OPENED, OWNER)["data"]),
    ),
    Form(
        "keys with capital letters",
        '`"Context"`, `"QAs"`, `"ID"`',
        lambda: as_json({"data": [{"title": "Lock", "paragraphs": [CAPITALISED]}]}),
    ),
    Form(
        "one object where a list is expected",
        '`"paragraphs": {…}`, `"qas": {…}`',
        lambda: as_json({"data": [{"title": "Lock", "paragraphs": paragraph() | {"qas": OPENED}}]}),
        ("q1",),
    ),
    Form(
        "lists of offsets beside lists of texts",
        '`"answers": ["1612"], "answer_start": [19]`, `"answers": [{"text": ["1612"], "answer_start": [19]}]`',
        lambda: as_lines([row(answers=["1612"], answer_start=[19]), row(id="q2", answers=[ROW_ANSWERS])]),
    ),
    Form(
        "one article at the top", '`{"title": …, "paragraphs": […]}`', lambda: as_json(squad(OPENED, OWNER)["data"][0])
    ),
    Form(
        "a list of paragraphs (SimpleTransformers)",
        '`[{"context": …, "qas": […]}]`',
        lambda: as_json([paragraph(OPENED, OWNER)]),
    ),
    Form(
        "articles as JSON lines",
        '`{"title": …, "paragraphs": […]}` on each line',
        lambda: as_lines(
            [{"title": name, "paragraphs": [paragraph(one)]} for name, one in (("A", OPENED), ("B", OWNER))]
        ),
    ),
    Form(
        "rows of Hugging Face as JSON lines",
        '`{"id": …, "context": …, "question": …, "answers": {"text": […], "answer_start": […]}}`',
        lambda: as_lines(ROWS),
    ),
    Form("the same as a list", "`[{…}, {…}]`", lambda: as_json(ROWS)),
    Form("the same under `data`", '`{"data": [{…}, {…}]}`', lambda: as_json({"data": ROWS})),
    Form("the same as parquet", "columns `id`, `title`, `context`, `question`, `answers`", lambda: as_parquet(ROWS)),
    Form(
        "the same with flat columns (`Dataset.flatten`)",
        '`{"answers.text": ["1612"], "answers.answer_start": [19]}`',
        lambda: as_lines(FLAT_ROWS),
    ),
    Form(
        "the same as parquet with flat columns",
        "columns `answers.text`, `answers.answer_start`",
        lambda: as_parquet(FLAT_ROWS),
    ),
    Form(
        "rows with several lines each (`jq`)",
        "`{…}`, each over several lines",
        lambda: "\n".join(json.dumps(one, indent=2) for one in ROWS).encode(),
    ),
    Form(
        "rows of the Hub's datasets server",
        '`{"features": […], "rows": [{"row_idx": 0, "row": {…}}]}`',
        lambda: as_json(SERVED),
    ),
    Form(
        "MRQA as JSON lines",
        '`{"context": …, "qas": [{"qid": …, "detected_answers": [{"text": …, "char_spans": [[19, 22]]}]}]}`',
        lambda: mrqa(MRQA_QUESTION),
        ("q1",),
    ),
    Form(
        "any of them packed with gzip", "`train.json.gz`", lambda: gzip.compress(as_json(squad(OPENED, OWNER)), mtime=0)
    ),
    Form("a byte order mark", "`EF BB BF` at the beginning", lambda: b"\xef\xbb\xbf" + as_json(squad(OPENED, OWNER))),
    Form("UTF-16", "Windows tools save so", lambda: as_json(squad(OPENED, OWNER)).decode().encode("utf-16")),
    Form("`NaN` in a key that is not read", '`"note": NaN`', lambda: as_json(opened(note=float("nan")))),
)
"""What is read as a whole."""

FAULTS = (
    Form("a question without text", '`"question": " "`', lambda: as_json(opened(question=" ")), ("q2",)),
    Form(
        "a context without text",
        '`"context": ""`',
        lambda: as_json({"data": [{"paragraphs": [paragraph(OPENED, context=""), paragraph(OWNER)]}]}),
        ("q2",),
    ),
    Form(
        "an id that an earlier question has",
        '`"id": "q2"` twice',
        lambda: as_json(squad(OPENED, OWNER, OWNER | {"question": "Who?"})),
    ),
    Form(
        "no answers, and not unanswerable",
        '`"answers": [], "is_impossible": false`',
        lambda: as_json(opened(answers=[])),
        ("q2",),
    ),
    Form(
        "unanswerable, with answers",
        '`"answers": [{…}], "is_impossible": true`',
        lambda: as_json(opened(is_impossible=True)),
        ("q2",),
    ),
    Form(
        "an answer without text",
        '`"text": "", "is_impossible": false`',
        lambda: as_json(opened(answers=[ANSWER, {"text": "", "answer_start": 0}])),
    ),
    Form(
        "a value of the wrong type",
        '`"answer_start": [19]`',
        lambda: as_json(opened(answers=[ANSWER | {"answer_start": [19]}])),
        ("q2",),
    ),
    Form(
        "a key twice, with different values",
        '`"answers": […], "answers": […]`',
        lambda: as_json(squad(OPENED, OWNER)).replace(b'"answers": [{', b'"answers": [], "answers": [{'),
        ("q2",),
    ),
    Form("a damaged line", '`{"id": "q3", "cont`', lambda: as_lines(ROWS) + b'{"id": "q3", "cont\n'),
)
"""What costs a question or an answer."""

FOREIGN = (
    Form("TMX", '`<tmx version="1.4">`', lambda: b'<?xml version="1.0"?>\n<tmx version="1.4"><header/></tmx>'),
    Form("other XML", "`<corpus>`", lambda: b"<corpus><q>When?</q></corpus>"),
    Form("an HTML page", "`<!DOCTYPE html>`", lambda: b"<!DOCTYPE html>\n<html><title>Dataset</title></html>"),
    Form("CSV", "`id,context,question`", lambda: b"id,context,question\n1,It opened.,When?\n"),
    Form("CSV with semicolons", "`id;context;question`", lambda: b"id;context;question\n1;It opened.;When?\n"),
    Form(
        "BioASQ",
        '`{"questions": [{"body": …, "snippets": […]}]}`',
        lambda: as_json({"questions": [{"id": "q1", "body": "When?", "type": "factoid", "snippets": []}]}),
        (),
    ),
    Form(
        "chat messages",
        '`{"messages": […]}`',
        lambda: as_lines([{"messages": [{"role": "user", "content": "When?"}]}] * 2),
    ),
    Form("predictions", '`{"q1": "1612"}`', lambda: as_json({"q1": "1612"})),
    Form(
        "questions without a context",
        '`{"question": …, "answer": …}`',
        lambda: as_lines([{"question": "When?", "answer": "1612"}] * 2),
    ),
    Form("PDF", "`%PDF-1.7`", lambda: b"%PDF-1.7\n%\xe2\xe3"),
    Form("a zip archive", "`train.zip`", lambda: b"PK\x03\x04" + bytes(30)),
    Form(
        "a pointer of Git LFS",
        "`version https://git-lfs.github.com/spec/v1`",
        lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 42\n",
    ),
    Form("another table in parquet", "columns `text`, `label`", lambda: as_parquet([{"text": "x", "label": 1}])),
    Form("JSON that is cut off", '`{"data": [{"title": "Lo`', lambda: as_json(squad(OPENED, OWNER))[:20]),
)
"""What is refused. `validate` of a folder, which skips it, names it too."""


def describe(form: Form) -> tuple[str, str]:
    """Return what is said about a form, and which questions are kept."""
    try:
        reading = scan_bytes(form.raw(), "FILE")
    except InputError as error:
        return str(error).partition("; a file of questions looks like")[0], "nothing"
    said = "; ".join(reading.describe()) or "nothing"
    return said, f"{reading.usable} of {reading.questions} questions"


def table(forms: Sequence[Form]) -> str:
    """Return forms as a Markdown table."""
    lines = ["| form | example | what is said | what is kept |", "|---|---|---|---|"]
    for form in forms:
        said, kept = (text.replace("|", "\\|") for text in describe(form))
        lines.append(f"| {form.name} | {form.example} | {said} | {kept} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    for forms in (FORMS, FAULTS, FOREIGN):
        print(table(forms))


if __name__ == "__main__":
    main()
