"""Tests of sentence boundaries."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
import sentencex
from hypothesis import assume, given
from hypothesis import strategies as st
from spanferry.language.boundaries import is_boundary
from spanferry.language.sentences import sentences

from tests.support.damaged_texts import TEXTS, cut

LONG = {
    "en": ("The old mill stands on the river Berk.", "Who built it in 1742, at 3.5 guilders?"),
    "nl": ("De oude molen staat aan de Berk.", "Hij is van ca. 1742, voor 3,5 gulden!"),
    "de": ("Die alte Mühle steht „am Fluss“.", "Wer hat sie z. B. 1742 gebaut?"),
    "ru": ("Старая мельница стоит на реке.", "Её построили в 1742 году!"),
    "el": ("Ο παλιός μύλος στέκει στο ποτάμι.", "Ποιος τον έχτισε το 1742;"),
    "ar": ("تقع الطاحونة القديمة على النهر.", "من بناها عام 1742؟"),
    "hi": ("पुरानी चक्की नदी पर है।", "इसे 1742 में किसने बनाया?"),
    "th": ("โรงสีเก่าตั้งอยู่ริมแม่น้ำ", "สร้างเมื่อปี 1742."),
    "zh": ("老磨坊在河边。", "它建于1742年！"),
    "ja": ("古い風車は川のそばに立つ。", "「1742年だ。」と言った。"),
}
BREAKS = [
    *(
        " ",
        "  ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "\n\n\n",
        "\r\n\r\n",
        "\n\r\r\n",
        "\r\r",
        "\n \n",
        " \n\n ",
        "\n" * 9,
    ),
    *("\v", "\f", "\x1c", "\x85", "\u00a0", "\u2028", "\u2029", "\u2029\u2029", "\u3000", "\u00a0\n\n\u3000"),
]
PLAIN = "It rains. Does the dam hold?\nYes!  “It holds.” Good"


class Panic(BaseException):
    """Stands for the panic of a Rust library, which is no Exception."""


Panic.__name__ = "PanicException"


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("It rains. The dam holds!  Does it?", "en", ["It rains.", "The dam holds!", "Does it?"]),
        (" It rains.\n\nThe dam holds. ", "en", ["It rains.", "The dam holds."]),
        ("De dam is 3,5 km lang. Hij is van ca. 1932.", "nl", ["De dam is 3,5 km lang.", "Hij is van ca. 1932."]),
        ("One line without an end", "en", ["One line without an end"]),
        ("雨が降る。ダムは持つ。", "ja", ["雨が降る。", "ダムは持つ。"]),
        ("An unknown language. It has sentences too.", "xx", ["An unknown language.", "It has sentences too."]),
        ("", "en", []),
        (" \n\u00a0", "en", []),
        ("Eat vitamin A\u2028.", "en", ["Eat vitamin A\u2028."]),  # sentencex 1.0.32 panics
    ],
)
def test_sentences(text: str, language: str, expected: list[str]) -> None:
    assert cut(text, sentences(text, language)) == expected


def check_sum(text: str, spans: list[tuple[int, int]]) -> None:
    """Check that only white space lies outside the spans, and that none begins inside a word."""
    at = 0
    for start, end in spans:
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        assert start > at or is_boundary(text, start)
        at = end
    assert not text[at:].strip()


@given(TEXTS, st.sampled_from(["en", "nl", "de", "ja", "ar", "xx"]))
def test_outside_the_sentences_there_is_only_white_space(text: str, language: str) -> None:
    check_sum(text, sentences(text, language))


@given(
    st.sampled_from(sorted(LONG)),
    st.lists(st.tuples(st.booleans(), st.sampled_from(BREAKS)), min_size=1, max_size=30),
    st.integers(1, 12),
    st.one_of(st.just(""), TEXTS),
)
def test_long_texts_with_breaks_of_every_kind_add_up(
    language: str, parts: list[tuple[bool, str]], kilobytes: int, spoilt: str
) -> None:
    # sentencex 1.0.32 drops a paragraph break about every 10,000 bytes.
    unit = "".join(LONG[language][second] + between for second, between in parts)
    text = unit * (kilobytes * 4000 // len(unit.encode()) + 1) + spoilt + unit
    check_sum(text, sentences(text, language))


@pytest.mark.parametrize("language", LONG)
@pytest.mark.parametrize("between", ["\n\n", "\n\n\n", "\r\n\r\n"])
def test_a_long_text_is_cut_as_its_paragraphs_are(language: str, between: str) -> None:
    paragraph = " ".join(LONG[language])
    alone = cut(paragraph, sentences(paragraph, language))
    count = 60_000 // len(paragraph.encode())
    text = between.join([paragraph] * count)
    assert cut(text, sentences(text, language)) == alone * count


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: [text[:3], text[4:]],
        lambda text: [text[5:]],
        lambda text: [text, "and more"],
        lambda text: [text[:9], text[:9], text[9:]],
        lambda text: [text[9:], text[:9]],
        lambda text: [text[:-1]],
        lambda text: [text.upper()],
        lambda text: [],
    ],
)
def test_pieces_that_do_not_add_up_are_replaced(
    monkeypatch: pytest.MonkeyPatch, broken: Callable[[str], list[str]]
) -> None:
    monkeypatch.setattr(sentencex, "segment", lambda _, text: broken(text))
    expected = ["It rains.", "Does the dam hold?", "Yes!", "“It holds.”", "Good"]
    assert cut(PLAIN, sentences(PLAIN, "en")) == expected


@pytest.mark.parametrize("error", [Panic, ValueError])
def test_a_text_at_which_sentencex_fails_is_cut_plainly(
    monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def fail(language: str, text: str) -> list[str]:
        raise error

    monkeypatch.setattr(sentencex, "segment", fail)
    assert cut("你好！我很好。 好", sentences("你好！我很好。 好", "zh")) == ["你好！", "我很好。", "好"]
    assert sentences("." * 200_000, "en") == [(0, 200_000)]


def test_an_interruption_is_no_panic(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(language: str, text: str) -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr(sentencex, "segment", interrupt)
    with pytest.raises(KeyboardInterrupt):
        sentences("It rains.", "en")


def test_white_space_that_sentencex_dropped_is_outside_the_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentencex, "segment", lambda _, text: re.split(r"(?<=[.])\s+", text))
    text = "It rains.\r\n\r\nIt pours. \n\n Still."
    assert cut(text, sentences(text, "en")) == ["It rains.", "It pours.", "Still."]


@given(st.text("aB1.é \n한漢ไ"), st.data())
def test_no_sentence_begins_inside_a_word_wherever_sentencex_cuts(text: str, data: st.DataObject) -> None:
    assume(text)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)))) | {0, len(text)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentencex, "segment", lambda _, flat: [flat[a:b] for a, b in pairwise(cuts)])
        check_sum(text, sentences(text, "en"))
