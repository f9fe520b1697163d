"""The settings that each stage depends on, so that a stage reruns only for what it uses.

DVC can make a stage depend on keys of params.yaml, but not on a key with a default in another section, such as
`corpora.<name>.target`, nor on a key that may be missing. Stage settings therefore writes them here, resolved:

data/settings/<corpus>/source.json         what fetch gets as the splits
data/settings/<corpus>/memory.json         what fetch gets as the memory
data/settings/<corpus>/judgements.json     what fetch gets as gold spans and verdicts
data/settings/<corpus>/languages.json      the languages, and whether the corpus is translated
data/settings/<corpus>/segmentation.json   the same without the target language, which segment does not use
data/settings/<corpus>/translation.json    the languages, and the translator with its settings
data/settings/runs.json                    the target language of each corpus that a run is evaluated on
"""

from typing import Any

import msgspec

from spanferry.config import Params

Values = dict[str, Any]

_OF_OTHERS = ("gold", "memory", "native", "source", "target", "translator", "verdicts")
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
        "languages": segmentation | {"target": languages.target},
        "segmentation": segmentation,
        "translation": {
            "source": languages.source,
            "target": languages.target,
            "translator": corpus.translator,
            "engine": msgspec.to_builtins(engine),
        },
    }


def run_settings(params: Params) -> dict[str, dict[str, str]]:
    """Return the target language of each corpus that a run is evaluated on: {run: {corpus: code}}.

    A run may name corpora that params.yaml does not define, as long as it is not built; they are left out.
    """
    return {
        name: params.targets(corpus for corpus in run.evaluate_on if corpus in params.corpora)
        for name, run in params.runs.items()
    }
