"""How quick locate is on a corpus of SQuAD2.0's size, and beside a difflib version of the same search.

    python benchmarks/projection.py [--paragraphs 19000] [--questions 130000] [--repeat 3] [--profile]

The corpus is the sample, tiled: in each copy the letters of the longer words are exchanged, the same way
in both languages, so that words repeat about as seldom as in a real corpus and no cache helps unfairly.
Each case runs in a process of its own, as the stage does it (read tables, locate, write tables); the
quickest of the repeats counts, since the machine may be shared; seconds of CPU are those of all processes,
imports and all. Memory is the peak of all processes
together. The difflib version is the same search with SequenceMatcher in rapidfuzz's place, over a sample
of the answers, in the same run.
"""

import argparse
import cProfile
import json
import os
import pstats
import random
import re
import subprocess
import sys
from contextlib import suppress
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any
from unittest.mock import patch

import numpy as np
import psutil
import pyarrow as pa
from spanferry import squad, tables
from spanferry.arrow import schema_of
from spanferry.language.profile import language
from spanferry.projection import ranking as decide
from spanferry.projection.fuzzy import joined
from spanferry.projection.locate import answers, sought, translated
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.ranking import Locator
from spanferry.projection.settings import AlignSettings
from spanferry.projection.spans import TokenizedText
from spanferry.records import SPLITS, Field, SourceParagraph, TranslationRow
from spanferry.segmentation import layout, sentence_spans, texts
from spanferry.translation.memory.tmx import read_tmx

