"""Tests of data sets as sources: from a stand-in of the Hub over real HTTP, and from folders with the same layout."""

import gzip
import io
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huggingface_hub import constants
from spanferry.errors import FetchError
from spanferry.hub.source import DataFile, DataSet, encode_data_sets, fetch_split, is_data_set

from tests.support.hub_standin import Hub

LOCK = "A löck in Ulm was built in 1612."
ROWS = [
    {
        **{"id": "when", "title": "Lock", "context": LOCK, "question": "When was it built?"},
        "answers": {"text": ["1612"], "answer_start": [27]},
    },
    {
        **{"id": "who", "title": "Lock", "context": LOCK, "question": "Who built it? 😀"},
        "answers": {"text": [], "answer_start": []},
    },
]
OTHERS = [ROWS[1] | {"id": "why", "question": "Why?"}]
CARD = """\
---
configs:
- config_name: german
  data_files:
  - split: train
    path: de/*.parquet
- config_name: english
  data_files:
  - split: train
    path: en/train.parquet
  - split: heldout
    path: [en/a.parquet, en/b.parquet]
---
# Havens
"""


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


def as_lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


FILES = {
    "README.md": CARD.encode(),
    "de/train.parquet": as_parquet(ROWS),
    "en/train.parquet": as_parquet(OTHERS),
    "en/a.parquet": as_parquet(ROWS),
    "en/b.parquet": as_parquet(OTHERS),
}
SHARDS = {
    "data/train-00000-of-00002.parquet": as_parquet(ROWS),
    "data/train-00001-of-00002.parquet": as_parquet(OTHERS),
    "data/validation-00000-of-00001.parquet": as_parquet(OTHERS),
}


def lay_out(folder: Path, files: Mapping[str, bytes]) -> str:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return str(folder)


def fetch(location: str, target: Path, split: str = "train", config: str | None = None, **columns: str) -> DataSet:
    return fetch_split(
        location, config, split, {key.replace("__", "."): value for key, value in columns.items()}, target
    )


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def record_of(files: Mapping[str, bytes], *names: str) -> tuple[DataFile, ...]:
    return tuple(DataFile(name, len(files[name]), sha256(files[name]).hexdigest()) for name in names)


def test_the_shards_of_a_split_arrive_in_order_and_are_recorded(hub: Hub, tmp_path: Path) -> None:
    commit = hub.publish("anna/havens", SHARDS, "v1.0")
    fetched = fetch("hf:anna/havens@v1.0", tmp_path / "train.json")
    assert lines_of(tmp_path / "train.json") == [*ROWS, *OTHERS]
    files = record_of(SHARDS, "data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet")
    assert fetched == DataSet("hf:anna/havens@v1.0", "train", files, commit)
    assert not any("validation" in request for request in hub.requests)


def test_a_commit_is_a_revision_and_the_second_time_all_comes_from_the_cache(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = hub.publish("anna/havens", FILES, "v1.0")
    first = fetch(f"hf:anna/havens@{commit}", tmp_path / "a", "heldout", "english")
    assert lines_of(tmp_path / "a") == [*ROWS, *OTHERS]
    assert fetch("hf:anna/havens@v1.0", tmp_path / "tagged", "heldout", "english").commit == commit
    hub.requests.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    for revision in (commit, "v1.0"):
        again = fetch(f"hf:anna/havens@{revision}", tmp_path / "b", "heldout", "english")
        assert (again.commit, again.files) == (commit, first.files)
        assert (tmp_path / "b").read_bytes() == (tmp_path / "a").read_bytes()
    with pytest.raises(FetchError, match="not completely in the cache, and the Hub cannot be reached"):
        fetch(f"hf:anna/havens@{commit}", tmp_path / "b", "train", "english")
    with pytest.raises(
        FetchError, match="hf:bert/havens@v1: not completely in the cache, and the Hub cannot be reached"
    ):
        fetch("hf:bert/havens@v1", tmp_path / "b")
    assert hub.requests == []


def test_the_hub_and_a_folder_with_the_same_layout_give_the_same_bytes(hub: Hub, tmp_path: Path) -> None:
    hub.publish("anna/havens", FILES, "v1.0")
    folder = lay_out(tmp_path / "havens", FILES)
    for config, split in (("german", "train"), ("english", "train"), ("english", "heldout")):
        remote = fetch("hf:anna/havens@v1.0", tmp_path / "remote", split, config)
        local = fetch(folder, tmp_path / "local", split, config)
        assert (tmp_path / "remote").read_bytes() == (tmp_path / "local").read_bytes()
        assert (local.files, local.commit) == (remote.files, None)
    assert is_data_set(folder)
    assert is_data_set("hf:anna/havens@v1.0")
    assert not is_data_set("train.json")


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("hf:anna/havens@main", "main is a branch, which moves; write hf:anna/havens@{commit}"),
        ("hf:anna/havens@v2", "no such revision; tags: v1.0; or write a commit of 40 digits"),
        (f"hf:anna/havens@{'1' * 40}", "no such revision"),
        ("hf:bert/havens@v1.0", "no such data set, or it is private (then set HF_TOKEN, or run: hf auth login)"),
    ],
)
def test_a_wrong_id_gives_one_line(hub: Hub, tmp_path: Path, location: str, message: str) -> None:
    commit = hub.publish("anna/havens", SHARDS, "v1.0")
    with pytest.raises(FetchError) as caught:
        fetch(location, tmp_path / "train.json")
    assert str(caught.value) == f"{location}: {message.format(commit=commit)}"


