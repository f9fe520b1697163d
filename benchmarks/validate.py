"""Time the validation of a SQuAD file, also against other checks.

    python benchmarks/validate.py [FILE] [--megabytes 40]

Repeats the articles of FILE (default: the sample's train file) up to about this size, with unique ids. Prints a
Markdown table: the best of five runs (CPU seconds), MB/s of JSON on one core, and the speed relative to Spanferry's.

    msgspec, whole       only typed decoding of the whole file
    reader               reading as every command reads: with the checks of the reader, the lower bound of its time
    spanferry            `spanferry validate` with every rule
    json.load            only the parser of the standard library
    offsets only         json.loads, and a loop that compares each answer with its context
    jsonschema           json.loads, and a JSON schema of the format: types and keys, no offsets

Needs jsonschema: pip install --constraint constraints.txt '.[benchmarks]'
"""

import argparse
import copy
import json
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from jsonschema import Draft202012Validator
from measuring import best_of, print_table
from spanferry.squad import Document, scan_document
from spanferry.squad.validation import validate_file

RUNS = 5

ANSWERS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["text", "answer_start"],
        "properties": {"text": {"type": "string"}, "answer_start": {"type": "integer"}},
    },
}
QUESTION = {
    "type": "object",
    "required": ["id", "question", "answers"],
    "properties": {
        "id": {"type": "string"},
        "question": {"type": "string"},
        "answers": ANSWERS,
        "plausible_answers": ANSWERS,
        "is_impossible": {"type": "boolean"},
    },
}
PARAGRAPH = {
    "type": "object",
    "required": ["context", "qas"],
    "properties": {"context": {"type": "string"}, "qas": {"type": "array", "items": QUESTION}},
}
SCHEMA = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["paragraphs"],
                "properties": {"title": {"type": "string"}, "paragraphs": {"type": "array", "items": PARAGRAPH}},
            },
        }
    },
}


def write_repeated(source: Path, target: Path, megabytes: float) -> None:
    """Repeat the articles of a file up to this size, each time with other ids."""
    document = json.loads(source.read_bytes())
    articles, size = [], len(json.dumps(document["data"]))
    for n in range(max(1, round(megabytes * 1e6 / size))):
        for article in copy.deepcopy(document["data"]):
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    question["id"] += f"-{n}"
            articles.append(article)
    target.write_text(json.dumps({"version": "v2.0", "data": articles}))


def decode_whole(path: Path) -> Document:
    return msgspec.json.decode(path.read_bytes(), type=Document)


def load_json(path: Path) -> object:
    with path.open("rb") as file:
        return json.load(file)


def compare_offsets(path: Path) -> int:
    """Return the number of answers that their context does not hold."""
    wrong = 0
    for article in json.loads(path.read_bytes())["data"]:
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            for question in paragraph["qas"]:
                for answer in question["answers"] + question.get("plausible_answers", []):
                    start, text = answer["answer_start"], answer["text"]
                    wrong += context[start : start + len(text)] != text
    return wrong


def check_schema(path: Path) -> int:
    """Return the number of violations of SCHEMA."""
    return sum(1 for _ in Draft202012Validator(SCHEMA).iter_errors(json.loads(path.read_bytes())))


CHECKS: dict[str, Callable[[Path], object]] = {
    "msgspec, whole": decode_whole,
    "reader": scan_document,
    "spanferry": validate_file,
    "json.load": load_json,
    "offsets only": compare_offsets,
    "jsonschema": check_schema,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=Path("data/sample/train-v2.0.json"))
    parser.add_argument("--megabytes", type=float, default=40)
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "repeated.json"
        write_repeated(args.file, path, args.megabytes)
        size = path.stat().st_size / 1e6
        counts = validate_file(path).counts
        print(f"{size:.1f} MB, {counts.questions:,} questions, {counts.answers + counts.plausible_answers:,} answers\n")
        seconds = {
            # jsonschema is slow: one run is enough.
            name: best_of(1 if check is check_schema else RUNS, lambda check=check: check(path), time.process_time)
            for name, check in CHECKS.items()
        }
        print_table(
            ("", "seconds", "MB/s", "times spanferry's"),
            [
                (name, f"{one:.2f}", f"{size / one:.0f}", f"{seconds['spanferry'] / one:.2f}")
                for name, one in seconds.items()
            ],
        )


if __name__ == "__main__":
    main()
