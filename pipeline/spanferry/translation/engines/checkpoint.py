"""Sequence-to-sequence models (Marian and OPUS-MT, NLLB, M2M100): where they are, and their tokens.

    "the harbour"  ──encode──>  [3, 24, 6, 0]  ──generate──>  [9, 31, 0]  ──decode──>  "de haven"

What generates is a subclass of CheckpointTranslator: marian.py, ctranslate2.py.
"""

import warnings
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Self

from spanferry.errors import ParamsError, TranslationError
from spanferry.pretrained import digest, locate
from spanferry.translation.engines.base import Request, Translator
from spanferry.translation.engines.support import package, told
from spanferry.translation.settings import CheckpointSettings

ARCHITECTURES = ("marian", "m2m_100")  # NLLB's dense models are M2M100's in all but their tokenizer
# These models are made for sentences, of 512 tokens at most; a token is seldom less than three bytes.
LIMIT_BYTES = 1000
# A translation has seldom more than one and a half times the tokens of its text; short ones may.
MOST_TOKENS, MOST_TOKENS_MORE = 2, 20

_digest = lru_cache(digest)  # a stage asks for a model's label more than once


def label(settings: CheckpointSettings) -> str:
    """A model's name for the memory: which weights it has, wherever they lie.

    Of the Hub: opus-mt-en-nl@3f07... (the commit); a folder: opus-mt-en-nl#8d5a... (a digest of its files).
    """
    folder = Path(settings.model)
    if folder.is_dir():
        return f"{folder.resolve().name}#{_digest(folder.resolve())}"
    if settings.revision is None:
        raise ParamsError(
            f"params.yaml: translators: model {settings.model!r} is no folder here, and a model of the Hub"
            " needs its `revision` (a commit, 40 hex digits)"
        )
    return f"{settings.model}@{settings.revision}"


@contextmanager
def loading(what: object) -> Iterator[None]:
    """Turns whatever a library raises about somebody's files into one line that names them.

    The libraries' progress bars and warnings (the package sacremoses is recommended; nothing uses it)
    would break into ours.
    """
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnpicklingError as error:
        raise TranslationError(
            f"{what}: pytorch_model.bin is refused, since it holds something else than weights"
        ) from error
    except Exception as error:  # each of their parsers has its own
        raise TranslationError(f"{what}: cannot be loaded: {told(error)}") from error
    finally:
        if shown:
            logging.enable_progress_bar()


def architecture(folder: Path) -> Any:
    """The model's configuration. Raises TranslationError for models of another kind."""
    from transformers import AutoConfig

    with loading(folder):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    if config.model_type not in ARCHITECTURES:
        raise TranslationError(
            f"{folder}: a {config.model_type} model; marian and ctranslate2 take Marian (OPUS-MT), NLLB and M2M100"
        )
    return config


class Codec:
    """A model's tokenizer, set to the two languages.

    first: the id that its answers must begin with (NLLB, M2M100), or None. longest: most tokens of a text.
    Raises TranslationError when the tokenizer cannot be loaded or does not know a language.
    """

    def __init__(self, folder: Path, config: Any, settings: CheckpointSettings, languages: tuple[str, str]) -> None:
        from transformers import AutoTokenizer

        if config.model_type == "marian":
            package("sentencepiece", "marian")
        with loading(folder):
            self.tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        self.longest = config.max_position_embeddings
        self.first: int | None = None
        self.prefix = ""
        if config.model_type == "marian":
            self.prefix = self._marian_prefix(folder, settings.target_code)
        else:
            source, target = settings.source_code or languages[0], settings.target_code or languages[1]
            self._language_id(folder, "source_code", source)
            self.first = self._language_id(folder, "target_code", target)
            self.tokenizer.src_lang = source

    def _marian_prefix(self, folder: Path, code: str | None) -> str:
        """What says the language to Marian models that have several: '>>nld<< '."""
        known = self.tokenizer.supported_language_codes
        if code is None and len(known) > 1:
            raise TranslationError(f"{folder}: translates into several languages; set target_code ({some(known)})")
        if code is not None and f">>{code}<<" not in known:
            raise TranslationError(f"{folder}: has no target_code {code!r} (it has: {some(known) or 'none'})")
        return "" if code is None else f">>{code}<< "

    def _language_id(self, folder: Path, key: str, code: str) -> int:
        """The id of the token that stands for a language: '__nl__' of M2M100, 'nld_Latn' of NLLB."""
        if code not in (known := languages_of(self.tokenizer)):
            raise TranslationError(f"{folder}: has no language {code!r}; set {key} (it has: {some(known) or 'none'})")
        return known[code]

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        return self.tokenizer([self.prefix + text for text in texts]).input_ids

    def decode(self, rows: Sequence[Sequence[int]]) -> list[str]:
        # M2M100's tokenizer does not count its languages as special, and would write '__nl__'.
        plain = [[number for number in row if number != self.first] for row in rows]
        return [text.strip() for text in self.tokenizer.batch_decode(plain, skip_special_tokens=True)]


