"""Tests of the translation memory: look-up, damage, locks and quarantine."""

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import astuple
from spanferry.errors import TranslationError
from spanferry.records import CheckFailure
from spanferry.translation.memory.store import (
    FailedAttempt,
    Memory,
    Scope,
    lock_memory,
    open_memory,
    quarantine_log,
    release_quarantine,
)

DUTCH = Scope("mtranslate", "en", "nl")
WEIR = FailedAttempt(*astuple(DUTCH), "weir", CheckFailure.EMPTY, "", failures=10, repeats=9, final=True)


def filled(folder: Path) -> Path:
    with open_memory(folder, DUTCH) as memory:
        memory.add([("quay", "", "kade"), ("lock", "", "slot"), ("lock", "c0ffee", "sluis")])
        memory.add([("lock", "", "grendel")])
        memory.add_failure(FailedAttempt(*astuple(DUTCH), "weir", CheckFailure.LENGTH, "w", failures=1, repeats=1))
        memory.add_failure(WEIR)
    return folder


def test_translations_are_looked_up_by_text_context_and_scope(tmp_path):
    memory = Memory(filled(tmp_path), DUTCH)
    assert len(memory) == 3
    assert (memory.get("quay"), memory.get("lock"), memory.get("lock", "c0ffee")) == ("kade", "grendel", "sluis")
    assert (memory.get("Quay"), memory.get("quay", "c0ffee")) == (None, None)
    assert (memory.failed_attempt("weir"), memory.failed_attempt("weir", "c0ffee"), memory.failed_attempt("quay")) == (
        WEIR,
        None,
        None,
    )
    for other in (Scope("mtranslate", "en", "de"), Scope("deepl", "en", "nl"), Scope("mtranslate", "nl", "en")):
        assert len(Memory(tmp_path, other)) == 0
        assert Memory(tmp_path, other).failed_attempt("weir") is None


def test_one_scope_of_several_is_read(tmp_path):
    filled(tmp_path)
    with open_memory(tmp_path, Scope("deepl", "en", "nl")) as other:
        other.add([("quay", "", "kaai")])
    assert Memory(tmp_path, DUTCH).get("quay") == "kade"
    assert Memory(tmp_path, other.scope).get("quay") == "kaai"


def test_a_torn_end_is_cut_off_and_reported(tmp_path):
    path = filled(tmp_path) / "translations.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    assert "a crash has truncated the last record" in Memory(tmp_path, DUTCH).damage
    assert path.read_bytes() == whole[:-5]  # reading does not change the file
    with open_memory(tmp_path, DUTCH) as memory:
        assert str(path) in memory.damage
        assert memory.get("lock") == "slot"
        memory.add([("lock", "", "grendel")])
    assert path.read_bytes() == whole
    assert Memory(tmp_path, DUTCH).damage == ""


def test_only_one_process_writes(tmp_path):
    program = (
        "import sys; from pathlib import Path; from spanferry.translation.memory.store import lock_memory\n"
        "with lock_memory(Path(sys.argv[1])): print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "locked\n"
        with (
            pytest.raises(TranslationError, match="another process is using the translation memory"),
            lock_memory(tmp_path),
        ):
            pass
        Memory(tmp_path, DUTCH)  # reading needs no lock
        other.kill()
    with lock_memory(tmp_path):  # the lock ends with its process
        pass


def test_quarantined_texts_are_released(tmp_path):
    assert release_quarantine(filled(tmp_path)) == 1
    assert Memory(tmp_path, DUTCH).failed_attempt("weir") is None
    assert list(quarantine_log(tmp_path).records()) == []
    assert release_quarantine(tmp_path) == 0
