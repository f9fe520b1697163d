"""The rows of every table between stages, and the enumerations that their columns use.

    segments.parquet      SegmentRow         each distinct text to translate, once
    layout.parquet        SourceParagraph    one row per source paragraph: sentences, questions, answers
    translations.parquet  TranslationRow     each segment's translation, or why there is none
    paragraphs.parquet    TargetParagraph    one row per target paragraph, its sentences aligned with the layout's
    spans.parquet         SpanRow            one row per answer: its span in the target, or why there is none
    names.parquet         QuestionNames      questions whose names differ from their paragraph's, and their repair
    titles.parquet        TitleNames         titles that differ from their rendering in the paragraphs, and their repair
    quality.parquet       QualityRow         one row per question: how probably a person would accept it, and why not
    decisions.parquet     ParagraphDecision  one row per source paragraph: what is kept, and why the rest is dropped
    provenance.parquet    SpanRow            the kept answers (`reason` null)
    rejected.jsonl        SpanRow            the dropped answers (`reason` set), as JSON lines

Offsets count Unicode code points from 0; ends are exclusive. Rows keep the source's order: split, article,
paragraph, question, answers before plausible answers.

Arrow schemas, nullability and the allowed values of a column come from these types (`spanferry.arrow`): `int` is
int32, `float` is float32, an optional field may be null, and an enum field is a string with one of the enum's values.
"""

from enum import StrEnum
from typing import ClassVar, Literal

from msgspec import Struct
from msgspec.structs import replace

Split = Literal["train", "dev"]
SPLITS: tuple[Split, ...] = ("train", "dev")

Span = tuple[int, int]
"""(start, end) in code points of a text, end exclusive."""


class Kind(StrEnum):
    """The kind of a segment. A text that occurs as several kinds counts as the first of them in this order."""

    SENTENCE = "sentence"
    QUESTION = "question"
    ANSWER = "answer"
    TITLE = "title"


class Field(StrEnum):
    """The list in which a question keeps an answer."""

    ANSWERS = "answers"
    PLAUSIBLE = "plausible_answers"


class Method(StrEnum):
    """The method that found a span, from the most to the least certain."""

    NATIVE = "native"  # the corpus is already in its language; the span is the source's own
    EXACT = "exact"  # the answer's own translation, letter for letter, at word boundaries
    NORMALISED = "normalised"  # the same after folding case, diacritics, quotes, numbers and articles
    FUZZY = "fuzzy"  # the most similar run of words
    MARKED = "marked"  # found by translating the sentence with the answer between markers
    LINKED = "linked"  # the run of words that an encoder links to the answer
    HUMAN = "human"  # a person selected the span (corpora.<name>.corrections)


class Reason(StrEnum):
    """The reason why an answer, a question or a paragraph was dropped. All losses are counted by these reasons.

    They are in the order of the stages, from the reader of the source on.
    """

    MALFORMED = "malformed"  # a value of the source is missing, or of the wrong type
    EMPTY_CONTEXT = "empty_context"
    EMPTY_QUESTION = "empty_question"
    DUPLICATE_ID = "duplicate_id"  # an earlier question of the file has the id
    ANSWERABLE_WITHOUT_ANSWERS = "answerable_without_answers"
    IMPOSSIBLE_WITH_ANSWERS = "impossible_with_answers"  # marked as unanswerable, but it has answers
    EMPTY_ANSWER = "empty_answer"
    SOURCE_MISMATCH = "source_mismatch"  # the source does not have the answer's text at its offset
    CONTEXT_UNTRANSLATED = "context_untranslated"  # a sentence of the paragraph has no translation
    QUESTION_UNTRANSLATED = "question_untranslated"
    ANSWER_UNTRANSLATED = "answer_untranslated"
    NOT_FOUND = "not_found"  # nothing in the search window resembles the translated answer
    BELOW_THRESHOLD = "below_threshold"  # something resembles it, but too little (align.min_score)
    AMBIGUOUS = "ambiguous"  # it occurs several times, and nothing shows which occurrence is meant
    LOW_CONFIDENCE = "low_confidence"  # found, but less probable than align.min_confidence
    LOW_QUALITY = "low_quality"  # the whole item has a lower quality than check.min_quality
    JUDGED_WRONG = "judged_wrong"  # a person judged it wrong, and gave nothing in its place


