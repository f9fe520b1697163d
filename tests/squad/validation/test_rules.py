"""Tests of validation rules: a file that breaks each rule, and files that must not be reported."""

import json
from pathlib import Path

import pytest
from spanferry.squad.validation import Severity, validate_file
from spanferry.squad.validation.registry import Level
from spanferry.squad.validation.rules import RULES, rules_as_markdown

CONTEXT = "De haven van Oostwerd werd in 1612 gegraven; in 1991 kwam er een café bij."
DUTCH = [
    "De molen van het dorp staat op een heuvel en is van de gemeente.",
    "In het najaar wordt het graan van de boeren er gemalen.",
    "Waar staat de molen van het dorp en wie maalt er het graan?",
]


def file(answers=(("1612", 30),), *, context=CONTEXT, question="Wanneer werd de haven gegraven?", more=(), **fields):
    """Return a SQuAD 2.0 file with one question about one context, and `more` questions."""
    qa = {
        "id": "q1",
        "question": question,
        "answers": [{"text": text, "answer_start": start} for text, start in answers],
        "is_impossible": False,
        **fields,
    }
    paragraph = {"context": context, "qas": [qa, *more]}
    return {"version": "v2.0", "data": [{"title": "Haven", "paragraphs": [paragraph]}]}


def other(**fields):
    return {"id": "q2", "question": "Welke haven?", "answers": [], "is_impossible": True, **fields}


def dutch(*, context="Er is een haven.", question="Wat is er?"):
    """Return a file with enough Dutch to detect its language, and one context and question to test."""
    paragraphs = [{"context": text, "qas": []} for text in DUTCH * 3]
    qa = {"id": "q1", "question": question, "answers": [], "is_impossible": True}
    return {
        "version": "v2.0",
        "data": [{"title": "", "paragraphs": [*paragraphs, {"context": context, "qas": [qa]}]}],
    }


QUESTION = "data[0].paragraphs[0].qas[0]"
ANSWER = f"{QUESTION}.answers[0]"
BREACHES = {
    "malformed": (file(answers=[("1612", "thirty")]), f"{ANSWER}.answer_start"),
    "no_questions": ({"version": "v2.0", "data": []}, "data"),
    "empty_context": (file([], context=" ", is_impossible=True), "data[0].paragraphs[0]"),
    "empty_question": (file(question="\n"), QUESTION),
    "duplicate_id": (file(more=[other(id="q1")]), "data[0].paragraphs[0].qas[1]"),
    "answerable_without_answers": (file([]), QUESTION),
    "impossible_with_answers": (file(is_impossible=True), QUESTION),
    "empty_answer": (file([("", 3)]), ANSWER),
    "offset_mismatch": (file([("1612", 29)]), ANSWER),
    "answer_not_in_context": (file([("1712", 30)]), ANSWER),
    "cut_in_word": (file([("91", 50)]), ANSWER),
    "answer_edge_space": (file([(" 1612", 29)]), ANSWER),
    "answer_without_word": (file([(";", 43)]), ANSWER),
    "duplicate_question": (
        file(more=[other(question="wanneer werd de haven gegraven? ")]),
        "data[0].paragraphs[0].qas[1]",
    ),
    "leftover_marker": (file(question="Wanneer [21] werd de haven gegraven?"), f"{QUESTION}.question"),
    "html_entity": (file(question="Wanneer werd de &quot;haven&quot; gegraven?"), f"{QUESTION}.question"),
    "html_tag": (file(question="Wanneer werd de <b>haven</b> gegraven?"), f"{QUESTION}.question"),
    "engine_message": (file(question="Error 500 (Server Error)!!1500"), f"{QUESTION}.question"),
    "invisible_character": (file(question="Wanneer werd de ha\u200bven gegraven?"), f"{QUESTION}.question"),
    "damaged_encoding": (file(question="Wanneer kwam het cafÃ©?"), f"{QUESTION}.question"),
    "mixed_normalisation": (file(question="Wanneer kwam het cafe\u0301?"), f"{QUESTION}.question"),
    "untranslated_question": (dutch(question="When was the harbour dug?"), "data[0].paragraphs[9].qas[0]"),
    "untranslated_context": (
        dutch(context="Er is een haven. It was dug by the people of the town."),
        "data[0].paragraphs[9]",
    ),
}
IN_A_FOLDER = {"checksum_mismatch"}  # tests/publish/test_validation.py


