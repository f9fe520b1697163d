"""Tests of inputs that are each extreme in one way."""

import gzip
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import settings
from spanferry.arrow import schema_of
from spanferry.cli.evaluate import evaluate
from spanferry.cli.memory import memory
from spanferry.cli.plan import plan
from spanferry.cli.sample import sample
from spanferry.cli.validate import validate
from spanferry.files import write_bytes
from spanferry.records import TranslationRow
from spanferry.squad import decode_squad, iterate_questions, read_squad
from spanferry.squad.forms import QUESTIONS
from spanferry.yaml_files import MAX_BYTES

import stages.fetch
from tests.campaigns.harness import check_refusal, run_safely
from tests.campaigns.targets import CORPUS, LAYOUT, STAGES, TRANSLATIONS, good_build, stage
from tests.support.small_squad import PARAMS, TRAIN, as_json, lay_out, train

# 200 MB in the campaign; in the suite just above the limit.
LONG = "word " * (40_000_000 if settings.get_current_profile_name() == "campaign" else 2_100_000)
FETCH = (
    stages.fetch.main,
    *CORPUS,
    "--files",
    "source",
    "--out",
    "source",
    "--links",
    "inputs",
    "--folders",
    "folders",
)
GOLD = ("--gold", "train.json", "--predictions", "predictions.json")


@pytest.fixture(autouse=True)
def small(workdir: Path) -> Path:
    lay_out(workdir)
    return workdir


def refusal(*call: object) -> str:
    """Run a command that must refuse, within the harness's limits; return its line."""
    result = run_safely(*call)
    assert result.exit_code == 2, result.output
    return check_refusal(result)


@pytest.mark.parametrize(
    "changes", [{"id": LONG}, {"question": LONG}, {"answers": [{"text": LONG, "answer_start": 0}]}]
)
def test_one_endless_string_in_a_squad_file(changes: dict) -> None:
    Path("train.json").write_bytes(as_json(train(**changes)))
    assert "malformed" in run_safely(validate, "train.json").stdout
    told = run_safely(*FETCH).stdout
    assert "has more than 10,000,000 characters" in told
    assert "1 of 2 questions left out" in told


def test_one_endless_context() -> None:
    whole = as_json(TRAIN)
    Path("train.json").write_bytes(whole.replace(b"Nobody drowned.", LONG.encode()))
    message = "data[0].paragraphs[0].context: malformed: has more than 10,000,000 characters"
    assert f"no usable question: {message}" in refusal(*FETCH)
    assert message.replace(" malformed:", "") in run_safely(validate, "train.json").stdout


def test_one_endless_string_elsewhere() -> None:
    Path("predictions.json").write_bytes(as_json({"often": LONG}))
    assert "question 'often' has an answer of more than 10,000,000 characters" in refusal(evaluate, *GOLD)
    Path("params.yaml").write_text(f"{PARAMS}# {LONG}")
    assert f"longer than {MAX_BYTES:,} bytes" in refusal(*FETCH)
    Path("sheet.csv").write_text(f"verdict,method,confidence,stratum_size,key\nright,exact,{LONG},3,k0\n")
    assert "field larger than field limit" in refusal(sample, "--score", "sheet.csv")


def test_a_tmx_unit_of_a_hundred_million_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spanferry.translation.memory.tmx.LONGEST_UNIT", len(LONG) - 1)
    unit = f'<tu><tuv xml:lang="en"><seg>{LONG}</seg></tuv><tuv xml:lang="nl"><seg>x</seg></tuv></tu>'
    Path("long.tmx").write_text(f"<tmx><body>{unit}</body></tmx>")
    Path("params.yaml").write_text(PARAMS.replace("identity", "mtranslate"))
    assert "a unit of more than" in refusal(memory, "import", "long.tmx", "--translator", "mtranslate")
    assert not Path("memory").exists()


def test_a_truncated_tmx_imports_nothing() -> None:
    units = "".join(
        f'<tu><tuv xml:lang="en"><seg>{n}</seg></tuv><tuv xml:lang="nl"><seg>{n}</seg></tuv></tu>'
        for n in range(12_000)
    )
    Path("cut.tmx").write_text(f"<tmx><body>{units}")
    Path("params.yaml").write_text(PARAMS.replace("identity", "mtranslate"))
    assert "no element found" in refusal(memory, "import", "cut.tmx", "--translator", "mtranslate")
    assert not Path("memory").exists()


NESTED_ALIASES = "&a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "written",
    [
        f"a: {NESTED_ALIASES}",
        PARAMS.replace("identity", "m") + "translators: {m: {engine: openai, model: m, body: &b {b: *b}}}\n",
    ],
)
def test_nested_aliases_in_params(written: str) -> None:
    Path("params.yaml").write_text(written)
    assert "more than 100,000 values; are there aliases of aliases?" in refusal(plan, "small")


@pytest.mark.parametrize("value", [".inf", ".nan", "1e300"])
def test_settings_that_are_not_finite(value: str) -> None:
    Path("params.yaml").write_text(f"{PARAMS}translate: {{timeout_s: {value}}}\n")
    refusal(plan, "small")


def write_repeated_text(path: str, schema: pa.Schema, column: str, rows: int, dictionary: bool) -> int:
    """Write a table with one text of 1 MB in each row; return the file's size."""
    big = pa.array(["x" * 1_000_000])
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 100, pa.int32()), big).cast(pa.string())
    no_answers = {"text": [], "answer_start": []}
    values = {column: text, "answers": pa.array([no_answers] * 100, QUESTIONS.field("answers").type)}
    part = pa.table([values.get(name, pa.array(["x"] * 100)) for name in schema.names], schema=schema)
    options = {"compression": "zstd", "use_dictionary": dictionary, "dictionary_pagesize_limit": 1 << 30}
    with pq.ParquetWriter(path, schema, **options) as out:
        for _ in range(0, rows, 100):
            out.write_table(part)
    return Path(path).stat().st_size


