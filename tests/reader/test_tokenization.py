"""Tests of the errors about unusable tokenizers."""

import pytest
from spanferry.errors import InputError
from spanferry.reader.tokenization import read_input_layout

from tests.support.tokenizers import byte_pair, texts


def test_unusable_tokenizers_are_an_error():
    class Slow:
        is_fast = False

    with pytest.raises(InputError, match="Slow: has no fast tokenizer"):
        read_input_layout(Slow())
    assert read_input_layout(byte_pair()).special_count == 4
    assert len(texts()) == 60
