"""What word alignment (align.words) brings where markers are lost, beside eflomal, and how much text it needs.

    python benchmarks/alignment.py sample [CORPUS ...]

Each corpus must have been built with `gold` in params.yaml. Its answers are located anew and then
rescued: with nothing asked (rescue.rounds: 0), with the markers that came back in the build, and with
every marker lost; each time without word alignment, with Spanferry's, and with eflomal's where that is
installed (its figures differ a little from run to run, since it draws its seeds from the system).
Figures are by has-answer question, its best answer against the best gold span: good is a token F1 of
at least 0.8, wrong does not touch one. Then: how well the aligned places alone lie on the gold spans,
by how much of the corpus is trained on at once; and the fit of the weights `aligned` and
`misalignment` of pipeline/spanferry/projection/confidence.py, the other weights as they are.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa
from calibrate import PRIOR, evidence_of, table
from spanferry import tables
from spanferry.language.profile import language
from spanferry.language.text import fold, tokens
from spanferry.projection import rescue_tables
from spanferry.projection.alignment import aligned
from spanferry.projection.confidence import WEIGHTS, features, hold
from spanferry.projection.lexicon import STEM, train
from spanferry.projection.locate import sought, source_passage, stands
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.ranking import Locator
from spanferry.projection.rescue import Group, pairs
from spanferry.projection.rescue_tables import groups, rescue_table
from spanferry.projection.settings import AlignSettings, RescueSettings
from spanferry.projection.spans import overlap
from spanferry.records import Field, SourceParagraph, TranslationRow
from spanferry.report.accuracy import ENOUGH, token_f1

FITTED = ("aligned", "misalignment")
PARTS = (1, 2, 4, 8)
Row = dict[str, Any]
Pair = tuple[str, str]
Corpus = tuple[pa.Table, pa.Table, dict[str, str | None], dict]
Trainer = Callable[[Sequence[Pair]], Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+")
    parser.add_argument("--source", default="en")
    parser.add_argument("--target", default="nl")
    args = parser.parse_args()
    speak = {words: locator(args, words) for words in ("off", "corpus")}
    corpora = {name: read(Path("data") / name) for name in args.corpora}
    print("| corpus | markers | alignment | yield | good | wrong | f1 | requests |\n|---|---|---|--:|--:|--:|--:|--:|")
    for name, corpus in corpora.items():
        for line in compared(corpus, speak):
            print(f"| {name} | {line}", flush=True)
    print("\n| corpus | pairs trained on | mean overlap | at least 0.8 | not touching |\n|---|--:|--:|--:|--:|")
    for name, corpus in corpora.items():
        for line in sized(corpus, speak["off"]):
            print(f"| {name} | {line}", flush=True)
    known = [one for corpus in corpora.values() for one in judged(corpus, speak["corpus"])]
    weights = WEIGHTS | fit(known)
    print("\nfitted: ", {name: weights[name] for name in FITTED})
    print("shipped:", {name: WEIGHTS[name] for name in FITTED})
    table("aligned, shipped weights", known, WEIGHTS)
    table("aligned, fitted weights", known, weights)


def locator(args: argparse.Namespace, words: str) -> Locator:
    return Locator(language(args.source), language(args.target), AlignSettings(words=words))


def read(home: Path) -> Corpus:
    """(layout, translations, what came back between markers, gold spans)."""
    heard = tables.read(home / "marked.parquet", TranslationRow)
    return (
        tables.read(home / "segments" / "layout.parquet", SourceParagraph),
        tables.read(home / "translations.parquet", TranslationRow),
        dict(zip(heard["text"].to_pylist(), heard["translation"].to_pylist(), strict=True)),
        json.loads((home / "source" / "gold.json").read_text(encoding="utf-8")),
    )


def compared(corpus: Corpus, speak: dict[str, Locator]) -> Iterator[str]:
    layout, translations, heard, gold = corpus
    paragraphs, spans = locate_table(layout, translations, speak["off"], 1)
    trainers: dict[str, Trainer | None] = {"none": None, "Spanferry": train}
    if find_spec("eflomal"):
        trainers["eflomal"] = eflomal
    lost = dict.fromkeys(heard)
    for markers, rounds, answers in (("none asked", 0, {}), ("as they came", 2, heard), ("all lost", 2, lost)):
        for name, trainer in trainers.items():
            with patch.object(rescue_tables, "train", trainer):
                rescued, cost = rescue_table(
                    layout,
                    paragraphs,
                    spans,
                    lambda texts, answers=answers: {text: answers.get(text) for text in texts},
                    speak["corpus" if trainer else "off"],
                    RescueSettings(rounds=rounds),
                    1,
                )
            figures = score(hold(rescued, speak["off"].settings.min_confidence), paragraphs, gold)
            yield f"{markers} | {name} | {' | '.join(f'{value:.4f}' for value in figures)} | {cost['requests']} |"


def score(spans: pa.Table, paragraphs: pa.Table, gold: dict) -> tuple[float, float, float, float]:
    """(yield, good, wrong, f1) by has-answer question."""
    contexts = {paragraph_key(row): row["context"] for row in paragraphs.to_pylist()}
    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for row in spans.to_pylist():
        if row["field"] != Field.ANSWERS:
            continue
        kept = found[row["question_id"]]
        if row["text"] is not None:
            kept += [against(row, person, contexts[paragraph_key(row)]) for person in spots(gold, row)]
    best = [max(kept) for kept in found.values() if kept]
    n = max(len(best), 1)
    return (
        len(best) / len(found),
        sum(value >= ENOUGH for value, _ in best) / len(found),
        sum(not touches for _, touches in best) / n,
        sum(value for value, _ in best) / n,
    )


def paragraph_key(row: Row) -> tuple[str, int, int]:
    return row["split"], row["article"], row["paragraph"]


def spots(gold: dict, row: Row) -> list[Row]:
    return gold.get(row["question_id"], {}).get(row["field"], [])


def against(row: Row, person: Row, context: str) -> tuple[float, bool]:
    """(token F1, whether they touch) of a found span and a gold one; that may be grown to whole words."""
    start, end = row["start"], row["start"] + len(row["text"])
    low, high = person["start"], person["start"] + len(person["text"])
    cut = [(s, e) for s, e in tokens(context) if s < high and e > low]
    low, high = cut[0][0], cut[-1][1]
    if not (start < high and low < end):
        return 0.0, False
    return max(token_f1(row["text"], person["text"]), token_f1(row["text"], context[low:high])), True


def cases(corpus: Corpus, speak: Locator) -> Iterator[tuple[Group, Any, Row]]:
    """(paragraph, answer, gold span) for every answer that has one."""
    layout, translations, _, gold = corpus
    for group in groups(layout, *locate_table(layout, translations, speak, 1)):
        if group.target is None:
            continue
        source = source_passage(group.layout, group.target)
        for row in group.spans:
            right = spots(gold, row)
            if row["index"] < len(right) and stands(source.text, row["source_start"], row["source_text"]):
                answer = sought(source, row["source_start"], row["source_text"], row["translation"])
                yield group, answer, right[row["index"]]


def learnt(found: Sequence[tuple[Group, Any, Row]]) -> list[Pair]:
    paragraphs = {id(group): group for group, _, _ in found}.values()
    return list(dict.fromkeys(pair for group in paragraphs for pair in pairs(group)))


def sized(corpus: Corpus, speak: Locator) -> Iterator[str]:
    """The aligned places of a corpus that is trained on as a whole, and in parts of whole paragraphs."""
    found = list(cases(corpus, speak))
    numbers = {id(group): n for n, group in enumerate({id(group): group for group, _, _ in found}.values())}
    for parts in PARTS:
        shared, sizes = [], []
        for part in range(parts):
            some = [case for case in found if numbers[id(case[0])] % parts == part]
            lexicon = train(known := learnt(some))
            sizes.append(len(known))
            for group, answer, person in some:
                place = aligned(answer, group.target, lexicon)
                shared.append(overlap(place.span, (person["start"], person["start"] + len(person["text"]))))
        lies = np.array(shared)
        yield f"{np.mean(sizes):,.0f} | {lies.mean():.3f} | {(lies >= ENOUGH).mean():.3f} | {(lies == 0).mean():.3f} |"


def judged(corpus: Corpus, speak: Locator) -> Iterator[tuple[Any, bool]]:
    found = list(cases(corpus, speak))
    lexicon = train(learnt(found))
    for group, answer, person in found:
        place = aligned(answer, group.target, lexicon)
        yield from evidence_of(speak.locate(answer, group.target, None, place), person, group.target)


def fit(known: Sequence[tuple[Any, bool]], steps: int = 50) -> dict[str, float]:
    """calibrate.fit for two of the weights, the others held."""
    rows = [features(evidence) for evidence, _ in known]
    x, y = np.array([[row[name] for name in FITTED] for row in rows]), np.array([right for _, right in known], float)
    held = np.array([sum(WEIGHTS[name] * value for name, value in row.items() if name not in FITTED) for row in rows])
    weights = np.zeros(len(FITTED))
    for _ in range(steps):
        p = 1 / (1 + np.exp(-held - x @ weights))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + PRIOR * np.eye(len(FITTED))
        weights += np.linalg.solve(hessian, x.T @ (y - p) - PRIOR * weights)
    return dict(zip(FITTED, weights.round(2).tolist(), strict=True))


class Links(dict):
    """The links of sentence pairs, asked for as a Lexicon is."""

    def links(self, source: Sequence[str], target: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        empty = np.zeros((len(source), len(target)))
        return self.get((tuple(source), tuple(target)), (empty, empty))


def eflomal(known: Sequence[Pair]) -> Links:
    """eflomal's links, with the same stems."""
    from eflomal.cython import align, read_text, write_text

    cut = [[[fold(text[s:e]) for s, e in tokens(text)] for text in side] for side in zip(*known, strict=True)]
    with TemporaryDirectory() as home:
        names = [str(Path(home) / name) for name in ("source", "target", "forward", "backward")]
        for name, side in zip(names, cut, strict=False):
            # A number may hold a space.
            lines = "\n".join(" ".join("".join(word.split()) or "_" for word in words) for words in side) + "\n"
            sentences, vocabulary = read_text(StringIO(lines), False, STEM, 0)
            with Path(name).open("wb") as file:
                write_text(file, tuple(sentences), len(vocabulary))
        align(names[0], names[1], links_filename_fwd=names[2], links_filename_rev=names[3], n_samplers=3)
        links = Links()
        for source, target, *lines in zip(
            *cut, *(Path(name).read_text().splitlines() for name in names[2:]), strict=True
        ):
            found = tuple(np.zeros((len(source), len(target))) for _ in lines)
            for cells, line in zip(found, lines, strict=True):
                for link in line.split():
                    cells[tuple(map(int, link.split("-")))] = 1.0
            links[tuple(source), tuple(target)] = found
    return links


if __name__ == "__main__":
    main()
