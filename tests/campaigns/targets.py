"""The targets of the campaign: for each kind of file a way to corrupt it, and the commands that read it.

corrupt(chance) -> bytes   return a corrupted file of this kind
feed(bytes)                write it into the working folder and run what reads it (`run_safely`)
"""

import io
import json
import os
from collections.abc import Callable
from contextlib import ExitStack, chdir
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq
import requests
from msgspec.structs import replace
from ruamel.yaml import YAML
from spanferry.arrow import schema_of
from spanferry.cli.convert import convert
from spanferry.cli.diff import diff
from spanferry.cli.evaluate import evaluate
from spanferry.cli.memory import memory
from spanferry.cli.plan import plan
from spanferry.cli.sample import sample
from spanferry.cli.validate import validate
from spanferry.errors import TranslationError
from spanferry.records import ParagraphDecision, SegmentRow, SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.squad.forms import Form
from spanferry.translation.engines.base import EngineFailure, Request
from spanferry.translation.engines.deepl import DeepL
from spanferry.translation.engines.google import Google
from spanferry.translation.engines.libretranslate import LibreTranslate
from spanferry.translation.engines.mtranslate import MTranslate
from spanferry.translation.engines.openai import OpenAI
from spanferry.translation.settings import DeepLSettings, GoogleSettings, LibreTranslateSettings, OpenAISettings

import stages.clean
import stages.fetch
import stages.inputs
import stages.locate
import stages.report
import stages.rescue
import stages.segment
import stages.translate
from tests.campaigns import corruption
from tests.campaigns.forms import corrupt_form
from tests.campaigns.harness import limit_resources, run_safely
from tests.support.forms import FORMS
from tests.support.small_squad import DEV, PARAMS, TRAIN, as_json
from tests.support.tiny_build import build

CORPUS = ("--corpus", "small")
LAYOUT = ("--layout", "segments/layout.parquet")
PARAGRAPHS = ("--paragraphs", "located/paragraphs.parquet")
TRANSLATIONS = ("--translations", "translations.parquet")
REPORT = (
    *(*CORPUS, "--judgements", ".", *LAYOUT, *PARAGRAPHS, *TRANSLATIONS, "--clean", "clean"),
    *("--decisions", "decisions.parquet", "--rescue", "reports/rescue.json", "--out", "reports/small"),
)
STAGES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "fetch": (
        stages.fetch.main,
        (*CORPUS, "--files", "source", "--out", "source", "--links", "inputs", "--folders", "folders"),
    ),
    "segment": (stages.segment.main, (*CORPUS, "--source", "source", "--out", "segments")),
    "translate": (
        stages.translate.main,
        (
            *(*CORPUS, "--memory", "source", "--segments", "segments/segments.parquet", *LAYOUT),
            *("--out", "translations.parquet", "--report", "reports/translation.json"),
        ),
    ),
    "locate": (stages.locate.main, (*CORPUS, *LAYOUT, *TRANSLATIONS, "--out", "located")),
    "rescue": (
        stages.rescue.main,
        (
            *(*CORPUS, "--memory", "source", *LAYOUT, *PARAGRAPHS, "--spans", "located/spans.parquet"),
            *("--out", "spans.parquet", "--marked", "marked.parquet", "--report", "reports/rescue.json"),
        ),
    ),
    "clean": (
        stages.clean.main,
        (
            *(*CORPUS, *LAYOUT, *PARAGRAPHS, "--spans", "spans.parquet", *TRANSLATIONS),
            *("--out", "clean", "--decisions", "decisions.parquet", "--digests", "digests/small.json"),
        ),
    ),
    "report": (stages.report.main, REPORT),
}


@dataclass(frozen=True)
class Target:
    corrupt: Callable[[Random], bytes]
    feed: Callable[[bytes], None]


def stage(name: str) -> bool:
    """Run a stage in the working folder; return True if it succeeded."""
    command, arguments = STAGES[name]
    return run_safely(command, *arguments).exit_code == 0


def maybe_corrupt_bytes(raw: bytes, chance: Random, words: tuple[bytes, ...]) -> bytes:
    """Return the bytes, with a probability of 0.3 corrupted."""
    return corruption.corrupt_bytes(raw, chance, words) if chance.random() < 0.3 else raw


