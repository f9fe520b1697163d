"""Tests of stage fetch: the files of a corpus appear only after they pass their checks."""

import copy
import hashlib
import json
from pathlib import Path

import pytest
from click.testing import Result

from stages.fetch import main
from tests.support.small_squad import DEV, PARAMS, TOWER, TRAIN, as_json, lay_out

OUT = Path("data/small/source")
LINKS = Path("data/inputs/small/source")
FOLDERS = Path("data/inputs/small/folders/source")
ARGUMENTS = ("--corpus", "small", "--files", "source", "--out", OUT, "--links", LINKS, "--folders", FOLDERS)


def fetch(run, group: str) -> Result:
    """Run the stage for a group of files."""
    links = ("--links", f"data/inputs/small/{group}", "--folders", f"data/inputs/small/folders/{group}")
    return run(main, "--corpus", "small", "--files", group, "--out", f"data/small/{group}", *links)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_fetches_every_file_of_the_corpus_and_removes_others(workdir: Path, run) -> None:
    lay_out(workdir)
    sha256 = hashlib.sha256(as_json(DEV)).hexdigest()
    Path("words.tmx").write_bytes(b"<tmx/>")
    Path("gold.json").write_bytes(b"{}")
    Path("judged.csv").write_bytes(b"verdict\n")
    extras = "    memory: words.tmx\n    gold: gold.json\n    verdicts: judged.csv\n"
    Path("params.yaml").write_text(PARAMS + f"    sha256: {{dev: {sha256}}}\n{extras}", encoding="utf-8")
    OUT.mkdir(parents=True)
    (OUT / ".train.json.1.part").write_bytes(b"left by a power cut")
    assert fetch(run, "source").stdout == "fetch: small, source: train.json, dev.json; 4 questions\n"
    assert fetch(run, "memory").stdout == "fetch: small, memory: memory.tmx\n"
    assert fetch(run, "judgements").stdout == "fetch: small, judgements: gold.json, verdicts.csv\n"
    files = {"train.json": as_json(TRAIN), "dev.json": as_json(DEV)}
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    assert contents(OUT) == files | {"SHA256SUMS": sums.encode()}
    assert contents(Path("data/small/memory")).keys() == {"memory.tmx", "SHA256SUMS"}
    assert contents(Path("data/small/judgements")).keys() == {"gold.json", "verdicts.csv", "SHA256SUMS"}


def test_the_checksum_of_the_only_split_is_not_applied_to_the_memory(workdir: Path, run) -> None:
    lay_out(workdir)
    Path("words.tmx").write_bytes(b"<tmx/>")
    sha256 = hashlib.sha256(as_json(DEV)).hexdigest()
    text = PARAMS.replace("    train: train.json\n", f"    sha256: {sha256}\n    memory: words.tmx\n")
    Path("params.yaml").write_text(text, encoding="utf-8")
    assert fetch(run, "source").stdout == "fetch: small, source: dev.json; 2 questions\n"
    assert fetch(run, "memory").stdout == "fetch: small, memory: memory.tmx\n"


def test_links_to_local_files_are_written(workdir: Path, run) -> None:
    lay_out(workdir)
    absolute = workdir / "elsewhere" / "words.tmx"
    absolute.parent.mkdir()
    absolute.write_bytes(b"<tmx/>")
    Path("params.yaml").write_text(f"{PARAMS}    memory: {absolute}\n", encoding="utf-8")
    fetch(run, "source")
    assert contents(LINKS) == {
        "train": as_json(TRAIN),
        "dev": as_json(DEV),
        "locations.json": b'{\n  "dev": "dev.json",\n  "train": "train.json"\n}\n',
    }
    assert str((LINKS / "train").readlink()) == "../../../../train.json"
    fetch(run, "memory")
    assert (LINKS.parent / "memory" / "memory").readlink() == absolute
    assert fetch(run, "judgements").stdout == "fetch: small, judgements: no files\n"
    assert contents(LINKS.parent / "judgements") == {"locations.json": b"{}\n"}
    assert contents(LINKS.parent / "folders" / "judgements") == {"train": b"\n", "dev": b"\n"}


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"", "fetch: train.json: empty; a file of questions looks like"),
        (b"<html>", "fetch: train.json: this is an HTML page; "),
        (b'{"data": []}', "fetch: train.json: no questions"),
    ],
)
def test_a_file_that_is_not_squad_is_not_kept(workdir: Path, refusal, raw: bytes, line: str) -> None:
    lay_out(workdir)
    Path("train.json").write_bytes(raw)
    assert refusal(main, *ARGUMENTS).startswith(line)
    assert list(OUT.iterdir()) == []


@pytest.mark.parametrize("is_link", [False, True])
def test_a_missing_file_is_named_with_the_remedy_before_anything_is_fetched(
    workdir: Path, run, refusal, is_link: bool
) -> None:
    lay_out(workdir)
    run(main, *ARGUMENTS)
    Path("train.json").write_bytes(as_json(DEV))
    Path("dev.json").unlink()
    if is_link:
        Path("dev.json").symlink_to("gone.json")
    assert refusal(main, *ARGUMENTS) == (
        "fetch: dev.json: No such file or directory; put it back, or correct corpora.small.dev in params.yaml"
    )
    assert (OUT / "train.json").read_bytes() == as_json(TRAIN)


