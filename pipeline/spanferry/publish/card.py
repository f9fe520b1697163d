"""The dataset card: its YAML header for the hub, its text for people. Every figure comes from loss.json.

What the card cannot know when it is built is the git revision: it is stated when the folder is uploaded
(`stamped`), so that a commit that changes nothing else does not change the build.
"""

from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from ruamel.yaml import YAML

from spanferry.publish import citation
from spanferry.publish.about import About, Made
from spanferry.publish.figures import Figures
from spanferry.records import SPLITS, Method, Reason
from spanferry.squad.validation.validator import Report

REVISION = "not stated; it is when the folder is uploaded"
"""Stands in the card until `stamped` puts a git revision there."""

# https://github.com/huggingface/hub-docs/blob/main/datasetcard.md
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LARGEST = "1M<n<10M"

UNITS = {
    "paragraphs": "paragraphs",
    "questions": "questions",
    "has_answer": "– with an answer",
    "no_answer": "– without one",
    "answers": "answers",
    "plausible_answers": "plausible answers",
}

TRANSLATED = {
    "identity": "no translation at all, each text was given back as it was (a test build)",
    "memory": "taken from a translation memory that came with the corpus",
    "mtranslate": "machine-translated by Google Translate, through the web page that the package `mtranslate` asks",
}
"""What the card says of a translator where the corpus says nothing itself."""

_ENVIRONMENT = Environment(
    loader=PackageLoader("spanferry.publish"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # Markdown
)


def render(
    files: Mapping[str, Sequence[str]],
    reports: Mapping[str, Report],
    figures: Figures,
    about: About,
    made: Made,
) -> str:
    """The text of README.md.

    files: configuration -> paths of its parquet files. reports: split -> what its cleaned file holds.
    """
    splits = [split for split in SPLITS if split in reports]
    answers = figures.total.answers
    return _ENVIRONMENT.get_template("card.md.jinja").render(
        header=header(files, reports, about, made),
        title=citation.title(about, made),
        about=about,
        made=made,
        reports={split: reports[split] for split in splits},
        files={config: paths for config, paths in files.items() if paths},
        total=figures.total,
        loss=loss_rows(figures),
        methods=counted(answers.methods, Method),
        reasons=counted(answers.reasons, Reason),
        gold=figures.gold,
        people=figures.people,
        settings=yaml(made.settings),
        translated=about.translated_by or TRANSLATED.get(made.translator, f"machine-translated by `{made.translator}`"),
        attributions=[*(citation.attribution(work) for work in about.sources), *about.attribution],
        bibtex=[citation.bibtex(work) for work in about.sources],
        revision=REVISION,
        percent=percent,
    )


def stamped(text: str, revision: str) -> str:
    """The card of an upload: with the git revision that it was built from."""
    return text.replace(REVISION, f"`{revision}`")


def header(files: Mapping[str, Sequence[str]], reports: Mapping[str, Report], about: About, made: Made) -> str:
    """The YAML between the card's `---` lines, as the hub documents its keys."""
    record = {
        "language": [made.target],
        "license": about.hub_licence,
        "pretty_name": citation.title(about, made),
        "task_categories": ["question-answering"],
        "task_ids": ["extractive-qa"],
        "annotations_creators": ["found" if made.translator is None else "machine-generated"],
        "language_creators": ["found" if made.translator is None else "machine-generated"],
        "multilinguality": ["monolingual" if made.translator is None else "translation"],
        "size_categories": [size(sum(report.counts.questions for report in reports.values()))],
        "source_datasets": [f"extended|{about.extends}" if about.extends else "original"],
        "configs": [
            {
                "config_name": config,
                **({"default": True} if config == "default" else {}),
                "data_files": [{"split": Path(path).stem, "path": path} for path in paths],
            }
            for config, paths in files.items()
            if paths
        ],
    }
    return yaml(record)


def size(questions: int) -> str:
    """The hub's name for a number of rows."""
    return next((name for below, name in _SIZES if questions < below), _LARGEST)


def loss_rows(figures: Figures) -> list[list[str]]:
    """Rows split, unit, in the source, kept, lost, kept in per cent; units that the source has not are left out."""
    parts = [(split, getattr(figures, split)) for split in SPLITS]
    tallies = [(split, label, getattr(units, unit)) for split, units in parts for unit, label in UNITS.items()]
    return [
        [split, label, f"{n.visited:,}", f"{n.kept:,}", f"{n.dropped:,}", percent(n.kept / n.visited)]
        for split, label, n in tallies
        if n.visited
    ]


def counted(counts: Mapping[str, int], words: Iterable[str]) -> str:
    """Counts that are not 0, in the order of the words: `exact` 2, `fuzzy` 1."""
    return ", ".join(f"`{word}` {n:,}" for word in map(str, words) if (n := counts.get(word)))


def percent(value: float | None) -> str:
    """0.95371 -> "95.4 %"."""
    return "–" if value is None else f"{100 * value:.1f} %"


def yaml(value: Any) -> str:
    out = StringIO()
    writer = YAML()
    writer.width = 1000
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.dump(value, out)
    return out.getvalue()