# SQuAD files

JSON_WORDS = tuple(b'{ } [ ] , : " null true NaN Infinity -0 1e400 \\ud800 \\u0000 "data" "answers" /**/'.split())


def corrupt_squad(chance: Random) -> bytes:
    value = corruption.corrupt_value(TRAIN, chance, ("captain", "often"))
    return maybe_corrupt_bytes(corruption.as_json(value, chance.random() < 0.5), chance, JSON_WORDS)


def feed_squad(raw: bytes) -> None:
    """Run fetch and segment, and all commands that read a file of questions. fetch and validate must agree about it."""
    Path("train.json").write_bytes(raw)
    Path("dev.json").write_bytes(as_json(DEV))
    Path("predictions.json").write_text('{"often": "12 times a day", "captain": ""}')
    Path("params.yaml").write_text(PARAMS)
    is_fetched = stage("fetch")
    if is_fetched:
        assert stage("segment"), "segment must read what fetch accepts"
    validated = run_safely(validate, "train.json", "--json")
    is_usable = validated.exit_code != 2 and json.loads(validated.stdout)["files"][0]["usable"] > 0
    assert is_fetched == is_usable, "fetch and validate disagree"
    for form in (Form.SQUAD, Form.HF_JSONL, Form.PARQUET):  # MRQA carries no unanswerable questions
        converted = run_safely(convert, "train.json", f"converted.{form}", "--to", form)
        assert (converted.exit_code != 2) == is_usable == Path(f"converted.{form}").exists()
    run_safely(plan, "small")
    run_safely(diff, "train.json", "dev.json")
    run_safely(evaluate, "--gold", "train.json", "--predictions", "predictions.json")


def feed_chain(raw: bytes) -> None:
    """Run every stage up to the report, if fetch accepts the file."""
    Path("train.json").write_bytes(raw)
    Path("dev.json").write_bytes(as_json(DEV))
    Path("params.yaml").write_text(PARAMS)
    if stage("fetch"):
        for name in ("segment", "translate", "locate", "rescue", "clean", "report"):
            assert stage(name), f"{name} must read what fetch accepts"


# TMX

UNITS = [("The dam broke in 1953.", "De dam brak in 1953."), ("a < b & c", "a < b & c"), ("tab\x0b", "tab\x0b")]
XML_WORDS = tuple(
    b'<!DOCTYPE&x<!ENTITY&x"y">&x|<![CDATA[|]]>|<?xml version="1.1"?>|<?xml encoding="utf-7"?>|encoding="utf-16"'
    b'|<tu>|</tu>|<seg>|</seg>|<ph type="x-codepoint">U+D800</ph>|<ph type="x-codepoint">|&#0;|&#xD800;|&lt;|&x;'
    b'|<!ENTITY a "b">|<!DOCTYPE tmx [<!ENTITY a "aaaa">]>|xmlns:a="b"|<a:b>|\xff\xfe'.split(b"|")
)


@cache
def good_tmx() -> bytes:
    from spanferry.translation.memory.tmx import write_units

    out = io.StringIO()
    write_units(out, UNITS, "en", "nl")
    return out.getvalue().encode()


def corrupt_tmx(chance: Random) -> bytes:
    """Drop, duplicate, rename, nest or refill elements of a good file, or corrupt its bytes."""
    if chance.random() < 0.4:
        return corruption.corrupt_bytes(good_tmx(), chance, XML_WORDS)
    root = ElementTree.fromstring(good_tmx())
    for _ in range(chance.choice((1, 1, 2, 4))):
        parent = chance.choice([element for element in root.iter() if len(element)] or [root])
        element = chance.choice(list(parent) or [root])
        match chance.choice(("drop", "duplicate", "rename", "attribute", "text", "nest", "many")):
            case "drop" if len(parent):
                parent.remove(element)
            case "duplicate":
                parent.append(element) if element is not root else None
            case "rename":
                element.tag = chance.choice(("tu", "tuv", "seg", "ph", "bpt", "x", "header", "tmx"))
            case "attribute":
                element.set(chance.choice(("lang", "type", "srclang")), chance.choice(("", "en", "x-codepoint", "NL")))
            case "text":
                element.text = chance.choice((*corruption.TEXTS, "U+D800", "U+110000", "U+0000"))
            case "nest":
                inner = element
                for _ in range(chance.choice(corruption.DEPTHS)):
                    inner = ElementTree.SubElement(inner, element.tag)
            case "many":
                parent.extend([element] * chance.choice((2, 300))) if element is not root else None
    raw = as_xml(root)
    return maybe_corrupt_bytes(raw, chance, XML_WORDS)


