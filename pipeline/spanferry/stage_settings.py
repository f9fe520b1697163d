"""The settings that each stage depends on, so that a stage reruns only for what it uses.

DVC can make a stage depend on keys of params.yaml, but not on a key with a default in another section, such as
`corpora.<name>.target`, nor on a key that may be missing. Stage settings therefore writes them here, resolved:

data/settings/<corpus>/source.json         what fetch gets as the splits
data/settings/<corpus>/memory.json         what fetch gets as the memory
data/settings/<corpus>/judgements.json     what fetch gets as gold spans and verdicts
data/settings/<corpus>/corrections.json    what fetch gets as corrections
data/settings/<corpus>/languages.json      the languages, and whether the corpus is translated
data/settings/<corpus>/segmentation.json   the same without the target language, which segment does not use
data/settings/<corpus>/publication.json    whether a text in another language is published
data/settings/<corpus>/translation.json    the languages, and the translator with its settings
data/settings/runs.json                    the target language of each corpus that a run is evaluated on
data/settings/runs/<run>/corpora.json      the corpora of a run, and whether they may overlap
data/settings/runs/<run>/training.json     the settings of its training, and the languages of the training corpora
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from spanferry.config import Params

Values = dict[str, Any]

_OF_OTHERS = ("allow_language", "corrections", "gold", "memory", "native", "source", "target", "translator", "verdicts")
"""The keys of a corpus that are not in source.json."""


def corpus_settings(params: Params, name: str) -> dict[str, Values]:
    """Return the settings of a corpus by file name, as plain values. Raises ParamsError for an unknown name."""
    corpus, languages = params.corpus(name), params.languages(name)
    engine = params.translators.get(corpus.translator) if corpus.translator else None
    segmentation = {"source": languages.source, "native": corpus.native}
    return {
        "source": {key: value for key, value in msgspec.to_builtins(corpus).items() if key not in _OF_OTHERS},
        "memory": {"memory": corpus.memory},
        "judgements": {"gold": corpus.gold_location(languages.target), "verdicts": corpus.verdicts},
        "corrections": {"corrections": list(corpus.correction_locations())},
        "languages": segmentation | {"target": languages.target},
        "segmentation": segmentation,
        "publication": {"allow_language": corpus.allow_language},
        "translation": {
            "source": languages.source,
            "target": languages.target,
            "translator": corpus.translator,
            "engine": msgspec.to_builtins(engine),
        },
    }


def training_settings(params: Params, name: str) -> dict[str, Values]:
    """Return the settings of a run by file name, as plain values. Raises ParamsError for an unknown name."""
    run = params.run(name)
    base, training = msgspec.to_builtins(run.base), msgspec.to_builtins(run.training)
    return {
        "corpora": {
            "train_on": _known_targets(params, run.train_on),
            "evaluate_on": _known_targets(params, run.evaluate_on),
            "allow_overlap": run.allow_overlap,
            "base": base,
        },
        "training": {
            "base": base,
            "train_on": _known_targets(params, run.train_on),
            "training": training,
            "seeds": run.seeds,
        },
    }


def run_settings(params: Params) -> dict[str, dict[str, str]]:
    """Return the target language of each corpus that a run is evaluated on: {run: {corpus: code}}."""
    return {name: _known_targets(params, run.evaluate_on) for name, run in params.runs.items()}


def _known_targets(params: Params, corpora: Iterable[str]) -> dict[str, str]:
    """Return corpus -> code of its target language.

    A run may name corpora that params.yaml does not define, as long as it is not built; they are left out.
    """
    return params.targets(corpus for corpus in corpora if corpus in params.corpora)
