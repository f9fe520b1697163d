"""Croissant metadata describe the right files and columns, and are valid where mlcroissant is installed."""

from hashlib import sha256

import msgspec
import pyarrow.parquet as pq
import pytest
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


def test_mlcroissant_reads_it(published):
    mlcroissant = pytest.importorskip("mlcroissant")
    dataset = mlcroissant.Dataset(str(published / "croissant.json"))
    assert list(dataset.records("default/validation"))[1]["default/validation/answers"] == {
        "default/validation/answers/text": [],
        "default/validation/answers/answer_start": [],
    }
