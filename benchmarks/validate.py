"""How fast a SQuAD file is validated, beside what others would do.

    python benchmarks/validate.py [FILE] [--megabytes 40]

FILE (the sample's train file by default) is tiled to about that size, with ids made unique. Printed, as Markdown: the
best of five runs of each, in MB/s of JSON on one core and as a ratio to ours.

    msgspec, whole       nothing but typed decoding of the whole file
    msgspec, streaming   the same an article at a time, as `validate` reads: the floor under it
    spanferry            `spanferry validate`: every rule
    json.load            the standard library's parser, and nothing else
    offsets only         json.loads and one loop that compares each answer with its context
    jsonschema           json.loads and a JSON schema of the form: types and keys, no offsets
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
from spanferry.squad import Document
from spanferry.squad.validation import validate_file
from spanferry.squad.validation.sources import open_source

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


def tile(source: Path, target: Path, megabytes: float) -> None:
    """Repeats the articles of a file until it has that size, each time with other ids."""
    document = json.loads(source.read_bytes())
    articles, once = [], len(json.dumps(document["data"]))
    for n in range(max(1, round(megabytes * 1e6 / once))):
        for article in copy.deepcopy(document["data"]):
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    question["id"] += f"-{n}"
            articles.append(article)
    target.write_text(json.dumps({"version": "v2.0", "data": articles}))


def offsets(path: Path) -> int:
    wrong = 0
    for article in json.loads(path.read_bytes())["data"]:
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            for question in paragraph["qas"]:
                for answer in question["answers"] + question.get("plausible_answers", []):
                    start, text = answer["answer_start"], answer["text"]
                    wrong += context[start : start + len(text)] != text
    return wrong


def load(path: Path) -> object:
    with path.open("rb") as file:
        return json.load(file)


def schema(path: Path) -> int:
    return sum(1 for _ in Draft202012Validator(SCHEMA).iter_errors(json.loads(path.read_bytes())))


def whole(path: Path) -> Document:
    return msgspec.json.decode(path.read_bytes(), type=Document)


def streaming(path: Path) -> None:
    for _ in open_source(path).chunks():
        pass


def best(work: Callable[[Path], object], path: Path, runs: int) -> float:
    seconds = []
    for _ in range(runs):
        start = time.process_time()
        work(path)
        seconds.append(time.process_time() - start)
    return min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=Path("data/sample/train-v2.0.json"))
    parser.add_argument("--megabytes", type=float, default=40)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tiled.json"
        tile(asked.file, path, asked.megabytes)
        size = path.stat().st_size / 1e6
        held = validate_file(path).counts
        print(f"{size:.1f} MB, {held.questions:,} questions, {held.answers + held.plausible_answers:,} answers\n")
        works = {
            "msgspec, whole": whole,
            "msgspec, streaming": streaming,
            "spanferry": validate_file,
            "json.load": load,
            "offsets only": offsets,
            "jsonschema": schema,
        }
        times = {name: best(work, path, 1 if work is schema else RUNS) for name, work in works.items()}
        print("| | seconds | MB/s | times spanferry's |\n|---|--:|--:|--:|")
        for name, seconds in times.items():
            print(f"| {name} | {seconds:.2f} | {size / seconds:.0f} | {times['spanferry'] / seconds:.2f} |")


if __name__ == "__main__":
    main()
