"""Local engines: sentences and tokens a second, beside transformers asked for one sentence at a time.

    python benchmarks/engines.py [--sentences 200] [--threads 2] [--beams 4]

The models have OPUS-MT's architecture (6 + 6 layers of 512, 58,101 pieces, 75 million parameters) with
random weights, which cost as much as trained ones; since they find no end, every sentence gets exactly
TARGET tokens. The sentences are the sample's. Apertium is measured where it is installed; it knows the
sentences but not the tokens.
"""

import argparse
import json
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import sentencepiece
import torch
from spanferry.language.sentences import sentences
from spanferry.squad import read_squad
from spanferry.translation.engines import checkpoint
from spanferry.translation.engines.apertium import Apertium
from spanferry.translation.engines.base import Request
from spanferry.translation.engines.ctranslate2 import CTranslate2
from spanferry.translation.engines.marian import Marian
from spanferry.translation.settings import ApertiumSettings, CTranslate2Settings, MarianSettings
from transformers import MarianConfig, MarianMTModel, MarianTokenizer

VOCABULARY, LEARNED = 58_101, 4000
TARGET = 28  # tokens of a translation: SQuAD's sentences have 26 words on average
SAMPLE = Path("data/sample/train-v2.0.json")


def sample(count: int) -> list[str]:
    """Sentences of the sample's contexts."""
    found = [
        paragraph.context[start:end]
        for article in read_squad(SAMPLE).data
        for paragraph in article.paragraphs
        for start, end in sentences(paragraph.context, "en")
    ]
    return found[:count]


def model(folder: Path, texts: Sequence[str]) -> None:
    """Writes a model with OPUS-MT's architecture and random weights, and a tokenizer of the texts."""
    pieces = BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=pieces, vocab_size=LEARNED, hard_vocab_limit=False, minloglevel=2
    )
    processor = sentencepiece.SentencePieceProcessor(model_proto=pieces.getvalue())
    learned = processor.id_to_piece(list(range(3, processor.get_piece_size())))
    fillers = [f"▁filler{number}" for number in range(VOCABULARY - 3 - len(learned))]
    ids = {piece: number for number, piece in enumerate(["</s>", "<unk>", *learned, *fillers, "<pad>"])}
    folder.mkdir()
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(pieces.getvalue())
    (folder / "vocab.json").write_text(json.dumps(ids))
    names = ("source.spm", "target.spm", "vocab.json")
    MarianTokenizer(*(str(folder / name) for name in names)).save_pretrained(folder)
    config = MarianConfig(
        vocab_size=VOCABULARY,
        pad_token_id=ids["<pad>"],
        eos_token_id=0,
        decoder_start_token_id=ids["<pad>"],
        d_model=512,
        encoder_layers=6,
        decoder_layers=6,
        encoder_attention_heads=8,
        decoder_attention_heads=8,
        encoder_ffn_dim=2048,
        decoder_ffn_dim=2048,
        max_position_embeddings=512,
        activation_function="swish",
        scale_embedding=True,
    )
    torch.manual_seed(0)
    MarianMTModel(config).save_pretrained(folder)


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def naive(folder: Path, texts: Sequence[str], beams: int) -> float:
    """transformers as its documentation shows it, a sentence at a time."""
    tokenizer, network = MarianTokenizer.from_pretrained(folder), MarianMTModel.from_pretrained(folder).eval()

    def work() -> None:
        for text in texts:
            inputs = tokenizer(text, return_tensors="pt")
            found = network.generate(**inputs, num_beams=beams, max_length=None, max_new_tokens=TARGET)
            tokenizer.decode(found[0], skip_special_tokens=True)

    return seconds(work)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--beams", type=int, default=4)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    warnings.simplefilter("ignore")
    checkpoint.MAX_TOKENS_RATIO, checkpoint.MAX_TOKENS_MARGIN = 0, TARGET

    texts = sample(options.sentences)
    requests = [Request(text) for text in texts]
    rows: list[tuple[str, float, bool]] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "model"
        model(folder, texts)
        os.environ["XDG_CACHE_HOME"] = temporary
        rows.append(("transformers, one by one", naive(folder, texts, options.beams), True))
        for name, engine in {
            "marian": Marian(MarianSettings(model=str(folder), beams=options.beams), ("en", "nl")),
            "ctranslate2, int8": CTranslate2(CTranslate2Settings(model=str(folder), beams=options.beams), ("en", "nl")),
        }.items():
            with engine:
                rows.append((name, seconds(lambda engine=engine: engine.translate(requests)), True))
    if shutil.which("apertium"):
        with Apertium(ApertiumSettings("eng-spa")) as engine:
            rows.append(("apertium eng-spa", seconds(lambda: engine.translate(requests)), False))

    print(f"{len(texts)} sentences, {options.beams} beams, {options.threads} threads, torch {torch.__version__}\n")
    print("| engine | seconds | sentences a second | target tokens a second | times the naive loop |")
    print("|---|--:|--:|--:|--:|")
    for name, spent, counted in rows:
        tokens = f"{TARGET * len(texts) / spent:,.0f}" if counted else ""
        print(f"| {name} | {spent:.1f} | {len(texts) / spent:,.1f} | {tokens} | {rows[0][1] / spent:,.1f} |")


if __name__ == "__main__":
    main()
