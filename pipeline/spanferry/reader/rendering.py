"""Render the reader's templates: Markdown tables and the Jinja environment."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2

from spanferry.printing import printable

TEMPLATES = Path(__file__).with_name("templates")

TableRow = dict[str, str]
"""Column title -> cell text."""


def render_template(template: str, **values: Any) -> str:
    """Render a template; it can call `table` to make a Markdown table. Values are escaped in HTML templates only."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=template.endswith(".html.jinja"),
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
