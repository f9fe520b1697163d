"""Time the dataset side of a build at SQuAD2.0's size, with every translation in the memory.

    python benchmarks/build.py [--paragraphs 19000] [--questions 130000] [--repeat 2] [--keep FOLDER]

The corpus is the sample, tiled (tiled_corpus.py); every tenth copy goes to dev. The stages run one after the other, as
`dvc repro` runs them, each in its own process. Prints, for the fastest of the repeats, a Markdown table: seconds and
peak MiB (all processes together) of each stage, and the seconds from segment to publish.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from measuring import MIB, Usage, print_table, run_measured
from ruamel.yaml import YAML
from spanferry.files import write_json
from spanferry.translation.memory.tmx import write_tmx
from tiled_corpus import SQUAD2_PARAGRAPHS, SQUAD2_QUESTIONS, tile_sample

ROOT = Path(__file__).resolve().parent.parent
DEV_EVERY = 10
STAGES = ("fetch", "segment", "translate", "locate", "rescue", "names", "check", "clean", "report", "publish")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paragraphs", type=int, default=SQUAD2_PARAGRAPHS)
    parser.add_argument("--questions", type=int, default=SQUAD2_QUESTIONS)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="build in this folder, and do not delete it")
    args = parser.parse_args()
    with TemporaryDirectory() as temporary:
        home = args.keep or Path(temporary)
        home.mkdir(parents=True, exist_ok=True)
        write_corpus(home, args.paragraphs, args.questions)
        write_project(home)
        runs = [dict(run_stages(home)) for _ in range(args.repeat)]
    best = min(runs, key=seconds_to_publish)
    rows = [(stage, f"{usage.seconds:.1f}", f"{usage.peak / MIB:,.0f}") for stage, usage in best.items()]
    print_table(
        ("stage", "seconds", "peak MiB"), [*rows, ("segment to publish", f"{seconds_to_publish(best):.1f}", "")]
    )


def seconds_to_publish(run: dict[str, Usage]) -> float:
    """Return the seconds from segment to publish."""
    return sum(usage.seconds for stage, usage in run.items() if stage != "fetch")


def write_corpus(home: Path, paragraphs: int, questions: int) -> None:
    """Write train.json, dev.json and memory.tmx, and print their sizes."""
    corpus = tile_sample(paragraphs, questions, dev_every=DEV_EVERY)
    for split, articles in corpus.articles.items():
        write_json(home / f"{split}.json", {"version": "v2.0", "data": articles})
    write_tmx(home / "memory.tmx", corpus.translations.items(), "en", "nl")
    counts = [len(paragraph["qas"]) for paragraph in corpus.paragraphs()]
    print(f"{len(counts):,} paragraphs, {sum(counts):,} questions, {len(corpus.translations):,} translations\n")


def write_project(home: Path) -> None:
    """Link the code of this project, and write a params.yaml that builds the corpus."""
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


def run_stages(home: Path) -> Iterator[tuple[str, Usage]]:
    """Run every stage of the dataset side and yield its usage."""
    stages = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
    for stage in STAGES:
        command = stages[stage]["cmd"].replace("${item.corpus}", "tiled")
        groups = stages[stage]["matrix"].get("files", [""])
        command = " && ".join(command.replace("${item.files}", group) for group in groups)
        yield stage, run_measured(command, cwd=home)[1]


if __name__ == "__main__":
    main()
