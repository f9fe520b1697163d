"""Tests of the page in a real browser: it opens from disk, sends no request, and shows any text as text."""

import hashlib
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from spanferry.records import Field
from spanferry.report.accuracy import Gold, GoldSpan
from spanferry.report.build import compute_figures, write_report
from spanferry.report.inputs import read_build

from tests.support.browser import NEEDS_CHROMIUM, open_chromium, watch
from tests.support.tiny_build import MARKUP, QUESTIONS, build

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    root = build().write(tmp_path_factory.mktemp("page"))
    built = read_build(
        root / "segments" / "layout.parquet",
        root / "located" / "paragraphs.parquet",
        root / "clean",
        root / "decisions.parquet",
        root / "translations.parquet",
    )
    gold: Gold = {"dug": {Field.ANSWERS: (GoldSpan("1612", 33),)}}
    figures = compute_figures(built, "en", gold, None)
    write_report(built, figures, "tiny <b>&amp;", ("en", "nl"), root / "report")
    return root / "report" / "loss.html"


@pytest.fixture(scope="module")
def chromium():
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def opened(chromium, page_file):
    """Return a function that opens the page. The test fails if the page sends a request, logs or opens a dialog."""
    wrong = []

    def open_page(fragment="", **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        watch(page, wrong)
        page.goto(page_file.as_uri() + fragment)
        page.wait_for_selector("#browser", state="visible")
        return page

    contexts = []
    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def listed(page):
    page.locator("#count", has_not_text="…").wait_for()  # "Reading the kept answers …", "still searching …"
    return page.locator("#list a.row .question").all_inner_texts()


def test_the_page_lists_every_rejected_and_weak_answer(opened):
    page = opened()
    assert page.locator("h1").inner_text() == "What was lost in tiny <b>&amp;"
    assert page.locator("#count").inner_text() == "9 rejected and weak answers; 4 more are kept"
    shown = ["why", "mayor", "mill", "lock", "lock", "builders", "builders", "silent", "tag"]
    assert listed(page) == [QUESTIONS[key][0] for key in shown]
    assert page.locator("#list a.row .tag").nth(4).inner_text().replace("\u00a0", " ") == "△ weak: fuzzy, 55 %"


def test_the_first_screen_has_cards_figures_and_charts(opened):
    page = opened()
    cards = page.locator(".cards article").all_inner_texts()
    assert [card.split("\n")[0] for card in cards] == ["How much?", "Why?", "Does it matter?"]
    assert "3 of 8 questions with an answer are kept; 5 are lost." in cards[0]
    assert page.locator(".counts tbody tr").count() == 9
    assert "5,928 → 3,724" in page.locator(".counts").inner_text()
    assert page.locator("figure svg").count() == 5


def test_filters_search_and_clear(opened):
    page = opened()
    page.select_option("#reason", label="ambiguous · 1")
    assert listed(page) == ["Who built the harbour?"]
    page.select_option("#split", label="train · 3")
    assert page.locator("#count").inner_text() == "0 of 9 rejected and weak answers"
    assert page.locator("#export").is_disabled()
    page.click("#reset")
    assert page.locator("#count").inner_text() == "9 rejected and weak answers; 4 more are kept"
    page.select_option("#outcome", label="weak · 1")
    assert listed(page) == ["What was rebuilt in 1991?"]
    page.click("#reset")
    page.fill("#q", "VERZANDDE")
    assert listed(page) == ["Why did fishermen build it?"]
    page.click("#reset")
    page.locator("summary", has_text="Articles that lost most").click()
    page.locator("a.to-article", has_text="Oostwerd (dev)").click()
    assert page.locator("#count").inner_text() == "5 of 9 rejected and weak answers"


def test_every_kept_answer_can_be_read(opened):
    page = opened()
    page.select_option("#outcome", label="kept · 4")
    assert listed(page) == [QUESTIONS[key][0] for key in ("dug", "boats", "lock", "sign")]
    assert page.locator("#count").inner_text() == "4 of 13 answers"
    assert page.locator("#list a.row .tag").first.inner_text().startswith("✓ kept: exact")
    page.locator("#list a.row").first.click()
    page.wait_for_selector("#detail mark")
    assert page.locator("#detail mark").all_inner_texts() == ["1612", "1612"]
    page.fill("#q", "91 BOTEN")  # in the paragraphs of the kept answers too
    assert listed(page) == [QUESTIONS[key][0] for key in ("dug", "boats", "lock")]
    link = opened("#example=train/dug/answers/0")
    link.wait_for_selector("#detail mark")
    assert link.locator("#detail h3").inner_text() == QUESTIONS["dug"][0]
    assert len(listed(opened("#outcome=kept&q=boten"))) == 3


def test_a_button_lists_and_searches_all_answers(opened):
    page = opened()
    assert page.locator("#outcome option").all_inner_texts() == [
        *("rejected and weak · 9", "all · 13", "rejected · 8", "weak · 1", "kept · 4"),
    ]
    assert page.locator("#method option").all_inner_texts() == ["all", "fuzzy · 1"]
    page.click("text=Show all 13 answers")
    page.locator("#count", has_text="13 answers").wait_for()
    assert len(listed(page)) == 13
    assert page.locator("#all").is_hidden()
    assert "exact · 3" in page.locator("#method option").all_inner_texts()
    assert urlsplit(page.evaluate("location.href")).fragment == "outcome=all"
    page.click("#reset")
    page.fill("#q", QUESTIONS["boats"][0])
    assert listed(page) == []
    page.click("text=Search all 13 answers")
    assert listed(page) == [QUESTIONS["boats"][0]]
    assert page.locator("#count").inner_text() == "1 of 13 answers"


def test_bars_and_counts_list_their_answers(opened):
    page = opened()
    bars = page.locator("figure[data-filter=reason] path.to-list")
    assert bars.count() == 4
    page.locator("figure[data-filter=reason] path[aria-label*='ambiguous']").click()
    assert listed(page) == ["Who built the harbour?"]
    page.locator("figure[data-filter=method] path[aria-label*='exact']").click()
    assert listed(page) == [QUESTIONS[key][0] for key in ("dug", "lock", "sign")]  # one is a plausible answer
    page.locator(".counts .to-answers[data-split=train]").first.click()
    page.locator("#count", has_text="3 of 13 answers").wait_for()
    assert urlsplit(page.evaluate("location.href")).fragment == "split=train&outcome=rejected"


def test_the_page_names_languages_and_its_build(opened, page_file):
    page = opened()
    origin = page.locator(".origin").inner_text()
    checksum = hashlib.md5(page_file.with_name("loss.json").read_bytes()).hexdigest()
    assert origin.startswith(f"From English to Dutch. Build {checksum}: the MD5 checksum of loss.json.")
    assert page.locator("#detail .tools .note").inner_text() == "1 of 9"
    assert page.locator("#detail h4").first.inner_text() == "Source (English)"


def test_search_covers_the_whole_paragraph(opened):
    page = opened("#q=BURNED+down")
    assert listed(page) == [QUESTIONS["mill"][0]]  # in the source only, which has no translation
    page.fill("#q", "herbouwd.")
    assert listed(page) == [QUESTIONS[key][0] for key in ("why", "mayor", *["lock"] * 2, *["builders"] * 2, "silent")]
    page.fill("#q", "שלום")
    assert listed(page) == [QUESTIONS["tag"][0]]
    page.wait_for_selector("#detail .sides")
    matches = "[...CSS.highlights.get('match')].map((range) => range.toString())"
    assert page.evaluate(matches) == ["שלום", "שלום"]
    page.fill("#q", "<SCRIPT>alert('")
    assert listed(page) == []
    page.fill("#q", "<SCRIPT>alert(“x”)")  # straight and typographic quotes match, also across a marked span
    assert listed(page) == [QUESTIONS["tag"][0]]
    assert set(page.evaluate(matches)) == {'<script>alert("x")'}
    page.fill("#q", "nowhere to be seen")
    assert listed(page) == []


def test_an_example_shows_source_and_translation_with_the_best_candidate(opened):
    page = opened()
    page.locator("#list a.row").first.click()
    page.wait_for_selector("#detail mark.candidate")
    assert page.locator("#detail mark").all_inner_texts() == [
        "because the river had silted up",
        "omdat de rivier was verzand",
    ]
    assert page.locator("#detail .translated").inner_text() == "Waarom bouwden vissers hem?"
    evidence = page.locator("#detail .evidence").inner_text().replace("\u00a0", " ")
    assert "want de stroom verzandde" in evidence
    assert "fuzzy, 61 % alike" in evidence


def test_markup_emoji_and_right_to_left_are_text(opened):
    page = opened("#example=dev/tag/answers/0")
    page.wait_for_selector("#detail mark.candidate")
    sides = page.locator("#detail .sides p").all_inner_texts()
    assert sides == list(MARKUP)
    assert page.locator("#detail mark").all_inner_texts() == ['<script>alert("x")</script>'] * 2
    assert page.locator("#detail h3").inner_text() == 'Which <b>tag</b> may a page hold, "really"?'
    assert page.locator("img, #detail b b").count() == 0
    assert '</script><b>"Markup"</b>' in page.locator("#detail .where").inner_text()


def test_a_link_leads_to_its_example_and_its_filters(opened):
    page = opened()
    page.select_option("#reason", label="not found · 2")
    page.locator("#list a.row").nth(1).click()
    link = urlsplit(page.evaluate("location.href")).fragment
    assert parse_qs(link) == {"example": ["dev/lock/answers/1"], "reason": ["not found"]}
    again = opened(f"#{link}")
    again.wait_for_selector("#detail mark")
    assert again.locator("#list a.row").count() == 2
    assert again.locator("#list a[aria-selected=true] .pair").inner_text() == "old lock → oud slot"
    alone = opened("#" + again.locator("#list a[aria-selected=true]").get_attribute("href").lstrip("#"))
    assert alone.locator("#list a[aria-selected=true] .pair").inner_text() == "old lock → oud slot"
    gone = opened("#example=dev/nowhere/answers/0")
    assert gone.locator("#count").inner_text() == "The example of this link is not in this build."


def test_copy_link(opened):
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    page.locator("#list a.row").nth(2).click()
    page.click("#copy")
    page.wait_for_selector("#copy:has-text('Copied')")
    assert page.evaluate("navigator.clipboard.readText()").endswith("loss.html#example=train/mill/answers/0")


def test_export_downloads_the_selection(opened):
    page = opened()
    page.select_option("#reason", label="not similar enough · 2")
    with page.expect_download() as download:
        page.click("#export")
    exported = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert [row["question_id"] for row in exported] == ["why", "tag"]
    assert exported[0] == {
        "split": "train",
        "article": "Oostwerd",
        "question_id": "why",
        "field": "answers",
        "index": 0,
        "question": "Why did fishermen build it?",
        "question_translation": "Waarom bouwden vissers hem?",
        "outcome": "rejected",
        "reason": "below_threshold",
        "source_text": "because the river had silted up",
        "source_start": 79,
        "translation": "want de stroom verzandde",
        "marked": None,
        "text": None,
        "start": None,
        "method": None,
        "probability": None,
        "candidates": [{"start": 85, "text": "omdat de rivier was verzand", "method": "fuzzy", "score": 0.61}],
    }


def test_the_page_works_with_the_keyboard_alone(opened):
    page = opened()
    page.locator("#next").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#detail .where:has-text('mayor')")
    page.keyboard.press("Enter")  # the button that was pressed still has the focus
    page.wait_for_selector("#detail .where:has-text('mill')")
    assert page.evaluate("document.activeElement.id") == "next"
    page.keyboard.press("/")
    page.keyboard.type("rebuilt")
    page.keyboard.press("Escape")
    assert len(listed(page)) == 7
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator("#list a[aria-selected=true] .pair").inner_text() == "lock → sluis"
    page.keyboard.press("k")
    assert page.locator("#list a[aria-selected=true] .pair").inner_text() == "old lock → oud slot"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_shows_the_list_above_the_example_without_horizontal_scrolling(opened, scheme):
    page = opened(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(fits)
    assert page.locator("#detail").is_hidden()
    page.locator("#list a.row").nth(3).click()
    page.wait_for_selector("#detail:focus .sides")
    assert page.locator("#list").is_hidden()
    assert 0 <= page.locator("#detail").bounding_box()["y"] < 200
    assert page.evaluate(fits)
    page.go_back()
    page.wait_for_selector("#list", state="visible")


def test_without_javascript_the_figures_are_shown(opened, chromium, page_file):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_file.as_uri())
    assert page.locator(".cards article").count() == 3
    assert "need JavaScript" in page.locator("#examples").inner_text()
    context.close()
