"""Tests of `spanferry memory`, `spanferry plan` and stage translate, run from the command line."""

import json
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace
from spanferry import tables
from spanferry.arrow import read_records, schema_of, to_table
from spanferry.cli.corpus_plan import TranslatorPlan
from spanferry.cli.memory import memory
from spanferry.cli.plan import cost_lines, plan
from spanferry.records import CheckFailure, SegmentRow, TranslationRow
from spanferry.segmentation import collect_segments, make_layout
from spanferry.squad import Answer, Article, Document, Paragraph, Question, write_squad
from spanferry.translation.memory.store import FailedAttempt, Memory, Scope, open_memory
from spanferry.translation.memory.tmx import read_tmx, write_tmx
from spanferry.translation.money import Price
from spanferry.translation.planning import Estimate, Load, Plan
from spanferry.translation.prices import KnownPrice
from spanferry.translation.usage import Usage

from stages.translate import main as translate
from tests.support.json_server import service
from tests.support.standin import Reply, dutch
from tests.translation.engines.test_openai import completion, segments_of

PARAMS = """\
build: {corpora: [ferry, replay]}
language: {source: en, target: nl}
corpora:
  ferry: {train: ferry.json, translator: mtranslate}
  replay: {train: ferry.json, memory: ferry.tmx, translator: memory}
  dutch: {train: dutch.json, native: true}
"""
CONTEXT = "The ferry crosses the Merwede. It was built in 1931."
DOCUMENT = Document(
    data=(
        Article(
            title="Ferry",
            paragraphs=(
                Paragraph(
                    context=CONTEXT,
                    qas=(Question(id="q1", question="When was it built?", answers=(Answer("1931", 47),)),),
                ),
            ),
        ),
    ),
)
TEXTS = ["It was built in 1931.", "The ferry crosses the Merwede.", "When was it built?", "1931"]


@pytest.fixture
def project(workdir: Path) -> Path:
    (workdir / "params.yaml").write_text(PARAMS)
    write_squad(DOCUMENT, workdir / "ferry.json")
    write_tmx(workdir / "ferry.tmx", [(text, dutch(text)) for text in TEXTS], "en", "nl")
    for corpus in ("ferry", "replay"):
        (workdir / "data" / corpus / "source").mkdir(parents=True)
        laid = make_layout({"train": DOCUMENT}, "en")
        tables.write(laid, workdir / "data" / corpus / "segments" / "layout.parquet")
        tables.write(collect_segments(laid), workdir / "data" / corpus / "segments" / "segments.parquet")
    (workdir / "data/replay/memory").mkdir()
    (workdir / "data/replay/memory/memory.tmx").write_bytes((workdir / "ferry.tmx").read_bytes())
    return workdir


def german(text: str) -> str:
    return f"{text.replace('.', '')} auf Deutsch."


def given_up(text: str) -> FailedAttempt:
    return FailedAttempt("mtranslate", "en", "nl", text, CheckFailure.EMPTY, "", failures=10, repeats=10, final=True)


def stage(corpus: str) -> list[object]:
    data = Path("data") / corpus
    return [
        *("--corpus", corpus, "--memory", data / "memory", "--segments", data / "segments/segments.parquet"),
        *("--layout", data / "segments/layout.parquet"),
        *("--out", data / "translations.parquet", "--report", Path("reports") / corpus / "translation.json"),
    ]


def test_the_stage_writes_the_same_table_online_and_offline(project, run, google):
    google(lambda text, n: dutch(text))
    translated = run(translate, *stage("ferry"))
    assert (translated.exit_code, translated.stderr) == (0, "")
    assert translated.stdout == (
        "translate: ferry: 4 texts, 0 in the memory; 4 to translate; 4 translated; 4 requests; 0 sent again\n"
    )
    replayed = run(translate, *stage("replay"))
    assert replayed.stdout.splitlines() == [
        "translate: replay: 4 units of its memory taken",
        "translate: replay: 4 texts, 4 in the memory; 0 to translate",
    ]
    one, other = (Path("data") / corpus / "translations.parquet" for corpus in ("ferry", "replay"))
    assert tables.read(one, TranslationRow) == tables.read(other, TranslationRow)
    report = json.loads(Path("reports/ferry/translation.json").read_bytes())
    again = json.loads(Path("reports/replay/translation.json").read_bytes())
    assert again.pop("memory") == {"taken": 4, "empty": 0, "no_segment": 0, "other_languages": {}}
    assert report == again
    assert (report["visited"], report["kept"], report["by_kind"]["sentence"]["kept"]) == (4, 4, 2)


