"""The journal of batch jobs: which requests were submitted to a service, and how far each job has come.

    memory/batches/journal.jsonl    the steps of all jobs
    memory/batches/NAME.json        the requests of a job, line by line, until it is forgotten

A step is journalled and forced to the disk before and after each request that changes something at the service. After a
crash, the state of a job therefore says what may have reached the service.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Literal

import msgspec
from msgspec import Struct

from spanferry.files import write_bytes
from spanferry.translation.engines.base import Refused, Request
from spanferry.translation.memory.journal import Log

State = Literal["prepared", "uploading", "uploaded", "creating", "created", "forgotten"]
"""`uploading` and `creating`: the request was sent, and its response is not known."""
Line = tuple[Request, ...]
"""The texts of one request."""
Outcomes = dict[bytes, str | Refused]
"""The answers of some requests by `request_key`; Refused for a text that was refused alone."""


class Step(Struct, frozen=True, omit_defaults=True):
    """A step of a job. translator: the engine's identity with the languages. file, batch: ids of the service."""

    translator: str
    job: str
    state: State
    file: str = ""
    batch: str = ""


@dataclass(eq=False)
class Job:
    """A batch job.

    path: the file of its requests. answers: by request key, when the job has ended; only of requests that the service
    has processed. lock: held while a thread brings the job to its end.
    """

    name: str
    path: Path
    lines: Sequence[Line]
    state: State = "prepared"
    file: str = ""
    batch: str = ""
    answers: Outcomes | None = None
    lock: Lock = field(default_factory=Lock)

    @property
    def file_name(self) -> str:
        """The name of the uploaded file, by which it is found again."""
        return f"spanferry-{self.name}.jsonl"

    def line(self, custom_id: str) -> Line | None:
        """Return the line with an id that a service returned, or None."""
        number = int(custom_id) if custom_id.isdecimal() and custom_id.isascii() and len(custom_id) < 10 else -1
        return self.lines[number] if 0 <= number < len(self.lines) else None


class JobJournal:
    """The jobs of one engine that are not forgotten. Threads may use it at once.

    translator: the engine's identity with the languages; jobs of others are left alone.
    """

    def __init__(self, folder: Path, translator: str) -> None:
        self.folder, self.translator = folder, translator
        self._log = Log(folder / "journal.jsonl", Step)
        self._lock = Lock()
        self._jobs: dict[str, Job] = {}
        self._by_key: dict[bytes, Job] = {}
        self._delivered: set[bytes] = set()
        self._names: set[str] = set()

    def open(self) -> None:
        """Read the jobs of earlier runs, and open the journal for writing. The memory's lock must be held."""
        self.folder.mkdir(parents=True, exist_ok=True)
        last: dict[str, Step] = {}
        for step in self._log.records():
            self._names.add(step.job)
            if step.translator == self.translator:
                last[step.job] = step
        self._log.open()
        for step in last.values():
            path = self.folder / f"{step.job}.json"
            if step.state != "forgotten" and path.exists():
                lines = msgspec.json.decode(path.read_bytes(), type=list[Line])
                self._index(Job(step.job, path, lines, step.state, step.file, step.batch))

    def close(self, forget_delivered: bool) -> None:
        """Close the journal. forget_delivered: forget the jobs whose answers were all delivered, and are now stored."""
        if forget_delivered:
            for job in list(self._jobs.values()):
                if self._delivered.issuperset(keys_of(job)):
                    self.forget(job)
        self._log.close()
        self._jobs.clear()
        self._by_key.clear()
        self._delivered.clear()

    def _index(self, job: Job) -> None:
        self._jobs[job.name] = job
        self._by_key.update(dict.fromkeys(keys_of(job), job))
        self._delivered.difference_update(keys_of(job))

    def add(self, lines: Sequence[Line]) -> Job:
        """Add a job. Its requests are on the disk when this returns."""
        content = msgspec.json.encode(lines)
        digest = blake2b(self.translator.encode() + content, digest_size=8).hexdigest()
        number = next(n for n in range(len(self._names) + 1) if f"{digest}-{n}" not in self._names)
        name = f"{digest}-{number}"
        job = Job(name, self.folder / f"{name}.json", lines)
        write_bytes(job.path, content)
        self.record(job, "prepared")
        self._names.add(name)
        self._index(job)
        return job

    def record(self, job: Job, state: State) -> None:
        """Record the state of a job, durably."""
        job.state = state
        with self._lock:
            self._log.append([Step(self.translator, job.name, state, job.file, job.batch)])
            self._log.sync()

    def find(self, key: bytes) -> Job | None:
        """Return the job that has a request whose answer was not delivered by this run, or None."""
        return None if key in self._delivered else self._by_key.get(key)

    def mark_delivered(self, keys: Iterable[bytes]) -> None:
        """Note that answers were delivered. A text that is asked again then had a bad answer: it is a new request."""
        self._delivered.update(keys)

    def forget_unprocessed(self, job: Job) -> None:
        """Forget the requests of an ended job that the service did not process, so that they are submitted again."""
        for key in keys_of(job):
            if key not in (job.answers or {}) and self._by_key.get(key) is job:
                del self._by_key[key]
        if not job.answers:
            self.forget(job)

    def forget(self, job: Job) -> None:
        """Forget a job and delete its requests."""
        self.record(job, "forgotten")
        for key in keys_of(job):
            if self._by_key.get(key) is job:
                del self._by_key[key]
        self._jobs.pop(job.name, None)
        job.path.unlink(missing_ok=True)


def request_key(request: Request) -> bytes:
    """Return a key of 16 bytes for a request, with its attempt."""
    return blake2b(msgspec.json.encode(request), digest_size=16).digest()


def keys_of(job: Job) -> list[bytes]:
    """Return the keys of all requests of a job."""
    return [request_key(request) for line in job.lines for request in line]
