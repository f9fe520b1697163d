"""Spoil items of a built corpus in eight ways, to see whether stage check notices it.

An item is a question with its context and answers. The corpus stays as it is; each spoiled item is in a copy of its
paragraph, whose other questions do not count.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from msgspec.structs import replace
from spanferry import tables
from spanferry.arrow import from_table, to_table
from spanferry.language import Language
from spanferry.language.words import fold, tokens
from spanferry.projection.windows import find_window
from spanferry.records import (
    QuestionNames,
    QuestionRepair,
    SourceParagraph,
    SourceQuestion,
    Span,
    SpanRow,
    TargetParagraph,
    TextSpan,
    TranslationRow,
)

SHARE = 0.05
MIN_PART, MAX_PART = 3, 8  # words that stay untranslated
REPEATS = 5  # of a word that is repeated
MOST_GROWN = 4  # words by which a span grows
NEIGHBOUR = "neighbour"  # a question beside a spoiled one
COPY = 100_000  # added to the number of a paragraph


@dataclass(frozen=True)
class Corpus:
    """The tables of a built corpus, as records. questions: source text -> translation. names: as stage names wrote."""

    paragraphs: list[SourceParagraph]
    targets: list[TargetParagraph]
    spans: dict[tuple[str, str], list[SpanRow]]
    questions: dict[str, str | None]
    names: dict[tuple[str, str], QuestionNames]


@dataclass(frozen=True)
class Item:
    """An item. translation: of its question."""

    paragraph: SourceParagraph
    target: TargetParagraph
    question: SourceQuestion
    translation: str
    spans: list[SpanRow]

    @property
    def context(self) -> str:
        return self.target.context or ""

    @property
    def placed(self) -> list[SpanRow]:
        return [row for row in self.spans if row.placement]

    @property
    def window(self) -> range:
        """The sentences of its first span."""
        sentences = [(each.start, each.end) for each in self.target.sentences]
        placement = self.placed[0].placement
        assert placement
        first, last = find_window(sentences, *placement.span)
        return range(first, last + 1)


@dataclass(frozen=True)
class Spoiled:
    """A corpus with spoiled copies.

    kinds: (split, id) of each question of a copy -> how it was spoiled, NEIGHBOUR for the others.
    """

    layout: pa.Table
    paragraphs: pa.Table
    spans: pa.Table
    names: dict[tuple[str, str], QuestionNames]
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)


def read_corpus(data: Path) -> Corpus:
    """Read the folder of a built corpus, data/<corpus>."""
    spans: dict[tuple[str, str], list[SpanRow]] = {}
    for row in from_table(tables.read(data / "spans.parquet", SpanRow), SpanRow):
        spans.setdefault((row.split, row.question_id), []).append(row)
    rows = from_table(tables.read(data / "translations.parquet", TranslationRow), TranslationRow)
    names = from_table(tables.read(data / "names.parquet", QuestionNames), QuestionNames)
    return Corpus(
        from_table(tables.read(data / "segments" / "layout.parquet", SourceParagraph), SourceParagraph),
        from_table(tables.read(data / "located" / "paragraphs.parquet", TargetParagraph), TargetParagraph),
        spans,
        {row.text: row.translation for row in rows},
        {(row.split, row.question_id): row for row in names},
    )


def items_of(corpus: Corpus) -> list[Item]:
    """Return the items that have a translation and, if they have answers, a span."""
    items = []
    for paragraph, target in zip(corpus.paragraphs, corpus.targets, strict=True):
        for question in paragraph.questions:
            key = (paragraph.split, question.id)
            translation = corpus.questions.get(question.question.strip())
            if row := corpus.names.get(key):
                translation = row.repaired or row.translation
            item = Item(paragraph, target, question, translation or "", corpus.spans.get(key, []))
            if translation and target.context and (item.placed or question.is_impossible):
                items.append(item)
    return items


def spoil_corpus(corpus: Corpus, target: Language, share: float = SHARE, seed: int = 0) -> Spoiled:
    """Add copies of this share of the items for each way, each spoiled in it."""
    chance = random.Random(seed)
    items = items_of(corpus)
    spoiler = Spoiler(items, target, chance)
    copies: dict[tuple[str, int, int], list[tuple[str, Item]]] = {}
    for kind, spoil in spoiler.ways().items():
        done = 0
        for item in chance.sample(items, len(items)):
            if done < round(share * len(items)) and (spoiled := spoil(item)):
                done += 1
                key = (item.paragraph.split, item.paragraph.article, item.paragraph.paragraph)
                copies.setdefault(key, []).append((kind, spoiled))
    return join_copies(corpus, copies)


def join_copies(corpus: Corpus, copies: Mapping[tuple[str, int, int], Sequence[tuple[str, Item]]]) -> Spoiled:
    """Put each copy behind the paragraph that it comes from."""
    layout: list[SourceParagraph] = []
    paragraphs: list[TargetParagraph] = []
    spans: list[SpanRow] = []
    names, kinds = dict(corpus.names), dict[tuple[str, str], str]()
    for source, target in zip(corpus.paragraphs, corpus.targets, strict=True):
        layout.append(source)
        paragraphs.append(target)
        spans += [row for question in source.questions for row in corpus.spans.get((source.split, question.id), [])]
        key = (source.split, source.article, source.paragraph)
        for n, (kind, item) in enumerate(copies.get(key, ())):
            number = COPY * (n + 1) + source.paragraph
            paragraphs.append(replace(item.target, paragraph=number))
            questions: list[SourceQuestion] = []
            for question in source.questions:
                id_ = f"{question.id}/{number}"
                own = question.id == item.question.id
                rows = item.spans if own else follow(corpus.spans.get((source.split, question.id), []), item)
                questions.append(replace(question, id=id_))
                spans += [replace(row, paragraph=number, question_id=id_) for row in rows]
                kinds[source.split, id_] = kind if own else NEIGHBOUR
                if row := corpus.names.get((source.split, question.id)):
                    names[source.split, id_] = replace(row, question_id=id_)
            layout.append(replace(source, paragraph=number, questions=tuple(questions)))
            id_, question = f"{item.question.id}/{number}", item.question.question
            names[source.split, id_] = QuestionNames(
                source.split, id_, question, item.translation, (), QuestionRepair.REPLACED, item.translation
            )
    return Spoiled(
        to_table(layout, SourceParagraph), to_table(paragraphs, TargetParagraph), to_table(spans, SpanRow), names, kinds
    )


def follow(rows: Sequence[SpanRow], item: Item) -> list[SpanRow]:
    """Return the spans of a neighbour, cut to the context of a copy: they do not count."""
    context = item.target.context or ""
    return [
        place(row, context, min(row.placement.start, len(context)), min(row.placement.span[1], len(context)))
        if row.placement
        else row
        for row in rows
    ]


@dataclass
class Spoiler:
    """Spoils items. Each way returns the spoiled item, or None where it is not possible."""

    items: list[Item]
    language: Language
    chance: random.Random

    def ways(self) -> dict[str, Callable[[Item], Item | None]]:
        """Return the ways by name."""
        return {
            "number changed": self.change_number,
            "other sentence": self.replace_sentence,
            "other question": self.replace_question,
            "part untranslated": self.leave_part,
            "span moved": self.move_span,
            "span cut or grown": self.change_extent,
            "answer removed": self.remove_answer,
            "text damaged": self.damage_text,
        }

    def change_number(self, item: Item) -> Item | None:
        """Change a number in digits or words, in the question or in a sentence of the answer."""
        texts = [(None, item.translation)]
        if item.placed:
            texts += [(n, self.sentence(item, n)) for n in item.window]
        options = [(n, text, place) for n, text in texts for place in tokens(text) if self.other_number(text, place)]
        if not options:
            return None
        n, text, place = self.chance.choice(options)
        changed = text[: place[0]] + (self.other_number(text, place) or "") + text[place[1] :]
        return (
            replace_translation(item, changed)
            if n is None
            else put_sentence(item, n, changed, place, len(changed) - len(text))
        )

    def other_number(self, text: str, place: Span) -> str | None:
        """Return another number for the one at a place; None if there is none."""
        word = text[slice(*place)]
        numbers = self.language.numbers
        if word.isdecimal() and word != "1":
            at = self.chance.randrange(len(word))
            digits = [digit for digit in "123456789" if digit != word[at]]
            return word[:at] + self.chance.choice(digits) + word[at + 1 :]
        value = numbers.digits.get(fold(word))
        if value is None or word[0].isdigit():
            return None
        is_ordinal = value.endswith("e")
        others = [w for w, v in numbers.digits.items() if v != value and v.endswith("e") == is_ordinal and w.isalpha()]
        return self.chance.choice(sorted(others))

    def replace_sentence(self, item: Item) -> Item | None:
        """Replace the sentence of the answer by one of another paragraph; the span becomes a run of its words."""
        if not item.placed:
            return None
        other = self.chance.choice([each for each in self.items if each.paragraph is not item.paragraph])
        text = self.sentence(other, self.chance.randrange(len(other.target.sentences)))
        n = item.window[0]
        if len(item.window) > 1 or len(text.split()) < MIN_PART or text == self.sentence(item, n):
            return None
        return self.put_spans(put_sentence(item, n, text), n)

    def put_spans(self, item: Item, n: int) -> Item | None:
        """Put the spans of an item on words of a sentence, as many as they have, at about the same place in it."""
        sentence = item.target.sentences[n]
        words = word_spans(item.context[sentence.start : sentence.end])
        if not words:
            return None
        rows = []
        for row in item.spans:
            if not row.placement:
                rows.append(row)
                continue
            count = min(max(len(row.placement.text.split()), 1), len(words))
            first = self.chance.randrange(len(words) - count + 1)
            start, end = sentence.start + words[first][0], sentence.start + words[first + count - 1][1]
            rows.append(place(row, item.context, start, end))
        return Item(item.paragraph, item.target, item.question, item.translation, rows)

    def replace_question(self, item: Item) -> Item | None:
        """Give it the question of another item, half of the time of the same paragraph."""
        near = [each for each in self.items if each.paragraph is item.paragraph]
        other = self.chance.choice(near if self.chance.random() < 0.5 else self.items)
        if fold(other.question.question) == fold(item.question.question) or other.translation == item.translation:
            return None
        return replace_translation(item, other.translation)

    def leave_part(self, item: Item) -> Item | None:
        """Leave some words in a row untranslated: of the question, or of a sentence of the answer beside the span."""
        if item.placed and self.chance.random() < 0.5:
            n = item.window[0]
            source = (
                item.paragraph.sentences[n] if len(item.paragraph.sentences) == len(item.target.sentences) else None
            )
            if source is None or len(item.window) > 1:
                return None
            text, original = self.sentence(item, n), item.paragraph.context[source.start : source.end]
            sentence = item.target.sentences[n]
            taken = [
                (row.placement.start - sentence.start, row.placement.span[1] - sentence.start)
                for row in item.placed
                if row.placement
            ]
        else:
            n, text, original, taken = None, item.translation, item.question.question, []
        left = self.mix(text, original, taken)
        if left is None:
            return None
        changed, low, high, grown = left
        return replace_translation(item, changed) if n is None else put_sentence(item, n, changed, (low, high), grown)

    def mix(self, text: str, original: str, taken: Sequence[Span]) -> tuple[str, int, int, int] | None:
        """Return a translation with some words of the original, the part that they replace, and how much it grew."""
        words, own = word_spans(original), word_spans(text)
        size = self.chance.randint(MIN_PART, MAX_PART)
        size = min(size, len(words), len(own))
        if size < MIN_PART:
            return None
        at = self.chance.randrange(len(words) - size + 1)
        place = round(at / max(len(words) - size, 1) * (len(own) - size))
        low, high = own[place][0], own[place + size - 1][1]
        part = original[words[at][0] : words[at + size - 1][1]]
        # Names and numbers stay in any translation.
        if (
            any(low < end and start < high for start, end in taken)
            or sum(word[:1].islower() for word in part.split()) < 2
        ):
            return None
        return text[:low] + part + text[high:], low, high, len(part) - (high - low)

    def move_span(self, item: Item) -> Item | None:
        """Move the spans of an answerable question to another place with the same text."""
        if item.question.is_impossible or len({row.placement.text for row in item.placed if row.placement}) > 1:
            return None
        placement = item.placed[0].placement
        assert placement
        bounds = {start: end for start, end in tokens(item.context)}
        ends = set(bounds.values())
        places = [
            start
            for start in bounds
            if item.context.startswith(placement.text, start)
            and start + len(placement.text) in ends
            and start != placement.start
        ]
        if not places:
            return None
        start = self.chance.choice(places)
        rows = [
            place(row, item.context, start, start + len(placement.text)) if row.placement else row for row in item.spans
        ]
        return Item(item.paragraph, item.target, item.question, item.translation, rows)

    def change_extent(self, item: Item) -> Item | None:
        """Cut the spans of an answerable question to half or less, or make them longer, within their sentences."""
        if item.question.is_impossible:
            return None
        rows = []
        for row in item.spans:
            if not row.placement:
                rows.append(row)
                continue
            words = word_spans(item.context)
            inside = [
                n for n, (start, end) in enumerate(words) if start < row.placement.span[1] and end > row.placement.start
            ]
            low, high = inside[0], inside[-1]
            if len(inside) > 1 and self.chance.random() < 0.5:
                kept = self.chance.randint(1, len(inside) // 2)
                low, high = (low, low + kept - 1) if self.chance.random() < 0.5 else (high - kept + 1, high)
            else:
                sentence = next(
                    (each for each in item.target.sentences if each.start <= row.placement.start < each.end), None
                )
                grown = max(self.chance.randint(1, MOST_GROWN), (len(inside) + 1) // 2)
                before = self.chance.randint(0, grown)
                own = [
                    n
                    for n, (start, end) in enumerate(words)
                    if sentence and sentence.start <= start and end <= sentence.end
                ]
                if not own:
                    return None
                low, high = max(low - before, own[0]), min(high + grown - before, own[-1])
            start, end = words[low][0], words[high][1]
            if (start, end) == row.placement.span:
                return None
            rows.append(place(row, item.context, start, end))
        return Item(item.paragraph, item.target, item.question, item.translation, rows) if item.placed else None

    def remove_answer(self, item: Item) -> Item | None:
        """Remove the sentence of the answer of an answerable question; the span goes where its text is, or near it."""
        if item.question.is_impossible or len(item.window) > 1 or len(item.target.sentences) < 2:
            return None
        n = item.window[0]
        left = put_sentence(item, n, "")
        other = n + 1 if n + 1 < len(item.target.sentences) else n - 1
        return self.put_spans(left, other)

    def damage_text(self, item: Item) -> Item | None:
        """Put markup, an entity, a leftover marker or a repeated word into the question or a sentence of the answer."""
        n = item.window[0] if item.placed and self.chance.random() < 0.5 else None
        text = item.translation if n is None else self.sentence(item, n)
        words = word_spans(text)
        if len(words) < MIN_PART:
            return None
        start, end = self.chance.choice(words)
        damage = self.chance.choice((" <b>", "&quot;", " [0]", " {1}", f" {text[start:end]}" * REPEATS))
        changed = text[:end] + damage + text[end:]
        return (
            replace_translation(item, changed) if n is None else put_sentence(item, n, changed, (end, end), len(damage))
        )

    def sentence(self, item: Item, n: int) -> str:
        """Return the translation of a sentence."""
        sentence = item.target.sentences[n]
        return item.context[sentence.start : sentence.end]


def word_spans(text: str) -> list[Span]:
    """Return the spans of the words of a text, without symbols."""
    return [(start, end) for start, end in tokens(text) if text[start].isalnum()]


def replace_translation(item: Item, translation: str) -> Item:
    """Return an item with another translation of its question."""
    return Item(item.paragraph, item.target, item.question, translation, item.spans)


def place(row: SpanRow, context: str, start: int, end: int) -> SpanRow:
    """Return a row with another span. Its probability stays: nobody noticed the fault."""
    assert row.placement
    return replace(row, placement=replace(row.placement, text=context[start:end], start=start))


def put_sentence(item: Item, n: int, text: str, changed: Span | None = None, grown: int = 0) -> Item:
    """Return an item with another text as its sentence n. changed, grown: what changed in it, and by how much it grew.

    Spans behind the change move with their text; a span that holds the change gets the new text.
    """
    old = item.target.sentences[n]
    context = item.context[: old.start] + text + item.context[old.end :]
    difference = len(text) - (old.end - old.start)
    sentences = tuple(
        each
        if at < n
        else TextSpan(each.start, each.end + difference)
        if at == n
        else TextSpan(each.start + difference, each.end + difference)
        for at, each in enumerate(item.target.sentences)
    )
    edge = old.end if changed is None else old.start + changed[1]
    rows = []
    for row in item.spans:
        if row.placement:
            start, end = row.placement.span
            start, end = (start + difference if start >= edge else start), (end + difference if end >= edge else end)
            row = place(row, context, start, max(end, start))
        rows.append(row)
    return Item(
        item.paragraph,
        replace(item.target, context=context, sentences=sentences),
        item.question,
        item.translation,
        rows,
    )
