"""Every breach of the contract of the cleaned files stops publishing, and the earlier folder is kept."""

from pathlib import Path

import msgspec
import pyarrow.compute as pc
import pytest
from spanferry import tables
from spanferry.arrow import schema_of
from spanferry.errors import ContractError, InputError
from spanferry.files import write_json
from spanferry.publish.package import build_package
from spanferry.records import SpanRow
from spanferry.squad import Answer, read_squad, write_squad

from tests.support.tiny_clean import ABOUT, BUILD, write

replace = msgspec.structs.replace
DEV = "nl_squadv2_dev_clean.json"


@pytest.fixture
def built(tmp_path):
    clean, loss = write(tmp_path)
    return clean, loss, tmp_path / "published"


def refused(built) -> str:
    """Publish over an older folder, which must be kept, and return the text of the error."""
    clean, loss, out = built
    out.mkdir()
    (out / "older").write_text("stays")
    with pytest.raises(ContractError) as raised:
        build_package(clean, loss, out, BUILD, ABOUT)
    assert sorted(path.name for path in out.parent.iterdir() if "published" in path.name) == ["published"]
    assert [path.name for path in out.iterdir()] == ["older"]
    return str(raised.value).removeprefix(f"{clean}/")


def change(clean: Path, **fields) -> None:
    """Change the first question of the dev file."""
    document = read_squad(clean / DEV)
    first = document.data[0]
    paragraph = first.paragraphs[0]
    questions = (replace(paragraph.qas[0], **fields), *paragraph.qas[1:])
    article = replace(first, paragraphs=(replace(paragraph, qas=questions), *first.paragraphs[1:]))
    write_squad(replace(document, data=(article, *document.data[1:])), clean / DEV)


def test_format(built):
    change(built[0], answers=(Answer(text="de oude sluis", answer_start=3),))
    assert refused(built) == (
        f"{DEV}: breaks its format: 1 offset_mismatch (first: data[0].paragraphs[0].qas[0].answers[0] "
        "'de oude sluis' is not at 3 but at 127)"
    )


def test_version_and_flags(built):
    change(built[0], is_impossible=msgspec.UNSET)
    document = read_squad(built[0] / DEV)
    write_squad(replace(document, version=msgspec.UNSET), built[0] / DEV)
    assert refused(built) == (
        f"{DEV}: version: UNSET instead of 'v2.0'; data[0].paragraphs[0].qas[0].is_impossible: missing"
    )


def test_answers_without_provenance(built):
    rows = tables.read(built[0] / "provenance.parquet", SpanRow)
    tables.write(rows.filter(pc.not_equal(rows["question_id"], "lock")), built[0] / "provenance.parquet")
    assert refused(built) == f"{DEV}: data[0].paragraphs[0].qas[0].answers: differ from provenance.parquet"


def test_provenance_without_answers(built):
    rows = tables.read(built[0] / "provenance.parquet", SpanRow).to_pylist()
    stray = next(row for row in rows if row["question_id"] == "lock") | {"question_id": "stray"}
    tables.write(
        tables.pa.Table.from_pylist([*rows, stray], schema=schema_of(SpanRow)), built[0] / "provenance.parquet"
    )
    assert refused(built) == f"{DEV}: provenance.parquet: answers of 'stray', which is not in the file"


def test_counts_that_contradict_the_loss_report(built):
    figures = msgspec.json.decode(built[1].read_bytes())
    figures["dev"]["questions"]["kept"] += 1
    figures["dev"]["no_answer"]["dropped"] += 1
    write_json(built[1], figures)
    assert refused(built) == (
        f"{DEV}: 2 questions, but 3 in loss.json; 1 unanswerable questions were lost although they were whole "
        "and had a translation"
    )


@pytest.mark.parametrize("reason", ["low_quality", "judged_wrong"])
def test_unanswerable_questions_may_be_dropped_on_purpose(built, reason):
    figures = msgspec.json.decode(built[1].read_bytes())
    figures["dev"]["no_answer"]["dropped"] += 1
    figures["dev"]["no_answer"]["reasons"][reason] += 1
    write_json(built[1], figures)
    build_package(*built, BUILD, ABOUT)


def test_missing_files(built):
    for path in built[0].glob("*.json"):
        path.unlink()
    with pytest.raises(InputError, match=r"no nl_squadv2_<split>_clean\.json in it"):
        build_package(*built, BUILD, ABOUT)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("clean/rejected.jsonl", b'{"split": "dev"}\nno json\n', "not rejected answers"),
        ("clean/rejected.jsonl", b'{"split": 5}\n', "not rejected answers"),
        ("loss.json", b"[]", "not a loss report"),
        ("loss.json", b'{"total": {}}', "not a loss report"),
        ("clean/provenance.parquet", b"", "not a readable table"),
    ],
)
def test_tables_that_cannot_be_read(built, name, content, message):
    (built[1].parent / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        build_package(*built, BUILD, ABOUT)
    assert not built[2].exists()