@pytest.mark.parametrize("dictionary", [True, False])
def test_a_small_table_that_expands_to_gigabytes(dictionary: bool) -> None:
    for name, good in good_build().items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(good)
    size = write_repeated_text("translations.parquet", schema_of(TranslationRow), "text", 400, dictionary)
    assert size < 50_000
    command, _ = STAGES["locate"]
    line = refusal(command, *CORPUS, *LAYOUT, *TRANSLATIONS, "--out", "elsewhere")
    assert line.endswith(
        f"translations.parquet: not a readable table: its {size:,} bytes unpack to more than 268,435,456"
    )
    assert write_repeated_text("bomb.parquet", QUESTIONS, "context", 400, dictionary) < 50_000
    assert "unpack to more than" in refusal(validate, "bomb.parquet")


def test_a_small_gzip_that_expands_to_gigabytes() -> None:
    Path("train.json").write_bytes(gzip.compress(bytes(300 << 20), mtime=0))
    assert "bytes unpack to more than 268,435,456" in refusal(*FETCH)
    assert "bytes unpack to more than 268,435,456" in refusal(validate, "train.json")


def test_a_duplicate_key() -> None:
    """msgspec takes the last one; the answers of the first would be lost silently."""
    Path("train.json").write_bytes(as_json(TRAIN).replace(b'"answers":', b'"answers": [], "answers":', 1))
    message = "data[0].paragraphs[0].qas[0]: has the key 'answers' twice, with different values"
    assert message in run_safely(*FETCH).stdout
    assert message in run_safely(validate, "train.json").stdout
    more = train(answers=[{"text": "12", "answer_start": 28, "answers": "unknown keys may be called so"}])
    assert decode_squad(as_json(more), "f")


# Paths that are not regular files


def create_non_file(kind: str, path: Path) -> None:
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "endless":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case "loop":
            path.symlink_to(path.name)
        case "dangling":
            path.symlink_to("nowhere")


READ = {
    "train.json": [FETCH, (plan, "small"), (validate, "train.json"), (evaluate, *GOLD)],
    "predictions.json": [(evaluate, *GOLD), (evaluate, "--gold", "train.json", *GOLD[:3], "train.json")],
    "sheet.csv": [(sample, "--score", "sheet.csv")],
    "bad.tmx": [(memory, "import", "--translator", "mtranslate", "bad.tmx")],
    "params.yaml": [FETCH, (plan, "small")],
    "x.parquet": [(validate, "x.parquet")],
}


@pytest.mark.parametrize("kind", ["pipe", "endless", "folder", "loop", "dangling"])
@pytest.mark.parametrize("name", READ)
def test_a_path_that_is_not_a_file_is_refused(name: str, kind: str) -> None:
    Path(name).unlink(missing_ok=True)
    create_non_file(kind, Path(name))
    for call in READ[name]:
        refusal(*call)


@pytest.mark.parametrize("kind", ["pipe", "endless", "folder", "loop"])
@pytest.mark.parametrize("name", ["segments/layout.parquet", "translations.parquet"])
def test_a_table_that_is_not_a_file_is_refused(name: str, kind: str) -> None:
    for other, good in good_build().items():
        Path(other).parent.mkdir(parents=True, exist_ok=True)
        Path(other).write_bytes(good)
    Path(name).unlink()
    create_non_file(kind, Path(name))
    assert not stage("locate")


@pytest.mark.parametrize("name", ["../x", "/var/x", "a/b", "..", ".", "", "a.b", "-x", "x\n", "é", "a\0b"])
def test_names_that_point_outside_their_folder_are_refused(name: str) -> None:
    """Names of corpora, runs and translators become names of folders; no other part of a path comes from input."""
    import json

    for section, entry in (("corpora", {"train": "t"}), ("runs", {}), ("about", {}), ("translators", {})):
        written = {"build": {}, "language": {"source": "en", "target": "nl"}, "corpora": {}} | {section: {name: entry}}
        Path("params.yaml").write_text(json.dumps(written))
        refusal(plan, "small")


def test_a_link_at_the_output_is_replaced_and_not_followed() -> None:
    Path("precious").write_bytes(b"mine")
    Path("out").symlink_to("precious")
    write_bytes(Path("out"), b"theirs")
    assert (Path("precious").read_bytes(), Path("out").read_bytes()) == (b"mine", b"theirs")
    assert not Path("out").is_symlink()


@contextmanager
def deny_writing(folder: Path) -> Iterator[None]:
    """Deny writing to a folder while the block lasts. Root gives up its rights: it may always write."""
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


def test_a_folder_without_write_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        monkeypatch.chdir(folder)
        for name, good in good_build().items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_bytes(good)
        for path in (path for path in folder.rglob("*") if path.is_dir()):
            path.chmod(0o555)
        for name in ("segment", "locate", "clean", "report"):
            assert stage(name)  # first with permission, so that all modules are imported
        with deny_writing(folder):
            for name in ("segment", "locate", "clean", "report"):
                command, arguments = STAGES[name]
                assert "Permission denied" in refusal(command, *arguments)


def test_an_empty_and_an_endless_id() -> None:
    Path("train.json").write_bytes(as_json(train(id="")))
    assert "its id is made from its context and question" in run_safely(*FETCH).stdout
    long = train(id="i" * 1_000_000)
    long["data"] *= 2
    Path("train.json").write_bytes(as_json(long))
    assert f"'{'i' * 40}…' is already the id of" in run_safely(*FETCH).stdout
    assert sum(1 for _ in iterate_questions(read_squad(Path("train.json")))) == 2
