"""Time reading files of questions in several forms, beside json.load.

    python benchmarks/reading.py [FILE] [--megabytes 42] [--runs 3]

Repeats the articles of FILE (default: the sample's train file) up to about this size, that of SQuAD2.0's train file,
with unique ids, and writes them in several forms. Reads each in a process of its own, in turns. Prints a table: MB/s
of CPU time (the best of the runs), how many times faster than json.load reads the same file or its lines, and the
peak of memory beyond that of the started process, in times of the file's size. Needs Linux (/proc).

    SQuAD               written exactly as the format says
    one empty question  the same with a question without text in the middle
    numeric ids         the same with numbers as ids
    further keys        the same with a key that is not read in every question
    one article         all paragraphs in one article, with a question without text in the middle
    rows, JSON lines    one line a question, as `datasets` writes them
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from measuring import print_table
from spanferry.squad import scan_document
from validate import write_repeated


def write_changed(source: Path, target: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Write a file again, changed."""
    document = json.loads(source.read_bytes())
    change(document)
    target.write_text(json.dumps(document), encoding="utf-8")


def number_questions(document: dict[str, Any]) -> None:
    for number, question in enumerate(questions_of(document)):
        question["id"] = number


def add_key(document: dict[str, Any]) -> None:
    for number, question in enumerate(questions_of(document)):
        question["document_id"] = number


def empty_question(document: dict[str, Any]) -> None:
    questions = list(questions_of(document))
    questions[len(questions) // 2]["question"] = ""


def join_articles(document: dict[str, Any]) -> None:
    empty_question(document)
    paragraphs = [paragraph for article in document["data"] for paragraph in article["paragraphs"]]
    document["data"] = [{"title": "All", "paragraphs": paragraphs}]


def questions_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for article in document["data"]:
        for paragraph in article["paragraphs"]:
            yield from paragraph["qas"]


def rows_of(source: Path, megabytes: float) -> Iterator[dict[str, Any]]:
    """Yield the questions of a file as rows, up to about this size; each repeats its context."""
    size = 0.0
    for article in json.loads(source.read_bytes())["data"]:
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                answers = {key: [one[key] for one in question["answers"]] for key in ("text", "answer_start")}
                row = {"id": question["id"], "title": article["title"], "context": paragraph["context"]}
                size += len(paragraph["context"]) + 200
                if size > megabytes * 1e6:
                    return
                yield row | {"question": question["question"], "answers": answers}


CHANGES = {
    "one empty question": empty_question,
    "numeric ids": number_questions,
    "further keys": add_key,
    "one article": join_articles,
}


def write_forms(source: Path, folder: Path, megabytes: float) -> dict[str, Path]:
    """Write the file in all forms: {name: path}."""
    forms = {
        "SQuAD": folder / "squad.json",
        "one empty question": folder / "empty.json",
        "numeric ids": folder / "numeric.json",
        "further keys": folder / "keys.json",
        "one article": folder / "article.json",
        "rows, JSON lines": folder / "rows.jsonl",
    }
    write_repeated(source, forms["SQuAD"], megabytes)
    for name, change in CHANGES.items():
        write_changed(forms["SQuAD"], forms[name], change)
    rows = list(rows_of(forms["SQuAD"], megabytes))
    with forms["rows, JSON lines"].open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    return forms


def load_json(path: Path) -> object:
    with path.open("rb") as file:
        return [json.loads(line) for line in file] if path.suffix == ".jsonl" else json.load(file)


def measure(reader: str, path: Path) -> dict[str, float]:
    """Read a file in this process. Return CPU seconds, and the growth of its peak memory in bytes."""
    before, start = read_memory("VmRSS"), time.process_time()
    kept = scan_document(path) if reader == "reader" else load_json(path)
    seconds = time.process_time() - start
    grown = read_memory("VmHWM") - before
    assert kept
    return {"seconds": seconds, "memory": grown}


def read_memory(key: str) -> int:
    """Return a figure about the memory of this process, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{key}:"))


def measure_apart(reader: str, path: Path) -> dict[str, float]:
    """Do the same in a process of its own."""
    command = [sys.executable, __file__, "--measure", reader, str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=Path("data/sample/train-v2.0.json"))
    parser.add_argument("--megabytes", type=float, default=42)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--measure", choices=["reader", "json.load"], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        print(json.dumps(measure(args.measure, args.file)))
        return
    rows: list[tuple[str, ...]] = []
    with TemporaryDirectory() as folder:
        for name, path in write_forms(args.file, Path(folder), args.megabytes).items():
            size = path.stat().st_size
            results = {reader: list[dict[str, float]]() for reader in ("reader", "json.load")}
            for _ in range(args.runs):
                for reader in results:
                    results[reader].append(measure_apart(reader, path))
            best = {reader: min(one["seconds"] for one in runs) for reader, runs in results.items()}
            for reader, runs in results.items():
                faster = f"{best['json.load'] / best[reader]:.2f}"
                memory = max(one["memory"] for one in runs) / size
                cells = (f"{size / 1e6:.1f}", f"{size / 1e6 / best[reader]:.0f}", faster, f"{memory:.2f}")
                rows.append((f"{name}: {reader}", *cells))
    print_table(("", "MB", "MB/s", "times json.load", "memory / file"), rows)


if __name__ == "__main__":
    main()
