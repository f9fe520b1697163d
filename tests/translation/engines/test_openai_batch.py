"""Tests of batch jobs, with a local server that has OpenAI's batch interface: every step may be interrupted."""

import json
import threading
from collections import Counter

import msgspec
import pytest
from spanferry.errors import TranslationError
from spanferry.records import CheckFailure
from spanferry.translation.client.rate_limiter import RateLimiter
from spanferry.translation.client.tasks import Segment, TranslationResult
from spanferry.translation.engines.base import Refused, RefusedBeforeSuccess, Request, Throttled
from spanferry.translation.engines.openai import OpenAI
from spanferry.translation.engines.openai_batch import OpenAIBatch
from spanferry.translation.memory.ledger import read_usage
from spanferry.translation.prices import price_of
from spanferry.translation.settings import OpenAISettings
from spanferry.translation.usage import total_usage

from tests.support.behaviours import environment, opened, translate
from tests.support.interfaces import KEY, BatchInterface, Fault, Reply, serve
from tests.support.standin import dutch

TEXTS = [f"The {n}th boat came through the lock." for n in range(30)]
GOOD = [TranslationResult(dutch(text)) for text in TEXTS]
NO_TEMPERATURE = Reply(
    {"error": {"message": "Unsupported value", "param": "temperature", "code": "unsupported_value"}}, 400
)
STEPS = [
    ("POST", "/v1/files"),
    ("POST", "/v1/batches"),
    ("GET", "/v1/batches/batch_0"),
    ("GET", "/v1/files/file-1/content"),
]


@pytest.fixture
def served():
    with serve(BatchInterface(lambda text, n: dutch(text))) as interface:
        yield interface
    assert interface.violations == []


def engine_for(served, folder, **settings):
    made = msgspec.convert(served.settings() | settings, OpenAISettings)
    return OpenAIBatch(made, ("en", "nl"), folder)


def uploads(served):
    return [file for file in served.files.values() if file["filename"].startswith("spanferry-")]


def test_a_job_has_one_file_and_one_batch(served, tmp_path):
    assert translate(served, tmp_path, TEXTS) == GOOD
    (file,), (batch,) = uploads(served), served.batches.values()
    lines = [json.loads(line) for line in file["content"].splitlines()]
    assert [line["custom_id"] for line in lines] == [str(n) for n in range(8)]
    assert batch["metadata"] == {"spanferry": file["filename"].removeprefix("spanferry-").removesuffix(".jsonl")}
    assert served.answered == dict.fromkeys(TEXTS, 1)
    assert not list((tmp_path / "batches").glob("*.json"))
    (entry,) = read_usage(tmp_path)
    assert (entry.job, entry.requests, entry.characters) == (batch["metadata"]["spanferry"], 8, sum(map(len, TEXTS)))
    assert entry.input_tokens > entry.output_tokens > 0


@pytest.mark.parametrize("step", STEPS)
def test_a_step_whose_response_is_lost_is_not_repeated(served, tmp_path, step):
    served.lose = [step]
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert (len(uploads(served)), len(served.batches)) == (1, 1)
    assert served.answered == dict.fromkeys(TEXTS, 1)
    assert total_usage(read_usage(tmp_path)).requests == 8


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_dies_at_a_step_is_resumed(served, tmp_path, step, monkeypatch):
    """The step reaches the service, and then the process ends without another word."""
    real = OpenAIBatch.exchange

    def dying(self, method, path, **options):
        content = real(self, method, path, **options)
        if (method, f"/v1{path}") == step:
            raise KeyboardInterrupt
        return content

    with monkeypatch.context() as patch:
        patch.setattr(OpenAIBatch, "exchange", dying)
        with pytest.raises(KeyboardInterrupt):
            translate(served, tmp_path, TEXTS)
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert (len(uploads(served)), len(served.batches)) == (1, 1)
    assert served.answered == dict.fromkeys(TEXTS, 1)
    assert total_usage(read_usage(tmp_path)).requests == 8


def reply(status, code=None, message="no"):
    return Reply({"error": {"code": code, "message": message}}, status)


PAGE = Reply("<html>Sign in</html>", 404)
CONTENT, POLL, CREATE = STEPS[3], STEPS[2], STEPS[1]


@pytest.mark.parametrize("step", [CONTENT, POLL])
@pytest.mark.parametrize("bad", [reply(400), reply(403), reply(404), reply(409), PAGE, Reply("<html>Sign in</html>")])
def test_a_job_that_the_service_does_not_show_is_looked_at_again(served, tmp_path, step, bad):
    served.instead = {step: [bad, bad]}
    assert translate(served, tmp_path, TEXTS[:2]) == GOOD[:2]
    assert (len(uploads(served)), len(served.batches)) == (1, 1)
    assert served.answered == dict.fromkeys(TEXTS[:2], 1)


