"""Write the report of a build from its tables: figures, plots and page.

layout, paragraphs, clean/, decisions, translations [, rescue.json, gold, verdicts]
    ──> loss.json, metrics.json, loss.html, plots/*.json
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pyarrow.compute as pc

from spanferry.files import write_bytes, write_json
from spanferry.language import primary_subtag
from spanferry.language_check import check_language
from spanferry.loss import count_losses
from spanferry.loss_figures import REFERENCE_LANGUAGES, LossFigures, VerdictCounts
from spanferry.records import Field
from spanferry.report import accuracy, review
from spanferry.report.headline import headline
from spanferry.report.inputs import Build, read_counts, read_rescue, read_stage_reports
from spanferry.report.page import render_loss
from spanferry.report.plots import plot_rows
from spanferry.report.verdicts import JudgedSpan, measure_sample, read_verdicts, score_verdicts

NO_REPORTS: Mapping[str, Path] = {}


def report_corpus(
    corpus: str,
    build: Build,
    languages: tuple[str, str],
    *,
    judgements: Path,
    reports: Mapping[str, Path] = NO_REPORTS,
    translator: Mapping[str, object] | None = None,
    out: Path,
) -> LossFigures:
    """Compute the figures of a build and write its report to a folder. Returns the figures.

    languages: codes of source and target language. judgements: the folder of gold.json and verdicts.csv, which are
    used if they exist. reports: the reports of the stages translate, rescue and names, by stage, of those that ran.
    translator: its settings that may be published. Raises InputError.
    """
    gold, verdicts = judgements / "gold.json", judgements / "verdicts.csv"
    figures = compute_figures(
        build,
        languages[0],
        accuracy.read_gold(gold) if gold.exists() else None,
        read_verdicts(verdicts) if verdicts.exists() else None,
        read_rescue(reports["rescue"]) if "rescue" in reports else None,
    )
    if build.translations is None or tuple(map(primary_subtag, languages)) != REFERENCE_LANGUAGES:
        figures = msgspec.structs.replace(figures, reference=())
    check = check_language(build.paragraphs["context"], build.translations, *languages)
    figures = msgspec.structs.replace(figures, language=check)
    names = read_counts(reports["names"], "names") if "names" in reports else {}
    read = read_stage_reports(reports)
    figures = msgspec.structs.replace(
        figures,
        names=names,
        spent={stage: report.spent for stage, report in read.items() if report.spent},
        memory=read["translate"].memory if "translate" in read else None,
    )
    write_report(build, figures, corpus, languages, out, translator)
    return figures


def compute_figures(
    build: Build,
    language: str,
    gold: accuracy.Gold | None,
    verdicts: Sequence[JudgedSpan] | None,
    rescue: dict[str, int] | None = None,
) -> LossFigures:
    """Compute the content of loss.json.

    language: code of the source language. gold, verdicts: None when the corpus has none. rescue: the counts of stage
    rescue, None when it did not run. Raises InputError when a question with gold spans is in both splits.
    """
    if gold:
        accuracy.check_gold(gold, pc.struct_field(pc.list_flatten(build.layout["questions"]), "id").to_pylist())
    figures = count_losses(build.layout, build.spans, build.selection, language)
    answers = accuracy.most_probable(kept_answers(build))
    current = review.current_verdicts(build, verdicts) if verdicts else []
    return msgspec.structs.replace(
        figures,
        rescue=rescue or {},
        curve=tuple(accuracy.precision_curve(answers, figures.total.has_answer.visited, gold)),
        gold=accuracy.measure_precision(answers, gold) if gold else None,
        people=tuple(score_verdicts(current)),
        corrections=build.corrections.figures,
        outdated=build.corrections.outdated,
        samples=tuple(map(measure_sample, build.corrections.samples)),
        verdicts=VerdictCounts(counted=len(current), outdated=len(verdicts) - len(current)) if verdicts else None,
    )


def kept_answers(build: Build) -> list[accuracy.KeptAnswer]:
    """Return the kept answers without the plausible ones, in the order of the source."""
    is_answer = pc.equal(build.spans["field"], Field.ANSWERS.value).combine_chunks()
    rows = build.kept.filter(is_answer.take(build.kept))
    spans = build.spans.select(["split", "question_id", "text", "start", "probability"]).take(rows)
    return list(map(accuracy.KeptAnswer, *(column.to_pylist() for column in spans.columns)))


def write_report(
    build: Build,
    figures: LossFigures,
    corpus: str,
    languages: tuple[str, str],
    out: Path,
    translator: Mapping[str, object] | None = None,
) -> None:
    """Write loss.json, metrics.json, loss.html and plots/*.json to a folder.

    languages: codes of source and target language. translator: its settings that may be published.
    """
    html = render_loss(
        build, figures, corpus, languages, translator
    )  # first, so that nothing is written when this fails
    write_json(out / "loss.json", figures)
    write_json(out / "metrics.json", headline(figures))
    for name, rows in plot_rows(figures).items():
        write_json(out / "plots" / f"{name}.json", rows)
    write_bytes(out / "loss.html", html.encode())