def languages_of(tokenizer: Any) -> dict[str, int]:
    """The languages of a multilingual model: code -> id."""
    if hasattr(tokenizer, "lang_code_to_id"):
        return tokenizer.lang_code_to_id
    codes = [token for token in tokenizer.all_special_tokens if "_" in token]
    return dict(zip(codes, tokenizer.convert_tokens_to_ids(codes), strict=True))


def some(codes: Iterable[str]) -> str:
    """A few of a model's languages, for an error."""
    shown = sorted(code.strip("<>") for code in codes)
    return ", ".join(shown[:8]) + (", ..." if len(shown) > 8 else "")


class CheckpointTranslator(Translator):
    """An engine that runs such a model on this machine, on the GPU if there is one; a subclass says by what."""

    batch = 512
    limit = LIMIT_BYTES

    def __init__(self, engine: str, settings: CheckpointSettings, languages: tuple[str, str], precision: str) -> None:
        self.settings, self.languages = settings, languages
        self.weights = f"{label(settings)} {precision}"
        codes = "".join(f" {code}" for code in (settings.source_code, settings.target_code) if code)
        self.identity = (
            f"{engine} {self.weights}{codes} beams={settings.beams} length_penalty={settings.length_penalty:g}"
        )
        self.codec: Codec | None = None
        self.model: Any = None

    def __enter__(self) -> Self:
        folder = locate(self.settings.model, self.settings.revision, self.settings.weights).folder
        config = architecture(folder)
        self.codec = Codec(folder, config, self.settings, self.languages)
        self.model = self.load(folder, config)
        return self

    def __exit__(self, *_: object) -> None:
        self.model = self.codec = None

    def size(self, text: str) -> int:
        """Bytes: what there is to measure before the tokenizer is loaded."""
        return len(text.encode("utf-8", "surrogatepass"))

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        """A text with more tokens than the model takes gets ''."""
        rows = self.codec.encode([request.text for request in batch])
        places = [place for place, row in enumerate(rows) if len(row) <= self.codec.longest]
        answers = [""] * len(rows)
        if places:
            decoded = self.codec.decode(self.generate([rows[place] for place in places]))
            for place, answer in zip(places, decoded, strict=True):
                answers[place] = answer
        return answers

    def room(self, rows: Sequence[Sequence[int]]) -> int:
        """Most tokens of the translations of some texts: where a model that does not find an end is stopped."""
        return min(self.codec.longest - 1, MOST_TOKENS * max(map(len, rows)) + MOST_TOKENS_MORE)

    @abstractmethod
    def load(self, folder: Path, config: Any) -> Any:
        """The model in that folder. Raises TranslationError."""

    @abstractmethod
    def generate(self, rows: Sequence[list[int]]) -> list[list[int]]:
        """The tokens of texts -> those of their translations, in order."""
