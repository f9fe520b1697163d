"""Tests of atomic writing: a file is complete or absent."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from spanferry.errors import InputError
from spanferry.files import atomic_folder, atomic_write, file_sha256, read_json, write_bytes, write_json


def test_a_failure_leaves_the_old_file_and_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    path.write_bytes(b"old")

    def fail() -> None:
        with atomic_write(path) as part:
            part.write_bytes(b"ne")
            assert path.read_bytes() == b"old"
            raise RuntimeError("cut off")

    with pytest.raises(RuntimeError, match="cut off"):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_success_replaces_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "figures.json"
    write_bytes(path, b"first")
    write_bytes(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


def test_a_link_is_replaced_and_its_target_unchanged(tmp_path: Path) -> None:
    """DVC may link outputs to its cache, which must not change."""
    cached, path = tmp_path / "cached", tmp_path / "linked"
    cached.write_bytes(b"cached")
    path.symlink_to(cached)
    write_bytes(path, b"new")
    assert (cached.read_bytes(), path.read_bytes(), path.is_symlink()) == (b"cached", b"new", False)


def test_a_file_that_was_never_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_write(tmp_path / "figures.json"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("blocked", ["file/below", "folder"])
def test_a_path_that_cannot_be_written_is_an_os_error(tmp_path: Path, blocked: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder" / "full").mkdir(parents=True)
    with pytest.raises(OSError, match=r"exists|directory"):
        write_bytes(tmp_path / blocked, b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_equal_values_give_equal_bytes(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"b": [1, 0.5, None], "a": "één"})
    write_json(tmp_path / "b.json", dict(reversed({"b": [1, 0.5, None], "a": "één"}.items())))
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == (
        '{\n  "a": "één",\n  "b": [\n    1,\n    0.5,\n    null\n  ]\n}\n'
    )


def interrupt(path: Path) -> None:
    path.write_text("")
    raise KeyboardInterrupt


def test_a_folder_is_replaced_atomically(tmp_path):
    folder = tmp_path / "model"
    for content in ("old", "new"):
        with atomic_folder(folder) as part:
            (part / content).write_text(content)
    with pytest.raises(KeyboardInterrupt), atomic_folder(folder) as part:
        interrupt(part / "torn")
    assert [path.name for path in tmp_path.rglob("*")] == ["model", "new"]


def test_the_files_of_a_killed_process_are_removed_by_the_next_write(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for owner in (dead.pid, os.getpid()):  # in a container a new process may have the ID of a dead one
        (tmp_path / f".model.{owner}.part").mkdir()
        (tmp_path / f".model.{owner}.old").mkdir()
        (tmp_path / f".model.{owner}.old" / "weights").write_bytes(b"old")
        (tmp_path / f".figures.json.{owner}.part").write_bytes(b"{")
    others = {f".figures.json.{os.getppid()}.part", ".figures.json.mine.part"}
    for name in others:
        (tmp_path / name).write_bytes(b"{")
    with atomic_folder(tmp_path / "model") as part:
        (part / "weights").write_bytes(b"new")
    write_json(tmp_path / "figures.json", {})
    assert {path.name for path in tmp_path.iterdir()} == {"model", "figures.json", *others}


def test_the_error_of_a_full_disk_names_the_path(tmp_path: Path) -> None:
    """A limit on the size of a file has the same kind of error: it names no file."""
    path = tmp_path / "figures.json"
    path.write_bytes(b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match=r"File too large: '.*figures\.json'"):
            write_bytes(path, bytes(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not counts: Input data was truncated"),
        (b'{"a": "x"}', "not counts: a value in it: must be a whole number, not text"),
        (b"\xff", ""),
    ],
)
def test_json_of_another_form_is_an_error_that_names_the_file(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "counts.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"counts\.json: {message}"):
        read_json(path, dict[str, int], "not counts: {}")


def test_a_pipe_and_a_missing_file_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe: Not a regular file"):
        read_json(tmp_path / "pipe", list[int])
    with pytest.raises(InputError, match="none: No such file or directory"):
        read_json(tmp_path / "none", list[int])


def test_the_checksum_equals_that_of_sha256sum(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert file_sha256(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
