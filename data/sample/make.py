"""Compile the hand-written articles of the sample corpus into the files that the pipeline reads.

    articles/*.yaml ──> train-v2.0.json, dev-v2.0.json   the English corpus, SQuAD 2.0
                        memory.tmx                       the Dutch translation of every segment on its own
                        gold.json                        {question id: {field: [{start, text}, ...]}}

`python data/sample/make.py` writes them. With `--check` it only reports problems, one line each, with exit code 2.
README.md in this folder describes the form of an article. Edit the articles, never the compiled files.
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
from spanferry.segmentation import title_text
from spanferry.squad import UNSET, Answer, Article, Document, Paragraph, Question, write_squad
from spanferry.translation.memory.tmx import write_tmx
from spanferry.yaml_files import read_yaml

HERE = Path(__file__).parent
SOURCE, TARGET = "en", "nl"
MARKERS = ("[", "]")
WORDS = range(80, 181)  # in an English paragraph
MAX_ANSWERS = {"train": 1, "dev": 3}  # to one question

Text = Annotated[str, Meta(pattern=r"^[^\ud800-\udfff]+\Z")]  # not empty, no lone surrogates
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
    shift: Annotated[int, Meta(ge=-100, le=100)] = 0  # added to the offset, to make it wrong as some of SQuAD's are


class WrittenQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    en: Text
    nl: Text
    answers: tuple[WrittenAnswer, ...] = ()
    plausible: tuple[WrittenAnswer, ...] = ()


# Questions and paragraphs stay raw until they are compiled, so that each problem names its own place.
class WrittenParagraph(Struct, frozen=True, forbid_unknown_fields=True):
    sentences: Annotated[tuple[SentencePair, ...], Meta(min_length=1)]
    questions: Annotated[tuple[Raw, ...], Meta(min_length=1)]


class WrittenArticle(Struct, frozen=True, forbid_unknown_fields=True):
    title: Text
    split: Literal["train", "dev"]
    paragraphs: Annotated[tuple[Raw, ...], Meta(min_length=1)]
    title_nl: Text | None = None


@dataclass(frozen=True)
class Side:
    """A paragraph in one language, with the spans of its sentences."""

    text: str
    spans: list[Span]


@dataclass(frozen=True)
class ParagraphPair:
    """The paragraph of a question, in both languages."""

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
    """Return the start of the nth (from 1) occurrence of piece in text, or -1 if there are fewer."""
    at = -1
    for _ in range(nth):
        at = text.find(piece, at + 1)
        if at < 0:
            return -1
    return at


class Compiler:
    """Compiles articles into the corpus, its memory and its gold, and collects their problems."""

    def __init__(self, folder: Path = HERE / "articles") -> None:
        self.problems: list[str] = []
        self.articles: dict[str, list[Article]] = {"train": [], "dev": []}
        self.memory: dict[str, str] = {}
        self.gold: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for path in sorted(folder.glob("*.yaml")):
            self.compile_article(path)
        for split, articles in self.articles.items():
            self.expect(bool(articles), f"{folder}: no usable article has split: {split}")

    def expect(self, condition: bool, message: str) -> bool:
        """Add a problem unless the condition holds; return the condition."""
        if not condition:
            self.problems.append(message)
        return condition

    def convert(self, place: str, raw: object, kind: type) -> Any:
        """Convert plain values to a record; add a problem and return None if they do not fit."""
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            self.problems.append(f"{place}: {error}")
            return None

    def remember(self, place: str, en: str, nl: str) -> None:
        """Add a translation; a text must have the same one throughout the corpus."""
        known = self.memory.setdefault(en, nl)
        self.expect(known == nl, f"{place}: {en!r} is {nl!r} here and {known!r} elsewhere")

    def compile_article(self, path: Path) -> None:
        try:
            raw = read_yaml(path)
        except ParamsError as error:
            self.problems.append(str(error))
            return
        if written := self.convert(path.name, raw, WrittenArticle):
            self.expect(written.title == path.stem, f"{path.name}: title is {written.title!r}, not the file's name")
            if written.title_nl:
                self.remember(path.stem, title_text(written.title), written.title_nl)
            numbered = enumerate(written.paragraphs, 1)
            compiled = [self.compile_paragraph(f"{path.stem} paragraph {n}", written, p) for n, p in numbered]
            paragraphs = tuple(paragraph for paragraph in compiled if paragraph)
            self.articles[written.split].append(Article(title=written.title, paragraphs=paragraphs))

    def compile_paragraph(self, place: str, article: WrittenArticle, raw: Raw) -> Paragraph | None:
        written = self.convert(place, raw, WrittenParagraph)
        if not written:
            return None
        pair = ParagraphPair(
            article.title, article.split, *(joined(written.sentences, code) for code in (SOURCE, TARGET))
        )
        split = [pair.en.text[start:end] for start, end in sentences(pair.en.text, SOURCE)]
        expected = [sentence.en for sentence in written.sentences]
        wrong = next((n for n, sentence in enumerate(expected) if split[n : n + 1] != [sentence]), None)
        if wrong is not None:
            self.problems.append(f"{place} sentence {wrong + 1}: the splitter gives {split[wrong : wrong + 1]} for it")
        words = len(pair.en.text.split())
        self.expect(words in WORDS, f"{place}: {words} words, not {WORDS.start}-{WORDS.stop - 1}")
        for sentence in written.sentences:
            self.remember(place, sentence.en, sentence.nl)
        compiled = [self.compile_question(f"{place} question {n}", pair, q) for n, q in enumerate(written.questions, 1)]
        return Paragraph(context=pair.en.text, qas=tuple(question for question in compiled if question))

    def compile_question(self, place: str, pair: ParagraphPair, raw: Raw) -> Question | None:
        written = self.convert(place, raw, WrittenQuestion)
        if not written:
            return None
        self.remember(place, written.en, written.nl)
        key = hashlib.sha256(f"{pair.title}\n{written.en}".encode()).hexdigest()[:24]
        self.expect(key not in self.gold, f"{place}: asked twice in this article")
        self.expect(bool(written.answers) != bool(written.plausible), f"{place}: needs either answers or plausible")
        most = MAX_ANSWERS[pair.split]
        self.expect(len(written.answers) <= most, f"{place}: more than {most} answers")
        self.expect(len(written.plausible) <= 1, f"{place}: more than 1 plausible answer")
        self.gold[key] = {}
        answers_by_field = {Field.ANSWERS: written.answers, Field.PLAUSIBLE: written.plausible}
        found = {
            field: tuple(
                self.compile_answer(f"{place} {field} {n}", key, field, pair, a) for n, a in enumerate(answers, 1)
            )
            for field, answers in answers_by_field.items()
        }
        impossible = not written.answers
        return Question(
            id=key,
            question=written.en,
            answers=found[Field.ANSWERS],
            is_impossible=impossible,
            plausible_answers=found[Field.PLAUSIBLE] if impossible else UNSET,
        )

    def compile_answer(self, place: str, key: str, field: Field, pair: ParagraphPair, written: WrittenAnswer) -> Answer:
        place = f"{place} ({written.en!r})"
        start = nth_start(pair.en.text, written.en, written.nth)
        gold = nth_start(pair.nl.text, written.gold, written.gold_nth)
        self.remember(place, written.en, written.nl)
        in_source = self.expect(start >= 0, f"{place}: not in the English paragraph, or not {written.nth} times")
        in_target = self.expect(
            gold >= 0, f"{place}: gold {written.gold!r} is not in the Dutch paragraph, or not {written.gold_nth} times"
        )
        if in_source and in_target:
            self.gold[key].setdefault(field.value, []).append({"start": gold, "text": written.gold})
            self.remember_marked(place, pair, written, start, gold)
        return Answer(text=written.en, answer_start=max(start + written.shift, 0))

    def remember_marked(self, place: str, pair: ParagraphPair, written: WrittenAnswer, start: int, gold: int) -> None:
        """Remember the sentences of an answer with the answer between markers, as rescue requests them."""
        end, gold_end = start + len(written.en), gold + len(written.gold)
        first, last = find_window(pair.en.spans, start, end)
        low, high = pair.nl.spans[first][0], pair.nl.spans[last][1]
        if self.expect(low <= gold and gold_end <= high, f"{place}: gold lies in another sentence"):
            target = written.marked or mark_window(pair.nl.text, [(low, high)], gold, gold_end, MARKERS)
            self.remember(place, mark_window(pair.en.text, pair.en.spans, start, end, MARKERS), target)

    def documents(self) -> Iterator[tuple[str, Document]]:
        for split, articles in self.articles.items():
            yield split, Document(version="v2.0", data=tuple(articles))

    def describe_counts(self) -> str:
        """Return the sizes of the corpus as a line."""
        paragraphs = [p for articles in self.articles.values() for article in articles for p in article.paragraphs]
        questions = [question for paragraph in paragraphs for question in paragraph.qas]
        unanswerable = sum(question.impossible for question in questions)
        return (
            f"{len(paragraphs)} paragraphs, {len(questions)} questions ({unanswerable} unanswerable), "
            f"{len(self.memory)} segments"
        )

    def write(self, folder: Path = HERE) -> None:
        """Write the compiled files."""
        for split, document in self.documents():
            write_squad(document, folder / f"{split}-v2.0.json")
        write_tmx(folder / "memory.tmx", self.memory.items(), SOURCE, TARGET)
        write_json(folder / "gold.json", self.gold)


def main() -> int:
    compiler = Compiler()
    for problem in compiler.problems:
        print(problem, file=sys.stderr)
    print(compiler.describe_counts())
    if compiler.problems:
        return 2
    if "--check" not in sys.argv:
        compiler.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
