"""A corpus of any size, made of varied copies of the sample. Shared by the benchmarks.

Each copy exchanges the letters of words of five letters or more, vowels for vowels and consonants for consonants, in
the same way in both languages. So words repeat about as rarely as in a real corpus, and caches do not help unfairly.
Texts keep their lengths, so offsets stay right.
"""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spanferry.translation.memory.tmx import read_tmx

SAMPLE = Path("data/sample")
SQUAD2_PARAGRAPHS, SQUAD2_QUESTIONS = 19_000, 130_000  # SQuAD2.0's training file, rounded
LONG_WORD = re.compile(r"[^\W\d_]{5,}")
VOWELS, CONSONANTS = "aeiou", "bcdfghklmnprstvwz"


@dataclass(frozen=True)
class TiledCorpus:
    """Articles in SQuAD's form by split, and the translation of every text."""

    articles: dict[str, list[Any]] = field(default_factory=lambda: {"train": [], "dev": []})
    translations: dict[str, str] = field(default_factory=dict)

    def paragraphs(self) -> Iterator[Any]:
        for articles in self.articles.values():
            for article in articles:
                yield from article["paragraphs"]


def tile_sample(
    paragraphs: int = SQUAD2_PARAGRAPHS, questions: int = SQUAD2_QUESTIONS, seed: int = 1, dev_every: int = 0
) -> TiledCorpus:
    """Return about this many paragraphs and questions.

    dev_every: every n-th copy goes to dev, with the answers of all annotators; 0 for none. A training question has
    one answer.
    """
    chance = random.Random(seed)
    sample = [
        article
        for split in ("train", "dev")
        for article in json.loads((SAMPLE / f"{split}-v2.0.json").read_bytes())["data"]
    ]
    translations = list(read_tmx(SAMPLE / "memory.tmx", "en", "nl"))
    in_sample = [paragraph for article in sample for paragraph in article["paragraphs"]]
    keep = min(questions / paragraphs / (sum(len(paragraph["qas"]) for paragraph in in_sample) / len(in_sample)), 1.0)
    corpus = TiledCorpus()
    for copy in range(max(round(paragraphs / len(in_sample)), 1)):
        letters = exchange_letters(chance)
        split = "dev" if dev_every and copy % dev_every == 0 else "train"
        corpus.articles[split] += [copy_article(article, copy, letters, split, keep, chance) for article in sample]
        for text, translation in translations:
            corpus.translations[vary(text, letters)] = vary(translation, letters)
    return corpus


def copy_article(
    article: Any, copy: int, letters: dict[int, int], split: str, keep: float, chance: random.Random
) -> Any:
    """Return a varied copy of an article, with ids of its own and this share of its questions."""
    paragraphs = []
    for paragraph in article["paragraphs"]:
        questions = [dict(question) for question in paragraph["qas"] if chance.random() < keep]
        for question in questions:
            if split == "train":
                for name in question.keys() & {"answers", "plausible_answers"}:
                    question[name] = question[name][:1]
        ids = [f"{question['id']}-{copy}" for question in questions]
        varied = vary(paragraph | {"qas": questions}, letters)
        for question, own_id in zip(varied["qas"], ids, strict=True):
            question["id"] = own_id
        paragraphs.append(varied)
    return {"title": f"{article['title']} {copy}", "paragraphs": paragraphs}


def exchange_letters(chance: random.Random) -> dict[int, int]:
    """Return a table for `str.translate`: another vowel for each vowel, another consonant for each consonant."""
    table: dict[int, int] = {}
    for letters in (VOWELS, CONSONANTS):
        others = "".join(chance.sample(letters, len(letters)))
        table |= str.maketrans(letters + letters.upper(), others + others.upper())
    return table


def vary(value: Any, letters: dict[int, int]) -> Any:
    """Exchange letters in the long words of a text, or of every text in a JSON value."""
    if isinstance(value, str):
        return LONG_WORD.sub(lambda match: match[0].translate(letters), value)
    if isinstance(value, list):
        return [vary(item, letters) for item in value]
    if isinstance(value, dict):
        return {key: vary(item, letters) for key, item in value.items()}
    return value
