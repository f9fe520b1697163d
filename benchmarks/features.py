"""Features: ours beside the stock `prepare_train_features` of transformers' run_qa.py, with datasets.map.

    python benchmarks/features.py --stock RUN_QA.PY SQUAD_FILE [SQUAD_FILE ...]

run_qa.py is taken as it is (examples/pytorch/question-answering in the transformers repository); its
function is cut out and called. Both get the same WordPiece tokenizer, 384 tokens, stride 128. Checked
besides: ids, types and labels are equal, feature by feature. The stock function pads to 384, since that
is its default; ours is measured as the compact windows that training keeps (batches are padded when
they are needed), and with every feature written out unpadded as lists, as a data set would hold them.
"""

import argparse
import ast
import importlib.util
import tempfile
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace

import datasets
import numpy as np
from spanferry import squad
from spanferry.reader.features import examples, training_windows
from spanferry.reader.models import word_pieces
from spanferry.squad import Document, walk
from transformers import BertTokenizer

SIZES = {"max_length": 384, "doc_stride": 128, "max_question_length": 384 - 128 - 4}
PIECES = 30_000
REPEATS = 3


def stock_function(run_qa: Path, tokenizer: BertTokenizer, padded: bool, folder: Path):
    """`prepare_train_features` out of run_qa.py's main(), as a module with the names it closes over."""
    source = run_qa.read_text()
    main = next(node for node in ast.parse(source).body if getattr(node, "name", "") == "main")
    found = next(node for node in ast.walk(main) if getattr(node, "name", "") == "prepare_train_features")
    file = folder / f"stock_{padded}.py"
    file.write_text(textwrap.dedent(ast.get_source_segment(source, found, padded=True)))
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.tokenizer = tokenizer
    module.pad_on_right = True
    module.max_seq_length = SIZES["max_length"]
    module.data_args = SimpleNamespace(doc_stride=SIZES["doc_stride"], pad_to_max_length=padded)
    for column in ("question", "context", "answer"):
        setattr(module, f"{column}_column_name", "answers" if column == "answer" else column)
    return module.prepare_train_features


def rows(documents: list[Document]) -> datasets.Dataset:
    """The flat data set that run_qa.py reads."""
    found = [
        {
            "id": question.id,
            "question": question.question,
            "context": paragraph.context,
            "answers": {
                "text": [answer.text for answer in question.answers],
                "answer_start": [answer.answer_start for answer in question.answers],
            },
        }
        for document in documents
        for _, _, paragraph, question in walk(document)
    ]
    return datasets.Dataset.from_list(found)


def best(work) -> tuple[float, object]:
    """The least seconds of some repeats, and the last result."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), result


def compare(name: str, documents: list[Document], tokenizer: BertTokenizer, run_qa: Path, folder: Path) -> str:
    table = rows(documents)
    keep = {"remove_columns": table.column_names, "load_from_cache_file": False}
    times, stock = {}, None
    for padded in (True, False):
        work = stock_function(run_qa, tokenizer, padded, folder)
        times[padded], stock = best(lambda work=work: table.map(work, batched=True, **keep))

    def ours():
        return training_windows(examples(documents), tokenizer, **SIZES)

    def written():
        windows, _ = ours()
        whole = [windows.batch(np.array([row])) for row in range(len(windows))]
        return windows, [{key: array[0] for key, array in one.items()} for one in whole]

    compact, _ = best(ours)
    full, (windows, features) = best(written)
    equal = different = 0
    by_ids = {}
    for feature, label in zip(features, zip(windows.start.tolist(), windows.end.tolist(), strict=True), strict=True):
        by_ids.setdefault(tuple(feature["input_ids"]), []).append(label)
    for one in stock:
        label = (one["start_positions"], one["end_positions"])
        held = by_ids.get(tuple(one["input_ids"]), [])
        equal += label in held
        different += label not in held
    seconds = f"{times[True]:.2f} | {times[False]:.2f} | {compact:.2f} | {full:.2f}"
    ratios = f"{times[True] / compact:.1f} | {times[False] / full:.1f}"
    return f"| {name} | {table.num_rows:,} | {len(stock):,} | {seconds} | {ratios} | {equal:,} / {different:,} |"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--stock", type=Path, required=True, help="run_qa.py")
    arguments.add_argument("files", type=Path, nargs="+")
    given = arguments.parse_args()
    datasets.disable_progress_bars()
    with tempfile.TemporaryDirectory() as cache:
        datasets.config.HF_DATASETS_CACHE = cache
        print(
            "| data | questions | stock features | stock, padded s | stock, unpadded s | ours s | ours written out s | "
            "ratio | ratio, unpadded | equal / not in ours |\n" + "|" + " --- |" * 10
        )
        for file in given.files:
            document = squad.read(file)
            texts = examples([document])
            pieces = word_pieces(texts.contexts, PIECES)
            tokenizer = BertTokenizer(vocab=pieces, do_lower_case=False, strip_accents=False, model_max_length=512)
            print(compare(file.name, [document], tokenizer, given.stock, Path(cache)))


if __name__ == "__main__":
    main()