def findings(document: dict, folder: Path) -> dict[str, list[str]]:
    """Return the paths of the examples of each rule."""
    path = folder / "file.json"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return {
        finding.rule: [example.path for example in finding.examples]
        for finding in validate_file(path, repair=False).findings
    }


def test_every_rule_has_a_breach():
    assert set(BREACHES) | IN_A_FOLDER | {"repaired_offset"} == set(RULES)


@pytest.mark.parametrize("rule", BREACHES)
def test_a_breach_is_reported_at_its_path_and_nothing_else_is(rule, tmp_path):
    document, path = BREACHES[rule]
    assert findings(document, tmp_path) == {rule: [path]}


@pytest.mark.parametrize(
    "document",
    [
        file(),
        file([("café", 65)]),
        file([("1990", 0)], context="1990s music"),
        file([("cats", 4)], context="The cats' bowl; 5kg."),
        file([("5", 16)], context="The cats' bowl; 5kg."),
        file([("2.000", 3)], context="Na 2.000, dus."),
        file([("서울", 0)], context="서울은 도시다."),
        file([("東京", 0)], context="東京都は日本にある。"),
        file([("القاهرة", 1)], context="والقاهرة مدينة."),
        file([("$", 3)], context="De $ steeg."),
        file([], is_impossible=True, plausible_answers=[{"text": "1991", "answer_start": 48}]),
        file(question="Wat betekent [sic] in AT&T; of 3 < 4 > 2?"),
        file(question="Is क़ een letter?"),
        file(question="Wat is \u200fשלום\u200f?"),
        file(question="Is 👩\u200d🚀 één teken?"),
        dutch(question="Wie schreef The Lord of the Rings en The Hobbit?"),
        dutch(context="In het dorp zingt men Bridge over the River van de band The And."),
    ],
    ids=lambda document: document["data"][0]["paragraphs"][-1]["qas"][0]["question"],
)
def test_valid_documents_have_no_findings(document, tmp_path):
    assert findings(document, tmp_path) == {}


@pytest.mark.parametrize(
    ("answers", "context", "rule"),
    [
        ([("000", 5)], "Na 2.000, dus.", "cut_in_word"),
        ([("2", 3)], "Na 2.000, dus.", "cut_in_word"),
        ([("foto", 3)], "De fotograaf.", "cut_in_word"),
        ([("cafe", 4)], "Het cafe\u0301.", "cut_in_word"),
        ([("x", -1)], "xyz x", "offset_mismatch"),
        ([("x", 10**9)], "xyz x", "offset_mismatch"),
        ([("DE", 0)], "de haven", "answer_not_in_context"),
    ],
)
def test_answers_at_the_edges_of_a_rule(answers, context, rule, tmp_path):
    assert list(findings(file(answers, context=context), tmp_path)) == [rule]


def test_direction_marks_are_allowed_only_in_texts_of_scripts_that_need_them(tmp_path):
    marked = file(question="Wie groef de ha\u200even?", more=[other(question="Wat is \u200fשלום\u200f?")])
    assert findings(marked, tmp_path) == {"invisible_character": [f"{QUESTION}.question"]}


def test_texts_of_an_english_file_are_not_reported_as_untranslated(tmp_path):
    english = file([], context="The harbour was dug by the people of the town.", question="When was the harbour dug?")
    english["data"][0]["paragraphs"][0]["qas"][0]["is_impossible"] = True
    assert findings(english, tmp_path) == {}


def test_a_file_in_separate_marks_throughout_is_not_mixed(tmp_path):
    assert findings(file(context="Het cafe\u0301 van 1612", answers=[("1612", 14)]), tmp_path) == {}


def test_the_rules_of_the_documentation_are_these():
    written = Path("docs/validation.md").read_text(encoding="utf-8")
    assert rules_as_markdown() in written


def test_structure_rules_have_no_check_and_all_others_do():
    assert all((rule.check is None) == (rule.level is Level.STRUCTURE) for rule in RULES.values())
    assert all(rule.meaning.endswith(".") for rule in RULES.values())
    assert {rule.severity for rule in RULES.values()} == set(Severity)
