"""Compiles the hand-written articles of the sample corpus into the files that the pipeline reads.

    articles/*.yaml ──> train-v2.0.json, dev-v2.0.json   the English corpus, SQuAD 2.0
                        memory.tmx                       every segment's Dutch, each on its own
                        gold.json                        {question id: {field: [{start, text}, ...]}}

`python data/sample/make.py` writes them, `--check` only tells what is wrong: one line a problem, exit
code 2. An article is written as README.md beside this file describes; edit the articles, never the
compiled files.
"""

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from spanferry.errors import ParamsError
from spanferry.files import write_json
from spanferry.language.sentences import sentences
from spanferry.projection.windows import find_window, mark_window
from spanferry.records import Field, Span
from spanferry.squad import UNSET, Answer, Article, Document, Paragraph, Question, write_squad
from spanferry.translation.memory.tmx import write_tmx
from spanferry.yaml_files import read_yaml

HERE = Path(__file__).parent
SOURCE, TARGET = "en", "nl"
MARKERS = ("[", "]")
WORDS = range(80, 181)  # in an English paragraph
ANNOTATORS = {"train": 1, "dev": 3}  # most answers to one question

Text = Annotated[str, Meta(pattern=r"^[^\ud800-\udfff]+\Z")]  # not empty, and no half of a surrogate pair
Nth = Annotated[int, Meta(ge=1)]
Raw = dict[str, Any]


class SentencePair(Struct, frozen=True, forbid_unknown_fields=True):
    en: Text
    nl: Text
    gap: Annotated[str, Meta(pattern=r"^\s*\Z")] = " "


class WrittenAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    en: Text
    nl: Text
    gold: Text
    nth: Nth = 1
    gold_nth: Nth = 1
    marked: Text | None = None
    shift: Annotated[int, Meta(ge=-100, le=100)] = (
        0  # how far the corpus's own offset is off, as it is for some of SQuAD's answers
    )


class WrittenQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    en: Text
    nl: Text
    answers: tuple[WrittenAnswer, ...] = ()
    plausible: tuple[WrittenAnswer, ...] = ()


# Questions and paragraphs stay raw until their turn, so that each one tells its own mistake.
class WrittenParagraph(Struct, frozen=True, forbid_unknown_fields=True):
    sentences: Annotated[tuple[SentencePair, ...], Meta(min_length=1)]
    questions: Annotated[tuple[Raw, ...], Meta(min_length=1)]


class WrittenArticle(Struct, frozen=True, forbid_unknown_fields=True):
    title: Text
    split: Literal["train", "dev"]
    paragraphs: Annotated[tuple[Raw, ...], Meta(min_length=1)]


@dataclass(frozen=True)
class Side:
    """A paragraph in one language, and where each sentence lies in it."""

    text: str
    spans: list[Span]


@dataclass(frozen=True)
class Setting:
    """What a question stands in."""

    title: str
    split: str
    en: Side
    nl: Side