def as_xml(root: ElementTree.Element) -> bytes:
    """Write elements of any depth, with texts unchanged (NUL and surrogates too)."""
    out: list[str] = []
    todo: list[Any] = [root]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            out.append(one)
            continue
        attributes = "".join(f' {k.split("}")[-1]}="{v}"' for k, v in one.attrib.items())
        out.append(f"<{one.tag}{attributes}>{(one.text or '').replace('<', '&lt;')}")
        todo += [f"</{one.tag}>", *reversed(list(one))]
        if len(out) > 200_000:
            break
    return "".join(out).encode("utf-8", "surrogatepass")


def feed_tmx(raw: bytes) -> None:
    Path("bad.tmx").write_bytes(raw)
    Path("params.yaml").write_text(PARAMS.replace("identity", "mtranslate"))
    run_safely(memory, "import", "bad.tmx", "--translator", "mtranslate")


# Tables between stages

FILES = {
    "segments/layout.parquet": schema_of(SourceParagraph),
    "segments/segments.parquet": schema_of(SegmentRow),
    "translations.parquet": schema_of(TranslationRow),
    "located/paragraphs.parquet": schema_of(TargetParagraph),
    "located/spans.parquet": schema_of(SpanRow),
    "spans.parquet": schema_of(SpanRow),
    "decisions.parquet": schema_of(ParagraphDecision),
    "clean/provenance.parquet": schema_of(SpanRow),
    "clean/rejected.jsonl": schema_of(SpanRow),
}
TYPES = (pa.string(), pa.large_string(), pa.int64(), pa.int8(), pa.float64(), pa.bool_(), pa.binary(), pa.null())


@cache
def good_build() -> dict[str, bytes]:
    """Return the files of a small build by name."""
    with TemporaryDirectory() as folder, chdir(folder):
        Path("source").mkdir()
        for split, document in (("train", TRAIN), ("dev", DEV)):
            Path(f"source/{split}.json").write_bytes(as_json(document))
        Path("params.yaml").write_text(PARAMS)
        for name in ("segment", "translate", "locate", "rescue", "clean"):
            assert stage(name)
        return {
            str(path): path.read_bytes()
            for path in sorted(Path().rglob("*"))
            if path.is_file() and "memory" not in path.parts
        }


def corrupt_table(chance: Random) -> bytes:
    """Return a line with the name of a file of the build, and that file, corrupted."""
    name = chance.choice(list(FILES))
    raw, schema = good_build()[name], FILES[name]
    if chance.random() < 0.75:
        raw = rewrite_table(name, raw, schema, chance)
    if chance.random() < 0.3:
        raw = corruption.corrupt_bytes(raw, chance, (b"PAR1", b"PARE", b"ARROW:schema"))
    return name.encode() + b"\n" + raw


