"""Reads the results of a batch job: the outcome of each text, and what the job cost. Pure functions.

LineResult, the texts of the line ──> answered     its translations, and its cost
                                  ├─> refused      Refused, or '' if the line has several texts
                                  └─> not processed (throttled, expired, failed): no outcome; asked again
"""

from collections.abc import Callable, Sequence

from spanferry.translation.engines.base import Refused, Request, Unreachable
from spanferry.translation.engines.http import OK, THROTTLED
from spanferry.translation.engines.openai import parse_completion, read_content, refuses_temperature, usage_of
from spanferry.translation.engines.openai_batch_records import LineResponse, LineResult
from spanferry.translation.engines.openai_jobs import Job, Line, Outcomes, request_key
from spanferry.translation.engines.openai_prompts import Prompt
from spanferry.translation.engines.support import shorten
from spanferry.translation.usage import Usage


class JobResults:
    """What the lines of a job brought.

    answers: the outcomes of the requests that the service has processed. refusal: why the first refused line was
    refused, '' if none was. refuses_temperature: a line was refused because of its temperature; none of its requests
    counts as processed.
    """

    def __init__(self, prompt: Prompt, estimate: Callable[[Sequence[Request]], Usage]) -> None:
        self.prompt, self.estimate = prompt, estimate
        self.answers: Outcomes = {}
        self.usage = Usage()
        self.refusal = ""
        self.refuses_temperature = False

    @property
    def has_answers(self) -> bool:
        """Whether the model answered any line, well or badly."""
        return self.usage != Usage()

    def read(self, job: Job, results: Sequence[LineResult]) -> None:
        """Read the results of a job. Of a line that has two, the answer counts."""
        lines = {line.custom_id: line for line in results if line.custom_id and not is_answer(line)}
        lines |= {line.custom_id: line for line in results if is_answer(line)}
        for result in lines.values():
            line = job.line(result.custom_id)
            if line and result.response and is_processed(result.response):
                self._read_line(result.response, line)

    def _read_line(self, response: LineResponse, line: Line) -> None:
        if response.status_code != OK:
            if refuses_temperature(response.status_code, bytes(response.body)):
                self.refuses_temperature = True
                return
            message = f"HTTP {response.status_code}: {shorten(bytes(response.body).decode(errors='replace'))}"
            self.refusal = self.refusal or message
            self._refuse(line, message)
            return
        try:
            completion = parse_completion(response.body)
        except Unreachable as error:
            self._refuse(line, str(error))
            return
        self.usage += usage_of(completion, self.estimate(line))
        try:
            texts = self.prompt.parse(read_content(completion.choices[0]), [request.text for request in line])
        except Refused as error:
            self._refuse(line, str(error))
            return
        self.answers |= dict(zip(map(request_key, line), texts, strict=True))

    def _refuse(self, line: Line, message: str) -> None:
        """Note that a line was refused. If it has several texts, it is unknown which one is the cause."""
        self.answers |= {request_key(each): Refused(message) if len(line) == 1 else "" for each in line}


def is_answer(result: LineResult) -> bool:
    """Return whether a line was answered by the model."""
    return result.response is not None and result.response.status_code == OK


def is_processed(response: LineResponse) -> bool:
    """Return whether a line has a final outcome."""
    return response.status_code != THROTTLED and response.status_code < 500
