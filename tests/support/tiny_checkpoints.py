"""Tiny sequence-to-sequence models with real tokenizers, trained on a few sentences in about a second each."""

import json
import warnings
from io import BytesIO
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    M2M100Config,
    M2M100ForConditionalGeneration,
    M2M100Tokenizer,
    MarianConfig,
    MarianMTModel,
    MarianTokenizer,
    NllbTokenizer,
    T5Config,
    T5ForConditionalGeneration,
    T5Tokenizer,
)

sentencepiece = pytest.importorskip("sentencepiece", reason="the extra 'marian' is not installed")

ENGLISH = [
    "The old ferry crosses the river every day.",
    "How many passengers were on board?",
    "the harbour",
    "In 1887 a storm sank three boats, and nobody drowned.",
    "the ferry",
]
DUTCH = [
    "De oude veerboot steekt elke dag de rivier over.",
    "Hoeveel passagiers waren er aan boord?",
    "de haven",
    "In 1887 zonken drie boten in een storm, en niemand verdronk.",
    "de veerboot",
]
SPANISH = [
    "El viejo transbordador cruza el río todos los días.",
    "¿Cuántos pasajeros había a bordo?",
    "el puerto",
    "En 1887 una tormenta hundió tres barcos, y nadie se ahogó.",
    "el transbordador",
]
# A few words between tags, as models see them that are trained to carry tags.
TAGGED = {
    "The old <a>ferry</a> crosses the river every day.": "De oude <a>veerboot</a> steekt elke dag de rivier over.",
    "<a>How many</a> passengers were on board?": "<a>Hoeveel</a> passagiers waren er aan boord?",
    "the <a>harbour</a>": "de <a>haven</a>",
}
SIZE = {
    "d_model": 32,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
    "max_position_embeddings": 128,
    "dropout": 0.0,
    "attention_dropout": 0.0,
    "activation_dropout": 0.0,
    "encoder_layerdrop": 0.0,
    "decoder_layerdrop": 0.0,
    "init_std": 0.1,
}
MAX_STEPS, LEARNING_RATE, TARGET_LOSS = 150, 0.01, 0.03


def train_vocabulary(texts: list[str], size: int) -> bytes:
    """Train a sentencepiece model on texts and return it serialised."""
    model = BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=model, vocab_size=size, hard_vocab_limit=False, minloglevel=2
    )
    return model.getvalue()


def list_pieces(*spms: bytes) -> list[str]:
    """Return all pieces of some sentencepiece models, each once."""
    pieces: dict[str, None] = {}
    for spm in spms:
        processor = sentencepiece.SentencePieceProcessor(model_proto=spm)
        pieces.update(dict.fromkeys(processor.id_to_piece(list(range(3, processor.get_piece_size())))))
    return list(pieces)


def train(
    model: torch.nn.Module,
    pad: int,
    sources: list[list[int]],
    targets: list[list[int]],
    steps: int = MAX_STEPS,
    rate: float = LEARNING_RATE,
    target_loss: float = TARGET_LOSS,
) -> None:
    """Train a model until it reproduces its sentences; deterministic."""
    torch.set_num_threads(1)

    def padded(rows: list[list[int]], value: int) -> torch.Tensor:
        longest = max(map(len, rows))
        return torch.tensor([row + [value] * (longest - len(row)) for row in rows])

    inputs = padded(sources, pad)
    batch = {"input_ids": inputs, "attention_mask": (inputs != pad).long(), "labels": padded(targets, -100)}
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    model.train()
    for _ in range(steps):
        loss = model(**batch).loss
        if loss.item() < target_loss:
            break
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        with torch.no_grad():  # Marian's decoder starts from <pad>, whose embedding is zero
            model.get_input_embeddings().weight[pad] = 0
    model.eval()


def marian(folder: Path, *, codes: bool = False) -> Path:
    """Make a model from English to Dutch; with codes, to the language that >>nld<< or >>spa<< selects."""
    folder.mkdir()
    source, target = train_vocabulary(ENGLISH, 120), train_vocabulary(DUTCH + SPANISH, 200)
    (folder / "source.spm").write_bytes(source)
    (folder / "target.spm").write_bytes(target)
    tokens = ["</s>", "<unk>", *list_pieces(source, target), *([">>nld<<", ">>spa<<"] if codes else []), "<pad>"]
    ids = {token: number for number, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(ids))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tokenizer = MarianTokenizer(*(str(folder / name) for name in ("source.spm", "target.spm", "vocab.json")))
    pad = ids["<pad>"]
    config = MarianConfig(
        vocab_size=len(ids), pad_token_id=pad, eos_token_id=0, decoder_start_token_id=pad, scale_embedding=True, **SIZE
    )
    torch.manual_seed(1)
    model = MarianMTModel(config)
    directions = [(">>nld<< ", DUTCH), (">>spa<< ", SPANISH)] if codes else [("", DUTCH)]
    sources = [prefix + text for prefix, _ in directions for text in ENGLISH]
    answers = [text for _, texts in directions for text in texts]
    train(model, pad, tokenizer(sources).input_ids, tokenizer(text_target=answers).input_ids)
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