def rewrite_table(name: str, raw: bytes, schema: pa.Schema, chance: Random) -> bytes:
    """Return a table with other values, columns, types or rows."""
    if name.endswith(".jsonl"):
        rows = [json.loads(line) for line in raw.splitlines()] or [dict.fromkeys(schema.names)]
        value = corruption.corrupt_value(rows, chance)
        return b"\n".join(map(corruption.as_json, value if isinstance(value, list) else [value])) + b"\n"
    table = pq.read_table(io.BytesIO(raw))
    try:
        match chance.choice(("values", "values", "values", "column", "type", "rows")):
            case "values":
                rows = corruption.corrupt_value(table.to_pylist(), chance)
                table = pa.Table.from_pylist(rows, schema=schema)
            case "column":
                at = chance.randrange(table.num_columns)
                table = chance.choice((table.remove_column(at), table.append_column("more", table.column(at))))
            case "type":
                at = chance.randrange(table.num_columns)
                column = pa.array([None] * table.num_rows, chance.choice(TYPES))
                table = table.set_column(at, table.schema.names[at], column)
            case "rows":
                first = table.slice(0, 1)
                table = chance.choice((table.slice(1), table.slice(0, 0), pa.concat_tables([table, first])))
    except (pa.ArrowException, TypeError, ValueError, AttributeError, OverflowError, UnicodeError):
        return raw  # no table can hold such values
    out = io.BytesIO()
    pq.write_table(
        table,
        out,
        compression=chance.choice(("none", "snappy", "gzip", "zstd", "lz4", "brotli")),
        use_dictionary=chance.random() < 0.5,
        version=chance.choice(("1.0", "2.6")),
        data_page_version=chance.choice(("1.0", "2.0")),
    )
    return out.getvalue()


READERS = {
    "segments/layout.parquet": ("translate", "locate", "rescue", "clean", "report"),
    "segments/segments.parquet": ("translate",),
    "translations.parquet": ("locate", "clean", "report"),
    "located/paragraphs.parquet": ("rescue", "clean", "report"),
    "located/spans.parquet": ("rescue",),
    "spans.parquet": ("clean",),
    "decisions.parquet": ("report",),
    "clean/provenance.parquet": ("report",),
    "clean/rejected.jsonl": ("report",),
}


def feed_table(raw: bytes) -> None:
    """Run the stages that read the table, in a folder where all other files are good."""
    name, _, corrupted = raw.partition(b"\n")
    if (file := name.decode("utf-8", "replace")) not in FILES:
        return
    for other, good in (good_build() | {file: corrupted}).items():
        Path(other).parent.mkdir(parents=True, exist_ok=True)
        Path(other).write_bytes(good)
    for reader in READERS[file]:
        stage(reader)


# params.yaml

FULL_PARAMS = """\
build: {corpora: [small], runs: [tiny]}
language: {source: en, target: nl}
corpora:
  small: {train: train.json, dev: dev.json, translator: mine, target: de, repair: off, sha256: {train: null}}
  own: {dev: dev.json, native: true}
translate: {workers: 4, timeout_s: 30.0, attempts: 3, longest_pause_s: 1e3, max_hours: null}
translators:
  mine: {engine: openai, model: m, base_url: "http://127.0.0.1:9/v1", batch: 4, body: {max_tokens: 7}}
  other: {engine: deepl, formality: less}
  local: {engine: marian, model: ./nowhere, beams: 2, length_penalty: 1.0}
  rules: {engine: apertium, mode: eng-spa}
align: {min_score: 0.4, min_confidence: 0.5, encoder: {model: ./nowhere, layer: 3, below: 0.9}}
rescue: {enabled: true, below: 0.95, rounds: 2}
runs:
  tiny:
    base: {scratch: {architecture: bert, vocabulary: 2000, config: {hidden_size: 64}}}
    train_on: [small]
    evaluate_on: [small]
    seeds: [1, 2]
    training: {epochs: 2, batch: 16, learning_rate: 1e-3, warmup: 0.1, max_length: 192, doc_stride: 64}
about:
  small:
    title: Small
    licence: CC-BY-SA-4.0
    description: Small.
    sources:
      - {key: a, title: T, authors: ["A, B"], year: 2018, published: P, url: "https://x.invalid", licence: MIT}
"""
YAML_WORDS = tuple(
    b"&a|*a|*b|<<: *a|!!python/object/apply:os.system [id]|!!binary x|!!set {a}|!!timestamp x|!!int x|!!omap|? |- |"
    b': |{|}|[|]|,|#|---\n|...\n|%YAML 9.9\n|%TAG ! x\n|\t|\'|"|"\\ud800"|"\\x00"|.inf|.nan|-.inf|~|0x7f|0o17|1_000'
    b"|2001-01-01|@|`|>-\n|||\xc2\x85|\xe2\x80\xa8|\xed\xa0\x80|\x1b|train|../x|build|1e999|99999999999999999999".split(
        b"|"
    )
)


