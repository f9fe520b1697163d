"""Tiny tokenizers of the kinds that readers have, trained on the towns."""

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


def _wrapped(backend: Any) -> Any:
    """Complete a tokenizer as RoBERTa's: <s> question </s></s> context </s>."""
    from tokenizers.processors import RobertaProcessing
    from transformers import PreTrainedTokenizerFast

    ids = {name: backend.token_to_id(name) for name in ("<s>", "</s>")}
    backend.post_processor = RobertaProcessing(("</s>", ids["</s>"]), ("<s>", ids["<s>"]))
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=512,
    )


SPECIALS = ["<s>", "<pad>", "</s>", "<unk>"]


@cache
def late_byte_pair() -> Any:
    """Like RobBERT-2023's: bytes, with a space added to each word, so that offsets begin one character late."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    maker: Any = Tokenizer(models.BPE(unk_token="<unk>"))
    maker.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=True), pre_tokenizers.Punctuation()]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=700, special_tokens=SPECIALS, initial_alphabet=alphabet, show_progress=False
    )
    maker.train_from_iterator(texts(), trainer)
    return _wrapped(maker)


@cache
def spaced_unigram() -> Any:
    """Like CamemBERT's and mDeBERTa's: SentencePiece, whose pieces hold the space before a word, and its comma."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    maker: Any = Tokenizer(models.Unigram())
    maker.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    trainer = trainers.UnigramTrainer(vocab_size=400, unk_token="<unk>", special_tokens=SPECIALS, show_progress=False)
    maker.train_from_iterator(texts(), trainer)
    return _wrapped(maker)


@cache
def accentless_word_piece() -> Any:
    """Like BERT's uncased: letters in lower case and without accents."""
    from transformers import BertTokenizer

    pieces = train_word_pieces([text.lower().replace("é", "e").replace("ë", "e") for text in texts()], 600)
    return BertTokenizer(vocab=pieces, do_lower_case=True, model_max_length=512)


KINDS = (word_piece, accentless_word_piece, byte_pair, late_byte_pair, unigram, spaced_unigram)
