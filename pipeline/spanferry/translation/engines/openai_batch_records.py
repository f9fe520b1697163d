"""The records of OpenAI's batch interface: /files, /batches, and the lines of results files."""

from typing import TypeVar

import msgspec

from spanferry.translation.engines.base import Unreachable
from spanferry.translation.engines.support import shorten

Part = TypeVar("Part", bound=msgspec.Struct)

RUNNING = frozenset({"validating", "in_progress", "finalizing", "cancelling"})
ENDED = frozenset({"completed", "expired", "cancelled"})
FAILED = "failed"
"""The status of a batch that was not accepted: none of its requests was processed."""


class Problem(msgspec.Struct):
    """An error of a batch or of a line."""

    code: str | None = None
    message: str | None = None


class Problems(msgspec.Struct):
    """The errors of a batch."""

    data: list[Problem] = []


class RequestCounts(msgspec.Struct):
    """The part of the counts of a batch that is used: the requests that were answered."""

    completed: int = 0


class Batch(msgspec.Struct):
    """The state of a batch. request_counts: not every server has them."""

    id: str
    status: str
    input_file_id: str = ""
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: Problems | None = None
    metadata: dict[str, str] | None = None
    request_counts: RequestCounts | None = None


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
