"""The dataset card: its header for the Hub, and its text for readers."""

import json
import re

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huggingface_hub import DatasetCard
from ruamel.yaml import YAML
from spanferry.files import file_sha256
from spanferry.publish.about import About, request_facts
from spanferry.publish.card import REVISION_PLACEHOLDER, size_category, state_revision
from spanferry.publish.citation import MESSAGE, citation_file
from spanferry.publish.columns import describe_columns
from spanferry.publish.package import build_package, choose_example
from spanferry.squad.forms import QUESTIONS

from tests.support.tiny_clean import ABOUT, BUILD, write


@pytest.fixture
def rendered(tmp_path):
    def render(about=ABOUT, build=BUILD, **figures) -> str:
        clean, loss = write(tmp_path)
        loss.write_bytes(msgspec.json.encode(msgspec.json.decode(loss.read_bytes()) | figures))
        build_package(clean, loss, tmp_path / "published", build, about)
        return (tmp_path / "published" / "README.md").read_text(encoding="utf-8")

    return render


def test_huggingface_hub_reads_the_header(rendered, tmp_path):
    files = {config: [f"{config}/{split}.parquet" for split in ("train", "validation")] for config in CONFIGS}
    header = DatasetCard(rendered()).data.to_dict()
    sums = {path: file_sha256(tmp_path / "published" / path)[:16] for paths in files.values() for path in paths}
    assert header == {
        "language": ["nl"],
        "license": "cc-by-sa-4.0",
        "pretty_name": "Dutch harbour questions",
        "task_categories": ["question-answering"],
        "task_ids": ["extractive-qa"],
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated"],
        "multilinguality": ["translation"],
        "size_categories": ["n<1K"],
        "source_datasets": ["extended|squad_v2"],
        "configs": [
            {
                "config_name": config,
                "description": "; ".join(f"{path} sha256 {sums[path]}" for path in paths),
                **({"default": True} if config == "default" else {}),
                "data_files": [{"split": path.split("/")[1].removesuffix(".parquet"), "path": path} for path in paths],
            }
            for config, paths in files.items()
        ],
    }


def test_the_share_of_other_names_is_stated_before_and_after_repair(rendered):
    names = {"compared": 1396, "different": 13, "different_after": 3}
    titles = {"titles_compared": 20, "titles_different": 2, "titles_different_after": 0}
    line = "Another name than the context had 13 of 1,396 questions before repair (0.9 %), 3 after it (0.2 %)"
    assert f"{line}.\n" in rendered(names=names)
    assert f"{line}; 2 of 20 titles before repair (10.0 %), 0 after it (0.0 %).\n" in rendered(names=names | titles)
    assert "For names it was not counted.\n" in rendered(names={})


CONFIGS = ("default", "provenance", "rejected")

LOSS = """\
| split | unit | in the source | kept | lost | kept |
|---|---|--:|--:|--:|--:|
| train | paragraphs | 2 | 1 | 1 | 50.0 % |
| train | questions | 5 | 3 | 2 | 60.0 % |
| train | – with an answer | 4 | 2 | 2 | 50.0 % |
| train | – without one | 1 | 1 | 0 | 100.0 % |
| train | answers | 4 | 2 | 2 | 50.0 % |
| train | plausible answers | 1 | 0 | 1 | 0.0 % |
| dev | paragraphs | 2 | 2 | 0 | 100.0 % |
| dev | questions | 5 | 2 | 3 | 40.0 % |
| dev | – with an answer | 4 | 1 | 3 | 25.0 % |
| dev | – without one | 1 | 1 | 0 | 100.0 % |
| dev | answers | 7 | 2 | 5 | 28.6 % |
| dev | plausible answers | 1 | 1 | 0 | 100.0 % |

Lost questions by reason: `context_untranslated` 1, `question_untranslated` 1, `below_threshold` 2, `ambiguous` 1.

Lost answers by reason: `source_mismatch` 1, `context_untranslated` 1, `question_untranslated` 1, `not_found` 1, \
`below_threshold` 2, `ambiguous` 1.

Kept answers by method: `exact` 2, `normalised` 1, `fuzzy` 1.
"""


def test_the_text(rendered):
    text = rendered()
    assert LOSS in text
    assert "is a translation** from `en` into `nl`: hand. The translator is the engine `memory`;" in text
    assert "Not measured against spans that a person marked." in text
    assert "| dev | hf:anna/havens@v1 | `0000" in text
    assert "*Harbours & Locks* by Jo Doe and Max Roe (2020, Journal of Harbours)" in text
    assert "- Written for Spanferry's tests.\n" in text
    assert "{{Harbours \\& Locks}}" in text
    assert "\n\n\n\n" not in text


def test_a_row_is_shown_as_an_example(rendered):
    example = re.search(r"```json\n(.*?)\n```", rendered(), re.DOTALL)
    assert example
    row = json.loads(example[1])
    assert row["id"] == "dug"
    assert [row["context"][row["answers"]["answer_start"][0] :][:4]] == row["answers"]["text"] == ["1612"]


def test_the_example_has_a_short_context_if_there_is_one():
    def row(context: str, *answers: str) -> dict:
        return {"id": context[:5], "context": context, "answers": {"text": answers, "answer_start": [0] * len(answers)}}

    def chosen(*rows: dict) -> str:
        return choose_example(pa.Table.from_pylist(list(rows), schema=QUESTIONS))["id"]

    assert chosen(row("short"), row("long " * 400, "long"), row("right", "right"), row("later", "later")) == "right"
    assert chosen(row("long " * 400, "long"), row("next " * 300, "next")) == "next "