def test_the_memory_keeps_target_languages_apart(project, run, refusal, google):
    """Two corpora with the same texts and the same translator, into Dutch and into German."""
    Path("params.yaml").write_text(PARAMS + "  german: {train: ferry.json, target: de, translator: mtranslate}\n")
    shutil.copytree("data/ferry", "data/german")
    google(lambda text, n: dutch(text))
    run(translate, *stage("ferry"))
    assert "german: mtranslate, en to de" in run(plan, "german").stdout
    served = google(lambda text, n: german(text))
    assert run(translate, *stage("german")).stdout.startswith(
        "translate: german: 4 texts, 0 in the memory; 4 to translate"
    )
    assert served.targets == {"de"}
    for corpus, translated in (("ferry", dutch), ("german", german)):
        assert run(translate, *stage(corpus)).stdout.startswith(
            f"translate: {corpus}: 4 texts, 4 in the memory; 0 to translate"
        )
        rows = tables.read(Path("data") / corpus / "translations.parquet", TranslationRow).to_pylist()
        assert {row["text"]: row["translation"] for row in rows} == {text: translated(text) for text in TEXTS}
        done = run(memory, "export", f"{corpus}.tmx", "--corpus", corpus)
        assert done.exit_code == 0, done.output
        units = read_tmx(Path(f"{corpus}.tmx"), "en", {"ferry": "nl", "german": "de"}[corpus])
        assert {(unit[0], unit[1]) for unit in units} == {(text, translated(text)) for text in TEXTS}
    assert refusal(memory, "export", "x.tmx") == (
        "memory export: --corpus: required, because the corpora are in several languages (en to de, en to nl)"
    )
    both = refusal(memory, "export", "x.tmx", "--translator", "mtranslate")
    assert both.startswith("memory export: --corpus: required")
    assert refusal(memory, "export", "x.tmx", "--corpus", "dutch") == (
        "memory export: --corpus dutch: the memory does not store what this translator gives; choose another"
    )


def test_the_stage_prints_the_number_of_remaining_texts_when_it_stops(project, refusal, google):
    Path("params.yaml").write_text(PARAMS + "translate: {max_requests: 1}\n")
    google(lambda text, n: dutch(text))
    assert refusal(translate, *stage("ferry")) == (
        "translate: mtranslate: translate.max_requests: 1 request sent, which is the limit; "
        "1 new translation saved, 3 texts left; dvc repro goes on from here"
    )
    assert not Path("data/ferry/translations.parquet").exists()


def test_an_engine_that_uses_contexts_gets_the_paragraph(project, run, refusal):
    def answer(body):
        return completion({key: dutch(text) for key, text in segments_of(body).items()})

    segments = Path("data/ferry/segments/segments.parquet")
    with service(answer) as served:
        settings = f"translators: {{llm: {{engine: openai, model: m, base_url: '{served.url}'}}}}\n"
        Path("params.yaml").write_text(PARAMS.replace("translator: mtranslate", "translator: llm") + settings)
        planned = json.loads(run(plan, "ferry", "--json").stdout)
        assert run(translate, *stage("ferry")).exit_code == 0
    assert len(served.seen) == planned["requests"]
    messages = [json.loads(body["messages"][1]["content"]) for _, _, body in served.seen]
    assert {text for message in messages for text in message["paragraphs"].values()} == {CONTEXT}
    rows = [replace(row, layout_row=1) for row in read_records(tables.LazyTable(segments, SegmentRow), SegmentRow, 10)]
    tables.write(to_table(rows, SegmentRow), segments)
    message = f"{segments}: column layout_row: data/ferry/segments/layout.parquet has no row 1; "
    message += "build it again with `dvc repro`"
    assert refusal(translate, *stage("ferry")) == f"translate: {message}"
    assert refusal(plan, "ferry") == f"plan: {message}"
    segments.unlink()
    assert json.loads(run(plan, "ferry", "--json").stdout)["kinds"]["answer"]["held"] == 1


