"""A small build, written by hand, in which answers are kept and dropped in every way; for tests of clean and report."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from spanferry import cleaning, tables
from spanferry.arrow import schema_of
from spanferry.records import Field, Method, Reason, SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.report.inputs import Build
from spanferry.selection import Selection, decisions_table, restore_selection, select

HARBOUR = (
    "The harbour of Oostwerd was dug in 1612. It holds 91 boats. Fishermen built it because the river had silted up. "
    "In 1991 the old lock was rebuilt.",
    "De haven van Oostwerd werd in 1612 gegraven. Er liggen 91 boten. Vissers bouwden hem omdat de rivier was verzand. "
    "In 1991 werd de oude sluis herbouwd.",
)
MARKUP = (
    'A page may hold <script>alert("x")</script> and "><img src=x onerror=alert(1)> as text. '
    "The word שלום and the sign 🧀 stand in it.",
    'Een pagina kan <script>alert("x")</script> en "><img src=x onerror=alert(1)> als tekst bevatten. '
    "Het woord שלום en het teken 🧀 staan erin.",
)
LOST = ("The mill at Zandkreek burned down twice.", None)


@dataclass(frozen=True)
class Tiny:
    """The tables before clean. translations: None for a corpus that is in its language already."""

    layout: pa.Table
    paragraphs: pa.Table
    spans: pa.Table
    translations: pa.Table | None

    def selection(self) -> Selection:
        """Return the decisions that clean makes."""
        return select(self.layout, self.paragraphs, self.spans, self.translations)

    def report_build(self) -> Build:
        """Return the input of the report after clean."""
        selection = self.selection()
        rejected = cleaning.rejected(self.spans, selection)
        spans = pa.concat_tables([cleaning.provenance(self.spans, selection), *rejected])
        restored = restore_selection(self.layout, decisions_table(self.layout, selection), spans)
        return Build(self.layout, self.paragraphs, spans, self.translations, restored)

    def write(self, root: Path) -> Path:
        """Write the files of the stages up to clean below `root`."""
        selection = self.selection()
        tables.write(self.layout, root / "segments" / "layout.parquet")
        tables.write(self.paragraphs, root / "located" / "paragraphs.parquet")
        tables.write(self.translations, root / "translations.parquet")
        tables.write(cleaning.provenance(self.spans, selection), root / "clean" / "provenance.parquet")
        tables.write_rejected(cleaning.rejected(self.spans, selection), root / "clean" / "rejected.jsonl")
        tables.write(decisions_table(self.layout, selection), root / "decisions.parquet")
        return root


def write_spans(spans: pa.Table, folder: Path) -> None:
    """Write spans rows unchanged, with kept and rejected rows in two files, as clean does."""
    rows = spans.to_pylist()
    kept, rejected = ([row for row in rows if (row["reason"] is None) == is_kept] for is_kept in (True, False))
    tables.write(pa.Table.from_pylist(kept, schema=schema_of(SpanRow)), folder / "provenance.parquet")
    tables.write_rejected([pa.Table.from_pylist(rejected, schema=schema_of(SpanRow))], folder / "rejected.jsonl")


def answer(question: str, source: str, **columns) -> dict:
    """Return a spans row of a question's paragraph. columns: those that differ from an answer without a span."""
    split, article, paragraph, title, texts = PLACES[question]
    row = {
        "split": split,
        "article": article,
        "paragraph": paragraph,
        "title": title,
        "question_id": question,
        "field": Field.ANSWERS.value,
        "index": 0,
        "source_text": source,
        "source_start": texts[0].find(source),
        "candidates": [],
        "corrected": [],
        **columns,
    }
    if row.get("text") is not None:
        row.setdefault("start", texts[1].index(row["text"]))
        row.setdefault("occurrence", 1)
        row.setdefault("occurrences", 1)
    return {name: row.get(name) for name in schema_of(SpanRow).names}


PLACES = {
    "dug": ("train", 0, 0, "Oostwerd", HARBOUR),
    "boats": ("train", 0, 0, "Oostwerd", HARBOUR),
    "why": ("train", 0, 0, "Oostwerd", HARBOUR),
    "mayor": ("train", 0, 0, "Oostwerd", HARBOUR),
    "mill": ("train", 0, 1, "Oostwerd", LOST),
    "lock": ("dev", 0, 0, "Oostwerd_(dev)", HARBOUR),
    "builders": ("dev", 0, 0, "Oostwerd_(dev)", HARBOUR),
    "silent": ("dev", 0, 0, "Oostwerd_(dev)", HARBOUR),
    "tag": ("dev", 1, 0, '</script><b>"Markup"</b>', MARKUP),
    "sign": ("dev", 1, 0, '</script><b>"Markup"</b>', MARKUP),
}
QUESTIONS = {
    "dug": ("When was the harbour dug?", "Wanneer werd de haven gegraven?", False),
    "boats": ("How many boats does it hold?", "Hoeveel boten liggen er?", False),
    "why": ("Why did fishermen build it?", "Waarom bouwden vissers hem?", False),
    "mayor": ("Who was mayor of Oostwerd?", "Wie was burgemeester van Oostwerd?", True),
    "mill": ("Where did the mill stand?", "Waar stond de molen?", False),
    "lock": ("What was rebuilt in 1991?", "Wat werd in 1991 herbouwd?", False),
    "builders": ("Who built the harbour?", "Wie bouwde de haven?", False),
    "silent": ("Which river silted up?", None, False),
    "tag": ('Which <b>tag</b> may a page hold, "really"?', "Welke <b>tag</b> kan een pagina bevatten?", False),
    "sign": ("Which sign stands beside שלום?", "Welk teken staat naast שלום?", True),
}


