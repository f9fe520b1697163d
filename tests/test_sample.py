"""Tests of the embedded sample corpus: it is compiled from its articles, and has the intended size and difficulty."""

import importlib.util
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from spanferry.language.sentences import sentences
from spanferry.language.words import fold
from spanferry.squad import iterate_questions, read_squad
from spanferry.translation.memory.tmx import read_tmx
from spanferry.yaml_files import read_yaml

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
COMPILED = ("train-v2.0.json", "dev-v2.0.json", "memory.tmx", "gold.json")


def load_make() -> ModuleType:
    """Import data/sample/make.py, a script outside any package."""
    spec = importlib.util.spec_from_file_location("sample_make", SAMPLE / "make.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look up their module there
    spec.loader.exec_module(module)
    return module


make = load_make()
ARTICLES = [make.msgspec.convert(read_yaml(path), make.WrittenArticle) for path in (SAMPLE / "articles").glob("*.yaml")]
DOCUMENTS = {split: read_squad(SAMPLE / f"{split}-v2.0.json") for split in ("train", "dev")}
QUESTIONS = [(split, *question) for split, document in DOCUMENTS.items() for question in iterate_questions(document)]


@dataclass(frozen=True)
class Case:
    """An answer as written in an article, with its paragraph in both languages."""

    en: str
    nl: str
    answer: "make.WrittenAnswer"

    @property
    def start(self) -> int:
        return make.nth_start(self.en, self.answer.en, self.answer.nth)

    @property
    def gold_start(self) -> int:
        return make.nth_start(self.nl, self.answer.gold, self.answer.gold_nth)

    @property
    def is_plain(self) -> bool:
        """True if a search for the isolated translation finds exactly the gold span."""
        return self.nl.find(self.answer.nl) == self.gold_start and self.answer.nl == self.answer.gold


def read_cases() -> Iterator[Case]:
    """Yield every answer of the articles."""
    for article in ARTICLES:
        for raw in article.paragraphs:
            paragraph = make.msgspec.convert(raw, make.WrittenParagraph)
            en, nl = (make.joined(paragraph.sentences, code).text for code in ("en", "nl"))
            for raw_question in paragraph.questions:
                question = make.msgspec.convert(raw_question, make.WrittenQuestion)
                yield from (Case(en, nl, answer) for answer in (*question.answers, *question.plausible))


CASES = list(read_cases())


def test_the_compiled_files_match_the_articles(tmp_path: Path) -> None:
    compiler = make.Compiler()
    assert compiler.problems == []
    compiler.write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(COMPILED)
    for name in COMPILED:
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes(), f"{name}: run data/sample/make.py"


def test_the_size_of_the_corpus() -> None:
    paragraphs = [p for document in DOCUMENTS.values() for article in document.data for p in article.paragraphs]
    impossible = [question for *_, question in QUESTIONS if question.impossible]
    assert sum(len(document.data) for document in DOCUMENTS.values()) >= 8
    assert len(paragraphs) >= 40
    assert all(80 <= len(paragraph.context.split()) <= 180 for paragraph in paragraphs)
    assert len(QUESTIONS) >= 260
    assert 0.30 <= len(impossible) / len(QUESTIONS) <= 0.36
    assert all(len(question.plausible) == 1 for question in impossible)


def test_ids_are_unique_and_only_intended_offsets_are_wrong() -> None:
    ids = Counter(question.id for *_, question in QUESTIONS)
    assert max(ids.values()) == 1
    wrong = [
        answer.text
        for *_, paragraph, question in QUESTIONS
        for answer in (*question.answers, *question.plausible)
        if paragraph.context[answer.answer_start : answer.end] != answer.text
    ]
    assert sorted(wrong) == sorted(case.answer.en for case in CASES if case.answer.shift)


def test_dev_has_up_to_three_annotators_whose_extents_differ() -> None:
    given = {split: [q.answers for s, *_, q in QUESTIONS if s == split and q.answers] for split in DOCUMENTS}
    assert {len(answers) for answers in given["train"]} == {1}
    assert {len(answers) for answers in given["dev"]} == {1, 2, 3}
    several = [answers for answers in given["dev"] if len(answers) > 1]
    assert sum(len(set(answers)) > 1 for answers in several) / len(several) >= 0.5


def test_memory_and_gold_are_complete() -> None:
    memory = dict(read_tmx(SAMPLE / "memory.tmx", "en", "nl"))
    gold = make.msgspec.json.decode((SAMPLE / "gold.json").read_bytes())
    for _, path, _, paragraph, question in QUESTIONS:
        context = paragraph.context
        wanted = [context[start:end] for start, end in sentences(context, "en")]
        answers = {"answers": question.answers, "plausible_answers": question.plausible}
        wanted += [question.question, *(answer.text for given in answers.values() for answer in given)]
        assert not [text for text in wanted if text not in memory], path
        counts = {field: len(given) for field, given in answers.items() if given}
        assert {field: len(spans) for field, spans in gold[question.id].items()} == counts, path


def test_about_a_third_of_the_answers_is_hard() -> None:
    hard = sum(not case.is_plain for case in CASES) / len(CASES)
    assert 0.30 <= hard <= 0.50


def inside_another_word(text: str, piece: str, before: int) -> bool:
    """Return True if piece occurs before this offset inside a longer word or number."""
    return any(
        text[m.start() - 1 : m.start()].isalnum() or text[m.end() : m.end() + 1].isalnum()
        for m in re.finditer(re.escape(piece), text[:before])
    )


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def folded(text: str) -> str:
    return " ".join(fold(word) for word in words(text))


ARTICLE = re.compile(r"^(?:de|het|een) ", re.IGNORECASE)
NUMBER = re.compile(r"\d[\d.,]*\d|\d")
QUOTES = "\"“”„'‘’"


def crosses_sentences(case: Case) -> bool:
    return len(sentences(case.en[case.start : case.start + len(case.answer.en)], "en")) > 1


HARD: dict[str, Callable[[Case], bool]] = {
    "several times in both languages, the right one not the first": lambda c: (
        c.answer.nth > 1 and c.answer.gold_nth > 1
    ),
    "inside a longer word or number, earlier": lambda c: inside_another_word(c.nl, c.answer.nl, c.gold_start),
    "an article on one side only": lambda c: (
        bool(ARTICLE.match(c.answer.nl)) != bool(ARTICLE.match(c.answer.gold))
        and ARTICLE.sub("", c.answer.nl) == ARTICLE.sub("", c.answer.gold)
    ),
    "another article": lambda c: (
        c.answer.nl.split(" ")[0].lower() != c.answer.gold.split(" ")[0].lower()
        and bool(ARTICLE.match(c.answer.nl) and ARTICLE.match(c.answer.gold))
    ),
    "an inflected word": lambda c: any(
        one != other and {one, other} & {f"{one}e", f"{other}e"}
        for one in words(c.answer.nl)
        for other in words(c.answer.gold)
        if one not in words(c.answer.gold)
    ),
    "another word order": lambda c: (
        words(c.answer.nl) != words(c.answer.gold) and sorted(words(c.answer.nl)) == sorted(words(c.answer.gold))
    ),
    "a number in Dutch form": lambda c: any(re.search(r"\d[.,]\d", number) for number in NUMBER.findall(c.answer.gold)),
    "a number in words on one side": lambda c: bool(NUMBER.search(c.answer.nl)) != bool(NUMBER.search(c.answer.gold)),
    "diacritics on one side only": lambda c: (
        folded(c.answer.nl) == folded(c.answer.gold) and words(c.answer.nl) != words(c.answer.gold)
    ),
    "quotation marks that differ": lambda c: (
        any(mark in c.answer.nl + c.answer.gold for mark in QUOTES)
        and c.answer.nl != c.answer.gold
        and words(c.answer.nl) == words(c.answer.gold)
    ),
    "capitals that differ": lambda c: c.answer.nl != c.answer.gold and c.answer.nl.lower() == c.answer.gold.lower(),
    "across two sentences": crosses_sentences,
    "wholly other words": lambda c: not set(words(c.answer.nl)) & set(words(c.answer.gold)),
    "a paragraph that looks like HTML": lambda c: re.search(r"</?\w+[^>]*>", c.nl) is not None,
    "a paragraph with odd white space": lambda c: re.search(r"[^\S ]|  ", c.nl) is not None,
    "a marked translation of its own": lambda c: c.answer.marked is not None,
    "an offset that is wrong": lambda c: c.answer.shift != 0,
    "brackets lost": lambda c: c.answer.marked is not None and "[" not in c.answer.marked,
    "brackets doubled": lambda c: c.answer.marked is not None and c.answer.marked.count("[") > 1,
}


@pytest.mark.parametrize("kind", HARD)
def test_every_kind_of_hard_answer_occurs(kind: str) -> None:
    assert any(HARD[kind](case) for case in CASES)


ARTICLE_TEXT = """\
title: Dam
split: train
paragraphs:
- sentences:
  - {en: The dam is long., nl: De dam is lang.}
  questions:
  - {en: What is it?, nl: Wat is het?, answers: [{en: long, nl: lang, gold: lang}]}
"""
FEW = ["Dam paragraph 1: 4 words, not 80-180", "no usable article has split: dev"]


def find_problems(folder: Path, text: str) -> list[str]:
    """Compile an article; return its problems."""
    (folder / "Dam.yaml").write_text(text, encoding="utf-8")
    return [problem.removeprefix(f"{folder}: ") for problem in make.Compiler(folder).problems]


def test_a_short_article(tmp_path: Path) -> None:
    assert find_problems(tmp_path, ARTICLE_TEXT) == FEW


PARAGRAPH = "Dam paragraph 1"
QUESTION = f"{PARAGRAPH} question 1"
ANSWER = f"{QUESTION} answers 1"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("title: Dam", "title: Dike", "Dam.yaml: title is 'Dike', not the file's name"),
        ("en: long", "en: short", f"{ANSWER} ('short'): not in the English paragraph, or not 1 times"),
        ("en: long", "en: long, nth: 2", f"{ANSWER} ('long'): not in the English paragraph, or not 2 times"),
        ("gold: lang", "gold: k", f"{ANSWER} ('long'): gold 'k' is not in the Dutch paragraph, or not 1 times"),
        ("nl: lang, ", "", f"{QUESTION}: Object missing required field `nl` - at `$.answers[0]`"),
        ("en: long", "en: long, nth: 0", f"{QUESTION}: Expected `int` >= 1 - at `$.answers[0].nth`"),
        ("gold: lang", "golt: lang", f"{QUESTION}: Object contains unknown field `golt` - at `$.answers[0]`"),
        ("answers: [", "answers: [{en: dam, nl: dam, gold: dam}, ", f"{QUESTION}: more than 1 answers"),
        (", answers: [{en: long, nl: lang, gold: lang}]", "", f"{QUESTION}: needs either answers or plausible"),
        (
            "en: long, nl: lang",
            "en: The dam is long., nl: x",
            f"{ANSWER} ('The dam is long.'): 'The dam is long.' is 'x' here and 'De dam is lang.' elsewhere",
        ),
        ("dam is long", "dam. Is long", f"{PARAGRAPH} sentence 1: the splitter gives ['The dam.'] for it"),
        ("nl: De dam is lang.", "nl: 3", f"{PARAGRAPH}: Expected `str`, got `int` - at `$.sentences[0].nl`"),
        ("is lang.}", "is lang., x: 1}", f"{PARAGRAPH}: Object contains unknown field `x` - at `$.sentences[0]`"),
        (
            "is lang.}",
            "is lang., gap: x}",
            f"{PARAGRAPH}: Expected `str` matching regex '^\\\\s*\\\\Z' - at `$.sentences[0].gap`",
        ),
        (
            "{en: The dam is long., nl: De dam is lang.}",
            "null",
            f"{PARAGRAPH}: Expected `object`, got `null` - at `$.sentences[0]`",
        ),
        (
            "\n  - {en: The dam is long., nl: De dam is lang.}",
            " []",
            f"{PARAGRAPH}: Expected `array` of length >= 1 - at `$.sentences`",
        ),
    ],
)
def test_a_problem_names_its_place(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in ARTICLE_TEXT
    assert problem in find_problems(tmp_path, ARTICLE_TEXT.replace(old, new, 1))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Dam.yaml: Expected `object`, got `null`"),
        ("a: [", "line 1, column 5: not YAML: "),
        ("title: Dam\nsplit: test\nparagraphs: []\n", "Dam.yaml: Invalid enum value 'test' - at `$.split`"),
        ('title: "\\ud800"\nsplit: dev\nparagraphs: [{}]\n', "Dam.yaml: '\\ud800' has a lone surrogate"),
        ("title: Dam\nsplit: dev\nparagraphs: [{}]\n", "Dam paragraph 1: Object missing required field `sentences`"),
        ("title: Dam\nsplit: dev\nparagraphs: [3]\n", "Dam.yaml: Expected `object`, got `int` - at `$.paragraphs[0]`"),
    ],
)
def test_a_file_that_is_not_an_article(tmp_path: Path, text: str, problem: str) -> None:
    assert problem in "\n".join(find_problems(tmp_path, text))


def test_every_problem_is_one_line(tmp_path: Path) -> None:
    text = ARTICLE_TEXT + "  - {en: What is it?, nl: Wat?, answers: [{en: long, nl: lang, gold: la}]}\n  - {en: x}\n"
    marked = "'The dam is [long].' is 'De dam is [la]ng.' here and 'De dam is [lang].' elsewhere"
    assert find_problems(tmp_path, text) == [
        FEW[0],
        "Dam paragraph 1 question 2: 'What is it?' is 'Wat?' here and 'Wat is het?' elsewhere",
        "Dam paragraph 1 question 2: asked twice in this article",
        f"{PARAGRAPH} question 2 answers 1 ('long'): {marked}",
        "Dam paragraph 1 question 3: Object missing required field `nl`",
        FEW[1],
    ]


def test_the_article_in_the_readme_compiles(tmp_path: Path) -> None:
    [shown] = re.findall(r"```yaml\n(.*?)```", (SAMPLE / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "Afsluitdijk.yaml").write_text(shown, encoding="utf-8")
    problems = make.Compiler(tmp_path).problems
    assert [problem for problem in problems if "words" not in problem and "no usable article" not in problem] == []
