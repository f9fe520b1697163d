"""Tests of the review page in a real browser, by keyboard: it works offline, saves, exports, and shows text as text."""

import json

import pytest
from spanferry.corrections.files import Order
from spanferry.corrections.items import Item, Passage
from spanferry.corrections.reading import read_review
from spanferry.records import Field, Method
from spanferry.report.review_items import CleanTexts, Judgement, ReviewItem, choose_items
from spanferry.report.review_page import ReviewPage, render_review

from tests.support.browser import NEEDS_CHROMIUM, open_chromium, watch
from tests.support.tiny_build import HARBOUR, MARKUP, PLACES, QUESTIONS, build

pytestmark = NEEDS_CHROMIUM

KEYS = [(PLACES[id_][0], id_) for id_ in QUESTIONS]
TEXTS = CleanTexts({key: QUESTIONS[key[1]][1] or "" for key in KEYS}, {key: PLACES[key[1]][3] for key in KEYS})
SUSPICIOUS = {("dev", "sign"): Judgement(0.2, ("Its <b>sign</b> is odd.",)), ("train", "dug"): Judgement(0.3)}
LTR, RTL = ("en", "ltr"), ("ar", "rtl")
ARABIC = Passage("The ferry sails at nine 🚢 daily.", "تبحر العبّارة 🚢 في الساعة التاسعة كل يوم.")


def page_of(order: Order = "suspicious") -> ReviewPage:
    items = choose_items(build().report_build(), TEXTS, SUSPICIOUS, 20, order, 1)
    return ReviewPage('tiny "<b>"', ("en", "nl"), order, tuple(items))


def arabic_page(name="") -> ReviewPage:
    """Return the page of an Arabic item whose texts start with `name`."""
    passage = Passage(name + ARABIC.source, name + ARABIC.target)
    start = passage.target.index("التاسعة")
    item = Item(
        split="dev",
        question_id="ferry",
        question="When does it sail?",
        translation=f"{name}متى تبحر؟",
        passage=passage,
        field=Field.ANSWERS,
        answers=((len(name) + 19, len(name) + 23),),
        span=(start, start + 7),
        rows=(0,),
    )
    return ReviewPage("ferry", ("en", "ar"), "random", (ReviewItem(item, "Ferry", Method.FUZZY, 0.6, Judgement()),))


@pytest.fixture(scope="module")
def chromium():
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def opened(chromium, tmp_path):
    """Return a function that opens a page. The test fails if the page sends a request, logs or opens a dialog."""
    wrong = []
    contexts = []

    def open_page(shown=None, script="", **options):
        file = tmp_path / "review.html"
        file.write_text(render_review(shown or page_of()), encoding="utf-8")
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        watch(page, wrong)
        if script:
            page.add_init_script(script)
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def marked(page):
    return page.locator("#target mark").all_inner_texts()


def export(page, tmp_path) -> list:
    """Export by keyboard, and return what the build reads from the file."""
    with page.expect_download() as started:
        page.keyboard.press("x")
    started.value.save_as(tmp_path / "export.json")
    return [placed.said for placed in read_review(tmp_path / "export.json", "export.json")]


def test_the_most_suspicious_items_come_first_and_all_text_is_text(opened):
    page = opened()
    assert page.locator("h1").inner_text() == 'Review of tiny "<b>"'
    assert page.locator("#reasons li").all_inner_texts() == ["Its <b>sign</b> is odd."]
    assert page.locator("#number").inner_text() == '1 of 6: </script><b>"Markup"</b>'
    assert page.locator("#target").inner_text() == MARKUP[1]
    assert page.locator("#source").inner_text() == MARKUP[0]
    assert page.locator("#question").inner_text() == QUESTIONS["sign"][0]
    assert "The source has no answer to this question" in page.locator("#asked").inner_text()
    assert not page.get_by_role("button", name="Wrong extent").is_visible()
    press(page, "j")
    assert page.locator("#translation").inner_text() == QUESTIONS["dug"][1]
    assert (page.locator("#source mark").all_inner_texts(), marked(page)) == (["1612"], ["1612"])


def test_a_review_by_keyboard_is_exported_as_the_build_reads_it(opened, tmp_path):
    page = opened()
    press(page, "3", "j", "2", "s", "ArrowLeft", "j", "1")
    assert page.locator("#count").inner_text() == "3 of 6 judged, 1 corrected"
    sign, dug, third = export(page, tmp_path)
    assert (sign.question_id, sign.verdict, sign.span) == ("sign", "wrong", None)
    assert (dug.verdict, dug.span.text, dug.span.start) == ("extent", "in 1612", HARBOUR[1].index("in 1612"))
    assert (third.verdict, third.span, third.question, third.context) == ("right", None, None, None)
    assert [said.seen for said in (sign, dug, third)] == [each.item.seen for each in page_of().items[:3]]


