"""Tests of `spanferry evaluate` and `spanferry ask`."""

import json
import re

import msgspec
import pytest
from click.testing import CliRunner
from spanferry.cli.ask import ask
from spanferry.cli.evaluate import evaluate
from spanferry.squad import Answer, Article, Document, Paragraph, Question, iterate_questions

from tests.reader.test_limits import SHAPE, make_model
from tests.reader.test_metrics import NULL_ODDS, OFFICIAL, OFFICIAL_WITH_ODDS, PREDICTIONS
from tests.support.tokenizers import late_byte_pair
from tests.support.towns import corpus


def test_predictions_of_any_reader_are_scored(workdir, run, refusal):
    (workdir / "gold.json").write_bytes(msgspec.json.encode(corpus(4)))
    (workdir / "predictions.json").write_bytes(msgspec.json.encode(PREDICTIONS))
    (workdir / "odds.json").write_bytes(msgspec.json.encode(NULL_ODDS))
    files = ("--gold", "gold.json", "--predictions", "predictions.json")
    plain = json.loads(run(evaluate, *files).stdout)
    assert {key: plain[key] for key in OFFICIAL} == OFFICIAL
    assert "best_exact" not in plain
    with_odds = json.loads(run(evaluate, *files, "--null-odds", "odds.json").stdout)
    assert {key: with_odds[key] for key in OFFICIAL_WITH_ODDS} == OFFICIAL_WITH_ODDS
    against = json.loads(run(evaluate, *files, "--against", "predictions.json").stdout)["against"]
    assert (against["f1"]["difference"], against["f1"]["p"]) == (0.0, 1.0)
    silent = ("--null-odds", "odds.json", "--threshold", "-99", "--against", "predictions.json")
    against = json.loads(run(evaluate, *files, *silent).stdout)["against"]
    assert against["exact"]["difference"] == 20.0 - OFFICIAL["exact"]

    lines = run(evaluate, *files, "--table").stdout.splitlines()
    assert lines[0].split() == ["questions", "EM", "%", "F1", "%"]
    assert lines[1].split() == ["all", "20", f"{OFFICIAL['exact']:.2f}", f"{OFFICIAL['f1']:.2f}"]
    assert lines[-1].startswith("95 % intervals: EM ")

    (workdir / "some.json").write_bytes(msgspec.json.encode(dict(list(PREDICTIONS.items())[1:])))
    some = run(evaluate, "--gold", "gold.json", "--predictions", "some.json")
    assert (json.loads(some.stdout)["total"], some.stderr) == (19, "evaluate: 1 question has no prediction\n")
    assert "nothing.json: No such file" in refusal(evaluate, *files[:3], "nothing.json")
    first = next(iter(PREDICTIONS))
    assert f"odds.json: question {first!r} needs a text as its answer" in refusal(evaluate, *files[:3], "odds.json")


def test_the_language_is_that_of_the_file_or_of_the_project(workdir, run):
    """A German answer is right without its article only if the language is German."""
    question = Question("q", "Wo liegt Aa?", (Answer("das Meer", 10),))
    document = Document((Article((Paragraph("Aa grenzt das Meer.", (question,)),)),))
    for name in ("gold.json", "de_squadv2_dev_clean.json"):
        (workdir / name).write_bytes(msgspec.json.encode(document))
    (workdir / "predictions.json").write_text('{"q": "Meer"}')

    def score(gold: str, *options: str) -> float:
        done = run(evaluate, "--gold", gold, "--predictions", "predictions.json", *options)
        return json.loads(done.stdout)["language_exact"]

    assert (score("de_squadv2_dev_clean.json"), score("gold.json")) == (100, 0)
    assert (score("gold.json", "--language", "de"), score("de_squadv2_dev_clean.json", "--language", "nl")) == (100, 0)
    (workdir / "params.yaml").write_text("build: {}\nlanguage: {source: en, target: de}\ncorpora: {}\n")
    assert score("gold.json") == 100


