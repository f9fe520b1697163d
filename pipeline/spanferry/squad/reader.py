"""Read SQuAD files that must be completely valid: a file with an invalid element is refused with the element's path."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from spanferry.errors import InputError
from spanferry.files import regular_file
from spanferry.squad.document import Document, iterate_questions, json_path

SHOWN_PROBLEMS = 3

# The first bytes of formats that users pass instead of JSON.
_FOREIGN_FORMATS = {
    b"\xef\xbb\xbf": "begins with a byte order mark; save it as UTF-8 without one",
    b"\xff\xfe": "UTF-16; save it as UTF-8",
    b"\xfe\xff": "UTF-16; save it as UTF-8",
    b"\x1f\x8b": "compressed with gzip; unpack it first",
    b"PK\x03\x04": "a zip archive; unpack it first",
}


def read_squad(path: Path) -> Document:
    """Read and check a SQuAD file.

    Raises InputError for a file that cannot be read or is not valid, with the paths of its first invalid elements.

        >>> import json
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> question = {"id": "q1", "question": "When?", "answers": [{"text": "1612", "answer_start": 22}]}
        >>> paragraph = {"context": "The lock was built in 1612.", "qas": [question]}
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "train.json")
        ...     _ = path.write_text(json.dumps({"data": [{"title": "Lock", "paragraphs": [paragraph]}]}))
        ...     document = read_squad(path)
        >>> document.data[0].paragraphs[0].qas[0].answers
        (Answer(text='1612', answer_start=22),)
    """
    try:
        raw = regular_file(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    return decode_squad(raw, str(path))


def decode_squad(raw: bytes, name: str) -> Document:
    """Decode and check the JSON of a SQuAD file.

    name: the name of the file in error messages. Raises InputError with the paths of the first invalid elements and
    their number.
    """
    if description := detect_foreign_format(raw[:4]):
        raise InputError(f"{name}: not a SQuAD file: {description}")
    try:
        document = msgspec.json.decode(raw, type=Document)
    except UnicodeDecodeError:
        raise InputError(f"{name}: not a SQuAD file: not UTF-8 at byte {_first_invalid_byte(raw)}") from None
    except RecursionError:
        raise InputError(f"{name}: not a SQuAD file: nested too deeply") from None
    except msgspec.DecodeError as error:
        raise InputError(f"{name}: not a SQuAD file: {error if raw else 'empty'}") from error
    try:
        key = find_duplicate_key(raw, document)
    except (ValueError, RecursionError) as error:  # msgspec skips values of unknown keys, which need not be JSON
        raise InputError(f"{name}: not a SQuAD file: {error}") from error
    if key:
        raise InputError(f"{name}: an object has the key {key!r} twice; only one of them would be read")
    problems = list(find_problems(document))
    if problems:
        more = f" (and {len(problems) - SHOWN_PROBLEMS} more)" if len(problems) > SHOWN_PROBLEMS else ""
        raise InputError(f"{name}: {'; '.join(problems[:SHOWN_PROBLEMS])}{more}")
    return document


def find_problems(document: Document) -> Iterator[str]:
    """Yield the problems that make a document unusable as a source, each with its path.

    An answer whose offset does not match its text is not such a problem. Only that answer is lost, with a reason of
    its own (`Reason.SOURCE_MISMATCH`).
    """
    if not document.data:
        yield "data: no articles"
    for a, article in enumerate(document.data):
        for p, paragraph in enumerate(article.paragraphs):
            if not paragraph.context.strip():
                yield f"{json_path(a, p)}.context: empty"
    first_paths: dict[str, str] = {}
    for path, _, _, question in iterate_questions(document):
        if not question.id:
            yield f"{path}.id: empty"
        elif question.id in first_paths:
            yield f"{path}.id: {question.id!r} is already the id of {first_paths[question.id]}"
        first_paths.setdefault(question.id, path)
        if not question.question.strip():
            yield f"{path}.question: empty"
        if question.impossible and question.answers:
            yield f"{path}: is_impossible, but it has answers"
        if not question.impossible and not question.answers:
            yield f"{path}: answerable, but it has no answers"
        if not question.impossible and question.plausible:
            yield f"{path}: answerable, but it has plausible_answers"
    if document.data and not first_paths:
        yield "data: no questions"


def detect_foreign_format(head: bytes) -> str | None:
    """Describe the format of a file that is not JSON, by its first 4 bytes; None when it may be JSON."""
    return next((description for magic, description in _FOREIGN_FORMATS.items() if head.startswith(magic)), None)


def find_duplicate_key(raw: bytes, document: Document) -> str | None:
    """Return a key that an object has twice, None if there is none.

    msgspec uses the last one, so the data of the other would be lost silently. Only keys that carry data are checked.
    The JSON is parsed again only when such a key occurs more often than the document explains.
    """
    paragraphs = sum(len(article.paragraphs) for article in document.data)
    questions = sum(len(paragraph.qas) for article in document.data for paragraph in article.paragraphs)
    most = {"data": 1, "paragraphs": len(document.data), **dict.fromkeys(("context", "qas"), paragraphs)}
    most |= dict.fromkeys(("question", "answers", "is_impossible", "plausible_answers"), questions)
    if all(raw.count(b'"%b"' % key.encode()) <= times for key, times in most.items()):
        return None
    duplicates: list[str] = []

    def note_duplicates(pairs: list[tuple[str, object]]) -> None:
        counts = Counter(key for key, _ in pairs)
        duplicates.extend(key for key, times in counts.items() if times > 1 and key in most)

    json.loads(raw, object_pairs_hook=note_duplicates, parse_int=float)  # float takes any number of digits
    return duplicates[0] if duplicates else None


def _first_invalid_byte(raw: bytes) -> int:
    """Return the offset of the first byte that is not UTF-8. msgspec reports it from the start of the string only."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(raw)
