"""Render HTML pages. Every value is escaped; scripts and styles are part of Spanferry and are pinned by their hash."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

SHARED = Path(__file__).parent / "templates"
"""The folder of the frame of all pages, page.html, and of its style sheet, page.css."""


def render_page(template: Path, filters: Mapping[str, Callable[..., str]] | None = None, **values: Any) -> str:
    """Render a template that extends page.html.

    Its own style sheet and script are the files beside it with the same stem. The page loads nothing from elsewhere:
    its content security policy allows only these inline pieces. filters: the template's filters.
    """
    style = read_if_present(SHARED / "page.css") + read_if_present(template.with_suffix(".css"))
    script = read_if_present(template.with_suffix(".js"))
    policy = (
        f"default-src 'none'; style-src {csp_source(style)}; script-src {csp_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    environment = Environment(
        loader=FileSystemLoader([template.parent, SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters or {})
    return environment.get_template(template.name).render(style=style, script=script, policy=policy, **values)


def read_if_present(path: Path) -> str:
    """Read a style sheet or script; return "" when there is none."""
    return path.read_text("utf-8") if path.exists() else ""


def csp_source(piece: str) -> str:
    """Return the source expression of a content security policy that allows an inline piece by its hash."""
    return f"'sha256-{b64encode(sha256(piece.encode()).digest()).decode()}'" if piece else "'none'"