def test_predictions_of_other_tools_are_scored_the_same(workdir, run, refusal):
    (workdir / "gold.json").write_bytes(msgspec.json.encode(corpus(4)))
    n_best = {
        question: [{"text": "x", "probability": 0.1}, {"text": text, "probability": 0.9}]
        for question, text in PREDICTIONS.items()
    }
    rows = [
        {"id": question, "prediction_text": text, "no_answer_probability": NULL_ODDS[question]}
        for question, text in PREDICTIONS.items()
    ]
    (workdir / "plain.json").write_bytes(msgspec.json.encode(PREDICTIONS))
    (workdir / "odds.json").write_bytes(msgspec.json.encode(NULL_ODDS))
    (workdir / "n_best.json").write_bytes(msgspec.json.encode(n_best))
    (workdir / "rows.json").write_bytes(msgspec.json.encode(rows))
    (workdir / "rows.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, rows)))
    gold = ("--gold", "gold.json", "--predictions")
    plain = run(evaluate, *gold, "plain.json").stdout
    with_odds = run(evaluate, *gold, "plain.json", "--null-odds", "odds.json").stdout
    assert run(evaluate, *gold, "n_best.json").stdout == plain
    assert run(evaluate, *gold, "rows.json").stdout == with_odds != plain
    assert run(evaluate, *gold, "rows.jsonl", "--null-odds", "rows.json").stdout == with_odds
    against = json.loads(run(evaluate, *gold, "n_best.json", "--against", "rows.jsonl").stdout)["against"]
    assert against["f1"]["difference"] == 0.0


def test_predictions_without_a_question_are_told(workdir, run, refusal):
    (workdir / "gold.json").write_bytes(msgspec.json.encode(corpus(4)))
    (workdir / "more.json").write_bytes(msgspec.json.encode(PREDICTIONS | {"a\n": "", "b": ""}))
    (workdir / "other.json").write_text('{"x": "y"}')
    gold = ("--gold", "gold.json", "--predictions")
    told = run(evaluate, *gold, "more.json").stderr
    assert told == "evaluate: 2 predictions are not for a question of gold.json, such as 'a\\n'\n"
    assert refusal(evaluate, *gold, "other.json") == (
        "evaluate: predictions: none of the 20 questions has one; "
        f"the first question is {next(iter(PREDICTIONS))!r}, the first prediction is for 'x'"
    )


CONTEXT = "De Aa stroomt langs Veldhoven.\nQuixotische xylofoons klinken hoog. Dat is alles."


@pytest.fixture
def asked(workdir):
    """Return the options that name a tiny model, and its context as a file."""
    make_model("roberta", **SHAPE, vocab_size=1_000).save_pretrained(workdir / "model")
    late_byte_pair().save_pretrained(workdir / "model")
    (workdir / "context.txt").write_text(CONTEXT, encoding="utf-8")
    return ("--model", "model", "--context-file", "context.txt")


def test_ask_answers_whole_words_unless_told_otherwise(asked, run):
    options = (*asked, "--question", "Waar?", "--top-k", "40", "--json")
    aligned, plain = (
        {answer["answer"] for answer in json.loads(run(ask, *options, *flags).stdout)["answers"]}
        for flags in ((), ("--no-align-to-words",))
    )
    assert all(set(answer.replace(".", "").split()) <= set(CONTEXT.replace(".", "").split()) for answer in aligned)
    assert plain - aligned


def test_ask_shows_the_answer_in_its_sentence(asked, run):
    best = json.loads(run(ask, *asked, "--question", "Waar?", "--json").stdout)
    assert list(best) == ["question", "score", "start", "end", "answer"]
    assert CONTEXT[best["start"] : best["end"]] == best["answer"]
    first, second = run(ask, *asked, "--question", "Waar?").stdout.splitlines()
    score = f"{best['score']:.1%}" if best["score"] >= 0.001 else "less than 0.1%"
    place = f"{score}, characters {best['start']} to {best['end']}"
    assert first == f"{best['answer']} ({place})".replace("\n", " ")
    assert re.sub(r"[\[\]]", "", second.strip()) in CONTEXT.replace("\n", " ")
    assert f"[{best['answer']}]".replace("\n", " ") in second


def test_ask_reads_questions_from_files_and_from_stdin(asked, workdir, run):
    (workdir / "lines.txt").write_text("Waar?\n\n  Wat klinkt hoog? \n", encoding="utf-8")

    def answers(output: str) -> list[tuple[str, str]]:  # without the scores, whose last digits depend on the batch
        return [(row["question"], row["answer"]) for row in map(json.loads, output.splitlines())]

    of_lines = answers(run(ask, *asked, "--questions", "lines.txt", "--json").stdout)
    assert [question for question, _ in of_lines] == ["Waar?", "Wat klinkt hoog?"]
    typed = CliRunner().invoke(ask, [*asked, "--json"], input="Waar?\nWat klinkt hoog?\n")
    assert answers(typed.stdout) == of_lines
    given = ("--question", "Waar?", "--question", "Wat klinkt hoog?")
    assert answers(run(ask, *asked, *given, "--json").stdout) == of_lines

    (workdir / "squad.json").write_bytes(msgspec.json.encode(corpus(2)))
    done = run(ask, *asked[:2], "--questions", "squad.json", "--json")
    questions = {question.id: question.question for _, _, _, question in iterate_questions(corpus(2))}
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["id"]: row["question"] for row in rows} == questions
    headings = run(ask, *asked[:2], "--questions", "squad.json").stdout.split("\n\n")
    assert [heading.split("\n")[0] for heading in headings[:-1]] == list(questions.values())


