"""Tests of finding the names of an article that differ, with the evidence of all its texts."""

import pytest
from spanferry.names.checking import CheckedArticle, check_article, paragraph_names
from spanferry.projection.ranking import make_locator
from spanferry.records import SourceParagraph, SourceQuestion, TargetParagraph, TextSpan

LOCATOR = make_locator("en", "nl")


def sentence_spans(text: str, sentences: list[str]) -> tuple[TextSpan, ...]:
    return tuple(TextSpan(text.index(each), text.index(each) + len(each)) for each in sentences)


def check(
    paragraphs: list[tuple[list[tuple[str, str]], dict[str, str]]], title: str = "", **phrases: str
) -> CheckedArticle:
    """Check an article. paragraphs: their sentence pairs, and their questions with translations."""
    translations = {text: dutch for _, questions in paragraphs for text, dutch in questions.items()}
    named = []
    for number, (sentences, questions) in enumerate(paragraphs):
        english, dutch = (" ".join(pair[n] for pair in sentences) for n in (0, 1))
        spans = [sentence_spans(text, [pair[n] for pair in sentences]) for n, text in enumerate((english, dutch))]
        rows = tuple(SourceQuestion(text, text, True, (), ()) for text in questions)
        source = SourceParagraph("dev", 0, number, title, english, spans[0], rows)
        named.append(paragraph_names(source, TargetParagraph("dev", 0, number, dutch, spans[1]), translations, LOCATOR))
    return check_article([each for each in named if each], translations | phrases, LOCATOR, bool(title))


def differences(checked: CheckedArticle) -> list[tuple[str, str, str | None]]:
    return [
        (name.name.text, name.in_context.text, name.in_question and name.in_question.text)
        for question in checked.differing
        for name in question.names
    ]


SUDAN = ("For years Sudan had a regime.", "Soedan had jarenlang een regime.")
BROTHERHOOD = ("The Muslim Brotherhood helps.", "De Moslimbroederschap helpt.")


def test_a_rendering_in_which_two_texts_agree_is_known() -> None:
    alone = check([([BROTHERHOOD], {"What does it help?": "Wat helpt zij?"})])
    assert (alone.counts["with_name"], alone.counts["compared"]) == (0, 0)
    same = {"What is the Muslim Brotherhood?": "Wat is de Moslimbroederschap?"}
    agreed = check([([BROTHERHOOD], same)])
    assert (agreed.counts["compared"], agreed.differing) == (1, [])
    assert agreed.glossaries == {0: (("Muslim Brotherhood", "Moslimbroederschap"),)}
    other = {"What is the Muslim Brotherhood?": "Wat is de Islamitische Bond?"}
    assert check([([BROTHERHOOD], other)]).counts["compared"] == 0
    both = check([([BROTHERHOOD], same | {"Who leads the Muslim Brotherhood?": "Wie leidt de Islamitische Bond?"})])
    assert differences(both) == [("Muslim Brotherhood", "Moslimbroederschap", None)]


def test_names_inside_answers_and_in_other_paragraphs_count() -> None:
    question = {"Who ruled Sudan?": "Wie bestuurde Sudan?"}
    assert check([([SUDAN], question)]).counts["compared"] == 0
    in_answer = check([([SUDAN], question)], **{"rulers of Sudan": "heersers van Soedan"})
    assert differences(in_answer) == [("Sudan", "Soedan", "Sudan")]
    elsewhere = check([([SUDAN], question), ([("The Nile crosses Sudan.", "De Nijl doorkruist Soedan.")], {})])
    assert differences(elsewhere) == [("Sudan", "Soedan", "Sudan")]


@pytest.mark.parametrize(
    ("title", "translation", "in_context"),
    [
        ("Sudan", "Sudan", "Soedan"),
        ("Sudan", "Het Soedan", None),
        ("Sudan_(state)", "Soedan (staat)", None),
        ("Nile", "Nijl", None),
    ],
)
def test_a_title_is_compared_with_all_paragraphs(title: str, translation: str, in_context: str | None) -> None:
    sentences = [
        SUDAN,
        ("Then Sudan changed.", "Toen veranderde Soedan."),
        ("Sudan's flag is new.", "Soedans vlag is nieuw."),
    ]
    checked = check([([each], {}) for each in sentences], title, **{title.replace("_", " "): translation})
    assert (checked.title and checked.title.in_context.text) == in_context
    assert checked.counts["titles_compared"] == (title != "Nile")


def test_a_possessive_is_not_the_form_of_a_name() -> None:
    kublai = ("Kublai's empire grew.", "Koeblais rijk groeide.")
    question = {"Who was Kublai?": "Wie was Kublai?"}
    answers = {"Kublai": "Koeblai"}
    (only,) = check([([kublai], question)], **answers).differing
    assert (only.names[0].in_context.text, only.names[0].in_context.is_possessive) == ("Koeblais", True)
    plain = ("Then Kublai died.", "Toen stierf Koeblai.")
    (other, *_) = check([([kublai], question), ([plain], {})], **answers).differing
    assert (other.names[0].in_context.text, other.names[0].in_context.is_possessive) == ("Koeblai", False)


def test_a_word_that_the_paragraphs_have_as_well_may_be_another_word() -> None:
    first = ([("The ruler Kublai died.", "De heerser Koeblai stierf.")], {"Who was Kublai?": "Wie was Kublai?"})
    (alone,) = check([first], Kublai="Koeblai").differing
    assert not alone.names[0].is_other_word
    (beside,) = check(
        [first, ([("In Shangdu, Kublai ruled.", "In Shangdu heerste Kublai.")], {})], Kublai="Koeblai"
    ).differing
    assert beside.names[0].is_other_word
