import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import astuple
from spanferry.errors import TranslationError
from spanferry.records import CheckFailure
from spanferry.translation.memory.store import FailedAttempt, Memory, Scope, locked, opened, quarantine_log, release

DUTCH = Scope("mtranslate", "en", "nl")
WEIR = FailedAttempt(*astuple(DUTCH), "weir", CheckFailure.EMPTY, "", bad=10, same=9, final=True)


def filled(folder: Path) -> Path:
    with opened(folder, DUTCH) as memory:
        memory.put([("quay", "", "kade"), ("lock", "", "slot"), ("lock", "c0ffee", "sluis")])
        memory.put([("lock", "", "grendel")])
        memory.set_back(FailedAttempt(*astuple(DUTCH), "weir", CheckFailure.LENGTH, "w", bad=1, same=1))
        memory.set_back(WEIR)
    return folder


def test_what_is_put_is_held_by_its_text_its_context_and_its_scope(tmp_path):
    memory = Memory(filled(tmp_path), DUTCH)
    assert len(memory) == 3
    assert (memory.get("quay"), memory.get("lock"), memory.get("lock", "c0ffee")) == ("kade", "grendel", "sluis")
    assert (memory.get("Quay"), memory.get("quay "), memory.get("quay", "c0ffee")) == (None, None, None)
    assert (memory.setback("weir"), memory.setback("weir", "c0ffee"), memory.setback("quay")) == (WEIR, None, None)
    for other in (Scope("mtranslate", "en", "de"), Scope("deepl", "en", "nl"), Scope("mtranslate", "nl", "en")):
        assert len(Memory(tmp_path, other)) == 0
        assert Memory(tmp_path, other).setback("weir") is None


def test_a_scope_is_read_from_among_others(tmp_path):
    filled(tmp_path)
    with opened(tmp_path, Scope("deepl", "en", "nl")) as other:
        other.put([("quay", "", "kaai")])
    assert Memory(tmp_path, DUTCH).get("quay") == "kade"
    assert Memory(tmp_path, other.scope).get("quay") == "kaai"


def test_a_torn_end_is_cut_off_and_told(tmp_path):
    path = filled(tmp_path) / "translations.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    assert "a crash has torn the last record" in Memory(tmp_path, DUTCH).notice
    assert path.read_bytes() == whole[:-5]  # reading changes nothing
    with opened(tmp_path, DUTCH) as memory:
        assert str(path) in memory.notice
        assert memory.get("lock") == "slot"
        memory.put([("lock", "", "grendel")])
    assert path.read_bytes() == whole
    assert Memory(tmp_path, DUTCH).notice == ""


def test_only_one_process_writes(tmp_path):
    program = (
        "import sys; from pathlib import Path; from spanferry.translation.memory.store import locked\n"
        "with locked(Path(sys.argv[1])): print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(TranslationError, match="another process is using the translation memory"), locked(tmp_path):
            pass
        Memory(tmp_path, DUTCH)  # reading is free
        other.kill()
    with locked(tmp_path):  # the lock dies with its process
        pass


def test_release(tmp_path):
    assert release(filled(tmp_path)) == 1
    assert Memory(tmp_path, DUTCH).setback("weir") is None
    assert list(quarantine_log(tmp_path).records()) == []
    assert release(tmp_path) == 0
