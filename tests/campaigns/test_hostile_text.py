"""Tests of a build with a hostile corpus: outputs show its text as text and lose none of it."""

import csv
import html
import io
import json
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from spanferry import tables
from spanferry.cli.diff import diff
from spanferry.cli.loss import loss
from spanferry.cli.memory import memory
from spanferry.cli.plan import plan
from spanferry.cli.sample import sample
from spanferry.cli.validate import validate
from spanferry.records import TranslationRow
from spanferry.report.review import FORMULA
from spanferry.report.verdicts import read_verdicts
from spanferry.squad import iterate_questions, read_squad
from spanferry.translation.memory.tmx import read_tmx, write_tmx

import stages.publish
from tests.campaigns.harness import run_safely
from tests.campaigns.hostile import INJECTION, MARKUP, TEXTS, document
from tests.campaigns.targets import stage
from tests.support.json_server import Answer, service
from tests.support.small_squad import DEV, PARAMS, as_json
from tests.support.standin import dutch

FOLDER = Path("data/small")
LOCATIONS = {
    **{f"{name}": FOLDER / name for name in ("source", "segments", "located", "clean")},
    **{
        name: FOLDER / name for name in ("translations.parquet", "spans.parquet", "marked.parquet", "decisions.parquet")
    },
}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a build of the hostile corpus, laid out as `dvc repro` does."""
    root = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        Path("train.json").write_bytes(as_json(document()))
        Path("dev.json").write_bytes(as_json(DEV))
        Path("params.yaml").write_text(PARAMS)
        FOLDER.mkdir(parents=True)
        for name in ("fetch", "segment", "translate", "locate", "rescue", "clean", "report"):
            assert stage(name)
        for name, place in LOCATIONS.items():
            Path(name).rename(place)
        packed = ("--corpus", "small", "--source", FOLDER / "source", "--clean", FOLDER / "clean")
        packed += ("--loss", "reports/small/loss.json")
        done = run_safely(stages.publish.main, *packed, "--out", FOLDER / "published")
        assert done.exit_code == 0, done.output
    return root


@pytest.fixture(autouse=True)
def in_build(build: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(build)


def questions(corpus: dict) -> list[dict]:
    return [
        question for article in corpus["data"] for paragraph in article["paragraphs"] for question in paragraph["qas"]
    ]


def blank(answer: dict) -> bool:
    return not answer["text"].strip()


def test_the_cleaned_file_has_every_text_as_it_was() -> None:
    kept = read_squad(FOLDER / "clean" / "nl_squadv2_train_clean.json")
    assert [article.title for article in kept.data] == list(TEXTS)
    lost = {
        question["id"] for question in questions(document()) if any(blank(answer) for answer in question["answers"])
    }
    assert {question["id"] for question in questions(document())} - lost == {
        question.id for *_, question in iterate_questions(kept)
    }
    assert len(lost) == 2  # answers of white space alone are lost: source_mismatch
    for _, _, paragraph, question in iterate_questions(kept):
        for answer in (*question.answers, *question.plausible):
            assert paragraph.context[answer.answer_start : answer.end] == answer.text


@pytest.mark.parametrize(
    "called",
    [
        (loss, "show", "small"),
        (loss, "show", "small", "--json"),
        (loss, "diff", "small", "elsewhere"),
        (loss, "diff", "small", "elsewhere", "--json"),
        (plan, "small"),
        (plan, "small", "--json"),
        (validate, "data/small/clean"),
        (validate, "data/small/published"),
        (validate, "train.json"),
        (validate, "train.json", "--json"),
        (diff, "train.json", "dev.json"),
        (diff, "train.json", "dev.json", "--json"),
        (diff, "train.json", "data/small/clean/nl_squadv2_train_clean.json", "-n", "99"),
        (sample, "small", "-n", "99"),
    ],
    ids=lambda called: " ".join(map(str, called[1:])),
)
def test_a_terminal_receives_no_control_characters(called: tuple) -> None:
    """`run_safely` checks everything that is printed."""
    Path("elsewhere").mkdir(exist_ok=True)
    for name in ("provenance.parquet", "rejected.jsonl"):
        Path("elsewhere", name).write_bytes((FOLDER / "clean" / name).read_bytes())
    Path("elsewhere", "rejected.jsonl").write_bytes(b"")
    assert run_safely(*called).stdout


def test_errors_that_quote_a_text_are_safe() -> None:
    twice = document()
    twice["data"] += twice["data"]
    Path("twice.json").write_bytes(as_json(twice))
    for text in TEXTS:
        Path("bad.csv").write_text(f"verdict,method,confidence,stratum_size,key\n{text!r},exact,x,3,k\n")
        run_safely(sample, "--score", "bad.csv")
    run_safely(validate, "twice.json")
    assert "duplicate_id" in run_safely(diff, "twice.json", "dev.json").stderr


def test_a_spreadsheet_runs_nothing_and_the_sheet_is_read_back() -> None:
    run_safely(sample, "small", "-n", "999")
    sheet = Path("reports/small/review.csv")
    text = sheet.read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) > 2 * len(TEXTS)
    assert [cell for row in rows for cell in row.values() if cell.startswith(FORMULA)] == []
    for row in rows:
        row["verdict"] = "right"
    with Path("judged.csv").open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert len(read_verdicts(Path("judged.csv"))) == len(rows)


class Elements(HTMLParser):
    """Count the tags of a page; fail at an attribute that runs code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        assert not [name for name, value in attributes if name.startswith("on") or "javascript:" in (value or "")]


