"""What the reader of SQuAD files repairs and ignores, counted by kind, and told in plain lines."""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from spanferry.printing import printable
from spanferry.squad.json_text import cut

SHOWN_KEYS = 8  # extra keys that one line names


class NoteKind(StrEnum):
    """The kinds of what the reader repairs or ignores. A value is the end of a sentence that begins with a count."""

    UNPACKED = "unpacked with gzip"
    BYTE_ORDER_MARK = "byte order mark left out"
    ENCODING = "read as"
    VERSION = "version that is not a text: read as a text"
    TOP = "list at the top of the file instead of `data`"
    ITEM = "where a list of articles is expected"
    ONE_ITEM = "single object where a list is expected: read as a list of one"
    NUMBER_ID = "id that is a number: read as a text"
    MADE_ID = "question without an id: its id is made from its context and question"
    FREED_ID = "id that a question which is left out has too: kept"
    OTHER_NAME = "key under another name than SQuAD's"
    NUMBER_TEXT = "text that is a number: read as a text"
    BOOLEAN = "is_impossible that is a number or a text: read as true or false"
    OFFSET = "answer_start that is a text or a decimal number: read as a whole number"
    ANSWERS_COLUMNS = "answers as an object of lists: read as a list of answers"
    ANSWERS_OBJECT = "answers that are one object: read as a list of one answer"
    ANSWERS_NAME = "answers under another name"
    ANSWERS_TEXTS = "answer that is a text alone"
    FOUND_OFFSET = "answer without an offset: found where its text stands only once in the context"
    NO_ANSWERS = "unanswerable question without `answers`: read as an empty list"
    NO_ANSWER_GIVEN = "answer without text of an unanswerable question: left out, and the question is unanswerable"
    PLAUSIBLE = "question with answers that also has plausible_answers: these are left out"
    NULL = "null: read as absent"
    TITLE = "title that is not a text: left out"
    SAME_TWICE = "key that occurs twice with the same value: read once"
    LAST_OF_TWO = "key that occurs twice with different values: the last is read"
    ANSWER_CASE = "answer written otherwise than in its context: read as the context has it"
    EXTRA_KEY = "ignored"


class Note(Struct, frozen=True):
    """What was repaired or ignored in one way. first: the place of the first. subject: a key, a form or an encoding."""

    kind: NoteKind
    subject: str
    count: int
    first: str


NOTES_FILE = "notes.json"
"""What was noted of the splits of a corpus, beside them: {split: {name of a kind: count}}."""


def count_notes(notes: Sequence[Note]) -> dict[str, int]:
    """Count notes by the names of their kinds.

    >>> count_notes([Note(NoteKind.MADE_ID, "", 2, "data[0]")])
    {'made_id': 2}
    """
    counts: Counter[str] = Counter()
    for note in notes:
        counts[note.kind.name.lower()] += note.count
    return dict(counts)


def describe_notes(notes: Sequence[Note]) -> Iterator[str]:
    """Yield a plain line for each kind of note; extra keys share one line.

    >>> notes = [Note(NoteKind.NUMBER_ID, "", 2, "data[0]"), Note(NoteKind.EXTRA_KEY, "document_id", 1, "data[0]")]
    >>> list(describe_notes(notes))
    ['2 × id that is a number: read as a text (first: data[0])', 'extra keys ignored: document_id (1)']
    """
    extra = [note for note in notes if note.kind is NoteKind.EXTRA_KEY]
    yield from (describe_note(note) for note in notes if note.kind is not NoteKind.EXTRA_KEY)
    if extra:
        named = ", ".join(f"{note.subject} ({note.count:,})" for note in extra[:SHOWN_KEYS])
        more = f" and {len(extra) - SHOWN_KEYS:,} more" if len(extra) > SHOWN_KEYS else ""
        yield f"extra keys ignored: {named}{more}"


def describe_note(note: Note) -> str:
    """Return the line of one note."""
    subject = f" {note.subject}" if note.subject else ""
    match note.kind:
        case NoteKind.UNPACKED | NoteKind.BYTE_ORDER_MARK:
            return str(note.kind)
        case NoteKind.ENCODING:
            return f"{note.kind}{subject}"
        case NoteKind.ITEM:
            return f"{note.subject} {note.kind}"
        case NoteKind.TOP | NoteKind.VERSION:
            return str(note.kind)
        case _:
            return f"{note.count:,} × {note.kind}{subject and ':' + subject} (first: {note.first})"


def shorten(text: str) -> str:
    """Return the beginning of a text, on one line."""
    return printable(cut(text))


class NoteCollector:
    """The notes of one file while it is read: their number, and the first place of each."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[NoteKind, str]] = Counter()
        self._first: dict[tuple[NoteKind, str], str] = {}

    def add(self, kind: NoteKind, place: str, subject: str = "", count: int = 1) -> None:
        """Count a note, or several of the same kind."""
        key = kind, subject
        if key not in self._counts:
            self._first[key] = place
        self._counts[key] += count

    def notes(self) -> tuple[Note, ...]:
        """Return the notes in the order of their kinds; those of one kind by their first place in the file."""
        notes: dict[tuple[NoteKind, str], Note] = {}
        for key, count in self._counts.items():
            short = key[0], shorten(key[1])
            earlier = notes.get(short)
            notes[short] = (
                replace(earlier, count=earlier.count + count) if earlier else Note(*short, count, self._first[key])
            )
        order = list(NoteKind)
        return tuple(sorted(notes.values(), key=lambda note: order.index(note.kind)))