def test_measured_precision(rendered):
    gold = {"questions": 9, "kept": 1200, "exact": 1000, "right": 1176, "wrong": 4, "precision": 0.98, "yield": 0.9}
    shares = {"precision": 0.96, "low": 0.87, "high": 0.99}
    people = [{"method": "total", "judged": 50, "right": 48, "extent": 1, "wrong": 1, **shares}]
    text = " ".join(rendered(gold=gold, people=people).split())
    assert "A person marked the right span of 1,200 kept questions; 98.0 % of them have it" in text
    assert "People judged 50 kept spans: 96.0 % are right (95 % interval 87.0 % to 99.0 %)." in text


def test_a_corpus_without_a_description(rendered):
    text = rendered(About(), msgspec.structs.replace(BUILD, translator="mtranslate"))
    assert DatasetCard(text).data.license is None
    assert "unknown" not in text
    assert "# tiny\n" in text
    assert "machine-translated by Google Translate" in text
    assert "The licence is not stated." in text
    assert text.endswith("## Citation\n\n`CITATION.cff` cites this dataset.\n")
    assert "a rebuild with it gives the same bytes" in text


def test_the_upload_states_the_revision(rendered):
    text = rendered()
    assert text.count(REVISION_PLACEHOLDER) == 1
    assert "git revision: `0123abc`." in state_revision(text, "0123abc")


@pytest.mark.parametrize(
    ("questions", "name"), [(0, "n<1K"), (1000, "1K<n<10K"), (10**5, "100K<n<1M"), (10**8, "1M<n<10M")]
)
def test_size(questions, name):
    assert size_category(questions) == name


def test_citation_file():
    assert YAML(typ="safe").load(citation_file(ABOUT, BUILD)) == {
        "cff-version": "1.2.0",
        "message": MESSAGE,
        "type": "dataset",
        "title": "Dutch harbour questions",
        "authors": [{"name": "The Spanferry project"}],
        "license": "CC-BY-SA-4.0",
        "repository-code": "https://example.org/spanferry",
        "references": [
            {
                "type": "article",
                "title": "Harbours & Locks",
                "authors": [
                    {"family-names": "Doe", "given-names": "Jo"},
                    {"family-names": "Roe", "given-names": "Max"},
                ],
                "year": 2020,
                "journal": "Journal of Harbours",
                "url": "https://example.org/harbours",
            }
        ],
    }


def test_texts_about_one_language_are_left_out_of_a_build_in_another() -> None:
    about = About(title="Dutch towns", licence="MIT", description="Towns.", language="nl", translated_by="by hand")
    assert about.for_target("nl-BE") == about
    assert about.for_target("de") == About(licence="MIT", language="nl")
    assert About(title="Towns").for_target("de").title == "Towns"


def test_what_was_repaired_in_the_source_is_counted(tmp_path) -> None:
    clean, loss = write(tmp_path)
    figures = msgspec.json.decode(loss.read_bytes())
    figures["total"]["answers"]["repaired"] = {"utf8_bytes": 1200, "once": 1}
    figures["total"]["plausible_answers"]["repaired"] = {"once": 2}
    loss.write_bytes(msgspec.json.encode(figures))
    build_package(clean, loss, tmp_path / "published", BUILD, ABOUT)
    text = (tmp_path / "published" / "README.md").read_text(encoding="utf-8")
    assert (
        "are repaired, by what was wrong: `utf8_bytes` 1,200, `once` 3. `provenance` has them as they were.\n" in text
    )


@pytest.mark.parametrize("translator", ["memory", None])
def test_ids_that_were_made_are_told(rendered, translator) -> None:
    build = msgspec.structs.replace(BUILD, translator=translator)
    assert "Ids are those of the source. " in rendered(build=build)
    some = rendered(build=msgspec.structs.replace(build, made_ids=1200))
    assert "Ids are those of the source, but 1,200 questions that had none have ids made from the SHA-256 of " in some
    one = rendered(build=msgspec.structs.replace(build, made_ids=1))
    assert "but 1 question that had none has an id made from the SHA-256 of context and question. Every " in one


def test_every_column_of_the_provenance_is_described(rendered, tmp_path) -> None:
    text = rendered()
    [header] = {tuple(pq.read_schema(path).names) for path in (tmp_path / "published/provenance").iterdir()}
    table = text.partition("| column | content |\n|---|---|\n")[2].partition("\n\n")[0]
    cells = [row.split(" | ")[0] for row in table.splitlines()]
    assert sorted(re.findall(r"`(\w+)`", " ".join(cells))) == sorted(header)
    assert describe_columns(["text", "unknown"]) == [("`text`", "its span in this dataset")]


@pytest.mark.parametrize(
    ("about", "native", "request_"),
    [
        (ABOUT, False, ""),
        (About(licence="MIT"), True, ""),
        (
            About(licence="MIT"),
            False,
            "the day of its translation is not known; add about.tiny to params.yaml, such as "
            '{translated: "2026-11-29"}',
        ),
        (
            About(licence="MIT", language="nl"),
            False,
            "the day of its translation is not known; add about.tiny to params.yaml, such as "
            '{language: de, translated: "2026-11-29"}',
        ),
        (
            About(),
            False,
            "its licence and the day of its translation are not known; add about.tiny to params.yaml, such as "
            '{licence: CC-BY-SA-4.0, title: ..., attribution: [...], translated: "2026-11-29"}',
        ),
    ],
)
def test_what_is_missing_is_asked_for_in_one_line(about: About, native: bool, request_: str) -> None:
    assert request_facts(about, "tiny", "de", native=native) == request_
