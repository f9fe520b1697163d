"""Tests of training examples."""

from spanferry.reader.examples import collect_examples


def test_no_documents_give_no_examples():
    assert len(collect_examples([])) == 0
