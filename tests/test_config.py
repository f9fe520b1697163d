"""Tests of params.yaml: an error names every wrong or unknown key in one line."""

from pathlib import Path

import msgspec
import pytest
from spanferry.config import FORMS, Corpus, Languages, Params, SplitChecksums, read_params
from spanferry.errors import ParamsError

from tests.support.small_squad import PARAMS

SHA = "0123456789abcdef" * 4
RUN = """runs:
  r:
    base: {model: ./folder}
    train_on: [small]
    evaluate_on: [squad2]
    training: {epochs: 1, batch: 8, learning_rate: 5e-5}
"""


def read_text(folder: Path, text: str) -> Params:
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    return read_params(folder / "params.yaml")


def error_of(folder: Path, text: str) -> str:
    with pytest.raises(ParamsError) as caught:
        read_text(folder, text)
    return str(caught.value)


def test_reads_corpora_and_uses_defaults(tmp_path: Path) -> None:
    params = read_text(tmp_path, PARAMS + "align: {min_score: 5e-1}\n")
    assert params.corpus("small") == Corpus(
        train="train.json", dev="dev.json", translator="identity", allow_language=True
    )
    assert params.corpus("small").locations() == {"train": "train.json", "dev": "dev.json"}
    assert (params.build.corpora, params.build.runs, params.runs) == (("small",), (), {})
    assert (params.language.source, params.language.target) == ("en", "nl")
    assert params.align.min_score == 0.5  # YAML 1.2: 5e-1 is a number
    assert params.rescue.enabled is True
    assert (params.executor, params.ray.address) == ("local", None)


def test_a_corpus_has_its_own_languages(tmp_path: Path) -> None:
    native = "  own: {dev: dev.json, target: de, native: true}\n"
    params = read_text(tmp_path, PARAMS + "    target: ja\n    source: fr\n" + native)
    assert params.languages("small") == Languages("fr", "ja")
    assert params.languages("own") == Languages("de", "de")
    assert params.targets(["own", "small"]) == {"own": "de", "small": "ja"}
    assert read_text(tmp_path, PARAMS).languages("small") == Languages("en", "nl")
    with pytest.raises(ParamsError, match=r"corpora\.large: there is no such corpus"):
        params.languages("large")


def test_a_checksum_belongs_to_the_only_split_or_to_each() -> None:
    one = Corpus(dev="d", sha256=SHA, native=True)
    two = Corpus(train="t", dev="d", sha256=SplitChecksums(dev=SHA), native=True)
    assert (one.locations(), one.expected_sha256("dev")) == ({"dev": "d"}, SHA)
    assert (two.expected_sha256("train"), two.expected_sha256("dev")) == (None, SHA)


def test_reads_a_data_set_of_the_hub(tmp_path: Path) -> None:
    keys = ("train: hf:anna/havens@v1.0", "config: en", "split: {dev: test}", "columns: {context: text}", "repair: off")
    text = PARAMS.replace("train: train.json", "\n    ".join(keys))
    corpus = read_text(tmp_path, text).corpus("small")
    assert (corpus.train, corpus.config, corpus.columns) == ("hf:anna/havens@v1.0", "en", {"context": "text"})
    assert (corpus.split.train, corpus.split.dev, corpus.repair) == ("train", "test", "off")


