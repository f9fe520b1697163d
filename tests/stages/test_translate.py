"""Tests of stage translate: what the corpus's own memory brings is said and reported."""

import json
from pathlib import Path

import pytest
from spanferry.records import SegmentRow
from spanferry.tables import read
from spanferry.translation.memory.tmx import write_tmx

import stages.segment
import stages.translate
from stages.report import main as report
from tests.support.small_squad import PARAMS, lay_out
from tests.support.tiny_project import REPORT, invoke, lay_out_project

TRANSLATE = (
    *("--corpus", "small", "--memory", ".", "--segments", "segments/segments.parquet"),
    *("--layout", "segments/layout.parquet", "--out", "translations.parquet", "--report", "translation.json"),
)
GERMAN = '<tu><tuv xml:lang="en"><seg>a</seg></tuv><tuv xml:lang="de"><seg>b</seg></tuv></tu>'
EMPTY = '<tu><tuv xml:lang="en"><seg>a</seg></tuv><tuv xml:lang="nl"><seg> </seg></tuv></tu>'
MEMORY = {
    "taken": 18,
    "empty": 1,
    "no_segment": 1,
    "other_languages": {"en+de": 2},
}


@pytest.fixture
def project(workdir: Path, run):
    lay_out(workdir)
    text = PARAMS.replace("translator: identity", "translator: memory").replace("dev: dev.json", "memory: memory.tmx")
    Path("params.yaml").write_text(text)
    assert run(stages.segment.main, "--corpus", "small", "--source", ".", "--out", "segments").exit_code == 0
    return workdir


def test_what_the_memory_brings_is_said_and_reported(project: Path, run) -> None:
    texts = read(Path("segments/segments.parquet"), SegmentRow)["text"].to_pylist()
    write_tmx(Path("memory.tmx"), [(text, text) for text in texts], "en", "nl")
    written = Path("memory.tmx").read_text()
    Path("memory.tmx").write_text(written.replace("</body>", f"{GERMAN}{EMPTY}<tu/>{GERMAN}</body>"))
    done = run(stages.translate.main, *TRANSLATE)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == (
        f"translate: small: {len(texts)} units of its memory taken; 4 units passed over: 1 with an empty text, "
        "1 without a segment, 2 in other languages (en+de 2)"
    )
    assert json.loads(Path("translation.json").read_text())["memory"] == MEMORY | {"taken": len(texts)}


def test_a_memory_that_brings_nothing_stops_the_build(project: Path, run) -> None:
    Path("memory.tmx").write_text(f"<tmx><header/><body>{GERMAN}</body></tmx>")
    done = run(stages.translate.main, *TRANSLATE)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "translate: memory.tmx: nothing is taken from this memory, because it has no translations from en to nl, the "
        "languages in params.yaml: 1 unit passed over: 1 in other languages (en+de 1)\n"
    )
    assert not Path("translations.parquet").exists()


def test_the_loss_report_has_the_same(workdir: Path) -> None:
    lay_out_project(workdir)
    Path("translation.json").write_text(json.dumps({"visited": 1, "memory": MEMORY}))
    done = invoke(report, *REPORT, "--translate", "translation.json")
    assert done.exit_code == 0, done.output
    assert json.loads(Path("reports/tiny/loss.json").read_text())["memory"] == MEMORY
    assert "18 units of its memory taken; 4 units passed over: 1 with an empty text" in Path(
        "reports/tiny/loss.html"
    ).read_text(encoding="utf-8")
