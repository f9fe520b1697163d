"""The settings of translation and its engines: sections `translate` and `translators` of params.yaml."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Positive = Annotated[float, Meta(gt=0, le=1e7)]  # 1e7 seconds are four months; sockets accept no infinite timeout
Count = Annotated[int, Meta(ge=1)]
Workers = Annotated[int, Meta(ge=1, le=256)]
Name = Annotated[str, Meta(min_length=1)]
Commit = Annotated[str, Meta(pattern=r"\A[0-9a-f]{40}\Z")]


class TranslateSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `translate`: how hard and how long to try. No setting of it changes a translation."""

    workers: Workers = 16
    """The largest number of requests at once; the rate limiter finds its own level below it."""

    timeout_s: Positive = 30.0
    """Seconds without a byte from the service after which a request counts as lost."""

    attempts: Count = 10
    """Bad answers to one text, while others are answered well, after which it is given up."""

    longest_pause_s: Positive = 1800.0
    """The longest pause in seconds; pauses double up to it while the service refuses."""

    patience_hours: Positive = 48.0
    """Hours without a single good answer after which the run stops (bans last 2 to 48 hours)."""

    max_requests: Count | None = None
    """The largest number of requests that one run may send."""

    max_hours: Positive | None = None
    """The longest time that one run may take, in hours."""


class MemorySettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="engine", tag="memory"):
    """Engine `memory`: replays a corpus's own TMX file, offline."""


class IdentitySettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="engine", tag="identity"):
    """Engine `identity`: returns each text unchanged, for testing a build."""


class MTranslateSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="engine", tag="mtranslate"):
    """Engine `mtranslate`: Google Translate's mobile page."""


class CheckpointSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of the engines that run a model on this machine."""

    model: Name
    """A folder, or a model of the Hugging Face Hub."""

    revision: Commit | None = None
    """The commit of a Hub model."""

    weights: Literal["safetensors", "torch"] = "safetensors"
    """`torch` reads `pytorch_model.bin`, through PyTorch's restricted unpickler."""

    source_code: str | None = None
    """The model's code of the source language, when it differs from language.source (NLLB: eng_Latn)."""

    target_code: str | None = None
    """The model's code of the target language (NLLB: nld_Latn; Marian models with several languages: nld)."""

    beams: Count = 4
    length_penalty: Annotated[float, Meta(ge=-10, le=10)] = 1.0

    batch_tokens: Count = 2048
    """Tokens of the texts that are translated at once; more is faster on a GPU, up to the size of its memory."""


class MarianSettings(CheckpointSettings, frozen=True, tag_field="engine", tag="marian"):
    """Engine `marian`: Marian (OPUS-MT), NLLB and M2M100 models through transformers."""

    precision: Literal["auto", "bfloat16", "float32"] = "auto"
    """`auto`: bfloat16 on a GPU, float32 on a CPU; the memory treats their translations as the same."""


class CTranslate2Settings(CheckpointSettings, frozen=True, tag_field="engine", tag="ctranslate2"):
    """Engine `ctranslate2`: the same models, converted."""

    quantization: Literal["int8", "int8_float16", "int8_bfloat16", "float16", "bfloat16", "float32"] = "int8"


class ApertiumSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="engine", tag="apertium"):
    """Engine `apertium`: rule-based, offline, by Debian's packages."""

    mode: Annotated[str, Meta(pattern=r"\A[\w-]+\Z")]
    """An installed direction (`apertium -l`): eng-spa, eng-cat, en-gl."""


class DeepLSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="engine", tag="deepl"):
    """Engine `deepl`; the key is DEEPL_AUTH_KEY in the environment."""

    context: bool = True
    """Send each text with its paragraph; without, a request holds 50 texts."""

    model_type: Literal["quality_optimized", "prefer_quality_optimized", "latency_optimized"] = (
        "prefer_quality_optimized"
    )
    formality: Literal["less", "more", "prefer_less", "prefer_more"] | None = None

    source_code: str | None = None
    """DeepL's code of the source language, when it differs from language.source."""

    target_code: str | None = None
    """DeepL's code of the target language (EN-US; the default for en is EN-GB, for pt PT-PT)."""

    server_url: str | None = None
    """The URL of another server with DeepL's interface."""


class OpenAISettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="engine", tag="openai"):
    """Engine `openai`: a language model behind an OpenAI-compatible endpoint."""

    model: Name

    base_url: Name | None = None
    """The endpoint's URL without /chat/completions; OpenAI's own by default."""

    key_variable: Name | None = None
    """The environment variable with the key; OPENAI_API_KEY for OpenAI's own endpoint, none for others."""

    batch: Annotated[int, Meta(ge=1, le=100)] = 16
    """Segments a request."""

    context: bool = True
    """Send the segments' paragraphs with them."""

    instructions: str = ""
    """Further instructions to the model, appended to the prompt: a register, a glossary."""

    temperature: Annotated[float, Meta(ge=0, le=2)] | None = 0.0
    """null for models that take no temperature."""

    structured: bool = True
    """Request a JSON schema; false for servers that support only `json_object`."""

    body: dict[str, Any] = {}
    """Further fields of the request: max_tokens, reasoning_effort."""

    timeout_s: Positive = 300.0
    """Seconds without a byte; a slow model sends nothing until it has translated a whole batch."""


TranslatorSettings = (
    MemorySettings
    | IdentitySettings
    | MTranslateSettings
    | MarianSettings
    | CTranslate2Settings
    | ApertiumSettings
    | DeepLSettings
    | OpenAISettings
)
"""An entry of section `translators`; its key `engine` selects the type."""
