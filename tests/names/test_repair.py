"""Tests of the closed rule, and of questions that are asked again."""

import pytest
from spanferry.language import language_of
from spanferry.names.checking import DifferingName, DifferingQuestion
from spanferry.names.renderings import Rendering
from spanferry.names.repair import mark_name, replace_names, take_reply
from spanferry.names.terms import SharedName
from spanferry.records import QuestionRepair, SourceQuestion


def differing(
    translation: str, in_question: str | None, in_context: str, before: str = "", question: str = "Who is Ann Lee?"
) -> DifferingQuestion:
    start = question.index("Ann Lee")
    place = None
    if in_question is not None:
        at = translation.index(in_question)
        place = Rendering(in_question, (at, at + len(in_question)))
    name = DifferingName(SharedName("Ann Lee", (start, start + 7), ()), in_context, before, place)
    source = SourceQuestion("q", question, True, (), ())
    return DifferingQuestion("dev", source, "", translation, (name,))


@pytest.mark.parametrize(
    ("translation", "found", "in_context", "before", "repaired"),
    [
        ("Wie is Dzjengis Khan?", "Dzjengis Khan", "Genghis Khan", "van", "Wie is Genghis Khan?"),
        ("Wie schreef de Acts?", "Acts", "Scholenwet van Oost", "de", "Wie schreef de Scholenwet van Oost?"),
        # Another name might need another article, or none.
        ("Wie leidt het Office?", "Office", "Bureau", "de", None),
        ("Wie leidt het Office?", "Office", "Bureau", "leidt", None),
        ("Wie is Ann?", "Ann", "een zus van Ann", "", None),  # not a capitalised name
        ("Wie is Ann, zus van Ann?", "Ann", "Anna", "", None),  # twice
        ("Wie is Ann?", None, "Anna", "", None),  # not found
    ],
)
def test_names_are_replaced_where_no_grammar_is_at_stake(translation, found, in_context, before, repaired) -> None:
    assert replace_names(differing(translation, found, in_context, before), language_of("nl")) == repaired


@pytest.mark.parametrize("code", ["fi", "ru", "de", "ko", "xx"])
def test_names_are_not_replaced_in_languages_that_inflect_them(code: str) -> None:
    case = differing("Kuka on Ann Lee?", "Ann Lee", "Anna Lii")
    assert replace_names(case, language_of(code)) is None


def test_all_names_of_a_question_are_replaced_together() -> None:
    case = differing("Zag Jan Kees Bea?", "Jan Kees", "Johan")
    second = DifferingName(SharedName("Bea", (0, 3), ()), "Beatrix", "", Rendering("Bea", (13, 16)))
    both = DifferingQuestion("dev", case.question, "", case.translation, (*case.names, second))
    assert replace_names(both, language_of("nl")) == "Zag Johan Beatrix?"
    overlapping = DifferingName(SharedName("Kees", (0, 3), ()), "Cees", "", Rendering("Kees", (8, 12)))
    assert replace_names(DifferingQuestion("dev", case.question, "", case.translation, (*case.names, overlapping)),
                         language_of("nl")) is None  # fmt: skip


def test_a_question_is_asked_again_with_its_name_between_markers() -> None:
    case = differing("Wie is de Anne Leeuw?", None, "Anna Lii", question=" Who is [the] Ann Lee? ")
    marked = mark_name(case, (("[", "]"), ("<<", ">>")))
    assert marked is not None
    assert marked.request.text == "Who is [the] <<Ann Lee>>?"
    dutch = language_of("nl")
    assert take_reply(marked, None, dutch) is None
    assert take_reply(marked, "Wie is de Anne Leeuw?", dutch) is None  # the markers are lost
    assert take_reply(marked, "Wie is dan <<Anna Lii>>?", dutch) == ("Wie is dan Anna Lii?", QuestionRepair.ASKED_AGAIN)
    assert take_reply(marked, "Wie is <<Anne Leeuw>>?", dutch) is None  # after an article, so the rule forbids it
    plain = mark_name(differing("Wie is Anne Leeuw?", None, "Anna Lii"), (("[", "]"),))
    assert plain is not None
    assert take_reply(plain, "Wie is [Anne Leeuw]?", dutch) == ("Wie is Anna Lii?", QuestionRepair.REPLACED)
    for stray in ("Wie is [Anna Lii] ]?", "Wie is [Anna Lii] [dan?", "[Wie is [Anna Lii]?"):
        assert take_reply(plain, stray, dutch) is None
    assert mark_name(case, (("[", "]"),)) is None
