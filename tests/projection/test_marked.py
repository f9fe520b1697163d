"""Tests of mark-then-translate: requests, marked translations, and the transfer of spans to the clean translation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.projection.marked import (
    STYLES,
    MarkedTranslation,
    make_request,
    parse_translation,
    transfer,
    usable_styles,
)

from tests.support.shown import answer_query, assert_chosen, tokenized, unshow

SQUARE = ("[", "]")
PLAIN = "It hangs in ⟦Delft⟧ now."
CITED = "It hangs[21] in ⟦Delft⟧ now [22]."


def test_a_request_is_the_window_with_markers():
    assert make_request(answer_query("All is well.\n" + PLAIN, None), SQUARE).text == "It hangs in [Delft] now."
    assert (
        make_request(answer_query("It ⟦rained.\nIt snowed⟧ too.", None), ("«", "»")).text
        == "It «rained.\nIt snowed» too."
    )


@pytest.mark.parametrize(
    ("source", "first"),
    [
        (PLAIN, "["),
        (CITED, "«"),
        ("It hangs «here» [1] in ⟦Delft⟧.", '"'),
        ('It "hangs" in ⟦Delft⟧.', "["),
        ("It hangs. [1]\nIn ⟦Delft⟧ now.", "["),
    ],
)
def test_a_marker_style_that_the_sentence_contains_comes_last(source, first):
    assert usable_styles(answer_query(source, None))[0][0] == first


def test_a_style_of_two_equal_markers_is_not_used_if_the_sentence_contains_it():
    assert ('"', '"') not in usable_styles(answer_query('He "said" «it» [1] in ⟦Delft⟧.', None))


def parse_marked(response: str, source: str = PLAIN, markers: tuple[str, str] = SQUARE) -> tuple[str, str] | None:
    marked = parse_translation(response, make_request(answer_query(source, None), markers))
    return (marked.piece, marked.text) if marked else None


@pytest.mark.parametrize(
    "response",
    [
        "Het hangt nu in [Delft].",
        "Het hangt nu in [ Delft ].",
        "Het hangt nu in [[Delft]].",
        "Het hangt nu in [Delft]].",
        "Het hangt nu in [\u00a0Delft\u00a0].",
    ],
)
def test_white_space_inside_and_doubled_markers_change_nothing(response):
    assert parse_marked(response) == ("Delft", "Het hangt nu in Delft.")


@pytest.mark.parametrize("markers", STYLES)
def test_every_style_is_read(markers):
    left, right = markers
    assert parse_marked(f"Het hangt nu in {left}Delft{right}.", markers=markers) == ("Delft", "Het hangt nu in Delft.")


@pytest.mark.parametrize(
    "response",
    [
        "",
        "Het hangt nu in Delft.",
        "Het hangt nu in [Delft.",
        "Het hangt nu in Delft].",
        "Het hangt nu in [].",
        "Het hangt nu in [ ].",
        "Het hangt nu in [\u00a0].",
        "Het ]hangt[ in Delft.",
        "Het [hangt] in [Delft].",
        "Het hangt [in (Delft] nu).",
        "Het hangt nu in [Delft, de stad waar hij werd geboren, leefde, werkte, trouwde en stierf].",
    ],
)
def test_lost_moved_or_empty_markers_are_detected(response):
    assert parse_marked(response) is None


@pytest.mark.parametrize(
    ("response", "text"),
    [
        ("Het hangt[21] nu in [Delft] [22].", "Het hangt[21] nu in Delft [22]."),
        ("Het hangt nu in [Delft] [21] [22].", "Het hangt nu in Delft [21] [22]."),
        ("In [Delft] hangt het[22] nu[21].", "In Delft hangt het[22] nu[21]."),
    ],
)
def test_markers_are_distinguished_from_brackets_of_the_text(response, text):
    assert parse_marked(response, CITED) == ("Delft", text)


def test_a_lost_pair_of_markers_is_detected_beside_brackets_of_the_text():
    assert parse_marked("Het hangt[21] nu in Delft [22].", CITED) is None


def test_markers_round_an_answer_over_a_line_break_are_read():
    assert parse_marked("Het [regende.\nHet sneeuwde] ook.", "It ⟦rained.\nIt snowed⟧ too.") == (
        "regende.\nHet sneeuwde",
        "Het regende.\nHet sneeuwde ook.",
    )


def transfer_marked(marked: str, clean: str) -> tuple[str, float]:
    text, start, end = unshow(marked)
    hint = transfer(MarkedTranslation(text, start, end), tokenized(clean), (0, 0))
    return clean[slice(*hint.span)], hint.share


@pytest.mark.parametrize(
    ("marked", "clean", "expected"),
    [
        ("Het hangt nu in ⟦Delft⟧.", "Het hangt nu in Delft.", "Delft"),
        ("Het hangt nu in ⟦Delft⟧.", "Nu hangt het in Delft.", "Delft"),
        ("Zij zag de ⟦Nachtwacht⟧ in Delft.", "Zij zag de nachtploeg in Delft.", "nachtploeg"),
        ("Zij zag ⟦de oude dam⟧ in Delft.", "Zij zag de ouwe dam in Delft.", "de ouwe dam"),
        ("⟦Delft⟧ is groot.", "Delft is groot.", "Delft"),
        ("Groot is ⟦Delft⟧", "Groot is Rotterdam", "Rotterdam"),
        ("⟦Delft⟧", "Rotterdam", "Rotterdam"),
    ],
)
def test_a_marked_span_is_transferred_between_the_words_that_both_sentences_share(marked, clean, expected):
    assert transfer_marked(marked, clean)[0] == expected


def test_the_score_of_a_transfer_is_the_share_of_common_words():
    assert transfer_marked("Het hangt in ⟦Delft⟧.", "Het hangt in Delft.")[1] == 1.0
    assert transfer_marked("⟦Delft⟧", "Rotterdam")[1] == 0.0
    assert 0 < transfer_marked("Het hangt in ⟦Delft⟧.", "Nu hangt het daar.")[1] < 1


WORDS = st.lists(st.sampled_from(["de", "dam", "brak", "Delft", ",", "1.250"]), min_size=1, max_size=8)


@given(WORDS, WORDS, st.data())
def test_a_transferred_span_is_a_run_of_words_in_the_window(words, clean_words, data):
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    shown = " ".join([*words[:first], "⟦" + words[first], *words[first + 1 : last + 1]])
    shown = shown + "⟧ " + " ".join(words[last + 1 :])
    text, start, end = unshow(shown)
    clean = tokenized("Nul.\n" + " ".join(clean_words) + "\nEind.")
    hint = transfer(MarkedTranslation(text, start, end), clean, (1, 1))
    low, high = clean.window_span((1, 1))
    assert low <= hint.span[0] < hint.span[1] <= high
    assert 0 <= hint.share <= 1
    assert hint.span[0] in clean.token_starts
    assert hint.span[1] in clean.token_ends


@given(WORDS, st.data())
def test_in_an_unchanged_sentence_the_span_does_not_move(words, data):
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    before, inside = " ".join(words[:first]), " ".join(words[first : last + 1])
    start = len(before) + (1 if before else 0)
    text = " ".join(words)
    hint = transfer(MarkedTranslation(text, start, start + len(inside)), tokenized(text), (0, 0))
    assert (hint.span, hint.share) == ((start, start + len(inside)), 1.0)


@given(st.text(alphabet='[]«»" aDé\n', max_size=20))
def test_any_response_is_parsed_or_refused(response):
    marked = parse_translation(response, make_request(answer_query(PLAIN, None), SQUARE))
    if marked is not None:
        assert marked.piece.strip()
        assert marked.text[slice(*marked.span)] == marked.piece


@pytest.mark.parametrize(
    ("source", "translation", "marked", "target"),
    [
        (
            "The ⟦Night Watch⟧ hangs in Delft.",
            "nachtploeg",
            "De [Nachtwacht] hangt in Delft.",
            "De ⟦Nachtwacht⟧ hangt in Delft.",
        ),
        (
            "The ⟦king⟧ met the queen.",
            "koning",
            "De [vorst] ontmoette de koningin.",
            "De ⟦vorst⟧ ontmoette de koningin.",
        ),
        (
            "The ⟦speed⟧ of the train beat the velocity of the car.",
            "snelheid",
            "Het [tempo] van de trein overtrof de snelheid van de auto.",
            "Het ⟦tempo⟧ van de trein overtrof de snelheid van de auto.",
        ),
        (
            "The dam held, it broke the ⟦dam⟧.",
            "dam",
            "De dam hield, het brak de [dam].",
            "De dam hield, het brak de ⟦dam⟧.",
        ),
        ("The ⟦dam⟧ held, it broke.", "dam", "De [dam] hield, de dam brak.", "De ⟦dam⟧ hield, de dam brak."),
    ],
)
def test_the_marked_translation_selects_the_occurrence(source, translation, marked, target):
    assert_chosen(source, translation, target, marked)


XML = ("<a>", "</a>")


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("Het hangt nu in <a>Delft</a>.", ("Delft", "Het hangt nu in Delft.")),
        ("Het hangt nu in <a> Delft </a>.", ("Delft", "Het hangt nu in Delft.")),
        ("Het hangt nu in <a>Delft.", None),
        ("Het hangt nu in Delft</a>.", None),
        ("Het hangt nu in </a>Delft<a>.", None),
        ("Het hangt nu in <a><a>Delft</a></a>.", None),
        ("Het hangt nu in <a>Delft</a></a>.", None),
        ("Het <a>hangt</a> nu in <a>Delft</a>.", None),
        ('Het hangt nu in <a id="1">Delft</a>.', None),
        ("Het hangt nu in <A>Delft</A>.", None),
        ("Het hangt nu in < a >Delft</ a >.", None),
        ("Het hangt nu in <a><b>Delft</b></a>.", None),
        ("Het <b>hangt</b> nu in <a>Delft</a>.", None),
        ("Het hangt nu in &lt;a&gt;Delft&lt;/a&gt;.", None),
        ("Het hangt nu in <a/>Delft.", None),
        ("Het hangt nu in <a></a>Delft.", None),
    ],
)
def test_xml_markers_are_parsed_strictly(response, expected):
    assert parse_marked(response, markers=XML) == expected


def test_tags_of_the_sentence_itself_may_come_back():
    source = "The <b> tag hangs in ⟦Delft⟧."
    assert parse_marked("De tag <b> hangt in <a>Delft</a>.", source, XML) == ("Delft", "De tag <b> hangt in Delft.")
    assert parse_marked("De tag hangt in <a>Delft</a>.", source, XML) is None
