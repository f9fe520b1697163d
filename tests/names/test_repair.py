"""Tests of the closed rule, and of questions that are asked again."""

from collections.abc import Mapping, Sequence

import pytest
from spanferry.language import language_of
from spanferry.markers import Markers
from spanferry.names.asking import ask_with_markers
from spanferry.names.checking import DifferingName, DifferingQuestion
from spanferry.names.renderings import Rendering
from spanferry.names.repair import NewTranslation, mark_name, settle
from spanferry.names.terms import SharedName
from spanferry.records import QuestionRepair, SourceQuestion

DUTCH = language_of("nl")
REPLACED, ASKED_AGAIN = QuestionRepair.REPLACED, QuestionRepair.ASKED_AGAIN


def place(text: str, part: str | None) -> Rendering | None:
    if part is None:
        return None
    return Rendering(part, (text.index(part), text.index(part) + len(part)))


def name_in(question: str, translation: str, name: str, found: str | None, in_context: str, *before: str):
    start = question.index(name)
    shared = SharedName(name, (start, start + len(name)), ())
    rendering = Rendering(in_context, (0, len(in_context)))
    return DifferingName(shared, rendering, before or ("",), place(translation, found))


def differing(
    translation: str, in_question: str | None, in_context: str, *before: str, question: str = "Who is Ann Lee?"
) -> DifferingQuestion:
    name = name_in(question, translation, "Ann Lee", in_question, in_context, *before)
    return DifferingQuestion("dev", SourceQuestion("q", question, True, (), ()), "", translation, (name,))


def two_names(translation: str, *found: str | None) -> DifferingQuestion:
    question = "Did Ann Lee see Bea Roe?"
    names = (
        name_in(question, translation, "Ann Lee", found[0], "Anna Lii"),
        name_in(question, translation, "Bea Roe", found[1], "Beatrix Ree"),
    )
    return DifferingQuestion("dev", SourceQuestion("q", question, True, (), ()), "", translation, names)


@pytest.mark.parametrize(
    ("translation", "found", "in_context", "before", "repaired"),
    [
        ("Wie is Dzjengis Khan?", "Dzjengis Khan", "Genghis Khan", "van", "Wie is Genghis Khan?"),
        ("Wie schreef de Acts?", "Acts", "Scholenwet van Oost", "de", "Wie schreef de Scholenwet van Oost?"),
        ("Wie leidt Hong?", "Hong", "Yuan-dynastie", "", "Wie leidt Yuan-dynastie?"),
        # Another name might need another article, or none.
        ("Wie leidt het Office?", "Office", "Bureau", "de", None),
        ("Wie leidt het Office?", "Office", "Bureau", "leidt", None),
        ("Wie is Ann?", "Ann", "een zus van Ann", "", None),  # not a capitalised name
        ("Wie is Ann, zus van Ann?", "Ann", "Anna", "", None),  # twice
        ("Wie is Ann?", None, "Anna", "", None),  # not found
    ],
)
def test_names_are_replaced_where_no_grammar_is_at_stake(translation, found, in_context, before, repaired) -> None:
    expected = (repaired, REPLACED) if repaired else None
    assert settle(differing(translation, found, in_context, before), (), DUTCH) == expected


def test_the_article_may_be_that_of_any_place_in_the_paragraph() -> None:
    case = differing("Wie leidt het Office?", "Office", "Bureau", "een", "het")
    assert settle(case, (), DUTCH) == ("Wie leidt het Bureau?", REPLACED)


@pytest.mark.parametrize("code", ["fi", "ru", "de", "ko", "xx"])
def test_names_are_not_replaced_in_languages_that_inflect_them(code: str) -> None:
    assert settle(differing("Kuka on Ann Lee?", "Ann Lee", "Anna Lii"), (), language_of(code)) is None


def test_a_possessive_or_another_word_of_the_paragraphs_is_not_replaced() -> None:
    case = differing("Wie is Kublai?", "Kublai", "Koeblais")
    (name,) = case.names
    assert settle(case, (), DUTCH) == ("Wie is Koeblais?", REPLACED)
    for changed in (
        DifferingName(name.name, Rendering("Koeblais", (0, 8), True), name.before, name.in_question),
        DifferingName(name.name, name.in_context, name.before, name.in_question, is_other_word=True),
    ):
        assert settle(DifferingQuestion("dev", case.question, "", case.translation, (changed,)), (), DUTCH) is None


