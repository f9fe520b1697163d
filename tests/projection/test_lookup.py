"""Tests of TranslationLookup: it equals a dict, whether translations are in memory or in a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.projection import lookup
from spanferry.projection.lookup import TranslationLookup

from tests.support.corpora import translations

TEXT = st.text(st.characters(codec="utf-8"), max_size=6)


@pytest.mark.parametrize("in_memory", [0, 3, 1000])
@given(pairs=st.dictionaries(TEXT, st.none() | TEXT, max_size=12), others=st.lists(TEXT))
def test_lookups_equal_a_dict(in_memory, pairs, others):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "MAX_IN_MEMORY", in_memory)
        patch.setattr(lookup, "BATCH", 2)
        texts = [*pairs, *others]
        assert TranslationLookup(translations(pairs)).get_all(texts) == [pairs.get(text) for text in texts]
