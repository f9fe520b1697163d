"""Settings of a run: the base model, the corpora, the hyperparameters, and how answers are predicted.

In params.yaml:

    runs:
      dutch-mbert:
        base: {model: bert-base-multilingual-cased, revision: 3f07...}   # or {scratch: {...}}
        train_on: [squad2]
        evaluate_on: [squad2]
        training: {epochs: 2, batch: 8, learning_rate: 5e-5}
        prediction: {max_answer_length: 30}                              # optional

The key is the name of the run, here `dutch-mbert`.
"""

from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

WeightsFormat = Literal["safetensors", "torch"]


def _require_positive(settings: Struct, *names: str) -> None:
    """Raise ValueError for a value that is not positive. msgspec adds its place in params.yaml to the message."""
    for name in names:
        if getattr(settings, name) <= 0:
            raise ValueError(f"`{name}` must be positive")


class ScratchModel(Struct, frozen=True, forbid_unknown_fields=True):
    """A model with random weights, and a WordPiece vocabulary trained on the run's own corpora.

    architecture: a model type of transformers, for example "bert". config: arguments of its configuration class.
    vocabulary: the maximum number of word pieces; the characters of the corpora are always included.
    """

    architecture: str
    vocabulary: int
    config: dict[str, int | float | str | bool] = {}


class BaseModel(Struct, frozen=True, forbid_unknown_fields=True):
    """The model that training starts from: one from the Hugging Face Hub, a local folder, or a new one.

    revision: the commit or tag that pins a Hub model. weights: "torch" reads `pytorch_model.bin` (through
    PyTorch's restricted unpickler), for models that were published before safetensors.
    """

    model: str | None = None
    revision: str | None = None
    weights: WeightsFormat = "safetensors"
    scratch: ScratchModel | None = None

    def __post_init__(self) -> None:
        if (self.model is None) == (self.scratch is None):
            raise ValueError("exactly one of `model` and `scratch` is needed")
        if self.revision is not None and self.model is None:
            raise ValueError("`revision` goes with `model`")

    @property
    def name(self) -> str:
        """The Hub id or the folder, or "<architecture> from scratch"."""
        if self.scratch is not None:
            return f"{self.scratch.architecture} from scratch"
        assert self.model is not None  # __post_init__ requires one of the two
        return self.model


class TrainingSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Hyperparameters; the defaults are those of the BERT recipe (`run_squad.py` of 2020).

    batch: features per optimiser step, over all devices and accumulated passes. device_batch: features that one
    device processes at once; the default is all of them, smaller values need less memory. doc_stride: tokens that
    neighbouring windows share, as in `run_qa.py`; in `run_squad.py` it was the distance between their starts.
    """

    epochs: float
    batch: int
    learning_rate: float
    device_batch: int | None = None
    warmup: float = 0.0  # share of the steps, less than 1
    weight_decay: float = 0.0
    max_gradient_norm: float = 1.0
    max_length: int = 384
    max_question_length: int = 64
    doc_stride: int = 128
    checkpoints: int = 10  # checkpoints per training, the last one at its end
    portable: bool = False  # the same bytes on every x86-64 processor, but slow: see `reader.portable`
    compile: bool = False  # torch.compile; it saves time on a GPU from a few thousand steps on
    seed: int = 42

    def __post_init__(self) -> None:
        _require_positive(self, "epochs", "batch", "learning_rate", "max_length", "max_question_length", "checkpoints")
        if self.device_batch is not None and (self.device_batch <= 0 or self.batch % self.device_batch):
            raise ValueError("`device_batch` must divide `batch`")
        if not 0 <= self.doc_stride < self.max_length:
            raise ValueError("`doc_stride` must be at least 0 and less than `max_length`")
        if not 0 <= self.warmup < 1:  # transformers would read 1.0 as one step
            raise ValueError("`warmup` is a share of the steps, at least 0 and less than 1")


class PredictionSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Settings for the choice of answers from logits; the defaults are those of `run_squad.py`.

    null_threshold: a question is left unanswered when its null odds (the score of "no answer" minus the score of the
    best span) exceed this value. max_answer_length: in tokens. batch: windows per forward pass.
    """

    max_answer_length: int = 30
    n_best: int = 20
    null_threshold: float = 0.0
    batch: int = 64

    def __post_init__(self) -> None:
        _require_positive(self, "max_answer_length", "n_best", "batch")


class Run(Struct, frozen=True, forbid_unknown_fields=True):
    """One entry below `runs` in params.yaml.

    seeds: train one model with each of these seeds, instead of a single one with `training.seed`. allow_overlap: train
    although the run is evaluated on contexts that it is trained on.
    """

    base: BaseModel
    train_on: tuple[str, ...]
    evaluate_on: tuple[str, ...]
    training: TrainingSettings
    prediction: PredictionSettings = field(default_factory=PredictionSettings)
    seeds: tuple[int, ...] = ()
    allow_overlap: bool = False

    def __post_init__(self) -> None:
        for name in ("train_on", "evaluate_on"):
            corpora = getattr(self, name)
            if not corpora:
                raise ValueError(f"`{name}` names no corpus")
            if len(set(corpora)) < len(corpora):
                raise ValueError(f"`{name}` names a corpus twice")
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("`seeds` names a seed twice")

    @property
    def corpora(self) -> tuple[str, ...]:
        """All corpora that the run reads, each once."""
        return tuple(dict.fromkeys(self.train_on + self.evaluate_on))

    def by_seed(self) -> dict[int, "Run"]:
        """Return the run of each of its seeds: the same settings with that seed alone."""
        seeds = self.seeds or (self.training.seed,)
        return {seed: replace(self, seeds=(), training=replace(self.training, seed=seed)) for seed in seeds}

    def folder_of(self, seed: int) -> str:
        """Return the name of a seed's folder below the run's: "seed-1", or "." for a run with a single training."""
        return f"seed-{seed}" if self.seeds else "."


class CheckReaderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `check.reader`: readers that are trained on the translation, to see whether they find the spans."""

    base: BaseModel
    training: TrainingSettings
    folds: int = 5
    """The articles are divided into so many parts. For each part, a reader is trained on the others."""

    def __post_init__(self) -> None:
        if self.folds < 2:
            raise ValueError("`folds` must be at least 2")
