"""Tests of the build's description on the card: it comes from params.yaml."""

from pathlib import Path

import pytest
from spanferry.config import read_params
from spanferry.errors import ParamsError
from spanferry.publish.build import describe_build

from tests.support.small_squad import PARAMS

SHA = "0123456789abcdef" * 4


def test_a_translated_corpus_states_every_setting_that_changes_it(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    text = PARAMS.replace("translator: identity", f"translator: mine\n    sha256: {{dev: {SHA}}}")
    path.write_text(text + "translators: {mine: {engine: identity}}\n", encoding="utf-8")
    params = read_params(path)
    details = describe_build(params, "small")
    assert (details.corpus, details.source, details.target, details.translator) == ("small", "en", "nl", "identity")
    assert details.locations == {"train": "train.json", "dev": "dev.json"}
    assert details.checksums == {"dev": SHA}
    assert list(details.settings) == ["language", "align", "rescue"]
    assert details.settings["align"]["min_score"] == params.align.min_score
    with pytest.raises(ParamsError, match=r"corpora\.large: there is no such corpus"):
        describe_build(params, "large")


def test_a_native_corpus_states_only_its_languages(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(PARAMS.replace("translator: identity", "native: true"), encoding="utf-8")
    details = describe_build(read_params(path), "small")
    assert details.translator is None
    assert details.settings == {"language": {"source": "en", "target": "nl"}}