def corrupt_params(chance: Random) -> bytes:
    """Return JSON (which is YAML) with corrupted values, or a hand-written file with corrupted bytes."""
    if chance.random() < 0.5:
        return corruption.corrupt_bytes(FULL_PARAMS.encode(), chance, YAML_WORDS)
    value = corruption.corrupt_value(YAML(typ="safe", pure=True).load(FULL_PARAMS), chance, ("small", "tiny", "../x"))
    return maybe_corrupt_bytes(corruption.as_json(value, chance.random() < 0.5), chance, YAML_WORDS)


def feed_params(raw: bytes) -> None:
    Path("params.yaml").write_bytes(raw)
    for name, document in (("train.json", TRAIN), ("dev.json", DEV)):
        Path(name).write_bytes(as_json(document))
    run_safely(plan, "small")
    run_safely(memory, "import", "--translator", "mine", "none.tmx")
    run_safely(
        stages.inputs.main, "tiny", "--digests", "digests", "--data", "data", "--out", "inputs", "--base", "base"
    )


# Predictions and null odds


def corrupt_predictions(chance: Random) -> bytes:
    """Return two lines, predictions and null odds, one or both corrupted."""
    predictions: Any = {"often": "12 times a day", "captain": "", "high": "91"}
    odds: Any = {"often": 0.25, "captain": 3.5, "high": 1e-9}
    form = chance.choice(("plain", "n-best", "rows"))
    if form == "n-best":
        predictions = {
            one: [{"text": text, "probability": 0.9}, {"text": "x", "probability": 0.1}]
            for one, text in predictions.items()
        }
    elif form == "rows":
        predictions = [
            {"id": one, "prediction_text": text, "no_answer_probability": 0.5} for one, text in predictions.items()
        ]
    which = chance.choice(("predictions", "odds", "both"))
    if which != "odds":
        predictions = corruption.corrupt_value(predictions, chance)
    if which != "predictions":
        odds = corruption.corrupt_value(odds, chance)
    pair = [corruption.as_json(one, chance.random() < 0.5) for one in (predictions, odds)]
    return b"\n".join(maybe_corrupt_bytes(one, chance, JSON_WORDS) for one in pair)


def feed_predictions(raw: bytes) -> None:
    predictions, _, odds = raw.partition(b"\n")
    Path("gold.json").write_bytes(as_json(TRAIN))
    Path("predictions.json").write_bytes(predictions)
    Path("odds.json").write_bytes(odds)
    given = ("--gold", "gold.json", "--predictions", "predictions.json")
    run_safely(evaluate, *given)
    run_safely(evaluate, *given, "--null-odds", "odds.json", "--threshold", "0.5")
    run_safely(evaluate, *given, "--against", "odds.json")


# Review sheets

SHEET_WORDS = tuple(
    b'"|,|;|\t|\r|\n|\r\n|verdict|right|wrong|\xc2\xb2|\xd9\xa3|99999999999999999999999|1e9|-1'.split(b"|")
)


@cache
def good_sheet() -> bytes:
    from spanferry.report import review

    with TemporaryDirectory() as folder:
        rows = review.draw_sample(build().report_build(), 9, 1)
        review.write_csv([replace(row, verdict="right") for row in rows], Path(folder) / "sheet.csv")
        return (Path(folder) / "sheet.csv").read_bytes()


def corrupt_sheet(chance: Random) -> bytes:
    return corruption.corrupt_bytes(good_sheet(), chance, SHEET_WORDS)


def feed_sheet(raw: bytes) -> None:
    Path("sheet.csv").write_bytes(raw)
    run_safely(sample, "--score", "sheet.csv")
    run_safely(sample, "--score", "sheet.csv", "--json")


# Responses of services: run each engine, which may only translate or raise the errors of engines

REQUESTS = [Request("The dam broke in 1953."), Request("How high is it?"), Request("91 metres")]
RESPONSES = {"1": "De dam brak in 1953.", "2": "Hoe hoog is hij?", "3": "91 meter"}
HTML_WORDS = tuple(
    b'<div class="result-container">|</div>|<|&lt;|&#0;|&#xD800;|&#x110000;|&quot;|<script>|\xff'.split(b"|")
)
PAGE = '<html><body><div class="root"></div><div class="result-container">De dam brak in 1953.</div></body></html>'