SOURCE_REASONS = (
    Reason.MALFORMED,
    Reason.EMPTY_CONTEXT,
    Reason.EMPTY_QUESTION,
    Reason.DUPLICATE_ID,
    Reason.ANSWERABLE_WITHOUT_ANSWERS,
    Reason.IMPOSSIBLE_WITH_ANSWERS,
    Reason.EMPTY_ANSWER,
)
"""The reasons that the reader of the source gives. Nothing after it can change them."""


class RepairKind(StrEnum):
    """What was wrong with an answer of the source file whose text was not at its offset, and was repaired."""

    UTF8_BYTES = "utf8_bytes"  # the file counts bytes
    UTF16_UNITS = "utf16_units"  # the file counts as JavaScript, Java and C# do; an emoji is two
    LINE_ENDS = "line_ends"  # counted before line ends were changed, for instance without \r
    WHITE_SPACE = "white_space"  # counted after white space was removed
    NORMAL_FORM = "normal_form"  # counted in another Unicode normal form
    ESCAPES = "escapes"  # counted with HTML or JSON escapes
    CLUSTERS = "clusters"  # counted as readers see characters, as Swift does
    SHIFTED = "shifted"  # all too high or too low by the same number
    TEXT = "text"  # the offset is right; the text has other white space or another normal form than the context
    ONCE = "once"  # no pattern, but the text stands only once in the context


class QuestionRepair(StrEnum):
    """How a question or a title got the rendering of a name that its paragraph has."""

    REPLACED = "replaced"  # its own rendering was replaced, where no grammar was at stake
    ASKED_AGAIN = "asked_again"  # it was translated again, with the name between markers or in a glossary


class Verdict(StrEnum):
    """A person's verdict on a span."""

    RIGHT = "right"
    EXTENT = "extent"  # the right place, but too much or too little of it
    WRONG = "wrong"


class Correction(StrEnum):
    """What a person has changed of an answer, its question or its paragraph."""

    SPAN = "span"
    QUESTION = "question"
    CONTEXT = "context"


class Signal(StrEnum):
    """A signal about a translated question with its paragraph: a column of quality.parquet, 0 (bad) to 1 (good).

    A signal is null where it does not apply, or where its model is not set up.
    """

    SPAN_SURE = "span_sure"  # the mean probability of its spans
    SAME_SENTENCE = "same_sentence"  # the span is in the translation of the sentences that have the source answer
    SAME_NUMBERS = "same_numbers"  # the translation has the numbers and dates of the source, and no others
    USUAL_LENGTH = "usual_length"  # its length is as usual in this corpus
    TRANSLATED = "translated"  # no part is left in the source language
    INTACT = "intact"  # no repetition, leftover markers, entities, markup or damaged characters
    SAME_NAMES = "same_names"  # question and paragraph render a shared name in the same way
    ASKS = "asks"  # the question has its question word and its question mark
    DISTINCT = "distinct"  # no other question of the paragraph became the same
    REST_SOUND = "rest_sound"  # the other sentences of the paragraph pass the same checks
    SIMILAR = "similar"  # an encoder finds question and sentences similar to their translations
    SAME_EXTENT = "same_extent"  # an encoder links the words of the span to those of the answer
    READER_AGREES = "reader_agrees"  # a reader finds the same span, or none where there is no answer


class CheckFailure(StrEnum):
    """The reason why a segment has no translation. All failures are counted by these reasons."""

    EMPTY = "empty"  # no text came back: there is no result, or the client returns "" for a captcha page
    CAPTCHA = "captcha"  # the answer is the text of a captcha or consent page
    ERROR_PAGE = "error_page"  # the answer is the text of an error page
    CHAT = "chat"  # a language model comments on the text, or declines to translate it
    UNCHANGED = "unchanged"  # still in the source language
    MARKUP = "markup"  # tags, entities, brackets, addresses or control characters that the source does not have
    LENGTH = "length"  # implausibly short or long
    NUMBERS = "numbers"  # a number is missing
    TRUNCATED = "truncated"  # the end is missing
    SCRIPT = "script"  # letters of a script that neither the target language nor the source text uses
    REPETITION = "repetition"  # the same words or characters over and over
    REFUSED = "refused"  # the engine does not accept this text
    UNREACHABLE = "unreachable"  # no response for this text, although other texts got one
    NOT_HELD = "not_held"  # the offline memory (a TMX file) lacks this text


