"""The base of the engines that run a sequence-to-sequence model (Marian and OPUS-MT, NLLB, M2M100, MADLAD-400).

    "the harbour"  ──encode──>  [3, 24, 6, 0]  ──generate──>  [9, 31, 0]  ──decode──>  "de haven"

This module finds and loads a model and its tokenizer. The subclasses of CheckpointTranslator in marian.py and
ctranslate2.py generate translations with it.
"""

import warnings
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Generic, Self, TypeVar

from spanferry import pretrained
from spanferry.errors import ParamsError, TranslationError
from spanferry.translation.engines.base import Request, Translator
from spanferry.translation.engines.support import import_extra, shorten
from spanferry.translation.settings import CheckpointSettings

# NLLB's dense models differ from M2M100 only in their tokenizer. MADLAD-400 is a T5.
ARCHITECTURES = ("marian", "m2m_100", "t5")
# T5 has no longest text, because it encodes relative positions. It was trained on texts of up to 512 tokens.
T5_TOKENS = 512
# These models are trained on sentences of at most 512 tokens. A token seldom has less than three bytes.
LIMIT_BYTES = 1000
# A translation seldom has more than one and a half times as many tokens as its text, except for short texts.
MAX_TOKENS_RATIO, MAX_TOKENS_MARGIN = 2, 20

Settings = TypeVar("Settings", bound=CheckpointSettings)

_folder_digest = lru_cache(
    pretrained.folder_fingerprint
)  # cached, because a stage computes the label of a model more than once


def model_label(settings: CheckpointSettings) -> str:
    """Return the label of a model for the memory. It identifies the weights, not their location.

    For a model on the Hub: opus-mt-en-nl@3f07... (the commit). For a folder: opus-mt-en-nl#8d5a... (a digest of its
    files). Raises ParamsError for a Hub model without a revision.
    """
    folder = Path(settings.model)
    if folder.is_dir():
        return f"{folder.resolve().name}#{_folder_digest(folder.resolve())}"
    if settings.revision is None:
        raise ParamsError(
            f"params.yaml: translators: model {settings.model!r} is not a folder, and a model on the Hub"
            " needs a `revision` (a commit, 40 hexadecimal digits)"
        )
    return f"{settings.model}@{settings.revision}"


@contextmanager
def one_line_errors(folder: Path) -> Iterator[None]:
    """Convert all exceptions of the libraries that load a model to a TranslationError that names the folder.

    Also hides the progress bars and warnings of these libraries, which would garble Spanferry's own output. (One
    warning recommends the package sacremoses, which Spanferry does not use.)
    """
    from transformers.utils import logging

    was_enabled = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnpicklingError as error:
        raise TranslationError(
            f"{folder}: pytorch_model.bin is not loaded, because it contains more than weights"
        ) from error
    except Exception as error:  # the parsers of the libraries raise many different exceptions
        raise TranslationError(f"{folder}: cannot be loaded: {shorten(error)}") from error
    finally:
        if was_enabled:
            logging.enable_progress_bar()


def load_config(folder: Path) -> Any:
    """Load a model's configuration. Raises TranslationError for an unsupported architecture."""
    from transformers import AutoConfig

    with one_line_errors(folder):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    if config.model_type not in ARCHITECTURES:
        raise TranslationError(
            f"{folder}: is a {config.model_type} model; marian and ctranslate2 run Marian (OPUS-MT), NLLB,"
            " M2M100 and MADLAD-400 (T5)"
        )
    return config


