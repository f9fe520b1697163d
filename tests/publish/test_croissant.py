"""Croissant metadata describe the right files and columns, and mlcroissant finds them valid."""

from datetime import date
from hashlib import sha256

import mlcroissant
import msgspec
import pyarrow.parquet as pq
import pytest
from spanferry.files import write_json
from spanferry.publish.about import About
from spanferry.publish.croissant import state_publication
from spanferry.publish.package import build_package

from tests.support.tiny_clean import ABOUT, BUILD, write


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    root = tmp_path_factory.mktemp("tiny")
    build_package(*write(root), root / "published", BUILD, ABOUT)
    return root / "published"


def test_files_and_columns(published):
    record = msgspec.json.decode((published / "croissant.json").read_bytes())
    for file in record["distribution"]:
        assert file["sha256"] == sha256((published / file["contentUrl"]).read_bytes()).hexdigest()
    assert [records["@id"] for records in record["recordSet"]] == [
        f"{config}/{split}" for config in ("default", "provenance", "rejected") for split in ("train", "validation")
    ]
    for records in record["recordSet"]:
        names = pq.read_schema(published / f"{records['@id']}.parquet").names
        assert [field["@id"].rpartition("/")[2] for field in records["field"]] == [
            n for n in names if n != "candidates"
        ]


def test_the_provenance(published):
    record = msgspec.json.decode((published / "croissant.json").read_bytes())
    assert record["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert (record["version"], record["datePublished"]) == ("1.0.0", "2026-11-29")
    train, dev = record["prov:wasDerivedFrom"]
    assert train == {
        "@type": "prov:Entity",
        "@id": f"urn:sha256:{'1' * 64}",
        "prov:label": "train",
        "prov:atLocation": "tiny/train.json",
        "sha256": "1" * 64,
    }
    assert (dev["prov:atLocation"], dev["version"]) == ("hf:anna/havens@v1", "v1")
    assert record["prov:wasGeneratedBy"] == {
        "@type": "prov:Activity",
        "prov:label": "translation from en into nl",
        "prov:used": [{"@id": train["@id"]}, {"@id": dev["@id"]}],
        "prov:wasAssociatedWith": {"@type": "prov:SoftwareAgent", "prov:label": "memory", "description": "hand"},
        "prov:endedAtTime": "2026-11-28",
    }


def test_what_is_not_known_is_not_stated(tmp_path):
    native = msgspec.structs.replace(BUILD, translator=None)
    build_package(*write(tmp_path), tmp_path / "published", native, About())
    record = msgspec.json.decode((tmp_path / "published" / "croissant.json").read_bytes())
    assert record.keys().isdisjoint({"license", "version", "datePublished", "prov:wasGeneratedBy"})


def test_a_corpus_without_sources_is_cited_itself_and_misses_nothing_when_it_is_uploaded(tmp_path):
    about = About(licence="MIT", translated=date(2026, 11, 28), authors=("Anna & Co",))
    build_package(*write(tmp_path), tmp_path / "published", BUILD, about)
    path = tmp_path / "published" / "croissant.json"
    record = msgspec.json.decode(path.read_bytes())
    assert record["citeAs"] == "@misc{tiny,\n  title = {{tiny}},\n  author = {{Anna \\& Co}}\n}"
    write_json(path, state_publication(record, "v1.0.0", "2026-11-29", "https://example.org/tiny"))
    issues = mlcroissant.Dataset(str(path)).metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())


def test_mlcroissant_finds_no_error_and_nothing_missing(published):
    dataset = mlcroissant.Dataset(str(published / "croissant.json"))
    assert dataset.metadata.ctx.is_v1_1()
    assert (dataset.metadata.ctx.issues.errors, dataset.metadata.ctx.issues.warnings) == (set(), set())
    assert list(dataset.records("default/validation"))[1]["default/validation/answers"] == {
        "default/validation/answers/text": [],
        "default/validation/answers/answer_start": [],
    }