@pytest.mark.parametrize(
    ("step", "bad"),
    [(CONTENT, reply(403, message=KEY)), (CONTENT, reply(404, message=KEY)), (POLL, reply(403, message=KEY))],
)
def test_a_job_that_the_service_never_shows_ends_the_run_and_is_kept(served, tmp_path, step, bad):
    settings = served.settings
    served.settings = lambda: settings() | {"poll_s": 0.0005}
    served.instead, served.forever = {step: [bad]}, {step}
    for _ in range(2):
        with pytest.raises(TranslationError) as stopped:
            translate(served, tmp_path, TEXTS)
        (requests,) = (tmp_path / "batches").glob("*.json")
        assert f"batch batch_0: HTTP {bad.status}: ...; it is kept" in str(stopped.value)
        assert f"delete {requests} to submit its texts again, which costs twice" in str(stopped.value)
        assert "\n" not in str(stopped.value)
    served.forever.clear()
    served.instead.clear()
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert (len(uploads(served)), len(served.batches)) == (1, 1)


def test_results_that_appear_after_the_end_are_waited_for(served, tmp_path, monkeypatch):
    """The batch is complete, and has no results file yet; then the file has half of its lines."""
    real, cut = served.look_at, [0.5, 0.0]

    def look_at(batch):
        state = real(batch)
        if state.body["status"] == "completed" and cut and cut.pop() == 0.0:
            return Reply(state.body | {"output_file_id": None})
        return state

    def route(request, route=served.route):
        found = route(request)
        if request.path.endswith("/content") and len(cut) == 1:
            lines = found.body.splitlines()
            return Reply("\n".join(lines[:3]))
        return found

    monkeypatch.setattr(served, "look_at", look_at)
    monkeypatch.setattr(served, "route", route)
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert len(served.batches) == 1


@pytest.mark.parametrize("failed", [0, 1])
def test_a_lost_creation_is_found_by_its_file(served, tmp_path, failed):
    """The service keeps no metadata. A batch of the same file that failed before is not the one."""
    served.keeps_metadata = False
    served.ends = ["failed"] * failed
    served.lose = [CREATE] * (1 + failed)
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert (len(uploads(served)), len(served.batches)) == (1, 1 + failed)


def test_a_lost_creation_that_is_listed_late_is_waited_for(served, tmp_path):
    empty = Reply({"object": "list", "data": [], "has_more": False})
    served.lose, served.instead = [CREATE], {("GET", "/v1/batches"): [empty, empty]}
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert len(served.batches) == 1


def test_a_creation_that_never_arrived_is_repeated(served, tmp_path):
    served.instead = {CREATE: [Reply(status=0)]}
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert (served.seen[CREATE], len(served.batches)) == (2, 1)


def test_a_list_that_names_no_files_leaves_the_decision_to_the_user(served, tmp_path):
    nameless = Reply({"object": "list", "data": [{"id": "batch_0", "status": "completed"}], "has_more": False})
    served.lose, served.instead = [CREATE], {("GET", "/v1/batches"): [nameless]}
    with pytest.raises(TranslationError, match=r"lists batches without their input files, .* delete this file"):
        translate(served, tmp_path, TEXTS)


@pytest.mark.parametrize("step", [CREATE, STEPS[0]])
@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        (reply(400, "billing_hard_limit_reached"), "credit is spent"),
        (reply(429, "insufficient_quota"), "credit is spent"),
        (reply(402), "credit is spent"),
        (reply(400, message=f"Not {KEY}"), "HTTP 400: Not ..."),
        (reply(401), "does not accept the key in OPENAI_API_KEY"),
        (reply(403), "HTTP 403: no"),
        (Reply("<html>Not here</html>", 404), "HTTP 404: <html>Not here</html>"),
    ],
)
@pytest.mark.parametrize("answered", [True, False])
def test_a_refused_submission_ends_the_run(served, tmp_path, step, refusal, message, answered):
    if answered:
        assert translate(served, tmp_path, TEXTS[2:4]) == GOOD[2:4]
    before = served.seen[step]
    served.instead = {step: [refusal] * 9}
    with pytest.raises(TranslationError) as stopped:
        translate(served, tmp_path, TEXTS[:2])
    assert message in str(stopped.value)
    assert "\n" not in str(stopped.value)
    assert served.seen[step] == before + 1
    served.instead.clear()
    assert translate(served, tmp_path, TEXTS[:2]) == GOOD[:2]
    assert len(served.batches) == 1 + answered


