"""Describe how a corpus was built, for its dataset card."""

import msgspec
from msgspec import Struct

from spanferry.config import Params
from spanferry.publish.about import BuildDetails


def describe_build(params: Params, name: str) -> BuildDetails:
    """Return the sources, the translator and every setting that changes the result.

    Raises ParamsError for an unknown corpus.
    """
    corpus = params.corpus(name)
    sections: dict[str, Struct] = {"language": params.language}
    if not corpus.native:
        sections |= {"align": params.align, "rescue": params.rescue}
    locations = corpus.locations()
    return BuildDetails(
        corpus=name,
        source=params.language.source,
        target=params.language.target,
        translator=engine_name(params, corpus.translator),
        locations={**locations},
        checksums={split: sha256 for split in locations if (sha256 := corpus.expected_sha256(split))},
        settings={section: msgspec.to_builtins(settings) for section, settings in sections.items()},
    )


def engine_name(params: Params, translator: str | None) -> str | None:
    """Return the engine of a translator; a translator without settings is named after its engine."""
    settings = params.translators.get(translator) if translator else None
    return str(settings.__struct_config__.tag) if settings else translator
