"""The files of the report: equal builds give equal bytes, and texts of the corpus are inert in the page."""

import base64
import dataclasses
import gzip
import hashlib
import json
import re
from itertools import product
from pathlib import Path

import msgspec
import pytest
from pyarrow import Table
from spanferry.arrow import schema_of
from spanferry.errors import InputError
from spanferry.language_check import check_language
from spanferry.loss_figures import CorrectionFigures, MemoryFigures, OutdatedItem, SampleCounts, SpentFigures
from spanferry.names.tables import COUNTS
from spanferry.records import Field, SourceParagraph, SpanRow, TargetParagraph
from spanferry.report.accuracy import GoldSpan
from spanferry.report.build import compute_figures, report_corpus, write_report
from spanferry.report.inputs import read_build, read_rescue
from spanferry.report.review import draw_sample
from spanferry.report.verdicts import JudgedSpan, Verdict, measure_sample
from spanferry.report.wording import describe_rescue
from spanferry.tables import read_rejected

from tests.support.tiny_build import Tiny, build


def written(root):
    built = read_build(
        root / "segments" / "layout.parquet",
        root / "located" / "paragraphs.parquet",
        root / "clean",
        root / "decisions.parquet",
        root / "translations.parquet",
    )
    figures = compute_figures(built, "en", None, None)
    write_report(built, figures, "tiny", ("en", "nl"), root / "report")
    return {path.relative_to(root / "report").as_posix(): path.read_bytes() for path in (root / "report").rglob("*.*")}


def test_the_files_have_the_same_bytes_in_every_run(tmp_path):
    once, again = (written(build().write(tmp_path / name)) for name in "ab")
    plots = {f"plots/{name}.json" for name in ("drift", "methods", "precision", "reasons")}
    assert set(once) == {"loss.json", "metrics.json", "loss.html"} | plots
    assert once == again
    figures = json.loads(once["loss.json"])
    assert figures["gold"] is None
    assert figures["people"] == []
    assert json.loads(once["metrics.json"]) == {"expected": 0.86, "kept": 5, "yield": 0.375}
    assert {"reason": "below_threshold", "dropped": 2} in json.loads(once["plots/reasons.json"])


def test_metrics_are_numbers_lists_or_null(tmp_path):
    def leaves(value):
        return [leaf for part in value.values() for leaf in leaves(part)] if isinstance(value, dict) else [value]

    figures = json.loads(written(build().write(tmp_path))["loss.json"])
    assert {type(leaf) for leaf in leaves(figures)} <= {int, float, list, type(None)}


RESCUE = {
    "texts": 9,
    "characters": 1234,
    "rescued": 3,
    "moved": 1,
    "confirmed": 4,
    "lost": 0,
    "markers_lost": 2,
    "in_vain": 0,
}


def test_the_cost_and_gain_of_rescue_are_described(tmp_path):
    path = tmp_path / "rescue.json"
    path.write_text(json.dumps(RESCUE))
    assert read_rescue(path) == RESCUE
    assert describe_rescue(RESCUE) == (
        "10 uncertain answers requested again, in 9 sentences with markers (1,234 characters): 3 rescued, 1 moved to "
        "another place, 4 confirmed at the same place, 2 unchanged because their markers were lost in translation."
    )
    path.write_text("{}")  # switched off
    assert describe_rescue(read_rescue(path)) == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "not what stage rescue writes: must be keys with values, not a list"),
        ('{"texts": -1}', "not what stage rescue writes: a value in it: must be at least 0"),
        ('{"texts": 1}', "lacks characters, rescued, "),
    ],
)
def test_a_cost_file_that_rescue_did_not_write_is_refused(tmp_path, text, message):
    (tmp_path / "rescue.json").write_text(text)
    with pytest.raises(InputError, match=f"rescue.json: {re.escape(message)}"):
        read_rescue(tmp_path / "rescue.json")


KINDS = {
    "count": lambda leaf: isinstance(leaf, int) and leaf >= 0,
    "share": lambda leaf: leaf is None or 0 <= leaf <= 1,
    "score": lambda leaf: leaf is None or 0 <= leaf <= 100,
    "amount": lambda leaf: leaf is None or leaf >= 0,
    "mean": lambda leaf: leaf is None or leaf > 0,
    "text": lambda leaf: isinstance(leaf, str),
}


def documented_keys():
    """Yield (key, kind) for each key in docs/loss.md, with its placeholders replaced."""
    text = (Path(__file__).parents[2] / "docs" / "loss.md").read_text("utf-8")
    names = {
        name: re.findall(r"`(\w+)`", words) for name, words in re.findall(r"^\| `(<\w+>)` \| (.+) \|$", text, re.M)
    }
    for key, kind in re.findall(r"^\| `([^`]+)` \| (\w+) \| .*\|$", text, re.M):
        used = re.findall(r"<\w+>", key)
        for values in product(*(names[name] for name in used)):
            path = key
            for name, value in zip(used, values, strict=True):
                path = path.replace(name, value)
            yield path, kind