def test_a_wrong_checksum_a_folder_and_an_unknown_corpus_give_a_one_line_error(workdir: Path, refusal) -> None:
    lay_out(workdir)
    got = hashlib.sha256(as_json(TRAIN)).hexdigest()
    Path("params.yaml").write_text(PARAMS + f"    sha256: {{train: {'f' * 64}}}\n", encoding="utf-8")
    assert (
        refusal(main, *ARGUMENTS)
        == f"fetch: train.json: its sha256 is {got}, not {'f' * 64}; check its origin, then correct sha256"
    )
    Path("params.yaml").write_text(PARAMS.replace("train.json", "data"), encoding="utf-8")
    assert refusal(main, *ARGUMENTS) == "fetch: data: no data files in it"
    message = "fetch: params.yaml: corpora.large: there is no such corpus (known: small)"
    assert refusal(main, "--corpus", "large", *ARGUMENTS[2:]) == message
    assert list(OUT.iterdir()) == []


def test_the_earlier_file_is_kept_when_its_source_becomes_invalid(workdir: Path, run, refusal) -> None:
    lay_out(workdir)
    run(main, *ARGUMENTS)
    Path("train.json").write_bytes(b"[]")
    assert refusal(main, *ARGUMENTS) == "fetch: train.json: no questions"
    assert (OUT / "train.json").read_bytes() == as_json(TRAIN)


def count_bytes(workdir: Path, *, repair: str = "on") -> None:
    """Write a corpus whose dev file counts bytes, and has an answer that nothing explains."""
    lay_out(workdir)
    dev = copy.deepcopy(DEV)
    dev["data"][0]["paragraphs"][0]["context"] = f"Ërmelo. {TOWER}"
    questions = dev["data"][0]["paragraphs"][0]["qas"]
    for question in questions:
        for answer in question["answers"]:
            answer["answer_start"] += 9
    questions[0]["answers"].append({"text": "Vienna", "answer_start": 9})
    Path("dev.json").write_bytes(as_json(dev))
    Path("params.yaml").write_text(PARAMS + f"    repair: {repair}\n", encoding="utf-8")


def test_systematic_errors_of_offsets_are_told_and_the_file_stays_as_it_is(workdir: Path, run) -> None:
    count_bytes(workdir)
    assert run(main, *ARGUMENTS).stdout == (
        "fetch: small: dev.json: 4 answers not at their offsets; 3 repaired: offsets count UTF-8 bytes (3); "
        "1 not repaired\n"
        "fetch: small, source: train.json, dev.json; 4 questions\n"
    )
    assert (OUT / "dev.json").read_bytes() == Path("dev.json").read_bytes()


def test_systematic_errors_of_offsets_are_refused_where_the_repair_is_off(workdir: Path, refusal) -> None:
    count_bytes(workdir, repair="off")
    assert refusal(main, *ARGUMENTS) == (
        "fetch: dev.json: 4 answers not at their offsets; 3 explained: offsets count UTF-8 bytes (3); 1 not explained "
        "(first: data[0].paragraphs[0].qas[0].answers[0]); mend the file, or switch the repair on"
    )
    assert not (OUT / "dev.json").exists()


def test_a_folder_is_a_data_set_and_what_was_read_is_recorded(workdir: Path, run) -> None:
    lay_out(workdir)
    Path("havens").mkdir()
    for name, value in (("train", TRAIN), ("test", DEV)):
        Path("havens", f"{name}.json").write_bytes(as_json(value))
    keys = "train: havens\n    split: {dev: test}"
    text = PARAMS.replace("train: train.json", keys).replace("dev: dev.json", "dev: havens")
    Path("params.yaml").write_text(text, encoding="utf-8")
    result = fetch(run, "source")
    message = "fetch: small, source: train.json, dev.json, datasets.json; 4 questions\n"
    assert result.stdout == message, result.output
    assert (OUT / "dev.json").read_bytes() == as_json(DEV)
    assert contents(LINKS).keys() == {"locations.json"}
    assert [str((FOLDERS / split).readlink()) for split in ("train", "dev")] == ["../../../../../havens"] * 2
    recorded = json.loads((OUT / "datasets.json").read_bytes())
    sha256 = hashlib.sha256(as_json(DEV)).hexdigest()
    files = [{"path": "test.json", "bytes": len(as_json(DEV)), "sha256": sha256}]
    assert recorded["dev"] == {"location": "havens", "split": "test", "files": files}
    Path("params.yaml").write_text(PARAMS, encoding="utf-8")
    assert fetch(run, "source").stdout == "fetch: small, source: train.json, dev.json; 4 questions\n"
    assert not (OUT / "datasets.json").exists()
    assert contents(FOLDERS) == {"train": b"train.json\n", "dev": b"dev.json\n"}


def test_columns_of_a_file_that_is_no_data_set_are_refused(workdir: Path, refusal) -> None:
    lay_out(workdir)
    Path("params.yaml").write_text(PARAMS + "    columns: {context: text}\n", encoding="utf-8")
    line = "fetch: train.json: config and columns need a data set: hf:owner/name@revision or a folder"
    assert refusal(main, *ARGUMENTS) == line


def test_what_was_noted_is_counted_beside_the_files(workdir: Path, run) -> None:
    lay_out(workdir)
    dev = copy.deepcopy(DEV)
    for question in dev["data"][0]["paragraphs"][0]["qas"]:
        del question["id"]
    Path("dev.json").write_bytes(as_json(dev))
    assert fetch(run, "source").stdout.splitlines()[-1] == (
        "fetch: small, source: train.json, dev.json, notes.json; 4 questions"
    )
    assert json.loads((OUT / "notes.json").read_bytes()) == {"dev": {"made_id": 2}}
    assert "notes.json" in (OUT / "SHA256SUMS").read_text()
    lay_out(workdir)
    assert fetch(run, "source").exit_code == 0
    assert contents(OUT).keys() == {"train.json", "dev.json", "SHA256SUMS"}
