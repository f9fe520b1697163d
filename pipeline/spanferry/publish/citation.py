"""Write the citation of a published corpus: CITATION.cff, BibTeX and a sentence of attribution."""

import re
from collections.abc import Mapping
from typing import Any

from spanferry.publish.about import About, BuildDetails, Work
from spanferry.yaml_files import to_yaml

MESSAGE = "If you use this dataset, please cite it together with the works that it is made from."


def display_title(about: About, build: BuildDetails) -> str:
    """Return the title of a corpus for readers."""
    return about.title or build.corpus


def citation_file(about: About, build: BuildDetails) -> str:
    """Return the text of CITATION.cff, version 1.2.0 of the format (https://citation-file-format.github.io).

    It states no date, so that the same build gives the same bytes.
    """
    record: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": MESSAGE,
        "type": "dataset",
        "title": display_title(about, build),
        "authors": [{"name": author} for author in about.authors],
    }
    if about.licence:
        record["license"] = about.licence
    if about.repository:
        record["repository-code"] = about.repository
    if about.sources:
        record["references"] = [_reference(work) for work in about.sources]
    return to_yaml(record)


def _reference(work: Work) -> dict[str, Any]:
    record: dict[str, Any] = {
        "type": "article" if work.published else "generic",
        "title": work.title,
        "authors": [_person(author) for author in work.authors],
        "year": work.year,
    }
    if work.published:
        record["journal"] = work.published
    if work.url:
        record["url"] = work.url
    return record


def _person(author: str) -> dict[str, str]:
    family, comma, given = author.partition(", ")
    return {"family-names": family, "given-names": given} if comma else {"name": author}


def bibtex_entry(work: Work) -> str:
    """Return a BibTeX entry. Inner braces around the title preserve its capitals."""
    fields = {
        "title": f"{{{escape_tex(work.title)}}}",
        "author": escape_tex(" and ".join(work.authors)),
        "journal": work.published and escape_tex(work.published),
        "year": str(work.year),
        "url": work.url,
    }
    return format_entry("article" if work.published else "misc", work.key, fields)


def cite_as(about: About, build: BuildDetails) -> str:
    """Return what to cite as BibTeX: the works that the corpus is made from; without any, the corpus itself."""
    if about.sources:
        return "\n\n".join(map(bibtex_entry, about.sources))
    fields = {
        "title": f"{{{escape_tex(display_title(about, build))}}}",
        "author": escape_tex(" and ".join(f"{{{author}}}" for author in about.authors)),
        "year": str(about.published.year) if about.published else "",
        "url": about.repository,
    }
    return format_entry("misc", build.corpus, fields)


def format_entry(kind: str, key: str, fields: Mapping[str, str | None]) -> str:
    """Return a BibTeX entry of the fields that have a value."""
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{kind}{{{key},\n{lines}\n}}"


def escape_tex(text: str) -> str:
    """Escape the characters that TeX would read as commands."""
    return re.sub(r"([&%$#_])", r"\\\1", text)


def attribution_sentence(work: Work) -> str:
    """Return a sentence in Markdown that names a work, its authors and its licence."""
    people = [f"{given} {family}".strip() for family, _, given in (author.partition(", ") for author in work.authors)]
    names = f"{', '.join(people[:-1])} and {people[-1]}" if len(people) > 1 else people[0]
    journal = f", {work.published}" if work.published else ""
    reference = f"*{work.title}* by {names} ({work.year}{journal})"
    if work.url:
        reference = f"[{reference}]({work.url})"
    return f"{reference}, licensed {work.licence}." if work.licence else f"{reference}."
