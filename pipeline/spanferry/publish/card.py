"""The dataset card: its YAML header for the Hub, and its text for readers. Every figure comes from loss.json.

The git revision is not known when the card is built. It is stated when the folder is uploaded (`state_revision`), so
that a commit that changes nothing else does not change the build.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import DatasetCardData
from jinja2 import Environment, PackageLoader, StrictUndefined

from spanferry.corrections.wording import describe_corrections
from spanferry.loss_figures import LossFigures, percent
from spanferry.publish.about import About, BuildDetails, describe_translator
from spanferry.publish.citation import attribution_sentence, bibtex_entry, display_title
from spanferry.publish.columns import describe_columns
from spanferry.records import SPLITS, Method, Reason, RepairKind, Split
from spanferry.squad.validation import ValidationReport
from spanferry.yaml_files import to_yaml

REVISION_PLACEHOLDER = "not stated; `spanferry publish` adds it when it uploads the folder"
"""Stands in the card until `state_revision` replaces it."""

# (rows below, name): https://github.com/huggingface/hub-docs/blob/main/datasetcard.md
_SIZE_CATEGORIES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LARGEST_CATEGORY = "1M<n<10M"

UNIT_LABELS = {
    "paragraphs": "paragraphs",
    "questions": "questions",
    "has_answer": "– with an answer",
    "no_answer": "– without one",
    "answers": "answers",
    "plausible_answers": "plausible answers",
}

_ENVIRONMENT = Environment(
    loader=PackageLoader("spanferry.publish"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    autoescape=False,  # Markdown
)


def render_card(
    files: Mapping[str, Mapping[str, str]],
    reports: Mapping[Split, ValidationReport],
    figures: LossFigures,
    about: About,
    build: BuildDetails,
    example: Mapping[str, Any],
    columns: Iterable[str],
) -> str:
    """Render the text of README.md.

    files: configuration -> path of a parquet file -> its sha256. reports: split -> report on its cleaned file.
    example: a row of the configuration `default`. columns: those of the configuration `provenance`.
    """
    answers = figures.total.answers
    repaired = Counter(answers.repaired) + Counter(figures.total.plausible_answers.repaired)
    return _ENVIRONMENT.get_template("card.md.jinja").render(
        header=yaml_header(files, reports, about, build),
        title=display_title(about, build),
        about=about,
        build=build,
        reports={split: reports[split] for split in SPLITS if split in reports},
        files={config: paths for config, paths in files.items() if paths},
        total=figures.total,
        loss=loss_rows(figures),
        methods=format_counts(answers.methods, Method),
        reasons=format_counts(answers.reasons, Reason),
        question_reasons=format_counts(figures.total.questions.reasons, Reason),
        repaired=format_counts(repaired, RepairKind),
        ids=describe_ids(build.made_ids),
        columns=describe_columns(columns),
        names=describe_names(figures.names),
        has_quality="quality" in example,
        gold=figures.gold,
        people=figures.people,
        samples=figures.samples,
        corrections=figures.corrections,
        corrected=describe_corrections(figures.corrections) if figures.corrections else "",
        settings=to_yaml(build.settings),
        example=json.dumps(example, ensure_ascii=False, indent=2),
        translated=about.translated_by or describe_translator(build.translator),
        attributions=[*(attribution_sentence(work) for work in about.sources), *about.attribution],
        bibtex=[bibtex_entry(work) for work in about.sources],
        revision=REVISION_PLACEHOLDER,
        percent=percent,
    )


def describe_ids(made: int) -> str:
    """Describe where the ids of the questions come from. made: the number of those that had none."""
    if not made:
        return "Ids are those of the source."
    questions = "1 question that had none has an id" if made == 1 else f"{made:,} questions that had none have ids"
    return f"Ids are those of the source, but {questions} made from the SHA-256 of context and question."


def describe_names(counts: Mapping[str, int]) -> str:
    """Describe how many questions and titles have another name than their contexts, before and after repair."""
    shares: list[str] = []
    for kind, prefix in (("questions", ""), ("titles", "titles_")):
        if compared := counts.get(f"{prefix}compared"):
            before, after = (counts[f"{prefix}{name}"] for name in ("different", "different_after"))
            shares.append(
                f"{before:,} of {compared:,} {kind} before repair ({percent(before / compared)}), {after:,} after it "
                f"({percent(after / compared)})"
            )
    return f"Another name than the context had {'; '.join(shares)}." if shares else "For names it was not counted."


def state_revision(text: str, revision: str) -> str:
    """Replace the placeholder in a card with the git revision that the folder was built from."""
    return text.replace(REVISION_PLACEHOLDER, f"`{revision}`")


def yaml_header(
    files: Mapping[str, Mapping[str, str]], reports: Mapping[Split, ValidationReport], about: About, build: BuildDetails
) -> str:
    """Return the metadata between the card's `---` lines. The arguments are those of `render_card`."""
    creators = "found" if build.translator is None else "machine-generated"
    return DatasetCardData(
        language=[build.target],
        license=about.hub_licence,
        pretty_name=display_title(about, build),
        task_categories=["question-answering"],
        task_ids=["extractive-qa"],
        annotations_creators=[creators],
        language_creators=[creators],
        multilinguality=["monolingual" if build.translator is None else "translation"],
        size_categories=[size_category(sum(report.counts.questions for report in reports.values()))],
        source_datasets=[f"extended|{about.extends}" if about.extends else "original"],
        configs=[_config(name, of_config) for name, of_config in files.items() if of_config],
    ).to_yaml()


def _config(name: str, files: Mapping[str, str]) -> dict[str, Any]:
    """Describe a configuration of the dataset in the Hub's format. files: path -> sha256.

    `datasets` names its cached copy of a local folder by these entries, not by the files. Without their checksums, it
    would show the rows of an earlier build, or of another project.
    """
    return {
        "config_name": name,
        "description": "; ".join(f"{path} sha256 {checksum[:16]}" for path, checksum in files.items()),
        **({"default": True} if name == "default" else {}),
        "data_files": [{"split": Path(path).stem, "path": path} for path in files],
    }


def size_category(questions: int) -> str:
    """Return the Hub's category for a number of rows."""
    return next((name for limit, name in _SIZE_CATEGORIES if questions < limit), _LARGEST_CATEGORY)


def loss_rows(figures: LossFigures) -> list[list[str]]:
    """Return rows (split, unit, in the source, kept, lost, kept in per cent) for the units that the source has."""
    tallies = [
        (split, label, getattr(figures.units(split), unit)) for split in SPLITS for unit, label in UNIT_LABELS.items()
    ]
    return [
        [split, label, f"{n.visited:,}", f"{n.kept:,}", f"{n.dropped:,}", percent(n.kept / n.visited)]
        for split, label, n in tallies
        if n.visited
    ]


def format_counts(counts: Mapping[Any, int], words: Iterable[str]) -> str:
    """Format the counts that are not 0, in the order of the words: "`exact` 2, `fuzzy` 1"."""
    return ", ".join(f"`{word}` {n:,}" for word in words if (n := counts.get(word)))
