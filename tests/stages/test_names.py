"""Tests of stage names, and of what stage clean makes of its table."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import Result
from spanferry import tables
from spanferry.arrow import from_table, schema_of
from spanferry.records import QuestionNames, QuestionRepair, SourceParagraph, SpanRow, TitleNames, TranslationRow

import stages.clean
import stages.locate
import stages.names
import stages.segment
from tests.support.chain import LOCATE, TRANSLATIONS
from tests.support.small_squad import as_json

CONTEXT = "Genghis Khan founded an empire. In Lent the monks of Karakorum fast."
DUTCH = {
    "Genghis Khan founded an empire.": "Genghis Khan stichtte een rijk.",
    "In Lent the monks of Karakorum fast.": "In de Vasten vasten de monniken van Karakorum.",
    "What did Genghis Khan found?": "Wat stichtte Dzjengis Khan?",
    "Who ruled before Genghis Khan?": "Wie heerste er voor Dzjengis Khan?",
    "What do monks do in Lent?": "Wat doen monniken in het voorjaar?",
    "Who fasts in Karakorum?": "Wie vast er in Karakorum?",
    "Lent": "Vasten",
    "an empire": "een rijk",
    "fast": "vasten",
    "monks": "monniken",
    "Mongol Empire": "Mongoolse Rijk",
    "Genghis Khan (ruler)": "Dzjengis Khan (heerser)",
}
PARAMS = """\
build: {corpora: [small]}
language: {source: en, target: nl}
corpora:
  small: {dev: dev.json, translator: mtranslate}
"""
NAMES = (
    *("--corpus", "small", "--memory", ".", "--layout", "segments/layout.parquet"),
    *("--paragraphs", "located/paragraphs.parquet", "--translations", TRANSLATIONS),
    *("--out", "names.parquet", "--asked", "asked.parquet", "--report", "names.json"),
    *("--titles", "titles.parquet"),
)
TITLES = {"titles": 1, "titles_compared": 0, "titles_different": 0, "titles_replaced": 0, "titles_different_after": 0}
CLEAN = (
    *("--corpus", "small", "--layout", "segments/layout.parquet", "--paragraphs", "located/paragraphs.parquet"),
    *("--spans", "located/spans.parquet", "--translations", TRANSLATIONS, "--out", "clean"),
    *("--decisions", "decisions.parquet", "--digests", "digests/small.json"),
)


def question(id_: str, text: str, answer: str | None) -> dict:
    answers = [{"text": answer, "answer_start": CONTEXT.index(answer)}] if answer else []
    return {"id": id_, "question": text, "answers": answers, "is_impossible": not answers}


QUESTIONS = [
    question("found", "What did Genghis Khan found?", "an empire"),
    question("before", "Who ruled before Genghis Khan?", None),
    question("lent", "What do monks do in Lent?", "fast"),
    question("who", "Who fasts in Karakorum?", "monks"),
]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts that a service which keeps markers is asked."""
    texts: list[str] = []
    replies = {"What do monks do in [Lent]?": "Wat doen monniken in de [Vasten]?"}

    def translate(text: str, target: str, source: str) -> str:
        texts.append(text)
        return replies[text]

    monkeypatch.setattr("mtranslate.translate", translate)
    return texts


@pytest.fixture
def project(workdir: Path, run: Callable[..., Result]) -> Callable[..., dict[str, object]]:
    """Return build(params, title), which runs the stages up to names, and returns its counts."""
    return partial(build, run)


def build(run: Callable[..., Result], params: str = PARAMS, title: str = "Mongol_Empire") -> dict[str, object]:
    """Run the stages up to names in the current folder. Returns the counts of names."""
    article = {"title": title, "paragraphs": [{"context": CONTEXT, "qas": QUESTIONS}]}
    Path("dev.json").write_bytes(as_json({"version": "v2.0", "data": [article]}))
    Path("params.yaml").write_text(params)
    assert run(stages.segment.main, "--corpus", "small", "--source", ".", "--out", "segments").exit_code == 0
    rows = [{"text": text, "translation": translation, "reason": None} for text, translation in DUTCH.items()]
    tables.write(pa.Table.from_pylist(rows, schema=schema_of(TranslationRow)), TRANSLATIONS)
    assert run(stages.locate.main, *LOCATE).exit_code == 0
    result = run(stages.names.main, *NAMES)
    assert result.exit_code == 0, result.output
    return json.loads(Path("names.json").read_bytes())


def rows() -> dict[str, QuestionNames]:
    return {
        row.question_id: row for row in from_table(tables.read(Path("names.parquet"), QuestionNames), QuestionNames)
    }


def published() -> tuple[str, dict[str, str]]:
    (article,) = json.loads(Path("clean/nl_squadv2_dev_clean.json").read_bytes())["data"]
    return article["title"], {q["id"]: q["question"] for p in article["paragraphs"] for q in p["qas"]}