def test_text_files_and_data_sets_of_questions_are_not_mistaken_for_each_other(asked, workdir, refusal):
    (workdir / "lines.txt").write_text("Waar?\n", encoding="utf-8")
    (workdir / "blank.txt").write_text("\n \n", encoding="utf-8")
    (workdir / "squad.json").write_bytes(msgspec.json.encode(corpus(2)))
    assert refusal(ask, *asked[:2], "--questions", "lines.txt") == (
        "ask: lines.txt: not a data set; a text file with questions needs --context or --context-file"
    )
    assert refusal(ask, *asked, "--questions", "squad.json") == (
        "ask: squad.json: a data set, which has contexts of its own; leave out --context and --context-file"
    )
    assert refusal(ask, *asked, "--questions", "blank.txt") == "ask: blank.txt: has no question"
    (workdir / "squad.json").write_text('{"data": 1}')
    assert "squad.json: " in (told := refusal(ask, *asked[:2], "--questions", "squad.json"))
    assert "--context" not in told


def test_places_count_the_characters_of_the_file(asked, workdir, run):
    """Line ends of two characters count as two."""
    text = "\r\n\r\n" + CONTEXT
    (workdir / "context.txt").write_bytes(text.encode())
    rows = json.loads(run(ask, *asked, "--question", "Waar?", "--top-k", "40", "--json").stdout)["answers"]
    assert all(text[row["start"] : row["end"]] == row["answer"] for row in rows)
    assert min(row["start"] for row in rows) >= 4


def test_no_answer_is_said(asked, run):
    flags = ("--handle-impossible-answer", "--top-k", "50", "--max-answer-len", "1")
    assert re.search(r"^no answer \(.+%\)$", run(ask, *asked, "--question", "Waar?", *flags).stdout, re.M)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--context", "De Aa.", "--context-file", "x"), "give either --context or --context-file"),
        (("--question", "Wat?", "--questions", "x", "--context", "De Aa."), "give either --question or --questions"),
        (("--question", "Wat?"), "a context is needed: --context, --context-file, or a data set as --questions"),
        (("--question", "Wat?", "--context-file", "none"), "none: No such file or directory"),
        (("--question", "Wat?", "--context", "De Aa."), r"\./nothing: there is no such folder"),
    ],
)
def test_what_ask_cannot_do_is_one_line(workdir, refusal, options, message):
    assert re.fullmatch(f"ask: {message}", refusal(ask, "--model", "./nothing", *options))