SAMPLE = Path("data/sample")
LONG_WORD = re.compile(r"[^\W\d_]{5,}")
VOWELS, CONSONANTS = "aeiou", "bcdfghklmnprstvwz"
PEER_PARAGRAPHS = 150
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paragraphs", type=int, default=19_000)
    parser.add_argument("--questions", type=int, default=130_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="print where one process spends its time, instead")
    parser.add_argument("--case", nargs=2, metavar=("FOLDER", "WORKERS"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.case:
        print(json.dumps(case(Path(args.case[0]), int(args.case[1]))))
        return
    with TemporaryDirectory() as home:
        folders = {share: tiled(Path(home) / str(share), args, share) for share in (0.25, 0.5, 1.0)}
        if args.profile:
            profiled(folders[0.25])
            return
        print("| paragraphs | answers | workers | seconds | of CPU | answers a second | peak MiB |")
        print("|--:|--:|--:|--:|--:|--:|--:|")
        for folder in folders.values():
            for workers in (1, 2):
                print(line(best(folder, workers, args.repeat), workers), flush=True)
        print("\n" + beside_difflib(folders[0.25]))


def tiled(folder: Path, args: argparse.Namespace, share: float, seed: int = 1) -> Path:
    """Writes the tables of a corpus of this share of the size wanted."""
    chance = random.Random(seed)
    once = layout({split: squad.read(SAMPLE / f"{split}-v2.0.json") for split in SPLITS}, "en").to_pylist()
    known = dict(read_tmx(SAMPLE / "memory.tmx", "en", "nl"))
    keep = args.questions / args.paragraphs / (sum(len(row["questions"]) for row in once) / len(once))
    rows, translations = [], {}
    for number in range(int(args.paragraphs * share)):
        if number % len(once) == 0:
            chance.shuffle(once)
            letters = exchange(chance)
        row = once[number % len(once)]
        asked = [one_answer(question) for question in row["questions"] if chance.random() < keep]
        spoken = {text.strip(): known.get(text.strip()) for _, text in texts(row | {"questions": asked})}
        copy = varied(row | {"questions": asked}, letters)
        rows.append(copy | {"split": "train", "article": number // 40, "paragraph": number % 40})
        translations |= {varied(text, letters): dutch and varied(dutch, letters) for text, dutch in spoken.items()}
    listed = [{"text": text, "translation": dutch, "reason": None} for text, dutch in translations.items()]
    tables.write(pa.Table.from_pylist(rows, schema=schema_of(SourceParagraph)), folder / "layout.parquet")
    tables.write(pa.Table.from_pylist(listed, schema=schema_of(TranslationRow)), folder / "translations.parquet")
    return folder


def one_answer(question: Row) -> Row:
    """A question as SQuAD's training part has it: with one answer, or one plausible answer."""
    return question | {field: question[field][:1] for field in Field}


def exchange(chance: random.Random) -> dict[int, int]:
    """Another vowel for each vowel and another consonant for each consonant."""
    table = {}
    for letters in (VOWELS, CONSONANTS):
        others = "".join(chance.sample(letters, len(letters)))
        table |= str.maketrans(letters + letters.upper(), others + others.upper())
    return table


def varied(value: Any, letters: dict[int, int]) -> Any:
    """A text, or every text in a row, with other letters in its long words; offsets stay right."""
    if isinstance(value, str):
        return LONG_WORD.sub(lambda match: match[0].translate(letters), value)
    if isinstance(value, list):
        return [varied(item, letters) for item in value]
    if isinstance(value, dict):
        return {key: varied(item, letters) for key, item in value.items()}
    return value


def case(folder: Path, workers: int) -> Row:
    """Locates a corpus as the stage does, and says how long that took."""
    start = perf_counter()
    paragraphs, spans = locate_table(*read(folder), locator(), workers)
    tables.write(paragraphs, folder / "paragraphs.parquet")
    tables.write(spans, folder / "spans.parquet")
    seconds = perf_counter() - start
    return {
        "paragraphs": paragraphs.num_rows,
        "answers": spans.num_rows,
        "found": spans.num_rows - spans["text"].null_count,
        "seconds": seconds,
        "cpu": sum(os.times()[:4]),
    }


def read(folder: Path) -> tuple[pa.Table, pa.Table]:
    return (
        tables.read(folder / "layout.parquet", SourceParagraph),
        tables.read(folder / "translations.parquet", TranslationRow),
    )


def locator() -> Locator:
    return Locator(language("en"), language("nl"), AlignSettings())


def best(folder: Path, workers: int, repeat: int) -> Row:
    """The quickest of some runs, with the highest peak of memory."""
    runs = [watched([sys.executable, __file__, "--case", str(folder), str(workers)]) for _ in range(repeat)]
    return min(runs, key=lambda run: run["seconds"]) | {"mebibytes": max(run["mebibytes"] for run in runs)}


def watched(command: list[str]) -> Row:
    """What a case prints, and the most memory (MiB, without counting shared pages twice) of it and its workers."""
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        while process.poll() is None:
            peak = max(peak, memory(psutil.Process(process.pid)))
            sleep(0.1)
        said = process.stdout.read()
    return json.loads(said) | {"mebibytes": peak / 2**20}


def memory(process: psutil.Process) -> int:
    total = 0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.Error):
            total += one.memory_full_info().pss
    return total


def line(run: Row, workers: int) -> str:
    rate = run["answers"] / run["seconds"]
    return (
        f"| {run['paragraphs']:,} | {run['answers']:,} | {workers} | {run['seconds']:.1f} | {run['cpu']:.1f} |"
        f" {rate:,.0f} |"
        f" {run['mebibytes']:,.0f} |"
    )


def beside_difflib(folder: Path) -> str:
    """The same search with difflib for its comparisons, over the same answers, in this process, as a table."""
    laid, listed = read(folder)
    known = dict(zip(listed["text"].to_pylist(), listed["translation"].to_pylist(), strict=True))
    rows = laid.slice(0, PEER_PARAGRAPHS).to_pylist()
    every = timed(rows, known)[1]
    unlike = {
        at for at, decision in enumerate(every) if decision.evidence is None or decision.evidence.scored_by_similarity
    }
    lines = []
    for what, some in (("all answers", set(range(len(every)))), ("those that do not stand as they are", unlike)):
        quick = min(timed(rows, known, some)[0] for _ in range(3))
        with patch.object(decide, "similarities", compared):
            slow = timed(rows, known, some)[0]
        each = [f"{seconds / len(some) * 1e3:.2f}" for seconds in (quick, slow)]
        lines.append(f"| {what} | {len(some):,} | {each[0]} | {each[1]} | {slow / quick:.0f} |")
    head = "| milliseconds an answer | answers | Spanferry | difflib | ratio |\n|---|--:|--:|--:|--:|"
    return "\n".join([head, *lines])


def timed(rows: list[Row], known: dict[str, str], some: set[int] | None = None) -> tuple[float, list[Any]]:
    """Seconds for the searches of these paragraphs, or of some by number, and what they find."""
    search, number, found, seconds = locator().locate, 0, [], 0.0
    for row in rows:
        source, target = TokenizedText(row["context"], tuple(sentence_spans(row))), translated(row, known)
        for _, _, _, answer in answers(row):
            if target is not None and (some is None or number in some):
                wanted = sought(source, answer["start"], answer["text"], known[answer["text"].strip()])
                start = perf_counter()
                found.append(search(wanted, target))
                seconds += perf_counter() - start
            number += target is not None
    return seconds, found


def compared(queries: Any, passage: TokenizedText, among: Any) -> np.ndarray:
    """fuzzy.similarities with the standard library."""
    matcher, scores = SequenceMatcher(autojunk=False), []
    texts_there = joined(passage, among)
    for found_by in queries:
        matcher.set_seq2(" ".join(found_by.words))
        for text in texts_there:
            matcher.set_seq1(text)
            scores.append(matcher.ratio())
    return np.array(scores).reshape(len(queries), len(texts_there))


def profiled(folder: Path) -> None:
    profile = cProfile.Profile()
    laid, listed = read(folder)
    profile.runcall(locate_table, laid, listed, locator(), 1)
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
