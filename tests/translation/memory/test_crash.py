"""Tests of crashes: a run that is killed again and again loses no answer that it received."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.support.standin import dutch

PROGRAM = """
import sys
from pathlib import Path
from spanferry import tables
from spanferry.translation.client.tasks import Segment
from spanferry.translation.client.segment_tables import translation_table
from spanferry.translation.client.setup import open_session
from spanferry.translation.settings import TranslateSettings

folder = Path(sys.argv[1])
segments = [Segment(f"Lock {n} was built in {1600 + n}.", "sentence") for n in range(300)]
settings = TranslateSettings(workers=4)
with open_session("mtranslate", ("en", "nl"), folder=folder / "memory", settings=settings) as session:
    tables.write(translation_table(segments, session.translate(segments), session), folder / "translations.parquet")
"""
WORKERS = 4
KILLS = 4


def start(folder: Path) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", PROGRAM, folder], env=os.environ.copy())


def test_a_killed_run_loses_no_answer(google, tmp_path):
    served = google(lambda text, n: time.sleep(0.005) or dutch(text))
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    killed.mkdir()
    assert start(whole).wait(60) == 0
    served.seen.clear()
    dice = random.Random(5)
    for _ in range(KILLS):
        log = killed / "memory" / "translations.jsonl"
        size = log.stat().st_size if log.exists() else 0
        process = start(killed)
        while process.poll() is None and not (log.exists() and log.stat().st_size > size):
            time.sleep(0.005)
        time.sleep(dice.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    assert start(killed).wait(60) == 0
    assert (killed / "translations.parquet").read_bytes() == (whole / "translations.parquet").read_bytes()
    assert len(served.seen) == 300
    assert served.seen.total() - 300 <= KILLS * WORKERS
