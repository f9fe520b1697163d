"""Tests of the settings that each stage depends on: a changed language concerns its own corpus, and no others."""

import json
from pathlib import Path

from spanferry.config import read_params
from spanferry.stage_settings import corpus_settings, run_settings, training_settings

from stages import settings

PARAMS = """
build: {corpora: [dutch, german, native], runs: []}
language: {source: en, target: nl}
corpora:
  dutch: {dev: dev.json, translator: own, gold: {nl: gold.json}}
  german: {dev: dev.json, target: de, translator: own, gold: {nl: gold.json}}
  native: {dev: dev.json, target: es, native: true}
translators:
  own: {engine: openai, model: m}
  other: {engine: openai, model: n}
runs:
  mixed:
    base: {model: ./folder}
    train_on: [dutch, german]
    evaluate_on: [german, native, undefined]
    training: {epochs: 1, batch: 8, learning_rate: 5e-5}
"""


def settings_of(folder: Path, *changes: tuple[str, str]) -> dict[str, object]:
    """Return the settings with changes in params.yaml, by file name."""
    text = PARAMS
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    params = read_params(folder / "params.yaml")
    files: dict[str, object] = {
        f"{corpus}/{group}": values
        for corpus in params.build.corpora
        for group, values in corpus_settings(params, corpus).items()
    }
    files |= {f"mixed/{group}": values for group, values in training_settings(params, "mixed").items()}
    return files | {"runs": run_settings(params)}


def changed(folder: Path, *changes: tuple[str, str]) -> set[str]:
    """Return the names of the settings that differ after changes in params.yaml."""
    before, after = settings_of(folder), settings_of(folder, *changes)
    return {name for name in before if before[name] != after[name]}


def test_training_depends_on_its_own_settings_alone(tmp_path: Path) -> None:
    assert changed(tmp_path, ("epochs: 1", "epochs: 2")) == {"mixed/training"}
    assert changed(tmp_path, ("    training: {e", "    seeds: [1, 2]\n    training: {e")) == {"mixed/training"}
    assert changed(tmp_path, ("    training: {e", "    allow_overlap: true\n    training: {e")) == {"mixed/corpora"}
    assert changed(tmp_path, ("    training: {e", "    prediction: {n_best: 5}\n    training: {e")) == set()


def test_each_corpus_has_its_own_languages(tmp_path: Path) -> None:
    params = settings_of(tmp_path)
    assert params["dutch/languages"] == {"source": "en", "target": "nl", "native": False}
    assert params["german/languages"] == {"source": "en", "target": "de", "native": False}
    assert params["native/languages"] == {"source": "es", "target": "es", "native": True}
    assert params["runs"] == {"mixed": {"german": "de", "native": "es"}}


def test_gold_spans_belong_to_a_language(tmp_path: Path) -> None:
    params = settings_of(tmp_path, ("native: true}", "native: true, gold: any.json}"))
    golds = {name: values["gold"] for name, values in params.items() if name.endswith("/judgements")}
    assert golds == {"dutch/judgements": "gold.json", "german/judgements": None, "native/judgements": "any.json"}


def test_a_changed_target_concerns_its_corpus_and_the_runs_that_read_it(tmp_path: Path) -> None:
    runs = {"runs", "mixed/corpora", "mixed/training"}
    assert changed(tmp_path, ("target: de", "target: fr")) == {"german/languages", "german/translation"} | runs
    assert changed(tmp_path, ("target: nl}", "target: da}")) == {
        "dutch/judgements",  # its gold spans are Dutch
        "dutch/languages",
        "dutch/translation",
        "mixed/corpora",
        "mixed/training",
    }
    source = {
        f"{name}/{group}" for name in ("dutch", "german") for group in ("languages", "segmentation", "translation")
    }
    assert changed(tmp_path, ("source: en", "source: fr")) == source


def test_other_changes_concern_the_stages_that_use_them(tmp_path: Path) -> None:
    assert changed(tmp_path, ("model: n", "model: o")) == set()
    assert changed(tmp_path, ("model: m", "model: o")) == {"dutch/translation", "german/translation"}
    assert changed(tmp_path, ("dev: dev.json, target: de", "dev: x.json, target: de")) == {"german/source"}


def test_the_stage_writes_one_folder_per_corpus_of_the_build(workdir: Path, run) -> None:
    (workdir / "params.yaml").write_text(PARAMS, encoding="utf-8")
    done = run(settings.main, "--out", "data/settings")
    assert done.stdout == "settings: dutch in nl, german in de, native in es\n"
    (workdir / "params.yaml").write_text(PARAMS.replace("dutch, german, native", "german"), encoding="utf-8")
    run(settings.main, "--out", "data/settings")
    written = {path.relative_to("data/settings").as_posix() for path in Path("data/settings").rglob("*.json")}
    groups = (
        "source",
        "memory",
        "judgements",
        "corrections",
        "languages",
        "publication",
        "segmentation",
        "translation",
    )
    assert written == {"runs.json", *(f"german/{group}.json" for group in groups)}
    assert json.loads(Path("data/settings/german/languages.json").read_bytes())["target"] == "de"
