"""How long the dataset side of a build takes on a corpus of SQuAD2.0's size, when the memory holds every translation.

    python benchmarks/build.py [--paragraphs 19000] [--questions 130000] [--repeat 2] [--keep FOLDER]

The corpus is the sample, tiled and varied as in benchmarks/projection.py, with its memory: one copy in ten goes to the
dev file, with the answers of all its annotators. The stages run one after the other as `dvc repro` runs them, each in
a process of its own; the quickest of the repeats counts, since the machine may be shared. Seconds are of the wall;
memory is the peak of all processes of a stage together.
"""

import argparse
import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

import psutil
from projection import SAMPLE, exchange, memory, varied
from ruamel.yaml import YAML
from spanferry.files import write_json
from spanferry.translation.memory.tmx import read_tmx, write_tmx

ROOT = Path(__file__).resolve().parent.parent
DEV_EVERY = 10
STAGES = ("fetch", "segment", "translate", "locate", "rescue", "clean", "report", "publish")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paragraphs", type=int, default=19_000)
    parser.add_argument("--questions", type=int, default=130_000)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="build here, and leave it")
    args = parser.parse_args()
    with TemporaryDirectory() as temporary:
        home = args.keep or Path(temporary)
        home.mkdir(parents=True, exist_ok=True)
        paragraphs, questions, units = corpus(home, args.paragraphs, args.questions)
        project(home)
        print(f"{paragraphs:,} paragraphs, {questions:,} questions, {units:,} units in the memory\n")
        runs = [dict(stages(home)) for _ in range(args.repeat)]
    print("| stage | seconds | peak MiB |\n|---|--:|--:|")
    best = min(runs, key=whole)
    for stage, (seconds, peak) in best.items():
        print(f"| {stage} | {seconds:.1f} | {peak / 2**20:,.0f} |")
    print(f"| segment to publish | {whole(best):.1f} | |")


def whole(run: dict[str, tuple[float, int]]) -> float:
    """Seconds from segment to publish."""
    return sum(seconds for stage, (seconds, _) in run.items() if stage != "fetch")


def corpus(home: Path, paragraphs: int, questions: int) -> tuple[int, int, int]:
    """Writes train.json, dev.json and memory.tmx; gives how many paragraphs, questions and units they hold."""
    chance = random.Random(1)
    once = [
        article
        for split in ("train", "dev")
        for article in json.loads((SAMPLE / f"{split}-v2.0.json").read_bytes())["data"]
    ]
    known = list(read_tmx(SAMPLE / "memory.tmx", "en", "nl"))
    held = [paragraph for article in once for paragraph in article["paragraphs"]]
    keep = min(questions / paragraphs / (sum(len(paragraph["qas"]) for paragraph in held) / len(held)), 1.0)
    files: dict[str, list[Any]] = {"train": [], "dev": []}
    units: dict[str, str] = {}
    for copy in range(round(paragraphs / len(held))):
        letters, split = exchange(chance), "train" if copy % DEV_EVERY else "dev"
        files[split] += [tiled(article, copy, letters, split, keep, chance) for article in once]
        units |= {varied(text, letters): varied(translation, letters) for text, translation in known}
    for split, articles in files.items():
        write_json(home / f"{split}.json", {"version": "v2.0", "data": articles})
    write_tmx(home / "memory.tmx", units.items(), "en", "nl")
    all_held = [paragraph for articles in files.values() for article in articles for paragraph in article["paragraphs"]]
    return len(all_held), sum(len(paragraph["qas"]) for paragraph in all_held), len(units)


def tiled(article: Any, copy: int, letters: dict[int, int], split: str, keep: float, chance: random.Random) -> Any:
    """A copy of an article: other letters, other ids, some of the questions, one answer each but in dev."""
    paragraphs = []
    for paragraph in article["paragraphs"]:
        asked = [dict(question) for question in paragraph["qas"] if chance.random() < keep]
        for question in asked:
            if split == "train":
                question |= {
                    field: question[field][:1] for field in ("answers", "plausible_answers") if field in question
                }
        ids = [f"{question['id']}-{copy}" for question in asked]
        copied = varied(paragraph | {"qas": asked}, letters)
        for question, own in zip(copied["qas"], ids, strict=True):
            question["id"] = own
        paragraphs.append(copied)
    return {"title": f"{article['title']} {copy}", "paragraphs": paragraphs}


def project(home: Path) -> None:
    """A project that builds the corpus with this code: the flow, its knobs, and links to the rest."""
    for name in ("pipeline", "stages", ".venv", "dvc.yaml"):
        if not (home / name).exists() and (ROOT / name).exists():
            (home / name).symlink_to(ROOT / name)
    yaml = YAML()
    params = yaml.load(ROOT / "params.yaml")
    params["build"] = {"corpora": ["tiled"], "runs": []}
    params["corpora"] = {
        "tiled": {"train": "train.json", "dev": "dev.json", "memory": "memory.tmx", "translator": "memory"}
    }
    params["about"] = {"tiled": params["about"]["sample"]}
    yaml.dump(params, home / "params.yaml")


def stages(home: Path) -> Iterator[tuple[str, tuple[float, int]]]:
    """Runs every stage of the dataset side; gives its seconds, and the peak of its memory in bytes."""
    flow = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
    for stage in STAGES:
        command, peak, start = flow[stage]["cmd"].replace("${item.corpus}", "tiled"), 0, perf_counter()
        with subprocess.Popen(command, shell=True, cwd=home) as process:
            while process.poll() is None:
                peak = max(peak, memory(psutil.Process(process.pid)))
                sleep(0.1)
        if process.returncode:
            raise SystemExit(f"{stage} ended with exit code {process.returncode}")
        yield stage, (perf_counter() - start, peak)


if __name__ == "__main__":
    main()