class Codec:
    """A tokenizer, configured for the source and the target language.

    max_tokens: the maximum number of tokens of a text. first_token: the id of the token with which answers must begin
    (NLLB, M2M100), or None.
    Raises TranslationError when the tokenizer cannot be loaded or does not know a language.
    """

    def __init__(self, folder: Path, config: Any, settings: CheckpointSettings, languages: tuple[str, str]) -> None:
        from transformers import AutoTokenizer

        if config.model_type == "marian":
            import_extra("sentencepiece", "marian")
        with one_line_errors(folder):
            self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        self.max_tokens: int = T5_TOKENS if config.model_type == "t5" else config.max_position_embeddings
        self.first_token: int | None = None
        self.prefix = ""
        if config.model_type == "marian":
            self.prefix = self._marian_prefix(folder, settings.target_code)
        elif config.model_type == "t5":
            self.prefix = self._t5_prefix(folder, settings.target_code or languages[1])
        else:
            source, target = settings.source_code or languages[0], settings.target_code or languages[1]
            self._language_id(folder, "source_code", source)
            self.first_token = self._language_id(folder, "target_code", target)
            self.tokenizer.src_lang = source

    def _marian_prefix(self, folder: Path, code: str | None) -> str:
        """Return the prefix that selects the target language of a multilingual Marian model ('>>nld<< '), or ''."""
        known = self.tokenizer.supported_language_codes
        if code is None and len(known) > 1:
            raise TranslationError(f"{folder}: translates into several languages; set target_code ({list_some(known)})")
        if code is not None and f">>{code}<<" not in known:
            raise TranslationError(f"{folder}: has no target_code {code!r} (it has: {list_some(known) or 'none'})")
        return "" if code is None else f">>{code}<< "

    def _t5_prefix(self, folder: Path, code: str) -> str:
        """Return the prefix that selects the target language of MADLAD-400: '<2nl> '."""
        known = [token[2:-1] for token in self.tokenizer.get_vocab() if token.startswith("<2") and token.endswith(">")]
        if not known:
            raise TranslationError(f"{folder}: is a T5 without language tokens such as <2nl>; of T5, MADLAD-400 is run")
        if code not in known:
            raise TranslationError(f"{folder}: has no language {code!r}; set target_code (it has: {list_some(known)})")
        return f"<2{code}> "

    def _language_id(self, folder: Path, key: str, code: str) -> int:
        """Return the id of the token of a language: '__nl__' in M2M100, 'nld_Latn' in NLLB."""
        if code not in (known := language_ids(self.tokenizer)):
            raise TranslationError(
                f"{folder}: has no language {code!r}; set {key} (it has: {list_some(known) or 'none'})"
            )
        return known[code]

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text."""
        return self.tokenizer([self.prefix + text for text in texts]).input_ids

    def decode(self, rows: Sequence[Sequence[int]]) -> list[str]:
        """Return the text of each row of token ids, without special tokens."""
        # The tokenizer of M2M100 does not treat language tokens as special, and would include '__nl__' in the text.
        without_language = [[token for token in row if token != self.first_token] for row in rows]
        return [text.strip() for text in self.tokenizer.batch_decode(without_language, skip_special_tokens=True)]


def language_ids(tokenizer: Any) -> dict[str, int]:
    """Return the languages of a multilingual model: code -> token id."""
    if hasattr(tokenizer, "lang_code_to_id"):
        return tokenizer.lang_code_to_id
    codes = [token for token in tokenizer.all_special_tokens if "_" in token]
    return dict(zip(codes, tokenizer.convert_tokens_to_ids(codes), strict=True))


def list_some(codes: Iterable[str]) -> str:
    """Return the first eight of the languages of a model as text, for an error message."""
    listed = sorted(code.strip("<>") for code in codes)
    return ", ".join(listed[:8]) + (", ..." if len(listed) > 8 else "")


class CheckpointTranslator(Translator, Generic[Settings]):
    """Base class of the engines that run a model on this machine, on the GPU if there is one."""

    name: str
    """The name of the engine, with which its identity begins."""
    batch = 512
    limit = LIMIT_BYTES

    def __init__(self, settings: Settings, languages: tuple[str, str]) -> None:
        self.settings, self.languages = settings, languages
        self.weights = f"{model_label(settings)} {self.precision_name()}"
        codes = "".join(f" {code}" for code in (settings.source_code, settings.target_code) if code)
        self.identity = (
            f"{self.name} {self.weights}{codes} beams={settings.beams} length_penalty={settings.length_penalty:g}"
        )
        self._codec: Codec | None = None
        self.model: Any = None

    def __enter__(self) -> Self:
        folder = pretrained.locate_model(self.settings.model, self.settings.revision, self.settings.weights).folder
        config = load_config(folder)
        self._codec = Codec(folder, config, self.settings, self.languages)
        self.model = self.load(folder, config)
        return self

    def __exit__(self, *_: object) -> None:
        self.model = self._codec = None

    @property
    def codec(self) -> Codec:
        """The tokenizer. It is available while the engine is entered."""
        if self._codec is None:
            raise RuntimeError("the model is not loaded: enter the engine first")
        return self._codec

    def size(self, text: str) -> int:
        """Return the number of bytes of a text, which is known before the tokenizer is loaded."""
        return len(text.encode("utf-8", "surrogatepass"))

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        """Translate a batch. The answer is '' for a text with too many tokens for the model."""
        rows = self.codec.encode([request.text for request in batch])
        indices = [index for index, row in enumerate(rows) if len(row) <= self.codec.max_tokens]
        answers = [""] * len(rows)
        if indices:
            decoded = self.codec.decode(self.generate([rows[index] for index in indices]))
            for index, answer in zip(indices, decoded, strict=True):
                answers[index] = answer
        return answers

    def max_output_tokens(self, rows: Sequence[Sequence[int]]) -> int:
        """Return the maximum number of tokens of a translation, in case the model does not end it."""
        return min(self.codec.max_tokens - 1, MAX_TOKENS_RATIO * max(map(len, rows)) + MAX_TOKENS_MARGIN)

    @abstractmethod
    def precision_name(self) -> str:
        """Return the setting of the number format. It affects the answers, so it is part of the identity."""

    @abstractmethod
    def load(self, folder: Path, config: Any) -> Any:
        """Load the model in a folder. Raises TranslationError."""

    @abstractmethod
    def generate(self, rows: Sequence[list[int]]) -> list[list[int]]:
        """Translate texts that are given as token ids. Returns the token ids of the translations, in order."""