def build() -> Tiny:
    """Return the build.

    Train: 1612 exact, 91 normalised, a clause below the threshold, a mill without context.
    Dev: three annotators of whom one is lost, an ambiguous answer, an untranslated question, markup.
    """
    kept = {"score": 1.0, "probability": 0.98}
    plausible = {"field": Field.PLAUSIBLE.value}
    candidate = {
        "start": HARBOUR[1].index("omdat"),
        "text": "omdat de rivier was verzand",
        "method": "fuzzy",
        "score": 0.61,
    }
    spans = [
        answer("dug", "1612", translation="1612", text="1612", method=Method.EXACT, **kept),
        answer("boats", "91", translation="91", text="91", method=Method.NORMALISED, score=1.0, probability=0.93),
        answer(
            "why",
            "because the river had silted up",
            translation="want de stroom verzandde",
            reason=Reason.BELOW_THRESHOLD,
            candidates=[candidate],
        ),
        answer("mayor", "Fishermen", translation="Visser Mannen", reason=Reason.NOT_FOUND, **plausible),
        answer("mill", "Zandkreek", translation="Zandkreek", reason=Reason.CONTEXT_UNTRANSLATED),
        answer("lock", "the old lock", translation="de oude sluis", text="de oude sluis", method=Method.EXACT, **kept),
        answer("lock", "old lock", index=1, translation="oud slot", reason=Reason.NOT_FOUND),
        answer(
            "lock",
            "lock",
            index=2,
            translation="sluizen",
            text="sluis",
            method=Method.FUZZY,
            score=0.8,
            probability=0.55,
        ),
        answer("builders", "Fishermen", translation="vissers", reason=Reason.AMBIGUOUS),
        answer("builders", "Fishers", index=1, reason=Reason.SOURCE_MISMATCH, source_start=400),
        answer("silent", "the river", translation="de rivier", text="de rivier", method=Method.EXACT, **kept),
        answer(
            "tag",
            '<script>alert("x")</script>',
            translation='=<script>alert("x")</script>',
            reason=Reason.BELOW_THRESHOLD,
            candidates=[
                {"start": MARKUP[1].index("<"), "text": '<script>alert("x")</script>', "method": "fuzzy", "score": 0.7},
            ],
        ),
        answer("sign", "🧀", translation="🧀", text="🧀", method=Method.EXACT, **kept, **plausible),
    ]
    places = list(dict.fromkeys(PLACES.values()))
    layout = [
        {
            "split": split,
            "article": article,
            "paragraph": paragraph,
            "title": title,
            "context": texts[0],
            "sentences": [{"start": 0, "end": len(texts[0])}],
            "questions": [
                question(key, spans) for key, place in PLACES.items() if place[:3] == (split, article, paragraph)
            ],
        }
        for split, article, paragraph, title, texts in places
    ]
    paragraphs = [
        {
            "split": split,
            "article": article,
            "paragraph": paragraph,
            "context": texts[1],
            "sentences": [] if texts[1] is None else [{"start": 0, "end": len(texts[1])}],
        }
        for split, article, paragraph, _, texts in places
    ]
    translations = [
        {"text": text, "translation": dutch, "reason": None if dutch else "empty"}
        for text, dutch in [HARBOUR, MARKUP, LOST, *(q[:2] for q in QUESTIONS.values())]
    ]
    return Tiny(
        layout=pa.Table.from_pylist(layout, schema=schema_of(SourceParagraph)),
        paragraphs=pa.Table.from_pylist(paragraphs, schema=schema_of(TargetParagraph)),
        spans=pa.Table.from_pylist(spans, schema=schema_of(SpanRow)),
        translations=pa.Table.from_pylist(translations, schema=schema_of(TranslationRow)),
    )


def question(key: str, spans: list[dict]) -> dict:
    text, _, impossible = QUESTIONS[key]
    lists = {
        field.value: [
            {"text": row["source_text"], "start": row["source_start"]}
            for row in spans
            if row["question_id"] == key and row["field"] == field.value
        ]
        for field in Field
    }
    return {"id": key, "question": text, "is_impossible": impossible, **lists}
