"""The stock recipe of extractive question answering, for recipe.py.

    python benchmarks/stock_recipe.py FOLDER --model MODEL --seed N [--epochs ...]

Needs torch and transformers 4 (4.57 was used), in an environment of their own; nothing of Spanferry. It does what the
question-answering example of transformers 4 does with its defaults for SQuAD 1.1: every feature padded to 384 tokens,
stride 128, batches in random order, prediction in batches of 8, the best of 20 starts and 20 ends.

FOLDER has train.json and dev.json, in SQuAD format. Written to FOLDER/stock-N: predictions.json, logits.npz (one row
of logits for each feature) and seconds.json (of CPU time).
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer, Trainer, TrainingArguments, set_seed
from transformers.utils import logging

LENGTH, STRIDE, BEST, LONGEST_ANSWER, EVAL_BATCH = 384, 128, 20, 30, 8


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return a row for each question: id, question, context, answers."""
    return [
        {"id": qa["id"], "question": qa["question"], "context": paragraph["context"], "answers": qa["answers"]}
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
        for qa in paragraph["qas"]
    ]


def make_features(tokenizer: Any, rows: list[dict[str, Any]]) -> Any:
    return tokenizer(
        [row["question"].lstrip() for row in rows],
        [row["context"] for row in rows],
        truncation="only_second",
        max_length=LENGTH,
        stride=STRIDE,
        padding="max_length",
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )


def label(features: Any, number: int, answer: dict[str, Any]) -> tuple[int, int]:
    """Return the first and the last token of an answer in a feature; 0 and 0 when it is not completely inside."""
    sequence, offsets = features.sequence_ids(number), features["offset_mapping"][number]
    inside = [at for at, part in enumerate(sequence) if part == 1]
    start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
    if not inside or offsets[inside[0]][0] > start or offsets[inside[-1]][1] < end:
        return 0, 0
    first = max(at for at in inside if offsets[at][0] <= start)
    last = min(at for at in inside if offsets[at][1] >= end)
    return first, last


class Features(torch.utils.data.Dataset):
    def __init__(self, features: Any, labels: list[tuple[int, int]] | None) -> None:
        self.features, self.labels = features, labels
        self.names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in features]

    def __len__(self) -> int:
        return len(self.features["input_ids"])

    def __getitem__(self, number: int) -> dict[str, Any]:
        item = {name: self.features[name][number] for name in self.names}
        if self.labels is not None:
            item |= dict(zip(("start_positions", "end_positions"), self.labels[number], strict=True))
        return item


def choose(features: Any, rows: list[dict[str, Any]], start: np.ndarray, end: np.ndarray) -> dict[str, str]:
    """Return the text of each question's best span over all of its features."""
    best: dict[int, tuple[float, str]] = {}
    for number, row in enumerate(features["overflow_to_sample_mapping"]):
        sequence, offsets = features.sequence_ids(number), features["offset_mapping"][number]
        context = rows[row]["context"]
        for first in np.argsort(start[number])[: -BEST - 1 : -1]:
            for last in np.argsort(end[number])[: -BEST - 1 : -1]:
                if sequence[first] != 1 or sequence[last] != 1 or not first <= last < first + LONGEST_ANSWER:
                    continue
                score = float(start[number][first] + end[number][last])
                text = context[offsets[first][0] : offsets[last][1]]
                if text and (row not in best or score > best[row][0]):
                    best[row] = score, text
    return {row["id"]: best.get(number, (0.0, ""))[1] for number, row in enumerate(rows)}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--model", required=True)
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--epochs", type=float, default=2)
    arguments.add_argument("--batch", type=int, default=12)
    arguments.add_argument("--learning-rate", type=float, default=1e-4)
    arguments.add_argument("--warmup", type=float, default=0.1)
    given = arguments.parse_args()
    logging.set_verbosity_error()
    out = given.folder / f"stock-{given.seed}"
    out.mkdir(parents=True, exist_ok=True)
    marks = [time.process_time()]

    set_seed(given.seed)
    tokenizer = AutoTokenizer.from_pretrained(given.model, use_fast=True)
    model = AutoModelForQuestionAnswering.from_pretrained(given.model)
    train, dev = (read_rows(given.folder / f"{split}.json") for split in ("train", "dev"))
    train_features, dev_features = make_features(tokenizer, train), make_features(tokenizer, dev)
    of_row = train_features["overflow_to_sample_mapping"]
    labels = [label(train_features, number, train[row]["answers"][0]) for number, row in enumerate(of_row)]
    marks.append(time.process_time())

    settings = TrainingArguments(
        output_dir=str(out / "checkpoints"),
        per_device_train_batch_size=given.batch,
        per_device_eval_batch_size=EVAL_BATCH,
        num_train_epochs=given.epochs,
        learning_rate=given.learning_rate,
        warmup_ratio=given.warmup,
        seed=given.seed,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )
    trainer = Trainer(model=model, args=settings, train_dataset=Features(train_features, labels))
    trainer.train()
    marks.append(time.process_time())

    start, end = trainer.predict(Features(dev_features, None)).predictions[:2]
    predictions = choose(dev_features, dev, start, end)
    marks.append(time.process_time())

    (out / "predictions.json").write_text(json.dumps(predictions, ensure_ascii=False), encoding="utf-8")
    mask = np.array(dev_features["attention_mask"], dtype=bool)
    np.savez(out / "logits.npz", start=start, end=end, mask=mask, ids=np.array(dev_features["input_ids"]))
    names = ("features", "training", "prediction")
    seconds = dict(zip(names, np.diff(marks).round(2).tolist(), strict=True))
    (out / "seconds.json").write_text(json.dumps(seconds))


if __name__ == "__main__":
    main()
