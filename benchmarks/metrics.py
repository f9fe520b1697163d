"""Official figures: ours beside transformers 4's squad_metrics and, where given, the official scripts.

    python benchmarks/metrics.py [--peer PEER/bin/python] [--official EVALUATE-V2.0.PY] SQUAD_FILE [...]

The predictions are made up: right answers, wrong ones, none, and odds that mean little. Each file is
repeated, its ids numbered, until it has 12,000 questions.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from msgspec.structs import replace
from spanferry import squad
from spanferry.reader import metrics
from spanferry.squad import Document, walk

QUESTIONS = 12_000
PEER = Path(__file__).with_name("transformers4.py")


def repeated(document: Document, questions: int) -> Document:
    """The document again and again under new ids, until it has that many questions."""
    size = sum(1 for _ in walk(document))
    copies = []
    for n in range(-(-questions // size)):
        for article in document.data:
            paragraphs = tuple(
                replace(paragraph, qas=tuple(replace(one, id=f"{one.id}-{n}") for one in paragraph.qas))
                for paragraph in article.paragraphs
            )
            copies.append(replace(article, paragraphs=paragraphs))
    return replace(document, data=tuple(copies))


def made_up(document: Document) -> tuple[dict[str, str], dict[str, float]]:
    """Predictions and null odds, the same ones each time."""
    chance = random.Random(0)
    predictions, odds = {}, {}
    for _, _, paragraph, question in walk(document):
        words = paragraph.context.split()
        at = chance.randrange(len(words))
        kinds = ["", "the", " ".join(words[at : at + chance.randrange(1, 6)]), *(a.text for a in question.answers)]
        predictions[question.id] = chance.choice(kinds)
        odds[question.id] = round(chance.gauss(0, 3), 2)
    return predictions, odds


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--peer", help="the Python of an environment with transformers 4")
    arguments.add_argument("--official", help="evaluate-v2.0.py")
    arguments.add_argument("files", type=Path, nargs="+")
    given = arguments.parse_args()
    print("| data | questions | scored by | seconds | ours, times faster | figures |\n|" + " --- |" * 6)
    for file in given.files:
        document = repeated(squad.read(file), QUESTIONS)
        predictions, odds = made_up(document)
        metrics.normalise.cache_clear()
        start = time.perf_counter()
        ours = metrics.squad_v2(document, predictions, odds)
        seconds = time.perf_counter() - start
        total = f"{file.name} | {len(predictions):,}"
        print(f"| {total} | ours | {seconds:.3f} | 1 | {len(ours)} |")
        with tempfile.TemporaryDirectory() as folder:
            names = [str(Path(folder) / name) for name in ("gold.json", "predictions.json", "odds.json", "out.json")]
            squad.write(document, Path(names[0]))
            Path(names[1]).write_text(json.dumps(predictions))
            Path(names[2]).write_text(json.dumps(odds))
            if given.peer:
                subprocess.run([given.peer, str(PEER), "metrics", *names], check=True)
                told = json.loads(Path(names[3]).read_text())
                same = all(ours[key] == told["figures"][key] for key in ours)
                shown = f"{told['seconds']:.3f} | {told['seconds'] / seconds:.1f}"
                print(f"| {total} | transformers 4 | {shown} | {'equal' if same else 'DIFFERENT'} |")
            if given.official:
                start = time.perf_counter()
                command = [sys.executable, given.official, names[0], names[1], "-n", names[2], "-o", names[3]]
                subprocess.run(command, check=True)
                spent = time.perf_counter() - start
                same = ours == json.loads(Path(names[3]).read_text())
                shown = f"{spent:.3f} (with start) | {spent / seconds:.1f}"
                print(f"| {total} | official script | {shown} | {'equal' if same else 'DIFFERENT'} |")


if __name__ == "__main__":
    main()