def joined(pairs: tuple[SentencePair, ...], language: str) -> Side:
    text, spans = "", []
    for pair in pairs:
        sentence = getattr(pair, language)
        spans.append((len(text), len(text) + len(sentence)))
        text += sentence + (pair.gap if pair is not pairs[-1] else "")
    return Side(text, spans)


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

    def __init__(self, folder: Path = HERE / "articles") -> None:
        self.problems: list[str] = []
        self.articles: dict[str, list[Article]] = {"train": [], "dev": []}
        self.memory: dict[str, str] = {}
        self.gold: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for path in sorted(folder.glob("*.yaml")):
            self.article(path)
        for split, articles in self.articles.items():
            self.expect(bool(articles), f"{folder}: no usable article has split: {split}")

    def expect(self, condition: bool, message: str) -> bool:
        """Notes a problem unless the condition holds; tells whether it does."""
        if not condition:
            self.problems.append(message)
        return condition

    def typed(self, place: str, raw: object, kind: type) -> Any:
        """Plain values -> a record; None and a problem when they do not fit."""
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            self.problems.append(f"{place}: {error}")
            return None

    def remember(self, place: str, en: str, nl: str) -> None:
        held = self.memory.setdefault(en, nl)
        self.expect(held == nl, f"{place}: {en!r} is {nl!r} here and {held!r} elsewhere")

    def article(self, path: Path) -> None:
        try:
            raw = read_yaml(path)
        except ParamsError as error:
            self.problems.append(str(error))
            return
        if written := self.typed(path.name, raw, WrittenArticle):
            self.expect(written.title == path.stem, f"{path.name}: title is {written.title!r}, not the file's name")
            numbered = enumerate(written.paragraphs, 1)
            compiled = [self.paragraph(f"{path.stem} paragraph {n}", written, p) for n, p in numbered]
            paragraphs = tuple(paragraph for paragraph in compiled if paragraph)
            self.articles[written.split].append(Article(title=written.title, paragraphs=paragraphs))

    def paragraph(self, place: str, article: WrittenArticle, raw: Raw) -> Paragraph | None:
        written = self.typed(place, raw, WrittenParagraph)
        if not written:
            return None
        setting = Setting(article.title, article.split, *(joined(written.sentences, code) for code in (SOURCE, TARGET)))
        cut = [setting.en.text[start:end] for start, end in sentences(setting.en.text, SOURCE)]
        ours = [pair.en for pair in written.sentences]
        wrong = next((n for n, sentence in enumerate(ours) if cut[n : n + 1] != [sentence]), None)
        if wrong is not None:
            self.problems.append(f"{place} sentence {wrong + 1}: the splitter gives {cut[wrong : wrong + 1]} for it")
        words = len(setting.en.text.split())
        self.expect(words in WORDS, f"{place}: {words} words, not {WORDS.start}-{WORDS.stop - 1}")
        for pair in written.sentences:
            self.remember(place, pair.en, pair.nl)
        compiled = [self.question(f"{place} question {n}", setting, q) for n, q in enumerate(written.questions, 1)]
        return Paragraph(context=setting.en.text, qas=tuple(question for question in compiled if question))

    def question(self, place: str, setting: Setting, raw: Raw) -> Question | None:
        written = self.typed(place, raw, WrittenQuestion)
        if not written:
            return None
        self.remember(place, written.en, written.nl)
        key = hashlib.sha256(f"{setting.title}\n{written.en}".encode()).hexdigest()[:24]
        self.expect(key not in self.gold, f"{place}: asked twice in this article")
        self.expect(bool(written.answers) != bool(written.plausible), f"{place}: needs either answers or plausible")
        most = ANNOTATORS[setting.split]
        self.expect(len(written.answers) <= most, f"{place}: more than {most} answers")
        self.expect(len(written.plausible) <= 1, f"{place}: more than 1 plausible answer")
        self.gold[key] = {}
        lists = {Field.ANSWERS: written.answers, Field.PLAUSIBLE: written.plausible}
        found = {
            field: tuple(self.answer(f"{place} {field} {n}", key, field, setting, a) for n, a in enumerate(answers, 1))
            for field, answers in lists.items()
        }
        impossible = not written.answers
        return Question(
            id=key,
            question=written.en,
            answers=found[Field.ANSWERS],
            is_impossible=impossible,
            plausible_answers=found[Field.PLAUSIBLE] if impossible else UNSET,
        )

    def answer(self, place: str, key: str, field: Field, setting: Setting, written: WrittenAnswer) -> Answer:
        place = f"{place} ({written.en!r})"
        start = nth_start(setting.en.text, written.en, written.nth)
        gold = nth_start(setting.nl.text, written.gold, written.gold_nth)
        self.remember(place, written.en, written.nl)
        here = self.expect(start >= 0, f"{place}: not in the English paragraph, or not {written.nth} times")
        there = self.expect(
            gold >= 0, f"{place}: gold {written.gold!r} is not in the Dutch paragraph, or not {written.gold_nth} times"
        )
        if here and there:
            self.gold[key].setdefault(field.value, []).append({"start": gold, "text": written.gold})
            self.mark(place, setting, written, start, gold)
        return Answer(text=written.en, answer_start=max(start + written.shift, 0))

    def mark(self, place: str, setting: Setting, written: WrittenAnswer, start: int, gold: int) -> None:
        """Remembers the answer's sentence(s) with the answer between markers, as rescue asks for them."""
        end, gold_end = start + len(written.en), gold + len(written.gold)
        first, last = find_window(setting.en.spans, start, end)
        low, high = setting.nl.spans[first][0], setting.nl.spans[last][1]
        if self.expect(low <= gold and gold_end <= high, f"{place}: gold lies in another sentence"):
            target = written.marked or mark_window(setting.nl.text, [(low, high)], gold, gold_end, MARKERS)
            self.remember(place, mark_window(setting.en.text, setting.en.spans, start, end, MARKERS), target)

    def documents(self) -> Iterator[tuple[str, Document]]:
        for split, articles in self.articles.items():
            yield split, Document(version="v2.0", data=tuple(articles))

    def counts(self) -> str:
        paragraphs = [p for articles in self.articles.values() for article in articles for p in article.paragraphs]
        asked = [question for paragraph in paragraphs for question in paragraph.qas]
        unanswerable = sum(question.impossible for question in asked)
        return (
            f"{len(paragraphs)} paragraphs, {len(asked)} questions ({unanswerable} unanswerable), "
            f"{len(self.memory)} segments"
        )

    def write(self, folder: Path = HERE) -> None:
        for split, document in self.documents():
            write_squad(document, folder / f"{split}-v2.0.json")
        write_tmx(folder / "memory.tmx", self.memory.items(), SOURCE, TARGET)
        write_json(folder / "gold.json", self.gold)


def main() -> int:
    compiler = Compiler()
    for problem in compiler.problems:
        print(problem, file=sys.stderr)
    print(compiler.counts())
    if compiler.problems:
        return 2
    if "--check" not in sys.argv:
        compiler.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
