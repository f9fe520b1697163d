"""The knobs of translation, as params.yaml gives them."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

Positive = Annotated[float, Meta(gt=0, le=1e7)]  # of seconds, four months; sockets know no infinity
Count = Annotated[int, Meta(ge=1)]
Workers = Annotated[int, Meta(ge=1, le=256)]
Name = Annotated[str, Meta(min_length=1)]
Commit = Annotated[str, Meta(pattern=r"\A[0-9a-f]{40}\Z")]


class TranslateSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `translate`: how hard and how long to try. None of it changes what a translation is."""

    workers: Workers = 16
    """Most requests under way at once; the pace finds its own level below."""

    timeout_s: Positive = 30.0
    """Seconds without a byte from the service before a request counts as lost."""

    attempts: Count = 10
    """Bad answers to one text, while others are answered well, before it is given up."""

    longest_pause_s: Positive = 1800.0
    """Pauses double while the service refuses, up to this many seconds."""

    patience_hours: Positive = 48.0
    """Hours without a single good answer before the run stops (bans last 2 to 48 hours)."""

    max_requests: Count | None = None
    """Requests that one run may send."""

    max_hours: Positive | None = None
    """Hours that one run may take."""


class MemorySettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="engine", tag="memory"):
    """Engine `memory`: replays a corpus's own TMX file, offline."""


class IdentitySettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="engine", tag="identity"):
    """Engine `identity`: gives each text back, for testing a build."""


class MTranslateSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="engine", tag="mtranslate"):
    """Engine `mtranslate`: Google Translate's mobile page."""


class CheckpointSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the engines that run a model on this machine have in common."""

    model: Name
    """A folder, or a model of the Hugging Face Hub."""

    revision: Commit | None = None
    """The commit of a Hub model."""

    weights: Literal["safetensors", "torch"] = "safetensors"
    """`torch` reads `pytorch_model.bin`, through PyTorch's restricted unpickler."""

    source_code: str | None = None
    """The source language as the model calls it, where that is not language.source (NLLB: eng_Latn)."""

    target_code: str | None = None
    """The target language likewise (NLLB: nld_Latn; Marian models with several: nld)."""

    beams: Count = 4
    length_penalty: Annotated[float, Meta(ge=-10, le=10)] = 1.0

    batch_tokens: Count = 2048
    """Tokens of the texts that are translated at once; more is faster on a GPU, as far as its memory goes."""


class MarianSettings(CheckpointSettings, frozen=True, tag_field="engine", tag="marian"):
    """Engine `marian`: Marian (OPUS-MT), NLLB and M2M100 models through transformers."""

    precision: Literal["auto", "bfloat16", "float32"] = "auto"
    """`auto`: bfloat16 on a GPU, float32 on a CPU; their translations count as the same."""


class CTranslate2Settings(CheckpointSettings, frozen=True, tag_field="engine", tag="ctranslate2"):
    """Engine `ctranslate2`: the same models, converted."""

    quantization: Literal["int8", "int8_float16", "int8_bfloat16", "float16", "bfloat16", "float32"] = "int8"


class ApertiumSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="engine", tag="apertium"):
    """Engine `apertium`: rule-based, offline, by Debian's packages."""

    mode: Annotated[str, Meta(pattern=r"\A[\w-]+\Z")]
    """A direction that is installed (`apertium -l`): eng-spa, eng-cat, en-gl."""


class DeepLSettings(Struct, frozen=True, forbid_unknown_fields=True, tag_field="engine", tag="deepl"):
    """Engine `deepl`; the key is DEEPL_AUTH_KEY in the environment."""

    context: bool = True
    """Each text is sent with its paragraph; otherwise 50 texts a request."""

    model_type: Literal["quality_optimized", "prefer_quality_optimized", "latency_optimized"] = (
        "prefer_quality_optimized"
    )
    formality: Literal["less", "more", "prefer_less", "prefer_more"] | None = None

    source_code: str | None = None
    """The source language as DeepL calls it, where that is not language.source."""

    target_code: str | None = None
    """The target language likewise (EN-US; EN-GB and PT-PT are taken for en and pt)."""

    server_url: str | None = None
    """Another server that speaks DeepL's interface."""


class OpenAISettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="engine", tag="openai"):
    """Engine `openai`: a language model behind an OpenAI-compatible endpoint."""

    model: Name

    base_url: Name | None = None
    """The endpoint up to before /chat/completions; OpenAI's own by default."""

    key_variable: Name | None = None
    """The environment variable with the key; OPENAI_API_KEY for OpenAI's own endpoint, none for others."""

    batch: Annotated[int, Meta(ge=1, le=100)] = 16
    """Segments a request."""

    context: bool = True
    """The segments' paragraphs are sent with them."""

    instructions: str = ""
    """More for the model to heed, behind the prompt: a register, a glossary."""

    temperature: Annotated[float, Meta(ge=0, le=2)] | None = 0.0
    """null for models that do not take one."""

    structured: bool = True
    """Ask for a JSON schema; false for servers that know `json_object` alone."""

    body: dict[str, Any] = {}
    """Further fields of the request: max_tokens, reasoning_effort."""

    timeout_s: Positive = 300.0
    """Seconds without a byte: a slow model says nothing until it has translated a whole batch."""


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
"""An entry of section `translators`: told apart by its key `engine`."""