def test_the_params_of_this_project_are_valid() -> None:
    params = read_params(Path(__file__).parents[1] / "params.yaml")
    assert {"sample", "squad2"} <= set(params.corpora)
    assert params.build.corpora == ("sample",)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("language:", "lang: {}\nlanguage:", "lang: no such key"),
        ("corpora: [small], ", "corpora: [small], runz: [], ", "build.runz: no such key"),
        ("corpora: [small]", "corpora: [large]", "build.corpora[0]: 'large' is not among corpora (small)"),
        ("corpora: [small]", "corpora: [small, small]", "build.corpora[1]: 'small' is listed twice"),
        ("corpora: [small]", "corpora: [small, 3]", "build.corpora[1]: must be text, not a whole number"),
        ("corpora: [small]", "corpora: small", "build.corpora: must be a list, not text"),
        ("runs: []", "runs: [tiny]", "build.runs[0]: 'tiny' is not among runs (none defined)"),
        ("  small:", "  runs: {dev: d, native: true}\n  small:", "corpora.runs: choose another name: data"),
        ("  small:", "  digests: {dev: d, native: true}\n  small:", "corpora.digests: choose another name: data"),
        (
            "runs: []}",
            f"runs: [r]}}\n{RUN}",
            "build.runs[0]: 'r' reads corpus 'squad2', which is not among build.corpora",
        ),
        ("target: nl", "target: no-such language", "language.target: 'no-such language' is no language code of"),
        ("target: nl", "target: dk", "language.target: 'dk' is no language code of BCP 47, such as nl or pt-BR"),
        ("target: nl", "target: pt_BR", "language.target: 'pt_BR' is misspelled; write pt-BR"),
        (", target: nl", "", "language: the key target is missing"),
        ("train: train.json", "trian: train.json", "corpora.small.trian: no such key (did you mean train?)"),
        ("train: train.json", "train: [train.json]", "corpora.small.train: must be text or nothing, not a list"),
        ("train: train.json", "train: 2020-12-05", "corpora.small.train: must be text or nothing, not a date"),
        ("train: train.json", "train: ''", "corpora.small.train: must be text that is not empty"),
        ("translator: identity", "native: yes", "corpora.small.native: must be true or false, not text"),
        ("translator: identity", "native: false", "corpora.small: needs either translator or native: true"),
        ("identity", "identity\n    native: true", "corpora.small: needs either translator or native: true"),
        ("identity", "identity\n    target: Dutch", "corpora.small.target: 'Dutch' is no language code"),
        ("identity", "identity\n    target: mul", "corpora.small.target: mul means several languages, which only a"),
        ("translator: identity", "native: true\n    source: en", "corpora.small.source: not for a native corpus"),
        ("identity", "identity\n    gold: {Dutch: g}", "corpora.small.gold.Dutch: 'Dutch' is no language code"),
        (
            "identity",
            "identity\n    sha256: abc",
            "corpora.small.sha256: must be a checksum of 64 hexadecimal digits (0-9, a-f)",
        ),
        (
            "identity",
            f"identity\n    sha256: {SHA}",
            "corpora.small.sha256: two splits need two checksums: {train: ..., dev: ...}",
        ),
        ("identity", f"identity\n    sha256: {{test: {SHA}}}", "corpora.small.sha256.test: no such key"),
        (
            "identity",
            "identity\n    sha256: {dev: 3}",
            "corpora.small.sha256.dev: must be text or nothing, not a whole number",
        ),
        ("    dev: dev.json", f"    sha256: {{dev: {SHA}}}", "corpora.small.sha256.dev: the corpus has no split dev"),
        ("    train: train.json\n    dev: dev.json\n", "", "corpora.small: needs train, dev or both"),
        (
            "train: train.json",
            "train: hf:a/b",
            "corpora.small.train: 'hf:a/b' has no revision: write hf:owner/name@rev",
        ),
        ("train: train.json", "train: 'hf:a b@v1'", "corpora.small.train: 'hf:a b@v1' is not hf:owner/name@revision"),
        ("identity", "identity\n    repair: maybe", "corpora.small.repair: 'maybe' is not one of off, on"),
        ("identity", "identity\n    columns: [a]", "corpora.small.columns: must be keys with values, not a list"),
        ("identity", "identity\n    split: {test: a}", "corpora.small.split.test: no such key"),
        ("  small:", "  small.1:", "corpora: a key in it: must be a name of letters, digits, _ and -"),
        ("  small:", "  ../small:", "corpora: a key in it: must be a name of letters, digits, _ and -"),
        ("  small:", "  3:", "corpora: a key in it: must be text, not a whole number"),
        (
            "language:",
            "translators: {t: {engine: none}}\nlanguage:",
            "translators.t.engine: 'none' is not one of memory, identity, ",
        ),
        ("language:", "runs: {r: 3}\nlanguage:", "runs.r: must be keys with values, not a whole number"),
        ("language:", "align: {min_score: 2}\nlanguage:", "align.min_score: must be at most 1"),
        ("language:", "rescue: {enabled: 1}\nlanguage:", "rescue.enabled: must be true or false, not a whole number"),
        ("language:", "executor: spark\nlanguage:", "executor: 'spark' is not one of local, ray"),
        ("language:", "ray: {adress: auto}\nlanguage:", "ray.adress: no such key"),
        ("language:", "align: {encoder: {model: e5, bellow: 1}}\nlanguage:", "align.encoder.bellow: no such key"),
        (
            "language:",
            "align: {encoder: {layer: 7}}\nlanguage:",
            "align.encoder: the key model is missing",
        ),
        ("language:", "align: {words: corpus}\nlanguage:", "align.words: was removed; `align.encoder` replaces it"),
        ("language:", "ray: {address: 'ray://head:10001'}\nlanguage:", "ray.address: must be auto, or host:port"),
        (
            "language:",
            "translators: {gpt: {engine: openai, model: m, key_variable: sk-Very-Secret-4711}}\nlanguage:",
            "translators.gpt.key_variable: must be the name of an environment variable, in capitals",
        ),
        ("language:", "? [a, b]\n: 1\nlanguage:", "top level: a key in it: must be text"),
    ],
)
def test_an_error_names_the_wrong_key(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in PARAMS
    assert error_of(tmp_path, PARAMS.replace(old, new, 1)).startswith(f"params.yaml: {problem}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "params.yaml: top level: must be keys with values, not nothing"),
        ("[]", "params.yaml: top level: must be keys with values, not a list"),
        ("a: [", ", line 1, column 5: not YAML: expected the node content"),
        ("a: 1\n\tb: 2", ", line 2, column 1: not YAML: found character '\\t' that cannot start any token"),
        ("a: 1\na: 2", ", line 2, column 1: not YAML: found duplicate key"),
        ("a: *b", ", line 1, column 4: not YAML: found undefined alias 'b'"),
        (
            "a: !!python/object:os.system {}",
            ", line 1, column 4: not YAML: could not determine a constructor for the tag",
        ),
        ("a: 1\n---\nb: 1", ", line 2, column 1: not YAML: but found another document"),
        ("a: \0", ": not YAML: unacceptable character #x0000"),
        ("a: 2020-13-45", ": not YAML: month must be in 1..12"),
        ("a: !!int ''", ": not YAML: string index out of range"),
        ("a: !!bool maybe", ": not YAML: 'maybe'"),
        ("a: " + "9" * 5000, ": not YAML: Exceeds the limit"),
        ("[" * 1500, ": not YAML: maximum recursion depth exceeded"),
        ("a: [.nan]", ": nan is not a finite number"),
        ("a: [-.inf]", ": -inf is not a finite number"),
        ('a: {b: "x\\ud800"}', ": 'x\\ud800' has a lone surrogate, which is not a character"),
        ("build: &b {corpora: *b}", ": more than 100,000 values; are there aliases of aliases?"),
    ],
)
def test_another_kind_of_file_is_refused_in_one_line(tmp_path: Path, text: str, problem: str) -> None:
    line = error_of(tmp_path, text)
    assert line.removeprefix(str(tmp_path / "params.yaml")).startswith(problem)
    assert "\n" not in line


def test_files_that_are_not_text_or_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_bytes(b"a: \xff")
    for path, problem in [
        (tmp_path / "params.yaml", "not YAML"),
        (tmp_path, "Is a directory"),
        (tmp_path / "none", "No such file or directory"),
    ]:
        with pytest.raises(ParamsError, match=f"{path}: {problem}"):
            read_params(path)


def test_the_error_for_an_unknown_corpus_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"corpora\.large: there is no such corpus \(known: small\)"):
        read_text(tmp_path, PARAMS).corpus("large")


def test_every_form_of_text_has_words() -> None:
    def forms(node: object) -> set[str]:
        below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        own = {node["pattern"]} if isinstance(node, dict) and isinstance(node.get("pattern"), str) else set()
        return own.union(*map(forms, below))

    assert forms(msgspec.json.schema(Params)) == set(FORMS)
