"""Checks the questions of a corpus on its tables, in batches.

layout, paragraphs, spans, translations, names
    ──CheckJob──> measure_batch ──> measures (a temporary table), what is usual in the corpus
    ──judge──> quality (QualityRow)
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry import tables
from spanferry.arrow import BatchSource, from_table, numpy_of, schema_of, to_table
from spanferry.executors import Executor
from spanferry.language import language_of
from spanferry.projection.grouping import BatchReader, as_structs, nest, read_together
from spanferry.projection.lookup import TranslationLookup
from spanferry.quality.corpus import FloatArray, Usual
from spanferry.quality.items import AnswerPlace, CheckJob, MeasuredBatch, Measures
from spanferry.quality.judging import Rows, as_floats, judge
from spanferry.quality.measuring import measure_paragraphs
from spanferry.quality.pairs import PairChecker
from spanferry.quality.settings import CheckEncoderSettings
from spanferry.quality.similarity import Similarities, load_comparer
from spanferry.records import QualityRow, QuestionNames, Record

BATCH = 200  # paragraphs; they take about a second of work and a few MB
ENCODED = 100  # paragraphs that are encoded at once; their vectors take about 100 MB
ROWS = 10_000  # questions that are judged at once

Progress = Callable[[int], object]
Opinions = Mapping[tuple[str, str], float]
"""(split, question id) -> agreement of a reader, 0 to 1."""
Names = Mapping[tuple[str, str], QuestionNames]
"""(split, question id) -> the question with names that differ from its paragraph's."""


@dataclass(frozen=True)
class CheckedTables:
    """The tables of a corpus that are checked. languages: codes of source and target."""

    layout: BatchSource
    paragraphs: BatchSource
    spans: BatchSource
    lookup: TranslationLookup
    names: Names
    languages: tuple[str, str]

    def jobs(self, size: int = BATCH) -> Iterator[pa.Table]:
        """Yield the paragraphs with all that their checks need (CheckJob), `size` at a time. Raises InputError."""
        return join_tables(self.layout, self.paragraphs, self.spans, self.lookup, self.names, size)


def check_tables(
    corpus: CheckedTables,
    encoder: CheckEncoderSettings | None,
    executor: Executor,
    folder: Path,
    progress: Progress = lambda _: None,
    opinions: Opinions | None = None,
) -> Iterator[pa.Table]:
    """Yield the quality of each question (QualityRow), in the order of the layout.

    encoder: None to check without one. folder: for temporary tables. progress: called with the number of paragraphs of
    each batch. opinions: the agreement of readers (`crossfit`), None without them. Raises InputError when the tables
    come from different builds.
    """
    usual = Usual()
    parts = {"measures.parquet": measure(corpus, executor, usual, progress)}
    if encoder:
        parts["similarities.parquet"] = compare(corpus, encoder, executor, usual, progress)
    records = {"measures.parquet": Measures, "similarities.parquet": Similarities}
    readers: list[BatchReader] = []
    for name, items in parts.items():
        with tables.writer(folder / name, schema_of(records[name])) as add:
            for part in items:
                add(part)
        readers.append(BatchReader(tables.LazyTable(folder / name, records[name])))
    if opinions:
        for batch in tables.LazyTable(folder / "measures.parquet", Measures).to_batches(ROWS):
            usual.note_opinions(as_floats(batch["span_sure"]), opinions_of(batch, opinions))
    while (batches := [reader.take(ROWS) for reader in readers])[0].num_rows:
        yield judge(
            batches[0], batches[1] if encoder else None, opinions_of(batches[0], opinions) if opinions else None, usual
        )


def opinions_of(measures: Rows, opinions: Opinions) -> FloatArray:
    """Return the agreement of readers with each question, NaN where there is none."""
    keys = zip(measures["split"].to_pylist(), measures["question_id"].to_pylist(), strict=True)
    return np.array([opinions.get(key, np.nan) for key in keys], float)


def measure(corpus: CheckedTables, executor: Executor, usual: Usual, progress: Progress) -> Iterator[pa.Table]:
    """Yield the measures of the questions (Measures), and add them to what is usual."""
    for measured in executor.map(partial(measure_batch, languages=corpus.languages), corpus.jobs()):
        items = unnest(measured["items"], Measures)
        usual.question_lengths.add(numpy_of(pc.list_flatten(measured["question_lengths"])))
        usual.sentence_lengths.add(numpy_of(pc.list_flatten(measured["sentence_lengths"])))
        usual.vocabulary.add(*(pc.list_flatten(measured[name]).to_pylist() for name in ("words", "seen", "kept")))
        usual.vocabulary.capitals += pc.sum(measured["capitals"]).as_py() or 0
        usual.vocabulary.kept_capitals += pc.sum(measured["kept_capitals"]).as_py() or 0
        usual.marks.add(as_floats(items["has_mark"]))
        usual.words.add(as_floats(items["has_word"]))
        yield items
        progress(pc.sum(measured["paragraphs"]).as_py())