def test_each_name_of_a_question_is_replaced() -> None:
    assert settle(two_names("Zag Ann Lee Bea Roe?", "Ann Lee", "Bea Roe"), (), DUTCH) == (
        "Zag Anna Lii Beatrix Ree?",
        REPLACED,
    )
    assert settle(two_names("Zag Ann Lee de Bea?", "Ann Lee", None), (), DUTCH) == ("Zag Anna Lii de Bea?", REPLACED)
    # Places that overlap are not both replaced.
    assert settle(two_names("Zag Ann Lee Roe?", "Ann Lee", "Lee Roe"), (), DUTCH) == ("Zag Anna Lii Roe?", REPLACED)


def ask(
    case: DifferingQuestion, names: Sequence[int], replies: Mapping[str, str], styles: Sequence[Markers]
) -> tuple[list[str], list[NewTranslation]]:
    """Return the texts that are asked, and the translations that kept their markers."""
    asked: list[str] = []

    def translate(texts: Sequence[str]) -> Mapping[str, str | None]:
        asked.extend(texts)
        return {text: replies.get(text) for text in texts}

    (answers,) = ask_with_markers([case], [names], styles, translate)
    return asked, answers


def test_a_question_is_asked_again_with_its_name_between_markers() -> None:
    case = differing("Wie is de Anne Leeuw?", None, "Anna Lii", question=" Who is [the] Ann Lee? ")
    (request,) = mark_name(case, 0, (("[", "]"), ("<<", ">>")))
    assert request.text == "Who is [the] <<Ann Lee>>?"
    assert mark_name(case, 0, (("[", "]"),)) == []

    def settled(reply: str) -> tuple[str, QuestionRepair] | None:
        asked, answers = ask(case, [0], {request.text: reply}, [("[", "]"), ("<<", ">>")])
        assert asked == [request.text]
        return settle(case, answers, DUTCH)

    assert settled("") is None
    assert settled("Wie is de Anne Leeuw?") is None  # the markers are lost
    assert settled("Wie is dan <<Anna Lii>>?") == ("Wie is dan Anna Lii?", ASKED_AGAIN)
    assert settled("Wie is <<Anne Leeuw>>?") is None  # after an article, so the rule forbids it


def test_no_stray_marker_is_taken() -> None:
    case = differing("Wie is Anne Leeuw?", None, "Anna Lii")
    text = "Who is [Ann Lee]?"
    for reply, expected in {
        "Wie is [Anne Leeuw]?": ("Wie is Anna Lii?", REPLACED),
        "Wie is [Anna Lii] ]?": None,
        "Wie is [Anna Lii] [dan?": None,
        "[Wie is [Anna Lii]?": None,
    }.items():
        assert settle(case, ask(case, [0], {text: reply}, [("[", "]")])[1], DUTCH) == expected
    for reply in ("Wie is <m>Anna Lii</m> <m>dan</m>?", "Wie is <m>Anna Lii</m></m>?", 'Wie is <m a="b">Anna Lii</m>?'):
        assert ask(case, [0], {"Who is <m>Ann Lee</m>?": reply}, [("<m>", "</m>")])[1] == []


def test_every_name_that_differs_is_asked_in_further_styles_until_the_markers_are_kept() -> None:
    case = two_names("Zag Anne Leeuw Bé Roos?", None, None)
    replies = {
        "Did [Ann Lee] see Bea Roe?": "Zag [Anne Leeuw] Bé Roos?",
        "Did Ann Lee see [Bea Roe]?": "Zag Anne Leeuw Bé Roos?",
        "Did Ann Lee see <<Bea Roe>>?": "Zag Anne Leeuw <<Bé Roos>>?",
    }
    styles = [("[", "]"), ("<<", ">>"), ("<", ">")]
    asked, answers = ask(case, [0, 1], replies, styles)
    assert sorted(asked) == sorted(replies)
    assert settle(case, answers, DUTCH) == ("Zag Anna Lii Beatrix Ree?", REPLACED)
    asked, answers = ask(case, [1], {}, styles)
    assert (len(asked), answers) == (2, [])  # two styles


def test_a_new_translation_with_all_names_is_used() -> None:
    case = two_names("Zag Anne Leeuw Bé Roos?", "Anne Leeuw", None)
    good, partial = (NewTranslation(text, {}) for text in ("Heeft Anna Lii Beatrix Ree gezien?", "Zag Anna Lii haar?"))
    assert settle(case, [partial, good], DUTCH) == (good.text, ASKED_AGAIN)
    assert settle(case, [partial], DUTCH) == ("Zag Anna Lii Bé Roos?", REPLACED)
