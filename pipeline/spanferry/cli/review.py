"""`spanferry review`: writes a page on which people judge and correct the items of a build."""

from collections.abc import Mapping
from pathlib import Path

import click

from spanferry import tables
from spanferry.cli.support import Command, command_name, print_summary
from spanferry.config import Params, read_params
from spanferry.corrections.files import Order
from spanferry.errors import InputError
from spanferry.files import write_bytes, write_json
from spanferry.printing import plural
from spanferry.records import SPLITS, QualityRow
from spanferry.report.inputs import Build, read_build
from spanferry.report.review_items import CleanTexts, Judgement, choose_items
from spanferry.report.review_page import ReviewPage, render_review
from spanferry.report.review_tasks import labelling_config, review_task
from spanferry.selection import QuestionKey
from spanferry.squad import cleaned_name, iterate_questions, read_squad


@click.command(cls=Command, name="review", example="spanferry review squad2 --order random -n 100")
@click.argument("corpus")
@click.option("-n", "size", default=200, show_default=True, type=click.IntRange(min=1), help="Number of items.")
@click.option(
    "--order",
    type=click.Choice(["suspicious", "random"]),
    default="suspicious",
    show_default=True,
    help="The most suspicious items first, to correct them; or a random sample, to measure the precision.",
)
@click.option("--seed", default=1, show_default=True, help="Seed of the random sample.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["page", "label-studio"]),
    default="page",
    show_default=True,
    help="A page, or tasks for Label Studio with their labelling configuration.",
)
@click.option("--out", type=click.Path(path_type=Path), help="The file to write.  [default: in reports/CORPUS]")
def review(corpus: str, size: int, order: Order, seed: int, form: str, out: Path | None) -> None:
    """Write a page on which people judge and correct items of a built corpus.

    The page is one file, which works offline. It saves in the browser, and exports a JSON file: put its path under
    `corpora.CORPUS.corrections` in params.yaml.
    """
    params = read_params()
    languages = params.languages(corpus)
    build = read_corpus(params, corpus)
    texts = read_clean_texts(Path("data") / corpus / "clean", languages.target)
    judgements = read_judgements(Path("data") / corpus / "quality.parquet")
    items = choose_items(build, texts, judgements, size, order, seed)
    stem = Path("reports") / corpus / f"review-{order}"
    if form == "page":
        path = out or stem.with_suffix(".html")
        page = ReviewPage(corpus, (languages.source, languages.target), order, tuple(items))
        write_bytes(path, render_review(page).encode())
    else:
        path = out or stem.with_suffix(".json")
        write_json(path, [review_task(each, order) for each in items])
        write_bytes(path.with_suffix(".xml"), labelling_config().encode())
    print_summary(command_name(), f"{corpus}: {plural(len(items), 'item')} to review in {path}")


def read_corpus(params: Params, corpus: str) -> Build:
    """Read the tables of a corpus that was built. Raises InputError."""
    data, native = Path("data") / corpus, params.corpus(corpus).native
    if not (data / "clean").is_dir():
        raise InputError(f"{data / 'clean'}: does not exist; build it with `dvc repro clean@{corpus}`")
    corrected = data / "corrected.json"
    return read_build(
        data / "segments" / "layout.parquet",
        data / "located" / "paragraphs.parquet",
        data / "clean",
        data / "decisions.parquet",
        None if native else data / "translations.parquet",
        corrected if corrected.exists() else None,
    )


def read_clean_texts(clean: Path, target: str) -> CleanTexts:
    """Read the questions and titles of the cleaned files. target: code of their language. Raises InputError."""
    questions: dict[QuestionKey, str] = {}
    titles: dict[QuestionKey, str] = {}
    for split in SPLITS:
        path = clean / cleaned_name(target, split)
        if path.exists():
            for _, article, _, question in iterate_questions(read_squad(path)):
                questions[split, question.id] = question.question
                titles[split, question.id] = article.title
    return CleanTexts(questions, titles)


def read_judgements(path: Path) -> Mapping[QuestionKey, Judgement]:
    """Read the quality of the questions that have one; none if stage check did not run. Raises InputError."""
    if not path.exists():
        return {}
    rows = tables.read(path, QualityRow)
    columns = (rows[name].to_pylist() for name in ("split", "question_id", "quality", "reasons"))
    return {
        (split, id_): Judgement(quality, tuple(reasons))
        for split, id_, quality, reasons in zip(*columns, strict=True)
        if quality is not None
    }