@pytest.mark.parametrize("step", [CREATE, STEPS[0]])
@pytest.mark.parametrize("refusal", [reply(429, "token_limit_exceeded"), reply(409), reply(503)])
def test_a_submission_that_is_refused_for_now_is_paced(served, tmp_path, step, refusal, monkeypatch):
    paced = []
    real = RateLimiter.record_refusal
    monkeypatch.setattr(RateLimiter, "record_refusal", lambda *a: paced.append(1) or real(*a))
    served.instead = {step: [refusal] * 3}
    assert translate(served, tmp_path, TEXTS[:2]) == GOOD[:2]
    assert (served.seen[step], len(paced), len(served.batches)) == (4, 3, 1)


def test_a_model_that_accepts_no_temperature_is_asked_without(served, tmp_path, monkeypatch):
    real = served.complete

    def complete(body):
        return NO_TEMPERATURE if "temperature" in body else real(body)

    monkeypatch.setattr(served, "complete", complete)
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert served.answered == dict.fromkeys(TEXTS, 1)
    assert len(served.batches) == 2


def test_a_job_is_found_behind_many_others(served, tmp_path):
    served.page = 2
    for n in range(5):
        served.add_file(f"other-{n}.jsonl", "")
        served.batches[f"other_{n}"] = {"id": f"other_{n}", "status": "completed", "metadata": None, "looks": 9}
    served.lose = STEPS[:2]
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert (len(uploads(served)), len(served.batches)) == (1, 6)


def test_without_a_list_of_batches_nothing_is_paid_twice(served, tmp_path, monkeypatch):
    """The creation of a batch may have reached the service, and the service does not say."""
    real = served.route

    def route(request):
        no = Reply({"error": {"message": "Not found", "code": None}}, 404)
        return no if (request.method, request.path) == ("GET", "/v1/batches") else real(request)

    monkeypatch.setattr(served, "route", route)
    served.lose = [STEPS[1]]
    with pytest.raises(TranslationError, match=r"lists no batches, .* delete this file"):
        translate(served, tmp_path, TEXTS)
    with pytest.raises(TranslationError, match="lists no batches"):
        translate(served, tmp_path, TEXTS)
    assert len(served.batches) == 1
    (requests,) = (tmp_path / "batches").glob("*.json")
    requests.unlink()
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert len(served.batches) == 2


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_lines_that_were_not_processed_are_asked_again(served, tmp_path, end):
    served.ends = [end, end]
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert [len(file["content"].splitlines()) for file in uploads(served)] == [8, 4, 2]
    assert served.answered == dict.fromkeys(TEXTS, 1)


def test_a_queue_that_is_full_is_waited_for(served, tmp_path):
    served.ends = ["failed"]
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert (len(uploads(served)), len(served.batches)) == (1, 2)


def test_a_batch_that_the_service_refuses_ends_the_run(served, tmp_path, monkeypatch):
    problem = {"code": "invalid_model", "message": f"No model m, {KEY}"}

    def end(batch):
        batch.update(status="failed", errors={"data": [problem]})

    monkeypatch.setattr(served, "end", end)
    with pytest.raises(TranslationError, match=r"batch batch_0 failed: No model m, \.\.\."):
        translate(served, tmp_path, TEXTS)
    problem["code"] = "billing_hard_limit_reached"
    with pytest.raises(TranslationError, match="credit is spent"):
        translate(served, tmp_path, TEXTS)


def test_a_model_that_refuses_every_line_ends_the_run(tmp_path):
    with serve(BatchInterface(lambda text, n: Fault.REFUSED)) as served:
        with pytest.raises(TranslationError, match=r"HTTP 400: .*Invalid prompt, \.\.\."):
            translate(served, tmp_path, TEXTS)
        assert len(served.batches) == 1


def test_a_refused_text_costs_its_line_once(tmp_path):
    """Its line is refused as a whole; then each of its texts has a line of its own, in one job."""
    bad = TEXTS[5]
    with serve(BatchInterface(lambda text, n: Fault.REFUSED if text == bad else dutch(text))) as served:
        results = translate(served, tmp_path, TEXTS)
    assert results == [*GOOD[:5], TranslationResult(None, CheckFailure.REFUSED), *GOOD[6:]]
    assert served.asked == Counter(dict.fromkeys(TEXTS, 1)) + Counter(TEXTS[4:8]) + Counter({bad: 3})
    assert served.violations == []


def test_jobs_of_other_engines_and_languages_are_left_alone(served, tmp_path):
    served.ends = ["never ends"]
    with environment(served):
        engine = engine_for(served, tmp_path)
        with pytest.raises(Throttled), engine:
            engine.translate([Request("The quay is old.")])
        with engine_for(served, tmp_path, model="other") as other:
            assert other.translate([Request("The quay is old.")]) == [dutch("The quay is old.")]
    assert len(served.batches) == 2


