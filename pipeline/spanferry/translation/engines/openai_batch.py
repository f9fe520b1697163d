"""Mode `batch` of the engine `openai`: requests go through /files and /batches, at half the price and within a day.

    texts ──> lines (one request each) ──upload──> file ──create──> batch ──poll──> output and error files ──> answers

A job is one file of lines. Its requests and each step are journalled before and after (`openai_jobs`), so that a run
that was killed at any moment goes on with its jobs: nothing is uploaded or paid for twice. `openai_batch_service`
brings a job to its end, and `openai_batch_results` reads its results. Lines that the service did not process (expired,
cancelled, throttled) are asked again in another job. Texts whose line was refused, or whose answer was bad, are asked
again in a line of their own.
"""

from collections.abc import Sequence
from pathlib import Path
from threading import Event, Lock
from typing import Self

import msgspec

from spanferry.translation.engines.base import (
    Overloaded,
    Refused,
    RefusedBeforeSuccess,
    Request,
    Throttled,
    Unreachable,
)
from spanferry.translation.engines.http import is_encodable
from spanferry.translation.engines.openai import OpenAI
from spanferry.translation.engines.openai_batch_results import JobResults
from spanferry.translation.engines.openai_batch_service import ENDPOINT, WINDOW_HOURS, BatchService
from spanferry.translation.engines.openai_jobs import Job, JobJournal, Line, Outcomes, keys_of, request_key
from spanferry.translation.settings import OpenAISettings
from spanferry.translation.usage import Usage, total_usage

# Characters of the texts of a job. The service accepts files of 200 MB, in which paragraphs and prompts take several
# times as much as the texts.
JOB_CHARACTERS = 5_000_000
MAX_JOBS = 4  # at once; the service limits the tokens of all jobs at once, so more do not help
# How often lines that the service did not process are asked again in one call.
MAX_ROUNDS = 3


class OpenAIBatch(OpenAI):
    """An engine whose calls are batch jobs. A call may take a day."""

    concurrency = MAX_JOBS
    call_hours = WINDOW_HOURS
    batch_retries = books_jobs = True

    def __init__(self, settings: OpenAISettings, languages: tuple[str, str], folder: Path) -> None:
        super().__init__(settings, languages)
        self.deadline_s = None
        self.batch, self.batch_size = self.prompt.segments * settings.job_requests, JOB_CHARACTERS
        self.journal = JobJournal(folder, f"{self.identity} {' '.join(languages)}")
        self.stopped = Event()
        self.service = BatchService(self, self.journal, settings.poll_s)
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
        """Estimate the tokens of a job for the requests that are in no job yet. Its requests are its lines."""
        new = [request for request in batch if not self.is_paid(request)]
        size = self.prompt.segments
        return total_usage(self.estimate_request(new[start : start + size]) for start in range(0, len(new), size))

    def is_paid(self, request: Request) -> bool:
        return self.journal.find(request_key(request)) is not None

    def reserve(self, batch: Sequence[Request]) -> None:
        self._jobs_for(list(filter(is_encodable, batch)))

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
        for rounds_left in reversed(range(MAX_ROUNDS)):
            missing = [request for request, key in zip(batch, keys, strict=True) if key not in answers]
            if not missing:
                break
            for job in self._jobs_for(missing):
                answers |= self._finish(job, missing if rounds_left else ())
        self.journal.mark_delivered(keys)
        self._alone.update(alone_key(request) for request, key in zip(batch, keys, strict=True) if not answers.get(key))
        return [answers.get(key, "") for key in keys]

    def _jobs_for(self, requests: Sequence[Request]) -> list[Job]:
        """Return the open jobs that have some of these requests, and a new job for the others."""
        with self._lock:
            found = [self.journal.find(request_key(request)) for request in requests]
            jobs = list(dict.fromkeys(job for job in found if job is not None))
            new = [request for request, job in zip(requests, found, strict=True) if job is None]
            return [*jobs, self._add_job(new)] if new else jobs

    def _add_job(self, requests: Sequence[Request]) -> Job:
        job = self.journal.add(self._make_lines(requests))
        self.expect(total_usage(map(self.estimate_request, job.lines)), job.name)
        return job

    def _make_lines(self, requests: Sequence[Request]) -> list[Line]:
        alone = [request for request in requests if request.attempt or alone_key(request) in self._alone]
        singled = {id(request) for request in alone}
        others = [request for request in requests if id(request) not in singled]
        size = self.prompt.segments
        return [
            *(tuple(others[start : start + size]) for start in range(0, len(others), size)),
            *((request,) for request in alone),
        ]

    def _finish(self, job: Job, wanted: Sequence[Request]) -> Outcomes:
        """Bring a job to its end. Returns the answers of the requests that the service has processed.

        wanted: those to ask again if it has not. Their next job is expected before this one is billed, so that a limit
        covers them at any time.
        """
        with job.lock:
            if job.answers is None:
                try:
                    results = self._run(job)
                except (Overloaded, Unreachable) as error:
                    # Their texts are not the cause. A pause, and the job is found again.
                    raise Throttled(f"batch job {job.name}: {error}", getattr(error, "retry_after", None)) from error
                finally:
                    if job.state == "forgotten":
                        self.bill(Usage(), job=job.name)  # the service has refused it
                job.answers = results.answers
                asked = set(keys_of(job))
                self.journal.forget_unprocessed(job)
                again = [each for each in wanted if (key := request_key(each)) in asked and key not in job.answers]
                self._jobs_for(again)
                self.bill(results.usage, job=job.name)
            return job.answers

    def _run(self, job: Job) -> JobResults:
        self.service.submit(job, lambda: self._file_of(job))
        state = self.service.wait(job)
        results = JobResults(self.prompt, self.estimate_request)
        if state is not None:
            results.read(job, self.service.collect(job, state))
        self.has_answered = self.has_answered or results.has_answers
        if results.refuses_temperature:
            self.accepts_temperature = False
        if results.refusal and not self.has_answered:
            # As for single requests: the service probably refuses the settings and not these texts.
            self.journal.forget(job)
            raise RefusedBeforeSuccess(f"openai: {self.url}: {results.refusal}")
        return results

    def _file_of(self, job: Job) -> bytes:
        """Return the file of a job."""
        lines = (
            {"custom_id": str(n), "method": "POST", "url": ENDPOINT, "body": self.build_body(line)}
            for n, line in enumerate(job.lines)
        )
        return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def alone_key(request: Request) -> bytes:
    """Return a key for a text and its context, whatever the attempt."""
    return request_key(Request(request.text, request.context, glossary=request.glossary))
