"""Tests of the build's description on the card: it comes from params.yaml."""

from pathlib import Path

import pytest
from spanferry.config import read_params
from spanferry.errors import ParamsError
from spanferry.publish.about import BuildDetails, SourceFile
from spanferry.publish.build import describe_build

from tests.support.small_squad import PARAMS

SHA = "0123456789abcdef" * 4


def describe(folder: Path, params: str) -> BuildDetails:
    """Return the description of the corpus `small` for the text of a params.yaml."""
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    (folder / "SHA256SUMS").write_text(f"{SHA}  dev.json\n{SHA[::-1]}  train.json\n", encoding="utf-8")
    return describe_build(read_params(folder / "params.yaml"), "small", folder)


def with_translator(settings: str) -> str:
    return f"{PARAMS.replace('translator: identity', 'translator: mine')}translators: {{mine: {settings}}}\n"


def test_a_translated_corpus_states_every_setting_that_changes_it(tmp_path: Path) -> None:
    details = describe(tmp_path, with_translator("{engine: identity}"))
    assert (details.corpus, details.source, details.target, details.translator) == ("small", "en", "nl", "identity")
    assert details.sources == {"train": SourceFile("train.json", SHA[::-1]), "dev": SourceFile("dev.json", SHA)}
    assert list(details.settings) == ["language", "align", "rescue", "translator"]
    assert details.settings["translator"] == {"engine": "identity"}
    params = read_params(tmp_path / "params.yaml")
    assert details.settings["align"]["min_score"] == params.align.min_score
    with pytest.raises(ParamsError, match=r"corpora\.large: there is no such corpus"):
        describe_build(params, "large", tmp_path)


def test_a_native_corpus_states_only_its_languages(tmp_path: Path) -> None:
    details = describe(tmp_path, PARAMS.replace("translator: identity", "native: true"))
    assert details.translator is None
    assert details.settings == {"language": {"source": "nl", "target": "nl"}}


def test_keys_and_secrets_are_not_stated(tmp_path: Path) -> None:
    settings = (
        "{engine: openai, model: m, base_url: 'https://anna:s3cret@host.example/v1?key=s3cret', key_variable: S3CRET,"
        " body: {api_key: s3cret, max_tokens: 9, seed: {key: s3cret}, headers: {Authorization: Bearer s3cret}}}"
    )
    details = describe(tmp_path, with_translator(settings))
    assert "s3cret" not in str(details).lower()
    assert details.settings["translator"]["base_url"] == "host.example"
    assert details.settings["translator"]["body"] == {"max_tokens": 9}


def test_the_sources_are_stated_with_revision_and_without_secrets(tmp_path: Path) -> None:
    text = PARAMS.replace("train: train.json", "train: 'https://anna:s3cret@host.example/train.json?key=s3cret'")
    details = describe(tmp_path, text.replace("dev: dev.json", "dev: hf:anna/havens@v1.2"))
    assert details.sources["train"].location == "https://host.example/train.json"
    assert details.sources["dev"] == SourceFile("hf:anna/havens@v1.2", SHA, "v1.2")


def test_corrections_are_stated_because_a_rebuild_needs_them(tmp_path: Path) -> None:
    corrections = "    corrections: [anna.json, 'https://me:secret@host.example/ben.json']\n"
    details = describe(
        tmp_path, PARAMS.replace("    translator: identity\n", "    translator: identity\n" + corrections)
    )
    assert details.settings["corrections"] == ["anna.json", "https://host.example/ben.json"]


def test_the_ids_that_were_made_are_counted(tmp_path: Path) -> None:
    assert describe(tmp_path, PARAMS).made_ids == 0
    (tmp_path / "notes.json").write_text('{"train": {"made_id": 3, "number_text": 2}, "dev": {"made_id": 1}}')
    assert describe(tmp_path, PARAMS).made_ids == 4