def test_the_stage_names_a_text_that_is_missing_from_an_offline_memory(project, run, refusal):
    write_tmx(Path("data/replay/memory/memory.tmx"), [(text, dutch(text)) for text in TEXTS[1:]], "en", "nl")
    assert refusal(translate, *stage("replay")) == (
        "translate: the corpus's own translations lack the sentence 'It was built in 1931.'; add it to its TMX file"
    )
    kinds = json.loads(run(plan, "replay", "--json").stdout)["kinds"]
    assert (kinds["sentence"]["segments"], kinds["sentence"]["held"], kinds["sentence"]["to_ask"]) == (2, 1, 0)


def test_a_locked_memory_is_an_error_in_one_line(project, refusal):
    with open_memory(Path("memory"), Scope("mtranslate", "en", "nl")):
        assert "another process is using the translation memory" in refusal(translate, *stage("ferry"))


def test_a_native_corpus_has_nothing_to_translate(project, run):
    tables.write(schema_of(SegmentRow).empty_table(), Path("data/dutch/segments/segments.parquet"))
    assert run(translate, *stage("dutch")).stdout == "translate: dutch: 0 texts, 0 in the memory; 0 to translate\n"
    assert tables.read(Path("data/dutch/translations.parquet"), TranslationRow).num_rows == 0


def test_import_export_and_stats(project, run, refusal, google):
    google(lambda text, n: Reply(status=500))
    assert run(memory, "import", "ferry.tmx", "--translator", "mtranslate").stdout == (
        "memory import: 4 new, 0 replaced, 0 unchanged translations; mtranslate, en to nl\n"
    )
    write_tmx(Path("better.tmx"), [("1931", "1931"), (TEXTS[0], dutch(TEXTS[0])), ("quay", "kade")], "en", "nl")
    assert run(memory, "import", "better.tmx", "--translator", "mtranslate").stdout == (
        "memory import: 1 new, 1 replaced, 1 unchanged translations; mtranslate, en to nl\n"
    )
    assert run(translate, *stage("ferry")).exit_code == 0  # no text is left to translate
    assert (
        run(memory, "export", "all.tmx").stdout
        == "memory export: 5 translations written to all.tmx; mtranslate, en to nl\n"
    )
    assert list(read_tmx(Path("all.tmx"), "en", "nl")) == sorted(
        {**{text: dutch(text) for text in TEXTS}, "1931": "1931", "quay": "kade"}.items()
    )
    stats = run(memory, "stats").stdout.splitlines()
    assert stats[0] == "mtranslate, en to nl: 5 translations; 77 characters into 86"
    assert stats[1].startswith("6 records, 0.0 MiB in memory/")
    assert refusal(memory, "export", "x.tmx", "--translator", "memory") == (
        "memory export: --translator memory: the memory does not store what this translator gives; choose another"
    )


def unit(source: str, target: str, codes: tuple[str, str] = ("en", "nl")) -> str:
    """Return a unit of a TMX file as XML, with white space as it is."""
    parts = zip(codes, (source, target), strict=True)
    return "<tu>" + "".join(f'<tuv xml:lang="{code}"><seg>{text}</seg></tuv>' for code, text in parts) + "</tu>"


def write_foreign(*units: str) -> None:
    """Write the file foreign.tmx as another tool would."""
    Path("foreign.tmx").write_text(f"<tmx version='1.4'><header/><body>{''.join(units)}</body></tmx>")


