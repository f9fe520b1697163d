"""Render the reader's Markdown: tables, templates and figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from spanferry.printing import printable

TEMPLATES = Path(__file__).with_name("templates")

NONE = "–"

TableRow = dict[str, str]
"""Column title -> cell text."""


def render_template(template: str, **values: Any) -> str:
    """Render a Markdown template; it can call `table` to make a Markdown table."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(table=markdown_table, **values)


def markdown_table(rows: Sequence[TableRow]) -> str:
    """Format rows as a Markdown table with the columns of the first row."""
    titles = list(rows[0])
    body = ["| " + " | ".join(escape_cell(row[title]) for title in titles) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(titles) + " |", "|" + " --- |" * len(titles), *body])


def escape_cell(text: str) -> str:
    """Escape a text so that it ends neither its cell nor its line."""
    return printable(text).replace("|", "\\|")


def format_scores(figures: Mapping[str, float] | None, exact: str = "exact", f1: str = "f1") -> str:
    """Format exact match and F1 as "EM/F1", the form of the published tables."""
    if not figures or exact not in figures:
        return NONE
    return f"{figures[exact]:.2f}/{figures[f1]:.2f}"