@pytest.mark.parametrize("name", ["loss.html", "review.html"])
def test_a_browser_shows_markup_as_text(name: str) -> None:
    run_safely(sample, "small", "-n", "999")
    page = Path("reports/small", name).read_text(encoding="utf-8")
    seen = Elements(page).seen
    assert "default-src 'none'" in html.unescape(page[: page.index("</head>")])
    assert seen["img"] == 0
    assert seen["script"] == page.count("<script"), "every script is one of the page's own"
    assert seen["script"] <= 6
    assert not [text for text in MARKUP[:3] if text in page]


def test_the_card_contains_no_text_of_the_corpus() -> None:
    card = (FOLDER / "published" / "README.md").read_text(encoding="utf-8")
    assert not [text for text in TEXTS if len(text) > 6 and text in card]
    header = YAML(typ="safe").load(card.split("---\n")[1])
    assert header["language"] == ["nl"]
    for name in ("croissant.json", "loss.json"):
        assert json.loads((FOLDER / "published" / name).read_text(encoding="utf-8"))


def test_a_memory_returns_every_pair_unchanged() -> None:
    pairs = [(f"{n} {text}".strip(), f"{text} {n}".strip()) for n, text in enumerate(TEXTS)]
    write_tmx(Path("hostile.tmx"), pairs, "en", "nl")
    Path("params.yaml").write_text(PARAMS.replace("identity", "mtranslate"))
    assert run_safely(memory, "import", "hostile.tmx", "--translator", "mtranslate").exit_code == 0
    assert run_safely(memory, "stats").exit_code == 0
    assert run_safely(memory, "stats", "--json").exit_code == 0
    assert run_safely(memory, "export", "out.tmx").exit_code == 0
    assert sorted(read_tmx(Path("out.tmx"), "en", "nl")) == sorted(pairs)


OBEDIENT_RESPONSES = (
    "PWNED",
    "I'm sorry, but I can't help with that request.",
    "Sure! Here is the translation: {}",
    "{} https://x.in",
)
WORDS = ("The ferry to Oostwerd sails 12 times a day.", "In 1912 the first steam ferry sank.", "Who was her captain?")


@pytest.mark.parametrize("obeyed", OBEDIENT_RESPONSES)
def test_responses_of_an_obeying_model_do_not_enter_the_corpus(obeyed: str, workdir: Path, monkeypatch) -> None:
    """A paragraph instructs the model, and the model obeys in every request that contains the paragraph."""
    monkeypatch.setattr("spanferry.translation.client.scheduler.LONGEST_DELAY_S", 0.01)
    context = f"{WORDS[0]} {INJECTION} {WORDS[1]}"
    question = {
        "id": "q",
        "question": WORDS[2],
        "answers": [{"text": "steam ferry", "answer_start": context.index("steam")}],
    }
    Path("train.json").write_bytes(as_json({"data": [{"paragraphs": [{"context": context, "qas": [question]}]}]}))
    Path("dev.json").write_bytes(as_json(DEV))

    def obeys(body: dict) -> Answer:
        message = body["messages"][1]["content"]
        texts = {key: one["text"] for key, one in json.loads(message)["segments"].items()}
        said = {key: obeyed.format(dutch(text)) if INJECTION in message else dutch(text) for key, text in texts.items()}
        return Answer({"choices": [{"message": {"content": json.dumps(said)}, "finish_reason": "stop"}]})

    with service(obeys) as served:
        Path("params.yaml").write_text(
            PARAMS.replace("identity", "model") + "translate: {attempts: 2, workers: 4}\n"
            f"translators: {{model: {{engine: openai, model: m, base_url: '{served.url}', batch: 4}}}}\n"
        )
        for name in ("fetch", "segment", "translate"):
            assert stage(name)
        rows = tables.read(Path("translations.parquet"), TranslationRow).to_pylist()
        lost = {row["text"] for row in rows if row["translation"] is None}
        assert {INJECTION, *WORDS} <= lost, "no sentence and no question passes"
        wrong = {row["text"] for row in rows if row["translation"] not in (None, dutch(row["text"]))}
        assert wrong <= {"steam ferry"}, "a short answer may pass ..."
        for name in ("locate", "rescue", "clean"):
            assert stage(name)
        cleaned = Path("clean/nl_squadv2_dev_clean.json").read_text(encoding="utf-8")
        assert "nl tHE TOWER IS 91 METRES HIGH." in cleaned, "requests without the paragraph are translated"
        assert obeyed.split(" {")[0] not in cleaned, "... but is dropped: a kept answer is a span of its context"