def test_an_indented_or_wrapped_file_matches(project, run, google):
    google(lambda text, n: Reply(status=500))
    laid = [f"\n      {text.replace(' ', chr(10) + '      ', 1)}\n    " for text in TEXTS[:3]]
    write_foreign(*(unit(text, dutch(text)) for text in laid), unit(" 1931", "1931 "))
    assert (
        run(memory, "import", "foreign.tmx", "--translator", "mtranslate").stdout
        == "memory import: 4 new, 0 replaced, 0 unchanged translations; mtranslate, en to nl\n"
    )
    assert run(translate, *stage("ferry")).stdout == "translate: ferry: 4 texts, 4 in the memory; 0 to translate\n"
    again = run(memory, "import", "foreign.tmx", "--translator", "mtranslate")
    assert (again.exit_code, again.stdout) == (
        0,
        "memory import: 0 new, 0 replaced, 4 unchanged translations; mtranslate, en to nl\n",
    )


def test_a_typed_line_break_matches_too_and_counts_once(project, run):
    write_foreign(unit("The ferry\nsails.", "De pont\nvaart."))
    for counts in ("1 new, 0 replaced, 0 unchanged", "0 new, 0 replaced, 1 unchanged"):
        assert (
            run(memory, "import", "foreign.tmx", "--translator", "mtranslate").stdout
            == f"memory import: {counts} translations; mtranslate, en to nl\n"
        )
    with open_memory(Path("memory"), Scope("mtranslate", "en", "nl")) as store:
        assert (store.get("The ferry sails."), store.get("The ferry\nsails.")) == ("De pont vaart.", "De pont\nvaart.")


def test_an_import_reports_what_it_passed_over(project, run):
    german = unit("quay", "Kai", ("en-GB", "de"))
    write_foreign(unit("quay", "kade"), german, german, unit("quay", " "), "<tu/>", unit("quay", "x", ("en", "")))
    assert run(memory, "import", "foreign.tmx", "--translator", "mtranslate").stdout == (
        "memory import: 1 new, 0 replaced, 0 unchanged translations; mtranslate, en to nl; 5 units passed over: "
        "1 with an empty text, 1 without a segment, 3 in other languages (en-GB+de 2, en+no language 1)\n"
    )


@pytest.mark.parametrize(
    ("units", "reason"),
    [
        ([], "it has no translation units"),
        ([unit("a", "b", ("en-US", "de-DE"))] * 3, "3 units passed over: 3 in other languages (en-US+de-DE 3)"),
        ([unit("a", "b", ("", "\u202e" * 30))], "1 unit passed over: 1 in other languages (no language+{} 1)"),
        (["<tu/>"], "1 unit passed over: 1 without a segment"),
        ([unit("a", "\n ")], "1 unit passed over: 1 with an empty text"),
        (
            [unit("a", "b", ("en", f"x{n}")) for n in range(7)],
            "7 units passed over: 7 in other languages (en+x0 1, en+x1 1, en+x2 1, en+x3 1, en+x4 1, others 2)",
        ),
    ],
)
def test_an_import_that_brings_nothing_gives_the_reason(project, run, units, reason):
    write_foreign(*units)
    result = run(memory, "import", "foreign.tmx", "--translator", "mtranslate")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "memory import: foreign.tmx: nothing was imported, because it has no translations from en to nl, the languages "
        f"in params.yaml: {reason.format(chr(92) + 'u202e' + (chr(92) + 'u202e') * 19)}\n"
    )
    assert not Path("memory").exists()


def test_stats_show_quarantine_and_damage_and_release_empties_the_quarantine(project, run):
    with open_memory(Path("memory"), Scope("mtranslate", "en", "nl")) as store:
        store.add([("quay", "", "kade")])
        store.add_failure(given_up("weir"))
        store.add_failure(given_up("quay"))  # already translated, so not counted in quarantine
    with Path("memory/translations.jsonl").open("ab") as log:
        log.write(b'{"translator":"mtr')
    figures = json.loads(run(memory, "stats", "--json").stdout)
    assert figures["scopes"] == [
        {
            "scope": {"translator": "mtranslate", "source": "en", "target": "nl"},
            "translations": 1,
            "characters": 4,
            "translated_characters": 4,
            "quarantine": {"empty": 1},
        }
    ]
    assert "truncated the last record" in figures["damage"]
    assert "in quarantine: empty 1" in run(memory, "stats").stdout
    assert run(memory, "release").stdout == (
        "memory release: 2 texts released from quarantine; "
        "`dvc repro -f translate@CORPUS rescue@CORPUS` sends them again\n"
    )
    assert run(memory, "release").stdout == "memory release: 0 texts released from quarantine\n"
    assert Memory(Path("memory"), store.scope).failed_attempt("weir") is None


