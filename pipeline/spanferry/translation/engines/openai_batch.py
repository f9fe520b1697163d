"""Mode `batch` of the engine `openai`: requests go through /files and /batches, at half the price and within a day.

    texts ──> lines (one request each) ──upload──> file ──create──> batch ──poll──> output and error files ──> answers

A job is one file of lines. Its requests and each step are journalled before and after (`openai_jobs`), so that a run
that was killed at any moment goes on with its jobs: nothing is uploaded or paid for twice. Lines that the service did
not process (expired, cancelled, throttled) are asked again in another job. Texts whose line was refused, or whose
answer was bad, are asked again in a line of their own.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event, Lock
from typing import Self, TypeVar

import msgspec

from spanferry.errors import TranslationError
from spanferry.translation.engines.base import (
    Overloaded,
    Refused,
    RefusedBeforeSuccess,
    Request,
    Throttled,
    Unreachable,
)
from spanferry.translation.engines.http import OK, THROTTLED, is_encodable
from spanferry.translation.engines.openai import OpenAI, parse_completion, read_content, usage_of
from spanferry.translation.engines.openai_jobs import Job, JobJournal, Line, Outcomes, request_key
from spanferry.translation.engines.support import shorten
from spanferry.translation.settings import OpenAISettings
from spanferry.translation.usage import Usage, total_usage

ENDPOINT, WINDOW = "/v1/chat/completions", "24h"
# Characters of the texts of a job. The service accepts files of 200 MB, in which paragraphs and prompts take several
# times as much as the texts.
JOB_CHARACTERS = 5_000_000
MAX_JOBS = 4  # at once; the service limits the tokens of all jobs at once, so more do not help
# How often lines that the service did not process are asked again in one call.
MAX_ROUNDS = 3
RUNNING = frozenset({"validating", "in_progress", "finalizing", "cancelling"})
ENDED = frozenset({"completed", "expired", "cancelled"})
QUEUE_FULL = "token_limit_exceeded"
SPENT = frozenset({"billing_hard_limit_reached", "insufficient_quota"})
PAGE = 100  # entries per page of a list

Part = TypeVar("Part", bound=msgspec.Struct)
Entry = TypeVar("Entry", "Batch", "File")


class Problem(msgspec.Struct):
    """An error of a batch or of a line."""

    code: str | None = None
    message: str | None = None


class Problems(msgspec.Struct):
    """The errors of a batch."""

    data: list[Problem] = []


class Batch(msgspec.Struct):
    """The state of a batch."""

    id: str
    status: str
    input_file_id: str = ""
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: Problems | None = None
    metadata: dict[str, str] | None = None


class File(msgspec.Struct):
    """An uploaded file."""

    id: str
    filename: str = ""


class Page(msgspec.Struct):
    """A page of a list: its entries, and whether there are more."""

    data: list[msgspec.Raw]
    has_more: bool = False


class LineResponse(msgspec.Struct):
    """The response to the request of a line."""

    status_code: int
    body: msgspec.Raw = msgspec.Raw(b"{}")


class LineResult(msgspec.Struct):
    """A line of an output or error file."""

    custom_id: str
    response: LineResponse | None = None
    error: Problem | None = None


class OpenAIBatch(OpenAI):
    """An engine whose calls are batch jobs. A call may take a day."""

    concurrency = MAX_JOBS
    batch_retries = True

    def __init__(self, settings: OpenAISettings, languages: tuple[str, str], folder: Path) -> None:
        super().__init__(settings, languages)
        self.deadline_s = None
        self.batch, self.batch_size = self.prompt.segments * settings.job_requests, JOB_CHARACTERS
        self.journal = JobJournal(folder, f"{self.identity} {' '.join(languages)}")
        self.stopped = Event()
        self._lock = Lock()
        self._alone: set[bytes] = set()  # texts to put in a line of their own

    def __enter__(self) -> Self:
        super().__enter__()
        self.journal.open()
        self.stopped.clear()
        return self

    def __exit__(self, *error: object) -> None:
        # After an exception, answers that were delivered may not be stored. Their jobs stay open and are read again.
        self.journal.close(forget_delivered=error[0] is None)
        super().__exit__(*error)

    def interrupt(self) -> None:
        self.stopped.set()

    def estimate(self, batch: Sequence[Request]) -> Usage:
        """Estimate the tokens of a job. Its requests are its lines."""
        size = self.prompt.segments
        lines = (batch[start : start + size] for start in range(0, len(batch), size))
        return total_usage(map(super().estimate, lines))

    def translate(self, batch: Sequence[Request]) -> Sequence[str | Refused]:
        """Translate a batch. The answer is '' for a text without one, and Refused if it alone was refused.

        Raises Throttled when the service cannot be reached or has too many jobs: they are found again later.
        """
        sendable = [n for n, request in enumerate(batch) if is_encodable(request)]
        found = dict(zip(sendable, self._translate([batch[n] for n in sendable]), strict=True))
        return [found.get(n, Refused("the text has a lone surrogate")) for n in range(len(batch))]

    def _translate(self, batch: Sequence[Request]) -> list[str | Refused]:
        keys = [request_key(request) for request in batch]
        answers: Outcomes = {}
        for _ in range(MAX_ROUNDS):
            missing = [n for n, key in enumerate(keys) if key not in answers]
            if not missing:
                break
            for job in self._jobs_for([batch[n] for n in missing]):
                answers |= self._finish(job)
        self.journal.mark_delivered(keys)
        self._alone.update(alone_key(request) for request, key in zip(batch, keys, strict=True) if not answers.get(key))
        return [answers.get(key, "") for key in keys]

    def _jobs_for(self, requests: Sequence[Request]) -> list[Job]:
        """Return the open jobs that have some of these requests, and a new job for the others."""
        with self._lock:
            found = [self.journal.find(request_key(request)) for request in requests]
            jobs = list(dict.fromkeys(job for job in found if job is not None))
            new = [request for request, job in zip(requests, found, strict=True) if job is None]
            return [*jobs, self.journal.add(self._make_lines(new))] if new else jobs

    def _make_lines(self, requests: Sequence[Request]) -> list[Line]:
        alone = [request for request in requests if request.attempt or alone_key(request) in self._alone]
        singled = {id(request) for request in alone}
        others = [request for request in requests if id(request) not in singled]
        size = self.prompt.segments
        return [
            *(tuple(others[start : start + size]) for start in range(0, len(others), size)),
            *((request,) for request in alone),
        ]

    def _finish(self, job: Job) -> Outcomes:
        """Bring a job to its end. Returns the answers of the requests that the service has processed."""
        with job.lock:
            if job.answers is None:
                try:
                    state = self._wait(job)
                    job.answers = {} if state is None else self._read_results(job, state)
                except (Overloaded, Unreachable) as error:
                    # Their texts are not the cause. A pause, and the job is found again.
                    raise Throttled(str(error), getattr(error, "retry_after", None)) from error
                self.journal.forget_unprocessed(job)
            return job.answers

    def _wait(self, job: Job) -> Batch | None:
        """Submit a job if it is not submitted, and wait until it has ended. Returns None if the service lost it."""
        self._submit(job)
        while True:
            try:
                state = decode(self.send("GET", f"/batches/{job.batch}"), Batch)
            except (Refused, RefusedBeforeSuccess):
                return None
            if state.status in ENDED:
                return state
            if state.status == "failed":
                raise self._failed(job, state)
            if state.status not in RUNNING:
                raise Unreachable(f"batch {job.batch} has an unknown status: {self.shorten(state.status)}")
            if self.stopped.wait(self.settings.poll_s):
                raise Throttled(f"batch {job.batch} goes on; the next run reads its results")

    def _submit(self, job: Job) -> None:
        """Upload the file of a job and create its batch, unless an earlier attempt did."""
        if not job.file:
            found = self._find_file(job) if job.state == "uploading" else ""
            job.file = found or self._upload(job)
            self.journal.record(job, "uploaded")
        if not job.batch:
            found = self._find_batch(job) if job.state == "creating" else ""
            job.batch = found or self._create(job)
            self.journal.record(job, "created")

    def _upload(self, job: Job) -> str:
        lines = (
            {"custom_id": str(n), "method": "POST", "url": ENDPOINT, "body": self.build_body(line)}
            for n, line in enumerate(job.lines)
        )
        content = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        self.journal.record(job, "uploading")
        response = self.send(
            "POST", "/files", data={"purpose": "batch"}, files={"file": (job.file_name, content, "application/jsonl")}
        )
        return decode(response, File).id

    def _create(self, job: Job) -> str:
        self.journal.record(job, "creating")
        body = {
            "input_file_id": job.file,
            "endpoint": ENDPOINT,
            "completion_window": WINDOW,
            "metadata": {"spanferry": job.name},
        }
        return decode(self.post("/batches", body), Batch).id

    def _find_file(self, job: Job) -> str:
        """Return the id of the file of a job if an upload whose end is unknown has reached the service, else ''."""
        try:
            files = self._list("/files?purpose=batch&", File)
            return next((file.id for file in files if file.filename == job.file_name), "")
        except (Refused, RefusedBeforeSuccess):
            return ""  # the service lists no files, and uploading again costs nothing

    def _find_batch(self, job: Job) -> str:
        """Return the id of the batch of a job if it was created although its creation did not end well, else ''."""
        try:
            batches = self._list("/batches?", Batch)
            return next((b.id for b in batches if job.name == (b.metadata or {}).get("spanferry")), "")
        except (Refused, RefusedBeforeSuccess) as error:
            raise TranslationError(
                f"openai: {self.url} lists no batches, so it is unknown whether one was created for {job.path};"
                " delete this file to submit its texts again, which may cost twice"
            ) from error

    def _list(self, path: str, kind: type[Entry]) -> Iterator[Entry]:
        """Yield all entries of a list of the service."""
        after = ""
        while True:
            page = decode(self.send("GET", f"{path}limit={PAGE}{after}"), Page)
            entries = [decode(entry, kind) for entry in page.data]
            yield from entries
            if not page.has_more or not entries:
                return
            after = f"&after={entries[-1].id}"

    def _failed(self, job: Job, state: Batch) -> Throttled | TranslationError:
        """Return the failure for a batch that the service refused. Its file can be used for another one."""
        problems = state.errors.data if state.errors else []
        message = self.shorten("; ".join(problem.message or problem.code or "" for problem in problems))
        codes = {problem.code for problem in problems}
        job.batch = ""
        self.journal.record(job, "uploaded")
        if QUEUE_FULL in codes:
            return Throttled(f"too many tokens in batch jobs: {message}")
        if codes & SPENT:
            return self.spent_credit()
        self.journal.forget(job)
        return RefusedBeforeSuccess(f"openai: {self.url}: batch {state.id} failed: {message or 'without a reason'}")

    def _read_results(self, job: Job, state: Batch) -> Outcomes:
        """Return the answers of an ended job, and count what it cost. Lines that were not processed have none."""
        answers: Outcomes = {}
        usage, refusal = Usage(), ""
        for file in filter(None, (state.output_file_id, state.error_file_id)):
            for row in self._read_file(file).splitlines():
                result = parse_result(row)
                line = job.line(result.custom_id) if result else None
                if result and line:
                    outcome, cost = self._read_line(result, line)
                    answers |= outcome
                    usage += cost
                    self.has_answered = self.has_answered or cost != Usage()
                    if cost == Usage() and outcome and result.response:
                        refusal = refusal or f"HTTP {result.response.status_code}: {self.body_of(result.response)}"
        if refusal and not self.has_answered:
            # As for single requests: the service probably refuses the settings and not these texts.
            self.journal.forget(job)
            raise RefusedBeforeSuccess(f"openai: {self.url}: {refusal}")
        self.bill(usage, job=job.name)
        return answers

    def _read_file(self, file: str) -> bytes:
        """Return the content of a file; b'' if the service has deleted it (OpenAI does after 30 days)."""
        try:
            return self.send("GET", f"/files/{file}/content")
        except (Refused, RefusedBeforeSuccess):
            return b""

    def body_of(self, response: LineResponse) -> str:
        """Return what the service says in the response of a line, on one short line without the key."""
        return self.shorten(bytes(response.body).decode(errors="replace"))

    def _read_line(self, result: LineResult, line: Line) -> tuple[Outcomes, Usage]:
        """Return the outcomes of a line and its cost. There are none if it was not processed."""
        status = result.response.status_code if result.response else 0
        if result.response is None or status == THROTTLED or status >= 500:
            return {}, Usage()
        keys = [request_key(request) for request in line]
        if status != OK:
            return refuse(keys, f"HTTP {status}: {self.body_of(result.response)}"), Usage()
        try:
            completion = parse_completion(result.response.body)
        except Unreachable as error:
            return refuse(keys, str(error)), Usage()
        cost = usage_of(completion, line)
        try:
            texts = self.prompt.parse(read_content(completion.choices[0]), [request.text for request in line])
        except Refused as error:
            return refuse(keys, str(error)), cost
        return dict(zip(keys, texts, strict=True)), cost


def refuse(keys: Sequence[bytes], message: str) -> Outcomes:
    """Return the outcomes of a line that was refused. If it has several texts, it is unknown which one is the cause."""
    return {key: Refused(message) if len(keys) == 1 else "" for key in keys}


def decode(content: bytes | msgspec.Raw, kind: type[Part]) -> Part:
    """Decode a part of a response. Raises Unreachable when it has another format."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreachable(f"the response is not of the batch interface: {shorten(error)}") from error


def parse_result(row: bytes) -> LineResult | None:
    """Return a line of a results file; None when it is damaged."""
    try:
        return msgspec.json.decode(row, type=LineResult)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def alone_key(request: Request) -> bytes:
    """Return a key for a text and its context, whatever the attempt."""
    return request_key(Request(request.text, request.context, glossary=request.glossary))
