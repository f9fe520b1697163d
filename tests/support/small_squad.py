"""A small SQuAD corpus with params.yaml, as plain values that a test may corrupt."""

import copy
import json
from pathlib import Path
from typing import Any

FERRY = "The ferry to Oostwerd sails 12 times a day. In 1912 the first steam ferry sank.\n\nNobody drowned. "
TOWER = "The tower is 91 metres high. It was built in 1991 by Käthe Müller."

TRAIN: dict[str, Any] = {
    "version": "v2.0",
    "data": [
        {
            "title": "Ferry",
            "paragraphs": [
                {
                    "context": FERRY,
                    "qas": [
                        {
                            "id": "often",
                            "question": "How often does it sail?",
                            "answers": [{"text": "12 times a day", "answer_start": 28}],
                            "is_impossible": False,
                        },
                        {
                            "id": "captain",
                            "question": "Who was its captain?",
                            "answers": [],
                            "is_impossible": True,
                            "plausible_answers": [{"text": "Nobody", "answer_start": 81}],
                        },
                    ],
                }
            ],
        }
    ],
}
DEV: dict[str, Any] = {
    "version": "v2.0",
    "data": [
        {
            "title": "Tower",
            "paragraphs": [
                {
                    "context": TOWER,
                    "qas": [
                        {
                            "id": "high",
                            "question": "How high is the tower?",
                            "answers": [{"text": "91 metres", "answer_start": 13}, {"text": "91", "answer_start": 13}],
                            "is_impossible": False,
                        },
                        {
                            "id": "builder",
                            "question": "Who built it?",
                            "answers": [{"text": "Käthe Müller", "answer_start": 53}],
                            "is_impossible": False,
                        },
                    ],
                }
            ],
        }
    ],
}

PARAMS = """\
build: {corpora: [small], runs: []}
language: {source: en, target: nl}
corpora:
  small:
    train: train.json
    dev: dev.json
    translator: identity
    allow_language: true
"""


def train(**changes: Any) -> dict[str, Any]:
    """Return a copy of TRAIN whose first question has these values."""
    changed = copy.deepcopy(TRAIN)
    changed["data"][0]["paragraphs"][0]["qas"][0].update(changes)
    return changed


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def lay_out(folder: Path) -> None:
    """Write the corpus and its params.yaml."""
    (folder / "train.json").write_bytes(as_json(TRAIN))
    (folder / "dev.json").write_bytes(as_json(DEV))
    (folder / "params.yaml").write_text(PARAMS, encoding="utf-8")
