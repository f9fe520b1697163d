"""Compiles the hand-written articles of the sample corpus into the files that the pipeline reads.

    articles/*.yaml ──> train-v2.0.json, dev-v2.0.json   the English corpus, SQuAD 2.0
                        memory.tmx                       every segment's Dutch, each on its own
                        gold.json                        {question id: {field: [{start, text}, ...]}}

`python data/sample/make.py` writes them, `--check` only tells what is wrong. An article is written
as README.md beside this file describes; edit the articles, never the compiled files.
"""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline import squad
from pipeline.files import write_json
from pipeline.projection.windows import mark, window
from pipeline.text import sentences
from pipeline.translation.tmx import write_tmx

HERE = Path(__file__).parent
SOURCE, TARGET = "en", "nl"
MARKERS = ("[", "]")


class Problems(list[str]):
    """What is wrong, each with its place."""

    def expect(self, condition: bool, message: str) -> bool:
        if not condition:
            self.append(message)
        return condition


def nth_start(text: str, piece: str, nth: int) -> int:
    """Where the nth (from 1) occurrence of piece starts in text; -1 when there are fewer."""
    at = -1
    for _ in range(nth):
        at = text.find(piece, at + 1)
        if at < 0:
            return -1
    return at


class Compiler:
    """Collects the corpus, its memory and its gold from the articles, and what is wrong with them."""

    def __init__(self) -> None:
        self.problems = Problems()
        self.articles: dict[str, list[squad.Article]] = {"train": [], "dev": []}
        self.memory: dict[str, str] = {}
        self.gold: dict[str, dict[str, list[dict[str, Any]]]] = {}

    def remember(self, place: str, en: str, nl: str) -> None:
        held = self.memory.setdefault(en, nl)
        self.problems.expect(held == nl, f"{place}: {en!r} is {nl!r} here and {held!r} elsewhere")

    def article(self, path: Path) -> None:
        raw = YAML(typ="safe").load(path)
        self.problems.expect(raw["title"] == path.stem, f"{path.name}: title is not the file's name")
        paragraphs = tuple(
            self.paragraph(f"{path.stem} paragraph {n}", raw["title"], p) for n, p in enumerate(raw["paragraphs"], 1)
        )
        self.articles[raw["split"]].append(squad.Article(title=raw["title"], paragraphs=paragraphs))

    def paragraph(self, place: str, title: str, raw: dict[str, Any]) -> squad.Paragraph:
        pairs = raw["sentences"]
        gaps = [p.get("gap", " ") for p in pairs[:-1]] + [""]
        en = "".join(p["en"] + gap for p, gap in zip(pairs, gaps, strict=True))
        nl = "".join(p["nl"] + gap for p, gap in zip(pairs, gaps, strict=True))
        cut = [en[s:e] for s, e in sentences(en, SOURCE)]
        for ours, theirs in zip(cut, [p["en"] for p in pairs], strict=False):
            if not self.problems.expect(ours == theirs, f"{place}: the splitter gives {ours!r} for {theirs!r}"):
                break
        words = len(en.split())
        self.problems.expect(80 <= words <= 180, f"{place}: {words} words, not 80-180")
        for p in pairs:
            self.remember(place, p["en"], p["nl"])
        spans = list(spans_of(pairs, gaps, "en")), list(spans_of(pairs, gaps, "nl"))
        qas = tuple(
            self.question(f"{place} question {n}", title, en, nl, spans, q) for n, q in enumerate(raw["questions"], 1)
        )
        return squad.Paragraph(context=en, qas=qas)

    def question(self, place, title, en, nl, spans, raw) -> squad.Question:
        self.remember(place, raw["en"], raw["nl"])
        key = hashlib.sha256(f"{title}\n{raw['en']}".encode()).hexdigest()[:24]
        self.problems.expect(key not in self.gold, f"{place}: asked twice in this article")
        self.gold[key] = {}
        lists = {
            field: tuple(self.answer(f"{place} {name} {n}", key, field, en, nl, spans, a) for n, a in enumerate(raw[name], 1))
            for name, field in (("answers", "answers"), ("plausible", "plausible_answers"))
            if name in raw
        }
        self.problems.expect(len(lists) == 1, f"{place}: needs either answers or plausible")
        impossible = "answers" not in lists
        return squad.Question(
            id=key,
            question=raw["en"],
            answers=lists.get("answers", ()),
            is_impossible=impossible,
            plausible_answers=lists["plausible_answers"] if impossible else squad.UNSET,
        )

    def answer(self, place, key, field, en, nl, spans, raw) -> squad.Answer:
        place = f"{place} ({raw['en']!r})"
        start = nth_start(en, raw["en"], raw.get("nth", 1))
        gold = nth_start(nl, raw["gold"], raw.get("gold_nth", 1))
        self.remember(place, raw["en"], raw["nl"])
        found = self.problems.expect(start >= 0, f"{place}: not in the English paragraph")
        found &= self.problems.expect(gold >= 0, f"{place}: gold {raw['gold']!r} is not in the Dutch paragraph")
        if found:
            self.gold[key].setdefault(field, []).append({"start": gold, "text": raw["gold"]})
            first, last = window(spans[0], start, start + len(raw["en"]))
            (low, _), (_, high) = spans[1][first], spans[1][last]
            if self.problems.expect(low <= gold and gold + len(raw["gold"]) <= high, f"{place}: gold lies in another sentence"):
                source = mark(en, spans[0], start, start + len(raw["en"]), MARKERS)
                self.remember(place, source, raw.get("marked") or mark(nl, [(low, high)], gold, gold + len(raw["gold"]), MARKERS))
        return squad.Answer(text=raw["en"], answer_start=max(start, 0))

    def counts(self) -> str:
        asked = [q for split in self.articles.values() for a in split for p in a.paragraphs for q in p.qas]
        unanswerable = sum(q.impossible for q in asked)
        paragraphs = sum(len(a.paragraphs) for split in self.articles.values() for a in split)
        return f"{paragraphs} paragraphs, {len(asked)} questions ({unanswerable} unanswerable), {len(self.memory)} segments"


def spans_of(pairs: list[dict[str, str]], gaps: list[str], language: str) -> Iterator[tuple[int, int]]:
    """Where each sentence lies in its joined paragraph."""
    at = 0
    for pair, gap in zip(pairs, gaps, strict=True):
        yield at, at + len(pair[language])
        at += len(pair[language]) + len(gap)


def main() -> int:
    compiler = Compiler()
    for path in sorted((HERE / "articles").glob("*.yaml")):
        compiler.article(path)
    for problem in compiler.problems:
        print(problem, file=sys.stderr)
    print(compiler.counts())
    if compiler.problems:
        return 2
    if "--check" not in sys.argv:
        for split, articles in compiler.articles.items():
            squad.write(squad.Document(version="v2.0", data=tuple(articles)), HERE / f"{split}-v2.0.json")
        write_tmx(HERE / "memory.tmx", compiler.memory.items(), SOURCE, TARGET)
        write_json(HERE / "gold.json", compiler.gold)
    return 0


if __name__ == "__main__":
    sys.exit(main())