TOKEN = "hf_s3cretToken"


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (
            401,
            {"X-Error-Message": "Invalid credentials in Authorization header"},
            "HTTP 401: the token is not accepted",
        ),
        (
            403,
            {"X-Error-Code": "GatedRepo"},
            "its owners grant access on request; ask for it on its page, then set HF_",
        ),
        (
            403,
            {"X-Error-Message": f"no rights: {TOKEN}"},
            "HTTP 403: the token may not read it; set HF_TOKEN, or run: ",
        ),
        (429, {}, "HTTP 429: too many requests; try again later, or set HF_TOKEN"),
        (451, {"X-Error-Message": f"of {TOKEN}"}, ""),
    ],
)
def test_a_refusal_gives_one_line_with_the_remedy_and_without_the_token(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, headers: dict[str, str], message: str
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.publish("anna/havens", SHARDS, "v1.0")
    hub.refused, hub.refusal = status, headers
    with pytest.raises(FetchError) as caught:
        fetch("hf:anna/havens@v1.0", tmp_path / "train.json")
    assert str(caught.value).startswith(f"hf:anna/havens@v1.0: {message}")
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_a_gated_file_and_a_hub_that_is_down_give_one_line(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.publish("anna/havens", SHARDS, "v1.0")
    hub.gated = True
    with pytest.raises(FetchError, match=r"^hf:anna/havens@v1.0: its owners grant access on request; ask for it on"):
        fetch("hf:anna/havens@v1.0", tmp_path / "train.json")
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(FetchError, match=r"v1.0: the Hub cannot be reached: .* refused; HF_HUB_OFFLINE=1 uses only"):
        fetch("hf:anna/havens@v1.0", tmp_path / "train.json")
    monkeypatch.setenv("HF_TOKEN", "hf_s3cret€")
    with pytest.raises(FetchError, match=r"v1.0: the token of the Hub has characters that no token has; set HF_TOKEN"):
        fetch("hf:anna/havens@v1.0", tmp_path / "train.json")


def test_packed_files_are_read(tmp_path: Path) -> None:
    one, other = gzip.compress(as_lines(ROWS), mtime=0), as_lines(OTHERS)
    folder = lay_out(tmp_path / "packed havens", {"train-1.jsonl.gz": one, "train-2.jsonl": other})
    fetch(folder, tmp_path / "out")
    assert lines_of(tmp_path / "out") == [*ROWS, *OTHERS]


@pytest.mark.parametrize(
    ("split", "config", "message"),
    [
        ("train", None, "choose a configuration with `config` (it has: german, english)"),
        ("train", "dutch", "no configuration 'dutch' (it has: german, english)"),
        ("validation", "english", "no split 'validation' (it has: heldout, train); name it in `split`"),
        ("validation", "german", "no split 'validation' (it has: train); name it in `split`"),
    ],
)
def test_a_wrong_configuration_or_split_gives_those_that_exist(
    tmp_path: Path, split: str, config: str | None, message: str
) -> None:
    folder = lay_out(tmp_path / "havens", FILES)
    with pytest.raises(FetchError) as caught:
        fetch(folder, tmp_path / "out", split, config)
    assert str(caught.value) == f"{folder}: {message}"


def test_columns_are_renamed_nested_ones_too(tmp_path: Path) -> None:
    rows = [
        {
            "key": 7,
            "passage": {"body": LOCK, "name": "Lock"},
            "query": "When?",
            "spans": [{"begin": 27, "what": "1612"}, {"begin": 10, "what": "Ulm"}],
        },
        {"key": 8, "passage": {"body": LOCK, "name": "Lock"}, "query": "Who?", "spans": []},
    ]
    columns = {
        **{"id": "key", "context": "passage.body", "title": "passage.name", "question": "query"},
        **{"answers__text": "spans.what", "answers__answer_start": "spans.begin"},
    }
    wanted = [
        {
            **{"id": 7, "context": LOCK, "title": "Lock", "question": "When?"},
            "answers": {"text": ["1612", "Ulm"], "answer_start": [27, 10]},
        },
        {
            **{"id": 8, "context": LOCK, "title": "Lock", "question": "Who?"},
            "answers": {"text": [], "answer_start": []},
        },
    ]
    for name, content in (("train.parquet", as_parquet(rows)), ("train.jsonl", as_lines(rows))):
        folder = lay_out(tmp_path / name, {name: content})
        fetched = fetch(folder, tmp_path / "out", **columns)
        assert lines_of(tmp_path / "out") == wanted
        assert fetched.columns["answers.text"] == "spans.what"
        with pytest.raises(FetchError) as caught:
            fetch(folder, tmp_path / "out", **{**columns, "context": "passage.text"})
        assert str(caught.value) == (
            f"{folder}: columns.context: no column 'passage.text' (it has: key, passage, passage.body, passage.name, "
            "query, spans, spans.begin, spans.what)"
        )
        with pytest.raises(FetchError, match=r"no column 'context' and no column 'question' \(it has: key, p"):
            fetch(lay_out(tmp_path / name, {name.replace("train", "train-2"): content}), tmp_path / "out")


def test_flat_columns_of_a_table_of_text(tmp_path: Path) -> None:
    table = f"n,text,ask,says,at\n1,{LOCK},When?,1612,27\n".encode()
    folder = lay_out(tmp_path / "table", {"train.csv": table})
    columns = {"context": "text", "question": "ask", "answers__text": "says", "answers__answer_start": "at"}
    fetch(folder, tmp_path / "out", **columns)
    answer = {"text": 1612, "answer_start": 27}
    assert lines_of(tmp_path / "out") == [{"n": 1, "context": LOCK, "question": "When?", "answers": answer}]


def test_the_only_json_file_is_copied_as_it_is(tmp_path: Path) -> None:
    squad = b'{ "version": "1.1", "data": [{"paragraphs": []}] }\n'
    folder = lay_out(tmp_path / "havens", {"train.json": squad, "dev.json": b"{}"})
    fetch(folder, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == squad


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no data files in it"),
        ({"havens.py": b"raise SystemExit"}, "needs its own script to be read: havens.py is a script, and"),
        (
            {"havens.py": b"raise SystemExit", "raw.json": b"[]"},
            "needs its own script to be read: havens.py is a script, and scripts are not run",
        ),
        ({"train.txt": b"words"}, "split 'train': no file matches **/train[-._ 0-9"),
        ({"README.md": b"---\nconfigs: 3\n---\n"}, "README.md: Expected configs to be a list, but got '3'"),
        (
            {"README.md": b"---\nconfigs:\n- config_name: a\n  data_files: ../../secret.json\n---\n"},
            "'../../secret.json' is not a file of the data set; only these are read",
        ),
        (
            {"README.md": b"---\nconfigs:\n- config_name: a\n  data_files: https://example.org/a.json\n---\n"},
            "is not a file of the data set; only these are read",
        ),
        (
            {"README.md": b"---\nconfigs:\n- config_name: a\n  data_dir: /etc\n---\n"},
            "README.md: data_dir '/etc' leads out of the data set",
        ),
        ({"train.csv": b"a,b\n1,2\n", "train.parquet": as_parquet(ROWS)}, "files of several kinds: csv, parquet"),
        ({"train.parquet": b"PAR1 no"}, "Parquet"),
        ({"README.md": b"---\nconfigs: [a: b: c\n---\n"}, "README.md: while parsing"),
        ({"README.md": b"---\nconfigs: \x04\n---\n"}, "README.md: unacceptable character"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path: Path, files: dict[str, bytes], message: str) -> None:
    (tmp_path / "havens").mkdir()
    folder = lay_out(tmp_path / "havens", files)
    with pytest.raises(FetchError) as caught:
        fetch(folder, tmp_path / "out")
    assert str(caught.value).startswith(f"{folder}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_converted_rows_of_a_data_set_with_a_script_are_named(hub: Hub, tmp_path: Path) -> None:
    hub.publish("anna/havens", {"havens.py": b"", "raw.json": b"[]"}, "v1.0", converted="c" * 40)
    with pytest.raises(FetchError) as caught:
        fetch("hf:anna/havens@v1.0", tmp_path / "out")
    assert str(caught.value).endswith(f"; the Hub has its rows as parquet: hf:anna/havens@{'c' * 40}")


def test_the_record_has_what_was_fetched() -> None:
    record = DataSet("hf:a/b@v1", "test", (DataFile("a.csv", 3, "f" * 64),), "0" * 40, None, {"context": "text"})
    assert json.loads(encode_data_sets({"dev": record})) == {
        "dev": {
            "location": "hf:a/b@v1",
            "split": "test",
            "files": [{"path": "a.csv", "bytes": 3, "sha256": "f" * 64}],
            "commit": "0" * 40,
            "columns": {"context": "text"},
        }
    }
