"""The settings of translation and its engines: sections `translate` and `translators` of params.yaml."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from spanferry.markers import tag_name
from spanferry.translation.money import MaxCost, Price

Positive = Annotated[
    float, Meta(gt=0, le=1e7)
]  # 1e7 seconds are four months; sockets do not accept an infinite timeout
Count = Annotated[int, Meta(ge=1)]
Workers = Annotated[int, Meta(ge=1, le=256)]
Name = Annotated[str, Meta(min_length=1)]
Variable = Annotated[str, Meta(pattern=r"\A[A-Z_][A-Z0-9_]*\Z")]
"""The name of an environment variable, in capitals, so that a key in its place is refused and not printed as a name."""
Marker = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"\A\S+\Z")]
Commit = Annotated[str, Meta(pattern=r"\A[0-9a-f]{40}\Z")]


class TranslateSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `translate`: concurrency, retries and budgets. None of these settings changes a translation."""

    workers: Workers = 16
    """The largest number of requests at once. The rate limiter may use fewer."""

    timeout_s: Positive = 30.0
    """Seconds without a byte from the service after which a request fails."""

    attempts: Count = 10
    """Number of bad answers after which a text is given up. They count only while other texts are answered well."""

    longest_pause_s: Positive = 1800.0
    """The longest pause in seconds. While the service refuses requests, pauses double up to this length."""

    patience_hours: Positive = 48.0
    """Hours without any good answer after which the run stops (bans last 2 to 48 hours)."""

    max_requests: Count | None = None
    """The largest number of requests that one run may send."""

    max_hours: Positive | None = None
    """The longest time that one run may take, in hours."""

    max_cost: MaxCost | None = None
    """The most that all translations of this project may cost: {amount: 50, currency: EUR}.

    It counts over all corpora, translators, stages and runs, as the memory has them. A request that might exceed it is
    not sent. A translator that bills must have a price in this currency.
    """


class EntrySettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="engine"):
    """The settings that all entries of section `translators` share."""

    price: Price | None = None
    """The price per million characters or tokens, if it is not that of the table `prices.json`."""

    markers: Annotated[tuple[tuple[Marker, Marker], ...], Meta(min_length=1)] | None = None
    """Pairs of markers that the engine keeps around words, the best first. The default is the engine's own list."""

    def __post_init__(self) -> None:
        for left, right in self.markers or ():
            if left.startswith("<") and tag_name((left, right)) is None:
                raise ValueError(f"markers: {left} and {right} are not a tag and its end, such as <a> and </a>")


class MemorySettings(EntrySettings, frozen=True, tag="memory"):
    """Engine `memory`: looks up texts in the TMX file of the corpus, offline."""


class IdentitySettings(EntrySettings, frozen=True, tag="identity"):
    """Engine `identity`: returns each text unchanged, for testing a build."""


class MTranslateSettings(EntrySettings, frozen=True, tag="mtranslate"):
    """Engine `mtranslate`: Google Translate's mobile page."""


class CheckpointSettings(EntrySettings, frozen=True, kw_only=True):
    """Settings of the engines that run a model on this machine."""

    model: Name
    """A folder, or the name of a model on the Hugging Face Hub."""

    revision: Commit | None = None
    """The commit of a Hub model."""

    weights: Literal["safetensors", "torch"] = "safetensors"
    """`torch` reads `pytorch_model.bin`, through PyTorch's restricted unpickler."""

    source_code: str | None = None
    """The model's code of the source language, if it differs from language.source (NLLB: eng_Latn)."""

    target_code: str | None = None
    """The model's code of the target language (NLLB: nld_Latn; multilingual Marian models: nld; MADLAD-400: nl)."""

    beams: Count = 4
    length_penalty: Annotated[float, Meta(ge=-10, le=10)] = 1.0

    batch_tokens: Count = 2048
    """Number of tokens to translate at once. More are faster on a GPU, as long as they fit in its memory."""


class MarianSettings(CheckpointSettings, frozen=True, tag="marian"):
    """Engine `marian`: Marian (OPUS-MT), NLLB, M2M100 and MADLAD-400 models through transformers."""

    precision: Literal["auto", "bfloat16", "float32"] = "auto"
    """`auto`: bfloat16 on a GPU and float32 on a CPU. The memory does not distinguish their translations."""


class CTranslate2Settings(CheckpointSettings, frozen=True, tag="ctranslate2"):
    """Engine `ctranslate2`: the same models as `marian`, converted for CTranslate2."""

    quantization: Literal["int8", "int8_float16", "int8_bfloat16", "float16", "bfloat16", "float32"] = "int8"


class ApertiumSettings(EntrySettings, frozen=True, tag="apertium"):
    """Engine `apertium`: rule-based and offline, with Debian's packages."""

    mode: Annotated[str, Meta(pattern=r"\A[\w-]+\Z")]
    """An installed translation direction, as `apertium -l` lists it: eng-spa, eng-cat, en-gl."""


