"""Settings of the documentation site (Sphinx): `make docs` builds it into site/."""

import re
from importlib.metadata import version as version_of
from posixpath import dirname, join, normpath, relpath
from typing import Any

project = "Spanferry"
release = version_of("spanferry")
copyright = "the Spanferry authors"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click"]
exclude_patterns = ["licences.md"]  # a table that pip-licenses writes
html_theme = "furo"
html_title = f"Spanferry {release}"
html_show_sphinx = False
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]  # types of other packages; links between pages are still checked

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
default_role = "code"  # docstrings write code between single backticks, as Markdown does
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_preserve_defaults = True
add_module_names = False

PROJECT_PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""File at the top of the repository -> its page."""

LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(#[^)\s]*)?\)")


def link_pages(text: str, folder: str, page: str) -> str:
    """Turn a text's links between files of the repository into links between pages.

    folder: where the text's file is, "" or "docs". page: the page that shows the text, such as "changelog".
    """

    def relink(link: re.Match[str]) -> str:
        path = normpath(join(folder, link[1]))
        shown = join("docs", PROJECT_PAGES[path]) if path in PROJECT_PAGES else path
        return f"]({relpath(shown, dirname(join('docs', page)))}{link[2] or ''})"

    return LINK.sub(relink, text)


def link_source(app: Any, page: str, content: list[str]) -> None:
    content[0] = link_pages(content[0], dirname(join("docs", page)), page)


def link_included(app: Any, path: Any, page: str, content: list[str]) -> None:
    content[0] = link_pages(content[0], "", page)


def setup(app: Any) -> None:
    app.connect("source-read", link_source)
    app.connect("include-read", link_included)
