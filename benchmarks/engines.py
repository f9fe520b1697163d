"""Time local translation models on a CPU, also against transformers with one sentence at a time.

    python benchmarks/engines.py [--sentences 200] [--threads 2] [--beams 4]

The models have OPUS-MT's architecture (6 + 6 layers of 512, 58,101 pieces, 75 million parameters) with random weights,
which cost as much time as trained ones. Random models never end a sentence, so every translation gets exactly
TARGET_TOKENS tokens. The sentences are the sample's. Apertium is measured if it is installed (without tokens: it does
not report them).

Prints a Markdown table: seconds, sentences and target tokens a second, and the speed relative to the naive loop.
"""

import argparse
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import sentencepiece
import torch
from measuring import best_of, print_header, print_row
from spanferry.language.sentences import sentences
from spanferry.squad import read_squad
from spanferry.translation.engines import checkpoint
from spanferry.translation.engines.apertium import Apertium
from spanferry.translation.engines.base import Request
from spanferry.translation.engines.ctranslate2 import CTranslate2
from spanferry.translation.engines.marian import Marian
from spanferry.translation.settings import ApertiumSettings, CTranslate2Settings, MarianSettings
from transformers import MarianConfig, MarianMTModel, MarianTokenizer

VOCABULARY, LEARNED_PIECES = 58_101, 4000
TARGET_TOKENS = 28  # SQuAD's sentences have 26 words on average
SAMPLE = Path("data/sample/train-v2.0.json")
APERTIUM = "apertium eng-spa"


def sample_sentences(count: int) -> list[str]:
    """Return sentences of the sample's contexts."""
    texts = [
        paragraph.context[start:end]
        for article in read_squad(SAMPLE).data
        for paragraph in article.paragraphs
        for start, end in sentences(paragraph.context, "en")
    ]
    return texts[:count]


def write_model(folder: Path, texts: Sequence[str]) -> None:
    """Write a model with OPUS-MT's architecture and random weights, and a tokenizer trained on the texts."""
    pieces = BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=pieces,
        vocab_size=LEARNED_PIECES,
        hard_vocab_limit=False,
        minloglevel=2,
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


def translate_naively(folder: Path, texts: Sequence[str], beams: int) -> float:
    """Translate a sentence at a time, as the documentation of transformers shows it; return seconds."""
    tokenizer, network = MarianTokenizer.from_pretrained(folder), MarianMTModel.from_pretrained(folder).eval()

    def translate() -> None:
        for text in texts:
            inputs = tokenizer(text, return_tensors="pt")
            output = network.generate(**inputs, num_beams=beams, max_length=None, max_new_tokens=TARGET_TOKENS)
            tokenizer.decode(output[0], skip_special_tokens=True)

    return best_of(1, translate)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--beams", type=int, default=4)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    os.environ["OMP_NUM_THREADS"] = str(args.threads)
    warnings.simplefilter("ignore")
    checkpoint.MAX_TOKENS_RATIO, checkpoint.MAX_TOKENS_MARGIN = 0, TARGET_TOKENS

    texts = sample_sentences(args.sentences)
    requests = [Request(text) for text in texts]
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "model"
        write_model(folder, texts)
        os.environ["XDG_CACHE_HOME"] = temporary
        seconds["transformers, one by one"] = translate_naively(folder, texts, args.beams)
        marian = Marian(MarianSettings(model=str(folder), beams=args.beams), ("en", "nl"))
        ctranslate2 = CTranslate2(CTranslate2Settings(model=str(folder), beams=args.beams), ("en", "nl"))
        for name, engine in (("marian", marian), ("ctranslate2, int8", ctranslate2)):
            with engine:
                seconds[name] = best_of(1, lambda engine=engine: engine.translate(requests))
    if shutil.which("apertium"):
        with Apertium(ApertiumSettings("eng-spa")) as engine:
            seconds[APERTIUM] = best_of(1, lambda: engine.translate(requests))

    print(f"{len(texts)} sentences, {args.beams} beams, {args.threads} threads, torch {torch.__version__}\n")
    naive = seconds["transformers, one by one"]
    print_header(("engine", "seconds", "sentences a second", "target tokens a second", "times the naive loop"))
    for name, spent in seconds.items():
        tokens = "" if name == APERTIUM else f"{TARGET_TOKENS * len(texts) / spent:,.0f}"
        print_row(name, f"{spent:.1f}", f"{len(texts) / spent:,.1f}", tokens, f"{naive / spent:,.1f}")


if __name__ == "__main__":
    main()