def test_positions_count_code_points(opened, tmp_path):
    page = opened()
    press(page, "s", "w", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "w", "ArrowDown")
    assert marked(page) == ["staan"]
    [said] = export(page, tmp_path)
    assert (said.span.start, said.span.text) == (MARKUP[1].index("staan"), "staan")


def test_a_moved_span_implies_a_verdict(opened, tmp_path):
    page = opened()
    press(page, "j", "s", "Shift+ArrowRight")
    assert page.locator("[aria-pressed=true]").inner_text() == "2 Wrong extent"
    press(page, "ArrowUp")
    assert marked(page) == ["in"]
    assert page.locator("#said").inner_text() == "Now “in”."
    press(page, "u", "u", "ArrowUp")
    assert page.locator("[aria-pressed=true]").inner_text() == "3 Wrong"


def test_text_is_selected_with_the_mouse(opened, tmp_path):
    page = opened()
    press(page, "j")
    box = page.evaluate(
        """() => {
          const text = document.querySelector("#target").lastChild;
          const range = document.createRange();
          range.setStart(text, text.textContent.indexOf("Vissers"));
          range.setEnd(text, text.textContent.indexOf("Vissers") + 7);
          const { x, y, width, height } = range.getBoundingClientRect();
          return { x: x + width / 2, y: y + height / 2 };
        }"""
    )
    page.mouse.dblclick(box["x"], box["y"])
    assert marked(page) == ["Vissers"]
    [said] = export(page, tmp_path)
    assert said.span.start == HARBOUR[1].index("Vissers")


def test_an_edited_paragraph_keeps_its_spans(opened, tmp_path):
    page = opened()
    press(page, "j", "e")
    assert page.locator("#text").input_value() == HARBOUR[1]
    page.locator("#text").fill(HARBOUR[1].replace("De haven", "🧀 De haven"))
    press(page, "Control+Enter")
    assert (marked(page), page.locator("#target").inner_text()[:2]) == (["1612"], "🧀 ")
    page.keyboard.press("e")
    page.locator("#text").fill(HARBOUR[1].replace("in 1612", "in het jaar 1612"))
    page.get_by_role("button", name="Save").click()
    assert marked(page) == ["1612"]
    [dug] = export(page, tmp_path)
    assert dug.context == HARBOUR[1].replace("in 1612", "in het jaar 1612")
    assert (dug.span.text, dug.span.start) == ("1612", dug.context.index("1612"))
    press(page, "u", "u")
    assert page.locator("#target").inner_text() == HARBOUR[1]
    assert export(page, tmp_path) == []


def test_an_edit_of_the_marked_text_is_told(opened):
    page = opened()
    press(page, "j", "e")
    page.locator("#text").fill(HARBOUR[1].replace("1612", "1621"))
    press(page, "Control+Enter")
    assert marked(page) == ["1621"]
    assert "check it" in page.locator("#said").inner_text()


def test_an_edited_question_is_exported_and_an_empty_one_refused(opened, tmp_path):
    page = opened()
    press(page, "q")
    page.locator("#text").fill(" ")
    press(page, "Control+Enter")
    assert page.locator("#refused").inner_text() == "The text must not be empty."
    page.locator("#text").fill("Welk 🧀? 123")
    assert page.locator("[aria-pressed=true]").count() == 0, "keys in the editor are no verdicts"
    press(page, "Control+Enter")
    [said] = export(page, tmp_path)
    assert (said.question, said.verdict, said.context) == ("Welk 🧀? 123", None, None)
    press(page, "q", "Escape")
    assert not page.locator("#editor").is_visible()


def test_work_is_saved_in_the_browser(opened):
    page = opened()
    press(page, "1", "2")
    page.wait_for_timeout(300)  # Chromium's storage may take a moment to reach the next load
    page.reload()
    assert page.locator("#number").inner_text().startswith("2 of 6")
    assert page.locator("[aria-pressed=true]").inner_text() == "2 Wrong extent"
    assert not page.locator("#unsaved").is_visible()


def test_a_browser_that_does_not_save_is_told_of(opened):
    page = opened(script="Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied'); } })")
    assert page.locator("#unsaved").is_visible()
    press(page, "1")
    assert page.locator("#count").inner_text() == "1 of 6 judged"
    press(page, "u")