def test_names_are_repaired_published_and_noted(project, run, asked) -> None:
    assert project() == {
        **{"visited": 4, "with_name": 4, "compared": 4, "different": 3, "replaced": 2, "asked_again": 1},
        **{"different_after": 0, "texts": 1, "characters": 27},
        **TITLES,
    }
    assert asked == ["What do monks do in [Lent]?"]
    found = rows()
    assert list(found) == ["found", "before", "lent"]
    assert found["found"].repair is QuestionRepair.REPLACED
    assert found["found"].names[0].in_question == "Dzjengis Khan"
    assert (found["lent"].repair, found["lent"].repaired) == (
        QuestionRepair.ASKED_AGAIN,
        "Wat doen monniken in de Vasten?",
    )
    assert run(stages.clean.main, *CLEAN, "--names", "names.parquet").exit_code == 0
    title, questions = published()
    assert title == "Mongoolse_Rijk"
    assert questions == {
        "found": "Wat stichtte Genghis Khan?",
        "before": "Wie heerste er voor Genghis Khan?",
        "lent": "Wat doen monniken in de Vasten?",
        "who": "Wie vast er in Karakorum?",
    }
    kept = from_table(tables.read(Path("clean/provenance.parquet"), SpanRow), SpanRow)
    assert [(row.question_id, row.question_repair, row.title) for row in kept] == [
        ("found", QuestionRepair.REPLACED, "Mongol_Empire"),
        ("lent", QuestionRepair.ASKED_AGAIN, "Mongol_Empire"),
        ("who", None, "Mongol_Empire"),
    ]


@pytest.mark.parametrize(
    ("title", "published_title", "repair"),
    [
        ("Genghis_Khan_(ruler)", "Genghis_Khan_(heerser)", QuestionRepair.REPLACED),
        ("Genghis_Khan", "Genghis_Khan", None),  # it has no translation, and stays as it is
        ("Karakorum", "Karakorum", None),
    ],
)
def test_titles_are_those_of_their_paragraphs(project, run, asked, title, published_title, repair) -> None:
    counts = project(title=title)
    n = int(repair is not None)
    assert {name: counts[name] for name in TITLES} == TITLES | {
        **{"titles_compared": 1, "titles_different": n, "titles_replaced": n},
    }
    found = from_table(tables.read(Path("titles.parquet"), TitleNames), TitleNames)
    assert [(row.title, row.in_context, row.repaired) for row in found] == [
        (title, "Genghis Khan", "Genghis Khan (heerser)")
    ] * n
    assert run(stages.clean.main, *CLEAN, "--names", "names.parquet", "--titles", "titles.parquet").exit_code == 0
    assert published()[0] == published_title
    kept = from_table(tables.read(Path("clean/provenance.parquet"), SpanRow), SpanRow)
    assert {(row.title, row.title_repair) for row in kept} == {(title, repair)}


def test_differing_titles_are_only_counted_without_repair(project, run, asked) -> None:
    title = "Genghis_Khan_(ruler)"
    counts = project(PARAMS + "names: {repair: false}\n", title)
    assert (counts["titles_different"], counts["titles_replaced"], counts["titles_different_after"]) == (1, 0, 1)
    assert run(stages.clean.main, *CLEAN, "--names", "names.parquet", "--titles", "titles.parquet").exit_code == 0
    assert published()[0] == "Dzjengis_Khan_(heerser)"
    assert project(PARAMS + "names: {titles: false}\n", title)["titles"] == 0


def test_nothing_is_asked_twice(project, run, asked) -> None:
    first = project(), Path("asked.parquet").read_bytes(), Path("names.parquet").read_bytes()
    Path("memory/translations.jsonl").unlink()  # the table of the last run has the translation too
    assert (project(), Path("asked.parquet").read_bytes(), Path("names.parquet").read_bytes()) == first
    assert len(asked) == 1


def test_repair_and_titles_can_be_switched_off(project, run, asked) -> None:
    counts = project(PARAMS + "names: {repair: false, titles: false}\n")
    assert (counts["different"], counts["different_after"], asked) == (3, 3, [])
    assert {row.repair for row in rows().values()} == {None}
    assert run(stages.clean.main, *CLEAN, "--names", "names.parquet").exit_code == 0
    assert published() == ("Mongol_Empire", {q["id"]: DUTCH[q["question"]] for q in QUESTIONS})


def test_a_native_corpus_has_no_names_to_compare(project, run, asked) -> None:
    counts = project(PARAMS.replace("translator: mtranslate", "native: true"))
    assert set(counts.values()) == {0}
    assert not asked
    assert tables.read(Path("names.parquet"), QuestionNames).num_rows == 0


def test_tables_of_different_builds_are_refused(project, refusal, asked) -> None:
    project()
    layout = tables.read(Path("segments/layout.parquet"), SourceParagraph)
    tables.write(pa.concat_tables([layout, layout]), Path("segments/layout.parquet"))
    assert refusal(stages.names.main, *NAMES) == (
        "names: layout.parquet and paragraphs.parquet are from different builds; "
        "run `dvc repro --force segment@small`, then `dvc repro`"
    )
