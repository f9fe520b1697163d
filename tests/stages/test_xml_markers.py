"""XML-like markers reach no published file, whatever a service makes of them."""

import json
from io import SEEK_END, StringIO
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from spanferry import tables
from spanferry.records import SpanRow, TranslationRow

import stages.clean
import stages.locate
import stages.rescue
import stages.segment
import stages.translate
from tests.stages import test_names
from tests.stages.test_interruption import TRANSLATE
from tests.stages.test_rescue import RESCUE
from tests.support.behaviours import environment
from tests.support.chain import CLEAN, LOCATE
from tests.support.interfaces import LibreTranslateServer, serve
from tests.support.small_squad import PARAMS, lay_out
from tests.support.standin import dutch

BROKEN = {
    "kept": lambda text: text,
    "attributes": lambda text: text.replace("<a>", '<a id="1">'),
    "entities": lambda text: text.replace("<a>", "&lt;a&gt;").replace("</a>", "&lt;/a&gt;"),
    "unbalanced": lambda text: text.replace("</a>", ""),
    "nested": lambda text: text.replace("<a>", "<a><a>").replace("</a>", "</a></a>"),
    "doubled": lambda text: text.replace("</a>", "</a></a>"),
    "upper case": lambda text: text.replace("<a>", "<A>").replace("</a>", "</A>"),
    "other tags": lambda text: text.replace("<a>", "<a><b>").replace("</a>", "</b></a>"),
    "swapped": lambda text: text.replace("<a>", "<x>").replace("</a>", "<a>").replace("<x>", "</a>"),
}


def translated(text: str) -> str:
    return dutch(text).replace("<A>", "<a>").replace("</A>", "</a>")


@pytest.mark.parametrize("damage", BROKEN)
@pytest.mark.parametrize("everywhere", [False, True])
def test_no_marker_is_published(workdir, run, damage, everywhere):
    """everywhere: the engine also puts tags into translations of texts without markers."""

    def answer(text: str, n: int) -> str:
        if everywhere and "<a>" not in text and n <= 2:
            text = f"<a>{text}</a>"
        return BROKEN[damage](translated(text))

    lay_out(workdir)
    with serve(LibreTranslateServer(answer)) as interface, environment(interface):
        with Path("params.yaml").open("w", encoding="utf-8") as file:
            file.write(PARAMS.replace("translator: identity", "translator: service"))
            entry = interface.settings() | {"markers": [["<a>", "</a>"]]}
            YAML().dump({"translators": {"service": entry}, "rescue": {"below": 1.0}}, file)
        assert run(stages.segment.main, "--corpus", "small", "--source", ".", "--out", "segments").exit_code == 0
        for command, arguments in (
            (stages.translate.main, TRANSLATE),
            (stages.locate.main, LOCATE),
            (stages.rescue.main, RESCUE),
            (stages.clean.main, CLEAN),
        ):
            result = run(command, *arguments)
            assert result.exit_code == 0, result.output
    published = list(Path("clean").glob("*.json"))
    assert len(published) == 2
    for file in published:
        content = json.dumps(json.loads(file.read_text()), ensure_ascii=False)
        assert content.count('"context"') == 1
        assert not any(sign in content for sign in ("<", ">", "&lt", "&gt")), content
    rows = tables.read(Path("clean/provenance.parquet"), SpanRow).to_pylist()
    # The column `marked` shows what the service made of the marked sentence.
    assert not any(
        "<" in value for row in rows for name, value in row.items() if isinstance(value, str) and name != "marked"
    )
    lost = json.loads(Path("rescue.json").read_text())["markers_lost"]
    assert (lost > 0) == (damage != "kept")
    assert all("<a>" in row["text"] for row in tables.read(Path("marked.parquet"), TranslationRow).to_pylist())


@pytest.mark.parametrize("damage", BROKEN)
def test_no_marker_around_a_name_is_published(workdir, run, damage):
    """A question is published as it was asked again only if the tags came back as they were sent."""
    asked_again = "Wat doen monniken in de <a>Vasten</a>?"
    with serve(LibreTranslateServer(lambda text, n: BROKEN[damage](asked_again))) as interface, environment(interface):
        entry = interface.settings() | {"markers": [["<a>", "</a>"]]}
        params = StringIO(test_names.PARAMS.replace("translator: mtranslate", "translator: service"))
        params.seek(0, SEEK_END)
        YAML().dump({"translators": {"service": entry}}, params)
        counts = test_names.build(run, params.getvalue())
    assert set(interface.answered) == {"What do monks do in <a>Lent</a>?"}
    assert counts["asked_again"] == (damage == "kept")
    assert run(stages.clean.main, *test_names.CLEAN, "--names", "names.parquet").exit_code == 0
    _, questions = test_names.published()
    translated_first = test_names.DUTCH["What do monks do in Lent?"]
    assert questions["lent"] == ("Wat doen monniken in de Vasten?" if damage == "kept" else translated_first)
    assert not any(sign in text for text in questions.values() for sign in ("<", ">", "&lt", "&gt"))
