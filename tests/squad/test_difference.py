"""Tests of the differences between two versions of a file."""

import json

import pytest
from spanferry.errors import InputError
from spanferry.publish.package import build_package
from spanferry.squad.difference import ChangeKind, compare_versions, read_version, split_from_name

from tests.support.tiny_clean import ABOUT, BUILD, write


def question(id_, *answers, text="Wat?", **fields):
    answer_values = [{"text": text, "answer_start": start} for text, start in answers]
    return {"id": id_, "question": text, "answers": answer_values, "is_impossible": not answers, **fields}


def written(folder, name, *questions, context="een haven, een molen"):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    document = {"data": [{"title": "", "paragraphs": [{"context": context, "qas": questions}]}]}
    path.write_text(json.dumps(document))
    return path


def test_each_kind_of_change(tmp_path):
    before = written(
        tmp_path,
        "before.json",
        question("same", ("haven", 4)),
        question("lost", ("haven", 4)),
        question("moved", ("een", 0)),
        question("other", ("haven", 4)),
        question("gone", ("haven", 4)),
        question("reworded", ("haven", 4), text="Wat is er?"),
        question("plausible", plausible_answers=[{"text": "een", "answer_start": 0}]),
    )
    after = written(
        tmp_path,
        "after.json",
        question("same", ("haven", 4)),
        question("gained", ("haven", 4)),
        question("moved", ("een", 11)),
        question("other", ("molen", 15)),
        question("gone"),
        question("reworded", ("haven", 4)),
        question("plausible", plausible_answers=[{"text": "een", "answer_start": 11}]),
    )
    difference = compare_versions(read_version(before), read_version(after))
    assert (difference.gained, difference.lost, difference.same) == (("gained",), ("lost",), 1)
    assert {change.id: change.kinds for change in difference.changed} == {
        "moved": (ChangeKind.SPANS,),
        "other": (ChangeKind.ANSWERS,),
        "gone": (ChangeKind.ANSWERABLE, ChangeKind.ANSWERS),
        "reworded": (ChangeKind.QUESTION,),
        "plausible": (ChangeKind.SPANS,),
    }


def test_a_changed_context_moves_no_spans(tmp_path):
    before = written(tmp_path, "before.json", question("a", ("haven", 4)))
    after = written(tmp_path, "after.json", question("a", ("haven", 3)), context="de haven")
    assert [change.kinds for change in compare_versions(read_version(before), read_version(after)).changed] == [
        (ChangeKind.CONTEXT,)
    ]


def test_the_splits_of_folders_are_compared(tmp_path):
    for version, split in (("a", "train"), ("b", "dev")):
        written(tmp_path / version, f"nl_squadv2_{split}_clean.json", question("q", ("haven", 4)))
    assert [
        change.kinds for change in compare_versions(read_version(tmp_path / "a"), read_version(tmp_path / "b")).changed
    ] == [(ChangeKind.SPLIT,)]


def test_a_published_folder_equals_its_parquet(tmp_path):
    build_package(*write(tmp_path), tmp_path / "published", BUILD, ABOUT)
    whole = read_version(tmp_path / "published")
    difference = compare_versions(whole, read_version(tmp_path / "published" / "default"))
    assert (difference.gained, difference.lost, difference.same) == ((), (), 4)
    # Parquet does not hold plausible answers.
    assert [(change.id, change.kinds) for change in difference.changed] == [("sign", (ChangeKind.ANSWERS,))]


def test_single_files_are_compared_without_splits(tmp_path):
    alone = written(tmp_path, "after.json", question("q", ("haven", 4)))
    written(tmp_path / "before", "train.json", question("q", ("haven", 4)))
    assert compare_versions(read_version(tmp_path / "before"), read_version(alone)).same == 1


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("nl_squadv2_dev_clean.json", "dev"),
        ("validation.parquet", "dev"),
        ("train-v2.0.json", "train"),
        ("x.json", "x"),
    ],
)
def test_split_from_name(name, split, tmp_path):
    assert split_from_name(tmp_path / name) == split


def test_faulty_questions_are_left_out_and_told(tmp_path):
    said = []
    path = written(tmp_path, "twice.json", question("a"), question("a"))
    assert list(read_version(path, said.append)) == ["a"]
    assert said == [
        f"{path}: 1 of 2 questions left out",
        f"{path}: 1 × duplicate_id (first: data[0].paragraphs[0].qas[1]: 'a' is already the id of "
        "data[0].paragraphs[0].qas[0])",
    ]


def test_inputs_that_cannot_be_compared_are_refused(tmp_path):
    with pytest.raises(InputError, match="no usable question"):
        read_version(written(tmp_path, "bad.json", {"id": "a"}))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no SQuAD file in it"):
        read_version(tmp_path / "empty")
    for split in ("train", "dev"):
        written(tmp_path / "both", f"{split}.json", question("a"))
    with pytest.raises(InputError, match="is also in dev"):
        read_version(tmp_path / "both")
