"""The report as files: which there are, that equal builds give equal bytes, and that a page holds no live text."""

import base64
import gzip
import hashlib
import json
import re
from itertools import product
from pathlib import Path

import pytest
from pyarrow import Table
from spanferry import tables
from spanferry.arrow import schema_of
from spanferry.errors import InputError
from spanferry.records import SourceParagraph, SpanRow, TargetParagraph
from spanferry.report import build as report
from spanferry.report import review, wording
from spanferry.report.accuracy import GoldSpan
from spanferry.report.inputs import Build, read_build, read_rescue
from spanferry.report.wording import markdown_table
from spanferry.tables import read_rejected

from tests.support.tiny_build import build


def written(root):
    built = read_build(
        root / "segments" / "layout.parquet",
        root / "located" / "paragraphs.parquet",
        root / "clean",
        root / "translations.parquet",
    )
    figures = report.figures_of(built, "en", None, None)
    report.write(built, figures, "tiny", ("en", "nl"), root / "report")
    return {path.relative_to(root / "report").as_posix(): path.read_bytes() for path in (root / "report").rglob("*.*")}


def test_the_files_and_that_they_are_always_the_same(tmp_path):
    once, again = (written(build().write(tmp_path / name)) for name in "ab")
    plots = {f"plots/{name}.json" for name in ("drift", "methods", "precision", "reasons")}
    assert set(once) == {"loss.json", "loss.html"} | plots
    assert once == again
    figures = json.loads(once["loss.json"])
    assert figures["gold"] is None
    assert figures["people"] == []
    assert json.loads(once["plots/reasons.json"])[5] == {"reason": "below_threshold", "dropped": 2}


def test_metrics_are_numbers_and_lists_hold_the_rest(tmp_path):
    def leaves(value):
        return [leaf for part in value.values() for leaf in leaves(part)] if isinstance(value, dict) else [value]

    figures = json.loads(written(build().write(tmp_path))["loss.json"])
    assert {type(leaf) for leaf in leaves(figures)} <= {int, float, list, type(None)}


RESCUE = {
    "requests": 9,
    "characters": 1234,
    "rescued": 3,
    "moved": 1,
    "confirmed": 4,
    "lost": 0,
    "markers_lost": 2,
    "in_vain": 0,
}


def test_what_rescue_cost_and_brought_is_told(tmp_path):
    path = tmp_path / "rescue.json"
    path.write_text(json.dumps(RESCUE))
    assert read_rescue(path) == RESCUE
    assert wording.rescue({"rescue": RESCUE}) == (
        "10 unsure answers asked for again, in 9 sentences with markers (1,234 characters): 3 kept that would have been"
        " lost, 1 moved to another place, 4 found where they were, 2 whose markers did not come back."
    )
    path.write_text("{}")  # switched off
    assert wording.rescue({"rescue": read_rescue(path)}) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "not what rescue writes: Expected `object`, got `array`"),
        ('{"requests": -1}', "not what rescue writes: Expected `int` >= 0 "),
        ('{"requests": 1}', "does not tell characters, rescued, "),
    ],
)
def test_what_rescue_did_not_write_is_refused(tmp_path, text, told):
    (tmp_path / "rescue.json").write_text(text)
    with pytest.raises(InputError, match=f"rescue.json: {re.escape(told)}"):
        read_rescue(tmp_path / "rescue.json")


KINDS = {
    "count": lambda leaf: isinstance(leaf, int) and leaf >= 0,
    "share": lambda leaf: leaf is None or 0 <= leaf <= 1,
    "score": lambda leaf: leaf is None or 0 <= leaf <= 100,
    "mean": lambda leaf: leaf is None or leaf > 0,
    "text": lambda leaf: isinstance(leaf, str),
}


def documented():
    """The keys that docs/loss.md tells -> their kinds, placeholders filled in."""
    text = (Path(__file__).parents[2] / "docs" / "loss.md").read_text("utf-8")
    names = {name: re.findall(r"`(\w+)`", told) for name, told in re.findall(r"^\| `(<\w+>)` \| (.+) \|$", text, re.M)}
    for key, kind in re.findall(r"^\| `([^`]+)` \| (\w+) \| .*\|$", text, re.M):
        used = re.findall(r"<\w+>", key)
        for values in product(*(names[name] for name in used)):
            path = key
            for name, value in zip(used, values, strict=True):
                path = path.replace(name, value)
            yield path, kind


