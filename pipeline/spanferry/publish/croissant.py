"""Write the Croissant 1.1 metadata of a published folder.

Format: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html. PROV states the provenance: the files that
the corpus is derived from, and the translation that generated it.

`version` and `datePublished` come from section `about` of params.yaml, so that the same build gives the same bytes.
Without them, `spanferry publish` states the tag and the date of the commit; and the address, without `repository`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from spanferry.files import file_sha256
from spanferry.publish.about import About, BuildDetails, SourceFile, describe_translator
from spanferry.publish.citation import cite_as, display_title
from spanferry.records import Split

CROISSANT_FILE = "croissant.json"

# The JSON-LD context that the standard gives; readers require all of it.
_TERMS = (
    "arrayShape citeAs column conformsTo:dct containedIn equivalentProperty extract field fileProperty fileObject "
    "fileSet format includes isArray isLiveDataset jsonPath key md5 parentField path recordSet references regex "
    "repeated replace samplingRate separator source subField transform"
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{term.partition(":")[0]: f"{term.partition(':')[2] or 'cr'}:{term.partition(':')[0]}" for term in _TERMS.split()},
}

_DESCRIPTIONS = {
    "default": "Questions with their contexts and answers, and how good they are.",
    "provenance": "The origin of each answer. Its candidates are in the parquet files only.",
    "rejected": "The lost answers with their reasons. Their candidates are in the parquet files only.",
}


def croissant_metadata(
    folder: Path, configs: Mapping[str, Mapping[str, pa.Table]], about: About, build: BuildDetails
) -> dict[str, Any]:
    """Return the content of croissant.json.

    folder: contains the described files. configs: configuration -> path of a parquet file in the folder -> its table.
    """
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".parquet"))
    record: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": display_title(about, build),
        "description": about.description or f"The corpus {build.corpus} in SQuAD 2.0's format.",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "inLanguage": build.target,
        "citeAs": cite_as(about, build),
        "creator": [{"@type": "sc:Organization", "name": author} for author in about.authors],
        "distribution": [_file(path, folder) for path in files],
        "recordSet": [
            _records(f"{config}/{Path(name).stem}", config, name, table.schema)
            for config, tables in configs.items()
            for name, table in tables.items()
        ],
        "prov:wasDerivedFrom": [_source(split, file) for split, file in build.sources.items()],
    }
    if build.translator:
        record["prov:wasGeneratedBy"] = _translation(about, build)
    if about.version:
        record["version"] = about.version
    if about.published:
        record["datePublished"] = about.published.isoformat()
    if about.licence_url:
        record["license"] = about.licence_url
    if about.repository:
        record["url"] = about.repository
    return record


def state_publication(record: dict[str, Any], version: str, date: str, url: str) -> dict[str, Any]:
    """Return metadata that state version, date and address of a publication, unless they state them already.

    version: a tag; the format wants 1.2.0 of v1.2.0.
    """
    version = re.sub(r"^v(?=\d+\.\d+\.\d+)", "", version)
    return {"version": version, "datePublished": date, "url": url} | record


def _source(split: Split, file: SourceFile) -> dict[str, Any]:
    """Describe the file of a split as an entity of PROV."""
    entity = {"@type": "prov:Entity", "@id": f"urn:sha256:{file.sha256}", "prov:label": split, "sha256": file.sha256}
    if file.revision:
        entity["version"] = file.revision
    return entity | {"prov:atLocation": file.location}


def _translation(about: About, build: BuildDetails) -> dict[str, Any]:
    """Describe the translation as an activity of PROV."""
    activity: dict[str, Any] = {
        "@type": "prov:Activity",
        "prov:label": f"translation from {build.source} into {build.target}",
        "prov:used": [{"@id": f"urn:sha256:{file.sha256}"} for file in build.sources.values()],
        "prov:wasAssociatedWith": {
            "@type": "prov:SoftwareAgent",
            "prov:label": build.translator,
            "description": about.translated_by or describe_translator(build.translator),
        },
    }
    if about.translated:
        activity["prov:endedAtTime"] = about.translated.isoformat()
    return activity


def _file(path: Path, folder: Path) -> dict[str, str]:
    name = path.relative_to(folder).as_posix()
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "encodingFormat": "application/x-parquet" if path.suffix == ".parquet" else "application/json",
        "sha256": file_sha256(path),
    }


def _records(name: str, config: str, file: str, schema: pa.Schema) -> dict[str, Any]:
    fields = (_field(f"{name}/{column.name}", file, column.name, column.type) for column in schema)
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": _DESCRIPTIONS[config],
        "field": [field for field in fields if field],
    }


def _field(name: str, file: str, column: str, kind: pa.DataType, path: str | None = None) -> dict[str, Any] | None:
    """Describe a column as a field; the fields of a struct become subfields. None for a list of structs.

    path: the name of the field within its struct, None for a column.
    """
    field: dict[str, Any] = {"@type": "cr:Field", "@id": name, "name": name}
    if pa.types.is_struct(kind):
        inner = (_field(f"{name}/{part.name}", file, column, part.type, part.name) for part in kind)
        return field | {"subField": [part for part in inner if part]}
    if pa.types.is_list(kind):
        if pa.types.is_struct(kind.value_type):
            return None
        field["repeated"] = True
        kind = kind.value_type
    source: dict[str, Any] = {"fileObject": {"@id": file}, "extract": {"column": column}}
    if path:
        source["transform"] = {"jsonPath": path}
    return field | {"dataType": _data_type(kind), "source": source}


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:Float" if pa.types.is_floating(kind) else "sc:Text"
