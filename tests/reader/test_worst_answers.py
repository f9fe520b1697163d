"""Tests of the worst answers: their order, their excerpts and the counts of outcomes."""

from msgspec.structs import replace
from spanferry.reader.evaluation import evaluate
from spanferry.reader.run_report import RunDetails, collect_scores
from spanferry.reader.worst_answers import (
    LONGEST,
    GivenAnswers,
    Outcome,
    Piece,
    count_outcomes,
    cut_excerpt,
    find_worst,
)
from spanferry.squad import Answer, Document, Paragraph, Question

from tests.reader.test_comparison import RECORD
from tests.support.tiny import RUN
from tests.support.towns import corpus

TOWN = corpus(1)
RIGHT = {"velderbroek-0": "de Zilvere", "velderbroek-1": "1287", "velderbroek-2": "Aleida Bronsma"}
ALL = RIGHT | {"velderbroek-3": "14.250", "velderbroek-4": ""}


def given(predictions: dict[str, str], certainty: dict[str, float] | None = None, document: Document = TOWN):
    scores = collect_scores(evaluate(document, predictions, language="nl"))
    return GivenAnswers(RunDetails(RUN, RECORD, {}, scores), predictions, certainty or {})


def show(paragraph: Paragraph, question: Question, answer: str, language: str = "nl") -> str:
    signs = {"gold": "[{}]", "given": "<{}>", "both": "[<{}>]", "": "{}"}
    return "".join(signs[piece.kind].format(piece.text) for piece in cut_excerpt(paragraph, question, answer, language))


def test_outcomes_are_told_apart():
    wrong = ALL | {"velderbroek-0": "", "velderbroek-1": "bierbrouwerij", "velderbroek-2": "Bronsma"}
    answers = given(wrong | {"velderbroek-4": "kerk"})
    assert count_outcomes(TOWN, answers) == {
        Outcome.RIGHT: 1,
        Outcome.PARTLY: 1,
        Outcome.WRONG: 1,
        Outcome.SILENT: 1,
        Outcome.INVENTED: 1,
    }


def test_the_lowest_f1_comes_first_and_then_the_surest():
    wrong = ALL | {"velderbroek-0": "1287", "velderbroek-1": "de Zilvere", "velderbroek-2": "Bronsma"}
    answers = given(wrong, {"velderbroek-0": 0.4, "velderbroek-1": 0.9, "velderbroek-2": 1.0})
    language_of = dict.fromkeys(ALL, "nl")
    worst = find_worst(TOWN, {"": answers}, language_of)
    assert [(row.question_id, round(row.f1)) for row in worst] == [
        ("velderbroek-1", 0),
        ("velderbroek-0", 0),
        ("velderbroek-2", 67),
    ]
    assert [row.question_id for row in find_worst(TOWN, {"": answers}, language_of, limit=1)] == ["velderbroek-1"]
    assert find_worst(TOWN, {"": given(ALL)}, language_of) == []
    (row, *_) = worst
    assert (row.title, row.language, row.golds) == ("Velderbroek", "nl", ("1287",))


def test_the_answers_of_all_seeds_are_listed_and_their_f1_is_averaged():
    models = {"seed 1": given(ALL), "seed 2": given(ALL | {"velderbroek-1": "de Zilvere"})}
    (row,) = find_worst(TOWN, models, {})
    assert row.f1 == 50
    assert [(one.label, one.text, one.f1) for one in row.given] == [
        ("seed 1", "1287", 100),
        ("seed 2", "de Zilvere", 0),
    ]
    assert row.language == "und"


def test_an_excerpt_has_the_sentences_of_the_gold_and_the_given_answer():
    (paragraph,) = TOWN.data[0].paragraphs
    river, year, mayor, people, nothing = paragraph.qas
    assert show(paragraph, river, "de Zilvere") == (
        "Velderbroek ligt aan [<de Zilvere>] en kreeg in 1287 stadsrechten. …"
    )
    assert show(paragraph, mayor, "Bronsma") == (
        "… Sinds de laatste verkiezingen is [Aleida ][<Bronsma>] er burgemeester. …"
    )
    assert show(paragraph, people, "") == "… Bij de telling woonden er [14.250] mensen."
    assert show(paragraph, nothing, "1287") == "Velderbroek ligt aan de Zilvere en kreeg in <1287> stadsrechten. …"
    assert show(paragraph, nothing, "") == "Velderbroek ligt aan de Zilvere en kreeg in 1287 stadsrechten. …"
    assert show(paragraph, year, "14.250") == (
        "Velderbroek ligt aan de Zilvere en kreeg in [1287] stadsrechten. Eeuwenlang leefde de stad van de "
        "bierbrouwerij, die tot vandaag bezoekers trekt. Sinds de laatste verkiezingen is Aleida Bronsma er "
        "burgemeester. Bij de telling woonden er <14.250> mensen."
    )


def test_the_given_answer_nearest_to_the_gold_one_is_marked():
    paragraph = Paragraph("In 1910 kwam A. In 1910 ging B, en in 1912 C.", ())
    question = Question("q", "?", (Answer("1912", 38),))
    assert show(paragraph, question, "1910") == "… In <1910> ging B, en in [1912] C."


def test_a_long_text_between_answers_is_shortened():
    context = f"Aa {'x ' * LONGEST}Bb"
    question = Question("q", "?", (Answer("Aa", 0),))
    pieces = list(cut_excerpt(Paragraph(context, ()), question, "Bb", "nl"))
    assert (pieces[0], pieces[-1]) == (Piece("Aa", "gold"), Piece("Bb", "given"))
    assert len(pieces[1].text) == LONGEST + 3
    assert list(cut_excerpt(Paragraph("", ()), replace(question, answers=()), "", "nl")) == []


def test_an_answer_that_is_not_in_its_context_is_no_error():
    question = Question("q", "?", (Answer("Cc", 1),))
    assert show(Paragraph("Aa bb. Cc dd.", ()), question, "Zz") == "Aa bb. …"