def test_wrong_arguments_of_memory_are_refused(project, run, refusal):
    stats = "memory stats: there are no translations in memory/ yet; a build stores them there\n"
    assert run(memory, "stats").stdout == stats
    assert json.loads(run(memory, "stats", "--json").stdout)["records"] == 0
    assert not Path("memory").exists()
    assert "the memory does not exist yet" in refusal(memory, "export", "x.tmx")
    assert refusal(memory, "import", "ferry.json", "--translator", "mtranslate").startswith(
        "memory import: ferry.json: not a TMX file"
    )
    assert "neither an entry of translators" in refusal(memory, "import", "ferry.tmx", "--translator", "bing")
    Path("params.yaml").write_text(PARAMS.replace("translator: mtranslate", "translator: identity"))
    assert refusal(memory, "import", "ferry.tmx").startswith(
        "memory import: nothing was imported, because it is not known whose translations they are; give --translator"
    )


TRANSLATORS = """\
translators:
  deepl: {engine: deepl, context: false}
  gpt: {engine: openai, model: gpt-4o-mini}
  mine: {engine: openai, model: m, base_url: "http://127.0.0.1:8000/v1", price: {currency: EUR, input_tokens: 1}}
  other: {engine: openai, model: m, base_url: "http://127.0.0.1:8000/v1"}
"""


def test_plan_puts_all_translators_side_by_side(project, run):
    Path("params.yaml").write_text(PARAMS + TRANSLATORS)
    with open_memory(Path("memory"), Scope("mtranslate", "en", "nl")) as store:
        store.add([("1931", "", "1931")])
        store.add_failure(given_up(TEXTS[0]))
    printed = run(plan, "ferry", "--rate", "0.5")
    assert printed.exit_code == 0
    lines = printed.stdout.splitlines()
    assert lines[:5] == [
        "ferry: mtranslate, en to nl",
        "          texts  characters  in memory  given up  to send  characters",
        "sentence      2          51          0         1        1          30",
        "question      1          18          0         0        1          18",
        "answer        1           4          1         0        0           0",
    ]
    assert lines[7:15] == [
        "             requests  chars  tokens in  tokens out  hours     price",
        "mtranslate",
        "  translate         2     48          -           -    0.0  0.00 USD",
        "  rescue            1      4          -           -    0.0  0.00 USD",
        "  names             1      1          -           -    0.0  0.00 USD",
        "  total             4     53          -           -    0.0  0.00 USD",
        "deepl",
        "  translate         2     73          -           -    0.0  0.00 EUR",
    ]
    assert "price of other: not known; set translators.other.price" in lines
    assert "price of mine: params.yaml" in lines
    notes = " ".join(printed.stdout.split())
    assert "names: 0.020 of the questions asked again, as in 120 Wikipedia paragraphs of SQuAD's dev set, " in notes
    assert (
        "rescue: 0.147 marked sentences for each answer, as in 120 Wikipedia paragraphs of SQuAD's dev set, " in notes
    )
    assert all(len(line) <= 80 for line in lines)


def test_a_plan_of_squad_fits_80_columns():
    """The largest figures of docs/costs.md, and a price of thousands."""
    usage = Usage(requests=386_789, characters=24_604_832, input_tokens=86_600_000, output_tokens=8_700_000)
    price = KnownPrice(Price("USD", input_tokens=1, output_tokens=1), "params.yaml")
    stages = {"translate": Estimate(usage, jobs=24, hours=216.0, cost=1490.2)}
    planned = [TranslatorPlan("batch jobs of a model with a long name", "", Plan({}, Load()), stages, price)]
    lines = list(cost_lines(planned))
    assert lines[2] == "  translate   386,789    24  24.6 M     86.6 M       8.7 M  216.0  1,490.20 USD"
    assert all(len(line) <= 80 for line in lines)


