"""Tests of the check that a text is in its target language: only clear cases are refused."""

from pathlib import Path

import pyarrow as pa
import pytest
from spanferry.arrow import schema_of
from spanferry.language_check import check_language
from spanferry.loss_figures import IdentifiedRow, LanguageCheck
from spanferry.records import TranslationRow
from spanferry.squad import read_squad
from spanferry.translation.memory.tmx import read_tmx

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
DUTCH = (
    "De haven van Oostwerd werd in de zeventiende eeuw gegraven, omdat de rivier was verzand. Er liggen nu boten.",
    "Vissers bouwden de sluis zelf. Later werd zij herbouwd, en sindsdien varen er ook grote schepen doorheen.",
)
TEXTS = {
    "nb": "Havnen ble gravd ut på syttenhundretallet fordi elven var full av sand, og nå ligger mange båter der.",
    "da": "Havnen blev gravet ud i det syttende århundrede, fordi floden var sandet til, og nu ligger der mange både.",
    "sv": "Hamnen grävdes ut på sextonhundratalet eftersom floden hade fyllts med sand, och nu ligger många båtar där.",
    "hr": "Luka je iskopana u sedamnaestom stoljeću jer je rijeka bila puna pijeska, a danas ondje leže mnogi brodovi.",
    "pt": "O porto foi escavado no século XVII porque o rio estava cheio de areia, e hoje há ali muitos barcos.",
    "gl": "O porto foi escavado no século XVII porque o río estaba cheo de area, e hoxe hai alí moitos barcos.",
    "id": "Pelabuhan itu digali pada abad ketujuh belas karena sungai penuh dengan pasir, dan kini banyak kapal.",
}


def check(texts: list[str | None], target: str, pairs: list[tuple[str, str | None]] | None = None) -> LanguageCheck:
    rows = [{"text": text, "translation": to, "reason": None if to else "empty"} for text, to in pairs or []]
    translations = None if pairs is None else pa.Table.from_pylist(rows, schema=schema_of(TranslationRow))
    return check_language(pa.chunked_array([texts], pa.string()), translations, "en", target)


def sample_contexts() -> list[str]:
    document = read_squad(SAMPLE / "train-v2.0.json")
    return [paragraph.context for article in document.data for paragraph in article.paragraphs]


def test_two_paragraphs_in_the_target_language_pass() -> None:
    found = check([*DUTCH, None], "nl")
    assert (found.identified, found.problem) == ((IdentifiedRow(language="nl", paragraphs=2),), None)
    assert check(list(DUTCH), "nl-BE").problem is None


def test_english_as_dutch_and_dutch_as_german_are_a_problem() -> None:
    english = sample_contexts()
    assert check(english, "en").problem is None
    problem = check(english, "nl").problem
    assert problem == f"{len(english)} of {len(english)} paragraphs are identified as en, 0 as nl"
    assert check([*DUTCH, *DUTCH], "de").problem == "4 of 4 paragraphs are identified as nl, 0 as de"
    assert check([*DUTCH, *english[:3]], "nl").problem is None  # a mixture is not a clear case


@pytest.mark.parametrize(
    ("written", "target"),
    [
        *(("nb", "da"), ("da", "nb"), ("sv", "nb"), ("nb", "nn"), ("hr", "sr"), ("hr", "bs")),
        *(("pt", "gl"), ("gl", "pt"), ("id", "ms"), ("id", "ms-MY"), ("sv", "sv")),
    ],
)
def test_close_relatives_are_not_refused(written: str, target: str) -> None:
    assert check([TEXTS[written]] * 4, target).problem is None


@pytest.mark.parametrize("target", ["tlh", "sco", "mul"])
def test_a_language_that_cannot_be_identified_is_not_refused(target: str) -> None:
    assert check([*DUTCH, *DUTCH], target).problem is None


def test_too_little_text_is_not_refused() -> None:
    assert check(["Wat is dit?"], "de").problem is None
    assert check([], "nl") == LanguageCheck(
        target="nl", paragraphs=0, identified=(), texts=0, unchanged=0, problem=None
    )


def test_unchanged_texts_are_a_problem_in_any_language() -> None:
    pairs = [(f"This is the sentence number {n}.", f"This is the sentence number {n}.") for n in range(6)]
    same: list[tuple[str, str | None]] = [*pairs, ("This one has no translation.", None), ("1931", "1931")]
    found = check([], "tlh", same)
    assert (found.texts, found.unchanged) == (6, 6)
    assert found.problem == "6 of 6 sentences and questions are the same as in the source (en)"
    assert check([], "en-GB", same).problem is None  # into the same language
    translated: list[tuple[str, str | None]] = [(text, text[::-1]) for text, _ in pairs]
    assert check([], "tlh", [*pairs, *translated]).problem is None  # half of them


def test_the_translations_of_the_sample_pass() -> None:
    pairs: list[tuple[str, str | None]] = list(read_tmx(SAMPLE / "memory.tmx", "en", "nl"))
    found = check([to for _, to in pairs if to and len(to) > 60], "nl", pairs)
    assert (found.problem, found.paragraphs) == (None, 300)
    assert found.identified[0].language == "nl"
    assert found.identified[0].paragraphs > 290
