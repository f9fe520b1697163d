"""Tests of confidence: the probability of a span, and the spans that are dropped because it is low."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from spanferry.arrow import schema_of
from spanferry.projection.confidence import WEIGHTS, Evidence, drop_below, features, probability
from spanferry.projection.locate_tables import locate_table
from spanferry.records import Reason, SpanRow

from tests.support.corpora import DUTCH, layout, sample_layout, sample_translations, translations
from tests.support.shown import decide, show

SHARE = st.floats(0, 1)
EVIDENCE = st.builds(
    Evidence,
    scored_by_similarity=st.booleans(),
    similarity=SHARE,
    tied=st.booleans(),
    claimed=SHARE,
    position_gap=SHARE,
    proven=SHARE,
    share=SHARE,
    shortness=SHARE,
    beside_unit=st.booleans(),
    agreement=st.one_of(st.none(), SHARE),
    missing_number=st.booleans(),
)


@given(EVIDENCE)
def test_a_probability_lies_between_0_and_1(evidence):
    assert 0 < probability(evidence) < 1
    assert all(0 <= value <= 1 for value in features(evidence).values())
    assert list(features(evidence)) == list(WEIGHTS)


@given(EVIDENCE, SHARE)
def test_worse_evidence_is_never_more_probable(evidence, other):
    least = probability(evidence)
    assert probability(replace(evidence, similarity=max(evidence.similarity, other))) >= least
    assert probability(replace(evidence, position_gap=min(evidence.position_gap, other))) >= least
    assert probability(replace(evidence, proven=max(evidence.proven, other))) >= least
    assert probability(replace(evidence, share=max(evidence.share, other))) >= least
    assert probability(replace(evidence, shortness=min(evidence.shortness, other))) >= least
    assert probability(replace(evidence, beside_unit=False)) >= least
    assert probability(replace(evidence, missing_number=False)) >= least
    assert probability(replace(evidence, tied=False)) >= least
    if evidence.agreement is not None:
        assert probability(replace(evidence, agreement=max(evidence.agreement, other))) >= least


@pytest.mark.parametrize(
    ("code", "target", "beside_unit"),
    [
        ("ru", "Плотина прорвалась в ⟦1998⟧ году.", True),
        ("vi", "Con đập vỡ vào năm ⟦1998⟧.", True),
        ("ar", "انهار السد في عام ⟦1998⟧.", True),
        ("zh", "大坝于⟦1998年⟧决堤。", True),
        # Years stand alone here, and people leave the word out.
        ("nl", "De dam brak in het jaar ⟦1998⟧.", False),
        ("de", "Der Damm brach im Jahr ⟦1998⟧.", False),
    ],
)
def test_the_word_for_year_makes_a_span_doubtful_where_years_need_it(code, target, beside_unit):
    text = target.replace("⟦", "").replace("⟧", "")
    decision = decide("The dam broke in ⟦1998⟧.", text, "1998", code=code)
    assert decision.chosen
    assert show(text, *decision.chosen.span) == target
    assert isinstance(decision.evidence, Evidence)
    assert decision.evidence.beside_unit == beside_unit


def test_a_short_answer_that_has_only_a_similar_word_is_less_probable_than_a_long_one():
    short, long = (
        decide(f"He saw ⟦{answer}⟧.", "Hij zag dammen.", "damman").evidence for answer in ("dams", "the dams of stone")
    )
    assert isinstance(short, Evidence)
    assert isinstance(long, Evidence)
    assert short.shortness == pytest.approx(0.67, abs=0.01)
    assert long.shortness == pytest.approx(0.25, abs=0.01)
    assert probability(replace(short, shortness=long.shortness)) > probability(short)


def located() -> pa.Table:
    return locate_table(sample_layout(), sample_translations(), DUTCH, 1)[1]


def test_a_threshold_of_zero_drops_nothing():
    spans = located()
    assert drop_below(spans, 0.0).equals(spans)


@pytest.mark.parametrize("least", [0.5, 0.9, 1.0])
def test_a_span_below_the_threshold_is_dropped_and_becomes_the_first_candidate(least):
    before, after = located().to_pylist(), drop_below(located(), least)
    assert after.schema.equals(schema_of(SpanRow))
    for was, row in zip(before, after.to_pylist(), strict=True):
        if was["text"] is None or was["probability"] >= least:
            assert row == was
        else:
            assert (row["text"], row["start"], row["probability"]) == (None, None, None)
            assert row["reason"] in {Reason.LOW_CONFIDENCE, Reason.AMBIGUOUS}
            assert row["candidates"][0] == {name: was[name] for name in ("start", "text", "method", "score")}
            assert row["candidates"][1:] == was["candidates"]


def test_a_span_with_equal_candidates_is_dropped_as_ambiguous():
    context = "The dam held and later it broke."
    known: dict[str, str | None] = {context: "De dam hield en later brak de dam.", "dam": "dam"}
    spans = locate_table(layout(context, (4, "dam")), translations(known), DUTCH, 1)[1]
    assert drop_below(spans, 1.0)["reason"].to_pylist() == [Reason.AMBIGUOUS]
