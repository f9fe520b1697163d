"""Tests of the names that a question shares with its paragraph."""

import pytest
from spanferry.language import language_of
from spanferry.names.terms import names_by_text, shared_names

CONTEXT = "The Quay of Oostwerd lies on the Rhine. Paul Smith built Oostwerd Bridge. Packet switching came later."


@pytest.mark.parametrize(
    ("question", "title", "names"),
    [
        ("Who built the Quay of Oostwerd?", "Quays", ["Quay of Oostwerd"]),
        ("Did old Paul Smith's river, the European Rhine, flood?", "Quays", ["Paul Smith", "Rhine"]),
        ("Who is Paul?", "Quays", []),  # the paragraph has no such name, only a longer one
        ("When was Packet switching invented?", "Packet_switching", ["Packet switching"]),
        ("When was packet switching invented?", "Packet_switching", []),  # a common noun there
        ("Where is the Rhine?", "Rhine_(river)", ["Rhine"]),
        ("Who built Oostwerd Bridge?", "Oostwerd", ["Oostwerd Bridge"]),
    ],
)
def test_shared_names(question: str, title: str, names: list[str]) -> None:
    english = language_of("en")
    found = shared_names(question, CONTEXT, names_by_text(CONTEXT, english), title, english)
    assert [name.text for name in found] == names
    for name in found:
        assert question[slice(*name.in_question)] == name.text
        assert {CONTEXT[slice(*place)] for place in name.in_context} == {name.text}
