"""The HTML that people open. Every value is escaped; scripts and styles are ours, and pinned by hash."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from spanferry.report import wording

TEMPLATES = Path(__file__).parent / "templates"


def page(name: str, **values: Any) -> str:
    """Renders a template; its stylesheet and script are those beside it with the same stem.

    The page may load nothing and reach nobody: its policy allows just these two inline pieces.
    """
    style, script = (_beside(name, suffix) for suffix in (".css", ".js"))
    policy = (
        f"default-src 'none'; style-src {_pin(style)}; script-src {_pin(script)}; base-uri 'none'; form-action 'none'"
    )
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=_unbroken_percent, number=wording.number)
    return environment.get_template(name).render(style=style, script=script, policy=policy, **values)


def _beside(name: str, suffix: str) -> str:
    path = (TEMPLATES / name).with_suffix(suffix)
    return path.read_text("utf-8") if path.exists() else ""


def _pin(piece: str) -> str:
    return f"'sha256-{b64encode(sha256(piece.encode()).digest()).decode()}'" if piece else "'none'"


def _unbroken_percent(share: float | None, digits: int = 1) -> str:
    return wording.percent(share, digits).replace(" ", "\u00a0")