def multilingual(
    folder: Path, tokenizer: M2M100Tokenizer | NllbTokenizer, size: int, codes: dict[str, list[str]]
) -> Path:
    """Make a model from the first code to each of the others. codes: code -> texts. size: of the vocabulary."""
    config = M2M100Config(
        vocab_size=size,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        decoder_start_token_id=tokenizer.eos_token_id,
        **SIZE,
    )
    torch.manual_seed(1)
    model = M2M100ForConditionalGeneration(config)
    english, *others = codes
    tokenizer.src_lang = english
    sources, targets = [], []
    for code in others:
        tokenizer.tgt_lang = code
        sources += tokenizer(codes[english]).input_ids
        targets += tokenizer(text_target=codes[code]).input_ids
    train(model, tokenizer.pad_token_id, sources, targets)
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


def m2m100(folder: Path) -> Path:
    """Make a model from English to Dutch and Spanish, with the codes 'en', 'nl' and 'es'."""
    folder.mkdir()
    spm = train_vocabulary(ENGLISH + DUTCH + SPANISH, 250)
    (folder / "sentencepiece.bpe.model").write_bytes(spm)
    ids = {token: number for number, token in enumerate(["<s>", "<pad>", "</s>", "<unk>", *list_pieces(spm)])}
    (folder / "vocab.json").write_text(json.dumps(ids))
    tokenizer = M2M100Tokenizer(str(folder / "vocab.json"), str(folder / "sentencepiece.bpe.model"))
    size = len(ids) + len(tokenizer.lang_code_to_id) + tokenizer.num_madeup_words
    return multilingual(folder, tokenizer, size, {"en": ENGLISH, "nl": DUTCH, "es": SPANISH})


def nllb(folder: Path) -> Path:
    """Make a model from English to Dutch and Spanish, with the codes 'eng_Latn', 'nld_Latn' and 'spa_Latn'."""
    return make_nllb(folder, {"eng_Latn": ENGLISH, "nld_Latn": DUTCH, "spa_Latn": SPANISH})


def nllb_with_tags(folder: Path) -> Path:
    """Make a model from English to Dutch that carries the tag <a>, as LabelPigeon does."""
    english, dutch = [*ENGLISH, *TAGGED], [*DUTCH, *TAGGED.values()]
    return make_nllb(folder, {"eng_Latn": english, "nld_Latn": dutch})


def make_nllb(folder: Path, languages: dict[str, list[str]]) -> Path:
    """Make a model from the first language to the others. languages: code -> texts."""
    maker = Tokenizer(models.BPE(unk_token="<unk>"))
    maker.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.BpeTrainer(vocab_size=250, special_tokens=special, show_progress=False)
    maker.train_from_iterator([text for texts in languages.values() for text in texts], trainer)
    made = json.loads(maker.to_str())["model"]
    tokenizer = NllbTokenizer(
        vocab=made["vocab"],
        merges=[tuple(pair) for pair in made["merges"]],
        src_lang="eng_Latn",
        extra_special_tokens=list(languages),
    )
    return multilingual(folder, tokenizer, len(tokenizer), languages)


def madlad(folder: Path) -> Path:
    """Make a T5 from English to the language that <2nl> or <2es> selects, as MADLAD-400 is made."""
    folder.mkdir()
    codes = {"<2nl>": DUTCH, "<2es>": SPANISH}
    model_file = BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(ENGLISH + DUTCH + SPANISH),
        model_writer=model_file,
        vocab_size=280,
        hard_vocab_limit=False,
        user_defined_symbols=list(codes),
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        minloglevel=2,
    )
    (folder / "spiece.model").write_bytes(model_file.getvalue())
    tokenizer = T5Tokenizer.from_pretrained(folder, extra_ids=0)
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=16,
        d_ff=64,
        num_layers=1,
        num_decoder_layers=1,
        num_heads=2,
        dropout_rate=0.0,
        feed_forward_proj="gated-gelu",
        tie_word_embeddings=False,  # as MADLAD-400: transformers then does not scale the outputs
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
    )
    torch.manual_seed(1)
    model = T5ForConditionalGeneration(config)
    sources = [f"{code} {text}" for code in codes for text in ENGLISH]
    targets = [text for texts in codes.values() for text in texts]
    train(
        model, 0, tokenizer(sources).input_ids, tokenizer(targets).input_ids, steps=600, rate=0.004, target_loss=0.004
    )
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
    return folder
