"""Tests of plots: the rows that DVC draws, and the charts of the page."""

import xml.etree.ElementTree as ElementTree

import msgspec
import pytest
from spanferry.report.build import compute_figures
from spanferry.report.charts import draw_charts
from spanferry.report.plots import plot_rows

from tests.support.tiny_build import build


@pytest.fixture(scope="module")
def figures():
    return compute_figures(build().report_build(), "en", None, None)


def test_rows(figures):
    data = msgspec.to_builtins(plot_rows(figures))
    assert data["methods"] == [
        {"method": "native", "kept": 0},
        {"method": "exact", "kept": 2},
        {"method": "normalised", "kept": 1},
        {"method": "fuzzy", "kept": 1},
        {"method": "marked", "kept": 0},
        {"method": "linked", "kept": 0},
        {"method": "human", "kept": 0},
    ]
    assert sum(row["dropped"] for row in data["reasons"]) == figures.total.has_answer.dropped
    assert data["drift"][0] == {"group": "no answer", "points": 20.0}
    by_type = [row["points"] for row in data["drift"] if row["group"].startswith("answer type: ")]
    assert sum(by_type) == pytest.approx(0, abs=0.01)


def test_charts_are_svg_without_styles_scripts_or_links(figures):
    drawn = draw_charts(figures)
    assert set(drawn) == {"reasons", "methods", "confidence", "drift", "precision"}
    for text in drawn.values():
        root = ElementTree.fromstring(text)
        parts = list(root.iter())
        assert not {part.tag.rpartition("}")[2] for part in parts} & {"script", "style", "a", "image", "foreignObject"}
        assert not any("style" in part.attrib or "href" in part.attrib for part in parts)