class GoogleSettings(EntrySettings, frozen=True, tag="google"):
    """Engine `google`: Google Cloud Translation Basic (v2); the key is GOOGLE_API_KEY in the environment."""

    model: Literal["nmt", "base"] | None = None
    """Google's model; its default is nmt."""

    source_code: str | None = None
    """Google's code of the source language, if it differs from language.source."""

    target_code: str | None = None
    """Google's code of the target language, if it differs from language.target."""

    server_url: str | None = None
    """The URL of another server with Google's interface."""


class LibreTranslateSettings(EntrySettings, frozen=True, tag="libretranslate"):
    """Engine `libretranslate`: a LibreTranslate server."""

    server_url: str = "http://127.0.0.1:5000"

    key_variable: Variable | None = None
    """The environment variable with the key, if the server requires one."""

    batch: Annotated[int, Meta(ge=1, le=1000)] = 32
    """Number of texts per request. The server may accept fewer (its option --batch-limit)."""

    characters: Annotated[int, Meta(ge=100)] = 5000
    """Number of characters per request. The server may accept fewer (its option --char-limit)."""

    source_code: str | None = None
    """The server's code of the source language, if it differs from language.source."""

    target_code: str | None = None
    """The server's code of the target language, if it differs from language.target."""


class DeepLSettings(EntrySettings, frozen=True, tag="deepl"):
    """Engine `deepl`; the key is DEEPL_AUTH_KEY in the environment."""

    context: bool = True
    """True to send each text with its paragraph; False to send 50 texts per request."""

    model_type: Literal["quality_optimized", "prefer_quality_optimized", "latency_optimized"] = (
        "prefer_quality_optimized"
    )
    formality: Literal["less", "more", "prefer_less", "prefer_more"] | None = None

    glossary: Name | None = None
    """The id of a glossary of the account for these languages."""

    source_code: str | None = None
    """DeepL's code of the source language, if it differs from language.source."""

    target_code: str | None = None
    """DeepL's code of the target language, such as EN-US. The default for en is EN-GB, and for pt PT-PT."""

    server_url: str | None = None
    """The URL of another server with DeepL's interface."""


class OpenAISettings(EntrySettings, frozen=True, kw_only=True, tag="openai"):
    """Engine `openai`: a language model behind an OpenAI-compatible endpoint."""

    model: Name

    base_url: Name | None = None
    """The endpoint's URL without /chat/completions; OpenAI's own by default."""

    mode: Literal["chat", "batch", "plain"] = "chat"
    """`batch`: through the batch interface, at its lower price and within a day. `plain`: for models that only
    translate. They get one text per request, in `template`, and their whole answer is its translation."""

    key_variable: Variable | None = None
    """The environment variable with the key. The default is OPENAI_API_KEY for OpenAI's own endpoint, else no key."""

    batch: Annotated[int, Meta(ge=1, le=100)] = 16
    """Number of segments per request."""

    context: bool = True
    """True to send segments with their paragraphs."""

    instructions: str = ""
    """Further instructions for the model, appended to the prompt, such as a register."""

    glossary: dict[Name, Name] = {}
    """Terms of the source language with the translations to use for them, sent with the segments that have them."""

    template: str | dict[str, Any] | None = None
    """The message that asks for one translation: a text, or the content part that a server's own template takes.
    {text}, {source} and {target} in it stand for the text and the codes of the languages. Modes plain and batch."""

    source_code: str | None = None
    """The model's code or name of the source language for {source}, if it differs from language.source."""

    target_code: str | None = None
    """The model's code or name of the target language for {target}, if it differs from language.target."""

    temperature: Annotated[float, Meta(ge=0, le=2)] | None = 0.0
    """The sampling temperature; null for models that do not accept one."""

    structured: bool = True
    """True to request output that follows a JSON schema; False for servers that support only `json_object`."""

    body: dict[str, Any] = {}
    """Further fields of the request, such as max_tokens or reasoning_effort."""

    timeout_s: Positive = 300.0
    """Seconds without a byte after which a request fails. A slow model sends nothing until a batch is complete."""

    job_requests: Annotated[int, Meta(ge=1, le=50_000)] = 1000
    """Mode batch: number of requests per batch job. The service limits the tokens of all jobs at once."""

    poll_s: Positive = 60.0
    """Mode batch: seconds between two looks at a batch job."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mode == "plain" and self.template is None:
            raise ValueError("template: mode plain needs one")
        if self.mode == "chat" and self.template is not None:
            raise ValueError("template: set mode to plain or batch")
        if self.template is not None and "{text}" not in str(self.template):
            raise ValueError("template: has no {text}")


TranslatorSettings = (
    MemorySettings
    | IdentitySettings
    | MTranslateSettings
    | MarianSettings
    | CTranslate2Settings
    | ApertiumSettings
    | GoogleSettings
    | LibreTranslateSettings
    | DeepLSettings
    | OpenAISettings
)
"""An entry of section `translators`. Its key `engine` selects the type."""