def test_plan_as_json(project, run):
    Path("params.yaml").write_text(PARAMS + TRANSLATORS)
    figures = json.loads(run(plan, "ferry", "--json").stdout)
    assert (figures["requests"], figures["characters"], figures["price"], figures["currency"]) == (4, 73, 0.0, "USD")
    assert figures["hours"] == pytest.approx(4 / 2 / 3600)
    by_name = {each["name"]: each for each in figures["translators"]}
    assert list(by_name) == ["mtranslate", "deepl", "gpt", "mine", "other"]
    deepl, gpt = by_name["deepl"]["stages"]["translate"], by_name["gpt"]["stages"]["translate"]
    assert (deepl["price"], deepl["currency"]) == (pytest.approx(73 * 20 / 1e6), "EUR")
    assert gpt["price"] == pytest.approx((gpt["input_tokens"] * 0.15 + gpt["output_tokens"] * 0.6) / 1e6)
    assert gpt["price"] > 0
    assert "OpenAI" in by_name["gpt"]["price_source"]
    mine = by_name["mine"]["stages"]["total"]
    assert (mine["price"], mine["currency"]) == (pytest.approx(mine["input_tokens"] / 1e6), "EUR")
    assert (by_name["other"]["stages"]["total"]["price"], by_name["other"]["price_source"]) == (None, None)
    assert json.loads(run(plan, "replay", "--json").stdout)["requests"] == 0


def test_plan_of_batch_jobs(project, run):
    """Lines of one text each, two in a job. Questions are sent after all others, and stages one after the other."""
    batch = "{engine: openai, model: gpt-4o-mini, mode: batch, batch: 1, job_requests: 2}"
    Path("params.yaml").write_text(f"{PARAMS}translators:\n  jobs: {batch}\n")
    figures = json.loads(run(plan, "ferry", "--json").stdout)["translators"][1]["stages"]
    assert {stage: (part["requests"], part["jobs"], part["hours"]) for stage, part in figures.items()} == {
        "translate": (4, 3, 48.0),
        "rescue": (1, 1, 24.0),
        "names": (1, 1, 24.0),
        "total": (6, 5, 96.0),
    }
    printed = run(plan, "ferry").stdout
    assert "hours of batch jobs: at most; each may take 24 hours, and 4 run at once" in printed


def test_plan_takes_the_share_of_the_last_build(project, run, refusal):
    report = Path("reports/ferry/rescue.json")
    report.parent.mkdir(parents=True)
    report.write_text('{"texts": 3, "rescued": 1}')
    figures = json.loads(run(plan, "ferry", "--json").stdout)
    assert figures["shares"]["rescue"] == {
        "share": 3.0,
        "source": "the last build of this corpus, reports/ferry/rescue.json",
    }
    assert figures["translators"][0]["stages"]["rescue"]["requests"] == 3
    report.write_text("{}")  # rescue was disabled then
    assert json.loads(run(plan, "ferry", "--json").stdout)["shares"]["rescue"]["share"] == 0.147
    Path("params.yaml").write_text(PARAMS + "rescue: {enabled: false}\nnames: {repair: false}\n")
    figures = json.loads(run(plan, "ferry", "--json").stdout)
    assert [figures["translators"][0]["stages"][stage]["requests"] for stage in ("rescue", "names")] == [0, 0]
    assert figures["shares"] == {}
    assert refusal(plan, "dutch") == "plan: params.yaml: corpora.dutch: is native, so that nothing is translated"


def test_plan_reads_the_source_when_there_are_no_segments(project, run, refusal):
    Path("data/ferry/segments/segments.parquet").unlink()
    assert json.loads(run(plan, "ferry", "--json").stdout)["requests"] == 5  # with the title
    Path("ferry.json").unlink()
    message = "plan: ferry.json: not fetched yet; add ferry to build.corpora and run `dvc repro segment@ferry`"
    assert refusal(plan, "ferry") == message
    Path("ferry.json").mkdir()  # a data set, which only stage fetch reads
    assert refusal(plan, "ferry") == message
    assert "there is no such corpus" in refusal(plan, "squad3")
