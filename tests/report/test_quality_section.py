"""The section on quality of the loss page: what it counts, and where it links to."""

import dataclasses

import pytest
from msgspec import to_builtins
from spanferry.arrow import to_table
from spanferry.errors import InputError
from spanferry.loss import count_losses
from spanferry.records import Quality, QualityRow, Signal
from spanferry.report.page import render_loss
from spanferry.report.quality_section import describe_quality

from tests.support.tiny_build import build

SIGNALS = dict.fromkeys(signal.value for signal in Signal)
WORST = {
    "dug": (0.15, {"same_numbers": 0.0, "asks": 0.4}, ("The question <b>lacks</b> 1612.",)),
    "sign": (0.4, {"asks": 0.2}, ()),
}


def judged():
    """Return the build with a quality of 0.95 for all of its questions but two."""
    tiny = build().report_build()
    questions = tiny.selection.questions
    rows = []
    for split, id_ in zip(questions["split"].to_pylist(), questions["id"].to_pylist(), strict=True):
        quality, signals, reasons = WORST.get(id_, (0.95, {}, ()))
        rows.append(QualityRow(split, id_, Quality(quality=quality, **SIGNALS | signals, reasons=reasons)))
    return dataclasses.replace(tiny, quality=to_table(rows, QualityRow))


def test_kept_questions_are_counted_and_linked():
    tiny = judged()
    assert tiny.quality is not None
    section = describe_quality(tiny, tiny.quality)
    assert section is not None
    kept = tiny.selection.questions["reason"].null_count
    assert (section.judged, section.low) == (kept, 2)
    assert [(line.name, line.questions) for line in section.groups] == [
        ("10 to 20\u00a0%", 1),
        ("40 to 50\u00a0%", 1),
        ("90 to 100\u00a0%", kept - 2),
    ]
    links = "#example=train/dug/answers/0", "#example=dev/sign/plausible_answers/0"
    assert [(line.name, line.questions, line.link) for line in section.reasons] == [
        ("does not ask", 2, links[0]),
        ("numbers", 1, links[0]),
    ]
    worst = [to_builtins(line) for line in section.worst[:2]]
    assert [(line["question"], line["link"]) for line in worst] == [
        ("When was the harbour dug?", links[0]),
        ("Which sign stands beside שלום?", links[1]),
    ]
    assert worst[0]["translation"] == "Wanneer werd de haven gegraven?"
    assert all(line.reasons for line in section.worst)
    assert section.worst[-1].reasons[0].startswith("No check speaks against it.")


def test_the_page_shows_it_and_escapes_what_comes_from_outside():
    tiny = judged()
    figures = count_losses(tiny.layout, tiny.spans, tiny.selection, "en")
    html = render_loss(tiny, figures, "tiny", ("en", "nl"))
    assert '<section id="quality"' in html
    assert 'href="#example=train/dug/answers/0"' in html
    assert "The question &lt;b&gt;lacks&lt;/b&gt; 1612." in html
    without = render_loss(dataclasses.replace(tiny, quality=None), figures, "tiny", ("en", "nl"))
    assert 'id="quality"' not in without


def test_the_quality_of_another_build_is_refused():
    tiny = judged()
    assert tiny.quality is not None
    with pytest.raises(InputError, match="are from different builds"):
        describe_quality(tiny, tiny.quality.slice(1))


def test_nothing_is_shown_when_nothing_was_judged():
    tiny = judged()
    assert tiny.quality is not None
    rows = [QualityRow(row["split"], row["question_id"], None) for row in tiny.quality.to_pylist()]
    assert describe_quality(tiny, to_table(rows, QualityRow)) is None
