"""How quick the report is on a corpus of SQuAD2.0's size with 40,000 rejected answers.

    python benchmarks/report.py [--rejected 40000] [--chromium /usr/bin/chromium] [--keep FOLDER]

Made-up tables with SQuAD2.0's counts: 20,239 paragraphs (19,035 train, 1,204 dev) and 142,192 questions, of
which 92,749 have an answer. Words are drawn as Zipf has them, so that the texts compress about as real ones do.
Prints a Markdown table: seconds to decide and count beside a plain loop over rows, seconds to write, megabytes of
the page, and in headless Chromium the milliseconds until the examples can be used and of each filter.
"""

import argparse
import random
from collections import Counter
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import pyarrow as pa
from spanferry.arrow import schema_of
from spanferry.loss import TOTAL, count
from spanferry.records import Field, Reason, SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.report.build import figures_of, write
from spanferry.report.inputs import Build
from spanferry.selection import decide

PARAGRAPHS = {"train": (442, 19_035), "dev": (35, 1_204)}  # articles, paragraphs
QUESTIONS, IMPOSSIBLE = 142_192, 49_443
WORDS = 120  # a paragraph; SQuAD2.0's mean
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rejected", type=int, default=40_000)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--keep", type=Path, help="write the page here and leave it")
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        out = args.keep or Path(folder)
        rows = measured(synthetic(args.rejected), out)
        if Path(args.chromium).exists():
            rows += browsed(out / "loss.html", args.chromium)
    print("| what | measured |\n|---|--:|")
    for name, value in rows:
        print(f"| {name} | {value} |")


def measured(built: Build, out: Path) -> list[tuple[str, str]]:
    tables_of = built.layout, built.paragraphs, built.spans, built.translations
    deciding, selection = timed(lambda: decide(*tables_of))
    counting, figures = timed(lambda: count(built.layout, built.spans, selection, "en"))
    looping, naive = timed(lambda: naive_count(*tables_of))
    if naive != {split: figures[split]["has_answer"]["kept"] for split in ("train", "dev")}:
        raise SystemExit(f"the plain loop counts {naive}")
    all_figures, complete = timed(lambda: figures_of(built, "en", None, None))
    writing, _ = timed(lambda: write(built, complete, "synthetic", ("en", "nl"), out))
    ours = deciding + counting
    lost = sum(figures[TOTAL][field]["dropped"] for field in Field)
    return [
        ("answers, of which rejected", f"{built.spans.num_rows:,}, {lost:,}"),
        ("decide and count everything", f"{ours:.2f} s"),
        ("plain loop, kept questions only", f"{looping:.2f} s ({looping / ours:.1f} times)"),
        ("all figures, with the curve", f"{all_figures:.2f} s"),
        ("write loss.json, plots and page", f"{writing:.2f} s"),
        ("loss.html", f"{(out / 'loss.html').stat().st_size / 1e6:.1f} MB"),
    ]


def naive_count(layout: pa.Table, paragraphs: pa.Table, spans: pa.Table, translations: pa.Table) -> dict[str, int]:
    """Kept has_answer questions by split, row by row; the check and the peer of the Arrow one."""
    there = {row["text"] for row in translations.to_pylist() if row["translation"] is not None}
    found = {
        (r["split"], r["question_id"]) for r in spans.to_pylist() if r["field"] == Field.ANSWERS and not r["reason"]
    }
    kept: Counter[str] = Counter()
    for row, target in zip(layout.to_pylist(), paragraphs["context"].to_pylist(), strict=True):
        for asked in row["questions"]:
            known = target is not None and asked["question"] in there and (row["split"], asked["id"]) in found
            kept[row["split"]] += known and not asked["is_impossible"]
    return dict(kept)


def browsed(page: Path, chromium: str) -> list[tuple[str, str]]:
    from playwright.sync_api import sync_playwright

    def filtered(browser_page: Any, script: str) -> str:
        """Milliseconds of handling an input event, layout included; the worst of five."""
        timing = (
            "() => {{ const t = performance.now(); {}; document.body.offsetHeight; return performance.now() - t; }}"
        )
        return f"{max(browser_page.evaluate(timing.format(script)) for _ in range(5)):.0f} ms"

    def fill(value: str) -> str:
        event = "new Event('input', {bubbles: true})"
        return f"const q = document.getElementById('q'); q.value = {value!r}; q.dispatchEvent({event})"

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        browser_page = browser.new_page()
        start = perf_counter()
        browser_page.goto(page.absolute().as_uri())
        browser_page.wait_for_selector("#list a.row")
        opened = 1000 * (perf_counter() - start)
        reading = [filtered(browser_page, fill(word)) for word in ("zzqx", "ba", "zzqy")]
        browser_page.locator("#count", has_not_text="still searching").wait_for()
        read = perf_counter() - start
        reason = (
            "const s = document.getElementById('reason'); s.selectedIndex = (s.selectedIndex + 1) % s.options.length;"
            "s.dispatchEvent(new Event('input', {bubbles: true}))"
        )
        rows = [
            ("open until the list stands", f"{opened:.0f} ms"),
            ("search before all paragraphs are read", max(reading, key=lambda told: float(told.split()[0]))),
            ("open until whole paragraphs can be searched", f"{read:.1f} s"),
            ("search a common syllable", filtered(browser_page, fill("ba"))),
            ("search what is not there", filtered(browser_page, fill("zzqx"))),
            ("search nothing: all again", filtered(browser_page, fill(""))),
            ("filter by reason", filtered(browser_page, reason)),
            (
                "next example",
                filtered(
                    browser_page, "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true}))"
                ),
            ),
        ]
        browser.close()
    return rows


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = perf_counter()
    result = work()
    return perf_counter() - start, result


