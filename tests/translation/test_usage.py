"""Tests of the usage of services: how it is summed, booked to a purpose, and kept over runs."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from spanferry.errors import TranslationError
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.base import Request, Translator
from spanferry.translation.memory.store import Scope, open_memory, read_usage
from spanferry.translation.settings import TranslateSettings
from spanferry.translation.usage import Usage, UsageMeter, total_usage

from tests.support.standin import dutch

TEXTS = ["The quay is old.", "The ferry sank in 1887.", "A bell calls the ferry."]


class Billed(Translator):
    """A service that bills each response, also a bad one."""

    identity = "billed"
    remote = True

    def __init__(self) -> None:
        self.meter = UsageMeter()
        self.sent: list[str] = []

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        self.sent += [request.text for request in batch]
        self.meter.add(Usage(requests=1, characters=sum(len(request.text) for request in batch), output_tokens=3))
        return ["" if self.sent.count(request.text) == 1 else dutch(request.text) for request in batch]


def translate(folder: Path, purpose: str, texts: Sequence[str], **settings) -> tuple[Usage | None, Billed]:
    engine = Billed()
    with open_memory(folder, Scope("billed", "en", "nl")) as memory:
        session = TranslationSession(engine, memory, TranslateSettings(**settings), ("en", "nl"), purpose=purpose)
        session.translate(Segment(text, "sentence") for text in texts)
        return session.spent, engine


def test_usage_is_summed():
    parts = [Usage(1, 20), Usage(input_tokens=5), Usage(1, 1, 1, 1)]
    assert total_usage(parts) == Usage(requests=2, characters=21, input_tokens=6, output_tokens=1)


def test_a_meter_is_emptied_when_it_is_read():
    meter = UsageMeter()
    meter.add(Usage(1, 5))
    meter.add(Usage(1, 6))
    meter.add(Usage(output_tokens=9), job="batch_1")
    assert meter.take() == {"": Usage(2, 11), "batch_1": Usage(output_tokens=9)}
    assert meter.take() == {}


def test_every_response_is_booked_to_its_purpose_also_by_later_runs(tmp_path, hurried):
    spent, engine = translate(tmp_path, "translate a", TEXTS[:2])
    assert len(engine.sent) == 4
    assert spent == Usage(requests=4, characters=2 * sum(map(len, TEXTS[:2])), output_tokens=12)
    assert translate(tmp_path, "translate a", TEXTS[:2])[0] == spent
    rescued, _ = translate(tmp_path, "rescue a", TEXTS)
    assert rescued == Usage(requests=2, characters=2 * len(TEXTS[2]), output_tokens=6)
    assert total_usage(read_usage(tmp_path)) == total_usage([spent, rescued])
    assert {entry.purpose for entry in read_usage(tmp_path)} == {"translate a", "rescue a"}


def test_a_run_that_fails_keeps_what_it_spent(tmp_path, hurried):
    with pytest.raises(TranslationError, match="max_requests"):
        translate(tmp_path, "translate a", TEXTS, max_requests=2)
    assert total_usage(read_usage(tmp_path)).requests == 2
    spent, _ = translate(tmp_path, "translate a", TEXTS)
    assert spent is not None
    assert spent == total_usage(read_usage(tmp_path))
    assert spent.requests > 4


def test_a_job_counts_once(tmp_path):
    scope = Scope("billed", "en", "nl")
    for _ in range(2):
        with open_memory(tmp_path, scope) as memory:
            memory.add_usage("translate a", {"batch_1": Usage(input_tokens=7), "": Usage(requests=1)})
            spent = memory.spent
    assert spent == {"translate a": Usage(requests=2, input_tokens=7)}
    assert total_usage(read_usage(tmp_path)) == Usage(requests=2, input_tokens=7)


def test_an_engine_without_a_bill_spends_nothing(tmp_path):
    with open_memory(tmp_path, Scope("billed", "en", "nl")) as memory:
        engine = Billed()
        engine.meter = None
        assert TranslationSession(engine, memory, TranslateSettings(), ("en", "nl")).spent is None
    assert (tmp_path / "usage.jsonl").read_text() == ""