def test_a_random_sample_shows_its_precision(opened):
    page = opened(page_of("random"))
    answers = [n for n, each in enumerate(page_of("random").items) if each.item.field is Field.ANSWERS]
    for n in range(6):
        press(page, "3" if n == answers[0] else "1", *(["j"] if n == answers[0] else []))
    # Wilson's interval of 3 of 4.
    assert page.locator("#precision").inner_text() == (
        "Answers: 3 of 4 right, 75.0 % (95 % interval 30.1 to 95.4 %) · "
        "Questions without an answer: 2 of 2 right, 100.0 % (95 % interval 34.2 to 100.0 %)"
    ).replace("30.1", "30.1 %").replace("34.2", "34.2 %")
    press(page, "n")
    assert page.locator("#said").inner_text() == "All items have a verdict."


def test_arrows_follow_the_direction_of_the_text(opened, tmp_path):
    page = opened(arabic_page())
    assert page.evaluate("getComputedStyle(document.querySelector('#target')).direction") == "rtl"
    press(page, "s", "Shift+ArrowLeft")
    assert marked(page) == ["التاسعة كل"]
    press(page, "ArrowRight")
    assert marked(page) == ["الساعة التاسعة كل"]
    [said] = export(page, tmp_path)
    assert ARABIC.target[said.span.start :].startswith(said.span.text)


def test_a_text_that_starts_with_a_latin_name_keeps_the_direction_of_its_language(opened):
    page = opened(arabic_page("NFL "))
    ids = ("question", "source", "translation", "target", "original", "text")
    shown = [
        page.evaluate(f"(({{lang}}, {{direction}}) => [lang, direction])({e}, getComputedStyle({e}))") for e in ids
    ]
    assert shown == [[*LTR], [*LTR], [*RTL], [*RTL], [*LTR], [*RTL]]
    press(page, "s", "Shift+ArrowLeft")
    assert marked(page) == ["التاسعة كل"]


def test_keys_of_an_arabic_keyboard_are_those_in_the_same_place(opened):
    page = opened()
    page.evaluate(
        """for (const [key, code] of [["ت", "KeyJ"], ["٢", "Digit2"], ["س", "KeyS"]])
             document.dispatchEvent(new KeyboardEvent("keydown", { key, code }))"""
    )
    assert page.locator("[aria-pressed=true]").inner_text() == "2 Wrong extent"
    assert page.evaluate("document.activeElement.id") == "target"


def test_a_phone_shows_everything_in_its_width(opened):
    page = opened(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    press(page, "j")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    heights = [button.bounding_box()["height"] for button in page.locator("article button:visible").all()]
    assert min(heights) >= 44
    page.get_by_role("button", name="Start earlier").tap()
    assert marked(page) == ["in 1612"]


def test_a_screen_reader_gets_names_and_news(opened):
    page = opened()
    unnamed = page.evaluate(
        """[...document.querySelectorAll("button, textarea, progress")].filter((element) =>
          !(element.ariaLabel || element.textContent.trim() || element.getAttribute("aria-labelledby"))).length"""
    )
    assert unnamed == 0
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    described = {node["name"]["value"]: node["description"]["value"] for node in nodes if "description" in node}
    assert described["Translated paragraph with its answer"].startswith("Arrow keys move the start of the answer")
    assert page.locator("#said").get_attribute("aria-live") == "polite"
    press(page, "j")
    assert page.locator("#said").inner_text() == f"Item 2 of 6. {QUESTIONS['dug'][1]} Marked: “1612”."
    assert page.locator("#said [lang=nl]").all_inner_texts() == [QUESTIONS["dug"][1], "1612"]
    press(page, "1")
    assert page.locator("#said").inner_text().startswith("Right. Item 3 of 6. ")
    press(page, "u")
    assert page.locator("#said").inner_text() == f"Undone. Item 2 of 6. {QUESTIONS['dug'][1]} Marked: “1612”."
    assert page.locator("#target").get_attribute("lang") == "nl"
    press(page, "Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_equal_items_give_equal_pages_of_one_file():
    html = render_review(page_of())
    assert html == render_review(page_of())
    assert html.count("<script") == 2
    data = html.partition('id="data">')[2].partition("</script>")[0]
    assert "<" not in data
    assert json.loads(data)["build"] != page_of("random").build


def test_nothing_to_review_is_said(opened):
    page = opened(replace_items(page_of(), ()))
    assert "nothing to review" in page.locator("main").inner_text()


def replace_items(page, items):
    return ReviewPage(page.corpus, page.languages, page.order, items)