def corrupt_service(chance: Random) -> bytes:
    """Return a line with the name of an engine, and a bad response."""
    match engine := chance.choice(("openai", "deepl", "google", "libretranslate", "mtranslate")):
        case "openai":
            content = corruption.as_json(corruption.corrupt_value(RESPONSES, chance)).decode("utf-8", "surrogatepass")
            answer = {"choices": [{"index": 0, "message": {"content": content}, "finish_reason": "stop"}]}
        case "deepl":
            details = {"detected_source_language": "EN", "billed_characters": 7, "model_type_used": "quality_optimized"}
            answer = {"translations": [{"text": text} | details for text in RESPONSES.values()]}
        case "google":
            rows = [{"translatedText": text, "model": "nmt"} for text in RESPONSES.values()]
            answer = {"data": {"translations": rows}}
        case "libretranslate":
            answer = {"translatedText": list(RESPONSES.values())}
        case _:
            return b"mtranslate\n" + corruption.corrupt_bytes(PAGE.encode(), chance, HTML_WORDS)
    value = corruption.corrupt_value(answer, chance) if chance.random() < 0.7 else answer
    return f"{engine}\n".encode() + maybe_corrupt_bytes(corruption.as_json(value), chance, JSON_WORDS)


def feed_service(raw: bytes) -> None:
    name, _, body = raw.partition(b"\n")
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(os.environ, {"DEEPL_AUTH_KEY": "none", "GOOGLE_API_KEY": "none"}))
        response = mock.Mock(status_code=200, content=body, text=body.decode(errors="replace"), headers={})
        client = mock.Mock(request=lambda *_, **__: response)
        stack.enter_context(mock.patch("httpx2.Client", return_value=client))
        match name:
            case b"openai":
                engine = OpenAI(OpenAISettings(model="m", base_url="http://127.0.0.1:9"), ("en", "nl"))
            case b"google":
                engine = Google(GoogleSettings(server_url="http://127.0.0.1:9"), ("en", "nl"), 1.0)
            case b"libretranslate":
                engine = LibreTranslate(LibreTranslateSettings(server_url="http://127.0.0.1:9"), ("en", "nl"), 1.0)
            case b"deepl":
                reply = requests.Response()
                reply.status_code, reply._content = 200, body
                engine = DeepL(DeepLSettings(context=False), ("en", "nl"), 1.0)
                stack.enter_context(mock.patch("requests.Session.send", return_value=reply))
            case b"mtranslate":
                engine = MTranslate("en", "nl", 1.0)
                stack.enter_context(mock.patch("urllib.request.urlopen", side_effect=lambda *_: io.BytesIO(body)))
            case _:
                return
        stack.enter_context(engine)
        stack.enter_context(limit_resources())
        try:
            given = engine.translate(REQUESTS)
        except (EngineFailure, TranslationError):
            return
    assert len(given) == len(REQUESTS)
    assert all(isinstance(text, str) for text in given)


TARGETS = {
    "squad": Target(corrupt_squad, feed_squad),
    "forms": Target(lambda chance: corrupt_form(chance.choice(FORMS), chance), feed_squad),
    "chain": Target(corrupt_squad, feed_chain),
    "tmx": Target(corrupt_tmx, feed_tmx),
    "table": Target(corrupt_table, feed_table),
    "params": Target(corrupt_params, feed_params),
    "predictions": Target(corrupt_predictions, feed_predictions),
    "sheet": Target(corrupt_sheet, feed_sheet),
    "service": Target(corrupt_service, feed_service),
}


def attack(kind: str, raw: bytes) -> None:
    """Feed an input to its target in a folder of its own, without charts: they show only figures and take a second."""
    with (
        TemporaryDirectory() as folder,
        chdir(folder),
        mock.patch("spanferry.report.charts.to_svg", return_value="<svg/>"),
    ):
        TARGETS[kind].feed(raw)
