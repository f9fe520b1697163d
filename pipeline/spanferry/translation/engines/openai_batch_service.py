"""Brings one batch job to its end at the service: upload, create, poll, collect.

Nothing is paid for twice. A job is given up, so that its texts are asked again, only when the service says that it is
gone, has expired, or has failed. Whatever else goes wrong, the job is kept: it is looked at again after a pause, and
after LOOKS looks the run stops with a line that names it.
"""

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any, Protocol, TypeVar

import msgspec
import regex

from spanferry.errors import TranslationError
from spanferry.translation.engines.base import EngineFailure, Throttled, Unreachable
from spanferry.translation.engines.http import OK, THROTTLED, HttpResponse
from spanferry.translation.engines.keys import contains_key
from spanferry.translation.engines.openai import SPENT, Problem, parse_problem
from spanferry.translation.engines.openai_batch_records import (
    ENDED,
    FAILED,
    RUNNING,
    Batch,
    File,
    LineResult,
    Page,
    decode,
    parse_result,
)
from spanferry.translation.engines.openai_jobs import Job, JobJournal
from spanferry.translation.engines.support import shorten

ENDPOINT, WINDOW_HOURS = "/v1/chat/completions", 24
QUEUE_FULL = "token_limit_exceeded"
PAGE = 100  # entries per page of a list
# Looks at something that the service does not show, with doubling pauses between them: at `poll_s: 60`, two hours.
LOOKS = 8
# The service must say so many times, with the same pauses, that something does not exist: it may just be created.
GONE_LOOKS = 3
GONE = frozenset({404, 410})
UNKNOWN_URL = "unknown_url"  # the code of a 404 that concerns the address and not the object
# With these, a service may answer the same request later. 409 and 423: something else is changing the object.
NOT_NOW = frozenset({408, 409, 423, 425, 429})
NO_PROBLEM = Problem()
ID = regex.compile(r"[\w.:-]{1,200}")

Result = TypeVar("Result")
Entry = TypeVar("Entry", Batch, File)


class Engine(Protocol):
    """The part of the engine that is used."""

    url: str
    stopped: Event

    def exchange(self, method: str, path: str, **options: Any) -> HttpResponse: ...
    def failure_for(self, status: int, body: str, retry_after: float | None) -> EngineFailure | TranslationError: ...
    def spent_credit(self) -> TranslationError: ...


