"""Renders the HTML that people open. Every value is escaped; scripts and styles are our own, pinned by their hash."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from spanferry.report import wording

TEMPLATES = Path(__file__).parent / "templates"


def render_template(name: str, **values: Any) -> str:
    """Renders a template with the stylesheet and script beside it that have the same stem.

    The page loads nothing and contacts nobody: its policy allows these two inline pieces only.
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
    """The file beside a template with another suffix; "" when there is none."""
    path = (TEMPLATES / name).with_suffix(suffix)
    return path.read_text("utf-8") if path.exists() else ""


def csp_source(piece: str) -> str:
    """The source expression of a content security policy that allows an inline piece, by its hash."""
    return f"'sha256-{b64encode(sha256(piece.encode()).digest()).decode()}'" if piece else "'none'"


def unbroken_percent(share: float | None, digits: int = 1) -> str:
    """`wording.percent` with a no-break space."""
    return wording.percent(share, digits).replace(" ", "\u00a0")
