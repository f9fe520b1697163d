"""Tests of lookups that ignore how a text is spaced."""

from pathlib import Path

from spanferry.translation.memory.store import Scope, open_memory
from spanferry.translation.memory.tmx import load_tmx, write_tmx
from spanferry.translation.memory.white_space import fold_white_space

SPACED = "It is\u00a05\u202fkm\nto the  mill."
PLAIN = "It is 5 km to the mill."
TRANSLATION = "Het is 5 km naar de molen."


def test_a_text_with_other_spaces_finds_its_translation_in_a_tmx_file(tmp_path: Path) -> None:
    write_tmx(tmp_path / "mill.tmx", [(PLAIN, TRANSLATION), ("Two  spaces.", "Twee  spaties.")], "en", "nl")
    translations = load_tmx(tmp_path / "mill.tmx", "en", "nl").translations
    assert [translations.get(text) for text in (PLAIN, SPACED, "Two  spaces.", "Two spaces.")] == [
        TRANSLATION,
        TRANSLATION,
        "Twee  spaties.",
        None,
    ]
    assert SPACED in translations
    assert dict(translations) == {PLAIN: TRANSLATION, "Two  spaces.": "Twee  spaties."}


def test_a_text_with_other_spaces_finds_its_translation_in_the_memory(tmp_path: Path) -> None:
    with open_memory(tmp_path, Scope("engine", "en", "nl")) as memory:
        memory.add([(PLAIN, "", TRANSLATION)])
        assert memory.get(SPACED) == TRANSLATION
        assert memory.get(SPACED, "context") is None
        memory.add([(SPACED, "", "Het is 5\u00a0km naar de molen.")])
        assert (memory.get(SPACED), memory.get(PLAIN)) == ("Het is 5\u00a0km naar de molen.", TRANSLATION)


def test_lines_of_a_script_without_spaces_are_joined_without_one() -> None:
    assert fold_white_space(" 水车\n  建于  1612 年。") == "水车建于 1612 年。"