class BatchService:
    """The batch interface of a service. poll_s: seconds between two looks at a batch."""

    def __init__(self, engine: Engine, journal: JobJournal, poll_s: float) -> None:
        self.engine, self.journal, self.poll_s = engine, journal, poll_s

    # Submitting

    def submit(self, job: Job, write: Callable[[], bytes]) -> None:
        """Upload the file of a job and create its batch, unless an earlier attempt did. write: returns the file."""
        if not job.file:
            found = self._find_file(job) if job.state == "uploading" else ""
            job.file = found or self._upload(job, write())
            self.journal.record(job, "uploaded")
        if not job.batch:
            found = self._find_batch(job) if job.state == "creating" else ""
            job.batch = found or self._create(job)
            self.journal.record(job, "created")

    def _upload(self, job: Job, content: bytes) -> str:
        self.journal.record(job, "uploading")
        files = {"file": (job.file_name, content, "application/jsonl")}
        response = self.engine.exchange("POST", "/files", data={"purpose": "batch"}, files=files)
        if response.status != OK:
            raise self._refusal(response, f"does not accept the file of job {job.path}")
        return checked_id(decode(response.content, File))

    def _create(self, job: Job) -> str:
        self.journal.record(job, "creating")
        body = {
            "input_file_id": job.file,
            "endpoint": ENDPOINT,
            "completion_window": f"{WINDOW_HOURS}h",
            "metadata": {"spanferry": job.name},
        }
        headers = {"Content-Type": "application/json"}
        response = self.engine.exchange("POST", "/batches", content=msgspec.json.encode(body), headers=headers)
        if response.status == OK:
            return checked_id(decode(response.content, Batch))
        failure = self._refusal(response, f"does not create a batch for job {job.path}")
        if is_refused(response):
            # Surely no batch was created. The file may be the reason, and uploading it again costs nothing.
            if not isinstance(failure, Throttled):
                job.file = ""
            self.journal.record(job, "uploaded" if job.file else "prepared")
        raise failure

    def _refusal(self, response: HttpResponse, problem: str) -> EngineFailure | TranslationError:
        """Return the failure for a submission that was not accepted. It ends the run, or is tried again later."""
        status = response.status
        failure = self.engine.failure_for(status, response.text, response.retry_after)
        if isinstance(failure, Throttled) or type(failure) is TranslationError:  # or a wrong key, or spent credit
            return failure
        if status in NOT_NOW:
            return Throttled(f"HTTP {status}", response.retry_after)
        message = parse_problem(response.content).message or response.text
        return TranslationError(f"openai: {self.engine.url} {problem}: HTTP {status}: {shorten(message)}")

    def _find_file(self, job: Job) -> str:
        """Return the id of the file of a job if an upload whose end is unknown has reached the service, else ''."""
        try:
            files = self._list("/files?purpose=batch&", File)
            return next((file.id for file in files if file.filename == job.file_name), "")
        except TranslationError:
            return ""  # the service lists no files, and uploading again costs nothing

    def _find_batch(self, job: Job) -> str:
        """Return the id of the batch of a job if it was created although its creation did not end well, else ''.

        A service may list a batch a while after its creation, so an empty list is looked at again. A batch that failed
        has cost nothing and is none.
        """
        for pause in self._pauses(GONE_LOOKS):
            try:
                batches = list(self._list("/batches?", Batch))
            except TranslationError as error:
                raise self._unknown_batch(job, "lists no batches") from error
            found = [b for b in batches if self._is_of(b, job) and b.status != FAILED]
            if found:
                return checked_id(found[0])
            if not all(batch.input_file_id or batch.metadata for batch in batches):
                raise self._unknown_batch(job, "lists batches without their input files")
            if pause:
                self._pause(job, pause)
        return ""

    @staticmethod
    def _is_of(batch: Batch, job: Job) -> bool:
        """Return whether a listed batch is that of a job. Not every server keeps metadata."""
        return batch.input_file_id == job.file or (batch.metadata or {}).get("spanferry") == job.name

    def _unknown_batch(self, job: Job, problem: str) -> TranslationError:
        return TranslationError(
            f"openai: {self.engine.url} {problem}, so it is unknown whether one was created for {job.path};"
            " delete this file to submit its texts again, which may cost twice"
        )

    def _list(self, path: str, kind: type[Entry]) -> Iterator[Entry]:
        """Yield all entries of a list of the service. Raises TranslationError if it has none."""
        after = ""
        while True:
            response = self.engine.exchange("GET", f"{path}limit={PAGE}{after}")
            if response.status != OK:
                raise self._refusal(response, "shows no list")
            page = decode(response.content, Page)
            entries = [decode(entry, kind) for entry in page.data]
            yield from entries
            if not page.has_more or not entries:
                return
            after = f"&after={checked_id(entries[-1])}"

    # Waiting

    def wait(self, job: Job) -> Batch | None:
        """Wait until the batch of a job has ended. Returns None if the service says that it is gone.

        Raises Throttled if it could not be queued, and TranslationError if it is refused.
        """
        while True:
            state = self._look(job, f"/batches/{job.batch}", decode_batch)
            if state is None or state.status in ENDED:
                return state
            if state.status == FAILED:
                raise self._failed(job, state)
            if state.status not in RUNNING:
                raise Throttled(f"batch {job.batch} has an unknown status: {shorten(state.status)}")
            self._pause(job, self.poll_s)

    def _failed(self, job: Job, state: Batch) -> Throttled | TranslationError:
        """Return the failure for a batch that the service refused. Its file can be used for another one."""
        problems = state.errors.data if state.errors else []
        message = shorten("; ".join(problem.message or problem.code or "" for problem in problems))
        codes = {problem.code for problem in problems}
        batch, job.batch = job.batch, ""
        self.journal.record(job, "uploaded")
        if QUEUE_FULL in codes:
            return Throttled(f"too many tokens in batch jobs: {message}")
        if codes & SPENT:
            return self.engine.spent_credit()
        self.journal.forget(job)
        return TranslationError(f"openai: {self.engine.url}: batch {batch} failed: {message or 'without a reason'}")

    # Collecting

    def collect(self, job: Job, state: Batch) -> list[LineResult]:
        """Return the results of a batch that has ended.

        They may appear a while after its end. A line that stays damaged is left out.
        """
        problem = ""
        for look, pause in enumerate(self._pauses(LOOKS), start=1):
            rows = [row for file in (state.output_file_id, state.error_file_id) for row in self._rows(job, file)]
            results = [result for row in rows if (result := parse_result(row))]
            answered = state.request_counts.completed if state.request_counts else 0
            if len(rows) >= answered and (len(results) == len(rows) or look >= GONE_LOOKS):
                return results
            problem = f"{answered:,} requests are answered, but its results have {len(rows):,} lines"
            if pause:
                self._pause(job, pause)
                state = self._look(job, f"/batches/{job.batch}", decode_batch) or state
        raise self._kept(job, problem)

    def _rows(self, job: Job, file: str | None) -> list[bytes]:
        """Return the lines of a results file."""
        return (self._look(job, f"/files/{file}/content", bytes.splitlines) if file else None) or []

    # Looking

    def _look(self, job: Job, path: str, read: Callable[[bytes], Result]) -> Result | None:
        """Return what the service shows at a path. Returns None if it says that the batch is gone.

        read: decodes the content. Raises TranslationError if the service shows it at no look, which keeps the job.
        """
        gone, problem = 0, ""
        for pause in self._pauses(LOOKS):
            response = self.engine.exchange("GET", path)
            if response.status == OK:
                try:
                    return read(response.content)
                except Unreachable as error:
                    problem = str(error)
            else:
                problem = self._problem(response)
                gone = gone + 1 if path == f"/batches/{job.batch}" and says_gone(response) else 0
                if gone == GONE_LOOKS:
                    return None
            if pause:
                self._pause(job, pause)
        raise self._kept(job, problem)

    def _problem(self, response: HttpResponse) -> str:
        """Return what is wrong with a response. Raises what ends the run at once, or what the rate limiter paces."""
        failure = self.engine.failure_for(response.status, response.text, response.retry_after)
        if isinstance(failure, Throttled) or type(failure) is TranslationError:
            raise failure
        return f"HTTP {response.status}: {shorten(parse_problem(response.content).message or response.text)}"

    def _pauses(self, looks: int) -> Iterator[float]:
        """Yield the pause after each look: doubling ones, and none after the last."""
        yield from (self.poll_s * 2**n for n in range(looks - 1))
        yield 0.0

    def _pause(self, job: Job, seconds: float) -> None:
        if self.engine.stopped.wait(seconds):
            raise Throttled(f"batch {job.batch or job.name} goes on; the next run reads its results")

    def _kept(self, job: Job, problem: str) -> TranslationError:
        """Return the error that ends the run and keeps the job."""
        return TranslationError(
            f"openai: {self.engine.url}: batch {job.batch}: {problem}; it is kept, so run again later;"
            f" or delete {job.path} to submit its texts again, which costs twice"
        )


def decode_batch(content: bytes) -> Batch:
    """Decode the state of a batch. Raises Unreachable."""
    return decode(content, Batch)


def checked_id(part: Batch | File) -> str:
    """Return the id of a batch or file, which becomes part of addresses and of the journal. Raises Unreachable."""
    if not ID.fullmatch(part.id) or contains_key(part.id):
        raise Unreachable(f"the response is not of the batch interface: the id {shorten(part.id)}")
    return part.id


def is_refused(response: HttpResponse) -> bool:
    """Return whether a response says that the request had no effect."""
    return response.status == THROTTLED or (400 <= response.status < 500 and response.status not in NOT_NOW)


def says_gone(response: HttpResponse) -> bool:
    """Return whether the service itself, and not a server before it, says that an object does not exist."""
    problem = parse_problem(response.content)
    return response.status in GONE and problem != NO_PROBLEM and problem.code != UNKNOWN_URL