def keys(value, path=""):
    """The leaves of JSON, each with its key; rows of a list share theirs."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from keys(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for row in value:
            yield from keys(row, f"{path}[]")
    else:
        yield path, value


def test_every_key_of_loss_json_is_documented():
    tiny = build()
    built = Build(tiny.layout, tiny.paragraphs, tiny.spans, tiny.translations)
    judged = [row | {"verdict": "right"} for row in review.sample(built, 3, 1)]
    gold = {"dug": {"answers": (GoldSpan("1612", 30),)}}
    found = list(keys(report.figures_of(built, "en", gold, judged, RESCUE)))
    told = dict(documented())
    assert {key for key, _ in found} == set(told)
    assert [(key, leaf) for key, leaf in found if not KINDS[told[key]](leaf)] == []


def test_gold_of_a_question_that_both_splits_have_is_refused():
    tiny = build()
    rows = tiny.layout.to_pylist()
    [twin] = [question for question in rows[0]["questions"] if question["id"] == "mayor"]
    [*_, dev] = rows
    dev["questions"].append(twin)
    built = Build(
        Table.from_pylist(rows, schema=schema_of(SourceParagraph)), tiny.paragraphs, tiny.spans, tiny.translations
    )
    span = {"answers": (GoldSpan("1612", 30),)}
    assert report.figures_of(built, "en", {"dug": span}, None)["gold"]["questions"] == 1
    with pytest.raises(InputError, match=r"^gold\.json: question 'mayor' stands in train and in dev; leave it out"):
        report.figures_of(built, "en", {"dug": span, "mayor": span}, None)


def test_the_page_is_whole_and_may_load_nothing(tmp_path):
    html = written(build().write(tmp_path))["loss.html"].decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)[1].replace("&#39;", "'")
    pins = [
        f"'sha256-{base64.b64encode(hashlib.sha256(piece.encode()).digest()).decode()}'"
        for piece in (
            re.search(r"<style>(.*?)</style>", html, re.S)[1],
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


def test_nothing_lost_and_nothing_there(tmp_path):
    tiny = build()
    kept = [row | {"reason": None, "text": "De", "start": 0, "method": "native"} for row in tiny.spans.to_pylist()]
    full = Build(
        tiny.layout,
        tiny.paragraphs.set_column(3, "context", tiny.layout["context"]),
        tables.pa.Table.from_pylist(kept, schema=schema_of(SpanRow)),
        None,
    )
    schemas = (schema_of(SourceParagraph), schema_of(TargetParagraph), schema_of(SpanRow))
    empty = Build(*(schema.empty_table() for schema in schemas), None)
    for name, built in (("full", full), ("empty", empty)):
        figures = report.figures_of(built, "nl", None, None)
        report.write(built, figures, name, ("nl", "nl"), tmp_path / name)
        assert figures["total"]["questions"]["dropped"] == 0
        assert "No question with an answer was lost." in (tmp_path / name / "loss.html").read_text()


def test_markdown_table(tmp_path):
    tiny = build()
    table = markdown_table(
        report.figures_of(Build(tiny.layout, tiny.paragraphs, tiny.spans, tiny.translations), "en", None, None)
    )
    assert table.splitlines()[:5] == [
        "| split | questions | source | kept | lost | kept % | reference | its kept % |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
        "| train | all | 5 | 3 | 2 | 60.0 % | 130K → 99K | 76.2 % |",
        "| train | has answer | 4 | 2 | 2 | 50.0 % |  |  |",
        "| train | no answer | 1 | 1 | 0 | 100.0 % |  |  |",
    ]


@pytest.mark.parametrize("text", ['{"split": 3}\n', "{\n", '{"unknown": "x"}\n', "\udcff"])
def test_rejected_that_is_not_ours_is_one_line(tmp_path, text):
    (tmp_path / "rejected.jsonl").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"rejected\.jsonl: not rejected answers"):
        read_rejected(tmp_path / "rejected.jsonl")
    with pytest.raises(InputError, match="nowhere"):
        read_rejected(tmp_path / "nowhere")
