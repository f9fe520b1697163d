"""How to cite a published corpus: CITATION.cff and BibTeX."""

import re
from io import StringIO

from ruamel.yaml import YAML

from spanferry.publish.about import About, Made, Work

MESSAGE = "If you use this dataset, please cite it together with the works that it is made from."


def title(about: About, made: Made) -> str:
    return about.title or made.corpus


def cff(about: About, made: Made) -> str:
    """CITATION.cff 1.2.0 (https://citation-file-format.github.io), without a date: same build, same bytes."""
    record = {
        "cff-version": "1.2.0",
        "message": MESSAGE,
        "type": "dataset",
        "title": title(about, made),
        "authors": [{"name": author} for author in about.authors],
    }
    if about.licence:
        record["license"] = about.licence
    if about.repository:
        record["repository-code"] = about.repository
    if about.sources:
        record["references"] = [_reference(work) for work in about.sources]
    out = StringIO()
    writer = YAML()
    writer.width = 1000
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.dump(record, out)
    return out.getvalue()


def _reference(work: Work) -> dict:
    record = {
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


def bibtex(work: Work) -> str:
    """A BibTeX entry; braces keep the title's capitals."""
    fields = {
        "title": f"{{{escaped(work.title)}}}",
        "author": escaped(" and ".join(work.authors)),
        "journal": work.published and escaped(work.published),
        "year": str(work.year),
        "url": work.url,
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{'article' if work.published else 'misc'}{{{work.key},\n{lines}\n}}"


def escaped(text: str) -> str:
    """What TeX would take for a command, written out."""
    return re.sub(r"([&%$#_])", r"\\\1", text)


def attribution(work: Work) -> str:
    """A sentence that names a work, its authors, and its licence."""
    people = [f"{given} {family}".strip() for family, _, given in (author.partition(", ") for author in work.authors)]
    named = f"{', '.join(people[:-1])} and {people[-1]}" if len(people) > 1 else people[0]
    where = f", {work.published}" if work.published else ""
    told = f"*{work.title}* by {named} ({work.year}{where})"
    told = f"[{told}]({work.url})" if work.url else told
    return f"{told}, licensed {work.licence}." if work.licence else f"{told}."
