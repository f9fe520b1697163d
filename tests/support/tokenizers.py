"""Tiny tokenizers of the three kinds that readers have, trained on the towns."""

import json
from functools import cache
from typing import Any

from spanferry.reader.models import train_word_pieces
from spanferry.squad import iterate_questions

from tests.support.towns import corpus


def texts() -> tuple[str, ...]:
    rows = list(iterate_questions(corpus()))
    return tuple(dict.fromkeys(paragraph.context for _, _, paragraph, _ in rows)) + tuple(q.question for *_, q in rows)


@cache
def word_piece() -> Any:
    """Return a tokenizer like BERT's: [CLS] question [SEP] context [SEP]."""
    from transformers import BertTokenizer

    pieces = train_word_pieces(texts(), 600)
    return BertTokenizer(vocab=pieces, do_lower_case=False, strip_accents=False, model_max_length=512)


@cache
def byte_pair() -> Any:
    """Return a tokenizer like RoBERTa's: <s> question </s></s> context </s>, bytes, leading spaces in the tokens."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import RobertaTokenizer

    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    made = ByteLevelBPETokenizer()
    made.train_from_iterator(texts(), vocab_size=600, special_tokens=specials, show_progress=False)
    model = json.loads(made.to_str())["model"]
    merges = [tuple(pair) for pair in model["merges"]]
    return RobertaTokenizer(vocab=model["vocab"], merges=merges, model_max_length=512)


@cache
def unigram() -> Any:
    """Return a tokenizer like XLM-R's: SentencePiece, <s> question </s></s> context </s>."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import XLMRobertaTokenizer

    maker = Tokenizer(models.Unigram())
    maker.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=400, unk_token="<unk>", special_tokens=["<unk>"], show_progress=False)
    maker.train_from_iterator(texts(), trainer)
    pieces = json.loads(maker.to_str())["model"]["vocab"]
    specials = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    scored_pieces = [(piece, score) for piece, score in pieces if piece != "<unk>"]
    return XLMRobertaTokenizer(vocab=[*specials, *scored_pieces, ("<mask>", 0.0)], model_max_length=512)
