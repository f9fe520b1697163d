"""Draw charts as static SVG (Vega-Lite, drawn by vl-convert) in the colours of the pages."""

from typing import Any

# The stylesheet replaces these three colours in dark mode (svg [fill="#..."] in page.css).
INK, FAINT, BAR = "#4a5560", "#d9dee4", "#1f6aa5"
WIDTH, LABELS = 190, 150  # pixels of a drawing and of its labels; together they fit the width of a phone

Chart = Any
"""An Altair chart. Altair is imported only in the functions that draw one."""


def to_svg(chart: Chart) -> str:
    """Return a chart as SVG text with a transparent background."""
    import vl_convert

    return vl_convert.vegalite_to_svg(apply_style(chart).to_dict())


def apply_style(chart: Chart) -> Chart:
    """Return the chart with the pages' fonts and colours, without frames and grids."""
    return (
        chart.configure(background="transparent", font="system-ui, sans-serif", padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            domain=False,
            ticks=False,
            grid=False,
            labelColor=INK,
            titleColor=INK,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelLimit=LABELS,
            labelPadding=6,
        )
        .configure_header(labelColor=INK, labelFontSize=12, labelFontWeight="bold", title=None)
    )
