"""The sample corpus as tables, and small corpora by hand."""

from functools import cache
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
from spanferry import segmentation
from spanferry.arrow import schema_of
from spanferry.projection.ranking import make_locator
from spanferry.records import SPLITS, SourceParagraph, TranslationRow
from spanferry.squad import read_squad
from spanferry.translation.memory.tmx import read_tmx

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
DUTCH = make_locator("en", "nl")
SAME = make_locator("en", "en")


@cache
def sample_layout() -> pa.Table:
    return segmentation.make_layout({split: read_squad(SAMPLE / f"{split}-v2.0.json") for split in SPLITS}, "en")


@cache
def memory() -> dict[str, str]:
    return dict(read_tmx(SAMPLE / "memory.tmx", "en", "nl"))


@cache
def sample_translations() -> pa.Table:
    return translations(
        {text: memory().get(text) for text in segmentation.collect_segments(sample_layout())["text"].to_pylist()}
    )


def itself(layout: pa.Table) -> pa.Table:
    """Translate every segment by itself."""
    return translations({text: text for text in segmentation.collect_segments(layout)["text"].to_pylist()})


def translations(known: dict[str, str | None]) -> pa.Table:
    rows = [{"text": text, "translation": translation, "reason": None} for text, translation in known.items()]
    return pa.Table.from_pylist(rows, schema=schema_of(TranslationRow))


def layout(context: str, *answers: tuple[int, str], cut: tuple[int, ...] = ()) -> pa.Table:
    """Return a layout of one paragraph, cut into sentences at these offsets, with a question for each answer."""
    bounds = [0, *cut, len(context)]
    spans = []
    for low, high in pairwise(bounds):
        piece = context[low:high]
        start = low + len(piece) - len(piece.lstrip())
        spans.append({"start": start, "end": start + len(piece.strip())})
    row = {
        "split": "train",
        "article": 0,
        "paragraph": 0,
        "title": "Here",
        "context": context,
        "sentences": spans,
        "questions": [
            {
                "id": f"q{n}",
                "question": f"What is {n}?",
                "is_impossible": False,
                "answers": [{"text": text, "start": start}],
                "plausible_answers": [],
            }
            for n, (start, text) in enumerate(answers)
        ],
    }
    return pa.Table.from_pylist([row], schema=schema_of(SourceParagraph))
