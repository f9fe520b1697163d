"""Render HTML pages. Every value is escaped; scripts and styles are part of Spanferry and are pinned by their hash."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from spanferry.report import wording

TEMPLATES = Path(__file__).parent / "templates"


def render_template(name: str, **values: Any) -> str:
    """Render a template with its stylesheet and script, the files beside it with the same stem.

    The page loads nothing from elsewhere: its content security policy allows only these two inline pieces.
    """
    style, script = (read_companion(name, suffix) for suffix in (".css", ".js"))
    policy = (
        f"default-src 'none'; style-src {csp_source(style)}; script-src {csp_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=unbroken_percent, number=wording.number)
    return environment.get_template(name).render(style=style, script=script, policy=policy, **values)


def read_companion(name: str, suffix: str) -> str:
    """Read the file beside a template that has another suffix; return "" when there is none."""
    path = (TEMPLATES / name).with_suffix(suffix)
    return path.read_text("utf-8") if path.exists() else ""


def csp_source(piece: str) -> str:
    """Return the source expression of a content security policy that allows an inline piece by its hash."""
    return f"'sha256-{b64encode(sha256(piece.encode()).digest()).decode()}'" if piece else "'none'"


def unbroken_percent(share: float | None, digits: int = 1) -> str:
    """Format a share as `wording.percent` does, but with a no-break space."""
    return wording.percent(share, digits).replace(" ", "\u00a0")
