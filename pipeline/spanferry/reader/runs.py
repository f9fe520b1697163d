"""The settings of a run: which model is trained on what, how, and what it is asked afterwards.

In params.yaml:

    runs:
      dutch-mbert:
        base: {model: bert-base-multilingual-cased, revision: 3f07...}   # or {scratch: {...}}
        train_on: [squad2]
        evaluate_on: [squad2]
        training: {epochs: 2, batch: 8, learning_rate: 5e-5}
        prediction: {max_answer_length: 30}                              # may be left away

A run is known by its name, here `dutch-mbert`.
"""

from typing import Literal

from msgspec import Struct, field


def _positive(settings: Struct, *names: str) -> None:
    """Raises ValueError, which msgspec tells with its place in params.yaml."""
    for name in names:
        if getattr(settings, name) <= 0:
            raise ValueError(f"`{name}` must be positive")


class Scratch(Struct, frozen=True, forbid_unknown_fields=True):
    """A model with random weights, and a WordPiece vocabulary trained on the run's own corpora.

    `architecture` is a model type of transformers ("bert"), `config` what its configuration is made
    with; `vocabulary` the number of word pieces at most (it never goes below the corpora's alphabet).
    """

    architecture: str
    vocabulary: int
    config: dict[str, int | float | str | bool] = {}


class Base(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the run starts: a model of the Hugging Face Hub, a local folder, or from scratch.

    `revision` pins a Hub model to a commit or tag. `weights: torch` reads `pytorch_model.bin` (through
    PyTorch's restricted unpickler) for models that were published before safetensors.
    """

    model: str | None = None
    revision: str | None = None
    weights: Literal["safetensors", "torch"] = "safetensors"
    scratch: Scratch | None = None

    def __post_init__(self) -> None:
        if (self.model is None) == (self.scratch is None):
            raise ValueError("exactly one of `model` and `scratch` is needed")
        if self.revision is not None and self.model is None:
            raise ValueError("`revision` goes with `model`")

    @property
    def name(self) -> str:
        """For people: the model's id or folder, or what is made from scratch."""
        return self.model or f"{self.scratch.architecture} from scratch"


class Training(Struct, frozen=True, forbid_unknown_fields=True):
    """The hyperparameters; the defaults are those of the BERT recipe (`run_squad.py` of 2020).

    `batch` counts features a step over all devices and accumulated passes; `device_batch` is how many
    of them one device takes at once (all, unless its memory is too small). `doc_stride` counts the
    tokens that neighbouring windows share, as in `run_qa.py`; in `run_squad.py` it was their distance.
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
    checkpoints: int = 10  # how often training is saved, the last time at its end
    compile: bool = False  # torch.compile; pays on a GPU from some thousand steps on
    seed: int = 42

    def __post_init__(self) -> None:
        _positive(self, "epochs", "batch", "learning_rate", "max_length", "max_question_length", "checkpoints")
        if self.device_batch is not None and (self.device_batch <= 0 or self.batch % self.device_batch):
            raise ValueError("`device_batch` must divide `batch`")
        if not 0 <= self.doc_stride < self.max_length:
            raise ValueError("`doc_stride` must be at least 0 and less than `max_length`")
        if not 0 <= self.warmup < 1:  # transformers would take 1.0 for one step
            raise ValueError("`warmup` is a share of the steps, at least 0 and less than 1")


class Prediction(Struct, frozen=True, forbid_unknown_fields=True):
    """How answers are read off the logits; the defaults are those of `run_squad.py`.

    A question is left unanswered when its null odds (the score of "no answer" minus the best span's)
    exceed `null_threshold`.
    """

    max_answer_length: int = 30  # tokens
    n_best: int = 20
    null_threshold: float = 0.0
    batch: int = 64

    def __post_init__(self) -> None:
        _positive(self, "max_answer_length", "n_best", "batch")


class Run(Struct, frozen=True, forbid_unknown_fields=True):
    """One entry below `runs` in params.yaml."""

    base: Base
    train_on: tuple[str, ...]
    evaluate_on: tuple[str, ...]
    training: Training
    prediction: Prediction = field(default_factory=Prediction)

    def __post_init__(self) -> None:
        for name in ("train_on", "evaluate_on"):
            corpora = getattr(self, name)
            if not corpora:
                raise ValueError(f"`{name}` names no corpus")
            if len(set(corpora)) < len(corpora):
                raise ValueError(f"`{name}` names a corpus twice")

    @property
    def corpora(self) -> tuple[str, ...]:
        """Every corpus the run reads, each once."""
        return tuple(dict.fromkeys(self.train_on + self.evaluate_on))
