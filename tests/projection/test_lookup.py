"""Looking translations up gives what a dict of them would, wherever they are held."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.projection import lookup as known
from spanferry.projection.lookup import Known

from tests.support.corpora import translations

TEXT = st.text(st.characters(codec="utf-8"), max_size=6)


@pytest.mark.parametrize("held", [0, 3, 1000])
@given(pairs=st.dictionaries(TEXT, st.none() | TEXT, max_size=12), others=st.lists(TEXT))
def test_what_is_held_is_found(held, pairs, others):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known, "HELD", held)
        patch.setattr(known, "BATCH", 2)
        found = Known(translations(pairs)).of([*pairs, *others])
    assert found == pairs
    assert all(found.get(text) == pairs.get(text) for text in others)