def leaf_keys(value, path=""):
    """Yield (key, value) for each leaf of JSON. The rows of a list have one key."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaf_keys(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for row in value:
            yield from leaf_keys(row, f"{path}[]")
    else:
        yield path, value


def test_every_key_of_loss_json_is_documented():
    built = build().report_build()
    judged = [
        JudgedSpan(Verdict.RIGHT, row.method, row.confidence, row.stratum_size, row.key)
        for row in draw_sample(built, 3, 1)
    ]
    gold = {"dug": {Field.ANSWERS: (GoldSpan("1612", 30),)}}
    check = check_language(built.paragraphs["context"], built.translations, "en", "de")  # it is Dutch
    counted = msgspec.structs.replace(
        compute_figures(built, "en", gold, judged, RESCUE),
        language=check,
        names=dict.fromkeys(COUNTS, 1),
        corrections=CorrectionFigures(**dict.fromkeys(CorrectionFigures.__struct_fields__, 1)),
        outdated=(OutdatedItem("a.json item 1", "train", "dug"),),
        samples=(measure_sample(SampleCounts(unit="has_answer", right=3, extent=1, wrong=0)),),
        memory=MemoryFigures(taken=1, empty=1, no_segment=1, other_languages={"others": 1}),
        spent={
            stage: SpentFigures(requests=1, characters=2, input_tokens=0, output_tokens=0, cost=0.5, currency="EUR")
            for stage in ("translate", "rescue", "names")
        },
    )
    figures = msgspec.json.decode(msgspec.json.encode(counted))
    kinds = dict(documented_keys())
    assert {key for key, _ in leaf_keys(figures)} == set(kinds)
    assert [(key, leaf) for key, leaf in leaf_keys(figures) if not KINDS[kinds[key]](leaf)] == []


def test_gold_of_a_question_in_both_splits_is_refused():
    tiny = build()
    rows = tiny.layout.to_pylist()
    [twin] = [question for question in rows[0]["questions"] if question["id"] == "mayor"]
    [*_, dev] = rows
    dev["questions"].append(twin)
    layout = Table.from_pylist(rows, schema=schema_of(SourceParagraph))
    built = dataclasses.replace(tiny, layout=layout).report_build()
    span = {Field.ANSWERS: (GoldSpan("1612", 30),)}
    figures = compute_figures(built, "en", {"dug": span}, None)
    assert figures.gold is not None
    assert figures.gold.questions == 1
    with pytest.raises(InputError, match=r"^gold\.json: question 'mayor' is in train and in dev; leave it out"):
        compute_figures(built, "en", {"dug": span, "mayor": span}, None)


def test_the_page_is_complete_and_its_policy_forbids_requests(tmp_path):
    html = written(build().write(tmp_path))["loss.html"].decode()
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    policy = policy.replace("&#39;", "'")
    pins = [
        f"'sha256-{base64.b64encode(hashlib.sha256(piece.encode()).digest()).decode()}'"
        for piece in (
            re.findall(r"<style>(.*?)</style>", html, re.S)[0],
            re.findall(r"<script>(.*?)</script>", html, re.S)[0],
        )
    ]
    assert (
        policy == f"default-src 'none'; style-src {pins[0]}; script-src {pins[1]}; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", html)
    assert "<img" not in html
    assert "alert(" not in html
    blocks = re.findall(r'<script type="application/gzip"[^>]*>([^<]*)</script>', html)
    # The header says nothing of the time or, as gzip.compress does, of the version of Python.
    assert {base64.b64decode(block)[:10] for block in blocks} == {b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"}
    rows, *paragraphs = [json.loads(gzip.decompress(base64.b64decode(block))) for block in blocks]
    assert rows["a"][-1] == '<script>alert("x")</script>'
    assert len(paragraphs[0]) == 4


def test_a_corpus_without_losses_and_an_empty_one(tmp_path):
    tiny = build()
    kept = [row | {"reason": None, "text": "De", "start": 0, "method": "native"} for row in tiny.spans.to_pylist()]
    full = Tiny(
        tiny.layout,
        tiny.paragraphs.set_column(3, "context", tiny.layout["context"]),
        Table.from_pylist(kept, schema=schema_of(SpanRow)),
        None,
    )
    layout, paragraphs, spans = (schema_of(row).empty_table() for row in (SourceParagraph, TargetParagraph, SpanRow))
    empty = Tiny(layout, paragraphs, spans, None)
    for name, tables in (("full", full), ("empty", empty)):
        built = tables.report_build()
        figures = compute_figures(built, "nl", None, None)
        write_report(built, figures, name, ("nl", "nl"), tmp_path / name)
        assert figures.total.questions.dropped == 0
        assert "No question with an answer was lost." in (tmp_path / name / "loss.html").read_text()


@pytest.mark.parametrize("text", ['{"split": 3}\n', "{\n", '{"unknown": "x"}\n', "\udcff"])
def test_another_file_than_rejected_answers_gives_a_one_line_error(tmp_path, text):
    (tmp_path / "rejected.jsonl").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"rejected\.jsonl: not rejected answers"):
        read_rejected(tmp_path / "rejected.jsonl")
    with pytest.raises(InputError, match="nowhere"):
        read_rejected(tmp_path / "nowhere")


def test_the_reference_is_shown_for_its_own_languages_only(tmp_path):
    """Nothing is said of Dutch in the report of another language."""
    for languages, shown in ((("en", "nl"), True), (("en", "de"), False), (("fr", "nl"), False)):
        out = tmp_path / "-".join(languages)
        figures = report_corpus("tiny", build().report_build(), languages, judgements=tmp_path, out=out)
        page = (out / "loss.html").read_text(encoding="utf-8")
        assert bool(figures.reference) is ("Dutch SQuAD2.0" in page) is ("henryk" in page) is shown
        assert ("evidently not in its language" in page) is (languages[1] == "de")
