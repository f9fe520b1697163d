"""Tests of stage rescue."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from spanferry import tables
from spanferry.records import TranslationRow
from spanferry.translation.memory.tmx import write_tmx

from stages.rescue import main
from tests.support.chain import located
from tests.support.small_squad import PARAMS, lay_out
from tests.support.standin import dutch

RESCUE = (
    *("--corpus", "small", "--memory", ".", "--layout", "segments/layout.parquet"),
    *("--paragraphs", "located/paragraphs.parquet", "--spans", "located/spans.parquet"),
    *("--out", "spans.parquet", "--marked", "marked.parquet", "--report", "rescue.json"),
)
TEXTS = (
    "It was built in 1991 by [Käthe Müller].",
    "The ferry to Oostwerd sails [12 times a day].",
    "The tower is [91 metres] high.",
    "The tower is [91] metres high.",
    "[Nobody] drowned.",
)


@pytest.fixture
def rescue(workdir: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return rescue(**settings), which runs the stage with a service that keeps markers."""
    lay_out(workdir)
    assert located(run).exit_code == 0
    monkeypatch.setattr("mtranslate.translate", lambda text, target, source: dutch(text.strip()))

    def rescued(params: str, **settings: object) -> Result:
        Path("params.yaml").write_text(f"{params}\nrescue: {settings}\n", encoding="utf-8")
        return run(main, *RESCUE)

    return rescued


LIVE = PARAMS.replace("translator: identity", "translator: mtranslate")


def read_marked() -> dict[str, str | None]:
    table = tables.read(Path("marked.parquet"), TranslationRow)
    return dict(zip(table["text"].to_pylist(), table["translation"].to_pylist(), strict=True))


def test_translations_of_the_corpus_are_not_recorded_as_the_services(rescue) -> None:
    write_tmx(Path("memory.tmx"), [(TEXTS[3], "De toren is [91] meter hoog.")], "en", "nl")
    assert "5 confirmed" in rescue(f"{LIVE}    memory: memory.tmx", below=1.0).stdout
    assert read_marked() == {text: dutch(text) for text in TEXTS if text != TEXTS[3]}


def test_marked_translations_are_kept_by_a_build_without_rescue(rescue, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh clone has no other copy of the marked translations than marked.parquet."""
    rescue(LIVE, below=1.0)
    first = Path("marked.parquet").read_bytes()
    Path("memory/translations.jsonl").unlink()
    monkeypatch.setattr("mtranslate.translate", lambda *_: pytest.fail("the text is requested again"))
    assert "switched off" in rescue(LIVE, enabled=False).stdout
    assert read_marked() == {}
    rescue(LIVE, below=1.0)
    assert Path("marked.parquet").read_bytes() == first