def test_an_interrupted_wait_leaves_the_job_to_the_next_run(served, tmp_path):
    with environment(served):
        with engine_for(served, tmp_path, poll_s=60.0) as engine:
            threading.Timer(0.2, engine.interrupt).start()
            with pytest.raises(Throttled, match="batch_0 goes on; the next run reads its results"):
                engine.translate([Request(text) for text in TEXTS])
        with engine_for(served, tmp_path) as engine:
            assert engine.translate([Request(text) for text in TEXTS]) == [dutch(text) for text in TEXTS]
    assert len(served.batches) == 1


def test_a_job_that_the_service_has_lost_is_submitted_again(served, tmp_path):
    with environment(served):
        with engine_for(served, tmp_path, poll_s=60.0) as engine:
            threading.Timer(0.2, engine.interrupt).start()
            with pytest.raises(Throttled):
                engine.translate([Request("The quay is old.")])
        served.batches.clear()
        with engine_for(served, tmp_path) as engine:
            assert engine.translate([Request("The quay is old.")]) == [dutch("The quay is old.")]


def test_a_text_with_a_bad_answer_is_a_new_request(tmp_path):
    """The same text again in one run is not answered from the job that gave the bad answer."""
    with (
        serve(BatchInterface(lambda text, n: "" if n == 1 else dutch(text))) as served,
        environment(served),
        engine_for(served, tmp_path) as engine,
    ):
        engine.has_answered = True
        requests = [Request(text) for text in TEXTS[:2]]
        assert engine.translate(requests) == ["", ""]
        assert engine.translate(requests) == [dutch(text) for text in TEXTS[:2]]
        assert [len(file["content"].splitlines()) for file in uploads(served)] == [1, 2]


def test_a_lone_surrogate_is_refused_alone(served, tmp_path):
    with environment(served), engine_for(served, tmp_path) as engine:
        good, bad = engine.translate([Request("The quay is old."), Request("\ud800")])
    assert good == dutch("The quay is old.")
    assert isinstance(bad, Refused)


def test_plain_templates_go_through_the_batch_interface(served, tmp_path):
    settings = served.settings
    served.settings = lambda: settings() | {"template": "Into {target}:\n\n{text}"}
    assert translate(served, tmp_path, TEXTS) == GOOD
    lines = [json.loads(line) for file in uploads(served) for line in file["content"].splitlines()]
    contents = [message["content"] for line in lines for message in line["body"]["messages"]]
    assert sorted(contents) == sorted(f"Into nl:\n\n{text}" for text in TEXTS)


def test_a_damaged_results_file_costs_its_lines(served, tmp_path, monkeypatch):
    real = served.add_file

    def add(name, content):
        lines = content.splitlines()
        return real(name, "\n".join(["{", '{"custom_id": "99"}', *lines[1:]]) if len(served.files) == 1 else content)

    monkeypatch.setattr(served, "add_file", add)
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert [len(file["content"].splitlines()) for file in uploads(served)] == [8, 1]


def test_several_jobs_run_at_once(served, tmp_path):
    settings = served.settings
    served.settings = lambda: settings() | {"job_requests": 2}
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert len(served.batches) == 4
    assert len({entry.job for entry in read_usage(tmp_path)}) == 4


def test_refused_before_success_names_no_key(tmp_path):
    with (
        serve(BatchInterface(lambda text, n: Fault.UNAUTHORIZED)) as served,
        environment(served),
        pytest.raises(RefusedBeforeSuccess) as caught,
        engine_for(served, tmp_path) as engine,
    ):
        engine.translate([Request("x")])
    assert KEY not in str(caught.value)


def test_max_hours_ends_the_wait_for_a_job(served, tmp_path):
    settings = served.settings
    served.settings = lambda: settings() | {"poll_s": 600.0}
    with (
        pytest.raises(TranslationError, match=r"max_hours: .* dvc repro goes on from here"),
        opened(served, tmp_path, max_hours=0.5 / 3600) as session,
    ):
        session.translate([Segment(text, "sentence") for text in TEXTS])
    served.settings = settings
    assert translate(served, tmp_path, TEXTS) == GOOD
    assert len(served.batches) == 1


def test_the_estimate_of_a_job_is_that_of_its_requests(served, tmp_path):
    requests = [Request(text) for text in TEXTS]
    with environment(served):
        engine = engine_for(served, tmp_path)
        lines = [OpenAI.estimate(engine, requests[start : start + 4]) for start in range(0, 30, 4)]
        assert engine.estimate(requests) == total_usage(lines)
        assert engine.estimate(requests).requests == 8
    settings = msgspec.convert({"engine": "openai", "model": "gpt-5", "mode": "batch"}, OpenAISettings)
    batch, chat = price_of(settings), price_of(msgspec.structs.replace(settings, mode="chat"))
    assert batch is not None
    assert chat is not None
    assert 2 * batch.price.input_tokens == chat.price.input_tokens