# gc=False: records contain no reference cycles, so the garbage collector need not visit a million of them.
class Record(Struct, frozen=True, gc=False):
    """Base class of all rows: immutable, and compared by value."""


class TextSpan(Record, frozen=True, gc=False):
    """A span of a text, as a struct in a table; `end` is exclusive."""

    start: int
    end: int


class SegmentRow(Record, frozen=True, gc=False):
    """A distinct text to translate.

    count: how often it occurs in the corpus. layout_row: the row of the first paragraph that contains it. The text of
    the paragraph is not stored here, because each of its sentences would repeat it: 300 MB for thirty documents of
    31,000 characters.
    """

    text: str
    kind: Kind
    count: int
    layout_row: int


class Repair(Record, frozen=True, gc=False):
    """The repair of an answer whose text is not at its offset in the source file. In tables its fields are columns.

    repair: what was wrong. given_text, given_start: the answer as the source file has it.
    """

    repair: RepairKind
    given_text: str
    given_start: int


class SourceAnswer(Record, frozen=True, gc=False):
    """An answer of the source file; `start` may be wrong (`Reason.SOURCE_MISMATCH`).

    repair: None where text and start are those of the file. reason: why the reader refuses it, one of SOURCE_REASONS;
    its text and start may then be "" and 0.
    """

    text: str
    start: int
    repair: Repair | None = None
    reason: Reason | None = None


class SourceQuestion(Record, frozen=True, gc=False):
    """A question with its answers; an impossible one has only plausible answers.

    reason: why the reader refuses it, one of SOURCE_REASONS. It is then neither translated nor kept. One that should
    have answers but has none that can be read has a placeholder, so that its loss is counted.
    """

    id: str
    question: str
    is_impossible: bool
    answers: tuple[SourceAnswer, ...]
    plausible_answers: tuple[SourceAnswer, ...]
    reason: Reason | None = None

    def in_field(self, field: Field) -> tuple[SourceAnswer, ...]:
        """Return the answers in one of the two lists."""
        return self.answers if field is Field.ANSWERS else self.plausible_answers


class SourceParagraph(Record, frozen=True, gc=False):
    """A paragraph of the source.

    article: index in the file. paragraph: index in the article. sentences: spans of `context`, in order; only white
    space lies between them. reason: why the reader refuses its context, one of SOURCE_REASONS.
    """

    split: Split
    article: int
    paragraph: int
    title: str
    context: str
    sentences: tuple[TextSpan, ...]
    questions: tuple[SourceQuestion, ...]
    reason: Reason | None = None


class TranslationRow(Record, frozen=True, gc=False):
    """A segment and its translation, or the reason why it has none; exactly one of the two is set."""

    text: str
    translation: str | None
    reason: CheckFailure | None


class TargetParagraph(Record, frozen=True, gc=False):
    """A translated paragraph. context: None when there is no translation.

    Sentence i is the translation of source sentence i. A context that was translated as a whole is one sentence.
    """

    split: Split
    article: int
    paragraph: int
    context: str | None
    sentences: tuple[TextSpan, ...]


class CandidateRow(Record, frozen=True, gc=False):
    """A possible span of an answer. score: its similarity to the evidence, 0 to 1."""

    start: int
    text: str
    method: Method
    score: float


class Placement(Record, frozen=True, gc=False):
    """The span that was chosen for an answer. In tables its fields are columns of SpanRow.

    score: similarity to the evidence, 0 to 1. probability: calibrated probability that the span is right.
    occurrence, occurrences: the span is the n-th, counted from 1, of so many equally good ones.
    """

    text: str
    start: int
    method: Method
    score: float
    probability: float
    occurrence: int
    occurrences: int

    @property
    def span(self) -> Span:
        """The span in the target context."""
        return self.start, self.start + len(self.text)

    @property
    def candidate(self) -> CandidateRow:
        """This span as a candidate."""
        return CandidateRow(self.start, self.text, self.method, self.score)


