"""Tests of the journal: records are read as written, and a crash loses at most the last one."""

from pathlib import Path

import pytest
from msgspec import Struct
from spanferry.translation.memory.journal import Log


class Row(Struct, frozen=True):
    text: str


def filled(path: Path, *texts: str) -> Path:
    log = Log(path, Row)
    list(log.records())
    log.open()
    log.append(Row(text) for text in texts)
    log.close()
    return path


def texts(log: Log[Row]) -> list[str]:
    return [row.text for row in log.records()]


def test_records_come_back_in_order(tmp_path: Path):
    path = filled(tmp_path / "log", "één", "two\nlines")
    filled(path, "three")
    log = Log(path, Row)
    assert texts(log) == ["één", "two\nlines", "three"]
    assert log.damage == ""
    assert texts(Log(tmp_path / "none", Row)) == []


def test_a_crash_at_any_byte_loses_at_most_the_last_record(tmp_path: Path):
    whole = filled(tmp_path / "whole", "one", "twee ë", "three").read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == ord("\n")]
    for cut in range(len(whole)):
        path = tmp_path / "torn"
        path.write_bytes(whole[:cut])
        log = Log(path, Row)
        survived = sum(end <= cut for end in ends)
        assert texts(log) == ["one", "twee ë", "three"][:survived]
        assert bool(log.damage) == (cut not in (0, *ends))
        log.open()
        log.append([Row("four")])
        log.close()
        after = Log(path, Row)
        assert texts(after) == [*["one", "twee ë", "three"][:survived], "four"]
        assert after.damage == ""


def test_damage_is_described(tmp_path: Path):
    path = filled(tmp_path / "log", "one")
    good = path.read_bytes()
    path.write_bytes(good + b"\x00\x00\xff\n" + good + b'{"text":"to')
    log = Log(path, Row)
    assert texts(log) == ["one", "one"]
    assert log.damage == (
        f"{path}: a crash has truncated the last record; its 11 bytes are ignored; 1 unreadable line is ignored"
    )
    # Blocks that a power cut left unwritten are torn, too.
    path.write_bytes(good + b"\x00" * 4096 + b"\n")
    assert texts(log) == ["one"]
    assert log.torn == 4097


def test_a_full_disk_leaves_no_half_record(tmp_path: Path):
    path = filled(tmp_path / "log", "one")
    log = Log(path, Row)
    assert texts(log) == ["one"]
    log.open()

    class Full:
        def __init__(self, file):
            self.file = file

        def write(self, data: bytes) -> int:
            self.file.write(data[: len(data) // 2])
            raise OSError(28, "No space left on device")

        def __getattr__(self, name: str):
            return getattr(self.file, name)

    file, log._file = log._file, Full(log._file)
    with pytest.raises(OSError, match="No space left"):
        log.append([Row("two")])
    log._file = file
    log.append([Row("three")])
    log.close()
    assert texts(Log(path, Row)) == ["one", "three"]