def synthetic(rejected: int) -> Build:
    """Tables with SQuAD2.0's counts and `rejected` lost answers, of random words; always the same ones."""
    chance = random.Random(1)
    vocabulary = [
        "".join(chance.choices("bdfgklmnprstvz", k=1)[0] + chance.choice("aeiou") for _ in range(n % 4 + 1))
        for n in range(20_000)
    ]
    weights = list(accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))

    def words(n: int) -> str:
        return " ".join(chance.choices(vocabulary, cum_weights=weights, k=n))

    layout, paragraphs, spans, translations = [], [], [], {}
    places = [(split, at * articles // n, at) for split, (articles, n) in PARAGRAPHS.items() for at in range(n)]
    whole = sum(n for _, n in PARAGRAPHS.values())
    lost = set(chance.sample(range(QUESTIONS), rejected))
    number = 0
    for at, (split, article, paragraph) in enumerate(places):
        context, target = words(WORDS), words(WORDS)
        questions = []
        for _ in range((at + 1) * QUESTIONS // whole - at * QUESTIONS // whole):
            impossible = number * IMPOSSIBLE // QUESTIONS != (number + 1) * IMPOSSIBLE // QUESTIONS
            field = Field.PLAUSIBLE if impossible else Field.ANSWERS
            asked = f"What {words(9)}?"
            translations[asked] = f"Wat {words(9)}?"
            answer, start = cut(context, chance)
            questions.append(
                {
                    "id": f"{number:024x}",
                    "question": asked,
                    "is_impossible": impossible,
                    "answers": [],
                    "plausible_answers": [],
                }
            )
            questions[-1][field] = [{"text": answer, "start": start}]
            spans.append(
                span(split, article, paragraph, f"{number:024x}", field, answer, start, target, number in lost, chance)
            )
            number += 1
        title = f"Article_{split}_{article}"
        layout.append(
            {
                "split": split,
                "article": article,
                "paragraph": paragraph,
                "title": title,
                "context": context,
                "sentences": [],
                "questions": questions,
            }
        )
        paragraphs.append(
            {"split": split, "article": article, "paragraph": paragraph, "context": target, "sentences": []}
        )
    translated = [{"text": text, "translation": dutch, "reason": None} for text, dutch in translations.items()]
    return Build(
        *(
            pa.Table.from_pylist(rows, schema=schema)
            for rows, schema in (
                (layout, schema_of(SourceParagraph)),
                (paragraphs, schema_of(TargetParagraph)),
                (spans, schema_of(SpanRow)),
                (translated, schema_of(TranslationRow)),
            )
        )
    )


def cut(context: str, chance: random.Random) -> tuple[str, int]:
    words = context.split()
    first = chance.randrange(len(words) - 3)
    return " ".join(words[first : first + 3]), len(" ".join(words[:first])) + (first > 0)


def span(
    split: str,
    article: int,
    paragraph: int,
    id_: str,
    field: Field,
    answer: str,
    start: int,
    target: str,
    lost: bool,
    chance: random.Random,
) -> dict:
    text, place = cut(target, chance)
    row = dict.fromkeys(schema_of(SpanRow).names) | {
        "split": split,
        "article": article,
        "paragraph": paragraph,
        "title": f"Article_{split}_{article}",
        "question_id": id_,
        "field": field.value,
        "index": 0,
        "source_text": answer,
        "source_start": start,
        "translation": text,
        "candidates": [{"start": place, "text": text, "method": "fuzzy", "score": 0.5}],
    }
    if lost:
        return row | {"reason": chance.choice([Reason.NOT_FOUND, Reason.BELOW_THRESHOLD, Reason.AMBIGUOUS]).value}
    found = {"text": text, "start": place, "method": "exact", "score": 1.0, "occurrence": 1, "occurrences": 1}
    return row | found | {"probability": chance.uniform(0.75, 1)}


if __name__ == "__main__":
    main()