class Quality(Record, frozen=True, gc=False):
    """How good a translated question is. In tables its fields are columns.

    quality: calibrated probability that a person would accept the question with its context and answers. The fields
    after it are the signals (`Signal`). reasons: what spoke against it, in words, the strongest first.
    """

    quality: float
    span_sure: float | None
    same_sentence: float | None
    same_numbers: float | None
    usual_length: float | None
    translated: float | None
    intact: float | None
    same_names: float | None
    asks: float | None
    distinct: float | None
    rest_sound: float | None
    similar: float | None
    same_extent: float | None
    reader_agrees: float | None
    reasons: tuple[str, ...]


class QualityRow(Record, frozen=True, gc=False):
    """A question of the source, with its quality.

    judgement: None when there is nothing to judge: its context or the question has no translation, or it has answers
    and none of them has a span.
    """

    split: Split
    question_id: str
    judgement: Quality | None


class SpanRow(Record, frozen=True, gc=False):
    """An answer of the source, with its span in the target (`placement`) or the reason why it has none (`reason`).

    index: position in the list that `field` names. translation: the translation of the answer on its own, or None.
    marked: the translation of the sentence with the answer between markers, if rescue requested one.
    candidates: the spans that were not chosen, best first.
    repair: what was wrong with the offset in the source file; source_text and source_start are the repaired ones.
    question_repair: how the names of its question were made those of the paragraph (QuestionNames); None when they were
    not. title_repair: the same for the title of its article (TitleNames). corrected: what a person has changed.
    quality: that of its question (QualityRow), None without one. Stage clean sets these four.
    """

    exclusive: ClassVar[tuple[str, str]] = ("placement", "reason")
    """Exactly one of these two fields is set; `tables.check` verifies this for every row."""

    split: Split
    article: int
    paragraph: int
    title: str
    question_id: str
    field: Field
    index: int
    source_text: str
    source_start: int
    translation: str | None
    marked: str | None
    placement: Placement | None
    reason: Reason | None
    candidates: tuple[CandidateRow, ...]
    repair: Repair | None = None
    question_repair: QuestionRepair | None = None
    title_repair: QuestionRepair | None = None
    corrected: tuple[Correction, ...] = ()
    quality: Quality | None = None

    @property
    def source_span(self) -> Span:
        """The span in the source context."""
        return self.source_start, self.source_start + len(self.source_text)

    def dropped(self, reason: Reason) -> "SpanRow":
        """Return this answer without its placement, which becomes its first candidate."""
        rejected = () if self.placement is None else (self.placement.candidate,)
        return replace(self, placement=None, reason=reason, candidates=(*rejected, *self.candidates))


class NameDifference(Record, frozen=True, gc=False):
    """A name of the source whose rendering in the paragraph was not in the question.

    in_question: the rendering in the question, None if it was not found.
    """

    name: str
    in_context: str
    in_question: str | None


class QuestionNames(Record, frozen=True, gc=False):
    """A question with names that differ from their paragraph's, and its translation.

    repair: None when no repair is possible. repaired: the translation to publish instead; None without a repair.
    """

    split: Split
    question_id: str
    question: str
    translation: str
    names: tuple[NameDifference, ...]
    repair: QuestionRepair | None
    repaired: str | None


class TitleNames(Record, frozen=True, gc=False):
    """A title that differs from its rendering in the paragraphs of its article.

    title: that of the source file. translation: its translation, or itself without one. in_context: the rendering of
    the title without its qualifier "(...)". repair: None when no repair is possible. repaired: the title to publish
    instead.
    """

    split: Split
    article: int
    title: str
    translation: str
    in_context: str
    repair: QuestionRepair | None
    repaired: str | None


class QuestionDecision(Record, frozen=True, gc=False):
    """The decision on a question; `reason` is None when it is kept."""

    id: str
    is_impossible: bool
    reason: Reason | None


class ParagraphDecision(Record, frozen=True, gc=False):
    """The decisions on a source paragraph and its questions; `reason` is None when its context is kept."""

    split: Split
    article: int
    paragraph: int
    reason: Reason | None
    questions: tuple[QuestionDecision, ...]
