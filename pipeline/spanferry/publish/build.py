"""Describe how a corpus was built, for its dataset card."""

from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from spanferry.checksums import read_checksums
from spanferry.config import Params
from spanferry.files import read_json
from spanferry.hub.ids import is_hub_id, parse_hub_id
from spanferry.publish.about import BuildDetails, SourceFile
from spanferry.records import Split
from spanferry.squad.notes import NOTES_FILE, NoteKind
from spanferry.translation.public_settings import public_settings


def describe_build(params: Params, name: str, source: Path) -> BuildDetails:
    """Return the sources, the translator and every setting that changes the result.

    source: the folder of the fetched splits. Raises ParamsError for an unknown corpus, InputError without checksums.
    """
    corpus, languages = params.corpus(name), params.languages(name)
    sections: dict[str, Struct] = {"language": languages}
    if not corpus.native:
        sections |= {"align": params.align, "rescue": params.rescue}
    settings = {section: msgspec.to_builtins(values) for section, values in sections.items()}
    if corpus.translator:
        settings["translator"] = public_settings(corpus.translator, params.translators)
    if corrections := corpus.correction_locations():
        settings["corrections"] = [public_url(each) if "://" in each else each for each in corrections]
    checksums = read_checksums(source)
    return BuildDetails(
        corpus=name,
        source=languages.source,
        target=languages.target,
        translator=engine_name(params, corpus.translator),
        sources={
            split: source_file(location, checksums[f"{split}.json"]) for split, location in corpus.locations().items()
        },
        settings=settings,
        made_ids=count_made_ids(source),
    )


def count_made_ids(source: Path) -> int:
    """Return the number of questions whose ids the reader of the fetched splits made. Raises InputError."""
    notes = source / NOTES_FILE
    counts = read_json(notes, dict[Split, dict[str, int]]) if notes.exists() else {}
    return sum(kinds.get(NoteKind.MADE_ID.name.lower(), 0) for kinds in counts.values())


def source_file(location: str, sha256: str) -> SourceFile:
    """Describe the file of a split. Name and password in a URL, and its query, are left out."""
    revision = parse_hub_id(location).revision if is_hub_id(location) else None
    return SourceFile(public_url(location) if "://" in location else location, sha256, revision)


def engine_name(params: Params, translator: str | None) -> str | None:
    """Return the engine of a translator; a translator without settings is named after its engine."""
    settings = params.translators.get(translator) if translator else None
    return str(settings.__struct_config__.tag) if settings else translator


def public_url(url: str) -> str:
    """Return a URL without name, password, query and fragment."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