def compare(
    corpus: CheckedTables, encoder: CheckEncoderSettings, executor: Executor, usual: Usual, progress: Progress
) -> Iterator[pa.Table]:
    """Yield the similarities of the questions (Similarities), and add them to what is usual."""
    load = partial(load_comparer, encoder, *corpus.languages)
    for compared in executor.map_loaded(load, corpus.jobs(ENCODED)):
        items = unnest(compared["items"], Similarities)
        for name, histogram in usual.similarities.items():
            histogram.add(as_floats(items[name]))
        yield items
        progress(compared.num_rows)


def join_tables(
    layout: BatchSource,
    paragraphs: BatchSource,
    spans: BatchSource,
    lookup: TranslationLookup,
    names: Names,
    size: int,
) -> Iterator[pa.Table]:
    """Yield the paragraphs with all that their checks need (CheckJob), `size` at a time. Raises InputError."""
    places = schema_of(AnswerPlace).names
    for rows in read_together(layout, paragraphs, spans, size):
        translations, differences = translate_questions(rows.layout, lookup, names)
        counts = pc.list_value_length(rows.layout["questions"]).to_numpy()
        yield pa.Table.from_arrays(
            [
                as_structs(rows.layout),
                as_structs(rows.paragraphs.select(["context", "sentences"])),
                nest(as_structs(rows.spans.select(places)), rows.answers.counts),
                nest(pa.array(translations, pa.string()), counts),
                nest(pa.array(differences, pa.string()), counts),
            ],
            schema=schema_of(CheckJob),
        )


def translate_questions(
    layout: pa.Table, lookup: TranslationLookup, names: Names
) -> tuple[list[str | None], list[str | None]]:
    """Return the translation of each question of some layout rows, and its difference in names in words."""
    nested = layout["questions"].combine_chunks()
    flat = nested.flatten()
    splits = layout["split"].take(pc.list_parent_indices(nested)).to_pylist()
    ids, texts = (pc.struct_field(flat, name).to_pylist() for name in ("id", "question"))
    translations = lookup.get_all([text.strip() for text in texts])
    differences: list[str | None] = [None] * len(ids)
    for n, key in enumerate(zip(splits, ids, strict=True)):
        if row := names.get(key):
            translations[n] = row.repaired or row.translation
            differences[n] = None if row.repair else describe_names(row)
    return translations, differences


def describe_names(row: QuestionNames) -> str:
    """Return the first name of a question that differs from its paragraph's, in words."""
    name = row.names[0]
    own = f"“{name.in_question}”" if name.in_question else "otherwise"
    return f"The paragraph renders “{name.name}” as “{name.in_context}”, the question {own}."


def measure_batch(jobs: pa.Table, languages: tuple[str, str]) -> pa.Table:
    """Measure the questions of paragraphs (CheckJob -> MeasuredBatch)."""
    checker = PairChecker(*map(language_of, languages))
    return to_table([measure_paragraphs(from_table(jobs, CheckJob), checker)], MeasuredBatch)


def unnest(lists: pa.ChunkedArray, record: type[Record]) -> pa.Table:
    """Concatenate lists of records into one table."""
    batches = [pa.RecordBatch.from_struct_array(chunk.flatten()) for chunk in lists.chunks]
    return pa.Table.from_batches(batches, schema_of(record))


def read_names(path: Path) -> Names:
    """Read the questions whose names differ. Raises InputError."""
    rows = from_table(tables.read(path, QuestionNames), QuestionNames)
    return {(row.split, row.question_id): row for row in rows}


def undecided(layout: BatchSource) -> Iterator[pa.Table]:
    """Yield rows without a judgement for each question, for a corpus that is not translated (QualityRow)."""
    for batch in layout.to_batches(BATCH):
        nested = batch["questions"]
        rows = zip(
            batch["split"].take(pc.list_parent_indices(nested)).to_pylist(),
            pc.struct_field(nested.flatten(), "id").to_pylist(),
            strict=True,
        )
        yield to_table([QualityRow(split, id_, None) for split, id_ in rows], QualityRow)
