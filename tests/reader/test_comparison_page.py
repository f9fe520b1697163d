"""Tests of the page of all runs and of a run's worst answers, in a real browser."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from spanferry.files import write_json
from spanferry.reader.answers_page import render_answers
from spanferry.reader.comparison import compare_runs
from spanferry.reader.comparison_tables import write_comparison
from spanferry.reader.evaluation import evaluate
from spanferry.reader.gold import Gold
from spanferry.reader.overlap import Overlap
from spanferry.reader.published import read_published
from spanferry.reader.run_report import RunDetails, collect_scores, flatten_figures, write_details
from spanferry.reader.seeds import join_details, join_figures
from spanferry.reader.worst_answers import GivenAnswers
from spanferry.records import Method
from spanferry.squad import Answer, Article, Document, Paragraph, Question, iterate_questions

from tests.reader.test_comparison import RECORD
from tests.support.browser import NEEDS_CHROMIUM, open_chromium, watch
from tests.support.tiny import RUN
from tests.support.towns import corpus

pytestmark = NEEDS_CHROMIUM

CAIRO = "تأسست القاهرة عام 969. تقع على نهر النيل. <img src=x onerror=alert(1)>"
ARABIC = Document(
    (
        Article(
            (
                Paragraph(
                    CAIRO,
                    (
                        Question("cairo-0", "متى تأسست القاهرة؟", (Answer("969", CAIRO.index("969")),)),
                        Question("cairo-1", "على أي نهر <b>تقع</b>؟", (Answer("نهر النيل", CAIRO.index("نهر النيل")),)),
                    ),
                ),
            ),
            "</script><script>alert(2)</script>",
        ),
    ),
    "v2.0",
)
BOTH = Document(corpus(4).data + ARABIC.data, "v2.0")
LANGUAGE_OF = {question.id: "nl" for *_, question in iterate_questions(corpus(4))} | {"cairo-0": "ar", "cairo-1": "ar"}
RIGHT = {question.id: question.answers[0].text if question.answers else "" for *_, question in iterate_questions(BOTH)}
NAMES = {
    "two-seeds": "two-seeds",
    "dutch-mbert": "dutch-mbert",
    "silent": "silent",
    "long": "a-run-with-a-name-that-is-much-too-long-for-one-line-of-a-chart-or-table",
}


def judge(run, predictions, languages, seeds=()):
    """Return details and figures of predictions that are given for one seed or for each of several."""
    document = BOTH if "ar" in languages.values() else corpus(4)
    given = [{one: text for one, text in each.items() if one in LANGUAGE_OF} for each in predictions]
    results = {}
    for seed, answers in zip(seeds or (0,), given, strict=True):
        evaluation = evaluate(
            document,
            answers,
            language=LANGUAGE_OF,
            method_of={"velderbroek-0": Method.EXACT, "ganzendam-0": Method.FUZZY},
        )
        details = RunDetails(run, RECORD, evaluation.breakdown, collect_scores(evaluation), languages)
        results[seed] = (details, flatten_figures(evaluation, None))
    details, figures = results[next(iter(results))]
    if seeds:
        by_seed = {seed: figures for seed, (_, figures) in results.items()}
        details = replace(join_details({seed: details for seed, (details, _) in results.items()}, by_seed), run=run)
        figures = join_figures(by_seed, details)
    models = {
        f"seed {seed}" if seeds else "": GivenAnswers(result[0], answers, {})
        for (seed, result), answers in zip(results.items(), given, strict=True)
    }
    return document, details, figures, models


@pytest.fixture(scope="module")
def reports(tmp_path_factory) -> Path:
    """Write the reports of four measured runs, two of them on two languages, and the page of all of them."""
    folder = tmp_path_factory.mktemp("reports")
    two = replace(RUN, evaluate_on=("towns", "cairo"), seeds=(1, 2))
    overlap = Overlap("squad2", "towns", 3, 15, 20)
    wrong = RIGHT | {"velderbroek-0": "1287", "cairo-1": "969", "ganzendam-1": ""}
    runs, languages = {}, {}
    for key, run, predictions, overlaps in (
        ("two-seeds", two, [RIGHT, wrong], ()),
        ("dutch-mbert", RUN, [wrong], (overlap,)),
        ("silent", RUN, [dict.fromkeys(RIGHT, "")], ()),
        ("long", replace(two, seeds=()), [wrong], ()),
    ):
        name = NAMES[key]
        runs[name] = run
        languages[name] = {"towns": "nl", "cairo": "ar"} if "cairo" in run.evaluate_on else {"towns": "nl"}
        document, details, figures, models = judge(run, predictions, languages[name], run.seeds)
        details = replace(details, overlaps=overlaps)
        write_details(folder / "runs" / name, details)
        write_json(folder / "runs" / f"{name}.json", figures)
        page = render_answers(name, details, figures, Gold(document, {}, LANGUAGE_OF), models)
        (folder / "runs" / name / "answers.html").write_text(page, "utf-8")
    runs |= {"dutch-bertje": RUN, "tydiqa-distilmbert": RUN}
    languages |= {"dutch-bertje": {"towns": "nl"}, "tydiqa-distilmbert": {"towns": "mul"}}
    comparison = compare_runs(runs, folder / "runs", read_published(), languages)
    write_comparison(comparison, folder / "comparison")
    return folder


@pytest.fixture(scope="module")
def chromium():
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def opened(chromium, reports):
    """Return a function that opens a page. The test fails if the page sends a request, logs or opens a dialog."""
    wrong, contexts = [], []

    def open_page(name="comparison.html", **options):
        context = chromium.new_context(**{"viewport": {"width": 1400, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        watch(page, wrong)
        page.goto((reports / name).as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def heads(page, table=0):
    return page.locator("table.sortable").nth(table).locator("tbody th > bdi").all_inner_texts()


def test_measured_runs_come_first_and_the_others_are_folded(opened):
    page = opened()
    assert heads(page) == list(NAMES.values())
    assert page.locator("#scores figure svg").count() == 2
    assert page.locator("#others table").first.is_hidden()
    page.locator("#others summary").click()
    assert page.locator("#others table").first.locator("tbody th > bdi").all_inner_texts() == [
        "dutch-bertje",
        "tydiqa-distilmbert",
    ]
    assert page.locator("#others table").nth(1).locator("tbody tr").count() == 9
    assert "huggingface.co/henryk" in page.locator("#sources").inner_html()


def test_seeds_overlaps_and_empty_totals_are_marked(opened):
    page = opened()
    row = page.locator("#scores tbody tr").first
    cells = dict(
        zip(
            row.locator("td").evaluate_all("all => all.map((one) => one.dataset.label)"),
            row.locator("td").all(),
            strict=True,
        )
    )
    assert cells["EM"].locator("bdi").inner_text() == "93.18 ± 9.64"
    assert cells["Seeds"].inner_text() == "2"
    warnings = page.locator(".warning").all_inner_texts()
    assert [text.split(":")[0] for text in warnings] == ["dutch-mbert", "silent"]
    assert "15 of the 20 questions of towns (3 contexts) are also in squad2" in warnings[0]
    assert "F1 20.0 is not better than never answering, which scores 20.0 here" in warnings[1]
    marks = page.locator("#scores tbody .mark").all_inner_texts()
    assert marks == ["△ trained on its questions", "△ hardly answers"]


def test_breakdowns_stand_side_by_side(opened):
    page = opened()
    parts = page.locator(".part")
    assert parts.locator("h3").all_inner_texts() == [
        "Question word",
        "Answer length",
        "Span method",
        "Language",
        "Language, by its own rules",
    ]
    languages = parts.nth(3)
    languages.locator("summary").click()
    assert languages.locator("thead th").all_inner_texts() == ["Language", NAMES["two-seeds"], NAMES["long"]]
    assert languages.locator("tbody tr").first.inner_text().split() == [
        *("ar", "75.0", "EM", "75.0", "·", "n", "2"),
        *("50.0", "EM", "50.0", "·", "n", "2"),
    ]


def test_a_table_is_sorted_with_the_keyboard(opened):
    page = opened()
    by_name = page.locator("#scores thead button", has_text="Run")
    by_name.focus()
    page.keyboard.press("Enter")
    assert heads(page) == sorted(NAMES.values())
    page.keyboard.press("Space")
    assert heads(page) == sorted(NAMES.values(), reverse=True)
    head = page.locator("#scores thead th")
    assert head.first.get_attribute("aria-sort") == "descending"
    page.locator("#scores thead button", has_text="F1").click()
    assert heads(page)[0] == NAMES["two-seeds"]
    assert heads(page)[-1] == NAMES["silent"]
    assert head.first.get_attribute("aria-sort") is None
    page.locator("#scores thead button", has_text="Published").click()
    assert heads(page)[0] == NAMES["dutch-mbert"]  # runs without a published figure come last
    page.locator("#scores thead button", has_text="Published").click()
    assert heads(page)[0] == NAMES["dutch-mbert"]


def test_links_lead_to_the_answers_and_back(opened):
    page = opened()
    row = page.locator("#scores tbody tr").first
    links = row.locator("a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    assert links == [
        "runs/two-seeds/answers.html",
        "runs/two-seeds/seed-1/predictions.json",
        "runs/two-seeds/seed-2/predictions.json",
    ]
    row.locator("a").first.click()
    assert page.locator("h1").inner_text() == "How two-seeds answered"
    page.locator("nav a").first.click()
    assert page.locator("h1").inner_text() == "How well the readers answer"


def test_the_worst_answers_are_shown_as_text_in_their_sentences(opened):
    page = opened("runs/two-seeds/answers.html")
    assert page.locator("h2").last.inner_text() == "The 3 worst answers"
    arabic = page.locator(".answer", has_text="cairo-1")
    assert arabic.locator("h3 bdi").inner_text() == "على أي نهر <b>تقع</b>؟"
    assert arabic.locator("dd").all_inner_texts() == ["نهر النيل", "نهر النيل F1 100", "969 F1 0"]
    # The answer of the worst seed, and the gold one.
    assert arabic.locator(".excerpt mark").all_inner_texts() == ["969", "نهر النيل"]
    assert arabic.locator(".excerpt").evaluate("(one) => getComputedStyle(one).direction") == "rtl"
    assert "</script><script>alert(2)</script>" in arabic.locator(".where").inner_text()
    assert page.locator("img").count() == 0
    dutch = page.locator(".answer", has_text="velderbroek-0")
    assert dutch.locator(".excerpt mark").all_inner_texts() == ["de Zilvere", "1287"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 1000, 390])
@pytest.mark.parametrize("name", ["comparison.html", "runs/two-seeds/answers.html"])
def test_nothing_is_cut_off(opened, name, width, scheme):
    page = opened(name, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    # Texts that are wider than their box, and boxes outside the screen. SVG scales as a whole.
    cut = """[...document.querySelectorAll("main *:not(svg *)")].filter((one) => {
      const box = one.getBoundingClientRect();
      const hides = getComputedStyle(one).overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1;
      return box.width && (box.right > innerWidth || box.left < 0 || hides);
    }).map((one) => one.outerHTML.slice(0, 100))"""
    assert page.evaluate(cut) == []
    beyond = """[...document.querySelectorAll(".frame")].filter((one) =>
      one.firstElementChild.getBoundingClientRect().width > one.getBoundingClientRect().width + 1).length"""
    assert page.evaluate(beyond) == 0
    outside = """[...document.querySelectorAll("figure svg text")].filter((one) => {
      const box = one.getBoundingClientRect(), frame = one.closest("figure").getBoundingClientRect();
      return box.right > frame.right || box.left < frame.left;
    }).map((one) => one.textContent)"""
    assert page.evaluate(outside) == []


def test_the_json_form_has_every_breakdown(reports):
    rows = msgspec.json.decode((reports / "comparison.json").read_bytes())["rows"]
    assert sorted(rows[0]["breakdown"]) == ["answer_length", "language", "method", "own_language", "question_word"]
    assert rows[0]["languages"]["ar"] == {"exact": 75.0, "f1": 75.0, "total": 2.0}
    assert rows[0]["seeds"] == {"1": [100.0, 100.0], "2": rows[0]["seeds"]["2"]}
    assert "figures" not in rows[4] or rows[4]["figures"] is None
