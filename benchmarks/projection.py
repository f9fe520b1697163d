"""How quick locate is on a corpus of SQuAD2.0's size, and beside a difflib version of the same search.

    python benchmarks/projection.py [--paragraphs 19000] [--questions 130000] [--repeat 3] [--profile]

The corpus is the sample, tiled: in each copy the letters of the longer words are exchanged, the same way
in both languages, so that words repeat about as seldom as in a real corpus and no cache helps unfairly.
Each case runs in a process of its own, as the stage does it (read tables, locate, write tables); the
quickest of the repeats counts, since the machine may be shared. Memory is the peak of all processes
together. The difflib version searches a sample of the answers: `str.find` in the window, else the run of
words most similar by SequenceMatcher; both are given per 1,000 answers, in the same run.
"""

import argparse
import cProfile
import json
import pstats
import random
import re
import resource
import subprocess
import sys
from difflib import SequenceMatcher
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import pyarrow as pa

from pipeline import squad, tables
from pipeline.projection.batches import locate_table
from pipeline.projection.decide import Locator
from pipeline.projection.languages import language
from pipeline.projection.locate import answers, sought, translated
from pipeline.projection.records import Passage
from pipeline.projection.settings import AlignSettings
from pipeline.segmentation import layout, segments, sentence_spans, texts
from pipeline.translation.tmx import read_tmx

SAMPLE = Path("data/sample")
LONG_WORD = re.compile(r"[^\W\d_]{5,}")
VOWELS, CONSONANTS = "aeiou", "bcdfghklmnprstvwz"
PEER_ANSWERS = 500
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
        print("| paragraphs | answers | workers | seconds | answers a second | peak MiB |\n|--:|--:|--:|--:|--:|--:|")
        for share, folder in folders.items():
            for workers in (1, 2):
                print(line(best(folder, workers, args.repeat), workers), flush=True)
        print("\n" + beside_difflib(folders[0.25]))


def tiled(folder: Path, args: argparse.Namespace, share: float) -> Path:
    """Writes the tables of a corpus of this share of the size wanted."""
    chance = random.Random(1)
    once = layout({split: squad.read(SAMPLE / f"{split}-v2.0.json") for split in tables.SPLITS}, "en").to_pylist()
    known = dict(read_tmx(SAMPLE / "memory.tmx", "en", "nl"))
    keep = args.questions / args.paragraphs / (sum(len(row["questions"]) for row in once) / len(once))
    rows, translations = [], {}
    for number in range(int(args.paragraphs * share)):
        if number % len(once) == 0:
            chance.shuffle(once)
            letters = exchange(chance)
        row = once[number % len(once)]
        asked = [question for question in row["questions"] if chance.random() < keep]
        spoken = {text.strip(): known.get(text.strip()) for _, text in texts(row | {"questions": asked})}
        copy = varied(row | {"questions": asked}, letters)
        rows.append(copy | {"split": "train", "article": number // 40, "paragraph": number % 40})
        translations |= {varied(text, letters): dutch and varied(dutch, letters) for text, dutch in spoken.items()}
    listed = [{"text": text, "translation": dutch, "reason": None} for text, dutch in translations.items()]
    tables.write(pa.Table.from_pylist(rows, schema=tables.LAYOUT), folder / "layout.parquet")
    tables.write(pa.Table.from_pylist(listed, schema=tables.TRANSLATIONS), folder / "translations.parquet")
    return folder


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
    """Locates a corpus as the stage does; seconds, and the peak memory of all processes together."""
    start = perf_counter()
    paragraphs, spans = locate_table(*read(folder), locator(), workers)
    tables.write(paragraphs, folder / "paragraphs.parquet")
    tables.write(spans, folder / "spans.parquet")
    seconds = perf_counter() - start
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    peak = peaks[0] + (workers * peaks[1] if workers > 1 else 0)
    return {
        "paragraphs": paragraphs.num_rows,
        "answers": spans.num_rows,
        "found": spans.num_rows - spans["text"].null_count,
        "seconds": seconds,
        "mebibytes": peak / 1024,
    }


def read(folder: Path) -> tuple[pa.Table, pa.Table]:
    return (
        tables.read(folder / "layout.parquet", tables.LAYOUT),
        tables.read(folder / "translations.parquet", tables.TRANSLATIONS),
    )


def locator() -> Locator:
    return Locator(language("en"), language("nl"), AlignSettings())


def best(folder: Path, workers: int, repeat: int) -> Row:
    """The quickest of some runs."""
    command = [sys.executable, __file__, "--case", str(folder), str(workers)]
    runs = [json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout) for _ in range(repeat)]
    return min(runs, key=lambda run: run["seconds"])


def line(run: Row, workers: int) -> str:
    rate = run["answers"] / run["seconds"]
    return (
        f"| {run['paragraphs']:,} | {run['answers']:,} | {workers} | {run['seconds']:.1f} | {rate:,.0f} |"
        f" {run['mebibytes']:,.0f} |"
    )


def beside_difflib(folder: Path) -> str:
    """Both searches over the same answers, in this process, as a table."""
    laid, listed = read(folder)
    known = dict(zip(listed["text"].to_pylist(), listed["translation"].to_pylist(), strict=True))
    jobs, ours, theirs = [], locator(), {}
    for row in laid.slice(0, 200).to_pylist():
        source, target = Passage(row["context"], tuple(sentence_spans(row))), translated(row, known)
        for _, _, _, answer in answers(row):
            key = answer["start"], answer["text"]
            jobs.append((sought(source, *key, known[answer["text"].strip()]), target))
    jobs = random.Random(2).sample(jobs, PEER_ANSWERS)
    for name, search in (("Spanferry", ours.locate), ("difflib", naive)):
        start = perf_counter()
        for wanted, target in jobs:
            # A fresh passage: each search cuts its own words.
            search(wanted, Passage(target.text, target.sentences))
        theirs[name] = (perf_counter() - start) / len(jobs)
    rows = [f"| {name} | {1000 * spent:.2f} |" for name, spent in theirs.items()]
    ratio = theirs["difflib"] / theirs["Spanferry"]
    return "\n".join(["| search | seconds for 1,000 answers |", "|---|--:|", *rows, f"| ratio | {ratio:.0f} |"])


def naive(wanted: Any, target: Passage) -> tuple[int, int] | None:
    """The same search with the standard library: found as it stands, else the most similar run of words."""
    low, high = target.window_span(wanted.window)
    text, answer = target.text[low:high], wanted.translation or wanted.text
    if (at := text.find(answer)) >= 0:
        return low + at, low + at + len(answer)
    words = [match.span() for match in re.finditer(r"\w+", text)]
    size = len(answer.split())
    matcher = SequenceMatcher(b=answer.casefold(), autojunk=False)
    best_ratio, found = 0.0, None
    for first, (start, _) in enumerate(words):
        for _, end in words[first + max(0, int(size / 1.5) - 4) : first + int(size * 1.5) + 3]:
            matcher.set_seq1(text[start:end].casefold())
            if (ratio := matcher.ratio()) > best_ratio:
                best_ratio, found = ratio, (low + start, low + end)
    return found


def profiled(folder: Path) -> None:
    profile = cProfile.Profile()
    laid, listed = read(folder)
    profile.runcall(locate_table, laid, listed, locator(), 1)
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
